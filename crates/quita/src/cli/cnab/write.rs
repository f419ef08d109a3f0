//! `quita cnab write`: orders as JSON Lines into a remittance.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use quita_banks::file::{
    self, AfterDue, FileError, FileLayout, PixOnTitle, RemittanceHead, RemittanceOrder, Species,
};
use quita_core::document::Document;
use quita_core::money::Money;
use quita_core::order::{BoletoOrder, InvoiceType, Paper};
use quita_core::party::{Address, Party};
use quita_core::rate::Rate;
use quita_core::terms::{Anticipation, Discount, Fine, Interest, InterestValue, Terms, Value};
use quita_engine::clock::bank_time;
use quita_formats::cnab::codes::Instruction;
use serde::Deserialize;

use crate::failure::Failure;

/// Days after the due date on which a boleto can still be paid, unless the order says.
const DAYS_AFTER_DUE: i32 = 30;

/// What it takes, for people.
pub(super) const LONG_ABOUT: &str = "\
Grava uma remessa CNAB 240 ou 400. Lê da entrada padrão uma linha JSON para cada ordem e escreve o \
arquivo na saída padrão. Se algo estiver errado, diz tudo o que está, com a linha, na saída de \
erros, e não escreve nada; o código de saída é 1.

Uma ordem tem os nomes da API: instruction (register, write_off, change_expiration, \
grant_abatement, protest…; register se faltar), our_number (e our_number_digit; sem ele, o quita \
calcula), document_number, bank_reference (uso da empresa), amount em centavos, issuance_date, \
expiration_date, limit_date, customer {document, legal_name, address {street, number, complement, \
district, city, state, postal_code}}, receiver, invoice_type, species (DM, DS, NP…), accepted, \
fine, interest e discounts ({date, value em % ou face_value em centavos}; per: day ou \
business_day, nos descontos), abatement, messages, hybrid, pix {key, location}, after_due \
({\"protest\": {\"days\": 5}} ou {\"negative_listing\": {\"days\": 5}}).

O convênio vem de --head, um arquivo JSON {file_number, made_at, company {document, legal_name}, \
agreement {branch, account, …}}, ou das opções, que valem mais. O que falta ao convênio é dito \
pelo nome.

Exemplo:
  quita cnab write --bank 341 --layout 400 --file-number 7 \\
    --company-document 11.222.333/0001-81 --company-name 'Padaria Exemplo' \\
    --agreement branch=1234 --agreement account=56789 --agreement account_digit=0 \\
    --agreement wallet=109 < titulos.jsonl > remessa.txt";

/// Where to, and on whose behalf.
#[derive(Args)]
pub(in crate::cli) struct Remittance {
    #[arg(long, value_name = "CÓDIGO", help = "Código do banco, por exemplo 341")]
    bank: String,
    #[arg(long, value_name = "LAYOUT", help = "240 ou 400, ou o nome: itau-400")]
    layout: String,
    #[arg(long, value_name = "ARQUIVO", help = "Convênio, empresa e número em JSON")]
    head: Option<PathBuf>,
    #[arg(long, value_name = "N", help = "Número sequencial da remessa, que nunca se repete")]
    file_number: Option<u32>,
    #[arg(
        long,
        value_name = "NOME=VALOR",
        help = "Um dado do convênio: branch, account, wallet… (pode repetir)"
    )]
    agreement: Vec<String>,
    #[arg(long, value_name = "CNPJ", help = "CPF ou CNPJ da empresa")]
    company_document: Option<String>,
    #[arg(long, value_name = "NOME", help = "Nome da empresa")]
    company_name: Option<String>,
    #[arg(
        long,
        value_name = "DATA",
        help = "Quando foi gravada, AAAA-MM-DDTHH:MM:SS; agora, se faltar"
    )]
    made_at: Option<DateTime>,
}

/// The head as a file has it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Head {
    file_number: Option<u32>,
    made_at: Option<DateTime>,
    company: Option<Person>,
    agreement: BTreeMap<String, String>,
}

