//! Choices lane by lane, in SIMD128.

use super::constant::Constant;
use super::{F32x8, LANES, SIGN};
use crate::dtype::F32_NAN;
use core::arch::wasm32::{
    f32x4_abs, f32x4_ge, f32x4_gt, i32x4_bitmask, i32x4_eq, i32x4_gt, u32x4, u32x4_extract_lane,
    u32x4_min, u32x4_splat, v128, v128_and, v128_bitselect, v128_or,
};

static ONE: Constant = Constant::of(1.0_f32.to_bits());
static SIGNLESS: Constant = Constant::of(!SIGN);
static NANS: Constant = Constant::of(F32_NAN);
static LOW_BITS: Constant = Constant::new([1, 2, 4, 8]);
static HIGH_BITS: Constant = Constant::new([16, 32, 64, 128]);

/// Eight answers.
#[derive(Clone, Copy)]
pub struct Mask8(v128, v128);

/// Eight magnitudes as integers below 2^31 in the order of the numbers, NaN above all of them.
#[derive(Clone, Copy)]
pub struct Magnitudes(v128, v128);

impl Mask8 {
    /// Lane i is bit i.
    #[inline(always)]
    pub fn from_bits(bits: u8) -> Self {
        let bits = u32x4_splat(u32::from(bits));
        let lanes = |places| i32x4_eq(v128_and(bits, places), places);
        let (low, high) = (LOW_BITS.get(), HIGH_BITS.get());
        Self(lanes(low), lanes(high))
    }

    /// Bit i is lane i.
    #[inline(always)]
    pub fn bits(self) -> u8 {
        i32x4_bitmask(self.0) | i32x4_bitmask(self.1) << 4
    }

    /// Lane by lane.
    #[inline(always)]
    pub fn and(self, other: Self) -> Self {
        Self(v128_and(self.0, other.0), v128_and(self.1, other.1))
    }

    /// Lane by lane.
    #[inline(always)]
    pub fn or(self, other: Self) -> Self {
        Self(v128_or(self.0, other.0), v128_or(self.1, other.1))
    }

    /// The lanes of one where the answer is yes, of the other where it is no.
    #[inline(always)]
    pub fn pick(self, yes: F32x8, no: F32x8) -> F32x8 {
        F32x8(v128_bitselect(yes.0, no.0, self.0), v128_bitselect(yes.1, no.1, self.1))
    }

    /// 1 for yes, 0 for no.
    #[inline(always)]
    pub fn units(self) -> F32x8 {
        let one = ONE.get();
        F32x8(v128_and(one, self.0), v128_and(one, self.1))
    }
}

impl Magnitudes {
    /// Eight times the same.
    #[inline(always)]
    pub fn splat(bits: u32) -> Self {
        Self(u32x4_splat(bits), u32x4_splat(bits))
    }

    /// Eight integers below 2^31, the first lane first.
    #[inline(always)]
    pub fn from_array(integers: &[u32; LANES]) -> Self {
        let [a, b, c, d, e, f, g, h] = *integers;
        Self(u32x4(a, b, c, d), u32x4(e, f, g, h))
    }

    /// Where these are larger than others.
    #[inline(always)]
    pub fn above(self, other: Self) -> Mask8 {
        // No magnitude has its uppermost bit set, so signed comparison will do.
        Mask8(i32x4_gt(self.0, other.0), i32x4_gt(self.1, other.1))
    }

    /// Where these are equal to others.
    #[inline(always)]
    pub fn equal(self, other: Self) -> Mask8 {
        Mask8(i32x4_eq(self.0, other.0), i32x4_eq(self.1, other.1))
    }

    /// The eight integers, the first lane first.
    #[inline(always)]
    pub fn to_array(self) -> [u32; LANES] {
        [
            u32x4_extract_lane::<0>(self.0),
            u32x4_extract_lane::<1>(self.0),
            u32x4_extract_lane::<2>(self.0),
            u32x4_extract_lane::<3>(self.0),
            u32x4_extract_lane::<0>(self.1),
            u32x4_extract_lane::<1>(self.1),
            u32x4_extract_lane::<2>(self.1),
            u32x4_extract_lane::<3>(self.1),
        ]
    }
}

impl F32x8 {
    /// Without signs.
    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(f32x4_abs(self.0), f32x4_abs(self.1))
    }

    /// The magnitudes of results of arithmetic as integers; every quiet NaN is the same one.
    #[inline(always)]
    pub fn magnitudes(self) -> Magnitudes {
        let (signless, nan) = (SIGNLESS.get(), NANS.get());
        let lanes = |bits| u32x4_min(v128_and(bits, signless), nan);
        Magnitudes(lanes(self.0), lanes(self.1))
    }

    /// Where these are greater than others; nowhere beside a NaN.
    #[inline(always)]
    pub fn above(self, other: Self) -> Mask8 {
        Mask8(f32x4_gt(self.0, other.0), f32x4_gt(self.1, other.1))
    }

    /// Where these are not less than others; nowhere beside a NaN.
    #[inline(always)]
    pub fn at_least(self, other: Self) -> Mask8 {
        Mask8(f32x4_ge(self.0, other.0), f32x4_ge(self.1, other.1))
    }
}
