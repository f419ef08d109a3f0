//! Reads BR Codes as views over the text, forgiving what payers' applications forgive.

use quita_core::money::Money;
use quita_core::pix_id::is_static_txid;

use super::fields::{Fields, Template};
use super::{
    FieldId, Initiation, Kind, LONGEST_CITY, LONGEST_CODE, LONGEST_LOCATION, LONGEST_NAME,
    ReadError, ReadReason, crc16,
};

/// What a code says. Texts are those of the code, unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// What paying it does.
    pub kind: Kind,
    /// 01: whether it may be paid again, where it says so.
    pub initiation: Option<Initiation>,
    /// 26-01: the key of a static code, not checked.
    pub key: Option<&'a str>,
    /// 26-02: the text for the payer of a static code.
    pub description: Option<&'a str>,
    /// 26-03: ISPB of who hands out cash in a Pix Saque.
    pub withdrawal_ispb: Option<&'a str>,
    /// 26-25: where the charge of a dynamic code is served.
    pub location: Option<&'a str>,
    /// 80-25 (or 81 to 99): where the recurrence of Pix Automático is served.
    pub recurrence: Option<&'a str>,
    /// 52: merchant category.
    pub merchant_category: &'a str,
    /// 54: the amount; `None` also for zero, which lets the payer type it. In a dynamic code
    /// only what the location serves counts.
    pub amount: Option<Money>,
    /// 59: the receiver's name; the one that counts is DICT's.
    pub merchant_name: &'a str,
    /// 60: the receiver's city.
    pub city: &'a str,
    /// 61: CEP.
    pub postal_code: Option<&'a str>,
    /// 62-05: txid, or `***`. In a dynamic code only what the location serves counts.
    pub txid: Option<&'a str>,
    /// 63: the checksum, which matches.
    pub crc: &'a str,
    /// What is unusual or breaks a rule that issuers must keep.
    pub warnings: Vec<ReadWarning>,
}

/// What is unusual about a code that can be paid all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadWarning {
    /// More than 512 characters.
    TooLong,
    /// Accents or other signs that some applications refuse.
    NonAscii,
    /// The checksum is in lower case.
    CrcLowerCase,
    /// Field 01 is neither 11 nor 12.
    UnknownInitiation,
    /// The Pix template is longer than 99 and its length has three digits.
    ThreeDigitLength,
    /// The location starts with a scheme.
    LocationWithScheme,
    /// The location has more than 77 characters.
    LocationTooLong,
    /// A recurrence template has no location.
    RecurrenceWithoutLocation,
    /// The amount is zero, which means that the payer types it.
    AmountZero,
    /// The amount is not written with two decimals.
    AmountDecimals,
    /// The code is dynamic: the amount in it says nothing.
    AmountNotAuthoritative,
    /// The name has more than 25 characters.
    MerchantNameTooLong,
    /// The city has more than 15 characters.
    CityTooLong,
    /// The CEP is not eight digits.
    PostalCodeForm,
    /// No txid, not even `***`.
    TxidMissing,
    /// The txid of a static code is not 1 to 25 letters and digits.
    TxidForm,
    /// The code is not static: the txid in it says nothing.
    TxidNotAuthoritative,
    /// Subfield 62-50, the version of an old manual.
    ObsoleteVersion,
}

impl ReadWarning {
    /// A stable word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::NonAscii => "non_ascii",
            Self::CrcLowerCase => "crc_lower_case",
            Self::UnknownInitiation => "unknown_initiation",
            Self::ThreeDigitLength => "three_digit_length",
            Self::LocationWithScheme => "location_with_scheme",
            Self::LocationTooLong => "location_too_long",
            Self::RecurrenceWithoutLocation => "recurrence_without_location",
            Self::AmountZero => "amount_zero",
            Self::AmountDecimals => "amount_decimals",
            Self::AmountNotAuthoritative => "amount_not_authoritative",
            Self::MerchantNameTooLong => "merchant_name_too_long",
            Self::CityTooLong => "city_too_long",
            Self::PostalCodeForm => "postal_code_form",
            Self::TxidMissing => "txid_missing",
            Self::TxidForm => "txid_form",
            Self::TxidNotAuthoritative => "txid_not_authoritative",
            Self::ObsoleteVersion => "obsolete_version",
        }
    }

    /// What is unusual, in Portuguese.
    pub const fn message(self) -> &'static str {
        match self {
            Self::TooLong => "O código tem mais de 512 caracteres.",
            Self::NonAscii => "O código tem acentos ou sinais que alguns aplicativos recusam.",
            Self::CrcLowerCase => "Os dígitos de verificação estão em minúsculas.",
            Self::UnknownInitiation => "O campo 01 não é 11 nem 12.",
            Self::ThreeDigitLength => "O comprimento do campo da conta tem três dígitos.",
            Self::LocationWithScheme => "A location começa por um esquema, como https://.",
            Self::LocationTooLong => "A location tem mais de 77 caracteres.",
            Self::RecurrenceWithoutLocation => "O campo da recorrência não tem location.",
            Self::AmountZero => "O valor é zero: quem paga digita o valor.",
            Self::AmountDecimals => "O valor não está escrito com duas casas decimais.",
            Self::AmountNotAuthoritative => "Código dinâmico: vale o valor que o banco informa.",
            Self::MerchantNameTooLong => "O nome do recebedor tem mais de 25 caracteres.",
            Self::CityTooLong => "A cidade tem mais de 15 caracteres.",
            Self::PostalCodeForm => "O CEP não tem 8 dígitos.",
            Self::TxidMissing => "O código não tem txid, nem ***.",
            Self::TxidForm => "O txid não é de 1 a 25 letras sem acento e algarismos.",
            Self::TxidNotAuthoritative => "Código dinâmico: vale o txid que o banco informa.",
            Self::ObsoleteVersion => "O código traz o campo 62-50, de um manual antigo.",
        }
    }
}