/// A party, in the names of the API.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Person {
    document: String,
    legal_name: String,
    address: Option<Address>,
    email: Option<String>,
    phone: Option<String>,
}

/// An order, in the names of the API.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    #[serde(default = "register")]
    instruction: Instruction,
    #[serde(default)]
    our_number: String,
    #[serde(default)]
    our_number_digit: String,
    document_number: String,
    #[serde(default)]
    bank_reference: String,
    amount: i64,
    issuance_date: Option<Date>,
    expiration_date: Date,
    limit_date: Option<Date>,
    customer: Person,
    receiver: Option<Person>,
    #[serde(default)]
    invoice_type: InvoiceType,
    species: Option<Species>,
    #[serde(default)]
    accepted: bool,
    fine: Option<Term>,
    interest: Option<Term>,
    #[serde(default)]
    discounts: Vec<Term>,
    #[serde(default)]
    abatement: i64,
    #[serde(default)]
    messages: Vec<String>,
    #[serde(default)]
    hybrid: bool,
    #[serde(default)]
    pix: PixOnTitle,
    after_due: Option<AfterDue>,
}

const fn register() -> Instruction {
    Instruction::Register
}

/// Fine, interest or discount, in the names of the API.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Term {
    date: Option<Date>,
    value: Option<Rate>,
    face_value: Option<i64>,
    per: Option<Anticipation>,
}

/// Does it.
pub(super) fn run(command: Remittance) -> ExitCode {
    match written(command) {
        Ok(bytes) => super::super::exit(io::stdout().write_all(&bytes).map_err(Failure::from)),
        Err(findings) => {
            for finding in findings {
                eprintln!("quita: {finding}");
            }
            ExitCode::FAILURE
        }
    }
}

/// The file, or all that is wrong.
fn written(command: Remittance) -> Result<Vec<u8>, Vec<String>> {
    let one = |error: String| vec![error];
    let layout = layout(&command.bank, &command.layout).map_err(one)?;
    let mut head = match &command.head {
        None => Head::default(),
        Some(path) => {
            let bytes = std::fs::read(path).map_err(|e| one(format!("{}: {e}", path.display())))?;
            serde_json::from_slice(&bytes).map_err(|e| one(format!("{}: {e}", path.display())))?
        }
    };
    for pair in &command.agreement {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(one(format!("--agreement «{pair}»: use nome=valor, como branch=1234")));
        };
        if !layout.agreement.iter().any(|field| field.name == name) {
            let names: Vec<_> = layout.agreement.iter().map(|field| field.name).collect();
            let names = names.join(", ");
            return Err(one(format!("o convênio deste layout não tem «{name}»; tem {names}")));
        }
        head.agreement.insert(name.to_owned(), value.to_owned());
    }
    let mut company = head.company.unwrap_or_default();
    company.document = command.company_document.unwrap_or(company.document);
    company.legal_name = command.company_name.unwrap_or(company.legal_name);
    let company = party(company).map_err(|e| one(format!("empresa: {e}")))?;
    let Some(file_number) = command.file_number.or(head.file_number) else {
        return Err(one("informe o número da remessa: --file-number".to_owned()));
    };
    let made_at = command.made_at.or(head.made_at).unwrap_or_else(|| bank_time(Timestamp::now()));
    let orders = read(io::stdin().lock(), made_at.date())?;
    let head =
        RemittanceHead { file_number, made_at, company: &company, agreement: &head.agreement };
    let (lines, orders): (Vec<usize>, Vec<RemittanceOrder>) = orders.into_iter().unzip();
    layout.write(&head, &orders).map_err(|errors| {
        let told = |FileError { order, problem }: FileError| {
            let line = order.and_then(|order| lines.get(order));
            let place = line.map(|line| format!("linha {line}: ")).unwrap_or_default();
            format!("{place}{}: {}", problem.field, problem.message)
        };
        errors.into_iter().map(told).collect()
    })
}

