//! The 47 digits that people type: the bar code in another order, with a check digit after each of three fields.

use core::fmt;

use crate::boleto::barcode::{Barcode, exactly};
use crate::boleto::error::BoletoError;
use crate::check_digit::{digit, modulo_10};

const LEN: usize = 47;
/// Bills of utilities and taxes have four fields of twelve digits and begin with 8.
const ARRECADACAO_LEN: usize = 48;
/// Characters of a text that can still be a linha digitável with its punctuation; longer ones are not looked at.
const TEXT_LEN_MAX: usize = 120;
/// Where each field with a check digit ends: the digit is the last of it.
const FIELD_ENDS: [(u8, usize, usize); 3] = [(1, 0, 10), (2, 10, 21), (3, 21, 32)];

/// A boleto's 47 digits, every check digit right.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LinhaDigitavel(String);

impl LinhaDigitavel {
    pub(super) fn of(barcode: &Barcode) -> LinhaDigitavel {
        let digits = barcode.digits();
        let fields =
            [format!("{}{}", &digits[..4], &digits[19..24]), digits[24..34].into(), digits[34..].into()];
        let mut line = String::with_capacity(LEN);
        for field in fields {
            line.push_str(&field);
            line.push(digit(modulo_10(&field)));
        }
        line.push_str(&digits[4..19]);
        LinhaDigitavel(line)
    }

    /// Reads 47 digits with or without dots, dashes and blanks, and verifies each check digit, the general one too.
    pub fn parse(text: &str) -> Result<LinhaDigitavel, BoletoError> {
        let mut digits = String::with_capacity(LEN);
        for (index, character) in text.chars().enumerate() {
            match character {
                _ if index >= TEXT_LEN_MAX => return Err(BoletoError::Length { wanted: LEN, found: index }),
                '.' | '-' => {}
                _ if character.is_whitespace() => {}
                _ if character.is_ascii_digit() => digits.push(character),
                _ => return Err(BoletoError::Character { place: index + 1 }),
            }
        }
        if digits.len() == ARRECADACAO_LEN && digits.starts_with('8') {
            return Err(BoletoError::Arrecadacao);
        }
        let digits = exactly(&digits, LEN)?;
        for (field, start, end) in FIELD_ENDS {
            let (field_digits, check) = digits[start..end].split_at(end - start - 1);
            if !check.starts_with(digit(modulo_10(field_digits))) {
                return Err(BoletoError::FieldCheckDigit { field });
            }
        }
        let line = LinhaDigitavel(digits);
        Barcode::parse(&line.barcode_digits())?;
        Ok(line)
    }

    /// The bar code of the same boleto.
    pub fn barcode(&self) -> Barcode {
        Barcode::parse(&self.barcode_digits()).unwrap_or_else(|_| unreachable!("{self} was verified"))
    }

    /// The 47 digits alone, for copying.
    pub fn bare(&self) -> &str {
        &self.0
    }

    fn barcode_digits(&self) -> String {
        let line = &self.0;
        format!("{}{}{}{}{}", &line[..4], &line[32..], &line[4..9], &line[10..20], &line[21..31])
    }
}

/// As it is printed: `AAABC.CCCCX DDDDD.DDDDDY EEEEE.EEEEEZ K UUUUVVVVVVVVVV`.
impl fmt::Display for LinhaDigitavel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = &self.0;
        write!(f, "{}.{} {}.{} ", &line[..5], &line[5..10], &line[10..15], &line[15..21])?;
        write!(f, "{}.{} {} {}", &line[21..26], &line[26..32], &line[32..33], &line[33..])
    }
}

impl fmt::Debug for LinhaDigitavel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
