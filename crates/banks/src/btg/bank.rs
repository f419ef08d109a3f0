//! Static data. No API: numbers and printed forms.

use quita_formats::cnab::format::Format;

use crate::contract::Bank;
use crate::file::FileLayout;
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

    fn cnab(&self) -> &'static [&'static Format] {
        &super::cnab::FORMATS
    }

    fn files(&self) -> &'static [FileLayout] {
        &super::remittance::LAYOUTS
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
