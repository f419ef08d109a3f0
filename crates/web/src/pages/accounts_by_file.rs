//! The way to an account by file: the layout and what the agreement with the bank says; and what
//! the bank does for an account by either way.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::get;
use maud::{Markup, html};
use quita_engine::desk::Permission;
use quita_engine::desk::accounts::{self, AccountView, NewAccount};
use quita_engine::desk::banks::{self, BankView};
use quita_engine::desk::file_accounts::{Ability, LayoutView, abilities};
use quita_engine::desk::people::SignedIn;
use quita_engine::error::Error;

use super::accounts::HERE;
use super::failure::Page;
use super::form::{Errors, Field, Fields, Form, checkbox, csrf};
use super::saved::{self, Saved};
use super::shell;
use super::visitor::Visitor;
use crate::app::App;

const TITLE: &str = "Nova conta por arquivo";

pub(super) fn routes() -> Router<App> {
    Router::new().route("/contas/nova/{bank}/arquivo", get(blank).post(create))
}

fn bank_of(folder: &str) -> Result<BankView, Error> {
    let found = banks::all().into_iter().find(|bank| bank.folder == folder);
    let found = found.filter(|bank| !bank.layouts.is_empty());
    found.ok_or_else(|| Error::not_found("banco por arquivo"))
}

async fn blank(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(bank): Path<String>,
    Query(saved): Query<Saved>,
) -> Page {
    who.actor.must(Permission::Configure)?;
    let bank = bank_of(&bank)?;
    let form = form(&who, &bank, &Fields::default(), &Errors::default());
    Ok(shell::page(&app, &who, HERE, TITLE, html! { (saved.html()) (form) }))
}

