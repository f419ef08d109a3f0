//! «Alterar encargos»: fine, interest, discounts and other amounts of a registered boleto.

use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};
use quita_core::terms::TermKind;
use quita_engine::desk::act::{Change, InTheWay};
use quita_engine::desk::issue::TermValue;
use quita_engine::desk::terms::{NewTerms, SavedDiscount};
use quita_engine::desk::view::{AcceptsKind, AcceptsView, BoletoView, TermView};
use quita_engine::error::FieldError;

use crate::pages::form::{Errors, Field, Fields};
use crate::pages::term_fields::{self, DISCOUNTS, NO_LATE_START, discount, greyed, value};
use crate::pages::typed::Typed;

/// What the form is about.
const KINDS: [TermKind; 4] =
    [TermKind::Fine, TermKind::Interest, TermKind::Discounts, TermKind::Accepts];

/// Choices of what else is received, as the API calls them.
const ACCEPTS: [(&str, &str); 4] = [
    ("exact", "Só o valor devido"),
    ("any", "Qualquer valor"),
    ("at_least", "A partir de um valor"),
    ("between", "Entre dois valores"),
];

/// The names of its fields, for the summary of errors.
pub(super) const NAMES: [&str; 13] = [
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
    "accepts",
    "accepts_least",
    "accepts_most",
];

/// What a field holds that tells what another one showed.
const SHOWN: &str = "shown_";

/// Why none of it can be asked for.
pub(super) fn why_not(of: &InTheWay) -> Option<&str> {
    let all_stand = KINDS.iter().all(|kind| of.of_term(*kind).is_some());
    of.of_term(TermKind::Fine).filter(|_| all_stand)
}

/// The fields: as typed, or as the terms are. What cannot be changed is greyed, with the reason.
pub(super) fn html(
    boleto: &BoletoView,
    typed: Option<&Fields>,
    of: &InTheWay,
    errors: &Errors,
) -> Markup {
    let now = now(boleto);
    let fields = typed.unwrap_or(&now);
    let shown = typed.map_or_else(|| now.clone(), shown_in);
    let most = of.rules.discounts_max.min(DISCOUNTS);
    let late = |kind: TermKind, name: &str, label: &str, reais: &str, percent: &str| {
        let days = format!("{name}_days");
        match of.of_term(kind) {
            Some(why) => greyed(name, label, why, "w6"),
            None => html! {
                (value(name, label, percent, reais, fields, errors))
                @if of.rules.late_start {
                    (Field::number(&days, &format!("{label} a partir de")).value(fields.get(&days)).width("w3")
                        .hint("Dias depois do vencimento; vazio: 1.").html(errors))
                }
                @else { (greyed(&days, &format!("{label} a partir de"), NO_LATE_START, "w3")) }
                div.field.w3 {}
            },
        }
    };
    let more = (2..=most).any(|n| !fields.get(&format!("discount{n}")).is_empty());
    html! {
        p.hint { "Só muda o que for mudado aqui; apague um valor para deixar de cobrar ou de descontar. "
            @if boleto.by_file { "O pedido vai na próxima remessa e vale quando o retorno o confirma." }
            @else { "Vale quando o banco o mostra, em geral em instantes." } }
        @for (name, value) in &shown.0 { input type="hidden" name={ (SHOWN) (name) } value=(value); }
        div.fields {
            (late(TermKind::Fine, "fine", "Multa", "R$", "% do valor"))
            (late(TermKind::Interest, "interest", "Juros", "R$ por dia", "% ao mês"))
            @match of.of_term(TermKind::Discounts) {
                Some(why) => (greyed("discount1", "Descontos", why, "w6")),
                None => (discount(1, fields, errors)),
            }
        }
        @if of.of_term(TermKind::Discounts).is_none() && most > 1 {
            details open[more] {
                summary { "Mais descontos" }
                div.fields { @for n in 2..=most { (discount(n, fields, errors)) } }
            }
        }
        div.fields { (accepts(fields, boleto, of.of_term(TermKind::Accepts), errors)) }
    }
}

/// What the bank receives besides the amount due.
fn accepts(fields: &Fields, boleto: &BoletoView, why: Option<&str>, errors: &Errors) -> Markup {
    let label = "Se pagarem outro valor, o banco recebe";
    if let Some(why) = why {
        return greyed("accepts", label, why, "w6");
    }
    let unsaid = boleto.accepts.is_none().then_some(("", "Como foi emitido"));
    let amount = |name: &str, label: &str| {
        Field::money(name, label).value(fields.get(name)).width("w3").html(errors)
    };
    html! {
        (Field::text("accepts", label).value(fields.get("accepts")).width("w6")
            .choice(unsaid.into_iter().chain(ACCEPTS), errors))
        fieldset.as-is data-shows="accepts=at_least|between" { (amount("accepts_least", "De")) }
        fieldset.as-is data-shows="accepts=between" { (amount("accepts_most", "Até")) }
    }
}

