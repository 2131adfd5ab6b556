//! Reads a chunk's inputs strip by strip, in the working dtype.

use crate::dtype::{Dtype, bf16_to_f32, f16_to_f32};
use crate::inputs::Input;
use crate::lanes::{Bf16, F16, F32, F32x8, Format, LANES};
use crate::with_format;

/// Groups that are worked on at a time: 2 KiB each for the base and for every term.
pub const STRIP: usize = 64;

/// Elements per strip.
pub const STRIP_ELEMENTS: usize = STRIP * LANES;

/// As many values as are worked on at a time.
pub type Strip = [F32x8; STRIP];

/// A strip of zeros.
pub fn zeros() -> Strip {
    [F32x8::splat(0.0); STRIP]
}

/// Reads the elements from `start` to `end`, rounded to D where they come in another format. Zeros
/// follow them in the last group.
pub fn read<D: Format>(input: &Input, work: Dtype, start: usize, end: usize, strip: &mut Strip) {
    let bytes = input.part(start, end);
    with_format!(input.dtype, T => load::<T>(bytes, strip, |_, value| value));
    if input.dtype != work {
        for value in strip.iter_mut() {
            *value = D::round(*value);
        }
    }
}

/// As [`read`], but what is left is δ = R(x − base).
pub fn read_delta<D: Format>(
    input: &Input,
    work: Dtype,
    (start, end): (usize, usize),
    base: &Strip,
    strip: &mut Strip,
) {
    if input.dtype == work {
        load::<D>(input.part(start, end), strip, |i, value| D::round(value.minus(base[i])));
        return;
    }
    read::<D>(input, work, start, end, strip);
    for (value, base) in strip.iter_mut().zip(base) {
        *value = D::round(value.minus(*base));
    }
}

#[inline(always)]
fn load<T: Format>(bytes: &[u8], strip: &mut Strip, then: impl Fn(usize, F32x8) -> F32x8) {
    let (groups, rest) = T::split(bytes);
    for ((i, value), group) in strip.iter_mut().enumerate().zip(groups) {
        *value = then(i, T::load(group));
    }
    if let (false, Some(value)) = (rest.is_empty(), strip.get_mut(groups.len())) {
        *value = then(groups.len(), T::load_part(rest));
    }
}

/// A format whose magnitudes can be told apart as integers.
pub trait Keyed: Format {
    /// The magnitudes of values of the format as integers in the order of the numbers: the bits of
    /// an f32, or of a 16-bit format. NaN is the largest.
    fn keys(values: F32x8) -> [u32; LANES];

    /// The same of one element's bytes.
    fn key(bytes: &[u8]) -> u32;

    /// The magnitude that a key stands for.
    fn magnitude(key: u32) -> f32;
}

impl Keyed for F32 {
    #[inline(always)]
    fn keys(values: F32x8) -> [u32; LANES] {
        values.magnitudes().to_array()
    }

    #[inline(always)]
    fn key(bytes: &[u8]) -> u32 {
        let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
        u32::from_le_bytes(bytes) & 0x7fff_ffff
    }

    #[inline(always)]
    fn magnitude(key: u32) -> f32 {
        f32::from_bits(key)
    }
}

impl Keyed for F16 {
    #[inline(always)]
    fn keys(values: F32x8) -> [u32; LANES] {
        half_keys::<Self>(values)
    }

    #[inline(always)]
    fn key(bytes: &[u8]) -> u32 {
        half_key([bytes[0], bytes[1]])
    }

    #[inline(always)]
    fn magnitude(key: u32) -> f32 {
        f16_to_f32(key as u16)
    }
}

impl Keyed for Bf16 {
    #[inline(always)]
    fn keys(values: F32x8) -> [u32; LANES] {
        half_keys::<Self>(values)
    }

    #[inline(always)]
    fn key(bytes: &[u8]) -> u32 {
        half_key([bytes[0], bytes[1]])
    }

    #[inline(always)]
    fn magnitude(key: u32) -> f32 {
        bf16_to_f32(key as u16)
    }
}

#[inline(always)]
fn half_keys<T: Format>(values: F32x8) -> [u32; LANES] {
    let mut group = T::ZERO;
    T::store(values, &mut group);
    let (halves, _) = group.as_ref().as_chunks::<2>();
    std::array::from_fn(|lane| half_key(halves[lane]))
}

#[inline(always)]
fn half_key(bytes: [u8; 2]) -> u32 {
    u32::from(u16::from_le_bytes(bytes) & 0x7fff)
}
