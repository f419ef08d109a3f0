//! The one way in for lines: what comes in is judged against what is known, and all that follows
//! is written in the transaction at hand. Run twice with the same lines it adds nothing.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;
use quita_core::bank_line::BankLine;
use quita_core::line_identity::{self, Batch, Incoming, Known, Source, Verdict};
use quita_core::money::Money;
use quita_store::accounts::{self, Account};
use quita_store::bank_lines::{self, KeptLine, Status};
use quita_store::pending::{self, PendingItem};
use quita_store::statement_days::{self, StatementDay};
use quita_store::statement_imports::{self, StatementImport};
use quita_store::{StoreError, Tx, events};
use serde_json::json;

use super::{days, missing};
use crate::desk::reconciliation;
use crate::ids::Ids;
use crate::planted::{self, Bug};
use crate::trail::{self, Author};
use crate::workers::{Kind, enqueue};

/// Provisional lines may be posted so many days later.
const DAYS_BEFORE: i32 = 7;
/// Kind of the pending item of a line that changed after somebody explained it.
pub(crate) const CHANGED: &str = "statement_line_changed";
/// Kind of the pending item of an account with lines that a person must decide on.
pub(crate) const DOUBTFUL: &str = "statement_doubtful";

/// Lines of one account that were read together.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    /// Of which account.
    pub(crate) account: Account,
    /// Where they were read.
    pub(crate) source: Source,
    /// In the order of the source.
    pub(crate) lines: Vec<BankLine>,
    /// First and last day of which every line is here.
    pub(crate) whole: Option<(Date, Date)>,
    /// First and last day that it tells of.
    pub(crate) days: Option<(Date, Date)>,
    /// What the account held at the end of days.
    pub(crate) closings: Vec<(Date, Money)>,
    /// Lines that could not be read.
    pub(crate) unread: usize,
    /// For people.
    pub(crate) warnings: Vec<String>,
    /// Name and hash of a file.
    pub(crate) file: Option<(String, String)>,
    /// Who reads.
    pub(crate) by: String,
}

impl Look {
    /// First and last day of lines and period.
    fn reach(&self) -> Option<(Date, Date)> {
        let of_lines = self.lines.iter().map(|line| line.date);
        let of_period = self.days.into_iter().flat_map(|(first, last)| [first, last]);
        let days: Vec<Date> = of_lines.chain(of_period).collect();
        Some((*days.iter().min()?, *days.iter().max()?))
    }
}

/// Takes lines in, and gives the row that says what became of them.
pub(crate) fn record(
    tx: &mut Tx,
    ids: &mut Ids,
    look: &Look,
) -> Result<StatementImport, StoreError> {
    let account = &look.account;
    // Two looks at once would both take the same line for a new one.
    accounts::lock(tx, &account.id)?;
    let (file_name, file_hash) = look.file.clone().unwrap_or_default();
    let mut import = StatementImport {
        id: ids.next_id(),
        company_id: account.company_id.clone(),
        account_id: account.id.clone(),
        source: look.source.word().to_owned(),
        file_name,
        file_hash,
        days: look.reach(),
        new_count: 0,
        known_count: 0,
        doubtful_count: 0,
        warnings: look.warnings.clone(),
        created_by: look.by.clone(),
        created_at: ids.now(),
    };
    statement_imports::insert(tx, &import)?;
    let mut moved: Option<Date> = None;
    if let Some((first, last)) = look.reach() {
        let kept = known_lines(tx, look, first, last)?;
        let mut taking = Taking { tx, ids, look, import: &mut import, first: None };
        taking.take(&kept)?;
        moved = taking.first;
    }
    statement_imports::update(tx, &import)?;
    let told = days::tell(tx, account, look.source, &look.closings, ids.now())?;
    if let Some(from) = moved.into_iter().chain(told).min() {
        days::close(tx, account, from, ids.now())?;
        missing::give_up_proved(tx, ids, account, from)?;
    }
    note_doubtful(tx, ids, account)?;
    announce(tx, ids, &import)?;
    if moved.is_some() {
        let now = ids.now();
        enqueue(tx, ids, &account.company_id, Kind::Reconcile, &account.id, now)?;
    }
    Ok(import)
}

