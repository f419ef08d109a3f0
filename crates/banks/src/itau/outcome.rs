//! What an answer means: carried out, refused, later, or not to be told.
//!
//! A question that was not answered well changed nothing and is asked again. A change is
//! different: any answer that does not say clearly what happened leaves it unknown, because an
//! error 5xx or a broken body can come after the work was done.

use quita_core::fact::{Channel, Fact};

use crate::contract::{ChangeState, Ctx, Done, HttpResponse, Op, Outcome, Report};

use super::change::Change;
use super::ids::{self, BoletoId};
use super::map;
use super::movements::{self, Place};
use super::refusal::{already_there, explanation, refusal, waits};
use super::request::PIX_PAGE;
use super::settings::Settings;
use super::statement;
use super::wire::{Boleto, Consulta, Embrulho, Erro, Notificacoes, PixRecebidos, read as json};

/// Seconds to wait after «too many calls» without a hint.
const MINUTE: u32 = 60;

/// A longer wait is a mistake of somebody.
const LONGEST_WAIT: u32 = 3600;

/// What an answer to this operation means.
pub(super) fn read(op: &Op, answer: &HttpResponse, ctx: &Ctx) -> Outcome {
    match answer.status {
        200..=299 => success(op, answer, ctx),
        401 => Outcome::Unauthorized,
        404 => not_found(op, answer),
        408 | 425 => unclear(op, answer),
        429 => Outcome::Transient {
            reason: "o banco pede menos chamadas por minuto".to_owned(),
            retry_after_s: Some(retry_after(answer).unwrap_or(MINUTE)),
        },
        status @ 400..=499 => {
            let is_order = matches!(op, Op::Issue(_) | Op::Rehearse(_));
            if is_order && (status == 409 || already_there(&answer.body)) {
                let reason = "o banco diz que já tem este nosso número: um envio anterior chegou";
                return Outcome::AlreadyThere { reason: reason.to_owned() };
            }
            let refusal = refusal(op, status, &answer.body);
            // About the credential or some gateway, not about the order: it may go later.
            if is_order && (status == 403 || !speaks_of_order(answer)) {
                return Outcome::Transient { reason: refusal.message, retry_after_s: Some(MINUTE) };
            }
            Outcome::Rejected(refusal)
        }
        _ => unclear(op, answer),
    }
}

/// Whether an answer is one of the bank's own services, and not of some gateway before them.
fn speaks_of_order(answer: &HttpResponse) -> bool {
    json::<Erro>(&answer.body).is_some()
}

fn success(op: &Op, answer: &HttpResponse, ctx: &Ctx) -> Outcome {
    let body = answer.body.as_slice();
    let account = ids::account(ctx);
    match op {
        Op::Issue(order) => {
            let number = order.our_number.as_deref().unwrap_or_default();
            let id = BoletoId::new(&account, &Settings::of(ctx).wallet(), number);
            issued(answer, &id, &order.bank_reference).unwrap_or_else(|| unclear(op, answer))
        }
        Op::Find { .. } => found(body, &account).unwrap_or_else(unreadable),
        Op::Get { bank_id } => detail(body, &account, bank_id),
        // The answer is that of an emission; only its status counts.
        Op::Rehearse(_) if boleto(body).is_some() => done(Done::Nothing),
        Op::Cancel { bank_id, .. } if empty_or_json(body) => done(taken(bank_id)),
        Op::Instruct { .. } if empty_or_json(body) => {
            let waits = answer.status == 202 || waits(body);
            let state = if waits { ChangeState::Processing } else { ChangeState::Taken };
            done(Done::Change { change_id: String::new(), state })
        }
        Op::Change { bank_id, expiration_date, amount } if empty_or_json(body) => {
            stepped(Change::new(bank_id, *expiration_date, *amount))
        }
        Op::ChangeStatus { change_id } if empty_or_json(body) => stepped(Change::parse(change_id)),
        Op::Settled { from, to, cursor } => {
            let place = Place::of(cursor.as_deref(), *from, *to);
            movements::page(body, &account, place, *to).unwrap_or_else(unreadable)
        }
        Op::PixReceived { cursor, .. } => {
            pix_page(body, cursor.as_deref()).unwrap_or_else(unreadable)
        }
        Op::GetWebhook => webhook(body).map_or_else(unreadable, done),
        Op::RegisterWebhook { url } if empty_or_json(body) => {
            done(Done::Webhook(Some(url.clone())))
        }
        Op::Probe if empty_or_json(body) => done(Done::Nothing),
        Op::Statement { cursor, .. } => {
            let page = statement::page(body, cursor.as_deref()).map(Done::Lines);
            page.map_or_else(unreadable, done)
        }
        Op::Balance { day } => {
            let balance = statement::balance(body, day.unwrap_or(ctx.today)).map(Done::Balance);
            balance.map_or_else(unreadable, done)
        }
        _ => unclear(op, answer),
    }
}

