//! Telling the client: what is said, when, how often again.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::boleto::{Boleto, Situacao, means_word};
use super::state::{Attempt, Dispatch, Notice, State, Topic, Webhook};
use super::switches::{PixWebhookShape, WebhookShape};
use crate::simulator::Callback;
use crate::simulator::clock;

/// Minutes before the second, third, fourth and fifth try.
const RETRY_MINUTES: [u64; 4] = [20, 30, 60, 120];

/// The account in the header of a notice that was meant for somebody else.
const FOREIGN_ACCOUNT: &str = "999999990";

impl State {
    /// Tells the situation of a boleto, where the client asked to be told.
    pub(super) fn notify_boleto(&mut self, place: usize, at: Timestamp) {
        let Some(boleto) = self.boletos.get(place) else { return };
        let account = self.accounts.get(&boleto.account);
        let Some(webhook) = account.and_then(|account| account.webhook.as_ref()) else { return };
        let item = self.boleto_item(boleto);
        let (account, subject) = (boleto.account.clone(), boleto.id.clone());
        let url = webhook.url.clone();
        self.post(Topic::Cobranca, account, url, subject, item, at);
    }

    /// Tells a Pix received, where the client asked to be told.
    pub(super) fn notify_pix(&mut self, place: usize, number: usize, at: Timestamp) {
        let Some(boleto) = self.boletos.get(place) else { return };
        let Some(account) = self.accounts.get(&boleto.account) else { return };
        let Some(webhook) = account.pix_webhooks.get(&account.pix_key) else { return };
        let Some(mut item) = self.pix_json(boleto, number) else { return };
        if let Some(members) = item.as_object_mut() {
            members.remove("devolucoes");
        }
        let subject = boleto.qr.as_ref().map(|qr| qr.txid.clone()).unwrap_or_default();
        let url = self.pix_url(webhook);
        let account = boleto.account.clone();
        self.post(Topic::Pix, account, url, subject, item, at);
    }

    /// The address of Pix notices: as registered, or with `/pix` behind.
    fn pix_url(&self, webhook: &Webhook) -> String {
        let suffix = if self.switches.pix_webhook_suffix { "/pix" } else { "" };
        format!("{}{suffix}", webhook.url)
    }

    fn boleto_item(&self, boleto: &Boleto) -> Json {
        let mut item = Map::new();
        let mut put = |name: &str, value: String| item.insert(name.to_owned(), json!(value));
        put("codigoSolicitacao", boleto.id.clone());
        put("seuNumero", boleto.reference.clone());
        put("situacao", boleto.situation.word().to_owned());
        put("dataHoraSituacao", clock::utc_text(boleto.situation_since));
        let is_paid = matches!(boleto.situation, Situacao::Recebido | Situacao::MarcadoRecebido);
        let total = boleto
            .received(self.switches.double_payment_total, self.switches.marked_paid_total)
            .filter(|_| is_paid);
        if let Some(total) = total {
            put("valorTotalRecebido", total.to_decimal());
        }
        if let Some(payment) = boleto.settled().next_back().filter(|_| is_paid) {
            put("origemRecebimento", means_word(payment.means).to_owned());
        }
        if let Some(title) = &boleto.title {
            put("nossoNumero", title.our_number.clone());
            put("codigoBarras", title.barcode.clone());
            put("linhaDigitavel", title.writable_line.clone());
        }
        if let Some(qr) = &boleto.qr {
            put("txid", qr.txid.clone());
            put("pixCopiaECola", qr.br_code.clone());
        }
        if self.switches.webhook_shape == WebhookShape::Legacy {
            item = legacy(&item, boleto);
        }
        for name in &self.switches.webhook_missing {
            item.remove(name);
        }
        Json::Object(item)
    }

    /// Puts a notice on its way, subject to what is to go wrong with it.
    pub(super) fn post(
        &mut self,
        topic: Topic,
        account: String,
        url: String,
        subject: String,
        item: Json,
        at: Timestamp,
    ) {
        let switches = &mut self.switches;
        if topic != Topic::Forged && switches.webhook_lost.take() {
            self.notices_lost += 1;
            return;
        }
        let foreign = switches.webhook_wrong_account.take();
        let header_account = if foreign { FOREIGN_ACCOUNT.to_owned() } else { account.clone() };
        let held = if switches.webhook_reordered.take() { switches.webhook_reorder_ms } else { 0 };
        let at = clock::later(at, switches.webhook_delay_ms.saturating_add(held));
        let copies = if switches.webhook_doubled.take() { 2 } else { 1 };
        let notice = Notice { account, topic, url, subject, item, attempt: 1, header_account };
        for _ in 0..copies {
            self.notices_made += 1;
            self.notices.insert(self.notices_made, notice.clone());
            self.deliveries.insert((at, self.notices_made));
        }
    }

