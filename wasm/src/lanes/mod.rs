//! Eight elements at a time: the one abstraction that the kernels compute with.
//!
//! A *group* is eight consecutive elements. [`scalar`] spells out in plain Rust what each operation
//! does; `simd` does the same with SIMD128 and is used where the target has it. Both round every
//! operation by itself, so they give the same bits.

pub mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub mod simd;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub use scalar::{F32x8, F64x8, Factor, Magnitudes, Mask8};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use simd::{F32x8, F64x8, Factor, Magnitudes, Mask8};

/// Elements in a group.
pub const LANES: usize = 8;

/// A float format as groups of bytes.
pub trait Format {
    /// The bytes of eight elements.
    type Group: Copy + AsRef<[u8]> + AsMut<[u8]>;
    /// Eight positive zeros.
    const ZERO: Self::Group;
    /// Bytes per element.
    const SIZE: usize;

    /// The whole groups of a run of bytes, and the rest.
    fn split(bytes: &[u8]) -> (&[Self::Group], &[u8]);
    /// The whole groups of a run of bytes, and the rest, to be written.
    fn split_mut(bytes: &mut [u8]) -> (&mut [Self::Group], &mut [u8]);
    /// The values of a group, exactly.
    fn load(group: &Self::Group) -> F32x8;
    /// Writes the values rounded to nearest even, NaNs made canonical.
    fn store(values: F32x8, group: &mut Self::Group);
    /// The nearest values that the format has, as float32.
    fn round(values: F32x8) -> F32x8;

    /// The values of fewer than eight elements, followed by zeros.
    fn load_part(bytes: &[u8]) -> F32x8 {
        let mut group = Self::ZERO;
        for (to, from) in group.as_mut().iter_mut().zip(bytes) {
            *to = *from;
        }
        Self::load(&group)
    }

    /// Writes as many of the eight values as fit into `bytes`.
    fn store_part(values: F32x8, bytes: &mut [u8]) {
        let mut group = Self::ZERO;
        Self::store(values, &mut group);
        for (to, from) in bytes.iter_mut().zip(group.as_ref()) {
            *to = *from;
        }
    }
}

/// IEEE 754 binary32.
pub struct F32;
/// IEEE 754 binary16.
pub struct F16;
/// The upper half of a binary32.
pub struct Bf16;

macro_rules! format {
    ($name:ident, $size:literal, $load:ident, $store:ident, $round:expr) => {
        impl Format for $name {
            type Group = [u8; $size * LANES];
            const ZERO: Self::Group = [0; $size * LANES];
            const SIZE: usize = $size;

            #[inline(always)]
            fn split(bytes: &[u8]) -> (&[Self::Group], &[u8]) {
                bytes.as_chunks()
            }

            #[inline(always)]
            fn split_mut(bytes: &mut [u8]) -> (&mut [Self::Group], &mut [u8]) {
                bytes.as_chunks_mut()
            }

            #[inline(always)]
            fn load(group: &Self::Group) -> F32x8 {
                F32x8::$load(group)
            }

            #[inline(always)]
            fn store(values: F32x8, group: &mut Self::Group) {
                values.$store(group);
            }

            #[inline(always)]
            fn round(values: F32x8) -> F32x8 {
                $round(values)
            }
        }
    };
}

format!(F32, 4, from_f32, to_f32, |values| values);
format!(F16, 2, from_f16, to_f16, F32x8::round_f16);
format!(Bf16, 2, from_bf16, to_bf16, F32x8::round_bf16);

/// Calls a function that is generic over a [`Format`] with the format of a dtype.
#[macro_export]
#[doc(hidden)]
macro_rules! with_format {
    ($dtype:expr, $format:ident => $call:expr) => {
        match $dtype {
            $crate::dtype::Dtype::F32 => {
                type $format = $crate::lanes::F32;
                $call
            }
            $crate::dtype::Dtype::F16 => {
                type $format = $crate::lanes::F16;
                $call
            }
            $crate::dtype::Dtype::BF16 => {
                type $format = $crate::lanes::Bf16;
                $call
            }
        }
    };
}
