//! The daily movement («francesinha»): what entered, was settled, was written off.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::calendar::Calendar;
use quita_core::money::Money;
use serde_json::{Value as Json, json};

use super::Call;
use super::query::paged;
use super::reply::{self, Field};
use super::state::{Movement, State};
use super::switches::MovementDay;
use crate::contract::HttpResponse;
use crate::simulator::clock;
use crate::simulator::input::query;

/// The hour of the morning from which the bank shows the movement of the day before.
const SHOWN_HOUR: i8 = 6;

impl State {
    /// Enters the movement of a payment that is credited so many business days later.
    pub(super) fn paid(
        &mut self,
        place: usize,
        status: &str,
        amount: Money,
        at: Timestamp,
        days: u16,
    ) {
        let (today, calendar) = (clock::day(at), Calendar::national());
        let day = match (self.switches.movement_day, days) {
            (MovementDay::Paid, _) | (MovementDay::Credited, 0) => today,
            (MovementDay::BusinessDay, _) => calendar.next_business_day(today),
            (MovementDay::Credited, days) => calendar.add_business_days(today, i32::from(days)),
        };
        self.moved_on(day, place, status, amount, at);
    }

    /// Enters a movement of a boleto without money.
    pub(super) fn moved(&mut self, place: usize, status: &str, at: Timestamp) {
        let day = Calendar::national().next_business_day(clock::day(at));
        self.moved_on(day, place, status, Money::ZERO, at);
    }

    fn moved_on(&mut self, day: Date, place: usize, status: &str, amount: Money, at: Timestamp) {
        let Some(boleto) = self.boletos.get(place) else { return };
        let calendar = Calendar::national();
        let lag = i32::from(self.switches.movement_lag_days);
        let shown_from = match lag {
            0 => at,
            lag => clock::instant(calendar.add_business_days(day, lag), SHOWN_HOUR),
        };
        let above = amount - boleto.amount;
        let is_money = amount.is_positive();
        let movement = Movement {
            day,
            shown_from,
            status: status.to_owned(),
            boleto: place,
            amount,
            added: if is_money && above.is_positive() { above } else { Money::ZERO },
            taken_off: if is_money && above < Money::ZERO { -above } else { Money::ZERO },
        };
        let account = boleto.account.clone();
        if let Some(account) = self.accounts.get_mut(&account) {
            account.movements.push(movement);
        }
    }

    /// `GET /boletos/v3/francesas`: the days of a month that have a movement.
    pub(super) fn positions(&self, call: &Call<'_>) -> HttpResponse {
        let text = |name: &str| query(call.request, name).unwrap_or_default();
        let account = format!("{:0>4}{:0>7}{}", text("agencia"), text("conta"), text("dac"));
        let month = text("mes_referencia");
        if month.len() != 6 || !month.bytes().all(|b| b.is_ascii_digit()) {
            let field = Field::new("mes_referencia", "Deve estar no formato mmaaaa", month);
            return reply::v3(400, "Erros de validação", &[field]);
        }
        if !self.may(call, &account) {
            return reply::v3(403, "Acesso Proibido", &[]);
        }
        let mut days: BTreeMap<Date, usize> = BTreeMap::new();
        for movement in self.shown(&account, call.now) {
            if movement.day.strftime("%m%Y").to_string() == month {
                *days.entry(movement.day).or_default() += 1;
            }
        }
        let rows: Vec<Json> = days
            .into_iter()
            .map(|(day, count)| json!({ "data_posicao": day, "quantidade": count }))
            .collect();
        reply::json(200, &json!({ "data": rows }))
    }

    /// `GET /boletos/v3/francesas/{conta}/movimentacoes`.
    pub(super) fn movements(&self, call: &Call<'_>, account: &str) -> HttpResponse {
        let day = match self.day_of(call, account) {
            Ok(day) => day,
            Err(refusal) => return refusal,
        };
        let text = |name: &str| query(call.request, name);
        let number = text("nosso_numero").map(|number| format!("{number:0>8}"));
        let fits = |movement: &&Movement| {
            let Some(boleto) = self.boletos.get(movement.boleto) else { return false };
            let kind = if boleto.hybrid { "bolecode" } else { "boleto" };
            movement.day == day
                && text("tipo_cobranca").is_none_or(|wanted| wanted == kind)
                && text("tipo_movimentacao").is_none_or(|wanted| wanted == class(&movement.status))
                && number.as_ref().is_none_or(|number| *number == boleto.number)
                && text("seu_numero").is_none_or(|reference| reference == boleto.reference)
        };
        let shown = self.shown(account, call.now);
        let rows: Vec<Json> = shown.filter(fits).filter_map(|m| self.movement_json(m)).collect();
        if rows.is_empty() {
            match self.switches.no_movement_status {
                404 => return reply::v3(404, "Recurso Inexistente", &[]),
                204 => return reply::empty(204),
                _ => {}
            }
        }
        reply::json(200, &paged(call, rows, self.switches.movement_page_max))
    }

