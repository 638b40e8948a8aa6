//! The journal on a server: one row per batch, in the server's log before it is answered.

use book::{Hash, JournalRow};

use super::connect::PostgresServer;
use super::lease::{self, PostgresLease};
use super::migrate::{bring_up_to_date, require_up_to_date};
use super::session::{Begin, Link};
use crate::derived::{self, Pieces};
use crate::error::{AppendError, StoreError};
use crate::journal::{
    Appended, BOOK, Journal, JournalDerived, JournalReader, ROW_BYTES_MAX, SeenRow, Snapshot,
};
use crate::migrations::Database;
use crate::statement::Connection;
use crate::stored::Stored;
use crate::tables::{Reader, Tx};

const SELECT_LAST: &str = "SELECT position, hash FROM journal WHERE book = $1 ORDER BY position DESC LIMIT 1";
const SELECT_HASH: &str = "SELECT hash FROM journal WHERE book = $1 AND position = $2";
const SELECT_LENGTHS: &str = "SELECT position, length(body) FROM journal
    WHERE book = $1 AND position >= $2 ORDER BY position LIMIT $3";
const SELECT_BETWEEN: &str = "SELECT position, epoch, hash, body FROM journal
    WHERE book = $1 AND position >= $2 AND position <= $3 ORDER BY position";
/// A row only where it follows the last one. Of two that follow the same, the primary key takes one.
const INSERT: &str = "INSERT INTO journal (book, position, epoch, hash, body)
    SELECT $1, $2, $3, $4, $5
    WHERE $2 = 1 + coalesce((SELECT max(position) FROM journal WHERE book = $1), 0)";

/// The journal's one writer. While it lives and its lease is renewed, no second one can open it, on this machine or another.
#[derive(Debug)]
pub struct PostgresJournal {
    link: Link,
    server: PostgresServer,
    term: i64,
}

/// A second connection that writes snapshots and runs while the journal's writer appends.
#[derive(Debug)]
pub struct PostgresJournalDerived {
    link: Link,
}

/// A connection that only reads. Any number may be open, beside a writer or without one.
#[derive(Debug)]
pub struct PostgresJournalReader {
    link: Link,
}

impl PostgresServer {
    /// Opens the journal for writing and applies its migrations. [`StoreError::Held`] while another writer holds it; the one before,
    /// if it was killed, holds it for [`super::LEASE_SECONDS`] more. The lease must be renewed well within that time.
    pub fn open_journal(&self) -> Result<PostgresJournal, StoreError> {
        bring_up_to_date(self, Database::Journal)?;
        let mut link = Link::new(self);
        let term = lease::take(&mut link)?;
        Ok(PostgresJournal { link, server: self.clone(), term })
    }

    /// A connection for the thread that makes snapshots and runs.
    pub fn open_journal_derived(&self) -> PostgresJournalDerived {
        PostgresJournalDerived { link: Link::new(self) }
    }

    /// Opens an existing journal for reading only, whether or not a writer has it open.
    pub fn open_journal_reader(&self) -> Result<PostgresJournalReader, StoreError> {
        let mut link = Link::new(self);
        require_up_to_date(&mut link, Database::Journal)?;
        Ok(PostgresJournalReader { link })
    }
}

impl PostgresJournal {
    /// What renews the lease.
    pub fn lease(&self) -> PostgresLease {
        PostgresLease::new(&self.server, self.term)
    }
}

impl Drop for PostgresJournal {
    fn drop(&mut self) {
        // If that fails, the lease ends by itself.
        let _ = lease::give_back(&mut self.link, self.term);
    }
}

impl Journal for PostgresJournal {
    fn append(&mut self, row: &JournalRow) -> Result<Appended, AppendError> {
        if row.body.len() > ROW_BYTES_MAX {
            let error = StoreError::TooLarge { bytes: row.body.len(), max: ROW_BYTES_MAX };
            return Err(AppendError::NotWritten(error));
        }
        let JournalRow { position, epoch, hash, body } = row;
        // Without a connection nothing is tried.
        let session = self.link.session().map_err(AppendError::NotWritten)?;
        let tx = Tx::new(Connection::Postgres(session));
        match tx.run(INSERT, &[&BOOK, position, epoch, hash, body]) {
            Ok(1) => return Ok(Appended::Landed),
            // Something is at its place, or nothing before it.
            Ok(_) | Err(StoreError::Conflict { .. }) => {}
            Err(error @ (StoreError::DiskFull | StoreError::Busy)) => {
                return Err(AppendError::NotWritten(error));
            }
            Err(error) => return Err(AppendError::Unknown(error)),
        }
        let (there, last) = self
            .link
            .look(|reader| Ok((hash_at(reader, *position)?, last(reader)?)))
            .map_err(AppendError::Unknown)?;
        match there {
            Some(there) if there == *hash => Ok(Appended::AlreadyOurs),
            Some(there) => Err(AppendError::Taken { hash: there }),
            None => Err(AppendError::Gap { last: last.map_or(0, |(position, _)| position) }),
        }
    }
}

