//! The surface that JavaScript sees. Nothing is computed here.
//!
//! Inputs are copied into WASM memory once. What goes out, and what is compared, is copied a tile at
//! a time between the caller's array and a small buffer that stays in the processor's cache, so that
//! WASM memory holds the inputs and nothing else.
//!
//! Every function that can be misused returns a `JsError` with the numbers that were wrong, and
//! leaves its object as it was.

use crate::combine::{Sum, cast_into};
use crate::compare::Comparison;
use crate::dtype::Dtype;
use crate::error::KernelError;
use crate::inputs::{Inputs, count};
use crate::{gram, slerp};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// Elements per tile: at most 32 KiB.
pub(crate) const TILE: usize = 16384;

/// The bytes of a tile of the widest format, in a cache's own steps.
#[repr(C, align(64))]
pub(crate) struct Tile([u8; TILE * 4]);

impl Tile {
    pub(crate) const fn new() -> Self {
        Self([0; TILE * 4])
    }

    /// So many bytes of it.
    pub(crate) fn first(&mut self, bytes: usize) -> &mut [u8] {
        &mut self.0[..bytes]
    }
}

/// Equally long inputs, held in WASM memory.
#[wasm_bindgen]
#[derive(Default)]
pub struct Chunk {
    pub(crate) inputs: Inputs,
}

#[wasm_bindgen]
impl Chunk {
    /// An empty chunk.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Elements per input; 0 before the first `push`.
    #[wasm_bindgen(getter)]
    pub fn elements(&self) -> usize {
        self.inputs.elements()
    }

    /// Adds an input; its bytes are copied once, into WASM memory.
    ///
    /// # Errors
    /// Where the bytes are no whole number of elements, or not as many as the other inputs have, or
    /// there is no memory.
    pub fn push(&mut self, dtype: Dtype, bytes: &Uint8Array) -> Result<(), JsError> {
        let elements = count(dtype, length(bytes))?;
        bytes.copy_to(self.inputs.reserve(dtype, elements)?);
        Ok(())
    }

    /// One f64 sum per block of 4096 elements and pair of inputs, blocks in order.
    ///
    /// # Errors
    /// Where there is no input, or no memory.
    pub fn gram(&self) -> Result<Vec<f64>, JsError> {
        Ok(gram::block_sums(&self.inputs)?)
    }

    /// Writes the weighted sum of the inputs to `output` as elements of `dtype`.
    ///
    /// # Errors
    /// Where there is not one weight per input, or `output` has another size than the result.
    pub fn combine(
        &self,
        weights: &[f32],
        dtype: Dtype,
        output: &Uint8Array,
    ) -> Result<(), JsError> {
        let sum = Sum::new(&self.inputs, weights, dtype)?;
        check_size(sum.bytes(), output)?;
        let mut buffer = Tile::new();
        for start in (0..self.elements()).step_by(TILE) {
            let (part, bytes) = tile(output, dtype, start, &mut buffer);
            sum.write(start, bytes);
            part.copy_from(bytes);
        }
        Ok(())
    }

    /// Compares the weighted sum of the inputs with elements of `dtype`, without keeping it. The
    /// numbers are those of `compare`.
    ///
    /// # Errors
    /// Where there is not one weight per input, or `expected` has another size than the result.
    pub fn compare(
        &self,
        weights: &[f32],
        dtype: Dtype,
        expected: &Uint8Array,
    ) -> Result<Vec<u32>, JsError> {
        let sum = Sum::new(&self.inputs, weights, dtype)?;
        check_size(sum.bytes(), expected)?;
        let (mut ours, mut theirs) = (Tile::new(), Tile::new());
        let mut counts = Comparison::default();
        for start in (0..self.elements()).step_by(TILE) {
            let (part, theirs) = tile(expected, dtype, start, &mut theirs);
            part.copy_to(theirs);
            let ours = ours.first(theirs.len());
            sum.write(start, ours);
            counts.add(theirs, ours, dtype);
        }
        Ok(numbers(&counts))
    }

    /// Adds an input of so many elements and gives its bytes to be filled: a view into WASM memory,
    /// valid until any other function of this module is called.
    ///
    /// # Errors
    /// Where the other inputs have another number of elements, or there is no memory.
    pub fn reserve(&mut self, dtype: Dtype, elements: usize) -> Result<Uint8Array, JsError> {
        let bytes = self.inputs.reserve(dtype, elements)?;
        // SAFETY: the view lies over an input that the chunk owns; its contract ends the view before
        // anything could move or free it.
        Ok(unsafe { Uint8Array::view_mut_raw(bytes.as_mut_ptr(), bytes.len()) })
    }

