//! Amounts of banks: whole centavos, up to ten billion reais less one centavo.

use core::fmt;

use money::{Amount, Unit, parse_decimal, print_decimal};
use thiserror::Error;

/// Steps of [`Amount`] in one centavo: six decimals against two.
const STEPS_PER_CENTAVO: i64 = 10_000;

/// A quantity of reais in whole centavos, 0 to [`Centavos::MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Centavos(u64);

/// Why an amount cannot be told to a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CentavosError {
    /// Not in reais.
    #[error("banks count in BRL, not in {0}")]
    OtherUnit(Unit),
    /// Finer than a centavo.
    #[error("{0} is no whole number of centavos")]
    Fraction(Amount),
    /// Below zero, or more than ten digits of reais.
    #[error("an amount is from 0.00 to 9999999999.99 reais")]
    OutOfRange,
    /// Not decimal text such as `49.90`.
    #[error("not an amount like 49.90")]
    Malformed,
}

impl CentavosError {
    /// A code for programs; it never changes.
    pub fn code(self) -> &'static str {
        match self {
            CentavosError::OtherUnit(_) => "amount_not_brl",
            CentavosError::Fraction(_) => "amount_finer_than_centavos",
            CentavosError::OutOfRange => "amount_out_of_range",
            CentavosError::Malformed => "amount_malformed",
        }
    }
}

impl Centavos {
    /// Nothing.
    pub const ZERO: Centavos = Centavos(0);
    /// Ten digits of reais and two of centavos, the most that a BR Code can say.
    pub const MAX: Centavos = Centavos(999_999_999_999);

    /// `count` centavos, at most [`Centavos::MAX`].
    pub fn new(count: u64) -> Result<Centavos, CentavosError> {
        Centavos::const_new(count).ok_or(CentavosError::OutOfRange)
    }

    pub(crate) const fn const_new(count: u64) -> Option<Centavos> {
        if count <= Centavos::MAX.0 { Some(Centavos(count)) } else { None }
    }

    /// The same amount of the book, if it is in reais and a whole number of centavos.
    pub fn from_amount(amount: Amount) -> Result<Centavos, CentavosError> {
        if amount.unit() != Unit::BRL {
            return Err(CentavosError::OtherUnit(amount.unit()));
        }
        if amount.value() % STEPS_PER_CENTAVO != 0 {
            return Err(CentavosError::Fraction(amount));
        }
        let count =
            u64::try_from(amount.value() / STEPS_PER_CENTAVO).map_err(|_| CentavosError::OutOfRange)?;
        Centavos::new(count)
    }

    /// Reads `49.90`, `49.9` or `49`, as machines write amounts; what people type is the program's to read.
    pub fn parse(text: &str) -> Result<Centavos, CentavosError> {
        let steps = parse_decimal(text, 2).map_err(|_| CentavosError::Malformed)?;
        Centavos::new(u64::try_from(steps).map_err(|_| CentavosError::OutOfRange)?)
    }

    /// The count of centavos.
    pub const fn count(self) -> u64 {
        self.0
    }

    /// True for exactly nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The same amount as the book counts it.
    pub fn to_amount(self) -> Amount {
        // MAX times the steps is below 10^16.
        let count = i64::try_from(self.0).unwrap_or(i64::MAX / STEPS_PER_CENTAVO);
        Amount::new(count * STEPS_PER_CENTAVO, Unit::BRL)
    }
}

/// As `49.90`, without currency: what a BR Code carries.
impl fmt::Display for Centavos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print_decimal(i64::try_from(self.0).unwrap_or(i64::MAX), 2, 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_or_not_at_all() {
        let brl = |text: &str| Amount::parse(text, Unit::BRL).expect("an amount");
        assert_eq!(Centavos::from_amount(brl("49.90")).map(Centavos::count), Ok(4_990));
        assert_eq!(
            Centavos::from_amount(brl("0.005")).map_err(CentavosError::code),
            Err("amount_finer_than_centavos")
        );
        assert_eq!(Centavos::from_amount(brl("-1")), Err(CentavosError::OutOfRange));
        assert_eq!(Centavos::from_amount(Amount::zero(Unit::USD)), Err(CentavosError::OtherUnit(Unit::USD)));
        assert_eq!(Centavos::MAX.to_amount(), brl("9999999999.99"));
        assert_eq!(Centavos::new(Centavos::MAX.count() + 1), Err(CentavosError::OutOfRange));
    }

    #[test]
    fn text() {
        let cases = [
            ("49.90", Some("49.90")),
            ("49.9", Some("49.90")),
            ("49", Some("49.00")),
            ("0.01", Some("0.01")),
        ];
        for (text, expected) in cases {
            let read = Centavos::parse(text).ok().map(|c| c.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
        for text in ["", "49,90", "1.234,56", "0.001", "-1", "1e3", "10000000000.00"] {
            assert!(Centavos::parse(text).is_err(), "{text}");
        }
    }
}
