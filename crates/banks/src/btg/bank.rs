//! Static data. No API: numbers and printed forms.

use crate::contract::Bank;
use crate::info::BankInfo;
use crate::title::Titles;

/// The bank.
pub const BTG: Btg = Btg;

/// BTG Pactual.
#[derive(Clone, Copy, Debug)]
pub struct Btg;

impl Bank for Btg {
    fn info(&self) -> &'static BankInfo {
        &INFO
    }

    fn titles(&self) -> Option<&'static dyn Titles> {
        Some(&super::title::TITLES)
    }
}

static INFO: BankInfo = BankInfo {
    code: "208",
    ispb: "30306294",
    name: "BTG Pactual",
    folder: "btg",
    printed_code: "208-1",
    ..BankInfo::NO_API
};
