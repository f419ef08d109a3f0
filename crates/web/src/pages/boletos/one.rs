//! The page of one boleto, and what can be asked of it there.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use maud::{Markup, html};
use quita_core::fold::Status;
use quita_core::terms::TermKind;
use quita_core::typed;
use quita_engine::desk::act::{
    self, Action, Cancel, Change, InTheWay, OnOff, Pursue, SettleByHand,
};
use quita_engine::desk::classifications::{self, Register, Registers};
use quita_engine::desk::issue::fingerprint;
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::read::{self, ChargeView, Filter};
use quita_engine::desk::view::BoletoView;
use quita_engine::desk::{
    Permission, accounts, due, pdf, printing, reconciliation, remittances, timeline,
};
use quita_engine::error::{Error, FieldError};

use super::charges;
use super::parts::{self, Shown};
use super::{HERE, may_charge, today};
use crate::app::App;
use crate::pages::email::SEND;
use crate::pages::failure::{Failure, Page};
use crate::pages::form::{Errors, Field, Fields, Form, csrf};
use crate::pages::visitor::Visitor;
use crate::pages::{shell, show, term_fields};
use crate::reply;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/boletos/{id}", get(page))
        .route("/boletos/{id}/pdf", get(slip))
        .route("/boletos/{id}/situacao", get(standing))
        .route("/boletos/{id}/historico", get(history))
        .route("/boletos/{id}/acoes", get(actions_part))
        .route("/boletos/{id}/alterar", post(change))
        .route("/boletos/{id}/reemitir", post(replace))
        .route("/boletos/{id}/pago-por-fora", post(settle))
        .route("/boletos/{id}/cancelar", post(cancel))
        .route("/boletos/{id}/abatimento", post(abatement))
        .route("/boletos/{id}/encargos", post(change_charges))
        .route("/boletos/{id}/protesto", post(protest))
        .route("/boletos/{id}/negativacao", post(negative_listing))
        .route("/boletos/{id}/classificar", post(file))
}

/// Most other boletos of a charge that are named.
const OTHERS: i64 = 10;

async fn shown(app: &App, who: &SignedIn, id: &str) -> Result<Shown, Failure> {
    let today = today(app);
    let may_charge = may_charge(&who.actor);
    let (actor, id) = (who.actor.clone(), id.to_owned());
    let shown = app.ask(move |world| {
        let boleto = read::boleto(world, &actor, &id)?;
        let accounts = accounts::list(world, &actor)?;
        let account = accounts.into_iter().find(|account| account.id == boleto.account_id);
        let (account, bank, settlement_delay) = account
            .map(|a| (a.description, a.bank_name.to_owned(), a.settlement_delay))
            .unwrap_or_default();
        let charge = Filter { charge_id: Some(boleto.charge_id.clone()), ..Filter::default() };
        let mut others = read::boletos(world, &actor, charge, None, OTHERS)?.data;
        others.retain(|other| other.id != boleto.id);
        let payer_link = world.settings.public_url.as_ref();
        Ok(Shown {
            payer_link: payer_link.map(|url| format!("{url}/p/{}", boleto.public_token)),
            account,
            bank,
            settlement_delay,
            charge: read::charge(world, &actor, &boleto.charge_id)?,
            due: due::of(world, &actor, &id)?,
            others,
            moments: timeline::of(world, &actor, &id)?,
            lines: reconciliation::boleto_lines(world, &actor, &id)?,
            remittances: match boleto.by_file {
                true => remittances::of_boleto(world, &actor, &id)?,
                false => Vec::new(),
            },
            boleto,
            today,
            may_charge,
        })
    });
    Ok(shown.await?)
}

async fn page(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    Ok(whole(&app, &who, &id, &Tried::default()).await?.into_response())
}

async fn standing(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    Ok(shell::fragment(parts::standing(&shown(&app, &who, &id).await?)))
}

async fn history(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    Ok(shell::fragment(parts::history(&shown(&app, &who, &id).await?)))
}

async fn actions_part(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
) -> Page {
    let (actor, wanted) = (who.actor.clone(), id.clone());
    let boleto = app.ask(move |world| read::boleto(world, &actor, &wanted)).await?;
    Ok(shell::fragment(actions(&app, &who, &boleto, &Tried::default()).await?))
}

async fn slip(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    let name = format!("boleto-{id}");
    let drawn = app.ask(move |world| {
        let ids = [id];
        let bytes = pdf::draw(world, &who.actor, &ids)?;
        printing::record(world, &who.actor, &ids)?;
        Ok(bytes)
    });
    Ok(reply::pdf(drawn.await?, &name))
}

