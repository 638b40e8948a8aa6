//! The journal's format, byte for byte: what was written once must be read for ever.
//!
//! Each line of `golden/records.txt` is the body of a row that holds one decision. A line never changes: a record whose layout
//! changes gets a new tag and new lines, and the old ones stay and are still read. The missing lines are printed by the test that
//! misses them, to be appended.

mod desk;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use book::{
    Anchor, Anomaly, Awaiting, BackMove, Balance, BatchBuilder, Behind, BillItem, Burns, Charging,
    CommandKey, Cycle, Decision, EntryRef, GENESIS, GrantAdded, KeySpace, LineFact, LineRecord, LineStatus,
    Lot, MeterNo, MoneyMovement, OverpaidTo, PackNo, PaidBy, PlanNo, Price, Read, Reason, Record, Reinstated,
    Session, SessionState, Source, Taken, TakenBackCause, TakenBackSet, TrafficNo, UsagePosted, Validity,
    WalletNo, WindowOpened, ZeroRated, read_batch,
};
use desk::{time, usd};
use money::{
    Amount, CustomerId, GrantId, LineId, PaymentId, PurchaseId, Quantity, Timestamp, Unit, UnitPrice,
    WalletId,
};

const GOLDEN: &str = include_str!("golden/records.txt");

const BALANCE: Balance = Balance { posted: 24_750_000, pending: 250_000, held: 3 };
const DEBT: Balance = Balance { posted: -1, pending: i64::MAX, held: i64::MIN };
const WALLET: WalletNo = WalletNo(300);

fn burns(parts: &[(u32, i64)]) -> Burns {
    parts.iter().copied().collect()
}

fn grant(source: Source) -> GrantAdded {
    GrantAdded {
        wallet: WALLET,
        grant_no: 1,
        grant: GrantId::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0001),
        amount: 25_000_000,
        source,
        priority: 100,
        effective_at: None,
        expires_at: None,
        cost: None,
        payment: None,
        debt_paid: 0,
        balance: BALANCE,
    }
}

fn window(price: Price) -> WindowOpened {
    WindowOpened {
        wallet: WALLET,
        window_no: 7,
        meter: MeterNo(2),
        opened_at: time("2026-11-21T14:00:00Z"),
        closes_at: time("2026-11-21T15:00:00Z"),
        price,
        occurred_at: time("2026-11-21T14:12:00.000001Z"),
        quantity: Quantity::ONE,
        pending: 250_000,
        reserved: burns(&[(0, 200_000), (4, 50_000)]),
        balance: BALANCE,
    }
}

fn posted() -> UsagePosted {
    UsagePosted {
        wallet: WALLET,
        window_no: Some(7),
        meter: MeterNo(2),
        opened_at: time("2026-11-21T14:00:00Z"),
        closes_at: time("2026-11-21T15:00:00Z"),
        occurred_at: None,
        quantity: Quantity::from_millionths(1_500_000),
        covers: true,
        amount: 250_000,
        burns: burns(&[(0, 250_000)]),
        debt: 0,
        balance: BALANCE,
    }
}

