//! The statements and the balance (banking v2) as bank lines.
//!
//! The complete statement is read in one page, the largest that the bank gives: pages of a list
//! that moves could lose a movement between them. What is larger, or comes in shorter pages than
//! asked for, is read by scroll. A scroll that ended early, or of which a part was lost on the
//! way, is noticed by its count and begins anew.

use std::collections::BTreeSet;

use jiff::civil::Date;
use quita_core::bank_line::{BankLine, Parts};
use quita_core::barcode::Barcode;
use quita_core::money::Money;

use crate::statement::{Balance, LinePage, StatementDetail};

use super::bank::STATEMENT_PAGE;
use super::clean::clean;
use super::map::unpunctuated;
use super::wire::{Detalhes, Extrato, Lancamento, Saldo, Text, read as json};

/// How the complete statement is being read; a cursor is one of these as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Nothing was read: the first page, in the hope that it is all.
    Page,
    /// `scroll`: there are more movements than one page holds.
    Scroll,
    /// `scroll/TOTAL/SEEN/ID`: in the middle of a scroll.
    ScrollOn {
        /// How many movements the bank said there are.
        total: Option<usize>,
        /// How many it has given.
        seen: usize,
        /// The bank's id of the scroll.
        id: String,
    },
}

impl Reading {
    /// The reading that a cursor stands for; from the beginning where it is none of ours.
    pub(super) fn of(cursor: Option<&str>) -> Self {
        let Some(rest) = cursor.and_then(|cursor| cursor.strip_prefix("scroll")) else {
            return Self::Page;
        };
        let mut parts = rest.splitn(4, '/').skip(1);
        match (parts.next(), parts.next().and_then(|seen| seen.parse().ok()), parts.next()) {
            (Some(total), Some(seen), Some(id)) => {
                Self::ScrollOn { total: total.parse().ok(), seen, id: id.to_owned() }
            }
            _ => Self::Scroll,
        }
    }

    fn cursor(&self) -> Option<String> {
        match self {
            Self::Page => None,
            Self::Scroll => Some("scroll".to_owned()),
            Self::ScrollOn { total, seen, id } => {
                let total = total.map_or_else(|| "-".to_owned(), |total| total.to_string());
                Some(format!("scroll/{total}/{seen}/{id}"))
            }
        }
    }
}

/// A part without movements that sends the reading to the beginning of a scroll.
pub(super) fn anew(total: Option<usize>) -> LinePage {
    LinePage { next: Reading::Scroll.cursor(), total, anew: true, ..LinePage::default() }
}

/// A part of a statement; `None` where the answer is none.
pub(super) fn page(body: &[u8], detail: StatementDetail, cursor: Option<&str>) -> Option<LinePage> {
    let extrato: Extrato = json(body)?;
    let told = extrato.total_elementos.count().and_then(|count| usize::try_from(count).ok());
    let items = match &extrato.transacoes.0 {
        Some(items) => items.as_slice(),
        None if told == Some(0) => &[],
        None => return None,
    };
    let count = items.len();
    let seen = seen_of(cursor).saturating_add(count);
    let reading = match detail {
        StatementDetail::Simple => None,
        StatementDetail::Complete => Some(Reading::of(cursor)),
    };
    let (next, total) = match reading {
        // All at once, without a count.
        None => (None, None),
        Some(Reading::Page) if is_whole(&extrato, told, count) => (None, told),
        Some(Reading::Page) => return Some(anew(told)),
        Some(Reading::Scroll) => scrolled(&extrato, told, seen, None)?,
        Some(Reading::ScrollOn { total, id, .. }) => {
            scrolled(&extrato, told.or(total), seen, Some(id))?
        }
    };
    if next.is_none() && total.is_some_and(|total| total > seen) {
        return Some(anew(total));
    }
    let mut page = LinePage { next, total, ..LinePage::default() };
    let mut strange = BTreeSet::new();
    for item in items {
        match item.0.as_ref().map_or(Err("um lançamento ilegível".to_owned()), line) {
            Ok(line) => {
                let kind = line.kind.as_deref().filter(|kind| shape(kind).is_none());
                strange.extend(kind.map(str::to_owned));
                page.lines.push(line);
            }
            Err(warning) => {
                page.warnings.push(warning);
                page.unread += 1;
            }
        }
    }
    let strange = strange.iter().map(|kind| format!("tipo de lançamento desconhecido: {kind}"));
    page.warnings.extend(strange);
    Some(page)
}

