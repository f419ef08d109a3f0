//! Issues the rows of a batch, a lot at a time, so that other work comes in between and a pause
//! is heard. Each row has its own idempotency key: a lot that was issued and not marked, because
//! the process ended in between, gets the same boletos again.

use std::sync::mpsc;

use quita_store::batches::{self, Batch, BatchRow, RowStatus, Status};
use quita_store::jobs::{self, Job};

use super::finish;
use crate::desk::issue::{self, NewBoleto, Shape, Stored, fingerprint};
use crate::desk::{Actor, Permission};
use crate::error::Error;
use crate::planted::{self, Bug};
use crate::world::World;

/// Rows issued at a time; they share commits.
const LOT: i64 = 50;

/// What becomes of a row.
struct Mark {
    line: i64,
    status: RowStatus,
    boleto_id: Option<String>,
    message: String,
}

pub(super) fn run(world: &World, job: &Job) -> Result<(), Error> {
    let looked = job.clone();
    let found = world.store.read(move |tx| {
        let Job { company_id: company, subject: id, .. } = &looked;
        let batch = batches::get(tx, company, id)?.filter(|b| b.status == Status::Running);
        let Some(batch) = batch else { return Ok(None) };
        Ok(Some((batch, batches::rows_in(tx, company, id, RowStatus::Waiting, LOT)?)))
    })?;
    let job = job.clone();
    let Some((batch, rows)) = found else {
        // Paused, done, or gone.
        return Ok(world.tx(move |tx, _| finish(tx, &job))?);
    };
    if rows.is_empty() {
        return Ok(world.tx(move |tx, ids| {
            batches::finish(tx, &job.company_id, &job.subject, ids.now())?;
            finish(tx, &job)
        })?);
    }
    let (marks, trouble) = issue_all(world, &batch, &rows)?;
    (world.crash_point)("batch.issued");
    let ended_well = trouble.is_none();
    world.tx(move |tx, ids| {
        for mark in &marks {
            let Mark { line, status, boleto_id, message } = mark;
            let boleto = boleto_id.as_deref();
            batches::mark_row(tx, &batch.company_id, &batch.id, *line, *status, boleto, message)?;
        }
        if ended_well {
            jobs::again(tx, &job.id, &job.lease, ids.now())?;
        }
        Ok(())
    })?;
    trouble.map_or(Ok(()), Err)
}

/// Issues rows, all at once. What is not about a row, such as a database that does not answer, is
/// given besides: those rows wait.
fn issue_all(
    world: &World,
    batch: &Batch,
    rows: &[BatchRow],
) -> Result<(Vec<Mark>, Option<Error>), Error> {
    let actor = Actor {
        name: batch.started_by.clone(),
        company_id: batch.company_id.clone(),
        permissions: vec![Permission::Read, Permission::Charge],
    };
    let (result, receive) = mpsc::channel();
    for row in rows {
        let body = row.body.as_deref().unwrap_or_default();
        let new: NewBoleto = serde_json::from_str(body)
            .map_err(|e| Error::internal(format!("line {} of a batch: {e}", row.line)))?;
        let mut key = format!("batch:{}:{}", batch.id, row.line);
        if planted::is(Bug::RowsWithoutKeys) {
            key = world.ids().next_id();
        }
        let print = fingerprint("batch", body.as_bytes());
        let (result, line) = (result.clone(), row.line);
        issue::issue_then(world, &actor, &key, &print, &[new], Shape::One, move |stored| {
            let _ = result.send((line, stored));
        });
    }
    drop(result);
    let (mut marks, mut trouble) = (Vec::with_capacity(rows.len()), None);
    while let Ok((line, stored)) = receive.recv() {
        match mark(line, stored) {
            Ok(mark) => marks.push(mark),
            Err(error) => trouble = Some(error),
        }
    }
    Ok((marks, trouble))
}

fn mark(line: i64, stored: Result<Stored, Error>) -> Result<Mark, Error> {
    match stored {
        Ok(stored) => {
            let body: serde_json::Value = serde_json::from_str(&stored.body)
                .map_err(|e| Error::internal(format!("answer of a boleto: {e}")))?;
            let id = body["id"].as_str().map(str::to_owned);
            Ok(Mark { line, status: RowStatus::Issued, boleto_id: id, message: String::new() })
        }
        Err(Error::Invalid(errors)) => {
            let messages: Vec<String> = errors.into_iter().map(|error| error.message).collect();
            let message = messages.join("; ");
            Ok(Mark { line, status: RowStatus::Failed, boleto_id: None, message })
        }
        Err(Error::Conflict { message, .. }) => {
            Ok(Mark { line, status: RowStatus::Failed, boleto_id: None, message })
        }
        // Somebody used the key of this row: trying again would never end.
        Err(error @ Error::OtherBody) => {
            let message = error.to_string();
            Ok(Mark { line, status: RowStatus::Failed, boleto_id: None, message })
        }
        Err(error) => Err(error),
    }
}
