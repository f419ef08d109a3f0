//! «Formas de pagamento»: account, terms and grid of instalments under a name.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::get;
use maud::{Markup, html};
use quita_engine::desk::Permission;
use quita_engine::desk::issue_form::{self, AccountChoice};
use quita_engine::desk::payment_forms::{self, KINDS, NewPaymentForm};
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::terms::NewTerms;
use quita_engine::error::{Error, FieldError};

use super::failure::Page;
use super::form::{Errors, Field, Fields, Form, checkbox, csrf};
use super::saved::{self, Saved};
use super::shell;
use super::typed::Typed;
use super::visitor::Visitor;
use crate::app::App;

const HERE: &str = "/formas-de-pagamento";
const NEW: &str = "/formas-de-pagamento/nova";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list))
        .route(NEW, get(new).post(add))
        .route("/formas-de-pagamento/{id}", get(edit).post(change))
}

async fn list(State(app): State<App>, Visitor(who): Visitor) -> Page {
    let actor = who.actor.clone();
    let (all, accounts, terms) = app
        .ask(move |world| {
            Ok((
                payment_forms::list(world, &actor)?,
                issue_form::account_choices(world, &actor)?,
                issue_form::all_terms(world, &actor)?,
            ))
        })
        .await?;
    let may = who.actor.permissions.contains(&Permission::Charge);
    let account = |id: &Option<String>| {
        let found = accounts.iter().find(|account| Some(&account.id) == id.as_ref());
        found.map_or("–", |account| account.description.as_str())
    };
    let terms_name = |id: &Option<String>| {
        let found = terms.iter().find(|(known, _)| Some(known) == id.as_ref());
        found.map_or("–", |(_, terms)| terms.description.as_str())
    };
    let content = html! {
        div.title {
            h1 { "Formas de pagamento" }
            @if may { div.actions { a.button.first href=(NEW) { "Nova forma de pagamento" } } }
            p.subtitle { "Conta, parâmetros e parcelas com um nome: ao emitir, basta escolher." }
        }
        div.card {
            @if all.is_empty() {
                div.empty {
                    strong { "Nenhuma forma de pagamento ainda" }
                    "Crie, por exemplo, «Boleto em 3 vezes», com parcelas a 30, 60 e 90 dias."
                    @if may { div { a.button href=(NEW) { "Criar a primeira" } } }
                }
            } @else {
                div.scroll { table {
                    caption.visually-hidden { "Formas de pagamento" }
                    thead { tr {
                        th scope="col" { "Descrição" } th scope="col" { "Tipo" } th scope="col" { "Conta" }
                        th scope="col" { "Parâmetros" } th scope="col" { "Parcelas" } th scope="col" { "Situação" }
                    } }
                    tbody { @for kept in &all { tr {
                        th scope="row" {
                            @if may { a href={ "/formas-de-pagamento/" (kept.id) } { (kept.form.description) } }
                            @else { (kept.form.description) }
                        }
                        td { (kind(&kept.form.kind)) }
                        td { (account(&kept.form.account_id)) }
                        td { (terms_name(&kept.form.terms_id)) }
                        td { (plan(&kept.form)) }
                        td { @if kept.form.active { span.state.good { "Ativa" } } @else { span.state { "Inativa" } } }
                    } } }
                } }
            }
        }
    };
    Ok(shell::page(&app, &who, HERE, "Formas de pagamento", content))
}

fn kind(code: &str) -> String {
    let name = KINDS.iter().find(|(known, _)| *known == code).map_or("", |(_, name)| name);
    format!("{code} - {name}")
}

/// The plan in a few words.
fn plan(form: &NewPaymentForm) -> String {
    let days: Vec<String> = form.days.iter().map(u16::to_string).collect();
    let mut said = match days.as_slice() {
        [] => "Nenhuma parcela calculada".to_owned(),
        [one] if one == "0" => "1 parcela, à vista".to_owned(),
        [one] if one == "1" => "1 parcela, a 1 dia".to_owned(),
        [one] => format!("1 parcela, a {one} dias"),
        many => format!("{} parcelas: {} dias", many.len(), many.join(", ")),
    };
    if let Some(day) = form.day_of_month {
        said.push_str(&format!("; todo dia {day}"));
    }
    said
}

