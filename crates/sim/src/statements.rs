//! What moves on the accounts besides boletos, and what goes wrong with their statements.

use jiff::ToSpan as _;
use jiff::civil::Date;
use quita_banks::simulator::Control;
use quita_core::fact::Means;
use quita_core::money::Money;
use quita_engine::clock::bank_day;
use serde_json::json;

use crate::bank::Held;
use crate::chance::Chance;
use crate::people;
use crate::universe::Universe;

/// So long before they were connected accounts move: some days longer than is read.
const DAYS_BEFORE: i64 = 64;
/// A movement may be booked under a day so long ago: far longer than is read again every day.
const BACKDATED_DAYS: i64 = 22;

/// Movements from before the company told us of its accounts.
pub(crate) fn before(universe: &Universe) {
    let Some(plan) = &universe.plan.statements else { return };
    for (account, _) in universe.bank.accounts(universe.now()) {
        for _ in 0..plan.before {
            let days = universe.chance.between(1, DAYS_BEFORE);
            moved(universe, &movement(&universe.chance, &account, Some(ago(universe, days))));
        }
    }
}

/// Money moves on some account.
pub(crate) fn moves(universe: &Universe) {
    let (Some(plan), chance) = (&universe.plan.statements, &universe.chance) else { return };
    let accounts = universe.bank.accounts(universe.now());
    let (account, pix_key) = &accounts[chance.place(accounts.len())];
    let backdated = chance.happens(plan.backdated);
    let day = backdated.then(|| ago(universe, chance.between(1, BACKDATED_DAYS)));
    if chance.happens(250)
        && day.is_none()
        && let Some(owed) = owed(universe, account)
    {
        return past_the_boleto(universe, &owed);
    }
    let control = match chance.below(4) {
        0 if day.is_none() => Control::Pay {
            target: pix_key.clone(),
            means: Means::Pix,
            amount: Some(Money::from_cents(chance.between(1, 100_000))),
        },
        _ => movement(chance, account, day),
    };
    for _ in 0..if chance.happens(plan.twins) { 2 } else { 1 } {
        moved(universe, &control);
    }
}

fn moved(universe: &Universe, control: &Control) {
    let done = universe.bank.must(control, universe.now());
    universe.log(format_args!("moved {control:?} {done}"));
}

/// Some boleto of this account that is open at the bank.
fn owed(universe: &Universe, account: &str) -> Option<Held> {
    let mut held = universe.bank.boletos(universe.now());
    held.retain(|boleto| boleto.account == account && boleto.is_open());
    (!held.is_empty()).then(|| held.swap_remove(universe.chance.place(held.len())))
}

/// A customer pays what they owe to the bare key, and sometimes the boleto as well.
fn past_the_boleto(universe: &Universe, owed: &Held) {
    let chance = &universe.chance;
    let control = Control::Move {
        account: owed.account.clone(),
        amount: Money::from_decimal(&owed.amount).unwrap_or_default(),
        kind: Some("PIX".into()),
        with: Some("CLIENTE DE TESTE".into()),
        document: None,
        day: None,
    };
    moved(universe, &control);
    if chance.happens(600) {
        people::pay(universe, &owed.id);
    }
}

fn movement(chance: &Chance, account: &str, day: Option<Date>) -> Control {
    let kinds: [(&str, i64); 7] = [
        ("PIX", 1),
        ("PIX", -1),
        ("TRANSFERENCIA", 1),
        ("TRANSFERENCIA", -1),
        ("PAGAMENTO", -1),
        ("TARIFA", -1),
        ("ESTORNO", 1),
    ];
    let (kind, sign) = chance.pick(&kinds);
    let cents = if kind == "TARIFA" { 990 } else { chance.between(1, 200_000) };
    Control::Move {
        account: account.to_owned(),
        amount: Money::from_cents(sign * cents),
        kind: Some(kind.to_owned()),
        with: Some(chance.pick(&["FORNECEDOR EXEMPLO", "ANA EXEMPLO", "PACOTE MENSAL"]).into()),
        document: None,
        day,
    }
}

fn ago(universe: &Universe, days: i64) -> Date {
    bank_day(universe.now()).saturating_sub(days.days())
}

/// Rows will come late or wrong at first, or the complete statement fails.
pub(crate) fn oddity(universe: &Universe) {
    let chance = &universe.chance;
    let set = |switch: &str, value: i64| {
        let control = Control::Set { switch: switch.to_owned(), value: json!(value) };
        universe.bank.must(&control, universe.now());
        universe.log(format_args!("{switch} {value}"));
    };
    match chance.below(3) {
        0 => set("rows_late", chance.between(1, 3)),
        1 => {
            set("rows_corrected", chance.between(1, 3));
            // The amount may be right, and only the words wrong.
            set("rows_corrected_cents", chance.pick(&[0, 0, 7, -300]));
        }
        _ => set("statement_down", chance.between(1, 6)),
    }
}
