//! Threads for work that `core` has cut into pieces.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// More threads than this gain little: the pieces wait for memory.
const MOST: usize = 8;

/// Does each piece once, on as many threads as the machine has cores; a kind of
/// [`quita_core::matching::hands::Hands`].
pub fn all_cores(pieces: usize, piece: &(dyn Fn(usize) + Sync)) {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= pieces {
                return;
            }
            piece(at);
        }
    };
    thread::scope(|scope| {
        for _ in 1..cores.min(MOST).min(pieces) {
            scope.spawn(work);
        }
        work();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_piece_is_done_once() {
        let done: Vec<AtomicUsize> = (0..1_000).map(|_| AtomicUsize::new(0)).collect();
        all_cores(done.len(), &|at| {
            done[at].fetch_add(1, Ordering::Relaxed);
        });
        assert!(done.iter().all(|times| times.load(Ordering::Relaxed) == 1));
        all_cores(0, &|_| unreachable!());
    }
}
