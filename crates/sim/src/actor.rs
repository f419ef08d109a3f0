//! Who may be next: the workers of the process, the bank, the network, people.

use quita_banks::contract::{HttpResponse, Inbound};
use quita_engine::desk::hooks;
use quita_engine::workers::{Kind, housekeeping, tick};
use quita_engine::world::World;

use crate::house::PUBLIC_URL;
use crate::people;
use crate::plan::Plan;
use crate::universe::Universe;

/// Somebody who can do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Actor {
    /// A worker, with a job of this kind.
    Worker(Kind),
    /// The worker that numbers and seals.
    Housekeeping,
    /// The bank's own doings.
    Bank,
    /// A notice of the bank arrives.
    Notice,
    /// A request arrives at the bank that its client gave up long ago.
    Late,
    /// The company's program, its people, its customers.
    People,
}

impl Actor {
    const ALWAYS: [Self; 11] = [
        Self::Worker(Kind::Issue),
        Self::Worker(Kind::Clarify),
        Self::Worker(Kind::Follow),
        Self::Worker(Kind::Carry),
        Self::Worker(Kind::Sync),
        Self::Worker(Kind::Contract),
        Self::Housekeeping,
        Self::Bank,
        Self::Notice,
        Self::Late,
        Self::People,
    ];

    /// Whoever may have something to do in a run.
    pub(crate) fn of_run(plan: &Plan) -> Vec<Self> {
        let mut all = Self::ALWAYS.to_vec();
        if plan.files > 0 {
            all.extend([Kind::Batch, Kind::Mail].map(Self::Worker));
        }
        if plan.statements.is_some() {
            all.extend([Kind::Statement, Kind::Reconcile].map(Self::Worker));
        }
        all
    }

    /// Does one thing; false when there is nothing to do.
    pub(crate) fn work(self, universe: &Universe, world: &World) -> bool {
        match self {
            Self::Worker(kind) => {
                let count = ticked(universe, tick(world, &[kind], 1));
                if count > 0 {
                    universe.log(format_args!("{} done", kind.word()));
                    universe.worked(kind);
                }
                count > 0
            }
            Self::Housekeeping => ticked(universe, housekeeping(world)) > 0,
            Self::Bank => bank(universe),
            Self::Notice => notice(universe, world),
            Self::Late => universe.late_arrive(),
            Self::People => people::work(universe, world),
        }
    }
}

fn ticked<T: Default>(universe: &Universe, done: Result<T, quita_engine::error::Error>) -> T {
    done.unwrap_or_else(|error| {
        universe.violated(format!("a worker failed: {error}"));
        T::default()
    })
}

fn bank(universe: &Universe) -> bool {
    let calls = universe.bank.tick(universe.now());
    for call in &calls {
        universe.log(format_args!("bank sends notice {}", call.id));
    }
    let some = !calls.is_empty();
    universe.notices().extend(calls);
    some
}

/// One of the notices on their way, in any order.
fn notice(universe: &Universe, world: &World) -> bool {
    let call = {
        let mut notices = universe.notices();
        if notices.is_empty() {
            return false;
        }
        let place = universe.chance.place(notices.len());
        notices.swap_remove(place)
    };
    if universe.fails("notice_lost", universe.plan.notice_lost) {
        universe.log(format_args!("notice {} lost", call.id));
        universe.bank.answered(call.id, None, universe.now());
        return true;
    }
    if universe.fails("notice_doubled", universe.plan.notice_doubled) {
        universe.notices().push(call.clone());
    }
    let path = call.url.strip_prefix(PUBLIC_URL).and_then(|p| p.strip_prefix("/hooks/"));
    let (token, path) = path.map_or(("", ""), |p| p.split_at(p.find('/').unwrap_or(p.len())));
    let request = Inbound {
        method: "POST".into(),
        path: path.to_owned(),
        headers: call.headers.clone(),
        body: call.body.clone(),
    };
    universe.delivering().push(call.id);
    let received = hooks::receive(world, token, &request);
    universe.delivering().retain(|id| *id != call.id);
    let answer = received.unwrap_or_else(|error| {
        universe.violated(format!("a notice was not taken: {error}"));
        HttpResponse { status: 500, ..HttpResponse::default() }
    });
    universe.log(format_args!("notice {} -> {}", call.id, answer.status));
    let lost = universe.fails("notice_unanswered", universe.plan.notice_unanswered);
    universe.bank.answered(call.id, Some(&answer).filter(|_| !lost), universe.now());
    true
}
