//! `quita statement`: bank statements from files, without a database or a bank.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use jiff::civil::Date;
use quita_core::bank_line::{BankLine, Parts};
use quita_core::money::Money;
use quita_formats::statement::{
    self, Balance, CsvMapping, Line, Options, Record, Statement, StatementError, Warning,
};
use serde::Serialize;

use quita_engine::desk::accounts::{self, AccountView};
use quita_engine::desk::statements::{self, ImportView, Schedule};

use super::place::Place;
use crate::failure::Failure;

/// What can be done with statements.
#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(
        about = "Lê um extrato em OFX, CNAB 240, camt.053 ou CSV, e mostra JSON Lines",
        long_about = "Lê um extrato em OFX, CNAB 240 (segmento E), camt.053 ou CSV, reconhecido \
                      pelo conteúdo, e escreve uma linha JSON para cada registro, com kind: \
                      statement, line, balance ou warning. Uma line tem date, amount (centavos, \
                      negativo para saída), memo, bank_id, check_number, type e line, a linha do \
                      arquivo. O que não se pode ler vem como warning, e o resto é lido. As \
                      colunas de um CSV são reconhecidas pelo cabeçalho, ou vêm de --csv-mapping, \
                      um arquivo JSON: {\"date\":\"Data\",\"amount\":{\"signed\":\"Valor\"},\
                      \"memo\":[\"Histórico\"]}. Uma coluna é um nome ou um número a partir de 1; \
                      em amount pode vir {\"split\":{\"credit\":…,\"debit\":…}} ou \
                      {\"marked\":{\"amount\":…,\"mark\":…}}. Campos opcionais: separator, \
                      date_order (day_first, month_first, year_first), decimal_mark (comma, \
                      point), inverted, bank_id, check_number, type, balance, name, document, \
                      end_to_end_id."
    )]
    Read {
        /// The file; `-` is standard input.
        #[arg(help = "Arquivo do extrato, ou - para a entrada padrão")]
        file: PathBuf,
        /// Columns of a CSV, as JSON.
        #[arg(long, value_name = "ARQUIVO", help = "Colunas do CSV, em JSON")]
        csv_mapping: Option<PathBuf>,
    },
    #[command(
        about = "Busca agora no banco o extrato das contas, ou de uma, e guarda o que há de novo"
    )]
    Fetch {
        #[command(flatten)]
        place: Place,
        /// Of which account; of all when left out.
        #[arg(long, help = "Id da conta; todas, se omitida")]
        account: Option<String>,
    },
}

/// Does what was asked.
pub(crate) fn run(command: Command) -> ExitCode {
    match command {
        Command::Read { file, csv_mapping } => super::exit(read(&file, csv_mapping.as_deref())),
        Command::Fetch { place, account } => super::exit(fetch(&place, account.as_deref())),
    }
}

fn fetch(place: &Place, account: Option<&str>) -> Result<(), Failure> {
    let (world, actor) = place.open()?;
    let mut of = accounts::list(&world, &actor)?;
    of.retain(|known| account.is_none_or(|wanted| known.id == wanted));
    let standing = || -> Result<Vec<(&AccountView, Schedule)>, Failure> {
        let mut standing = Vec::new();
        for account in &of {
            if let Some(schedule) = statements::schedule_of(&world, &actor, &account.id)? {
                standing.push((account, schedule));
            }
        }
        Ok(standing)
    };
    let imports =
        || Ok::<_, Failure>(statements::imports(&world, &actor, account, None, 200)?.data);
    // What a server at work has done before is told apart by ids: its clock may be another.
    let known: BTreeSet<String> = imports()?.into_iter().map(|import| import.id).collect();
    let before = standing()?;
    statements::fetch_now(&world, &actor, account)?;
    let fresh = || -> Result<Vec<ImportView>, Failure> {
        Ok(imports()?.into_iter().filter(|import| !known.contains(&import.id)).collect())
    };
    super::work(&world, || {
        let fresh = fresh()?;
        let has_ended = |(at, (account, now)): (usize, &(&AccountView, Schedule))| {
            let looked = before.get(at).is_none_or(|(_, then)| then.last_look != now.last_look);
            let is_read = fresh.iter().any(|import| import.account_id == account.id);
            is_read || looked && !now.last_error.is_empty()
        };
        Ok(standing()?.iter().enumerate().all(has_ended))
    })?;
    let fresh = fresh()?;
    let output = place.output();
    output.json(&fresh)?;
    let (new, old) = fresh.iter().fold((0, 0), |(n, k), one| (n + one.new, k + one.known));
    output.show(&format!("{new} novos, {old} já conhecidos"))?;
    for (account, schedule) in standing()? {
        let state = match schedule.last_error.as_str() {
            "" if schedule.proving => "lido; os saldos são conferidos aos poucos",
            "" => "em dia",
            error => error,
        };
        output.show(&format!("{}: {state}", account.description))?;
    }
    Ok(())
}

