//! The road to a credential as a person walks it, with breaks; and its renewal.

use quita_banks::simulator::{Control, Fault};
use quita_engine::desk::people::Role;
use quita_engine::desk::{accounts, enrolments};
use quita_store::audit;

use super::Person;
use super::email::{Server, plain, set_up};
use crate::house::{House, Tenant, boleto, itau_account_alone};

crate::on_both_databases! {
    the_road_is_walked_step_by_step
    a_certificate_is_renewed_in_time
    a_renewal_that_was_signed_and_lost_is_asked_for_again
    a_renewal_that_was_signed_and_lost_leads_to_another_token
}

const CLIENT_ID: &str = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
const DAY: i64 = 86_400;

const LETTER: [(&str, &str); 7] = [
    ("data.operator_code", "123456789"),
    ("data.representative_name", "Ana Souza"),
    ("data.representative_phone", "81 99999-0000"),
    ("data.representative_email", "ana@example.com"),
    ("data.technical_name", "Caio Lima"),
    ("data.technical_phone", "81 98888-0000"),
    ("data.technical_email", "caio@example.com"),
];

/// An account whose letter is written, of a company.
pub(crate) fn begun(house: &House, tenant: &Tenant) -> String {
    let (world, actor) = (&house.world, &tenant.actor);
    let account = accounts::create(world, actor, &itau_account_alone("")).unwrap();
    let data = LETTER.map(|(name, value)| (name[5..].to_owned(), value.to_owned()));
    let letter = enrolments::LetterData { data: data.into() };
    enrolments::write_letter(world, actor, &account.id, &letter).unwrap();
    account.id
}

/// The account manager's turn: Pix key and another temporary token.
fn manager(house: &House) -> (String, String) {
    let given = house.itau.control(&Control::AddClient {
        client_id: CLIENT_ID.into(),
        client_secret: "ainda nenhum".into(),
        scopes: String::new(),
        account: "123454".into(),
        certificate: None,
        owner: None,
    });
    let text = |name: &str| given[name].as_str().unwrap().to_owned();
    (text("pix_key"), text("temporary_token"))
}

async fn page(house: &House, who: &Person, path: &str) -> String {
    let page = who.get(house, path).await;
    assert_eq!(page.status, 200, "{}", page.text());
    page.text()
}

async fn sent(house: &House, who: &Person, path: &str, fields: &[(&str, &str)]) {
    let answer = who.post(house, path, fields).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text());
}

