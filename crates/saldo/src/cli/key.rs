//! `saldo key`.

use anyhow::{Context as _, bail};
use clap::Subcommand;
use money::{ApiKeyId, CustomerId};
use store::tables::keys::ApiKey;

use super::customer::failure;
use super::folder;
use super::screen::Screen;
use crate::api;
use crate::config::Config;
use crate::keys;

/// Rows read at once.
const PAGE_ROWS: u32 = 500;

pub(super) const HELP: &str = "\
Examples:
  saldo key create --name backend --scope '*'                             the first key: it may do everything
  saldo key create --name meter --scope usage:write --scope credit:read   one that may do little
  saldo key create --name own --customer cus_01kajx0000e0080000000000aa   a customer's own, for the guard
  saldo key list
  saldo key revoke key_01kajx0000e0080000000000aa

A secret is shown once. While the server runs, use POST /v1/api-keys instead.";

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a key and show its secret, once. The server must be stopped.
    #[command(
        override_usage = "saldo key create --name <NAME> --scope <SCOPE>...\n       saldo key create --name <NAME> --customer <CUSTOMER>"
    )]
    Create {
        /// What it is for, as `backend`.
        #[arg(long)]
        name: String,
        /// What it may do; may be given several times. `*` is everything.
        #[arg(long = "scope", value_name = "SCOPE", required_unless_present = "customer")]
        scopes: Vec<String>,
        /// A customer's own key for the guard, instead of the operator's.
        #[arg(long, value_name = "CUSTOMER", conflicts_with = "scopes")]
        customer: Option<CustomerId>,
    },
    /// List the operator's keys, or a customer's.
    List {
        /// Whose.
        #[arg(long, value_name = "CUSTOMER")]
        customer: Option<CustomerId>,
    },
    /// End a key: it is refused from then on. The server must be stopped.
    Revoke {
        /// As `saldo key list` shows it.
        #[arg(value_name = "KEY")]
        id: ApiKeyId,
    },
}

/// Does what was asked.
pub(super) fn run(command: Command, config: Config, screen: &Screen) -> anyhow::Result<()> {
    match command {
        Command::Create { name, scopes, customer } => create(config, &name, &scopes, customer, screen),
        Command::List { customer } => list(&config, customer, screen),
        Command::Revoke { id } => revoke(config, id, screen),
    }
}

fn create(
    config: Config,
    name: &str,
    scopes: &[String],
    customer: Option<CustomerId>,
    screen: &Screen,
) -> anyhow::Result<()> {
    if let Some(unknown) = scopes.iter().find(|scope| !is_scope(scope)) {
        let known: Vec<_> = api::SCOPES.iter().map(|(scope, _)| *scope).collect();
        bail!(
            "there is no scope {unknown}; there are: {}, and {} for all",
            known.join(", "),
            api::ALL_SCOPES
        );
    }
    let scopes = if customer.is_some() { keys::GUARD_SCOPE.to_owned() } else { scopes.join(" ") };
    let new = folder::with_program(config, async |running| {
        if let Some(customer) = customer {
            let found = running.app.read(move |reader| reader.customer(customer)).await.map_err(failure)?;
            found.with_context(|| format!("there is no customer {customer}"))?;
        }
        keys::create(&running.app, customer, name, &scopes).await.map_err(failure)
    })?;
    screen.pair("key", new.key.id);
    screen.pair("secret", &new.secret);
    screen.line("The secret is shown this once; only its hash is kept.");
    Ok(())
}

fn is_scope(scope: &str) -> bool {
    scope == api::ALL_SCOPES || api::SCOPES.iter().any(|(known, _)| *known == scope)
}

fn list(config: &Config, customer: Option<CustomerId>, screen: &Screen) -> anyhow::Result<()> {
    let tables = folder::open_tables(config)?;
    let mut rows = Vec::new();
    let mut before = None;
    loop {
        let page = tables.read(|reader| reader.api_keys_of(customer, before, PAGE_ROWS))?;
        rows.extend(page.rows.iter().map(row));
        match page.next {
            Some(next) => before = Some(next),
            None => break,
        }
    }
    screen.table(["KEY", "NAME", "SECRET", "SCOPES", "LAST USED", "STATE"], &rows);
    Ok(())
}

fn row(key: &ApiKey) -> [String; 6] {
    let used = key.last_used_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
    let state = if key.revoked_at.is_some() { "revoked" } else { "in force" };
    let secret = format!("…{}", key.last_four);
    [key.id.to_string(), key.name.clone(), secret, key.scopes.clone(), used, state.to_owned()]
}

fn revoke(config: Config, id: ApiKeyId, screen: &Screen) -> anyhow::Result<()> {
    let revoked =
        folder::with_program(config, async |running| keys::revoke(&running.app, id).await.map_err(failure))?;
    if !revoked {
        bail!("there is no key {id} in force");
    }
    screen.good(&format!("{id} is refused from now on."));
    Ok(())
}
