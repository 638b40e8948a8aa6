//! Numbered migrations, embedded, each applied once in a transaction of its own and remembered with its checksum.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use sha2::{Digest, Sha256};

use super::connect::{Access, Tuning, open_file};
use crate::error::StoreError;

/// One of the two files of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// `journal.db`: the journal, snapshots, runs of seen keys.
    Journal,
    /// `saldo.db`: views and reference tables.
    Saldo,
}

/// A migration that this program carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MigrationFile {
    /// Its number, from 1 without gaps.
    pub number: u32,
    /// Its file, as `0001_journal.sql`.
    pub file: &'static str,
    /// Its text.
    pub sql: &'static str,
}

macro_rules! migrations {
    ($folder:literal: $($number:literal $file:literal),+ $(,)?) => {
        &[$(MigrationFile {
            number: $number,
            file: $file,
            sql: include_str!(concat!("../../migrations/sqlite/", $folder, "/", $file)),
        }),+]
    };
}

const JOURNAL: &[MigrationFile] = migrations!("journal": 1 "0001_journal.sql");
const SALDO: &[MigrationFile] = migrations!("saldo":
    1 "0001_views.sql",
    2 "0002_reference.sql",
    3 "0003_entries_in_journal_order.sql",
    4 "0004_lines.sql",
    5 "0005_bank_files.sql",
    6 "0006_first_access.sql",
    7 "0007_settlements.sql",
    8 "0008_ways_to_pay.sql",
);

const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS migrations (
    number    INTEGER NOT NULL PRIMARY KEY,
    file      TEXT    NOT NULL,
    checksum  BLOB    NOT NULL
) STRICT";
const TABLE_EXISTS: &str = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'";
const SELECT_APPLIED: &str = "SELECT number, checksum FROM migrations ORDER BY number";
const SELECT_ONE: &str = "SELECT number FROM migrations WHERE number = $1";
const INSERT: &str = "INSERT INTO migrations (number, file, checksum) VALUES ($1, $2, $3)";

impl Database {
    /// The file's usual name.
    pub const fn file_name(self) -> &'static str {
        match self {
            Database::Journal => "journal.db",
            Database::Saldo => "saldo.db",
        }
    }

    /// All migrations of this database in order.
    pub const fn migrations(self) -> &'static [MigrationFile] {
        match self {
            Database::Journal => JOURNAL,
            Database::Saldo => SALDO,
        }
    }

    pub(super) const fn tuning(self) -> Tuning {
        match self {
            // Rows are long and written once: larger pages, and 32 MiB between two moves into the main file.
            Database::Journal => Tuning { page_bytes: 8_192, checkpoint_pages: 4_096, cache_kib: 8_192 },
            // A busy projector touches the balances of all wallets again and again: what it holds in memory it does not read back.
            Database::Saldo => Tuning { page_bytes: 4_096, checkpoint_pages: 16_384, cache_kib: 65_536 },
        }
    }
}

/// The migrations that the database at `path` still lacks; all of them if the file does not exist. Refuses a file of a newer
/// program, and one whose applied migrations differ from ours.
pub fn pending(path: &Path, database: Database) -> Result<Vec<MigrationFile>, StoreError> {
    if !path.exists() {
        return Ok(database.migrations().to_vec());
    }
    pending_in(&open_file(path, Access::Read, database.tuning())?, database)
}

/// Applies what the database at `path` lacks and says what that was; makes the file if it does not exist.
pub fn migrate(path: &Path, database: Database) -> Result<Vec<MigrationFile>, StoreError> {
    bring_up_to_date(&open_file(path, Access::Write, database.tuning())?, database)
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
            tx.execute_batch(migration.sql)?;
            tx.execute(INSERT, params![migration.number, migration.file, checksum(migration)])?;
        }
        tx.commit()?;
    }
    pending_in(connection, database)?;
    Ok(missing)
}

/// Refuses a database that is not exactly at our newest migration.
pub(super) fn require_up_to_date(connection: &Connection, database: Database) -> Result<(), StoreError> {
    match pending_in(connection, database)?.len() {
        0 => Ok(()),
        pending => Err(StoreError::NotMigrated { database: database.file_name(), pending }),
    }
}

fn pending_in(connection: &Connection, database: Database) -> Result<Vec<MigrationFile>, StoreError> {
    let known = database.migrations();
    let applied = applied(connection)?;
    let newest_known = known.last().map_or(0, |migration| migration.number);
    if let Some((found, _)) = applied.last().filter(|(number, _)| *number > newest_known) {
        let found = *found;
        return Err(StoreError::NewerSchema { database: database.file_name(), found, known: newest_known });
    }
    let mut missing = Vec::new();
    for migration in known {
        match applied.iter().find(|(number, _)| *number == migration.number) {
            None => missing.push(*migration),
            Some((_, sum)) if *sum == checksum(migration) => {}
            Some(_) => {
                let file = migration.file.to_owned();
                return Err(StoreError::ChangedMigration { database: database.file_name(), file });
            }
        }
    }
    Ok(missing)
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

fn checksum(migration: &MigrationFile) -> Vec<u8> {
    Sha256::digest(migration.sql.as_bytes()).to_vec()
}
