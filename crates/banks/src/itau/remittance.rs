//! How Itaú's remittances are written, by the notes of «Cobrança 400 bytes CNAB», July 2021.

use std::borrow::Cow;

use quita_core::money::Money;
use quita_core::order::InvoiceType;
use quita_core::terms::Value;
use quita_formats::cnab::codes::Instruction;

use super::cnab::{CNAB_240, CNAB_400};
use crate::contract::Problem;
use crate::file::agreement::{ACCOUNT, ACCOUNT_DIGIT, BRANCH, WALLET};
use crate::file::line::{Line, problem};
use crate::file::rules::{AfterDueCodes, DiscountCodes, FineCodes, InterestCodes, Rules};
use crate::file::slot::Content;
use crate::file::{AfterDue, Agreement, FileLayout, NumberedBy, Species};
use crate::info::Field;

/// The layouts.
pub static LAYOUTS: [FileLayout; 2] = [
    FileLayout {
        bank: "341",
        format: &CNAB_400,
        agreement: &AGREEMENT,
        numbered_by,
        rules: Some(&RULES_400),
    },
    FileLayout {
        bank: "341",
        format: &CNAB_240,
        agreement: &AGREEMENT,
        numbered_by,
        rules: Some(&RULES_240),
    },
];

const AGREEMENT: [Field; 4] = [BRANCH, ACCOUNT, ACCOUNT_DIGIT, WALLET];

/// Wallets whose numbers the bank makes («escriturais», note 5); 115 has a range of the company.
const NUMBERED_BY_BANK: [&str; 4] = ["104", "112", "147", "188"];

fn numbered_by(agreement: &Agreement) -> NumberedBy {
    let wallet = agreement.get("wallet").map_or("", |wallet| wallet.trim());
    match NUMBERED_BY_BANK.contains(&wallet) {
        true => NumberedBy::Bank,
        false => NumberedBy::Company { digits: 8 },
    }
}

/// Codes of note 10.
const SPECIES: [(Species, &str); 15] = [
    (Species::Dm, "01"),
    (Species::Np, "02"),
    (Species::Ns, "03"),
    (Species::Me, "04"),
    (Species::Rc, "05"),
    (Species::Con, "06"),
    (Species::Cos, "07"),
    (Species::Ds, "08"),
    (Species::Lc, "09"),
    (Species::Nd, "13"),
    (Species::Dd, "15"),
    (Species::Ec, "16"),
    (Species::Cps, "17"),
    (Species::Bdp, "18"),
    (Species::Out, "99"),
];

static RULES_400: Rules = Rules {
    records: &["remessa_detalhe", "remessa_multa", "remessa_pix", "remessa_email"],
    constants: &[],
    from_head: &[("wallet_code", |head| {
        let wallet = head.agreement.get("wallet").map_or("", |wallet| wallet.trim());
        Ok(match wallet {
            "147" => "E",
            "150" => "U",
            _ => "I",
        }
        .to_owned())
    })],
    from_order: &[
        ("instruction_1", |line| Ok(instructions(line)?[0].into())),
        ("instruction_2", |line| Ok(instructions(line)?[1].into())),
        ("days", days),
        ("remessa_detalhe.receiver_name", receiver_or_message),
    ],
    carries: &[
        Content::Receiver,
        Content::Message(0),
        Content::Protest,
        Content::NegativeListing,
        Content::WriteOff,
    ],
    occurrences: &[
        (Instruction::Protest, "09"),
        (Instruction::StopProtest, "18"),
        // Whether 67, 68 or 69 depends on how far the listing has got at the bureau.
        (Instruction::EndNegativeListing, ""),
    ],
    species: &SPECIES,
    // Note 12: cents a day, beside nothing that tells a rate.
    interest: InterestCodes::PER_DAY,
    // Note 35.
    fine: FineCodes { fixed: "1", percent: "2", none: "0" },
    // Note 13: cents until a date.
    discount: DiscountCodes::CENTS,
    after_due: AfterDueCodes {
        none: "",
        protest: "81",
        protest_business_days: "82",
        negative_listing: "66",
    },
    check,
    ..Rules::FEBRABAN_240
};

/// In 240, before Pix: cents a day and cents until a date, as in 400.
static RULES_240: Rules = Rules {
    records: &["segmento_p", "segmento_q", "segmento_r", "segmento_y01"],
    constants: &[],
    occurrences: &[
        (Instruction::Protest, "09"),
        (Instruction::StopProtest, "18"),
        (Instruction::EndNegativeListing, ""),
        // The manual of 240 has no Pix.
        (Instruction::RegisterWithPix, ""),
    ],
    interest: InterestCodes::PER_DAY,
    fine: FineCodes { fixed: "1", percent: "2", none: "0" },
    discount: DiscountCodes::CENTS,
    after_due: AfterDueCodes {
        none: "0",
        protest: "1",
        protest_business_days: "2",
        negative_listing: "7",
    },
    species: &SPECIES,
    check,
    ..Rules::FEBRABAN_240
};

/// The bank writes off so many days after the due date by itself.
const USUAL_WRITE_OFF: i32 = 120;

/// Write-offs that do not use the field of days (note 11).
const WRITE_OFFS: [(i32, &str); 13] = [
    (5, "02"),
    (10, "06"),
    (15, "07"),
    (20, "08"),
    (25, "11"),
    (30, "03"),
    (35, "12"),
    (40, "13"),
    (45, "14"),
    (50, "15"),
    (55, "16"),
    (60, "17"),
    (90, "18"),
];

