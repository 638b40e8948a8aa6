//! An integer that knows its unit.

use core::fmt;

use thiserror::Error;

use crate::decimal::{DecimalError, parse_decimal, print_decimal};
use crate::unit::Unit;

/// A quantity of credit: a signed 64-bit count of the unit's smallest steps.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount {
    value: i64,
    unit: Unit,
}

/// Why an operation on amounts has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AmountError {
    /// The two amounts are counted in different units.
    #[error("{left} and {right} cannot be added")]
    UnitMismatch {
        /// Unit of the left side.
        left: Unit,
        /// Unit of the right side.
        right: Unit,
    },
    /// The result does not fit 64 bits.
    #[error("the amount is outside the range that can be counted")]
    Overflow,
}

impl Amount {
    /// `value` smallest steps of `unit`.
    pub const fn new(value: i64, unit: Unit) -> Amount {
        Amount { value, unit }
    }

    /// Nothing, in `unit`.
    pub const fn zero(unit: Unit) -> Amount {
        Amount { value: 0, unit }
    }

    /// Reads decimal text such as `24.75`, exactly.
    pub fn parse(text: &str, unit: Unit) -> Result<Amount, DecimalError> {
        Ok(Amount { value: parse_decimal(text, unit.decimals())?, unit })
    }

    /// The count of smallest steps.
    pub const fn value(&self) -> i64 {
        self.value
    }

    /// What is counted.
    pub const fn unit(&self) -> Unit {
        self.unit
    }

    /// True for exactly nothing.
    pub const fn is_zero(&self) -> bool {
        self.value == 0
    }

    /// True above zero.
    pub const fn is_positive(&self) -> bool {
        self.value > 0
    }

    /// The sum, if the units agree and it fits.
    pub fn checked_add(self, other: Amount) -> Result<Amount, AmountError> {
        self.same_unit(other)?;
        let value = self.value.checked_add(other.value).ok_or(AmountError::Overflow)?;
        Ok(Amount { value, unit: self.unit })
    }

    /// The difference, if the units agree and it fits.
    pub fn checked_sub(self, other: Amount) -> Result<Amount, AmountError> {
        self.same_unit(other)?;
        let value = self.value.checked_sub(other.value).ok_or(AmountError::Overflow)?;
        Ok(Amount { value, unit: self.unit })
    }

    /// The same amount with the other sign, if it fits.
    pub fn checked_neg(self) -> Result<Amount, AmountError> {
        let value = self.value.checked_neg().ok_or(AmountError::Overflow)?;
        Ok(Amount { value, unit: self.unit })
    }

    /// The amount as plain decimal text without its unit, as `24.75`: what JSON carries.
    pub fn to_decimal(&self) -> String {
        print_decimal(self.value, self.unit.decimals(), self.unit.decimals_shown())
    }

    fn same_unit(self, other: Amount) -> Result<(), AmountError> {
        if self.unit == other.unit {
            Ok(())
        } else {
            Err(AmountError::UnitMismatch { left: self.unit, right: other.unit })
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.unit)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_checked() {
        let usd = |value| Amount::new(value, Unit::USD);
        assert_eq!(
            usd(25_000_000).checked_sub(usd(250_000)).map(|a| a.to_string()),
            Ok("24.75 USD".to_owned())
        );
        assert_eq!(usd(i64::MAX).checked_add(usd(1)), Err(AmountError::Overflow));
        assert_eq!(usd(i64::MIN).checked_neg(), Err(AmountError::Overflow));
        let mismatch = AmountError::UnitMismatch { left: Unit::USD, right: Unit::BRL };
        assert_eq!(usd(1).checked_add(Amount::new(1, Unit::BRL)), Err(mismatch));
    }

    #[test]
    fn text() {
        assert_eq!(Amount::parse("10", Unit::USD).map(|a| a.to_decimal()), Ok("10.00".to_owned()));
        assert_eq!(Amount::parse("1.5", Unit::BYTE), Err(DecimalError::OverPrecise { decimals: 0 }));
    }
}
