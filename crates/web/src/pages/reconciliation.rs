//! «Conciliação»: open lines on the left, what the chosen one may be on the right.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use jiff::civil::Date;
use maud::{Markup, html};
use quita_core::typed;
use quita_engine::desk::Permission;
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::read;
use quita_engine::desk::reconciliation::{
    self, Age, Chosen, Explain, MatchLine, MatchView, StatementLineView, SuggestedBoleto,
    SuggestionView, SuggestionsView, Totals,
};
use quita_engine::desk::view::BoletoView;
use quita_engine::error::{Error, FieldError};

use super::failure::Page;
use super::form::{Errors, Field, Fields, Form, csrf};
use super::visitor::Visitor;
use super::{shell, show};
use crate::app::App;
use crate::input::is_id;

pub(super) const HERE: &str = "/conciliacao";
/// Open lines that are shown at a time.
const ROWS: usize = 50;
/// Boletos of one line that are shown at once: a deposit may pay hundreds.
const FEW: usize = 12;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(page))
        .route("/conciliacao/{line}/procurar", post(look_for))
        .route("/conciliacao/{line}/conciliar", post(match_line))
        .route("/conciliacao/{line}/explicar", post(explain))
        .route("/conciliacao/{line}/ignorar", post(ignore))
        .route("/conciliacao/{line}/rejeitar", post(reject))
}

/// What is shown, as it stands in the address.
#[derive(Clone, Debug, Default)]
struct Asked {
    /// `saidas`, `todas`, or what came in.
    side: String,
    /// The list begins after this day and id.
    after: Option<(Date, String)>,
    /// The chosen line.
    line: Option<String>,
    /// What boletos are looked for.
    search: String,
    /// Boletos that are ticked.
    ticked: Vec<String>,
    /// The match that was just made.
    done: Option<String>,
}

impl Asked {
    fn read(fields: &Fields) -> Self {
        let id = |name: &str| Some(fields.get(name)).filter(|id| is_id(id)).map(str::to_owned);
        let after = fields.get("depois").split_once('~').and_then(|(day, id)| {
            Some((day.parse().ok()?, id.to_owned())).filter(|(_, id)| is_id(id))
        });
        let side = fields.get("lado");
        Self {
            side: if ["saidas", "todas"].contains(&side) { side.to_owned() } else { String::new() },
            after,
            line: id("linha"),
            search: fields.get("busca").chars().take(100).collect(),
            ticked: fields.all("boleto_id").filter(|id| is_id(id)).map(str::to_owned).collect(),
            done: id("feita"),
        }
    }

    fn incoming(&self) -> Option<bool> {
        match self.side.as_str() {
            "saidas" => Some(false),
            "todas" => None,
            _ => Some(true),
        }
    }

    /// The list as it stands in an address.
    fn list(&self) -> String {
        let side = if self.side.is_empty() { "entradas" } else { &self.side };
        let after = self.after.as_ref().map(|(day, id)| format!("&depois={day}~{id}"));
        format!("{HERE}?lado={side}{}", after.unwrap_or_default())
    }

    fn line(&self, id: &str) -> String {
        format!("{}&linha={id}", self.list())
    }
}

/// All that the page shows.
struct Shown {
    asked: Asked,
    totals: Totals,
    lines: Vec<StatementLineView>,
    more: bool,
    chosen: Option<SuggestionsView>,
    found: Vec<BoletoView>,
    done: Option<(MatchView, Vec<BoletoView>)>,
}

async fn page(
    State(app): State<App>,
    Visitor(who): Visitor,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let fields = Fields(given);
    let asked = Asked::read(&fields);
    screen(&app, &who, asked, &fields, &Errors::default()).await
}

