//! The bank's words about boletos and Pix as facts.

use jiff::civil::Date;
use quita_core::barcode::Barcode;
use quita_core::document::Document;
use quita_core::due_factor::DueFactor;
use quita_core::fact::{
    Channel, Fact, Means, Observation, PaidAmount, Payment, PaymentKey, Refusal, Registration,
    Situation,
};

use crate::contract::Report;
use crate::title::Titles;

use super::bank::INFO;
use super::title::TITLES;
use super::wire::{Boleto, Cobranca, Detalhe, PixDaCobranca};

/// Every situation of v3, and of v2 whose words still come up.
const SITUATIONS: &[(&str, Situation)] = &[
    ("EM_PROCESSAMENTO", Situation::Processing),
    ("A_RECEBER", Situation::Open),
    ("ATRASADO", Situation::Open),
    ("PROTESTO", Situation::Open),
    ("RECEBIDO", Situation::Paid),
    ("MARCADO_RECEBIDO", Situation::MarkedPaid),
    ("CANCELADO", Situation::Cancelled),
    ("EXPIRADO", Situation::Expired),
    ("FALHA_EMISSAO", Situation::Refused),
    ("EMABERTO", Situation::Open),
    ("VENCIDO", Situation::Open),
    ("PAGO", Situation::Paid),
];

/// The bank's word in ours; a word that is not in the table stays unknown.
fn situation(word: &str) -> Situation {
    SITUATIONS.iter().find(|(w, _)| *w == word).map_or(Situation::Unknown, |(_, s)| *s)
}

/// One cobrança of the detail or of the list; `None` where the bank told nothing of it.
///
/// The id that was asked for names it, as the answer may leave it out or spell it in capitals.
pub(super) fn report(detalhe: &Detalhe, asked: Option<&str>) -> Option<Report> {
    let cobranca = detalhe.cobranca.0.as_ref()?;
    let id = asked.or(cobranca.id());
    let document = cobranca.pagador.0.as_ref().and_then(|p| p.cpf_cnpj.get());
    let mut report = Report {
        bank_id: id.map(str::to_owned),
        bank_reference: cobranca.seu_numero.0.clone(),
        txid: detalhe.pix.0.as_ref().and_then(|p| p.txid.0.clone()),
        amount: cobranca.valor_nominal.money(),
        expiration_date: cobranca.data_vencimento.date(),
        customer_document: document.and_then(|d| Document::parse(d).ok()),
        ..Report::blank(Channel::Query)
    };
    let observed = observation(cobranca);
    let (boleto, pix) = (detalhe.boleto.0.as_ref(), detalhe.pix.0.as_ref());
    match observed.situation {
        Situation::Processing | Situation::Unknown => accepted(&mut report),
        Situation::Refused => report.facts.push(Fact::Refused(refused(cobranca))),
        Situation::Open
        | Situation::Paid
        | Situation::MarkedPaid
        | Situation::Cancelled
        | Situation::Expired => registered(&mut report, boleto, pix),
    }
    match observed.situation {
        Situation::Paid => paid(&mut report, cobranca, cobranca.data_situacao.date()),
        // Money that came after the end may leave the situation as it was.
        Situation::Cancelled | Situation::Expired
            if cobranca.origem_recebimento.get().is_some() && observed.total_received.is_some() =>
        {
            paid(&mut report, cobranca, None);
        }
        _ => {}
    }
    report.facts.push(Fact::Observed(observed));
    Some(report)
}

/// What the bank shows. A word that is missing counts as unknown.
fn observation(cobranca: &Cobranca) -> Observation {
    let word = cobranca.situacao.get().unwrap_or("(sem situação)");
    Observation {
        situation: situation(word),
        word: word.to_owned(),
        since: cobranca.data_situacao.date(),
        total_received: cobranca.valor_total_recebido.money(),
        amount: cobranca.valor_nominal.money(),
        expiration_date: cobranca.data_vencimento.date(),
    }
}

fn accepted(report: &mut Report) {
    if let Some(bank_id) = report.bank_id.clone() {
        report.facts.push(Fact::Accepted { bank_id });
    }
}

