//! The way to a connected account: the bank first, then what its folder asks for; and later the
//! next certificate, which takes over only when it works.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;
use maud::{Markup, html};
use quita_engine::certificate_files::{self, GivenFile};
use quita_engine::clock::bank_day;
use quita_engine::desk::accounts::{self, AccountView, BankInfo, FieldKind, NewAccount, ProbeStep};
use quita_engine::desk::banks;
use quita_engine::desk::credentials::{self, NewCredential};
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::{Actor, Permission, enrolments};
use quita_engine::error::{Error, FieldError};
use quita_engine::world::World;

use super::accounts::{HERE, account_of, integration_end, integration_fields, sharing, step_html};
use super::failure::Page;
use super::form::{Errors, Field, Fields, Form, checkbox, csrf};
use super::saved::{self, Saved};
use super::shell;
use super::upload::Upload;
use super::visitor::Visitor;
use crate::app::App;

const TITLE: &str = "Nova conta";
/// Where errors about the chosen files go.
const FILES: &str = "files";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/contas/nova", get(choose))
        .route("/contas/nova/{bank}", get(blank).post(create))
        .route("/contas/nova/{bank}/pedido", get(blank_without).post(create_without))
        .route("/contas/{id}/credencial", get(renew).post(replace))
}

async fn choose(State(app): State<App>, Visitor(who): Visitor) -> Page {
    who.actor.must(Permission::Configure)?;
    let content = html! {
        div.title {
            h1 { (TITLE) }
            p.subtitle { "Passo 1 de 2: em que banco a empresa recebe?" }
        }
        div.cards {
            @for bank in banks::all().iter().filter(|bank| bank.api) {
                div.card {
                    h2 { (bank.name) }
                    p.label { "Código " (bank.code) }
                    a.button.first href={ "/contas/nova/" (bank.folder) } { "Ligar" span.visually-hidden { " conta no " (bank.name) } }
                    @if enrolments::road_of(bank.folder).is_some() {
                        p { a href={ "/contas/nova/" (bank.folder) "/pedido" } { "Ainda não tenho a credencial" span.visually-hidden { " do " (bank.name) } } }
                    }
                }
            }
        }
        @let by_file: Vec<_> = banks::all().into_iter().filter(|bank| !bank.layouts.is_empty()).collect();
        @if !by_file.is_empty() {
            h2 { "Por arquivo (CNAB)" }
            p { "Sem API: o quita grava a remessa, você a leva ao portal do banco e solta o retorno aqui." }
            div.cards {
                @for bank in &by_file {
                    div.card {
                        h3 { (bank.name) }
                        p.label { "Código " (bank.code) }
                        a.button href={ "/contas/nova/" (bank.folder) "/arquivo" } { "Cadastrar" span.visually-hidden { " conta por arquivo no " (bank.name) } }
                    }
                }
            }
        }
        p.hint { "Os bancos só dão acesso por API a contas de pessoa jurídica: pessoa física e MEI não têm como ligar a conta." }
    };
    Ok(shell::page(&app, &who, HERE, TITLE, content))
}

fn form_of(bank: &str) -> Result<&'static BankInfo, Error> {
    banks::form_of(bank).ok_or_else(|| Error::not_found("banco com integração"))
}

async fn blank(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(bank): Path<String>,
    Query(saved): Query<Saved>,
) -> Page {
    who.actor.must(Permission::Configure)?;
    let info = form_of(&bank)?;
    let known = known_credentials(&app, &who, info).await?;
    let form = new_html(&who, info, &known, &Fields::default(), &Errors::default());
    Ok(shell::page(&app, &who, HERE, TITLE, html! { (saved.html()) (form) }))
}

/// Credentials at a bank that another account may share, by id, with the accounts that have them.
async fn known_credentials(
    app: &App,
    who: &SignedIn,
    info: &BankInfo,
) -> Result<Vec<(String, String)>, Error> {
    let (actor, bank) = (who.actor.clone(), info.folder);
    let (all, accounts) = app
        .ask(move |world| Ok((credentials::list(world, &actor)?, accounts::list(world, &actor)?)))
        .await?;
    let name = |id: &String| accounts.iter().find(|a| a.id == *id).map(|a| a.description.clone());
    Ok(all
        .into_iter()
        .filter(|credential| credential.bank == bank && !credential.accounts.is_empty())
        .map(|credential| {
            let names: Vec<String> = credential.accounts.iter().filter_map(name).collect();
            (credential.id, format!("A mesma de {}", names.join(", ")))
        })
        .collect())
}

