//! Our numbers and free fields: the part of a boleto's numbers that each bank defines.
//!
//! Each bank's rules are in `<folder>/title.rs`; the barcode around them is the same for all.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;
use quita_core::barcode::{BankCode, Barcode, ComposeError, FreeField};
use quita_core::due_factor::{DueFactor, DueFactorError};
use quita_core::findings::Warning;
use quita_core::money::Money;
use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use crate::registry;

/// What a boleto's numbers are made of. Which fields are needed depends on the bank and the
/// wallet; those that a bank does not know are ignored.
///
/// Texts may be written as integers in JSON; leading zeros are filled in to the bank's length.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct TitleInput<'a> {
    /// COMPE code of the bank.
    #[serde(borrow, deserialize_with = "text")]
    pub bank: Option<Cow<'a, str>>,
    /// Branch («agência») without check digit.
    #[serde(borrow, deserialize_with = "text")]
    pub branch: Option<Cow<'a, str>>,
    /// Check digit of the branch.
    #[serde(borrow, deserialize_with = "text")]
    pub branch_digit: Option<Cow<'a, str>>,
    /// Account («conta») without check digit.
    #[serde(borrow, deserialize_with = "text")]
    pub account: Option<Cow<'a, str>>,
    /// Check digit of the account.
    #[serde(borrow, deserialize_with = "text")]
    pub account_digit: Option<Cow<'a, str>>,
    /// Operation of the account, where the bank has one.
    #[serde(borrow, deserialize_with = "text")]
    pub account_operation: Option<Cow<'a, str>>,
    /// Wallet («carteira»).
    #[serde(borrow, deserialize_with = "text")]
    pub wallet: Option<Cow<'a, str>>,
    /// Variation of the wallet.
    #[serde(borrow, deserialize_with = "text")]
    pub wallet_variation: Option<Cow<'a, str>>,
    /// Code of the beneficiary at the bank.
    #[serde(borrow, deserialize_with = "text")]
    pub beneficiary_code: Option<Cow<'a, str>>,
    /// Check digit of the beneficiary's code.
    #[serde(borrow, deserialize_with = "text")]
    pub beneficiary_digit: Option<Cow<'a, str>>,
    /// Transmission code of the beneficiary.
    #[serde(borrow, deserialize_with = "text")]
    pub transmission_code: Option<Cow<'a, str>>,
    /// Agreement («convênio»).
    #[serde(borrow, deserialize_with = "text")]
    pub agreement: Option<Cow<'a, str>>,
    /// Check digit of the agreement.
    #[serde(borrow, deserialize_with = "text")]
    pub agreement_digit: Option<Cow<'a, str>>,
    /// Post («posto») of a cooperative.
    #[serde(borrow, deserialize_with = "text")]
    pub post: Option<Cow<'a, str>>,
    /// Byte that tells who made our number.
    #[serde(borrow, deserialize_with = "text")]
    pub byte: Option<Cow<'a, str>>,
    /// Modality of collection.
    #[serde(borrow, deserialize_with = "text")]
    pub modality: Option<Cow<'a, str>>,
    /// Who prints the boleto: `company` or `bank`.
    #[serde(borrow, deserialize_with = "text")]
    pub issued_by: Option<Cow<'a, str>>,
    /// Document species.
    #[serde(borrow, deserialize_with = "text")]
    pub species: Option<Cow<'a, str>>,
    /// Percentage of IOF that the barcode carries; insurers only.
    #[serde(borrow, deserialize_with = "text")]
    pub iof: Option<Cow<'a, str>>,
    /// Number of the instalment, where the free field carries it.
    #[serde(borrow, deserialize_with = "text")]
    pub instalment: Option<Cow<'a, str>>,
    /// Our number («nosso número») without check digit.
    #[serde(borrow, deserialize_with = "text")]
    pub our_number: Option<Cow<'a, str>>,
    /// Check digit of our number, where one is at hand: it is verified.
    #[serde(borrow, deserialize_with = "text")]
    pub our_number_digit: Option<Cow<'a, str>>,
    /// The company's number of the document («seu número»), where the free field carries it.
    #[serde(borrow, deserialize_with = "text")]
    pub document_number: Option<Cow<'a, str>>,
    /// A ready free field, 25 digits, in place of the bank's rules.
    #[serde(borrow, deserialize_with = "text")]
    pub free_field: Option<Cow<'a, str>>,
    /// Date of issue, where our number carries its year.
    pub issuance_date: Option<Date>,
    /// Due date.
    pub expiration_date: Option<Date>,
    /// Nominal amount in cents.
    pub amount: Option<i64>,
}

