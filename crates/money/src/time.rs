//! Instants, as microseconds since the epoch.

use core::fmt;

use thiserror::Error;

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Why a text is not an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not an RFC 3339 time with its offset, like 2026-11-21T14:12:00Z")]
pub struct TimestampError;

impl Timestamp {
    /// One second.
    pub const SECOND: i64 = 1_000_000;
    /// One minute.
    pub const MINUTE: i64 = 60 * Self::SECOND;
    /// One hour.
    pub const HOUR: i64 = 60 * Self::MINUTE;
    /// One day of 24 hours.
    pub const DAY: i64 = 24 * Self::HOUR;
    /// The epoch.
    pub const EPOCH: Timestamp = Timestamp(0);
    /// Later than everything.
    pub const MAX: Timestamp = Timestamp(i64::MAX);

    /// `micros` microseconds after the epoch.
    pub const fn from_micros(micros: i64) -> Timestamp {
        Timestamp(micros)
    }

    /// `seconds` after the epoch; instants out of range are clamped to the nearest that can be counted.
    pub const fn from_seconds(seconds: i64) -> Timestamp {
        Timestamp(seconds.saturating_mul(Self::SECOND))
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded towards the past.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(Self::SECOND)
    }

    /// The number of the hour since the epoch that holds this instant.
    pub const fn hour(self) -> i64 {
        self.0.div_euclid(Self::HOUR)
    }

    /// This instant moved by `micros`, clamped to what can be counted.
    #[must_use]
    pub const fn plus(self, micros: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(micros))
    }

    /// Microseconds from `earlier` to this instant, clamped to what can be counted.
    pub const fn since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads RFC 3339 text with an offset. Digits beyond the microsecond are cut off.
    pub fn parse(text: &str) -> Result<Timestamp, TimestampError> {
        let instant: jiff::Timestamp = text.parse().map_err(|_| TimestampError)?;
        Ok(Timestamp(instant.as_microsecond()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(instant) => write!(f, "{instant}"),
            // Outside the calendar: the count itself says what there is.
            Err(_) => write!(f, "{}us", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text() {
        let noon = Timestamp::parse("2026-11-21T12:00:00-03:00");
        assert_eq!(noon.map(|t| t.to_string()), Ok("2026-11-21T15:00:00Z".to_owned()));
        assert_eq!(Timestamp::parse("2026-11-21T12:00:00"), Err(TimestampError));
        assert_eq!(Timestamp::parse("yesterday"), Err(TimestampError));
        assert_eq!(Timestamp::MAX.to_string(), "9223372036854775807us");
    }

    #[test]
    fn hours_of_the_past_count_down() {
        assert_eq!(Timestamp::from_micros(-1).hour(), -1);
        assert_eq!(Timestamp::from_seconds(3_600).hour(), 1);
    }
}
