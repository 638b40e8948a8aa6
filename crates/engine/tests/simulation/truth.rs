//! What is durable, read from the journal alone, and the laws that hold of it after every row.

use std::collections::{HashMap, HashSet};

use book::{
    Act, Book, ChargeTaken, Command, CommandKey, Decision, EntryRef, GENESIS, Hash, KeySpace, LineFact,
    REQUEST_MEMORY, Record, Refusal, WalletNo, check_chain, read_batch,
};
use engine::Outcome;
use money::{Timestamp, Unit, WalletId};
use store::{JournalReader, MemoryJournal};

use crate::customers::{Content, Customers};
use crate::lines::Lines;
use crate::subscribers::is_statement;

/// A key as it was seen first.
#[derive(Clone, Copy)]
struct FirstSeen {
    key: CommandKey,
    at: Timestamp,
}

/// The journal's contents, replayed by a book that no engine knows of.
pub(crate) struct Truth {
    pub(crate) book: Book,
    pub(crate) position: u64,
    /// When the newest decision was.
    pub(crate) at: Timestamp,
    pub(crate) lines: Lines,
    /// The digest after each row, from row 1.
    pub(crate) digests: Vec<u64>,
    hash: Hash,
    decisions: HashMap<EntryRef, Decision>,
    /// Where each wish took effect.
    effects: HashMap<usize, EntryRef>,
    keys: HashMap<(KeySpaceName, u128), Vec<FirstSeen>>,
    availables: HashMap<WalletId, HashSet<i64>>,
}

/// The space and, for events, the hour in which the key is looked for.
type KeySpaceName = (u8, i64);

impl Truth {
    pub(crate) fn new() -> Truth {
        Truth {
            book: Book::new(),
            position: 0,
            at: Timestamp::from_micros(i64::MIN),
            lines: Lines::default(),
            digests: Vec::new(),
            hash: GENESIS,
            decisions: HashMap::new(),
            effects: HashMap::new(),
            keys: HashMap::new(),
            availables: HashMap::new(),
        }
    }

    /// Reads what has become durable since, and checks it.
    pub(crate) fn catch_up(&mut self, journal: &mut MemoryJournal, customers: &Customers) {
        let rows = journal.read(self.position + 1, usize::MAX, usize::MAX).expect("memory can be read");
        for row in rows {
            assert_eq!(row.position, self.position + 1, "positions have no gaps");
            check_chain(&self.hash, &row).expect("the chain holds");
            for decision in read_batch(&row) {
                let (entry, decision) = decision.expect("the row can be read");
                self.lines.note(&self.book, &decision);
                self.book.replay(entry, &decision);
                self.at = self.at.max(decision.at);
                self.check_decision(entry, &decision, customers);
                self.lines.check(&self.book, &decision);
                self.decisions.insert(entry, decision);
            }
            self.book.take_touched();
            (self.position, self.hash) = (row.position, row.hash);
            self.digests.push(self.book.digest());
        }
    }

    /// Where this wish took effect, if it did.
    pub(crate) fn effect(&self, wish: usize) -> Option<EntryRef> {
        self.effects.get(&wish).copied()
    }

    /// The charge at this entry, as somebody who wants it back tells it.
    pub(crate) fn charge(&self, entry: EntryRef) -> Option<ChargeTaken> {
        match &self.decisions.get(&entry)?.record {
            Record::Charged { kind, burns, debt, .. } => {
                Some(ChargeTaken { entry, kind: *kind, burns: burns.iter().collect(), debt: *debt })
            }
            _ => None,
        }
    }

    /// Checks an answer against what is durable at the moment it is given.
    pub(crate) fn check_outcome(&self, wish: usize, command: &Command, outcome: &Outcome) {
        match outcome {
            Outcome::Decided { entry, balance } => {
                let decision =
                    self.decisions.get(entry).expect("an answer is not given before it is durable");
                let one = !is_statement(&command.act);
                assert!(
                    !one || self.effect(wish) == Some(*entry),
                    "the answer names the one effect of its wish: {command:?} {decision:?}"
                );
                assert_eq!(decision.key, command.key);
                assert_eq!(*balance, decision.record.balance());
            }
            Outcome::Repeated { entry } => {
                let decision = self.decisions.get(entry).expect("what is repeated is durable");
                assert_eq!(decision.key, command.key);
                assert!(command.key.is_some(), "only a key makes two commands the same");
                assert_eq!(self.effect(wish), Some(*entry), "a key gets the same entry each time");
            }
            Outcome::Refused(refusal) => self.check_refusal(command, *refusal),
        }
    }

    fn check_refusal(&self, command: &Command, refusal: Refusal) {
        match (refusal, &command.act) {
            (Refusal::KeyReused, act) => {
                let key = command.key.expect("it has a key");
                let hour = if let Act::Use { occurred_at, .. } = act { occurred_at.hour() } else { 0 };
                let seen = self.keys.get(&(space_name(key, hour), key.key));
                let other = seen.is_some_and(|seen| seen.iter().any(|first| first.key.body != key.body));
                assert!(other, "the other use of the key is durable");
            }
            (Refusal::WalletExists, Act::OpenWallet { wallet, .. }) => {
                assert!(self.book.wallet_no(*wallet).is_some(), "the wallet is durable");
            }
            (Refusal::AlreadyReversed, Act::Reverse { charge, .. }) => {
                let reverses = |decision: &Decision| matches!(&decision.record, Record::Reversed { charge: other, .. } if *other == charge.entry);
                assert!(self.decisions.values().any(reverses), "the reversal is durable");
            }
            (
                Refusal::InsufficientCredit { available, needed },
                Act::Charge { wallet, .. } | Act::Deduct { wallet, .. } | Act::Use { wallet, .. },
            ) => {
                assert!(needed.value() > available.value());
                let known = self.availables.get(wallet).expect("the wallet is durable");
                assert!(known.contains(&available.value()), "the balance it rests on is durable");
            }
            _ => {}
        }
    }

