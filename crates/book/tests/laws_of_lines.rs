//! The laws of lines that hold after every decision, over random months of a line's life.
//!
//! Routers count bytes that are known here; their reports come twice, late, in another order or not before the end. Meanwhile packs
//! are bought, paid and written off, plans change, cycles turn. After every decision the terms of the cycle are what its records say,
//! and all accounts sum to zero; when every report has come, in whatever order, what was counted is what was used, to the byte.
//! PROPTEST_CASES deepens the search.

mod desk;
mod line_terms;

use std::collections::BTreeSet;

use book::{
    Act, Awaiting, Behind, Book, Buying, Catalog, Charging, Decision, FreeWindow, GrantTerms, LineAct,
    LineStatus, Octets, Pack, PackNo, PaidBy, Plan, PlanNo, PurchaseRules, Reading, ReadingKind, Reason,
    Refusal, Release, SessionState, Source, TakeBack, TakeBackTerms, TakenBackCause, TrafficNo, Validity,
};
use desk::joao::{JOAO, act, brl, catalog, joao, line, pack, plan};
use desk::{Desk, gift, moved_into_wallet, replay, time, total};
use line_terms::LineTerms;
use money::{Amount, GrantId, PaymentId, PurchaseId, Timestamp, Unit};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// A counter grows by less than this between two reports, so that one of 32 bits is full at most once.
const GROWTH_MAX: u64 = 1 << 31;
/// Reports wait at most so long for their delivery, in microseconds: less than they are accepted.
const WAIT_MAX: i64 = 40 * Timestamp::HOUR;
/// Names of sessions. The last two are on routers whose reports come in order and without loss: one sends no Gigawords, and one
/// tells no time, so that its reports seem to be of the moment at which they come.
const SESSIONS: usize = 4;
const NARROW: usize = 2;
const TIMELESS: usize = 3;
/// The router that counts in its sessions also what it tells apart, and the one that does not. Both report one kind of traffic under a name
/// that lies so far from the session's.
const COUNTS_ALL: usize = 0;
const COUNTS_APART: usize = 1;
const APART: u128 = 1 << 64;

#[derive(Clone, Debug)]
enum Step {
    /// A session begins so many seconds from now: how long each part lasts and what it moves; whether it says that it stopped.
    Session {
        which: usize,
        gap: i64,
        parts: Vec<(u32, u64, u64)>,
        stops: bool,
    },
    /// So much time goes by.
    Pass(i64),
    /// One report that is due is delivered, or one comes again.
    Deliver {
        which: usize,
        again: bool,
    },
    /// All that are due are delivered, in an order drawn from this.
    DeliverAll(u64),
    /// All is delivered, and another month begins.
    Month,
    Buy {
        pack: u32,
        charging: Charging,
        stale: bool,
    },
    Pay(usize),
    Drop(usize),
    WriteOff(usize, TakeBack),
    /// So many quarters of a pack are taken back for this cause, altogether.
    TakeBack(usize, TakenBackCause, i64),
    Plan(u32),
    Status(LineStatus),
    Restrict(i64),
    Restore(i64),
    AddUse {
        total: i64,
        outside: i64,
    },
    Grant {
        amount: i64,
        hours: i64,
    },
    Deduct(i64),
    /// The first router says that it began to count.
    EndSessions,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let bytes = || prop_oneof![3 => 0..1_000_u64, 1 => 0..GROWTH_MAX];
    let parts = prop::collection::vec((30_u32..2_000, bytes(), bytes()), 1..7);
    let amount = || select(vec![1_i64, 50, 400, 5_000, 3_000_000_000]);
    let take_back = select(vec![TakeBack::Rest, TakeBack::Nothing]);
    let status = prop_oneof![
        4 => Just(LineStatus::Enabled),
        2 => Just(LineStatus::Blocked),
        1 => Just(LineStatus::Cancelled),
    ];
    let minutes = |range: std::ops::Range<i64>| range.prop_map(|minutes| minutes * Timestamp::MINUTE);
    let step = prop_oneof![
        8 => (0..SESSIONS, 10_i64..4_000, parts, any::<bool>())
            .prop_map(|(which, gap, parts, stops)| Step::Session { which, gap, parts, stops }),
        8 => minutes(0..300).prop_map(Step::Pass),
        20 => (any::<usize>(), any::<bool>()).prop_map(|(which, again)| Step::Deliver { which, again }),
        2 => any::<u64>().prop_map(Step::DeliverAll),
        2 => Just(Step::Month),
        9 => (1_u32..7, select(Charging::ALL.map(|(way, _)| way).to_vec()), prop::bool::weighted(0.1))
            .prop_map(|(pack, charging, stale)| Step::Buy { pack, charging, stale }),
        3 => any::<usize>().prop_map(Step::Pay),
        1 => any::<usize>().prop_map(Step::Drop),
        1 => (any::<usize>(), take_back).prop_map(|(which, take_back)| Step::WriteOff(which, take_back)),
        3 => (any::<usize>(), select(TakenBackCause::ALL.map(|(cause, _)| cause).to_vec()), 0_i64..5)
            .prop_map(|(which, cause, quarters)| Step::TakeBack(which, cause, quarters)),
        2 => (1_u32..5).prop_map(Step::Plan),
        1 => status.prop_map(Step::Status),
        2 => minutes(-5..400).prop_map(Step::Restrict),
        2 => minutes(-5..400).prop_map(Step::Restore),
        2 => (amount(), 0_i64..60).prop_map(|(total, outside)| Step::AddUse { total, outside }),
        1 => (amount(), 1_i64..2_000).prop_map(|(amount, hours)| Step::Grant { amount, hours }),
        1 => amount().prop_map(Step::Deduct),
        1 => Just(Step::EndSessions),
    ];
    prop::collection::vec(step, 1..90)
}

