//! What people read of lines: every change shows, terms add up, and a row that was changed is named.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod server;

use money::{Amount, CustomerId, LineId, PurchaseId, Timestamp, Unit, WalletId};
use store::views::{
    CycleRow, LineChange, LineRow, PurchaseRow, PurchaseState, SessionRow, TermsMoved, TrafficRow,
    ViewChange, ViewChanges, WalletRow,
};
use store::{Reader, StoreError, Tables};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const LATER: Timestamp = Timestamp::from_seconds(1_800_000_600);
const PURCHASE: PurchaseId = PurchaseId::from_u128(9);

fn read<T>(tables: &Tables, look: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>) -> T {
    tables.read(look).unwrap()
}

fn line() -> LineRow {
    LineRow {
        wallet_no: 3,
        line: LineId::from_u128(7),
        plan_no: 1,
        status: "enabled".to_owned(),
        anchor_day: 31,
        cycle_no: 1,
        sequence: 0,
        restricted_since: None,
        restored_at: None,
        opened_at: NOW,
    }
}

fn cycle(cycle_no: u32, carried: i64) -> CycleRow {
    CycleRow {
        wallet_no: 3,
        cycle_no,
        starts_at: NOW,
        ends_at: LATER,
        carried,
        allowance: 100,
        bought: 0,
        released: 0,
        outside: 0,
        total: 0,
        adjustments: 0,
    }
}

fn purchase(state: PurchaseState, released_at: Option<Timestamp>) -> PurchaseRow {
    PurchaseRow {
        purchase: PURCHASE,
        wallet_no: 3,
        pack_no: 2,
        charging: "boleto".to_owned(),
        quantity: 50,
        price: Amount::new(24_900_000, Unit::BRL),
        state,
        bought_at: NOW,
        released_at,
        restored_at: None,
        paid_at: None,
        paid_by: None,
    }
}

fn session(state: &str, read_at: Timestamp, anomaly: Option<&str>) -> SessionRow {
    SessionRow {
        wallet_no: 3,
        session: vec![1; 16],
        nas_no: 4,
        state: state.to_owned(),
        started_at: NOW,
        read_at,
        input: 10,
        output: 20,
        anomaly: anomaly.map(str::to_owned),
    }
}

/// A line with all that can happen to it.
fn all_changes() -> Vec<LineChange> {
    let (wallet_no, moved) = (3, TermsMoved::default());
    vec![
        LineChange::Opened(line(), cycle(1, 0)),
        LineChange::CycleMoved { wallet_no, back: 0, by: TermsMoved { total: 120, outside: 5, ..moved } },
        LineChange::Restricted { wallet_no, at: NOW },
        LineChange::Purchased(purchase(PurchaseState::Awaiting, None)),
        LineChange::SequenceMoved { wallet_no },
        LineChange::Purchased(purchase(PurchaseState::Released, Some(LATER))),
        LineChange::CycleMoved { wallet_no, back: 0, by: TermsMoved { bought: 50, released: 1, ..moved } },
        LineChange::Restored { wallet_no, at: LATER },
        LineChange::PurchaseSet {
            purchase: PURCHASE,
            state: PurchaseState::Paid,
            paid_at: Some(LATER),
            paid_by: Some("pix".to_owned()),
        },
        LineChange::CycleBegan(cycle(2, 35)),
        LineChange::CycleMoved { wallet_no, back: 1, by: TermsMoved { total: 2, outside: 2, ..moved } },
        LineChange::CycleMoved { wallet_no, back: 0, by: TermsMoved { adjustments: -35, ..moved } },
        LineChange::PlanSet { wallet_no, plan_no: 6 },
        LineChange::StatusSet { wallet_no, status: "blocked".to_owned() },
        LineChange::SessionRead(session("open", NOW, Some("counter_reset"))),
        LineChange::SessionRead(session("open", LATER, None)),
        LineChange::SessionsClosed { wallet_no, sessions: vec![vec![0; 16]] },
        LineChange::SessionsEnded { wallet_no, nas_no: 4 },
        LineChange::TrafficAdded { wallet_no, hour: 500, total: 100, outside: 5 },
        LineChange::TrafficAdded { wallet_no, hour: 500, total: 20, outside: 0 },
    ]
}

fn tables_with(open: server::Open, changes: Vec<LineChange>) -> Tables {
    let tables = open();
    let mut all = ViewChanges::default();
    all.push(ViewChange::WalletOpened(WalletRow {
        wallet_no: 3,
        wallet: WalletId::from_u128(3),
        customer: CustomerId::from_u128(1),
        unit: Unit::BYTE,
        posted: 0,
        pending: 0,
        held: 0,
        opened_at: NOW,
        entries: 0,
        newest: None,
    }));
    changes.into_iter().for_each(|change| all.push(ViewChange::Line(change)));
    tables.write_views(|tx| tx.apply_views(&all)).unwrap();
    tables
}

#[test]
fn a_line_shows_what_happened_to_it() {
    for open in server::ENGINES {
        let tables = tables_with(open, all_changes());
        let shown = read(&tables, |reader| reader.line_view(LineId::from_u128(7))).unwrap();
        let expected = LineRow {
            plan_no: 6,
            status: "blocked".to_owned(),
            cycle_no: 2,
            sequence: 1,
            restored_at: Some(LATER),
            ..line()
        };
        assert_eq!(shown, expected);
        assert_eq!(read(&tables, |reader| reader.line_view_by_wallet(3)), Some(expected.clone()));
        assert_eq!(read(&tables, |reader| reader.line_views(None, 10)).rows, [expected]);
    }
}

