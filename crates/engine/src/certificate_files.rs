//! Certificate and private key out of the files that a bank hands out: its ZIP as downloaded, a
//! pair in PEM or DER, or PKCS#12 with a password. Told by content, whatever the files are called.

use std::io::{Cursor, Read as _};
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use p12_keystore::Pkcs12Archive;
use rustls_pki_types::pem::{PemObject as _, SectionKind};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zip::ZipArchive;

/// Most files in a ZIP; a bank's has two or three.
const FILES_MAX: usize = 50;
/// Most bytes of all files together, unpacked. A certificate has two thousand.
const BYTES_MAX: u64 = 1024 * 1024;

/// Rounds that make each guess of the password of an exported key slow.
const ITERATIONS: u32 = 200_000;

/// A file as it was given.
pub struct GivenFile {
    /// Its name, for messages.
    pub name: String,
    /// All of it. May hold a private key: never logged.
    pub bytes: Vec<u8>,
}

/// A certificate with its chain, and its private key.
pub struct Pair {
    /// The certificate of the key first, then those above it, PEM.
    pub certificate: String,
    /// Private key, PEM, not encrypted.
    pub private_key: String,
}

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Whose it is: the common name, or all of the subject where there is none.
    pub subject: String,
    /// Who signed it, likewise.
    pub issuer: String,
    /// First instant at which it is good.
    pub not_before: Timestamp,
    /// Last instant at which it is good.
    pub not_after: Timestamp,
}

/// What was found so far.
#[derive(Default)]
struct Found {
    certificates: Vec<CertificateDer<'static>>,
    keys: Vec<PrivateKeyDer<'static>>,
    locked_key: Option<String>,
    request: Option<String>,
    strange: Vec<String>,
}

/// Finds the one certificate and the key that belongs to it.
///
/// # Errors
/// Why there is no such pair, in Portuguese, and what to do about it.
pub fn read(files: &[GivenFile], password: &str) -> Result<Pair, String> {
    let mut found = Found::default();
    for file in files {
        if file.bytes.starts_with(b"PK\x03\x04") || file.bytes.starts_with(b"PK\x05\x06") {
            for inner in unpack(file)? {
                found.look_into(&inner, password)?;
            }
        } else {
            found.look_into(file, password)?;
        }
    }
    found.pair()
}

/// A pair as PKCS#12 under a password: PBES2 with AES-256, and HMAC with SHA-256. Every program of
/// today reads it, [`read`] too.
///
/// # Errors
/// Why it could not be made; a defect, for the log.
pub fn to_pkcs12(pair: &Pair, password: &str) -> Result<Vec<u8>, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("PKCS#12: {error}");
    let chain: Vec<CertificateDer> = CertificateDer::pem_slice_iter(pair.certificate.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|e| wrong(&e))?;
    let key = PrivateKeyDer::from_pem_slice(pair.private_key.as_bytes()).map_err(|e| wrong(&e))?;
    let first = chain.first().ok_or("PKCS#12: no certificate")?;
    let key = pkcs8(&key, first).ok_or("PKCS#12: the key cannot be wrapped")?;
    let key = p12_keystore::PrivateKey::from_der(&key).map_err(|e| wrong(&e))?;
    let chain: Vec<_> = chain
        .iter()
        .map(|der| p12_keystore::Certificate::from_der(der))
        .collect::<Result<_, _>>()
        .map_err(|e| wrong(&e))?;
    let mut store = p12_keystore::KeyStore::new();
    let entry = p12_keystore::PrivateKeyChain::new("1", key, chain);
    store.add_entry("quita", p12_keystore::KeyStoreEntry::PrivateKeyChain(entry));
    store
        .writer(password)
        .encryption_algorithm(p12_keystore::EncryptionAlgorithm::PbeWithHmacSha256AndAes256)
        .encryption_iterations(ITERATIONS)
        .mac_algorithm(p12_keystore::MacAlgorithm::HmacSha256)
        .mac_iterations(ITERATIONS)
        .write()
        .map_err(|e| wrong(&e))
}

