//! The company's logo, for its boletos and the pages of their payers.

use std::sync::Arc;

use quita_print::Logo;
use quita_store::logos;
use serde_json::json;

use super::{Actor, Permission};
use crate::error::Error;
use crate::trail::{self, Author};
use crate::world::World;

/// Largest file of a logo, in bytes: a payer's telephone loads it too, and so does every letter.
pub const BYTES_MAX: usize = 512 * 1024;

/// A logo as it was given, and ready to be drawn.
#[derive(Debug)]
pub struct KeptLogo {
    /// The file, PNG or JPEG.
    pub image: Vec<u8>,
    pub(crate) drawn: Logo,
}

impl KeptLogo {
    /// `image/png` or `image/jpeg`.
    pub fn media_type(&self) -> &'static str {
        if self.image.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" }
    }
}

/// Gives the company the logo of this file, in the place of the one it had.
pub fn save(world: &World, actor: &Actor, image: &[u8]) -> Result<(), Error> {
    actor.must(Permission::Configure)?;
    let wrong = |code: &str, message: String| Err(Error::invalid("logo", code, message));
    if image.is_empty() {
        return wrong("missing", "escolha o arquivo do logotipo".to_owned());
    }
    if image.len() > BYTES_MAX {
        let (size, most) = (image.len().div_ceil(1024), BYTES_MAX / 1024);
        let message =
            format!("o arquivo tem {size} KB; use um de até {most} KB, por exemplo reduzindo-o");
        return wrong("too_large", message);
    }
    if let Err(error) = Logo::read(image) {
        return wrong("unreadable", error.to_string());
    }
    let (company, name, image) = (actor.company_id.clone(), actor.name.clone(), image.to_vec());
    world.tx(move |tx, mut ids| {
        logos::save(tx, &company, &image, ids.now())?;
        let author = Author { company_id: &company, actor: &name };
        let details = json!({ "bytes": image.len() });
        trail::record(tx, &mut ids, author, "company.logo_saved", &company, &details)
    })?;
    world.companies.forget();
    Ok(())
}

/// Takes the logo of the company away, where it has one.
pub fn remove(world: &World, actor: &Actor) -> Result<(), Error> {
    actor.must(Permission::Configure)?;
    let (company, name) = (actor.company_id.clone(), actor.name.clone());
    world.tx(move |tx, mut ids| {
        if !logos::remove(tx, &company)? {
            return Ok(());
        }
        let author = Author { company_id: &company, actor: &name };
        trail::record(tx, &mut ids, author, "company.logo_removed", &company, &json!({}))
    })?;
    world.companies.forget();
    Ok(())
}

/// The logo of whoever asks.
pub fn get(world: &World, actor: &Actor) -> Result<Option<Arc<KeptLogo>>, Error> {
    actor.must(Permission::Read)?;
    of_company(world, &actor.company_id)
}

/// The logo of a company; the answer is remembered for some seconds, since many boletos are drawn
/// one after the other.
pub(super) fn of_company(world: &World, company_id: &str) -> Result<Option<Arc<KeptLogo>>, Error> {
    let now = world.clock.now();
    if let Some(known) = world.companies.logo(company_id, now) {
        return Ok(known);
    }
    let id = company_id.to_owned();
    let image = world.store.read(move |tx| logos::get(tx, &id))?;
    let logo = match image {
        None => None,
        Some(image) => {
            let drawn = Logo::read(&image).map_err(|e| Error::internal(e.to_string()))?;
            Some(Arc::new(KeptLogo { image, drawn }))
        }
    };
    world.companies.put_logo(company_id, logo.clone(), now);
    Ok(logo)
}
