//! Subscribers of an internet provider as staff write them down: by hand or as a file, checked by the same rules.
//!
//! A [`Draft`] is text, column by column. `check` says of each what is wrong with it by column, `sheet` reads files, `enrol` writes
//! down what was found right: customers, who pays for them, their lines, their logins. What the book does of it goes by intents.

mod check;
mod draft;
mod enrol;
mod sheet;

pub use check::{Checked, Newcomer, RowWrong, check, check_line, check_person, check_sheet};
pub use draft::{Column, Draft, Person, Subscription, Why, Wrong};
pub use enrol::{Enrolled, add_line, change_person, enrol, import, send};
pub use sheet::{FILE_BYTES_MAX, ROWS_MAX, Row, Sheet, Unreadable, read};
