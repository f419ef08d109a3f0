//! Identifiers of Pix: txid, endToEndId, rtrId, refund ids, recurrences.
//!
//! Patterns from Bacen's API Pix 2.9.0. Banks do not always keep them, so nothing here
//! refuses what a bank sent: these functions say whether a rule holds and which one breaks.

use jiff::civil::{Date, DateTime, Time};

/// True for the txid of a charge (cob, cobv, cobr): 26 to 35 letters and digits.
pub fn is_charge_txid(text: &str) -> bool {
    is_alphanumeric(text, 26, 35)
}

/// True for the txid of a static code: 1 to 25 letters and digits, or `***` for none.
pub fn is_static_txid(text: &str) -> bool {
    text == "***" || is_alphanumeric(text, 1, 25)
}

/// True for a txid as received payments carry it: 1 to 35 letters and digits.
pub fn is_received_txid(text: &str) -> bool {
    is_alphanumeric(text, 1, 35)
}

/// True for the id that the receiver gives to a refund («devolução»): 1 to 35 letters and digits.
pub fn is_refund_id(text: &str) -> bool {
    is_alphanumeric(text, 1, 35)
}

fn is_alphanumeric(text: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The structured identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixIdKind {
    /// endToEndId of a payment: `E`, ISPB, `yyyyMMddHHmm` in UTC, 11 more.
    EndToEnd,
    /// rtrId of a return: `D` and the same layout.
    Return,
    /// idRec of a recurrence: `R`, `R` or `N`, ISPB, `yyyyMMdd`, 11 more.
    Recurrence,
    /// idSolicRec of a request for a recurrence: `SC`, ISPB, `yyyyMMdd`, 11 more.
    RecurrenceRequest,
}

/// A structured identifier taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixId<'a> {
    /// ISPB of the institution that made it, eight characters.
    pub ispb: &'a str,
    /// When it was made; UTC in endToEndId and rtrId.
    pub date: Date,
    /// To the minute, UTC; only in endToEndId and rtrId. It may lie up to twelve hours from
    /// the settlement.
    pub time: Option<Time>,
    /// Only in idRec: whether a failed charge may be tried again.
    pub retry_allowed: Option<bool>,
    /// The eleven characters that make it unique.
    pub tail: &'a str,
}

impl<'a> PixId<'a> {
    /// Takes an identifier apart, or says which rule it breaks.
    pub fn read(kind: PixIdKind, text: &'a str) -> Result<Self, PixIdFlaw> {
        let (length, timed) = match kind {
            PixIdKind::EndToEnd | PixIdKind::Return => (32, true),
            PixIdKind::Recurrence | PixIdKind::RecurrenceRequest => (29, false),
        };
        if !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(PixIdFlaw::Characters);
        }
        if text.len() != length {
            return Err(PixIdFlaw::Length);
        }
        let (rest, retry_allowed) = match kind {
            PixIdKind::EndToEnd => (text.strip_prefix('E'), None),
            PixIdKind::Return => (text.strip_prefix('D'), None),
            PixIdKind::RecurrenceRequest => (text.strip_prefix("SC"), None),
            PixIdKind::Recurrence => match text.strip_prefix("RR") {
                Some(rest) => (Some(rest), Some(true)),
                None => (text.strip_prefix("RN"), Some(false)),
            },
        };
        // All is ASCII from here on, so every cut is on a character.
        let (ispb, rest) = rest.ok_or(PixIdFlaw::Prefix)?.split_at(8);
        if ispb.bytes().any(|b| b.is_ascii_lowercase()) {
            return Err(PixIdFlaw::Ispb);
        }
        let (moment, tail) = rest.split_at(if timed { 12 } else { 8 });
        let moment = read_moment(moment).ok_or(PixIdFlaw::Moment)?;
        let time = timed.then(|| moment.time());
        Ok(Self { ispb, date: moment.date(), time, retry_allowed, tail })
    }
}

