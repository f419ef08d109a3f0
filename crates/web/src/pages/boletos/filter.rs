//! The filter of the list as it stands in the address.

use std::fmt::Write as _;

use jiff::Span;
use jiff::civil::Date;
use maud::{Markup, html};
use quita_core::calendar::Calendar;
use quita_core::fold::Status;
use quita_core::typed;
use quita_engine::desk::accounts::AccountView;
use quita_engine::desk::classifications::{Entry, Register, Registers};
use quita_engine::desk::read::Filter;
use quita_engine::error::FieldError;

use super::HERE;
use crate::pages::form::{Errors, Field, Fields};

/// The parameters of the address, in their order there.
const NAMES: [&str; 13] = [
    "status",
    "customer",
    "document_number",
    "account_id",
    "expiration_from",
    "expiration_to",
    "issuance_from",
    "issuance_to",
    "customer_id",
    "charge_id",
    "chart_account_id",
    "cost_center_id",
    "batch_id",
];
/// Those that hold a date.
const DATES: [&str; 4] = ["expiration_from", "expiration_to", "issuance_from", "issuance_to"];
/// Where the page begins: the id of the last boleto of the page before.
pub(super) const BEFORE: &str = "antes";

/// Choices of the status that are no status of their own: word, label.
const DUE: (&str, &str) = ("due", "A vencer");
const OVERDUE: (&str, &str) = ("overdue", "Vencidos");

/// What was asked for, with dates as `AAAA-MM-DD`; what was left empty is not in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    fields: Fields,
    /// Dates that are none.
    pub(super) errors: Errors,
}

impl Asked {
    /// Of the parameters of an address, or of a form that holds them.
    pub(super) fn read(given: &Fields, today: Date) -> Self {
        let mut asked = Self::default();
        for name in NAMES.into_iter().chain([BEFORE]) {
            let text = given.get(name);
            if text.is_empty() {
                continue;
            }
            let value = match typed::date(text, today) {
                _ if !DATES.contains(&name) => text.to_owned(),
                Some(date) => date.to_string(),
                None => {
                    let said = "não é uma data: use por exemplo 10/12 ou 10/12/2026";
                    asked.errors.0.push(FieldError::new(name, "invalid", said));
                    text.to_owned()
                }
            };
            asked.fields.0.push((name.to_owned(), value));
        }
        asked
    }

    /// Of the query of an address.
    pub(super) fn of_query(query: &str, today: Date) -> Self {
        Self::read(&Fields(pairs(query)), today)
    }

    /// A parameter as it was given; empty where it was not.
    pub(super) fn get(&self, name: &str) -> &str {
        self.fields.get(name)
    }

    /// Whether these are the parameters as this page writes them.
    pub(super) fn is_written_so(&self, given: &Fields) -> bool {
        self.fields.0 == given.0
    }

    /// The query of this page of the list.
    pub(super) fn query(&self) -> String {
        written(self.fields.0.iter())
    }

    /// The query of the whole filter, without a place in the list.
    pub(super) fn filter_query(&self) -> String {
        written(self.fields.0.iter().filter(|(name, _)| name != BEFORE))
    }

    /// The address of a page of the list.
    pub(super) fn address_before(&self, id: &str) -> String {
        let query = self.filter_query();
        let and = if query.is_empty() { "" } else { "&" };
        format!("{HERE}?{query}{and}{BEFORE}={}", escaped(id))
    }

    /// Where the page begins.
    pub(super) fn before(&self) -> Option<String> {
        Some(self.get(BEFORE)).filter(|id| !id.is_empty()).map(str::to_owned)
    }

    /// As the desk understands it.
    pub(super) fn filter(&self, today: Date) -> Filter {
        let text = |name| Some(self.get(name)).filter(|t| !t.is_empty()).map(str::to_owned);
        let date = |name| self.get(name).parse::<Date>().ok();
        let mut filter = Filter {
            account_id: text("account_id"),
            customer_id: text("customer_id"),
            charge_id: text("charge_id"),
            status: Status::from_word(self.get("status")),
            document_number: text("document_number"),
            expiration_from: date("expiration_from"),
            expiration_to: date("expiration_to"),
            issuance_from: date("issuance_from"),
            issuance_to: date("issuance_to"),
            customer: text("customer"),
            chart_account_id: text("chart_account_id"),
            cost_center_id: text("cost_center_id"),
            batch_id: text("batch_id"),
        };
        let status = self.get("status");
        if status == OVERDUE.0 {
            let last = Calendar::national().last_overdue(today);
            filter.status = Some(Status::Registered);
            filter.expiration_to = Some(filter.expiration_to.map_or(last, |to| to.min(last)));
        } else if status == DUE.0 {
            filter.status = Some(Status::Registered);
            let last = Calendar::national().last_overdue(today);
            let first = last.tomorrow().unwrap_or(today);
            filter.expiration_from =
                Some(filter.expiration_from.map_or(first, |from| from.max(first)));
        }
        filter
    }