const fn done(done: Done) -> Outcome {
    Outcome::Done(done)
}

/// «Not found» from the service itself is an answer where it is asked whether something is there.
/// Elsewhere it is later: right after an emission the bank may not know its own boleto yet.
fn not_found(op: &Op, answer: &HttpResponse) -> Outcome {
    let is_told = json::<Erro>(&answer.body).is_some() || answer.body.trim_ascii().is_empty();
    match op {
        Op::Find { .. } if is_told => Outcome::Page { reports: Vec::new(), next: None },
        // A day without movement.
        Op::Settled { from, to, cursor } if is_told => {
            movements::nothing(Place::of(cursor.as_deref(), *from, *to), *to)
        }
        Op::Probe if is_told => done(Done::Nothing),
        Op::GetWebhook if is_told => done(Done::Webhook(None)),
        Op::RegisterWebhook { .. }
        | Op::Cancel { .. }
        | Op::Change { .. }
        | Op::Instruct { .. } => Outcome::Rejected(refusal(op, answer.status, &answer.body)),
        Op::Issue(_) | Op::ChangeStatus { .. } => unclear(op, answer),
        Op::Statement { .. } | Op::Balance { .. } => later("o banco não encontrou a conta (404)"),
        _ => later("o banco não encontrou (404); logo depois de uma emissão isso é normal"),
    }
}

/// No clear answer: harmless for a question, open for a change.
fn unclear(op: &Op, answer: &HttpResponse) -> Outcome {
    let mut reason = match answer.status {
        200..=299 => format!("o banco respondeu {} com um conteúdo ilegível", answer.status),
        status => format!("o banco respondeu HTTP {status}"),
    };
    if let Some(said) = explanation(&answer.body) {
        reason = format!("{reason}: {said}");
    }
    match op {
        Op::Issue(_)
        | Op::Cancel { .. }
        | Op::Change { .. }
        | Op::Instruct { .. }
        | Op::ChangeStatus { .. }
        | Op::RegisterWebhook { .. } => Outcome::Unknown { reason },
        _ => Outcome::Transient { reason, retry_after_s: retry_after(answer) },
    }
}

fn unreadable() -> Outcome {
    later("a resposta do banco não pôde ser lida")
}

fn later(reason: &str) -> Outcome {
    Outcome::Transient { reason: reason.to_owned(), retry_after_s: None }
}

/// The header `Retry-After` in seconds; never seen at this bank.
fn retry_after(answer: &HttpResponse) -> Option<u32> {
    let seconds: u32 = answer.header("retry-after")?.trim().parse().ok()?;
    Some(seconds.min(LONGEST_WAIT))
}

/// Answers whose status says it all: a page of some gateway in their place proves nothing.
fn empty_or_json(body: &[u8]) -> bool {
    body.trim_ascii().is_empty() || serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
}

/// An emission: 200 with the numbers, or 202 while the bank is still at it. Then, and where the
/// numbers are missing, its detail is asked for; it is never sent again.
fn issued(answer: &HttpResponse, id: &BoletoId, bank_reference: &str) -> Option<Outcome> {
    let body = answer.body.as_slice();
    let bank_id = id.text()?;
    let told = boleto(body).and_then(|boleto| map::issued(&boleto, &id.account));
    let report = match told {
        // The bank's test environment echoes an example; elsewhere another number is no answer.
        Some(report) if report.bank_id.as_deref() == Some(&bank_id) => report,
        Some(_) => return None,
        None if answer.status == 202 && empty_or_json(body) => accepted(bank_id),
        None => return None,
    };
    let report = Report { bank_reference: Some(bank_reference.to_owned()), ..report };
    Some(done(Done::Reports(vec![report])))
}

