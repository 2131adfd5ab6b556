//! The search for seeds against streams of known seeds.

use remelt_kernels::error::KernelError;
use remelt_kernels::formula::task_vectors::draws::limit;
use remelt_kernels::formula::task_vectors::twister::Twister;
use remelt_kernels::seeds::{Known, PLACES, search};

/// Every `step`-th of the first draws of a seed, for a keep probability.
fn known(seed: u32, probability: f32, step: usize) -> Vec<Known> {
    let mut numbers = [0; PLACES];
    Twister::new(seed).fill(&mut numbers);
    let limit = limit(probability);
    let draw = |place: usize| Known { place, limit, kept: numbers[place] & 0xff_ffff < limit };
    (0..PLACES).step_by(step).map(draw).collect()
}

#[test]
fn a_seed_is_found_wherever_it_lies_in_the_range() -> Result<(), KernelError> {
    for (seed, probability) in [(0, 0.5), (42, 0.7), (u32::MAX, 0.1), (2_017_212_375, 0.9)] {
        for back in [0_u32, 1, 15, 16, 999] {
            for step in [1, 3] {
                let found = search(seed.wrapping_sub(back), 1000, &known(seed, probability, step))?;
                assert_eq!(found, [seed]);
            }
        }
    }
    Ok(())
}

#[test]
fn the_order_in_which_draws_are_known_never_shows() -> Result<(), KernelError> {
    let mut draws = known(7, 0.5, 2);
    draws.reverse();
    assert_eq!(search(0, 100, &draws)?, [7]);
    Ok(())
}

#[test]
fn nothing_is_found_outside_the_range_or_with_a_wrong_bit() -> Result<(), KernelError> {
    let draws = known(500, 0.5, 1);
    assert_eq!(search(0, 500, &draws)?, []);
    assert_eq!(search(501, 5000, &draws)?, []);
    assert_eq!(search(500, 0, &draws)?, []);
    for place in [0, 100, 226] {
        let mut wrong = draws.clone();
        wrong[place].kept = !wrong[place].kept;
        assert_eq!(search(0, 1000, &wrong)?, []);
    }
    Ok(())
}

#[test]
fn few_draws_leave_many_seeds_and_none_leave_all() -> Result<(), KernelError> {
    let draws = known(3, 0.5, 100);
    let found = search(0, 4096, &draws)?;
    assert!(found.contains(&3) && (300..800).contains(&found.len()), "{}", found.len());
    assert_eq!(search(10, 3, &[])?, [10, 11, 12]);
    Ok(())
}

#[test]
fn a_draw_beyond_the_seeding_is_refused() {
    let far = Known { place: PLACES, limit: 1, kept: true };
    assert!(search(0, 1, &[far]).is_err());
}
