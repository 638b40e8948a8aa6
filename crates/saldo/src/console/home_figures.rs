//! The figures of the first page, each with its last thirty days: what was sold and used, what customers have, and how many are near
//! zero.
//!
//! Sums come from the quarters of an hour in which anything moved, so that they take as long for a million movements as for a
//! thousand. What customers had at the end of a day is what they have now less what moved since.

use jiff::tz::TimeZone;
use money::{Amount, Timestamp, Unit};
use store::tables::mail_wishes::{LowCount, LowCustomer};
use store::views::{AccountRow, Moved, quarter_of};
use store::{Reader as TablesReader, StoreError};

use crate::config::Config;
use crate::look::Reader;
use crate::look::chart::{Chart, Room, Span};
use crate::look::page::{Figure, HomeFigures, LowListed};
use crate::month_end::Flow;
use crate::portal::calendar;

/// Days that are drawn, today among them.
const DAYS: usize = 30;
/// Customers near zero that are listed.
const LOW_SHOWN: u32 = 5;
/// Quarters of an hour in so many days, and some more for those that are longer.
const QUARTERS_MAX: u32 = 31 * 96;

/// What the tables say of the last thirty days.
pub(super) struct Days {
    unit: Unit,
    spans: Vec<(Timestamp, Timestamp)>,
    moved: Vec<Vec<Moved>>,
    accounts: Vec<AccountRow>,
}

/// Who is near zero, and how many were.
pub(super) struct Low {
    counts: Vec<LowCount>,
    lately: Vec<LowCustomer>,
    is_watched: bool,
}

impl Days {
    pub(super) fn read(
        tables: &TablesReader<'_>,
        unit: Unit,
        spans: &[(Timestamp, Timestamp)],
    ) -> Result<Days, StoreError> {
        let moved = tables.moved_within(unit, spans)?;
        Ok(Days { unit, spans: spans.to_vec(), moved, accounts: tables.accounts()? })
    }

    /// Sold, used and held, each with its drawing.
    pub(super) fn figures(&self, reader: &Reader, now: Timestamp) -> HomeFigures {
        let sold = self.flow(Flow::Sold, 1);
        let used = self.flow(Flow::Used, -1);
        let held = self.held();
        let figure = |text_id: &str, days: &[i64], draw: fn(&Reader, Room, &[Span]) -> Chart| Figure {
            label: reader.t(text_id),
            value: reader.money(Amount::new(days.last().copied().unwrap_or_default(), self.unit)),
            chart: draw(reader, Room::Half, &drawn(&self.spans, days, self.unit, now)),
        };
        HomeFigures {
            sold: figure("sold-today", &sold, Chart::sold_by_day),
            used: figure("used-today", &used, Chart::all_used_by_day),
            held: figure("liability", &held, Chart::held_by_day),
        }
    }

    /// What flowed so on each day, in the direction that `sign` says.
    fn flow(&self, flow: Flow, sign: i64) -> Vec<i64> {
        let is_it = |row: &&Moved| Flow::of(&row.kind, row.reason.as_deref().unwrap_or_default()) == flow;
        let of_day = |day: &Vec<Moved>| sum(day.iter().filter(is_it)).saturating_mul(sign);
        self.moved.iter().map(of_day).collect()
    }

    /// What all wallets held together at the end of each day, and hold now. All accounts of a unit sum to zero, so it is what the others
    /// lack.
    fn held(&self) -> Vec<i64> {
        let others = self.accounts.iter().filter(|row| row.unit == self.unit);
        let others = others.map(|row| i128::from(row.balance)).sum::<i128>();
        let mut held = i64::try_from(-others).unwrap_or(i64::MAX);
        let mut days: Vec<i64> = Vec::with_capacity(self.moved.len());
        for day in self.moved.iter().rev() {
            days.push(held);
            held = held.saturating_sub(sum(day.iter()));
        }
        days.reverse();
        days
    }
}

impl Low {
    pub(super) fn read(
        tables: &TablesReader<'_>,
        config: &Config,
        spans: &[(Timestamp, Timestamp)],
    ) -> Result<Low, StoreError> {
        let from = spans.first().map_or(Timestamp::EPOCH, |span| span.0);
        let counts = tables.low_counts(from, QUARTERS_MAX)?;
        let is_watched = config.notices.low_balance.is_some() || !counts.is_empty();
        Ok(Low { counts, lately: tables.lately_low(LOW_SHOWN)?, is_watched })
    }

    /// How many are near zero, with their drawing; `None` if nobody is watched.
    pub(super) fn figure(
        &self,
        reader: &Reader,
        spans: &[(Timestamp, Timestamp)],
        now: Timestamp,
    ) -> Option<Figure> {
        if !self.is_watched {
            return None;
        }
        // Both count things that have no parts: they are drawn alike.
        let unit = Unit::new("COUNT", 0).unwrap_or(Unit::BYTE);
        let days: Vec<i64> = spans.iter().map(|span| self.at(span.1)).collect();
        Some(Figure {
            label: reader.t("near-zero"),
            value: reader.number(days.last().copied().unwrap_or_default()),
            chart: Chart::low_by_day(reader, Room::Half, &drawn(spans, &days, unit, now)),
        })
    }

    /// How many were near zero just before this instant; none before anybody counted.
    fn at(&self, until: Timestamp) -> i64 {
        let before = self.counts.iter().take_while(|count| count.quarter < quarter_of(until));
        before.last().map_or(0, |count| count.low)
    }

    /// Who fell below last.
    pub(super) fn listed(&self) -> Vec<LowListed> {
        let listed = |row: &LowCustomer| LowListed {
            id: row.customer.to_string(),
            name: row.name.clone(),
            login: row.email.clone().unwrap_or_default(),
            available: Amount::new(row.available, row.unit),
            since: Some(row.low_since).filter(|at| *at > Timestamp::EPOCH),
        };
        self.lately.iter().map(listed).collect()
    }
}

/// The last thirty days up to the one in which `now` is.
pub(super) fn last_days(zone: &TimeZone, now: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let today = Some(calendar::day_of(zone, now));
    let back = std::iter::successors(today, |day| day.yesterday().ok()).take(DAYS);
    let bounds = back.filter_map(|day| calendar::day_bounds(zone, day));
    let mut days: Vec<_> = bounds.map(|bounds| (bounds.from, bounds.until)).collect();
    days.reverse();
    days
}

fn drawn(spans: &[(Timestamp, Timestamp)], days: &[i64], unit: Unit, now: Timestamp) -> Vec<Span> {
    let span = |((from, until), value): (&(Timestamp, Timestamp), &i64)| Span {
        from: *from,
        until: *until,
        amount: Amount::new(*value, unit),
        is_over: *until <= now,
        is_settled: true,
    };
    spans.iter().zip(days).map(span).collect()
}

fn sum<'m>(rows: impl Iterator<Item = &'m Moved>) -> i64 {
    rows.fold(0, |sum, row| sum.saturating_add(row.amount.value()))
}