/// Whether a first page is the only one.
fn is_whole(extrato: &Extrato, total: Option<usize>, count: usize) -> bool {
    let last = extrato.ultima_pagina.get().map(|word| word == "true");
    match (total, extrato.total_paginas.count(), last) {
        (Some(total), _, _) => count >= total,
        (None, Some(pages), _) => pages <= 1,
        (None, None, Some(last)) => last,
        (None, None, None) => count < STATEMENT_PAGE,
    }
}

/// Where a scroll goes on after so many movements, and how many there are; `None` where the
/// answer says that it goes on but not how.
fn scrolled(
    extrato: &Extrato,
    total: Option<usize>,
    seen: usize,
    id: Option<String>,
) -> Option<(Option<String>, Option<usize>)> {
    let id = extrato.scroll_id.0.clone().or(id);
    let more = match extrato.has_more.get() {
        Some(word) => word == "true",
        None => id.is_some() && total.is_some_and(|total| seen < total),
    };
    if !more {
        return Some((None, total));
    }
    Some((Reading::ScrollOn { total, seen, id: id? }.cursor(), total))
}

/// How many movements the parts before a cursor gave.
fn seen_of(cursor: Option<&str>) -> usize {
    match Reading::of(cursor) {
        Reading::ScrollOn { seen, .. } => seen,
        Reading::Page | Reading::Scroll => 0,
    }
}

/// What else the bank tells of a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// A boleto of ours that was paid.
    Boleto,
    /// A fee, with the boleto or Pix that it is for.
    Fee,
    /// A Pix or a transfer, with both ends.
    Transfer,
    /// Nothing that names one of our boletos.
    Other,
}

/// Every kind of movement that the reference names.
const KINDS: &[(&str, Shape)] = &[
    ("ANTECIPACAO_RECEBIVEIS", Shape::Other),
    ("ANTECIPACAO_RECEBIVEIS_CARTAO", Shape::Other),
    ("BOLETO_COBRANCA", Shape::Boleto),
    ("CAMBIO", Shape::Other),
    ("CASHBACK", Shape::Other),
    ("CHEQUE", Shape::Other),
    ("COMPRA_DEBITO", Shape::Other),
    ("DEBITO_AUTOMATICO", Shape::Other),
    ("DEBITO_EM_CONTA", Shape::Other),
    // Money that the company itself deposits by a boleto, numbered apart.
    ("DEPOSITO_BOLETO", Shape::Other),
    ("DOMICILIO_CARTAO", Shape::Other),
    ("ESTORNO", Shape::Other),
    ("FINANCIAMENTO", Shape::Other),
    ("IMPOSTO", Shape::Other),
    ("INTERPAG", Shape::Other),
    ("INVESTIMENTO", Shape::Other),
    ("JUROS", Shape::Other),
    ("MAQUININHA_GRANITO", Shape::Other),
    ("MULTA", Shape::Other),
    ("OUTROS", Shape::Other),
    // A bill that the company paid: its interest and fine are not those of our boletos.
    ("PAGAMENTO", Shape::Other),
    ("PIX", Shape::Transfer),
    ("PROVENTOS", Shape::Other),
    ("SAQUE", Shape::Other),
    ("SEGURO", Shape::Other),
    ("TARIFA", Shape::Fee),
    ("TRANSFERENCIA", Shape::Transfer),
];

fn shape(kind: &str) -> Option<Shape> {
    KINDS.iter().find(|(word, _)| *word == kind).map(|(_, shape)| *shape)
}

/// One movement; what is wrong with it where it cannot be read.
///
/// The day is `dataTransacao`, taken to be the `dataEntrada` of the simple statement: both are
/// plain dates, while `dataInclusao` comes with a time of day (confidence: low).
fn line(row: &Lancamento) -> Result<BankLine, String> {
    let days = [&row.data_transacao, &row.data_entrada, &row.data_inclusao];
    let Some(day) = days.into_iter().find_map(Text::date) else {
        return Err("um lançamento sem data legível".to_owned());
    };
    let Some(amount) = signed(row) else {
        return Err(format!(
            "um lançamento de {day} sem valor legível: {} {}",
            row.valor.get().unwrap_or("sem valor"),
            row.tipo_operacao.get().unwrap_or("sem sinal")
        ));
    };
    let mut line = BankLine::new(day, amount, memo(&row.titulo, &row.descricao));
    line.kind = row.tipo_transacao.0.clone();
    line.bank_id = row.id_transacao.0.clone();
    line.check_number = row.numero_documento.0.clone();
    if let Some(details) = &row.detalhes.0 {
        let shape = line.kind.as_deref().and_then(shape).unwrap_or(Shape::Other);
        detail(&mut line, shape, details);
    }
    Ok(line)
}

