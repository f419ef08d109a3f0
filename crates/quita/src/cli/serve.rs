//! `quita serve`: screens, API, workers, and in a sandbox the simulated bank.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use quita_engine::clock::Clock;
use quita_engine::desk::people;
use quita_engine::workers::Workers;
use quita_engine::world::{Environment, World};
use quita_listener::{ClientCerts, Listener, TlsConfig};
use quita_sandbox::clock::SimClock;
use quita_sandbox::{BankHost, Sandbox, SandboxConfig};
use quita_store::accounts;
use quita_web::Exposure;
use serde_json::json;

use super::set_up::set_up;
use crate::failure::Failure;
use crate::follow_clock::FollowedClock;
use crate::installation::{Installation, SandboxClock};
use crate::output;
use crate::simulated;

/// Where to listen.
#[derive(Args)]
pub(crate) struct Command {
    #[arg(long, default_value = "quita-data", env = "QUITA_DIR", help = "Pasta dos dados")]
    dir: PathBuf,
    #[arg(long, default_value = "127.0.0.1:8077", help = "Endereço das telas e da API")]
    listen: SocketAddr,
    #[arg(long, value_name = "ARQUIVO", requires = "key", help = "Certificado das telas (PEM)")]
    certificate: Option<PathBuf>,
    #[arg(long, value_name = "ARQUIVO", requires = "certificate", help = "Sua chave (PEM)")]
    key: Option<PathBuf>,
    #[arg(
        long,
        value_name = "URL",
        help = "Como as pessoas chegam às telas por um proxy com TLS (https://…)"
    )]
    url: Option<String>,
    #[arg(
        long = "trusted-proxy",
        value_name = "IP",
        help = "Proxy em que se confia; só ele e esta máquina podem se conectar (repetível)"
    )]
    trusted_proxies: Vec<IpAddr>,
    #[arg(long, help = "Aceita ouvir fora desta máquina sem TLS nem proxy: senhas passam abertas")]
    insecure_http: bool,
    #[arg(long, value_name = "ENDEREÇO", help = "Endereço público, onde o banco avisa")]
    public_listen: Option<SocketAddr>,
    #[arg(
        long,
        value_name = "ARQUIVO",
        requires = "public_key",
        help = "Certificado público (PEM)"
    )]
    public_certificate: Option<PathBuf>,
    #[arg(long, value_name = "ARQUIVO", requires = "public_certificate", help = "Sua chave (PEM)")]
    public_key: Option<PathBuf>,
    #[arg(long, value_name = "URL", help = "Como o mundo chega ao endereço público (https://…)")]
    public_url: Option<String>,
    #[arg(long, default_value_t = 4, help = "Quantos boletos são levados ao banco ao mesmo tempo")]
    workers: usize,
    #[arg(
        long,
        value_name = "URL",
        hide = true,
        help = "Segue o relógio de um simulador que corre à parte, em vez de abrir um"
    )]
    simulator_control: Option<String>,
    #[arg(long, help = "Diz em JSON, numa linha da saída padrão, onde ouve")]
    json: bool,
}

