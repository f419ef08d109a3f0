//! «Contas»: the accounts of the company, how each one stands, and the test of its connection.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use futures_util::stream;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, PreEscaped, html};
use quita_core::calendar::days_between;
use quita_core::money::Money;
use quita_core::typed;
use quita_engine::certificate_files::Described;
use quita_engine::clock::bank_day;
use quita_engine::desk::Permission;
use quita_engine::desk::accounts::{self, AccountView, Budget, Health, ProbeStep, Register};
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::{credentials, enrolments, statements};
use quita_engine::error::{Error, FieldError};
use tokio::sync::mpsc;

use super::accounts_by_file::abilities_html;
use super::accounts_enrol::window_html;
use super::failure::Page;
use super::form::{Errors, Field, Fields, Form, checkbox, csrf};
use super::remittances::numbers_form;
use super::saved::{self, Saved};
use super::typed::Typed;
use super::visitor::Visitor;
use super::{shell, show};
use crate::app::App;
use crate::input::is_id;

pub(super) const HERE: &str = "/contas";
/// From so many days before its end on, a certificate is spoken of.
pub(super) const SOON_DAYS: i64 = 60;
/// Where the steps of a test go.
const STEPS: &str = "<!-- passos -->";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list))
        .route("/contas/lampadas", get(lamps))
        .route("/contas/simulador", post(connect_simulator))
        .route("/contas/{id}", get(one).post(change))
        .route("/contas/{id}/como-esta", get(standing))
        .route("/contas/{id}/integracao", post(change_integration))
        .route("/contas/{id}/extrato-diario", post(set_daily))
        .route("/contas/{id}/testar", post(test))
}

/// An account with all that its lamp needs.
struct Standing {
    account: AccountView,
    health: Option<Health>,
    budget: Option<Budget>,
    /// Whether banks can call this installation.
    called: bool,
    /// Minutes between two looks when nothing calls.
    look_minutes: i64,
}

async fn standings(app: &App, who: &SignedIn) -> Result<Vec<Standing>, Error> {
    let actor = who.actor.clone();
    app.ask(move |world| {
        actor.must(Permission::Configure)?;
        let accounts = accounts::list(world, &actor)?;
        let mut health = accounts::health(world, &actor)?;
        let mut budgets = accounts::budgets(world, &actor)?;
        let standing = accounts.into_iter().map(|account| {
            let at = health.iter().position(|health| health.account_id == account.id);
            Standing {
                health: at.map(|at| health.swap_remove(at)),
                budget: budgets.remove(&account.id),
                called: world.settings.public_url.is_some(),
                look_minutes: (world.settings.poll_seconds / 60).max(1),
                account,
            }
        });
        Ok(standing.collect())
    })
    .await
}

/// One account of the company.
pub(super) async fn account_of(app: &App, who: &SignedIn, id: &str) -> Result<AccountView, Error> {
    Ok(standing_of(app, who, id).await?.account)
}

async fn standing_of(app: &App, who: &SignedIn, id: &str) -> Result<Standing, Error> {
    let all = standings(app, who).await?;
    let found = all.into_iter().find(|standing| is_id(id) && standing.account.id == id);
    found.ok_or_else(|| Error::not_found("conta"))
}

async fn list(State(app): State<App>, Visitor(who): Visitor) -> Page {
    let standings = standings(&app, &who).await?;
    Ok(shell::page(&app, &who, HERE, "Contas", list_html(&app, &who, &standings)))
}

fn list_html(app: &App, who: &SignedIn, standings: &[Standing]) -> Markup {
    html! {
        div.title {
            h1 { "Contas" }
            div.actions {
                a.button.first href="/contas/nova" { "Nova conta" }
                @if app.exposure.connect_simulator.is_some() {
                    form method="post" action="/contas/simulador" {
                        (csrf(who))
                        button { "Ligar ao simulador" }
                    }
                }
            }
            p.subtitle { "As contas em que a empresa recebe, ligadas direto ao banco." }
        }
        @if standings.is_empty() {
            div.card { div.empty {
                strong { "Nenhuma conta ainda" }
                p { "Ligue a conta da empresa ao banco para emitir boletos e saber quando são pagos. Tenha à mão o ZIP que o banco entrega ao criar a integração." }
                a.button.first href="/contas/nova" { "Ligar uma conta" }
            } }
        } @else {
            (shell::live(who))
            (lamps_html(standings))
        }
    }
}

