//! Boletos: the order as it was given, and a cache of what its facts amount to.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::fact::Refusal;
use quita_core::fold::{Folded, Status};
use quita_core::money::Money;
use quita_core::order::BoletoOrder;
use quita_core::terms::Terms;

use crate::accents::name_pattern;
use crate::wanted::Wanted;
use crate::{Param, Row, StoreError, Tx, params, sql};

/// A boleto.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boleto {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// At which account.
    pub account_id: String,
    /// What it collects.
    pub charge_id: String,
    /// Who owes.
    pub customer_id: String,
    /// The order, complete, as first given to the bank; its terms are those that hold now, with what
    /// held before.
    pub order: BoletoOrder,
    /// The unguessable part of the customer's page.
    pub public_token: String,
    /// `user:…`, `application:…` or `system`.
    pub created_by: String,
    /// When it was ordered.
    pub created_at: Timestamp,
    /// Whether it still stands for its charge; at most one does.
    pub live: bool,
    /// Nominal amount now.
    pub amount: Money,
    /// Due date now.
    pub expiration_date: Date,
    /// Where it stands.
    pub status: Status,
    /// The bank's id.
    pub bank_id: Option<String>,
    /// The bank's number.
    pub our_number: Option<String>,
    /// 44 digits.
    pub barcode: Option<String>,
    /// 47 digits.
    pub writable_line: Option<String>,
    /// Pix «copia e cola».
    pub br_code: Option<String>,
    /// Pix identifier.
    pub txid: Option<String>,
    /// Why the bank refused it.
    pub refusal: Option<Refusal>,
    /// All that was received.
    pub received: Money,
    /// Settled outside the bank.
    pub settled_by_hand: bool,
    /// What was asked of it and is not yet confirmed.
    pub wanted: Wanted,
    /// When we learned that it is registered.
    pub registered_at: Option<Timestamp>,
    /// When we learned that it is settled.
    pub settled_at: Option<Timestamp>,
    /// How many changes the bank has confirmed.
    pub edition: u32,
    /// Last change here.
    pub updated_at: Timestamp,
    /// When a person printed it first, and who: `user:…`.
    pub printed: Option<(Timestamp, String)>,
}

/// What lists of the bank are compared with, which are read again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// Nominal amount now.
    pub amount: Money,
    /// Due date now.
    pub expiration_date: Date,
    /// How many changes the bank has confirmed.
    pub edition: u32,
    /// Last change here.
    pub updated_at: Timestamp,
}

/// Which boletos to list; `None` means any.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// At this account.
    pub account_id: Option<String>,
    /// Of this customer.
    pub customer_id: Option<String>,
    /// Of this charge.
    pub charge_id: Option<String>,
    /// In this status.
    pub status: Option<Status>,
    /// With this document number.
    pub document_number: Option<String>,
    /// Due on or after.
    pub expiration_from: Option<Date>,
    /// Due on or before.
    pub expiration_to: Option<Date>,
    /// Issued on or after.
    pub issuance_from: Option<Date>,
    /// Issued on or before.
    pub issuance_to: Option<Date>,
    /// Of customers whose name has this text in it, whatever its case and accents, or whose
    /// document begins with it, whatever its punctuation.
    pub customer: Option<String>,
    /// Of charges with this entry of the chart of accounts.
    pub chart_account_id: Option<String>,
    /// Of charges of this cost centre.
    pub cost_center_id: Option<String>,
    /// Issued by this batch.
    pub batch_id: Option<String>,
}

/// How the charge of a boleto is classified: ids, and what was noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// Which boleto.
    pub boleto_id: String,
    /// Entry of the chart of accounts.
    pub chart_account_id: Option<String>,
    /// Cost centre.
    pub cost_center_id: Option<String>,
    /// For the company's own people.
    pub note: Option<String>,
}

/// What the boletos of a filter amount to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many.
    pub count: i64,
    /// Sum of nominal amounts.
    pub amount: Money,
    /// Sum of what was received.
    pub received: Money,
}

