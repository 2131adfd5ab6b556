//! Task vectors against a plain reference, one element at a time.

mod reference;
mod support;

use reference::{Data, reference};
use remelt_kernels::dtype::{Dtype, f32_to_bf16, f32_to_f16};
use remelt_kernels::error::KernelError;
use remelt_kernels::formula::decode;
use remelt_kernels::formula::job::Job;
use remelt_kernels::formula::spec::Tensor;
use remelt_kernels::gram::BLOCK;
use serde_json::{Value, json};
use support::{DTYPES, Json, part, value, xorshift};

fn encode(dtype: Dtype, values: impl Iterator<Item = f32>) -> Vec<u8> {
    let bytes = |value| match dtype {
        Dtype::F32 => f32::to_le_bytes(value).to_vec(),
        Dtype::F16 => f32_to_f16(value).to_le_bytes().to_vec(),
        Dtype::BF16 => f32_to_bf16(value).to_le_bytes().to_vec(),
    };
    values.flat_map(bytes).collect()
}

/// A base and two models whose distances are small multiples of 1/128: many are equal, and sums of
/// them are exact.
fn models(dtype: Dtype, elements: usize) -> Data {
    let mut random = xorshift(2024);
    let mut draw = |range: u32| (random.next().expect("a number") >> 8) % range;
    let base: Vec<f32> = (0..elements).map(|_| draw(64) as f32 / 64.0).collect();
    let mut data = vec![(dtype, encode(dtype, base.iter().copied()))];
    for _ in 0..2 {
        let moved = base.iter().map(|value| value + (draw(41) as f32 - 20.0) / 128.0);
        data.push((dtype, encode(dtype, moved)));
    }
    data
}

fn spec(work: Dtype, changes: &Value) -> Value {
    let mut spec = json!({
        "kind": "task-vectors", "work": work.name(), "select": "none", "rescale": "none",
        "rescaleThreshold": 1e-7, "consensus": false, "normalize": false, "lambda": 1,
        "equals": "index", "keepOne": false, "withoutTop": "nothing", "random": null,
        "terms": [
            { "weight": 0.7, "density": 0.4, "gamma": 0.03, "epsilon": 0.1, "draws": 1000 },
            { "weight": -0.3, "density": 0.65, "gamma": 0.1, "epsilon": 0.2, "draws": 90_000 },
        ],
    });
    for (name, change) in changes.as_object().expect("fields") {
        spec[name] = change.clone();
    }
    spec
}

/// The result as float32, and how many elements each term kept.
fn run(data: &Data, spec: &Value, tensor: Tensor, chunk: usize) -> (Vec<f32>, Vec<f64>) {
    let (to, mut values) = (Dtype::F32, Vec::new());
    let starts = || (0..tensor.elements).step_by(chunk);
    let mut work = || -> Result<Vec<f64>, KernelError> {
        let mut job = Job::new(decode::spec(&Json(spec.clone()))?, tensor)?;
        while job.pending() {
            for start in starts() {
                job.observe(&part(data, start, start + chunk)?)?;
            }
            job.next_pass()?;
        }
        for start in starts() {
            let inputs = part(data, start, start + chunk)?;
            let mut bytes = vec![0; inputs.elements() * to.size()];
            job.check(&inputs)?;
            job.write(&inputs, 0, to, &mut bytes)?;
            job.finish(&inputs);
            values.extend((0..inputs.elements()).map(|i| value(to, &bytes, i)));
        }
        Ok(job.outcome().kept)
    };
    let kept = work().expect("a result");
    (values, kept)
}

fn check(data: &Data, changes: &Value, tensor: Tensor) {
    for work in DTYPES {
        let spec = spec(work, changes);
        let (expected, kept) = reference(data, &spec, tensor);
        let same = |(a, b): (&f32, &f32)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
        for chunk in [BLOCK, 2 * BLOCK, tensor.elements.next_multiple_of(BLOCK)] {
            let (actual, counts) = run(data, &spec, tensor, chunk);
            let wrong = actual.iter().zip(&expected).position(|pair| !same(pair));
            let pair = wrong.map(|i| (i, actual[i], expected[i]));
            assert_eq!((pair, &counts), (None, &kept), "{spec}");
        }
    }
}

