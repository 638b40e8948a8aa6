//! `[topup.automatic]`: what the operator lets be charged while nobody looks.

use anyhow::{Context as _, bail};
use money::{Amount, Unit};
use serde::Deserialize;

/// Most charges of a month that may be allowed: they are counted one by one.
const MONTH_COUNT_MAX: u32 = 1_000;

/// Limits of automatic top-ups. A customer chooses within them; lowered later, they hold at once.
#[derive(Clone, Copy, Debug)]
pub struct AutomaticTopups {
    /// Whether there are any.
    pub enabled: bool,
    /// The most of one charge.
    pub charge_max: Amount,
    /// The most of a day.
    pub day_money_max: Amount,
    /// The most charges of a day.
    pub day_count_max: u32,
    /// The most of a month.
    pub month_money_max: Amount,
    /// The most charges of a month.
    pub month_count_max: u32,
    /// Declines in a row after which it stops.
    pub declines_max: u32,
    /// Minutes of the pause after the first decline; each further one is four times as long.
    pub first_pause_minutes: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenTopup {
    automatic: WrittenAutomatic,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAutomatic {
    enabled: bool,
    charge_max: String,
    day_money_max: String,
    day_count_max: u32,
    month_money_max: String,
    month_count_max: u32,
    declines_max: u32,
    first_pause_minutes: u32,
}

/// The limits, if they make sense.
pub(super) fn check(written: &WrittenTopup, unit: Unit) -> anyhow::Result<AutomaticTopups> {
    let written = &written.automatic;
    let amount = |name: &str, text: &str| -> anyhow::Result<Amount> {
        let amount = Amount::parse(text, unit).with_context(|| format!("topup.automatic.{name}: {text}"))?;
        if amount.value() <= 0 || amount.value() % (unit.steps_per_one() / 100) != 0 {
            bail!("topup.automatic.{name}: {text} must be above zero and in whole cents");
        }
        Ok(amount)
    };
    let counts = [
        ("day_count_max", written.day_count_max),
        ("month_count_max", written.month_count_max),
        ("declines_max", written.declines_max),
        ("first_pause_minutes", written.first_pause_minutes),
    ];
    for (name, count) in counts {
        if count == 0 {
            bail!("topup.automatic.{name} must be above zero");
        }
    }
    if written.month_count_max > MONTH_COUNT_MAX {
        bail!("topup.automatic.month_count_max must be at most {MONTH_COUNT_MAX}");
    }
    Ok(AutomaticTopups {
        enabled: written.enabled,
        charge_max: amount("charge_max", &written.charge_max)?,
        day_money_max: amount("day_money_max", &written.day_money_max)?,
        day_count_max: written.day_count_max,
        month_money_max: amount("month_money_max", &written.month_money_max)?,
        month_count_max: written.month_count_max,
        declines_max: written.declines_max,
        first_pause_minutes: written.first_pause_minutes,
    })
}
