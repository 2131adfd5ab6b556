//! Random numbers against those of others, and what is made of them.

use remelt_kernels::error::KernelError;
use remelt_kernels::formula::spec::Random;
use remelt_kernels::formula::task_vectors::bits::Bits;
use remelt_kernels::formula::task_vectors::draws::{Counter, Draws, limit};
use remelt_kernels::formula::task_vectors::twister::Twister;

/// numpy.random.RandomState(seed).randint(0, 2**32, dtype=numpy.uint32): numbers by their place.
const NUMPY: [(u32, [(u64, u32); 9]); 3] = [
    (
        0,
        [
            (0, 0x8c7f_0aac),
            (1, 0x97c4_aa2f),
            (2, 0xb716_a675),
            (623, 0xe203_1ce4),
            (624, 0x145b_8f3a),
            (625, 0x4028_cf81),
            (1247, 0x4446_3f17),
            (1248, 0xf9e9_ecc8),
            (10_000, 0x5de5_4eeb),
        ],
    ),
    (
        42,
        [
            (0, 0x5fe1_dc66),
            (1, 0xcbea_3db3),
            (2, 0xf362_035c),
            (623, 0x4038_6559),
            (624, 0x067d_62e4),
            (625, 0x2f30_7dd9),
            (1247, 0x3c72_220d),
            (1248, 0x9e45_f1d9),
            (10_000, 0x64c5_4c32),
        ],
    ),
    (
        u32::MAX,
        [
            (0, 0x18fe_69a3),
            (1, 0x1c92_4122),
            (2, 0xe991_ec0c),
            (623, 0x3d38_0f30),
            (624, 0xe61c_e0ed),
            (625, 0x2730_4316),
            (1247, 0xd156_089d),
            (1248, 0x8f15_fa72),
            (10_000, 0xa063_31da),
        ],
    ),
];

fn stream(seed: f64) -> Random {
    Random::Mt19937 { seed }
}

fn kept(bits: &Bits, elements: usize) -> Vec<usize> {
    let is_kept = |i: &usize| bits.groups(i / 8 * 8)[0] >> (i % 8) & 1 == 1;
    (0..elements).filter(is_kept).collect()
}

#[test]
fn the_twister_gives_the_numbers_of_numpy() {
    for (seed, numbers) in NUMPY {
        let mut all = vec![0; 10_001];
        Twister::new(seed).fill(&mut all);
        for (place, number) in numbers {
            assert_eq!(all[place as usize], number, "{seed} {place}");
        }
    }
}

#[test]
fn a_place_in_the_stream_is_the_same_however_it_is_reached() {
    for (seed, numbers) in NUMPY {
        // Forwards, then backwards, between streams of other seeds.
        for (place, number) in numbers.iter().chain(numbers.iter().rev()) {
            let mut found = [0];
            let mut twister = Twister::at(seed, *place);
            twister.fill(&mut found);
            assert_eq!(found, [*number], "{seed} {place}");
            if place % 2 == 0 {
                twister.leave();
            }
        }
    }
}

#[test]
fn runs_of_any_length_give_the_same_stream() {
    let mut expected = vec![0; 5000];
    Twister::new(7).fill(&mut expected);
    let (mut twister, mut start) = (Twister::new(7), 0);
    for length in (0..).map(|i| i * 13 % 701) {
        let mut part = vec![0; length.min(expected.len() - start)];
        twister.fill(&mut part);
        assert_eq!(part, expected[start..start + part.len()]);
        start += part.len();
        if start == expected.len() {
            break;
        }
    }
}

#[test]
fn the_counter_gives_the_numbers_of_javas_splittable_random() {
    let numbers: [(u64, [u64; 3]); 2] = [
        (0, [16_294_208_416_658_607_535, 7_960_286_522_194_355_700, 487_617_019_471_545_679]),
        (
            1_234_567,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423],
        ),
    ];
    for (seed, expected) in numbers {
        let mut counter = Counter::from_state(seed);
        assert_eq!(expected, [counter.next(), counter.next(), counter.next()]);
    }
}

#[test]
fn an_element_is_kept_where_the_low_24_bits_of_its_draw_are_below_the_probability()
-> Result<(), KernelError> {
    let elements = 2500;
    let mut numbers = vec![0; 100 + elements];
    Twister::new(3).fill(&mut numbers);
    for probability in [0.0, 1e-9, 0.1, 0.330_078_13, 0.5, 0.999] {
        // Only the low 32 bits of a seed count.
        let mut draws = Draws::new(&stream(3.0 + 4_294_967_296.0), 100.0, 0);
        let bits = draws.mask(elements, probability)?;
        let below = |i: &usize| {
            f64::from(numbers[100 + i] & 0xff_ffff) / 16_777_216.0 < f64::from(probability)
        };
        let expected: Vec<usize> = (0..elements).filter(below).collect();
        assert_eq!(kept(&bits, elements), expected);
        assert_eq!(bits.count(), expected.len());
    }
    Ok(())
}

#[test]
fn limits_are_the_numbers_from_which_on_nothing_is_kept() {
    let unit = 2f32.powi(-24);
    assert_eq!([0.0, unit, 0.5, 1.0].map(limit), [0, 1, 1 << 23, 1 << 24]);
    // Between two draws: the lower one is kept.
    assert_eq!([unit / 2.0, 1.5 * unit, f32::from_bits(1)].map(limit), [1, 2, 1]);
    assert_eq!([-0.5, f32::NAN].map(limit), [0, 0]);
}

#[test]
fn counters_of_other_seeds_keys_and_terms_draw_otherwise() -> Result<(), KernelError> {
    let elements = 4096;
    let draw = |seed: f64, key: &str, term: usize| {
        let random = Random::Counter { seed, key: key.to_owned() };
        Draws::new(&random, 0.0, term).mask(elements, 0.5)
    };
    let first = kept(&draw(1.0, "a.weight", 0)?, elements);
    assert_eq!(first, kept(&draw(1.0, "a.weight", 0)?, elements));
    // Half of 4096, within six standard deviations of 32.
    assert!(first.len().abs_diff(2048) < 192, "{}", first.len());
    for (seed, key, term) in [(2.0, "a.weight", 0), (1.0, "b.weight", 0), (1.0, "a.weight", 1)] {
        let other = kept(&draw(seed, key, term)?, elements);
        let both = other.iter().filter(|i| first.binary_search(i).is_ok()).count();
        // A quarter, within six standard deviations of 28.
        assert!(both.abs_diff(1024) < 168, "{both}");
    }
    Ok(())
}