async fn lamps(State(app): State<App>, Visitor(who): Visitor) -> Page {
    Ok(shell::fragment(lamps_html(&standings(&app, &who).await?)))
}

fn lamps_html(standings: &[Standing]) -> Markup {
    html! {
        div.two data-subject="*" data-refresh="/contas/lampadas" data-poll="30" {
            @for standing in standings {
                section.card aria-label=(standing.account.description) {
                    h2 { a href={ (HERE) "/" (standing.account.id) } { (standing.account.description) } }
                    p { (lamp(standing)) }
                    (facts(standing))
                }
            }
        }
    }
}

/// How the account stands, in a few words.
fn lamp(standing: &Standing) -> Markup {
    let health = standing.health.as_ref();
    let days = health.and_then(|health| health.certificate_days);
    let status = health.map_or("none", |health| health.credential_status);
    let (look, said) = if standing.account.status != "active" {
        ("still", "Inativa: não emite, segue os abertos")
    } else if standing.account.layout.is_some() {
        ("good", "Por arquivo")
    } else if !standing.account.connected {
        ("wait", "Ainda não ligada ao banco")
    } else if days.is_some_and(|days| days < 0) {
        ("bad", "Credencial vencida")
    } else if status == "waiting" {
        ("wait", "Aguardando ativação")
    } else if status == "refused" {
        ("bad", "O banco recusa a credencial")
    } else if health.is_some_and(|health| !health.last_error.is_empty()) {
        ("bad", "A última consulta falhou")
    } else if days.is_some_and(|days| days <= SOON_DAYS) {
        ("wait", "Credencial perto do fim")
    } else if health.is_none_or(|health| health.last_success.is_none()) {
        ("wait", "Aguardando a primeira consulta")
    } else {
        ("good", "Conectada")
    };
    html! {
        span class={ "state " (look) } { (said) }
        @if standing.account.is_default { " " span.state { "Conta padrão" } }
    }
}

fn facts(standing: &Standing) -> Markup {
    let Standing { account, health, budget, called, look_minutes } = standing;
    let at = |text: &Option<String>| text.as_ref().and_then(|t| t.parse::<Timestamp>().ok());
    html! {
        dl.facts {
            dt { "Banco" } dd { (account.bank) " " (account.bank_name) }
            dt { "Agência e conta" } dd { (account.branch) " / " (account.number) "-" (account.digit) }
            @if let Some(layout) = &account.layout {
                dt { "Arquivos" } dd { (layout) }
            } @else if let Some(health) = health {
                dt { "Última consulta completa" }
                dd { @match at(&health.last_success) { Some(at) => (show::time(at)), None => "nenhuma ainda" } }
                @if !health.last_error.is_empty() {
                    dt { @if health.credential_status == "waiting" { "Ativação" } @else { "O que falhou" } }
                    dd { (health.last_error) }
                }
                @if !health.pix_error.is_empty() {
                    dt { "Leitura de Pix" } dd { (health.pix_error) }
                }
                dt { "Último aviso do banco" }
                dd {
                    @if let Some(at) = at(&health.last_webhook) { (show::time(at)) }
                    @else if *called { "nenhum ainda" }
                    @else if *look_minutes == 1 { "avisos desligados: o quita consulta a cada minuto" }
                    @else { "avisos desligados: o quita consulta a cada " (look_minutes) " minutos" }
                }
                @if let Some(days) = health.certificate_days {
                    dt { "Credencial" } dd { (days_left(days)) }
                }
            }
            @if let Some(Budget { left, of }) = budget {
                dt { "Chamadas ao banco" } dd { "restam " (left) " de " (of) " neste minuto" }
            }
            dt { "Do pagamento ao crédito" } dd { (account.settlement_delay) }
        }
    }
}

