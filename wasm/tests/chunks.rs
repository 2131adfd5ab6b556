//! What a chunk promises: its size never shows in a result, and a refusal changes nothing.

mod support;

use remelt_kernels::combine::{cast, combine};
use remelt_kernels::compare::{NAN_DISTANCE, compare};
use remelt_kernels::dtype::Dtype;
use remelt_kernels::error::KernelError;
use remelt_kernels::gram::{BLOCK, block_sums, pairs, reduce};
use remelt_kernels::inputs::Inputs;
use support::{DTYPES, operands, part};

fn data(k: usize, elements: usize, mixed: bool) -> Vec<(Dtype, Vec<u8>)> {
    operands(k, elements, "weights", |i| DTYPES[if mixed { i } else { k } % 3])
}

#[test]
fn chunks_of_whole_blocks_give_the_bits_of_one_chunk() -> Result<(), KernelError> {
    let elements = 5 * BLOCK + 1234;
    let weights = [0.25, 0.7, -0.3, 1.1];
    for (k, mixed) in [(1, false), (2, false), (2, true), (3, true), (4, false)] {
        let data = data(k, elements, mixed);
        let whole = part(&data, 0, elements)?;
        let (sums, output) = (block_sums(&whole)?, combine(&whole, &weights[..k], Dtype::BF16)?);
        for blocks in 1..=6 {
            let (mut chunked_sums, mut chunked_output) = (Vec::new(), Vec::new());
            for start in (0..elements).step_by(blocks * BLOCK) {
                let chunk = part(&data, start, start + blocks * BLOCK)?;
                chunked_sums.extend(block_sums(&chunk)?);
                chunked_output.extend(combine(&chunk, &weights[..k], Dtype::BF16)?);
            }
            assert_eq!(chunked_sums, sums);
            assert_eq!(chunked_output, output);
        }
    }
    Ok(())
}

#[test]
fn equal_formats_and_mixed_ones_take_ways_that_agree() -> Result<(), KernelError> {
    let elements = 2 * BLOCK + 77;
    let data = data(2, elements, false);
    let mut same = part(&data, 0, elements)?;
    let mut mixed = Inputs::new();
    mixed.push(data[0].0, &data[0].1)?;
    mixed.push(Dtype::F32, &cast(&data[1].1, data[1].0, Dtype::F32)?)?;
    assert_eq!(block_sums(&same)?, block_sums(&mixed)?);
    let weights = [0.4, 0.6];
    assert_eq!(combine(&same, &weights, Dtype::F32)?, combine(&mixed, &weights, Dtype::F32)?);
    same.push(data[0].0, &data[0].1)?;
    assert_eq!(block_sums(&same)?.len(), 3 * pairs(3));
    Ok(())
}

#[test]
fn block_sums_are_within_rounding_of_the_exact_sum() -> Result<(), KernelError> {
    // Integers up to 2^20 and their sums are exact in f64 in any order.
    let values: Vec<f32> = (0..10_000).map(|i| (i % 1021) as f32 - 500.0).collect();
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let mut inputs = Inputs::new();
    inputs.push(Dtype::F32, &bytes)?;
    let exact: f64 = values.iter().map(|value| f64::from(*value).powi(2)).sum();
    assert_eq!(reduce(&block_sums(&inputs)?, 1)?, [exact]);
    Ok(())
}

#[test]
fn the_first_product_keeps_the_sign_of_a_zero() -> Result<(), KernelError> {
    let mut inputs = Inputs::new();
    inputs.push(Dtype::BF16, &[0x80, 0xbf, 0x80, 0x3f])?; // -1, 1
    assert_eq!(combine(&inputs, &[0.0], Dtype::BF16)?, [0x00, 0x80, 0x00, 0x00]);
    Ok(())
}

#[test]
fn a_refused_call_leaves_the_inputs_as_they_were() -> Result<(), KernelError> {
    let mut inputs = Inputs::new();
    assert_eq!(block_sums(&inputs), Err(KernelError::NoInputs));
    assert_eq!(combine(&inputs, &[], Dtype::F32), Err(KernelError::NoInputs));
    inputs.push(Dtype::F32, &1f32.to_le_bytes())?;
    let partial = KernelError::PartialElement { bytes: 3, dtype: "BF16" };
    assert_eq!(inputs.push(Dtype::BF16, &[0; 3]), Err(partial));
    let count = KernelError::ElementCount { expected: 1, actual: 2 };
    assert_eq!(inputs.push(Dtype::BF16, &[0; 4]), Err(count));
    let weights = KernelError::WeightCount { inputs: 1, weights: 2 };
    assert_eq!(combine(&inputs, &[1.0, 2.0], Dtype::F32), Err(weights));
    assert_eq!(block_sums(&inputs)?, [1.0]);
    assert_eq!(combine(&inputs, &[2.0], Dtype::F32)?, 2f32.to_le_bytes());
    Ok(())
}

#[test]
fn block_sums_of_another_number_of_inputs_are_refused() {
    let error = KernelError::BlockSums { numbers: 4, inputs: 2 };
    assert_eq!(reduce(&[1.0; 4], 2), Err(error));
    assert_eq!(reduce(&[], 0), Err(KernelError::BlockSums { numbers: 0, inputs: 0 }));
    assert_eq!(reduce(&[], 2), Ok(vec![0.0; 3]));
}

#[test]
fn an_empty_tensor_is_no_error() -> Result<(), KernelError> {
    let mut inputs = Inputs::new();
    inputs.push(Dtype::F16, &[])?;
    inputs.push(Dtype::F16, &[])?;
    assert!(block_sums(&inputs)?.is_empty());
    assert!(combine(&inputs, &[0.5, 0.5], Dtype::F16)?.is_empty());
    assert_eq!(compare(&[], &[], Dtype::F16)?.elements, 0);
    Ok(())
}

#[test]
fn nan_equals_nan_and_is_furthest_from_every_number() -> Result<(), KernelError> {
    let words = |list: &[u16]| list.iter().flat_map(|bits| bits.to_le_bytes()).collect::<Vec<_>>();
    let expected = words(&[0x7fc0, 0x7fc0, 0x0000, 0x3f80, 0x0001]);
    let actual = words(&[0xffff, 0x3f80, 0x8000, 0x3f81, 0x8001]);
    let counts = compare(&expected, &actual, Dtype::BF16)?;
    assert_eq!((counts.identical, counts.sign_of_zero), (2, 1));
    assert_eq!((counts.max_ulp, counts.worst_index), (NAN_DISTANCE, 1));
    assert_eq!(counts.histogram, [2, 1, 1, 0, 0, 0, 1]);
    Ok(())
}

#[test]
fn runs_of_different_lengths_are_not_compared() {
    let error = KernelError::ElementCount { expected: 2, actual: 1 };
    assert_eq!(compare(&[0; 4], &[0; 2], Dtype::BF16), Err(error));
}
