//! Migrations of SQLite's files, each applied once in a transaction of its own and remembered with its checksum.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::connect::{Access, Tuning, open_file};
use crate::error::StoreError;
use crate::migrations::{Database, Engine, MigrationFile};

const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS migrations (
    number    INTEGER NOT NULL PRIMARY KEY,
    file      TEXT    NOT NULL,
    checksum  BLOB    NOT NULL
) STRICT";
const TABLE_EXISTS: &str = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'";
const SELECT_APPLIED: &str = "SELECT number, checksum FROM migrations ORDER BY number";
const SELECT_ONE: &str = "SELECT number FROM migrations WHERE number = $1";
const INSERT: &str = "INSERT INTO migrations (number, file, checksum) VALUES ($1, $2, $3)";

pub(super) const fn tuning(database: Database) -> Tuning {
    match database {
        // Rows are long and written once: larger pages, and 32 MiB between two moves into the main file.
        Database::Journal => Tuning { page_bytes: 8_192, checkpoint_pages: 4_096, cache_kib: 8_192 },
        // A busy projector touches the balances of all wallets again and again: what it holds in memory it does not read back.
        Database::Saldo => Tuning { page_bytes: 4_096, checkpoint_pages: 16_384, cache_kib: 65_536 },
    }
}

/// The migrations that the database at `path` still lacks; all of them if the file does not exist. Refuses a file of a newer
/// program, and one whose applied migrations differ from ours.
pub fn pending(path: &Path, database: Database) -> Result<Vec<MigrationFile>, StoreError> {
    if !path.exists() {
        return Ok(database.migrations().to_vec());
    }
    pending_in(&open_file(path, Access::Read, tuning(database))?, database)
}

/// Applies what the database at `path` lacks and says what that was; makes the file if it does not exist.
pub fn migrate(path: &Path, database: Database) -> Result<Vec<MigrationFile>, StoreError> {
    bring_up_to_date(&open_file(path, Access::Write, tuning(database))?, database)
}

pub(super) fn bring_up_to_date(
    connection: &Connection,
    database: Database,
) -> Result<Vec<MigrationFile>, StoreError> {
    let missing = pending_in(connection, database)?;
    if !missing.is_empty() {
        connection.execute_batch(CREATE_TABLE)?;
    }
    for migration in &missing {
        let tx = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        // Another process may have been faster.
        let there: Option<u32> = tx.query_row(SELECT_ONE, [migration.number], |row| row.get(0)).optional()?;
        if there.is_none() {
            tx.execute_batch(migration.sql(Engine::Sqlite))?;
            let checksum = migration.checksum(Engine::Sqlite);
            tx.execute(INSERT, params![migration.number, migration.file, checksum])?;
        }
        tx.commit()?;
    }
    pending_in(connection, database)?;
    Ok(missing)
}

/// Refuses a database that is not exactly at our newest migration.
pub(super) fn require_up_to_date(connection: &Connection, database: Database) -> Result<(), StoreError> {
    database.require_all(&pending_in(connection, database)?)
}

fn pending_in(connection: &Connection, database: Database) -> Result<Vec<MigrationFile>, StoreError> {
    database.missing(Engine::Sqlite, &applied(connection)?)
}

fn applied(connection: &Connection) -> Result<Vec<(u32, Vec<u8>)>, StoreError> {
    let tables: i64 = connection.query_row(TABLE_EXISTS, [], |row| row.get(0))?;
    if tables == 0 {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare(SELECT_APPLIED)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