async fn the_road_is_walked_step_by_step(house: &House) {
    let ana = Person::administrator(house).await;
    let (pix_key, token) = manager(house);
    let choose = page(house, &ana, "/contas/nova").await;
    assert!(
        choose.contains("/contas/nova/itau/pedido")
            && !choose.contains("/contas/nova/inter/pedido")
    );

    let account = [
        ("description", "Conta Itaú"),
        ("branch", "0001"),
        ("number", "54321"),
        ("digit", "0"),
        ("data.pix_key", &pix_key),
    ];
    let wrong = ana.post(house, "/contas/nova/itau/pedido", &account[1..]).await;
    assert_eq!(wrong.status, 422);
    let made = ana.post(house, "/contas/nova/itau/pedido", &account).await;
    assert_eq!(made.status, 303, "{}", made.text());
    assert!(made.header("location").unwrap().ends_with("/pedido"));
    // The address of a simulated bank is for programs to set.
    let (world, actor) = (&house.world, &house.ours.actor);
    let id = accounts::create(world, actor, &itau_account_alone(&pix_key)).unwrap().id;
    let one = format!("/contas/{id}");
    let road = format!("{one}/pedido");
    assert!(page(house, &ana, &one).await.contains("Pedir credencial ao banco"));

    // 1. The letter: all that is missing at once, then the key and the text.
    assert!(page(house, &ana, &road).await.contains("1. Carta ao gerente da conta"));
    let at = |part: &str| format!("{road}/{part}");
    let letter = at("carta");
    let wrong = ana.post(house, &letter, &[("data.technical_email", "nada")]).await;
    assert_eq!(wrong.status, 422);
    for said in ["Faltam corrigir 7 coisas", "o banco pede este dado", "use um endereço de e-mail"]
    {
        assert!(wrong.text().contains(said), "{said}: {}", wrong.text());
    }
    assert!(wrong.text().contains("value=\"nada\""));
    sent(house, &ana, &letter, &LETTER).await;
    let first = page(house, &ana, &road).await;
    for said in ["BEGIN PUBLIC KEY", "Ana Souza", "11.222.333/0001-81", "Já enviei a carta"] {
        assert!(first.contains(said), "{said}: {first}");
    }
    let key = |page: &str| page.split("BEGIN PUBLIC KEY").nth(1).unwrap()[..120].to_owned();
    // Corrected, it is the same key.
    let mut corrected = LETTER;
    corrected[0].1 = "987654321";
    sent(house, &ana, &letter, &corrected).await;
    let again = page(house, &ana, &road).await;
    assert!(again.contains("987654321") && key(&again) == key(&first));
    let pdf = ana.get(house, &at("carta.pdf")).await;
    assert_eq!(pdf.header("content-type"), Some("application/pdf"));
    sent(house, &ana, &at("enviada"), &[]).await;
    assert!(page(house, &ana, &road).await.contains("Aguardando o banco."));

    // 2. What the bank sent; what is still encrypted is told from what is not.
    let received = at("recebido");
    let wrong = ana.post(house, &received, &[("client_id", "KWMM/8+="), ("token", "")]).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text().contains("parece estar cifrado") && wrong.text().contains("informe o token")
    );
    sent(house, &ana, &received, &[("client_id", CLIENT_ID), ("token", "outro")]).await;
    let ready = page(house, &ana, &road).await;
    assert!(ready.contains("30/11/2026 12:00") && !ready.contains("outro\""), "{ready}");

    // 3. The certificate: refused, lost, refused, done.
    let ask = at("certificado");
    sent(house, &ana, &ask, &[]).await;
    assert!(page(house, &ana, &road).await.contains("O token temporário não vale"));
    sent(house, &ana, &received, &[("client_id", CLIENT_ID), ("token", &token)]).await;
    house.itau.control(&Control::Fault {
        fault: Fault::AnswerLost,
        on: "/certificado/".into(),
        times: 1,
        skip: 0,
    });
    sent(house, &ana, &ask, &[]).await;
    let unknown = page(house, &ana, &road).await;
    assert!(
        unknown.contains("Não se sabe se o banco atendeu") && unknown.contains("Tentar de novo")
    );
    sent(house, &ana, &ask, &[]).await;
    assert!(page(house, &ana, &road).await.contains("A tentativa anterior ficou sem resposta"));
    let (_, second) = manager(house);
    sent(house, &ana, &received, &[("client_id", CLIENT_ID), ("token", &second)]).await;
    sent(house, &ana, &ask, &[]).await;
    let done = page(house, &ana, &road).await;
    assert!(done.contains("4. Pronto") && done.contains(CLIENT_ID), "{done}");
    let tested = ana.post(house, &format!("{one}/testar"), &[]).await.text();
    assert!(tested.contains("Tudo certo"), "{tested}");

    // It charges.
    let mut order = boleto("CARTA-1");
    order["account_id"] = id.clone().into();
    let issued = house.post("/v1/boletos", "carta", &order).send().await.expect(201);
    house.work();
    let path = format!("/v1/boletos/{}", issued["id"].as_str().unwrap());
    assert_eq!(house.get(&path).send().await.json()["status"], "REGISTERED");

    // Every step is in the audit trail, and no secret is.
    let (company, subject) = (house.ours.actor.company_id.clone(), id);
    let of_road =
        house.world.store.read(move |tx| audit::of_subject(tx, &company, &subject, 100)).unwrap();
    let has = |action: &str| of_road.iter().any(|entry| entry.action == action);
    for action in
        ["begun", "changed", "letter_sent", "received", "asked", "refused", "unanswered", "done"]
    {
        assert!(has(&format!("enrolment.{action}")), "{action}");
    }
    assert!(has("account.connected"));
    for entry in of_road {
        assert!(!entry.details.contains(&token) && !entry.details.contains(&second));
        let by_a_person = entry.actor.starts_with("user:");
        assert!(by_a_person || entry.action == "account.created", "{}", entry.action);
    }
    let finance = Person::with_role(house, Role::Finance).await;
    assert_eq!(finance.get(house, &road).await.status, 403);
}

/// Has the certificate signed under another temporary token.
fn signed(house: &House, account: &str) {
    let (world, actor) = (&house.world, &house.ours.actor);
    let (_, token) = manager(house);
    let received = enrolments::Received { client_id: CLIENT_ID.into(), token, ca: None };
    enrolments::receive(world, actor, account, &received).unwrap();
    assert_eq!(enrolments::ask(world, actor, account).unwrap().stage, "done");
}

fn is_well(house: &House, account: &str) -> bool {
    let steps = accounts::probe(&house.world, &house.ours.actor, account).unwrap();
    steps.iter().all(|step| step.ok)
}

/// An account in the last days of its certificate, of which the next one was signed and lost on its
/// way. `ends_former`: the bank takes nothing but the next one from then on.
async fn lost(house: &House, ends_former: bool) -> (Person, String) {
    let switch = "renewal_ends_former".to_owned();
    house.itau.control(&Control::Set { switch, value: ends_former.into() });
    let id = begun(house, &house.ours);
    signed(house, &id);
    house.clock.pass(340 * DAY);
    let ana = Person::administrator(house).await;
    house.itau.control(&Control::Fault {
        fault: Fault::AnswerLost,
        on: "/certificado/".into(),
        times: 1,
        skip: 0,
    });
    let told = ana.post(house, &format!("/contas/{id}/renovar"), &[]).await;
    assert_eq!(told.status, 422);
    assert!(told.text().contains("Não se sabe se o banco renovou"), "{}", told.text());
    (ana, id)
}