/// A key as PKCS#8. Older forms do not say of which algorithm they are; their certificate does, in
/// the same words.
fn pkcs8(key: &PrivateKeyDer, certificate: &CertificateDer) -> Option<Vec<u8>> {
    if matches!(key, PrivateKeyDer::Pkcs8(_)) {
        return Some(key.secret_der().to_vec());
    }
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let algorithm = inside(parsed.public_key().raw)?;
    let length = 2 + usize::from(*algorithm.get(1).filter(|length| **length < 0x80)?);
    let mut inner = vec![0x02, 0x01, 0x00];
    inner.extend(algorithm.get(..length)?);
    inner.extend(der(0x04, key.secret_der()));
    Some(der(0x30, &inner))
}

/// A value of DER with its tag and length.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len().to_be_bytes();
    let length: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    match length[..] {
        [] => out.push(0),
        [short] if short < 0x80 => out.push(short),
        _ => {
            out.push(0x80 | length.len() as u8);
            out.extend(&length);
        }
    }
    out.extend(content);
    out
}

/// What a certificate in PEM says of itself; `None` where it is none.
pub fn describe(pem: &str) -> Option<Described> {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
    let (_, parsed) = x509_parser::parse_x509_certificate(&der).ok()?;
    let name = |name: &x509_parser::x509::X509Name| {
        let common = name.iter_common_name().next().and_then(|cn| cn.as_str().ok());
        common.map_or_else(|| name.to_string(), str::to_owned)
    };
    let instant = |time: x509_parser::time::ASN1Time| Timestamp::from_second(time.timestamp()).ok();
    Some(Described {
        subject: name(parsed.subject()),
        issuer: name(parsed.issuer()),
        not_before: instant(parsed.validity().not_before)?,
        not_after: instant(parsed.validity().not_after)?,
    })
}

/// Whether the key is that of the first certificate.
pub(crate) fn key_belongs(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> bool {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let pair = rustls::sign::CertifiedKey::from_der(chain, key, &provider);
    pair.is_ok_and(|pair| Arc::new(pair).keys_match().is_ok())
}

fn unpack(file: &GivenFile) -> Result<Vec<GivenFile>, String> {
    let name = &file.name;
    let broken = |_| format!("o ZIP «{name}» está danificado; baixe-o de novo do banco");
    let mut archive = ZipArchive::new(Cursor::new(&file.bytes)).map_err(broken)?;
    if archive.len() > FILES_MAX {
        return Err(format!(
            "o ZIP «{name}» tem {} arquivos; envie o que o banco entregou, ou só o certificado e \
             a chave",
            archive.len()
        ));
    }
    let mut room = BYTES_MAX;
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let entry = match archive.by_index(index) {
            Ok(entry) => entry,
            Err(zip::result::ZipError::UnsupportedArchive(_)) => {
                return Err(format!(
                    "o ZIP «{name}» pede uma senha ou usa um formato raro; extraia os arquivos e \
                     envie o certificado e a chave"
                ));
            }
            Err(error) => return Err(broken(error)),
        };
        let inside = entry.name().to_owned();
        // What macOS adds beside each file has the same name and other content.
        if entry.is_dir() || inside.starts_with("__MACOSX/") {
            continue;
        }
        let mut bytes = Vec::new();
        let read = entry.take(room + 1).read_to_end(&mut bytes);
        let read = read.map_err(|_| {
            format!("«{inside}», dentro do ZIP, está danificado; baixe o ZIP de novo do banco")
        })?;
        room = room.checked_sub(read as u64).ok_or_else(|| {
            format!(
                "o ZIP «{name}» é grande demais para um certificado; confira se é o que o banco \
                 entregou"
            )
        })?;
        files.push(GivenFile { name: inside, bytes });
    }
    Ok(files)
}