async fn create(State(app): State<App>, Path(bank): Path<String>, upload: Upload) -> Page {
    let Upload { who, fields, files } = upload;
    let info = form_of(&bank)?;
    let (actor, typed) = (who.actor.clone(), fields.clone());
    let made = app.ask(move |world| save(world, &actor, info, &typed, files)).await;
    match made {
        Ok(account) => {
            let one = format!("{HERE}/{}", account.id);
            Ok(saved::redirect(&fields, &one, &format!("/contas/nova/{}", info.folder)))
        }
        Err(error) => {
            let known = known_credentials(&app, &who, info).await?;
            let content = new_html(&who, info, &known, &fields, &Errors::of(error)?);
            let page = shell::page(&app, &who, HERE, TITLE, content);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// The account alone, where its credential is still to be asked for.
async fn blank_without(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(bank): Path<String>,
) -> Page {
    who.actor.must(Permission::Configure)?;
    let info = form_with_road(&bank)?;
    let content = without_html(&who, info, &Fields::default(), &Errors::default());
    Ok(shell::page(&app, &who, HERE, TITLE, content))
}

fn form_with_road(bank: &str) -> Result<&'static BankInfo, Error> {
    let info = form_of(bank)?;
    enrolments::road_of(info.folder).ok_or_else(|| Error::not_found("pedido de credencial"))?;
    Ok(info)
}

async fn create_without(
    State(app): State<App>,
    Path(bank): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    let info = form_with_road(&bank)?;
    let (actor, typed) = (who.actor.clone(), fields.clone());
    let made = app.ask(move |world| {
        accounts::create(world, &actor, &account_data(info, &typed, BTreeMap::new()))
    });
    match made.await {
        Ok(account) => Ok(Redirect::to(&format!("{HERE}/{}/pedido", account.id)).into_response()),
        Err(error) => {
            let content = without_html(&who, info, &fields, &Errors::of(error)?);
            let page = shell::page(&app, &who, HERE, TITLE, content);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn without_html(who: &SignedIn, info: &BankInfo, fields: &Fields, errors: &Errors) -> Markup {
    let shown = account_names(info);
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    html! {
        div.title {
            h1 { (TITLE) " – " (info.name) }
            p.subtitle { "Passo 2 de 2: os dados da conta. Em seguida o quita prepara com você o pedido da credencial ao banco." }
        }
        (errors.summary(&shown))
        form.stack method="post" action={ "/contas/nova/" (info.folder) "/pedido" } {
            (csrf(who))
            (account_html(info, &[], fields, errors))
            div.row {
                button.first { "Cadastrar e pedir a credencial" }
                a href={ "/contas/nova/" (info.folder) } { "Já tenho a credencial" }
            }
        }
    }
}

/// What was typed of the account, with this credential.
fn account_data(
    info: &BankInfo,
    fields: &Fields,
    credential: BTreeMap<String, String>,
) -> NewAccount {
    let text = |name: &str| fields.get(name).to_owned();
    let data = info.account_fields.iter().map(|field| {
        (field.name.to_owned(), fields.get(&format!("data.{}", field.name)).to_owned())
    });
    NewAccount {
        bank: info.folder.to_owned(),
        description: text("description"),
        branch: text("branch"),
        number: text("number"),
        digit: text("digit"),
        data: data.filter(|(_, value)| !value.is_empty()).collect(),
        credential,
        responsible_email: text("responsible_email"),
        is_default: fields.is_checked("is_default"),
        ..NewAccount::default()
    }
}

fn save(
    world: &World,
    actor: &Actor,
    info: &BankInfo,
    fields: &Fields,
    files: Vec<(String, GivenFile)>,
) -> Result<AccountView, Error> {
    actor.must(Permission::Configure)?;
    let shared = fields.get("credential_id").to_owned();
    let (credential, unreadable) =
        if shared.is_empty() { credential(info, fields, files) } else { (BTreeMap::new(), None) };
    let (integration_ends_on, wrong_end) = end_of(world, fields);
    let new = NewAccount {
        credential_id: Some(shared).filter(|id| !id.is_empty()),
        integration_ends_on,
        ..account_data(info, fields, credential)
    };
    let unusable = unreadable.map(|reason| FieldError::new(FILES, "invalid", reason));
    let wrong: Vec<FieldError> = unusable.into_iter().chain(wrong_end).collect();
    if wrong.is_empty() {
        return accounts::create(world, actor, &new);
    }
    Err(with_reasons(info, wrong, accounts::check(world, actor, &new)))
}

/// The last day of the integration as typed, or what is wrong with it.
fn end_of(world: &World, fields: &Fields) -> (String, Vec<FieldError>) {
    match integration_end(fields, bank_day(world.clock.now())) {
        Ok(day) => (day, Vec::new()),
        Err(Error::Invalid(errors)) => (String::new(), errors),
        Err(_) => (String::new(), Vec::new()),
    }
}

/// What could not be used of the form, with all else that is wrong.
fn with_reasons(info: &BankInfo, mut errors: Vec<FieldError>, rest: Result<(), Error>) -> Error {
    let unreadable = errors.iter().any(|error| error.field == FILES);
    match rest {
        Ok(()) => {}
        Err(Error::Invalid(more)) => {
            let of_file = |field: &str| file_fields(info).any(|name| name == field);
            errors.extend(more.into_iter().filter(|e| !unreadable || !of_file(&e.field)));
        }
        Err(other) => return other,
    }
    Error::Invalid(errors)
}

/// Names of the fields that come out of files.
fn file_fields(info: &BankInfo) -> impl Iterator<Item = String> {
    let of_file = |kind: FieldKind| matches!(kind, FieldKind::Certificate | FieldKind::PrivateKey);
    let fields = info.credential_fields.iter().filter(move |field| of_file(field.kind));
    fields.map(|field| format!("credential.{}", field.name))
}

/// The credential that was typed and chosen, and why its files cannot be used where they cannot.
fn credential(
    info: &BankInfo,
    fields: &Fields,
    files: Vec<(String, GivenFile)>,
) -> (BTreeMap<String, String>, Option<String>) {
    let mut given: Vec<GivenFile> = files.into_iter().map(|(_, file)| file).collect();
    for name in file_fields(info) {
        let pasted = fields.get(&name);
        if !pasted.is_empty() {
            given.push(GivenFile { name: "texto colado".into(), bytes: pasted.into() });
        }
    }
    let (pair, reason) = match certificate_files::read(&given, fields.raw("file_password")) {
        Ok(pair) => (Some(pair), None),
        Err(reason) => (None, Some(reason)),
    };
    let (certificate, private_key) =
        pair.map(|pair| (pair.certificate, pair.private_key)).unwrap_or_default();
    let value = |field: &accounts::Field| match field.kind {
        FieldKind::Text | FieldKind::Secret => {
            fields.get(&format!("credential.{}", field.name)).to_owned()
        }
        FieldKind::Certificate => certificate.clone(),
        FieldKind::PrivateKey => private_key.clone(),
    };
    let credential = info.credential_fields.iter().map(|f| (f.name.to_owned(), value(f)));
    let asks_for_files = file_fields(info).next().is_some();
    (credential.collect(), reason.filter(|_| asks_for_files))
}

fn new_html(
    who: &SignedIn,
    info: &BankInfo,
    known: &[(String, String)],
    fields: &Fields,
    errors: &Errors,
) -> Markup {
    let mut shown = account_names(info);
    shown.extend(credential_names(info));
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    html! {
        div.title {
            h1 { (TITLE) " – " (info.name) }
            p.subtitle { "Passo 2 de 2: os dados da conta e o que o banco entregou." }
        }
        (errors.summary(&shown))
        form.stack method="post" action={ "/contas/nova/" (info.folder) } enctype="multipart/form-data" {
            (csrf(who))
            (account_html(info, known, fields, errors))
            @if known.is_empty() {
                (credential_html(info, fields, errors))
            } @else {
                fieldset.bare data-shows="credential_id=" { (credential_html(info, fields, errors)) }
                noscript { p.hint { "Com uma credencial que já existe, os campos da integração não são lidos." } }
            }
            div.row {
                (saved::buttons(None))
                a href="/contas/nova" { "Escolher outro banco" }
            }
        }
    }
}

/// Names of the fields of [`account_html`].
fn account_names(info: &BankInfo) -> Vec<String> {
    let own = ["description", "branch", "number", "digit", "credential_id"];
    let mut names: Vec<String> = own.map(str::to_owned).to_vec();
    names.extend(info.account_fields.iter().map(|field| format!("data.{}", field.name)));
    names
}

fn account_html(
    info: &BankInfo,
    known: &[(String, String)],
    fields: &Fields,
    errors: &Errors,
) -> Markup {
    let text = |name: &'static str, label| Field::text(name, label).value(fields.get(name)).must();
    html! {
        div.card {
            h2 { "Conta" }
            div.fields {
                (text("description", "Descrição").width("w6").hint("Como você a chama, por exemplo «Conta principal»").html(errors))
                (text("branch", "Agência").width("w2").inputmode("numeric").html(errors))
                (text("number", "Conta").width("w2").inputmode("numeric").hint("Sem o dígito").html(errors))
                (text("digit", "Dígito").width("w2").inputmode("numeric").html(errors))
                @for field in info.account_fields {
                    (bank_field("data", field, fields, errors))
                }
                @if !known.is_empty() {
                    @let one = (String::new(), "Uma nova, com os arquivos do banco".to_owned());
                    (Field::text("credential_id", "Credencial").value(fields.get("credential_id")).width("w6")
                        .hint("Uma integração pode servir a várias contas no banco: o certificado, seus limites e sua troca são os mesmos.")
                        .choice([&one].into_iter().chain(known).map(|(id, name)| (id, name)), errors))
                }
                div.field {
                    (checkbox("is_default", "yes", "Conta padrão: cobra quando nenhuma outra é escolhida", fields.is_checked("is_default")))
                }
            }
        }
    }
}

fn credential_names(info: &BankInfo) -> impl Iterator<Item = String> {
    let fields = info.credential_fields.iter().map(|field| format!("credential.{}", field.name));
    fields.chain([FILES, "responsible_email", "integration_ends_on"].map(str::to_owned))
}

fn bank_field(group: &str, field: &accounts::Field, fields: &Fields, errors: &Errors) -> Markup {
    let name = format!("{group}.{}", field.name);
    let mut shown = match field.kind {
        FieldKind::Secret => Field::password(&name, field.label, "off"),
        _ => Field::text(&name, field.label).value(fields.get(&name)),
    };
    if field.required {
        shown = shown.must();
    }
    shown.hint(field.hint).width("w6").html(errors)
}

/// What the bank's folder asks for: words first, then files of whichever form.
fn credential_html(info: &BankInfo, fields: &Fields, errors: &Errors) -> Markup {
    let words = |kind: FieldKind| matches!(kind, FieldKind::Text | FieldKind::Secret);
    let files: Vec<_> = info.credential_fields.iter().filter(|field| !words(field.kind)).collect();
    let mut about_files: Vec<String> = file_fields(info).collect();
    about_files.push(FILES.to_owned());
    let wrong = errors.0.iter().filter(|error| about_files.contains(&error.field));
    html! {
        div.card {
            h2 { "Integração" }
            p { "O quita nunca pede a senha do portal do banco." }
            div.fields {
                @for field in info.credential_fields.iter().filter(|field| words(field.kind)) {
                    (bank_field("credential", field, fields, errors))
                }
            }
            @if !files.is_empty() {
                h3 #arquivos { "Certificado e chave" }
                div.drop data-drop {
                    label for=(FILES) { "Arraste para cá o ZIP do banco como foi baixado, ou o par .crt e .key, ou o .pfx" }
                    input id=(FILES) type="file" name=(FILES) multiple aria-describedby="files-said"
                        accept=".zip,.crt,.cer,.pem,.der,.key,.pfx,.p12";
                }
                div #files-said {
                    @for error in wrong { p.error { (error.message) } }
                    @if !errors.0.is_empty() { p.hint { "Escolha os arquivos de novo: o navegador não os guarda." } }
                }
                div.fields {
                    (Field::password("file_password", "Senha do arquivo", "off").width("w6").hint("Só para .pfx ou .p12").html(errors))
                }
                details {
                    summary { "Colar como texto" }
                    div.fields {
                        @for field in &files {
                            (Field::text(&format!("credential.{}", field.name), field.label).hint(field.hint).area(&Errors::default()))
                        }
                    }
                }
            }
            (integration_fields(fields.get("responsible_email"), fields.get("integration_ends_on"), Some(fields), errors))
            h3 { "Permissões que a integração precisa ter" }
            ul {
                @for scope in info.scopes {
                    li {
                        (scope.purpose)
                        @if !scope.name.is_empty() { " (" code { (scope.name) } ")" }
                    }
                }
            }
        }
    }
}

async fn renew(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    let account = account_of(&app, &who, &id).await?;
    let info = form_of(&account.bank)?;
    let shared = sharing(&app, &who, &account).await?;
    // Whoever answered for the former one answers for the next.
    let fields = Fields(vec![("responsible_email".into(), account.responsible_email.clone())]);
    let content = renew_html(&who, &account, &shared, info, &fields, &Errors::default(), &[]);
    Ok(shell::page(&app, &who, HERE, "Trocar certificado", content))
}

async fn replace(State(app): State<App>, Path(id): Path<String>, upload: Upload) -> Page {
    let Upload { who, fields, files } = upload;
    let account = account_of(&app, &who, &id).await?;
    let info = form_of(&account.bank)?;
    let whatever = fields.is_checked("whatever");
    let (actor, typed) = (who.actor.clone(), fields.clone());
    let replaced = app.ask(move |world| {
        let (credential, unreadable) = credential(info, &typed, files);
        let (end, mut wrong) = end_of(world, &typed);
        wrong.extend(unreadable.map(|reason| FieldError::new(FILES, "invalid", reason)));
        if !wrong.is_empty() {
            return Err(with_reasons(info, wrong, Ok(())));
        }
        let new = NewCredential {
            credential,
            responsible_email: Some(typed.get("responsible_email").to_owned()),
            integration_ends_on: Some(end),
        };
        credentials::replace_proven(world, &actor, &id, &new, whatever)
    });
    let (errors, steps) = match replaced.await {
        Ok(done) if done.replaced => {
            let to = format!("{HERE}/{}", account.id);
            return Ok(Redirect::to(&to).into_response());
        }
        Ok(refused) => (Errors::default(), refused.steps),
        Err(error) => (Errors::of(error)?, Vec::new()),
    };
    let shared = sharing(&app, &who, &account).await?;
    let content = renew_html(&who, &account, &shared, info, &fields, &errors, &steps);
    let page = shell::page(&app, &who, HERE, "Trocar certificado", content);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn renew_html(
    who: &SignedIn,
    account: &AccountView,
    shared: &[String],
    info: &BankInfo,
    fields: &Fields,
    errors: &Errors,
    steps: &[ProbeStep],
) -> Markup {
    let shown: Vec<String> = credential_names(info).collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    html! {
        div.title {
            h1 { @if account.connected { "Trocar certificado" } @else { "Ligar ao banco" } }
            p.subtitle { (account.description) ": a credencial nova é testada antes, e a atual vale até ela funcionar." }
        }
        @if !shared.is_empty() {
            p.hint { "A mesma credencial serve também a: " (shared.join(", ")) ". Trocam todas juntas." }
        }
        @if !steps.is_empty() {
            div.notice.bad role="alert" tabindex="-1" {
                strong { "A credencial nova não funcionou. Nada mudou: a conta segue como estava." }
                ol.steps { @for step in steps { (step_html(step)) } }
            }
        }
        (errors.summary(&shown))
        form.stack method="post" action={ (HERE) "/" (account.id) "/credencial" } enctype="multipart/form-data" {
            (csrf(who))
            (credential_html(info, fields, errors))
            @if !steps.is_empty() {
                (checkbox("whatever", "yes", "Salvar mesmo sem funcionar (por exemplo, o banco ainda vai ativar a integração)", false))
            }
            div.row {
                button.first { "Testar e salvar" }
                a href={ (HERE) "/" (account.id) } { "Voltar sem trocar" }
            }
        }
    }
}
