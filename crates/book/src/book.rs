//! The state machine: all that decides whether credit moves.
//!
//! `decide` says yes or no and changes nothing; `apply` changes and cannot fail; replay is `apply` alone. The book reads no
//! clock: every instant comes with the command. What falls due by itself (a window's end, a grant's beginning or expiry) is
//! settled first on the wallet a command touches, each thing at its own time.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;

use hashbrown::HashTable;
use money::{Timestamp, Unit, WalletId};

use crate::account::{Account, transfers};
use crate::batch::BatchBuilder;
use crate::catalog::Catalog;
use crate::command::{Act, Command, CommandKey, KeySpace};
use crate::decision::{Balance, Decision, EntryRef, Record, WalletNo};
use crate::refusal::Refusal;
use crate::seen::{Sameness, Seen, SeenKey};
use crate::wallet::Wallet;

/// How long an API's idempotency key is remembered, in microseconds: 7 days.
pub const REQUEST_MEMORY: i64 = 7 * Timestamp::DAY;

/// The most that a wallet may hold or owe, in smallest steps: 2^53.
pub const BALANCE_MAX: i64 = 1 << 53;

/// The most that an account of the chart may come to, in smallest steps: 2^62. What has been decided already and posts later fits above
/// it.
pub(crate) const ACCOUNT_MAX: i128 = 1 << 62;

/// What the book says to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes: the decision stands there.
    Decided(EntryRef),
    /// The same command was decided before, there.
    Repeated(EntryRef),
    /// No, and nothing has changed.
    Refused(Refusal),
}

/// All wallets of one book, what has been seen, and the totals of its accounts.
#[derive(Clone, Debug, Default)]
pub struct Book {
    pub(crate) wallets: Vec<Wallet>,
    by_id: HashTable<u32>,
    pub(crate) accounts: BTreeMap<(Account, Unit), i128>,
    pub(crate) seen: Seen,
    pub(crate) reversed: BTreeSet<EntryRef>,
    due: BTreeSet<(Timestamp, WalletNo)>,
    next_due: Vec<Option<Timestamp>>,
    pub(crate) epoch: u64,
    pub(crate) last_at: Option<Timestamp>,
    pub(crate) clock_offset: i64,
    pub(crate) events_horizon: Option<i64>,
    pub(crate) requests_horizon: Option<i64>,
    digest: u64,
    last_balance: Option<Balance>,
    touched: Vec<WalletNo>,
}

impl Book {
    /// An empty book.
    pub fn new() -> Book {
        Book::default()
    }

    /// Answers one command at `at` (the clock, already moved by [`Book::clock_offset`]): settles what is due on its wallet, decides,
    /// applies, and encodes everything into `batch`.
    pub fn execute(
        &mut self,
        catalog: &Catalog,
        command: &Command,
        at: Timestamp,
        batch: &mut BatchBuilder,
    ) -> Answer {
        let hour = command.key.map(|key| self.key_hour(&key, &command.act, at));
        if let (Some(key), Some(hour)) = (&command.key, hour) {
            match self.sameness(key, hour) {
                Sameness::Same(entry) => return Answer::Repeated(entry),
                Sameness::Other => return Answer::Refused(Refusal::KeyReused),
                Sameness::New => {}
            }
        }
        let at = self.now(at);
        if let Some(no) = wallet_named(&command.act).and_then(|id| self.wallet_no(id)) {
            self.settle(catalog, no, at, batch);
        }
        match self.decide(catalog, command, at) {
            Ok(decision) => Answer::Decided(self.commit(&decision, batch)),
            Err(refusal) => Answer::Refused(refusal),
        }
    }

    /// Commands that [`Book::look_ahead`] looks at at most.
    pub const LOOK_AHEAD_MAX: usize = 32;

