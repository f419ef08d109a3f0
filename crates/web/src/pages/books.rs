//! «Recebimentos para o contador»: what came in by day, on screen and as files.

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::get;
use futures_util::stream;
use jiff::Span;
use jiff::civil::Date;
use maud::{Markup, html};
use quita_core::fact::Means;
use quita_core::typed;
use quita_engine::clock::bank_day;
use quita_engine::desk::accounts::{self, AccountView};
use quita_engine::desk::books::{self, BookedView, DayTotals, Period, Summary};
use quita_engine::desk::{Actor, Permission};
use quita_engine::error::{Error, FieldError};
use quita_engine::world::World;
use rust_xlsxwriter::Workbook;

use super::failure::Page;
use super::form::{Errors, Field, Fields};
use super::sheet::{self, Cell, Column, attachment};
use super::visitor::Visitor;
use super::{shell, show};
use crate::app::App;

const HERE: &str = "/recebimentos";
/// Receipts that are read at a time.
const AT_A_TIME: i64 = 1000;
/// Most receipts in one workbook, which is put together in memory.
const MOST_IN_WORKBOOK: i64 = 50_000;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(screen))
        .route("/recebimentos/exportar.csv", get(csv))
        .route("/recebimentos/por-dia.csv", get(csv_by_day))
        .route("/recebimentos/exportar.xlsx", get(xlsx))
}

const COLUMNS: [Column<BookedView>; 20] = [
    ("Dia", 12, |line| Cell::Day(line.day)),
    ("Crédito em", 12, |line| Cell::day(line.credited_on)),
    ("Pago em", 12, |line| Cell::day(line.paid_on)),
    ("Número", 16, |line| Cell::Text(line.document_number.clone())),
    ("Nosso número", 18, |line| Cell::Text(line.our_number.clone().unwrap_or_default())),
    ("Cliente", 34, |line| Cell::Text(line.customer_name.clone())),
    ("CPF ou CNPJ", 20, |line| Cell::Text(show::document(&line.customer_document))),
    ("Conta", 20, |line| Cell::Text(line.account.clone())),
    ("Meio", 10, |line| Cell::Text(means(line.means).to_owned())),
    ("Bruto", 14, |line| Cell::Amount(line.amount)),
    ("Juros", 12, |line| Cell::amount(line.interest)),
    ("Multa", 12, |line| Cell::amount(line.fine)),
    ("Desconto", 12, |line| Cell::amount(line.discount)),
    ("Juros, multa e desconto", 24, |line| {
        let said = if line.calculated { "calculados pelos parâmetros" } else { "não informados" };
        Cell::Text(said.to_owned())
    }),
    ("Tarifa", 12, |line| Cell::amount(line.fee)),
    ("Origem da tarifa", 18, |line| {
        let said = match (line.fee, line.fee_projected) {
            (None, _) => "não informada",
            (_, true) => "prevista (digitada)",
            _ => "informada pelo banco",
        };
        Cell::Text(said.to_owned())
    }),
    ("Líquido", 14, |line| Cell::amount(line.net)),
    ("Devolvido do boleto", 20, |line| Cell::amount(Some(line.reversed).filter(|r| *r > 0))),
    ("Plano de contas", 24, |line| Cell::Text(line.chart_account.clone())),
    ("Centro de custo", 24, |line| Cell::Text(line.cost_center.clone())),
];

const BY_DAY: [Column<DayTotals>; 10] = [
    ("Dia", 12, |day| Cell::Day(day.day)),
    ("Recebimentos", 14, |day| Cell::Count(day.count)),
    ("Bruto", 14, |day| Cell::Amount(day.amount)),
    ("Juros", 12, |day| Cell::Amount(day.interest)),
    ("Multa", 12, |day| Cell::Amount(day.fine)),
    ("Desconto", 12, |day| Cell::Amount(day.discount)),
    ("Sem juros, multa e desconto informados", 36, |day| Cell::Count(day.without_parts)),
    ("Tarifa", 12, |day| Cell::amount(day.fee())),
    ("Sem tarifa informada", 20, |day| Cell::Count(day.without_fee)),
    ("Líquido", 14, |day| Cell::amount(day.net())),
];

