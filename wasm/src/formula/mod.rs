//! Formulas: what a merge method does to one tensor, pass by pass.
//!
//! A [`Formula`] is built from a [`Spec`], which is the plan's own data, looks at the tensor as often
//! as it has to ([`Formula::observe`]) and then says what the result is ([`Formula::values`]). One
//! file per formula; [`build`] is the registry.

pub mod spec;

use crate::dtype::Dtype;
use crate::error::KernelError;
use crate::inputs::Inputs;
use crate::lanes::{F32x8, LANES};
use crate::with_format;
use spec::{Outcome, Spec, Tensor};

/// Groups per tile of values: 32 KiB.
pub const TILE: usize = 1024;

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
    /// formula's working dtype. Calls come in order, chunk after chunk. Lanes beyond the chunk's
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

    /// Writes the elements from `start` on that fit into `output`; at most [`TILE`] groups.
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
        let mut values = [F32x8::splat(0.0); TILE];
        let groups = (output.len() / dtype.size()).div_ceil(LANES);
        self.values(inputs, start, &mut values[..groups])?;
        with_format!(dtype, O => crate::combine::store_all::<O>(&values[..groups], output));
        Ok(())
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
    let _ = (spec, tensor);
    todo!()
}
