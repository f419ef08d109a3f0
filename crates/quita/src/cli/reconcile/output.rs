//! What was found, one object a line.

use std::io::{self, Write};

use quita_core::matching::{Difference, Line, Match, Reason, Receivable, Verdict, WhyNot};
use serde::Serialize;

/// A line of the answer.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Row<'a> {
    /// Needs no person.
    Match(Found<'a>),
    /// A person decides; `rank` 1 is the likeliest.
    Suggestion {
        rank: usize,
        why_not: &'static str,
        #[serde(flatten)]
        found: Found<'a>,
    },
    /// What the bank takes.
    Fee {
        line: &'a str,
        amount: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        receivable: Option<&'a str>,
    },
    /// Told only where explanations are asked for.
    Unmatched { line: &'a str, why_not: &'static str, explanation: &'static str },
}

#[derive(Serialize)]
struct Found<'a> {
    line: &'a str,
    receivables: Vec<&'a str>,
    /// Cents of each receivable, before fees.
    amounts: Vec<i64>,
    /// Between 0 and 1.
    confidence: f64,
    automatic: bool,
    /// The strongest.
    reason: &'static str,
    reasons: Vec<&'static str>,
    /// `due`, `nominal_only`, `short`, `over`, `paid_twice`.
    difference: &'static str,
    /// Cents by which the amount differs: from the nominal amount for `due`, from what was due for
    /// `short` and `over`.
    difference_amount: i64,
    /// Cents that the bank kept.
    fee: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
}

/// Writes all verdicts in the order of the lines.
pub(super) fn write(
    out: &mut impl Write,
    lines: &[Line],
    receivables: &[Receivable],
    verdicts: &[Verdict],
    explain: bool,
) -> io::Result<()> {
    let mut row = |row: &Row| {
        serde_json::to_writer(&mut *out, row).map_err(io::Error::from)?;
        out.write_all(b"\n")
    };
    for (line, verdict) in lines.iter().zip(verdicts) {
        match verdict {
            Verdict::Matched(found) => {
                let said = explain.then(|| explanation(found, None));
                row(&Row::Match(as_found(line, receivables, found, true, said)))?;
            }
            Verdict::Suggested { suggestions, why } => {
                for (found, rank) in suggestions.iter().zip(1..) {
                    let said = explain.then(|| explanation(found, Some(*why)));
                    let found = as_found(line, receivables, found, false, said);
                    row(&Row::Suggestion { rank, why_not: why.word(), found })?;
                }
            }
            Verdict::Fee { receivable } => row(&Row::Fee {
                line: &line.id,
                amount: line.amount.cents(),
                receivable: receivable.map(|r| receivables[r].id.as_ref()),
            })?,
            Verdict::Unmatched(why) if explain => row(&Row::Unmatched {
                line: &line.id,
                why_not: why.word(),
                explanation: why.text(),
            })?,
            Verdict::Unmatched(_) => {}
        }
    }
    Ok(())
}

fn as_found<'a>(
    line: &'a Line,
    receivables: &'a [Receivable],
    found: &Match,
    automatic: bool,
    explanation: Option<String>,
) -> Found<'a> {
    let (difference, cents) = match found.difference {
        Difference::Due { over_nominal } => ("due", over_nominal.cents()),
        Difference::NominalOnly => ("nominal_only", 0),
        Difference::Short(short) => ("short", short.cents()),
        Difference::Over(over) => ("over", over.cents()),
        Difference::PaidTwice => ("paid_twice", line.amount.cents()),
    };
    Found {
        line: &line.id,
        receivables: found.shares.iter().map(|s| receivables[s.receivable].id.as_ref()).collect(),
        amounts: found.shares.iter().map(|s| s.amount.cents()).collect(),
        confidence: f64::from(found.confidence.ppm()) / 1e6,
        automatic,
        reason: found.reasons.first().map_or("none", |r| r.word()),
        reasons: found.reasons.iter().map(|r| r.word()).collect(),
        difference,
        difference_amount: cents,
        fee: found.fee.cents(),
        explanation,
    }
}

/// In words: what speaks for it, how the amount compares, what stands in the way.
fn explanation(found: &Match, why: Option<WhyNot>) -> String {
    let reasons: Vec<&str> = found.reasons.iter().map(|r: &Reason| r.text()).collect();
    let mut text = reasons.join(", ");
    match found.difference {
        Difference::Due { over_nominal } if over_nominal.is_positive() => {
            text.push_str(&format!("; inclui R$ {over_nominal} de multa e juros"));
        }
        Difference::Due { over_nominal } if over_nominal.cents() < 0 => {
            text.push_str(&format!("; com R$ {} de desconto", -over_nominal));
        }
        Difference::Due { .. } => {}
        Difference::NominalOnly => text.push_str("; pago pelo valor original, sem encargos"),
        Difference::Short(short) => text.push_str(&format!("; faltam R$ {short}")),
        Difference::Over(over) => text.push_str(&format!("; R$ {over} a mais")),
        Difference::PaidTwice => text.push_str("; já estava pago: pagamento em dobro"),
    }
    if found.fee.is_positive() {
        text.push_str(&format!("; o banco ficou com R$ {}", found.fee));
    }
    if let Some(why) = why {
        text.push_str(". ");
        text.push_str(why.text());
    }
    text.trim_start_matches(['.', ';', ' ']).to_owned()
}
