//! Sorting and selecting against libstdc++: `order.json`, which `order.cpp` writes.

mod support;

use remelt_kernels::formula::task_vectors::order::{select, sort, sort_at};
use serde_json::Value;
use support::{digest, xorshift};

fn number(value: &Value) -> u32 {
    value.as_u64().expect("a whole number") as u32
}

fn keys(case: &Value) -> Vec<u32> {
    if let Some(keys) = case["keys"].as_array() {
        return keys.iter().map(number).collect();
    }
    let (n, modulus) = (number(&case["elements"]), number(&case["modulus"]));
    let random = xorshift(n.wrapping_mul(2_654_435_761).wrapping_add(modulus));
    let key = |(i, random): (u32, u32)| match case["rule"].as_str() {
        Some("random") => (random >> 8) % modulus,
        Some("rising") => i / modulus,
        Some("falling") => (n - i) / modulus,
        Some("pipes") => i.min(n - i) / modulus,
        other => panic!("no rule: {other:?}"),
    };
    (0..n).zip(random).map(key).collect()
}

/// Keys as they are, or complemented for the descending order, with their indices.
fn items(keys: &[u32], flip: u32) -> Vec<u64> {
    (0..).zip(keys).map(|(i, key)| u64::from(key ^ flip) << 32 | i).collect()
}

fn indices(items: &[u64]) -> Vec<u32> {
    items.iter().map(|item| (item & 0xffff_ffff) as u32).collect()
}

fn bits(kept: &[u32], elements: usize) -> Vec<u8> {
    let mut bits = vec![0; elements.div_ceil(8)];
    for i in kept {
        bits[*i as usize / 8] |= 1 << (i % 8);
    }
    bits
}

fn cases() -> Vec<Value> {
    serde_json::from_str(include_str!("order.json")).expect("JSON")
}

#[test]
fn equal_keys_come_in_the_order_that_the_library_leaves() {
    for case in cases() {
        let keys = keys(&case);
        for (name, flip) in [("ascending", 0), ("descending", u32::MAX)] {
            let mut items = items(&keys, flip);
            sort(&mut items);
            let bytes: Vec<u8> = indices(&items).iter().flat_map(|i| i.to_le_bytes()).collect();
            assert_eq!(digest(&bytes), case[name], "{name} {case}");
        }
    }
}

#[test]
fn a_partial_selection_keeps_what_the_library_keeps() {
    for case in cases() {
        let keys = keys(&case);
        let counts = case["counts"].as_array().expect("counts");
        for (i, count) in counts.iter().enumerate() {
            let mut items = items(&keys, u32::MAX);
            let count = number(count) as usize;
            select(&mut items, count);
            let kept = bits(&indices(&items[..count]), keys.len());
            assert_eq!(digest(&kept), case["partial"][i], "{count} {case}");
        }
    }
}

#[test]
fn sorting_at_cuts_puts_the_same_items_between_them_as_sorting_all() {
    for case in cases() {
        let keys = keys(&case);
        let n = keys.len();
        let mut sorted = items(&keys, 0);
        sort(&mut sorted);
        for cuts in [[0, n], [n / 3, n], [n / 10, n - n / 50], [n / 2, n / 2 + 1]] {
            let mut items = items(&keys, 0);
            sort_at(&mut items, &cuts);
            let [first, end] = cuts.map(|cut| cut.min(n));
            let kept = |items: &[u64]| bits(&indices(&items[first..end]), n);
            assert_eq!(kept(&items), kept(&sorted), "{cuts:?} {case}");
        }
    }
}
