//! Whatever arrives: nothing panics, nothing unclear counts as done.

use proptest::prelude::*;
use quita_banks::contract::{Bank, Done, Op, Outcome};
use quita_banks::inter::bank::INTER;
use quita_core::money::Money;
use serde_json::Value;

use crate::support::{
    A_RECEBER, CALLBACK, EMITIDA, ERRO_400, EXTRATO_COMPLETO, LISTA, PIX_RECEBIDOS, answer, codes,
    ctx, customer_address, every_op, plain, request, ring,
};

/// JSON made of the bank's own names, so that it reaches deep, with values of any kind.
fn odd_json() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "cobranca",
        "boleto",
        "pix",
        "cobrancas",
        "codigoSolicitacao",
        "seuNumero",
        "situacao",
        "valorNominal",
        "valorTotalRecebido",
        "origemRecebimento",
        "dataVencimento",
        "pagador",
        "cpfCnpj",
        "nossoNumero",
        "codigoBarras",
        "linhaDigitavel",
        "txid",
        "endToEndId",
        "valor",
        "horario",
        "devolucoes",
        "violacoes",
        "razao",
        "propriedade",
        "status",
        "codigoEdicao",
        "pdf",
        "totalPaginas",
        "ultimaPagina",
        "erro",
        "title",
        "parametros",
        "paginacao",
        "transacoes",
        "totalElementos",
        "idTransacao",
        "dataTransacao",
        "tipoTransacao",
        "tipoOperacao",
        "detalhes",
        "codBarras",
        "juros",
        "multa",
        "abatimento",
        "desconto1",
        "scrollId",
        "hasMore",
        "typeError",
        "disponivel",
        "dataReferencia",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        prop::sample::select(vec![
            "RECEBIDO",
            "PIX",
            "A_RECEBER",
            "1e18",
            "-1E+18",
            "9223372036854775807",
            "2026-12-21",
            "2026-12-é1",
            "é2345678901",
            "07793166700000123450001112123456700000000010",
            "07790001161212345670400000000109316670000012345",
            "E1",
            "C",
            "D",
            "BOLETO_COBRANCA",
            "SCROLL_EXPIRED",
            "31/12/2026",
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names.clone(), inner, 0..8)
                .prop_map(|m| m.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<Value>()),
        ]
    })
}

fn statuses() -> impl Strategy<Value = u16> {
    prop_oneof![Just(200), Just(400), 100_u16..=600]
}

/// No answer panics, and no answer but a clear one counts as carried out.
fn survives(status: u16, body: &[u8]) {
    for op in every_op() {
        let outcome = answer(&op, status, body);
        if !(200..300).contains(&status) && !matches!(op, Op::GetWebhook) {
            // The end of a scroll is a reason to begin anew, which tells no line.
            let tells = match &outcome {
                Outcome::Done(Done::Lines(page)) => !page.anew || !page.lines.is_empty(),
                outcome => matches!(outcome, Outcome::Done(_) | Outcome::Page { .. }),
            };
            assert!(!tells, "{outcome:?}");
        }
    }
    ring("POST", "/pix", body);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(status in statuses(), body in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(status, &body);
    }

    #[test]
    fn any_json_is_survived(status in statuses(), body in odd_json()) {
        survives(status, body.to_string().as_bytes());
    }

    #[test]
    fn any_cut_of_an_answer_is_survived(cut in 0_usize..2000, flip in any::<u8>()) {
        for sample in [EMITIDA, A_RECEBER, LISTA, PIX_RECEBIDOS, ERRO_400, CALLBACK, EXTRATO_COMPLETO] {
            let mut body = sample.as_bytes()[..cut.min(sample.len())].to_vec();
            survives(200, &body);
            if let Some(last) = body.last_mut() {
                *last = flip;
            }
            survives(200, &body);
        }
    }

    /// What an order says about money and dates arrives digit by digit.
    #[test]
    fn any_valid_order_is_sent_exactly(cents in 250_i64..=9_999_999_999, days in 0_i32..=60) {
        let mut order = plain();
        order.amount = Money::from_cents(cents);
        order.limit_date = order.expiration_date + jiff::Span::new().days(days);
        prop_assert_eq!(codes(&order, &ctx()), Vec::<String>::new());
        let body = String::from_utf8(request(&Op::Issue(Box::new(order))).body).unwrap();
        let amount = Money::from_cents(cents).to_decimal();
        let days = format!("\"numDiasAgenda\":{days},");
        let amount = format!("\"valorNominal\":{amount},");
        prop_assert!(body.contains(&amount) && body.contains(&days));
    }

    /// No text of an order, however odd, breaks the request or slips past the check.
    #[test]
    fn any_text_is_checked_as_it_is_sent(name in ".{0,130}", street in ".{0,130}", phone in ".{0,20}") {
        let mut order = plain();
        order.customer.name = name;
        order.customer.phone = Some(phone);
        customer_address(&mut order).street = street;
        let passes = INTER.check(&order, &ctx()).is_empty();
        let sent: Value = serde_json::from_slice(&request(&Op::Issue(Box::new(order))).body).unwrap();
        for field in ["nome", "endereco"] {
            let text = sent["pagador"][field].as_str().unwrap();
            prop_assert!(!text.chars().any(char::is_control));
            prop_assert!(!passes || (1..=100).contains(&text.chars().count()));
        }
        for (field, longest) in [("ddd", 2), ("telefone", 9)] {
            prop_assert!(sent["pagador"][field].as_str().is_none_or(|t| t.len() <= longest));
        }
    }
}
