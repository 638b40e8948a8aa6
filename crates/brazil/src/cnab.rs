//! CNAB 240: the files that a company and its bank exchange about boletos. The remittance tells the bank of titles, the return
//! tells what became of them.
//!
//! Owns: FEBRABAN's layout of cobrança (segments P, Q, R out; T and U back) for the two banks whose layouts are documented best
//! in public, with manuals, samples of real files and independent programs to compare with: Banco do Brasil (001) and Sicoob
//! (756). Leaves to others: that the same file or the same payment comes twice (the book), where files come from and go to.
//!
//! Positions are counted from 1, as in the manuals. What is written is ASCII without accents, in lines of 240 ended by CRLF. What
//! is read may have lost its trailing blanks, be Latin-1 or UTF-8, end lines as it likes and hold empty ones; but a file that is
//! not whole, or of another bank, or counts itself wrongly, is refused as a whole: half a return file must never be booked.

pub mod bank;

mod account;
mod envelope;
mod error;
mod record;
mod remittance;
mod return_file;
#[cfg(test)]
mod stories;

pub use envelope::FILE_BYTES_MAX;
pub use error::CnabError;
pub use remittance::{
    Company, Fine, Interest, Order, OwnNumber, Payer, REMITTANCE_TITLES_MAX, Remittance, Species, Title,
};
pub use return_file::{Entry, Occurrence, ReturnFile, read_return};
