//! Requests, as the bank's documents have them.

use jiff::civil::date;
use quita_banks::contract::{Bank, Ctx, Op};
use quita_banks::itau::bank::ITAU;
use quita_banks::statement::StatementDetail;
use quita_core::money::Money;
use quita_core::party::Address;
use serde_json::{Value, json};

use crate::support::*;

#[test]
fn a_plain_boleto_has_digits_and_an_envelope() {
    let request = request(&issue(full()));
    assert_eq!(
        (request.method, request.host, request.path.as_str()),
        ("POST", "emission", "/boletos")
    );
    assert_eq!(body(&request), serde_json::from_str::<Value>(EMISSAO).unwrap());
}

#[test]
fn a_bolecode_has_decimals_and_no_envelope() {
    let request = request(&issue(hybrid()));
    assert_eq!((request.host, request.path.as_str()), ("bolecode", "/boletos-pix"));
    assert_eq!(body(&request), serde_json::from_str::<Value>(BOLECODE).unwrap());
}

#[test]
fn shape_path_numbers_and_addresses_are_settings() {
    let key = ("pix_key", "x@exemplo.example");
    for (settings, host, path, amount) in [
        (&[][..], "bolecode", "/boletos-pix", "123.45"),
        (&[("bolecode_path", "boletos_pix")], "bolecode", "/boletos_pix", "123.45"),
        (&[("bolecode_numbers", "digitos")], "bolecode", "/boletos-pix", "00000000000012345"),
        (&[("bolecode", "antigo")], "bolecode_old", "/boletos_pix", "00000000000012345"),
        (
            &[("bolecode", "antigo"), ("addresses", "classico")],
            "bolecode_old_classic",
            "/boletos_pix",
            "00000000000012345",
        ),
    ] {
        let settings: Vec<_> = settings.iter().copied().chain([key]).collect();
        let request = ITAU.request(&issue(hybrid()), &with(&settings)).unwrap();
        assert_eq!((request.host, request.path.as_str()), (host, path), "{settings:?}");
        assert_eq!(body(&request)["dado_boleto"]["valor_total_titulo"], amount, "{settings:?}");
    }
    let classic = with(&[("addresses", "classico")]);
    assert_eq!(ITAU.request(&cancel(), &classic).unwrap().host, "emission_classic");
    assert_eq!(ITAU.request(&cancel(), &ctx()).unwrap().host, "emission");
    // Each service has an address of its own.
    let bases: std::collections::BTreeSet<_> =
        ITAU.info().hosts.iter().map(|host| host.production).collect();
    assert_eq!(bases.len(), ITAU.info().hosts.len());
}

#[test]
fn a_boleto_is_asked_for_by_our_number() {
    for op in [get(), find()] {
        let request = request(&op);
        assert_eq!(
            (request.method, request.host, request.path.as_str()),
            ("GET", "detail", "/boletos")
        );
        assert_eq!(
            query(&request),
            [
                ("id_beneficiario", "012300456782"),
                ("codigo_carteira", "109"),
                ("nosso_numero", "00000123"),
                ("view", "specific"),
            ]
        );
    }
}

#[test]
fn instructions_have_decimals_and_the_long_id() {
    let request_of = |op: &Op| {
        let request = request(op);
        (request.method, request.path.clone(), body(&request))
    };
    let path = |what: &str| format!("/boletos/{BANK_ID}/{what}");
    assert_eq!(request_of(&cancel()), ("PATCH", path("baixa"), json!({})));
    let due = json!({ "data_vencimento": "2026-12-28" });
    assert_eq!(request_of(&change()), ("PATCH", path("data_vencimento"), due));
    let amount = Op::Change {
        bank_id: BANK_ID.to_owned(),
        expiration_date: None,
        amount: Some(Money::from_cents(18_000)),
    };
    let body = json!({ "valor_titulo": "180.00" });
    assert_eq!(request_of(&amount), ("PATCH", path("valor_nominal"), body));
    // Nothing to change is no call.
    let nothing = Op::Change { bank_id: BANK_ID.to_owned(), expiration_date: None, amount: None };
    assert!(ITAU.request(&nothing, &ctx()).is_err());
    let other = request(&Op::ChangeStatus { change_id: BANK_ID.to_owned() });
    assert_eq!((other.method, other.path.as_str()), ("GET", "/boletos"));
}