/// What is left of a certificate.
pub(super) fn days_left(days: i64) -> String {
    match days {
        ..0 => format!("vencido há {}; troque-o", show::count(-days, "dia", "dias")),
        0 => "vence hoje; troque-o".to_owned(),
        _ => format!("vale por mais {}", show::count(days, "dia", "dias")),
    }
}

async fn one(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
    Query(saved): Query<Saved>,
) -> Page {
    let content = one_html(&app, &who, &id, None, &Errors::default(), &saved).await?;
    Ok(shell::page(&app, &who, HERE, "Conta", content))
}

/// How the account stands, as a part of the page that changes by itself.
async fn standing(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    let standing = standing_of(&app, &who, &id).await?;
    Ok(shell::fragment(standing_html(&standing)))
}

fn standing_html(standing: &Standing) -> Markup {
    let id = &standing.account.id;
    html! {
        div.card data-subject=(id) data-refresh={ (HERE) "/" (id) "/como-esta" } data-poll="30" {
            h2 { "Como está" }
            p aria-live="polite" { (lamp(standing)) }
            (facts(standing))
        }
    }
}

async fn one_html(
    app: &App,
    who: &SignedIn,
    id: &str,
    typed: Option<&Fields>,
    errors: &Errors,
    saved: &Saved,
) -> Result<Markup, Error> {
    let standing = standing_of(app, who, id).await?;
    let (actor, account_id) = (who.actor.clone(), id.to_owned());
    let (certificate, integration, renewal, now) = app
        .ask(move |world| {
            let certificate = credentials::certificate(world, &actor, &account_id)?;
            let integration = credentials::register(world, &actor, &account_id)?;
            let renewal = enrolments::renewal(world, &actor, &account_id)?;
            Ok((certificate, integration, renewal, world.clock.now()))
        })
        .await?;
    let account = &standing.account;
    let road = account.layout.is_none() && enrolments::road_of(&account.bank).is_some();
    let shared = sharing(app, who, account).await?;
    let own = account.description.as_str();
    // Two forms stand on the page: what is not in the one that was sent is as it was.
    let sent = typed;
    let typed = sent.filter(|fields| fields.is_checked("description"));
    let sent_integration = sent.filter(|fields| fields.is_checked("responsible_email"));
    let fee = account.fee.map(|fee| Money::from_cents(fee).to_string()).unwrap_or_default();
    let is_active = typed.map_or(account.status == "active", |f| f.get("status") == "active");
    let is_default = typed.map_or(account.is_default, |f| f.is_checked("is_default"));
    Ok(html! {
        div.title {
            h1 { (account.description) }
            div.actions {
                @if account.connected {
                    form method="post" action={ (HERE) "/" (id) "/testar" } {
                        (csrf(who))
                        button.first { "Testar conexão" }
                    }
                    @if renewal.is_some_and(|window| window.open) {
                        a.button href={ (HERE) "/" (id) "/renovar" } { "Renovar certificado" }
                    }
                    a.button href={ (HERE) "/" (id) "/credencial" } { "Trocar certificado" }
                    @if account.status == "active" {
                        a.button href={ "/boletos/emitir?teste=" (id) } { "Boleto de teste" }
                    }
                } @else if account.layout.is_some() {
                    a.button.first href={ "/remessas/proxima/" (id) } { "Próxima remessa" }
                } @else {
                    @if road {
                        a.button.first href={ (HERE) "/" (id) "/pedido" } { "Pedir credencial ao banco" }
                    }
                    a.button.first[!road] href={ (HERE) "/" (id) "/credencial" } { "Ligar ao banco" }
                }
            }
        }
        (saved.html())
        (shell::live(who))
        (errors.summary(&["description", "status", "fee", "responsible_email", "integration_ends_on"]))
        div.two {
            (standing_html(&standing))
            @if account.layout.is_none() { div.card.stack {
                h2 { "Certificado" }
                @match &certificate {
                    Some(certificate) => {
                        (certificate_html(certificate, now))
                        p { a href={ (HERE) "/" (id) "/exportar" } { "Exportar certificado e chave" } }
                    }
                    None => p { "Esta conta ainda não tem certificado." },
                }
                @if road && account.connected {
                    (window_html(renewal))
                    p { a href={ (HERE) "/" (id) "/pedido" } { "Pedir credencial ao banco" } }
                }
            } }
        }
        (abilities_html(account))
        @if account.layout.is_some() && who.actor.permissions.contains(&Permission::Configure) {
            (numbers_form(who, id, &Fields::default(), &Errors::default()))
        }
        form.card.stack method="post" action={ (HERE) "/" (id) } {
            (csrf(who))
            h2 { "Cadastro" }
            div.fields {
                (Field::text("description", "Descrição").value(typed.map_or(own, |f| f.get("description"))).must().width("w6").html(errors))
                (Field::text("status", "Situação").value(if is_active { "active" } else { "inactive" }).width("w6")
                    .hint("Uma conta inativa não emite boletos novos; os abertos continuam acompanhados.")
                    .choice([("active", "Ativa"), ("inactive", "Inativa")], errors))
                (Field::money("fee", "Tarifa por boleto").value(typed.map_or(&fee, |f| f.get("fee"))).width("w6")
                    .hint("O que o banco cobra por boleto liquidado, se você sabe. Aparece como prevista ao emitir e nos recebimentos.").html(errors))
                div.field {
                    (checkbox("is_default", "yes", "Conta padrão: cobra quando nenhuma outra é escolhida", is_default))
                }
            }
            div.row { (saved::buttons(None)) }
        }
        @if let Some(integration) = &integration {
            form.card.stack method="post" action={ (HERE) "/" (id) "/integracao" } {
                (csrf(who))
                h2 { "Integração no banco" }
                @if !shared.is_empty() {
                    p.hint { "A mesma credencial serve também a: " (shared.join(", ")) ". O que mudar aqui vale para todas." }
                }
                (integration_fields(
                    sent_integration.map_or(&integration.responsible, |f| f.get("responsible_email")),
                    &integration.ends_on.map(show::date).unwrap_or_default(),
                    sent_integration,
                    errors,
                ))
                div.row { (saved::buttons(None)) }
            }
        }
        @if let Some(daily) = account.statement_daily { (daily_html(who, id, daily)) }
        p { a href=(HERE) { "Todas as contas" } }
    })
}