/// The fields of the first level that matter.
#[derive(Default)]
struct Root<'a> {
    first: Option<u8>,
    format: &'a str,
    initiation: Option<&'a str>,
    account: Option<Template<'a>>,
    recurrence: Option<Template<'a>>,
    merchant_category: &'a str,
    currency: &'a str,
    amount: Option<&'a str>,
    country: &'a str,
    merchant_name: &'a str,
    city: &'a str,
    postal_code: Option<&'a str>,
    txid: Option<&'a str>,
    obsolete_version: bool,
    crc: Option<&'a str>,
}

/// Reads a code, blanks and line breaks around it aside.
///
/// The structure is judged first, then whether it is Pix at all, then the checksum, then what
/// the fields say.
pub fn decode(text: &str) -> Result<Decoded<'_>, ReadError> {
    let code =
        text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'));
    if code.is_empty() {
        return Err(refusal(ReadReason::Empty, None));
    }
    let mut fields = Fields::of_code(code);
    let root = read_root(&mut fields)?;
    let crc = root.crc.ok_or(refusal(ReadReason::CrcMissing, Some(63)))?;
    if !fields.at_end() {
        return Err(fields.error(ReadReason::CrcNotLast, None));
    }
    let given = checksum(crc).ok_or(refusal(ReadReason::CrcMalformed, Some(63)))?;
    let account = root.account.ok_or(refusal(ReadReason::NotPix, None))?;
    let covered = code.len() - crc.len();
    if crc16(&code.as_bytes()[..covered]) != given {
        return Err(refusal(ReadReason::CrcMismatch, Some(63)));
    }
    check_constants(&root)?;

    let mut warnings = Vec::new();
    let mut warn = |is_so: bool, warning| {
        if is_so {
            warnings.push(warning);
        }
    };
    warn(longer(code, LONGEST_CODE), ReadWarning::TooLong);
    warn(!fields.is_ascii(), ReadWarning::NonAscii);
    warn(crc.bytes().any(|b| b.is_ascii_lowercase()), ReadWarning::CrcLowerCase);
    warn(fields.had_three_digit_length(), ReadWarning::ThreeDigitLength);
    let initiation = match root.initiation {
        Some("11") => Some(Initiation::Reusable),
        Some("12") => Some(Initiation::Once),
        _ => None,
    };
    warn(root.initiation.is_some() && initiation.is_none(), ReadWarning::UnknownInitiation);

    let recurrence = root.recurrence.and_then(|template| template.location);
    let kind = kind(&account, recurrence)?;
    warn(root.recurrence.is_some() && recurrence.is_none(), ReadWarning::RecurrenceWithoutLocation);
    for location in [account.location, recurrence].into_iter().flatten() {
        warn(location.contains("://"), ReadWarning::LocationWithScheme);
        warn(longer(location, LONGEST_LOCATION), ReadWarning::LocationTooLong);
    }

    let is_static = kind == Kind::Static;
    let amount = root.amount.map(read_amount).transpose()?;
    if let Some(amount) = amount {
        warn(amount.value == Money::ZERO, ReadWarning::AmountZero);
        warn(!amount.two_decimals, ReadWarning::AmountDecimals);
        warn(!is_static, ReadWarning::AmountNotAuthoritative);
    }
    warn(longer(root.merchant_name, LONGEST_NAME), ReadWarning::MerchantNameTooLong);
    warn(longer(root.city, LONGEST_CITY), ReadWarning::CityTooLong);
    let eight_digits = |cep: &str| cep.len() == 8 && cep.bytes().all(|b| b.is_ascii_digit());
    warn(root.postal_code.is_some_and(|cep| !eight_digits(cep)), ReadWarning::PostalCodeForm);
    match root.txid {
        None => warn(true, ReadWarning::TxidMissing),
        Some(txid) if is_static => warn(!is_static_txid(txid), ReadWarning::TxidForm),
        Some(txid) => warn(txid != "***", ReadWarning::TxidNotAuthoritative),
    }
    warn(root.obsolete_version, ReadWarning::ObsoleteVersion);

    Ok(Decoded {
        kind,
        initiation,
        key: account.key,
        description: account.description,
        withdrawal_ispb: account.withdrawal_ispb,
        location: account.location,
        recurrence,
        merchant_category: root.merchant_category,
        amount: amount.map(|amount| amount.value).filter(|value| value.is_positive()),
        merchant_name: root.merchant_name,
        city: root.city,
        postal_code: root.postal_code,
        txid: root.txid,
        crc,
        warnings,
    })
}

