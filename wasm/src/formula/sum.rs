//! Weighted sums; docs/methods/linear.md. mergekit's `linear` is `stepwise` up to 0.1.4 and `fused`
//! from 0.1.5 on.

use super::spec::{Outcome, Rounding, Sum as Spec};
use super::{Formula, TILE, exactly, round, round_all, write_values};
use crate::combine::Sum;
use crate::dtype::Dtype;
use crate::error::KernelError;
use crate::inputs::{Input, Inputs};
use crate::lanes::{F32x8, Format, LANES};
use crate::with_format;

/// Inputs whose products torch adds up before it goes on with a fresh sum.
const RUN: usize = 16;

/// A sum that is rounded once, after the last addition, but for float32's own roundings.
struct Once {
    work: Dtype,
    weights: Vec<f32>,
}

/// A sum of fused multiply-adds.
struct Fused {
    work: Dtype,
    weights: Vec<f32>,
    divisor: Option<f32>,
}

/// A sum of products that are rounded one by one.
struct Stepwise {
    work: Dtype,
    weights: Vec<f32>,
    divisor: Option<f32>,
}

/// The sum that a spec describes.
///
/// # Errors
/// Where there is no weight, or a sum of a single rounding is to be divided.
pub fn build(spec: Spec) -> Result<Box<dyn Formula>, KernelError> {
    let Spec { work, weights, rounding, divide } = spec;
    if weights.is_empty() {
        return Err(KernelError::Spec { reason: "a sum without weights" });
    }
    let float32: Vec<f32> = weights.iter().map(|&weight| weight as f32).collect();
    Ok(match rounding {
        Rounding::Once if divide => {
            return Err(KernelError::Spec { reason: "a sum rounded once is never divided" });
        }
        Rounding::Once => once(work, float32),
        Rounding::Fused => {
            let divisor = divide.then(|| float32.iter().fold(0.0, |sum, weight| sum + weight));
            Box::new(Fused { work, weights: float32, divisor })
        }
        Rounding::Stepwise => {
            let weights: Vec<f32> = weights.iter().map(|&weight| round(work, weight)).collect();
            let divisor = divide.then(|| round(work, total(&weights).into()));
            Box::new(Stepwise { work, weights, divisor })
        }
    })
}

/// The sum of [`Rounding::Once`].
pub fn once(work: Dtype, weights: Vec<f32>) -> Box<dyn Formula> {
    Box::new(Once { work, weights })
}

impl Formula for Once {
    fn values(
        &mut self,
        inputs: &Inputs,
        start: usize,
        values: &mut [F32x8],
    ) -> Result<(), KernelError> {
        Sum::new(inputs, &self.weights, self.work)?.values(start, values);
        round_all(self.work, values);
        Ok(())
    }

    fn write(
        &mut self,
        inputs: &Inputs,
        start: usize,
        dtype: Dtype,
        output: &mut [u8],
    ) -> Result<(), KernelError> {
        if self.work == Dtype::F32 || self.work == dtype {
            Sum::new(inputs, &self.weights, dtype)?.write(start, output);
            return Ok(());
        }
        write_values(output, dtype, |tile, values| self.values(inputs, start + tile, values))
    }

    fn outcome(&self) -> Outcome {
        let weights = self.weights.iter().map(|&weight| weight.into()).collect();
        Outcome { weights: Some(weights), ..Outcome::default() }
    }
}

/// A sum whose rounding to `work` is left to whoever writes it, where that is the same.
trait Unrounded {
    fn work(&self) -> Dtype;

    /// The values before they are rounded to `work`.
    fn sums(&self, inputs: &Inputs, start: usize, values: &mut [F32x8]) -> Result<(), KernelError>;
}

impl<S: Unrounded> Formula for S {
    fn values(
        &mut self,
        inputs: &Inputs,
        start: usize,
        values: &mut [F32x8],
    ) -> Result<(), KernelError> {
        self.sums(inputs, start, values)?;
        round_all(self.work(), values);
        Ok(())
    }

    fn write(
        &mut self,
        inputs: &Inputs,
        start: usize,
        dtype: Dtype,
        output: &mut [u8],
    ) -> Result<(), KernelError> {
        if self.work() != dtype {
            return write_values(output, dtype, |tile, values| {
                self.values(inputs, start + tile, values)
            });
        }
        write_values(output, dtype, |tile, values| self.sums(inputs, start + tile, values))
    }
}

impl Unrounded for Fused {
    fn work(&self) -> Dtype {
        self.work
    }

