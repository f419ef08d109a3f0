//! The list of boletos and its summary.

use jiff::civil::Date;
use quita_core::money::Money;
use serde_json::{Value as Json, json};

use super::Call;
use super::boleto::{Boleto, Situacao};
use super::reply::{self, Family, Violation};
use super::state::State;
use crate::contract::HttpResponse;
use crate::simulator::Entropy;
use crate::simulator::clock;
use crate::simulator::input::{bare, date, field, number, query, text};

/// Rows of a page when nothing is said, and at most.
const PAGE_SIZES: (usize, usize) = (100, 1000);

const ORDERS: [&str; 8] = [
    "PESSOA_PAGADORA",
    "TIPO_COBRANCA",
    "CODIGO_COBRANCA",
    "IDENTIFICADOR",
    "DATA_EMISSAO",
    "DATA_VENCIMENTO",
    "VALOR",
    "STATUS",
];

/// What a list is asked for.
struct Filter {
    from: Date,
    to: Date,
    by: By,
    situation: Option<Situacao>,
    customer: Option<String>,
    document: Option<String>,
    reference: Option<String>,
    /// A kind that no boleto here is of was asked for.
    nothing: bool,
}

/// Which date is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Due,
    Issued,
    Paid,
}

impl State {
    /// `GET /cobranca/v3/cobrancas`.
    pub(super) fn list(&mut self, call: &Call<'_>, rng: &mut dyn Entropy) -> HttpResponse {
        let mut violations = Vec::new();
        let filter = read_filter(call, &mut violations);
        let (page, size) = read_page(call, &mut violations);
        let order = one_of(call, "ordenarPor", &ORDERS, &mut violations);
        let descending =
            one_of(call, "tipoOrdenacao", &["ASC", "DESC"], &mut violations) == Some("DESC");
        let (Some(filter), true) = (filter, violations.is_empty()) else {
            return reply::invalid(Family::Cobranca, &violations, call.now);
        };
        let mut places = self.matching(call, &filter);
        let key = |place: &usize| self.boletos.get(*place).map(|boleto| sort_key(boleto, order));
        places.sort_by_cached_key(|place| (key(place), *place));
        if descending {
            places.reverse();
        }
        if self.switches.pages_shuffled {
            for i in (1..places.len()).rev() {
                places.swap(i, (rng.next_u64() % (i as u64 + 1)) as usize);
            }
        }
        let total = places.len();
        let pages = total.div_ceil(size);
        let shown: Vec<Json> = places
            .iter()
            .skip(page.saturating_mul(size))
            .take(size)
            .filter_map(|place| self.boletos.get(*place))
            .map(|boleto| self.list_item(boleto))
            .collect();
        let body = json!({
            "totalPaginas": pages,
            "totalElementos": total,
            "tamanhoPagina": size,
            "primeiraPagina": page == 0,
            "ultimaPagina": page + 1 >= pages,
            "numeroDeElementos": shown.len(),
            "cobrancas": shown,
        });
        reply::json(200, &body)
    }

    /// Here `valorNominal` is a text; in the detail it is a number.
    fn list_item(&self, boleto: &Boleto) -> Json {
        let mut item = self.numbers_json(boleto);
        let mut cobranca = self.core_json(boleto, boleto.situation);
        cobranca["valorNominal"] = json!(boleto.amount.to_decimal());
        cobranca["pagador"] = json!({
            "nome": boleto.customer.get("nome"),
            "cpfCnpj": boleto.customer.get("cpfCnpj"),
        });
        item["cobranca"] = cobranca;
        item
    }

    /// `GET /cobranca/v3/cobrancas/sumario`: all nine situations, zeros included.
    pub(super) fn summary(&self, call: &Call<'_>) -> HttpResponse {
        let mut violations = Vec::new();
        let filter = read_filter(call, &mut violations);
        let (Some(filter), true) = (filter, violations.is_empty()) else {
            return reply::invalid(Family::Cobranca, &violations, call.now);
        };
        let places = self.matching(call, &filter);
        let boletos = || places.iter().filter_map(|place| self.boletos.get(*place));
        let row = |situation: Situacao| {
            let of_it = || boletos().filter(|boleto| boleto.situation == situation);
            let amount: Money = of_it().map(|boleto| boleto.amount).sum();
            json!({
                "situacao": situation.word(),
                "valor": number(amount),
                "quantidade": of_it().count(),
            })
        };
        reply::json(200, &Situacao::ALL.into_iter().map(row).collect())
    }

    /// The boletos that a filter lets through, in no particular order.
    fn matching(&self, call: &Call<'_>, filter: &Filter) -> Vec<usize> {
        let Some(dates) = self.index.by_account.get(&call.account) else { return Vec::new() };
        if filter.nothing {
            return Vec::new();
        }
        let rows = match filter.by {
            By::Due => &dates.due,
            By::Issued => &dates.issued,
            By::Paid => &dates.paid,
        };
        // A list by reference, the most frequent question, needs not walk through all dates.
        let mut places: Vec<usize> = match &filter.reference {
            Some(reference) => {
                let of_reference = self.index.by_reference.get(reference);
                of_reference
                    .into_iter()
                    .flatten()
                    .copied()
                    .filter(|place| self.in_period(*place, filter))
                    .collect()
            }
            None => rows
                .range((filter.from, 0)..=(filter.to, usize::MAX))
                .map(|(_, place)| *place)
                .collect(),
        };
        places.sort_unstable();
        places.dedup();
        places.retain(|place| {
            self.boletos.get(*place).is_some_and(|boleto| {
                boleto.account == call.account
                    && clock::later(boleto.issued_at, self.switches.list_lag_ms) <= call.now
                    && filter.lets_through(boleto)
            })
        });
        places
    }

