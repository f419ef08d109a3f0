//! Notices that the bank was told where to call and does not: payments are still learned, by
//! asking, only later.

use jiff::Timestamp;
use quita_store::accounts::Account;
use quita_store::pending::{self, PendingItem};
use quita_store::{StoreError, Tx, cursors, receipts};

use super::cursor;
use crate::clock::{after, bank_time};
use crate::ids::Ids;

/// Kind of the pending item.
const SILENT_WEBHOOK: &str = "silent_webhook";
/// A call may come so much later than the look that found the payment.
const GRACE_SECONDS: i64 = 3600;
/// What is learned so soon after a call belongs to it.
const OF_THE_CALL_SECONDS: i64 = 600;

/// Opens or closes the pending item of an account, after a complete look at it.
pub(super) fn look(tx: &mut Tx, ids: &mut Ids, account: &Account) -> Result<(), StoreError> {
    let Some(url) = cursors::get(tx, &account.id, cursor::WEBHOOK)? else { return Ok(()) };
    let Some(told) = cursors::moved_at(tx, &account.id, cursor::WEBHOOK)? else { return Ok(()) };
    let now = ids.now();
    let mut since = told;
    for name in [cursor::LAST_CALL, cursor::HEARD] {
        let at = cursors::get(tx, &account.id, name)?.and_then(|t| t.parse::<Timestamp>().ok());
        if let Some(at) = at {
            since = since.max(after(at, OF_THE_CALL_SECONDS));
        }
    }
    let learned = receipts::learned(tx, &account.id, since, after(now, -GRACE_SECONDS))?;
    if learned == 0 {
        return pending::close(tx, SILENT_WEBHOOK, &account.id, "system", now);
    }
    let payments = if learned == 1 {
        "1 pagamento foi descoberto".to_owned()
    } else {
        format!("{learned} pagamentos foram descobertos")
    };
    let message = format!(
        "O banco não avisa o quita sobre a conta {} desde {}: {payments} só perguntando. Nada se \
         perde, mas demora mais. Confira se {} é alcançável da internet (nome, certificado, firewall) \
         e se é este o endereço dos avisos no banco; esta pendência se fecha sozinha no próximo aviso.",
        account.description,
        bank_time(since).strftime("%d/%m/%Y %H:%M"),
        url.split("/hooks/").next().unwrap_or_default(),
    );
    let item = PendingItem {
        id: ids.next_id(),
        company_id: account.company_id.clone(),
        kind: SILENT_WEBHOOK.to_owned(),
        subject: account.id.clone(),
        message,
        opened_at: now,
    };
    pending::open(tx, &item).map(|_| ())
}
