//! `/console`, the staff's first page.

use askama::Template;
use money::{Amount, Timestamp};

use crate::look::Reader;
use crate::look::part::Frame;

/// The staff's first page.
#[derive(Template)]
#[template(path = "page/console.html")]
pub struct ConsoleHome {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// How many customers there are.
    pub customer_count: i64,
    /// What customers have paid for or been given and not used.
    pub liability: Amount,
    /// What was paid in today.
    pub sold_today: Amount,
    /// What was used up today.
    pub used_today: Amount,
    /// What the last verification of the books found.
    pub books: BooksLine,
    /// Lines whose router has not confirmed a change for longer than is promised.
    pub unconfirmed_lines: u32,
    /// Customers, newest first.
    pub customers: Vec<ConsoleCustomer>,
    /// Link to newer ones.
    pub newer_url: Option<String>,
    /// Link to older ones.
    pub older_url: Option<String>,
}

/// What is known of the books.
#[derive(Clone, Debug)]
pub enum BooksLine {
    /// Nothing since the start.
    NotYet,
    /// They are sound.
    Verified {
        /// When that was seen.
        at: Timestamp,
        /// How many minutes ago that is.
        minutes: u32,
    },
    /// A person must look.
    Damaged {
        /// When that was seen.
        at: Timestamp,
        /// The first of what was found, as `saldo verify` says it.
        first: String,
    },
}

/// One customer of the console's list.
#[derive(Clone, Debug)]
pub struct ConsoleCustomer {
    /// `cus_…`.
    pub id: String,
    /// The name.
    pub name: String,
    /// The login.
    pub login: String,
    /// Posted balance.
    pub posted: Amount,
    /// Available balance.
    pub available: Amount,
    /// When the customer was made.
    pub created_at: Timestamp,
}
