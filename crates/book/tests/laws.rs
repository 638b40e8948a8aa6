//! The laws that hold after every decision, over random commands.
//!
//! Each case plays commands on a book and on a second, plain model of the rules (`laws_model`), and compares: the answer, the
//! balance, each grant. Each finished row is replayed into a second book decision by decision, where the sums are checked.
//! PROPTEST_CASES deepens the search.

mod desk;
mod laws_model;

use std::collections::{BTreeMap, BTreeSet};

use book::{
    Act, Aggregation, Anchor, Answer, BatchBuilder, Book, Catalog, ChargeTaken, Command, CommandKey,
    Decision, GENESIS, GrantTerms, KeySpace, Meter, MeterNo, OverpaidTo, Price, Reason, Record, Refusal,
    Source, TakeBackTerms, UseStage,
};
use desk::{Desk, all_wallets, moved_into_wallet, open, replay, total};
use laws_model::steps::{Key, Scale, Step, UNITS_LEN, Wish, steps};
use laws_model::{Expected, Model};
use money::{Amount, GrantId, PaymentId, Quantity, Timestamp, Unit, UnitPrice, WalletId};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const UNITS: [Unit; UNITS_LEN] = [Unit::USD, Unit::BRL];

/// Three states of the price list: meters 0 to 4, of which each changes its price in some way; 5 does not exist.
fn catalogs(scale: Scale) -> [Catalog; 3] {
    let window = |no, value, minutes: i64, anchor| {
        let amount = Amount::new(value, Unit::USD);
        let price = Price::PerActiveWindow { amount, length: minutes * Timestamp::MINUTE, anchor };
        Meter { no: MeterNo(no), aggregation: Aggregation::ActiveTime, price }
    };
    let unit = |no, e12, unit| {
        let price = Price::PerUnit(UnitPrice::from_e12(e12, unit));
        Meter { no: MeterNo(no), aggregation: Aggregation::Sum, price }
    };
    let (quarter, fine) = match scale {
        Scale::Everyday => (250_000, 300_000),
        Scale::Extreme => (1 << 53, i64::MAX),
    };
    let lateness = 72 * Timestamp::HOUR;
    let first = [
        window(0, quarter, 60, Anchor::FirstEvent),
        window(1, quarter, 60, Anchor::Clock),
        unit(2, fine, Unit::USD),
        unit(3, 250_000_000_000, Unit::USD),
        unit(4, 700_000, Unit::BRL),
    ];
    let second = [
        window(0, 100_000, 25, Anchor::Clock),
        unit(1, 2_500_000, Unit::USD),
        unit(2, fine / 3, Unit::USD),
        window(3, quarter, 24 * 60, Anchor::FirstEvent),
        unit(4, 0, Unit::USD),
    ];
    let third = [window(0, 0, 1, Anchor::FirstEvent), unit(3, 1, Unit::USD)];
    [Catalog::new(first, lateness), Catalog::new(second, lateness), Catalog::new(third, 30 * Timestamp::HOUR)]
}

/// A book and the model of it, side by side.
struct Case {
    desk: Desk,
    catalogs: [Catalog; 3],
    model: Model,
    replica: Book,
    sent: Vec<Command>,
    accepted: Vec<book::EntryRef>,
    charges: Vec<(WalletId, ChargeTaken)>,
    grants: u128,
    /// Payments that were credited, with the wallet and the amount.
    bought: Vec<(WalletId, PaymentId, Amount)>,
    /// Kinds of records, and codes of refusals, that came up.
    met: BTreeSet<&'static str>,
    /// A snapshot taken after some row, with the number of rows it holds.
    snapshot: Option<(usize, Vec<u8>)>,
    /// The time of each wallet's newest decision.
    times: BTreeMap<book::WalletNo, Timestamp>,
}

impl Case {
    fn new(scale: Scale) -> Case {
        let catalogs = catalogs(scale);
        Case {
            desk: Desk::new(catalogs[0].clone(), "2026-11-21T14:12:00Z"),
            catalogs,
            model: Model::default(),
            replica: Book::new(),
            sent: Vec::new(),
            accepted: Vec::new(),
            charges: Vec::new(),
            grants: 0,
            bought: Vec::new(),
            met: BTreeSet::new(),
            snapshot: None,
            times: BTreeMap::new(),
        }
    }

