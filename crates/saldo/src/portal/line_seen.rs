//! A customer's lines as his pages need them: what stands in the views, and what the book would say to a purchase.

use std::collections::{BTreeMap, HashMap};

use book::{PurchaseRules, Standing};
use money::{Amount, CustomerId, Timestamp, Unit};
use store::tables::lines::{AtZero, LineEntry, PlanRow};
use store::tables::outbox::UsageTold;
use store::views::{CycleRow, LineRow, PurchaseRow, PurchaseState};
use store::{Reader as TablesReader, StoreError};

use crate::look::Reader;
use crate::look::chart::Span;
use crate::look::page::buy_credit::{Barrier, LineChoice, LineFigures, Restricted, Told};
use crate::portal::calendar::{Bounds, day_bounds, day_of};
use crate::sold::{Sold, plan_of};

/// Lines of one customer that are shown; of those beyond, cancelled ones are left out first.
const LINES_MAX: u32 = 500;
/// Purchases of one line that are looked through, newest first.
const PURCHASES_MAX: u32 = 1_000;

/// A line with its plan and the cycle that runs.
pub(crate) struct Line {
    pub(super) entry: LineEntry,
    pub(super) row: LineRow,
    pub(super) cycle: CycleRow,
    pub(super) plan: PlanRow,
    told: Option<UsageTold>,
    /// Whether it is blocked for what is overdue.
    is_overdue: bool,
}