    /// Reads what the next commands will be decided on, so that it is close when they are. Changes nothing: the processor waits
    /// for memory for all of them at once here, and for each alone without it.
    pub fn look_ahead<'c>(&self, commands: impl IntoIterator<Item = &'c Command>) {
        let mut wallets = [None; Self::LOOK_AHEAD_MAX];
        for (no, command) in wallets.iter_mut().zip(commands) {
            if let Some(key) = &command.key {
                let hour = self.key_hour(key, &command.act, Timestamp::EPOCH);
                black_box(self.sameness(key, hour));
            }
            *no = wallet_named(&command.act).and_then(|id| self.wallet_no(id));
        }
        for no in wallets.into_iter().flatten() {
            let wallet = &self.wallets[no.0 as usize];
            black_box((wallet.balance, wallet.unit, wallet.debt, wallet.next_window_no, self.wallet_due(no)));
            black_box((wallet.live.first(), wallet.grants.len(), wallet.windows.len(), wallet.debt_limit));
        }
        for no in wallets.into_iter().flatten() {
            let wallet = &self.wallets[no.0 as usize];
            black_box(
                wallet.live_grants().next().map(|(_, grant)| (grant.free(), grant.expires_at, grant.id)),
            );
        }
    }

    /// Settles what is due anywhere at `at`, at most `decisions_max` decisions, and forgets keys whose time is over. True if all was
    /// done.
    pub fn sweep(
        &mut self,
        catalog: &Catalog,
        at: Timestamp,
        decisions_max: u32,
        batch: &mut BatchBuilder,
    ) -> bool {
        let at = self.now(at);
        let until = batch.len().saturating_add(decisions_max);
        while let Some((due_at, no)) = self.due.first().copied() {
            if due_at > at {
                break;
            }
            if batch.len() >= until || batch.is_full() {
                return false;
            }
            match self.due_decision(catalog, no, at) {
                Some(decision) => {
                    self.commit(&decision, batch);
                }
                // The index said so and the wallet does not: put the index right rather than look again for ever.
                None => self.note_due(no),
            }
        }
        if let Some(decision) = self.forgetting(catalog, at) {
            self.commit(&decision, batch);
        }
        true
    }

    /// Appends the opening row's decision of a new owner.
    pub fn open_epoch(&mut self, epoch: u64, at: Timestamp, batch: &mut BatchBuilder) {
        let decision = Decision { at: self.now(at), key: None, record: Record::Opened { epoch } };
        self.commit(&decision, batch);
    }

    /// Applies a decision of the journal during replay.
    pub fn replay(&mut self, entry: EntryRef, decision: &Decision) {
        self.apply(entry, decision);
    }

    /// The balance that the newest decision left, where it was about a wallet's balance.
    pub const fn last_balance(&self) -> Option<Balance> {
        self.last_balance
    }

    /// The wallet of this id.
    pub fn wallet_no(&self, id: WalletId) -> Option<WalletNo> {
        let wallets = &self.wallets;
        self.by_id.find(hash_of(id), |no| wallets[*no as usize].id == id).map(|no| WalletNo(*no))
    }

    /// The wallet of this number.
    pub fn wallet(&self, no: WalletNo) -> Option<&Wallet> {
        self.wallets.get(no.0 as usize)
    }

    /// All wallets by number.
    pub fn wallets(&self) -> impl Iterator<Item = (WalletNo, &Wallet)> {
        (0..).map(WalletNo).zip(self.wallets.iter())
    }

    /// Totals of the accounts that are not wallets.
    pub fn accounts(&self) -> impl Iterator<Item = (Account, Unit, i128)> {
        self.accounts.iter().map(|((account, unit), total)| (*account, *unit, *total))
    }

    /// The wallets whose balance, windows or due times changed since this was last asked; each may appear more than once.
    pub fn take_touched(&mut self) -> Vec<WalletNo> {
        std::mem::take(&mut self.touched)
    }

    /// When something next falls due by itself.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    /// When something next falls due on this wallet.
    pub fn wallet_due(&self, no: WalletNo) -> Option<Timestamp> {
        self.next_due.get(no.0 as usize).copied().flatten()
    }

    /// How far the book's clock runs ahead of the world's, in microseconds (test clock).
    pub const fn clock_offset(&self) -> i64 {
        self.clock_offset
    }

    /// The epoch of the newest opening row.
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The time of the newest decision.
    pub const fn last_at(&self) -> Option<Timestamp> {
        self.last_at
    }

    /// How many keys are remembered.
    pub fn seen_len(&self) -> usize {
        self.seen.len()
    }

    /// A number that two books with the same wallets' balances share: kept up to date with every decision, so that a replica can be
    /// compared without stopping.
    pub const fn digest(&self) -> u64 {
        self.digest
    }

    fn now(&self, at: Timestamp) -> Timestamp {
        self.last_at.map_or(at, |last| last.max(at))
    }

    fn settle(&mut self, catalog: &Catalog, no: WalletNo, at: Timestamp, batch: &mut BatchBuilder) {
        while self.wallet_due(no).is_some_and(|due| due <= at) {
            let Some(decision) = self.due_decision(catalog, no, at) else { return };
            self.commit(&decision, batch);
        }
    }

    fn commit(&mut self, decision: &Decision, batch: &mut BatchBuilder) -> EntryRef {
        let entry = batch.push(decision);
        self.apply(entry, decision);
        self.last_balance = decision.record.balance();
        entry
    }

    /// The hour under which a key is remembered.
    fn key_hour(&self, key: &CommandKey, act: &Act, at: Timestamp) -> i64 {
        match (key.space, act) {
            (KeySpace::Event, Act::Use { occurred_at, .. }) => occurred_at.hour(),
            _ => self.now(at).hour(),
        }
    }

    fn sameness(&self, key: &CommandKey, hour: i64) -> Sameness {
        match key.space {
            KeySpace::Forever => self.seen.forever.sameness(key),
            KeySpace::Request => self.seen.requests.sameness(key),
            KeySpace::Event => self.seen.events.sameness(hour, key),
        }
    }

    pub(crate) fn remember(&mut self, entry: EntryRef, decision: &Decision) {
        let Some(key) = decision.key else { return };
        let seen = SeenKey { key: key.key, body: key.body, entry };
        match key.space {
            KeySpace::Forever => self.seen.forever.insert(seen),
            KeySpace::Request => self.seen.requests.insert(decision.at.hour(), seen),
            KeySpace::Event => {
                let hour = event_hour(&decision.record).unwrap_or_else(|| decision.at.hour());
                self.seen.events.insert(hour, seen);
            }
        }
    }

    pub(crate) fn add_wallet(&mut self, wallet: Wallet) {
        let no = u32::try_from(self.wallets.len()).unwrap_or(u32::MAX);
        let wallets = &self.wallets;
        let id = wallet.id;
        self.by_id.insert_unique(hash_of(id), no, |other| hash_of(wallets[*other as usize].id));
        self.digest = self.digest.wrapping_add(wallet_mix(no, &wallet));
        self.wallets.push(wallet);
        self.next_due.push(None);
    }

    /// Changes one wallet and keeps what is derived from it: the digest, and the due times where `due` says so.
    pub(crate) fn change_wallet(&mut self, no: WalletNo, change: impl FnOnce(&mut Wallet)) {
        let wallet = &mut self.wallets[no.0 as usize];
        let before = wallet_mix(no.0, wallet);
        change(wallet);
        // What no fact about the line explains is an adjustment of its cycle.
        if let Some(line) = &mut wallet.line {
            line.terms.adjustments += wallet.balance.posted - line.terms.balance();
        }
        let after = wallet_mix(no.0, wallet);
        self.digest = self.digest.wrapping_sub(before).wrapping_add(after);
        self.touched.push(no);
    }

    /// Puts the wallet's place in the index of due times right.
    pub(crate) fn note_due(&mut self, no: WalletNo) {
        let due = self.wallets[no.0 as usize].next_due();
        let known = &mut self.next_due[no.0 as usize];
        if *known != due {
            if let Some(at) = known.take() {
                self.due.remove(&(at, no));
            }
            if let Some(at) = due {
                self.due.insert((at, no));
            }
            *known = due;
        }
    }

    pub(crate) fn move_accounts(&mut self, record: &Record) {
        let unit = match (record, record.wallet()) {
            (Record::MoneyMoved { amount, .. }, _) => amount.unit(),
            (_, Some(wallet)) => self.wallets[wallet.0 as usize].unit,
            (_, None) => return,
        };
        for transfer in transfers(record, unit) {
            for (account, amount) in [(transfer.debit, -transfer.amount), (transfer.credit, transfer.amount)]
            {
                if !matches!(account, Account::Wallet(_)) {
                    *self.accounts.entry((account, transfer.unit)).or_default() += i128::from(amount);
                }
            }
        }
    }
}

