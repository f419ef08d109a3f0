//! The screens as a browser without scripts sees them.

mod access;
mod accounts;
mod batch;
mod boletos;
mod by_file;
mod contracts;
mod credentials;
mod customers;
mod email;
mod enrolment;
mod filing;
mod home;
mod issuing;
mod logo;
mod paper;
mod payer;
pub(crate) mod reconciliation;
mod registers;
mod roles;
mod statements;
mod statements_corrected;
mod statements_late;

pub(crate) use enrolment::begun;
use quita_engine::desk::people::{self, NewPerson, Role};

use crate::house::{Call, House, Reply};

const PASSWORD: &str = "cavalo bateria grampo";

/// Somebody who signed in.
pub(crate) struct Person {
    cookie: String,
    csrf: String,
}

impl Person {
    /// Signs in as the first administrator, who is made if need be.
    pub(crate) async fn administrator(house: &House) -> Self {
        if people::is_first_run(&house.world).unwrap() {
            people::first_administrator(&house.world, "Ana", "ana@example.com", PASSWORD).unwrap();
        }
        Self::sign_in(house, "ana@example.com", PASSWORD).await
    }

    /// Somebody of our company in this role.
    pub(crate) async fn with_role(house: &House, role: Role) -> Self {
        Self::administrator(house).await;
        let email = format!("{}@example.com", role.word());
        let new =
            NewPerson { email: email.clone(), name: role.label().into(), role: role.word().into() };
        let password = people::add(&house.world, &house.ours.actor, &new).unwrap().unwrap();
        Self::sign_in(house, &email, &password).await
    }

    pub(crate) async fn sign_in(house: &House, email: &str, password: &str) -> Self {
        let answer =
            form(house.call("POST", "/entrar"), &[("email", email), ("password", password)])
                .no_token()
                .send()
                .await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let mut person = Self { cookie, csrf: String::new() };
        person.look_again(house).await;
        person
    }

    /// Takes the secret of forms from a fresh page.
    async fn look_again(&mut self, house: &House) {
        let page = self.get(house, "/minha-senha").await.text();
        let csrf = page.split(r#"name="csrf" content=""#).nth(1).unwrap().split('"').next();
        self.csrf = csrf.unwrap().to_owned();
    }

    /// Goes on for another company.
    pub(crate) async fn switch(&mut self, house: &House, company_id: &str) {
        let switched = self.post(house, "/empresa/trocar", &[("company_id", company_id)]).await;
        assert_eq!(switched.status, 303, "{}", switched.text());
        self.look_again(house).await;
    }

    pub(crate) async fn get(&self, house: &House, path: &str) -> Reply {
        self.call(house, "GET", path).send().await
    }

    /// Sends a form with the proof that it comes from our page.
    pub(crate) async fn post(&self, house: &House, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut all = vec![("csrf", self.csrf.as_str())];
        all.extend(fields);
        form(self.call(house, "POST", path), &all).send().await
    }

    pub(crate) fn call(&self, house: &House, method: &str, path: &str) -> Call {
        house.call(method, path).no_token().header("cookie", &self.cookie)
    }
}

/// A request with these fields as its form.
pub(crate) fn form(call: Call, fields: &[(&str, &str)]) -> Call {
    let escaped = |text: &str| -> String { text.bytes().map(|b| format!("%{b:02X}")).collect() };
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
    let body = pairs.collect::<Vec<_>>().join("&");
    call.header("content-type", "application/x-www-form-urlencoded").raw(body)
}

/// A request with these fields and files (field, name, content) as its form.
pub(crate) fn upload(call: Call, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Call {
    const BOUNDARY: &str = "uma-linha-que-nao-aparece-em-nenhum-arquivo";
    let mut body = Vec::new();
    let mut part = |head: String, content: &[u8]| {
        body.extend(
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n").bytes(),
        );
        body.extend(content);
        body.extend(b"\r\n");
    };
    for (name, value) in fields {
        part(format!("name=\"{name}\""), value.as_bytes());
    }
    for (name, file, content) in files {
        let head = format!(
            "name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: application/octet-stream"
        );
        part(head, content);
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    call.header("content-type", &format!("multipart/form-data; boundary={BOUNDARY}")).raw(body)
}
