//! Money, numbers, dates and times as people of each language write them.
//!
//! Checked against Node's `Intl` where the two mean the same; we differ on purpose in three points: a minus is U+2212, hours
//! count to 24 in English too, and decimals beyond the cents are shown when they are not zero.

use core::fmt::Write as _;

use jiff::Zoned;
use jiff::tz::TimeZone;
use money::{Amount, Quantity, Timestamp, Unit};
use stripe::minor_units::{self, Currency};

use crate::look::locale::Locale;

/// The minus sign of typography, as wide as a plus, so that columns of signs line up.
pub const MINUS: char = '\u{2212}';
const NO_BREAK_SPACE: char = '\u{a0}';
const EN_DASH: char = '\u{2013}';

/// An amount with its currency: `$24.75`, `R$ 24,90`, `−$0.25`; units that are no currency put their code behind: `12.5 CREDIT`.
pub fn money(locale: Locale, amount: Amount) -> String {
    let decimal = whole_minor_units(amount.to_decimal(), amount.unit());
    let (sign, digits) = match decimal.strip_prefix('-') {
        Some(digits) => (String::from(MINUS), digits),
        None => (String::new(), decimal.as_str()),
    };
    let number = localized(locale, digits);
    match symbol(locale, amount.unit()) {
        Some(symbol) => format!("{sign}{symbol}{number}"),
        None => format!("{sign}{number}{NO_BREAK_SPACE}{}", amount.unit().code()),
    }
}

/// Of a currency that no wallet counts, all decimals that it has at Stripe, though they are zero.
fn whole_minor_units(decimal: String, unit: Unit) -> String {
    let is_shown_alone = unit.code().len() == 3
        && unit.decimals() == Unit::USD.decimals()
        && Currency::from_unit(unit).is_none();
    if !is_shown_alone {
        return decimal;
    }
    let decimals = usize::from(minor_units::decimals_of(&unit.code().to_ascii_lowercase()));
    let (whole, fraction) = decimal.split_once('.').unwrap_or((&decimal, ""));
    if decimals == 0 && fraction.is_empty() {
        return decimal;
    }
    format!("{whole}.{fraction:0<decimals$}")
}

/// An amount that moves a balance, with a plus too: `+$10.00`, `−$0.25`; zero has no sign.
pub fn movement(locale: Locale, amount: Amount) -> String {
    let text = money(locale, amount);
    if amount.value() > 0 { format!("+{text}") } else { text }
}

/// A whole number, grouped: `12,345` or `12.345`.
pub fn number(locale: Locale, number: i64) -> String {
    let sign = if number < 0 { MINUS.to_string() } else { String::new() };
    format!("{sign}{}", localized(locale, &number.unsigned_abs().to_string()))
}

/// How much was used, grouped, with as many decimals as are not zero: `12,345` or `1.5`.
pub fn quantity(locale: Locale, quantity: Quantity) -> String {
    let decimal = quantity.to_decimal();
    match decimal.strip_prefix('-') {
        Some(digits) => format!("{MINUS}{}", localized(locale, digits)),
        None => localized(locale, &decimal),
    }
}

/// `text` as part of an address (RFC 3986): everything but unreserved characters as percent and two hexadecimal digits.
pub fn percent_encoded(text: &str) -> String {
    let mut url = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

/// What a reader typed as an amount (`1.234,50`, `R$ 20`, `$1,234.50`) as plain decimal text (`1234.50`). It takes away the
/// currency and the marks between groups of three, and nothing else: what is grouped otherwise (`10,00` in English) comes back
/// as it was typed and is no number to `Amount::parse`, rather than a hundred times what was meant.
pub fn plain_decimal(locale: Locale, typed: &str) -> String {
    let trimmed = typed.trim().trim_start_matches(['R', 'U', 'S', '$']).trim();
    let (group, point) = marks(locale);
    let single_point = locale == Locale::PtBr && !trimmed.contains(',') && trimmed.matches('.').count() == 1;
    // "24.90" is what a numeric keypad gives in Brazil too: a single point before other than three digits is a decimal point.
    if single_point && trimmed.rsplit_once('.').is_some_and(|(_, behind)| behind.len() != 3) {
        return trimmed.to_owned();
    }
    let (whole, fraction) = match trimmed.split_once(point) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (trimmed, None),
    };
    let mut groups = whole.split(group);
    let first = groups.next().unwrap_or_default();
    let grouped = whole.contains(group);
    let in_threes = groups.all(|digits| digits.len() == 3) && (!grouped || (1..=3).contains(&first.len()));
    if !in_threes || fraction.is_some_and(|fraction| fraction.contains([group, point])) {
        return trimmed.to_owned();
    }
    let whole = whole.replace(group, "");
    fraction.map_or_else(|| whole.clone(), |fraction| format!("{whole}.{fraction}"))
}