fn layout(bank: &str, name: &str) -> Result<&'static FileLayout, String> {
    if let Some(layout) = file::layout(bank, name) {
        return Ok(layout);
    }
    let bank_layouts = quita_banks::registry::by_code(bank).map_or(&[][..], |bank| bank.files());
    let names: Vec<_> = bank_layouts.iter().map(|layout| layout.name()).collect();
    Err(match names.is_empty() {
        true => format!("o quita não grava remessas do banco «{bank}»"),
        false => format!("o banco {bank} não tem o layout «{name}»; tem {}", names.join(", ")),
    })
}

/// The orders with their lines, or all that is wrong with any.
fn read(input: impl BufRead, today: Date) -> Result<Vec<(usize, RemittanceOrder)>, Vec<String>> {
    let (mut orders, mut found) = (Vec::new(), Vec::new());
    for (at, text) in input.lines().enumerate() {
        let line = at + 1;
        let text = text.map_err(|error| vec![format!("linha {line}: {error}")])?;
        if text.trim().is_empty() {
            continue;
        }
        let parsed = serde_json::from_str::<Order>(&text).map_err(|error| error.to_string());
        match parsed.and_then(|order| order.into_order(today)) {
            Ok(order) => orders.push((line, order)),
            Err(error) => found.push(format!("linha {line}: {error}")),
        }
    }
    if found.is_empty() { Ok(orders) } else { Err(found) }
}

impl Order {
    fn into_order(self, today: Date) -> Result<RemittanceOrder, String> {
        let due = self.expiration_date;
        let late = due.tomorrow().unwrap_or(due);
        let fine = self.fine.map(|term| {
            let value = term.value("fine")?;
            Ok::<_, String>(Fine { date: term.date.unwrap_or(late), value })
        });
        let interest = self.interest.map(|term| {
            let value = match term.value("interest")? {
                Value::Fixed(amount) => InterestValue::PerDay(amount),
                Value::Percent(rate) => InterestValue::PerMonth(rate),
            };
            Ok::<_, String>(Interest { date: term.date.unwrap_or(late), value })
        });
        let discounts = self.discounts.into_iter().map(|term| {
            let value = term.value("discounts")?;
            Ok(Discount { date: term.date.unwrap_or(due), value, per: term.per })
        });
        let terms = Terms {
            fine: fine.transpose()?,
            interest: interest.transpose()?,
            discounts: discounts.collect::<Result<_, String>>()?,
            abatement: Money::from_cents(self.abatement),
            ..Terms::default()
        };
        let after = jiff::Span::new().days(DAYS_AFTER_DUE);
        let boleto = BoletoOrder {
            bank_reference: self.bank_reference,
            document_number: self.document_number,
            our_number: None,
            invoice_type: self.invoice_type,
            amount: Money::from_cents(self.amount),
            issuance_date: self.issuance_date.unwrap_or(today),
            expiration_date: due,
            limit_date: self.limit_date.or(due.checked_add(after).ok()).unwrap_or(due),
            customer: party(self.customer).map_err(told_of("customer"))?,
            receiver: self.receiver.map(party).transpose().map_err(told_of("receiver"))?,
            terms,
            messages: self.messages,
            hybrid: self.hybrid,
            paper: Paper::default(),
        };
        Ok(RemittanceOrder {
            instruction: self.instruction,
            our_number: self.our_number,
            our_number_digit: self.our_number_digit,
            boleto,
            species: self.species,
            accepted: self.accepted,
            after_due: self.after_due,
            pix: self.pix,
        })
    }
}

impl Term {
    fn value(&self, name: &str) -> Result<Value, String> {
        match (self.value, self.face_value) {
            (Some(rate), None) => Ok(Value::Percent(rate)),
            (None, Some(cents)) => Ok(Value::Fixed(Money::from_cents(cents))),
            _ => Err(format!("{name}: informe value (porcentagem) ou face_value (centavos)")),
        }
    }
}

fn told_of<E: Display>(field: &str) -> impl Fn(E) -> String {
    move |error| format!("{field}: {error}")
}

fn party(person: Person) -> Result<Party, String> {
    let Person { document, legal_name, address, email, phone } = person;
    let document = Document::parse(&document).map_err(|error| format!("document: {error}"))?;
    Ok(Party { document, name: legal_name, address, email, phone })
}