/// A form of the page that was sent and not taken.
#[derive(Default)]
struct Tried {
    /// Which: the last part of its address.
    form: &'static str,
    fields: Fields,
    errors: Errors,
}

async fn whole(
    app: &App,
    who: &SignedIn,
    id: &str,
    tried: &Tried,
) -> Result<axum::response::Response, Failure> {
    let shown = shown(app, who, id).await?;
    let boleto = &shown.boleto;
    let title = format!("Boleto {}", boleto.document_number);
    let content = html! {
        div.title {
            h1 { (title) }
            div.actions {
                @if boleto.barcode.is_some() {
                    a.button href={ "/boletos/" (boleto.id) "/pdf" } target="_blank" { "Ver PDF" }
                }
                @if may_charge(&who.actor) && boleto.status == Status::Registered {
                    form method="post" action=(SEND) {
                        (csrf(who))
                        input type="hidden" name="ids" value=(boleto.id);
                        button { "Enviar por e-mail" }
                    }
                }
                a.button href=(HERE) { "Todos os boletos" }
            }
            p.subtitle { (boleto.customer.legal_name) " · " (show::money(boleto.amount))
                " · vence " (show::date(boleto.expiration_date)) }
        }
        (shell::live(who))
        (parts::standing(&shown))
        @if may_charge(&who.actor) { (actions(app, who, boleto, tried).await?) }
        (parts::history(&shown))
    };
    Ok(shell::page(app, who, HERE, &title, content))
}

async fn actions(
    app: &App,
    who: &SignedIn,
    boleto: &BoletoView,
    tried: &Tried,
) -> Result<Markup, Failure> {
    let (actor, id) = (who.actor.clone(), boleto.id.clone());
    let charge_id = boleto.charge_id.clone();
    let (in_the_way, charge, registers) = app
        .ask(move |world| {
            Ok((
                act::possible(world, &actor, &id)?,
                read::charge(world, &actor, &charge_id)?,
                classifications::registers(world, &actor)?,
            ))
        })
        .await?;
    let form =
        |name: &'static str, label: &str, why: Option<&str>, fields: Markup, button: Markup| {
            let none = Errors::default();
            let errors = if tried.form == name { &tried.errors } else { &none };
            html! {
                @if let Some(why) = why {
                    div.action {
                        button disabled aria-describedby={ (name) "-porque" } { (label) }
                        span.reason id={ (name) "-porque" } { (why) }
                    }
                } @else {
                    details.action open[tried.form == name] {
                        summary { (label) }
                        (errors.summary(&fields_of(name)))
                        form.stack method="post" action={ "/boletos/" (boleto.id) "/" (name) } {
                            (csrf(who))
                            input type="hidden" name="key" value=(app.world.ids().next_id());
                            (fields)
                            div { (button) }
                        }
                    }
                }
            }
        };
    let InTheWay {
        cancel,
        change_expiration_date: due,
        change_amount: amount,
        replace,
        settle_by_hand,
        protest,
        negative_listing,
        ..
    } = &in_the_way;
    let abatement = in_the_way.of_term(TermKind::Abatement);
    let change = due.as_deref().filter(|_| amount.is_some());
    let values = Values { boleto, tried };
    Ok(html! {
        section.card.no-print aria-labelledby="acoes" data-busy data-subject=(boleto.id)
            data-refresh={ "/boletos/" (boleto.id) "/acoes" } {
            h2 #acoes { "O que fazer" }
            (form("alterar", "Alterar vencimento ou valor", change, html! {
                p.hint { "O que ficar vazio não muda. "
                    @if boleto.by_file { "Vai na próxima remessa e vale quando o retorno o confirma." }
                    @else { "O banco confirma em instantes." } }
                div.fields { (values.due("alterar", due.as_deref())) (values.amount("alterar", amount.as_deref())) }
            }, html! { button.first { "Pedir a alteração" } }))
            (form("reemitir", "Cancelar e reemitir", replace.as_deref(), html! {
                p.hint { "Este boleto é cancelado e, assim que isso é certo, sai outro para a mesma cobrança. \
                    O que ficar vazio continua como está." }
                div.fields { (values.due("reemitir", None)) (values.amount("reemitir", None)) }
            }, html! { button.first { "Cancelar e reemitir" } }))
            (form("pago-por-fora", "Baixa manual: foi pago por fora do banco", settle_by_hand.as_deref(), html! {
                p.hint { "O boleto fica liquidado aqui e é cancelado no banco, para que ninguém o pague de novo." }
                div.fields { (values.paid()) }
            }, html! { button.first { "Dar baixa" } }))
            (form("cancelar", "Cancelar (pedir a baixa ao banco)", cancel.as_deref(), html! {
                (Field::text("cancelar_reason", "Motivo").value(tried.fields.get("cancelar_reason"))
                    .hint("Até 50 caracteres. Pode ficar vazio.").html(&tried.errors))
            }, html! { button.danger { "Cancelar o boleto" } }))
            (form("encargos", "Alterar encargos: multa, juros, descontos", charges::why_not(&in_the_way),
                charges::html(boleto, (tried.form == "encargos").then_some(&tried.fields), &in_the_way, &tried.errors),
                html! { button.first { "Pedir a alteração" } }))
            (form("abatimento", "Abatimento", abatement, html! {
                p.hint { "Descontado em qualquer data, no lugar do que houver. Zero cancela o abatimento. "
                    @if boleto.by_file { "Vai na próxima remessa e vale quando o retorno o confirma." }
                    @else { "Vale quando o banco o mostra, em geral em instantes." } }
                div.fields { (values.abatement()) }
            }, html! { button.first { "Pedir o abatimento" } }))
            (form("protesto", "Protesto", both(protest), html! {
                p.hint { "Vai na próxima remessa. O banco avisa o pagador, cobra as custas e segue o prazo do cartório." }
            }, on_off(protest, "Protestar", "Sustar e manter em aberto")))
            (form("negativacao", "Negativação", both(negative_listing), html! {
                p.hint { "Vai na próxima remessa. O banco avisa o pagador antes de negativá-lo." }
            }, on_off(negative_listing, "Negativar", "Retirar a negativação")))
            (form("classificar", "Classificar e anotar", None, values.labels(&charge, &registers), html! { button.first { "Salvar" } }))
        }
    })
}

