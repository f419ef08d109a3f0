//! The road to a credential: the letter to the account manager, and the certificate service.
//!
//! Sources: the bank's page «certificado dinâmico» (2025–26) for paths, subject, answer and codes;
//! what users of it publish for the 409 of C700a (October 2026).

use std::collections::BTreeMap;

use quita_core::letter::{Block, Letter};

use crate::contract::{Ctx, HttpRequest, HttpResponse, Problem};
use crate::enrolment::{Applicant, Enrolment, EnrolmentInfo, Signing, Subject, Which};
use crate::info::{Field, FieldKind};

use super::bank::CERTIFICATES;
use super::clean::{clean, cut};
use super::refusal::{code_of, explanation};
use super::settings::Settings;

/// The road of this bank.
pub(super) static ENROLMENT: ItauEnrolment = ItauEnrolment;

pub(super) struct ItauEnrolment;

const fn field(name: &'static str, label: &'static str, hint: &'static str) -> Field {
    Field { name, label, kind: FieldKind::Text, required: true, hint }
}

static INFO: EnrolmentInfo = EnrolmentInfo {
    fields: &[
        field(
            "operator_code",
            "Código do operador",
            "O que a empresa usa para entrar no Itaú Empresas",
        ),
        field("representative_name", "Representante legal", "Quem assina pela empresa"),
        field("representative_phone", "Telefone do representante", "Com DDD"),
        field("representative_email", "E-mail do representante", "O cadastrado no banco"),
        field(
            "technical_name",
            "Contato técnico",
            "Quem recebe as credenciais; pode ser a mesma pessoa",
        ),
        field("technical_phone", "Telefone do contato técnico", "Com DDD"),
        field(
            "technical_email",
            "E-mail do contato técnico",
            "Para onde o banco manda Client ID e token",
        ),
    ],
    addressee: "gerente da conta",
    usually: "cerca de duas semanas",
    token_days: 7,
    certificate_days: 365,
    renewal_days: 30,
};

/// Longest value of a field of the letter.
const LONGEST: usize = 100;
/// Longest client id that a subject takes (X.520, ub-common-name).
const CLIENT_ID_MAX: usize = 64;
/// Longest temporary token that is taken for one; those seen are JWT of about a thousand characters.
const TOKEN_MAX: usize = 8000;
/// Longest unit and city of a subject (X.520).
const UNIT: usize = 64;
const CITY: usize = 128;

