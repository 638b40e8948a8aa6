//! The command line: help that teaches, exit codes that scripts can use.

mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::Config;
use crate::demo;

pub(crate) use serve::until_told;

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
    /// Try it: the real program with sample customers and a sandbox in Stripe's place.
    Demo(DemoArguments),
}

#[derive(Args)]
struct DemoArguments {
    /// Where the demo keeps everything [default: saldo-demo in the user's data folder].
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// The port of portal and API; the sandbox and the example API have the next two.
    #[arg(long, default_value_t = demo::DEFAULT_PORT)]
    port: u16,
    /// Print one line of JSON for scripts, once everything listens.
    #[arg(long)]
    json: bool,
}

/// Runs what the command line says.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let level = if matches!(arguments.command, Command::Serve) { "info" } else { "warn" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let outcome = match arguments.command {
        Command::Serve => read_config(arguments.config.as_deref()).and_then(serve::run),
        Command::Demo(DemoArguments { data, port, json }) => demo::run(&demo::Options { data, port, json }),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn read_config(file: Option<&std::path::Path>) -> anyhow::Result<Config> {
    Config::load(file, std::env::vars())
}