    /// `GET /boletos/v3/francesas/{conta}/movimentacoes_resumidas`.
    pub(super) fn movement_summary(&self, call: &Call<'_>, account: &str) -> HttpResponse {
        let day = match self.day_of(call, account) {
            Ok(day) => day,
            Err(refusal) => return refusal,
        };
        let total = |wanted: &str| {
            let of_day = self.shown(account, call.now).filter(|m| m.day == day);
            let mut sum = (Money::ZERO, 0);
            for movement in of_day.filter(|m| class(&m.status) == wanted) {
                let nominal = self.boletos.get(movement.boleto).map(|boleto| boleto.amount);
                sum = (sum.0 + nominal.unwrap_or_default(), sum.1 + 1);
            }
            json!({ "valor": sum.0.to_decimal(), "quantidade": sum.1 })
        };
        let credited: Money = self
            .shown(account, call.now)
            .filter(|m| m.day == day)
            .map(|movement| movement.amount)
            .sum();
        let body = json!({
            "posicao": {
                "data_posicao": day,
                "entradas": total("entradas"),
                "liquidacoes": total("liquidacoes"),
                "baixas": total("baixas"),
            },
            "movimentacao_conta": {
                "valores_disponiveis": credited.to_decimal(),
                "valores_a_compensar": "0.00",
                "valores_nao_liberados": "0.00",
                "valor_total_deducoes": "0.00",
                "deducoes": [],
            },
        });
        reply::json(200, &json!({ "data": body }))
    }

    fn day_of(&self, call: &Call<'_>, account: &str) -> Result<Date, HttpResponse> {
        if !self.may(call, account) {
            return Err(reply::v3(403, "Acesso Proibido", &[]));
        }
        let text = query(call.request, "data").unwrap_or_default();
        text.parse().map_err(|_| {
            let field = Field::new("data", "Deve estar no formato AAAA-MM-DD", text);
            reply::v3(400, "Erros de validação", &[field])
        })
    }

    fn shown(&self, account: &str, now: Timestamp) -> impl Iterator<Item = &Movement> {
        let movements = self.accounts.get(account).map_or(&[][..], |account| &account.movements);
        movements.iter().filter(move |movement| movement.shown_from <= now)
    }

    fn movement_json(&self, movement: &Movement) -> Option<Json> {
        let boleto = self.boletos.get(movement.boleto)?;
        let number = |text: &str| text.parse::<u64>().unwrap_or_default();
        Some(json!({
            "agencia": number(boleto.account.get(..4)?),
            "conta": number(boleto.account.get(4..11)?),
            "dac_agencia_conta_beneficiario": number(boleto.account.get(11..)?),
            "data_movimentacao": movement.day,
            "data_movimentacao_titulo_carteira": movement.day,
            "numero_carteira": number(&boleto.wallet),
            "codigo_status": movement.status,
            "tipo_movimentacao": class(&movement.status),
            "nosso_numero": boleto.number,
            "seu_numero": boleto.reference,
            "dac_titulo": number(&boleto.title.digit),
            "tipo_cobranca": if boleto.hybrid { "Bolecode" } else { "Boleto" },
            "sequencia_titulo": 1,
            "pagador": boleto.customer_name,
            "agencia_recebedora": 1234,
            "data_inclusao": boleto.issued_on,
            "data_vencimento": boleto.due,
            "valor_titulo": boleto.amount.to_decimal(),
            "valor_liquido_lancado": movement.amount.to_decimal(),
            "valor_acrescimo": movement.added.to_decimal(),
            "valor_decrescimo": movement.taken_off.to_decimal(),
            "indicador_pagamento_reserva_administrativa": "",
            "indicador_rateio_credito": false,
            "operacoes_cobranca": [],
            "operacoes_desconto": [],
        }))
    }
}

/// The class of a status, as the bank filters by it.
fn class(status: &str) -> &'static str {
    match status {
        "E" | "EA" => "entradas",
        "L" => "liquidacoes",
        _ => "baixas",
    }
}
