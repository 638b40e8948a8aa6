//! Who reads the journal while it is written: the replica that makes a snapshot, and the projector that fills the views.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{JoinHandle, spawn};
use std::time::{Duration, Instant};

use book::{BatchBuilder, Book, GENESIS};
use engine::{KEPT_HOURS, Portion, Projector, make_snapshot};
use store::{JournalDerived, JournalReader, SqliteJournalDerived, SqliteJournalReader, StoreError, Tables};

use crate::ledger::{Landed, now};
use crate::load::{Random, catalog, charge, opening};

/// As in the program: how far who follows stands back behind who answers.
const NICENESS: i32 = 10;
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
    stand_back();
    let begun = Instant::now();
    let (position, digest) = landed.newest();
    let made =
        make_snapshot(journal, position, digest, KEPT_HOURS).expect("the replica agrees with the book");
    let mut pieces = made.body.chunks(PIECE_BYTES).map(<[u8]>::to_vec);
    journal.put_snapshot(position, digest, &mut pieces).expect("the disk takes it");
    begun.elapsed()
}

/// Lets the calling thread stand back behind those that answer, as the program's do.
fn stand_back() {
    #[cfg(target_os = "linux")]
    rustix::process::setpriority_process(None, NICENESS).expect("a lower priority is allowed to all");
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

/// What filling the views costs where nothing else runs, in nanoseconds an entry.
pub(crate) struct ViewsAlone {
    pub(crate) project_ns: f64,
    pub(crate) write_ns: f64,
}

/// Charges, in rows as long as those under load, projected and written by somebody who does nothing else.
const ROWS_ALONE: u32 = 48;
const CHARGES_A_ROW: u32 = 16_000;
/// Rows that make up [`Portion::BYTES_MAX`].
const ROWS_AT_ONCE: u32 = 6;

/// Fills the views of a book with `wallets`, and measures it on charges of random ones.
pub(crate) fn project_alone(folder: &Path, wallets: u32) -> ViewsAlone {
    let place = tempfile::tempdir_in(folder).expect("a folder of its own");
    let tables = Tables::open(&place.path().join("saldo.db")).expect("new tables");
    let (catalog, mut book, mut projector) = (catalog(), Book::new(), Projector::default());
    let mut batch = BatchBuilder::new(1, 1, GENESIS);
    let mut random = Random(5);
    let (mut project, mut write) = (Duration::ZERO, Duration::ZERO);
    let openings = (0..wallets).flat_map(opening);
    let charges = (0..ROWS_ALONE * CHARGES_A_ROW).map(|_| charge(&mut random, wallets));
    let mut rows = Vec::new();
    for (n, command) in (0..).zip(openings.chain(charges)) {
        book.execute(&catalog, &command, now(), &mut batch);
        if batch.len() == CHARGES_A_ROW {
            rows.push(batch.seal_and_continue());
            book.take_touched();
        }
        if rows.len() == ROWS_AT_ONCE as usize {
            let begun = Instant::now();
            let projection = projector.project(&rows).expect("whole rows");
            let projected = begun.elapsed();
            tables
                .write_views(|tx| -> Result<(), StoreError> { tx.apply_views(&projection.changes) })
                .expect("they are written");
            if n >= 2 * wallets + CHARGES_A_ROW * ROWS_AT_ONCE {
                project += projected;
                write += begun.elapsed() - projected;
            }
            rows.clear();
        }
    }
    // The first of them come with the last of the openings.
    let measured = f64::from(CHARGES_A_ROW * (ROWS_ALONE - ROWS_AT_ONCE));
    let per_entry = |time: Duration| time.as_secs_f64() * 1e9 / measured;
    ViewsAlone { project_ns: per_entry(project), write_ns: per_entry(write) }
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
        stand_back();
        let mut projector = Projector::default();
        let mut portion = Portion::default();
        let mut position = 0;
        while !self.ending.load(Ordering::Acquire) {
            let rows = self
                .journal
                .read(position + 1, Portion::ROWS_MAX, portion.bytes())
                .expect("the journal is read");
            let Some(last) = rows.last() else {
                crate::pass(PAUSE);
                continue;
            };
            let begun = Instant::now();
            let projection = projector.project(&rows).expect("whole rows");
            let written = self.tables.write_views(|tx| -> Result<(), StoreError> {
                tx.apply_views(&projection.changes)?;
                tx.move_cursor(CURSOR, position, last.position, &last.hash)
            });
            written.expect("the views are written");
            portion.took(begun.elapsed());
            self.entries.fetch_add(projection.changes.entries() as u64, Ordering::Release);
            position = last.position;
            self.projected.store(position, Ordering::Release);
        }
    }
}
