//! How Bradesco's remittances are written, by its layouts of 400 and 240 positions.

use std::borrow::Cow;

use super::cnab::{CNAB_240, CNAB_400};
use crate::contract::Problem;
use crate::file::agreement::{ACCOUNT, ACCOUNT_DIGIT, BRANCH, BRANCH_DIGIT, WALLET, field};
use crate::file::line::{Line, problem};
use crate::file::rules::{AfterDueCodes, DiscountCodes, FineCodes, InterestCodes, Rules};
use crate::file::slot::Content;
use crate::file::{AfterDue, FileLayout, NumberedBy, Species};
use crate::info::Field;

/// The layouts.
pub static LAYOUTS: [FileLayout; 2] = [
    FileLayout {
        bank: "237",
        format: &CNAB_400,
        agreement: &AGREEMENT,
        numbered_by: |_| NumberedBy::Company { digits: 11 },
        rules: Some(&RULES_400),
    },
    FileLayout {
        bank: "237",
        format: &CNAB_240,
        agreement: &AGREEMENT,
        numbered_by: |_| NumberedBy::Company { digits: 11 },
        rules: Some(&RULES_240),
    },
];

const AGREEMENT: [Field; 6] = [
    field("agreement", "Código da empresa", "O código que o banco deu na implantação da cobrança."),
    WALLET,
    BRANCH,
    BRANCH_DIGIT,
    ACCOUNT,
    ACCOUNT_DIGIT,
];

static RULES_400: Rules = Rules {
    records: &["remessa_detalhe", "remessa_mensagem", "remessa_sacador"],
    constants: &[
        // The company prints; nothing about automatic debit.
        ("print_by", "2"),
        ("print_automatic", "N"),
        ("split_indicator", " "),
        ("debit_notice", "2"),
        // The line of twelve positions: messages go into their own record.
        ("remessa_detalhe.message_1", ""),
    ],
    from_head: &[("remessa_detalhe.agreement", |head| {
        let (wallet, branch) = (head.padded("wallet", 3), head.padded("branch", 5));
        let account = head.padded("account", 7);
        Ok(format!("0{wallet}{branch}{account}{}", head.get("account_digit")))
    })],
    from_order: &[
        ("instruction_1", |line| {
            Ok(match line.order.after_due.filter(|_| line.registers()) {
                None => "",
                Some(AfterDue::Protest { business_days: false, .. }) => "06",
                Some(_) => return Err(only_protest()),
            }
            .into())
        }),
        ("instruction_2", |line| {
            Ok(match line.order.after_due.filter(|_| line.registers()) {
                Some(AfterDue::Protest { days, .. }) => days.to_string().into(),
                _ => "".into(),
            })
        }),
        ("remessa_detalhe.receiver_name", receiver),
    ],
    carries: &[Content::Receiver, Content::Protest],
    species: &[
        (Species::Dm, "01"),
        (Species::Np, "02"),
        (Species::Ns, "03"),
        (Species::Rc, "05"),
        (Species::Lc, "10"),
        (Species::Nd, "11"),
        (Species::Ds, "12"),
        (Species::Cc, "31"),
        (Species::Bdp, "32"),
        (Species::Out, "99"),
    ],
    interest: InterestCodes::PER_DAY,
    fine: FineCodes { fixed: "", percent: "2", none: "0" },
    discount: DiscountCodes::CENTS,
    after_due: AfterDueCodes { protest: "06", ..AfterDueCodes::NONE },
    ..Rules::FEBRABAN_240
};

fn only_protest() -> Problem {
    let message = "o layout só tem protesto em dias corridos: mude para eles, ou retire";
    problem("after_due", "not_supported", message)
}

/// CPF or CNPJ in 15 positions, two blanks, the name.
fn receiver<'l>(line: &'l Line<'_>) -> Result<Cow<'l, str>, Problem> {
    let Some(receiver) = line.order.boleto.receiver.as_ref().filter(|_| line.registers()) else {
        return Ok("".into());
    };
    let name: String = receiver.name.chars().take(43).collect();
    Ok(format!("{:0>15}  {name}", receiver.document.as_str()).into())
}

static RULES_240: Rules = Rules {
    constants: Rules::FEBRABAN_240_SIMPLE,
    // The wallet of the barcode stands as product; domain C006 has its own field.
    from_head: &[("product", |head| Ok(head.padded("wallet", 3)))],
    ..Rules::FEBRABAN_240
};
