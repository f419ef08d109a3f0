//! The resources of `/v1`, one file for each noun.

mod accounts;
mod act;
mod banks;
mod boletos;
mod charges;
mod classifications;
mod company;
mod contracts;
mod credentials;
mod customers;
mod enrolments;
mod events;
mod issue;
mod matches;
mod payment_forms;
mod pdf;
mod pending;
mod receipts;
mod remittances;
mod returns;
mod statements;
mod sync;
mod terms;
mod tokens;
mod wait;

use axum::extract::DefaultBodyLimit;
use quita_engine::desk::statements::FILE_MAX;
use quita_engine::error::{Error, FieldErrors};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::input::{is_id, number};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(issue::one))
        .routes(routes!(issue::rehearse))
        .routes(routes!(issue::batch))
        .routes(routes!(issue::instalments))
        .routes(routes!(boletos::list))
        .routes(routes!(boletos::get))
        .routes(routes!(boletos::events))
        .routes(routes!(pdf::one))
        .routes(routes!(pdf::many))
        .routes(routes!(act::cancel))
        .routes(routes!(act::change))
        .routes(routes!(act::replace))
        .routes(routes!(act::settle_by_hand))
        .routes(routes!(act::protest))
        .routes(routes!(act::negative_listing))
        .routes(routes!(charges::list))
        .routes(routes!(charges::get))
        .routes(routes!(classifications::list_chart_accounts, classifications::save_chart_account))
        .routes(routes!(classifications::list_cost_centers, classifications::save_cost_center))
        .routes(routes!(receipts::list))
        .routes(routes!(receipts::booked))
        .routes(routes!(statements::lines))
        .routes(routes!(statements::decide_missing))
        .routes(routes!(statements::days))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(statements::imports, statements::import))
                .layer(DefaultBodyLimit::max(FILE_MAX + 64 * 1024)),
        )
        .routes(routes!(statements::fetch))
        .routes(routes!(remittances::list, remittances::make))
        .routes(routes!(remittances::next))
        .routes(routes!(remittances::get))
        .routes(routes!(remittances::orders))
        .routes(routes!(remittances::file))
        .routes(routes!(remittances::sent))
        .routes(routes!(remittances::set_last))
        .routes(routes!(remittances::set_last_our_number))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(returns::list, returns::send))
                .layer(DefaultBodyLimit::max(FILE_MAX + 64 * 1024)),
        )
        .routes(routes!(returns::get))
        .routes(routes!(returns::lines))
        .routes(routes!(returns::file))
        .routes(routes!(events::list))
        .routes(routes!(pending::list))
        .routes(routes!(pending::close))
        .routes(routes!(customers::list, customers::save))
        .routes(routes!(customers::get))
        .routes(routes!(terms::list, terms::save))
        .routes(routes!(payment_forms::list, payment_forms::create))
        .routes(routes!(payment_forms::get, payment_forms::change))
        .routes(routes!(contracts::list, contracts::create))
        .routes(routes!(contracts::get, contracts::change))
        .routes(routes!(contracts::set_status))
        .routes(routes!(contracts::periods))
        .routes(routes!(matches::list))
        .routes(routes!(matches::undo))
        .routes(routes!(matches::suggestions))
        .routes(routes!(matches::match_line))
        .routes(routes!(matches::explain))
        .routes(routes!(matches::ignore))
        .routes(routes!(matches::reject))
        .routes(routes!(accounts::list, accounts::create))
        .routes(routes!(accounts::health))
        .routes(routes!(accounts::probe))
        .routes(routes!(accounts::set_statement_reading))
        .routes(routes!(sync::sync))
        .routes(routes!(credentials::list))
        .routes(routes!(credentials::replace))
        .routes(routes!(enrolments::get, enrolments::write_letter, enrolments::abandon))
        .routes(routes!(enrolments::letter))
        .routes(routes!(enrolments::letter_pdf))
        .routes(routes!(enrolments::receive))
        .routes(routes!(enrolments::certificate))
        .routes(routes!(enrolments::renew))
        .routes(routes!(banks::list))
        .routes(routes!(company::get, company::update))
        .routes(routes!(tokens::create))
        .routes(routes!(tokens::revoke))
}

/// Most items on a page.
const PAGE_MAX: i64 = 200;
/// Items on a page unless the caller says.
const PAGE: i64 = 50;

/// Where a page of a list begins and how long it is.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[derive(Default)]
struct Paging {
    /// `next_cursor` da página anterior.
    #[param(required = false)]
    cursor: String,
    /// Itens por página, de 1 a 200; 50 se omitido.
    #[param(required = false, value_type = i64, minimum = 1, maximum = 200, default = 50)]
    limit: String,
}

impl Paging {
    fn read(self) -> Result<(Option<String>, i64), Error> {
        page(self.cursor, &self.limit)
    }
}

fn page(cursor: String, limit: &str) -> Result<(Option<String>, i64), Error> {
    let mut errors = FieldErrors::default();
    if !cursor.is_empty() && !is_id(&cursor) {
        errors.add("cursor", "invalid", "devolva o next_cursor da página anterior, como veio");
    }
    let limit = number("limit", limit, PAGE, 1..=PAGE_MAX);
    if let Err(Error::Invalid(wrong)) = &limit {
        errors.extend(wrong.clone());
    }
    errors.check()?;
    Ok(((!cursor.is_empty()).then_some(cursor), limit?))
}
