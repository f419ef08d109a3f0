//! How Sicredi's remittances are written in 240 and 400, by its manuals of August 2019.

use std::borrow::Cow;

use quita_formats::cnab::codes::Instruction;

use super::cnab::{CNAB_240, CNAB_400};
use crate::contract::Problem;
use crate::file::agreement::{ACCOUNT, ACCOUNT_DIGIT, BENEFICIARY_CODE, BRANCH, WALLET, field};
use crate::file::line::{Line, problem};
use crate::file::rules::{AfterDueCodes, DiscountCodes, FineCodes, InterestCodes, Rules};
use crate::file::slot::Content;
use crate::file::{AfterDue, FileLayout, NumberedBy, Species};
use crate::info::Field;

/// The layouts.
pub static LAYOUTS: [FileLayout; 2] = [
    FileLayout {
        bank: "748",
        format: &CNAB_240,
        agreement: &[BENEFICIARY_CODE, POST, BRANCH, ACCOUNT, ACCOUNT_DIGIT, WALLET],
        numbered_by: |_| NumberedBy::Company { digits: 5 },
        rules: Some(&RULES_240),
    },
    FileLayout {
        bank: "748",
        format: &CNAB_400,
        agreement: &[BENEFICIARY_CODE, POST, BRANCH, WALLET],
        numbered_by: |_| NumberedBy::Company { digits: 5 },
        rules: Some(&RULES_400),
    },
];

const POST: Field = field("post", "Posto", "Os 2 dígitos do posto de atendimento.");

static RULES_240: Rules = Rules {
    constants: &[
        ("wallet", "1"),
        ("registration", "1"),
        ("document_kind", "1"),
        ("printed_by", "2"),
        ("delivered_by", "2"),
        ("currency", "09"),
        ("agreement", ""),
        ("density", "01600"),
    ],
    from_order: &[("our_number", |line| Ok(line.number_with_digit()))],
    ..Rules::FEBRABAN_240
};

static RULES_400: Rules = Rules {
    records: &["remessa_detalhe", "remessa_mensagem", "remessa_descontos"],
    constants: &[
        ("version", "2.00"),
        // Registered, simple, printed as a boleto and not as a booklet, in reais; discounts and
        // interest in cents; the company prints and delivers.
        ("charge_kind", "A"),
        ("remessa_detalhe.wallet", "A"),
        ("print_code", "A"),
        ("currency_kind", "A"),
        ("discount_kind", "A"),
        ("interest_kind", "A"),
        ("posting", "N"),
        ("emission", "B"),
        ("remessa_descontos.document_number", ""),
        ("remessa_descontos.customer_document", ""),
        ("remessa_descontos.receiver_document", ""),
    ],
    from_order: &[
        ("our_number", |line| Ok(line.number_with_digit())),
        (
            "protest_code",
            |line| Ok(if protest_days(line)?.is_empty() { "00" } else { "06" }.into()),
        ),
        ("protest_days", protest_days),
        ("negative_code", |line| {
            Ok(if listing_days(line)?.is_empty() { "00" } else { "06" }.into())
        }),
        ("negative_days", listing_days),
    ],
    carries: &[Content::Protest, Content::NegativeListing],
    // Which field it changes would have to be said as well.
    occurrences: &[(Instruction::ChangeOther, "")],
    species: &[
        (Species::Dm, "A"),
        (Species::Dmi, "A"),
        (Species::Dr, "B"),
        (Species::Np, "C"),
        (Species::Npr, "D"),
        (Species::Ns, "E"),
        (Species::Rc, "G"),
        (Species::Lc, "H"),
        (Species::Nd, "I"),
        (Species::Ds, "J"),
        (Species::Dsi, "J"),
        (Species::Out, "K"),
    ],
    acceptance: ["N", "S"],
    interest: InterestCodes::PER_DAY,
    fine: FineCodes { fixed: "", percent: "2", none: "0" },
    discount: DiscountCodes::CENTS,
    after_due: AfterDueCodes::NONE,
    ..Rules::FEBRABAN_240
};

/// Days until the bank protests by itself; empty where it shall not.
fn protest_days<'l>(line: &'l Line<'_>) -> Result<Cow<'l, str>, Problem> {
    match line.order.after_due.filter(|_| line.registers()) {
        Some(AfterDue::Protest { days, business_days: false }) => Ok(days.to_string().into()),
        Some(AfterDue::Protest { business_days: true, .. }) => {
            let message = "o layout só tem protesto em dias corridos: mude para eles, ou retire";
            Err(problem("after_due", "not_supported", message))
        }
        _ => Ok("".into()),
    }
}

/// Days until the bank lists the customer negatively by itself; empty where it shall not.
fn listing_days<'l>(line: &'l Line<'_>) -> Result<Cow<'l, str>, Problem> {
    Ok(match line.order.after_due.filter(|_| line.registers()) {
        Some(AfterDue::NegativeListing { days }) => days.to_string().into(),
        _ => "".into(),
    })
}
