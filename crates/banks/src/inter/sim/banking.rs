//! The account: its ledger, balance and statements.

use std::collections::VecDeque;

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::calendar::{Calendar, days_between};
use quita_core::fact::Means;
use quita_core::money::Money;
use serde_json::{Value as Json, json};

use super::Call;
use super::boleto::Boleto;
use super::clock;
use super::input::{date, field, number, query, text};
use super::list::{read_date, read_number};
use super::pdf;
use super::random::uuid;
use super::reply::{self, Family, Violation};
use super::state::{Movement, Scroll, State};
use crate::contract::HttpResponse;
use crate::simulator::Entropy;

/// Rows that plain paging reaches.
const PAGING_REACH: usize = 10_000;

/// A scroll dies after so many idle milliseconds.
const SCROLL_IDLE_MS: u64 = 6 * 60_000;

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
        if let Some(account) = self.accounts.get_mut(&boleto.account) {
            account.movements.push(row);
            if fee.is_positive() {
                account.movements.push(fee_row);
            }
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
        let day = clock::day(at);
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
                    "dataTransacao": clock::day(payment.paid_at),
                    "dataLimite": boleto.limit(),
                    "juros": parts.interest.to_decimal(),
                    "multa": parts.fine.to_decimal(),
                    "abatimento": "0.00",
                    "desconto1": parts.discount.to_decimal(),
                    "desconto2": "0.00",
                    "desconto3": "0.00",
                    "tipoDetalhe": "BOLETO_COBRANCA",
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
                    "tipoDetalhe": "PIX",
                });
                ("PIX", "Pix recebido", pix_description(&name), end_to_end_id, details)
            }
        };
        Some(Movement {
            id: uuid(rng),
            at,
            day,
            kind: kind.to_owned(),
            amount: payment.amount,
            title: title.to_owned(),
            description,
            counterpart: name,
            document_number,
            details,
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
        let Some(account) = self.accounts.get_mut(account) else { return };
        let name = "CLIENTE SEM COBRANCA";
        account.movements.push(Movement {
            id: uuid(rng),
            at,
            day: clock::day(at),
            kind: "PIX".to_owned(),
            amount,
            title: "Pix recebido".to_owned(),
            description: pix_description(name),
            counterpart: name.to_owned(),
            document_number: end_to_end_id.to_owned(),
            details: json!({
                "endToEndId": end_to_end_id,
                "nomePagador": name,
                "chavePixRecebedor": account.pix_key,
                "nomeRecebedor": account.owner,
                "tipoDetalhe": "PIX",
            }),
        });
    }

    fn movements(&self, account: &str) -> &[Movement] {
        self.accounts.get(account).map_or(&[][..], |account| &account.movements)
    }

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
        let rows = self.movements(&call.account).iter().filter(|row| row.day <= day);
        let available: Money = rows.map(|row| row.amount).sum();
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
        if !Calendar::national().is_business_day(day) {
            body["dataReferencia"] = json!(day.strftime("%d/%m/%Y").to_string());
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

    /// Places of the movements of a period in the ledger.
    fn places(&self, account: &str, (from, to): (Date, Date)) -> std::ops::Range<usize> {
        let rows = self.movements(account);
        rows.partition_point(|row| row.day < from)..rows.partition_point(|row| row.day <= to)
    }

    /// `GET /banking/v2/extrato`: no ids, no pages, decimals not padded.
    pub(super) fn statement(&self, call: &Call<'_>) -> HttpResponse {
        let period = match self.period(call) {
            Ok(period) => period,
            Err(refusal) => return refusal,
        };
        let rows = self.movements(&call.account);
        let item = |row: &Movement| {
            json!({
                "dataEntrada": row.day,
                "tipoTransacao": row.kind,
                "tipoOperacao": side(row),
                "valor": unpadded(row.amount),
                "titulo": row.title,
                "descricao": row.description,
            })
        };
        let rows: Vec<Json> = rows[self.places(&call.account, period)].iter().map(item).collect();
        reply::json(200, &json!({ "transacoes": rows }))
    }

    /// `GET /banking/v2/extrato/exportar`.
    pub(super) fn statement_pdf(&self, call: &Call<'_>) -> HttpResponse {
        let period = match self.period(call) {
            Ok(period) => period,
            Err(refusal) => return refusal,
        };
        let rows = self.movements(&call.account);
        let line = |row: &Movement| format!("{}  {:>14}  {}", row.day, row.amount, row.title);
        let lines: Vec<String> =
            rows[self.places(&call.account, period)].iter().map(line).take(50).collect();
        reply::pdf(&pdf::page(&lines))
    }

    /// `GET /banking/v2/extrato/completo`: by page, or by scroll.
    pub(super) fn statement_full(
        &mut self,
        call: &Call<'_>,
        rng: &mut dyn Entropy,
    ) -> HttpResponse {
        if let Some(id) = query(call.request, "scrollId") {
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
        let ledger = self.movements(&call.account);
        let rows: VecDeque<usize> = self
            .places(&call.account, period)
            .filter(|place| {
                let row = &ledger[*place];
                kind.is_none_or(|kind| kind == row.kind)
                    && wanted_side.is_none_or(|wanted| wanted == side(row))
            })
            .collect();
        if query(call.request, "scrollEnabled") == Some("true") {
            return self.scroll_start(call, rows, size, rng);
        }
        if page.saturating_add(1).saturating_mul(size) > PAGING_REACH {
            let reason = format!("a paginação alcança {PAGING_REACH} registros; use scrollEnabled");
            let violation = Violation::of("pagina", reason, Some(page.to_string()));
            return reply::invalid(Family::Banking, &[violation], call.now);
        }
        let pages = rows.len().div_ceil(size);
        let shown: Vec<Json> = rows
            .iter()
            .skip(page.saturating_mul(size))
            .take(size)
            .map(|place| full_row(&ledger[*place]))
            .collect();
        let body = json!({
            "totalPaginas": pages,
            "totalElementos": rows.len(),
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
        rows: VecDeque<usize>,
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
        account.scroll = Some(Scroll { id: id.clone(), rows, size, used: call.now });
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
        let places: Vec<usize> = scroll.rows.drain(..count).collect();
        let has_more = !scroll.rows.is_empty();
        let shown: Vec<Json> =
            places.iter().filter_map(|place| account.movements.get(*place)).map(full_row).collect();
        if !has_more {
            account.scroll = None;
        }
        let body = json!({
            "scrollId": id,
            "hasMore": has_more,
            "numeroDeElementos": shown.len(),
            "transacoes": shown,
        });
        reply::json(200, &body)
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

fn full_row(row: &Movement) -> Json {
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
        "detalhes": row.details,
    })
}

/// The bank writes amounts without sign; this letter carries it.
fn side(row: &Movement) -> &'static str {
    if row.amount.is_positive() { "C" } else { "D" }
}

fn absolute(amount: Money) -> Money {
    if amount < Money::ZERO { -amount } else { amount }
}

/// `24.9`, `30`: as the simple statement writes amounts.
fn unpadded(amount: Money) -> String {
    let text = absolute(amount).to_decimal();
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn pix_description(name: &str) -> String {
    format!("PIX RECEBIDO - Cp :00416968-{}", name.to_uppercase())
}

/// What a fee tells of the boleto or Pix it is for.
fn fee_details(credit: &Json) -> Json {
    let mut details = json!({ "tipoDetalhe": "TARIFA" });
    for name in
        ["nossoNumero", "seuNumero", "codBarras", "endToEndId", "dataEmissao", "dataVencimento"]
    {
        if let Some(value) = credit.get(name) {
            details[name] = value.clone();
        }
    }
    details
}