async fn a_renewal_that_was_signed_and_lost_is_asked_for_again(house: &House) {
    let (ana, id) = lost(house, false).await;
    // The former certificate works on, and the bank signs once more.
    assert!(is_well(house, &id));
    sent(house, &ana, &format!("/contas/{id}/renovar"), &[]).await;
    assert!(is_well(house, &id));
    let road = enrolments::get(&house.world, &house.ours.actor, &id).unwrap().unwrap();
    assert_eq!((road.kind.as_str(), road.stage), ("next", "done"));
}

async fn a_renewal_that_was_signed_and_lost_leads_to_another_token(house: &House) {
    let (ana, id) = lost(house, true).await;
    let renew = format!("/contas/{id}/renovar");
    // While the last token lives, the bank says that it has signed; then it knows nobody.
    let told = ana.post(house, &renew, &[]).await.text();
    assert!(told.contains("A tentativa anterior ficou sem resposta"), "{told}");
    house.clock.pass(300);
    let told = ana.post(house, &renew, &[]).await;
    assert_eq!(told.status, 422);
    for said in ["recusou a credencial atual", "pode ter assinado", "Pedir credencial ao banco"] {
        assert!(told.text().contains(said), "{said}: {}", told.text());
    }
    assert!(!is_well(house, &id));
    // Whoever looks at the first screen learns of it, and what to do.
    for _ in 0..20 {
        house.work();
    }
    let home = page(house, &ana, "/").await;
    assert!(
        home.contains("recusa a credencial") && home.contains("outro token temporário"),
        "{home}"
    );

    // Another token, another certificate: all is well again.
    let letter = LETTER.map(|(name, value)| (name[5..].to_owned(), value.to_owned()));
    let letter = enrolments::LetterData { data: letter.into() };
    enrolments::write_letter(&house.world, &house.ours.actor, &id, &letter).unwrap();
    signed(house, &id);
    assert!(is_well(house, &id));
    house.work();
    assert!(!page(house, &ana, "/").await.contains("recusa a credencial"));
}

async fn a_certificate_is_renewed_in_time(house: &House) {
    let ana = Person::administrator(house).await;
    let server = Server::start();
    set_up(house, &ana, &server).await;
    let (world, actor) = (&house.world, &house.ours.actor);
    let id = begun(house, &house.ours);
    signed(house, &id);

    let (one, renew) = (format!("/contas/{id}"), format!("/contas/{id}/renovar"));
    let early = ana.post(house, &renew, &[]).await;
    assert_eq!(early.status, 422);
    assert!(early.text().contains("o banco renova este certificado a partir de 23/10/2027"));
    assert!(!page(house, &ana, &one).await.contains(">Renovar certificado<"));

    // Whoever answers for it is told, and by which button it goes.
    house.clock.pass(340 * DAY);
    let ana = Person::administrator(house).await;
    quita_engine::workers::housekeeping(world).unwrap();
    while quita_engine::workers::tick(world, &[quita_engine::workers::Kind::Mail], 8).unwrap() > 0 {
    }
    let letters = server.letters();
    let told = letters.iter().find(|(to, _)| to == "caio@example.com").unwrap();
    assert!(plain(&told.1).contains("«Renovar certificado»"), "{}", plain(&told.1));
    assert!(page(house, &ana, &one).await.contains(">Renovar certificado<"));

    // The bank is silent before it has signed: asked again, it signs.
    house.itau.control(&Control::Fault {
        fault: Fault::RequestLost,
        on: "/certificado/".into(),
        times: 1,
        skip: 0,
    });
    let lost = ana.post(house, &renew, &[]).await;
    assert_eq!(lost.status, 422);
    assert!(lost.text().contains("Não se sabe se o banco renovou"), "{}", lost.text());
    let before = accounts::list(world, actor).unwrap();
    let done = ana.post(house, &renew, &[]).await;
    assert_eq!(done.status, 303, "{}", done.text());
    let credential = |all: &[accounts::AccountView]| {
        all.iter().find(|account| account.id == id).unwrap().credential_id.clone()
    };
    assert_ne!(credential(&before), credential(&accounts::list(world, actor).unwrap()));
    let steps = accounts::probe(world, actor, &id).unwrap();
    assert!(steps.iter().all(|step| step.ok), "{steps:?}");
    assert!(!page(house, &ana, &one).await.contains(">Renovar certificado<"));
}
