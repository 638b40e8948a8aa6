//! What runs beside the edges: the inbox, webhooks, mails, automatic top-ups, open intents, prices that come into force, the books
//! being verified, routers kept in step with lines, reconciliation with Stripe, monthly runs, lines blocked because something is
//! overdue.

use std::sync::Arc;
use std::time::Duration;

use money::Timestamp;

use crate::app::App;
use crate::problem::Problem;
use crate::{
    audited, automatic_topups, billing, books, claims, clock, endpoints, intents, mails, nas, notices,
    purchases, receipts, reconciliation, refunds, sign_ups, webhooks,
};

/// Pause between two looks at open intents, purchases that wait, and future prices.
const SWEEP_PAUSE: Duration = Duration::from_secs(10);
/// An intent that has been open for less than this is still being sent by whoever wrote it, in microseconds.
const INTENT_AGE_MIN: i64 = 15 * Timestamp::SECOND;

/// Customers for whom it is written down at a time by what they are found.
const SEARCHES_AT_A_TIME: u32 = 200;
/// Pause after it could not be written.
const SEARCHES_PAUSE: Duration = Duration::from_secs(10);

/// How often first answers that nobody may ask for again are dropped.
const FORGET_PAUSE: Duration = Duration::from_secs(3_600);

/// Starts all jobs; they end with the program.
pub fn start(app: &Arc<App>) {
    for provider in webhooks::PROVIDERS {
        tokio::spawn(webhooks::work(Arc::clone(app), provider));
    }
    tokio::spawn(notices::deliver(Arc::clone(app)));
    tokio::spawn(notices::keep_watched(Arc::clone(app)));
    tokio::spawn(endpoints::work(Arc::clone(app)));
    tokio::spawn(mails::work(Arc::clone(app)));
    tokio::spawn(automatic_topups::work(Arc::clone(app)));
    tokio::spawn(nas::control(Arc::clone(app)));
    tokio::spawn(billing::keep_running(Arc::clone(app)));
    tokio::spawn(billing::keep_blocked(Arc::clone(app)));
    tokio::spawn(reconciliation::keep_reconciled(Arc::clone(app)));
    tokio::spawn(sweep(Arc::clone(app), "open intents were not sent again", resend_intents));
    let prices = "new prices are not in force yet";
    tokio::spawn(sweep(Arc::clone(app), prices, put_prices_into_force));
    let waiting = "purchases that nobody pays still wait";
    tokio::spawn(sweep(Arc::clone(app), waiting, |app| async move { purchases::sweep(&app).await }));
    let followed = "refunds and disputes were not followed";
    tokio::spawn(sweep(Arc::clone(app), followed, |app| async move { claims::sweep(&app).await }));
    let ordered = "refunds that were ordered still wait";
    tokio::spawn(sweep(Arc::clone(app), ordered, |app| async move { refunds::sweep(&app).await }));
    tokio::spawn(write_searches(Arc::clone(app)));
    tokio::spawn(forget_answers(Arc::clone(app)));
    tokio::spawn(receipts::catch_up(Arc::clone(app)));
    tokio::spawn(audited::name_lines_of_old(Arc::clone(app)));
    tokio::spawn(books::keep_verified(Arc::clone(app)));
}

/// Does something again and again, beside everything else: what asks a provider may hang for minutes, and holds nothing else up.
async fn sweep<W: Future<Output = Result<(), Problem>>>(
    app: Arc<App>,
    otherwise: &'static str,
    work: impl Fn(Arc<App>) -> W,
) {
    while !app.is_ending() {
        tokio::time::sleep(SWEEP_PAUSE).await;
        if let Err(problem) = work(Arc::clone(&app)).await {
            tracing::warn!(code = problem.code, detail = problem.detail, otherwise);
        }
    }
}

async fn resend_intents(app: Arc<App>) -> Result<(), Problem> {
    intents::resend(&app, clock::now().plus(-INTENT_AGE_MIN)).await.map(drop)
}

/// Puts prices into force whose time has come.
async fn put_prices_into_force(app: Arc<App>) -> Result<(), Problem> {
    if app.sold().changes_at.is_some_and(|at| at <= app.ledger.now()) {
        app.reload_sold().await?;
    }
    Ok(())
}

/// Writes down by what those are found who were here before that was kept: some at a time, once, at the first start.
async fn write_searches(app: Arc<App>) {
    while !app.is_ending() {
        match app.write(|tx| tx.write_missing_searches(SEARCHES_AT_A_TIME)).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(problem) => {
                tracing::warn!(code = problem.code, "customers of before are not all found yet");
                tokio::time::sleep(SEARCHES_PAUSE).await;
            }
        }
    }
}

/// Drops the first answers of idempotency keys that are no longer remembered: as long as the book remembers its own.
async fn forget_answers(app: Arc<App>) {
    while !app.is_ending() {
        let before = clock::now().plus(-book::REQUEST_MEMORY);
        if let Err(problem) = app.write(move |tx| tx.delete_answers_before(before)).await {
            tracing::warn!(code = problem.code, detail = problem.detail, "old answers were not dropped");
        }
        if let Err(problem) = sign_ups::forget_ended(&app).await {
            tracing::warn!(code = problem.code, detail = problem.detail, "old sign-ups were not dropped");
        }
        tokio::time::sleep(FORGET_PAUSE).await;
    }
}