/// Why neither beginning nor end can be asked for.
fn both(of: &OnOff) -> Option<&str> {
    of.off.as_ref().and(of.on.as_deref())
}

/// Buttons for what can be asked for; beside the one that cannot, why.
fn on_off(of: &OnOff, on: &str, off: &str) -> Markup {
    html! {
        @match &of.on {
            None => button.danger name="on" value="1" { (on) },
            Some(why) => span.reason { (on) ": " (why) },
        }
        " "
        @match &of.off {
            None => button name="on" value="0" { (off) },
            Some(why) => span.reason { (off) ": " (why) },
        }
    }
}

/// Fields of the forms: those of a form begin with its name, so that each is one of its kind.
const FIELDS: &[&str] = &[
    "alterar_expiration_date",
    "alterar_amount",
    "reemitir_expiration_date",
    "reemitir_amount",
    "pago-por-fora_paid_on",
    "pago-por-fora_amount",
    "cancelar_reason",
    "abatimento_abatement",
    "classificar_chart_account",
    "classificar_cost_center",
    "classificar_note",
];

/// The fields of a form.
fn fields_of(form: &str) -> Vec<&'static str> {
    match form {
        "encargos" => charges::NAMES.to_vec(),
        _ => FIELDS.to_vec(),
    }
}

/// The fields with what was typed into them.
struct Values<'a> {
    boleto: &'a BoletoView,
    tried: &'a Tried,
}

