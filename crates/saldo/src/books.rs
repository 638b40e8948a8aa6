//! The books, verified again and again while they are served: at the start, then at the configured interval.
//!
//! It does what `saldo verify` does, on a quarter of one core, and tells what it found: the console's first page, the metrics, the log.
//! Nothing is turned off by damage: what to do about it is for people (docs/operate/backup.md).

use std::sync::Arc;
use std::time::{Duration, Instant};

use book::{Hash, JournalRow};
use engine::{Views, verify_journal};
use money::Timestamp;
use store::{JournalReader, SeenRow, Snapshot, StoreError};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::app::App;
use crate::clock;
use crate::runtime::CURSOR;

/// Rows read at once: after each such piece others have their turn.
const PIECE_ROWS: usize = 64;
/// So many times as long as it worked, it rests.
const REST_FACTOR: u32 = 3;
/// The longest rest between two pieces.
const REST_MAX: Duration = Duration::from_secs(1);

/// What the last verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// When it ended; none before the first has.
    pub at: Option<Timestamp>,
    /// What is wrong, in words; nothing in sound books.
    pub findings: Vec<String>,
    /// Rows of the journal that it read.
    pub rows: u64,
}

/// What is known of the books.
#[derive(Debug)]
pub struct Books(watch::Sender<Seen>);

impl Default for Books {
    fn default() -> Books {
        Books(watch::Sender::new(Seen::default()))
    }
}

impl Books {
    /// What the last verification found.
    pub fn seen(&self) -> Seen {
        self.0.borrow().clone()
    }

    /// Tells each verification when it has ended.
    pub fn subscribe(&self) -> watch::Receiver<Seen> {
        self.0.subscribe()
    }
}

/// Verifies the books until the program ends.
pub async fn keep_verified(app: Arc<App>) {
    let hours = app.config.server.verify_hours;
    if hours == 0 {
        return;
    }
    while !app.is_ending() {
        let verifying = Arc::clone(&app);
        // A verification that panics is logged and counted as every panic is; the next one comes in its time.
        let _ = tokio::task::spawn_blocking(move || verify(&verifying)).await;
        tokio::time::sleep(Duration::from_secs(u64::from(hours) * 3_600)).await;
    }
}

fn verify(app: &App) {
    let verified = app.journal_reader().and_then(|journal| {
        let mut journal =
            Unhurried { journal, app, runtime: Handle::current(), worked_since: Instant::now() };
        verify_journal(&mut journal, Some(Views { tables: &app.tables, cursor: CURSOR }), &mut |_| {})
    });
    match verified {
        Ok(seen) => {
            let findings: Vec<String> = seen.findings.iter().map(ToString::to_string).collect();
            match findings.first() {
                None => tracing::info!(rows = seen.rows, "the books are verified"),
                Some(first) => {
                    tracing::error!(first, count = findings.len(), "the books are damaged: run saldo verify");
                }
            }
            app.books.0.send_replace(Seen { at: Some(clock::now()), findings, rows: seen.rows });
        }
        Err(_) if app.is_ending() => {}
        Err(error) => tracing::warn!(%error, "the books could not be verified; what was known of them stays"),
    }
}

/// The journal, read in small pieces with rests between them, until the program ends.
struct Unhurried<'a, R> {
    journal: R,
    app: &'a App,
    runtime: Handle,
    worked_since: Instant,
}

impl<R: JournalReader> JournalReader for Unhurried<'_, R> {
    fn last(&mut self) -> Result<Option<(u64, Hash)>, StoreError> {
        self.journal.last()
    }

    fn read(&mut self, from: u64, rows_max: usize, bytes_max: usize) -> Result<Vec<JournalRow>, StoreError> {
        if self.app.is_ending() {
            return Err(StoreError::Busy);
        }
        let rest = (self.worked_since.elapsed() * REST_FACTOR).min(REST_MAX);
        let mut end = self.app.end_announced();
        // The end of the program ends the rest; nothing else is waited for.
        let _ = self
            .runtime
            .block_on(async { tokio::time::timeout(rest, end.wait_for(|end| *end)).await.is_ok() });
        self.worked_since = Instant::now();
        self.journal.read(from, rows_max.min(PIECE_ROWS), bytes_max)
    }

    fn newest_snapshot(&mut self) -> Result<Option<Snapshot>, StoreError> {
        self.journal.newest_snapshot()
    }

    fn run(&mut self, hour: i64) -> Result<Vec<SeenRow>, StoreError> {
        self.journal.run(hour)
    }

    fn runs(&mut self) -> Result<Vec<i64>, StoreError> {
        self.journal.runs()
    }
}