impl Enrolment for ItauEnrolment {
    fn info(&self) -> &'static EnrolmentInfo {
        &INFO
    }

    fn check(&self, data: &BTreeMap<String, String>) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut add = |name: &str, code, message: String| {
            found.push(Problem { field: name.to_owned(), code, message });
        };
        for field in INFO.fields {
            let value = data.get(field.name).map(|value| value.trim()).unwrap_or_default();
            if value.is_empty() {
                add(field.name, "missing", "o banco pede este dado na carta".into());
            } else if value.chars().count() > LONGEST {
                add(field.name, "too_long", format!("use até {LONGEST} caracteres"));
            } else if field.name.ends_with("_email") && !is_address(value) {
                let message = "use um endereço de e-mail, como «maria@example.com»";
                add(field.name, "invalid", message.into());
            }
        }
        for name in data.keys().filter(|name| !INFO.fields.iter().any(|f| f.name == *name)) {
            add(name, "unknown", "a carta não tem este dado".into());
        }
        found
    }

    fn letter(&self, applicant: &Applicant, ctx: &Ctx) -> Letter {
        let data = |name: &str| applicant.data.get(name).cloned().unwrap_or_default();
        let pair = |label: &str, value: String| (label.to_owned(), value);
        let settings = Settings::of(ctx);
        let mut company = vec![
            pair("Razão social", applicant.name.clone()),
            pair("CNPJ", applicant.document.formatted()),
            pair("Agência", ctx.branch.clone()),
            pair("Conta corrente", format!("{}-{}", ctx.account_number, ctx.account_digit)),
            pair("Código do operador", data("operator_code")),
            pair("Carteira de cobrança", settings.wallet()),
        ];
        if let Some(key) = settings.pix_key() {
            company.push(pair("Chave Pix da conta", key.to_owned()));
        }
        company.push(pair("Layout de arquivos", "CNAB 240 (contingência)".to_owned()));
        let person = |who: &str| {
            Block::Fields(vec![
                pair("Nome", data(&format!("{who}_name"))),
                pair("Telefone", data(&format!("{who}_phone"))),
                pair("E-mail", data(&format!("{who}_email"))),
            ])
        };
        let day = applicant.day.strftime("%d/%m/%Y");
        let blocks = vec![
            Block::Paragraph(format!("{day}\nAo gerente da conta, Itaú")),
            Block::Paragraph(
                "Pedimos o acesso de produção às APIs do Itaú para a empresa e a conta abaixo, com o envio do \
                 Client ID e do token temporário ao contato técnico."
                    .into(),
            ),
            heading("Empresa e conta"),
            Block::Fields(company),
            heading("O que pedimos"),
            Block::Paragraph(
                "– API de Cobrança: emissão, instruções e consulta de boletos\n– Bolecode: boleto com QR Code Pix\n\
                 – Notificações de boletos, movimento diário (francesinha) e Pix recebidos\n– Extrato da conta \
                 (Account Statement)\nSe possível, tudo em uma só credencial."
                    .into(),
            ),
            heading("Representante legal"),
            person("representative"),
            heading("Contato técnico"),
            person("technical"),
            heading("Chave pública da empresa (RSA 2048)"),
            Block::Verbatim(applicant.public_key.trim().to_owned()),
            Block::Paragraph(
                "A chave privada deste par fica somente com a empresa e não será enviada a ninguém. Caso o banco \
                 não cifre as credenciais com a chave acima, pedimos que sejam entregues por um canal seguro."
                    .into(),
            ),
            Block::Paragraph(format!(
                "Atenciosamente,\n\n_______________________________________\n{}\n{}",
                data("representative_name"),
                applicant.name
            )),
        ];
        Letter { subject: format!("Acesso às APIs de Cobrança – {}", applicant.name), blocks }
    }

    fn client_id(&self, typed: &str) -> Result<String, &'static str> {
        let plain: String = typed.split_whitespace().collect();
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if plain.is_empty() {
            Err("informe o Client ID que o banco enviou")
        } else if plain.len() > CLIENT_ID_MAX || plain.contains(['+', '/', '=']) {
            Err("este Client ID parece estar cifrado: o decifrado é como \
                 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9")
        } else if !plain.bytes().all(fits) {
            Err("use só letras, números e hífens, como no e-mail do banco")
        } else {
            Ok(plain)
        }
    }

    fn token(&self, typed: &str) -> Result<String, &'static str> {
        let plain: String = typed.split_whitespace().collect();
        if plain.is_empty() {
            Err("informe o token temporário que o banco enviou")
        } else if plain.len() > TOKEN_MAX || !plain.bytes().all(|b| b.is_ascii_graphic()) {
            Err("isto não é um token: copie-o inteiro do e-mail do banco, e só ele")
        } else {
            Ok(plain)
        }
    }

    fn subject(&self, client_id: &str, applicant: &Applicant) -> Subject {
        Subject {
            common_name: client_id.to_owned(),
            unit: cut(&clean(&applicant.name), UNIT),
            city: cut(&clean(&applicant.city), CITY),
            state: clean(&applicant.state),
            country: "BR".to_owned(),
        }
    }

    fn request(&self, which: Which, csr: &str) -> HttpRequest {
        let path = match which {
            Which::First => "/solicitacao",
            Which::Next => "/renovacao",
        };
        HttpRequest {
            method: "POST",
            host: CERTIFICATES,
            path: path.to_owned(),
            query: Vec::new(),
            headers: vec![
                ("accept".to_owned(), "text/plain, application/json".to_owned()),
                ("content-type".to_owned(), "text/plain".to_owned()),
            ],
            body: csr.as_bytes().to_vec(),
            limit: "",
            scopes: &[],
        }
    }

    fn outcome(&self, which: Which, answer: &HttpResponse) -> Signing {
        match answer.status {
            200..=299 => signed(which, &answer.body).unwrap_or_else(|| {
                Signing::Unknown(format!(
                    "o banco respondeu {} sem um certificado que se leia",
                    answer.status
                ))
            }),
            429 => Signing::Later("o banco pediu para esperar; tente de novo em um minuto".into()),
            400..=499 => refused(which, answer),
            status => Signing::Unknown(format!("o banco respondeu HTTP {status}")),
        }
    }
}

fn heading(text: &str) -> Block {
    Block::Heading(text.to_owned())
}

fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
    })
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// `Secret: …` in the first line, where it is the first certificate; then the chain.
fn signed(which: Which, body: &[u8]) -> Option<Signing> {
    let text = std::str::from_utf8(body).ok()?;
    let begin = text.find(BEGIN)?;
    let end = text.rfind(END)? + END.len();
    let certificate = format!("{}\n", text.get(begin..end)?);
    let secret = text.get(..begin)?.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_secret = name.trim().to_ascii_lowercase().ends_with("secret");
        (is_secret && !value.trim().is_empty()).then(|| value.trim().to_owned())
    });
    if which == Which::First && secret.is_none() {
        return None;
    }
    Some(Signing::Signed { secret, certificate })
}

