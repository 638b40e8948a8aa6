//! Months and hours of the operator's zone. Pure: the zone is a value that comes with the catalog.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use money::Timestamp;

/// A time of day in which traffic does not lower the balance. It may pass midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeWindow {
    /// Its first minute of the day, 0 to 1439.
    pub from_minute: u16,
    /// The first minute after it, 0 to 1439; not after `from_minute` means on the next day.
    pub to_minute: u16,
}

/// A piece of time: first instant, first instant after it.
pub(crate) type Span = (Timestamp, Timestamp);

/// Days looked at at most for one reading: a session that was silent longer counts its oldest part as paid.
const DAYS_MAX: u32 = 400;

/// The cycle that holds `at`: from the anchor day at midnight to the next one. An anchor that a month does not have is its last
/// day. Clamped to all of time where the calendar ends.
pub fn cycle_at(zone: &TimeZone, anchor_day: u8, at: Timestamp) -> (Timestamp, Timestamp) {
    let all = (Timestamp::from_micros(i64::MIN), Timestamp::MAX);
    let Some(today) = date_of(zone, at) else { return all };
    let this_month = edge(zone, today, anchor_day);
    let (first, second) = if this_month.is_some_and(|edge| edge <= at) {
        (this_month, month_after(today).and_then(|next| edge_of(zone, next, anchor_day)))
    } else {
        (month_before(today).and_then(|before| edge_of(zone, before, anchor_day)), this_month)
    };
    (first.unwrap_or(all.0), second.unwrap_or(all.1))
}

/// Where the free windows lie between two instants; they may overlap.
pub(crate) fn free_spans(zone: &TimeZone, windows: &[FreeWindow], within: Span) -> Vec<Span> {
    let mut spans = Vec::new();
    let Some(mut day) = date_of(zone, within.0).and_then(|day| day.yesterday().ok()) else { return spans };
    let mut days_left = if windows.is_empty() { 0 } else { DAYS_MAX };
    while days_left > 0 && instant(zone, day, 0).is_some_and(|from| from < within.1) {
        for window in windows {
            let next = if window.to_minute > window.from_minute { Some(day) } else { day.tomorrow().ok() };
            let from = instant(zone, day, window.from_minute);
            let to = next.and_then(|next| instant(zone, next, window.to_minute));
            spans.extend(from.zip(to).filter(|(from, to)| *from < within.1 && *to > within.0));
        }
        let Ok(tomorrow) = day.tomorrow() else { break };
        day = tomorrow;
        days_left -= 1;
    }
    spans
}

/// Microseconds of `within` that the spans cover, each instant once.
pub(crate) fn covered(mut spans: Vec<Span>, within: Span) -> i64 {
    spans.sort_unstable();
    let mut sum = 0;
    let mut reached = within.0;
    for (from, to) in spans {
        let (from, to) = (from.max(reached), to.min(within.1));
        if to > from {
            sum += to.since(from);
            reached = to;
        }
    }
    sum
}

fn date_of(zone: &TimeZone, at: Timestamp) -> Option<Date> {
    let instant = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    Some(zone.to_datetime(instant).date())
}

fn edge(zone: &TimeZone, of_month: Date, anchor_day: u8) -> Option<Timestamp> {
    edge_of(zone, of_month.first_of_month(), anchor_day)
}

fn edge_of(zone: &TimeZone, first_of_month: Date, anchor_day: u8) -> Option<Timestamp> {
    let wanted = i8::try_from(anchor_day).ok()?.clamp(1, first_of_month.days_in_month());
    let date = Date::new(first_of_month.year(), first_of_month.month(), wanted).ok()?;
    instant(zone, date, 0)
}

fn month_after(date: Date) -> Option<Date> {
    date.last_of_month().tomorrow().ok()
}

fn month_before(date: Date) -> Option<Date> {
    Some(date.first_of_month().yesterday().ok()?.first_of_month())
}