const fn means(means: Means) -> &'static str {
    match means {
        Means::Boleto => "Boleto",
        Means::Pix => "Pix",
    }
}

/// What was asked for, with what was typed.
struct Asked {
    fields: Fields,
    period: Period,
    errors: Errors,
}

impl Asked {
    /// The month so far, where nothing is said.
    fn read(given: Vec<(String, String)>, today: Date) -> Self {
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
        let (from, to) = (date("from", today.first_of_month()), date("to", today));
        let account_id = Some(fields.get("account_id")).filter(|id| !id.is_empty());
        let period = Period { from, to, account_id: account_id.map(str::to_owned) };
        if errors.0.is_empty()
            && let Err(Error::Invalid(wrong)) = books::check(&period)
        {
            errors.0 = wrong;
        }
        Self { fields, period, errors }
    }

    /// The period as it stands in an address.
    fn query(&self) -> String {
        let Period { from, to, account_id } = &self.period;
        let account = account_id.as_ref().map(|id| {
            // An id and nothing else: it comes from the address.
            let id: String = id.chars().filter(|c| c.is_ascii_hexdigit() || *c == '-').collect();
            format!("&account_id={id}")
        });
        format!("from={from}&to={to}{}", account.unwrap_or_default())
    }

    fn file(&self, what: &str, kind: &str) -> String {
        format!("{what}-{}-a-{}.{kind}", self.period.from, self.period.to)
    }

    fn proper(self) -> Result<Self, Error> {
        if self.errors.0.is_empty() { Ok(self) } else { Err(Error::Invalid(self.errors.0)) }
    }
}

/// A day as people type it. Without its year it is the one nearest to today, since books look back.
pub(super) fn nearest(text: &str, today: Date) -> Option<Date> {
    let day = typed::date(text, today)?;
    let earlier = day.checked_sub(Span::new().years(1)).ok()?;
    let is_nearer = (today - earlier).get_days().abs() < (day - today).get_days().abs();
    let has_year = text.matches('/').count() != 1;
    Some(if is_nearer && !has_year { earlier } else { day })
}

fn asked(app: &App, given: Vec<(String, String)>) -> Asked {
    Asked::read(given, bank_day(app.world.clock.now()))
}

async fn screen(
    State(app): State<App>,
    Visitor(who): Visitor,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let asked = asked(&app, given);
    let (actor, period) = (who.actor.clone(), asked.period.clone());
    let is_proper = asked.errors.0.is_empty();
    let (accounts, summary) = app
        .ask(move |world| {
            let accounts = accounts::list(world, &actor)?;
            let summary =
                if is_proper { Some(books::summary(world, &actor, &period)?) } else { None };
            Ok((accounts, summary))
        })
        .await?;
    let content = html! {
        div.title {
            h1 { "Recebimentos para o contador" }
            p.subtitle { "O que entrou pelo banco, pelo dia do crédito; onde o banco não o disse, pelo do pagamento." }
        }
        (form(&asked, &accounts))
        @if let Some(summary) = &summary { (days(&asked, summary)) }
    };
    let page = shell::page(&app, &who, HERE, "Recebimentos para o contador", content);
    let status = if is_proper { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page).into_response())
}

