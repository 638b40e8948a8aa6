//! What is sold: meters, their prices in versions, kinds of charges; and the installation's settings.

use money::{Amount, MeterId, Timestamp, Unit, UnitPrice};

use super::{Reader, Tx};
use crate::error::StoreError;
use crate::statement::{Binder, Columns};
use crate::stored::{Bind, Stored, Value, row, words};

const NEXT_METER_NO: &str = "SELECT coalesce(max(meter_no), 0) + 1 FROM meters";
const INSERT_METER: &str = "INSERT INTO meters (meter_no, id, slug, aggregation, sum_field, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const METERS: &str = "SELECT meter_no, id, slug, aggregation, sum_field, created_at FROM meters
    ORDER BY meter_no";
const METER: &str = "SELECT meter_no, id, slug, aggregation, sum_field, created_at FROM meters WHERE id = $1";
const METER_BY_SLUG: &str =
    "SELECT meter_no, id, slug, aggregation, sum_field, created_at FROM meters WHERE slug = $1";

const NEXT_VERSION: &str = "SELECT coalesce(max(version), 0) + 1 FROM prices WHERE meter_no = $1";
const INSERT_PRICE: &str = "INSERT INTO prices
    (meter_no, version, unit, kind, price_e12, amount, window_seconds, anchor, valid_from, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const PRICES_OF: &str =
    "SELECT meter_no, version, unit, kind, price_e12, amount, window_seconds, anchor, valid_from,
    created_at FROM prices WHERE meter_no = $1 ORDER BY version DESC LIMIT $2";
const PRICES_IN_FORCE: &str =
    "SELECT meter_no, version, unit, kind, price_e12, amount, window_seconds, anchor,
    valid_from, created_at FROM prices p
    WHERE version = (SELECT max(version) FROM prices q WHERE q.meter_no = p.meter_no AND q.valid_from <= $1)
    ORDER BY meter_no";
const NEXT_CHANGE: &str = "SELECT min(valid_from) FROM prices WHERE valid_from > $1";

const NEXT_CHARGE_KIND_NO: &str = "SELECT coalesce(max(charge_kind_no), 0) + 1 FROM charge_kinds";
const INSERT_CHARGE_KIND: &str = "INSERT INTO charge_kinds (charge_kind_no, slug, created_at)
    VALUES ($1, $2, $3)";
const CHARGE_KINDS: &str =
    "SELECT charge_kind_no, slug, created_at FROM charge_kinds ORDER BY charge_kind_no";
const CHARGE_KIND_BY_SLUG: &str = "SELECT charge_kind_no, slug, created_at FROM charge_kinds WHERE slug = $1";

const SETTING: &str = "SELECT value FROM settings WHERE name = $1";
const SETTINGS: &str = "SELECT name, value FROM settings ORDER BY name";
const PUT_SETTING: &str = "INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";

words! {
    /// How a meter turns events into a quantity.
    pub enum MeterAggregation {
        /// Each event counts one.
        Count = "count",
        /// A number in the event's data is added.
        Sum = "sum",
        /// An event says that there was activity at its time.
        ActiveTime = "active_time",
    }
}

row! {
    /// What is counted.
    pub struct Meter {
        /// Its number, from 1 without gaps; never used again.
        pub meter_no: u32,
        /// Its name.
        pub id: MeterId,
        /// What usage events call it; unique.
        pub slug: String,
        /// How events become a quantity.
        pub aggregation: MeterAggregation,
        /// The field of the event's data that is added, for a sum.
        pub sum_field: Option<String>,
        /// Since when.
        pub created_at: Timestamp,
    }
}

words! {
    /// Where a window begins.
    pub enum WindowAnchor {
        /// At the first event outside of any window.
        FirstEvent = "first_event",
        /// At a multiple of the window's length since the epoch.
        Clock = "clock",
    }
}

/// What a meter costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceTerms {
    /// So much for each one.
    PerUnit(UnitPrice),
    /// So much for each window with activity.
    PerActiveWindow {
        /// The price of one window.
        amount: Amount,
        /// Its length.
        window_seconds: u32,
        /// Where it begins.
        anchor: WindowAnchor,
    },
}

row! {
    /// One version of a meter's price.
    pub struct PriceVersion {
        /// Of which meter.
        pub meter_no: u32,
        /// Its number among the meter's prices, from 1 without gaps.
        pub version: u32,
        /// What it costs.
        pub terms: PriceTerms,
        /// From when new windows and uses cost this.
        pub valid_from: Timestamp,
        /// When it was made.
        pub created_at: Timestamp,
    }
}

row! {
    /// What a charge is for.
    pub struct ChargeKind {
        /// Its number, from 1 without gaps; never used again.
        pub charge_kind_no: u32,
        /// What the API calls it; unique.
        pub slug: String,
        /// Since when.
        pub created_at: Timestamp,
    }
}

const PER_UNIT: &str = "per_unit";
const PER_ACTIVE_WINDOW: &str = "per_active_window";

