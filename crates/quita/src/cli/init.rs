//! `quita init`: a new installation with its company.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use quita_engine::desk::accounts::{self, AccountView};
use quita_engine::desk::{Actor, companies, tokens};
use quita_engine::world::{Environment, World};
use quita_sandbox::clock::SimClock;
use quita_sandbox::{BankHost, Sandbox, SandboxConfig};
use serde_json::json;

use crate::failure::Failure;
use crate::installation::{Config, Installation};
use crate::output::Output;
use crate::simulated;

/// What the new installation is for.
#[derive(Args)]
pub(crate) struct Command {
    #[arg(long, default_value = "quita-data", env = "QUITA_DIR", help = "Pasta dos dados")]
    dir: PathBuf,
    #[arg(long, value_enum, help = "Produção ou ambiente de testes, para sempre")]
    environment: Choice,
    #[arg(long, value_name = "CNPJ", help = "CNPJ ou CPF da empresa")]
    document: String,
    #[arg(long, value_name = "NOME", help = "Razão social")]
    legal_name: String,
    #[arg(
        long,
        value_name = "URL",
        help = "Banco de dados, por exemplo postgres://quita@host/quita (padrão: SQLite na pasta)"
    )]
    database: Option<String>,
    #[arg(long, help = "No ambiente de testes, não cria a conta no banco simulado")]
    without_account: bool,
    #[arg(long, help = "Resposta em JSON")]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Choice {
    /// Dinheiro de verdade.
    Production,
    /// Bancos simulados; nada tem valor.
    Sandbox,
}

/// Does what was asked.
pub(crate) fn run(command: Command) -> Result<(), Failure> {
    let environment = match command.environment {
        Choice::Production => Environment::Production,
        Choice::Sandbox => Environment::Sandbox,
    };
    let config = Config { database: command.database.unwrap_or_default(), ..Config::default() };
    let company = companies::NewCompany {
        document: command.document,
        legal_name: command.legal_name,
        trade_name: String::new(),
        email: String::new(),
        phone: String::new(),
        address: None,
    };
    let with_account = !command.without_account;
    let made = make(&command.dir, environment, &config, company, with_account)?;
    let scopes = ["read", "charge", "configure"].map(str::to_owned).to_vec();
    let token = tokens::create(
        &made.world,
        &made.actor,
        &tokens::NewToken { name: "primeiro token".into(), scopes },
    )?;
    let output = Output::new(command.json);
    output.json(&json!({
        "directory": command.dir,
        "environment": environment.word(),
        "company_id": made.actor.company_id,
        "token": token.token,
        "account": made.account,
    }))?;
    output.say(&format!(
        "Instalação criada em {dir}.\n\
         Token da API (só aparece agora): {token}\n\
         Guarde uma cópia de {dir}/quita.key fora desta máquina: sem ela as credenciais não abrem.\n\
         Agora: quita serve --dir {dir}",
        dir = command.dir.display(),
        token = token.token
    ));
    Ok(())
}

/// A new installation.
pub(crate) struct Made {
    pub(crate) world: World,
    /// The owner of the machine, for the company.
    actor: Actor,
    account: Option<AccountView>,
}

/// Makes an installation with its company, in a sandbox also an account at the simulated bank.
pub(crate) fn make(
    directory: &Path,
    environment: Environment,
    config: &Config,
    company: companies::NewCompany,
    with_account: bool,
) -> Result<Made, Failure> {
    let owner = company.legal_name.clone();
    // What is wrong with the company is said before anything is made.
    companies::check(&company)?;
    let installation = Installation::create(directory, environment, config)?;
    let simulator = installation.simulator_directory();
    if environment == Environment::Sandbox {
        std::fs::create_dir_all(&simulator).map_err(|e| Failure::file(&simulator, &e))?;
    }
    let clock = installation.clock()?;
    let world = installation.world(clock, None)?;
    let company = companies::create(&world, company)?;
    let actor = Actor::system(&company.id);
    let mut account = None;
    if environment == Environment::Sandbox && with_account {
        let sandbox = Sandbox::start(SandboxConfig {
            banks: vec![BankHost::of(simulated::BANK)?],
            directory: Some(simulator.clone()),
            clock: SimClock::open(&simulator.join("clock.json"))?,
            ..SandboxConfig::default()
        })?;
        let new = simulated::connect(&sandbox, &owner)?;
        account = Some(accounts::create(&world, &actor, &new)?);
        sandbox.shutdown()?;
    }
    Ok(Made { world, actor, account })
}
