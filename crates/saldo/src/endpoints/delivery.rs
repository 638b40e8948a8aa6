//! Sends what is due: several messages at a time, few to each endpoint, so that a slow one keeps nobody else waiting.
//!
//! A delivery is taken before it is sent and settled after; what a program that was killed had taken is due again at the next start.

use std::collections::HashMap;
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use money::{DeliveryId, EndpointId, Timestamp};
use reqwest::{Client, Url};
use store::Tx;
use store::tables::endpoints::{Attempt, Delivery, DeliveryState, Endpoint, EndpointState, Message};
use tokio::task::{self, JoinSet};

use super::keeping::find_enabled;
use super::reach::{self, PrivateAddress, TIMEOUT};
use super::{letter, shown, sign};
use crate::app::App;
use crate::audit::{Author, Change};
use crate::clock;
use crate::problem::Problem;

/// Pauses after the first failed try and each further one, in microseconds; after the last nothing more is tried. Together some three
/// days.
pub const PAUSES: [i64; 9] = [
    5 * Timestamp::SECOND,
    5 * Timestamp::MINUTE,
    30 * Timestamp::MINUTE,
    2 * Timestamp::HOUR,
    5 * Timestamp::HOUR,
    10 * Timestamp::HOUR,
    14 * Timestamp::HOUR,
    20 * Timestamp::HOUR,
    24 * Timestamp::HOUR,
];
/// By how much a pause is made shorter or longer at most, in thousandths: those who failed together do not come back together.
const JITTER_PERMILLE: i64 = 100;
/// Messages on their way to one endpoint at the same time.
const IN_FLIGHT_MAX: u32 = 4;
/// How long a taken delivery is ours, in microseconds: longer than a try may take.
const LEASE: i64 = Timestamp::MINUTE;
/// How long the worker sleeps when nothing is told.
const SLEEP_MAX: Duration = Duration::from_secs(30);
/// How much of an answer is read and kept, in bytes.
const ANSWER_BYTES_MAX: usize = 1_024;
/// How long an endpoint may take nothing before it is told nothing more, in microseconds.
const FAILING_MAX: i64 = 5 * Timestamp::DAY;
/// How old the message must be that fails then, in microseconds: one that fails at its first try, long after another did, says nothing of
/// the time between.
const FAILING_MESSAGE_MIN: i64 = Timestamp::DAY;
/// How long messages and what became of them are kept, in microseconds.
const KEPT: i64 = 90 * Timestamp::DAY;
/// How often older ones are dropped.
const FORGET_EVERY: i64 = Timestamp::HOUR;
/// Who changes endpoints here, in the audit log.
const AUTHOR: &str = "webhooks";

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Outcome {
    at: Timestamp,
    took_millis: u32,
    status: Option<u16>,
    answer: String,
    /// Why it does not count.
    error: Option<String>,
}

/// Sends messages until the program ends.
pub async fn work(app: Arc<App>) {
    let client = match reach::client(&app.config.webhooks) {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "webhooks cannot be sent");
            return;
        }
    };
    let mut end = app.end_announced();
    let mut news = app.message_news.subscribe();
    let mut in_flight: HashMap<task::Id, EndpointId> = HashMap::new();
    let mut sending: JoinSet<()> = JoinSet::new();
    let mut forgot_at = Timestamp::EPOCH;
    loop {
        news.mark_unchanged();
        let now = clock::now();
        if now.since(forgot_at) > FORGET_EVERY {
            forgot_at = now;
            forget(&app, now).await;
        }
        let pause = match take(&app, &in_flight, now).await {
            Ok((taken, pause)) => {
                for sent in taken {
                    let endpoint = sent.endpoint.id;
                    let task = sending.spawn(send(Arc::clone(&app), client.clone(), sent));
                    in_flight.insert(task.id(), endpoint);
                }
                pause
            }
            Err(problem) => {
                let detail = problem.detail;
                tracing::error!(code = problem.code, detail, "webhooks that are due cannot be read");
                SLEEP_MAX
            }
        };
        tokio::select! {
            Some(done) = sending.join_next_with_id() => {
                // One that fell is sent again when its lease ends.
                let task = done.map_or_else(|error| error.id(), |(task, ())| task);
                in_flight.remove(&task);
            }
            _ = news.changed() => {}
            () = tokio::time::sleep(pause) => {}
            _ = end.wait_for(|end| *end) => return,
        }
    }
}