fn sold() -> Catalog {
    let rules = |balance_max| Some(PurchaseRules { balance_max, unpaid_max: Some(brl("30.00")) });
    let night = FreeWindow { from_minute: 23 * 60, to_minute: 6 * 60 };
    let noon = FreeWindow { from_minute: 12 * 60, to_minute: 13 * 60 };
    let zero_rating = || Plan { zero_rated: vec![TrafficNo(1)], ..plan() };
    let plans = [
        zero_rating(),
        Plan { no: PlanNo(2), allowance: 2_500, carried_max: Some(700), purchases: rules(100), ..plan() },
        Plan { no: PlanNo(3), allowance: 0, purchases: rules(0), free: vec![night, noon], ..zero_rating() },
        Plan {
            no: PlanNo(4),
            allowance: 9_000_000_000,
            carried_max: Some(i64::MAX),
            purchases: None,
            ..plan()
        },
    ];
    let packs = [
        pack(),
        Pack { no: PackNo(2), quantity: 4_000_000_000, per_cycle_max: Some(1), ..pack() },
        Pack {
            no: PackNo(3),
            plan: PlanNo(2),
            release: Release::OnPayment,
            validity: Validity::Days(40),
            ..pack()
        },
        Pack { no: PackNo(4), plan: PlanNo(3), quantity: 60, per_cycle_max: Some(1), ..pack() },
    ];
    catalog(plans, packs)
}

/// A line, its routers, and what of them is known without the book.
struct Case {
    desk: Desk,
    replica: Book,
    model: LineTerms,
    /// Bytes that sessions have counted to their end.
    used: i128,
    /// Reports that have not come yet, oldest first within each session, and those that have.
    waiting: Vec<Reading>,
    come: Vec<Reading>,
    /// How many sessions had each name that cannot be used again: without a Stop or a time, nobody could tell them apart.
    ghosts: [u128; SESSIONS],
    purchases: Vec<Awaiting>,
    names: u128,
    /// Kinds of records, and codes of refusals, that came up.
    met: BTreeSet<&'static str>,
    snapshot: Option<(usize, Vec<u8>)>,
}

