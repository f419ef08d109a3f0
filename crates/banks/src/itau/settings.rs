//! What is set for an account at this bank, beside branch and number.

use crate::contract::{Ctx, Numbering};
use crate::info::{Field, FieldKind};

use super::bank::{
    BOLECODE, BOLECODE_OLD, BOLECODE_OLD_CLASSIC, EMISSION, EMISSION_CLASSIC, PIX, PIX_CLASSIC,
};
use super::numbers::Format;

/// The usual wallet of the registered boleto.
const WALLET: &str = "109";

const WALLET_FIELD: &str = "wallet";
const PIX_KEY: &str = "pix_key";
const FIRST: &str = "our_number_first";
const BOLECODE_FIELD: &str = "bolecode";
const PATH: &str = "bolecode_path";
const NUMBERS: &str = "bolecode_numbers";
const ADDRESSES: &str = "addresses";

const fn field(name: &'static str, label: &'static str, hint: &'static str) -> Field {
    Field { name, label, kind: FieldKind::Text, required: false, hint }
}

/// The account's form. Every field has a usual value, so that most people leave them empty.
pub(super) const FIELDS: &[Field] = &[
    field(WALLET_FIELD, "Carteira", "Em geral 109; está no contrato de cobrança"),
    field(PIX_KEY, "Chave Pix", "Chave Pix desta conta, para o QR Code do boleto (bolecode)"),
    field(
        FIRST,
        "Primeiro nosso número",
        "Se outro programa já emitiu nesta carteira, um número acima do último usado; vazio: 1",
    ),
    field(BOLECODE_FIELD, "Versão do bolecode", "novo (usual) ou antigo, como o banco liberou"),
    field(PATH, "Caminho do bolecode novo", "boletos-pix (usual) ou boletos_pix"),
    field(NUMBERS, "Números do bolecode novo", "decimal (usual) ou digitos, se o banco recusar"),
    field(ADDRESSES, "Endereços do banco", "gateway (usual, desde 2026) ou classico"),
];

/// Words that each choice takes, the usual one first.
const CHOICES: &[(&str, [&str; 2])] = &[
    (BOLECODE_FIELD, ["novo", "antigo"]),
    (PATH, ["boletos-pix", "boletos_pix"]),
    (NUMBERS, ["decimal", "digitos"]),
    (ADDRESSES, ["gateway", "classico"]),
];

/// The settings of one account.
pub(super) struct Settings<'a>(&'a Ctx);

impl<'a> Settings<'a> {
    pub(super) const fn of(ctx: &'a Ctx) -> Self {
        Self(ctx)
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        let value = self.0.account.get(name)?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// Whether the second, less usual word of a choice is set.
    fn is_second(&self, name: &str) -> bool {
        let second = CHOICES.iter().find(|(choice, _)| *choice == name).map(|(_, words)| words[1]);
        second.is_some() && self.value(name) == second
    }

    /// Three digits.
    pub(super) fn wallet(&self) -> String {
        format!("{:0>3}", self.value(WALLET_FIELD).unwrap_or(WALLET))
    }

    /// The key that the QR pays to.
    pub(super) fn pix_key(&self) -> Option<&'a str> {
        self.value(PIX_KEY)
    }

    /// Where boletos without QR, and instructions for all, go.
    pub(super) fn emission(&self) -> &'static str {
        if self.is_second(ADDRESSES) { EMISSION_CLASSIC } else { EMISSION }
    }

    /// Where Pix received are.
    pub(super) fn pix(&self) -> &'static str {
        if self.is_second(ADDRESSES) { PIX_CLASSIC } else { PIX }
    }

    /// Where boletos with QR go, under which path, and how numbers are written there.
    pub(super) fn bolecode(&self) -> (&'static str, &'static str, Format) {
        if self.is_second(BOLECODE_FIELD) {
            let classic = self.is_second(ADDRESSES);
            let host = if classic { BOLECODE_OLD_CLASSIC } else { BOLECODE_OLD };
            return (host, "/boletos_pix", Format::Digits);
        }
        let path = if self.is_second(PATH) { "/boletos_pix" } else { "/boletos-pix" };
        let format = if self.is_second(NUMBERS) { Format::Digits } else { Format::Decimal };
        (BOLECODE, path, format)
    }

    /// Our number: eight digits, unique in account and wallet.
    pub(super) fn numbering(&self) -> Numbering {
        let first = self.value(FIRST).and_then(|text| text.parse().ok()).unwrap_or(1);
        Numbering { series: self.wallet(), digits: 8, first: first.max(1) }
    }

    /// What is set to something that this bank does not know, for people.
    pub(super) fn problems(&self) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        for (name, words) in CHOICES {
            if let Some(value) = self.value(name)
                && !words.contains(&value)
            {
                let message = format!("use {} ou {}, não «{value}»", words[0], words[1]);
                found.push((*name, message));
            }
        }
        let is_number = |text: &str, longest| {
            text.len() <= longest && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if self.value(WALLET_FIELD).is_some_and(|wallet| !is_number(wallet, 3)) {
            found.push((WALLET_FIELD, "a carteira tem até 3 dígitos".to_owned()));
        }
        if self.value(FIRST).is_some_and(|first| !is_number(first, 8)) {
            found.push((FIRST, "o nosso número tem até 8 dígitos".to_owned()));
        }
        found
    }
}
