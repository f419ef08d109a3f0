//! What must hold: at every moment, and when all is quiet.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use quita_core::fold::Status;
use quita_core::money::Money;
use quita_core::terms::{Accepts, Term, TermKind, Terms};
use quita_engine::learn::folded;
use quita_engine::workers::Kind;
use quita_store::boletos::{self, Boleto, Filter};
use quita_store::pending::{self, PendingItem};
use quita_store::receipts::{self, Receipt};
use quita_store::{LAST_ID, Store, StoreError, accounts, audit, charges, contracts, params, sql};

use crate::bank::{Held, Situation};
use crate::house;
use crate::office;
use crate::people::{self, Answer, What};
use crate::proof;
use crate::universe::Universe;

sql! {
    NEXT_JOBS = "SELECT kind, MIN(run_at) FROM jobs WHERE kind NOT IN ($1, $2)
        GROUP BY kind ORDER BY kind";
    OPEN_JOBS = "SELECT kind, subject, last_error FROM jobs
        WHERE kind NOT IN ($1, $2, $3) ORDER BY id";
    OPEN_CALLS = "SELECT COUNT(*) FROM inbox WHERE handled_at IS NULL";
    UNNUMBERED = "SELECT COUNT(*) FROM events WHERE seq IS NULL";
    OPEN_ATTEMPTS = "SELECT boleto_id, operation, opened_at FROM attempts
        WHERE closed_at IS NULL ORDER BY id";
    LAST_LOOKS = "SELECT MIN(value), COUNT(*) FROM cursors WHERE name = $1";
}

/// More boletos than any run has.
const ALL: i64 = 10_000;

/// Work that nobody does in runs of days: statements are read in runs of months.
fn not_done(universe: &Universe) -> [&'static str; 2] {
    match universe.plan.statements {
        Some(_) => ["", ""],
        None => [Kind::Statement, Kind::Reconcile].map(Kind::word),
    }
}

/// When the next job of each kind that is done here runs.
pub(crate) fn next_jobs(
    universe: &Universe,
    store: &Store,
) -> Result<Vec<(String, Timestamp)>, StoreError> {
    let [one, other] = not_done(universe);
    store.read(move |tx| {
        tx.rows(NEXT_JOBS, params![one, other])?
            .iter()
            .map(|row| Ok((row.text(0)?, row.instant(1)?)))
            .collect()
    })
}

/// A boleto with all that hangs on it.
pub(crate) struct Known {
    pub(crate) boleto: Boleto,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) pending: Vec<PendingItem>,
    account_number: String,
}

impl Known {
    fn name(&self) -> String {
        format!("{} ({})", self.boleto.order.document_number, self.boleto.id)
    }

    /// A person was told something about it.
    fn is_pending(&self, kinds: &[&str]) -> bool {
        self.pending.iter().any(|item| kinds.contains(&item.kind.as_str()))
    }

    fn pending_kinds(&self) -> Vec<&str> {
        self.pending.iter().map(|item| item.kind.as_str()).collect()
    }

    fn received(&self) -> Money {
        self.receipts.iter().map(|receipt| receipt.amount).sum()
    }
}

/// All boletos of all companies.
pub(crate) fn known(universe: &Universe, store: &Store) -> Result<Vec<Known>, StoreError> {
    let companies = people::companies(universe);
    store.read(move |tx| {
        let mut all = Vec::new();
        for company in &companies {
            let numbers: BTreeMap<String, String> = accounts::list(tx, company)?
                .into_iter()
                .map(|account| (account.id, format!("{}{}", account.number, account.digit)))
                .collect();
            for boleto in boletos::page(tx, company, &Filter::default(), LAST_ID, ALL)? {
                all.push(Known {
                    receipts: receipts::of_boleto(tx, &boleto.id)?,
                    pending: pending::of_subject(tx, &boleto.id)?,
                    account_number: numbers.get(&boleto.account_id).cloned().unwrap_or_default(),
                    boleto,
                });
            }
        }
        Ok(all)
    })
}