/// Day and time: `Nov 21, 2026, 14:12` or `21 de nov. de 2026, 14:12`.
pub fn date_time(locale: Locale, zone: &TimeZone, at: Timestamp) -> String {
    format!("{}, {}", date(locale, zone, at), time(zone, at))
}

/// Day with year: `Nov 21, 2026` or `21 de nov. de 2026`.
pub fn date(locale: Locale, zone: &TimeZone, at: Timestamp) -> String {
    let day = day(locale, zone, at);
    let year = zoned(zone, at).year();
    match locale {
        Locale::En => format!("{day}, {year}"),
        Locale::PtBr => format!("{day} de {year}"),
    }
}

/// Day with year as documents have it: `Nov 26, 2026` or `26/11/2026`.
pub fn numeric_date(locale: Locale, zone: &TimeZone, at: Timestamp) -> String {
    let civil = zoned(zone, at);
    match locale {
        Locale::En => date(locale, zone, at),
        Locale::PtBr => format!("{:02}/{:02}/{:04}", civil.day(), civil.month(), civil.year()),
    }
}

/// Day without year: `Nov 21` or `21 de nov.`.
pub fn day(locale: Locale, zone: &TimeZone, at: Timestamp) -> String {
    let at = zoned(zone, at);
    let month = short_month(locale, at.month());
    match locale {
        Locale::En => format!("{month} {}", at.day()),
        Locale::PtBr => format!("{} de {month}", at.day()),
    }
}

/// Time of day, 24 hours: `14:12`.
pub fn time(zone: &TimeZone, at: Timestamp) -> String {
    let at = zoned(zone, at);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// From one time of day to another: `14:00–15:00`.
pub fn hours(zone: &TimeZone, from: Timestamp, until: Timestamp) -> String {
    format!("{}{EN_DASH}{}", time(zone, from), time(zone, until))
}

/// A month with its year: `November 2026` or `novembro de 2026`. `month` is 1 to 12.
pub fn month(locale: Locale, year: i16, month: i8) -> String {
    let names = match locale {
        Locale::En => LONG_MONTHS_EN,
        Locale::PtBr => LONG_MONTHS_PT_BR,
    };
    let name = nth_month(&names, month);
    match locale {
        Locale::En => format!("{name} {year}"),
        Locale::PtBr => format!("{name} de {year}"),
    }
}

/// The month of an instant without its year, shortened: `Nov` or `nov.`.
pub fn month_short(locale: Locale, zone: &TimeZone, at: Timestamp) -> &'static str {
    short_month(locale, zoned(zone, at).month())
}

/// The month of an instant with its year, as [`month`] writes it.
pub fn month_of(locale: Locale, zone: &TimeZone, at: Timestamp) -> String {
    let at = zoned(zone, at);
    month(locale, at.year(), at.month())
}

/// Time of `zone` in seconds with its offset (RFC 3339): `2026-11-21T14:12:30-03:00`.
pub fn time_with_offset(zone: &TimeZone, at: Timestamp) -> String {
    let at = zoned(zone, at);
    format!("{:.0}", at.timestamp().display_with_offset(at.offset()))
}

/// What a zone is called: `America/Sao_Paulo`.
pub fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

/// Begin and end of a long id, `ch_3SVk…x81F`: enough to tell rows apart where the whole does not fit.
pub fn short_id(id: &str) -> String {
    const BEGIN: usize = 7;
    const END: usize = 4;
    let count = id.chars().count();
    if count <= BEGIN + END + 1 {
        return id.to_owned();
    }
    let begin: String = id.chars().take(BEGIN).collect();
    let end: String = id.chars().skip(count - END).collect();
    format!("{begin}…{end}")
}

