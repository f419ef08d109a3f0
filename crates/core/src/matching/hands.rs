//! Pieces of work that may be done at the same time. This crate starts no thread: whoever calls
//! has the hands.

use std::sync::OnceLock;

/// Does each of so many pieces of work once, in any order, and comes back when all are done.
pub type Hands = fn(pieces: usize, piece: &(dyn Fn(usize) + Sync));

/// One after another.
pub fn one_pair(pieces: usize, piece: &(dyn Fn(usize) + Sync)) {
    (0..pieces).for_each(piece);
}

/// What each piece of work makes, in order.
pub(crate) fn each<T: Send + Sync>(
    hands: Hands,
    pieces: usize,
    make: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let made: Vec<OnceLock<T>> = (0..pieces).map(|_| OnceLock::new()).collect();
    hands(pieces, &|at| {
        if let Some(place) = made.get(at) {
            place.get_or_init(|| make(at));
        }
    });
    let made = made.into_iter().enumerate();
    made.map(|(at, made)| made.into_inner().unwrap_or_else(|| make(at))).collect()
}
