//! What an answer means: carried out, refused, later, or not to be told.
//!
//! A question that was not answered well changed nothing and is asked again. A change is
//! different: any answer that does not say clearly what happened leaves it unknown, because an
//! error 5xx or a broken body can come after the work was done.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use quita_core::fact::{Channel, Fact, Refusal};

use crate::contract::{ChangeState, Ctx, Done, HttpResponse, Op, Outcome, Report};

use super::map;
use super::refusal::{already_there, explanation, refusal};
use super::request::{PAGE, page_of};
use super::statement;
use crate::pix_received;

use super::wire::{
    Detalhe, Emitida, Erro, Loose, Pagina, Pdf, PixRecebidos, SituacaoEdicao, Text, Webhook,
    read as json,
};

/// Seconds to wait after «too many calls» without a hint: the bank counts by the minute.
const MINUTE: u32 = 60;

/// Seconds after which the bank ends a scroll that nobody reads on (reference).
const SCROLL_IDLE: u32 = 6 * MINUTE;

/// A longer wait is a mistake of somebody, such as an instant in place of a span.
const LONGEST_WAIT: u32 = 3600;

/// What an answer to this operation means.
pub(super) fn read(op: &Op, answer: &HttpResponse, ctx: &Ctx) -> Outcome {
    match answer.status {
        200..=299 => success(op, answer, ctx),
        401 => Outcome::Unauthorized,
        404 => not_found(op, answer),
        406 if matches!(op, Op::Pdf { .. }) => later("o banco ainda não tem o PDF"),
        408 | 425 => unclear(op, answer, ctx),
        429 => Outcome::Transient {
            reason: "o banco pede menos chamadas por minuto".to_owned(),
            retry_after_s: Some(retry_after(answer, ctx).unwrap_or(MINUTE)),
        },
        status @ 400..=499 => {
            if let Some(refused) = scroll_refused(op, &answer.body) {
                return refused;
            }
            if matches!(op, Op::Issue(_)) && already_there(status, &answer.body) {
                let reason = "o banco diz que já tem um boleto igual: um envio anterior chegou";
                return Outcome::AlreadyThere { reason: reason.to_owned() };
            }
            let refusal = refusal(op, status, &answer.body);
            // About the credential or some gateway, not about the order: it may go later.
            if matches!(op, Op::Issue(_)) && (status == 403 || !speaks_of_order(status, answer)) {
                return Outcome::Transient { reason: refusal.message, retry_after_s: Some(MINUTE) };
            }
            Outcome::Rejected(refusal)
        }
        _ => unclear(op, answer, ctx),
    }
}

/// Whether an answer of this status is about the order that was sent.
fn speaks_of_order(status: u16, answer: &HttpResponse) -> bool {
    matches!(status, 400 | 409 | 422)
        || serde_json::from_slice::<serde::de::IgnoredAny>(&answer.body).is_ok()
}

fn success(op: &Op, answer: &HttpResponse, ctx: &Ctx) -> Outcome {
    let body = answer.body.as_slice();
    let done = match op {
        Op::Issue(order) => issued(&order.bank_reference, body),
        Op::Find { cursor, .. } | Op::Settled { cursor, .. } | Op::States { cursor, .. } => {
            return page(body, cursor.as_deref()).unwrap_or_else(unreadable);
        }
        Op::Get { bank_id } => return detail(bank_id, body),
        Op::Cancel { bank_id, .. } => empty_or_json(body).then(|| taken(bank_id)),
        Op::Change { .. } => return changed(body),
        Op::ChangeStatus { change_id } => return change_status(change_id, body),
        Op::PixReceived { cursor, .. } => {
            return pix_page(body, cursor.as_deref()).unwrap_or_else(unreadable);
        }
        Op::Pdf { .. } => return pdf(body).map_or_else(unreadable, done),
        Op::GetWebhook if body.is_empty() => Some(Done::Webhook(None)),
        Op::GetWebhook => {
            let webhook = json::<Webhook>(body).map(|w| Done::Webhook(w.webhook_url.0));
            return webhook.map_or_else(unreadable, done);
        }
        Op::RegisterWebhook { url } => {
            empty_or_json(body).then(|| Done::Webhook(Some(url.clone())))
        }
        Op::Probe => {
            let list = serde_json::from_slice::<Vec<serde::de::IgnoredAny>>(body).ok();
            return list.map_or_else(unreadable, |_| done(Done::Nothing));
        }
        Op::Statement { detail, cursor, .. } => {
            let page = statement::page(body, *detail, cursor.as_deref()).map(Done::Lines);
            return page.map_or_else(unreadable, done);
        }
        Op::Balance { day } => {
            let balance = statement::balance(body, day.unwrap_or(ctx.today), day.is_none());
            return balance.map(Done::Balance).map_or_else(unreadable, done);
        }
        Op::Rehearse(_) | Op::Instruct { .. } => None,
    };
    done.map_or_else(|| unclear(op, answer, ctx), Outcome::Done)
}