/// What holds at every moment. Gives what does not.
pub(crate) fn always(universe: &Universe, store: &Store) -> Result<Vec<String>, StoreError> {
    let known = known(universe, store)?;
    let held = universe.bank.boletos(universe.now());
    let mut wrong = Vec::new();
    cached_as_folded(store, &known, &mut wrong)?;
    at_most_once(&held, &mut wrong);
    for one in &known {
        let at_bank = one.boleto.bank_id.as_ref().and_then(|id| held.iter().find(|h| h.id == *id));
        let paid: Money = at_bank.iter().flat_map(|h| h.settled()).map(|p| p.amount).sum();
        if one.received() > paid {
            wrong.push(format!("{}: received {}, paid {paid}", one.name(), one.received()));
        }
    }
    proof::always(universe, store, &mut wrong)?;
    Ok(wrong)
}

/// What holds once faults have stopped and all had the time to settle.
pub(crate) fn at_rest(universe: &Universe, store: &Store) -> Result<Vec<String>, StoreError> {
    let known = known(universe, store)?;
    let held = universe.bank.boletos(universe.now());
    let mut wrong = Vec::new();
    nothing_open(universe, store, &mut wrong)?;
    cached_as_folded(store, &known, &mut wrong)?;
    at_most_once(&held, &mut wrong);
    outcomes(&known, &held, &mut wrong);
    money(universe.plan.reads_pix, &known, &held, &mut wrong);
    one_open_for_each_charge(&known, &held, &mut wrong);
    answers_kept(universe, store, &known, &mut wrong)?;
    office::at_rest(universe, store, &known, &mut wrong)?;
    periods_issued(universe, store, &known, &mut wrong)?;
    proof::at_rest(universe, store, &known, &mut wrong)?;
    match audit::verify(store)? {
        audit::Verification::Whole { unsealed: 0, .. } => {}
        other => wrong.push(format!("audit: {other:?}")),
    }
    Ok(wrong)
}

/// P8: no work but the next look, no call of the bank unread, no outcome unknown.
fn nothing_open(
    universe: &Universe,
    store: &Store,
    wrong: &mut Vec<String>,
) -> Result<(), StoreError> {
    let matching = not_done(universe)[1];
    let open = store.read(move |tx| {
        let mut open = Vec::new();
        let looks = [Kind::Sync, Kind::Statement].map(Kind::word);
        for row in tx.rows(OPEN_JOBS, params![looks[0], looks[1], matching])? {
            let error = row.opt_text(2)?.unwrap_or_default();
            open.push(format!("job {} {} is open: {error}", row.text(0)?, row.text(1)?));
        }
        let calls = tx.row(OPEN_CALLS, &[])?.map_or(Ok(0), |row| row.int(0))?;
        if calls > 0 {
            open.push(format!("{calls} calls of the bank are not handled"));
        }
        let events = tx.row(UNNUMBERED, &[])?.map_or(Ok(0), |row| row.int(0))?;
        if events > 0 {
            open.push(format!("{events} events have no number"));
        }
        for row in tx.rows(OPEN_ATTEMPTS, &[])? {
            let (boleto, operation) = (row.text(0)?, row.text(1)?);
            open.push(format!("attempt to {operation} {boleto} of {} is open", row.instant(2)?));
        }
        Ok(open)
    })?;
    wrong.extend(open);
    Ok(())
}

/// The stored state is what the facts amount to.
fn cached_as_folded(
    store: &Store,
    known: &[Known],
    wrong: &mut Vec<String>,
) -> Result<(), StoreError> {
    for one in known {
        let id = one.boleto.id.clone();
        let folded = store.read(move |tx| folded(tx, &id))?;
        let mut again = one.boleto.clone();
        again.take(&folded, one.boleto.updated_at);
        again.settled_at = one.boleto.settled_at;
        // A replaced boleto makes room before its successor is there, and keeps out of its way.
        again.live &= one.boleto.live;
        if again != one.boleto {
            wrong.push(format!("{}: kept {:?}, folded {again:?}", one.name(), one.boleto));
        }
        let told: BTreeSet<_> = folded.receipts.iter().map(|r| (&r.key, r.amount)).collect();
        let kept: BTreeSet<_> = one.receipts.iter().map(|r| (&r.receipt_key, r.amount)).collect();
        if told != kept {
            wrong.push(format!("{}: receipts {kept:?}, folded {told:?}", one.name()));
        }
    }
    Ok(())
}

