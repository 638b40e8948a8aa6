//! `/statement` and `/statement.csv`: every movement of a month, with the balance after it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use engine::PublishedWallet;
use money::Timestamp;
use serde::Deserialize;
use store::Page;
use store::views::EntryCursor;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::calendar::{self, Bounds};
use super::form::{Asked, not_understood};
use super::shell::{Fault, draw};
use super::signed_in::SignedIn;
use super::trail::Trail;
use super::{figures, movements};
use crate::app::App;
use crate::look::Reader;
use crate::look::page::{Month, Statement, csv_head, csv_lines};
use crate::look::part::{Movement, Place};
use crate::problem::Problem;

/// Movements of one page.
const ROWS: u32 = 50;
/// Movements that are read at once for the download.
const CSV_ROWS: u32 = 1_000;
/// Pieces of the download that wait for a slow reader.
const CSV_PIECES_WAITING_MAX: usize = 2;
/// Months that may be chosen.
const MONTHS_MAX: usize = 120;

#[derive(Deserialize)]
pub(super) struct Wish {
    month: Option<String>,
    before: Option<String>,
}

/// `GET /statement`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(wish): Asked<Wish>,
) -> Result<Response, Fault> {
    let reader = signed.reader().clone();
    let (chosen, bounds) = month(&app, &reader, &wish)?;
    let trail = Trail::parse(wish.before.as_deref());
    let before = trail.last().map(parse_cursor).transpose()?;
    let wallet = figures::published(&app, signed.wallet()?)?;
    let since = opened_at(&app, &wallet).await?;
    let rows = read(&app, &reader, &wallet, bounds, before, ROWS).await?;
    let base = format!("/statement?month={}&", chosen.value());
    let page = Statement {
        frame: signed.frame(&app, Place::Statement, ""),
        months: months(&app, &reader, since, chosen),
        chosen,
        movements: rows.rows,
        newer_url: trail.newer_url(&base, "before"),
        older_url: rows.next.map(|next| trail.older_url(&base, "before", &cursor_text(next))),
        csv_url: format!("/statement.csv?month={}", chosen.value()),
        reader,
    };
    draw(StatusCode::OK, &page)
}

/// `GET /statement.csv`: the whole month, newest first, written while it is read.
pub(super) async fn csv(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(wish): Asked<Wish>,
) -> Result<Response, Fault> {
    let reader = signed.reader().clone();
    let (chosen, bounds) = month(&app, &reader, &wish)?;
    let wallet = figures::published(&app, signed.wallet()?)?;
    let disposition = format!("attachment; filename=\"statement-{}.csv\"", chosen.value());
    let (pieces, received) = mpsc::channel(CSV_PIECES_WAITING_MAX);
    tokio::spawn(write_csv(app, reader, wallet, bounds, pieces));
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, Body::from_stream(ReceiverStream::new(received))).into_response())
}

/// Ends early if the reader goes away; breaks the download off, visibly, if the tables cannot be read.
async fn write_csv(
    app: Arc<App>,
    reader: Reader,
    wallet: PublishedWallet,
    bounds: Bounds,
    pieces: mpsc::Sender<Result<String, std::io::Error>>,
) {
    if pieces.send(Ok(csv_head(&reader))).await.is_err() {
        return;
    }
    let mut before = None;
    loop {
        let (piece, next) = match read(&app, &reader, &wallet, bounds, before, CSV_ROWS).await {
            Ok(page) => (Ok(csv_lines(&reader, &page.rows)), page.next),
            Err(problem) => (Err(std::io::Error::other(problem.detail)), None),
        };
        if pieces.send(piece).await.is_err() || next.is_none() {
            return;
        }
        before = next;
    }
}

async fn read(
    app: &Arc<App>,
    reader: &Reader,
    wallet: &PublishedWallet,
    bounds: Bounds,
    before: Option<EntryCursor>,
    limit: u32,
) -> Result<Page<Movement, EntryCursor>, Problem> {
    let (sold, reader, no, unit) = (app.sold(), reader.clone(), wallet.no.0, wallet.unit);
    app.read(move |tables| {
        let page = tables.entries(no, bounds.from, bounds.until, before, limit)?;
        let rows = movements::movements(tables, &sold, &reader, unit, &page.rows)?;
        Ok(Page { rows, next: page.next })
    })
    .await
}

async fn opened_at(app: &Arc<App>, wallet: &PublishedWallet) -> Result<Timestamp, Problem> {
    let (id, now) = (wallet.id, app.ledger.now());
    app.read(move |tables| Ok(tables.wallet_view(id)?.map_or(now, |row| row.opened_at))).await
}

/// The month that is asked for, or the present one.
fn month(app: &App, reader: &Reader, wish: &Wish) -> Result<(Month, Bounds), Problem> {
    let wrong = || not_understood("month must be written like 2026-11.");
    let month = match &wish.month {
        Some(text) => calendar::parse_month(text).ok_or_else(wrong)?,
        None => calendar::month_of(&reader.zone, app.ledger.now()),
    };
    Ok((month, calendar::month_bounds(&reader.zone, month).ok_or_else(wrong)?))
}

/// The months from the present one back to the wallet's first, and the chosen one wherever it lies.
fn months(app: &App, reader: &Reader, since: Timestamp, chosen: Month) -> Vec<Month> {
    let first = calendar::first_day(calendar::month_of(&reader.zone, since));
    let present = calendar::month_of(&reader.zone, app.ledger.now());
    let back = std::iter::successors(Some(present), |month| Some(calendar::before(*month)));
    let mut months: Vec<Month> =
        back.take_while(|month| calendar::first_day(*month) >= first).take(MONTHS_MAX).collect();
    if !months.contains(&chosen) {
        months.push(chosen);
        months.sort_by_key(|month| std::cmp::Reverse((month.year, month.month)));
    }
    months
}

fn cursor_text(cursor: EntryCursor) -> String {
    format!("{}.{}", cursor.position, cursor.ordinal)
}

fn parse_cursor(text: &str) -> Result<EntryCursor, Problem> {
    let parsed = text.split_once('.').and_then(|(position, ordinal)| {
        Some(EntryCursor { position: position.parse().ok()?, ordinal: ordinal.parse().ok()? })
    });
    parsed.ok_or_else(|| not_understood("before is not where a page of the statement begins."))
}