impl TitleInput<'_> {
    /// The names of all fields.
    pub const FIELDS: [&'static str; 27] = [
        "bank",
        "branch",
        "branch_digit",
        "account",
        "account_digit",
        "account_operation",
        "wallet",
        "wallet_variation",
        "beneficiary_code",
        "beneficiary_digit",
        "transmission_code",
        "agreement",
        "agreement_digit",
        "post",
        "byte",
        "modality",
        "issued_by",
        "species",
        "iof",
        "instalment",
        "our_number",
        "our_number_digit",
        "document_number",
        "free_field",
        "issuance_date",
        "expiration_date",
        "amount",
    ];
}

/// The bank's part of a boleto's numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    /// Our number without check digit, with leading zeros.
    pub our_number: String,
    /// Its check digit; empty where the bank has none.
    pub our_number_digit: String,
    /// Our number as the bank prints it.
    pub our_number_formatted: String,
    /// The free field of the barcode.
    pub free_field: FreeField,
}

/// What a bank knows about its own numbers.
pub trait Titles: Send + Sync {
    /// Our number with its check digit and the free field.
    ///
    /// # Errors
    /// [`TitleError`], naming the input that is missing or impossible.
    fn compute(&self, input: &TitleInput<'_>) -> Result<Title, TitleError>;

    /// What is doubtful about numbers computed from these inputs: something was assumed that
    /// they do not tell, or the bank's own rule is not known for sure.
    fn doubts(&self, input: &TitleInput<'_>) -> Vec<Warning> {
        let _ = input;
        Vec::new()
    }

    /// «Agência / Código do beneficiário» as the bank prints them, with check digits computed
    /// where they are not given; `None` where an input lacks or the bank's form is not known.
    fn beneficiary(&self, input: &TitleInput<'_>) -> Option<String> {
        let _ = input;
        None
    }

    /// What looks wrong in a free field that came from elsewhere (25 digits); empty when
    /// nothing does, or nothing can be told.
    fn check_free_field(&self, free_field: &FreeField) -> Vec<Warning> {
        let _ = free_field;
        Vec::new()
    }
}

/// An input that is missing or impossible; the message is for the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{field}: {message}")]
pub struct TitleError {
    /// Name of the input, as in [`TitleInput`].
    pub field: &'static str,
    /// A stable word for programs: `missing`, `invalid`, `wrong_check_digit`.
    pub code: &'static str,
    /// What is wrong and what to do, in Portuguese.
    pub message: String,
}

impl TitleError {
    /// An input that the bank needs and that was not given.
    pub fn missing(field: &'static str, what: &str) -> Self {
        Self { field, code: "missing", message: format!("Informe {what}.") }
    }

    /// An input that cannot be.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, code: "invalid", message: message.into() }
    }
}

/// All numbers of one boleto.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// The bank's part; `None` where a ready free field was given.
    pub title: Option<Title>,
    /// The due factor in the barcode.
    pub due_factor: DueFactor,
    /// The barcode, from which the writable line follows.
    pub barcode: Barcode,
    /// «Agência / Código do beneficiário» as the bank prints them, where that is known.
    pub beneficiary: Option<String>,
    /// What looks wrong in a free field that was given, or is doubtful in what was computed.
    pub warnings: Vec<Warning>,
}

/// The rules of the bank with this COMPE code, where a folder has them.
pub fn titles(bank_code: &str) -> Option<&'static dyn Titles> {
    registry::by_code(bank_code)?.titles()
}

/// Computes all numbers of a boleto: by the rules of its bank, or around a ready free field.
///
/// # Errors
/// [`TitleError`], naming the input that is missing or impossible.
pub fn compute(input: &TitleInput<'_>) -> Result<Numbers, TitleError> {
    let bank = digits::<3>("bank", &input.bank, "o código do banco")?;
    let bank = BankCode::parse(as_text(&bank))
        .ok_or_else(|| TitleError::invalid("bank", "O código do banco tem 3 dígitos."))?;
    let due = input
        .expiration_date
        .ok_or_else(|| TitleError::missing("expiration_date", "o vencimento, AAAA-MM-DD"))?;
    let due_factor = DueFactor::of_date(due).map_err(due_date_error)?;
    let amount =
        input.amount.ok_or_else(|| TitleError::missing("amount", "o valor, em centavos"))?;
    let rules = titles(bank.as_str());
    let (title, free_field, warnings) = match (&input.free_field, rules) {
        (Some(ready), _) => {
            let free_field = FreeField::parse(ready).ok_or_else(|| {
                TitleError::invalid("free_field", "O campo livre tem exatamente 25 dígitos.")
            })?;
            let warnings = rules.map(|r| r.check_free_field(&free_field)).unwrap_or_default();
            (None, free_field, warnings)
        }
        (None, Some(rules)) => {
            let title = rules.compute(input)?;
            verify_digit(input, &title)?;
            let free_field = title.free_field;
            (Some(title), free_field, rules.doubts(input))
        }
        (None, None) => {
            let message = format!(
                "As regras do banco {} não estão no quita; informe free_field com os 25 dígitos \
                 do campo livre.",
                bank.as_str()
            );
            return Err(TitleError { field: "free_field", code: "unknown_bank", message });
        }
    };
    let barcode = Barcode::compose(bank, Some(due_factor), Money::from_cents(amount), free_field)
        .map_err(compose_error)?;
    let beneficiary = rules.and_then(|rules| rules.beneficiary(input));
    Ok(Numbers { title, due_factor, barcode, beneficiary, warnings })
}

