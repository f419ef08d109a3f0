//! How Caixa's remittances are written: SIGCB in 240 and 400.

use std::borrow::Cow;

use super::cnab::{CNAB_240, CNAB_400};
use crate::contract::Problem;
use crate::file::agreement::{BENEFICIARY_CODE, BRANCH, BRANCH_DIGIT};
use crate::file::line::{Line, problem};
use crate::file::rules::{AfterDueCodes, DiscountCodes, InterestCodes, Rules};
use crate::file::slot::Content;
use crate::file::{AfterDue, FileLayout, NumberedBy, Species};
use crate::info::Field;

/// The layouts.
pub static LAYOUTS: [FileLayout; 2] = [
    FileLayout {
        bank: "104",
        format: &CNAB_240,
        agreement: &AGREEMENT,
        numbered_by: |_| NumberedBy::Company { digits: 15 },
        rules: Some(&RULES_240),
    },
    FileLayout {
        bank: "104",
        format: &CNAB_400,
        agreement: &AGREEMENT,
        numbered_by: |_| NumberedBy::Company { digits: 15 },
        rules: Some(&RULES_400),
    },
];

const AGREEMENT: [Field; 3] = [BENEFICIARY_CODE, BRANCH, BRANCH_DIGIT];

static RULES_240: Rules = Rules {
    constants: &[
        // Rapid collection, registered, escritural; the company prints and delivers.
        ("wallet", "1"),
        ("registration", "1"),
        ("document_kind", "2"),
        ("printed_by", "2"),
        ("delivered_by", "0"),
        ("currency", "09"),
        ("partial_payment", ""),
        ("collecting_branch_digit", "0"),
        ("bank_name", "CAIXA ECONOMICA FEDERAL"),
        ("situacao", "REMESSA-PRODUCAO"),
        // Only codes of seven digits have their place in the header of the file.
        ("header_arquivo_remessa.beneficiary_code", ""),
    ],
    from_head: &[("agreement", |head| Ok(head.get("beneficiary_code").to_owned()))],
    ..Rules::FEBRABAN_240
};

static RULES_400: Rules = Rules {
    records: &["remessa_detalhe", "remessa_mensagem"],
    constants: &[("emission", "2"), ("delivery", "0"), ("wallet", "01"), ("currency", "1")],
    from_head: &[("agreement", |head| Ok(head.get("beneficiary_code").to_owned()))],
    from_order: &[
        ("instruction_1", |line| {
            Ok(match line.order.after_due {
                _ if !line.registers() => "",
                Some(AfterDue::Protest { .. }) => "01",
                // Given back to the company.
                _ => "02",
            }
            .into())
        }),
        ("protest_days", days),
    ],
    carries: &[Content::Protest, Content::WriteOff],
    occurrences: &[(quita_formats::cnab::codes::Instruction::ChangeOther, "09")],
    species: &[
        (Species::Dm, "01"),
        (Species::Np, "02"),
        (Species::Ds, "03"),
        (Species::Ns, "05"),
        (Species::Lc, "06"),
        (Species::Out, "09"),
    ],
    interest: InterestCodes { per_day: "1", per_month: "", none: "3" },
    discount: DiscountCodes::CENTS,
    after_due: AfterDueCodes { protest: "01", ..AfterDueCodes::NONE },
    ..Rules::FEBRABAN_240
};

/// Days until protest, else until the title is given back.
fn days<'l>(line: &'l Line<'_>) -> Result<Cow<'l, str>, Problem> {
    if !line.registers() {
        return Ok("".into());
    }
    match line.order.after_due {
        Some(AfterDue::Protest { days, business_days: false }) => Ok(days.to_string().into()),
        Some(_) => {
            let message = "o layout só tem protesto em dias corridos: mude para eles, ou retire";
            Err(problem("after_due", "not_supported", message))
        }
        None if line.days_after_due() > 99 => {
            let message = "o layout só tem dois dígitos para o prazo: use até 99 dias";
            Err(problem("limit_date", "too_far", message))
        }
        None => Ok(line.days_after_due().to_string().into()),
    }
}