/// Whole minutes from `now` until `later`, rounded up so that the last minute still reads 1; 0 once it has come.
pub fn minutes_left(now: Timestamp, later: Timestamp) -> u32 {
    let micros = later.since(now).max(0);
    u32::try_from(micros.div_euclid(Timestamp::MINUTE) + i64::from(micros % Timestamp::MINUTE != 0))
        .unwrap_or(u32::MAX)
}

fn symbol(locale: Locale, unit: Unit) -> Option<String> {
    match (locale, unit) {
        (Locale::En, Unit::USD) => Some("$".to_owned()),
        (Locale::En, Unit::BRL) => Some("R$".to_owned()),
        (Locale::PtBr, Unit::USD) => Some(format!("US${NO_BREAK_SPACE}")),
        (Locale::PtBr, Unit::BRL) => Some(format!("R${NO_BREAK_SPACE}")),
        _ => None,
    }
}

/// The grouping mark and the decimal point.
fn marks(locale: Locale) -> (char, char) {
    match locale {
        Locale::En => (',', '.'),
        Locale::PtBr => ('.', ','),
    }
}

/// Plain digits with at most one point, as the language writes them.
pub(crate) fn localized(locale: Locale, digits: &str) -> String {
    let (group, point) = marks(locale);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(point);
        text.push_str(fraction);
    }
    text
}

/// A time outside the calendar (before year −9999 or after 9999) is shown at the calendar's edge.
fn zoned(zone: &TimeZone, at: Timestamp) -> Zoned {
    let edge = if at.as_micros() < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(edge).to_zoned(zone.clone())
}

fn short_month(locale: Locale, month: i8) -> &'static str {
    match locale {
        Locale::En => nth_month(&SHORT_MONTHS_EN, month),
        Locale::PtBr => nth_month(&SHORT_MONTHS_PT_BR, month),
    }
}

