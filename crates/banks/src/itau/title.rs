//! Itaú's our number and free field.
//!
//! «Cobrança CNAB 400» manual of July 2021: note 23 and annex 4 for the check digit (DAC) of our
//! number, annexes 2 and 3 for the free field. Our number has eight digits and is shown
//! `CCC/NNNNNNNN-D`.

use quita_core::barcode::FreeField;
use quita_core::check_digit::mod10;
use quita_core::findings::Warning;

use crate::contract::{Ctx, Printed};
use crate::title::{Title, TitleError, TitleInput, Titles, as_text, digits, free_field};
use crate::title::{join, optional_digits};

/// Wallets whose DAC of our number leaves out branch and account (note 23).
const DAC_WITHOUT_ACCOUNT: [&[u8; 3]; 11] =
    [b"104", b"112", b"115", b"126", b"131", b"145", b"146", b"147", b"150", b"168", b"188"];

/// Wallets whose free field carries the company's document number (annex 3).
const WITH_DOCUMENT_NUMBER: [&[u8; 3]; 6] = [b"107", b"122", b"142", b"143", b"196", b"198"];

/// The rules.
pub static TITLES: ItauTitles = ItauTitles;

/// Our numbers and free fields of Itaú.
#[derive(Debug)]
pub struct ItauTitles;

impl Titles for ItauTitles {
    /// Needs `branch`, `account` (else `beneficiary_code`), `wallet` and `our_number`; wallets
    /// 107, 122, 142, 143, 196 and 198 also `document_number` and `beneficiary_code` (else
    /// `agreement`). The account's digit is computed where it is absent and believed where it is given.
    fn compute(&self, input: &TitleInput<'_>) -> Result<Title, TitleError> {
        let wallet = digits::<3>("wallet", &input.wallet, "a carteira")?;
        let number = digits::<8>("our_number", &input.our_number, "o nosso número")?;
        let branch = digits::<4>("branch", &input.branch, "a agência")?;
        let account = match &input.account {
            Some(_) => &input.account,
            None => &input.beneficiary_code,
        };
        let account = digits::<5>("account", account, "a conta sem o dígito")?;
        let dac = our_number_dac(&wallet, &number, &branch, &account);
        let field = if WITH_DOCUMENT_NUMBER.contains(&&wallet) {
            with_document_number(input, &wallet, &number)?
        } else {
            let account_dac =
                optional_digits::<1>("account_digit", &input.account_digit, "o dígito da conta")?
                    .unwrap_or_else(|| [account_dac(&branch, &account)]);
            free_field(&[&wallet, &number, &[dac], &branch, &account, &account_dac, b"000"])?
        };
        let digit = char::from(dac).to_string();
        Ok(Title {
            our_number: as_text(&number).to_owned(),
            our_number_formatted: [as_text(&wallet), "/", as_text(&number), "-", &digit].concat(),
            our_number_digit: digit,
            free_field: field,
        })
    }

    fn check_free_field(&self, field: &FreeField) -> Vec<Warning> {
        let text = field.as_str().as_bytes();
        let mut found = Vec::new();
        let mut expect = |code, at: usize, expected: u8, what: &str| {
            if text[at] != expected {
                let (is, should) = (char::from(text[at]), char::from(expected));
                let message = format!("O dígito {what} é {is} e deveria ser {should}.");
                found.push(Warning { code, message });
            }
        };
        let wallet: [u8; 3] = std::array::from_fn(|i| text[i]);
        if WITH_DOCUMENT_NUMBER.contains(&&wallet) {
            expect("free_field_digit", 23, b'0' + mod10(&text[..23]), "do campo livre");
            return found;
        }
        let number = std::array::from_fn(|i| text[3 + i]);
        let branch = std::array::from_fn(|i| text[12 + i]);
        let account = std::array::from_fn(|i| text[16 + i]);
        let dac = our_number_dac(&wallet, &number, &branch, &account);
        expect("our_number_digit", 11, dac, "do nosso número");
        expect("account_digit", 21, account_dac(&branch, &account), "da conta");
        found
    }
}

/// The numbers as the bank prints them: `109/00000001-4` and `0001/12345-4`.
pub(super) fn printed(our_number: &str, wallet: &str, ctx: &Ctx) -> Printed {
    let account = ctx.account_number.trim_start_matches('0');
    let input = TitleInput {
        branch: Some(ctx.branch.as_str().into()),
        account: Some(account.into()),
        wallet: Some(wallet.into()),
        our_number: Some(our_number.into()),
        // The free fields of the wallets that need it are of no matter here.
        document_number: Some("0".into()),
        beneficiary_code: Some("0".into()),
        ..TitleInput::default()
    };
    let formatted = TITLES.compute(&input).map(|title| title.our_number_formatted);
    Printed {
        our_number: formatted.unwrap_or_else(|_| our_number.to_owned()),
        wallet: wallet.to_owned(),
        beneficiary_code: format!("{}/{account}-{}", ctx.branch, ctx.account_digit),
    }
}

/// The free field of annex 3: wallet 3, our number 8, document number 7, client 5, DAC of these.
fn with_document_number(
    input: &TitleInput<'_>,
    wallet: &[u8; 3],
    number: &[u8; 8],
) -> Result<FreeField, TitleError> {
    let document =
        digits::<7>("document_number", &input.document_number, "o seu número (até 7 dígitos)")?;
    // Many programs have it as the agreement.
    let client =
        if input.beneficiary_code.is_some() { &input.beneficiary_code } else { &input.agreement };
    let client = digits::<5>("beneficiary_code", client, "o código do cliente")?;
    let first = join::<23>(&[wallet, number, &document, &client]);
    free_field(&[&first, &[b'0' + mod10(&first)], b"0"])
}

/// DAC of our number, as an ASCII digit.
fn our_number_dac(wallet: &[u8; 3], number: &[u8; 8], branch: &[u8; 4], account: &[u8; 5]) -> u8 {
    let all = join::<20>(&[branch, account, wallet, number]);
    b'0' + if DAC_WITHOUT_ACCOUNT.contains(&wallet) { mod10(&all[9..]) } else { mod10(&all) }
}

/// DAC of an account, as an ASCII digit.
fn account_dac(branch: &[u8; 4], account: &[u8; 5]) -> u8 {
    b'0' + mod10(&join::<9>(&[branch, account]))
}
