//! `saldo month-end`.

use anyhow::Context as _;
use clap::Args;
use engine::{AGES, AccountSums, MonthEnd, UnitSums};
use money::{Amount, Unit};

use super::folder;
use super::screen::Screen;
use crate::config::Config;
use crate::look::page::Month;
use crate::month_end::{csv, flows, period};
use crate::portal::calendar::parse_month;

pub(super) const HELP: &str = "\
All figures come from the journal: it is replayed from its first row, every decision counts at its own time in brand.time_zone,
and the sums are compared with the replayed book before anything is printed. Works beside a running server. A month that is over
has the same report for ever, byte by byte; the row and its hash say of what it was made.

Examples:
  saldo month-end --month 2026-10                    for people
  saldo month-end --month 2026-10 --csv > 2026-10.csv    for the accountant's program";

#[derive(Args)]
pub(super) struct Options {
    /// The month, as 2026-10.
    #[arg(long, value_name = "MONTH", value_parser = month)]
    month: Month,
    /// Print CSV: month, zone, unit, section, item, amount.
    #[arg(long)]
    csv: bool,
}

fn month(text: &str) -> Result<Month, String> {
    parse_month(text).ok_or_else(|| "a month is written as 2026-10".to_owned())
}

/// Prints the month's report.
pub(super) fn run(options: &Options, config: &Config, screen: &Screen) -> anyhow::Result<()> {
    let (mut journal, _) = folder::open_to_read(config)?;
    let zone = &config.brand.time_zone;
    let period = period(zone, options.month).context("the calendar has no such month")?;
    let mut told = |rows| screen.progress(format_args!("{rows} rows"));
    let report = engine::month_end(&mut *journal, &period, &mut told)?;
    screen.progress_ends();
    let zone = zone.iana_name().unwrap_or("UTC");
    if options.csv {
        screen.text(&csv(&report, options.month, zone)?);
        return Ok(());
    }
    tell(&report, options.month, zone, screen)
}

fn tell(report: &MonthEnd, month: Month, zone: &str, screen: &Screen) -> anyhow::Result<()> {
    screen.pair("month", format_args!("{} in {zone}", month.value()));
    screen.pair("journal", format_args!("up to row {}, hash {}", report.position, hex::encode(report.hash)));
    if !report.is_final {
        screen.line("The month is not over: more may come.");
    }
    for sums in &report.units {
        screen.line("");
        tell_unit(sums, screen)?;
    }
    Ok(())
}

fn tell_unit(sums: &UnitSums, screen: &Screen) -> anyhow::Result<()> {
    let unit = sums.unit;
    let mut rows = vec![["opening".to_owned(), decimal(sums.wallets.opening, unit)?]];
    for (flow, moved) in flows(sums) {
        rows.push([flow.word().to_owned(), decimal(moved, unit)?]);
    }
    rows.push(["closing".to_owned(), decimal(sums.wallets.closing(), unit)?]);
    for ((from, until), left) in AGES.into_iter().zip(sums.by_age) {
        let span =
            until.map_or_else(|| format!("over {} days", from - 1), |until| format!("{from}-{until} days"));
        rows.push([format!("  given {span} before"), decimal(left, unit)?]);
    }
    rows.push(["  debt".to_owned(), decimal(-sums.debt, unit)?]);
    screen.table(["customers' credit", unit.code()], &rows);
    let account = |(account, sums): &(book::Account, AccountSums)| {
        let AccountSums { opening, debits, credits } = *sums;
        let [opening, debits, credits, closing] =
            [opening, debits, credits, sums.closing()].map(|value| decimal(value, unit));
        Ok([account.to_string(), opening?, debits?, credits?, closing?])
    };
    let accounts = sums.accounts.iter().map(account).collect::<anyhow::Result<Vec<_>>>()?;
    screen.table(["account", "opening", "debits", "credits", "closing"], &accounts);
    Ok(())
}

fn decimal(value: i128, unit: Unit) -> anyhow::Result<String> {
    let value = i64::try_from(value).context("an amount is too large to be printed")?;
    Ok(Amount::new(value, unit).to_decimal())
}
