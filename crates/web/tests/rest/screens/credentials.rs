//! How long a credential is good, whether the bank accepts it, who is told, and giving it back.

use std::process::Command;

use jiff::ToSpan as _;
use jiff::civil::Date;
use quita_banks::registry;
use quita_banks::simulator::Control;
use quita_core::fact::Means;
use quita_engine::certificate_files::{self, GivenFile};
use quita_engine::desk::accounts as desk;
use quita_engine::desk::credentials;
use quita_engine::desk::people::Role;
use quita_engine::workers::{Kind, cursor, housekeeping, tick};
use quita_engine::world::World;
use quita_store::{audit, cursors};
use serde_json::json;

use super::Person;
use super::accounts::{certificate, folder, let_in, sent, wizard, words};
use super::email::{Server, plain, set_up};
use crate::house::{BANK, House, account, boleto};

crate::on_both_databases! {
each_threshold_is_told_once_by_letter without_a_server_the_first_screen_says_so
a_new_integration_is_waited_for waiting_ends_with_a_clear_message a_revoked_credential_is_told_once
a_silent_webhook_is_told_until_a_call_comes one_credential_serves_several_accounts
certificate_and_key_are_given_back_under_a_password a_boleto_of_trial_is_offered }

const DAY: i64 = 86_400;
const HOUR: i64 = 3600;

/// Another connected account of ours.
fn another(house: &House, number: &str) -> String {
    let_in(house, number, "");
    desk::create(&house.world, &house.ours.actor, &account(number)).unwrap().id
}

fn ends(house: &House, account_id: &str, email: &str, day: Date) {
    let actor = &house.ours.actor;
    credentials::set_register(&house.world, actor, account_id, email, &day.to_string()).unwrap();
}

/// The hourly look, and the letters that it writes.
fn look(house: &House) {
    look_in(&house.world);
}

fn look_in(world: &World) {
    housekeeping(world).unwrap();
    while tick(world, &[Kind::Mail], 8).unwrap() > 0 {}
}

