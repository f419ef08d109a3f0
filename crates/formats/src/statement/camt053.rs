//! ISO 20022 camt.053 («Bank to Customer Statement»), any version of it.

use std::io::{self, BufRead};

use jiff::civil::Date;
use quita_core::bank_line::BankLine;
use quita_core::money::Money;

use super::csv_mapping::DecimalMark;
use super::markup::{Kind, Markup, Tag};
use super::values;
use super::{Balance, Each, Line, Record, Statement, StatementError, Which, warn};
use crate::source::Source;

/// Most details of one entry; an entry with more is one line.
const MOST_DETAILS: usize = 10_000;
/// Most balances of one statement.
const MOST_BALANCES: usize = 1000;
/// Longest path of open elements.
const DEEPEST: usize = 1000;
/// Longest text put together of several elements, in bytes.
const LONGEST_TEXT: usize = 4096;

pub(super) fn read<R: BufRead>(
    source: &mut Source<R>,
    each: Each<'_>,
) -> Result<(), StatementError> {
    let mut markup = Markup::new(source);
    let mut reader = Reader { each, path: String::new(), statement: None, entry: None, any: false };
    while let Some(tag) = markup.next()? {
        match tag.kind {
            Kind::Open => {
                reader.open(&tag)?;
                if tag.closed {
                    let name = String::from_utf8_lossy(tag.name).into_owned();
                    reader.close(&name, tag.line)?;
                }
            }
            Kind::Close => {
                let name = String::from_utf8_lossy(tag.name).into_owned();
                reader.close(&name, tag.line)?;
            }
            Kind::Empty => {}
        }
    }
    let line = markup.line();
    if let Some(entry) = reader.entry.take() {
        let message =
            "o arquivo termina no meio deste lançamento, que não foi lido; baixe-o de novo";
        warn(reader.each, entry.at, message)?;
    }
    if reader.statement.is_some() {
        warn(reader.each, line, "o arquivo termina antes do fim; baixe-o de novo")?;
    }
    reader.end_statement()?;
    if reader.any {
        Ok(())
    } else {
        Err(StatementError::NotAStatement("este camt.053 não traz nenhum extrato"))
    }
}

struct Reader<'e> {
    each: Each<'e>,
    /// Open elements below `Stmt`, each with a slash before it.
    path: String,
    statement: Option<Open>,
    entry: Option<Entry>,
    any: bool,
}

/// The statement that is being read.
#[derive(Default)]
struct Open {
    head: Statement,
    announced: bool,
    balances: Vec<(PartOfBalance, u64)>,
    balance: Option<(PartOfBalance, u64)>,
}

#[derive(Default)]
struct PartOfBalance {
    code: String,
    amount: Option<Money>,
    debit: bool,
    date: Option<Date>,
}

/// An entry: one line, or one for each of its details.
#[derive(Default)]
struct Entry {
    at: u64,
    amount: Option<Money>,
    debit: Option<bool>,
    status: String,
    booked: Option<Date>,
    valued: Option<Date>,
    reversal: bool,
    reference: Option<String>,
    code: String,
    info: String,
    details: Vec<Detail>,
    too_many: bool,
}

/// A transaction of an entry.
#[derive(Clone, Default)]
struct Detail {
    amount: Option<Money>,
    debit: Option<bool>,
    reference: Option<String>,
    transaction: Option<String>,
    end_to_end: Option<String>,
    cheque: Option<String>,
    creditor_reference: Option<String>,
    debtor: Option<String>,
    debtor_document: Option<String>,
    creditor: Option<String>,
    remittance: String,
    info: String,
}

