//! The surface that JavaScript sees. Nothing is computed here.
//!
//! Every function that can be misused returns a `JsError` with the numbers that were wrong, and
//! leaves its object as it was.

use crate::dtype::Dtype;
use crate::inputs::Inputs;
use crate::{combine, compare, gram, slerp};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// Equally long inputs, held in WASM memory.
#[wasm_bindgen]
#[derive(Default)]
pub struct Chunk {
    inputs: Inputs,
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
    /// Where the bytes are no whole number of elements, or not as many as the other inputs have.
    pub fn push(&mut self, dtype: Dtype, bytes: Vec<u8>) -> Result<(), JsError> {
        Ok(self.inputs.push(dtype, bytes)?)
    }

    /// One f64 sum per block of 4096 elements and pair of inputs, blocks in order.
    ///
    /// # Errors
    /// Where there is no input, or no memory.
    pub fn gram(&self) -> Result<Vec<f64>, JsError> {
        Ok(gram::block_sums(&self.inputs)?)
    }

    /// The weighted sum of the inputs as elements of `dtype`.
    ///
    /// # Errors
    /// Where there is not one weight per input, or no memory.
    pub fn combine(&self, weights: &[f32], dtype: Dtype) -> Result<Vec<u8>, JsError> {
        Ok(combine::combine(&self.inputs, weights, dtype)?)
    }

    /// Gives the inputs' memory back.
    pub fn clear(&mut self) {
        self.inputs = Inputs::new();
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

/// Elements in another format.
///
/// # Errors
/// Where the bytes are no whole number of elements, or no memory.
#[wasm_bindgen]
pub fn cast(bytes: &[u8], from: Dtype, to: Dtype) -> Result<Vec<u8>, JsError> {
    Ok(combine::cast(bytes, from, to)?)
}

/// A comparison as [elements, identical, largest distance, seven counts, signs of zero, worst index].
///
/// # Errors
/// Where one of the two is no whole number of elements, or the lengths differ.
#[wasm_bindgen]
pub fn compare(expected: &[u8], actual: &[u8], dtype: Dtype) -> Result<Vec<u32>, JsError> {
    let counts = compare::compare(expected, actual, dtype)?;
    let mut numbers = vec![counts.elements, counts.identical, counts.max_ulp];
    numbers.extend(counts.histogram);
    numbers.extend([counts.sign_of_zero, counts.worst_index]);
    Ok(numbers)
}