/// P1: an order is at the bank at most once.
fn at_most_once(held: &[Held], wrong: &mut Vec<String>) {
    let mut seen: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for one in held {
        seen.entry((&one.account, &one.reference)).or_default().push(&one.id);
    }
    for ((_, reference), ids) in seen {
        if ids.len() > 1 {
            wrong.push(format!("P1: {reference} is at the bank {} times: {ids:?}", ids.len()));
        }
    }
}

/// P1: every outcome is known, or a person was told.
fn outcomes(known: &[Known], held: &[Held], wrong: &mut Vec<String>) {
    for one in known {
        let boleto = &one.boleto;
        let there = held.iter().find(|h| {
            h.reference == boleto.order.bank_reference && h.account == one.account_number
        });
        let unknown = one.is_pending(&["outcome_unknown", "several_candidates"]);
        match (&boleto.bank_id, there) {
            (Some(ours), Some(there)) if *ours == there.id => agrees(one, there, wrong),
            (None, None) if boleto.status == Status::Rejected => {}
            _ if unknown => {}
            (ours, there) => wrong.push(format!(
                "P1: {} is {:?} here with {ours:?}, at the bank {:?}",
                one.name(),
                boleto.status,
                there.map(|t| (&t.id, &t.situation))
            )),
        }
        if !boleto.wanted.is_empty() {
            wrong.push(format!("{} still wants {:?}", one.name(), boleto.wanted));
        }
        if boleto.status == Status::Created && !unknown && !one.is_pending(&["registration_late"]) {
            wrong.push(format!("P1: {} is still on its way", one.name()));
        }
        let overcome = one.is_pending(&["outcome_unknown", "not_sent", "registration_late"]);
        if boleto.status != Status::Created && overcome {
            wrong.push(format!(
                "{} is {:?} and has {:?}",
                one.name(),
                boleto.status,
                one.pending_kinds()
            ));
        }
        if boleto.status == Status::Rejected && !one.is_pending(&["rejected"]) {
            wrong.push(format!("{} was refused and nobody was told", one.name()));
        }
    }
}

/// Situation, amount and due date are those at the bank.
fn agrees(one: &Known, there: &Held, wrong: &mut Vec<String>) {
    let boleto = &one.boleto;
    let paid = there.settled().next().is_some();
    let fits = match there.situation {
        Situation::Pending => boleto.status == Status::Created,
        Situation::Failed => boleto.status == Status::Rejected,
        Situation::Open => {
            boleto.status == Status::Registered
                || boleto.settled_by_hand && one.is_pending(&["change_refused"])
        }
        Situation::Paid | Situation::MarkedPaid => boleto.status == Status::Settled,
        Situation::Cancelled | Situation::Expired if paid || boleto.settled_by_hand => {
            boleto.status == Status::Settled
        }
        Situation::Cancelled => boleto.status == Status::Cancelled,
        Situation::Expired => boleto.status == Status::Expired,
    };
    if !fits {
        wrong.push(format!(
            "{} is {:?}, at the bank {:?}",
            one.name(),
            boleto.status,
            there.situation
        ));
    }
    let ours = (boleto.amount.to_decimal(), boleto.expiration_date);
    let theirs = (there.amount.clone(), there.expiration_date);
    // Nobody looks at the values of what was closed without payment.
    if ours != theirs && (paid || there.is_open()) {
        wrong.push(format!("{}: {ours:?} here, {theirs:?} at the bank", one.name()));
    }
    if let Some(theirs) = there.terms.as_ref().filter(|_| there.is_open()) {
        let ours = boleto.order.changed(boleto.expiration_date, boleto.amount).terms;
        for kind in TermKind::ALL.into_iter().filter(|kind| !is_same(*kind, &ours, theirs)) {
            // What the bank took and did not show in time is for a person, and so is what it refused:
            // the days of a term, after the due date moved.
            let refused = format!("{}_refused", kind.word());
            if !one.is_pending(&["change_not_shown", &refused]) {
                let (ours, theirs) = (ours.term(kind), theirs.term(kind));
                wrong.push(format!("{}: {ours:?} here, {theirs:?} at the bank", one.name()));
            }
        }
    }
}