fn hash_at(reader: &Reader<'_>, position: u64) -> Result<Option<Hash>, StoreError> {
    reader.one(SELECT_HASH, &[&BOOK, &position])
}

fn last(reader: &Reader<'_>) -> Result<Option<(u64, Hash)>, StoreError> {
    reader.one(SELECT_LAST, &[&BOOK])
}

/// Rows from position `from`: first how long they are, then those that are wanted, so that no body travels in vain.
fn read(
    reader: &Reader<'_>,
    from: u64,
    rows_max: usize,
    bytes_max: usize,
) -> Result<Vec<JournalRow>, StoreError> {
    let limit = i64::try_from(rows_max).unwrap_or(i64::MAX);
    let lengths: Vec<(u64, u64)> = reader.all(SELECT_LENGTHS, &[&BOOK, &from, &limit])?;
    let mut bytes = 0_u64;
    let mut until = None;
    for (position, length) in lengths {
        bytes = bytes.saturating_add(length);
        if until.is_some() && bytes > u64::try_from(bytes_max).unwrap_or(u64::MAX) {
            break;
        }
        until = Some(position);
    }
    let Some(until) = until else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    reader.prepare(SELECT_BETWEEN)?.each(&[&BOOK, &from, &until], |columns| {
        rows.push(JournalRow {
            position: u64::read_from(columns)?,
            epoch: u64::read_from(columns)?,
            hash: Hash::read_from(columns)?,
            body: Vec::read_from(columns)?,
        });
        Ok(true)
    })?;
    Ok(rows)
}

impl Pieces for Link {
    fn write<T>(&mut self, change: impl FnMut(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        // What is lost with the power is made again: nobody waits for the disk.
        Link::write(self, Begin::RidingAlong, change)
    }

    fn read<T>(&mut self, look: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        Link::read(self, look)
    }
}

macro_rules! reader {
    ($($handle:ident),+) => {$(
        impl JournalReader for $handle {
            fn last(&mut self) -> Result<Option<(u64, Hash)>, StoreError> {
                self.link.look(last)
            }

            fn read(
                &mut self,
                from: u64,
                rows_max: usize,
                bytes_max: usize,
            ) -> Result<Vec<JournalRow>, StoreError> {
                self.link.look(|reader| read(reader, from, rows_max, bytes_max))
            }

            fn newest_snapshot(&mut self) -> Result<Option<Snapshot>, StoreError> {
                derived::newest_snapshot(&mut self.link)
            }

            fn run(&mut self, hour: i64) -> Result<Vec<SeenRow>, StoreError> {
                derived::run(&mut self.link, hour)
            }

            fn runs(&mut self) -> Result<Vec<i64>, StoreError> {
                derived::runs(&mut self.link)
            }
        }
    )+};
}

reader!(PostgresJournal, PostgresJournalDerived, PostgresJournalReader);

macro_rules! derived {
    ($($handle:ident),+) => {$(
        impl JournalDerived for $handle {
            fn put_snapshot(
                &mut self,
                position: u64,
                digest: u64,
                pieces: &mut dyn Iterator<Item = Vec<u8>>,
            ) -> Result<(), StoreError> {
                derived::put_snapshot(&mut self.link, position, digest, pieces)
            }

            fn put_run(&mut self, hour: i64, rows: &[SeenRow]) -> Result<(), StoreError> {
                derived::put_run(&mut self.link, hour, rows)
            }

            fn drop_runs_before(&mut self, hour: i64) -> Result<(), StoreError> {
                derived::drop_runs_before(&mut self.link, hour)
            }
        }
    )+};
}

derived!(PostgresJournal, PostgresJournalDerived);
