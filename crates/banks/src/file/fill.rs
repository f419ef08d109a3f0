//! Fields filled with what an order says.

use std::fmt::Write as _;

use quita_core::money::Money;
use quita_core::party::{Address, Party};
use quita_core::rate::{Rate, Rounding};
use quita_core::terms::{Anticipation, Discount, InterestValue, Value};
use quita_formats::cnab::codes::Instruction;
use quita_formats::cnab::layout::{Field, Kind};
use quita_formats::cnab::value::{Misfit, NewRow};

use super::AfterDue;
use super::line::{Line, problem};
use super::plan::{document_type, unfit};
use super::rules::{DiscountCodes, Rules};
use super::slot::{Content, Of, Slot};
use crate::contract::Problem;

/// What a field could not be filled with: a problem of ours, or a misfit of the field named.
enum Unfilled {
    Problem(Problem),
    Misfit(&'static str, Misfit),
}

impl From<Problem> for Unfilled {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// Fills a field; `text` is room for putting texts together.
pub(super) fn fill(
    slot: Slot,
    field: &Field,
    row: &mut NewRow<'_>,
    line: &Line<'_>,
    rules: &'static Rules,
    text: &mut String,
) -> Result<(), Problem> {
    filled(slot, field, row, line, rules, text).map_err(|unfilled| match unfilled {
        Unfilled::Problem(problem) => problem,
        Unfilled::Misfit(name, misfit) => unfit(name, &field.label, &misfit),
    })
}

fn filled(
    slot: Slot,
    field: &Field,
    row: &mut NewRow<'_>,
    line: &Line<'_>,
    rules: &'static Rules,
    text: &mut String,
) -> Result<(), Unfilled> {
    let order = line.order;
    let boleto = &order.boleto;
    let terms = &boleto.terms;
    let at = |name: &'static str| move |misfit| Unfilled::Misfit(name, misfit);
    let concerns = |content: Content| content.concerns(order.instruction);
    match slot {
        Slot::Occurrence => {
            if let Some(code) = rules.occurrence(line.layout.format, line.instruction()) {
                row.put(field, code).map_err(at("instruction"))?;
            }
        }
        Slot::OurNumber => row.put(field, &line.our_number).map_err(at("our_number"))?,
        Slot::OurNumberDigit => {
            if !line.our_number_digit.is_empty() {
                let digit = &line.our_number_digit;
                row.put(field, digit).map_err(at("our_number_digit"))?;
            }
        }
        Slot::DocumentNumber => {
            text.clear();
            text.push_str((rules.document_number)(boleto));
            if text.len() > field.length {
                text.retain(|character| !character.is_whitespace());
            }
            row.put(field, text).map_err(at("document_number"))?;
        }
        Slot::CompanyUse => {
            row.put(field, &boleto.bank_reference).map_err(at("bank_reference"))?;
        }
        Slot::ExpirationDate => {
            row.date(field, Some(boleto.expiration_date)).map_err(at("expiration_date"))?;
        }
        Slot::IssuanceDate => {
            row.date(field, Some(boleto.issuance_date)).map_err(at("issuance_date"))?;
        }
        Slot::Amount => row.money(field, boleto.amount).map_err(at("amount"))?,
        Slot::Species => {
            let own = line.species();
            let Some((_, code)) = rules.species.iter().find(|(species, _)| *species == own) else {
                let message = "o layout não tem esta espécie de documento: escolha outra";
                return Err(problem("species", "not_supported", message).into());
            };
            row.put(field, code).map_err(at("species"))?;
        }
        Slot::Acceptance => {
            let code = rules.acceptance[usize::from(order.accepted)];
            row.put(field, code).map_err(at("accepted"))?;
        }
        Slot::InterestCode
        | Slot::InterestDate
        | Slot::InterestValue
        | Slot::InterestAmount
        | Slot::InterestPercent => {
            if concerns(Content::Interest) {
                interest(slot, field, row, line, rules)?;
            }
        }
        Slot::FineCode
        | Slot::FineDate
        | Slot::FineValue
        | Slot::FineAmount
        | Slot::FinePercent => {
            if concerns(Content::Fine) {
                fine(slot, field, row, line, rules)?;
            }
        }
        Slot::DiscountCode(which)
        | Slot::DiscountDate(which)
        | Slot::DiscountValue(which)
        | Slot::DiscountAmount(which)
        | Slot::DiscountPercent(which) => {
            if concerns(Content::Discount(which)) {
                let discount = terms.discounts.get(which);
                discount_n(slot, field, row, discount, &rules.discount, boleto.amount, which)?;
            }
        }
        Slot::Abatement => {
            if concerns(Content::Abatement) {
                row.money(field, terms.abatement).map_err(at("terms.abatement"))?;
            }
        }
        Slot::AfterDueCode => {
            let codes = &rules.after_due;
            let told = concerns(Content::Protest) || concerns(Content::NegativeListing);
            let code = match order.after_due.filter(|_| told) {
                // Ordered now, it waits for no days.
                None if matches!(
                    order.instruction,
                    Instruction::Protest | Instruction::ListNegatively
                ) =>
                {
                    return Ok(());
                }
                None => codes.none,
                Some(AfterDue::Protest { business_days: false, .. }) => codes.protest,
                Some(AfterDue::Protest { business_days: true, .. }) => codes.protest_business_days,
                Some(AfterDue::NegativeListing { .. }) => codes.negative_listing,
            };
            if told && code.is_empty() {
                return Err(no_after_due().into());
            }
            if told {
                row.put(field, code).map_err(at("after_due"))?;
            }
        }
        Slot::AfterDueDays => {
            let told = concerns(Content::Protest) || concerns(Content::NegativeListing);
            if let Some(AfterDue::Protest { days, .. } | AfterDue::NegativeListing { days }) =
                order.after_due.filter(|_| told)
            {
                number(text, u64::from(days));
                row.put(field, text).map_err(at("after_due.days"))?;
            }
        }
        Slot::WriteOffCode => {
            if concerns(Content::WriteOff) {
                row.put(field, rules.write_off).map_err(at("limit_date"))?;
            }
        }
        Slot::WriteOffDays => {
            if concerns(Content::WriteOff) {
                number(text, u64::try_from(line.days_after_due()).unwrap_or_default());
                while text.len() < field.length {
                    text.insert(0, '0');
                }
                row.put(field, text).map_err(at("limit_date"))?;
            }
        }
        Slot::Message(which) => {
            if let Some(message) =
                boleto.messages.get(which).filter(|_| concerns(Content::Message(which)))
            {
                row.text(field, message).map_err(|misfit| {
                    unfit(&format!("messages[{which}]"), &field.label, &misfit)
                })?;
            }
        }
        Slot::Customer(of) => party(of, field, row, &boleto.customer, "customer", text)?,
        Slot::Receiver(of) => {
            if let Some(receiver) = boleto.receiver.as_ref().filter(|_| concerns(Content::Receiver))
            {
                party(of, field, row, receiver, "receiver", text)?;
            }
        }
        Slot::PixKey => {
            if concerns(Content::PixKey) {
                row.exact_text(field, &order.pix.key).map_err(at("pix.key"))?;
            }
        }
        Slot::PixLocation => {
            if concerns(Content::PixLocation) {
                row.exact_text(field, &order.pix.location).map_err(at("pix.location"))?;
            }
        }
        Slot::Txid => {
            if concerns(Content::Txid) {
                row.exact_text(field, &order.pix.txid).map_err(at("pix.txid"))?;
            }
        }
        Slot::Own(own) => {
            if let Some((_, content)) = rules.from_order.get(own) {
                let content = content(line)?;
                if !content.is_empty() {
                    row.put(field, &content)
                        .map_err(|misfit| unfit(own_name(&field.name), &field.label, &misfit))?;
                }
            }
        }
    }
    Ok(())
}

/// Our word for a field of the bank's own.
fn own_name(field: &str) -> &str {
    match field {
        "our_number" | "our_number_digit" => "our_number",
        other => other,
    }
}

pub(super) fn no_after_due() -> Problem {
    let message = "o layout não tem este protesto ou negativação automática: ordene mais tarde, \
                   por uma instrução";
    problem("after_due", "not_supported", message)
}

fn number(text: &mut String, number: u64) {
    text.clear();
    let _ = write!(text, "{number}");
}

fn interest(
    slot: Slot,
    field: &Field,
    row: &mut NewRow<'_>,
    line: &Line<'_>,
    rules: &Rules,
) -> Result<(), Unfilled> {
    let at = |misfit| Unfilled::Misfit("terms.interest.value", misfit);
    let codes = &rules.interest;
    let Some(interest) = line.order.boleto.terms.interest else {
        if slot == Slot::InterestCode {
            row.put(field, codes.none).map_err(at)?;
        }
        return Ok(());
    };
    let value = match interest.value {
        InterestValue::PerMonth(rate) if codes.per_month.is_empty() => {
            InterestValue::PerDay(per_day(rate, line.order.boleto.amount)?)
        }
        value => value,
    };
    match (slot, value) {
        (Slot::InterestCode, InterestValue::PerDay(_)) => row.put(field, codes.per_day).map_err(at),
        (Slot::InterestCode, InterestValue::PerMonth(_)) => {
            row.put(field, codes.per_month).map_err(at)
        }
        (Slot::InterestDate, _) => row
            .date(field, Some(interest.date))
            .map_err(|misfit| Unfilled::Misfit("terms.interest.date", misfit)),
        (_, InterestValue::PerDay(_)) if codes.per_day.is_empty() => {
            let message = "o layout só tem juros em percentual ao mês: informe uma taxa";
            Err(problem("terms.interest.value", "not_supported", message).into())
        }
        (Slot::InterestValue | Slot::InterestAmount, InterestValue::PerDay(amount)) => {
            row.money(field, amount).map_err(at)
        }
        (Slot::InterestValue | Slot::InterestPercent, InterestValue::PerMonth(rate)) => {
            percent(field, row, rate, "terms.interest.value")
        }
        _ => Ok(()),
    }
}

/// A percentage a month as cents a day.
fn per_day(rate: Rate, amount: Money) -> Result<Money, Problem> {
    let cents = rate.of(amount, 1, 30, Rounding::HalfUp);
    if cents == Money::ZERO {
        let percent = rate.to_string().replace('.', ",");
        let message = format!(
            "o layout só tem juros em reais por dia, e {percent}% ao mês sobre R$ {amount} dá menos \
             de um centavo por dia: informe um valor por dia ou retire os juros"
        );
        return Err(problem("terms.interest.value", "too_small", message));
    }
    Ok(cents)
}

fn fine(
    slot: Slot,
    field: &Field,
    row: &mut NewRow<'_>,
    line: &Line<'_>,
    rules: &Rules,
) -> Result<(), Unfilled> {
    let name = "terms.fine.value";
    let at = |misfit| Unfilled::Misfit(name, misfit);
    let codes = &rules.fine;
    let Some(fine) = line.order.boleto.terms.fine else {
        if slot == Slot::FineCode {
            row.put(field, codes.none).map_err(at)?;
        }
        return Ok(());
    };
    let value = match fine.value {
        // The amount is known, so that cents say the same.
        Value::Percent(rate) if codes.percent.is_empty() => {
            Value::Fixed(rate.of(line.order.boleto.amount, 1, 1, Rounding::HalfUp))
        }
        value => value,
    };
    match (slot, value) {
        (_, Value::Fixed(_)) if codes.fixed.is_empty() => {
            let message = "o layout não tem multa em reais: informe a multa em percentual";
            Err(problem(name, "not_supported", message).into())
        }
        (Slot::FineCode, Value::Fixed(_)) => row.put(field, codes.fixed).map_err(at),
        (Slot::FineCode, Value::Percent(_)) => row.put(field, codes.percent).map_err(at),
        (Slot::FineDate, _) => row
            .date(field, Some(fine.date))
            .map_err(|misfit| Unfilled::Misfit("terms.fine.date", misfit)),
        (Slot::FineValue | Slot::FineAmount, Value::Fixed(amount)) => {
            row.money(field, amount).map_err(at)
        }
        (Slot::FineValue | Slot::FinePercent, Value::Percent(rate)) => {
            percent(field, row, rate, name)
        }
        _ => Ok(()),
    }
}

fn discount_n(
    slot: Slot,
    field: &Field,
    row: &mut NewRow<'_>,
    discount: Option<&Discount>,
    codes: &DiscountCodes,
    nominal: Money,
    which: usize,
) -> Result<(), Unfilled> {
    let name = ["terms.discounts[0].value", "terms.discounts[1].value", "terms.discounts[2].value"]
        .get(which)
        .copied()
        .unwrap_or("terms.discounts");
    let at = |misfit| Unfilled::Misfit(name, misfit);
    let Some(discount) = discount else {
        if matches!(slot, Slot::DiscountCode(_)) {
            row.put(field, codes.none).map_err(at)?;
        }
        return Ok(());
    };
    let value = match discount.value {
        // The amount is known, so that cents say the same.
        Value::Percent(rate) if codes.percent.is_empty() && discount.per.is_none() => {
            Value::Fixed(rate.of(nominal, 1, 1, Rounding::HalfUp))
        }
        value => value,
    };
    let code = match (value, discount.per) {
        (Value::Fixed(_), None) => codes.fixed,
        (Value::Percent(_), None) => codes.percent,
        (Value::Fixed(_), Some(Anticipation::Day)) => codes.fixed_per_day,
        (Value::Fixed(_), Some(Anticipation::BusinessDay)) => codes.fixed_per_business_day,
        (Value::Percent(_), Some(Anticipation::Day)) => codes.percent_per_day,
        (Value::Percent(_), Some(Anticipation::BusinessDay)) => codes.percent_per_business_day,
    };
    if code.is_empty() {
        let message = "o layout não tem desconto por dia de antecipação: use um até uma data";
        return Err(problem(name, "not_supported", message).into());
    }
    match (slot, value) {
        (Slot::DiscountCode(_), _) => row.put(field, code).map_err(at),
        (Slot::DiscountDate(_), _) => row.date(field, Some(discount.date)).map_err(at),
        (Slot::DiscountValue(_) | Slot::DiscountAmount(_), Value::Fixed(amount)) => {
            row.money(field, amount).map_err(at)
        }
        (Slot::DiscountValue(_) | Slot::DiscountPercent(_), Value::Percent(rate)) => {
            percent(field, row, rate, name)
        }
        _ => Ok(()),
    }
}

/// A percentage in the decimals of the field, exactly.
fn percent(
    field: &Field,
    row: &mut NewRow<'_>,
    rate: Rate,
    name: &'static str,
) -> Result<(), Unfilled> {
    let decimals = match field.kind {
        Kind::Decimal(decimals) => u32::from(decimals),
        _ => 2,
    };
    let step = 10_u64.pow(6_u32.saturating_sub(decimals));
    let millionths = u64::try_from(rate.millionths()).unwrap_or_default();
    if millionths % step != 0 {
        let percent = rate.to_string().replace('.', ",");
        let message = format!(
            "{percent}% tem mais de {decimals} casas decimais, e «{}» só tem essas: arredonde",
            field.label
        );
        return Err(problem(name, "too_many_decimals", message).into());
    }
    row.number(field, millionths / step).map_err(|misfit| Unfilled::Misfit(name, misfit))
}

fn party(
    of: Of,
    field: &Field,
    row: &mut NewRow<'_>,
    party: &Party,
    who: &'static str,
    text: &mut String,
) -> Result<(), Unfilled> {
    let failed = |name: &str| {
        let name = format!("{who}.{name}");
        move |misfit: Misfit| Unfilled::Problem(unfit(&name, &field.label, &misfit))
    };
    match of {
        Of::DocumentType => row.put(field, document_type(party, field)).map_err(failed("document")),
        Of::Document => row.put(field, party.document.as_str()).map_err(failed("document")),
        Of::Name => row.cut_text(field, &party.name).map_err(failed("name")),
        _ => {
            let Some(address) = &party.address else { return Ok(()) };
            match of {
                Of::Address => {
                    street(address, text);
                    row.cut_text(field, text).map_err(failed("address.street"))
                }
                Of::District => {
                    row.cut_text(field, &address.district).map_err(failed("address.district"))
                }
                Of::City => row.cut_text(field, &address.city).map_err(failed("address.city")),
                Of::State => row.text(field, &address.state).map_err(failed("address.state")),
                _ => {
                    text.clear();
                    let digits = address.postal_code.bytes().filter(u8::is_ascii_digit);
                    text.extend(digits.map(char::from));
                    let part = match (of, field.length) {
                        (Of::ZipSuffix, _) => text.get(5..8),
                        (_, 5) => text.get(..5),
                        _ => text.get(..8),
                    };
                    row.put(field, part.unwrap_or_default()).map_err(failed("address.postal_code"))
                }
            }
        }
    }
}

/// Street, number and complement in one line.
fn street(address: &Address, text: &mut String) {
    text.clear();
    text.push_str(address.street.trim());
    for (before, part) in [(", ", &address.number), (" ", &address.complement)] {
        let part = part.trim();
        if !part.is_empty() {
            text.push_str(before);
            text.push_str(part);
        }
    }
}
