//! Where an installation keeps what it knows: files in a folder, or a database on a server.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::StoreError;
use crate::journal::{Journal, JournalDerived, JournalReader};
use crate::migrations::{Database, MigrationFile};
use crate::postgres::{PostgresLease, PostgresServer};
use crate::sqlite::{self, SqliteJournal, SqliteJournalReader};
use crate::tables::Tables;

/// Where the journal and the tables are.
#[derive(Clone, Debug)]
pub enum Place {
    /// Files of SQLite in this folder.
    Folder(PathBuf),
    /// A database on a server.
    Server(PostgresServer),
}

/// The journal, open for its one writer.
pub struct OpenedJournal {
    /// Who appends.
    pub journal: Box<dyn Journal>,
    /// A second handle, for the thread that makes snapshots and runs.
    pub derived: Box<dyn JournalDerived>,
    /// What must be renewed while the journal is open; none where the system keeps others out.
    pub lease: Option<PostgresLease>,
}

impl Place {
    /// Opens the journal for writing, makes it if it is missing, and applies its migrations. [`StoreError::InUse`] or
    /// [`StoreError::Held`] while another writer has it.
    pub fn open_journal(&self) -> Result<OpenedJournal, StoreError> {
        match self {
            Place::Folder(folder) => {
                let journal = SqliteJournal::open(&file(folder, Database::Journal))?;
                let derived = Box::new(journal.open_derived()?);
                Ok(OpenedJournal { journal: Box::new(journal), derived, lease: None })
            }
            Place::Server(server) => {
                let journal = server.open_journal()?;
                let (lease, derived) = (Some(journal.lease()), Box::new(server.open_journal_derived()));
                Ok(OpenedJournal { journal: Box::new(journal), derived, lease })
            }
        }
    }

    /// The journal for reading only, whether or not a writer has it open. It must be there.
    pub fn open_journal_reader(&self) -> Result<Box<dyn JournalReader>, StoreError> {
        match self {
            Place::Folder(folder) => {
                Ok(Box::new(SqliteJournalReader::open(&file(folder, Database::Journal))?))
            }
            Place::Server(server) => Ok(Box::new(server.open_journal_reader()?)),
        }
    }

    /// Opens the tables, makes them if they are missing, and applies their migrations.
    pub fn open_tables(&self) -> Result<Tables, StoreError> {
        match self {
            Place::Folder(folder) => Tables::open(&file(folder, Database::Saldo)),
            Place::Server(server) => Tables::open_postgres(server),
        }
    }

    /// The migrations that a database here lacks. Refuses what a newer program has written, and what was applied with another text
    /// than ours.
    pub fn pending(&self, database: Database) -> Result<Vec<MigrationFile>, StoreError> {
        match self {
            Place::Folder(folder) => sqlite::pending(&file(folder, database), database),
            Place::Server(server) => server.pending(database),
        }
    }

    /// Whether there has ever been a journal here.
    pub fn has_journal(&self) -> Result<bool, StoreError> {
        match self {
            Place::Folder(folder) => Ok(file(folder, Database::Journal).exists()),
            Place::Server(server) => {
                let missing = server.pending(Database::Journal)?;
                Ok(missing.len() < Database::Journal.migrations().len())
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Folder(folder) => write!(f, "{}", folder.display()),
            Place::Server(server) => server.fmt(f),
        }
    }
}

fn file(folder: &Path, database: Database) -> PathBuf {
    folder.join(database.file_name())
}
