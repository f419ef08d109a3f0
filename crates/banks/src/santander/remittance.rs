//! How Santander's remittances are written: H7800 in 400 and H7815 in 240.

use std::borrow::Cow;

use super::cnab::{CNAB_240, CNAB_400};
use crate::contract::Problem;
use crate::file::agreement::{
    ACCOUNT, ACCOUNT_DIGIT, BENEFICIARY_CODE, BRANCH, BRANCH_DIGIT, WALLET, field,
};
use crate::file::line::{Line, problem};
use crate::file::rules::{AfterDueCodes, DiscountCodes, FineCodes, InterestCodes, Rules};
use crate::file::slot::Content;
use crate::file::{AfterDue, FileLayout, NumberedBy, RemittanceHead, Species};
use crate::info::Field;

/// The layouts.
pub static LAYOUTS: [FileLayout; 2] = [
    FileLayout {
        bank: "033",
        format: &CNAB_400,
        agreement: &AGREEMENT,
        numbered_by: |_| NumberedBy::Company { digits: 7 },
        rules: Some(&RULES_400),
    },
    FileLayout {
        bank: "033",
        format: &CNAB_240,
        agreement: &AGREEMENT,
        numbered_by: |_| NumberedBy::Company { digits: 12 },
        rules: Some(&RULES_240),
    },
];

const AGREEMENT: [Field; 7] = [
    field(
        "transmission_code",
        "Código de transmissão",
        "O que o banco informou: 20 dígitos para o arquivo de 400, 15 para o de 240.",
    ),
    BENEFICIARY_CODE,
    WALLET,
    BRANCH,
    BRANCH_DIGIT,
    ACCOUNT,
    ACCOUNT_DIGIT,
];

/// Code of a wallet at 108: fast collection with registration, pledge, else plain with registration.
fn wallet_code(head: &RemittanceHead<'_>) -> &'static str {
    match head.get("wallet") {
        "101" => "5",
        "201" => "6",
        _ => "1",
    }
}

/// The whole transmission code of the file of 240.
fn short_code(head: &RemittanceHead<'_>) -> Result<String, Problem> {
    let code = head.get("transmission_code");
    match code.len() {
        1..=15 => Ok(code.to_owned()),
        _ => {
            let message =
                "o código de transmissão do arquivo de 240 tem 15 dígitos: confira com o banco";
            Err(problem("agreement.transmission_code", "invalid", message))
        }
    }
}

/// Part of the transmission code: branch 4, account of movement 8, account of collection 8.
fn of_code(head: &RemittanceHead<'_>, from: usize, to: usize) -> Result<String, Problem> {
    let code = head.get("transmission_code");
    let part = code.get(from..to).filter(|_| code.len() == 20);
    part.map(str::to_owned).ok_or_else(|| {
        let message =
            "o código de transmissão do arquivo de 400 tem 20 dígitos: confira com o banco";
        problem("agreement.transmission_code", "invalid", message)
    })
}

static RULES_400: Rules = Rules {
    records: &["remessa_detalhe"],
    constants: &[("currency", "00"), ("complement_flag", "I")],
    from_head: &[
        ("remessa_header.agreement", |head| of_code(head, 0, 20)),
        ("branch", |head| of_code(head, 0, 4)),
        ("movement_account", |head| of_code(head, 4, 12)),
        ("collection_account", |head| of_code(head, 12, 20)),
        ("wallet", |head| Ok(wallet_code(head).to_owned())),
        // Last digit of the account, and its check digit.
        ("complement", |head| {
            let account = head.get("account");
            let last = account.get(account.len().saturating_sub(1)..).unwrap_or_default();
            Ok([last, head.get("account_digit")].concat())
        }),
    ],
    from_order: &[
        ("our_number", short_number),
        ("instruction_1", |line| Ok(instructions(line)?[0].into())),
        ("instruction_2", |line| Ok(instructions(line)?[1].into())),
    ],
    carries: &[Content::WriteOff],
    species: &[
        (Species::Dm, "01"),
        (Species::Np, "02"),
        (Species::Ns, "03"),
        (Species::Rc, "05"),
        (Species::Ds, "06"),
        (Species::Lc, "07"),
    ],
    interest: InterestCodes::PER_DAY,
    fine: FineCodes { fixed: "", percent: "4", none: "0" },
    discount: DiscountCodes::CENTS,
    after_due: AfterDueCodes { protest: "06", ..AfterDueCodes::NONE },
    ..Rules::FEBRABAN_240
};

/// Seven digits and the check digit.
fn short_number<'l>(line: &'l Line<'_>) -> Result<Cow<'l, str>, Problem> {
    let all = line.number_with_digit();
    let (front, last) = all.split_at_checked(all.len().saturating_sub(8)).unwrap_or_default();
    if front.bytes().any(|byte| byte != b'0') {
        let message = "o arquivo de 400 só tem lugar para 7 dígitos do nosso número, e o dígito";
        return Err(problem("our_number", "too_long", message));
    }
    Ok(last.to_owned().into())
}

/// Protest, and write-off after 15 or 30 days.
fn instructions(line: &Line<'_>) -> Result<[&'static str; 2], Problem> {
    if !line.registers() {
        return Ok([""; 2]);
    }
    let protest = match line.order.after_due {
        None => "",
        Some(AfterDue::Protest { business_days: false, .. }) => "06",
        Some(_) => {
            let message = "o layout só tem protesto em dias corridos: mude para eles, ou retire";
            return Err(problem("after_due", "not_supported", message));
        }
    };
    let write_off = match line.days_after_due() {
        15 => "02",
        30 => "03",
        _ => "",
    };
    Ok(if protest.is_empty() { [write_off, ""] } else { [protest, write_off] })
}

static RULES_240: Rules = Rules {
    constants: &[
        ("layout_version", "040"),
        ("lot_layout_version", "030"),
        ("registration", "1"),
        ("document_kind", "1"),
        ("currency", "00"),
        ("header_lote_remessa.agreement", ""),
    ],
    from_head: &[
        ("header_arquivo_remessa.agreement", short_code),
        ("agreement_2", short_code),
        ("wallet", |head| Ok(wallet_code(head).to_owned())),
        ("collection_account", |head| Ok(head.get("account").to_owned())),
        ("collection_account_digit", |head| Ok(head.get("account_digit").to_owned())),
    ],
    from_order: &[("our_number", |line| Ok(line.number_with_digit()))],
    ..Rules::FEBRABAN_240
};