impl Reader<'_> {
    fn open(&mut self, tag: &Tag<'_>) -> io::Result<()> {
        if tag.name == b"Stmt" {
            self.end_statement()?;
            self.any = true;
            self.path.clear();
            self.statement = Some(Open::default());
            return Ok(());
        }
        if self.statement.is_none() {
            return Ok(());
        }
        if self.path.len() < DEEPEST {
            self.path.push('/');
            self.path.push_str(&String::from_utf8_lossy(tag.name));
        }
        match self.path.as_str() {
            "/Ntry" => {
                self.announce(tag.line)?;
                self.entry = Some(Entry { at: tag.line, ..Entry::default() });
            }
            "/Bal" => {
                if let Some(open) = &mut self.statement {
                    open.balance = Some((PartOfBalance::default(), tag.line));
                }
            }
            "/Ntry/NtryDtls/TxDtls" => {
                if let Some(entry) = &mut self.entry {
                    if entry.details.len() < MOST_DETAILS {
                        entry.details.push(Detail::default());
                    } else {
                        entry.too_many = true;
                    }
                }
            }
            path => {
                let text = tag.text.trim_ascii();
                if text.is_empty() {
                    return Ok(());
                }
                if let Some(path) = path.strip_prefix("/Ntry") {
                    if let Some(entry) = &mut self.entry {
                        entry.take(path, text);
                    }
                } else if let Some(open) = &mut self.statement {
                    open.take(path, text, tag.attributes);
                }
            }
        }
        Ok(())
    }

    fn close(&mut self, name: &str, at: u64) -> io::Result<()> {
        if name == "Stmt" {
            return self.end_statement();
        }
        // An element that was left open ends with the one around it.
        let Some(from) = self.path.rmatch_indices('/').map(|(from, _)| from).find(|from| {
            let tail = self.path.get(from + 1..).unwrap_or_default();
            tail.split('/').next() == Some(name)
        }) else {
            return Ok(());
        };
        self.path.truncate(from);
        if !self.path.is_empty() {
            return Ok(());
        }
        match name {
            "Ntry" => self.end_entry(),
            "Bal" => {
                if let Some(open) = &mut self.statement
                    && let Some(balance) = open.balance.take()
                {
                    open.balances.push(balance);
                    if open.announced || open.balances.len() >= MOST_BALANCES {
                        self.announce(at)?;
                        self.give_balances()?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Tells the statement and what is known of its balances, once.
    fn announce(&mut self, at: u64) -> io::Result<()> {
        let Some(open) = &mut self.statement else { return Ok(()) };
        if open.announced {
            return Ok(());
        }
        open.announced = true;
        let head = open.head.clone();
        let currency = head.currency.clone();
        (self.each)(Record::Statement(head))?;
        if let Some(currency) = currency.filter(|c| c != "BRL") {
            let message = format!("a conta está em {currency}; os valores não são reais");
            warn(self.each, at, message)?;
        }
        self.give_balances()
    }

    fn give_balances(&mut self) -> io::Result<()> {
        let Some(open) = &mut self.statement else { return Ok(()) };
        let balances = std::mem::take(&mut open.balances);
        let opened = balances.iter().any(|(part, _)| part.code == "OPBD");
        for (part, at) in balances {
            let which = match part.code.as_str() {
                "OPBD" => Which::Opening,
                // Closing of the statement before.
                "PRCD" if !opened => Which::Opening,
                "CLBD" => Which::Closing,
                "CLAV" => Which::Available,
                _ => continue,
            };
            let Some(amount) = part.amount else {
                warn(self.each, at, "saldo sem valor que se entenda")?;
                continue;
            };
            let amount = signed(amount, part.debit);
            (self.each)(Record::Balance(Balance { date: part.date, amount, which, at }))?;
        }
        Ok(())
    }

    fn end_entry(&mut self) -> io::Result<()> {
        let Some(entry) = self.entry.take() else { return Ok(()) };
        let at = entry.at;
        match entry.lines() {
            Ok(lines) => {
                for line in lines {
                    (self.each)(Record::Line(line))?;
                }
                Ok(())
            }
            Err(message) => warn(self.each, at, message),
        }
    }

    fn end_statement(&mut self) -> io::Result<()> {
        self.announce(1)?;
        self.give_balances()?;
        self.statement = None;
        self.entry = None;
        self.path.clear();
        Ok(())
    }
}

impl Open {
    fn take(&mut self, path: &str, text: &[u8], attributes: &[u8]) {
        if let Some(rest) = path.strip_prefix("/Bal/") {
            let Some((balance, _)) = &mut self.balance else { return };
            match rest {
                "Tp/CdOrPrtry/Cd" => balance.code = values::text(text).to_ascii_uppercase(),
                "Amt" => {
                    balance.amount = amount(text);
                    if self.head.currency.is_none() && !self.announced {
                        self.head.currency = currency_of(attributes);
                    }
                }
                "CdtDbtInd" => balance.debit = text == b"DBIT",
                "Dt/Dt" | "Dt/DtTm" => balance.date = values::day(text),
                _ => {}
            }
            return;
        }
        let head = &mut self.head;
        match path {
            "/Acct/Id/IBAN" | "/Acct/Id/Othr/Id" => {
                head.account.get_or_insert_with(|| values::text(text));
            }
            "/Acct/Ccy" => head.currency = Some(values::text(text)),
            "/Acct/Tp/Cd" | "/Acct/Tp/Prtry" => head.account_type = Some(values::text(text)),
            "/Acct/Svcr/FinInstnId/ClrSysMmbId/MmbId"
            | "/Acct/Svcr/FinInstnId/BIC"
            | "/Acct/Svcr/FinInstnId/BICFI"
            | "/Acct/Svcr/FinInstnId/Othr/Id" => {
                head.bank.get_or_insert_with(|| values::text(text));
            }
            "/Acct/Svcr/BrnchId/Id" => head.branch = Some(values::text(text)),
            "/FrToDt/FrDtTm" | "/FrToDt/FrDt" => head.from = values::day(text),
            "/FrToDt/ToDtTm" | "/FrToDt/ToDt" => head.to = values::day(text),
            _ => {}
        }
    }
}

impl Entry {
    fn take(&mut self, path: &str, text: &[u8]) {
        if let Some(rest) = path.strip_prefix("/NtryDtls/TxDtls/") {
            if let Some(detail) = self.details.last_mut().filter(|_| !self.too_many) {
                detail.take(rest, text);
            }
            return;
        }
        match path {
            "/Amt" => self.amount = amount(text),
            "/CdtDbtInd" => self.debit = debit(text),
            "/Sts" | "/Sts/Cd" => self.status = values::text(text).to_ascii_uppercase(),
            "/RvslInd" => self.reversal = text.eq_ignore_ascii_case(b"true") || text == b"1",
            "/BookgDt/Dt" | "/BookgDt/DtTm" => self.booked = values::day(text),
            "/ValDt/Dt" | "/ValDt/DtTm" => self.valued = values::day(text),
            "/AcctSvcrRef" => self.reference = Some(values::text(text)),
            "/AddtlNtryInf" => add(&mut self.info, text),
            "/BkTxCd/Domn/Cd" | "/BkTxCd/Domn/Fmly/Cd" | "/BkTxCd/Domn/Fmly/SubFmlyCd" => {
                if !self.code.is_empty() {
                    self.code.push('/');
                }
                self.code.push_str(&values::text(text));
            }
            "/BkTxCd/Prtry/Cd" if self.code.is_empty() => self.code = values::text(text),
            _ => {}
        }
    }

    fn lines(mut self) -> Result<Vec<Line>, String> {
        if !matches!(self.status.as_str(), "" | "BOOK") {
            let status = &self.status;
            return Err(format!("lançamento ainda não efetivado ({status}); não foi lido"));
        }
        let amount = self.amount.ok_or("lançamento sem valor que se entenda; não foi lido")?;
        let debit = self.debit.ok_or("lançamento sem CdtDbtInd; não foi lido")?;
        let date =
            self.booked.or(self.valued).ok_or("lançamento sem data que exista; não foi lido")?;
        let total = signed(amount, debit);
        let mut details = std::mem::take(&mut self.details);
        if details.len() == 1 {
            let detail = details.pop().unwrap_or_default();
            return Ok(vec![self.line(date, total, detail, None)]);
        }
        // One line for each payment, but only when they are exactly the entry.
        let amounts: Option<Vec<Money>> = details
            .iter()
            .map(|detail| Some(signed(detail.amount?, detail.debit.unwrap_or(debit))))
            .collect();
        let exact = amounts
            .filter(|all| !self.too_many && !all.is_empty())
            .filter(|all| all.iter().copied().sum::<Money>() == total);
        let Some(amounts) = exact else {
            return Ok(vec![self.line(date, total, Detail::default(), None)]);
        };
        let numbered = amounts.into_iter().zip(details).zip(1_usize..);
        Ok(numbered
            .map(|((amount, detail), number)| self.line(date, amount, detail, Some(number)))
            .collect())
    }

    fn line(&self, date: Date, amount: Money, detail: Detail, number: Option<usize>) -> Line {
        let memo = [&detail.remittance, &detail.info, &self.info]
            .into_iter()
            .find(|text| !text.is_empty())
            .cloned()
            .unwrap_or_default();
        let mut line = BankLine::new(date, amount, memo);
        let code = match (self.code.as_str(), self.reversal) {
            ("", false) => None,
            ("", true) => Some("RVSL".to_owned()),
            (code, false) => Some(code.to_owned()),
            (code, true) => Some(format!("{code}/RVSL")),
        };
        line.kind = code;
        line.bank_id = match (&self.reference, number) {
            (Some(entry), None) => Some(entry.clone()),
            (Some(entry), Some(number)) => {
                Some(detail.reference.clone().unwrap_or_else(|| format!("{entry}/{number}")))
            }
            (None, _) => detail.reference.clone().or(detail.transaction),
        };
        line.check_number = detail.cheque;
        line.end_to_end_id = detail.end_to_end;
        line.bank_reference = detail.creditor_reference;
        let mut name = detail.creditor;
        if amount.is_positive() {
            line.payer_name.clone_from(&detail.debtor);
            line.payer_document = detail.debtor_document;
            name = detail.debtor;
        }
        Line { line, name, at: self.at }
    }
}

impl Detail {
    fn take(&mut self, path: &str, text: &[u8]) {
        // Version 8 and later name the party one level down.
        let path = path.replace("/Pty/", "/");
        let some = || Some(values::text(text)).filter(|text| !text.is_empty());
        match path.as_str() {
            "Amt" => self.amount = amount(text),
            "AmtDtls/TxAmt/Amt" if self.amount.is_none() => {
                self.amount = amount(text);
            }
            "CdtDbtInd" => self.debit = debit(text),
            "Refs/AcctSvcrRef" => self.reference = some(),
            "Refs/TxId" => self.transaction = some(),
            "Refs/EndToEndId" => self.end_to_end = some().filter(|id| id != "NOTPROVIDED"),
            "Refs/ChqNb" => self.cheque = some(),
            "RltdPties/Dbtr/Nm" => self.debtor = some(),
            "RltdPties/Cdtr/Nm" => self.creditor = some(),
            "RltdPties/Dbtr/Id/OrgId/Othr/Id" | "RltdPties/Dbtr/Id/PrvtId/Othr/Id" => {
                let document = values::text(text);
                self.debtor_document = Some(
                    document.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '*').collect(),
                );
            }
            "RmtInf/Ustrd" => add(&mut self.remittance, text),
            "RmtInf/Strd/CdtrRefInf/Ref" => self.creditor_reference = some(),
            "AddtlTxInf" => add(&mut self.info, text),
            _ => {}
        }
    }
}

/// Adds a text to one that may have begun.
fn add(place: &mut String, text: &[u8]) {
    if place.len() < LONGEST_TEXT {
        if !place.is_empty() {
            place.push(' ');
        }
        place.push_str(&values::text(text));
    }
}

/// The standard has a point; some writers put the comma of their country.
fn amount(text: &[u8]) -> Option<Money> {
    let mark = match (text.contains(&b'.'), text.contains(&b',')) {
        (true, true) => DecimalMark::Any,
        (false, true) => DecimalMark::Comma,
        _ => DecimalMark::Point,
    };
    values::amount(text, mark)
}

fn debit(text: &[u8]) -> Option<bool> {
    match text {
        b"DBIT" => Some(true),
        b"CRDT" => Some(false),
        _ => None,
    }
}

fn signed(amount: Money, debit: bool) -> Money {
    if debit { Money::from_cents(-amount.cents()) } else { amount }
}

/// Of `Ccy="BRL"`.
fn currency_of(attributes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(attributes);
    let (_, rest) = text.split_once("Ccy=")?;
    let code: String = rest.chars().skip(1).take_while(char::is_ascii_alphabetic).collect();
    (code.len() == 3).then_some(code)
}
