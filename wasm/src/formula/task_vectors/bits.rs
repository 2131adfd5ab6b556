//! One bit per element of a tensor.

use crate::error::KernelError;
use crate::inputs::buffer;
use crate::lanes::{LANES, Magnitudes};

/// Element i is bit i % 8 of byte i / 8.
pub struct Bits(Vec<u8>);

impl Bits {
    /// All of them 0.
    ///
    /// # Errors
    /// Where memory is out.
    pub fn new(elements: usize) -> Result<Self, KernelError> {
        Ok(Self(buffer(elements.div_ceil(LANES), 0)?))
    }

    /// The bits of the elements from `start`, a multiple of eight, on.
    pub fn groups(&self, start: usize) -> &[u8] {
        &self.0[start / LANES..]
    }

    /// Makes a bit 1.
    pub fn set(&mut self, element: usize) {
        self.0[element / LANES] |= 1 << (element % LANES);
    }

    /// Takes over bits of which the first is that of element `start`, and which were 0.
    pub fn set_all(&mut self, start: usize, bits: &[u8]) {
        let (place, shift) = (start / LANES, start % LANES);
        for (i, byte) in bits.iter().enumerate() {
            self.0[place + i] |= byte << shift;
            if let (1.., Some(next)) = (shift, self.0.get_mut(place + i + 1)) {
                *next |= byte >> (LANES - shift);
            }
        }
    }

    /// How many are 1.
    pub fn count(&self) -> usize {
        self.0.iter().map(|byte| byte.count_ones() as usize).sum()
    }
}

/// One bit per number, 1 where it is below its limit. `limits` gives eight limits at a time.
pub fn below(numbers: &[u32], limits: impl Fn(usize) -> Magnitudes, bits: &mut [u8]) {
    let (groups, rest) = numbers.as_chunks::<LANES>();
    for ((i, group), byte) in groups.iter().enumerate().zip(bits.iter_mut()) {
        *byte = limits(i).above(Magnitudes::from_array(group)).bits();
    }
    if let (false, Some(byte)) = (rest.is_empty(), bits.get_mut(groups.len())) {
        let mut group = [u32::MAX >> 1; LANES];
        group[..rest.len()].copy_from_slice(rest);
        *byte = limits(groups.len()).above(Magnitudes::from_array(&group)).bits();
    }
}
