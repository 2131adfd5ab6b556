//! Model Stock; docs/methods/model_stock.md. Everything in `work` after each operation, sums apart.
//!
//! Source: D.-H. Jang, S. Yun, D. Han, "Model Stock: All we need is just a few fine-tuned models",
//! ECCV 2024, as the operations that mergekit's `model_stock`
//! (`mergekit/merge_methods/model_stock.py`, commit a6e4028) makes torch carry out, one by one. A
//! norm and an inner product are rounded once, from a float64 sum.

use super::spec::{Along, ModelStock as Spec, Outcome, Ratio, Tensor};
use super::vectors::{Numbers, Sums, Vectors};
use super::{Formula, TILE, exactly, read, round, round_all};
use crate::error::KernelError;
use crate::inputs::{Inputs, buffer};
use crate::lanes::{F32x8, Format, LANES};
use crate::with_format;

/// The least product of two norms that an inner product is divided by, and the least size of the
/// ratio's denominator.
const LEAST: f64 = 1e-6;

struct ModelStock {
    spec: Spec,
    vectors: Vectors,
    stage: Stage,
    /// A tile for each model.
    tiles: Vec<F32x8>,
    /// Elements of the last pass so far.
    done: usize,
}

enum Stage {
    /// Nothing is known of how many models there are.
    Start(Tensor),
    /// Per model the sums of squares of its distances from the base, per pair those of products.
    Sums { squares: Vec<Sums>, products: Vec<Sums> },
    /// Per vector the share of the average and that of the base.
    Result(Numbers<2>),
}

/// The average that a spec describes.
pub fn build(spec: Spec, tensor: Tensor) -> Box<dyn Formula> {
    let vectors = Vectors::new(spec.along, tensor);
    let stage = Stage::Start(tensor);
    Box::new(ModelStock { spec, vectors, stage, tiles: Vec::new(), done: 0 })
}

impl Formula for ModelStock {
    fn pending(&self) -> bool {
        !matches!(self.stage, Stage::Result(_))
    }

    fn observe(&mut self, inputs: &Inputs) -> Result<(), KernelError> {
        self.start(inputs)?;
        for start in (0..inputs.elements()).step_by(TILE * LANES) {
            self.add(inputs, start, (inputs.elements() - start).min(TILE * LANES))?;
        }
        Ok(())
    }

    fn next_pass(&mut self) -> Result<(), KernelError> {
        let (squares, products) = match &mut self.stage {
            Stage::Sums { squares, products } => {
                (std::mem::take(squares), std::mem::take(products))
            }
            Stage::Start(_) => (Vec::new(), Vec::new()),
            Stage::Result(_) => return Err(KernelError::NoPassPending),
        };
        let take =
            |sums: Vec<Sums>| sums.into_iter().map(|mut sums| sums.take()).collect::<Vec<_>>();
        let (squares, products) = (take(squares), take(products));
        let vectors = squares.first().map(Vec::len).unwrap_or_default();
        let list = (0..vectors).map(|vector| {
            let pick = |sums: &[Vec<f64>]| sums.iter().map(|sums| sums[vector]).collect::<Vec<_>>();
            self.shares(&pick(&squares), &pick(&products))
        });
        self.stage = Stage::Result(Numbers::new(self.vectors, list.collect()));
        Ok(())
    }

    fn values(
        &mut self,
        inputs: &Inputs,
        start: usize,
        values: &mut [F32x8],
    ) -> Result<(), KernelError> {
        let Stage::Result(numbers) = &self.stage else { return Err(KernelError::PassPending) };
        let Some((base, models)) = inputs.list().split_first() else {
            return Err(KernelError::NoInputs);
        };
        let mut tile = [F32x8::splat(0.0); TILE];
        let tile = &mut tile[..values.len()];
        values.fill(F32x8::splat(0.0));
        for model in models {
            read(model, start, tile);
            for (value, other) in values.iter_mut().zip(tile.iter()) {
                *value = value.plus(*other);
            }
            round_all(self.spec.work, values);
        }
        read(base, start, tile);
        let models = models.len() as f32;
        with_format!(self.spec.work, W => draw_back::<W>(values, tile, models, numbers, self.done));
        self.done += (inputs.elements() - start).min(values.len() * LANES);
        Ok(())
    }