async fn screen(app: &App, who: &SignedIn, asked: Asked, fields: &Fields, errors: &Errors) -> Page {
    let actor = who.actor.clone();
    let shown = app
        .ask(move |world| {
            let (first, empty) = (Date::MIN, String::new());
            let after = asked.after.as_ref().map_or((first, &empty), |(day, id)| (*day, id));
            let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
            let after = (after.0, after.1.as_str());
            let mut lines =
                reconciliation::open_lines(world, &actor, asked.incoming(), after, limit)?;
            let more = lines.len() > ROWS;
            lines.truncate(ROWS);
            let line = asked.line.clone().or(lines.first().map(|line| line.id.clone()));
            let chosen = match line {
                Some(id) => Some(reconciliation::suggestions(world, &actor, &id)?),
                None => None,
            };
            let mut found = reconciliation::search(world, &actor, &asked.search)?;
            let others: Vec<String> = asked
                .ticked
                .iter()
                .filter(|id| !found.iter().any(|boleto| boleto.id == **id))
                .cloned()
                .collect();
            found.splice(0..0, read::some(world, &actor, &others)?);
            let done = match &asked.done {
                Some(id) => {
                    let made = reconciliation::get(world, &actor, id)?;
                    let ids: Vec<String> =
                        made.boletos.iter().map(|boleto| boleto.boleto_id.clone()).collect();
                    let boletos = read::some(world, &actor, &ids)?;
                    Some((made, boletos))
                }
                None => None,
            };
            let totals = reconciliation::totals(world, &actor)?;
            Ok(Shown { asked, totals, lines, more, chosen, found, done })
        })
        .await?;
    let may = who.actor.permissions.contains(&Permission::Charge);
    let content = html! {
        div.title {
            h1 { "Conciliação" }
            div.actions {
                @if may { a.button href="/conciliacao/varias" { "Aceitar várias" } }
                a.button href="/conciliacao/feitas" { "Conciliadas" }
            }
            p.subtitle { "Cada lançamento do extrato é explicado por um boleto, uma tarifa, uma transferência, ou pela decisão de alguém." }
        }
        (ages(&shown.totals))
        @if let Some((made, boletos)) = &shown.done { (just_made(who, made, boletos, may)) }
        nav aria-label="Lançamentos" { ul.tabs {
            @for (side, name) in [("", "Entradas"), ("saidas", "Saídas"), ("todas", "Todas")] {
                li { a href={ (HERE) "?lado=" (if side.is_empty() { "entradas" } else { side }) }
                    aria-current=[(shown.asked.side == side).then_some("true")] { (name) } }
            }
        } }
        div.two.reconcile {
            (list(&shown))
            @match &shown.chosen {
                Some(chosen) => (chosen_line(who, &shown, chosen, fields, errors, may)),
                None => div.card.empty {
                    strong { "Nada a conciliar aqui" }
                    "Quando o extrato trouxer lançamentos que ninguém explicou, eles aparecem nesta tela, \
                     com as cobranças que podem pagar."
                },
            }
        }
        @if may { (keys()) }
    };
    let page = shell::page(app, who, HERE, "Conciliação", content);
    let is_fine = errors.0.is_empty();
    let status = if is_fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page).into_response())
}

pub(super) const AGES: [&str; 4] = ["0 a 2 dias", "3 a 7 dias", "8 a 30 dias", "31 dias ou mais"];

fn ages(totals: &Totals) -> Markup {
    let lines = |age: &Age| show::count(age.count, "lançamento", "lançamentos");
    html! {
        div.cards {
            @for (name, age) in AGES.iter().zip(&totals.incoming) {
                div.card {
                    span.label { "Em aberto há " (name) }
                    span.figure { (show::money(age.amount.cents())) }
                    span.label { (lines(age)) }
                }
            }
            @if let Some(share) = totals.share() {
                div.card {
                    span.label { "Explicado em 30 dias" }
                    span.figure { (share) " %" }
                    span.label { (totals.explained.count) " de " (lines(&totals.all)) }
                }
            }
        }
    }
}

/// What was just decided, and the way back.
fn just_made(who: &SignedIn, made: &MatchView, boletos: &[BoletoView], may: bool) -> Markup {
    let open = boletos.iter().filter(|boleto| made.kind == "boletos" && !is_over(boleto));
    html! {
        div class={ "notice " (if made.undone_at.is_some() { "wait" } else { "good" }) } role="status" {
            @if made.undone_at.is_some() { "Desfeito: " } @else { "Conciliado: " }
            (show::money(made.line.amount)) " de " (show::date(made.line.date)) " · " (what(made)) " "
            @if made.undone_at.is_none() && may {
                form.inline method="post" action={ "/conciliacao/feitas/" (made.id) "/desfazer" } {
                    (csrf(who))
                    button data-key="u" aria-keyshortcuts="u" { "Desfazer" }
                }
            }
            @if made.undone_at.is_none() {
                @for boleto in open {
                    p {
                        "O banco não informou o pagamento do boleto " (boleto.document_number)
                        ". Se foi pago por fora, "
                        a href={ "/boletos/" (boleto.id) "#acoes" } { "dê baixa nele" } "."
                    }
                }
            }
        }
    }
}

