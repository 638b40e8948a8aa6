//! The command line: help that teaches, exit codes that scripts can use.

mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Config;

/// Prepaid credit: held, burned down, sold, and proven to the cent.
#[derive(Parser)]
#[command(name = "saldo", version, arg_required_else_help = true)]
struct Arguments {
    /// The configuration file; environment variables override it. See `saldo config`.
    #[arg(long, global = true, env = "SALDO_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve portal, console and API on the data folder.
    Serve,
}

/// Runs what the command line says.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let outcome = read_config(&arguments).and_then(|config| match arguments.command {
        Command::Serve => serve::run(config),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn read_config(arguments: &Arguments) -> anyhow::Result<Config> {
    Config::load(arguments.config.as_deref(), std::env::vars())
}
