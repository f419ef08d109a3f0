//! What banks ask for and what they can do, for forms and for whoever chooses one.

use quita_banks::info::{BankInfo, Field, Scope};
use quita_banks::registry;
use serde::Serialize;
use utoipa::ToSchema;

use super::file_accounts::{self, LayoutView};

/// A bank as programs see it: what its forms ask for and what it can do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Bank)]
pub struct BankView {
    /// COMPE code.
    pub code: &'static str,
    /// Folder name.
    pub folder: &'static str,
    /// Name.
    pub name: &'static str,
    /// Whether quita calls its API.
    pub api: bool,
    /// What a credential consists of.
    #[schema(value_type = Vec<Object>)]
    pub credential_fields: &'static [Field],
    /// What the letter that asks for a credential says besides company and account; empty where the
    /// bank hands credentials out in its portal.
    #[schema(value_type = Vec<Object>)]
    pub enrolment_fields: &'static [Field],
    /// Permissions to ask the bank for.
    #[schema(value_type = Vec<Object>)]
    pub scopes: &'static [Scope],
    /// Layouts of files by which an account may work instead.
    pub layouts: Vec<LayoutView>,
}

/// All banks that have a folder.
pub fn all() -> Vec<BankView> {
    registry::BANKS
        .iter()
        .map(|bank| (bank.info(), bank.enrolment()))
        .map(|(info, road)| BankView {
            enrolment_fields: road.map_or(&[], |road| road.info().fields),
            code: info.code,
            folder: info.folder,
            name: info.name,
            api: !info.operations.is_empty(),
            credential_fields: info.credential_fields,
            scopes: info.scopes,
            layouts: file_accounts::layouts(info.folder),
        })
        .collect()
}

/// What the form of a bank asks for, by COMPE code or folder; `None` where it has no API.
pub fn form_of(bank: &str) -> Option<&'static BankInfo> {
    let info = registry::by_folder(bank).or_else(|| registry::by_code(bank))?.info();
    (!info.operations.is_empty()).then_some(info)
}
