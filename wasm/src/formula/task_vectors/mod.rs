//! Sums of thinned-out task vectors: task_arithmetic, ties, dare, breadcrumbs, della.
//!
//! With R for rounding to the working dtype D after each operation:
//! δᵢ = R(xᵢ − b); a selection keeps a part of δᵢ ([`keep`]) and makes up for what it drops;
//! Wᵢ = R(δᵢ·R(wᵢ)); M is the sum of the Wᵢ, or of those with the elected sign ([`vote`]); the result
//! is R(b + M). Source: docs/methods/task_arithmetic.md.
//!
//! A selection is made in passes over the tensor before the values are asked for. What it holds per
//! term, in bytes, for a tensor of n elements in rows of r:
//!
//! | selection | equals | passes | while searching | kept until the end |
//! |---|---|---|---|---|
//! | none | | 0 | 0 | 0 |
//! | magnitude, outliers | index, 16-bit | 1 | 128 KiB | 0 |
//! | magnitude, outliers | index, F32 | 2 | 640 KiB | 0 |
//! | magnitude, outliers | sort, partial | 1 per term | 8n, one term at a time | n/8 |
//! | random | | 0 | 0 | n/8 |
//! | magprune | | 1 | 24r and 128 KiB; 40r with sort or F32 | n/8; 4n more for `Rescale::Probability` |
//!
//! `Rescale::L1` takes one pass more, but for magprune, which has the sums already. A density of 1
//! and more takes neither memory nor a pass.

pub mod bits;
pub mod collection;
pub mod counts;
pub mod delta;
pub mod draws;
pub mod histogram;
pub mod keep;
pub mod magprune;
pub mod order;
pub mod ranks;
mod term;
pub mod twister;
pub mod vote;

use super::Formula;
use super::spec::{self, Outcome, Rescale, Select, Tensor};
use crate::dtype::Dtype;
use crate::error::KernelError;
use crate::inputs::{Inputs, buffer};
use crate::lanes::{Bf16, F16, F32, F32x8, Format, LANES};
use delta::{Keyed, STRIP, STRIP_ELEMENTS, Strip, read, read_delta, zeros};
use std::collections::VecDeque;
use term::Term;
use vote::Vote;

/// Calls a function that is generic over the working dtype D, the dtype W of selections and the
/// dtype A of what comes after them.
macro_rules! with_formats {
    ($formats:expr, <$d:ident, $w:ident, $a:ident> $call:expr) => {
        match $formats {
            Formats::Bf16 => with_formats!(Bf16, Bf16, Bf16, <$d, $w, $a> $call),
            Formats::F16 => with_formats!(F16, F16, F16, <$d, $w, $a> $call),
            Formats::F16Wide => with_formats!(F16, F32, F16, <$d, $w, $a> $call),
            Formats::F16Wider => with_formats!(F16, F32, F32, <$d, $w, $a> $call),
            Formats::F32 => with_formats!(F32, F32, F32, <$d, $w, $a> $call),
        }
    };
    ($df:ty, $wf:ty, $af:ty, <$d:ident, $w:ident, $a:ident> $call:expr) => {{
        #[allow(dead_code, reason = "not every call needs it")]
        type $d = $df;
        #[allow(dead_code, reason = "not every call needs it")]
        type $w = $wf;
        #[allow(dead_code, reason = "not every call needs it")]
        type $a = $af;
        $call
    }};
}

/// The formula of a spec at the start of its work on a tensor.
///
/// # Errors
/// Where a density below 1 is to be met by draws and nothing says from where, or memory is out.
pub fn build(spec: spec::TaskVectors, tensor: Tensor) -> Result<Box<dyn Formula>, KernelError> {
    let formats = Formats::of(&spec);
    let vote = with_formats!(formats, <D, W, A> Vote::new::<A>(&spec));
    let mut formula = TaskVectors {
        formats,
        terms: Vec::new(),
        passes: VecDeque::new(),
        position: 0,
        base: zeros(),
        weighted: buffer(spec.terms.len(), zeros())?,
        vote,
        spec,
        tensor,
    };
    with_formats!(formats, <D, W, A> formula.prepare::<W>())?;
    Ok(Box::new(formula))
}

/// The working dtype, and the wider ones of the parts of the work that have them.
#[derive(Clone, Copy)]
enum Formats {
    Bf16,
    F16,
    /// Random selections compute in float32 where the working dtype is F16.
    F16Wide,
    /// A division by probabilities leaves float32, which lasts until the result.
    F16Wider,
    F32,
}

impl Formats {
    fn of(spec: &spec::TaskVectors) -> Self {
        match (spec.work, spec.select, spec.rescale) {
            (Dtype::BF16, ..) => Self::Bf16,
            (Dtype::F32, ..) => Self::F32,
            (Dtype::F16, Select::Magprune, Rescale::Probability) => Self::F16Wider,
            (Dtype::F16, Select::Random | Select::Magprune, _) => Self::F16Wide,
            (Dtype::F16, ..) => Self::F16,
        }
    }
}

/// A pass before the values.
enum Pass {
    /// These terms look for what they keep.
    Search(Vec<usize>),
    /// L1 norms of what is kept.
    Norms,
}

struct TaskVectors {
    spec: spec::TaskVectors,
    tensor: Tensor,
    formats: Formats,
    terms: Vec<Term>,
    passes: VecDeque<Pass>,
    /// Elements of the present pass so far.
    position: usize,
    base: Strip,
    weighted: Vec<Strip>,
    vote: Vote,
}

