//! Our number, barcode, writable line and Pix code of a boleto.
//!
//! In production they keep every rule; in the bank's test environment they keep none: another
//! bank code, wrong check digits, our number of ten digits, a field length of three digits in
//! the Pix code (whose checksum is right). Both as seen in real boletos of either environment.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::barcode::{BankCode, Barcode, FreeField};
use quita_core::check_digit::mod10;
use quita_core::due_factor::DueFactor;
use quita_core::money::Money;
use quita_formats::br_code::crc16;
use serde::{Deserialize, Serialize};

use super::switches::Environment;
use crate::simulator::Entropy;
use crate::simulator::random::{alphanumeric, hex32};

/// Branch and wallet, the same for every account.
const BRANCH_AND_WALLET: &str = "0001112";

/// Numbers of a registered boleto.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Title {
    /// Place in the account's row of numbers, from 1.
    pub(super) sequence: u64,
    pub(super) our_number: String,
    pub(super) barcode: String,
    pub(super) writable_line: String,
}

/// The Pix side of a hybrid boleto.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Qr {
    pub(super) txid: String,
    /// Last part of the location: 32 hexadecimal digits.
    pub(super) location: String,
    pub(super) br_code: String,
}

/// The numbers of a boleto; `None` where the due date or the amount fits in no barcode.
pub(super) fn title(
    operation: &str,
    sequence: u64,
    due: Date,
    amount: Money,
    numbers: Environment,
) -> Option<Title> {
    let ten = format!("{:010}", sequence % 10_000_000_000);
    let digit = mod10(format!("{BRANCH_AND_WALLET}{ten}").as_bytes());
    let free_field = FreeField::parse(&format!("{BRANCH_AND_WALLET}{operation}{ten}{digit}"))?;
    let factor = DueFactor::of_date(due).ok()?;
    let bank = BankCode::parse("077")?;
    let barcode = Barcode::compose(bank, Some(factor), amount, free_field).ok()?;
    let (barcode, line) =
        (barcode.as_str().to_owned(), barcode.writable_line().as_str().to_owned());
    Some(match numbers {
        Environment::Production => {
            Title { sequence, our_number: format!("{ten}{digit}"), barcode, writable_line: line }
        }
        Environment::Sandbox => Title {
            sequence,
            our_number: ten,
            barcode: bogus(&barcode, &[4]),
            writable_line: bogus(&line, &[9, 20, 31, 32]),
        },
    })
}

/// Another bank code in front, and the digits at these places one higher.
fn bogus(digits: &str, places: &[usize]) -> String {
    let mut digits = digits.as_bytes().to_vec();
    digits[..3].copy_from_slice(b"000");
    for place in places {
        digits[*place] = b'0' + (digits[*place] - b'0' + 1) % 10;
    }
    digits.iter().map(|b| char::from(*b)).collect()
}

/// A Pix code for a boleto.
pub(super) fn qr(
    account: &str,
    amount: Money,
    numbers: Environment,
    now: Timestamp,
    rng: &mut dyn Entropy,
) -> Qr {
    let mut txid = format!("{account}{}", now.as_millisecond().max(0));
    let rest = 35_usize.saturating_sub(txid.len());
    txid.push_str(&alphanumeric(rng, rest));
    let location = hex32(rng);
    let br_code = br_code(&location, amount, numbers);
    Qr { txid, location, br_code }
}

/// The text of the Pix code: receiver name `*`, as the bank writes it.
pub(super) fn br_code(location: &str, amount: Money, numbers: Environment) -> String {
    let field = |id: &str, value: &str| format!("{id}{:02}{value}", value.len());
    let place = match numbers {
        Environment::Production => "spi-qrcode.bancointer.com.br/spi/pj/v2/cobv",
        // Long enough that the length of the template has a third digit, which breaks the rule.
        Environment::Sandbox => "cdpj-sandbox.partners.uatinter.co/pj-s/v2/cobv",
    };
    let url = format!("{place}/{location}");
    let template = field("00", "BR.GOV.BCB.PIX") + &field("25", &url);
    let template = match numbers {
        Environment::Production => field("26", &template),
        Environment::Sandbox => format!("26{:03}{template}", template.len()),
    };
    let text = [
        "000201010212",
        &template,
        "520400005303986",
        &field("54", &amount.to_decimal()),
        "5802BR5901*6008CURITIBA61088003000062070503***6304",
    ]
    .concat();
    let crc = crc16(text.as_bytes());
    format!("{text}{crc:04X}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn production_numbers_follow_the_rules_of_the_bank() {
        for (operation, sequence, due, cents, barcode, line) in [
            (
                "1234567",
                1,
                date(2026, 12, 21),
                12_345,
                "07793166700000123450001112123456700000000010",
                "07790001161212345670400000000109316670000012345",
            ),
            (
                "0953319",
                9_001_234_567,
                date(2025, 2, 21),
                250,
                "07794999900000002500001112095331990012345677",
                "07790001161209533199200123456774499990000000250",
            ),
            (
                "0562079",
                77_700_012,
                date(2025, 2, 22),
                9_999_999_999,
                "07791100099999999990001112056207900777000128",
                "07790001161205620790007770001282110009999999999",
            ),
        ] {
            let amount = Money::from_cents(cents);
            let title = title(operation, sequence, due, amount, Environment::Production).unwrap();
            assert_eq!((title.barcode.as_str(), title.writable_line.as_str()), (barcode, line));
            assert_eq!(title.our_number, barcode[33..]);
        }
    }

    #[test]
    fn the_pix_code_has_the_shape_of_the_bank() {
        let code = br_code(
            "0123456789abcdef0123456789abcdef",
            Money::from_cents(12_345),
            Environment::Production,
        );
        assert_eq!(
            code,
            "00020101021226980014BR.GOV.BCB.PIX2576spi-qrcode.bancointer.com.br/spi/pj/v2/cobv/\
             0123456789abcdef0123456789abcdef5204000053039865406123.455802BR5901*6008CURITIBA6108\
             8003000062070503***6304E57B"
        );
    }

    #[test]
    fn sandbox_numbers_keep_no_rule() {
        let amount = Money::from_cents(12_345);
        let title = title("1234567", 1, date(2026, 12, 21), amount, Environment::Sandbox).unwrap();
        assert!(!title.barcode.starts_with("077") && title.our_number.len() == 10);
        assert!(Barcode::parse(&title.barcode).is_err());
        assert!(Barcode::parse(&title.writable_line).is_err());
    }
}
