//! The queue of work. A job is there from the commit that needs it until it is finished.
//!
//! One job per kind and subject. A claimed job is hidden until its lease ends (`run_at` is then
//! the end of the lease), so work that crashed comes back by itself. Asking again for a job that
//! is being worked on is remembered (`again_at`): what was asked after the work began is not
//! covered by it.

use jiff::Timestamp;

use crate::{Row, StoreError, Tx, params, sql};

/// A job to enqueue.
#[derive(Clone, Debug)]
pub struct NewJob<'a> {
    /// UUIDv7; not used if the job is there already.
    pub id: &'a str,
    /// Whose work it is.
    pub company_id: &'a str,
    /// What to do.
    pub kind: &'a str,
    /// To what: an id.
    pub subject: &'a str,
    /// Not before.
    pub run_at: Timestamp,
    /// Now.
    pub created_at: Timestamp,
}

/// A claimed job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// UUIDv7.
    pub id: String,
    /// Whose work it is.
    pub company_id: String,
    /// What to do.
    pub kind: String,
    /// To what: an id.
    pub subject: String,
    /// How often it was claimed, this time included, since it last ended well.
    pub tries: i64,
    /// The error of the last try.
    pub last_error: Option<String>,
    /// What [`finish`] and [`postpone`] ask for.
    pub lease: String,
}

sql! {
    ENQUEUE = "INSERT INTO jobs (id, company_id, kind, subject, run_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (kind, subject) DO UPDATE SET
          run_at = CASE WHEN jobs.lease = '' AND excluded.run_at < jobs.run_at
                        THEN excluded.run_at ELSE jobs.run_at END,
          again_at = CASE WHEN jobs.lease <> ''
                           AND (jobs.again_at IS NULL OR excluded.run_at < jobs.again_at)
                          THEN excluded.run_at ELSE jobs.again_at END";
    NEXT = "SELECT id, company_id, kind, subject, tries + 1, last_error FROM jobs
        WHERE kind = $1 AND run_at <= $2 ORDER BY run_at, id LIMIT $3 /*skip locked*/";
    // Whose turn it is after a company: the next one that has work, from the first again at the end.
    TURN = "SELECT MIN(company_id) FROM jobs WHERE kind = $1 AND run_at <= $2 AND company_id > $3";
    NEXT_OF = "SELECT id, company_id, kind, subject, tries + 1, last_error FROM jobs
        WHERE kind = $1 AND run_at <= $2 AND company_id = $3
        ORDER BY run_at, id LIMIT 1 /*skip locked*/";
    HOLD_BACK = "UPDATE jobs SET run_at = $3
        WHERE kind = $1 AND company_id = $2 AND lease = '' AND run_at < $3";
    TAKE = "UPDATE jobs SET run_at = $4, lease = $3, tries = tries + 1,
          again_at = CASE WHEN again_at > $2 THEN again_at END
        WHERE id = $1";
    FINISH = "DELETE FROM jobs WHERE id = $1 AND lease = $2 AND again_at IS NULL";
    REPEAT = "UPDATE jobs SET run_at = again_at, again_at = NULL, lease = '', tries = 0,
          last_error = NULL
        WHERE id = $1 AND lease = $2 AND again_at IS NOT NULL";
    POSTPONE = "UPDATE jobs SET lease = '', again_at = NULL, last_error = $4,
          run_at = CASE WHEN again_at < $3 THEN again_at ELSE $3 END
        WHERE id = $1 AND lease = $2";
    PUT_BACK = "UPDATE jobs SET lease = '', again_at = NULL, last_error = $4, tries = tries - 1,
          run_at = CASE WHEN again_at < $3 THEN again_at ELSE $3 END
        WHERE id = $1 AND lease = $2";
    AGAIN = "UPDATE jobs SET lease = '', again_at = NULL, last_error = NULL, tries = 0,
          run_at = CASE WHEN again_at < $3 THEN again_at ELSE $3 END
        WHERE id = $1 AND lease = $2";
    HELD = "SELECT id FROM jobs WHERE id = $1 AND lease = $2 /*for update*/";
    RELEASE_ALL = "UPDATE jobs SET lease = '', run_at = $1 WHERE lease <> ''";
    DUE = "SELECT COUNT(*) FROM jobs WHERE run_at <= $1";
    OF_SUBJECT = "SELECT run_at, lease <> '', tries, last_error FROM jobs
        WHERE kind = $1 AND subject = $2";
}

/// Asks for work, in the transaction that needs it. If the job is there already it is pulled to
/// the earlier of the two times; if it is being worked on, it will run once more.
pub fn enqueue(tx: &mut Tx<'_>, job: &NewJob<'_>) -> Result<(), StoreError> {
    let NewJob { id, company_id, kind, subject, run_at, created_at } = *job;
    tx.exec(ENQUEUE, params![id, company_id, kind, subject, run_at, created_at]).map(|_| ())
}

