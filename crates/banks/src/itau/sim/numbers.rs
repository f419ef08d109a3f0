//! Barcode, writable line and Pix code of a boleto.
//!
//! Free field: wallet 3, our number 8, its digit, branch 4, account 5, its digit, `000`. Computed
//! here from the bank's manual, not by the connector's rules; the bank's own sample is a test.

use jiff::civil::Date;
use quita_core::barcode::{BankCode, Barcode, FreeField};
use quita_core::check_digit::mod10;
use quita_core::due_factor::DueFactor;
use quita_core::money::Money;
use quita_formats::br_code::{PixDomain, dynamic};
use serde::{Deserialize, Serialize};

use crate::simulator::Entropy;
use crate::simulator::random::uuid;

/// Wallets whose digit of our number leaves out branch and account.
const SHORT_DIGIT: [&str; 11] =
    ["104", "112", "115", "126", "131", "145", "146", "147", "150", "168", "188"];

/// Numbers of a registered boleto.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Title {
    /// `dac_titulo`.
    pub(super) digit: String,
    pub(super) barcode: String,
    pub(super) writable_line: String,
}

/// The Pix side of a hybrid boleto.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Qr {
    pub(super) txid: String,
    pub(super) location: String,
    pub(super) br_code: String,
}

/// The numbers of a boleto; `None` where due date or amount fit in no barcode.
pub(super) fn title(
    account: &str,
    wallet: &str,
    number: &str,
    due: Date,
    amount: Money,
) -> Option<Title> {
    // Of the seven digits of an account the barcode has room for the last five.
    let (branch, short, account_digit) =
        (account.get(..4)?, account.get(6..11)?, account.get(11..)?);
    let over = match SHORT_DIGIT.contains(&wallet) {
        true => format!("{wallet}{number}"),
        false => format!("{branch}{short}{wallet}{number}"),
    };
    let digit = mod10(over.as_bytes()).to_string();
    let field = format!("{wallet}{number}{digit}{branch}{short}{account_digit}000");
    let factor = DueFactor::of_date(due).ok()?;
    let bank = BankCode::parse("341")?;
    let barcode = Barcode::compose(bank, Some(factor), amount, FreeField::parse(&field)?).ok()?;
    Some(Title {
        digit,
        barcode: barcode.as_str().to_owned(),
        writable_line: barcode.writable_line().as_str().to_owned(),
    })
}

/// A Pix code for a boleto. The txid is `BL`, account, wallet and our number with zeros to 15.
pub(super) fn qr(
    account: &str,
    owner: &str,
    wallet: &str,
    number: &str,
    rng: &mut dyn Entropy,
) -> Qr {
    let location = format!("spi.itau.com.br/pix/qr/v2/cobv/{}", uuid(rng));
    let name: String = owner.chars().filter(char::is_ascii).take(25).collect();
    let code = quita_formats::br_code::BrCode {
        domain: PixDomain::Upper,
        ..dynamic(&location, &name, "SAO PAULO")
    };
    let br_code = code.encode().map(|(text, _)| text).unwrap_or_default();
    Qr { txid: format!("BL{account}{wallet}{number:0>15}"), location, br_code }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_sample_of_the_bank_comes_out() {
        let due = date(2022, 7, 30);
        let title = title("150000052061", "157", "00127623", due, Money::from_cents(30_000));
        let title = title.unwrap();
        assert_eq!(title.barcode, "34197906200000300001570012762341500052061000");
        assert_eq!(title.writable_line, "34191570071276234150600520610007790620000030000");
        assert_eq!(title.digit, "4");
    }
}
