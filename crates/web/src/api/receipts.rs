//! Payments received.

use axum::extract::State;
use jiff::civil::Date;
use quita_engine::desk::books::{self, BookedView, Period};
use quita_engine::desk::read::{self, Page};
use quita_engine::desk::view::ReceiptView;
use quita_engine::error::{Error, FieldErrors};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{PAGE, PAGE_MAX, Paging};
use crate::app::App;
use crate::auth::Caller;
use crate::input::{Params, number};
use crate::reply::{Answer, ok};

#[utoipa::path(
    get, path = "/v1/receipts", tag = "receipts", operation_id = "listReceipts",
    summary = "Listar recebimentos",
    description = "Cada pagamento recebido, por boleto ou Pix, uma única vez, do mais novo ao mais antigo.",
    params(Paging),
    responses((status = 200, description = "Uma página", body = Page<ReceiptView>))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(paging): Params<Paging>,
) -> Answer {
    let (cursor, limit) = paging.read()?;
    ok(&app.desk(move |world| read::receipts(world, &actor, cursor.as_deref(), limit)).await?)
}

/// Which receipts of the books.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Primeiro dia, AAAA-MM-DD.
    #[param(format = Date)]
    from: String,
    /// Último dia, inclusive; o período tem até 366 dias.
    #[param(format = Date)]
    to: String,
    /// Só desta conta.
    #[param(required = false)]
    account_id: String,
    /// `next_cursor` da página anterior.
    #[param(required = false)]
    cursor: String,
    /// Itens por página, de 1 a 200; 50 se omitido.
    #[param(required = false, value_type = i64, minimum = 1, maximum = 200, default = 50)]
    limit: String,
}

impl Wanted {
    fn read(self) -> Result<(Period, Option<String>, i64), Error> {
        let mut errors = FieldErrors::default();
        let mut date = |name: &str, text: &str| {
            let date = if text.len() == 10 { text.parse::<Date>().ok() } else { None };
            if date.is_none() {
                let code = if text.is_empty() { "missing" } else { "invalid" };
                errors.add(name, code, "use uma data AAAA-MM-DD");
            }
            date.unwrap_or_default()
        };
        let (from, to) = (date("from", &self.from), date("to", &self.to));
        let limit = number("limit", &self.limit, PAGE, 1..=PAGE_MAX);
        if let Err(Error::Invalid(wrong)) = &limit {
            errors.extend(wrong.clone());
        }
        errors.check()?;
        let some = |text: String| (!text.is_empty()).then_some(text);
        Ok((Period { from, to, account_id: some(self.account_id) }, some(self.cursor), limit?))
    }
}

#[utoipa::path(
    get, path = "/v1/receipts/booked", tag = "receipts", operation_id = "listBookedReceipts",
    summary = "Recebimentos para o contador",
    description = "Os recebimentos de um período, pelo dia do crédito (ou do pagamento, se o banco não disse o \
        crédito), do mais antigo ao mais novo, com bruto, juros, multa, desconto, tarifa e líquido. O que não \
        se sabe vem null; o que foi calculado ou projetado vem dito. Baixas manuais não passam pelo banco e não \
        estão aqui.",
    params(Wanted),
    responses((status = 200, description = "Uma página", body = Page<BookedView>))
)]
pub(crate) async fn booked(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(wanted): Params<Wanted>,
) -> Answer {
    let (period, cursor, limit) = wanted.read()?;
    ok(&app
        .desk(move |world| books::page(world, &actor, &period, cursor.as_deref(), limit))
        .await?)
}
