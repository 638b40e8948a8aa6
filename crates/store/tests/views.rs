//! The views: changes add up, a batch is in once, and a rebuild that differs is named.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod server;

use std::borrow::Cow;

use book::EntryRef;
use money::{Amount, CustomerId, GrantId, PaymentId, Quantity, Timestamp, Unit, WalletId};
use store::views::{
    AccountRow, ChargedHour, ChargedKind, ChargedRow, EntryCursor, EntryRow, GrantRow, GrantState, Moved,
    UsageRow, ViewChange, ViewChanges, WalletRow, WindowRow, quarter_of,
};
use store::{Reader, StoreError, Tables};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn read<T>(tables: &Tables, look: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>) -> T {
    tables.read(look).unwrap()
}

fn apply(tables: &Tables, changes: &[ViewChange]) -> Result<(), StoreError> {
    let changes: ViewChanges = changes.iter().cloned().collect();
    tables.write_views(|tx| tx.apply_views(&changes))
}

fn wallet(wallet_no: u32) -> WalletRow {
    WalletRow {
        wallet_no,
        wallet: WalletId::from_u128(u128::from(wallet_no)),
        customer: CustomerId::from_u128(1),
        unit: Unit::USD,
        posted: 0,
        pending: 0,
        held: 0,
        opened_at: NOW,
        entries: 0,
        newest: None,
    }
}

fn grant(grant_no: u32) -> GrantRow {
    GrantRow {
        wallet_no: 1,
        grant_no,
        id: GrantId::from_u128(u128::from(grant_no)),
        source: "purchased".into(),
        reason: None,
        priority: 5,
        amount: 25,
        remaining: 25,
        effective_at: Some(NOW),
        expires_at: None,
        cost: Some(Amount::new(30, Unit::BRL)),
        payment: Some(PaymentId::from_u128(4)),
        added_at: NOW,
        state: GrantState::Scheduled,
    }
}

/// The wallet's entry with this number, of rows with two of its entries each; the time goes on from row to row.
fn entry(wallet_no: u32, number: u64) -> EntryRow {
    let place =
        |number: u64| EntryRef::new(1 + number / 2, 7 * u32::try_from(number % 2).unwrap() + wallet_no);
    EntryRow {
        entry: place(number),
        wallet_no,
        number,
        previous: number.checked_sub(1).map(place),
        at: NOW.plus(i64::try_from(number / 2).unwrap()),
        kind: Cow::Borrowed("usage"),
        amount: -250_000,
        posted_after: 24_750_000,
        account: Cow::Borrowed("revenue:usage"),
        charge_kind_no: None,
        meter_no: Some(1),
        window_no: Some(3),
        from_at: Some(NOW),
        to_at: Some(NOW.plus(Timestamp::HOUR)),
        quantity: Some(Quantity::ONE),
        grant_no: None,
        payment: None,
        reason: None,
    }
}

/// As [`entry`], with nothing but what a charge has.
fn short_entry(wallet_no: u32, number: u64) -> EntryRow {
    EntryRow {
        kind: Cow::Borrowed("charge"),
        charge_kind_no: Some(9),
        meter_no: None,
        window_no: None,
        from_at: None,
        to_at: None,
        quantity: None,
        ..entry(wallet_no, number)
    }
}

fn window(window_no: u32) -> WindowRow {
    WindowRow {
        wallet_no: 1,
        window_no,
        meter_no: 1,
        opened_at: NOW,
        closes_at: NOW.plus(Timestamp::HOUR),
        pending: 10,
        events: 1,
    }
}

fn used(hour: i64, quantity: i64, pending_delta: i64) -> ViewChange {
    ViewChange::UsageAdded {
        wallet_no: 1,
        meter_no: 1,
        hour,
        quantity_delta: Quantity::from_millionths(quantity),
        events_delta: 1,
        posted_delta: 0,
        pending_delta,
    }
}

