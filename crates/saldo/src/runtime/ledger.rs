//! The book's thread and the journal's thread, and the handle through which the rest of the program asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use book::{Book, Catalog, Command};
use engine::{
    AppendOutcome, Engine, Input, Limits, Opened, Outcome, Output, PublishedBalances, PublishedWallet,
    Request, SealedHours, Stop, Unavailable,
};
use money::{Timestamp, WalletId};
use store::{AppendError, Journal, JournalReader};
use thiserror::Error;
use tokio::sync::{oneshot, watch};

use super::live::Live;
use crate::clock;

/// Requests that may lie between the edges and the book's thread.
const REQUESTS_WAITING_MAX: usize = 16_384;
/// Requests that the book's thread takes in one step.
const REQUESTS_PER_STEP_MAX: usize = 4_096;
/// The longest the book's thread sleeps, so that a clock that was set back or forth is noticed.
const SLEEP_MAX: Duration = Duration::from_millis(500);

/// How long a read waits for what is due on its wallet.
const SETTLE_PATIENCE: Duration = Duration::from_secs(2);
/// How long a moved clock waits for what fell due by it.
const SETTLE_ALL_PATIENCE: Duration = Duration::from_secs(30);

/// Who asked: the channel back, made for one answer.
type Asker = oneshot::Sender<Result<Vec<Outcome>, LedgerError>>;

/// Why the ledger gave no outcome. All of them are answered 503 with `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LedgerError {
    /// Nothing was tried.
    #[error("the ledger is not taking requests now; nothing was changed")]
    NotAttempted,
    /// It was decided and nobody knows whether it is durable.
    #[error("the ledger could not confirm the request; repeat it with the same key to learn its outcome")]
    OutcomeUnknown,
}

impl From<Unavailable> for LedgerError {
    fn from(unavailable: Unavailable) -> LedgerError {
        match unavailable {
            Unavailable::NotAttempted => LedgerError::NotAttempted,
            Unavailable::OutcomeUnknown => LedgerError::OutcomeUnknown,
        }
    }
}

/// What is durable so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LandedAt {
    /// Position of the newest durable row.
    pub position: u64,
    /// The book's digest after it.
    pub digest: u64,
}

/// How the ledger is, for health checks and metrics.
#[derive(Debug, Default)]
pub struct LedgerStatus {
    /// Appends that failed and were tried again, since the start.
    pub appends_failed: AtomicU64,
    /// Rows that landed since the start.
    pub rows_landed: AtomicU64,
    /// Bytes of bodies that landed since the start.
    pub bytes_landed: AtomicU64,
    /// True while the newest append has not failed.
    pub writable: AtomicBool,
    /// True while the world's clock is believed.
    pub clock_believed: AtomicBool,
    /// True once the ledger has ended for a reason other than being asked to.
    pub stopped: AtomicBool,
}

/// The handle to the book.
#[derive(Clone)]
pub struct Ledger {
    inputs: SyncSender<Message>,
    balances: Arc<PublishedBalances>,
    clock_offset: Arc<AtomicI64>,
    status: Arc<LedgerStatus>,
    landed: watch::Receiver<LandedAt>,
}

/// What a ledger is started from.
pub struct LedgerParts {
    /// The book as replayed.
    pub opened: Opened,
    /// The journal, open for its one writer.
    pub journal: Box<dyn Journal>,
    /// A reader of the journal, for keys of late events.
    pub runs: Box<dyn JournalReader>,
    /// What is sold now.
    pub catalog: Arc<Catalog>,
    /// What bounds the engine.
    pub limits: Limits,
    /// Who is told of changed wallets.
    pub live: Live,
}

/// A look at the book by its own thread.
type Look = Box<dyn FnOnce(&Book) + Send>;

enum Message {
    Engine(Input<Asker>),
    Look(Look),
    End,
}

