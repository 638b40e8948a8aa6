//! Months of the monthly run, and when their invoices are due.

use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use money::Timestamp;
use store::{Reader, StoreError};

use super::first_month::first_month;
use crate::config::Billing;
use crate::portal::calendar::{day_bounds, day_of};
use crate::sold::Sold;

/// The fewest days between the run and the due day, should the run come late.
const NOTICE_DAYS_MIN: i64 = 5;
/// Months ahead that are looked at for one without a run.
const MONTHS_AHEAD_MAX: u32 = 24;
/// Months that are named as missed.
const MISSED_MAX: usize = 24;

/// A month, as `2026-12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Date);

impl Month {
    /// The month of a day.
    pub fn of(day: Date) -> Month {
        Month(day.first_of_month())
    }

    /// The month that is written so, as `2026-12`.
    pub fn parse(text: &str) -> Option<Month> {
        let (year, month) = text.split_once('-')?;
        let is_plain =
            year.len() == 4 && month.len() == 2 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        is_plain.then(|| Date::new(year, month, 1).ok().map(Month)).flatten()
    }

    /// Its first day.
    pub fn first_day(self) -> Date {
        self.0
    }

    /// The first instant after it.
    pub fn ends_at(self, zone: &TimeZone) -> Timestamp {
        day_bounds(zone, self.next().0).map_or(Timestamp::from_micros(i64::MAX), |bounds| bounds.from)
    }

    /// The month after it.
    #[must_use]
    pub fn next(self) -> Month {
        Month(self.0.saturating_add(1.month()))
    }

    /// The day on which its run is to be made.
    pub fn run_on(self, billing: &Billing) -> Date {
        self.day(billing.run_day)
    }

    /// When its invoices are due if they are made today: the first due day after the run's day, and never so soon that nobody could pay.
    pub fn due_on(self, billing: &Billing, today: Date) -> Date {
        let due = self.day(billing.due_day);
        let due = if billing.due_day > billing.run_day { due } else { due.saturating_add(1.month()) };
        due.max(today.saturating_add(NOTICE_DAYS_MIN.days()))
    }

    fn day(self, day: i8) -> Date {
        // The settings allow 1 to 28: every month has them.
        Date::new(self.0.year(), self.0.month(), day).unwrap_or(self.0)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

/// The first month from today's on for which no run was begun and that nobody else bills, and when its invoices will be due.
pub fn next_month(
    tables: &Reader<'_>,
    billing: &Billing,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<(Month, Date), StoreError> {
    let today = day_of(zone, now);
    let mut month = first_month(tables)?.map_or(Month::of(today), |first| first.max(Month::of(today)));
    for _ in 0..MONTHS_AHEAD_MAX {
        if tables.billing_run(&month.to_string())?.is_none() {
            break;
        }
        month = month.next();
    }
    let run_on = month.run_on(billing).max(today);
    Ok((month, month.due_on(billing, run_on)))
}

/// The months before today's of which nobody began a run though there was something to bill here, the oldest first. Their fees came onto no
/// invoice. Once a later month is run, they were passed over.
pub fn missed_months(
    tables: &Reader<'_>,
    sold: &Sold,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Vec<Month>, StoreError> {
    let said = first_month(tables)?;
    let first = first_unbilled(tables, sold, zone)?.map(|first| said.map_or(first, |said| said.max(first)));
    Ok(before(first, Month::of(day_of(zone, now))))
}

/// The first month that was not billed, whatever staff said of who billed it: the one after the newest run or, where that is later or there was no
/// run yet, the one from which on a line pays a fee. `None` while none does.
pub(super) fn first_unbilled(
    tables: &Reader<'_>,
    sold: &Sold,
    zone: &TimeZone,
) -> Result<Option<Month>, StoreError> {
    let Some(with_fee) = first_with_fee(tables, sold, zone)? else { return Ok(None) };
    let newest = tables.billing_runs(1)?.pop().and_then(|run| Month::parse(&run.month));
    Ok(Some(newest.map_or(with_fee, |newest| newest.next().max(with_fee))))
}

/// The month from which on a line pays a fee: it is there, and its plan has one. When a line came to its plan is not written down: it counts as if
/// it had always had it.
fn first_with_fee(tables: &Reader<'_>, sold: &Sold, zone: &TimeZone) -> Result<Option<Month>, StoreError> {
    let mut first: Option<Timestamp> = None;
    for plan in sold.plans().filter(|plan| plan.fee.value() > 0) {
        let Some(opened_at) = tables.oldest_line_of_plan(plan.plan_no)? else { continue };
        let since = plan.fee_since.map_or(opened_at, |since| since.max(opened_at));
        first = Some(first.map_or(since, |first| first.min(since)));
    }
    Ok(first.map(|first| Month::of(day_of(zone, first))))
}

fn before(first: Option<Month>, today: Month) -> Vec<Month> {
    let months = std::iter::successors(first, |month| Some(month.next()));
    months.take_while(|month| *month < today).take(MISSED_MAX).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use jiff::civil::date;

    use super::*;

    #[test]
    fn months_are_read_as_they_are_written() {
        for (text, day) in [("2026-12", date(2026, 12, 1)), ("2027-01", date(2027, 1, 1))] {
            let month = Month::parse(text).expect("a month");
            assert_eq!((month.first_day(), month.to_string()), (day, text.to_owned()));
        }
        for wrong in ["", "2026", "2026-13", "2026-0", "2026-1", "26-12", "2026-12-01", "+026-12", "2026-+1"]
        {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn months_without_a_run_are_named() {
        let month = |text: &str| Month::parse(text).expect("a month");
        let named = |first: Option<&str>, today: &str| {
            let missed = before(first.map(month), month(today));
            missed.iter().map(Month::to_string).collect::<Vec<_>>()
        };
        assert_eq!(named(Some("2026-11"), "2027-01"), ["2026-11", "2026-12"]);
        for first in [None, Some("2027-01"), Some("2027-02")] {
            assert_eq!(named(first, "2027-01"), [""; 0], "{first:?}");
        }
    }

    #[test]
    fn an_invoice_is_due_on_the_first_due_day_after_the_run_and_never_at_once() {
        let cases = [
            // run day, due day, month, made on, due on
            (1, 10, "2026-12", date(2026, 12, 1), date(2026, 12, 10)),
            (25, 5, "2026-12", date(2026, 12, 25), date(2027, 1, 5)),
            (10, 10, "2026-12", date(2026, 12, 10), date(2027, 1, 10)),
            (1, 10, "2026-12", date(2026, 12, 9), date(2026, 12, 14)),
            (1, 28, "2027-02", date(2027, 1, 20), date(2027, 2, 28)),
        ];
        for (run_day, due_day, month, today, due) in cases {
            let billing = Billing { run_day, due_day, automatic: false, trust_days: 3 };
            let month = Month::parse(month).expect("a month");
            assert_eq!(month.due_on(&billing, today), due);
        }
    }
}
