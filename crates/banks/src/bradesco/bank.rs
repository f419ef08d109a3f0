//! Static data. No API: numbers and printed forms.

use quita_formats::cnab::format::Format;

use crate::contract::Bank;
use crate::file::FileLayout;
use crate::info::BankInfo;
use crate::title::Titles;

/// The bank.
pub const BRADESCO: Bradesco = Bradesco;

/// Bradesco.
#[derive(Clone, Copy, Debug)]
pub struct Bradesco;

impl Bank for Bradesco {
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
    code: "237",
    ispb: "60746948",
    name: "Bradesco",
    folder: "bradesco",
    printed_code: "237-2",
    ..BankInfo::NO_API
};