#[test]
fn every_call_carries_an_id_of_its_own_and_the_client() {
    let id = |op: &Op, ctx: &Ctx| {
        let request = ITAU.request(op, ctx).unwrap();
        let header = request.headers.iter().find(|(n, _)| n == "x-itau-correlationid").cloned();
        header.unwrap().1
    };
    let (one, other) = (id(&get(), &ctx()), id(&cancel(), &ctx()));
    let later = Ctx { now: "2026-11-23T13:00:00.123556789Z".parse().unwrap(), ..ctx() };
    assert!(one != other && one != id(&get(), &later));
    assert_eq!(one, id(&get(), &ctx()));
    let parts: Vec<usize> = one.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12], "{one}");
    let named = ITAU.client_headers("abc");
    assert_eq!(named, [("x-itau-apikey".to_owned(), "abc".to_owned())]);
}

#[test]
fn lists_and_periods_are_asked_for_as_documented() {
    // The movement of the business day before may have come late.
    let first = request(&settled(None));
    assert_eq!(first.path, "/francesas/012300456782/movimentacoes");
    assert_eq!(query(&first), [("data", "2026-11-30"), ("page", "0"), ("page_size", "100")]);
    let next = request(&settled(Some("2026-12-01/3")));
    assert_eq!(query(&next)[..2], [("data", "2026-12-01"), ("page", "3")]);

    let statement = request(&Op::Statement {
        from: date(2026, 11, 1),
        to: date(2026, 11, 23),
        detail: StatementDetail::Simple,
        cursor: Some("2".to_owned()),
    });
    assert_eq!(statement.path, "/statements/012300456782");
    assert_eq!(
        query(&statement),
        [
            ("type", "current_account"),
            ("start_date", "2026-11-01"),
            ("end_date", "2026-11-23"),
            ("page_size", "1000"),
            ("page", "2"),
        ]
    );
    let probe = request(&Op::Probe);
    assert_eq!(
        query(&probe),
        [("agencia", "0123"), ("conta", "0045678"), ("dac", "2"), ("mes_referencia", "112026")]
    );
}

#[test]
fn notices_come_with_a_token_that_the_bank_fetches_behind_the_same_address() {
    let url = "https://cobranca.example/hooks/1a2b3c4d".to_owned();
    let request = request(&Op::RegisterWebhook { url });
    assert_eq!(
        body(&request),
        json!({ "data": {
            "id_beneficiario": "012300456782",
            "webhook_url": "https://cobranca.example/hooks/1a2b3c4d",
            "webhook_client_id": "quita",
            "webhook_client_secret": "1a2b3c4d",
            "webhook_oauth_url": "https://cobranca.example/hooks/1a2b3c4d/token",
            "tipos_notificacoes": ["BAIXA_EFETIVA", "BAIXA_OPERACIONAL"],
        }})
    );
}

#[test]
fn a_long_street_gives_way_to_its_number() {
    let mut order = hybrid();
    order.customer.address = Some(Address {
        street: "Avenida Governador Agamenon Magalhães Barros Pinto".to_owned(),
        number: "12345".to_owned(),
        complement: "bloco B, apartamento 1203, fundos do condomínio".to_owned(),
        ..order.customer.address.clone().unwrap()
    });
    let sent = body(&request(&issue(order)));
    let street = &sent["dado_boleto"]["pagador"]["endereco"]["nome_logradouro"];
    assert_eq!(street, "Avenida Governador Agamenon Magalhaes B 12345");
}
