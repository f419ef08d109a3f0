//! «Emitir boleto»: one document, its instalments, and how they would look while they are typed.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use jiff::civil::Date;
use quita_core::money::Money;
use quita_core::party::Address;
use quita_engine::clock::bank_day;
use quita_engine::desk::Actor;
use quita_engine::desk::Permission;
use quita_engine::desk::customers::NewCustomer;
use quita_engine::desk::instalments::{self, InstalmentMode, NewDocument};
use quita_engine::desk::issue::rehearse::{self, Rehearsal};
use quita_engine::desk::issue::{self, NewBoleto, Shape, Stored, fingerprint};
use quita_engine::desk::issue_form::{self, Carried, Former};
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::preview::{self, Preview};
use quita_engine::desk::terms::{NewTerms, SavedDiscount};
use quita_engine::desk::trial_boleto::{self, Trial};
use quita_engine::desk::view::TermView;
use quita_engine::error::{Error, FieldError};
use quita_engine::world::World;
use serde::Deserialize;

use super::failure::Page;
use super::form::{Errors, Fields, Form};
use super::typed::Typed;
use super::visitor::Visitor;
use super::{issue_form as form, issue_preview, shell, show, term_fields};
use crate::app::App;

pub(super) const HERE: &str = "/boletos/emitir";
pub(super) const REHEARSE: &str = "/boletos/emitir/simular";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(show).post(send))
        .route("/boletos/emitir/previa", post(show_preview))
        .route(REHEARSE, post(rehearsal))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Begin {
    /// The boleto from which this one is made.
    de: String,
    /// The account that is tried out with this one.
    teste: String,
}

async fn show(State(app): State<App>, Visitor(who): Visitor, Query(begin): Query<Begin>) -> Page {
    who.actor.must(Permission::Charge)?;
    let mut fields = Fields::default();
    if !begin.de.is_empty() {
        let (actor, today) = (who.actor.clone(), bank_day(app.world.clock.now()));
        let former = app.ask(move |world| issue_form::former(world, &actor, &begin.de)).await?;
        fields = fields_of(&former, today);
    }
    let mut said = "";
    if !begin.teste.is_empty() {
        let actor = who.actor.clone();
        let account = begin.teste;
        let trial = app.ask(move |world| trial_boleto::trial(world, &actor, &account)).await?;
        fields = fields_of_trial(&trial);
        said = TRIAL;
    }
    redisplay(&app, &who, &fields, &Errors::default(), said, StatusCode::OK).await
}

/// What is to be known before a boleto is issued to try an account out.
const TRIAL: &str = "Boleto de teste: o menor valor que o banco aceita, para o próximo dia útil, da empresa para ela mesma. \
    É um boleto de verdade e o banco pode cobrar a tarifa dele. Depois de «Emitir» você vê o envio, a resposta do \
    banco, o código de barras e o QR Code do Pix; se algum dado estiver errado, o motivo da recusa. Confira o PDF \
    e cancele o boleto em seguida, na página dele. Se o banco não aceitar a empresa como pagadora, troque o pagador \
    pelos dados de um sócio e emita de novo.";

/// What a boleto of trial gives to the form.
fn fields_of_trial(trial: &Trial) -> Fields {
    let mut fields = Fields::default();
    let mut add = |name: &str, value: &str| fields.0.push((name.to_owned(), value.to_owned()));
    let Trial { account_id, document_number, amount, expiration_date, company, .. } = trial;
    add("account_id", account_id);
    add("document_number", document_number);
    add("amount", &Money::from_cents(*amount).to_string());
    add("expiration_date", &show::date(*expiration_date));
    add("customer_kind", "new");
    add("customer.document", &show::document(&company.document));
    add("customer.legal_name", &company.legal_name);
    add("customer.email", &company.email);
    add("customer.phone", &company.phone);
    if let Some(address) = &company.address {
        add_address(&mut add, address);
    }
    fields
}

fn add_address(add: &mut impl FnMut(&str, &str), address: &Address) {
    let Address { street, number, complement, district, city, state, postal_code } = address;
    add("customer.address.street", street);
    add("customer.address.number", number);
    add("customer.address.complement", complement);
    add("customer.address.district", district);
    add("customer.address.city", city);
    add("customer.address.state", state);
    add("customer.address.postal_code", postal_code);
}