fn refused(which: Which, answer: &HttpResponse) -> Signing {
    let code = code_of(&answer.body).unwrap_or_else(|| format!("HTTP {}", answer.status));
    let (advice, token_spent) = match (code.as_str(), answer.status, which) {
        ("C700" | "C700a", _, Which::First) => (
            "Este Client ID já tem um certificado válido, talvez em outro programa. Peça ao gerente \
             outra credencial para o quita, ou que o certificado atual seja revogado.",
            true,
        ),
        ("C700" | "C700a", _, Which::Next) => (
            "O banco só renova perto do fim. Se uma tentativa anterior ficou sem resposta, teste a \
             conexão: sem ela, peça ao gerente um token temporário.",
            false,
        ),
        ("C500", ..) => (
            "O certificado terminou e não se renova mais: peça ao gerente um novo token temporário.",
            true,
        ),
        ("C800a", ..) => (
            "O Client ID informado não é o deste token. Confira os dois no e-mail do banco.",
            false,
        ),
        ("C800b", ..) => (
            "Esta credencial chegou ao limite de certificados: peça ao gerente que revogue os antigos.",
            false,
        ),
        ("C100" | "C200" | "C300" | "C400" | "C600", ..) => (
            "O banco não aceitou o certificado atual: teste a conexão e, se não funcionar, peça ao \
             gerente um token temporário.",
            false,
        ),
        (_, 401 | 403, Which::First) => (
            "O token temporário não vale: está incompleto, passou de 7 dias ou já foi usado. \
             Confira-o; se estiver certo, peça outro ao gerente.",
            true,
        ),
        (_, 401 | 403, Which::Next) => {
            ("O banco não aceitou a credencial atual: teste a conexão.", false)
        }
        _ => ("Tente de novo; se continuar, fale com o gerente.", false),
    };
    let said = explanation(&answer.body).map(|said| format!(": {said}")).unwrap_or_default();
    Signing::Refused {
        message: format!("O banco recusou ({code}){said}. {advice}"),
        code,
        token_spent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> HttpResponse {
        HttpResponse { status, headers: Vec::new(), body: body.into() }
    }

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

    #[test]
    fn the_first_answer_has_secret_and_certificate() {
        for head in ["Secret: 0a1b-2c\n", "Secret:0a1b-2c\r\n\r\n", "client_secret: 0a1b-2c\n"] {
            let told = ENROLMENT.outcome(Which::First, &answer(200, &format!("{head}{PEM}\n\n")));
            let expected =
                Signing::Signed { secret: Some("0a1b-2c".into()), certificate: format!("{PEM}\n") };
            assert!(told == expected, "{head:?}: {told:?}");
        }
        // A secret never shows in a log.
        let told = ENROLMENT.outcome(Which::First, &answer(200, &format!("Secret: 0a1b\n{PEM}")));
        assert_eq!(format!("{told:?}"), "Signed([secret])");
    }

    #[test]
    fn what_is_no_certificate_is_unknown() {
        for body in [
            "",
            "Secret: a\n",
            PEM,
            "<html>",
            "-----END CERTIFICATE----------BEGIN CERTIFICATE-----",
        ] {
            let told = ENROLMENT.outcome(Which::First, &answer(200, body));
            assert!(matches!(told, Signing::Unknown(_)), "{body}: {told:?}");
        }
        assert!(matches!(
            ENROLMENT.outcome(Which::Next, &answer(200, PEM)),
            Signing::Signed { .. }
        ));
        for status in [500, 502, 504, 302] {
            let told = ENROLMENT.outcome(Which::First, &answer(status, ""));
            assert!(matches!(told, Signing::Unknown(_)), "{status}");
        }
        assert!(matches!(ENROLMENT.outcome(Which::First, &answer(429, "")), Signing::Later(_)));
    }

    #[test]
    fn refusals_say_what_to_do_next() {
        for (which, status, body, code, spent, said) in [
            (Which::First, 401, r#"{"mensagem":"Token expirado"}"#, "HTTP 401", true, "7 dias"),
            (
                Which::First,
                409,
                r#"{"codigo":"C700a","mensagem":"x"}"#,
                "C700a",
                true,
                "outra credencial",
            ),
            (Which::First, 400, r#"{"codigo":"C800a"}"#, "C800a", false, "não é o deste token"),
            (Which::Next, 400, r#"{"codigo":"C700"}"#, "C700", false, "só renova perto do fim"),
            (Which::Next, 401, r#"{"codigo":"C500"}"#, "C500", true, "novo token temporário"),
            (Which::First, 404, "<html>", "HTTP 404", false, "fale com o gerente"),
        ] {
            let told = ENROLMENT.outcome(which, &answer(status, body));
            let Signing::Refused { code: given, message, token_spent } = told else {
                panic!("{told:?}")
            };
            assert_eq!((given.as_str(), token_spent), (code, spent), "{body}");
            assert!(message.contains(said), "{message}");
        }
    }

    #[test]
    fn what_is_still_encrypted_is_told_from_what_is_not() {
        let plain = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
        assert_eq!(ENROLMENT.client_id(&format!(" {plain}\n")).unwrap(), plain);
        for (typed, said) in [
            ("KWMMqDhJ+p/2fejfX2uktyDnAjT8B3u2", "cifrado"),
            ("", "informe"),
            ("id,com vírgula", "só letras"),
        ] {
            assert!(ENROLMENT.client_id(typed).unwrap_err().contains(said), "{typed}");
        }
        assert_eq!(ENROLMENT.token("eyJh.\n eyJz.c2ln").unwrap(), "eyJh.eyJz.c2ln");
        assert!(ENROLMENT.token("çedilha").is_err() && ENROLMENT.token(" ").is_err());
    }
}
