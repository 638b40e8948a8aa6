//! `saldo.db` in SQLite: one connection that writes, a few that read.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::connect::{Access, open_file, open_memory, open_temporary};
use super::migrate::{bring_up_to_date, tuning};
use crate::error::StoreError;
use crate::migrations::Database;
use crate::statement;
use crate::tables::{Durability, READERS_MAX, Reader, Readers, Tx};

/// The tables in a file or in memory.
#[derive(Debug)]
pub(crate) struct SqliteTables {
    writer: Mutex<Writer>,
    // Not in memory, where the one connection there is reads too.
    readers: Option<Readers<Connection>>,
}

#[derive(Debug)]
struct Writer {
    connection: Connection,
    durability: Durability,
}

impl SqliteTables {
    /// Opens the file at `path`, making it if it is missing, and applies its migrations.
    pub(crate) fn open(path: &Path) -> Result<SqliteTables, StoreError> {
        let connection = open_file(path, Access::Write, tuning(Database::Saldo))?;
        bring_up_to_date(&connection, Database::Saldo)?;
        let readers = (0..READERS_MAX)
            .map(|_| open_file(path, Access::Read, tuning(Database::Saldo)))
            .collect::<Result<_, _>>()?;
        Ok(SqliteTables::new(connection, Some(Readers::new(readers))))
    }

    /// Tables in a temporary file that is gone with this value, for making views again beside the real ones.
    pub(crate) fn open_temporary() -> Result<SqliteTables, StoreError> {
        let connection = open_temporary()?;
        bring_up_to_date(&connection, Database::Saldo)?;
        Ok(SqliteTables::new(connection, None))
    }

    /// Tables in memory that live as long as this value, for tests.
    pub(crate) fn open_in_memory() -> Result<SqliteTables, StoreError> {
        let connection = open_memory()?;
        bring_up_to_date(&connection, Database::Saldo)?;
        Ok(SqliteTables::new(connection, None))
    }

    fn new(connection: Connection, readers: Option<Readers<Connection>>) -> SqliteTables {
        let writer = Mutex::new(Writer { connection, durability: Durability::Full });
        SqliteTables { writer, readers }
    }

    pub(crate) fn commit<T, E: From<StoreError>>(
        &self,
        durability: Durability,
        mut change: impl FnMut(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = self.writer();
        writer.set_durability(durability)?;
        let transaction = begin(&writer.connection, TransactionBehavior::Immediate)?;
        let changed = change(&Tx::new(statement::Connection::Sqlite(&transaction)))?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(changed)
    }

    pub(crate) fn read<T, E: From<StoreError>>(
        &self,
        look: impl FnOnce(&Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.readers {
            Some(readers) => look_at(&readers.take(), look),
            None => look_at(&self.writer().connection, look),
        }
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        // A panic inside a transaction rolls it back, so the connection is as good as before.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
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
    look(&Reader::new(statement::Connection::Sqlite(&transaction)))
}