fn form(asked: &Asked, accounts: &[AccountView]) -> Markup {
    let Asked { fields, period, errors } = asked;
    let shown = |name: &str, day: Date| match errors.at(name) {
        Some(_) => fields.get(name).to_owned(),
        None => show::date(day),
    };
    let (from, to) = (shown("from", period.from), shown("to", period.to));
    let all = [(String::new(), "Todas".to_owned())].into_iter();
    let accounts = all.chain(accounts.iter().map(|a| (a.id.clone(), a.description.clone())));
    html! {
        form.card method="get" action=(HERE) role="search" {
            (errors.summary(&["from", "to"]))
            div.fields {
                (Field::date("from", "De").value(&from).width("w3").html(errors))
                (Field::date("to", "Até").value(&to).width("w3").html(errors))
                (Field::text("account_id", "Conta").value(fields.get("account_id")).width("w4").choice(accounts, errors))
                div.field { div.row { button.first { "Mostrar" } } }
            }
        }
    }
}

fn days(asked: &Asked, summary: &Summary) -> Markup {
    let query = asked.query();
    let Summary { days, total, undated } = summary;
    html! {
        @if *undated > 0 {
            div.notice.wait {
                "De " (show::count(*undated, "recebimento", "recebimentos"))
                " o banco não disse dia nenhum: não estão aqui, e sim na página do boleto de cada um."
            }
        }
        @if days.is_empty() {
            div.card.empty {
                strong { "Nada entrou neste período" }
                "Aqui aparece o que o banco disse que foi pago. Baixas manuais não passam por ele."
            }
        } @else {
            div.card {
                div.row {
                    span.exports {
                        "Exportar " (show::count(total.count, "recebimento", "recebimentos")) ": "
                        a href={ (HERE) "/exportar.xlsx?" (query) } { "Excel (.xlsx)" } " "
                        a href={ (HERE) "/exportar.csv?" (query) } { ".csv" } " "
                        a href={ (HERE) "/por-dia.csv?" (query) } { "totais por dia (.csv)" }
                    }
                }
                div.scroll { table {
                    caption.visually-hidden { "Recebimentos por dia" }
                    thead { tr {
                        th scope="col" { "Dia" }
                        th.number scope="col" { "Recebimentos" }
                        th.number scope="col" { "Bruto" }
                        th.number scope="col" { "Juros" }
                        th.number scope="col" { "Multa" }
                        th.number scope="col" { "Desconto" }
                        th.number scope="col" { "Tarifa" }
                        th.number scope="col" { "Líquido" }
                    } }
                    tbody { @for day in days { tr {
                        th.nowrap scope="row" { (show::date(day.day)) }
                        (amounts(day))
                    } } }
                    tfoot { tr { th scope="row" { "Total" } (amounts(total)) } }
                } }
                (remarks(total))
            }
        }
    }
}

fn amounts(day: &DayTotals) -> Markup {
    html! {
        td.number { (day.count) }
        @for amount in [Some(day.amount), Some(day.interest), Some(day.fine), Some(day.discount), day.fee(), day.net()] {
            td.number { @if let Some(amount) = amount { (show::money(amount)) } }
        }
    }
}

/// What the figures leave out.
fn remarks(total: &DayTotals) -> Markup {
    html! {
        @if total.calculated > 0 {
            p.hint { "Juros, multa e desconto foram calculados pelos parâmetros do boleto, onde explicam o valor pago ao centavo: o banco não os diz." }
        }
        @if total.without_parts > 0 {
            p.hint { "De " (show::count(total.without_parts, "recebimento", "recebimentos")) " não se sabe quanto foi de juros, multa ou desconto." }
        }
        @if total.reversed > 0 {
            p.hint { "De " (show::count(total.reversed, "recebimento", "recebimentos")) " o banco devolveu ou estornou algo, neste ou em outro dia: o arquivo diz quanto; aqui não foi descontado." }
        }
        @if total.projected > 0 {
            p.hint { "A tarifa de " (show::count(total.projected, "recebimento é a prevista", "recebimentos é a prevista")) ", digitada na conta." }
        }
        @if total.without_fee > 0 {
            p.hint { "De " (show::count(total.without_fee, "recebimento", "recebimentos")) " o banco não disse a tarifa; digite-a na conta, em «Contas», para ver o líquido previsto." }
        }
    }
}

