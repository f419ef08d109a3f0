//! What happened to a boleto, in words.

use maud::{Markup, html};
use quita_core::terms::Term;
use quita_engine::desk::term_words;
use quita_engine::desk::timeline::{Moment, Who};
use serde::Deserialize as _;
use serde_json::Value as Json;

use crate::pages::show;

/// The list, newest first.
pub(super) fn list(moments: &[Moment], bank: &str) -> Markup {
    html! {
        ol.timeline reversed {
            @for moment in moments.iter().rev() {
                @let (what, more) = words(moment);
                li {
                    strong { (what) }
                    @if !more.is_empty() { " " (more) }
                    time datetime=(moment.at) { (show::instant(moment.at)) " · " (name(&moment.who, bank)) }
                }
            }
        }
    }
}

fn name(who: &Who, bank: &str) -> String {
    match who {
        Who::Person(name) if name.is_empty() => "uma pessoa que já saiu".to_owned(),
        Who::Person(name) => name.clone(),
        Who::Program(name) if name.is_empty() => "um programa".to_owned(),
        Who::Program(name) => format!("{name} (programa)"),
        Who::Bank if bank.is_empty() => "banco".to_owned(),
        Who::Bank => bank.to_owned(),
        Who::System => "quita".to_owned(),
    }
}

/// What happened, and more about it.
fn words(moment: &Moment) -> (String, String) {
    let text = |name: &str| moment.data[name].as_str().unwrap_or_default().to_owned();
    let said = |text: &str| (text.to_owned(), String::new());
    match moment.kind.as_str() {
        "boleto.created" => ("Emitido".to_owned(), values(&moment.data)),
        "boleto.registered" => {
            let number = text("our_number");
            let more = if number.is_empty() { number } else { format!("nosso número {number}") };
            ("Registrado no banco".to_owned(), more)
        }
        "boleto.rejected" => {
            let why = moment.data["refusal"]["message"].as_str().unwrap_or_default();
            ("Recusado pelo banco".to_owned(), why.to_owned())
        }
        "boleto.cancellation_asked" => {
            let reason = moment.details["reason"].as_str().unwrap_or_default();
            ("Cancelamento pedido".to_owned(), reason.to_owned())
        }
        "boleto.cancellation_requested" => said("O banco aceitou o pedido de cancelamento"),
        "boleto.cancelled" => said("Cancelado no banco"),
        "boleto.expired" => said("Passou da data limite sem pagamento"),
        "boleto.renumbered" => {
            said("Outro nosso número: no banco o anterior já era de outro boleto")
        }
        "boleto.printed" => said("Impresso pela primeira vez"),
        "boleto.settled" => said("Liquidado"),
        "boleto.change_asked" => ("Alteração pedida".to_owned(), new_values(&moment.details)),
        "boleto.changed" => ("Alterado no banco".to_owned(), new_values(&moment.details)),
        "boleto.pursuit_asked" => {
            let what = match moment.details["pursuit"].as_str() {
                Some("protest") => "protestar",
                Some("stop_protest") => "sustar o protesto",
                Some("list_negatively") => "negativar o pagador",
                _ => "retirar a negativação",
            };
            ("Pedido ao banco".to_owned(), what.to_owned())
        }
        "boleto.replacement_asked" => {
            ("Cancelamento e reemissão pedidos".to_owned(), new_values(&moment.details))
        }
        "boleto.settled_by_hand" => {
            ("Baixado como pago por fora".to_owned(), payment(&moment.details))
        }
        "receipt.created" => ("Pagamento recebido".to_owned(), payment(&moment.data)),
        "receipt.completed" => {
            ("O banco completou os dados do pagamento".to_owned(), payment(&moment.data))
        }
        "receipt.withdrawn" => {
            ("O banco contou o pagamento de outro modo".to_owned(), payment(&moment.data))
        }
        "boleto.emailed" => said("Enviado por e-mail ao cliente"),
        "boleto.email_failed" => said("O e-mail não pôde ser enviado"),
        "pending.opened" => ("Precisa de uma pessoa".to_owned(), text("message")),
        "pending.closed" => said("Pendência vista e encerrada"),
        other => (other.to_owned(), String::new()),
    }
}

fn amount(data: &Json) -> Option<String> {
    data["amount"].as_i64().map(show::money)
}

fn day(data: &Json, name: &str) -> Option<String> {
    data[name].as_str()?.parse().ok().map(show::date)
}

fn values(data: &Json) -> String {
    let due = day(data, "expiration_date").map(|day| format!("vencimento {day}"));
    amount(data).into_iter().chain(due).collect::<Vec<_>>().join(", ")
}

/// Terms as the trail keeps them.
fn terms(details: &Json) -> String {
    let terms: Vec<Term> = Vec::deserialize(&details["terms"]).unwrap_or_default();
    terms.iter().map(term_words::said).collect::<Vec<_>>().join("; ")
}

/// Values and terms that were asked for, or that the bank has by now.
fn new_values(details: &Json) -> String {
    let all = [values(details), terms(details)];
    all.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ")
}

fn payment(data: &Json) -> String {
    let means = match data["means"].as_str() {
        Some("pix") => Some("por Pix".to_owned()),
        Some("boleto") => Some("pelo código de barras".to_owned()),
        _ => None,
    };
    let paid_on = day(data, "paid_on").map(|day| format!("em {day}"));
    amount(data).into_iter().chain(means).chain(paid_on).collect::<Vec<_>>().join(" ")
}