/// The wallet that an act is about.
fn wallet_named(act: &Act) -> Option<WalletId> {
    match act {
        Act::OpenWallet { .. } | Act::AdvanceClock { .. } | Act::MoveMoney { .. } => None,
        Act::Grant(terms) => Some(terms.wallet),
        Act::SetTakenBack(terms) => Some(terms.wallet),
        Act::Line(wish) => Some(wish.wallet),
        Act::Charge { wallet, .. }
        | Act::Reverse { wallet, .. }
        | Act::Deduct { wallet, .. }
        | Act::SetFrozen { wallet, .. }
        | Act::TakeOverpaid { wallet, .. }
        | Act::Use { wallet, .. } => Some(*wallet),
    }
}

/// The hour of the use that a record tells of.
fn event_hour(record: &Record) -> Option<i64> {
    match record {
        Record::WindowOpened(opened) => Some(opened.occurred_at.hour()),
        Record::WindowAccrued { occurred_at, .. } | Record::UsageCovered { occurred_at, .. } => {
            Some(occurred_at.hour())
        }
        Record::UsagePosted(posted) => Some(posted.occurred_at.unwrap_or(posted.opened_at).hour()),
        _ => None,
    }
}

/// Ids are drawn at random in their low bits: folding them is hash enough.
#[allow(clippy::cast_possible_truncation, reason = "folds 128 bits to 64")]
const fn hash_of(id: WalletId) -> u64 {
    let bits = id.as_u128();
    ((bits >> 64) as u64 ^ bits as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[allow(clippy::cast_sign_loss, reason = "bits, not numbers")]
fn wallet_mix(no: u32, wallet: &Wallet) -> u64 {
    let balance = &wallet.balance;
    let parts = [balance.posted, balance.pending, balance.held, wallet.debt];
    let seed = u64::from(no).wrapping_add(1).rotate_left(u32::from(wallet.is_frozen));
    parts
        .iter()
        .fold(seed, |mix, part| (mix.rotate_left(23) ^ *part as u64).wrapping_mul(0xff51_afd7_ed55_8ccd))
}
