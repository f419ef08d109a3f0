//! quita: boletos and Pix through the company's own bank.

mod cli;
mod failure;
mod follow_clock;
mod installation;
mod output;
mod simulated;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("QUITA_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    cli::Cli::parse().run()
}