/// The form with what was typed, what is wrong with it, and something said above it.
async fn redisplay(
    app: &App,
    who: &SignedIn,
    fields: &Fields,
    errors: &Errors,
    said: &str,
    status: StatusCode,
) -> Page {
    display(app, who, fields, errors, said, status, None).await
}

async fn display(
    app: &App,
    who: &SignedIn,
    fields: &Fields,
    errors: &Errors,
    said: &str,
    status: StatusCode,
    rehearsal: Option<&Rehearsal>,
) -> Page {
    let actor = who.actor.clone();
    let choices = app.ask(move |world| issue_form::choices(world, &actor)).await?;
    let key = match fields.get("key") {
        "" => app.world.ids().next_token(),
        key => key.to_owned(),
    };
    let content = form::html(&form::View {
        who,
        choices: &choices,
        fields,
        errors,
        key: &key,
        said,
        rehearsal,
    });
    Ok((status, shell::page(app, who, HERE, "Emitir boleto", content)).into_response())
}

async fn send(State(app): State<App>, Form { who, fields }: Form) -> Page {
    who.actor.must(Permission::Charge)?;
    let (actor, typed) = (who.actor.clone(), fields.clone());
    let issued = app.ask(move |world| issue_typed(world, &actor, &typed)).await;
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    match issued {
        Ok(stored) => Ok(Redirect::to(&issued_at(&stored)?).into_response()),
        Err(Error::OtherBody) => {
            // Sent, gone back, changed and sent again: a new form, which a person looks at first.
            let mut fields = fields;
            fields.0.retain(|(name, _)| name != "key");
            let said = "Este formulário já emitiu boletos; veja-os em «Boletos». Nada foi emitido \
                        agora. Se quer emitir mais estes, confira o número e emita.";
            redisplay(&app, &who, &fields, &Errors::default(), said, StatusCode::CONFLICT).await
        }
        Err(Error::Invalid(errors)) => {
            redisplay(&app, &who, &fields, &Errors(errors), "", wrong).await
        }
        Err(Error::Conflict { code: "document_number_taken", message }) => {
            let error = FieldError::new("document_number", "document_number_taken", message);
            redisplay(&app, &who, &fields, &Errors(vec![error]), "", StatusCode::CONFLICT).await
        }
        Err(error) => {
            let errors = Errors::of(error)?;
            redisplay(&app, &who, &fields, &errors, "", StatusCode::CONFLICT).await
        }
    }
}

/// Asks the bank about what was typed; of several, about the first. Nothing is issued.
async fn rehearsal(State(app): State<App>, Form { who, fields }: Form) -> Page {
    who.actor.must(Permission::Charge)?;
    let (actor, typed) = (who.actor.clone(), fields.clone());
    let asked = app.ask(move |world| {
        let document = checked(world, &actor, &typed)?;
        let boletos = instalments::boletos_of(world, &actor, &document)?;
        let first = boletos.first().ok_or_else(|| Error::internal("no boleto"))?;
        rehearse::rehearse(world, &actor, first)
    });
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    match asked.await {
        Ok(told) => {
            let status = if told.accepted { StatusCode::OK } else { wrong };
            let none = Errors::default();
            display(&app, &who, &fields, &none, "", status, Some(&told)).await
        }
        Err(Error::BankUnavailable(reason)) => {
            let said = format!("{reason}. Nada foi emitido; tente de novo em instantes.");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            redisplay(&app, &who, &fields, &Errors::default(), &said, status).await
        }
        Err(error) => redisplay(&app, &who, &fields, &Errors::of(error)?, "", wrong).await,
    }
}

/// What was typed, where nothing is wrong with it.
fn checked(world: &World, actor: &Actor, fields: &Fields) -> Result<NewDocument, Error> {
    let today = bank_day(world.clock.now());
    let (document, mut errors) = read(world, actor, fields, today)?;
    add_found(world, actor, fields, &document, &mut errors)?;
    if errors.is_empty() { Ok(document) } else { Err(Error::Invalid(errors)) }
}