async fn new(State(app): State<App>, Visitor(who): Visitor) -> Page {
    who.actor.must(Permission::Charge)?;
    let fields = Fields(vec![("active".into(), "yes".into())]);
    show(&app, &who, NEW, &fields, &Errors::default(), StatusCode::OK).await
}

async fn edit(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
    Query(saved): Query<Saved>,
) -> Page {
    who.actor.must(Permission::Charge)?;
    let (actor, wanted) = (who.actor.clone(), id.clone());
    let form = app.ask(move |world| payment_forms::get(world, &actor, &wanted)).await?;
    let mut fields = Vec::new();
    let mut add = |name: &str, value: String| fields.push((name.to_owned(), value));
    add("description", form.description);
    add("kind", form.kind);
    add("account_id", form.account_id.unwrap_or_default());
    add("terms_id", form.terms_id.unwrap_or_default());
    add("day_of_month", form.day_of_month.map(|day| day.to_string()).unwrap_or_default());
    for days in form.days {
        add("days", days.to_string());
    }
    if form.active {
        add("active", "yes".to_owned());
    }
    let here = format!("{HERE}/{id}");
    let fields = Fields(fields);
    show_saved(&app, &who, &here, &fields, &Errors::default(), StatusCode::OK, &saved).await
}

async fn add(State(app): State<App>, Form { who, fields }: Form) -> Page {
    save(&app, &who, None, fields).await
}

async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    save(&app, &who, Some(id), fields).await
}

async fn save(app: &App, who: &SignedIn, id: Option<String>, fields: Fields) -> Page {
    who.actor.must(Permission::Charge)?;
    let here = id.as_ref().map_or_else(|| NEW.to_owned(), |id| format!("{HERE}/{id}"));
    if fields.is_checked("insert") {
        return insert(app, who, &here, fields).await;
    }
    let (new, mut wrong) = read(&fields);
    let actor = who.actor.clone();
    if wrong.is_empty() {
        let saved =
            app.ask(move |world| payment_forms::save(world, &actor, id.as_deref(), &new)).await;
        match saved {
            Ok(kept) => {
                return Ok(saved::redirect(&fields, HERE, &format!("{HERE}/{}", kept.id)));
            }
            Err(error) => wrong = Errors::of(error)?.0,
        }
    }
    show(app, who, &here, &fields, &Errors(wrong), StatusCode::UNPROCESSABLE_ENTITY).await
}

/// «Inserir»: fills the grid, and nothing else.
async fn insert(app: &App, who: &SignedIn, here: &str, mut fields: Fields) -> Page {
    let mut typed = Typed::new(&fields);
    let (count, between) = (typed.whole("count"), typed.whole("between"));
    let mut wrong = typed.errors;
    if wrong.is_empty() {
        match payment_forms::grid(count.unwrap_or(0), between.unwrap_or(30)) {
            Ok(days) => {
                fields.0.retain(|(name, _)| name != "days");
                fields.0.extend(days.iter().map(|days| ("days".to_owned(), days.to_string())));
            }
            Err(Error::Invalid(errors)) => wrong = errors,
            Err(other) => return Err(other.into()),
        }
    }
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    show(app, who, here, &fields, &Errors(wrong), status).await
}

fn read(fields: &Fields) -> (NewPaymentForm, Vec<FieldError>) {
    let mut typed = Typed::new(fields);
    let mut days = Vec::new();
    for text in fields.all("days").filter(|text| !text.is_empty()) {
        match text.parse() {
            Ok(number) => days.push(number),
            Err(_) => typed.wrong("days", format!("«{text}» não é um número de dias")),
        }
    }
    let day = typed.whole("day_of_month");
    let new = NewPaymentForm {
        description: typed.text("description"),
        kind: typed.text("kind"),
        active: fields.is_checked("active"),
        account_id: typed.some("account_id"),
        terms_id: typed.some("terms_id"),
        days,
        // What is no day of a month is refused by the desk.
        day_of_month: day.map(|day| u8::try_from(day).unwrap_or(0)),
    };
    (new, typed.errors)
}

const NAMES: [&str; 8] =
    ["description", "kind", "account_id", "terms_id", "count", "between", "day_of_month", "days"];

async fn show(
    app: &App,
    who: &SignedIn,
    here: &str,
    fields: &Fields,
    errors: &Errors,
    status: StatusCode,
) -> Page {
    show_saved(app, who, here, fields, errors, status, &Saved::default()).await
}