    fn check_decision(&mut self, entry: EntryRef, decision: &Decision, customers: &Customers) {
        self.check_key(decision);
        if let Some(content) = content(&decision.record) {
            let wish = customers.wish_of(content, decision.key).expect("somebody wanted this");
            let before = self.effects.insert(wish, entry);
            assert_eq!(before, None, "wish {wish} took effect twice: now at {entry:?}");
        }
        if let Some(no) = decision.record.wallet() {
            self.check_wallet(no, &decision.record);
        }
        for unit in [Unit::USD, Unit::BRL, Unit::BYTE] {
            let accounts: i128 =
                self.book.accounts().filter(|(_, of, _)| *of == unit).map(|account| account.2).sum();
            let wallets = self.book.wallets().filter(|(_, wallet)| wallet.unit == unit);
            let wallets: i128 = wallets.map(|(_, wallet)| i128::from(wallet.balance.posted)).sum();
            assert_eq!(accounts + wallets, 0, "the accounts of {unit} sum to zero after {entry:?}");
        }
    }

    fn check_key(&mut self, decision: &Decision) {
        let Some(key) = decision.key else { return };
        let hour = occurred_at(&decision.record).map_or(0, Timestamp::hour);
        let seen = self.keys.entry((space_name(key, hour), key.key)).or_default();
        for first in seen.iter() {
            let forgotten = key.space == KeySpace::Request && decision.at.since(first.at) > REQUEST_MEMORY;
            assert!(forgotten, "the key {key:?} took effect twice");
        }
        seen.push(FirstSeen { key, at: decision.at });
    }

    fn check_wallet(&mut self, no: WalletNo, record: &Record) {
        let wallet = self.book.wallet(no).expect("a record names a wallet that is there");
        assert!(self.book.wallet_adds_up(no), "{no:?} does not add up after {record:?}");
        assert!(record.balance().is_none_or(|balance| balance == wallet.balance));
        let available = wallet.balance.available();
        if matches!(record, Record::Charged { .. } | Record::Deducted { .. }) {
            assert!(available >= -wallet.debt_limit, "{record:?} took more than is allowed");
        }
        self.availables.entry(wallet.id).or_default().insert(available);
    }
}

fn space_name(key: CommandKey, hour: i64) -> KeySpaceName {
    match key.space {
        KeySpace::Forever => (0, 0),
        KeySpace::Request => (1, 0),
        KeySpace::Event => (2, hour),
    }
}

/// What tells which wish led to this; `None` for what happened by itself.
fn content(record: &Record) -> Option<Content> {
    match record {
        Record::WalletOpened { id, .. } => Some(Content::Wallet(*id)),
        Record::GrantAdded(added) => Some(Content::Grant(added.grant)),
        Record::Charged { kind, .. } => Some(Content::Charge(*kind)),
        Record::Deducted { amount, .. } | Record::OverpaidTaken { amount, .. } => {
            Some(Content::Deduction(*amount))
        }
        Record::Reversed { charge, .. } => Some(Content::Reversal(charge.as_u64())),
        Record::ClockAdvanced { by } => Some(Content::Clock(*by)),
        Record::WindowOpened(opened) => Some(Content::Use(opened.quantity.millionths())),
        Record::WindowAccrued { quantity, .. } | Record::UsageCovered { quantity, .. } => {
            Some(Content::Use(quantity.millionths()))
        }
        Record::UsagePosted(posted) if posted.window_no.is_none() => {
            Some(Content::Use(posted.quantity.millionths()))
        }
        Record::Line(record) => match &record.fact {
            LineFact::Opened { line, .. } => Some(Content::Line(*line)),
            LineFact::Bought { purchase, .. } | LineFact::Awaits { purchase } => {
                Some(Content::Purchase(purchase.purchase))
            }
            LineFact::Released { purchase, .. } => Some(Content::Payment(purchase.purchase)),
            LineFact::Paid { purchase, .. } | LineFact::Recovered { purchase, .. } => {
                Some(Content::Payment(*purchase))
            }
            LineFact::Dropped { purchase } => Some(Content::Drop(*purchase)),
            LineFact::WrittenOff { purchase, .. } => Some(Content::WriteOff(*purchase)),
            LineFact::Used(taken) => Some(Content::Added(taken.total)),
            _ => None,
        },
        _ => None,
    }
}

fn occurred_at(record: &Record) -> Option<Timestamp> {
    match record {
        Record::WindowOpened(opened) => Some(opened.occurred_at),
        Record::WindowAccrued { occurred_at, .. } | Record::UsageCovered { occurred_at, .. } => {
            Some(*occurred_at)
        }
        Record::UsagePosted(posted) => posted.occurred_at,
        _ => None,
    }
}
