//! Every bit pattern of the 16-bit formats, and the places where rounding is decided.

mod support;

use remelt_kernels::dtype::{bf16_to_f32, f16_to_f32, f32_to_bf16, f32_to_f16};
use support::f16_value;

#[test]
fn every_bf16_survives_the_way_to_f32_and_back() {
    for bits in 0..=u16::MAX {
        let value = bf16_to_f32(bits);
        assert_eq!(value.to_bits(), u32::from(bits) << 16);
        assert_eq!(f32_to_bf16(value), if value.is_nan() { 0x7fc0 } else { bits });
    }
}

#[test]
fn every_f16_has_the_value_of_its_definition_and_survives_the_way_back() {
    for bits in 0..=u16::MAX {
        let value = f16_to_f32(bits);
        match bits & 0x7fff {
            magnitude @ 0..0x7c00 => {
                assert_eq!(value.abs(), f16_value(u32::from(magnitude)));
                assert_eq!(value.is_sign_negative(), bits > 0x7fff);
            }
            0x7c00 => assert_eq!(value.abs(), f32::INFINITY),
            _ => assert!(value.is_nan()),
        }
        assert_eq!(f32_to_f16(value), if value.is_nan() { 0x7e00 } else { bits });
    }
}

#[test]
fn a_tie_goes_to_the_even_f16_and_its_neighbours_do_not() {
    for lower in 0..0x7bffu16 {
        let middle = (f16_value(u32::from(lower)) + f16_value(u32::from(lower) + 1)) / 2.0;
        let even = lower + (lower & 1);
        for (sign, scale) in [(0, 1.0), (0x8000, -1.0)] {
            assert_eq!(f32_to_f16(middle * scale), sign | even);
            assert_eq!(f32_to_f16(middle.next_down() * scale), sign | lower);
            assert_eq!(f32_to_f16(middle.next_up() * scale), sign | (lower + 1));
        }
    }
}

#[test]
fn a_tie_goes_to_the_even_bf16_and_its_neighbours_do_not() {
    for lower in 0..0x7f80u16 {
        let middle = (u32::from(lower) << 16) | 0x8000;
        let even = lower + (lower & 1);
        for (sign, top) in [(0, 0), (0x8000, 0x8000_0000)] {
            assert_eq!(f32_to_bf16(f32::from_bits(middle | top)), sign | even);
            assert_eq!(f32_to_bf16(f32::from_bits((middle - 1) | top)), sign | lower);
            assert_eq!(f32_to_bf16(f32::from_bits((middle + 1) | top)), sign | (lower + 1));
        }
    }
}

#[test]
fn what_is_too_large_for_f16_becomes_infinite_from_65520_on() {
    assert_eq!(f32_to_f16(65519.996), 0x7bff);
    assert_eq!(f32_to_f16(65520.0), 0x7c00);
    assert_eq!(f32_to_f16(-1e30), 0xfc00);
    assert_eq!(f32_to_f16(f32::INFINITY), 0x7c00);
}

#[test]
fn what_is_too_small_for_f16_becomes_a_zero_of_its_sign() {
    let half = 2f32.powi(-25);
    assert_eq!(f32_to_f16(half), 0);
    assert_eq!(f32_to_f16(half.next_up()), 1);
    assert_eq!(f32_to_f16(-half), 0x8000);
    assert_eq!(f32_to_f16(f32::from_bits(1)), 0);
}
