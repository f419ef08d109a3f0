//! Whether this node can work, for load balancers and for `quita doctor`.

use axum::extract::State;
use quita_engine::desk::health;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::reply::{Answer, ok};

/// This node works.
#[derive(Serialize, ToSchema)]
#[schema(as = NodeHealth)]
pub(crate) struct HealthView {
    /// `ok`; otherwise the answer is a problem.
    status: &'static str,
    /// `production` or `sandbox`.
    environment: &'static str,
    /// Version of quita.
    version: &'static str,
}

#[utoipa::path(
    get, path = "/health", tag = "health", operation_id = "getHealth", security(()),
    summary = "Consultar o estado do servidor",
    description = "Responde 200 enquanto o banco de dados responde, e 503 quando não. Não pede token.",
    responses((status = 200, description = "Funcionando", body = HealthView))
)]
pub(crate) async fn get(State(app): State<App>) -> Answer {
    app.desk(health::reachable).await?;
    ok(&HealthView {
        status: "ok",
        environment: app.world.environment.word(),
        version: env!("CARGO_PKG_VERSION"),
    })
}