/// The lines that incoming ones may be. What the bank took back is none of them: told again, it is
/// new. What a person found to be another one is known to the source that told it, and to no other,
/// so that it takes no place of a true one.
fn known_lines(
    tx: &mut Tx,
    look: &Look,
    first: Date,
    last: Date,
) -> Result<Vec<KeptLine>, StoreError> {
    let before = first.saturating_sub(DAYS_BEFORE.days());
    let mut kept = bank_lines::of_days(tx, &look.account.id, before, last)?;
    kept.retain(|line| match line.status {
        Status::GivenUp => line.doubt.is_some() && line.source == look.source,
        _ => true,
    });
    Ok(kept)
}

struct Taking<'a, 't> {
    tx: &'a mut Tx<'t>,
    ids: &'a mut Ids,
    look: &'a Look,
    import: &'a mut StatementImport,
    /// The first day of which anything changed.
    first: Option<Date>,
}

impl Taking<'_, '_> {
    fn take(&mut self, kept: &[KeptLine]) -> Result<(), StoreError> {
        let known: Vec<Known> = kept
            .iter()
            .map(|line| Known {
                line: line.line.clone(),
                source: line.source,
                provisional: line.provisional,
            })
            .collect();
        let incoming = |line: &BankLine| Incoming { line: line.clone(), provisional: false };
        let lines: Vec<Incoming> = self.look.lines.iter().map(incoming).collect();
        let batch = Batch { lines: &lines, source: self.look.source, whole: self.look.whole };
        let judged = line_identity::judge(&known, &batch);
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.import.new_count = count(judged.new_count());
        self.import.known_count = count(judged.known_count());
        self.import.doubtful_count = count(judged.doubtful_count());
        let mut found = BTreeSet::new();
        for (line, verdict) in self.look.lines.iter().zip(judged.verdicts) {
            match verdict {
                Verdict::New if planted::is(Bug::AlikeIsSame) && self.is_alike(line, kept) => {}
                Verdict::New => self.add(line, Status::Open, None)?,
                Verdict::Known { of, becomes } => {
                    found.insert(of);
                    if let (Some(kept), Some(becomes)) = (kept.get(of), becomes) {
                        self.change(kept, *becomes)?;
                    }
                }
                Verdict::Changed { of, becomes, what } => {
                    found.insert(of);
                    if let Some(kept) = kept.get(of) {
                        let day = kept.line.date.strftime("%d/%m/%Y");
                        self.import.warnings.push(format!("lançamento de {day}: {what}"));
                        self.change(kept, *becomes)?;
                    }
                }
                Verdict::Again { .. } => {}
                Verdict::Doubtful { of, .. } if kept.get(of).is_some_and(|k| self.may_go(k)) => {
                    self.add(line, Status::Open, None)?;
                }
                Verdict::Doubtful { of, why } => {
                    found.insert(of);
                    let doubt = kept.get(of).map(|kept| (why, kept.id.clone()));
                    self.add(line, Status::Doubtful, doubt)?;
                }
            }
        }
        self.note_missing(kept, &found)?;
        let replaced = self.replaced(kept, &found);
        for of in judged.given_up.into_iter().chain(replaced) {
            if let Some(kept) = kept.get(of) {
                self.give_up(kept)?;
            }
        }
        Ok(())
    }

    /// Lines of a statement without ids that the bank, asked again for the same whole days, no
    /// longer tells: it corrected them, and their successors are new.
    fn replaced(&self, kept: &[KeptLine], found: &BTreeSet<usize>) -> Vec<usize> {
        let is_gone = |(of, kept): &(usize, &KeptLine)| {
            self.may_go(kept) && kept.status.counts() && !found.contains(of)
        };
        kept.iter().enumerate().filter(is_gone).map(|(of, _)| of).collect()
    }

