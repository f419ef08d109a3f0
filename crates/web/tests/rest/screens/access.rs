//! Who may see and do what, and who may not.

use quita_engine::desk::people::{self, NewPerson, Role};

use super::{PASSWORD, Person, form};
use crate::house::House;

crate::on_both_databases! {
    strangers_are_led_to_the_sign_in wrong_passwords_have_to_wait
a_form_from_elsewhere_is_refused roles_see_only_what_is_theirs people_come_and_go
tokens_are_made_and_withdrawn the_first_administrator_needs_the_code
a_page_of_one_company_acts_on_no_other many_wrong_passwords_at_once_are_counted
an_outsider_keeps_nobody_out very_many_wrong_passwords_make_everybody_wait
wrong_passwords_are_forgotten_after_a_day
an_open_session_does_not_tell_the_password a_form_that_came_too_late_leads_back_to_its_page
who_lost_the_password_gets_another }

quita_store::sql! {
    FAILURES = "SELECT email_hash FROM sign_in_failures";
    MANY = "UPDATE sign_in_failures SET failures = 299 WHERE failures = 2";
}

async fn strangers_are_led_to_the_sign_in(house: &House) {
    let first = house.get("/").no_token().send().await;
    assert_eq!((first.status.as_u16(), first.header("location")), (303, Some("/entrar")));
    let page = house.get("/usuarios").no_token().send().await;
    assert_eq!(page.header("location"), Some("/entrar?para=/usuarios"));
    assert_eq!(
        house.get("/entrar").no_token().send().await.header("location"),
        Some("/primeiro-acesso")
    );

    let ana = Person::administrator(house).await;
    let page = house.get("/entrar").no_token().send().await;
    assert_eq!(page.status, 200);
    for header in ["content-security-policy", "x-content-type-options", "referrer-policy"] {
        assert!(page.header(header).is_some(), "{header}");
    }
    let home = ana.get(house, "/").await;
    assert_eq!(home.status, 200);
    assert!(home.text().contains("Recebido hoje"));
    assert_eq!(ana.post(house, "/sair", &[]).await.status, 303);
    assert_eq!(ana.get(house, "/").await.status, 303);
}

async fn wrong_passwords_have_to_wait(house: &House) {
    Person::administrator(house).await;
    let enter = async |password: &str| {
        let fields = [("email", "ana@example.com"), ("password", password)];
        form(house.call("POST", "/entrar"), &fields).no_token().send().await
    };
    for _ in 0..5 {
        let refused = enter("errada errada").await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("E-mail ou senha errados"));
    }
    // Now even the right one waits.
    let waits = enter(PASSWORD).await;
    assert_eq!(waits.status, 422);
    assert!(waits.text().contains("tente de novo em 1 min"), "{}", waits.text());
    house.clock.pass(31);
    assert_eq!(enter(PASSWORD).await.status, 303);
    // Who signed in may be wrong again.
    assert!(enter("errada errada").await.text().contains("E-mail ou senha errados"));
}

async fn a_form_from_elsewhere_is_refused(house: &House) {
    let ana = Person::administrator(house).await;
    let fields = [("csrf", "outro"), ("name", "Intruso"), ("scopes", "read")];
    let refused = form(ana.call(house, "POST", "/tokens"), &fields).send().await;
    assert_eq!(refused.status, 403);
    assert!(!ana.get(house, "/tokens").await.text().contains("Intruso"));
    let sign_in = form(
        house.call("POST", "/entrar"),
        &[("email", "ana@example.com"), ("password", PASSWORD)],
    );
    let refused = sign_in.no_token().header("sec-fetch-site", "cross-site").send().await;
    assert_eq!(refused.status, 403);
}

async fn a_page_of_one_company_acts_on_no_other(house: &House) {
    let ana = Person::administrator(house).await;
    // In another tab she goes on for another company; the first one still shows this.
    let theirs = [("company_id", house.theirs.actor.company_id.as_str())];
    assert_eq!(ana.post(house, "/empresa/trocar", &theirs).await.status, 303);
    let late = ana.post(house, "/tokens", &[("name", "Atrasado"), ("scopes", "read")]).await;
    assert_eq!(late.status, 403);
    assert!(late.text().contains("outra empresa"));
    assert!(!ana.get(house, "/tokens").await.text().contains("Atrasado"));
}

async fn many_wrong_passwords_at_once_are_counted(house: &House) {
    Person::administrator(house).await;
    let told: Vec<bool> = std::thread::scope(|scope| {
        let enter = || people::sign_in(&house.world, "ana@example.com", "errada errada", None);
        let all: Vec<_> = (0..20).map(|_| scope.spawn(enter)).collect();
        all.into_iter().map(|each| each.join().unwrap().is_ok()).collect()
    });
    // The others were told to wait, right or wrong.
    assert_eq!(told.iter().filter(|told| **told).count(), 5);
}