    fn play(&mut self, step: &Step) {
        match step {
            Step::Command(wish) => {
                let command = self.command(wish);
                self.send(command);
            }
            Step::Again { which, other_body } => {
                let Some(place) = which.checked_rem(self.sent.len()) else { return };
                let mut command = self.sent[place].clone();
                if let (Some(key), true) = (&mut command.key, other_body) {
                    key.body ^= 0xff;
                }
                self.send(command);
            }
            Step::Reverse { which, key } => {
                self.seal();
                let Some(place) = which.checked_rem(self.charges.len()) else { return };
                let (wallet, charge) = self.charges[place].clone();
                let key = key.and_then(spread);
                self.send(Command { key, act: Act::Reverse { wallet, charge } });
            }
            Step::Pass(by) => self.desk.now = self.desk.now.plus(*by),
            Step::Sweep(limit) => {
                let all = self.desk.sweep(*limit);
                let expected = self.model.sweep(&self.desk.catalog, self.desk.now.as_micros(), *limit);
                assert_eq!(all, expected, "a sweep says whether all was done");
                self.compare();
            }
            Step::Seal => self.seal(),
            Step::Prices(which) => self.desk.catalog = self.catalogs[*which].clone(),
        }
    }

    fn command(&mut self, wish: &Wish) -> Command {
        let now = self.desk.now;
        let wallet = |no: u128| WalletId::from_u128(100 - no);
        let unit_of = |case: &Case, no| {
            let found = case.desk.book.wallet_no(wallet(no)).and_then(|no| case.desk.book.wallet(no));
            found.map_or(Unit::USD, |wallet| wallet.unit)
        };
        let (key, act) = match *wish {
            Wish::Open { wallet: no, unit, debt_limit } => (None, open(wallet(no), UNITS[unit], debt_limit)),
            Wish::Grant { wallet: no, amount, source, priority, starts, ends, key } => {
                self.grants += 1;
                let unit = unit_of(self, no);
                let bought = source == Source::Purchased;
                let terms = GrantTerms {
                    wallet: wallet(no),
                    grant: GrantId::from_u128(self.grants),
                    amount: Amount::new(amount, unit),
                    source,
                    priority,
                    effective_at: starts.map(|starts| now.plus(starts)),
                    expires_at: ends.map(|ends| now.plus(ends)),
                    cost: bought.then_some(Amount::new(amount, unit)),
                    payment: bought.then_some(PaymentId::from_u128(self.grants)),
                };
                if let Some(payment) = terms.payment {
                    self.bought.push((terms.wallet, payment, terms.amount));
                }
                (key.and_then(spread), Act::Grant(terms))
            }
            Wish::Charge { wallet: no, amount, other_unit, key } => {
                let unit = if other_unit { Unit::BYTE } else { unit_of(self, no) };
                let act = Act::Charge { wallet: wallet(no), amount: Amount::new(amount, unit), kind: 7 };
                (key.and_then(spread), act)
            }
            Wish::Deduct { wallet: no, amount } => {
                let amount = Amount::new(amount, unit_of(self, no));
                (None, Act::Deduct { wallet: wallet(no), amount, reason: Reason::Misuse })
            }
            Wish::TakeOverpaid { wallet: no, amount } => {
                let amount = Amount::new(amount, unit_of(self, no));
                (None, Act::TakeOverpaid { wallet: wallet(no), amount, to: OverpaidTo::Invoice })
            }
            Wish::Use { wallet: no, meter, quantity, ago, stage, name } => {
                let occurred_at = now.plus(ago.saturating_neg());
                let quantity = Quantity::from_millionths(quantity);
                let key = name.and_then(|name| {
                    // The time is part of an event's name.
                    let name = name ^ (occurred_at.as_micros().unsigned_abs() as u128) << 8;
                    spread(Key { space: KeySpace::Event, name, body: 0 })
                });
                (key, Act::Use { wallet: wallet(no), meter: MeterNo(meter), quantity, occurred_at, stage })
            }
            Wish::TakeBack { which, cause, sixteenths, steps, other_wallet } => {
                let nothing = (wallet(0), PaymentId::from_u128(0), Amount::new(16, unit_of(self, 0)));
                let bought = which.checked_rem(self.bought.len()).map_or(nothing, |place| self.bought[place]);
                let (id, payment, paid) = bought;
                let part = i128::from(paid.value()) * i128::from(sixteenths) / 16 + i128::from(steps);
                let amount = i64::try_from(part).unwrap_or(i64::MAX);
                self.grants += 1;
                let terms = TakeBackTerms {
                    wallet: if other_wallet { wallet(1) } else { id },
                    payment,
                    grant: None,
                    cause,
                    amount: Amount::new(amount, paid.unit()),
                    reinstated: GrantId::from_u128(self.grants),
                };
                (None, Act::SetTakenBack(terms))
            }
            Wish::Move { movement, amount } => {
                (None, Act::MoveMoney { movement, amount: Amount::new(amount, Unit::USD) })
            }
            Wish::Freeze { wallet: no, is_frozen } => {
                (None, Act::SetFrozen { wallet: wallet(no), is_frozen })
            }
            Wish::Advance(by) => (None, Act::AdvanceClock { by }),
        };
        Command { key, act }
    }

