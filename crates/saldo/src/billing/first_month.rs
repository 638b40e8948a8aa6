//! The first month that is billed here. The program knows since when lines with a fee are here, and nothing of who billed them before: where that
//! was another system, staff say so, and the months before are neither offered nor run by themselves.

use std::sync::Arc;

use jiff::tz::TimeZone;
use money::Timestamp;
use serde::Serialize;
use store::{Reader, StoreError};

use super::calendar::{Month, first_unbilled};
use crate::app::App;
use crate::audit::{Author, Change};
use crate::portal::calendar::day_of;
use crate::problem::Problem;
use crate::sold::Sold;

/// The setting that holds the month, as `"2026-12"`, or `null` where staff took it back.
const SETTING: &str = "billing_first_month";
/// What the audit log calls it.
const OBJECT: &str = "billing";
/// Months after today's that may be the first.
const MONTHS_AHEAD_MAX: usize = 3;
/// Months that may be the first, in all.
const CHOICES_MAX: usize = 60;

/// The first month that is billed here, as staff said it; `None` if they said nothing.
pub fn first_month(tables: &Reader<'_>) -> Result<Option<Month>, StoreError> {
    let Some(json) = tables.setting(SETTING)? else { return Ok(None) };
    let broken =
        |said: &str| StoreError::Missing { what: format!("a month in the setting {SETTING}: {said}") };
    let text: Option<String> = serde_json::from_str(&json).map_err(|error| broken(&error.to_string()))?;
    text.map(|text| Month::parse(&text).ok_or_else(|| broken(&text))).transpose()
}

/// The months that may be said to be the first: those after the oldest that would be billed otherwise, until some months after today's.
pub fn first_months(
    tables: &Reader<'_>,
    sold: &Sold,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Vec<Month>, StoreError> {
    let today = Month::of(day_of(zone, now));
    let last = (0..MONTHS_AHEAD_MAX).fold(today, |month, _| month.next());
    let oldest = first_unbilled(tables, sold, zone)?.unwrap_or(today);
    let months = std::iter::successors(Some(oldest.next()), |month| Some(month.next()));
    Ok(months.take_while(|month| *month <= last).take(CHOICES_MAX).collect())
}

/// Says that months before this one were billed elsewhere, or takes it back.
pub async fn set_first_month(app: &Arc<App>, author: Author, wanted: Option<Month>) -> Result<(), Problem> {
    #[derive(Serialize)]
    struct Said {
        first_month: Option<String>,
    }
    let said = |month: Option<Month>| Said { first_month: month.map(|month| month.to_string()) };
    let (sold, zone, now) = (app.sold(), app.config.brand.time_zone.clone(), app.ledger.now());
    app.write_or_refuse(move |tx| {
        let known = first_month(tx)?;
        if known == wanted {
            return Ok(());
        }
        if let Some(month) = wanted {
            check(month, &first_months(tx, &sold, &zone, now)?)?;
        }
        let json = serde_json::to_string(&said(wanted).first_month)
            .map_err(|error| Problem::internal(&anyhow::Error::new(error)))?;
        let change = Change::new("billing.first_month", OBJECT).before(&said(known))?.after(&said(wanted))?;
        tx.put_setting(SETTING, &json, now)?;
        Ok(author.note(tx, &change)?)
    })
    .await?;
    app.billing_news.notify_one();
    Ok(())
}

fn check(month: Month, choices: &[Month]) -> Result<(), Problem> {
    if choices.contains(&month) {
        return Ok(());
    }
    let detail = match choices.first().zip(choices.last()) {
        Some((first, last)) => format!("The first month may be one from {first} to {last}."),
        None => "No month may be the first now.".to_owned(),
    };
    Err(Problem::invalid("month", "month_not_offered", detail))
}
