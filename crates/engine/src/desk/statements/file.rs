//! Statements from files, told apart by their content. A file is taken whole or not at all.

use jiff::ToSpan as _;
use jiff::civil::Date;
use quita_banks::registry;
use quita_core::bank_line::BankLine;
use quita_core::line_identity::Source;
use quita_core::money::Money;
use quita_formats::statement::{
    self, Balance, CsvMapping, Format, Options, Record, StatementError, Which,
};
use quita_formats::table;
use quita_store::accounts::Account;
use quita_store::csv_mappings;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

use super::{ImportView, Look, mine, no_account, record};
use crate::clock::bank_day;
use crate::desk::{Actor, Permission};
use crate::error::Error;
use crate::ids::hex;
use crate::world::World;

/// Largest file, in bytes.
pub const FILE_MAX: usize = 20 * 1024 * 1024;
/// Most warnings that are kept of one file.
const WARNINGS_MAX: usize = 200;

/// A file that was sent.
#[derive(Clone, Debug, Default)]
pub struct GivenStatement {
    /// Name on the sender's computer.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
    /// Columns of a CSV, kept for the next time; those of the last time where none are given.
    pub mapping: Option<CsvMapping>,
    /// A person has said that it is of this account, whatever it says itself.
    pub confirmed: bool,
}

/// Takes the lines of a file into an account.
pub fn import(
    world: &World,
    actor: &Actor,
    account_id: &str,
    given: &GivenStatement,
) -> Result<ImportView, Error> {
    actor.must(Permission::Charge)?;
    if given.bytes.is_empty() {
        return Err(Error::invalid("file", "missing", "escolha um arquivo de extrato"));
    }
    if given.bytes.len() > FILE_MAX {
        let said = format!("o arquivo passa de {} MB; divida-o por período", FILE_MAX >> 20);
        return Err(Error::invalid("file", "too_long", said));
    }
    let account = account_of(world, actor, account_id)?;
    let kept = csv_mapping(world, actor, account_id)?;
    let options = Options { csv: given.mapping.clone().or(kept) };
    let today = bank_day(world.clock.now());
    let mut reading = Reading::new(&account, given.confirmed, today);
    let format = statement::read(given.bytes.as_slice(), &options, |record| {
        reading.take(record);
        Ok(())
    });
    let format = format.map_err(|error| match error {
        StatementError::NotAStatement(said) => Error::invalid("file", "unreadable", said),
        StatementError::Io(error) => Error::invalid("file", "unreadable", error.to_string()),
    })?;
    let look = reading.end(source(format), given, &actor.name)?;
    let mapping = given.mapping.as_ref().filter(|_| format == Format::Csv);
    let mapping = mapping.map(serde_json::to_string).transpose();
    let mapping = mapping.map_err(|e| Error::internal(format!("a mapping is no JSON: {e}")))?;
    let look = Arc::new(look);
    let import = world.tx(move |tx, mut ids| {
        if let Some(mapping) = &mapping {
            csv_mappings::put(tx, &look.account.id, &look.account.company_id, mapping)?;
        }
        record(tx, &mut ids, &look)
    })?;
    world.bell.ring();
    Ok(ImportView::new(import))
}

fn account_of(world: &World, actor: &Actor, account_id: &str) -> Result<Account, Error> {
    let (company, id) = (actor.company_id.clone(), account_id.to_owned());
    world.store.read(move |tx| mine(tx, &company, &id))?.ok_or_else(no_account)
}