/// Neither of the two.
const NO_INSTRUCTION: &str = "00";
/// Write-off after the days that stand at 392-393.
const WRITE_OFF_AFTER: &str = "92";
/// Not to be taken after the due date.
const NOT_AFTER_DUE: &str = "39";
/// The message of 30 positions stands where the receiver would (note 16).
const MESSAGE: &str = "93";

/// The two instructions of note 11 that an order needs.
fn instructions(line: &Line<'_>) -> Result<[&'static str; 2], Problem> {
    let order = line.order;
    if !line.registers() {
        return Ok([NO_INSTRUCTION; 2]);
    }
    let after_due = order.after_due.map(|after| match after {
        AfterDue::Protest { business_days: false, .. } => RULES_400.after_due.protest,
        AfterDue::Protest { business_days: true, .. } => RULES_400.after_due.protest_business_days,
        AfterDue::NegativeListing { .. } => RULES_400.after_due.negative_listing,
    });
    let days = line.days_after_due();
    let of_days = WRITE_OFFS.iter().find(|(own, _)| *own == days).map(|(_, code)| *code);
    let write_off = match days {
        USUAL_WRITE_OFF => None,
        0 => Some(NOT_AFTER_DUE),
        _ if of_days.is_some() => of_days,
        1..=99 if after_due.is_none() => Some(WRITE_OFF_AFTER),
        _ => {
            let message = "o layout baixa sozinho depois de 5, 10, 15… 60, 90 ou 120 dias; outros \
                           prazos, até 99 dias, só sem protesto nem negativação: mude a data limite";
            return Err(problem("limit_date", "not_supported", message));
        }
    };
    let message = (!order.boleto.messages.is_empty()).then_some(MESSAGE);
    let mut all = [after_due, write_off, message].into_iter().flatten();
    let two = [(); 2].map(|()| all.next().unwrap_or(NO_INSTRUCTION));
    if all.next().is_some() {
        let message = "o layout só tem lugar para duas instruções entre protesto ou negativação, \
                       prazo para baixa e mensagem: retire uma delas";
        return Err(problem("messages", "not_supported", message));
    }
    Ok(two)
}

/// What the days at 392-393 belong to.
fn days<'l>(line: &'l Line<'_>) -> Result<Cow<'l, str>, Problem> {
    let own = match line.order.after_due {
        Some(AfterDue::Protest { days, .. } | AfterDue::NegativeListing { days }) => {
            i32::from(days)
        }
        None if instructions(line)?.contains(&WRITE_OFF_AFTER) => line.days_after_due(),
        None => return Ok("".into()),
    };
    match own {
        0..=99 => Ok(own.to_string().into()),
        _ => {
            let message = "o layout só tem dois dígitos para os dias: use até 99";
            Err(problem("after_due.days", "too_large", message))
        }
    }
}

/// «Sacador avalista» or, with instruction 93, a message of 30 positions.
fn receiver_or_message<'l>(line: &'l Line<'_>) -> Result<Cow<'l, str>, Problem> {
    let boleto = &line.order.boleto;
    match (&boleto.receiver, boleto.messages.first().filter(|_| line.registers())) {
        (Some(_), Some(_)) => {
            let message = "no layout a mensagem e o sacador avalista ocupam o mesmo lugar: fique \
                           com um deles";
            Err(problem("messages[0]", "not_supported", message))
        }
        (Some(receiver), None) => {
            let name =
                receiver.name.char_indices().nth(30).map_or(receiver.name.len(), |(at, _)| at);
            Ok(receiver.name.get(..name).unwrap_or_default().into())
        }
        (None, Some(message)) => Ok(message.into()),
        (None, None) => Ok("".into()),
    }
}

/// Limits of notes 8, 10 and 13, and those of the boleto with Pix.
fn check(line: &Line<'_>) -> Vec<Problem> {
    let boleto = &line.order.boleto;
    let mut found = Vec::new();
    if boleto.amount > Money::from_cents(1_000_000_000) {
        let message = "o Itaú aceita até R$ 10.000.000,00 por boleto";
        found.push(problem("amount", "too_large", message));
    }
    let most = boleto.amount.cents() / 10 * 9;
    if boleto.terms.abatement.cents() > most {
        let message = "o abatimento passa de 90% do valor do boleto";
        found.push(problem("terms.abatement", "too_large", message));
    }
    let too_much = boleto.terms.discounts.iter().position(|discount| match discount.value {
        Value::Fixed(amount) => amount.cents() > most,
        Value::Percent(rate) => rate.millionths() > 90_000_000,
    });
    if let Some(at) = too_much {
        let field = format!("terms.discounts[{at}].value");
        found.push(problem(&field, "too_large", "o desconto passa de 90% do valor do boleto"));
    }
    let is_proposal = boleto.invoice_type == InvoiceType::Proposal;
    if is_proposal && (boleto.terms.fine.is_some() || boleto.terms.interest.is_some()) {
        let message = "boleto de proposta não tem multa nem juros: retire-os";
        found.push(problem("terms", "not_supported", message));
    }
    if is_proposal && line.order.after_due.is_some() {
        let message = "boleto de proposta não vai a protesto nem a negativação: retire";
        found.push(problem("after_due", "not_supported", message));
    }
    found
}
