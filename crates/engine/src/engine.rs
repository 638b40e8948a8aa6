//! Queue, batch, append, answer: one step at a time.
//!
//! While one batch is being appended the next is decided. An answer leaves only when the batch that it was computed from is
//! durable, and so does a refusal: it may rest on what that batch did. A failed append is repeated unchanged until it lands;
//! meanwhile new requests are told that nothing was tried, waiting ones that the outcome is not known.

use std::collections::VecDeque;
use std::sync::Arc;

use book::{
    Answer, Balance, BatchBuilder, Book, Catalog, Command, EntryRef, Hash, JournalRow, Refusal, SeenKey,
    WalletNo,
};
use money::Timestamp;

use crate::late::{LateDesk, Queued, SealedHours};
use crate::published::{OpenWindow, PublishedWallet};

/// What bounds an engine.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Commands that may wait to be decided; a request beyond them is told to come again. One that is longer by itself is never
    /// taken: edges bound theirs below this.
    pub queue_commands_max: usize,
    /// Commands decided into one batch.
    pub batch_commands_max: u32,
    /// Bytes of one batch's body after which no further command is decided into it.
    pub batch_bytes_max: usize,
    /// Decisions in one batch for what falls due by itself; the rest of it is left to those who ask.
    pub sweep_decisions_max: u32,
    /// Microseconds between two tries of the same append.
    pub retry_after: i64,
    /// Microseconds by which the world's clock may move between two steps, or lie behind the newest decision at the start. A clock
    /// that moves further is not believed until an operator confirms it: nothing is decided, nothing expires.
    pub clock_jump_max: i64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            queue_commands_max: 200_000,
            batch_commands_max: 20_000,
            batch_bytes_max: 4 << 20,
            sweep_decisions_max: 2_000,
            retry_after: 200_000,
            clock_jump_max: 6 * Timestamp::HOUR,
        }
    }
}

/// Commands that are answered together. `T` is whatever finds the one who asked.
#[derive(Debug)]
pub struct Request<T> {
    /// Who asked.
    pub asker: T,
    /// What he wants, in order. Each is decided for itself.
    pub commands: Vec<Command>,
}

/// What one command led to, durably.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was decided now.
    Decided {
        /// Where it stands.
        entry: EntryRef,
        /// The wallet's balance after it, where there is one.
        balance: Option<Balance>,
    },
    /// The same was decided before: its answer is to be read there.
    Repeated {
        /// Where it stands.
        entry: EntryRef,
    },
    /// The rule says no. Nothing has changed.
    Refused(Refusal),
}

/// Why there is no outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// Nothing was tried: the queue is full or the journal does not take rows now. Come again.
    NotAttempted,
    /// It was decided, but the journal has not said that it landed. The same request with the same key will tell.
    OutcomeUnknown,
}

/// What an append came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendOutcome {
    /// The row is durable.
    Landed,
    /// It is not there, or nobody knows: to be tried again unchanged.
    Failed,
    /// Another owner's row stands at its place.
    Taken,
    /// The sync itself failed: what is on disk is not known any more.
    SyncFailed,
}

/// What happens to an engine.
#[derive(Debug)]
pub enum Input<T> {
    /// Somebody asks.
    Request(Request<T>),
    /// The append in flight ended.
    Appended(AppendOutcome),
    /// Prices changed: decided with from now on.
    Catalog(Arc<Catalog>),
    /// What was found of the keys that were to be looked up, each with its hour; `None` if the disk did not answer.
    LookedUp(Option<Vec<(i64, SeenKey)>>),
    /// An operator says that the clock is right as it is.
    ClockConfirmed,
    /// The keys of these hours are stored in runs: the book's memory may let go of them.
    Sealed(SealedHours),
}

/// Why an engine ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Another owner writes this book.
    Fenced,
    /// The journal's disk cannot be trusted: start again and replay.
    SyncFailed,
}

