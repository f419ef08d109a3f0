//! «Extrato»: the days of an account with their proof, the lines of each, and where they come
//! from.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use maud::{Markup, html};
use quita_engine::clock::bank_day;
use quita_engine::desk::Permission;
use quita_engine::desk::accounts::{self, AccountView};
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::statements::{
    self, Answer, DayStatus, DayView, ImportView, LineStatus, LineView, Missing, Schedule,
    Statement, WholeDay,
};
use quita_engine::error::{Error, FieldError};

use super::books::nearest;
use super::failure::{Failure, Page};
use super::form::{Errors, Field, Fields, Form, checkbox, csrf};
use super::visitor::Visitor;
use super::{shell, show};
use crate::app::App;

pub(super) const HERE: &str = "/extrato";
pub(super) const TITLE: &str = "Extrato";
/// Days shown unless asked otherwise.
const DAYS: i32 = 30;
/// Most lines on a page.
const LINES_MAX: usize = 2000;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(choose))
        .route("/extrato/{account}", get(screen))
        .route("/extrato/{account}/buscar", post(fetch))
        .route("/extrato/{account}/lancamentos/{line}/outro", post(another))
        .route("/extrato/{account}/lancamentos/{line}/mesmo", post(same))
        .route("/extrato/{account}/lancamentos/{line}/descartar", post(discard))
        .route("/extrato/{account}/lancamentos/{line}/manter", post(keep))
}

pub(super) fn address(account_id: &str) -> String {
    format!("{HERE}/{account_id}")
}

async fn choose(State(app): State<App>, Visitor(who): Visitor) -> Page {
    let actor = who.actor.clone();
    let accounts = app.ask(move |world| accounts::list(world, &actor)).await?;
    if let [only] = accounts.as_slice() {
        let content = content(&app, &who, &only.id, Vec::new(), &Errors::default()).await?;
        return Ok(shell::page(&app, &who, HERE, TITLE, content));
    }
    let content = html! {
        div.title {
            h1 { (TITLE) }
            p.subtitle { "O que entrou e saiu de cada conta, dia a dia, conferido com o saldo do banco." }
        }
        @if accounts.is_empty() {
            div.card.empty {
                strong { "Nenhuma conta ainda" }
                "Cadastre uma conta em «Contas»; o extrato vem do banco todo dia útil, ou de um arquivo."
            }
        } @else {
            div.cards {
                @for account in &accounts {
                    div.card {
                        h2 { a href=(address(&account.id)) { (account.description) } }
                        p.hint { (number(account)) }
                    }
                }
            }
        }
    };
    Ok(shell::page(&app, &who, HERE, TITLE, content))
}

fn number(account: &AccountView) -> String {
    let AccountView { bank_name, branch, number, digit, .. } = account;
    format!("{bank_name}, agência {branch}, conta {number}-{digit}")
}

/// What was asked for, with what was typed.
pub(super) struct Asked {
    fields: Fields,
    pub(super) from: Date,
    pub(super) to: Date,
    pub(super) errors: Errors,
}

impl Asked {
    /// The last days, where nothing is said.
    pub(super) fn read(given: Vec<(String, String)>, today: Date) -> Self {
        let fields = Fields(given);
        let mut errors = Errors::default();
        let mut date = |name: &str, otherwise: Date| match fields.get(name) {
            "" => otherwise,
            text => nearest(text, today).unwrap_or_else(|| {
                let said = "não é uma data: use por exemplo 10/12 ou 10/12/2026";
                errors.0.push(FieldError::new(name, "invalid", said));
                otherwise
            }),
        };
        let to = date("to", today);
        let from = date("from", to.saturating_sub(DAYS.days()));
        if errors.0.is_empty() && (from > to || (to - from).get_days() >= statements::DAYS_MAX) {
            let said = "o período vai do primeiro ao último dia, até 366 dias";
            errors.0.push(FieldError::new("to", "invalid", said));
        }
        Self { fields, from, to, errors }
    }

    fn is_open_only(&self) -> bool {
        self.fields.is_checked("open")
    }