/// A message on its way.
struct Sent {
    endpoint: Endpoint,
    delivery: Delivery,
    message: Message,
}

/// Takes what is due and has a place, and tells how long nothing more will be.
async fn take(
    app: &Arc<App>,
    in_flight: &HashMap<task::Id, EndpointId>,
    now: Timestamp,
) -> Result<(Vec<Sent>, Duration), Problem> {
    let endpoints = app
        .read(|tables| {
            let enabled = tables.endpoints()?.into_iter().filter(|it| it.state == EndpointState::Enabled);
            enabled
                .map(|endpoint| Ok((tables.next_delivery_at(endpoint.id)?, endpoint.id)))
                .collect::<Result<Vec<_>, _>>()
        })
        .await?;
    let mut pause = SLEEP_MAX;
    let mut due = Vec::new();
    for (next, id) in endpoints {
        let Some(next) = next else { continue };
        let taken = u32::try_from(in_flight.values().filter(|other| **other == id).count());
        let places = IN_FLIGHT_MAX.saturating_sub(taken.unwrap_or(u32::MAX));
        if next > now {
            let wait = u64::try_from(next.since(now)).unwrap_or(0);
            pause = pause.min(Duration::from_micros(wait));
        } else if places > 0 {
            due.push((id, places));
        }
    }
    if due.is_empty() {
        return Ok((Vec::new(), pause));
    }
    let taken = app.write(move |tx| {
        let mut taken = Vec::new();
        for (id, places) in &due {
            let Some(endpoint) = tx.endpoint(*id)?.filter(|it| it.state == EndpointState::Enabled) else {
                continue;
            };
            for delivery in tx.claim_deliveries(*id, now, now.plus(LEASE), *places)? {
                if let Some(message) = tx.message(delivery.message)? {
                    taken.push(Sent { endpoint: endpoint.clone(), delivery, message });
                }
            }
        }
        Ok(taken)
    });
    // There may be more behind them, as soon as there are places.
    Ok((taken.await?, pause))
}

/// Sends one message and writes down what came of it.
async fn send(app: Arc<App>, client: Client, sent: Sent) {
    let Sent { endpoint, delivery, message } = sent;
    let outcome = try_once(&app, &client, &endpoint, &message).await;
    let id = delivery.id;
    let jitter = jitter_permille();
    let asked = Arc::clone(&app);
    let settled = app.write(move |tx| settle(tx, &asked, id, (&outcome, jitter))).await;
    if let Err(problem) = settled {
        // It is due again when its lease ends.
        let detail = problem.detail;
        tracing::error!(code = problem.code, detail, delivery = %id, "what came of a webhook was not written down");
    }
}

async fn try_once(app: &App, client: &Client, endpoint: &Endpoint, message: &Message) -> Outcome {
    let at = clock::now();
    let answered = post(app, client, endpoint, message, at).await;
    let took_millis = u32::try_from(clock::now().since(at) / 1_000).unwrap_or_default();
    let (status, answer, error) = match answered {
        Ok((status, answer)) => (Some(status.as_u16()), answer, wrong_with(status)),
        Err(error) => (None, String::new(), Some(error)),
    };
    Outcome { at, took_millis, status, answer, error }
}