impl Bind for PriceTerms {
    fn bind(&self, to: &mut Binder<'_, '_>) -> Result<(), StoreError> {
        match self {
            PriceTerms::PerUnit(price) => {
                price.unit().bind(to)?;
                to.push(Value::Text(PER_UNIT))?;
                price.e12().bind(to)?;
                (0..3).try_for_each(|_| to.push(Value::Null))
            }
            PriceTerms::PerActiveWindow { amount, window_seconds, anchor } => {
                amount.unit().bind(to)?;
                to.push(Value::Text(PER_ACTIVE_WINDOW))?;
                to.push(Value::Null)?;
                amount.value().bind(to)?;
                window_seconds.bind(to)?;
                anchor.bind(to)
            }
        }
    }
}

impl Stored for PriceTerms {
    const WIDTH: usize = 6;

    fn read_from(from: &mut Columns<'_>) -> Result<Self, StoreError> {
        let unit = Unit::read_from(from)?;
        let kind = String::read_from(from)?;
        let price_e12 = Option::<i64>::read_from(from)?;
        let amount = Option::<i64>::read_from(from)?;
        let window_seconds = Option::<u32>::read_from(from)?;
        let anchor = Option::<WindowAnchor>::read_from(from)?;
        match (kind.as_str(), price_e12, amount, window_seconds, anchor) {
            (PER_UNIT, Some(e12), None, None, None) => {
                Ok(PriceTerms::PerUnit(UnitPrice::from_e12(e12, unit)))
            }
            (PER_ACTIVE_WINDOW, None, Some(amount), Some(window_seconds), Some(anchor)) => {
                Ok(PriceTerms::PerActiveWindow { amount: Amount::new(amount, unit), window_seconds, anchor })
            }
            _ => Err(from.damaged("price")),
        }
    }
}

impl Reader<'_> {
    /// All meters, in the order of their numbers.
    pub fn meters(&self) -> Result<Vec<Meter>, StoreError> {
        self.all(METERS, &[])
    }

    /// The meter of this name.
    pub fn meter(&self, id: MeterId) -> Result<Option<Meter>, StoreError> {
        self.one(METER, &[&id])
    }

    /// The meter that events call so.
    pub fn meter_by_slug(&self, slug: &str) -> Result<Option<Meter>, StoreError> {
        self.one(METER_BY_SLUG, &[&slug])
    }

    /// The newest `limit` prices of a meter, newest first.
    pub fn prices_of(&self, meter_no: u32, limit: u32) -> Result<Vec<PriceVersion>, StoreError> {
        self.all(PRICES_OF, &[&meter_no, &limit])
    }

    /// Of each meter the newest price that is valid at `at`. A meter without one is not listed.
    pub fn prices_in_force(&self, at: Timestamp) -> Result<Vec<PriceVersion>, StoreError> {
        self.all(PRICES_IN_FORCE, &[&at])
    }

    /// When after `at` the next price becomes valid.
    pub fn next_price_change(&self, at: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.one::<Option<Timestamp>>(NEXT_CHANGE, &[&at])?.flatten())
    }

    /// All kinds of charges, in the order of their numbers.
    pub fn charge_kinds(&self) -> Result<Vec<ChargeKind>, StoreError> {
        self.all(CHARGE_KINDS, &[])
    }

    /// The kind of charge that the API calls so.
    pub fn charge_kind_by_slug(&self, slug: &str) -> Result<Option<ChargeKind>, StoreError> {
        self.one(CHARGE_KIND_BY_SLUG, &[&slug])
    }

    /// The JSON text of a setting.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.one(SETTING, &[&name])
    }

    /// All settings with their JSON texts, by name.
    pub fn settings(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.all(SETTINGS, &[])
    }
}

impl Tx<'_> {
    /// Adds a meter under the next free number, whatever number it carries, and returns that. Conflicts over `meters.id`
    /// and `meters.slug`.
    pub fn insert_meter(&self, meter: &Meter) -> Result<u32, StoreError> {
        let meter_no = self.next_no(NEXT_METER_NO, &[])?;
        self.run(INSERT_METER, &[&Meter { meter_no, ..meter.clone() }])?;
        Ok(meter_no)
    }

    /// Adds a price to a meter that exists, as its next version, whatever version it carries, and returns that.
    pub fn insert_price(&self, price: &PriceVersion) -> Result<u32, StoreError> {
        let version = self.next_no(NEXT_VERSION, &[&price.meter_no])?;
        self.run(INSERT_PRICE, &[&PriceVersion { version, ..price.clone() }])?;
        Ok(version)
    }

    /// Adds a kind of charge under the next free number and returns that. Conflicts over `charge_kinds.slug`.
    pub fn insert_charge_kind(&self, slug: &str, created_at: Timestamp) -> Result<u32, StoreError> {
        let charge_kind_no = self.next_no(NEXT_CHARGE_KIND_NO, &[])?;
        let kind = ChargeKind { charge_kind_no, slug: slug.to_owned(), created_at };
        self.run(INSERT_CHARGE_KIND, &[&kind])?;
        Ok(charge_kind_no)
    }

    /// Sets a setting to a JSON text.
    pub fn put_setting(&self, name: &str, json: &str, now: Timestamp) -> Result<(), StoreError> {
        self.run(PUT_SETTING, &[&name, &json, &now])?;
        Ok(())
    }

    fn next_no(&self, sql: &str, values: &[&dyn Bind]) -> Result<u32, StoreError> {
        self.one(sql, values)?.ok_or_else(|| StoreError::Missing { what: "the next number".to_owned() })
    }
}
