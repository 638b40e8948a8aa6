//! The book's two threads, as the program runs them, and what is measured while askers ask.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, scope, spawn};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use book::JournalRow;
use engine::{AppendOutcome, Engine, Input, Limits, Outcome, Output, PublishedBalances, Request, open_book};
use money::Timestamp;
use store::{Journal, SqliteJournal};

use crate::followers::{Following, Views, make_a_snapshot};
use crate::load::{ASKERS, Load, ask, catalog, opening};

/// Requests that may lie between the askers and the book's thread.
const REQUESTS_WAITING_MAX: usize = 16_384;
/// Requests that the book's thread takes in one step.
const REQUESTS_PER_STEP_MAX: usize = 4_096;
/// The longest the book's thread sleeps.
const SLEEP_MAX: Duration = Duration::from_millis(500);
/// Wallets opened by one request.
const WALLETS_PER_REQUEST: u32 = 2_000;
/// Rows that land before the measuring begins.
const WARM_UP: Duration = Duration::from_secs(1);

/// What goes to the book's thread.
pub(crate) enum Message {
    Engine(Input<usize>),
    End,
}

/// What is durable so far.
#[derive(Default)]
pub(crate) struct Landed {
    pub(crate) charges: AtomicU64,
    pub(crate) newest: Mutex<(u64, u64)>,
}

impl Landed {
    /// Position of the newest row and the book's digest after it.
    pub(crate) fn newest(&self) -> (u64, u64) {
        *self.newest.lock().expect("nobody falls with it")
    }
}

/// What one run came to.
pub(crate) struct Run {
    pub(crate) charges: u64,
    pub(crate) rows: u64,
    pub(crate) elapsed: Duration,
    pub(crate) first_row: u64,
    pub(crate) last_row: u64,
    pub(crate) snapshot: Duration,
    /// Entries that were written into the views meanwhile.
    pub(crate) entries: Option<u64>,
}

/// A book with its threads.
pub(crate) struct Ledger {
    inputs: SyncSender<Message>,
    answers: Vec<Receiver<Vec<Outcome>>>,
    landed: Arc<Landed>,
    derived: store::SqliteJournalDerived,
    views: Option<Views>,
    threads: Vec<JoinHandle<()>>,
}

impl Ledger {
    /// Starts an empty book in `place` and opens its wallets.
    pub(crate) fn open(place: &Path, wallets: u32, following: Following) -> Ledger {
        let mut journal = SqliteJournal::open(&place.join("journal.db")).expect("a new journal");
        let derived = journal.open_derived().expect("a second connection");
        let opened = open_book(&mut journal).expect("an empty journal");
        let engine = Engine::new(
            opened.book,
            Arc::new(catalog()),
            Limits::default(),
            opened.position,
            opened.hash,
            now(),
        );
        let (inputs, received) = sync_channel(REQUESTS_WAITING_MAX);
        let (replies, answers): (Vec<_>, Vec<_>) = (0..=ASKERS).map(|_| channel()).unzip();
        let landed = Arc::new(Landed::default());
        // At most one row is under way.
        let (rows, to_append) = sync_channel(1);
        let appended = inputs.clone();
        let appender = spawn(move || append_rows(journal, &to_append, &appended));
        let deciding = Deciding {
            engine,
            rows,
            replies,
            balances: PublishedBalances::default(),
            landed: Arc::clone(&landed),
        };
        let decider = spawn(move || deciding.run(&received));
        let mut ledger =
            Ledger { inputs, answers, landed, derived, views: None, threads: vec![decider, appender] };
        ledger.open_wallets(wallets);
        if following == Following::SnapshotsAndViews {
            ledger.views = Some(Views::start(place, Arc::clone(&ledger.landed)));
        }
        ledger
    }

    fn open_wallets(&mut self, wallets: u32) {
        for first in (0..wallets).step_by(WALLETS_PER_REQUEST as usize) {
            let commands = (first..wallets.min(first + WALLETS_PER_REQUEST)).flat_map(opening).collect();
            self.inputs
                .send(Message::Engine(Input::Request(Request { asker: ASKERS, commands })))
                .expect("it runs");
            self.answers[ASKERS].recv().expect("it answers");
        }
    }

