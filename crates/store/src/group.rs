//! Group commit: the closures of many callers in one transaction.
//!
//! The closures of a group run one after the other without savepoints. If one of them must be
//! undone, all are rolled back and run again, each in a savepoint. If others hold rows that the
//! group needs, each closure gets a transaction of its own. Nobody gets an answer before COMMIT.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::tx::{Left, Mode, Session};
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

/// A closure that ran in the open group.
struct Member {
    work: Box<dyn Work>,
    outcome: Result<(), StoreError>,
}

/// Serves writers until the queue is closed.
pub(crate) fn serve_writes(queue: &Queue, session: &mut Session, limits: Limits) {
    while let Some(first) = queue.wait() {
        let mut members = Vec::new();
        let result = together(queue, session, limits, first, &mut members);
        finish(session, members, result);
    }
}

/// Serves readers until the queue is closed.
pub(crate) fn serve_reads(queue: &Queue, session: &mut Session) {
    while let Some(mut work) = queue.wait() {
        let outcome = session.transact(Mode::Read, |tx| work.run(tx));
        work.answer(outcome);
    }
}

/// Why a group could not be committed as it was run.
enum Setback {
    /// One closure left work to undo.
    Undo,
    /// Others held rows.
    Contended,
    /// Everybody gets this error.
    Failed(StoreError),
}

impl From<StoreError> for Setback {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy(_) => Self::Contended,
            error => Self::Failed(error),
        }
    }
}

/// Answers a group, running it again where it must be.
fn finish(session: &mut Session, mut members: Vec<Member>, mut result: Result<(), Setback>) {
    if matches!(result, Err(Setback::Undo)) && members.len() > 1 {
        result = in_savepoints(session, &mut members);
    }
    match result {
        Ok(()) => {}
        Err(Setback::Failed(error)) => {
            for member in &mut members {
                member.outcome = Err(error.clone());
            }
        }
        // A group of one keeps the error of its closure.
        Err(Setback::Undo) if members.len() == 1 => {}
        Err(Setback::Undo | Setback::Contended) => {
            for member in &mut members {
                member.outcome = alone(session, member.work.as_mut());
            }
        }
    }
    for member in members {
        member.work.answer(member.outcome);
    }
}

/// Runs closures as they come, until none waits or the group is full, and commits.
fn together(
    queue: &Queue,
    session: &mut Session,
    limits: Limits,
    first: Box<dyn Work>,
    members: &mut Vec<Member>,
) -> Result<(), Setback> {
    let begun = Instant::now();
    let mut next = Some(first);
    let mut open = session.begin(Mode::Group);
    while let Some(mut work) = next {
        if let Err(error) = open {
            members.push(Member { work, outcome: Ok(()) });
            return Err(error.into());
        }
        let ran = session.run(Mode::Group, |tx| work.run(tx));
        members.push(Member { work, outcome: ran.result });
        let setback = match ran.left {
            Left::Work | Left::Nothing => None,
            Left::Dirty => Some(Setback::Undo),
            Left::Contended => Some(Setback::Contended),
            Left::Lost => Some(lost(members)),
        };
        if let Some(setback) = setback {
            session.rollback();
            return Err(setback);
        }
        open = Ok(());
        let full = members.len() >= limits.count || begun.elapsed() >= limits.time;
        next = if full { None } else { queue.poll() };
    }
    Ok(session.commit()?)
}

/// The transaction is gone, with the error of the last closure that ran.
fn lost(members: &[Member]) -> Setback {
    let error = members.last().and_then(|member| member.outcome.clone().err());
    Setback::Failed(error.unwrap_or_else(|| StoreError::Internal("the transaction is gone".into())))
}

/// Runs the closures again, each in a savepoint, and commits those that succeed.
fn in_savepoints(session: &mut Session, members: &mut [Member]) -> Result<(), Setback> {
    session.begin(Mode::Group)?;
    let result = each_in_savepoint(session, members);
    if result.is_err() {
        session.rollback();
        return result;
    }
    Ok(session.commit()?)
}

fn each_in_savepoint(session: &mut Session, members: &mut [Member]) -> Result<(), Setback> {
    for member in members {
        session.savepoint()?;
        let ran = session.run(Mode::Group, |tx| member.work.run(tx));
        member.outcome = ran.result;
        match ran.left {
            Left::Work | Left::Nothing => session.release()?,
            Left::Dirty => session.rollback_to_savepoint()?,
            Left::Contended => return Err(Setback::Contended),
            Left::Lost => return Err(lost(std::slice::from_ref(member))),
        }
    }
    Ok(())
}

/// How often a closure alone is tried where others hold its rows.
const TRIES: u32 = 8;

fn alone(session: &mut Session, work: &mut dyn Work) -> Result<(), StoreError> {
    let mut tries = 1;
    loop {
        match session.transact(Mode::Alone, |tx| work.run(tx)) {
            Err(StoreError::Busy(_)) if tries < TRIES => {
                thread::sleep(Duration::from_millis(1 << tries));
                tries += 1;
            }
            outcome => return outcome,
        }
    }
}
