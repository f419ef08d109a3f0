//! Group commit: the closures of many callers in one transaction.
//!
//! The closures of a group run one after the other, without savepoints, which cost more than
//! the statements. If one must be undone, all are rolled back and run again, each after a
//! savepoint. Nobody gets an answer before COMMIT.
//!
//! On PostgreSQL two groups could wait for rows of each other for ever. Hence only the first
//! closure of a group waits, when the group holds nothing; where a later one would have to, the
//! group goes on without it and it begins another group.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::tx::{Left, Mode, Ran, Session};
use crate::{StoreError, Tx};

/// A caller's closure, with the way to answer.
pub(crate) trait Work: Send {
    /// Runs the closure. May be called several times; the last run counts.
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError>;
    /// Tells the caller.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// The one implementation of [`Work`].
pub(crate) struct Task<T, F, D> {
    closure: F,
    value: Option<T>,
    done: D,
}

impl<T, F, D> Task<T, F, D> {
    pub(crate) fn new(closure: F, done: D) -> Self {
        Self { closure, value: None, done }
    }
}

impl<T, F, D> Work for Task<T, F, D>
where
    T: Send,
    F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send,
    D: FnOnce(Result<T, StoreError>) + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        self.value = None;
        self.value = Some((self.closure)(tx)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let Self { value, done, .. } = *self;
        let nothing = || StoreError::Internal("a transaction ended without a result".to_owned());
        let result = outcome.and_then(|()| value.ok_or_else(nothing));
        if catch_unwind(AssertUnwindSafe(|| done(result))).is_err() {
            tracing::error!("the callback of a transaction panicked; the transaction itself ended");
        }
    }
}

/// Closures that wait for a thread of the store.
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    /// Something waits, or the queue was closed.
    filled: Condvar,
    /// There is room again.
    room: Condvar,
    capacity: usize,
}

#[derive(Default)]
struct Waiting {
    works: VecDeque<Box<dyn Work>>,
    closed: bool,
}