fn charged(hour: i64, charge_kind_no: u32, delta: i64) -> ViewChange {
    ViewChange::Charged { wallet_no: 1, hour, charge_kind_no, delta }
}

fn moved(account: &'static str, delta: i64) -> ViewChange {
    ViewChange::AccountMoved { account: account.into(), unit: Unit::USD, delta }
}

#[test]
fn what_moves_to_and_fro_beyond_what_can_be_told_stops_there_and_holds_nothing_up() {
    const NEARLY_ALL: i64 = i64::MAX - 5;
    for (name, parts) in [
        ("at once", vec![vec![NEARLY_ALL, 3, 9, 1]]),
        ("one by one", vec![vec![NEARLY_ALL], vec![3], vec![9, 1], vec![4]]),
    ] {
        for tables in server::tables() {
            for part in &parts {
                let moved = |(kind, delta): (&'static str, i64)| ViewChange::Moved {
                    quarter: 1,
                    unit: Unit::USD,
                    kind: kind.into(),
                    reason: None,
                    delta,
                };
                let changes = part.iter().flat_map(|amount| [("grant", *amount), ("deduction", -amount)]);
                apply(&tables, &changes.map(moved).collect::<Vec<_>>()).unwrap();
            }
            let rows = read(&tables, |r| r.moved_since(Timestamp::EPOCH));
            let told: Vec<_> = rows.iter().map(|row| (row.kind.as_str(), row.amount.value())).collect();
            assert_eq!(told, [("deduction", -i64::MAX), ("grant", i64::MAX)], "{name}");
        }
    }
}

#[test]
fn use_beyond_what_can_be_told_stops_there_and_holds_nothing_up() {
    const NEARLY_ALL: i64 = i64::MAX - 5;
    for (name, parts) in [
        ("at once", vec![vec![NEARLY_ALL, 3, 9, 1]]),
        ("one by one", vec![vec![NEARLY_ALL], vec![3], vec![9, 1], vec![4]]),
    ] {
        for tables in server::tables() {
            let mut events = 0;
            for part in &parts {
                events += i64::try_from(part.len()).unwrap();
                apply(&tables, &part.iter().map(|quantity| used(7, *quantity, 0)).collect::<Vec<_>>())
                    .unwrap();
            }
            let rows = tables.read(|reader| reader.usage(1, 1, 0, 100)).unwrap();
            let told: Vec<_> = rows.iter().map(|row| (row.quantity.millionths(), row.events)).collect();
            assert_eq!(told, [(i64::MAX, events)], "{name}");
        }
    }
}

#[test]
fn sums_of_much_that_moved_and_was_charged_stop_at_64_bits_and_are_exact_below() {
    const NEARLY_ALL: i64 = i64::MAX - 5;
    const HALF: i64 = i64::MAX / 2;
    for tables in server::tables() {
        let moved = |quarter: i64, kind: &'static str, delta: i64| ViewChange::Moved {
            quarter,
            unit: Unit::USD,
            kind: kind.into(),
            reason: None,
            delta,
        };
        let all =
            [(1, "grant", NEARLY_ALL), (2, "grant", 7), (1, "deduction", -NEARLY_ALL), (2, "deduction", -9)];
        let exact = [(1, "usage", -HALF), (2, "usage", -123_456_789_012)];
        let changes = all.into_iter().chain(exact).map(|(quarter, kind, delta)| moved(quarter, kind, delta));
        apply(&tables, &changes.collect::<Vec<_>>()).unwrap();
        let told =
            |rows: Vec<Moved>| rows.into_iter().map(|row| (row.kind, row.amount.value())).collect::<Vec<_>>();
        let expected = [("deduction", -i64::MAX), ("grant", i64::MAX), ("usage", -HALF - 123_456_789_012)];
        let expected = expected.map(|(kind, amount)| (kind.to_owned(), amount));
        assert_eq!(told(read(&tables, |r| r.moved_since(Timestamp::EPOCH))), expected);

        apply(&tables, &[charged(7, 2, -NEARLY_ALL), charged(7, 5, -NEARLY_ALL), charged(8, 2, -HALF)])
            .unwrap();
        apply(
            &tables,
            &[charged(9, 2, NEARLY_ALL), charged(9, 5, 9), charged(10, 2, HALF), charged(11, 6, -HALF)],
        )
        .unwrap();
        let hours: Vec<_> =
            read(&tables, |r| r.charged_by_hour(1, 7, 12)).iter().map(|row| (row.hour, row.amount)).collect();
        assert_eq!(hours, [(7, i64::MAX), (8, HALF), (9, -i64::MAX), (10, -HALF), (11, HALF)]);
        let kinds = read(&tables, |r| r.charged_by_kind(1, 7, 12));
        let kinds: Vec<_> = kinds.iter().map(|row| (row.charge_kind_no, row.charged, row.reversed)).collect();
        assert_eq!(kinds, [(2, i64::MAX, i64::MAX), (5, NEARLY_ALL, 9), (6, HALF, 0)]);
    }
}

