//! `quita boleto`: numbers of boletos, without a database or a bank.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Subcommand;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use quita_banks::title::{self, Numbers, TitleError, TitleInput};
use quita_core::arrecadacao::{Arrecadacao, Modulus};
use quita_core::bank_names::bank_name;
use quita_core::barcode::{Barcode, Code, CodeError};
use quita_core::findings::Warning;
use quita_core::money::Money;
use serde::Serialize;
use serde_json::Value;

use crate::cli::jsonl::{self, Failure};

/// What can be done with boletos.
#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(
        about = "Calcula nosso número, campo livre, código de barras e linha digitável",
        long_about = "Calcula nosso número, campo livre, código de barras e linha digitável. Lê um \
                      objeto JSON por linha da entrada padrão, ou o do argumento, e responde uma \
                      linha JSON para cada. Exemplo: {\"bank\":\"341\",\"branch\":\"0057\",\
                      \"account\":\"12345\",\"account_digit\":\"7\",\"wallet\":\"109\",\
                      \"our_number\":\"12345678\",\"expiration_date\":\"2026-12-21\",\
                      \"amount\":12345}. O valor é em centavos. O que cada banco pede está no \
                      README de sua pasta; se falta algo, a resposta diz o nome do campo. Os \
                      campos são: bank (banco), branch (agência, cooperativa), account (conta), \
                      account_operation (operação), agreement (convênio), beneficiary_code \
                      (código do beneficiário ou do cliente), post (posto), byte, modality \
                      (modalidade), instalment (parcela), wallet (carteira), wallet_variation \
                      (variação), our_number (nosso número sem o dígito), document_number (seu \
                      número), iof, issued_by (quem imprime: company ou bank), issuance_date \
                      (emissão), expiration_date (vencimento), amount (valor); e os dígitos \
                      branch_digit, account_digit, agreement_digit, beneficiary_digit e \
                      our_number_digit. Para qualquer banco vale também um free_field pronto, com \
                      25 dígitos."
    )]
    Compute {
        /// The object, in place of standard input.
        #[arg(help = "Objeto JSON, em vez da entrada padrão")]
        input: Option<OsString>,
    },
    #[command(
        about = "Lê códigos de barras (44 dígitos) e linhas digitáveis (47 ou 48)",
        long_about = "Lê códigos de barras (44 dígitos) e linhas digitáveis (47; 48 em contas de \
                      consumo e tributos), um por linha da entrada padrão ou o do argumento, com \
                      ou sem pontuação, e responde uma linha JSON para cada. O fator de \
                      vencimento se repete desde 2025: a data que ele significa depende do dia da \
                      leitura (--on)."
    )]
    Read {
        /// The code, in place of standard input.
        #[arg(help = "Código ou linha, em vez da entrada padrão")]
        code: Option<OsString>,
        /// The day on which it is read.
        #[arg(
            long,
            value_name = "AAAA-MM-DD",
            help = "Dia da leitura (padrão: hoje, em São Paulo)"
        )]
        on: Option<Date>,
    },
}

/// Does what was asked.
pub(crate) fn run(command: Command) -> ExitCode {
    match command {
        Command::Compute { input } => jsonl::run(input, compute),
        Command::Read { code, on } => {
            let today = on.unwrap_or_else(|| sao_paulo(Timestamp::now()));
            jsonl::run(code, |text| read(text, today))
        }
    }
}

/// The civil date in São Paulo, where bank days are counted.
fn sao_paulo(now: Timestamp) -> Date {
    let zone = TimeZone::get("America/Sao_Paulo").unwrap_or(TimeZone::UTC);
    now.to_zoned(zone).date()
}

