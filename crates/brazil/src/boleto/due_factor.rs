//! The due date as four digits.
//!
//! Days are counted from 7 October 1997; after 9999 (21 February 2025) the count goes on from 1000, and will again in 2049. So a
//! factor is read beside a day near which it must lie (FEBRABAN: 3000 days back, 5500 ahead), never by a fixed date of change:
//! programs that had one broke in 2025.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use crate::boleto::error::BoletoError;

/// How far back from the day of reading a factor may mean, in days.
pub const FACTOR_DAYS_BACK: i64 = 3000;
/// How far ahead of the day of reading a factor may mean, in days.
pub const FACTOR_DAYS_AHEAD: i64 = 5500;

/// The day before the count of days is 1.
const BASE: Date = date(1997, 10, 7);
/// Factors 1000 to 9999 come again and again.
const PERIOD: i64 = 9000;
const FIRST_OF_PERIOD: i64 = 1000;

/// Four digits that say when a boleto is due: 0 when it has no due date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DueFactor(u16);

impl DueFactor {
    /// No due date.
    pub const NONE: DueFactor = DueFactor(0);

    /// The factor of a day from 8 October 1997 on.
    pub fn of(day: Date) -> Result<DueFactor, BoletoError> {
        let days = days_since_base(day)?;
        let factor = match days {
            ..1 => return Err(BoletoError::NoFactor),
            1..10_000 => days,
            _ => FIRST_OF_PERIOD + (days - 10_000) % PERIOD,
        };
        u16::try_from(factor).map(DueFactor).map_err(|_| BoletoError::NoFactor)
    }

    /// Four digits as they stand in a bar code.
    pub(crate) fn from_digits(factor: u16) -> DueFactor {
        DueFactor(factor)
    }

    /// The four digits as a number.
    pub fn number(self) -> u16 {
        self.0
    }

    /// The one day near `today` that has this factor; none when there is no due date.
    pub fn day_near(self, today: Date) -> Result<Option<Date>, BoletoError> {
        if self == DueFactor::NONE {
            return Ok(None);
        }
        let far_away = BoletoError::FactorFarAway { factor: self.0 };
        let factor = i64::from(self.0);
        let earliest = days_since_base(today)? - FACTOR_DAYS_BACK;
        // The window is shorter than a period, so at most one candidate lies in it.
        let periods = if factor < FIRST_OF_PERIOD || factor >= earliest {
            0
        } else {
            (earliest - factor + PERIOD - 1) / PERIOD
        };
        let days = factor + periods * PERIOD;
        if !(earliest..=earliest + FACTOR_DAYS_BACK + FACTOR_DAYS_AHEAD).contains(&days) {
            return Err(far_away);
        }
        BASE.checked_add(days.days()).map(Some).map_err(|_| far_away)
    }
}

fn days_since_base(day: Date) -> Result<i64, BoletoError> {
    let days = BASE.until(day).map_err(|_| BoletoError::NoFactor)?.get_days();
    Ok(i64::from(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = date(2026, 11, 21);

    #[test]
    fn there() {
        let cases = [
            (date(1997, 10, 8), 1),
            (date(2000, 7, 3), 1000),
            (date(2008, 2, 3), 3771),
            (date(2025, 2, 21), 9999),
            (date(2025, 2, 22), 1000),
            (date(2026, 11, 21), 1637),
            (date(2026, 12, 10), 1656),
            // The second change: one library writes five digits here and another refuses the day.
            (date(2049, 10, 13), 9999),
            (date(2049, 10, 14), 1000),
        ];
        for (day, factor) in cases {
            assert_eq!(DueFactor::of(day), Ok(DueFactor(factor)), "{day}");
        }
        assert_eq!(DueFactor::of(BASE), Err(BoletoError::NoFactor));
        assert_eq!(DueFactor::of(date(1990, 1, 1)), Err(BoletoError::NoFactor));
    }

    #[test]
    fn and_back_beside_a_day() {
        let far = |factor| Err(BoletoError::FactorFarAway { factor });
        let cases = [
            (1000, TODAY, Ok(Some(date(2025, 2, 22)))),
            (9999, TODAY, Ok(Some(date(2025, 2, 21)))),
            (1656, TODAY, Ok(Some(date(2026, 12, 10)))),
            (1000, date(2010, 1, 1), far(1000)),
            (1000, date(2008, 1, 1), Ok(Some(date(2000, 7, 3)))),
            (1000, date(2025, 1, 1), Ok(Some(date(2025, 2, 22)))),
            (9999, date(2049, 10, 20), Ok(Some(date(2049, 10, 13)))),
            (1000, date(2049, 10, 1), Ok(Some(date(2049, 10, 14)))),
            (1, TODAY, far(1)),
            (1, date(1998, 1, 1), Ok(Some(date(1997, 10, 8)))),
            (0, TODAY, Ok(None)),
        ];
        for (factor, today, expected) in cases {
            assert_eq!(DueFactor(factor).day_near(today), expected, "{factor} on {today}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_day_of_the_window_comes_back(today in 0_i64..40_000, ahead in -FACTOR_DAYS_BACK..=FACTOR_DAYS_AHEAD) {
            let today = BASE.checked_add(today.days()).expect("a day of this century");
            let day = today.checked_add(ahead.days()).expect("a day of this century");
            proptest::prop_assume!(day > BASE);
            let factor = DueFactor::of(day).expect("a day after the base");
            proptest::prop_assert_eq!(factor.day_near(today), Ok(Some(day)));
        }

        #[test]
        fn what_is_read_has_the_factor(factor in 0_u16..=9999, today in 0_i64..40_000) {
            let today = BASE.checked_add(today.days()).expect("a day of this century");
            if let Ok(Some(day)) = DueFactor(factor).day_near(today) {
                proptest::prop_assert_eq!(DueFactor::of(day), Ok(DueFactor(factor)));
            }
        }
    }
}