    /// Whether a line is among those asked for.
    fn wants(&self, line: &LineView) -> bool {
        let text = self.fields.get("q").to_lowercase();
        let waits = matches!(line.standing, LineStatus::Open | LineStatus::Doubtful);
        let has = |part: &Option<String>| {
            part.as_ref().is_some_and(|part| part.to_lowercase().contains(&text))
        };
        let amount = show::money(line.amount);
        (!self.is_open_only() || waits)
            && (text.is_empty()
                || line.memo.to_lowercase().contains(&text)
                || amount.contains(&text)
                || has(&line.payer_name)
                || has(&line.payer_document)
                || has(&line.kind)
                || has(&line.our_number))
    }

    fn is_filtered(&self) -> bool {
        self.is_open_only() || !self.fields.get("q").is_empty()
    }

    fn query(&self) -> String {
        format!("from={}&to={}", self.from, self.to)
    }
}

async fn screen(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let content = content(&app, &who, &id, given, &Errors::default()).await?;
    Ok(shell::page(&app, &who, HERE, TITLE, content))
}

/// The page again, with what was wrong with the file that was sent.
pub(super) async fn refused(app: &App, who: &SignedIn, id: &str, errors: &Errors) -> Page {
    let content = content(app, who, id, Vec::new(), errors).await?;
    let page = shell::page(app, who, HERE, TITLE, content);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

pub(super) async fn account(app: &App, who: &SignedIn, id: &str) -> Result<AccountView, Failure> {
    let (actor, id) = (who.actor.clone(), id.to_owned());
    let all = app.ask(move |world| accounts::list(world, &actor)).await?;
    let found = all.into_iter().find(|account| account.id == id);
    Ok(found.ok_or_else(|| Error::not_found("conta"))?)
}

async fn content(
    app: &App,
    who: &SignedIn,
    id: &str,
    given: Vec<(String, String)>,
    wrong: &Errors,
) -> Result<Markup, Failure> {
    let account = account(app, who, id).await?;
    let asked = Asked::read(given, bank_day(app.world.clock.now()));
    let (actor, of) = (who.actor.clone(), account.id.clone());
    let (from, to) = match asked.errors.0.is_empty() {
        true => (asked.from, asked.to),
        false => (asked.to, asked.to),
    };
    let statement =
        app.ask(move |world| statements::statement(world, &actor, &of, from, to)).await?;
    let may = who.actor.permissions.contains(&Permission::Charge);
    let done = asked.fields.get("importado");
    let report = statement.imports.iter().find(|import| import.id == done);
    Ok(html! {
        div.title {
            h1 { (TITLE) ": " (account.description) }
            p.subtitle { (number(&account)) " · " a href=(HERE) { "outras contas" } }
        }
        @if let Some(report) = report { (told(report)) }
        @if statement.doubtful > 0 {
            div.notice.wait {
                "Há " (show::count(statement.doubtful, "lançamento em dúvida", "lançamentos em dúvida"))
                " nesta conta: diga se já estavam aqui. Até lá não contam no saldo. "
                @if let Some(day) = statement.first_doubtful {
                    a href={ (address(&account.id)) "?from=" (day) "&to=" (day) } { "Ver o primeiro" }
                }
            }
        }
        @if statement.missing > 0 {
            div.notice.wait {
                "O banco deixou de mostrar " (many(statement.missing, "lançamento", "lançamentos"))
                " desta conta, e nenhum saldo diz o que houve. Até alguém decidir, contam no saldo. "
                @if let Some(day) = statement.first_missing {
                    a href={ (address(&account.id)) "?from=" (day) "&to=" (day) } { "Ver o primeiro" }
                }
            }
        }
        div.two {
            (schedule(who, &account, statement.schedule.as_ref()))
            @if may { (import_form(who, &account, wrong)) }
        }
        (filter(&account, &asked))
        (days(who, &account, &asked, &statement, may))
        (looks(&statement.imports))
    })
}

/// What a file brought.
fn told(import: &ImportView) -> Markup {
    html! {
        div.notice.good role="status" {
            strong { (show::count(import.new, "novo", "novos")) }
            ", " (import.known) " já " (if import.known == 1 { "conhecido" } else { "conhecidos" })
            ", " (show::count(import.doubtful, "em dúvida", "em dúvida")) "."
            @if !import.file_name.is_empty() { " " (import.file_name) "." }
        }
        @if !import.warnings.is_empty() {
            div.notice.wait {
                strong { (many(import.warnings.len(), "aviso", "avisos")) }
                ul { @for warning in &import.warnings { li { (warning) } } }
            }
        }
    }
}

fn many(count: usize, one: &str, many: &str) -> String {
    show::count(i64::try_from(count).unwrap_or(i64::MAX), one, many)
}

fn schedule(who: &SignedIn, account: &AccountView, schedule: Option<&Schedule>) -> Markup {
    let may = |permission| who.actor.permissions.contains(&permission);
    html! {
        div.card {
            h2 { "Busca no banco" }
            @match schedule {
                None => p {
                    @if account.connected { "Este banco não dá extrato por API: importe um arquivo." }
                    @else { "Esta conta não está ligada ao banco: importe um arquivo, ou ligue-a em «Contas»." }
                },
                Some(at) => {
                    @if !at.daily { p { span.state.wait { "Busca diária desligada" } } }
                    dl.facts {
                        dt { "Última busca" }
                        dd { @match at.last_look { Some(at) => (show::time(at)), None => "ainda nenhuma" } }
                        dt { "Lido até" }
                        dd { @match at.read_to { Some(day) => (show::date(day)), None => "–" } }
                        dt { "Próxima" }
                        dd {
                            @if at.running { "agora" }
                            @else if let Some(next) = at.next_run { (show::time(next)) }
                            @else if !at.daily { "só quando alguém pedir" }
                            @else { "assim que o banco responder pela primeira vez" }
                        }
                        dt { "Resultado" }
                        dd {
                            @if !at.last_error.is_empty() {
                                span.state.bad { "Tentando de novo" } " " (at.last_error)
                            } @else if at.proving {
                                span.state.wait { "Conferindo" } " pede os saldos aos poucos, como o banco permite"
                            } @else if at.last_look.is_some() {
                                span.state.good { "Em dia" }
                            } @else { "–" }
                        }
                    }
                    p.hint {
                        @if at.daily { "Todo dia útil, com os dias anteriores de novo: o que o banco mostrar tarde ou corrigir entra sozinho. " }
                        @else { "«Buscar agora» lê o que faltar até ontem. " }
                        @if may(Permission::Configure) {
                            a href={ "/contas/" (account.id) "#extrato" } {
                                @if at.daily { "Desligar a busca diária" } @else { "Ligar a busca diária" }
                            }
                        }
                    }
                    @if may(Permission::Charge) {
                        form method="post" action={ (address(&account.id)) "/buscar" } {
                            (csrf(who))
                            button { "Buscar agora" }
                        }
                    }
                }
            }
        }
    }
}

fn import_form(who: &SignedIn, account: &AccountView, errors: &Errors) -> Markup {
    let is_foreign = errors.0.iter().any(|error| error.code == "other_account");
    html! {
        form.card.stack method="post" action={ (address(&account.id)) "/importar" } enctype="multipart/form-data" {
            h2 { "Importar arquivo" }
            (errors.summary(&[]))
            (csrf(who))
            div.drop data-drop {
                label for="file" { "Escolha o extrato (OFX, CNAB 240, camt.053 ou CSV) ou arraste-o para cá" }
                input #file type="file" name="file" required;
            }
            @if is_foreign {
                (checkbox("confirmed", "1", "É desta conta mesmo: importar assim", false))
            }
            p.hint { "O formato é reconhecido pelo conteúdo. Importar o mesmo arquivo de novo não duplica nada." }
            p { button.first { "Importar" } }
        }
    }
}

fn filter(account: &AccountView, asked: &Asked) -> Markup {
    let Asked { fields, errors, .. } = asked;
    let shown = |name: &str, day: Date| match errors.at(name) {
        Some(_) => fields.get(name).to_owned(),
        None => show::date(day),
    };
    let (from, to) = (shown("from", asked.from), shown("to", asked.to));
    let exports = address(&account.id);
    html! {
        form.card method="get" action=(address(&account.id)) role="search" {
            (errors.summary(&["from", "to"]))
            div.fields {
                (Field::date("from", "De").value(&from).width("w3").html(errors))
                (Field::date("to", "Até").value(&to).width("w3").html(errors))
                (Field::text("q", "Texto, pagador ou valor").value(fields.get("q")).width("w6").html(errors))
                div.field { (checkbox("open", "1", "Só o que está a conciliar", asked.is_open_only())) }
                div.field { div.row {
                    button.first { "Mostrar" }
                    span.exports {
                        "Exportar o período: "
                        a href={ (exports) "/exportar.xlsx?" (asked.query()) } { "Excel (.xlsx)" } " "
                        a href={ (exports) "/exportar.csv?" (asked.query()) } { ".csv" }
                    }
                } }
            }
        }
    }
}

fn days(
    who: &SignedIn,
    account: &AccountView,
    asked: &Asked,
    statement: &Statement,
    may: bool,
) -> Markup {
    let mut left = LINES_MAX;
    let mut shown = Vec::new();
    for day in &statement.days {
        let lines: Vec<&LineView> = day.lines.iter().filter(|line| asked.wants(line)).collect();
        if lines.is_empty() && asked.is_filtered() {
            continue;
        }
        if lines.len() > left {
            break;
        }
        left -= lines.len();
        shown.push((day, lines));
    }
    let is_cut = left < LINES_MAX && !asked.is_filtered() && shown.len() < statement.days.len();
    html! {
        @if shown.is_empty() {
            div.card.empty {
                @if asked.is_filtered() {
                    strong { "Nada assim neste período" }
                    "Mude o período ou o filtro."
                } @else {
                    strong { "Nenhum lançamento neste período" }
                    "O extrato vem do banco todo dia útil; ou importe um arquivo que o banco lhe deu."
                }
            }
        }
        @for run in shown.chunk_by(|one, next| is_quiet(one.0) && is_quiet(next.0)) {
            @match run {
                [last, .., first] => (quiet_days(last.0, first.0, run.len())),
                _ => @for (day, lines) in run { (one_day(who, account, day, lines, may)) },
            }
        }
        @if is_cut {
            div.notice.wait { "Há mais dias neste período do que cabem aqui: escolha um período menor." }
        }
    }
}

/// Whether a day has nothing to tell but that it is proved.
fn is_quiet(day: &WholeDay) -> bool {
    day.view.standing == DayStatus::Closed && day.lines.is_empty()
}

/// Several quiet days in a row, the last one first.
fn quiet_days(last: &WholeDay, first: &WholeDay, count: usize) -> Markup {
    let (from, to) = (show::date(first.view.day), show::date(last.view.day));
    html! {
        section.card aria-label={ "De " (from) " a " (to) } {
            div.row {
                h2 { (from) " a " (to) }
                (proof(&last.view))
                span.hint {
                    (many(count, "dia", "dias")) " sem lançamentos"
                    @if let Some(closing) = last.view.closing { ", com " (show::money(closing)) }
                }
            }
        }
    }
}

fn one_day(
    who: &SignedIn,
    account: &AccountView,
    day: &WholeDay,
    lines: &[&LineView],
    may: bool,
) -> Markup {
    let view = &day.view;
    let unknown = "–".to_owned();
    let money = |cents: Option<i64>| cents.map_or(unknown.clone(), show::money);
    html! {
        section.card aria-label={ "Dia " (show::date(view.day)) } {
            div.row {
                h2 { (show::date(view.day)) ", " (weekday(view.day)) }
                (proof(view))
            }
            dl.proof {
                div { dt { "Abertura" } dd { (money(view.opening)) } }
                div { dt { "Entradas" } dd { (show::money(day.came_in)) } }
                div { dt { "Saídas" } dd { (show::money(day.went_out)) } }
                div { dt { "Fechamento no banco" } dd { (money(view.closing)) } }
            }
            @if !lines.is_empty() {
                div.scroll { table {
                    caption.visually-hidden { "Lançamentos de " (show::date(view.day)) }
                    thead { tr {
                        th scope="col" { "Tipo" }
                        th scope="col" { "Histórico" }
                        th scope="col" { "Pagador" }
                        th.number scope="col" { "Valor" }
                        th scope="col" { "Situação" }
                    } }
                    tbody { @for line in lines { (row(who, account, line, may)) } }
                } }
            }
        }
    }
}

fn row(who: &SignedIn, account: &AccountView, line: &LineView, may: bool) -> Markup {
    let decide = |word: &str| format!("{}/lancamentos/{}/{word}", address(&account.id), line.id);
    html! {
        tr {
            td { (line.kind.as_deref().map(show::movement).unwrap_or_default()) }
            td {
                (line.memo)
                @if line.standing == LineStatus::Doubtful {
                    @if let Some(why) = &line.doubt { p.reason { (why) } }
                    @if may {
                        div.row {
                            form method="post" action=(decide("outro")) { (csrf(who)) button { "É outro lançamento" } }
                            form method="post" action=(decide("mesmo")) { (csrf(who)) button { "É o mesmo" } }
                        }
                    }
                }
                @if let Some(missing) = line.missing { (missing_html(who, missing, &decide, may)) }
            }
            td {
                (line.payer_name.as_deref().unwrap_or_default())
                @if let Some(document) = &line.payer_document { " " span.reason { (show::document(document)) } }
            }
            td.number { (show::money(line.amount)) }
            td { (pill(line.standing)) }
        }
    }
}

/// What is known of a line that the bank no longer tells, and what may be decided.
fn missing_html(
    who: &SignedIn,
    missing: &str,
    decide: &dyn Fn(&str) -> String,
    may: bool,
) -> Markup {
    let said = match missing {
        "kept" => "O banco não o mostra mais; foi mantido.",
        "discarded" => "O banco o retirou; foi descartado.",
        _ => "O banco não o mostra mais. Confira no banco se foi retirado.",
    };
    let discard = html! {
        form method="post" action=(decide("descartar")) { (csrf(who)) button { "O banco retirou: descartar" } }
    };
    let back = if missing == "discarded" { "Voltar a contar" } else { "Manter" };
    let keep =
        html! { form method="post" action=(decide("manter")) { (csrf(who)) button { (back) } } };
    html! {
        p.reason { (said) }
        @if may {
            div.row {
                @if missing != "discarded" { (discard) }
                @if missing != "kept" { (keep) }
            }
        }
    }
}

/// How a line stands, in words and colour.
pub(super) const fn standing(status: LineStatus) -> (&'static str, &'static str) {
    match status {
        LineStatus::Open => ("A conciliar", "wait"),
        LineStatus::Matched => ("Conciliado", "good"),
        LineStatus::Fee => ("Tarifa", "still"),
        LineStatus::Explained => ("Explicado", "good"),
        LineStatus::Doubtful => ("Em dúvida", "bad"),
        LineStatus::GivenUp => ("Não conta", "still"),
    }
}

fn pill(status: LineStatus) -> Markup {
    let (label, look) = standing(status);
    html! { span class={ "state " (look) } { (label) } }
}

/// What proves a day, or what it lacks, in one line.
pub(super) fn proof_text(day: &DayView) -> String {
    match (day.standing, day.difference) {
        (DayStatus::Start, _) => "Saldo de partida".into(),
        (DayStatus::Closed, _) if day.closing.is_some() => "Conferido".into(),
        (DayStatus::Closed, _) => "Conferido por um saldo posterior".into(),
        (DayStatus::Open, Some(difference)) => {
            format!("Em aberto: diferença de {}", show::money(difference))
        }
        (DayStatus::Open, None) if day.closing.is_none() => "Em aberto: sem saldo do banco".into(),
        (DayStatus::Open, None) => "Em aberto: sem saldo anterior".into(),
    }
}

fn proof(day: &DayView) -> Markup {
    let look = match (day.standing, day.difference) {
        (DayStatus::Closed, _) => "good",
        (DayStatus::Start, _) => "still",
        (DayStatus::Open, Some(_)) => "bad",
        (DayStatus::Open, None) => "wait",
    };
    html! { span class={ "state " (look) } { (proof_text(day)) } }
}

fn weekday(day: Date) -> &'static str {
    match day.weekday() {
        Weekday::Monday => "segunda-feira",
        Weekday::Tuesday => "terça-feira",
        Weekday::Wednesday => "quarta-feira",
        Weekday::Thursday => "quinta-feira",
        Weekday::Friday => "sexta-feira",
        Weekday::Saturday => "sábado",
        Weekday::Sunday => "domingo",
    }
}