async fn an_outsider_keeps_nobody_out(house: &House) {
    Person::administrator(house).await;
    let proxied =
        quita_web::Exposure { trusted_proxies: vec![[10, 0, 0, 1].into()], ..Default::default() };
    let proxied = quita_web::router(std::sync::Arc::clone(&house.world), proxied);
    let enter = async |client: &str, password: &str| {
        let fields = [("email", "ana@example.com"), ("password", password)];
        let call = form(house.call("POST", "/entrar"), &fields).no_token().from("10.0.0.1");
        call.header("x-forwarded-for", client).at(&proxied).send().await
    };
    for n in 0..6 {
        // Any address of a subscriber's own network is the same to us.
        let refused = enter(&format!("2001:db8:6:6::{n}"), "errada errada").await.text();
        assert_eq!(refused.contains("tente de novo em 1 min"), n == 5, "{n}: {refused}");
    }
    assert_eq!(enter("2001:db8:6:6::beef", PASSWORD).await.status, 422);
    assert_eq!(enter("2001:db8:6:7::beef", PASSWORD).await.status, 303);
    // What nobody trusted says of itself changes nothing: the connection counts.
    let forged = |n: u8| {
        let fields = [("email", "ana@example.com"), ("password", "errada errada")];
        let call = form(house.call("POST", "/entrar"), &fields).no_token().from("192.0.2.6");
        call.header("x-forwarded-for", &format!("198.51.100.{n}")).send()
    };
    for n in 0..5 {
        assert!(forged(n).await.text().contains("E-mail ou senha errados"));
    }
    assert!(forged(5).await.text().contains("tente de novo em 1 min"));
}

fn network(n: u32) -> Option<std::net::IpAddr> {
    Some(std::net::Ipv4Addr::from_bits(0x0b00_0000 + n).into())
}

async fn very_many_wrong_passwords_make_everybody_wait(house: &House) {
    Person::administrator(house).await;
    let enter = |n: u32, password: &str| {
        people::sign_in(&house.world, "ana@example.com", password, network(n))
    };
    assert!(enter(0, "errada errada").unwrap().is_none());
    assert!(enter(1, "errada errada").unwrap().is_none());
    // What two networks did together, as if all the day's had.
    house.world.store.tx(|tx| tx.exec(MANY, &[])).unwrap();
    assert!(enter(2, "errada errada").unwrap().is_none());
    let waits = enter(3, PASSWORD).unwrap_err().to_string();
    assert!(waits.contains("tente de novo em 1 min"), "{waits}");
    house.clock.pass(31);
    assert!(enter(3, PASSWORD).unwrap().is_some());
    assert!(enter(4, "errada errada").unwrap().is_none());
}

async fn wrong_passwords_are_forgotten_after_a_day(house: &House) {
    Person::administrator(house).await;
    let enter = || people::sign_in(&house.world, "ana@example.com", "errada errada", network(1));
    (0..5).for_each(|_| assert!(enter().unwrap().is_none()));
    assert!(enter().is_err());
    let left = || {
        quita_engine::workers::housekeeping(&house.world).unwrap();
        house.world.store.read(|tx| tx.rows(FAILURES, &[]).map(|rows| rows.len())).unwrap()
    };
    house.clock.pass(23 * 3600);
    assert_eq!(left(), 2);
    house.clock.pass(2 * 3600);
    assert_eq!(left(), 0);
}

async fn an_open_session_does_not_tell_the_password(house: &House) {
    let ana = Person::administrator(house).await;
    let change = async |current: &str| {
        let new = "outra frase longa";
        let fields = [("current", current), ("password", new), ("again", new)];
        ana.post(house, "/minha-senha", &fields).await
    };
    for _ in 0..5 {
        assert!(change("errada errada").await.text().contains("não é a senha atual"));
    }
    let waits = change(PASSWORD).await;
    assert_eq!(waits.status, 422);
    assert!(waits.text().contains("tente de novo em 1 min"), "{}", waits.text());
    house.clock.pass(31);
    assert!(change(PASSWORD).await.text().contains("Senha trocada"));
}

async fn a_form_that_came_too_late_leads_back_to_its_page(house: &House) {
    Person::administrator(house).await;
    let late = |page: &str| {
        let call = form(house.call("POST", "/boletos/lote/x/emitir"), &[]).no_token();
        call.header("referer", page).send()
    };
    let led = late("http://127.0.0.1:8077/boletos/lote/x").await;
    assert_eq!(led.header("location"), Some("/entrar?para=/boletos/lote/x"));
    let led = form(house.call("POST", "/tokens"), &[]).no_token().send().await;
    assert_eq!(led.header("location"), Some("/entrar"));
}

async fn roles_see_only_what_is_theirs(house: &House) {
    for (role, allowed) in [
        (Role::Administrator, &["/", "/usuarios", "/tokens"][..]),
        (Role::Finance, &["/"]),
        (Role::ReadOnly, &["/"]),
        (Role::Attendant, &["/"]),
    ] {
        let person = match role {
            Role::Administrator => Person::administrator(house).await,
            role => Person::with_role(house, role).await,
        };
        let home = person.get(house, "/").await.text();
        assert_eq!(home.contains("Recebido hoje"), role != Role::Attendant);
        for path in ["/", "/usuarios", "/tokens"] {
            let expected = if allowed.contains(&path) { 200 } else { 403 };
            assert_eq!(person.get(house, path).await.status, expected, "{role:?} {path}");
            assert_eq!(home.contains(&format!("href=\"{path}\"")), path == "/" || expected == 200);
        }
    }
}

