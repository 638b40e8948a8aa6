//! Where things are kept: the journal, what is derived from it, and the reference tables.
//!
//! Owns all SQL, the files it lives in, their migrations, and what it means that something is durable. Holds no rule: it
//! appends, changes tables in transactions and answers queries; what may be written is decided by `book` and the program.
//! Calls block; whoever calls does so on a thread of its own. No clock is read here: times come in as arguments.
//!
//! The journal ([`Journal`]) is `journal.db`, or memory in tests. Everything else is `saldo.db` ([`Tables`]): views of the
//! journal ([`views`]) and reference tables ([`tables`]).

mod error;
mod journal;
mod memory;
mod sqlite;
mod stored;
pub mod tables;
pub mod views;

pub use error::{AppendError, StoreError};
pub use journal::{
    Appended, Journal, JournalDerived, JournalReader, ROW_BYTES_MAX, SNAPSHOTS_KEPT, SeenRow, Snapshot,
};
pub use memory::{Fault, MemoryJournal};
pub use sqlite::{
    Database, MigrationFile, READERS_MAX, SqliteJournal, SqliteJournalDerived, SqliteJournalReader, Tables,
    migrate, pending,
};
pub use stored::{Hidden, SecretHash};
pub use tables::{Page, Reader, Tx};