impl Found {
    fn look_into(&mut self, file: &GivenFile, password: &str) -> Result<(), String> {
        let bytes = &file.bytes;
        if contains(bytes, "-----BEGIN ") {
            self.pem(file);
        } else if is_pkcs12(bytes) {
            self.pkcs12(file, password)?;
        } else if x509_parser::parse_x509_certificate(bytes).is_ok() {
            self.add_certificate(CertificateDer::from(bytes.clone()));
        } else if is_encrypted_pkcs8(bytes) {
            self.locked_key = Some(file.name.clone());
        } else if let Ok(key) = PrivateKeyDer::try_from(bytes.clone()) {
            self.keys.push(key);
        } else {
            self.strange.push(file.name.clone());
        }
        Ok(())
    }

    fn pem(&mut self, file: &GivenFile) {
        let bytes = &file.bytes;
        let locked =
            contains(bytes, "BEGIN ENCRYPTED PRIVATE KEY") || contains(bytes, "Proc-Type: 4,ENC");
        if locked {
            self.locked_key = Some(file.name.clone());
        }
        let mut any = false;
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(bytes) {
            let Ok((kind, der)) = section else { break };
            any = true;
            match kind {
                SectionKind::Certificate => self.add_certificate(CertificateDer::from(der)),
                SectionKind::PrivateKey => self.keys.push(PrivateKeyDer::Pkcs8(der.into())),
                SectionKind::RsaPrivateKey if !locked => {
                    self.keys.push(PrivateKeyDer::Pkcs1(der.into()));
                }
                SectionKind::EcPrivateKey if !locked => {
                    self.keys.push(PrivateKeyDer::Sec1(der.into()));
                }
                SectionKind::Csr => self.request = Some(file.name.clone()),
                _ => {}
            }
        }
        if !any && !locked {
            self.strange.push(file.name.clone());
        }
    }

    fn pkcs12(&mut self, file: &GivenFile, password: &str) -> Result<(), String> {
        let name = &file.name;
        let archive = Pkcs12Archive::from_pkcs12(&file.bytes, password).map_err(|error| {
            use p12_keystore::error::Error;
            match error {
                Error::MacError(_) | Error::Pkcs5Error(_) | Error::UnpadError
                    if password.is_empty() =>
                {
                    format!("«{name}» está protegido: informe a senha do arquivo .pfx")
                }
                Error::MacError(_) | Error::Pkcs5Error(_) | Error::UnpadError => {
                    format!("a senha de «{name}» não confere; use a que foi criada com o arquivo")
                }
                _ => format!("«{name}» não pôde ser lido; exporte-o de novo como .pfx ou .p12"),
            }
        })?;
        for entry in archive.certs {
            self.add_certificate(CertificateDer::from(entry.cert.as_der().to_vec()));
        }
        for entry in archive.keys {
            self.keys.push(PrivateKeyDer::Pkcs8(entry.key.as_der().to_vec().into()));
        }
        Ok(())
    }

    fn add_certificate(&mut self, certificate: CertificateDer<'static>) {
        if !self.certificates.contains(&certificate) {
            self.certificates.push(certificate);
        }
    }

    fn pair(mut self) -> Result<Pair, String> {
        self.keys.dedup_by(|a, b| a.secret_der() == b.secret_der());
        if self.certificates.is_empty() {
            return Err(self.why_no_certificate());
        }
        if self.keys.is_empty() {
            return Err(match &self.locked_key {
                Some(name) => format!(
                    "a chave «{name}» está protegida por senha; exporte-a sem senha, ou envie o \
                     .pfx com a senha"
                ),
                None => "achei o certificado, mas falta a chave privada (arquivo .key); envie os \
                         dois juntos, ou o ZIP do banco"
                    .to_owned(),
            });
        }
        let mut pairs = Vec::new();
        for key in &self.keys {
            let theirs = self
                .certificates
                .iter()
                .filter(|certificate| key_belongs(vec![(*certificate).clone()], key.clone_key()));
            // A renewed certificate may keep its key: the newest counts.
            if let Some(newest) = theirs.max_by_key(|certificate| end_of(certificate)) {
                pairs.push((newest, key));
            }
        }
        match pairs[..] {
            [] => Err("esta chave não é a deste certificado; use os dois arquivos do mesmo ZIP"
                .to_owned()),
            [(certificate, key)] => {
                Ok(Pair { certificate: self.chain(certificate), private_key: key_pem(key) })
            }
            _ => Err(format!(
                "há {} certificados com suas chaves; envie só o da integração que vai usar",
                pairs.len()
            )),
        }
    }

