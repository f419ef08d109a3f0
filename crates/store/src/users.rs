//! People who sign in, and for which companies they work.

use jiff::Timestamp;

use crate::{Row, StoreError, Tx, params, sql};

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// UUIDv7; also the actor `user:ID`.
    pub id: String,
    /// In lower case.
    pub email: String,
    /// Name for people.
    pub name: String,
    /// Argon2id, in PHC form.
    pub password_hash: String,
    /// When they were added.
    pub created_at: Timestamp,
}

/// What a person is in one company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Who.
    pub user_id: String,
    /// Where.
    pub company_id: String,
    /// As what, a word of the engine's.
    pub role: String,
    /// Since when.
    pub created_at: Timestamp,
}

sql! {
    ANY = "SELECT id FROM users LIMIT 1";
    INSERT = "INSERT INTO users (id, email, name, password_hash, created_at)
        VALUES ($1, $2, $3, $4, $5)";
    GET = "SELECT id, email, name, password_hash, created_at FROM users WHERE id = $1";
    BY_EMAIL = "SELECT id, email, name, password_hash, created_at FROM users
        WHERE email = $1";
    SET_PASSWORD = "UPDATE users SET password_hash = $2 WHERE id = $1";
    JOIN = "INSERT INTO memberships (user_id, company_id, role, created_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (user_id, company_id) DO UPDATE SET role = excluded.role";
    LEAVE = "DELETE FROM memberships WHERE user_id = $1 AND company_id = $2";
    MEMBERSHIPS = "SELECT user_id, company_id, role, created_at FROM memberships
        WHERE user_id = $1 ORDER BY company_id";
    MEMBERSHIP = "SELECT user_id, company_id, role, created_at FROM memberships
        WHERE user_id = $1 AND company_id = $2";
    OF_COMPANY = "SELECT u.id, u.email, u.name, u.password_hash, u.created_at, m.role
        FROM memberships m JOIN users u ON u.id = m.user_id
        WHERE m.company_id = $1 ORDER BY u.name, u.id";
    WITH_ROLE = "SELECT user_id FROM memberships WHERE company_id = $1 AND role = $2 /*for update*/";
}

/// Whether anybody can sign in yet.
pub fn any(tx: &mut Tx) -> Result<bool, StoreError> {
    Ok(tx.row(ANY, params![])?.is_some())
}

/// Adds a person. A second one with the same e-mail is a [`StoreError::Conflict`].
pub fn insert(tx: &mut Tx, user: &User) -> Result<(), StoreError> {
    let User { id, email, name, password_hash, created_at } = user;
    tx.exec(INSERT, params![id, email, name, password_hash, *created_at]).map(|_| ())
}

/// One person.
pub fn get(tx: &mut Tx, id: &str) -> Result<Option<User>, StoreError> {
    tx.row(GET, params![id])?.as_ref().map(read).transpose()
}

/// The person with this e-mail, given in lower case.
pub fn by_email(tx: &mut Tx, email: &str) -> Result<Option<User>, StoreError> {
    tx.row(BY_EMAIL, params![email])?.as_ref().map(read).transpose()
}

/// Another password.
pub fn set_password(tx: &mut Tx, id: &str, password_hash: &str) -> Result<(), StoreError> {
    tx.exec(SET_PASSWORD, params![id, password_hash]).map(|_| ())
}

/// Makes a person part of a company, or gives another role.
pub fn join(tx: &mut Tx, membership: &Membership) -> Result<(), StoreError> {
    let Membership { user_id, company_id, role, created_at } = membership;
    tx.exec(JOIN, params![user_id, company_id, role, *created_at]).map(|_| ())
}

/// Takes a person out of a company; false when they were not in it.
pub fn leave(tx: &mut Tx, user_id: &str, company_id: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(LEAVE, params![user_id, company_id])? == 1)
}

/// The companies of a person.
pub fn memberships(tx: &mut Tx, user_id: &str) -> Result<Vec<Membership>, StoreError> {
    tx.rows(MEMBERSHIPS, params![user_id])?.iter().map(read_membership).collect()
}

/// What a person is in one company.
pub fn membership(
    tx: &mut Tx,
    user_id: &str,
    company_id: &str,
) -> Result<Option<Membership>, StoreError> {
    tx.row(MEMBERSHIP, params![user_id, company_id])?.as_ref().map(read_membership).transpose()
}

/// The people of a company with their roles, by name.
pub fn of_company(tx: &mut Tx, company_id: &str) -> Result<Vec<(User, String)>, StoreError> {
    let rows = tx.rows(OF_COMPANY, params![company_id])?;
    rows.iter().map(|row| Ok((read(row)?, row.text(5)?))).collect()
}

/// Who has this role in a company; their rows stay locked.
pub fn with_role(tx: &mut Tx, company_id: &str, role: &str) -> Result<Vec<String>, StoreError> {
    tx.rows(WITH_ROLE, params![company_id, role])?.iter().map(|row| row.text(0)).collect()
}

fn read(row: &Row) -> Result<User, StoreError> {
    Ok(User {
        id: row.text(0)?,
        email: row.text(1)?,
        name: row.text(2)?,
        password_hash: row.text(3)?,
        created_at: row.instant(4)?,
    })
}

fn read_membership(row: &Row) -> Result<Membership, StoreError> {
    Ok(Membership {
        user_id: row.text(0)?,
        company_id: row.text(1)?,
        role: row.text(2)?,
        created_at: row.instant(3)?,
    })
}