/// Of what was never said which other amounts it takes, a bank takes none.
fn is_same(kind: TermKind, ours: &Terms, theirs: &Terms) -> bool {
    let (ours, theirs) = (ours.term(kind), theirs.term(kind));
    ours == theirs || ours.is_none() && theirs == Some(Term::Accepts(Accepts::Exact))
}

/// P2, P4, P5: one receipt for each payment, and what cannot be told apart is shown.
fn money(reads_pix: bool, known: &[Known], held: &[Held], wrong: &mut Vec<String>) {
    for one in known {
        let there = one.boleto.bank_id.as_ref().and_then(|id| held.iter().find(|h| h.id == *id));
        let Some(there) = there else { continue };
        // What came by barcode after it was marked there as received by hand is not told.
        if there.situation == Situation::MarkedPaid {
            continue;
        }
        let mut theirs: Vec<(&str, Money, Option<&str>)> = there
            .settled()
            .map(|p| {
                let id = p.end_to_end_id.as_deref().filter(|_| reads_pix);
                (p.means.as_str(), p.amount, id)
            })
            .collect();
        let mut ours: Vec<(&str, Money, Option<&str>)> = one
            .receipts
            .iter()
            .map(|r| (means_word(r), r.amount, r.end_to_end_id.as_deref()))
            .collect();
        theirs.sort();
        ours.sort();
        let shown = one.is_pending(&["paid_twice", "total_differs", "paid_over"]);
        if theirs.len() > 1 && !shown {
            wrong.push(format!(
                "P5: {} was paid {theirs:?} and nobody was told ({:?}); receipts {ours:?}",
                one.name(),
                one.pending_kinds()
            ));
        }
        // Two payments of which the bank tells only the sum cannot be told apart.
        let decidable = theirs.len() < 2 || theirs.iter().all(|(_, _, id)| id.is_some());
        if decidable && ours != theirs {
            wrong.push(format!(
                "P2: {} was paid {theirs:?}, receipts {ours:?}, pending {:?}",
                one.name(),
                one.pending_kinds()
            ));
        }
        let sum: Money = theirs.iter().map(|(_, amount, _)| *amount).sum();
        let differs = one.received() != sum;
        if differs && !shown {
            wrong.push(format!("P4: {} got {sum}, receipts {ours:?}", one.name()));
        }
        let odd = one.is_pending(&["total_differs", "amounts_disagree", "paid_without_receipt"]);
        if odd && theirs.len() < 2 {
            wrong.push(format!(
                "{} was paid {theirs:?} and has {:?} on the list",
                one.name(),
                one.pending_kinds()
            ));
        }
    }
}

fn means_word(receipt: &Receipt) -> &'static str {
    match receipt.means {
        quita_core::fact::Means::Boleto => "BOLETO",
        quita_core::fact::Means::Pix => "PIX",
    }
}

/// P1 across replacements: a debt can be paid at the bank in one place at most.
fn one_open_for_each_charge(known: &[Known], held: &[Held], wrong: &mut Vec<String>) {
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    for one in known {
        let there = one.boleto.bank_id.as_ref().and_then(|id| held.iter().find(|h| h.id == *id));
        if there.is_some_and(Held::is_open) {
            *open.entry(&one.boleto.charge_id).or_default() += 1;
        }
    }
    for (charge, count) in open {
        if count > 1 {
            wrong.push(format!("charge {charge} can be paid in {count} places"));
        }
    }
}

