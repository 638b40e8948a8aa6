//! What is sold now: meters with the prices in force, in memory, as one value that is replaced whole.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use book::{
    Aggregation, Anchor, Catalog, Charging, FreeWindow, Meter, MeterNo, Pack, PackNo, Plan, PlanNo, Price,
    PurchaseRules, Release, TrafficNo, Validity,
};
use jiff::tz::TimeZone;
use money::{Amount, Timestamp};
use store::tables::catalog::{ChargeKind, MeterAggregation, PriceTerms, PriceVersion, WindowAnchor};
use store::tables::lines::{FreeWindowRow, PackRelease, PackRow, PlanRow};
use store::{StoreError, Tables};

use crate::lines::offers::names_of;

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
    plans: BTreeMap<u32, PlanRow>,
    traffic: HashMap<String, u32>,
    traffic_names: HashMap<u32, String>,
    packs: BTreeMap<u32, PackRow>,
    /// When a price that is known already comes into force.
    pub changes_at: Option<Timestamp>,
}

impl Sold {
    /// What the tables say is sold at `now` by the book's clock; months and hours of plans are those of `zone`.
    pub fn read(
        tables: &Tables,
        now: Timestamp,
        lateness_max: i64,
        zone: &TimeZone,
    ) -> Result<Sold, StoreError> {
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
            let (plans, packs) = (reader.plans()?, reader.packs()?);
            let windows = reader.free_windows()?;
            let named = reader.named_traffic()?;
            // Of names that differ in capitals alone, the first is meant by all.
            let traffic: HashMap<String, u32> =
                named.iter().rev().map(|(no, name)| (folded(name), *no)).collect();
            let catalog = Catalog::new(in_book, lateness_max).with_plans(
                zone.clone(),
                plans.iter().map(|plan| plan_of(plan, &windows, &traffic)),
                packs.iter().filter(|pack| pack.sold == 1).map(pack_of),
            );
            let kinds = reader.charge_kinds()?;
            let changes_at = reader.next_price_change(now)?;
            Ok(Sold {
                catalog: Arc::new(catalog),
                plans: plans.into_iter().map(|plan| (plan.plan_no, plan)).collect(),
                packs: packs.into_iter().map(|pack| (pack.pack_no, pack)).collect(),
                traffic,
                traffic_names: named.into_iter().collect(),
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

    /// Whether use is metered at all.
    pub fn has_meters(&self) -> bool {
        !self.meters.is_empty()
    }

    /// Whether there are plans at all.
    pub fn has_plans(&self) -> bool {
        !self.plans.is_empty()
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

    /// The plan of this number.
    pub fn plan(&self, plan_no: u32) -> Option<&PlanRow> {
        self.plans.get(&plan_no)
    }

    /// All plans by number.
    pub fn plans(&self) -> impl Iterator<Item = &PlanRow> {
        self.plans.values()
    }

    /// The traffic that a router calls so, in capitals or not: by the whole name, else by what stands before its parameters, as in
    /// `tiered(1280000)`.
    pub fn traffic(&self, name: &str) -> TrafficNo {
        let base = name.split('(').next().unwrap_or_default().trim();
        let no = self.traffic.get(&folded(name)).or_else(|| self.traffic.get(&folded(base)));
        no.map_or_else(TrafficNo::default, |no| TrafficNo(*no))
    }

    /// What routers call this traffic.
    pub fn traffic_name(&self, traffic_no: u32) -> Option<&str> {
        self.traffic_names.get(&traffic_no).map(String::as_str)
    }

    /// The pack of this number, sold or not.
    pub fn pack(&self, pack_no: u32) -> Option<&PackRow> {
        self.packs.get(&pack_no)
    }

    /// All packs by number, sold or not.
    pub fn packs(&self) -> impl Iterator<Item = &PackRow> {
        self.packs.values()
    }

    /// How many kinds of charges there are.
    pub fn charge_kinds_len(&self) -> usize {
        self.kinds.len()
    }
}

/// The plan as the book takes it.
pub fn plan_of(plan: &PlanRow, windows: &[FreeWindowRow], traffic: &HashMap<String, u32>) -> Plan {
    let free = windows.iter().filter(|window| window.plan_no == plan.plan_no);
    Plan {
        no: PlanNo(plan.plan_no),
        allowance: plan.allowance,
        carried_max: plan.carried_max,
        purchases: (plan.supports_purchase == 1).then(|| PurchaseRules {
            balance_max: plan.balance_max,
            unpaid_max: plan.unpaid_max.map(|most| Amount::new(most, plan.fee.unit())),
        }),
        free: free
            .map(|window| FreeWindow { from_minute: window.from_minute, to_minute: window.to_minute })
            .collect(),
        zero_rated: names_of(&plan.zero_rated)
            .filter_map(|name| traffic.get(&folded(name)))
            .map(|no| TrafficNo(*no))
            .collect(),
    }
}

/// A name of traffic as it is compared: people type `whatsapp` where a router says `WhatsApp`.
pub(crate) fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The pack as the book takes it.
pub fn pack_of(pack: &PackRow) -> Pack {
    Pack {
        no: PackNo(pack.pack_no),
        plan: PlanNo(pack.plan_no),
        quantity: pack.quantity,
        price: pack.price,
        chargings: pack.chargings.split(',').filter_map(Charging::from_code).collect(),
        release: match pack.release {
            PackRelease::Purchase => Release::OnPurchase,
            PackRelease::Payment => Release::OnPayment,
        },
        validity: pack.validity_days.map_or(Validity::Cycle, Validity::Days),
        per_cycle_max: pack.per_cycle_max,
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