#[test]
fn charges_are_counted_by_hour_and_what_was_given_back_beside_them() {
    for tables in server::tables() {
        apply(&tables, &[charged(7, 2, -40), charged(7, 2, -2), charged(7, 5, -10), charged(9, 2, -1)])
            .unwrap();
        apply(&tables, &[charged(7, 2, -8), charged(9, 2, 40), charged(9, 2, 0), charged(12, 2, -3)])
            .unwrap();
        let row = |hour, [charges, charged, reversals, reversed]: [i64; 4]| {
            let (wallet_no, charge_kind_no) = (1, 2);
            ChargedRow { wallet_no, hour, charge_kind_no, charges, charged, reversals, reversed }
        };
        let rows = [row(7, [3, 50, 0, 0]), row(9, [1, 1, 2, 40])];
        assert_eq!(read(&tables, |r| r.charged(1, 2, 7, 12)), rows);
        let hours = [ChargedHour { hour: 7, amount: 60 }, ChargedHour { hour: 9, amount: -39 }];
        assert_eq!(read(&tables, |r| r.charged_by_hour(1, 7, 12)), hours);
        let kind = |charge_kind_no, [charges, charged, reversals, reversed]: [i64; 4]| ChargedKind {
            charge_kind_no,
            charges,
            charged,
            reversals,
            reversed,
        };
        let kinds = [kind(2, [4, 51, 2, 40]), kind(5, [1, 10, 0, 0])];
        assert_eq!(read(&tables, |r| r.charged_by_kind(1, 0, 12)), kinds);
        assert_eq!(read(&tables, |r| r.charged_by_hour(2, 0, 12)), []);
    }
}

#[test]
fn charges_given_back_again_and_again_hold_nothing_up() {
    for tables in server::tables() {
        for _ in 0..3 {
            apply(&tables, &[charged(1, 1, -i64::MAX), charged(1, 1, i64::MAX), charged(1, 1, -7)]).unwrap();
        }
        let rows = read(&tables, |r| r.charged(1, 1, 0, 2));
        let told: Vec<_> =
            rows.iter().map(|row| (row.charges, row.charged, row.reversals, row.reversed)).collect();
        assert_eq!(told, [(6, i64::MAX, 3, i64::MAX)]);
    }
}