    fn outcome(&self) -> Outcome {
        let ratio = match (&self.stage, self.spec.along) {
            (Stage::Result(numbers), Along::All) => numbers.first().map(|&[ratio, _]| ratio.into()),
            _ => None,
        };
        Outcome { ratio, ..Outcome::default() }
    }
}

impl ModelStock {
    /// Makes room for the sums once the number of models is known.
    fn start(&mut self, inputs: &Inputs) -> Result<(), KernelError> {
        let Stage::Start(tensor) = self.stage else { return Ok(()) };
        let models = inputs.list().len().saturating_sub(1);
        if models < 2 {
            return Err(KernelError::InputCount { expected: 3, actual: inputs.list().len() });
        }
        let sums = |count: usize| {
            (0..count).map(|_| Sums::new(self.vectors, tensor)).collect::<Result<Vec<_>, _>>()
        };
        let (squares, products) = (sums(models)?, sums(models * (models - 1) / 2)?);
        self.tiles = buffer(models * TILE, F32x8::splat(0.0))?;
        self.stage = Stage::Sums { squares, products };
        Ok(())
    }

    fn add(&mut self, inputs: &Inputs, start: usize, elements: usize) -> Result<(), KernelError> {
        let Stage::Sums { squares, products } = &mut self.stage else { return Ok(()) };
        let list = exactly(inputs, squares.len() + 1)?;
        let work = self.spec.work;
        let groups = elements.div_ceil(LANES);
        let mut scratch = [F32x8::splat(0.0); TILE];
        let scratch = &mut scratch[..groups];
        read(&list[0], start, scratch);
        let models = list[1..].iter().zip(squares).zip(self.tiles.chunks_exact_mut(TILE));
        for ((input, squares), tile) in models {
            let tile = &mut tile[..groups];
            read(input, start, tile);
            for (value, base) in tile.iter_mut().zip(scratch.iter()) {
                *value = value.minus(*base);
            }
            round_all(work, tile);
            squares.add(tile, tile, elements);
        }
        let ones = [F32x8::splat(1.0); TILE];
        let tiles: Vec<_> = self.tiles.chunks_exact(TILE).collect();
        let pairs =
            tiles.iter().enumerate().flat_map(|(i, a)| tiles[i + 1..].iter().map(move |b| (a, b)));
        for (sums, (a, b)) in products.iter_mut().zip(pairs) {
            for (product, (a, b)) in scratch.iter_mut().zip(a.iter().zip(b.iter())) {
                *product = a.times(*b);
            }
            round_all(work, scratch);
            sums.add(scratch, &ones, elements);
        }
        Ok(())
    }

    /// The share of the average and that of the base, from sums of squares and of products.
    fn shares(&self, squares: &[f64], products: &[f64]) -> [f32; 2] {
        let work = |number: f32| round(self.spec.work, number.into());
        let norms: Vec<f32> =
            squares.iter().map(|square| round(self.spec.work, square.sqrt())).collect();
        let pairs = (0..norms.len()).flat_map(|i| (i + 1..norms.len()).map(move |j| (i, j)));
        let least = round(self.spec.work, LEAST);
        let total: f32 = pairs
            .zip(products)
            .map(|((i, j), product)| {
                let scale = work(norms[i] * norms[j]);
                let scale = if scale < least { least } else { scale };
                work(round(self.spec.work, *product) / scale).clamp(-1.0, 1.0)
            })
            .fold(0.0, |sum, cosine| sum + cosine);
        let cosine = work(total / products.len() as f32);
        let models = match self.spec.ratio {
            Ratio::Two => 2.0,
            Ratio::Count => norms.len() as f32,
        };
        let denominator = work(work(cosine * (models - 1.0)) + 1.0);
        let guarded = self.spec.guard && denominator.abs() < LEAST as f32;
        let ratio = if guarded { 0.0 } else { work(work(cosine * models) / denominator) };
        [ratio, work(1.0 - ratio)]
    }
}

/// Turns the sums of the models into their average, drawn back towards the base.
fn draw_back<W: Format>(
    values: &mut [F32x8],
    base: &[F32x8],
    models: f32,
    numbers: &Numbers<2>,
    first: usize,
) {
    let models = F32x8::splat(models);
    for (group, (value, base)) in values.iter_mut().zip(base).enumerate() {
        let [ratio, rest] = numbers.at(first + group * LANES);
        let average = W::round(value.over(models));
        *value = W::round(W::round(ratio.times(average)).plus(W::round(rest.times(*base))));
    }
}
