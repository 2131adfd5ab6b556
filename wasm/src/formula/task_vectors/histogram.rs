//! Finds a cut between magnitudes without sorting: equal ones are kept in the order of their index.
//!
//! One pass counts every magnitude of a 16-bit format. For float32 one pass counts the upper 16 bits,
//! a second one the lower 16 bits of those that share their upper bits with a cut.

use super::counts::Kept;
use super::delta::Keyed;
use super::keep::{ABOVE_ALL, Band};
use crate::error::KernelError;
use crate::inputs::buffer;
use crate::lanes::{F32x8, LANES};

/// Bits of an f32 that are left to the second pass.
const LOW: u32 = 16;

/// Magnitudes that differ in their upper bits.
const COARSE: usize = 1 << 15;

/// Counts of magnitudes.
pub struct Histogram {
    kept: Kept,
    elements: usize,
    coarse: Vec<u32>,
    /// Of the two cuts, in the second pass.
    fine: Option<[Fine; 2]>,
}

/// Counts of the magnitudes that share their upper bits with a cut.
struct Fine {
    upper: u32,
    /// Elements below all of these.
    below: usize,
    counts: Vec<u32>,
}

/// Where a place in ascending order falls: a magnitude, elements below it and equal to it.
struct Place {
    key: u32,
    below: usize,
    equal: usize,
}

impl Histogram {
    /// Before the first pass.
    ///
    /// # Errors
    /// Where memory is out.
    pub fn new(kept: Kept, elements: usize) -> Result<Self, KernelError> {
        Ok(Self { kept, elements, coarse: buffer(COARSE, 0)?, fine: None })
    }

    /// Counts `count` elements.
    pub fn add<D: Keyed>(&mut self, strip: &[F32x8], count: usize) {
        let whole = count / LANES;
        for value in &strip[..whole] {
            self.count::<D>(&D::keys(*value));
        }
        if let Some(value) = strip.get(whole) {
            self.count::<D>(&D::keys(*value)[..count % LANES]);
        }
    }

    #[inline(always)]
    fn count<D: Keyed>(&mut self, keys: &[u32]) {
        let Some(fine) = &mut self.fine else {
            let shift = if D::SIZE == 4 { LOW } else { 0 };
            for key in keys {
                // The mask changes nothing; it spares the check of the bounds.
                self.coarse[(key >> shift) as usize % COARSE] += 1;
            }
            return;
        };
        for key in keys {
            for fine in fine.iter_mut().filter(|fine| fine.upper == key >> LOW) {
                fine.counts[(key & 0xffff) as usize] += 1;
            }
        }
    }

    /// What is kept, or None where another pass is needed.
    ///
    /// # Errors
    /// Where memory is out.
    pub fn finish<D: Keyed>(&mut self) -> Result<Option<Band>, KernelError> {
        let cuts = [self.kept.first, self.kept.end];
        let places = match &self.fine {
            Some([low, high]) => [low.find(cuts[0]), high.find(cuts[1])],
            None => cuts.map(|cut| find(&self.coarse, 0, cut)),
        };
        if D::SIZE == 4 && self.fine.is_none() {
            let [low, high] = places;
            self.fine = Some([Fine::new(&low)?, Fine::new(&high)?]);
            return Ok(None);
        }
        Ok(Some(
            self.band(
                &places.map(|place| Place { key: D::magnitude(place.key).to_bits(), ..place }),
            ),
        ))
    }

    fn band(&self, [low, high]: &[Place; 2]) -> Band {
        let Kept { first, end } = self.kept;
        if end == self.elements {
            return Band::new([low.key, ABOVE_ALL], [low.below + low.equal - first, 0]);
        }
        if low.key == high.key {
            return Band::new([low.key, low.key], [end - first, 0]);
        }
        Band::new([low.key, high.key], [low.below + low.equal - first, end - high.below])
    }
}

impl Fine {
    fn new(place: &Place) -> Result<Self, KernelError> {
        Ok(Self { upper: place.key, below: place.below, counts: buffer(1 << LOW, 0)? })
    }

    fn find(&self, cut: usize) -> Place {
        let place = find(&self.counts, self.below, cut);
        Place { key: self.upper << LOW | place.key, ..place }
    }
}

/// The place of a cut; the last magnitude where it lies behind all elements.
fn find(counts: &[u32], below: usize, cut: usize) -> Place {
    let mut place = Place { key: 0, below, equal: 0 };
    for (key, count) in (0..).zip(counts).filter(|(_, count)| **count > 0) {
        place = Place { key, below: place.below + place.equal, equal: *count as usize };
        if place.below + place.equal > cut {
            break;
        }
    }
    place
}
