//! Meters, prices by version, kinds of charge, settings.

use crate::{NOW, on_both, read, write};
use money::{Amount, MeterId, Timestamp, Unit, UnitPrice};
use store::StoreError;
use store::tables::catalog::{Meter, MeterAggregation, PriceTerms, PriceVersion, WindowAnchor};

#[test]
fn a_catalog_grows_by_versions() {
    on_both(|tables| {
        let meter = |slug: &str| Meter {
            meter_no: 0,
            id: MeterId::from_u128(slug.len() as u128),
            slug: slug.to_owned(),
            aggregation: MeterAggregation::Sum,
            sum_field: Some("tokens".to_owned()),
            created_at: NOW,
        };
        assert_eq!(write(tables, |tx| tx.insert_meter(&meter("calls"))), 1);
        assert_eq!(write(tables, |tx| tx.insert_meter(&meter("tokens"))), 2);
        let taken =
            tables.write(|tx| tx.insert_meter(&Meter { id: MeterId::from_u128(99), ..meter("calls") }));
        assert!(taken.unwrap_err().is_conflict_over("meters.slug"));
        let calls = Meter { meter_no: 1, ..meter("calls") };
        assert_eq!(read(tables, |r| r.meter_by_slug("calls")), Some(calls.clone()));
        assert_eq!(read(tables, |r| r.meter(calls.id)), Some(calls));
        assert_eq!(read(tables, |r| r.meters()).len(), 2);

        let price = |version, terms, valid_from| PriceVersion {
            meter_no: 1,
            version,
            terms,
            valid_from,
            created_at: NOW,
        };
        let hour = PriceTerms::PerActiveWindow {
            amount: Amount::new(250_000, Unit::USD),
            window_seconds: 3_600,
            anchor: WindowAnchor::FirstEvent,
        };
        let each = PriceTerms::PerUnit(UnitPrice::from_e12(2_500_000, Unit::BRL));
        let later = NOW.plus(Timestamp::DAY);
        assert_eq!(write(tables, |tx| tx.insert_price(&price(0, hour, NOW))), 1);
        assert_eq!(write(tables, |tx| tx.insert_price(&price(0, each, later))), 2);
        let orphan = tables.write(|tx| tx.insert_price(&PriceVersion { meter_no: 9, ..price(0, each, NOW) }));
        assert!(matches!(orphan, Err(StoreError::Dangling)));
        assert_eq!(read(tables, |r| r.prices_in_force(NOW.plus(-1))), []);
        assert_eq!(read(tables, |r| r.prices_in_force(NOW)), [price(1, hour, NOW)]);
        assert_eq!(read(tables, |r| r.prices_in_force(later)), [price(2, each, later)]);
        assert_eq!(read(tables, |r| r.next_price_change(NOW)), Some(later));
        assert_eq!(read(tables, |r| r.next_price_change(later)), None);
        assert_eq!(read(tables, |r| r.prices_of(1, 10)), [price(2, each, later), price(1, hour, NOW)]);

        assert_eq!(write(tables, |tx| tx.insert_charge_kind("seat", NOW)), 1);
        assert_eq!(write(tables, |tx| tx.insert_charge_kind("report", NOW)), 2);
        let taken = tables.write(|tx| tx.insert_charge_kind("seat", NOW));
        assert!(taken.unwrap_err().is_conflict_over("charge_kinds.slug"));
        assert_eq!(read(tables, |r| r.charge_kind_by_slug("report")).unwrap().charge_kind_no, 2);
        assert_eq!(read(tables, |r| r.charge_kinds()).len(), 2);

        assert_eq!(read(tables, |r| r.setting("welcome")), None);
        write(tables, |tx| tx.put_setting("welcome", "1", NOW));
        write(tables, |tx| tx.put_setting("welcome", "2", NOW));
        assert_eq!(read(tables, |r| r.setting("welcome")).as_deref(), Some("2"));
        assert_eq!(read(tables, |r| r.settings()), [("welcome".to_owned(), "2".to_owned())]);
    });
}
