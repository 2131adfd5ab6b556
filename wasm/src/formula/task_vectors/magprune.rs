//! della's selection: within a row, the larger an element the likelier it is kept.
//!
//! The element of rank r of n, counted from 1 in ascending order of magnitude, is kept with the
//! probability p = (ρ − ε) + 2ε·(r − 1)/(n − 1), every step rounded to the dtype W.

use super::bits::{Bits, below};
use super::delta::Keyed;
use super::draws::{Draws, limit};
use super::keep::{Keep, Norms};
use super::ranks::Ranks;
use crate::error::KernelError;
use crate::formula::spec::{Equals, Rescale, Tensor, Term};
use crate::inputs::buffer;
use crate::lanes::{F32x8, Format, LANES, Magnitudes, Mask8};

/// A term's selection at work, row by row.
pub struct Rows {
    row: usize,
    /// By rank.
    probabilities: Vec<f32>,
    /// By rank: the number below which a draw keeps the element.
    limits: Vec<u32>,
    /// Elements of the row that is not complete yet, as bytes.
    bytes: Vec<u8>,
    /// By column.
    ranks: Ranks,
    draws: Draws,
    /// By column: draws, limits, bits that are 1 for kept elements.
    numbers: Vec<u32>,
    row_limits: Vec<u32>,
    row_bits: Vec<u8>,
    norms: Norms,
    /// Elements of complete rows.
    done: usize,
    bits: Bits,
    shares: Option<Vec<f32>>,
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
        let divides = rescale == Rescale::Probability;
        let probabilities: Vec<f32> =
            (1..=row).map(|rank| probability::<W>(rank, row, term, divides)).collect();
        Ok(Self {
            row,
            limits: probabilities.iter().map(|p| limit(*p)).collect(),
            probabilities,
            bytes: Vec::new(),
            ranks: Ranks::new(row, equals == Equals::Index)?,
            draws,
            numbers: buffer(row, 0)?,
            row_limits: buffer(row.next_multiple_of(LANES), 0)?,
            row_bits: buffer(row.div_ceil(LANES), 0)?,
            norms: Norms::zero(),
            done: 0,
            bits: Bits::new(elements)?,
            shares: if divides { Some(buffer(elements, 0.0)?) } else { None },
        })
    }

    /// Adds `count` elements.
    pub fn add<D: Keyed>(&mut self, strip: &[F32x8], count: usize) {
        let mut bytes = std::mem::take(&mut self.bytes);
        for value in strip {
            let mut group = D::ZERO;
            D::store(*value, &mut group);
            bytes.extend_from_slice(group.as_ref());
        }
        let padding = (strip.len() * LANES - count) * D::SIZE;
        bytes.truncate(bytes.len() - padding);
        let mut rows = bytes.chunks_exact(self.row * D::SIZE);
        for row in &mut rows {
            self.complete::<D>(row);
        }
        let rest = rows.remainder().len();
        bytes.drain(..bytes.len() - rest);
        self.bytes = bytes;
    }

    /// Keeps elements of a row.
    fn complete<D: Keyed>(&mut self, row: &[u8]) {
        let ranks = self.ranks.of::<D>(row);
        for (to, rank) in self.row_limits.iter_mut().zip(ranks) {
            *to = self.limits[*rank as usize];
        }
        self.draws.fill(&mut self.numbers);
        let (limits, _) = self.row_limits.as_chunks::<LANES>();
        below(&self.numbers, |i| Magnitudes::from_array(&limits[i]), &mut self.row_bits);
        self.bits.set_all(self.done, &self.row_bits);
        if let Some(shares) = &mut self.shares {
            let shares = &mut shares[self.done..];
            for ((i, share), rank) in shares.iter_mut().enumerate().zip(ranks) {
                if self.row_bits[i / LANES] >> (i % LANES) & 1 == 1 {
                    *share = self.probabilities[*rank as usize];
                }
            }
        }
        self.measure::<D>(row);
        self.done += self.row;
    }

    fn measure<D: Format>(&mut self, row: &[u8]) {
        let (groups, rest) = D::split(row);
        let last = (!rest.is_empty()).then(|| D::load_part(rest));
        let values = groups.iter().map(D::load).chain(last);
        for (value, bits) in values.zip(&self.row_bits) {
            self.norms.add_all(&[value]);
            self.norms.add_kept(&[value.times(Mask8::from_bits(*bits).units())]);
        }
    }

    /// What was kept, once all rows are complete.
    pub fn finish(self) -> Found {
        self.draws.leave();
        let (kept, norms) = (self.bits.count(), self.norms.totals());
        let keep = self.shares.map_or(Keep::Bits(self.bits), Keep::Shares);
        Found { keep, kept, norms }
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
