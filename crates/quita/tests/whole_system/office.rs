//! Who sits at the screens, and the mail server of the company.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::house::House;

/// Somebody who signed in.
pub(crate) struct Clerk {
    agent: ureq::Agent,
    cookie: String,
}

impl Clerk {
    /// An administrator of the house.
    pub(crate) fn new(house: &House) -> Self {
        let email = "ana@example.com";
        let person = ["user", "add", "--email", email, "--name", "Ana"];
        let (added, told) = house.command(&person);
        assert!(added, "{told}");
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let mut clerk = Self { agent: config.build().into(), cookie: String::new() };
        let password = told["password"].as_str().unwrap();
        let entered = clerk.post(house, "/entrar", &[("email", email), ("password", password)]);
        let (_, headers) = entered.expect("an answer");
        clerk.cookie = headers["set-cookie"].split(';').next().unwrap().to_owned();
        clerk
    }

    /// The page at a path.
    pub(crate) fn page(&self, house: &House, path: &str) -> String {
        let request = self.agent.get(format!("{}{path}", house.listen()));
        let mut answer = request.header("cookie", &self.cookie).call().unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.body_mut().read_to_string().unwrap()
    }

    /// Sends a form: where it leads, and the headers of the answer. `None` when the server is not
    /// there (any more).
    pub(crate) fn post(
        &self,
        house: &House,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Option<(String, BTreeMap<String, String>)> {
        let escaped =
            |text: &str| -> String { text.bytes().map(|b| format!("%{b:02X}")).collect() };
        let pairs = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value)));
        let body = pairs.collect::<Vec<_>>().join("&").into_bytes();
        self.send(house, path, "application/x-www-form-urlencoded", &body)
    }

    /// Sends a file in the field `file`.
    pub(crate) fn upload(&self, house: &House, path: &str, content: &str) -> String {
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"lote.csv\"";
        let body = format!("--ponto\r\n{head}\r\n\r\n{content}\r\n--ponto--\r\n");
        let kind = "multipart/form-data; boundary=ponto";
        self.send(house, path, kind, body.as_bytes()).expect("an answer").0
    }

    fn send(
        &self,
        house: &House,
        path: &str,
        kind: &str,
        body: &[u8],
    ) -> Option<(String, BTreeMap<String, String>)> {
        let csrf = if self.cookie.is_empty() { String::new() } else { self.csrf(house) };
        let request = self.agent.post(format!("{}{path}", house.listen()));
        let request = request.header("content-type", kind).header("cookie", &self.cookie);
        let mut answer = request.header("x-csrf", &csrf).send(body).ok()?;
        let headers: BTreeMap<String, String> = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let text = answer.body_mut().read_to_string().ok()?;
        let status = answer.status();
        assert!(status == 303 || status == 200, "{path}: {status} {text}");
        Some((headers.get("location").cloned().unwrap_or_default(), headers))
    }

    fn csrf(&self, house: &House) -> String {
        let page = self.page(house, "/minha-senha");
        let after = page.split("name=\"csrf\" content=\"").nth(1).unwrap();
        after.split('"').next().unwrap().to_owned()
    }
}

/// A mail server on this machine.
pub(crate) struct MailServer {
    pub(crate) port: String,
    letters: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let letters = Arc::new(Mutex::new(Vec::new()));
        let inside = Arc::clone(&letters);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that dies in the middle is what is tested.
                let _ = talk(&stream.unwrap(), &inside);
            }
        });
        Self { port, letters }
    }

    /// How often each letter was taken: recipient and Message-ID.
    pub(crate) fn taken(&self) -> BTreeMap<(String, String), usize> {
        let mut taken = BTreeMap::new();
        for letter in self.letters.lock().unwrap().iter() {
            let header = |name: &str| {
                let line = letter.lines().find(|line| line.starts_with(name)).unwrap_or_default();
                line.to_owned()
            };
            *taken.entry((header("To:"), header("Message-ID:"))).or_default() += 1;
        }
        taken
    }
}

fn talk(stream: &TcpStream, letters: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let mut out = stream;
    out.write_all(b"220 servidor.example ESMTP\r\n")?;
    while let Some(line) = lines.next() {
        let line = line?.to_ascii_uppercase();
        let answer = if line == "DATA" {
            out.write_all(b"354 go on\r\n")?;
            let mut letter = String::new();
            for line in lines.by_ref() {
                let line = line?;
                if line == "." {
                    break;
                }
                letter.push_str(&line);
                letter.push('\n');
            }
            letters.lock().unwrap().push(letter);
            "250 taken"
        } else if line.starts_with("EHLO") {
            "250-servidor.example\r\n250 8BITMIME"
        } else if line == "QUIT" {
            "221 bye"
        } else {
            "250 ok"
        };
        out.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}
