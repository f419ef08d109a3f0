//! Customers of a company.

use jiff::Timestamp;
use quita_core::document::Document;
use quita_core::party::Address;

use crate::accents::name_pattern;
use crate::{Row, Sql, StoreError, Tx, params, sql};

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// UUIDv7.
    pub id: String,
    /// Whose customer.
    pub company_id: String,
    /// CPF or CNPJ.
    pub document: Document,
    /// Name.
    pub name: String,
    /// May be empty.
    pub email: String,
    /// May be empty.
    pub phone: String,
    /// Where they are.
    pub address: Option<Address>,
    /// When first saved.
    pub created_at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, company_id, document, name, email, phone, address, created_at"
    };
}

sql! {
    INSERT = concat!("INSERT INTO customers (", columns!(), ")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (company_id, document) DO NOTHING");
    KNOWN = "SELECT id, name = $3 AND email = $4 AND phone = $5 AND address IS NOT DISTINCT FROM $6
        FROM customers WHERE company_id = $1 AND document = $2";
    KNOWN_OR_SILENT = "SELECT id, name = $3 AND (email = $4 OR $4 = '') AND (phone = $5 OR $5 = '')
        AND (CAST($6 AS TEXT) IS NULL OR address IS NOT DISTINCT FROM $6)
        FROM customers WHERE company_id = $1 AND document = $2";
    COMPLETE = "UPDATE customers SET name = $2, email = COALESCE(NULLIF($3, ''), email),
        phone = COALESCE(NULLIF($4, ''), phone), address = COALESCE($5, address) WHERE id = $1";
    CHANGE = "UPDATE customers SET name = $2, email = $3, phone = $4, address = $5,
        email_changed_at = CASE WHEN email = $3 THEN email_changed_at ELSE CAST($6 AS BIGINT) END
        WHERE id = $1";
    CORRECTED_EMAIL = "SELECT email FROM customers
        WHERE company_id = $1 AND id = $2 AND email_changed_at > $3";
    GET = concat!("SELECT ", columns!(), " FROM customers WHERE company_id = $1 AND id = $2");
    PAGE = concat!("SELECT ", columns!(), " FROM customers WHERE company_id = $1 AND id > $2
        ORDER BY id LIMIT $3");
    BY_DOCUMENT = concat!("SELECT ", columns!(), " FROM customers
        WHERE company_id = $1 AND document = $2");
    BY_NAME = concat!("SELECT ", columns!(), " FROM customers WHERE company_id = $1
        AND (CAST($2 AS TEXT) = '' OR (name, id) > (SELECT name, id FROM customers
            WHERE company_id = $1 AND id = $2))
        ORDER BY name, id LIMIT $3");
    SEARCH = concat!("SELECT ", columns!(), " FROM customers WHERE company_id = $1
        AND (CAST($2 AS TEXT) = '' OR (name, id) > (SELECT name, id FROM customers
            WHERE company_id = $1 AND id = $2))
        AND (", without_accents!("name"), " LIKE $4 ESCAPE '!'
            OR (CAST($5 AS TEXT) <> '' AND document LIKE $5))
        ORDER BY name, id LIMIT $3");
}

/// Adds a customer, or makes the one with the same document as this says. Gives its id.
pub fn upsert(tx: &mut Tx, customer: &Customer) -> Result<String, StoreError> {
    save(tx, customer, KNOWN, CHANGE, true)
}

/// As [`upsert`], but what this leaves empty stays as it is known.
pub fn complete(tx: &mut Tx, customer: &Customer) -> Result<String, StoreError> {
    save(tx, customer, KNOWN_OR_SILENT, COMPLETE, false)
}

fn save(
    tx: &mut Tx,
    customer: &Customer,
    same: Sql,
    change: Sql,
    corrects: bool,
) -> Result<String, StoreError> {
    let Customer { id, company_id, name, email, phone, created_at, .. } = customer;
    let document = customer.document.as_str();
    let address = crate::to_json_opt(customer.address.as_ref())?;
    // Nearly always the customer is there as it is: that is read and nothing written. Never
    // RETURNING, for which SQLite makes a table of its own each time.
    for added_by_others in [false, true] {
        let known = params![company_id, document, name, email, phone, &address];
        if let Some(row) = tx.row(same, known)? {
            let known = row.text(0)?;
            if !row.boolean(1)? {
                let values = params![&known, name, email, phone, &address, *created_at];
                tx.exec(change, if corrects { values } else { &values[..5] })?;
            }
            return Ok(known);
        }
        let new = params![id, company_id, document, name, email, phone, &address, *created_at];
        if !added_by_others && tx.exec(INSERT, new)? == 1 {
            return Ok(id.clone());
        }
    }
    Err(StoreError::corrupt("customers: a document is taken by nobody"))
}

/// The e-mail of a customer, when the register was corrected after an instant; empty when it was
/// taken away.
pub fn corrected_email(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    since: Timestamp,
) -> Result<Option<String>, StoreError> {
    tx.row(CORRECTED_EMAIL, params![company_id, id, since])?.map(|row| row.text(0)).transpose()
}

/// One customer of a company.
pub fn get(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<Customer>, StoreError> {
    tx.row(GET, params![company_id, id])?.map(read).transpose()
}

/// Customers in the order in which they were added, after an id (empty: from the first).
pub fn page(
    tx: &mut Tx,
    company_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Customer>, StoreError> {
    tx.rows(PAGE, params![company_id, after, limit])?.into_iter().map(read).collect()
}

/// The customer with this CPF or CNPJ.
pub fn by_document(
    tx: &mut Tx,
    company_id: &str,
    document: &Document,
) -> Result<Option<Customer>, StoreError> {
    tx.row(BY_DOCUMENT, params![company_id, document.as_str()])?.map(read).transpose()
}

/// What to look for among customers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// A part of the name; empty finds every name.
    pub name: String,
    /// The beginning of the document, without punctuation; empty finds by name alone.
    pub document: String,
}

/// Customers by name, after the one with an id (empty: from the first).
pub fn search(
    tx: &mut Tx,
    company_id: &str,
    wanted: &Wanted,
    after: &str,
    limit: i64,
) -> Result<Vec<Customer>, StoreError> {
    let Wanted { name, document } = wanted;
    let rows = if name.is_empty() && document.is_empty() {
        tx.rows(BY_NAME, params![company_id, after, limit])?
    } else {
        let name = name_pattern(name);
        let document = if document.is_empty() { String::new() } else { format!("{document}%") };
        tx.rows(SEARCH, params![company_id, after, limit, name, document])?
    };
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Customer, StoreError> {
    Ok(Customer {
        id: row.text(0)?,
        company_id: row.text(1)?,
        document: row.document(2)?,
        name: row.text(3)?,
        email: row.text(4)?,
        phone: row.text(5)?,
        address: row.opt_json(6)?,
        created_at: row.instant(7)?,
    })
}
