//! Plans and packs: what is written down comes out, and what is changed is changed.

use crate::{NOW, on_both, read, write};
use money::{Amount, PackId, PlanId, Unit};
use store::tables::lines::{AtZero, OnWriteOff, PackRelease, PackRow, PlanRow};

fn plan() -> PlanRow {
    PlanRow {
        plan_no: 0,
        id: PlanId::from_u128(1),
        name: "Fibra".to_owned(),
        fee: Amount::new(79_900_000, Unit::BRL),
        allowance: 50_000_000_000,
        carried_max: None,
        supports_purchase: 1,
        balance_max: 0,
        unpaid_max: None,
        at_zero: AtZero::Slow,
        speed: "10M/50M".to_owned(),
        slow_speed: "512k/1M".to_owned(),
        walled_list: "WALLED".to_owned(),
        created_at: NOW,
        block_after_days: Some(5),
        zero_rated: "WhatsApp,garden".to_owned(),
        fee_since: Some(NOW),
    }
}

fn pack(plan_no: u32) -> PackRow {
    PackRow {
        pack_no: 1,
        id: PackId::from_u128(2),
        plan_no,
        quantity: 10_000_000_000,
        price: Amount::new(24_900_000, Unit::BRL),
        chargings: "boleto,pix".to_owned(),
        release: PackRelease::Purchase,
        validity_days: None,
        per_cycle_max: Some(3),
        sold: 1,
        created_at: NOW,
        on_write_off: OnWriteOff::TakeBack,
    }
}

#[test]
fn packs_come_out_as_they_were_written_down_and_changed() {
    on_both(|tables| {
        let plan_no = write(tables, |tx| tx.insert_plan(&plan()));
        assert_eq!(read(tables, |reader| reader.plans()), [PlanRow { plan_no, ..plan() }]);
        let mut row = pack(plan_no);
        write(tables, |tx| tx.insert_pack(&row));
        assert_eq!(read(tables, |reader| reader.packs()), [row.clone()]);
        for rule in OnWriteOff::ALL {
            row = PackRow { on_write_off: *rule, validity_days: Some(30), sold: 0, ..row };
            write(tables, |tx| tx.update_pack(&row));
            assert_eq!(read(tables, |reader| reader.packs()), [row.clone()]);
        }
    });
}
