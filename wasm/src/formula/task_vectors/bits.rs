//! One bit per element of a tensor.

use crate::error::KernelError;
use crate::inputs::buffer;
use crate::lanes::LANES;

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

    /// Makes the bits 1 for which a number and its index say so, from element `start` on.
    pub fn set_where(
        &mut self,
        start: usize,
        numbers: &[u32],
        mut chosen: impl FnMut(usize, u32) -> bool,
    ) {
        if start.is_multiple_of(LANES) {
            let groups = &mut self.0[start / LANES..];
            for ((i, numbers), byte) in numbers.chunks(LANES).enumerate().zip(groups) {
                for (lane, number) in numbers.iter().enumerate() {
                    *byte |= u8::from(chosen(i * LANES + lane, *number)) << lane;
                }
            }
        } else {
            for (i, number) in numbers.iter().enumerate() {
                self.0[(start + i) / LANES] |=
                    u8::from(chosen(i, *number)) << ((start + i) % LANES);
            }
        }
    }

    /// How many are 1.
    pub fn count(&self) -> usize {
        self.0.iter().map(|byte| byte.count_ones() as usize).sum()
    }
}