fn refused(cobranca: &Cobranca) -> Refusal {
    let said = cobranca.motivo_cancelamento.get().map(|m| format!(" ({m})")).unwrap_or_default();
    Refusal {
        code: cobranca.situacao.0.clone().unwrap_or_default(),
        message: format!(
            "O banco aceitou o pedido mas não conseguiu emitir o boleto{said}. Confira os dados do \
             cliente e emita outro; se repetir, fale com o banco."
        ),
        field: None,
    }
}

/// Its numbers, when the bank gave all of them.
fn registered(report: &mut Report, boleto: Option<&Boleto>, pix: Option<&PixDaCobranca>) {
    let numbers = boleto.and_then(|b| {
        Some((b.nosso_numero.get()?, b.codigo_barras.get()?, b.linha_digitavel.get()?))
    });
    let Some((our_number, barcode, line)) = numbers else {
        accepted(report);
        report.warnings.push("o banco não mandou todos os números do boleto".to_owned());
        return;
    };
    let registration = Registration {
        bank_id: report.bank_id.clone(),
        our_number: unpunctuated(our_number),
        barcode: unpunctuated(barcode),
        writable_line: unpunctuated(line),
        br_code: pix.and_then(|p| p.pix_copia_e_cola.0.clone()),
        txid: report.txid.clone(),
        edition: 0,
    };
    report.warnings.extend(oddities(&registration, report));
    report.facts.push(Fact::Registered(registration));
}

pub(super) fn unpunctuated(number: &str) -> String {
    number.chars().filter(|c| !matches!(c, '.' | ' ' | '-')).collect()
}

/// What does not hold in the bank's numbers. They are kept as they came: those of the bank's
/// test environment hold nowhere, and after a change they may lag behind amount and due date.
fn oddities(numbers: &Registration, report: &Report) -> Vec<String> {
    let barcode = match Barcode::parse(&numbers.barcode) {
        Ok(barcode) => barcode,
        Err(error) => return vec![format!("código de barras do banco: {error}")],
    };
    let mut found = Vec::new();
    let mut expect = |holds: bool, text: String| {
        if !holds {
            found.push(text);
        }
    };
    expect(
        barcode.writable_line().as_str() == numbers.writable_line,
        "a linha digitável do banco não corresponde ao código de barras".to_owned(),
    );
    expect(
        barcode.bank().as_str() == INFO.code,
        format!("o código de barras é do banco {}", barcode.bank().as_str()),
    );
    if let Some(amount) = report.amount {
        let printed = barcode.amount();
        expect(
            printed == amount,
            format!("o código de barras diz R$ {printed} e o boleto vale R$ {amount}"),
        );
    }
    if let Some(due) = report.expiration_date {
        expect(
            DueFactor::of_date(due).ok() == barcode.due_factor(),
            format!("o código de barras não corresponde ao vencimento {due}"),
        );
    }
    let free_field = barcode.free_field();
    expect(
        free_field.as_str().ends_with(&numbers.our_number),
        "o nosso número não corresponde ao código de barras".to_owned(),
    );
    found.extend(TITLES.check_free_field(&free_field).into_iter().map(|w| w.message));
    found
}

/// The one payment of a received cobrança.
///
/// The bank tells only a total, so that is what is kept. The day of the situation is taken as
/// the day of payment: the examples agree, but no page says so, and for a boleto paid at
/// another bank it may be the day on which Inter learned of it (confidence: low).
///
/// Without the way by which the money came nothing is guessed: the same Pix told once more
/// under its own id would then count twice. The total received stays in the observation.
fn paid(report: &mut Report, cobranca: &Cobranca, paid_on: Option<Date>) {
    let means = match cobranca.origem_recebimento.get() {
        Some("BOLETO") => Means::Boleto,
        Some("PIX") => Means::Pix,
        word => {
            let word = word.unwrap_or("nenhuma");
            report.warnings.push(format!("origem de recebimento desconhecida: {word}"));
            return;
        }
    };
    let Some(total) = cobranca.valor_total_recebido.money().filter(|t| t.is_positive()) else {
        report.warnings.push("recebido, mas o banco não disse quanto".to_owned());
        return;
    };
    report.facts.push(Fact::Paid(Payment {
        key: PaymentKey::Nth(1),
        means,
        amount: PaidAmount::RunningTotal(total),
        paid_on,
        credited_on: None,
        settled_at: None,
        fee: None,
    }));
}
