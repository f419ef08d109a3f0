//! Act on a boleto. The answer comes at once; the bank follows.

use axum::extract::State;
use quita_engine::desk::Actor;
use quita_engine::desk::act::{self, Action, Cancel, Change, Pursue, SettleByHand};
use quita_engine::desk::view::BoletoView;

use crate::app::App;
use crate::auth::Caller;
use crate::input::{Body, Id, Key};
use crate::reply::{Answer, stored};

#[utoipa::path(
    post, path = "/v1/boletos/{id}/cancel", tag = "boletos", operation_id = "cancelBoleto",
    summary = "Cancelar (pedir a baixa)",
    description = "Pede a baixa ao banco. Enquanto ele não confirma, `cancellation_wanted` é true; um \
        pagamento que chegue antes vale mais do que o cancelamento.",
    params(Key, ("id" = String, Path, description = "Id do boleto")),
    request_body = Cancel,
    responses((status = 202, description = "O boleto, com o pedido anotado", body = BoletoView))
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    key: Key,
    Body { value, fingerprint }: Body<Cancel>,
) -> Answer {
    act_on(app, actor, id, key, fingerprint, Action::Cancel(value)).await
}

#[utoipa::path(
    post, path = "/v1/boletos/{id}/change", tag = "boletos", operation_id = "changeBoleto",
    summary = "Alterar vencimento, valor, multa, juros, descontos ou abatimento",
    description = "Só o que o banco altera; quando ele não altera, use `replace`. O que o banco aceita vale \
        quando ele o mostra: até lá está em `changes_wanted`. Numa conta por arquivo o pedido vai na próxima \
        remessa, e vale quando o retorno o confirma. O que o banco recusa vira pendência, com o motivo dele.",
    params(Key, ("id" = String, Path, description = "Id do boleto")),
    request_body = Change,
    responses((status = 202, description = "O boleto, com o pedido anotado", body = BoletoView))
)]
pub(crate) async fn change(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    key: Key,
    Body { value, fingerprint }: Body<Change>,
) -> Answer {
    act_on(app, actor, id, key, fingerprint, Action::Change(value)).await
}

#[utoipa::path(
    post, path = "/v1/boletos/{id}/replace", tag = "boletos", operation_id = "replaceBoleto",
    summary = "Cancelar e reemitir",
    description = "Cancela este boleto e, assim que o cancelamento é certo, emite outro para a mesma \
        cobrança, com os novos valores e encargos. `accepts` só se pede de um boleto registrado: aqui é 422 \
        `not_supported`. O novo aparece em `GET /v1/boletos?charge_id=…`.",
    params(Key, ("id" = String, Path, description = "Id do boleto")),
    request_body = Change,
    responses((status = 202, description = "O boleto antigo, com o pedido anotado", body = BoletoView))
)]
pub(crate) async fn replace(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    key: Key,
    Body { value, fingerprint }: Body<Change>,
) -> Answer {
    act_on(app, actor, id, key, fingerprint, Action::Replace(value)).await
}

#[utoipa::path(
    post, path = "/v1/boletos/{id}/settle_by_hand", tag = "boletos",
    operation_id = "settleBoletoByHand",
    summary = "Baixar como pago por fora",
    description = "Anota que foi pago fora do banco e pede a baixa ao banco. Não gera recebimento.",
    params(Key, ("id" = String, Path, description = "Id do boleto")),
    request_body = SettleByHand,
    responses((status = 202, description = "O boleto, liquidado", body = BoletoView))
)]
pub(crate) async fn settle_by_hand(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    key: Key,
    Body { value, fingerprint }: Body<SettleByHand>,
) -> Answer {
    act_on(app, actor, id, key, fingerprint, Action::SettleByHand(value)).await
}

#[utoipa::path(
    post, path = "/v1/boletos/{id}/protest", tag = "boletos", operation_id = "protestBoleto",
    summary = "Protestar, ou sustar o protesto",
    description = "`on` true protesta um boleto vencido, false susta o protesto e o mantém em aberto. O pedido \
        vai na próxima remessa; 409 `not_supported` onde o banco não o recebe.",
    params(Key, ("id" = String, Path, description = "Id do boleto")),
    request_body = Pursue,
    responses((status = 202, description = "O boleto, com o pedido anotado", body = BoletoView))
)]
pub(crate) async fn protest(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    key: Key,
    Body { value, fingerprint }: Body<Pursue>,
) -> Answer {
    act_on(app, actor, id, key, fingerprint, Action::Protest(value)).await
}

#[utoipa::path(
    post, path = "/v1/boletos/{id}/negative_listing", tag = "boletos",
    operation_id = "listBoletoNegatively",
    summary = "Negativar o pagador, ou retirar a negativação",
    description = "`on` true negativa o pagador de um boleto vencido, false retira a negativação. O pedido vai \
        na próxima remessa; 409 `not_supported` onde o banco não o recebe.",
    params(Key, ("id" = String, Path, description = "Id do boleto")),
    request_body = Pursue,
    responses((status = 202, description = "O boleto, com o pedido anotado", body = BoletoView))
)]
pub(crate) async fn negative_listing(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    key: Key,
    Body { value, fingerprint }: Body<Pursue>,
) -> Answer {
    act_on(app, actor, id, key, fingerprint, Action::NegativeListing(value)).await
}

async fn act_on(
    app: App,
    actor: Actor,
    id: String,
    Key { key }: Key,
    fingerprint: String,
    action: Action,
) -> Answer {
    let done = app.desk(move |world| act::act(world, &actor, &key, &fingerprint, &id, &action));
    stored(&done.await?)
}