/// Does what was asked, until Ctrl-C or a request to end.
pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    let unprotected = unprotected(command)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let tls = tls(command.certificate.as_ref(), command.key.as_ref())?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let mut desk = runtime.block_on(Listener::bind(command.listen, tls))?;
    let at = format!("{scheme}://{}", desk.address());
    if !Installation::is_at(&command.dir) {
        let address = desk.address();
        let made = set_up(&command.dir, desk, &at, command.json, ended());
        if !runtime.block_on(made)? {
            return Ok(());
        }
        let tls = self::tls(command.certificate.as_ref(), command.key.as_ref())?;
        desk = runtime.block_on(Listener::bind(address, tls))?;
    }
    let public = match command.public_listen {
        Some(address) => {
            let tls = self::tls(command.public_certificate.as_ref(), command.public_key.as_ref())?;
            Some(runtime.block_on(Listener::bind(address, tls))?)
        }
        None => None,
    };
    let installation = Installation::open(&command.dir)?;
    let sandbox_only = installation.environment == Environment::Sandbox;
    if command.simulator_control.is_some() && !sandbox_only {
        return Err(Failure::new("produção não segue o relógio de um simulador"));
    }
    let configured = command.public_url.clone().or_else(|| installation.public_url());
    // Only a simulated bank can call this machine by that name.
    let local = public.as_ref().filter(|_| sandbox_only);
    let public_url =
        configured.or_else(|| local.map(|l| format!("https://localhost:{}", l.address().port())));

    let sandbox = match (&command.simulator_control, installation.environment) {
        (None, Environment::Sandbox) => Some(Arc::new(simulator(&installation)?)),
        _ => None,
    };
    let clock: Box<dyn Clock> = match (&command.simulator_control, &sandbox) {
        (Some(url), _) => Box::new(FollowedClock::start(url)?),
        (None, Some(sandbox)) => Box::new(SandboxClock(Arc::clone(sandbox.clock()))),
        (None, None) => installation.clock()?,
    };
    let world = Arc::new(installation.world(clock, public_url.clone())?);
    if let Some(sandbox) = &sandbox {
        point_at(&world, sandbox)?;
    }
    let connect_simulator = sandbox.as_ref().map(|sandbox| {
        let sandbox = Arc::downgrade(sandbox);
        quita_web::ConnectSimulator(Arc::new(move |owner| match sandbox.upgrade() {
            Some(sandbox) => simulated::connect(&sandbox, owner).map_err(|e| e.to_string()),
            None => Err("o simulador está sendo encerrado".to_owned()),
        }))
    });
    let workers = Workers::start(&world, command.workers)?;

    let first_run_code = world.ids().next_letters(12);
    let first_run = people::is_first_run(&world)?
        .then(|| format!("{at}/primeiro-acesso?codigo={first_run_code}"));
    let exposure = Exposure {
        secure: scheme == "https" || command.url.is_some(),
        unprotected,
        trusted_proxies: command.trusted_proxies.clone(),
        first_run_code,
        connect_simulator,
    };

    let ready = json!({
        "listen": at,
        "first_run": first_run,
        "public": public.as_ref().map(|l| l.address().to_string()),
        "public_url": public_url,
        "simulator": sandbox.as_deref().map(Sandbox::control_url),
    });
    if command.json {
        output::line(&ready.to_string())?;
    } else {
        eprintln!("quita ouve em {at} (documentação da API em {at}/docs)");
        if let Some(first_run) = first_run {
            eprintln!("Primeiro acesso: {first_run}");
        }
    }
    runtime.block_on(async {
        let api = desk.serve(quita_web::router(Arc::clone(&world), exposure.clone()), ended());
        match public {
            Some(public) => {
                let hooks =
                    public.serve(quita_web::public_router(Arc::clone(&world), exposure), ended());
                tokio::join!(api, hooks);
            }
            None => api.await,
        }
    });
    workers.stop();
    // Nobody else holds it but a page that is being answered, which then ends it.
    if let Some(sandbox) = sandbox.and_then(Arc::into_inner) {
        sandbox.shutdown()?;
    }
    Ok(())
}

/// Whether strangers on the network could listen in, which must be asked for.
fn unprotected(command: &Command) -> Result<bool, Failure> {
    let inside = command.listen.ip().is_loopback();
    let protected = command.certificate.is_some() || !command.trusted_proxies.is_empty();
    if command.url.as_ref().is_some_and(|url| !url.starts_with("https://")) {
        return Err(Failure::new("--url é o endereço https:// do proxy que fica à frente"));
    }
    if inside || protected {
        return Ok(false);
    }
    if !command.insecure_http {
        return Err(Failure::new(
            "fora desta máquina as telas só são servidas com TLS: use --certificate e --key, ou um \
             proxy com TLS e --trusted-proxy com o endereço dele; --insecure-http serve sem proteção",
        ));
    }
    Ok(true)
}

fn tls(certificate: Option<&PathBuf>, key: Option<&PathBuf>) -> Result<Option<TlsConfig>, Failure> {
    let Some((certificate, key)) = certificate.zip(key) else { return Ok(None) };
    let read = |path: &PathBuf| std::fs::read(path).map_err(|e| Failure::file(path, &e));
    Ok(Some(TlsConfig::new(&read(certificate)?, &read(key)?, ClientCerts::None)?))
}

fn simulator(installation: &Installation) -> Result<Sandbox, Failure> {
    let directory = installation.simulator_directory();
    Ok(Sandbox::start(SandboxConfig {
        banks: vec![BankHost::of(simulated::BANK)?],
        clock: SimClock::open(&directory.join("clock.json"))?,
        directory: Some(directory),
        seed: Timestamp::now().as_microsecond().unsigned_abs(),
        ..SandboxConfig::default()
    })?)
}

/// The simulator has another port at each start.
fn point_at(world: &World, sandbox: &Sandbox) -> Result<(), Failure> {
    let hosts = BTreeMap::from([("api".to_owned(), sandbox.base_url(simulated::BANK)?)]);
    world.store.tx(move |tx| {
        for account in accounts::connected(tx)? {
            if account.bank == simulated::BANK && !account.hosts.is_empty() {
                accounts::set_hosts(tx, &account.id, &hosts)?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

/// Ends with Ctrl-C or SIGTERM.
async fn ended() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