async fn each_threshold_is_told_once_by_letter(house: &House) {
    let ana = Person::administrator(house).await;
    let server = Server::start();
    set_up(house, &ana, &server).await;
    let begin: Date = "2026-11-23".parse().unwrap();
    let on = |days: i64| begin.checked_add(days.days()).unwrap();
    let first = house.ours.account_id.clone();
    let (second, third) = (another(house, "5551001"), another(house, "5551002"));
    // Overlapping, the second two days longer; the third is replaced in time.
    ends(house, &first, "ana@example.com", on(61));
    ends(house, &second, "bia@example.com", on(63));
    ends(house, &third, "caio@example.com", on(61));
    let mut told = Vec::new();
    for day in 0..=64 {
        for turn in 0..3 {
            let before = server.letters().len();
            // Nothing but the database remembers: it may be another process each time.
            match (day + turn) % 3 {
                0 => look_in(&house.restarted()),
                _ => look(house),
            }
            let letters = server.letters();
            told.extend(letters[before..].iter().map(|(to, _)| (day, to.clone())));
            house.clock.pass(HOUR);
        }
        house.clock.pass(DAY - 3 * HOUR);
        if day == 40 {
            let path = format!("/contas/{third}/credencial");
            let made = certificate(2028);
            let (crt, key) = (made.cert.pem(), made.signing_key.serialize_pem());
            let files = [("files", "a.crt", crt.as_bytes()), ("files", "b.key", key.as_bytes())];
            let done = sent(house, &ana, &path, words("5551002"), &files).send().await;
            assert_eq!(done.status, 303, "{}", done.text());
        }
    }
    let days_of = |to: &str| -> Vec<i64> {
        told.iter().filter(|(_, who)| who == to).map(|(day, _)| *day).collect()
    };
    assert_eq!(days_of("ana@example.com"), [1, 31, 46, 54, 58, 60]);
    assert_eq!(days_of("bia@example.com"), [3, 33, 48, 56, 60, 62]);
    assert_eq!(days_of("caio@example.com"), [1, 31]);
    let text = plain(&server.letters()[0].1);
    for said in
        ["termina em 60 dias, em 23/01/2027", "«Trocar certificado»", "Oficina Exemplo Ltda"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    // Prolonged: another end, which is told of again.
    ends(house, &first, "ana@example.com", on(64 + 10));
    look(house);
    let letters = server.letters();
    assert!(plain(&letters.last().unwrap().1).contains("termina em 9 dias"));
}

async fn without_a_server_the_first_screen_says_so(house: &House) {
    let ana = Person::administrator(house).await;
    let id = house.ours.account_id.clone();
    let day: Date = "2026-12-03".parse().unwrap();
    assert!(!ana.get(house, "/").await.text().contains("Precisa de você"));
    ends(house, &id, "", day);
    look(house);
    let home = ana.get(house, "/").await.text();
    assert!(home.contains("termina em 10 dias"), "{home}");
    assert!(home.contains("falta o e-mail do responsável"), "{home}");

    // Told on the page of the account; the next threshold finds an address and no server.
    let path = format!("/contas/{id}/integracao");
    let wrong = [("responsible_email", "ninguém"), ("integration_ends_on", "31/02/2027")];
    let refused = ana.post(house, &path, &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("não é uma data"), "{}", refused.text());
    let wrong = [("responsible_email", "ninguém"), ("integration_ends_on", "03/12/2026")];
    assert!(ana.post(house, &path, &wrong).await.text().contains("use um endereço de e-mail"));
    let own = [("responsible_email", "ana@example.com"), ("integration_ends_on", "03/12/2026")];
    assert_eq!(ana.post(house, &path, &own).await.status, 303);
    house.clock.pass(3 * DAY);
    look(house);
    let home = ana.get(house, "/").await.text();
    assert!(home.contains("a empresa não tem servidor de e-mail"), "{home}");
    // One that takes nothing.
    let server = Server::start();
    set_up(house, &ana, &server).await;
    server.seen.lock().unwrap().refuse = vec!["550 no such user"];
    house.clock.pass(4 * DAY);
    look(house);
    let home = ana.get(house, "/").await.text();
    assert!(home.contains("não pôde ser entregue"), "{home}");
    house.clock.pass(2 * DAY);
    look(house);
    assert_eq!(server.letters().len(), 1);
    assert!(!ana.get(house, "/").await.text().contains("Nenhum e-mail foi enviado"));

    let accounts = house.get("/v1/accounts").send().await.expect(200);
    assert_eq!(accounts["data"][0]["responsible_email"], "ana@example.com");
    assert_eq!(accounts["data"][0]["is_default"], false);
    let known = house.get("/v1/credentials").send().await.expect(200);
    assert_eq!(known["data"][0]["integration_ends_on"], "2026-12-03");
}

async fn a_new_integration_is_waited_for(house: &House) {
    let ana = Person::administrator(house).await;
    let made = desk::create(&house.world, &house.ours.actor, &account("5552001")).unwrap();
    house.work();
    let path = format!("/contas/{}/como-esta", made.id);
    let page = ana.get(house, &path).await.text();
    assert!(page.contains("Aguardando ativação") && page.contains("alguns minutos"), "{page}");
    assert!(!ana.get(house, "/").await.text().contains("Precisa de você"));
    for _ in 0..3 {
        house.work();
    }
    assert!(ana.get(house, &path).await.text().contains("Aguardando ativação"));
    let_in(house, "5552001", "");
    house.work();
    house.work();
    let page = ana.get(house, &path).await.text();
    assert!(page.contains("Conectada") && !page.contains("Ativação"), "{page}");
    let events = house.get("/v1/events").send().await.text();
    for kind in ["account.waiting", "account.accepted"] {
        assert!(events.contains(kind), "{kind}: {events}");
    }
}

async fn waiting_ends_with_a_clear_message(house: &House) {
    let ana = Person::administrator(house).await;
    let made = desk::create(&house.world, &house.ours.actor, &account("5552002")).unwrap();
    house.work();
    house.clock.pass(2 * DAY);
    house.work();
    assert!(ana.get(house, "/contas").await.text().contains("Aguardando ativação"));
    house.clock.pass(DAY);
    house.work();
    let home = ana.get(house, "/").await.text();
    assert!(home.contains("não aceitou a integração de «Conta 5552002» em 3 dias"), "{home}");
    assert!(home.contains("falta o e-mail do responsável"), "{home}");
    assert_eq!(home.matches("em 3 dias de tentativas").count(), 1, "said twice: {home}");
    // It is asked no more.
    let job = made.id.clone();
    let standing =
        house.world.store.read(move |tx| quita_store::jobs::standing(tx, "sync", &job)).unwrap();
    assert_eq!(standing, None);
    // Until a person tries it.
    let_in(house, "5552002", "");
    let said = ana.post(house, &format!("/contas/{}/testar", made.id), &[]).await.text();
    assert!(said.contains("pronta para emitir"), "{said}");
    house.work();
    assert!(!ana.get(house, "/").await.text().contains("não aceitou a integração"));
    assert!(ana.get(house, &format!("/contas/{}", made.id)).await.text().contains("Conectada"));
}

async fn a_revoked_credential_is_told_once(house: &House) {
    let ana = Person::administrator(house).await;
    let server = Server::start();
    set_up(house, &ana, &server).await;
    let id = house.ours.account_id.clone();
    house.work();
    ends(house, &id, "ana@example.com", "2028-01-01".parse().unwrap());
    let change = |secret: &str| {
        house.bank.control(&Control::AddClient {
            client_id: "client-7654321".into(),
            client_secret: secret.into(),
            scopes: String::new(),
            account: "76543218".into(),
            certificate: None,
            owner: None,
        });
    };
    change("outro");
    house.clock.pass(2 * HOUR);
    house.work();
    assert_eq!(server.letters().len(), 0, "a moment's refusal is none");
    for _ in 0..3 {
        house.clock.pass(20 * 60);
        house.work();
    }
    let letters = server.letters();
    assert_eq!(letters.len(), 1);
    assert!(plain(&letters[0].1).contains("O banco recusa a credencial de «Conta 7654321»"));
    let home = ana.get(house, "/").await.text();
    assert_eq!(home.matches("recusa a credencial").count(), 1, "{home}");
    let page = ana.get(house, &format!("/contas/{id}")).await.text();
    assert!(page.contains("O banco recusa a credencial"), "{page}");
    let health = house.get("/v1/accounts/health").send().await.expect(200);
    assert_eq!(health["data"][0]["credential_status"], "refused");
    change("segredo");
    house.clock.pass(20 * 60);
    house.work();
    assert!(!ana.get(house, "/").await.text().contains("recusa a credencial"));
    let health = house.get("/v1/accounts/health").send().await.expect(200);
    assert_eq!(health["data"][0]["credential_status"], "active");
}

async fn a_silent_webhook_is_told_until_a_call_comes(house: &House) {
    let ana = Person::administrator(house).await;
    let id = house.ours.account_id.clone();
    let paid = house.registered("S-1").await;
    let other = house.registered("S-2").await;
    let pay = |boleto: &serde_json::Value| {
        let target = boleto["our_number"].as_str().unwrap().to_owned();
        house.bank.control(&Control::Pay { target, means: Means::Pix, amount: None });
        house.clock.pass(400);
        house.work();
    };
    let silent = async || ana.get(house, "/").await.text().contains("O banco não avisa o quita");
    let later = |seconds: i64| {
        house.clock.pass(seconds);
        house.work();
    };
    // Where the bank was told no address it owes no call.
    pay(&paid);
    later(2 * HOUR);
    assert!(!silent().await);
    let (account, now) = (id.clone(), house.world.clock.now());
    let url = "https://cobranca.example.com/hooks/segredo-do-endereco";
    let told =
        move |tx: &mut quita_store::Tx| cursors::set(tx, &account, cursor::WEBHOOK, url, now);
    house.world.store.tx(told).unwrap();
    later(2 * HOUR);
    assert!(!silent().await, "payments of before the address was told");
    pay(&other);
    assert!(!silent().await, "the call may still come");
    later(2 * HOUR);
    let home = ana.get(house, "/").await.text();
    for said in ["O banco não avisa o quita", "1 pagamento foi descoberto", "cobranca.example.com"]
    {
        assert!(home.contains(said), "{said}: {home}");
    }
    assert!(!home.contains("segredo-do-endereco"));
    let company = house.ours.actor.company_id.clone();
    let token = house.world.store.read(move |tx| quita_store::accounts::list(tx, &company));
    let path = format!("/hooks/{}", token.unwrap().remove(0).hook_token);
    let call = house.call("POST", &path).no_token().at(&house.public).json(&json!([{"x": 1}]));
    assert!(call.send().await.status.is_success());
    house.work();
    assert!(!silent().await);

    // A payment that a call announced is not one that was found by asking.
    let third = house.registered("S-3").await;
    let target = third["our_number"].as_str().unwrap().to_owned();
    house.bank.control(&Control::Pay { target, means: Means::Pix, amount: None });
    let call = house.call("POST", &path).no_token().at(&house.public).json(&json!([{"x": 1}]));
    assert!(call.send().await.status.is_success());
    house.work();
    later(2 * HOUR);
    assert!(!silent().await);
}

async fn one_credential_serves_several_accounts(house: &House) {
    let ana = Person::administrator(house).await;
    let form = ana.get(house, &format!("/contas/nova/{}", folder())).await.text();
    assert!(form.contains("A mesma de Conta 7654321"), "{form}");
    let known = credentials::list(&house.world, &house.ours.actor).unwrap();
    let shared = known[0].id.clone();
    // The integration covers this account too.
    house.bank.control(&Control::AddClient {
        client_id: "client-7654321".into(),
        client_secret: "segredo".into(),
        scopes: String::new(),
        account: "55530018".into(),
        certificate: None,
        owner: None,
    });
    let path = format!("/contas/nova/{}", folder());
    let fields = |credential: &str| {
        [
            ("description", "Filial"),
            ("branch", "0001"),
            ("number", "5553001"),
            ("digit", "8"),
            ("credential_id", credential),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    };
    let theirs = credentials::list(&house.world, &house.theirs.actor).unwrap().remove(0).id;
    let refused = sent(house, &ana, &path, fields(&theirs), &[]).send().await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("escolha da lista"), "{}", refused.text());
    let made = sent(house, &ana, &path, fields(&shared), &[]).send().await;
    assert_eq!(made.status, 303, "{}", made.text());
    let branch = made.header("location").unwrap().to_owned();
    let said = ana.post(house, &format!("{branch}/testar"), &[]).await.text();
    assert!(said.contains("pronta para emitir"), "{said}");
    assert!(ana.get(house, &branch).await.text().contains("serve também a: Conta 7654321"));
    // What the one takes of the bank's calls is gone for the other.
    let budgets = desk::budgets(&house.world, &house.ours.actor).unwrap();
    assert_eq!(budgets.len(), 2);
    let mut left = budgets.values();
    assert_eq!(left.next(), left.next());

    let path = format!("/contas/{}/credencial", house.ours.account_id);
    assert!(ana.get(house, &path).await.text().contains("Trocam todas juntas"));
    let made = certificate(2028);
    let (crt, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let files = [("files", "a.crt", crt.as_bytes()), ("files", "b.key", key.as_bytes())];
    let done = sent(house, &ana, &path, words("7654321"), &files).send().await;
    assert_eq!(done.status, 303, "{}", done.text());
    assert!(ana.get(house, &branch).await.text().contains("30/11/2028"));
    let all = desk::list(&house.world, &house.ours.actor).unwrap();
    assert_eq!(all[0].credential_id, all[1].credential_id);
    assert_ne!(all[0].credential_id.as_deref(), Some(shared.as_str()));
    let theirs = desk::list(&house.world, &house.theirs.actor).unwrap();
    assert_ne!(theirs[0].credential_id, all[0].credential_id);
}

async fn certificate_and_key_are_given_back_under_a_password(house: &House) {
    let ana = Person::administrator(house).await;
    let_in(house, "5554001", "");
    let made = certificate(2028);
    let (crt, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let files = [("files", "a.crt", crt.as_bytes()), ("files", "b.key", key.as_bytes())];
    let saved = wizard(house, &ana, "5554001", &files).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let account = saved.header("location").unwrap().to_owned();
    let path = format!("{account}/exportar");
    assert!(ana.get(house, &path).await.text().contains("só deixa baixar a chave uma vez"));
    let password = "cavalo bateria çã grampo";
    for (one, again, said) in
        [("curta", "curta", "ao menos"), (password, "outra", "não são iguais")]
    {
        let refused = ana.post(house, &path, &[("password", one), ("again", again)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains(said), "{}", refused.text());
    }
    let given = ana.post(house, &path, &[("password", password), ("again", password)]).await;
    assert_eq!(given.status, 200);
    assert_eq!(given.header("content-type"), Some("application/x-pkcs12"));
    assert!(given.header("content-disposition").unwrap().contains("5554001.p12"));
    assert_eq!(given.header("cache-control"), Some("no-store"));

    // Our own import reads it back.
    let file = || GivenFile { name: "a.p12".into(), bytes: given.body.clone() };
    let pair = certificate_files::read(&[file()], password).unwrap();
    assert_eq!(pair.certificate.replace('\r', "").trim(), crt.replace('\r', "").trim());
    assert!(certificate_files::read(&[file()], "errada").is_err());

    // So does openssl, which says how it is encrypted.
    let dir = std::env::temp_dir().join(format!("quita-export-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let p12 = dir.join(format!("{}.p12", house.ours.account_id));
    std::fs::write(&p12, &given.body).unwrap();
    let openssl = |more: &[&str]| {
        let password = format!("pass:{password}");
        let mut command = Command::new("openssl");
        command.args(["pkcs12", "-in"]).arg(&p12).args(["-passin", &password]).args(more);
        let done = command.output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{said}");
        (String::from_utf8_lossy(&done.stdout).into_owned(), said)
    };
    let (pem, _) = openssl(&["-nodes"]);
    assert!(pem.contains("BEGIN CERTIFICATE") && pem.contains("BEGIN PRIVATE KEY"), "{pem}");
    let (_, said) = openssl(&["-info", "-noout"]);
    assert!(said.contains("PBES2") && said.contains("AES-256-CBC"), "{said}");
    assert!(said.to_lowercase().contains("sha256"), "{said}");
    std::fs::remove_dir_all(&dir).unwrap();

    let (company, subject) =
        (house.ours.actor.company_id.clone(), account.rsplit('/').next().unwrap().to_owned());
    let trail =
        house.world.store.read(move |tx| audit::of_subject(tx, &company, &subject, 100)).unwrap();
    let exported: Vec<_> = trail.iter().filter(|e| e.action == "credential.exported").collect();
    assert_eq!(exported.len(), 1);
    assert!(exported[0].actor.starts_with("user:"));

    for role in [Role::Finance, Role::ReadOnly, Role::Attendant] {
        let person = Person::with_role(house, role).await;
        assert_eq!(person.get(house, &path).await.status, 403);
        let fields = [("password", password), ("again", password)];
        assert_eq!(person.post(house, &path, &fields).await.status, 403);
    }
    let mut ana = ana;
    ana.switch(house, &house.theirs.actor.company_id).await;
    let fields = [("password", password), ("again", password)];
    assert_eq!(ana.post(house, &path, &fields).await.status, 404);
}

async fn a_boleto_of_trial_is_offered(house: &House) {
    let ana = Person::administrator(house).await;
    let id = &house.ours.account_id;
    let page = ana.get(house, &format!("/contas/{id}")).await.text();
    let address = format!("/boletos/emitir?teste={id}");
    assert!(page.contains(&format!("href=\"{address}\"")), "{page}");
    let form = ana.get(house, &address).await.text();
    for said in [
        "TESTE-1",
        "value=\"2,50\"",
        "value=\"24/11/2026\"",
        "value=\"11.222.333/0001-81\"",
        "cancele o boleto em seguida",
    ] {
        assert!(form.contains(said), "{said}: {form}");
    }
    let least = registry::by_code(BANK).unwrap().info().boleto.amount_min;
    let mut tried = boleto("TESTE-1 - 1/1");
    tried["amount"] = json!(least);
    house.post("/v1/boletos", "t1", &tried).send().await.expect(201);
    house.clock.pass(4 * DAY);
    let form = ana.get(house, &address).await.text();
    assert!(form.contains("TESTE-2") && form.contains("value=\"30/11/2026\""), "{form}");
    let theirs = format!("/boletos/emitir?teste={}", house.theirs.account_id);
    assert_eq!(ana.get(house, &theirs).await.status, 404);
}
