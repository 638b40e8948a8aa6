//! Our amounts (six decimals) and Stripe's (whole cents and centavos), exactly or not at all.

use money::{Amount, Unit};

/// Largest amount that Stripe takes in one payment, in minor units: eight digits.
pub const MINOR_UNITS_MAX: i64 = 99_999_999;

/// Steps of [`Amount`] in one minor unit: six decimals against two.
const STEPS_PER_MINOR_UNIT: i64 = 10_000;

/// The currencies in which credit is sold through Stripe; both have two decimals there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Currency {
    /// US dollar.
    Usd,
    /// Brazilian real.
    Brl,
}

impl Currency {
    /// Stripe's code, in lower case.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Currency::Usd => "usd",
            Currency::Brl => "brl",
        }
    }

    /// The currency of Stripe's code, which is always in lower case.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Currency::Usd, Currency::Brl].into_iter().find(|currency| currency.code() == code)
    }

    /// Our unit of the same currency.
    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Currency::Usd => Unit::USD,
            Currency::Brl => Unit::BRL,
        }
    }

    /// The currency of our unit; bytes and an operator's own credit unit have none.
    #[must_use]
    pub fn from_unit(unit: Unit) -> Option<Self> {
        [Currency::Usd, Currency::Brl].into_iter().find(|currency| currency.unit() == unit)
    }
}

/// An amount that Stripe can charge: 1 to [`MINOR_UNITS_MAX`] cents or centavos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinorAmount {
    minor_units: i64,
    currency: Currency,
}

/// Why an amount cannot be carried over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MinorUnitsError {
    /// The unit is not a currency that is sold through Stripe.
    #[error("{0} cannot be paid through Stripe")]
    OtherCurrency(String),
    /// The amount is finer than one minor unit.
    #[error("the amount has more than two decimals")]
    OverPrecise,
    /// Zero or less.
    #[error("the amount must be more than zero")]
    NotPositive,
    /// More than [`MINOR_UNITS_MAX`], or more than our amounts hold.
    #[error("the amount is too large")]
    TooLarge,
}

impl MinorAmount {
    /// An amount in minor units.
    ///
    /// # Errors
    /// Outside 1 to [`MINOR_UNITS_MAX`].
    pub fn new(minor_units: i64, currency: Currency) -> Result<Self, MinorUnitsError> {
        match minor_units {
            i64::MIN..=0 => Err(MinorUnitsError::NotPositive),
            1..=MINOR_UNITS_MAX => Ok(Self { minor_units, currency }),
            _ => Err(MinorUnitsError::TooLarge),
        }
    }

    /// Our amount as Stripe's.
    ///
    /// # Errors
    /// Another unit than USD and BRL, a fraction of a minor unit, or outside what Stripe charges.
    pub fn from_amount(amount: Amount) -> Result<Self, MinorUnitsError> {
        let other = || MinorUnitsError::OtherCurrency(amount.unit().code().to_owned());
        let currency = Currency::from_unit(amount.unit()).ok_or_else(other)?;
        if amount.value() % STEPS_PER_MINOR_UNIT != 0 {
            return Err(MinorUnitsError::OverPrecise);
        }
        Self::new(amount.value() / STEPS_PER_MINOR_UNIT, currency)
    }

    /// Whole cents or centavos.
    #[must_use]
    pub fn minor_units(self) -> i64 {
        self.minor_units
    }

    /// The currency.
    #[must_use]
    pub fn currency(self) -> Currency {
        self.currency
    }
}

/// What Stripe tells (`amount` and `currency` of an answer) as our amount. Zero and negative amounts are carried over:
/// what they mean is the caller's to judge.
///
/// # Errors
/// Another currency, or an amount beyond what ours holds.
pub fn to_amount(minor_units: i64, currency_code: &str) -> Result<Amount, MinorUnitsError> {
    let other = || MinorUnitsError::OtherCurrency(currency_code.to_owned());
    let currency = Currency::from_code(currency_code).ok_or_else(other)?;
    let value = minor_units.checked_mul(STEPS_PER_MINOR_UNIT).ok_or(MinorUnitsError::TooLarge)?;
    Ok(Amount::new(value, currency.unit()))
}

