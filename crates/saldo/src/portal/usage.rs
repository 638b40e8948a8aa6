//! `/usage`: what was used, by hour of a day, by day of a month or by month of a year: what meters counted, and what was charged for directly.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use engine::PublishedWallet;
use jiff::civil::Date;
use money::{Amount, Quantity, Timestamp};
use serde::Deserialize;
use store::tables::catalog::PriceTerms;
use store::views::ChargedKind;
use store::{Reader as TablesReader, StoreError};

use super::calendar::{self, Bounds};
use super::figures::{self, HoursUsed};
use super::form::{Asked, not_understood};
use super::movements::spoken;
use super::shell::{Fault, draw};
use super::signed_in::SignedIn;
use crate::app::App;
use crate::look::Reader;
use crate::look::chart::{Chart, Room, Span};
use crate::look::page::{ItemName, ItemUse, Month, Usage, UsageView, Used};
use crate::look::part::Place;
use crate::problem::Problem;
use crate::sold::Sold;

/// Seconds of an hour of activity.
const HOUR_SECONDS: u32 = 3_600;

#[derive(Deserialize)]
pub(super) struct Wish {
    by: Option<String>,
    day: Option<String>,
    month: Option<String>,
    year: Option<String>,
}

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Day(Date),
    Month(Month),
    Year(i16),
}

/// `GET /usage`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(wish): Asked<Wish>,
) -> Result<Response, Fault> {
    let now = app.ledger.now();
    let reader = signed.reader().clone();
    let shown = shown(&wish, &reader, now)?;
    let bounds =
        bounds(&reader, shown).ok_or_else(|| not_understood("there is no such day, month or year."))?;
    let wallet = figures::published(&app, signed.wallet()?)?;
    let (eyes, sold) = (reader.clone(), app.sold());
    let used = app.read(move |tables| used(tables, &sold, &eyes, &wallet, (shown, bounds), now)).await?;
    let (view, live) = match shown {
        Shown::Day(_) => (UsageView::Hours, "usage-day"),
        Shown::Month(_) => (UsageView::Days, "usage-month"),
        Shown::Year(_) => (UsageView::Months, "usage-year"),
    };
    // What is over does not move.
    let live = if used.after_url.is_some() { "" } else { live };
    let frame = signed.frame(&app, Place::Usage, live);
    draw(StatusCode::OK, &Usage { frame, view, used, reader })
}

/// The present day by hour, month by day or year by month, in full width.
pub(super) fn present(
    tables: &TablesReader<'_>,
    sold: &Sold,
    reader: &Reader,
    wallet: &PublishedWallet,
    view: UsageView,
    now: Timestamp,
) -> Result<Option<Used>, StoreError> {
    let shown = present_of(view, reader, now);
    let Some(bounds) = bounds(reader, shown) else { return Ok(None) };
    used(tables, sold, reader, wallet, (shown, bounds), now).map(Some)
}

fn used(
    tables: &TablesReader<'_>,
    sold: &Sold,
    reader: &Reader,
    wallet: &PublishedWallet,
    (shown, bounds): (Shown, Bounds),
    now: Timestamp,
) -> Result<Used, StoreError> {
    let rows = figures::usage(tables, wallet.no.0, bounds)?;
    let hours = figures::hours_within(bounds);
    let charged = tables.charged_by_kind(wallet.no.0, hours.start, hours.end)?;
    let since = tables.wallet_view(wallet.id)?.map_or(now, |row| row.opened_at);
    let (before_url, after_url) = around(shown, reader, since, now);
    Ok(Used {
        period: match shown {
            Shown::Day(_) => reader.date(bounds.from),
            Shown::Month(month) => month.words(reader),
            Shown::Year(year) => year.to_string(),
        },
        before_url,
        after_url,
        total: figures::span(&rows, bounds, wallet.unit, now).amount,
        chart: chart(reader, &rows, shown, wallet, now),
        items: items(&rows, &charged, sold, wallet),
    })
}

fn present_of(view: UsageView, reader: &Reader, now: Timestamp) -> Shown {
    match view {
        UsageView::Hours => Shown::Day(calendar::day_of(&reader.zone, now)),
        UsageView::Days => Shown::Month(calendar::month_of(&reader.zone, now)),
        UsageView::Months => Shown::Year(calendar::month_of(&reader.zone, now).year),
    }
}

fn shown(wish: &Wish, reader: &Reader, now: Timestamp) -> Result<Shown, Problem> {
    let wrong = |name: &str, like: &str| not_understood(format!("{name} must be written like {like}."));
    let view = match wish.by.as_deref() {
        Some("month") => UsageView::Months,
        Some("day") => UsageView::Days,
        _ => UsageView::Hours,
    };
    let asked = match view {
        UsageView::Hours => {
            wish.day.as_ref().map(|text| text.parse().map(Shown::Day).map_err(|_| wrong("day", "2026-11-21")))
        }
        UsageView::Days => wish.month.as_ref().map(|text| {
            calendar::parse_month(text).map(Shown::Month).ok_or_else(|| wrong("month", "2026-11"))
        }),
        UsageView::Months => wish
            .year
            .as_ref()
            .map(|text| calendar::parse_year(text).map(Shown::Year).ok_or_else(|| wrong("year", "2026"))),
    };
    asked.unwrap_or_else(|| Ok(present_of(view, reader, now)))
}

