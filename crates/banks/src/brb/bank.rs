//! Static data. No API: numbers and printed forms.

use crate::contract::Bank;
use crate::info::BankInfo;
use crate::title::Titles;

/// The bank.
pub const BRB: Brb = Brb;

/// BRB.
#[derive(Clone, Copy, Debug)]
pub struct Brb;

impl Bank for Brb {
    fn info(&self) -> &'static BankInfo {
        &INFO
    }

    fn titles(&self) -> Option<&'static dyn Titles> {
        Some(&super::title::TITLES)
    }
}

static INFO: BankInfo = BankInfo {
    code: "070",
    ispb: "00000208",
    name: "BRB",
    folder: "brb",
    printed_code: "070-1",
    ..BankInfo::NO_API
};
