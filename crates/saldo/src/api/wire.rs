//! Values as JSON carries them. Wire types are not the core's types: here they are turned into each other.

use money::{DecimalError, Quantity, Timestamp, Unit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

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
    Timestamp::parse(text)
        .map_err(|error| Problem::invalid(field, "invalid_time", format!("{field}: {error}.")))
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
