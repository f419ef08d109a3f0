//! Key pairs of our own and requests for certificates (PKCS#10).

use quita_banks::enrolment::Subject;
use rcgen::{CertificateParams, DistinguishedName, DnType, DnValue, KeyPair, PKCS_RSA_SHA512};

use crate::error::Error;
use crate::secret::Secret;

/// A key pair.
pub(crate) struct Pair {
    /// Private half, PEM (PKCS#8).
    pub private_key: Secret<Vec<u8>>,
    /// Public half, PEM.
    pub public_key: String,
}

/// A new pair: RSA of 2048 bits, from the system's random numbers.
pub(crate) fn make() -> Result<Pair, Error> {
    let pair = KeyPair::generate_for(&PKCS_RSA_SHA512).map_err(wrong)?;
    Ok(Pair {
        private_key: Secret::new(pair.serialize_pem().into_bytes()),
        public_key: pair.public_key_pem(),
    })
}

/// A request for a certificate for this key, signed with SHA-512, PEM.
pub(crate) fn request(private_key: &Secret<Vec<u8>>, subject: &Subject) -> Result<String, Error> {
    let pem = std::str::from_utf8(private_key.expose()).map_err(|_| wrong("key"))?;
    let pair = KeyPair::from_pem_and_sign_algo(pem, &PKCS_RSA_SHA512).map_err(wrong)?;
    let mut name = DistinguishedName::new();
    // A country is always a PrintableString.
    let country = subject.country.as_str().try_into().map(DnValue::PrintableString);
    name.push(DnType::CommonName, subject.common_name.as_str());
    for (what, value) in [
        (DnType::OrganizationalUnitName, &subject.unit),
        (DnType::LocalityName, &subject.city),
        (DnType::StateOrProvinceName, &subject.state),
    ] {
        if !value.is_empty() {
            name.push(what, value.as_str());
        }
    }
    if let (Ok(country), false) = (country, subject.country.is_empty()) {
        name.push(DnType::CountryName, country);
    }
    let mut params = CertificateParams::default();
    params.distinguished_name = name;
    params.serialize_request(&pair).and_then(|request| request.pem()).map_err(wrong)
}

fn wrong(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("key pair: {error}"))
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    /// What openssl, which knows nothing of us, makes of a text.
    fn openssl(words: &str, input: &[u8]) -> String {
        use std::io::Write as _;
        let mut child = Command::new("openssl")
            .args(words.split(' '))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success(), "{words}: {}", String::from_utf8_lossy(&done.stderr));
        format!(
            "{}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        )
    }

    #[test]
    fn a_request_is_what_the_bank_asks_for() {
        let pair = make().unwrap();
        let subject = Subject {
            common_name: "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9".into(),
            unit: "Oficina Sao Joao Ltda".into(),
            city: String::new(),
            state: "SP".into(),
            country: "BR".into(),
        };
        let request = request(&pair.private_key, &subject).unwrap();
        let told = openssl("req -verify -noout -text -nameopt RFC2253", request.as_bytes());
        for wanted in [
            "C=BR,ST=SP,OU=Oficina Sao Joao Ltda,CN=0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
            "sha512WithRSAEncryption",
            "2048 bit",
            "verify OK",
        ] {
            assert!(told.contains(wanted), "{wanted}: {told}");
        }
        // Both halves are of one pair, and the printed one is what others read.
        let public = openssl("pkey -pubout", pair.private_key.expose());
        assert_eq!(public.replace('\n', ""), pair.public_key.replace(['\n', '\r'], ""));
        assert!(pair.public_key.starts_with("-----BEGIN PUBLIC KEY-----\n"));
    }
}
