//! The folder («pasta de troca») in which files come from banks and go to them, for programs that
//! fetch and send them: returns dropped into it are read, remittances made are put into it.
//!
//! ```text
//! FOLDER/retornos                dropped here; read by content, whatever the name
//! FOLDER/retornos/lidos          what was read
//! FOLDER/retornos/com-problema   what could not be, each with a report beside it
//! FOLDER/remessas                remittances, under their whole name once they are complete
//! ```
//!
//! A file is taken when two looks found the same size and time. It is moved after the database has
//! it; whoever dies in between finds it again, and the same content is known.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;
use quita_store::accounts;
use quita_store::accounts::Account;
use quita_store::pending::{self, PendingItem};
use quita_store::remittances::{self, Remittance};

use crate::clock::{after, bank_time};
use crate::desk::returns::{self, FILE_MAX, GivenReturn};
use crate::desk::{Actor, companies};
use crate::error::Error;
use crate::world::World;

/// Kind of the pending item of files that could not be read.
const NOT_READ: &str = "return_not_read";
/// Seconds between two looks of a running installation.
const BETWEEN_LOOKS: i64 = 5;
/// Remittances put into the folder at a time.
const LOT: i64 = 50;
/// Endings of files that some program is still writing.
const UNFINISHED: [&str; 4] = ["tmp", "part", "partial", "crdownload"];

/// What this process saw at its last look.
#[derive(Debug, Default)]
pub struct Looks(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    next: Option<Timestamp>,
    files: BTreeMap<OsString, (u64, SystemTime)>,
}

/// Where its parts are.
struct Folder {
    returns: PathBuf,
    read: PathBuf,
    broken: PathBuf,
    remittances: PathBuf,
}

/// How a folder stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Files that wait to be read.
    pub waiting: usize,
    /// Files that could not be read.
    pub broken: usize,
}

impl Folder {
    /// With all of its parts, which are made where they are missing.
    fn open(root: &Path) -> io::Result<Self> {
        let returns = root.join("retornos");
        let folder = Self {
            read: returns.join("lidos"),
            broken: returns.join("com-problema"),
            remittances: root.join("remessas"),
            returns,
        };
        for part in [&folder.read, &folder.broken, &folder.remittances] {
            fs::create_dir_all(part).map_err(|error| about(part, &error))?;
        }
        Ok(folder)
    }
}

/// Whether the folder can be used: what waits in it, or what is wrong.
pub fn check(root: &Path) -> Result<Standing, Error> {
    let test = || -> io::Result<Standing> {
        let folder = Folder::open(root)?;
        for part in [&folder.read, &folder.broken, &folder.remittances] {
            let path = part.join(".quita-teste.tmp");
            fs::write(&path, b"")
                .and_then(|()| fs::remove_file(&path))
                .map_err(|error| about(part, &error))?;
        }
        let broken = files(&folder.broken)?;
        // The report of a file has its name and an ending.
        let is_report = |name: &OsString| {
            let name = Path::new(name);
            name.extension().is_some_and(|ending| ending == "txt")
                && name.file_stem().is_some_and(|of| broken.contains_key(of))
        };
        Ok(Standing {
            waiting: files(&folder.returns)?.len(),
            broken: broken.keys().filter(|name| !is_report(name)).count(),
        })
    };
    test().map_err(|error| Error::config(format!("pasta de troca: {error}")))
}

/// As [`look`], and nothing where the last look was a moment ago.
pub(crate) fn look_in_turn(world: &World) -> Result<usize, Error> {
    let now = world.clock.now();
    {
        let mut seen = world.looks.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.next.is_some_and(|next| now < next) {
            return Ok(0);
        }
        seen.next = Some(after(now, BETWEEN_LOOKS));
    }
    look(world)
}

/// Looks once: reads what is complete, and puts remittances into the folder. Gives how many files.
pub fn look(world: &World) -> Result<usize, Error> {
    let Some(root) = &world.settings.exchange_folder else { return Ok(0) };
    let failed = |error: io::Error| Error::config(format!("pasta de troca: {error}"));
    let folder = Folder::open(root).map_err(failed)?;
    let mut done = 0;
    for name in complete(world, &folder).map_err(failed)? {
        done += usize::from(take(world, &folder, &name)?);
    }
    Ok(done + place(world, &folder)?)
}

