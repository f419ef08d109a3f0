//! Boletos by e-mail, through a server that listens on this machine.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use quita_engine::desk::people::Role;
use quita_engine::workers::{Kind, tick};
use quita_store::{params, sql};
use serde_json::{Value, json};

use super::Person;
use super::batch::draft;
use crate::house::{House, boleto};

crate::on_both_databases! {
a_server_is_told_and_tried_and_its_password_sealed
boletos_go_to_their_customers_once a_busy_server_is_asked_again_and_a_refusal_is_told
only_who_may_sends_and_only_their_own a_dead_server_holds_only_its_own the_corrected_address_is_used
a_whole_batch_is_sent_once }

sql! {
    SEALED = "SELECT sealed FROM mail_settings WHERE company_id = $1";
}

/// A small SMTP server.
pub(super) struct Server {
    pub(super) port: u16,
    pub(super) seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
pub(super) struct Seen {
    /// Recipient and content of each letter taken.
    letters: Vec<(String, String)>,
    /// The answer to AUTH PLAIN, in base64.
    auth: Vec<String>,
    /// Answers given to the next recipients instead of taking them.
    pub(super) refuse: Vec<&'static str>,
}

impl Server {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let inside = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that goes away in the middle is none of our business.
                let _ = talk(&stream.unwrap(), &inside);
            }
        });
        Self { port, seen }
    }

    pub(super) fn letters(&self) -> Vec<(String, String)> {
        self.seen.lock().unwrap().letters.clone()
    }
}

fn talk(stream: &TcpStream, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let mut out = stream;
    let mut recipient = String::new();
    out.write_all(b"220 servidor.example ESMTP\r\n")?;
    while let Some(line) = lines.next() {
        let line = line?;
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match word.as_str() {
            "EHLO" => "250-servidor.example\r\n250-8BITMIME\r\n250 AUTH PLAIN".to_owned(),
            "AUTH" => {
                seen.lock().unwrap().auth.extend(line.split(' ').nth(2).map(str::to_owned));
                "235 ok".to_owned()
            }
            "RCPT" => {
                recipient = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                seen.lock().unwrap().refuse.pop().unwrap_or("250 ok").to_owned()
            }
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                let mut content = String::new();
                for line in lines.by_ref() {
                    let line = line?;
                    if line == "." {
                        break;
                    }
                    content.push_str(&line);
                    content.push('\n');
                }
                seen.lock().unwrap().letters.push((recipient.clone(), content));
                "250 taken".to_owned()
            }
            "QUIT" => {
                out.write_all(b"221 bye\r\n")?;
                return Ok(());
            }
            _ => "250 ok".to_owned(),
        };
        out.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}

/// A text in quoted-printable without its soft line ends and escapes.
pub(super) fn plain(content: &str) -> String {
    let joined = content.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| *first == b'=') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(super) async fn set_up(house: &House, ana: &Person, server: &Server) {
    let port = server.port.to_string();
    let fields = [
        ("host", "127.0.0.1"),
        ("port", &port),
        ("security", "none"),
        ("user", "oficina"),
        ("password", "senha do e-mail"),
        ("sender", "Oficina <cobranca@example.com>"),
    ];
    let saved = ana.post(house, "/email", &fields).await;
    assert_eq!(saved.status, 200, "{}", saved.text());
}

pub(super) async fn registered(house: &House, number: &str, email: &str) -> Value {
    let mut new = boleto(number);
    new["customer"]["email"] = json!(email);
    let key = number.replace(" ", "-");
    let issued = house.post("/v1/boletos", &key, &new).send().await.expect(201);
    house.work();
    let path = format!("/v1/boletos/{}", issued["id"].as_str().unwrap());
    let boleto = house.get(&path).send().await.json();
    assert_eq!(boleto["status"], "REGISTERED", "{boleto}");
    boleto
}

fn id(boleto: &Value) -> &str {
    boleto["id"].as_str().unwrap()
}

