//! «Parâmetros»: terms of boletos under a name.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::get;
use maud::{Markup, html};
use quita_engine::desk::Permission;
use quita_engine::desk::issue::fingerprint;
use quita_engine::desk::issue_form::{self, AccountChoice};
use quita_engine::desk::once::Request;
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::terms::{self, Model, NewTerms};
use quita_engine::error::Error;
use serde::Deserialize;

use super::failure::Page;
use super::form::{Errors, Field, Fields, Form, csrf};
use super::saved::{self, Saved};
use super::term_fields::Banks;
use super::typed::Typed;
use super::visitor::Visitor;
use super::{shell, term_fields};
use crate::app::App;

const HERE: &str = "/parametros";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list).post(save))
        .route("/parametros/novo", get(new))
        .route("/parametros/{id}", get(edit))
}

async fn list(State(app): State<App>, Visitor(who): Visitor) -> Page {
    let actor = who.actor.clone();
    let (all, accounts) = app
        .ask(move |world| {
            Ok((issue_form::all_terms(world, &actor)?, issue_form::account_choices(world, &actor)?))
        })
        .await?;
    let may = who.actor.permissions.contains(&Permission::Charge);
    let content = html! {
        div.title {
            h1 { "Parâmetros" }
            @if may { div.actions { a.button.first href="/parametros/novo" { "Novos parâmetros" } } }
            p.subtitle { "Multa, juros, descontos e mensagens com um nome, para usar em cada boleto." }
        }
        div.card {
            @if all.is_empty() {
                div.empty {
                    strong { "Nenhum parâmetro ainda" }
                    "Guarde aqui, por exemplo, «Padrão: multa de 2 %, juros de 1 % ao mês», e escolha-o ao emitir."
                    @if may { div { a.button href="/parametros/novo" { "Criar os primeiros" } } }
                }
            } @else {
                div.scroll { table {
                    caption.visually-hidden { "Parâmetros de boleto" }
                    thead { tr { th scope="col" { "Descrição" } th scope="col" { "O que dizem" } th scope="col" { "O que o banco não faz" } } }
                    tbody { @for (id, terms) in &all { tr {
                        th scope="row" {
                            @if may { a href={ "/parametros/" (id) } { (terms.description) } } @else { (terms.description) }
                        }
                        td {
                            @let said = term_fields::summary(terms);
                            @if said.is_empty() { "Sem multa, juros nem desconto" } @else { (said.join("; ")) }
                            @for line in &terms.messages { span.sub { (line) } }
                        }
                        td { (limits(terms, &accounts)) }
                    } } }
                } }
            }
        }
    };
    Ok(shell::page(&app, &who, HERE, "Parâmetros", content))
}

/// What the banks of the company cannot do of these terms, once for each bank.
fn limits(terms: &NewTerms, accounts: &[AccountChoice]) -> Markup {
    let mut banks: Vec<_> =
        accounts.iter().map(|a| (a.bank_name, terms.not_at(&a.rules))).collect();
    banks.sort_by_key(|(name, _)| *name);
    banks.dedup_by_key(|(name, _)| *name);
    banks.retain(|(_, problems)| !problems.is_empty());
    html! {
        @if banks.is_empty() { span.hint { "–" } }
        @for (bank, problems) in banks { p { strong { (bank) } ": " (problems.join("; ")) } }
    }
}

async fn new(State(app): State<App>, Visitor(who): Visitor) -> Page {
    who.actor.must(Permission::Charge)?;
    show(&app, &who, &Fields::default(), &Errors::default(), StatusCode::OK).await
}

async fn edit(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
    Query(saved): Query<Saved>,
) -> Page {
    who.actor.must(Permission::Charge)?;
    let actor = who.actor.clone();
    let all = app.ask(move |world| issue_form::all_terms(world, &actor)).await?;
    let found = all.into_iter().find(|(known, _)| *known == id);
    let (_, terms) = found.ok_or_else(|| Error::not_found("parâmetros"))?;
    let mut fields = term_fields::fill(&terms);
    let hybrid = terms.hybrid.map_or("", |hybrid| if hybrid { "yes" } else { "no" });
    fields.0.push(("hybrid".into(), hybrid.into()));
    let model = if terms.model == Some(Model::Carne) { "carne" } else { "boleto" };
    fields.0.push(("model".into(), model.into()));
    fields.0.push(("payment_place".into(), terms.payment_place.clone().unwrap_or_default()));
    fields.0.push(("description".into(), terms.description.clone()));
    fields.0.push(("kept".into(), "yes".into()));
    show_saved(&app, &who, &fields, &Errors::default(), StatusCode::OK, &saved).await
}

async fn save(State(app): State<App>, Form { who, fields }: Form) -> Page {
    who.actor.must(Permission::Charge)?;
    let mut typed = Typed::new(&fields);
    let new = NewTerms {
        description: typed.text("description"),
        hybrid: match fields.get("hybrid") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        model: (fields.get("model") == "carne").then_some(Model::Carne),
        payment_place: typed.some("payment_place"),
        ..term_fields::read(&mut typed)
    };
    let mut wrong = typed.errors;
    if !wrong.is_empty() && new.description.is_empty() {
        wrong.push(quita_engine::error::FieldError::new(
            "description",
            "missing",
            "dê um nome a estes parâmetros",
        ));
    }
    if wrong.is_empty() {
        let key = fields.get("key").to_owned();
        let request = Request { key, fingerprint: fingerprint(HERE, &fields.content()) };
        let actor = who.actor.clone();
        match app.ask(move |world| terms::save(world, &actor, &request, &new)).await {
            Ok(stored) => {
                let kept: Kept = serde_json::from_str(&stored.body)
                    .map_err(|e| Error::internal(e.to_string()))?;
                return Ok(saved::redirect(&fields, HERE, &format!("{HERE}/{}", kept.id)));
            }
            Err(Error::Invalid(errors)) => wrong = term_fields::placed(errors, &fields),
            Err(error) => wrong = Errors::of(error)?.0,
        }
    }
    show(&app, &who, &fields, &Errors(wrong), StatusCode::UNPROCESSABLE_ENTITY).await
}

