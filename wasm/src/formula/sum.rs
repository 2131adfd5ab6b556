//! Weighted sums; docs/methods/linear.md. mergekit's `linear` is `stepwise` up to 0.1.4 and `fused`
//! from 0.1.5 on.

use super::spec::{Outcome, Rounding, Sum as Spec};
use super::{Formula, TILE, exactly, read, round, round_all, write_values};
use crate::combine::{Sum, map_one, map_two};
use crate::dtype::Dtype;
use crate::error::KernelError;
use crate::inputs::{Input, Inputs};
use crate::lanes::{Bf16, F16, F32x8, Factor, Format};
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

    /// Writes elements that are stored as they are computed with, in a 16-bit format, without a detour
    /// through memory. False where that is not to be had.
    fn write_short<T: Format>(&self, inputs: &[&[u8]], output: &mut [u8]) -> bool;
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
        if inputs.list().iter().all(|input| input.dtype == dtype) {
            let end = start + output.len() / dtype.size();
            let parts: Vec<_> = inputs.list().iter().map(|input| input.part(start, end)).collect();
            let written = match dtype {
                Dtype::BF16 => self.write_short::<Bf16>(&parts, output),
                Dtype::F16 => self.write_short::<F16>(&parts, output),
                Dtype::F32 => false,
            };
            if written {
                return Ok(());
            }
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
        let mut tile = [F32x8::splat(0.0); TILE];
        let tile = &mut tile[..values.len()];
        values.fill(F32x8::splat(0.0));
        for (input, weight) in list.iter().zip(&self.weights) {
            read(input, start, tile);
            let terms = values.iter_mut().zip(tile.iter());
            if input.dtype == Dtype::F32 {
                let weight = F32x8::splat(*weight);
                terms.for_each(|(value, x)| *value = x.fused(weight, *value));
            } else {
                let weight = Factor::new(*weight);
                terms.for_each(|(value, x)| *value = x.fused_short(weight, *value));
            }
        }
        divide(values, self.divisor);
        Ok(())
    }

    fn write_short<T: Format>(&self, inputs: &[&[u8]], output: &mut [u8]) -> bool {
        let (&[a, b], &[w0, w1]) = (inputs, &self.weights[..]) else { return false };
        let weights = [w0, w1].map(Factor::new);
        let sum = |a, b| F32x8::fused_pair_short([a, b], weights);
        match self.divisor.filter(|&divisor| divisor != 1.0) {
            None => map_two::<T, T>(a, b, output, sum),
            Some(divisor) => {
                let divisor = F32x8::splat(divisor);
                map_two::<T, T>(a, b, output, |a, b| sum(a, b).over(divisor));
            }
        }
        true
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

    fn write_short<T: Format>(&self, inputs: &[&[u8]], output: &mut [u8]) -> bool {
        let zero = F32x8::splat(0.0);
        let divisor = self.divisor.filter(|&divisor| divisor != 1.0).map(F32x8::splat);
        let over = |sum: F32x8| match divisor {
            None => sum,
            Some(divisor) => T::round(sum).over(divisor),
        };
        let term = |weight: F32x8, value: F32x8| T::round(weight.times(value));
        match (inputs, &self.weights[..]) {
            (&[a], &[weight]) => {
                let weight = F32x8::splat(weight);
                map_one::<T, T>(a, output, |a| over(zero.plus(term(weight, a))));
            }
            (&[a, b], &[w0, w1]) => {
                let [w0, w1] = [w0, w1].map(F32x8::splat);
                let sum = |a, b| over(zero.plus(term(w0, a)).plus(term(w1, b)));
                map_two::<T, T>(a, b, output, sum);
            }
            _ => return false,
        }
        true
    }
}

impl Stepwise {
    /// Adds the rounded products of some inputs.
    fn add(&self, list: &[Input], weights: &[f32], start: usize, sums: &mut [F32x8]) {
        let mut tile = [F32x8::splat(0.0); TILE];
        let tile = &mut tile[..sums.len()];
        for (input, weight) in list.iter().zip(weights) {
            read(input, start, tile);
            let weight = F32x8::splat(*weight);
            with_format!(self.work, W => {
                for (sum, value) in sums.iter_mut().zip(tile.iter()) {
                    *sum = sum.plus(W::round(weight.times(*value)));
                }
            });
        }
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
