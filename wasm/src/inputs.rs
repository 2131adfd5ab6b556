//! The inputs of one chunk: k equally long runs of elements, each in its own format.

use crate::bytes::Bytes;
use crate::dtype::Dtype;
use crate::error::KernelError;

/// One input's elements as they lie in a file.
#[derive(Debug)]
pub struct Input {
    /// Their format.
    pub dtype: Dtype,
    /// Their bytes, little-endian.
    pub bytes: Bytes,
}

impl Input {
    /// The bytes of the elements from `start` to `end`, or of those of them that there are.
    pub fn part(&self, start: usize, end: usize) -> &[u8] {
        let size = self.dtype.size();
        let end = self.bytes.len().min(end * size);
        self.bytes.get(start * size..end).unwrap_or_default()
    }
}

/// Equally long inputs, in the order of their weights.
#[derive(Debug, Default)]
pub struct Inputs {
    list: Vec<Input>,
    elements: usize,
    /// Memory of inputs before the last [`Self::clear`].
    spare: Vec<Bytes>,
}

impl Inputs {
    /// No inputs.
    pub const fn new() -> Self {
        Self { list: Vec::new(), elements: 0, spare: Vec::new() }
    }

    /// Elements per input; 0 where there is none.
    pub const fn elements(&self) -> usize {
        self.elements
    }

    /// The inputs in the order in which they came.
    pub fn list(&self) -> &[Input] {
        &self.list
    }

    /// Adds a copy of an input.
    ///
    /// # Errors
    /// Where its bytes are no whole number of elements, or not as many as the other inputs have.
    pub fn push(&mut self, dtype: Dtype, bytes: &[u8]) -> Result<(), KernelError> {
        let elements = count(dtype, bytes.len())?;
        self.reserve(dtype, elements)?.copy_from_slice(bytes);
        Ok(())
    }

    /// Adds an input whose bytes are still to be filled in; until then they are any.
    ///
    /// # Errors
    /// Where the other inputs have another number of elements, or there is no memory.
    pub fn reserve(&mut self, dtype: Dtype, elements: usize) -> Result<&mut [u8], KernelError> {
        self.check(elements)?;
        let length = elements
            .checked_mul(dtype.size())
            .ok_or(KernelError::OutOfMemory { bytes: usize::MAX })?;
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.resize(length)?;
        self.elements = elements;
        self.list.push(Input { dtype, bytes });
        Ok(self.list.last_mut().map(|input| &mut *input.bytes).unwrap_or_default())
    }

    /// Empties the list. Its memory is kept for as many inputs that come.
    pub fn clear(&mut self) {
        self.elements = 0;
        self.spare = self.list.drain(..).rev().map(|input| input.bytes).collect();
    }

    /// Empties the list and gives all memory back.
    pub fn free(&mut self) {
        *self = Self::new();
    }

    fn check(&self, elements: usize) -> Result<(), KernelError> {
        if self.list.is_empty() || elements == self.elements {
            Ok(())
        } else {
            Err(KernelError::ElementCount { expected: self.elements, actual: elements })
        }
    }
}

/// The elements in a run of bytes.
///
/// # Errors
/// Where a part of an element is left over.
pub fn count(dtype: Dtype, bytes: usize) -> Result<usize, KernelError> {
    if bytes.is_multiple_of(dtype.size()) {
        Ok(bytes / dtype.size())
    } else {
        Err(KernelError::PartialElement { bytes, dtype: dtype.name() })
    }
}

/// A zeroed buffer, or an error instead of an abort where memory is out.
///
/// # Errors
/// [`KernelError::OutOfMemory`].
pub fn buffer<T: Clone>(length: usize, fill: T) -> Result<Vec<T>, KernelError> {
    let mut buffer = Vec::new();
    if buffer.try_reserve_exact(length).is_err() {
        return Err(KernelError::OutOfMemory { bytes: length.saturating_mul(size_of::<T>()) });
    }
    buffer.resize(length, fill);
    Ok(buffer)
}
