//! Registering for notices, their history and sending them again.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::Call;
use super::list::read_number;
use super::reply::{self, Family, Violation};
use super::state::{Attempt, State, Topic, Webhook};
use crate::contract::HttpResponse;
use crate::simulator::clock;
use crate::simulator::input::{field, query, text};

/// Most ids in one wish to send again.
const RETRY_IDS: usize = 50;

impl State {
    /// `PUT /cobranca/v3/cobrancas/webhook`: replaces what was there, one address an account.
    pub(super) fn webhook_put(&mut self, call: &Call<'_>) -> HttpResponse {
        let url = match webhook_url(call, Family::Cobranca) {
            Ok(url) => url,
            Err(refusal) => return refusal,
        };
        if let Some(account) = self.accounts.get_mut(&call.account) {
            account.webhook = Some(registered(account.webhook.take(), url, call.now));
        }
        reply::empty(204)
    }

    /// `GET /cobranca/v3/cobrancas/webhook`.
    pub(super) fn webhook_get(&self, call: &Call<'_>) -> HttpResponse {
        let account = self.accounts.get(&call.account);
        match account.and_then(|account| account.webhook.as_ref()) {
            Some(webhook) => reply::json(200, &webhook_json(webhook)),
            None => reply::problem(Family::Cobranca, 404, "Webhook não cadastrado"),
        }
    }

    /// `DELETE /cobranca/v3/cobrancas/webhook`.
    pub(super) fn webhook_delete(&mut self, call: &Call<'_>) -> HttpResponse {
        let account = self.accounts.get_mut(&call.account);
        match account.and_then(|account| account.webhook.take()) {
            Some(_) => reply::empty(204),
            None => reply::problem(Family::Cobranca, 404, "Webhook não cadastrado"),
        }
    }

    /// `PUT /pix/v2/webhook/{chave}`; a phone number comes without its `+`.
    pub(super) fn pix_webhook_put(&mut self, call: &Call<'_>) -> HttpResponse {
        let url = match webhook_url(call, Family::Pix) {
            Ok(url) => url,
            Err(refusal) => return refusal,
        };
        let Some(account) = self.accounts.get_mut(&call.account) else {
            return reply::problem(Family::Pix, 404, "Conta não encontrada");
        };
        let Some(key) = account.own_key(&call.id) else {
            let reason = "A chave não pertence ao usuário recebedor";
            let violation = Violation::of("chave", reason, Some(call.id.clone()));
            return reply::pix_invalid("WebhookOperacaoInvalida", reason, &[violation]);
        };
        let old = account.pix_webhooks.remove(&key);
        account.pix_webhooks.insert(key, registered(old, url, call.now));
        reply::empty(204)
    }

    /// `GET /pix/v2/webhook/{chave}`.
    pub(super) fn pix_webhook_get(&self, call: &Call<'_>) -> HttpResponse {
        let found = self.accounts.get(&call.account).and_then(|account| {
            let key = account.own_key(&call.id)?;
            Some((account.pix_webhooks.get(&key)?, key))
        });
        match found {
            Some((webhook, key)) => {
                let mut body = webhook_json(webhook);
                body["chave"] = json!(key);
                reply::json(200, &body)
            }
            None => reply::problem(Family::Pix, 404, "Webhook não cadastrado"),
        }
    }

    /// `DELETE /pix/v2/webhook/{chave}`.
    pub(super) fn pix_webhook_delete(&mut self, call: &Call<'_>) -> HttpResponse {
        let found = self.accounts.get_mut(&call.account).and_then(|account| {
            let key = account.own_key(&call.id)?;
            account.pix_webhooks.remove(&key)
        });
        match found {
            Some(_) => reply::empty(204),
            None => reply::problem(Family::Pix, 404, "Webhook não cadastrado"),
        }
    }

    /// `GET …/webhook/callbacks`: calls to the client, newest first.
    pub(super) fn callbacks(&self, call: &Call<'_>, topic: Topic) -> HttpResponse {
        let (family, name) = match topic {
            Topic::Pix => (Family::Pix, "txid"),
            Topic::Cobranca | Topic::Forged => (Family::Cobranca, "codigoSolicitacao"),
        };
        let mut violations = Vec::new();
        let from = read_instant(call, "dataHoraInicio", &mut violations);
        let to = read_instant(call, "dataHoraFim", &mut violations);
        let page = read_number(call, "pagina", (0, 0, 1 << 32), &mut violations);
        let size = read_number(call, "tamanhoPagina", (20, 10, 50), &mut violations);
        let (Some(from), Some(to), true) = (from, to, violations.is_empty()) else {
            return reply::invalid(family, &violations, call.now);
        };
        let subject = query(call.request, name);
        let history = self.accounts.get(&call.account).map_or(&[][..], |a| &a.history);
        let rows: Vec<&Attempt> = history
            .iter()
            .rev()
            .filter(|row| row.topic == topic && row.sent_at >= from && row.sent_at <= to)
            .filter(|row| subject.is_none_or(|s| row.subjects.iter().any(|other| other == s)))
            .collect();
        let pages = rows.len().div_ceil(size);
        let shown = rows.iter().skip(page.saturating_mul(size)).take(size).map(|row| row_json(row));
        let body = json!({
            "totalElementos": rows.len(),
            "totalPaginas": pages,
            "primeiraPagina": page == 0,
            "ultimaPagina": page + 1 >= pages,
            "data": shown.collect::<Vec<Json>>(),
        });
        reply::json(200, &body)
    }

