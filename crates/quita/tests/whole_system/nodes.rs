//! Many nodes on one PostgreSQL.

use quita_core::fact::Means;
use quita_store::testing;

use crate::house::House;

#[test]
fn two_nodes_on_one_postgresql_share_the_work_and_double_nothing() {
    let database = testing::postgres().fresh_database();
    let house = House::on(Some(&database));
    let other = house.another_node();
    let ids: Vec<String> = (0..20).map(|n| house.issue(&format!("NO-{n}"))).collect();
    let boletos: Vec<_> = ids.iter().map(|id| house.await_status(id, "REGISTERED")).collect();
    for boleto in &boletos {
        assert_eq!(house.at_bank(boleto), 1);
        house.pay(boleto, Means::Pix);
    }
    for id in &ids {
        let boleto = house.await_status(id, "SETTLED");
        assert_eq!(boleto["receipts"].as_array().unwrap().len(), 1);
    }
    drop(other);
    let (ok, verified) = house.command(&["audit", "verify"]);
    assert!(ok, "{verified}");
    assert_eq!(verified["boletos_checked"], 20);
}
