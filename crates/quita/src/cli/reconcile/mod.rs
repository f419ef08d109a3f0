//! `quita reconcile`: bank lines against receivables, without a database.

mod generate;
mod input;
mod measure;
mod output;

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use quita_core::matching::{self, Line, Receivable, Settings};
use quita_core::money::Money;
use quita_engine::hands::all_cores;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// Lines and receivables, or invented ones.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Command {
    #[command(subcommand)]
    invented: Option<Invented>,
    #[arg(
        long,
        value_name = "ARQUIVO",
        help = "Lançamentos, um objeto JSON por linha",
        long_help = "Lançamentos, um objeto JSON por linha: id, date (AAAA-MM-DD), amount (centavos, \
                     negativo para saídas), memo e, onde o banco diz, our_number, txid, \
                     end_to_end_id, bank_reference, payer_document, payer_name"
    )]
    lines: Option<PathBuf>,
    #[arg(
        long,
        value_name = "ARQUIVO",
        help = "Cobranças, um objeto JSON por linha",
        long_help = "Cobranças, um objeto JSON por linha: id, expiration_date, amount (centavos) e, \
                     onde há, our_number, txid, fine, interest, discount ou discounts, abatement, \
                     customer_document, customer_name. Multa, juros e desconto: {\"date\", \
                     \"value\" (por cento, texto; juros ao mês) ou \"face_value\" (centavos; juros \
                     ao dia)}; um número só é por cento até 20, centavos acima"
    )]
    receivables: Option<PathBuf>,
    #[arg(long, help = "Diz em palavras por que sim e por que não, também dos que não serviram")]
    explain: bool,
    #[arg(
        long,
        value_name = "CENTAVOS",
        help = "Tarifa que o banco desconta de cada recebimento; outras são aprendidas"
    )]
    fee: Vec<i64>,
}

/// How hard invented data are.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Mix {
    #[value(name = "easy", help = "Um contrato por cliente; poucos pagam sem nome ou por outros")]
    Easy,
    #[value(name = "hard", help = "Contratos iguais que se sobrepõem; muitos nomes digitados")]
    Hard,
}

impl Mix {
    const fn of_world(self) -> matching::generator::Mix {
        match self {
            Self::Easy => matching::generator::Mix::Easy,
            Self::Hard => matching::generator::Mix::Hard,
        }
    }
}

#[derive(Subcommand)]
enum Invented {
    #[command(about = "Inventa lançamentos, cobranças e a verdade entre eles")]
    Generate(generate::Command),
    #[command(about = "Mede acertos e erros em dados inventados, por quantidade e por valor")]
    Measure(measure::Command),
}

/// Does what was asked.
pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match &command.invented {
        Some(Invented::Generate(command)) => return generate::run(command),
        Some(Invented::Measure(command)) => return measure::run(command),
        None => {}
    }
    let (Some(lines), Some(receivables)) = (&command.lines, &command.receivables) else {
        return Err(Failure::new(
            "Informe --lines e --receivables, ou generate ou measure. Veja «quita reconcile \
             --help».",
        ));
    };
    let lines: Vec<Line> = read::<input::LineInput, _>(lines, input::LineInput::line)?;
    let receivables: Vec<Receivable> =
        read::<input::ReceivableInput, _>(receivables, input::ReceivableInput::receivable)?;
    let fees = command.fee.iter().map(|f| Money::from_cents(*f)).collect();
    let settings = Settings { fees, hands: all_cores, ..Settings::default() };
    let verdicts = matching::reconcile(&lines, &receivables, &settings);
    let mut out = BufWriter::with_capacity(64 * 1024, std::io::stdout().lock());
    let written = output::write(&mut out, &lines, &receivables, &verdicts, command.explain)
        .and_then(|()| out.flush());
    match written {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Most faulty lines that are told of a file.
const MOST_FAULTS: usize = 20;

/// Reads a file of JSON Lines whole, or says what is wrong with it: a receivable left out might
/// make a wrong match look right.
fn read<I: DeserializeOwned, T>(
    path: &Path,
    convert: impl Fn(I) -> Result<T, String>,
) -> Result<Vec<T>, Failure> {
    let named = |e: std::io::Error| Failure::file(path, &e);
    let mut file = BufReader::with_capacity(1 << 20, File::open(path).map_err(named)?);
    let mut read = Vec::new();
    let mut faults = Vec::new();
    let mut text = Vec::new();
    for number in 1_u64.. {
        text.clear();
        if std::io::BufRead::read_until(&mut file, b'\n', &mut text).map_err(named)? == 0 {
            break;
        }
        let content = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text).trim_ascii();
        if content.is_empty() {
            continue;
        }
        let one = serde_json::from_slice::<I>(content).map_err(|e| e.to_string());
        match one.and_then(&convert) {
            Ok(one) => read.push(one),
            Err(fault) => faults.push(format!("{}, linha {number}: {fault}", path.display())),
        }
    }
    if faults.is_empty() {
        return Ok(read);
    }
    let more = faults.len().saturating_sub(MOST_FAULTS);
    faults.truncate(MOST_FAULTS);
    if more > 0 {
        faults.push(format!("e mais {more}"));
    }
    Err(Failure::new(faults.join("\n")))
}