/// What `compute` answers.
#[derive(Serialize)]
struct Computed {
    our_number: Option<String>,
    our_number_digit: Option<String>,
    our_number_formatted: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    beneficiary_formatted: Option<String>,
    free_field: String,
    due_factor: u16,
    barcode: String,
    writable_line: String,
    writable_line_formatted: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

fn compute(line: &str) -> Result<Computed, Failure> {
    // Only objects: the reader of fields would also take them from an array, by position.
    let input = Some(line).filter(|line| line.trim_start().starts_with('{'));
    let input: TitleInput<'_> =
        input.and_then(|line| serde_json::from_str(line).ok()).ok_or_else(|| explain_json(line))?;
    let Numbers { title, due_factor, barcode, beneficiary, warnings } = title::compute(&input)
        .map_err(|TitleError { field, code, message }| Failure::of_field(field, code, message))?;
    let writable_line = barcode.writable_line();
    let (our_number, our_number_digit, our_number_formatted) = match title {
        Some(title) => (
            Some(title.our_number),
            Some(title.our_number_digit).filter(|digit| !digit.is_empty()),
            Some(title.our_number_formatted),
        ),
        None => (None, None, None),
    };
    Ok(Computed {
        our_number,
        our_number_digit,
        our_number_formatted,
        beneficiary_formatted: beneficiary,
        free_field: barcode.free_field().as_str().to_owned(),
        due_factor: due_factor.value(),
        barcode: barcode.as_str().to_owned(),
        writable_line: writable_line.as_str().to_owned(),
        writable_line_formatted: writable_line.to_string(),
        warnings,
    })
}

/// Says in Portuguese why a line is not an input, and which field is at fault.
fn explain_json(line: &str) -> Failure {
    let fields = match serde_json::from_str::<Value>(line) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => return Failure::new("not_an_object", "A linha deve ser um objeto JSON: {…}."),
        Err(error) => {
            let column = error.column();
            let message = format!("A linha não é JSON válido (coluna {column}).");
            return Failure::new("invalid_json", message);
        }
    };
    for (name, value) in &fields {
        let Some(field) = TitleInput::FIELDS.iter().find(|field| *field == name) else { continue };
        let wanted = match *field {
            _ if value.is_null() => continue,
            "amount" if value.as_i64().is_none() => "um inteiro, em centavos",
            "expiration_date" | "issuance_date"
                if value.as_str().is_none_or(|t| t.parse::<Date>().is_err()) =>
            {
                "uma data AAAA-MM-DD"
            }
            "amount" | "expiration_date" | "issuance_date" => continue,
            _ if value.is_string() || value.is_u64() => continue,
            _ => "um texto",
        };
        return Failure::of_field(field, "invalid", format!("O campo {field} deve ser {wanted}."));
    }
    Failure::new("invalid_json", "Um campo aparece mais de uma vez no objeto.")
}

/// What `read` answers.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Read {
    Boleto {
        bank: String,
        bank_name: Option<&'static str>,
        amount: Money,
        expiration_date: Option<Date>,
        due_factor: Option<u16>,
        free_field: String,
        barcode: String,
        writable_line: String,
        writable_line_formatted: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        warnings: Vec<Warning>,
    },
    Arrecadacao {
        segment: char,
        segment_name: &'static str,
        amount: Option<Money>,
        modulus: u8,
        barcode: String,
        writable_line: String,
    },
}

fn read(text: &str, today: Date) -> Result<Read, Failure> {
    match Code::read(text) {
        Ok(Code::Boleto(barcode)) => Ok(read_boleto(barcode, today)),
        Ok(Code::Arrecadacao(code)) => Ok(read_arrecadacao(code)),
        Err(error) => Err(Failure::new(code_of(&error), format!("O código não vale: {error}."))),
    }
}

fn read_boleto(barcode: Barcode, today: Date) -> Read {
    let bank = barcode.bank();
    let free_field = barcode.free_field();
    let rules = title::titles(bank.as_str());
    let mut warnings = rules.map(|r| r.check_free_field(&free_field)).unwrap_or_default();
    let expiration_date = match barcode.due_factor().map(|factor| factor.date_read_on(today)) {
        Some(Err(error)) => {
            warnings
                .push(Warning { code: "due_factor_outside_window", message: error.to_string() });
            None
        }
        Some(Ok(date)) => Some(date),
        None => None,
    };
    let writable_line = barcode.writable_line();
    Read::Boleto {
        bank: bank.as_str().to_owned(),
        bank_name: bank_name(bank.as_str()),
        amount: barcode.amount(),
        expiration_date,
        due_factor: barcode.due_factor().map(|factor| factor.value()),
        free_field: free_field.as_str().to_owned(),
        barcode: barcode.as_str().to_owned(),
        writable_line: writable_line.as_str().to_owned(),
        writable_line_formatted: writable_line.to_string(),
        warnings,
    }
}

fn read_arrecadacao(code: Arrecadacao) -> Read {
    let (segment, segment_name) = code.segment();
    Read::Arrecadacao {
        segment,
        segment_name,
        amount: code.amount(),
        modulus: match code.modulus() {
            Modulus::Ten => 10,
            Modulus::Eleven => 11,
        },
        barcode: code.as_str().to_owned(),
        writable_line: code.writable_line(),
    }
}

/// The word that programs read for an error.
fn code_of(error: &CodeError) -> &'static str {
    match error {
        CodeError::Empty => "empty",
        CodeError::Character(_) => "bad_character",
        CodeError::Length(_) | CodeError::LengthOfOtherKind => "wrong_length",
        CodeError::CheckDigits(_) => "wrong_check_digit",
        CodeError::Currency(_) => "unknown_currency",
        CodeError::AmountTooLarge => "amount_too_large",
        CodeError::ValueKind(_) => "unknown_value_kind",
        CodeError::NotABoleto => "not_a_boleto",
    }
}
