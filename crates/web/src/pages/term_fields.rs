//! Fine, interest, discounts and the like, as fields of more than one form.

use maud::{Markup, html};
use quita_core::money::Money;
use quita_core::rate::Rate;
use quita_engine::desk::issue_form::AccountChoice;
use quita_engine::desk::terms::{Model, NewTerms, SavedDiscount};
use quita_engine::error::FieldError;

use super::form::{Errors, Field, Fields};
use super::typed::{REAIS, Term, Typed};

/// The names of the fields, for the summary of errors.
pub(super) const NAMES: [&str; 12] = [
    "fine",
    "fine_days",
    "interest",
    "interest_days",
    "discount1",
    "discount1_days",
    "discount2",
    "discount2_days",
    "discount3",
    "discount3_days",
    "days_after_due",
    "messages",
];

/// Why fine and interest cannot begin later.
pub(super) const NO_LATE_START: &str = "Este banco cobra desde o dia depois do vencimento.";

/// Discounts of one boleto.
pub(super) const DISCOUNTS: usize = 3;

/// What is greyed where a bank cannot do it.
#[derive(Clone, Copy)]
pub(super) struct Banks<'a> {
    pub(super) accounts: &'a [AccountChoice],
    /// Whether the form has a field `account_id`; else one bank that can is enough.
    pub(super) chosen_here: bool,
}

impl Banks<'_> {
    /// A field as it is at accounts whose banks can do it, and greyed with the reason at others.
    pub(super) fn where_possible(
        self,
        can: impl Fn(&AccountChoice) -> bool,
        field: &Markup,
        greyed: &Markup,
    ) -> Markup {
        let ids = |possible: bool| {
            let accounts = self.accounts.iter().filter(|account| can(account) == possible);
            accounts.map(|account| account.id.as_str()).collect::<Vec<_>>().join("|")
        };
        let (with, without) = (ids(true), ids(false));
        let mixed = self.chosen_here && !with.is_empty() && !without.is_empty();
        html! {
            @if mixed {
                fieldset.as-is data-shows={ "account_id=|" (with) } { (field) }
                fieldset.as-is data-shows={ "account_id=" (without) } { (greyed) }
            }
            @else if with.is_empty() && !without.is_empty() { (greyed) }
            @else { (field) }
        }
    }
}

/// A field that cannot be used, with the reason.
pub(super) fn greyed(id: &str, label: &str, reason: &str, width: &str) -> Markup {
    html! {
        div class={ "field off " (width) } {
            label for={ "no-" (id) } { (label) }
            input id={ "no-" (id) } disabled aria-describedby={ "no-" (id) "-hint" };
            span.hint id={ "no-" (id) "-hint" } { (reason) }
        }
    }
}

/// The fields.
pub(super) fn html(fields: &Fields, errors: &Errors, banks: Banks) -> Markup {
    let start = |name: &str, label: &str| {
        let field = Field::number(name, label)
            .value(fields.get(name))
            .width("w3")
            .hint("Dias depois do vencimento; vazio: 1.")
            .html(errors);
        let can = |account: &AccountChoice| account.rules.late_start;
        banks.where_possible(can, &field, &greyed(name, label, NO_LATE_START, "w3"))
    };
    let more = (2..=DISCOUNTS).any(|n| !fields.get(&format!("discount{n}")).is_empty());
    let others = html! {
        details open[more] {
            summary { "Mais descontos" }
            div.fields { @for n in 2..=DISCOUNTS { (discount(n, fields, errors)) } }
        }
    };
    let only_one = html! { p.reason { "Mais descontos: este banco aceita só um por boleto." } };
    let messages = Field::text("messages", "Mensagens no boleto")
        .value(fields.get("messages"))
        .hint("Uma por linha.")
        .area(errors);
    let no_messages =
        greyed("messages", "Mensagens no boleto", "Este banco não leva mensagens.", "");
    html! {
        div.fields {
            (value("fine", "Multa", "% do valor", "R$", fields, errors))
            (start("fine_days", "Multa a partir de"))
            div.field.w3 {}
            (value("interest", "Juros", "% ao mês", "R$ por dia", fields, errors))
            (start("interest_days", "Juros a partir de"))
            (Field::number("days_after_due", "Baixa automática").value(fields.get("days_after_due")).width("w3")
                .hint("Dias depois do vencimento.").html(errors))
            (discount(1, fields, errors))
        }
        (banks.where_possible(|account| account.rules.discounts_max > 1, &others, &only_one))
        (banks.where_possible(|account| account.rules.message_lines > 0, &messages, &no_messages))
    }
}

