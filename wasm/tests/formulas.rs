//! What every formula promises: the chunks that a tensor comes in never show in its result, and a
//! step out of order is refused.

mod support;

use remelt_kernels::dtype::Dtype;
use remelt_kernels::error::KernelError;
use remelt_kernels::formula::decode;
use remelt_kernels::formula::job::Job;
use remelt_kernels::formula::spec::{Outcome, Spec, Tensor};
use remelt_kernels::gram::BLOCK;
use remelt_kernels::inputs::Inputs;
use serde_json::{Value, json};
use support::{DTYPES, Json, bytes, digest, dtype, operands, part};

fn spec(value: &Value) -> Spec {
    decode::spec(&Json(value.clone())).expect("a spec")
}

/// Specs of every formula here, with the number of inputs that each takes.
fn specs(work: Dtype) -> Vec<(usize, Value)> {
    let work = work.name();
    let mut list = vec![
        (2, json!({ "kind": "sum", "rounding": "once", "divide": false, "weights": [0.6, 0.5] })),
        (2, json!({ "kind": "sum", "rounding": "fused", "divide": true, "weights": [0.6, 0.5] })),
        (3, json!({ "kind": "sum", "rounding": "stepwise", "divide": true, "weights": [1, 2, 4] })),
    ];
    for scalars in ["numpy1", "numpy2", "torch", "precise"] {
        list.push((2, json!({ "kind": "slerp", "t": 0.35, "scalars": scalars })));
    }
    for along in ["all", "rows", "columns"] {
        list.push((2, json!({ "kind": "nuslerp", "t": 0.6, "base": false, "along": along })));
        list.push((3, json!({ "kind": "nuslerp", "t": 0.25, "base": true, "along": along })));
    }
    for (along, ratio) in [("all", "count"), ("rows", "count"), ("rows", "two")] {
        let stock = json!({ "kind": "model-stock", "along": along, "ratio": ratio, "guard": true });
        list.push((if ratio == "two" { 3 } else { 4 }, stock));
    }
    for (_, spec) in &mut list {
        spec["work"] = json!(work);
    }
    list
}

fn run(
    data: &[(Dtype, Vec<u8>)],
    value: &Value,
    tensor: Tensor,
    chunk: usize,
) -> Result<(Vec<u8>, Outcome), KernelError> {
    run_to(data, value, tensor, chunk, Dtype::BF16)
}

fn run_to(
    data: &[(Dtype, Vec<u8>)],
    value: &Value,
    tensor: Tensor,
    chunk: usize,
    to: Dtype,
) -> Result<(Vec<u8>, Outcome), KernelError> {
    let mut job = Job::new(spec(value), tensor)?;
    let chunks = || {
        let starts = (0..tensor.elements).step_by(chunk);
        starts.map(|start| part(data, start, start + chunk))
    };
    while job.pending() {
        for inputs in chunks() {
            job.observe(&inputs?)?;
        }
        job.next_pass()?;
    }
    let mut output = Vec::new();
    for inputs in chunks() {
        let inputs = inputs?;
        job.check(&inputs)?;
        let size = to.size();
        let mut bytes = vec![0; inputs.elements() * size];
        // Parts of a chunk are asked for in order, of any size that is a multiple of eight.
        let middle = bytes.len().min(8 * size * 37);
        let (head, tail) = bytes.split_at_mut(middle);
        job.write(&inputs, 0, to, head)?;
        job.write(&inputs, head.len() / size, to, tail)?;
        job.finish(&inputs);
        output.extend(bytes);
    }
    Ok((output, job.outcome()))
}

/// `tests/kernels/formulas.test.ts` holds WASM to the same digests.
#[test]
fn results_have_the_bits_that_wasm_gives() -> Result<(), KernelError> {
    let cases: Vec<Value> = serde_json::from_str(include_str!("formulas.json")).expect("JSON");
    assert!(!cases.is_empty());
    for case in cases {
        let inputs = case["inputs"].as_array().expect("inputs");
        let data: Vec<_> = inputs.iter().map(|spec| (dtype(&spec["dtype"]), bytes(spec))).collect();
        let tensor = decode::tensor(&Json(case["tensor"].clone()))?;
        let (output, _) = run_to(&data, &case["spec"], tensor, 2 * BLOCK, dtype(&case["to"]))?;
        assert_eq!(digest(&output), case["digest"], "{case}");
    }
    Ok(())
}

#[test]
fn chunks_never_show() -> Result<(), KernelError> {
    // Rows that are whole groups, rows that are not, a tensor of one row and one of one column.
    let shapes = [(40, 256), (97, 131), (1, 9_345), (6001, 1)];
    for (rows, row) in shapes {
        let tensor = Tensor { elements: rows * row, row };
        for (work, pattern) in
            [(Dtype::BF16, "weights"), (Dtype::F32, "weights"), (Dtype::F16, "bits")]
        {
            for (k, value) in specs(work) {
                let data = operands(k, tensor.elements, pattern, |_| work);
                let whole = run(&data, &value, tensor, tensor.elements.next_multiple_of(BLOCK))?;
                for blocks in [1, 2] {
                    let chunked = run(&data, &value, tensor, blocks * BLOCK)?;
                    assert_eq!(whole.0, chunked.0, "{value} {rows} x {row}");
                    // NaN is not equal to itself.
                    assert_eq!(format!("{:?}", whole.1), format!("{:?}", chunked.1), "{value}");
                }
            }
        }
    }
    Ok(())
}