/// Files that are as the last look found them.
fn complete(world: &World, folder: &Folder) -> io::Result<Vec<OsString>> {
    let found = files(&folder.returns)?;
    let mut seen = world.looks.0.lock().unwrap_or_else(PoisonError::into_inner);
    let same = found.iter().filter(|(name, now)| now.0 > 0 && seen.files.get(*name) == Some(now));
    let complete = same.map(|(name, _)| name.clone()).collect();
    seen.files = found;
    Ok(complete)
}

/// The files of a folder that no program marks as unfinished, with size and time.
fn files(folder: &Path) -> io::Result<BTreeMap<OsString, (u64, SystemTime)>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|error| about(folder, &error))? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        let ending = text.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
        if text.starts_with(['.', '~']) || UNFINISHED.contains(&ending.as_str()) {
            continue;
        }
        // One that vanishes meanwhile was taken by somebody else.
        let Ok(about) = entry.metadata() else { continue };
        if about.is_file() {
            let modified = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            found.insert(name, (about.len(), modified));
        }
    }
    Ok(found)
}

/// Reads a file and moves it away; false where it has to be tried again.
fn take(world: &World, folder: &Folder, name: &OsString) -> Result<bool, Error> {
    let path = folder.returns.join(name);
    let bytes = match read(&path) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(format!("o arquivo passa de {} MB; divida-o", FILE_MAX >> 20)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => {
            tracing::warn!(file = %path.display(), %error, "exchange folder");
            return Ok(false);
        }
    };
    let taken = match bytes {
        Ok(bytes) => import(world, &GivenReturn { name: name.to_string_lossy().into(), bytes })?,
        Err(why) => Err(why),
    };
    (world.crash_point)("folder.kept");
    let moved = match &taken {
        Ok(()) => move_into(&folder.read, &path, name).map(drop),
        Err(why) => set_aside(world, folder, &path, name, why),
    };
    match moved {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => {
            tracing::warn!(file = %path.display(), %error, "exchange folder");
            Ok(false)
        }
    }
}

/// The content; `None` where it is too long.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::metadata(path)?.len() > FILE_MAX as u64 {
        true => Ok(None),
        false => fs::read(path).map(Some),
    }
}

