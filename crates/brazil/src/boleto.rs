//! The boleto: Brazil's payment slip. Its bar code of 44 digits, the linha digitável of 47 that people type, the due date's
//! factor, the part that each bank fills in its own way, and the bars to draw.
//!
//! Owns: what FEBRABAN and the banks' manuals say of these digits. A boleto that these digits are right of is still not payable
//! before the bank has registered its title (`cnab`); the caller knows whether it has.

mod account;
mod bank;
mod bank_accounts;
mod barcode;
mod bars;
mod due_factor;
mod error;
mod linha_digitavel;
#[cfg(test)]
mod vectors;

pub use account::{BillingAccount, NossoNumero, TitleNumber};
pub use bank::BankCode;
pub use bank_accounts::{BancoDoBrasil, Bradesco, Caixa, Itau, Santander, Sicoob};
pub use barcode::{BARCODE_AMOUNT_MAX, Barcode, CampoLivre};
pub use bars::{Element, Width, bars};
pub use due_factor::{DueFactor, FACTOR_DAYS_AHEAD, FACTOR_DAYS_BACK};
pub use error::{BoletoError, Setting};
pub use linha_digitavel::LinhaDigitavel;
