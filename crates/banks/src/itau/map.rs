//! The bank's words about boletos and Pix as facts.

use jiff::civil::Date;
use quita_core::barcode::Barcode;
use quita_core::document::Document;
use quita_core::due_factor::DueFactor;
use quita_core::fact::{
    Channel, Fact, Means, Observation, PaidAmount, Payment, PaymentKey, Registration, Situation,
};
use quita_core::money::Money;

use crate::contract::Report;
use crate::title::Titles;

use super::bank::INFO;
use super::clean::without_accent;
use super::ids::BoletoId;
use super::numbers;
use super::terms;
use super::title::TITLES;
use crate::pix_received::{self, PixRecebido};

use super::wire::{Boleto, DadoBoletoLido, Individual, Pagamento, Qrcode, TipoPessoaLido};

/// The situations of the query (OpenAPI 1.2.0) and of the list.
const SITUATIONS: &[(&str, Situation)] = &[
    ("EM ABERTO", Situation::Open),
    ("AGUARDANDO PAGAMENTO", Situation::Open),
    ("PAGO", Situation::Paid),
    ("PAGA", Situation::Paid),
    ("AGUARDANDO CREDITO", Situation::Paid),
    ("CREDITADO", Situation::Paid),
    ("LIQUIDADO", Situation::Paid),
    ("BAIXADO", Situation::Cancelled),
    ("BAIXADA", Situation::Cancelled),
    // «Pagamento Rejeitado» and «Pagamento Devolvido» are for people: what follows is not known.
];

/// The reason of a write-off that was a payment.
const SETTLED_REASON: &str = "BAIXA POR TER SIDO LIQUIDADO";

/// In capitals, without accents.
pub(super) fn plain(word: &str) -> String {
    word.chars().map(without_accent).collect::<String>().to_uppercase()
}

/// Whose boleto it is and what it is worth, as any answer tells it; `None` where it tells no
/// number.
fn identified(
    boleto: &Boleto,
    data: &DadoBoletoLido,
    one: &Individual,
    account: &str,
) -> Option<Report> {
    let told = boleto.beneficiario.0.as_ref().and_then(|b| b.id_beneficiario.get());
    let number = one.numero_nosso_numero.get()?;
    let wallet = data.codigo_carteira.get()?;
    let id = BoletoId::new(told.unwrap_or(account), wallet, number);
    let person = data.pagador.0.as_ref().and_then(|p| p.pessoa.0.as_ref());
    let kind = person.and_then(|p| p.tipo_pessoa.0.as_ref());
    Some(Report {
        bank_id: id.text(),
        bank_reference: one.texto_seu_numero.0.clone(),
        txid: qrcode(boleto, data).and_then(|qr| qr.txid.0.clone()),
        amount: one.valor_titulo.get().and_then(numbers::money),
        expiration_date: one.data_vencimento.date(),
        customer_document: kind.and_then(document),
        ..Report::blank(Channel::Query)
    })
}

/// Documents come with or without their zeros in front.
fn document(kind: &TipoPessoaLido) -> Option<Document> {
    let cpf = kind.numero_cadastro_pessoa_fisica.get().map(|text| format!("{text:0>11}"));
    let cnpj = kind.numero_cadastro_nacional_pessoa_juridica.get();
    let cnpj = cnpj.map(|text| format!("{text:0>14}"));
    cpf.into_iter().chain(cnpj).find_map(|text| Document::parse(&text).ok())
}

fn qrcode<'a>(boleto: &'a Boleto, data: &'a DadoBoletoLido) -> Option<&'a Qrcode> {
    boleto.dados_qrcode.0.as_ref().or(data.qrcode_pix.0.as_ref())
}

/// The answer to an emission: registered, with its numbers. `None` where it tells none.
pub(super) fn issued(boleto: &Boleto, account: &str) -> Option<Report> {
    let data = boleto.dado_boleto.0.as_ref()?;
    let one = data.dados_individuais_boleto.0.last()?;
    let mut report = identified(boleto, data, one, account)?;
    registered(&mut report, one, qrcode(boleto, data));
    Some(report)
}

/// One boleto of the query; `None` where the bank told nothing of it.
pub(super) fn report(boleto: &Boleto, account: &str) -> Option<Report> {
    let data = boleto.dado_boleto.0.as_ref()?;
    let one = data.dados_individuais_boleto.0.last()?;
    let mut report = identified(boleto, data, one, account)?;
    report.terms = report.expiration_date.map(|due| terms::shown(data, due)).unwrap_or_default();
    let qr = qrcode(boleto, data);
    registered(&mut report, one, qr);
    let kind = data.descricao_instrumento_cobranca.get().unwrap_or_default();
    let is_hybrid = qr.is_some() || kind.eq_ignore_ascii_case("boleto_pix");
    let total = payments(&mut report, data, is_hybrid);
    let observed = observation(data, one, total);
    report.facts.push(Fact::Observed(observed));
    Some(report)
}

