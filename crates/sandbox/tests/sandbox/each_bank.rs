//! Every bank that has a simulator, behind its own door.

use quita_banks::info::Auth;
use quita_banks::registry;
use quita_banks::simulator::Control;
use quita_sandbox::{BankHost, ClientKit, NewClient, Sandbox, SandboxConfig};
use rcgen::{CertificateParams, DnType, KeyPair};
use serde_json::Value as Json;

use crate::client::agent;

fn start(folder: &str) -> Sandbox {
    let banks = vec![BankHost::of(folder).unwrap()];
    Sandbox::start(SandboxConfig { banks, ..SandboxConfig::default() }).unwrap()
}

fn new_client(sandbox: &Sandbox, folder: &str) -> ClientKit {
    let new = NewClient { account: "12345678".to_owned(), ..NewClient::default() };
    sandbox.new_client(folder, &new).unwrap()
}

#[test]
fn a_client_gets_a_token_and_a_stranger_does_not() {
    let mut seen = 0;
    for bank in registry::BANKS.iter().filter(|bank| bank.simulator().is_some()) {
        let info = bank.info();
        let Auth::ClientCredentials { path, .. } = &info.auth else { continue };
        seen += 1;
        let sandbox = start(info.folder);
        let kit = new_client(&sandbox, info.folder);
        let url = format!("{}{path}", sandbox.base_url(info.folder).unwrap());
        let scopes: Vec<_> = info.scopes.iter().map(|scope| scope.name).collect();
        let ask = |shown: Option<&ClientKit>, secret: &str| {
            let form = [
                ("grant_type", "client_credentials"),
                ("client_id", &kit.client_id),
                ("client_secret", secret),
                ("scope", &scopes.join(" ")),
            ];
            let mut answer = agent(&sandbox, shown).post(&url).send_form(form).ok()?;
            let text = answer.body_mut().read_to_string().unwrap();
            let body: Json = serde_json::from_str(&text).unwrap_or_default();
            Some((answer.status().as_u16(), body["access_token"].is_string()))
        };
        assert_eq!(ask(Some(&kit), &kit.client_secret), Some((200, true)), "{}", info.name);
        assert_eq!(ask(Some(&kit), "errado"), Some((401, false)), "{}", info.name);
        // Banks that sign certificates let strangers in, but give them no token.
        let stranger = ask(None, &kit.client_secret);
        let signs = bank.simulator().unwrap().signs_certificates();
        assert_eq!(stranger, signs.then_some((401, false)), "{}", info.name);
        let other = new_client(&sandbox, info.folder);
        let with_another = ask(Some(&other), &kit.client_secret).unwrap();
        assert!(!with_another.1, "{}: {with_another:?}", info.name);
    }
    assert!(seen > 0);
}

#[test]
fn a_bank_that_signs_gives_a_certificate_for_a_key_that_it_never_sees() {
    let mut seen = 0;
    for bank in registry::BANKS.iter().filter(|bank| bank.simulator().is_some()) {
        let (info, simulator) = (bank.info(), bank.simulator().unwrap());
        let Auth::ClientCredentials { path, .. } = &info.auth else { continue };
        if !simulator.signs_certificates() {
            continue;
        }
        seen += 1;
        let sandbox = start(info.folder);
        let made = sandbox.control(
            info.folder,
            &Control::AddClient {
                client_id: "cliente-1".to_owned(),
                client_secret: String::new(),
                scopes: String::new(),
                account: "12345678".to_owned(),
                certificate: None,
                owner: None,
            },
        );
        let temporary = made.unwrap()["temporary_token"].as_str().unwrap().to_owned();
        let base = sandbox.base_url(info.folder).unwrap();
        let ask = |name: &str| {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::default();
            params.distinguished_name.push(DnType::CommonName, name);
            let request = params.serialize_request(&key).unwrap().pem().unwrap();
            let url = format!("{base}/seguranca/v1/certificado/solicitacao");
            let call = agent(&sandbox, None)
                .post(&url)
                .header("authorization", format!("Bearer {temporary}"))
                .content_type("text/plain");
            let mut answer = call.send(request).unwrap();
            (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap(), key)
        };
        let (status, body, _) = ask("outro");
        assert!(status == 400 && body.contains("C800a"), "{status} {body}");
        let (status, body, key) = ask("cliente-1");
        assert_eq!(status, 200, "{body}");
        let (first, certificate) = body.split_once('\n').unwrap();
        let secret = first.strip_prefix("Secret: ").unwrap();
        let kit = ClientKit {
            client_id: "cliente-1".to_owned(),
            client_secret: secret.to_owned(),
            account: "12345678".to_owned(),
            certificate: certificate.to_owned(),
            key: key.serialize_pem(),
            certificate_file: None,
            key_file: None,
        };
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "cliente-1"),
            ("client_secret", secret),
        ];
        let answer = agent(&sandbox, Some(&kit)).post(format!("{base}{path}")).send_form(form);
        assert_eq!(answer.unwrap().status(), 200);
    }
    assert!(seen > 0);
}

#[test]
fn a_bank_without_simulator_is_told() {
    let error = BankHost::of("nenhum").err().unwrap().to_string();
    assert!(error.contains("nenhum"), "{error}");
}
