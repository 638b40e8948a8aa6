//! The command line: help that teaches, answers a person can read and a script can use.
//!
//! Every command but `serve`, `demo` and `listen` works on the data folder and ends. Exit codes: 0 done, 1 failed, 2 used wrongly, 3
//! `verify` found damage, 4 `bank` did it and something waits for a person, 5 `reconcile` found that Stripe and the books differ, 6 `doctor` found something wrong.

mod bank;
mod config;
mod customer;
mod doctor;
mod folder;
mod key;
mod listen;
mod migrate;
mod month_end;
mod reconcile;
mod screen;
mod serve;
mod staff;
mod subscriber;
mod verify;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use store::StoreError;
use tracing_subscriber::EnvFilter;

use crate::config::Config;
use crate::{demo, panics};
use screen::Screen;

pub(crate) use serve::until_told;

const EXAMPLES: &str = "\
Examples:
  saldo demo                                  try everything, with a sandbox in Stripe's place
  saldo config > saldo.toml                   a commented configuration to change
  saldo --config saldo.toml serve             serve portal, console and API
  saldo key create --name backend --scope '*' make the first API key
  saldo staff create --email you@example.com --name You   let somebody into the console
  saldo doctor                                look whether everything around the books is as it must be
  saldo verify                                prove every balance and every byte
  saldo month-end --month 2026-10             the month's sums, from the journal

Exit codes: 0 done, 1 failed, 2 used wrongly, 3 verify found damage, 4 bank: something waits for a person,
5 reconcile found a drift, 6 doctor found something wrong.";

const DEMO_HELP: &str = "\
Examples:
  saldo demo                         everything on http://127.0.0.1:7070, until Ctrl-C; it goes on there the next time
  saldo demo --port 8000             on 8000, 8001 (sandbox), 8002 (example API), 8003 (router) and 8004 (bank)
  saldo demo --data /tmp/try --json  in a folder of its own, with one line of JSON for scripts

Commands work on its folder, too: saldo bank findings --data ~/.local/share/saldo-demo
It pays no real money and mails nobody. *Reset* on its pages, or another --data, begins anew.";

/// The demo's last port: it needs five in a row.
const DEMO_PORT_MAX: u16 = u16::MAX - 4;

fn demo_port(text: &str) -> Result<u16, String> {
    let port = text.parse().ok().filter(|port| (1..=DEMO_PORT_MAX).contains(port));
    port.ok_or_else(|| {
        format!("a port is a whole number from 1 to {DEMO_PORT_MAX} (the demo needs five in a row)")
    })
}

/// Prepaid credit: held, burned down, sold, and proven to the cent.
#[derive(Parser)]
#[command(name = "saldo", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Arguments {
    /// The configuration file; environment variables override it. See `saldo config`.
    #[arg(long, global = true, env = "SALDO_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data folder, instead of the configuration's `server.data` (for `demo`: instead of saldo-demo among the user's data).
    #[arg(long, global = true, value_name = "FOLDER")]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve portal, console and API on the data folder.
    #[command(after_help = serve::HELP)]
    Serve,
    /// Try it: the real program with sample customers and a sandbox in Stripe's place.
    #[command(after_help = DEMO_HELP)]
    Demo {
        /// The port of portal and API, from 1 to 65531; the others have the next four.
        #[arg(long, default_value_t = demo::DEFAULT_PORT, value_parser = demo_port)]
        port: u16,
        /// Print one line of JSON for scripts, once everything listens.
        #[arg(long)]
        json: bool,
    },
    /// Prove the books: replay the journal from its first row and compare everything with it. Only reads; works beside a
    /// running server.
    #[command(after_help = verify::HELP)]
    Verify,
    /// Add up a month: customers' credit, what moved it, its age, and every account. Only reads; works beside a running server.
    #[command(after_help = month_end::HELP)]
    MonthEnd(month_end::Options),
    /// Make the views again from the journal: all of them, or none if it is interrupted. The server must be stopped.
    #[command(after_help = verify::REBUILD_HELP)]
    RebuildViews,
    /// Bring the data folder's databases up to this version. `serve` does so by itself.
    #[command(after_help = migrate::HELP)]
    Migrate,
    /// Make, list, show and invite customers.
    #[command(subcommand, after_help = customer::HELP)]
    Customer(customer::Command),
    /// Make, list and revoke API keys.
    #[command(subcommand, after_help = key::HELP)]
    Key(key::Command),
    /// Import an internet provider's subscribers from a file.
    #[command(subcommand, after_help = subscriber::HELP)]
    Subscriber(subscriber::Command),
    /// Exchange files about boletos with the bank.
    #[command(subcommand, after_help = bank::HELP)]
    Bank(bank::Command),
    /// Compare Stripe with the books, heal what was missed, and print what differs.
    #[command(after_help = reconcile::HELP)]
    Reconcile(reconcile::Options),
    /// Look whether everything around the books is as it must be: store, disk, public URL, mail, Stripe and its webhooks.
    #[command(after_help = doctor::HELP)]
    Doctor(doctor::Options),
    /// Let staff into the console.
    #[command(subcommand, after_help = staff::HELP)]
    Staff(staff::Command),
    /// Print webhooks as they happen, and post them to a program that you develop.
    #[command(after_help = listen::HELP)]
    Listen(listen::Arguments),
    /// Print the commented default configuration, or check one.
    #[command(args_conflicts_with_subcommands = true, after_help = config::HELP)]
    Config {
        #[command(subcommand)]
        command: Option<config::Command>,
    },
}