/// Adds what the desk finds wrong, under the names of the form.
fn add_found(
    world: &World,
    actor: &Actor,
    fields: &Fields,
    document: &NewDocument,
    errors: &mut Vec<FieldError>,
) -> Result<(), Error> {
    let found = instalments::wrong(world, actor, document)?;
    let known = fields.get("customer_kind") != "new";
    for error in placed(found, known, fields) {
        if !errors.iter().any(|other| other.field == error.field) {
            errors.push(error);
        }
    }
    Ok(())
}

/// Issues what was typed, once for the key of the form. Errors have the names of its fields.
fn issue_typed(world: &World, actor: &Actor, fields: &Fields) -> Result<Stored, Error> {
    let today = bank_day(world.clock.now());
    let (document, mut errors) = read(world, actor, fields, today)?;
    if errors.is_empty() {
        let print = fingerprint(HERE, &fields.content());
        let issued = instalments::boletos_of(world, actor, &document).and_then(|boletos| {
            issue::issue(world, actor, fields.get("key"), &print, &boletos, Shape::Many)
        });
        match issued {
            Err(Error::Invalid(_)) => {}
            other => return other,
        }
    }
    add_found(world, actor, fields, &document, &mut errors)?;
    Err(Error::Invalid(errors))
}

/// Where the boletos just issued are shown.
fn issued_at(stored: &Stored) -> Result<String, Error> {
    #[derive(Deserialize)]
    struct Issued {
        boletos: Vec<Id>,
    }
    #[derive(Deserialize)]
    struct Id {
        id: String,
    }
    let issued: Issued =
        serde_json::from_str(&stored.body).map_err(|e| Error::internal(e.to_string()))?;
    let ids: Vec<_> = issued.boletos.into_iter().map(|boleto| boleto.id).collect();
    Ok(format!("/boletos/emitidos?ids={}", ids.join(",")))
}

/// The document as typed, and what of it was not understood.
fn read(
    world: &World,
    actor: &Actor,
    fields: &Fields,
    today: Date,
) -> Result<(NewDocument, Vec<FieldError>), Error> {
    let mut typed = Typed::new(fields);
    let terms = term_fields::read(&mut typed);
    let (customer, customer_id) = if fields.get("customer_kind") == "new" {
        (Some(new_customer(&typed)), None)
    } else {
        let text = fields.get("customer");
        let found = issue_form::customer_of(world, actor, text)?;
        if text.is_empty() {
            typed.wrong("customer", "diga de quem é o boleto");
        } else if found.is_none() {
            let message =
                format!("«{text}» não está cadastrado: escolha da lista ou marque «Novo cliente»");
            typed.wrong("customer", message);
        }
        (None, found.map(|customer| customer.id))
    };
    if fields.get("amount").is_empty() {
        typed.wrong("amount", "informe o valor");
    }
    // Of a charge that is known already, what is left empty here is emptied; a register without
    // active entries is not asked for.
    let is_known = !fields.get("replaces").is_empty();
    let label = |name: &str| match is_known && fields.is_checked(name) {
        true => Some(typed.text(name)),
        false => typed.some(name),
    };
    let (chart_account, cost_center, note) =
        (label("chart_account"), label("cost_center"), label("note"));
    let carried = match fields.get("from") {
        "" => Carried::default(),
        id => issue_form::carried(world, actor, id)?,
    };
    // Terms chosen here say how it is printed.
    let own_terms = fields.get("terms_id").is_empty();
    let boleto = NewBoleto {
        account_id: typed.some("account_id"),
        document_number: typed.text("document_number"),
        amount: typed.cents("amount").unwrap_or(0),
        expiration_date: typed
            .date("expiration_date", today)
            .map(|date| date.to_string())
            .unwrap_or_default(),
        limit_date: None,
        customer,
        customer_id,
        receiver: carried.receiver.filter(|_| fields.is_checked("receiver")),
        invoice_type: match fields.get("invoice_type") {
            "" => None,
            word => {
                let read = serde_json::from_value(word.into()).ok();
                if read.is_none() {
                    typed.wrong("invoice_type", "escolha um tipo da lista");
                }
                read
            }
        },
        terms_id: typed.some("terms_id"),
        fine: None,
        interest: None,
        discounts: Vec::new(),
        abatement: typed.cents("abatement").unwrap_or(0),
        messages: Vec::new(),
        hybrid: match fields.get("hybrid") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        model: carried.model.filter(|_| own_terms),
        payment_place: carried.payment_place.filter(|_| own_terms),
        origin: typed.some("origin"),
        replaces: typed.some("replaces"),
        chart_account,
        cost_center,
        note,
    };
    let document = NewDocument {
        boleto,
        count: typed.whole("count"),
        mode: match fields.get("mode") {
            "divide" => InstalmentMode::Divide,
            _ => InstalmentMode::Repeat,
        },
        payment_form_id: typed.some("payment_form_id"),
        terms,
    };
    Ok((document, typed.errors))
}

