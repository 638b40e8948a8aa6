//! The 44 digits of the bar code.
//!
//! 1-3 bank, 4 currency, 5 check digit over the rest, 6-9 due factor, 10-19 centavos, 20-44 campo livre.

use core::fmt;

use crate::boleto::bank::BankCode;
use crate::boleto::due_factor::DueFactor;
use crate::boleto::error::BoletoError;
use crate::boleto::linha_digitavel::LinhaDigitavel;
use crate::centavos::Centavos;
use crate::check_digit::{digit, modulo_11_remainder};

/// The most that ten digits of centavos hold.
pub const BARCODE_AMOUNT_MAX: Centavos = match Centavos::const_new(9_999_999_999) {
    Some(amount) => amount,
    None => Centavos::MAX,
};

const LEN: usize = 44;
const CAMPO_LIVRE_LEN: usize = 25;
const REAL: char = '9';

/// A boleto's 44 digits with the right check digit.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Barcode(String);

/// The 25 digits that each bank fills as it likes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CampoLivre(String);

impl Barcode {
    /// The bar code of a title, its check digit counted. The amount is 1 centavo to [`BARCODE_AMOUNT_MAX`].
    pub fn new(
        bank: BankCode,
        due: DueFactor,
        amount: Centavos,
        campo_livre: &CampoLivre,
    ) -> Result<Barcode, BoletoError> {
        if amount.is_zero() || amount > BARCODE_AMOUNT_MAX {
            return Err(BoletoError::AmountOutOfRange);
        }
        let head = format!("{bank}{REAL}");
        let tail = format!("{:04}{:010}{}", due.number(), amount.count(), campo_livre.0);
        let check = digit(general_check_digit(&format!("{head}{tail}")));
        Ok(Barcode(format!("{head}{check}{tail}")))
    }

    /// Reads 44 digits, as a scanner gives them, and verifies them.
    pub fn parse(text: &str) -> Result<Barcode, BoletoError> {
        let digits = exactly(text.trim(), LEN)?;
        if digits.as_bytes()[3] != b'9' {
            return Err(BoletoError::Currency);
        }
        let others = format!("{}{}", &digits[..4], &digits[5..]);
        if digits.as_bytes()[4] != b'0' + general_check_digit(&others) {
            return Err(BoletoError::CheckDigit);
        }
        Ok(Barcode(digits))
    }

    /// The 44 digits.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The bank that registered the title.
    pub fn bank(&self) -> BankCode {
        BankCode::parse(&self.0[..3]).unwrap_or_else(|_| unreachable!("a bar code holds digits only"))
    }

    /// When it is due, as four digits.
    pub fn due_factor(&self) -> DueFactor {
        DueFactor::from_digits(
            self.0[5..9].bytes().fold(0, |number, byte| number * 10 + u16::from(byte - b'0')),
        )
    }

    /// How much is due; zero where the payer chooses.
    pub fn amount(&self) -> Centavos {
        let count = self.0[9..19].bytes().fold(0, |number, byte| number * 10 + u64::from(byte - b'0'));
        Centavos::new(count).unwrap_or(BARCODE_AMOUNT_MAX)
    }

    /// The bank's own 25 digits.
    pub fn campo_livre(&self) -> CampoLivre {
        CampoLivre(self.0[19..].to_owned())
    }

    /// The same as people type it.
    pub fn linha_digitavel(&self) -> LinhaDigitavel {
        LinhaDigitavel::of(self)
    }
}

impl CampoLivre {
    /// Reads 25 digits.
    pub fn parse(text: &str) -> Result<CampoLivre, BoletoError> {
        exactly(text, CAMPO_LIVRE_LEN).map(CampoLivre)
    }

    /// The 25 digits.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

/// The digit over the other 43: what would be 0, 10 or 11 is 1.
fn general_check_digit(others: &str) -> u8 {
    match modulo_11_remainder(others, 9) {
        0 | 1 => 1,
        remainder => 11 - remainder,
    }
}

/// `text` if it is `wanted` digits.
pub(super) fn exactly(text: &str, wanted: usize) -> Result<String, BoletoError> {
    if let Some(index) = text.chars().position(|character| !character.is_ascii_digit()) {
        return Err(BoletoError::Character { place: index + 1 });
    }
    if text.len() == wanted {
        Ok(text.to_owned())
    } else {
        Err(BoletoError::Length { wanted, found: text.len() })
    }
}

impl fmt::Debug for Barcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CampoLivre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
