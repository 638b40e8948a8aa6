//! `/console`: what there is, in four numbers, and the customers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use money::{Amount, CustomerId, Timestamp, Unit};
use serde::Deserialize;
use store::tables::claims::ClaimState;
use store::tables::credit_requests::CreditRequestState;
use store::tables::customers::{Customer, Wallet};
use store::tables::inbox::InboxState;
use store::views::{AccountRow, Moved};
use store::{Reader as TablesReader, StoreError};

use crate::app::App;
use crate::clock;
use crate::look::page::console::{Need, NeedKind};
use crate::look::page::{BooksLine, ConsoleCustomer, ConsoleHome};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, StaffIn, calendar, draw};
use crate::problem::Problem;
use crate::{documents, endpoints, nas};

/// Customers of one page.
const ROWS: u32 = 25;
/// Wallets of a customer that are looked through for the one that counts money.
const WALLETS_MAX: u32 = 50;

/// Disputes that are counted of each kind.
const CLAIMS_MAX: u32 = 1_000;
/// A payment that was told of more lately than this is being credited, in microseconds.
const UNMATCHED_AGE_MIN: i64 = Timestamp::MINUTE;

#[derive(Deserialize)]
pub(super) struct Shown {
    before: Option<String>,
}

/// `GET /console`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let (reader, unit) = (staff.visit.reader().clone(), app.config.credit.unit);
    let now = app.ledger.now();
    let today = calendar::day_bounds(&reader.zone, calendar::day_of(&reader.zone, now));
    let midnight = today.map_or(now, |bounds| bounds.from);
    let trail = Trail::parse(shown.before.as_deref());
    let before: Option<CustomerId> = trail.last().and_then(|id| id.parse().ok());
    let (count, accounts, moved, rows, next) = app
        .read(move |tables| {
            let page = tables.customers(before, ROWS)?;
            let rows = page.rows.into_iter().map(|customer| with_wallet(tables, customer, unit));
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            Ok((tables.customer_count()?, tables.accounts()?, tables.moved_since(midnight)?, rows, page.next))
        })
        .await?;
    let page = ConsoleHome {
        frame: staff.visit.frame(&app, Some(Place::ConsoleHome)),
        customer_count: count,
        liability: liability(&accounts, unit),
        sold_today: sum(&moved, unit, |row| {
            row.kind == "grant" && row.reason.as_deref() == Some("purchased")
        }),
        used_today: negated(sum(&moved, unit, |row| {
            ["usage", "charge", "reversal"].contains(&row.kind.as_str())
        })),
        books: books(&app),
        needs: needs(&app, now).await?,
        customers: rows.into_iter().map(|(customer, wallet)| row(&app, customer, wallet, unit)).collect(),
        newer_url: trail.newer_url("/console?", "before"),
        older_url: next.map(|next| trail.older_url("/console?", "before", &next.to_string())),
        reader,
    };
    draw(StatusCode::OK, &page)
}

/// What waits for a person, the most urgent first.
async fn needs(app: &Arc<App>, now: Timestamp) -> Result<Vec<Need>, Problem> {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let unconfirmed = count(app.nas.unconfirmed(now));
    // A payment is told before its credit is booked: for as long nobody has to look.
    let settled = clock::now().plus(-UNMATCHED_AGE_MIN);
    let counts = app
        .read(move |tables| {
            let drift = tables.last_reconciliation()?.map_or(0, |run| run.drifting);
            let silent = count(nas::silent_count(tables, now)?);
            let disputes = tables.claims_in(ClaimState::Open, CLAIMS_MAX)?.len()
                + tables.claims_in(ClaimState::Inquiry, CLAIMS_MAX)?.len();
            let off = count(endpoints::off_count(tables)?);
            let failed = tables.inbox_count(InboxState::Failed)?;
            Ok([
                tables.unmatched_payment_count(settled)?,
                unconfirmed,
                silent,
                count(disputes),
                u32::try_from(failed).unwrap_or(u32::MAX),
                tables.credit_request_count(CreditRequestState::Waiting)?,
                tables.open_finding_count()?,
                drift,
                off,
                documents::waiting(tables)?,
            ])
        })
        .await?;
    let needs = NeedKind::ALL.iter().zip(counts).map(|(kind, count)| Need { kind: *kind, count });
    Ok(needs.filter(|need| need.count > 0).collect())
}

fn books(app: &App) -> BooksLine {
    let seen = app.books.seen();
    match (seen.at, seen.findings.first()) {
        (None, _) => BooksLine::NotYet,
        (Some(at), None) => {
            let minutes = clock::now().since(at) / Timestamp::MINUTE;
            BooksLine::Verified { at, minutes: u32::try_from(minutes).unwrap_or_default() }
        }
        (Some(at), Some(first)) => BooksLine::Damaged { at, first: first.clone() },
    }
}

fn with_wallet(
    tables: &TablesReader<'_>,
    customer: Customer,
    unit: Unit,
) -> Result<(Customer, Option<Wallet>), StoreError> {
    let wallets = tables.wallets_of(customer.id, None, WALLETS_MAX)?.rows;
    Ok((customer, wallets.into_iter().find(|wallet| wallet.unit == unit)))
}

fn row(app: &App, customer: Customer, wallet: Option<Wallet>, unit: Unit) -> ConsoleCustomer {
    let published = wallet.and_then(|wallet| app.ledger.wallet(wallet.id));
    let amount = |value| Amount::new(value, unit);
    ConsoleCustomer {
        id: customer.id.to_string(),
        name: customer.name,
        login: customer.email.unwrap_or_default(),
        posted: amount(published.as_ref().map_or(0, |wallet| wallet.balance.posted)),
        available: amount(published.as_ref().map_or(0, |wallet| wallet.balance.available())),
        created_at: customer.created_at,
    }
}

/// What all wallets hold together. All accounts of a unit sum to zero, so it is what the others lack.
fn liability(accounts: &[AccountRow], unit: Unit) -> Amount {
    let others =
        accounts.iter().filter(|row| row.unit == unit).map(|row| i128::from(row.balance)).sum::<i128>();
    Amount::new(i64::try_from(-others).unwrap_or(i64::MAX), unit)
}

fn sum(moved: &[Moved], unit: Unit, counts: impl Fn(&Moved) -> bool) -> Amount {
    let rows = moved.iter().filter(|row| row.amount.unit() == unit && counts(row));
    Amount::new(rows.fold(0_i64, |sum, row| sum.saturating_add(row.amount.value())), unit)
}

fn negated(amount: Amount) -> Amount {
    Amount::new(amount.value().saturating_neg(), amount.unit())
}
