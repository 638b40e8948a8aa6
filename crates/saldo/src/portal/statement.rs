//! `/statement`, `/statement.csv` and `/statement.pdf`: every movement of a month, or of any days, with the balance after it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use engine::PublishedWallet;
use jiff::civil::Date;
use money::{Amount, Timestamp};
use serde::Deserialize;
use store::views::EntryCursor;
use store::{Page, Reader as TablesReader};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::calendar::{self, Bounds};
use super::form::{Asked, not_understood};
use super::shell::{Fault, draw};
use super::signed_in::SignedIn;
use super::trail::Trail;
use super::{figures, movements};
use crate::app::{App, blocking};
use crate::documents::{Column, Paper, Side};
use crate::look::Reader;
use crate::look::page::{Month, Statement, StatementWords, csv_head, csv_lines, page_words};
use crate::look::part::{Movement, Place};
use crate::problem::Problem;

/// Movements of one page.
const ROWS: u32 = 50;
/// Movements that are read at once for the download.
const CSV_ROWS: u32 = 1_000;
/// Pieces of the download that wait for a slow reader.
const CSV_PIECES_WAITING_MAX: usize = 2;
/// Movements of one statement on paper: some five hundred pages.
const PDF_ROWS_MAX: usize = 20_000;
/// Months that may be chosen.
const MONTHS_MAX: usize = 120;

#[derive(Deserialize)]
pub(super) struct Wish {
    month: Option<String>,
    before: Option<String>,
    /// The first and the last day, in place of a month; of files only.
    from: Option<String>,
    until: Option<String>,
}

/// What a file tells of.
struct Asking {
    bounds: Bounds,
    /// As its name has it: `2026-11`, or its first and its last day.
    name: String,
    /// As people read it.
    words: String,
}

/// `GET /statement`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(wish): Asked<Wish>,
) -> Result<Response, Fault> {
    show(&app, &signed, &wish, None).await
}

/// The page of a month; with what is wrong with the days that a file was asked for.
async fn show(
    app: &Arc<App>,
    signed: &SignedIn,
    wish: &Wish,
    wrong: Option<Problem>,
) -> Result<Response, Fault> {
    let reader = signed.reader().clone();
    let (chosen, bounds) = month(app, &reader, wish)?;
    let trail = Trail::parse(wish.before.as_deref());
    let before = trail.last().map(parse_cursor).transpose()?;
    let wallet = figures::published(app, signed.wallet()?)?;
    let since = opened_at(app, &wallet).await?;
    let rows = read(app, &reader, &wallet, bounds, before, ROWS).await?;
    let base = format!("/statement?month={}&", chosen.value());
    let typed = wish.from.clone().zip(wish.until.clone());
    let page = Statement {
        frame: signed.frame(app, Place::Statement, ""),
        months: months(app, &reader, since, chosen),
        chosen,
        movements: rows.rows,
        newer_url: trail.newer_url(&base, "before"),
        older_url: rows.next.map(|next| trail.older_url(&base, "before", &cursor_text(next))),
        csv_url: format!("/statement.csv?month={}", chosen.value()),
        pdf_url: format!("/statement.pdf?month={}", chosen.value()),
        days: typed.map_or_else(|| days(&bounds, &reader), |(from, until)| [from, until]),
        wrong_day: wrong.as_ref().and_then(|problem| {
            Some((problem.field.clone()?, reader.t(Statement::wrong_day_text(problem.code))))
        }),
        reader,
    };
    draw(wrong.map_or(StatusCode::OK, |problem| problem.status), &page)
}

/// The page again with a word at the field, where a file was asked for of days that are none.
async fn again(app: &Arc<App>, signed: &SignedIn, wish: &Wish, problem: Problem) -> Result<Response, Fault> {
    if problem.field.is_none() {
        return Err(problem.into());
    }
    show(app, signed, wish, Some(problem)).await
}

/// `GET /statement.csv`: all of it, newest first, written while it is read.
pub(super) async fn csv(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(wish): Asked<Wish>,
) -> Result<Response, Fault> {
    let reader = signed.reader().clone();
    let asking = match asking(&app, &reader, &wish) {
        Ok(asking) => asking,
        Err(problem) => return again(&app, &signed, &wish, problem).await,
    };
    let wallet = figures::published(&app, signed.wallet()?)?;
    let disposition = format!("attachment; filename=\"statement-{}.csv\"", asking.name);
    let (pieces, received) = mpsc::channel(CSV_PIECES_WAITING_MAX);
    tokio::spawn(write_csv(app, reader, wallet, asking.bounds, pieces));
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, Body::from_stream(ReceiverStream::new(received))).into_response())
}

