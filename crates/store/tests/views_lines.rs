//! What people read of lines: every change shows, terms add up, and a row that was changed is named.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod server;

use money::{Amount, CustomerId, LineId, PurchaseId, Timestamp, Unit, WalletId};
use store::tables::customers::Customer;
use store::tables::settlements::Owed;
use store::views::{
    CycleRow, LineChange, LineRow, PurchaseRow, PurchaseState, SessionRow, TermsMoved, TrafficRow,
    ViewChange, ViewChanges, WalletRow, ZeroRatedRow,
};
use store::{Reader, StoreError, Tables};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const LATER: Timestamp = Timestamp::from_seconds(1_800_000_600);
const PURCHASE: PurchaseId = PurchaseId::from_u128(9);

fn read<T>(tables: &Tables, look: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>) -> T {
    tables.read(look).unwrap()
}

fn payer() -> Customer {
    Customer {
        id: CustomerId::from_u128(1),
        name: "Customer 1".to_owned(),
        email: None,
        external_key: None,
        locale: "pt-BR".to_owned(),
        stripe_customer_id: None,
        created_at: NOW,
    }
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
        traffic_no: None,
    }
}

fn zero_rated(bytes: i64) -> ZeroRatedRow {
    ZeroRatedRow { wallet_no: 3, hour: 500, traffic_no: 1, bytes }
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
        LineChange::ZeroRatedAdded(zero_rated(3)),
        LineChange::ZeroRatedAdded(zero_rated(2)),
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
fn purchases_are_found_page_by_page_and_by_what_they_wait_for() {
    let bought = |n: u128, seconds, charging: &str, state| PurchaseRow {
        purchase: PurchaseId::from_u128(n),
        charging: charging.to_owned(),
        bought_at: NOW.plus(seconds * Timestamp::SECOND),
        ..purchase(state, None)
    };
    let (awaiting, released) = (PurchaseState::Awaiting, PurchaseState::Released);
    // Two at the same instant: their names order them.
    let all = [
        bought(1, 0, "next_invoice", released),
        bought(2, 5, "pix", awaiting),
        bought(3, 5, "pix", awaiting),
        bought(4, 9, "card", awaiting),
        bought(5, 7, "next_invoice", released),
        bought(6, 8, "next_invoice", PurchaseState::WrittenOff),
        bought(7, 6, "next_invoice", awaiting),
    ];
    for open in server::ENGINES {
        let changes = [LineChange::Opened(line(), cycle(1, 0))];
        let changes = changes.into_iter().chain(all.iter().cloned().map(LineChange::Purchased)).collect();
        let tables = tables_with(open, changes);
        let names = |rows: &[PurchaseRow]| rows.iter().map(|row| row.purchase.as_u128()).collect::<Vec<_>>();
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = read(&tables, |reader| reader.purchases_before(3, before, 2));
            assert!(page.rows.len() <= 2);
            seen.extend(names(&page.rows));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen, [4, 6, 5, 7, 3, 2, 1]);
        assert_eq!(read(&tables, |reader| reader.purchases_before(4, None, 2)).rows, []);
        assert_eq!(names(&read(&tables, |reader| reader.purchases(3, 3))), [4, 6, 5]);
        let waiting = |charging: &str, before: Timestamp, limit| {
            names(&read(&tables, |reader| reader.purchases_awaiting(charging, before, limit)))
        };
        assert_eq!(waiting("pix", LATER, 9), [2, 3]);
        assert_eq!(waiting("pix", LATER, 1), [2]);
        assert_eq!(waiting("pix", NOW, 9), []);
        assert_eq!(waiting("boleto", LATER, 9), []);
        let to_invoice = |limit| names(&read(&tables, |reader| reader.purchases_to_invoice(3, limit)));
        assert_eq!(to_invoice(9), [], "none is written down as owed");
        assert!(!read(&tables, |reader| reader.are_purchases_owed()));
        tables.write::<_, StoreError>(|tx| tx.insert_customer(&payer())).unwrap();
        for n in [1, 5, 7] {
            let owed = Owed {
                purchase: PurchaseId::from_u128(n),
                customer: payer().id,
                payload: "{}".to_owned(),
                created_at: NOW,
            };
            tables.write::<_, StoreError>(|tx| tx.put_owed(&owed)).unwrap();
        }
        assert_eq!((to_invoice(9), to_invoice(1)), (vec![1, 7, 5], vec![1]));
        assert!(read(&tables, |reader| reader.are_purchases_owed()));
    }
}

#[test]
fn lines_with_open_sessions_are_found_router_by_router() {
    for open in server::ENGINES {
        let at = |wallet_no, nas_no, mark| {
            let changed =
                SessionRow { wallet_no, nas_no, session: vec![mark; 16], ..session("open", NOW, None) };
            LineChange::SessionRead(changed)
        };
        let opened = |wallet_no| {
            let name = LineId::from_u128(u128::from(wallet_no));
            let row = LineRow { wallet_no, line: name, ..line() };
            LineChange::Opened(row, CycleRow { wallet_no, ..cycle(1, 0) })
        };
        // Wallet 3 is at two routers, and at one of them twice.
        let changes = vec![
            opened(3),
            opened(5),
            opened(8),
            at(3, 4, 1),
            at(3, 4, 2),
            at(3, 6, 3),
            at(5, 6, 4),
            at(8, 6, 5),
        ];
        let tables = tables_with(open, changes);
        let page = read(&tables, |reader| reader.wallets_at_router(6, None, 2));
        assert_eq!((page.rows, page.next), (vec![3, 5], Some(5)));
        assert_eq!(read(&tables, |reader| reader.wallets_at_router(6, page.next, 2)).rows, [8]);
        assert_eq!(read(&tables, |reader| reader.wallets_at_router(4, None, 9)).rows, [3]);
        assert_eq!(read(&tables, |reader| reader.wallets_at_router(9, None, 9)).rows, Vec::<u32>::new());
        assert_eq!(read(&tables, |reader| reader.open_sessions()), [(4, 2), (6, 3)]);
        let ended = LineChange::SessionsEnded { wallet_no: 3, nas_no: 6 };
        let mut changes = ViewChanges::default();
        changes.push(ViewChange::Line(ended));
        tables.write_views(|tx| tx.apply_views(&changes)).unwrap();
        assert_eq!(read(&tables, |reader| reader.wallets_at_router(6, None, 9)).rows, [5, 8]);
        assert_eq!(
            read(&tables, |reader| reader.wallets_at_router(4, None, 9)).rows,
            [3],
            "that router goes on"
        );
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
        let cases: [(&str, LineChange); 6] = [
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
            ("zero_rated_view", LineChange::ZeroRatedAdded(zero_rated(1))),
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
