//! The float formats that kernels read and write, and their conversions one element at a time.
//!
//! Widening is exact. Narrowing rounds to nearest, ties to even, in integer arithmetic. Every NaN
//! is written as the format's canonical one (positive, quiet, empty payload).

use wasm_bindgen::prelude::wasm_bindgen;

/// A float format, by its name in safetensors.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    /// IEEE 754 binary32.
    F32 = 0,
    /// IEEE 754 binary16.
    F16 = 1,
    /// The upper half of a binary32.
    BF16 = 2,
}

impl Dtype {
    /// Bytes per element.
    pub const fn size(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::BF16 => 2,
        }
    }

    /// The name in safetensors.
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::BF16 => "BF16",
        }
    }

    /// The bits of positive infinity; a magnitude above them is a NaN.
    pub const fn infinity(self) -> u32 {
        match self {
            Self::F32 => 0x7f80_0000,
            Self::F16 => 0x7c00,
            Self::BF16 => 0x7f80,
        }
    }
}

/// The NaN that is written to f32.
pub const F32_NAN: u32 = 0x7fc0_0000;
/// The NaN that is written to f16.
pub const F16_NAN: u16 = 0x7e00;
/// The NaN that is written to bf16.
pub const BF16_NAN: u16 = 0x7fc0;

/// The value of a bf16.
pub fn bf16_to_f32(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// The bf16 nearest to a value.
pub fn f32_to_bf16(value: f32) -> u16 {
    if value.is_nan() {
        return BF16_NAN;
    }
    let bits = value.to_bits();
    // Just under half of the last kept place, and one more where that place is odd: ties go to even.
    let rounded = bits + 0x7fff + ((bits >> 16) & 1);
    (rounded >> 16) as u16
}

/// The value of an f16.
pub fn f16_to_f32(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let exponent = u32::from(bits >> 10) & 0x1f;
    let fraction = u32::from(bits) & 0x3ff;
    let magnitude = match (exponent, fraction) {
        (0, 0) => 0,
        (0, _) => {
            // A subnormal is fraction × 2^-24: its leading one becomes the implicit bit.
            let shift = fraction.leading_zeros() - 21;
            ((113 - shift) << 23) | ((fraction << (shift + 13)) & 0x007f_ffff)
        }
        (31, _) => 0x7f80_0000 | (fraction << 13),
        _ => ((exponent + 112) << 23) | (fraction << 13),
    };
    f32::from_bits(sign | magnitude)
}

/// The f16 nearest to a value; 65520 and above become infinite.
pub fn f32_to_f16(value: f32) -> u16 {
    if value.is_nan() {
        return F16_NAN;
    }
    let bits = value.to_bits();
    let sign = ((bits >> 16) & 0x8000) as u16;
    let magnitude = bits & 0x7fff_ffff;
    // 2^16: beyond the largest finite f16 even before rounding.
    if magnitude >= 0x4780_0000 {
        return sign | 0x7c00;
    }
    // 2^-14, the smallest normal f16.
    if magnitude >= 0x3880_0000 {
        let rebiased = magnitude - (112 << 23);
        let rounded = rebiased + 0xfff + ((rebiased >> 13) & 1);
        return sign | (rounded >> 13) as u16;
    }
    // 2^-25 is half of the smallest subnormal and rounds to the even zero.
    if magnitude <= 0x3300_0000 {
        return sign;
    }
    let significand = (magnitude & 0x007f_ffff) | 0x0080_0000;
    let shift = 126 - (magnitude >> 23);
    let half = (1 << (shift - 1)) - 1;
    let rounded = significand + half + ((significand >> shift) & 1);
    sign | (rounded >> shift) as u16
}

/// The bits of an f32, every NaN as the canonical one.
pub fn f32_bits(value: f32) -> u32 {
    if value.is_nan() { F32_NAN } else { value.to_bits() }
}
