//! Static data. No API: numbers and printed forms.

use quita_formats::cnab::format::Format;

use crate::contract::Bank;
use crate::file::FileLayout;
use crate::info::BankInfo;
use crate::title::Titles;

/// The bank.
pub const SICOOB: Sicoob = Sicoob;

/// Sicoob.
#[derive(Clone, Copy, Debug)]
pub struct Sicoob;

impl Bank for Sicoob {
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
    code: "756",
    ispb: "02038232",
    name: "Sicoob",
    folder: "sicoob",
    printed_code: "756-0",
    ..BankInfo::NO_API
};
