//! Static data. Paper only for now: numbers and printed forms.

use quita_core::payable::PayableRules;
use quita_formats::cnab::format::Format;

use crate::contract::Bank;
use crate::file::FileLayout;
use crate::info::{Auth, BankInfo, BoletoRules};
use crate::title::Titles;

/// The bank.
pub const ITAU: Itau = Itau;

/// Itaú.
#[derive(Clone, Copy, Debug)]
pub struct Itau;

impl Bank for Itau {
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
    code: "341",
    ispb: "60701190",
    name: "Itaú",
    folder: "itau",
    printed_code: "341-7",
    hosts: &[],
    auth: Auth::None,
    operations: &[],
    boleto: BoletoRules {
        reference_length: 10,
        amount_min: 1,
        amount_max: 9_999_999_999,
        days_after_due_max: 365,
        customer_required: &[],
        discounts_max: 3,
        discount_by_anticipation: true,
        abatement: true,
        late_start: true,
        message_lines: 0,
        message_length: 0,
        hybrid: false,
        receiver: true,
        same_day_until: None,
        change_expiration_date: false,
        change_amount: false,
        change_abatement: true,
        protest: true,
        negative_listing: true,
    },
    limits: &[],
    repeats: &[],
    credential_fields: &[],
    account_fields: &[],
    scopes: &[],
    activation: None,
    payable: PayableRules::DEFAULT,
    settlement_delay: "",
    statement: None,
};
