//! The office: files of boletos are sent, issued, paused, and mailed to the customers. The mail
//! server, what it took, and what must hold of both in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use quita_core::fold::Status as BoletoStatus;
use quita_engine::clock::{after, bank_day};
use quita_engine::desk::Actor;
use quita_engine::desk::batch::{self, RowStatus, Status};
use quita_engine::desk::mail::{self, NewMailSettings};
use quita_engine::error::Error;
use quita_engine::mail::{Letter, NotSent, Post, Server};
use quita_engine::world::World;
use quita_store::mails::Status as MailStatus;
use quita_store::{Store, StoreError, batches, mails, sql};

use crate::checks::Known;
use crate::people::{CUSTOMERS, Task};
use crate::universe::Universe;

sql! {
    MAILS = "SELECT id, company_id FROM mails ORDER BY id";
}

/// How often a file is mailed: boletos are registered one by one.
const ASKED: u32 = 3;
const HEADER: &str = "Numero;CPF/CNPJ;Nome;E-mail;CEP;Rua;Numero da rua;Cidade;UF;Valor;Vencimento";

/// A file, and how far the office is with it.
#[derive(Clone, Debug)]
pub(crate) struct File {
    company: String,
    account: String,
    text: String,
    /// Document numbers of the rows that are good, by their lines.
    good: BTreeMap<i64, String>,
    /// Lines that are not.
    bad: BTreeSet<i64>,
    batch: Option<String>,
    /// Whether it was paused, which is done once.
    paused: bool,
    /// How often it was mailed.
    asked: u32,
}

/// What the mail server took.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// How often, by Message-ID.
    letters: BTreeMap<String, u32>,
    /// How often it may have been taken once more without anybody's fault.
    excused: BTreeMap<String, u32>,
}

/// The way to the mail server.
pub(crate) struct RunPost(pub(crate) Arc<Universe>);

impl Post for RunPost {
    fn deliver(&self, _: &Server, letter: &Letter) -> Result<(), NotSent> {
        let universe = &*self.0;
        universe.pass_ms(universe.faults.between(5, 500));
        if universe.fails("mail_busy", universe.plan.mail_busy) {
            return Err(NotSent::Later("espere".into()));
        }
        if universe.fails("mail_refused", universe.plan.mail_refused) {
            return Err(NotSent::Never("não existe".into()));
        }
        universe.log(format_args!("letter {} taken", letter.id));
        *universe.post().letters.entry(letter.id.clone()).or_default() += 1;
        if universe.fails("mail_unanswered", universe.plan.mail_unanswered) {
            *universe.post().excused.entry(letter.id.clone()).or_default() += 1;
            return Err(NotSent::Later("sem resposta".into()));
        }
        Ok(())
    }
}

/// Letters that were taken while their rows still wait may be sent once more.
#[expect(clippy::expect_used, reason = "the database is in memory and does not fail")]
pub(crate) fn excuse(universe: &Universe, world: &World) {
    let waiting = all_mails(&world.store).expect("e-mails");
    let mut taken = universe.post();
    for mail in waiting.iter().filter(|mail| mail.status == MailStatus::Waiting) {
        if taken.letters.contains_key(&mail.id) {
            *taken.excused.entry(mail.id.clone()).or_default() += 1;
        }
    }
}

fn all_mails(store: &Store) -> Result<Vec<mails::Mail>, StoreError> {
    store.read(|tx| {
        let mut all = Vec::new();
        for row in tx.rows(MAILS, &[])? {
            all.extend(mails::get(tx, &row.text(1)?, &row.text(0)?)?);
        }
        Ok(all)
    })
}

/// Tells the company's mail server.
#[expect(clippy::expect_used, reason = "the settings are written here")]
pub(crate) fn settle_in(world: &World, actor: &Actor) {
    let settings = NewMailSettings {
        host: "smtp.example.com".into(),
        port: "587".into(),
        security: "starttls".into(),
        sender: "cobranca@example.com".into(),
        ..NewMailSettings::default()
    };
    mail::save(world, actor, &settings).expect("a mail server");
}

