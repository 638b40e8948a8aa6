//! The tables, opened: one connection that writes, a few that read, whichever engine keeps them.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use super::{Reader, Tx};
use crate::error::StoreError;
use crate::postgres::{PostgresServer, PostgresTables};
use crate::sqlite::SqliteTables;

/// Connections that read at the same time; more readers wait.
pub const READERS_MAX: usize = 4;

/// The views and reference tables of an installation. May be shared between threads.
#[derive(Debug)]
pub struct Tables(Kept);

#[derive(Debug)]
enum Kept {
    Sqlite(SqliteTables),
    Postgres(Box<PostgresTables>),
}

/// What a commit waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// The disk has synced it.
    Full,
    /// The system has it; a loss of power may undo it, whole transactions at a time and the last ones first.
    RidesAlong,
}

impl Tables {
    /// Opens the file of SQLite at `path`, making it if it is missing, and applies its migrations.
    pub fn open(path: &Path) -> Result<Tables, StoreError> {
        SqliteTables::open(path).map(Kept::Sqlite).map(Tables)
    }

    /// Opens the tables of a PostgreSQL server and applies their migrations.
    pub fn open_postgres(server: &PostgresServer) -> Result<Tables, StoreError> {
        PostgresTables::open(server).map(Box::new).map(Kept::Postgres).map(Tables)
    }

    /// Tables in a temporary file that is gone with this value, for making views again beside the real ones.
    pub fn open_temporary() -> Result<Tables, StoreError> {
        SqliteTables::open_temporary().map(Kept::Sqlite).map(Tables)
    }

    /// Tables in memory that live as long as this value, for tests.
    pub fn open_in_memory() -> Result<Tables, StoreError> {
        SqliteTables::open_in_memory().map(Kept::Sqlite).map(Tables)
    }

    /// Runs `change` in one transaction, alone among writers, and commits it durably if it returns `Ok`; otherwise nothing is
    /// changed. Must not be called from within itself or [`Tables::read`]. `change` may run again from its beginning on
    /// databases that refuse a commit to order transactions, so all its effects should be in the transaction. A statement that
    /// failed ends the transaction: whoever goes on after one has nothing committed.
    pub fn write<T, E: From<StoreError>>(&self, change: impl FnMut(&Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.commit(Durability::Full, change)
    }

    /// As [`Tables::write`], for what can be made again from the journal: the commit does not wait for the disk. A loss
    /// of power takes the change back together with the cursor that was moved in the same transaction.
    pub fn write_views<T, E: From<StoreError>>(
        &self,
        change: impl FnMut(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.commit(Durability::RidesAlong, change)
    }

    fn commit<T, E: From<StoreError>>(
        &self,
        durability: Durability,
        change: impl FnMut(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.0 {
            Kept::Sqlite(tables) => tables.commit(durability, change),
            Kept::Postgres(tables) => tables.commit(durability, change),
        }
    }

    /// Runs `look` on the tables as they are at one moment. Waits while [`READERS_MAX`] others read.
    pub fn read<T, E: From<StoreError>>(
        &self,
        look: impl FnOnce(&Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.0 {
            Kept::Sqlite(tables) => tables.read(look),
            Kept::Postgres(tables) => tables.read(look),
        }
    }
}

/// Connections of which each is used by one reader at a time.
#[derive(Debug)]
pub(crate) struct Readers<T> {
    all: Vec<Mutex<T>>,
    next: AtomicUsize,
}

impl<T> Readers<T> {
    pub(crate) fn new(all: Vec<T>) -> Readers<T> {
        Readers { all: all.into_iter().map(Mutex::new).collect(), next: AtomicUsize::new(0) }
    }

    /// A free one if there is one; otherwise readers wait for different ones.
    pub(crate) fn take(&self) -> MutexGuard<'_, T> {
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let nth = |n: usize| &self.all[first.wrapping_add(n) % self.all.len()];
        let free = (0..self.all.len()).find_map(|n| match nth(n).try_lock() {
            Ok(reader) => Some(reader),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        free.unwrap_or_else(|| nth(0).lock().unwrap_or_else(PoisonError::into_inner))
    }
}
