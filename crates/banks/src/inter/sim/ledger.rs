//! The account's ledger: what enters it, and what of it is shown when.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::calendar::Calendar;
use quita_core::fact::Means;
use quita_core::money::Money;
use serde_json::{Value as Json, json};

use super::ISPB;
use super::boleto::Boleto;
use super::payments::CLEARING_HOUR;
use super::state::{Draft, Movement, State};
use super::switches::WeekendRows;
use crate::simulator::clock;
use crate::simulator::input::{field, text};
use crate::simulator::random::{end_to_end_id, uuid};
use crate::simulator::{ControlError, Entropy};

/// A movement that has nothing to do with a boleto.
pub(super) struct Move<'a> {
    pub(super) account: &'a str,
    pub(super) amount: Money,
    pub(super) kind: Option<&'a str>,
    pub(super) with: Option<&'a str>,
    pub(super) document: Option<&'a str>,
    pub(super) day: Option<Date>,
}

impl State {
    /// Money of a settled payment, and the bank's fee, reach the account.
    pub(super) fn credit(
        &mut self,
        place: usize,
        payment: usize,
        at: Timestamp,
        rng: &mut dyn Entropy,
    ) {
        let Some(boleto) = self.boletos.get(place) else { return };
        let Some(row) = self.credit_row(boleto, payment, at, rng) else { return };
        let account = boleto.account.clone();
        let fee = Money::from_cents(self.switches.fee_cents.max(0));
        let fee_row = Movement {
            id: uuid(rng),
            kind: "TARIFA".to_owned(),
            amount: -fee,
            title: "Tarifa de cobrança".to_owned(),
            description: format!("TARIFA COBRANCA - {}", row.document_number),
            details: fee_details(&row.details),
            ..row.clone()
        };
        self.enter(&account, row);
        if fee.is_positive() {
            self.enter(&account, fee_row);
        }
    }

    fn credit_row(
        &self,
        boleto: &Boleto,
        number: usize,
        at: Timestamp,
        rng: &mut dyn Entropy,
    ) -> Option<Movement> {
        let payment = boleto.payments.get(number)?;
        let name = field(&boleto.customer, "nome").and_then(text).unwrap_or_default();
        let our_number = boleto.title.as_ref().map(|title| title.our_number.clone());
        let our_number = our_number.unwrap_or_default();
        let (kind, title, description, document_number, details) = match payment.means {
            Means::Boleto => {
                let parts = &payment.parts;
                let details = json!({
                    "nossoNumero": our_number,
                    "seuNumero": boleto.reference,
                    "codBarras": boleto.title.as_ref().map(|title| &title.barcode),
                    "nome": name,
                    "cpfCnpj": boleto.document,
                    "dataEmissao": boleto.issued_on,
                    "dataVencimento": boleto.due,
                    "dataTransacao": clock::bare_text(payment.paid_at),
                    "dataLimite": boleto.limit(),
                    "juros": parts.interest.to_decimal(),
                    "multa": parts.fine.to_decimal(),
                    "abatimento": "0",
                    "desconto1": parts.discount.to_decimal(),
                    "desconto2": "0",
                    "desconto3": "0",
                    "tipoDetalhe": DETAIL,
                });
                let description = format!("RECEBIMENTO TITULO - 112/{our_number}");
                let title = "Boleto de cobrança recebido";
                ("BOLETO_COBRANCA", title, description, our_number, details)
            }
            Means::Pix => {
                let account = self.accounts.get(&boleto.account)?;
                let end_to_end_id = payment.end_to_end_id.clone().unwrap_or_default();
                let details = json!({
                    "endToEndId": end_to_end_id,
                    "txId": boleto.qr.as_ref().map(|qr| &qr.txid),
                    "nomePagador": name,
                    "cpfCnpjPagador": boleto.document,
                    "chavePixRecebedor": account.pix_key,
                    "nomeRecebedor": account.owner,
                    "codigoSolicitacao": boleto.id,
                    "tipoDetalhe": DETAIL,
                });
                ("PIX", "Pix recebido", pix_description(&name), end_to_end_id, details)
            }
        };
        Some(Movement {
            title: title.to_owned(),
            description,
            counterpart: name,
            document_number,
            details,
            boleto: Some(boleto.id.clone()),
            ..Movement::new(uuid(rng), at, kind, payment.amount)
        })
    }

