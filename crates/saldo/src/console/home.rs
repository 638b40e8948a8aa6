//! `/console`: what needs a person, how the books stand, what the last thirty days brought, and the customers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use money::{Amount, CustomerId, PaymentId, Timestamp, Unit};
use serde::Deserialize;
use store::tables::claims::{ClaimState, PaymentClaim};
use store::tables::credit_requests::CreditRequestState;
use store::tables::customers::{Customer, Wallet};
use store::tables::inbox::InboxState;
use store::tables::reconciliation::ReconciliationRun;
use store::tables::refund_orders::RefundOrderState;
use store::{Reader as TablesReader, StoreError};

use super::home_figures::{self, Days, Low};
use super::{billing, go_live, home_glances, reconciliation};
use crate::app::App;
use crate::billing::missed_months;
use crate::clock;
use crate::look::Reader;
use crate::look::page::console::{Need, NeedKind};
use crate::look::page::{BooksLine, ConsoleCustomer, ConsoleHome, DriftLine};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::calendar::day_of;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, StaffIn, draw};
use crate::problem::Problem;
use crate::reconciliation::{CurrencyDrift, Difference};
use crate::{documents, endpoints, nas, withheld};

/// Customers of one page.
const ROWS: u32 = 25;
/// Wallets of a customer that are looked through for the one that counts money.
const WALLETS_MAX: u32 = 50;

/// Disputes that are counted of each kind.
const CLAIMS_MAX: u32 = 1_000;
/// A comparison with Stripe that is older than this is told with its time, in microseconds.
const DRIFT_AGE_MAX: i64 = Timestamp::HOUR;
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
    let days = home_figures::last_days(&reader.zone, now);
    let trail = Trail::parse(shown.before.as_deref());
    let before: Option<CustomerId> = trail.last().and_then(|id| id.parse().ok());
    let (asked, spans, eyes) = (Arc::clone(&app), days.clone(), reader.clone());
    let sees_finance = staff.may(Permission::SeeFinance);
    // Who cannot change settings is not asked to.
    let may_go_live = staff.may(Permission::ChangeSettings);
    let (rows, next, money, low, glances, compared, left) = app
        .read(move |tables| {
            let page = tables.customers(before, ROWS)?;
            let rows = page.rows.into_iter().map(|customer| with_wallet(tables, customer, unit));
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            let money = sees_finance.then(|| Days::read(tables, &spans)).transpose()?;
            let low = Low::read(tables, &asked.config, &spans)?;
            let glances = home_glances::read(&asked, tables, &eyes, (sees_finance, now))?;
            let compared = (tables.last_reconciliation()?, tables.open_reconciliation_run()?);
            let left = if may_go_live { go_live::left(&asked, tables)? } else { Vec::new() };
            Ok((rows, page.next, money, low, glances, compared, left))
        })
        .await?;
    let needs = needs(&app, &staff, now).await?;
    let drift = if sees_finance { drift(&app, &reader, compared)? } else { DriftLine::Untold };
    let near_zero = low.figure(&reader, &days, now);
    let figures = match money {
        Some(money) => money.groups(&reader, (unit, near_zero), now),
        None => home_figures::low_alone(near_zero),
    };
    let page = ConsoleHome {
        frame: staff.visit.frame(&app, Some(Place::ConsoleHome)),
        books: books(&app),
        drift,
        needs,
        figures,
        glances,
        lately_low: low.listed(),
        left,
        customers: rows.into_iter().map(|(customer, wallet)| row(&app, customer, wallet)).collect(),
        newer_url: trail.newer_url("/console?", "before"),
        older_url: next.map(|next| trail.older_url("/console?", "before", &next.to_string())),
        reader,
    };
    draw(StatusCode::OK, &page)
}

/// What Stripe has more than the books, as the last comparison found it.
fn drift(
    app: &App,
    reader: &Reader,
    (last, open): (Option<ReconciliationRun>, Option<ReconciliationRun>),
) -> Result<DriftLine, Problem> {
    if !app.stripe.is_configured() {
        return Ok(DriftLine::Untold);
    }
    if let Some(since) = open.and_then(|run| run.failing_since) {
        return Ok(DriftLine::Failing { since });
    }
    let Some((run, at)) = last.and_then(|run| Some((run.clone(), run.finished_at?))) else {
        return Ok(DriftLine::NotYet);
    };
    let found = reconciliation::found(&run)?;
    let of_currency = |drift: &CurrencyDrift| match Unit::known(&drift.currency) {
        Some(unit) => reader.money(Amount::new(drift.drift, unit)),
        None => format!("{} {}", reader.number(drift.drift), drift.currency.to_uppercase()),
    };
    let mut amounts: Vec<String> = found.currencies.iter().map(of_currency).collect();
    // Nothing has moved in any.
    if amounts.is_empty() {
        amounts.push(reader.money(Amount::zero(app.config.credit.unit)));
    }
    let amounts = amounts.join(", ");
    let is_lately = clock::now().since(at) < DRIFT_AGE_MAX;
    Ok(if is_lately { DriftLine::Lately { amounts } } else { DriftLine::Once { amounts, at } })
}

