//! One model's task vector on its way through the passes.

use super::collection::Collection;
use super::counts::{self, Kept};
use super::delta::Keyed;
use super::draws::Draws;
use super::histogram::Histogram;
use super::keep::{Keep, Norms, Scale};
use super::magprune::Rows;
use crate::dtype::Dtype;
use crate::error::KernelError;
use crate::formula::spec::{Equals, Random, Rescale, Select, TaskVectors, Tensor};
use crate::lanes::{Bf16, F32x8, Format};

/// A term's selection.
pub struct Term {
    /// What it waits for.
    task: Task,
    keep: Keep,
    kept: usize,
    scale: Scale,
    norms: Option<Norms>,
}

/// What has to be found out about a term.
enum Task {
    Nothing,
    /// A cut between magnitudes, later.
    Cut(Kept),
    /// Kept elements row by row, later.
    Prune,
    Histogram(Histogram),
    Collection(Collection),
    Rows(Box<Rows>),
}

impl Term {
    /// What a spec says of its term number `i`.
    ///
    /// # Errors
    /// Where there are no draws for it, or memory is out.
    pub fn new(spec: &TaskVectors, tensor: Tensor, i: usize) -> Result<Self, KernelError> {
        let (n, term) = (tensor.elements, &spec.terms[i]);
        let mut this = Self::of(Task::Nothing, Keep::All, n);
        if term.density >= 1.0 || spec.select == Select::None || n == 0 {
            return Ok(this);
        }
        match spec.select {
            Select::Magnitude => {
                this.cut(counts::magnitude(n, term.density, spec.keep_one), n);
            }
            Select::Outliers => {
                let kept = counts::outliers(n, term.density, term.gamma, spec.without_top);
                this.cut(kept, n);
            }
            Select::Random => {
                let mut draws = draws(spec, i)?;
                let share = if spec.work == Dtype::BF16 {
                    Bf16::round(F32x8::splat(term.density as f32)).to_array()[0]
                } else {
                    term.density as f32
                };
                let bits = draws.mask(n, share)?;
                draws.leave();
                (this.kept, this.keep) = (bits.count(), Keep::Bits(bits));
            }
            Select::Magprune if term.density <= 0.0 => this.cut(Kept { first: 0, end: 0 }, n),
            Select::Magprune => this.task = Task::Prune,
            Select::None => {}
        }
        this.scale = match spec.rescale {
            Rescale::Density => Scale::Over(term.density as f32),
            _ => Scale::None,
        };
        let measured = spec.rescale == Rescale::L1 && !matches!(this.task, Task::Prune);
        this.norms = measured.then(Norms::zero);
        Ok(this)
    }

    const fn of(task: Task, keep: Keep, kept: usize) -> Self {
        Self { task, keep, kept, scale: Scale::None, norms: None }
    }

    fn cut(&mut self, kept: Kept, elements: usize) {
        self.kept = kept.count();
        if self.kept == 0 {
            self.keep = Keep::Nothing;
        } else if self.kept < elements {
            self.task = Task::Cut(kept);
        }
    }

    /// Whether it has to look for what it keeps.
    pub const fn searches(&self) -> bool {
        !matches!(self.task, Task::Nothing)
    }

    /// Whether a pass has to sum up what it keeps.
    pub const fn wants_norms(&self) -> bool {
        self.norms.is_some()
    }

    /// Elements kept.
    pub const fn kept(&self) -> usize {
        self.kept
    }

    /// Makes ready for a pass in which it looks.
    ///
    /// # Errors
    /// Where there are no draws for it, or memory is out.
    pub fn begin<W: Format>(
        &mut self,
        spec: &TaskVectors,
        tensor: Tensor,
        i: usize,
    ) -> Result<(), KernelError> {
        let n = tensor.elements;
        match self.task {
            Task::Cut(kept) if spec.equals == Equals::Index => {
                self.task = Task::Histogram(Histogram::new(kept, n)?);
            }
            Task::Cut(kept) => {
                let collection = Collection::new(kept, n, spec.select, spec.equals)?;
                self.task = Task::Collection(collection);
            }
            Task::Prune => {
                let how = (spec.rescale, spec.equals);
                let rows = Rows::new::<W>(tensor, &spec.terms[i], how, draws(spec, i)?)?;
                self.task = Task::Rows(Box::new(rows));
            }
            _ => {}
        }
        Ok(())
    }

    /// Starts again with the tensor's first element.
    pub const fn restart(&mut self) {
        self.keep.restart();
    }

    /// Looks at `count` elements.
    pub fn search<D: Keyed>(&mut self, strip: &[F32x8], count: usize) {
        match &mut self.task {
            Task::Histogram(histogram) => histogram.add::<D>(strip, count),
            Task::Collection(collection) => collection.add::<D>(strip, count),
            Task::Rows(rows) => rows.add::<D>(strip, count),
            Task::Nothing | Task::Cut(_) | Task::Prune => {}
        }
    }

    /// The pass is complete; whether it needs another one.
    ///
    /// # Errors
    /// Where memory is out.
    pub fn finish_search<D: Keyed, W: Format>(
        &mut self,
        spec: &TaskVectors,
    ) -> Result<bool, KernelError> {
        match std::mem::replace(&mut self.task, Task::Nothing) {
            Task::Histogram(mut histogram) => match histogram.finish::<D>()? {
                Some(band) => self.keep = Keep::Band(band),
                None => {
                    self.task = Task::Histogram(histogram);
                    return Ok(true);
                }
            },
            Task::Collection(mut collection) => self.keep = Keep::Bits(collection.finish()?),
            Task::Rows(rows) => {
                let found = rows.finish();
                (self.keep, self.kept) = (found.keep, found.kept);
                if spec.rescale == Rescale::L1 {
                    self.scale = Scale::of_norms::<W>(found.norms, spec.rescale_threshold);
                }
            }
            Task::Nothing | Task::Cut(_) | Task::Prune => {}
        }
        Ok(false)
    }

    /// Sums up a strip before and after its selection, which is made in place.
    pub fn measure<W: Format>(&mut self, position: usize, strip: &mut [F32x8]) {
        if let Some(norms) = &mut self.norms {
            norms.add_all(strip);
            self.keep.apply::<W>(position, strip, |value| value);
            norms.add_kept(strip);
        }
    }

    /// All is summed up.
    pub fn finish_norms<W: Format>(&mut self, threshold: f64) {
        if let Some(norms) = self.norms.take() {
            self.scale = Scale::of_norms::<W>(norms.totals(), threshold);
        }
    }

    /// The selection from element number `position` on, what makes up for dropped elements, and the
    /// product with a weight.
    pub fn thin<D: Format, W: Format, A: Format>(
        &mut self,
        position: usize,
        weight: f32,
        strip: &mut [F32x8],
    ) {
        let (weight, scale) = (F32x8::splat(weight), self.scale);
        self.keep.apply::<W>(position, strip, |value| {
            let scaled = scale.apply::<W>(value);
            let thinned = if W::SIZE == A::SIZE { scaled } else { D::round(scaled) };
            A::round(thinned.times(weight))
        });
    }
}

fn draws(spec: &TaskVectors, i: usize) -> Result<Draws, KernelError> {
    let missing = KernelError::Spec { reason: "a random selection has no source of draws" };
    match (&spec.random, spec.terms[i].draws) {
        (Some(random @ Random::Counter { .. }), _) => Ok(Draws::new(random, 0.0, i)),
        (Some(random), Some(first)) => Ok(Draws::new(random, first, i)),
        _ => Err(missing),
    }
}
