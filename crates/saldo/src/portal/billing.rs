//! `/billing`: the balance, what took it, how long it will last.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use engine::PublishedWallet;
use money::Timestamp;
use store::{Reader as TablesReader, StoreError};

use super::shell::{Fault, draw};
use super::signed_in::SignedIn;
use super::{automatic_topup, calendar, cards, checkouts, figures, movements};
use crate::app::App;
use crate::look::Reader;
use crate::look::chart::{Chart, Room};
use crate::look::page::Billing;
use crate::look::part::{Movement, Place};
use crate::sold::Sold;

/// Movements that are shown.
const MOVEMENTS: u32 = 5;

/// `GET /billing`
pub(super) async fn page(State(app): State<Arc<App>>, signed: SignedIn) -> Result<Response, Fault> {
    // An old bookmark of somebody who has lines only.
    let Ok(wallet) = signed.wallet() else {
        return Ok(Redirect::to(signed.who.first_page()).into_response());
    };
    let wallet = figures::published(&app, wallet)?;
    let (now, sold, reader) = (app.ledger.now(), app.sold(), signed.reader().clone());
    let (asked, customer) = (Arc::clone(&app), signed.customer());
    let is_view = signed.who.is_view;
    let read = app.read(move |tables| {
        let grants = figures::grants(tables, wallet.no.0)?;
        let chart = today(tables, &reader, &wallet, now)?;
        let moved = last_movements(tables, &reader, &sold, &wallet)?;
        let days = figures::days_left(tables, wallet.no.0, wallet.balance.available(), now)?;
        Ok((
            figures::balance(&wallet, &grants, now),
            chart,
            moved,
            days,
            figures::next_expiry(&grants, wallet.unit),
            checkouts::read(&asked, tables, (customer, is_view))?,
            automatic_topup::seen(&asked, tables, wallet.id, now)?,
        ))
    });
    let (read, cards) = tokio::join!(read, cards::of(&app, &signed.who.customer));
    let (balance, chart, movements, days_left, next_expiry, checkouts, automatic) = read?;
    let page = Billing {
        reader: signed.reader().clone(),
        frame: signed.frame(
            &app,
            Place::Billing,
            "balance,pace,usage,checkouts,movements,expiry,automatic-card",
        ),
        balance,
        chart,
        days_left,
        checkouts,
        movements,
        next_expiry,
        cards,
        automatic,
    };
    draw(StatusCode::OK, &page)
}

/// Today by hour.
pub(super) fn today(
    tables: &TablesReader<'_>,
    reader: &Reader,
    wallet: &PublishedWallet,
    now: Timestamp,
) -> Result<Chart, StoreError> {
    let bounds = calendar::day_bounds(&reader.zone, calendar::day_of(&reader.zone, now));
    let spans = match bounds {
        Some(bounds) => {
            let rows = figures::usage(tables, wallet.no.0, bounds)?;
            figures::hours(&rows, bounds, wallet.unit, now)
        }
        None => Vec::new(),
    };
    Ok(Chart::by_hour(reader, Room::Half, &spans))
}

/// The last movements, newest first.
pub(super) fn last_movements(
    tables: &TablesReader<'_>,
    reader: &Reader,
    sold: &Sold,
    wallet: &PublishedWallet,
) -> Result<Vec<Movement>, StoreError> {
    let rows = tables.entries(wallet.no.0, Timestamp::EPOCH, Timestamp::MAX, None, MOVEMENTS)?.rows;
    movements::movements(tables, sold, reader, wallet.unit, &rows)
}
