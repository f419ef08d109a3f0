//! Pieces of work that may be done at the same time. This crate starts no thread: whoever calls
//! has the hands.

use std::sync::OnceLock;

/// Does each of so many pieces of work once, in any order, and comes back when all are done.
pub type Hands = fn(pieces: usize, piece: &(dyn Fn(usize) + Sync));

/// One after another.
pub fn one_pair(pieces: usize, piece: &(dyn Fn(usize) + Sync)) {
    (0..pieces).for_each(piece);
}

/// Things of one slice that are made in one piece of work; in tests few, so that there are many.
const PIECE: usize = if cfg!(test) { 64 } else { 4_096 };

/// What is made of each thing and its place, in order.
pub(crate) fn map<'a, I: Sync, T: Send + Sync>(
    hands: Hands,
    all: &'a [I],
    make: impl Fn(usize, &'a I) -> T + Sync,
) -> Vec<T> {
    let pieces: Vec<&[I]> = all.chunks(PIECE).collect();
    let of_piece = |at: usize| {
        let places = at * PIECE..;
        pieces[at].iter().zip(places).map(|(one, place)| make(place, one)).collect::<Vec<T>>()
    };
    let mut made = Vec::with_capacity(all.len());
    each(hands, pieces.len(), of_piece).into_iter().for_each(|piece| made.extend(piece));
    made
}

/// Two things that may be made at the same time.
pub(crate) fn both<A: Send + Sync, B: Send + Sync>(
    hands: Hands,
    make: impl Fn() -> A + Sync,
    other: impl Fn() -> B + Sync,
) -> (A, B) {
    let (first, second) = (OnceLock::new(), OnceLock::new());
    hands(2, &|at| match at {
        0 => drop(first.get_or_init(&make)),
        _ => drop(second.get_or_init(&other)),
    });
    (first.into_inner().unwrap_or_else(make), second.into_inner().unwrap_or_else(other))
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

#[cfg(test)]
mod tests {
    use crate::matching::generator::{Mix, Sort, generate};
    use crate::matching::hands::Hands;
    use crate::matching::score::score;
    use crate::matching::{Settings, reconcile};

    #[test]
    fn who_does_the_pieces_of_the_work_does_not_matter() {
        let world = generate(Mix::Hard, 5, 3_000);
        let with = |hands: Hands| {
            let settings = Settings { hands, ..Settings::default() };
            reconcile(&world.lines, &world.receivables, &settings)
        };
        let plain = with(super::one_pair);
        let named = score(&world, &plain).into_iter().filter(|(sort, _)| *sort == Sort::Name);
        let (right, wrong) =
            named.fold((0, 0), |sum, (_, t)| (sum.0 + t.right.count, sum.1 + t.wrong.count));
        assert!(right > 100 && wrong == 0, "{right} right, {wrong} wrong");
        let backwards: Hands = |pieces, piece| (0..pieces).rev().for_each(piece);
        let carelessly: Hands = |pieces, piece| (0..=pieces).step_by(2).for_each(piece);
        for hands in [backwards, carelessly] {
            assert_eq!(with(hands), plain);
        }
    }
}