    /// The form above the list.
    pub(super) fn form(
        &self,
        accounts: &[AccountView],
        registers: &Registers,
        today: Date,
    ) -> Markup {
        let errors = &self.errors;
        let shown: Vec<(&str, String)> =
            DATES.iter().map(|name| (*name, self.shown_date(name))).collect();
        let date = |name: &str| shown.iter().find(|(n, _)| *n == name).map_or("", |(_, d)| d);
        let statuses = [("", "Todas"), DUE, OVERDUE]
            .into_iter()
            .chain(Status::ALL.into_iter().map(|status| (status.word(), super::word(status))));
        let all = [("", "Todas")].into_iter();
        let accounts = all.chain(accounts.iter().map(|a| (a.id.as_str(), a.description.as_str())));
        let hint = format!(
            "Como quiser: hoje, sexta, {}.",
            today.checked_add(Span::new().days(7)).unwrap_or(today).strftime("%d/%m")
        );
        html! {
            form.card method="get" action=(HERE) role="search" {
                (errors.summary(&DATES))
                @for (name, said) in [
                    ("customer_id", "Só os boletos de um cliente."),
                    ("charge_id", "Só os boletos de uma cobrança."),
                    ("batch_id", "Só os boletos de um lote."),
                ] {
                    @if !self.get(name).is_empty() {
                        input type="hidden" name=(name) value=(self.get(name));
                        p.hint { (said) " " a href=(HERE) { "Ver os de todos" } }
                    }
                }
                div.fields {
                    (Field::text("customer", "Cliente").value(self.get("customer")).width("w5")
                        .hint("Parte do nome, ou CPF ou CNPJ.").html(errors))
                    (Field::text("document_number", "Número").value(self.get("document_number")).width("w3").html(errors))
                    (Field::text("status", "Situação").value(self.get("status")).width("w2").choice(statuses, errors))
                    (Field::text("account_id", "Conta").value(self.get("account_id")).width("w2").choice(accounts, errors))
                    (Field::date("expiration_from", "Vencimento de").value(date("expiration_from")).width("w3").hint(&hint).html(errors))
                    (Field::date("expiration_to", "Vencimento até").value(date("expiration_to")).width("w3").html(errors))
                    (Field::date("issuance_from", "Emissão de").value(date("issuance_from")).width("w3").html(errors))
                    (Field::date("issuance_to", "Emissão até").value(date("issuance_to")).width("w3").html(errors))
                    @for register in Register::ALL {
                        @let name = format!("{}_id", register.word());
                        @let entries: Vec<Entry> = registers.entries(register).collect();
                        @if !entries.is_empty() {
                            (Field::text(&name, register.label()).value(self.get(&name)).width("w3")
                                .choice([(String::new(), "Todos".to_owned())].into_iter()
                                    .chain(entries.into_iter().map(|entry| (entry.id, entry.description))), errors))
                        }
                    }
                    div.field { div.row {
                        button.first { "Filtrar" }
                        @if !self.filter_query().is_empty() { a.button href=(HERE) { "Limpar" } }
                    } }
                }
            }
        }
    }

    /// A date as people read it; as it was typed where it is none.
    fn shown_date(&self, name: &str) -> String {
        let text = self.get(name);
        text.parse().map_or_else(|_| text.to_owned(), crate::pages::show::date)
    }
}

/// Tabs that everybody has: name and query.
pub(super) const TABS: [(&str, &str); 5] = [
    ("Todos", ""),
    (DUE.1, "status=due"),
    (OVERDUE.1, "status=overdue"),
    ("Liquidados", "status=SETTLED"),
    ("Rejeitados", "status=REJECTED"),
];

fn written<'a>(fields: impl Iterator<Item = &'a (String, String)>) -> String {
    let pairs = fields.map(|(name, value)| format!("{name}={}", escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A value as it stands in an address.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// The parameters of a query; nothing where it is no query.
fn pairs(query: &str) -> Vec<(String, String)> {
    let uri = format!("/?{query}").parse::<axum::http::Uri>();
    let pairs = uri.ok().and_then(|uri| axum::extract::Query::try_from_uri(&uri).ok());
    pairs.map(|axum::extract::Query(pairs)| pairs).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 23);

    #[test]
    fn an_address_is_written_in_one_way() {
        let asked = Asked::of_query(
            "x=1&expiration_to=10%2F12&customer=Jo%C3%A3o+%26+Filhos&status=overdue&account_id=",
            TODAY,
        );
        let query = "status=overdue&customer=Jo%C3%A3o%20%26%20Filhos&expiration_to=2026-12-10";
        assert_eq!(asked.query(), query);
        assert!(Asked::of_query(query, TODAY).is_written_so(&Fields(pairs(query))));
        let filter = asked.filter(TODAY);
        // A Monday after a weekend after a holiday.
        assert_eq!(filter.expiration_to, Some(date(2026, 11, 19)));
        assert_eq!(filter.status, Some(Status::Registered));
        let wrong = Asked::of_query("issuance_from=nunca", TODAY);
        assert!(wrong.errors.at("issuance_from").is_some());
    }
}