/// The instant of a minute of a local day; where the clock is put forward over it, the first one after.
fn instant(zone: &TimeZone, date: Date, minute: u16) -> Option<Timestamp> {
    let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
    let time = Time::new(hour, minute, 0, 0).ok()?;
    let zoned = date.to_datetime(time).to_zoned(zone.clone()).ok()?;
    Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("a zone")
    }

    fn time(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a time")
    }

    #[test]
    fn cycles_follow_the_calendar_and_not_the_last_cycle() {
        let sao_paulo = zone("America/Sao_Paulo");
        let cases = [
            (1, "2026-11-21T12:00:00-03:00", "2026-11-01T00:00:00-03:00", "2026-12-01T00:00:00-03:00"),
            (15, "2026-11-14T23:59:59-03:00", "2026-10-15T00:00:00-03:00", "2026-11-15T00:00:00-03:00"),
            (15, "2026-11-15T00:00:00-03:00", "2026-11-15T00:00:00-03:00", "2026-12-15T00:00:00-03:00"),
            // Days that a month does not have: its last one, and the next cycle has the 31st again.
            (31, "2027-02-27T10:00:00-03:00", "2027-01-31T00:00:00-03:00", "2027-02-28T00:00:00-03:00"),
            (31, "2027-02-28T10:00:00-03:00", "2027-02-28T00:00:00-03:00", "2027-03-31T00:00:00-03:00"),
            (30, "2028-02-29T00:00:00-03:00", "2028-02-29T00:00:00-03:00", "2028-03-30T00:00:00-03:00"),
            (29, "2027-12-31T23:00:00-03:00", "2027-12-29T00:00:00-03:00", "2028-01-29T00:00:00-03:00"),
            // Summer time began at midnight then: that day's first instant is 01:00.
            (4, "2018-11-04T12:00:00-02:00", "2018-11-04T01:00:00-02:00", "2018-12-04T00:00:00-02:00"),
        ];
        for (day, at, from, to) in cases {
            assert_eq!(cycle_at(&sao_paulo, day, time(at)), (time(from), time(to)), "{day} {at}");
        }
    }

    #[test]
    fn a_cycle_begins_where_the_one_before_ends() {
        for name in ["America/Sao_Paulo", "America/Noronha", "Europe/Lisbon", "UTC"] {
            let zone = zone(name);
            for day in 1..=31 {
                let mut at = time("2016-01-15T12:00:00Z");
                for _ in 0..60 {
                    let (from, to) = cycle_at(&zone, day, at);
                    assert!(from <= at && at < to);
                    assert_eq!(cycle_at(&zone, day, to.plus(-1)).1, to);
                    assert_eq!(cycle_at(&zone, day, to).0, to);
                    at = to;
                }
            }
        }
    }

    #[test]
    fn where_the_calendar_ends_the_cycle_is_all_of_time() {
        assert_eq!(cycle_at(&TimeZone::UTC, 1, Timestamp::MAX).1, Timestamp::MAX);
    }

    #[test]
    fn free_hours_pass_midnight_and_count_once() {
        let zone = zone("America/Sao_Paulo");
        let within = (time("2026-11-21T22:00:00-03:00"), time("2026-11-22T08:00:00-03:00"));
        let night = FreeWindow { from_minute: 23 * 60, to_minute: 6 * 60 };
        let morning = FreeWindow { from_minute: 5 * 60, to_minute: 7 * 60 };
        let spans =
            |windows: &[FreeWindow]| covered(free_spans(&zone, windows, within), within) / Timestamp::HOUR;
        assert_eq!(spans(&[]), 0);
        assert_eq!(spans(&[night]), 7);
        assert_eq!(spans(&[night, morning]), 8);
        assert_eq!(
            spans(&[FreeWindow { from_minute: 0, to_minute: 0 }]),
            10,
            "from midnight to midnight is all day"
        );
    }
}
