//! Instructions on registered boletos: one attribute at a time.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::calendar::Calendar;
use quita_core::terms::Terms;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::Call;
use super::boleto::{Boleto, End, Event, Situacao};
use super::emission::{accepts, discounts, fine, interest};
use super::fields::{Reader, Service};
use super::numbers;
use super::reply::{self, Field};
use super::state::{State, Task};
use super::switches::ShownTerm;
use crate::contract::HttpResponse;
use crate::simulator::clock;

/// Wallets that are not written off on the day of issue.
const NOT_ON_ISSUE: [&str; 2] = ["156", "157"];

/// What is to be done, read and checked: the attribute and its body.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Instruction {
    pub(super) what: String,
    pub(super) body: String,
}

impl State {
    /// `PATCH /cash_management/v2/boletos/{id}/{what}`.
    pub(super) fn instruction(&mut self, call: &Call<'_>, path: &str) -> HttpResponse {
        let (id, what) = path.split_once('/').unwrap_or((path, ""));
        let Some((account, id)) = full_id(id) else {
            let message = "Formado por agência, conta, DAC, carteira e nosso número";
            return reply::invalid(&[Field::new("id_boleto", message, id)]);
        };
        if !self.may(call, &account) {
            return reply::message(403, "Acesso Proibido");
        }
        let Some(place) = self.registered(&id).last().copied() else {
            return reply::message(404, "Boleto não encontrado");
        };
        let Ok(body) = serde_json::from_slice::<Json>(&call.request.body) else {
            return reply::message(400, "O corpo deve ser um objeto JSON");
        };
        let Some(boleto) = self.boletos.get(place) else {
            return reply::message(404, "Boleto não encontrado");
        };
        let body = wrapped(what, body);
        let mut reader = Reader::new(&body, Service::Instruction, &self.switches);
        let mut changed = boleto.clone();
        if !change(&mut changed, what, &mut reader, &self.switches.moved_with_due, call.today) {
            return reply::message(404, "Recurso Inexistente");
        }
        if !reader.wrong.is_empty() {
            return reply::invalid(&reader.wrong);
        }
        if boleto.situation != Situacao::Aberto {
            return reply::refused(422, "Título não está em aberto");
        }
        let first = Calendar::national().add_business_days(boleto.issued_on, 1);
        if self.switches.next_business_day && call.today < first {
            let text = "Instrução permitida a partir do dia útil seguinte à emissão";
            return reply::refused(422, text);
        }
        if what == "baixa"
            && boleto.issued_on == call.today
            && NOT_ON_ISSUE.contains(&boleto.wallet.as_str())
        {
            return reply::refused(422, "Carteira não permite baixa no dia da emissão");
        }
        if self.switches.instructions_refused.take() {
            return reply::refused(422, "Instrução não permitida para o título");
        }
        let instruction = Instruction { what: what.to_owned(), body: body.to_string() };
        match self.switches.instruction_delay_ms {
            0 => self.apply(place, &instruction, call.now),
            delay => {
                let at = clock::later(call.now, delay);
                self.schedule(at, Task::Instruct { boleto: place, instruction });
            }
        }
        match self.switches.instruction_status {
            204 => reply::empty(204),
            status => {
                let told = json!({
                    "codigo": status.to_string(),
                    "mensagem": "Aguardando aprovação",
                    "campos": [{ "campo": "COD-RET", "mensagem": "Aguardando aprovação", "valor": "" }],
                });
                reply::json(status, &json!({ "data": told }))
            }
        }
    }

    /// An instruction takes effect, unless the boleto has ended meanwhile.
    pub(super) fn apply(&mut self, place: usize, instruction: &Instruction, at: Timestamp) {
        let Some(boleto) = self.boletos.get(place) else { return };
        if boleto.situation != Situacao::Aberto {
            return;
        }
        if instruction.what == "baixa" {
            self.write_off(place, "BAIXA POR SOLICITACAO DO BENEFICIARIO", at);
            return;
        }
        let body: Json = serde_json::from_str(&instruction.body).unwrap_or_default();
        let mut reader = Reader::new(&body, Service::Instruction, &self.switches);
        let mut changed = boleto.clone();
        let moved = &self.switches.moved_with_due;
        change(&mut changed, &instruction.what, &mut reader, moved, clock::day(at));
        let name = instruction.what.replace('_', " ").to_uppercase();
        changed.history.push(Event {
            day: clock::day(at),
            operation: format!("ALTERACAO {name}"),
            before: format!("{} {}", boleto.due, boleto.amount.to_decimal()),
            after: format!("{} {}", changed.due, changed.amount.to_decimal()),
        });
        if let Some(boleto) = self.boletos.get_mut(place) {
            *boleto = changed;
        }
    }

