//! Which elements of a task vector are kept, and how they are multiplied.

use super::bits::Bits;
use crate::lanes::{F32x8, F64x8, Format, LANES, Magnitudes, Mask8};

/// Above every magnitude.
pub const ABOVE_ALL: u32 = 0x7fff_ffff;

/// Elements that are kept.
pub enum Keep {
    /// All of them.
    All,
    /// None of them.
    Nothing,
    /// Those between two magnitudes.
    Band(Band),
    /// Those whose bit is 1.
    Bits(Bits),
    /// Those with a share, by which they are divided; 0 for the others.
    Shares(Vec<f32>),
}

impl Keep {
    /// Makes the elements from number `position`, a multiple of eight, on 0 that are not kept, by a
    /// product with 0 or 1; divides the kept ones by their share if they have one, rounding to W.
    /// `then` is what happens to all of them afterwards.
    #[inline(always)]
    pub fn apply<W: Format>(
        &mut self,
        position: usize,
        strip: &mut [F32x8],
        then: impl Fn(F32x8) -> F32x8,
    ) {
        match self {
            Self::All => {
                for value in strip {
                    *value = then(*value);
                }
            }
            Self::Nothing => {
                for value in strip {
                    *value = then(value.times(F32x8::splat(0.0)));
                }
            }
            Self::Band(band) => {
                for value in strip {
                    *value = then(value.times(band.units(value.magnitudes())));
                }
            }
            Self::Bits(bits) => {
                for (value, byte) in strip.iter_mut().zip(bits.groups(position)) {
                    *value = then(value.times(Mask8::from_bits(*byte).units()));
                }
            }
            Self::Shares(shares) => {
                for (value, shares) in strip.iter_mut().zip(shares[position..].chunks(LANES)) {
                    let (units, shares) = kept_and_shares(shares);
                    *value = then(W::round(value.times(units).over(shares)));
                }
            }
        }
    }

    /// Starts again with the tensor's first element.
    pub const fn restart(&mut self) {
        if let Self::Band(band) = self {
            band.left = band.quotas;
        }
    }
}

/// 1 and the share of kept elements, 0 and 1 of dropped ones.
fn kept_and_shares(shares: &[f32]) -> (F32x8, F32x8) {
    let lane = |lane: usize| shares.get(lane).copied().unwrap_or(0.0);
    let shares = F32x8::from_array(std::array::from_fn(lane));
    let kept = shares.above(F32x8::splat(0.0));
    (kept.units(), kept.pick(shares, F32x8::splat(1.0)))
}

/// The magnitudes between two bounds, and of those equal to a bound the first ones.
pub struct Band {
    bounds: [u32; 2],
    quotas: [usize; 2],
    left: [usize; 2],
}

impl Band {
    /// Bounds are bits of f32 magnitudes, the lower one first; `quotas` says how many elements equal
    /// to a bound are kept.
    pub const fn new(bounds: [u32; 2], quotas: [usize; 2]) -> Self {
        Self { bounds, quotas, left: quotas }
    }

    /// 1 for kept elements, 0 for others.
    #[inline(always)]
    fn units(&mut self, magnitudes: Magnitudes) -> F32x8 {
        let [low, high] = self.bounds.map(Magnitudes::splat);
        let inside = magnitudes.above(low).and(high.above(magnitudes));
        let equal = [magnitudes.equal(low).bits(), magnitudes.equal(high).bits()];
        if equal == [0, 0] {
            return inside.units();
        }
        let bits = inside.bits() | take(equal[0], &mut self.left[0]);
        Mask8::from_bits(bits | take(equal[1], &mut self.left[1])).units()
    }
}

/// The first bits of those that are 1, as many as are left.
fn take(bits: u8, left: &mut usize) -> u8 {
    let mut rest = bits;
    while rest != 0 && *left > 0 {
        rest &= rest - 1;
        *left -= 1;
    }
    bits & !rest
}

/// Sums of magnitudes in f64, before and after some elements were dropped. Eight running sums, one
/// per lane, over the whole tensor.
#[derive(Clone, Copy)]
pub struct Norms {
    all: F64x8,
    kept: F64x8,
}

impl Norms {
    /// Of no element.
    pub fn zero() -> Self {
        Self { all: F64x8::zero(), kept: F64x8::zero() }
    }

    /// Adds elements before anything is dropped.
    pub fn add_all(&mut self, strip: &[F32x8]) {
        for value in strip {
            self.all = self.all.plus(value.abs().widen());
        }
    }

    /// Adds elements of which the dropped ones are 0.
    pub fn add_kept(&mut self, strip: &[F32x8]) {
        for value in strip {
            self.kept = self.kept.plus(value.abs().widen());
        }
    }

    /// Both sums.
    pub fn totals(&self) -> [f64; 2] {
        [self.all.total(), self.kept.total()]
    }
}

/// What kept elements are multiplied with.
#[derive(Clone, Copy)]
pub enum Scale {
    /// Nothing.
    None,
    /// R(a·f).
    Times(f32),
    /// R(a/f).
    Over(f32),
}

impl Scale {
    /// The ratio of two L1 norms in the dtype W, unless one of them is below the threshold.
    pub fn of_norms<W: Format>(norms: [f64; 2], threshold: f64) -> Self {
        let round = |value: f32| W::round(F32x8::splat(value)).to_array()[0];
        let [all, kept] = norms.map(|norm| round(norm as f32));
        if f64::from(all) < threshold || f64::from(kept) < threshold {
            return Self::None;
        }
        Self::Times(round(all / kept))
    }

    /// Multiplies, rounding to W.
    #[inline(always)]
    pub fn apply<W: Format>(self, value: F32x8) -> F32x8 {
        match self {
            Self::None => value,
            Self::Times(factor) => W::round(value.times(F32x8::splat(factor))),
            Self::Over(divisor) => W::round(value.over(F32x8::splat(divisor))),
        }
    }
}
