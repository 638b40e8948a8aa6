//! What the first screen shows of the sample customer, and the stream that keeps it true.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use askama::Template as _;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use engine::PublishedWallet;
use money::{Amount, Timestamp};
use store::views::EntryRow;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::checklist;
use super::pages::Stage;
use crate::app::App;
use crate::look::Reader;
use crate::look::chart::{BalanceLine, BalancePoint, LineFragment};
use crate::look::page::{ChecklistFragment, DemoHome};
use crate::portal::{Fault, Visit};
use crate::problem::Problem;

/// Movements that the line goes back.
const ENTRIES_MAX: u32 = 40;
/// How often the screen is looked at again while nothing is told: the clock, a checkout that was opened.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Pause after a look, so that many changes are a few pictures.
const LOOK_PAUSE: Duration = Duration::from_millis(150);
/// How often the stream says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Events that wait for a slow reader before looking stops.
const EVENTS_WAITING_MAX: usize = 16;

/// The sample customer at one moment.
pub(super) struct Seen {
    points: Vec<BalancePoint>,
    /// Which steps of the story are done.
    pub(super) done: [bool; DemoHome::STEPS],
}

impl Seen {
    /// What may be spent, from movement to movement until now.
    pub(super) fn line(&self, reader: &Reader) -> BalanceLine {
        BalanceLine::draw(reader, &self.points)
    }
}

/// Looks at the sample customer.
pub(super) async fn look(app: &Arc<App>, stage: &Stage) -> Result<Seen, Problem> {
    let wallet = app.ledger.wallet(stage.wallet).ok_or_else(|| Problem::not_found("wallet"))?;
    let (no, customer) = (wallet.no.0, stage.customer);
    let (now, opened) = (app.ledger.now(), stage.opened.pages());
    let (entries, done) = app
        .read(move |reader| {
            let entries = reader.entries(no, Timestamp::EPOCH, Timestamp::MAX, None, ENTRIES_MAX)?;
            Ok((entries.rows, checklist::read(reader, customer, no, now, opened)?))
        })
        .await?;
    Ok(Seen { points: points(&wallet, &entries), done })
}

/// What was posted after each movement, then what each open window takes away, then now. One step of the line is one of
/// these: by time, an hour that was skipped would press everything else together.
fn points(wallet: &PublishedWallet, newest_first: &[EntryRow]) -> Vec<BalancePoint> {
    let posted = newest_first.iter().rev().map(|entry| entry.posted_after);
    let mut windows: Vec<_> = wallet.windows.iter().collect();
    windows.sort_by_key(|window| window.opened_at);
    let reserved = windows.iter().scan(wallet.balance.posted, |left, window| {
        *left -= window.pending;
        Some(*left)
    });
    let values = posted.chain(reserved).chain([wallet.balance.available()]);
    let steps = (0..).map(Timestamp::from_seconds);
    let point = |(at, value)| BalancePoint { at, balance: Amount::new(value, wallet.unit) };
    steps.zip(values).map(point).collect()
}

/// `GET /demo/live`
pub(super) async fn stream(
    State(app): State<Arc<App>>,
    Extension(stage): Extension<Arc<Stage>>,
    visit: Visit,
) -> Result<Response, Fault> {
    let (events, received) = mpsc::channel(EVENTS_WAITING_MAX);
    let subscription = app.live.subscribe(stage.customer).ok_or_else(|| {
        let detail = "Too many pages are open at the same time.";
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_pages", detail).retry_after(15)
    })?;
    let watching = Watching { app, stage, reader: visit.reader().clone(), sent: HashMap::new(), events };
    tokio::spawn(watching.run(subscription));
    let stream = Sse::new(ReceiverStream::new(received));
    Ok(stream.keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

/// One open first screen.
struct Watching {
    app: Arc<App>,
    stage: Arc<Stage>,
    reader: Reader,
    sent: HashMap<&'static str, String>,
    events: mpsc::Sender<Result<Event, Infallible>>,
}

impl Watching {
    async fn run(mut self, mut subscription: crate::runtime::Subscription) {
        let mut end = self.app.end_announced();
        while self.send_news().await.is_ok() {
            tokio::time::sleep(LOOK_PAUSE).await;
            tokio::select! {
                () = subscription.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.events.closed() => return,
                _ = end.wait_for(|end| *end) => return,
            }
        }
    }

    /// Sends what looks different now; an error if nobody listens any more.
    async fn send_news(&mut self) -> Result<(), mpsc::error::SendError<Result<Event, Infallible>>> {
        let seen = match look(&self.app, &self.stage).await {
            Ok(seen) => seen,
            Err(problem) => {
                tracing::warn!(
                    code = problem.code,
                    detail = problem.detail,
                    "the first screen was not drawn"
                );
                return Ok(());
            }
        };
        let reader = &self.reader;
        let line = LineFragment { reader, line: &seen.line(reader) }.render();
        let steps = ChecklistFragment { reader, done: &seen.done }.render();
        let clock = reader.date_time(self.app.ledger.now());
        // Our fragments write into a string, which cannot fail.
        let parts =
            [("line", line.unwrap_or_default()), ("checklist", steps.unwrap_or_default()), ("clock", clock)];
        for (name, html) in parts {
            if self.sent.get(name) != Some(&html) {
                self.events.send(Ok(Event::default().event(name).data(&html))).await?;
                self.sent.insert(name, html);
            }
        }
        Ok(())
    }
}