/// `yyyyMMdd`, with `HHmm` where there is room for it.
fn read_moment(digits: &str) -> Option<DateTime> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i8>().ok();
    let year = digits.get(0..4)?.parse::<i16>().ok()?;
    let (hour, minute) = match digits.len() {
        12 => (number(8, 10)?, number(10, 12)?),
        _ => (0, 0),
    };
    DateTime::new(year, number(4, 6)?, number(6, 8)?, hour, minute, 0, 0).ok()
}

/// Which rule an identifier breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PixIdFlaw {
    /// Something else than letters and digits.
    #[error("o identificador só pode ter letras sem acento e algarismos")]
    Characters,
    /// Not 32 (endToEndId, rtrId) or 29 (idRec, idSolicRec) characters.
    #[error("o identificador não tem o comprimento certo (32, ou 29 na recorrência)")]
    Length,
    /// The first letters are those of another kind.
    #[error("as primeiras letras são de outro tipo de identificador")]
    Prefix,
    /// The ISPB has lower-case letters.
    #[error("o ISPB dentro do identificador tem letras minúsculas")]
    Ispb,
    /// The date or time does not exist.
    #[error("a data e hora dentro do identificador não existem")]
    Moment,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    #[test]
    fn an_end_to_end_id_tells_who_and_when() {
        let id = PixId::read(PixIdKind::EndToEnd, "E00000208202511212359abcDEF12345").unwrap();
        assert_eq!(id.ispb, "00000208");
        assert_eq!((id.date, id.time), (date(2025, 11, 21), Some(time(23, 59, 0, 0))));
        assert_eq!((id.retry_allowed, id.tail), (None, "abcDEF12345"));
    }

    #[test]
    fn a_recurrence_tells_whether_it_may_be_retried() {
        let id = PixId::read(PixIdKind::Recurrence, "RN0000020820251121abcdefghijk").unwrap();
        assert_eq!((id.retry_allowed, id.time), (Some(false), None));
        let id =
            PixId::read(PixIdKind::RecurrenceRequest, "SC0000020820251121abcdefghijk").unwrap();
        assert_eq!((id.date, id.retry_allowed), (date(2025, 11, 21), None));
    }

    #[test]
    fn each_broken_rule_has_its_name() {
        for (kind, text, flaw) in [
            (PixIdKind::EndToEnd, "", PixIdFlaw::Length),
            (PixIdKind::EndToEnd, "E0000020820251121235abcDEF12345", PixIdFlaw::Length),
            (PixIdKind::EndToEnd, "E00000208202511212359abcDEFção5", PixIdFlaw::Characters),
            (PixIdKind::EndToEnd, "D00000208202511212359abcDEF12345", PixIdFlaw::Prefix),
            (PixIdKind::Return, "E00000208202511212359abcDEF12345", PixIdFlaw::Prefix),
            (PixIdKind::EndToEnd, "E0000a208202511212359abcDEF12345", PixIdFlaw::Ispb),
            (PixIdKind::EndToEnd, "E00000208202502302359abcDEF12345", PixIdFlaw::Moment),
            (PixIdKind::EndToEnd, "E00000208202511212460abcDEF12345", PixIdFlaw::Moment),
            (PixIdKind::Recurrence, "RX0000020820251121abcdefghijk", PixIdFlaw::Prefix),
        ] {
            assert_eq!(PixId::read(kind, text), Err(flaw), "{text}");
        }
    }

    #[test]
    fn a_txid_is_long_for_charges_and_short_in_static_codes() {
        let (short, long) = ("a".repeat(25), "a".repeat(26));
        assert!(is_static_txid(&short) && !is_charge_txid(&short));
        assert!(is_charge_txid(&long) && !is_static_txid(&long));
        assert!(is_static_txid("***") && !is_received_txid("***"));
        assert!(
            !is_static_txid("") && !is_static_txid("RP-2019") && !is_charge_txid(&"a".repeat(36))
        );
        assert!(is_received_txid("A1") && is_refund_id("D1") && !is_refund_id("d-1"));
    }
}