#[test]
fn charges_of_before_are_counted_when_the_tables_are_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saldo.db");
    let entries = |number| {
        let kind = if number % 5 == 4 { "reversal" } else { "charge" };
        let amount = if kind == "charge" { -250_000 } else { 250_000 };
        let charge_kind_no = Some(u32::try_from(number % 3).unwrap());
        let at = NOW.plus(i64::try_from(number).unwrap() * Timestamp::HOUR / 4);
        EntryRow { kind: Cow::Borrowed(kind), amount, charge_kind_no, at, ..short_entry(1, number) }
    };
    let rows: Vec<EntryRow> = (0..50).map(entries).collect();
    let counted = |row: &EntryRow| charged(row.at.hour(), row.charge_kind_no.unwrap(), row.amount);
    let mut changes = vec![ViewChange::WalletOpened(wallet(1))];
    changes.extend(rows.iter().map(counted));
    changes.extend(rows.into_iter().map(ViewChange::EntryAdded));
    changes.push(ViewChange::EntryAdded(entry(1, 50)));
    apply(&Tables::open(&path).unwrap(), &changes).unwrap();

    let of_before = rusqlite::Connection::open(&path).unwrap();
    of_before.execute_batch("DROP TABLE charged_view").unwrap();
    of_before.execute_batch(include_str!("../migrations/sqlite/saldo/0035_charged_by_hour.sql")).unwrap();
    drop(of_before);
    let expected = Tables::open_in_memory().unwrap();
    apply(&expected, &changes).unwrap();
    let found = Tables::open(&path).unwrap();
    let difference = found.read(|found| expected.read(|expected| found.first_difference(expected)));
    assert_eq!(difference.unwrap(), None);
    assert_eq!(read(&found, |r| r.charged_by_kind(1, NOW.hour(), i64::MAX)).len(), 3);
}

#[test]
fn changes_add_up_within_a_call_and_between_calls() {
    for tables in server::tables() {
        let balance = |posted, pending| ViewChange::BalanceSet { wallet_no: 1, posted, pending, held: 0 };
        let grown = |remaining_delta, state| ViewChange::GrantChanged {
            wallet_no: 1,
            grant_no: 1,
            remaining_delta,
            state,
        };
        let accrued = |window_no, pending_delta| ViewChange::WindowChanged {
            wallet_no: 1,
            window_no,
            pending_delta,
            events_delta: 1,
        };
        apply(
            &tables,
            &[
                ViewChange::WalletOpened(wallet(1)),
                ViewChange::GrantAdded(grant(1)),
                balance(25, 0),
                grown(-5, None),
                ViewChange::WindowOpened(window(1)),
                accrued(1, 5),
                ViewChange::WindowClosed { wallet_no: 1, window_no: 1 },
                ViewChange::WindowOpened(window(2)),
                accrued(2, 5),
                accrued(2, 7),
                used(10, 3, 5),
                used(10, 4, 5),
                used(11, 1, 0),
                moved("promotional", -25),
                moved("wallet:1", 25),
                balance(24, 3),
            ],
        )
        .unwrap();
        apply(
            &tables,
            &[
                grown(-1, Some(GrantState::Active)),
                grown(-1, None),
                accrued(2, -2),
                used(10, 1, -10),
                moved("wallet:1", -4),
            ],
        )
        .unwrap();

        let expected = WalletRow { posted: 24, pending: 3, ..wallet(1) };
        assert_eq!(read(&tables, |r| r.wallet_view(wallet(1).wallet)), Some(expected.clone()));
        assert_eq!(read(&tables, |r| r.wallet_view_by_no(1)), Some(expected.clone()));
        assert_eq!(read(&tables, |r| r.wallet_views_of(CustomerId::from_u128(1), 5)), [expected]);
        let expected = GrantRow { remaining: 18, state: GrantState::Active, ..grant(1) };
        assert_eq!(read(&tables, |r| r.grant(grant(1).id)), Some(expected.clone()));
        assert_eq!(read(&tables, |r| r.grants(1, None, 5)).rows, [expected]);
        let expected = WindowRow { pending: 20, events: 4, ..window(2) };
        assert_eq!(read(&tables, |r| r.open_windows(1, 5)), [expected]);
        let usage = |hour, quantity, events| UsageRow {
            wallet_no: 1,
            meter_no: 1,
            hour,
            quantity: Quantity::from_millionths(quantity),
            events,
            posted: 0,
            pending: 0,
        };
        assert_eq!(read(&tables, |r| r.usage(1, 1, 0, 12)), [usage(10, 8, 3), usage(11, 1, 1)]);
        assert_eq!(read(&tables, |r| r.usage(1, 1, 11, 11)), []);
        assert_eq!(read(&tables, |r| r.used_meters(1)), [1]);
        let account = |name: &str, balance| AccountRow { account: name.to_owned(), unit: Unit::USD, balance };
        assert_eq!(read(&tables, |r| r.accounts()), [account("promotional", -25), account("wallet:1", 21)]);
    }
}

