//! The order in which an unstable sort leaves equal keys: that of libstdc++'s `std::sort`,
//! `std::nth_element` and `std::partial_sort`, which torch uses on the CPU.
//!
//! An item is a key in the upper half of an integer and an index in the lower half; only keys are
//! compared, ascending. For a descending order the key is complemented, which asks the same
//! questions.
//!
//! The algorithm is D. R. Musser's introsort ("Introspective sorting and selection algorithms",
//! Software: Practice and Experience 27(8), 1997): quicksort that splits around the median of the
//! second, the middle and the last item, leaves ranges of 16 and fewer to an insertion sort, and
//! turns to a heapsort after 2·⌊log2 n⌋ splits. Only the ranges that the caller is interested in are
//! worked on: every range ends up with the same items whether or not its neighbours are sorted.

/// Ranges up to this length are left to the insertion sort.
const SHORT: usize = 16;

const fn less(a: u64, b: u64) -> bool {
    a >> 32 < b >> 32
}

/// A range in which the splits of a sort go on.
#[derive(Clone, Copy)]
struct Range {
    first: usize,
    last: usize,
    splits: u32,
}

/// Leaves the same items before each of the cuts as sorting all of them would.
pub fn sort_at(items: &mut [u64], cuts: &[usize]) {
    sort_where(items, |first, last| cuts.iter().any(|cut| first < *cut && *cut < last));
}

/// Sorts.
pub fn sort(items: &mut [u64]) {
    sort_where(items, |_, _| true);
}

fn sort_where(items: &mut [u64], wanted: impl Fn(usize, usize) -> bool) {
    let mut ranges = vec![Range { first: 0, last: items.len(), splits: 2 * log2(items.len()) }];
    while let Some(range) = ranges.pop() {
        let Range { first, last, splits } = range;
        if !wanted(first, last) {
            continue;
        }
        if last - first <= SHORT {
            insertion_sort(&mut items[first..last]);
        } else if splits == 0 {
            heap_sort(&mut items[first..last]);
        } else {
            let cut = first + split(&mut items[first..last]);
            ranges.push(Range { first, last: cut, splits: splits - 1 });
            ranges.push(Range { first: cut, last, splits: splits - 1 });
        }
    }
}

/// Leaves those items in the first `count` places that `torch.topk` puts there: by a heap where they
/// are few, else by quickselect.
pub fn select(items: &mut [u64], count: usize) {
    if count == 0 {
        return;
    }
    if count.saturating_mul(64) <= items.len() {
        heap_select(items, count);
    } else {
        quick_select(items, count - 1);
    }
}

/// Puts the item that belongs at `nth` there, and none before it that belongs behind it.
fn quick_select(items: &mut [u64], nth: usize) {
    let (mut first, mut last) = (0, items.len());
    let mut splits = 2 * log2(last);
    while last - first > 3 {
        if splits == 0 {
            heap_select(&mut items[first..last], nth + 1 - first);
            items.swap(first, nth);
            return;
        }
        splits -= 1;
        let cut = first + split(&mut items[first..last]);
        if cut <= nth {
            first = cut;
        } else {
            last = cut;
        }
    }
    insertion_sort(&mut items[first..last]);
}

const fn log2(length: usize) -> u32 {
    if length == 0 { 0 } else { length.ilog2() }
}

/// Splits a range around a median of three, which stays in the first place. No item before the cut
/// is greater than one behind it.
fn split(items: &mut [u64]) -> usize {
    let median = median(items, 1, items.len() / 2, items.len() - 1);
    items.swap(0, median);
    let pivot = items[0];
    let (mut low, mut high) = split_blocks(items, pivot);
    loop {
        while less(items[low], pivot) {
            low += 1;
        }
        high -= 1;
        while less(pivot, items[high]) {
            high -= 1;
        }
        if low >= high {
            return low;
        }
        items.swap(low, high);
        low += 1;
    }
}

/// Items that are looked at before any of them is swapped.
const BLOCK: usize = 64;

