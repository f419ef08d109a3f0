//! `quita demo`: the whole road in front of one's eyes, with a simulated bank over real mutual
//! TLS, in a temporary directory.

mod api;
mod server;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use quita_banks::simulator::Control;
use quita_core::fact::Means;
use quita_core::fold::Status;
use quita_core::money::Money;
use quita_engine::desk::{Actor, accounts, companies, tokens};
use quita_engine::world::Environment;
use quita_sandbox::clock::SimClock;
use quita_sandbox::{BankHost, Sandbox, SandboxConfig};
use quita_store::audit::{self, Verification};
use serde_json::{Value as Json, json};

use crate::failure::Failure;
use crate::installation::{Config, Installation};
use crate::{output, simulated};

use api::Api;
use server::{Pki, Server};

/// How the demonstration ends.
#[derive(Args)]
pub(crate) struct Command {
    #[arg(long, help = "Termina depois da tabela, em vez de continuar servindo")]
    exit: bool,
    #[arg(long, value_name = "PASTA", help = "Usa esta pasta, em vez de uma temporária")]
    dir: Option<PathBuf>,
}

const COUNT: usize = 3;
const TOTAL_CENTS: i64 = 100_000;
/// After so long a wait, each second is a minute.
const PATIENCE: Duration = Duration::from_secs(5);
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Shows everything. Fails unless all is as it must be.
pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    let directory = directory(command.dir.as_deref())?;
    let steps = Steps::new();

    steps.begin("Banco simulado: HTTPS com certificados de cliente");
    let sandbox = Sandbox::start(SandboxConfig {
        banks: vec![BankHost::of(simulated::BANK)?],
        directory: Some(directory.join("banco")),
        clock: SimClock::real(),
        seed: Timestamp::now().as_microsecond().unsigned_abs(),
        ..SandboxConfig::default()
    })?;
    steps.done(&sandbox.base_url(simulated::BANK)?);

    steps.begin("Instalação nova, conta ligada com o certificado do banco simulado");
    let data = directory.join("quita");
    let (company, token) = install(&data, &sandbox)?;
    let pki = Pki::write(&directory, &sandbox)?;
    let mut server = Server::start(&data, &pki, &sandbox.control_url(), None)?;
    let api = Api::new(server.listen(), &token);
    steps.done(&format!("{} (avisos em {})", server.listen(), server.public_url()));

    steps.begin("Emite 23 - 1/3 … 23 - 3/3 (boleto com Pix)");
    let ids = issue(&api)?;
    steps.done("3 boletos aceitos");

    steps.begin("Mata o servidor (kill -9) e o inicia de novo");
    until_under_way(&sandbox, &mut server)?;
    let addresses = server.kill()?;
    server = Server::start(&data, &pki, &sandbox.control_url(), Some(addresses))?;
    let api = Api::new(server.listen(), &token);
    steps.done("de volta; nada se perdeu");

    steps.begin("Espera o banco registrar");
    let boletos = wait(&api, &sandbox, &ids, &steps, |b| b["status"] == "REGISTERED")?;
    steps.done("3 registrados, uma vez cada um");

    steps.begin("O cliente paga o primeiro pelo QR Code Pix; o banco avisa");
    pay(&sandbox, &boletos[0], Means::Pix)?;
    wait(&api, &sandbox, &ids[..1], &steps, |b| b["status"] == "SETTLED")?;
    steps.done("liquidado, confirmado no banco depois do aviso");

    steps.begin("Paga o segundo pelo código de barras; o aviso se perde, a consulta descobre");
    set(&sandbox, "webhook_lost", &json!(true))?;
    pay(&sandbox, &boletos[1], Means::Boleto)?;
    wait(&api, &sandbox, &ids[1..2], &steps, |b| b["status"] == "SETTLED")?;
    set(&sandbox, "webhook_lost", &json!(false))?;
    steps.done("liquidado");

    steps.begin("PDF de cada boleto e um com todos");
    let files = write_pdfs(&api, &directory, &ids)?;
    steps.done(&format!("{} arquivos", files.len()));

    let boletos = ids.iter().map(|id| api.get(&format!("/v1/boletos/{id}")));
    let boletos = boletos.collect::<Result<Vec<_>, _>>()?;
    steps.end();
    output::line(&table(&boletos))?;
    let wrong = judge(&sandbox, &api, &boletos, &data)?;
    for text in &wrong {
        eprintln!("✗ {text}");
    }
    explain(&directory, &server, &token, &company, &files);
    if wrong.is_empty() && !command.exit {
        eprintln!("\nO servidor continua no ar. Ctrl-C encerra.");
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(tokio::signal::ctrl_c())?;
    }
    server.kill()?;
    sandbox.shutdown()?;
    match wrong.len() {
        0 => Ok(()),
        n => Err(Failure::new(format!("não estão como devem: {n}"))),
    }
}