fn is_over(boleto: &BoletoView) -> bool {
    use quita_core::fold::Status;
    matches!(boleto.status, Status::Settled | Status::Cancelled | Status::Rejected)
}

/// What explains a line, in a few words, with links.
pub(super) fn what(made: &MatchView) -> Markup {
    let name = match made.kind {
        "fee" => "Tarifa",
        "transfer" => "Transferência",
        "ignored" => "Ignorado",
        "other" => "Outro",
        _ => "",
    };
    html! {
        (name)
        @for (at, boleto) in made.boletos.iter().take(FEW).enumerate() {
            @if at > 0 { ", " } @else if !name.is_empty() { " de " }
            a href={ "/boletos/" (boleto.boleto_id) } { (boleto.document_number) }
        }
        @if made.boletos.len() > FEW { " e " (more(made.boletos.len() - FEW)) }
        @if !made.note.is_empty() { @if made.boletos.is_empty() { ": " } @else { " · " } (made.note) }
    }
}

fn more(count: usize) -> String {
    show::count(i64::try_from(count).unwrap_or(i64::MAX), "outro boleto", "outros boletos")
}

fn list(shown: &Shown) -> Markup {
    let Shown { asked, lines, more, chosen, .. } = shown;
    let current = chosen.as_ref().map(|chosen| chosen.line.id.as_str());
    html! {
        div.card {
            @if lines.is_empty() {
                div.empty {
                    strong { "Nenhum lançamento em aberto" }
                    "O que entrou está explicado. O que já foi decidido está em «Conciliadas»."
                }
            } @else {
                div.scroll { table {
                    caption { (show::count(i64::try_from(lines.len()).unwrap_or(0), "lançamento em aberto", "lançamentos em aberto")) @if *more { " nesta página" } }
                    thead { tr { th scope="col" { "Dia" } th scope="col" { "Lançamento" } th.number scope="col" { "Valor" } } }
                    tbody { @for line in lines {
                        @let is_current = current == Some(line.id.as_str());
                        tr.chosen[is_current] {
                            td.nowrap { (show::date(line.date)) }
                            th scope="row" {
                                a href={ (asked.line(&line.id)) "#lancamento" } aria-current=[is_current.then_some("true")] {
                                    (if line.memo.is_empty() { "sem descrição" } else { &line.memo })
                                }
                                @if let Some(payer) = &line.payer_name { span.sub { (payer) } }
                            }
                            td.number { (show::money(line.amount)) }
                        }
                    } }
                } }
                @if *more && let Some(last) = lines.last() {
                    @let next = Asked { after: Some((last.date, last.id.clone())), ..asked.clone() };
                    p { a href=(next.list()) { "Próximos lançamentos" } }
                }
            }
            @if asked.after.is_some() { p { a href={ (HERE) "?lado=" (asked.side) } { "Voltar ao começo" } } }
        }
    }
}

/// The lines before and after one in the list.
fn around<'a>(lines: &'a [StatementLineView], id: &str) -> (Option<&'a str>, Option<&'a str>) {
    let at = lines.iter().position(|line| line.id == id);
    let place = |at: Option<usize>| at.and_then(|at| lines.get(at)).map(|line| line.id.as_str());
    match at {
        Some(at) => (place(at.checked_sub(1)), place(Some(at + 1))),
        None => (None, place(Some(0))),
    }
}