/// The terms as they would be typed.
fn now(boleto: &BoletoView) -> Fields {
    let due = boleto.expiration_date;
    let days = |from: Date, to: Date| u16::try_from((to - from).get_days()).unwrap_or(0);
    let parts = |term: &Option<TermView>| match term {
        Some(term) => (term.value.clone(), term.face_value, Some(days(due, term.date))),
        None => (None, None, None),
    };
    let (fine, interest) = (parts(&boleto.fine), parts(&boleto.interest));
    let discount = |term: &TermView| SavedDiscount {
        value: term.value.clone(),
        face_value: term.face_value,
        days: days(term.date, due),
    };
    let mut fields = term_fields::fill(&NewTerms {
        fine_value: fine.0,
        fine_face_value: fine.1,
        fine_days: fine.2,
        interest_value: interest.0,
        interest_face_value: interest.1,
        interest_days: interest.2,
        discounts: boleto.discounts.iter().map(discount).collect(),
        ..NewTerms::default()
    });
    fields.0.retain(|(name, _)| name != "messages");
    if let Some(accepts) = boleto.accepts {
        let kind = match accepts.kind {
            AcceptsKind::Exact => "exact",
            AcceptsKind::Any => "any",
            AcceptsKind::AtLeast => "at_least",
            AcceptsKind::Between => "between",
        };
        fields.0.push(("accepts".to_owned(), kind.to_owned()));
        let amounts = [("accepts_least", accepts.least), ("accepts_most", accepts.most)];
        for (name, cents) in amounts {
            if let Some(cents) = cents {
                let text = quita_core::money::Money::from_cents(cents).to_string();
                fields.0.push((name.to_owned(), text));
            }
        }
    }
    fields
}

/// What the form showed when it was made, as it tells in fields of its own.
fn shown_in(fields: &Fields) -> Fields {
    let shown = fields
        .0
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(SHOWN)?.to_owned(), value.clone())));
    Fields(shown.collect())
}

/// What was typed, of a boleto due on this day, and what was not understood. What stands as it was
/// shown changes nothing, nor do fields that were not shown.
pub(super) fn read(fields: &Fields, due: Date) -> (Change, Vec<FieldError>) {
    let (shown, _) = typed(&shown_in(fields), due);
    let (mut change, mut errors) = typed(fields, due);
    let is_there = |name: &str| fields.is_checked(name);
    change.fine = change.fine.filter(|fine| is_there("fine") && Some(fine) != shown.fine.as_ref());
    change.interest = change
        .interest
        .filter(|interest| is_there("interest") && Some(interest) != shown.interest.as_ref());
    change.discounts = change
        .discounts
        .filter(|all| is_there("discount1") && Some(all) != shown.discounts.as_ref());
    change.accepts = change.accepts.filter(|accepts| Some(accepts) != shown.accepts.as_ref());
    if errors.is_empty() && change.says_nothing() {
        let name = ["fine", "interest", "discount1"].into_iter().find(|name| is_there(name));
        errors.push(FieldError::new(name.unwrap_or("accepts"), "unchanged", "nada foi mudado"));
    }
    (change, errors)
}

/// All that fields say of the terms.
fn typed(fields: &Fields, due: Date) -> (Change, Vec<FieldError>) {
    let mut typed = Typed::new(fields);
    let terms = term_fields::read(&mut typed);
    let day = |days: i32| due.checked_add(days.days()).ok().map(|day| day.to_string());
    let term = |value: &Option<String>, face_value: Option<i64>, days: i32| {
        let some = value.is_some() || face_value.is_some();
        some.then(|| TermValue { date: day(days), value: value.clone(), face_value })
    };
    let late = |days: Option<u16>| i32::from(days.unwrap_or(1));
    let fine = term(&terms.fine_value, terms.fine_face_value, late(terms.fine_days));
    let interest =
        term(&terms.interest_value, terms.interest_face_value, late(terms.interest_days));
    let discounts = terms.discounts.iter();
    let discounts = discounts.filter_map(|d| term(&d.value, d.face_value, -i32::from(d.days)));
    let change = Change {
        fine: Some(fine),
        interest: Some(interest),
        discounts: Some(discounts.collect()),
        accepts: read_accepts(&mut typed),
        ..Change::default()
    };
    (change, typed.errors)
}

fn read_accepts(typed: &mut Typed) -> Option<AcceptsView> {
    let kind = match typed.text("accepts").as_str() {
        "exact" => AcceptsKind::Exact,
        "any" => AcceptsKind::Any,
        "at_least" => AcceptsKind::AtLeast,
        "between" => AcceptsKind::Between,
        _ => return None,
    };
    let mut amount = |name: &str, is_asked: bool| {
        if is_asked && typed.text(name).is_empty() {
            typed.wrong(name, "diga o valor");
        }
        typed.cents(name).filter(|_| is_asked)
    };
    let least =
        amount("accepts_least", matches!(kind, AcceptsKind::AtLeast | AcceptsKind::Between));
    let most = amount("accepts_most", kind == AcceptsKind::Between);
    Some(AcceptsView { kind, least, most })
}
