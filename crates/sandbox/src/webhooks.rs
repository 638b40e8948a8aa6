//! Sends events to the configured endpoint, signed, again and again until it answers 2xx; and lets time pass for sessions.
//!
//! What is to be sent lies in the state, so that a restart forgets nothing. Faults delay, double, hold or lose deliveries.

use std::sync::Arc;
use std::time::Duration;

use stripe::signature;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::provider::{Provider, WebhookEndpoint};
use crate::state::{Delivery, DeliveryState, Order, Origin, Work};

/// Most deliveries under way at a time.
const IN_FLIGHT_MAX: usize = 8;
/// How often one delivery is tried before it has failed for good.
const ATTEMPTS_MAX: u32 = 12;
/// Pause after the first failure, in milliseconds; doubled each time.
const PAUSE_FIRST_MS: i64 = 500;
/// Longest pause between two attempts, in milliseconds.
const PAUSE_MAX_MS: i64 = 60_000;
/// How long an endpoint may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// A delivery under way is not taken up again before this, in milliseconds: longer than an endpoint may take.
const LEASE_MS: i64 = 15_000;
/// How long nothing is looked at when nothing is known to be due.
const IDLE: Duration = Duration::from_secs(1);

/// Delivers until `stop` turns true; what is under way then is tried again after the next start.
pub(crate) async fn deliver(
    provider: Arc<Provider>,
    client: reqwest::Client,
    mut stop: watch::Receiver<bool>,
) {
    let mut under_way = JoinSet::new();
    loop {
        // What is to come out of order comes one by one, or the network would order it again.
        let at_most = if provider.faults.settings().webhook_reorder { 1 } else { IN_FLIGHT_MAX };
        let room = at_most.saturating_sub(under_way.len());
        let pause = match look(&provider, room).await {
            Ok((due, pause)) => {
                for delivery in due {
                    under_way.spawn(send(Arc::clone(&provider), client.clone(), delivery));
                }
                pause
            }
            Err(error) => {
                tracing::error!(%error, "the sandbox could not look for webhooks to send");
                IDLE
            }
        };
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            Some(_) = under_way.join_next() => {}
            () = provider.faults.woken() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Takes up to `room` due deliveries, and says how long to wait for the next.
async fn look(provider: &Arc<Provider>, room: usize) -> rusqlite::Result<(Vec<Delivery>, Duration)> {
    let provider = Arc::clone(provider);
    let look = move || take_due(&provider, room);
    tokio::task::spawn_blocking(look).await.unwrap_or(Err(rusqlite::Error::InvalidQuery))
}

fn take_due(provider: &Provider, room: usize) -> rusqlite::Result<(Vec<Delivery>, Duration)> {
    let settings = provider.faults.settings();
    let held = provider.webhook.is_none() || settings.webhook_hold;
    let order = if settings.webhook_reorder { Order::NewestFirst } else { Order::AsDue };
    // Even when nothing may be sent, this lets sessions expire.
    provider.glance(|work| {
        if held || room == 0 {
            return Ok((Vec::new(), IDLE));
        }
        let due = work.take_due_deliveries(order, room, LEASE_MS)?;
        let next = work.next_delivery_due_ms()?;
        let pause_ms = next.map_or(i64::MAX, |due_ms| due_ms - work.now_ms);
        Ok((due, IDLE.min(Duration::from_millis(u64::try_from(pause_ms).unwrap_or(0)))))
    })
}

async fn send(provider: Arc<Provider>, client: reqwest::Client, delivery: Delivery) {
    let Some(endpoint) = provider.webhook.clone() else {
        return;
    };
    let accepted = post(&client, &endpoint, (provider.clock)().div_euclid(1_000), delivery.body).await;
    let attempt = delivery.attempts + 1;
    let settle =
        move || provider.glance(|work| settle(work, delivery.id, &delivery.event, attempt, accepted));
    match tokio::task::spawn_blocking(settle).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "the sandbox could not note a delivery"),
        Err(error) => tracing::error!(%error, "the sandbox could not note a delivery"),
    }
}

async fn post(client: &reqwest::Client, endpoint: &WebhookEndpoint, now: i64, body: String) -> bool {
    let signed = signature::sign(&endpoint.secret, now, body.as_bytes());
    let request = client
        .post(&endpoint.url)
        .timeout(ANSWER_TIMEOUT)
        .header("content-type", "application/json; charset=utf-8")
        .header("user-agent", "Stripe/1.0 (sandbox)")
        .header("stripe-signature", signed)
        .body(body);
    match request.send().await {
        Ok(answer) => answer.status().is_success(),
        Err(error) => {
            tracing::debug!(%error, "a webhook was not answered");
            false
        }
    }
}

fn settle(work: &Work<'_>, id: i64, event: &str, attempt: u32, accepted: bool) -> rusqlite::Result<()> {
    let (state, due_ms) = match accepted {
        true => (DeliveryState::Delivered, 0),
        false if attempt >= ATTEMPTS_MAX => (DeliveryState::Failed, 0),
        false => (DeliveryState::Waiting, work.now_ms + pause_after(attempt)),
    };
    work.settle_delivery(id, event, state, due_ms)
}

fn pause_after(attempt: u32) -> i64 {
    (PAUSE_FIRST_MS << attempt.saturating_sub(1).min(16)).min(PAUSE_MAX_MS)
}

impl Provider {
    /// Work that nobody asked for and that makes no events of its own.
    fn glance<T>(&self, act: impl FnOnce(&Work<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        self.run(Origin::default(), act)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute() {
        for (attempt, pause_ms) in
            [(1, 500), (2, 1_000), (3, 2_000), (7, 32_000), (8, 60_000), (4_000, 60_000)]
        {
            assert_eq!(pause_after(attempt), pause_ms, "after attempt {attempt}");
        }
    }
}