#[test]
fn a_change_of_what_is_not_there_is_an_error_and_changes_nothing() {
    for tables in server::tables() {
        apply(&tables, &[ViewChange::WalletOpened(wallet(1))]).unwrap();
        let cases = [
            ViewChange::BalanceSet { wallet_no: 2, posted: 0, pending: 0, held: 0 },
            ViewChange::GrantChanged { wallet_no: 1, grant_no: 1, remaining_delta: 1, state: None },
            ViewChange::WindowChanged { wallet_no: 1, window_no: 1, pending_delta: 1, events_delta: 1 },
            ViewChange::WindowClosed { wallet_no: 1, window_no: 1 },
        ];
        for change in cases {
            let refused = apply(&tables, &[moved("a", 1), change.clone()]);
            assert!(matches!(refused, Err(StoreError::Missing { .. })), "{change:?}");
        }
        let twice = apply(&tables, &[moved("a", 1), ViewChange::WalletOpened(wallet(1))]);
        assert!(twice.unwrap_err().is_conflict_over("wallet_view.wallet_no"));
        let beyond = apply(&tables, &[moved("a", i64::MAX), moved("a", 1)]);
        assert!(matches!(beyond, Err(StoreError::Damaged { .. })));
        apply(&tables, &[moved("b", i64::MAX)]).unwrap();
        assert!(apply(&tables, &[moved("b", 1)]).is_err());
        assert_eq!(read(&tables, |r| r.accounts()).len(), 1);
    }
}

/// Two wallets with `count` entries each, which stand between each other.
fn statements(count: u64) -> [Tables; 2] {
    let tables = server::tables();
    for tables in &tables {
        let opened = [1, 2].map(|no| ViewChange::WalletOpened(wallet(no)));
        let entries = (0..count).flat_map(|number| [short_entry(1, number), entry(2, number)]);
        let changes: Vec<_> = opened.into_iter().chain(entries.map(ViewChange::EntryAdded)).collect();
        apply(tables, &changes).unwrap();
    }
    tables
}

#[test]
fn statements_are_newest_first_and_by_month() {
    for tables in statements(8) {
        let mut seen = Vec::new();
        let mut before: Option<EntryCursor> = None;
        let mut number = 8;
        loop {
            let page = read(&tables, |r| r.entries(1, Timestamp::EPOCH, Timestamp::MAX, before, 3));
            seen.extend(page.rows);
            before = page.next;
            if before.is_none() {
                break;
            }
            apply(&tables, &[ViewChange::EntryAdded(short_entry(1, number))]).unwrap();
            number += 1;
        }
        seen.reverse();
        assert_eq!(seen, (0..8).map(|number| short_entry(1, number)).collect::<Vec<_>>());
        let month = read(&tables, |r| r.entries(2, NOW.plus(2), NOW.plus(3), None, 10)).rows;
        assert_eq!(month, [entry(2, 5), entry(2, 4)]);
        let one = entry(2, 5).entry;
        assert_eq!(read(&tables, |r| r.entry(2, one)), Some(entry(2, 5)));
        assert_eq!(read(&tables, |r| r.entry(1, one)), None, "it is the other one's");
        assert_eq!(entry(2, 5).id().to_string(), money::EntryId::at(3, 9).to_string());
        let wallet = read(&tables, |r| r.wallet_view_by_no(2)).unwrap();
        assert_eq!((wallet.entries, wallet.newest), (8, Some(entry(2, 7).entry)));
        assert_eq!(read(&tables, |r| r.entries(3, Timestamp::EPOCH, Timestamp::MAX, None, 3)).rows, []);
    }
}

