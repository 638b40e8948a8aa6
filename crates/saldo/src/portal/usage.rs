//! `/usage`: what was used, by hour of a day or by day of a month.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use engine::PublishedWallet;
use jiff::civil::Date;
use money::{Amount, Quantity, Timestamp};
use serde::Deserialize;
use store::views::UsageRow;
use store::{Reader as TablesReader, StoreError};

use super::calendar::{self, Bounds};
use super::form::{Asked, not_understood};
use super::movements::spoken;
use super::shell::{Fault, draw};
use super::signed_in::SignedIn;
use super::{figures, form};
use crate::app::App;
use crate::look::Reader;
use crate::look::chart::{Chart, Room, Span};
use crate::look::page::{MeterUse, Month, Usage, UsageView};
use crate::look::part::Place;
use crate::sold::Sold;

#[derive(Deserialize)]
pub(super) struct Wish {
    by: Option<String>,
    day: Option<String>,
    month: Option<String>,
}

/// What is shown.
#[derive(Clone, Copy)]
enum Shown {
    Day(Date),
    Month(Month),
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
        bounds(&reader, shown).ok_or_else(|| form::not_understood("there is no such day or month."))?;
    let wallet = figures::published(&app, signed.wallet())?;
    let (eyes, sold) = (reader.clone(), app.sold());
    let (chart, meters, total, since) = app
        .read(move |tables| {
            let rows = figures::usage(tables, wallet.no.0, bounds)?;
            let total =
                rows.iter().fold(Amount::zero(wallet.unit), |sum, row| figures::plus(sum, spent(row)));
            let since = tables.wallet_view(wallet.id)?.map_or(now, |row| row.opened_at);
            Ok((chart(&eyes, &rows, shown, &wallet, now), meters(&rows, &sold, &wallet), total, since))
        })
        .await?;
    let (before_url, after_url) = around(shown, &reader, since, now);
    let live = match (shown, &after_url) {
        (_, Some(_)) => "",
        (Shown::Day(_), None) => "usage-day",
        (Shown::Month(_), None) => "usage-month",
    };
    let page = Usage {
        frame: signed.frame(&app, Place::Usage, live),
        view: match shown {
            Shown::Day(_) => UsageView::Hours,
            Shown::Month(_) => UsageView::Days,
        },
        period: match shown {
            Shown::Day(_) => reader.date(bounds.from),
            Shown::Month(month) => month.words(&reader),
        },
        before_url,
        after_url,
        total,
        chart,
        meters,
        reader,
    };
    draw(StatusCode::OK, &page)
}

/// Today by hour, in full width.
pub(super) fn present_day(
    tables: &TablesReader<'_>,
    reader: &Reader,
    wallet: &PublishedWallet,
    now: Timestamp,
) -> Result<Chart, StoreError> {
    present(tables, reader, wallet, now, Shown::Day(calendar::day_of(&reader.zone, now)))
}

/// This month by day, in full width.
pub(super) fn present_month(
    tables: &TablesReader<'_>,
    reader: &Reader,
    wallet: &PublishedWallet,
    now: Timestamp,
) -> Result<Chart, StoreError> {
    present(tables, reader, wallet, now, Shown::Month(calendar::month_of(&reader.zone, now)))
}

fn present(
    tables: &TablesReader<'_>,
    reader: &Reader,
    wallet: &PublishedWallet,
    now: Timestamp,
    shown: Shown,
) -> Result<Chart, StoreError> {
    let rows = match bounds(reader, shown) {
        Some(bounds) => figures::usage(tables, wallet.no.0, bounds)?,
        None => Vec::new(),
    };
    Ok(chart(reader, &rows, shown, wallet, now))
}

fn shown(wish: &Wish, reader: &Reader, now: Timestamp) -> Result<Shown, Fault> {
    let wrong = |name: &str, like: &str| not_understood(format!("{name} must be written like {like}."));
    if wish.by.as_deref() == Some("day") {
        return Ok(Shown::Month(match &wish.month {
            Some(text) => calendar::parse_month(text).ok_or_else(|| wrong("month", "2026-11"))?,
            None => calendar::month_of(&reader.zone, now),
        }));
    }
    Ok(Shown::Day(match &wish.day {
        Some(text) => text.parse().map_err(|_| wrong("day", "2026-11-21"))?,
        None => calendar::day_of(&reader.zone, now),
    }))
}

fn bounds(reader: &Reader, shown: Shown) -> Option<Bounds> {
    match shown {
        Shown::Day(day) => calendar::day_bounds(&reader.zone, day),
        Shown::Month(month) => calendar::month_bounds(&reader.zone, month),
    }
}

fn chart(
    reader: &Reader,
    rows: &[UsageRow],
    shown: Shown,
    wallet: &PublishedWallet,
    now: Timestamp,
) -> Chart {
    match shown {
        Shown::Day(day) => {
            let bounds = calendar::day_bounds(&reader.zone, day);
            let hours = bounds.map(|bounds| figures::hours(rows, bounds, wallet.unit, now));
            Chart::by_hour(reader, Room::Full, &hours.unwrap_or_default())
        }
        Shown::Month(month) => {
            let of_day = |day| {
                let bounds = calendar::day_bounds(&reader.zone, day)?;
                Some(figures::span(rows, bounds, wallet.unit, now))
            };
            let days: Vec<Span> = calendar::days(month).filter_map(of_day).collect();
            Chart::by_day(reader, Room::Full, &days)
        }
    }
}

/// What was used by meter, by the meters' names.
fn meters(rows: &[UsageRow], sold: &Sold, wallet: &PublishedWallet) -> Vec<MeterUse> {
    let mut sums: BTreeMap<String, (Quantity, Amount)> = BTreeMap::new();
    for row in rows {
        let name = sold.meter_slug(row.meter_no).map(spoken).unwrap_or_default();
        let (quantity, amount) = sums.entry(name).or_insert((Quantity::ZERO, Amount::zero(wallet.unit)));
        *quantity = quantity.checked_add(row.quantity).unwrap_or(*quantity);
        *amount = figures::plus(*amount, spent(row));
    }
    sums.into_iter().map(|(meter, (quantity, amount))| MeterUse { meter, quantity, amount }).collect()
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
    }
}

fn spent(row: &UsageRow) -> i64 {
    row.posted.saturating_add(row.pending)
}
