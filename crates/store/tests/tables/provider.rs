//! What a provider sells and to whom: plans, packs, lines, routers, payers.

use crate::{NOW, customer, on_both, read, with_customer_and_wallet, write};
use money::{Amount, CustomerId, LineId, PackId, PlanId, RouterId, Timestamp, Unit, WalletId};
use store::tables::customers::Wallet;
use store::tables::lines::{
    AtZero, FreeWindowRow, LineEntry, OnWriteOff, PackRelease, PackRow, Payer, PlanRow, RouterRow,
};
use store::tables::services::SERVICES_MAX;
use store::{Hidden, StoreError};

pub(crate) fn plan(name: &str) -> PlanRow {
    PlanRow {
        plan_no: 0,
        id: PlanId::from_u128(name.len() as u128),
        name: name.to_owned(),
        fee: Amount::new(79_900_000, Unit::BRL),
        allowance: i64::MAX,
        carried_max: None,
        supports_purchase: 1,
        balance_max: -5,
        unpaid_max: Some(100_000_000),
        at_zero: AtZero::Walled,
        speed: "10M/50M".to_owned(),
        slow_speed: "512k/1M".to_owned(),
        walled_list: "portal".to_owned(),
        created_at: NOW,
        block_after_days: Some(5),
        zero_rated: String::new(),
        fee_since: None,
    }
}

fn pack(n: u128) -> PackRow {
    PackRow {
        pack_no: 0,
        id: PackId::from_u128(n),
        plan_no: 1,
        quantity: 10_000_000_000,
        price: Amount::new(24_900_000, Unit::BRL),
        chargings: "boleto,pix".to_owned(),
        release: PackRelease::Payment,
        validity_days: Some(30),
        per_cycle_max: None,
        sold: 1,
        created_at: NOW,
        on_write_off: OnWriteOff::KeepDebt,
    }
}

#[test]
fn plans_and_packs_are_numbered_and_changed_in_place() {
    on_both(|tables| {
        assert_eq!(write(tables, |tx| tx.insert_plan(&plan("Fibra"))), 1);
        assert_eq!(write(tables, |tx| tx.insert_plan(&plan("Fibra 50"))), 2);
        let taken =
            tables.write(|tx| tx.insert_plan(&PlanRow { id: PlanId::from_u128(99), ..plan("Fibra") }));
        assert!(taken.unwrap_err().is_conflict_over("plans.name"));
        let changed = PlanRow {
            plan_no: 1,
            name: "Rural".to_owned(),
            carried_max: Some(7),
            supports_purchase: 0,
            unpaid_max: None,
            at_zero: AtZero::Block,
            block_after_days: None,
            ..plan("Fibra")
        };
        write(tables, |tx| tx.update_plan(&changed));
        let second = PlanRow { plan_no: 2, ..plan("Fibra 50") };
        assert_eq!(read(tables, |reader| reader.plans()), [changed.clone(), second]);
        let nobody = tables.write(|tx| tx.update_plan(&PlanRow { plan_no: 9, ..plan("Nobody's") }));
        assert!(matches!(nobody, Err(StoreError::Missing { .. })));

        let window = |plan_no, from_minute, to_minute| FreeWindowRow { plan_no, from_minute, to_minute };
        write(tables, |tx| {
            tx.put_free_windows(2, &[window(0, 720, 780), window(0, 0, 360)])?;
            tx.put_free_windows(1, &[window(0, 60, 120)])
        });
        let all = read(tables, |reader| reader.free_windows());
        assert_eq!(all, [window(1, 60, 120), window(2, 0, 360), window(2, 720, 780)]);
        write(tables, |tx| tx.put_free_windows(2, &[]));
        assert_eq!(read(tables, |reader| reader.free_windows()), [window(1, 60, 120)]);

        assert_eq!(write(tables, |tx| tx.insert_pack(&pack(1))), 1);
        assert_eq!(write(tables, |tx| tx.insert_pack(&pack(2))), 2);
        let changed = PackRow {
            pack_no: 2,
            quantity: 1,
            chargings: "card".to_owned(),
            release: PackRelease::Purchase,
            validity_days: None,
            per_cycle_max: Some(3),
            sold: 0,
            on_write_off: OnWriteOff::Leave,
            ..pack(2)
        };
        write(tables, |tx| tx.update_pack(&changed));
        assert_eq!(read(tables, |reader| reader.packs()), [PackRow { pack_no: 1, ..pack(1) }, changed]);
        let orphan = tables.write(|tx| tx.insert_pack(&PackRow { plan_no: 9, ..pack(3) }));
        assert!(matches!(orphan, Err(StoreError::Dangling)));
    });
}

