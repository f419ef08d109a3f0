//! Reading one boleto, its PDF, cancelling and changing it.

use quita_core::fact::Means;
use serde_json::{Value as Json, json};

use super::Call;
use super::boleto::{Boleto, Charge, Situacao, means_word};
use super::issue::Form;
use super::pdf;
use super::reply::{self, Family, Violation};
use super::state::{Edit, EditStatus, State, Task};
use crate::contract::HttpResponse;
use crate::simulator::Entropy;
use crate::simulator::clock;
use crate::simulator::input::{field, number, text};
use crate::simulator::random::uuid;

/// Longest reason of a cancellation.
const REASON_LENGTH: usize = 50;

impl State {
    /// The boleto that a call names, once the bank shows it.
    fn shown(&self, call: &Call<'_>) -> Result<(usize, &Boleto), HttpResponse> {
        self.find(&call.account, &call.id)
            .filter(|(_, boleto)| {
                clock::later(boleto.issued_at, self.switches.not_found_window_ms) <= call.now
            })
            .ok_or_else(|| {
                reply::problem(Family::Cobranca, 404, "Cobrança não encontrada para esta conta")
            })
    }

    /// `GET /cobranca/v3/cobrancas/{codigoSolicitacao}`.
    pub(super) fn detail(&mut self, call: &Call<'_>) -> HttpResponse {
        let (place, _) = match self.shown(call) {
            Ok(found) => found,
            Err(refusal) => return refusal,
        };
        let back = self.switches.situation_back.take();
        let boleto = &self.boletos[place];
        let situation = boleto.situation_before.filter(|_| back).unwrap_or(boleto.situation);
        reply::json(200, &self.detail_json(boleto, situation))
    }

    fn detail_json(&self, boleto: &Boleto, situation: Situacao) -> Json {
        let mut all = self.numbers_json(boleto);
        let mut cobranca = self.core_json(boleto, situation);
        cobranca["valorNominal"] = number(boleto.amount);
        cobranca["pagador"] = boleto.customer.clone();
        cobranca["arquivada"] = json!(false);
        if let Some(members) = cobranca.as_object_mut()
            && !self.switches.detail_has_id
        {
            members.remove("codigoSolicitacao");
        }
        let discounts = boleto.discount.iter().map(|discount| {
            let mut json =
                charge(discount.charge, "PERCENTUALDATAINFORMADA", "VALORFIXODATAINFORMADA");
            json["quantidadeDias"] = json!(discount.days_before);
            json
        });
        cobranca["descontos"] = discounts.collect();
        if let Some(fine) = boleto.fine {
            cobranca["multa"] = charge(fine, "PERCENTUAL", "VALORFIXO");
        }
        if let Some(interest) = boleto.interest {
            cobranca["mora"] = charge(interest, "TAXAMENSAL", "VALORDIA");
        }
        if let Some(fiscal_document) = &boleto.fiscal_document {
            all["notaFiscal"] = fiscal_document.clone();
        }
        all["cobranca"] = cobranca;
        all
    }

    /// What detail and list say in the same way.
    pub(super) fn core_json(&self, boleto: &Boleto, situation: Situacao) -> Json {
        let word = self.switches.situation_word.as_deref().unwrap_or(situation.word());
        let mut json = json!({
            "codigoSolicitacao": boleto.id,
            "seuNumero": boleto.reference,
            "dataEmissao": boleto.issued_on,
            "dataVencimento": boleto.due,
            "tipoCobranca": "SIMPLES",
            "situacao": word,
            "dataSituacao": clock::day(boleto.situation_since),
        });
        let total = boleto
            .received(self.switches.double_payment_total, self.switches.marked_paid_total)
            .filter(|_| situation == boleto.situation);
        if let Some(total) = total {
            json["valorTotalRecebido"] = json!(total.to_decimal());
            if let Some(payment) = boleto.settled().next_back() {
                json["origemRecebimento"] = json!(means_word(payment.means));
            }
        }
        if let Some(reason) = &boleto.reason {
            json["motivoCancelamento"] = json!(reason);
        }
        json
    }

    /// `boleto` and `pix`, where the boleto has them.
    pub(super) fn numbers_json(&self, boleto: &Boleto) -> Json {
        let mut json = json!({});
        if let Some(title) = &boleto.title {
            json["boleto"] = json!({
                "nossoNumero": title.our_number,
                "codigoBarras": title.barcode,
                "linhaDigitavel": title.writable_line,
            });
        }
        if let Some(qr) = &boleto.qr {
            json["pix"] = json!({ "txid": qr.txid, "pixCopiaECola": qr.br_code });
        }
        json
    }

    /// `GET …/{codigoSolicitacao}/pdf`.
    pub(super) fn pdf(&self, call: &Call<'_>) -> HttpResponse {
        let boleto = match self.shown(call) {
            Ok((_, boleto)) => boleto,
            Err(refusal) => return refusal,
        };
        let Some(title) = &boleto.title else {
            let status = self.switches.pdf_not_ready_status;
            return reply::problem(Family::Cobranca, status, "PDF ainda não disponível");
        };
        let owner = self.accounts.get(&boleto.account).map_or("", |account| &account.owner);
        let customer = field(&boleto.customer, "nome").and_then(text).unwrap_or_default();
        let file = pdf::page(&[
            "BANCO SIMULADO - SEM VALOR".to_owned(),
            format!("Beneficiario: {owner}"),
            format!("Pagador: {customer}"),
            format!("Seu numero: {}", boleto.reference),
            format!("Nosso numero: {}", title.our_number),
            format!("Vencimento: {}", boleto.due),
            format!("Valor: R$ {}", boleto.amount),
            title.writable_line.clone(),
        ]);
        if self.switches.pdf_raw {
            return reply::typed(200, "application/pdf", file);
        }
        reply::pdf(&file)
    }

