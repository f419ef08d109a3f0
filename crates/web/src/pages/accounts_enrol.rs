//! The road to a credential, step by step: the letter to the bank, what the bank sent, the
//! certificate. Each step may be left and taken up again; and the renewal of the certificate.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use quita_core::letter::Letter;
use quita_engine::desk::accounts::AccountView;
use quita_engine::desk::enrolments::{
    self, EnrolmentInfo, EnrolmentView, LetterData, Received, Renewal, Stage,
};
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::{Actor, credentials};
use quita_engine::error::Error;
use quita_engine::world::World;

use super::accounts::{HERE, account_of, certificate_html};
use super::failure::Page;
use super::form::{Errors, Field, Fields, Form, csrf};
use super::visitor::Visitor;
use super::{shell, show};
use crate::app::App;

const TITLE: &str = "Pedir credencial ao banco";
const RENEW: &str = "Renovar certificado";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/contas/{id}/pedido", get(show_road))
        .route("/contas/{id}/pedido/carta", post(write_letter))
        .route("/contas/{id}/pedido/carta.pdf", get(letter_pdf))
        .route("/contas/{id}/pedido/enviada", post(letter_sent))
        .route("/contas/{id}/pedido/recebido", post(receive))
        .route("/contas/{id}/pedido/certificado", post(ask))
        .route("/contas/{id}/pedido/desistir", post(abandon))
        .route("/contas/{id}/renovar", get(renewal).post(renew))
}

fn road_of(account: &AccountView) -> Result<&'static EnrolmentInfo, Error> {
    enrolments::road_of(&account.bank).ok_or_else(|| Error::not_found("pedido de credencial"))
}

fn address(account: &AccountView) -> String {
    format!("{HERE}/{}/pedido", account.id)
}

async fn show_road(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    let account = account_of(&app, &who, &id).await?;
    let content = road_html(&app, &who, &account, &Fields::default(), &Errors::default()).await?;
    Ok(shell::page(&app, &who, HERE, TITLE, content))
}

