//! Learns a return file in lots of titles, each with how far it goes: whoever goes on after a
//! crash begins where the last lot ended.

use std::io;

use quita_banks::cnab;
use quita_core::money::Money;
use quita_formats::cnab::format::COMMON_400;
use quita_formats::cnab::{self as format, Item, Options};
use quita_store::accounts::{self, Account};
use quita_store::jobs::Job;
use quita_store::pending::{self, PendingItem};
use quita_store::return_files::{self, Effect, ReturnFile, ReturnLine, Sums};
use quita_store::{StoreError, events};

use super::finish;
use crate::by_file;
use crate::desk::returns::head_fits;
use crate::error::Error;
use crate::returned::{self, Counted, Place, Told};
use crate::trail::{self, Author};
use crate::world::World;

/// Titles learned in one transaction.
const LOT: usize = 200;
/// Most warnings that are kept of one file.
const WARNINGS_MAX: usize = 200;

/// Kind of the pending item of a file with titles that a person must look at.
const TO_LOOK_AT: &str = "return_to_look_at";

pub(super) fn run(world: &World, job: &Job) -> Result<(), Error> {
    let subject = job.subject.clone();
    let found = world.store.read(move |tx| {
        let Some(file) = return_files::get(tx, &subject)? else { return Ok(None) };
        let account = accounts::get(tx, &file.account_id)?;
        let bytes = return_files::bytes(tx, &subject)?;
        Ok(account.zip(bytes).map(|(account, bytes)| (file, account, bytes)))
    })?;
    let Some((file, account, bytes)) = found.filter(|(file, ..)| file.done_at.is_none()) else {
        return end(world, job);
    };
    let (titles, warnings) = titles(&bytes, &account)?;
    let mut sums = file.sums;
    let mut done_line = file.done_line;
    let rest: Vec<&Read> = titles.iter().filter(|read| read.told.line > done_line).collect();
    for lot in rest.chunks(LOT) {
        let Some(last) = lot.last().map(|read| read.told.line) else { continue };
        let lot: Vec<Read> = lot.iter().map(|read| (*read).clone()).collect();
        sums = learn_lot(world, &file, &account, lot, (done_line, last), sums)?;
        done_line = last;
        (world.crash_point)("return.lot");
    }
    let (job, now) = (job.clone(), world.clock.now());
    world.tx(move |tx, mut ids| {
        if !return_files::finish(tx, &file.id, now, &warnings)? {
            return finish(tx, &job);
        }
        let company = &file.company_id;
        let details = serde_json::json!({
            "return_id": file.id, "account": file.account_id, "titles": sums.titles,
            "news": sums.news, "open": sums.open, "received": sums.received,
        });
        let author = Author { company_id: company, actor: &file.created_by };
        trail::record(tx, &mut ids, author, "return.read", &file.id, &details)?;
        let (event, body) = (ids.next_id(), details.to_string());
        events::insert(tx, &event, company, "return.read", &file.id, &body, now)?;
        if sums.open > 0 {
            let (subject, count) = (file.id.clone(), sums.open);
            let titles = if count == 1 { "1 título".into() } else { format!("{count} títulos") };
            let message = format!(
                "O retorno «{}» tem {titles} para conferir. Veja em «Retornos».",
                file.file_name
            );
            let item = PendingItem {
                id: ids.next_id(),
                company_id: company.clone(),
                kind: TO_LOOK_AT.to_owned(),
                subject,
                message,
                opened_at: now,
            };
            pending::open(tx, &item)?;
        }
        finish(tx, &job)
    })?;
    (world.crash_point)("return.read");
    Ok(())
}

fn end(world: &World, job: &Job) -> Result<(), Error> {
    let job = job.clone();
    world.tx(move |tx, _| finish(tx, &job))?;
    Ok(())
}

/// A title, and whether the header above it is of the account.
#[derive(Clone)]
struct Read {
    told: Told,
    is_ours: bool,
}

/// All titles of a file, and what was wrong with it.
fn titles(bytes: &[u8], account: &Account) -> Result<(Vec<Read>, Vec<String>), Error> {
    let (mut titles, mut warnings) = (Vec::new(), Vec::new());
    let (mut is_ours, mut is_guess) = (false, false);
    let (guess, _) = COMMON_400.name_and_width();
    let mut counted = Counted::default();
    let read = format::read(bytes, &cnab::formats(), Options::default(), |item| {
        match item {
            Item::File(head) => {
                is_ours = head_fits(&head, account);
                is_guess = head.layout == guess;
            }
            Item::Title(title) => {
                let told = Told::new(title, &mut counted);
                let told = if is_guess { told.for_a_person() } else { told };
                titles.push(Read { told, is_ours });
            }
            Item::Trailer(_) => {}
            Item::Warning(warning) if warnings.len() < WARNINGS_MAX => {
                warnings.push(format!("linha {}: {}", warning.line, warning.message));
            }
            Item::Warning(_) => {}
        }
        Ok::<(), io::Error>(())
    });
    read.map_err(|error| Error::internal(format!("a kept return is not readable: {error}")))?;
    if warnings.len() == WARNINGS_MAX {
        warnings.push("há mais avisos do que os mostrados aqui".into());
    }
    Ok((titles, warnings))
}

/// Learns titles and says so in one transaction. Gives what the file brought so far.
fn learn_lot(
    world: &World,
    file: &ReturnFile,
    account: &Account,
    lot: Vec<Read>,
    (from, to): (i64, i64),
    sums: Sums,
) -> Result<Sums, Error> {
    let layout = by_file::layout(account)
        .ok_or_else(|| Error::config(format!("a conta {} não é por arquivo", account.id)))?;
    let (id, account) = (file.id.clone(), account.clone());
    let sums = world.tx(move |tx, mut ids| {
        let agreement = by_file::agreement(&account);
        let place = Place { account: &account, layout, agreement };
        let mut sums = sums;
        for read in &lot {
            let (line, received) = match read.is_ours {
                true => returned::take(tx, &mut ids, &place, &read.told)?,
                false => (of_another(&read.told), Money::ZERO),
            };
            sums.titles += 1;
            sums.news += i64::from(line.effect == Effect::New);
            sums.open += i64::from(matches!(line.effect, Effect::Unknown | Effect::Look));
            sums.received = sums.received + received;
            return_files::insert_line(tx, &id, &line)?;
        }
        if !return_files::advance(tx, &id, from, to, &sums)? {
            return Err(StoreError::Busy("somebody else reads this return".into()));
        }
        Ok(sums)
    })?;
    Ok(sums)
}

/// A title under the header of another account.
fn of_another(told: &Told) -> ReturnLine {
    let mut shown = told.shown.clone();
    shown.notes.push("é de outra conta: envie este arquivo também para ela".to_owned());
    ReturnLine { line: told.line, boleto_id: None, effect: Effect::Unknown, told: shown }
}
