//! The check panel: where a line's balance comes from, figure by figure, down to what each is made of.

use book::PlanNo;
use money::Timestamp;
use store::views::{CycleRow, EntryRow, PurchaseRow};
use store::{Reader as TablesReader, StoreError};

use super::line_seen::Line;
use super::movements::movements;
use crate::look::Reader;
use crate::look::chart::Span;
use crate::look::page::buy_credit::{Check, CheckEntry, CheckFigure, CheckTerm, FigureName};
use crate::sold::Sold;

/// Entries of one cycle that are looked through, newest first.
const ENTRIES_MAX: u32 = 5_000;

/// The panel of a line's cycle.
pub(crate) fn check(
    tables: &TablesReader<'_>,
    sold: &Sold,
    reader: &Reader,
    line: &Line,
    purchases: &[PurchaseRow],
    now: Timestamp,
) -> Result<Check, StoreError> {
    let cycle = &line.cycle;
    let entries = entries(tables, line)?;
    let by_day =
        |counted| Ok::<_, StoreError>(day_entries(reader, &line.days(tables, reader, now, counted)?));
    let figure = |name, bytes, entries| CheckFigure { name, bytes, entries };
    let mut figures = vec![
        figure(FigureName::Allowance, cycle.allowance, allowance(reader, cycle, &entries)),
        figure(FigureName::Bought, cycle.bought, bought(reader, cycle, purchases)),
        figure(FigureName::Outside, cycle.outside, outside(tables, sold, reader, line, now)?),
        figure(FigureName::Inside, cycle.total - cycle.outside, by_day(|total, outside| total - outside)?),
        figure(FigureName::Total, cycle.total, by_day(|total, _| total)?),
    ];
    if cycle.carried != 0 {
        let before = CheckEntry { words: reader.date_time(cycle.starts_at), bytes: cycle.carried };
        figures.push(figure(FigureName::Carried, cycle.carried, vec![before]));
    }
    if cycle.adjustments != 0 {
        let rows: Vec<EntryRow> =
            entries.into_iter().filter(|row| is_adjustment(row, cycle.starts_at)).collect();
        let moved = movements(tables, sold, reader, money::Unit::BYTE, &rows)?;
        let words = moved.iter().map(|it| CheckEntry {
            words: format!("{} · {}", reader.date_time(it.at), it.words(reader)),
            bytes: it.amount.value(),
        });
        figures.push(figure(FigureName::Adjustments, cycle.adjustments, words.collect()));
    }
    let terms = terms(cycle);
    let made_of = terms
        .iter()
        .map(|term| CheckEntry { words: reader.t(term.name.term_id()), bytes: signed(term) })
        .collect();
    figures.push(figure(FigureName::Balance, cycle.balance(), made_of));
    Ok(Check { plan: line.plan.name.clone(), figures, terms, balance: cycle.balance() })
}

/// The formula; what is carried or adjusted only where it is not zero.
fn terms(cycle: &CycleRow) -> Vec<CheckTerm> {
    let signed =
        |name, bytes: i64| CheckTerm { sign: if bytes < 0 { "−" } else { "+" }, name, bytes: bytes.abs() };
    let mut terms = vec![
        CheckTerm { sign: "", name: FigureName::Allowance, bytes: cycle.allowance },
        signed(FigureName::Bought, cycle.bought),
        signed(FigureName::Outside, cycle.outside),
        CheckTerm { sign: "−", name: FigureName::Total, bytes: cycle.total },
    ];
    terms.extend((cycle.carried != 0).then(|| signed(FigureName::Carried, cycle.carried)));
    terms.extend((cycle.adjustments != 0).then(|| signed(FigureName::Adjustments, cycle.adjustments)));
    terms
}

fn signed(term: &CheckTerm) -> i64 {
    if term.sign == "−" { -term.bytes } else { term.bytes }
}