/// What an engine wants done.
#[derive(Debug)]
pub enum Output<T> {
    /// Append this row and say what came of it. There is never a second one before that.
    Append(Arc<JournalRow>),
    /// Look these keys up in the runs of their hours and say what was found. There is never a second look-up before that.
    LookUp(Vec<(i64, u128)>),
    /// Answer with one outcome per command.
    Answer(T, Vec<Outcome>),
    /// Tell that there is no outcome, and after how many microseconds to come again.
    Unavailable(T, Unavailable, i64),
    /// This row is durable; these wallets are now as it says.
    Landed {
        /// The row.
        row: Arc<JournalRow>,
        /// The wallets that it touched.
        wallets: Vec<PublishedWallet>,
        /// The book's digest after it.
        digest: u64,
        /// How far the book's clock runs ahead of the world's after it.
        clock_offset: i64,
    },
    /// The engine must not go on. Comes last, after everybody who waited has been told so.
    Stop(Stop),
}

/// A batch that is decided and not yet durable.
struct Pending<T> {
    row: Arc<JournalRow>,
    wallets: Vec<PublishedWallet>,
    digest: u64,
    clock_offset: i64,
    answers: Vec<(T, Vec<Outcome>)>,
}

/// Whether the journal takes rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Appends {
    /// As far as is known.
    Running,
    /// The row in flight failed at this instant and is sent again [`Limits::retry_after`] later.
    FailedAt(Timestamp),
    /// It was sent again.
    Retrying,
}

/// One book, its queue, and the two batches under way.
pub struct Engine<T> {
    book: Book,
    catalog: Arc<Catalog>,
    limits: Limits,
    epoch: u64,
    queue: VecDeque<Queued<T>>,
    late: LateDesk<T>,
    queued_commands: usize,
    building: BatchBuilder,
    building_answers: Vec<(T, Vec<Outcome>)>,
    building_swept: u32,
    in_flight: Option<Pending<T>>,
    appends: Appends,
    /// The newest instant of the world's clock that was believed.
    trusted: Timestamp,
    clock_believed: bool,
    swept_hour: Option<i64>,
    sweep_unfinished: bool,
    stopped: bool,
    stop_untold: Option<Stop>,
}

impl<T> Engine<T> {
    /// An engine for a book replayed up to `position` (whose row has `hash`), to be owned under a new `epoch`. Its first batch is the
    /// opening row; nothing is answered before that has landed.
    pub fn new(
        book: Book,
        catalog: Arc<Catalog>,
        limits: Limits,
        position: u64,
        hash: Hash,
        now: Timestamp,
    ) -> Engine<T> {
        let epoch = book.epoch() + 1;
        // Behind the newest decision the clock has gone back; how long the program stood still nobody can tell.
        let trusted = book.last_at().map_or(now, |last_at| now.max(last_at.plus(-book.clock_offset())));
        let building = BatchBuilder::new(position + 1, epoch, hash);
        let mut engine = Engine {
            book,
            catalog,
            limits,
            epoch,
            queue: VecDeque::new(),
            late: LateDesk::default(),
            queued_commands: 0,
            building,
            building_answers: Vec::new(),
            building_swept: 0,
            in_flight: None,
            appends: Appends::Running,
            trusted,
            clock_believed: true,
            swept_hour: None,
            sweep_unfinished: false,
            stopped: false,
            stop_untold: None,
        };
        let at = engine.book_time(now);
        engine.book.open_epoch(epoch, at, &mut engine.building);
        engine
    }

