//! Control: clients, the payer, the bank's own screens, faults, switches, the overview.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::fact::Means;
use quita_core::money::Money;
use serde_json::{Value as Json, json};

use super::ISPB;
use super::boleto::{Boleto, Situacao, means_word};
use super::ledger::Move;
use super::state::{Account, Attempt, Client, State, Topic};
use crate::simulator::faults::ArmedFault;
use crate::simulator::random::{end_to_end_id, uuid};
use crate::simulator::{Control, ControlError, Entropy, PortalAction};

impl State {
    pub(super) fn control(
        &mut self,
        control: &Control,
        now: Timestamp,
        rng: &mut dyn Entropy,
    ) -> Result<Json, ControlError> {
        match control {
            Control::AddClient {
                client_id,
                client_secret,
                scopes,
                account,
                certificate,
                owner,
            } => {
                let scopes = scopes.split_whitespace().map(str::to_owned).collect();
                let client = Client {
                    secret: client_secret.clone(),
                    scopes,
                    accounts: Vec::new(),
                    certificate: certificate.as_ref().map(|c| c.to_ascii_lowercase()),
                };
                self.add_client(client_id, client, account, owner.as_deref(), rng)
            }
            Control::Pay { target, means, amount } => {
                if let Some(account) = self.account_of_key(target) {
                    return self.pay_key(&account, *means, *amount, now, rng);
                }
                let place = self.target(target)?;
                self.pay(place, *means, *amount, now, rng)
            }
            Control::Move { account, amount, kind, with, document, day } => {
                let asked = Move {
                    account,
                    amount: *amount,
                    kind: kind.as_deref(),
                    with: with.as_deref(),
                    document: document.as_deref(),
                    day: *day,
                };
                self.other(&asked, now, rng)
            }
            Control::Portal { target, action } => {
                let place = self.target(target)?;
                self.portal(place, *action, now)
            }
            Control::Fault { fault, on, times, skip } => {
                let armed =
                    ArmedFault { fault: fault.clone(), on: on.clone(), times: *times, skip: *skip };
                self.faults.push(armed);
                Ok(json!({}))
            }
            Control::ClearFaults => {
                let cleared = self.faults.len();
                self.faults.clear();
                Ok(json!({ "cleared": cleared }))
            }
            Control::Set { switch, value } => self.set(switch, value),
            Control::Forge { body } => self.forge(body, now),
            Control::Inspect => Ok(self.inspect(now)),
            Control::Ledger { account } => self.books(account),
        }
    }

    /// Lets an integration in; one more account where it is already there.
    fn add_client(
        &mut self,
        client_id: &str,
        client: Client,
        account: &str,
        owner: Option<&str>,
        rng: &mut dyn Entropy,
    ) -> Result<Json, ControlError> {
        let is_number = (1..=12).contains(&account.len())
            && account.bytes().all(|b| b.is_ascii_digit())
            && !account.starts_with('0');
        if !is_number {
            return Err(ControlError(format!(
                "a conta {account:?} deve ter só dígitos, com o verificador, sem zeros à esquerda"
            )));
        }
        let known = self.clients.remove(client_id);
        let mut accounts = known.map(|known| known.accounts).unwrap_or_default();
        if !accounts.iter().any(|other| other == account) {
            accounts.push(account.to_owned());
        }
        self.clients.insert(client_id.to_owned(), Client { accounts, ..client });
        let entry = self.accounts.entry(account.to_owned()).or_insert_with(|| Account {
            owner: "EMPRESA DE TESTE LTDA".to_owned(),
            operation: format!("{:07}", rng.next_u64() % 10_000_000),
            pix_key: uuid(rng),
            numbered: 0,
            webhook: None,
            pix_webhooks: BTreeMap::new(),
            history: Vec::new(),
            movements: Vec::new(),
            scroll: None,
        });
        if let Some(owner) = owner {
            entry.owner = owner.to_owned();
        }
        Ok(json!({ "account": account, "pix_key": entry.pix_key, "operation": entry.operation }))
    }

    fn account_of_key(&self, key: &str) -> Option<String> {
        let found = self.accounts.iter().find(|(_, account)| account.pix_key == key);
        found.map(|(number, _)| number.clone())
    }

    /// A Pix to the bare key.
    fn pay_key(
        &mut self,
        account: &str,
        means: Means,
        amount: Option<Money>,
        now: Timestamp,
        rng: &mut dyn Entropy,
    ) -> Result<Json, ControlError> {
        let amount = amount.filter(|amount| amount.is_positive() && means == Means::Pix);
        let Some(amount) = amount else {
            return Err(ControlError("para uma chave Pix: means pix e o valor".to_owned()));
        };
        let id = end_to_end_id(ISPB, now, rng);
        self.credit_plain_pix(account, amount, &id, now, rng);
        Ok(json!({ "amount": amount, "end_to_end_id": id }))
    }

    /// The boleto that is meant, by any of its names.
    fn target(&self, target: &str) -> Result<usize, ControlError> {
        let target = target.trim();
        if let Some(place) = self.index.by_id.get(target) {
            return Ok(*place);
        }
        let digits: String = target.chars().filter(|c| !matches!(c, '.' | ' ' | '-')).collect();
        let location = target.split("/cobv/").nth(1).and_then(|rest| rest.get(..32));
        let places = [Some(target), Some(digits.as_str()), location]
            .into_iter()
            .flatten()
            .find_map(|name| self.index.by_number.get(name))
            .or_else(|| self.index.by_reference.get(target));
        match places.map(Vec::as_slice) {
            Some([place]) => Ok(*place),
            Some(places) => Err(ControlError(format!(
                "{} boletos respondem por {target:?}: use o codigoSolicitacao",
                places.len()
            ))),
            None => Err(ControlError(format!("nenhum boleto responde por {target:?}"))),
        }
    }

