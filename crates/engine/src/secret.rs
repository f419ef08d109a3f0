//! Secrets: sealed at rest, absent from logs.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use aws_lc_rs::rand::SecureRandom as _;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize, Zeroizing};

use crate::error::Error;

/// A value that must not be shown. It has no Debug, Display or Serialize that tells it.
#[derive(Clone)]
pub struct Secret<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    /// Takes it in.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value, for the moment of use.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// Seals and opens values with the key of the installation, kept in a file of its own.
pub struct Vault {
    cipher: XChaCha20Poly1305,
}

const NONCE: usize = 24;

impl Vault {
    /// Makes the key file of a new installation: 32 bytes in hex, readable by its owner alone.
    /// Without it no credential can be opened again. One that is there stays.
    pub fn create(path: &Path) -> Result<Self, Error> {
        if !path.exists() {
            let mut key = Zeroizing::new([0_u8; 32]);
            aws_lc_rs::rand::SystemRandom::new()
                .fill(&mut *key)
                .map_err(|_| Error::internal("no random numbers for the key file"))?;
            let mut hex = Zeroizing::new(String::with_capacity(64));
            for byte in key.iter() {
                hex.push_str(&format!("{byte:02x}"));
            }
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(path).map_err(|e| key_file_error(path, &e))?;
            file.write_all(hex.as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(|e| key_file_error(path, &e))?;
        }
        Self::open(path)
    }

    /// Reads the key file. Where it is missing there is an error and never a new key, under
    /// which nothing that was sealed before could be opened.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let hex = Zeroizing::new(fs::read_to_string(path).map_err(|e| key_file_error(path, &e))?);
        let hex = hex.trim();
        let mut key = Zeroizing::new([0_u8; 32]);
        if hex.len() != 64 || !hex.is_ascii() {
            return Err(Error::config(format!(
                "o arquivo de chave {} deve ter 64 dígitos hexadecimais",
                path.display()
            )));
        }
        for (i, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).map_err(|_| {
                Error::config(format!("o arquivo de chave {} não é hexadecimal", path.display()))
            })?;
        }
        Ok(Self::with_key(&key))
    }

    /// A vault with this key, for tests and for the seeded loop.
    pub fn with_key(key: &[u8; 32]) -> Self {
        Self { cipher: XChaCha20Poly1305::new(key.into()) }
    }

    /// Seals one value of a credential. The result can be opened only as that value.
    pub fn seal(
        &self,
        credential_id: &str,
        field: &str,
        version: i64,
        value: &[u8],
        nonce: [u8; NONCE],
    ) -> Result<Vec<u8>, Error> {
        let aad = associated(credential_id, field, version);
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: value, aad: &aad })
            .map_err(|_| Error::internal("a value could not be sealed"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Vault::seal`] made for the same credential, field and version.
    pub fn unseal(
        &self,
        credential_id: &str,
        field: &str,
        version: i64,
        sealed: &[u8],
    ) -> Result<Secret<Vec<u8>>, Error> {
        let aad = associated(credential_id, field, version);
        let opened = sealed
            .split_first_chunk::<NONCE>()
            .and_then(|(nonce, text)| {
                let payload = Payload { msg: text, aad: &aad };
                self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()
            })
            .ok_or_else(|| {
                Error::config(format!(
                    "o campo {field} da credencial {credential_id} não abre com este arquivo de \
                     chave; use o arquivo de chave desta instalação ou cadastre a credencial de novo"
                ))
            })?;
        Ok(Secret::new(opened))
    }
}

fn associated(credential_id: &str, field: &str, version: i64) -> Vec<u8> {
    format!("quita\0{credential_id}\0{field}\0{version}").into_bytes()
}

fn key_file_error(path: &Path, error: &std::io::Error) -> Error {
    Error::config(format!("o arquivo de chave {} não pôde ser usado: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_in_its_own_place() {
        let vault = Vault::with_key(&[9; 32]);
        let sealed = vault.seal("c1", "client_secret", 1, b"segredo", [3; 24]).unwrap();
        assert!(!sealed.windows(7).any(|w| w == b"segredo"));
        let opened = vault.unseal("c1", "client_secret", 1, &sealed).unwrap();
        assert_eq!(opened.expose(), b"segredo");
        assert_eq!(format!("{opened:?}"), "[secret]");
        for (credential, field, version) in
            [("c2", "client_secret", 1), ("c1", "private_key", 1), ("c1", "client_secret", 2)]
        {
            assert!(vault.unseal(credential, field, version, &sealed).is_err());
        }
        assert!(Vault::with_key(&[8; 32]).unseal("c1", "client_secret", 1, &sealed).is_err());
        assert!(vault.unseal("c1", "client_secret", 1, b"short").is_err());
    }
}
