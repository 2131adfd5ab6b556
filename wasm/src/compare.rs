//! How two runs of elements differ, in units in the last place.
//!
//! The bits of a float, its sign apart, are an integer with the float's order; the distance of two
//! floats is the difference of those integers. +0 and -0 are at distance 0. Two NaNs are equal
//! whatever their bits; a NaN and a number are [`NAN_DISTANCE`] apart.

use crate::dtype::Dtype;
use crate::error::KernelError;
use crate::inputs::count;

/// The distance of a NaN and a number: more than any two f32 have.
pub const NAN_DISTANCE: u32 = u32::MAX;

/// Upper bounds of the histogram's bins: 0, 1, 2, 3-4, 5-8, 9-16, beyond.
const BINS: [u32; 7] = [0, 1, 2, 4, 8, 16, u32::MAX];

/// Counts of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Elements compared.
    pub elements: u32,
    /// Elements at distance 0.
    pub identical: u32,
    /// The largest distance.
    pub max_ulp: u32,
    /// Elements at distance 0, 1, 2, 3-4, 5-8, 9-16 and beyond.
    pub histogram: [u32; 7],
    /// Elements that are zero in both and differ in sign.
    pub sign_of_zero: u32,
    /// The first element at the largest distance; 0 where all are identical.
    pub worst_index: u32,
}

/// Compares two equally long runs of elements of one format.
///
/// # Errors
/// Where one of them is no whole number of elements, or the lengths differ.
pub fn compare(expected: &[u8], actual: &[u8], dtype: Dtype) -> Result<Comparison, KernelError> {
    let elements = count(dtype, expected.len())?;
    let others = count(dtype, actual.len())?;
    if elements != others {
        return Err(KernelError::ElementCount { expected: elements, actual: others });
    }
    let mut counts = Comparison::default();
    let infinity = dtype.infinity();
    match dtype {
        Dtype::F32 => {
            counts.groups(expected, actual, infinity, |&bits: &[u8; 4]| u32::from_le_bytes(bits));
        }
        Dtype::F16 | Dtype::BF16 => {
            let read = |&bits: &[u8; 2]| u32::from(u16::from_le_bytes(bits));
            counts.groups(expected, actual, infinity, read);
        }
    }
    Ok(counts)
}

impl Comparison {
    /// Sixteen bytes at a time: most of them are equal in most comparisons.
    fn groups<const SIZE: usize>(
        &mut self,
        expected: &[u8],
        actual: &[u8],
        infinity: u32,
        read: impl Fn(&[u8; SIZE]) -> u32,
    ) {
        let lanes = (16 / SIZE) as u32;
        for (expected, actual) in expected.chunks(16).zip(actual.chunks(16)) {
            if let (Ok(a), Ok(b)) = (<[u8; 16]>::try_from(expected), <[u8; 16]>::try_from(actual))
                && u128::from_le_bytes(a) == u128::from_le_bytes(b)
            {
                self.elements += lanes;
                self.identical += lanes;
                self.histogram[0] += lanes;
                continue;
            }
            let (expected, actual) = (expected.as_chunks::<SIZE>().0, actual.as_chunks::<SIZE>().0);
            for (a, b) in expected.iter().zip(actual) {
                self.element(read(a), read(b), infinity);
            }
        }
    }

    fn element(&mut self, a: u32, b: u32, infinity: u32) {
        let distance = distance(a, b, infinity);
        if distance > self.max_ulp {
            self.max_ulp = distance;
            self.worst_index = self.elements;
        }
        self.elements += 1;
        self.identical += u32::from(distance == 0);
        self.sign_of_zero += u32::from(a != b && ((a | b) & magnitude_mask(infinity)) == 0);
        if let Some(bin) = BINS.iter().position(|&bound| distance <= bound) {
            self.histogram[bin] += 1;
        }
    }
}

/// All bits of a format but the sign. Infinity is the exponent field alone, so the bits below its
/// lowest one are the fraction.
const fn magnitude_mask(infinity: u32) -> u32 {
    infinity | ((1 << infinity.trailing_zeros()) - 1)
}

/// The distance of two floats of one format in units in the last place.
pub fn distance(a: u32, b: u32, infinity: u32) -> u32 {
    let mask = magnitude_mask(infinity);
    let (size_a, size_b) = (a & mask, b & mask);
    match (size_a > infinity, size_b > infinity) {
        (true, true) => 0,
        (true, false) | (false, true) => NAN_DISTANCE,
        (false, false) if (a > mask) == (b > mask) => size_a.abs_diff(size_b),
        (false, false) => size_a + size_b,
    }
}