/// One record of each kind, with each variant of its fields.
fn records() -> Vec<(&'static str, Record)> {
    let per_unit = Price::PerUnit(UnitPrice::from_e12(2_500_000, Unit::BRL));
    let active = |anchor| Price::PerActiveWindow { amount: usd("0.25"), length: Timestamp::HOUR, anchor };
    let whole = GrantAdded {
        priority: 0,
        effective_at: Some(time("2026-12-01T00:00:00Z")),
        expires_at: Some(Timestamp::MAX),
        cost: Some(Amount::new(-1, Unit::BYTE)),
        payment: Some(PaymentId::from_u128(u128::MAX)),
        debt_paid: 1,
        balance: DEBT,
        ..grant(Source::Purchased)
    };
    let taken = |burns, debt| (25_i64, burns, debt, BALANCE);
    let charged = |(amount, burns, debt, balance)| Record::Charged {
        wallet: WALLET,
        kind: 9,
        amount,
        burns,
        debt,
        balance,
    };
    let deducted = |reason, (amount, burns, debt, balance)| Record::Deducted {
        wallet: WALLET,
        reason,
        amount,
        burns,
        debt,
        balance,
    };
    let overpaid = |to| {
        let burns = burns(&[(4, 20), (5, 5)]);
        Record::OverpaidTaken { wallet: WALLET, to, amount: 25, burns, balance: BALANCE }
    };
    let usage_posted = Record::UsagePosted;
    let opened_wallet = |unit, debt_limit| Record::WalletOpened {
        wallet: WALLET,
        id: WalletId::from_u128(1),
        customer: CustomerId::from_u128(u128::MAX - 1),
        unit,
        debt_limit,
    };
    let own = Unit::new("TOKENS", 9).expect("a unit");
    let effective = |source| Record::GrantEffective {
        wallet: WALLET,
        grant_no: 1,
        amount: 25,
        source,
        debt_paid: 5,
        balance: BALANCE,
    };
    let accrued = |pending, reserved| Record::WindowAccrued {
        wallet: WALLET,
        window_no: 7,
        occurred_at: time("1969-12-31T23:59:59Z"),
        quantity: Quantity::ZERO,
        pending,
        reserved,
        balance: BALANCE,
    };
    let reversed = |restored, expired, debt_paid| Record::Reversed {
        wallet: WALLET,
        charge: EntryRef::new(EntryRef::POSITION_MAX, EntryRef::BATCH_LEN_MAX - 1),
        kind: u32::MAX,
        restored,
        expired,
        lost: Burns::default(),
        debt_paid,
        balance: BALANCE,
    };
    let taken_back = |cause, amount, moved| {
        let payment = PaymentId::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0009);
        let set =
            TakenBackSet { wallet: WALLET, payment, grant_no: 4, cause, amount, moved, balance: BALANCE };
        Record::TakenBackSet(Box::new(set))
    };
    let reinstated = |expires_at| Reinstated {
        grant_no: 5,
        grant: GrantId::from_u128(0x0197_0000_0000_7000_8000_0000_0000_000a),
        amount: 4_000_000,
        expires_at,
        debt_paid: 1,
        priority: 100,
    };
    let returned = |reinstated| BackMove::Returned {
        restored: burns(&[(4, 3_000_000)]),
        paid: burns(&[(4, 1)]),
        lost: 2,
        used: 3,
        reinstated,
    };
    let moved = |movement, amount| Record::MoneyMoved { movement, amount: usd(amount) };
    let late =
        UsagePosted { window_no: None, occurred_at: Some(Timestamp::EPOCH), covers: false, ..posted() };
    let free = UsagePosted { amount: 0, burns: burns(&[]), ..posted() };
    let owed = UsagePosted { burns: burns(&[(0, 1), (9, 2)]), debt: 249_997, balance: DEBT, ..posted() };
    let forgot = |events_before, requests_before| Record::Forgot { events_before, requests_before };
    vec![
        ("opened", Record::Opened { epoch: 1 }),
        ("opened largest", Record::Opened { epoch: u64::MAX }),
        ("wallet_opened dollars", opened_wallet(Unit::USD, 0)),
        ("wallet_opened own unit, debt", opened_wallet(own, i64::MAX)),
        ("grant_added promotional", Record::GrantAdded(grant(Source::Promotional))),
        ("grant_added with all", Record::GrantAdded(whole)),
        ("grant_added correction", Record::GrantAdded(grant(Source::Adjustment(Reason::Correction)))),
        ("grant_added goodwill", Record::GrantAdded(grant(Source::Adjustment(Reason::Goodwill)))),
        (
            "grant_added opening balance",
            Record::GrantAdded(grant(Source::Adjustment(Reason::OpeningBalance))),
        ),
        ("grant_added misuse", Record::GrantAdded(grant(Source::Adjustment(Reason::Misuse)))),
        ("grant_added overpaid by boleto", Record::GrantAdded(grant(Source::Overpaid(PaidBy::Boleto)))),
        ("grant_added overpaid by pix", Record::GrantAdded(grant(Source::Overpaid(PaidBy::Pix)))),
        ("grant_added overpaid by card", Record::GrantAdded(grant(Source::Overpaid(PaidBy::Card)))),
        ("grant_added overpaid by hand", Record::GrantAdded(grant(Source::Overpaid(PaidBy::Hand)))),
        ("grant_effective", effective(Source::Purchased)),
        ("grant_effective adjustment", effective(Source::Adjustment(Reason::Misuse))),
        ("grant_expired", Record::GrantExpired { wallet: WALLET, grant_no: 1, amount: 0, balance: BALANCE }),
        ("charged one grant", charged(taken(burns(&[(4, 25)]), 0))),
        ("charged two grants", charged(taken(burns(&[(4, 20), (5, 5)]), 0))),
        ("charged grant and debt", charged(taken(burns(&[(4, 20)]), 5))),
        ("charged all debt", charged(taken(burns(&[]), 25))),
        ("reversed", reversed(burns(&[(4, 20), (5, 5)]), 0, 0)),
        ("reversed with nothing left", reversed(burns(&[]), 20, 5)),
        ("deducted correction", deducted(Reason::Correction, taken(burns(&[(4, 25)]), 0))),
        ("deducted goodwill", deducted(Reason::Goodwill, taken(burns(&[(4, 25)]), 0))),
        ("deducted opening balance", deducted(Reason::OpeningBalance, taken(burns(&[]), 25))),
        ("deducted misuse", deducted(Reason::Misuse, taken(burns(&[(1, 1), (2, 24)]), 0))),
        ("overpaid_taken for an invoice", overpaid(OverpaidTo::Invoice)),
        ("overpaid_taken given back by boleto", overpaid(OverpaidTo::GivenBack(PaidBy::Boleto))),
        ("overpaid_taken given back by pix", overpaid(OverpaidTo::GivenBack(PaidBy::Pix))),
        ("overpaid_taken given back by card", overpaid(OverpaidTo::GivenBack(PaidBy::Card))),
        ("overpaid_taken given back by hand", overpaid(OverpaidTo::GivenBack(PaidBy::Hand))),
        ("overpaid_taken taken back for a refund", overpaid(OverpaidTo::TakenBack(TakenBackCause::Refund))),
        ("overpaid_taken taken back for a dispute", overpaid(OverpaidTo::TakenBack(TakenBackCause::Dispute))),
        ("window_opened first event", Record::WindowOpened(window(active(Anchor::FirstEvent)))),
        ("window_opened clock", Record::WindowOpened(window(active(Anchor::Clock)))),
        ("window_opened per unit", Record::WindowOpened(window(per_unit))),
        ("window_accrued", accrued(3, burns(&[(1, 3)]))),
        ("window_accrued nothing", accrued(0, burns(&[]))),
        (
            "usage_covered",
            Record::UsageCovered {
                wallet: WALLET,
                meter: MeterNo(2),
                occurred_at: time("2026-11-21T14:12:00Z"),
                quantity: Quantity::ONE,
            },
        ),
        ("usage_posted window", usage_posted(posted())),
        ("usage_posted late", usage_posted(late)),
        ("usage_posted free", usage_posted(free)),
        ("usage_posted debt", usage_posted(owed)),
        ("clock_advanced", Record::ClockAdvanced { by: Timestamp::HOUR }),
        (
            "reversed into what has expired",
            Record::Reversed {
                wallet: WALLET,
                charge: EntryRef::new(1, 0),
                kind: 9,
                restored: burns(&[]),
                expired: 3,
                lost: burns(&[(2, 3)]),
                debt_paid: 0,
                balance: BALANCE,
            },
        ),
        (
            "taken_back_set refund",
            taken_back(
                TakenBackCause::Refund,
                10_000_000,
                BackMove::Taken { burns: burns(&[(4, 6_000_000)]), lost: 1_000_000, used: 3_000_000 },
            ),
        ),
        ("taken_back_set dispute returned", taken_back(TakenBackCause::Dispute, 0, returned(None))),
        (
            "taken_back_set reinstated",
            taken_back(TakenBackCause::Dispute, 0, returned(Some(reinstated(None)))),
        ),
        (
            "taken_back_set reinstated with an end",
            taken_back(TakenBackCause::Refund, 5, returned(Some(reinstated(Some(Timestamp::MAX))))),
        ),
        ("money_moved fee", moved(MoneyMovement::Fee, "0.59")),
        ("money_moved payout", moved(MoneyMovement::Payout, "100")),
        ("money_moved dispute back", moved(MoneyMovement::Dispute, "-10")),
        ("money_moved given back", moved(MoneyMovement::GivenBack, "2.49")),
        ("grant_added reinstated", Record::GrantAdded(grant(Source::Reinstated))),
        ("frozen_set frozen", Record::FrozenSet { wallet: WALLET, is_frozen: true }),
        ("frozen_set thawed", Record::FrozenSet { wallet: WALLET, is_frozen: false }),
        ("forgot", forgot(498_110, -1)),
    ]
}

