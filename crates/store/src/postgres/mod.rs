//! PostgreSQL, and what speaks its language: how it is connected to, migrated, written and read. What it reports becomes
//! [`StoreError`] here.
//!
//! Nothing is used that distributed databases with its protocol lack: no advisory locks, no LISTEN. Transactions that write are
//! SERIALIZABLE and tried again when they are refused for their order (SQLSTATE 40001); many rows travel as arrays (UNNEST).

mod connect;
mod journal;
mod lease;
mod migrate;
mod session;
mod statement;
mod tables;

pub use connect::PostgresServer;
pub use journal::{PostgresJournal, PostgresJournalDerived, PostgresJournalReader};
pub use lease::{LEASE_SECONDS, PostgresLease};
pub(crate) use session::Session;
pub(crate) use statement::{Binder, Many, Prepared, column_name, value};
pub(crate) use tables::PostgresTables;