impl Case {
    fn new() -> Case {
        let mut desk = joao([plan()], []);
        desk.catalog = sold();
        let mut case = Case {
            replica: Book::new(),
            model: LineTerms::default(),
            used: 0,
            waiting: Vec::new(),
            come: Vec::new(),
            ghosts: [0; SESSIONS],
            purchases: Vec::new(),
            names: 0,
            met: BTreeSet::new(),
            snapshot: None,
            desk,
        };
        for row in 0..case.desk.rows.len() {
            for (entry, decision) in desk::decisions_of(&case.desk.rows[row]) {
                case.follow(entry, &decision);
            }
        }
        case
    }

    fn play(&mut self, step: &Step) {
        let now = self.desk.now;
        match step {
            Step::Session { which, gap, parts, stops } => self.begin(*which, *gap, parts, *stops),
            Step::Pass(by) => self.pass(*by),
            Step::Deliver { which, again } => self.deliver(*which, *again),
            Step::DeliverAll(order) => self.deliver_all(*order),
            Step::Month => {
                self.hear_all();
                self.desk.now = self.desk.now.plus(31 * Timestamp::DAY);
                self.settle();
            }
            Step::Buy { pack, charging, stale } => self.buy(*pack, *charging, *stale),
            Step::Pay(which) => {
                let Some(purchase) = self.bought(*which) else { return };
                self.names += 1;
                let grant = GrantId::from_u128(self.names);
                self.tell(LineAct::Pay { purchase, grant, by: PaidBy::Pix });
            }
            Step::Drop(which) => {
                let Some(Awaiting { purchase, .. }) = self.bought(*which) else { return };
                self.tell(LineAct::Drop { purchase });
            }
            Step::WriteOff(which, take_back) => {
                let Some(Awaiting { purchase, .. }) = self.bought(*which) else { return };
                self.tell(LineAct::WriteOff { purchase, take_back: *take_back });
            }
            Step::TakeBack(which, cause, quarters) => self.take_back(*which, *cause, *quarters),
            Step::Plan(plan) => drop(self.tell(LineAct::ChangePlan { plan: PlanNo(*plan) })),
            Step::Status(status) => drop(self.tell(LineAct::SetStatus { status: *status })),
            Step::Restrict(ago) => drop(self.tell(LineAct::Restrict { at: now.plus(-ago) })),
            Step::Restore(ago) => drop(self.tell(LineAct::Restore { at: now.plus(-ago) })),
            Step::AddUse { total, outside } => {
                self.tell(LineAct::AddUse { total: *total, outside: *outside });
            }
            Step::Grant { amount, hours } => {
                let source = Source::Adjustment(Reason::Goodwill);
                let (amount, expires_at) = (bytes(*amount), Some(now.plus(hours * Timestamp::HOUR)));
                self.ask(Act::Grant(GrantTerms { wallet: JOAO, amount, source, expires_at, ..gift("1") }));
            }
            Step::Deduct(amount) => {
                let act = Act::Deduct { wallet: JOAO, amount: bytes(*amount), reason: Reason::Misuse };
                self.ask(act);
            }
            Step::EndSessions => {
                self.tell(LineAct::EndSessions { nas: 0, behind: Behind::default(), at: now });
            }
        }
        if self.snapshot.is_none() && self.desk.rows.len() > 20 {
            self.snapshot = Some((self.desk.rows.len(), self.desk.book.to_snapshot()));
        }
    }