impl Values<'_> {
    fn due(&self, form: &str, why: Option<&str>) -> Markup {
        let name = format!("{form}_expiration_date");
        let hint = format!("Hoje: {}", show::date(self.boleto.expiration_date));
        match why {
            Some(why) => {
                html! { div.field.w6 { span.label { "Vencimento" } span.reason { (why) } } }
            }
            None => Field::date(&name, "Novo vencimento")
                .value(self.tried.fields.get(&name))
                .hint(&hint)
                .width("w6")
                .html(&self.tried.errors),
        }
    }

    fn amount(&self, form: &str, why: Option<&str>) -> Markup {
        let name = format!("{form}_amount");
        let hint = format!("Hoje: {}", show::money(self.boleto.amount));
        match why {
            Some(why) => html! { div.field.w6 { span.label { "Valor" } span.reason { (why) } } },
            None => Field::money(&name, "Novo valor")
                .value(self.tried.fields.get(&name))
                .hint(&hint)
                .width("w6")
                .html(&self.tried.errors),
        }
    }

    fn abatement(&self) -> Markup {
        let name = "abatimento_abatement";
        let hint = format!("Hoje: {}", show::money(self.boleto.abatement));
        Field::money(name, "Abatimento")
            .value(self.tried.fields.get(name))
            .hint(&hint)
            .width("w6")
            .html(&self.tried.errors)
    }

    /// Classification and note: as typed, or as they are.
    fn labels(&self, charge: &ChargeView, registers: &Registers) -> Markup {
        let Tried { form, fields, errors } = self.tried;
        let value = |field: &str, now: &str| match *form {
            "classificar" => fields.get(&format!("classificar_{field}")).to_owned(),
            _ => now.to_owned(),
        };
        let of = |register: Register, now: &str| {
            let name = format!("classificar_{}", register.word());
            let value = value(register.word(), now);
            // An inactive one stays where it is.
            let entries = registers.entries(register).filter(|e| e.active || e.id == now);
            let options = entries.map(|entry| (entry.id, entry.description));
            let all = [(String::new(), "Nenhum".to_owned())].into_iter().chain(options);
            Field::text(&name, register.label()).value(&value).width("w6").choice(all, errors)
        };
        html! {
            p.hint { "Só para a empresa: não é impresso nem vai ao banco. Continua igual ao cancelar e reemitir." }
            div.fields {
                (of(Register::ChartAccount, &charge.chart_account_id))
                (of(Register::CostCenter, &charge.cost_center_id))
            }
            (Field::text("classificar_note", "Observação").value(&value("note", &charge.note)).area(errors))
        }
    }

    fn paid(&self) -> Markup {
        let Tried { fields, errors, .. } = self.tried;
        html! {
            (Field::date("pago-por-fora_paid_on", "Pago em").value(fields.get("pago-por-fora_paid_on")).must()
                .hint("Por exemplo: hoje, ou 10/12.").width("w6").html(errors))
            (Field::money("pago-por-fora_amount", "Valor recebido").value(fields.get("pago-por-fora_amount")).must()
                .width("w6").html(errors))
        }
    }
}

/// Reads what was typed; notes what is no date or amount.
struct Typed<'a> {
    form: &'static str,
    fields: &'a Fields,
    today: jiff::civil::Date,
    errors: Errors,
}

impl Typed<'_> {
    fn text(&self, field: &str) -> &str {
        self.fields.get(&format!("{}_{field}", self.form))
    }

    fn wrong(&mut self, field: &str, said: &str) {
        self.errors.0.push(FieldError::new(format!("{}_{field}", self.form), "invalid", said));
    }

    /// As the desk reads it; `None` where nothing was typed.
    fn date(&mut self, field: &str) -> Option<String> {
        let text = self.text(field);
        if text.is_empty() {
            return None;
        }
        let date = typed::date(text, self.today);
        if date.is_none() {
            self.wrong(field, "não é uma data: use por exemplo 10/12 ou 10/12/2026");
        }
        date.map(|date| date.to_string())
    }

    /// In cents; `None` where nothing was typed.
    fn amount(&mut self, field: &str) -> Option<i64> {
        let text = self.text(field);
        if text.is_empty() {
            return None;
        }
        let amount = typed::money(text);
        if amount.is_none() {
            self.wrong(field, "não é um valor: use por exemplo 1.234,56");
        }
        amount.map(|amount| amount.cents())
    }
}

fn new_values(typed: &mut Typed) -> Change {
    let (expiration_date, amount) = (typed.date("expiration_date"), typed.amount("amount"));
    Change { expiration_date, amount, ..Change::default() }
}

async fn abatement(State(app): State<App>, Path(id): Path<String>, form: Form) -> Page {
    carry(&app, &id, form, "abatimento", |typed| {
        let abatement = typed.amount("abatement");
        if typed.text("abatement").is_empty() {
            typed.wrong("abatement", "diga quanto descontar; zero cancela o abatimento");
        }
        Action::Change(Change { abatement, ..Change::default() })
    })
    .await
}

async fn protest(State(app): State<App>, Path(id): Path<String>, form: Form) -> Page {
    let on = form.fields.get("on") == "1";
    carry(&app, &id, form, "protesto", |_| Action::Protest(Pursue { on })).await
}

async fn negative_listing(State(app): State<App>, Path(id): Path<String>, form: Form) -> Page {
    let on = form.fields.get("on") == "1";
    carry(&app, &id, form, "negativacao", |_| Action::NegativeListing(Pursue { on })).await
}

