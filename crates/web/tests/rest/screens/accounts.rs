//! «Contas» and the way to a connected account.

use quita_banks::info::FieldKind;
use quita_banks::registry;
use quita_banks::simulator::Control;
use quita_engine::desk::accounts as desk;
use quita_engine::desk::people::Role;
use quita_web::{ConnectSimulator, Exposure};
use rcgen::{CertificateParams, CertifiedKey, KeyPair, date_time_ymd};

use super::{Person, upload};
use crate::house::{BANK, Call, House, Reply, account};

crate::on_both_databases! {
the_wizard_connects_an_account what_is_wrong_with_an_account_is_told
only_administrators_see_accounts the_test_tells_which_step_failed
the_default_account_charges a_new_certificate_takes_over_when_it_works an_inactive_account_issues_nothing
the_simulator_is_a_button_away }

pub(super) fn folder() -> &'static str {
    registry::by_code(BANK).unwrap().info().folder
}

pub(super) fn certificate(year: i32) -> CertifiedKey<KeyPair> {
    let signing_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["oficina.example".to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(year, 12, 1);
    params.distinguished_name.push(rcgen::DnType::CommonName, "Oficina Exemplo");
    CertifiedKey { cert: params.self_signed(&signing_key).unwrap(), signing_key }
}

pub(super) fn let_in(house: &House, number: &str, scopes: &str) {
    house.bank.control(&Control::AddClient {
        client_id: format!("client-{number}"),
        client_secret: "segredo".into(),
        scopes: scopes.into(),
        account: format!("{number}8"),
        certificate: None,
        owner: None,
    });
}

/// The words of a credential, as the bank's folder names them.
pub(super) fn words(number: &str) -> Vec<(String, String)> {
    let info = registry::by_code(BANK).unwrap().info();
    let value = |kind| match kind {
        FieldKind::Text => Some(format!("client-{number}")),
        FieldKind::Secret => Some("segredo".to_owned()),
        _ => None,
    };
    let fields = info.credential_fields.iter();
    fields.filter_map(|f| Some((format!("credential.{}", f.name), value(f.kind)?))).collect()
}

pub(super) fn sent(
    house: &House,
    person: &Person,
    path: &str,
    mut fields: Vec<(String, String)>,
    files: &[(&str, &str, &[u8])],
) -> Call {
    fields.insert(0, ("csrf".to_owned(), person.csrf.clone()));
    let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    upload(person.call(house, "POST", path), &fields, files)
}

pub(super) async fn wizard(
    house: &House,
    person: &Person,
    number: &str,
    files: &[(&str, &str, &[u8])],
) -> Reply {
    let own =
        [("description", "Conta nova"), ("branch", "0001"), ("number", number), ("digit", "8")];
    let mut fields: Vec<_> = own.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    fields.extend(words(number));
    sent(house, person, &format!("/contas/nova/{}", folder()), fields, files).send().await
}

async fn the_wizard_connects_an_account(house: &House) {
    let ana = Person::administrator(house).await;
    let banks = ana.get(house, "/contas/nova").await.text();
    assert!(banks.contains(&format!("href=\"/contas/nova/{}\"", folder())), "{banks}");
    let form = ana.get(house, &format!("/contas/nova/{}", folder())).await.text();
    assert!(form.contains("Client ID") && form.contains("multipart/form-data"));
    assert_eq!(ana.get(house, "/contas/nova/nenhum").await.status, 404);

    let_in(house, "5550001", "");
    let made = certificate(2027);
    let (crt, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let files = [("files", "b.key", key.as_bytes()), ("files", "a.crt", crt.as_bytes())];
    let saved = wizard(house, &ana, "5550001", &files).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let path = saved.header("location").unwrap().to_owned();
    let page = ana.get(house, &path).await.text();
    for said in ["Oficina Exemplo", "30/11/2027 21:00", "vale por mais 372 dias", "Testar conexão"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let tested = ana.post(house, &format!("{path}/testar"), &[]).await;
    assert_eq!(tested.status, 200);
    let tested = tested.text();
    assert!(tested.contains("pronta para emitir") && tested.contains("</html>"), "{tested}");
    assert_eq!(tested.matches("class=\"ok\"").count(), 6);

    house.work();
    let list = ana.get(house, "/contas").await.text();
    assert!(list.contains("Conta nova") && list.contains("Conectada"), "{list}");
    assert!(list.contains("avisos desligados: o quita consulta a cada 5 minutos"));
    assert!(!list.contains("1112223"), "accounts of another company");
    assert!(!page.contains("segredo"));
}

async fn what_is_wrong_with_an_account_is_told(house: &House) {
    let ana = Person::administrator(house).await;
    let (made, other, old) = (certificate(2027), certificate(2027), certificate(2025));
    let crt = made.cert.pem();
    let strange = other.signing_key.serialize_pem();
    let mixed = [("files", "a.crt", crt.as_bytes()), ("files", "b.key", strange.as_bytes())];
    let wrong = wizard(house, &ana, "conta", &mixed).await;
    assert_eq!(wrong.status, 422);
    let wrong = wrong.text();
    // What is wrong with the files, and with what was typed, at once.
    assert!(wrong.contains("não é a deste certificado") && wrong.contains("use só dígitos"));
    assert!(wrong.contains("Faltam corrigir 2 coisas"), "{wrong}");
    let (crt, key) = (old.cert.pem(), old.signing_key.serialize_pem());
    let ended = [("files", "a.crt", crt.as_bytes()), ("files", "b.key", key.as_bytes())];
    let wrong = wizard(house, &ana, "5550002", &ended).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("terminou em 30/11/2025"), "{}", wrong.text());
    assert!(!wrong.text().contains("PRIVATE KEY"), "a key must not come back");
    // From elsewhere.
    let fields = [("csrf", "outro")];
    let path = format!("/contas/nova/{}", folder());
    let refused = upload(ana.call(house, "POST", &path), &fields, &ended).send().await;
    assert_eq!(refused.status, 403);
    // Too large.
    let large = vec![b'x'; 3 * 1024 * 1024];
    let refused = wizard(house, &ana, "5550002", &[("files", "a.zip", &large)]).await;
    assert_eq!(refused.status, 413);
    assert!(refused.text().contains("grande demais"), "{}", refused.text());
    assert_eq!(desk::list(&house.world, &house.ours.actor).unwrap().len(), 1);
}

async fn only_administrators_see_accounts(house: &House) {
    let id = &house.ours.account_id;
    for role in [Role::Finance, Role::ReadOnly, Role::Attendant] {
        let person = Person::with_role(house, role).await;
        for path in ["/contas".to_owned(), "/contas/nova".into(), format!("/contas/{id}")] {
            assert_eq!(person.get(house, &path).await.status, 403, "{role:?} {path}");
        }
        let test = person.post(house, &format!("/contas/{id}/testar"), &[]).await;
        assert_eq!(test.status, 403);
        assert_eq!(wizard(house, &person, "5550003", &[]).await.status, 403);
        let path = format!("/contas/{id}/credencial");
        assert_eq!(sent(house, &person, &path, words("1"), &[]).send().await.status, 403);
    }
    let ana = Person::administrator(house).await;
    let theirs = format!("/contas/{}", house.theirs.account_id);
    assert_eq!(ana.get(house, &theirs).await.status, 404);
    assert_eq!(ana.post(house, &format!("{theirs}/testar"), &[]).await.status, 404);
}

async fn the_test_tells_which_step_failed(house: &House) {
    let ana = Person::administrator(house).await;
    let info = registry::by_code(BANK).unwrap().info();
    let (granted, missing) = (info.scopes[0].name, info.scopes[1].name);
    let_in(house, "5550004", granted);
    let mut new = account("5550004");
    new.description = "Sem permissão".into();
    let id = desk::create(&house.world, &house.ours.actor, &new).unwrap().id;
    let said = ana.post(house, &format!("/contas/{id}/testar"), &[]).await.text();
    assert!(said.contains(&format!("marque «{missing}» no portal")), "{said}");
    assert!(!said.contains(&format!("marque «{granted}»")));
    assert!(said.contains("a conta responde") && said.contains("Falta resolver 3 pontos"));

    // The bank does not know this one at all.
    let id = desk::create(&house.world, &house.ours.actor, &account("5550005")).unwrap().id;
    let said = ana.post(house, &format!("/contas/{id}/testar"), &[]).await.text();
    assert!(said.contains("o banco recusou a credencial"), "{said}");
    assert_eq!(said.matches("class=\"bad\"").count(), 1, "{said}");
}

async fn a_new_certificate_takes_over_when_it_works(house: &House) {
    let ana = Person::administrator(house).await;
    let id = house.ours.account_id.clone();
    let path = format!("/contas/{id}/credencial");
    assert!(ana.get(house, &path).await.text().contains("a atual vale até ela funcionar"));
    let made = certificate(2028);
    let (crt, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let files = [("files", "a.crt", crt.as_bytes()), ("files", "b.key", key.as_bytes())];
    let credentials = || {
        let all = quita_engine::desk::credentials::list(&house.world, &house.ours.actor);
        all.unwrap().len()
    };
    let before = credentials();
    let refused = sent(house, &ana, &path, words("desconhecido"), &files).send().await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("Nada mudou"), "{}", refused.text());
    assert_eq!(credentials(), before);
    let said = ana.post(house, &format!("/contas/{id}/testar"), &[]).await.text();
    assert!(said.contains("pronta para emitir"), "the old one must still work: {said}");

    let done = sent(house, &ana, &path, words("7654321"), &files).send().await;
    assert_eq!(done.status, 303, "{}", done.text());
    assert_eq!(credentials(), before + 1);
    assert!(ana.get(house, &format!("/contas/{id}")).await.text().contains("30/11/2028"));

    let mut fields = words("ainda não ativa");
    fields.push(("whatever".into(), "yes".into()));
    assert_eq!(sent(house, &ana, &path, fields, &files).send().await.status, 303);
}

async fn the_default_account_charges(house: &House) {
    let ana = Person::administrator(house).await;
    let_in(house, "5550007", "");
    let second = desk::create(&house.world, &house.ours.actor, &account("5550007")).unwrap().id;
    let issue =
        async |key: &str| house.post("/v1/boletos", key, &crate::house::boleto(key)).send().await;
    assert_eq!(issue("1").await.faults(), ["account_id missing"]);
    let own = [("description", "Segunda"), ("is_default", "yes"), ("status", "active")];
    assert_eq!(ana.post(house, &format!("/contas/{second}"), &own).await.status, 303);
    assert_eq!(issue("2").await.expect(201)["account_id"], second.as_str());
    let first = house.ours.account_id.as_str();
    assert_eq!(ana.post(house, &format!("/contas/{first}"), &own).await.status, 303);
    assert_eq!(issue("3").await.expect(201)["account_id"], first);
    assert_eq!(ana.get(house, "/contas").await.text().matches("Conta padrão").count(), 1);
    let off = [("description", "Segunda"), ("is_default", "yes"), ("status", "inactive")];
    let refused = ana.post(house, &format!("/contas/{first}"), &off).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("não pode ser a padrão"));
    let none = [("description", "Primeira"), ("status", "active")];
    assert_eq!(ana.post(house, &format!("/contas/{first}"), &none).await.status, 303);
    assert_eq!(issue("4").await.status, 422);
}

async fn an_inactive_account_issues_nothing(house: &House) {
    let ana = Person::administrator(house).await;
    let boleto = house.registered("1").await;
    let id = house.ours.account_id.clone();
    let path = format!("/contas/{id}");
    let empty = ana.post(house, &path, &[("description", " "), ("status", "active")]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.text().contains("dê um nome à conta"));
    let off = [("description", "Conta antiga"), ("status", "inactive")];
    assert_eq!(ana.post(house, &path, &off).await.status, 303);
    let page = ana.get(house, "/contas").await.text();
    assert!(page.contains("Conta antiga") && page.contains("Inativa"), "{page}");
    let refused = house.post("/v1/boletos", "k2", &crate::house::boleto("2")).send().await;
    assert_eq!(refused.status, 422);
    let page = format!("/boletos/{}", boleto["id"].as_str().unwrap());
    assert!(ana.get(house, &page).await.text().contains("a conta deste boleto está inativa"));
    let again = [("key", "k3"), ("reemitir_amount", "2,00")];
    let refused = ana.post(house, &format!("{page}/reemitir"), &again).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("a conta deste boleto está inativa"));
    // What it has is followed.
    house.bank.control(&Control::Pay {
        target: boleto["our_number"].as_str().unwrap().into(),
        means: quita_core::fact::Means::Boleto,
        amount: None,
    });
    for _ in 0..8 {
        house.work();
    }
    let path = format!("/v1/boletos/{}", boleto["id"].as_str().unwrap());
    let text = house.get(&path).send().await;
    assert_eq!(text.json()["status"], "SETTLED", "{}", text.text());
}

async fn the_simulator_is_a_button_away(house: &House) {
    let ana = Person::administrator(house).await;
    assert!(!ana.get(house, "/contas").await.text().contains("Ligar ao simulador"));
    assert_eq!(ana.post(house, "/contas/simulador", &[]).await.status, 409);
    let_in(house, "5550006", "");
    let connect = |owner: &str| {
        assert_eq!(owner, "Oficina Exemplo Ltda");
        Ok(account("5550006"))
    };
    let connect = ConnectSimulator(std::sync::Arc::new(connect));
    let exposure = Exposure { connect_simulator: Some(connect), ..Exposure::default() };
    let router = quita_web::router(std::sync::Arc::clone(&house.world), exposure);
    let list = ana.call(house, "GET", "/contas").at(&router).send().await.text();
    assert!(list.contains("Ligar ao simulador"));
    let fields = [("csrf", ana.csrf.as_str())];
    let call = super::form(ana.call(house, "POST", "/contas/simulador"), &fields);
    let made = call.at(&router).send().await;
    assert_eq!(made.status, 303, "{}", made.text());
    let page = ana.get(house, made.header("location").unwrap()).await.text();
    assert!(page.contains("Conta 5550006"));
}