/// Does one step; then the page shows the next one, or what is wrong with this one.
async fn step(
    app: App,
    id: String,
    form: Form,
    act: impl FnOnce(&World, &Actor, &str, &Fields) -> Result<EnrolmentView, Error> + Send + 'static,
) -> Page {
    let Form { who, fields } = form;
    let account = account_of(&app, &who, &id).await?;
    let (actor, typed) = (who.actor.clone(), fields.clone());
    match app.ask(move |world| act(world, &actor, &id, &typed)).await {
        Ok(_) => Ok(Redirect::to(&address(&account)).into_response()),
        Err(error) => {
            let content = road_html(&app, &who, &account, &fields, &Errors::of(error)?).await?;
            let page = shell::page(&app, &who, HERE, TITLE, content);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn write_letter(State(app): State<App>, Path(id): Path<String>, form: Form) -> Page {
    step(app, id, form, |world, actor, id, fields| {
        let of_letter = |(name, value): &(String, String)| {
            Some((name.strip_prefix("data.")?.to_owned(), value.clone()))
        };
        let data = fields.0.iter().filter_map(of_letter).collect();
        enrolments::write_letter(world, actor, id, &LetterData { data })
    })
    .await
}

async fn letter_sent(State(app): State<App>, Path(id): Path<String>, form: Form) -> Page {
    step(app, id, form, |world, actor, id, _| enrolments::letter_sent(world, actor, id)).await
}

async fn receive(State(app): State<App>, Path(id): Path<String>, form: Form) -> Page {
    step(app, id, form, |world, actor, id, fields| {
        let received = Received {
            client_id: fields.get("client_id").to_owned(),
            token: fields.get("token").to_owned(),
            ca: Some(fields.get("ca").to_owned()),
        };
        enrolments::receive(world, actor, id, &received)
    })
    .await
}

async fn ask(State(app): State<App>, Path(id): Path<String>, form: Form) -> Page {
    step(app, id, form, |world, actor, id, _| enrolments::ask(world, actor, id)).await
}

async fn abandon(State(app): State<App>, Path(id): Path<String>, form: Form) -> Page {
    step(app, id, form, |world, actor, id, _| enrolments::abandon(world, actor, id)).await
}

async fn letter_pdf(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
) -> Result<Response, super::failure::Failure> {
    account_of(&app, &who, &id).await?;
    let actor = who.actor.clone();
    let pdf = app.ask(move |world| enrolments::letter_pdf(world, &actor, &id)).await?;
    let name = "attachment; filename=\"carta-ao-banco.pdf\"";
    Ok(([(CONTENT_TYPE, "application/pdf"), (CONTENT_DISPOSITION, name)], pdf).into_response())
}

async fn road_html(
    app: &App,
    who: &SignedIn,
    account: &AccountView,
    fields: &Fields,
    errors: &Errors,
) -> Result<Markup, Error> {
    let info = road_of(account)?;
    let (actor, id) = (who.actor.clone(), account.id.clone());
    let (road, letter, certificate, sandbox, now) = app
        .ask(move |world| {
            let road = enrolments::get(world, &actor, &id)?;
            let road = road.filter(|road| road.kind == "first" && road.at != Stage::Abandoned);
            let letter = match &road {
                Some(road) if road.at != Stage::Done => {
                    Some(enrolments::letter(world, &actor, &id)?)
                }
                _ => None,
            };
            let certificate = credentials::certificate(world, &actor, &id)?;
            let sandbox = world.environment == quita_engine::world::Environment::Sandbox;
            Ok((road, letter, certificate, sandbox, world.clock.now()))
        })
        .await?;
    let here = address(account);
    let at = road.as_ref().map(|road| road.at);
    let mut shown: Vec<String> = info.fields.iter().map(|f| format!("data.{}", f.name)).collect();
    shown.extend(["client_id", "token", "ca"].map(str::to_owned));
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    let step = Step { who, account, info, here: &here, fields, errors, sandbox };
    Ok(html! {
        div.title {
            h1 { (TITLE) }
            p.subtitle { (account.description) " – " (account.bank_name) ". Pode fechar esta página e continuar depois." }
        }
        (steps_html(at))
        (errors.summary(&shown))
        @match (road.as_ref(), letter.as_ref()) {
            (Some(road), Some(letter)) => (step.open(road, letter)),
            (Some(_), None) => {
                section.card.stack {
                    h2 { "4. Pronto" }
                    p { "O banco assinou o certificado e a conta está ligada. A chave privada nunca saiu daqui." }
                    @if let Some(certificate) = &certificate { (certificate_html(certificate, now)) }
                    div.row {
                        form method="post" action={ (HERE) "/" (account.id) "/testar" } {
                            (csrf(who))
                            button.first { "Testar conexão" }
                        }
                        a.button href={ (HERE) "/" (account.id) "/exportar" } { "Guardar uma cópia (.p12)" }
                        a href={ (HERE) "/" (account.id) } { "Ir para a conta" }
                    }
                    details {
                        summary { "Pedir outra credencial" }
                        p.hint { "Se o certificado terminou, se a chave pode ter vazado ou se o banco revogou esta. A atual vale até a outra chegar." }
                        (step.letter_form(None))
                    }
                }
            }
            _ => {
                section.card.stack {
                    h2 { "1. Carta ao " (info.addressee) }
                    p {
                        "O quita gera agora um par de chaves e preenche a carta com os dados da empresa, da conta e a chave "
                        strong { "pública" } ". A chave privada fica cifrada neste servidor e não é mostrada nem enviada a ninguém."
                    }
                    (step.letter_form(None))
                }
            }
        }
        p { a href={ (HERE) "/" (account.id) } { "Voltar à conta" } }
    })
}

/// The four steps, and which of them is at hand.
fn steps_html(at: Option<Stage>) -> Markup {
    let current = match at {
        None | Some(Stage::Letter | Stage::Abandoned) => 0,
        Some(Stage::Waiting) => 1,
        Some(Stage::Ready | Stage::Unknown | Stage::Refused) => 2,
        Some(Stage::Done) => 3,
    };
    let names = ["Carta ao banco", "Client ID e token temporário", "Certificado", "Pronto"];
    html! {
        ol.steps.across aria-label="Passos do pedido" {
            @for (n, name) in names.into_iter().enumerate() {
                @let done = n < current || current == 3;
                li class=(if done { "ok" } else { "" }) aria-current=[(n == current).then_some("step")] {
                    span.mark aria-hidden="true" { @if done { "✓" } @else { (n + 1) } }
                    span {
                        @if n == current { strong { (name) } } @else { (name) }
                        @if done { span.visually-hidden { " (feito)" } }
                    }
                }
            }
        }
    }
}

/// What the parts of the page share.
struct Step<'a> {
    who: &'a SignedIn,
    account: &'a AccountView,
    info: &'static EnrolmentInfo,
    here: &'a str,
    fields: &'a Fields,
    errors: &'a Errors,
    sandbox: bool,
}

impl Step<'_> {
    fn open(&self, road: &EnrolmentView, letter: &Letter) -> Markup {
        let (info, here) = (self.info, self.here);
        html! {
            @match road.at {
                Stage::Letter => {
                    section.card.stack {
                        h2 { "1. Carta ao " (info.addressee) }
                        p { "Confira, imprima ou copie, e mande ao " (info.addressee) ". O banco responde ao contato técnico." }
                        (letter_html(letter, here))
                        form method="post" action={ (here) "/enviada" } {
                            (csrf(self.who))
                            button.first { "Já enviei a carta" }
                        }
                        details open[!self.errors.0.is_empty()] {
                            summary { "Corrigir os dados da carta" }
                            (self.letter_form(Some(road)))
                        }
                    }
                }
                Stage::Waiting => {
                    section.card.stack {
                        h2 { "2. Client ID e token temporário" }
                        p.notice {
                            strong { "Aguardando o banco." }
                            @if let Some(at) = road.letter_at { " Carta enviada em " (show::time(at)) "." }
                            " Costuma levar " (info.usually) "."
                        }
                        p { "Quando chegar o e-mail do banco, copie para cá os dois valores. O token vale " (info.token_days) " dias e uma única vez." }
                        (self.received_form(road))
                        details { summary { "A carta, de novo" } (letter_html(letter, here)) }
                    }
                }
                Stage::Ready => {
                    section.card.stack {
                        h2 { "3. Certificado" }
                        @if !road.message.is_empty() {
                            div.notice.bad role="alert" { strong { "O pedido não chegou ao banco." } p { (road.message) } }
                        }
                        (facts_html(road))
                        p { "O quita faz o pedido do certificado em nome deste Client ID, com a chave que já está aqui, e guarda cifrados o certificado e o Client Secret que o banco devolve." }
                        (self.ask_form("Pedir o certificado"))
                        details { summary { "Corrigir Client ID ou token" } (self.received_form(road)) }
                    }
                }
                _ => (self.after_asking(road)),
            }
            form method="post" action={ (here) "/desistir" } data-confirm="Desistir deste pedido? A chave gerada para ele é apagada, e a carta enviada deixa de valer." {
                (csrf(self.who))
                button.plain { "Desistir deste pedido" }
            }
        }
    }

    /// Unknown or refused.
    fn after_asking(&self, road: &EnrolmentView) -> Markup {
        let unknown = road.at == Stage::Unknown;
        html! {
            section.card.stack {
                h2 { "3. Certificado" }
                div.notice.bad role="alert" tabindex="-1" {
                    @if unknown {
                        strong { "Não se sabe se o banco atendeu o pedido." }
                        p {
                            "O pedido pode ter chegado e a resposta se perdeu no caminho. Tente de novo com o mesmo token: se o banco ainda não o usou, o certificado vem agora; se já usou, ele recusa, e é preciso pedir outro token ao " (self.info.addressee) "."
                        }
                    } @else {
                        strong { "O banco não assinou o certificado." }
                        p { (road.message) }
                    }
                }
                (facts_html(road))
                @if road.has_token { (self.ask_form("Tentar de novo")) }
                @if unknown && !road.message.is_empty() {
                    details { summary { "Detalhe técnico" } p.hint { (road.message) } }
                }
                @if unknown {
                    details { summary { "Usar outro token" } (self.received_form(road)) }
                } @else {
                    h3 { "Usar outro token, ou corrigir" }
                    (self.received_form(road))
                }
            }
        }
    }

    fn ask_form(&self, label: &str) -> Markup {
        html! {
            form method="post" action={ (self.here) "/certificado" } {
                (csrf(self.who))
                button.first { (label) }
            }
        }
    }

    fn letter_form(&self, road: Option<&EnrolmentView>) -> Markup {
        html! {
            form.stack method="post" action={ (self.here) "/carta" } {
                (csrf(self.who))
                dl.facts {
                    dt { "Agência e conta" }
                    dd { (self.account.branch) " / " (self.account.number) "-" (self.account.digit) }
                }
                div.fields {
                    @for field in self.info.fields {
                        @let name = format!("data.{}", field.name);
                        @let known = road.and_then(|road| road.data.get(field.name)).map_or("", String::as_str);
                        @let value = if self.fields.is_checked(&name) { self.fields.get(&name) } else { known };
                        (Field::text(&name, field.label).value(value).must().hint(field.hint).width("w6").html(self.errors))
                    }
                }
                div.row { button.first[road.is_none()] { @if road.is_none() { "Gerar chave e carta" } @else { "Refazer a carta" } } }
            }
        }
    }

    fn received_form(&self, road: &EnrolmentView) -> Markup {
        let known = self.fields.get("client_id");
        let client_id = if known.is_empty() { road.client_id.as_str() } else { known };
        html! {
            form.stack method="post" action={ (self.here) "/recebido" } {
                (csrf(self.who))
                div.fields {
                    (Field::text("client_id", "Client ID").value(client_id).must().width("w6")
                        .hint("Como 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9.").html(self.errors))
                    (Field::password("token", "Token temporário", "off").must().width("w6")
                        .hint("Inteiro, como veio do banco. Fica cifrado e é apagado depois de usado.").html(self.errors))
                    @if self.sandbox {
                        (Field::text("ca", "Raiz do simulador (PEM)").value(self.fields.get("ca")).hint("Só no ambiente de testes, com o banco simulado.").area(self.errors))
                    }
                }
                div.row { button.first { "Guardar e continuar" } }
            }
        }
    }
}

fn facts_html(road: &EnrolmentView) -> Markup {
    html! {
        dl.facts {
            dt { "Client ID" } dd { (road.client_id) }
            @if let (true, Some(until)) = (road.has_token, road.token_until) {
                dt { "Token temporário" } dd { "vale até " (show::time(until)) }
            }
            @if let Some(at) = road.asked_at { dt { "Último pedido" } dd { (show::time(at)) } }
        }
    }
}

fn letter_html(letter: &Letter, here: &str) -> Markup {
    let text = letter.text();
    html! {
        div.row {
            a.button href={ (here) "/carta.pdf" } { "Baixar em PDF" }
            button.plain type="button" data-copy=(text) { "Copiar o texto" }
        }
        pre.letter tabindex="0" aria-label="Texto da carta" { (text) }
    }
}

async fn renewal(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    let account = account_of(&app, &who, &id).await?;
    let content = renewal_html(&app, &who, &account, &Errors::default()).await?;
    Ok(shell::page(&app, &who, HERE, RENEW, content))
}

async fn renew(State(app): State<App>, Path(id): Path<String>, form: Form) -> Page {
    let Form { who, .. } = form;
    let account = account_of(&app, &who, &id).await?;
    let actor = who.actor.clone();
    let errors = match app.ask(move |world| enrolments::renew(world, &actor, &id)).await {
        Ok(done) if done.at == Stage::Done => {
            return Ok(Redirect::to(&format!("{HERE}/{}", account.id)).into_response());
        }
        // What the bank said stands on the page.
        Ok(_) => Errors::default(),
        Err(error) => Errors::of(error)?,
    };
    let content = renewal_html(&app, &who, &account, &errors).await?;
    let page = shell::page(&app, &who, HERE, RENEW, content);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn renewal_html(
    app: &App,
    who: &SignedIn,
    account: &AccountView,
    errors: &Errors,
) -> Result<Markup, Error> {
    let info = road_of(account)?;
    let (actor, id) = (who.actor.clone(), account.id.clone());
    let (window, road) = app
        .ask(move |world| {
            let road = enrolments::get(world, &actor, &id)?;
            let road = road.filter(|road| road.kind == "next");
            Ok((enrolments::renewal(world, &actor, &id)?, road))
        })
        .await?;
    let last =
        road.filter(|road| matches!(road.at, Stage::Unknown | Stage::Refused | Stage::Ready));
    Ok(html! {
        div.title {
            h1 { (RENEW) }
            p.subtitle { (account.description) }
        }
        (errors.summary(&[]))
        section.card.stack {
            @if let Some(last) = &last {
                div.notice.bad role="alert" tabindex="-1" {
                    @if last.at == Stage::Unknown {
                        strong { "Não se sabe se o banco renovou o certificado." }
                        p { "A resposta se perdeu. Tente de novo; se o banco recusar, teste a conexão da conta: sem ela, peça um token temporário ao " (info.addressee) " e use «Pedir credencial ao banco»." }
                    } @else {
                        strong { "O certificado não foi renovado." }
                        p { (last.message) }
                    }
                }
            }
            (window_html(window))
            p { "O quita gera outra chave, pede ao banco um certificado para ela com a credencial atual, e passa a usá-los. O Client Secret não muda. A chave privada não sai deste servidor." }
            form method="post" action={ (HERE) "/" (account.id) "/renovar" } {
                (csrf(who))
                div.row {
                    button.first disabled[!window.is_some_and(|window| window.open)] { (RENEW) }
                    a href={ (HERE) "/" (account.id) } { "Voltar à conta" }
                }
            }
        }
    })
}

/// When the bank renews a certificate.
pub(super) fn window_html(window: Option<Renewal>) -> Markup {
    html! {
        @match window {
            Some(Renewal { until, open: true, .. }) => p { "O banco renova este certificado até " (show::date(until)) "." },
            Some(Renewal { from, until, open: false }) => p { "O banco renova este certificado de " (show::date(from)) " a " (show::date(until)) "; fora disso, só com outro token temporário." },
            None => p { "Esta conta não tem um certificado que o banco renove por aqui." },
        }
    }
}
