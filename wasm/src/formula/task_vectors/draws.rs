//! Bernoulli draws: which elements a random selection keeps.

use super::bits::{Bits, below};
use super::twister::Twister;
use crate::error::KernelError;
use crate::formula::spec::Random;
use crate::lanes::{LANES, Magnitudes};

/// Numbers drawn at a time.
const BATCH: usize = 1024;

/// Draws are numbers of 24 bits: share = number · 2^-24.
const DRAW: u32 = 0xff_ffff;

/// A sequence of numbers in [0, 2^24), one per element of a tensor.
#[derive(Clone)]
pub enum Draws {
    /// A part of the run's stream.
    Stream(Box<Twister>),
    /// A sequence of the tensor's own.
    Counter(Counter),
}

impl Draws {
    /// The draws of a term. `first` is their place in the run's stream.
    pub fn new(random: &Random, first: f64, term: usize) -> Self {
        match random {
            // The low 32 bits of the seed count.
            Random::Mt19937 { seed } => {
                let seed = seed.rem_euclid(4_294_967_296.0) as u32;
                Self::Stream(Box::new(Twister::at(seed, first as u64)))
            }
            Random::Counter { seed, key } => Self::Counter(Counter::new(*seed, key, term)),
        }
    }

    /// Fills `numbers` with the next draws.
    pub fn fill(&mut self, numbers: &mut [u32]) {
        match self {
            Self::Stream(stream) => {
                stream.fill(numbers);
                for number in numbers {
                    *number &= DRAW;
                }
            }
            Self::Counter(counter) => {
                for number in numbers {
                    *number = (counter.next() >> 40) as u32;
                }
            }
        }
    }

    /// Remembers the place in the stream for the tensor that comes next.
    pub fn leave(self) {
        if let Self::Stream(stream) = self {
            stream.leave();
        }
    }

    /// One draw per element, each kept with the same probability.
    ///
    /// # Errors
    /// Where memory is out.
    pub fn mask(&mut self, elements: usize, probability: f32) -> Result<Bits, KernelError> {
        let (mut bits, limit) = (Bits::new(elements)?, Magnitudes::splat(limit(probability)));
        let (mut numbers, mut kept) = ([0; BATCH], [0; BATCH / LANES]);
        for start in (0..elements).step_by(BATCH) {
            let numbers = &mut numbers[..BATCH.min(elements - start)];
            let kept = &mut kept[..numbers.len().div_ceil(LANES)];
            self.fill(numbers);
            below(numbers, |_| limit, kept);
            bits.set_all(start, kept);
        }
        Ok(bits)
    }
}

/// The number below which a draw is kept: number · 2^-24 < p, and all numbers are whole.
pub fn limit(probability: f32) -> u32 {
    (f64::from(probability) * 16_777_216.0).ceil() as u32
}

/// SplitMix64: its nth number is a mixture of the seed and n times an odd constant, so that a place
/// in it is a number and nothing has to be drawn to reach it.
///
/// Source: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014; the mixture is D. Stafford's variant 13.
#[derive(Clone)]
pub struct Counter(u64);

impl Counter {
    /// The sequence of a term of a tensor.
    pub fn new(seed: f64, key: &str, term: usize) -> Self {
        let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325, fnv);
        let mut parts = Self(seed.to_bits());
        let mut parts = Self(parts.next() ^ hash);
        Self(parts.next() ^ term as u64).fork()
    }

    /// The sequence that begins after a number.
    pub const fn from_state(state: u64) -> Self {
        Self(state)
    }

    fn fork(mut self) -> Self {
        Self(self.next())
    }

    /// The next number.
    #[allow(clippy::should_implement_trait, reason = "it never ends")]
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = self.0;
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// A step of FNV-1a with 64 bits.
fn fnv(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
}
