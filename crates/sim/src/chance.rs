//! Chance that comes from a seed: the same seed, the same choices.

use std::sync::atomic::{AtomicU64, Ordering};

use quita_banks::simulator;
use quita_engine::ids;

/// Numbers that follow from a seed (SplitMix64: a counter, well stirred).
#[derive(Debug)]
pub(crate) struct Chance(AtomicU64);

impl Chance {
    /// The choices of one seed for one purpose, so that a choice more for one purpose does not
    /// change those for another.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        let start = purpose.bytes().fold(stir(seed), |sum, byte| stir(sum ^ u64::from(byte)));
        Self(AtomicU64::new(start))
    }

    /// Any number.
    pub(crate) fn next(&self) -> u64 {
        stir(self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed))
    }

    /// A number below `end`, which is not zero.
    pub(crate) fn below(&self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// A place in a list of this length.
    pub(crate) fn place(&self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// A whole number from `first` to `last`, both included.
    pub(crate) fn between(&self, first: i64, last: i64) -> i64 {
        first + i64::try_from(self.below((last - first + 1).unsigned_abs())).unwrap_or(0)
    }

    /// True so many times in a thousand.
    pub(crate) fn happens(&self, per_thousand: u32) -> bool {
        per_thousand > 0 && self.below(1000) < u64::from(per_thousand)
    }

    /// One of several.
    pub(crate) fn pick<T: Copy>(&self, of: &[T]) -> T {
        of[self.place(of.len())]
    }
}

fn stir(number: u64) -> u64 {
    let mut z = number;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl ids::Entropy for Chance {
    fn bytes(&self) -> [u8; 16] {
        (u128::from(self.next()) << 64 | u128::from(self.next())).to_le_bytes()
    }
}

impl simulator::Entropy for Chance {
    fn next_u64(&mut self) -> u64 {
        self.next()
    }
}
