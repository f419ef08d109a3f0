//! Every bank that has a simulator, behind its own door.

use quita_banks::info::Auth;
use quita_banks::registry;
use quita_sandbox::{BankHost, ClientKit, NewClient, Sandbox, SandboxConfig};
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
        assert_eq!(ask(None, &kit.client_secret), None, "{}", info.name);
        let other = new_client(&sandbox, info.folder);
        let with_another = ask(Some(&other), &kit.client_secret).unwrap();
        assert!(!with_another.1, "{}: {with_another:?}", info.name);
    }
    assert!(seen > 0);
}

#[test]
fn a_bank_without_simulator_is_told() {
    let error = BankHost::of("nenhum").err().unwrap().to_string();
    assert!(error.contains("nenhum"), "{error}");
}
