//! Reconciliation with Stripe: what Stripe says is fetched, healed through the one way that payments have, and compared with the books.
//!
//! A run is a row: asked for by time, by staff or by the command line, worked on by one at a time, gone on with after a crash or while
//! Stripe is away. It asks about top-ups that are open for long, takes events that never came, reads what moved Stripe's balance
//! ([`lists`]), has each movement found or booked ([`movements`]), and writes down what still differs and why ([`drift`]).

mod drift;
mod lists;
mod movements;

use std::sync::Arc;
use std::time::Duration;

use money::Timestamp;
use serde::de::IgnoredAny;
use store::tables::reconciliation::ReconciliationRun;
use store::{StoreError, Tx};
use stripe::Request;

pub use drift::{CurrencyDrift, Difference, DriftLine, Found, cents_of};
pub use lists::EVENT_KINDS;
pub(crate) use lists::MOVEMENTS;
pub(crate) use movements::{booked, booking_names};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::problem::Problem;
use crate::{clock, payments};

/// How often it is looked whether a run was asked for.
const LOOK_PAUSE: Duration = Duration::from_secs(5);
/// Pause after Stripe did not answer.
const RETRY_PAUSE: Duration = Duration::from_secs(30);
/// Runs that are remembered.
const RUNS_KEPT: u32 = 500;
/// Comparisons in one run, as long as something came in between Stripe's list and ours.
const COMPARISONS_MAX: usize = 3;

/// Asks for a run. With `since` all that Stripe did from then on is looked at again, else what is new. The number of the run.
pub fn ask(
    tx: &Tx<'_>,
    author: &Author,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let run_no = tx.insert_reconciliation_run(&blank(Some(author.actor().to_owned()), since, now))?;
    author.note(tx, &Change::new("reconciliation.run", run_no))?;
    Ok(run_no)
}

/// Reconciles at the configured interval and when it is asked for, until the program ends.
pub async fn keep_reconciled(app: Arc<App>) {
    let began = clock::now();
    while !app.is_ending() {
        let pause = match work(&app, began).await {
            Ok(()) => LOOK_PAUSE,
            Err(problem) => {
                tracing::warn!(
                    code = problem.code,
                    detail = problem.detail,
                    "Stripe and the books were not compared; it is tried again"
                );
                RETRY_PAUSE
            }
        };
        // Either somebody asks, or it is time to look.
        let _ = tokio::time::timeout(pause, app.reconciliation_news.notified()).await;
    }
}

/// Works on the run that is open, or begins one if it is time.
async fn work(app: &Arc<App>, began: Timestamp) -> Result<(), Problem> {
    let (open, last) =
        app.read(|reader| Ok((reader.open_reconciliation_run()?, reader.last_reconciliation()?))).await?;
    if let Some(run) = open {
        return go_on(app, run).await.map(|_| ());
    }
    let (minutes, now) = (app.config.stripe.reconcile_minutes, clock::now());
    let last = last.and_then(|run| run.finished_at).map_or(began, |at| at.max(began));
    if minutes == 0 || !app.stripe.is_configured() || now.since(last) < i64::from(minutes) * Timestamp::MINUTE
    {
        return Ok(());
    }
    let run_no = app.write(move |tx| tx.insert_reconciliation_run(&blank(None, None, now))).await?;
    let run = app.read(move |reader| reader.reconciliation_run(run_no)).await?;
    match run {
        Some(run) => go_on(app, run).await.map(|_| ()),
        None => Ok(()),
    }
}

/// Works on a run until it has ended; how it stands then. If Stripe does not answer, that is written down and the run stays open.
pub async fn go_on(app: &Arc<App>, run: ReconciliationRun) -> Result<ReconciliationRun, Problem> {
    // What was begun goes on where its walks stand.
    let is_new = run.started_at.is_none();
    let mut run = ReconciliationRun { started_at: run.started_at.or(Some(clock::now())), ..run };
    match compare(app, &mut run, is_new).await {
        Ok(found) => {
            let result = serde_json::to_string(&found)
                .map_err(|error| Problem::internal(&anyhow::Error::new(error)))?;
            run.drifting = found.drifting();
            run.result = Some(result);
            run.finished_at = Some(clock::now());
            run.failing_since = None;
            run.problem = None;
            tell(&found);
            keep(app, &run).await?;
            Ok(run)
        }
        Err(problem) => {
            run.failing_since = run.failing_since.or(Some(clock::now()));
            run.problem = Some(in_words(&problem));
            keep(app, &run).await?;
            Err(problem)
        }
    }
}

async fn compare(app: &Arc<App>, run: &mut ReconciliationRun, is_new: bool) -> Result<Found, Problem> {
    if is_new {
        lists::begin(app, run).await?;
        keep(app, run).await?;
    }
    run.topups = run.topups.max(lists::ask_about_topups(app).await?);
    run.events += lists::take_events(app).await?;
    run.movements += lists::read_movements(app).await?;
    movements::settle(app).await?;
    let mut found = drift::find(app).await?;
    for _ in 1..COMPARISONS_MAX {
        if !found.is_moving() {
            break;
        }
        // Something came after Stripe's list had been read: the newest is read again.
        lists::look_again(app).await?;
        run.movements += lists::read_movements(app).await?;
        movements::settle(app).await?;
        found = drift::find(app).await?;
    }
    Ok(found)
}

/// Writes down how a run stands.
async fn keep(app: &Arc<App>, run: &ReconciliationRun) -> Result<(), Problem> {
    let run = run.clone();
    app.write(move |tx| {
        tx.update_reconciliation_run(&run)?;
        tx.forget_reconciliation_runs(run.run_no.saturating_sub(RUNS_KEPT)).map(|_| ())
    })
    .await
}

/// Why a run does not go on. What customers read of Stripe does not fit here.
fn in_words(problem: &Problem) -> String {
    match problem.code {
        "payment_provider_unavailable" => {
            "Stripe could not be reached, or did not do what was asked: the log says why.".to_owned()
        }
        _ => problem.detail.clone(),
    }
}

/// What is missing at Stripe, or is being written down here, is passed over: the rest must not wait for it. Everything else ends the try.
async fn pass_over(app: &Arc<App>, read: &Request, problem: Problem) -> Result<(), Problem> {
    let is_missing = match app.stripe.send::<IgnoredAny>(read).await {
        Ok(_) => false,
        Err(error) => error.is_missing(),
    };
    if !is_missing && problem.code != payments::PURCHASE_NOT_KNOWN_YET {
        return Err(problem);
    }
    tracing::warn!(path = read.path, detail = problem.detail, "a comparison passes this over");
    Ok(())
}

fn tell(found: &Found) {
    for drift in found.currencies.iter().filter(|drift| drift.drift != 0) {
        tracing::error!(
            currency = drift.currency,
            cents = cents_of(drift.drift),
            "Stripe and the books differ: see Reconciliation in the console"
        );
    }
}

fn blank(asked_by: Option<String>, since: Option<Timestamp>, now: Timestamp) -> ReconciliationRun {
    ReconciliationRun {
        run_no: 0,
        asked_by,
        since,
        asked_at: now,
        started_at: None,
        finished_at: None,
        failing_since: None,
        problem: None,
        topups: 0,
        events: 0,
        movements: 0,
        drifting: 0,
        result: None,
    }
}
