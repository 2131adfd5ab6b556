//! The lanes in SIMD128. Each operation gives the bits of its namesake in `scalar`.

mod constant;
mod fused;
mod masks;

pub use fused::Factor;
pub use masks::{Magnitudes, Mask8};

use super::LANES;
use crate::dtype::{BF16_NAN, F16_NAN, F32_NAN};
use constant::Constant;
use core::arch::wasm32::{
    f32x4, f32x4_abs, f32x4_add, f32x4_demote_f64x2_zero, f32x4_div, f32x4_extract_lane, f32x4_le,
    f32x4_mul, f32x4_ne, f32x4_splat, f32x4_sub, f64x2, f64x2_abs, f64x2_add, f64x2_extract_lane,
    f64x2_lt, f64x2_mul, f64x2_ne, f64x2_promote_low_f32x4, f64x2_splat, f64x2_sub,
    i16x8_narrow_i32x4, i16x8_shuffle, i32x4_add, i32x4_eq, i32x4_ge, i32x4_gt, i32x4_lt,
    i32x4_min, i32x4_shl, i32x4_shuffle, i32x4_sub, i64x2_add, i64x2_eq, i64x2_shr, u8x16_avgr,
    u16x8_narrow_i32x4, u32x4_extend_high_u16x8, u32x4_extend_low_u16x8, u32x4_shr, u32x4_splat,
    u64x2_splat, v128, v128_and, v128_any_true, v128_bitselect, v128_load, v128_or, v128_store,
    v128_xor,
};

/// Eight float32 values.
#[derive(Clone, Copy)]
pub struct F32x8(v128, v128);

/// Eight float64 values.
#[derive(Clone, Copy)]
pub struct F64x8([v128; 4]);

const SIGN: u32 = 0x8000_0000;

#[inline(always)]
fn load(bytes: &[u8; 16]) -> v128 {
    // SAFETY: sixteen bytes are there to be read, and v128_load asks for no alignment.
    unsafe { v128_load(bytes.as_ptr().cast()) }
}

#[inline(always)]
fn store(value: v128, bytes: &mut [u8; 16]) {
    // SAFETY: sixteen bytes are there to be written, and v128_store asks for no alignment.
    unsafe { v128_store(bytes.as_mut_ptr().cast(), value) }
}

static ONE: Constant = Constant::of(1);
static SIGNS: Constant = Constant::of(SIGN);
static BF16_HALF: Constant = Constant::of(0x7fff);
static BF16_BITS: Constant = Constant::of(0xffff_0000);
static BF16_NANS: Constant = Constant::of(BF16_NAN as u32 * 0x1_0001);
static F16_HALF: Constant = Constant::of(0xfff);
static F16_BITS: Constant = Constant::of(!0x1fff);
static F16_MAGNITUDE: Constant = Constant::of(0x7fff);
static F16_NANS: Constant = Constant::of(F16_NAN as u32 * 0x1_0001);
/// The smallest normal f16, 2^-14, as an f32.
static F16_NORMAL: Constant = Constant::of(113 << 23);
/// The first f32 that is too large for an f16 once it is rounded to its precision: 2^16.
static F16_TOO_LARGE: Constant = Constant::of(143 << 23);
static INFINITY: Constant = Constant::of(255 << 23);
/// What an f16's exponent is short of an f32's.
static F16_BIAS: Constant = Constant::of(112 << 23);
static F16_INFINITY: Constant = Constant::of(0x7c00);
static HALF: Constant = Constant::of(126 << 23);

/// Four f16, each in the lower half of a lane.
#[inline(always)]
fn widen_f16(bits: v128) -> v128 {
    let magnitude = v128_and(bits, F16_MAGNITUDE.get());
    let sign = i32x4_shl(v128_xor(bits, magnitude), 16);
    let shifted = i32x4_shl(magnitude, 13);
    let (bias, least) = (F16_BIAS.get(), F16_NORMAL.get());
    let normal = i32x4_add(shifted, bias);
    // fraction × 2^-24 as (2^-14 + fraction × 2^-24) - 2^-14: no step of it rounds.
    let subnormal = f32x4_sub(i32x4_add(shifted, least), least);
    let value = v128_bitselect(subnormal, normal, i32x4_lt(normal, least));
    // An exponent of ones becomes one of ones.
    let not_finite = i32x4_ge(normal, F16_TOO_LARGE.get());
    v128_or(v128_or(value, v128_and(not_finite, INFINITY.get())), sign)
}