/// Reads fields until the checksum.
fn read_root<'a>(fields: &mut Fields<'a>) -> Result<Root<'a>, ReadError> {
    let mut root = Root::default();
    while let Some((id, value)) = fields.next()? {
        root.first.get_or_insert(id);
        match id {
            0 => root.format = value,
            1 => root.initiation = Some(value),
            26..=51 if root.account.is_none() => root.account = fields.pix_template(id, value)?,
            52 => root.merchant_category = value,
            53 => root.currency = value,
            54 => root.amount = Some(value),
            58 => root.country = value,
            59 => root.merchant_name = value,
            60 => root.city = value,
            61 => root.postal_code = Some(value),
            62 => {
                let mut inner = fields.inside(id, value);
                while let Some((id, value)) = inner.next()? {
                    match id {
                        5 => root.txid = Some(value),
                        50 => root.obsolete_version = true,
                        _ => {}
                    }
                }
            }
            63 => {
                root.crc = Some(value);
                break;
            }
            80..=99 if root.recurrence.is_none() => {
                root.recurrence = fields.pix_template(id, value)?;
            }
            _ => {}
        }
    }
    Ok(root)
}

/// The fields that every Pix code has alike, and those that may not be absent.
fn check_constants(root: &Root<'_>) -> Result<(), ReadError> {
    if root.first != Some(0) || root.format != "01" {
        return Err(refusal(ReadReason::BadPayloadFormat, Some(0)));
    }
    let mandatory = [
        (52, root.merchant_category),
        (53, root.currency),
        (58, root.country),
        (59, root.merchant_name),
        (60, root.city),
    ];
    for (id, value) in mandatory {
        if value.is_empty() {
            return Err(refusal(ReadReason::Missing, Some(id)));
        }
    }
    if root.currency != "986" {
        return Err(refusal(ReadReason::BadCurrency, Some(53)));
    }
    if root.country != "BR" {
        return Err(refusal(ReadReason::BadCountry, Some(58)));
    }
    Ok(())
}

fn kind(account: &Template<'_>, recurrence: Option<&str>) -> Result<Kind, ReadError> {
    match (account.key, account.location) {
        (Some(_), None) => Ok(Kind::Static),
        (None, Some(location)) => Ok(Kind::of_location(location)),
        (None, None) if recurrence.is_some() => Ok(Kind::RecurrenceOnly),
        (None, None) => Err(refusal(ReadReason::NothingToPay, None)),
        (Some(_), Some(_)) => Err(refusal(ReadReason::KeyAndLocation, None)),
    }
}

/// Four hexadecimal digits of either case.
fn checksum(text: &str) -> Option<u16> {
    let hexadecimal = text.len() == 4 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if hexadecimal { u16::from_str_radix(text, 16).ok() } else { None }
}

#[derive(Clone, Copy)]
struct Amount {
    value: Money,
    two_decimals: bool,
}

/// `10.00`, and also `10`, `10.`, `0.9`, `.10`, as some issuers write.
fn read_amount(text: &str) -> Result<Amount, ReadError> {
    let bad = refusal(ReadReason::BadAmount, Some(54));
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.len() + decimals.len();
    if text.len() > 13 || digits == 0 || text.starts_with('-') {
        return Err(bad);
    }
    let value = if whole.is_empty() {
        Money::from_decimal(&format!("0{text}"))
    } else {
        Money::from_decimal(text)
    };
    let two_decimals = !whole.is_empty() && decimals.len() == 2;
    Ok(Amount { value: value.ok_or(bad)?, two_decimals })
}

/// True when a text has more than so many characters.
fn longer(text: &str, characters: usize) -> bool {
    text.len() > characters && text.chars().count() > characters
}

fn refusal(reason: ReadReason, id: Option<u8>) -> ReadError {
    ReadError { reason, field: id.map(|id| FieldId { template: None, id }), position: None }
}