/// The switch of the daily reading of the statement.
fn daily_html(who: &SignedIn, id: &str, daily: bool) -> Markup {
    html! {
        form.card.stack #extrato method="post" action={ (HERE) "/" (id) "/extrato-diario" } {
            (csrf(who))
            h2 { "Extrato" }
            p {
                @if daily { span.state.good { "Busca diária ligada" } } @else { span.state.wait { "Busca diária desligada" } }
                " " a href={ "/extrato/" (id) } { "Ver extrato" }
            }
            p.hint {
                @if daily { "O quita lê o extrato todo dia útil. Desligada a busca, só lê quando alguém pedir em «Extrato»." }
                @else { "O quita só lê o extrato quando alguém pede em «Extrato». Ligada a busca, lê em seguida o que ficou para trás." }
            }
            input type="hidden" name="daily" value=(if daily { "no" } else { "yes" });
            div.row { button { @if daily { "Desligar a busca diária" } @else { "Ligar a busca diária" } } }
        }
    }
}

/// Names of the other accounts that have the credential of an account.
pub(super) async fn sharing(
    app: &App,
    who: &SignedIn,
    account: &AccountView,
) -> Result<Vec<String>, Error> {
    let actor = who.actor.clone();
    let all = app.ask(move |world| accounts::list(world, &actor)).await?;
    let same = |other: &AccountView| {
        other.credential_id.is_some()
            && other.credential_id == account.credential_id
            && other.id != account.id
    };
    Ok(all.into_iter().filter(same).map(|other| other.description).collect())
}

