//! What staff type about plans, packs and routers: fields as they are drawn, read back with words for what is wrong.

use money::{Amount, Unit};

use crate::look::format::plain_decimal;
use crate::look::page::{Field, FieldKind, FieldProblem};
use crate::look::volume::{plain_volume, typed_bytes};
use crate::look::{DataUnit, Reader};
use crate::problem::Problem;

/// The code for what is no number at all.
pub(super) const NOT_A_NUMBER: &str = "not_a_number";
/// An amount as it is written.
const EXAMPLE: &str = "10.00";
/// Digits of the smallest step of money behind the point.
const STEPS_DIGITS: usize = 6;

/// Through whose eyes, and in which thousands.
#[derive(Clone)]
pub(super) struct Typed {
    pub(super) reader: Reader,
    pub(super) data_unit: DataUnit,
}

impl Typed {
    /// Bytes; `None` if nothing was typed.
    pub(super) fn bytes(&self, field: &'static str, text: &str) -> Result<Option<i64>, Problem> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let bytes = typed_bytes(self.reader.locale, self.data_unit, text);
        let plain = plain_decimal(self.reader.locale, text);
        bytes
            .map(Some)
            .ok_or_else(|| wrong(field, if is_number(&plain) { out_of_range(field) } else { NOT_A_NUMBER }))
    }

    /// Money; `None` if nothing was typed.
    pub(super) fn money(
        &self,
        field: &'static str,
        text: &str,
        unit: Unit,
    ) -> Result<Option<Amount>, Problem> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let plain = plain_decimal(self.reader.locale, text);
        Amount::parse(&plain, unit).map(Some).map_err(|_| {
            let is_fine = plain.split_once('.').is_some_and(|(_, fraction)| fraction.len() > STEPS_DIGITS);
            wrong(
                field,
                match is_number(&plain) {
                    false => NOT_A_NUMBER,
                    true if is_fine => "amount_over_precise",
                    true => "amount_too_large",
                },
            )
        })
    }

    /// A whole number; `None` if nothing was typed.
    pub(super) fn count<T: std::str::FromStr>(
        &self,
        field: &'static str,
        text: &str,
    ) -> Result<Option<T>, Problem> {
        match text.trim() {
            "" => Ok(None),
            digits => digits.parse().map(Some).map_err(|_| {
                let is_whole = is_number(digits) && !digits.contains('.');
                wrong(field, if is_whole { out_of_range(field) } else { NOT_A_NUMBER })
            }),
        }
    }

    /// Times of day as `22:00-06:00, 12:00-13:00`.
    pub(super) fn windows(&self, field: &'static str, text: &str) -> Result<Vec<(u16, u16)>, Problem> {
        let pieces = text.split(',').map(str::trim).filter(|piece| !piece.is_empty());
        pieces.map(|piece| window(piece).ok_or_else(|| wrong(field, "invalid_time"))).collect()
    }

    pub(super) fn shown_bytes(&self, bytes: Option<i64>) -> String {
        bytes.map(|bytes| plain_volume(self.reader.locale, self.data_unit, bytes)).unwrap_or_default()
    }

    pub(super) fn shown_money(&self, amount: Option<Amount>) -> String {
        let text = amount.map(|amount| amount.to_decimal()).unwrap_or_default();
        if self.reader.locale == crate::look::Locale::PtBr { text.replace('.', ",") } else { text }
    }

    /// That what was typed is no amount of money, and how one is written.
    pub(super) fn not_money_words(&self, unit: Unit) -> String {
        let example = Amount::parse(EXAMPLE, unit).ok();
        self.reader.t1("amount-not-a-number", "example", self.shown_money(example))
    }

    /// The words for all that was wrong, each with the field it was about; `None` if there are none for something.
    pub(super) fn problems(&self, problem: &Problem) -> Option<Vec<FieldProblem>> {
        let one = |problem: &Problem| {
            let words = self.reader.t(Self::text_of(problem)?);
            Some(FieldProblem::new(problem.field.clone().unwrap_or_default(), words))
        };
        problem.each().map(one).collect()
    }

    fn text_of(problem: &Problem) -> Option<&'static str> {
        let field = problem.field.as_deref().unwrap_or_default();
        Some(match problem.code {
            "invalid_name" => "offer-bad-name",
            "already_exists" if field == "address" => "router-address-taken",
            "already_exists" => "offer-name-taken",
            "invalid_address" => "router-bad-address",
            "secret_missing" => "router-no-secret",
            "invalid_secret" => "router-bad-secret",
            "invalid_port" => "router-bad-port",
            "invalid_amount" if field == "price" => "offer-bad-price",
            "amount_negative" | "invalid_amount" => "offer-below-zero",
            "invalid_quantity" if field == "quantity" => "offer-bad-quantity",
            "invalid_quantity" => "offer-bad-allowance",
            "invalid_word" => "offer-bad-word",
            "window_swapped" => "offer-window-swapped",
            "invalid_service" | "too_many_services" => "offer-bad-services",
            "invalid_time" | "too_many_windows" => "offer-bad-window",
            "plan_unknown" | "pack_of_another_plan" => "offer-bad-plan",
            "pack_again" => "offer-pack-again",
            "plan_sells_none" => "offer-plan-sells-none",
            "no_charging" => "offer-no-charging",
            "invalid_days" if field == "block_after_days" => "offer-bad-block-days",
            "invalid_days" => "offer-bad-days",
            "invalid_count" => "offer-bad-count",
            "missing" => "offer-missing",
            NOT_A_NUMBER => "offer-no-number",
            "amount_over_precise" => "offer-whole-cents",
            "amount_too_large" => "offer-too-much",
            "invalid_url" => "endpoint-bad-url",
            "url_not_https" => "endpoint-not-https",
            "url_private" => "endpoint-private",
            "invalid_description" => "endpoint-bad-description",
            "too_many_endpoints" => "endpoint-too-many",
            "invalid_speed" => "offer-bad-speed",
            _ => return None,
        })
    }
}

