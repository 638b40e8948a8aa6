//! What is sold now: meters with the prices in force, in memory, as one value that is replaced whole.

use std::collections::HashMap;
use std::sync::Arc;

use book::{Aggregation, Anchor, Catalog, Meter, MeterNo, Price};
use money::Timestamp;
use store::tables::catalog::{ChargeKind, MeterAggregation, PriceTerms, PriceVersion, WindowAnchor};
use store::{StoreError, Tables};

/// The catalog, by every name that edges and pages know it by.
#[derive(Debug)]
pub struct Sold {
    /// What the book decides with.
    pub catalog: Arc<Catalog>,
    meters: HashMap<String, store::tables::catalog::Meter>,
    slugs: HashMap<u32, String>,
    prices: HashMap<u32, PriceVersion>,
    kinds: HashMap<String, u32>,
    kind_slugs: HashMap<u32, String>,
    /// When a price that is known already comes into force.
    pub changes_at: Option<Timestamp>,
}

impl Sold {
    /// What the tables say is sold at `now` by the book's clock.
    pub fn read(tables: &Tables, now: Timestamp, lateness_max: i64) -> Result<Sold, StoreError> {
        tables.read(|reader| {
            let meters = reader.meters()?;
            let prices: HashMap<u32, PriceVersion> =
                reader.prices_in_force(now)?.into_iter().map(|price| (price.meter_no, price)).collect();
            let in_book = meters.iter().filter_map(|meter| {
                let price = prices.get(&meter.meter_no)?;
                Some(Meter {
                    no: MeterNo(meter.meter_no),
                    aggregation: aggregation(meter.aggregation),
                    price: price_of(&price.terms),
                })
            });
            let catalog = Arc::new(Catalog::new(in_book, lateness_max));
            let kinds = reader.charge_kinds()?;
            let changes_at = reader.next_price_change(now)?;
            Ok(Sold {
                catalog,
                slugs: meters.iter().map(|meter| (meter.meter_no, meter.slug.clone())).collect(),
                meters: meters.into_iter().map(|meter| (meter.slug.clone(), meter)).collect(),
                prices,
                kinds: kinds
                    .iter()
                    .map(|kind: &ChargeKind| (kind.slug.clone(), kind.charge_kind_no))
                    .collect(),
                kind_slugs: kinds.into_iter().map(|kind| (kind.charge_kind_no, kind.slug)).collect(),
                changes_at,
            })
        })
    }

    /// The meter of this name.
    pub fn meter(&self, slug: &str) -> Option<&store::tables::catalog::Meter> {
        self.meters.get(slug)
    }

    /// The name of this meter.
    pub fn meter_slug(&self, no: u32) -> Option<&str> {
        self.slugs.get(&no).map(String::as_str)
    }

    /// All meters.
    pub fn meters(&self) -> impl Iterator<Item = &store::tables::catalog::Meter> {
        self.meters.values()
    }

    /// The price of this meter in force.
    pub fn price(&self, meter_no: u32) -> Option<&PriceVersion> {
        self.prices.get(&meter_no)
    }

    /// The number of what is charged for under this name.
    pub fn charge_kind(&self, slug: &str) -> Option<u32> {
        self.kinds.get(slug).copied()
    }

    /// The name of what is charged for under this number.
    pub fn charge_kind_slug(&self, no: u32) -> Option<&str> {
        self.kind_slugs.get(&no).map(String::as_str)
    }

    /// How many kinds of charges there are.
    pub fn charge_kinds_len(&self) -> usize {
        self.kinds.len()
    }
}

fn aggregation(stored: MeterAggregation) -> Aggregation {
    match stored {
        MeterAggregation::Count => Aggregation::Count,
        MeterAggregation::Sum => Aggregation::Sum,
        MeterAggregation::ActiveTime => Aggregation::ActiveTime,
    }
}

/// The price as the book takes it.
pub fn price_of(terms: &PriceTerms) -> Price {
    match *terms {
        PriceTerms::PerUnit(price) => Price::PerUnit(price),
        PriceTerms::PerActiveWindow { amount, window_seconds, anchor } => Price::PerActiveWindow {
            amount,
            length: i64::from(window_seconds) * Timestamp::SECOND,
            anchor: match anchor {
                WindowAnchor::FirstEvent => Anchor::FirstEvent,
                WindowAnchor::Clock => Anchor::Clock,
            },
        },
    }
}
