//! Static data. No API: numbers and printed forms.

use crate::contract::Bank;
use crate::info::BankInfo;
use crate::title::Titles;

/// The bank.
pub const C6: C6Bank = C6Bank;

/// C6 Bank.
#[derive(Clone, Copy, Debug)]
pub struct C6Bank;

impl Bank for C6Bank {
    fn info(&self) -> &'static BankInfo {
        &INFO
    }

    fn titles(&self) -> Option<&'static dyn Titles> {
        Some(&super::title::TITLES)
    }
}

static INFO: BankInfo = BankInfo {
    code: "336",
    ispb: "31872495",
    name: "C6 Bank",
    folder: "c6",
    printed_code: "336-0",
    ..BankInfo::NO_API
};