fn nth_month(names: &[&'static str; 12], month: i8) -> &'static str {
    usize::try_from(month).ok().and_then(|m| names.get(m.wrapping_sub(1))).copied().unwrap_or("")
}

const SHORT_MONTHS_EN: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const SHORT_MONTHS_PT_BR: [&str; 12] =
    ["jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."];
const LONG_MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const LONG_MONTHS_PT_BR: [&str; 12] = [
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Made once by Node 20 (ICU 78, CLDR 48): language, currency, decimal amount, `Intl.NumberFormat` of it.
    const MONEY: &str = include_str!("golden/money.tsv");
    /// The same for dates in São Paulo: language, instant, `dateStyle: "medium"`, month with year.
    const DATES: &str = include_str!("golden/dates.tsv");

    #[test]
    fn money_as_intl_writes_it() {
        for line in MONEY.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let [tag, currency, decimal, expected] = fields[..] else { panic!("{line}") };
            let locale = Locale::from_tag(tag).expect("a language of ours");
            let unit = Unit::known(currency).expect("a currency of ours");
            let amount = Amount::parse(decimal, unit).expect("an amount");
            assert_eq!(money(locale, amount), expected.replace('-', &MINUS.to_string()), "{line}");
        }
    }

    #[test]
    fn dates_as_intl_writes_them() {
        let zone = TimeZone::get("America/Sao_Paulo").expect("time zones of the system");
        for line in DATES.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let [tag, instant, expected, expected_month] = fields[..] else { panic!("{line}") };
            let locale = Locale::from_tag(tag).expect("a language of ours");
            let at = Timestamp::parse(instant).expect("an instant");
            assert_eq!(date(locale, &zone, at), expected, "{line}");
            let civil = zoned(&zone, at);
            assert_eq!(month(locale, civil.year(), civil.month()), expected_month, "{line}");
        }
    }

    #[test]
    fn money_beyond_cents_and_other_units() {
        let credit = Unit::new("CREDIT", 2).expect("a unit");
        let [eur, jpy, kwd] = ["EUR", "JPY", "KWD"].map(|code| Unit::new(code, 6).expect("a unit"));
        let cases = [
            (Locale::En, eur, "9.2", "9.20\u{a0}EUR", "+9.20\u{a0}EUR"),
            (Locale::PtBr, eur, "-9", "−9,00\u{a0}EUR", "−9,00\u{a0}EUR"),
            (Locale::En, jpy, "1481", "1,481\u{a0}JPY", "+1,481\u{a0}JPY"),
            (Locale::En, kwd, "3.07", "3.070\u{a0}KWD", "+3.070\u{a0}KWD"),
            (Locale::En, Unit::USD, "0.001875", "$0.001875", "+$0.001875"),
            (Locale::En, Unit::USD, "-0.25", "−$0.25", "−$0.25"),
            (Locale::En, Unit::USD, "0", "$0.00", "$0.00"),
            (Locale::PtBr, Unit::BRL, "10", "R$\u{a0}10,00", "+R$\u{a0}10,00"),
            (Locale::PtBr, Unit::BRL, "-1234.5", "−R$\u{a0}1.234,50", "−R$\u{a0}1.234,50"),
            (Locale::PtBr, Unit::USD, "0.125", "US$\u{a0}0,125", "+US$\u{a0}0,125"),
            (Locale::En, credit, "1250.5", "1,250.5\u{a0}CREDIT", "+1,250.5\u{a0}CREDIT"),
        ];
        for (locale, unit, decimal, plain, moved) in cases {
            let amount = Amount::parse(decimal, unit).expect("an amount");
            assert_eq!(money(locale, amount), plain);
            assert_eq!(movement(locale, amount), moved);
        }
    }

    #[test]
    fn amounts_as_they_are_typed() {
        let cases = [
            (Locale::En, "10", "10"),
            (Locale::En, " $1,234.50 ", "1234.50"),
            (Locale::En, "12.5", "12.5"),
            (Locale::PtBr, "R$ 1.234,50", "1234.50"),
            (Locale::PtBr, "24,90", "24.90"),
            (Locale::PtBr, "24.90", "24.90"),
            (Locale::PtBr, "1.000", "1000"),
            (Locale::PtBr, "US$\u{a0}20", "20"),
            (Locale::En, "10,00", "10,00"),
            (Locale::En, "1,2345", "1,2345"),
            (Locale::En, "1,234,567", "1234567"),
            (Locale::En, ",500", ",500"),
            (Locale::En, "10 00", "10 00"),
            (Locale::PtBr, "10,000.00", "10,000.00"),
            (Locale::PtBr, "1.23.456", "1.23.456"),
            (Locale::En, "ten", "ten"),
            (Locale::En, "-5", "-5"),
            (Locale::En, "", ""),
        ];
        for (locale, typed, expected) in cases {
            assert_eq!(plain_decimal(locale, typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn times() {
        let zone = TimeZone::get("America/Sao_Paulo").expect("time zones of the system");
        let at = Timestamp::parse("2026-11-21T17:12:30Z").expect("an instant");
        assert_eq!(date_time(Locale::En, &zone, at), "Nov 21, 2026, 14:12");
        assert_eq!(date_time(Locale::PtBr, &zone, at), "21 de nov. de 2026, 14:12");
        assert_eq!(numeric_date(Locale::PtBr, &zone, at), "21/11/2026");
        assert_eq!(numeric_date(Locale::En, &zone, at), "Nov 21, 2026");
        assert_eq!(day(Locale::En, &zone, at), "Nov 21");
        assert_eq!(month_short(Locale::PtBr, &zone, at), "nov.");
        assert_eq!(time_with_offset(&zone, at), "2026-11-21T14:12:30-03:00");
        assert_eq!(time_with_offset(&TimeZone::UTC, at), "2026-11-21T17:12:30+00:00");
        assert_eq!((zone_name(&zone), zone_name(&TimeZone::UTC)), ("America/Sao_Paulo", "UTC"));
        assert_eq!(hours(&zone, at, at.plus(Timestamp::HOUR)), "14:12–15:12");
        assert_eq!(date(Locale::En, &zone, Timestamp::MAX), "Dec 30, 9999");
        let left = [(0, 0), (1, 1), (Timestamp::MINUTE, 1), (Timestamp::MINUTE + 1, 2), (-5, 0)];
        for (micros, minutes) in left {
            assert_eq!(minutes_left(at, at.plus(micros)), minutes, "{micros}");
        }
    }

    #[test]
    fn numbers_and_ids() {
        assert_eq!(number(Locale::En, 1_250_400), "1,250,400");
        assert_eq!(number(Locale::PtBr, -1_000), "−1.000");
        assert_eq!(short_id("ch_3SVk9QKq81Fx0aB2x81F"), "ch_3SVk…x81F");
        assert_eq!(short_id("ch_123456789"), "ch_123456789");
    }
}
