//! Pix against vectors that others published: BR Codes, checksums, keys, identifiers.
//!
//! The files are not part of the repository; `QUITA_VECTORS` says where they are.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "unreadable vectors are a failing test"
)]

use std::collections::BTreeSet;
use std::path::Path;

use quita_core::money::Money;
use quita_core::pix_id::{PixId, PixIdKind, is_charge_txid, is_static_txid};
use quita_core::pix_key::{PixKey, PixKeyKind};
use quita_formats::br_code::{
    BrCode, Decoded, Initiation, PixDomain, ReadReason, ReadWarning, Target, WriteError, crc16,
    decode,
};
use serde_json::Value;

/// Counts one suite and fails when it ran nothing.
struct Suite {
    name: &'static str,
    cases: Vec<Value>,
    agreed: usize,
    explained: usize,
}

impl Suite {
    /// `None` when no vectors are given; fails when they are given but cannot be read.
    fn open(name: &'static str) -> Option<Self> {
        let Ok(folder) = std::env::var("QUITA_VECTORS") else {
            println!("vectors: skipped (QUITA_VECTORS unset)");
            return None;
        };
        let path = Path::new(&folder).join("pix").join(format!("{name}.json"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path:?}: {e}"));
        let file: Value = serde_json::from_str(&text).unwrap();
        let cases = file["vectors"].as_array().expect("a list of vectors").clone();
        Some(Self { name, cases, agreed: 0, explained: 0 })
    }

    /// Runs each case; `Ok(true)` agrees, `Ok(false)` differs for a reason the test states.
    fn run(mut self, mut case: impl FnMut(&Value) -> Result<bool, String>) {
        let mut failures = Vec::new();
        for value in &self.cases {
            match case(value) {
                Ok(true) => self.agreed += 1,
                Ok(false) => self.explained += 1,
                Err(why) => failures.push(format!("{}: {why}", label(value))),
            }
        }
        let Self { name, cases, agreed, explained } = self;
        println!("{name}: {} run / {agreed} agreed / {explained} explained", cases.len());
        assert!(!cases.is_empty(), "{name}: no case executed");
        assert!(failures.is_empty(), "{name}:\n{}", failures.join("\n"));
    }
}

fn label(case: &Value) -> String {
    ["id", "input", "value", "text"]
        .iter()
        .find_map(|key| case.get(*key))
        .unwrap_or(case)
        .to_string()
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value[key].as_str()
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, got: T, expected: T) -> Result<(), String> {
    if got == expected { Ok(()) } else { Err(format!("{what}: {got:?}, expected {expected:?}")) }
}

fn cents(text: &str) -> Option<Money> {
    Money::from_decimal(text)
}

#[test]
fn checksums() {
    let Some(suite) = Suite::open("pix_crc16") else { return };
    let codes = Suite::open("pix_brcode_decode").map(|suite| suite.cases).unwrap_or_default();
    suite.run(|case| {
        let covered = text(case, "text").unwrap();
        let crc = format!("{:04X}", crc16(covered.as_bytes()));
        // Two texts had names replaced after their checksum was noted; the same texts stand in
        // the decode vectors with the checksum of what they say now.
        let source = text(case, "source").unwrap();
        if source.contains("brc-0a164f6d48") || source.contains("brc-fcb2c109a8") {
            let whole = format!("{covered}{crc}");
            let stands = codes.iter().any(|code| text(code, "payload") == Some(&whole));
            return same("stands in the decode vectors", stands, true).map(|()| false);
        }
        same("crc", crc.as_str(), text(case, "crc").unwrap()).map(|()| true)
    });
}

/// The vectors' name of a warning about a rule that issuers must keep; the rest is only noted.
fn lint(warning: ReadWarning) -> Option<&'static str> {
    match warning {
        ReadWarning::LocationWithScheme => Some("url_with_scheme"),
        ReadWarning::MerchantNameTooLong => Some("name_over_25"),
        ReadWarning::TxidForm => Some("bad_txid_charset"),
        ReadWarning::TooLong => Some("payload_over_512_bytes"),
        ReadWarning::RecurrenceWithoutLocation => Some("rec_template_without_url"),
        _ => None,
    }
}

/// The vectors' name of what they merely note.
fn note(warning: ReadWarning, amount: Option<&str>) -> Option<String> {
    match warning {
        ReadWarning::ObsoleteVersion => Some("has_62_50_brcode_template".to_owned()),
        ReadWarning::TxidMissing => Some("missing:62".to_owned()),
        ReadWarning::AmountZero => Some("amount_zero".to_owned()),
        ReadWarning::AmountDecimals => {
            Some(format!("amount_not_two_decimals:{}", amount.unwrap_or_default()))
        }
        _ => None,
    }
}

