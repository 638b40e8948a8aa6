//! Why there is no boleto.

use core::fmt;

use thiserror::Error;

/// What an operator sets of his account at a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Agência, without check digit.
    Branch,
    /// Conta corrente, without check digit.
    Account,
    /// Carteira, or modalidade where the bank calls it so.
    Carteira,
    /// Convênio, código do beneficiário or código do cliente: the number of the contract with the bank.
    Convenio,
    /// Variação da carteira.
    Variation,
    /// Modalidade, at Sicoob.
    Modality,
}

/// Why digits are no boleto, or a boleto cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BoletoError {
    /// A setting is no number of the length that the bank gives it.
    #[error("{setting}: {wanted}")]
    Setting {
        /// Which one.
        setting: Setting,
        /// What would be right.
        wanted: &'static str,
    },
    /// A setting was given with its check digit, and the digit does not fit.
    #[error("{setting}: its check digit is wrong, a digit was mistyped")]
    SettingCheckDigit {
        /// Which one.
        setting: Setting,
    },
    /// The number of the title has more digits than this bank has places for it, or is zero.
    #[error("this bank numbers titles from 1 to {max}")]
    SequenceOutOfRange {
        /// The last number.
        max: u64,
    },
    /// This carteira puts our own number into the bar code, and the title has none of 1 to 7 digits.
    #[error("this carteira needs an own number of up to 7 digits")]
    OwnNumberNeeded,
    /// Zero, or more than ten digits of centavos.
    #[error("a boleto is for 0.01 to 99999999.99 reais")]
    AmountOutOfRange,
    /// Before the first day that has a factor, 7 October 1997, or after the calendar's last.
    #[error("this day has no due factor")]
    NoFactor,
    /// No day from 3000 days ago to 5500 days ahead has this factor.
    #[error("no day near today has the due factor {factor}")]
    FactorFarAway {
        /// The four digits.
        factor: u16,
    },
    /// A character that is no digit, at this place counted from 1.
    #[error("character {place} is no digit")]
    Character {
        /// Place in the text as it was given.
        place: usize,
    },
    /// A bill of a utility or a tax (48 digits beginning with 8), which has other rules.
    #[error("this is a utility or tax bill (48 digits), not a boleto of a bank")]
    Arrecadacao,
    /// Not 44 digits (bar code), 47 (linha digitável) or 25 (campo livre).
    #[error("{found} digits instead of {wanted}")]
    Length {
        /// How many it must be.
        wanted: usize,
        /// How many there were.
        found: usize,
    },
    /// The fourth digit is not 9, real.
    #[error("the currency is not real")]
    Currency,
    /// The check digit of one of the linha digitável's first three fields does not fit.
    #[error("field {field} has a wrong check digit: a digit of it was mistyped")]
    FieldCheckDigit {
        /// 1 to 3.
        field: u8,
    },
    /// The fifth digit, over the whole bar code, does not fit.
    #[error("the general check digit is wrong: a digit was mistyped")]
    CheckDigit,
}

impl BoletoError {
    /// A code for programs; it never changes.
    pub fn code(self) -> &'static str {
        match self {
            BoletoError::Setting { .. } => "account_setting",
            BoletoError::SettingCheckDigit { .. } => "account_setting_check_digit",
            BoletoError::SequenceOutOfRange { .. } => "title_number_out_of_range",
            BoletoError::OwnNumberNeeded => "title_own_number_needed",
            BoletoError::AmountOutOfRange => "boleto_amount_out_of_range",
            BoletoError::NoFactor => "boleto_day_without_factor",
            BoletoError::FactorFarAway { .. } => "boleto_factor_far_away",
            BoletoError::Character { .. } => "boleto_character",
            BoletoError::Arrecadacao => "boleto_of_utility",
            BoletoError::Length { .. } => "boleto_length",
            BoletoError::Currency => "boleto_currency",
            BoletoError::FieldCheckDigit { .. } => "boleto_field_check_digit",
            BoletoError::CheckDigit => "boleto_check_digit",
        }
    }
}

/// As the banks' contracts call it.
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Setting::Branch => "agência",
            Setting::Account => "conta",
            Setting::Carteira => "carteira",
            Setting::Convenio => "convênio",
            Setting::Variation => "variação",
            Setting::Modality => "modalidade",
        })
    }
}
