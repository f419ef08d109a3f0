//! How Ailos' remittances are written in 240, by its «Manual técnico de cobrança bancária»; versions
//! and fields that the cooperative leaves empty as in the model file that it hands out.

use super::cnab::CNAB_240;
use crate::file::agreement::{ACCOUNT, ACCOUNT_DIGIT, AGREEMENT, BRANCH, BRANCH_DIGIT, field};
use crate::file::rules::{AfterDueCodes, DiscountCodes, Rules};
use crate::file::{FileLayout, NumberedBy};

/// The layouts.
pub static LAYOUTS: [FileLayout; 1] = [FileLayout {
    bank: "085",
    format: &CNAB_240,
    agreement: &[
        AGREEMENT,
        BRANCH,
        BRANCH_DIGIT,
        ACCOUNT,
        ACCOUNT_DIGIT,
        field("wallet", "Carteira", "01 para a cobrança simples com registro."),
    ],
    numbered_by: |_| NumberedBy::Company { digits: 9 },
    rules: Some(&RULES_240),
}];

static RULES_240: Rules = Rules {
    constants: &[
        ("layout_version", "087"),
        ("lot_layout_version", "045"),
        ("wallet", "1"),
        ("registration", "1"),
        ("document_kind", "1"),
        ("printed_by", "2"),
        ("delivered_by", "2"),
        ("currency", "09"),
        // The term of the agreement with the cooperative counts, and nothing else can be said.
        ("write_off_code", "2"),
        ("write_off_days", ""),
    ],
    discount: DiscountCodes::CENTS,
    after_due: AfterDueCodes { none: "3", protest: "1", ..AfterDueCodes::NONE },
    totals: true,
    ..Rules::FEBRABAN_240
};
