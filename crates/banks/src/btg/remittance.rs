//! How BTG Pactual's remittances are written: by the standard of FEBRABAN, version 10.06, which
//! the bank hands out as its manual.

use super::cnab::CNAB_240;
use crate::file::agreement::{ACCOUNT, ACCOUNT_DIGIT, AGREEMENT, BRANCH, BRANCH_DIGIT, WALLET};
use crate::file::rules::Rules;
use crate::file::{FileLayout, NumberedBy};

/// The layouts.
pub static LAYOUTS: [FileLayout; 1] = [FileLayout {
    bank: "208",
    format: &CNAB_240,
    agreement: &[AGREEMENT, BRANCH, BRANCH_DIGIT, ACCOUNT, ACCOUNT_DIGIT, WALLET],
    numbered_by: |_| NumberedBy::Company { digits: 11 },
    rules: Some(&RULES),
}];

static RULES: Rules = Rules {
    // Domain C006: simple collection, whatever the wallet of the barcode.
    constants: Rules::FEBRABAN_240_SIMPLE,
    ..Rules::FEBRABAN_240
};