/// The nearest f16 of the magnitudes of four f32, as f32.
#[inline(always)]
fn round_f16(magnitude: v128) -> v128 {
    let odd = v128_and(u32x4_shr(magnitude, 13), ONE.get());
    let rounded = i32x4_add(i32x4_add(magnitude, F16_HALF.get()), odd);
    let normal = v128_and(rounded, F16_BITS.get());
    // One ulp of a number in [0.5, 1) is 2^-24, the spacing of subnormal f16, so that adding 0.5
    // rounds to it. Core WASM rounds to nearest even.
    let half = HALF.get();
    let subnormal = f32x4_sub(f32x4_add(magnitude, half), half);
    let value = v128_bitselect(subnormal, normal, i32x4_lt(magnitude, F16_NORMAL.get()));
    let infinity = INFINITY.get();
    let overflow = i32x4_ge(value, F16_TOO_LARGE.get());
    let value = v128_bitselect(infinity, value, overflow);
    // Magnitudes above infinity are NaNs, and all their bits are set.
    v128_or(value, i32x4_gt(magnitude, infinity))
}

/// Four f16 of four f32 that are numbers, each in the lower half of a lane.
#[inline(always)]
fn narrow_f16(bits: v128) -> v128 {
    let sign = v128_and(bits, SIGNS.get());
    let value = round_f16(v128_xor(bits, sign));
    let least = F16_NORMAL.get();
    let normal = u32x4_shr(i32x4_sub(value, F16_BIAS.get()), 13);
    let subnormal = u32x4_shr(i32x4_sub(f32x4_add(value, least), least), 13);
    let half = v128_bitselect(subnormal, normal, i32x4_lt(value, least));
    // 2^16 and the f32 infinity alike.
    let half = i32x4_min(half, F16_INFINITY.get());
    v128_or(half, u32x4_shr(sign, 16))
}

/// Four bf16 of four f32 that are numbers, each in the lower half of a lane.
#[inline(always)]
fn narrow_bf16(bits: v128) -> v128 {
    let odd = v128_and(u32x4_shr(bits, 16), ONE.get());
    u32x4_shr(i32x4_add(i32x4_add(bits, BF16_HALF.get()), odd), 16)
}

/// Halves of eight values, and a NaN's where there is no number.
#[inline(always)]
fn store_halves(F32x8(low, high): F32x8, halves: v128, nans: v128, group: &mut [u8; 16]) {
    let nan = i16x8_narrow_i32x4(f32x4_ne(low, low), f32x4_ne(high, high));
    store(v128_bitselect(nans, halves, nan), group);
}

#[inline(always)]
fn canonical(bits: v128) -> v128 {
    v128_bitselect(u32x4_splat(F32_NAN), bits, f32x4_ne(bits, bits))
}

