//! Static data. No API: numbers and printed forms.

use quita_formats::cnab::format::Format;

use crate::contract::Bank;
use crate::file::FileLayout;
use crate::info::BankInfo;
use crate::title::Titles;

/// The bank.
pub const BB: Bb = Bb;

/// Banco do Brasil.
#[derive(Clone, Copy, Debug)]
pub struct Bb;

impl Bank for Bb {
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
    code: "001",
    ispb: "00000000",
    name: "Banco do Brasil",
    folder: "bb",
    printed_code: "001-9",
    ..BankInfo::NO_API
};