    /// Plays one command on both and compares all that can be seen.
    fn send(&mut self, command: Command) {
        self.check_limit(&command);
        let before = self.desk.book.to_snapshot();
        let offset = self.desk.book.clock_offset();
        let (at, decisions) = (self.desk.now.as_micros(), self.desk.batch.len());
        let answer = self.desk.run(&command);
        let expected = self.model.hear(&self.desk.catalog, &command, at);
        match answer {
            Answer::Decided(entry) => {
                assert_eq!(expected, Expected::Yes, "{command:?}");
                self.accepted.push(entry);
            }
            Answer::Repeated(entry) => {
                let first =
                    self.accepted.iter().position(|known| *known == entry).expect("an answer given before");
                assert_eq!(expected, Expected::SameAs(first), "{command:?}");
                assert_eq!(before, self.desk.book.to_snapshot(), "a repeated command changes nothing");
            }
            Answer::Refused(refusal) => {
                assert_eq!(expected, Expected::No(refusal.code()), "{command:?}");
                self.met.insert(refusal.code());
                self.check_refusal(&command, refusal, &before, decisions);
            }
        }
        self.compare();
        // A test clock that was moved is read from now on.
        self.desk.now = self.desk.now.plus(self.desk.book.clock_offset() - offset);
        self.sent.push(command);
    }

    /// What was due on the wallet may have been settled; the refused command itself has changed nothing.
    fn check_refusal(&mut self, command: &Command, refusal: Refusal, before: &[u8], decisions: u32) {
        let after = self.desk.book.to_snapshot();
        if self.desk.batch.len() == decisions {
            assert_eq!(before, after, "a refusal changes nothing");
        }
        let (digest, len) = (self.desk.book.digest(), self.desk.batch.len());
        assert_eq!(
            self.desk.run(command),
            Answer::Refused(refusal),
            "a refusal is the same when asked again"
        );
        assert_eq!((digest, len), (self.desk.book.digest(), self.desk.batch.len()));
        assert_eq!(after, self.desk.book.to_snapshot(), "a refusal changes nothing");
    }

    /// What asks first never takes the wallet below its limit; use that costs nothing more goes on there.
    fn check_limit(&self, command: &Command) {
        let asks = match &command.act {
            Act::Charge { .. } | Act::Deduct { .. } | Act::TakeOverpaid { .. } => true,
            Act::Use { stage, .. } => *stage == UseStage::Guarded,
            _ => false,
        };
        let Some(decision) = asks.then(|| self.foretell(command)).flatten() else { return };
        let no = decision.record.wallet().expect("it is about a wallet");
        let limit = self.desk.book.wallet(no).map_or(0, |wallet| wallet.debt_limit);
        let free = match &decision.record {
            Record::UsageCovered { .. } => true,
            Record::WindowAccrued { pending, .. } => *pending == 0,
            _ => false,
        };
        let balance = decision.record.balance().unwrap_or_default();
        assert!(free || balance.available() >= -limit, "{decision:?} takes the wallet below {limit}");
    }

    /// The last decision that `command` would lead to, on a copy of the book.
    fn foretell(&self, command: &Command) -> Option<Decision> {
        let mut batch = BatchBuilder::new(1_000_000, 1, GENESIS);
        let answer = self.desk.book.clone().execute(&self.desk.catalog, command, self.desk.now, &mut batch);
        let Answer::Decided(_) = answer else { return None };
        desk::decisions_of(&batch.seal()).pop().map(|(_, decision)| decision)
    }

