//! NuSLERP; docs/methods/nuslerp.md. Everything in `work` after each operation, sums apart.
//!
//! Source: the operations that mergekit's `nuslerp` (`mergekit/merge_methods/nuslerp.py`, commit
//! a6e4028) makes torch carry out, one by one. A norm and an inner product are rounded once, from a
//! float64 sum. In float32 the inner product of the unit vectors follows from that of the vectors,
//! so that one pass finds both.

use super::spec::{Along, Angle, Nuslerp as Spec, Outcome, Tensor};
use super::vectors::{Numbers, Sums, Vectors};
use super::{Formula, TILE, exactly, read, round, round_all};
use crate::dtype::Dtype;
use crate::error::KernelError;
use crate::inputs::Inputs;
use crate::lanes::{F32x8, Format, LANES};
use crate::with_format;

/// The least norm that a vector is divided by.
const MIN_NORM: f64 = 1e-7;

/// Vectors whose angle has a sine below this are averaged.
const MIN_SINE: f32 = 1e-8;

struct Nuslerp {
    spec: Spec,
    tensor: Tensor,
    vectors: Vectors,
    stage: Stage,
    /// Elements of the last pass so far.
    done: usize,
}

enum Stage {
    /// Sums of squares of both, and of their products where those are needed.
    Norms { a: Sums, b: Sums, ab: Option<Sums> },
    /// Sums of the products of unit vectors.
    Cosines { norms: Numbers<2>, sum: Sums },
    /// Per vector: coefficients of both, divisor, and 1 where nothing is divided.
    Result { numbers: Numbers<4>, cosine: f32 },
}

/// The interpolation that a spec describes.
///
/// # Errors
/// Where there is no memory for the numbers of each vector.
pub fn build(spec: Spec, tensor: Tensor) -> Result<Box<dyn Formula>, KernelError> {
    let vectors = Vectors::new(spec.along, tensor);
    let sums = || Sums::new(vectors, tensor);
    let ab = if spec.work == Dtype::F32 { Some(sums()?) } else { None };
    let stage = Stage::Norms { a: sums()?, b: sums()?, ab };
    Ok(Box::new(Nuslerp { spec, tensor, vectors, stage, done: 0 }))
}

impl Formula for Nuslerp {
    fn pending(&self) -> bool {
        !matches!(self.stage, Stage::Result { .. })
    }

    fn observe(&mut self, inputs: &Inputs) -> Result<(), KernelError> {
        let (mut a, mut b) = ([F32x8::splat(0.0); TILE], [F32x8::splat(0.0); TILE]);
        let ones = [F32x8::splat(1.0); TILE];
        for start in (0..inputs.elements()).step_by(TILE * LANES) {
            let elements = (inputs.elements() - start).min(TILE * LANES);
            let groups = elements.div_ceil(LANES);
            let (a, b) = (&mut a[..groups], &mut b[..groups]);
            self.load(inputs, start, a, b)?;
            match &mut self.stage {
                Stage::Norms { a: aa, b: bb, ab } => {
                    aa.add(a, a, elements);
                    bb.add(b, b, elements);
                    if let Some(ab) = ab {
                        ab.add(a, b, elements);
                    }
                }
                Stage::Cosines { norms, sum } => {
                    with_format!(self.spec.work, W => multiply_units::<W>(a, b, norms, self.done));
                    sum.add(a, &ones, elements);
                }
                Stage::Result { .. } => {}
            }
            self.done += elements;
        }
        Ok(())
    }

    fn next_pass(&mut self) -> Result<(), KernelError> {
        self.done = 0;
        self.stage = match &mut self.stage {
            Stage::Norms { a, b, ab } => {
                let (a, b, ab) = (a.take(), b.take(), ab.as_mut().map(Sums::take));
                let norms = a.into_iter().zip(b).map(|(a, b)| [self.norm(a), self.norm(b)]);
                let norms: Vec<_> = norms.collect();
                match ab {
                    None => Stage::Cosines {
                        norms: Numbers::new(self.vectors, norms),
                        sum: Sums::new(self.vectors, self.tensor)?,
                    },
                    Some(ab) => {
                        let cosine = |(ab, [a, b]): (f64, [f32; 2])| {
                            (ab / (f64::from(a) * f64::from(b))) as f32
                        };
                        self.result(ab.into_iter().zip(norms).map(cosine))
                    }
                }
            }
            Stage::Cosines { sum, .. } => {
                let (sums, work) = (sum.take(), self.spec.work);
                self.result(sums.into_iter().map(|sum| round(work, sum)))
            }
            Stage::Result { .. } => return Err(KernelError::NoPassPending),
        };
        Ok(())
    }

