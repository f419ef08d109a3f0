//! Telling the client: a token is fetched from it first, then the notice goes out with it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::boleto::{Boleto, Payment};
use super::state::{Attempt, Notice, NoticeKind, Oauth, Registered, State};
use super::switches::TokenCredentials;
use crate::contract::HttpResponse;
use crate::simulator::Callback;
use crate::simulator::clock;
use crate::simulator::input::{field, text};

impl State {
    /// Tells a payment of a boleto, where the client asked to be told.
    pub(super) fn notify(&mut self, place: usize, number: usize, kind: NoticeKind, at: Timestamp) {
        let Some(boleto) = self.boletos.get(place) else { return };
        let Some(payment) = boleto.payments.get(number) else { return };
        let Some(account) = self.accounts.get(&boleto.account) else { return };
        let registered = account.notices.values().find(|registered| registered.kind == kind);
        let Some(registered) = registered.filter(|one| payment.amount >= one.least) else { return };
        let body = json!({ "boletos": [item(boleto, payment, kind, at)] });
        let notice = Notice {
            account: boleto.account.clone(),
            kind,
            url: registered.url.clone(),
            body: body.to_string(),
            oauth: Some(oauth(registered)),
            token: None,
            tries: 0,
        };
        self.post(notice, at);
    }

    /// Tells a Pix received, where the client asked to be told: without a token, behind `/pix`.
    pub(super) fn notify_pix(&mut self, place: usize, number: usize, at: Timestamp) {
        let Some(boleto) = self.boletos.get(place) else { return };
        let Some(account) = self.accounts.get(&boleto.account) else { return };
        let Some(url) = account.pix_webhooks.get(&account.pix_key) else { return };
        let Some(item) = self.pix_json(boleto, number) else { return };
        let notice = Notice {
            account: boleto.account.clone(),
            kind: NoticeKind::Pix,
            url: format!("{url}/pix"),
            body: json!({ "pix": [item] }).to_string(),
            oauth: None,
            token: None,
            tries: 0,
        };
        self.post(notice, at);
    }

    /// A false notice to every address that is registered.
    pub(super) fn forge(&mut self, body: &str, at: Timestamp) -> usize {
        let targets: Vec<Notice> = self
            .accounts
            .iter()
            .filter_map(|(name, account)| {
                let registered = account.notices.values().next()?;
                Some(Notice {
                    account: name.clone(),
                    kind: NoticeKind::Forged,
                    url: registered.url.clone(),
                    body: body.to_owned(),
                    oauth: None,
                    token: None,
                    tries: 0,
                })
            })
            .collect();
        let count = targets.len();
        targets.into_iter().for_each(|notice| self.post(notice, at));
        count
    }

    fn post(&mut self, notice: Notice, at: Timestamp) {
        if self.switches.webhook_lost.take() {
            self.notices_lost += 1;
            return;
        }
        let copies = if self.switches.webhook_doubled.take() { 2 } else { 1 };
        let mut wait = self.switches.webhook_delay_ms;
        if self.switches.webhook_reordered.take() {
            wait = wait.saturating_add(self.switches.webhook_reorder_ms);
        }
        for _ in 0..copies {
            self.notices_made += 1;
            self.notices.insert(self.notices_made, notice.clone());
            self.deliveries.insert((clock::later(at, wait), self.notices_made));
        }
    }

    /// The calls that go out by now.
    pub(super) fn dispatch(&mut self, now: Timestamp) -> Vec<Callback> {
        let mut calls = Vec::new();
        while self.deliveries.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, id)) = self.deliveries.pop_first() else { break };
            let Some(notice) = self.notices.get(&id) else { continue };
            self.dispatches_made += 1;
            self.in_flight.insert(self.dispatches_made, id);
            calls.push(call(self.dispatches_made, notice, self.switches.token_credentials));
        }
        calls
    }

    /// A call to the client has ended; `None` when nobody answered.
    pub(super) fn delivered(&mut self, id: u64, answer: Option<&HttpResponse>, now: Timestamp) {
        let Some(number) = self.in_flight.remove(&id) else { return };
        let Some(notice) = self.notices.get_mut(&number) else { return };
        let status = answer.map(|answer| answer.status);
        let good = answer.filter(|answer| (200..300).contains(&answer.status));
        if notice.oauth.is_some() && notice.token.is_none() {
            let token = good.and_then(|answer| {
                let body: Json = serde_json::from_slice(&answer.body).ok()?;
                field(&body, "access_token").and_then(text)
            });
            if let Some(token) = token {
                notice.token = Some(token);
                self.deliveries.insert((now, number));
                return;
            }
            return self.again(number, now);
        }
        let payload = serde_json::from_str(&notice.body).unwrap_or_else(|_| json!(notice.body));
        let (kind, url) = (notice.kind, notice.url.clone());
        self.history.push(Attempt { kind, url, payload, at: now, status });
        if good.is_some() {
            self.notices.remove(&number);
        } else {
            self.again(number, now);
        }
    }

    /// Another try after a while, with another token; given up after the last.
    fn again(&mut self, number: u64, now: Timestamp) {
        let Some(notice) = self.notices.get_mut(&number) else { return };
        notice.token = None;
        let wait = self.switches.webhook_retry_minutes.get(notice.tries).copied();
        notice.tries += 1;
        match wait {
            Some(minutes) => {
                let at = clock::later(now, minutes.saturating_mul(60_000));
                self.deliveries.insert((at, number));
            }
            None => {
                self.notices.remove(&number);
                self.notices_lost += 1;
            }
        }
    }
}

