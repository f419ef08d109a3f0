//! Static data. No API: numbers and printed forms.

use quita_formats::cnab::format::Format;

use crate::contract::Bank;
use crate::file::FileLayout;
use crate::info::BankInfo;
use crate::title::Titles;

/// The bank.
pub const BANRISUL: Banrisul = Banrisul;

/// Banrisul.
#[derive(Clone, Copy, Debug)]
pub struct Banrisul;

impl Bank for Banrisul {
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
    code: "041",
    ispb: "92702067",
    name: "Banrisul",
    folder: "banrisul",
    printed_code: "041-8",
    ..BankInfo::NO_API
};
