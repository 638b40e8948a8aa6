//! Brazilian payments and documents, as values: CPF and CNPJ, the boleto, the banks' CNAB 240 files, Pix's BR Code.
//!
//! Owns: the forms that the Receita Federal, FEBRABAN, the Banco Central and each bank prescribe, read and written exactly, every
//! check digit verified. Leaves to others: what a title is to the book and when it counts as paid (crate `book` and the program),
//! how money and dates are shown to a reader (the program), drawing (bars are handed out as widths), and talking to a bank: this
//! crate reads no clock, draws no randomness, opens nothing.
//!
//! Portuguese words stand where Brazil's law and banks have one word and English none: boleto, nosso número, linha digitável,
//! campo livre, convênio, carteira. The repository's glossary explains them.

pub mod boleto;
pub mod cnab;
pub mod document;
pub mod pix;

mod ascii;
mod bank_day;
mod centavos;
mod check_digit;
mod day;

pub use ascii::without_accents;
pub use bank_day::{bank_day_from, is_bank_day};
pub use centavos::{Centavos, CentavosError};
pub use day::{DayError, parse_day, print_day};