fn new_customer(typed: &Typed) -> NewCustomer {
    let of = |name: &str| typed.text(&format!("customer.{name}"));
    let address = Address {
        street: of("address.street"),
        number: of("address.number"),
        complement: of("address.complement"),
        district: of("address.district"),
        city: of("address.city"),
        state: of("address.state").to_uppercase(),
        postal_code: of("address.postal_code").replace(['-', '.', ' '], ""),
    };
    NewCustomer {
        document: of("document"),
        legal_name: of("legal_name"),
        email: of("email"),
        phone: of("phone"),
        address: (address != Address::default()).then_some(address),
    }
}

/// Errors of the desk at the fields of the page, each once, with the instalments that have it.
fn placed(errors: Vec<FieldError>, known_customer: bool, fields: &Fields) -> Vec<FieldError> {
    let mut all: Vec<(FieldError, Vec<usize>)> = Vec::new();
    for error in errors {
        let (instalment, name) = match error.field.strip_prefix("boletos[") {
            Some(rest) => match rest.split_once("].") {
                Some((index, name)) => (index.parse::<usize>().ok(), name),
                None => (None, rest),
            },
            None => (None, error.field.strip_prefix("boleto.").unwrap_or(&error.field)),
        };
        let field = match name {
            "customer_id" => "customer".to_owned(),
            "customer.name" => "customer.legal_name".to_owned(),
            name if name.starts_with("customer") && known_customer => "customer".to_owned(),
            "customer" | "customer.address" => "customer.address.street".to_owned(),
            name if name.starts_with("receiver") => "receiver".to_owned(),
            name => term_fields::place(name, fields).unwrap_or_else(|| name.to_owned()),
        };
        let message = match error.code.as_str() {
            "in_the_past" => "este dia já passou: escolha hoje ou outro dia".to_owned(),
            _ if field == "customer" && name != "customer_id" => format!(
                "{} Marque «Novo cliente, ou com dados corrigidos» e complete os dados.",
                error.message
            ),
            _ => error.message,
        };
        let error = FieldError { field, message, ..error };
        let same = all
            .iter_mut()
            .find(|(other, _)| other.field == error.field && other.message == error.message);
        match same {
            Some((_, instalments)) => instalments.extend(instalment),
            None => all.push((error, instalment.into_iter().collect())),
        }
    }
    // What is wrong with the first is wrong with the document.
    let said = all.into_iter().map(|(mut error, instalments)| {
        let numbers: Vec<_> = instalments.iter().map(|index| (index + 1).to_string()).collect();
        match instalments.as_slice() {
            [] | [0, ..] => {}
            [_] => error.message = format!("na parcela {}: {}", numbers.concat(), error.message),
            _ => error.message = format!("nas parcelas {}: {}", numbers.join(", "), error.message),
        }
        error
    });
    said.collect()
}

async fn show_preview(State(app): State<App>, Form { who, fields }: Form) -> Page {
    who.actor.must(Permission::Charge)?;
    let actor = who.actor.clone();
    let shown = app.ask(move |world| previewed(world, &actor, fields)).await?;
    let content = match &shown {
        Ok(shown) => issue_preview::html(&shown.preview, &shown.payer, &shown.refused),
        Err(errors) => issue_preview::not_yet(errors),
    };
    Ok(shell::fragment(content))
}

/// How boletos would look.
struct Shown {
    preview: Preview,
    /// Whose they are.
    payer: String,
    /// What would not be taken, besides what is only missing yet.
    refused: Vec<FieldError>,
}

