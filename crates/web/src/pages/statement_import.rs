//! A statement that a person sends: its columns, where it is a CSV that was never read before,
//! and the way back to «Extrato» with what it brought.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::post;
use maud::{Markup, html};
use quita_engine::desk::Permission;
use quita_engine::desk::accounts::AccountView;
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::statements::{
    self, Amounts, Column, CsvMapping, DateOrder, DecimalMark, FILE_MAX, GivenStatement,
};
use quita_engine::error::{Error, FieldError};
use quita_engine::ids::hex;

use super::failure::Page;
use super::form::{Errors, Field, Fields, checkbox, csrf};
use super::shell;
use super::statement::{HERE, TITLE, account, address, refused};
use super::upload::Upload;
use crate::app::App;

/// Rows of the file shown on the screen of columns.
const SAMPLE: usize = 6;
/// Largest CSV that the screen of columns carries, in bytes.
const CARRIED_MAX: usize = 4 * 1024 * 1024;

pub(super) fn routes() -> Router<App> {
    // The form around the file takes some room too.
    let largest = DefaultBodyLimit::max(FILE_MAX + 64 * 1024);
    Router::new().route("/extrato/{account}/importar", post(import).layer(largest))
}

async fn import(State(app): State<App>, Path(id): Path<String>, upload: Upload) -> Page {
    let Upload { who, fields, files } = upload;
    who.actor.must(Permission::Charge)?;
    let of = account(&app, &who, &id).await?;
    let fresh = files.first().map(|(_, file)| (file.name.clone(), file.bytes.clone()));
    let is_fresh = fresh.is_some();
    let carried = || (fields.get("file_name").to_owned(), unhex(fields.get("content")));
    let (name, bytes) = fresh.unwrap_or_else(carried);
    let (actor, wanted) = (who.actor.clone(), id.clone());
    let kept = app.ask(move |world| statements::csv_mapping(world, &actor, &wanted)).await?;
    let rows = match is_fresh && kept.is_some() || bytes.len() > CARRIED_MAX {
        true => None,
        false => statements::csv_columns(&bytes),
    };
    let mut given = GivenStatement { name, bytes, mapping: None, confirmed: false };
    given.confirmed = fields.is_checked("confirmed");
    if let Some(rows) = rows {
        let (typed, wrong) = match is_fresh {
            true => {
                let guess = statements::guess_csv(&rows);
                (guess.map(|guess| as_fields(&guess, &rows)).unwrap_or_default(), Vec::new())
            }
            false => match chosen(&fields) {
                Ok(chosen) => {
                    given.mapping = Some(chosen);
                    (fields, Vec::new())
                }
                Err(wrong) => (fields, wrong),
            },
        };
        if given.mapping.is_none() {
            let status = if is_fresh { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            let content = columns(&who, &of, &given, &rows, &typed, &Errors(wrong));
            return Ok((status, shell::page(&app, &who, HERE, TITLE, content)).into_response());
        }
    }
    let (actor, wanted) = (who.actor.clone(), id.clone());
    let done: Result<_, Error> =
        app.ask(move |world| Ok(statements::import(world, &actor, &wanted, &given))).await?;
    match done {
        Ok(import) => {
            // Its own days are shown, as far as they fit.
            let days = import.first_day.zip(import.last_day);
            let days = days.filter(|(from, to)| (*to - *from).get_days() < statements::DAYS_MAX);
            let period = days.map(|(from, to)| format!("&from={from}&to={to}"));
            let report = format!("{}?importado={}", address(&id), import.id);
            Ok(Redirect::to(&(report + &period.unwrap_or_default())).into_response())
        }
        Err(error) => refused(&app, &who, &id, &Errors::of(error)?).await,
    }
}

/// Names of the fields, what they are for, and whether they must be chosen.
const COLUMNS: [(&str, &str, bool); 11] = [
    ("date", "Data", true),
    ("amount", "Valor", false),
    ("mark", "Crédito ou débito (C/D)", false),
    ("credit", "Entradas", false),
    ("debit", "Saídas", false),
    ("memo", "Histórico", false),
    ("memo_2", "Mais histórico", false),
    ("bank_id", "Id do banco", false),
    ("balance", "Saldo", false),
    ("name", "Nome do pagador", false),
    ("document", "CPF ou CNPJ do pagador", false),
];

/// What a person chose.
fn chosen(fields: &Fields) -> Result<CsvMapping, Vec<FieldError>> {
    let column = |name: &str| {
        let at = fields.get(name).parse::<usize>().ok()?;
        Some(Column::Number(at.checked_add(1)?))
    };
    let missing = |name: &str, said: &str| vec![FieldError::new(name, "missing", said)];
    let date = column("date").ok_or_else(|| missing("date", "diga em que coluna está a data"))?;
    let amount = match (column("amount"), column("mark"), column("credit").zip(column("debit"))) {
        (Some(amount), Some(mark), _) => Amounts::Marked { amount, mark },
        (Some(amount), None, _) => Amounts::Signed(amount),
        (None, _, Some((credit, debit))) => Amounts::Split { credit, debit },
        (None, _, None) => {
            let said = "diga em que coluna está o valor, ou em quais as entradas e as saídas";
            return Err(missing("amount", said));
        }
    };
    Ok(CsvMapping {
        separator: None,
        date,
        date_order: match fields.get("date_order") {
            "month_first" => DateOrder::MonthFirst,
            "year_first" => DateOrder::YearFirst,
            _ => DateOrder::DayFirst,
        },
        amount,
        decimal_mark: DecimalMark::Any,
        inverted: fields.is_checked("inverted"),
        memo: ["memo", "memo_2"].into_iter().filter_map(column).collect(),
        bank_id: column("bank_id"),
        check_number: None,
        kind: None,
        balance: column("balance"),
        name: column("name"),
        document: column("document"),
        end_to_end_id: None,
    })
}

/// What was guessed, as if a person had chosen it.
fn as_fields(mapping: &CsvMapping, rows: &[Vec<String>]) -> Fields {
    let header = rows.first().map(Vec::as_slice).unwrap_or_default();
    let at = |column: &Column| match column {
        Column::Number(number) => number.checked_sub(1),
        Column::Name(name) => header.iter().position(|cell| cell.eq_ignore_ascii_case(name)),
    };
    let mut found: Vec<(&str, &Column)> = vec![("date", &mapping.date)];
    match &mapping.amount {
        Amounts::Signed(column) => found.push(("amount", column)),
        Amounts::Split { credit, debit } => found.extend([("credit", credit), ("debit", debit)]),
        Amounts::Marked { amount, mark } => found.extend([("amount", amount), ("mark", mark)]),
    }
    found.extend(["memo", "memo_2"].into_iter().zip(&mapping.memo));
    let others = [
        ("bank_id", &mapping.bank_id),
        ("balance", &mapping.balance),
        ("name", &mapping.name),
        ("document", &mapping.document),
    ];
    found.extend(others.into_iter().filter_map(|(name, column)| Some((name, column.as_ref()?))));
    let found = found.into_iter();
    let mut fields: Vec<(String, String)> = found
        .filter_map(|(name, column)| Some((name.to_owned(), at(column)?.to_string())))
        .collect();
    let order = match mapping.date_order {
        DateOrder::DayFirst => "day_first",
        DateOrder::MonthFirst => "month_first",
        DateOrder::YearFirst => "year_first",
    };
    fields.push(("date_order".into(), order.into()));
    Fields(fields)
}

fn columns(
    who: &SignedIn,
    account: &AccountView,
    file: &GivenStatement,
    rows: &[Vec<String>],
    typed: &Fields,
    errors: &Errors,
) -> Markup {
    let header = rows.first().map(Vec::as_slice).unwrap_or_default();
    let orders = [
        ("day_first", "dia/mês/ano"),
        ("month_first", "mês/dia/ano"),
        ("year_first", "ano, mês, dia"),
    ];
    html! {
        div.title {
            h1 { "Colunas do extrato" }
            p.subtitle { (file.name) ", para " (account.description) ". Só desta vez: as colunas ficam guardadas para os próximos arquivos desta conta. Nada foi importado ainda." }
        }
        form.card.stack method="post" action={ (address(&account.id)) "/importar" } enctype="multipart/form-data" {
            (errors.summary(&["date", "amount"]))
            (csrf(who))
            input type="hidden" name="file_name" value=(file.name);
            input type="hidden" name="content" value=(hex(&file.bytes));
            p.hint { "O valor pode estar numa coluna só (com sinal, ou com outra que diz C ou D), ou as entradas e as saídas em duas." }
            div.fields {
                @for (name, label, must) in COLUMNS { (choice(header, typed, errors, name, label, must)) }
                (Field::text("date_order", "Ordem da data").value(typed.get("date_order")).width("w3").choice(orders, errors))
                div.field { (checkbox("inverted", "1", "Saídas estão como positivas (fatura de cartão)", typed.is_checked("inverted"))) }
            }
            div.scroll { table {
                caption.hint { "As primeiras linhas do arquivo" }
                thead { tr { @for cell in header { th scope="col" { (cell) } } } }
                tbody { @for row in rows.iter().skip(1).take(SAMPLE) { tr { @for cell in row { td { (cell) } } } } }
            } }
            div.row {
                button.first { "Importar" }
                a href=(address(&account.id)) { "Escolher outro arquivo" }
            }
        }
    }
}

fn choice(
    header: &[String],
    typed: &Fields,
    errors: &Errors,
    name: &str,
    label: &str,
    must: bool,
) -> Markup {
    let none = (String::new(), "– não há –".to_owned());
    let headers = header.iter().enumerate().map(|(at, cell)| {
        let number = at + 1;
        let label = if cell.is_empty() { format!("coluna {number}") } else { cell.clone() };
        (at.to_string(), label)
    });
    let mut field = Field::text(name, label).value(typed.get(name)).width("w3");
    if must {
        field = field.must();
    }
    field.choice(std::iter::once(none).chain(headers), errors)
}

/// Bytes of hex digits; nothing where they are none.
fn unhex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks_exact(2).map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    pairs.collect::<Option<Vec<u8>>>().unwrap_or_default()
}
