//! What surrounds every screen: head, bands, navigation, who is signed in.

use axum::response::{Html, IntoResponse as _, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use quita_engine::desk::Permission;
use quita_engine::desk::people::SignedIn;
use quita_engine::world::Environment;

use super::assets::EDITION;
use super::form::csrf;
use crate::app::App;

/// Address, name, and what one must be allowed to see it.
type Place = (&'static str, &'static str, Permission);

/// The places of the navigation, by group.
const PLACES: [(&str, &[Place]); 3] = [
    (
        "Cobrança",
        &[
            ("/", "Início", Permission::Read),
            ("/boletos", "Boletos", Permission::Read),
            ("/recebimentos", "Recebimentos", Permission::Read),
            ("/extrato", "Extrato", Permission::Read),
            ("/conciliacao", "Conciliação", Permission::Read),
            ("/boletos/emitir", "Emitir boleto", Permission::Charge),
            ("/boletos/lote", "Emitir em lote", Permission::Charge),
            ("/contratos", "Contratos", Permission::Read),
            ("/remessas", "Remessas", Permission::Read),
            ("/retornos", "Retornos", Permission::Read),
        ],
    ),
    (
        "Cadastros",
        &[
            ("/clientes", "Clientes", Permission::Read),
            ("/parametros", "Parâmetros", Permission::Read),
            ("/formas-de-pagamento", "Formas de pagamento", Permission::Read),
            ("/plano-de-contas", "Plano de contas", Permission::Read),
            ("/centros-de-custo", "Centros de custo", Permission::Read),
        ],
    ),
    (
        "Empresa",
        &[
            ("/contas", "Contas", Permission::Configure),
            ("/empresa", "Empresa", Permission::Read),
            ("/usuarios", "Usuários", Permission::Configure),
            ("/email", "E-mail", Permission::Configure),
            ("/tokens", "Tokens de API", Permission::Configure),
        ],
    ),
];

/// The mark of the house: a coin that is ticked off.
const MARK: &str = r#"<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 1a11 11 0 1 0 11 11h-3a8 8 0 1 1-4.6-7.2l1.3-2.7A11 11 0 0 0 12 1Zm9.3 2.6L11.5 14 7.6 10l-2 2 6 6L23.4 5.6Z"/></svg>"#;

/// A screen for whoever signed in. `here` is its address in the navigation.
pub(crate) fn page(
    app: &App,
    who: &SignedIn,
    here: &str,
    title: &str,
    content: Markup,
) -> Response {
    Html(page_text(app, who, here, title, content)).into_response()
}

/// As [`page`], as text: for a page that is sent piece by piece.
pub(crate) fn page_text(
    app: &App,
    who: &SignedIn,
    here: &str,
    title: &str,
    content: Markup,
) -> String {
    let body = html! {
        a.skip href="#conteudo" { "Ir para o conteúdo" }
        (bands(app))
        div.frame {
            header.side {
                a.brand href="/" { (PreEscaped(MARK)) "quita" }
                details.menu open {
                    summary { "Menu" }
                    (navigation(who, here))
                    (signed_in(who))
                }
            }
            main #conteudo tabindex="-1" { (content) }
        }
    };
    document(title, Some(&who.csrf), body).into_string()
}

/// A screen by itself: sign-in, first run, errors.
pub(crate) fn alone(title: &str, content: Markup) -> Response {
    let body = html! {
        main.alone #conteudo {
            a.brand href="/" { (PreEscaped(MARK)) "quita" }
            (content)
        }
    };
    Html(document(title, None, body).into_string()).into_response()
}

/// As [`alone`], with room for a long form.
pub(crate) fn alone_wide(title: &str, content: Markup) -> Response {
    let body = html! {
        main.alone.wide #conteudo {
            p.brand { (PreEscaped(MARK)) "quita" }
            (content)
        }
    };
    Html(document(title, None, body).into_string()).into_response()
}

/// As [`alone`], with the bands of the installation.
pub(crate) fn alone_here(app: &App, title: &str, content: Markup) -> Response {
    let body = html! {
        (bands(app))
        main.alone #conteudo {
            p.brand { (PreEscaped(MARK)) "quita" }
            (content)
        }
    };
    Html(document(title, None, body).into_string()).into_response()
}

/// A screen at the public address, for people who do not know the house.
pub(crate) fn for_strangers(app: &App, title: &str, content: Markup) -> Response {
    let body = html! {
        (bands(app))
        main.alone #conteudo { (content) }
    };
    Html(document_at("/p/assets", title, None, body).into_string()).into_response()
}

/// A part of a page, for the script.
pub(crate) fn fragment(content: Markup) -> Response {
    Html(content.into_string()).into_response()
}

/// Has the page follow what changes after it was asked for.
pub(super) fn live(who: &SignedIn) -> Markup {
    html! { div data-live={ "/ao-vivo?depois=" (who.last_event) } {} }
}

fn document(title: &str, csrf: Option<&str>, body: Markup) -> Markup {
    document_at("/assets", title, csrf, body)
}

fn document_at(assets: &str, title: &str, csrf: Option<&str>, body: Markup) -> Markup {
    let asset = |name: &str| format!("{assets}/{name}?{}", *EDITION);
    html! {
        (DOCTYPE)
        html lang="pt-BR" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                @if let Some(csrf) = csrf { meta name="csrf" content=(csrf); }
                title { (title) " · quita" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(asset("app.css"));
                script src=(asset("app.js")) {}
            }
            body { (body) }
        }
    }
}

fn bands(app: &App) -> Markup {
    html! {
        @if app.world.environment == Environment::Sandbox {
            div.band.test { "AMBIENTE DE TESTES – SEM VALOR" }
        }
        @if app.exposure.unprotected {
            div.band.danger role="alert" {
                "Conexão sem proteção (HTTP): quem estiver na rede pode ver senhas. Use TLS."
            }
        }
    }
}

fn navigation(who: &SignedIn, here: &str) -> Markup {
    let may = |permission: &Permission| who.actor.permissions.contains(permission);
    html! {
        nav aria-label="Principal" {
            ul {
                @for (group, places) in PLACES {
                    @if places.iter().any(|(_, _, permission)| may(permission)) {
                        li.group { (group) }
                        @for (address, name, permission) in places {
                            @if may(permission) {
                                li {
                                    a href=(address) aria-current=[(*address == here).then_some("page")] {
                                        (name)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn signed_in(who: &SignedIn) -> Markup {
    html! {
        div.who {
            @if who.companies.len() > 1 {
                form method="post" action="/empresa/trocar" data-submit-on-change {
                    (csrf(who))
                    label.visually-hidden for="empresa-atual" { "Empresa" }
                    select #empresa-atual name="company_id" {
                        @for (id, name) in &who.companies {
                            option value=(id) selected[*id == who.actor.company_id] { (name) }
                        }
                    }
                    noscript { button { "Trocar" } }
                }
            } @else {
                p { strong { (who.company) } }
            }
            p { a href="/minha-senha" { (who.name) } " · " (who.role.label()) }
            div.row {
                form method="post" action="/sair" {
                    (csrf(who))
                    button.plain { "Sair" }
                }
                span role="group" aria-label="Tema" {
                    button.plain type="button" data-theme-choice="light" { "Claro" }
                    button.plain type="button" data-theme-choice="dark" { "Escuro" }
                }
            }
        }
    }
}