/// Takes up to `lot` due jobs of these kinds, the first kind first, each by its age.
///
/// `lease` names this claim and must be new; the jobs come back to others at `lease_until`.
pub fn claim(
    tx: &mut Tx<'_>,
    lot: usize,
    kinds: &[&str],
    now: Timestamp,
    lease: &str,
    lease_until: Timestamp,
) -> Result<Vec<Job>, StoreError> {
    let mut jobs: Vec<Job> = Vec::new();
    for kind in kinds {
        let room = i64::try_from(lot - jobs.len().min(lot)).unwrap_or(i64::MAX);
        if room == 0 {
            break;
        }
        for row in tx.rows(NEXT, params![*kind, now, room])? {
            jobs.push(take(tx, &row, now, lease, lease_until)?);
        }
    }
    Ok(jobs)
}

/// Takes one due job of a kind for the company whose turn it is after `last`, so that many jobs
/// of one company do not keep those of the others waiting.
pub fn claim_in_turn(
    tx: &mut Tx<'_>,
    kind: &str,
    last: &str,
    now: Timestamp,
    lease: &str,
    lease_until: Timestamp,
) -> Result<Option<Job>, StoreError> {
    let mut whose = None;
    for after in [last, ""] {
        if whose.is_none() {
            let row = tx.row(TURN, params![kind, now, after])?;
            whose = row.map_or(Ok(None), |row| row.opt_text(0))?;
        }
    }
    let Some(company) = whose else { return Ok(None) };
    let row = tx.row(NEXT_OF, params![kind, now, company])?;
    row.map(|row| take(tx, &row, now, lease, lease_until)).transpose()
}

/// Lets no job of a kind run for a company before an instant, but for those that are being worked
/// on.
pub fn hold_back(
    tx: &mut Tx<'_>,
    kind: &str,
    company_id: &str,
    until: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(HOLD_BACK, params![kind, company_id, until]).map(|_| ())
}

fn take(
    tx: &mut Tx<'_>,
    row: &Row,
    now: Timestamp,
    lease: &str,
    lease_until: Timestamp,
) -> Result<Job, StoreError> {
    let id = row.text(0)?;
    tx.exec(TAKE, params![&id, now, lease, lease_until])?;
    Ok(Job {
        id,
        company_id: row.text(1)?,
        kind: row.text(2)?,
        subject: row.text(3)?,
        tries: row.int(4)?,
        last_error: row.opt_text(5)?,
        lease: lease.to_owned(),
    })
}

/// Whether a job is still with whoever claimed it under this lease, and stays so until the
/// transaction ends. If not, others have worked on it since.
pub fn held(tx: &mut Tx<'_>, id: &str, lease: &str) -> Result<bool, StoreError> {
    Ok(tx.row(HELD, params![id, lease])?.is_some())
}

/// Ends a job. False if the lease is over and others have the job: then roll back what the
/// work would write.
pub fn finish(tx: &mut Tx<'_>, id: &str, lease: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(FINISH, params![id, lease])? == 1 || tx.exec(REPEAT, params![id, lease])? == 1)
}

/// Puts a job off after an error. False if the lease is over.
pub fn postpone(
    tx: &mut Tx<'_>,
    id: &str,
    lease: &str,
    run_at: Timestamp,
    error: &str,
) -> Result<bool, StoreError> {
    Ok(tx.exec(POSTPONE, params![id, lease, run_at, error])? == 1)
}

/// As [`postpone`], for a job that only has to wait its turn: this was no try of it.
pub fn put_back(
    tx: &mut Tx<'_>,
    id: &str,
    lease: &str,
    run_at: Timestamp,
    why: &str,
) -> Result<bool, StoreError> {
    Ok(tx.exec(PUT_BACK, params![id, lease, run_at, why])? == 1)
}

/// Ends a job well and lets it run once more at a later time. False if the lease is over.
pub fn again(
    tx: &mut Tx<'_>,
    id: &str,
    lease: &str,
    run_at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.exec(AGAIN, params![id, lease, run_at])? == 1)
}

/// Takes every lease away, as after a crash of the only process that works on this database.
pub fn release_all(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.exec(RELEASE_ALL, params![now])
}

/// How many jobs should run by now and are with nobody.
pub fn due(tx: &mut Tx<'_>, now: Timestamp) -> Result<i64, StoreError> {
    tx.row(DUE, params![now])?.map_or(Ok(0), |row| row.int(0))
}

/// How a job stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// When it runs next; for a claimed one, when its lease ends.
    pub run_at: Timestamp,
    /// True while somebody works on it, or has crashed doing so.
    pub claimed: bool,
    /// How often it was claimed since it last ended well.
    pub tries: i64,
    /// The error of the last try.
    pub last_error: Option<String>,
}

/// How the job of this kind and subject stands; `None` when there is nothing to do.
pub fn standing(
    tx: &mut Tx<'_>,
    kind: &str,
    subject: &str,
) -> Result<Option<Standing>, StoreError> {
    let Some(row) = tx.row(OF_SUBJECT, params![kind, subject])? else { return Ok(None) };
    Ok(Some(Standing {
        run_at: row.instant(0)?,
        claimed: row.boolean(1)?,
        tries: row.int(2)?,
        last_error: row.opt_text(3)?,
    }))
}