/// The last looks at the statement.
fn looks(imports: &[ImportView]) -> Markup {
    html! {
        @if !imports.is_empty() {
            div.card {
                h2 { "Últimas entradas" }
                div.scroll { table {
                    caption.visually-hidden { "Últimas buscas e importações" }
                    thead { tr {
                        th scope="col" { "Quando" }
                        th scope="col" { "De onde" }
                        th scope="col" { "Período" }
                        th.number scope="col" { "Novos" }
                        th.number scope="col" { "Já conhecidos" }
                        th.number scope="col" { "Em dúvida" }
                        th scope="col" { "Avisos" }
                    } }
                    tbody { @for import in imports { tr {
                        td.nowrap { (show::time(import.created_at)) }
                        td { (source(&import.source)) @if !import.file_name.is_empty() { ": " (import.file_name) } }
                        td.nowrap { @if let Some((first, last)) = import.first_day.zip(import.last_day) {
                            (show::date(first)) " a " (show::date(last))
                        } }
                        td.number { (import.new) }
                        td.number { (import.known) }
                        td.number { (import.doubtful) }
                        td {
                            @if !import.warnings.is_empty() {
                                details {
                                    summary { (many(import.warnings.len(), "aviso", "avisos")) }
                                    ul { @for warning in &import.warnings { li { (warning) } } }
                                }
                            }
                        }
                    } } }
                } }
            }
        }
    }
}