/// Does what the loop of [`split`] does from both ends, up to where the ends come close, and says
/// where it has to go on: the next item to be looked at from below, and the place after that from
/// above.
///
/// The nth item from below that is not less than the pivot changes places with the nth from above
/// that is not greater. Their places are written down block by block, which takes no jump that
/// depends on an item (S. Edelkamp, A. Weiss, "BlockQuicksort", ESA 2016).
fn split_blocks(items: &mut [u64], pivot: u64) -> (usize, usize) {
    let (mut low, mut high) = (1, items.len());
    let (mut below, mut above) = (Places::none(), Places::none());
    while high - low >= 2 * BLOCK {
        if below.is_empty() {
            below.find(items[low..low + BLOCK].iter().map(|item| !less(*item, pivot)));
        }
        if above.is_empty() {
            above.find(items[high - BLOCK..high].iter().rev().map(|item| !less(pivot, *item)));
        }
        while let (Some(a), Some(b)) = (below.first(), above.first()) {
            items.swap(low + a, high - 1 - b);
            below.next += 1;
            above.next += 1;
        }
        if below.is_empty() {
            low += BLOCK;
        }
        if above.is_empty() {
            high -= BLOCK;
        }
    }
    (low + below.first().unwrap_or(0), high - above.first().unwrap_or(0))
}

/// Places within a block.
struct Places {
    list: [u8; BLOCK],
    next: usize,
    end: usize,
}

impl Places {
    const fn none() -> Self {
        Self { list: [0; BLOCK], next: 0, end: 0 }
    }

    const fn is_empty(&self) -> bool {
        self.next == self.end
    }

    fn first(&self) -> Option<usize> {
        if self.is_empty() { None } else { Some(usize::from(self.list[self.next % BLOCK])) }
    }

    /// The places of a block where the answer is yes.
    #[inline(always)]
    fn find(&mut self, answers: impl Iterator<Item = bool>) {
        (self.next, self.end) = (0, 0);
        for (place, answer) in answers.enumerate() {
            self.list[self.end % BLOCK] = place as u8;
            self.end += usize::from(answer);
        }
    }
}

/// Which of three places holds the middle item; among equals the answer is part of the order.
const fn median(items: &[u64], a: usize, b: usize, c: usize) -> usize {
    let (x, y, z) = (items[a], items[b], items[c]);
    if less(x, y) {
        if less(y, z) {
            b
        } else if less(x, z) {
            c
        } else {
            a
        }
    } else if less(x, z) {
        a
    } else if less(y, z) {
        c
    } else {
        b
    }
}

/// A stable sort for short ranges.
fn insertion_sort(items: &mut [u64]) {
    for end in 1..items.len() {
        let item = items[end];
        let mut place = end;
        while place > 0 && less(item, items[place - 1]) {
            items[place] = items[place - 1];
            place -= 1;
        }
        items[place] = item;
    }
}

fn heap_sort(items: &mut [u64]) {
    make_heap(items);
    for end in (1..items.len()).rev() {
        let item = items[end];
        items[end] = items[0];
        sink(&mut items[..end], 0, item);
    }
}

/// Leaves the `count` smallest in front, as a heap with the greatest of them on top.
fn heap_select(items: &mut [u64], count: usize) {
    let (heap, others) = items.split_at_mut(count);
    make_heap(heap);
    for other in others {
        if less(*other, heap[0]) {
            let item = std::mem::replace(other, heap[0]);
            sink(heap, 0, item);
        }
    }
}

fn make_heap(items: &mut [u64]) {
    for parent in (0..items.len() / 2).rev() {
        let item = items[parent];
        sink(items, parent, item);
    }
}

/// Fills the hole at `top` of a heap: the greater child moves up all the way down to a leaf, from
/// which the item rises to its place. Of equal children the right one moves.
fn sink(heap: &mut [u64], top: usize, item: u64) {
    let mut hole = top;
    loop {
        let (left, right) = (2 * hole + 1, 2 * hole + 2);
        let child = match () {
            () if right < heap.len() => {
                if less(heap[right], heap[left]) {
                    left
                } else {
                    right
                }
            }
            () if left < heap.len() => left,
            () => break,
        };
        heap[hole] = heap[child];
        hole = child;
    }
    while hole > top {
        let parent = (hole - 1) / 2;
        if !less(heap[parent], item) {
            break;
        }
        heap[hole] = heap[parent];
        hole = parent;
    }
    heap[hole] = item;
}