/// Who answers for a credential, and until when the bank's integration lasts.
pub(super) fn integration_fields(
    responsible: &str,
    ends_on: &str,
    typed: Option<&Fields>,
    errors: &Errors,
) -> Markup {
    let has = |name: &str| typed.is_some_and(|fields| fields.is_checked(name));
    let ends_on = if has("integration_ends_on") {
        typed.map_or(ends_on, |fields| fields.get("integration_ends_on"))
    } else {
        ends_on
    };
    html! {
        div.fields {
            (Field::email("responsible_email", "Responsável pelo certificado: e-mail").value(responsible).width("w6")
                .hint("Recebe um aviso 60, 30, 15, 7, 3 e 1 dia antes do fim, e se o banco recusar a credencial.").html(errors))
            (Field::text("integration_ends_on", "Validade da integração no banco").value(ends_on).width("w6")
                .hint("Se o portal do banco mostra uma data, como 30/11/2027. Vale a que vier antes: esta ou a do certificado.").html(errors))
        }
    }
}

/// The date of the field of [`integration_fields`] as the desk reads it, or what is wrong with it.
pub(super) fn integration_end(fields: &Fields, today: Date) -> Result<String, Error> {
    let mut typed = Typed::new(fields);
    let day = typed.date("integration_ends_on", today);
    if typed.errors.is_empty() {
        return Ok(day.map(|day| day.to_string()).unwrap_or_default());
    }
    Err(Error::Invalid(typed.errors))
}

async fn change_integration(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    account_of(&app, &who, &id).await?;
    let (actor, account_id, typed) = (who.actor.clone(), id.clone(), fields.clone());
    let changed = app.ask(move |world| {
        let end = integration_end(&typed, bank_day(world.clock.now()))?;
        let responsible = typed.get("responsible_email");
        credentials::set_register(world, &actor, &account_id, responsible, &end)
    });
    match changed.await {
        Ok(()) => Ok(saved::redirect(&fields, HERE, &format!("{HERE}/{id}"))),
        Err(error) => wrong(&app, &who, &id, &fields, &Errors::of(error)?).await,
    }
}

async fn wrong(app: &App, who: &SignedIn, id: &str, fields: &Fields, errors: &Errors) -> Page {
    let content = one_html(app, who, id, Some(fields), errors, &Saved::default()).await?;
    let page = shell::page(app, who, HERE, "Conta", content);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// What a certificate says of itself, and how long it is good.
pub(super) fn certificate_html(certificate: &Described, now: Timestamp) -> Markup {
    let days = i64::from(days_between(bank_day(now), bank_day(certificate.not_after)));
    html! {
        dl.facts {
            dt { "Emitido para" } dd { (certificate.subject) }
            dt { "Emitido por" } dd { (certificate.issuer) }
            dt { "Válido desde" } dd { (show::time(certificate.not_before)) }
            dt { "Válido até" } dd { (show::time(certificate.not_after)) }
            dt { "Prazo" } dd { (days_left(days)) }
        }
    }
}

async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    account_of(&app, &who, &id).await?;
    let (actor, account_id) = (who.actor.clone(), id.clone());
    let fee = typed::money(fields.get("fee"));
    if fee.is_none() && !fields.get("fee").is_empty() {
        let said = "não é um valor: escreva como 2,50";
        let errors = Errors(vec![FieldError::new("fee", "invalid", said)]);
        return wrong(&app, &who, &id, &fields, &errors).await;
    }
    let register = Register {
        description: fields.get("description").to_owned(),
        active: fields.get("status") == "active",
        is_default: fields.is_checked("is_default"),
        fee: fee.map(Money::cents),
    };
    let changed = app.ask(move |world| accounts::change(world, &actor, &account_id, &register));
    match changed.await {
        Ok(()) => Ok(saved::redirect(&fields, HERE, &format!("{HERE}/{id}"))),
        Err(error) => wrong(&app, &who, &id, &fields, &Errors::of(error)?).await,
    }
}

