//! The simulated bank that a sandbox begins with.

use std::collections::BTreeMap;

use quita_engine::connection::field;
use quita_engine::desk::accounts::NewAccount;
use quita_sandbox::{ClientKit, NewClient, Sandbox};

use crate::failure::Failure;

/// The demo's bank.
pub(crate) const BANK: &str = "inter";

/// The first account there, with check digit.
const ACCOUNT: &str = "12345678";

/// Lets another account in at the simulator, under the next free number, and gives it as the desk
/// registers it.
pub(crate) fn connect(sandbox: &Sandbox, owner: &str) -> Result<NewAccount, Failure> {
    let taken: Vec<String> =
        sandbox.clients(BANK)?.into_iter().map(|client| client.account).collect();
    let first: u64 = ACCOUNT.parse().unwrap_or(1);
    // The last digit is the check digit, and one number has one.
    let free = (first..).step_by(10).map(|number| number.to_string()).find(|n| !taken.contains(n));
    let new = NewClient {
        account: free.unwrap_or_default(),
        owner: Some(owner.to_owned()),
        ..NewClient::default()
    };
    account(sandbox, &sandbox.new_client(BANK, &new)?)
}

/// The account as the desk registers it, connected to this simulator.
fn account(sandbox: &Sandbox, kit: &ClientKit) -> Result<NewAccount, Failure> {
    let (number, digit) = kit.account.split_at(kit.account.len().saturating_sub(1));
    let credential = [
        (field::CLIENT_ID, &kit.client_id),
        (field::CLIENT_SECRET, &kit.client_secret),
        (field::CERTIFICATE, &kit.certificate),
        (field::PRIVATE_KEY, &kit.key),
    ];
    let mut credential: BTreeMap<String, String> =
        credential.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    credential.insert(field::CA.to_owned(), sandbox.ca().to_owned());
    Ok(NewAccount {
        bank: BANK.into(),
        description: "Conta no banco simulado".into(),
        branch: "0001".into(),
        number: number.to_owned(),
        digit: digit.to_owned(),
        data: BTreeMap::new(),
        credential,
        hosts: BTreeMap::from([("api".to_owned(), sandbox.base_url(BANK)?)]),
        ..NewAccount::default()
    })
}