fn chosen_line(
    who: &SignedIn,
    shown: &Shown,
    chosen: &SuggestionsView,
    fields: &Fields,
    errors: &Errors,
    may: bool,
) -> Markup {
    let Shown { asked, lines, .. } = shown;
    let line = &chosen.line;
    let (before, next) = around(lines, &line.id);
    let hidden = html! {
        (csrf(who))
        input type="hidden" name="lado" value=(asked.side);
        @if let Some((day, id)) = &asked.after { input type="hidden" name="depois" value={ (day) "~" (id) }; }
        @if let Some(next) = next { input type="hidden" name="proxima" value=(next); }
    };
    html! {
        section.card #lancamento aria-labelledby="lancamento-titulo" tabindex="-1" {
            h2 #lancamento-titulo { (show::money(line.amount)) " em " (show::date(line.date)) }
            p { (line.memo) }
            @if line.payer_name.is_some() || line.payer_document.is_some() {
                p.hint {
                    @if line.amount < 0 { "Para " } @else { "De " }
                    (line.payer_name.as_deref().unwrap_or_default())
                    @if let Some(document) = &line.payer_document { " " (show::document(document)) }
                }
            }
            p.row {
                @if let Some(before) = before { a href=(asked.line(before)) data-key="k" aria-keyshortcuts="k" { "Anterior" } }
                @if let Some(next) = next { a href=(asked.line(next)) data-key="j" aria-keyshortcuts="j" { "Próximo" } }
            }
            @if line.status != "open" {
                div.notice.good { "Este lançamento já está conciliado, ou não conta no saldo. " a href="/conciliacao/feitas" { "Ver as conciliadas" } }
            } @else {
                (errors.summary(&["note"]))
                @if let Some(why) = &chosen.why_not_text { div.notice.wait { (why) } }
                @for (at, suggestion) in likely(&chosen.suggestions) {
                    (suggested(line, suggestion, &hidden, at == 0, may))
                }
                @if may {
                    @if chosen.is_fee { (is_fee(line, &hidden)) }
                    (by_hand(shown, chosen, &hidden, fields, errors))
                }
            }
        }
    }
}

fn is_fee(line: &StatementLineView, hidden: &Markup) -> Markup {
    html! {
        form method="post" action={ (HERE) "/" (line.id) "/explicar" } {
            (hidden)
            input type="hidden" name="kind" value="fee";
            p { "Parece uma tarifa do banco. " button.first data-key="Enter" aria-keyshortcuts="Enter" { "É tarifa" } }
        }
    }
}

fn suggested(
    line: &StatementLineView,
    suggestion: &SuggestionView,
    hidden: &Markup,
    is_first: bool,
    may: bool,
) -> Markup {
    let SuggestionView { boletos, reasons, confidence, difference, fee } = suggestion;
    html! {
        div.suggestion {
            @let (few, rest) = boletos.split_at(boletos.len().min(FEW));
            ul.plain-list { @for boleto in few { li { (boleto_line(boleto)) } } }
            @if !rest.is_empty() {
                details {
                    summary { "e " (more(rest.len())) }
                    ul.plain-list { @for boleto in rest { li { (boleto_line(boleto)) } } }
                }
            }
            p.row {
                span class={ "state " (how_sure(*confidence)) } { (percent(*confidence)) }
                @for reason in reasons { span.state { (reconciliation::reason_text(reason)) } }
            }
            p.hint {
                "Diferença: " (difference.text)
                @if *fee > 0 { ", menos " (show::money(*fee)) " de tarifa" }
            }
            @if may {
                div.row {
                    form method="post" action={ (HERE) "/" (line.id) "/conciliar" } {
                        (hidden)
                        @for boleto in boletos { input type="hidden" name="boleto_id" value=(boleto.boleto_id); }
                        @if is_first { button.first data-key="Enter" aria-keyshortcuts="Enter" { "Aceitar" } }
                        @else { button { "Aceitar" } }
                    }
                    @if let [boleto] = boletos.as_slice() {
                        form method="post" action={ (HERE) "/" (line.id) "/rejeitar" } {
                            (hidden)
                            input type="hidden" name="boleto_id" value=(boleto.boleto_id);
                            button { "Não é este" }
                        }
                    }
                }
            }
        }
    }
}

fn boleto_line(boleto: &SuggestedBoleto) -> Markup {
    html! {
        a href={ "/boletos/" (boleto.boleto_id) } { (boleto.document_number) }
        " · " (boleto.customer_name) " · " (show::money(boleto.boleto_amount))
        " · vence " (show::date(boleto.expiration_date)) " "
        (show::status(boleto.boleto_status, false, None))
    }
}

/// `99,8 %` of a confidence in millionths; never rounded up.
pub(super) fn percent(confidence: i64) -> String {
    match confidence {
        1_000_000.. => "certo".to_owned(),
        _ => format!("{},{} %", confidence / 10_000, confidence / 1_000 % 10),
    }
}

/// The suggestions that a person is shown: the first, and what is not next to impossible.
fn likely(all: &[SuggestionView]) -> impl Iterator<Item = (usize, &SuggestionView)> {
    all.iter().enumerate().filter(|(at, one)| *at == 0 || one.confidence >= 1_000)
}