    /// Removes the inputs. Their memory is kept for those that come.
    pub fn clear(&mut self) {
        self.inputs.clear();
    }

    /// Removes the inputs and gives their memory back.
    pub fn release(&mut self) {
        self.inputs.free();
    }
}

/// The Gram matrix of a whole tensor from its block sums.
///
/// # Errors
/// Where the numbers are no whole number of blocks of so many inputs.
#[wasm_bindgen]
pub fn reduce_gram(blocks: &[f64], inputs: usize) -> Result<Vec<f64>, JsError> {
    Ok(gram::reduce(blocks, inputs)?)
}

/// Slerp's weights as [w0, w1, cosine, angle in radians, 1 where the vectors are averaged].
///
/// # Errors
/// Where `gram` has not exactly three numbers.
#[wasm_bindgen]
pub fn slerp_weights(gram: &[f64], t: f64) -> Result<Vec<f64>, JsError> {
    let slerp::Weights { w0, w1, cosine, theta, linear } = slerp::weights(gram, t)?;
    Ok(vec![w0.into(), w1.into(), cosine, theta, f64::from(u8::from(linear))])
}

/// Writes elements to `output` in another format.
///
/// # Errors
/// Where the bytes are no whole number of elements, or `output` has another size than the result.
#[wasm_bindgen]
pub fn cast(
    bytes: &Uint8Array,
    from: Dtype,
    to: Dtype,
    output: &Uint8Array,
) -> Result<(), JsError> {
    let elements = count(from, length(bytes))?;
    check_size(elements * to.size(), output)?;
    let (mut source, mut target) = (Tile::new(), Tile::new());
    for start in (0..elements).step_by(TILE) {
        let (from_part, source) = tile(bytes, from, start, &mut source);
        from_part.copy_to(source);
        let (to_part, target) = tile(output, to, start, &mut target);
        cast_into(source, from, to, target);
        to_part.copy_from(target);
    }
    Ok(())
}

/// A comparison as [elements, identical, largest distance, seven counts, signs of zero, worst index].
///
/// # Errors
/// Where one of the two is no whole number of elements, or the lengths differ.
#[wasm_bindgen]
pub fn compare(
    expected: &Uint8Array,
    actual: &Uint8Array,
    dtype: Dtype,
) -> Result<Vec<u32>, JsError> {
    let elements = count(dtype, length(expected))?;
    check_size(length(expected), actual)?;
    let (mut theirs, mut ours) = (Tile::new(), Tile::new());
    let mut counts = Comparison::default();
    for start in (0..elements).step_by(TILE) {
        let (part, theirs) = tile(expected, dtype, start, &mut theirs);
        part.copy_to(theirs);
        let (part, ours) = tile(actual, dtype, start, &mut ours);
        part.copy_to(ours);
        counts.add(theirs, ours, dtype);
    }
    Ok(numbers(&counts))
}

/// A comparison as [`compare`] gives it.
pub(crate) fn numbers(counts: &Comparison) -> Vec<u32> {
    let mut numbers = vec![counts.elements, counts.identical, counts.max_ulp];
    numbers.extend(counts.histogram);
    numbers.extend([counts.sign_of_zero, counts.worst_index]);
    numbers
}

fn length(array: &Uint8Array) -> usize {
    array.length() as usize
}

/// Refuses an array of another size than `expected`.
pub(crate) fn check_size(expected: usize, array: &Uint8Array) -> Result<(), KernelError> {
    let actual = length(array);
    if actual == expected { Ok(()) } else { Err(KernelError::ByteCount { expected, actual }) }
}

/// The tile of an array that begins at element `start`, and as much of a buffer.
pub(crate) fn tile<'a>(
    array: &Uint8Array,
    dtype: Dtype,
    start: usize,
    buffer: &'a mut Tile,
) -> (Uint8Array, &'a mut [u8]) {
    let first = start * dtype.size();
    let end = length(array).min(first + TILE * dtype.size());
    let part = array.subarray(first as u32, end as u32);
    (part, buffer.first(end - first))
}
