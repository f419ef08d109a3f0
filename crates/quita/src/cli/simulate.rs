//! `quita simulate`: a simulated bank in the foreground, for any client of that bank.

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use quita_banks::info::{Auth, BankInfo};
use quita_banks::registry;
use quita_banks::simulator::Control;
use quita_sandbox::clock::SimClock;
use quita_sandbox::{BankHost, ClientKit, NewClient, Sandbox, SandboxConfig};
use serde_json::{Value as Json, json};

/// Which bank, where, how.
#[derive(Args)]
pub(crate) struct Command {
    #[arg(value_name = "BANCO", value_parser = bank, help = "Banco a simular, por exemplo inter")]
    bank: &'static BankInfo,
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        help = "Porta da API do banco (0: uma livre)"
    )]
    port: u16,
    #[arg(long, value_name = "N", default_value_t = 0, help = "Porta do controle (0: uma livre)")]
    control_port: u16,
    #[arg(
        long,
        value_name = "PASTA",
        help = "Guarda certificados, clientes, boletos e relógio nesta pasta e continua deles; \
                sem ela, nada fica"
    )]
    dir: Option<PathBuf>,
    #[arg(
        long,
        default_value = "12345678",
        value_name = "CONTA",
        help = "Conta com dígito, só algarismos"
    )]
    account: String,
    #[arg(long, value_name = "NOME", help = "Titular da conta, como o banco o imprime")]
    owner: Option<String>,
    #[arg(
        long = "set",
        value_name = "CHAVE=VALOR",
        value_parser = switch,
        help = "Ajusta o simulador, por exemplo numbers=sandbox; pode repetir"
    )]
    switches: Vec<(String, Json)>,
    #[arg(long, help = "Escreve os dados da conexão em JSON na saída padrão")]
    json: bool,
}

/// Does what was asked: serves until Ctrl-C or a request to end.
pub(crate) fn run(command: &Command) -> ExitCode {
    match serve(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quita: {error}");
            ExitCode::FAILURE
        }
    }
}

type Failure = Box<dyn std::error::Error>;

fn serve(command: &Command) -> Result<(), Failure> {
    let folder = Folder::of(command.dir.as_deref());
    let result = serve_in(command, &folder);
    folder.clear();
    result
}

fn serve_in(command: &Command, folder: &Folder) -> Result<(), Failure> {
    let name = command.bank.folder;
    std::fs::create_dir_all(&folder.path).map_err(|error| {
        format!("a pasta {} não pôde ser criada ({error})", folder.path.display())
    })?;
    let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut bank = BankHost::of(name)?;
    bank.address = local(command.port);
    let sandbox = Sandbox::start(SandboxConfig {
        banks: vec![bank],
        control: local(command.control_port),
        directory: Some(folder.path.clone()),
        clock: SimClock::open(&folder.path.join("clock.json"))?,
        // Another run is another bank, unless its state is kept.
        seed: Timestamp::now().as_microsecond().unsigned_abs(),
        ..SandboxConfig::default()
    })?;
    for (switch, value) in &command.switches {
        let set = Control::Set { switch: switch.clone(), value: value.clone() };
        sandbox.control(name, &set)?;
    }
    let known = sandbox.clients(name)?;
    let kit = match known.into_iter().find(|kit| kit.account == command.account) {
        Some(kit) => kit,
        None => {
            let new = NewClient {
                account: command.account.clone(),
                owner: command.owner.clone(),
                ..NewClient::default()
            };
            sandbox.new_client(name, &new)?
        }
    };
    let connection = Connection {
        info: command.bank,
        base_url: sandbox.base_url(name)?,
        control_url: sandbox.control_url(),
        folder: &folder.path,
        kit,
    };
    connection.explain(io::stderr().lock())?;
    if command.json {
        writeln!(io::stdout(), "{}", connection.as_json())?;
    }
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(ended())?;
    eprintln!("Encerrando o simulador.");
    sandbox.shutdown()?;
    Ok(())
}

