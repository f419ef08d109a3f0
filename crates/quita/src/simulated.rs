//! The simulated bank that a sandbox begins with.

use std::collections::BTreeMap;

use quita_engine::connection::field;
use quita_engine::desk::accounts::NewAccount;
use quita_sandbox::{ClientKit, Sandbox};

use crate::failure::Failure;

/// The demo's bank.
pub(crate) const BANK: &str = "inter";

/// Account with check digit.
pub(crate) const ACCOUNT: &str = "12345678";

/// The account as the desk registers it, connected to this simulator.
pub(crate) fn account(sandbox: &Sandbox, kit: &ClientKit) -> Result<NewAccount, Failure> {
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
    })
}