fn directory(wanted: Option<&Path>) -> Result<PathBuf, Failure> {
    let path = match wanted {
        Some(path) => path.to_owned(),
        None => {
            let name =
                format!("quita-demo-{}-{}", std::process::id(), Timestamp::now().as_second());
            std::env::temp_dir().join(name)
        }
    };
    std::fs::create_dir_all(&path).map_err(|e| Failure::file(&path, &e))?;
    Ok(path.canonicalize().unwrap_or(path))
}

/// Company, token and connected account. Gives the company's name and the token.
fn install(data: &Path, sandbox: &Sandbox) -> Result<(String, String), Failure> {
    let config = Config { poll_seconds: Some(2), ..Config::default() };
    let installation = Installation::create(data, Environment::Sandbox, &config)?;
    let world = installation.world(Box::new(quita_engine::clock::SystemClock), None)?;
    let company = companies::create(
        &world,
        serde_json::from_value(json!({
            "document": "11222333000181",
            "legal_name": "Padaria Pão de Açafrão Ltda",
            "trade_name": "Pão de Açafrão",
            "email": "financeiro@paodeacafrao.example",
            "phone": "3132221100",
            "address": {
                "street": "Rua das Acácias", "number": "120", "district": "Funcionários",
                "city": "Belo Horizonte", "state": "MG", "postal_code": "30140120"
            }
        }))?,
    )?;
    let actor = Actor::system(&company.id);
    let scopes = ["read", "charge", "configure"].map(str::to_owned).to_vec();
    let token = tokens::create(&world, &actor, &tokens::NewToken { name: "demo".into(), scopes })?;
    accounts::create(&world, &actor, &simulated::connect(sandbox, &company.legal_name)?)?;
    Ok((company.legal_name, token.token))
}

fn issue(api: &Api) -> Result<Vec<String>, Failure> {
    let due = api.today().checked_add(jiff::Span::new().days(10))?;
    let answer = api.post(
        "/v1/boletos/instalments",
        &json!({
            "count": COUNT,
            "mode": "divide",
            "boleto": {
                "document_number": "23",
                "amount": TOTAL_CENTS,
                "expiration_date": due.to_string(),
                "customer": {
                    "document": "52998224725",
                    "legal_name": "Conceição Araújo de Souza",
                    "email": "conceicao@example.com",
                    "address": {
                        "street": "Avenida São João", "number": "45", "complement": "ap 3",
                        "district": "Centro", "city": "São Paulo", "state": "SP",
                        "postal_code": "01036000"
                    }
                },
                "fine": { "value": "2.00" },
                "interest": { "value": "1.00" },
                "messages": ["Obrigado pela preferência!"]
            }
        }),
    )?;
    let ids = answer["boletos"].as_array().map(Vec::as_slice).unwrap_or_default();
    let ids: Vec<String> = ids.iter().filter_map(|b| b["id"].as_str().map(str::to_owned)).collect();
    if ids.len() == COUNT { Ok(ids) } else { Err(Failure::new(format!("resposta: {answer}"))) }
}

