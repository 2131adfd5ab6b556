//! One formula's way over one tensor: whether its chunks come in the order that [`Formula`] asks for.

use super::spec::{Outcome, Spec, Tensor};
use super::{Formula, build};
use crate::dtype::Dtype;
use crate::error::KernelError;
use crate::gram::BLOCK;
use crate::inputs::Inputs;

/// A formula and how far its present pass has come.
pub struct Job {
    formula: Box<dyn Formula>,
    elements: usize,
    done: usize,
}

impl Job {
    /// A spec's formula before its first pass.
    ///
    /// # Errors
    /// Where the spec's numbers contradict each other, or the tensor is not made of whole rows.
    pub fn new(spec: Spec, tensor: Tensor) -> Result<Self, KernelError> {
        let Tensor { elements, row } = tensor;
        if elements > 0 && (row == 0 || !elements.is_multiple_of(row)) {
            return Err(KernelError::Spec { reason: "the tensor is not made of whole rows" });
        }
        Ok(Self { formula: build(spec, tensor)?, elements, done: 0 })
    }

    /// Whether another pass of [`Self::observe`] is due before the result can be written.
    pub fn pending(&self) -> bool {
        self.formula.pending()
    }

    /// One chunk of a pass that only looks.
    ///
    /// # Errors
    /// Where no such pass is due, the chunk does not follow the one before, or it has not the inputs
    /// that the formula takes.
    pub fn observe(&mut self, inputs: &Inputs) -> Result<(), KernelError> {
        if !self.pending() {
            return Err(KernelError::NoPassPending);
        }
        let done = self.after(inputs)?;
        self.formula.observe(inputs)?;
        self.done = done;
        Ok(())
    }

    /// The pass is complete.
    ///
    /// # Errors
    /// Where no pass is due, or it did not cover the tensor.
    pub fn next_pass(&mut self) -> Result<(), KernelError> {
        if !self.pending() {
            return Err(KernelError::NoPassPending);
        }
        if self.done != self.elements {
            return Err(KernelError::PassLength { expected: self.elements, actual: self.done });
        }
        self.formula.next_pass()?;
        self.done = 0;
        Ok(())
    }

    /// Whether a chunk of the last pass may come now. Its parts are then asked for with
    /// [`Self::write`], in order, and [`Self::finish`] closes it.
    ///
    /// # Errors
    /// Where another pass is due before, or the chunk does not follow the one before.
    pub fn check(&self, inputs: &Inputs) -> Result<(), KernelError> {
        if self.pending() {
            return Err(KernelError::PassPending);
        }
        self.after(inputs)?;
        Ok(())
    }

    /// A chunk of the last pass has been written.
    pub fn finish(&mut self, inputs: &Inputs) {
        self.done += inputs.elements();
    }

    /// Writes the elements from `start` (a multiple of 8) on that fit into `output`.
    ///
    /// # Errors
    /// Where the chunk has not the inputs that the formula takes.
    pub fn write(
        &mut self,
        inputs: &Inputs,
        start: usize,
        dtype: Dtype,
        output: &mut [u8],
    ) -> Result<(), KernelError> {
        self.formula.write(inputs, start, dtype, output)
    }

    /// What the passes found.
    pub fn outcome(&self) -> Outcome {
        self.formula.outcome()
    }

    /// Elements of the pass up to the end of a chunk.
    fn after(&self, inputs: &Inputs) -> Result<usize, KernelError> {
        let done = self.done + inputs.elements();
        if done > self.elements {
            return Err(KernelError::PassLength { expected: self.elements, actual: done });
        }
        if !self.done.is_multiple_of(BLOCK) {
            return Err(KernelError::PartialBlock { elements: self.done });
        }
        Ok(done)
    }
}