    fn why_no_certificate(&self) -> String {
        if let Some(name) = &self.request {
            return format!(
                "«{name}» é o pedido do certificado (CSR); o certificado é o arquivo que o banco \
                 devolve depois"
            );
        }
        let key = !self.keys.is_empty() || self.locked_key.is_some();
        if let (true, Some(name)) = (key, self.strange.first()) {
            return format!(
                "achei a chave, mas «{name}» não é um certificado em formato conhecido; envie o \
                 .crt ou .cer do banco"
            );
        }
        if key {
            return "achei a chave, mas falta o certificado (arquivo .crt ou .cer); envie os dois \
                    juntos, ou o ZIP do banco"
                .to_owned();
        }
        match self.strange.first() {
            Some(name) => format!(
                "«{name}» não é certificado nem chave; envie o ZIP do banco, o par .crt e .key, ou \
                 o .pfx"
            ),
            None => "envie o certificado e a chave: o ZIP do banco, o par .crt e .key, ou o .pfx"
                .to_owned(),
        }
    }

    /// The certificate and those above it, as far as they were given.
    fn chain(&self, leaf: &CertificateDer<'static>) -> String {
        let mut chain = vec![leaf];
        while let Some(above) = self.above(chain[chain.len() - 1]) {
            if chain.contains(&above) {
                break;
            }
            chain.push(above);
        }
        chain.into_iter().map(|certificate| pem("CERTIFICATE", certificate)).collect()
    }

    fn above(&self, certificate: &CertificateDer) -> Option<&CertificateDer<'static>> {
        let (_, below) = x509_parser::parse_x509_certificate(certificate).ok()?;
        self.certificates.iter().find(|other| {
            x509_parser::parse_x509_certificate(other)
                .is_ok_and(|(_, other)| other.subject().as_raw() == below.issuer().as_raw())
        })
    }
}

