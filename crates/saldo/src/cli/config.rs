//! `saldo config`.

use std::path::Path;

use clap::Subcommand;

use money::Timestamp;

use super::screen::Screen;
use crate::config::{Config, DEFAULT};

pub(super) const HELP: &str = "\
Examples:
  saldo config > saldo.toml                  every setting with its default and what it means
  saldo --config saldo.toml config check     what is wrong with it, by name, before anything is served";

#[derive(Subcommand)]
pub(super) enum Command {
    /// Read the configuration as `serve` would and say what is wrong with it.
    Check,
}

/// Prints the commented default, or checks file and environment.
pub(super) fn run(command: Option<Command>, file: Option<&Path>, screen: &Screen) -> anyhow::Result<()> {
    match command {
        None => screen.line(DEFAULT.trim_end()),
        Some(Command::Check) => check(&Config::load(file, std::env::vars())?, screen),
    }
    Ok(())
}

fn check(config: &Config, screen: &Screen) {
    let Config { server, database, credit, notices, console, automatic_topups, .. } = config;
    let Config { stripe, bank, pix, billing, mail, webhooks, radius, test_clock, .. } = config;
    screen.pair("listens on", &server.listen);
    screen.pair("public URL", &server.public_url);
    match database {
        Some(database) => screen.pair("database", database),
        None => screen.pair("data folder", server.data.display()),
    }
    let brand = config.brand();
    screen.pair("brand", &brand.name);
    screen.pair("receipts of", brand.legal_lines.join(", "));
    screen.pair("welcome", credit.welcome);
    match notices.low_balance {
        Some(low) => screen.pair("told low", format_args!("below {low} available")),
        None => screen.pair("told low", "nobody"),
    }
    match notices.expiry_before {
        Some(before) => screen.pair("told expiry", format_args!("{} days before", before / Timestamp::DAY)),
        None => screen.pair("told expiry", "nobody"),
    }
    screen.pair("second approval", format_args!("of credit above {}", console.approval_above));
    let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
    let key = if stripe.secret_key.is_empty() { "no key: card payments are off" } else { "has a key" };
    screen.pair("Stripe", format_args!("{key}; {} webhook secrets", stripe.webhook_secrets.len()));
    let automatic = if automatic_topups.enabled { "customers may turn it on" } else { "off" };
    screen.pair("automatic top-up", automatic);
    let bank = bank.as_ref().map(|bank| format!("{}, {}", bank.account.bank_name(), bank.company_name));
    screen.pair("boletos", bank.as_deref().unwrap_or("no bank: nothing is charged by boleto"));
    let pix = pix.as_ref().map(|pix| match pix.callback {
        Some(_) => format!("key {}", pix.key),
        None => format!("key {}; no secret: callbacks are not taken", pix.key),
    });
    screen.pair("Pix", pix.as_deref().unwrap_or("no key: nothing is charged by Pix"));
    let begun = if billing.automatic { "begins by itself" } else { "is begun in the console" };
    screen.pair(
        "monthly run",
        format_args!("day {}, {begun}; due on day {}", billing.run_day, billing.due_day),
    );
    screen.pair("mail", or(&mail.smtp, "no server: mails are kept and not sent"));
    if webhooks.allow_private || webhooks.allow_http {
        let where_to = match (webhooks.allow_private, webhooks.allow_http) {
            (true, true) => "to private addresses and over http too",
            (true, false) => "to private addresses too",
            _ => "over http too",
        };
        screen.pair("webhooks", where_to);
    }
    screen.pair("RADIUS", or(&radius.accounting_listen, "no port: reports are not taken"));
    if *test_clock {
        screen.pair("test clock", "on: the API may move the book's time");
    }
    screen.good("The configuration can be used.");
}
