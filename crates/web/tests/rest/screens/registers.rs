//! «Salvar» and «Salvar e permanecer».

use super::Person;
use super::accounts::{certificate, folder, let_in, sent, words};
use crate::house::{House, Reply};

crate::on_both_databases! { every_register_can_be_saved_and_stayed_on }

const STAY: (&str, &str) = ("depois", "aqui");
const LEAVE: (&str, &str) = ("depois", "lista");

/// Where a saved form leads to, which says that it was saved.
async fn stayed(house: &House, person: &Person, saved: Reply) -> String {
    assert_eq!(saved.status, 303, "{}", saved.text());
    let to = saved.header("location").unwrap().to_owned();
    assert!(to.ends_with("?salvo=sim"), "{to}");
    let page = person.get(house, &to).await;
    assert_eq!(page.status, 200);
    let page = page.text();
    assert!(page.contains("role=\"status\">Salvo.<"), "{page}");
    assert!(page.contains("Salvar e permanecer"), "{page}");
    to.trim_end_matches("?salvo=sim").to_owned()
}

async fn every_register_can_be_saved_and_stayed_on(house: &House) {
    let ana = Person::administrator(house).await;
    let left = |saved: Reply, to: &str| {
        assert_eq!(saved.status, 303, "{}", saved.text());
        assert_eq!(saved.header("location"), Some(to));
    };

    let customer = [("document", "123.456.789-09"), ("legal_name", "Maria Exemplo")];
    let new: Vec<_> = customer.into_iter().chain([STAY]).collect();
    let here = stayed(house, &ana, ana.post(house, "/clientes/novo", &new).await).await;
    assert!(here.starts_with("/clientes/") && here.len() > 40, "{here}");
    let changed = [("legal_name", "Maria E."), STAY];
    assert_eq!(stayed(house, &ana, ana.post(house, &here, &changed).await).await, here);
    left(ana.post(house, &here, &[("legal_name", "Maria"), LEAVE]).await, "/clientes?salvo=sim");

    let terms = [("description", "Padrão"), ("fine", "2"), ("fine_unit", "percent")];
    let new: Vec<_> = terms.into_iter().chain([("key", "k1"), STAY]).collect();
    let here = stayed(house, &ana, ana.post(house, "/parametros", &new).await).await;
    assert!(ana.get(house, &here).await.text().contains("Padrão"));
    let again: Vec<_> = terms.into_iter().chain([("key", "k2"), LEAVE]).collect();
    left(ana.post(house, "/parametros", &again).await, "/parametros");

    let cash = [("description", "Dinheiro"), ("kind", "01"), ("active", "yes")];
    let new: Vec<_> = cash.into_iter().chain([STAY]).collect();
    let forms = "/formas-de-pagamento";
    let saved = ana.post(house, &format!("{forms}/nova"), &new).await;
    let here = stayed(house, &ana, saved).await;
    assert_eq!(stayed(house, &ana, ana.post(house, &here, &new).await).await, here);
    let again: Vec<_> = cash.into_iter().chain([LEAVE]).collect();
    left(ana.post(house, &here, &again).await, forms);

    let here = format!("/contas/{}", house.ours.account_id);
    let own = [("description", "Principal"), ("status", "active")];
    let stay: Vec<_> = own.into_iter().chain([STAY]).collect();
    assert_eq!(stayed(house, &ana, ana.post(house, &here, &stay).await).await, here);
    let leave: Vec<_> = own.into_iter().chain([LEAVE]).collect();
    left(ana.post(house, &here, &leave).await, "/contas");
    let integration = [("responsible_email", "ana@example.com"), STAY];
    let path = format!("{here}/integracao");
    assert_eq!(stayed(house, &ana, ana.post(house, &path, &integration).await).await, here);
    // A new account: the form again, for the next one.
    let_in(house, "5555001", "");
    let made = certificate(2028);
    let (crt, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let files = [("files", "a.crt", crt.as_bytes()), ("files", "b.key", key.as_bytes())];
    let form = format!("/contas/nova/{}", folder());
    let own = [("description", "Outra"), ("branch", "0001"), ("number", "5555001"), ("digit", "8")];
    let mut fields: Vec<_> =
        own.iter().chain([&STAY]).map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    fields.extend(words("5555001"));
    let saved = sent(house, &ana, &form, fields, &files).send().await;
    assert_eq!(stayed(house, &ana, saved).await, form);
    assert!(ana.get(house, "/contas").await.text().contains("Outra"));
}
