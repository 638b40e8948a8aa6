//! Values as JSON carries them. Wire types are not the core's types: here they are turned into each other.

use jiff::fmt::temporal::Pieces;
use money::{DecimalError, Quantity, Timestamp, Unit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

/// The first time that can be counted, of those that RFC 3339 can write.
const TIME_MIN: &str = "0000-01-01T00:00:00Z";
/// The last time that can be counted: an offset of 26 hours must fit behind it.
const TIME_MAX: &str = "9999-12-30T22:00:00.999999Z";

/// An exact amount of credit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Amount {
    /// Decimal text without grouping or exponent; money has up to 6 decimal places.
    #[schema(example = "24.75")]
    pub amount: String,
    /// `USD`, `BRL` or `BYTE`.
    #[schema(example = "USD")]
    pub unit: String,
}

impl From<money::Amount> for Amount {
    fn from(amount: money::Amount) -> Amount {
        Amount { amount: amount.to_decimal(), unit: amount.unit().code().to_owned() }
    }
}

impl Amount {
    /// The amount, exactly; 422 that names `field` if it is none.
    pub(super) fn read(&self, field: &str) -> Result<money::Amount, Problem> {
        let unit = read_unit(field, &self.unit)?;
        money::Amount::parse(&self.amount, unit).map_err(|error| decimal_problem(field, error))
    }

    /// As [`Amount::read`], above zero.
    pub(super) fn read_positive(&self, field: &str) -> Result<money::Amount, Problem> {
        let amount = self.read(field)?;
        if amount.is_positive() {
            return Ok(amount);
        }
        Err(Problem::invalid(field, "amount_not_positive", format!("{field} must be above zero.")))
    }
}

impl Amount {
    /// So many bytes.
    pub(super) fn of_bytes(bytes: i64) -> Amount {
        money::Amount::new(bytes, Unit::BYTE).into()
    }

    /// Bytes, not below zero; 422 that names `field` if it is none.
    pub(super) fn read_bytes(&self, field: &str) -> Result<i64, Problem> {
        let amount = self.read(field)?;
        if amount.unit() != Unit::BYTE {
            let field = format!("{field}.unit");
            return Err(Problem::invalid(&field, "unit_mismatch", format!("{field} must be BYTE.")));
        }
        if amount.value() < 0 {
            let detail = format!("{field} must not be below zero.");
            return Err(Problem::invalid(field, "amount_negative", detail));
        }
        Ok(amount.value())
    }
}

/// The unit of this code; 422 that names `field.unit`.
pub(super) fn read_unit(field: &str, code: &str) -> Result<Unit, Problem> {
    Unit::known(code).ok_or_else(|| {
        let field = format!("{field}.unit");
        let detail = format!("{field} must be USD, BRL or BYTE.");
        Problem::invalid(&field, "unit_unknown", detail)
    })
}

/// What is wrong with a decimal number in `field.amount`.
pub(super) fn decimal_problem(field: &str, error: DecimalError) -> Problem {
    let field = format!("{field}.amount");
    let code = match error {
        DecimalError::Malformed => "amount_malformed",
        DecimalError::OverPrecise { .. } => "amount_over_precise",
        DecimalError::OutOfRange => "amount_too_large",
    };
    Problem::invalid(&field, code, format!("{field}: {error}."))
}

/// An instant; 422 that names `field`.
pub(super) fn read_time(field: &str, text: &str) -> Result<Timestamp, Problem> {
    Timestamp::parse(text).map_err(|error| {
        if is_out_of_range(text) {
            let detail =
                format!("{field} must be from {TIME_MIN} to {TIME_MAX}: other times cannot be counted.");
            return Problem::invalid(field, "time_out_of_range", detail);
        }
        Problem::invalid(field, "invalid_time", format!("{field}: {error}."))
    })
}

/// Whether the text is a time with its offset that lies outside of what can be counted.
fn is_out_of_range(text: &str) -> bool {
    Pieces::parse(text).is_ok_and(|it| it.time().is_some() && it.to_numeric_offset().is_some())
}

/// As [`read_time`], where nothing may be said.
pub(super) fn read_time_if(field: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    text.map(|text| read_time(field, text)).transpose()
}

/// What a wallet holds: `available` = `posted` − `pending` − `held`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Balance {
    /// Grants minus debt.
    pub posted: Amount,
    /// What open windows will post when they end.
    pub pending: Amount,
    /// What holds reserve.
    pub held: Amount,
    /// What may be spent now; below zero where use was reported after the fact.
    pub available: Amount,
}

impl Balance {
    /// The balance of a wallet in `unit`.
    pub(super) fn new(balance: book::Balance, unit: Unit) -> Balance {
        let part = |value| Amount::from(money::Amount::new(value, unit));
        Balance {
            posted: part(balance.posted),
            pending: part(balance.pending),
            held: part(balance.held),
            available: part(balance.available()),
        }
    }
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct List<T> {
    /// The rows, newest first unless said otherwise.
    pub data: Vec<T>,
    /// What to send as `cursor` for the rows behind these; null at the end of the list.
    pub next_cursor: Option<String>,
}

/// The time as RFC 3339 in UTC.
pub(super) fn time(at: Timestamp) -> String {
    at.to_string()
}

/// As [`time`], where there may be none.
pub(super) fn time_if(at: Option<Timestamp>) -> Option<String> {
    at.map(time)
}

/// A quantity as decimal text.
pub(super) fn quantity(quantity: Quantity) -> String {
    quantity.to_decimal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_at_the_edges() {
        for text in [TIME_MIN, TIME_MAX, "9999-12-30T19:00:00-03:00", "2026-11-21T14:12:00.5Z"] {
            assert!(read_time("at", text).is_ok(), "{text}");
        }
        let cases = [
            ("9999-12-31T00:00:00Z", "time_out_of_range"),
            ("9999-12-31T23:59:59.999999Z", "time_out_of_range"),
            ("9999-12-30T22:00:01Z", "time_out_of_range"),
            ("9999-12-31T23:59:59", "invalid_time"),
            ("9999-12-31", "invalid_time"),
            ("9999-13-31T00:00:00Z", "invalid_time"),
            ("10000-01-01T00:00:00Z", "invalid_time"),
            ("", "invalid_time"),
        ];
        for (text, code) in cases {
            assert_eq!(read_time("at", text).map_err(|problem| problem.code), Err(code), "{text}");
        }
    }
}
