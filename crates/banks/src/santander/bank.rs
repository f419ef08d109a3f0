//! Static data. No API: numbers and printed forms.

use quita_formats::cnab::format::Format;

use crate::contract::Bank;
use crate::file::FileLayout;
use crate::info::BankInfo;
use crate::title::Titles;

/// The bank.
pub const SANTANDER: Santander = Santander;

/// Santander.
#[derive(Clone, Copy, Debug)]
pub struct Santander;

impl Bank for Santander {
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
    code: "033",
    ispb: "90400888",
    name: "Santander",
    folder: "santander",
    printed_code: "033-7",
    ..BankInfo::NO_API
};
