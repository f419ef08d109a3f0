//! `quita cnab`: remittances and returns as files, without a database or a bank.

mod write;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use jiff::civil::Date;
use quita_banks::cnab;
use quita_core::money::Money;
use quita_formats::cnab::codes::{Instruction, Movement};
use quita_formats::cnab::{
    CnabError, FileHead, Item, Meaning, Options, Reason, Title, Trailer, Warning,
};
use serde::Serialize;

use crate::failure::Failure;

/// What can be done with CNAB files.
#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(
        about = "Lê um retorno ou uma remessa CNAB 240 ou 400, e mostra JSON Lines",
        long_about = "Lê um retorno ou uma remessa CNAB 240 ou 400; banco, layout e sentido são \
                      reconhecidos pelo conteúdo. Escreve uma linha JSON para cada registro, com \
                      kind: file, record, trailer ou warning. Um record é um título, com seus \
                      registros juntados: movement (a palavra do quita para o que houve), \
                      occurrence (código e texto do banco), reasons, our_number, document_number, \
                      valores em centavos, datas e line, a linha do arquivo. O que não se pode \
                      ler vem como warning, e o resto é lido."
    )]
    Read {
        /// The file; `-` is standard input.
        #[arg(help = "Arquivo de retorno ou remessa, ou - para a entrada padrão")]
        file: PathBuf,
    },
    #[command(
        about = "Confere um arquivo CNAB: larguras, sequências, totais, datas, conteúdo fixo",
        long_about = "Confere um arquivo CNAB 240 ou 400 contra o layout do banco: largura das \
                      linhas, sequenciais, totais, datas e valores, acentos, e o que o manual \
                      manda escrever sempre igual. Escreve o que encontrou, com a linha; o código \
                      de saída é 1 se encontrou algo."
    )]
    Check {
        /// The file; `-` is standard input.
        #[arg(help = "Arquivo de retorno ou remessa, ou - para a entrada padrão")]
        file: PathBuf,
        /// For programs.
        #[arg(long, help = "Uma linha JSON para cada achado")]
        json: bool,
    },
    #[command(
        about = "Grava uma remessa CNAB 240 ou 400 a partir de JSON Lines",
        long_about = write::LONG_ABOUT
    )]
    Write(write::Remittance),
    #[command(about = "Mostra um layout, campo a campo, com os códigos; sem nome, a lista deles")]
    Layout {
        /// Which one.
        #[arg(help = "Nome do layout, por exemplo febraban-240")]
        name: Option<String>,
        /// For programs.
        #[arg(long, help = "Em JSON")]
        json: bool,
    },
}

/// Does what was asked.
pub(crate) fn run(command: Command) -> ExitCode {
    match command {
        Command::Read { file } => super::exit(read(&file)),
        Command::Check { file, json } => match check(&file, json) {
            Ok(0) => ExitCode::SUCCESS,
            Ok(_) => ExitCode::FAILURE,
            Err(failure) => super::exit(Err(failure)),
        },
        Command::Write(remittance) => write::run(remittance),
        Command::Layout { name, json } => super::exit(layout(name.as_deref(), json)),
    }
}

