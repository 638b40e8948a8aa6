//! One owner of the book: its engine, the append it has under way, what it publishes, and what it owes to whom.

use std::collections::HashSet;
use std::sync::Arc;

use book::{Book, JournalRow, read_batch};
use engine::{
    AppendOutcome, Engine, Input, Limits, Outcome, Output, PublishedBalances, PublishedWallet, Request, Stop,
    Unavailable, open_book,
};
use money::Timestamp;
use store::{AppendError, Journal, MemoryJournal};

use crate::Tally;
use crate::customers::{Customers, Told, catalog};
use crate::random::Random;
use crate::truth::Truth;

/// A running owner.
pub(crate) struct Owner {
    /// The append that was sent and has not ended.
    pub(crate) appending: Option<Arc<JournalRow>>,
    looking: Option<Vec<(i64, u128)>>,
    engine: Engine<usize>,
    limits: Limits,
    inbox: Vec<Input<usize>>,
    /// The requests it has been handed and has not answered.
    owes: HashSet<usize>,
    /// A book that replays what this owner says has landed.
    durable: Book,
    landed: u64,
    sent: Option<Arc<JournalRow>>,
    published: PublishedBalances,
}

fn random_limits(random: &mut Random) -> Limits {
    Limits {
        queue_commands_max: 4 + random.below(30),
        batch_commands_max: u32::try_from(1 + random.below(20)).expect("small"),
        batch_bytes_max: 200 + random.below(4_000),
        sweep_decisions_max: u32::try_from(1 + random.below(5)).expect("small"),
        retry_after: random.between(1, 500_000),
        clock_jump_max: i64::MAX,
    }
}

impl Owner {
    /// Opens the book as a program does at its start, and compares it with what is durable.
    pub(crate) fn open(
        random: &mut Random,
        journal: &mut MemoryJournal,
        truth: &Truth,
        now: Timestamp,
        tally: &mut Tally,
    ) -> Owner {
        let opened = open_book(journal).expect("the journal is whole");
        assert_eq!(opened.position, truth.position);
        let mut whole = opened.book.clone();
        engine::unseal_all(journal, &mut whole).expect("the runs can be read");
        let same = whole.to_snapshot() == truth.book.to_snapshot();
        assert!(same, "the book is the same, replayed with a snapshot or without");
        if opened.snapshot_ignored.is_some() {
            *tally.entry("snapshot ignored").or_default() += 1;
        } else if opened.replayed_rows < opened.position {
            *tally.entry("snapshot used").or_default() += 1;
        }
        let limits = random_limits(random);
        let durable = opened.book.clone();
        let engine =
            Engine::new(opened.book, Arc::new(catalog(random)), limits, opened.position, opened.hash, now);
        let published = PublishedBalances::default();
        published.publish(durable.wallets().filter_map(|(no, _)| engine.published(no)));
        Owner {
            appending: None,
            looking: None,
            engine,
            limits,
            inbox: Vec::new(),
            owes: HashSet::new(),
            durable,
            landed: opened.position,
            sent: None,
            published,
        }
    }

    pub(crate) fn hand(&mut self, input: Input<usize>) {
        if let Input::Request(request) = &input {
            self.owes.insert(request.asker);
        }
        self.inbox.push(input);
    }

    /// When the engine wants to be called.
    pub(crate) fn wake_at(&self) -> Option<Timestamp> {
        self.engine.wake_at()
    }

    /// How far its book's clock runs ahead.
    pub(crate) fn clock_offset(&self) -> i64 {
        self.durable.clock_offset()
    }

    /// True while it owes an answer or the journal owes one to it.
    pub(crate) fn is_busy(&self) -> bool {
        !self.owes.is_empty() || self.appending.is_some() || self.looking.is_some() || !self.inbox.is_empty()
    }

    /// Lets the append under way end, whatever comes of it.
    pub(crate) fn append(&mut self, journal: &mut MemoryJournal) {
        let Some(row) = self.appending.take() else { return };
        let outcome = match journal.append(&row) {
            Ok(_) => AppendOutcome::Landed,
            Err(AppendError::Taken { .. }) => AppendOutcome::Taken,
            Err(AppendError::Sync(_)) => AppendOutcome::SyncFailed,
            Err(AppendError::Gap { last }) => panic!("row {} leaves a gap behind {last}", row.position),
            Err(AppendError::NotWritten(_) | AppendError::Unknown(_)) => AppendOutcome::Failed,
        };
        self.inbox.push(Input::Appended(outcome));
    }

    /// Lets the look-up under way end; the disk may not answer.
    pub(crate) fn look_up(&mut self, journal: &mut MemoryJournal, answers: bool) {
        let Some(needed) = self.looking.take() else { return };
        let found = engine::look_up(journal, &needed).expect("the run can be read");
        self.inbox.push(if answers { Input::LookedUp(Some(found)) } else { Input::look_up_failed() });
    }

    /// Position of its newest durable row.
    pub(crate) fn landed(&self) -> u64 {
        self.landed
    }