    /// Takes what has happened, decides what can be decided, and says what is to be done. `now` is the world's clock.
    pub fn step(
        &mut self,
        now: Timestamp,
        inputs: impl IntoIterator<Item = Input<T>>,
        outputs: &mut Vec<Output<T>>,
    ) {
        self.look_at_clock(now, outputs);
        for input in inputs {
            match input {
                Input::Request(request) => self.take(request, outputs),
                Input::Appended(outcome) => self.appended(outcome, now, outputs),
                Input::Catalog(catalog) => self.catalog = catalog,
                Input::ClockConfirmed => {
                    self.trusted = now;
                    self.clock_believed = true;
                }
                Input::LookedUp(found) => self.looked_up(found, outputs),
                Input::Sealed(sealed) => self.late.seal_later(sealed),
            }
        }
        if self.stopped {
            // Last, so that everybody has been told something before.
            outputs.extend(self.stop_untold.take().map(Output::Stop));
            return;
        }
        match (self.appends, &self.in_flight) {
            (Appends::FailedAt(failed_at), Some(pending)) if self.is_retry_due(failed_at, now) => {
                outputs.push(Output::Append(Arc::clone(&pending.row)));
                self.appends = Appends::Retrying;
            }
            (Appends::FailedAt(_) | Appends::Retrying, Some(_)) => {}
            _ => {
                if self.clock_believed {
                    self.sweep(now);
                    self.decide_queue(now);
                }
                self.seal_hours();
                outputs.extend(self.late.ask().map(Output::LookUp));
                self.send(outputs);
            }
        }
    }

    /// When [`Engine::step`] should be called again even if nothing happens, by the world's clock.
    pub fn wake_at(&self) -> Option<Timestamp> {
        if self.stopped || !self.clock_believed {
            return None;
        }
        match self.appends {
            Appends::FailedAt(failed_at) => return Some(failed_at.plus(self.limits.retry_after)),
            Appends::Retrying => return None,
            Appends::Running => {}
        }
        if self.is_batch_full() {
            // Nothing more can be decided before the batch in flight has landed.
            return None;
        }
        if !self.queue.is_empty() {
            // The batch that was full is in flight, and the next one has room.
            return Some(Timestamp::EPOCH);
        }
        if self.sweep_unfinished {
            // If this batch's share is used up, the batch in flight lands first.
            return (self.sweep_room() > 0).then_some(Timestamp::EPOCH);
        }
        let offset = self.book.clock_offset();
        let due = self.book.next_due().map(|at| at.plus(-offset));
        let next_hour = self.swept_hour.map(|hour| Timestamp::from_seconds((hour + 1) * 3_600).plus(-offset));
        due.into_iter().chain(next_hour).min()
    }

    /// The book as it is decided, ahead of what is durable: for replicas at start and for tests, not for answers.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// The epoch under which this engine writes.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Commands that wait to be decided.
    pub fn queued_commands(&self) -> usize {
        self.queued_commands
    }

    /// False while the world's clock is further from where it was than [`Limits::clock_jump_max`].
    pub fn is_clock_believed(&self) -> bool {
        self.clock_believed
    }

    /// False while the journal does not take rows.
    pub fn is_writable(&self) -> bool {
        !self.stopped && self.appends == Appends::Running
    }

    /// How a wallet would be published as of now.
    pub fn published(&self, no: WalletNo) -> Option<PublishedWallet> {
        published_wallet(&self.book, no)
    }

    /// Believes the clock if it is near where it was; a clock that came back by itself is believed again.
    fn look_at_clock(&mut self, now: Timestamp, outputs: &mut Vec<Output<T>>) {
        self.clock_believed = now.since(self.trusted).saturating_abs() <= self.limits.clock_jump_max;
        if self.clock_believed {
            self.trusted = now;
        } else {
            self.turn_away_queue(outputs);
        }
    }

    fn book_time(&self, now: Timestamp) -> Timestamp {
        now.plus(self.book.clock_offset())
    }

    fn take(&mut self, request: Request<T>, outputs: &mut Vec<Output<T>>) {
        let full = self.queued_commands + request.commands.len() > self.limits.queue_commands_max;
        if full || self.stopped || self.appends != Appends::Running || !self.clock_believed {
            outputs.push(Output::Unavailable(
                request.asker,
                Unavailable::NotAttempted,
                self.limits.retry_after,
            ));
            return;
        }
        self.queued_commands += request.commands.len();
        self.queue.push_back(Queued { request, looked_up: false });
    }