/// `GET /statement.pdf`: all of it, oldest first, with the balance before and after.
pub(super) async fn pdf(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(wish): Asked<Wish>,
) -> Result<Response, Fault> {
    let reader = signed.reader().clone();
    let asking = match asking(&app, &reader, &wish) {
        Ok(asking) => asking,
        Err(problem) => return again(&app, &signed, &wish, problem).await,
    };
    let wallet = figures::published(&app, signed.wallet()?)?;
    let (mut movements, mut before) = (Vec::new(), None);
    loop {
        let page = read(&app, &reader, &wallet, asking.bounds, before, CSV_ROWS).await?;
        movements.extend(page.rows);
        before = page.next;
        if before.is_none() {
            break;
        }
        if movements.len() >= PDF_ROWS_MAX {
            let detail = format!(
                "More than {PDF_ROWS_MAX} movements are too many for paper; choose fewer days, or CSV."
            );
            let problem = Problem::invalid("until", "period_too_long", detail);
            return again(&app, &signed, &wish, problem).await;
        }
    }
    movements.reverse();
    let opening = match movements.first() {
        Some(first) => first.balance.value() - first.amount.value(),
        None => posted_before(&app, &wallet, asking.bounds.until).await?,
    };
    let customer = signed.who.customer.clone();
    let told = StatementTold {
        period: asking.words,
        opening: Amount::new(opening, wallet.unit),
        movements,
        receiver: std::iter::once(customer.name).chain(customer.email).collect(),
        logo: app.config.brand().logo_png(),
        issuer: app.config.brand().legal_lines.clone(),
    };
    let drawn = blocking(move || paper(&reader, told).to_pdf().map_err(|error| Problem::internal(&error)));
    let name = format!("inline; filename=\"statement-{}.pdf\"", asking.name);
    let headers = [(CONTENT_TYPE, "application/pdf".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, drawn.await?).into_response())
}

/// What stands on a statement on paper.
struct StatementTold {
    period: String,
    opening: Amount,
    /// Oldest first.
    movements: Vec<Movement>,
    receiver: Vec<String>,
    logo: Option<Vec<u8>>,
    issuer: Vec<String>,
}

fn paper(reader: &Reader, told: StatementTold) -> Paper {
    let StatementTold { period, opening, movements, receiver, logo, issuer } = told;
    let words = StatementWords::of(reader);
    let closing = movements.last().map_or(opening, |last| last.balance);
    let row = |movement: &Movement| {
        vec![
            reader.date_time(movement.at),
            movement.words(reader),
            reader.movement(movement.amount),
            reader.money(movement.balance),
        ]
    };
    let mut rows = vec![vec![String::new(), words.opening, String::new(), reader.money(opening)]];
    rows.extend(movements.iter().map(row));
    let column = |heading: &str, width_mm, side| Column { heading: heading.to_owned(), width_mm, side };
    let [date, movement, amount, balance] = words.headings;
    Paper {
        logo,
        language: reader.locale.tag(),
        title: words.title,
        issuer,
        receiver,
        facts: vec![(words.period, period), (words.zone, reader.zone_name().to_owned())],
        columns: vec![
            column(&date, 38, Side::Left),
            column(&movement, 82, Side::Left),
            column(&amount, 30, Side::Right),
            column(&balance, 30, Side::Right),
        ],
        rows,
        totals: vec![(words.closing, reader.money(closing))],
        remarks: Vec::new(),
        page_words: page_words(reader),
    }
}

/// What the wallet held before `at`.
async fn posted_before(app: &Arc<App>, wallet: &PublishedWallet, at: Timestamp) -> Result<i64, Problem> {
    let no = wallet.no.0;
    let newest = move |tables: &TablesReader<'_>| tables.entries(no, Timestamp::EPOCH, at, None, 1);
    Ok(app.read(newest).await?.rows.first().map_or(0, |row| row.posted_after))
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

/// The days that are asked for, or the month.
fn asking(app: &App, reader: &Reader, wish: &Wish) -> Result<Asking, Problem> {
    let (Some(from), Some(until)) = (&wish.from, &wish.until) else {
        if wish.from.is_some() || wish.until.is_some() {
            return Err(not_understood("from and until go together."));
        }
        let (month, bounds) = month(app, reader, wish)?;
        return Ok(Asking { bounds, name: month.value(), words: month.words(reader) });
    };
    let day = |name: &'static str, text: &str| {
        let wrong = || Problem::invalid(name, "invalid_day", format!("{name} must be a day, as 2026-11-22."));
        let day: Date = text.parse().map_err(|_| wrong())?;
        calendar::day_bounds(&reader.zone, day).ok_or_else(wrong)
    };
    let (first, last) = (day("from", from)?, day("until", until)?);
    if last.from < first.from {
        return Err(Problem::invalid("until", "days_backwards", "until must not lie before from."));
    }
    let words = format!("{} – {}", reader.date(first.from), reader.date(last.from));
    let bounds = Bounds { from: first.from, until: last.until };
    Ok(Asking { bounds, name: format!("{from}-{until}"), words })
}

/// The first and the last day, as forms write days.
fn days(bounds: &Bounds, reader: &Reader) -> [String; 2] {
    [bounds.from, bounds.until.plus(-1)].map(|at| calendar::day_of(&reader.zone, at).to_string())
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
