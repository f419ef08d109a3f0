//! The certificate and the key of an account, given back under a password.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse as _;
use axum::routing::get;
use maud::{Markup, html};
use quita_engine::desk::accounts::AccountView;
use quita_engine::desk::credential_export::export;
use quita_engine::desk::people::SignedIn;

use super::accounts::{HERE, account_of};
use super::failure::Page;
use super::form::{Errors, Field, Form, csrf};
use super::shell;
use super::visitor::Visitor;
use crate::app::App;

const TITLE: &str = "Exportar certificado e chave";

pub(super) fn routes() -> Router<App> {
    Router::new().route("/contas/{id}/exportar", get(ask).post(give))
}

async fn ask(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    let account = account_of(&app, &who, &id).await?;
    Ok(shell::page(&app, &who, HERE, TITLE, html(&who, &account, &Errors::default())))
}

async fn give(State(app): State<App>, Path(id): Path<String>, Form { who, fields }: Form) -> Page {
    let account = account_of(&app, &who, &id).await?;
    let (actor, password) = (who.actor.clone(), fields.raw("password").to_owned());
    let again = fields.raw("again").to_owned();
    match app.ask(move |world| export(world, &actor, &id, &password, &again)).await {
        Ok(file) => {
            let name = format!("attachment; filename=\"{}\"", file.file_name);
            let head =
                [(CONTENT_TYPE, "application/x-pkcs12".to_owned()), (CONTENT_DISPOSITION, name)];
            Ok((head, file.bytes).into_response())
        }
        Err(error) => {
            let content = html(&who, &account, &Errors::of(error)?);
            let page = shell::page(&app, &who, HERE, TITLE, content);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn html(who: &SignedIn, account: &AccountView, errors: &Errors) -> Markup {
    html! {
        div.title {
            h1 { (TITLE) }
            p.subtitle { (account.description) }
        }
        (errors.summary(&["password", "again"]))
        div.card {
            p {
                "O banco só deixa baixar a chave uma vez. Se este servidor se perder sem cópia, só criando outra \
                 integração. Com este arquivo a empresa guarda a chave fora daqui, num cofre de senhas ou numa \
                 cópia de segurança."
            }
            p {
                "O arquivo (.p12) é cifrado com a senha que você escolher (AES-256). Sem ela ninguém o abre, nem \
                 nós: a senha não fica guardada. Quem tem o arquivo e a senha fala com o banco em nome da empresa. \
                 A exportação fica registrada na auditoria."
            }
            form.stack method="post" action={ (HERE) "/" (account.id) "/exportar" } {
                (csrf(who))
                div.fields {
                    (Field::password("password", "Senha do arquivo", "new-password").must().width("w6").hint("Use uma frase que só quem precisa conhece.").html(errors))
                    (Field::password("again", "A mesma senha, de novo", "new-password").must().width("w6").html(errors))
                }
                div.row {
                    button.first { "Exportar" }
                    a href={ (HERE) "/" (account.id) } { "Voltar à conta" }
                }
            }
            p.hint { "Para usar de novo: «Trocar certificado» ou «Nova conta», escolhendo o arquivo e digitando a senha dele." }
        }
    }
}