async fn people_come_and_go(house: &House) {
    let ana = Person::administrator(house).await;
    let new = [("name", "Bia"), ("email", "Bia@example.com "), ("role", "finance")];
    let added = ana.post(house, "/usuarios", &new).await.text();
    let password = added.split("data-copy=\"").nth(1).unwrap().split('"').next().unwrap();
    let bia = Person::sign_in(house, "bia@example.com", password).await;
    assert_eq!(bia.get(house, "/usuarios").await.status, 403);
    let again = ana.post(house, "/usuarios", &new).await;
    assert_eq!(again.status, 422);
    assert!(again.text().contains("já trabalha nesta empresa"));

    let list = ana.get(house, "/usuarios").await.text();
    let path = |what: &str, of: &str| {
        let row = list.split(of).nth(1).unwrap();
        let id = row.split("/usuarios/").nth(1).unwrap().split('/').next().unwrap();
        format!("/usuarios/{id}/{what}")
    };
    let promoted = ana.post(house, &path("papel", "bia@"), &[("role", "administrator")]).await;
    assert_eq!(promoted.status, 303);
    assert_eq!(bia.get(house, "/usuarios").await.status, 200);
    // Ana leaves; Bia is the last administrator and must stay.
    assert_eq!(bia.post(house, &path("remover", "ana@"), &[]).await.status, 303);
    let refused = bia.post(house, &path("remover", "bia@"), &[]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("sem administrador"));
    let refused = bia.post(house, &path("papel", "bia@"), &[("role", "finance")]).await;
    assert_eq!(refused.status, 422);

    let change =
        [("current", password), ("password", "outra frase longa"), ("again", "outra frase longa")];
    assert_eq!(bia.post(house, "/minha-senha", &change).await.status, 200);
    let short = [("current", "outra frase longa"), ("password", "curta"), ("again", "curta")];
    assert!(bia.post(house, "/minha-senha", &short).await.text().contains("ao menos 10"));
    Person::sign_in(house, "bia@example.com", "outra frase longa").await;
}

async fn tokens_are_made_and_withdrawn(house: &House) {
    let ana = Person::administrator(house).await;
    let made = ana.post(house, "/tokens", &[("name", "Loja"), ("scopes", "read")]).await.text();
    let token = made.split("<code>").nth(1).unwrap().split('<').next().unwrap();
    assert_eq!(house.get("/v1/boletos").token(token).send().await.status, 200);
    let row = made.split("Loja</th>").nth(1).unwrap();
    let id = row.split("/tokens/").nth(1).unwrap().split('/').next().unwrap();
    assert_eq!(ana.post(house, &format!("/tokens/{id}/revogar"), &[]).await.status, 303);
    assert_eq!(house.get("/v1/boletos").token(token).send().await.status, 401);
    let nothing = ana.post(house, "/tokens", &[("name", "")]).await;
    assert_eq!(nothing.status, 422);
    assert!(nothing.text().contains("ao menos uma permissão"));
}

async fn the_first_administrator_needs_the_code(house: &House) {
    let exposure = quita_web::Exposure { first_run_code: "4711".into(), ..Default::default() };
    let router = quita_web::router(std::sync::Arc::clone(&house.world), exposure);
    let fields = |code: &'static str| {
        [
            ("codigo", code),
            ("name", "Ana"),
            ("email", "ana@example.com"),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ]
    };
    let post = async |code| {
        let call = form(house.call("POST", "/primeiro-acesso"), &fields(code));
        call.no_token().at(&router).send().await
    };
    assert_eq!(post("").await.status, 422);
    let made = post("4711").await;
    assert_eq!((made.status.as_u16(), made.header("location")), (303, Some("/")));
    // Once only.
    assert_eq!(post("4711").await.status, 422);
}

async fn who_lost_the_password_gets_another(house: &House) {
    let ana = Person::administrator(house).await;
    let reset = |email: &str| people::owner_resets_password(&house.world, email);
    Person::with_role(house, Role::Finance).await;
    let email = format!("{}@example.com", Role::Finance.word());
    let password = reset(&email).unwrap();
    Person::sign_in(house, &email, &password).await;
    // Of somebody who works for nobody it is set too, and holds when they come back.
    let (world, actor) = (&house.world, &house.ours.actor);
    let found = people::list(world, actor).unwrap();
    let id = found.into_iter().find(|person| person.email == email).unwrap().id;
    assert_eq!(ana.post(house, &format!("/usuarios/{id}/remover"), &[]).await.status, 303);
    let password = reset(&email).unwrap();
    let back = NewPerson { email: email.clone(), name: "Caio".into(), role: "finance".into() };
    assert_eq!(people::add(world, actor, &back).unwrap(), None);
    Person::sign_in(house, &email, &password).await;
    assert!(reset("ninguem@example.com").is_err());
}