impl TaskVectors {
    fn prepare<W: Format>(&mut self) -> Result<(), KernelError> {
        let mut searching = Vec::new();
        for i in 0..self.spec.terms.len() {
            let term = Term::new(&self.spec, self.tensor, i)?;
            if term.searches() {
                searching.push(i);
            }
            self.terms.push(term);
        }
        if self.spec.equals == spec::Equals::Index || self.spec.select == Select::Magprune {
            if !searching.is_empty() {
                self.passes.push_back(Pass::Search(searching));
            }
        } else {
            self.passes.extend(searching.into_iter().map(|i| Pass::Search(vec![i])));
        }
        if self.terms.iter().any(Term::wants_norms) {
            self.passes.push_back(Pass::Norms);
        }
        self.begin::<W>()
    }

    /// The start of a pass.
    fn begin<W: Format>(&mut self) -> Result<(), KernelError> {
        self.position = 0;
        if let Some(Pass::Search(terms)) = self.passes.front() {
            for i in terms {
                self.terms[*i].begin::<W>(&self.spec, self.tensor, *i)?;
            }
        }
        for term in &mut self.terms {
            term.restart();
        }
        Ok(())
    }

    fn check(&self, inputs: &Inputs) -> Result<(), KernelError> {
        let (expected, actual) = (self.terms.len() + 1, inputs.list().len());
        if expected == actual { Ok(()) } else { Err(KernelError::InputCount { expected, actual }) }
    }

    fn look<D: Keyed, W: Format>(&mut self, inputs: &Inputs) {
        let every: Vec<usize> = (0..self.terms.len()).collect();
        let (terms, searching) = match self.passes.front() {
            Some(Pass::Search(terms)) => (terms.clone(), true),
            Some(Pass::Norms) => (every, false),
            None => return,
        };
        for start in (0..inputs.elements()).step_by(STRIP_ELEMENTS) {
            let end = inputs.elements().min(start + STRIP_ELEMENTS);
            let groups = (end - start).div_ceil(LANES);
            read::<D>(&inputs.list()[0], self.spec.work, start, end, &mut self.base);
            for i in &terms {
                let strip = &mut self.weighted[*i];
                let input = &inputs.list()[i + 1];
                read_delta::<D>(input, self.spec.work, (start, end), &self.base, strip);
                let term = &mut self.terms[*i];
                if searching {
                    term.search::<D>(&strip[..groups], end - start);
                } else {
                    term.measure::<W>(self.position, &mut strip[..groups]);
                }
            }
            self.position += end - start;
        }
    }

    fn finish<D: Keyed, W: Format>(&mut self) -> Result<(), KernelError> {
        match self.passes.pop_front() {
            Some(Pass::Search(terms)) => {
                let mut again = Vec::new();
                for i in terms {
                    if self.terms[i].finish_search::<D, W>(&self.spec)? {
                        again.push(i);
                    }
                }
                if !again.is_empty() {
                    self.passes.push_front(Pass::Search(again));
                }
            }
            Some(Pass::Norms) => {
                for term in &mut self.terms {
                    term.finish_norms::<W>(self.spec.rescale_threshold);
                }
            }
            None => {}
        }
        self.begin::<W>()
    }

    fn mix<D: Keyed, W: Format, A: Format>(
        &mut self,
        inputs: &Inputs,
        start: usize,
        values: &mut [F32x8],
    ) {
        let starts = (start..).step_by(STRIP_ELEMENTS);
        for (values, start) in values.chunks_mut(STRIP).zip(starts) {
            let end = inputs.elements().min(start + values.len() * LANES);
            let groups = values.len();
            read::<D>(&inputs.list()[0], self.spec.work, start, end, &mut self.base);
            let terms = self.terms.iter_mut().zip(&mut self.weighted).enumerate();
            for (i, (term, strip)) in terms {
                let input = &inputs.list()[i + 1];
                read_delta::<D>(input, self.spec.work, (start, end), &self.base, strip);
                let weight = self.vote.weight(i);
                term.thin::<D, W, A>(self.position, weight, &mut strip[..groups]);
            }
            self.vote.mix::<A>(&self.weighted, values);
            for (value, base) in values.iter_mut().zip(&self.base) {
                *value = D::round(base.plus(*value));
            }
            self.position += end.saturating_sub(start);
        }
    }
}

impl Formula for TaskVectors {
    fn pending(&self) -> bool {
        !self.passes.is_empty()
    }

    fn observe(&mut self, inputs: &Inputs) -> Result<(), KernelError> {
        self.check(inputs)?;
        with_formats!(self.formats, <D, W, A> self.look::<D, W>(inputs));
        Ok(())
    }

    fn next_pass(&mut self) -> Result<(), KernelError> {
        with_formats!(self.formats, <D, W, A> self.finish::<D, W>())
    }

    fn values(
        &mut self,
        inputs: &Inputs,
        start: usize,
        values: &mut [F32x8],
    ) -> Result<(), KernelError> {
        self.check(inputs)?;
        with_formats!(self.formats, <D, W, A> self.mix::<D, W, A>(inputs, start, values));
        Ok(())
    }

    fn outcome(&self) -> Outcome {
        let kept = match self.spec.select {
            Select::None => Vec::new(),
            _ => self.terms.iter().map(|term| term.kept() as f64).collect(),
        };
        Outcome { kept, ..Outcome::default() }
    }
}
