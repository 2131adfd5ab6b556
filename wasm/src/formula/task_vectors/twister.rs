//! The Mersenne Twister MT19937 as torch's CPU generator and `NumPy`'s `RandomState` seed it.
//!
//! Source: M. Matsumoto, T. Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed
//! uniform pseudo-random number generator", ACM TOMACS 8(1), 1998; seeding of 2002-01-26.

use std::cell::RefCell;

const WORDS: usize = 624;
const MIDDLE: usize = 397;
const FIRST: usize = WORDS - MIDDLE;

/// One stream of 32-bit numbers, somewhere along its way.
#[derive(Clone)]
pub struct Twister {
    seed: u32,
    words: [u32; WORDS],
    /// Number of the first draw that `words` stands for; before the first block there is none.
    block: Option<u64>,
    /// Number of the next draw.
    next: u64,
}

thread_local! {
    /// Where the last stream was left: tensors come in the order of their draws.
    static LEFT: RefCell<Option<Twister>> = const { RefCell::new(None) };
}

impl Twister {
    /// The stream of a seed at its first number.
    pub fn new(seed: u32) -> Self {
        let mut words = [seed; WORDS];
        for i in 1..WORDS {
            let last = words[i - 1];
            words[i] = (last ^ (last >> 30)).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        Self { seed, words, block: None, next: 0 }
    }

    /// The stream of a seed at draw number `next`, reached from where this thread left one if that
    /// is on the way.
    pub fn at(seed: u32, next: u64) -> Self {
        LEFT.with_borrow_mut(|left| {
            let stream = match left {
                Some(stream) if stream.seed == seed && stream.start() <= next => stream,
                _ => left.insert(Self::new(seed)),
            };
            stream.seek(next);
            stream.clone()
        })
    }

    /// Remembers the place for the next [`Self::at`] of this thread, unless a later one of the same
    /// stream is known.
    pub fn leave(self) {
        LEFT.with_borrow_mut(|left| match left {
            Some(stream) if stream.seed == self.seed && stream.next >= self.next => {}
            _ => *left = Some(self),
        });
    }

    /// Goes on to draw number `next`, which is not before the present block.
    pub fn seek(&mut self, next: u64) {
        while self.block.is_none_or(|block| block + WORDS as u64 <= next) {
            self.turn();
        }
        self.next = next;
    }

    /// Fills `numbers` with the next draws.
    pub fn fill(&mut self, numbers: &mut [u32]) {
        let mut rest = numbers;
        while !rest.is_empty() {
            self.seek(self.next);
            let place = (self.next - self.start()) as usize;
            let words = &self.words[place..];
            let count = words.len().min(rest.len());
            let (now, later) = rest.split_at_mut(count);
            for (number, word) in now.iter_mut().zip(words) {
                *number = temper(*word);
            }
            self.next += count as u64;
            rest = later;
        }
    }

    fn start(&self) -> u64 {
        self.block.unwrap_or(0)
    }

    /// The next block. Its parts are separate loops so that none of them reads what it writes.
    fn turn(&mut self) {
        let old = self.words;
        let new = &mut self.words;
        twist(&mut new[..FIRST], &old, &old[MIDDLE..]);
        let (done, rest) = new.split_at_mut(FIRST);
        twist(&mut rest[..FIRST], &old[FIRST..], done);
        let (done, rest) = new.split_at_mut(2 * FIRST);
        twist(&mut rest[..WORDS - 1 - 2 * FIRST], &old[2 * FIRST..], &done[FIRST..]);
        new[WORDS - 1] = new[MIDDLE - 1] ^ mix(old[WORDS - 1], new[0]);
        self.block = Some(self.block.map_or(0, |block| block + WORDS as u64));
    }
}

fn twist(new: &mut [u32], old: &[u32], far: &[u32]) {
    let next = &old[1..];
    for (((new, old), next), far) in new.iter_mut().zip(old).zip(next).zip(far) {
        *new = far ^ mix(*old, *next);
    }
}

const fn mix(word: u32, next: u32) -> u32 {
    let joined = (word & 0x8000_0000) | (next & 0x7fff_ffff);
    (joined >> 1) ^ ((joined & 1).wrapping_neg() & 0x9908_b0df)
}

/// What is handed out of a word.
pub const fn temper(word: u32) -> u32 {
    let word = word ^ (word >> 11);
    let word = word ^ ((word << 7) & 0x9d2c_5680);
    let word = word ^ ((word << 15) & 0xefc6_0000);
    word ^ (word >> 18)
}