    /// A Pix to the bare key: only the statement knows of it.
    pub(super) fn credit_plain_pix(
        &mut self,
        account: &str,
        amount: Money,
        end_to_end_id: &str,
        at: Timestamp,
        rng: &mut dyn Entropy,
    ) {
        let name = "CLIENTE SEM COBRANCA";
        let details = self.pix_in(account, end_to_end_id, name, None);
        let row = Movement {
            title: "Pix recebido".to_owned(),
            description: pix_description(name),
            counterpart: name.to_owned(),
            document_number: end_to_end_id.to_owned(),
            details,
            ..Movement::new(uuid(rng), at, "PIX", amount)
        };
        self.enter(account, row);
    }

    fn pix_in(&self, account: &str, id: &str, name: &str, document: Option<&str>) -> Json {
        let account = self.accounts.get(account);
        let mut details = json!({
            "endToEndId": id,
            "nomePagador": name,
            "chavePixRecebedor": account.map(|account| &account.pix_key),
            "nomeRecebedor": account.map(|account| &account.owner),
            "tipoDetalhe": DETAIL,
        });
        if let Some(document) = document {
            details["cpfCnpjPagador"] = json!(document);
        }
        details
    }

    /// Any other movement; with an earlier day it is a late one.
    pub(super) fn other(
        &mut self,
        asked: &Move<'_>,
        now: Timestamp,
        rng: &mut dyn Entropy,
    ) -> Result<Json, ControlError> {
        let Some(account) = self.accounts.get(asked.account) else {
            return Err(ControlError(format!("não há a conta {:?}", asked.account)));
        };
        if asked.amount == Money::ZERO {
            return Err(ControlError("o valor não pode ser zero".to_owned()));
        }
        if asked.day.is_some_and(|day| day > clock::day(now)) {
            return Err(ControlError("o dia não pode ser futuro".to_owned()));
        }
        let came_in = asked.amount.is_positive();
        let kind = asked.kind.unwrap_or("OUTROS");
        let with = asked.with.unwrap_or("OUTRA PONTA");
        let owner = account.owner.clone();
        let id = end_to_end_id(ISPB, now, rng);
        let (title, description, details) = match (kind, came_in) {
            ("PIX", true) => {
                let details = self.pix_in(asked.account, &id, with, asked.document);
                ("Pix recebido", pix_description(with), details)
            }
            // With a blank at the end, as seen.
            ("PIX", false) => {
                let description = format!("PIX ENVIADO - Cp :00416968-{}", with.to_uppercase());
                ("Pix enviado ", description, both_ends(&owner, with, Some(&id)))
            }
            ("TRANSFERENCIA", true) => {
                ("Transferência recebida", with.to_uppercase(), both_ends(with, &owner, None))
            }
            ("TRANSFERENCIA", false) => {
                ("Transferência enviada", with.to_uppercase(), both_ends(&owner, with, None))
            }
            ("PAGAMENTO", _) => {
                let total = absolute(asked.amount).to_decimal();
                let details = json!({
                    "valorTotal": total,
                    "nomeDestinatario": with,
                    "nomeOrigem": owner,
                    "juros": "0.0",
                    "multa": "0.0",
                    "tipoDetalhe": DETAIL,
                });
                ("Pagamento efetuado", format!("PAGAMENTO DE TITULO - {with}"), details)
            }
            ("TARIFA", _) => ("Tarifa", with.to_uppercase(), json!({})),
            ("ESTORNO", _) => ("Estorno", with.to_uppercase(), Json::Null),
            _ => ("Lançamento", with.to_uppercase(), Json::Null),
        };
        let mut row = Movement {
            title: title.to_owned(),
            description,
            counterpart: with.to_owned(),
            details,
            ..Movement::new(uuid(rng), now, kind, asked.amount)
        };
        row.day = asked.day.unwrap_or(row.day);
        let id = row.id.clone();
        self.enter(asked.account, row);
        Ok(json!({ "idTransacao": id }))
    }

    /// Puts a row into the ledger as the switches want it to be shown.
    fn enter(&mut self, account: &str, mut row: Movement) {
        if self.switches.weekend_rows == WeekendRows::NextBusinessDay {
            let day = Calendar::national().next_business_day(row.day);
            if day != row.day {
                (row.day, row.shown_from) = (day, Some(clock::instant(day, 0)));
            }
        }
        let morning =
            |days: u16| clock::instant(clock::plus_days(row.day, i64::from(days)), CLEARING_HOUR);
        if self.switches.rows_late.take() {
            row.shown_from = Some(morning(self.switches.rows_late_days));
        }
        if self.switches.rows_corrected.take() {
            let wrong = Money::from_cents(self.switches.rows_corrected_cents);
            let until = morning(self.switches.rows_corrected_days);
            row.draft = Some(Draft { until, amount: row.amount + wrong });
        }
        if let Some(account) = self.accounts.get_mut(account) {
            account.movements.push(row);
        }
    }

