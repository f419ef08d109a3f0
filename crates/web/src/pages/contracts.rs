//! «Contratos»: what is charged again each period. The list, and the form with its preview.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use jiff::civil::Date;
use maud::{Markup, html};
use quita_core::money::Money;
use quita_core::typed;
use quita_engine::clock::bank_day;
use quita_engine::desk::contracts::{self, Interval, Line, NewContract};
use quita_engine::desk::issue::fingerprint;
use quita_engine::desk::issue_form::{self, Choices};
use quita_engine::desk::once::Request;
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::{Actor, Permission};
use quita_engine::error::{Error, FieldError};
use quita_engine::world::World;

use super::failure::Page;
use super::form::{Errors, Field, Fields, Form, csrf};
use super::typed::Typed;
use super::visitor::Visitor;
use super::{shell, show};
use crate::app::App;

pub(super) const HERE: &str = "/contratos";
const NEW: &str = "/contratos/novo";
/// Due dates that the preview shows.
const PREVIEW: usize = 12;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list))
        .route(NEW, get(new).post(add))
        .route("/contratos/previa", post(preview))
        .route("/contratos/{id}/alterar", get(edit).post(change))
}

async fn list(State(app): State<App>, Visitor(who): Visitor) -> Page {
    let actor = who.actor.clone();
    let all = app.ask(move |world| contracts::list(world, &actor)).await?;
    let may = who.actor.permissions.contains(&Permission::Charge);
    let content = html! {
        div.title {
            h1 { "Contratos" }
            @if may { div.actions { a.button.first href=(NEW) { "Novo contrato" } } }
            p.subtitle { "Mensalidades, assinaturas e aluguéis: cada período é emitido sozinho, alguns dias antes de vencer." }
        }
        div.card {
            @if all.is_empty() {
                div.empty {
                    strong { "Nenhum contrato ainda" }
                    "Cadastre, por exemplo, «Mensalidade da turma A», de R$ 300,00, todo dia 10, doze vezes: \
                     os boletos são emitidos e vão ao banco sem que ninguém precise lembrar."
                    @if may { div { a.button href=(NEW) { "Cadastrar o primeiro" } } }
                }
            } @else {
                div.scroll { table {
                    caption.visually-hidden { "Contratos" }
                    thead { tr {
                        th scope="col" { "Contrato" } th scope="col" { "Cliente" } th.number scope="col" { "Valor" }
                        th scope="col" { "Próxima emissão" } th scope="col" { "Próximo vencimento" }
                        th scope="col" { "Andamento" } th scope="col" { "Situação" }
                    } }
                    tbody { @for line in &all { (row(line)) } }
                } }
            }
        }
    };
    Ok(shell::page(&app, &who, HERE, "Contratos", content))
}

fn row(Line { view, customer }: &Line) -> Markup {
    let says = &view.contract;
    html! {
        tr {
            th scope="row" {
                a href={ (HERE) "/" (view.id) } { (says.description) }
                span.sub { "CT " (says.number.as_deref().unwrap_or_default()) " · " (every(says)) }
            }
            td { (customer) }
            td.number { (show::money(says.amount)) }
            td.nowrap { (or_none(view.next_issue_date, view.status)) }
            td.nowrap { (or_none(view.next_expiration_date, view.status)) }
            td { (progress(view.issued, view.last_period)) }
            td {
                (status(view.status))
                @if view.waiting > 0 { span.sub.error { (show::count(view.waiting, "período espera", "períodos esperam")) } }
            }
        }
    }
}

fn or_none(date: Option<Date>, status: &str) -> String {
    date.filter(|_| status == "active").map_or_else(|| "–".to_owned(), show::date)
}

/// `3 de 12`, or how many.
pub(super) fn progress(issued: i64, last: Option<i64>) -> String {
    match last {
        Some(last) => format!("{issued} de {last}"),
        None => show::count(issued, "emitido", "emitidos"),
    }
}

/// Where a contract stands, as a pill.
pub(super) fn status(word: &str) -> Markup {
    match word {
        "active" => html! { span.state.good { "Ativo" } },
        "paused" => html! { span.state.wait { "Pausado" } },
        _ => html! { span.state { "Encerrado" } },
    }
}

