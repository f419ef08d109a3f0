//! Static data. No API: numbers and printed forms.

use quita_formats::cnab::format::Format;

use crate::contract::Bank;
use crate::file::FileLayout;
use crate::info::BankInfo;
use crate::title::Titles;

/// The bank.
pub const AILOS: Ailos = Ailos;

/// Ailos.
#[derive(Clone, Copy, Debug)]
pub struct Ailos;

impl Bank for Ailos {
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
    code: "085",
    ispb: "05463212",
    name: "Ailos",
    folder: "ailos",
    printed_code: "085-1",
    ..BankInfo::NO_API
};
