//! The statement and the balance (account statement v1) as bank lines.
//!
//! Movements have ids, texts and often the other side, but nothing that names a boleto. Pages
//! begin with one.

use jiff::civil::Date;
use quita_core::bank_line::BankLine;
use quita_core::money::Money;

use crate::statement::{Balance, LinePage};

use super::wire::{
    ConteudoExtrato, Datas, EmbrulhoExtrato, Evento, Paginacao, Posicao, Text, Valor, read as json,
};
use crate::pix_received::bank_day;

/// Movements a page, as in the bank's example.
pub(super) const PAGE: usize = 1000;

/// The bank's word for what can be spent.
const AVAILABLE: &str = "saldo_disponivel";

/// The page that a cursor asks for.
pub(super) fn page_of(cursor: Option<&str>) -> u32 {
    cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(1)
}

/// The statements of an answer, and how many pages and movements there are.
fn statements(body: &[u8]) -> Option<(Vec<Posicao>, Paginacao)> {
    let wrapped: EmbrulhoExtrato = json(body)?;
    let content: ConteudoExtrato = wrapped.content.0.or_else(|| json(body))?;
    let mut statements: Vec<Posicao> =
        content.data.0?.into_iter().filter_map(|one| one.0).collect();
    let inside = statements.first_mut().and_then(|first| first.pagination.0.take());
    Some((statements, content.pagination.0.or(inside).unwrap_or_default()))
}

/// A part of a statement; `None` where the answer is none.
pub(super) fn page(body: &[u8], cursor: Option<&str>) -> Option<LinePage> {
    let (statements, pagination) = statements(body)?;
    let page = page_of(cursor);
    let total = pagination.total_elements.count().and_then(|count| usize::try_from(count).ok());
    let mut part = LinePage { total, ..LinePage::default() };
    let mut count = 0;
    for event in statements.iter().filter_map(|one| one.events.0.as_ref()).flatten() {
        count += 1;
        match event.0.as_ref().map_or(Err("um lançamento ilegível".to_owned()), line) {
            Ok(line) => part.lines.push(line),
            Err(warning) => {
                part.warnings.push(warning);
                part.unread += 1;
            }
        }
    }
    let more = match pagination.total_pages.count() {
        Some(pages) => page < pages,
        None => count >= PAGE,
    };
    if more && count == 0 {
        return None;
    }
    part.next = more.then(|| (page + 1).to_string());
    Some(part)
}

/// One movement; what is wrong with it where it cannot be read.
fn line(event: &Evento) -> Result<BankLine, String> {
    let day = event.date.0.as_ref().and_then(|date| day(&date.accounting).or(day(&date.event)));
    let Some(day) = day else { return Err("um lançamento sem data legível".to_owned()) };
    let amount = event.amount.0.as_ref().and_then(|amount| signed(amount, &event.operation));
    let Some(amount) = amount else {
        return Err(format!("um lançamento de {day} sem valor ou sinal legível"));
    };
    let text = event.literal.0.as_ref();
    let memo = text.and_then(|text| text.complete.get().or(text.shortened.get()));
    let mut line = BankLine::new(day, amount, memo.unwrap_or_default());
    line.bank_id = event.id.0.clone();
    line.kind = text.and_then(|text| text.code.0.clone());
    if let Some(origin) = &event.origin.0
        && origin.kind.get() == Some("PIX")
    {
        line.end_to_end_id = origin.identifier.0.clone().filter(|id| id.len() <= 32);
    }
    // Of money that went out the other side is who was paid.
    if let Some(other) = event.counterpart.0.as_ref().filter(|_| line.amount.is_positive()) {
        line.payer_name = other.name.0.clone();
        line.payer_document = other.document.get().and_then(payer_document);
    }
    Ok(line)
}

/// The day of an instant in São Paulo; one at midnight in UTC is a day without time.
fn day(text: &Text) -> Option<Date> {
    let plain = text.date()?;
    let is_day = text.get().is_some_and(|text| text.len() == 10 || text.contains("T00:00:00"));
    if is_day {
        return Some(plain);
    }
    text.get()?.parse().ok().and_then(bank_day).or(Some(plain))
}

/// Amounts come without sign, and beside them `C` for what came in, `D` for what went out. A sign
/// that contradicts the letter leaves the amount unknown.
fn signed(amount: &Valor, operation: &Text) -> Option<Money> {
    let amount = amount.value.money()?;
    let is_negative = amount < Money::ZERO;
    match operation.get()? {
        "C" | "c" if !is_negative => Some(amount),
        "D" | "d" if is_negative => Some(amount),
        "D" | "d" => Some(-amount),
        _ => None,
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

/// What was available at the end of a day; of several balances of that day the last one.
pub(super) fn balance(body: &[u8], day: Date) -> Option<Balance> {
    let (statements, _) = statements(body)?;
    let balances = statements.iter().filter_map(|one| one.balances.0.as_ref()).flatten();
    let wanted = Some(day);
    let of_day = |date: &Datas| self::day(&date.accounting).or(self::day(&date.event)) == wanted;
    let mut amounts = balances.filter_map(|balance| {
        let balance = balance.0.as_ref()?;
        let fits =
            balance.kind.get() == Some(AVAILABLE) && balance.date.0.as_ref().is_some_and(of_day);
        fits.then(|| balance.amount.0.as_ref()?.value.money()).flatten()
    });
    Some(Balance { day, available: amounts.next_back()?, blocked: None })
}