    /// `POST …/webhook/callbacks/retry`: sends the last notice of each id once more.
    pub(super) fn callbacks_retry(&mut self, call: &Call<'_>, topic: Topic) -> HttpResponse {
        let (family, name) = match topic {
            Topic::Pix => (Family::Pix, "txId"),
            Topic::Cobranca | Topic::Forged => (Family::Cobranca, "codigoSolicitacao"),
        };
        let body = match call.json(family) {
            Ok(body) => body,
            Err(refusal) => return refusal,
        };
        let ids: Vec<&str> = field(&body, name)
            .and_then(Json::as_array)
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .filter_map(Json::as_str)
            .collect();
        if !(1..=RETRY_IDS).contains(&ids.len()) {
            let reason = format!("deve ter de 1 a {RETRY_IDS} identificadores");
            return reply::invalid(family, &[Violation::of(name, reason, None)], call.now);
        }
        let mut found = Vec::new();
        for id in ids {
            let history = self.accounts.get(&call.account).map_or(&[][..], |a| &a.history);
            let last = history.iter().rev().filter(|row| row.topic == topic).find_map(|row| {
                let place = row.subjects.iter().position(|subject| subject == id)?;
                let item = match &row.payload {
                    Json::Array(items) => items.get(place)?,
                    object => object,
                };
                Some((row.url.clone(), item.clone()))
            });
            if let Some((url, item)) = last {
                self.post(topic, call.account.clone(), url, id.to_owned(), item, call.now);
                found.push(id);
            }
        }
        reply::json(200, &json!({ "foundIds": found }))
    }
}

impl super::state::Account {
    /// The account's Pix key, where this is it: a phone number also without its `+`.
    fn own_key(&self, key: &str) -> Option<String> {
        let own = &self.pix_key;
        (own == key || own.strip_prefix('+') == Some(key)).then(|| own.clone())
    }
}

fn webhook_url(call: &Call<'_>, family: Family) -> Result<String, HttpResponse> {
    let body = call.json(family)?;
    let url = field(&body, "webhookUrl").and_then(text).unwrap_or_default();
    let is_https = url.starts_with("https://") && !url.chars().any(char::is_whitespace);
    if is_https {
        return Ok(url);
    }
    let reason = r"deve corresponder a ^https://\S*$";
    Err(reply::invalid(family, &[Violation::of("webhookUrl", reason, Some(url))], call.now))
}

fn registered(old: Option<Webhook>, url: String, now: Timestamp) -> Webhook {
    match old {
        Some(old) => Webhook { url, created: old.created, updated: Some(now) },
        None => Webhook { url, created: now, updated: None },
    }
}

fn webhook_json(webhook: &Webhook) -> Json {
    let mut json = json!({
        "webhookUrl": webhook.url,
        "criacao": clock::utc_text(webhook.created),
    });
    if let Some(updated) = webhook.updated {
        json["atualizacao"] = json!(clock::utc_text(updated));
    }
    json
}

fn row_json(row: &Attempt) -> Json {
    let is_done = row.status.is_some_and(|status| (200..300).contains(&status));
    let mut json = json!({
        "webhookUrl": row.url,
        "payload": row.payload,
        "numeroTentativa": row.number,
        "dataHoraDisparo": clock::utc_text(row.sent_at),
        "sucesso": is_done,
    });
    if let Some(status) = row.status {
        json["httpStatus"] = json!(status);
    }
    if !is_done {
        json["mensagemErro"] = json!(match row.status {
            Some(status) => format!("O servidor respondeu {status}"),
            None => "Sem resposta do servidor".to_owned(),
        });
    }
    json
}

/// An instant that must be there: `yyyy-MM-dd'T'HH:mm[:ss][.SSS]XXX`.
pub(super) fn read_instant(
    call: &Call<'_>,
    name: &str,
    violations: &mut Vec<Violation>,
) -> Option<Timestamp> {
    let value = query(call.request, name);
    // A `+` of the offset that the client forgot to encode arrives as a blank.
    let found = value.and_then(|value| value.replace(' ', "+").parse().ok());
    if found.is_none() {
        let reason = "deve ser uma data e hora com fuso";
        violations.push(Violation::of(name, reason, value.map(str::to_owned)));
    }
    found
}
