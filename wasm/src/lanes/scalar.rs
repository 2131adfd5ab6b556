//! The lanes in plain Rust: the meaning of every operation.

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

fn to_halves(values: F32x8, bits: fn(f32) -> u16) -> [u8; 2 * LANES] {
    let mut group = [0; 2 * LANES];
    let (elements, _) = group.as_chunks_mut::<2>();
    for (element, value) in elements.iter_mut().zip(values.0) {
        *element = bits(value).to_le_bytes();
    }
    group
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
    pub fn to_f32(self) -> [u8; 4 * LANES] {
        let mut group = [0; 4 * LANES];
        let (elements, _) = group.as_chunks_mut::<4>();
        for (element, value) in elements.iter_mut().zip(self.0) {
            *element = f32_bits(value).to_le_bytes();
        }
        group
    }

    /// Writes eight f16.
    pub fn to_f16(self) -> [u8; 2 * LANES] {
        to_halves(self, f32_to_f16)
    }

    /// Writes eight bf16.
    pub fn to_bf16(self) -> [u8; 2 * LANES] {
        to_halves(self, f32_to_bf16)
    }

    /// Lane by lane, rounded.
    pub fn times(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] * other.0[lane]))
    }

    /// Lane by lane, rounded.
    pub fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] + other.0[lane]))
    }

    /// The same values in f64, exactly.
    pub fn widen(self) -> F64x8 {
        F64x8(self.0.map(f64::from))
    }
}

impl F64x8 {
    /// Eight zeros.
    pub fn zero() -> Self {
        Self([0.0; LANES])
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