    /// Ends a boleto without payment.
    pub(super) fn write_off(&mut self, place: usize, reason: &str, at: Timestamp) {
        let Some(boleto) = self.boletos.get_mut(place) else { return };
        boleto.situation = Situacao::Baixado;
        boleto.end = Some(End { reason: reason.to_owned(), day: clock::day(at) });
        boleto.history.push(Event {
            day: clock::day(at),
            operation: "BAIXAR".to_owned(),
            before: String::new(),
            after: String::new(),
        });
        self.moved(place, "B", at);
    }
}

/// Account and full id; our number may come with fewer or more zeros in front.
fn full_id(id: &str) -> Option<(String, String)> {
    let is_right = (23..=31).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
    if !is_right {
        return None;
    }
    let (account, wallet, number) = (&id[..12], &id[12..15], id[15..].trim_start_matches('0'));
    Some((account.to_owned(), format!("{account}{wallet}{number:0>8}")))
}

/// Carries an instruction out on a copy, with complaints in `reader`; false where the bank has no
/// such instruction.
fn change(
    boleto: &mut Boleto,
    what: &str,
    reader: &mut Reader<'_>,
    moved: &[ShownTerm],
    today: Date,
) -> bool {
    match what {
        "baixa" => {}
        "data_vencimento" => {
            if let Some(due) = reader.date("data_vencimento") {
                if due < today {
                    reader.fault("data_vencimento", "Data de vencimento menor que o prazo mínimo");
                }
                let days = i64::from(quita_core::calendar::days_between(boleto.due, due));
                boleto.limit = clock::plus_days(boleto.limit, days).max(due);
                boleto.due = due;
                boleto.move_terms(days, moved);
            }
        }
        "valor_nominal" => {
            boleto.amount = reader.required_money("valor_titulo");
            if !boleto.amount.is_positive() {
                reader.fault("valor_titulo", "Valor fora do intervalo permitido");
            }
        }
        "abatimento" => {
            boleto.terms.abatement = reader.required_money("valor_abatimento");
            if boleto.terms.abatement >= boleto.amount {
                let message = "Abatimento deve ser menor que o valor do título";
                reader.fault("valor_abatimento", message);
            }
        }
        "multa" => {
            boleto.terms.fine = fine(reader, "", boleto.due);
            boleto.keep(what, reader);
        }
        "juros" => {
            boleto.terms.interest = interest(reader, "", boleto.due);
            boleto.keep(what, reader);
        }
        "desconto" => {
            boleto.terms.discounts = discounts(reader, "");
            boleto.keep(what, reader);
        }
        "data_limite_pagamento" => {
            if let Some(limit) = reader.date("data_limite_pagamento") {
                if limit < boleto.due {
                    reader.fault("data_limite_pagamento", "Deve ser depois do vencimento");
                }
                boleto.limit = limit;
            }
        }
        "seu_numero" => boleto.reference = reader.required("texto_seu_numero", 10),
        "recebimento_divergente" => {
            boleto.terms.accepts = accepts(reader, "");
            boleto.keep(what, reader);
        }
        // Taken and shown again; nothing follows from it here.
        "protesto" | "negativacao" | "pagador" | "sacador_avalista" => {
            boleto.keep(what, reader);
        }
        _ => return false,
    }
    if let Some(title) =
        numbers::title(&boleto.account, &boleto.wallet, &boleto.number, boleto.due, boleto.amount)
    {
        boleto.title = title;
    }
    true
}

impl Boleto {
    /// The due date moved by so many days, and with it the days of these terms.
    fn move_terms(&mut self, days: i64, moved: &[ShownTerm]) {
        let Terms { fine, interest, discounts, .. } = &mut self.terms;
        for which in moved {
            let dates: Vec<&mut Date> = match which {
                ShownTerm::Juros => interest.iter_mut().map(|one| &mut one.date).collect(),
                ShownTerm::Multa => fine.iter_mut().map(|one| &mut one.date).collect(),
                ShownTerm::Desconto => discounts.iter_mut().map(|one| &mut one.date).collect(),
                ShownTerm::Abatimento | ShownTerm::RecebimentoDivergente => Vec::new(),
            };
            dates.into_iter().for_each(|date| *date = clock::plus_days(*date, days));
        }
    }

    /// What was sent of it takes the place of what there was.
    fn keep(&mut self, what: &str, reader: &Reader<'_>) {
        if let Some(rest) = self.rest.as_object_mut() {
            rest.insert(what.to_owned(), reader.value(what).cloned().unwrap_or_default());
        }
    }
}

/// Some come flat or as one object: as one object from here on.
fn wrapped(what: &str, body: Json) -> Json {
    let is_wrapped = body.get(what).is_some_and(Json::is_object);
    match what {
        "multa"
        | "juros"
        | "desconto"
        | "recebimento_divergente"
        | "protesto"
        | "negativacao"
        | "pagador"
        | "sacador_avalista"
            if !is_wrapped =>
        {
            json!({ what: body })
        }
        _ => body,
    }
}