/// How often it charges.
pub(super) fn every(says: &NewContract) -> String {
    let count = says.every.unwrap_or(1);
    let said = match (says.interval, count) {
        (Interval::Weekly, 1) => "toda semana".to_owned(),
        (Interval::Weekly, n) => format!("a cada {n} semanas"),
        (Interval::Monthly, 1) => "todo mês".to_owned(),
        (Interval::Monthly, n) => format!("a cada {n} meses"),
        (Interval::Yearly, 1) => "todo ano".to_owned(),
        (Interval::Yearly, n) => format!("a cada {n} anos"),
    };
    match says.day_of_month {
        Some(day) => format!("{said}, dia {day}"),
        None => said,
    }
}

async fn new(State(app): State<App>, Visitor(who): Visitor) -> Page {
    who.actor.must(Permission::Charge)?;
    show(&app, &who, NEW, &Fields::default(), &Errors::default(), StatusCode::OK).await
}

async fn edit(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    who.actor.must(Permission::Charge)?;
    let (actor, wanted) = (who.actor.clone(), id.clone());
    let whole = app.ask(move |world| contracts::whole(world, &actor, &wanted, 0)).await?;
    let (name, document) = &whole.customer;
    let mut fields = fields_of(&whole.view.contract);
    fields.0.push(("customer".into(), format!("{name} – {}", show::document(document))));
    let due = whole.view.next_expiration_date.map(show::date).unwrap_or_default();
    fields.0.push(("expiration_date".into(), due));
    let next = whole.view.next_period.map(|period| period.to_string()).unwrap_or_default();
    fields.0.push(("first_period".into(), next));
    let here = format!("{HERE}/{id}/alterar");
    show(&app, &who, &here, &fields, &Errors::default(), StatusCode::OK).await
}

/// A contract as it would be typed, but for customer and due date.
fn fields_of(says: &NewContract) -> Fields {
    let mut fields = Vec::new();
    let mut add = |name: &str, value: String| fields.push((name.to_owned(), value));
    add("description", says.description.clone());
    add("number", says.number.clone().unwrap_or_default());
    add("amount", Money::from_cents(says.amount).to_string());
    let kind = serde_json::to_value(says.invoice_type).unwrap_or_default();
    add("invoice_type", kind.as_str().unwrap_or_default().to_owned());
    let interval = serde_json::to_value(says.interval).unwrap_or_default();
    add("interval", interval.as_str().unwrap_or_default().to_owned());
    for (name, number) in [
        ("every", says.every),
        ("day_of_month", says.day_of_month.map(u16::from)),
        ("periods", says.periods),
        ("days_before", says.days_before),
    ] {
        add(name, number.map(|number| number.to_string()).unwrap_or_default());
    }
    let end = says.end_date.as_deref().and_then(|text| text.parse::<Date>().ok());
    add("end_date", end.map(show::date).unwrap_or_default());
    add("readjustment", says.readjustment.as_deref().unwrap_or_default().replace('.', ","));
    add("payment_form_id", says.payment_form_id.clone().unwrap_or_default());
    add("account_id", says.account_id.clone().unwrap_or_default());
    add("terms_id", says.terms_id.clone().unwrap_or_default());
    add("messages", says.messages.join("\n"));
    Fields(fields)
}

async fn add(State(app): State<App>, Form { who, fields }: Form) -> Page {
    who.actor.must(Permission::Charge)?;
    let (actor, typed) = (who.actor.clone(), fields.clone());
    let saved = app
        .ask(move |world| {
            let today = bank_day(world.clock.now());
            let (new, errors) = read(world, &actor, &typed, today)?;
            all_wrong(errors, || {
                let print = fingerprint(NEW, &typed.content());
                let request = Request { key: typed.get("key").to_owned(), fingerprint: print };
                let stored = contracts::create(world, &actor, &request, &new)?;
                let made: serde_json::Value = serde_json::from_str(&stored.body)
                    .map_err(|e| Error::internal(format!("answer of a contract: {e}")))?;
                Ok(made["id"].as_str().unwrap_or_default().to_owned())
            })
        })
        .await;
    answer(&app, &who, NEW, &fields, saved).await
}