    fn appended(&mut self, outcome: AppendOutcome, now: Timestamp, outputs: &mut Vec<Output<T>>) {
        match outcome {
            AppendOutcome::Landed => {
                let Some(pending) = self.in_flight.take() else { return };
                self.appends = Appends::Running;
                let Pending { row, wallets, digest, clock_offset, answers } = pending;
                // Publish before answering: whoever hears the answer and then looks sees at least that.
                outputs.push(Output::Landed { row, wallets, digest, clock_offset });
                outputs.extend(answers.into_iter().map(|(asker, outcomes)| Output::Answer(asker, outcomes)));
            }
            AppendOutcome::Failed => {
                if self.in_flight.is_none() {
                    return;
                }
                self.appends = Appends::FailedAt(now);
                self.release(Unavailable::OutcomeUnknown, outputs);
                self.turn_away_queue(outputs);
            }
            AppendOutcome::Taken => self.stop(Stop::Fenced, outputs),
            AppendOutcome::SyncFailed => self.stop(Stop::SyncFailed, outputs),
        }
    }

    /// A clock that was set back does not put the retry off.
    fn is_retry_due(&self, failed_at: Timestamp, now: Timestamp) -> bool {
        now < failed_at || now.since(failed_at) >= self.limits.retry_after
    }

    fn stop(&mut self, reason: Stop, outputs: &mut Vec<Output<T>>) {
        self.stopped = true;
        self.release(Unavailable::OutcomeUnknown, outputs);
        self.turn_away_queue(outputs);
        self.stop_untold = Some(reason);
    }

    /// Tells everybody who waits for a batch that its outcome is not known.
    fn release(&mut self, reason: Unavailable, outputs: &mut Vec<Output<T>>) {
        let flying = self.in_flight.iter_mut().flat_map(|pending| pending.answers.drain(..));
        let waiting = flying.chain(self.building_answers.drain(..));
        let retry_after = self.limits.retry_after;
        outputs.extend(waiting.map(|(asker, _)| Output::Unavailable(asker, reason, retry_after)));
    }

    fn turn_away_queue(&mut self, outputs: &mut Vec<Output<T>>) {
        self.queued_commands = 0;
        let late = self.late.turn_away().into_iter();
        let waiting: Vec<_> = self.queue.drain(..).map(|queued| queued.request).chain(late).collect();
        let retry_after = self.limits.retry_after;
        outputs.extend(
            waiting
                .into_iter()
                .map(|request| Output::Unavailable(request.asker, Unavailable::NotAttempted, retry_after)),
        );
    }

    fn looked_up(&mut self, found: Option<Vec<(i64, SeenKey)>>, outputs: &mut Vec<Output<T>>) {
        let waited = self.late.answered();
        let Some(found) = found else {
            for Request { asker, commands } in waited {
                self.queued_commands -= commands.len();
                outputs.push(Output::Unavailable(asker, Unavailable::NotAttempted, self.limits.retry_after));
            }
            return;
        };
        for (hour, seen) in found {
            self.book.admit(hour, seen);
        }
        for request in waited.into_iter().rev() {
            self.queue.push_front(Queued { request, looked_up: true });
        }
    }

    fn seal_hours(&mut self) {
        if self.queue.iter().any(|queued| queued.looked_up) {
            return;
        }
        for SealedHours { hours, position } in self.late.seals() {
            hours.into_iter().for_each(|hour| self.book.seal(hour, position));
        }
    }

    fn sweep(&mut self, now: Timestamp) {
        let at = self.book_time(now);
        let due = self.book.next_due().is_some_and(|due| due <= at);
        if !due && self.swept_hour == Some(at.hour()) && !self.sweep_unfinished {
            return;
        }
        let room = self.sweep_room();
        if room == 0 || self.is_batch_full() {
            self.sweep_unfinished = true;
            return;
        }
        let before = self.building.len();
        let done = self.book.sweep(&self.catalog, at, room, &mut self.building);
        self.building_swept += self.building.len() - before;
        self.sweep_unfinished = !done;
        self.swept_hour = Some(at.hour());
    }

    /// How many more decisions may go into the batch that is built for what falls due by itself.
    fn sweep_room(&self) -> u32 {
        self.limits.sweep_decisions_max.saturating_sub(self.building_swept)
    }