fn bounds(reader: &Reader, shown: Shown) -> Option<Bounds> {
    match shown {
        Shown::Day(day) => calendar::day_bounds(&reader.zone, day),
        Shown::Month(month) => calendar::month_bounds(&reader.zone, month),
        Shown::Year(year) => calendar::year_bounds(&reader.zone, year),
    }
}

fn chart(reader: &Reader, rows: &HoursUsed, shown: Shown, wallet: &PublishedWallet, now: Timestamp) -> Chart {
    let span = |bounds| figures::span(rows, bounds, wallet.unit, now);
    match shown {
        Shown::Day(day) => {
            let bounds = calendar::day_bounds(&reader.zone, day);
            let hours = bounds.map(|bounds| figures::hours(rows, bounds, wallet.unit, now));
            Chart::by_hour(reader, Room::Full, &hours.unwrap_or_default())
        }
        Shown::Month(month) => {
            let of_day = |day| calendar::day_bounds(&reader.zone, day).map(span);
            let days: Vec<Span> = calendar::days(month).filter_map(of_day).collect();
            Chart::by_day(reader, Room::Full, &days)
        }
        Shown::Year(year) => {
            let of_month = |month| calendar::month_bounds(&reader.zone, Month { year, month }).map(span);
            let months: Vec<Span> = (1..=12).filter_map(of_month).collect();
            Chart::by_month(reader, Room::Full, &months)
        }
    }
}

/// What the sum is made of: what was used by meter, and by what was charged for, each by its name. What was given back of charges
/// stands for itself, so that the charges can be counted.
fn items(rows: &HoursUsed, charged: &[ChargedKind], sold: &Sold, wallet: &PublishedWallet) -> Vec<ItemUse> {
    let mut sums: BTreeMap<ItemName, (Quantity, Amount)> = BTreeMap::new();
    let mut add = |name, quantity, amount| {
        let sum = sums.entry(name).or_insert((Quantity::ZERO, Amount::zero(wallet.unit)));
        *sum = (sum.0.saturating_add(quantity), figures::plus(sum.1, amount));
    };
    for row in &rows.metered {
        add(meter_name(sold, row.meter_no), row.quantity, figures::spent(row));
    }
    for row in charged {
        let kind = sold.charge_kind_slug(row.charge_kind_no).map(spoken).unwrap_or_default();
        let times = |count: i64| Quantity::from_millionths(count.saturating_mul(Quantity::ONE.millionths()));
        if row.charges > 0 {
            add(ItemName::Charged(kind.clone()), times(row.charges), row.charged);
        }
        if row.reversals > 0 {
            add(ItemName::GivenBack(kind), times(row.reversals), row.reversed.saturating_neg());
        }
    }
    sums.into_iter().map(|(item, (quantity, amount))| ItemUse { item, quantity, amount }).collect()
}

/// What a meter counts. One that is sold by active time is called so; what another counts only the operator can name.
fn meter_name(sold: &Sold, meter_no: u32) -> ItemName {
    match sold.price(meter_no).map(|price| &price.terms) {
        Some(PriceTerms::PerActiveWindow { window_seconds: HOUR_SECONDS, .. }) => ItemName::ActiveHours,
        Some(PriceTerms::PerActiveWindow { .. }) => ItemName::ActiveTime,
        _ => ItemName::Named(sold.meter_slug(meter_no).map(spoken).unwrap_or_default()),
    }
}

/// The links to the time before and after, from the wallet's first day to the present.
fn around(
    shown: Shown,
    reader: &Reader,
    since: Timestamp,
    now: Timestamp,
) -> (Option<String>, Option<String>) {
    let day_of = |at| calendar::day_of(&reader.zone, at);
    match shown {
        Shown::Day(day) => {
            let url = |day: Date| format!("/usage?day={day}");
            let before = day.yesterday().ok().filter(|day| *day >= day_of(since));
            let after = day.tomorrow().ok().filter(|day| *day <= day_of(now));
            (before.map(url), after.map(url))
        }
        Shown::Month(month) => {
            let url = |month: Month| format!("/usage?by=day&month={}", month.value());
            let first = |month: &Month| calendar::first_day(*month);
            let month_of = |at| first(&calendar::month_of(&reader.zone, at));
            let before = Some(calendar::before(month)).filter(|month| first(month) >= month_of(since));
            let after = Some(calendar::after(month)).filter(|month| first(month) <= month_of(now));
            (before.map(url), after.map(url))
        }
        Shown::Year(year) => {
            let url = |year: i16| format!("/usage?by=month&year={year:04}");
            let before = year.checked_sub(1).filter(|year| *year >= day_of(since).year());
            let after = year.checked_add(1).filter(|year| *year <= day_of(now).year());
            (before.map(url), after.map(url))
        }
    }
}
