//! Test data by rule: the other half of `tests/kernels/patterns.ts`.
#![allow(dead_code, reason = "each test file uses a part of this")]

use remelt_kernels::dtype::{Dtype, bf16_to_f32, f16_to_f32};
use remelt_kernels::error::KernelError;
use remelt_kernels::formula::decode::Data;
use remelt_kernels::inputs::Inputs;
use serde_json::{Value, json};

/// Marsaglia's xorshift32.
pub fn xorshift(seed: u32) -> impl Iterator<Item = u32> {
    let mut x = seed;
    std::iter::repeat_with(move || {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        x
    })
}

pub fn dtype(value: &Value) -> Dtype {
    match value.as_str() {
        Some("F32") => Dtype::F32,
        Some("F16") => Dtype::F16,
        Some("BF16") => Dtype::BF16,
        other => panic!("no dtype: {other:?}"),
    }
}

fn weight_bits(random: u32, dtype: Dtype) -> u32 {
    let wide = (random & 0x807f_ffff) | ((((random >> 23) & 15) + 108) << 23);
    let half = random >> 16;
    match dtype {
        Dtype::F32 => wide,
        Dtype::BF16 => wide >> 16,
        Dtype::F16 => (half & 0x83ff) | ((((half >> 10) & 7) + 6) << 10),
    }
}

fn finite_bits(random: u32, dtype: Dtype) -> u32 {
    let (bits, top) = match dtype {
        Dtype::F32 => (random, 0x4000_0000),
        Dtype::F16 | Dtype::BF16 => (random >> 16, 0x4000),
    };
    let exponent = dtype.infinity();
    if bits & exponent == exponent { bits ^ top } else { bits }
}

/// The value of a finite f16's bits by arithmetic.
pub fn f16_value(bits: u32) -> f32 {
    let (exponent, fraction) = ((bits >> 10) & 31, (bits & 0x3ff) as f32);
    match exponent {
        0 => fraction * 2f32.powi(-24),
        _ => (1024.0 + fraction) * 2f32.powi(exponent as i32 - 25),
    }
}

fn around(bits: u32) -> [u32; 3] {
    [bits - 1, bits, bits + 1]
}

fn ties_f16() -> Vec<u32> {
    let ties = (0..0x7c00).flat_map(|i| {
        let middle = (f16_value(i) + f16_value(i + 1)) / 2.0;
        around(middle.to_bits()).into_iter().chain(around(middle.to_bits() + 0x8000_0000))
    });
    ties.collect()
}

fn pattern(spec: &Value) -> Vec<u32> {
    let dtype = dtype(&spec["dtype"]);
    let elements = spec["elements"].as_u64().unwrap_or_default() as usize;
    let random = xorshift(spec["seed"].as_u64().unwrap_or(1) as u32).take(elements);
    match spec["pattern"].as_str() {
        Some("every") => (0..=0xffff).collect(),
        Some("ties-bf16") => (0..=0xffff).flat_map(|i| around((i << 16) + 0x8000)).collect(),
        Some("ties-f16") => ties_f16(),
        Some("weights") => random.map(|x| weight_bits(x, dtype)).collect(),
        Some("finite") => random.map(|x| finite_bits(x, dtype)).collect(),
        Some("bits") => random.map(|x| x >> (32 - 8 * dtype.size())).collect(),
        other => panic!("no pattern: {other:?}"),
    }
}

/// The bytes that a rule stands for.
pub fn bytes(spec: &Value) -> Vec<u8> {
    let size = dtype(&spec["dtype"]).size();
    pattern(spec).iter().flat_map(|bits| bits.to_le_bytes().into_iter().take(size)).collect()
}

/// FNV-1a of 32 bits, in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    format!("{hash:08x}")
}

/// The bits of f64 numbers, little-endian, every NaN as the positive quiet one.
pub fn double_bytes(numbers: &[f64]) -> Vec<u8> {
    let bits = numbers
        .iter()
        .map(|number| if number.is_nan() { 0x7ff8_0000_0000_0000 } else { number.to_bits() });
    bits.flat_map(u64::to_le_bytes).collect()
}

pub const DTYPES: [Dtype; 3] = [Dtype::BF16, Dtype::F16, Dtype::F32];

/// Inputs by rule, each in a dtype of its own.
pub fn operands(
    k: usize,
    elements: usize,
    pattern: &str,
    dtype: impl Fn(usize) -> Dtype,
) -> Vec<(Dtype, Vec<u8>)> {
    let input = |i: usize| {
        let (name, seed) = (dtype(i).name(), 77 * i + 5);
        let spec = json!({ "dtype": name, "pattern": pattern, "seed": seed, "elements": elements });
        (dtype(i), bytes(&spec))
    };
    (0..k).map(input).collect()
}

/// The inputs' elements from `start` to `end`.
pub fn part(data: &[(Dtype, Vec<u8>)], start: usize, end: usize) -> Result<Inputs, KernelError> {
    let mut inputs = Inputs::new();
    for (dtype, bytes) in data {
        let size = dtype.size();
        let end = bytes.len().min(end * size);
        inputs.push(*dtype, &bytes[start * size..end])?;
    }
    Ok(inputs)
}

/// The value of element `i`.
pub fn value(dtype: Dtype, bytes: &[u8], i: usize) -> f32 {
    let half = || u16::from_le_bytes([bytes[2 * i], bytes[2 * i + 1]]);
    match dtype {
        Dtype::BF16 => bf16_to_f32(half()),
        Dtype::F16 => f16_to_f32(half()),
        Dtype::F32 => f32::from_le_bytes(std::array::from_fn(|byte| bytes[4 * i + byte])),
    }
}

/// JSON as the data of a spec.
pub struct Json(pub Value);

impl Data for Json {
    fn field(&self, name: &str) -> Option<Self> {
        self.0.get(name).filter(|value| !value.is_null()).cloned().map(Json)
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn flag(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn text(&self) -> Option<String> {
        self.0.as_str().map(String::from)
    }

    fn items(&self) -> Option<Vec<Self>> {
        self.0.as_array().map(|items| items.iter().cloned().map(Json).collect())
    }
}