    /// Whether the bank, which tells a line without id, tells all lines of its day here.
    fn may_go(&self, kept: &KeptLine) -> bool {
        let is_here = |(first, last): (Date, Date)| (first..=last).contains(&kept.line.date);
        kept.source == Source::ApiSimple
            && matches!(self.look.source, Source::Api | Source::ApiSimple)
            && self.look.unread == 0
            && self.look.whole.is_some_and(is_here)
    }

    /// A planted defect: whether a line has the content of one before it.
    fn is_alike(&self, line: &BankLine, kept: &[KeptLine]) -> bool {
        let before = self.look.lines.iter().take_while(|one| !std::ptr::eq(*one, line));
        let content = |line: &BankLine| (line.date, line.amount, line.memo.clone());
        let mut others = kept.iter().map(|kept| &kept.line).chain(before);
        others.any(|other| content(other) == content(line))
    }

    /// Marks lines with ids that the bank's interface, asked for their whole days, no longer tells;
    /// told again, they are unmarked. See [`missing`].
    fn note_missing(
        &mut self,
        kept: &[KeptLine],
        found: &BTreeSet<usize>,
    ) -> Result<(), StoreError> {
        let Some((first, last)) = self.look.whole.filter(|_| self.look.unread == 0) else {
            return Ok(());
        };
        if self.look.source != Source::Api {
            return Ok(());
        }
        for (of, line) in kept.iter().enumerate() {
            let is_told = found.contains(&of);
            let is_gone = line.source == Source::Api
                && !line.provisional
                && line.status.counts()
                && (first..=last).contains(&line.line.date)
                && !is_told;
            if is_gone && line.missing.is_none() || is_told && line.missing.is_some() {
                let since = is_gone.then_some(self.ids.now());
                bank_lines::set_missing(self.tx, &line.company_id, &line.id, since)?;
                self.touched(line.line.date);
            }
        }
        Ok(())
    }

    fn touched(&mut self, day: Date) {
        self.first = Some(self.first.map_or(day, |first| first.min(day)));
    }

    fn add(
        &mut self,
        line: &BankLine,
        status: Status,
        doubt: Option<(String, String)>,
    ) -> Result<(), StoreError> {
        let now = self.ids.now();
        let kept = KeptLine {
            id: self.ids.next_id(),
            company_id: self.import.company_id.clone(),
            account_id: self.import.account_id.clone(),
            line: line.clone(),
            source: self.look.source,
            provisional: false,
            import_id: self.import.id.clone(),
            status,
            doubt,
            created_at: now,
            updated_at: now,
            missing: None,
        };
        bank_lines::insert(self.tx, &kept)?;
        self.touched(line.date);
        Ok(())
    }

    /// What explained a line is undone where its amount changes; another day changes nothing of what
    /// it pays.
    fn change(&mut self, kept: &KeptLine, becomes: Known) -> Result<(), StoreError> {
        let before = &kept.line;
        let is_other = before.amount != becomes.line.amount;
        self.touched(before.date.min(becomes.line.date));
        let is_moved = is_other || before.date != becomes.line.date;
        if is_moved
            && is_explained(kept)
            && !reconciliation::corrected(self.tx, self.ids, kept, is_other)?
        {
            let message = format!(
                "O banco corrigiu um lançamento que já estava conciliado: era de R$ {} em {}, e \
                 agora é de R$ {} em {}. {}",
                before.amount,
                before.date.strftime("%d/%m/%Y"),
                becomes.line.amount,
                becomes.line.date.strftime("%d/%m/%Y"),
                if is_other {
                    "A conciliação foi desfeita: confira-o e concilie-o de novo em «Conciliação»."
                } else {
                    "Confira em «Conciliação»."
                }
            );
            ask_a_person(self.tx, self.ids, kept, message)?;
        }
        let Known { line, source, provisional } = becomes;
        let changed = KeptLine { line, source, provisional, ..kept.clone() };
        bank_lines::update(self.tx, &changed, self.ids.now())
    }

    fn give_up(&mut self, kept: &KeptLine) -> Result<(), StoreError> {
        self.touched(kept.line.date);
        give_up(self.tx, self.ids, kept)
    }
}

