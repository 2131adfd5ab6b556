//! Constants that stay in memory.

use core::arch::wasm32::v128;
use core::ptr::{from_ref, read_volatile};

/// Four times 32 bits, to be read where they are needed.
///
/// V8 builds a vector constant anew wherever it is used, also in a loop, which takes it four
/// instructions; reading one takes a single one. The compiler must not know that it never changes.
#[repr(C, align(16))]
pub struct Constant([u32; 4]);

impl Constant {
    /// Of four lanes, the first one first.
    pub const fn new(lanes: [u32; 4]) -> Self {
        Self(lanes)
    }

    /// Four times the same bits.
    pub const fn of(bits: u32) -> Self {
        Self([bits; 4])
    }

    /// The vector.
    #[inline(always)]
    pub fn get(&'static self) -> v128 {
        // SAFETY: sixteen bytes that are aligned and never written to.
        unsafe { read_volatile(from_ref(self).cast()) }
    }
}
