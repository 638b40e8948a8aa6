//! SQLite: how its files are opened, migrated and read. What it reports becomes [`StoreError`] here.

mod connect;
mod journal;
mod migrate;
mod statement;
mod tables;

use rusqlite::ffi;

use crate::error::StoreError;

pub use journal::{SqliteJournal, SqliteJournalDerived, SqliteJournalReader};
pub use migrate::{migrate, pending};
pub(crate) use statement::{Binder, Prepared, column_name, value};
pub(crate) use tables::SqliteTables;

/// SQLite's extended result code of an error, if SQLite itself reports it.
fn code_of(error: &rusqlite::Error) -> Option<i32> {
    error.sqlite_error().map(|inner| inner.extended_code)
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        let Some(code) = code_of(&error) else { return StoreError::Database(Box::new(error)) };
        match (code, code & 0xff) {
            (ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY, _) => {
                // The message ends in the columns: "UNIQUE constraint failed: customers.email".
                let message = error.to_string();
                let what = message.rsplit_once("failed: ").map_or(message.as_str(), |(_, columns)| columns);
                StoreError::Conflict { what: what.to_owned() }
            }
            (ffi::SQLITE_CONSTRAINT_FOREIGNKEY, _) => StoreError::Dangling,
            (_, ffi::SQLITE_FULL) => StoreError::DiskFull,
            (_, ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED) => StoreError::Busy,
            (_, ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB) => {
                StoreError::damaged(format!("the file ({error})"))
            }
            _ => StoreError::Database(Box::new(error)),
        }
    }
}
