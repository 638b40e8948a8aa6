//! A month's report as a file for programs: the same bytes whenever it is made of the same rows.

use core::fmt::Write as _;

use anyhow::Context as _;
use book::Account;
use engine::{AGES, MonthEnd, UnitSums};
use money::{Amount, Unit};

use super::cutoff::Cutoff;
use super::flow::flows;

/// The report as CSV (RFC 4180), one figure a line, amounts as exact decimals; the first column is the month, or the day up to whose end
/// it is told. No cell needs quotes: all are words of ours.
///
/// # Errors
/// An amount is too large to be written.
pub fn csv(report: &MonthEnd, cutoff: Cutoff, zone: &str) -> anyhow::Result<String> {
    let mut text = "month,zone,unit,section,item,amount\r\n".to_owned();
    let month = cutoff.value();
    let mut line = |unit: &str, section: &str, item: &str, amount: &str| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{month},{zone},{unit},{section},{item},{amount}\r\n");
    };
    line("", "journal", "row", &report.position.to_string());
    line("", "journal", "hash", &hex::encode(report.hash));
    line("", "journal", "final", if report.is_final { "yes" } else { "no" });
    for sums in &report.units {
        for (section, item, amount) in figures(sums) {
            let amount = decimal(amount, sums.unit)?;
            line(sums.unit.code(), section, &item, &amount);
        }
    }
    Ok(text)
}

/// Every figure of one unit: its section, its name, its value.
fn figures(sums: &UnitSums) -> Vec<(&'static str, String, i128)> {
    let mut figures = vec![("liability", "opening".to_owned(), sums.wallets.opening)];
    figures.extend(flows(sums).into_iter().map(|(flow, moved)| ("liability", flow.word().to_owned(), moved)));
    figures.push(("liability", "closing".to_owned(), sums.wallets.closing()));
    for ((kind, reason), moved) in &sums.moved {
        let colon = if reason.is_empty() { "" } else { ":" };
        figures.push(("movement", format!("{kind}{colon}{reason}"), *moved));
    }
    for ((from, until), left) in AGES.into_iter().zip(sums.by_age) {
        let span = until.map_or_else(|| format!("{from}+"), |until| format!("{from}-{until}"));
        figures.push(("age_days", span, left));
    }
    figures.push(("age_days", "debt".to_owned(), -sums.debt));
    for (day, held) in (1..).zip(&sums.days) {
        figures.push(("day", format!("{day:02}"), *held));
    }
    let paid_out = sums.accounts.iter().find(|(account, _)| *account == Account::PayoutsStripe);
    if let Some((_, moved)) = paid_out {
        figures.push(("payouts", "made".to_owned(), moved.debits));
        figures.push(("payouts", "came_back".to_owned(), moved.credits));
    }
    for (account, moved) in &sums.accounts {
        figures.push(("opening", account.to_string(), moved.opening));
        figures.push(("debits", account.to_string(), moved.debits));
        figures.push(("credits", account.to_string(), moved.credits));
        figures.push(("closing", account.to_string(), moved.closing()));
    }
    figures
}

fn decimal(value: i128, unit: Unit) -> anyhow::Result<String> {
    let value = i64::try_from(value).context("an amount is too large to be written")?;
    Ok(Amount::new(value, unit).to_decimal())
}
