//! Whatever a bank or a stranger sends: no panic, and no change without proof.

use proptest::prelude::*;
use quita_banks::contract::{Bank, Done, HttpResponse, Inbound, Op, Outcome};
use quita_banks::itau::bank::ITAU;
use quita_core::fact::Fact;
use quita_core::money::Money;
use quita_core::terms::Term;

use crate::support::*;

fn operations() -> Vec<Op> {
    vec![
        issue(hybrid()),
        issue(full()),
        find(),
        get(),
        cancel(),
        change(),
        Op::ChangeStatus { change_id: format!("2026-12-28|18000|{BANK_ID}") },
        Op::Instruct { bank_id: BANK_ID.to_owned(), term: Term::Fine(None) },
        settled(None),
        Op::GetWebhook,
        Op::Probe,
        Op::Balance { day: None },
    ]
}

/// A sample with some bytes replaced or the end cut off.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let damage = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8);
    (0..SAMPLES.len(), damage, any::<prop::sample::Index>()).prop_map(|(which, damage, cut)| {
        let mut bytes = SAMPLES[which].as_bytes().to_vec();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        bytes
    })
}

proptest! {
    #[test]
    fn no_answer_breaks_it_and_only_2xx_carries_out(status in 100_u16..600, body in damaged()) {
        let answer = HttpResponse { status, headers: Vec::new(), body };
        for op in operations() {
            let told = ITAU.outcome(&op, &answer, &ctx());
            if let (Op::Issue(_), Outcome::Done(Done::Reports(reports))) = (&op, &told) {
                prop_assert!((200..300).contains(&status));
                prop_assert_eq!(reports[0].bank_id.as_deref(), Some(BANK_ID));
            }
            if let Outcome::Done(Done::Reports(reports)) = &told {
                let paid = reports.iter().flat_map(|r| &r.facts);
                let paid = paid.filter(|fact| matches!(fact, Fact::Paid(_))).count();
                prop_assert!(paid == 0 || (200..300).contains(&status));
            }
        }
    }

    #[test]
    fn no_call_breaks_it(path in "/?[a-z]{0,6}", body in damaged(), header in ".{0,40}") {
        let headers = vec![("authorization".to_owned(), header)];
        let request = Inbound { method: "POST".to_owned(), path, headers, body };
        let _ = ITAU.answer(&request);
        let reply = ITAU.inbound(&request, &ctx());
        prop_assert_eq!(reply.response.status, 200);
    }

    #[test]
    fn every_order_becomes_a_request(
        cents in 1_i64..9_999_999_999,
        name in "\\PC{0,60}",
        street in "\\PC{0,80}",
        number in "\\PC{0,12}",
        id in "\\PC{0,40}",
    ) {
        let mut order = full();
        order.amount = Money::from_cents(cents);
        order.customer.name = name;
        if let Some(address) = &mut order.customer.address {
            address.street = street;
            address.number = number;
        }
        let request = ITAU.request(&issue(order), &ctx()).unwrap();
        let sent = body(&request);
        let data = &sent["data"]["dado_boleto"];
        prop_assert_eq!(data["valor_total_titulo"].as_str().unwrap().len(), 17);
        let street = data["pagador"]["endereco"]["nome_logradouro"].as_str().unwrap();
        prop_assert!(street.len() <= 45 && street.is_ascii(), "{}", street);
        for op in [Op::Get { bank_id: id.clone() }, Op::ChangeStatus { change_id: id }] {
            prop_assert!(ITAU.request(&op, &ctx()).unwrap().path.starts_with('/'));
        }
    }
}