/// The colour of a confidence.
const fn how_sure(confidence: i64) -> &'static str {
    match confidence {
        950_000.. => "good",
        700_000.. => "wait",
        _ => "still",
    }
}

/// What a person can do without a suggestion.
fn by_hand(
    shown: &Shown,
    chosen: &SuggestionsView,
    hidden: &Markup,
    fields: &Fields,
    errors: &Errors,
) -> Markup {
    let Shown { asked, found, .. } = shown;
    let line = &chosen.line;
    let at = format!("{HERE}/{}", line.id);
    // What was suggested can be ticked too, as part of a sum.
    let mut options: Vec<(String, String)> = Vec::new();
    for boleto in found {
        let said = format!(
            "{} · {} · {}",
            boleto.document_number,
            boleto.customer.legal_name,
            show::money(boleto.amount)
        );
        options.push((boleto.id.clone(), said));
    }
    let few = chosen.suggestions.iter().filter(|suggestion| suggestion.boletos.len() <= FEW);
    for boleto in few.flat_map(|suggestion| &suggestion.boletos) {
        if !options.iter().any(|(id, _)| *id == boleto.boleto_id) {
            let said = format!(
                "{} · {} · {}",
                boleto.document_number,
                boleto.customer_name,
                show::money(boleto.boleto_amount)
            );
            options.push((boleto.boleto_id.clone(), said));
        }
    }
    let is_open = !asked.search.is_empty() || !asked.ticked.is_empty() || !errors.0.is_empty();
    html! {
        @if line.amount > 0 {
            details #dividir open[is_open] {
                summary data-key="s" aria-keyshortcuts="s" { "Escolher ou dividir entre boletos" }
                form method="post" action={ (at) "/conciliar" } {
                    (hidden)
                    div.row role="search" {
                        label.visually-hidden for="busca" { "Procurar boleto por número, cliente ou valor" }
                        input #busca type="search" name="busca" value=(asked.search) maxlength="100" autocomplete="off"
                            placeholder="Número, cliente ou valor" data-key="/" aria-keyshortcuts="/";
                        button formaction={ (at) "/procurar" } { "Procurar" }
                    }
                    @if options.is_empty() && !asked.search.is_empty() { p.hint role="status" { "Nenhum boleto com «" (asked.search) "»." } }
                    @if !options.is_empty() {
                        fieldset {
                            legend { "Boletos que este lançamento paga" }
                            @for (id, said) in &options {
                                @let amount = format!("amount_{id}");
                                div.row.option {
                                    label.check {
                                        input type="checkbox" name="boleto_id" value=(id) checked[asked.ticked.contains(id)];
                                        span { (said) }
                                    }
                                    label.visually-hidden for=(amount) { "Valor pago de " (said) }
                                    input id=(amount) name=(amount) value=(fields.get(&amount)) inputmode="decimal" maxlength="20"
                                        autocomplete="off" placeholder="o devido";
                                }
                            }
                        }
                        div.fields {
                            (Field::text("difference", "Se sobrar diferença, é").value(fields.get("difference")).width("w5").choice([
                                ("", "–"), ("interest", "Juros e multa"), ("discount", "Desconto"), ("fee", "Tarifa do banco"),
                                ("short", "Pagamento a menor"), ("over", "Pagamento a maior"), ("other", "Outra coisa"),
                            ], errors))
                            div.field { div.row { button.first { "Conciliar com os escolhidos" } } }
                        }
                    }
                }
            }
        }
        details {
            summary { "Não é de boleto" }
            form method="post" action={ (at) "/explicar" } {
                (hidden)
                div.fields {
                    (Field::text("kind", "É").value(fields.get("kind")).width("w4").choice([
                        ("transfer", "Transferência"), ("fee", "Tarifa do banco"), ("other", "Outra coisa"),
                    ], errors))
                    (Field::text("note", "Observação").value(fields.get("note")).width("w8").html(errors))
                    div.field { div.row { button { "Explicar" } } }
                }
            }
        }
        form method="post" action={ (at) "/ignorar" } {
            (hidden)
            p { button data-key="i" aria-keyshortcuts="i" { "Ignorar este lançamento" } }
        }
    }
}

