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

/// Upper bounds of the histogram's bins but the last: 0, 1, 2, 3-4, 5-8, 9-16.
const BOUNDS: [u8; 6] = [0, 1, 2, 4, 8, 16];

/// Elements that are counted at a time: few enough for counters of 16 bits, and for many runs to be
/// equal in most comparisons.
const RUN: usize = 1024;

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
    counts.add(expected, actual, dtype);
    Ok(counts)
}

impl Comparison {
    /// Counts further elements, as many as both runs have.
    pub fn add(&mut self, expected: &[u8], actual: &[u8], dtype: Dtype) {
        let infinity = dtype.infinity();
        let run = RUN * dtype.size();
        for (expected, actual) in expected.chunks(run).zip(actual.chunks(run)) {
            if equal(expected, actual) {
                let elements = (expected.len() / dtype.size()) as u32;
                self.elements += elements;
                self.identical += elements;
                self.histogram[0] += elements;
                continue;
            }
            match dtype {
                Dtype::F32 => {
                    let (a, b) = (expected.as_chunks().0, actual.as_chunks().0);
                    self.merge(a.len(), tally_u32(a, b, infinity), |i| {
                        distance(u32::from_le_bytes(a[i]), u32::from_le_bytes(b[i]), infinity)
                    });
                }
                Dtype::F16 | Dtype::BF16 => {
                    let (a, b) = (expected.as_chunks().0, actual.as_chunks().0);
                    self.merge(a.len(), tally_u16(a, b, infinity as u16), |i| {
                        let bits = |bytes| u32::from(u16::from_le_bytes(bytes));
                        distance(bits(a[i]), bits(b[i]), infinity)
                    });
                }
            }
        }
    }

    fn merge(&mut self, elements: usize, tally: Tally, distance: impl Fn(usize) -> u32) {
        if tally.max_ulp > self.max_ulp {
            self.max_ulp = tally.max_ulp;
            let worst = (0..elements).find(|&i| distance(i) == tally.max_ulp);
            self.worst_index = self.elements + worst.unwrap_or_default() as u32;
        }
        self.elements += elements as u32;
        self.identical += tally.up_to[0];
        self.sign_of_zero += tally.sign_of_zero;
        let mut below = 0;
        for (bin, up_to) in self.histogram.iter_mut().zip(tally.up_to) {
            *bin += up_to - below;
            below = up_to;
        }
        self.histogram[BOUNDS.len()] += elements as u32 - below;
    }
}

/// Whether two runs of one length are equal, without a branch that could stop early.
fn equal(a: &[u8], b: &[u8]) -> bool {
    let ((words_a, rest_a), (words_b, rest_b)) = (a.as_chunks(), b.as_chunks());
    let differences = words_a
        .iter()
        .zip(words_b)
        .fold(0, |bits, (a, b)| bits | (u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b)));
    differences == 0 && rest_a == rest_b
}

/// Counts of a run.
struct Tally {
    /// Elements at distances up to each of [`BOUNDS`].
    up_to: [u32; BOUNDS.len()],
    sign_of_zero: u32,
    max_ulp: u32,
}

/// A tally without branches and with counters as wide as the elements, so that the compiler turns
/// it into vector instructions.
macro_rules! tally {
    ($name:ident, $bits:ident, $signed:ident) => {
        fn $name(
            expected: &[[u8; size_of::<$bits>()]],
            actual: &[[u8; size_of::<$bits>()]],
            infinity: $bits,
        ) -> Tally {
            const MAGNITUDE: $bits = $bits::MAX >> 1;
            let mut up_to: [$bits; BOUNDS.len()] = [0; BOUNDS.len()];
            let (mut sign_of_zero, mut max_ulp, mut nan): ($bits, $bits, $bits) = (0, 0, 0);
            for (expected, actual) in expected.iter().zip(actual) {
                let a = $bits::from_le_bytes(*expected);
                let b = $bits::from_le_bytes(*actual);
                let (size_a, size_b) = (a & MAGNITUDE, b & MAGNITUDE);
                let order =
                    |bits: $bits, size: $signed| if bits > MAGNITUDE { -size } else { size };
                let ulp = order(a, size_a as $signed).abs_diff(order(b, size_b as $signed));
                let (nan_a, nan_b) = (size_a > infinity, size_b > infinity);
                let ulp = if nan_a & nan_b { 0 } else { ulp };
                let only_one = nan_a ^ nan_b;
                for (count, bound) in up_to.iter_mut().zip(BOUNDS) {
                    *count += $bits::from((ulp <= $bits::from(bound)) & !only_one);
                }
                sign_of_zero += $bits::from((a != b) & (size_a | size_b == 0));
                max_ulp = max_ulp.max(if only_one { 0 } else { ulp });
                nan += $bits::from(only_one);
            }
            Tally {
                up_to: up_to.map(u32::from),
                sign_of_zero: sign_of_zero.into(),
                max_ulp: if nan > 0 { NAN_DISTANCE } else { max_ulp.into() },
            }
        }
    };
}

tally!(tally_u16, u16, i16);
tally!(tally_u32, u32, i32);

/// The distance of two floats of one format in units in the last place.
pub fn distance(a: u32, b: u32, infinity: u32) -> u32 {
    // Infinity is the exponent field alone, so the bits below its lowest one are the fraction.
    let magnitude = infinity | ((1 << infinity.trailing_zeros()) - 1);
    let (size_a, size_b) = (a & magnitude, b & magnitude);
    match (size_a > infinity, size_b > infinity) {
        (true, true) => 0,
        (true, false) | (false, true) => NAN_DISTANCE,
        (false, false) if (a > magnitude) == (b > magnitude) => size_a.abs_diff(size_b),
        (false, false) => size_a + size_b,
    }
}
