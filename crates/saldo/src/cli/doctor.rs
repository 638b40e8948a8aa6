//! `saldo doctor`: whether everything around the books is as it must be. Works beside a running server.

use std::sync::Arc;

use serde_json::json;

use super::screen::Screen;
use super::{Outcome, folder};
use crate::config::Config;
use crate::doctor::{Check, Doctor, Reach, Verdict};
use crate::look::{Locale, Reader};
use crate::mode;
use crate::providers::StripeClient;

pub(super) const HELP: &str = "\
Looks at the store, the room on the disk, the public URL, the mail server, and Stripe: the key and its mode, the version, the clock, the webhook
endpoint with its events and deliveries; then has one event go from Stripe's API by webhook into the inbox. That last check opens a
checkout page at Stripe and closes it at once: a closed page stays in Stripe's list, its event in the inbox. All others only read. Secrets are never
printed. Warnings leave the exit code 0; exit code 6 says that something is wrong.

Examples:
  saldo doctor                     everything, beside the running server
  saldo doctor --read-only         without the event that goes round
  saldo doctor --json              one line of JSON for scripts";

#[derive(clap::Args)]
pub(super) struct Options {
    /// Only look: no checkout page is opened at Stripe.
    #[arg(long)]
    read_only: bool,
    /// Print one line of JSON for scripts.
    #[arg(long)]
    json: bool,
}

/// Looks at everything and prints what was found.
pub(super) fn run(options: &Options, config: Config, screen: &Screen) -> anyhow::Result<Outcome> {
    let tables = Arc::new(folder::open_tables(&config)?);
    let stripe = StripeClient::new(&config.stripe.api_url, &config.stripe.secret_key)?;
    let mode = mode::known(&tables)?;
    let doctor = Doctor { config, tables, stripe, mode };
    let reach = if options.read_only { Reach::Look } else { Reach::RoundTrip };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let checks = runtime.block_on(doctor.look(reach));
    let reader = Reader::new(Locale::En, doctor.config.brand.time_zone.clone());
    if options.json {
        screen.line(told(&checks, &reader));
    } else {
        for check in &checks {
            screen.verdict(check.verdict, &reader.t(check.label_id()), &check.words(&reader));
        }
    }
    let is_bad = checks.iter().any(|check| check.verdict == Verdict::Bad);
    Ok(if is_bad { Outcome::Ailing } else { Outcome::Done })
}

fn told(checks: &[Check], reader: &Reader) -> serde_json::Value {
    let is_good = checks.iter().all(|check| check.verdict != Verdict::Bad);
    let checks = checks
        .iter()
        .map(|check| json!({"name": check.name, "verdict": check.verdict, "words": check.words(reader)}));
    json!({"good": is_good, "checks": checks.collect::<Vec<_>>()})
}
