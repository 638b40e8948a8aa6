//! How customers came, and whose e-mail has had the welcome credit.

use money::{CustomerId, Timestamp};

use super::{Reader, Tx};
use crate::error::StoreError;
use crate::stored::{row, words};

const INSERT: &str = "INSERT INTO customer_origins (customer, origin, import_no, terms_url, at)
    VALUES ($1, $2, $3, $4, $5)";
const ORIGIN: &str =
    "SELECT customer, origin, import_no, terms_url, at FROM customer_origins WHERE customer = $1";
const WELCOME: &str = "INSERT INTO welcomed (mark, at) VALUES ($1, $2) ON CONFLICT (mark) DO NOTHING";

words! {
    /// How a customer came.
    pub enum Origin {
        /// By the API.
        Api = "api",
        /// The operator made him at the machine's command line.
        CommandLine = "command_line",
        /// Staff wrote him down.
        Console = "console",
        /// In a file.
        Import = "import",
        /// He signed up himself.
        SignUp = "sign_up",
    }
}

row! {
    /// How a customer came, and when.
    pub struct OriginRow {
        /// Who.
        pub customer: CustomerId,
        /// How.
        pub origin: Origin,
        /// In which file.
        pub import_no: Option<u32>,
        /// Where the terms stood that he agreed to when he signed up.
        pub terms_url: Option<String>,
        /// When.
        pub at: Timestamp,
    }
}

impl Reader<'_> {
    /// How a customer came; nothing of one who was here before that was kept.
    pub fn customer_origin(&self, customer: CustomerId) -> Result<Option<OriginRow>, StoreError> {
        self.one(ORIGIN, &[&customer])
    }
}

impl Tx<'_> {
    /// Writes down how a customer came.
    pub fn insert_customer_origin(&self, row: &OriginRow) -> Result<(), StoreError> {
        self.run(INSERT, &[row]).map(|_| ())
    }

    /// Writes down that whoever this mark stands for has the welcome credit; whether he had it not before.
    pub fn welcome(&self, mark: u128, at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.run(WELCOME, &[&&mark.to_be_bytes()[..], &at])? > 0)
    }
}
