//! Static data. No API: numbers and printed forms.

use crate::contract::Bank;
use crate::info::BankInfo;

/// The bank.
pub const AILOS: Ailos = Ailos;

/// Ailos.
#[derive(Clone, Copy, Debug)]
pub struct Ailos;

impl Bank for Ailos {
    fn info(&self) -> &'static BankInfo {
        &INFO
    }
}

static INFO: BankInfo = BankInfo {
    code: "085",
    ispb: "05463212",
    name: "Ailos",
    folder: "ailos",
    printed_code: "085-1",
    ..BankInfo::NO_API
};
