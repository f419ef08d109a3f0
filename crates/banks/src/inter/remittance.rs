//! How Inter's remittances are written, by its manual of CNAB 400, version 1.1.

use super::cnab::CNAB_400;
use crate::contract::Problem;
use crate::file::agreement::{ACCOUNT, ACCOUNT_DIGIT, field};
use crate::file::line::{Line, problem};
use crate::file::rules::{AfterDueCodes, DiscountCodes, FineCodes, InterestCodes, Rules};
use crate::file::{FileLayout, NumberedBy, Species};

/// The layouts.
pub static LAYOUTS: [FileLayout; 1] = [FileLayout {
    bank: "077",
    format: &CNAB_400,
    agreement: &[
        ACCOUNT,
        ACCOUNT_DIGIT,
        // In no file; the barcode has it.
        field(
            "account_operation",
            "Operação",
            "Os 7 dígitos que o banco mostra junto da carteira.",
        ),
    ],
    numbered_by: |_| NumberedBy::Bank,
    rules: Some(&RULES_400),
}];

/// Days after the due date that the bank takes (140-141).
const LIMIT_DAYS: [i32; 3] = [0, 30, 60];

static RULES_400: Rules = Rules {
    records: &["remessa_detalhe", "remessa_mensagem"],
    constants: &[
        // Not used by the bank: zeros.
        ("company_use", "0000000000000000000000000"),
    ],
    // Wallet, branch, account with its digit.
    from_head: &[("remessa_detalhe.agreement", |head| {
        let account = [head.get("account"), head.get("account_digit")].concat();
        Ok(format!("1120001{account:0>10}"))
    })],
    // Every title is of species 99.
    species: &[(Species::Dm, "99"), (Species::Out, "99")],
    interest: InterestCodes { per_day: "1", per_month: "2", none: "0" },
    fine: FineCodes { fixed: "1", percent: "2", none: "0" },
    discount: DiscountCodes {
        none: "0",
        fixed: "1",
        fixed_per_day: "2",
        fixed_per_business_day: "3",
        percent: "4",
        percent_per_day: "5",
        percent_per_business_day: "6",
    },
    after_due: AfterDueCodes::NONE,
    // The bank gives back nothing else of the company's.
    document_number: |boleto| &boleto.bank_reference,
    check,
    ..Rules::FEBRABAN_240
};

fn check(line: &Line<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    if !LIMIT_DAYS.contains(&line.days_after_due()) {
        let message =
            "o Inter aceita data limite no vencimento, 30 ou 60 dias depois: escolha uma delas";
        found.push(problem("limit_date", "not_supported", message));
    }
    if line.order.species.is_some_and(|species| species != Species::Out) {
        let message = "no Inter a espécie é sempre «outros»: não a informe";
        found.push(problem("species", "not_supported", message));
    }
    if line.order.accepted {
        found.push(problem("accepted", "not_supported", "no Inter o título é sempre sem aceite"));
    }
    found
}
