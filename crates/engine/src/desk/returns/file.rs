//! A return file coming in: which account it is of, and whether it was there before.

use std::io;

use quita_banks::{cnab, registry};
use quita_formats::cnab::layout::Direction;
use quita_formats::cnab::{self as format, CnabError, FileHead, Item, Options};
use quita_store::accounts::Account;
use quita_store::return_files::{self, ReturnFile, Sums};
use sha2::{Digest as _, Sha256};

use super::ReturnView;
use crate::by_file;
use crate::desk::view::company_and_accounts;
use crate::desk::{Actor, Permission};
use crate::error::Error;
use crate::ids::hex;
use crate::trail::{self, Author};
use crate::workers::{Kind, enqueue};
use crate::world::World;

/// Largest file, in bytes.
pub const FILE_MAX: usize = 20 * 1024 * 1024;
/// Longest name that is kept.
const NAME_MAX: usize = 200;

/// A file that was sent.
#[derive(Clone, Debug, Default)]
pub struct GivenReturn {
    /// Name on the sender's computer.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// Keeps a return file; what it tells is learned right afterwards by a worker. The account is
/// found by what the file says. The same content under another name is the same file.
pub fn import(world: &World, actor: &Actor, given: &GivenReturn) -> Result<ReturnView, Error> {
    actor.must(Permission::Charge)?;
    if given.bytes.is_empty() {
        return Err(Error::invalid("file", "missing", "escolha um arquivo de retorno"));
    }
    if given.bytes.len() > FILE_MAX {
        let said = format!("o arquivo passa de {} MB; divida-o", FILE_MAX >> 20);
        return Err(Error::invalid("file", "too_long", said));
    }
    let (account, head) = place_of(world, actor, given)?;
    let (name, content) = (given.name.chars().take(NAME_MAX).collect(), content(&given.bytes));
    let (bytes, by) = (given.bytes.clone(), actor.name.clone());
    let file = ReturnFile {
        id: String::new(),
        company_id: actor.company_id.clone(),
        account_id: account.id,
        file_name: name,
        content,
        layout: head.layout.to_owned(),
        file_number: head.file_number.and_then(|number| i64::try_from(number).ok()),
        written_on: head.generation_date,
        done_line: 0,
        done_at: None,
        sums: Sums::default(),
        warnings: Vec::new(),
        created_by: by,
        created_at: world.clock.now(),
    };
    let (kept, known) = world.tx(move |tx, mut ids| {
        let file = ReturnFile { id: ids.next_id(), created_at: ids.now(), ..file.clone() };
        if !return_files::insert(tx, &file, &bytes)? {
            let known = return_files::by_content(tx, &file.account_id, &file.content)?;
            return Ok((known.unwrap_or(file), true));
        }
        let now = ids.now();
        enqueue(tx, &mut ids, &file.company_id, Kind::Return, &file.id, now)?;
        let author = Author { company_id: &file.company_id, actor: &file.created_by };
        let details = serde_json::json!({ "account": file.account_id, "content": file.content });
        trail::record(tx, &mut ids, author, "return.received", &file.id, &details)?;
        Ok((file, false))
    })?;
    (world.crash_point)("return.kept");
    world.bell.ring();
    Ok(ReturnView::new(kept, known))
}

/// Of which account of the company a file is, by its headers.
pub(crate) fn place_of(
    world: &World,
    actor: &Actor,
    given: &GivenReturn,
) -> Result<(Account, FileHead), Error> {
    let heads = Heads::of(&given.bytes)?;
    let (_, accounts) = company_and_accounts(world, &actor.company_id)?;
    account_of(&heads, accounts)
}

/// The headers of a file: it may hold several files, one behind the other.
struct Heads(Vec<FileHead>);

impl Heads {
    /// Reads them; an error says what the file is instead.
    fn of(bytes: &[u8]) -> Result<Self, Error> {
        let mut heads = Vec::new();
        let read = format::read(bytes, &cnab::formats(), Options::default(), |item| {
            if let Item::File(head) = item {
                heads.push(head);
            }
            Ok::<(), io::Error>(())
        });
        match read {
            Ok(()) => {}
            Err(CnabError::NotReadable(said)) => {
                return Err(Error::invalid("file", "unreadable", said));
            }
            Err(CnabError::Io(error)) => {
                return Err(Error::invalid("file", "unreadable", error.to_string()));
            }
        }
        if heads.iter().all(|head| head.direction == Direction::Remittance) {
            let said = "este arquivo é uma remessa, que vai para o banco; baixe do banco o arquivo \
                        de retorno";
            return Err(Error::invalid("file", "wrong_direction", said));
        }
        Ok(Self(heads))
    }
}

/// The account by file that one of the headers names, and that header.
fn account_of(heads: &Heads, accounts: Vec<Account>) -> Result<(Account, FileHead), Error> {
    let mut found = Vec::new();
    for account in accounts {
        let head = heads.0.iter().find(|head| head_fits(head, &account));
        found.extend(head.map(|head| (account, head.clone())));
    }
    let told = || heads.0.first().map(named).unwrap_or_default();
    match found.len() {
        1 => found.pop().ok_or_else(|| Error::internal("one is one")),
        0 => {
            let said = format!(
                "nenhuma conta por arquivo desta empresa é a do arquivo ({}); confira agência, \
                 conta e convênio em «Contas»",
                told()
            );
            Err(Error::conflict("other_account", said))
        }
        _ => {
            let names: Vec<_> = found.iter().map(|(account, _)| &*account.description).collect();
            let said = format!(
                "o arquivo ({}) pode ser de mais de uma conta: {}; confira os convênios em \
                 «Contas»",
                told(),
                names.join(", ")
            );
            Err(Error::conflict("ambiguous_account", said))
        }
    }
}

fn named(head: &FileHead) -> String {
    let told = [
        Some(format!("banco {}", head.bank)),
        head.branch.as_ref().map(|branch| format!("agência {branch}")),
        head.account.as_ref().map(|account| format!("conta {account}")),
        head.agreement.as_ref().map(|agreement| format!("convênio {agreement}")),
    ];
    told.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Whether a header is of an account: its bank, and its number or its agreement. Some banks name
/// neither; their files are of whatever account there is, if it is the only one.
pub(crate) fn head_fits(head: &FileHead, account: &Account) -> bool {
    let Some(bank) = registry::by_folder(&account.bank).filter(|_| account.layout.is_some()) else {
        return false;
    };
    if bare(&head.bank) != bare(bank.info().code) {
        return false;
    }
    let number = bare(&account.number);
    let with_digit = bare(&format!("{}{}", account.number, account.digit));
    let told = head.account.as_deref().map(bare).filter(|told| !told.is_empty());
    let is_number = |told: &String| *told == number || *told == with_digit;
    let branch = head.branch.as_deref().map(bare).filter(|told| !told.is_empty());
    let is_branch = branch.is_none_or(|told| told.starts_with(&bare(&account.branch)));
    // The bank's code of the company, which some files have in the place of the account.
    let agreement = head.agreement.as_deref().map(bare).filter(|told| !told.is_empty());
    let known = by_file::agreement(account);
    let is_agreement = |told: &String| {
        let codes = ["agreement", "beneficiary_code", "transmission_code"];
        let mut codes = codes.iter().filter_map(|name| known.get(*name)).map(|code| bare(code));
        codes.any(|code| !code.is_empty() && told.contains(&code))
            || told.contains(&with_digit) && told.contains(&bare(&account.branch))
    };
    match (told, agreement) {
        (Some(told), _) if is_number(&told) => is_branch,
        (_, Some(told)) => is_agreement(&told),
        (Some(_), None) => false,
        (None, None) => true,
    }
}

/// Letters and digits, without the zeros before them.
pub(crate) fn bare(text: &str) -> String {
    let kept: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    kept.trim_start_matches('0').to_owned()
}

/// The hash of the records of a file: ends of lines, blanks at them and a mark of its end are not
/// in it.
fn content(bytes: &[u8]) -> String {
    let mut hash = Sha256::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let end = line.iter().rposition(|byte| !matches!(byte, b'\r' | b' ' | 0x1a));
        if let Some(end) = end {
            hash.update(&line[..=end]);
            hash.update(b"\n");
        }
    }
    hex(&hash.finalize())
}
