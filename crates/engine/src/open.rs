//! Opening a book: newest snapshot, then the rows after it.

use book::{BatchError, Book, GENESIS, Hash, check_chain, read_batch};
use store::{JournalReader, StoreError};
use thiserror::Error;

/// Rows read at once.
const ROWS_MAX: usize = 256;
/// Bytes of bodies read at once.
const BYTES_MAX: usize = 64 << 20;

/// A book as its journal has it.
#[derive(Debug)]
pub struct Opened {
    /// The book.
    pub book: Book,
    /// Position of the newest row; 0 for an empty journal.
    pub position: u64,
    /// The newest row's hash.
    pub hash: Hash,
    /// Rows that had to be replayed.
    pub replayed_rows: u64,
    /// Why the newest snapshot was passed over, if it was.
    pub snapshot_ignored: Option<String>,
}

/// Why a book cannot be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The store failed.
    #[error("the journal cannot be read")]
    Store(#[from] StoreError),
    /// A row is damaged.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A row is missing.
    #[error("row {missing} of the journal is missing")]
    Gap {
        /// The position that should be there.
        missing: u64,
    },
}

/// Replays the journal into a book, from its newest snapshot if that can be read, else from the beginning.
pub fn open_book(journal: &mut (impl JournalReader + ?Sized)) -> Result<Opened, OpenError> {
    open_book_at(journal, u64::MAX)
}

/// As [`open_book`], no further than row `until`.
pub(crate) fn open_book_at(
    journal: &mut (impl JournalReader + ?Sized),
    until: u64,
) -> Result<Opened, OpenError> {
    let mut opened =
        Opened { book: Book::new(), position: 0, hash: GENESIS, replayed_rows: 0, snapshot_ignored: None };
    if let Some(snapshot) = journal.newest_snapshot()?.filter(|snapshot| snapshot.position <= until) {
        let row =
            journal.read(snapshot.position, 1, 1)?.pop().filter(|row| row.position == snapshot.position);
        match (Book::from_snapshot(&snapshot.body), row) {
            (Ok(book), Some(row)) => {
                opened = Opened { book, position: row.position, hash: row.hash, ..opened };
            }
            (Err(error), _) => opened.snapshot_ignored = Some(error.to_string()),
            (_, None) => opened.snapshot_ignored = Some("its row is not in the journal".to_owned()),
        }
    }
    replay_rows(journal, &mut opened, until)?;
    Ok(opened)
}

/// Replays the rows behind `opened` up to `until`, checking the chain.
fn replay_rows(
    journal: &mut (impl JournalReader + ?Sized),
    opened: &mut Opened,
    until: u64,
) -> Result<(), OpenError> {
    loop {
        let rows = journal.read(opened.position + 1, ROWS_MAX, BYTES_MAX)?;
        let wanted = rows.iter().take_while(|row| row.position <= until);
        let before = opened.position;
        for row in wanted {
            if row.position != opened.position + 1 {
                return Err(OpenError::Gap { missing: opened.position + 1 });
            }
            check_chain(&opened.hash, row)?;
            for decision in read_batch(row) {
                let (entry, decision) = decision?;
                opened.book.replay(entry, &decision);
            }
            opened.position = row.position;
            opened.hash = row.hash;
            opened.replayed_rows += 1;
        }
        // Nobody is told of what a replay touches: it must not pile up.
        opened.book.take_touched();
        if opened.position == before {
            return Ok(());
        }
    }
}
