//! OFX as Brazilian banks write it: tags closed or not, in lines or in one, and a header that
//! says nothing reliable.

use std::io::{self, BufRead};

use jiff::civil::Date;
use quita_core::calendar::Calendar;
use quita_core::money::Money;

use super::csv_mapping::DecimalMark;
use super::markup::{Kind, Markup};
use super::ofx_line::{Outcome, Transaction};
use super::values::{self, BalanceRow};
use super::{Balance, Each, Line, Record, Statement, StatementError, Which, warn};
use crate::source::Source;

/// Most lines that wait until it is known which sign the file gives to debits.
const MOST_UNDECIDED: usize = 4096;
/// Most balances of one statement.
const MOST_BALANCES: usize = 4096;

pub(super) fn read<R: BufRead>(
    source: &mut Source<R>,
    each: Each<'_>,
) -> Result<(), StatementError> {
    let mut markup = Markup::new(source);
    let mut reader = Reader {
        each,
        server: None,
        institution: None,
        open: None,
        transaction: None,
        balance: None,
        in_account: false,
        any: false,
    };
    let mut ended = false;
    let mut upper = [0_u8; 64];
    while let Some(tag) = markup.next()? {
        let name = if tag.name.iter().any(u8::is_ascii_lowercase) {
            let length = tag.name.len().min(upper.len());
            let room = upper.get_mut(..length).unwrap_or_default();
            room.copy_from_slice(tag.name.get(..length).unwrap_or_default());
            room.make_ascii_uppercase();
            &*room
        } else {
            tag.name
        };
        match tag.kind {
            Kind::Open => reader.open(name, tag.text, tag.line, tag.cut)?,
            Kind::Close => {
                ended |= name == b"OFX";
                reader.close(name)?;
            }
            Kind::Empty => {}
        }
    }
    let line = markup.line();
    if let Some(transaction) = reader.transaction.take() {
        // Its last value may lack its end, so none of it counts.
        let message =
            "o arquivo termina no meio deste lançamento, que não foi lido; baixe-o de novo";
        reader.begin(transaction.at);
        warn(reader.each, transaction.at, message)?;
    } else if !ended && reader.any {
        warn(reader.each, line, "o arquivo termina antes do fim (falta </OFX>); baixe-o de novo")?;
    }
    reader.end_statement()?;
    if reader.any {
        Ok(())
    } else {
        Err(StatementError::NotAStatement("este OFX não traz nenhum extrato de conta"))
    }
}

/// Where the reading stands.
struct Reader<'e> {
    each: Each<'e>,
    /// Day on which the bank made the file, if it says one.
    server: Option<Date>,
    institution: Option<String>,
    open: Option<Open>,
    transaction: Option<Transaction>,
    balance: Option<PartOfBalance>,
    in_account: bool,
    any: bool,
}

/// The statement that is being read.
struct Open {
    head: Statement,
    announced: bool,
    /// What is dated later has not happened.
    latest: Option<Date>,
    balances: Vec<Balance>,
    signs: Signs,
    /// Lines that wait for [`Signs`].
    undecided: Vec<Line>,
    at: u64,
}

/// Whether the file gives debits a minus.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signs {
    /// No line with a minus so far.
    Unknown,
    /// By the standard: the sign is in the amount.
    InAmount,
    /// Every amount is bare: the type tells.
    InType,
}

struct PartOfBalance {
    which: Which,
    amount: Option<Money>,
    date: Option<Date>,
    /// An amount stands there that is none.
    unclear: bool,
    at: u64,
}