#[test]
fn every_combination_of_values_comes_out_as_in_the_formula() {
    let set =
        [0.0, -0.0, 1.0, -1.5, 0.3, 3e-8, -1e-40, 6e4, -3e38, f32::INFINITY, f32::NAN, 1.003_906_3];
    let n = set.len();
    let place = |power: usize| move |i: usize| set[i / n.pow(power as u32) % n];
    for dtype in DTYPES {
        let input = |power| (dtype, encode(dtype, (0..n.pow(3)).map(place(power))));
        let data: Data = (0..3).map(input).collect();
        let tensor = Tensor { elements: n.pow(3), row: n };
        for weights in [[0.7, 0.4], [0.5, -0.5], [1.0, -0.2]] {
            for consensus in [false, true] {
                for (normalize, lambda) in [(false, 1.0), (true, 1.0), (true, 0.7)] {
                    let term = |weight: f64| json!({ "weight": weight, "density": 1, "gamma": 0, "epsilon": 0 });
                    let mut changes = json!({ "consensus": consensus, "normalize": normalize, "terms": weights.map(term) });
                    if lambda < 1.0 {
                        changes["lambda"] = json!(lambda);
                    }
                    check(&data, &changes, tensor);
                }
            }
        }
    }
}

/// More than two blocks, in rows that end within groups.
const TENSOR: Tensor = Tensor { elements: 61 * 151, row: 151 };

#[test]
fn the_largest_are_kept_and_equal_ones_as_asked_for() {
    for input in [Dtype::BF16, Dtype::F32] {
        let data = models(input, TENSOR.elements);
        for equals in ["index", "sort"] {
            for rescale in ["none", "l1"] {
                let changes = json!({ "select": "magnitude", "equals": equals, "rescale": rescale, "consensus": true, "normalize": true });
                check(&data, &changes, TENSOR);
                for without_top in ["nothing", "share"] {
                    let changes = json!({ "select": "outliers", "equals": equals, "rescale": rescale, "withoutTop": without_top });
                    check(&data, &changes, TENSOR);
                }
            }
        }
    }
}

#[test]
fn densities_and_gammas_at_their_ends() {
    let data = models(Dtype::BF16, TENSOR.elements);
    let densities = [0.0, 1e-6, 0.5, 0.9999, 1.0, 1.5];
    for [density, other] in [0, 2, 4].map(|i| [densities[i], densities[i + 1]]) {
        for gamma in [0.0, 0.2, 0.7] {
            let term = |density: f64| json!({ "weight": 1, "density": density, "gamma": gamma, "epsilon": 0, "draws": 5 });
            let terms = json!([term(density), term(other)]);
            for (select, without_top) in
                [("magnitude", "share"), ("outliers", "share"), ("outliers", "nothing")]
            {
                let changes = json!({ "select": select, "terms": terms, "keepOne": true, "withoutTop": without_top, "rescale": "l1" });
                check(&data, &changes, TENSOR);
            }
        }
    }
}

#[test]
fn random_selections_keep_what_is_drawn() {
    let data = models(Dtype::BF16, TENSOR.elements);
    let stream = json!({ "kind": "mt19937", "seed": 42 });
    let counter = json!({ "kind": "counter", "seed": 42, "key": "model.norm.weight" });
    for random in [&stream, &counter] {
        for rescale in ["none", "l1", "density"] {
            check(
                &data,
                &json!({ "select": "random", "rescale": rescale, "random": random }),
                TENSOR,
            );
        }
        for rescale in ["none", "l1", "probability"] {
            for equals in ["index", "sort"] {
                let changes = json!({ "select": "magprune", "rescale": rescale, "equals": equals, "random": random, "consensus": true });
                check(&data, &changes, TENSOR);
                let long = Tensor { row: TENSOR.elements, ..TENSOR };
                check(&data, &changes, long);
            }
        }
    }
}

#[test]
fn draws_without_a_source_are_refused() {
    for select in ["random", "magprune"] {
        let spec = spec(Dtype::BF16, &json!({ "select": select }));
        let spec = decode::spec(&Json(spec)).expect("a spec");
        let refused = KernelError::Spec { reason: "a random selection has no source of draws" };
        assert_eq!(Job::new(spec, TENSOR).err(), Some(refused));
    }
}