impl Ledger {
    /// Starts the two threads. The handles end when [`Ledger::end`] was called or the ledger stopped by itself.
    pub fn start(parts: LedgerParts) -> std::io::Result<(Ledger, Vec<JoinHandle<()>>)> {
        let LedgerParts { opened, journal, runs, catalog, limits, live } = parts;
        let balances = Arc::new(PublishedBalances::default());
        let clock_offset = Arc::new(AtomicI64::new(opened.book.clock_offset()));
        let status = Arc::new(LedgerStatus::default());
        status.writable.store(true, Ordering::Relaxed);
        let landed_now = LandedAt { position: opened.position, digest: opened.book.digest() };
        let (landed_sender, landed) = watch::channel(landed_now);
        let (inputs, received) = sync_channel(REQUESTS_WAITING_MAX);
        let (rows, rows_received) = sync_channel(1);
        let (look_ups, look_ups_received) = sync_channel(1);

        let numbers: Vec<_> = opened.book.wallets().map(|(no, _)| no).collect();
        let engine = Engine::new(opened.book, catalog, limits, opened.position, opened.hash, clock::now());
        balances.publish(numbers.into_iter().filter_map(|no| engine.published(no)));

        let found = inputs.clone();
        let searcher = std::thread::Builder::new()
            .name("runs".to_owned())
            .spawn(move || look_keys_up(runs, &look_ups_received, &found))?;
        let appended = inputs.clone();
        let appender = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || append_rows(journal, &rows_received, &appended))?;
        let deciding = Deciding {
            engine,
            rows,
            look_ups,
            balances: Arc::clone(&balances),
            clock_offset: Arc::clone(&clock_offset),
            status: Arc::clone(&status),
            landed: landed_sender,
            live,
        };
        let decider =
            std::thread::Builder::new().name("book".to_owned()).spawn(move || deciding.run(&received))?;
        Ok((Ledger { inputs, balances, clock_offset, status, landed }, vec![decider, appender, searcher]))
    }

    /// Has these commands decided, each for itself, and waits until the answers are durable.
    pub async fn submit(&self, commands: Vec<Command>) -> Result<Vec<Outcome>, LedgerError> {
        let (asker, answer) = oneshot::channel();
        self.send(Input::Request(Request { asker, commands }))?;
        // The book's thread answers everybody before it ends; a lost channel means that it fell.
        answer.await.unwrap_or(Err(LedgerError::OutcomeUnknown))
    }

    /// As [`Ledger::submit`] for one command.
    pub async fn submit_one(&self, command: Command) -> Result<Outcome, LedgerError> {
        let outcomes = self.submit(vec![command]).await?;
        outcomes.into_iter().next().ok_or(LedgerError::OutcomeUnknown)
    }

    /// As [`Ledger::submit`], for threads outside of the async runtime.
    pub fn submit_blocking(&self, commands: Vec<Command>) -> Result<Vec<Outcome>, LedgerError> {
        let (asker, answer) = oneshot::channel();
        self.send(Input::Request(Request { asker, commands }))?;
        answer.blocking_recv().unwrap_or(Err(LedgerError::OutcomeUnknown))
    }

    /// What `look` sees in the book, once all that it saw is durable. It stops everybody else for as long as it takes: what walks over
    /// more than one wallet belongs in the views.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Book) -> T + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (asker, answer) = oneshot::channel();
        let look: Look = Box::new(move |book| drop(asker.send(look(book))));
        self.inputs.try_send(Message::Look(look)).map_err(|_| LedgerError::NotAttempted)?;
        let seen = answer.await.map_err(|_| LedgerError::NotAttempted)?;
        // An empty request is answered when all that was decided before it is durable.
        self.submit(Vec::new()).await?;
        Ok(seen)
    }

    /// Decides with these prices from now on.
    pub fn set_catalog(&self, catalog: Arc<Catalog>) -> Result<(), LedgerError> {
        self.inputs.send(Message::Engine(Input::Catalog(catalog))).map_err(|_| LedgerError::NotAttempted)
    }

    /// Lets the book's memory go of event keys that are stored in runs.
    pub fn seal(&self, sealed: SealedHours) -> Result<(), LedgerError> {
        self.inputs.send(Message::Engine(Input::Sealed(sealed))).map_err(|_| LedgerError::NotAttempted)
    }

    /// Has the world's clock believed as it is.
    pub fn confirm_clock(&self) -> Result<(), LedgerError> {
        self.inputs.send(Message::Engine(Input::ClockConfirmed)).map_err(|_| LedgerError::NotAttempted)
    }

    /// The wallet as of the newest durable batch that touched it.
    pub fn wallet(&self, id: WalletId) -> Option<PublishedWallet> {
        self.balances.get(id)
    }

    /// The wallet with all that is due by now settled, or `None` if there is none. [`LedgerError::NotAttempted`] if the ledger does
    /// not get to it: a balance that no longer holds is not shown.
    pub async fn settled_wallet(&self, id: WalletId) -> Result<Option<PublishedWallet>, LedgerError> {
        let mut landed = self.landed();
        let settled = async {
            loop {
                // Marked as seen before the look, so that what lands during the look wakes us up again.
                landed.borrow_and_update();
                match self.wallet(id) {
                    Some(wallet) if wallet.due.is_some_and(|due| due <= self.now()) => {}
                    found => return Ok(found),
                }
                landed.changed().await.map_err(|_| LedgerError::NotAttempted)?;
            }
        };
        tokio::time::timeout(SETTLE_PATIENCE, settled).await.unwrap_or(Err(LedgerError::NotAttempted))
    }

    /// Waits until nothing more falls due at this moment of the book's time, as after its clock was moved. The position of the
    /// row with which that is so.
    pub async fn settle_all(&self) -> Result<u64, LedgerError> {
        let settled = async {
            loop {
                let before = self.landed.borrow().position;
                // An empty request is answered when all that was decided before it is durable.
                self.submit(Vec::new()).await?;
                if self.landed.borrow().position == before {
                    return Ok(before);
                }
            }
        };
        tokio::time::timeout(SETTLE_ALL_PATIENCE, settled).await.unwrap_or(Err(LedgerError::OutcomeUnknown))
    }

    /// The book's time: the world's clock and the test clock's lead.
    pub fn now(&self) -> Timestamp {
        clock::now().plus(self.clock_offset.load(Ordering::Acquire))
    }

    /// How far the book's clock runs ahead of the world's, in microseconds.
    pub fn clock_offset(&self) -> i64 {
        self.clock_offset.load(Ordering::Acquire)
    }

    /// How it is.
    pub fn status(&self) -> &LedgerStatus {
        &self.status
    }

    /// What is durable so far, and a way to wait for more.
    pub fn landed(&self) -> watch::Receiver<LandedAt> {
        self.landed.clone()
    }

    /// Ends the threads when everything that was taken has been answered.
    pub fn end(&self) {
        // If the thread has ended already there is nothing left to end.
        let _ = self.inputs.send(Message::End);
    }

    fn send(&self, input: Input<Asker>) -> Result<(), LedgerError> {
        match self.inputs.try_send(Message::Engine(input)) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(LedgerError::NotAttempted),
        }
    }
}

