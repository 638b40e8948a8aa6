//! How the world breaks under the store.

use std::error::Error;
use std::path::PathBuf;

use book::Hash;
use thiserror::Error;

/// Why the store could not do what was asked. Each keeps its source; whoever handles it logs it once.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Something that must be unique is there already; nothing was changed.
    #[error("{what} is already taken")]
    Conflict {
        /// The columns that must be unique together, as `customers.email`.
        what: String,
    },
    /// The row refers to something that is not there; nothing was changed.
    #[error("the row refers to something that does not exist")]
    Dangling,
    /// A row that the caller knows to be there is not.
    #[error("{what} does not exist")]
    Missing {
        /// What was looked for.
        what: String,
    },
    /// A value in the database is not one that we write.
    #[error("{what} in the database cannot be understood")]
    Damaged {
        /// Where it stands and why it is wrong.
        what: String,
    },
    /// A text with a zero character, which not every engine keeps; nothing was changed.
    #[error("a text with a zero character cannot be kept or looked for")]
    ZeroInText,
    /// More bytes than one row may have.
    #[error("a row of {bytes} bytes is longer than the {max} that are stored")]
    TooLarge {
        /// Bytes that were given.
        bytes: usize,
        /// Most bytes of a row.
        max: usize,
    },
    /// The disk is full; nothing was changed.
    #[error("the disk is full")]
    DiskFull,
    /// Another writer held the database for longer than we wait; nothing was changed.
    #[error("the database stayed locked by another writer")]
    Busy,
    /// The file is held by another process of the program, or a second time by this one.
    #[error("{} is already open for writing, by another process or by this one", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a newer version of the program.
    #[error("{database} has schema {found}; this program knows up to {known}: use the newer version")]
    NewerSchema {
        /// Which database.
        database: &'static str,
        /// Newest migration found in it.
        found: u32,
        /// Newest migration this program has.
        known: u32,
    },
    /// A migration that was applied differs from the one this program carries.
    #[error("migration {file} of {database} was applied with another text than this program carries")]
    ChangedMigration {
        /// Which database.
        database: &'static str,
        /// The migration's file.
        file: String,
    },
    /// The file has not been migrated, and the handle may not do so.
    #[error("{database} has {pending} migrations to apply first")]
    NotMigrated {
        /// Which database.
        database: &'static str,
        /// How many are missing.
        pending: usize,
    },
    /// A file could not be made, opened or locked.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The database's server cannot be reached, or was lost before it was asked to commit: nothing was changed.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// The database's server was lost while it committed: the change may be there.
    #[error("whether the database has kept the change is unknown")]
    OutcomeUnknown(#[source] Box<dyn Error + Send + Sync>),
    /// The database is reached and must not be used as it is set up.
    #[error("the database cannot be used: {reason}")]
    Unfit {
        /// What is wrong, and what to do about it.
        reason: String,
    },
    /// Another server holds the journal.
    #[error("another Saldo serves {place}")]
    Held {
        /// The database.
        place: String,
    },
    /// Anything else the database reports.
    #[error("the database failed")]
    Database(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// A stored value that we would not have written.
    pub(crate) fn damaged(what: impl Into<String>) -> StoreError {
        StoreError::Damaged { what: what.into() }
    }

    /// True if this is a [`StoreError::Conflict`] over exactly these columns, as `customers.email`.
    pub fn is_conflict_over(&self, columns: &str) -> bool {
        matches!(self, StoreError::Conflict { what } if what == columns)
    }
}

/// Why a journal row was not appended, or may not have been.
#[derive(Debug, Error)]
pub enum AppendError {
    /// Another owner's row is there: this owner must step down.
    #[error("another owner has written at this position")]
    Taken {
        /// The hash of the row that is there.
        hash: Hash,
    },
    /// The row does not follow the last one.
    #[error("the journal ends at {last}; the row would leave a gap")]
    Gap {
        /// Position of the last row; 0 in an empty journal.
        last: u64,
    },
    /// The row is surely not there.
    #[error("the row was not written")]
    NotWritten(#[source] StoreError),
    /// The row may be there: append the same one again to learn it.
    #[error("whether the row was written is unknown")]
    Unknown(#[source] StoreError),
    /// The disk would not sync. What the system has cached is no longer to be trusted: the process must end, the next start
    /// reads what is really there.
    #[error("the disk did not sync the row")]
    Sync(#[source] StoreError),
}