fn source(word: &str) -> &str {
    match word {
        "api" => "Banco, extrato completo",
        "api_simple" => "Banco, extrato simples",
        "ofx" => "OFX",
        "camt" => "camt.053",
        "cnab_e" => "CNAB 240",
        "csv" => "CSV",
        other => other,
    }
}

async fn fetch(State(app): State<App>, Path(id): Path<String>, form: Form) -> Page {
    let (actor, of) = (form.who.actor.clone(), id.clone());
    app.ask(move |world| statements::fetch_now(world, &actor, Some(&of))).await?;
    Ok(Redirect::to(&address(&id)).into_response())
}

async fn another(State(app): State<App>, Path(ids): Path<(String, String)>, form: Form) -> Page {
    decide(app, ids, form, Answer::Another).await
}

async fn same(State(app): State<App>, Path(ids): Path<(String, String)>, form: Form) -> Page {
    decide(app, ids, form, Answer::Same).await
}

async fn discard(State(app): State<App>, Path(ids): Path<(String, String)>, form: Form) -> Page {
    decide_missing(app, ids, form, Missing::Discarded).await
}

async fn keep(State(app): State<App>, Path(ids): Path<(String, String)>, form: Form) -> Page {
    decide_missing(app, ids, form, Missing::Kept).await
}

async fn decide(app: App, ids: (String, String), form: Form, answer: Answer) -> Page {
    let (account, line) = ids;
    let actor = form.who.actor;
    let line = app.ask(move |world| statements::resolve(world, &actor, &line, answer)).await?;
    Ok(day_of(&account, &line))
}

async fn decide_missing(app: App, ids: (String, String), form: Form, decision: Missing) -> Page {
    let (account, line) = ids;
    let actor = form.who.actor;
    let decided = move |world: &_| statements::decide_missing(world, &actor, &line, decision);
    Ok(day_of(&account, &app.ask(decided).await?))
}

/// To the day of a line.
fn day_of(account: &str, line: &LineView) -> Response {
    let day = line.date;
    Redirect::to(&format!("{}?from={day}&to={day}", address(account))).into_response()
}
