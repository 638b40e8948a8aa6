//! Amounts of data as people of each language write them, in the operator's choice of thousands.

use crate::look::format::{MINUS, localized, plain_decimal};
use crate::look::locale::Locale;

const NO_BREAK_SPACE: char = '\u{a0}';

/// In which thousands an operator counts data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataUnit {
    /// GB: 1,000,000,000 bytes.
    Gb,
    /// GiB: 1,073,741,824 bytes.
    Gib,
}

impl DataUnit {
    /// The unit of this name.
    pub fn from_name(name: &str) -> Option<DataUnit> {
        [DataUnit::Gb, DataUnit::Gib].into_iter().find(|unit| unit.name() == name)
    }

    /// Its name: what amounts typed in forms are counted in.
    pub const fn name(self) -> &'static str {
        match self {
            DataUnit::Gb => "GB",
            DataUnit::Gib => "GiB",
        }
    }

    const fn thousand(self) -> i64 {
        match self {
            DataUnit::Gb => 1_000,
            DataUnit::Gib => 1_024,
        }
    }

    /// Bytes of one.
    pub const fn bytes(self) -> i64 {
        self.thousand() * self.thousand() * self.thousand()
    }
}

/// Bytes with one decimal, rounded to the nearest so that the figures of one page add up: `19.9 GB`. Less than one drops to MB, KB and
/// bytes, so that only nothing reads `0.0 GB`.
pub fn volume(locale: Locale, unit: DataUnit, bytes: i64) -> String {
    let names = match unit {
        DataUnit::Gb => ["GB", "MB", "KB"],
        DataUnit::Gib => ["GiB", "MiB", "KiB"],
    };
    let sign = if bytes < 0 { MINUS.to_string() } else { String::new() };
    let magnitude = i128::from(bytes).abs();
    let mut size = i128::from(unit.bytes());
    for name in names {
        let tenths = (magnitude * 20 / size + 1) / 2;
        // Bytes are exact: the last of them are not rounded up to a KB.
        let rounds_up = tenths >= 10 && size > i128::from(unit.thousand());
        if rounds_up || magnitude >= size || magnitude == 0 {
            let number = localized(locale, &format!("{}.{}", tenths / 10, tenths % 10));
            return format!("{sign}{number}{NO_BREAK_SPACE}{name}");
        }
        size /= i128::from(unit.thousand());
    }
    let name = if magnitude == 1 { "byte" } else { "bytes" };
    format!("{sign}{magnitude}{NO_BREAK_SPACE}{name}")
}

/// What a reader typed as an amount of data in the operator's unit (`1,5`, `20`), as bytes; `None` if it is no such number, below
/// zero, or finer than a byte.
pub fn typed_bytes(locale: Locale, unit: DataUnit, typed: &str) -> Option<i64> {
    let plain = plain_decimal(locale, typed);
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 12 {
        return None;
    }
    let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    let number: i128 = format!("{whole}{fraction}").parse().ok()?;
    let bytes = number.checked_mul(i128::from(unit.bytes()))?;
    // Binary thousands make no whole bytes of most decimals: the last byte is cut.
    i64::try_from(bytes / scale).ok()
}

/// Bytes as a form shows them again, in the operator's unit and exact: `1.5`.
pub fn plain_volume(locale: Locale, unit: DataUnit, bytes: i64) -> String {
    let (size, bytes) = (i128::from(unit.bytes()), i128::from(bytes));
    let whole = bytes / size;
    let mut fraction = String::new();
    let mut rest = bytes % size;
    while rest > 0 && fraction.len() < 12 {
        rest *= 10;
        fraction.push(char::from(b'0' + u8::try_from(rest / size).unwrap_or(0)));
        rest %= size;
    }
    let point = if locale == Locale::PtBr { ',' } else { '.' };
    if fraction.is_empty() { whole.to_string() } else { format!("{whole}{point}{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_balance_reads_zero_but_nothing() {
        let cases = [
            (DataUnit::Gb, 20_000_000_000, "20.0 GB", "20,0 GB"),
            (DataUnit::Gb, 1_234_949_999_999, "1,234.9 GB", "1.234,9 GB"),
            (DataUnit::Gb, 0, "0.0 GB", "0,0 GB"),
            (DataUnit::Gb, 9_999_999_960, "10.0 GB", "10,0 GB"),
            (DataUnit::Gb, 999_999_999, "1.0 GB", "1,0 GB"),
            (DataUnit::Gb, 949_949_999, "949.9 MB", "949,9 MB"),
            (DataUnit::Gb, 1, "1 byte", "1 byte"),
            (DataUnit::Gb, 999, "999 bytes", "999 bytes"),
            (DataUnit::Gb, -1_250_000_000, "\u{2212}1.3 GB", "\u{2212}1,3 GB"),
            (DataUnit::Gib, 1 << 30, "1.0 GiB", "1,0 GiB"),
            (DataUnit::Gib, 1_000_000_000, "953.7 MiB", "953,7 MiB"),
            (DataUnit::Gib, 1_500, "1.5 KiB", "1,5 KiB"),
        ];
        for (unit, bytes, en, pt_br) in cases {
            assert_eq!(volume(Locale::En, unit, bytes).replace(NO_BREAK_SPACE, " "), en);
            assert_eq!(volume(Locale::PtBr, unit, bytes).replace(NO_BREAK_SPACE, " "), pt_br);
        }
    }

    #[test]
    fn what_was_typed_is_exact_or_nothing() {
        let cases = [
            (DataUnit::Gb, "1,5", Some(1_500_000_000)),
            (DataUnit::Gb, "1.000", Some(1_000_000_000_000)),
            (DataUnit::Gb, " 0 ", Some(0)),
            (DataUnit::Gib, "1,5", Some(1_610_612_736)),
            (DataUnit::Gb, "-1", None),
            (DataUnit::Gb, "1e3", None),
            (DataUnit::Gb, "", None),
            (DataUnit::Gb, "99999999999999", None),
        ];
        for (unit, typed, expected) in cases {
            assert_eq!(typed_bytes(Locale::PtBr, unit, typed), expected, "{typed:?}");
            let again = expected.map(|bytes| plain_volume(Locale::PtBr, unit, bytes));
            assert_eq!(
                again.and_then(|again| typed_bytes(Locale::PtBr, unit, &again)),
                expected,
                "{typed:?}"
            );
        }
    }
}