    fn portal(
        &mut self,
        place: usize,
        action: PortalAction,
        now: Timestamp,
    ) -> Result<Json, ControlError> {
        let Some(boleto) = self.boletos.get(place).filter(|boleto| boleto.situation.is_open())
        else {
            return Err(ControlError("o boleto não está em aberto".to_owned()));
        };
        let id = boleto.id.clone();
        match action {
            PortalAction::MarkPaid => self.change_situation(place, Situacao::MarcadoRecebido, now),
            PortalAction::Cancel => {
                self.close_cancelled(place, "Cancelado no Internet Banking".to_owned(), now);
            }
        }
        Ok(json!({ "codigoSolicitacao": id }))
    }

    fn set(&mut self, switch: &str, value: &Json) -> Result<Json, ControlError> {
        let problem = |what: String| ControlError(format!("interruptor {switch:?}: {what}"));
        let mut all = serde_json::to_value(&self.switches).map_err(|e| problem(e.to_string()))?;
        let Some(old) = all.get(switch).cloned() else {
            return Err(problem("não existe".to_owned()));
        };
        all[switch] = value.clone();
        self.switches = serde_json::from_value(all).map_err(|e| problem(e.to_string()))?;
        Ok(json!({ "before": old }))
    }

    /// A false notice to every address that is registered.
    fn forge(&mut self, body: &str, now: Timestamp) -> Result<Json, ControlError> {
        let targets: Vec<(String, String)> = self
            .accounts
            .iter()
            .filter_map(|(number, account)| {
                Some((number.clone(), account.webhook.as_ref()?.url.clone()))
            })
            .collect();
        if targets.is_empty() {
            return Err(ControlError("nenhum webhook de cobrança está cadastrado".to_owned()));
        }
        let count = targets.len();
        for (account, url) in targets {
            self.post(Topic::Forged, account, url, String::new(), json!(body), now);
        }
        Ok(json!({ "notices": count }))
    }

    fn inspect(&self, now: Timestamp) -> Json {
        let boletos: Vec<Json> = self.boletos.iter().map(|boleto| self.overview(boleto)).collect();
        let account = |(number, account): (&String, &Account)| {
            let balance = self.balance_at(number, Date::MAX, now);
            json!({
                "account": number,
                "owner": account.owner,
                "operation": account.operation,
                "pix_key": account.pix_key,
                "webhook": account.webhook.as_ref().map(|webhook| &webhook.url),
                "movements": account.movements.len(),
                "balance": balance,
            })
        };
        let mut callbacks: Vec<&Attempt> =
            self.accounts.values().flat_map(|account| &account.history).collect();
        callbacks.sort_by_key(|attempt| (attempt.sent_at, attempt.callback));
        let callback = |attempt: &&Attempt| {
            json!({
                "id": attempt.callback,
                "topic": attempt.topic,
                "url": attempt.url,
                "subjects": attempt.subjects,
                "payload": attempt.payload,
                "attempt": attempt.number,
                "sent_at": attempt.sent_at,
                "status": attempt.status,
            })
        };
        json!({
            "boletos": boletos,
            "accounts": self.accounts.iter().map(account).collect::<Vec<_>>(),
            "calls": self.calls,
            "tokens_issued": self.tokens_issued,
            "callbacks": callbacks.iter().map(callback).collect::<Vec<_>>(),
            "callbacks_in_flight": self.in_flight.len(),
            "notices_waiting": self.deliveries.len(),
            "notices_lost": self.notices_lost,
            "switches": self.switches,
            "faults": self.faults,
        })
    }

    fn overview(&self, boleto: &Boleto) -> Json {
        let payments = boleto.payments.iter().map(|payment| {
            json!({
                "means": means_word(payment.means),
                "amount": payment.amount,
                "paid_at": payment.paid_at,
                "end_to_end_id": payment.end_to_end_id,
                "settled": payment.settled,
            })
        });
        let total = boleto
            .received(self.switches.double_payment_total, self.switches.marked_paid_total)
            .map(Money::to_decimal);
        json!({
            "codigoSolicitacao": boleto.id,
            "account": boleto.account,
            "seuNumero": boleto.reference,
            "situacao": boleto.situation.word(),
            "valorNominal": boleto.amount.to_decimal(),
            "dataVencimento": boleto.due,
            "issued_at": boleto.issued_at,
            "valorTotalRecebido": total,
            "motivoCancelamento": boleto.reason,
            "payments": payments.collect::<Vec<_>>(),
            "nossoNumero": boleto.title.as_ref().map(|title| &title.our_number),
            "codigoBarras": boleto.title.as_ref().map(|title| &title.barcode),
            "linhaDigitavel": boleto.title.as_ref().map(|title| &title.writable_line),
            "txid": boleto.qr.as_ref().map(|qr| &qr.txid),
            "pixCopiaECola": boleto.qr.as_ref().map(|qr| &qr.br_code),
        })
    }
}
