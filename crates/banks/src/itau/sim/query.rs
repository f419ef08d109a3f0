//! The query by our number, and the list.

use jiff::civil::Date;
use serde_json::{Value as Json, json};

use super::Call;
use super::boleto::Boleto;
use super::reply::{self, Field};
use super::state::State;
use crate::contract::HttpResponse;
use crate::simulator::input::{bare, query};

impl State {
    /// `GET /boletoscash/v2/boletos`: all boletos that had the number, the current one last.
    pub(super) fn detail(&self, call: &Call<'_>) -> HttpResponse {
        let mut wrong = Vec::new();
        let mut required = |name: &str| {
            let value = query(call.request, name).unwrap_or_default().to_owned();
            if value.is_empty() {
                let message = format!("Campo '{name}' não pode ser nulo ou vazio.");
                wrong.push(Field::new(name, message, "null"));
            }
            value
        };
        let account = required("id_beneficiario");
        let (wallet, number) = (required("codigo_carteira"), required("nosso_numero"));
        let views = ["basico", "basic", "completo", "full", "specific"];
        if let Some(view) = query(call.request, "view").filter(|view| !views.contains(view)) {
            wrong.push(Field::new("view", "Valor inválido", view));
        }
        if !wrong.is_empty() {
            return reply::invalid(&wrong);
        }
        if !self.may(call, &account) {
            return reply::message(403, "Acesso Proibido");
        }
        let places = self.registered(&format!("{account}{wallet:0>3}{number:0>8}"));
        let owner = self.accounts.get(&account).map_or("", |account| account.owner.as_str());
        let items: Vec<Json> = places
            .iter()
            .filter_map(|place| self.boletos.get(*place))
            .map(|boleto| boleto.detail(call.today, owner, &self.switches))
            .collect();
        if items.is_empty() {
            let message = "Boleto não encontrado para esse 'nosso_numero'";
            let field = Field::new("nosso_numero", message, number);
            let text = "Recurso não encontrado. Verifique na resposta da API os campos informados.";
            return reply::fields(404, text, &[field]);
        }
        let count = items.len();
        let page = json!({
            "page": 0, "total_pages": 1, "total_elements": count, "page_size": count,
            "links": { "first": "", "last": "", "previous": "", "next": "" },
        });
        reply::json(200, &json!({ "data": items, "page": page }))
    }

    /// `GET /boletos/v3/boletos`.
    pub(super) fn list(&self, call: &Call<'_>) -> HttpResponse {
        let mut wrong = Vec::new();
        let text = |name: &str| query(call.request, name);
        let mut day = |name: &str| {
            let found = text(name).and_then(|text| text.get(..10)?.parse::<Date>().ok());
            if found.is_none() {
                wrong.push(Field::new(name, "Data obrigatória", text(name).unwrap_or_default()));
            }
            found
        };
        let (from, to) = (day("data_inicial"), day("data_final"));
        for name in ["id_beneficiario", "tipo_data"] {
            if text(name).is_none() {
                wrong.push(Field::new(name, "Campo obrigatório não informado", ""));
            }
        }
        let (Some(from), Some(to), true) = (from, to, wrong.is_empty()) else {
            return reply::v3(400, "Erros de validação", &wrong);
        };
        let Some(account) = self.account_named(text("id_beneficiario").unwrap_or_default()) else {
            return reply::v3(403, "Acesso Proibido", &[]);
        };
        if !self.may(call, &account) {
            return reply::v3(403, "Acesso Proibido", &[]);
        }
        // The words of `tipo_data` stand in no document: by day of issue where it sounds like it.
        let by_issue = text("tipo_data").is_some_and(|kind| kind.to_lowercase().contains("emis"));
        let number = text("numero_nosso_numero").map(|number| format!("{number:0>8}"));
        let fits = |boleto: &&Boleto| {
            let day = if by_issue { boleto.issued_on } else { boleto.due };
            let document = text("numero_cpf_cnpj_pagador").map(bare);
            boleto.account == account
                && !boleto.pending
                && (from..=to).contains(&day)
                && text("codigo_carteira").is_none_or(|wallet| wallet == boleto.wallet)
                && text("seu_numero").is_none_or(|reference| reference == boleto.reference)
                && number.as_ref().is_none_or(|number| *number == boleto.number)
                && document.is_none_or(|document| document == boleto.document)
        };
        let rows: Vec<Json> = self
            .boletos
            .iter()
            .filter(fits)
            .map(|boleto| boleto.listed(call.today, &self.switches))
            .collect();
        reply::json(200, &paged(call, rows, usize::MAX))
    }

    /// The account of twelve digits, or of ten with an account of five, as v3 names it.
    pub(super) fn account_named(&self, name: &str) -> Option<String> {
        let full = match name.len() {
            10 => format!("{}00{}", name.get(..4)?, name.get(4..)?),
            _ => name.to_owned(),
        };
        self.accounts.contains_key(&full).then_some(full)
    }
}

/// A page of rows, from page 0, twenty at a time where nothing is said.
pub(super) fn paged(call: &Call<'_>, rows: Vec<Json>, most: usize) -> Json {
    let number = |name: &str| query(call.request, name).and_then(|text| text.parse::<usize>().ok());
    let size = number("page_size").unwrap_or(20).clamp(1, most.clamp(1, 1000));
    let page = number("page").unwrap_or(0);
    let total = rows.len();
    let pages = total.div_ceil(size);
    let link = |page: usize| format!("{}?page={page}&page_size={size}", call.request.path);
    let shown: Vec<Json> = rows.into_iter().skip(page.saturating_mul(size)).take(size).collect();
    json!({
        "data": shown,
        "pagination": {
            "links": {
                "first": link(0),
                "last": link(pages.saturating_sub(1)),
                "previous": page.checked_sub(1).map_or_else(String::new, link),
                "next": if page + 1 < pages { link(page + 1) } else { String::new() },
            },
            "page": page,
            "total_pages": pages,
            "total_elements": total,
            "page_size": size,
        },
    })
}