    fn sums(&self, inputs: &Inputs, start: usize, values: &mut [F32x8]) -> Result<(), KernelError> {
        let list = exactly(inputs, self.weights.len())?;
        let end = start + values.len() * LANES;
        let mut terms = list.iter().zip(&self.weights);
        match (list, self.weights.as_slice()) {
            ([a, b, ..], &[w0, w1, ..]) if a.dtype == b.dtype => {
                let (a_bytes, b_bytes) = (a.part(start, end), b.part(start, end));
                with_format!(a.dtype, T => fused_pair::<T>((a_bytes, w0), (b_bytes, w1), values));
                terms.nth(1);
            }
            _ => values.fill(F32x8::splat(0.0)),
        }
        for (input, weight) in terms {
            let bytes = input.part(start, end);
            let weight = F32x8::splat(*weight);
            with_format!(input.dtype, T => {
                accumulate::<T>(bytes, values, |sum, value| value.fused(weight, sum));
            });
        }
        divide(values, self.divisor);
        Ok(())
    }
}

impl Unrounded for Stepwise {
    fn work(&self) -> Dtype {
        self.work
    }

    fn sums(&self, inputs: &Inputs, start: usize, values: &mut [F32x8]) -> Result<(), KernelError> {
        let list = exactly(inputs, self.weights.len())?;
        values.fill(F32x8::splat(0.0));
        if list.len() <= RUN {
            self.add(list, &self.weights, start, values);
        } else {
            let mut run = [F32x8::splat(0.0); TILE];
            let run = &mut run[..values.len()];
            for (list, weights) in list.chunks(RUN).zip(self.weights.chunks(RUN)) {
                run.fill(F32x8::splat(0.0));
                self.add(list, weights, start, run);
                for (value, part) in values.iter_mut().zip(run.iter()) {
                    *value = value.plus(*part);
                }
            }
        }
        if self.divisor.is_some() {
            round_all(self.work, values);
            divide(values, self.divisor);
        }
        Ok(())
    }
}

impl Stepwise {
    /// Adds the rounded products of some inputs.
    fn add(&self, list: &[Input], weights: &[f32], start: usize, sums: &mut [F32x8]) {
        for (input, weight) in list.iter().zip(weights) {
            let bytes = input.part(start, start + sums.len() * LANES);
            let weight = F32x8::splat(*weight);
            with_format!(input.dtype, T => with_format!(self.work, W => {
                accumulate::<T>(bytes, sums, |sum, value| sum.plus(W::round(weight.times(value))));
            }));
        }
    }
}

/// The fused sums of the first two inputs.
fn fused_pair<T: Format>((a, w0): (&[u8], f32), (b, w1): (&[u8], f32), sums: &mut [F32x8]) {
    let (w0, w1) = (F32x8::splat(w0), F32x8::splat(w1));
    let pair = |a, b| F32x8::fused_pair([a, w0], [b, w1]);
    let (groups_a, rest_a) = T::split(a);
    let (groups_b, rest_b) = T::split(b);
    for ((sum, a), b) in sums.iter_mut().zip(groups_a).zip(groups_b) {
        *sum = pair(T::load(a), T::load(b));
    }
    if let Some(sum) = sums.get_mut(groups_a.len()) {
        *sum = pair(T::load_part(rest_a), T::load_part(rest_b));
    }
}

#[inline(always)]
fn accumulate<T: Format>(bytes: &[u8], sums: &mut [F32x8], add: impl Fn(F32x8, F32x8) -> F32x8) {
    let (groups, rest) = T::split(bytes);
    for (sum, group) in sums.iter_mut().zip(groups) {
        *sum = add(*sum, T::load(group));
    }
    if let Some(sum) = sums.get_mut(groups.len()) {
        *sum = add(*sum, T::load_part(rest));
    }
}

/// Nothing is done where the divisor is 1, which changes no value.
fn divide(values: &mut [F32x8], divisor: Option<f32>) {
    let Some(divisor) = divisor.filter(|&divisor| divisor != 1.0) else { return };
    let divisor = F32x8::splat(divisor);
    for value in values {
        *value = value.over(divisor);
    }
}

/// The sum of the weights, added as the products are.
fn total(weights: &[f32]) -> f32 {
    let run = |run: &[f32]| run.iter().fold(0.0, |sum, weight| sum + weight);
    weights.chunks(RUN).map(run).fold(0.0, |sum, part: f32| sum + part)
}