    /// The book as the model has it.
    fn compare(&self) {
        let book = &self.desk.book;
        assert_eq!(all_wallets(book).len(), self.model.purses.len());
        for no in all_wallets(book) {
            let wallet = book.wallet(no).expect("it has a number");
            let purse = &self.model.purses[&wallet.id.as_u128()];
            assert_eq!(i128::from(wallet.balance.posted), purse.posted(), "posted");
            assert_eq!(i128::from(wallet.balance.pending), purse.pending(), "pending");
            assert_eq!(i128::from(wallet.balance.available()), purse.available(), "available");
            assert_eq!(i128::from(wallet.debt), purse.debt, "debt");
            let left: Vec<i128> = wallet.grants.iter().map(|grant| grant.remaining.into()).collect();
            let expected: Vec<i128> = purse.lots.iter().map(|lot| lot.left).collect();
            assert_eq!(left, expected, "what is left of each grant");
            let free: Vec<i128> = wallet.grants.iter().map(|grant| grant.free().into()).collect();
            let expected: Vec<i128> = (0..purse.lots.len()).map(|lot| purse.free(lot)).collect();
            assert_eq!(free, expected, "what is free of each grant");
            let due = purse.next().map(|(at, ..)| Timestamp::from_micros(at));
            assert_eq!(wallet.next_due(), due, "what is due next");
            assert_eq!(book.wallet_due(no), due, "the index of due times");
            check_wallet(book, no);
        }
        let due = all_wallets(book).into_iter().filter_map(|no| book.wallet_due(no)).min();
        assert_eq!(book.next_due(), due, "the earliest of all");
        let last = self.model.last.map(Timestamp::from_micros);
        assert_eq!(book.last_at(), last, "the book's time, which does not go back");
        UNITS.iter().for_each(|unit| assert_eq!(total(book, *unit), 0, "all accounts of {unit} sum to zero"));
    }

    /// Finishes the row, and replays it decision by decision into the second book.
    fn seal(&mut self) {
        for (entry, decision) in self.desk.seal() {
            self.met.insert(desk::kind(&decision.record));
            self.follow(entry, &decision);
            self.replica.replay(entry, &decision);
            self.check_after(&decision);
        }
        assert_eq!(self.replica.digest(), self.desk.book.digest());
        assert_eq!(self.replica.to_snapshot(), self.desk.book.to_snapshot(), "a replayed book is the same");
        if self.desk.rows.len() == 3 {
            self.snapshot = Some((3, self.desk.book.to_snapshot()));
        }
    }

    /// Before a decision is replayed: what it says it moves is what the wallet's balance changes by.
    fn follow(&mut self, entry: book::EntryRef, decision: &Decision) {
        let Some(no) = decision.record.wallet() else { return };
        let time = self.times.entry(no).or_insert(decision.at);
        assert!(*time <= decision.at, "a wallet's time does not go back: {time:?}, {decision:?}");
        *time = decision.at;
        let Some(wallet) = self.replica.wallet(no) else { return };
        let moved = moved_into_wallet(&decision.record, wallet.unit);
        let posted = decision.record.balance().map_or(wallet.balance.posted, |balance| balance.posted);
        assert_eq!(i128::from(posted) - i128::from(wallet.balance.posted), moved, "{decision:?}");
        if let Record::Charged { kind, burns, debt, .. } = &decision.record {
            let taken = ChargeTaken { entry, kind: *kind, burns: burns.iter().collect(), debt: *debt };
            self.charges.push((wallet.id, taken));
        }
    }

    fn check_after(&self, decision: &Decision) {
        let book = &self.replica;
        if let Some(no) = decision.record.wallet() {
            let wallet = book.wallet(no).expect("the record names it");
            if let Some(balance) = decision.record.balance() {
                assert_eq!(wallet.balance, balance, "the record carries the balance after it");
            }
            check_wallet(book, no);
            assert_eq!(book.wallet_due(no), wallet.next_due());
            assert_eq!(total(book, wallet.unit), 0, "after {decision:?}");
        }
    }

