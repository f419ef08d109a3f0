//! «Início»: its figures.

use serde_json::json;

use super::Person;
use crate::house::{House, boleto};

crate::on_both_databases! { figures_are_of_what_is_open_and_of_these_weeks }

async fn figures_are_of_what_is_open_and_of_these_weeks(house: &House) {
    let ana = Person::administrator(house).await;
    assert!(ana.get(house, "/").await.text().contains("Ainda não há boletos"));
    // Due far off, it is in none of the figures, and yet there is one.
    let order = async |number: &str, due: &str| {
        let mut order = boleto(number);
        order["expiration_date"] = json!(due);
        assert_eq!(house.post("/v1/boletos", number, &order).send().await.status, 201);
    };
    order("Longe", "2027-06-15").await;
    let home = ana.get(house, "/").await.text();
    assert!(!home.contains("Ainda não há boletos"), "{home}");
    assert!(!home.contains("R$\u{a0}1.250,00"), "{home}");
    order("Perto", "2026-11-26").await;
    assert!(ana.get(house, "/").await.text().contains("R$\u{a0}1.250,00"));
    house.work();
    // Long overdue and not paid, it still counts, far before the weeks that are shown.
    house.clock.pass(50 * 86_400);
    let home = ana.get(house, "/").await.text();
    let ages = home.split("31 a 60 dias").nth(1).unwrap().split("61 a 90").next().unwrap();
    assert!(ages.contains(">1<") && ages.contains("R$\u{a0}1.250,00"), "{ages}");
}