#[test]
fn lines_are_found_by_name_login_and_customer_page_by_page() {
    on_both(|tables| {
        with_customer_and_wallet(tables);
        let wallet = |n| Wallet {
            id: WalletId::from_u128(n),
            customer: CustomerId::from_u128(1 + n % 2),
            unit: Unit::BYTE,
            created_at: NOW,
        };
        let line = |n: u128| LineEntry {
            id: LineId::from_u128(n),
            customer: CustomerId::from_u128(1 + n % 2),
            wallet: WalletId::from_u128(n),
            access_login: (n != 14).then(|| format!("login-{n}")),
            created_at: NOW,
        };
        write(tables, |tx| {
            tx.insert_customer(&customer(2))?;
            (10..=15).try_for_each(|n| {
                tx.insert_wallet(&wallet(n))?;
                tx.insert_line(&line(n))
            })
        });
        let taken = LineEntry { access_login: Some("login-11".to_owned()), ..line(14) };
        let taken =
            tables.write(|tx| tx.insert_line(&LineEntry { id: LineId::from_u128(99), ..taken.clone() }));
        assert!(matches!(taken, Err(StoreError::Conflict { .. })), "{taken:?}");
        assert_eq!(read(tables, |reader| reader.line(line(12).id)), Some(line(12)));
        assert_eq!(read(tables, |reader| reader.line(LineId::from_u128(9))), None);
        assert_eq!(read(tables, |reader| reader.line_by_access_login("login-13")), Some(line(13)));
        assert_eq!(read(tables, |reader| reader.line_by_access_login("login-14")), None);

        let one = CustomerId::from_u128(1);
        let of_one: Vec<LineEntry> = [10, 12, 14].map(line).to_vec();
        assert_eq!(read(tables, |reader| reader.lines_of(one, 9)), of_one);
        assert_eq!(read(tables, |reader| reader.lines_of(one, 2)), of_one[..2]);
        assert_eq!(read(tables, |reader| reader.every_line_of(one)), of_one);
        assert_eq!(read(tables, |reader| reader.line_of_wallet(line(13).wallet)), Some(line(13)));
        let page = read(tables, |reader| reader.lines_of_before(one, None, 2));
        assert_eq!((page.rows, page.next), (vec![line(14), line(12)], Some(line(12).id)));
        let page = read(tables, |reader| reader.lines_of_before(one, page.next, 2));
        assert_eq!((page.rows, page.next), (vec![line(10)], None));
        let page = read(tables, |reader| reader.lines(None, 4));
        let ids: Vec<u128> = page.rows.iter().map(|row| row.id.as_u128()).collect();
        assert_eq!((ids, page.next), (vec![15, 14, 13, 12], Some(line(12).id)));
        assert_eq!(read(tables, |reader| reader.lines(page.next, 4)).rows, [line(11), line(10)]);
        let wallets = read(tables, |reader| reader.wallets_of(CustomerId::from_u128(2), None, 2));
        assert_eq!((wallets.rows, wallets.next), (vec![wallet(15), wallet(13)], Some(wallet(13).id)));
        assert_eq!(read(tables, |reader| reader.customer_count()), 2);
    });
}

