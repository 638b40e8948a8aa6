//! The background copy of the book that makes snapshots, so that the live book is never stopped for one.

use store::JournalReader;
use thiserror::Error;

use crate::open::{OpenError, open_book_at};

/// A snapshot that was compared with the live book.
#[derive(Debug)]
pub struct CheckedSnapshot {
    /// The row after which it was made.
    pub position: u64,
    /// The digest that the live book had there.
    pub digest: u64,
    /// The book as bytes.
    pub body: Vec<u8>,
}

/// Why no snapshot was made. The journal and the live book go on without one.
#[derive(Debug, Error)]
pub enum ReplicaError {
    /// The journal cannot be read up to there.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The journal ends before the wanted row.
    #[error("the journal ends at row {end}, before row {wanted}")]
    Short {
        /// Where it ends.
        end: u64,
        /// Where the snapshot was to be made.
        wanted: u64,
    },
    /// The replica and the live book differ: one of them is wrong.
    #[error("the replayed book differs from the live one at row {position}")]
    Digest {
        /// Where this was seen.
        position: u64,
    },
}

/// Replays the journal from its last snapshot to `position` and compares the result with the `digest` that the live book had
/// there.
pub fn make_snapshot(
    journal: &mut (impl JournalReader + ?Sized),
    position: u64,
    digest: u64,
) -> Result<CheckedSnapshot, ReplicaError> {
    let opened = open_book_at(journal, position)?;
    if opened.position != position {
        return Err(ReplicaError::Short { end: opened.position, wanted: position });
    }
    if opened.book.digest() != digest {
        return Err(ReplicaError::Digest { position });
    }
    Ok(CheckedSnapshot { position, digest, body: opened.book.to_snapshot() })
}
