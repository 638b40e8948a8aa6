//! The days on which banks all over the country work: a boleto that falls due on another one is in time on the next of them
//! (Lei 7.089/1983), without fine or interest.
//!
//! Known are weekends and what the whole country's banks keep: the national holidays of the laws 662/1949, 6.802/1980 and 14.759/2023,
//! and Monday and Tuesday of carnival, Good Friday and Corpus Christi (Resolução CMN 4.880/2020). Of a state's or a town's own
//! holidays nothing is known here.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

/// Month and day of the national holidays that stand still.
const FIXED: [(i8, i8); 8] = [(1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25)];
/// Consciência Negra, month and day, and the first year of which it is one.
const SINCE_2024: ((i8, i8), i16) = ((11, 20), 2024);
/// Days from Easter Sunday: Monday and Tuesday of carnival, Good Friday, Corpus Christi.
const AROUND_EASTER: [i32; 4] = [-48, -47, -2, 60];

/// Whether banks work on this day.
pub fn is_bank_day(day: Date) -> bool {
    let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    !is_weekend && !is_holiday(day)
}

/// This day, if banks work on it, else the next one on which they do. At the calendar's end the day itself.
pub fn bank_day_from(day: Date) -> Date {
    let following = std::iter::successors(Some(day), |day| day.tomorrow().ok());
    following.into_iter().find(|day| is_bank_day(*day)).unwrap_or(day)
}

fn is_holiday(day: Date) -> bool {
    let month_and_day = (day.month(), day.day());
    let (consciencia_negra, since) = SINCE_2024;
    if FIXED.contains(&month_and_day) || (month_and_day == consciencia_negra && day.year() >= since) {
        return true;
    }
    easter(day.year()).is_some_and(|easter| {
        AROUND_EASTER.iter().any(|days| easter.checked_add(days.days()).is_ok_and(|holiday| holiday == day))
    })
}

/// Easter Sunday by the Gregorian calendar ("anonymous Gregorian algorithm", Nature 13, 1876).
fn easter(year: i16) -> Option<Date> {
    let year_number = i32::from(year);
    let golden = year_number.rem_euclid(19);
    let (century, in_century) = (year_number.div_euclid(100), year_number.rem_euclid(100));
    let moon = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon + 15).rem_euclid(30);
    let to_sunday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4).rem_euclid(7);
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let counted = epact + to_sunday - 7 * late + 114;
    let (month, day) = (i8::try_from(counted / 31).ok()?, i8::try_from(counted % 31 + 1).ok()?);
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_as_it_was_and_will_be() -> Result<(), jiff::Error> {
        let sundays = [
            "1954-04-18",
            "2000-04-23",
            "2008-03-23",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2038-04-25",
        ];
        for sunday in sundays {
            let sunday: Date = sunday.parse()?;
            assert_eq!(easter(sunday.year()), Some(sunday));
        }
        Ok(())
    }

    #[test]
    fn what_falls_due_when_banks_rest_is_in_time_on_the_next_day_on_which_they_work()
    -> Result<(), jiff::Error> {
        let cases = [
            ("2026-11-20", "2026-11-23"), // Friday, Consciência Negra
            ("2023-11-20", "2023-11-20"), // before it was one
            ("2026-11-26", "2026-11-26"), // a Thursday
            ("2026-11-28", "2026-11-30"), // Saturday
            ("2026-11-29", "2026-11-30"), // Sunday
            ("2026-02-14", "2026-02-18"), // Saturday of carnival
            ("2026-04-03", "2026-04-06"), // Good Friday
            ("2026-06-04", "2026-06-05"), // Corpus Christi
            ("2026-12-25", "2026-12-28"), // Friday, Christmas
            ("2027-01-01", "2027-01-04"), // Friday, New Year
            ("9999-12-31", "9999-12-31"),
        ];
        for (due, in_time) in cases {
            assert_eq!(bank_day_from(due.parse()?), in_time.parse::<Date>()?, "{due}");
        }
        Ok(())
    }
}
