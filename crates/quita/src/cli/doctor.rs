//! `quita doctor`: what works, what does not, and what to do.

use std::path::Path;

use clap::Args;
use quita_engine::desk::{accounts, read};
use quita_engine::exchange_folder::{self, Standing};
use quita_store::audit::{self, Verification};
use quita_store::{Engine, jobs};
use serde::Serialize;

use super::place::Place;
use crate::failure::Failure;

/// Which company.
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    place: Place,
}

#[derive(Serialize)]
struct Finding {
    ok: bool,
    what: String,
    message: String,
}

/// Does what was asked. Fails when anything needs a person.
pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    let mut findings = Vec::new();
    let mut add = |ok: bool, what: &str, message: String| {
        findings.push(Finding { ok, what: what.to_owned(), message });
    };
    let now = world.clock.now();
    let due = world.store.read(move |tx| jobs::due(tx, now))?;
    let engine = match world.store.engine() {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    };
    add(true, "banco de dados", format!("{engine}; tarefas por fazer: {due}"));
    let (ok, message) = audit_says(&audit::verify(&world.store)?);
    add(ok, "auditoria", message);
    if let Some(folder) = &world.settings.exchange_folder {
        let (ok, message) = folder_says(folder);
        add(ok, "pasta de troca", message);
    }
    for account in accounts::list(&world, &actor)? {
        if !account.connected {
            continue;
        }
        for step in accounts::probe(&world, &actor, &account.id)? {
            add(step.ok, &format!("{}: {}", account.description, step.step), step.message);
        }
    }
    for health in accounts::health(&world, &actor)? {
        if let Some(days) = health.certificate_days {
            let what = format!("{}: certificado", health.description);
            let message = match days {
                ..0 => format!("terminou há {} dias; troque com: quita account reconnect", -days),
                _ => format!("termina em {days} dias"),
            };
            add(days > 30, &what, message);
        }
    }
    let pending = read::pending(&world, &actor)?;
    for item in &pending {
        add(false, "pendência", item.message.clone());
    }
    let output = command.place.output();
    output.json(&findings)?;
    for finding in &findings {
        let mark = if finding.ok { "✓" } else { "✗" };
        output.show(&format!("{mark} {}: {}", finding.what, finding.message))?;
    }
    let wrong = findings.iter().filter(|f| !f.ok).count();
    if wrong == 0 { Ok(()) } else { Err(Failure::new(format!("pedem atenção: {wrong}"))) }
}

/// Whether the exchange folder can be used, and what lies in it.
fn folder_says(folder: &Path) -> (bool, String) {
    match exchange_folder::check(folder) {
        Err(error) => (false, error.to_string()),
        Ok(Standing { waiting, broken: 0 }) => {
            (true, format!("{}; retornos por ler: {waiting}", folder.display()))
        }
        Ok(Standing { broken, .. }) => (
            false,
            format!(
                "{}: {broken} em «retornos/com-problema»; leia o .txt ao lado de cada um",
                folder.display()
            ),
        ),
    }
}

/// What the verification of the audit chain means.
pub(super) fn audit_says(verification: &Verification) -> (bool, String) {
    match verification {
        Verification::Whole { sealed_to, unsealed, .. } => {
            (true, format!("cadeia íntegra: {sealed_to} selados, {unsealed} por selar"))
        }
        Verification::Broken { seq, what } => (
            false,
            format!(
                "cadeia quebrada no selo {seq} ({what}): guarde uma cópia dos dados e compare com \
                 um backup"
            ),
        ),
    }
}
