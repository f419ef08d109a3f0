//! Static data. No API: numbers and printed forms.

use quita_formats::cnab::format::Format;

use crate::contract::Bank;
use crate::file::FileLayout;
use crate::info::BankInfo;
use crate::title::Titles;

/// The bank.
pub const SICREDI: Sicredi = Sicredi;

/// Sicredi.
#[derive(Clone, Copy, Debug)]
pub struct Sicredi;

impl Bank for Sicredi {
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
    code: "748",
    ispb: "01181521",
    name: "Sicredi",
    folder: "sicredi",
    printed_code: "748-X",
    ..BankInfo::NO_API
};