/// What the bank shows. A word that is missing counts as unknown.
fn observation(data: &DadoBoletoLido, one: &Individual, total: Option<Money>) -> Observation {
    let word = one.situacao_geral_boleto.get().unwrap_or("(sem situação)");
    let name = plain(word);
    let known = SITUATIONS.iter().find(|(w, _)| *w == name).map(|(_, s)| *s);
    let end = data.baixa.0.last();
    let reason = end.and_then(|end| end.motivo_baixa.get());
    // A boleto that was paid is written off in the end, for this reason.
    let is_settled = reason.is_some_and(|reason| plain(reason) == SETTLED_REASON);
    let situation = match known.unwrap_or(Situation::Unknown) {
        Situation::Cancelled if is_settled => Situation::Paid,
        situation => situation,
    };
    let since = end.and_then(|end| end.data_inclusao_alteracao_baixa.date());
    let word = match reason.filter(|_| known == Some(Situation::Cancelled)) {
        Some(reason) => format!("{word} ({reason})"),
        None => word.to_owned(),
    };
    Observation {
        situation,
        word,
        since,
        total_received: total,
        amount: one.valor_titulo.get().and_then(numbers::money),
        expiration_date: one.data_vencimento.date(),
    }
}

/// Its numbers, when the bank gave all of them.
fn registered(report: &mut Report, one: &Individual, qr: Option<&Qrcode>) {
    let numbers = (|| {
        Some((
            one.numero_nosso_numero.get()?,
            one.codigo_barras.get()?,
            one.numero_linha_digitavel.get()?,
        ))
    })();
    let Some((our_number, barcode, line)) = numbers else {
        if let Some(bank_id) = report.bank_id.clone() {
            report.facts.push(Fact::Accepted { bank_id });
        }
        report.warnings.push("o banco não mandou todos os números do boleto".to_owned());
        return;
    };
    let registration = Registration {
        bank_id: report.bank_id.clone(),
        our_number: format!("{our_number:0>8}"),
        barcode: unpunctuated(barcode),
        writable_line: unpunctuated(line),
        br_code: qr.and_then(|qr| qr.emv.0.clone()),
        txid: report.txid.clone(),
        edition: 0,
    };
    report.warnings.extend(oddities(&registration, report));
    report.facts.push(Fact::Registered(registration));
}

fn unpunctuated(number: &str) -> String {
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
        free_field.as_str().get(3..11) == Some(numbers.our_number.as_str()),
        "o nosso número não corresponde ao código de barras".to_owned(),
    );
    found.extend(TITLES.check_free_field(&free_field).into_iter().map(|w| w.message));
    found
}

/// The payments that the bank lists, and their sum where all can be read.
///
/// One whose way is not told is left out when it may have been the QR: the same Pix, told once
/// more under its own id, would count twice. A payment by QR may not be listed here at all; then
/// the daily movement and the Pix received have it.
fn payments(report: &mut Report, data: &DadoBoletoLido, is_hybrid: bool) -> Option<Money> {
    let list = data.pagamentos_cobranca.0.as_deref().filter(|list| !list.is_empty())?;
    let mut total = Some(Money::ZERO);
    for (place, item) in (1..).zip(list) {
        let paid = item.0.as_ref().and_then(|item| Some((item, amount(item)?)));
        let Some((item, amount)) = paid else {
            report.warnings.push("um pagamento do banco não pôde ser lido".to_owned());
            total = None;
            continue;
        };
        total = total.map(|total| total + amount);
        let Some(means) = means(item, is_hybrid) else {
            report.warnings.push("o banco não disse se o pagamento foi por Pix".to_owned());
            continue;
        };
        report.facts.push(Fact::Paid(Payment {
            key: PaymentKey::Nth(place),
            means,
            amount: PaidAmount::Exact(amount),
            paid_on: paid_on(item),
            credited_on: None,
            settled_at: None,
            fee: None,
        }));
    }
    total
}

fn amount(item: &Pagamento) -> Option<Money> {
    item.valor_pago_total_cobranca.get().and_then(numbers::money).filter(|m| m.is_positive())
}

fn paid_on(item: &Pagamento) -> Option<Date> {
    item.data_inclusao_pagamento.date().or(item.data_hora_inclusao_pagamento.date())
}

fn means(item: &Pagamento, is_hybrid: bool) -> Option<Means> {
    match item.descricao_meio_pagamento.get() {
        Some(word) if plain(word).contains("PIX") => Some(Means::Pix),
        Some(_) => Some(Means::Boleto),
        None => (!is_hybrid).then_some(Means::Boleto),
    }
}

/// One Pix received, with what was given back of it.
pub(super) fn pix(pix: &PixRecebido) -> Report {
    let bank_id = pix.txid.get().and_then(BoletoId::of_txid).and_then(|boleto| boleto.text());
    Report { bank_id, ..pix_received::report(pix) }
}
