//! Remelt's arithmetic on weights: inner products, slerp's formula, weighted sums, comparison.
//!
//! The same bits come out natively and in WASM, with and without SIMD, whatever the chunk size.
#![deny(missing_docs)]

pub mod bytes;
pub mod chunk;
pub mod combine;
pub mod compare;
pub mod dtype;
pub mod error;
pub mod formula;
pub mod gram;
pub mod inputs;
pub mod job;
pub mod lanes;
pub mod seeds;
pub mod slerp;
