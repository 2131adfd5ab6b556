//! Spherical interpolation of two whole tensors; docs/methods/slerp.md.
//!
//! The inner products are float64 sums (`gram`), whichever numbers the coefficients are taken in.

use super::spec::{Angle, Outcome, Scalars, Slerp as Spec};
use super::{Formula, exactly, sum};
use crate::dtype::Dtype;
use crate::error::KernelError;
use crate::gram;
use crate::inputs::Inputs;
use crate::lanes::F32x8;
use crate::slerp::{self, LINEAR_ABOVE, MIN_NORM, Weights};

struct Slerp {
    spec: Spec,
    gram: [f64; 3],
    /// The angle and the sum that it comes down to, once the pass is made.
    found: Option<(Weights, Box<dyn Formula>)>,
}

/// The interpolation that a spec describes.
pub fn build(spec: Spec) -> Box<dyn Formula> {
    Box::new(Slerp { spec, gram: [0.0; 3], found: None })
}

impl Formula for Slerp {
    fn pending(&self) -> bool {
        self.found.is_none()
    }

    fn observe(&mut self, inputs: &Inputs) -> Result<(), KernelError> {
        exactly(inputs, 2)?;
        for block in gram::block_sums(inputs)?.chunks_exact(3) {
            for (total, sum) in self.gram.iter_mut().zip(block) {
                *total += sum;
            }
        }
        Ok(())
    }

    fn next_pass(&mut self) -> Result<(), KernelError> {
        let weights = weights(&self.gram, self.spec.t, self.spec.scalars)?;
        let sum = sum::once(self.spec.work, vec![weights.w0, weights.w1]);
        self.found = Some((weights, sum));
        Ok(())
    }

    fn values(
        &mut self,
        inputs: &Inputs,
        start: usize,
        values: &mut [F32x8],
    ) -> Result<(), KernelError> {
        self.sum()?.values(inputs, start, values)
    }

    fn write(
        &mut self,
        inputs: &Inputs,
        start: usize,
        dtype: Dtype,
        output: &mut [u8],
    ) -> Result<(), KernelError> {
        self.sum()?.write(inputs, start, dtype, output)
    }

    fn outcome(&self) -> Outcome {
        let Some((found, sum)) = &self.found else { return Outcome::default() };
        let angle = Angle {
            t: self.spec.t,
            cosine: found.cosine,
            branch: if found.linear { "linear" } else { "great-circle" },
            w0: found.w0.into(),
            w1: found.w1.into(),
        };
        Outcome { angle: Some(angle), ..sum.outcome() }
    }
}

impl Slerp {
    fn sum(&mut self) -> Result<&mut Box<dyn Formula>, KernelError> {
        Ok(&mut self.found.as_mut().ok_or(KernelError::PassPending)?.1)
    }
}

/// Coefficients for [v0·v0, v0·v1, v1·v1] in the numbers that a release computes in. Source of the
/// thresholds and of the two forms: mergekit's `slerp` (`mergekit/merge_methods/slerp.py`) at commit
/// a6e4028 and in 0.1.5.
fn weights(gram: &[f64; 3], t: f64, scalars: Scalars) -> Result<Weights, KernelError> {
    Ok(match scalars {
        Scalars::Precise => slerp::weights(gram, t)?,
        Scalars::Numpy1 => numpy(gram, t, |number| number),
        Scalars::Numpy2 => numpy(gram, t, |number| f64::from(number as f32)),
        Scalars::Torch => torch(gram, t),
    })
}

/// The cosine in float32 from norms in float32, with no clamp.
fn cosine(&[aa, ab, bb]: &[f64; 3]) -> f32 {
    let norm = |square: f64| {
        let norm = square.sqrt() as f32;
        if norm.is_nan() || f64::from(norm) > MIN_NORM { norm } else { 1.0 }
    };
    (ab / (f64::from(norm(aa)) * f64::from(norm(bb)))) as f32
}

/// θ and its sine are float32. θ·t and what follows pass through `round` after each operation.
fn numpy(gram: &[f64; 3], t: f64, round: fn(f64) -> f64) -> Weights {
    let cosine = cosine(gram);
    let theta = libm::acos(cosine.into()) as f32;
    let linear = f64::from(cosine).abs() > LINEAR_ABOVE;
    let (w0, w1) = if linear {
        (1.0 - t, t)
    } else {
        let sine = f64::from(libm::sin(theta.into()) as f32);
        let part = round(f64::from(theta) * round(t));
        let rest = round(f64::from(theta) - part);
        (round(libm::sin(rest)) / sine, round(libm::sin(part)) / sine)
    };
    found(cosine, theta, linear, (w0 as f32, w1 as f32))
}

/// Everything in float32, from a clamped cosine.
fn torch(gram: &[f64; 3], t: f64) -> Weights {
    let cosine = cosine(gram).clamp(-1.0, 1.0);
    let theta = libm::acos(cosine.into()) as f32;
    let linear = f64::from(cosine).abs() > LINEAR_ABOVE;
    let (near, far) = ((1.0 - t) as f32, t as f32);
    let sine = |angle: f32| libm::sin(angle.into()) as f32;
    let weights = if linear {
        (near, far)
    } else {
        (sine(near * theta) / sine(theta), sine(far * theta) / sine(theta))
    };
    found(cosine, theta, linear, weights)
}

fn found(cosine: f32, theta: f32, linear: bool, (w0, w1): (f32, f32)) -> Weights {
    Weights { w0, w1, cosine: cosine.into(), theta: theta.into(), linear }
}