async fn csv(
    State(app): State<App>,
    Visitor(who): Visitor,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    // What is refused is said before the file begins.
    who.actor.must(Permission::Read)?;
    let asked = asked(&app, given).proper()?;
    let name = asked.file("recebimentos", "csv");
    let state = (app, who.actor, asked.period, Some(None));
    // Page by page as it is sent; an error breaks the file off, which the browser tells.
    let pages = stream::try_unfold(state, |(app, actor, period, at)| async move {
        let Some(cursor) = at else { return Ok::<_, Error>(None) };
        let mut text = if cursor.is_none() { sheet::csv_headings(&COLUMNS) } else { String::new() };
        let (whose, wanted) = (actor.clone(), period.clone());
        let page = app
            .ask(move |world| {
                let cursor: Option<String> = cursor;
                books::page(world, &whose, &wanted, cursor.as_deref(), AT_A_TIME)
            })
            .await?;
        for line in &page.data {
            text.push_str(&sheet::csv_line(&COLUMNS, line));
        }
        Ok(Some((text, (app, actor, period, page.next_cursor.map(Some)))))
    });
    Ok(attachment(sheet::CSV, &name, Body::from_stream(pages)))
}

async fn csv_by_day(
    State(app): State<App>,
    Visitor(who): Visitor,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let asked = asked(&app, given).proper()?;
    let name = asked.file("recebimentos-por-dia", "csv");
    let summary = app.ask(move |world| books::summary(world, &who.actor, &asked.period)).await?;
    let mut text = sheet::csv_headings(&BY_DAY);
    for day in &summary.days {
        text.push_str(&sheet::csv_line(&BY_DAY, day));
    }
    Ok(attachment(sheet::CSV, &name, Body::from(text)))
}

async fn xlsx(
    State(app): State<App>,
    Visitor(who): Visitor,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let asked = asked(&app, given).proper()?;
    let name = asked.file("recebimentos", "xlsx");
    let bytes = app.ask(move |world| workbook(world, &who.actor, &asked.period)).await?;
    Ok(attachment(sheet::XLSX, &name, Body::from(bytes)))
}

fn workbook(world: &World, actor: &Actor, period: &Period) -> Result<Vec<u8>, Error> {
    let count = books::count(world, actor, period)?;
    if count > MOST_IN_WORKBOOK {
        let said = format!(
            "são {count} recebimentos; o Excel leva até {MOST_IN_WORKBOOK}: escolha um período menor, \
             ou o .csv"
        );
        return Err(Error::conflict("too_many", said));
    }
    let mut workbook = Workbook::new();
    let lines = workbook.add_worksheet();
    sheet::begin(lines, "Recebimentos", &COLUMNS)?;
    let (mut row, mut cursor) = (1, None::<String>);
    loop {
        let page = books::page(world, actor, period, cursor.as_deref(), AT_A_TIME)?;
        for line in &page.data {
            sheet::add(lines, row, &COLUMNS, line)?;
            row += 1;
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let by_day = workbook.add_worksheet();
    sheet::begin(by_day, "Por dia", &BY_DAY)?;
    for (row, day) in (1..).zip(&books::summary(world, actor, period)?.days) {
        sheet::add(by_day, row, &BY_DAY, day)?;
    }
    workbook.save_to_buffer().map_err(sheet::broken)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_without_its_year_is_the_nearest() {
        let today = date(2026, 11, 23);
        for (text, day) in [
            ("01/11", date(2026, 11, 1)),
            ("30/11", date(2026, 11, 30)),
            ("01/01", date(2027, 1, 1)),
            ("1/11/2027", date(2027, 11, 1)),
            ("2026-01-31", date(2026, 1, 31)),
            ("hoje", today),
        ] {
            assert_eq!(nearest(text, today), Some(day), "{text}");
        }
        assert_eq!(nearest("nunca", today), None);
    }
}