/// The book's thread.
struct Deciding {
    engine: Engine<Asker>,
    rows: SyncSender<Arc<book::JournalRow>>,
    look_ups: SyncSender<Vec<(i64, u128)>>,
    balances: Arc<PublishedBalances>,
    clock_offset: Arc<AtomicI64>,
    status: Arc<LedgerStatus>,
    landed: watch::Sender<LandedAt>,
    live: Live,
}

impl Deciding {
    fn run(mut self, received: &Receiver<Message>) {
        let mut inputs = Vec::new();
        let mut outputs = Vec::new();
        let mut ending = false;
        let mut in_flight = false;
        loop {
            let failed =
                inputs.iter().filter(|input| matches!(input, Input::Appended(AppendOutcome::Failed))).count();
            self.status.appends_failed.fetch_add(failed as u64, Ordering::Relaxed);
            self.engine.step(clock::now(), inputs.drain(..), &mut outputs);
            for output in outputs.drain(..) {
                match output {
                    Output::Append(_) => in_flight = true,
                    Output::Landed { .. } => in_flight = false,
                    _ => {}
                }
                if self.act(output) {
                    return;
                }
            }
            self.status.writable.store(self.engine.is_writable(), Ordering::Relaxed);
            let believed = self.engine.is_clock_believed();
            if self.status.clock_believed.swap(believed, Ordering::Relaxed) && !believed {
                tracing::error!(
                    "the clock jumped: nothing is written until it is back or an operator confirms it"
                );
            }
            // A journal that takes no rows may take none for days: whoever waited has been told that the outcome is not known.
            if ending && (!in_flight || !self.engine.is_writable()) {
                return;
            }
            ending |= self.wait(received, &mut inputs);
        }
    }

    /// Does what the engine wants; true if that is the end.
    fn act(&self, output: Output<Asker>) -> bool {
        match output {
            Output::Append(row) => {
                // The journal's thread lives as long as this one.
                let _ = self.rows.send(row);
            }
            Output::LookUp(needed) => {
                // So does the one that looks keys up.
                let _ = self.look_ups.send(needed);
            }
            // Whoever has gone away does not need his answer.
            Output::Answer(asker, outcomes) => drop(asker.send(Ok(outcomes))),
            Output::Unavailable(asker, reason, _) => {
                drop(asker.send(Err(reason.into())));
            }
            Output::Landed { row, wallets, digest, clock_offset } => {
                self.publish(row.position, row.body.len(), wallets, digest, clock_offset);
            }
            Output::Stop(reason) => {
                let reason = match reason {
                    Stop::Fenced => "another process writes this journal",
                    Stop::SyncFailed => "the journal's disk reported an error while syncing",
                };
                tracing::error!(reason, "the ledger stops");
                self.status.stopped.store(true, Ordering::Release);
                self.status.writable.store(false, Ordering::Release);
                return true;
            }
        }
        false
    }