/// Reads the file, or standard input, and writes what `each` makes of it.
fn stream(
    path: &Path,
    options: Options,
    mut each: impl FnMut(&mut dyn Write, Item<'_>) -> io::Result<()>,
) -> Result<(), Failure> {
    let input: Box<dyn BufRead> = match path.as_os_str() == "-" {
        true => Box::new(io::stdin().lock()),
        false => {
            let file = File::open(path).map_err(|error| Failure::file(path, &error))?;
            Box::new(BufReader::with_capacity(64 * 1024, file))
        }
    };
    let mut output = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    let formats = cnab::formats();
    let read = quita_formats::cnab::read(input, &formats, options, |item| each(&mut output, item));
    let flushed = output.flush();
    match read.and(flushed.map_err(CnabError::from)) {
        Ok(()) => Ok(()),
        // The reader has enough (`| head`).
        Err(CnabError::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(CnabError::Io(error)) => Err(Failure::file(path, &error)),
        Err(error @ CnabError::NotReadable(_)) => {
            Err(Failure::new(format!("{}: {error}", path.display())))
        }
    }
}

fn read(path: &Path) -> Result<(), Failure> {
    stream(path, Options::default(), |output, item| {
        let shown = match &item {
            Item::File(head) => Shown::File(head),
            Item::Title(title) => Shown::Record(ShownTitle::of(title)),
            Item::Trailer(trailer) => Shown::Trailer(trailer),
            Item::Warning(warning) => Shown::Warning(warning),
        };
        serde_json::to_writer(&mut *output, &shown)?;
        output.write_all(b"\n")
    })
}

/// How many findings there were.
fn check(path: &Path, json: bool) -> Result<u64, Failure> {
    let mut count = 0;
    let mut titles = 0_u64;
    let mut layouts = BTreeSet::new();
    stream(path, Options { strict: true }, |output, item| {
        let mut show = |line: u64, message: &str| {
            count += 1;
            if json {
                serde_json::to_writer(
                    &mut *output,
                    &Warning { line, message: message.to_owned() },
                )?;
                return output.write_all(b"\n");
            }
            writeln!(output, "linha {line}: {message}")
        };
        match item {
            Item::File(head) => {
                layouts.insert(format!("{}, {}", head.layout, head.direction.portuguese()));
                Ok(())
            }
            Item::Title(title) => {
                titles += 1;
                title.warnings.iter().try_for_each(|message| show(title.line, message))
            }
            Item::Trailer(_) => Ok(()),
            Item::Warning(warning) => show(warning.line, &warning.message),
        }
    })?;
    let layouts = layouts.into_iter().collect::<Vec<_>>().join("; ");
    eprintln!("{layouts}: {titles} títulos, {count} achados");
    Ok(count)
}

fn layout(name: Option<&str>, json: bool) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    let Some(name) = name else {
        let names: BTreeSet<_> =
            cnab::formats().into_iter().map(|f| f.name_and_width().0).collect();
        if json {
            writeln!(output, "{}", serde_json::to_string(&names)?)?;
        } else {
            names.into_iter().try_for_each(|name| writeln!(output, "{name}"))?;
        }
        return Ok(());
    };
    let Some(format) = cnab::by_name(name) else {
        let message = format!("não há layout «{name}»; «quita cnab layout» mostra os que há");
        return Err(Failure::new(message));
    };
    let description = format.describe();
    if json {
        writeln!(output, "{}", serde_json::to_string(&description)?)?;
    } else {
        write!(output, "{description}")?;
    }
    Ok(())
}

/// One line of the answer.
#[expect(clippy::large_enum_variant, reason = "nearly all are titles, written at once")]
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Shown<'r> {
    File(&'r FileHead),
    Record(ShownTitle<'r>),
    Trailer(&'r Trailer),
    Warning(&'r Warning),
}

/// A title. The first fields are always there; the others where the file has them.
#[derive(Serialize)]
struct ShownTitle<'r> {
    movement: Option<Word>,
    occurrence: Occurrence<'r>,
    our_number: Option<&'r str>,
    document_number: Option<&'r str>,
    amount: Option<Money>,
    paid_amount: Option<Money>,
    interest: Option<Money>,
    fine: Option<Money>,
    discount: Option<Money>,
    abatement: Option<Money>,
    fee: Option<Money>,
    credit_date: Option<Date>,
    occurrence_date: Option<Date>,
    expiration_date: Option<Date>,
    reasons: &'r [Reason<'r>],
    line: u64,
    warnings: &'r [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_text: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    our_number_digit: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_use: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wallet: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    species: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collecting_bank: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collecting_branch: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settlement_means: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_document: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    txid: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_to_end_id: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pix_location: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    br_code: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pix_error: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credited_amount: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iof: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other_expenses: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other_credits: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuance_date: Option<Date>,
}

/// Our word for an occurrence, of a return or of a remittance.
#[derive(Serialize)]
#[serde(untagged)]
enum Word {
    Movement(Movement),
    Instruction(Instruction),
}

/// The bank's code, and what it means.
#[derive(Serialize)]
struct Occurrence<'r> {
    code: &'r str,
    text: Option<&'static str>,
}

impl<'r> ShownTitle<'r> {
    fn of(title: &'r Title<'r>) -> Self {
        // A field that is added to titles must be shown here too.
        let Title {
            line,
            occurrence,
            meaning,
            reasons,
            reason_text,
            our_number_digit,
            company_use,
            wallet,
            species,
            collecting_bank,
            collecting_branch,
            settlement_means,
            customer_name,
            customer_document,
            txid,
            end_to_end_id,
            pix_location,
            br_code,
            pix_error,
            our_number,
            document_number,
            amount,
            paid_amount,
            interest,
            fine,
            discount,
            abatement,
            fee,
            credit_date,
            occurrence_date,
            expiration_date,
            credited_amount,
            iof,
            other_expenses,
            other_credits,
            issuance_date,
            warnings,
        } = title;
        let word = |meaning: Meaning| match meaning {
            Meaning::Movement(movement, _) => Word::Movement(movement),
            Meaning::Instruction(instruction, _) => Word::Instruction(instruction),
        };
        Self {
            movement: meaning.map(word),
            occurrence: Occurrence { code: occurrence, text: meaning.map(Meaning::text) },
            reasons,
            line: *line,
            warnings,
            reason_text: reason_text.as_deref(),
            our_number_digit: our_number_digit.as_deref(),
            company_use: company_use.as_deref(),
            wallet: wallet.as_deref(),
            species: species.as_deref(),
            collecting_bank: collecting_bank.as_deref(),
            collecting_branch: collecting_branch.as_deref(),
            settlement_means: settlement_means.as_deref(),
            customer_name: customer_name.as_deref(),
            customer_document: customer_document.as_deref(),
            txid: txid.as_deref(),
            end_to_end_id: end_to_end_id.as_deref(),
            pix_location: pix_location.as_deref(),
            br_code: br_code.as_deref(),
            pix_error: pix_error.as_deref(),
            our_number: our_number.as_deref(),
            document_number: document_number.as_deref(),
            amount: *amount,
            paid_amount: *paid_amount,
            interest: *interest,
            fine: *fine,
            discount: *discount,
            abatement: *abatement,
            fee: *fee,
            credit_date: *credit_date,
            occurrence_date: *occurrence_date,
            expiration_date: *expiration_date,
            credited_amount: *credited_amount,
            iof: *iof,
            other_expenses: *other_expenses,
            other_credits: *other_credits,
            issuance_date: *issuance_date,
        }
    }
}