    /// One step with all that lies in its inbox. False if the engine stopped.
    pub(crate) fn step(
        &mut self,
        now: Timestamp,
        truth: &Truth,
        customers: &mut Customers,
        tally: &mut Tally,
    ) -> bool {
        let mut outputs = Vec::new();
        self.engine.step(now, self.inbox.drain(..), &mut outputs);
        let mut stopped = None;
        for output in outputs {
            assert_eq!(stopped, None, "nothing comes behind the end");
            note(&output, tally);
            match output {
                Output::Append(row) => self.send(row),
                Output::Landed { row, wallets, digest, clock_offset } => {
                    self.publish(&row, wallets);
                    assert_eq!((self.durable.digest(), self.durable.clock_offset()), (digest, clock_offset));
                    self.check_published(truth);
                }
                Output::Answer(asker, outcomes) => self.answer(asker, &outcomes, truth, customers),
                Output::Unavailable(asker, reason, retry_after) => {
                    assert!(retry_after > 0);
                    assert!(self.owes.remove(&asker), "try {asker} is not one that waits");
                    let told = match reason {
                        Unavailable::NotAttempted => Told::NotAttempted,
                        Unavailable::OutcomeUnknown => Told::Unknown,
                    };
                    customers.tell(asker, told);
                }
                Output::LookUp(needed) => {
                    assert!(self.looking.is_none(), "one look-up at a time");
                    self.looking = Some(needed);
                }
                Output::Stop(reason) => stopped = Some(reason),
            }
        }
        assert!(self.engine.queued_commands() <= self.limits.queue_commands_max, "the queue has a limit");
        if stopped.is_some() {
            assert!(self.owes.is_empty(), "an engine that stops leaves nobody waiting");
            assert!(matches!(stopped, Some(Stop::Fenced | Stop::SyncFailed)));
        }
        stopped.is_none()
    }

    /// The owner falls. Whoever waits hears nothing. Gives the append that may still happen.
    pub(crate) fn crash(self, customers: &mut Customers) -> Option<Arc<JournalRow>> {
        self.owes.into_iter().for_each(|asker| customers.tell(asker, Told::Unknown));
        self.appending
    }

    fn send(&mut self, row: Arc<JournalRow>) {
        assert!(self.appending.is_none(), "one append at a time");
        match &self.sent {
            Some(sent) if sent.position > self.landed => assert_eq!(*sent, row, "repeated unchanged"),
            _ => assert_eq!(row.position, self.landed + 1, "the next row"),
        }
        let decisions = read_batch(&row).count();
        assert!(decisions > 0, "no empty rows");
        self.sent = Some(Arc::clone(&row));
        self.appending = Some(row);
    }

    fn publish(&mut self, row: &JournalRow, wallets: Vec<PublishedWallet>) {
        assert_eq!(row.position, self.landed + 1, "rows land in order");
        self.landed = row.position;
        for decision in read_batch(row) {
            let (entry, decision) = decision.expect("the row can be read");
            self.durable.replay(entry, &decision);
        }
        self.durable.take_touched();
        self.published.publish(wallets);
    }

    /// What is shown is what the durable rows say, for each wallet.
    fn check_published(&self, truth: &Truth) {
        assert!(self.landed <= truth.position, "what is published is durable");
        for (no, wallet) in self.durable.wallets() {
            let shown = self.published.get(wallet.id).expect("each wallet is published");
            assert_eq!((shown.no, shown.customer, shown.unit), (no, wallet.customer, wallet.unit));
            assert_eq!(shown.balance, wallet.balance);
            assert_eq!(shown.due, self.durable.wallet_due(no));
            let windows = wallet.windows.values().map(|w| (w.meter, w.opened_at, w.closes_at, w.pending));
            let shown = shown.windows.iter().map(|w| (w.meter, w.opened_at, w.closes_at, w.pending));
            assert!(windows.eq(shown), "the open windows of {no:?}");
        }
    }

    fn answer(&mut self, asker: usize, outcomes: &[Outcome], truth: &Truth, customers: &mut Customers) {
        assert!(self.owes.remove(&asker), "try {asker} is not one that waits");
        // Whatever was sent so far has landed before anybody hears of it.
        assert!(self.sent.as_ref().is_some_and(|sent| sent.position <= self.landed), "not before it landed");
        customers.tell(asker, Told::Answered);
        let wishes = customers.tries[asker].wishes.clone();
        assert_eq!(wishes.len(), outcomes.len(), "one outcome for each command");
        for (wish, outcome) in wishes.into_iter().zip(outcomes) {
            let command = &customers.wishes[wish].command;
            truth.check_outcome(wish, command, outcome);
            let charge = match outcome {
                Outcome::Decided { entry, .. } => truth.charge(*entry),
                _ => None,
            };
            customers.note_charge(wish, charge);
            customers.note_reading(wish, outcome);
        }
    }

    /// The request as an input.
    pub(crate) fn request(asker: usize, commands: Vec<book::Command>) -> Input<usize> {
        Input::Request(Request { asker, commands })
    }
}

/// Counts what the engine does.
fn note(output: &Output<usize>, tally: &mut Tally) {
    let mut count = |name| *tally.entry(name).or_default() += 1;
    match output {
        Output::Append(_) | Output::Landed { .. } => {}
        Output::LookUp(_) => count("looked up"),
        Output::Answer(_, outcomes) => outcomes.iter().for_each(|outcome| match outcome {
            Outcome::Decided { .. } => count("decided"),
            Outcome::Repeated { .. } => count("repeated"),
            Outcome::Refused(refusal) => count(refusal.code()),
        }),
        Output::Unavailable(_, Unavailable::NotAttempted, _) => count("not attempted"),
        Output::Unavailable(_, Unavailable::OutcomeUnknown, _) => count("outcome unknown"),
        Output::Stop(Stop::Fenced) => count("fenced"),
        Output::Stop(Stop::SyncFailed) => count("sync failed"),
    }
}
