//! The first start of `quita serve` in an empty folder: a page asks for what `quita init` would be
//! told.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use quita_engine::desk::{companies, people};
use quita_engine::error::Error;
use quita_engine::ids::{Entropy as _, SystemEntropy};
use quita_listener::Listener;
use quita_web::Setup;
use serde_json::json;
use tokio::sync::oneshot;

use super::init;
use crate::failure::Failure;
use crate::installation::Config;
use crate::output;

/// Serves the page until there is an installation in the folder. False when the program was told
/// to end before.
pub(crate) async fn set_up(
    directory: &Path,
    desk: Listener,
    at: &str,
    json: bool,
    ended: impl Future<Output = ()>,
) -> Result<bool, Failure> {
    let code = quita_engine::ids::hex(&SystemEntropy::new().bytes());
    let page = format!("{at}/primeiro-acesso?codigo={code}");
    if json {
        output::line(&json!({ "listen": at, "first_run": page }).to_string())?;
    } else {
        eprintln!("Não há instalação em {} ainda. Crie-a em: {page}", directory.display());
    }
    let (tell, told) = oneshot::channel();
    let tell = Mutex::new(Some(tell));
    let directory = directory.to_owned();
    let make = move |setup: Setup| {
        let mut tell = tell.lock().unwrap_or_else(PoisonError::into_inner);
        if tell.is_none() {
            return Err(Error::conflict("made", "a instalação já foi criada; entre"));
        }
        make(&directory, setup)?;
        if let Some(tell) = tell.take() {
            let _ = tell.send(());
        }
        Ok(())
    };
    let router = quita_web::setup_router(&code, Arc::new(make));
    let mut made = false;
    let over = async {
        tokio::select! {
            done = told => made = done.is_ok(),
            () = ended => {}
        }
    };
    desk.serve(router, over).await;
    Ok(made)
}

fn make(directory: &Path, setup: Setup) -> Result<(), Error> {
    let Setup { environment, company, name, email, password } = setup;
    // All that is wrong is said before anything is made, and at once.
    let wrong =
        [companies::check(&company), people::check_first_administrator(&name, &email, &password)];
    let mut errors = Vec::new();
    for checked in wrong {
        match checked {
            Ok(()) => {}
            Err(Error::Invalid(more)) => errors.extend(more),
            Err(other) => return Err(other),
        }
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let made = init::make(directory, environment, &Config::default(), company, true)
        .map_err(|failure| Error::conflict("not_made", failure.to_string()))?;
    people::first_administrator(&made.world, &name, &email, &password)
}
