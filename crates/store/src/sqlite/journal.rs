//! The journal in a SQLite file: one row per batch, synced before it is answered.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use book::{Hash, JournalRow};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, ffi, params};

use super::code_of;
use super::connect::{Access, lock_for_writing, open_file};
use super::migrate::{bring_up_to_date, require_up_to_date, tuning};
use crate::derived::{self, Pieces};
use crate::error::{AppendError, StoreError};
use crate::journal::{
    Appended, BOOK, Journal, JournalDerived, JournalReader, ROW_BYTES_MAX, SeenRow, Snapshot,
};
use crate::migrations::Database;
use crate::statement;
use crate::tables::{Reader, Tx};

const SELECT_LAST: &str = "SELECT position, hash FROM journal WHERE book = $1 ORDER BY position DESC LIMIT 1";
const SELECT_HASH: &str = "SELECT hash FROM journal WHERE book = $1 AND position = $2";
const SELECT_FROM: &str = "SELECT position, epoch, hash, length(body), body FROM journal
    WHERE book = $1 AND position >= $2 ORDER BY position LIMIT $3";
const INSERT: &str = "INSERT INTO journal (book, position, epoch, hash, body) VALUES ($1, $2, $3, $4, $5)";

/// The journal's one writer. While it lives, no second one can open the file, in this process or another.
#[derive(Debug)]
pub struct SqliteJournal {
    connection: Connection,
    turn: Arc<Mutex<()>>,
    path: PathBuf,
    // Last, so that it is given back only after the connection has been closed.
    _lock: File,
}

/// A second connection that writes snapshots and runs while the journal's writer appends.
#[derive(Debug)]
pub struct SqliteJournalDerived {
    connection: Connection,
    turn: Arc<Mutex<()>>,
}

/// A connection that only reads. Any number may be open, beside a writer or without one.
#[derive(Debug)]
pub struct SqliteJournalReader {
    connection: Connection,
}

impl SqliteJournal {
    /// Opens the journal at `path` for writing: makes the file if it is missing and applies its migrations. Fails with
    /// [`StoreError::InUse`] if it is open for writing already.
    pub fn open(path: &Path) -> Result<SqliteJournal, StoreError> {
        let lock = lock_for_writing(path)?;
        let connection = open_file(path, Access::Write, tuning(Database::Journal))?;
        bring_up_to_date(&connection, Database::Journal)?;
        Ok(SqliteJournal { connection, turn: Arc::default(), path: path.to_owned(), _lock: lock })
    }

    /// A connection for the thread that makes snapshots and runs.
    pub fn open_derived(&self) -> Result<SqliteJournalDerived, StoreError> {
        let connection = open_file(&self.path, Access::Write, tuning(Database::Journal))?;
        // Its log is synced with the writer's next append, or when its own last transaction is moved into the main file: a
        // snapshot lost with the power costs time only, and the writer waits for fewer syncs.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(SqliteJournalDerived { connection, turn: Arc::clone(&self.turn) })
    }

    /// A connection that only reads.
    pub fn open_reader(&self) -> Result<SqliteJournalReader, StoreError> {
        SqliteJournalReader::open(&self.path)
    }
}

impl SqliteJournalReader {
    /// Opens an existing journal for reading only, whether or not a writer has it open.
    pub fn open(path: &Path) -> Result<SqliteJournalReader, StoreError> {
        let connection = open_file(path, Access::Read, tuning(Database::Journal))?;
        require_up_to_date(&connection, Database::Journal)?;
        Ok(SqliteJournalReader { connection })
    }
}

impl Journal for SqliteJournal {
    fn append(&mut self, row: &JournalRow) -> Result<Appended, AppendError> {
        if row.body.len() > ROW_BYTES_MAX {
            let error = StoreError::TooLarge { bytes: row.body.len(), max: ROW_BYTES_MAX };
            return Err(AppendError::NotWritten(error));
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let not_written = |error: rusqlite::Error| AppendError::NotWritten(error.into());
        let tx = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)
            .map_err(not_written)?;
        let last = last(&tx).map_err(AppendError::NotWritten)?.map_or(0, |(position, _)| position);
        if row.position != last + 1 {
            return match hash_at(&tx, row.position).map_err(AppendError::NotWritten)? {
                Some(hash) if hash == row.hash => Ok(Appended::AlreadyOurs),
                Some(hash) => Err(AppendError::Taken { hash }),
                None => Err(AppendError::Gap { last }),
            };
        }
        insert(&tx, row).map_err(not_written)?;
        tx.commit().map_err(commit_failed)?;
        Ok(Appended::Landed)
    }
}

/// What a failed commit leaves behind.
fn commit_failed(error: rusqlite::Error) -> AppendError {
    let code = code_of(&error).unwrap_or(ffi::SQLITE_ERROR);
    match (code, code & 0xff) {
        (ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC, _) => AppendError::Sync(error.into()),
        // A frame of the log that did not fit on the disk fails its checksum, so the commit is not seen after a crash.
        (_, ffi::SQLITE_FULL | ffi::SQLITE_BUSY) => AppendError::NotWritten(error.into()),
        _ => AppendError::Unknown(error.into()),
    }
}

fn insert(tx: &Transaction<'_>, row: &JournalRow) -> Result<usize, rusqlite::Error> {
    let (position, epoch) = (row.position.cast_signed(), row.epoch.cast_signed());
    tx.prepare_cached(INSERT)?.execute(params![BOOK, position, epoch, row.hash, row.body])
}

