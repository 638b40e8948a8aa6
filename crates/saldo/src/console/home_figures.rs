//! The figures of the first page, each with its last thirty days: what was sold and used, what customers have, and how many are near
//! zero.
//!
//! Sums come from the quarters of an hour in which anything moved, so that they take as long for a million movements as for a
//! thousand. What customers had at the end of a day is what they have now less what moved since.

use book::MoneyMovement;
use jiff::tz::TimeZone;
use money::{Amount, Timestamp, Unit};
use store::tables::mail_wishes::{LowCount, LowCustomer};
use store::tables::standing::Summed;
use store::views::{AccountRow, Moved, quarter_of};
use store::{Reader as TablesReader, StoreError};

use crate::config::Config;
use crate::look::Reader;
use crate::look::chart::{Chart, Room, Span};
use crate::look::page::{Figure, FigureGroup, LowListed};
use crate::month_end::Flow;
use crate::portal::calendar;

/// Days that are drawn, today among them.
const DAYS: usize = 30;
/// Customers near zero that are listed.
const LOW_SHOWN: u32 = 5;
/// Quarters of an hour in so many days, and some more for those that are longer.
const QUARTERS_MAX: u32 = 31 * 96;

/// How days are drawn.
type Draw = fn(&Reader, Room, &[Span]) -> Chart;