async fn create(
    State(app): State<App>,
    Path(bank): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    who.actor.must(Permission::Configure)?;
    let bank = bank_of(&bank)?;
    let (actor, new) = (who.actor.clone(), read(&bank, &fields));
    match app.ask(move |world| accounts::create(world, &actor, &new)).await {
        Ok(account) => {
            let here = format!("/contas/nova/{}/arquivo", bank.folder);
            Ok(saved::redirect(&fields, &format!("{HERE}/{}", account.id), &here))
        }
        Err(error) => {
            let content = form(&who, &bank, &fields, &Errors::of(error)?);
            let page = shell::page(&app, &who, HERE, TITLE, content);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// The layout that was chosen; the first where none was.
fn chosen<'b>(bank: &'b BankView, fields: &Fields) -> Option<&'b LayoutView> {
    let wanted = fields.get("layout");
    let found = bank.layouts.iter().find(|layout| layout.name == wanted);
    found.or(bank.layouts.first())
}

/// What was typed. Fields of another layout than the chosen one are left out.
fn read(bank: &BankView, fields: &Fields) -> NewAccount {
    let text = |name: &str| fields.get(name).to_owned();
    let number = |name: &str| {
        let typed = fields.get(name);
        // What is no number is said to be none by the desk.
        (!typed.is_empty()).then(|| typed.parse().unwrap_or(-1))
    };
    let layout = chosen(bank, fields);
    let data: BTreeMap<String, String> = layout
        .iter()
        .flat_map(|layout| &layout.agreement)
        .map(|field| (field.name.to_owned(), text(&format!("data.{}", field.name))))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    NewAccount {
        bank: bank.folder.to_owned(),
        description: text("description"),
        branch: text("branch"),
        number: text("number"),
        digit: text("digit"),
        data,
        is_default: fields.is_checked("is_default"),
        layout: layout.map(|layout| layout.name.to_owned()),
        next_remittance: number("next_remittance"),
        first_our_number: number("first_our_number"),
        ..NewAccount::default()
    }
}

fn form(who: &SignedIn, bank: &BankView, fields: &Fields, errors: &Errors) -> Markup {
    let own = ["description", "branch", "number", "digit", "layout", "next_remittance"];
    let mut shown: Vec<String> = own.map(str::to_owned).to_vec();
    shown.push("first_our_number".to_owned());
    // Layouts share many fields: each is asked for once.
    let mut agreement: Vec<_> = Vec::new();
    for field in bank.layouts.iter().flat_map(|layout| &layout.agreement) {
        if !agreement.iter().any(|known: &&accounts::Field| known.name == field.name) {
            agreement.push(*field);
        }
    }
    shown.extend(agreement.iter().map(|field| format!("data.{}", field.name)));
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    let text = |name: &'static str, label| Field::text(name, label).value(fields.get(name)).must();
    let layouts = bank
        .layouts
        .iter()
        .map(|layout| (layout.name, format!("CNAB {}: {}", layout.width, layout.title)));
    html! {
        div.title {
            h1 { (TITLE) " – " (bank.name) }
            p.subtitle { "Passo 2 de 2: os dados da conta e do convênio de cobrança. Nada é enviado ao banco daqui: você leva a remessa ao portal e traz o retorno." }
        }
        (errors.summary(&shown))
        form.stack method="post" action={ "/contas/nova/" (bank.folder) "/arquivo" } {
            (csrf(who))
            div.card {
                h2 { "Conta" }
                div.fields {
                    (text("description", "Descrição").width("w6").hint("Como você a chama, por exemplo «Conta principal»").html(errors))
                    (text("branch", "Agência").width("w2").inputmode("numeric").html(errors))
                    (text("number", "Conta").width("w2").inputmode("numeric").hint("Sem o dígito").html(errors))
                    (text("digit", "Dígito").width("w2").html(errors))
                    div.field {
                        (checkbox("is_default", "yes", "Conta padrão: cobra quando nenhuma outra é escolhida", fields.is_checked("is_default")))
                    }
                }
            }
            div.card {
                h2 { "Convênio" }
                div.fields {
                    (Field::text("layout", "Layout").value(fields.get("layout")).must().width("w6")
                        .hint("O que está no contrato de cobrança; na dúvida, pergunte ao gerente.").choice(layouts, errors))
                    @for field in &agreement {
                        @let name = format!("data.{}", field.name);
                        @let one = Field::text(&name, field.label).value(fields.get(&name)).hint(field.hint).width("w6");
                        (if field.required { one.must() } else { one }.html(errors))
                    }
                    (Field::number("next_remittance", "Número da próxima remessa").value(fields.get("next_remittance")).must().width("w3")
                        .hint("1 se o banco nunca recebeu nenhuma; senão, um acima da última que ele aceitou.").html(errors))
                    (Field::number("first_our_number", "Primeiro nosso número livre").value(fields.get("first_our_number")).width("w3")
                        .hint("Se outro programa já emitiu nesta carteira, um acima do último usado. Vazio: 1.").html(errors))
                }
            }
            div.row {
                (saved::buttons(None))
                a href="/contas/nova" { "Escolher outro banco" }
            }
        }
    }
}

/// What an account's bank does by API and by file.
pub(super) fn abilities_html(account: &AccountView) -> Markup {
    let bank = banks::all().into_iter().find(|bank| bank.code == account.bank);
    let Some(bank) = bank else { return html! {} };
    let mark = |can: bool| html! { @if can { "sim" } @else { span.hint { "não" } } };
    html! {
        section.card.stack {
            h2 { "O que o banco faz" }
            @if let Some(by) = account.numbered_by {
                p {
                    @if by == "company" { "Nesta conta a empresa dá o nosso número: o boleto pode ser impresso na hora, e o banco o registra quando recebe a remessa." }
                    @else { "Nesta conta o banco dá o nosso número: o boleto só pode ser impresso depois do retorno." }
                }
            }
            div.scroll { table {
                thead { tr {
                    th scope="col" { "O quê" }
                    th scope="col" { "Por API" }
                    @for layout in &bank.layouts { th scope="col" { "Por arquivo (" (layout.name) ")" } }
                } }
                tbody { @for Ability { what, by_api, by_file } in abilities(bank.folder) { tr {
                    th scope="row" { (what) }
                    td { (mark(by_api)) }
                    @for can in &by_file { td { (mark(*can)) } }
                } } }
            } }
        }
    }
}
