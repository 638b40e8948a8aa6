//! What the first screen shows of the sample customers, and the stream that keeps it true.

use std::sync::Arc;
use std::time::Duration;

use askama::Template as _;
use axum::extract::{Extension, State};
use axum::response::Response;
use engine::PublishedWallet;
use money::{Amount, Timestamp};
use store::views::EntryRow;

use super::checklist;
use super::pages::Stage;
use crate::app::App;
use crate::live_page::{self, LivePage, Parts};
use crate::look::Reader;
use crate::look::chart::{BalanceLine, BalancePoint, LineFragment};
use crate::look::page::{ChecklistFragment, DemoHome, Done};
use crate::portal::{Fault, Visit};
use crate::problem::Problem;
use crate::runtime::Watcher;

/// Movements that the line of the API company's customer goes back.
const ENTRIES_MAX: u32 = 40;
/// Movements that the line of the provider's subscriber goes back: his router reports twice a second when he uses all up.
const REPORTS_MAX: u32 = 120;
/// How often the screen is looked at again while nothing is told: the clock, a checkout that was opened.
const LOOK_EVERY: Duration = Duration::from_secs(5);

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
    let spender = stage.spender().map_or(stage.customer, |spender| spender.customer);
    let customers = [stage.customer, spender];
    let opened = FirstScreen { app: Arc::clone(&app), stage, reader: visit.reader().clone() };
    Ok(live_page::open(&app, Watcher::Others, &customers, opened)?)
}

/// One open first screen.
struct FirstScreen {
    app: Arc<App>,
    stage: Arc<Stage>,
    reader: Reader,
}

impl LivePage for FirstScreen {
    async fn draw(&self) -> Result<Option<Parts>, Problem> {
        let (seen, reader) = (look(&self.app, &self.stage).await?, &self.reader);
        let line = LineFragment { reader, line: &seen.line(reader) }.render();
        let data_line = LineFragment { reader, line: &seen.data_line(reader) }.render();
        let steps = ChecklistFragment { reader, done: &seen.done }.render();
        // Our fragments write into a string, which cannot fail.
        Ok(Some(vec![
            ("line", line.unwrap_or_default()),
            ("line-of-data", data_line.unwrap_or_default()),
            ("checklist", steps.unwrap_or_default()),
            ("clock", reader.date_time(self.app.ledger.now())),
        ]))
    }

    fn due(&self) -> Duration {
        LOOK_EVERY
    }
}
