//! What must hold of statements and of what explains their lines, against the bank's own books.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;
use quita_core::calendar::Calendar;
use quita_core::fold::Status as BoletoStatus;
use quita_core::line_identity::Source;
use quita_core::money::Money;
use quita_engine::clock::bank_day;
use quita_engine::workers::statement_cursor;
use quita_store::bank_lines::{self, KeptLine, Status};
use quita_store::matches::{self, DifferenceKind, Explained, Kind, Match};
use quita_store::pending::{self, PendingItem};
use quita_store::statement_days::{self, StatementDay, Status as DayStatus};
use quita_store::{Store, StoreError, Tx, accounts, cursors, params, sql};

use crate::bank::Row;
use crate::checks::Known;
use crate::universe::Universe;

sql! {
    UNDONE = "SELECT m.line_id, s.boleto_id FROM matches m
        LEFT JOIN match_shares s ON s.match_id = m.id WHERE m.undone_at IS NOT NULL";
}

/// More lines than any run has.
const ALL: i64 = 10_000;
/// Days before the start that are read for sure: sixty, less those of an outage at the beginning.
const DAYS_READ: i32 = 55;

/// What is known of the statement of one account.
struct Books {
    /// With its company.
    name: String,
    rows: Vec<Row>,
    /// All lines, those that count nowhere among them.
    lines: Vec<KeptLine>,
    /// Those that count, with what explains them.
    explained: Vec<Explained>,
    days: Vec<StatementDay>,
    read_to: Option<Date>,
    last_error: String,
    /// About lines, boletos and accounts of the company.
    pending: Vec<PendingItem>,
    /// Lines and boletos of which a match was undone.
    undone: BTreeSet<String>,
}

impl Books {
    fn row(&self, line: &KeptLine) -> Option<&Row> {
        let id = line.line.bank_id.as_deref().filter(|_| line.source == Source::Api)?;
        self.rows.iter().find(|row| row.id == id)
    }

    fn is_pending(&self, subject: &str, kinds: &[&str]) -> bool {
        self.pending.iter().any(|i| i.subject == subject && kinds.contains(&i.kind.as_str()))
    }
}