/// What is needed of saved terms.
#[derive(Deserialize)]
struct Kept {
    id: String,
}

async fn show(
    app: &App,
    who: &SignedIn,
    fields: &Fields,
    errors: &Errors,
    status: StatusCode,
) -> Page {
    show_saved(app, who, fields, errors, status, &Saved::default()).await
}

async fn show_saved(
    app: &App,
    who: &SignedIn,
    fields: &Fields,
    errors: &Errors,
    status: StatusCode,
    saved: &Saved,
) -> Page {
    let actor = who.actor.clone();
    let accounts = app.ask(move |world| issue_form::account_choices(world, &actor)).await?;
    let kept = fields.get("kept") == "yes";
    let key = match fields.get("key") {
        "" => app.world.ids().next_token(),
        key => key.to_owned(),
    };
    let mut shown = term_fields::NAMES.to_vec();
    shown.extend(["description", "hybrid", "model", "payment_place"]);
    let content = html! {
        div.title {
            h1 { @if kept { "Alterar parâmetros" } @else { "Novos parâmetros" } }
            p.subtitle { "Valem para os boletos que forem emitidos com eles; os já emitidos não mudam." }
        }
        (saved.html())
        form.card.stack method="post" action=(HERE) {
            (csrf(who))
            input type="hidden" name="key" value=(key);
            (errors.summary(&shown))
            @if kept {
                input type="hidden" name="kept" value="yes";
                input type="hidden" name="description" value=(fields.get("description"));
                p { "Descrição: " strong { (fields.get("description")) } }
            } @else {
                div.fields {
                    (Field::text("description", "Descrição").value(fields.get("description")).must().autofocus()
                        .width("w6").hint("Os parâmetros que já tiverem este nome são alterados.").html(errors))
                }
            }
            (term_fields::html(fields, errors, Banks { accounts: &accounts, chosen_here: false }))
            div.fields {
                (Field::text("hybrid", "Pix no boleto").value(fields.get("hybrid")).width("w6").choice([
                    ("", "Quando o banco oferece"), ("yes", "Sempre com Pix"), ("no", "Sem Pix"),
                ], errors))
            }
            (collection(Banks { accounts: &accounts, chosen_here: false }))
            h2 { "No papel" }
            div.fields {
                (Field::text("model", "Modelo").value(fields.get("model")).width("w4")
                    .hint("O que «Imprimir» faz; no carnê, três por página.").choice([
                    ("boleto", "Boleto"), ("carne", "Carnê"),
                ], errors))
                (Field::text("payment_place", "Local de pagamento").value(fields.get("payment_place")).width("w8")
                    .hint("Vazio: «Pagável em qualquer banco, lotérica ou aplicativo até a data limite».").html(errors))
            }
            div.row { (saved::buttons(None)) a.button href=(HERE) { "Voltar" } }
        }
        (banks(&accounts))
    };
    let page = shell::page(app, who, HERE, "Parâmetros", content);
    Ok((status, page).into_response())
}

/// Protest and negative listing, which no bank takes through its connection yet.
fn collection(banks: Banks) -> Markup {
    let reason = |what: &str| {
        format!("Nenhum banco desta empresa recebe {what} pela conexão: peça-o no site do banco.")
    };
    let none = html! {};
    let field = |name: &str, label: &str, reason: &str, can: fn(&AccountChoice) -> bool| {
        banks.where_possible(can, &none, &term_fields::greyed(name, label, reason, "w6"))
    };
    html! {
        div.fields {
            (field("protest_days", "Protesto", &reason("protesto"), |account| account.rules.protest))
            (field("negative_listing_days", "Negativação", &reason("negativação"), |account| account.rules.negative_listing))
        }
    }
}

/// What the banks of the company's accounts take.
fn banks(accounts: &[AccountChoice]) -> Markup {
    let mut banks: Vec<_> = accounts.iter().map(|a| (a.bank_name, a.rules)).collect();
    banks.sort_by_key(|(name, _)| *name);
    banks.dedup_by_key(|(name, _)| *name);
    html! {
        @if !banks.is_empty() {
            div.card {
                h2 { "O que seus bancos aceitam" }
                div.scroll { table {
                    caption.visually-hidden { "O que seus bancos aceitam" }
                    thead { tr {
                        th scope="col" { "Banco" } th scope="col" { "Multa e juros" } th scope="col" { "Descontos" }
                        th scope="col" { "Baixa automática" } th scope="col" { "Mensagens" } th scope="col" { "Pix" }
                    } }
                    tbody { @for (name, rules) in banks { tr {
                        th scope="row" { (name) }
                        td { @if rules.late_start { "Início à escolha" } @else { "Só no dia depois do vencimento" } }
                        td { "até " (rules.discounts_max) }
                        td { "até " (rules.days_after_due_max) " dias" }
                        td { @if rules.message_lines == 0 { "Não leva" } @else { (rules.message_lines) " de " (rules.message_length) " caracteres" } }
                        td { @if rules.hybrid { "Sim" } @else { "Não oferece" } }
                    } } }
                } }
            }
        }
    }
}
