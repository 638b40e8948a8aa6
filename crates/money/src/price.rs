//! Prices finer than a unit's smallest step, and the one place where they are rounded.

use crate::amount::{Amount, AmountError};
use crate::decimal::{DecimalError, parse_decimal, print_decimal};
use crate::unit::Unit;

/// How a division that does not come out even is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Towards zero: in the customer's favour when applied to what he pays.
    Down,
    /// Away from zero.
    Up,
    /// To the nearest; a tie goes to the even neighbour.
    HalfEven,
}

/// How much of a meter was used, in millionths: `1` call is `Quantity::ONE`, 1.5 GB may be `1_500_000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(i64);

impl Quantity {
    /// Decimal places of a quantity.
    pub const DECIMALS: u8 = 6;
    /// Nothing.
    pub const ZERO: Quantity = Quantity(0);
    /// One.
    pub const ONE: Quantity = Quantity(1_000_000);

    /// `millionths` of one.
    pub const fn from_millionths(millionths: i64) -> Quantity {
        Quantity(millionths)
    }

    /// Reads decimal text such as `1.5`, exactly.
    pub fn parse(text: &str) -> Result<Quantity, DecimalError> {
        parse_decimal(text, Self::DECIMALS).map(Quantity)
    }

    /// The quantity in millionths.
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// The sum, if it fits.
    pub fn checked_add(self, other: Quantity) -> Option<Quantity> {
        self.0.checked_add(other.0).map(Quantity)
    }

    /// The sum, or the largest quantity where it does not fit.
    #[must_use]
    pub fn saturating_add(self, other: Quantity) -> Quantity {
        Quantity(self.0.saturating_add(other.0))
    }

    /// Plain decimal text, as `1.5`.
    pub fn to_decimal(self) -> String {
        print_decimal(self.0, Self::DECIMALS, 0)
    }
}

/// The price of one of a meter: up to 12 decimal places of the unit, from zero to 9,223,372.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitPrice {
    e12: i64,
    unit: Unit,
}

impl UnitPrice {
    /// Decimal places of a price.
    pub const DECIMALS: u8 = 12;

    /// A price counted in 10^-12 of one of `unit`.
    pub const fn from_e12(e12: i64, unit: Unit) -> UnitPrice {
        UnitPrice { e12, unit }
    }

    /// Reads decimal text such as `0.0000025`, exactly.
    pub fn parse(text: &str, unit: Unit) -> Result<UnitPrice, DecimalError> {
        Ok(UnitPrice { e12: parse_decimal(text, Self::DECIMALS)?, unit })
    }

    /// The price in 10^-12 of one unit.
    pub const fn e12(self) -> i64 {
        self.e12
    }

    /// What it is counted in.
    pub const fn unit(self) -> Unit {
        self.unit
    }

    /// Plain decimal text.
    pub fn to_decimal(self) -> String {
        print_decimal(self.e12, Self::DECIMALS, self.unit.decimals_shown())
    }

    /// What `quantity` costs, rounded once as named. `Overflow` if it does not fit.
    pub fn times(self, quantity: Quantity, rounding: Rounding) -> Result<Amount, AmountError> {
        // 10^-12 of price times 10^-6 of quantity is 10^-18; a step of the unit is 10^-decimals.
        let exact = i128::from(self.e12) * i128::from(quantity.millionths());
        let divisor = 10_i128.pow(18 - u32::from(self.unit.decimals()));
        let value = i64::try_from(divide(exact, divisor, rounding)).map_err(|_| AmountError::Overflow)?;
        Ok(Amount::new(value, self.unit))
    }
}

/// `numerator / divisor` rounded as named; `divisor` is positive.
fn divide(numerator: i128, divisor: i128, rounding: Rounding) -> i128 {
    let quotient = numerator / divisor;
    let remainder = numerator % divisor;
    if remainder == 0 {
        return quotient;
    }
    let away = quotient + numerator.signum();
    match rounding {
        Rounding::Down => quotient,
        Rounding::Up => away,
        Rounding::HalfEven => match (remainder.abs() * 2).cmp(&divisor) {
            core::cmp::Ordering::Less => quotient,
            core::cmp::Ordering::Greater => away,
            core::cmp::Ordering::Equal if quotient % 2 == 0 => quotient,
            core::cmp::Ordering::Equal => away,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_as_named() {
        let cases = [
            (5, 2, 2, 3, 2),
            (7, 2, 3, 4, 4),
            (-5, 2, -2, -3, -2),
            (1, 3, 0, 1, 0),
            (2, 3, 0, 1, 1),
            (6, 3, 2, 2, 2),
        ];
        for (numerator, divisor, down, up, even) in cases {
            assert_eq!(divide(numerator, divisor, Rounding::Down), down);
            assert_eq!(divide(numerator, divisor, Rounding::Up), up);
            assert_eq!(divide(numerator, divisor, Rounding::HalfEven), even);
        }
    }

    #[test]
    fn a_token_price_keeps_its_small_change() -> Result<(), AmountError> {
        let price = UnitPrice::from_e12(2_500_000, Unit::USD); // $0.0000025 a token
        let one = price.times(Quantity::ONE, Rounding::Down)?;
        let million = price.times(Quantity::from_millionths(1_000_000_000_000), Rounding::Down)?;
        assert_eq!(one.value(), 2);
        assert_eq!(million.to_decimal(), "2.50");
        let huge =
            UnitPrice::from_e12(i64::MAX, Unit::USD).times(Quantity::from_millionths(i64::MAX), Rounding::Up);
        assert_eq!(huge, Err(AmountError::Overflow));
        Ok(())
    }
}
