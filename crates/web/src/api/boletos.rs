//! Boletos as they stand.

use axum::extract::State;
use jiff::civil::Date;
use quita_core::fold::Status;
use quita_engine::desk::classifications::{self, Register};
use quita_engine::desk::events::EventView;
use quita_engine::desk::read::{self, Filter, Page};
use quita_engine::desk::view::BoletoView;
use quita_engine::error::{Error, FieldErrors};
use serde::Deserialize;
use utoipa::IntoParams;

use super::page;
use crate::app::App;
use crate::auth::Caller;
use crate::input::{Id, Params};
use crate::reply::{Answer, List, ok};

/// Which boletos to list.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Só desta conta.
    #[param(required = false)]
    account_id: String,
    /// Só deste cliente.
    #[param(required = false)]
    customer_id: String,
    /// Só desta cobrança.
    #[param(required = false)]
    charge_id: String,
    /// Só nesta situação, como `REGISTERED`.
    #[param(required = false)]
    status: String,
    /// Só com este número de documento, exato.
    #[param(required = false)]
    document_number: String,
    /// Vencimento a partir deste dia, AAAA-MM-DD.
    #[param(required = false, format = Date)]
    expiration_from: String,
    /// Vencimento até este dia, inclusive.
    #[param(required = false, format = Date)]
    expiration_to: String,
    /// Emissão a partir deste dia.
    #[param(required = false, format = Date)]
    issuance_from: String,
    /// Emissão até este dia, inclusive.
    #[param(required = false, format = Date)]
    issuance_to: String,
    /// Só deste item do plano de contas, pela descrição ou pelo id.
    #[param(required = false)]
    chart_account: String,
    /// Só deste centro de custo, pela descrição ou pelo id.
    #[param(required = false)]
    cost_center: String,
    /// `next_cursor` da página anterior.
    #[param(required = false)]
    cursor: String,
    /// Itens por página, de 1 a 200; 50 se omitido.
    #[param(required = false, value_type = i64, minimum = 1, maximum = 200, default = 50)]
    limit: String,
}

impl Wanted {
    fn read(self) -> Result<(Filter, Option<String>, i64), Error> {
        let mut errors = FieldErrors::default();
        let some = |text: String| (!text.is_empty()).then_some(text);
        let mut date = |name: &str, text: &str| {
            let date = if text.len() == 10 { text.parse::<Date>().ok() } else { None };
            if date.is_none() && !text.is_empty() {
                errors.add(name, "invalid", "use uma data AAAA-MM-DD");
            }
            date
        };
        let expiration_from = date("expiration_from", &self.expiration_from);
        let expiration_to = date("expiration_to", &self.expiration_to);
        let issuance_from = date("issuance_from", &self.issuance_from);
        let issuance_to = date("issuance_to", &self.issuance_to);
        let status = Status::from_word(&self.status);
        if status.is_none() && !self.status.is_empty() {
            let words: Vec<_> = Status::ALL.iter().map(|s| s.word()).collect();
            errors.add("status", "invalid", format!("use um destes: {}", words.join(", ")));
        }
        let paging = page(self.cursor, &self.limit);
        if let Err(Error::Invalid(wrong)) = &paging {
            errors.extend(wrong.clone());
        }
        errors.check()?;
        let (cursor, limit) = paging?;
        let filter = Filter {
            account_id: some(self.account_id),
            customer_id: some(self.customer_id),
            charge_id: some(self.charge_id),
            status,
            document_number: some(self.document_number),
            expiration_from,
            expiration_to,
            issuance_from,
            issuance_to,
            ..Filter::default()
        };
        Ok((filter, cursor, limit))
    }
}

#[utoipa::path(
    get, path = "/v1/boletos", tag = "boletos", operation_id = "listBoletos",
    summary = "Listar boletos",
    description = "Do mais novo ao mais antigo. Os filtros se somam. Os recebimentos de um boleto vêm só \
        em `GET /v1/boletos/{id}`.",
    params(Wanted),
    responses((status = 200, description = "Uma página", body = Page<BoletoView>))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(wanted): Params<Wanted>,
) -> Answer {
    let (chart, center) = (wanted.chart_account.clone(), wanted.cost_center.clone());
    let (mut filter, cursor, limit) = wanted.read()?;
    let page = app.desk(move |world| {
        let id = |register, text: &str| classifications::wanted(world, &actor, register, text);
        filter.chart_account_id = id(Register::ChartAccount, &chart)?;
        filter.cost_center_id = id(Register::CostCenter, &center)?;
        read::boletos(world, &actor, filter, cursor.as_deref(), limit)
    });
    ok(&page.await?)
}

#[utoipa::path(
    get, path = "/v1/boletos/{id}", tag = "boletos", operation_id = "getBoleto",
    summary = "Consultar um boleto",
    description = "Como está agora, com seus recebimentos.",
    params(("id" = String, Path, description = "Id do boleto")),
    responses((status = 200, description = "O boleto", body = BoletoView))
)]
pub(crate) async fn get(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    ok(&app.desk(move |world| read::boleto(world, &actor, &id)).await?)
}

#[utoipa::path(
    get, path = "/v1/boletos/{id}/events", tag = "boletos", operation_id = "listBoletoEvents",
    summary = "Histórico de um boleto",
    params(("id" = String, Path, description = "Id do boleto")),
    responses((status = 200, description = "Do mais antigo ao mais novo", body = List<EventView>))
)]
pub(crate) async fn events(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    let data = app.desk(move |world| read::timeline(world, &actor, &id)).await?;
    ok(&List { data })
}