fn hash_at(connection: &Connection, position: u64) -> Result<Option<Hash>, StoreError> {
    let mut statement = connection.prepare_cached(SELECT_HASH)?;
    Ok(statement.query_row([BOOK, position.cast_signed()], |row| row.get(0)).optional()?)
}

fn last(connection: &Connection) -> Result<Option<(u64, Hash)>, StoreError> {
    let mut statement = connection.prepare_cached(SELECT_LAST)?;
    let last: Option<(i64, Hash)> =
        statement.query_row([BOOK], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(last.map(|(position, hash)| (position.cast_unsigned(), hash)))
}

fn read(
    connection: &Connection,
    from: u64,
    rows_max: usize,
    bytes_max: usize,
) -> Result<Vec<JournalRow>, StoreError> {
    let limit = i64::try_from(rows_max).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(SELECT_FROM)?;
    let mut rows = statement.query([BOOK, from.cast_signed(), limit])?;
    let mut found: Vec<JournalRow> = Vec::new();
    let mut bytes = 0_usize;
    while let Some(row) = rows.next()? {
        // The length is known without loading the body.
        let length: i64 = row.get(3)?;
        bytes = bytes.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
        if bytes > bytes_max && !found.is_empty() {
            break;
        }
        found.push(journal_row(row)?);
    }
    Ok(found)
}

fn journal_row(row: &Row<'_>) -> Result<JournalRow, rusqlite::Error> {
    let (position, epoch): (i64, i64) = (row.get(0)?, row.get(1)?);
    Ok(JournalRow {
        position: position.cast_unsigned(),
        epoch: epoch.cast_unsigned(),
        hash: row.get(2)?,
        body: row.get(4)?,
    })
}

/// A connection on which pieces are written and read.
struct InTurn<'a> {
    connection: &'a Connection,
    /// Held by whoever writes: waiting here is fair, waiting for SQLite's own lock is not.
    turn: Option<&'a Mutex<()>>,
}

impl Pieces for InTurn<'_> {
    fn write<T>(
        &mut self,
        mut change: impl FnMut(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let _turn = self.turn.map(|turn| turn.lock().unwrap_or_else(PoisonError::into_inner));
        let tx = Transaction::new_unchecked(self.connection, TransactionBehavior::Immediate)?;
        let written = change(&Tx::new(statement::Connection::Sqlite(&tx)))?;
        tx.commit()?;
        Ok(written)
    }

    fn read<T>(&mut self, look: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        // Dropped, and so ended, without a commit: nothing was changed.
        let tx = Transaction::new_unchecked(self.connection, TransactionBehavior::Deferred)?;
        look(&Reader::new(statement::Connection::Sqlite(&tx)))
    }
}

impl SqliteJournal {
    fn pieces(&self) -> InTurn<'_> {
        InTurn { connection: &self.connection, turn: Some(&self.turn) }
    }
}

impl SqliteJournalDerived {
    fn pieces(&self) -> InTurn<'_> {
        InTurn { connection: &self.connection, turn: Some(&self.turn) }
    }
}

impl SqliteJournalReader {
    fn pieces(&self) -> InTurn<'_> {
        InTurn { connection: &self.connection, turn: None }
    }
}

macro_rules! reader {
    ($($handle:ident),+) => {$(
        impl JournalReader for $handle {
            fn last(&mut self) -> Result<Option<(u64, Hash)>, StoreError> {
                last(&self.connection)
            }

            fn read(
                &mut self,
                from: u64,
                rows_max: usize,
                bytes_max: usize,
            ) -> Result<Vec<JournalRow>, StoreError> {
                read(&self.connection, from, rows_max, bytes_max)
            }

            fn newest_snapshot(&mut self) -> Result<Option<Snapshot>, StoreError> {
                derived::newest_snapshot(&mut self.pieces())
            }

            fn run(&mut self, hour: i64) -> Result<Vec<SeenRow>, StoreError> {
                derived::run(&mut self.pieces(), hour)
            }

            fn runs(&mut self) -> Result<Vec<i64>, StoreError> {
                derived::runs(&mut self.pieces())
            }
        }
    )+};
}

reader!(SqliteJournal, SqliteJournalDerived, SqliteJournalReader);

macro_rules! derived {
    ($($handle:ident),+) => {$(
        impl JournalDerived for $handle {
            fn put_snapshot(
                &mut self,
                position: u64,
                digest: u64,
                pieces: &mut dyn Iterator<Item = Vec<u8>>,
            ) -> Result<(), StoreError> {
                derived::put_snapshot(&mut self.pieces(), position, digest, pieces)
            }

            fn put_run(&mut self, hour: i64, rows: &[SeenRow]) -> Result<(), StoreError> {
                derived::put_run(&mut self.pieces(), hour, rows)
            }

            fn drop_runs_before(&mut self, hour: i64) -> Result<(), StoreError> {
                derived::drop_runs_before(&mut self.pieces(), hour)
            }
        }
    )+};
}

derived!(SqliteJournal, SqliteJournalDerived);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_commit_is_named_by_what_it_leaves_behind() {
        let cases = [
            (ffi::SQLITE_IOERR_FSYNC, "the disk did not sync the row"),
            (ffi::SQLITE_IOERR_DIR_FSYNC, "the disk did not sync the row"),
            (ffi::SQLITE_FULL, "the row was not written"),
            (ffi::SQLITE_BUSY, "the row was not written"),
            (ffi::SQLITE_IOERR_WRITE, "whether the row was written is unknown"),
            (ffi::SQLITE_IOERR, "whether the row was written is unknown"),
        ];
        for (code, expected) in cases {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            assert_eq!(commit_failed(error).to_string(), expected, "{code}");
        }
    }
}
