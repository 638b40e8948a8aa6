//! Money, numbers, dates and times as people of each language write them.
//!
//! Checked against Node's `Intl` where the two mean the same; we differ on purpose in three points: a minus is U+2212, hours
//! count to 24 in English too, and decimals beyond the cents are shown when they are not zero.

use jiff::Zoned;
use jiff::tz::TimeZone;
use money::{Amount, Timestamp, Unit};

use crate::look::locale::Locale;

/// The minus sign of typography, as wide as a plus, so that columns of signs line up.
pub const MINUS: char = '\u{2212}';
const NO_BREAK_SPACE: char = '\u{a0}';
const EN_DASH: char = '\u{2013}';

/// An amount with its currency: `$24.75`, `R$ 24,90`, `−$0.25`; units that are no currency put their code behind: `12.5 CREDIT`.
pub fn money(locale: Locale, amount: Amount) -> String {
    let decimal = amount.to_decimal();
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

/// What a reader typed as an amount (`1.234,50`, `R$ 20`, `$1,234.50`) as plain decimal text (`1234.50`). It only takes away
/// the currency and the grouping that belongs to the language; whether the rest is a number is for `Amount::parse` to say.
pub fn plain_decimal(locale: Locale, typed: &str) -> String {
    let trimmed = typed.trim().trim_start_matches(['R', 'U', 'S', '$']).trim();
    let (group, point) = marks(locale);
    let digits_behind_point = |text: &str| text.rsplit_once('.').map_or(0, |(_, behind)| behind.len());
    // "24.90" is what a numeric keypad gives in Brazil too: a single point before other than three digits is a decimal point.
    if locale == Locale::PtBr && !trimmed.contains(',') && trimmed.matches('.').count() == 1 && digits_behind_point(trimmed) != 3
    {
        return trimmed.to_owned();
    }
    trimmed.chars().filter(|c| *c != group && !c.is_whitespace()).map(|c| if c == point { '.' } else { c }).collect()
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
fn localized(locale: Locale, digits: &str) -> String {
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
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
];
const LONG_MONTHS_PT_BR: [&str; 12] = [
    "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
    "novembro", "dezembro",
];
