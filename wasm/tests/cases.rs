//! The cases of `cases.json`, which `tests/kernels/` runs through WASM. Expected results were made
//! by the TypeScript reference in `tests/kernels/reference.ts`.

mod support;

use remelt_kernels::combine::{cast, combine};
use remelt_kernels::compare::compare;
use remelt_kernels::error::KernelError;
use remelt_kernels::gram::block_sums;
use remelt_kernels::inputs::Inputs;
use serde_json::Value;
use support::{bytes, digest, double_bytes, dtype};

fn cases(kernel: &str) -> Vec<Value> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases.json");
    let text = std::fs::read_to_string(file).expect("cases.json can be read");
    let mut all: Value = serde_json::from_str(&text).expect("cases.json is JSON");
    let list = all[kernel].take();
    let list: Vec<_> = list.as_array().expect("a list of cases").clone();
    assert!(!list.is_empty());
    list
}

fn inputs(case: &Value) -> Result<Inputs, KernelError> {
    let mut inputs = Inputs::new();
    for spec in case["inputs"].as_array().expect("inputs") {
        inputs.push(dtype(&spec["dtype"]), &bytes(spec))?;
    }
    Ok(inputs)
}

#[test]
fn cast_gives_the_bits_of_the_reference() -> Result<(), KernelError> {
    for case in cases("cast") {
        let input = &case["input"];
        let output = cast(&bytes(input), dtype(&input["dtype"]), dtype(&case["to"]))?;
        assert_eq!(digest(&output), case["digest"], "{case}");
    }
    Ok(())
}

#[test]
fn block_sums_have_the_bits_of_the_reference() -> Result<(), KernelError> {
    for case in cases("gram") {
        let sums = block_sums(&inputs(&case)?)?;
        assert_eq!(digest(&double_bytes(&sums)), case["digest"], "{case}");
    }
    Ok(())
}

#[test]
fn combine_gives_the_bits_of_the_reference() -> Result<(), KernelError> {
    for case in cases("combine") {
        let weights: Vec<f32> = case["weights"]
            .as_array()
            .expect("weights")
            .iter()
            .map(|weight| weight.as_f64().expect("a number") as f32)
            .collect();
        let output = combine(&inputs(&case)?, &weights, dtype(&case["to"]))?;
        assert_eq!(digest(&output), case["digest"], "{case}");
    }
    Ok(())
}

#[test]
fn compare_counts_as_the_reference_does() -> Result<(), KernelError> {
    for case in cases("compare") {
        let (expected, actual) = (&case["expected"], &case["actual"]);
        let counts = compare(&bytes(expected), &bytes(actual), dtype(&expected["dtype"]))?;
        let want = &case["counts"];
        assert_eq!(counts.elements, want["elements"], "{case}");
        assert_eq!(counts.identical, want["identical"], "{case}");
        assert_eq!(counts.max_ulp, want["maxUlp"], "{case}");
        assert_eq!(Value::from(&counts.histogram[..]), want["histogram"], "{case}");
        assert_eq!(counts.sign_of_zero, want["signOfZero"], "{case}");
        assert_eq!(counts.worst_index, want["worstIndex"], "{case}");
    }
    Ok(())
}