/// The bank writes amounts without sign, and beside them `C` for what came in, `D` for what went
/// out. A sign that contradicts the letter leaves the amount unknown.
fn signed(row: &Lancamento) -> Option<Money> {
    let amount = row.valor.money()?;
    let is_negative = amount < Money::ZERO;
    match row.tipo_operacao.get()? {
        "C" | "c" if !is_negative => Some(amount),
        "D" | "d" if is_negative => Some(amount),
        "D" | "d" => Some(-amount),
        _ => None,
    }
}

/// Title and description in one line; the title once where the description begins with it.
fn memo(title: &Text, description: &Text) -> String {
    let title = clean(title.get().unwrap_or_default());
    let description = clean(description.get().unwrap_or_default());
    if description.to_lowercase().starts_with(&title.to_lowercase()) {
        return description;
    }
    if description.is_empty() { title } else { format!("{title} - {description}") }
}

fn detail(line: &mut BankLine, shape: Shape, details: &Detalhes) {
    line.end_to_end_id = details.end_to_end_id.0.clone();
    line.txid =
        details.tx_id.0.clone().filter(|txid| {
            txid.len() <= 35 && txid.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    if line.check_number.is_none() {
        line.check_number = details.numero_cheque_bancario.0.clone();
    }
    if matches!(shape, Shape::Boleto | Shape::Fee) {
        line.our_number = details.nosso_numero.get().map(unpunctuated);
        line.bank_reference = details.seu_numero.0.clone();
    }
    let (name, document) = match shape {
        Shape::Boleto => (&details.nome, &details.cpf_cnpj),
        Shape::Transfer => (&details.nome_pagador, &details.cpf_cnpj_pagador),
        Shape::Fee | Shape::Other => return,
    };
    // Of money that went out the payer is the company itself.
    if line.amount.is_positive() {
        line.payer_name = name.get().map(clean).filter(|name| !name.is_empty());
        line.payer_document = document.get().and_then(payer_document);
    }
    if shape == Shape::Boleto {
        line.parts = parts(details, line.amount);
    }
}

/// Letters, digits and the asterisks of a mask.
fn payer_document(text: &str) -> Option<String> {
    let kept: String = text
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '*')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    kept.bytes().any(|byte| byte.is_ascii_alphanumeric()).then_some(kept)
}

/// What the amount was made of, where the bank tells all of it.
///
/// Three discounts are told, and whether as taken or as agreed is said nowhere: they count as
/// far as they explain the amount by the nominal one, which the barcode has. Where nothing
/// explains it the parts stay unknown.
fn parts(details: &Detalhes, amount: Money) -> Option<Parts> {
    let interest = details.juros.money()?;
    let fine = details.multa.money()?;
    let abatement = details.abatimento.money()?;
    let all = [&details.desconto1, &details.desconto2, &details.desconto3];
    let told: Vec<Money> = all.into_iter().filter_map(Text::money).collect();
    let sum: Money = told.iter().copied().sum();
    let nominal = details.cod_barras.get().and_then(|code| Barcode::parse(code).ok());
    let nominal = nominal.map(|barcode| barcode.amount()).filter(|amount| amount.is_positive());
    let discount = match nominal {
        None => Some(sum),
        Some(nominal) => {
            let mut tried = std::iter::once(sum).chain(told).chain(std::iter::once(Money::ZERO));
            tried.find(|discount| nominal + interest + fine - abatement - *discount == amount)
        }
    };
    let parts = Parts { interest, fine, discount: discount?, abatement };
    let none_below_zero = [parts.interest, parts.fine, parts.discount, parts.abatement]
        .into_iter()
        .all(|part| part >= Money::ZERO);
    none_below_zero.then_some(parts)
}

/// The balance at the end of a day. Asked without a day, the answer may name one of its own.
pub(super) fn balance(body: &[u8], day: Date, may_name: bool) -> Option<Balance> {
    let saldo: Saldo = json(body)?;
    let available = saldo.disponivel.money()?;
    let held =
        [&saldo.bloqueado_cheque, &saldo.bloqueado_judicialmente, &saldo.bloqueado_administrativo];
    let blocked = held.into_iter().map(Text::money).collect::<Option<Vec<Money>>>();
    let named = saldo.data_referencia.get().filter(|_| may_name).map(reference_day);
    Some(Balance {
        day: match named {
            Some(named) => named?,
            None => day,
        },
        available,
        blocked: blocked.map(|held| held.into_iter().sum()),
    })
}

/// `31/12/2026`.
fn reference_day(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}