/// How the boletos would look, or why that cannot be shown yet.
fn previewed(
    world: &World,
    actor: &Actor,
    fields: Fields,
) -> Result<Result<Shown, Vec<FieldError>>, Error> {
    let today = bank_day(world.clock.now());
    let (mut document, errors) = read(world, actor, &fields, today)?;
    let matters = ["amount", "expiration_date", "count"];
    let matter: Vec<_> =
        errors.into_iter().filter(|e| matters.contains(&e.field.as_str())).collect();
    if !matter.is_empty() {
        return Ok(Err(matter));
    }
    if document.boleto.document_number.is_empty() {
        document.boleto.document_number = "…".to_owned();
    }
    let payer = match &document.boleto.customer {
        Some(customer) => customer.legal_name.clone(),
        None => fields.get("customer").to_owned(),
    };
    let boletos = match instalments::boletos_of(world, actor, &document) {
        Ok(boletos) => boletos,
        Err(Error::Invalid(errors)) => return Ok(Err(placed(errors, true, &fields))),
        Err(other) => return Err(other),
    };
    let preview = preview::preview(world, actor, &boletos)?;
    let mut refused = match issue::check_only(world, actor, &boletos) {
        Err(Error::Invalid(errors)) => placed(errors, true, &fields),
        other => {
            other?;
            Vec::new()
        }
    };
    refused.retain(|error| error.code != "missing" && !error.field.starts_with("customer"));
    Ok(Ok(Shown { preview, payer, refused }))
}

/// What a former boleto gives to the form.
fn fields_of(former: &Former, today: Date) -> Fields {
    let boleto = &former.boleto;
    let days = |date: Date| u16::try_from((date - boleto.expiration_date).get_days()).ok();
    let late = |term: &Option<TermView>| {
        let days = term.as_ref().and_then(|term| days(term.date));
        days.filter(|days| *days > 1)
    };
    let before = |date: Date| (boleto.expiration_date - date).get_days();
    let terms = NewTerms {
        fine_value: boleto.fine.as_ref().and_then(|term| term.value.clone()),
        fine_face_value: boleto.fine.as_ref().and_then(|term| term.face_value),
        fine_days: late(&boleto.fine),
        interest_value: boleto.interest.as_ref().and_then(|term| term.value.clone()),
        interest_face_value: boleto.interest.as_ref().and_then(|term| term.face_value),
        interest_days: late(&boleto.interest),
        discounts: boleto
            .discounts
            .iter()
            .map(|term| SavedDiscount {
                value: term.value.clone(),
                face_value: term.face_value,
                days: u16::try_from(before(term.date)).unwrap_or(0),
            })
            .collect(),
        days_after_due: days(boleto.limit_date),
        messages: boleto.messages.clone(),
        ..NewTerms::default()
    };
    let mut fields = term_fields::fill(&terms);
    let mut add = |name: &str, value: &str| fields.0.push((name.to_owned(), value.to_owned()));
    if former.gives_way {
        add("replaces", &boleto.id);
        add("document_number", &boleto.document_number);
    }
    add("from", &boleto.id);
    if boleto.abatement > 0 {
        add("abatement", &Money::from_cents(boleto.abatement).to_string());
    }
    if let Some(receiver) = &boleto.receiver {
        add("receiver", "yes");
        let document = show::document(&receiver.document);
        add("receiver_name", &format!("{} · {document}", receiver.legal_name));
    }
    if !former.hybrid {
        add("hybrid", "no");
    }
    add("origin", &former.origin);
    add("chart_account", &former.charge.chart_account_id);
    add("cost_center", &former.charge.cost_center_id);
    add("note", &former.charge.note);
    add("account_id", &boleto.account_id);
    add("amount", &Money::from_cents(boleto.amount).to_string());
    if boleto.expiration_date >= today {
        add("expiration_date", &show::date(boleto.expiration_date));
    }
    let kind = serde_json::to_value(boleto.invoice_type).unwrap_or_default();
    add("invoice_type", kind.as_str().unwrap_or_default());
    let customer = &boleto.customer;
    add("customer_kind", "new");
    add("customer.document", &show::document(&customer.document));
    add("customer.legal_name", &customer.legal_name);
    add("customer.email", customer.email.as_deref().unwrap_or_default());
    add("customer.phone", customer.phone.as_deref().unwrap_or_default());
    if let Some(address) = &customer.address {
        add_address(&mut add, address);
    }
    if let Some(refusal) = &boleto.refusal {
        add("refusal", &refusal.message);
        add("refused_field", refusal.field.as_deref().unwrap_or_default());
    }
    fields
}