fn set(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().filter_map(|v| Some(v.as_str()?.to_owned())).collect()
}

fn compare_fields(code: &Decoded<'_>, fields: &Value) -> Result<(), String> {
    let kind = code.kind.name(code.recurrence.is_some());
    same("kind", Some(kind), text(fields, "kind"))?;
    same("01", code.initiation.map(Initiation::digits), text(fields, "poi"))?;
    same("key", code.key, text(fields, "key"))?;
    same("description", code.description, text(fields, "info"))?;
    same("location", code.location, text(fields, "url"))?;
    same("recurrence", code.recurrence, text(fields, "url_rec"))?;
    same("category", Some(code.merchant_category), text(fields, "mcc"))?;
    let amount = text(fields, "amount").and_then(cents).filter(|m| m.is_positive());
    same("amount", code.amount, amount)?;
    same("name", Some(code.merchant_name), text(fields, "name"))?;
    same("city", Some(code.city), text(fields, "city"))?;
    same("postal code", code.postal_code, text(fields, "postal_code"))?;
    same("txid", code.txid, text(fields, "txid"))
}

#[test]
fn codes_that_can_be_read() {
    let Some(suite) = Suite::open("pix_brcode_decode") else { return };
    suite.run(|case| {
        let code = decode(text(case, "payload").unwrap()).map_err(|e| e.to_string())?;
        let fields = &case["expect"]["fields"];
        compare_fields(&code, fields)?;
        let lints = code.warnings.iter().filter_map(|w| lint(*w)).map(str::to_owned).collect();
        same("lint", lints, set(&case["expect"]["lint"]))?;
        let amount = text(fields, "amount");
        let notes: BTreeSet<String> =
            code.warnings.iter().filter_map(|w| note(*w, amount)).collect();
        let mut expected = set(&case["warnings"]);
        if expected.remove("txid_over_25_ignored_dynamic") {
            same("dynamic txid", code.warnings.contains(&ReadWarning::TxidNotAuthoritative), true)?;
        }
        same("notes", notes, expected).map(|()| true)
    });
}

#[test]
fn codes_that_must_be_refused() {
    let Some(suite) = Suite::open("pix_brcode_invalid") else { return };
    suite.run(|case| {
        let Err(error) = decode(text(case, "payload").unwrap()) else {
            return Err("was accepted".to_owned());
        };
        if text(case, "id") == Some("brc-14d7ee2368") {
            // Field 62 is one too long. The vectors notice it where the next field breaks; we
            // inside field 62, where the mistake is.
            let at = error.field.map(|field| field.to_string());
            return same("reason", (error.reason, at.as_deref()), (ReadReason::BadId, Some("62")))
                .map(|()| false);
        }
        let reason = case["expect"]["reasons"][0].as_str().unwrap();
        let mut parts = reason.split(':');
        let id = |part: Option<&str>| part.map(str::to_owned);
        let (reasons, field): (&[ReadReason], _) = match parts.next().unwrap() {
            "tlv_bad_id" => (&[ReadReason::BadId], None),
            "tlv_bad_length" => (&[ReadReason::BadLength], id(parts.next())),
            "tlv_truncated_value" => (&[ReadReason::Truncated], id(parts.next())),
            "crc_mismatch" => (&[ReadReason::CrcMismatch], None),
            "crc_missing_or_malformed" => {
                (&[ReadReason::CrcMissing, ReadReason::CrcMalformed], None)
            }
            "no_pix_gui" => (&[ReadReason::NotPix], None),
            "bad_payload_format" => (&[ReadReason::BadPayloadFormat], None),
            "missing" => (&[ReadReason::Missing], id(parts.next())),
            other => return Err(format!("unknown reason {other}")),
        };
        if !reasons.contains(&error.reason) {
            return Err(format!("{:?}, expected {reason}", error.reason));
        }
        if field.is_some() {
            // The vectors name the innermost field only.
            same("field", error.field.map(|f| format!("{:02}", f.id)), field)?;
        }
        Ok(true)
    });
}

#[test]
fn codes_of_other_payment_systems() {
    let Some(suite) = Suite::open("pix_brcode_other") else { return };
    suite.run(|case| {
        let reason = decode(text(case, "payload").unwrap()).map_err(|e| e.reason);
        same("result", reason.map(|code| code.kind), Err(ReadReason::NotPix)).map(|()| true)
    });
}