/// The customer's lines, oldest first. One that is just being opened comes a moment later.
pub(super) fn lines(
    tables: &TablesReader<'_>,
    sold: &Sold,
    customer: CustomerId,
) -> Result<Vec<Line>, StoreError> {
    let lines = tables.lines_in_service_first(customer, LINES_MAX)?.into_iter();
    let lines = lines.map(|entry| Line::of(tables, sold, entry));
    Ok(lines.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

impl Line {
    /// The line of this entry; `None` if it is just being opened.
    pub(crate) fn of(
        tables: &TablesReader<'_>,
        sold: &Sold,
        entry: LineEntry,
    ) -> Result<Option<Line>, StoreError> {
        let Some(row) = tables.line_view(entry.id)? else { return Ok(None) };
        let Some(plan) = sold.plan(row.plan_no).cloned() else { return Ok(None) };
        let Some(cycle) = tables.cycles(row.wallet_no, None, 1)?.rows.pop() else { return Ok(None) };
        let told = tables.usage_told(row.wallet_no)?;
        let is_overdue = tables.overdue_line(entry.id)?.is_some_and(|known| known.blocked_at.is_some());
        Ok(Some(Line { entry, row, cycle, plan, told, is_overdue }))
    }

    /// Plan and login, as people choose by them.
    pub(super) fn name(&self) -> String {
        match &self.entry.access_login {
            Some(login) => format!("{} · {login}", self.plan.name),
            None => self.plan.name.clone(),
        }
    }

    pub(super) fn choice(&self, chosen: Option<&Line>) -> LineChoice {
        let is_chosen = chosen.is_some_and(|chosen| chosen.entry.id == self.entry.id);
        LineChoice { id: self.entry.id.to_string(), name: self.name(), is_chosen }
    }

    /// Why it is not offered for a purchase.
    pub(super) fn barred_because(&self) -> Option<Barrier> {
        match self.row.status.as_str() {
            "cancelled" => Some(Barrier::LineCancelled),
            "blocked" if self.is_overdue => Some(Barrier::LineOverdue),
            "blocked" => Some(Barrier::LineHeld),
            _ if self.plan.supports_purchase == 0 => Some(Barrier::NotSupported),
            _ if self.entry.access_login.is_none() => Some(Barrier::NoAccessLogin),
            _ => None,
        }
    }

    /// What the plan says of purchases.
    pub(super) fn rules(&self) -> Option<PurchaseRules> {
        plan_of(&self.plan, &[], &HashMap::new()).purchases
    }

    /// The line's newest purchases, newest first.
    pub(crate) fn purchases(&self, tables: &TablesReader<'_>) -> Result<Vec<PurchaseRow>, StoreError> {
        tables.purchases(self.row.wallet_no, PURCHASES_MAX)
    }

    /// What a purchase is judged by.
    pub(super) fn standing(&self, purchases: &[PurchaseRow]) -> Standing {
        let unpaid: Vec<&PurchaseRow> =
            purchases.iter().filter(|bought| bought.state == PurchaseState::Released).collect();
        Standing {
            status: book::LineStatus::from_code(&self.row.status).unwrap_or(book::LineStatus::Cancelled),
            available: Amount::new(self.cycle.balance(), Unit::BYTE),
            awaits: purchases.iter().any(|bought| bought.state == PurchaseState::Awaiting),
            unpaid: unpaid.iter().map(|bought| bought.price.value()).sum(),
            unpaid_count: unpaid.len(),
        }
    }

    /// The figures as pages show them.
    pub(super) fn figures(&self, purchases: &[PurchaseRow], now: Timestamp) -> LineFigures {
        let CycleRow { starts_at, ends_at, carried, bought, outside, total, adjustments, .. } = self.cycle;
        let balance = self.cycle.balance();
        let awaiting = purchases.iter().filter(|bought| bought.state == PurchaseState::Awaiting);
        let left = ends_at.since(now).max(0);
        let days = left / Timestamp::DAY + i64::from(left % Timestamp::DAY > 0);
        LineFigures {
            allowance: self.plan.allowance,
            bought,
            bought_count: u32::try_from(self.cycle.released).unwrap_or(0),
            awaiting: awaiting.map(|bought| bought.quantity).sum(),
            adjustments,
            balance,
            is_positive: self.rules().is_some_and(|rules| balance > rules.balance_max),
            restricted: self.restricted(),
            used: total - outside,
            whole: carried + self.cycle.allowance + bought + adjustments,
            starts_at,
            ends_at,
            days_left: u32::try_from(days).unwrap_or(0),
            told: self.told.as_ref().and_then(told),
        }
    }

    /// What its router does to it, as it has confirmed. What blocks a line otherwise is told where it is not offered.
    fn restricted(&self) -> Option<Restricted> {
        let is_so = self.cycle.balance() <= 0 && self.row.restricted_since.is_some();
        is_so.then_some(match self.plan.at_zero {
            AtZero::Slow => Restricted::Slowed,
            AtZero::Walled => Restricted::Walled,
            AtZero::Block => Restricted::Blocked,
        })
    }

    /// What was used on each day of the cycle at the cost of the balance.
    pub(super) fn days(
        &self,
        tables: &TablesReader<'_>,
        reader: &Reader,
        now: Timestamp,
        counted: fn(i64, i64) -> i64,
    ) -> Result<Vec<Span>, StoreError> {
        let (from_hour, to_hour) = self.hours();
        let rows = tables.traffic(self.row.wallet_no, from_hour, to_hour)?;
        let sum = |bounds: &Bounds| {
            let used =
                rows.iter().filter(|row| (bounds.from.hour()..bounds.until.hour()).contains(&row.hour));
            used.map(|row| counted(row.total, row.outside)).sum::<i64>()
        };
        let days = self.bounds(reader);
        let bytes = never_below_zero(days.iter().map(sum).collect());
        let span = |(bounds, bytes): (&Bounds, i64)| Span {
            from: bounds.from,
            until: bounds.until,
            amount: Amount::new(bytes, Unit::BYTE),
            is_over: now >= bounds.until,
            is_settled: true,
        };
        Ok(days.iter().zip(bytes).map(span).collect())
    }

    /// What of the cycle's traffic was free because of what it is: the day's first instant, the number of the traffic, bytes; in order.
    pub(super) fn zero_rated(
        &self,
        tables: &TablesReader<'_>,
        reader: &Reader,
    ) -> Result<Vec<(Timestamp, u32, i64)>, StoreError> {
        let (from_hour, to_hour) = self.hours();
        let rows = tables.zero_rated(self.row.wallet_no, from_hour, to_hour)?;
        let mut sums: BTreeMap<(Timestamp, u32), i64> = BTreeMap::new();
        for bounds in self.bounds(reader) {
            let within = bounds.from.hour()..bounds.until.hour();
            for row in rows.iter().filter(|row| within.contains(&row.hour)) {
                *sums.entry((bounds.from, row.traffic_no)).or_default() += row.bytes;
            }
        }
        Ok(sums.into_iter().map(|((from, traffic_no), bytes)| (from, traffic_no, bytes)).collect())
    }

    fn hours(&self) -> (i64, i64) {
        (self.cycle.starts_at.hour(), self.cycle.ends_at.plus(-1).hour() + 1)
    }

    /// The days of the cycle.
    fn bounds(&self, reader: &Reader) -> Vec<Bounds> {
        let mut days = Vec::new();
        let mut day = day_of(&reader.zone, self.cycle.starts_at);
        while let Some(bounds) = day_bounds(&reader.zone, day).filter(|it| it.from < self.cycle.ends_at) {
            days.push(bounds);
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        days
    }
}

/// What was charged on one day may be given back on the next, when it is told that it was free: it is taken off the day before.
fn never_below_zero(mut days: Vec<i64>) -> Vec<i64> {
    for place in (1..days.len()).rev() {
        let missing = days[place].min(0);
        days[place] -= missing;
        days[place - 1] += missing;
    }
    days
}

fn told(told: &UsageTold) -> Option<Told> {
    let at = told.told_at?;
    Some(Told { percent: told.percent, of_pack: told.of_pack > 0, at })
}