async fn show_saved(
    app: &App,
    who: &SignedIn,
    here: &str,
    fields: &Fields,
    errors: &Errors,
    status: StatusCode,
    saved: &Saved,
) -> Page {
    let actor = who.actor.clone();
    let (accounts, terms) = app
        .ask(move |world| {
            Ok((issue_form::account_choices(world, &actor)?, issue_form::all_terms(world, &actor)?))
        })
        .await?;
    let kinds = KINDS.map(|(code, name)| (code, format!("{code} - {name}")));
    let content = html! {
        div.title {
            h1 { @if here == NEW { "Nova forma de pagamento" } @else { "Alterar forma de pagamento" } }
            div.actions {
                a.button href=(HERE) { "Voltar" }
                (saved::buttons(Some("forma")))
            }
        }
        (saved.html())
        form.card.stack #forma method="post" action=(here) {
            (csrf(who))
            (errors.summary(&NAMES))
            div.fields {
                (Field::text("description", "Descrição").value(fields.get("description")).must().autofocus().width("w6").html(errors))
                (Field::text("kind", "Tipo").value(fields.get("kind")).must().width("w6").choice(kinds, errors))
                (Field::text("account_id", "Conta").value(fields.get("account_id")).width("w6")
                    .hint("Um boleto precisa dela; os outros tipos não.")
                    .choice(account_options(&accounts), errors))
                (Field::text("terms_id", "Parâmetros").value(fields.get("terms_id")).width("w6")
                    .choice(terms_options(&terms), errors))
            }
            (super::term_fields::greyed("agreement", "Convênio",
                "Só existe na cobrança por arquivo (CNAB): aqui o quita fala direto com o banco.", "w6"))
            p { (checkbox("active", "yes", "Ativa: pode ser escolhida ao emitir", fields.is_checked("active"))) }
            h2 { "Parcelas" }
            div.fields {
                (Field::number("count", "Quantas parcelas").value(fields.get("count")).width("w3").html(errors))
                (Field::number("between", "Dias entre elas").value(fields.get("between")).width("w3").hint("Vazio: 30.").html(errors))
                (Field::number("day_of_month", "Dia do lançamento").value(fields.get("day_of_month")).width("w3")
                    .hint("Dia fixo do mês; num mês mais curto, o último.").html(errors))
                div.field.w3 { span.label { "\u{a0}" } button name="insert" value="yes" formnovalidate { "Inserir" } }
            }
            (grid(fields, errors))
        }
    };
    Ok((status, shell::page(app, who, HERE, "Formas de pagamento", content)).into_response())
}

fn account_options(accounts: &[AccountChoice]) -> Vec<(String, String)> {
    let mut options = vec![(String::new(), "Nenhuma".to_owned())];
    options.extend(
        accounts.iter().map(|a| (a.id.clone(), format!("{} ({})", a.description, a.bank_name))),
    );
    options
}

fn terms_options(terms: &[(String, NewTerms)]) -> Vec<(String, String)> {
    let mut options = vec![(String::new(), "Nenhum".to_owned())];
    options.extend(terms.iter().map(|(id, terms)| (id.clone(), terms.description.clone())));
    options
}

fn grid(fields: &Fields, errors: &Errors) -> Markup {
    let days: Vec<&str> = fields.all("days").collect();
    let error = errors.at("days");
    html! {
        @if let Some(error) = error { p.error #days-error { (error) } }
        @if days.is_empty() {
            p.hint { "Nenhuma parcela calculada" }
        } @else {
            div.scroll { table {
                caption.visually-hidden { "Parcelas e seus dias" }
                thead { tr { th scope="col" { "Parcela" } th scope="col" { "Dias depois da emissão" } } }
                tbody { @for (i, value) in days.iter().enumerate() { tr {
                    th scope="row" { (i + 1) }
                    td {
                        input name="days" value=(value) inputmode="numeric" maxlength="4" autocomplete="off"
                            aria-label={ "Dias da parcela " (i + 1) } aria-invalid=[error.map(|_| "true")]
                            aria-describedby=[error.map(|_| "days-error")];
                    }
                } } }
            } }
            p.hint {
                "Com «Dia do lançamento», a primeira vence no próximo dia fixo depois desses dias e as outras no \
                 mesmo dia dos meses seguintes. Apague um campo para tirar a parcela."
            }
        }
    }
}
