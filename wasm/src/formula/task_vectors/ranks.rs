//! Ranks of a row's elements in ascending order of magnitude.

use super::delta::Keyed;
use super::order;
use crate::error::KernelError;
use crate::inputs::buffer;

/// Keys of a 16-bit format.
const KEYS: usize = 1 << 15;

/// Bits of a digit of the radix sort, of which three hold the 31 bits of an f32's magnitude.
const DIGIT: usize = 11;

/// Ranks rows of one length.
pub struct Ranks {
    /// Whether equal elements are ranked in the order of their index; else as `std::sort` does.
    stable: bool,
    ranks: Vec<u32>,
    /// For a sort: keys and places.
    items: Vec<u64>,
    /// For a radix sort.
    spare: Vec<u64>,
    /// For counting.
    counts: Vec<u32>,
}

impl Ranks {
    /// For rows of `row` elements.
    ///
    /// # Errors
    /// Where memory is out.
    pub fn new(row: usize, stable: bool) -> Result<Self, KernelError> {
        Ok(Self {
            stable,
            ranks: buffer(row, 0)?,
            items: Vec::new(),
            spare: Vec::new(),
            counts: buffer(KEYS, 0)?,
        })
    }

    /// The rank of each element of a row from 0 on.
    pub fn of<D: Keyed>(&mut self, row: &[u8]) -> &[u32] {
        let keys = row.chunks_exact(D::SIZE).map(D::key);
        if self.stable && D::SIZE == 2 {
            self.count(keys);
            return &self.ranks;
        }
        self.items.clear();
        self.items.extend((0..).zip(keys).map(|(i, key)| u64::from(key) << 32 | i));
        if self.stable {
            self.radix_sort();
        } else {
            order::sort(&mut self.items);
        }
        for (rank, item) in (0..).zip(&self.items) {
            self.ranks[(item & 0xffff_ffff) as usize] = rank;
        }
        &self.ranks
    }

    /// Counts equal keys, then hands out ranks in the order of the elements.
    fn count(&mut self, keys: impl Iterator<Item = u32> + Clone) {
        let (low, high) = keys
            .clone()
            .fold((KEYS as u32 - 1, 0), |(low, high), key| (low.min(key), high.max(key)));
        self.counts[low as usize..=high as usize].fill(0);
        // The masks change nothing; they spare the check of the bounds.
        let Some((counts, _)) = self.counts.split_first_chunk_mut::<KEYS>() else { return };
        for key in keys.clone() {
            counts[key as usize % KEYS] += 1;
        }
        let mut below = 0;
        for count in &mut counts[low as usize..=high as usize] {
            below += std::mem::replace(count, below);
        }
        for (rank, key) in self.ranks.iter_mut().zip(keys) {
            let next = &mut counts[key as usize % KEYS];
            *rank = *next;
            *next += 1;
        }
    }

    fn radix_sort(&mut self) {
        self.spare.resize(self.items.len(), 0);
        for shift in (32..64).step_by(DIGIT) {
            let digit = |item: u64| (item >> shift) as usize % (1 << DIGIT);
            let mut places = [0_u32; 1 << DIGIT];
            for item in &self.items {
                places[digit(*item)] += 1;
            }
            let mut below = 0;
            for place in &mut places {
                below += std::mem::replace(place, below);
            }
            for item in &self.items {
                let place = &mut places[digit(*item)];
                self.spare[*place as usize] = *item;
                *place += 1;
            }
            std::mem::swap(&mut self.items, &mut self.spare);
        }
    }
}