fn books(universe: &Universe, store: &Store) -> Result<Vec<Books>, StoreError> {
    if universe.plan.statements.is_none() {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for (company, account) in universe.people().accounts.clone() {
        let mut books = store.read(move |tx| of_account(tx, &company, &account))?;
        books.rows = universe.bank.ledger(&books.name, universe.now());
        all.push(books);
    }
    Ok(all)
}

fn of_account(tx: &mut Tx, company: &str, account: &str) -> Result<Books, StoreError> {
    let ever = (Date::constant(2000, 1, 1), Date::constant(2100, 1, 1));
    let name = accounts::get(tx, account)?.map(|a| format!("{}{}", a.number, a.digit));
    let mut undone = BTreeSet::new();
    for row in tx.rows(UNDONE, params![])? {
        undone.insert(row.text(0)?);
        undone.extend(row.opt_text(1)?);
    }
    let read_to = cursors::get(tx, account, statement_cursor::READ_TO)?;
    Ok(Books {
        name: name.unwrap_or_default(),
        rows: Vec::new(),
        lines: bank_lines::of_days(tx, account, ever.0, ever.1)?,
        explained: matches::period(tx, company, Some(account), ever, (ever.0, ""), ALL)?,
        days: statement_days::of_days(tx, account, ever.0, ever.1)?,
        read_to: read_to.and_then(|day| day.parse().ok()),
        last_error: cursors::get(tx, account, statement_cursor::LAST_ERROR)?.unwrap_or_default(),
        pending: pending::list(tx, company)?,
        undone,
    })
}

/// What holds at every moment.
pub(crate) fn always(
    universe: &Universe,
    store: &Store,
    wrong: &mut Vec<String>,
) -> Result<(), StoreError> {
    for books in books(universe, store)? {
        each_once(&books, wrong);
        each_explained_once(&books, wrong);
        days_add_up(&books, wrong);
    }
    Ok(())
}

/// What holds once faults have stopped, and the last late row was shown and read.
pub(crate) fn at_rest(
    universe: &Universe,
    store: &Store,
    known: &[Known],
    wrong: &mut Vec<String>,
) -> Result<(), StoreError> {
    let first = bank_day(universe.plan.start).saturating_sub(DAYS_READ.days());
    let eve = Calendar::national().add_business_days(bank_day(universe.now()), -1).yesterday();
    for books in books(universe, store)? {
        let Some(read_to) = books.read_to.filter(|day| eve.as_ref().is_ok_and(|eve| day >= eve))
        else {
            wrong.push(format!("{}: read to {:?} only", books.name, books.read_to));
            continue;
        };
        if !books.last_error.is_empty() {
            wrong.push(format!("{}: {}", books.name, books.last_error));
        }
        each_once(&books, wrong);
        each_explained_once(&books, wrong);
        days_add_up(&books, wrong);
        as_at_the_bank(&books, (first, read_to), wrong);
        proved(universe, &books, (first, read_to), wrong);
        truly_explained(universe, &books, known, wrong);
        people_were_told(&books, known, wrong);
    }
    Ok(())
}

/// No movement of the bank is two lines, and no line is of another making.
fn each_once(books: &Books, wrong: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for line in books.lines.iter().filter(|line| line.status.counts()) {
        let Some(id) = line.line.bank_id.as_deref() else { continue };
        if !seen.insert(id) {
            wrong.push(format!("{}: movement {id} is two lines", books.name));
        }
        if books.row(line).is_none() {
            wrong.push(format!("{}: {line:?} is no movement of the bank", books.name));
        }
    }
}

/// The status of a line is that of its one match, whose shares add up to the line.
fn each_explained_once(books: &Books, wrong: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for one in &books.explained {
        let (line, found) = (&one.line, &one.found);
        if !seen.insert(&line.id) {
            wrong.push(format!("{}: line {} is matched twice", books.name, line.id));
        }
        let expected = found.as_ref().map_or(Status::Open, |found| found.kind.status());
        if line.status != expected {
            wrong.push(format!("{}: {line:?} is explained by {found:?}", books.name));
        }
        let Some(found) = found.as_ref().filter(|found| found.kind == Kind::Boletos) else {
            continue;
        };
        let corrected = books.is_pending(&line.id, &["statement_line_changed"]);
        if paid(found) != line.line.amount && !corrected {
            wrong.push(format!("{}: {line:?} is not what {found:?} adds up to", books.name));
        }
    }
}

/// What a line pays of boletos, less what the bank kept.
fn paid(found: &Match) -> Money {
    found.shares.iter().map(|share| share.amount).sum::<Money>() - found.fee
}

/// A day that is closed by its own balance is what its lines lead to.
fn days_add_up(books: &Books, wrong: &mut Vec<String>) {
    for day in &books.days {
        let lines = books.lines.iter().filter(|l| l.line.date == day.day && l.status.counts());
        let moved: Money = lines.map(|line| line.line.amount).sum();
        let closing = day.opening.map(|opening| opening + moved);
        let closed = day.status == DayStatus::Closed;
        if moved != day.moved || closed && day.closing.is_some() && day.closing != closing {
            wrong.push(format!("{}: lines of {moved} on {day:?}", books.name));
        }
    }
}

/// P4: each movement of the days that were read is one line; none is lost, none doubled, and what
/// came in is matched, explained or waits.
fn as_at_the_bank(books: &Books, (first, read_to): (Date, Date), wrong: &mut Vec<String>) {
    let is_read = |day: Date| (first..=read_to).contains(&day);
    let mut rows: Vec<(Date, Money)> =
        books.rows.iter().map(|r| (r.day, r.amount)).filter(|r| is_read(r.0)).collect();
    let counted = books.lines.iter().filter(|line| line.status.counts());
    let mut lines: Vec<(Date, Money)> =
        counted.clone().map(|l| (l.line.date, l.line.amount)).filter(|l| is_read(l.0)).collect();
    rows.sort();
    lines.sort();
    if rows != lines {
        let lost = left_over(&rows, &lines);
        let more = left_over(&lines, &rows);
        let told = |day: Date| lost.iter().chain(&more).any(|one| one.0 == day);
        let those: Vec<String> =
            books.lines.iter().filter(|line| told(line.line.date)).map(shortly).collect();
        let rows: Vec<&Row> = books.rows.iter().filter(|row| told(row.day)).collect();
        wrong.push(format!(
            "{}: lost {lost:?}, never moved {more:?}\n    rows {rows:#?}\n    lines {those:#?}",
            books.name
        ));
    }
    for line in counted {
        if line.line.date > read_to {
            wrong.push(format!("{}: {line:?} is of a day that is not over", books.name));
        }
        if let Some(row) = books.row(line)
            && (row.day, row.amount) != (line.line.date, line.line.amount)
        {
            wrong.push(format!("{}: {line:?} is {row:?} at the bank", books.name));
        }
    }
    for line in books.lines.iter().filter(|line| line.status == Status::Doubtful) {
        wrong.push(format!("{}: {line:?} is in doubt", books.name));
    }
    let mut came_in: BTreeMap<Date, (Money, Money)> = BTreeMap::new();
    for (day, amount) in rows.iter().filter(|row| row.1.is_positive()) {
        let sums = came_in.entry(*day).or_default();
        sums.0 = sums.0 + *amount;
    }
    for one in books.explained.iter().filter(|one| is_read(one.line.line.date)) {
        let share = match &one.found {
            Some(found) if found.kind == Kind::Boletos => paid(found),
            _ => one.line.line.amount,
        };
        if share.is_positive() {
            let sums = came_in.entry(one.line.line.date).or_default();
            sums.1 = sums.1 + share;
        }
    }
    for (day, (at_bank, here)) in came_in {
        if at_bank != here {
            wrong.push(format!("P4: {}: {at_bank} came in on {day}, here {here}", books.name));
        }
    }
}

fn shortly(kept: &KeptLine) -> String {
    let (line, at) = (&kept.line, kept.created_at);
    let id = line.bank_id.as_deref().unwrap_or("-");
    let (source, status) = (kept.source.word(), kept.status.word());
    format!("{} {} {source} {id} {status} since {at} «{}»", line.date, line.amount, line.memo)
}

/// What one sorted list has and the other has not.
fn left_over(of: &[(Date, Money)], other: &[(Date, Money)]) -> Vec<(Date, Money)> {
    let mut rest = other.to_vec();
    let mut left = Vec::new();
    for one in of {
        match rest.iter().position(|o| o == one) {
            Some(at) => {
                rest.remove(at);
            }
            None => left.push(*one),
        }
    }
    left
}

/// P8: every day that can be is closed, with the balance that the bank's books lead to.
fn proved(
    universe: &Universe,
    books: &Books,
    (first, read_to): (Date, Date),
    wrong: &mut Vec<String>,
) {
    let calendar = Calendar::national();
    let last = if calendar.is_business_day(read_to) {
        read_to
    } else {
        calendar.add_business_days(read_to, -1)
    };
    for day in books.days.iter().filter(|day| day.day <= last) {
        if day.status == DayStatus::Open {
            wrong.push(format!("{}: not proved: {day:?}", books.name));
        }
        let moved = books.rows.iter().filter(|row| row.day <= day.day).map(|row| row.amount);
        let balance = opening(universe) + moved.sum();
        if day.closing.is_some_and(|closing| closing != balance) {
            wrong.push(format!("{}: {balance} at the bank, {day:?}", books.name));
        }
    }
    let told: BTreeSet<Date> = books.days.iter().map(|day| day.day).collect();
    for row in books.rows.iter().filter(|row| (first..=last).contains(&row.day)) {
        if !told.contains(&row.day) {
            wrong.push(format!("{}: nothing is told of {}", books.name, row.day));
        }
    }
}

/// What was on every account before anything moved.
fn opening(universe: &Universe) -> Money {
    let switches = universe.plan.switches.iter();
    let value = switches.rev().find(|(name, _)| *name == "opening_balance_cents");
    Money::from_cents(value.and_then(|(_, value)| value.as_i64()).unwrap_or(0))
}

/// What the bank names is matched with that and nothing else; fees are fees. What a person
/// decided, or undid, is theirs.
fn truly_explained(universe: &Universe, books: &Books, known: &[Known], wrong: &mut Vec<String>) {
    for one in &books.explained {
        let by_itself = one.found.as_ref().is_none_or(|found| found.created_by == "system");
        if !by_itself || books.undone.contains(&one.line.id) {
            continue;
        }
        let row = books.row(&one.line).filter(|_| universe.plan.at.names_boletos());
        let Some(row) = row else {
            of_nameless_line(universe, books, known, one, wrong);
            continue;
        };
        // Of what the bank corrected while only its simple statement worked the words are not known.
        let is_told = one.line.line.kind.as_deref() == Some(row.kind.as_str());
        if !is_told && one.line.status == Status::Open {
            continue;
        }
        let boleto = row.boleto.as_ref().and_then(|id| {
            known.iter().find(|k| k.boleto.bank_id.as_ref() == Some(id)).map(|k| &k.boleto.id)
        });
        let shares = one.found.iter().flat_map(|found| &found.shares).map(|s| &s.boleto_id);
        let shares: Vec<&String> = shares.collect();
        let fits = match (row.kind.as_str(), boleto) {
            ("TARIFA", _) => one.line.status == Status::Fee,
            (_, Some(boleto)) => one.line.status == Status::Matched && shares == [boleto],
            // Somebody may have paid what they owe to the bare key.
            (_, None) if row.boleto.is_none() => {
                one.line.status == Status::Open
                    || row.amount.is_positive() && one.line.status == Status::Matched
            }
            (_, None) => one.line.status == Status::Open,
        };
        if !fits {
            wrong.push(format!("{}: {row:?} is for {boleto:?}, and is {one:?}", books.name));
        }
    }
}

/// A fee is a fee. Any other line that names nothing waits, or is matched with what some movement of
/// its day and amount pays.
fn of_nameless_line(
    universe: &Universe,
    books: &Books,
    known: &[Known],
    one: &Explained,
    wrong: &mut Vec<String>,
) {
    let line = &one.line.line;
    if let Some(row) = books.row(&one.line)
        && universe.plan.at.is_fee(row) != (one.line.status == Status::Fee)
    {
        wrong.push(format!("{}: {row:?} is {one:?}", books.name));
    }
    let led_astray = led_astray(books, known);
    let is_astray = |found: &Match| found.shares.iter().any(|s| led_astray.contains(&s.boleto_id));
    let to_prove = |found: &&Match| found.kind == Kind::Boletos && !is_astray(found);
    let Some(found) = one.found.as_ref().filter(to_prove) else { return };
    let fits = |row: &Row| {
        let boleto =
            known.iter().find(|k| k.boleto.bank_id.is_some() && k.boleto.bank_id == row.boleto);
        row.boleto.is_none()
            || boleto.is_some_and(|k| found.shares.iter().any(|s| s.boleto_id == k.boleto.id))
    };
    let mut rows = books.rows.iter().filter(|r| (r.day, r.amount) == (line.date, line.amount));
    if !rows.any(fits) {
        wrong.push(format!("{}: {one:?} pays something else", books.name));
    }
}

/// Boletos of whose line a person said that it is another's, or none's: another may be theirs.
fn led_astray(books: &Books, known: &[Known]) -> BTreeSet<String> {
    let mut all = books.undone.clone();
    for one in &books.explained {
        let by_person = one.found.as_ref().filter(|found| found.created_by != "system");
        let (Some(found), Some(row)) = (by_person, books.row(&one.line)) else { continue };
        let is_its = |k: &&Known| k.boleto.bank_id.is_some() && k.boleto.bank_id == row.boleto;
        let its = known.iter().find(is_its).map(|k| &k.boleto.id);
        let told: Vec<&String> = found.shares.iter().map(|share| &share.boleto_id).collect();
        if told != Vec::from_iter(its) {
            all.extend(told.into_iter().chain(its).cloned());
        }
    }
    all
}

/// Counts what boletos were credited by lines that nobody but the machine looked at, and how many of
/// those are matched: that nothing wrong is matched is also true of a machine that matches nothing.
pub(crate) fn count(universe: &Universe, store: &Store) -> Result<(), StoreError> {
    for books in books(universe, store)? {
        for one in &books.explained {
            let by_itself = one.found.as_ref().is_none_or(|found| found.created_by == "system");
            let is_credit =
                books.row(&one.line).is_some_and(|r| r.boleto.is_some() && r.amount.is_positive());
            if by_itself && is_credit && !books.undone.contains(&one.line.id) {
                let matched = if one.line.status == Status::Matched { "matched" } else { "open" };
                universe.trace.count(format!("credit {matched}"));
            }
        }
    }
    Ok(())
}

/// P5: a boleto that is paid twice, or of which the bank tells nothing, is before a person.
fn people_were_told(books: &Books, known: &[Known], wrong: &mut Vec<String>) {
    let mut taken: BTreeMap<&str, Vec<(&Match, Money)>> = BTreeMap::new();
    let live = books.explained.iter().filter_map(|one| one.found.as_ref());
    for found in live.filter(|found| found.kind == Kind::Boletos) {
        for share in &found.shares {
            taken.entry(&share.boleto_id).or_default().push((found, share.amount));
        }
    }
    for (boleto, mut shares) in taken {
        let Some(one) = known.iter().find(|one| one.boleto.id == boleto) else { continue };
        if books.undone.contains(boleto) {
            continue;
        }
        shares.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        let mut before = Money::ZERO;
        for (found, amount) in shares {
            let twice = found.difference.kind == DifferenceKind::PaidTwice;
            let is_single = found.shares.len() == 1 && one.boleto.edition == 0;
            if is_single && before.is_positive() && before >= one.boleto.amount && !twice {
                wrong.push(format!("P5: {boleto} was paid before {found:?}"));
            }
            let kinds = ["line_paid_twice", "paid_twice", "paid_over", "total_differs"];
            if twice && !books.is_pending(boleto, &kinds) {
                wrong.push(format!("P5: nobody was told of {found:?}"));
            }
            before = before + amount;
        }
        let settled = one.boleto.status == BoletoStatus::Settled;
        let open = !settled
            && !matches!(one.boleto.status, BoletoStatus::Cancelled | BoletoStatus::Rejected);
        let told = books.is_pending(boleto, &["line_without_settlement", "line_paid_twice"]);
        if open && !told || settled && books.is_pending(boleto, &["line_without_settlement"]) {
            wrong.push(format!("{boleto} is {:?}, told: {told}", one.boleto.status));
        }
    }
}
