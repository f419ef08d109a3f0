//! Values as people in Brazil read them.

use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};
use quita_core::document::Document;
use quita_core::fold::Status;
use quita_core::money::Money;
use quita_engine::clock::bank_time;

/// `R$ 1.234,56`, on one line.
pub(crate) fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}R$\u{a0}{}", Money::from_cents(cents.saturating_abs()))
}

/// `24/11/2026`.
pub(crate) fn date(date: Date) -> String {
    date.strftime("%d/%m/%Y").to_string()
}

/// `24/11/2026 14:05`, in São Paulo.
pub(crate) fn instant(instant: Timestamp) -> String {
    bank_time(instant).strftime("%d/%m/%Y %H:%M").to_string()
}

/// The instant for people and machines.
pub(crate) fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (instant(at)) } }
}

/// `12.345.678/0001-95`; as it is where it is no document.
pub(crate) fn document(text: &str) -> String {
    Document::parse(text).map_or_else(|_| text.to_owned(), |document| document.formatted())
}

/// The status of a boleto as a pill, with the reason where there is one.
pub(crate) fn status(status: Status, overdue: bool, reason: Option<&str>) -> Markup {
    let (label, look) = match status {
        Status::Created => ("Enviando", "wait"),
        Status::Registered if overdue => ("Vencido", "bad"),
        Status::Registered => (status.label(), "still"),
        Status::Settled => (status.label(), "good"),
        Status::Rejected => (status.label(), "bad"),
        Status::CancellationRequested => (status.label(), "wait"),
        Status::Expired | Status::Cancelled => (status.label(), "still"),
    };
    html! { span class={ "state " (look) } title=[reason] { (label) } }
}

/// What kind of movement a line is: words of OFX and of the banks in Portuguese, those that are not
/// known in small letters.
pub(crate) fn movement(word: &str) -> String {
    let known = match word {
        "CREDIT" => "Crédito",
        "DEBIT" => "Débito",
        "INT" => "Juros",
        "DIV" => "Dividendos",
        "FEE" | "SRVCHG" => "Tarifa",
        "DEP" | "DIRECTDEP" => "Depósito",
        "ATM" => "Caixa eletrônico",
        "POS" => "Compra com cartão",
        "XFER" => "Transferência",
        "CHECK" => "Cheque",
        "PAYMENT" => "Pagamento",
        "CASH" => "Saque",
        "DIRECTDEBIT" => "Débito automático",
        "REPEATPMT" => "Pagamento programado",
        "HOLD" => "Bloqueio",
        "OTHER" => "Outro",
        "PIX" => "Pix",
        "ANTECIPACAO_RECEBIVEIS" => "Antecipação de recebíveis",
        "ANTECIPACAO_RECEBIVEIS_CARTAO" => "Antecipação de recebíveis de cartão",
        "BOLETO_COBRANCA" => "Boleto de cobrança",
        "CAMBIO" => "Câmbio",
        "COMPRA_DEBITO" => "Compra no débito",
        "DEBITO_AUTOMATICO" => "Débito automático",
        "DEBITO_EM_CONTA" => "Débito em conta",
        "DEPOSITO_BOLETO" => "Depósito por boleto",
        "DOMICILIO_CARTAO" => "Domicílio de cartão",
        "MAQUININHA_GRANITO" => "Maquininha Granito",
        "TRANSFERENCIA" => "Transferência",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let is_loud = word.len() > 3 && word.chars().all(|c| c.is_uppercase() || "_ ".contains(c));
    match word.chars().next().filter(|_| is_loud) {
        Some(first) => {
            let rest = word[first.len_utf8()..].to_lowercase().replace('_', " ");
            format!("{first}{rest}")
        }
        None => word.to_owned(),
    }
}

/// One or many: `count(1, "boleto", "boletos")`.
pub(crate) fn count(number: i64, one: &str, many: &str) -> String {
    let digits = Money::from_cents(number.saturating_mul(100)).to_string();
    let digits = digits.trim_end_matches(",00").to_owned();
    format!("{digits} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates_are_brazilian() {
        assert_eq!(money(123_456), "R$\u{a0}1.234,56");
        assert_eq!(count(1, "boleto", "boletos"), "1 boleto");
        assert_eq!(count(12_345, "boleto", "boletos"), "12.345 boletos");
        let at: Timestamp = "2026-11-24T02:30:00Z".parse().unwrap();
        assert_eq!(instant(at), "23/11/2026 23:30");
        assert_eq!(document("11222333000181"), "11.222.333/0001-81");
        assert_eq!(document("?"), "?");
    }

    #[test]
    fn kinds_of_movements_are_read_by_people() {
        for (word, shown) in [
            ("OTHER", "Outro"),
            ("BOLETO_COBRANCA", "Boleto de cobrança"),
            ("CASHBACK_ANUAL", "Cashback anual"),
            ("TED", "TED"),
            ("Pix recebido", "Pix recebido"),
            ("", ""),
        ] {
            assert_eq!(movement(word), shown);
        }
    }

    #[test]
    fn what_went_out_has_its_sign_before_the_currency() {
        assert_eq!(money(123_456), "R$\u{a0}1.234,56");
        assert_eq!(money(-100), "-R$\u{a0}1,00");
    }
}
