//! Inner products: one f64 sum per block of elements and pair of inputs.
//!
//! The order of a sum is part of the contract. Element `i` of a block goes to lane `i mod 8`; each
//! lane adds its products from the first to the last; the eight sums are added as
//! [`F64x8::total`] says. Block sums are added in block order. So a tensor's Gram matrix depends
//! neither on the backend nor on the chunks it came in, as long as chunks are whole blocks.

use crate::error::KernelError;
use crate::inputs::{Input, Inputs, buffer};
use crate::lanes::{F32x8, F64x8, Format, LANES};
use crate::with_format;

/// Elements per block.
pub const BLOCK: usize = 4096;

/// The number of inner products of k inputs.
pub const fn pairs(inputs: usize) -> usize {
    inputs * (inputs + 1) / 2
}

/// The sums of products of each block: k(k+1)/2 numbers per block, the upper triangle row by row.
///
/// # Errors
/// Where there is no input or no memory for the sums.
pub fn block_sums(inputs: &Inputs) -> Result<Vec<f64>, KernelError> {
    let blocks = inputs.elements().div_ceil(BLOCK);
    match inputs.list() {
        [] => Err(KernelError::NoInputs),
        [a, b] if a.dtype == b.dtype => {
            let mut sums = buffer(3 * blocks, 0.0)?;
            with_format!(a.dtype, T => two::<T>(&a.bytes, &b.bytes, &mut sums));
            Ok(sums)
        }
        list => {
            let mut sums = buffer(pairs(list.len()) * blocks, 0.0)?;
            let mut scratch = buffer(list.len() * BLOCK / LANES, F32x8::splat(0.0))?;
            for (block, sums) in sums.chunks_exact_mut(pairs(list.len())).enumerate() {
                let groups = decode(list, block * BLOCK, &mut scratch);
                any(&scratch, groups, sums);
            }
            Ok(sums)
        }
    }
}

/// The Gram matrix of a whole tensor: its block sums, added in block order.
///
/// # Errors
/// Where the numbers are no whole number of blocks of so many inputs.
pub fn reduce(blocks: &[f64], inputs: usize) -> Result<Vec<f64>, KernelError> {
    let pairs = pairs(inputs);
    if inputs == 0 || !blocks.len().is_multiple_of(pairs) {
        return Err(KernelError::BlockSums { numbers: blocks.len(), inputs });
    }
    let mut totals = vec![0.0; pairs];
    for block in blocks.chunks_exact(pairs) {
        for (total, sum) in totals.iter_mut().zip(block) {
            *total += sum;
        }
    }
    Ok(totals)
}

/// Two inputs of one format, read once and never stored as floats.
fn two<T: Format>(a: &[u8], b: &[u8], sums: &mut [f64]) {
    let block = BLOCK * T::SIZE;
    for ((a, b), sums) in a.chunks(block).zip(b.chunks(block)).zip(sums.chunks_exact_mut(3)) {
        let (groups_a, rest_a) = T::split(a);
        let (groups_b, rest_b) = T::split(b);
        let mut products = [F64x8::zero(); 3];
        for (a, b) in groups_a.iter().zip(groups_b) {
            products = add_products(products, T::load(a), T::load(b));
        }
        if !rest_a.is_empty() {
            products = add_products(products, T::load_part(rest_a), T::load_part(rest_b));
        }
        for (sum, product) in sums.iter_mut().zip(products) {
            *sum = product.total();
        }
    }
}

#[inline(always)]
fn add_products([aa, ab, bb]: [F64x8; 3], a: F32x8, b: F32x8) -> [F64x8; 3] {
    let (a, b) = (a.widen(), b.widen());
    [aa.add_product(a, a), ab.add_product(a, b), bb.add_product(b, b)]
}

/// Writes the values of one block of every input into `scratch`, a block's room for each, and says
/// how many groups they fill.
fn decode(list: &[Input], start: usize, scratch: &mut [F32x8]) -> usize {
    let mut groups = 0;
    for (input, values) in list.iter().zip(scratch.chunks_exact_mut(BLOCK / LANES)) {
        let bytes = input.part(start, start + BLOCK);
        groups = with_format!(input.dtype, T => decode_block::<T>(bytes, values));
    }
    groups
}

fn decode_block<T: Format>(bytes: &[u8], values: &mut [F32x8]) -> usize {
    let (groups, rest) = T::split(bytes);
    for (value, group) in values.iter_mut().zip(groups) {
        *value = T::load(group);
    }
    if rest.is_empty() {
        return groups.len();
    }
    if let Some(value) = values.get_mut(groups.len()) {
        *value = T::load_part(rest);
    }
    groups.len() + 1
}

/// Any number of inputs, from their decoded values.
fn any(scratch: &[F32x8], groups: usize, sums: &mut [f64]) {
    let rows: Vec<_> = scratch.chunks_exact(BLOCK / LANES).map(|row| &row[..groups]).collect();
    let pairs = rows.iter().enumerate().flat_map(|(i, a)| rows[i..].iter().map(move |b| (a, b)));
    for (sum, (a, b)) in sums.iter_mut().zip(pairs) {
        let mut product = F64x8::zero();
        for (a, b) in a.iter().zip(b.iter()) {
            product = product.add_product(a.widen(), b.widen());
        }
        *sum = product.total();
    }
}