impl F32x8 {
    /// Eight times the same value.
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        Self(f32x4_splat(value), f32x4_splat(value))
    }

    /// Reads eight f32.
    #[inline(always)]
    pub fn from_f32(group: &[u8; 4 * LANES]) -> Self {
        let (halves, _) = group.as_chunks();
        Self(load(&halves[0]), load(&halves[1]))
    }

    /// Reads eight f16.
    #[inline(always)]
    pub fn from_f16(group: &[u8; 2 * LANES]) -> Self {
        let bits = load(group);
        Self(widen_f16(u32x4_extend_low_u16x8(bits)), widen_f16(u32x4_extend_high_u16x8(bits)))
    }

    /// Reads eight bf16.
    #[inline(always)]
    pub fn from_bf16(group: &[u8; 2 * LANES]) -> Self {
        let bits = load(group);
        let zero = u32x4_splat(0);
        Self(
            i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(zero, bits),
            i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(zero, bits),
        )
    }

    /// Writes eight f32.
    #[inline(always)]
    pub fn to_f32(self, group: &mut [u8; 4 * LANES]) {
        let (halves, _) = group.as_chunks_mut();
        store(canonical(self.0), &mut halves[0]);
        store(canonical(self.1), &mut halves[1]);
    }

    /// Writes eight f16.
    #[inline(always)]
    pub fn to_f16(self, group: &mut [u8; 2 * LANES]) {
        let halves = u16x8_narrow_i32x4(narrow_f16(self.0), narrow_f16(self.1));
        store_halves(self, halves, F16_NANS.get(), group);
    }

    /// Writes eight bf16.
    #[inline(always)]
    pub fn to_bf16(self, group: &mut [u8; 2 * LANES]) {
        let halves = u16x8_narrow_i32x4(narrow_bf16(self.0), narrow_bf16(self.1));
        store_halves(self, halves, BF16_NANS.get(), group);
    }

    /// Lane by lane, rounded.
    #[inline(always)]
    pub fn times(self, other: Self) -> Self {
        Self(f32x4_mul(self.0, other.0), f32x4_mul(self.1, other.1))
    }

    /// Lane by lane, rounded.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        Self(f32x4_add(self.0, other.0), f32x4_add(self.1, other.1))
    }

    /// Lane by lane, rounded.
    #[inline(always)]
    pub fn minus(self, other: Self) -> Self {
        Self(f32x4_sub(self.0, other.0), f32x4_sub(self.1, other.1))
    }

    /// Lane by lane, rounded.
    #[inline(always)]
    pub fn over(self, other: Self) -> Self {
        Self(f32x4_div(self.0, other.0), f32x4_div(self.1, other.1))
    }

    /// `self·factor + addend` lane by lane, rounded once.
    #[inline(always)]
    pub fn fused(self, factor: Self, addend: Self) -> Self {
        let product = self.widen().times(factor.widen());
        let addend = addend.widen();
        let sum = product.plus(addend);
        let value = sum.narrow();
        if sum.may_lie_midway(value) { product.plus_odd(addend).narrow() } else { value }
    }

    /// The nearest values that a bf16 has.
    #[inline(always)]
    pub fn round_bf16(self) -> Self {
        let (one, half, upper) = (ONE.get(), BF16_HALF.get(), BF16_BITS.get());
        let round = |bits| {
            let odd = v128_and(u32x4_shr(bits, 16), one);
            let rounded = i32x4_add(i32x4_add(bits, half), odd);
            // What is not equal to itself stays a NaN: all its bits are set.
            v128_or(v128_and(rounded, upper), f32x4_ne(bits, bits))
        };
        Self(round(self.0), round(self.1))
    }

    /// The nearest values that an f16 has.
    #[inline(always)]
    pub fn round_f16(self) -> Self {
        let signs = SIGNS.get();
        let round = |bits| {
            let sign = v128_and(bits, signs);
            v128_or(round_f16(v128_xor(bits, sign)), sign)
        };
        Self(round(self.0), round(self.1))
    }

    /// Eight values, the first lane first.
    #[inline(always)]
    pub fn from_array(values: [f32; LANES]) -> Self {
        let [a, b, c, d, e, f, g, h] = values;
        Self(f32x4(a, b, c, d), f32x4(e, f, g, h))
    }

    /// The eight values, the first lane first.
    #[inline(always)]
    pub fn to_array(self) -> [f32; LANES] {
        [
            f32x4_extract_lane::<0>(self.0),
            f32x4_extract_lane::<1>(self.0),
            f32x4_extract_lane::<2>(self.0),
            f32x4_extract_lane::<3>(self.0),
            f32x4_extract_lane::<0>(self.1),
            f32x4_extract_lane::<1>(self.1),
            f32x4_extract_lane::<2>(self.1),
            f32x4_extract_lane::<3>(self.1),
        ]
    }

    /// The same values in f64, exactly.
    #[inline(always)]
    pub fn widen(self) -> F64x8 {
        let upper = |v| i32x4_shuffle::<2, 3, 2, 3>(v, v);
        F64x8([
            f64x2_promote_low_f32x4(self.0),
            f64x2_promote_low_f32x4(upper(self.0)),
            f64x2_promote_low_f32x4(self.1),
            f64x2_promote_low_f32x4(upper(self.1)),
        ])
    }
}

impl F64x8 {
    /// Eight values, the first lane first.
    #[inline(always)]
    pub fn from_array(values: [f64; LANES]) -> Self {
        let [a, b, c, d, e, f, g, h] = values;
        Self([f64x2(a, b), f64x2(c, d), f64x2(e, f), f64x2(g, h)])
    }

