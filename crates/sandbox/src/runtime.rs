//! What runs while a sandbox is up: servers, timers, calls to webhooks, saving.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use quita_banks::simulator::Callback;
use quita_listener::{Limits, ListenError, Listener, TlsConfig};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::callbacks::{self, Caller};
use crate::clock::SimClock;
use crate::control;
use crate::exchange::{self, Counter};
use crate::hosted::Hosted;
use crate::house::House;

/// Shortest time between two savings of a bank.
const SAVE_EVERY: Duration = Duration::from_millis(200);
/// Saving takes at most one part in so many of the time.
const SAVE_SHARE: u32 = 10;
/// Longest wait at shutdown for answers under way.
const DRAIN: Duration = Duration::from_secs(1);

/// Where a sandbox is to listen.
pub(crate) struct Doors {
    /// For each bank, in the order of [`House::banks`]: its name, address, TLS, calls to make.
    pub(crate) banks: Vec<Door>,
    pub(crate) control: SocketAddr,
    pub(crate) caller: Caller,
}

/// Where one bank is to listen.
pub(crate) struct Door {
    pub(crate) bank: Arc<Hosted>,
    pub(crate) address: SocketAddr,
    pub(crate) tls: TlsConfig,
    pub(crate) outbox: mpsc::UnboundedReceiver<Callback>,
}

/// The addresses really taken.
pub(crate) struct Addresses {
    pub(crate) banks: BTreeMap<String, SocketAddr>,
    pub(crate) control: SocketAddr,
}

/// Listens, tells where, and serves until `stop` becomes true.
pub(crate) async fn run(
    house: Arc<House>,
    doors: Doors,
    mut stop: watch::Receiver<bool>,
    bound: impl FnOnce(Result<Addresses, ListenError>) + Send,
) {
    let mut servers = JoinSet::new();
    let mut helpers = JoinSet::new();
    let mut addresses = Addresses { banks: BTreeMap::new(), control: doors.control };
    let mut open = async |listener: Listener, router: Router| {
        let mut stop = stop.clone();
        let limits = Limits { drain: DRAIN, ..Limits::default() };
        servers.spawn(listener.with_limits(limits).serve(router, async move {
            // An error means that the handle is gone.
            let _ = stop.wait_for(|stopped| *stopped).await;
        }));
    };
    let opened = async {
        let listener = Listener::bind(doors.control, None).await?;
        addresses.control = listener.address();
        open(listener, control::router(Arc::clone(&house))).await;
        for Door { bank, address, tls, outbox } in doors.banks {
            let listener = Listener::bind(address, Some(tls)).await?;
            addresses.banks.insert(bank.name.clone(), listener.address());
            let counter = Counter { bank: Arc::clone(&bank), house: Arc::clone(&house) };
            open(listener, Router::new().fallback(exchange::answer).with_state(counter)).await;
            helpers.spawn(callbacks::run(Arc::clone(&bank), doors.caller.clone(), outbox));
            helpers.spawn(time(Arc::clone(&bank), Arc::clone(&house.clock)));
            helpers.spawn(save(bank));
        }
        Ok(addresses)
    };
    let opened = opened.await;
    let serving = opened.is_ok();
    bound(opened);
    if serving {
        // An error means that the handle is gone.
        let _ = stop.wait_for(|stopped| *stopped).await;
        house.banks.values().for_each(|bank| bank.end());
        while servers.join_next().await.is_some() {}
    }
    helpers.shutdown().await;
}

/// Lets a bank do what is due, when it is due.
async fn time(bank: Arc<Hosted>, clock: Arc<SimClock>) {
    let mut changes = clock.changes();
    loop {
        changes.mark_unchanged();
        let now = clock.now();
        let due = bank.due();
        if due.is_some_and(|due| due <= now) {
            bank.catch_up();
        }
        // What is still due after that waits for the next event.
        let rest = bank.due().filter(|due| *due > now && !clock.is_frozen());
        let wait = rest.map(|due| due.duration_since(now).unsigned_abs());
        let sleep = async {
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = bank.acted.notified() => {}
            _ = changes.changed() => {}
            () = sleep => {}
        }
    }
}

/// Saves a bank after it changed, not too often.
async fn save(bank: Arc<Hosted>) {
    loop {
        bank.unsaved.notified().await;
        let began = Instant::now();
        let saving = tokio::task::spawn_blocking({
            let bank = Arc::clone(&bank);
            move || bank.save()
        });
        if let Ok(Err(error)) = saving.await {
            tracing::error!(bank = bank.name, %error, "the simulator's state was not saved");
        }
        tokio::time::sleep((began.elapsed() * SAVE_SHARE).max(SAVE_EVERY)).await;
    }
}