macro_rules! columns {
    () => {
        "id, company_id, account_id, charge_id, customer_id, order_body, public_token, created_by,
         created_at, live, amount, expiration_date, status, bank_id, our_number, barcode,
         writable_line, br_code, txid, refusal, received, settled_by_hand, wanted, registered_at,
         settled_at, edition, updated_at, printed_at, printed_by"
    };
}

/// Which boletos: `$1` the company, then the fields of [`Filter`] in order.
macro_rules! filtered {
    () => {
        concat!(
            "company_id = $1
        AND (CAST($2 AS TEXT) IS NULL OR account_id = $2)
        AND (CAST($3 AS TEXT) IS NULL OR customer_id = $3)
        AND (CAST($4 AS TEXT) IS NULL OR charge_id = $4)
        AND (CAST($5 AS TEXT) IS NULL OR status = $5)
        AND (CAST($6 AS TEXT) IS NULL OR document_number = $6)
        AND (CAST($7 AS TEXT) IS NULL OR expiration_date >= $7)
        AND (CAST($8 AS TEXT) IS NULL OR expiration_date <= $8)
        AND (CAST($9 AS TEXT) IS NULL OR issuance_date >= $9)
        AND (CAST($10 AS TEXT) IS NULL OR issuance_date <= $10)
        AND (CAST($11 AS TEXT) IS NULL OR customer_id IN (
          SELECT id FROM customers WHERE company_id = $1 AND (",
            without_accents!("name"),
            " LIKE $11 ESCAPE '!' OR document LIKE $12 ESCAPE '!')))
        AND (CAST($13 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM charges
          WHERE charges.id = boletos.charge_id AND charges.chart_account_id = $13))
        AND (CAST($14 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM charges
          WHERE charges.id = boletos.charge_id AND charges.cost_center_id = $14))
        AND (CAST($15 AS TEXT) IS NULL OR id IN (SELECT boleto_id FROM batch_rows
          WHERE batch_rows.company_id = $1 AND batch_id = $15))"
        )
    };
}

macro_rules! outline {
    () => {
        "id, company_id, amount, expiration_date, edition, updated_at"
    };
}

sql! {
    INSERT = "INSERT INTO boletos (id, company_id, account_id, charge_id, customer_id,
        document_number, bank_reference, amount, issuance_date, expiration_date, order_body,
        public_token, created_by, created_at, live, status, updated_at, customer_document,
        customer_name, due_terms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, TRUE, 'CREATED', $14,
        $15, $16, $17)
        ON CONFLICT (account_id, bank_reference) DO NOTHING";
    GET = concat!("SELECT ", columns!(), " FROM boletos WHERE id = $1");
    OF_COMPANY = concat!("SELECT ", columns!(), " FROM boletos WHERE company_id = $1 AND id = $2");
    LOCK = "SELECT id FROM boletos WHERE id = $1 /*for update*/";
    BY_BANK_ID = concat!("SELECT ", columns!(), " FROM boletos
        WHERE account_id = $1 AND bank_id = $2");
    BY_PUBLIC_TOKEN = concat!("SELECT ", columns!(), " FROM boletos WHERE public_token = $1");
    BY_REFERENCE = concat!("SELECT ", columns!(), " FROM boletos
        WHERE account_id = $1 AND bank_reference = $2");
    OUTLINE_BY_BANK_ID = concat!("SELECT ", outline!(), " FROM boletos
        WHERE account_id = $1 AND bank_id = $2");
    OUTLINE_BY_TXID = concat!("SELECT ", outline!(), " FROM boletos
        WHERE account_id = $1 AND txid = $2");
    LIVE_OF_CHARGE = concat!("SELECT ", columns!(), " FROM boletos WHERE charge_id = $1 AND live");
    PAGE = concat!("SELECT ", columns!(), " FROM boletos WHERE ", filtered!(),
        " AND id < $16 ORDER BY id DESC LIMIT $17");
    LABELS = concat!("SELECT id,
        (SELECT chart_account_id FROM charges WHERE charges.id = boletos.charge_id),
        (SELECT cost_center_id FROM charges WHERE charges.id = boletos.charge_id),
        (SELECT note FROM charges WHERE charges.id = boletos.charge_id)
        FROM boletos WHERE ", filtered!(), " AND id < $16 ORDER BY id DESC LIMIT $17");
    NEWER = concat!("SELECT id FROM boletos WHERE ", filtered!(), " AND id > $16 LIMIT $17");
    UNPRINTED = "SELECT id FROM boletos WHERE company_id = $1 AND id = $2 AND printed_at IS NULL";
    SET_PRINTED = "UPDATE boletos SET printed_at = $3, printed_by = $4
        WHERE company_id = $1 AND id = $2 AND printed_at IS NULL";
    TOTALS = concat!("SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT),
        CAST(COALESCE(SUM(received), 0) AS BIGINT) FROM boletos WHERE ", filtered!());
    // What `boletos_list` answers by itself on PostgreSQL too, without a look at the boletos.
    TOTALS_BY_DUE = "SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT),
        CAST(COALESCE(SUM(received), 0) AS BIGINT) FROM boletos WHERE company_id = $1
        AND expiration_date >= $2 AND expiration_date <= $3
        AND (CAST($4 AS TEXT) IS NULL OR status = $4)";
    OPEN_DUE_RANGE = "SELECT MIN(expiration_date), MAX(expiration_date), COUNT(*) FROM boletos
        WHERE account_id = $1 AND COALESCE(bank_id, '') <> ''
        AND (status = 'CREATED' OR status = 'REGISTERED' OR status = 'CANCELLATION_REQUESTED')";
    SAVE = "UPDATE boletos SET live = $2, amount = $3, expiration_date = $4, status = $5,
        bank_id = $6, our_number = $7, barcode = $8, writable_line = $9, br_code = $10,
        txid = $11, refusal = $12, received = $13, settled_by_hand = $14, wanted = $15,
        registered_at = $16, settled_at = $17, edition = $18, updated_at = $19, due_terms = $20
        WHERE id = $1";
    SET_ORDER = "UPDATE boletos SET order_body = $2 WHERE id = $1";
    ALL_IDS = "SELECT id FROM boletos WHERE id > $1 ORDER BY id LIMIT $2";
}

/// The order as it is kept. Made before the transaction, which others wait for.
pub fn order_body(order: &BoletoOrder) -> Result<String, StoreError> {
    crate::to_json(order)
}

/// Adds a boleto as it was ordered; false when its reference is taken at this account.
/// A second live boleto of one charge is a [`StoreError::Conflict`]. `body` is its
/// [`order_body`].
pub fn insert(tx: &mut Tx, boleto: &Boleto, body: &str) -> Result<bool, StoreError> {
    let order = &boleto.order;
    let added = tx.exec(
        INSERT,
        params![
            &boleto.id,
            &boleto.company_id,
            &boleto.account_id,
            &boleto.charge_id,
            &boleto.customer_id,
            &order.document_number,
            &order.bank_reference,
            order.amount,
            order.issuance_date,
            order.expiration_date,
            body,
            &boleto.public_token,
            &boleto.created_by,
            boleto.created_at,
            order.customer.document.as_str(),
            name_for_matching(&order.customer.name),
            due_terms(boleto)?
        ],
    )?;
    Ok(added == 1)
}

/// Puts another order in the place of the one that was kept: of a boleto that no bank has.
pub fn set_order(tx: &mut Tx, id: &str, order: &BoletoOrder) -> Result<(), StoreError> {
    tx.exec(SET_ORDER, params![id, order_body(order)?]).map(|_| ())
}

/// Keeps others from changing this boleto until the transaction ends.
pub fn lock(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    tx.rows(LOCK, params![id])?;
    Ok(())
}

/// One boleto of any company; for workers only.
pub fn get(tx: &mut Tx, id: &str) -> Result<Option<Boleto>, StoreError> {
    tx.row(GET, params![id])?.map(read).transpose()
}

/// One boleto of a company.
pub fn of_company(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<Boleto>, StoreError> {
    tx.row(OF_COMPANY, params![company_id, id])?.map(read).transpose()
}

/// The boleto with the bank's id.
pub fn by_bank_id(
    tx: &mut Tx,
    account_id: &str,
    bank_id: &str,
) -> Result<Option<Boleto>, StoreError> {
    tx.row(BY_BANK_ID, params![account_id, bank_id])?.map(read).transpose()
}

/// The boleto of a payer's link.
pub fn by_public_token(tx: &mut Tx, token: &str) -> Result<Option<Boleto>, StoreError> {
    tx.row(BY_PUBLIC_TOKEN, params![token])?.map(read).transpose()
}

/// The boleto with our reference.
pub fn by_reference(
    tx: &mut Tx,
    account_id: &str,
    reference: &str,
) -> Result<Option<Boleto>, StoreError> {
    tx.row(BY_REFERENCE, params![account_id, reference])?.map(read).transpose()
}

/// Of the boleto with the bank's id, what lists are compared with.
pub fn outline_by_bank_id(
    tx: &mut Tx,
    account_id: &str,
    bank_id: &str,
) -> Result<Option<Outline>, StoreError> {
    tx.row(OUTLINE_BY_BANK_ID, params![account_id, bank_id])?.map(read_outline).transpose()
}

/// Of the boleto with this Pix identifier, what lists are compared with; of the first where a
/// bank gave it twice.
pub fn outline_by_txid(
    tx: &mut Tx,
    account_id: &str,
    txid: &str,
) -> Result<Option<Outline>, StoreError> {
    let found = tx.rows_in_order(OUTLINE_BY_TXID, params![account_id, txid])?;
    found.into_iter().next().map(read_outline).transpose()
}

/// The boleto that stands for a charge.
pub fn live_of_charge(tx: &mut Tx, charge_id: &str) -> Result<Option<Boleto>, StoreError> {
    tx.row(LIVE_OF_CHARGE, params![charge_id])?.map(read).transpose()
}

/// Boletos of a company, newest first, before an id ([`crate::LAST_ID`]: from the newest).
pub fn page(
    tx: &mut Tx,
    company_id: &str,
    filter: &Filter,
    before: &str,
    limit: i64,
) -> Result<Vec<Boleto>, StoreError> {
    let mut given = filter.params(company_id);
    given.extend([Param::from(before), Param::from(limit)]);
    tx.rows(PAGE, &given)?.into_iter().map(read).collect()
}

/// How the boletos of the same page are classified.
pub fn labels(
    tx: &mut Tx,
    company_id: &str,
    filter: &Filter,
    before: &str,
    limit: i64,
) -> Result<Vec<Labels>, StoreError> {
    let mut given = filter.params(company_id);
    given.extend([Param::from(before), Param::from(limit)]);
    let rows = tx.rows(LABELS, &given)?.into_iter();
    rows.map(|row| {
        Ok(Labels {
            boleto_id: row.text(0)?,
            chart_account_id: row.opt_text(1)?,
            cost_center_id: row.opt_text(2)?,
            note: row.opt_text(3)?,
        })
    })
    .collect()
}

/// How many boletos of a filter are newer than the one of an id (empty: all), up to a limit.
pub fn newer(
    tx: &mut Tx,
    company_id: &str,
    filter: &Filter,
    after: &str,
    limit: i64,
) -> Result<usize, StoreError> {
    let mut given = filter.params(company_id);
    given.extend([Param::from(after), Param::from(limit)]);
    Ok(tx.rows(NEWER, &given)?.len())
}

/// Whether it is a boleto of the company that no person has printed.
pub fn is_unprinted(tx: &mut Tx, company_id: &str, id: &str) -> Result<bool, StoreError> {
    Ok(tx.row(UNPRINTED, params![company_id, id])?.is_some())
}

/// A person prints it. False when that is not the first time.
pub fn set_printed(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    at: Timestamp,
    by: &str,
) -> Result<bool, StoreError> {
    Ok(tx.exec(SET_PRINTED, params![company_id, id, at, by])? == 1)
}

/// What all boletos of a filter amount to.
pub fn totals(tx: &mut Tx, company_id: &str, filter: &Filter) -> Result<Totals, StoreError> {
    let row = if filter.is_by_due_only() {
        let from = filter.expiration_from.unwrap_or(Date::ZERO);
        let to = filter.expiration_to.unwrap_or(Date::MAX);
        tx.row(TOTALS_BY_DUE, params![company_id, from, to, filter.status.map(Status::word)])?
    } else {
        tx.row(TOTALS, &filter.params(company_id))?
    };
    row.map_or(Ok(Totals::default()), |row| {
        Ok(Totals { count: row.int(0)?, amount: row.money(1)?, received: row.money(2)? })
    })
}

impl Filter {
    /// The parameters `$1` to `$15` of `filtered!`.
    fn params<'a>(&'a self, company_id: &'a str) -> Vec<Param<'a>> {
        let name = self.customer.as_deref().map(name_pattern);
        let document = self.customer.as_deref().and_then(document_pattern);
        vec![
            company_id.into(),
            self.account_id.as_deref().into(),
            self.customer_id.as_deref().into(),
            self.charge_id.as_deref().into(),
            self.status.map(Status::word).into(),
            self.document_number.as_deref().into(),
            self.expiration_from.into(),
            self.expiration_to.into(),
            self.issuance_from.into(),
            self.issuance_to.into(),
            name.into(),
            document.into(),
            self.chart_account_id.as_deref().into(),
            self.cost_center_id.as_deref().into(),
            self.batch_id.as_deref().into(),
        ]
    }

    /// Whether it asks for status and due date at most.
    fn is_by_due_only(&self) -> bool {
        let texts = [
            &self.account_id,
            &self.customer_id,
            &self.charge_id,
            &self.document_number,
            &self.customer,
            &self.chart_account_id,
            &self.cost_center_id,
            &self.batch_id,
        ];
        texts.iter().all(|text| text.is_none())
            && self.issuance_from.is_none()
            && self.issuance_to.is_none()
    }
}

/// What a document that begins with the text is like; `None` for what is no part of one.
fn document_pattern(text: &str) -> Option<String> {
    let kept: String = text.chars().filter(|c| !" ./-".contains(*c)).collect();
    let fits = kept.len() <= 14
        && kept.contains(|c: char| c.is_ascii_digit())
        && kept.chars().all(|c| c.is_ascii_alphanumeric());
    fits.then(|| format!("{}%", kept.to_ascii_uppercase()))
}

/// First and last due date of the boletos that the bank still has open, and how many.
pub fn open_due_range(
    tx: &mut Tx,
    account_id: &str,
) -> Result<Option<(Date, Date, i64)>, StoreError> {
    let Some(row) = tx.row(OPEN_DUE_RANGE, params![account_id])? else { return Ok(None) };
    let (first, last) = (row.opt_date(0)?, row.opt_date(1)?);
    let count = row.int(2)?;
    Ok(first.zip(last).map(|(first, last)| (first, last, count)))
}

/// Ids of all boletos of all companies after an id (empty: from the first); for verification.
pub fn ids_after(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<String>, StoreError> {
    tx.rows(ALL_IDS, params![after, limit])?.into_iter().map(|row| row.text(0)).collect()
}

/// Saves what the fold says and what is wanted.
pub fn save(tx: &mut Tx, boleto: &Boleto) -> Result<(), StoreError> {
    let refusal = crate::to_json_opt(boleto.refusal.as_ref())?;
    let wanted = crate::to_json_opt((!boleto.wanted.is_empty()).then_some(&boleto.wanted))?;
    tx.exec(
        SAVE,
        params![
            &boleto.id,
            boleto.live,
            boleto.amount,
            boleto.expiration_date,
            boleto.status.word(),
            boleto.bank_id.as_deref(),
            boleto.our_number.as_deref(),
            boleto.barcode.as_deref(),
            boleto.writable_line.as_deref(),
            boleto.br_code.as_deref(),
            boleto.txid.as_deref(),
            refusal,
            boleto.received,
            boleto.settled_by_hand,
            wanted,
            boleto.registered_at,
            boleto.settled_at,
            i64::from(boleto.edition),
            boleto.updated_at,
            due_terms(boleto)?
        ],
    )?;
    Ok(())
}

/// As much of a name as an index of PostgreSQL surely takes.
fn name_for_matching(name: &str) -> &str {
    name.char_indices().nth(200).map_or(name, |(end, _)| &name[..end])
}

/// The terms as they stand now, as JSON; empty for none.
fn due_terms(boleto: &Boleto) -> Result<String, StoreError> {
    let Boleto { order, amount, expiration_date, .. } = boleto;
    if order.terms == Terms::default() {
        return Ok(String::new());
    }
    if (order.amount, order.expiration_date) == (*amount, *expiration_date) {
        return crate::to_json(&order.terms);
    }
    crate::to_json(&order.changed(*expiration_date, *amount).terms)
}

impl Boleto {
    /// What lists are compared with.
    pub fn outline(&self) -> Outline {
        Outline {
            id: self.id.clone(),
            company_id: self.company_id.clone(),
            amount: self.amount,
            expiration_date: self.expiration_date,
            edition: self.edition,
            updated_at: self.updated_at,
        }
    }

    /// Takes over what the facts amount to.
    pub fn take(&mut self, folded: &Folded, now: Timestamp) {
        let was = self.status;
        self.status = folded.status;
        self.live =
            !matches!(folded.status, Status::Rejected | Status::Cancelled | Status::Expired);
        // One that the company gave stays until the bank tells of it.
        self.bank_id = folded.bank_id.clone().or(self.bank_id.take());
        if let Some(numbers) = &folded.registration {
            self.our_number = Some(numbers.our_number.clone());
            self.barcode = Some(numbers.barcode.clone());
            self.writable_line = Some(numbers.writable_line.clone());
            self.br_code.clone_from(&numbers.br_code);
            self.txid.clone_from(&numbers.txid);
            self.registered_at = self.registered_at.or(Some(now));
        }
        self.refusal.clone_from(&folded.refusal);
        self.received = folded.received();
        self.settled_by_hand = folded.settled_by_hand;
        if self.status == Status::Settled && was != Status::Settled {
            self.settled_at = Some(now);
        }
        if self.status != Status::Settled {
            self.settled_at = None;
        }
        self.updated_at = now;
    }
}

fn read_outline(row: Row) -> Result<Outline, StoreError> {
    Ok(Outline {
        id: row.text(0)?,
        company_id: row.text(1)?,
        amount: row.money(2)?,
        expiration_date: row.date(3)?,
        edition: edition(row.int(4)?)?,
        updated_at: row.instant(5)?,
    })
}

fn edition(number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| StoreError::corrupt("boletos: negative edition"))
}

fn read(row: Row) -> Result<Boleto, StoreError> {
    let status = row.text(12)?;
    Ok(Boleto {
        id: row.text(0)?,
        company_id: row.text(1)?,
        account_id: row.text(2)?,
        charge_id: row.text(3)?,
        customer_id: row.text(4)?,
        order: row.json(5)?,
        public_token: row.text(6)?,
        created_by: row.text(7)?,
        created_at: row.instant(8)?,
        live: row.boolean(9)?,
        amount: row.money(10)?,
        expiration_date: row.date(11)?,
        status: Status::from_word(&status)
            .ok_or_else(|| StoreError::corrupt("boletos: unknown status"))?,
        bank_id: row.opt_text(13)?,
        our_number: row.opt_text(14)?,
        barcode: row.opt_text(15)?,
        writable_line: row.opt_text(16)?,
        br_code: row.opt_text(17)?,
        txid: row.opt_text(18)?,
        refusal: row.opt_json(19)?,
        received: row.money(20)?,
        settled_by_hand: row.boolean(21)?,
        wanted: row.opt_json(22)?.unwrap_or_default(),
        registered_at: row.opt_instant(23)?,
        settled_at: row.opt_instant(24)?,
        edition: edition(row.int(25)?)?,
        updated_at: row.instant(26)?,
        printed: row.opt_instant(27)?.zip(row.opt_text(28)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::plan;

    #[test]
    fn pages_and_totals_read_one_index_and_sort_nothing() {
        let page = plan(PAGE);
        assert!(
            page.contains("boletos USING INDEX boletos_list (company_id=? AND id<?)"),
            "{page}"
        );
        let totals = plan(TOTALS_BY_DUE);
        assert!(totals.contains("USING COVERING INDEX boletos_list"), "{totals}");
        for plan in [&page, &totals, &plan(TOTALS)] {
            assert!(plan.contains("boletos_list") && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
