//! The account's statement and balances (account statement v1).

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::money::Money;
use serde_json::{Value as Json, json};

use super::Call;
use super::reply;
use super::state::{Row, State};
use super::switches::StatementShape;
use crate::contract::HttpResponse;
use crate::simulator::clock;
use crate::simulator::input::{number, query};
use crate::simulator::random::uuid;
use crate::simulator::{ControlError, Entropy};

/// Most movements a page.
const PAGE: usize = 1000;

impl State {
    /// Puts a row into the ledger.
    pub(super) fn enter(&mut self, account: &str, row: Row) {
        if let Some(account) = self.accounts.get_mut(account) {
            account.rows.push(row);
        }
    }

    /// Every row of an account, for tests.
    pub(super) fn books(&self, account: &str) -> Result<Json, ControlError> {
        let Some(account) = self.accounts.get(account) else {
            return Err(ControlError(format!("não há a conta {account:?}")));
        };
        let row = |row: &Row| {
            json!({
                "id": row.id,
                "day": row.day,
                "amount": row.amount,
                "kind": row.code,
                "text": row.text,
                "boleto": row.boleto,
            })
        };
        Ok(account.rows.iter().map(row).collect())
    }

    /// What the account holds at the end of a day.
    pub(super) fn balance_at(&self, account: &str, day: Date) -> Money {
        let rows = self.accounts.get(account).map_or(&[][..], |account| &account.rows);
        let moved: Money = rows.iter().filter(|row| row.day <= day).map(|row| row.amount).sum();
        Money::from_cents(self.switches.opening_balance_cents) + moved
    }

    /// `GET /account-statement/v1/statements/{conta}`.
    pub(super) fn statement(&self, call: &Call<'_>, account: &str) -> HttpResponse {
        if !self.may(call, account) {
            return reply::statement(403, "Acesso Proibido");
        }
        let text = |name: &str| query(call.request, name);
        let day = |name: &str| text(name).and_then(|text| text.get(..10)?.parse::<Date>().ok());
        if text("type") != Some("current_account") {
            return reply::statement(400, "type inválido");
        }
        let (Some(from), to) = (day("start_date"), day("end_date").unwrap_or(call.today)) else {
            return reply::statement(400, "start_date inválido");
        };
        if from > to {
            return reply::statement(400, "end_date anterior a start_date");
        }
        let count = |name: &str| text(name).and_then(|text| text.parse::<usize>().ok());
        let size = count("page_size").unwrap_or(PAGE).clamp(1, PAGE);
        let page = count("page").unwrap_or(1).max(1);
        let rows = self.accounts.get(account).map_or(&[][..], |account| &account.rows);
        let mut rows: Vec<&Row> = rows.iter().filter(|r| (from..=to).contains(&r.day)).collect();
        rows.sort_by_key(|row| row.day);
        let total = rows.len();
        let pages = total.div_ceil(size);
        let events: Vec<Json> =
            rows.into_iter().skip((page - 1).saturating_mul(size)).take(size).map(event).collect();
        let balance = self.balance_at(account, to);
        let balances = json!([{
            "type": "saldo_disponivel",
            "date": { "event": day_end(to) },
            "literal": {
                "shortened": "SALDO TOTAL DISPONÍVEL DIA",
                "complete": "SALDO TOTAL DISPONÍVEL DIA",
            },
            "amount": { "value": number(balance), "currency": "BRL" },
        }]);
        let body = match self.switches.statement_shape {
            StatementShape::Schema => json!({
                "data": [{
                    "events": events,
                    "balances": balances,
                    "pagination": {
                        "page": page,
                        "totalPages": pages,
                        "totalElements": total,
                        "pageSize": size,
                    },
                }],
            }),
            StatementShape::Example => json!({
                "content": {
                    "data": [{ "events": events, "balances": balances }],
                    "pagination": {
                        "links": { "first": "", "last": "", "previous": "", "next": "" },
                        "page": page,
                        "total_pages": pages,
                        "total_elements": total,
                        "page_size": size,
                    },
                },
            }),
        };
        reply::json(200, &body)
    }
}

impl Row {
    /// A row of which nothing more is told.
    pub(super) fn new(
        amount: Money,
        (code, text): (&str, &str),
        at: Timestamp,
        rng: &mut dyn Entropy,
    ) -> Self {
        Self {
            id: uuid(rng),
            at,
            day: clock::day(at),
            amount,
            code: code.to_owned(),
            text: text.to_owned(),
            counterpart: None,
            origin: None,
            boleto: None,
        }
    }
}

fn event(row: &Row) -> Json {
    let mut event = json!({
        "id": row.id,
        "type": "lancamento",
        "operation": if row.amount.is_positive() { "C" } else { "D" },
        "reversal": false,
        "date": {
            "event": clock::utc_text(row.at),
            "accounting": format!("{}T00:00:00.000Z", row.day),
        },
        "literal": { "code": row.code, "shortened": row.text, "complete": row.text },
        "amount": {
            "value": number(if row.amount.is_positive() { row.amount } else { -row.amount }),
            "currency": "BRL",
        },
    });
    if let Some((name, document)) = &row.counterpart {
        event["counterpart"] = json!({ "name": name, "document": document });
    }
    if let Some((identifier, kind)) = &row.origin {
        event["origin"] = json!({ "identifier": identifier, "type": kind });
    }
    event
}

/// The last moment of a day in São Paulo, in UTC as the bank writes it.
fn day_end(day: Date) -> String {
    let next = clock::instant(clock::plus_days(day, 1), 0);
    let last = next.checked_sub(jiff::SignedDuration::from_millis(1)).unwrap_or(next);
    clock::utc_text(last)
}