async fn a_server_is_told_and_tried_and_its_password_sealed(house: &House) {
    let ana = Person::administrator(house).await;
    let server = Server::start();
    let untold = ana.post(house, "/email/testar", &[("to", "ana@example.com")]).await;
    assert_eq!(untold.status, 422);
    let wrong = [
        ("host", "smtp.example.com"),
        ("port", "0"),
        ("security", "none"),
        ("user", "oficina"),
        ("sender", "ninguém"),
    ];
    let refused = ana.post(house, "/email", &wrong).await;
    assert_eq!(refused.status, 422);
    for said in ["use um número de porta", "use TLS", "informe a senha", "use um endereço"] {
        assert!(refused.text().contains(said), "{said}");
    }
    set_up(house, &ana, &server).await;
    let page = ana.get(house, "/email").await.text();
    assert!(page.contains("127.0.0.1") && !page.contains("senha do e-mail"));
    let company = house.ours.actor.company_id.clone();
    let sealed =
        house.world.store.read(move |tx| tx.row(SEALED, params![&company])?.unwrap().bytes(0));
    let sealed = sealed.unwrap();
    assert!(!sealed.windows(5).any(|five| five == b"senha"));

    let tried = ana.post(house, "/email/testar", &[("to", "ana@example.com")]).await;
    assert_eq!(tried.status, 200, "{}", tried.text());
    let letters = server.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].0, "ana@example.com");
    assert!(letters[0].1.contains("From: Oficina <cobranca@example.com>"), "{}", letters[0].1);
    // NUL oficina NUL senha do e-mail.
    assert_eq!(server.seen.lock().unwrap().auth, ["AG9maWNpbmEAc2VuaGEgZG8gZS1tYWls"]);

    // The password stays where nothing else changes, and is not given to another server.
    let port = server.port.to_string();
    let kept = |host: &'static str, security: &'static str| {
        [
            ("host", host),
            ("port", port.as_str()),
            ("security", security),
            ("user", "oficina"),
            ("sender", "cobranca@example.com"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
    };
    for (host, security, status) in [("127.0.0.1", "none", 200), ("smtp.example.com", "tls", 422)] {
        let fields = kept(host, security);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(ana.post(house, "/email", &fields).await.status, status, "{host}");
    }
    // A server that speaks no TLS is told as such, and nothing hangs or breaks.
    let fields = [
        ("host", "localhost"),
        ("port", &port),
        ("security", "starttls"),
        ("sender", "c@example.com"),
    ];
    assert_eq!(ana.post(house, "/email", &fields).await.status, 200);
    let tried = ana.post(house, "/email/testar", &[("to", "ana@example.com")]).await;
    assert_eq!(tried.status, 422);
    assert!(
        tried.text().contains("não foi possível usar o servidor localhost"),
        "{}",
        tried.text()
    );
}

async fn boletos_go_to_their_customers_once(house: &House) {
    let ana = Person::administrator(house).await;
    let server = Server::start();
    let made = registered(house, "NF 77", "maria@example.com").await;
    let early = ana.post(house, "/boletos/email", &[("ids", id(&made))]).await;
    assert_eq!(early.status, 409);
    assert!(early.text().contains("ainda não foi configurado"));
    set_up(house, &ana, &server).await;
    let silent = registered(house, "NF 78", "").await;
    let both = [("ids", id(&made)), ("ids", id(&silent))];
    let asked = ana.post(house, "/boletos/email", &both).await.text();
    assert!(asked.contains("1 boleto a caminho") && asked.contains("o cliente não tem e-mail"));
    // A second click, before and after it is sent.
    let asked = ana.post(house, "/boletos/email", &both).await.text();
    assert!(asked.contains("Nenhum boleto a enviar") && asked.contains("já foi enviado"));
    house.work();
    ana.post(house, "/boletos/email", &both).await;
    house.work();
    let letters = server.letters();
    assert_eq!(letters.len(), 1);
    let (to, content) = &letters[0];
    assert_eq!(to, "maria@example.com");
    let text = plain(content);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    assert!(digits.contains(made["writable_line"].as_str().unwrap()), "{text}");
    assert!(text.contains(made["br_code"].as_str().unwrap()), "{text}");
    assert!(text.contains("Olá, Maria Exemplo") && text.contains("R$ 1.250,00"), "{text}");
    assert!(content.contains("application/pdf") && content.contains("boleto-NF-77.pdf"));
    assert!(content.contains("JVBERi"), "a PDF in base64");
    let events = house.get("/v1/events").send().await.text();
    assert_eq!(events.matches("boleto.emailed").count(), 1);
    assert!(ana.get(house, "/email").await.text().contains("maria@example.com"));

    // One that is about to be cancelled goes to nobody.
    let other = registered(house, "NF 79", "maria@example.com").await;
    let last = registered(house, "NF 80", "maria@example.com").await;
    let asked = ana.post(house, "/boletos/email", &[("ids", id(&last))]).await.text();
    assert!(asked.contains("1 boleto a caminho"));
    for boleto in [&other, &last] {
        let path = format!("/v1/boletos/{}/cancel", id(boleto));
        house.post(&path, id(boleto), &json!({})).send().await.expect(202);
    }
    let asked = ana.post(house, "/boletos/email", &[("ids", id(&other))]).await.text();
    assert!(asked.contains("o cancelamento foi pedido"), "{asked}");
    tick(&house.world, &[Kind::Mail], 1).unwrap();
    assert_eq!(server.letters().len(), 1);

    // Only who asks for it sends again.
    let again = [("ids", id(&made)), ("again", "1")];
    ana.post(house, "/boletos/email", &again).await;
    house.work();
    assert_eq!(server.letters().len(), 2);
}

async fn a_busy_server_is_asked_again_and_a_refusal_is_told(house: &House) {
    let ana = Person::administrator(house).await;
    let server = Server::start();
    set_up(house, &ana, &server).await;
    let busy = registered(house, "B 1", "maria@example.com").await;
    server.seen.lock().unwrap().refuse = vec!["451 later", "451 later"];
    ana.post(house, "/boletos/email", &[("ids", id(&busy))]).await;
    house.work();
    house.work();
    assert_eq!(server.letters().len(), 1);

    let unknown = registered(house, "B 2", "ninguem@example.com").await;
    server.seen.lock().unwrap().refuse = vec!["550 no such user"];
    ana.post(house, "/boletos/email", &[("ids", id(&unknown))]).await;
    house.work();
    house.work();
    assert_eq!(server.letters().len(), 1);
    let page = ana.get(house, "/email").await.text();
    assert!(page.contains("Não enviado") && page.contains("no such user"), "{page}");
    assert!(house.get("/v1/events").send().await.text().contains("boleto.email_failed"));
}

async fn only_who_may_sends_and_only_their_own(house: &House) {
    let mut ana = Person::administrator(house).await;
    let server = Server::start();
    set_up(house, &ana, &server).await;
    let made = registered(house, "O 1", "maria@example.com").await;
    let reader = Person::with_role(house, Role::ReadOnly).await;
    let finance = Person::with_role(house, Role::Finance).await;
    assert_eq!(reader.post(house, "/boletos/email", &[("ids", id(&made))]).await.status, 403);
    for person in [&reader, &finance] {
        assert_eq!(person.get(house, "/email").await.status, 403);
        assert_eq!(person.post(house, "/email", &[("host", "x")]).await.status, 403);
        assert_eq!(person.post(house, "/email/testar", &[("to", "a@b.c")]).await.status, 403);
    }
    let sent = finance.post(house, "/boletos/email", &[("ids", id(&made))]).await;
    assert_eq!(sent.status, 200);
    // In another company neither the server nor the boleto is there.
    ana.switch(house, &house.theirs.actor.company_id).await;
    assert!(!ana.get(house, "/email").await.text().contains("127.0.0.1"));
    set_up(house, &ana, &server).await;
    assert_eq!(ana.post(house, "/boletos/email", &[("ids", id(&made))]).await.status, 404);
    house.work();
    assert_eq!(server.letters().len(), 1);
}

async fn a_dead_server_holds_only_its_own(house: &House) {
    let mut ana = Person::administrator(house).await;
    let server = Server::start();
    set_up(house, &ana, &server).await;
    let mut ids = Vec::new();
    for number in ["D 1", "D 2", "D 3"] {
        let made = registered(house, number, "maria@example.com").await;
        ids.push(id(&made).to_owned());
    }
    // Nobody listens at this port any more.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    set_up(house, &ana, &Server { port: gone, seen: Arc::default() }).await;
    let fields: Vec<_> = ids.iter().map(|id| ("ids", id.as_str())).collect();
    ana.post(house, "/boletos/email", &fields).await;
    let turn = || tick(&house.world, &[Kind::Mail], 1).unwrap();
    assert_eq!([turn(), turn()], [1, 0], "one try, and the others wait with it");
    ana.switch(house, &house.theirs.actor.company_id).await;
    set_up(house, &ana, &server).await;
    house.clock.pass(70);
    assert_eq!([turn(), turn()], [1, 0]);
    ana.switch(house, &house.ours.actor.company_id).await;
    set_up(house, &ana, &server).await;
    for _ in 0..4 {
        house.work();
    }
    assert_eq!(server.letters().len(), 3);
}

async fn a_whole_batch_is_sent_once(house: &House) {
    let ana = Person::administrator(house).await;
    let server = Server::start();
    set_up(house, &ana, &server).await;
    let row = |number: u32| {
        format!(
            "L {number};Maria;123.456.789-09;m{number}@example.com;Rua das Acácias;Centro;Belo Horizonte;MG;30110-000;10,00;15/12/2026\n"
        )
    };
    let rows: String = (0..3).map(row).collect();
    let file = format!("Número;Nome;CPF;E-mail;Rua;Bairro;Cidade;UF;CEP;Valor;Vencimento\n{rows}");
    let address = draft(house, &ana, file.as_bytes()).await;
    assert_eq!(ana.post(house, &format!("{address}/emitir"), &[]).await.status, 303);
    house.work();
    let page = ana.get(house, &address).await.text();
    assert!(page.contains("Enviar por e-mail"), "{page}");
    for said in ["3 boletos a caminho", "Nenhum boleto a enviar"] {
        let asked = ana.post(house, &format!("{address}/email"), &[]).await.text();
        assert!(asked.contains(said), "{asked}");
        house.work();
    }
    // All three are the same customer, whose address each boleto keeps as it was ordered.
    let mut to: Vec<String> = server.letters().into_iter().map(|(to, _)| to).collect();
    to.sort_unstable();
    assert_eq!(to, ["m0@example.com", "m1@example.com", "m2@example.com"]);
}

async fn the_corrected_address_is_used(house: &House) {
    let ana = Person::administrator(house).await;
    let server = Server::start();
    set_up(house, &ana, &server).await;
    let made = registered(house, "C 1", "errado@example.com").await;
    let other = registered(house, "C 2", "errado@example.com").await;
    let list = house.get("/v1/customers").send().await.json();
    let customer = format!("/clientes/{}", list["data"][0]["id"].as_str().unwrap());
    let change = async |email: &str| {
        let fields = [("document", "123.456.789-09"), ("legal_name", "Maria"), ("email", email)];
        let changed = ana.post(house, &customer, &fields).await;
        assert_eq!(changed.status, 303, "{}", changed.text());
    };
    house.clock.pass(60);
    change("certo@example.com").await;
    let asked = ana.post(house, "/boletos/email", &[("ids", id(&made))]).await.text();
    assert!(asked.contains("1 boleto a caminho de certo@example.com."), "{asked}");
    // One ordered since goes where its order says.
    let later = registered(house, "C 3", "terceiro@example.com").await;
    let asked = ana.post(house, "/boletos/email", &[("ids", id(&later))]).await.text();
    assert!(asked.contains("1 boleto a caminho de terceiro@example.com."), "{asked}");
    // Taken away: to nobody.
    house.clock.pass(60);
    change("").await;
    let asked = ana.post(house, "/boletos/email", &[("ids", id(&other))]).await.text();
    assert!(asked.contains("o cliente não tem e-mail"), "{asked}");
    house.work();
    let mut sent: Vec<_> = server.letters().into_iter().map(|(to, _)| to).collect();
    sent.sort();
    assert_eq!(sent, ["certo@example.com", "terceiro@example.com"]);
}