    /// The session before it under this name has been heard of to its end: routers use a name again, after a Stop also without a Start.
    fn begin(&mut self, which: usize, gap: i64, parts: &[(u32, u64, u64)], stops: bool) {
        let session = which as u128 + self.ghosts[which] * SESSIONS as u128;
        self.ghosts[which] += u128::from(!stops || which == TIMELESS);
        if self.waiting.iter().any(|reading| reading.session % APART == session) {
            self.hear_all();
        }
        let starts_at = self.desk.now.plus(gap * Timestamp::SECOND);
        let nas = u32::try_from(which).expect("few routers");
        let report = |kind, seconds: u32, [input, output]: [u64; 2]| Reading {
            nas,
            behind: Behind::default(),
            session,
            kind,
            input: Some(octets(input, which != NARROW)),
            output: Some(octets(output, which != NARROW)),
            session_seconds: Some(seconds),
            at: starts_at.plus(i64::from(seconds) * Timestamp::SECOND),
            is_dated: which != TIMELESS,
            traffic: None,
            counts_all: which == COUNTS_ALL,
        };
        self.waiting.push(report(ReadingKind::Start, 0, [0, 0]));
        let (mut seconds, mut counters, mut apart_used) = (0, [0, 0], 0);
        for (place, (lasts, input, output)) in parts.iter().enumerate() {
            seconds += lasts;
            counters = [counters[0] + input, counters[1] + output];
            let ends = stops && place + 1 == parts.len();
            let kind = if ends { ReadingKind::Stop } else { ReadingKind::Interim };
            self.waiting.push(report(kind, seconds, counters));
            if which <= COUNTS_APART {
                // No more of it than of all.
                let apart = [counters[0] / 2, counters[1] - counters[1] / 3];
                let traffic = Some(TrafficNo(1 + u32::from(gap % 4 == 0)));
                let session = session + APART;
                self.waiting.push(Reading { session, traffic, ..report(kind, seconds, apart) });
                apart_used = apart[0] + apart[1];
            }
        }
        self.used += i128::from(counters[0]) + i128::from(counters[1]);
        self.used += if which == COUNTS_APART { i128::from(apart_used) } else { 0 };
    }

    fn pass(&mut self, by: i64) {
        let oldest = self.waiting.iter().map(|reading| reading.at).min();
        self.desk.now = self.desk.now.plus(by);
        if oldest.is_some_and(|oldest| self.desk.now.since(oldest) > WAIT_MAX) {
            self.hear_all();
        }
    }

    fn deliver(&mut self, which: usize, again: bool) {
        if again {
            let Some(place) = which.checked_rem(self.come.len()) else { return };
            let mut reading = self.come[place];
            if has_no_time(&reading) {
                // Any copy seems to be of now. A Start is known again while its session goes on.
                reading.at = self.desk.now;
                let known = line(&self.desk).sessions.get(&reading.session);
                let goes_on = known.is_some_and(|known| known.state == SessionState::Open);
                if reading.kind == ReadingKind::Start && !goes_on {
                    return;
                }
            }
            let before = self.model.counted;
            self.hear(reading);
            assert_eq!(self.model.counted, before, "what comes again adds nothing");
            return;
        }
        let now = self.desk.now;
        let due: Vec<usize> =
            (0..self.waiting.len()).filter(|place| self.waiting[*place].at <= now).collect();
        let Some(place) = which.checked_rem(due.len()) else { return };
        let mut place = due[place];
        let wanted = self.waiting[place];
        if wanted.nas as usize >= NARROW {
            let first = |reading: &Reading| reading.session == wanted.session;
            place = self.waiting.iter().position(first).expect("it is one of them");
        }
        let mut reading = self.waiting.remove(place);
        if has_no_time(&reading) {
            reading.at = now;
        }
        self.hear(reading);
        self.come.push(reading);
    }

    fn deliver_all(&mut self, order: u64) {
        let mut drawn = order;
        while self.waiting.iter().any(|reading| reading.at <= self.desk.now) {
            drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            self.deliver(usize::try_from(drawn >> 40).expect("24 bits"), false);
        }
    }

    /// The clock goes on until the last report is due, and all come.
    fn hear_all(&mut self) {
        let last = self.waiting.iter().map(|reading| reading.at).max();
        self.desk.now = self.desk.now.max(last.unwrap_or(self.desk.now));
        self.deliver_all(self.names.try_into().unwrap_or(7));
        assert_eq!(self.model.counted, self.used, "every report has come: what was counted is what was used");
    }

    fn hear(&mut self, reading: Reading) {
        match self.tell(LineAct::Read(reading)) {
            None | Some(Refusal::ReadingOld | Refusal::EventTooLate { .. }) => {}
            Some(other) => panic!("{reading:?}: {other}"),
        }
    }