#[test]
fn terms_add_up_cycle_by_cycle_late_use_in_the_one_before() {
    for open in server::ENGINES {
        let tables = tables_with(open, all_changes());
        let [new, old] =
            <[CycleRow; 2]>::try_from(read(&tables, |reader| reader.cycles(3, None, 10)).rows).unwrap();
        assert_eq!(old, CycleRow { total: 122, outside: 7, bought: 50, released: 1, ..cycle(1, 0) });
        assert_eq!(old.balance(), 35);
        assert_eq!((new.cycle_no, new.balance()), (2, 100));
        assert_eq!(read(&tables, |reader| reader.cycles(3, Some(2), 10)).rows, [old]);
    }
}

#[test]
fn a_purchase_keeps_when_each_thing_happened() {
    for open in server::ENGINES {
        let tables = tables_with(open, all_changes());
        let shown = read(&tables, |reader| reader.purchase(PURCHASE)).unwrap();
        let expected = PurchaseRow {
            restored_at: Some(LATER),
            paid_at: Some(LATER),
            paid_by: Some("pix".to_owned()),
            ..purchase(PurchaseState::Paid, Some(LATER))
        };
        assert_eq!(shown, expected);
        assert_eq!(read(&tables, |reader| reader.purchases(3, 10)), [expected]);
    }
}

#[test]
fn sessions_and_traffic_are_found_where_they_are_asked_for() {
    for open in server::ENGINES {
        let mut changes = all_changes();
        let ended =
            changes.iter().position(|change| matches!(change, LineChange::SessionsEnded { .. })).unwrap();
        let tables = tables_with(open, changes.drain(..ended).collect());
        assert_eq!(read(&tables, |reader| reader.wallets_at_router(4, None, 10)).rows, [3]);
        let tables = tables_with(open, all_changes());
        assert!(read(&tables, |reader| reader.wallets_at_router(4, None, 10)).rows.is_empty());
        let mut changes = all_changes();
        changes.drain(ended..);
        changes.push(LineChange::SessionsClosed { wallet_no: 3, sessions: vec![vec![1; 16]] });
        let tables_at_it = tables_with(open, changes);
        assert!(read(&tables_at_it, |reader| reader.wallets_at_router(4, None, 10)).rows.is_empty());
        let seen = read(&tables, |reader| reader.sessions_of(3, 10));
        assert_eq!(
            seen,
            [session("closed", LATER, Some("counter_reset"))],
            "what was strange once stays told"
        );
        let hour = TrafficRow { wallet_no: 3, hour: 500, total: 120, outside: 5 };
        assert_eq!(read(&tables, |reader| reader.traffic(3, 500, 501)), [hour]);
        assert!(read(&tables, |reader| reader.traffic(3, 501, 900)).is_empty());
    }
}

#[test]
fn each_table_that_differs_is_named() {
    for open in server::ENGINES {
        let cases: [(&str, LineChange); 5] = [
            ("line_view", LineChange::SequenceMoved { wallet_no: 3 }),
            (
                "cycle_view",
                LineChange::CycleMoved {
                    wallet_no: 3,
                    back: 0,
                    by: TermsMoved { total: 1, ..TermsMoved::default() },
                },
            ),
            (
                "purchase_view",
                LineChange::PurchaseSet {
                    purchase: PURCHASE,
                    state: PurchaseState::WrittenOff,
                    paid_at: None,
                    paid_by: None,
                },
            ),
            ("session_view", LineChange::SessionRead(session("open", LATER, None))),
            ("traffic_view", LineChange::TrafficAdded { wallet_no: 3, hour: 9, total: 1, outside: 0 }),
        ];
        for (table, change) in cases {
            let mut changes = all_changes();
            changes.push(change);
            let (sound, changed) = (tables_with(open, all_changes()), tables_with(open, changes));
            let same =
                sound.read(|one| tables_with(open, all_changes()).read(|other| one.first_difference(other)));
            assert_eq!(same.unwrap(), None);
            let difference = sound.read(|one| changed.read(|other| one.first_difference(other))).unwrap();
            assert_eq!(difference.map(|difference| difference.table), Some(table));
        }
    }
}

#[test]
fn a_change_of_what_is_not_there_is_an_error_and_clearing_leaves_nothing() {
    for open in server::ENGINES {
        for change in [
            LineChange::PlanSet { wallet_no: 8, plan_no: 1 },
            LineChange::StatusSet { wallet_no: 8, status: "blocked".to_owned() },
            LineChange::SequenceMoved { wallet_no: 8 },
            LineChange::Restricted { wallet_no: 8, at: NOW },
        ] {
            let tables = tables_with(open, all_changes());
            let changes: ViewChanges = [ViewChange::Line(change)].into_iter().collect();
            let refused = tables.write_views(|tx| tx.apply_views(&changes));
            assert!(matches!(refused, Err(StoreError::Missing { .. })), "{refused:?}");
        }
        let tables = tables_with(open, all_changes());
        tables.write_views(|tx| tx.clear_views("views")).unwrap();
        assert_eq!(read(&tables, |reader| reader.line_view_by_wallet(3)), None);
        assert!(read(&tables, |reader| reader.purchases(3, 10)).is_empty());
    }
}