/// P3: what was answered is there, once; what was refused is not.
fn answers_kept(
    universe: &Universe,
    store: &Store,
    known: &[Known],
    wrong: &mut Vec<String>,
) -> Result<(), StoreError> {
    let companies = people::companies(universe);
    let kept = store.read(move |tx| {
        let mut kept = Vec::new();
        for company in &companies {
            let page = charges::page(tx, company, LAST_ID, ALL)?;
            kept.extend(page.into_iter().map(|c| (c.company_id, c.document_number, c.id)));
        }
        Ok(kept)
    })?;
    for request in &universe.people().requests {
        let What::Issue(bodies) = &request.what else { continue };
        for body in bodies {
            let number = body["document_number"].as_str().unwrap_or_default();
            let there: Vec<_> =
                kept.iter().filter(|(c, n, _)| *c == request.company && n == number).collect();
            let wanted = match &request.answer {
                Some(Answer::Done(_)) => 1,
                Some(Answer::Refused(_)) => 0,
                None => there.len().min(1),
            };
            if there.len() != wanted {
                wrong.push(format!(
                    "{number}: {} charges, answered {:?}",
                    there.len(),
                    request.answer
                ));
            }
        }
        if let Some(Answer::Done(answer)) = &request.answer {
            let there = known.iter().filter(|one| answer.contains(&one.boleto.id)).count();
            if there != bodies.len() {
                wrong.push(format!("P3: {there} are there of those promised in {answer}"));
            }
        }
    }
    Ok(())
}

/// Each period of each contract is issued, once: its charge is there, and so is its boleto.
fn periods_issued(
    universe: &Universe,
    store: &Store,
    known: &[Known],
    wrong: &mut Vec<String>,
) -> Result<(), StoreError> {
    for company in people::companies(universe) {
        let owner = company.clone();
        let all = store.read(move |tx| {
            let all = contracts::list(tx, &owner)?.into_iter();
            all.map(|one| {
                let periods = contracts::periods(tx, &owner, &one.id)?;
                Ok((one, periods))
            })
            .collect::<Result<Vec<_>, StoreError>>()
        })?;
        for (contract, periods) in &all {
            let issued = periods.iter().filter(|p| p.status == contracts::PeriodStatus::Issued);
            let whole = issued.count() == usize::from(house::PERIODS);
            if !whole || contract.status != contracts::Status::Ended {
                wrong.push(format!("contract {}: {contract:?} {periods:?}", contract.number));
            }
            for period in periods {
                let of_charge = known.iter().filter(|one| {
                    one.boleto.company_id == company
                        && Some(&one.boleto.charge_id) == period.charge_id.as_ref()
                });
                let first = of_charge
                    .clone()
                    .filter(|one| Some(&one.boleto.id) == period.boleto_id.as_ref());
                if first.count() != 1 || of_charge.filter(|one| one.boleto.live).count() > 1 {
                    wrong.push(format!("contract {}: {period:?}", contract.number));
                }
            }
            let start = format!("CT {} - ", contract.number);
            let ours = known.iter().filter(|one| {
                one.boleto.company_id == company
                    && one.boleto.order.document_number.starts_with(&start)
            });
            let charges: BTreeSet<&str> = ours.map(|one| one.boleto.charge_id.as_str()).collect();
            if charges.len() != usize::from(house::PERIODS) {
                wrong.push(format!("contract {}: {} charges", contract.number, charges.len()));
            }
        }
        if all.is_empty() {
            wrong.push(format!("company {company} has no contract"));
        }
    }
    Ok(())
}

/// When every account was last looked at to the end; `None` while one never was.
pub(crate) fn last_looks(store: &Store, accounts: usize) -> Result<Option<Timestamp>, StoreError> {
    let name = quita_engine::workers::cursor::LAST_SUCCESS;
    store.read(move |tx| {
        let Some(row) = tx.row(LAST_LOOKS, params![name])? else { return Ok(None) };
        let count = usize::try_from(row.int(1)?).unwrap_or(0);
        let first = if count < accounts { None } else { row.opt_text(0)? };
        Ok(first.and_then(|text| text.parse().ok()))
    })
}