    fn values(
        &mut self,
        inputs: &Inputs,
        start: usize,
        values: &mut [F32x8],
    ) -> Result<(), KernelError> {
        let Stage::Result { numbers, .. } = &self.stage else {
            return Err(KernelError::PassPending);
        };
        let mut other = [F32x8::splat(0.0); TILE];
        let other = &mut other[..values.len()];
        self.load(inputs, start, values, other)?;
        with_format!(self.spec.work, W => interpolate::<W>(values, other, numbers, self.done));
        if self.spec.base {
            read(&inputs.list()[0], start, other);
            for (value, base) in values.iter_mut().zip(other) {
                *value = value.plus(*base);
            }
            round_all(self.spec.work, values);
        }
        self.done += (inputs.elements() - start).min(values.len() * LANES);
        Ok(())
    }

    fn outcome(&self) -> Outcome {
        let Stage::Result { numbers, cosine } = &self.stage else { return Outcome::default() };
        let (Along::All, Some(&[w0, w1, sine, linear])) = (self.spec.along, numbers.first()) else {
            return Outcome::default();
        };
        let angle = Angle {
            t: self.spec.t,
            cosine: f64::from(*cosine),
            branch: if linear == 1.0 { "linear" } else { "great-circle" },
            w0: f64::from(w0) / f64::from(sine),
            w1: f64::from(w1) / f64::from(sine),
        };
        Outcome { angle: Some(angle), ..Outcome::default() }
    }
}

impl Nuslerp {
    /// The two vectors' elements: the inputs, or their distances from the base.
    fn load(
        &self,
        inputs: &Inputs,
        start: usize,
        a: &mut [F32x8],
        b: &mut [F32x8],
    ) -> Result<(), KernelError> {
        let list = exactly(inputs, if self.spec.base { 3 } else { 2 })?;
        let (base, models) = list.split_at(list.len() - 2);
        read(&models[0], start, a);
        read(&models[1], start, b);
        if let Some(input) = base.first() {
            let mut base = [F32x8::splat(0.0); TILE];
            read(input, start, &mut base[..a.len()]);
            for values in [a, b] {
                for (value, base) in values.iter_mut().zip(&base) {
                    *value = value.minus(*base);
                }
                round_all(self.spec.work, values);
            }
        }
        Ok(())
    }

    fn norm(&self, square: f64) -> f32 {
        let (norm, least) = (round(self.spec.work, square.sqrt()), round(self.spec.work, MIN_NORM));
        if norm < least { least } else { norm }
    }

    fn result(&self, cosines: impl Iterator<Item = f32>) -> Stage {
        let mut first = None;
        let list = cosines.map(|cosine| {
            let cosine = cosine.clamp(-1.0, 1.0);
            first.get_or_insert(cosine);
            self.coefficients(cosine)
        });
        let list = list.collect();
        Stage::Result {
            numbers: Numbers::new(self.vectors, list),
            cosine: first.unwrap_or(f32::NAN),
        }
    }

    fn coefficients(&self, cosine: f32) -> [f32; 4] {
        let work = |number: f64| round(self.spec.work, number);
        let theta = work(libm::acos(cosine.into()));
        let sine = work(libm::sin(theta.into()));
        let (near, far) = ((1.0 - self.spec.t) as f32, self.spec.t as f32);
        if sine.abs() < MIN_SINE {
            return [near, far, 1.0, 1.0];
        }
        let part = |share: f32| work(libm::sin(work((theta * share).into()).into()));
        [part(near), part(far), sine, 0.0]
    }
}

/// Leaves the products of the two unit vectors' elements in `a`.
fn multiply_units<W: Format>(a: &mut [F32x8], b: &[F32x8], norms: &Numbers<2>, first: usize) {
    for (group, (a, b)) in a.iter_mut().zip(b).enumerate() {
        let [norm_a, norm_b] = norms.at(first + group * LANES);
        let (unit_a, unit_b) = (W::round(a.over(norm_a)), W::round(b.over(norm_b)));
        *a = W::round(unit_a.times(unit_b));
    }
}

/// Leaves the interpolation in `a`. Where vectors are averaged the divisor is 1, which changes
/// nothing.
fn interpolate<W: Format>(a: &mut [F32x8], b: &[F32x8], numbers: &Numbers<4>, first: usize) {
    for (group, (a, b)) in a.iter_mut().zip(b).enumerate() {
        let [w0, w1, divisor, _] = numbers.at(first + group * LANES);
        let sum = W::round(W::round(w0.times(*a)).plus(W::round(w1.times(*b))));
        *a = W::round(sum.over(divisor));
    }
}