    /// The eight values, the first lane first.
    #[inline(always)]
    pub fn to_array(self) -> [f64; LANES] {
        let lane = |i: usize| self.0[i / 2];
        std::array::from_fn(|i| {
            let pair = lane(i);
            if i % 2 == 0 { f64x2_extract_lane::<0>(pair) } else { f64x2_extract_lane::<1>(pair) }
        })
    }

    /// Eight zeros.
    #[inline(always)]
    pub fn zero() -> Self {
        Self([f64x2_splat(0.0); 4])
    }

    #[inline(always)]
    fn lanes(self, other: Self, operation: impl Fn(v128, v128) -> v128) -> Self {
        let lane = |i: usize| operation(self.0[i], other.0[i]);
        Self([lane(0), lane(1), lane(2), lane(3)])
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self.lanes(other, |a, b| f64x2_mul(a, b))
    }

    /// Lane by lane, rounded.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        self.lanes(other, |a, b| f64x2_add(a, b))
    }

    /// The sum, made odd where it is inexact: see `fused` in `scalar`.
    #[inline(always)]
    fn plus_odd(self, other: Self) -> Self {
        self.lanes(other, |a, b| {
            let sum = f64x2_add(a, b);
            let back = f64x2_sub(sum, a);
            let error = f64x2_add(f64x2_sub(a, f64x2_sub(sum, back)), f64x2_sub(b, back));
            let finite = f64x2_lt(f64x2_abs(sum), f64x2_splat(f64::INFINITY));
            let inexact = v128_and(finite, f64x2_ne(error, f64x2_splat(0.0)));
            let odd = v128_and(sum, u64x2_splat(1));
            let wanted = v128_and(inexact, i64x2_eq(odd, u64x2_splat(0)));
            // 1 where sum and error have one sign, -1 where they have not.
            let step = v128_or(i64x2_shr(v128_xor(sum, error), 63), u64x2_splat(1));
            i64x2_add(sum, v128_and(step, wanted))
        })
    }

    /// Rounded to float32.
    #[inline(always)]
    fn narrow(self) -> F32x8 {
        // A shuffle leaves the zeros above each pair unused, and LLVM would then convert one number at
        // a time. It does not look through averages, which here are of a value and itself.
        let narrow = |pair| {
            let pair = f32x4_demote_f64x2_zero(pair);
            u8x16_avgr(pair, pair)
        };
        let two = |low, high| i32x4_shuffle::<0, 1, 4, 5>(narrow(low), narrow(high));
        F32x8(two(self.0[0], self.0[1]), two(self.0[2], self.0[3]))
    }

    /// Whether one of these may lie in the middle between two float32; `value` is `self.narrow()`.
    ///
    /// The middle between two normal float32 ends in a one and 28 zeros; below, the place of that one
    /// varies, so that all results up to the smallest normal float32 count.
    #[inline(always)]
    fn may_lie_midway(self, value: F32x8) -> bool {
        let midway = |low, high| {
            let ends = i32x4_shuffle::<0, 2, 4, 6>(low, high);
            i32x4_eq(v128_and(ends, u32x4_splat(0x1fff_ffff)), u32x4_splat(0x1000_0000))
        };
        let small = |values| f32x4_le(f32x4_abs(values), f32x4_splat(f32::MIN_POSITIVE));
        let low = v128_or(midway(self.0[0], self.0[1]), small(value.0));
        let high = v128_or(midway(self.0[2], self.0[3]), small(value.1));
        v128_any_true(v128_or(low, high))
    }

    /// `self + a·b` lane by lane. The product of two float32 is exact in f64; the sum is rounded.
    #[inline(always)]
    pub fn add_product(self, a: Self, b: Self) -> Self {
        let sum = |i: usize| f64x2_add(self.0[i], f64x2_mul(a.0[i], b.0[i]));
        Self([sum(0), sum(1), sum(2), sum(3)])
    }

    /// `((s0 + s2) + (s4 + s6)) + ((s1 + s3) + (s5 + s7))`.
    #[inline(always)]
    pub fn total(self) -> f64 {
        let [a, b, c, d] = self.0;
        let pair = f64x2_add(f64x2_add(a, b), f64x2_add(c, d));
        f64x2_extract_lane::<0>(pair) + f64x2_extract_lane::<1>(pair)
    }
}
