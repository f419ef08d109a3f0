//! How far a batch is.

use quita_core::fold::Status as BoletoStatus;
use quita_store::batches::{self, Batch, BatchRow, RowStatus, Status};
use quita_store::jobs;

use crate::desk::{Actor, Permission};
use crate::error::Error;
use crate::workers::Kind;
use crate::world::World;

/// Rows shown with what went wrong.
const FAILED_MAX: i64 = 200;

/// How far a batch is.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The batch.
    pub batch: Batch,
    /// Rows that are to be issued; those left out do not count.
    pub wanted: i64,
    /// Of these, with a boleto.
    pub issued: i64,
    /// Of these, refused when their turn came.
    pub failed: i64,
    /// Rows that were wrong and left out by choice.
    pub left_out: i64,
    /// Boletos that the bank has taken.
    pub registered: i64,
    /// Boletos that the bank refused.
    pub refused: i64,
    /// Rows that are done at the bank per ten seconds, since the batch was last told to go on.
    pub rate: Option<i64>,
    /// Seconds until the bank has all, at this rate.
    pub seconds_left: Option<i64>,
    /// Whether the last try to go on failed on our side; it goes on by itself.
    pub stumbled: bool,
    /// The first rows that failed or were left out.
    pub failures: Vec<BatchRow>,
}

impl Progress {
    /// Rows of which nothing more is awaited.
    pub const fn answered(&self) -> i64 {
        self.registered + self.refused + self.failed
    }

    /// Whether something will change by itself.
    pub fn moves(&self) -> bool {
        match self.batch.status {
            Status::Running => true,
            Status::Done | Status::Paused => self.registered + self.refused < self.issued,
            Status::Draft => false,
        }
    }
}

/// How far a batch of the company is.
pub fn progress(world: &World, actor: &Actor, id: &str) -> Result<Progress, Error> {
    actor.must(Permission::Charge)?;
    let (company, id) = (actor.company_id.clone(), id.to_owned());
    let found = world.store.read(move |tx| {
        let Some(batch) = batches::get(tx, &company, &id)? else { return Ok(None) };
        let counts = batches::counts(tx, &company, &id)?;
        let at_bank = batches::at_bank(tx, &company, &id)?;
        let mut failures = batches::rows_in(tx, &company, &id, RowStatus::Failed, FAILED_MAX)?;
        failures.extend(batches::rows_in(tx, &company, &id, RowStatus::LeftOut, FAILED_MAX)?);
        let job = jobs::standing(tx, Kind::Batch.word(), &id)?;
        let stumbled = job.is_some_and(|job| job.last_error.is_some());
        Ok(Some((batch, counts, at_bank, failures, stumbled)))
    })?;
    let Some((batch, counts, at_bank, failures, stumbled)) = found else {
        return Err(Error::not_found("lote"));
    };
    let of = |wanted: RowStatus| {
        counts.iter().filter(|(status, _)| *status == wanted).map(|(_, count)| count).sum::<i64>()
    };
    let mut progress = Progress {
        wanted: of(RowStatus::Waiting) + of(RowStatus::Issued) + of(RowStatus::Failed),
        issued: of(RowStatus::Issued),
        failed: of(RowStatus::Failed),
        left_out: of(RowStatus::LeftOut),
        registered: 0,
        refused: 0,
        rate: None,
        seconds_left: None,
        stumbled,
        failures,
        batch,
    };
    for (status, count) in at_bank {
        match status {
            BoletoStatus::Created => {}
            BoletoStatus::Rejected => progress.refused += count,
            BoletoStatus::Registered
            | BoletoStatus::Settled
            | BoletoStatus::CancellationRequested
            | BoletoStatus::Expired
            | BoletoStatus::Cancelled => progress.registered += count,
        }
    }
    let done = progress.answered() - progress.batch.resumed_done;
    if progress.moves() && progress.batch.status != Status::Paused && done > 0 {
        let since = progress.batch.resumed_at.unwrap_or(progress.batch.created_at);
        let elapsed = (world.clock.now().as_second() - since.as_second()).max(1);
        let left = progress.wanted - progress.answered();
        progress.rate = Some(done * 10 / elapsed);
        progress.seconds_left = Some(left * elapsed / done);
    }
    Ok(progress)
}