    /// At the end: from the journal alone, and from a snapshot in the middle and the rest, the same bytes.
    fn finish(mut self) -> (Vec<u8>, BTreeSet<&'static str>) {
        self.seal();
        let live = self.desk.book.to_snapshot();
        assert_eq!(replay(Book::new(), &self.desk.rows).to_snapshot(), live, "from the journal alone");
        if let Some((rows, bytes)) = &self.snapshot {
            let book = Book::from_snapshot(bytes).expect("a snapshot just written can be read");
            let book = replay(book, &self.desk.rows[*rows..]);
            assert_eq!(book.to_snapshot(), live, "from a snapshot and the rest");
        }
        let copy = Book::from_snapshot(&live).expect("a snapshot just written can be read");
        assert_eq!(copy.to_snapshot(), live);
        assert_eq!(copy.next_due(), self.desk.book.next_due());
        (self.desk.rows.into_iter().flat_map(|row| row.body).chain(live).collect(), self.met)
    }
}

fn check_wallet(book: &Book, no: book::WalletNo) {
    let wallet = book.wallet(no).expect("it has a number");
    assert!(book.wallet_adds_up(no), "{wallet:?}");
    let free = wallet.grants.iter().any(|grant| grant.free() > 0);
    // What is taken back of one payment is owed even while other credit is left.
    let taken_back = !wallet.taken_back.is_empty();
    assert!(wallet.debt == 0 || !free || taken_back, "debt and free credit at once: {wallet:?}");
    assert!(wallet.debt >= 0);
    // A window holds each grant once, however much use it counts.
    for window in wallet.windows.values() {
        let mut held: Vec<u32> = window.reserved.iter().map(|(no, _)| no).collect();
        held.sort_unstable();
        held.dedup();
        assert_eq!(held.len(), window.reserved.len(), "{window:?}");
    }
}

fn spread(key: Key) -> Option<CommandKey> {
    desk::key(key.space, key.name, key.body)
}

/// Everything written by these steps, and what came up.
fn play(scale: Scale, steps: &[Step]) -> (Vec<u8>, BTreeSet<&'static str>) {
    let mut case = Case::new(scale);
    for unit in 0..UNITS.len() {
        let wallet = unit as u128;
        let wish = Wish::Open { wallet, unit, debt_limit: if unit == 0 { 0 } else { 1_000_000 } };
        case.play(&Step::Command(wish));
    }
    steps.iter().for_each(|step| case.play(step));
    case.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everyday_amounts(steps in steps(Scale::Everyday, 120)) {
        play(Scale::Everyday, &steps);
    }

    #[test]
    fn amounts_at_the_edge_of_what_can_be_counted(steps in steps(Scale::Extreme, 80)) {
        play(Scale::Extreme, &steps);
    }

    #[test]
    fn the_same_commands_give_the_same_bytes(steps in steps(Scale::Everyday, 60)) {
        prop_assert_eq!(play(Scale::Everyday, &steps), play(Scale::Everyday, &steps));
    }
}

/// The laws say something only about what the random commands reach.
#[test]
fn the_random_commands_reach_every_record_and_every_refusal() {
    let mut runner = TestRunner::deterministic();
    let mut met = BTreeSet::new();
    for scale in [Scale::Everyday, Scale::Extreme].repeat(300) {
        let steps = steps(scale, 120).new_tree(&mut runner).expect("nothing is filtered").current();
        met.extend(play(scale, &steps).1);
    }
    let expected = BTreeSet::from([
        "already_reversed",
        "amount_negative",
        "amount_not_positive",
        "amount_too_large",
        "charged",
        "clock_advance",
        "clock_advanced",
        "deducted",
        "event_in_future",
        "event_too_late",
        "expiry_past",
        "forgot",
        "frozen_set",
        "grant_added",
        "grant_effective",
        "grant_expired",
        "idempotency_key_reused",
        "insufficient_credit",
        "meter_unknown",
        "money_moved",
        "more_than_credited",
        "nothing_changes",
        "overpaid_taken",
        "payment_unknown",
        "quantity_negative",
        "reversed",
        "taken_back_set",
        "unit_mismatch",
        "usage_covered",
        "usage_posted",
        "wallet_exists",
        "wallet_frozen",
        "wallet_opened",
        "wallet_unknown",
        "window_accrued",
        "window_opened",
    ]);
    assert_eq!(met, expected);
}
