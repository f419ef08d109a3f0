//! What the bank does by itself: registering, midnight, changes, settlement, credits.

use jiff::Timestamp;

use super::boleto::Situacao;
use super::numbers;
use super::state::{Edit, EditStatus, State, Task};
use crate::simulator::Entropy;
use crate::simulator::clock;

impl State {
    /// Brings the bank to this instant. Notices only become ready; `tick` sends them.
    pub(super) fn advance(&mut self, now: Timestamp, rng: &mut dyn Entropy) {
        while self.timers.first().is_some_and(|timer| timer.at <= now) {
            let Some(timer) = self.timers.pop_first() else { return };
            match timer.task {
                Task::Register { boleto } => self.register(boleto, timer.at, rng),
                Task::NewDay { boleto } => self.new_day(boleto, timer.at),
                Task::Cancel { boleto, reason } => self.close_cancelled(boleto, reason, timer.at),
                Task::Edit { id } => self.finish_edit(&id, timer.at),
                Task::Settle { boleto, payment } => self.settle(boleto, payment, timer.at),
                Task::Credit { boleto, payment } => self.credit(boleto, payment, timer.at, rng),
            }
        }
    }

    /// The end of issuing: registered with its numbers, or failed.
    pub(super) fn register(&mut self, place: usize, at: Timestamp, rng: &mut dyn Entropy) {
        let numbers = self.switches.numbers;
        let Some(boleto) = self.boletos.get_mut(place) else { return };
        let Some(account) = self.accounts.get_mut(&boleto.account) else { return };
        if boleto.forms.barcode && !boleto.to_fail {
            let sequence = account.numbered + 1;
            match numbers::title(&account.operation, sequence, boleto.due, boleto.amount, numbers) {
                Some(title) => {
                    account.numbered = sequence;
                    boleto.title = Some(title);
                }
                None => boleto.to_fail = true,
            }
        }
        if boleto.to_fail {
            self.change_situation(place, Situacao::FalhaEmissao, at);
            return;
        }
        if boleto.forms.pix && self.switches.account_has_pix_key {
            boleto.qr = Some(numbers::qr(&boleto.account, boleto.amount, numbers, at, rng));
        }
        self.index.add_numbers(place, boleto);
        self.change_situation(place, Situacao::AReceber, at);
        self.new_day(place, at);
    }

    /// What the beginning of a day changes: overdue, protested, expired.
    fn new_day(&mut self, place: usize, at: Timestamp) {
        let today = clock::day(at);
        let Some(boleto) = self.boletos.get(place) else { return };
        if !boleto.situation.is_open() {
            return;
        }
        let (due, limit) = (boleto.due, boleto.limit());
        let protest =
            self.switches.protest_after_days.map(|days| clock::plus_days(due, i64::from(days) + 1));
        let situation = match boleto.situation {
            _ if today > limit => Situacao::Expirado,
            Situacao::Protesto => Situacao::Protesto,
            _ if today > due && protest.is_some_and(|day| today >= day) => Situacao::Protesto,
            _ if today > due => Situacao::Atrasado,
            _ => Situacao::AReceber,
        };
        if situation != boleto.situation {
            self.change_situation(place, situation, at);
        }
        let next = [Some(clock::plus_days(due, 1)), protest, Some(clock::plus_days(limit, 1))]
            .into_iter()
            .flatten()
            .filter(|day| *day > today)
            .min();
        if let Some(day) = next {
            self.schedule(clock::instant(day, 0), Task::NewDay { boleto: place });
        }
    }

    fn finish_edit(&mut self, id: &str, at: Timestamp) {
        let Some(edit) = self.edits.get_mut(id) else { return };
        let Some(boleto) = self.boletos.get_mut(edit.boleto) else { return };
        if edit.to_fail || !boleto.situation.is_open() {
            edit.status = EditStatus::Falha;
            return;
        }
        edit.status = EditStatus::Sucesso;
        let Edit { boleto: place, due, amount, .. } = *edit;
        if let Some(dates) = self.index.by_account.get_mut(&boleto.account) {
            dates.due.remove(&(boleto.due, place));
            dates.due.insert((due.unwrap_or(boleto.due), place));
        }
        boleto.due = due.unwrap_or(boleto.due);
        boleto.amount = amount.unwrap_or(boleto.amount);
        if self.switches.edit_changes_numbers {
            let numbers = self.switches.numbers;
            let operation =
                self.accounts.get(&boleto.account).map_or("", |account| &account.operation);
            if let Some(title) = &mut boleto.title
                && let Some(new) =
                    numbers::title(operation, title.sequence, boleto.due, boleto.amount, numbers)
            {
                *title = new;
            }
            if let Some(qr) = &mut boleto.qr {
                qr.br_code = numbers::br_code(&qr.location, boleto.amount, numbers);
            }
            self.index.add_numbers(place, boleto);
        }
        self.new_day(place, at);
    }

    /// Puts a boleto into a situation and tells the client, where the bank does.
    pub(super) fn change_situation(&mut self, place: usize, situation: Situacao, at: Timestamp) {
        let Some(boleto) = self.boletos.get_mut(place) else { return };
        // «Back» is to show the payment, or the end, as not yet there.
        if boleto.situation != situation {
            boleto.situation_before = Some(boleto.situation);
        }
        let told = situation.is_pushed()
            // Moving the due date of an overdue boleto makes it A_RECEBER again: nothing is
            // known of a notice about that.
            && !(situation == Situacao::AReceber && boleto.situation.is_open());
        boleto.situation = situation;
        boleto.situation_since = at;
        if told {
            self.notify_boleto(place, at);
        }
    }
}
