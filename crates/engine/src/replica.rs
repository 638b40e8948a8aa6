//! The background copy of the book that makes snapshots, so that the live book is never stopped for one.

use book::{Book, EntryRef, SeenKey};
use store::{JournalDerived, JournalReader, SeenRow, StoreError};
use thiserror::Error;

use crate::late::SealedHours;
use crate::open::{OpenError, open_book_at};

/// Hours of event keys that stay in memory, counted back from the newest decision.
pub const KEPT_HOURS: i64 = 3;

/// A snapshot that was compared with the live book.
#[derive(Debug)]
pub struct CheckedSnapshot {
    /// The row after which it was made.
    pub position: u64,
    /// The digest that the live book had there.
    pub digest: u64,
    /// The book as bytes.
    pub body: Vec<u8>,
    /// The hours whose keys are in runs now and not in `body`.
    pub sealed: SealedHours,
}

/// Why no snapshot was made. The journal and the live book go on without one.
#[derive(Debug, Error)]
pub enum ReplicaError {
    /// The journal cannot be read up to there.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A run cannot be read or stored.
    #[error("the seen keys of an old hour cannot be moved to disk")]
    Run(#[from] StoreError),
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

/// Replays the journal from its last snapshot to `position`, compares the result with the `digest` that the live book had
/// there, and moves the event keys of hours older than `kept_hours` (see [`KEPT_HOURS`]) into runs. Storing the snapshot is the caller's; the runs without it are
/// harmless, they only hold what the journal says too.
pub fn make_snapshot(
    journal: &mut (impl JournalDerived + ?Sized),
    position: u64,
    digest: u64,
    kept_hours: i64,
) -> Result<CheckedSnapshot, ReplicaError> {
    let mut opened = open_book_at(journal, position)?;
    if opened.position != position {
        return Err(ReplicaError::Short { end: opened.position, wanted: position });
    }
    if opened.book.digest() != digest {
        return Err(ReplicaError::Digest { position });
    }
    let sealed = seal_old_hours(journal, &mut opened.book, position, kept_hours)?;
    Ok(CheckedSnapshot { position, digest, body: opened.book.to_snapshot(), sealed })
}

fn seal_old_hours(
    journal: &mut (impl JournalDerived + ?Sized),
    book: &mut Book,
    position: u64,
    kept_hours: i64,
) -> Result<SealedHours, StoreError> {
    let hours = book.hours_to_seal(kept_hours);
    for hour in &hours {
        // Whatever the run holds already is true of the journal, even of rows behind this one.
        let mut rows = journal.run(*hour)?;
        rows.extend(book.event_keys(*hour).into_iter().map(|seen| SeenRow {
            key: seen.key,
            body: seen.body,
            entry: seen.entry.as_u64(),
        }));
        rows.sort_unstable_by_key(|row| row.key);
        rows.dedup_by_key(|row| row.key);
        journal.put_run(*hour, &rows)?;
        book.seal(*hour, position);
    }
    if let Some(horizon) = book.events_horizon() {
        journal.drop_runs_before(horizon)?;
    }
    Ok(SealedHours { hours, position })
}

/// Takes all event keys that lie on disk back into `book`, so that it can be compared with one that was replayed from the
/// beginning.
pub fn unseal_all(journal: &mut (impl JournalReader + ?Sized), book: &mut Book) -> Result<(), StoreError> {
    for hour in book.hours_on_disk() {
        let run = journal.run(hour)?;
        book.unseal(hour, run.into_iter().map(seen_key));
    }
    Ok(())
}

fn seen_key(SeenRow { key, body, entry }: SeenRow) -> SeenKey {
    SeenKey { key, body, entry: EntryRef::from_u64(entry) }
}

/// Looks keys up in the runs of their hours; answers those that are there.
pub fn look_up(
    journal: &mut (impl JournalReader + ?Sized),
    needed: &[(i64, u128)],
) -> Result<Vec<(i64, SeenKey)>, StoreError> {
    let mut hours: Vec<i64> = needed.iter().map(|(hour, _)| *hour).collect();
    hours.sort_unstable();
    hours.dedup();
    let mut found = Vec::new();
    for hour in hours {
        let run = journal.run(hour)?;
        for (_, key) in needed.iter().filter(|(of, _)| *of == hour) {
            if let Ok(place) = run.binary_search_by_key(key, |row| row.key) {
                found.push((hour, seen_key(run[place])));
            }
        }
    }
    Ok(found)
}
