//! The views: changes add up, a batch is in once, and a rebuild that differs is named.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

use std::borrow::Cow;

use money::{Amount, CustomerId, GrantId, PaymentId, Quantity, Timestamp, Unit, WalletId};
use store::views::{
    AccountRow, EntryCursor, EntryRow, GrantRow, GrantState, UsageRow, ViewChange, WalletRow, WindowRow,
};
use store::{Reader, StoreError, Tables};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn read<T>(tables: &Tables, look: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>) -> T {
    tables.read(look).unwrap()
}

fn apply(tables: &Tables, changes: &[ViewChange]) -> Result<(), StoreError> {
    tables.write_views(|tx| tx.apply_views(changes))
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

fn entry(wallet_no: u32, position: u64, ordinal: u32) -> EntryRow {
    EntryRow {
        wallet_no,
        position,
        ordinal,
        at: NOW.plus(i64::try_from(position).unwrap()),
        kind: Cow::Borrowed("usage"),
        amount: -250_000,
        posted_after: 24_750_000,
        meter_no: Some(1),
        window_no: Some(3),
        from_at: Some(NOW),
        to_at: Some(NOW.plus(Timestamp::HOUR)),
        quantity: Some(Quantity::ONE),
        grant_no: None,
        payment: None,
        charge_kind_no: None,
        reason: None,
        debit_account: Some("wallet:1".into()),
        credit_account: Some("revenue:usage".into()),
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

fn moved(account: &'static str, delta: i64) -> ViewChange {
    ViewChange::AccountMoved { account: account.into(), unit: Unit::USD, delta }
}

#[test]
fn changes_add_up_within_a_call_and_between_calls() {
    let tables = Tables::open_in_memory().unwrap();
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

#[test]
fn a_change_of_what_is_not_there_is_an_error_and_changes_nothing() {
    let tables = Tables::open_in_memory().unwrap();
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

#[test]
fn statements_are_newest_first_and_by_month() {
    let tables = Tables::open_in_memory().unwrap();
    let entries: Vec<EntryRow> =
        (1..=4).flat_map(|position| [entry(1, position, 0), entry(1, position, 7)]).collect();
    let mut changes: Vec<ViewChange> = entries.iter().cloned().map(ViewChange::EntryAdded).collect();
    changes.push(ViewChange::EntryAdded(entry(2, 1, 1)));
    apply(&tables, &changes).unwrap();

    let mut seen = Vec::new();
    let mut before: Option<EntryCursor> = None;
    let mut position = 50;
    loop {
        let page = read(&tables, |r| r.entries(1, Timestamp::EPOCH, Timestamp::MAX, before, 3));
        seen.extend(page.rows);
        before = page.next;
        if before.is_none() {
            break;
        }
        position += 1;
        apply(&tables, &[ViewChange::EntryAdded(entry(1, position, 0))]).unwrap();
    }
    seen.reverse();
    assert_eq!(seen, entries);
    let month = read(&tables, |r| r.entries(1, NOW.plus(2), NOW.plus(3), None, 10)).rows;
    assert_eq!(month, [entry(1, 2, 7), entry(1, 2, 0)]);
    assert_eq!(read(&tables, |r| r.entry(1, 2, 7)), Some(entry(1, 2, 7)));
    assert_eq!(entry(1, 2, 7).id().to_string(), money::EntryId::at(2, 7).to_string());
}

#[test]
fn a_cursor_moves_only_from_where_it_is() {
    let tables = Tables::open_in_memory().unwrap();
    let move_it = |from, to: u64| {
        tables.write_views(|tx| {
            tx.apply_views(&[moved("a", 1)])?;
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
        let entries: Vec<_> =
            (1..=5_000).map(|position| ViewChange::EntryAdded(entry(1, position, 0))).collect();
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
    let difference = differ(&[ViewChange::EntryAdded(entry(9, 1, 0))]).unwrap();
    assert_eq!((difference.table, difference.expected), ("entry_view", None));
    assert_eq!(differ(&[ViewChange::GrantAdded(grant(2))]).unwrap().table, "grant_view");
    assert_eq!(
        differ(&[ViewChange::WindowClosed { wallet_no: 1, window_no: 1 }]).unwrap().table,
        "window_view"
    );
    assert_eq!(differ(&[used(1, 1, 0)]).unwrap().table, "usage_view");
    assert_eq!(differ(&[moved("a", 1)]).unwrap().table, "account_view");
}