fn oauth(registered: &Registered) -> Oauth {
    Oauth {
        url: registered.oauth_url.clone(),
        client_id: registered.client_id.clone(),
        client_secret: registered.client_secret.clone(),
        scope: registered.scope.clone(),
    }
}

/// The call that a notice needs next: for its token, or to deliver it.
fn call(id: u64, notice: &Notice, credentials: TokenCredentials) -> Callback {
    let header = |name: &str, value: String| (name.to_owned(), value);
    if let (Some(oauth), None) = (&notice.oauth, &notice.token) {
        let mut headers =
            vec![header("content-type", "application/x-www-form-urlencoded".to_owned())];
        let mut form = "grant_type=client_credentials".to_owned();
        match credentials {
            TokenCredentials::Form => {
                form.push_str(&format!(
                    "&client_id={}&client_secret={}",
                    oauth.client_id, oauth.client_secret
                ));
            }
            TokenCredentials::Basic => {
                let both = format!("{}:{}", oauth.client_id, oauth.client_secret);
                headers.push(header("authorization", format!("Basic {}", STANDARD.encode(both))));
            }
        }
        if !oauth.scope.is_empty() {
            form.push_str(&format!("&scope={}", oauth.scope.replace(' ', "+")));
        }
        return Callback { id, url: oauth.url.clone(), headers, body: form.into_bytes() };
    }
    let mut headers = vec![header("content-type", "application/json".to_owned())];
    if let Some(token) = &notice.token {
        headers.push(header("authorization", format!("Bearer {token}")));
    }
    Callback { id, url: notice.url.clone(), headers, body: notice.body.clone().into_bytes() }
}

/// An item of `boletos`: the shape is in no OpenAPI, but several programs in use agree on it.
fn item(boleto: &Boleto, payment: &Payment, kind: NoticeKind, at: Timestamp) -> Json {
    let effective = kind == NoticeKind::BaixaEfetiva;
    let is_person = boleto.document.len() == 11;
    let qr = boleto.qr.as_ref();
    json!({
        "idBoleto": boleto.uuid,
        "idBeneficiario": boleto.account,
        "codigoCarteira": boleto.wallet,
        "numeroNossoNumero": boleto.number,
        "dacTitulo": boleto.title.digit,
        "seuNumero": boleto.reference,
        "codigoBarras": boleto.title.barcode,
        "numeroLinhaDigitavel": boleto.title.writable_line,
        "valorTitulo": boleto.amount.to_decimal(),
        "valorPagoTotalCobranca": payment.amount.to_decimal(),
        "valorCreditado": effective.then(|| payment.amount.to_decimal()),
        "dataCredito": payment.credited_on.filter(|_| effective),
        "dataVencimento": boleto.due,
        "dataInclusaoPagamento": clock::day(payment.paid_at),
        "dataNotificacao": clock::day(at),
        "horaNotificacao": clock::time(at).strftime("%H:%M:%S").to_string(),
        "tipoLiquidacao": if payment.end_to_end_id.is_some() { "98" } else { "95" },
        "tipoCobranca": if boleto.hybrid { "bolecode" } else { "boleto" },
        "codigoEspecie": boleto.species,
        "codigoInstituicaoFinanceiraPagamento": "341",
        "numeroAgenciaRecebedora": "1234",
        "codigoTipoPessoa": if is_person { "F" } else { "J" },
        "nomePagador": boleto.customer_name,
        "numeroCadastroPessoaFisica": is_person.then_some(&boleto.document),
        "numeroCadastroNacionalPessoaJuridica": (!is_person).then_some(&boleto.document),
        "txid": qr.map(|qr| &qr.txid),
        "endToEndId": payment.end_to_end_id,
        "pixCopiaECola": qr.map(|qr| &qr.br_code),
    })
}