impl Reader<'_> {
    fn open(&mut self, name: &[u8], text: &[u8], at: u64, cut: bool) -> io::Result<()> {
        if let Some(transaction) = &mut self.transaction {
            match name {
                b"STMTTRN" | b"STMTRS" | b"CCSTMTRS" | b"LEDGERBAL" | b"AVAILBAL" => {
                    self.end_transaction()?;
                }
                _ => {
                    // What the end of the file may have cut is told by the missing close.
                    if !cut || name == b"MEMO" {
                        transaction.take(name, text);
                    } else {
                        let message = "um campo não termina ou é longo demais; não foi lido";
                        warn(self.each, at, message)?;
                    }
                    return Ok(());
                }
            }
        }
        match name {
            b"STMTTRN" => {
                self.begin(at);
                self.in_account = false;
                self.transaction = Some(Transaction::new(at));
            }
            b"STMTTRNP" => {
                warn(self.each, at, "lançamento pendente; não foi lido até o banco o efetivar")?;
            }
            b"STMTRS" | b"CCSTMTRS" | b"INVSTMTRS" => {
                self.end_statement()?;
                self.begin(at);
            }
            b"DTSERVER" => self.server = values::day(text),
            b"FID" => self.institution = some_text(text),
            b"BANKACCTFROM" | b"CCACCTFROM" | b"INVACCTFROM" => self.in_account = true,
            b"LEDGERBAL" | b"AVAILBAL" => {
                self.end_balance()?;
                let which = match name {
                    b"LEDGERBAL" => Which::Closing,
                    _ => Which::Available,
                };
                self.begin(at);
                self.balance =
                    Some(PartOfBalance { which, amount: None, date: None, unclear: false, at });
            }
            _ => self.leaf(name, text),
        }
        Ok(())
    }

    fn leaf(&mut self, name: &[u8], text: &[u8]) {
        if let Some(balance) = &mut self.balance {
            match name {
                b"BALAMT" => {
                    balance.amount = values::amount(text, DecimalMark::Any);
                    balance.unclear = balance.amount.is_none() && !values::is_blank(text);
                }
                b"DTASOF" => balance.date = values::day(text),
                _ => {}
            }
            return;
        }
        let Some(open) = &mut self.open else { return };
        let head = &mut open.head;
        match name {
            b"CURDEF" => head.currency = some_text(text),
            b"DTSTART" => head.from = values::day(text),
            b"DTEND" => head.to = values::day(text),
            b"BANKID" | b"BROKERID" if self.in_account => head.bank = some_text(text),
            b"BRANCHID" if self.in_account => head.branch = some_text(text),
            b"ACCTID" if self.in_account => head.account = some_text(text),
            b"ACCTTYPE" if self.in_account => head.account_type = some_text(text),
            _ => {}
        }
    }

    fn close(&mut self, name: &[u8]) -> io::Result<()> {
        match name {
            b"STMTTRN" => self.end_transaction(),
            b"BANKTRANLIST" => self.end_transaction(),
            b"LEDGERBAL" | b"AVAILBAL" => self.end_balance(),
            b"BANKACCTFROM" | b"CCACCTFROM" | b"INVACCTFROM" => {
                self.in_account = false;
                Ok(())
            }
            b"STMTRS" | b"CCSTMTRS" | b"INVSTMTRS" | b"STMTTRNRS" | b"CCSTMTTRNRS" | b"OFX" => {
                self.end_statement()
            }
            _ => Ok(()),
        }
    }

    /// Makes sure that a statement is open.
    fn begin(&mut self, at: u64) {
        self.any = true;
        self.open.get_or_insert_with(|| Open {
            head: Statement::default(),
            announced: false,
            latest: None,
            balances: Vec::new(),
            signs: Signs::Unknown,
            undecided: Vec::new(),
            at,
        });
    }

    /// Tells the statement once its head is known.
    fn announce(&mut self) -> io::Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        if open.announced {
            return Ok(());
        }
        open.announced = true;
        if open.head.bank.is_none() {
            open.head.bank.clone_from(&self.institution);
        }
        open.latest = latest(self.server, open.head.from, open.head.to);
        let (head, at) = (open.head.clone(), open.at);
        let currency = head.currency.clone();
        (self.each)(Record::Statement(head))?;
        if let Some(currency) = currency.filter(|c| !is_real(c)) {
            let message = format!("a conta está em {currency}; os valores não são reais");
            warn(self.each, at, message)?;
        }
        Ok(())
    }

    fn end_transaction(&mut self) -> io::Result<()> {
        let Some(transaction) = self.transaction.take() else { return Ok(()) };
        let at = transaction.at;
        self.announce()?;
        match transaction.finish() {
            Outcome::Broken(message) => warn(self.each, at, message),
            Outcome::Balance { row, date, amount } => self.balance_row(row, date, amount, at),
            Outcome::Line(line) => self.line(line),
        }
    }

    fn line(&mut self, mut line: Line) -> io::Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        if let Some(latest) = open.latest.filter(|latest| line.line.date > *latest) {
            let (day, end) = (values::shown(line.line.date), values::shown(latest));
            let message = format!(
                "lançamento de {day}, depois do que o arquivo alcança ({end}): é uma previsão e \
                 não foi lido"
            );
            return warn(self.each, line.at, message);
        }
        let amount = line.line.amount;
        if open.signs == Signs::Unknown {
            if amount < Money::ZERO {
                open.signs = Signs::InAmount;
                return self.settle_signs(Some(line));
            }
            let debit = amount.is_positive() && is_debit(&line);
            if debit || !open.undecided.is_empty() {
                open.undecided.push(line);
                if open.undecided.len() >= MOST_UNDECIDED {
                    open.signs = Signs::InType;
                    return self.settle_signs(None);
                }
                return Ok(());
            }
        }
        if open.signs == Signs::InType && moves_out(&line) {
            line.line.amount = Money::from_cents(-amount.cents());
        }
        (self.each)(Record::Line(line))
    }

    /// Lets the lines go that waited for the sign of debits.
    fn settle_signs(&mut self, last: Option<Line>) -> io::Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let waiting = std::mem::take(&mut open.undecided);
        let by_type = open.signs == Signs::InType;
        if by_type && let Some(first) = waiting.first() {
            let message = "os débitos deste extrato vêm sem sinal de menos; valeu o tipo (DEBIT)";
            warn(self.each, first.at, message)?;
        }
        for mut line in waiting.into_iter().chain(last) {
            if by_type && line.line.amount.is_positive() && moves_out(&line) {
                line.line.amount = Money::from_cents(-line.line.amount.cents());
            } else if !by_type && line.line.amount.is_positive() && is_debit(&line) {
                warn(self.each, line.at, "o tipo diz débito e o valor é positivo; valeu o valor")?;
            }
            (self.each)(Record::Line(line))?;
        }
        Ok(())
    }

    fn balance_row(
        &mut self,
        row: BalanceRow,
        date: Option<Date>,
        amount: Option<Money>,
        at: u64,
    ) -> io::Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        match (row, amount, date) {
            (BalanceRow::Of(which), Some(amount), Some(_))
                if open.balances.len() < MOST_BALANCES =>
            {
                open.balances.push(Balance { date, amount, which, at });
                Ok(())
            }
            _ => warn(self.each, at, "linha que só informa um saldo; não é um lançamento"),
        }
    }

    fn end_balance(&mut self) -> io::Result<()> {
        let Some(part) = self.balance.take() else { return Ok(()) };
        let PartOfBalance { which, amount, date, unclear, at } = part;
        match amount {
            Some(amount) => {
                if date.is_none() {
                    warn(self.each, at, "saldo sem uma data que exista; não serve de prova")?;
                }
                if let Some(open) = &mut self.open
                    && open.balances.len() < MOST_BALANCES
                {
                    open.balances.push(Balance { date, amount, which, at });
                }
                Ok(())
            }
            None if unclear => warn(self.each, at, "saldo com valor que não se entende"),
            None => warn(self.each, at, "saldo sem valor"),
        }
    }

    fn end_statement(&mut self) -> io::Result<()> {
        self.end_transaction()?;
        self.end_balance()?;
        self.in_account = false;
        self.announce()?;
        if let Some(open) = &mut self.open {
            if open.signs == Signs::Unknown && !open.undecided.is_empty() {
                open.signs = Signs::InType;
            }
            self.settle_signs(None)?;
        }
        for balance in self.open.take().map(|open| open.balances).unwrap_or_default() {
            (self.each)(Record::Balance(balance))?;
        }
        Ok(())
    }
}

