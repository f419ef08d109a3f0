//! What stands in the way of an order at this bank (cobrança v3, «Emitir cobrança»).
//!
//! Rules that hold for every boleto, such as amounts below zero, are checked elsewhere.

use quita_core::calendar::days_between;
use quita_core::money::Money;
use quita_core::order::BoletoOrder;
use quita_core::party::{Address, Party};
use quita_core::rate::Rate;
use quita_core::terms::{InterestValue, Terms, Value};

use crate::contract::{Ctx, Problem};

use super::bank::INFO;
use super::clean::{clean, digits};
use super::request::street_and_number;

/// Longest texts of a party.
const NAME: usize = 100;
const STREET: usize = 100;
const NUMBER: usize = 10;
const COMPLEMENT: usize = 30;
const DISTRICT: usize = 60;
const CITY: usize = 60;
const EMAIL: usize = 50;

const STATES: [&str; 27] = [
    "AC", "AL", "AP", "AM", "BA", "CE", "DF", "ES", "GO", "MA", "MT", "MS", "MG", "PA", "PB", "PR",
    "PE", "PI", "RJ", "RN", "RS", "RO", "RR", "SC", "SP", "SE", "TO",
];

/// Everything that a person must correct before the order may go.
pub(super) fn problems(order: &BoletoOrder, ctx: &Ctx) -> Vec<Problem> {
    let mut found = Found(Vec::new());
    reference(order, &mut found);
    amount(order, &mut found);
    dates(order, ctx, &mut found);
    customer(&order.customer, &mut found);
    if let Some(receiver) = &order.receiver {
        guarantor(receiver, &mut found);
    }
    terms(order, &mut found);
    messages(&order.messages, &mut found);
    found.0
}

struct Found(Vec<Problem>);

impl Found {
    fn add(&mut self, field: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.0.push(Problem { field: field.into(), code, message: message.into() });
    }

    /// A text that may be empty, of at most so many characters.
    fn text(&mut self, field: String, what: &str, text: &str, longest: usize) {
        let length = text.chars().count();
        if length > longest {
            let message =
                format!("{what} tem {length} caracteres e o banco aceita até {longest}: abrevie.");
            self.add(field, "too_long", message);
        }
    }

    /// A text that must not be empty.
    fn required(&mut self, field: String, what: &str, text: &str, longest: usize) {
        if text.is_empty() {
            self.add(field, "missing", format!("O banco exige {}: preencha.", lower(what)));
        } else {
            self.text(field, what, text, longest);
        }
    }
}

/// «O nome» within a sentence.
fn lower(what: &str) -> String {
    let mut characters = what.chars();
    let first = characters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(characters).collect()
}

fn reference(order: &BoletoOrder, found: &mut Found) {
    let longest = INFO.boleto.reference_length;
    let field = "bank_reference".to_owned();
    found.required(field, "A referência no banco", order.bank_reference.trim(), longest);
}

fn amount(order: &BoletoOrder, found: &mut Found) {
    let (least, most) =
        (Money::from_cents(INFO.boleto.amount_min), Money::from_cents(INFO.boleto.amount_max));
    if order.amount < least {
        let message = format!("O valor mínimo de um boleto neste banco é R$ {least}.");
        found.add("amount", "too_small", message);
    }
    if order.amount > most {
        let message = format!("O valor máximo de um boleto neste banco é R$ {most}.");
        found.add("amount", "too_large", message);
    }
}

fn dates(order: &BoletoOrder, ctx: &Ctx, found: &mut Found) {
    let due = order.expiration_date;
    let too_late = INFO.boleto.same_day_until.is_some_and(|last| ctx.minute_of_day > last);
    if due < ctx.today {
        found.add(
            "expiration_date",
            "in_the_past",
            "O vencimento já passou: escolha hoje ou depois.",
        );
    } else if due == ctx.today && too_late {
        let message = "Boletos com vencimento no mesmo dia são aceitos até as 19h59 (Brasília): \
                       escolha amanhã ou depois.";
        found.add("expiration_date", "too_late_today", message);
    }
    let after = days_between(due, order.limit_date);
    let most = i32::from(INFO.boleto.days_after_due_max);
    if after < 0 {
        let message = "A data limite de pagamento não pode ser anterior ao vencimento.";
        found.add("limit_date", "before_expiration", message);
    } else if after > most {
        let message = format!(
            "O banco aceita data limite até {most} dias depois do vencimento; esta fica {after} dias depois."
        );
        found.add("limit_date", "too_far", message);
    } else if after == 0 && (order.terms.fine.is_some() || order.terms.interest.is_some()) {
        let message = "Com data limite igual ao vencimento o banco recusa o pagamento em atraso, e \
                       multa e juros nunca seriam cobrados: adie a data limite, ou retire multa e juros.";
        found.add("limit_date", "no_effect", message);
    }
}

