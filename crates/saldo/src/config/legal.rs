//! `[legal]` and `[notices]`: who the operator is on paper, and what customers are told of their credit by mail.

use anyhow::{Context as _, bail};
use money::{Amount, Timestamp, Unit};
use serde::Deserialize;

use super::Bank;

/// Most characters of one of the operator's lines.
const LINE_CHARS_MAX: usize = 200;
/// The earliest that customers are told of credit that expires, in days before.
const EXPIRY_DAYS_MAX: u16 = 90;

/// Who the operator is, as receipts and statements say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Legal {
    /// Name, tax id and address, a line each.
    pub lines: Vec<String>,
    /// What each receipt says of taxes; empty if nothing.
    pub tax_line: String,
}

/// What customers are told of their credit by mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notices {
    /// Below what a balance is low; `None` tells nobody.
    pub low_balance: Option<Amount>,
    /// How long before credit expires its customer is told, in microseconds; `None` tells nobody.
    pub expiry_before: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenLegal {
    name: String,
    tax_id: String,
    address: String,
    tax_line: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenNotices {
    low_balance: String,
    expiry_days: u16,
}

/// What is not said is taken from `[bank]`, the name at last from the brand.
pub(super) fn check_legal(written: &WrittenLegal, bank: Option<&Bank>, brand: &str) -> anyhow::Result<Legal> {
    let WrittenLegal { name, tax_id, address, tax_line } = written;
    for (key, text) in [("name", name), ("tax_id", tax_id), ("address", address), ("tax_line", tax_line)] {
        if text.chars().count() > LINE_CHARS_MAX || text.chars().any(char::is_control) {
            bail!("legal.{key} must be one line of at most {LINE_CHARS_MAX} characters");
        }
    }
    let or = |written: &str, other: Option<String>| {
        Some(written.trim().to_owned()).filter(|text| !text.is_empty()).or(other)
    };
    let lines = [
        or(name, Some(bank.map_or_else(|| brand.to_owned(), |bank| bank.company_name.clone()))),
        or(tax_id, bank.map(|bank| bank.document.to_string())),
        or(address, bank.map(|bank| bank.address.clone())),
    ];
    Ok(Legal { lines: lines.into_iter().flatten().collect(), tax_line: tax_line.trim().to_owned() })
}

pub(super) fn check_notices(written: &WrittenNotices, unit: Unit) -> anyhow::Result<Notices> {
    let text = &written.low_balance;
    let low = Amount::parse(text, unit).with_context(|| format!("notices.low_balance: {text}"))?;
    if low.value() < 0 || written.expiry_days > EXPIRY_DAYS_MAX {
        bail!("notices.low_balance must not be below zero, notices.expiry_days at most {EXPIRY_DAYS_MAX}");
    }
    let days = i64::from(written.expiry_days);
    Ok(Notices {
        low_balance: low.is_positive().then_some(low),
        expiry_before: (days > 0).then_some(days * Timestamp::DAY),
    })
}