fn read(path: &Path, mapping: Option<&Path>) -> Result<(), Failure> {
    let options = Options { csv: mapping.map(read_mapping).transpose()? };
    if path.as_os_str() == "-" {
        return show(path, io::stdin().lock(), &options);
    }
    let file = File::open(path).map_err(|error| Failure::file(path, &error))?;
    show(path, BufReader::with_capacity(64 * 1024, file), &options)
}

fn read_mapping(path: &Path) -> Result<CsvMapping, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    serde_json::from_str(&text).map_err(|error| {
        let (path, line, column) = (path.display(), error.line(), error.column());
        Failure::new(format!(
            "{path}: o mapeamento não é válido (linha {line}, coluna {column}); veja «quita \
             statement read --help»"
        ))
    })
}

fn show(path: &Path, input: impl BufRead, options: &Options) -> Result<(), Failure> {
    let mut output = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    let read = statement::read(input, options, |record| write(&mut output, record));
    let flushed = output.flush();
    match read.and(flushed.map_err(StatementError::from)) {
        Ok(()) => Ok(()),
        // The reader has enough (`| head`).
        Err(StatementError::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(StatementError::Io(error)) => Err(Failure::file(path, &error)),
        Err(error @ StatementError::NotAStatement(_)) => {
            Err(Failure::new(format!("{}: {error}", path.display())))
        }
    }
}

/// One line of the answer.
#[expect(clippy::large_enum_variant, reason = "nearly all are lines, written at once")]
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Shown<'r> {
    Statement(&'r Statement),
    Line(ShownLine<'r>),
    Balance(&'r Balance),
    Warning(&'r Warning),
}

/// A movement. The first fields are always there; the others where the file has them.
#[derive(Serialize)]
struct ShownLine<'r> {
    date: Date,
    amount: Money,
    memo: &'r str,
    bank_id: Option<&'r str>,
    check_number: Option<&'r str>,
    #[serde(rename = "type")]
    kind: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    our_number: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_reference: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    txid: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_to_end_id: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_document: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_name: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<Parts>,
    line: u64,
}

impl<'r> ShownLine<'r> {
    fn of(line: &'r Line) -> Self {
        let Line { line, name, at } = line;
        // A field that is added to lines must be shown here too.
        let BankLine {
            date,
            amount,
            memo,
            kind,
            bank_id,
            check_number,
            our_number,
            bank_reference,
            txid,
            end_to_end_id,
            payer_document,
            payer_name,
            parts,
        } = line;
        Self {
            date: *date,
            amount: *amount,
            memo,
            bank_id: bank_id.as_deref(),
            check_number: check_number.as_deref(),
            kind: kind.as_deref(),
            name: name.as_deref(),
            our_number: our_number.as_deref(),
            bank_reference: bank_reference.as_deref(),
            txid: txid.as_deref(),
            end_to_end_id: end_to_end_id.as_deref(),
            payer_document: payer_document.as_deref(),
            payer_name: payer_name.as_deref(),
            parts: *parts,
            line: *at,
        }
    }
}

fn write(output: &mut impl Write, record: Record) -> io::Result<()> {
    let shown = match &record {
        Record::Statement(statement) => Shown::Statement(statement),
        Record::Line(line) => Shown::Line(ShownLine::of(line)),
        Record::Balance(balance) => Shown::Balance(balance),
        Record::Warning(warning) => Shown::Warning(warning),
    };
    serde_json::to_writer(&mut *output, &shown)?;
    output.write_all(b"\n")
}