async fn change(State(app): State<App>, Path(id): Path<String>, form: Form) -> Page {
    carry(&app, &id, form, "alterar", |typed| Action::Change(new_values(typed))).await
}

async fn replace(State(app): State<App>, Path(id): Path<String>, form: Form) -> Page {
    carry(&app, &id, form, "reemitir", |typed| Action::Replace(new_values(typed))).await
}

async fn settle(State(app): State<App>, Path(id): Path<String>, form: Form) -> Page {
    carry(&app, &id, form, "pago-por-fora", |typed| {
        let paid_on = typed.date("paid_on");
        if typed.text("paid_on").is_empty() {
            typed.wrong("paid_on", "diga em que dia foi pago");
        }
        let amount = typed.amount("amount");
        if typed.text("amount").is_empty() {
            typed.wrong("amount", "diga quanto foi recebido");
        }
        Action::SettleByHand(SettleByHand {
            paid_on: paid_on.unwrap_or_default(),
            amount: amount.unwrap_or_default(),
        })
    })
    .await
}

/// Files the charge of the boleto anew.
async fn file(State(app): State<App>, Path(id): Path<String>, Form { who, fields }: Form) -> Page {
    who.actor.must(Permission::Charge)?;
    let (actor, of, typed) = (who.actor.clone(), id.clone(), fields.clone());
    let filed = app.ask(move |world| {
        let boleto = read::boleto(world, &actor, &of)?;
        let get = |field: &str| typed.get(&format!("classificar_{field}"));
        let (chart, center) = (get("chart_account"), get("cost_center"));
        classifications::file(world, &actor, &boleto.charge_id, chart, center, get("note"))
    });
    match filed.await {
        Ok(()) => Ok(Redirect::to(&format!("/boletos/{id}")).into_response()),
        Err(error) => {
            let mut errors = Errors::of(error)?;
            for error in &mut errors.0 {
                error.field = format!("classificar_{}", error.field);
            }
            let tried = Tried { form: "classificar", fields, errors };
            let page = whole(&app, &who, &id, &tried).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn cancel(State(app): State<App>, Path(id): Path<String>, form: Form) -> Page {
    carry(&app, &id, form, "cancelar", |typed| {
        Action::Cancel(Cancel { reason: typed.text("reason").to_owned() })
    })
    .await
}

async fn change_charges(State(app): State<App>, Path(id): Path<String>, form: Form) -> Page {
    form.who.actor.must(Permission::Charge)?;
    let (actor, of) = (form.who.actor.clone(), id.clone());
    let boleto = app.ask(move |world| read::boleto(world, &actor, &of)).await?;
    let (change, wrong) = charges::read(&form.fields, boleto.expiration_date);
    send(&app, &id, form, "encargos", Action::Change(change), Errors(wrong)).await
}

/// Does what a form asks for, once for each time that the form was shown.
async fn carry(
    app: &App,
    id: &str,
    sent: Form,
    form: &'static str,
    action: impl FnOnce(&mut Typed) -> Action,
) -> Page {
    let mut typed =
        Typed { form, fields: &sent.fields, today: today(app), errors: Errors::default() };
    let action = action(&mut typed);
    let errors = typed.errors;
    send(app, id, sent, form, action, errors).await
}

/// Does what was read of a form, unless something in it was not understood.
async fn send(
    app: &App,
    id: &str,
    Form { who, fields }: Form,
    form: &'static str,
    action: Action,
    mut errors: Errors,
) -> Page {
    who.actor.must(Permission::Charge)?;
    if errors.0.is_empty() {
        let (actor, id, key) = (who.actor.clone(), id.to_owned(), fields.get("key").to_owned());
        let body = format!("{action:?}");
        let print = fingerprint(&format!("POST /boletos/{id}/{form}"), body.as_bytes());
        let address = format!("/boletos/{id}");
        let done = app.ask(move |world| act::act(world, &actor, &key, &print, &id, &action)).await;
        match done {
            // The same form once more, and the first is about to be done.
            Ok(_) | Err(Error::Running) => return Ok(Redirect::to(&address).into_response()),
            Err(error) => errors = Errors::of(error)?,
        }
        if form == "encargos" {
            errors = Errors(term_fields::placed(errors.0, &fields));
        }
        for error in &mut errors.0 {
            let named = format!("{form}_{}", error.field);
            if FIELDS.contains(&named.as_str()) {
                error.field = named;
            }
        }
    }
    let tried = Tried { form, fields, errors };
    let page = whole(app, &who, id, &tried).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
