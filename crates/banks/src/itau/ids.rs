//! The names by which the bank knows an account and a boleto.
//!
//! Account: branch 4, account 7, digit 1. Boleto: account, wallet 3, our number 8 (OpenAPI of
//! cash management, path of the instructions). A bolecode's txid holds the same numbers.

use crate::contract::Ctx;

/// `id_beneficiario`, twelve digits.
pub(super) fn account(ctx: &Ctx) -> String {
    format!("{:0>4}{:0>7}{:0>1}", ctx.branch, ctx.account_number, ctx.account_digit)
}

/// The parts of a boleto's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BoletoId {
    pub(super) account: String,
    pub(super) wallet: String,
    pub(super) our_number: String,
}

impl BoletoId {
    /// Its parts, filled with zeros where the bank leaves them out.
    pub(super) fn new(account: &str, wallet: &str, our_number: &str) -> Self {
        Self {
            account: format!("{account:0>12}"),
            wallet: format!("{wallet:0>3}"),
            our_number: format!("{our_number:0>8}"),
        }
    }

    /// The text that names it; `None` where a part has more digits than it can.
    pub(super) fn text(&self) -> Option<String> {
        let text = format!("{}{}{}", self.account, self.wallet, self.our_number);
        (text.len() == 23 && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
    }

    /// From the text that names it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() != 23 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Self::new(&text[..12], &text[12..15], &text[15..]))
    }

    /// From a bolecode's txid: `BL`, account 12, wallet 3, our number with zeros to 15.
    pub(super) fn of_txid(txid: &str) -> Option<Self> {
        let digits = txid.strip_prefix("BL")?;
        if digits.len() != 30 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let our_number = digits[15..].trim_start_matches('0');
        Some(Self::new(&digits[..12], &digits[12..15], our_number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boleto_is_named_by_account_wallet_and_number() {
        let id = BoletoId::new("150000052061", "109", "1");
        assert_eq!(id.text().as_deref(), Some("15000005206110900000001"));
        assert_eq!(BoletoId::parse("15000005206110900000001"), Some(id.clone()));
        assert_eq!(BoletoId::of_txid("BL150000052061109000000000000001"), Some(id));
        assert_eq!(BoletoId::new("1", "109", "123456789").text(), None);
        for text in ["", "15000005206110900000O01", "BL150000052061109000000000127623"] {
            assert_eq!(BoletoId::parse(text), None, "{text}");
        }
    }
}
