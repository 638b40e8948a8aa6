//! What there is to compare with: the same rows appended alone, and the decisions made alone.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use book::{BatchBuilder, Book, GENESIS, JournalRow, chain_hash, read_batch};
use engine::{AppendOutcome, Engine, Input, Limits, Output, PublishedBalances, Request};
use store::{Journal, JournalReader, SqliteJournal, SqliteJournalReader};

use crate::ledger::now;
use crate::load::{Random, catalog, charge, opening};

/// Charges decided without a journal.
const CHARGES_ALONE: usize = 2_000_000;
/// Charges in a batch of them.
const BATCH: usize = 1_000;
/// Rows appended alone at most, and for how long.
const ROWS_ALONE: usize = 20_000;
const TIME_ALONE: Duration = Duration::from_secs(3);

/// The same rows appended by somebody who does nothing else.
pub(crate) struct Bare {
    pub(crate) charges_per_second: f64,
    pub(crate) bytes_per_charge: usize,
}

/// Appends rows `first..=last` of the journal in `place` to a new one, chained anew outside of the time measured.
pub(crate) fn append_again(place: &Path, first: u64, last: u64) -> Bare {
    let mut source = SqliteJournalReader::open(&place.join("journal.db")).expect("it is there");
    let folder = tempfile::tempdir_in(place).expect("a folder of its own");
    let mut journal = SqliteJournal::open(&folder.path().join("journal.db")).expect("a new journal");
    let (mut charges, mut bytes, mut spent, mut hash) = (0, 0, Duration::ZERO, GENESIS);
    for position in first..=last {
        let mut row = source.read(position, 1, 1).expect("it is read").pop().expect("it is there");
        row.position = position + 1 - first;
        row.hash = chain_hash(&hash, row.position, row.epoch, &row.body);
        hash = row.hash;
        charges += read_batch(&row).count();
        bytes += row.body.len();
        spent += append(&mut journal, &row);
    }
    Bare {
        charges_per_second: charges as f64 / spent.as_secs_f64(),
        bytes_per_charge: bytes / charges.max(1),
    }
}

/// Charges per second if each request were a row, appended one after the other by somebody who does nothing else.
pub(crate) fn append_alone(place: &Path, request_length: usize, bytes_per_charge: usize) -> f64 {
    let folder = tempfile::tempdir_in(place).expect("a folder of its own");
    let mut journal = SqliteJournal::open(&folder.path().join("journal.db")).expect("a new journal");
    let mut random = Random(9);
    let bytes = bytes_per_charge * request_length;
    let (mut spent, mut rows) = (Duration::ZERO, 0);
    while spent < TIME_ALONE && rows < ROWS_ALONE {
        let body = std::iter::repeat_with(|| random.next().to_be_bytes()).flatten().take(bytes).collect();
        rows += 1;
        let row = JournalRow { position: rows as u64, epoch: 1, hash: [7; 32], body };
        spent += append(&mut journal, &row);
    }
    (rows * request_length) as f64 / spent.as_secs_f64()
}

fn append(journal: &mut SqliteJournal, row: &JournalRow) -> Duration {
    let begun = Instant::now();
    journal.append(row).expect("the disk takes it");
    begun.elapsed()
}

/// Where the time of one charge goes, in nanoseconds, without a journal.
pub(crate) struct Parts {
    pub(crate) execute_ns: f64,
    pub(crate) seal_ns: f64,
    pub(crate) step_ns: f64,
    pub(crate) bytes: f64,
    pub(crate) wallets_mb: f64,
}

/// Decides charges on one thread: by the book alone, then by an engine whose rows land at once.
pub(crate) fn decide_alone(wallets: u32, memory_mb: impl Fn() -> f64) -> Parts {
    let catalog = Arc::new(catalog());
    let mut book = Book::new();
    let mut batch = BatchBuilder::new(1, 1, GENESIS);
    for command in (0..wallets).flat_map(opening) {
        book.execute(&catalog, &command, now(), &mut batch);
        if batch.len() as usize >= BATCH {
            batch.seal_and_continue();
        }
    }
    book.take_touched();
    let wallets_mb = memory_mb();
    batch.seal_and_continue();
    let mut random = Random(5);
    let (mut execute, mut seal, mut bytes) = (Duration::ZERO, Duration::ZERO, 0);
    for _ in 0..CHARGES_ALONE / BATCH {
        let commands: Vec<_> = (0..BATCH).map(|_| charge(&mut random, wallets)).collect();
        let at = now();
        let begun = Instant::now();
        for commands in commands.chunks(Book::LOOK_AHEAD_MAX) {
            book.look_ahead(commands);
            for command in commands {
                book.execute(&catalog, command, at, &mut batch);
            }
        }
        execute += begun.elapsed();
        book.take_touched();
        bytes += batch.bytes();
        let begun = Instant::now();
        batch.seal_and_continue();
        seal += begun.elapsed();
    }
    let step = step_alone(book, catalog, &mut random, wallets);
    let per_charge = |time: Duration| time.as_secs_f64() * 1e9 / CHARGES_ALONE as f64;
    Parts {
        execute_ns: per_charge(execute),
        seal_ns: per_charge(seal),
        step_ns: per_charge(step),
        bytes: bytes as f64 / CHARGES_ALONE as f64,
        wallets_mb,
    }
}

fn step_alone(book: Book, catalog: Arc<book::Catalog>, random: &mut Random, wallets: u32) -> Duration {
    let mut engine = Engine::new(book, catalog, Limits::default(), 1, GENESIS, now());
    let balances = PublishedBalances::default();
    let mut outputs = Vec::new();
    let mut spent = Duration::ZERO;
    for _ in 0..CHARGES_ALONE / BATCH {
        let commands = (0..BATCH).map(|_| charge(random, wallets)).collect();
        let begun = Instant::now();
        engine.step(now(), [Input::Request(Request { asker: (), commands })], &mut outputs);
        engine.step(now(), [Input::Appended(AppendOutcome::Landed)], &mut outputs);
        for output in outputs.drain(..) {
            if let Output::Landed { wallets, .. } = output {
                balances.publish(wallets);
            }
        }
        spent += begun.elapsed();
    }
    spent
}