fn customer(party: &Party, found: &mut Found) {
    found.required("customer.name".to_owned(), "O nome do cliente", &clean(&party.name), NAME);
    let email = clean(party.email.as_deref().unwrap_or_default());
    found.text("customer.email".to_owned(), "O e-mail do cliente", &email, EMAIL);
    let Some(address) = &party.address else {
        found.add("customer.address", "missing", "O banco exige o endereço do cliente: preencha.");
        return;
    };
    found.required(
        "customer.address.street".to_owned(),
        "O logradouro do cliente",
        &clean(&address.street),
        STREET,
    );
    for (name, what, text, longest) in [
        ("number", "O número do endereço do cliente", &address.number, NUMBER),
        ("complement", "O complemento do endereço do cliente", &address.complement, COMPLEMENT),
    ] {
        found.text(format!("customer.address.{name}"), what, &clean(text), longest);
    }
    place(address, "customer", "do cliente", found);
}

/// The limits of `beneficiarioFinal` are not published and taken to be those of `pagador`.
fn guarantor(party: &Party, found: &mut Found) {
    let name = clean(&party.name);
    found.required("receiver.name".to_owned(), "O nome do sacador avalista", &name, NAME);
    let Some(address) = &party.address else {
        let message = "O banco exige o endereço do sacador avalista: preencha.";
        found.add("receiver.address", "missing", message);
        return;
    };
    let what = "O logradouro com número do sacador avalista";
    let street = "receiver.address.street".to_owned();
    if clean(&address.street).is_empty() {
        found.required(street, what, "", STREET);
    } else {
        found.text(street, what, &street_and_number(address), STREET);
    }
    place(address, "receiver", "do sacador avalista", found);
}

/// District, city, state and CEP, which both parties have.
fn place(address: &Address, party: &str, whose: &str, found: &mut Found) {
    let field = |name: &str| format!("{party}.address.{name}");
    let district = clean(&address.district);
    found.text(field("district"), &format!("O bairro {whose}"), &district, DISTRICT);
    found.required(field("city"), &format!("A cidade {whose}"), &clean(&address.city), CITY);
    if !STATES.contains(&clean(&address.state).as_str()) {
        let message = format!("A UF {whose} deve ser a sigla de um estado, como MG.");
        found.add(field("state"), "invalid", message);
    }
    if digits(&address.postal_code).len() != 8 {
        let message = format!("O CEP {whose} deve ter 8 dígitos.");
        found.add(field("postal_code"), "invalid", message);
    }
}

fn terms(order: &BoletoOrder, found: &mut Found) {
    let Terms { fine, interest, discounts, abatement, .. } = &order.terms;
    let first_late_day = order.expiration_date.tomorrow().ok();
    if let Some(fine) = fine {
        late_start(found, "terms.fine.date", "A multa", Some(fine.date) == first_late_day);
        value(found, "terms.fine.value", "A multa", &fine.value);
    }
    if let Some(interest) = interest {
        let on_time = Some(interest.date) == first_late_day;
        late_start(found, "terms.interest.date", "Os juros", on_time);
        if let InterestValue::PerMonth(rate) = &interest.value {
            two_decimals(found, "terms.interest.value", "A taxa dos juros", *rate);
        }
    }
    for (i, discount) in discounts.iter().enumerate() {
        let field = format!("terms.discounts[{i}]");
        if i >= INFO.boleto.discounts_max {
            let message = "O banco aceita só um desconto por boleto: retire este.";
            found.add(field, "not_supported", message);
            continue;
        }
        if discount.per.is_some() {
            let message = "O banco não oferece desconto por dia de antecipação: use um desconto até uma data.";
            found.add(format!("{field}.per"), "not_supported", message);
        }
        if discount.date > order.expiration_date {
            let message = "O desconto deve terminar até o vencimento.";
            found.add(format!("{field}.date"), "after_expiration", message);
        }
        value(found, &format!("{field}.value"), "O desconto", &discount.value);
    }
    if *abatement != Money::ZERO {
        let message = "O banco não registra abatimento: diminua o valor do boleto.";
        found.add("terms.abatement", "not_supported", message);
    }
}

fn late_start(found: &mut Found, field: &str, what: &str, on_time: bool) {
    if !on_time {
        let message = format!(
            "{what} só pode começar no dia seguinte ao vencimento neste banco: corrija a data."
        );
        found.add(field, "not_supported", message);
    }
}

fn value(found: &mut Found, field: &str, what: &str, value: &Value) {
    if let Value::Percent(rate) = value {
        two_decimals(found, field, what, *rate);
    }
}

/// The bank rounds percentages to two decimals without a word.
fn two_decimals(found: &mut Found, field: &str, what: &str, rate: Rate) {
    if rate.to_decimal_exact(2).is_none() {
        let message = format!(
            "{what} de {}% tem mais de 2 casas decimais, e o banco arredondaria: use até 2 casas.",
            rate.to_string().replace('.', ",")
        );
        found.add(field, "too_many_decimals", message);
    }
}

fn messages(lines: &[String], found: &mut Found) {
    let (most, longest) = (INFO.boleto.message_lines, INFO.boleto.message_length);
    if lines.len() > most {
        let message = format!(
            "O banco imprime até {most} linhas de mensagem; há {}: retire as demais.",
            lines.len()
        );
        found.add("messages", "too_many", message);
    }
    for (i, line) in lines.iter().enumerate() {
        let what = format!("A linha {} da mensagem", i + 1);
        found.text(format!("messages[{i}]"), &what, &clean(line), longest);
    }
}
