//! Which installation and which company a command works on.

use std::path::PathBuf;

use clap::Args;
use quita_engine::desk::{Actor, companies};
use quita_engine::world::World;

use crate::failure::Failure;
use crate::installation::Installation;
use crate::output::Output;

/// Common to every command on an installation.
#[derive(Args)]
pub(crate) struct Place {
    #[arg(long, default_value = "quita-data", env = "QUITA_DIR", help = "Pasta dos dados")]
    pub(crate) dir: PathBuf,
    #[arg(long, help = "Id da empresa, quando há mais de uma")]
    pub(crate) company: Option<String>,
    #[arg(long, help = "Resposta em JSON na saída padrão")]
    pub(crate) json: bool,
}

impl Place {
    /// Opens it, for whatever concerns no company.
    pub(crate) fn world(&self) -> Result<World, Failure> {
        let installation = Installation::open(&self.dir)?;
        let clock = installation.clock()?;
        installation.world(clock, None)
    }

    /// Opens it, as the owner of the machine, for one company.
    pub(crate) fn open(&self) -> Result<(World, Actor), Failure> {
        let world = self.world()?;
        let companies = companies::list(&world)?;
        let company = match (&self.company, companies.as_slice()) {
            (Some(id), known) => known.iter().find(|c| c.id == *id).ok_or_else(|| {
                Failure::new(format!("não há empresa com o id {id} nesta instalação"))
            })?,
            (None, [one]) => one,
            (None, []) => return Err(Failure::new("cadastre uma empresa: quita init")),
            (None, many) => {
                let names: Vec<_> =
                    many.iter().map(|c| format!("{} ({})", c.legal_name, c.id)).collect();
                let names = names.join(", ");
                return Err(Failure::new(format!("diga a empresa com --company: {names}")));
            }
        };
        let actor = Actor::system(&company.id);
        Ok((world, actor))
    }

    /// Where the answer goes.
    pub(crate) const fn output(&self) -> Output {
        Output::new(self.json)
    }
}
