//! A bank's number in the compensation system.

use core::fmt;

use crate::boleto::error::BoletoError;
use crate::check_digit::{digit, modulo_11_or_zero};

/// Three digits, any bank's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankCode([u8; 3]);

impl BankCode {
    /// Banco do Brasil.
    pub const BANCO_DO_BRASIL: BankCode = BankCode(*b"001");
    /// Santander.
    pub const SANTANDER: BankCode = BankCode(*b"033");
    /// Caixa Econômica Federal.
    pub const CAIXA: BankCode = BankCode(*b"104");
    /// Bradesco.
    pub const BRADESCO: BankCode = BankCode(*b"237");
    /// Itaú.
    pub const ITAU: BankCode = BankCode(*b"341");
    /// Sicoob.
    pub const SICOOB: BankCode = BankCode(*b"756");

    /// Reads three digits.
    pub fn parse(text: &str) -> Result<BankCode, BoletoError> {
        let digits: [u8; 3] =
            text.as_bytes().try_into().map_err(|_| BoletoError::Length { wanted: 3, found: text.len() })?;
        match digits.iter().position(|byte| !byte.is_ascii_digit()) {
            Some(index) => Err(BoletoError::Character { place: index + 1 }),
            None => Ok(BankCode(digits)),
        }
    }

    /// `001`.
    pub fn digits(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// With its check digit, as it is printed beside the bank's name: `001-9`.
    pub fn printed(&self) -> String {
        format!("{}-{}", self.digits(), digit(modulo_11_or_zero(self.digits(), 9)))
    }
}

impl fmt::Display for BankCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.digits())
    }
}

impl fmt::Debug for BankCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_with_their_digit() {
        let cases = ["001-9", "033-7", "104-0", "237-2", "341-7", "756-0"];
        for printed in cases {
            assert_eq!(BankCode::parse(&printed[..3]).map(|code| code.printed()), Ok(printed.to_owned()));
        }
        assert_eq!(BankCode::parse("0O1"), Err(BoletoError::Character { place: 2 }));
        assert_eq!(BankCode::parse("1"), Err(BoletoError::Length { wanted: 3, found: 1 }));
    }
}
