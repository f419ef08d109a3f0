//! Control: clients, the payer, the bank's own screens, faults, switches, the overview.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::fact::Means;
use quita_core::money::Money;
use serde_json::{Value as Json, json};

use super::ISPB;
use super::boleto::{Boleto, Situacao};
use super::state::{Account, Client, Row, State};
use crate::simulator::clock;
use crate::simulator::faults::ArmedFault;
use crate::simulator::random::{end_to_end_id, uuid};
use crate::simulator::{Control, ControlError, Entropy, PortalAction};

/// Where an account is that names no branch.
const BRANCH: &str = "0001";

impl State {
    pub(super) fn control(
        &mut self,
        control: &Control,
        now: Timestamp,
        rng: &mut dyn Entropy,
    ) -> Result<Json, ControlError> {
        match control {
            Control::AddClient {
                client_id, client_secret, account, certificate, owner, ..
            } => {
                let client = Client {
                    secret: client_secret.clone(),
                    accounts: Vec::new(),
                    certificate: certificate.as_ref().map(|c| c.to_ascii_lowercase()),
                    certificate_until: None,
                    former: None,
                    temporary: Some((uuid(rng), now)),
                };
                self.add_client(client_id, client, account, owner.as_deref(), rng)
            }
            Control::Pay { target, means, amount } => {
                if let Some(account) = self.account_with_key(target) {
                    return self.pay_key(&account, *means, *amount, now, rng);
                }
                let place = self.target(target)?;
                self.pay(place, *means, *amount, now, rng)
            }
            Control::Move { account, amount, kind, with, document, day } => {
                let account = full_account(account)?;
                if !self.accounts.contains_key(&account) {
                    return Err(ControlError(format!("não há a conta {account:?}")));
                }
                if *amount == Money::ZERO {
                    return Err(ControlError("o valor não pode ser zero".to_owned()));
                }
                if day.is_some_and(|day| day > clock::day(now)) {
                    return Err(ControlError("o dia não pode ser futuro".to_owned()));
                }
                let at = day.map_or(now, |day| clock::instant(day, 12));
                let counterpart = with.clone().map(|n| (n, document.clone().unwrap_or_default()));
                let kind = kind.as_deref().unwrap_or("LANCAMENTO");
                let origin =
                    (kind == "PIX").then(|| (end_to_end_id(ISPB, now, rng), kind.to_owned()));
                let row = Row::new(*amount, ("9999", kind), at, rng);
                let id = row.id.clone();
                self.enter(&account, Row { counterpart, origin, ..row });
                Ok(json!({ "id": id }))
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
            Control::Forge { body } => match self.forge(body, now) {
                0 => Err(ControlError("nenhuma notificação está cadastrada".to_owned())),
                count => Ok(json!({ "notices": count })),
            },
            Control::Inspect => Ok(self.inspect()),
            Control::Ledger { account } => self.books(&full_account(account)?),
        }
    }

    /// Lets a credential in; one more account where it is already there.
    fn add_client(
        &mut self,
        client_id: &str,
        client: Client,
        account: &str,
        owner: Option<&str>,
        rng: &mut dyn Entropy,
    ) -> Result<Json, ControlError> {
        let account = full_account(account)?;
        let known = self.clients.remove(client_id);
        let mut accounts = known.map(|known| known.accounts).unwrap_or_default();
        if !accounts.contains(&account) {
            accounts.push(account.clone());
        }
        let temporary = client.temporary.as_ref().map(|(token, _)| token.clone());
        self.clients.insert(client_id.to_owned(), Client { accounts, ..client });
        let entry = self.accounts.entry(account.clone()).or_insert_with(|| Account {
            owner: "EMPRESA DE TESTE LTDA".to_owned(),
            pix_key: uuid(rng),
            notices: Default::default(),
            pix_webhooks: Default::default(),
            movements: Vec::new(),
            rows: Vec::new(),
        });
        if let Some(owner) = owner {
            entry.owner = owner.to_owned();
        }
        Ok(json!({
            "account": account,
            "pix_key": entry.pix_key,
            "temporary_token": temporary,
        }))
    }

    fn account_with_key(&self, key: &str) -> Option<String> {
        let found = self.accounts.iter().find(|(_, account)| account.pix_key == key);
        found.map(|(name, _)| name.clone())
    }

    /// A Pix to the bare key: only the statement knows of it.
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
        let from = Some(("CLIENTE SEM COBRANCA".to_owned(), String::new()));
        let origin = Some((id.clone(), "PIX".to_owned()));
        let row = Row::new(amount, ("9507", "PIX TRANSF RECEBIDA"), now, rng);
        self.enter(account, Row { counterpart: from, origin, ..row });
        Ok(json!({ "amount": amount, "end_to_end_id": id }))
    }

