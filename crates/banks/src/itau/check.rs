//! What stands in the way of an order at this bank (cash management v2, `POST /boletos`).
//!
//! Rules that hold for every boleto, such as amounts below zero, are checked elsewhere.

use quita_core::calendar::days_between;
use quita_core::money::Money;
use quita_core::order::BoletoOrder;
use quita_core::party::Party;
use quita_core::rate::Rate;
use quita_core::terms::{Anticipation, Discount, InterestValue, Terms, Value};

use crate::contract::{Ctx, Problem};

use super::bank::INFO;
use super::clean::{clean, digits};
use super::ids;
use super::numbers::fits;
use super::request::NAME;
use super::settings::Settings;

/// Wallets whose our number the bank gives («Cobrança CNAB 400» manual, July 2021).
const NUMBERED_BY_BANK: [&str; 4] = ["104", "112", "147", "188"];

const STATES: [&str; 27] = [
    "AC", "AL", "AP", "AM", "BA", "CE", "DF", "ES", "GO", "MA", "MT", "MS", "MG", "PA", "PB", "PR",
    "PE", "PI", "RJ", "RN", "RS", "RO", "RR", "SC", "SP", "SE", "TO",
];

/// Everything that a person must correct before the order may go.
pub(super) fn problems(order: &BoletoOrder, ctx: &Ctx) -> Vec<Problem> {
    let mut found = Found(Vec::new());
    account(order, ctx, &mut found);
    reference(order, &mut found);
    amount(order, &mut found);
    dates(order, ctx, &mut found);
    party(&order.customer, "customer", "do cliente", &mut found);
    if let Some(receiver) = &order.receiver {
        party(receiver, "receiver", "do sacador avalista", &mut found);
    }
    terms(order, &mut found);
    found.0
}

struct Found(Vec<Problem>);

impl Found {
    fn add(&mut self, field: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.0.push(Problem { field: field.into(), code, message: message.into() });
    }
}

fn account(order: &BoletoOrder, ctx: &Ctx, found: &mut Found) {
    let settings = Settings::of(ctx);
    for (name, message) in settings.problems() {
        let message = format!("A conta está com {name} inválido: {message}. Corrija na conta.");
        found.add("account_id", "invalid", message);
    }
    let id = ids::account(ctx);
    if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        let message =
            "No Itaú a agência tem 4 dígitos, a conta até 7 e o verificador 1: corrija a conta.";
        found.add("account_id", "invalid", message);
    }
    let wallet = settings.wallet();
    if NUMBERED_BY_BANK.contains(&wallet.as_str()) {
        let message = format!(
            "Na carteira {wallet} é o banco que dá o nosso número, e a API pede o da empresa: use \
             outra carteira, como a 109."
        );
        found.add("account_id", "not_supported", message);
    }
    if order.hybrid && settings.pix_key().is_none() {
        let message = "Para o QR Code do boleto o banco exige a chave Pix da conta: preencha a \
                       chave na conta, ou emita sem QR Code.";
        found.add("hybrid", "missing", message);
    }
}

fn reference(order: &BoletoOrder, found: &mut Found) {
    let (text, longest) = (order.bank_reference.trim(), INFO.boleto.reference_length);
    if text.is_empty() || text.chars().count() > longest {
        let message = format!("A referência no banco deve ter de 1 a {longest} caracteres.");
        found.add("bank_reference", "too_long", message);
    }
}

fn amount(order: &BoletoOrder, found: &mut Found) {
    let most = Money::from_cents(INFO.boleto.amount_max);
    if order.amount > most {
        let message = format!("O valor máximo de um boleto neste banco é R$ {most}.");
        found.add("amount", "too_large", message);
    }
}

fn dates(order: &BoletoOrder, ctx: &Ctx, found: &mut Found) {
    let due = order.expiration_date;
    if due < ctx.today {
        let message = "O vencimento já passou: escolha hoje ou depois.";
        found.add("expiration_date", "in_the_past", message);
    }
    if order.issuance_date > ctx.today {
        let message = "A emissão não pode ser futura: use a data de hoje.";
        found.add("issuance_date", "in_the_future", message);
    }
    let after = days_between(due, order.limit_date);
    let most = i32::from(INFO.boleto.days_after_due_max);
    if after < 0 {
        let message = "A data limite de pagamento não pode ser anterior ao vencimento.";
        found.add("limit_date", "before_expiration", message);
    } else if after > most {
        let message = "O banco aceita data limite até 10 anos depois do vencimento.";
        found.add("limit_date", "too_far", message);
    }
}

