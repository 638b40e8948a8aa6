//! What is counted and what it costs: one immutable value, replaced whole when a price changes.
//!
//! The book reads a catalog only while it decides. A window carries the price it opened with by value, so an old journal never
//! depends on today's catalog.

use jiff::tz::TimeZone;
use money::{Amount, Timestamp, Unit, UnitPrice};

use crate::line::{Pack, PackNo, Plan, PlanNo};

/// The dense number of a meter, given when it was made and never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeterNo(pub u32);

/// How a meter turns usage events into a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregation {
    /// Each event counts one.
    Count,
    /// A number in the event's data is added.
    Sum,
    /// An event says that there was activity at its time.
    ActiveTime,
}

/// Where a window begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// At the first event outside of any known window.
    FirstEvent,
    /// At the multiple of the window's length, counted from the epoch, that is before the event.
    Clock,
}

/// What a meter costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Price {
    /// So much for each one of the quantity, posted once per clock hour.
    PerUnit(UnitPrice),
    /// So much for each window with activity, however much.
    PerActiveWindow {
        /// The price of one window.
        amount: Amount,
        /// Length of a window in microseconds, from a minute to a day.
        length: i64,
        /// Where a window begins.
        anchor: Anchor,
    },
}

impl Price {
    /// The shortest active window, in microseconds.
    pub const LENGTH_MIN: i64 = Timestamp::MINUTE;
    /// The longest active window, in microseconds.
    pub const LENGTH_MAX: i64 = Timestamp::DAY;

    /// The unit that this price is counted in.
    pub const fn unit(&self) -> Unit {
        match self {
            Price::PerUnit(price) => price.unit(),
            Price::PerActiveWindow { amount, .. } => amount.unit(),
        }
    }
}

/// One meter with the price in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meter {
    /// Its number.
    pub no: MeterNo,
    /// How events become a quantity.
    pub aggregation: Aggregation,
    /// What it costs.
    pub price: Price,
}

/// Everything sold, and the limits of time that go with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    meters: Vec<Option<Meter>>,
    plans: Vec<Plan>,
    packs: Vec<Pack>,
    zone: TimeZone,
    lateness_max: i64,
    future_max: i64,
}

impl Catalog {
    /// How late an event may be at most in any catalog, in microseconds.
    pub const LATENESS_LIMIT: i64 = 31 * Timestamp::DAY;
    /// The lateness allowed unless configured: 72 hours.
    pub const LATENESS_DEFAULT: i64 = 72 * Timestamp::HOUR;
    /// How far ahead of our clock an event's time may be: 5 minutes.
    pub const FUTURE_DEFAULT: i64 = 5 * Timestamp::MINUTE;

    /// A catalog of these meters. `lateness_max` is in microseconds and clamped to one hour .. [`Catalog::LATENESS_LIMIT`]; so is a
    /// window's length to [`Price::LENGTH_MIN`] .. [`Price::LENGTH_MAX`].
    pub fn new(meters: impl IntoIterator<Item = Meter>, lateness_max: i64) -> Catalog {
        let mut by_no: Vec<Option<Meter>> = Vec::new();
        for mut meter in meters {
            if let Price::PerActiveWindow { length, .. } = &mut meter.price {
                *length = (*length).clamp(Price::LENGTH_MIN, Price::LENGTH_MAX);
            }
            let place = meter.no.0 as usize;
            if by_no.len() <= place {
                by_no.resize(place + 1, None);
            }
            by_no[place] = Some(meter);
        }
        let lateness_max = lateness_max.clamp(Timestamp::HOUR, Self::LATENESS_LIMIT);
        Catalog {
            meters: by_no,
            plans: Vec::new(),
            packs: Vec::new(),
            zone: TimeZone::UTC,
            lateness_max,
            future_max: Self::FUTURE_DEFAULT,
        }
    }

    /// This catalog with these plans and packs, whose months and hours are those of `zone`.
    #[must_use]
    pub fn with_plans(
        mut self,
        zone: TimeZone,
        plans: impl IntoIterator<Item = Plan>,
        packs: impl IntoIterator<Item = Pack>,
    ) -> Catalog {
        self.zone = zone;
        self.plans = plans.into_iter().collect();
        self.plans.sort_by_key(|plan| plan.no);
        self.packs = packs.into_iter().collect();
        self.packs.sort_by_key(|pack| pack.no);
        self
    }

    /// The plan of this number.
    pub fn plan(&self, no: PlanNo) -> Option<&Plan> {
        self.plans.binary_search_by_key(&no, |plan| plan.no).ok().map(|place| &self.plans[place])
    }

    /// The pack of this number.
    pub fn pack(&self, no: PackNo) -> Option<&Pack> {
        self.packs.binary_search_by_key(&no, |pack| pack.no).ok().map(|place| &self.packs[place])
    }

    /// The packs that are sold for a plan, in order of their numbers.
    pub fn packs_of(&self, plan: PlanNo) -> impl Iterator<Item = &Pack> {
        self.packs.iter().filter(move |pack| pack.plan == plan)
    }

    /// The zone in which cycles and free hours are counted.
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The meter of this number.
    pub fn meter(&self, no: MeterNo) -> Option<&Meter> {
        self.meters.get(no.0 as usize)?.as_ref()
    }

    /// How late a usage event may arrive, in microseconds.
    pub const fn lateness_max(&self) -> i64 {
        self.lateness_max
    }

    /// How far ahead of our clock a usage event's time may be, in microseconds.
    pub const fn future_max(&self) -> i64 {
        self.future_max
    }
}
