//! Why a file of a bank was not written or not read.

use thiserror::Error;

use crate::boleto::{BankCode, BoletoError};

/// Why there is no file, or nothing was taken from one. Lines are counted from 1, blank ones too; columns are FEBRABAN's positions.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CnabError {
    /// We know no CNAB 240 layout of this account's bank.
    #[error("bank {bank} has no CNAB 240 layout here")]
    BankWithoutLayout {
        /// The account's bank.
        bank: BankCode,
    },
    /// A remittance without titles.
    #[error("there is nothing to send")]
    NoTitles,
    /// More titles than one file numbers.
    #[error("a remittance holds at most {max} titles")]
    TooManyTitles {
        /// How many it may hold.
        max: usize,
    },
    /// The file's sequence number is not 1 to 999999.
    #[error("the file's sequence number is from 1 to 999999")]
    FileNumberOutOfRange,
    /// Something that the bank demands of a company, payer or title is missing or not as it must be.
    #[error("{field}: {wanted}")]
    Setting {
        /// Which field.
        field: &'static str,
        /// What would be right.
        wanted: &'static str,
    },
    /// The title's number or day is none that this account can have.
    #[error(transparent)]
    Boleto(#[from] BoletoError),
    /// More bytes than a return file has.
    #[error("the file is longer than {max} bytes")]
    TooLong {
        /// How many it may have.
        max: usize,
    },
    /// Nothing but blanks.
    #[error("the file is empty")]
    Empty,
    /// A line of more than 240 characters: this is no CNAB 240 file.
    #[error("line {line} has more than 240 characters")]
    LineTooLong {
        /// Where.
        line: usize,
    },
    /// The last line is not the file's trailer: the end is missing.
    #[error("the file ends at line {line} without its trailer: it is not whole")]
    Truncated {
        /// The last line there is.
        line: usize,
    },
    /// A line that does not follow the one before it: a detail outside a batch, a trailer without header, a segment T without its U.
    #[error("line {line}, column {column}: {found:?} where {wanted} was to come")]
    Order {
        /// Where.
        line: usize,
        /// Where in the line.
        column: usize,
        /// What stands there.
        found: char,
        /// What should.
        wanted: &'static str,
    },
    /// A file that goes the other way: a remittance where a return was to come, or a return where a remittance was.
    #[error("line {line}, column {column}: this file is not a {wanted}")]
    Direction {
        /// Where.
        line: usize,
        /// Where in the line.
        column: usize,
        /// `return` or `remittance`.
        wanted: &'static str,
    },
    /// Another bank's file, or a line of it.
    #[error("line {line}, column 1: this is a file of bank {found:?}, not of {wanted}")]
    OtherBank {
        /// Where.
        line: usize,
        /// What stands there.
        found: String,
        /// The account's bank.
        wanted: BankCode,
    },
    /// A file of another account at the same bank.
    #[error("line {line}, column {column}: this is a file of account {found}")]
    OtherAccount {
        /// Where.
        line: usize,
        /// Where in the line.
        column: usize,
        /// What stands there.
        found: String,
    },
    /// A trailer that counts other than what is there: lines were lost or added.
    #[error("line {line}, column {column}: {stated} {what} are stated, {found} are there")]
    Count {
        /// Where.
        line: usize,
        /// Where in the line.
        column: usize,
        /// What is counted.
        what: &'static str,
        /// By the trailer.
        stated: u64,
        /// In truth.
        found: u64,
    },
    /// A field that is no number, no day or no amount.
    #[error("line {line}, column {column}: {field} is {found:?}")]
    Field {
        /// Where.
        line: usize,
        /// Where the field begins.
        column: usize,
        /// Which field.
        field: &'static str,
        /// What stands there.
        found: String,
    },
    /// A field that must be filled is not.
    #[error("line {line}, column {column}: {field} is missing")]
    Missing {
        /// Where.
        line: usize,
        /// Where the field begins.
        column: usize,
        /// Which field.
        field: &'static str,
    },
}

impl CnabError {
    /// A code for programs; it never changes.
    pub fn code(&self) -> &'static str {
        match self {
            CnabError::BankWithoutLayout { .. } => "cnab_bank_without_layout",
            CnabError::NoTitles => "cnab_no_titles",
            CnabError::TooManyTitles { .. } => "cnab_too_many_titles",
            CnabError::FileNumberOutOfRange => "cnab_file_number_out_of_range",
            CnabError::Setting { .. } => "cnab_setting",
            CnabError::Boleto(error) => error.code(),
            CnabError::TooLong { .. } => "cnab_file_too_long",
            CnabError::Empty => "cnab_file_empty",
            CnabError::LineTooLong { .. } => "cnab_line_too_long",
            CnabError::Truncated { .. } => "cnab_truncated",
            CnabError::Order { .. } => "cnab_order",
            CnabError::Direction { .. } => "cnab_direction",
            CnabError::OtherBank { .. } => "cnab_other_bank",
            CnabError::OtherAccount { .. } => "cnab_other_account",
            CnabError::Count { .. } => "cnab_count",
            CnabError::Field { .. } => "cnab_field",
            CnabError::Missing { .. } => "cnab_missing",
        }
    }

    /// Line and column, where a file was read and the trouble has a place.
    pub fn place(&self) -> Option<(usize, usize)> {
        match *self {
            CnabError::LineTooLong { line } => Some((line, 241)),
            CnabError::Truncated { line } | CnabError::OtherBank { line, .. } => Some((line, 1)),
            CnabError::Order { line, column, .. }
            | CnabError::Direction { line, column, .. }
            | CnabError::OtherAccount { line, column, .. }
            | CnabError::Count { line, column, .. }
            | CnabError::Field { line, column, .. }
            | CnabError::Missing { line, column, .. } => Some((line, column)),
            CnabError::BankWithoutLayout { .. }
            | CnabError::NoTitles
            | CnabError::TooManyTitles { .. }
            | CnabError::FileNumberOutOfRange
            | CnabError::Setting { .. }
            | CnabError::Boleto(_)
            | CnabError::TooLong { .. }
            | CnabError::Empty => None,
        }
    }
}