/// Keeps a return for the one company that it is of, or says why there is none.
fn import(world: &World, given: &GivenReturn) -> Result<Result<(), String>, Error> {
    let mut fitting = Vec::new();
    let mut why: Option<(&'static str, String)> = None;
    for company in companies::list(world)? {
        let actor = Actor::system(&company.id);
        match returns::place_of(world, &actor, given) {
            Ok(_) => fitting.push(actor),
            Err(Error::Invalid(errors)) => {
                let said: Vec<_> = errors.into_iter().map(|error| error.message).collect();
                why = Some(("invalid", said.join("; ")));
            }
            Err(Error::Conflict { code, message }) => {
                // What another company says of it counts for more than that it is of none.
                if why.as_ref().is_none_or(|(known, _)| *known == "other_account") {
                    why = Some((code, message));
                }
            }
            Err(other) => return Err(other),
        }
    }
    match fitting.as_slice() {
        [] => Ok(Err(why.map_or_else(|| "não há empresa cadastrada".to_owned(), |(_, said)| said))),
        [actor] => returns::import(world, actor, given).map(|_| Ok(())),
        _ => Ok(Err("o arquivo não diz de qual conta é, e mais de uma empresa tem conta neste \
                     banco: envie-o pela tela «Retornos» da empresa certa"
            .to_owned())),
    }
}

/// Moves a file that cannot be read to the others of its kind, with a report beside it.
fn set_aside(
    world: &World,
    folder: &Folder,
    path: &Path,
    name: &OsString,
    why: &str,
) -> io::Result<()> {
    let moved = move_into(&folder.broken, path, name)?;
    let shown = name.to_string_lossy();
    let at = bank_time(world.clock.now()).strftime("%d/%m/%Y %H:%M").to_string();
    let report = format!(
        "O quita não leu este arquivo como retorno.\r\n\r\n\
         Arquivo: {shown}\r\nQuando: {at}\r\nMotivo: {why}\r\n\r\n\
         Nada dele foi usado. Corrija o que o motivo diz e solte o arquivo de novo na pasta \
         «retornos», ou envie-o pela tela «Retornos».\r\n"
    );
    let mut beside = moved.into_os_string();
    beside.push(".txt");
    fs::write(&beside, report)?;
    if let Err(error) = tell(world, &shown, why) {
        tracing::warn!(%error, "exchange folder");
    }
    Ok(())
}

/// Puts it on the list of a person. Of several companies none is known to be meant: there the
/// report has to do.
fn tell(world: &World, name: &str, why: &str) -> Result<(), Error> {
    let companies = companies::list(world)?;
    let [company] = companies.as_slice() else { return Ok(()) };
    let (company, message) = (
        company.id.clone(),
        format!("A pasta de troca tem um retorno que não foi lido, «{name}»: {why}"),
    );
    world.tx(move |tx, mut ids| {
        let item = PendingItem {
            id: ids.next_id(),
            company_id: company.clone(),
            kind: NOT_READ.to_owned(),
            subject: company.clone(),
            message: message.clone(),
            opened_at: ids.now(),
        };
        pending::open(tx, &item)
    })?;
    Ok(())
}

/// Puts remittances that wait for it into the folder. Gives how many.
fn place(world: &World, folder: &Folder) -> Result<usize, Error> {
    let waiting = world.store.read(|tx| {
        let mut all = Vec::new();
        for file in remittances::unplaced(tx, LOT)? {
            let account = accounts::get(tx, &file.account_id)?;
            all.extend(account.map(|account| (file, account)));
        }
        Ok(all)
    })?;
    let mut placed = 0;
    for (file, account) in waiting {
        let name = name_of(&file, &account);
        if let Err(error) = put(world, &folder.remittances, &name, &file) {
            tracing::warn!(file = name, %error, "exchange folder");
            continue;
        }
        (world.crash_point)("folder.placed");
        world.tx(move |tx, ids| remittances::set_placed(tx, &file.id, ids.now()))?;
        // The database says it from here on; one that stays is of this content only.
        let _ = fs::remove_file(mark_of(&folder.remittances, &name));
        placed += 1;
    }
    Ok(placed)
}

/// Two accounts of a bank may have files of the same number.
fn name_of(file: &Remittance, account: &Account) -> String {
    let stem = file.file_name.strip_suffix(".rem").unwrap_or(&file.file_name);
    let (front, number) = stem.rsplit_once('-').unwrap_or((stem, ""));
    format!("{front}-{}-{}-{number}.rem", account.branch, account.number)
}

/// Puts a remittance into the folder under its name, once, though whoever sends it may take it away
/// before the database says so. The whole file lies there under another name, a mark says that it
/// is about to get its own; where the mark stands without that file, it had it. Without a mark it
/// is put there again: a bank refuses a second copy, and of one that never came nobody hears.
fn put(world: &World, folder: &Path, name: &str, file: &Remittance) -> Result<(), Error> {
    let failed = |error| Error::config(format!("pasta de troca: {error}"));
    let (whole, mark) = (folder.join(format!(".{name}.tmp")), mark_of(folder, name));
    let is_marked = fs::read_to_string(&mark).is_ok_and(|of| of == file.sha256);
    if is_marked && !whole.exists() {
        return Ok(());
    }
    if !is_marked {
        let (company, id) = (file.company_id.clone(), file.id.clone());
        let bytes = world.store.read(move |tx| remittances::bytes(tx, &company, &id))?;
        let bytes = bytes.unwrap_or_default();
        if fs::read(folder.join(name)).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        let written = write(&whole, &bytes).and_then(|()| write(&mark, file.sha256.as_bytes()));
        written.and_then(|()| keep_names(folder)).map_err(failed)?;
    }
    (world.crash_point)("folder.whole");
    let placed = move_into(folder, &whole, &OsString::from(name));
    placed.and_then(|_| keep_names(folder)).map_err(failed)
}

/// Where it says that a remittance is about to get its name.
fn mark_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}.mark"))
}

/// Writes a file that outlives a power cut.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Lets the names of a folder outlive a power cut, in their order.
fn keep_names(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened as a file.
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Moves a file into a folder, under another name where its own is taken.
fn move_into(folder: &Path, from: &Path, name: &OsString) -> io::Result<PathBuf> {
    let mut to = folder.join(name);
    let mut copy = 2_u32;
    while to.exists() {
        let whole = Path::new(name);
        let mut other = whole.file_stem().unwrap_or(name).to_os_string();
        other.push(format!("-{copy}"));
        if let Some(ending) = whole.extension() {
            other.push(".");
            other.push(ending);
        }
        to = folder.join(other);
        copy += 1;
    }
    fs::rename(from, &to)?;
    Ok(to)
}

/// An error with the place that it is about.
fn about(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