    fn in_period(&self, place: usize, filter: &Filter) -> bool {
        let Some(boleto) = self.boletos.get(place) else { return false };
        let period = filter.from..=filter.to;
        match filter.by {
            By::Due => period.contains(&boleto.due),
            By::Issued => period.contains(&boleto.issued_on),
            By::Paid => {
                boleto.settled().any(|payment| period.contains(&clock::day(payment.paid_at)))
            }
        }
    }
}

impl Filter {
    fn lets_through(&self, boleto: &Boleto) -> bool {
        let name = || {
            let name = field(&boleto.customer, "nome").and_then(text).unwrap_or_default();
            name.to_lowercase()
        };
        self.situation.is_none_or(|wanted| wanted == boleto.situation)
            && self.document.as_ref().is_none_or(|wanted| *wanted == boleto.document)
            && self.reference.as_ref().is_none_or(|wanted| *wanted == boleto.reference)
            && self.customer.as_ref().is_none_or(|wanted| name().contains(wanted))
    }
}

fn read_filter(call: &Call<'_>, violations: &mut Vec<Violation>) -> Option<Filter> {
    let from = read_date(call, "dataInicial", violations);
    let to = read_date(call, "dataFinal", violations);
    let by =
        match one_of(call, "filtrarDataPor", &["VENCIMENTO", "EMISSAO", "PAGAMENTO"], violations) {
            Some("EMISSAO") => By::Issued,
            Some("PAGAMENTO") => By::Paid,
            _ => By::Due,
        };
    let words = Situacao::ALL.map(Situacao::word);
    let situation = one_of(call, "situacao", &words, violations).and_then(Situacao::of_word);
    let kinds = ["SIMPLES", "PARCELADO", "RECORRENTE"];
    let kind = one_of(call, "tipoCobranca", &kinds, violations);
    let (from, to) = (from?, to?);
    if from > to {
        let reason = "dataFinal deve ser igual ou posterior a dataInicial";
        violations.push(Violation::of("dataFinal", reason, Some(to.to_string())));
        return None;
    }
    Some(Filter {
        from,
        to,
        by,
        situation,
        customer: query(call.request, "pessoaPagadora").map(str::to_lowercase),
        document: query(call.request, "cpfCnpjPessoaPagadora").map(bare),
        reference: query(call.request, "seuNumero").map(str::to_owned),
        nothing: kind.is_some_and(|kind| kind != "SIMPLES"),
    })
}

/// A date that must be there.
pub(super) fn read_date(
    call: &Call<'_>,
    name: &str,
    violations: &mut Vec<Violation>,
) -> Option<Date> {
    let value = query(call.request, name);
    let found = value.and_then(date);
    if found.is_none() {
        let reason = "deve ser uma data no formato YYYY-MM-DD";
        violations.push(Violation::of(name, reason, value.map(str::to_owned)));
    }
    found
}

/// One of some words, or nothing.
pub(super) fn one_of<'a>(
    call: &Call<'_>,
    name: &str,
    words: &[&'a str],
    violations: &mut Vec<Violation>,
) -> Option<&'a str> {
    let value = query(call.request, name)?;
    let found = words.iter().copied().find(|word| *word == value);
    if found.is_none() {
        let reason = format!("deve ser um de: {}", words.join(", "));
        violations.push(Violation::of(name, reason, Some(value.to_owned())));
    }
    found
}

/// A whole number within bounds, or the default.
pub(super) fn read_number(
    call: &Call<'_>,
    name: &str,
    (default, least, most): (usize, usize, usize),
    violations: &mut Vec<Violation>,
) -> usize {
    let Some(value) = query(call.request, name) else { return default };
    match value.parse::<usize>() {
        Ok(number) if (least..=most).contains(&number) => number,
        _ => {
            let reason = format!("deve ser um inteiro entre {least} e {most}");
            violations.push(Violation::of(name, reason, Some(value.to_owned())));
            default
        }
    }
}

fn read_page(call: &Call<'_>, violations: &mut Vec<Violation>) -> (usize, usize) {
    let (default, most) = PAGE_SIZES;
    let page = read_number(call, "paginacao.paginaAtual", (0, 0, 1 << 32), violations);
    let size = read_number(call, "paginacao.itensPorPagina", (default, 1, most), violations);
    (page, size)
}

fn sort_key(boleto: &Boleto, order: Option<&str>) -> (String, i64) {
    let days = |date: Date| {
        i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
    };
    match order {
        Some("CODIGO_COBRANCA") => (boleto.id.clone(), 0),
        Some("IDENTIFICADOR") => (boleto.reference.clone(), 0),
        Some("DATA_EMISSAO") => (String::new(), days(boleto.issued_on)),
        Some("DATA_VENCIMENTO") => (String::new(), days(boleto.due)),
        Some("VALOR") => (String::new(), boleto.amount.cents()),
        Some("STATUS") => (boleto.situation.word().to_owned(), 0),
        Some("TIPO_COBRANCA") => (String::new(), 0),
        _ => (field(&boleto.customer, "nome").and_then(text).unwrap_or_default(), 0),
    }
}
