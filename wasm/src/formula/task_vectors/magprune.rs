//! della's selection: within a row, the larger an element the likelier it is kept.
//!
//! The element of rank r of n, counted from 1 in ascending order of magnitude, is kept with the
//! probability p = (ρ − ε) + 2ε·(r − 1)/(n − 1), every step rounded to the dtype W.

use super::bits::Bits;
use super::delta::Keyed;
use super::draws::{Draws, limit};
use super::keep::Keep;
use super::ranks::Ranks;
use crate::error::KernelError;
use crate::formula::spec::{Equals, Rescale, Tensor, Term};
use crate::inputs::buffer;
use crate::lanes::{F32x8, Format, LANES};

/// Numbers drawn at a time.
const BATCH: usize = 1024;

/// A term's selection at work, row by row.
pub struct Rows {
    row: usize,
    /// By rank.
    probabilities: Vec<f32>,
    /// By rank: the number below which a draw keeps the element.
    limits: Vec<u32>,
    /// Keys of the row that is not complete yet.
    keys: Vec<u32>,
    ranks: Ranks,
    draws: Draws,
    /// Elements of complete rows.
    done: usize,
    found: Found,
}

/// What a term's selection has found.
pub struct Found {
    /// The kept elements.
    pub keep: Keep,
    /// How many.
    pub kept: usize,
    /// Sums of magnitudes, of all elements and of those that are kept.
    pub norms: [f64; 2],
}

impl Rows {
    /// Before the first row.
    ///
    /// # Errors
    /// Where memory is out.
    pub fn new<W: Format>(
        tensor: Tensor,
        term: &Term,
        (rescale, equals): (Rescale, Equals),
        draws: Draws,
    ) -> Result<Self, KernelError> {
        let Tensor { elements, row } = tensor;
        let shares = rescale == Rescale::Probability;
        let probabilities: Vec<f32> =
            (1..=row).map(|rank| probability::<W>(rank, row, term, shares)).collect();
        let keep = if shares {
            Keep::Shares(buffer(elements, 0.0)?)
        } else {
            Keep::Bits(Bits::new(elements)?)
        };
        Ok(Self {
            row,
            limits: probabilities.iter().map(|p| limit(*p)).collect(),
            probabilities,
            keys: buffer(row + LANES, 0).map(|mut keys| {
                keys.clear();
                keys
            })?,
            ranks: Ranks::new(row, equals == Equals::Index)?,
            draws,
            done: 0,
            found: Found { keep, kept: 0, norms: [0.0; 2] },
        })
    }

    /// Adds `count` elements.
    pub fn add<D: Keyed>(&mut self, strip: &[F32x8], count: usize) {
        let groups = strip.iter().zip((0..count).step_by(LANES));
        for (value, start) in groups {
            let lanes = LANES.min(count - start);
            self.keys.extend_from_slice(&D::keys(*value)[..lanes]);
            let mut first = 0;
            while self.keys.len() - first >= self.row {
                self.complete::<D>(first);
                first += self.row;
            }
            self.keys.drain(..first);
        }
    }

    /// Keeps elements of the row whose keys begin at `first`.
    fn complete<D: Keyed>(&mut self, first: usize) {
        let keys = &self.keys[first..first + self.row];
        let ranks = self.ranks.of::<D>(keys);
        let Found { keep, kept, norms } = &mut self.found;
        let mut numbers = [0; BATCH];
        for start in (0..self.row).step_by(BATCH) {
            let numbers = &mut numbers[..BATCH.min(self.row - start)];
            self.draws.fill(numbers);
            let chosen = |i: usize, number: u32| {
                let (key, rank) = (keys[start + i], ranks[start + i] as usize);
                let chosen = number < self.limits[rank];
                let size = f64::from(D::magnitude(key));
                let unit = f64::from(u8::from(chosen));
                norms[0] += size;
                norms[1] += size * unit;
                *kept += usize::from(chosen);
                chosen
            };
            match keep {
                Keep::Shares(shares) => {
                    let shares = &mut shares[self.done + start..];
                    let ranks = &ranks[start..];
                    share(shares, numbers, |i| self.probabilities[ranks[i] as usize], chosen);
                }
                Keep::Bits(bits) => bits.set_where(self.done + start, numbers, chosen),
                Keep::All | Keep::Nothing | Keep::Band(_) => {}
            }
        }
        self.done += self.row;
    }

    /// What was kept, once all rows are complete.
    pub fn finish(self) -> Found {
        self.draws.leave();
        self.found
    }
}

fn share(
    shares: &mut [f32],
    numbers: &[u32],
    probability: impl Fn(usize) -> f32,
    mut chosen: impl FnMut(usize, u32) -> bool,
) {
    for ((i, number), share) in numbers.iter().enumerate().zip(shares) {
        if chosen(i, *number) {
            *share = probability(i);
        }
    }
}

/// The probability of a rank; `once` where 2ε is one number, else ·2 and ·ε are two steps.
fn probability<W: Format>(rank: usize, row: usize, term: &Term, once: bool) -> f32 {
    let round = |value: f32| W::round(F32x8::splat(value)).to_array()[0];
    // W has not every rank: r is R(R(r − 1) + 1).
    let number = |rank: usize| round(round((rank - 1) as f32) + 1.0);
    let (first, last) = (number(1), number(row));
    let place = round(round(number(rank) - first) / round(last - first));
    let width = if once {
        round(place * (2.0 * term.epsilon) as f32)
    } else {
        round(round(place * 2.0) * term.epsilon as f32)
    };
    // A summand is rounded to W as well, where a factor stays a float32.
    round(round((term.density - term.epsilon) as f32) + width)
}
