//! The journal as its users see it: rows that only grow, and what can be made again from them.

use book::{Hash, JournalRow};

use crate::error::{AppendError, StoreError};

/// The number of the one book of an installation.
pub(crate) const BOOK: i64 = 1;

/// Most bytes in the body of one journal row or one piece of a snapshot.
pub const ROW_BYTES_MAX: usize = 256 << 20;

/// How many whole snapshots are kept.
pub const SNAPSHOTS_KEPT: usize = 2;

/// How an append succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// The row is now there, durably.
    Landed,
    /// The identical row was there already, durably: an earlier try had landed.
    AlreadyOurs,
}

/// The key of a usage event that was seen, with what it said and where it was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenRow {
    /// Keyed hash of who sent it and how he named it.
    pub key: u128,
    /// Keyed hash of what it said.
    pub body: u64,
    /// The entry that was made of it, packed.
    pub entry: u64,
}

/// A book as it stood after one journal row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The row after which it was made.
    pub position: u64,
    /// The digest of the book that it restores.
    pub digest: u64,
    /// The pieces it was written in, one after the other.
    pub body: Vec<u8>,
}

/// What may be read of a journal.
pub trait JournalReader: Send {
    /// Position and hash of the last row; `None` in an empty journal.
    fn last(&mut self) -> Result<Option<(u64, Hash)>, StoreError>;

    /// Rows from position `from` in order: at most `rows_max`, ending before their bodies exceed `bytes_max` bytes together,
    /// but at least one if there is one.
    fn read(&mut self, from: u64, rows_max: usize, bytes_max: usize) -> Result<Vec<JournalRow>, StoreError>;

    /// The newest snapshot that is whole.
    fn newest_snapshot(&mut self) -> Result<Option<Snapshot>, StoreError>;

    /// The run of seen keys of this hour since the epoch, as it was put; empty if there is none.
    fn run(&mut self, hour: i64) -> Result<Vec<SeenRow>, StoreError>;

    /// The hours for which there is a run, in order.
    fn runs(&mut self) -> Result<Vec<i64>, StoreError>;
}

impl<J: JournalReader + ?Sized> JournalReader for Box<J> {
    fn last(&mut self) -> Result<Option<(u64, Hash)>, StoreError> {
        (**self).last()
    }

    fn read(&mut self, from: u64, rows_max: usize, bytes_max: usize) -> Result<Vec<JournalRow>, StoreError> {
        (**self).read(from, rows_max, bytes_max)
    }

    fn newest_snapshot(&mut self) -> Result<Option<Snapshot>, StoreError> {
        (**self).newest_snapshot()
    }

    fn run(&mut self, hour: i64) -> Result<Vec<SeenRow>, StoreError> {
        (**self).run(hour)
    }

    fn runs(&mut self) -> Result<Vec<i64>, StoreError> {
        (**self).runs()
    }
}

/// What may be written beside the rows: all of it can be made again from them, so it costs time if it is missing, never
/// meaning. Long values are written piece by piece, so that appends go on between the pieces.
pub trait JournalDerived: JournalReader {
    /// Stores a snapshot whole or not at all, and drops all but the newest [`SNAPSHOTS_KEPT`]. A snapshot of the same
    /// position is replaced.
    fn put_snapshot(
        &mut self,
        position: u64,
        digest: u64,
        pieces: &mut dyn Iterator<Item = Vec<u8>>,
    ) -> Result<(), StoreError>;

    /// Stores the run of one hour whole or not at all, replacing the one that was there.
    fn put_run(&mut self, hour: i64, rows: &[SeenRow]) -> Result<(), StoreError>;

    /// Drops the runs of all hours before `hour`.
    fn drop_runs_before(&mut self, hour: i64) -> Result<(), StoreError>;
}

/// A journal open for its one writer.
pub trait Journal: JournalDerived {
    /// Appends one row and makes it durable. It must follow the last row. If a row is at its position already, the same
    /// one is [`Appended::AlreadyOurs`] and any other is [`AppendError::Taken`].
    fn append(&mut self, row: &JournalRow) -> Result<Appended, AppendError>;
}