/// What a command found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    Damage,
    Waiting,
    Drift,
    Ailing,
}

/// Runs what the command line says.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    begin_log(&arguments.command);
    let screen = Screen::new();
    match obey(arguments, &screen) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Damage) => ExitCode::from(3),
        Ok(Outcome::Waiting) => ExitCode::from(4),
        Ok(Outcome::Drift) => ExitCode::from(5),
        Ok(Outcome::Ailing) => ExitCode::from(6),
        Err(error) => {
            screen.failure(&in_words(&error));
            ExitCode::FAILURE
        }
    }
}

fn begin_log(command: &Command) {
    let level = if matches!(command, Command::Serve) { "info" } else { "warn" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    panics::log();
}

fn obey(arguments: Arguments, screen: &Screen) -> anyhow::Result<Outcome> {
    let Arguments { config: file, data, command } = arguments;
    let read = || settled(file.as_deref(), data.as_deref());
    match command {
        Command::Serve => serve::run(read_config(file.as_deref(), data.as_deref())?)?,
        Command::Demo { port, json } => demo::run(&demo::Options { data, port, json })?,
        Command::Verify => return verify::verify(&read()?, screen),
        Command::MonthEnd(options) => month_end::run(&options, &read()?, screen)?,
        Command::RebuildViews => verify::rebuild_views(&read()?, screen)?,
        Command::Migrate => migrate::run(&read()?, screen)?,
        Command::Customer(command) => customer::run(command, read()?, screen)?,
        Command::Key(command) => key::run(command, read()?, screen)?,
        Command::Subscriber(command) => subscriber::run(command, &read()?, screen)?,
        Command::Bank(command) => return bank::run(command, &read()?, screen),
        Command::Listen(arguments) => listen::run(arguments, screen)?,
        Command::Doctor(options) => return doctor::run(&options, read()?, screen),
        Command::Reconcile(options) => return reconcile::run(&options, read()?, screen),
        Command::Staff(command) => staff::run(command, read()?, screen)?,
        Command::Config { command } => config::run(command, file.as_deref(), screen)?,
    }
    Ok(Outcome::Done)
}

/// The configuration for a command that works on the folder; of a demo's folder, with what the demo is served with.
fn settled(file: Option<&Path>, data: Option<&Path>) -> anyhow::Result<Config> {
    let mut config = read_config(file, data)?;
    if config.database.is_none() {
        let folder = config.server.data.clone();
        demo::settle_in(&folder, &mut config)?;
    }
    Ok(config)
}

fn read_config(file: Option<&Path>, data: Option<&Path>) -> anyhow::Result<Config> {
    let mut config = Config::load(file, std::env::vars())?;
    if let Some(data) = data {
        // Said for this command alone: a folder of files, whatever the configuration has.
        config.server.data = data.to_owned();
        config.database = None;
    }
    Ok(config)
}

/// A failure as a person can act on it.
fn in_words(error: &anyhow::Error) -> String {
    let in_use = error.chain().find_map(|cause| match cause.downcast_ref::<StoreError>() {
        Some(StoreError::InUse { path }) => {
            path.parent().map(|folder| format!("the data folder {}", folder.display()))
        }
        Some(StoreError::Held { place }) => Some(place.clone()),
        _ => None,
    });
    match in_use {
        Some(place) => {
            format!("a running Saldo holds {place}. End it first, or use its API or console instead.")
        }
        None => format!("{error:#}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn commands_are_understood() {
        for line in [
            "saldo serve",
            "saldo demo --json --port 8000 --data here",
            "saldo verify --data here",
            "saldo month-end --month 2026-10 --csv",
            "saldo --config saldo.toml config check",
            "saldo customer create --name Ana --email ana@example.com",
            "saldo customer invite ana@example.com",
            "saldo subscriber import clientes.csv --check",
            "saldo bank remittance --to there",
            "saldo bank return CBR6431122.RET",
            "saldo reconcile --since 2026-11-01",
            "saldo doctor --read-only --json",
            "saldo staff create --email ana@example.com --name Ana --role support",
            "saldo staff list",
            "saldo listen --key sk_saldo_x --forward http://localhost:3000/hooks --kind credit.added",
            "saldo key create --name backend --scope usage:write --scope credit:read",
        ] {
            assert!(Arguments::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
        for line in [
            "saldo",
            "saldo sell",
            "saldo demo --port x",
            "saldo key revoke",
            "saldo customer create",
            "saldo listen --key sk_saldo_x --kind foo.bar",
        ] {
            assert!(Arguments::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}
