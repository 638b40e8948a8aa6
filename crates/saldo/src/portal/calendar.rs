//! Days and months of the operator's zone, as spans of time.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use money::Timestamp;

use crate::look::page::Month;

/// From when (included) until when (excluded).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

/// The day on which `at` falls.
pub(crate) fn day_of(zone: &TimeZone, at: Timestamp) -> Date {
    // A time outside the calendar falls on its edge.
    let edge = if at.as_micros() < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(edge).to_zoned(zone.clone()).date()
}

/// The month in which `at` falls.
pub(crate) fn month_of(zone: &TimeZone, at: Timestamp) -> Month {
    let day = day_of(zone, at);
    Month { year: day.year(), month: day.month() }
}

/// A day from midnight to midnight, 23 or 25 hours where clocks change. `None` at the end of the calendar.
pub(crate) fn day_bounds(zone: &TimeZone, day: Date) -> Option<Bounds> {
    Some(Bounds { from: midnight(zone, day)?, until: midnight(zone, day.tomorrow().ok()?)? })
}

/// A whole month. `None` if there is no such month.
pub(crate) fn month_bounds(zone: &TimeZone, month: Month) -> Option<Bounds> {
    let first = first_day(month)?;
    Some(Bounds { from: midnight(zone, first)?, until: midnight(zone, first_day(after(month))?)? })
}

/// A whole year. `None` if there is no such year.
pub(crate) fn year_bounds(zone: &TimeZone, year: i16) -> Option<Bounds> {
    let first = |year| first_day(Month { year, month: 1 });
    Some(Bounds { from: midnight(zone, first(year)?)?, until: midnight(zone, first(year.checked_add(1)?)?)? })
}

/// The days of a month.
pub(crate) fn days(month: Month) -> impl Iterator<Item = Date> {
    let first = first_day(month);
    let count = first.map_or(0, Date::days_in_month);
    (0..count).filter_map(move |n| first?.checked_add(jiff::Span::new().days(n)).ok())
}

/// The first day of a month.
pub(crate) fn first_day(month: Month) -> Option<Date> {
    Date::new(month.year, month.month, 1).ok()
}

/// The month after.
pub(crate) fn after(month: Month) -> Month {
    if month.month >= 12 {
        Month { year: month.year.saturating_add(1), month: 1 }
    } else {
        Month { month: month.month + 1, ..month }
    }
}

/// The month before.
pub(crate) fn before(month: Month) -> Month {
    if month.month <= 1 {
        Month { year: month.year.saturating_sub(1), month: 12 }
    } else {
        Month { month: month.month - 1, ..month }
    }
}

/// Reads a month as addresses write it, `2026-11`.
pub(crate) fn parse_month(text: &str) -> Option<Month> {
    let (year, month) = text.split_once('-')?;
    let shape = year.len() == 4 && month.len() == 2 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let month = Month { year: year.parse().ok()?, month: month.parse().ok()? };
    first_day(month).filter(|_| shape).map(|_| month)
}

/// Reads a year as addresses write it, `2026`.
pub(crate) fn parse_year(text: &str) -> Option<i16> {
    let shape = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| shape)
}

fn midnight(zone: &TimeZone, day: Date) -> Option<Timestamp> {
    let start = zone.to_ambiguous_zoned(day.to_datetime(jiff::civil::Time::midnight())).compatible().ok()?;
    Some(Timestamp::from_micros(start.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months() {
        let zone = TimeZone::get("America/New_York").expect("a zone");
        let month = |text| parse_month(text).expect("a month");
        let hours = |day: Date| {
            let bounds = day_bounds(&zone, day).expect("a day");
            bounds.until.since(bounds.from) / Timestamp::HOUR
        };
        assert_eq!(hours(Date::constant(2026, 3, 8)), 23);
        assert_eq!(hours(Date::constant(2026, 11, 1)), 25);
        assert_eq!(hours(Date::constant(2026, 11, 2)), 24);
        assert_eq!(days(month("2028-02")).count(), 29);
        assert_eq!(after(month("2026-12")), month("2027-01"));
        assert_eq!(before(month("2027-01")), month("2026-12"));
        let year = year_bounds(&zone, 2028).expect("a year");
        assert_eq!(year.until.since(year.from) / Timestamp::DAY, 366);
        assert_eq!((parse_year("2026"), parse_year("26"), parse_year("+026")), (Some(2026), None, None));
        for wrong in ["", "2026", "2026-13", "2026-00", "26-11", "2026-1", "2026-+1", "-2026-1"] {
            assert_eq!(parse_month(wrong), None, "{wrong:?}");
        }
    }
}
