//! A page that stays open: a stream of events, each the inside of one part of the page as it looks now for whoever looks, so that nothing
//! depends on what was sent before. Here stands when is looked, what is sent, and when a stream ends; what the parts of a page are, and
//! who may see them still, each page says itself.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use money::CustomerId;
use tokio::sync::mpsc::error::SendError;
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;

use crate::app::App;
use crate::problem::Problem;
use crate::runtime::{Subscription, Watcher};

/// How often a stream says that it is alive while nothing changes.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often a page is looked at again while nothing is told: minutes left, the clock.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Pause after a look, so that a thousand changes a second are a few pictures a second.
pub(crate) const LOOK_PAUSE: Duration = Duration::from_millis(150);
/// Events that wait for a slow reader before looking stops.
const EVENTS_WAITING_MAX: usize = 16;
/// When a browser is to come back after its stream broke.
const COME_BACK_AFTER: Duration = Duration::from_secs(2);
/// When a page is looked at again that could not be drawn.
const DRAW_AGAIN_AFTER: Duration = Duration::from_secs(5);
/// What is sent for a part that is empty: browsers pass no event on that has no data.
const NOTHING: &str = "<!-- nothing -->";

/// The parts of a page, each once, with what stands inside. Their names are words of the program, so there are never more of them.
pub(crate) type Parts = Vec<(&'static str, String)>;

type Events = mpsc::Sender<Result<Event, Infallible>>;

/// What stays open.
pub(crate) trait LivePage: Send + Sync + 'static {
    /// All parts as they look now; `None` if whoever looks may see them no more, or all of the page is to be asked for again.
    fn draw(&self) -> impl Future<Output = Result<Option<Parts>, Problem>> + Send;

    /// How long what was drawn holds if nothing is told.
    fn due(&self) -> Duration {
        LOOK_EVERY
    }
}

/// Follows a page for as long as it is open, and looks again whenever something of these customers has changed.
pub(crate) fn open(
    app: &App,
    watcher: Watcher,
    customers: &[CustomerId],
    page: impl LivePage,
) -> Result<Response, Problem> {
    let subscription = app.live.subscribe(watcher, customers).ok_or_else(|| {
        let detail = "Too many pages are open at the same time.";
        let seconds = u32::try_from(HEARTBEAT.as_secs()).unwrap_or(1);
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_pages", detail).retry_after(seconds)
    })?;
    let (events, received) = mpsc::channel(EVENTS_WAITING_MAX);
    tokio::spawn(follow(page, subscription, app.end_announced(), events));
    let stream = Sse::new(ReceiverStream::new(received));
    Ok(stream.keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

/// The stream for who is not signed in: one that is refused tells a page nothing it could read; one that ends does.
pub(crate) fn over() -> Response {
    Sse::new(tokio_stream::once(Ok::<_, Infallible>(ended()))).into_response()
}

async fn follow(
    page: impl LivePage,
    mut subscription: Subscription,
    mut end: watch::Receiver<bool>,
    events: Events,
) {
    let mut sent = HashMap::new();
    let _ = events.send(Ok(Event::default().retry(COME_BACK_AFTER))).await;
    loop {
        let due = match page.draw().await {
            Ok(Some(drawn)) => {
                if send_news(&events, &mut sent, drawn).await.is_err() {
                    return;
                }
                page.due()
            }
            Ok(None) => {
                let _ = events.send(Ok(ended())).await;
                return;
            }
            Err(problem) => {
                tracing::warn!(code = problem.code, detail = problem.detail, "a live page was not drawn");
                DRAW_AGAIN_AFTER
            }
        };
        tokio::time::sleep(LOOK_PAUSE).await;
        tokio::select! {
            () = subscription.changed() => {}
            () = tokio::time::sleep(due) => {}
            () = events.closed() => return,
            _ = end.wait_for(|end| *end) => return,
        }
    }
}

/// Sends what looks different now; an error if nobody listens any more.
async fn send_news(
    events: &Events,
    sent: &mut HashMap<&'static str, String>,
    drawn: Parts,
) -> Result<(), SendError<Result<Event, Infallible>>> {
    for (name, html) in drawn {
        if sent.get(name) == Some(&html) {
            continue;
        }
        let data = if html.is_empty() { NOTHING } else { html.as_str() };
        events.send(Ok(Event::default().event(name).data(data))).await?;
        sent.insert(name, html);
    }
    Ok(())
}

/// Tells a page that its session is over, or that all of it is to be asked for again.
fn ended() -> Event {
    Event::default().event("ended").data(NOTHING)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Instant;

    use super::*;
    use crate::runtime::Live;

    /// A page that cannot be drawn at first.
    #[derive(Default)]
    struct Broken(AtomicBool);

    impl LivePage for Broken {
        async fn draw(&self) -> Result<Option<Parts>, Problem> {
            if self.0.swap(true, Ordering::Relaxed) {
                return Ok(Some(vec![("balance", "$25.00".to_owned())]));
            }
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Nothing can be read now."))
        }
    }

    #[tokio::test]
    async fn a_page_that_could_not_be_drawn_is_looked_at_again_soon() {
        let live = Live::default();
        let subscription = live.subscribe(Watcher::Customer, &[CustomerId::from_u128(1)]).expect("a page");
        let (_end, ended) = watch::channel(false);
        let (events, mut received) = mpsc::channel(EVENTS_WAITING_MAX);
        let begun = Instant::now();
        tokio::spawn(follow(Broken::default(), subscription, ended, events));
        for told in ["when to come back", "what it looks like"] {
            assert!(received.recv().await.is_some(), "{told}");
        }
        assert!(begun.elapsed() < LOOK_EVERY / 2, "{:?}", begun.elapsed());
    }
}