/// One boleto, whether it is wrapped or not: the bank does either.
fn boleto(body: &[u8]) -> Option<Boleto> {
    let wrapped = json::<Embrulho>(body)?.data.0.filter(|boleto| boleto.dado_boleto.0.is_some());
    wrapped.or_else(|| json(body))
}

fn accepted(bank_id: String) -> Report {
    let mut report = Report::blank(Channel::Query);
    report.bank_id = Some(bank_id.clone());
    report.facts = vec![Fact::Accepted { bank_id }];
    report
}

fn taken(bank_id: &str) -> Done {
    let mut report = Report::blank(Channel::Query);
    report.bank_id = Some(bank_id.to_owned());
    report.facts = vec![Fact::CancellationTaken];
    Done::Reports(vec![report])
}

/// All boletos of a number: after 45 days the bank lets it be used again.
fn found(body: &[u8], account: &str) -> Option<Outcome> {
    let items = json::<Consulta>(body)?.data.0?;
    let reports = items.iter().map(|item| {
        let told = item.0.as_ref().and_then(|boleto| map::report(boleto, account));
        told.unwrap_or_else(|| {
            let mut report = Report::blank(Channel::Query);
            report.warnings.push("um boleto da consulta do banco não pôde ser lido".to_owned());
            report
        })
    });
    Some(Outcome::Page { reports: reports.collect(), next: None })
}

/// The boleto of a number: of several that had it, the last one.
fn current(body: &[u8], account: &str) -> Option<Report> {
    let items = json::<Consulta>(body)?.data.0?;
    let last = items.last()?.0.as_ref()?;
    map::report(last, account)
}

fn detail(body: &[u8], account: &str, bank_id: &str) -> Outcome {
    match current(body, account) {
        Some(report) if report.bank_id.as_deref() == Some(bank_id) => {
            done(Done::Reports(vec![report]))
        }
        Some(_) => later("o banco respondeu com outro boleto"),
        None => unreadable(),
    }
}

/// A step of a change was taken: what is next, or the end.
fn stepped(change: Option<Change>) -> Outcome {
    done(match change.and_then(|change| change.next()) {
        Some(next) => Done::Change { change_id: next.id(), state: ChangeState::Processing },
        None => Done::Change { change_id: String::new(), state: ChangeState::Taken },
    })
}

fn webhook(body: &[u8]) -> Option<Done> {
    if body.trim_ascii().is_empty() {
        return Some(Done::Webhook(None));
    }
    let items = json::<Notificacoes>(body)?.data.0?;
    let mut urls = items.iter().filter_map(|item| item.0.as_ref()?.webhook_url.0.clone());
    Some(Done::Webhook(urls.next_back()))
}

fn pix_page(body: &[u8], cursor: Option<&str>) -> Option<Outcome> {
    let page: PixRecebidos = json(body)?;
    let pages = page.parametros.0.and_then(|p| p.paginacao.0).unwrap_or_default();
    let nothing = pages.quantidade_total_de_itens.count() == Some(0);
    let items = page.pix.0.or_else(|| nothing.then(Vec::new))?;
    let reports: Vec<Report> = items
        .iter()
        .map(|item| {
            item.0.as_ref().map(map::pix).unwrap_or_else(|| {
                let mut report = Report::blank(Channel::PixQuery);
                report.warnings.push("um Pix da lista do banco não pôde ser lido".to_owned());
                report
            })
        })
        .collect();
    let next = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0_u32).checked_add(1)?;
    let more = match pages.quantidade_de_paginas.count() {
        Some(total) => next < total,
        None => u32::try_from(reports.len()).is_ok_and(|items| items >= PIX_PAGE),
    };
    if more && reports.is_empty() {
        return None;
    }
    Some(Outcome::Page { reports, next: more.then(|| next.to_string()) })
}