/// The check digit of our number that was given must be the one that was computed.
fn verify_digit(input: &TitleInput<'_>, title: &Title) -> Result<(), TitleError> {
    let given = input.our_number_digit.as_deref().map_or("", str::trim);
    let expected = &title.our_number_digit;
    if given.is_empty() || given.eq_ignore_ascii_case(expected) {
        return Ok(());
    }
    let should = match expected.as_str() {
        "" => "o banco não usa dígito".to_owned(),
        digit => format!("deveria ser {digit}"),
    };
    let number = &title.our_number;
    let message = format!(
        "O dígito do nosso número {number} é {given} e {should}; confira a carteira, a conta e a \
         digitação."
    );
    Err(TitleError { field: "our_number_digit", code: "wrong_check_digit", message })
}

fn due_date_error(error: DueFactorError) -> TitleError {
    TitleError::invalid("expiration_date", sentence(&error))
}

fn compose_error(error: ComposeError) -> TitleError {
    let field = match error {
        ComposeError::Amount => "amount",
        ComposeError::Bank => "bank",
    };
    TitleError::invalid(field, sentence(&error))
}

/// A message that begins in lower case as a sentence of its own.
fn sentence(error: &dyn fmt::Display) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), characters.as_str())
    })
}

/// The `N` ASCII digits of a required input, with zeros in front.
///
/// # Errors
/// Missing, not digits, or more than `N` of them after leading zeros.
pub(crate) fn digits<const N: usize>(
    field: &'static str,
    value: &Option<Cow<'_, str>>,
    what: &str,
) -> Result<[u8; N], TitleError> {
    let text = value.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| TitleError::missing(field, what))?;
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        let message = format!("Informe {what} somente com dígitos, não {text:?}.");
        return Err(TitleError::invalid(field, message));
    }
    let bytes = text.as_bytes();
    let (zeros, kept) = bytes.split_at(bytes.len().saturating_sub(N));
    if zeros.iter().any(|b| *b != b'0') {
        let count = bytes.len();
        let message = format!("Informe {what} com até {N} dígitos; vieram {count}.");
        return Err(TitleError::invalid(field, message));
    }
    let mut digits = [b'0'; N];
    digits[N - kept.len()..].copy_from_slice(kept);
    Ok(digits)
}

/// As [`digits`], for an input that may be absent.
pub(crate) fn optional_digits<const N: usize>(
    field: &'static str,
    value: &Option<Cow<'_, str>>,
    what: &str,
) -> Result<Option<[u8; N]>, TitleError> {
    match value.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(_) => digits(field, value, what).map(Some),
    }
}

/// A branch of four digits, and its check digit where that is given: alone in `branch_digit`
/// or at the end of `branch`, behind a hyphen.
pub(crate) fn branch(input: &TitleInput<'_>) -> Result<([u8; 4], Option<u8>), TitleError> {
    with_digit("branch", &input.branch, &input.branch_digit, "a agência")
}

/// An account of `N` digits, and its check digit as in [`branch`].
pub(crate) fn account<const N: usize>(
    input: &TitleInput<'_>,
) -> Result<([u8; N], Option<u8>), TitleError> {
    with_digit("account", &input.account, &input.account_digit, "a conta sem o dígito")
}

/// As [`account`]; where there is none the beneficiary's code and its digit, in the place of
/// which some programs put it.
pub(crate) fn account_or_code<const N: usize>(
    input: &TitleInput<'_>,
) -> Result<([u8; N], Option<u8>), TitleError> {
    let (account, digit) = match &input.account {
        Some(_) => (&input.account, &input.account_digit),
        None => (&input.beneficiary_code, &input.beneficiary_digit),
    };
    with_digit("account", account, digit, "a conta sem o dígito")
}

