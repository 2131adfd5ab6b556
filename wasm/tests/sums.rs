//! Weighted sums against one element at a time, with the hardware's fused multiply-add.

mod support;

use remelt_kernels::dtype::{Dtype, bf16_to_f32, f16_to_f32, f32_to_bf16, f32_to_f16};
use remelt_kernels::error::KernelError;
use remelt_kernels::formula::job::Job;
use remelt_kernels::formula::spec::{Rounding, Spec, Sum, Tensor};
use remelt_kernels::inputs::Inputs;
use remelt_kernels::lanes::F32x8;
use support::{DTYPES, operands, part, value, xorshift};

fn narrow(dtype: Dtype, value: f32) -> f32 {
    match dtype {
        Dtype::F32 => value,
        Dtype::F16 => f16_to_f32(f32_to_f16(value)),
        Dtype::BF16 => bf16_to_f32(f32_to_bf16(value)),
    }
}

/// Equal bits, or two NaNs.
fn same(a: f32, b: f32) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

fn sum(inputs: &Inputs, spec: Sum, dtype: Dtype) -> Result<Vec<f32>, KernelError> {
    let elements = inputs.elements();
    let mut job = Job::new(Spec::Sum(spec), Tensor { elements, row: elements })?;
    let mut output = vec![0; elements * dtype.size()];
    job.check(inputs)?;
    job.write(inputs, 0, dtype, &mut output)?;
    job.finish(inputs);
    Ok((0..elements).map(|i| value(dtype, &output, i)).collect())
}

/// Magnitudes that meet at every distance, subnormals, infinities and NaNs among them.
fn wild(seed: u32) -> impl Iterator<Item = f32> {
    let mut kind = xorshift(seed ^ 0x5555);
    xorshift(seed).map(move |bits| match kind.next().unwrap_or_default() % 8 {
        0 => f32::from_bits(bits),
        1 => f32::from_bits(bits & 0x80ff_ffff),
        2 => f32::from_bits(bits & 0xffff_0000),
        3 => f32::from_bits((bits & 0x8000_0fff) | 0x3f80_0000),
        4 => f32::from_bits((bits & 0x81ff_0000) | 0x3e00_0000),
        5 => f32::from_bits(bits & 0x8000_0000),
        6 => f32::from_bits((bits & 0x807f_0000) | 0x1f80_0000),
        _ => f32::from_bits((bits & 0x80ff_ffff) | 0x3f00_0000),
    })
}

#[test]
fn fused_lanes_round_as_the_hardware_does() {
    let (mut a, mut b, mut c) = (wild(1), wild(2), wild(3));
    let mut next = || {
        let eight = |list: &mut dyn Iterator<Item = f32>| {
            std::array::from_fn(|_| list.next().unwrap_or_default())
        };
        (eight(&mut a), eight(&mut b), eight(&mut c))
    };
    for _ in 0..200_000 {
        let (a, b, c): ([f32; 8], [f32; 8], [f32; 8]) = next();
        let load = F32x8::from_array;
        let result = load(a).fused(load(b), load(c)).to_array();
        for i in 0..8 {
            let expected = a[i].mul_add(b[i], c[i]);
            assert!(same(result[i], expected), "{:e} {:e} {:e}: {expected:e}", a[i], b[i], c[i]);
        }
    }
}

/// a·b ± the smallest numbers, where a·b lies in the middle between two float32.
#[test]
fn a_sum_just_off_the_middle_goes_to_its_side() {
    let middle = [(1.0 + 2f32.powi(-12), 1.0 + 2f32.powi(-12)), (3.0, 2f32.powi(-150) * 0.0 + 0.5)];
    let small = [0.0, 2f32.powi(-149), -2f32.powi(-149), 2f32.powi(-60), -2f32.powi(-60)];
    for (a, b) in middle {
        for scale in [1.0, 2f32.powi(-126), 2f32.powi(-149), 2f32.powi(100)] {
            for c in small.into_iter().flat_map(|c| [c, c + 0.5 * scale, scale]) {
                let splat = F32x8::splat;
                let result = splat(a * scale).fused(splat(b), splat(c)).to_array()[0];
                assert!(same(result, (a * scale).mul_add(b, c)), "{a:e} {b:e} {c:e}");
            }
        }
    }
}

