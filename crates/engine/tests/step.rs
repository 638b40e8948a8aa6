//! What one step of the engine does, case by case: who is answered when, what is appended, when it wants to be called again.

use std::sync::Arc;

use book::{
    Act, Aggregation, Anchor, Book, Catalog, Command, CommandKey, GENESIS, GrantTerms, JournalRow, KeySpace,
    Meter, MeterNo, Price, Source, UseStage, read_batch,
};
use engine::{AppendOutcome, Engine, Input, Limits, Outcome, Output, Request, Stop, Unavailable, open_book};
use money::{Amount, CustomerId, GrantId, Quantity, Timestamp, Unit, WalletId};
use store::{Journal, MemoryJournal};

/// The instant at which every case begins: on the hour.
const START: Timestamp = Timestamp::from_seconds(1_800_000 * 3_600);
const RETRY_AFTER: i64 = 200_000;
const HOURLY: MeterNo = MeterNo(0);

fn limits() -> Limits {
    Limits {
        queue_commands_max: 6,
        batch_commands_max: 4,
        batch_bytes_max: 4 << 20,
        sweep_decisions_max: 2,
        retry_after: RETRY_AFTER,
        clock_jump_max: i64::MAX,
    }
}

fn catalog() -> Arc<Catalog> {
    let price = Price::PerActiveWindow {
        amount: Amount::new(250_000, Unit::USD),
        length: Timestamp::HOUR,
        anchor: Anchor::Clock,
    };
    let meter = Meter { no: HOURLY, aggregation: Aggregation::ActiveTime, price };
    Arc::new(Catalog::new([meter], Catalog::LATENESS_DEFAULT))
}

const fn wallet(no: u128) -> WalletId {
    WalletId::from_u128(no)
}

fn usd(value: i64) -> Amount {
    Amount::new(value, Unit::USD)
}

fn open(no: u128) -> Command {
    let customer = CustomerId::from_u128(no);
    Command {
        key: None,
        act: Act::OpenWallet { wallet: wallet(no), customer, unit: Unit::USD, debt_limit: 0 },
    }
}

fn grant(no: u128, amount: i64) -> Command {
    Command {
        key: None,
        act: Act::Grant(GrantTerms {
            wallet: wallet(no),
            grant: GrantId::from_u128(no),
            amount: usd(amount),
            source: Source::Promotional,
            priority: 0,
            effective_at: None,
            expires_at: None,
            cost: None,
            payment: None,
        }),
    }
}

fn charge(no: u128, amount: i64) -> Command {
    Command { key: None, act: Act::Charge { wallet: wallet(no), amount: usd(amount), kind: 7 } }
}

fn keyed(key: u128, command: Command) -> Command {
    Command { key: Some(CommandKey { space: KeySpace::Request, key, body: 0 }), ..command }
}

fn activity(no: u128, occurred_at: Timestamp) -> Command {
    let (meter, quantity, stage) = (HOURLY, Quantity::ONE, UseStage::Reported);
    Command { key: None, act: Act::Use { wallet: wallet(no), meter, quantity, occurred_at, stage } }
}

fn advance(by: i64) -> Command {
    Command { key: None, act: Act::AdvanceClock { by } }
}

/// What the world does.
#[derive(Clone, Debug)]
enum Do {
    /// This asker asks for these.
    Ask(u32, Vec<Command>),
    /// The append in flight ends so.
    Appended(AppendOutcome),
    /// The clock goes on, or back, by so many microseconds.
    Pass(i64),
    /// An operator says that the clock is right.
    Confirm,
    /// Nothing.
    Step,
}

/// What the engine does.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Saw {
    /// It sends the row of this position.
    Append(u64),
    /// It tells of this durable row and of the wallets that it touched.
    Landed(u64, Vec<u128>),
    /// It answers this asker: `yes`, `again` or the refusal's code.
    Answer(u32, Vec<&'static str>),
    NotAttempted(u32),
    Unknown(u32),
    Stop(Stop),
    /// It wants these keys looked up.
    LookUp(Vec<(i64, u128)>),
}

use AppendOutcome::{Failed, Landed, SyncFailed, Taken};
use Do::{Appended, Ask, Confirm, Pass, Step};