    /// Every movement of an account as it is in the end.
    pub(super) fn books(&self, account: &str) -> Result<Json, ControlError> {
        let Some(account) = self.accounts.get(account) else {
            return Err(ControlError(format!("não há a conta {account:?}")));
        };
        let row = |row: &Movement| {
            json!({
                "id": row.id,
                "day": row.day,
                "amount": row.amount,
                "kind": row.kind,
                "boleto": row.boleto,
            })
        };
        Ok(account.movements.iter().map(row).collect())
    }

    fn ledger(&self, account: &str) -> &[Movement] {
        self.accounts.get(account).map_or(&[][..], |account| &account.movements)
    }

    /// The rows of a period that the bank shows by now, by day.
    pub(super) fn rows(
        &self,
        account: &str,
        (from, to): (Date, Date),
        now: Timestamp,
    ) -> Vec<Cow<'_, Movement>> {
        let mut rows: Vec<Cow<'_, Movement>> = self
            .ledger(account)
            .iter()
            .filter(|row| (from..=to).contains(&row.day))
            .filter_map(|row| row.shown(now))
            .collect();
        rows.sort_by_key(|row| row.day);
        if let Some(word) = &self.switches.kind_word {
            rows.iter_mut().for_each(|row| row.to_mut().kind.clone_from(word));
        }
        rows
    }

    /// The day whose end a balance is of: on days without business that of the last one.
    pub(super) fn balance_day(&self, day: Date) -> Date {
        let calendar = Calendar::national();
        if self.switches.balance_on_weekends || calendar.is_business_day(day) {
            return day;
        }
        calendar.add_business_days(day, -1)
    }

    /// What the account holds at the end of a day, as far as is shown by now.
    pub(super) fn balance_at(&self, account: &str, day: Date, now: Timestamp) -> Money {
        let day = self.balance_day(day);
        let rows = self.ledger(account).iter().filter(|row| row.day <= day);
        let moved: Money = rows.filter_map(|row| row.shown(now)).map(|row| row.amount).sum();
        Money::from_cents(self.switches.opening_balance_cents) + moved
    }
}

impl Movement {
    fn new(id: String, at: Timestamp, kind: &str, amount: Money) -> Self {
        Self {
            id,
            at,
            day: clock::day(at),
            kind: kind.to_owned(),
            amount,
            title: String::new(),
            description: String::new(),
            counterpart: String::new(),
            document_number: String::new(),
            details: Json::Null,
            boleto: None,
            shown_from: None,
            draft: None,
        }
    }

    /// The row as it is shown at an instant, if it is.
    fn shown(&self, now: Timestamp) -> Option<Cow<'_, Self>> {
        if self.shown_from.is_some_and(|from| from > now) {
            return None;
        }
        let Some(draft) = self.draft.as_ref().filter(|draft| draft.until > now) else {
            return Some(Cow::Borrowed(self));
        };
        Some(Cow::Owned(Self {
            kind: "OUTROS".to_owned(),
            amount: draft.amount,
            title: "Lançamento provisório".to_owned(),
            description: "LANCAMENTO PROVISORIO".to_owned(),
            counterpart: String::new(),
            document_number: String::new(),
            details: Json::Null,
            ..self.clone()
        }))
    }
}

/// How much is told; the reference shows no other word.
const DETAIL: &str = "COMPLETE";

/// An amount without its sign.
pub(super) fn absolute(amount: Money) -> Money {
    if amount < Money::ZERO { -amount } else { amount }
}

fn both_ends(payer: &str, receiver: &str, id: Option<&str>) -> Json {
    let mut details =
        json!({ "nomePagador": payer, "nomeRecebedor": receiver, "tipoDetalhe": DETAIL });
    if let Some(id) = id {
        details["endToEndId"] = json!(id);
    }
    details
}

fn pix_description(name: &str) -> String {
    format!("PIX RECEBIDO - Cp :00416968-{}", name.to_uppercase())
}

/// What a fee tells of the boleto or Pix it is for.
fn fee_details(credit: &Json) -> Json {
    let mut details = json!({});
    for name in
        ["nossoNumero", "seuNumero", "codBarras", "endToEndId", "dataEmissao", "dataVencimento"]
    {
        if let Some(value) = credit.get(name) {
            details[name] = value.clone();
        }
    }
    details
}
