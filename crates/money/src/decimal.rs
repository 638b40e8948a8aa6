//! Decimal text, exactly: no float, no silent rounding.

use thiserror::Error;

/// Why a text is not a decimal number of the wanted precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DecimalError {
    /// Not `-?digits(.digits)?`.
    #[error("not a decimal number like 24.75")]
    Malformed,
    /// More decimal places than the unit has.
    #[error("more decimal places than the {decimals} that are counted")]
    OverPrecise {
        /// Decimal places that are counted.
        decimals: u8,
    },
    /// Outside of what 64 bits hold.
    #[error("outside the range that can be counted")]
    OutOfRange,
}

/// Reads `text` as a count of steps of 10^-`decimals`. A sign `-`, digits, and at most one point with digits on both sides; no
/// blanks, no exponent, no grouping. Zeros behind the last counted place are accepted, other digits there are an error.
pub fn parse_decimal(text: &str, decimals: u8) -> Result<i64, DecimalError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return Err(DecimalError::Malformed),
        Some(parts) => parts,
        None => (digits, ""),
    };
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return Err(DecimalError::Malformed);
    }
    let places = usize::from(decimals);
    if fraction.len() > places && fraction.bytes().skip(places).any(|b| b != b'0') {
        return Err(DecimalError::OverPrecise { decimals });
    }
    let mut value: i128 = 0;
    let fraction_digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(places);
    for digit in whole.bytes().chain(fraction_digits) {
        value = value * 10 + i128::from(digit - b'0');
        if value > i128::from(i64::MAX) + 1 {
            return Err(DecimalError::OutOfRange);
        }
    }
    i64::try_from(if negative { -value } else { value }).map_err(|_| DecimalError::OutOfRange)
}

/// Writes a count of steps of 10^-`decimals` as decimal text: at least `shown` places, further ones only while they are not
/// zero. The inverse of [`parse_decimal`].
pub fn print_decimal(value: i64, decimals: u8, shown: u8) -> String {
    let magnitude = value.unsigned_abs();
    let scale = 10_u64.pow(u32::from(decimals));
    let sign = if value < 0 { "-" } else { "" };
    let whole = magnitude / scale;
    if decimals == 0 {
        return format!("{sign}{whole}");
    }
    let mut fraction = format!("{:0width$}", magnitude % scale, width = usize::from(decimals));
    while fraction.len() > usize::from(shown) && fraction.ends_with('0') {
        fraction.pop();
    }
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads() {
        use DecimalError::{Malformed, OutOfRange};
        let over = DecimalError::OverPrecise { decimals: 6 };
        let cases = [
            ("24.75", Ok(24_750_000)),
            ("-0.25", Ok(-250_000)),
            ("0", Ok(0)),
            ("007", Ok(7_000_000)),
            ("0.000001", Ok(1)),
            ("0.0000010", Ok(1)),
            ("0.0000001", Err(over)),
            ("9223372036854.775807", Ok(i64::MAX)),
            ("-9223372036854.775808", Ok(i64::MIN)),
            ("9223372036854.775808", Err(OutOfRange)),
            ("999999999999999999999999999999999999999999999999", Err(OutOfRange)),
            ("", Err(Malformed)),
            ("-", Err(Malformed)),
            (".5", Err(Malformed)),
            ("5.", Err(Malformed)),
            ("1e3", Err(Malformed)),
            ("1,5", Err(Malformed)),
            (" 1", Err(Malformed)),
            ("+1", Err(Malformed)),
            ("1.2.3", Err(Malformed)),
            ("--1", Err(Malformed)),
            ("١", Err(Malformed)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_decimal(text, 6), expected, "{text:?}");
        }
    }

    #[test]
    fn writes() {
        let cases = [
            (24_750_000, 6, 2, "24.75"),
            (10_000_000, 6, 2, "10.00"),
            (1, 6, 2, "0.000001"),
            (-250_000, 6, 2, "-0.25"),
            (i64::MIN, 6, 2, "-9223372036854.775808"),
            (7, 0, 0, "7"),
            (7_000, 3, 0, "7"),
        ];
        for (value, decimals, shown, expected) in cases {
            assert_eq!(print_decimal(value, decimals, shown), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn there_and_back(value: i64, decimals in 0_u8..=9, shown in 0_u8..=2) {
            let text = print_decimal(value, decimals, shown.min(decimals));
            proptest::prop_assert_eq!(parse_decimal(&text, decimals), Ok(value));
        }

        #[test]
        fn never_panics(text in "[-0-9.]{0,30}", decimals in 0_u8..=9) {
            let _ = parse_decimal(&text, decimals);
        }
    }
}
