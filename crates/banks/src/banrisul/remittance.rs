//! How Banrisul's remittances are written: «Cobrança eletrônica» in 400 and 240.

use quita_core::calendar::days_between;
use quita_formats::cnab::codes::Instruction;

use super::cnab::{CNAB_240, CNAB_400};
use crate::file::agreement::{ACCOUNT, ACCOUNT_DIGIT, BENEFICIARY_CODE, BRANCH};
use crate::file::line::Line;
use crate::file::rules::{AfterDueCodes, DiscountCodes, FineCodes, InterestCodes, Rules};
use crate::file::slot::Content;
use crate::file::{AfterDue, FileLayout, NumberedBy, Species};

/// The layouts.
pub static LAYOUTS: [FileLayout; 2] = [
    FileLayout {
        bank: "041",
        format: &CNAB_400,
        agreement: &[BENEFICIARY_CODE, BRANCH],
        numbered_by: |_| NumberedBy::Company { digits: 8 },
        rules: Some(&RULES_400),
    },
    FileLayout {
        bank: "041",
        format: &CNAB_240,
        agreement: &[BENEFICIARY_CODE, BRANCH, ACCOUNT, ACCOUNT_DIGIT],
        numbered_by: |_| NumberedBy::Company { digits: 8 },
        rules: Some(&RULES_240),
    },
];

static RULES_240: Rules = Rules {
    constants: &[
        ("layout_version", "040"),
        ("lot_layout_version", "020"),
        ("wallet", "1"),
        ("registration", "1"),
        ("printed_by", "2"),
        ("currency", "09"),
        ("partial_payment", ""),
        // The manual wants zeros.
        ("discount_3_code", ""),
        ("discount_3_date", ""),
        ("discount_3_value", ""),
    ],
    from_head: &[("agreement", |head| Ok(head.get("beneficiary_code").to_owned()))],
    from_order: &[("our_number", |line| Ok(line.number_with_digit()))],
    after_due: AfterDueCodes { none: "3", protest: "1", ..AfterDueCodes::NONE },
    totals: true,
    ..Rules::FEBRABAN_240
};

static RULES_400: Rules = Rules {
    records: &["remessa_detalhe"],
    constants: &[("wallet", "1")],
    from_head: &[],
    from_order: &[
        ("our_number", |line| Ok(line.number_with_digit())),
        ("instruction_1", |line| Ok(instructions(line)[0].into())),
        ("instruction_2", |line| Ok(instructions(line)[1].into())),
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
    carries: &[Content::Protest],
    occurrences: &[(Instruction::Protest, "09"), (Instruction::ChangeCustomer, "")],
    interest: InterestCodes { per_day: "0", per_month: "1", none: "" },
    fine: FineCodes { fixed: "", percent: "2", none: "" },
    discount: DiscountCodes::CENTS,
    after_due: AfterDueCodes { protest: "09", ..AfterDueCodes::NONE },
    species: &[(Species::Dm, "08"), (Species::Out, "08")],
    ..Rules::FEBRABAN_240
};

/// Protest after the days of 370-371, and the fine of 322-326.
fn instructions(line: &Line<'_>) -> [&'static str; 2] {
    if !line.registers() {
        return [""; 2];
    }
    let protest = line.order.after_due.is_some().then_some("09");
    let fine = line.order.boleto.terms.fine.is_some().then_some("18");
    let mut both = [protest, fine].into_iter().flatten();
    [(); 2].map(|()| both.next().unwrap_or_default())
}
