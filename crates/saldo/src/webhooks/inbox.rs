//! Work on stored events. An event of Stripe's only says where to look: what is true is read again. One of Pix says it all.
//!
//! Each provider's events are worked on by themselves: a Pix that was paid does not wait until Stripe answers.

use std::sync::Arc;
use std::time::Duration;

use money::Timestamp;
use serde::Deserialize;
use store::tables::inbox::InboxEvent;
use stripe::answer::Event;
use tokio::sync::Notify;

use crate::app::App;
use crate::mode::{Mode, OTHER_MODE_REASON};
use crate::payments::{self, STRIPE, Synced};
use crate::pix;
use crate::problem::Problem;
use crate::{clock, gone_at_stripe};

/// Whose events are stored.
pub const PROVIDERS: [&str; 2] = [STRIPE, pix::PIX];
/// Events taken at once.
const CLAIM_MAX: u32 = 20;
/// How long a taken event is ours, in microseconds: whoever took it may have died.
const LEASE: i64 = 2 * Timestamp::MINUTE;
/// Tries before a person must look.
const ATTEMPTS_MAX: u32 = 20;
/// Longest pause between two tries, in microseconds.
const PAUSE_MAX: i64 = 30 * Timestamp::MINUTE;
/// How long the worker sleeps when nothing is told.
const SLEEP_MAX: Duration = Duration::from_secs(5);

/// The event by which Stripe tells that a customer was deleted there.
const CUSTOMER_DELETED: &str = "customer.deleted";

/// What is written beside an event of a kind that nothing is done with.
pub const EVENTS_IGNORED_REASON: &str = "nothing is done with events of this kind";

/// Says that something of this provider's is to be worked on.
pub fn wake(app: &App, provider: &str) {
    news(app, provider).notify_one();
}

fn news<'a>(app: &'a App, provider: &str) -> &'a Notify {
    if provider == pix::PIX { &app.pix_news } else { &app.inbox_news }
}

/// Works on the events of one of [`PROVIDERS`] until the program ends.
pub async fn work(app: Arc<App>, provider: &'static str) {
    while !app.is_ending() {
        match work_once(&app, provider).await {
            Ok(0) => {
                // Either news or time: both are looked at above.
                let _ = tokio::time::timeout(SLEEP_MAX, news(&app, provider).notified()).await;
            }
            Ok(_) => {}
            Err(problem) => {
                tracing::error!(
                    provider,
                    code = problem.code,
                    detail = problem.detail,
                    "the inbox cannot be worked on"
                );
                tokio::time::sleep(SLEEP_MAX).await;
            }
        }
    }
}

/// Works on what is due now; how many events that was.
async fn work_once(app: &Arc<App>, provider: &'static str) -> Result<usize, Problem> {
    let now = clock::now();
    let due = app.write(move |tx| tx.claim_inbox(provider, now, now.plus(LEASE), CLAIM_MAX)).await?;
    let count = due.len();
    for event in due {
        let outcome = work_on(app, &event).await;
        settle(app, event, outcome).await?;
    }
    Ok(count)
}

async fn settle(
    app: &Arc<App>,
    event: InboxEvent,
    outcome: Result<Option<&'static str>, Problem>,
) -> Result<(), Problem> {
    let InboxEvent { provider, event_id, attempts, .. } = event;
    match outcome {
        Ok(None) => app.write(move |tx| tx.inbox_processed(&provider, &event_id)).await,
        Ok(Some(why)) => app.write(move |tx| tx.inbox_ignored(&provider, &event_id, why)).await,
        Err(problem) if attempts >= ATTEMPTS_MAX => {
            tracing::error!(event = event_id, detail = problem.detail, "an event needs a person");
            app.write(move |tx| tx.inbox_failed(&provider, &event_id, &problem.detail)).await
        }
        Err(problem) => {
            let pause = (Timestamp::SECOND << attempts.min(20)).min(PAUSE_MAX);
            let next = clock::now().plus(pause);
            app.write(move |tx| tx.inbox_retry(&provider, &event_id, next, &problem.detail)).await
        }
    }
}

/// The parts of an event's object that say where to look.
#[derive(Deserialize)]
struct Pointed {
    id: String,
    payment_intent: Option<String>,
}

/// Looks where the event points; `Some` says why nothing was done.
async fn work_on(app: &Arc<App>, stored: &InboxEvent) -> Result<Option<&'static str>, Problem> {
    let unreadable = |error: serde_json::Error| Problem::internal(&anyhow::Error::new(error));
    if stored.provider == pix::PIX {
        return pix::take(app, stored).await.map(|()| None);
    }
    let event: Event = serde_json::from_slice(&stored.body).map_err(unreadable)?;
    // Its object could not be read with our key anyway; said in words, so that nobody searches for long.
    if app.mode.is_some_and(|books| books != Mode::of_livemode(event.livemode)) {
        return Ok(Some(OTHER_MODE_REASON));
    }
    let (family, _) = event.kind.rsplit_once('.').unwrap_or((&event.kind, ""));
    let synced = match family {
        "checkout.session" => {
            let Pointed { id, .. } = event.object().map_err(unreadable)?;
            payments::sync_session(app, &id).await?
        }
        "payment_intent" => {
            let Pointed { id, .. } = event.object().map_err(unreadable)?;
            payments::sync_payment_intent(app, &id).await?
        }
        "charge" | "charge.dispute" | "charge.refund" | "refund" => {
            let Pointed { payment_intent, .. } = event.object().map_err(unreadable)?;
            match payment_intent {
                Some(id) => payments::sync_payment_intent(app, &id).await?,
                None => Synced::Foreign("the charge belongs to no payment of ours"),
            }
        }
        "customer" if event.kind == CUSTOMER_DELETED => {
            let Pointed { id, .. } = event.object().map_err(unreadable)?;
            return customer_deleted(app, id).await;
        }
        _ => return Ok(Some(EVENTS_IGNORED_REASON)),
    };
    Ok(match synced {
        Synced::Topup(_) => None,
        Synced::Foreign(why) => Some(why),
    })
}

/// Writes down that a customer of ours was deleted at Stripe. Nothing is read again: an id that was deleted is never another one's.
async fn customer_deleted(app: &Arc<App>, gone: String) -> Result<Option<&'static str>, Problem> {
    let at = app.ledger.now();
    app.write(move |tx| {
        let Some(customer) = tx.customer_by_stripe(&gone)? else {
            return Ok(Some("no customer of ours is called so at Stripe"));
        };
        gone_at_stripe::note(tx, customer.id, &gone, at)?;
        Ok(None)
    })
    .await
}
