//! `/console/reconciliation`: what Stripe says beside what the books say, the last comparisons, and *Run now*.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use money::{Amount, PaymentId, StaffId, Unit};
use serde::Deserialize;
use store::tables::reconciliation::{DriftCause, MovementSort, ReconciliationRun};
use store::{Reader as TablesReader, StoreError};

use super::payments;
use crate::app::App;
use crate::clock;
use crate::look::Reader;
use crate::look::page::{
    ComparisonEnd, ComparisonSeen, CurrencySeen, DifferenceSeen, LineSeen, Reconciliation, StripBar,
};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::{Fault, Posted, StaffIn, draw};
use crate::problem::Problem;
use crate::reconciliation::{self, CurrencyDrift, Difference, Found};

/// Comparisons in the list.
const ROWS: usize = 15;
/// Comparisons in the drawing.
const DRAWN: u32 = 60;
/// The least that is seen of a comparison, in the drawing's units.
const BAR_MIN: usize = 5;

/// The button alone.
#[derive(Deserialize)]
pub(super) struct Nothing {}

/// `GET /console/reconciliation`
pub(super) async fn page(State(app): State<Arc<App>>, staff: StaffIn) -> Result<Response, Fault> {
    staff.must(Permission::SeeFinance)?;
    let reader = staff.visit.reader().clone();
    let look = |tables: &TablesReader<'_>| {
        let runs = tables.reconciliation_runs(DRAWN)?;
        let runs = runs.into_iter().map(|run| by_name(tables, run)).collect::<Result<Vec<_>, _>>()?;
        Ok((tables.last_reconciliation()?, runs))
    };
    let (last, runs) = app.read(look).await?;
    let found = last.as_ref().map(found).transpose()?.unwrap_or_default();
    let open = runs.iter().rfind(|run| run.finished_at.is_none());
    let failing = open.and_then(|run| Some((run.failing_since?, run.problem.clone()?)));
    let page = Reconciliation {
        frame: staff.visit.frame(&app, Some(Place::ConsoleReconciliation)),
        is_configured: app.stripe.is_configured(),
        may_run: staff.may(Permission::Reconcile),
        is_running: open.is_some(),
        failing,
        compared_at: last.and_then(|run| run.finished_at),
        currencies: found.currencies.iter().filter_map(currency).collect(),
        differences: differences(&reader, &found, |difference| !difference.is_settled),
        settled: differences(&reader, &found, |difference| difference.is_settled),
        strip: strip(&reader, &runs),
        runs: runs.into_iter().take(ROWS).map(comparison).collect(),
        reader,
    };
    draw(StatusCode::OK, &page)
}

/// `POST /console/reconciliation/runs`
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::Reconcile)?;
    let (author, now) = (staff.visit.author(&staff.who.session), clock::now());
    app.write(move |tx| {
        // Two who press at once are served by one comparison.
        match tx.open_reconciliation_run()? {
            Some(_) => Ok(()),
            None => reconciliation::ask(tx, &author, None, now).map(|_| ()),
        }
    })
    .await?;
    app.reconciliation_news.notify_one();
    Ok(Redirect::to(Place::ConsoleReconciliation.url()).into_response())
}

/// A run that names who asked for it as people do.
fn by_name(tables: &TablesReader<'_>, run: ReconciliationRun) -> Result<ReconciliationRun, StoreError> {
    let id = run.asked_by.as_ref().and_then(|by| by.parse::<StaffId>().ok());
    let staff = id.map(|id| tables.staff(id)).transpose()?.flatten();
    Ok(ReconciliationRun { asked_by: staff.map(|staff| staff.name).or(run.asked_by), ..run })
}

/// What a comparison has found.
pub(super) fn found(run: &ReconciliationRun) -> Result<Found, Problem> {
    let Some(result) = &run.result else { return Ok(Found::default()) };
    serde_json::from_str(result).map_err(|error| Problem::internal(&anyhow::Error::new(error)))
}

