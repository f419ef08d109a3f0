//! The daily movement («francesinha»): what was settled and written off, day by day.
//!
//! The movement of a day appears on the next business day. It has no ids: payments are told apart
//! by their day, which is why it is a channel of its own beside the detail, where they are counted
//! from one, and beside return files, which may tell the same payments of the same account.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use quita_core::calendar::{Calendar, days_between};
use quita_core::fact::{
    Channel, Fact, Means, Observation, PaidAmount, Payment, PaymentKey, Situation,
};

use crate::contract::{Outcome, Report};

use super::ids::BoletoId;
use super::numbers;
use super::wire::{Loose, Movimentacao, Movimentacoes, Paginacao, read as json};

/// Movements a page; a smaller page, where the bank gives less, is noticed by its count of pages.
pub(super) const PAGE: usize = 100;

/// Where the reading of some days stands; a cursor is one of these as text, `2026-12-01/0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) day: Date,
    pub(super) page: u32,
}

impl Place {
    /// The place that a cursor stands for. Without one the business day before the first day asked
    /// for: over a long weekend its movement may have appeared only afterwards.
    pub(super) fn of(cursor: Option<&str>, from: Date, to: Date) -> Self {
        let told = cursor.and_then(|cursor| {
            let (day, page) = cursor.split_once('/')?;
            Some(Self { day: day.parse().ok()?, page: page.parse().ok()? })
        });
        let first = Calendar::national().add_business_days(from, -1);
        told.unwrap_or(Self { day: first.min(to), page: 0 })
    }

    /// The next page of the day, or the next day.
    fn next(self, pages: u32, to: Date) -> Option<String> {
        let page = self.page.checked_add(1)?;
        if page < pages {
            return Some(format!("{}/{page}", self.day));
        }
        let day = self.day.tomorrow().ok().filter(|day| *day <= to)?;
        Some(format!("{day}/0"))
    }
}

/// A page of a day; `None` where the answer is none. Without a body the day has no movement.
pub(super) fn page(body: &[u8], account: &str, place: Place, to: Date) -> Option<Outcome> {
    if body.trim_ascii().is_empty() {
        return Some(Outcome::Page { reports: Vec::new(), next: place.next(0, to) });
    }
    let read: Movimentacoes = json(body)?;
    let items = read.data.0?;
    let pages = pages(&read.pagination, items.len(), place.page);
    if items.is_empty() && place.page + 1 < pages {
        // An empty page before the last one hides what it should have told.
        return None;
    }
    let mut seen = BTreeMap::new();
    let reports = items.iter().filter_map(|item| report(item, account, &mut seen)).collect();
    Some(Outcome::Page { reports, next: place.next(pages, to) })
}

/// No movement on this day.
pub(super) fn nothing(place: Place, to: Date) -> Outcome {
    Outcome::Page { reports: Vec::new(), next: place.next(0, to) }
}

/// How many pages the day has; without a word of the bank, one more while they come full.
fn pages(told: &Loose<Paginacao>, items: usize, page: u32) -> u32 {
    let count = told.0.as_ref().and_then(|told| told.total_pages.count());
    count.unwrap_or(if items >= PAGE { page + 2 } else { page + 1 })
}

/// What one movement tells; entries and fees tell nothing about a payment.
fn report(
    item: &Loose<Movimentacao>,
    account: &str,
    seen: &mut BTreeMap<String, u32>,
) -> Option<Report> {
    let mut report = Report::blank(Channel::DailyMovement);
    let Some(item) = &item.0 else {
        report.warnings.push("um movimento do banco não pôde ser lido".to_owned());
        return Some(report);
    };
    let status = item.codigo_status.get().unwrap_or_default();
    if matches!(status, "E" | "EA" | "TM" | "TS") {
        return None;
    }
    let (wallet, number) = (item.numero_carteira.get(), item.nosso_numero.get());
    report.bank_id = wallet
        .zip(number)
        .and_then(|(wallet, number)| BoletoId::new(account, wallet, number).text());
    report.amount = item.valor_titulo.get().and_then(numbers::money);
    report.expiration_date = item.data_vencimento.date();
    let (Some(id), Some(day)) = (&report.bank_id, item.data_movimentacao.date()) else {
        report.warnings.push("um movimento do banco veio sem número ou sem dia".to_owned());
        return Some(report);
    };
    let situation = match status {
        "L" | "BL" => Situation::Paid,
        "B" | "BA" | "BC" => Situation::Cancelled,
        _ => Situation::Unknown,
    };
    if situation == Situation::Paid {
        let place = seen.entry(id.clone()).and_modify(|place| *place += 1).or_insert(0);
        match item.valor_liquido_lancado.get().and_then(numbers::money) {
            Some(amount) if amount.is_positive() => report.facts.push(Fact::Paid(Payment {
                key: PaymentKey::Nth(ordinal(day, *place)),
                means: means(status, item.tipo_cobranca.get()),
                amount: PaidAmount::Exact(amount),
                // A guess, and late at worst: whoever tells an earlier day is believed.
                paid_on: Some(day),
                credited_on: None,
                settled_at: None,
                fee: None,
            })),
            _ => report.warnings.push("uma liquidação do banco veio sem valor".to_owned()),
        }
    }
    report.facts.push(Fact::Observed(Observation {
        situation,
        word: status.to_owned(),
        since: Some(day),
        total_received: None,
        amount: None,
        expiration_date: None,
    }));
    Some(report)
}

/// `BL` is what a bolecode paid by its QR becomes (confidence: medium).
fn means(status: &str, kind: Option<&str>) -> Means {
    let is_hybrid = kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("bolecode"));
    if status == "BL" && is_hybrid { Means::Pix } else { Means::Boleto }
}

/// Grows with the days, so that payments stand in the order in which they came.
fn ordinal(day: Date, place: u32) -> u32 {
    let days = days_between(date(2000, 1, 1), day).max(0).unsigned_abs();
    days.saturating_mul(100).saturating_add(place.min(98)).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_one_after_the_other_to_the_last_page() {
        let (from, to) = (date(2026, 12, 1), date(2026, 12, 3));
        let first = Place::of(None, from, to);
        assert_eq!(first, Place { day: date(2026, 11, 30), page: 0 });
        assert_eq!(first.next(2, to).as_deref(), Some("2026-11-30/1"));
        let last = Place::of(Some("2026-12-03/1"), from, to);
        assert_eq!((last.day, last.page, last.next(2, to)), (to, 1, None));
        assert_eq!(Place::of(Some("x"), from, to), first);
        assert!(ordinal(from, 0) < ordinal(from, 1) && ordinal(from, 98) < ordinal(to, 0));
    }
}