/// Rows as people keep them, some of them wrong.
fn write(universe: &Universe, place: usize) -> File {
    let chance = &universe.chance;
    let (company, account) = {
        let people = universe.people();
        people.accounts[chance.place(people.accounts.len())].clone()
    };
    let today = bank_day(universe.process_now());
    let mut text = HEADER.to_owned();
    let (mut good, mut bad) = (BTreeMap::new(), BTreeSet::new());
    // The first line names the columns, and one row is good.
    for line in 2..=chance.between(3, 6) {
        let days = jiff::Span::new().days(chance.between(12, 25));
        let mut due = today.checked_add(days).unwrap_or(today).strftime("%d/%m/%Y").to_string();
        let mut number = format!("Lote {place}-{line}");
        let mut amount = format!("{},50", chance.between(10, 900));
        match if line > 2 { chance.below(6) } else { 9 } {
            0 => amount = "dez reais".into(),
            1 => due = "31/02/2027".into(),
            2 => number = format!("Lote {place}-2"),
            _ => {
                good.insert(line, number.clone());
            }
        }
        if !good.contains_key(&line) {
            bad.insert(line);
        }
        let document = chance.pick(&CUSTOMERS);
        text.push_str(&format!(
            "\n{number};{document};Cliente de Teste;cliente@example.com;30130010;\
             Rua das Flores;10;Belo Horizonte;MG;{amount};{due}"
        ));
    }
    File { company, account, text, good, bad, batch: None, paused: false, asked: 0 }
}

/// Goes on with a file: sends it, issues it, pauses it, mails it. Whatever got no answer, because
/// the process ended, is done again.
pub(crate) fn work(universe: &Universe, world: &World, place: usize) {
    while universe.people().files.len() <= place {
        let number = universe.people().files.len();
        let file = write(universe, number);
        universe.people().files.push(file);
    }
    let file = universe.people().files[place].clone();
    if file.asked == ASKED {
        return;
    }
    universe.plan_task(after(universe.now(), universe.chance.between(30, 1800)), Task::File(place));
    universe.crash_point("request.before");
    let done = step(universe, world, place, &file);
    universe.crash_point("request.after");
    if let Err(error) = done {
        universe.violated(format!("file {place}: {error}"));
    }
}

fn step(universe: &Universe, world: &World, place: usize, file: &File) -> Result<(), Error> {
    let actor = Actor::system(file.company.clone());
    let Some(id) = &file.batch else {
        universe.log(format_args!("file {place} is sent: {}", file.text));
        let id = batch::upload(world, &actor, "boletos.csv", file.text.as_bytes())?;
        universe.people().files[place].batch = Some(id);
        return Ok(());
    };
    let batch = batch::get(world, &actor, id)?;
    match batch.status {
        Status::Draft => {
            let mut choice = batch::mapping(world, &actor, &batch)?.choice;
            choice.account_id = Some(file.account.clone());
            batch::choose(world, &actor, id, &choice)?;
            universe.log(format_args!("file {place} is issued"));
            batch::start(world, &actor, id, true)
        }
        Status::Running if !file.paused && universe.chance.happens(universe.plan.paused) => {
            universe.log(format_args!("file {place} is paused"));
            universe.people().files[place].paused = true;
            batch::pause(world, &actor, id)
        }
        Status::Running => Ok(()),
        Status::Paused => batch::resume(world, &actor, id),
        Status::Done => {
            let queued = mail::send_batch(world, &actor, id)?;
            universe.log(format_args!("file {place} is mailed: {queued:?}"));
            universe.people().files[place].asked += 1;
            Ok(())
        }
    }
}