/// What could not be read of a form.
#[derive(Default)]
pub(super) struct Unread(Vec<Problem>);

impl Unread {
    /// What was read; what could not be is noted, and nothing stands in its place.
    pub(super) fn note<T: Default>(&mut self, read: Result<T, Problem>) -> T {
        read.unwrap_or_else(|problem| {
            self.0.push(problem);
            T::default()
        })
    }

    /// As [`Unread::note`], and nothing typed is noted, too: zero is to be meant.
    pub(super) fn required<T>(&mut self, field: &'static str, read: Result<Option<T>, Problem>) -> Option<T> {
        self.note(read.and_then(|value| value.map(Some).ok_or_else(|| wrong(field, "missing"))))
    }

    /// Refuses the form if anything could not be read, together with what is wrong with the rest of it.
    pub(super) fn refuse(self, wrong: impl FnOnce() -> Vec<Problem>) -> Result<(), Problem> {
        let Unread(mut unread) = self;
        if !unread.is_empty() {
            let is_new = |wrong: &Problem| unread.iter().all(|known| known.field != wrong.field);
            let rest: Vec<Problem> = wrong().into_iter().filter(is_new).collect();
            unread.extend(rest);
        }
        Problem::refuse_all(unread)
    }
}

/// Whether it is a number, whatever may be too large about it.
fn is_number(plain: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = plain.trim();
    let unsigned = plain.strip_prefix(['-', '\u{2212}', '+']).unwrap_or(plain);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    !whole.is_empty() && digits(whole) && digits(fraction)
}

/// The code of the rule that a number breaks which does not fit this field.
fn out_of_range(field: &str) -> &'static str {
    match field {
        "block_after_days" | "validity_days" => "invalid_days",
        "per_cycle_max" => "invalid_count",
        "coa_port" => "invalid_port",
        "quantity" | "allowance" | "carried_max" | "balance_max" => "invalid_quantity",
        _ => NOT_A_NUMBER,
    }
}

fn wrong(field: &'static str, code: &'static str) -> Problem {
    Problem::invalid(field, code, "This cannot be read.")
}

fn window(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once(['-', '\u{2013}'])?;
    Some((minute(from)?, minute(to)?))
}

fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// The other way round from [`Typed::windows`].
pub(super) fn shown_windows(windows: impl Iterator<Item = (u16, u16)>) -> String {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    windows.map(|(from, to)| format!("{}-{}", clock(from), clock(to))).collect::<Vec<_>>().join(", ")
}

/// A line of text.
pub(super) fn text(name: &'static str, label: String, hint: Option<String>, value: String) -> Field {
    Field { name, label, hint, kind: FieldKind::Text(value) }
}

/// A day.
pub(super) fn date(name: &'static str, label: String, hint: Option<String>, value: String) -> Field {
    Field { name, label, hint, kind: FieldKind::Date(value) }
}

/// What the form sends back as it is.
pub(super) fn hidden(name: &'static str, value: String) -> Field {
    Field { name, label: String::new(), hint: None, kind: FieldKind::Hidden(value) }
}

/// What is typed and never shown again.
pub(super) fn secret(name: &'static str, label: String, hint: Option<String>) -> Field {
    Field { name, label, hint, kind: FieldKind::Secret }
}

/// One of several.
pub(super) fn choice(
    name: &'static str,
    label: String,
    hint: Option<String>,
    chosen: &str,
    options: impl IntoIterator<Item = (String, String)>,
) -> Field {
    let options = options.into_iter().map(|(value, words)| {
        let is_chosen = value == chosen;
        (value, words, is_chosen)
    });
    Field { name, label, hint, kind: FieldKind::Choice(options.collect()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_read_and_shown_again() {
        let typed = Typed {
            reader: Reader::new(crate::look::Locale::PtBr, jiff::tz::TimeZone::UTC),
            data_unit: DataUnit::Gb,
        };
        let read = |text| typed.windows("free", text).map_err(|problem| problem.code);
        assert_eq!(read(""), Ok(vec![]));
        assert_eq!(read("22:00-06:00, 12:00 – 13:30"), Ok(vec![(1320, 360), (720, 810)]));
        for wrong in ["22 to 06", "24:00-06:00", "a:b-c:d", "10:60-11:00", "10:00"] {
            assert_eq!(read(wrong), Err("invalid_time"), "{wrong}");
        }
        assert_eq!(shown_windows([(1320, 360), (720, 810)].into_iter()), "22:00-06:00, 12:00-13:30");
    }
}