fn saw(output: &Output<u32>) -> Saw {
    match output {
        Output::Append(row) => Saw::Append(row.position),
        Output::Landed { row, wallets, .. } => {
            Saw::Landed(row.position, wallets.iter().map(|wallet| wallet.id.as_u128()).collect())
        }
        Output::Answer(asker, outcomes) => Saw::Answer(*asker, outcomes.iter().map(word).collect()),
        Output::Unavailable(asker, Unavailable::NotAttempted, _) => Saw::NotAttempted(*asker),
        Output::Unavailable(asker, Unavailable::OutcomeUnknown, _) => Saw::Unknown(*asker),
        Output::Stop(reason) => Saw::Stop(*reason),
        Output::LookUp(needed) => Saw::LookUp(needed.clone()),
    }
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Decided { .. } => "yes",
        Outcome::Repeated { .. } => "again",
        Outcome::Refused(refusal) => refusal.code(),
    }
}

/// One engine, the clock, and the rows it has sent.
struct Rig {
    engine: Engine<u32>,
    now: Timestamp,
    sent: Vec<Arc<JournalRow>>,
}

impl Rig {
    fn new(limits: Limits) -> Rig {
        let engine = Engine::new(Book::new(), catalog(), limits, 0, GENESIS, START);
        Rig { engine, now: START, sent: Vec::new() }
    }

    /// An engine whose opening row, with wallets 1 and 2 of 10 each, is durable.
    fn opened() -> Rig {
        let mut rig = Rig::new(limits());
        rig.act(vec![Ask(0, vec![open(1), open(2), grant(1, 10), grant(2, 10)])]);
        rig.act(vec![Appended(Landed)]);
        rig
    }

    /// One step with all of these.
    fn act(&mut self, what: Vec<Do>) -> Vec<Saw> {
        let mut inputs = Vec::new();
        for one in what {
            match one {
                Ask(asker, commands) => inputs.push(Input::Request(Request { asker, commands })),
                Appended(outcome) => inputs.push(Input::Appended(outcome)),
                Pass(micros) => self.now = self.now.plus(micros),
                Confirm => inputs.push(Input::ClockConfirmed),
                Step => {}
            }
        }
        let mut outputs = Vec::new();
        self.engine.step(self.now, inputs, &mut outputs);
        for output in &outputs {
            if let Output::Append(row) = output {
                self.sent.push(Arc::clone(row));
            }
        }
        outputs.iter().map(saw).collect()
    }

    /// When the engine wants to be called, from now on; `None` if only something that happens can change anything.
    fn wakes_in(&self) -> Option<i64> {
        self.engine.wake_at().map(|at| at.since(self.now).max(0))
    }
}

#[track_caller]
fn check(mut rig: Rig, story: Vec<(Vec<Do>, Vec<Saw>)>) -> Rig {
    for (place, (what, expected)) in story.into_iter().enumerate() {
        let told = format!("{what:?}");
        assert_eq!(rig.act(what), expected, "step {place}: {told}");
    }
    rig
}

#[test]
fn nothing_is_answered_before_the_opening_row_has_landed() {
    let rig = check(
        Rig::new(limits()),
        vec![
            (vec![Ask(1, vec![open(1)])], vec![Saw::Append(1)]),
            (vec![Ask(2, vec![charge(9, 1)])], vec![]),
            (
                vec![Appended(Landed)],
                vec![
                    Saw::Landed(1, vec![1]),
                    Saw::Answer(1, vec!["yes"]),
                    Saw::Answer(2, vec!["wallet_unknown"]),
                ],
            ),
        ],
    );
    assert_eq!(rig.engine.epoch(), 1);
}

#[test]
fn the_next_batch_is_decided_while_one_is_in_flight_and_each_lands_with_its_own_answers() {
    check(
        Rig::opened(),
        vec![
            (vec![Ask(1, vec![charge(1, 4)])], vec![Saw::Append(2)]),
            (vec![Ask(2, vec![charge(1, 4)])], vec![]),
            (vec![Ask(3, vec![charge(2, 4), charge(2, 40)])], vec![]),
            (
                vec![Appended(Landed)],
                vec![Saw::Landed(2, vec![1]), Saw::Answer(1, vec!["yes"]), Saw::Append(3)],
            ),
            (vec![Ask(4, vec![charge(1, 4)])], vec![]),
            (
                vec![Appended(Landed)],
                vec![
                    Saw::Landed(3, vec![1, 2]),
                    Saw::Answer(2, vec!["yes"]),
                    Saw::Answer(3, vec!["yes", "insufficient_credit"]),
                    // It was refused because of what stands in row 3, and that has landed.
                    Saw::Answer(4, vec!["insufficient_credit"]),
                ],
            ),
        ],
    );
}

