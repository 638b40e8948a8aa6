//! Months of the monthly run, and when their invoices are due.

use std::fmt;

use book::LineStatus;
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use money::Timestamp;
use store::views::LineRow;
use store::{Reader, StoreError};

use crate::config::Billing;
use crate::portal::calendar::{day_bounds, day_of};
use crate::sold::Sold;

/// The fewest days between the run and the due day, should the run come late.
const NOTICE_DAYS_MIN: i64 = 5;
/// Months ahead that are looked at for one without a run.
const MONTHS_AHEAD_MAX: u32 = 24;
/// Months that are named as missed.
const MISSED_MAX: usize = 24;
/// Lines of one page, and pages, that are looked through for the first line that pays a fee.
const LINES_OF_PAGE: u32 = 100;
const LINE_PAGES_MAX: u32 = 20;

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

/// The first month from today's on for which no run was begun, and when its invoices will be due.
pub fn next_month(
    tables: &Reader<'_>,
    billing: &Billing,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<(Month, Date), StoreError> {
    let today = day_of(zone, now);
    let mut month = Month::of(today);
    for _ in 0..MONTHS_AHEAD_MAX {
        if tables.billing_run(&month.to_string())?.is_none() {
            break;
        }
        month = month.next();
    }
    let run_on = month.run_on(billing).max(today);
    Ok((month, month.due_on(billing, run_on)))
}

/// The months before today's of which nobody began a run though there was something to bill, the oldest first: those after the newest run
/// or, where there was none yet, from the month on in which the first line with a fee was opened. Their fees came onto no invoice. Once a
/// later month is run, they were passed over.
pub fn missed_months(
    tables: &Reader<'_>,
    sold: &Sold,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Vec<Month>, StoreError> {
    let newest = tables.billing_runs(1)?.pop().and_then(|run| Month::parse(&run.month));
    let first = match newest {
        Some(newest) => Some(newest.next()),
        None => first_with_fee(tables, sold, zone)?,
    };
    Ok(before(first, Month::of(day_of(zone, now))))
}

/// The month in which the first line was opened that pays a fee. Lines are numbered as they are opened.
fn first_with_fee(tables: &Reader<'_>, sold: &Sold, zone: &TimeZone) -> Result<Option<Month>, StoreError> {
    let has_fee = |row: &&LineRow| {
        let plan = sold.plan(row.plan_no);
        row.status != LineStatus::Cancelled.code() && plan.is_some_and(|plan| plan.fee.value() > 0)
    };
    let mut after = None;
    for _ in 0..LINE_PAGES_MAX {
        let page = tables.line_views(after, LINES_OF_PAGE)?;
        if let Some(line) = page.rows.iter().find(has_fee) {
            return Ok(Some(Month::of(day_of(zone, line.opened_at))));
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(None)
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
