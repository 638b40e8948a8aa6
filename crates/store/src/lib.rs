//! Where things are kept: the journal, what is derived from it, and the reference tables.
//!
//! Owns all SQL, the files it lives in, their migrations, and what it means that something is durable. Holds no rule: it
//! appends, changes tables in transactions and answers queries; what may be written is decided by `book` and the program.
//! Calls block; whoever calls does so on a thread of its own. No clock is read here: times come in as arguments.
//!
//! The journal ([`Journal`]) is `journal.db`, or memory in tests. Everything else is `saldo.db` ([`Tables`]): views of the
//! journal ([`views`]) and reference tables ([`tables`]). PostgreSQL holds both in one database ([`PostgresServer`]).

mod derived;
mod error;
mod journal;
mod memory;
mod migrations;
mod place;
#[cfg(test)]
mod plans;
mod postgres;
mod sqlite;
mod statement;
mod stored;
pub mod tables;
pub mod views;

pub use error::{AppendError, StoreError};
pub use journal::{
    Appended, Journal, JournalDerived, JournalReader, ROW_BYTES_MAX, SNAPSHOTS_KEPT, SeenRow, Snapshot,
};
pub use memory::{Fault, MemoryJournal};
pub use migrations::{Database, Engine, MigrationFile};
pub use place::{OpenedJournal, Place};
pub use postgres::{
    LEASE_SECONDS, PostgresJournal, PostgresJournalDerived, PostgresJournalReader, PostgresLease,
    PostgresServer,
};
pub use sqlite::{SqliteJournal, SqliteJournalDerived, SqliteJournalReader, migrate, pending};
pub use stored::{Hidden, SecretHash};
pub use tables::{Page, READERS_MAX, Reader, Tables, Tx};