/// What the tables say of the last thirty days.
pub(super) struct Days {
    spans: Vec<(Timestamp, Timestamp)>,
    moved: Vec<Vec<Moved>>,
    packs: Vec<Vec<Summed>>,
    refunded_today: Vec<Summed>,
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
        spans: &[(Timestamp, Timestamp)],
    ) -> Result<Days, StoreError> {
        let (moved, packs) = (tables.moved_within(spans)?, tables.packs_sold_within(spans)?);
        let today = spans.last().map(|today| tables.refunded_between(*today)).transpose()?;
        let refunded_today = today.unwrap_or_default();
        Ok(Days { spans: spans.to_vec(), moved, packs, refunded_today, accounts: tables.accounts()? })
    }

    /// Sold, used and held of each unit in which there was anything, each with its drawing; of `first`, which comes first, if there was
    /// nothing in any. `low` stands with the units of the operator's credit.
    pub(super) fn groups(
        &self,
        reader: &Reader,
        (first, low): (Unit, Option<Figure>),
        now: Timestamp,
    ) -> Vec<FigureGroup> {
        let mut units: Vec<Unit> = self.moved.iter().flatten().map(|row| row.amount.unit()).collect();
        units.extend(self.packs.iter().flatten().map(|sold| sold.amount.unit()));
        units.extend(self.refunded_today.iter().map(|sum| sum.amount.unit()));
        units.extend(self.accounts.iter().filter(|row| row.balance != 0).map(|row| row.unit));
        // What is counted in bytes comes behind all money.
        units.sort_by_key(|unit| (*unit != first, *unit == Unit::BYTE, *unit));
        units.dedup();
        let mut groups: Vec<(Unit, Vec<Figure>)> =
            units.into_iter().map(|unit| (unit, self.figures(reader, unit, now, false))).collect();
        groups.retain(|(_, figures)| !figures.is_empty());
        if groups.is_empty() {
            groups.push((first, self.figures(reader, first, now, true)));
        }
        let at = groups.iter().position(|(unit, _)| *unit == first).unwrap_or_default();
        if let Some((_, figures)) = groups.get_mut(at) {
            figures.extend(low);
        }
        let is_one = groups.len() == 1;
        let named = |(unit, figures)| FigureGroup {
            heading: (!is_one).then(|| unit_words(reader, unit)),
            name: unit_name(unit),
            figures,
        };
        groups.into_iter().map(named).collect()
    }

    /// The figures of one unit; of those in which nothing ever was in these days only if `all` are wanted.
    fn figures(&self, reader: &Reader, unit: Unit, now: Timestamp, all: bool) -> Vec<Figure> {
        let (sold, used) = (self.sold(unit), self.flow(unit, Flow::Used, -1));
        // Nobody compares what is left of all allowances together.
        let held = if unit == Unit::BYTE { Vec::new() } else { self.held(unit) };
        let texts = if unit == Unit::BYTE {
            ["data-sold-today", "data-used-today", "liability"]
        } else {
            ["sold-today", "used-today", "liability"]
        };
        let draws: [Draw; 3] = [Chart::sold_by_day, Chart::all_used_by_day, Chart::held_by_day];
        let notes = [self.refunded(reader, unit), None, None];
        let figures = [sold, used, held].into_iter().zip(texts).zip(draws).zip(notes);
        let is_any = |days: &[i64]| days.iter().any(|amount| *amount != 0);
        let figures = figures.filter(|(((days, _), _), note)| all || note.is_some() || is_any(days));
        figures
            .map(|(((days, text_id), draw), note)| Figure {
                label: reader.t(text_id),
                value: reader.money(Amount::new(days.last().copied().unwrap_or_default(), unit)),
                note,
                chart: draw(reader, Room::Half, &drawn(&self.spans, &days, unit, now)),
            })
            .collect()
    }

    /// What went back today of payments by card, which is not taken off what was sold; `None` if nothing did.
    fn refunded(&self, reader: &Reader, unit: Unit) -> Option<String> {
        let today = self.refunded_today.iter().find(|sum| sum.amount.unit() == unit)?;
        Some(reader.t1("refunded-today", "amount", reader.money(today.amount)))
    }

    /// What was sold on each day: credit in this unit, and packs that cost it.
    fn sold(&self, unit: Unit) -> Vec<i64> {
        let credit = self.flow(unit, Flow::Sold, 1);
        let packs = self.packs.iter().map(|day| {
            let cost = day.iter().filter(|sold| sold.amount.unit() == unit).map(|sold| sold.amount.value());
            cost.fold(0, i64::saturating_add)
        });
        credit.into_iter().zip(packs).map(|(credit, packs)| credit.saturating_add(packs)).collect()
    }

    /// What flowed so on each day, in the direction that `sign` says.
    fn flow(&self, unit: Unit, flow: Flow, sign: i64) -> Vec<i64> {
        let is_it = |row: &&Moved| {
            row.amount.unit() == unit
                && Flow::of(&row.kind, row.reason.as_deref().unwrap_or_default()) == flow
        };
        let of_day = |day: &Vec<Moved>| sum(day.iter().filter(is_it)).saturating_mul(sign);
        self.moved.iter().map(of_day).collect()
    }

    /// What all wallets held together at the end of each day, and hold now. All accounts of a unit sum to zero, so it is what the others
    /// lack.
    fn held(&self, unit: Unit) -> Vec<i64> {
        let others = self.accounts.iter().filter(|row| row.unit == unit);
        let others = others.map(|row| i128::from(row.balance)).sum::<i128>();
        let mut held = i64::try_from(-others).unwrap_or(i64::MAX);
        let mut days: Vec<i64> = Vec::with_capacity(self.moved.len());
        for day in self.moved.iter().rev() {
            days.push(held);
            let of_wallets = day.iter().filter(|row| row.amount.unit() == unit && is_of_wallets(row));
            held = held.saturating_sub(sum(of_wallets));
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
            note: None,
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

/// What those see who see no sums.
pub(super) fn low_alone(low: Option<Figure>) -> Vec<FigureGroup> {
    let figures = low.into_iter().collect();
    vec![FigureGroup { heading: None, name: "figures".to_owned(), figures }]
}

/// What a unit is called above its figures.
fn unit_words(reader: &Reader, unit: Unit) -> String {
    match unit {
        Unit::BYTE => reader.t("figures-data"),
        Unit::BRL => reader.t1("figures-in", "unit", "R$"),
        Unit::USD => reader.t1("figures-in", "unit", "US$"),
        other => reader.t1("figures-in", "unit", other.code()),
    }
}

/// What a unit is called in the ids of the page.
fn unit_name(unit: Unit) -> String {
    format!("figures-{}", unit.code().to_lowercase())
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

/// Whether wallets moved by it: fees, payouts and what disputes hold are money of the operator's, and are summed beside them.
fn is_of_wallets(row: &Moved) -> bool {
    let movement = MoneyMovement::from_code(&row.kind);
    !matches!(movement, Some(MoneyMovement::Fee | MoneyMovement::Payout | MoneyMovement::Dispute))
}

fn sum<'m>(rows: impl Iterator<Item = &'m Moved>) -> i64 {
    rows.fold(0, |sum, row| sum.saturating_add(row.amount.value()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_customers_had_is_not_moved_by_fees_and_payouts() {
        let usd = |cents: i64| Amount::new(cents * 10_000, Unit::USD);
        let moved = |kind: &str, reason: Option<&str>, cents| Moved {
            kind: kind.to_owned(),
            reason: reason.map(str::to_owned),
            amount: usd(cents),
        };
        let account = |name: &str, cents| AccountRow {
            account: name.to_owned(),
            unit: Unit::USD,
            balance: usd(cents).value(),
        };
        let days = Days {
            spans: Vec::new(),
            moved: vec![
                vec![moved("grant", Some("purchased"), 2_500), moved("fee", None, 103)],
                vec![moved("usage", None, -500), moved("payout", None, 2_397)],
                vec![moved("dispute", None, -1_000), moved("dispute_funds", None, 1_000)],
            ],
            packs: Vec::new(),
            refunded_today: Vec::new(),
            accounts: vec![
                account("clearing:stripe", 1_000),
                account("fees:stripe", -103),
                account("payouts:stripe", -2_397),
                account("revenue:usage", 500),
                account("disputed", 0),
            ],
        };
        assert_eq!(days.held(Unit::USD), [2_500, 2_000, 1_000].map(|cents| usd(cents).value()));
    }
}