    fn decide_queue(&mut self, now: Timestamp) {
        let mut looked_at = 0_usize;
        while !self.is_batch_full() {
            if looked_at == 0 {
                looked_at = self.look_ahead();
            }
            let Some(Queued { request, looked_up }) = self.queue.pop_front() else { return };
            looked_at = looked_at.saturating_sub(1);
            if !looked_up {
                let needed: Vec<_> =
                    request.commands.iter().filter_map(|command| self.book.run_needed(command)).collect();
                if !needed.is_empty() {
                    self.late.park(request, needed);
                    continue;
                }
            }
            self.queued_commands -= request.commands.len();
            let mut outcomes = Vec::with_capacity(request.commands.len());
            for (place, commands) in request.commands.chunks(Book::LOOK_AHEAD_MAX).enumerate() {
                if place > 0 {
                    self.book.look_ahead(commands);
                }
                outcomes.extend(commands.iter().map(|command| self.decide(command, now)));
            }
            self.building_answers.push((request.asker, outcomes));
        }
    }

    /// Lets the book look at the commands that come next, and says of how many requests: in a book that is larger than the
    /// processor's caches, waiting for memory is most of the work, and that can be done for many commands at once.
    fn look_ahead(&self) -> usize {
        let mut commands = 0;
        let near = self.queue.iter().take_while(|queued| {
            let first = commands == 0;
            commands += queued.request.commands.len();
            first || commands <= Book::LOOK_AHEAD_MAX
        });
        let near = near.count();
        self.book.look_ahead(self.queue.iter().take(near).flat_map(|queued| &queued.request.commands));
        near
    }

    fn decide(&mut self, command: &Command, now: Timestamp) -> Outcome {
        let at = self.book_time(now);
        match self.book.execute(&self.catalog, command, at, &mut self.building) {
            Answer::Decided(entry) => Outcome::Decided { entry, balance: self.book.last_balance() },
            Answer::Repeated(entry) => Outcome::Repeated { entry },
            Answer::Refused(refusal) => Outcome::Refused(refusal),
        }
    }

    fn is_batch_full(&self) -> bool {
        self.building.len() >= self.limits.batch_commands_max
            || self.building.bytes() >= self.limits.batch_bytes_max
            || self.building.is_full()
    }

    /// Sends the batch that was built if nothing is in flight; answers at once what rests on durable ground alone.
    fn send(&mut self, outputs: &mut Vec<Output<T>>) {
        if self.in_flight.is_some() {
            return;
        }
        let answers = std::mem::take(&mut self.building_answers);
        if self.building.is_empty() {
            outputs.extend(answers.into_iter().map(|(asker, outcomes)| Output::Answer(asker, outcomes)));
            return;
        }
        let row = Arc::new(self.building.seal_and_continue());
        self.building_swept = 0;
        let mut touched = self.book.take_touched();
        touched.sort_unstable();
        touched.dedup();
        let wallets = touched.into_iter().filter_map(|no| published_wallet(&self.book, no)).collect();
        self.in_flight = Some(Pending {
            row: Arc::clone(&row),
            wallets,
            digest: self.book.digest(),
            clock_offset: self.book.clock_offset(),
            answers,
        });
        outputs.push(Output::Append(row));
    }
}

fn published_wallet(book: &Book, no: WalletNo) -> Option<PublishedWallet> {
    let wallet = book.wallet(no)?;
    let windows = wallet.windows.values().map(|window| OpenWindow {
        meter: window.meter,
        opened_at: window.opened_at,
        closes_at: window.closes_at,
        pending: window.pending,
        active: matches!(window.price, book::Price::PerActiveWindow { .. }),
    });
    Some(PublishedWallet {
        no,
        id: wallet.id,
        customer: wallet.customer,
        unit: wallet.unit,
        balance: wallet.balance,
        debt_limit: wallet.debt_limit,
        debt: wallet.debt,
        is_frozen: wallet.is_frozen,
        due: book.wallet_due(no),
        windows: windows.collect::<Vec<_>>().into_boxed_slice(),
    })
}
