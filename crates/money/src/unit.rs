//! What an amount is counted in.

use core::fmt;

use thiserror::Error;

/// A unit of credit: a currency, bytes, or the operator's own credit unit.
///
/// `decimals` says how many decimal places its smallest step has: `USD` and `BRL` count millionths, `BYTE` counts bytes.
/// Two units are the same only if code and decimals are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit {
    code: [u8; Unit::CODE_LEN_MAX],
    decimals: u8,
}

/// Why a text is not the name of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UnitError {
    /// The code is empty or longer than [`Unit::CODE_LEN_MAX`] bytes.
    #[error("a unit's code has 1 to {max} characters", max = Unit::CODE_LEN_MAX)]
    CodeLength,
    /// The code has another character than `A-Z`, `0-9` or `_`, or begins with a digit.
    #[error("a unit's code is made of A-Z, 0-9 and _, beginning with a letter")]
    CodeCharacter,
    /// More decimals than [`Unit::DECIMALS_MAX`].
    #[error("a unit has at most {max} decimals", max = Unit::DECIMALS_MAX)]
    Decimals,
}

impl Unit {
    /// The longest code, in bytes.
    pub const CODE_LEN_MAX: usize = 7;
    /// The most decimals a unit may have.
    pub const DECIMALS_MAX: u8 = 9;
    /// United States dollar, counted in millionths.
    pub const USD: Unit = Unit { code: *b"USD\0\0\0\0", decimals: 6 };
    /// Brazilian real, counted in millionths.
    pub const BRL: Unit = Unit { code: *b"BRL\0\0\0\0", decimals: 6 };
    /// Bytes of traffic.
    pub const BYTE: Unit = Unit { code: *b"BYTE\0\0\0", decimals: 0 };

    /// A unit of the operator's own.
    pub fn new(code: &str, decimals: u8) -> Result<Unit, UnitError> {
        let bytes = code.as_bytes();
        if bytes.is_empty() || bytes.len() > Self::CODE_LEN_MAX {
            return Err(UnitError::CodeLength);
        }
        let plain = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
        if !bytes.iter().all(plain) || !bytes[0].is_ascii_uppercase() {
            return Err(UnitError::CodeCharacter);
        }
        if decimals > Self::DECIMALS_MAX {
            return Err(UnitError::Decimals);
        }
        let mut padded = [0; Self::CODE_LEN_MAX];
        padded[..bytes.len()].copy_from_slice(bytes);
        Ok(Unit { code: padded, decimals })
    }

    /// The unit that every installation knows by this code.
    pub fn known(code: &str) -> Option<Unit> {
        [Self::USD, Self::BRL, Self::BYTE].into_iter().find(|unit| unit.code() == code)
    }

    /// The code, as `USD`.
    pub fn code(&self) -> &str {
        let len = self.code.iter().position(|b| *b == 0).unwrap_or(Self::CODE_LEN_MAX);
        // The constructor lets only ASCII in.
        core::str::from_utf8(&self.code[..len]).unwrap_or("")
    }

    /// Decimal places of the smallest step.
    pub const fn decimals(&self) -> u8 {
        self.decimals
    }

    /// Decimal places that are always written: cents for the currencies, none for the others.
    pub fn decimals_shown(&self) -> u8 {
        if *self == Self::USD || *self == Self::BRL { 2 } else { 0 }
    }

    /// How many smallest steps make one.
    pub const fn steps_per_one(&self) -> i64 {
        10_i64.pow(self.decimals as u32)
    }

    /// Code and decimals in eight bytes, as journals write them.
    pub fn to_bytes(&self) -> [u8; 8] {
        let mut bytes = [0; 8];
        bytes[..7].copy_from_slice(&self.code);
        bytes[7] = self.decimals;
        bytes
    }

    /// The unit written by [`Unit::to_bytes`], or an error if the bytes were not written so.
    pub fn from_bytes(bytes: [u8; 8]) -> Result<Unit, UnitError> {
        let len = bytes[..7].iter().position(|b| *b == 0).unwrap_or(7);
        let code = core::str::from_utf8(&bytes[..len]).map_err(|_| UnitError::CodeCharacter)?;
        if bytes[len..7].iter().any(|b| *b != 0) {
            return Err(UnitError::CodeCharacter);
        }
        Unit::new(code, bytes[7])
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        let cases = [
            ("USD", 6, Ok(())),
            ("TOKENS", 0, Ok(())),
            ("", 0, Err(UnitError::CodeLength)),
            ("TOOLONGS", 0, Err(UnitError::CodeLength)),
            ("usd", 6, Err(UnitError::CodeCharacter)),
            ("1A", 6, Err(UnitError::CodeCharacter)),
            ("U D", 6, Err(UnitError::CodeCharacter)),
            ("USD", 10, Err(UnitError::Decimals)),
        ];
        for (code, decimals, expected) in cases {
            assert_eq!(Unit::new(code, decimals).map(|_| ()), expected, "{code:?}");
        }
    }

    #[test]
    fn bytes_there_and_back() {
        for unit in [Unit::USD, Unit::BRL, Unit::BYTE] {
            assert_eq!(Unit::from_bytes(unit.to_bytes()), Ok(unit));
            assert_eq!(Unit::new(unit.code(), unit.decimals()), Ok(unit));
        }
        assert!(Unit::from_bytes(*b"U\0D\0\0\0\0\x06").is_err());
    }
}