/// Whatever is asked for: the same as looking through all entries, and each wallet sees its own alone.
#[test]
fn a_page_of_a_long_statement_begins_anywhere() {
    let count = 300;
    let [in_memory, on_the_server] = statements(count);
    let all: Vec<EntryRow> = (0..count).rev().map(|number| short_entry(1, number)).collect();
    let times = [0, 1, 30, 31, 32, 33, 63, 64, 65, 100, 128, 149, 150, 151].map(|steps| NOW.plus(steps));
    let positions = [0, 1, 2, 32, 33, 65, 100, 129, 150, 151, 1_000, u64::MAX];
    // Its own entry, another wallet's, and none at all.
    let cursors = positions
        .into_iter()
        .flat_map(|position| [0, 1, 2, 5, 8].map(|ordinal| Some(EntryCursor { position, ordinal })));
    let from_to: Vec<_> = times.iter().flat_map(|from| times.map(|to| (*from, to))).collect();
    for (nth, before) in cursors.chain([None]).enumerate() {
        // A row is a journey to the server: it is asked for some of all these, others for each cursor.
        let journeys = from_to.iter().skip(nth % 41).step_by(41).map(|asked| (&on_the_server, asked));
        for (tables, &(from_at, to_at)) in from_to.iter().map(|asked| (&in_memory, asked)).chain(journeys) {
            let wanted = all.iter().filter(|row| from_at <= row.at && row.at < to_at).filter(|row| {
                before.is_none_or(|b| (row.entry.position(), row.entry.ordinal()) < (b.position, b.ordinal))
            });
            let wanted: Vec<_> = wanted.take(5).cloned().collect();
            let page = read(tables, |r| r.entries(1, from_at, to_at, before, 5));
            assert_eq!(page.rows, wanted, "{before:?} {from_at:?} {to_at:?}");
        }
    }
}

#[test]
fn what_was_moved_adds_up_by_the_quarter_of_an_hour() {
    for tables in server::tables() {
        let midnight = Timestamp::from_seconds(1_800_000_000 / 900 * 900);
        let moved = |at: Timestamp, kind: &'static str, reason: Option<&'static str>, unit, delta| {
            ViewChange::Moved {
                quarter: quarter_of(at),
                unit,
                kind: kind.into(),
                reason: reason.map(Into::into),
                delta,
            }
        };
        let before = midnight.plus(-1);
        let later = midnight.plus(5 * Timestamp::HOUR);
        apply(
            &tables,
            &[
                moved(before, "charge", None, Unit::USD, -1),
                moved(midnight, "charge", None, Unit::USD, -2),
                moved(midnight, "grant", Some("purchased"), Unit::USD, 40),
                moved(midnight, "grant", Some("promotional"), Unit::USD, 7),
            ],
        )
        .unwrap();
        apply(
            &tables,
            &[
                moved(midnight, "charge", None, Unit::USD, -3),
                moved(later, "charge", None, Unit::USD, -10),
                moved(later, "charge", None, Unit::BRL, -100),
            ],
        )
        .unwrap();
        let since = |from_at| {
            let rows = read(&tables, |r| r.moved_since(from_at)).into_iter();
            rows.map(|Moved { kind, reason, amount }| (kind, reason, amount)).collect::<Vec<_>>()
        };
        let row = |kind: &str, reason: Option<&str>, value, unit| {
            (kind.to_owned(), reason.map(str::to_owned), Amount::new(value, unit))
        };
        let grants =
            [row("grant", Some("promotional"), 7, Unit::USD), row("grant", Some("purchased"), 40, Unit::USD)];
        let charges = |usd| [row("charge", None, -100, Unit::BRL), row("charge", None, usd, Unit::USD)];
        assert_eq!(since(midnight), [charges(-15), grants.clone()].concat());
        assert_eq!(since(midnight.plus(Timestamp::MINUTE)), [charges(-15), grants.clone()].concat());
        assert_eq!(since(before), [charges(-16), grants].concat());
        assert_eq!(since(later), charges(-10));
        assert_eq!(since(later.plus(Timestamp::HOUR)), []);
    }
}