#[test]
fn payers_are_found_by_document_and_counted() {
    on_both(|tables| {
        write(tables, |tx| (1..=5).try_for_each(|n| tx.insert_customer(&customer(n))));
        let payer = |n: u128| Payer {
            customer: CustomerId::from_u128(n),
            document: format!("{n:011}"),
            street: "Rua São João, 12".to_owned(),
            district: "Centro".to_owned(),
            city: "São Paulo".to_owned(),
            state: "SP".to_owned(),
            postcode: "01310100".to_owned(),
        };
        write(tables, |tx| (1..=4).try_for_each(|n| tx.put_payer(&payer(n))));
        let moved = Payer { city: "Recife".to_owned(), document: "11222333000181".to_owned(), ..payer(2) };
        write(tables, |tx| tx.put_payer(&moved));
        assert_eq!(read(tables, |reader| reader.payer(moved.customer)), Some(moved.clone()));
        assert_eq!(read(tables, |reader| reader.payer_by_document("11222333000181")), Some(moved));
        assert_eq!(read(tables, |reader| reader.payer_by_document("00000000002")), None);
        assert_eq!(read(tables, |reader| reader.payer(CustomerId::from_u128(5))), None);
        let taken = tables.write(|tx| tx.put_payer(&Payer { document: payer(1).document, ..payer(5) }));
        assert!(taken.unwrap_err().is_conflict_over("payers.document"));
        assert_eq!(read(tables, |reader| reader.payer_count()), 4);
        let after = |n| read(tables, |reader| reader.payers_after(CustomerId::from_u128(n), 2));
        let ids = |ids: [u128; 2]| ids.map(CustomerId::from_u128).to_vec();
        assert_eq!((after(0), after(2), after(4)), (ids([1, 2]), ids([3, 4]), Vec::new()));
    });
}

#[test]
fn routers_are_numbered_and_keep_when_they_were_heard() {
    on_both(|tables| {
        let router = |nas_no: u32| RouterRow {
            nas_no,
            id: RouterId::from_u128(u128::from(nas_no)),
            name: format!("torre-{nas_no}"),
            address: format!("10.0.0.{nas_no}"),
            secret: Hidden("segredo".to_owned()),
            coa_port: 3_799,
            last_seen_at: None,
            created_at: NOW,
            counts_all: 1,
        };
        assert_eq!(write(tables, |tx| tx.insert_router(&router(1))), 1);
        assert_eq!(write(tables, |tx| tx.insert_router(&router(2))), 2);
        for taken in [
            RouterRow { name: router(1).name, ..router(3) },
            RouterRow { address: router(1).address, ..router(3) },
        ] {
            let taken = tables.write(|tx| tx.insert_router(&taken));
            assert!(matches!(taken, Err(StoreError::Conflict { .. })), "{taken:?}");
        }
        let later = NOW.plus(Timestamp::MINUTE);
        let moved = RouterRow { address: "::1".to_owned(), coa_port: 1_700, ..router(2) };
        write(tables, |tx| {
            tx.update_router(&moved)?;
            tx.router_seen(2, later)
        });
        let heard = RouterRow { last_seen_at: Some(later), ..moved };
        assert_eq!(read(tables, |reader| reader.routers()), [router(1), heard]);
        for missing in
            [tables.write(|tx| tx.update_router(&router(9))), tables.write(|tx| tx.router_seen(9, NOW))]
        {
            assert!(matches!(missing, Err(StoreError::Missing { .. })));
        }
    });
}

#[test]
fn services_are_remembered_with_when_they_were_told_of_last_and_only_so_many_are() {
    on_both(|tables| {
        let at = |seconds| NOW.plus(seconds * Timestamp::SECOND);
        for (name, seconds) in [("WhatsApp", 0), ("garden", 1), ("WhatsApp", 2)] {
            write(tables, |tx| tx.see_service(name, at(seconds)));
        }
        let seen = read(tables, |reader| reader.services_seen());
        assert_eq!(seen, [("WhatsApp".to_owned(), at(2)), ("garden".to_owned(), at(1))]);
        write(tables, |tx| {
            (0..SERVICES_MAX).try_for_each(|no| tx.see_service(&format!("made up {no}"), NOW))
        });
        let seen = read(tables, |reader| reader.services_seen());
        assert_eq!(seen.len(), SERVICES_MAX as usize);
        write(tables, |tx| tx.see_service("garden", at(9)));
        assert_eq!(
            read(tables, |reader| reader.services_seen())[0].0,
            "garden",
            "one that is known is seen again"
        );
    });
}