fn with_digit<const N: usize>(
    field: &'static str,
    value: &Option<Cow<'_, str>>,
    digit: &Option<Cow<'_, str>>,
    what: &str,
) -> Result<([u8; N], Option<u8>), TitleError> {
    let text = value.as_deref().map(str::trim).unwrap_or_default();
    let (number, behind) = text.split_once('-').unwrap_or((text, ""));
    let number = digits(field, &Some(Cow::Borrowed(number)), what)?;
    let alone = digit.as_deref().map(str::trim).unwrap_or_default();
    let digit = match (behind, alone) {
        ("", "") => return Ok((number, None)),
        ("", digit) | (digit, "") => digit,
        (behind, alone) if behind.eq_ignore_ascii_case(alone) => alone,
        _ => {
            let message = format!("Há dois dígitos diferentes para {what}: {behind} e {alone}.");
            return Err(TitleError::invalid(field, message));
        }
    };
    match digit.as_bytes() {
        [one] if one.is_ascii_alphanumeric() => Ok((number, Some(one.to_ascii_uppercase()))),
        _ => {
            let message = format!("O dígito depois de {what} tem um só caractere, não {digit:?}.");
            Err(TitleError::invalid(field, message))
        }
    }
}

/// The input that holds the beneficiary's code: programs and banks call it code of the
/// beneficiary or agreement; some put it in the place of the account, of which [`code_doubt`]
/// warns.
pub(crate) fn beneficiary_code<'i, 'a>(input: &'i TitleInput<'a>) -> &'i Option<Cow<'a, str>> {
    let [code, agreement, account] = [&input.beneficiary_code, &input.agreement, &input.account]
        .map(|value| {
            let is_given = value.as_deref().is_some_and(|text| !text.trim().is_empty());
            is_given.then_some(value)
        });
    code.or(agreement).or(account).unwrap_or(&input.beneficiary_code)
}

/// That the account was taken for the beneficiary's code.
pub(crate) fn code_doubt(input: &TitleInput<'_>) -> Option<Warning> {
    let code = beneficiary_code(input);
    (std::ptr::eq(code, &input.account)).then(|| Warning {
        code: "account_as_beneficiary_code",
        message: "O código do beneficiário não foi informado (beneficiary_code); foi usado o \
                  número da conta."
            .to_owned(),
    })
}

/// Whether the bank prints the boleto; the company does where nothing is said.
pub(crate) fn is_printed_by_bank(input: &TitleInput<'_>) -> Result<bool, TitleError> {
    match input.issued_by.as_deref().map_or("", str::trim) {
        "" | "company" => Ok(false),
        "bank" => Ok(true),
        _ => {
            let message = "Informe quem imprime o boleto: company (a empresa) ou bank (o banco).";
            Err(TitleError::invalid("issued_by", message))
        }
    }
}

/// A warning where a digit of a free field is not what the bank's rule says.
pub(crate) fn expect_digit(
    found: &mut Vec<Warning>,
    code: &'static str,
    is: u8,
    should: u8,
    what: &str,
) {
    if is != should {
        let (is, should) = (char::from(is), char::from(should));
        let message = format!("O dígito {what} é {is} e deveria ser {should}.");
        found.push(Warning { code, message });
    }
}

/// Pieces one after the other, filled with zeros where they end early and cut where they do not
/// fit; callers give pieces that fill exactly `N` places.
pub(crate) fn join<const N: usize>(pieces: &[&[u8]]) -> [u8; N] {
    let mut places = [b'0'; N];
    let mut rest = places.as_mut_slice();
    for piece in pieces {
        let fits = piece.len().min(rest.len());
        let (place, after) = rest.split_at_mut(fits);
        place.copy_from_slice(&piece[..fits]);
        rest = after;
    }
    places
}

/// The free field made of pieces that fill its 25 places.
pub(crate) fn free_field(pieces: &[&[u8]]) -> Result<FreeField, TitleError> {
    FreeField::new(join(pieces)).ok_or_else(|| {
        TitleError::invalid("free_field", "O campo livre calculado não tem somente dígitos.")
    })
}

/// ASCII digits as text.
pub(crate) fn as_text(digits: &[u8]) -> &str {
    std::str::from_utf8(digits).unwrap_or_default()
}

/// Reads a text that may also be written as an integer, borrowing where JSON allows it.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    struct TextOrInteger;

    impl<'de> Visitor<'de> for TextOrInteger {
        type Value = Option<Cow<'de, str>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("text or a non-negative integer")
        }

        fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
            Ok(Some(Cow::Borrowed(text)))
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(Cow::Owned(text.to_owned())))
        }

        fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(Cow::Owned(number.to_string())))
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(TextOrInteger)
}