#[test]
fn a_refusal_and_a_duplicate_wait_for_what_they_rest_on() {
    check(
        Rig::opened(),
        vec![
            // On durable ground: at once, and nothing is written.
            (vec![Ask(1, vec![charge(1, 11)])], vec![Saw::Answer(1, vec!["insufficient_credit"])]),
            (vec![Ask(2, vec![keyed(5, charge(1, 10))])], vec![Saw::Append(2)]),
            (vec![Ask(3, vec![keyed(5, charge(1, 10))])], vec![]),
            (vec![Ask(4, vec![charge(1, 1)])], vec![]),
            (
                vec![Appended(Landed)],
                vec![
                    Saw::Landed(2, vec![1]),
                    Saw::Answer(2, vec!["yes"]),
                    Saw::Answer(3, vec!["again"]),
                    Saw::Answer(4, vec!["insufficient_credit"]),
                ],
            ),
            (vec![Ask(5, vec![keyed(5, charge(1, 10))])], vec![Saw::Answer(5, vec!["again"])]),
        ],
    );
}

#[test]
fn a_refusal_in_a_batch_that_writes_waits_for_that_batch() {
    check(
        Rig::opened(),
        vec![
            (vec![Ask(1, vec![charge(1, 10)]), Ask(2, vec![charge(1, 1)])], vec![Saw::Append(2)]),
            (vec![Appended(Failed)], vec![Saw::Unknown(1), Saw::Unknown(2)]),
        ],
    );
}

#[test]
fn a_full_queue_turns_away_and_changes_nothing() {
    let four = |no| vec![charge(no, 1), charge(no, 1), charge(no, 1), charge(no, 1)];
    let rig = check(
        Rig::opened(),
        vec![
            (vec![Ask(1, vec![charge(1, 1)])], vec![Saw::Append(2)]),
            // Decided into the next batch, which is full then.
            (vec![Ask(2, four(1))], vec![]),
            // Waits.
            (vec![Ask(3, four(2))], vec![]),
            (vec![Ask(4, vec![charge(2, 1), charge(2, 1), charge(2, 1)])], vec![Saw::NotAttempted(4)]),
            (vec![Ask(5, vec![charge(2, 1), charge(2, 1)])], vec![]),
            (vec![Ask(6, vec![charge(2, 1)])], vec![Saw::NotAttempted(6)]),
            (
                vec![Appended(Landed)],
                vec![Saw::Landed(2, vec![1]), Saw::Answer(1, vec!["yes"]), Saw::Append(3)],
            ),
        ],
    );
    // The batch behind the one in flight is empty and the queue is not: it wants to be called at once.
    assert_eq!((rig.engine.queued_commands(), rig.wakes_in()), (6, Some(0)));
    let rig = check(
        rig,
        vec![
            (vec![Step], vec![]),
            (
                vec![Appended(Landed)],
                vec![Saw::Landed(3, vec![1]), Saw::Answer(2, vec!["yes"; 4]), Saw::Append(4)],
            ),
            (vec![Step], vec![]),
            (
                vec![Appended(Landed)],
                vec![Saw::Landed(4, vec![2]), Saw::Answer(3, vec!["yes"; 4]), Saw::Append(5)],
            ),
            (vec![Appended(Landed)], vec![Saw::Landed(5, vec![2]), Saw::Answer(5, vec!["yes"; 2])]),
        ],
    );
    let balances = [1, 2].map(|no| posted(&rig, no));
    assert_eq!(balances, [5, 4]);
}

#[test]
fn a_request_longer_than_the_queue_is_never_taken() {
    let mut rig = Rig::opened();
    assert_eq!(rig.act(vec![Ask(1, vec![charge(1, 1); 7])]), [Saw::NotAttempted(1)]);
    assert_eq!(rig.act(vec![Ask(1, vec![charge(1, 1); 6])]), [Saw::Append(2)]);
}