async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    who.actor.must(Permission::Charge)?;
    let (actor, typed, wanted) = (who.actor.clone(), fields.clone(), id.clone());
    let saved = app
        .ask(move |world| {
            let today = bank_day(world.clock.now());
            let (mut new, errors) = read(world, &actor, &typed, today)?;
            // The date on the form is that of the next period.
            let next = contracts::get(world, &actor, &wanted)?.next_period;
            let next = next.and_then(|period| u16::try_from(period).ok());
            if new.first_period.is_some() && new.first_period != next {
                let message = "um período teve sua vez enquanto o contrato era alterado: volte a ele e \
                               altere de novo";
                return Err(Error::conflict("changed_meanwhile", message));
            }
            new.first_period = next;
            all_wrong(errors, || {
                contracts::change(world, &actor, &wanted, &new)?;
                Ok(wanted.clone())
            })
        })
        .await;
    answer(&app, &who, &format!("{HERE}/{id}/alterar"), &fields, saved).await
}

/// What was not understood, together with what the desk finds wrong.
fn all_wrong<T>(
    mut errors: Vec<FieldError>,
    save: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    if errors.is_empty() {
        return save();
    }
    errors.dedup_by(|one, other| one.field == other.field);
    Err(Error::Invalid(errors))
}

async fn answer(
    app: &App,
    who: &SignedIn,
    here: &str,
    fields: &Fields,
    saved: Result<String, Error>,
) -> Page {
    match saved {
        Ok(id) => Ok(Redirect::to(&format!("{HERE}/{id}")).into_response()),
        Err(error) => {
            let mut errors = Errors::of(error)?;
            for error in &mut errors.0 {
                if error.field == "customer_id" {
                    "customer".clone_into(&mut error.field);
                }
            }
            show(app, who, here, fields, &errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

/// What was typed, and what of it was not understood.
fn read(
    world: &World,
    actor: &Actor,
    fields: &Fields,
    today: Date,
) -> Result<(NewContract, Vec<FieldError>), Error> {
    let mut form = Typed::new(fields);
    let text = fields.get("customer");
    let customer = issue_form::customer_of(world, actor, text)?;
    if text.is_empty() {
        form.wrong("customer", "diga de quem é o contrato");
    } else if customer.is_none() {
        form.wrong("customer", format!("«{text}» não está cadastrado: escolha da lista"));
    }
    for (name, missing) in
        [("amount", "informe o valor de cada período"), ("expiration_date", "informe o vencimento")]
    {
        if fields.get(name).is_empty() {
            form.wrong(name, missing);
        }
    }
    let readjustment = match fields.get("readjustment") {
        "" => None,
        text => {
            let rate = typed::percent(text);
            if rate.is_none() {
                form.wrong(
                    "readjustment",
                    format!("«{text}» não é uma porcentagem: escreva como 4,5"),
                );
            }
            rate.map(|rate| rate.to_string())
        }
    };
    let word = |name: &str| serde_json::Value::from(fields.get(name));
    let new = NewContract {
        description: form.text("description"),
        number: form.some("number"),
        customer_id: customer.map(|customer| customer.id).unwrap_or_default(),
        payment_form_id: form.some("payment_form_id"),
        account_id: form.some("account_id"),
        terms_id: form.some("terms_id"),
        invoice_type: serde_json::from_value(word("invoice_type")).ok(),
        amount: form.cents("amount").unwrap_or(0),
        expiration_date: form
            .date("expiration_date", today)
            .map(|date| date.to_string())
            .unwrap_or_default(),
        first_period: form.whole("first_period"),
        interval: serde_json::from_value(word("interval")).unwrap_or_default(),
        every: form.whole("every"),
        day_of_month: form.whole("day_of_month").map(|day| u8::try_from(day).unwrap_or(0)),
        periods: form.whole("periods"),
        end_date: form.date("end_date", today).map(|date| date.to_string()),
        days_before: form.whole("days_before"),
        readjustment,
        messages: fields
            .get("messages")
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect(),
    };
    Ok((new, form.errors))
}

async fn preview(State(app): State<App>, Form { who, fields }: Form) -> Page {
    who.actor.must(Permission::Charge)?;
    let actor = who.actor.clone();
    let content = app
        .ask(move |world| {
            let today = bank_day(world.clock.now());
            let (new, errors) = read(world, &actor, &fields, today)?;
            let wrong = |name: &str| errors.iter().any(|error| error.field == name);
            let waits = ["amount", "expiration_date", "end_date", "every", "periods"];
            Ok(if waits.into_iter().any(wrong) { not_yet() } else { dates(&new, today) })
        })
        .await?;
    Ok(shell::fragment(content))
}

fn not_yet() -> Markup {
    html! {
        div.card.empty { strong { "Prévia" } "Preencha valor e vencimento para ver os próximos períodos." }
    }
}

fn dates(new: &NewContract, today: Date) -> Markup {
    let first = new.first();
    let all = contracts::preview(new, first, PREVIEW);
    let last = new.last();
    let whole = last.map(|last| (last - first + 1).max(0));
    html! {
        div.card {
            h2 { "Próximos períodos" }
            @if all.is_empty() { p.hint { "Nenhum período cabe até o fim informado." } }
            @else {
                div.scroll { table {
                    caption.visually-hidden { "Próximos períodos do contrato" }
                    thead { tr {
                        th scope="col" { "Período" } th scope="col" { "Vencimento" } th scope="col" { "Emissão" }
                        th.number scope="col" { "Valor" }
                    } }
                    tbody { @for (period, due, issue) in &all { tr {
                        th scope="row" { (period) @if let Some(last) = last { "/" (last) } }
                        td.nowrap { (show::date(*due)) }
                        td.nowrap { @if *issue <= today { "assim que salvar" } @else { (show::date(*issue)) } }
                        td.number { (show::money(new.amount)) }
                    } } }
                } }
                @match whole {
                    Some(count) => p.hint {
                        (show::count(count, "período", "períodos")) ", " (show::money(new.amount.saturating_mul(count))) " ao todo."
                    },
                    None => p.hint { "Continua até que alguém o encerre." },
                }
            }
        }
    }
}

const NAMES: [&str; 17] = [
    "description",
    "number",
    "customer",
    "invoice_type",
    "amount",
    "expiration_date",
    "first_period",
    "interval",
    "every",
    "day_of_month",
    "periods",
    "end_date",
    "days_before",
    "readjustment",
    "payment_form_id",
    "account_id",
    "terms_id",
];

async fn show(
    app: &App,
    who: &SignedIn,
    here: &str,
    fields: &Fields,
    errors: &Errors,
    status: StatusCode,
) -> Page {
    let actor = who.actor.clone();
    let choices = app.ask(move |world| issue_form::choices(world, &actor)).await?;
    let key = match fields.get("key") {
        "" => app.world.ids().next_token(),
        key => key.to_owned(),
    };
    let is_new = here == NEW;
    let content = html! {
        div.title {
            h1 { @if is_new { "Novo contrato" } @else { "Alterar contrato" } }
            div.actions {
                a.button href=(if is_new { HERE } else { here.trim_end_matches("/alterar") }) { "Voltar" }
                button.first form="contrato" { "Salvar" }
            }
            @if !is_new { p.subtitle { "O que já foi emitido não muda: o resto vale do próximo período em diante." } }
        }
        div.two.issue {
            form.stack #contrato method="post" action=(here) data-preview="/contratos/previa" data-preview-into="previa" {
                (csrf(who))
                input type="hidden" name="key" value=(key);
                @if !is_new { input type="hidden" name="first_period" value=(fields.get("first_period")); }
                (errors.summary(&NAMES))
                div.card { h2 { "O que se cobra, e de quem" } (what(fields, errors, &choices)) }
                div.card { h2 { "Quando" } (when(fields, errors, is_new)) }
                div.card { h2 { "Como" } (how(fields, errors, &choices)) }
            }
            div #previa aria-live="polite" { (not_yet()) }
        }
    };
    Ok((status, shell::page(app, who, HERE, "Contratos", content)).into_response())
}

fn what(fields: &Fields, errors: &Errors, choices: &Choices) -> Markup {
    html! {
        div.fields {
            (Field::text("description", "Descrição").value(fields.get("description")).must().autofocus().width("w8")
                .hint("Por exemplo, «Mensalidade da turma A».").html(errors))
            (Field::text("number", "Número").value(fields.get("number")).width("w4")
                .hint("Vazio: o próximo. Os boletos são «CT 12 - 3/12».").html(errors))
            (Field::text("customer", "Cliente").value(fields.get("customer")).must().width("w8").list("clientes")
                .hint("Comece a digitar o nome, ou digite o CPF ou CNPJ.").html(errors))
            (Field::text("invoice_type", "Tipo").value(fields.get("invoice_type")).width("w4").choice([
                ("bill_of_exchange", "Duplicata mercantil"), ("tuition_payment", "Mensalidade escolar"),
            ], errors))
            (Field::money("amount", "Valor de cada período").value(fields.get("amount")).must().width("w4")
                .hint("Como 1.234,56.").html(errors))
            (Field::text("readjustment", "Reajuste anual").value(fields.get("readjustment")).width("w4").inputmode("decimal")
                .hint("Porcentagem; uma pessoa o aplica quando quiser.").html(errors))
        }
        datalist #clientes {
            @for customer in &choices.customers {
                option value={ (customer.legal_name) " – " (show::document(&customer.document)) } {}
            }
        }
    }
}

fn when(fields: &Fields, errors: &Errors, is_new: bool) -> Markup {
    html! {
        div.fields {
            (Field::date("expiration_date", if is_new { "Primeiro vencimento" } else { "Próximo vencimento" })
                .value(fields.get("expiration_date")).must().width("w4").hint("«10/12», «amanhã», «+30».").html(errors))
            (Field::text("interval", "Repete por").value(fields.get("interval")).width("w4").choice([
                ("monthly", "Mês"), ("weekly", "Semana"), ("yearly", "Ano"),
            ], errors))
            (Field::number("every", "A cada quantos").value(fields.get("every")).width("w4")
                .hint("Vazio: 1. Com mês e 3, a cada três meses.").html(errors))
            (Field::number("day_of_month", "Dia do vencimento").value(fields.get("day_of_month")).width("w4")
                .hint("Dia fixo dos períodos seguintes; num mês mais curto, o último. Vazio: o do primeiro.").html(errors))
            (Field::number("days_before", "Emitir quantos dias antes").value(fields.get("days_before")).width("w4")
                .hint("Vazio: 10.").html(errors))
            @if is_new {
                (Field::number("first_period", "Começa no período").value(fields.get("first_period")).width("w4")
                    .hint("Vazio: 1. Para um contrato que já vinha de outro sistema.").html(errors))
            }
            (Field::number("periods", "Quantos períodos").value(fields.get("periods")).width("w4")
                .hint("Ao todo. Vazio: pela data, ou sem fim.").html(errors))
            (Field::date("end_date", "Ou até a data").value(fields.get("end_date")).width("w4")
                .hint("Nada vence depois dela.").html(errors))
        }
    }
}

fn how(fields: &Fields, errors: &Errors, choices: &Choices) -> Markup {
    let pair = |id: &str, name: &str| (id.to_owned(), name.to_owned());
    let none = |label: &str| vec![pair("", label)];
    let mut forms = none("Nenhuma");
    forms.extend(choices.payment_forms.iter().map(|kept| pair(&kept.id, &kept.form.description)));
    let chosen = fields.get("payment_form_id");
    if !chosen.is_empty() && !forms.iter().any(|(id, _)| id == chosen) {
        // Saved as it is, so that it is not lost unseen.
        forms.push(pair(chosen, "A de agora, que está inativa"));
    }
    let mut accounts = none("A da forma de pagamento, ou a padrão");
    accounts.extend(choices.accounts.iter().map(|account| {
        let why = account.why_not.map(|why| format!(" – {why}")).unwrap_or_default();
        pair(&account.id, &format!("{} ({}){why}", account.description, account.bank_name))
    }));
    let mut terms = none("Os da forma de pagamento, ou nenhum");
    terms.extend(choices.terms.iter().map(|(id, terms)| pair(id, &terms.description)));
    html! {
        div.fields {
            (Field::text("payment_form_id", "Forma de pagamento").value(fields.get("payment_form_id")).width("w4").choice(forms, errors))
            (Field::text("account_id", "Conta").value(fields.get("account_id")).width("w4").choice(accounts, errors))
            (Field::text("terms_id", "Parâmetros").value(fields.get("terms_id")).width("w4").choice(terms, errors))
        }
        (Field::text("messages", "Mensagens no boleto").value(fields.get("messages"))
            .hint("Uma por linha. Vazio: as dos parâmetros.").area(errors))
    }
}
