//! A Pix received, as Bacen's API for Pix tells it at every bank.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZoneDatabase;
use quita_core::fact::{Channel, Fact, Means, PaidAmount, Payment, PaymentKey};
use serde::Deserialize;

use crate::contract::Report;
use crate::loose::{OneOrMany, Text};

/// One Pix received.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct PixRecebido {
    pub(crate) end_to_end_id: Text,
    pub(crate) txid: Text,
    pub(crate) valor: Text,
    pub(crate) horario: Text,
    pub(crate) devolucoes: OneOrMany<Devolucao>,
}

/// Money given back.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Devolucao {
    pub(crate) id: Text,
    pub(crate) rtr_id: Text,
    pub(crate) valor: Text,
    pub(crate) status: Text,
}

/// One Pix received, with what was given back of it.
pub(crate) fn report(pix: &PixRecebido) -> Report {
    let mut report = Report { txid: pix.txid.0.clone(), ..Report::blank(Channel::PixQuery) };
    let Some(id) = pix.end_to_end_id.get() else {
        report.warnings.push("um Pix recebido veio sem identificador".to_owned());
        return report;
    };
    let Some(amount) = pix.valor.money().filter(|v| v.is_positive()) else {
        report.warnings.push(format!("o valor do Pix {id} não pôde ser lido"));
        return report;
    };
    let settled_at: Option<Timestamp> = pix.horario.get().and_then(|t| t.parse().ok());
    if settled_at.is_none() {
        report.warnings.push(format!("o horário do Pix {id} não pôde ser lido"));
    }
    let paid_on = settled_at.and_then(bank_day);
    report.facts.push(Fact::Paid(Payment {
        key: PaymentKey::Id(id.to_owned()),
        means: Means::Pix,
        amount: PaidAmount::Exact(amount),
        paid_on,
        credited_on: paid_on,
        settled_at,
        fee: None,
    }));
    for devolucao in &pix.devolucoes.0 {
        given_back(&mut report, id, devolucao);
    }
    report
}

/// Money given back counts once it has left. Each return has its own id, so that two of the
/// same amount stay two.
fn given_back(report: &mut Report, pix: &str, devolucao: &Devolucao) {
    match devolucao.status.get() {
        Some("DEVOLVIDO") => {}
        Some("EM_PROCESSAMENTO" | "NAO_REALIZADO") => return,
        word => {
            let word = word.unwrap_or("nenhuma");
            report.warnings.push(format!("situação desconhecida de uma devolução: {word}"));
            return;
        }
    }
    let own_id = || devolucao.id.get().map(|id| format!("{pix}/{id}"));
    match (devolucao.valor.money(), devolucao.rtr_id.0.clone().or_else(own_id)) {
        (Some(amount), id @ Some(_)) if amount.is_positive() => {
            report.facts.push(Fact::Reversed { id, amount });
        }
        _ => report.warnings.push(format!("uma devolução do Pix {pix} não pôde ser lida")),
    }
}

/// The day of an instant in São Paulo, from the time zone data within the program.
pub(crate) fn bank_day(instant: Timestamp) -> Option<Date> {
    let zone = TimeZoneDatabase::bundled().get("America/Sao_Paulo").ok()?;
    Some(instant.to_zoned(zone).date())
}