#[test]
fn a_failed_append_is_repeated_unchanged_until_it_lands() {
    let rig = check(
        Rig::opened(),
        vec![
            (vec![Ask(1, vec![charge(1, 1)])], vec![Saw::Append(2)]),
            (vec![Ask(2, vec![charge(1, 2)])], vec![]),
            // The asker in flight, the one in the batch behind it, and one that came too late.
            (
                vec![Ask(3, vec![charge(1, 3)]), Appended(Failed)],
                vec![Saw::Unknown(1), Saw::Unknown(2), Saw::NotAttempted(3)],
            ),
            (vec![Ask(4, vec![charge(1, 3)])], vec![Saw::NotAttempted(4)]),
            (vec![Pass(RETRY_AFTER - 1)], vec![]),
            (vec![Pass(1)], vec![Saw::Append(2)]),
            (vec![Pass(RETRY_AFTER), Ask(5, vec![charge(1, 3)])], vec![Saw::NotAttempted(5)]),
            (vec![Appended(Failed)], vec![]),
            (vec![Pass(RETRY_AFTER)], vec![Saw::Append(2)]),
            // Landed: what was decided behind it follows, and the world goes on.
            (vec![Appended(Landed)], vec![Saw::Landed(2, vec![1]), Saw::Append(3)]),
            (vec![Ask(6, vec![charge(1, 3)])], vec![]),
            (vec![Appended(Landed)], vec![Saw::Landed(3, vec![1]), Saw::Append(4)]),
            (vec![Appended(Landed)], vec![Saw::Landed(4, vec![1]), Saw::Answer(6, vec!["yes"])]),
        ],
    );
    let tries: Vec<_> = rig.sent.iter().filter(|row| row.position == 2).collect();
    assert_eq!(tries.len(), 3);
    assert!(tries.iter().all(|row| **row == *tries[0]), "the same bytes each time");
    assert_eq!(posted(&rig, 1), 10 - 1 - 2 - 3);
}

#[test]
fn a_retry_waits_by_the_clock_and_a_clock_that_was_set_back_does_not_put_it_off() {
    let mut rig = Rig::opened();
    rig.act(vec![Ask(1, vec![charge(1, 1)])]);
    rig.act(vec![Appended(Failed)]);
    assert_eq!(rig.wakes_in(), Some(RETRY_AFTER));
    assert_eq!(rig.act(vec![Pass(-Timestamp::HOUR)]), [Saw::Append(2)]);
    assert_eq!(rig.wakes_in(), None, "the next word is the journal's");
}

#[test]
fn another_owner_and_a_failed_sync_stop_the_engine() {
    for (outcome, reason) in [(Taken, Stop::Fenced), (SyncFailed, Stop::SyncFailed)] {
        let rig = check(
            Rig::opened(),
            vec![
                (vec![Ask(1, vec![charge(1, 1)])], vec![Saw::Append(2)]),
                (vec![Ask(2, vec![charge(1, 1); 4])], vec![]),
                (vec![Ask(3, vec![charge(1, 1)])], vec![]),
                (
                    vec![Appended(outcome), Ask(4, vec![charge(1, 1)])],
                    vec![
                        Saw::Unknown(1),
                        Saw::Unknown(2),
                        Saw::NotAttempted(3),
                        Saw::NotAttempted(4),
                        Saw::Stop(reason),
                    ],
                ),
                (vec![Ask(4, vec![charge(1, 1)])], vec![Saw::NotAttempted(4)]),
                (vec![Pass(Timestamp::DAY)], vec![]),
            ],
        );
        assert_eq!(rig.wakes_in(), None);
    }
}

