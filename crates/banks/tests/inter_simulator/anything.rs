//! Whatever comes in: no panic. And the state survives being written down.

use proptest::prelude::*;
use quita_banks::inter::sim::InterSimulator;
use quita_banks::simulator::{Control, Simulator};
use quita_core::fact::Means;
use quita_core::money::Money;
use serde_json::{Value as Json, json};

use crate::world::{ACCOUNT, ALL_SCOPES, World, order, order_with, token_request};

/// A world with something of everything in it.
fn full() -> World {
    let mut world = World::new();
    world.register_hook();
    world.add_client("id-2", ALL_SCOPES, "777");
    world.sign_in();
    let paid = world.registered(order("A"));
    world.pay(&paid, Means::Pix, None);
    world.pay(&paid, Means::Boleto, Some(100));
    let changed = world.registered(order("B"));
    let change = json!({ "valorNominal": 200 });
    world.send("PATCH", &format!("/cobranca/v3/cobrancas/{changed}"), change);
    world.set("issue_refused", json!(true));
    world.issue(order("C"));
    world.fault(quita_banks::simulator::Fault::RequestLost, "nada");
    world.set("rows_late", json!(1));
    world.set("rows_corrected", json!(1));
    for cents in [-500, 700] {
        world.control(Control::Move {
            account: ACCOUNT.to_owned(),
            amount: Money::from_cents(cents),
            kind: Some("PIX".to_owned()),
            with: None,
            document: None,
            day: None,
        });
    }
    world.get(
        "/banking/v2/extrato/completo?dataInicio=2026-12-01&dataFim=2026-12-01\
         &scrollEnabled=true&tamanhoPagina=1",
    );
    // Some calls under way, some answered.
    let calls = world.sim.tick(world.now, &mut world.rng);
    world.sim.called_back(calls[0].id, Some(500), world.now);
    world
}

#[test]
fn a_state_written_down_goes_on_as_if_nothing_had_been() {
    let mut original = full();
    let snapshot = original.sim.snapshot();
    let mut copy = full();
    copy.sim = InterSimulator::new();
    copy.sim.restore(serde_json::from_str(&snapshot.to_string()).unwrap()).unwrap();
    assert_eq!(copy.sim.snapshot(), snapshot);
    for world in [&mut original, &mut copy] {
        assert_eq!(world.situation_of("A"), "RECEBIDO");
        world.pay("B", Means::Boleto, None);
        world.set("limits", json!(true));
    }
    let end = "2027-03-01T12:00:00Z";
    let told = |world: &mut World| -> Vec<(String, Vec<u8>)> {
        world.run_to(end).into_iter().map(|call| (call.url, call.body)).collect()
    };
    assert_eq!(told(&mut original), told(&mut copy));
    assert_eq!(original.inspect(), copy.inspect());
    assert_eq!(original.sim.snapshot(), copy.sim.snapshot());
    assert!(copy.sim.restore(json!({ "switches": 1 })).is_err());
    assert!(copy.sim.restore(Json::Null).is_err());
}

impl World {
    fn situation_of(&mut self, reference: &str) -> String {
        let boletos = self.inspect()["boletos"].clone();
        let found = boletos.as_array().unwrap().iter().find(|b| b["seuNumero"] == reference);
        found.unwrap()["situacao"].as_str().unwrap().to_owned()
    }
}

#[test]
fn the_same_seed_makes_the_same_bank() {
    assert_eq!(full().sim.snapshot(), full().sim.snapshot());
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        ".{0,20}".prop_map(Json::from),
        Just(json!("2026-12-21")),
        Just(json!("PERCENTUAL")),
        Just(json!("BOLETO")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec((name(), inner), 0..4)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "seuNumero",
            "valorNominal",
            "dataVencimento",
            "numDiasAgenda",
            "pagador",
            "nome",
            "cpfCnpj",
            "cep",
            "codigo",
            "taxa",
            "valor",
            "quantidadeDias",
            "webhookUrl",
            "motivoCancelamento",
            "codigoSolicitacao",
            "pagarCom",
            "txId",
            "dataInicial",
            "dataFinal",
            "dataInicio",
            "dataFim",
            "paginacao.paginaAtual",
            "tamanhoPagina",
            "inicio",
            "fim",
            "scrollId",
            "scrollEnabled",
            "dataSaldo",
        ])
        .prop_map(str::to_owned),
        "[a-z\\[\\].]{0,8}",
    ]
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "/oauth/v2/token",
            "/cobranca/v3/cobrancas",
            "/cobranca/v3/cobrancas/sumario",
            "/cobranca/v3/cobrancas/{id}",
            "/cobranca/v3/cobrancas/{id}/pdf",
            "/cobranca/v3/cobrancas/{id}/cancelar",
            "/cobranca/v3/cobrancas/{id}/pagar",
            "/cobranca/v3/cobrancas/edicao/{id}",
            "/cobranca/v3/cobrancas/webhook",
            "/cobranca/v3/cobrancas/webhook/callbacks",
            "/cobranca/v3/cobrancas/webhook/callbacks/retry",
            "/banking/v2/saldo",
            "/banking/v2/extrato",
            "/banking/v2/extrato/completo",
            "/banking/v2/extrato/exportar",
            "/pix/v2/pix",
            "/pix/v2/pix/{id}",
            "/pix/v2/webhook/{id}",
            "/pix/v2/webhook/callbacks",
        ])
        .prop_map(str::to_owned),
        "[/a-z%0-9ç]{0,20}",
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,12}",
        Just("2026-12-01".to_owned()),
        Just("9999-12-31".to_owned()),
        Just("-9999-01-01".to_owned()),
        Just("2026-12-01T10:00:00Z".to_owned()),
        Just("4294967296".to_owned()),
        Just("true".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_request_makes_it_panic(
        method in prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "x"]),
        path in path(),
        query in prop::collection::vec((name(), value()), 0..5),
        body in prop_oneof![
            any_json().prop_map(|json| json.to_string().into_bytes()),
            prop::collection::vec(any::<u8>(), 0..40),
        ],
        with_token in any::<bool>(),
        seconds in 0_i64..100_000_000,
    ) {
        let mut world = full();
        let id = world.inspect()["boletos"][0]["codigoSolicitacao"].as_str().unwrap().to_owned();
        let mut request = world.request(method, &path.replace("{id}", &id), Json::Null);
        request.query = query;
        request.body = body;
        if !with_token {
            request.headers = token_request("").headers;
        }
        world.raw(&request);
        world.wait(seconds);
        world.sim.tick(world.now, &mut world.rng);
        world.inspect();
    }

    #[test]
    fn no_order_makes_it_panic(
        member in name(),
        value in any_json(),
        amount in any::<i64>(),
        target in ".{0,50}",
    ) {
        let mut world = full();
        world.set("issue_refused", json!(false));
        world.send("POST", "/cobranca/v3/cobrancas", order_with("X", &[(&member, value.clone())]));
        world.send(
            "POST",
            "/cobranca/v3/cobrancas",
            order_with("Y", &[("pagador", json!({ member.as_str(): value }))]),
        );
        world.wait(2);
        for target in ["X", &target] {
            let amount = Some(quita_core::money::Money::from_cents(amount));
            let target = target.to_owned();
            let _ = world.try_control(Control::Pay { target, means: Means::Pix, amount });
        }
        world.inspect();
    }
}