#[test]
fn inputs_of_several_formats_give_what_their_values_give() -> Result<(), KernelError> {
    let tensor = Tensor { elements: 5000, row: 50 };
    for (k, value) in specs(Dtype::F32) {
        let mixed = operands(k, 5000, "weights", |i| DTYPES[i % 3]);
        let cast = |(dtype, bytes): &(Dtype, Vec<u8>)| {
            remelt_kernels::combine::cast(bytes, *dtype, Dtype::F32).map(|f32| (Dtype::F32, f32))
        };
        let wide = mixed.iter().map(cast).collect::<Result<Vec<_>, _>>()?;
        assert_eq!(run(&mixed, &value, tensor, 8192)?.0, run(&wide, &value, tensor, 8192)?.0);
    }
    Ok(())
}

#[test]
fn an_empty_tensor_has_an_empty_result() -> Result<(), KernelError> {
    for (k, value) in specs(Dtype::BF16) {
        let data = operands(k, 0, "weights", |_| Dtype::BF16);
        let tensor = Tensor { elements: 0, row: 0 };
        assert!(run(&data, &value, tensor, BLOCK)?.0.is_empty(), "{value}");
    }
    Ok(())
}

#[test]
fn steps_out_of_order_are_refused() -> Result<(), KernelError> {
    let data = operands(2, 6000, "weights", |_| Dtype::BF16);
    let tensor = Tensor { elements: 6000, row: 60 };
    let slerp = json!({ "kind": "slerp", "t": 0.5, "scalars": "torch", "work": "BF16" });
    let (first, second) = (part(&data, 0, BLOCK)?, part(&data, BLOCK, 6000)?);
    let mut job = Job::new(spec(&slerp), tensor)?;
    assert_eq!(job.check(&first), Err(KernelError::PassPending));
    job.observe(&first)?;
    let length = KernelError::PassLength { expected: 6000, actual: BLOCK };
    assert_eq!(job.next_pass(), Err(length));
    assert_eq!(
        job.observe(&Inputs::new()),
        Err(KernelError::InputCount { expected: 2, actual: 0 })
    );
    job.observe(&second)?;
    let length = KernelError::PassLength { expected: 6000, actual: 6000 + BLOCK };
    assert_eq!(job.observe(&first), Err(length));
    job.next_pass()?;
    assert_eq!(job.next_pass(), Err(KernelError::NoPassPending));
    assert_eq!(job.observe(&first), Err(KernelError::NoPassPending));
    job.check(&second)?;
    job.finish(&second);
    assert_eq!(job.check(&first), Err(KernelError::PartialBlock { elements: 6000 - BLOCK }));
    Ok(())
}

#[test]
fn a_chunk_of_other_inputs_than_a_formula_takes_is_refused() -> Result<(), KernelError> {
    for (k, value) in specs(Dtype::BF16) {
        let short = part(&operands(1, 64, "weights", |_| Dtype::BF16), 0, 64)?;
        let mut job = Job::new(spec(&value), Tensor { elements: 64, row: 8 })?;
        let refused = if job.pending() {
            job.observe(&short)
        } else {
            job.write(&short, 0, Dtype::BF16, &mut [0; 128])
        };
        let expected = if value["kind"] == "model-stock" { 3 } else { k };
        let once = KernelError::WeightCount { inputs: 1, weights: 2 };
        let count = KernelError::InputCount { expected, actual: 1 };
        let once = value["rounding"] == "once" && refused == Err(once);
        assert!(once || refused == Err(count), "{value}: {refused:?}");
    }
    Ok(())
}

#[test]
fn a_tensor_that_is_not_made_of_rows_is_refused() {
    let sum = json!({
        "kind": "sum", "work": "F32", "rounding": "fused", "divide": false, "weights": [1]
    });
    let reason = "the tensor is not made of whole rows";
    for row in [0, 7] {
        let refused = Job::new(spec(&sum), Tensor { elements: 64, row }).err();
        assert_eq!(refused, Some(KernelError::Spec { reason }));
    }
}

#[test]
fn a_spec_with_a_field_amiss_is_refused_by_its_name() -> Result<(), KernelError> {
    let term = json!({ "weight": 0.5, "density": 0.3, "gamma": 0, "epsilon": 0, "draws": null });
    let ties = json!({
        "kind": "task-vectors", "work": "BF16", "terms": [term], "select": "magnitude",
        "rescale": "l1", "rescaleThreshold": 1e-7, "consensus": true, "normalize": true,
        "lambda": 1, "equals": "sort", "keepOne": false, "withoutTop": "share",
        "random": { "kind": "counter", "seed": 3, "key": "lm_head.weight" }
    });
    decode::spec(&Json(ties.clone()))?;
    let mut all: Vec<Value> = specs(Dtype::F32).into_iter().map(|(_, value)| value).collect();
    all.push(ties);
    for value in all {
        for name in value.as_object().expect("an object").keys().filter(|name| *name != "random") {
            for wrong in [json!(null), json!({}), json!("?")] {
                let mut value = value.clone();
                value[name] = wrong;
                let refused = decode::spec(&Json(value.clone())).err();
                let named = matches!(refused, Some(KernelError::Field { name: field, .. }) if field == name);
                assert!(named, "{value}: {refused:?}");
            }
        }
    }
    let tensor = |elements: f64| decode::tensor(&Json(json!({ "elements": elements, "row": 1 })));
    let expected = "a number of elements below 2^32";
    for elements in [-1.0, 0.5, 4_294_967_296.0] {
        let error = KernelError::Field { name: "elements", expected };
        assert_eq!(tensor(elements).map(|tensor| tensor.elements), Err(error));
    }
    Ok(())
}