const LOT: Lot = Lot {
    grant_no: 4,
    grant: GrantId::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0002),
    amount: 10_737_418_240,
    expires_at: Timestamp::from_seconds(1_796_083_200),
    debt_paid: 0,
};
const PURCHASE: PurchaseId = PurchaseId::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0003);

fn purchase(charging: Charging, validity: Validity) -> Awaiting {
    let price = Amount::new(24_900_000, Unit::BRL);
    Awaiting { purchase: PURCHASE, pack: PackNo(3), charging, quantity: 10_737_418_240, price, validity }
}

fn taken() -> Taken {
    Taken { total: 1_000, outside: 0, earlier: 0, burns: burns(&[(4, 1_000)]), debt: 0 }
}

fn session_read(state: SessionState, jumped: bool, anomaly: Option<Anomaly>, taken: Taken) -> LineFact {
    let after = Session {
        nas: 2,
        behind: Behind::default(),
        state,
        started_at: time("2026-11-21T14:00:00Z"),
        read_at: time("2026-11-21T14:12:00Z"),
        seconds: 720,
        input: 4_294_967_296,
        output: i64::MAX,
        jumped,
        traffic: None,
        counts_all: false,
    };
    LineFact::Read(Read {
        session: 0xfedc_ba98_7654_3210_0123_4567_89ab_cdef,
        after,
        anomaly,
        taken,
        zero_rated: None,
    })
}

