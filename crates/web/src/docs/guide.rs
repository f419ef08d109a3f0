//! The guide above the reference: what holds for every operation.

use maud::{Markup, html};
use quita_core::fold::Status;

use super::prose;
use crate::problem::kinds;

const SECTIONS: [(&str, &str); 7] = [
    ("comecar", "Começar"),
    ("idempotencia", "Idempotency-Key"),
    ("problemas", "Problemas"),
    ("listas", "Listas e cursores"),
    ("situacoes", "Situações de um boleto"),
    ("avisos", "Avisos do banco e eventos"),
    ("valores", "Valores, datas e textos"),
];

/// Links to the sections.
pub(super) fn index() -> Markup {
    html! {
        h2 { "Guia" }
        ul { @for (id, title) in SECTIONS { li { a href={ "#" (id) } { (title) } } } }
    }
}

fn heading(id: &str) -> Markup {
    let title = SECTIONS.iter().find(|(known, _)| *known == id).map_or("", |(_, title)| title);
    html! { h2 id=(id) { (title) } }
}

fn p(text: &str) -> Markup {
    html! { p { (prose(text)) } }
}

/// All sections.
pub(super) fn guide() -> Markup {
    html! {
        section.guide {
            h1 { "API de quita" }
            p.lead {
                "Boletos e Pix pelo banco da própria empresa: emitir, acompanhar, saber sozinho quem \
                 pagou. JSON sobre HTTP, os mesmos nomes em toda parte, valores em centavos."
            }
            (start())
            (idempotency())
            (problems())
            (lists())
            (statuses())
            (events())
            (values())
        }
    }
}

fn start() -> Markup {
    html! {
        (heading("comecar"))
        (p("Cada programa da empresa tem um token, criado na instalação (`quita init`) ou em \
            `POST /v1/tokens`. Ele vai no cabeçalho `Authorization` e diz de que empresa se trata: \
            nada de outra empresa aparece. As permissões são `read` (consultar), `charge` (cobrar) e \
            `configure` (contas e tokens)."))
        pre tabindex="0" { code {
            "export QUITA_URL=http://localhost:8077\n"
            "export QUITA_TOKEN=quita_…\n\n"
            "curl \"$QUITA_URL/v1/company\" -H \"Authorization: Bearer $QUITA_TOKEN\""
        } }
        (p("Para o primeiro boleto, veja `POST /v1/boletos`: com `?wait=10s` a resposta já traz a linha \
            digitável, o código de barras e o Pix que o banco registrou."))
    }
}

fn idempotency() -> Markup {
    html! {
        (heading("idempotencia"))
        (p("Todo `POST` que grava pede o cabeçalho `Idempotency-Key`: um texto seu, único para cada \
            pedido novo. Se a resposta se perder, repita o pedido igual, com a mesma chave: nada \
            acontece duas vezes."))
        table {
            thead { tr { th { "O que chega" } th { "Resposta" } } }
            tbody {
                tr {
                    td { "mesma chave, mesmo conteúdo, já respondido" }
                    td { "a mesma resposta, com " code { "Idempotent-Replayed: true" } }
                }
                tr {
                    td { "mesma chave, ainda em andamento" }
                    td { "409 com " code { "Retry-After: 1" } }
                }
                tr { td { "mesma chave, outro conteúdo" } td { "422" } }
                tr {
                    td { "o pedido falhou (4xx, 503)" }
                    td { "nada fica gravado; corrija ou repita com a mesma chave" }
                }
            }
        }
        (p("As chaves valem por 30 dias e são de cada empresa."))
    }
}