const fn done(done: Done) -> Outcome {
    Outcome::Done(done)
}

/// Right after an emission the bank may not know its own id yet, so «not found» is never
/// taken for «does not exist».
fn not_found(op: &Op, answer: &HttpResponse) -> Outcome {
    match op {
        Op::GetWebhook => Outcome::Done(Done::Webhook(None)),
        Op::RegisterWebhook { .. } => Outcome::Rejected(refusal(op, answer.status, &answer.body)),
        Op::Statement { .. } | Op::Balance { .. } => later("o banco não encontrou a conta (404)"),
        _ => later("o banco não encontrou (404); logo depois de uma emissão isso é normal"),
    }
}

/// The two errors of a scroll: another one is being read, or ours has ended.
fn scroll_refused(op: &Op, body: &[u8]) -> Option<Outcome> {
    if !matches!(op, Op::Statement { .. }) {
        return None;
    }
    match json::<Erro>(body)?.type_error.get()? {
        "SCROLL_ALREADY_ACTIVE" => Some(Outcome::Transient {
            reason: "o banco ainda tem aberta outra leitura do extrato desta conta".to_owned(),
            retry_after_s: Some(SCROLL_IDLE),
        }),
        "SCROLL_EXPIRED" => Some(done(Done::Lines(statement::anew(None)))),
        _ => None,
    }
}

/// No clear answer: harmless for a question, open for a change.
fn unclear(op: &Op, answer: &HttpResponse, ctx: &Ctx) -> Outcome {
    let mut reason = match answer.status {
        200..=299 => format!("o banco respondeu {} com um conteúdo ilegível", answer.status),
        status => format!("o banco respondeu HTTP {status}"),
    };
    if let Some(said) = explanation(&answer.body) {
        reason = format!("{reason}: {said}");
    }
    match op {
        Op::Issue(_) | Op::Cancel { .. } | Op::Change { .. } | Op::RegisterWebhook { .. } => {
            Outcome::Unknown { reason }
        }
        _ => Outcome::Transient { reason, retry_after_s: retry_after(answer, ctx) },
    }
}

fn unreadable() -> Outcome {
    later("a resposta do banco não pôde ser lida")
}

fn later(reason: &str) -> Outcome {
    Outcome::Transient { reason: reason.to_owned(), retry_after_s: None }
}

/// The header `Retry-After`, in seconds or as a date; never seen at this bank.
fn retry_after(answer: &HttpResponse, ctx: &Ctx) -> Option<u32> {
    let value = answer.header("retry-after")?.trim();
    let seconds: Option<u32> = value.parse().ok().or_else(|| {
        let date: Timestamp =
            jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
        u32::try_from(date.as_second() - ctx.now.as_second()).ok()
    });
    seconds.map(|seconds| seconds.min(LONGEST_WAIT))
}

/// Answers whose status says it all: a page of some gateway in their place proves nothing.
fn empty_or_json(body: &[u8]) -> bool {
    body.trim_ascii().is_empty() || serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
}

fn issued(bank_reference: &str, body: &[u8]) -> Option<Done> {
    let emitida: Emitida = json(body)?;
    let bank_id = emitida.codigo_solicitacao.0.or(emitida.codigo_cobranca.0)?;
    let mut report = Report::blank(Channel::Query);
    report.bank_id = Some(bank_id.clone());
    report.bank_reference = Some(bank_reference.to_owned());
    report.facts = vec![Fact::Accepted { bank_id }];
    Some(Done::Reports(vec![report]))
}

fn taken(bank_id: &str) -> Done {
    let mut report = Report::blank(Channel::Query);
    report.bank_id = Some(bank_id.to_owned());
    report.facts = vec![Fact::CancellationTaken];
    Done::Reports(vec![report])
}

fn detail(bank_id: &str, body: &[u8]) -> Outcome {
    let Some(detalhe) = json::<Detalhe>(body) else { return unreadable() };
    let told = detalhe.cobranca.0.as_ref().and_then(|c| c.id());
    if told.is_some_and(|told| !told.eq_ignore_ascii_case(bank_id)) {
        return later("o banco respondeu com outro boleto");
    }
    map::report(&detalhe, Some(bank_id))
        .map_or_else(unreadable, |report| done(Done::Reports(vec![report])))
}

