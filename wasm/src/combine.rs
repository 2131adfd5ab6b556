//! Weighted sums and conversions, one rounding at the end.
//!
//! In float32: `acc = w0·x0`, then `acc = acc + wi·xi` in input order. Every product and every sum is
//! rounded by itself (nothing is fused), and the result once more where the output is narrower.

use crate::dtype::Dtype;
use crate::error::KernelError;
use crate::inputs::{Input, Inputs, buffer, count};
use crate::lanes::{F32x8, Format, LANES};
use crate::with_format;

/// Groups that a running sum is kept for: 8 KiB, well inside a first-level cache.
const TILE: usize = 256;

/// A weighted sum of a chunk's inputs, of which any part can be computed.
pub struct Sum<'a> {
    list: &'a [Input],
    weights: &'a [f32],
    dtype: Dtype,
    elements: usize,
}

impl<'a> Sum<'a> {
    /// The sum of `weights[i]` times input i, as elements of `dtype`.
    ///
    /// # Errors
    /// Where there is no input or not one weight per input.
    pub fn new(inputs: &'a Inputs, weights: &'a [f32], dtype: Dtype) -> Result<Self, KernelError> {
        let (list, elements) = (inputs.list(), inputs.elements());
        if list.is_empty() {
            return Err(KernelError::NoInputs);
        }
        if list.len() != weights.len() {
            return Err(KernelError::WeightCount { inputs: list.len(), weights: weights.len() });
        }
        Ok(Self { list, weights, dtype, elements })
    }

    /// Bytes of the whole result.
    pub const fn bytes(&self) -> usize {
        self.elements * self.dtype.size()
    }

    /// Writes the elements from number `start` on that fit into `output`.
    pub fn write(&self, start: usize, output: &mut [u8]) {
        let end = start + output.len() / self.dtype.size();
        match (self.list, self.weights) {
            ([a], &[weight]) => with_format!(a.dtype, T => {
                let (a, weight) = (a.part(start, end), F32x8::splat(weight));
                with_format!(self.dtype, O => map_one::<T, O>(a, output, |a| weight.times(a)));
            }),
            ([a, b], &[w0, w1]) if a.dtype == b.dtype => with_format!(a.dtype, T => {
                let (a, b) = (a.part(start, end), b.part(start, end));
                let (w0, w1) = (F32x8::splat(w0), F32x8::splat(w1));
                let sum = |a: F32x8, b: F32x8| w0.times(a).plus(w1.times(b));
                with_format!(self.dtype, O => map_two::<T, O>(a, b, output, sum));
            }),
            _ => with_format!(self.dtype, O => self.any::<O>(start, output)),
        }
    }

    /// The sums of the elements from number `start` on, as float32; lanes beyond the last element are
    /// sums of zeros.
    pub fn values(&self, start: usize, sums: &mut [F32x8]) {
        let end = start + sums.len() * LANES;
        for (i, (input, weight)) in self.list.iter().zip(self.weights).enumerate() {
            let bytes = input.part(start, end);
            with_format!(input.dtype, T => accumulate::<T>(bytes, *weight, i == 0, sums));
        }
    }

    /// Any inputs: a tile at a time, input by input.
    fn any<O: Format>(&self, start: usize, output: &mut [u8]) {
        let mut sums = [F32x8::splat(0.0); TILE];
        for (tile, output) in output.chunks_mut(TILE * LANES * O::SIZE).enumerate() {
            let groups = (output.len() / O::SIZE).div_ceil(LANES);
            self.values(start + tile * TILE * LANES, &mut sums[..groups]);
            store_all::<O>(&sums, output);
        }
    }
}

/// The whole weighted sum of the inputs in an output format.
///
/// # Errors
/// Where there is no input, not one weight per input, or no memory for the result.
pub fn combine(inputs: &Inputs, weights: &[f32], dtype: Dtype) -> Result<Vec<u8>, KernelError> {
    let sum = Sum::new(inputs, weights, dtype)?;
    let mut output = buffer(sum.bytes(), 0)?;
    sum.write(0, &mut output);
    Ok(output)
}

/// Elements in another format, all of them as the same bits where it is the same one.
///
/// # Errors
/// Where the bytes are no whole number of elements, or there is no memory for the result.
pub fn cast(bytes: &[u8], from: Dtype, to: Dtype) -> Result<Vec<u8>, KernelError> {
    let mut output = buffer(count(from, bytes.len())? * to.size(), 0)?;
    cast_into(bytes, from, to, &mut output);
    Ok(output)
}

/// Converts as many elements as `output` has room for.
pub fn cast_into(bytes: &[u8], from: Dtype, to: Dtype, output: &mut [u8]) {
    if from == to {
        for (to, from) in output.iter_mut().zip(bytes) {
            *to = *from;
        }
    } else {
        with_format!(from, T => with_format!(to, O => convert::<T, O>(bytes, output)));
    }
}

/// Writes as many of the values as `output` has room for.
pub fn store_all<O: Format>(values: &[F32x8], output: &mut [u8]) {
    let (targets, rest) = O::split_mut(output);
    let whole = targets.len();
    for (target, value) in targets.iter_mut().zip(values) {
        O::store(*value, target);
    }
    if let Some(value) = values.get(whole) {
        O::store_part(*value, rest);
    }
}

fn convert<T: Format, O: Format>(bytes: &[u8], output: &mut [u8]) {
    map_one::<T, O>(bytes, output, |value| value);
}

/// Writes what is made of one input, which never leaves the registers.
#[inline(always)]
pub fn map_one<T: Format, O: Format>(
    bytes: &[u8],
    output: &mut [u8],
    value: impl Fn(F32x8) -> F32x8,
) {
    let (groups, rest) = T::split(bytes);
    let (targets, rest_target) = O::split_mut(output);
    for (target, group) in targets.iter_mut().zip(groups) {
        O::store(value(T::load(group)), target);
    }
    O::store_part(value(T::load_part(rest)), rest_target);
}

/// Writes what is made of two inputs of one format, which never leave the registers.
#[inline(always)]
pub fn map_two<T: Format, O: Format>(
    a: &[u8],
    b: &[u8],
    output: &mut [u8],
    value: impl Fn(F32x8, F32x8) -> F32x8,
) {
    let (groups_a, rest_a) = T::split(a);
    let (groups_b, rest_b) = T::split(b);
    let (targets, rest_target) = O::split_mut(output);
    for ((target, a), b) in targets.iter_mut().zip(groups_a).zip(groups_b) {
        O::store(value(T::load(a), T::load(b)), target);
    }
    O::store_part(value(T::load_part(rest_a), T::load_part(rest_b)), rest_target);
}

fn accumulate<T: Format>(bytes: &[u8], weight: f32, first: bool, sums: &mut [F32x8]) {
    let weight = F32x8::splat(weight);
    let (groups, rest) = T::split(bytes);
    if first {
        for (sum, group) in sums.iter_mut().zip(groups) {
            *sum = weight.times(T::load(group));
        }
    } else {
        for (sum, group) in sums.iter_mut().zip(groups) {
            *sum = sum.plus(weight.times(T::load(group)));
        }
    }
    if let (false, Some(sum)) = (rest.is_empty(), sums.get_mut(groups.len())) {
        let product = weight.times(T::load_part(rest));
        *sum = if first { product } else { sum.plus(product) };
    }
}
