//! `saldo.db` in SQLite: one connection that writes, a few that read.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::connect::{Access, open_file, open_memory, open_temporary};
use super::migrate::{Database, bring_up_to_date};
use crate::error::StoreError;
use crate::tables::{Reader, Tx};

/// Connections that read at the same time; more readers wait.
pub const READERS_MAX: usize = 4;

/// The views and reference tables of an installation. May be shared between threads.
#[derive(Debug)]
pub struct Tables {
    writer: Mutex<Writer>,
    // Empty in memory, where the one connection there is reads too.
    readers: Vec<Mutex<Connection>>,
    next_reader: AtomicUsize,
}

#[derive(Debug)]
struct Writer {
    connection: Connection,
    durability: Durability,
}

/// What a commit waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Durability {
    /// The disk has synced it.
    Full,
    /// The system has it; a loss of power may undo it, whole transactions at a time and the last ones first.
    RidesAlong,
}

impl Tables {
    /// Opens the file at `path`, making it if it is missing, and applies its migrations.
    pub fn open(path: &Path) -> Result<Tables, StoreError> {
        let connection = open_file(path, Access::Write, Database::Saldo.tuning())?;
        bring_up_to_date(&connection, Database::Saldo)?;
        let readers = (0..READERS_MAX)
            .map(|_| open_file(path, Access::Read, Database::Saldo.tuning()).map(Mutex::new))
            .collect::<Result<_, _>>()?;
        Ok(Tables::new(connection, readers))
    }

    /// Tables in a temporary file that is gone with this value, for making views again beside the real ones.
    pub fn open_temporary() -> Result<Tables, StoreError> {
        let connection = open_temporary()?;
        bring_up_to_date(&connection, Database::Saldo)?;
        Ok(Tables::new(connection, Vec::new()))
    }

    /// Tables in memory that live as long as this value, for tests.
    pub fn open_in_memory() -> Result<Tables, StoreError> {
        let connection = open_memory()?;
        bring_up_to_date(&connection, Database::Saldo)?;
        Ok(Tables::new(connection, Vec::new()))
    }

    fn new(connection: Connection, readers: Vec<Mutex<Connection>>) -> Tables {
        let writer = Mutex::new(Writer { connection, durability: Durability::Full });
        Tables { writer, readers, next_reader: AtomicUsize::new(0) }
    }

    /// Runs `change` in one transaction, alone among writers, and commits it durably if it returns `Ok`; otherwise nothing is
    /// changed. Must not be called from within itself or [`Tables::read`]. `change` may run again from its beginning on
    /// databases that refuse a commit to order transactions, so all its effects should be in the transaction.
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
        mut change: impl FnMut(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = self.writer();
        writer.set_durability(durability)?;
        let transaction = begin(&writer.connection, TransactionBehavior::Immediate)?;
        let changed = change(&Tx { reader: Reader { connection: &transaction } })?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(changed)
    }

    /// Runs `look` on the tables as they are at one moment. Waits while [`READERS_MAX`] others read.
    pub fn read<T, E: From<StoreError>>(
        &self,
        look: impl FnOnce(&Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        if self.readers.is_empty() {
            return look_at(&self.writer().connection, look);
        }
        look_at(&self.reader(), look)
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        // A panic inside a transaction rolls it back, so the connection is as good as before.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        let first = self.next_reader.fetch_add(1, Ordering::Relaxed);
        let nth = |n: usize| &self.readers[first.wrapping_add(n) % self.readers.len()];
        // A free one if there is one; otherwise readers wait for different ones.
        let free = (0..self.readers.len()).find_map(|n| match nth(n).try_lock() {
            Ok(reader) => Some(reader),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        free.unwrap_or_else(|| nth(0).lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Writer {
    fn set_durability(&mut self, durability: Durability) -> Result<(), StoreError> {
        if self.durability != durability {
            let mode = match durability {
                Durability::Full => "FULL",
                Durability::RidesAlong => "NORMAL",
            };
            self.connection.pragma_update(None, "synchronous", mode)?;
            self.durability = durability;
        }
        Ok(())
    }
}

fn begin(connection: &Connection, behavior: TransactionBehavior) -> Result<Transaction<'_>, StoreError> {
    Ok(Transaction::new_unchecked(connection, behavior)?)
}

fn look_at<T, E: From<StoreError>>(
    connection: &Connection,
    look: impl FnOnce(&Reader<'_>) -> Result<T, E>,
) -> Result<T, E> {
    // Dropped, and so ended, without a commit: nothing was changed.
    let transaction = begin(connection, TransactionBehavior::Deferred)?;
    look(&Reader { connection: &transaction })
}