fn page(body: &[u8], cursor: Option<&str>) -> Option<Outcome> {
    let pagina: Pagina = json(body)?;
    let nothing = pagina.total_elementos.count() == Some(0);
    let items = pagina.cobrancas.0.or_else(|| nothing.then(Vec::new))?;
    let reports: Vec<Report> = items.iter().map(item).collect();
    let last = pagina.ultima_pagina.get().map(|word| word == "true");
    following(cursor, pagina.total_paginas.count(), last, reports)
}

/// An item that cannot be read is shown, and does not hold up the others.
fn item(item: &Loose<Detalhe>) -> Report {
    item.0.as_ref().and_then(|detalhe| map::report(detalhe, None)).unwrap_or_else(|| {
        let mut report = Report::blank(Channel::Query);
        report.warnings.push("um item da lista do banco não pôde ser lido".to_owned());
        report
    })
}

fn pix_page(body: &[u8], cursor: Option<&str>) -> Option<Outcome> {
    let pagina: PixRecebidos = json(body)?;
    let pages = pagina.parametros.0.and_then(|p| p.paginacao.0).unwrap_or_default();
    let nothing = pages.quantidade_total_de_itens.count() == Some(0);
    let items = pagina.pix.0.or_else(|| nothing.then(Vec::new))?;
    let reports: Vec<Report> = items
        .iter()
        .map(|item| {
            item.0.as_ref().map(pix_received::report).unwrap_or_else(|| {
                let mut report = Report::blank(Channel::PixQuery);
                report.warnings.push("um Pix da lista do banco não pôde ser lido".to_owned());
                report
            })
        })
        .collect();
    following(cursor, pages.quantidade_de_paginas.count(), None, reports)
}

/// A page with its successor, found by the number of pages, else by the mark of the last one,
/// else while pages come full. An empty page that has successors contradicts itself: `None`,
/// because what it hides would be taken for missing.
fn following(
    cursor: Option<&str>,
    total: Option<u32>,
    last: Option<bool>,
    reports: Vec<Report>,
) -> Option<Outcome> {
    let next = page_of(cursor).checked_add(1)?;
    let more = match (total, last) {
        (Some(total), _) => next < total,
        (None, Some(last)) => !last,
        (None, None) => u32::try_from(reports.len()).is_ok_and(|items| items >= PAGE),
    };
    if more && reports.is_empty() {
        return None;
    }
    Some(Outcome::Page { reports, next: more.then(|| next.to_string()) })
}

fn changed(body: &[u8]) -> Outcome {
    let unknown = |reason: &str| Outcome::Unknown { reason: reason.to_owned() };
    let Some(edicao) = json::<SituacaoEdicao>(body) else {
        return unknown("a resposta do banco à alteração não pôde ser lida");
    };
    match (change_state(&edicao.status), edicao.codigo_edicao.0) {
        (Some(ChangeState::Failed), _) => {
            let said = edicao.mensagem.0.unwrap_or_else(|| "sem explicação".to_owned());
            Outcome::Rejected(Refusal {
                code: edicao.status.0.unwrap_or_default(),
                message: format!("O banco não alterou o boleto: {said}"),
                field: None,
            })
        }
        (Some(state), Some(change_id)) => done(Done::Change { change_id, state }),
        // Taken, in a word that we do not know: its state can be asked for.
        (None, Some(change_id)) => done(Done::Change { change_id, state: ChangeState::Processing }),
        (_, None) => unknown("o banco não disse o código da alteração"),
    }
}

fn change_status(change_id: &str, body: &[u8]) -> Outcome {
    let Some(edicao) = json::<SituacaoEdicao>(body) else { return unreadable() };
    match change_state(&edicao.status) {
        Some(state) => done(Done::Change { change_id: change_id.to_owned(), state }),
        None => later(&format!(
            "situação desconhecida da alteração: {}",
            edicao.status.get().unwrap_or("nenhuma")
        )),
    }
}

fn change_state(status: &Text) -> Option<ChangeState> {
    match status.get()? {
        "PROCESSANDO" => Some(ChangeState::Processing),
        "SUCESSO" => Some(ChangeState::Applied),
        "FALHA" => Some(ChangeState::Failed),
        _ => None,
    }
}

/// The PDF within JSON as documented, or raw as one client reports.
fn pdf(body: &[u8]) -> Option<Done> {
    let file = if body.starts_with(b"%PDF") {
        body.to_vec()
    } else {
        let text = json::<Pdf>(body)?.pdf.0?;
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        STANDARD.decode(text).ok()?
    };
    file.starts_with(b"%PDF").then_some(Done::Pdf(file))
}
