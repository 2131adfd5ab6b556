//! Which seeds of the Mersenne Twister begin with draws that are known to be kept or dropped.
//!
//! The first 227 numbers of a stream need no more than its seeding: number `i` is made of the words
//! `i`, `i + 1` and `i + 397`. Most seeds fall at the first few numbers, so that words are made only as
//! far as those numbers need. Source of the generator: see [`crate::formula::task_vectors::twister`].

use crate::error::KernelError;
use crate::formula::task_vectors::twister::temper;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// Seeds that are tried side by side.
const LANES: usize = 16;

/// Numbers that depend on the seeding alone.
pub const PLACES: usize = 227;

const MIDDLE: usize = 397;

/// Draws are numbers of 24 bits.
const DRAW: u32 = 0xff_ffff;

/// What is known of one draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Which number of the stream, below [`PLACES`].
    pub place: usize,
    /// The number below which a draw is kept.
    pub limit: u32,
    /// Whether it was kept.
    pub kept: bool,
}

type Words = [u32; LANES];

/// The seeds among `count` from `first` on whose streams begin as is known, in order. Seeds wrap around.
///
/// # Errors
/// Where a place is not below [`PLACES`].
pub fn search(first: u32, count: u32, known: &[Known]) -> Result<Vec<u32>, KernelError> {
    if known.iter().any(|one| one.place >= PLACES) {
        return Err(KernelError::Spec { reason: "only the first 227 draws can be searched by" });
    }
    let mut known = known.to_vec();
    known.sort_by_key(|one| one.place);
    let mut found = Vec::new();
    let mut seeding = Seeding::new();
    let mut done = 0;
    while done < count {
        let start = first.wrapping_add(done);
        seeding.begin(start);
        let left = seeding.survivors(&known);
        for lane in 0..LANES.min((count - done) as usize) {
            if left >> lane & 1 == 1 {
                found.push(start.wrapping_add(lane as u32));
            }
        }
        done = done.saturating_add(LANES as u32);
    }
    Ok(found)
}

/// The seeding of some streams side by side.
struct Seeding {
    /// The words that numbers are made of first.
    low: [Words; PLACES + 1],
    high: [Words; PLACES],
    last: Words,
    /// Words that have been made.
    made: usize,
}

impl Seeding {
    const fn new() -> Self {
        Self {
            low: [[0; LANES]; PLACES + 1],
            high: [[0; LANES]; PLACES],
            last: [0; LANES],
            made: 0,
        }
    }

    fn begin(&mut self, first: u32) {
        self.last = std::array::from_fn(|lane| first.wrapping_add(lane as u32));
        self.low[0] = self.last;
        self.made = 1;
    }

    /// Makes words up to number `word`.
    fn reach(&mut self, word: usize) {
        let mut last = self.last;
        for i in self.made..=word {
            for value in &mut last {
                *value = (*value ^ (*value >> 30)).wrapping_mul(1_812_433_253);
                *value = value.wrapping_add(i as u32);
            }
            if let Some(low) = self.low.get_mut(i) {
                *low = last;
            } else if i >= MIDDLE {
                self.high[i - MIDDLE] = last;
            }
        }
        self.last = last;
        self.made = self.made.max(word + 1);
    }

    /// A bit for each lane whose stream begins as is known.
    fn survivors(&mut self, known: &[Known]) -> u32 {
        let mut left = (1 << LANES) - 1;
        for one in known {
            self.reach(one.place + MIDDLE);
            left &= self.agreeing(one);
            if left == 0 {
                break;
            }
        }
        left
    }

    fn agreeing(&self, known: &Known) -> u32 {
        let Known { place, limit, kept } = *known;
        let (word, next, far) = (&self.low[place], &self.low[place + 1], &self.high[place]);
        let mut bits = 0;
        for lane in 0..LANES {
            let joined = (word[lane] & 0x8000_0000) | (next[lane] & 0x7fff_ffff);
            let twist = (joined & 1).wrapping_neg() & 0x9908_b0df;
            let number = temper(far[lane] ^ (joined >> 1) ^ twist) & DRAW;
            bits |= u32::from((number < limit) == kept) << lane;
        }
        bits
    }
}

/// As [`search`]; what is known comes as one number per draw in each of three lists.
///
/// # Errors
/// Where the lists are not equally long, or a place is not below 227.
#[wasm_bindgen]
pub fn find_seeds(
    first: u32,
    count: u32,
    places: &[u32],
    limits: &[u32],
    kept: &[u8],
) -> Result<Vec<u32>, JsError> {
    if places.len() != limits.len() || places.len() != kept.len() {
        return Err(KernelError::Spec { reason: "draws are known in lists of one length" }.into());
    }
    let lists = places.iter().zip(limits).zip(kept);
    let known: Vec<Known> = lists
        .map(|((place, limit), kept)| Known {
            place: *place as usize,
            limit: *limit,
            kept: *kept != 0,
        })
        .collect();
    Ok(search(first, count, &known)?)
}