/// Waits until the first order has reached the bank, so that the server is killed amid its work.
fn until_under_way(sandbox: &Sandbox, server: &mut Server) -> Result<(), Failure> {
    let start = Instant::now();
    while count_at_bank(sandbox)? == 0 && !server.has_ended()? && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

fn count_at_bank(sandbox: &Sandbox) -> Result<usize, Failure> {
    let at_bank = sandbox.inspect(simulated::BANK)?;
    Ok(at_bank["boletos"].as_array().map_or(0, Vec::len))
}

/// Looks until every one of these boletos is as awaited. An order that was under way when the
/// server was killed is repeated only after minutes of silence: the clock of the simulated bank,
/// which both sides go by, is then set forward bit by bit.
fn wait(
    api: &Api,
    sandbox: &Sandbox,
    ids: &[String],
    steps: &Steps,
    awaited: impl Fn(&Json) -> bool,
) -> Result<Vec<Json>, Failure> {
    let start = Instant::now();
    let mut advanced = 0;
    loop {
        let mut boletos = Vec::new();
        for id in ids {
            boletos.push(api.get(&format!("/v1/boletos/{id}"))?);
        }
        let come = boletos.iter().filter(|b| awaited(b)).count();
        if come == ids.len() {
            return Ok(boletos);
        }
        if let Some(no) = boletos.iter().find(|b| b["status"] == "REJECTED") {
            return Err(Failure::new(format!("o banco recusou: {}", no["refusal"]["message"])));
        }
        if start.elapsed() > Duration::from_secs(120) {
            return Err(Failure::new(format!("não chegou: {come} de {}", ids.len())));
        }
        if start.elapsed() > PATIENCE + advanced * SECOND {
            if advanced == 0 {
                steps.note(
                    "Ainda não: o relógio simulado se adianta (uma ordem interrompida só se repete \
                     depois de minutos de silêncio, quando o banco com certeza não a tem)",
                );
            }
            sandbox.clock().advance(MINUTE)?;
            advanced += 1;
        }
        steps.tick(come, ids.len());
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn pay(sandbox: &Sandbox, boleto: &Json, means: Means) -> Result<(), Failure> {
    let code = if means == Means::Pix { &boleto["br_code"] } else { &boleto["barcode"] };
    let target = code.as_str().unwrap_or_default().to_owned();
    sandbox.control(simulated::BANK, &Control::Pay { target, means, amount: None })?;
    Ok(())
}

fn set(sandbox: &Sandbox, switch: &str, value: &Json) -> Result<(), Failure> {
    let control = Control::Set { switch: switch.to_owned(), value: value.clone() };
    sandbox.control(simulated::BANK, &control)?;
    Ok(())
}

fn write_pdfs(api: &Api, directory: &Path, ids: &[String]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut write = |name: String, bytes: Vec<u8>| -> Result<(), Failure> {
        let path = directory.join(name);
        std::fs::write(&path, bytes).map_err(|e| Failure::file(&path, &e))?;
        files.push(path);
        Ok(())
    };
    for (n, id) in (1..).zip(ids) {
        write(format!("boleto-23-{n}.pdf"), api.bytes(&format!("/v1/boletos/{id}/pdf"))?)?;
    }
    let all = api.post_for_bytes("/v1/boletos/pdf", &json!({ "ids": ids }))?;
    write("boletos-23.pdf".into(), all)?;
    Ok(files)
}

fn table(boletos: &[Json]) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header([
        "Boleto",
        "Valor",
        "Vencimento",
        "Situação",
        "Recebido",
        "Por",
        "Nosso número",
    ]);
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let day = |value: &Json| {
        let day = value.as_str().and_then(|text| text.parse::<jiff::civil::Date>().ok());
        day.map(|day| day.strftime("%d/%m/%Y").to_string()).unwrap_or_default()
    };
    let money = |value: &Json| Money::from_cents(value.as_i64().unwrap_or_default()).to_string();
    for boleto in boletos {
        let word = boleto["status"].as_str().unwrap_or_default();
        let status = Status::from_word(word).map_or(word, |status| status.label());
        let means = match boleto["receipts"][0]["means"].as_str() {
            Some("pix") => "Pix",
            Some("boleto") => "código de barras",
            _ => "",
        };
        table.add_row([
            text(&boleto["document_number"]),
            money(&boleto["amount"]),
            day(&boleto["expiration_date"]),
            status.to_owned(),
            money(&boleto["received"]),
            means.to_owned(),
            text(&boleto["our_number"]),
        ]);
    }
    for column in [1, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

/// What is not as it must be.
fn judge(
    sandbox: &Sandbox,
    api: &Api,
    boletos: &[Json],
    data: &Path,
) -> Result<Vec<String>, Failure> {
    let mut wrong = Vec::new();
    let mut must = |holds: bool, text: &str| {
        if !holds {
            wrong.push(text.to_owned());
        }
    };
    let at_bank = count_at_bank(sandbox)?;
    must(at_bank == COUNT, &format!("o banco tem {at_bank} boletos e deveria ter {COUNT}"));
    let sum: i64 = boletos.iter().filter_map(|b| b["amount"].as_i64()).sum();
    must(sum == TOTAL_CENTS, "as parcelas não somam o total");
    let paid = |i: usize, means: &str| {
        let boleto = &boletos[i];
        let receipts = boleto["receipts"].as_array().map_or(0, Vec::len);
        boleto["status"] == "SETTLED"
            && boleto["received"] == boleto["amount"]
            && receipts == 1
            && boleto["receipts"][0]["means"] == means
    };
    must(paid(0, "pix"), "o primeiro boleto não tem exatamente um recebimento por Pix");
    must(
        paid(1, "boleto"),
        "o segundo boleto não tem exatamente um recebimento por código de barras",
    );
    must(boletos[2]["status"] == "REGISTERED", "o terceiro boleto não está registrado");
    let pending = &api.get("/v1/pending")?["data"];
    must(pending.as_array().is_some_and(Vec::is_empty), "há pendências");
    let health = &api.get("/v1/accounts/health")?["data"];
    must(health[0]["last_webhook"].is_string(), "nenhum aviso do banco chegou");
    let installation = Installation::open(data)?;
    let world = installation.world(Box::new(quita_engine::clock::SystemClock), None)?;
    let whole = matches!(audit::verify(&world.store)?, Verification::Whole { .. });
    must(whole, "a cadeia de auditoria não confere");
    Ok(wrong)
}

fn explain(directory: &Path, server: &Server, token: &str, company: &str, files: &[PathBuf]) {
    eprintln!("\nEmpresa: {company}. Tudo está em {}:", directory.display());
    for file in files {
        eprintln!("  {}", file.display());
    }
    if let Some(first_run) = server.first_run() {
        eprintln!("As telas, no navegador: {first_run}");
    }
    eprintln!("Documentação da API: {}/docs", server.listen());
    eprintln!(
        "Experimente: curl -H 'Authorization: Bearer {token}' {}/v1/boletos",
        server.listen()
    );
    eprintln!("Com o seu banco: veja «Connect a bank» no README.");
}

/// The steps as people watch them.
struct Steps {
    bar: ProgressBar,
    start: Instant,
}

impl Steps {
    fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {prefix}") {
            bar.set_style(style);
        }
        Self { bar, start: Instant::now() }
    }

    fn begin(&self, what: &str) {
        self.bar.set_message(what.to_owned());
        self.bar.set_prefix("");
        self.bar.tick();
        if self.bar.is_hidden() {
            eprintln!("… {what}");
        }
    }

    fn tick(&self, come: usize, all: usize) {
        self.bar.set_prefix(format!("{come}/{all}"));
        self.bar.tick();
    }

    fn done(&self, result: &str) {
        self.say(&format!("✓ {}: {result}", self.bar.message()));
    }

    fn note(&self, text: &str) {
        self.say(&format!("  {text}"));
    }

    fn say(&self, text: &str) {
        if self.bar.is_hidden() {
            eprintln!("{text}");
        } else {
            self.bar.println(text);
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
        eprintln!("Em {:.1} s:", self.start.elapsed().as_secs_f32());
    }
}