    /// The boleto that is meant, by any of its names.
    fn target(&self, target: &str) -> Result<usize, ControlError> {
        let target = target.trim();
        let digits: String = target.chars().filter(|c| !matches!(c, '.' | ' ' | '-')).collect();
        let is_meant = |boleto: &Boleto| {
            boleto.id() == digits
                || boleto.uuid == target
                || boleto.reference == target
                || boleto.number == digits
                || boleto.title.barcode == digits
                || boleto.title.writable_line == digits
                || boleto.qr.as_ref().is_some_and(|qr| qr.txid == target || qr.br_code == target)
        };
        let mut found = self.boletos.iter().enumerate().filter(|(_, boleto)| is_meant(boleto));
        let place = match (found.next(), found.next()) {
            (None, _) => Err(format!("nenhum boleto responde por {target:?}")),
            (Some((place, _)), None) => Ok(place),
            (Some(_), Some(_)) => {
                Err(format!("vários boletos respondem por {target:?}: use o id com 23 dígitos"))
            }
        };
        place.map_err(ControlError)
    }

    fn portal(
        &mut self,
        place: usize,
        action: PortalAction,
        now: Timestamp,
    ) -> Result<Json, ControlError> {
        let open = self.boletos.get(place).filter(|b| b.situation == Situacao::Aberto);
        let Some(boleto) = open else {
            return Err(ControlError("o boleto não está em aberto".to_owned()));
        };
        let id = boleto.id();
        match action {
            PortalAction::MarkPaid => {
                return Err(ControlError("o Itaú não marca boletos como pagos".to_owned()));
            }
            PortalAction::Cancel => {
                self.write_off(place, "BAIXA POR SOLICITACAO DO BENEFICIARIO", now);
            }
        }
        Ok(json!({ "id": id }))
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

    fn inspect(&self) -> Json {
        let account = |(name, account): (&String, &Account)| {
            json!({
                "account": name,
                "owner": account.owner,
                "pix_key": account.pix_key,
                "notices": account.notices.values().map(|n| &n.url).collect::<Vec<_>>(),
                "rows": account.rows.len(),
                "movements": account.movements.len(),
                "balance": self.balance_at(name, Date::MAX),
            })
        };
        json!({
            "boletos": self.boletos.iter().map(overview).collect::<Vec<_>>(),
            "accounts": self.accounts.iter().map(account).collect::<Vec<_>>(),
            "calls": self.calls,
            "tokens_issued": self.tokens_issued,
            "callbacks": self.history,
            "callbacks_in_flight": self.in_flight.len(),
            "notices_waiting": self.deliveries.len(),
            "notices_lost": self.notices_lost,
            "switches": self.switches,
            "faults": self.faults,
        })
    }
}

/// Twelve digits of a shorter name: without a branch it is `0001`.
fn full_account(account: &str) -> Result<String, ControlError> {
    let is_number = account.bytes().all(|b| b.is_ascii_digit());
    match account.len() {
        12 if is_number => Ok(account.to_owned()),
        2..=8 if is_number => Ok(format!("{BRANCH}{account:0>8}")),
        _ => Err(ControlError(format!(
            "a conta {account:?} deve ter agência, conta e dígito (12 dígitos), ou conta e dígito \
             (até 8)"
        ))),
    }
}

fn overview(boleto: &Boleto) -> Json {
    let payments = boleto.payments.iter().map(|payment| {
        json!({
            "means": payment.means,
            "amount": payment.amount,
            "paid_at": payment.paid_at,
            "end_to_end_id": payment.end_to_end_id,
            "credited_on": payment.credited_on,
        })
    });
    json!({
        "id": boleto.id(),
        "account": boleto.account,
        "wallet": boleto.wallet,
        "nosso_numero": boleto.number,
        "seu_numero": boleto.reference,
        "situacao": boleto.situation,
        "pending": boleto.pending,
        "hybrid": boleto.hybrid,
        "amount": boleto.amount,
        "due": boleto.due,
        "limit": boleto.limit,
        "issued_at": boleto.issued_at,
        "terms": boleto.terms,
        "end": boleto.end.as_ref().map(|end| &end.reason),
        "payments": payments.collect::<Vec<_>>(),
        "barcode": boleto.title.barcode,
        "writable_line": boleto.title.writable_line,
        "txid": boleto.qr.as_ref().map(|qr| &qr.txid),
        "br_code": boleto.qr.as_ref().map(|qr| &qr.br_code),
    })
}