/// What holds once all is quiet: each good row is one boleto, and each letter arrived.
pub(crate) fn at_rest(
    universe: &Universe,
    store: &Store,
    known: &[Known],
    wrong: &mut Vec<String>,
) -> Result<(), StoreError> {
    let files = universe.people().files.clone();
    if files.len() < universe.plan.files {
        wrong.push("a file was not sent yet".into());
    }
    for (place, file) in files.iter().enumerate() {
        if file.asked < ASKED {
            wrong.push(format!("file {place} is not at its end: {:?}", file.batch));
            continue;
        }
        rows_are_boletos(universe, store, known, place, file, wrong)?;
    }
    letters_arrived(universe, store, wrong)
}

fn rows_are_boletos(
    universe: &Universe,
    store: &Store,
    known: &[Known],
    place: usize,
    file: &File,
    wrong: &mut Vec<String>,
) -> Result<(), StoreError> {
    let Some((id, world)) = file.batch.clone().zip(universe.world()) else { return Ok(()) };
    let company = file.company.clone();
    let wanted = id.clone();
    let rows = store.read(move |tx| batches::rows(tx, &company, &wanted))?;
    let mut at_bank = 0;
    for row in &rows {
        let as_told = match (file.good.get(&row.line), row.status) {
            (Some(number), RowStatus::Issued) => {
                let of_row = |one: &&Known| Some(&one.boleto.id) == row.boleto_id.as_ref();
                let boleto = known.iter().find(of_row).map(|one| &one.boleto);
                at_bank += i64::from(boleto.is_some_and(|b| b.status != BoletoStatus::Created));
                boleto.is_some_and(|boleto| boleto.order.document_number == *number)
            }
            (None, RowStatus::LeftOut) => file.bad.contains(&row.line) && row.boleto_id.is_none(),
            _ => false,
        };
        if !as_told {
            wrong.push(format!("file {place}: line {} is {row:?}", row.line));
        }
    }
    for number in file.good.values() {
        // A replaced boleto has a successor of the same charge.
        let charges: BTreeSet<_> = known
            .iter()
            .filter(|one| one.boleto.company_id == file.company)
            .filter(|one| one.boleto.order.document_number == *number)
            .map(|one| &one.boleto.charge_id)
            .collect();
        if charges.len() != 1 {
            wrong.push(format!("file {place}: {number} is charged {} times", charges.len()));
        }
    }
    let told = batch::progress(&world, &Actor::system(file.company.clone()), &id);
    let told = told.map(|p| (p.wanted, p.issued, p.failed, p.left_out, p.registered + p.refused));
    let good = i64::try_from(file.good.len()).unwrap_or(0);
    let is = (good, good, 0, i64::try_from(file.bad.len()).unwrap_or(0), at_bank);
    if told.as_ref().ok() != Some(&is) {
        wrong.push(format!("file {place}: progress is told as {told:?}, and is {is:?}"));
    }
    Ok(())
}

fn letters_arrived(
    universe: &Universe,
    store: &Store,
    wrong: &mut Vec<String>,
) -> Result<(), StoreError> {
    let mails = all_mails(store)?;
    let taken = universe.post();
    let mut sent = BTreeSet::new();
    for mail in &mails {
        let times = taken.letters.get(&mail.id).copied().unwrap_or(0);
        let most = 1 + taken.excused.get(&mail.id).copied().unwrap_or(0);
        let lost = mail.status == MailStatus::Sent && times == 0;
        if lost || times > most || mail.status == MailStatus::Waiting {
            wrong.push(format!("letter {} is {:?}, taken {times} of {most}", mail.id, mail.status));
        }
        if let Some(boleto) = &mail.boleto_id
            && mail.status == MailStatus::Sent
            && !sent.insert(boleto)
        {
            wrong.push(format!("boleto {boleto} was mailed twice"));
        }
    }
    for id in taken.letters.keys().filter(|id| !mails.iter().any(|mail| mail.id == **id)) {
        wrong.push(format!("letter {id} is nobody's"));
    }
    Ok(())
}
