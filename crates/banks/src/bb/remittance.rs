//! How Banco do Brasil's remittances are written: «CNAB 240» of August 2017 and CBR641.

use super::cnab::{CNAB_240, CNAB_400};
use crate::contract::Problem;
use crate::file::agreement::{ACCOUNT, ACCOUNT_DIGIT, BRANCH, BRANCH_DIGIT, WALLET, field};
use crate::file::line::problem;
use crate::file::rules::{AfterDueCodes, DiscountCodes, InterestCodes, Rules};
use crate::file::slot::Content;
use crate::file::{AfterDue, Agreement, FileLayout, NumberedBy, Species};
use crate::info::Field;

/// The layouts.
pub static LAYOUTS: [FileLayout; 2] = [
    FileLayout {
        bank: "001",
        format: &CNAB_240,
        agreement: &AGREEMENT,
        numbered_by,
        rules: Some(&RULES_240),
    },
    FileLayout {
        bank: "001",
        format: &CNAB_400,
        agreement: &AGREEMENT,
        numbered_by,
        rules: Some(&RULES_400),
    },
];

const AGREEMENT: [Field; 7] = [
    field("agreement", "Convênio", "O número do convênio de cobrança: 4, 6 ou 7 dígitos."),
    WALLET,
    field("wallet_variation", "Variação da carteira", "Os 3 dígitos depois da carteira, 019."),
    BRANCH,
    BRANCH_DIGIT,
    ACCOUNT,
    ACCOUNT_DIGIT,
];

/// What is left to count behind the agreement.
fn numbered_by(agreement: &Agreement) -> NumberedBy {
    let length = agreement.get("agreement").map_or(0, |text| text.trim().len());
    let digits = match length {
        0..=4 => 7,
        5..=6 => 5,
        7 => 10,
        _ => 9,
    };
    NumberedBy::Company { digits }
}

static RULES_240: Rules = Rules {
    constants: &[
        ("layout_version", "083"),
        ("registration", "1"),
        ("printed_by", "2"),
        ("delivered_by", "2"),
        ("currency", "09"),
    ],
    from_head: &[
        // Agreement 9, product of collection, wallet 2, variation 3.
        ("agreement", |head| {
            let (agreement, wallet) = (head.padded("agreement", 9), head.padded("wallet", 2));
            Ok(format!("{agreement}0014{wallet}{}", head.padded("wallet_variation", 3)))
        }),
        // Domain C006 at this bank: 7 for the simple collection of wallet 17.
        ("segmento_p.wallet", |head| {
            Ok(if head.get("wallet") == "17" { "7" } else { "1" }.to_owned())
        }),
    ],
    from_order: &[("segmento_p.our_number", |line| Ok(line.number_with_digit()))],
    ..Rules::FEBRABAN_240
};

static RULES_400: Rules = Rules {
    records: &["remessa_detalhe", "remessa_multa"],
    constants: &[],
    from_order: &[
        ("instruction_1", |line| {
            Ok(match line.order.after_due.filter(|_| line.registers()) {
                None => "",
                Some(AfterDue::Protest { business_days: false, .. }) => "06",
                Some(_) => return Err(only_protest()),
            }
            .into())
        }),
        ("message_flag", |line| Ok(line.notes_flag().into())),
        ("notes", |line| line.notes()),
    ],
    carries: &[Content::Receiver, Content::Message(0)],
    occurrences: &[
        (quita_formats::cnab::codes::Instruction::ChangeLimitDate, ""),
        (quita_formats::cnab::codes::Instruction::ChangeDiscount, "31"),
    ],
    species: &[
        (Species::Dm, "01"),
        (Species::Np, "02"),
        (Species::Ns, "03"),
        (Species::Rc, "05"),
        (Species::Lc, "08"),
        (Species::Ch, "10"),
        (Species::Ds, "12"),
        (Species::Nd, "13"),
        (Species::Ap, "15"),
    ],
    interest: InterestCodes::PER_DAY,
    discount: DiscountCodes::CENTS,
    after_due: AfterDueCodes { protest: "06", ..AfterDueCodes::NONE },
    ..Rules::FEBRABAN_240
};

fn only_protest() -> Problem {
    let message = "o layout só tem protesto em dias corridos: mude para eles, ou retire";
    problem("after_due", "not_supported", message)
}