#[test]
fn fused_sums_are_chains_of_fused_multiply_adds() -> Result<(), KernelError> {
    let weights = [0.6, -0.35, 1.7];
    for (k, pattern) in [(1, "weights"), (2, "bits"), (3, "finite"), (2, "weights")] {
        for (inputs_in, work, divide) in
            DTYPES.into_iter().flat_map(|d| [(d, d, true), (d, Dtype::BF16, false)])
        {
            let inputs = operands(k, 5003, pattern, |_| inputs_in);
            let weights = weights[..k].to_vec();
            let float32: Vec<f32> = weights.iter().map(|weight| *weight as f32).collect();
            let spec = Sum { work, weights, rounding: Rounding::Fused, divide };
            let actual = sum(&part(&inputs, 0, 5003)?, spec, work)?;
            let total = float32.iter().fold(0.0, |sum, weight| sum + weight);
            for (i, actual) in actual.into_iter().enumerate() {
                let sum =
                    inputs.iter().zip(&float32).fold(0f32, |sum, ((dtype, bytes), weight)| {
                        value(*dtype, bytes, i).mul_add(*weight, sum)
                    });
                let expected = narrow(work, if divide { sum / total } else { sum });
                assert!(same(actual, expected), "{inputs_in:?} {work:?} {i}: {actual} {expected}");
            }
        }
    }
    Ok(())
}

#[test]
fn stepwise_sums_round_every_number() -> Result<(), KernelError> {
    let all: Vec<f64> = (0..35).map(|i| 0.1 + 0.7 * f64::from(i % 5)).collect();
    for (k, pattern) in
        [(1, "weights"), (2, "bits"), (3, "finite"), (16, "weights"), (35, "weights")]
    {
        for (work, divide) in DTYPES.into_iter().flat_map(|d| [(d, true), (d, false)]) {
            let inputs = operands(k, 1003, pattern, |_| work);
            let weights = all[..k].to_vec();
            let narrow = |value| narrow(work, value);
            let factors: Vec<f32> = weights.iter().map(|weight| narrow(*weight as f32)).collect();
            let spec = Sum { work, weights, rounding: Rounding::Stepwise, divide };
            let actual = sum(&part(&inputs, 0, 1003)?, spec, work)?;
            // Sixteen at a time.
            let add = |terms: &[f32]| {
                let runs = terms.chunks(16).map(|run| run.iter().fold(0.0, |a, b| a + b));
                runs.fold(0.0, |a: f32, b: f32| a + b)
            };
            for (i, actual) in actual.into_iter().enumerate() {
                let products: Vec<f32> = inputs
                    .iter()
                    .zip(&factors)
                    .map(|((dtype, bytes), factor)| narrow(factor * value(*dtype, bytes, i)))
                    .collect();
                let sum = narrow(add(&products));
                let expected = if divide { narrow(sum / narrow(add(&factors))) } else { sum };
                assert!(same(actual, expected), "{work:?} {k} {i}: {actual} {expected}");
            }
        }
    }
    Ok(())
}

#[test]
fn a_sum_rounded_once_goes_through_its_work_dtype() -> Result<(), KernelError> {
    let inputs = operands(2, 4100, "finite", |i| DTYPES[i]);
    for work in DTYPES {
        let weights = vec![0.3, 0.9];
        let spec = Sum { work, weights, rounding: Rounding::Once, divide: false };
        for to in DTYPES {
            let actual = sum(&part(&inputs, 0, 4100)?, spec.clone(), to)?;
            for (i, actual) in actual.into_iter().enumerate() {
                let [a, b] = [&inputs[0], &inputs[1]].map(|(dtype, bytes)| value(*dtype, bytes, i));
                let expected = narrow(to, narrow(work, 0.3f32 * a + 0.9f32 * b));
                assert!(same(actual, expected), "{work:?} {to:?} {i}: {actual} {expected}");
            }
        }
    }
    Ok(())
}

#[test]
fn sums_that_contradict_themselves_are_refused() {
    let sum = |weights: &[f64], rounding, divide| {
        let spec = Sum { work: Dtype::F32, weights: weights.to_vec(), rounding, divide };
        Job::new(Spec::Sum(spec), Tensor { elements: 8, row: 4 }).err()
    };
    let reason = "a sum without weights";
    assert_eq!(sum(&[], Rounding::Fused, true), Some(KernelError::Spec { reason }));
    let reason = "a sum rounded once is never divided";
    assert_eq!(sum(&[1.0], Rounding::Once, true), Some(KernelError::Spec { reason }));
}
