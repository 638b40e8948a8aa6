//! The journal's format, byte for byte: what was written once must be read for ever.
//!
//! Each line of `golden/records.txt` is the body of a row that holds one decision. A line never changes: a record whose layout
//! changes gets a new tag and new lines, and the old ones stay and are still read. A missing line is printed by the test that
//! misses it, to be appended.

mod desk;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use book::{
    Anchor, Balance, BatchBuilder, Burns, CommandKey, Decision, EntryRef, GENESIS, GrantAdded, KeySpace,
    MeterNo, Price, Reason, Record, Source, UsagePosted, WalletNo, WindowOpened, read_batch,
};
use desk::{time, usd};
use money::{Amount, CustomerId, GrantId, PaymentId, Quantity, Timestamp, Unit, UnitPrice, WalletId};

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
        debt_paid,
        balance: BALANCE,
    };
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
        ("forgot", forgot(498_110, -1)),
    ]
}

/// The records without a key, and one with a key of each space.
fn decisions() -> Vec<(String, Decision)> {
    let at = time("2026-11-21T14:12:00.123456Z");
    let plain = |(name, record): (&str, Record)| (name.to_owned(), Decision { at, key: None, record });
    let mut all: Vec<(String, Decision)> = records().into_iter().map(plain).collect();
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
    for (name, decision) in decisions() {
        let written = hex(&body_of(std::slice::from_ref(&decision)));
        let bytes =
            golden.get(&name).unwrap_or_else(|| panic!("golden/records.txt lacks\n{name}: {written}"));
        assert_eq!(&written, bytes, "{name}");
        assert_eq!(read(unhex(bytes)), [decision], "{name}");
    }
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
    let kinds: BTreeSet<&str> = records().iter().map(|(_, record)| desk::kind(record)).collect();
    assert_eq!(kinds.len(), 14, "as many as `desk::kind` names");
    for (name, record) in records() {
        assert!(name.starts_with(desk::kind(&record)), "{name}");
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
