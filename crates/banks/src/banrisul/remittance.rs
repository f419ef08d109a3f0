//! How Banrisul's remittances are written in 400.

use quita_core::calendar::days_between;
use quita_formats::cnab::codes::Instruction;

use super::cnab::CNAB_400;
use crate::file::agreement::{BENEFICIARY_CODE, BRANCH};
use crate::file::rules::{AfterDueCodes, DiscountCodes, FineCodes, InterestCodes, Rules};
use crate::file::{AfterDue, FileLayout, Numbering, Species};

/// The layouts.
pub static LAYOUTS: [FileLayout; 1] = [FileLayout {
    bank: "041",
    format: &CNAB_400,
    agreement: &[BENEFICIARY_CODE, BRANCH],
    numbering: |_| Numbering::Company { digits: 8 },
    rules: Some(&RULES_400),
}];

static RULES_400: Rules = Rules {
    records: &["remessa_detalhe"],
    constants: &[("wallet", "1")],
    from_head: &[],
    from_order: &[
        ("our_number", |line| line.number_with_digit()),
        ("instruction_1", |line| {
            Ok(if line.registers() && line.order.after_due.is_some() { "09" } else { "" }.into())
        }),
        ("days", |line| {
            Ok(match line.order.after_due.filter(|_| line.registers()) {
                Some(AfterDue::Protest { days, .. }) => days.to_string().into(),
                _ => "".into(),
            })
        }),
        ("fine_days", |line| {
            let due = line.order.boleto.expiration_date;
            Ok(match &line.order.boleto.terms.fine {
                Some(fine) => days_between(due, fine.date).max(1).to_string().into(),
                None => "".into(),
            })
        }),
    ],
    carries: &[crate::file::slot::Content::Protest],
    occurrences: &[(Instruction::Protest, "09"), (Instruction::ChangeCustomer, "")],
    interest: InterestCodes { per_day: "0", per_month: "1", none: "" },
    fine: FineCodes { fixed: "", percent: "2", none: "" },
    discount: DiscountCodes::CENTS,
    after_due: AfterDueCodes { protest: "09", ..AfterDueCodes::NONE },
    species: &[(Species::Dm, "08"), (Species::Out, "08")],
    ..Rules::FEBRABAN_240
};
