//! `quita user`: people, for the owner of the machine. Day to day this is done on the screen
//! «Usuários».

use clap::{Args, Subcommand};
use quita_engine::desk::people::{self, NewPerson, Role};
use serde_json::json;

use super::place::Place;
use crate::failure::Failure;

/// What can be done with people.
#[derive(Subcommand)]
pub(crate) enum Users {
    #[command(about = "Dá a uma pessoa acesso às telas de uma empresa")]
    Add(Add),
    #[command(about = "Dá uma senha nova a quem perdeu a sua")]
    Password(Password),
    #[command(about = "Lista as pessoas da empresa")]
    List(List),
}

/// A person.
#[derive(Args)]
pub(crate) struct Add {
    #[command(flatten)]
    place: Place,
    #[arg(long, help = "Com que a pessoa entra")]
    email: String,
    #[arg(long, help = "Nome da pessoa")]
    name: String,
    #[arg(
        long,
        default_value = "administrator",
        value_parser = ["administrator", "finance", "attendant", "read_only"],
        help = "O que a pessoa pode fazer"
    )]
    role: String,
}

/// Whose password.
#[derive(Args)]
pub(crate) struct Password {
    #[command(flatten)]
    place: Place,
    #[arg(value_name = "E-MAIL")]
    email: String,
}

/// People.
#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    place: Place,
}

/// Does what was asked.
pub(crate) fn run(command: Users) -> Result<(), Failure> {
    match command {
        Users::Add(Add { place, email, name, role }) => {
            let (world, actor) = place.open()?;
            let new = NewPerson { email: email.clone(), name, role };
            let password = people::add(&world, &actor, &new)?;
            let output = place.output();
            output.json(&json!({ "email": email, "password": password }))?;
            match password {
                Some(password) => {
                    output.show(&password)?;
                    output.say("Esta senha só aparece agora; a pessoa a troca em «Minha senha».");
                }
                None => {
                    output.say("A pessoa já trabalha em outra empresa e entra com a senha que tem.")
                }
            }
            Ok(())
        }
        Users::Password(Password { place, email }) => {
            let password = people::owner_resets_password(&place.world()?, &email)?;
            let output = place.output();
            output.json(&json!({ "email": email, "password": password }))?;
            output.show(&password)?;
            output.say("Esta senha só aparece agora; as sessões abertas foram encerradas.");
            Ok(())
        }
        Users::List(List { place }) => {
            let (world, actor) = place.open()?;
            let known = people::list(&world, &actor)?;
            let output = place.output();
            let view = |p: &people::PersonView| json!({ "id": p.id, "email": p.email, "name": p.name, "role": Role::word(p.role) });
            output.json(&known.iter().map(view).collect::<Vec<_>>())?;
            for person in known {
                output.show(&format!(
                    "{}  {}  {}",
                    person.email,
                    person.name,
                    person.role.label()
                ))?;
            }
            Ok(())
        }
    }
}