/// What did not lower the balance, day by day: what was free because of what it is, by its name, apart from the rest.
fn outside(
    tables: &TablesReader<'_>,
    sold: &Sold,
    reader: &Reader,
    line: &Line,
    now: Timestamp,
) -> Result<Vec<CheckEntry>, StoreError> {
    let zero_rated = line.zero_rated(tables, reader)?;
    let days = line.days(tables, reader, now, |_, outside| outside)?;
    let why = outside_because(sold, line).map(|id| format!(" · {}", reader.t(id))).unwrap_or_default();
    let mut entries = Vec::new();
    for day in days.iter().rev() {
        let of_day = zero_rated.iter().filter(|(from, ..)| *from == day.from);
        let rest = day.amount.value() - of_day.clone().map(|(_, _, bytes)| bytes).sum::<i64>();
        let date = reader.date(day.from);
        entries.extend((rest != 0).then(|| CheckEntry { words: format!("{date}{why}"), bytes: rest }));
        entries.extend(of_day.map(|(_, traffic_no, bytes)| {
            let what = reader.t1("zero-rated-entry", "name", traffic_name(sold, reader, *traffic_no));
            CheckEntry { words: format!("{date} · {what}"), bytes: *bytes }
        }));
    }
    Ok(entries)
}

/// The id of why use of this cycle lowered no balance, beside what was free because of what it is; `None` where only whoever told of it
/// knows.
fn outside_because(sold: &Sold, line: &Line) -> Option<&'static str> {
    let has_free_hours =
        sold.catalog.plan(PlanNo(line.row.plan_no)).is_some_and(|plan| !plan.free.is_empty());
    let was_restricted = line.row.restricted_since.is_some()
        || line.row.restored_at.is_some_and(|at| at >= line.cycle.starts_at);
    match (has_free_hours, was_restricted) {
        (true, true) => Some("outside-free-or-restricted"),
        (true, false) => Some("outside-free"),
        (false, true) => Some("outside-restricted"),
        (false, false) => None,
    }
}

/// What routers call this traffic.
pub(crate) fn traffic_name(sold: &Sold, reader: &Reader, traffic_no: u32) -> String {
    sold.traffic_name(traffic_no).map_or_else(|| reader.t("zero-rated-unnamed"), str::to_owned)
}

/// The cycle's entries, newest first.
fn entries(tables: &TablesReader<'_>, line: &Line) -> Result<Vec<EntryRow>, StoreError> {
    let CycleRow { starts_at, ends_at, .. } = line.cycle;
    Ok(tables.entries(line.row.wallet_no, starts_at, ends_at, None, ENTRIES_MAX)?.rows)
}

/// Allowances of the cycle: the first at its beginning, others where a plan with more took its place.
fn allowance(reader: &Reader, cycle: &CycleRow, entries: &[EntryRow]) -> Vec<CheckEntry> {
    let later = || {
        let is_later = |row: &&EntryRow| row.kind == "allowance" && row.at > cycle.starts_at;
        entries.iter().filter(is_later).map(|row| (row.at, row.amount))
    };
    let first = cycle.allowance - later().map(|(_, bytes)| bytes).sum::<i64>();
    let begun = (first != 0).then_some((cycle.starts_at, first));
    let all = later().chain(begun);
    all.map(|(at, bytes)| CheckEntry { words: reader.date_time(at), bytes }).collect()
}

fn bought(reader: &Reader, cycle: &CycleRow, purchases: &[PurchaseRow]) -> Vec<CheckEntry> {
    let inside = |at: Timestamp| cycle.starts_at <= at && at < cycle.ends_at;
    let entry = |bought: &PurchaseRow| {
        let at = bought.released_at.filter(|at| inside(*at))?;
        let words = format!("{} · {}", reader.date_time(at), reader.money(bought.price));
        Some(CheckEntry { words, bytes: bought.quantity })
    };
    purchases.iter().filter_map(entry).collect()
}

fn day_entries(reader: &Reader, days: &[Span]) -> Vec<CheckEntry> {
    let used = days.iter().rev().filter(|day| day.amount.value() != 0);
    used.map(|day| CheckEntry { words: reader.date(day.from), bytes: day.amount.value() }).collect()
}

/// Whether an entry is an adjustment of the cycle that begins then. What ends at that very moment ended with the cycle before.
fn is_adjustment(row: &EntryRow, starts_at: Timestamp) -> bool {
    let is_of_before = row.kind == "expiry" && row.at <= starts_at;
    !is_of_before && !matches!(row.kind.as_ref(), "allowance" | "pack" | "traffic" | "forgiven")
}
