//! Letters to an SMTP server.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::address::AddressError;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Message, SmtpTransport, Transport as _};

use crate::secret::Secret;

/// Replies by which a server refuses the one who signs in (RFC 4954).
const AUTHENTICATION: [u16; 4] = [530, 534, 535, 538];

/// How long each step of a conversation may take. A server that looks into a letter before it
/// takes it is slow, and one that is not waited for gets the letter again.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

/// How the connection to a server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte, usually on port 465.
    Tls,
    /// Begins in the clear and must change to TLS, usually on port 587.
    StartTls,
    /// None; on this machine only.
    None,
}

impl Security {
    /// All, the usual ones first.
    pub const ALL: [Self; 3] = [Self::StartTls, Self::Tls, Self::None];

    /// The word in the database and in forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::StartTls => "starttls",
            Self::None => "none",
        }
    }

    /// Reads [`Security::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|security| security.word() == word)
    }

    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Tls => "TLS (porta 465)",
            Self::StartTls => "STARTTLS (porta 587)",
            Self::None => "nenhuma (só neste computador)",
        }
    }
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether an address can be written to: `maria@example.com`, `Maria <maria@example.com>`.
pub(crate) fn is_address(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

/// A server, and from whom letters through it are.
pub struct Server {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Empty when nobody signs in.
    pub user: String,
    /// Theirs.
    pub password: Secret<String>,
    /// `Oficina <cobranca@example.com>`.
    pub sender: String,
}

/// A letter.
pub struct Letter {
    /// The same for each try, so that a letter which arrives twice is seen to be one.
    pub id: String,
    /// When it was written.
    pub at: Timestamp,
    /// To whom.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// Name and content of a PDF.
    pub pdf: Option<(String, Vec<u8>)>,
}

/// Who gives letters to servers.
pub trait Post: Send + Sync {
    /// Gives one, and waits for what the server says.
    fn deliver(&self, server: &Server, letter: &Letter) -> Result<(), NotSent>;
}

/// By SMTP.
pub struct Smtp;

/// Why a letter was not taken, in words for people.
#[derive(Debug)]
pub enum NotSent {
    /// It may be taken later.
    Later(String),
    /// The server takes none at all now; any may be taken later.
    Down(String),
    /// Trying again gives nothing.
    Never(String),
}

impl NotSent {
    pub(crate) fn into_message(self) -> String {
        match self {
            Self::Later(message) | Self::Down(message) | Self::Never(message) => message,
        }
    }
}

impl Post for Smtp {
    fn deliver(&self, server: &Server, letter: &Letter) -> Result<(), NotSent> {
        deliver(server, letter)
    }
}

fn deliver(server: &Server, letter: &Letter) -> Result<(), NotSent> {
    let message = message(server, letter)?;
    let unreachable = |error: lettre::transport::smtp::Error| {
        NotSent::Down(format!("não foi possível usar o servidor {}: {error}", server.host))
    };
    let builder = match server.security {
        Security::Tls => SmtpTransport::relay(&server.host).map_err(unreachable)?,
        Security::StartTls => SmtpTransport::starttls_relay(&server.host).map_err(unreachable)?,
        Security::None if is_loopback(&server.host) => {
            SmtpTransport::builder_dangerous(&server.host)
        }
        Security::None => {
            let message = "sem TLS só é possível enviar por um servidor deste computador";
            return Err(NotSent::Never(message.to_owned()));
        }
    };
    let mut builder = builder.port(server.port).timeout(Some(TIMEOUT));
    if !server.user.is_empty() {
        let password = server.password.expose().clone();
        builder = builder.credentials(Credentials::new(server.user.clone(), password));
    }
    match builder.build().send(&message) {
        Ok(_) => Ok(()),
        // The password is wrong, not the letter: all of them wait until it is put right.
        Err(error) if error.status().is_some_and(|code| AUTHENTICATION.contains(&code.into())) => {
            let answer = answer(&error);
            Err(NotSent::Down(format!(
                "o servidor {} não aceitou usuário e senha: {answer}; corrija em «E-mail»",
                server.host
            )))
        }
        Err(error) if error.is_permanent() => {
            Err(NotSent::Never(format!("o servidor {} recusou: {}", server.host, answer(&error))))
        }
        Err(error) if error.is_transient() => {
            let answer = answer(&error);
            Err(NotSent::Later(format!("o servidor {} pediu para esperar: {answer}", server.host)))
        }
        Err(error) => Err(unreachable(error)),
    }
}

/// `(550): no such user`: what the server said, without the library's words before it.
fn answer(error: &lettre::transport::smtp::Error) -> String {
    let said = error.to_string();
    let said = said.trim_start_matches("permanent error ").trim_start_matches("transient error ");
    said.to_owned()
}

fn message(server: &Server, letter: &Letter) -> Result<Message, NotSent> {
    let wrong = |what: &str, text: &str, error: AddressError| {
        NotSent::Never(format!("{what} «{text}» não é um endereço de e-mail ({error})"))
    };
    let sender: Mailbox =
        server.sender.parse().map_err(|e| wrong("o remetente", &server.sender, e))?;
    let to: Mailbox = letter.to.parse().map_err(|e| wrong("o destinatário", &letter.to, e))?;
    let id = format!("<{}@{}>", letter.id, sender.email.domain());
    let builder = Message::builder()
        .from(sender)
        .to(to)
        .subject(&letter.subject)
        .date(SystemTime::from(letter.at))
        .message_id(Some(id));
    let text = SinglePart::plain(letter.text.clone());
    let parts = match &letter.pdf {
        None => MultiPart::mixed().singlepart(text),
        Some((name, content)) => {
            let kind =
                ContentType::parse("application/pdf").map_err(|e| NotSent::Never(e.to_string()))?;
            let pdf = Attachment::new(name.clone()).body(content.clone(), kind);
            MultiPart::mixed().singlepart(text).singlepart(pdf)
        }
    };
    builder.multipart(parts).map_err(|e| NotSent::Never(e.to_string()))
}