/// Posts a message; the status and how the answer begins, or why there was none.
async fn post(
    app: &App,
    client: &Client,
    endpoint: &Endpoint,
    message: &Message,
    at: Timestamp,
) -> Result<(StatusCode, String), String> {
    let url: Url = endpoint.url.parse().map_err(|_| "the URL cannot be read".to_owned())?;
    // The settings may have become stricter since it was written down.
    reach::check_literal(&url, &app.config.webhooks).map_err(|private| private.to_string())?;
    let (id, seconds) = (message.id.to_string(), at.as_seconds());
    let previous = endpoint.previous_secret.as_ref().filter(|_| endpoint.previous_until > Some(at));
    let secrets: Vec<&str> =
        std::iter::once(&endpoint.secret).chain(previous).map(|secret| secret.0.as_str()).collect();
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", sign(&secrets, &id, seconds, &message.body))
        .body(message.body.clone());
    let mut answer = request.send().await.map_err(|error| in_words(&error))?;
    let mut body = Vec::new();
    // The status has been answered: a body that breaks off changes nothing.
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() >= ANSWER_BYTES_MAX {
            body.truncate(ANSWER_BYTES_MAX);
            break;
        }
    }
    Ok((answer.status(), printable(&body)))
}

/// Text that every store keeps and every page shows.
fn printable(bytes: &[u8]) -> String {
    let is_kept = |c: char| !c.is_control() || c == '\n' || c == '\t';
    let text = String::from_utf8_lossy(bytes);
    text.chars().map(|c| if is_kept(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

/// Why an answer does not count as taken.
fn wrong_with(status: StatusCode) -> Option<String> {
    match status {
        status if status.is_success() => None,
        StatusCode::GONE => Some("410 Gone: nothing more is wanted there".to_owned()),
        status if status.is_redirection() => Some(format!("{status}: redirects are not followed")),
        status => Some(status.to_string()),
    }
}

/// Why there was no answer.
fn in_words(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    let mut innermost = None;
    while let Some(source) = cause {
        if let Some(private) = source.downcast_ref::<PrivateAddress>() {
            return private.to_string();
        }
        innermost = Some(source);
        cause = source.source();
    }
    if error.is_timeout() {
        return format!("no answer within {} s", TIMEOUT.as_secs());
    }
    let what = if error.is_connect() { "no connection" } else { "no answer" };
    innermost.map_or_else(|| what.to_owned(), |cause| format!("{what}: {cause}"))
}

/// Writes down what came of a try, and what it means for the delivery and its endpoint.
fn settle(
    tx: &Tx<'_>,
    app: &App,
    id: DeliveryId,
    (outcome, jitter): (&Outcome, i64),
) -> Result<(), store::StoreError> {
    let Some(mut delivery) = tx.delivery(id)? else { return Ok(()) };
    let Some(endpoint) = tx.endpoint(delivery.endpoint)? else { return Ok(()) };
    let Outcome { at, took_millis, status, answer, error } = outcome.clone();
    tx.insert_attempt(&Attempt { delivery: id, attempt_no: 0, at, took_millis, status, answer, error })?;
    delivery.tries += 1;
    let now = at.plus(i64::from(took_millis) * 1_000);
    match (&outcome.error, pause_after(delivery.tries, jitter)) {
        (None, _) => {
            delivery.state = DeliveryState::Delivered;
            delivery.delivered_at = Some(now);
            delivery.next_attempt_at = None;
        }
        (Some(_), Some(pause)) if outcome.status != Some(410) => {
            delivery.state = DeliveryState::Waiting;
            delivery.next_attempt_at = Some(now.plus(pause));
        }
        (Some(_), _) => {
            delivery.state = DeliveryState::Failed;
            delivery.next_attempt_at = None;
        }
    }
    tx.settle_delivery(&delivery)?;
    judge(tx, app, (&endpoint, &delivery), (outcome, now))
}

/// What a try means for its endpoint.
fn judge(
    tx: &Tx<'_>,
    app: &App,
    (endpoint, delivery): (&Endpoint, &Delivery),
    (outcome, now): (&Outcome, Timestamp),
) -> Result<(), store::StoreError> {
    let failing_since = match outcome.error {
        None => None,
        Some(_) => endpoint.failing_since.or(Some(now)),
    };
    let is_failing = failing_since.is_some_and(|since| now.since(since) >= FAILING_MAX)
        && now.since(delivery.created_at) >= FAILING_MESSAGE_MIN;
    let state = match endpoint.state {
        EndpointState::Enabled if outcome.status == Some(410) => EndpointState::Gone,
        EndpointState::Enabled if is_failing => EndpointState::Failing,
        same => same,
    };
    if (failing_since, state) == (endpoint.failing_since, endpoint.state) {
        return Ok(());
    }
    let judged = Endpoint { failing_since, state, ..endpoint.clone() };
    tx.change_endpoint(&judged)?;
    if state != endpoint.state {
        tracing::warn!(endpoint = %endpoint.id, state = state.word(), "an endpoint is told nothing more");
        let change = Change::new("webhook_endpoint.disable", endpoint.id).after_json(&shown(&judged));
        Author::named(AUTHOR).note(tx, &change)?;
        letter::write(tx, &app.config, &judged, app.ledger.now())?;
        app.mail_news.notify_one();
    }
    Ok(())
}

/// The pause after so many tries, in microseconds; `None` if nothing more is tried.
fn pause_after(tries: u32, jitter: i64) -> Option<i64> {
    let place = usize::try_from(tries.saturating_sub(1)).ok()?;
    PAUSES.get(place).map(|pause| pause + pause / 1_000 * jitter)
}

/// Thousandths to add to a pause or, below zero, to take off it.
fn jitter_permille() -> i64 {
    use rand::RngExt as _;
    rand::rng().random_range(-JITTER_PERMILLE..=JITTER_PERMILLE)
}

/// Asks for a delivery once more, with all its tries.
pub(crate) fn redeliver(tx: &Tx<'_>, author: &Author, id: DeliveryId) -> Result<Delivery, Problem> {
    let known = tx.delivery(id)?.ok_or_else(|| Problem::not_found("webhook delivery"))?;
    find_enabled(tx, known.endpoint)?;
    if known.state == DeliveryState::Sending {
        let detail = "The message is being sent at this moment.";
        return Err(Problem::new(StatusCode::CONFLICT, "delivery_under_way", detail));
    }
    let (state, next_attempt_at) = (DeliveryState::Waiting, Some(clock::now()));
    let delivery = Delivery { state, tries: 0, next_attempt_at, ..known };
    tx.settle_delivery(&delivery)?;
    author.note(tx, &Change::new("webhook_delivery.redeliver", id))?;
    Ok(delivery)
}

async fn forget(app: &Arc<App>, now: Timestamp) {
    if let Err(problem) = app.write(move |tx| tx.delete_messages_before(now.plus(-KEPT))).await {
        tracing::warn!(code = problem.code, detail = problem.detail, "old webhook messages were not dropped");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let seconds = |tries| pause_after(tries, 0).map(|pause| pause / Timestamp::SECOND);
        assert_eq!([1, 2, 3, 9, 10].map(seconds), [Some(5), Some(300), Some(1_800), Some(86_400), None]);
        let around = [-JITTER_PERMILLE, JITTER_PERMILLE].map(|jitter| pause_after(2, jitter));
        assert_eq!(around, [Some(270 * Timestamp::SECOND), Some(330 * Timestamp::SECOND)]);
        assert!((0..1_000).all(|_| (-JITTER_PERMILLE..=JITTER_PERMILLE).contains(&jitter_permille())));
    }

    #[test]
    fn an_answer_is_kept_as_text() {
        assert_eq!(printable(b"ok\r\n\0\xff"), "ok\u{fffd}\n\u{fffd}\u{fffd}");
    }

    #[test]
    fn what_counts_as_taken() {
        for (status, counts) in [(200, true), (204, true), (301, false), (410, false), (500, false)] {
            let status = StatusCode::from_u16(status).unwrap_or_default();
            assert_eq!(wrong_with(status).is_none(), counts, "{status}");
        }
    }
}
