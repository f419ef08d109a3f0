//! «Emitir em lote»: boletos from the rows of a file. A file is read and kept as a draft, its
//! columns are told, all that is wrong with any row is shown, and only then it is issued, by
//! [`crate::workers`], a lot at a time. Each row has its own idempotency key, so that no crash and
//! no second click issues it twice.

mod columns;
mod dry_run;
mod progress;

use std::collections::BTreeMap;

use quita_formats::table;
use quita_store::batches;
pub use quita_store::batches::{Batch, BatchRow, RowStatus, Status};
use serde_json::json;
use sha2::{Digest, Sha256};

pub use columns::{COLUMNS, Choice, Column};
pub use dry_run::{DryRun, RowFault, check};
pub use progress::{Progress, progress};

use super::{Actor, Permission};
use crate::error::{Error, FieldErrors, StoreError};
use crate::ids::hex;
use crate::trail::{self, Author};
use crate::workers::{Kind, enqueue};
use crate::world::World;

/// Largest file, in bytes.
pub const FILE_MAX: usize = 10 * 1024 * 1024;
/// How many batches a list shows.
const LIST_MAX: i64 = 50;
/// Rows shown beside the choice of columns.
const SAMPLE: i64 = 3;

/// Reads a file and keeps it as a draft. Gives its id.
pub fn upload(
    world: &World,
    actor: &Actor,
    file_name: &str,
    bytes: &[u8],
) -> Result<String, Error> {
    actor.must(Permission::Charge)?;
    if bytes.is_empty() {
        return Err(Error::invalid("file", "missing", "escolha um arquivo XLSX ou CSV"));
    }
    if bytes.len() > FILE_MAX {
        return Err(Error::invalid("file", "too_large", "o arquivo passa de 10 MB; divida-o"));
    }
    let table =
        table::read(bytes).map_err(|e| Error::invalid("file", "unreadable", e.to_string()))?;
    let mut ids = world.ids();
    let batch = Batch {
        id: ids.next_id(),
        company_id: actor.company_id.clone(),
        file_name: file_name.trim().chars().take(100).collect(),
        file_hash: hex(&Sha256::digest(bytes)),
        header: table.header,
        choice: None,
        status: Status::Draft,
        total: i64::try_from(table.rows.len()).unwrap_or(i64::MAX),
        created_by: actor.name.clone(),
        created_at: ids.now(),
        started_by: String::new(),
        resumed_at: None,
        resumed_done: 0,
        finished_at: None,
    };
    let rows: Vec<_> = table.rows.into_iter().map(|row| (i64::from(row.line), row.cells)).collect();
    let id = batch.id.clone();
    world.store.tx(move |tx| batches::insert(tx, &batch, &rows))?;
    Ok(id)
}

/// The last batches of the company, newest first.
pub fn list(world: &World, actor: &Actor) -> Result<Vec<Batch>, Error> {
    actor.must(Permission::Charge)?;
    let company = actor.company_id.clone();
    Ok(world.store.read(move |tx| batches::list(tx, &company, LIST_MAX))?)
}

/// A batch of the company.
pub fn get(world: &World, actor: &Actor, id: &str) -> Result<Batch, Error> {
    actor.must(Permission::Charge)?;
    let (company, id) = (actor.company_id.clone(), id.to_owned());
    let found = world.store.read(move |tx| batches::get(tx, &company, &id))?;
    found.ok_or_else(|| Error::not_found("lote"))
}

/// What helps to tell the columns of a draft.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// What was chosen, or what seems right.
    pub choice: Choice,
    /// The first rows.
    pub sample: Vec<BatchRow>,
}

/// What was chosen for a draft; before that, what the last file and the header suggest.
pub fn mapping(world: &World, actor: &Actor, batch: &Batch) -> Result<Mapping, Error> {
    actor.must(Permission::Charge)?;
    let (company, id) = (actor.company_id.clone(), batch.id.clone());
    let (last, sample) = world.store.read(move |tx| {
        let last = batches::columns(tx, &company)?;
        Ok((last, batches::rows_in(tx, &company, &id, RowStatus::Waiting, SAMPLE)?))
    })?;
    let choice = match &batch.choice {
        Some(choice) => read_choice(choice)?,
        None => {
            let last = last.and_then(|last| serde_json::from_str(&last).ok()).unwrap_or_default();
            Choice { columns: columns::guess(&batch.header, &last), ..Choice::default() }
        }
    };
    Ok(Mapping { choice, sample })
}

fn read_choice(choice: &str) -> Result<Choice, Error> {
    serde_json::from_str(choice).map_err(|e| Error::internal(format!("choice of a batch: {e}")))
}