fn problems() -> Markup {
    html! {
        (heading("problemas"))
        (p("O que dá errado vem como `application/problem+json` (RFC 9457). `type` é para programas, \
            `detail` para pessoas, e `errors` traz todos os campos a corrigir de uma vez. Toda resposta \
            tem `x-request-id`: informe-o ao pedir ajuda."))
        pre tabindex="0" { code {
            "HTTP/1.1 422 Unprocessable Entity\n"
            "Content-Type: application/problem+json\n\n"
            "{\n"
            "  \"type\": \"/problems/invalid\",\n"
            "  \"title\": \"Há campos a corrigir\",\n"
            "  \"status\": 422,\n"
            "  \"detail\": \"customer.address.postal_code: o CEP tem 8 dígitos\",\n"
            "  \"errors\": [\n"
            "    {\n"
            "      \"field\": \"customer.address.postal_code\",\n"
            "      \"code\": \"invalid\",\n"
            "      \"message\": \"o CEP tem 8 dígitos\"\n"
            "    }\n"
            "  ],\n"
            "  \"request_id\": \"019ab0c2-7d5e-7001-8a4b-2f6c9d3e5a10\"\n"
            "}"
        } }
        table {
            thead { tr { th { "Status" } th { "type" } th { "O que é" } } }
            tbody {
                @for kind in kinds::ALL {
                    tr {
                        td { (kind.status.as_u16()) }
                        td { code { "/problems/" (kind.code) } }
                        td { (kind.title) }
                    }
                }
            }
        }
        (p("Um 409 traz em `type` o código da causa, como `/problems/wrong_status`, \
            `/problems/document_number_taken` ou `/problems/account_exists`."))
    }
}

fn lists() -> Markup {
    html! {
        (heading("listas"))
        (p("As listas longas vêm em páginas: `limit` de 1 a 200 itens (50 se omitido) e, havendo mais, \
            `next_cursor`. Devolva-o em `cursor` até que venha `null`. O cursor não muda quando \
            chegam itens novos: nada se repete nem se perde."))
        pre tabindex="0" { code {
            "curl \"$QUITA_URL/v1/boletos?status=REGISTERED&limit=200&cursor=$CURSOR\" \\\n"
            "  -H \"Authorization: Bearer $QUITA_TOKEN\""
        } }
    }
}

fn statuses() -> Markup {
    let meaning = |status: Status| match status {
        Status::Created => "guardado aqui, a caminho do banco",
        Status::Registered => {
            "registrado no banco: pode ser pago, mesmo vencido, até a data limite"
        }
        Status::Rejected => "o banco recusou; o motivo está em `refusal`",
        Status::Settled => "o banco informou o pagamento, ou foi baixado como pago por fora",
        Status::Expired => "a data limite passou sem pagamento",
        Status::CancellationRequested => "o banco recebeu o pedido de baixa",
        Status::Cancelled => "baixado sem pagamento",
    };
    html! {
        (heading("situacoes"))
        table {
            thead { tr { th { "status" } th { "Na tela" } th { "O que quer dizer" } } }
            tbody {
                @for status in Status::ALL {
                    tr {
                        td { code { (status.word()) } }
                        td { (status.label()) }
                        td { (prose(meaning(status))) }
                    }
                }
            }
        }
        (p("«Vencido» não é uma situação: é um boleto `REGISTERED` depois do vencimento. Um pagamento \
            vale mais do que um cancelamento: um boleto cancelado que foi pago passa a `SETTLED` e vira \
            pendência para alguém olhar."))
    }
}

fn events() -> Markup {
    html! {
        (heading("avisos"))
        (p("O aviso que um banco manda (webhook) é só uma campainha: quita o guarda e pergunta ao banco \
            antes de acreditar. Se o aviso não vem, quita pergunta assim mesmo, de tempos em tempos; \
            `POST /v1/sync` adianta."))
        (p("Para acompanhar o que acontece, leia `GET /v1/events?after=N` de tempos em tempos e guarde \
            `next_after`. Cada evento tem um número; a ordem não muda e nada vem duas vezes."))
    }
}

fn values() -> Markup {
    html! {
        (heading("valores"))
        ul {
            li { (prose("Dinheiro: centavos, número inteiro (`125000` é R$ 1.250,00).")) }
            li { (prose("Porcentagem: texto com ponto (`\"2.00\"`).")) }
            li { (prose("Dia: `AAAA-MM-DD`, no fuso de São Paulo, que é o dos bancos.")) }
            li { (prose("Instante: ISO 8601 em UTC (`2026-11-23T15:04:05Z`).")) }
            li { (prose("Id: 36 caracteres, na ordem da criação.")) }
            li { "Um campo desconhecido é recusado, para que um erro de digitação não passe calado." }
        }
    }
}
