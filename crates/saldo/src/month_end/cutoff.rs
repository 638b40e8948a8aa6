//! Up to when the books of a month are told.

use engine::Period;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use money::Timestamp;

use crate::look::page::Month;
use crate::portal::calendar;

/// Up to when the books of a month are told: to its end, or to the end of one of its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cutoff {
    /// The month, told from its begin.
    pub month: Month,
    /// The last day that counts; none for all of the month.
    pub day: Option<i8>,
}

impl From<Month> for Cutoff {
    fn from(month: Month) -> Cutoff {
        Cutoff { month, day: None }
    }
}

impl Cutoff {
    /// Reads a day as addresses and commands write it, `2026-11-17`.
    pub fn parse_day(text: &str) -> Option<Cutoff> {
        let day: Date = text.parse().ok()?;
        (text == day.to_string())
            .then(|| Cutoff { month: Month { year: day.year(), month: day.month() }, day: Some(day.day()) })
    }

    /// As in addresses and files: `2026-11`, or `2026-11-17`.
    pub fn value(self) -> String {
        match self.day {
            None => self.month.value(),
            Some(day) => format!("{}-{day:02}", self.month.value()),
        }
    }

    /// What sorts before what comes later.
    pub(super) fn key(self) -> (i16, i8, Option<i8>) {
        (self.month.year, self.month.month, self.day)
    }

    /// The days that are told.
    pub(crate) fn days(self) -> impl Iterator<Item = Date> {
        let until = self.day;
        calendar::days(self.month).take_while(move |date| until.is_none_or(|day| date.day() <= day))
    }

    /// From the begin of the month until the end of its last day that counts, day by day, in the operator's zone. `None` at the end of the
    /// calendar.
    pub fn period(self, zone: &TimeZone) -> Option<Period> {
        let bounds = self.days().filter_map(|day| calendar::day_bounds(zone, day)).collect::<Vec<_>>();
        let (first, rest) = bounds.split_first()?;
        let until = bounds.last()?.until;
        Some(Period { from: first.from, until, midnights: rest.iter().map(|bounds| bounds.from).collect() })
    }

    /// When what is told of has begun at the earliest: the month, or the day. What has not begun has no books.
    pub(crate) fn begins_at(self, zone: &TimeZone) -> Option<Timestamp> {
        let day = if self.day.is_some() { self.days().last() } else { self.days().next() };
        Some(calendar::day_bounds(zone, day?)?.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_one_way_and_tells_its_month_up_to_its_end() {
        for wrong in ["", "2026-11", "2026-11-31", "2026-1-2", "20261102", "2026-11-02T10:00", " 2026-11-02"]
        {
            assert_eq!(Cutoff::parse_day(wrong), None, "{wrong:?}");
        }
        let zone = TimeZone::get("America/Sao_Paulo").expect("a zone");
        let at = |text| Timestamp::parse(text).expect("a time");
        let cutoff = Cutoff::parse_day("2026-11-03").expect("a day");
        assert_eq!(cutoff.value(), "2026-11-03");
        let period = cutoff.period(&zone).expect("a period");
        assert_eq!((period.from, period.until), (at("2026-11-01T03:00:00Z"), at("2026-11-04T03:00:00Z")));
        assert_eq!(period.midnights, [at("2026-11-02T03:00:00Z"), at("2026-11-03T03:00:00Z")]);
        assert_eq!(cutoff.begins_at(&zone), Some(at("2026-11-03T03:00:00Z")));
        // The last day of a month tells what the month tells.
        let whole = Cutoff::from(cutoff.month);
        let last = Cutoff::parse_day("2026-11-30").expect("a day");
        assert_eq!(whole.period(&zone), last.period(&zone));
        assert_eq!(whole.begins_at(&zone), Some(at("2026-11-01T03:00:00Z")));
    }
}
