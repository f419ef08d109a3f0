//! The account's services: balance and statements. What they show comes from [`super::ledger`].

use std::borrow::Cow;
use std::collections::VecDeque;

use jiff::civil::Date;
use quita_core::calendar::{Calendar, days_between};
use quita_core::money::Money;
use serde_json::{Value as Json, json};

use super::Call;
use super::ledger::absolute;
use super::list::{read_date, read_number};
use super::pdf;
use super::reply::{self, Family, Violation};
use super::state::{Movement, Scroll, State};
use crate::contract::HttpResponse;
use crate::simulator::Entropy;
use crate::simulator::clock;
use crate::simulator::input::{date, number, query};
use crate::simulator::random::uuid;

/// Rows that plain paging reaches.
const PAGING_REACH: usize = 10_000;

/// A scroll dies after so many idle milliseconds.
const SCROLL_IDLE_MS: u64 = 6 * 60_000;

impl State {
    /// `GET /banking/v2/saldo`.
    pub(super) fn balance(&self, call: &Call<'_>) -> HttpResponse {
        let asked = query(call.request, "dataSaldo");
        let day = match asked.map(date) {
            Some(None) => {
                let reason = "deve ser uma data no formato YYYY-MM-DD";
                let violation = Violation::of("dataSaldo", reason, asked.map(str::to_owned));
                return reply::invalid(Family::Banking, &[violation], call.now);
            }
            Some(Some(day)) => day,
            None => call.today,
        };
        let available = self.balance_at(&call.account, day, call.now);
        if asked.is_some() {
            return reply::json(200, &json!({ "disponivel": number(available) }));
        }
        let mut body = json!({
            "disponivel": number(available),
            "bloqueadoCheque": 0,
            "bloqueadoJudicialmente": 0,
            "bloqueadoAdministrativo": 0,
            "limite": 0,
        });
        // «Será retornada a data referência do saldo, sendo o último dia útil.»
        if !Calendar::national().is_business_day(day) {
            let reference = Calendar::national().add_business_days(day, -1);
            body["dataReferencia"] = json!(reference.strftime("%d/%m/%Y").to_string());
        }
        reply::json(200, &body)
    }

    /// The movements of the period that a call names.
    fn period(&self, call: &Call<'_>) -> Result<(Date, Date), HttpResponse> {
        let mut violations = Vec::new();
        let from = read_date(call, "dataInicio", &mut violations);
        let to = read_date(call, "dataFim", &mut violations);
        if let (Some(from), Some(to)) = (from, to) {
            let most = i32::from(self.switches.statement_days);
            if from > to || days_between(from, to) >= most {
                let reason = format!("o período deve ter de 1 a {most} dias");
                violations.push(Violation::of("dataFim", reason, Some(to.to_string())));
            }
            if violations.is_empty() {
                return Ok((from, to));
            }
        }
        Err(reply::invalid(Family::Banking, &violations, call.now))
    }