/// The same of traffic that a router tells apart, or of a session whose counters hold such, too.
fn told_apart(fact: LineFact, traffic: Option<TrafficNo>, zero_rated: Option<ZeroRated>) -> LineFact {
    let LineFact::Read(read) = fact else { return fact };
    let after = Session { traffic, counts_all: traffic != Some(TrafficNo(0)), ..read.after };
    LineFact::Read(Read { after, zero_rated, ..read })
}

/// The same of a router that reports through another.
fn session_behind(fact: LineFact) -> LineFact {
    let LineFact::Read(read) = fact else { return fact };
    let after = Session { behind: Behind(0x0123_4567_89ab_cdef), ..read.after };
    LineFact::Read(Read { after, ..read })
}

/// One fact about a line of each kind, with each variant of its fields.
fn line_facts() -> Vec<(&'static str, LineFact)> {
    let cycle =
        Cycle { no: 1, starts_at: time("2026-11-01T03:00:00Z"), ends_at: time("2026-12-01T03:00:00Z") };
    let all = Cycle { no: u32::MAX, starts_at: Timestamp::from_micros(i64::MIN), ends_at: Timestamp::MAX };
    let line = LineId::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0004);
    let plan = PlanNo(7);
    let opened = |anchor_day, cycle, allowance| LineFact::Opened { line, plan, anchor_day, cycle, allowance };
    let owed = Lot { grant_no: u32::MAX, debt_paid: 5, expires_at: Timestamp::MAX, ..LOT };
    let released =
        |by| LineFact::Released { purchase: purchase(Charging::Pix, Validity::Cycle), by, lot: LOT };
    let paid = |by| LineFact::Paid { purchase: PURCHASE, price: usd("24.90"), by };
    let recovered = |by, lot| LineFact::Recovered { purchase: PURCHASE, price: usd("24.90"), by, lot };
    let written_off =
        |burns| LineFact::WrittenOff { purchase: PURCHASE, price: Amount::new(24_900_000, Unit::BRL), burns };
    let split =
        Taken { outside: 300, earlier: 77, burns: burns(&[(4, 500), (6, 100)]), debt: 100, ..taken() };
    let zero_rated = |free, restored, debt_paid| ZeroRated {
        traffic: TrafficNo(300),
        told: 500,
        told_earlier: 20,
        free,
        restored,
        debt_paid,
    };
    let bought = |charging, validity| LineFact::Bought { purchase: purchase(charging, validity), lot: LOT };
    vec![
        ("line_opened", opened(1, cycle, Some(LOT))),
        ("line_opened without an allowance", opened(31, all, None)),
        ("cycle_began", LineFact::CycleBegan { cycle, forgiven: 0, allowance: Some(LOT) }),
        ("cycle_began after overshoot", LineFact::CycleBegan { cycle: all, forgiven: 9, allowance: None }),
        ("carried", LineFact::Carried { grant_no: 3, lost: 0, lot: LOT }),
        ("carried in part", LineFact::Carried { grant_no: 3, lost: 12, lot: LOT }),
        ("plan_changed", LineFact::PlanChanged { plan, allowance: None }),
        ("plan_changed to more", LineFact::PlanChanged { plan, allowance: Some(owed) }),
        ("status_set enabled", LineFact::StatusSet { status: LineStatus::Enabled }),
        ("status_set blocked", LineFact::StatusSet { status: LineStatus::Blocked }),
        ("status_set cancelled", LineFact::StatusSet { status: LineStatus::Cancelled }),
        ("bought by boleto", bought(Charging::Boleto, Validity::Cycle)),
        ("bought on the next invoice", bought(Charging::NextInvoice, Validity::Days(0))),
        ("awaits a card", LineFact::Awaits { purchase: purchase(Charging::Card, Validity::Days(30)) }),
        ("awaits pix", LineFact::Awaits { purchase: purchase(Charging::Pix, Validity::Days(u16::MAX)) }),
        ("released by boleto", released(PaidBy::Boleto)),
        ("released by pix", released(PaidBy::Pix)),
        ("released by card", released(PaidBy::Card)),
        ("released by hand", released(PaidBy::Hand)),
        ("paid by boleto", paid(PaidBy::Boleto)),
        ("paid by pix", paid(PaidBy::Pix)),
        ("paid by card", paid(PaidBy::Card)),
        ("paid by hand", paid(PaidBy::Hand)),
        ("dropped", LineFact::Dropped { purchase: PURCHASE }),
        ("written_off", written_off(burns(&[]))),
        ("written_off with its rest", written_off(burns(&[(4, 1_000)]))),
        ("read", session_read(SessionState::Open, false, None, taken())),
        ("read at its end, split", session_read(SessionState::Closed, false, None, split.clone())),
        ("read reset", session_read(SessionState::Open, false, Some(Anomaly::Reset), taken())),
        ("read put right", session_read(SessionState::Open, false, Some(Anomaly::PutRight), taken())),
        ("read jump", session_read(SessionState::Open, true, Some(Anomaly::Jump), Taken::default())),
        (
            "read behind another",
            session_behind(session_read(SessionState::Closed, true, None, Taken::default())),
        ),
        (
            "read of a session that counts all",
            told_apart(session_read(SessionState::Open, false, None, taken()), None, None),
        ),
        (
            "read of traffic that nobody listed",
            told_apart(
                session_behind(session_read(SessionState::Open, false, None, taken())),
                Some(TrafficNo(0)),
                None,
            ),
        ),
        (
            "read of a session, some of it zero-rated",
            told_apart(
                session_read(SessionState::Open, false, None, Taken { outside: 300, ..split.clone() }),
                None,
                Some(zero_rated(300, burns(&[]), 0)),
            ),
        ),
        (
            "read of zero-rated traffic, given back",
            told_apart(
                session_read(
                    SessionState::Closed,
                    false,
                    Some(Anomaly::Reset),
                    Taken { outside: 300, ..Taken::default() },
                ),
                Some(TrafficNo(300)),
                Some(zero_rated(300, burns(&[(6, 200), (4, 60)]), 40)),
            ),
        ),
        ("sessions_closed", LineFact::SessionsClosed { sessions: vec![7, u128::MAX] }),
        ("sessions_ended", LineFact::SessionsEnded { nas: 2, at: time("2026-11-21T14:12:00Z") }),
        ("used", LineFact::Used(taken())),
        ("used split", LineFact::Used(split)),
        ("restricted", LineFact::Restricted { at: time("2026-11-21T14:12:00Z") }),
        ("restored", LineFact::Restored { at: time("2026-11-21T14:12:00Z") }),
        ("recovered", recovered(PaidBy::Boleto, None)),
        ("recovered with its rest", recovered(PaidBy::Hand, Some(LOT))),
        ("billed a fee", LineFact::Billed { item: BillItem::Fee, amount: usd("79.90") }),
        ("billed a correction", LineFact::Billed { item: BillItem::Adjustment, amount: usd("-5.00") }),
        ("billed credit", LineFact::Billed { item: BillItem::Credit, amount: usd("-5.00") }),
        ("billed a late fee", LineFact::Billed { item: BillItem::LateFee, amount: usd("2.10") }),
        ("bill_paid", LineFact::BillPaid { amount: usd("79.90"), by: PaidBy::Boleto }),
        ("bill_written_off", LineFact::BillWrittenOff { amount: usd("79.90") }),
    ]
}

