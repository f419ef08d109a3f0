//! How Sicoob's remittances are written, in 240 and 400.

use super::cnab::{CNAB_240, CNAB_400};
use crate::file::agreement::{
    ACCOUNT, ACCOUNT_DIGIT, BENEFICIARY_CODE, BRANCH, BRANCH_DIGIT, WALLET, optional,
};

use crate::file::rules::{AfterDueCodes, DiscountCodes, FineCodes, InterestCodes, Rules};
use crate::file::slot::Content;
use crate::file::{FileLayout, NumberedBy, Species};
use crate::info::Field;

/// The layouts.
pub static LAYOUTS: [FileLayout; 2] = [
    FileLayout {
        bank: "756",
        format: &CNAB_240,
        agreement: &AGREEMENT,
        numbered_by: |_| NumberedBy::Company { digits: 7 },
        rules: Some(&RULES_240),
    },
    FileLayout {
        bank: "756",
        format: &CNAB_400,
        agreement: &AGREEMENT,
        numbered_by: |_| NumberedBy::Company { digits: 7 },
        rules: Some(&RULES_400),
    },
];

const AGREEMENT: [Field; 7] = [
    BENEFICIARY_CODE,
    BRANCH,
    BRANCH_DIGIT,
    ACCOUNT,
    ACCOUNT_DIGIT,
    WALLET,
    optional("modality", "Modalidade", "01 para a cobrança simples com registro."),
];

static RULES_240: Rules = Rules {
    constants: &[
        ("registration", "0"),
        ("printed_by", "2"),
        ("delivered_by", "2"),
        ("instalment", "01"),
        ("form_kind", "4"),
        ("currency", "09"),
        // The cooperative's contract is known by branch and account.
        ("agreement", ""),
    ],
    from_head: &[("modality", |head| {
        let modality = head.get("modality");
        Ok(if modality.is_empty() { "01" } else { modality }.to_owned())
    })],
    from_order: &[("our_number", |line| Ok(format!("{:0>10}", line.number_with_digit()).into()))],
    totals: true,
    ..Rules::FEBRABAN_240
};

/// Automatic protest is left out: zero days stand for what the cooperative has of the client, and
/// no manual was read that says which code goes with how many.
static RULES_400: Rules = Rules {
    records: &["remessa_detalhe"],
    constants: &[
        ("literal_service", "COBRANCA"),
        ("instalment", "01"),
        ("contract_digit", "0"),
        ("emission", "2"),
        ("delivery", "2"),
        ("currency", "9"),
        ("protest_days", "00"),
    ],
    from_head: &[
        ("client_code", |head| {
            let code = head.get("beneficiary_code");
            Ok(code.get(..code.len().saturating_sub(1)).unwrap_or_default().to_owned())
        }),
        ("beneficiary_digit", |head| {
            let code = head.get("beneficiary_code");
            Ok(code.get(code.len().saturating_sub(1)..).unwrap_or_default().to_owned())
        }),
        ("collecting_branch", |head| {
            let digit = head.get("branch_digit");
            Ok([head.get("branch"), if digit.is_empty() { "0" } else { digit }].concat())
        }),
    ],
    from_order: &[
        ("our_number", |line| Ok(line.number_with_digit())),
        ("message_flag", |line| Ok(line.notes_flag().into())),
        ("notes", |line| line.notes()),
    ],
    carries: &[Content::Receiver, Content::Message(0)],
    occurrences: &[],
    species: &[
        (Species::Dm, "01"),
        (Species::Np, "02"),
        (Species::Ns, "03"),
        (Species::Rc, "05"),
        (Species::Dr, "06"),
        (Species::Lc, "08"),
        (Species::Ch, "10"),
        (Species::Ds, "12"),
        (Species::Nd, "13"),
        (Species::Tm, "14"),
        (Species::Ts, "15"),
        (Species::Fat, "18"),
        (Species::Ap, "20"),
        (Species::Me, "21"),
        (Species::Pc, "22"),
        (Species::Out, "99"),
    ],
    acceptance: ["0", "1"],
    interest: InterestCodes { per_day: "", per_month: "2", none: "0" },
    fine: FineCodes { fixed: "", percent: "2", none: "0" },
    discount: DiscountCodes::CENTS,
    after_due: AfterDueCodes::NONE,
    ..Rules::FEBRABAN_240
};
