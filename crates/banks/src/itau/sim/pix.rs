//! Pix received through the QR of boletos (BACEN's Pix API), and where their notices go.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::Call;
use super::boleto::Boleto;
use super::reply;
use super::state::State;
use crate::contract::HttpResponse;
use crate::simulator::clock;
use crate::simulator::input::{field, query, text};

impl State {
    /// One Pix in BACEN's words.
    pub(super) fn pix_json(&self, boleto: &Boleto, number: usize) -> Option<Json> {
        let payment = boleto.payments.get(number)?;
        let id = payment.end_to_end_id.as_ref()?;
        let key = self.accounts.get(&boleto.account).map(|account| account.pix_key.as_str());
        Some(json!({
            "endToEndId": id,
            "txid": boleto.qr.as_ref().map(|qr| &qr.txid),
            "valor": payment.amount.to_decimal(),
            "chave": key,
            "horario": clock::utc_text(payment.paid_at),
            "infoPagador": "",
            "devolucoes": [],
        }))
    }

    /// Pix of the client's accounts, with the instant of each.
    fn pix_of(&self, call: &Call<'_>) -> impl Iterator<Item = (Timestamp, &Boleto, usize)> {
        let accounts = self.accounts_of(call);
        self.boletos.iter().filter(move |boleto| accounts.contains(&boleto.account)).flat_map(
            |boleto| {
                let paid = boleto.payments.iter().enumerate();
                let paid = paid.filter(|(_, payment)| payment.end_to_end_id.is_some());
                paid.map(move |(number, payment)| (payment.paid_at, boleto, number))
            },
        )
    }

    /// `GET /pix`.
    pub(super) fn pix_list(&self, call: &Call<'_>) -> HttpResponse {
        let instant = |name: &str| {
            let text = query(call.request, name)?.replace(' ', "+");
            text.parse::<Timestamp>().ok()
        };
        let (Some(from), Some(to)) = (instant("inicio"), instant("fim")) else {
            return reply::pix(400, "PixConsultaInvalida", "inicio e fim são obrigatórios");
        };
        let count = |name: &str, usual: usize| {
            query(call.request, name).and_then(|text| text.parse::<usize>().ok()).unwrap_or(usual)
        };
        let page = count("paginacao.paginaAtual", 0);
        let size = count("paginacao.itensPorPagina", 100).clamp(1, 100);
        let txid = query(call.request, "txid");
        let mut rows: Vec<(Timestamp, &Boleto, usize)> = self
            .pix_of(call)
            .filter(|(at, ..)| (from..=to).contains(at))
            .filter(|(_, boleto, _)| {
                txid.is_none_or(|txid| boleto.qr.as_ref().is_some_and(|qr| qr.txid == txid))
            })
            .collect();
        rows.sort_by_key(|(at, ..)| *at);
        let total = rows.len();
        let shown: Vec<Json> = rows
            .into_iter()
            .skip(page.saturating_mul(size))
            .take(size)
            .filter_map(|(_, boleto, number)| self.pix_json(boleto, number))
            .collect();
        let body = json!({
            "parametros": {
                "inicio": clock::utc_text(from),
                "fim": clock::utc_text(to),
                "paginacao": {
                    "paginaAtual": page,
                    "itensPorPagina": size,
                    "quantidadeDePaginas": total.div_ceil(size),
                    "quantidadeTotalDeItens": total,
                },
            },
            "pix": shown,
        });
        reply::json(200, &body)
    }

    /// `GET /pix/{e2eid}`.
    pub(super) fn pix_get(&self, call: &Call<'_>, id: &str) -> HttpResponse {
        let found = self.pix_of(call).find(|(_, boleto, number)| {
            let payment = boleto.payments.get(*number);
            payment.and_then(|payment| payment.end_to_end_id.as_deref()) == Some(id)
        });
        match found.and_then(|(_, boleto, number)| self.pix_json(boleto, number)) {
            Some(pix) => reply::json(200, &pix),
            None => reply::pix(404, "NaoEncontrado", "Pix não encontrado"),
        }
    }

    /// `PUT /webhook/{chave}`.
    pub(super) fn pix_webhook_put(&mut self, call: &Call<'_>, key: &str) -> HttpResponse {
        let body = serde_json::from_slice::<Json>(&call.request.body).unwrap_or_default();
        let url = field(&body, "webhookUrl").and_then(text).unwrap_or_default();
        if !url.starts_with("https://") {
            return reply::pix(400, "WebhookOperacaoInvalida", "webhookUrl deve ser https");
        }
        let Some(account) = self.account_of_key(call, key) else {
            return reply::pix(404, "NaoEncontrado", "Chave não encontrada");
        };
        if let Some(account) = self.accounts.get_mut(&account) {
            account.pix_webhooks.insert(key.to_owned(), url);
        }
        reply::empty(204)
    }

    /// `GET /webhook/{chave}`.
    pub(super) fn pix_webhook_get(&self, call: &Call<'_>, key: &str) -> HttpResponse {
        let account = self.account_of_key(call, key).and_then(|name| self.accounts.get(&name));
        match account.and_then(|account| account.pix_webhooks.get(key)) {
            Some(url) => reply::json(200, &json!({ "webhookUrl": url, "chave": key })),
            None => reply::pix(404, "NaoEncontrado", "Webhook não cadastrado"),
        }
    }

    /// `DELETE /webhook/{chave}`.
    pub(super) fn pix_webhook_delete(&mut self, call: &Call<'_>, key: &str) -> HttpResponse {
        let account = self.account_of_key(call, key);
        let account = account.and_then(|account| self.accounts.get_mut(&account));
        match account.and_then(|account| account.pix_webhooks.remove(key)) {
            Some(_) => reply::empty(204),
            None => reply::pix(404, "NaoEncontrado", "Webhook não cadastrado"),
        }
    }

    fn account_of_key(&self, call: &Call<'_>, key: &str) -> Option<String> {
        let owns = |name: &&String| self.accounts.get(*name).is_some_and(|a| a.pix_key == key);
        self.accounts_of(call).iter().find(owns).cloned()
    }
}