fn all_records() -> Vec<(&'static str, Record)> {
    let of_line =
        |(name, fact)| (name, Record::Line(Box::new(LineRecord { wallet: WALLET, fact, balance: BALANCE })));
    records().into_iter().chain(line_facts().into_iter().map(of_line)).collect()
}

/// The records without a key, and one with a key of each space.
fn decisions() -> Vec<(String, Decision)> {
    let at = time("2026-11-21T14:12:00.123456Z");
    let plain = |(name, record): (&str, Record)| (name.to_owned(), Decision { at, key: None, record });
    let mut all: Vec<(String, Decision)> = all_records().into_iter().map(plain).collect();
    for (name, space) in
        [("forever", KeySpace::Forever), ("request", KeySpace::Request), ("event", KeySpace::Event)]
    {
        let key =
            Some(CommandKey { space, key: 0x0123_4567_89ab_cdef_0011_2233_4455_6677, body: u64::MAX - 1 });
        let record = Record::GrantExpired { wallet: WalletNo(0), grant_no: 0, amount: 1, balance: BALANCE };
        all.push((format!("key {name}"), Decision { at: Timestamp::from_micros(-1), key, record }));
    }
    all
}

fn body_of(decisions: &[Decision]) -> Vec<u8> {
    let mut batch = BatchBuilder::new(1, 1, GENESIS);
    for decision in decisions {
        batch.push(decision);
    }
    batch.seal().body
}

