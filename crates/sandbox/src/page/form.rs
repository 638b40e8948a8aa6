//! What was typed on the page, and what is wrong with it. A field error makes no attempt.

use serde_json::Value;
use stripe::form::Tree;

use crate::objects::CardEntry;
use crate::payment::Means;
use crate::payment::delayed::Delayed;
use crate::state::text;
use crate::test_cards;

/// Longest text kept of one field, in characters.
const FIELD_CHARS_MAX: usize = 100;
/// Cards are not printed with a later expiry than this many years from now.
const EXPIRY_YEARS_MAX: u16 = 50;
/// The value of *Use a different card*.
pub(super) const NEW_CARD: &str = "new";

/// The fields as typed.
#[derive(Debug, Clone, Default)]
pub(super) struct Entered {
    /// The chosen saved card, or [`NEW_CARD`]; none when nothing was posted yet.
    pub(super) payment_method: Option<String>,
    pub(super) number: String,
    pub(super) expiry: String,
    pub(super) cvc: String,
    pub(super) name: String,
    pub(super) save_ticked: bool,
    token: String,
}

/// A sentence for each field that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FieldErrors {
    pub(super) number: Option<&'static str>,
    pub(super) expiry: Option<&'static str>,
    pub(super) cvc: Option<&'static str>,
}

impl FieldErrors {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Entered {
    pub(super) fn read(tree: &Tree) -> Self {
        let field = |name: &str| -> String {
            tree.text(&[name]).unwrap_or_default().trim().chars().take(FIELD_CHARS_MAX).collect()
        };
        Self {
            payment_method: Some(field("payment_method")).filter(|text| !text.is_empty()),
            number: field("number"),
            expiry: field("expiry"),
            cvc: field("cvc"),
            name: field("name"),
            save_ticked: tree.text(&["save"]).is_some(),
            token: field("attempt"),
        }
    }

    /// Names the page on which the form stood, so that pressing twice pays once.
    pub(super) fn token(&self) -> Option<&str> {
        Some(self.token.as_str()).filter(|token| !token.is_empty())
    }
}

/// What is paid with, if every field that matters is right. `cards` are those that the page shows, `later` what it offers beside
/// them; `now` is in seconds.
pub(super) fn means(
    entered: &Entered,
    cards: Vec<Value>,
    later: &[Delayed],
    now: i64,
) -> Result<Means, FieldErrors> {
    let wished = entered.payment_method.as_deref().unwrap_or(NEW_CARD);
    if let Some(kind) = later.iter().find(|delayed| delayed.word() == wished) {
        let name = Some(entered.name.clone()).filter(|name| !name.is_empty());
        return Ok(Means::Delayed { kind: *kind, name });
    }
    match cards.into_iter().find(|card| text(card, "id") == wished) {
        Some(method) => saved(entered, method, now),
        None => new(entered, now),
    }
}

/// True when the card's month is over.
pub(super) fn is_past(exp_month: u8, exp_year: u16, now: i64) -> bool {
    (exp_year, exp_month) < year_and_month(now)
}

fn saved(entered: &Entered, method: Value, now: i64) -> Result<Means, FieldErrors> {
    let (exp_month, exp_year) = printed_expiry(&method);
    if !is_past(exp_month, exp_year, now) {
        return Ok(Means::Saved { method, renewal: None });
    }
    let digits = if text(&method["card"], "brand") == "amex" { 4 } else { 3 };
    let renewal = expiry(&entered.expiry, now);
    let errors = FieldErrors { number: None, expiry: renewal.err(), cvc: cvc_error(&entered.cvc, digits) };
    match renewal {
        Ok(renewal) if errors.is_empty() => Ok(Means::Saved { method, renewal: Some(renewal) }),
        _ => Err(errors),
    }
}

fn new(entered: &Entered, now: i64) -> Result<Means, FieldErrors> {
    let card = test_cards::recognise(&entered.number);
    let date = expiry(&entered.expiry, now);
    let digits = card.map_or(entered.cvc.len().clamp(3, 4), test_cards::TestCard::cvc_digits);
    let errors = FieldErrors {
        number: card.err().map(test_cards::NumberError::sentence),
        expiry: date.err(),
        cvc: cvc_error(&entered.cvc, digits),
    };
    match (card, date) {
        (Ok(card), Ok((exp_month, exp_year))) if errors.is_empty() => {
            let name = Some(entered.name.clone()).filter(|name| !name.is_empty());
            Ok(Means::New {
                entry: CardEntry { card, exp_month, exp_year, name },
                save_ticked: entered.save_ticked,
            })
        }
        _ => Err(errors),
    }
}

/// The month and year of a saved card.
pub(super) fn printed_expiry(method: &Value) -> (u8, u16) {
    let field = |name: &str| method["card"][name].as_u64().unwrap_or_default();
    (
        u8::try_from(field("exp_month")).unwrap_or_default(),
        u16::try_from(field("exp_year")).unwrap_or_default(),
    )
}

/// Reads `12/34`, `12 / 2034` or `1234`.
fn expiry(typed: &str, now: i64) -> Result<(u8, u16), &'static str> {
    let incomplete = "Your card's expiration date is incomplete.";
    let compact: String = typed.chars().filter(|c| *c != ' ').collect();
    let split = match compact.split_once(['/', '-']) {
        Some(parts) => Some(parts),
        None if compact.is_ascii() && compact.len() == 4 => Some(compact.split_at(2)),
        None => None,
    };
    let (month, year) = split.ok_or(incomplete)?;
    if !(1..=2).contains(&month.len()) || !matches!(year.len(), 2 | 4) {
        return Err(incomplete);
    }
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(month) || !digits(year) {
        return Err(incomplete);
    }
    let short = year.len() == 2;
    let month: u8 = month.parse().map_err(|_| incomplete)?;
    let year: u16 = year.parse().map_err(|_| incomplete)?;
    let year = if short { 2_000 + year } else { year };
    if !(1..=12).contains(&month) || year > year_and_month(now).0 + EXPIRY_YEARS_MAX {
        return Err("Your card's expiration date is invalid.");
    }
    if is_past(month, year, now) {
        return Err("Your card's expiration date is in the past.");
    }
    Ok((month, year))
}