impl Queue {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { waiting: Mutex::default(), filled: Condvar::new(), room: Condvar::new(), capacity }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds one, waiting for room.
    pub(crate) fn push(&self, work: Box<dyn Work>) {
        let mut waiting = self.lock();
        while waiting.works.len() >= self.capacity {
            waiting = self.room.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        waiting.works.push_back(work);
        drop(waiting);
        self.filled.notify_one();
    }

    /// Adds one, or gives it back where there is no room.
    pub(crate) fn try_push(&self, work: Box<dyn Work>) -> Result<(), Box<dyn Work>> {
        let mut waiting = self.lock();
        if waiting.works.len() >= self.capacity {
            return Err(work);
        }
        waiting.works.push_back(work);
        drop(waiting);
        self.filled.notify_one();
        Ok(())
    }

    /// The next one; `None` when the queue is closed and empty.
    pub(crate) fn wait(&self) -> Option<Box<dyn Work>> {
        let mut waiting = self.lock();
        loop {
            if let Some(work) = waiting.works.pop_front() {
                drop(waiting);
                self.room.notify_one();
                return Some(work);
            }
            if waiting.closed {
                return None;
            }
            waiting = self.filled.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next one, if one waits.
    fn poll(&self) -> Option<Box<dyn Work>> {
        let work = self.lock().works.pop_front();
        if work.is_some() {
            self.room.notify_one();
        }
        work
    }

    /// Lets the threads end once they have emptied the queue.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
    }
}

/// When a group is full.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) count: usize,
    pub(crate) time: Duration,
}

/// Serves writers until the queue is closed. Callers are answered by another thread: the one
/// that writes is what all of them wait for.
pub(crate) fn serve_writes(queue: &Queue, session: &mut Session, limits: Limits) {
    let (ended, to_answer) = mpsc::channel::<Ended>();
    thread::scope(|scope| {
        scope.spawn(move || to_answer.into_iter().for_each(Ended::answer));
        let mut held_back = VecDeque::new();
        while let Some(first) = held_back.pop_front().or_else(|| queue.wait()) {
            // Nobody ends that thread before this one.
            let _ = ended.send(serve_group(queue, session, limits, first, &mut held_back));
        }
        drop(ended);
    });
}

/// A group whose transaction is over, however it ended.
struct Ended {
    members: Vec<Member>,
    result: Result<(), StoreError>,
}

impl Ended {
    fn answer(self) {
        for Member { work, outcome } in self.members {
            work.answer(self.result.clone().and(outcome));
        }
    }
}

/// Serves readers until the queue is closed.
pub(crate) fn serve_reads(queue: &Queue, session: &mut Session) {
    while let Some(mut work) = queue.wait() {
        let outcome = session.transact(Mode::Read, |tx| work.run(tx));
        work.answer(outcome);
    }
}

/// A closure that ran in the open group.
struct Member {
    work: Box<dyn Work>,
    outcome: Result<(), StoreError>,
}

/// Runs closures as they come, until none waits or the group is full, and commits.
fn serve_group(
    queue: &Queue,
    session: &mut Session,
    limits: Limits,
    mut first: Box<dyn Work>,
    held_back: &mut VecDeque<Box<dyn Work>>,
) -> Ended {
    let begun = Instant::now();
    let begun_with = begin_with(session, first.as_mut());
    let mut members = vec![Member { work: first, outcome: Ok(()) }];
    if begun_with.is_err() {
        return Ended { members, result: begun_with };
    }
    let mut result = Ok(());
    while members.len() < limits.count && begun.elapsed() < limits.time {
        let Some(mut work) = queue.poll() else { break };
        if members.len() == 1 {
            result = session.hurry();
        }
        if result.is_err() {
            held_back.push_back(work);
            break;
        }
        let ran = session.run(Mode::Write, |tx| work.run(tx));
        match ran.left {
            Left::Work | Left::Nothing => {}
            Left::Lost => result = ran.result.clone(),
            Left::Dirty | Left::Contended => {
                session.rollback();
                if ran.left == Left::Contended {
                    held_back.push_back(work);
                } else {
                    members.push(Member { work, outcome: ran.result });
                }
                result = run_apart(session, &mut members, held_back);
                break;
            }
        }
        members.push(Member { work, outcome: ran.result });
        if result.is_err() {
            break;
        }
    }
    match result {
        Ok(()) => result = session.commit(),
        Err(_) => session.rollback(),
    }
    Ended { members, result }
}

/// Runs the closures again, each after a savepoint.
fn run_apart(
    session: &mut Session,
    members: &mut Vec<Member>,
    held_back: &mut VecDeque<Box<dyn Work>>,
) -> Result<(), StoreError> {
    session.begin(Mode::Write)?;
    let mut ran = 0;
    while let Some(member) = members.get_mut(ran) {
        if ran == 1 {
            session.hurry()?;
        }
        session.mark()?;
        let Ran { result, left } = session.run(Mode::Write, |tx| member.work.run(tx));
        match left {
            Left::Work | Left::Nothing => {}
            Left::Dirty => session.undo()?,
            Left::Lost => return result,
            Left::Contended => {
                session.undo()?;
                held_back.push_back(members.remove(ran).work);
                continue;
            }
        }
        member.outcome = result;
        ran += 1;
    }
    Ok(())
}

/// How often the first closure of a group is tried where others hold its rows.
const TRIES: u32 = 8;

/// Begins a group with its first closure. After an error no transaction is open.
fn begin_with(session: &mut Session, work: &mut dyn Work) -> Result<(), StoreError> {
    let mut tries = 1;
    loop {
        session.begin(Mode::Write)?;
        let ran = session.run(Mode::Write, |tx| work.run(tx));
        if ran.result.is_ok() {
            return Ok(());
        }
        session.rollback();
        if ran.left != Left::Contended || tries == TRIES {
            return ran.result;
        }
        thread::sleep(Duration::from_millis(1 << tries));
        tries += 1;
    }
}