/// What waits for a person, the most urgent first.
async fn needs(app: &Arc<App>, staff: &StaffIn, now: Timestamp) -> Result<Vec<Need>, Problem> {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let unconfirmed = count(app.nas.unconfirmed(now));
    // A payment is told before its credit is booked: for as long nobody has to look.
    let settled = clock::now().plus(-UNMATCHED_AGE_MIN);
    let today = day_of(&app.config.brand.time_zone, now).to_string();
    let (reader, sold, zone) = (staff.visit.reader().clone(), app.sold(), app.config.brand.time_zone.clone());
    let counts = app
        .read(move |tables| {
            // A payment that is named as such is named once, whatever else tells of it.
            let unmatched = tables.unmatched_payments(settled, CLAIMS_MAX)?;
            let drift = drifting_beside(tables.last_reconciliation()?, &unmatched);
            let findings =
                tables.open_finding_count()?.saturating_sub(count(withheld::found(tables, &unmatched)?));
            let silent = count(nas::silent_count(tables, now)?);
            let mut disputes = tables.claims_in(ClaimState::Open, CLAIMS_MAX)?;
            disputes.extend(tables.claims_in(ClaimState::Inquiry, CLAIMS_MAX)?);
            // What was answered waits for the bank, not for us.
            disputes.retain(|dispute| dispute.due_at.is_some());
            let missed = missed_months(tables, &sold, &zone, now)?;
            let off = count(endpoints::off_count(tables)?);
            let failed = tables.inbox_count(InboxState::Failed)?;
            let waiting = tables.refund_orders_in(RefundOrderState::Waiting, CLAIMS_MAX)?.len();
            let counted = |count| (count, String::new());
            Ok([
                counted(count(tables.failed_refund_orders(CLAIMS_MAX)?.len())),
                counted(tables.unmatched_payment_count(settled)?),
                counted(unconfirmed),
                counted(silent),
                (count(disputes.len()), deadline(&reader, &disputes, now)),
                counted(u32::try_from(failed).unwrap_or(u32::MAX)),
                counted(
                    tables.credit_request_count(CreditRequestState::Waiting)?.saturating_add(count(waiting)),
                ),
                counted(findings),
                (count(missed.len()), billing::missed_words(&reader, &missed)),
                home_glances::summed(&reader, &tables.overdue_boletos(&today)?),
                home_glances::summed(&reader, &tables.overdue_invoices(&today)?),
                counted(drift),
                counted(off),
                counted(documents::waiting(tables)?),
            ])
        })
        .await?;
    let needs = NeedKind::ALL.iter().zip(counts).map(|(kind, (count, sum))| Need { kind: *kind, count, sum });
    let is_his = |need: &Need| staff.may(need.kind.to_see());
    Ok(needs.filter(|need| need.count > 0).filter(is_his).collect())
}

/// In how many currencies Stripe and the books differ by more than these payments.
fn drifting_beside(last: Option<ReconciliationRun>, named: &[PaymentId]) -> u32 {
    let Some(run) = last else { return 0 };
    let Ok(found) = reconciliation::found(&run) else { return run.drifting };
    let is_named = |difference: &&Difference| {
        let payment: Option<PaymentId> = difference.payment.as_ref().and_then(|id| id.parse().ok());
        payment.is_some_and(|payment| named.contains(&payment))
    };
    let is_beside = |drift: &&CurrencyDrift| {
        let of_it = found.differences.iter().filter(|difference| difference.currency == drift.currency);
        let explained = of_it.filter(is_named).fold(0_i64, |sum, one| sum.saturating_add(one.amount));
        drift.drift != explained
    };
    let beside = found.currencies.iter().filter(|drift| drift.drift != 0).filter(is_beside).count();
    u32::try_from(beside).unwrap_or(u32::MAX)
}

/// By when the first of them is to be answered, or that it is too late for that.
fn deadline(reader: &Reader, disputes: &[PaymentClaim], now: Timestamp) -> String {
    let Some(first) = disputes.iter().filter_map(|dispute| dispute.due_at).min() else {
        return String::new();
    };
    let id = if first < now { "dispute-deadline-passed" } else { "dispute-answer-by" };
    reader.t1(id, "time", reader.date_time(first))
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
    let mut wallets = tables.wallets_of(customer.id, None, WALLETS_MAX)?.rows;
    // His credit in money: in the operator's currency if he has some there.
    wallets.retain(|wallet| wallet.unit != Unit::BYTE);
    wallets.sort_by_key(|wallet| wallet.unit != unit);
    Ok((customer, wallets.into_iter().next()))
}

fn row(app: &App, customer: Customer, wallet: Option<Wallet>) -> ConsoleCustomer {
    let balance = wallet.map(|wallet| {
        let published = app.ledger.wallet(wallet.id);
        let amount = |value| Amount::new(value, wallet.unit);
        (
            amount(published.as_ref().map_or(0, |known| known.balance.posted)),
            amount(published.as_ref().map_or(0, |known| known.balance.available())),
        )
    });
    ConsoleCustomer {
        id: customer.id.to_string(),
        name: customer.name,
        login: customer.email.unwrap_or_default(),
        balance,
        created_at: customer.created_at,
    }
}
