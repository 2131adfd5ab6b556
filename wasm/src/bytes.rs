//! Bytes in memory that begin where a vector register's worth of them may: at a multiple of 64.
//!
//! Loads that straddle two cache lines take about twice the time, and a `Vec<u8>` may begin anywhere.

use crate::error::KernelError;
use core::ops::{Deref, DerefMut};

/// A cache line.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug)]
struct Line([u8; LINE]);

const LINE: usize = 64;

/// A run of bytes.
#[derive(Debug, Default)]
pub struct Bytes {
    lines: Vec<Line>,
    length: usize,
}

impl Bytes {
    /// Makes it so many bytes long; what they hold is not said. Where memory is out it is empty.
    ///
    /// # Errors
    /// [`KernelError::OutOfMemory`].
    pub fn resize(&mut self, length: usize) -> Result<(), KernelError> {
        let lines = length.div_ceil(LINE);
        if self.lines.capacity() < lines {
            // Freed first, so that never both are there.
            *self = Self::default();
            if self.lines.try_reserve_exact(lines).is_err() {
                return Err(KernelError::OutOfMemory { bytes: length });
            }
        }
        self.lines.resize(lines, Line([0; LINE]));
        self.length = length;
        Ok(())
    }

    /// A copy of some bytes.
    ///
    /// # Errors
    /// [`KernelError::OutOfMemory`].
    pub fn copy_of(bytes: &[u8]) -> Result<Self, KernelError> {
        let mut copy = Self::default();
        copy.resize(bytes.len())?;
        copy.copy_from_slice(bytes);
        Ok(copy)
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: lines are nothing but bytes, and there are at least `length` of them.
        unsafe { core::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }
}

impl DerefMut for Bytes {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `deref`, and nobody else has them.
        unsafe { core::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }
}