/// Writes the code that a vector's field values describe.
fn write(input: &Value, key: Option<&PixKey>) -> Result<String, WriteError> {
    let location = text(input, "url");
    let target = match (key, location) {
        (Some(key), _) => {
            // An empty 26-02, which one generator writes, says nothing: it is left out here.
            let description = text(input, "info").filter(|info| !info.is_empty());
            Target::Key { key, description }
        }
        (None, Some(location)) => Target::Location(location),
        (None, None) => Target::RecurrenceOnly,
    };
    let code = BrCode {
        target,
        recurrence: text(input, "url_rec"),
        initiation: match text(input, "poi") {
            Some("11") => Some(Initiation::Reusable),
            Some("12") => Some(Initiation::Once),
            _ => None,
        },
        domain: match text(input, "gui") {
            Some("BR.GOV.BCB.PIX") => PixDomain::Upper,
            _ => PixDomain::Lower,
        },
        merchant_category: text(input, "mcc").unwrap_or("0000"),
        amount: text(input, "amount").map(|amount| cents(amount).unwrap()),
        merchant_name: text(input, "name").unwrap_or_default(),
        city: text(input, "city").unwrap_or_default(),
        postal_code: text(input, "postal_code"),
        txid: text(input, "txid"),
    };
    code.encode().map(|(code, _)| code)
}

/// Why we write another code, or none, where a published generator wrote one.
enum Difference {
    /// The key is no key: wrong check digits or a placeholder.
    NotAKey,
    /// The txid breaks the rule of 62-05: 1 to 25 letters and digits.
    Txid,
    /// We write amounts with two decimals.
    Decimals,
    /// We never write an amount of zero: the caller leaves it out.
    ZeroAmount,
    /// We write `62070503***` where there is no txid: field 62 is mandatory.
    NoTxid,
}

fn known_difference(id: &str) -> Option<Difference> {
    Some(match id {
        // 11111111111, 12345678900, a placeholder text.
        "enc-aeda51f214" | "enc-c696b71d86" | "enc-f2711befa1" | "enc-f43ce7a10c"
        | "enc-5679b5f8c2" => Difference::NotAKey,
        // trx-123457, RP12345678-2019 (twice), 26 characters.
        "enc-1e5df057dc" | "enc-b8e53d3e32" | "enc-e2f8910ab4" | "enc-42e187543c" => {
            Difference::Txid
        }
        // 13.0, 0.1, 1000.0
        "enc-7a52bde251" | "enc-a8d6fd45ac" | "enc-e8bf2f26c0" => Difference::Decimals,
        "enc-8cf89733fe" => Difference::ZeroAmount,
        "enc-0ab8875898" | "enc-b6ed4f26d0" => Difference::NoTxid,
        _ => return None,
    })
}

#[test]
fn codes_that_can_be_written() {
    let Some(suite) = Suite::open("pix_brcode_encode") else { return };
    suite.run(|case| {
        let input = &case["input"];
        let difference = known_difference(text(case, "id").unwrap());
        let key = match text(input, "key").map(PixKey::parse).transpose() {
            Ok(key) => key,
            Err(_) if matches!(difference, Some(Difference::NotAKey)) => return Ok(false),
            Err(error) => return Err(error.to_string()),
        };
        let published = text(case, "payload").unwrap();
        let written = write(input, key.as_ref());
        match difference {
            None => same("code", written.as_deref(), Ok(published)).map(|()| true),
            Some(Difference::NotAKey) => Err("the key was accepted".to_owned()),
            Some(Difference::Txid) => same("code", written, Err(WriteError::Txid)).map(|()| false),
            Some(Difference::ZeroAmount) => {
                same("code", written, Err(WriteError::Amount)).map(|()| false)
            }
            Some(Difference::Decimals | Difference::NoTxid) => {
                // Another spelling of the same thing: both must read alike.
                let written = written.map_err(|e| e.to_string())?;
                let (ours, theirs) = (decode(&written).unwrap(), decode(published).unwrap());
                same("amount", ours.amount, theirs.amount)?;
                same("txid", ours.txid, theirs.txid.or(Some("***")))?;
                let rest = |code: Decoded<'_>| {
                    format!(
                        "{:?}",
                        (code.kind, code.key, code.location, code.merchant_name, code.city)
                    )
                };
                same("rest", rest(ours), rest(theirs)).map(|()| false)
            }
        }
    });
}