#[test]
fn it_wakes_for_a_windows_end_and_for_each_hour() {
    let mut rig = Rig::opened();
    assert_eq!(rig.wakes_in(), Some(Timestamp::HOUR), "keys are forgotten by the hour");
    rig.act(vec![Pass(10 * Timestamp::MINUTE)]);
    let expiring = Command {
        key: None,
        act: Act::Grant(GrantTerms {
            wallet: wallet(1),
            grant: GrantId::from_u128(99),
            amount: usd(5),
            source: Source::Promotional,
            priority: 0,
            effective_at: None,
            expires_at: Some(START.plus(30 * Timestamp::MINUTE)),
            cost: None,
            payment: None,
        }),
    };
    rig.act(vec![Ask(1, vec![expiring, activity(2, START)])]);
    assert_eq!(rig.wakes_in(), Some(20 * Timestamp::MINUTE), "the grant's expiry");
    rig.act(vec![Appended(Landed)]);
    assert_eq!(rig.act(vec![Pass(20 * Timestamp::MINUTE)]), [Saw::Append(3)]);
    assert_eq!(rig.wakes_in(), Some(30 * Timestamp::MINUTE), "the window's end");
    rig.act(vec![Appended(Landed)]);
    assert_eq!(rig.act(vec![Pass(30 * Timestamp::MINUTE)]), [Saw::Append(4)]);
    assert_eq!(rig.wakes_in(), Some(Timestamp::HOUR));
}

#[test]
fn a_test_clock_moves_what_is_due_and_the_wakes_stay_by_the_worlds_clock() {
    let mut rig = Rig::opened();
    rig.act(vec![Ask(1, vec![activity(1, START)])]);
    rig.act(vec![Appended(Landed)]);
    rig.act(vec![Ask(2, vec![advance(40 * Timestamp::MINUTE)])]);
    assert_eq!(rig.wakes_in(), Some(20 * Timestamp::MINUTE));
    rig.act(vec![Appended(Landed)]);
    rig.act(vec![Ask(3, vec![advance(Timestamp::HOUR)])]);
    assert_eq!(rig.wakes_in(), Some(0), "the window is over now");
    rig.act(vec![Step]);
    let swept = rig.act(vec![Appended(Landed)]);
    assert_eq!(
        swept,
        [Saw::Landed(4, vec![]), Saw::Answer(3, vec!["yes"]), Saw::Append(5)],
        "the window posts in the batch behind"
    );
    assert_eq!(rig.act(vec![Appended(Landed)]), [Saw::Landed(5, vec![1])]);
    assert_eq!(rig.engine.book().clock_offset(), 100 * Timestamp::MINUTE);
    assert_eq!(rig.wakes_in(), Some(20 * Timestamp::MINUTE), "the next hour, by the book's clock");
}

#[test]
fn each_batch_has_a_share_for_what_is_due_and_the_rest_is_for_those_who_ask() {
    let mut rig = Rig::new(Limits { queue_commands_max: 100, ..limits() });
    let wallets = (1..=5).map(open).chain((1..=5).map(|no| activity(no, START))).collect();
    rig.act(vec![Ask(0, wallets)]);
    rig.act(vec![Appended(Landed)]);
    // Five windows end; two per batch.
    assert_eq!(rig.act(vec![Pass(Timestamp::HOUR)]), [Saw::Append(2)]);
    assert_eq!(rig.wakes_in(), Some(0), "the batch behind has its share free");
    assert_eq!(rig.act(vec![Ask(1, vec![grant(1, 1)])]), []);
    assert_eq!(rig.wakes_in(), None, "its share is used: the batch in flight lands first");
    assert_eq!(rig.act(vec![Step]), []);
    assert_eq!(rig.act(vec![Appended(Landed)]), [Saw::Landed(2, vec![1, 2]), Saw::Append(3)]);
    assert_eq!(
        rig.act(vec![Appended(Landed)]),
        [Saw::Landed(3, vec![1, 3, 4]), Saw::Answer(1, vec!["yes"]), Saw::Append(4)]
    );
    assert_eq!(rig.act(vec![Appended(Landed)]), [Saw::Landed(4, vec![5])]);
}

