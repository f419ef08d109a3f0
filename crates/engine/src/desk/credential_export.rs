//! Certificate and key of an account, given back under a password: the bank lets the key be
//! downloaded only once.

use quita_store::credentials;

use super::credentials::of_company;
use super::{Actor, Permission};
use crate::certificate_files::{self, Pair};
use crate::connection::field;
use crate::error::{Error, FieldErrors};
use crate::password::LENGTH_MIN;
use crate::trail::{self, Author};
use crate::world::World;

/// A file with certificate and key.
pub struct Exported {
    /// A name for it.
    pub file_name: String,
    /// PKCS#12. Holds a private key: never logged.
    pub bytes: Vec<u8>,
}

/// The certificate and key of an account as PKCS#12 under a password, which is typed twice and kept
/// nowhere.
pub fn export(
    world: &World,
    actor: &Actor,
    account_id: &str,
    password: &str,
    again: &str,
) -> Result<Exported, Error> {
    actor.must(Permission::Configure)?;
    let account = of_company(world, actor, account_id)?;
    let none = || {
        let message = "esta conta não tem certificado e chave para exportar";
        Error::conflict("no_certificate", message)
    };
    let id = account.credential_id.ok_or_else(none)?;
    let mut errors = FieldErrors::default();
    if password.chars().count() < LENGTH_MIN {
        let message = format!("use ao menos {LENGTH_MIN} caracteres; uma frase é boa");
        errors.add("password", "too_short", message);
    } else if password != again {
        errors.add("again", "mismatch", "as duas senhas não são iguais; digite-as de novo");
    }
    errors.check()?;
    let wanted = id.clone();
    let values = world.store.read(move |tx| credentials::values(tx, &wanted))?;
    let opened = |name: &str| {
        let Some((_, version, sealed)) = values.iter().find(|(known, ..)| known == name) else {
            return Ok(None);
        };
        let value = world.vault.unseal(&id, name, *version, sealed)?;
        Ok::<_, Error>(Some(String::from_utf8_lossy(value.expose()).into_owned()))
    };
    let (certificate, private_key) = (opened(field::CERTIFICATE)?, opened(field::PRIVATE_KEY)?);
    let (certificate, private_key) = certificate.zip(private_key).ok_or_else(none)?;
    let pair = Pair { certificate, private_key };
    let bytes = certificate_files::to_pkcs12(&pair, password).map_err(Error::internal)?;
    let (company, author) = (actor.company_id.clone(), actor.name.clone());
    let (subject, credential) = (account.id, id.clone());
    // Who has the key is known before the key leaves.
    world.tx(move |tx, mut ids| {
        let author = Author { company_id: &company, actor: &author };
        let details = serde_json::json!({ "credential": credential });
        trail::record(tx, &mut ids, author, "credential.exported", &subject, &details)
    })?;
    let file_name = format!("{}-{}-{}.p12", account.bank, account.branch, account.number);
    Ok(Exported { file_name, bytes })
}
