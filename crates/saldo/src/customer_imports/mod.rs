//! Customers of an API company by file, with what they had in another system: the same file twice makes nobody twice.
//!
//! A row is known by its e-mail or the operator's own id, so that it needs one of them; as it was when it was taken, too, for an e-mail that
//! was corrected since is still in the file. What is found right is written down in one
//! transaction with its intents, like everything that touches tables and book; the book hears of them in portions.

mod check;
mod draft;
mod take;

pub use check::{Checked, Newcomer, Sums, check_sheet};
pub use draft::{CustomerColumn, OPENING_UNITS_MAX, Terms};
pub use take::{Taken, take};

use crate::sheets;

/// A file of customers as it was read.
pub type Sheet = sheets::Sheet<CustomerColumn>;