    /// Lets the askers ask for `load.time`, and measures after a short while of warming up.
    pub(crate) fn run(&mut self, load: Load) -> Run {
        let ended = AtomicBool::new(false);
        let Ledger { inputs, answers, landed, derived, views, .. } = self;
        scope(|scope| {
            for (place, answers) in answers[..ASKERS].iter_mut().enumerate() {
                let (inputs, ended) = (inputs.clone(), &ended);
                scope.spawn(move || {
                    ask(place, load, &inputs, answers, &|| ended.load(Ordering::Relaxed));
                });
            }
            crate::pass(WARM_UP);
            let (begun, charges) = (Instant::now(), landed.charges.load(Ordering::Acquire));
            let entries = views.as_ref().map(Views::entries);
            let first_row = landed.newest().0 + 1;
            let snapshot = scope.spawn(|| make_a_snapshot(derived, landed));
            crate::pass(load.time);
            let elapsed = begun.elapsed();
            let charges = landed.charges.load(Ordering::Acquire) - charges;
            let entries = entries.zip(views.as_ref()).map(|(before, views)| views.entries() - before);
            let last_row = landed.newest().0;
            ended.store(true, Ordering::Relaxed);
            let snapshot = snapshot.join().expect("a snapshot is made");
            let rows = last_row + 1 - first_row;
            Run { charges, rows, elapsed, first_row, last_row, snapshot, entries }
        })
    }

    /// Ends the threads.
    pub(crate) fn end(self) {
        let Ledger { inputs, answers, derived, views, threads, .. } = self;
        drop((answers, derived));
        if let Some(views) = views {
            views.end();
        }
        inputs.send(Message::End).expect("the ledger runs");
        threads.into_iter().for_each(|thread| thread.join().expect("it ends"));
    }
}

/// The world's clock.
#[allow(clippy::disallowed_methods, reason = "this is the clock of the program that measures")]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    Timestamp::from_micros(i64::try_from(since.as_micros()).expect("and not that late"))
}

/// The book's thread.
struct Deciding {
    engine: Engine<usize>,
    rows: SyncSender<Arc<JournalRow>>,
    replies: Vec<Sender<Vec<Outcome>>>,
    balances: PublishedBalances,
    landed: Arc<Landed>,
}

impl Deciding {
    fn run(mut self, received: &Receiver<Message>) {
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        loop {
            self.engine.step(now(), inputs.drain(..), &mut outputs);
            for output in outputs.drain(..) {
                if !self.act(output) {
                    return;
                }
            }
            if !self.wait(received, &mut inputs) {
                return;
            }
        }
    }

    fn act(&self, output: Output<usize>) -> bool {
        match output {
            Output::Append(row) => self.rows.send(row).is_ok(),
            Output::Answer(asker, outcomes) => {
                self.landed.charges.fetch_add(outcomes.len() as u64, Ordering::Release);
                // An asker who has ended does not need it.
                let _ = self.replies[asker].send(outcomes);
                true
            }
            Output::Landed { row, wallets, digest, .. } => {
                self.balances.publish(wallets);
                *self.landed.newest.lock().expect("nobody falls with it") = (row.position, digest);
                true
            }
            Output::LookUp(_) | Output::Unavailable(..) | Output::Stop(_) => {
                panic!("the journal fails: nothing can be measured")
            }
        }
    }

    fn wait(&self, received: &Receiver<Message>, inputs: &mut Vec<Input<usize>>) -> bool {
        let sleep = self.engine.wake_at().map_or(SLEEP_MAX, |at| {
            Duration::from_micros(u64::try_from(at.since(now())).unwrap_or(0)).min(SLEEP_MAX)
        });
        match received.recv_timeout(sleep) {
            Ok(Message::Engine(input)) => inputs.push(input),
            Err(RecvTimeoutError::Timeout) => return true,
            Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => return false,
        }
        while inputs.len() < REQUESTS_PER_STEP_MAX {
            match received.try_recv() {
                Ok(Message::Engine(input)) => inputs.push(input),
                Err(TryRecvError::Empty) => break,
                Ok(Message::End) | Err(TryRecvError::Disconnected) => return false,
            }
        }
        true
    }
}

/// The journal's thread.
fn append_rows(mut journal: SqliteJournal, rows: &Receiver<Arc<JournalRow>>, appended: &SyncSender<Message>) {
    for row in rows {
        journal.append(&row).expect("the disk takes it");
        if appended.send(Message::Engine(Input::Appended(AppendOutcome::Landed))).is_err() {
            return;
        }
    }
}