#[test]
fn a_cursor_moves_only_from_where_it_is() {
    for tables in server::tables() {
        let move_it = |from, to: u64| {
            tables.write_views(|tx| {
                tx.apply_views(&ViewChanges::from_iter([moved("a", 1)]))?;
                tx.move_cursor("views", from, to, &[u8::try_from(to).unwrap(); 32])
            })
        };
        assert_eq!(read(&tables, |r| r.cursor("views")).position, 0);
        move_it(0, 3).unwrap();
        assert!(move_it(0, 3).unwrap_err().is_conflict_over("cursors.views"));
        assert!(move_it(2, 4).unwrap_err().is_conflict_over("cursors.views"));
        move_it(3, 4).unwrap();
        let cursor = read(&tables, |r| r.cursor("views"));
        assert_eq!((cursor.position, cursor.hash), (4, [4; 32]));
        assert_eq!(read(&tables, |r| r.accounts())[0].balance, 2);
        tables.write(|tx| tx.clear_views("views")).unwrap();
        assert_eq!(read(&tables, |r| r.cursor("views")).position, 0);
        assert!(read(&tables, |r| r.accounts()).is_empty());
    }
}

#[test]
fn the_first_difference_is_named() {
    let full = || {
        let tables = Tables::open_in_memory().unwrap();
        apply(
            &tables,
            &[
                ViewChange::WalletOpened(wallet(1)),
                ViewChange::WalletOpened(wallet(2)),
                ViewChange::GrantAdded(grant(1)),
                ViewChange::WindowOpened(window(1)),
                used(1, 1, 0),
                moved("a", 1),
            ],
        )
        .unwrap();
        let entries: Vec<_> = (0..5_000).map(|number| ViewChange::EntryAdded(entry(1, number))).collect();
        apply(&tables, &entries).unwrap();
        tables
    };
    let expected = full();
    let differ = |changes: &[ViewChange]| {
        let found = full();
        apply(&found, changes).unwrap();
        found.read(|found| expected.read(|expected| found.first_difference(expected))).unwrap()
    };
    assert_eq!(differ(&[]), None);
    let balance = ViewChange::BalanceSet { wallet_no: 2, posted: 7, pending: 0, held: 0 };
    let difference = differ(&[balance]).unwrap();
    assert_eq!(difference.table, "wallet_view");
    assert!(difference.found.unwrap().contains("posted: 7"));
    assert!(difference.expected.unwrap().contains("posted: 0"));
    let difference = differ(&[ViewChange::EntryAdded(entry(2, 0))]).unwrap();
    assert_eq!(difference.table, "wallet_view");
    assert!(difference.found.unwrap().contains("entries: 1"));
    let moved_more =
        ViewChange::Moved { quarter: 1, unit: Unit::USD, kind: "charge".into(), reason: None, delta: -1 };
    let difference = differ(&[moved_more]).unwrap();
    assert_eq!((difference.table, difference.expected), ("moved_view", None));
    assert_eq!(differ(&[ViewChange::GrantAdded(grant(2))]).unwrap().table, "grant_view");
    assert_eq!(
        differ(&[ViewChange::WindowClosed { wallet_no: 1, window_no: 1 }]).unwrap().table,
        "window_view"
    );
    assert_eq!(differ(&[used(1, 1, 0)]).unwrap().table, "usage_view");
    assert_eq!(differ(&[charged(1, 1, -1)]).unwrap().table, "charged_view");
    assert_eq!(differ(&[moved("a", 1)]).unwrap().table, "account_view");
}
