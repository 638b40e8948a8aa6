//! Who reads the journal while it is written: the replica that makes a snapshot, and the projector that fills the views.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{JoinHandle, spawn};
use std::time::{Duration, Instant};

use engine::{KEPT_HOURS, Projector, make_snapshot};
use store::views::ViewChange;
use store::{JournalDerived, JournalReader, SqliteJournalDerived, SqliteJournalReader, StoreError, Tables};

use crate::ledger::Landed;

/// Rows projected in one transaction, and bytes of their bodies: as in the program.
const ROWS_MAX: usize = 256;
const BYTES_MAX: usize = 4 << 20;
/// Bytes of one piece of a stored snapshot.
const PIECE_BYTES: usize = 8 << 20;
/// How long the projector waits for a row.
const PAUSE: Duration = Duration::from_millis(1);
const CURSOR: &str = "views";

/// Who follows the journal in a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Following {
    /// A snapshot is made in each run.
    Snapshots,
    /// And the views are filled.
    SnapshotsAndViews,
}

impl Following {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Following::Snapshots => "snapshot",
            Following::SnapshotsAndViews => "+ views",
        }
    }
}

/// Makes and stores a snapshot of what is durable now, and says how long that took.
pub(crate) fn make_a_snapshot(journal: &mut SqliteJournalDerived, landed: &Landed) -> Duration {
    let begun = Instant::now();
    let (position, digest) = landed.newest();
    let made =
        make_snapshot(journal, position, digest, KEPT_HOURS).expect("the replica agrees with the book");
    let mut pieces = made.body.chunks(PIECE_BYTES).map(<[u8]>::to_vec);
    journal.put_snapshot(position, digest, &mut pieces).expect("the disk takes it");
    begun.elapsed()
}

/// The projector's thread.
pub(crate) struct Views {
    entries: Arc<AtomicU64>,
    ending: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Views {
    /// Starts to project, and returns when the views have all that has landed so far.
    pub(crate) fn start(place: &Path, landed: Arc<Landed>) -> Views {
        let tables = Tables::open(&place.join("saldo.db")).expect("new tables");
        let journal = SqliteJournalReader::open(&place.join("journal.db")).expect("it is there");
        let (projected, ending) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let entries = Arc::new(AtomicU64::new(0));
        let following = Followed {
            tables,
            journal,
            projected: Arc::clone(&projected),
            entries: Arc::clone(&entries),
            ending: Arc::clone(&ending),
        };
        let target = landed.newest().0;
        let thread = spawn(move || following.run());
        while projected.load(Ordering::Acquire) < target {
            crate::pass(PAUSE);
        }
        Views { entries, ending, thread }
    }

    /// Entries written so far.
    pub(crate) fn entries(&self) -> u64 {
        self.entries.load(Ordering::Acquire)
    }

    pub(crate) fn end(self) {
        self.ending.store(true, Ordering::Release);
        self.thread.join().expect("the projector ends");
    }
}

struct Followed {
    tables: Tables,
    journal: SqliteJournalReader,
    projected: Arc<AtomicU64>,
    entries: Arc<AtomicU64>,
    ending: Arc<AtomicBool>,
}

impl Followed {
    fn run(mut self) {
        let mut projector = Projector::resume([], []);
        let mut position = 0;
        while !self.ending.load(Ordering::Acquire) {
            let rows = self.journal.read(position + 1, ROWS_MAX, BYTES_MAX).expect("the journal is read");
            let Some(last) = rows.last() else {
                crate::pass(PAUSE);
                continue;
            };
            let projections: Vec<_> =
                rows.iter().map(|row| projector.project(row).expect("whole rows")).collect();
            let written = self.tables.write_views(|tx| -> Result<(), StoreError> {
                projections.iter().try_for_each(|projection| tx.apply_views(&projection.changes))?;
                tx.move_cursor(CURSOR, position, last.position, &last.hash)
            });
            written.expect("the views are written");
            let changes = projections.iter().flat_map(|projection| &projection.changes);
            let entries = changes.filter(|change| matches!(change, ViewChange::EntryAdded(_))).count();
            self.entries.fetch_add(entries as u64, Ordering::Release);
            position = last.position;
            self.projected.store(position, Ordering::Release);
        }
    }
}
