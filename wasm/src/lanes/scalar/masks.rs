//! Choices lane by lane: comparisons, magnitudes, and what is made of them.

use super::{F32x8, LANES};
use crate::dtype::F32_NAN;

/// Eight answers.
#[derive(Clone, Copy)]
pub struct Mask8([bool; LANES]);

/// Eight magnitudes as integers below 2^31 in the order of the numbers, NaN above all of them.
#[derive(Clone, Copy)]
pub struct Magnitudes([u32; LANES]);

impl Mask8 {
    /// Lane i is bit i.
    pub fn from_bits(bits: u8) -> Self {
        Self(std::array::from_fn(|lane| bits >> lane & 1 == 1))
    }

    /// Bit i is lane i.
    pub fn bits(self) -> u8 {
        (0..LANES).fold(0, |bits, lane| bits | u8::from(self.0[lane]) << lane)
    }

    /// Lane by lane.
    pub fn and(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] & other.0[lane]))
    }

    /// Lane by lane.
    pub fn or(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] | other.0[lane]))
    }

    /// The lanes of one where the answer is yes, of the other where it is no.
    pub fn pick(self, yes: F32x8, no: F32x8) -> F32x8 {
        let lane = |lane| if self.0[lane] { yes.0[lane] } else { no.0[lane] };
        F32x8(std::array::from_fn(lane))
    }

    /// 1 for yes, 0 for no.
    pub fn units(self) -> F32x8 {
        self.pick(F32x8::splat(1.0), F32x8::splat(0.0))
    }
}

impl Magnitudes {
    /// Eight times the same.
    pub fn splat(bits: u32) -> Self {
        Self([bits; LANES])
    }

    /// Eight integers below 2^31, the first lane first.
    pub fn from_array(integers: &[u32; LANES]) -> Self {
        Self(*integers)
    }

    /// Where these are larger than others.
    pub fn above(self, other: Self) -> Mask8 {
        Mask8(std::array::from_fn(|lane| self.0[lane] > other.0[lane]))
    }

    /// Where these are equal to others.
    pub fn equal(self, other: Self) -> Mask8 {
        Mask8(std::array::from_fn(|lane| self.0[lane] == other.0[lane]))
    }

    /// The eight integers, the first lane first.
    pub fn to_array(self) -> [u32; LANES] {
        self.0
    }
}

impl F32x8 {
    /// Without signs.
    pub fn abs(self) -> Self {
        Self(self.0.map(f32::abs))
    }

    /// The magnitudes of results of arithmetic as integers; every quiet NaN is the same one.
    pub fn magnitudes(self) -> Magnitudes {
        Magnitudes(self.0.map(|value| (value.to_bits() & 0x7fff_ffff).min(F32_NAN)))
    }

    /// Where these are greater than others; nowhere beside a NaN.
    pub fn above(self, other: Self) -> Mask8 {
        Mask8(std::array::from_fn(|lane| self.0[lane] > other.0[lane]))
    }

    /// Where these are not less than others; nowhere beside a NaN.
    pub fn at_least(self, other: Self) -> Mask8 {
        Mask8(std::array::from_fn(|lane| self.0[lane] >= other.0[lane]))
    }
}