pub(super) fn discount(n: usize, fields: &Fields, errors: &Errors) -> Markup {
    let (name, days) = (format!("discount{n}"), format!("discount{n}_days"));
    html! {
        (value(&name, &format!("{n}º desconto"), "% do valor", "R$", fields, errors))
        (Field::number(&days, "Até quantos dias antes").value(fields.get(&days)).width("w3")
            .hint("Do vencimento; vazio: até o dia.").html(errors))
        div.field.w3 {}
    }
}

/// A value and beside it its unit.
pub(super) fn value(
    name: &str,
    label: &str,
    percent: &str,
    reais: &str,
    fields: &Fields,
    errors: &Errors,
) -> Markup {
    let unit = format!("{name}_unit");
    let unit_label = format!("Unidade de {}", label.to_lowercase());
    html! {
        (Field::money(name, label).value(fields.get(name)).width("w3").html(errors))
        (Field::text(&unit, &unit_label).value(fields.get(&unit)).width("w3")
            .choice([("percent", percent), (REAIS, reais)], errors))
    }
}

/// What was typed, without name.
pub(super) fn read(typed: &mut Typed) -> NewTerms {
    let (fine, interest) = (typed.term("fine"), typed.term("interest"));
    let discounts = (1..=DISCOUNTS).filter_map(|n| {
        let days = typed.whole(&format!("discount{n}_days")).unwrap_or(0);
        let (value, face_value) = typed.term(&format!("discount{n}"))?;
        Some(SavedDiscount { value, face_value, days })
    });
    let discounts = discounts.collect();
    let (fine_value, fine_face_value) = fine.unwrap_or_default();
    let (interest_value, interest_face_value) = interest.unwrap_or_default();
    NewTerms {
        fine_value,
        fine_face_value,
        fine_days: typed.whole("fine_days"),
        interest_value,
        interest_face_value,
        interest_days: typed.whole("interest_days"),
        discounts,
        days_after_due: typed.whole("days_after_due"),
        messages: lines(&typed.text("messages")),
        ..NewTerms::default()
    }
}

/// The lines of a text that say something.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Terms as they would be typed.
pub(super) fn fill(terms: &NewTerms) -> Fields {
    let mut all = Vec::new();
    let mut add = |name: &str, value: String| all.push((name.to_owned(), value));
    let mut term = |name: &str, value: &Option<String>, cents: Option<i64>| {
        if let Some((text, unit)) = shown(&(value.clone(), cents)) {
            add(name, text);
            add(&format!("{name}_unit"), unit.to_owned());
        }
    };
    term("fine", &terms.fine_value, terms.fine_face_value);
    term("interest", &terms.interest_value, terms.interest_face_value);
    for (i, discount) in terms.all_discounts().iter().enumerate() {
        term(&format!("discount{}", i + 1), &discount.value, discount.face_value);
    }
    for (i, discount) in terms.all_discounts().iter().enumerate() {
        add(&format!("discount{}_days", i + 1), discount.days.to_string());
    }
    for (name, days) in [
        ("fine_days", terms.fine_days),
        ("interest_days", terms.interest_days),
        ("days_after_due", terms.days_after_due),
    ] {
        if let Some(days) = days {
            add(name, days.to_string());
        }
    }
    add("messages", terms.messages.join("\n"));
    Fields(all)
}

