//! The whole path: issued through the API, registered at the bank, paid there, told by its
//! calls, settled here; workers and housekeeping running.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use quita_banks::simulator::{Callback, Control};
use quita_core::fact::Means;
use quita_engine::workers::Workers;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Mutex, oneshot};

use crate::house::House;
use crate::load::{Client, Request, post};
use crate::samples;
use crate::usage;

/// As `quita serve` has unless told otherwise.
const WORKERS: usize = 4;
/// Connections of the program that issues, and of the bank that calls.
const CONNECTIONS: usize = 64;
/// How long a connection may rest.
const REST: Duration = Duration::from_secs(10);
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(180);

/// What one boleto cost, in processor time.
pub(crate) struct Cost {
    /// Boletos a second, from the first order to the last settlement.
    pub(crate) rate: f64,
    /// Server, workers, store.
    pub(crate) quita: Duration,
    /// The simulated bank.
    pub(crate) bank: Duration,
    /// Whoever issues, carries the bank's calls and waits.
    pub(crate) load: Duration,
}

/// Brings so many boletos from order to settlement.
pub(crate) fn run(house: &mut House, boletos: u32) -> Cost {
    let workers = Workers::start(&house.world, WORKERS).expect("workers");
    let callbacks = house.callbacks.take().expect("a house that was not used yet");
    let load = Load::start(house, callbacks);
    let begun = Instant::now();
    let this = usage::Thread::this();
    let used = || [&house.bank.thread, &load.thread, &this].map(usage::Thread::used);
    let before = (usage::process(), used());
    load.issue(boletos);
    wait(house, "CREATED");
    pay_all(house);
    wait(house, "REGISTERED");
    assert_eq!(house.count("SETTLED"), i64::from(boletos), "settled");
    let span = begun.elapsed();
    let (all, after) = (usage::process() - before.0, used());
    let [bank, load, this] = std::array::from_fn(|i| after[i] - before.1[i]);
    workers.stop();
    Cost {
        rate: f64::from(boletos) / span.as_secs_f64(),
        quita: all.saturating_sub(bank + load + this) / boletos,
        bank: bank / boletos,
        load: (load + this) / boletos,
    }
}

/// Until none is in this status any more.
fn wait(house: &House, status: &'static str) {
    let begun = Instant::now();
    while house.count(status) > 0 {
        assert!(begun.elapsed() < PATIENCE, "{} are still {status}", house.count(status));
        thread::sleep(Duration::from_millis(100));
    }
}

/// Every other one by Pix.
fn pay_all(house: &House) {
    let all = house.bank.must(Control::Inspect);
    let boletos = all["boletos"].as_array().expect("the simulator's overview");
    for (i, boleto) in boletos.iter().enumerate() {
        let target = boleto["seuNumero"].as_str().expect("a reference").to_owned();
        let means = if i % 2 == 0 { Means::Pix } else { Means::Boleto };
        house.bank.must(Control::Pay { target, means, amount: None });
    }
}

/// One thread that plays the shop's program and carries the bank's calls.
struct Load {
    runtime: tokio::runtime::Handle,
    /// Dropped, it ends the thread.
    _life: oneshot::Sender<()>,
    thread: usage::Thread,
    order: Request,
    api: std::net::SocketAddr,
}

impl Load {
    fn start(house: &House, callbacks: UnboundedReceiver<Callback>) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let handle = runtime.handle().clone();
        let (tell, told) = std::sync::mpsc::channel();
        let (life, ended) = oneshot::channel();
        let live = move || {
            tell.send(usage::Thread::this()).expect("somebody waits");
            let _ = runtime.block_on(ended);
        };
        thread::Builder::new().name("load".into()).spawn(live).expect("a thread");
        let callbacks = Arc::new(Mutex::new(callbacks));
        for _ in 0..CONNECTIONS {
            let (callbacks, bank) = (Arc::clone(&callbacks), house.bank.clone());
            let public = house.public;
            handle.spawn(async move {
                let (mut client, mut used) = (None, None);
                loop {
                    let next = callbacks.lock().await.recv().await;
                    let Some(callback) = next else { return };
                    // One that has rested is closed by the server.
                    let rested = used.is_none_or(|at: Instant| at.elapsed() > REST);
                    if rested {
                        client = Some(Client::connect(public).await);
                    }
                    used = Some(Instant::now());
                    let Some(client) = &mut client else { return };
                    let status = client.send(&request(&callback)).await;
                    bank.called_back(callback.id, status);
                }
            });
        }
        let order = samples::issue("/v1/boletos", &house.token);
        let thread = told.recv().expect("the thread lives");
        Self { runtime: handle, _life: life, thread, order, api: house.api }
    }

    fn issue(&self, boletos: u32) {
        let next = Arc::new(AtomicU64::new(0));
        let all: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                let (next, order, api) = (Arc::clone(&next), Arc::clone(&self.order), self.api);
                self.runtime.spawn(async move {
                    let mut client = Client::connect(api).await;
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= u64::from(boletos) {
                            return;
                        }
                        let status = client.send(&order(number)).await;
                        assert_eq!(status, 201, "{}", client.answer());
                    }
                })
            })
            .collect();
        let (tell, told) = std::sync::mpsc::channel();
        self.runtime.spawn(async move {
            for one in all {
                one.await.expect("no request failed");
            }
            let _ = tell.send(());
        });
        told.recv().expect("no request failed");
    }
}

fn request(callback: &Callback) -> Vec<u8> {
    let path = callback.url.strip_prefix("https://quita.example").expect("our address");
    let headers = callback.headers.iter().filter(|(name, _)| name != "content-type");
    let headers: String = headers.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    post(path, &headers, &String::from_utf8_lossy(&callback.body))
}
