//! Issue boletos: one, many, the instalments of one document.

use axum::extract::State;
use quita_engine::desk::Actor;
use quita_engine::desk::issue::rehearse::{self, Rehearsal};
use quita_engine::desk::issue::{self, NewBoleto, NewInstalments, Shape, Stored};
use quita_engine::desk::once::Request;
use quita_engine::desk::view::BoletoView;
use quita_engine::world::World;
use serde::Deserialize;
use tokio::sync::oneshot;
use utoipa::{IntoParams, ToSchema};

use super::wait;
use crate::app::App;
use crate::auth::Caller;
use crate::input::{Body, Key, Params};
use crate::problem::Problem;
use crate::reply::{Answer, ok, stored, with_body};

/// Many boletos to be issued, all or none.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBatch {
    /// 1 to 1000.
    boletos: Vec<NewBoleto>,
}

/// Boletos just issued, in the order in which they were asked for.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the answer that the desk stores")]
#[schema(as = IssuedBoletos)]
pub(crate) struct Issued {
    /// Each as `POST /v1/boletos` gives it.
    boletos: Vec<BoletoView>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wait {
    /// Espera até o banco responder, no máximo este tempo, de `1s` a `30s`.
    #[serde(default)]
    #[param(example = "10s")]
    wait: String,
}

#[utoipa::path(
    post, path = "/v1/boletos", tag = "boletos", operation_id = "issueBoleto",
    summary = "Emitir um boleto",
    description = "Confere tudo, guarda a cobrança e o boleto e responde na hora, com a situação \
        `CREATED`; o registro no banco vem em seguida, em geral em segundos. Com `?wait=10s` a \
        resposta espera por ele e traz linha digitável, código de barras e Pix. Um pedido repetido \
        com a mesma Idempotency-Key nunca emite outro boleto.",
    params(Key, Wait),
    request_body = NewBoleto,
    responses((status = 201, description = "O boleto", body = BoletoView))
)]
pub(crate) async fn one(
    State(app): State<App>,
    Caller(actor): Caller,
    key: Key,
    Params(Wait { wait }): Params<Wait>,
    body: Body<NewBoleto>,
) -> Answer {
    let wait = wait::read(&wait)?;
    let request = key.with(body.fingerprint);
    let issued = issue(&app, &actor, request, vec![body.value], Shape::One).await?;
    match wait {
        None => stored(&issued),
        Some(longest) => with_body(&issued, wait::answered(&app, actor, &issued, longest).await?),
    }
}

#[utoipa::path(
    post, path = "/v1/boletos/rehearsal", tag = "boletos", operation_id = "rehearseBoleto",
    summary = "Simular a emissão no banco",
    description = "Pergunta ao banco se ele registraria este boleto, onde o banco tem esse modo (`rehearse` em \
        BANKS.md). Nada é emitido, gravado ou numerado, por isso não pede Idempotency-Key. `accepted` diz a resposta; \
        bancos sem esse modo dão 409 `not_supported`.",
    request_body = NewBoleto,
    responses((status = 200, description = "O que o banco disse", body = Rehearsal))
)]
pub(crate) async fn rehearse(
    State(app): State<App>,
    Caller(actor): Caller,
    body: Body<NewBoleto>,
) -> Answer {
    let new = body.value;
    ok(&app.desk(move |world| rehearse::rehearse(world, &actor, &new)).await?)
}

#[utoipa::path(
    post, path = "/v1/boletos/batch", tag = "boletos", operation_id = "issueBatch",
    summary = "Emitir muitos boletos",
    description = "Até 1000, todos ou nenhum: se um campo de um deles está errado, nada é gravado e todos \
        os campos errados são ditos.",
    params(Key),
    request_body = NewBatch,
    responses((status = 201, description = "Os boletos, na ordem do pedido", body = Issued))
)]
pub(crate) async fn batch(
    State(app): State<App>,
    Caller(actor): Caller,
    key: Key,
    body: Body<NewBatch>,
) -> Answer {
    let request = key.with(body.fingerprint);
    stored(&issue(&app, &actor, request, body.value.boletos, Shape::Many).await?)
}

#[utoipa::path(
    post, path = "/v1/boletos/instalments", tag = "boletos", operation_id = "issueInstalments",
    summary = "Emitir as parcelas de um documento",
    description = "Um boleto por mês, no mesmo dia (ou no último do mês mais curto), numerados \
        `23 - 1/3`, `23 - 2/3`… O valor se repete (`repeat`) ou se divide com os centavos na primeira \
        (`divide`).",
    params(Key),
    request_body = NewInstalments,
    responses((status = 201, description = "Os boletos, na ordem das parcelas", body = Issued))
)]
pub(crate) async fn instalments(
    State(app): State<App>,
    Caller(actor): Caller,
    key: Key,
    body: Body<NewInstalments>,
) -> Answer {
    let new = issue::instalments(&body.value)?;
    stored(&issue(&app, &actor, key.with(body.fingerprint), new, Shape::Many).await?)
}

/// Issues without holding a thread while the commit is under way.
async fn issue(
    app: &App,
    actor: &Actor,
    request: Request,
    new: Vec<NewBoleto>,
    shape: Shape,
) -> Result<Stored, Problem> {
    let (tell, told) = oneshot::channel();
    let takes_long = takes_long(&app.world, actor, &new);
    let actor = actor.clone();
    let work = move |world: &World| {
        let Request { key, fingerprint } = &request;
        issue::issue_then(world, &actor, key, fingerprint, &new, shape, move |done| {
            // Nobody listens when the caller has hung up; what was done stays done.
            let _ = tell.send(done);
        });
        Ok(())
    };
    if takes_long {
        app.desk(work).await?;
    } else {
        work(&app.world)?;
    }
    told.await.map_err(|_| Problem::internal("the store gave no answer"))?.map_err(Problem::from)
}

/// Whether the checks are many or read the database, and so belong on a thread that may wait.
/// A single boleto is checked where it was parsed, without the hand-over; only when it is
/// wrong is its key looked up there.
fn takes_long(world: &World, actor: &Actor, new: &[NewBoleto]) -> bool {
    let named = |b: &NewBoleto| {
        let ids = [&b.customer_id, &b.terms_id, &b.chart_account, &b.cost_center];
        ids.iter().any(|id| id.is_some())
    };
    new.len() > 1
        || new.iter().any(named)
        || world.companies.get(&actor.company_id, world.clock.now()).is_none()
}