/// Where the sandbox keeps its files.
struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    fn of(chosen: Option<&Path>) -> Self {
        match chosen {
            Some(path) => Self { path: path.to_owned(), temporary: false },
            None => {
                let now = Timestamp::now().as_nanosecond();
                let name = format!("quita-simulate-{}-{now}", std::process::id());
                Self { path: std::env::temp_dir().join(name), temporary: true }
            }
        }
    }

    fn clear(&self) {
        if self.temporary
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            eprintln!("quita: a pasta {} ficou ({error})", self.path.display());
        }
    }
}

/// What a client needs to know.
struct Connection<'a> {
    info: &'static BankInfo,
    base_url: String,
    control_url: String,
    folder: &'a Path,
    kit: ClientKit,
}

impl Connection<'_> {
    fn as_json(&self) -> Json {
        json!({
            "bank": self.info.folder,
            "base_url": self.base_url,
            "control_url": self.control_url,
            "ca_file": self.folder.join("ca.pem"),
            "webhook_ca_file": self.folder.join("webhook-ca.pem"),
            "account": self.kit.account,
            "client_id": self.kit.client_id,
            "client_secret": self.kit.client_secret,
            "certificate_file": self.kit.certificate_file,
            "key_file": self.kit.key_file,
        })
    }

    fn explain(&self, mut out: impl io::Write) -> io::Result<()> {
        let file = |path: &Option<PathBuf>| {
            path.as_ref().map_or_else(String::new, |path| path.display().to_string())
        };
        let (certificate, key) = (file(&self.kit.certificate_file), file(&self.kit.key_file));
        let ca = self.folder.join("ca.pem");
        let webhook_ca = self.folder.join("webhook-ca.pem");
        writeln!(out, "Simulador do {} no ar. AMBIENTE DE TESTES – SEM VALOR.", self.info.name)?;
        writeln!(out, "  API               {}", self.base_url)?;
        writeln!(out, "  raiz da API       {}", ca.display())?;
        writeln!(out, "  raiz dos avisos   {}", webhook_ca.display())?;
        writeln!(out, "  conta             {}", self.kit.account)?;
        writeln!(out, "  client_id         {}", self.kit.client_id)?;
        writeln!(out, "  client_secret     {}", self.kit.client_secret)?;
        writeln!(out, "  certificado       {certificate}")?;
        writeln!(out, "  chave             {key}")?;
        writeln!(out, "  controle          {}/_sim", self.control_url)?;
        if let Auth::ClientCredentials { path, .. } = &self.info.auth {
            let scopes: Vec<_> = self.info.scopes.iter().map(|scope| scope.name).collect();
            writeln!(out, "\nUm token:")?;
            writeln!(out, "  curl --cacert {} --cert {certificate} --key {key} \\", ca.display())?;
            writeln!(out, "    -d grant_type=client_credentials \\")?;
            writeln!(out, "    -d client_id={} \\", self.kit.client_id)?;
            writeln!(out, "    -d client_secret={} \\", self.kit.client_secret)?;
            writeln!(out, "    -d 'scope={}' \\", scopes.join(" "))?;
            writeln!(out, "    {}{path}", self.base_url)?;
        }
        let control = format!("{}/_sim/{}/control", self.control_url, self.info.folder);
        writeln!(out, "\nPagar um boleto, e deixar passar um dia:")?;
        let pay = r#"{"do":"pay","target":"<seuNumero>","means":"pix"}"#;
        writeln!(out, "  curl -d '{pay}' {control}")?;
        writeln!(out, "  curl -d '{{\"advance\":\"P1D\"}}' {}/_sim/clock", self.control_url)?;
        writeln!(out, "\nCtrl-C encerra.")
    }
}

/// Waits for Ctrl-C or the system's request to end.
async fn ended() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            ended = tokio::signal::ctrl_c() => ended,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

fn bank(text: &str) -> Result<&'static BankInfo, String> {
    let simulated = || registry::BANKS.iter().filter(|bank| bank.simulator().is_some());
    simulated().map(|bank| bank.info()).find(|info| info.folder == text).ok_or_else(|| {
        let names: Vec<_> = simulated().map(|bank| bank.info().folder).collect();
        format!("bancos com simulador: {}", names.join(", "))
    })
}

/// `chave=valor`; the value is JSON where it can be, else text.
fn switch(text: &str) -> Result<(String, Json), String> {
    let (name, value) = text.split_once('=').ok_or("escreva CHAVE=VALOR")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Json::from(value));
    Ok((name.to_owned(), value))
}