    /// The calls that are due.
    pub(super) fn dispatch(&mut self, now: Timestamp) -> Vec<Callback> {
        let mut lots: Vec<Vec<u64>> = Vec::new();
        while self.deliveries.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, id)) = self.deliveries.pop_first() else { break };
            let lot = lots.last_mut().filter(|lot| self.may_join(lot, id));
            match lot {
                Some(lot) => lot.push(id),
                None => lots.push(vec![id]),
            }
        }
        lots.into_iter().filter_map(|lot| self.send(lot, now)).collect()
    }

    /// Whether a notice may go in one call with others.
    fn may_join(&self, lot: &[u64], id: u64) -> bool {
        let first = lot.first().and_then(|first| self.notices.get(first));
        let (Some(first), Some(next)) = (first, self.notices.get(&id)) else { return false };
        self.switches.webhook_batch
            && self.is_list(next.topic)
            && (first.topic, first.attempt) == (next.topic, next.attempt)
            && first.url == next.url
            && first.header_account == next.header_account
    }

    fn is_list(&self, topic: Topic) -> bool {
        match topic {
            Topic::Cobranca => self.switches.webhook_shape == WebhookShape::Array,
            Topic::Pix => true,
            Topic::Forged => false,
        }
    }

    fn send(&mut self, lot: Vec<u64>, now: Timestamp) -> Option<Callback> {
        let first = self.notices.get(lot.first()?)?;
        let payload = self.payload(&lot);
        let body = match (first.topic, &payload) {
            (Topic::Forged, Json::String(body)) => body.clone(),
            _ => payload.to_string(),
        };
        let headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("x-conta-corrente".to_owned(), first.header_account.clone()),
        ];
        let url = first.url.clone();
        self.dispatches_made += 1;
        let id = self.dispatches_made;
        self.in_flight.insert(id, Dispatch { notices: lot, payload, sent_at: now });
        Some(Callback { id, url, headers, body: body.into_bytes() })
    }

    /// What is sent for a lot of notices of one topic.
    fn payload(&self, lot: &[u64]) -> Json {
        let notices = || lot.iter().filter_map(|id| self.notices.get(id));
        let items: Vec<Json> = notices().map(|notice| notice.item.clone()).collect();
        let topic = notices().next().map(|notice| notice.topic);
        match topic {
            Some(Topic::Pix) => match self.switches.pix_webhook_shape {
                PixWebhookShape::Array => json!(items),
                PixWebhookShape::Bacen => json!({ "pix": items }),
                PixWebhookShape::Empty => json!({ "pix": [] }),
            },
            Some(topic) if !self.is_list(topic) => items.into_iter().next().unwrap_or_default(),
            _ => json!(items),
        }
    }

    /// The end of a call: done, tried again later, or given up after the fifth try.
    pub(super) fn delivered(&mut self, id: u64, status: Option<u16>, now: Timestamp) {
        let Some(dispatch) = self.in_flight.remove(&id) else { return };
        let is_done = status.is_some_and(|status| (200..300).contains(&status));
        let notices: Vec<(u64, Notice)> = dispatch
            .notices
            .iter()
            .filter_map(|notice| Some((*notice, self.notices.remove(notice)?)))
            .collect();
        let Some((_, first)) = notices.first() else { return };
        let attempt = Attempt {
            callback: id,
            topic: first.topic,
            url: first.url.clone(),
            subjects: notices.iter().map(|(_, notice)| notice.subject.clone()).collect(),
            payload: dispatch.payload,
            number: first.attempt,
            sent_at: dispatch.sent_at,
            status,
        };
        if let Some(account) = self.accounts.get_mut(&first.account) {
            account.history.push(attempt);
        }
        for (id, mut notice) in notices {
            let again = RETRY_MINUTES.get(usize::from(notice.attempt).saturating_sub(1));
            let (false, Some(minutes)) = (is_done, again) else { continue };
            if notice.topic == Topic::Forged {
                continue;
            }
            notice.attempt += 1;
            self.notices.insert(id, notice);
            self.deliveries.insert((clock::later(now, minutes * 60_000), id));
        }
    }
}

/// The item in the words of the second version.
fn legacy(item: &Map<String, Json>, boleto: &Boleto) -> Map<String, Json> {
    let mut old = Map::new();
    for (name, value) in item {
        let name = match name.as_str() {
            "codigoSolicitacao" => "idSolicitacao",
            "valorTotalRecebido" => "valorTotalRecebimento",
            name => name,
        };
        old.insert(name.to_owned(), value.clone());
    }
    let situation = match boleto.situation {
        Situacao::AReceber => "EMABERTO",
        Situacao::Recebido | Situacao::MarcadoRecebido => "PAGO",
        other => other.word(),
    };
    old.insert("situacao".to_owned(), json!(situation));
    old.insert("valorNominal".to_owned(), json!(boleto.amount.to_decimal()));
    if let Some(reason) = &boleto.reason {
        old.insert("motivoCancelamento".to_owned(), json!(reason));
    }
    old
}
