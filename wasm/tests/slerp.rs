//! Slerp's weights against `slerp.json`, which `slerp.py` computes in 60 digits.

use remelt_kernels::error::KernelError;
use remelt_kernels::slerp::{Weights, weights};
use serde_json::Value;

fn hex64(value: &Value) -> f64 {
    let digits = value.as_str().expect("hexadecimal digits");
    f64::from_bits(u64::from_str_radix(digits, 16).expect("a number"))
}

fn hex32(value: &Value) -> f32 {
    let digits = value.as_str().expect("hexadecimal digits");
    f32::from_bits(u32::from_str_radix(digits, 16).expect("a number"))
}

#[test]
fn weights_are_the_float32_nearest_to_the_true_ones() -> Result<(), KernelError> {
    let cases: Vec<Value> = serde_json::from_str(include_str!("slerp.json")).expect("JSON");
    assert!(!cases.is_empty());
    for case in cases {
        let gram: Vec<f64> =
            case["gram"].as_array().expect("three products").iter().map(hex64).collect();
        let actual = weights(&gram, hex64(&case["t"]))?;
        assert_eq!(actual.w0, hex32(&case["w0"]), "{case}");
        assert_eq!(actual.w1, hex32(&case["w1"]), "{case}");
        assert_eq!(actual.linear, case["linear"].as_bool().expect("a boolean"), "{case}");
        // Two roots, a product and a quotient: at most 4 roundings of 2^-53.
        assert!((actual.cosine - hex64(&case["cosine"])).abs() <= 4.0 * f64::EPSILON, "{case}");
        // That error, magnified by 1/sin θ; near 0 and π the root of it.
        assert!((actual.theta - hex64(&case["theta"])).abs() <= 5e-8, "{case}");
    }
    Ok(())
}

#[test]
fn a_zero_first_vector_leaves_the_second_times_sin_of_t_quarter_turns() -> Result<(), KernelError> {
    let Weights { w1, cosine, linear, .. } = weights(&[0.0, 0.0, 4.0], 0.3)?;
    assert_eq!((cosine, linear), (0.0, false));
    assert_eq!(w1, (0.3 * std::f64::consts::FRAC_PI_2).sin() as f32);
    Ok(())
}

#[test]
fn a_nan_anywhere_makes_both_weights_nan() -> Result<(), KernelError> {
    let nan = f64::NAN;
    for (gram, t) in [([nan, 1.0, 1.0], 0.5), ([1.0, nan, 1.0], 0.5), ([1.0, 0.5, 1.0], nan)] {
        let Weights { w0, w1, .. } = weights(&gram, t)?;
        assert!(w0.is_nan() && w1.is_nan(), "{gram:?} {t}");
    }
    Ok(())
}

#[test]
fn the_ends_of_the_arc_are_the_vectors_themselves() -> Result<(), KernelError> {
    for cosine in [-0.9, 0.0, 0.5, 0.9994, 0.9999] {
        let start = weights(&[1.0, cosine, 1.0], 0.0)?;
        let end = weights(&[1.0, cosine, 1.0], 1.0)?;
        assert_eq!((start.w0, start.w1), (1.0, 0.0));
        assert_eq!((end.w0, end.w1), (0.0, 1.0));
    }
    Ok(())
}

#[test]
fn anything_but_three_products_is_refused() {
    assert_eq!(weights(&[1.0, 0.0], 0.5), Err(KernelError::GramSize { numbers: 2 }));
}
