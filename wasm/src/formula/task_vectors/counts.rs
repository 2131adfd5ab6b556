//! How many elements a density and a γ keep.

use crate::formula::spec::WithoutTop;

/// The kept places of a task vector in ascending order of magnitude.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The first kept place.
    pub first: usize,
    /// The place after the last.
    pub end: usize,
}

impl Kept {
    /// How many.
    pub const fn count(self) -> usize {
        self.end - self.first
    }
}

/// ⌊share·n⌋ in f64; not below 0 and not above n.
fn share(share: f64, elements: usize) -> usize {
    ((share * elements as f64) as usize).min(elements)
}

/// The ⌊ρn⌋ largest; with `keep_one` at least one where ρ > 0.
pub fn magnitude(elements: usize, density: f64, keep_one: bool) -> Kept {
    let least = usize::from(keep_one && density > 0.0).min(elements);
    let count = share(density, elements).max(least);
    Kept { first: elements - count, end: elements }
}

/// ⌊ρn⌋ below the ⌊γn⌋ largest; fewer of these where both are more than there are.
pub fn outliers(elements: usize, density: f64, gamma: f64, without_top: WithoutTop) -> Kept {
    let (kept, top) = (share(density, elements), share(gamma, elements));
    if top == 0 && without_top == WithoutTop::Nothing {
        return Kept { first: 0, end: 0 };
    }
    let first = elements.saturating_sub(kept + top);
    Kept { first, end: first + kept }
}
