//! How Sicredi's remittances are written in 240, by its manual of August 2019.

use super::cnab::CNAB_240;
use crate::file::agreement::{ACCOUNT, ACCOUNT_DIGIT, BENEFICIARY_CODE, BRANCH, WALLET, field};
use crate::file::rules::Rules;
use crate::file::{FileLayout, NumberedBy};

/// The layouts.
pub static LAYOUTS: [FileLayout; 1] = [FileLayout {
    bank: "748",
    format: &CNAB_240,
    agreement: &[
        BENEFICIARY_CODE,
        field("post", "Posto", "Os 2 dígitos do posto de atendimento."),
        BRANCH,
        ACCOUNT,
        ACCOUNT_DIGIT,
        WALLET,
    ],
    numbered_by: |_| NumberedBy::Company { digits: 5 },
    rules: Some(&RULES_240),
}];

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
