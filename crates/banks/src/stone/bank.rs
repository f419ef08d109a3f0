//! Static data. Paper only for now: numbers and printed forms.

use crate::contract::Bank;
use crate::info::BankInfo;
use crate::title::Titles;

/// The bank.
pub const STONE: Stone = Stone;

/// Stone.
#[derive(Clone, Copy, Debug)]
pub struct Stone;

impl Bank for Stone {
    fn info(&self) -> &'static BankInfo {
        &INFO
    }

    fn titles(&self) -> Option<&'static dyn Titles> {
        Some(&super::title::TITLES)
    }
}

static INFO: BankInfo = BankInfo {
    code: "197",
    ispb: "16501555",
    name: "Stone",
    folder: "stone",
    printed_code: "197-0",
    ..BankInfo::NO_API
};
