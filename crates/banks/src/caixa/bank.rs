//! Static data. No API: numbers and printed forms.

use quita_formats::cnab::format::Format;

use crate::contract::Bank;
use crate::file::FileLayout;
use crate::info::BankInfo;
use crate::title::Titles;

/// The bank.
pub const CAIXA: Caixa = Caixa;

/// Caixa Econômica Federal.
#[derive(Clone, Copy, Debug)]
pub struct Caixa;

impl Bank for Caixa {
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
    code: "104",
    ispb: "00360305",
    name: "Caixa Econômica Federal",
    folder: "caixa",
    printed_code: "104-0",
    ..BankInfo::NO_API
};