/// Streets, districts and cities that are too long are cut, as the bank's forms cut them.
fn party(party: &Party, field: &str, whose: &str, found: &mut Found) {
    let name = clean(&party.name);
    let length = name.chars().count();
    if name.is_empty() {
        let message = format!("O nome {whose} precisa de letras ou números: preencha.");
        found.add(format!("{field}.name"), "missing", message);
    } else if length > NAME {
        let message =
            format!("O nome {whose} tem {length} caracteres e o banco aceita até {NAME}: abrevie.");
        found.add(format!("{field}.name"), "too_long", message);
    }
    let Some(address) = &party.address else {
        let message = format!("O banco exige o endereço {whose}: preencha.");
        found.add(format!("{field}.address"), "missing", message);
        return;
    };
    for (part, what, text) in [
        ("street", "o logradouro", &address.street),
        ("district", "o bairro", &address.district),
        ("city", "a cidade", &address.city),
    ] {
        if clean(text).is_empty() {
            let message = format!("O banco exige {what} {whose}: preencha.");
            found.add(format!("{field}.address.{part}"), "missing", message);
        }
    }
    if !STATES.contains(&clean(&address.state).to_uppercase().as_str()) {
        let message = format!("A UF {whose} deve ser a sigla de um estado, como MG.");
        found.add(format!("{field}.address.state"), "invalid", message);
    }
    if digits(&address.postal_code).len() != 8 {
        let message = format!("O CEP {whose} deve ter 8 dígitos.");
        found.add(format!("{field}.address.postal_code"), "invalid", message);
    }
}

fn terms(order: &BoletoOrder, found: &mut Found) {
    let Terms { fine, interest, discounts, abatement, .. } = &order.terms;
    if let Some(fine) = fine {
        value(found, "terms.fine.value", "A multa", &fine.value);
    }
    if let Some(interest) = interest
        && let InterestValue::PerMonth(rate) = &interest.value
    {
        five_decimals(found, "terms.interest.value", "A taxa dos juros", *rate);
    }
    for (i, discount) in discounts.iter().enumerate() {
        let field = format!("terms.discounts[{i}]");
        if i >= INFO.boleto.discounts_max {
            let message = "O banco aceita até três descontos por boleto: retire este.";
            found.add(field, "not_supported", message);
            continue;
        }
        if discount.per == Some(Anticipation::BusinessDay) {
            let message = "O banco conta a antecipação em dias corridos: mude o desconto.";
            found.add(format!("{field}.per"), "not_supported", message);
        }
        if discounts.first().is_some_and(|first| kind(first) != kind(discount)) {
            let message = "O banco exige que todos os descontos sejam do mesmo tipo.";
            found.add(field.clone(), "not_supported", message);
        }
        if discount.date > order.expiration_date {
            let message = "O desconto deve terminar até o vencimento.";
            found.add(format!("{field}.date"), "after_expiration", message);
        }
        value(found, &format!("{field}.value"), "O desconto", &discount.value);
    }
    let fixed = discounts.iter().filter_map(|discount| match discount.value {
        Value::Fixed(amount) if discount.per.is_none() => Some(amount),
        _ => None,
    });
    if *abatement + fixed.max().unwrap_or_default() >= order.amount {
        let message = "O abatimento e o desconto juntos devem ser menores que o valor do boleto.";
        found.add("terms.abatement", "too_large", message);
    }
}

/// Fixed or percent, once or by day: discounts of one boleto are all the same.
fn kind(discount: &Discount) -> (bool, bool) {
    (matches!(discount.value, Value::Fixed(_)), discount.per.is_some())
}

fn value(found: &mut Found, field: &str, what: &str, value: &Value) {
    if let Value::Percent(rate) = value {
        five_decimals(found, field, what, *rate);
    }
}

fn five_decimals(found: &mut Found, field: &str, what: &str, rate: Rate) {
    if !fits(rate) {
        let message = format!(
            "{what} de {}% tem mais de 5 casas decimais: use até 5 casas.",
            rate.to_string().replace('.', ",")
        );
        found.add(field, "too_many_decimals", message);
    }
}