fn currency(drift: &CurrencyDrift) -> Option<CurrencySeen> {
    let unit = Unit::known(&drift.currency)?;
    let line = |text_id: &'static str, stripe: i64, books: i64| LineSeen {
        text_id,
        stripe: Amount::new(stripe, unit),
        books: Amount::new(books, unit),
        drift: Amount::new(stripe.saturating_sub(books), unit),
    };
    let lines = drift.lines.iter().filter_map(|told| {
        let sort = MovementSort::from_word(&told.sort)?;
        Some(line(sort_text(sort), told.stripe, told.books))
    });
    Some(CurrencySeen {
        code: drift.currency.clone(),
        lines: lines.collect(),
        total: line("lies-at-stripe", drift.at_stripe, drift.in_books.saturating_sub(drift.under_way)),
        under_way: (drift.under_way != 0).then(|| Amount::new(drift.under_way, unit)),
        foreign: (drift.foreign_count > 0).then(|| {
            let count = u32::try_from(drift.foreign_count).unwrap_or(u32::MAX);
            (count, Amount::new(drift.foreign, unit))
        }),
    })
}

fn differences(reader: &Reader, found: &Found, are_so: impl Fn(&Difference) -> bool) -> Vec<DifferenceSeen> {
    found.differences.iter().filter(|one| are_so(one)).map(|one| seen(reader, one)).collect()
}

fn seen(reader: &Reader, difference: &Difference) -> DifferenceSeen {
    let names = [&difference.source, &difference.payment];
    let payment: Option<PaymentId> = difference.payment.as_ref().and_then(|id| id.parse().ok());
    DifferenceSeen {
        text_id: match DriftCause::from_word(&difference.cause) {
            _ if difference.is_settled => "drift-fee-stays",
            cause => cause.map_or("drift-unexplained", cause_text),
        },
        amount: match difference.sum() {
            Some(amount) => reader.money(amount),
            // In the smallest steps of a currency whose steps we do not know.
            None => format!("{} {}", reader.number(difference.amount), difference.currency.to_uppercase()),
        },
        kind: difference.kind.clone(),
        names: names.into_iter().flatten().cloned().collect(),
        payment_url: payment.map(payments::url),
    }
}

fn comparison(run: ReconciliationRun) -> ComparisonSeen {
    ComparisonSeen {
        at: run.started_at.unwrap_or(run.asked_at),
        end: end(&run),
        brought: [run.topups, run.events, run.movements],
        asked_by: run.asked_by,
        since: run.since,
    }
}

fn end(run: &ReconciliationRun) -> ComparisonEnd {
    match (run.finished_at, run.drifting) {
        (None, _) => ComparisonEnd::UnderWay,
        (Some(_), 0) => ComparisonEnd::Equal,
        (Some(_), _) => ComparisonEnd::Differs,
    }
}

/// One bar for each comparison: low while Stripe and the books agree, high when they do not.
fn strip(reader: &Reader, runs: &[ReconciliationRun]) -> Vec<StripBar> {
    let bar = |(place, run): (usize, &ReconciliationRun)| {
        let end = end(run);
        let height = if end == ComparisonEnd::Differs { StripBar::HEIGHT } else { BAR_MIN };
        StripBar {
            x: place * StripBar::STEP,
            y: StripBar::HEIGHT - height,
            height,
            label: format!(
                "{}: {}",
                reader.date_time(run.started_at.unwrap_or(run.asked_at)),
                reader.t(end.text_id())
            ),
            end,
        }
    };
    runs.iter().rev().enumerate().map(bar).collect()
}

fn sort_text(sort: MovementSort) -> &'static str {
    match sort {
        MovementSort::Payment => "movement-payments",
        MovementSort::Refund => "movement-refunds",
        MovementSort::Dispute => "movement-disputes",
        MovementSort::Fee => "movement-fees",
        MovementSort::Payout => "movement-payouts",
        MovementSort::Other => "movement-others",
    }
}

fn cause_text(cause: DriftCause) -> &'static str {
    match cause {
        DriftCause::NotCredited => "drift-not-credited",
        DriftCause::OtherAmount => "drift-other-amount",
        DriftCause::OtherCustomer => "drift-other-customer",
        DriftCause::UnknownTopup => "drift-unknown-topup",
        DriftCause::NotTakenBack => "drift-not-taken-back",
        DriftCause::NotBooked => "drift-not-booked",
        DriftCause::OtherCurrency => "drift-other-currency",
        DriftCause::UnknownKind => "drift-unknown-kind",
        DriftCause::NotInBalance => "drift-not-in-balance",
        DriftCause::Unexplained => "drift-unexplained",
    }
}
