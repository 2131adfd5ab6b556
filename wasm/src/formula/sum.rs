//! Weighted sums; docs/methods/linear.md. mergekit's `linear` is `stepwise` up to 0.1.4 and `fused`
//! from 0.1.5 on.

use super::spec::{Outcome, Rounding, Sum as Spec};
use super::{Formula, TILE, exactly, read, round, round_all, write_values};
use crate::combine::Sum;
use crate::dtype::Dtype;
use crate::error::KernelError;
use crate::inputs::{Input, Inputs};
use crate::lanes::{F32x8, Format};
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
        let mut tile = [F32x8::splat(0.0); TILE];
        let tile = &mut tile[..values.len()];
        let mut terms = list.iter().zip(self.weights.iter().map(|&weight| F32x8::splat(weight)));
        match (terms.next(), terms.next()) {
            (Some((a, w0)), Some((b, w1))) => {
                read(a, start, values);
                read(b, start, tile);
                for (value, b) in values.iter_mut().zip(tile.iter()) {
                    *value = F32x8::fused_pair([*value, w0], [*b, w1]);
                }
            }
            (Some((only, weight)), _) => {
                read(only, start, values);
                for value in values.iter_mut() {
                    *value = value.fused(weight, F32x8::splat(0.0));
                }
            }
            _ => {}
        }
        for (input, weight) in terms {
            read(input, start, tile);
            for (value, x) in values.iter_mut().zip(tile.iter()) {
                *value = x.fused(weight, *value);
            }
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
