//! Fused multiply-adds of short numbers, in float32 alone.

use super::F32x8;
use super::constant::Constant;
use core::arch::wasm32::{
    f32x4_abs, f32x4_add, f32x4_lt, f32x4_mul, f32x4_ne, f32x4_splat, f32x4_sub, v128,
    v128_any_true, v128_or,
};

/// Bits of a float32 that the lower part of a factor takes.
const LOW: u32 = 11;

/// Sums below this are left to [`F32x8::fused`]: beside larger ones, what underflow takes away from
/// a product is too little to matter.
static SMALL: Constant = Constant::of(27 << 23);

/// How much more and how much less is tried.
static MORE: Constant = Constant::of((1.0 + f32::EPSILON * 2.0).to_bits());
static LESS: Constant = Constant::of((1.0 - f32::EPSILON * 2.0).to_bits());

/// What [`F32x8::fused_short`] multiplies by: a float32 cut into 13 and 11 significant bits, whose
/// products with the 11 of a 16-bit format are exact.
#[derive(Clone, Copy)]
pub struct Factor {
    whole: v128,
    high: v128,
    low: v128,
    more: v128,
    less: v128,
    small: v128,
}

impl Factor {
    /// Eight times the same factor.
    #[inline(always)]
    pub fn new(value: f32) -> Self {
        let high = f32::from_bits(value.to_bits() >> LOW << LOW);
        Self {
            whole: f32x4_splat(value),
            high: f32x4_splat(high),
            low: f32x4_splat(value - high),
            more: MORE.get(),
            less: LESS.get(),
            small: SMALL.get(),
        }
    }
}

impl F32x8 {
    /// `a·f + b·g` lane by lane, as two [`Self::fused`] from 0 on, for values of a 16-bit format.
    #[inline(always)]
    pub fn fused_pair_short([a, b]: [Self; 2], [f, g]: [Factor; 2]) -> Self {
        // What is added to 0 has another sign of its zeros, which shows in small results only.
        let first = a.times(Self(f.whole, f.whole));
        let (value, unsure) = b.short(g, first);
        if unsure { pair([a, b], [f, g]) } else { value }
    }

    /// As [`Self::fused`], for values of a 16-bit format.
    #[inline(always)]
    pub fn fused_short(self, factor: Factor, addend: Self) -> Self {
        let (value, unsure) = self.short(factor, addend);
        if unsure { exact(self, factor, addend) } else { value }
    }

    /// `self·factor + addend`, and whether it may be wrong in a lane.
    ///
    /// The products with both parts of the factor are exact, and so is the sum of the addend and the
    /// larger product as two numbers (D. Knuth, The Art of Computer Programming, vol. 2, 4.2.2,
    /// theorem B). What is left to round is `sum + rest`, of which the second is known up to 2^-24 of
    /// itself. If it gives the same result made larger and made smaller by 2^-22, so does every number
    /// between. Where the result is small, infinite, or no number, nothing is said for sure.
    #[inline(always)]
    fn short(self, factor: Factor, addend: Self) -> (Self, bool) {
        let (low, unsure_low) = short(self.0, factor, addend.0);
        let (high, unsure_high) = short(self.1, factor, addend.1);
        (Self(low, high), v128_any_true(v128_or(unsure_low, unsure_high)))
    }
}

/// The result, and the lanes in which it is not certain.
#[inline(always)]
fn short(value: v128, factor: Factor, addend: v128) -> (v128, v128) {
    let product = f32x4_mul(value, factor.high);
    let sum = f32x4_add(addend, product);
    let back = f32x4_sub(sum, addend);
    let error = f32x4_add(f32x4_sub(addend, f32x4_sub(sum, back)), f32x4_sub(product, back));
    let rest = f32x4_add(error, f32x4_mul(value, factor.low));
    let more = f32x4_add(sum, f32x4_mul(rest, factor.more));
    let less = f32x4_add(sum, f32x4_mul(rest, factor.less));
    let small = f32x4_lt(f32x4_abs(more), factor.small);
    (more, v128_or(f32x4_ne(more, less), small))
}

/// Out of line, so that the registers of the loop are not kept for it.
#[cold]
#[inline(never)]
fn exact(value: F32x8, factor: Factor, addend: F32x8) -> F32x8 {
    value.fused(F32x8(factor.whole, factor.whole), addend)
}

/// As [`exact`].
#[cold]
#[inline(never)]
fn pair([a, b]: [F32x8; 2], [f, g]: [Factor; 2]) -> F32x8 {
    exact(b, g, exact(a, f, F32x8::splat(0.0)))
}