fn read(body: Vec<u8>) -> Vec<Decision> {
    let row = book::JournalRow { position: 1, epoch: 1, hash: GENESIS, body };
    read_batch(&row).map(|item| item.expect("it is well formed").1).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("two hexadecimal digits");
    (0..text.len()).step_by(2).map(byte).collect()
}

/// Name and bytes of each line.
fn golden() -> BTreeMap<String, String> {
    let lines = GOLDEN.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| line.rsplit_once(": ").expect("name: bytes"))
        .map(|(a, b)| (a.into(), b.into()))
        .collect()
}

#[test]
fn every_record_is_written_as_it_always_was_and_read_back() {
    let golden = golden();
    let mut lacking = String::new();
    for (name, decision) in decisions() {
        let written = hex(&body_of(std::slice::from_ref(&decision)));
        let Some(bytes) = golden.get(&name) else {
            let _ = writeln!(lacking, "{name}: {written}");
            continue;
        };
        assert_eq!(&written, bytes, "{name}");
        assert_eq!(read(unhex(bytes)), [decision], "{name}");
    }
    assert!(lacking.is_empty(), "golden/records.txt lacks\n{lacking}");
}

#[test]
fn every_line_can_be_read() {
    let known: BTreeSet<String> = decisions().into_iter().map(|(name, _)| name).collect();
    for (name, bytes) in golden() {
        assert_eq!(read(unhex(&bytes)).len(), 1, "{name}");
        assert!(known.contains(&name), "{name} is a layout that nothing tells of any more");
    }
}

#[test]
fn every_kind_has_a_line() {
    let kinds: BTreeSet<&str> = all_records().iter().map(|(_, record)| desk::kind(record)).collect();
    assert_eq!(kinds.len(), 39, "as many as `desk::kind` names");
    for (name, record) in all_records() {
        assert!(name.starts_with(desk::kind(&record)), "{name} is a {}", desk::kind(&record));
    }
}

#[test]
fn a_row_of_many_decisions_reads_back_in_order_also_with_times_that_go_back() {
    let (first, last) = (Timestamp::from_micros(-5), time("2026-11-21T14:12:00Z"));
    let mut all: Vec<Decision> = decisions().into_iter().map(|(_, decision)| decision).collect();
    for (place, decision) in all.iter_mut().enumerate() {
        decision.at = if place % 3 == 0 { first } else { last };
    }
    assert_eq!(read(body_of(&all)), all);
}
