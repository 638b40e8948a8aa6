//! What the first screen shows of the sample customers, and the stream that keeps it true.

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
use crate::look::page::{ChecklistFragment, DemoHome, Done};
use crate::portal::{Fault, Visit};
use crate::problem::Problem;

/// Movements that the line of the API company's customer goes back.
const ENTRIES_MAX: u32 = 40;
/// Movements that the line of the provider's subscriber goes back: his router reports twice a second when he uses all up.
const REPORTS_MAX: u32 = 120;
/// How often the screen is looked at again while nothing is told: the clock, a checkout that was opened.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Pause after a look, so that many changes are a few pictures.
const LOOK_PAUSE: Duration = Duration::from_millis(150);
/// How often the stream says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Events that wait for a slow reader before looking stops.
const EVENTS_WAITING_MAX: usize = 16;

/// The sample customers at one moment.
pub(super) struct Seen {
    points: Vec<BalancePoint>,
    data_points: Vec<BalancePoint>,
    /// Whose data that is.
    name: &'static str,
    /// Which steps of the stories are done.
    pub(super) done: Done,
}

impl Seen {
    /// What may be spent, from movement to movement until now.
    pub(super) fn line(&self, reader: &Reader) -> BalanceLine {
        DemoHome::money_line(reader, &self.points)
    }

    /// What may be used, likewise.
    pub(super) fn data_line(&self, reader: &Reader) -> BalanceLine {
        DemoHome::data_line(reader, self.name, &self.data_points)
    }
}

/// Looks at the sample customers.
pub(super) async fn look(app: &Arc<App>, stage: &Stage) -> Result<Seen, Problem> {
    let wallet = app.ledger.wallet(stage.wallet).ok_or_else(|| Problem::not_found("wallet"))?;
    let spender = stage.spender().ok_or_else(|| Problem::not_found("line"))?;
    let data = app.ledger.wallet(spender.wallet).ok_or_else(|| Problem::not_found("wallet"))?;
    let (no, data_no, customer, wallet_id) = (wallet.no.0, data.no.0, stage.customer, wallet.id);
    let (now, opened, subscribers) = (app.ledger.now(), stage.opened.pages(), stage.subscribers.clone());
    let (entries, reports, done) = app
        .read(move |reader| {
            let entries = |no, limit| reader.entries(no, Timestamp::EPOCH, Timestamp::MAX, None, limit);
            let done = Done {
                api: checklist::read(reader, customer, no, now, opened)?,
                data: checklist::read_data(reader, &subscribers, opened)?,
                staff: checklist::read_staff(reader, customer, wallet_id)?,
            };
            Ok((entries(no, ENTRIES_MAX)?.rows, entries(data_no, REPORTS_MAX)?.rows, done))
        })
        .await?;
    Ok(Seen {
        points: points(&wallet, &entries),
        data_points: points(&data, &reports),
        name: spender.name,
        done,
    })
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
    let too_many = || {
        let detail = "Too many pages are open at the same time.";
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_pages", detail).retry_after(15)
    };
    let spender = stage.spender().map_or(stage.customer, |spender| spender.customer);
    let subscriptions =
        [stage.customer, spender].map(|customer| app.live.subscribe(customer).ok_or_else(too_many));
    let [first, second] = subscriptions;
    let subscriptions = [first?, second?];
    let watching = Watching { app, stage, reader: visit.reader().clone(), sent: HashMap::new(), events };
    tokio::spawn(watching.run(subscriptions));
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
    async fn run(mut self, [mut customer, mut spender]: [crate::runtime::Subscription; 2]) {
        let mut end = self.app.end_announced();
        while self.send_news().await.is_ok() {
            tokio::time::sleep(LOOK_PAUSE).await;
            tokio::select! {
                () = customer.changed() => {}
                () = spender.changed() => {}
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
        let data_line = LineFragment { reader, line: &seen.data_line(reader) }.render();
        let steps = ChecklistFragment { reader, done: &seen.done }.render();
        let clock = reader.date_time(self.app.ledger.now());
        // Our fragments write into a string, which cannot fail.
        let parts = [
            ("line", line.unwrap_or_default()),
            ("line-of-data", data_line.unwrap_or_default()),
            ("checklist", steps.unwrap_or_default()),
            ("clock", clock),
        ];
        for (name, html) in parts {
            if self.sent.get(name) != Some(&html) {
                self.events.send(Ok(Event::default().event(name).data(&html))).await?;
                self.sent.insert(name, html);
            }
        }
        Ok(())
    }
}
