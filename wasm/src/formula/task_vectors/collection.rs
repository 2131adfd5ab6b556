//! Finds a cut between magnitudes in the order in which a sort of mergekit's leaves equal ones.

use super::bits::Bits;
use super::counts::Kept;
use super::delta::Keyed;
use super::order;
use crate::error::KernelError;
use crate::formula::spec::{Equals, Select};
use crate::inputs::buffer;
use crate::lanes::{F32x8, LANES};

/// All magnitudes of a tensor with their indices: eight bytes per element.
pub struct Collection {
    kept: Kept,
    by: By,
    items: Vec<u64>,
    filled: usize,
}

/// How the items are brought into order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Ascending,
    Descending,
    Partial,
}

impl Collection {
    /// With room for a tensor.
    ///
    /// # Errors
    /// Where memory is out.
    pub fn new(
        kept: Kept,
        elements: usize,
        select: Select,
        equals: Equals,
    ) -> Result<Self, KernelError> {
        let by = match (select, equals) {
            (Select::Outliers, _) => By::Ascending,
            (_, Equals::Partial) => By::Partial,
            _ => By::Descending,
        };
        Ok(Self { kept, by, items: buffer(elements, 0)?, filled: 0 })
    }

    /// Adds `count` elements.
    pub fn add<D: Keyed>(&mut self, strip: &[F32x8], count: usize) {
        let flip = if self.by == By::Ascending { 0 } else { u32::MAX };
        let items = &mut self.items[self.filled..self.filled + count];
        for (items, value) in items.chunks_mut(LANES).zip(strip) {
            for (item, key) in items.iter_mut().zip(D::keys(*value)) {
                *item = u64::from(key ^ flip) << 32 | self.filled as u64;
                self.filled += 1;
            }
        }
    }

    /// The bits of the kept elements.
    ///
    /// # Errors
    /// Where memory is out.
    pub fn finish(&mut self) -> Result<Bits, KernelError> {
        let mut bits = Bits::new(self.items.len())?;
        let Kept { first, end } = self.kept;
        let count = self.kept.count();
        let kept = match self.by {
            By::Ascending => {
                order::sort_at(&mut self.items, &[first, end]);
                first..end
            }
            By::Descending => {
                order::sort_at(&mut self.items, &[count]);
                0..count
            }
            By::Partial => {
                order::select(&mut self.items, count);
                0..count
            }
        };
        for item in &self.items[kept] {
            bits.set((item & 0xffff_ffff) as usize);
        }
        Ok(bits)
    }
}
