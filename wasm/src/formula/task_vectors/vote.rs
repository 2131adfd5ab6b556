//! Sums of weighted task vectors, with or without an election of signs.

use super::delta::{STRIP, Strip};
use crate::formula::spec;
use crate::lanes::{F32x8, Format};

/// What is done with the weighted task vectors of a strip.
pub struct Vote {
    /// Rounded to the working dtype.
    weights: Vec<f32>,
    consensus: bool,
    normalize: bool,
    lambda: f32,
    /// What the sum is divided by where no sign is elected.
    divisor: f32,
}

impl Vote {
    /// With weights and numbers of a spec, in dtype A.
    pub fn new<A: Format>(spec: &spec::TaskVectors) -> Self {
        let round = |value: f32| A::round(F32x8::splat(value)).to_array()[0];
        let weights: Vec<f32> = spec.terms.iter().map(|term| round(term.weight as f32)).collect();
        let sum = round(weights.iter().sum());
        Self {
            weights,
            consensus: spec.consensus,
            normalize: spec.normalize,
            lambda: spec.lambda as f32,
            divisor: if sum.abs() < 1e-8 { 1.0 } else { sum },
        }
    }

    /// The rounded weight of a term.
    pub fn weight(&self, term: usize) -> f32 {
        self.weights[term]
    }

    /// The mixed task vector M of as many groups as `mixed` has. Every operation is rounded to A;
    /// sums over terms are taken in float32 and rounded once.
    pub fn mix<A: Format>(&self, weighted: &[Strip], mixed: &mut [F32x8]) {
        let mut divisors = [F32x8::splat(self.divisor); STRIP];
        for (group, (mixed, divisor)) in mixed.iter_mut().zip(&mut divisors).enumerate() {
            let sum = A::round(self.sum(weighted, group));
            if self.consensus {
                let elected = sum.at_least(F32x8::splat(0.0));
                let sign = elected.pick(F32x8::splat(1.0), F32x8::splat(-1.0));
                (*mixed, *divisor) = self.agreeing::<A>(weighted, group, sign);
            } else {
                *mixed = sum;
            }
        }
        if self.normalize {
            for (mixed, divisor) in mixed.iter_mut().zip(&divisors) {
                *mixed = A::round(mixed.over(*divisor));
            }
        }
        if self.lambda != 1.0 {
            for mixed in mixed {
                *mixed = A::round(mixed.times(F32x8::splat(self.lambda)));
            }
        }
    }

    #[inline(always)]
    fn sum(&self, weighted: &[Strip], group: usize) -> F32x8 {
        weighted.iter().fold(F32x8::splat(0.0), |sum, strip| sum.plus(strip[group]))
    }

    /// The sum over terms whose sign is `sign`, and that of their weights, 1 where it is 0.
    #[inline(always)]
    fn agreeing<A: Format>(&self, weighted: &[Strip], group: usize, sign: F32x8) -> (F32x8, F32x8) {
        let zero = F32x8::splat(0.0);
        let (mut sum, mut weights) = (zero, zero);
        for (strip, weight) in weighted.iter().zip(&self.weights) {
            let value = strip[group];
            let agrees = value.times(sign).above(zero);
            sum = sum.plus(value.times(agrees.units()));
            weights = weights.plus(agrees.pick(F32x8::splat(*weight), zero));
        }
        let weights = A::round(weights);
        let none = weights.at_least(zero).and(zero.at_least(weights));
        (A::round(sum), none.pick(F32x8::splat(1.0), weights))
    }
}