#[test]
fn codes_that_three_libraries_wrote() {
    let Some(suite) = Suite::open("pix_brcode_generated") else { return };
    suite.run(|case| {
        let input = &case["input"];
        let key = PixKey::parse(text(input, "key").unwrap()).map_err(|e| e.to_string())?;
        let mut input = input.clone();
        // The libraries differ in these two habits only, which are inputs here.
        let published = text(case, "payload").unwrap();
        if published.starts_with("000201010211") {
            input["poi"] = "11".into();
        }
        if published.contains("BR.GOV.BCB.PIX") {
            input["gui"] = "BR.GOV.BCB.PIX".into();
        }
        same("code", write(&input, Some(&key)).as_deref(), Ok(published)).map(|()| true)
    });
}

#[test]
fn inputs_that_must_not_be_written() {
    let Some(suite) = Suite::open("pix_brcode_encode_errors") else { return };
    suite.run(|case| {
        let input = &case["input"];
        let must_fail = text(case, "must_fail").unwrap();
        let amount = match &input["amount"] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            number => Some(number.to_string()),
        };
        let amount = match amount.as_deref().map(|text| cents(text).ok_or(text)) {
            // The refusal itself: what is no exact amount of cents never becomes `Money`.
            Some(Err(_)) if must_fail.contains("amount") => return Ok(true),
            Some(Err(text)) => return Err(format!("{text} is no amount")),
            Some(Ok(amount)) => Some(amount),
            None => None,
        };
        let key = match text(input, "key").map(PixKey::parse).transpose() {
            Ok(key) => key,
            Err(_) if must_fail.contains("not a Pix key") => return Ok(true),
            Err(error) => return Err(error.to_string()),
        };
        let target = match (&key, text(input, "url")) {
            (Some(key), _) => Target::Key { key, description: text(input, "info") },
            (None, Some(location)) => Target::Location(location),
            (None, None) => Target::RecurrenceOnly,
        };
        let code = BrCode {
            amount,
            txid: text(input, "txid"),
            ..BrCode::new(target, text(input, "name").unwrap(), text(input, "city").unwrap())
        };
        match (code.encode(), must_fail) {
            (Err(_), _) => Ok(true),
            // Cutting is allowed when it is said.
            (Ok((_, warnings)), _) if !warnings.is_empty() && must_fail.contains("over") => {
                Ok(true)
            }
            // Banks write the amount into dynamic codes too (Inter does in production); readers
            // are told by a warning that it does not count.
            (Ok((code, _)), "amount together with url") => {
                let warnings = decode(&code).unwrap().warnings;
                same("said", warnings.contains(&ReadWarning::AmountNotAuthoritative), true)
                    .map(|()| false)
            }
            (Ok((code, _)), _) => Err(format!("was written: {code}")),
        }
    });
}

#[test]
fn keys() {
    let Some(suite) = Suite::open("pix_keys") else { return };
    suite.run(|case| {
        let input = text(case, "input").unwrap();
        if case["check_digits_ok"] == Value::Bool(false) {
            // The form is recognised; wrong check digits are refused, which DICT leaves to us.
            let kind = PixKeyKind::detect(input).map(PixKeyKind::name).ok();
            same("kind", kind, text(case, "type"))?;
            return same("refused", PixKey::parse(input).is_err(), true).map(|()| true);
        }
        let key = PixKey::parse(input).ok();
        same("kind", key.as_ref().map(|key| key.kind().name()), text(case, "type"))?;
        same("canonical", key.as_ref().map(PixKey::as_str), text(case, "canonical"))?;
        Ok(true)
    });
}

#[test]
fn identifiers() {
    let Some(suite) = Suite::open("pix_ids") else { return };
    suite.run(|case| {
        let value = text(case, "value").unwrap();
        let valid = match text(case, "kind").unwrap() {
            "txid_cob" => is_charge_txid(value),
            "txid_static" => is_static_txid(value),
            "idRec" => PixId::read(PixIdKind::Recurrence, value).is_ok(),
            "endToEndId" => {
                let id = PixId::read(PixIdKind::EndToEnd, value).ok();
                same("ispb", id.map(|id| id.ispb), text(case, "ispb"))?;
                let utc = id.and_then(|id| {
                    let moment = id.date.to_datetime(id.time?);
                    Some(moment.strftime("%Y%m%d%H%M").to_string())
                });
                same("utc", utc.as_deref(), text(case, "utc"))?;
                id.is_some()
            }
            other => return Err(format!("unknown kind {other}")),
        };
        same("valid", Some(valid), case["valid"].as_bool()).map(|()| true)
    });
}