    /// `POST …/{codigoSolicitacao}/cancelar`.
    pub(super) fn cancel(&mut self, call: &Call<'_>) -> HttpResponse {
        let (place, situation) = match self.shown(call) {
            Ok((place, boleto)) => (place, boleto.situation),
            Err(refusal) => return refusal,
        };
        let body = match call.json(Family::Cobranca) {
            Ok(body) => body,
            Err(refusal) => return refusal,
        };
        let reason = field(&body, "motivoCancelamento").and_then(text).unwrap_or_default();
        if !(1..=REASON_LENGTH).contains(&reason.chars().count()) {
            let violation = Violation::of(
                "motivoCancelamento",
                format!("tamanho deve ser entre 1 e {REASON_LENGTH}"),
                Some(reason),
            );
            return reply::invalid(Family::Cobranca, &[violation], call.now);
        }
        if !situation.is_open() {
            let detail =
                format!("Cobrança na situação {} não pode ser cancelada", situation.word());
            return reply::refused(400, &detail, &[], call.now);
        }
        match self.switches.cancel_delay_ms {
            0 => self.close_cancelled(place, reason, call.now),
            delay => {
                let at = clock::later(call.now, delay);
                self.schedule(at, Task::Cancel { boleto: place, reason });
            }
        }
        reply::empty(self.switches.cancel_status)
    }

    /// Cancels what is still open.
    pub(super) fn close_cancelled(&mut self, place: usize, reason: String, at: jiff::Timestamp) {
        let Some(boleto) = self.boletos.get_mut(place) else { return };
        if boleto.situation.is_open() {
            boleto.reason = Some(reason);
            self.change_situation(place, Situacao::Cancelado, at);
        }
    }

    /// `PATCH …/{codigoSolicitacao}`.
    pub(super) fn edit(&mut self, call: &Call<'_>, rng: &mut dyn Entropy) -> HttpResponse {
        let (place, situation) = match self.shown(call) {
            Ok((place, boleto)) => (place, boleto.situation),
            Err(refusal) => return refusal,
        };
        let body = match call.json(Family::Cobranca) {
            Ok(body) => body,
            Err(refusal) => return refusal,
        };
        let mut form = Form { body: &body, violations: Vec::new() };
        let has = |name| field(&body, name).is_some();
        let due =
            has("dataVencimento").then(|| form.due_date("dataVencimento", call.now)).flatten();
        let amount = has("valorNominal").then(|| form.amount("valorNominal")).flatten();
        if due.is_none() && amount.is_none() && form.violations.is_empty() {
            form.violations.push(Violation::whole("Informe dataVencimento ou valorNominal"));
        }
        if !form.violations.is_empty() {
            return reply::invalid(Family::Cobranca, &form.violations, call.now);
        }
        if !situation.is_open() {
            let detail = format!("Cobrança na situação {} não pode ser editada", situation.word());
            return reply::refused(400, &detail, &[], call.now);
        }
        let id = uuid(rng);
        let to_fail = self.switches.edit_refused.take();
        let status = EditStatus::Processando;
        self.edits.insert(id.clone(), Edit { boleto: place, due, amount, to_fail, status });
        let at = clock::later(call.now, self.switches.edit_delay_ms);
        self.schedule(at, Task::Edit { id: id.clone() });
        let body = json!({
            "status": status,
            "mensagem": "A edição foi recebida e será processada",
            "codigoEdicao": id,
        });
        reply::json(200, &body)
    }

    /// `GET /cobranca/v3/cobrancas/edicao/{codigoEdicao}`.
    pub(super) fn edit_status(&self, call: &Call<'_>) -> HttpResponse {
        let edit = self.edits.get(&call.id).filter(|edit| {
            self.boletos.get(edit.boleto).is_some_and(|boleto| boleto.account == call.account)
        });
        match edit {
            Some(edit) => reply::json(200, &json!({ "status": edit.status })),
            None => reply::problem(Family::Cobranca, 404, "Edição não encontrada"),
        }
    }

    /// `POST …/{codigoSolicitacao}/pagar`, in the bank's test environment only.
    pub(super) fn sandbox_pay(&mut self, call: &Call<'_>, rng: &mut dyn Entropy) -> HttpResponse {
        let place = match self.shown(call) {
            Ok((place, _)) => place,
            Err(refusal) => return refusal,
        };
        let body = match call.json(Family::Cobranca) {
            Ok(body) => body,
            Err(refusal) => return refusal,
        };
        let means = match field(&body, "pagarCom").and_then(Json::as_str) {
            Some("BOLETO") => Means::Boleto,
            Some("PIX") => Means::Pix,
            _ => {
                let violation = Violation::of("pagarCom", "deve ser um de: BOLETO, PIX", None);
                return reply::invalid(Family::Cobranca, &[violation], call.now);
            }
        };
        match self.pay(place, means, None, call.now, rng) {
            Ok(_) => reply::empty(204),
            Err(problem) => reply::refused(400, &problem.0, &[], call.now),
        }
    }
}

/// Fine, interest or discount, with the code for a rate and the one for an amount.
fn charge(charge: Charge, rate_code: &str, amount_code: &str) -> Json {
    match charge {
        Charge::Rate(rate) => {
            let taxa = rate.to_decimal_exact(2).unwrap_or_default();
            let taxa: Json = serde_json::from_str(&taxa).unwrap_or_default();
            json!({ "codigo": rate_code, "taxa": taxa })
        }
        Charge::Amount(amount) => json!({ "codigo": amount_code, "valor": number(amount) }),
    }
}