async fn set_daily(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    let (actor, account_id) = (who.actor.clone(), id.clone());
    let daily = fields.get("daily") == "yes";
    app.ask(move |world| statements::set_daily(world, &actor, &account_id, daily)).await?;
    Ok(Redirect::to(&format!("{HERE}/{id}#extrato")).into_response())
}

async fn connect_simulator(State(app): State<App>, Form { who, .. }: Form) -> Page {
    who.actor.must(Permission::Configure)?;
    let Some(connect) = app.exposure.connect_simulator.clone() else {
        let said = "não há simulador nesta instalação";
        return Err(Error::conflict("no_simulator", said).into());
    };
    let (actor, company) = (who.actor.clone(), who.company.clone());
    let account = app
        .ask(move |world| {
            let new = (connect.0)(&company).map_err(Error::config)?;
            accounts::create(world, &actor, &new)
        })
        .await?;
    Ok(Redirect::to(&format!("{HERE}/{}", account.id)).into_response())
}

/// Each step is sent as soon as the bank has answered: the page grows while it is read.
async fn test(State(app): State<App>, Path(id): Path<String>, Form { who, .. }: Form) -> Page {
    let account = account_of(&app, &who, &id).await?;
    let content = html! {
        div.title { h1 { "Teste da conexão" } p.subtitle { (account.description) } }
        div.card {
            ol.steps aria-live="polite" aria-label="Passos do teste" { (PreEscaped(STEPS)) }
        }
        div.row {
            form method="post" action={ (HERE) "/" (id) "/testar" } {
                (csrf(&who))
                button { "Testar de novo" }
            }
            a.button href={ (HERE) "/" (id) } { "Voltar à conta" }
        }
    };
    let page = shell::page_text(&app, &who, HERE, "Teste da conexão", content);
    let (head, tail) = page.split_once(STEPS).unwrap_or((&page, ""));
    let (pieces, sent) = mpsc::channel::<String>(32);
    let (head, tail) = (head.to_owned(), tail.to_owned());
    let (world, actor) = (Arc::clone(&app.world), who.actor.clone());
    tokio::task::spawn_blocking(move || {
        // Whoever left does not want the rest.
        let send = |piece: String| drop(pieces.blocking_send(piece));
        send(head);
        let mut wrong = 0;
        let tested = accounts::probe_each(&world, &actor, &id, |step| {
            wrong += usize::from(!step.ok);
            send(step_html(&step).into_string());
        });
        send(verdict(tested.err().map(|error| error.to_string()), wrong).into_string());
        send(tail);
    });
    let body = stream::unfold(sent, |mut sent| async move {
        let piece = sent.recv().await?;
        Some((Ok::<_, Infallible>(piece), sent))
    });
    let html = [(CONTENT_TYPE, "text/html; charset=utf-8")];
    Ok((html, Body::from_stream(body)).into_response())
}

/// A step of a test, as an item of a list.
pub(super) fn step_html(step: &ProbeStep) -> Markup {
    let mut name = step.step.chars();
    let first = name.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    html! {
        li class=(if step.ok { "ok" } else { "bad" }) {
            span.mark aria-hidden="true" { (if step.ok { "✓" } else { "✗" }) }
            span {
                strong { (first) (name.as_str()) }
                span.visually-hidden { (if step.ok { " (certo)" } else { " (falhou)" }) }
                span.sub { (step.message) }
            }
        }
    }
}

fn verdict(failed: Option<String>, wrong: usize) -> Markup {
    html! {
        @if let Some(why) = failed {
            (step_html(&ProbeStep { step: "teste".into(), ok: false, message: why }))
        } @else if wrong == 0 {
            li.verdict { strong { "Tudo certo: a conta está pronta para emitir." } }
        } @else {
            li.verdict { strong { "Falta resolver " (show::count(i64::try_from(wrong).unwrap_or(i64::MAX), "ponto", "pontos")) ". Corrija no portal do banco e teste de novo." } }
        }
    }
}
