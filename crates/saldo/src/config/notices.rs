//! `[notices]`: what customers are told of their credit by mail.

use anyhow::{Context as _, bail};
use money::{Amount, Timestamp, Unit};
use serde::Deserialize;

/// The earliest that customers are told of credit that expires, in days before.
const EXPIRY_DAYS_MAX: u16 = 90;

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
pub(super) struct WrittenNotices {
    low_balance: String,
    expiry_days: u16,
}

pub(super) fn check(written: &WrittenNotices, unit: Unit) -> anyhow::Result<Notices> {
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