/// Currencies without decimals at Stripe (docs.stripe.com/currencies#zero-decimal).
const WITHOUT_DECIMALS: [&str; 16] = [
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof",
    "xpf",
];
/// Currencies with three decimals at Stripe.
const WITH_THREE_DECIMALS: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];
/// Decimal places of units that stand for currencies, as of USD and BRL.
const DECIMALS: u8 = 6;

/// Decimal places that Stripe has of a currency, by its code in lower case.
#[must_use]
pub fn decimals_of(currency_code: &str) -> u8 {
    match currency_code {
        code if WITHOUT_DECIMALS.contains(&code) => 0,
        code if WITH_THREE_DECIMALS.contains(&code) => 3,
        _ => 2,
    }
}

/// As [`to_amount`], for what is only shown: a currency in which nothing is sold has a unit of its code, which no wallet has.
///
/// # Errors
/// A code that is no currency's, or an amount beyond what ours holds.
pub fn to_shown_amount(minor_units: i64, currency_code: &str) -> Result<Amount, MinorUnitsError> {
    let Err(MinorUnitsError::OtherCurrency(_)) = to_amount(minor_units, currency_code) else {
        return to_amount(minor_units, currency_code);
    };
    let other = || MinorUnitsError::OtherCurrency(currency_code.to_owned());
    let is_currency = currency_code.len() == 3 && currency_code.bytes().all(|byte| byte.is_ascii_lowercase());
    let unit = Some(currency_code.to_ascii_uppercase()).filter(|_| is_currency).ok_or_else(other)?;
    let unit = Unit::new(&unit, DECIMALS).map_err(|_| other())?;
    let steps = 10_i64.pow(u32::from(DECIMALS - decimals_of(currency_code)));
    let value = minor_units.checked_mul(steps).ok_or(MinorUnitsError::TooLarge)?;
    Ok(Amount::new(value, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_to_stripe() {
        for (value, unit, expected) in [
            (10_000_000, Unit::USD, Ok((1_000, "usd"))),
            (24_900_000, Unit::BRL, Ok((2_490, "brl"))),
            (10_000, Unit::USD, Ok((1, "usd"))),
            (10_001, Unit::USD, Err(MinorUnitsError::OverPrecise)),
            (0, Unit::USD, Err(MinorUnitsError::NotPositive)),
            (-10_000, Unit::USD, Err(MinorUnitsError::NotPositive)),
            (MINOR_UNITS_MAX * 10_000, Unit::BRL, Ok((MINOR_UNITS_MAX, "brl"))),
            ((MINOR_UNITS_MAX + 1) * 10_000, Unit::BRL, Err(MinorUnitsError::TooLarge)),
        ] {
            let got = MinorAmount::from_amount(Amount::new(value, unit));
            let got = got.map(|amount| (amount.minor_units(), amount.currency().code()));
            assert_eq!(got, expected, "{value}");
        }
    }

    #[test]
    fn stripe_to_ours() {
        for (minor_units, code, expected) in [
            (1_000, "usd", Ok(Amount::new(10_000_000, Unit::USD))),
            (0, "brl", Ok(Amount::new(0, Unit::BRL))),
            (-5, "brl", Ok(Amount::new(-50_000, Unit::BRL))),
            (1_000, "jpy", Err(MinorUnitsError::OtherCurrency("jpy".into()))),
            (1_000, "USD", Err(MinorUnitsError::OtherCurrency("USD".into()))),
            (i64::MAX, "usd", Err(MinorUnitsError::TooLarge)),
        ] {
            assert_eq!(to_amount(minor_units, code), expected, "{minor_units} {code}");
        }
    }

    #[test]
    fn what_is_only_shown() {
        for (minor_units, code, expected) in [
            (1_000, "usd", Some("10.00 USD")),
            (926, "eur", Some("9.26 EUR")),
            (1_481, "jpy", Some("1481 JPY")),
            (3_075, "kwd", Some("3.075 KWD")),
            (1_000, "EUR", None),
            (1_000, "euro", None),
            (1_000, "e1r", None),
            (i64::MAX, "jpy", None),
        ] {
            let shown = to_shown_amount(minor_units, code).ok().map(|amount| amount.to_string());
            assert_eq!(shown.as_deref(), expected, "{minor_units} {code}");
        }
    }
}
