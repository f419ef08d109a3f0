//! How Sicoob's remittances are written in 240.

use super::cnab::CNAB_240;
use crate::file::agreement::{
    ACCOUNT, ACCOUNT_DIGIT, BENEFICIARY_CODE, BRANCH, BRANCH_DIGIT, WALLET, optional,
};
use crate::file::rules::Rules;
use crate::file::{FileLayout, NumberedBy};

/// The layouts.
pub static LAYOUTS: [FileLayout; 1] = [FileLayout {
    bank: "756",
    format: &CNAB_240,
    agreement: &[
        BENEFICIARY_CODE,
        BRANCH,
        BRANCH_DIGIT,
        ACCOUNT,
        ACCOUNT_DIGIT,
        WALLET,
        optional("modality", "Modalidade", "01 para a cobrança simples com registro."),
    ],
    numbered_by: |_| NumberedBy::Company { digits: 7 },
    rules: Some(&RULES_240),
}];

static RULES_240: Rules = Rules {
    constants: &[
        ("registration", "0"),
        ("printed_by", "2"),
        ("delivered_by", "2"),
        ("instalment", "01"),
        ("form_kind", "4"),
        ("currency", "09"),
        // The cooperative's contract is known by branch and account.
        ("agreement", ""),
    ],
    from_head: &[("modality", |head| {
        let modality = head.get("modality");
        Ok(if modality.is_empty() { "01" } else { modality }.to_owned())
    })],
    from_order: &[("our_number", |line| Ok(format!("{:0>10}", line.number_with_digit()).into()))],
    totals: true,
    ..Rules::FEBRABAN_240
};
