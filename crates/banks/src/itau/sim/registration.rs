//! Registering for notices about boletos: one record for each kind.

use quita_core::money::Money;
use serde_json::{Value as Json, json};

use super::Call;
use super::reply::{self, Field};
use super::state::{NoticeKind, Registered, State};
use crate::contract::HttpResponse;
use crate::simulator::clock;
use crate::simulator::input::{field, money, number, query, text};

/// Each kind with the last digits of its id.
const KINDS: [(&str, &str, NoticeKind); 2] = [
    ("BAIXA_EFETIVA", "01", NoticeKind::BaixaEfetiva),
    ("BAIXA_OPERACIONAL", "02", NoticeKind::BaixaOperacional),
];

/// What is told where the client says nothing: from ten cents on.
const LEAST: Money = Money::from_cents(10);

impl State {
    /// `POST /notificacoes_boletos`.
    pub(super) fn notices_post(&mut self, call: &Call<'_>) -> HttpResponse {
        let data = data(call);
        let mut wrong = Vec::new();
        let account = required(&data, "id_beneficiario", &mut wrong);
        let account = format!("{account:0>12}");
        let registered = read(&data, call, &mut wrong);
        let kinds: Vec<&str> = field(&data, "tipos_notificacoes")
            .and_then(Json::as_array)
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .filter_map(Json::as_str)
            .collect();
        if kinds.is_empty() || !kinds.iter().all(|kind| KINDS.iter().any(|(w, ..)| w == kind)) {
            let message = "Informe BAIXA_EFETIVA e/ou BAIXA_OPERACIONAL";
            wrong.push(Field::new("data.tipos_notificacoes", message, kinds.join(",")));
        }
        if !wrong.is_empty() {
            return reply::invalid(&wrong);
        }
        if !self.may(call, &account) {
            return reply::message(403, "Acesso Proibido");
        }
        let again = self.switches.notices_again;
        let Some(entry) = self.accounts.get_mut(&account) else {
            return reply::message(403, "Acesso Proibido");
        };
        let wanted: Vec<_> = KINDS.iter().filter(|(word, ..)| kinds.contains(word)).collect();
        if !again && wanted.iter().any(|(_, code, _)| entry.notices.contains_key(*code)) {
            return reply::refused(422, "Notificação já cadastrada para o beneficiário");
        }
        let mut made = Vec::new();
        for (_, code, kind) in wanted {
            let one = Registered { kind: *kind, ..registered.clone() };
            made.push(shown(&account, code, &one));
            entry.notices.insert((*code).to_owned(), one);
        }
        reply::json(201, &json!({ "data": made }))
    }

    /// `GET /notificacoes_boletos`.
    pub(super) fn notices_get(&self, call: &Call<'_>) -> HttpResponse {
        let account = query(call.request, "id_beneficiario").unwrap_or_default();
        if !self.may(call, account) {
            return reply::message(403, "Acesso Proibido");
        }
        let wanted = query(call.request, "tipo_notificacao");
        let entry = self.accounts.get(account);
        let rows: Vec<Json> = KINDS
            .iter()
            .filter(|(word, ..)| wanted.is_none_or(|wanted| wanted == *word))
            .filter_map(|(_, code, _)| Some(shown(account, code, entry?.notices.get(*code)?)))
            .collect();
        if rows.is_empty() {
            return reply::message(404, "Recurso Inexistente");
        }
        reply::json(200, &json!({ "data": rows }))
    }

    /// `PATCH /notificacoes_boletos/{id}`.
    pub(super) fn notice_patch(&mut self, call: &Call<'_>, id: &str) -> HttpResponse {
        let data = data(call);
        let Some(one) = self.notice_of(call, id) else {
            return reply::message(404, "Recurso Inexistente");
        };
        let put = |name: &str, place: &mut String| {
            if let Some(value) = field(&data, name).and_then(text) {
                *place = value;
            }
        };
        put("webhook_url", &mut one.url);
        put("webhook_oauth_url", &mut one.oauth_url);
        put("webhook_client_id", &mut one.client_id);
        put("webhook_client_secret", &mut one.client_secret);
        put("webhook_oauth_scope", &mut one.scope);
        if let Some(least) = field(&data, "valor_minimo").and_then(money) {
            one.least = least;
        }
        reply::empty(204)
    }

    /// `DELETE /notificacoes_boletos/{id}`.
    pub(super) fn notice_delete(&mut self, call: &Call<'_>, id: &str) -> HttpResponse {
        if self.notice_of(call, id).is_none() {
            return reply::message(404, "Recurso Inexistente");
        }
        if let (Some(account), Some(code)) = (id.get(..12), id.get(12..))
            && let Some(account) = self.accounts.get_mut(account)
        {
            account.notices.remove(code);
        }
        reply::empty(204)
    }

    fn notice_of(&mut self, call: &Call<'_>, id: &str) -> Option<&mut Registered> {
        let (account, code) = (id.get(..12)?, id.get(12..)?);
        if !self.may(call, account) {
            return None;
        }
        self.accounts.get_mut(account)?.notices.get_mut(code)
    }
}

fn data(call: &Call<'_>) -> Json {
    let body = serde_json::from_slice::<Json>(&call.request.body).unwrap_or_default();
    body.get("data").cloned().unwrap_or_default()
}

fn required(data: &Json, name: &str, wrong: &mut Vec<Field>) -> String {
    let value = field(data, name).and_then(text).unwrap_or_default();
    if value.is_empty() {
        let name = format!("data.{name}");
        wrong.push(Field::new(name, "Campo obrigatório não informado", ""));
    }
    value
}

fn read(data: &Json, call: &Call<'_>, wrong: &mut Vec<Field>) -> Registered {
    let url = required(data, "webhook_url", wrong);
    let oauth_url = required(data, "webhook_oauth_url", wrong);
    for (name, value) in [("webhook_url", &url), ("webhook_oauth_url", &oauth_url)] {
        let host = value.strip_prefix("https://").unwrap_or_default();
        // An address of digits and dots alone names a machine, which the bank does not call.
        let host = host.split(['/', ':']).next().unwrap_or_default();
        let is_number = host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if !value.is_empty() && is_number {
            let message = "Deve ser um endereço https com nome de domínio";
            wrong.push(Field::new(format!("data.{name}"), message, value.clone()));
        }
    }
    Registered {
        kind: NoticeKind::BaixaEfetiva,
        url,
        oauth_url,
        client_id: required(data, "webhook_client_id", wrong),
        client_secret: required(data, "webhook_client_secret", wrong),
        scope: field(data, "webhook_oauth_scope").and_then(text).unwrap_or_default(),
        least: field(data, "valor_minimo").and_then(money).unwrap_or(LEAST),
        created: call.now,
    }
}

fn shown(account: &str, code: &str, one: &Registered) -> Json {
    json!({
        "id_notificacao_boleto": format!("{account}{code}"),
        "id_beneficiario": account,
        "tipo_notificacao": one.kind,
        "webhook_url": one.url,
        "webhook_oauth_url": one.oauth_url,
        "webhook_oauth_scope": one.scope,
        "valor_minimo": number(one.least),
        "data_criacao": clock::utc_text(one.created),
    })
}