/// How the CSV files of an account are read, where a person has said it.
pub fn csv_mapping(
    world: &World,
    actor: &Actor,
    account_id: &str,
) -> Result<Option<CsvMapping>, Error> {
    actor.must(Permission::Read)?;
    let account = account_of(world, actor, account_id)?;
    let text = world.store.read(move |tx| csv_mappings::get(tx, &account.id))?;
    // One that a later version no longer reads is asked for again.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// The first rows of what may be a CSV, for a person to say which column is what; `None` for
/// anything else.
pub fn csv_columns(bytes: &[u8]) -> Option<Vec<Vec<String>>> {
    let is_csv = match statement::read(bytes, &Options::default(), |_| Ok(())) {
        Ok(format) => format == Format::Csv,
        // Text that is none of the other formats.
        Err(_) => !bytes.contains(&0) && !bytes.starts_with(b"<"),
    };
    let table = table::read(bytes).ok().filter(|_| is_csv)?;
    let rows = table.rows.into_iter().take(60).map(|row| row.cells);
    let rows: Vec<Vec<String>> = std::iter::once(table.header).chain(rows).collect();
    rows.iter().any(|row| row.len() > 1).then_some(rows)
}

/// The columns that a CSV seems to have.
pub fn guess_csv(rows: &[Vec<String>]) -> Option<CsvMapping> {
    statement::guess(rows)
}

const fn source(format: Format) -> Source {
    match format {
        Format::Ofx => Source::Ofx,
        Format::Camt053 => Source::Camt,
        Format::Cnab240E => Source::CnabE,
        Format::Csv => Source::Csv,
    }
}

/// What a file tells, put together.
struct Reading<'a> {
    account: &'a Account,
    confirmed: bool,
    today: Date,
    /// The statement at hand is of another account.
    foreign: Option<String>,
    /// Any statement was of this one.
    ours: bool,
    /// Of which other ones they were.
    others: Vec<String>,
    lines: Vec<BankLine>,
    period: Option<(Date, Date)>,
    /// A statement without period: its days may not be whole.
    has_gaps: bool,
    balances: Vec<Balance>,
    closings: Vec<(Date, Money)>,
    /// Where the lines of the statement at hand begin.
    begin: usize,
    warnings: Vec<String>,
}

impl<'a> Reading<'a> {
    fn new(account: &'a Account, confirmed: bool, today: Date) -> Self {
        Self {
            account,
            confirmed,
            today,
            foreign: None,
            ours: false,
            others: Vec::new(),
            lines: Vec::new(),
            period: None,
            has_gaps: false,
            balances: Vec::new(),
            closings: Vec::new(),
            begin: 0,
            warnings: Vec::new(),
        }
    }

    fn take(&mut self, record: Record) {
        match record {
            Record::Statement(statement) => {
                self.close();
                self.foreign = match self.confirmed {
                    true => None,
                    false => other_account(self.account, &statement),
                };
                match &self.foreign {
                    Some(other) => {
                        if !self.others.contains(other) {
                            self.others.push(other.clone());
                        }
                    }
                    None => {
                        self.ours = true;
                        match statement.from.zip(statement.to) {
                            Some((from, to)) => self.cover(from, to),
                            None => self.has_gaps = true,
                        }
                    }
                }
            }
            Record::Line(_) | Record::Balance(_) if self.foreign.is_some() => {}
            Record::Line(line) => self.lines.push(line.into_bank_line()),
            Record::Balance(balance) => self.balances.push(balance),
            Record::Warning(warning) => {
                if self.warnings.len() < WARNINGS_MAX {
                    self.warnings.push(format!("linha {}: {}", warning.line, warning.message));
                }
            }
        }
    }

    fn cover(&mut self, from: Date, to: Date) {
        self.period = Some(match self.period {
            Some((first, last)) => (first.min(from), last.max(to)),
            None => (from, to),
        });
    }

    /// Ends the statement at hand: what its balances say of which days.
    fn close(&mut self) {
        let first = self.lines.get(self.begin..).unwrap_or_default().iter().map(|line| line.date);
        let first = first.min();
        for balance in std::mem::take(&mut self.balances) {
            let Some(day) = balance.date else { continue };
            let day = match (balance.which, first) {
                (Which::Available, _) => continue,
                (Which::Closing, _) | (Which::Opening, None) => day,
                // Some banks name the first day, others the one before it: until the first line
                // nothing moved.
                (Which::Opening, Some(first)) => day.min(first.saturating_sub(1.days())),
            };
            // A day that is not over may still change.
            if day < self.today {
                self.closings.push((day, balance.amount));
            }
        }
        self.begin = self.lines.len();
    }