#[test]
fn midnight_with_a_hundred_thousand_due_windows_stalls_nobody() {
    const WALLETS: u128 = 100_000;
    let limits = Limits { queue_commands_max: 300_000, batch_commands_max: 200_000, ..Limits::default() };
    let mut rig = Rig::new(limits);
    rig.act(vec![Ask(0, (0..WALLETS).map(open).collect())]);
    rig.act(vec![Appended(Landed)]);
    rig.act(vec![Ask(0, (0..WALLETS).map(|no| activity(no, START)).collect())]);
    rig.act(vec![Appended(Landed)]);
    rig.act(vec![Pass(Timestamp::HOUR)]);
    let decisions = |row: &Arc<JournalRow>| read_batch(row).count();
    let (mut answered, mut rows) = (0, 0);
    while rig.engine.book().next_due().is_some() {
        // Somebody asks for a wallet whose window is due last, and hears two landings later at the latest.
        let asked = rig.act(vec![Ask(1, vec![grant(WALLETS - 1, 1)])]);
        assert_eq!(asked, [], "one is in flight");
        let landings = [rig.act(vec![Appended(Landed)]), rig.act(vec![Appended(Landed)])];
        answered += landings.iter().flatten().filter(|saw| **saw == Saw::Answer(1, vec!["yes"])).count();
        rows += 2;
        let longest = rig.sent.iter().rev().take(2).map(decisions).max();
        assert!(longest <= Some(2_000 + 2), "{longest:?} decisions in one row");
        assert_eq!(answered, rows / 2, "nobody waits longer");
    }
    assert!((50..=60).contains(&rows), "{rows} rows for 100,000 windows");
}

#[test]
fn a_clock_that_jumps_is_not_believed_until_it_comes_back_or_an_operator_confirms_it() {
    let jump = Timestamp::DAY;
    let mut rig = Rig::opened();
    rig.act(vec![Ask(1, vec![activity(1, START)])]);
    rig.act(vec![Appended(Landed)]);
    let believed = Limits { clock_jump_max: Timestamp::HOUR, ..limits() };
    let book = rig.engine.book().clone();
    let (position, hash) = rig.sent.last().map(|row| (row.position, row.hash)).expect("rows");
    let engine = Engine::new(book, catalog(), believed, position, hash, rig.now);
    let rig = check(
        Rig { engine, now: rig.now, sent: Vec::new() },
        vec![
            (vec![Step], vec![Saw::Append(position + 1)]),
            (vec![Appended(Landed)], vec![Saw::Landed(position + 1, vec![])]),
            // A day ahead at once: the open window does not end, nobody is charged.
            (vec![Pass(jump), Ask(2, vec![charge(2, 1)])], vec![Saw::NotAttempted(2)]),
            // Back where it was: all goes on.
            (vec![Pass(-jump), Ask(3, vec![charge(2, 1)])], vec![Saw::Append(position + 2)]),
            (vec![Appended(Landed)], vec![Saw::Landed(position + 2, vec![2]), Saw::Answer(3, vec!["yes"])]),
            // Far behind: neither.
            (vec![Pass(-jump), Ask(4, vec![charge(2, 1)])], vec![Saw::NotAttempted(4)]),
            // A day ahead, and an operator says that it is so: the window ends.
            (vec![Pass(2 * jump), Ask(5, vec![charge(2, 1)])], vec![Saw::NotAttempted(5)]),
            (vec![Confirm, Ask(6, vec![charge(2, 1)])], vec![Saw::Append(position + 3)]),
        ],
    );
    assert!(rig.engine.is_clock_believed());
    assert_eq!(rig.engine.book().wallet(book::WalletNo(0)).expect("a wallet").balance.pending, 0);
}

#[test]
fn a_new_owner_goes_on_where_the_journal_ends() {
    let mut journal = MemoryJournal::new();
    let mut rig = Rig::opened();
    rig.act(vec![Ask(1, vec![keyed(5, charge(1, 4))])]);
    for row in &rig.sent {
        journal.append(row).expect("it follows");
    }
    let opened = open_book(&mut journal).expect("the journal is whole");
    assert_eq!((opened.position, opened.replayed_rows), (2, 2));
    let engine = Engine::new(opened.book, catalog(), limits(), opened.position, opened.hash, START);
    assert_eq!(engine.epoch(), 2);
    let rig = Rig { engine, now: START, sent: Vec::new() };
    check(
        rig,
        vec![
            (vec![Ask(1, vec![keyed(5, charge(1, 4))])], vec![Saw::Append(3)]),
            (vec![Appended(Landed)], vec![Saw::Landed(3, vec![]), Saw::Answer(1, vec!["again"])]),
        ],
    );
}

fn posted(rig: &Rig, no: u128) -> i64 {
    let book = rig.engine.book();
    let wallet = book.wallet_no(wallet(no)).and_then(|no| book.wallet(no)).expect("it was opened");
    wallet.balance.posted
}