fn cvc_error(typed: &str, digits: usize) -> Option<&'static str> {
    let right = typed.len() == digits && typed.bytes().all(|byte| byte.is_ascii_digit());
    (!right).then_some("Your card's security code is incomplete.")
}

/// The civil year and month in UTC of a time in seconds since the epoch (Hinnant's `civil_from_days`).
fn year_and_month(now: i64) -> (u16, u8) {
    let days = now.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (u16::try_from(year).unwrap_or(u16::MAX), u8::try_from(month).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-21 12:00 UTC.
    const NOW: i64 = 1_795_262_400;

    #[test]
    fn the_calendar_is_right() {
        for (seconds, expected) in [
            (0, (1970, 1)),
            (NOW, (2026, 11)),
            (951_782_400, (2000, 2)),
            (951_868_800, (2000, 3)),
            (1_798_761_599, (2026, 12)),
            (1_798_761_600, (2027, 1)),
        ] {
            assert_eq!(year_and_month(seconds), expected, "{seconds}");
        }
    }

    #[test]
    fn expiries() {
        let incomplete = Err("Your card's expiration date is incomplete.");
        let invalid = Err("Your card's expiration date is invalid.");
        let past = Err("Your card's expiration date is in the past.");
        for (typed, expected) in [
            ("12/34", Ok((12, 2034))),
            ("12 / 34", Ok((12, 2034))),
            ("1/2034", Ok((1, 2034))),
            ("1234", Ok((12, 2034))),
            ("11/26", Ok((11, 2026))),
            ("10/26", past),
            ("12/20", past),
            ("13/34", invalid),
            ("00/34", invalid),
            ("12/2099", invalid),
            ("", incomplete),
            ("12", incomplete),
            ("12/", incomplete),
            ("12/3", incomplete),
            ("+1/34", incomplete),
            ("é/34", incomplete),
            ("ab/cd", incomplete),
        ] {
            assert_eq!(expiry(typed, NOW), expected, "{typed:?}");
        }
    }

    fn check(number: &str, date: &str, cvc: &str, expected: [bool; 3]) {
        let entered =
            Entered { number: number.into(), expiry: date.into(), cvc: cvc.into(), ..Entered::default() };
        let errors = means(&entered, Vec::new(), &[], NOW).err().unwrap_or_default();
        let wrong = [errors.number.is_some(), errors.expiry.is_some(), errors.cvc.is_some()];
        assert_eq!(wrong, expected, "{number} {date} {cvc}");
    }

    #[test]
    fn each_wrong_field_is_named_and_no_other() {
        check("4242424242424242", "12/34", "123", [false, false, false]);
        check("378282246310005", "12/34", "1234", [false, false, false]);
        check("378282246310005", "12/34", "123", [false, false, true]);
        check("4242424242424242", "12/34", "1234", [false, false, true]);
        check("4242424242424242", "12/34", "12", [false, false, true]);
        check("4242424242424242", "12/20", "123", [false, true, false]);
        check("4242424242424241", "12/34", "123", [true, false, false]);
        check("", "", "", [true, true, true]);
    }
}