fn shown((value, cents): &Term) -> Option<(String, &'static str)> {
    match (value, cents) {
        (Some(percent), _) => Some((percent_text(percent), "percent")),
        (None, Some(cents)) => Some((Money::from_cents(*cents).to_string(), REAIS)),
        (None, None) => None,
    }
}

/// `2,00` of `2.00`.
fn percent_text(percent: &str) -> String {
    let rate = percent.parse::<Rate>().map_or_else(|_| percent.to_owned(), |rate| rate.to_string());
    rate.replace('.', ",")
}

/// Terms in a few words.
pub(super) fn summary(terms: &NewTerms) -> Vec<String> {
    let value = |value: &Option<String>, cents: Option<i64>| match (value, cents) {
        (Some(percent), _) => Some(format!("{} %", percent_text(percent))),
        (None, Some(cents)) => Some(super::show::money(cents)),
        (None, None) => None,
    };
    let late = |days: Option<u16>| match days {
        Some(days) if days > 1 => format!(" a partir de {days} dias depois do vencimento"),
        _ => String::new(),
    };
    let mut said = Vec::new();
    if let Some(fine) = value(&terms.fine_value, terms.fine_face_value) {
        said.push(format!("multa de {fine}{}", late(terms.fine_days)));
    }
    if let Some(interest) = value(&terms.interest_value, terms.interest_face_value) {
        let per = if terms.interest_value.is_some() { "ao mês" } else { "por dia" };
        said.push(format!("juros de {interest} {per}{}", late(terms.interest_days)));
    }
    for discount in terms.all_discounts() {
        let until = match discount.days {
            0 => "até o vencimento".to_owned(),
            1 => "até 1 dia antes".to_owned(),
            days => format!("até {days} dias antes"),
        };
        let amount = value(&discount.value, discount.face_value).unwrap_or_default();
        said.push(format!("desconto de {amount} {until}"));
    }
    if let Some(days) = terms.days_after_due {
        said.push(format!("baixa {days} dias depois do vencimento"));
    }
    match terms.hybrid {
        Some(true) => said.push("com Pix".to_owned()),
        Some(false) => said.push("sem Pix".to_owned()),
        None => {}
    }
    if terms.model == Some(Model::Carne) {
        said.push("impresso como carnê".to_owned());
    }
    if let Some(place) = &terms.payment_place {
        said.push(format!("local de pagamento: {place}"));
    }
    said
}

/// The field of the page, so filled, that a field of the desk is, where it is one of these.
pub(super) fn place(field: &str, fields: &Fields) -> Option<String> {
    let start = field.split(['.', '[']).next().unwrap_or(field);
    Some(match start {
        "fine_days" | "interest_days" | "days_after_due" | "messages" => start.to_owned(),
        "fine" | "interest" if field.ends_with(".date") => format!("{start}_days"),
        "fine" | "fine_value" | "fine_face_value" => "fine".to_owned(),
        "interest" | "interest_value" | "interest_face_value" => "interest".to_owned(),
        "limit_date" => "days_after_due".to_owned(),
        "discounts" => {
            let index = field.split(['[', ']']).nth(1).and_then(|i| i.parse::<usize>().ok());
            let days = field.ends_with(".date") || field.ends_with(".days");
            // An empty one before others was not read.
            let is_filled = |n: &usize| !fields.get(&format!("discount{n}")).is_empty();
            let index = index.unwrap_or(0);
            let n = (1..=DISCOUNTS).filter(is_filled).nth(index).unwrap_or(index + 1);
            if days { format!("discount{n}_days") } else { format!("discount{n}") }
        }
        _ => return None,
    })
}

/// Errors of the desk at the fields of the page, so filled.
pub(super) fn placed(errors: Vec<FieldError>, fields: &Fields) -> Vec<FieldError> {
    let place = |mut error: FieldError| {
        if let Some(name) = place(&error.field, fields) {
            error.field = name;
        }
        error
    };
    errors.into_iter().map(place).collect()
}