    fn end(mut self, source: Source, given: &GivenStatement, by: &str) -> Result<Look, Error> {
        self.close();
        if !self.ours && !self.others.is_empty() {
            let said = format!(
                "o arquivo diz ser de outra conta ({}), e não de {}; se é mesmo desta conta, \
                 confirme",
                self.others.join("; "),
                named(self.account)
            );
            return Err(Error::conflict("other_account", said));
        }
        for other in &self.others {
            self.warnings.push(format!("o que é de outra conta ({other}) não foi importado"));
        }
        if self.warnings.len() >= WARNINGS_MAX {
            self.warnings.push("há mais avisos do que os mostrados aqui".into());
        }
        let yesterday = self.today.saturating_sub(1.days());
        let whole = self
            .period
            .filter(|_| !self.has_gaps)
            .map(|(first, last)| (first, last.min(yesterday)))
            .filter(|(first, last)| first <= last);
        Ok(Look {
            account: self.account.clone(),
            source,
            lines: self.lines,
            whole,
            days: self.period,
            closings: self.closings,
            unread: 0,
            warnings: self.warnings,
            file: Some((given.name.clone(), hex(&Sha256::digest(&given.bytes)))),
            by: by.to_owned(),
        })
    }
}

fn named(account: &Account) -> String {
    format!("agência {} conta {}-{}", account.branch, account.number, account.digit)
}

/// The account that a statement names, where it is another one.
fn other_account(account: &Account, statement: &statement::Statement) -> Option<String> {
    let info = registry::by_folder(&account.bank).map(|bank| bank.info());
    let bank = statement.bank.as_deref().map(bare).filter(|bank| {
        // Codes have three digits, with zeros before them; an ISPB has eight; a BIC has letters.
        !bank.is_empty() && bank.bytes().all(|b| b.is_ascii_digit())
    });
    let is_bank = match (&bank, info) {
        (Some(bank), Some(info)) => *bank == bare(info.code) || *bank == bare(info.ispb),
        _ => true,
    };
    let number = statement.account.as_deref().map(bare).unwrap_or_default();
    let (ours, with_digit) =
        (bare(&account.number), bare(&format!("{}{}", account.number, account.digit)));
    // Some put the branch before the number.
    let branch = bare(&account.branch);
    let with_branch = |number: &str| number.starts_with(&branch) && number.ends_with(&with_digit);
    let is_number =
        number.is_empty() || number == ours || number == with_digit || with_branch(&number);
    if is_bank && is_number {
        return None;
    }
    let told = [
        statement.bank.as_ref().map(|bank| format!("banco {bank}")),
        statement.branch.as_ref().map(|branch| format!("agência {branch}")),
        statement.account.as_ref().map(|account| format!("conta {account}")),
    ];
    Some(told.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// Letters and digits, without the zeros before them.
fn bare(text: &str) -> String {
    let kept: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    kept.trim_start_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn account() -> Account {
        Account {
            id: "a".into(),
            company_id: "c".into(),
            credential_id: None,
            bank: registry::BANKS.first().unwrap().info().folder.into(),
            description: "Conta".into(),
            branch: "0001".into(),
            number: "1234567".into(),
            digit: "8".into(),
            data: BTreeMap::new(),
            hosts: BTreeMap::new(),
            hook_token: String::new(),
            status: "active".into(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
            is_default: true,
            fee: None,
            layout: None,
            statement_daily: true,
        }
    }

    fn told(bank: &str, number: &str) -> Option<String> {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let statement = statement::Statement {
            bank: some(bank),
            account: some(number),
            ..statement::Statement::default()
        };
        other_account(&account(), &statement)
    }

    #[test]
    fn an_account_is_known_by_its_number_in_many_ways() {
        let info = registry::BANKS.first().unwrap().info();
        for number in ["1234567-8", "12345678", "0012345678", "1234567", "0001/12345678", ""] {
            assert_eq!(told(info.code, number), None, "{number}");
            assert_eq!(told(info.ispb, number), None, "{number}");
            assert_eq!(told("", number), None, "{number}");
        }
        assert_eq!(told("999", "12345678").unwrap(), "banco 999 conta 12345678");
        assert_eq!(
            told(info.code, "7654321-8").unwrap(),
            format!("banco {} conta 7654321-8", info.code)
        );
    }
}