/// The last day of which the file can know: the bank dates what happens after hours, and at
/// weekends, on its next business day.
fn latest(server: Option<Date>, from: Option<Date>, to: Option<Date>) -> Option<Date> {
    // Some banks fill this in with anything.
    let trusted = server.filter(|server| {
        from.is_none_or(|from| *server > from) || to.is_some_and(|to| *server >= to)
    });
    match trusted {
        Some(server) => {
            let next = server.tomorrow().unwrap_or(server);
            Some(Calendar::national().next_business_day(next))
        }
        None => to,
    }
}

fn is_real(currency: &str) -> bool {
    // BRC is in files of the nineties and of programs that copy them.
    ["BRL", "BRC", "R$"].iter().any(|real| currency.eq_ignore_ascii_case(real))
}

fn is_debit(line: &Line) -> bool {
    let kind = line.line.kind.as_deref().unwrap_or_default();
    ["DEBIT", "DEBITO", "D"].iter().any(|word| kind.eq_ignore_ascii_case(word))
}

/// In a file of bare amounts.
fn moves_out(line: &Line) -> bool {
    let kind = line.line.kind.as_deref().unwrap_or_default();
    let words = ["FEE", "SRVCHG", "CHECK", "ATM", "POS", "DIRECTDEBIT"];
    is_debit(line) || words.iter().any(|word| kind.eq_ignore_ascii_case(word))
}

fn some_text(text: &[u8]) -> Option<String> {
    Some(values::text(text)).filter(|text| !text.is_empty())
}