    /// `GET /banking/v2/extrato`: no ids, no pages, decimals not padded.
    pub(super) fn statement(&self, call: &Call<'_>) -> HttpResponse {
        let period = match self.period(call) {
            Ok(period) => period,
            Err(refusal) => return refusal,
        };
        let item = |row: Cow<'_, Movement>| {
            let mut item = json!({
                "dataEntrada": row.day,
                "tipoTransacao": row.kind,
                "tipoOperacao": side(&row),
                "valor": unpadded(row.amount),
                "titulo": row.title,
            });
            if !self.switches.description_missing {
                item["descricao"] = json!(row.description);
            }
            item
        };
        let rows = self.rows(&call.account, period, call.now).into_iter();
        let rows: Vec<Json> = rows.map(item).collect();
        reply::json(200, &json!({ "transacoes": rows }))
    }

    /// `GET /banking/v2/extrato/exportar`.
    pub(super) fn statement_pdf(&self, call: &Call<'_>) -> HttpResponse {
        let period = match self.period(call) {
            Ok(period) => period,
            Err(refusal) => return refusal,
        };
        let line =
            |row: &Cow<'_, Movement>| format!("{}  {:>14}  {}", row.day, row.amount, row.title);
        let rows = self.rows(&call.account, period, call.now);
        let lines: Vec<String> = rows.iter().map(line).take(50).collect();
        reply::pdf(&pdf::page(&lines))
    }

    /// `GET /banking/v2/extrato/completo`: by page, or by scroll.
    pub(super) fn statement_full(
        &mut self,
        call: &Call<'_>,
        rng: &mut dyn Entropy,
    ) -> HttpResponse {
        if self.switches.statement_down.take() {
            return reply::problem(Family::Banking, 503, "Extrato completo indisponível");
        }
        if let Some(id) = scroll_word(call, "scrollId", "x-inter-scroll-id") {
            return self.scroll_on(call, id);
        }
        let period = match self.period(call) {
            Ok(period) => period,
            Err(refusal) => return refusal,
        };
        let mut violations = Vec::new();
        let page = read_number(call, "pagina", (0, 0, 1 << 32), &mut violations);
        let size = read_number(call, "tamanhoPagina", (50, 1, PAGING_REACH), &mut violations);
        if !violations.is_empty() {
            return reply::invalid(Family::Banking, &violations, call.now);
        }
        let (kind, wanted_side) =
            (query(call.request, "tipoTransacao"), query(call.request, "tipoOperacao"));
        let size = size.min(self.switches.statement_page_max.max(1));
        let rows = self.rows(&call.account, period, call.now).into_iter();
        let wanted = rows.filter(|row| {
            kind.is_none_or(|kind| kind == row.kind)
                && wanted_side.is_none_or(|wanted| wanted == side(row))
        });
        let mut rows: VecDeque<Json> = wanted.map(|row| self.full_row(&row)).collect();
        if self.switches.statement_shuffled {
            for i in (1..rows.len()).rev() {
                rows.swap(i, (rng.next_u64() % (i as u64 + 1)) as usize);
            }
        }
        if scroll_word(call, "scrollEnabled", "x-inter-scroll-enabled") == Some("true") {
            return self.scroll_start(call, rows, size, rng);
        }
        if page.saturating_add(1).saturating_mul(size) > PAGING_REACH {
            let reason = format!("a paginação alcança {PAGING_REACH} registros; use scrollEnabled");
            let violation = Violation::of("pagina", reason, Some(page.to_string()));
            return reply::invalid(Family::Banking, &[violation], call.now);
        }
        let total = rows.len();
        let pages = total.div_ceil(size);
        let shown: Vec<Json> =
            rows.into_iter().skip(page.saturating_mul(size)).take(size).collect();
        let body = json!({
            "totalPaginas": pages,
            "totalElementos": total,
            "ultimaPagina": page + 1 >= pages,
            "primeiraPagina": page == 0,
            "tamanhoPagina": size,
            "numeroDeElementos": shown.len(),
            "transacoes": shown,
        });
        reply::json(200, &body)
    }

    fn scroll_start(
        &mut self,
        call: &Call<'_>,
        rows: VecDeque<Json>,
        size: usize,
        rng: &mut dyn Entropy,
    ) -> HttpResponse {
        let Some(account) = self.accounts.get_mut(&call.account) else {
            return reply::problem(Family::Banking, 404, "Conta não encontrada");
        };
        let is_alive = |scroll: &Scroll| clock::later(scroll.used, SCROLL_IDLE_MS) > call.now;
        if account.scroll.as_ref().is_some_and(is_alive) {
            return scroll_refused("SCROLL_ALREADY_ACTIVE", "Já há um scroll ativo para a conta");
        }
        let id = uuid(rng);
        let total = rows.len();
        account.scroll = Some(Scroll { id: id.clone(), rows, total, size, used: call.now });
        self.scroll_on(call, &id)
    }

    fn scroll_on(&mut self, call: &Call<'_>, id: &str) -> HttpResponse {
        let Some(account) = self.accounts.get_mut(&call.account) else {
            return reply::problem(Family::Banking, 404, "Conta não encontrada");
        };
        let alive = account.scroll.as_mut().filter(|scroll| {
            scroll.id == id && clock::later(scroll.used, SCROLL_IDLE_MS) > call.now
        });
        let Some(scroll) = alive else {
            return scroll_refused("SCROLL_EXPIRED", "O scroll informado expirou");
        };
        scroll.used = call.now;
        let count = scroll.size.min(scroll.rows.len());
        let shown: Vec<Json> = scroll.rows.drain(..count).collect();
        let has_more = !scroll.rows.is_empty();
        let body = json!({
            "totalElementos": scroll.total,
            "numeroDeElementos": shown.len(),
            "scrollId": has_more.then_some(id),
            "hasMore": has_more,
            "transacoes": shown,
        });
        if !has_more {
            account.scroll = None;
        }
        reply::json(200, &body)
    }

    fn full_row(&self, row: &Movement) -> Json {
        let mut details = row.details.clone();
        for name in ["cpfCnpj", "cpfCnpjPagador"] {
            if let Some(Json::String(document)) = details.get_mut(name)
                && self.switches.payer_masked
            {
                *document = masked(document);
            }
        }
        json!({
            "idTransacao": row.id,
            "dataInclusao": clock::bare_text(row.at),
            "dataTransacao": row.day,
            "tipoTransacao": row.kind,
            "tipoOperacao": side(row),
            "valor": absolute(row.amount).to_decimal(),
            "titulo": row.title,
            "descricao": row.counterpart,
            "numeroDocumento": row.document_number,
            "detalhes": details,
        })
    }
}

/// A parameter of the scroll: the examples send it in the query, the schemas name a header.
fn scroll_word<'a>(call: &'a Call<'_>, parameter: &str, header: &str) -> Option<&'a str> {
    query(call.request, parameter).or_else(|| call.request.header(header))
}

/// `***.456.789-**`, `**.***.333/0001-**`: what most banks leave of a document.
fn masked(document: &str) -> String {
    match (document.get(3..6), document.get(6..9), document.get(5..8), document.get(8..12)) {
        (Some(second), Some(third), ..) if document.len() == 11 => {
            format!("***.{second}.{third}-**")
        }
        (_, _, Some(third), Some(branch)) if document.len() == 14 => {
            format!("**.***.{third}/{branch}-**")
        }
        _ => "***".to_owned(),
    }
}

fn scroll_refused(kind: &str, detail: &str) -> HttpResponse {
    let body = json!({
        "title": "Requisição inválida",
        "status": "400",
        "detail": detail,
        "typeError": kind,
    });
    reply::typed(400, "application/problem+json", body.to_string().into_bytes())
}

/// The bank writes amounts without sign; this letter carries it.
fn side(row: &Movement) -> &'static str {
    if row.amount.is_positive() { "C" } else { "D" }
}

/// `24.9`, `30`: as the simple statement writes amounts.
fn unpadded(amount: Money) -> String {
    let text = absolute(amount).to_decimal();
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
