//! Days as Brazil writes them: `21/11/2026`.

use jiff::civil::Date;
use thiserror::Error;

/// Why a text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a day like 21/11/2026")]
pub struct DayError;

impl DayError {
    /// A code for programs; it never changes.
    pub fn code(self) -> &'static str {
        "day_malformed"
    }
}

/// `21/11/2026`.
pub fn print_day(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

/// Reads `21/11/2026`, also `1/2/2026`, with blanks around it. The year has four digits: `26` may mean a year of birth.
pub fn parse_day(text: &str) -> Result<Date, DayError> {
    let mut parts = text.trim().split('/');
    let mut number = |len_min: usize, len_max: usize| {
        let part = parts.next().filter(|part| (len_min..=len_max).contains(&part.len())).ok_or(DayError)?;
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i16>().ok().filter(|_| is_number).ok_or(DayError)
    };
    let (day, month, year) = (number(1, 2)?, number(1, 2)?, number(4, 4)?);
    if parts.next().is_some() {
        return Err(DayError);
    }
    let small = |number: i16| i8::try_from(number).map_err(|_| DayError);
    Date::new(year, small(month)?, small(day)?).map_err(|_| DayError)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn there_and_back() {
        assert_eq!(print_day(date(2026, 2, 1)), "01/02/2026");
        let cases = [
            ("01/02/2026", Ok(date(2026, 2, 1))),
            (" 1/2/2026 ", Ok(date(2026, 2, 1))),
            ("29/02/2028", Ok(date(2028, 2, 29))),
            ("29/02/2026", Err(DayError)),
            ("02/13/2026", Err(DayError)),
            ("01/02/26", Err(DayError)),
            ("2026-02-01", Err(DayError)),
            ("01/02/2026/", Err(DayError)),
            ("+1/02/2026", Err(DayError)),
            ("", Err(DayError)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_day(text), expected, "{text:?}");
        }
    }
}
