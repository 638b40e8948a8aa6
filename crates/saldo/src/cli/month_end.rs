//! `saldo month-end`.

use anyhow::{Context as _, bail};
use clap::Args;
use engine::{AGES, AccountSums, MonthEnd, UnitSums};
use money::{Amount, Timestamp, Unit};

use super::folder;
use super::screen::Screen;
use crate::clock;
use crate::config::Config;
use crate::month_end::{Compared, Cutoff, compared, csv, flows};
use crate::portal::calendar::parse_month;

pub(super) const HELP: &str = "\
All figures come from the journal: it is replayed from its first row, every decision counts at its own time in brand.time_zone,
and the sums are compared with the replayed book before anything is printed. Works beside a running server. What is over
has the same report for ever, byte by byte; the row and its hash say of what it was made. What has not begun is refused (exit code 1).

Examples:
  saldo month-end --month 2026-10                        for people
  saldo month-end --month 2026-10 --csv > 2026-10.csv    for the accountant's program
  saldo month-end --day 2026-11-17                       November as it stood at the end of that day";

#[derive(Args)]
pub(super) struct Options {
    /// The month, as 2026-10.
    #[arg(long, value_name = "MONTH", value_parser = month, required_unless_present = "day")]
    month: Option<Cutoff>,
    /// In place of a month: a day, as 2026-11-17. Its month up to its end.
    #[arg(long, value_name = "DAY", value_parser = day, conflicts_with = "month")]
    day: Option<Cutoff>,
    /// Print CSV: month, zone, unit, section, item, amount.
    #[arg(long)]
    csv: bool,
}

fn month(text: &str) -> Result<Cutoff, String> {
    parse_month(text).map(Cutoff::from).ok_or_else(|| "a month is written as 2026-10".to_owned())
}

fn day(text: &str) -> Result<Cutoff, String> {
    Cutoff::parse_day(text).ok_or_else(|| "a day is written as 2026-11-17".to_owned())
}

/// Prints the report.
pub(super) fn run(options: &Options, config: &Config, screen: &Screen) -> anyhow::Result<()> {
    let (mut journal, tables) = folder::open_to_read(config)?;
    let zone = &config.brand.time_zone;
    let cutoff = options.day.or(options.month).context("a month or a day")?;
    let period = cutoff.period(zone).context("the calendar has no such month")?;
    let mut told = |rows| screen.progress(format_args!("{rows} rows"));
    let report = engine::month_end(&mut *journal, &period, &mut told)?;
    screen.progress_ends();
    // The book's clock may be ahead of the machine's where it is moved for tests.
    let now = clock::now().max(report.newest_at.unwrap_or(Timestamp::EPOCH));
    if cutoff.begins_at(zone).is_none_or(|begin| begin > now) {
        bail!("{} has not begun; there are no books of it yet", cutoff.value());
    }
    let zone = zone.iana_name().unwrap_or("UTC");
    if options.csv {
        screen.text(&csv(&report, cutoff, zone)?);
        return Ok(());
    }
    tell(&report, cutoff, zone, screen)?;
    if let Some(compared) = tables.read(|tables| compared(tables, (period.from, period.until)))? {
        tell_compared(&compared, screen);
    }
    Ok(())
}

fn tell(report: &MonthEnd, cutoff: Cutoff, zone: &str, screen: &Screen) -> anyhow::Result<()> {
    let what = if cutoff.day.is_some() { "month up to" } else { "month" };
    screen.pair(what, format_args!("{} in {zone}", cutoff.value()));
    screen.pair("journal", format_args!("up to row {}, hash {}", report.position, hex::encode(report.hash)));
    if !report.is_final {
        screen.line("This is not over: more may come.");
    }
    for sums in &report.units {
        screen.line("");
        tell_unit(sums, screen)?;
    }
    Ok(())
}

fn tell_compared(compared: &Compared, screen: &Screen) {
    screen.line("");
    let until = if compared.is_whole { "its end".to_owned() } else { compared.until.to_string() };
    screen.pair("Stripe", format_args!("compared up to {until}"));
    for (what, payouts) in [
        ("in the books", &compared.matched),
        ("came back", &compared.came_back),
        ("not yet in the books", &compared.open),
    ] {
        for (count, amount) in payouts {
            let unit = amount.unit();
            screen.pair("payouts", format_args!("{count} {what}, {} {}", unit.code(), amount.to_decimal()));
        }
    }
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
