//! Task vectors in plain Rust, one element at a time, from the description of their methods.

use super::support::{dtype, value};
use remelt_kernels::dtype::{Dtype, bf16_to_f32, f16_to_f32, f32_to_bf16, f32_to_f16};
use remelt_kernels::formula::spec::Tensor;
use remelt_kernels::formula::task_vectors::draws::{Counter, limit};
use remelt_kernels::formula::task_vectors::order;
use remelt_kernels::formula::task_vectors::twister::Twister;
use serde_json::Value;

/// Inputs: the base, then the models.
pub type Data = Vec<(Dtype, Vec<u8>)>;

fn round(work: Dtype, value: f32) -> f32 {
    match work {
        Dtype::F32 => value,
        Dtype::F16 => f16_to_f32(f32_to_f16(value)),
        Dtype::BF16 => bf16_to_f32(f32_to_bf16(value)),
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

/// Places in the order of magnitudes, as `equals` has it.
fn order(deltas: &[f32], descending: bool, stable: bool) -> Vec<usize> {
    let flip = if descending { u32::MAX } else { 0 };
    let key = |value: &f32| u64::from(value.abs().to_bits() ^ flip) << 32;
    let mut items: Vec<u64> = (0..).zip(deltas).map(|(i, value)| key(value) | i).collect();
    if stable {
        items.sort_unstable();
    } else {
        order::sort(&mut items);
    }
    items.iter().map(|item| (item & 0xffff_ffff) as usize).collect()
}

fn numbers(spec: &Value, i: usize, count: usize) -> Vec<u32> {
    let (random, mut numbers) = (&spec["random"], vec![0; count]);
    if random["kind"] == "counter" {
        let key = random["key"].as_str().expect("a key");
        let mut counter = Counter::new(number(&random["seed"]), key, i);
        return numbers.iter().map(|_| (counter.next() >> 40) as u32).collect();
    }
    let first = number(&spec["terms"][i]["draws"]) as usize;
    let mut stream = vec![0; first + count];
    Twister::new(number(&random["seed"]) as u32).fill(&mut stream);
    numbers.copy_from_slice(&stream[first..]);
    numbers.iter().map(|number| number & 0xff_ffff).collect()
}

/// della's probability of each element.
fn probabilities(deltas: &[f32], row: usize, spec: &Value, term: &Value, w: Dtype) -> Vec<f32> {
    let (density, epsilon) = (number(&term["density"]), number(&term["epsilon"]));
    let mut probabilities = vec![0.0; deltas.len()];
    let rank = |place: usize| round(w, round(w, place as f32) + 1.0);
    for (start, deltas) in (0..).step_by(row).zip(deltas.chunks(row)) {
        for (place, i) in order(deltas, false, spec["equals"] == "index").into_iter().enumerate() {
            let share = round(w, rank(place) - rank(0)) / round(w, rank(row - 1) - rank(0));
            let width = if spec["rescale"] == "probability" {
                round(w, share) * (2.0 * epsilon) as f32
            } else {
                round(w, round(w, share) * 2.0) * epsilon as f32
            };
            let least = round(w, (density - epsilon) as f32);
            probabilities[start + i] = round(w, least + round(w, width));
        }
    }
    probabilities
}

/// 0 for dropped elements; a probability for those that are kept, 1 where they are not drawn.
fn shares(deltas: &[f32], row: usize, spec: &Value, i: usize, w: Dtype) -> Vec<f32> {
    let (n, term) = (deltas.len(), &spec["terms"][i]);
    let part = |name: &str| (number(&term[name]) * n as f64) as usize;
    let (kept, top, stable) = (part("density"), part("gamma"), spec["equals"] == "index");
    let mut shares = vec![0.0; n];
    match spec["select"].as_str() {
        _ if number(&term["density"]) >= 1.0 => shares.fill(1.0),
        Some("none") => shares.fill(1.0),
        Some("magnitude") => {
            let least = usize::from(spec["keepOne"] == true && number(&term["density"]) > 0.0);
            for place in &order(deltas, true, stable)[..kept.max(least)] {
                shares[*place] = 1.0;
            }
        }
        Some("outliers") if top == 0 && spec["withoutTop"] == "nothing" => {}
        Some("outliers") => {
            let bottom = n.saturating_sub(kept + top);
            let chosen = &order(deltas, false, stable)[bottom..bottom + kept];
            chosen.iter().for_each(|place| shares[*place] = 1.0);
            if stable {
                // Of those equal to a cut the first ones are kept.
                first_of_equals(deltas, &mut shares);
            }
        }
        Some("random") => {
            let share = round(w, number(&term["density"]) as f32);
            for (kept, number) in shares.iter_mut().zip(numbers(spec, i, n)) {
                *kept = f32::from(u8::from(number < limit(share)));
            }
        }
        _ => {
            let drawn = probabilities(deltas, row, spec, term, w);
            for ((kept, p), number) in shares.iter_mut().zip(drawn).zip(numbers(spec, i, n)) {
                *kept = if f64::from(number) / 16_777_216.0 < f64::from(p) { p } else { 0.0 };
            }
        }
    }
    shares
}

/// As many of each magnitude as before, but the first ones.
fn first_of_equals(deltas: &[f32], shares: &mut [f32]) {
    let mut counts = std::collections::HashMap::new();
    for (delta, share) in deltas.iter().zip(shares.iter()) {
        *counts.entry(delta.abs().to_bits()).or_insert(0.0) += share;
    }
    for (delta, share) in deltas.iter().zip(shares) {
        let left = counts.entry(delta.abs().to_bits()).or_insert(0.0);
        *share = left.clamp(0.0, 1.0);
        *left -= *share;
    }
}

/// A thinned-out task vector, and how many elements were kept.
fn thinned(deltas: &[f32], row: usize, spec: &Value, i: usize, work: Dtype) -> (Vec<f32>, f64) {
    let drawn = spec["select"] == "random" || spec["select"] == "magprune";
    let w = if drawn && work == Dtype::F16 { Dtype::F32 } else { work };
    let shares = shares(deltas, row, spec, i, w);
    let unit = |share: f32| f32::from(u8::from(share > 0.0));
    let kept: Vec<f32> = deltas.iter().zip(&shares).map(|(d, share)| d * unit(*share)).collect();
    let norm = |list: &[f32]| round(w, list.iter().map(|x| f64::from(x.abs())).sum::<f64>() as f32);
    let (all, left) = (norm(deltas), norm(&kept));
    let density = number(&spec["terms"][i]["density"]);
    let scaled = |value: f32, share: f32| match spec["rescale"].as_str() {
        _ if density >= 1.0 => value,
        Some("l1") if all >= 1e-7 && left >= 1e-7 => round(w, value * round(w, all / left)),
        Some("density") => round(w, value / density as f32),
        Some("probability") if share > 0.0 => round(w, value / share),
        _ => value,
    };
    let result = kept.iter().zip(&shares).map(|(value, share)| scaled(*value, *share));
    let wide = w != work && spec["rescale"] == "probability";
    let result = result.map(|value| if wide { value } else { round(work, value) });
    (result.collect(), f64::from(shares.iter().map(|share| unit(*share)).sum::<f32>()))
}

/// What one element comes to: W are its weighted task vectors, `weights` is rounded.
fn mixed(base: f32, weighted: &[f32], weights: &[f32], spec: &Value, a: Dtype, work: Dtype) -> f32 {
    let total = |list: &mut dyn Iterator<Item = f32>| round(a, list.fold(0.0, |sum, x| sum + x));
    let sum = total(&mut weighted.iter().copied());
    let (mut mix, mut divisor) = (sum, total(&mut weights.iter().copied()));
    if spec["consensus"] == true {
        let sign = if sum >= 0.0 { 1.0 } else { -1.0 };
        let keep = |x: &f32| f32::from(u8::from(x * sign > 0.0));
        mix = total(&mut weighted.iter().map(|x| x * keep(x)));
        divisor = total(&mut weights.iter().zip(weighted).map(|(weight, x)| weight * keep(x)));
        divisor = if divisor == 0.0 { 1.0 } else { divisor };
    } else if divisor.abs() < 1e-8 {
        divisor = 1.0;
    }
    if spec["normalize"] == true {
        mix = round(a, mix / divisor);
    }
    if spec["lambda"] != 1 {
        mix = round(a, mix * number(&spec["lambda"]) as f32);
    }
    round(work, base + mix)
}

/// The result as float32, and how many elements each term kept.
pub fn reference(data: &Data, spec: &Value, tensor: Tensor) -> (Vec<f32>, Vec<f64>) {
    let work = dtype(&spec["work"]);
    let wide = work == Dtype::F16 && spec["rescale"] == "probability";
    let a = if wide { Dtype::F32 } else { work };
    let read = |(from, bytes): &(Dtype, Vec<u8>)| -> Vec<f32> {
        (0..tensor.elements).map(|i| round(work, value(*from, bytes, i))).collect()
    };
    let base = read(&data[0]);
    let (mut weights, mut weighted, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    for (i, model) in data[1..].iter().map(read).enumerate() {
        let deltas: Vec<f32> =
            model.iter().zip(&base).map(|(x, base)| round(work, x - base)).collect();
        let (thin, count) = thinned(&deltas, tensor.row, spec, i, work);
        let weight = round(a, number(&spec["terms"][i]["weight"]) as f32);
        weighted.push(thin.iter().map(|x| round(a, x * weight)).collect::<Vec<f32>>());
        weights.push(weight);
        kept.push(count);
    }
    let element = |i: usize| {
        let weighted: Vec<f32> = weighted.iter().map(|list| list[i]).collect();
        mixed(base[i], &weighted, &weights, spec, a, work)
    };
    let kept = if spec["select"] == "none" { Vec::new() } else { kept };
    ((0..tensor.elements).map(element).collect(), kept)
}