fn is_explained(kept: &KeptLine) -> bool {
    matches!(kept.status, Status::Matched | Status::Fee | Status::Explained)
}

/// The bank took a line back: it is kept and counts no longer, and what explained it is undone.
pub(super) fn give_up(tx: &mut Tx, ids: &mut Ids, kept: &KeptLine) -> Result<(), StoreError> {
    if is_explained(kept) && !reconciliation::corrected(tx, ids, kept, true)? {
        let message = format!(
            "O banco retirou do extrato um lançamento que já estava conciliado, de R$ {} em {}. A \
             conciliação foi desfeita: o que ele pagava volta a ficar em aberto em «Conciliação».",
            kept.line.amount,
            kept.line.date.strftime("%d/%m/%Y"),
        );
        ask_a_person(tx, ids, kept, message)?;
    }
    bank_lines::set_status(tx, &kept.company_id, &kept.id, Status::GivenUp, ids.now())
}

fn ask_a_person(
    tx: &mut Tx,
    ids: &mut Ids,
    kept: &KeptLine,
    message: String,
) -> Result<(), StoreError> {
    let item = PendingItem {
        id: ids.next_id(),
        company_id: kept.company_id.clone(),
        kind: CHANGED.into(),
        subject: kept.id.clone(),
        message,
        opened_at: ids.now(),
    };
    pending::open(tx, &item).map(|_| ())
}

/// While lines wait for a person, that is on the list of the house.
pub(super) fn note_doubtful(
    tx: &mut Tx,
    ids: &mut Ids,
    account: &Account,
) -> Result<(), StoreError> {
    let (count, _) = bank_lines::doubtful(tx, &account.id)?;
    if count == 0 {
        return pending::close(tx, DOUBTFUL, &account.id, "system", ids.now());
    }
    let lines = if count == 1 { "1 lançamento" } else { "lançamentos" };
    let number = if count == 1 { String::new() } else { format!("{count} ") };
    let item = PendingItem {
        id: ids.next_id(),
        company_id: account.company_id.clone(),
        kind: DOUBTFUL.into(),
        subject: account.id.clone(),
        message: format!(
            "Há {number}{lines} em dúvida no extrato da conta {}: diga em «Extrato» se já estavam lá.",
            account.description
        ),
        opened_at: ids.now(),
    };
    pending::open(tx, &item).map(|_| ())
}

fn announce(tx: &mut Tx, ids: &mut Ids, import: &StatementImport) -> Result<(), StoreError> {
    let body = json!({
        "import_id": import.id,
        "account_id": import.account_id,
        "source": import.source,
        "new": import.new_count,
        "known": import.known_count,
        "doubtful": import.doubtful_count,
    });
    let StatementImport { company_id, account_id, created_by, .. } = import;
    let author = Author { company_id, actor: created_by };
    trail::record(tx, ids, author, "statement.imported", account_id, &body)?;
    let (id, now) = (ids.next_id(), ids.now());
    events::insert(tx, &id, company_id, "statement.imported", account_id, &body.to_string(), now)
}

/// Writes what the bank says was there at the end of a day, and closes what it proves.
pub(crate) fn balance(
    tx: &mut Tx,
    account: &Account,
    day: Date,
    amount: Money,
    ids: &mut Ids,
) -> Result<(), StoreError> {
    accounts::lock(tx, &account.id)?;
    let now = ids.now();
    let Some(from) = days::tell(tx, account, Source::Api, &[(day, amount)], now)? else {
        return Ok(());
    };
    days::close(tx, account, from, now)?;
    missing::give_up_proved(tx, ids, account, from)
}

/// Days of an account that are not proved, among these.
pub(crate) fn open_days(
    tx: &mut Tx,
    account_id: &str,
    first: Date,
    last: Date,
) -> Result<Vec<StatementDay>, StoreError> {
    let mut days = statement_days::of_days(tx, account_id, first, last)?;
    days.retain(|day| day.status == statement_days::Status::Open);
    Ok(days)
}
