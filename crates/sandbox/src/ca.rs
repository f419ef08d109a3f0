//! The authorities behind the sandbox's certificates.
//!
//! One plays the public root and the bank's own authority: it signs the server's certificate and
//! those of the API's clients. The other signs what the bank shows when it calls webhooks.

use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use quita_banks::simulator::Signed;
use quita_listener::{certificates, fingerprint};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

use crate::files;

/// Years that authorities and server certificates last: longer than any test advances the clock.
const LONG: i16 = 30;
/// Years that a client's certificate lasts, as the banks' do.
const CLIENT: i16 = 1;

/// Why a certificate was not made or read.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// The library refused, usually because of a name.
    #[error("o certificado não pôde ser feito ({0}); confira os nomes pedidos")]
    Make(#[from] rcgen::Error),
    /// The file is not what was written there.
    #[error("{path} não traz o certificado ou a chave da autoridade de testes; apague a pasta")]
    Damaged {
        /// Which file.
        path: PathBuf,
    },
    /// The disk refused.
    #[error("{path} não pôde ser lido ou gravado ({source})")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// From which day to which day certificates made now are valid.
#[derive(Clone, Copy, Debug)]
pub struct Validity {
    from: Date,
    now: Date,
}

impl Validity {
    /// Anchored on the sandbox's clock, but not in the future of the computer's, by which other
    /// programs will judge.
    pub fn at(now: Timestamp, computer: Timestamp) -> Self {
        let day = |instant: Timestamp| instant.to_zoned(TimeZone::UTC).date();
        Self { from: day(now.min(computer)).saturating_sub(1.day()), now: day(now.max(computer)) }
    }

    fn set(self, params: &mut CertificateParams, years: i16) {
        self.until(params, self.now.saturating_add(years.years()));
    }

    fn until(self, params: &mut CertificateParams, end: Date) {
        let instant = |date: Date| {
            // rcgen takes months and days as unsigned; civil dates never have negative ones.
            rcgen::date_time_ymd(
                date.year().into(),
                date.month().unsigned_abs(),
                date.day().unsigned_abs(),
            )
        };
        params.not_before = instant(self.from);
        params.not_after = instant(end);
    }
}

/// A certificate and its private key, both PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// X.509 certificate.
    pub certificate: String,
    /// PKCS#8 key.
    pub key: String,
}

impl Identity {
    /// SHA-256 of the certificate, lower-case hex.
    pub fn fingerprint(&self) -> String {
        // A PEM that holds nothing has the fingerprint of nothing.
        let found = certificates(self.certificate.as_bytes()).unwrap_or_default();
        fingerprint(found.first().map_or(&[], |der| der.as_ref()))
    }
}

/// Something that signs certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

impl Authority {
    fn new(name: &str, validity: Validity) -> Result<Self, CaError> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CountryName, "BR");
        params.distinguished_name.push(DnType::OrganizationName, "quita - ambiente de testes");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        validity.set(&mut params, LONG);
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), certificate })
    }

    /// The one kept in this directory under this name, or a new one which is then kept there.
    fn open(directory: &Path, file: &str, name: &str, validity: Validity) -> Result<Self, CaError> {
        let certificate = directory.join(file).with_extension("pem");
        let key = directory.join(file).with_extension("key");
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| CaError::File { path, source }
        };
        if !key.exists() {
            let made = Self::new(name, validity)?;
            let secret = made.issuer.key().serialize_pem();
            files::write(&certificate, made.certificate.as_bytes())
                .map_err(failed(&certificate))?;
            files::write(&key, secret.as_bytes()).map_err(failed(&key))?;
            return Ok(made);
        }
        let damaged = |path: &Path| {
            let path = path.to_owned();
            move |_| CaError::Damaged { path }
        };
        let secret = std::fs::read_to_string(&key).map_err(failed(&key))?;
        let pair = KeyPair::from_pem(&secret).map_err(damaged(&key))?;
        let pem = std::fs::read_to_string(&certificate).map_err(failed(&certificate))?;
        let issuer = Issuer::from_ca_cert_pem(&pem, pair).map_err(damaged(&certificate))?;
        Ok(Self { issuer, certificate: pem })
    }

    /// Its certificate, PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A certificate for a server with these names and addresses.
    pub fn server(&self, names: &[String], validity: Validity) -> Result<Identity, CaError> {
        let mut params = CertificateParams::new(names)?;
        let name = names.first().map_or("localhost", String::as_str);
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        validity.set(&mut params, LONG);
        self.sign(params)
    }

    /// A client's certificate of this common name, valid for a year.
    pub fn client(&self, name: &str, validity: Validity) -> Result<Identity, CaError> {
        self.sign(Self::client_params(name, validity, CLIENT))
    }

    /// A client's certificate for its own key: what it asked for (PKCS#10, PEM), checked and signed.
    pub fn requested(
        &self,
        request: &str,
        days: u16,
        validity: Validity,
    ) -> Result<Signed, CaError> {
        let mut request = CertificateSigningRequestParams::from_pem(request)?;
        let name = request.params.distinguished_name.get(&DnType::CommonName);
        let common_name = match name {
            Some(DnValue::PrintableString(text)) => text.as_str().to_owned(),
            Some(DnValue::Utf8String(text)) => text.clone(),
            _ => String::new(),
        };
        // Nothing of the rest of what was asked for is granted.
        let mut params = Self::client_params(&common_name, validity, CLIENT);
        validity.until(&mut params, validity.now.saturating_add(i32::from(days).days()));
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        request.params = params;
        let signed = request.signed_by(&self.issuer)?;
        let fingerprint = fingerprint(signed.der());
        Ok(Signed { common_name, certificate: signed.pem(), fingerprint })
    }

    fn client_params(name: &str, validity: Validity, years: i16) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        validity.set(&mut params, years);
        params
    }

    fn sign(&self, mut params: CertificateParams) -> Result<Identity, CaError> {
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Identity { certificate, key: key.serialize_pem() })
    }
}

/// The authorities of a sandbox and what they signed for the sandbox itself.
pub struct Ca {
    /// Signs servers and API clients.
    pub bank: Authority,
    /// Signs what the bank shows to webhooks.
    pub webhook: Authority,
    /// Of the simulated banks' server.
    pub server: Identity,
    /// What the bank shows to webhooks.
    pub webhook_client: Identity,
}

impl Ca {
    /// The authorities of this directory, made on first use; without a directory always new ones.
    ///
    /// The server's certificate names `localhost`, `127.0.0.1`, `::1` and `names`.
    pub fn open(
        directory: Option<&Path>,
        names: &[String],
        validity: Validity,
    ) -> Result<Self, CaError> {
        let authority = |file: &str, name: &str| match directory {
            Some(directory) => Authority::open(directory, file, name, validity),
            None => Authority::new(name, validity),
        };
        let bank = authority("ca", "Autoridade dos bancos simulados")?;
        let webhook = authority("webhook-ca", "Autoridade dos avisos simulados")?;
        let mut all = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
        all.extend(names.iter().filter(|name| !all.contains(name)).cloned().collect::<Vec<_>>());
        let server = bank.server(&all, validity)?;
        let sender = Authority::client_params("webhook.banco.simulado", validity, LONG);
        let webhook_client = webhook.sign(sender)?;
        Ok(Self { bank, webhook, server, webhook_client })
    }
}