fn end_of(certificate: &CertificateDer) -> i64 {
    x509_parser::parse_x509_certificate(certificate)
        .map_or(i64::MIN, |(_, parsed)| parsed.validity().not_after.timestamp())
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// What the outermost SEQUENCE of DER holds.
fn inside(der: &[u8]) -> Option<&[u8]> {
    let [0x30, first, rest @ ..] = der else { return None };
    match *first {
        // Indefinite length, which PKCS#12 of some programs has.
        0x80 => Some(rest),
        0..=0x7f => Some(rest),
        long => rest.get(usize::from(long & 0x7f)..),
    }
}

/// PFX begins with its version, 3, and another SEQUENCE.
fn is_pkcs12(der: &[u8]) -> bool {
    inside(der).is_some_and(|inner| inner.starts_with(&[0x02, 0x01, 0x03, 0x30]))
}

/// EncryptedPrivateKeyInfo begins with PBES1 or PBES2, which are both in the tree of PKCS#5, or
/// with an algorithm of PKCS#12.
fn is_encrypted_pkcs8(der: &[u8]) -> bool {
    let algorithm = inside(der).and_then(inside);
    algorithm.is_some_and(|inner| {
        matches!(inner, [0x06, _, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05 | 0x0c, ..])
    })
}

fn key_pem(key: &PrivateKeyDer) -> String {
    let label = match key {
        PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
        PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
        _ => "PRIVATE KEY",
    };
    pem(label, key.secret_der())
}

fn pem(label: &str, der: &[u8]) -> String {
    let mut out = format!("-----BEGIN {label}-----\n");
    // 48 bytes are a line of 64 characters.
    for line in der.chunks(48) {
        BASE64_STANDARD.encode_string(line, &mut out);
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
    use rcgen::{CertifiedKey, KeyPair};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn made() -> CertifiedKey<KeyPair> {
        rcgen::generate_simple_self_signed(["cliente.example".to_owned()]).unwrap()
    }

    fn file(name: &str, bytes: impl Into<Vec<u8>>) -> GivenFile {
        GivenFile { name: name.to_owned(), bytes: bytes.into() }
    }

    fn zipped(files: &[(&str, &[u8])]) -> GivenFile {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        file("baixado.zip", zip.finish().unwrap().into_inner())
    }

    fn pfx(made: &CertifiedKey<KeyPair>, password: &str) -> GivenFile {
        let key = PrivateKey::from_der(&made.signing_key.serialize_der()).unwrap();
        let certificate = Certificate::from_der(made.cert.der()).unwrap();
        let mut store = KeyStore::new();
        let chain = PrivateKeyChain::new("1", key, [certificate]);
        store.add_entry("chave", KeyStoreEntry::PrivateKeyChain(chain));
        file(
            "empresa.pfx",
            store.writer(password).encryption_iterations(500).mac_iterations(500).write().unwrap(),
        )
    }

    fn why(files: &[GivenFile], password: &str) -> String {
        read(files, password).err().unwrap()
    }

    #[test]
    fn every_form_gives_the_same_pair() {
        let made = made();
        let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let der = made.signing_key.serialize_der();
        let other = rcgen::generate_simple_self_signed(["ca.example".to_owned()]).unwrap();
        let both = format!("Bag Attributes\n{key}\n{certificate}");
        let given = [
            vec![file("a.crt", certificate.as_str()), file("a.key", key.as_str())],
            vec![file("trocados.key", certificate.as_str()), file("x.crt", key.as_str())],
            vec![file("a.cer", made.cert.der().to_vec()), file("a.key", der.clone())],
            vec![file("tudo.pem", both)],
            vec![
                file("a.pem", format!("{}{certificate}", other.cert.pem())),
                file("k", key.clone()),
            ],
            vec![zipped(&[
                ("pasta/Inter API_Certificado.crt", certificate.as_bytes()),
                ("pasta/Inter API_Chave.key", key.as_bytes()),
                ("__MACOSX/pasta/._Inter API_Chave.key", b"lixo"),
                ("LEIA-ME.txt", b"Guarde estes arquivos."),
            ])],
            vec![pfx(&made, "senha çã")],
            vec![zipped(&[("a.p12", &pfx(&made, "senha çã").bytes)])],
        ];
        for files in given {
            let names: Vec<_> = files.iter().map(|f| f.name.as_str()).collect();
            let pair = read(&files, "senha çã").unwrap_or_else(|e| panic!("{names:?}: {e}"));
            let found = CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap();
            assert_eq!(found, *made.cert.der(), "{names:?}");
            let key = PrivateKeyDer::from_pem_slice(pair.private_key.as_bytes()).unwrap();
            assert_eq!(key.secret_der(), der);
        }
        let described = describe(&certificate).unwrap();
        assert_eq!(described.subject, "rcgen self signed cert");
        assert!(described.not_after > described.not_before);
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        let (made, other) = (made(), self::made());
        let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let strange = other.signing_key.serialize_pem();
        let crt = || file("a.crt", certificate.as_str());
        assert!(why(&[], "").contains("envie o certificado"));
        assert!(why(&[crt()], "").contains("falta a chave"));
        assert!(why(&[file("a.key", key.as_str())], "").contains("falta o certificado"));
        let p7b = [file("a.key", key.as_str()), file("a.p7b", *b"0\x80\x06\x09")];
        assert!(why(&p7b, "").contains("«a.p7b» não é um certificado"));
        assert!(why(&[crt(), file("b.key", strange.as_str())], "").contains("não é a deste"));
        let locked =
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----";
        assert!(why(&[crt(), file("c.key", locked)], "").contains("protegida por senha"));
        let two =
            [crt(), file("a.key", key), file("b.crt", other.cert.pem()), file("b.key", strange)];
        assert!(why(&two, "").contains("2 certificados"));
        assert!(why(&[pfx(&made, "certa")], "errada").contains("não confere"));
        assert!(why(&[pfx(&made, "certa")], "").contains("informe a senha"));
        assert!(why(&[file("contrato.pdf", *b"%PDF-1.7")], "").contains("não é certificado"));
        assert!(why(&[file("x.zip", *b"PK\x03\x04mais nada")], "").contains("danificado"));
        let big = vec![0; 3 * 1024 * 1024];
        let bomb = zipped(&[("a.crt", certificate.as_bytes()), ("zeros", &big)]);
        assert!(bomb.bytes.len() < 100_000);
        assert!(why(&[bomb], "").contains("grande demais"));
        let names: Vec<String> = (0..60).map(|n| format!("{n}.txt")).collect();
        let many: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &b""[..])).collect();
        assert!(why(&[zipped(&many)], "").contains("60 arquivos"));
    }

    #[test]
    fn what_is_exported_is_read_back_whatever_form_the_key_had() {
        let folder = std::env::temp_dir().join(format!("quita-keys-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let openssl = |words: &str| {
            let mut command = std::process::Command::new("openssl");
            let done = command.current_dir(&folder).args(words.split(' ')).output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        };
        for (make, label) in [
            ("genrsa -traditional -out a.key 2048", "BEGIN RSA PRIVATE KEY"),
            ("ecparam -genkey -name prime256v1 -noout -out a.key", "BEGIN EC PRIVATE KEY"),
            ("genpkey -algorithm ED25519 -out a.key", "BEGIN PRIVATE KEY"),
        ] {
            openssl(make);
            openssl("req -x509 -new -key a.key -subj /CN=Oficina -out a.crt -days 30");
            let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
            let (certificate, private_key) = (text("a.crt"), text("a.key"));
            assert!(private_key.contains(label), "{private_key}");
            let pair = read(&[file("a.crt", certificate), file("a.key", private_key)], "").unwrap();
            let given = to_pkcs12(&pair, "frase bem longa").unwrap();
            let back = read(&[file("a.p12", given)], "frase bem longa").unwrap();
            assert_eq!(back.certificate, pair.certificate, "{label}");
            let key = PrivateKeyDer::from_pem_slice(back.private_key.as_bytes()).unwrap();
            let chain = vec![CertificateDer::from_pem_slice(back.certificate.as_bytes()).unwrap()];
            assert!(key_belongs(chain, key), "{label}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_chain_is_put_in_order() {
        let key = KeyPair::generate().unwrap();
        let mut root = rcgen::CertificateParams::new([]).unwrap();
        root.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        root.distinguished_name.push(rcgen::DnType::CommonName, "CA do banco");
        let root_key = KeyPair::generate().unwrap();
        let root_certificate = root.self_signed(&root_key).unwrap();
        let issuer = rcgen::Issuer::new(root, root_key);
        let leaf = rcgen::CertificateParams::new(["cliente.example".to_owned()]).unwrap();
        let leaf = leaf.signed_by(&key, &issuer).unwrap();
        let files = [
            file("cadeia.pem", format!("{}{}", root_certificate.pem(), leaf.pem())),
            file("chave.key", key.serialize_pem()),
        ];
        let pair = read(&files, "").unwrap();
        let chain: Vec<_> = CertificateDer::pem_slice_iter(pair.certificate.as_bytes())
            .map(Result::unwrap)
            .collect();
        assert_eq!(chain, [leaf.der().clone(), root_certificate.der().clone()]);
        assert_eq!(describe(&pair.certificate).unwrap().issuer, "CA do banco");
    }
}