    fn buy(&mut self, no: u32, charging: Charging, stale: bool) {
        self.settle();
        self.names += 1;
        let (purchase, grant) = (PurchaseId::from_u128(self.names), GrantId::from_u128(self.names));
        // Every second wish is for what is sold for the line's plan, whatever its number.
        let (catalog, plan) = (&self.desk.catalog, line(&self.desk).plan);
        let of_plan = catalog.packs_of(plan).nth(no as usize / 4).filter(|_| no.is_multiple_of(2));
        let Some(pack) = of_plan.or(catalog.pack(PackNo(no))).cloned() else { return };
        let Pack { quantity, price, validity, .. } = pack;
        let sequence = line(&self.desk).sequence + u32::from(stale);
        let available = self.desk.wallet(JOAO).balance.available();
        let buying = Buying { purchase, grant, pack: pack.no, quantity, price, charging, sequence };
        if self.tell(LineAct::Buy(buying)).is_none() {
            assert!(!stale && available <= 100, "sold though {available} was left");
            let unpaid: i64 = line(&self.desk).unpaid.values().map(|unpaid| unpaid.price.value()).sum();
            let limited = line(&self.desk).plan != PlanNo(1);
            assert!(!limited || unpaid <= 30_000_000, "more than may be unpaid");
            self.purchases.push(Awaiting { purchase, pack: pack.no, charging, quantity, price, validity });
        }
    }

    /// A payment of its own is taken to have bought each pack that was released. What is asked of it altogether is taken altogether: from
    /// what is left of it, else from what nobody has had or what was used; and nobody owes what he has used.
    fn take_back(&mut self, which: usize, cause: TakenBackCause, quarters: i64) {
        let wallet = self.desk.wallet(JOAO);
        let packs: Vec<_> = wallet.grants.iter().filter(|grant| grant.source == Source::Purchased).collect();
        let Some(pack) = which.checked_rem(packs.len()).map(|place| packs[place].clone()) else { return };
        let debt = wallet.debt;
        self.names += 1;
        let refused = self.ask(Act::SetTakenBack(TakeBackTerms {
            wallet: JOAO,
            payment: PaymentId::from_u128(pack.id.as_u128()),
            grant: Some(pack.id),
            cause,
            amount: bytes(pack.amount / 4 * quarters),
            reinstated: GrantId::from_u128(self.names),
        }));
        let wallet = self.desk.wallet(JOAO);
        assert!(refused.is_some() || wallet.debt <= debt, "nobody owes bytes: {debt} before, {wallet:?}");
    }

    fn bought(&self, which: usize) -> Option<Awaiting> {
        which.checked_rem(self.purchases.len()).map(|place| self.purchases[place])
    }

    fn tell(&mut self, wish: LineAct) -> Option<Refusal> {
        self.ask(act(wish))
    }

    /// Sends a command and follows all that it led to; the refusal, if it was refused.
    fn ask(&mut self, act: Act) -> Option<Refusal> {
        let answer = self.desk.run(&book::Command { key: None, act });
        self.seal();
        match answer {
            book::Answer::Refused(refusal) => {
                self.met.insert(refusal.code());
                Some(refusal)
            }
            _ => None,
        }
    }

    fn settle(&mut self) {
        assert!(self.desk.sweep(u32::MAX));
        self.seal();
    }

    fn seal(&mut self) {
        for (entry, decision) in self.desk.seal() {
            self.follow(entry, &decision);
        }
        assert_eq!(self.replica.to_snapshot(), self.desk.book.to_snapshot(), "a replayed book is the same");
    }