/// Which keys there are, and how to turn them off.
fn keys() -> Markup {
    html! {
        p.hint.keys {
            "Teclas: " kbd { "j" } " e " kbd { "k" } " mudam de lançamento, " kbd { "Enter" } " aceita a primeira sugestão, "
            kbd { "s" } " divide, " kbd { "i" } " ignora, " kbd { "u" } " desfaz a última, " kbd { "/" } " procura. "
            button.plain type="button" data-keys-switch { "Desligar as teclas" }
        }
    }
}

/// Where a form leads to: the next line of the list.
fn onwards(fields: &Fields, line: &str, done: Option<&str>) -> Response {
    let mut asked = Asked::read(fields);
    asked.line = None;
    let next = Some(fields.get("proxima")).filter(|id| is_id(id));
    let to = match (next, done) {
        (Some(next), Some(_)) => asked.line(next),
        (_, None) => asked.line(line),
        (None, Some(_)) => asked.list(),
    };
    let done = done.map(|id| format!("&feita={id}")).unwrap_or_default();
    Redirect::to(&format!("{to}{done}")).into_response()
}

async fn look_for(Path(line): Path<String>, Form { who, fields }: Form) -> Page {
    who.actor.must(Permission::Read)?;
    let asked = Asked::read(&fields);
    if !is_id(&line) {
        return Err(Error::not_found("lançamento").into());
    }
    let escaped: String = asked.search.bytes().map(|b| format!("%{b:02X}")).collect();
    let ticked: String = asked.ticked.iter().map(|id| format!("&boleto_id={id}")).collect();
    let to = format!("{}&busca={escaped}{ticked}", asked.line(&line));
    Ok(Redirect::to(&to).into_response())
}

async fn match_line(
    State(app): State<App>,
    Path(line): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    who.actor.must(Permission::Charge)?;
    let mut wrong = Vec::new();
    let mut boletos = Vec::new();
    for id in fields.all("boleto_id") {
        let text = fields.get(&format!("amount_{id}"));
        let amount = typed::money(text).map(quita_core::money::Money::cents);
        if amount.is_none() && !text.is_empty() {
            let said = format!("«{text}» não é um valor: escreva como 1.234,56");
            wrong.push(FieldError::new("boletos", "invalid", said));
        }
        boletos.push(Chosen { boleto_id: id.to_owned(), amount });
    }
    let difference = Some(fields.get("difference")).filter(|word| !word.is_empty());
    let given = MatchLine {
        boletos,
        difference: difference.map(str::to_owned),
        note: fields.get("note").to_owned(),
    };
    let (actor, id) = (who.actor.clone(), line.clone());
    let made = if wrong.is_empty() {
        app.ask(move |world| reconciliation::match_line(world, &actor, &id, &given)).await
    } else {
        Err(Error::Invalid(wrong))
    };
    answer(&app, &who, &line, &fields, made).await
}

async fn explain(
    State(app): State<App>,
    Path(line): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    let given =
        Explain { kind: fields.get("kind").to_owned(), note: fields.get("note").to_owned() };
    let (actor, id) = (who.actor.clone(), line.clone());
    let made = app.ask(move |world| reconciliation::explain(world, &actor, &id, &given)).await;
    answer(&app, &who, &line, &fields, made).await
}

async fn ignore(
    State(app): State<App>,
    Path(line): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    let (actor, id, note) = (who.actor.clone(), line.clone(), fields.get("note").to_owned());
    let made = app.ask(move |world| reconciliation::ignore(world, &actor, &id, &note)).await;
    answer(&app, &who, &line, &fields, made).await
}

async fn reject(
    State(app): State<App>,
    Path(line): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    let (actor, id) = (who.actor.clone(), line.clone());
    let boleto_id = fields.get("boleto_id").to_owned();
    app.ask(move |world| reconciliation::reject(world, &actor, &id, &boleto_id)).await?;
    Ok(onwards(&fields, &line, None))
}

async fn answer(
    app: &App,
    who: &SignedIn,
    line: &str,
    fields: &Fields,
    made: Result<MatchView, Error>,
) -> Page {
    match made {
        Ok(made) => Ok(onwards(fields, line, Some(&made.id))),
        Err(error) => {
            let errors = Errors::of(error)?;
            let asked = Asked { line: Some(line.to_owned()), ..Asked::read(fields) };
            screen(app, who, asked, fields, &errors).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_is_never_rounded_up() {
        assert_eq!(percent(1_000_000), "certo");
        assert_eq!(percent(999_999), "99,9 %");
        assert_eq!(percent(54_321), "5,4 %");
    }
}