/// Keeps what was chosen for a draft, and remembers the columns for the next file.
pub fn choose(world: &World, actor: &Actor, id: &str, choice: &Choice) -> Result<(), Error> {
    let batch = get(world, actor, id)?;
    let mut errors = FieldErrors::default();
    let mut by: BTreeMap<usize, &str> = BTreeMap::new();
    for column in &COLUMNS {
        match choice.columns.get(column.name) {
            None if column.must => {
                let message = format!("diga qual coluna tem «{}»", column.label);
                errors.add(column.name, "missing", message);
            }
            None => {}
            Some(at) if *at >= batch.header.len() => {
                errors.add(column.name, "invalid", "escolha uma coluna do arquivo");
            }
            Some(at) => {
                if let Some(other) = by.insert(*at, column.label) {
                    let message = format!("esta coluna já foi escolhida para «{other}»");
                    errors.add(column.name, "taken", message);
                }
            }
        }
    }
    errors.check()?;
    let names: BTreeMap<&str, &String> = choice
        .columns
        .iter()
        .filter_map(|(name, at)| Some((name.as_str(), batch.header.get(*at)?)))
        .collect();
    let json = |e: serde_json::Error| Error::internal(e.to_string());
    let names = serde_json::to_string(&names).map_err(json)?;
    let choice = serde_json::to_string(choice).map_err(json)?;
    let chosen = world.store.tx(move |tx| {
        let chosen = batches::choose(tx, &batch.company_id, &batch.id, &choice)?;
        if chosen {
            batches::keep_columns(tx, &batch.company_id, &names)?;
        }
        Ok(chosen)
    })?;
    if chosen { Ok(()) } else { Err(begun()) }
}

fn begun() -> Error {
    Error::conflict("batch_started", "este lote já começou a ser emitido; envie o arquivo de novo")
}

/// Begins to issue a draft. Rows that are wrong are left out if `without_bad`, and stand in the
/// way otherwise. A batch that has begun goes on as it is.
pub fn start(world: &World, actor: &Actor, id: &str, without_bad: bool) -> Result<(), Error> {
    let batch = get(world, actor, id)?;
    if batch.status != Status::Draft {
        return Ok(());
    }
    let dry = check(world, actor, &batch)?;
    if let Some(fault) = dry.general.first() {
        return Err(Error::conflict("batch_invalid", fault.clone()));
    }
    if dry.good == 0 {
        return Err(Error::conflict(
            "batch_empty",
            "nenhuma linha pode ser emitida; corrija o arquivo",
        ));
    }
    if dry.bad > 0 && !without_bad {
        let message = "há linhas com erro: corrija o arquivo, ou marque que quer emitir só as boas";
        return Err(Error::conflict("batch_invalid", message));
    }
    let details = json!({ "rows": dry.good, "left_out": dry.bad, "amount": dry.amount.cents() });
    let rows = dry.into_rows()?;
    let actor = actor.name.clone();
    world.tx(move |tx, mut ids| {
        let Batch { company_id: company, id, .. } = &batch;
        // Somebody else may have begun it since.
        if !batches::start(tx, company, id, &actor, ids.now())? {
            return Ok(());
        }
        for row in &rows {
            let status = if row.body.is_some() { RowStatus::Waiting } else { RowStatus::LeftOut };
            let body = row.body.as_deref();
            batches::prepare_row(tx, company, id, row.line, status, body, &row.message)?;
        }
        let now = ids.now();
        enqueue(tx, &mut ids, company, Kind::Batch, id, now)?;
        let author = Author { company_id: company, actor: &actor };
        trail::record(tx, &mut ids, author, "batch.started", id, &details)
    })?;
    world.bell.ring();
    Ok(())
}

/// Stops a running batch; what is under way at the moment is still issued.
pub fn pause(world: &World, actor: &Actor, id: &str) -> Result<(), Error> {
    let batch = get(world, actor, id)?;
    let actor = actor.name.clone();
    Ok(world.tx(move |tx, mut ids| {
        let Batch { company_id: company, id, .. } = &batch;
        if batches::pause(tx, company, id)? {
            let author = Author { company_id: company, actor: &actor };
            trail::record(tx, &mut ids, author, "batch.paused", id, &json!({}))?;
        }
        Ok(())
    })?)
}

/// Lets a paused batch go on.
pub fn resume(world: &World, actor: &Actor, id: &str) -> Result<(), Error> {
    let done = progress(world, actor, id)?.answered();
    let (company, id, actor) = (actor.company_id.clone(), id.to_owned(), actor.name.clone());
    world.tx(move |tx, mut ids| {
        let now = ids.now();
        if batches::resume(tx, &company, &id, now, done)? {
            enqueue(tx, &mut ids, &company, Kind::Batch, &id, now)?;
            let author = Author { company_id: &company, actor: &actor };
            trail::record(tx, &mut ids, author, "batch.resumed", &id, &json!({}))?;
        }
        Ok(())
    })?;
    world.bell.ring();
    Ok(())
}

/// Throws a draft away.
pub fn discard(world: &World, actor: &Actor, id: &str) -> Result<(), Error> {
    let batch = get(world, actor, id)?;
    let gone = world.store.tx(move |tx| {
        let draft = batches::lock(tx, &batch.company_id, &batch.id)?
            .is_some_and(|batch| batch.status == Status::Draft);
        Ok::<_, StoreError>(draft && batches::delete(tx, &batch.company_id, &batch.id)?)
    })?;
    if gone { Ok(()) } else { Err(begun()) }
}
