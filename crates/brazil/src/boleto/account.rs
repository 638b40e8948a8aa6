//! An operator's account at a bank, whichever bank it is: what the settings hold and a boleto is made from.

use jiff::civil::Date;

use crate::boleto::bank::BankCode;
use crate::boleto::bank_accounts::{BancoDoBrasil, Bradesco, Caixa, Itau, Santander, Sicoob};
use crate::boleto::barcode::{Barcode, CampoLivre};
use crate::boleto::due_factor::DueFactor;
use crate::boleto::error::BoletoError;
use crate::centavos::Centavos;

/// Where boletos are billed, with settings that were validated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BillingAccount {
    /// Banco do Brasil (001).
    BancoDoBrasil(BancoDoBrasil),
    /// Itaú (341).
    Itau(Itau),
    /// Bradesco (237).
    Bradesco(Bradesco),
    /// Caixa Econômica Federal (104), SIGCB.
    Caixa(Caixa),
    /// Santander (033).
    Santander(Santander),
    /// Sicoob (756).
    Sicoob(Sicoob),
}

/// The numbers that we give a title: the bank's nosso número is made from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TitleNumber {
    sequence: u64,
    own_number: Option<u32>,
}

/// The number by which the bank knows a title.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NossoNumero {
    pub(super) digits: String,
    pub(super) check_digit: Option<char>,
    pub(super) printed: String,
}

impl TitleNumber {
    /// The title of this sequence number: from 1, unique in the account for ever. Each bank has its own last number.
    pub fn new(sequence: u64) -> TitleNumber {
        TitleNumber { sequence, own_number: None }
    }

    /// With our own number (seu número, up to 7 digits), which some of Itaú's carteiras put into the bar code.
    #[must_use]
    pub fn with_own_number(self, own_number: u32) -> TitleNumber {
        TitleNumber { own_number: Some(own_number), ..self }
    }

    /// The sequence number.
    pub fn sequence(self) -> u64 {
        self.sequence
    }

    pub(super) fn own_number(self) -> Option<u32> {
        self.own_number
    }

    /// The sequence number as `len` digits, if it fits and is not zero.
    pub(super) fn digits(self, len: u32) -> Result<String, BoletoError> {
        let max = 10_u64.saturating_pow(len) - 1;
        if self.sequence == 0 || self.sequence > max {
            return Err(BoletoError::SequenceOutOfRange { max });
        }
        Ok(format!("{:0len$}", self.sequence, len = usize::try_from(len).unwrap_or(0)))
    }
}

impl NossoNumero {
    /// All its digits as the bank counts them, convênio or modalidade in front, without check digit.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// Its check digit, if this bank has one: a digit, `X` (Banco do Brasil) or `P` (Bradesco).
    pub fn check_digit(&self) -> Option<char> {
        self.check_digit
    }

    /// As the boleto shows it: `109/12345678-3`.
    pub fn printed(&self) -> &str {
        &self.printed
    }
}

impl BillingAccount {
    /// The bank.
    pub fn bank(&self) -> BankCode {
        match self {
            BillingAccount::BancoDoBrasil(_) => BankCode::BANCO_DO_BRASIL,
            BillingAccount::Itau(_) => BankCode::ITAU,
            BillingAccount::Bradesco(_) => BankCode::BRADESCO,
            BillingAccount::Caixa(_) => BankCode::CAIXA,
            BillingAccount::Santander(_) => BankCode::SANTANDER,
            BillingAccount::Sicoob(_) => BankCode::SICOOB,
        }
    }

    /// The bank's name, as it stands on the boleto.
    pub fn bank_name(&self) -> &'static str {
        match self {
            BillingAccount::BancoDoBrasil(_) => "Banco do Brasil",
            BillingAccount::Itau(_) => "Itaú",
            BillingAccount::Bradesco(_) => "Bradesco",
            BillingAccount::Caixa(_) => "Caixa Econômica Federal",
            BillingAccount::Santander(_) => "Santander",
            BillingAccount::Sicoob(_) => "Sicoob",
        }
    }

    /// "Agência / código do beneficiário", as the boleto shows it.
    pub fn printed(&self) -> String {
        match self {
            BillingAccount::BancoDoBrasil(account) => account.printed(),
            BillingAccount::Itau(account) => account.printed(),
            BillingAccount::Bradesco(account) => account.printed(),
            BillingAccount::Caixa(account) => account.printed(),
            BillingAccount::Santander(account) => account.printed(),
            BillingAccount::Sicoob(account) => account.printed(),
        }
    }

    /// The carteira or modalidade, as the boleto shows it.
    pub fn carteira(&self) -> &str {
        match self {
            BillingAccount::BancoDoBrasil(account) => account.carteira(),
            BillingAccount::Itau(account) => account.carteira(),
            BillingAccount::Bradesco(account) => account.carteira(),
            BillingAccount::Caixa(account) => account.modality(),
            BillingAccount::Santander(account) => account.carteira(),
            BillingAccount::Sicoob(account) => account.carteira(),
        }
    }

    /// The number by which this bank knows the title.
    pub fn nosso_numero(&self, number: TitleNumber) -> Result<NossoNumero, BoletoError> {
        match self {
            BillingAccount::BancoDoBrasil(account) => account.nosso_numero(number),
            BillingAccount::Itau(account) => account.nosso_numero(number),
            BillingAccount::Bradesco(account) => account.nosso_numero(number),
            BillingAccount::Caixa(account) => account.nosso_numero(number),
            BillingAccount::Santander(account) => account.nosso_numero(number),
            BillingAccount::Sicoob(account) => account.nosso_numero(number),
        }
    }

    /// The bank's own part of the bar code.
    pub fn campo_livre(&self, number: TitleNumber) -> Result<CampoLivre, BoletoError> {
        let digits = match self {
            BillingAccount::BancoDoBrasil(account) => account.campo_livre(number),
            BillingAccount::Itau(account) => account.campo_livre(number),
            BillingAccount::Bradesco(account) => account.campo_livre(number),
            BillingAccount::Caixa(account) => account.campo_livre(number),
            BillingAccount::Santander(account) => account.campo_livre(number),
            BillingAccount::Sicoob(account) => account.campo_livre(number),
        }?;
        CampoLivre::parse(&digits)
    }

    /// The bar code of a title: 1 centavo to [`crate::boleto::BARCODE_AMOUNT_MAX`], due on `due`.
    pub fn barcode(&self, number: TitleNumber, due: Date, amount: Centavos) -> Result<Barcode, BoletoError> {
        Barcode::new(self.bank(), DueFactor::of(due)?, amount, &self.campo_livre(number)?)
    }
}