    /// Replays one decision, with the terms as its record says, and looks at everything.
    fn follow(&mut self, entry: book::EntryRef, decision: &Decision) {
        let before = self.replica.wallet_no(JOAO).and_then(|no| self.replica.wallet(no));
        let (posted, debt) = before.map_or((0, 0), |wallet| (wallet.balance.posted, wallet.debt));
        let moved = moved_into_wallet(&decision.record, Unit::BYTE);
        self.met.insert(desk::kind(&decision.record));
        self.model.follow(&decision.record, posted, debt);
        self.replica.replay(entry, decision);
        let Some(no) = decision.record.wallet() else { return };
        let wallet = self.replica.wallet(no).expect("the record names it");
        assert_eq!(i128::from(wallet.balance.posted - posted), moved, "{decision:?}");
        assert!(self.replica.wallet_adds_up(no), "{decision:?}: {wallet:?}");
        assert!(wallet.debt == 0 || wallet.live_grants().all(|(_, grant)| grant.free() == 0), "{wallet:?}");
        assert_eq!(self.replica.wallet_due(no), wallet.next_due());
        for unit in [Unit::BYTE, Unit::BRL] {
            assert_eq!(total(&self.replica, unit), 0, "{unit} after {decision:?}");
        }
        let Some(line) = wallet.line.as_deref() else { return };
        let told = line.terms;
        let terms = [told.carried, told.allowance, told.bought, told.outside, told.total, told.adjustments];
        assert_eq!(terms.map(i128::from), self.model.terms, "{decision:?}");
        assert_eq!(self.model.balance(), i128::from(wallet.balance.posted));
        assert_eq!(told.balance(), wallet.balance.posted, "the terms come to the balance: {decision:?}");
        assert!(line.cycle.starts_at <= decision.at && line.cycle.starts_at < line.cycle.ends_at);
    }

    fn finish(mut self) -> BTreeSet<&'static str> {
        self.hear_all();
        let live = self.desk.book.to_snapshot();
        assert_eq!(replay(Book::new(), &self.desk.rows).to_snapshot(), live, "from the journal alone");
        let copy = Book::from_snapshot(&live).expect("a snapshot just written can be read");
        assert_eq!(copy.to_snapshot(), live);
        assert_eq!(copy.next_due(), self.desk.book.next_due());
        if let Some((rows, bytes)) = &self.snapshot {
            let book = Book::from_snapshot(bytes).expect("a snapshot just written can be read");
            assert_eq!(
                replay(book, &self.desk.rows[*rows..]).to_snapshot(),
                live,
                "from a snapshot and the rest"
            );
        }
        self.met
    }
}

fn bytes(amount: i64) -> Amount {
    Amount::new(amount, Unit::BYTE)
}

#[allow(clippy::cast_possible_truncation, reason = "the two halves of a counter")]
fn octets(counter: u64, with_high: bool) -> Octets {
    Octets { low: counter as u32, high: with_high.then_some((counter >> 32) as u32) }
}

fn has_no_time(reading: &Reading) -> bool {
    reading.nas as usize == TIMELESS
}

fn play(steps: &[Step]) -> BTreeSet<&'static str> {
    let mut case = Case::new();
    // A cycle turns within the first hours.
    case.desk.now = time("2026-11-30T20:00:00-03:00");
    steps.iter().for_each(|step| case.play(step));
    case.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_counted_is_what_was_used_and_the_terms_add_up(steps in steps()) {
        play(&steps);
    }
}

/// The laws say something only about what the random months reach.
#[test]
fn the_random_months_reach_every_fact_and_every_refusal_that_a_clean_life_knows() {
    let mut runner = TestRunner::deterministic();
    let mut met = BTreeSet::new();
    for _ in 0..1_500 {
        met.extend(play(&steps().new_tree(&mut runner).expect("nothing is filtered").current()));
    }
    let expected = BTreeSet::from([
        "already_bought",
        "amount_not_positive",
        "awaits",
        "balance_positive",
        "bought",
        "carried",
        "cycle_began",
        "deducted",
        "dropped",
        "event_too_late",
        "forgot",
        "grant_added",
        "grant_expired",
        "insufficient_credit",
        "line_blocked",
        "line_cancelled",
        "line_opened",
        "nothing_changes",
        "pack_limit",
        "pack_too_small",
        "pack_unknown",
        "paid",
        "plan_changed",
        "purchase_awaiting",
        "purchase_unknown",
        "purchases_not_supported",
        "read",
        "reading_old",
        "recovered",
        "released",
        "restored",
        "restricted",
        "sessions_closed",
        "status_set",
        "taken_back_set",
        "unpaid_limit",
        "used",
        "wallet_opened",
        "written_off",
    ]);
    assert_eq!(met, expected);
}