    fn publish(&self, position: u64, bytes: usize, wallets: Vec<PublishedWallet>, digest: u64, offset: i64) {
        let customers: Vec<_> = wallets.iter().map(|wallet| wallet.customer).collect();
        self.balances.publish(wallets);
        let moved = self.clock_offset.swap(offset, Ordering::AcqRel) != offset;
        self.status.rows_landed.fetch_add(1, Ordering::Relaxed);
        self.status.bytes_landed.fetch_add(bytes as u64, Ordering::Relaxed);
        self.landed.send_replace(LandedAt { position, digest });
        if moved {
            self.live.notify_all();
        } else {
            self.live.notify_each(customers);
        }
    }

    /// Waits for the next input, or until something falls due. True if the end was asked for.
    fn wait(&self, received: &Receiver<Message>, inputs: &mut Vec<Input<Asker>>) -> bool {
        let sleep = self.engine.wake_at().map_or(SLEEP_MAX, |at| {
            let micros = u64::try_from(at.since(clock::now())).unwrap_or(0);
            Duration::from_micros(micros).min(SLEEP_MAX)
        });
        match received.recv_timeout(sleep) {
            Ok(Message::Engine(input)) => inputs.push(input),
            Ok(Message::Look(look)) => look(self.engine.book()),
            Ok(Message::End) => return true,
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => return true,
        }
        while inputs.len() < REQUESTS_PER_STEP_MAX {
            match received.try_recv() {
                Ok(Message::Engine(input)) => inputs.push(input),
                Ok(Message::Look(look)) => look(self.engine.book()),
                Ok(Message::End) | Err(TryRecvError::Disconnected) => return true,
                Err(TryRecvError::Empty) => break,
            }
        }
        false
    }
}

/// The journal's thread: appends one row after the other and says what came of each.
fn append_rows(
    mut journal: Box<dyn Journal>,
    rows: &Receiver<Arc<book::JournalRow>>,
    appended: &SyncSender<Message>,
) {
    for row in rows {
        let outcome = match journal.append(&row) {
            Ok(_) => AppendOutcome::Landed,
            Err(AppendError::Taken { .. }) => AppendOutcome::Taken,
            Err(error @ AppendError::Gap { .. }) => {
                // The journal is not the one that was replayed: nothing may be written to it.
                tracing::error!(position = row.position, %error, "the journal has changed under the ledger");
                AppendOutcome::Taken
            }
            Err(AppendError::Sync(error)) => {
                tracing::error!(position = row.position, error = %error, "the journal's sync failed");
                AppendOutcome::SyncFailed
            }
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(position = row.position, %error, source, "an append failed; it is tried again");
                AppendOutcome::Failed
            }
        };
        if appended.send(Message::Engine(Input::Appended(outcome))).is_err() {
            return;
        }
    }
}

/// The thread that looks keys of late events up on disk.
fn look_keys_up(
    mut runs: Box<dyn JournalReader>,
    look_ups: &Receiver<Vec<(i64, u128)>>,
    found: &SyncSender<Message>,
) {
    for needed in look_ups {
        let input = match engine::look_up(&mut *runs, &needed) {
            Ok(keys) => Input::LookedUp(Some(keys)),
            Err(error) => {
                tracing::error!(%error, "the keys of late events cannot be looked up");
                Input::look_up_failed()
            }
        };
        if found.send(Message::Engine(input)).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use std::sync::mpsc::channel;

    use book::Act;
    use money::{CustomerId, Unit};
    use store::MemoryJournal;

    use super::*;

    /// Longer than anything here takes.
    const PATIENCE: Duration = Duration::from_secs(20);

    #[tokio::test(flavor = "multi_thread")]
    async fn an_end_does_not_wait_for_a_journal_that_takes_no_rows() {
        let mut journal = MemoryJournal::new();
        let opened = engine::open_book(&mut journal).expect("an empty journal");
        let (ledger, threads) = Ledger::start(LedgerParts {
            opened,
            journal: Box::new(journal.clone()),
            runs: Box::new(journal.clone()),
            catalog: Arc::new(Catalog::new([], Timestamp::DAY)),
            limits: Limits::default(),
            live: Live::default(),
        })
        .expect("threads");
        ledger.landed().wait_for(|landed| landed.position == 1).await.expect("the opening row");
        journal.set_disk_full(true);
        let (id, customer) = (WalletId::from_u128(1), CustomerId::from_u128(1));
        let open = Command {
            key: None,
            act: Act::OpenWallet { wallet: id, customer, unit: Unit::USD, debt_limit: 0 },
        };
        assert_eq!(ledger.submit_one(open).await, Err(LedgerError::OutcomeUnknown));
        let (ended, end) = channel();
        std::thread::spawn(move || {
            ledger.end();
            threads.into_iter().for_each(|thread| thread.join().expect("an end"));
            // Nobody hears it if it comes too late.
            let _ = ended.send(());
        });
        end.recv_timeout(PATIENCE).expect("the threads end");
    }
}
