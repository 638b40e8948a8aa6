//! `/recharge/return` and `/recharge/cancelled`: the ways back from the payment page.
//!
//! What became of the payment is asked of Stripe, never read from the address. If Stripe does not answer soon, the popup opens as
//! pending and asking goes on here until the answer is there; the webhook brings it too, whichever is first.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use money::TopupId;
use serde::Deserialize;
use store::tables::topups::Topup;

use super::form::Asked;
use super::recharge::parse_topup;
use super::results::is_final;
use super::shell::Fault;
use super::signed_in::SignedIn;
use crate::app::App;
use crate::look::part::Place;
use crate::payments::{self, Synced};
use crate::problem::Problem;
use crate::{purchases, topups};

/// How long a reader waits for Stripe before he is told that it is pending.
const PATIENCE: Duration = Duration::from_secs(4);
/// Pause before Stripe is asked for the second time; it doubles with each try.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// Longest pause between two tries.
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// Tries for one way back: half an hour. After that the webhook alone brings the news.
const TRIES_MAX: u32 = 64;
/// Top-ups that are followed at the same time; further ones wait for the webhook.
const FOLLOWED_MAX: usize = 1_000;

/// The top-ups that are being followed, each with the way its customer came back.
#[derive(Debug, Default)]
pub struct Followed(Mutex<HashMap<TopupId, Way>>);

impl Followed {
    /// Whether the payment page sent the customer on as having paid, and nobody has confirmed it yet.
    pub(super) fn is_being_confirmed(&self, topup: TopupId) -> bool {
        let followed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        followed.get(&topup) == Some(&Way::Paid)
    }
}

/// How a customer came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The payment page sent him on.
    Paid,
    /// He left the payment page.
    Left,
}

#[derive(Deserialize)]
pub(super) struct Session {
    session_id: String,
}

#[derive(Deserialize)]
pub(super) struct Named {
    topup: String,
}

/// `GET /recharge/return`
pub(super) async fn paid(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(Session { session_id }): Asked<Session>,
) -> Result<Response, Fault> {
    let found = app.read(move |reader| reader.topup_by_session(&session_id)).await?;
    let topup = found
        .filter(|topup| topup.customer == signed.customer())
        .ok_or_else(|| Problem::not_found("top-up"))?;
    come_back(&app, topup, Way::Paid).await
}

/// `GET /recharge/cancelled`
pub(super) async fn left(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(Named { topup }): Asked<Named>,
) -> Result<Response, Fault> {
    let topup = topups::own(&app, signed.customer(), parse_topup(&topup)?).await?;
    come_back(&app, topup, Way::Left).await
}

async fn come_back(app: &Arc<App>, topup: Topup, way: Way) -> Result<Response, Fault> {
    let url = page_after(app, &topup).await?;
    if !is_final(&topup)
        && let Some(following) = follow(app, topup, way)
    {
        // Whoever waits goes on after a while; the task does not.
        let _ = tokio::time::timeout(PATIENCE, following).await;
    }
    Ok(Redirect::to(&url).into_response())
}

/// The page on which the reader is told how it ended.
pub(super) async fn page_after(app: &Arc<App>, topup: &Topup) -> Result<String, Problem> {
    let Some(purchase) = topup.purchase else {
        return Ok(format!("{}?topup={}", Place::Recharge.url(), topup.id));
    };
    let waiting = purchases::own(app, topup.customer, purchase).await?;
    Ok(format!("{}?line={}&checkout={}", Place::BuyCredit.url(), waiting.line.id, topup.id))
}

/// Asks Stripe until the end is known. The answer waits for that; it is `None` if this top-up, or as many others as we follow, are
/// followed already.
fn follow(app: &Arc<App>, topup: Topup, way: Way) -> Option<impl Future<Output = ()>> {
    {
        let mut followed = app.followed.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = followed.get_mut(&topup.id) {
            // Whoever left the page may have paid in another tab; nobody who has paid leaves.
            if way == Way::Paid {
                *known = way;
            }
            return None;
        }
        if followed.len() >= FOLLOWED_MAX {
            return None;
        }
        followed.insert(topup.id, way);
    }
    // Open pages no longer offer to cancel what was paid.
    app.live.notify(topup.customer);
    let app = Arc::clone(app);
    let task = tokio::spawn(async move {
        let mut end = app.end_announced();
        tokio::select! {
            () = ask_until_known(&app, &topup, way) => {}
            _ = end.wait_for(|end| *end) => {}
        }
        app.followed.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&topup.id);
    });
    Some(async move { drop(task.await) })
}

async fn ask_until_known(app: &Arc<App>, topup: &Topup, way: Way) {
    let mut pause = PAUSE_MIN;
    for _ in 0..TRIES_MAX {
        match ask(app, topup, way).await {
            Ok(topup) if is_final(&topup) => return app.live.notify(topup.customer),
            Ok(_) => {}
            Err(problem) => {
                tracing::warn!(topup = %topup.id, code = problem.code, "what came of a top-up is not known yet");
            }
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

async fn ask(app: &Arc<App>, topup: &Topup, way: Way) -> Result<Topup, Problem> {
    let session = match (way, &topup.checkout_session) {
        (Way::Paid, Some(session)) => session,
        (Way::Left, _) | (_, None) => return topups::cancel(app, topup.customer, topup.id).await,
    };
    match payments::sync_session(app, session).await? {
        Synced::Topup(topup) => Ok(*topup),
        Synced::Foreign(why) => Err(Problem::internal(&anyhow::anyhow!("{}: {why}", topup.id))),
    }
}
