//! What a kernel refuses, with the numbers that were wrong.

use std::fmt;

/// A misuse of a kernel. Nothing has been changed when one is returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KernelError {
    /// A byte length that is no whole number of elements.
    PartialElement {
        /// The length in bytes.
        bytes: usize,
        /// The format's name.
        dtype: &'static str,
    },
    /// Two inputs of different numbers of elements.
    ElementCount {
        /// The elements that were expected.
        expected: usize,
        /// The elements that came.
        actual: usize,
    },
    /// A number of weights that is not the number of inputs.
    WeightCount {
        /// Inputs in the chunk.
        inputs: usize,
        /// Weights that came.
        weights: usize,
    },
    /// A chunk without inputs.
    NoInputs,
    /// An array of another size than the result or the tensor that belongs there.
    ByteCount {
        /// The size that was expected.
        expected: usize,
        /// The size that came.
        actual: usize,
    },
    /// Block sums that do not divide into k(k+1)/2 each.
    BlockSums {
        /// How many numbers came.
        numbers: usize,
        /// Inputs that they were said to be of.
        inputs: usize,
    },
    /// A Gram matrix that is not the three products of two vectors.
    GramSize {
        /// How many numbers came.
        numbers: usize,
    },
    /// A chunk of another number of inputs than a formula takes.
    InputCount {
        /// Inputs that the formula takes.
        expected: usize,
        /// Inputs in the chunk.
        actual: usize,
    },
    /// A spec whose numbers contradict each other.
    Spec {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A field of a spec that is missing or is not what it has to be.
    Field {
        /// The field's name.
        name: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// A result that was asked for before every pass over the tensor was made.
    PassPending,
    /// A pass that is not due.
    NoPassPending,
    /// A chunk that is followed by others and is no whole number of blocks.
    PartialBlock {
        /// Elements of the pass up to the end of that chunk.
        elements: usize,
    },
    /// A pass of more or fewer elements than the tensor has.
    PassLength {
        /// Elements of the tensor.
        expected: usize,
        /// Elements of the pass so far.
        actual: usize,
    },
    /// Memory that could not be had.
    OutOfMemory {
        /// The size that was asked for, in bytes.
        bytes: usize,
    },
}

impl fmt::Display for KernelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::PartialElement { bytes, dtype } => {
                write!(f, "{bytes} bytes are no whole number of {dtype} elements")
            }
            Self::ElementCount { expected, actual } => {
                write!(f, "expected {expected} elements, got {actual}")
            }
            Self::WeightCount { inputs, weights } => {
                write!(f, "the chunk has {inputs} inputs, got {weights} weights")
            }
            Self::NoInputs => write!(f, "the chunk has no inputs"),
            Self::ByteCount { expected, actual } => {
                write!(f, "expected {expected} bytes, got {actual}")
            }
            Self::BlockSums { numbers, inputs } => {
                write!(f, "{numbers} numbers are no block sums of {inputs} inputs")
            }
            Self::GramSize { numbers } => {
                write!(f, "slerp needs the 3 inner products of 2 vectors, got {numbers}")
            }
            Self::InputCount { expected, actual } => {
                write!(f, "the formula takes {expected} inputs, the chunk has {actual}")
            }
            Self::Spec { reason } => write!(f, "{reason}"),
            Self::Field { name, expected } => write!(f, "{name} is not {expected}"),
            Self::PassPending => write!(f, "a pass over the tensor is still to be made"),
            Self::NoPassPending => write!(f, "no further pass over the tensor is due"),
            Self::PartialBlock { elements } => {
                write!(f, "{elements} elements are no whole number of blocks, and more came")
            }
            Self::PassLength { expected, actual } => {
                write!(f, "the tensor has {expected} elements, the pass {actual}")
            }
            Self::OutOfMemory { bytes } => write!(f, "{bytes} bytes could not be allocated"),
        }
    }
}

impl std::error::Error for KernelError {}
