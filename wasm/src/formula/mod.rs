//! Formulas: what a merge method does to one tensor, pass by pass.
//!
//! A [`Formula`] is built from a [`Spec`], which is the plan's own data, looks at the tensor as often
//! as it has to ([`Formula::observe`]) and then says what the result is ([`Formula::values`]). One
//! file per formula; [`build`] is the registry.

pub mod decode;
pub mod job;
pub mod model_stock;
pub mod nuslerp;
pub mod slerp;
pub mod spec;
pub mod sum;
pub mod task_vectors;
pub mod vectors;

use crate::combine::store_all;
use crate::dtype::{Dtype, bf16_to_f32, f16_to_f32, f32_to_bf16, f32_to_f16};
use crate::error::KernelError;
use crate::inputs::{Input, Inputs};
use crate::lanes::{F32x8, Format, LANES};
use crate::with_format;
use spec::{Outcome, Spec, Tensor};

/// Groups per tile of values: 8 KiB, well inside a first-level cache with the inputs' tiles.
pub const TILE: usize = 256;

/// A formula at work on one tensor. Chunks come in order and cover the tensor once per pass.
pub trait Formula {
    /// Whether another pass of [`Self::observe`] is due before the values can be asked for.
    fn pending(&self) -> bool {
        false
    }

    /// One chunk of a pass that only looks.
    ///
    /// # Errors
    /// Where the chunk has not the inputs that the formula takes, or memory is out.
    fn observe(&mut self, inputs: &Inputs) -> Result<(), KernelError> {
        let _ = inputs;
        Ok(())
    }

    /// The pass is complete.
    ///
    /// # Errors
    /// Where memory is out, or the pass did not cover the tensor.
    fn next_pass(&mut self) -> Result<(), KernelError> {
        Ok(())
    }

    /// Values of the chunk's elements from `start` (a multiple of [`LANES`]) on, rounded to the
    /// formula's working dtype; at most [`TILE`] groups. Calls come in order, chunk after chunk. Lanes beyond the chunk's
    /// end may hold anything.
    ///
    /// # Errors
    /// Where the chunk has not the inputs that the formula takes, or a pass is still pending.
    fn values(
        &mut self,
        inputs: &Inputs,
        start: usize,
        values: &mut [F32x8],
    ) -> Result<(), KernelError>;

    /// Writes the elements from `start` (a multiple of [`LANES`]) on that fit into `output`.
    ///
    /// # Errors
    /// As [`Self::values`].
    fn write(
        &mut self,
        inputs: &Inputs,
        start: usize,
        dtype: Dtype,
        output: &mut [u8],
    ) -> Result<(), KernelError> {
        write_values(output, dtype, |tile, values| self.values(inputs, start + tile, values))
    }

    /// What the passes found.
    fn outcome(&self) -> Outcome {
        Outcome::default()
    }
}

/// The formula of a spec, at the start of its work on a tensor.
///
/// # Errors
/// Where the spec's numbers contradict each other.
pub fn build(spec: Spec, tensor: Tensor) -> Result<Box<dyn Formula>, KernelError> {
    match spec {
        Spec::Sum(spec) => sum::build(spec),
        Spec::Slerp(spec) => Ok(slerp::build(spec)),
        Spec::Nuslerp(spec) => nuslerp::build(spec, tensor),
        Spec::ModelStock(spec) => Ok(model_stock::build(spec, tensor)),
        Spec::TaskVectors(spec) => task_vectors::build(spec, tensor),
    }
}

/// Fills `output` with values, a tile at a time; each is asked for with the number of elements before
/// it.
///
/// # Errors
/// As `values`.
pub fn write_values(
    output: &mut [u8],
    dtype: Dtype,
    mut values: impl FnMut(usize, &mut [F32x8]) -> Result<(), KernelError>,
) -> Result<(), KernelError> {
    let mut buffer = [F32x8::splat(0.0); TILE];
    for (tile, output) in output.chunks_mut(TILE * LANES * dtype.size()).enumerate() {
        let part = &mut buffer[..(output.len() / dtype.size()).div_ceil(LANES)];
        values(tile * TILE * LANES, part)?;
        with_format!(dtype, O => store_all::<O>(part, output));
    }
    Ok(())
}

/// The values of an input's elements from `start` on, zeros beyond its end.
pub fn read(input: &Input, start: usize, values: &mut [F32x8]) {
    let bytes = input.part(start, start + values.len() * LANES);
    with_format!(input.dtype, T => read_all::<T>(bytes, values));
}

fn read_all<T: Format>(bytes: &[u8], values: &mut [F32x8]) {
    let (groups, rest) = T::split(bytes);
    let (whole, beyond) = values.split_at_mut(groups.len());
    for (value, group) in whole.iter_mut().zip(groups) {
        *value = T::load(group);
    }
    beyond.fill(F32x8::splat(0.0));
    if let Some(value) = beyond.first_mut() {
        *value = T::load_part(rest);
    }
}

/// Rounds values to a dtype.
pub fn round_all(dtype: Dtype, values: &mut [F32x8]) {
    if dtype == Dtype::F32 {
        return;
    }
    with_format!(dtype, T => {
        for value in values {
            *value = T::round(*value);
        }
    });
}

/// A number rounded to float32 and then to a dtype, as torch makes a tensor's element of it.
pub fn round(dtype: Dtype, number: f64) -> f32 {
    let value = number as f32;
    match dtype {
        Dtype::F32 => value,
        Dtype::F16 => f16_to_f32(f32_to_f16(value)),
        Dtype::BF16 => bf16_to_f32(f32_to_bf16(value)),
    }
}

/// The inputs of a chunk, if they are as many as a formula takes.
///
/// # Errors
/// [`KernelError::InputCount`].
pub fn exactly(inputs: &Inputs, expected: usize) -> Result<&[Input], KernelError> {
    let list = inputs.list();
    if list.len() == expected {
        Ok(list)
    } else {
        Err(KernelError::InputCount { expected, actual: list.len() })
    }
}
