//! The lanes in plain Rust: the meaning of every operation.

mod masks;

pub use masks::{Magnitudes, Mask8};

use super::LANES;
use crate::dtype::{bf16_to_f32, f16_to_f32, f32_bits, f32_to_bf16, f32_to_f16};

/// Eight float32 values.
#[derive(Clone, Copy)]
pub struct F32x8([f32; LANES]);

/// Eight float64 values.
#[derive(Clone, Copy)]
pub struct F64x8([f64; LANES]);

fn halves(group: &[u8; 2 * LANES], value: fn(u16) -> f32) -> F32x8 {
    let (elements, _) = group.as_chunks::<2>();
    F32x8(std::array::from_fn(|lane| value(u16::from_le_bytes(elements[lane]))))
}

fn to_halves(values: F32x8, bits: fn(f32) -> u16, group: &mut [u8; 2 * LANES]) {
    let (elements, _) = group.as_chunks_mut::<2>();
    for (element, value) in elements.iter_mut().zip(values.0) {
        *element = bits(value).to_le_bytes();
    }
}

/// `a·b + c` with one rounding to float32.
///
/// The product is exact in f64. Where the f64 sum is inexact it is made odd, which keeps it off the
/// middle between two float32, so that rounding it a second time gives what one rounding would.
/// Source: S. Boldo, G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms
/// using rounding to odd", IEEE Transactions on Computers 57(4), 2008; the error of the sum is D.
/// Knuth's (The Art of Computer Programming, vol. 2, 4.2.2, theorem B).
fn fused(a: f32, b: f32, c: f32) -> f32 {
    let (product, addend) = (f64::from(a) * f64::from(b), f64::from(c));
    let sum = product + addend;
    let back = sum - product;
    let error = (product - (sum - back)) + (addend - back);
    let bits = sum.to_bits();
    if !sum.is_finite() || error == 0.0 || bits & 1 == 1 {
        return sum as f32;
    }
    let away = (error > 0.0) == (sum > 0.0);
    f64::from_bits(if away { bits + 1 } else { bits - 1 }) as f32
}

/// What [`F32x8::fused_short`] multiplies by.
#[derive(Clone, Copy)]
pub struct Factor(f32);

impl Factor {
    /// Eight times the same factor.
    pub const fn new(value: f32) -> Self {
        Self(value)
    }
}

impl F32x8 {
    /// Eight times the same value.
    pub fn splat(value: f32) -> Self {
        Self([value; LANES])
    }

    /// Reads eight f32.
    pub fn from_f32(group: &[u8; 4 * LANES]) -> Self {
        let (elements, _) = group.as_chunks::<4>();
        Self(std::array::from_fn(|lane| f32::from_le_bytes(elements[lane])))
    }

    /// Reads eight f16.
    pub fn from_f16(group: &[u8; 2 * LANES]) -> Self {
        halves(group, f16_to_f32)
    }

    /// Reads eight bf16.
    pub fn from_bf16(group: &[u8; 2 * LANES]) -> Self {
        halves(group, bf16_to_f32)
    }

    /// Writes eight f32.
    pub fn to_f32(self, group: &mut [u8; 4 * LANES]) {
        let (elements, _) = group.as_chunks_mut::<4>();
        for (element, value) in elements.iter_mut().zip(self.0) {
            *element = f32_bits(value).to_le_bytes();
        }
    }

    /// Writes eight f16.
    pub fn to_f16(self, group: &mut [u8; 2 * LANES]) {
        to_halves(self, f32_to_f16, group);
    }

    /// Writes eight bf16.
    pub fn to_bf16(self, group: &mut [u8; 2 * LANES]) {
        to_halves(self, f32_to_bf16, group);
    }

    /// Lane by lane, rounded.
    pub fn times(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] * other.0[lane]))
    }

    /// Lane by lane, rounded.
    pub fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] + other.0[lane]))
    }

    /// Lane by lane, rounded.
    pub fn minus(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] - other.0[lane]))
    }

    /// Lane by lane, rounded.
    pub fn over(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] / other.0[lane]))
    }

    /// `self·factor + addend` lane by lane, rounded once.
    pub fn fused(self, factor: Self, addend: Self) -> Self {
        Self(std::array::from_fn(|lane| fused(self.0[lane], factor.0[lane], addend.0[lane])))
    }

    /// `a·f + b·g` lane by lane, as two [`Self::fused`] from 0 on, for values of a 16-bit format.
    pub fn fused_pair_short([a, b]: [Self; 2], [f, g]: [Factor; 2]) -> Self {
        b.fused_short(g, a.fused_short(f, Self::splat(0.0)))
    }

    /// As [`Self::fused`], for values of a 16-bit format.
    pub fn fused_short(self, factor: Factor, addend: Self) -> Self {
        self.fused(Self::splat(factor.0), addend)
    }

    /// The nearest values that a bf16 has.
    pub fn round_bf16(self) -> Self {
        Self(self.0.map(|value| bf16_to_f32(f32_to_bf16(value))))
    }

    /// The nearest values that an f16 has.
    pub fn round_f16(self) -> Self {
        Self(self.0.map(|value| f16_to_f32(f32_to_f16(value))))
    }

    /// Eight values, the first lane first.
    pub fn from_array(values: [f32; LANES]) -> Self {
        Self(values)
    }

    /// The eight values, the first lane first.
    pub fn to_array(self) -> [f32; LANES] {
        self.0
    }

    /// The same values in f64, exactly.
    pub fn widen(self) -> F64x8 {
        F64x8(self.0.map(f64::from))
    }
}

impl F64x8 {
    /// Eight values, the first lane first.
    pub fn from_array(values: [f64; LANES]) -> Self {
        Self(values)
    }

    /// The eight values, the first lane first.
    pub fn to_array(self) -> [f64; LANES] {
        self.0
    }

    /// Eight zeros.
    pub fn zero() -> Self {
        Self([0.0; LANES])
    }

    /// Lane by lane, rounded.
    pub fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] + other.0[lane]))
    }

    /// `self + a·b` lane by lane. The product of two float32 is exact in f64; the sum is rounded.
    pub fn add_product(self, a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] + a.0[lane] * b.0[lane]))
    }

    /// `((s0 + s2) + (s4 + s6)) + ((s1 + s3) + (s5 + s7))`.
    pub fn total(self) -> f64 {
        let s = self.0;
        ((s[0] + s[2]) + (s[4] + s[6])) + ((s[1] + s[3]) + (s[5] + s[7]))
    }
}
