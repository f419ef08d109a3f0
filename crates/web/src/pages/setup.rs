//! The very first page, where there is no installation yet: production or sandbox, the company, the
//! first administrator.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use quita_engine::desk::companies::NewCompany;
use quita_engine::error::{Error, FieldErrors};
use quita_engine::world::Environment;
use serde::Deserialize;

use super::failure::Failure;
use super::form::{Errors, Field, Fields};
use super::{assets, guarded, shell};

/// What a new installation begins with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// For ever.
    pub environment: Environment,
    /// Who charges.
    pub company: NewCompany,
    /// The first administrator's name.
    pub name: String,
    /// How they sign in.
    pub email: String,
    /// Their password.
    pub password: String,
}

/// Makes the installation, and says what is wrong where it cannot.
pub type Make = Arc<dyn Fn(Setup) -> Result<(), Error> + Send + Sync>;

#[derive(Clone)]
struct Waiting {
    code: Arc<str>,
    make: Make,
}

/// The page, at `/primeiro-acesso?codigo=…`. `make` is called until it succeeds.
pub fn setup_router(code: &str, make: Make) -> Router {
    let elsewhere = || async { Redirect::to("/primeiro-acesso") };
    Router::new()
        .route("/primeiro-acesso", get(show).post(take))
        .layer(from_fn(guarded))
        .merge(assets::routes())
        .fallback(elsewhere)
        .with_state(Waiting { code: code.into(), make })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Code {
    codigo: String,
}

async fn show(Query(code): Query<Code>) -> Response {
    let fields = Fields(vec![("codigo".into(), code.codigo)]);
    shell::alone_wide("Primeiro acesso", form(&fields, &Errors::default()))
}

async fn take(State(waiting): State<Waiting>, fields: Fields) -> Result<Response, Failure> {
    let made = match read(&waiting, &fields) {
        Err(error) => Err(error),
        Ok(setup) => {
            let make = Arc::clone(&waiting.make);
            tokio::task::spawn_blocking(move || make(setup))
                .await
                .unwrap_or_else(|panic| Err(Error::internal(panic.to_string())))
        }
    };
    match made {
        Ok(()) => Ok(shell::alone_wide("Pronto", done())),
        Err(error) => {
            let page = shell::alone_wide("Primeiro acesso", form(&fields, &Errors::of(error)?));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn read(waiting: &Waiting, fields: &Fields) -> Result<Setup, Error> {
    let mut errors = FieldErrors::default();
    if *fields.get("codigo") != *waiting.code {
        let message =
            "abra o endereço completo que o programa mostrou ao iniciar: ele traz o código";
        errors.add("codigo", "wrong", message);
    }
    let environment = Environment::from_word(fields.get("environment"));
    if environment.is_none() {
        errors.add("environment", "missing", "escolha para que serve esta instalação");
    }
    if fields.raw("password") != fields.raw("again") {
        errors.add("again", "mismatch", "as duas senhas diferem");
    }
    errors.check()?;
    Ok(Setup {
        environment: environment.unwrap_or(Environment::Sandbox),
        company: NewCompany {
            document: fields.get("document").to_owned(),
            legal_name: fields.get("legal_name").to_owned(),
            trade_name: fields.get("trade_name").to_owned(),
            email: String::new(),
            phone: String::new(),
            address: None,
        },
        name: fields.get("name").to_owned(),
        email: fields.get("email").to_owned(),
        password: fields.raw("password").to_owned(),
    })
}

const ENVIRONMENTS: [(Environment, &str, &str); 2] = [
    (
        Environment::Sandbox,
        "Ambiente de testes",
        "Bancos simulados; nada tem valor. Bom para conhecer.",
    ),
    (Environment::Production, "Produção", "Dinheiro de verdade, com a credencial do seu banco."),
];

fn form(fields: &Fields, errors: &Errors) -> Markup {
    let shown = [
        "environment",
        "document",
        "legal_name",
        "trade_name",
        "name",
        "email",
        "password",
        "again",
    ];
    html! {
        h1 { "Bem-vindo ao quita" }
        p.subtitle { "Em uma página: para que serve, quem cobra e quem cuida." }
        (errors.summary(&shown))
        form.stack method="post" action="/primeiro-acesso" {
            input type="hidden" name="codigo" value=(fields.get("codigo"));
            div.card {
                fieldset aria-describedby=[errors.at("environment").map(|_| "environment-error")] {
                    legend { "Esta instalação é, para sempre," }
                    @for (environment, label, meaning) in ENVIRONMENTS {
                        label.check {
                            input type="radio" name="environment" value=(environment.word()) required
                                checked[fields.get("environment") == environment.word()];
                            span { strong { (label) } " " (meaning) }
                        }
                    }
                    @if let Some(error) = errors.at("environment") {
                        span.error #environment-error { (error) }
                    }
                }
            }
            div.card {
                h2 { "Empresa" }
                div.fields {
                    (Field::text("document", "CNPJ ou CPF").value(fields.get("document")).must().width("w4").html(errors))
                    (Field::text("legal_name", "Razão social").value(fields.get("legal_name")).must().width("w8").html(errors))
                    (Field::text("trade_name", "Nome fantasia").value(fields.get("trade_name"))
                        .hint("Como os clientes conhecem a empresa.").html(errors))
                }
            }
            div.card {
                h2 { "Administrador" }
                div.fields {
                    (Field::text("name", "Seu nome").value(fields.get("name")).must().width("w6").autocomplete("name").html(errors))
                    (Field::email("email", "E-mail").value(fields.get("email")).must().width("w6").autocomplete("username").html(errors))
                    (Field::password("password", "Senha", "new-password").must().width("w6")
                        .hint("Ao menos 10 caracteres; uma frase curta é fácil de lembrar.").html(errors))
                    (Field::password("again", "A mesma senha outra vez", "new-password").must().width("w6").html(errors))
                }
            }
            div { button.first { "Criar a instalação" } }
        }
    }
}

fn done() -> Markup {
    html! {
        div.card {
            h1 { "Pronto" }
            p { "A instalação foi criada e o quita está iniciando." }
            p.notice.wait {
                "Guarde uma cópia do arquivo " code { "quita.key" } " fora desta máquina: sem ele as \
                 credenciais dos bancos não abrem."
            }
            p { a.button.first href="/entrar" { "Entrar" } }
        }
    }
}
