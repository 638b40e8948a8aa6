//! Subscribers of an internet provider as staff write them down: by hand or as a file, checked by the same rules.
//!
//! A [`Draft`] is text, column by column. `check` says of each what is wrong with it by column, `enrol` writes
//! down what was found right: customers, who pays for them, their lines, their logins. What the book does of it goes by intents.

mod check;
mod draft;
mod enrol;

pub use check::{Checked, Newcomer, check, check_line, check_person, check_sheet};
pub use draft::{Column, Draft, Person, Subscription, Wrong};
pub use enrol::{Enrolled, add_line, change_person, enrol, import, send};

use crate::sheets;

/// A row of a file of subscribers.
pub type Row = sheets::Row<Column>;
/// A file of subscribers as it was read.
pub type Sheet = sheets::Sheet<Column>;
/// What is wrong with a row of it.
pub type RowWrong = sheets::RowWrong<Column>;
