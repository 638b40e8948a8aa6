//! How a line stands as its page shows it, and `/console/lines/{id}/live`: the same again whenever something of it has changed, for pages
//! that stay open while a router confirms what staff asked for.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use book::LineStatus;
use money::{LineId, Timestamp};
use store::tables::lines::AtZero;
use store::views::{PurchaseRow, PurchaseState, SessionRow};
use store::{Reader as TablesReader, StoreError};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::blocked::{blocked_line, trusted_line};
use super::lines::{self, Known, SHOWN, charging_text, status_text};
use crate::app::App;
use crate::billing::{self, Trust};
use crate::clock;
use crate::look::page::buy_credit::LineCheckFragment;
use crate::look::page::{
    LineActsFragment, LinePurchase, LinePurchasesFragment, LineSession, LineSessionsFragment, LineStands,
    LineStateFragment,
};
use crate::permissions::Permission;
use crate::portal::line_check::{self, traffic_name};
use crate::portal::line_seen::Line;
use crate::portal::{Fault, StaffIn};
use crate::problem::Problem;
use crate::purchases::may_be_settled_by_hand;
use crate::runtime::Subscription;
use crate::taken_data;

/// How often a stream says that it is alive while nothing changes.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often the line is looked at again while nothing is told.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Pause after a look, so that many changes a second are a few pictures a second.
const LOOK_PAUSE: Duration = Duration::from_millis(150);
/// Events that wait for a slow reader before looking stops.
const EVENTS_WAITING_MAX: usize = 16;
/// When a browser is to come back after its stream broke.
const COME_BACK_AFTER: Duration = Duration::from_secs(2);
/// What is sent for a part that is empty: browsers pass no event on that has no data.
const NOTHING: &str = "<!-- nothing -->";

/// How a line stands now, for this member of staff.
pub(super) fn stands(
    app: &App,
    tables: &TablesReader<'_>,
    staff: &StaffIn,
    known: &Known,
) -> Result<LineStands, StoreError> {
    let (reader, sold, now) = (staff.visit.reader(), app.sold(), app.ledger.now());
    let (id, no) = (known.entry.id, known.line.wallet_no);
    let blocked = billing::why_blocked_now(app, tables, &known.entry, &known.line.status)?;
    let trusted = match billing::trust_of(tables, id, now)? {
        // Who has paid since is trusted no more than anybody.
        Trust::Until(_) if billing::overdue_now(app, tables, &known.entry)?.is_empty() => None,
        Trust::Until(until) => Some((until, billing::all_overdue_now(app, tables, &known.entry)?)),
        Trust::NotBlocked | Trust::Possible | Trust::Used => None,
    };
    let check = match Line::of(tables, &sold, known.entry.clone())? {
        Some(line) => {
            let purchases = line.purchases(tables)?;
            Some(line_check::check(tables, &sold, reader, &line, &purchases, now)?)
        }
        None => None,
    };
    let routers = tables.router_names()?;
    let session = |row: SessionRow| LineSession {
        router: routers.get(&row.nas_no).cloned().unwrap_or_default(),
        service: row.traffic_no.map(|no| traffic_name(&sold, reader, no)),
        is_open: row.state == "open",
        started_at: row.started_at,
        read_at: row.read_at,
        sent: reader.volume(row.input),
        received: reader.volume(row.output),
        anomaly: row.anomaly,
    };
    let may_settle_any = staff.may(Permission::SettleByHand);
    let with_taken = |row: PurchaseRow| Ok((taken_data::taken_of(tables, row.purchase)?, row));
    let purchases = tables.purchases(no, SHOWN)?.into_iter().map(with_taken);
    let purchases = purchases.collect::<Result<Vec<_>, StoreError>>()?;
    let purchase = |(taken, row): (i64, PurchaseRow)| LinePurchase {
        id: row.purchase.to_string(),
        charging_id: charging_text(&row.charging),
        may_settle: may_settle_any && may_be_settled_by_hand(&row),
        is_dropped: row.state == PurchaseState::Dropped,
        is_written_off: row.state == PurchaseState::WrittenOff,
        size: reader.volume(row.quantity),
        price: row.price,
        bought_at: row.bought_at,
        released_at: row.released_at,
        restored_at: row.restored_at,
        paid_at: row.paid_at,
        taken_back: Some(taken).filter(|taken| *taken > 0).map(|taken| reader.volume(taken)),
    };
    let may_change = staff.may(Permission::ChangeCustomers);
    let status = LineStatus::from_code(&known.line.status).unwrap_or(LineStatus::Enabled);
    let plan = sold.plan(known.line.plan_no);
    Ok(LineStands {
        id: id.to_string(),
        name: known.name.clone(),
        plan: plan.map(|plan| plan.name.clone()).unwrap_or_default(),
        status: reader.t(status_text(&known.line.status)),
        blocked: blocked.map(|blocked| blocked_line(reader, &blocked)),
        trusted: trusted.map(|(until, overdue)| trusted_line(reader, until, &overdue)),
        balance: reader.volume(known.available),
        cycle: (known.cycle.starts_at, known.cycle.ends_at),
        restricted_since: known.line.restricted_since,
        restricted_text_id: restricted_text(plan.map(|plan| plan.at_zero)),
        check,
        may_block: may_change && status == LineStatus::Enabled,
        may_enable: may_change && status == LineStatus::Blocked,
        purchases: purchases.into_iter().map(purchase).collect(),
        sessions: tables.sessions_of(no, SHOWN)?.into_iter().map(session).collect(),
    })
}

fn restricted_text(at_zero: Option<AtZero>) -> &'static str {
    match at_zero {
        Some(AtZero::Walled) => "restricted-walled-since",
        Some(AtZero::Block) => "restricted-cut-since",
        Some(AtZero::Slow) | None => "restricted-since",
    }
}

/// `GET /console/lines/{id}/live`
pub(super) async fn stream(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let entry = lines::find(&app, lines::parse(&id)?).await?;
    let subscription = app.live.subscribe(entry.customer).ok_or_else(|| {
        let detail = "Too many pages are open at the same time.";
        let seconds = u32::try_from(HEARTBEAT.as_secs()).unwrap_or(1);
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_pages", detail).retry_after(seconds)
    })?;
    let (events, received) = mpsc::channel(EVENTS_WAITING_MAX);
    let watching = Watching { app, staff, line: entry.id, sent: HashMap::new(), events };
    tokio::spawn(watching.run(subscription));
    let stream = Sse::new(ReceiverStream::new(received));
    Ok(stream.keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

/// One open page.
struct Watching {
    app: Arc<App>,
    staff: StaffIn,
    line: LineId,
    sent: HashMap<&'static str, String>,
    events: mpsc::Sender<Result<Event, Infallible>>,
}

impl Watching {
    async fn run(mut self, mut subscription: Subscription) {
        let mut end = self.app.end_announced();
        let _ = self.events.send(Ok(Event::default().retry(COME_BACK_AFTER))).await;
        loop {
            match self.draw().await {
                Ok(Some(drawn)) => {
                    if self.send(drawn).await.is_err() {
                        return;
                    }
                }
                // The session is over, or the line is no more: the page is asked for again.
                Ok(None) => {
                    let _ = self.events.send(Ok(Event::default().event("ended").data(NOTHING))).await;
                    return;
                }
                Err(problem) => {
                    tracing::warn!(
                        code = problem.code,
                        detail = problem.detail,
                        "a line's page was not drawn"
                    );
                }
            }
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
    async fn send(
        &mut self,
        drawn: Vec<(&'static str, String)>,
    ) -> Result<(), mpsc::error::SendError<Result<Event, Infallible>>> {
        for (name, html) in drawn {
            if self.sent.get(name) == Some(&html) {
                continue;
            }
            let data = if html.is_empty() { NOTHING } else { html.as_str() };
            self.events.send(Ok(Event::default().event(name).data(data))).await?;
            self.sent.insert(name, html);
        }
        Ok(())
    }

    /// All parts as they look now; `None` if nobody is signed in any more.
    async fn draw(&self) -> Result<Option<Vec<(&'static str, String)>>, Problem> {
        let (app, staff, line) = (Arc::clone(&self.app), self.staff.clone(), self.line);
        let drawn = self.app.read(move |tables| {
            if tables.session(&staff.who.session.token_hash, clock::now())?.is_none() {
                return Ok(None);
            }
            let entry = tables.line(line)?.ok_or_else(|| gone(line))?;
            let known = lines::known(tables, entry)?.ok_or_else(|| gone(line))?;
            let line = stands(&app, tables, &staff, &known)?;
            Ok(Some(parts(&app, &staff, &line)))
        });
        drawn.await
    }
}

fn gone(line: LineId) -> StoreError {
    StoreError::Missing { what: format!("the views of {line}") }
}

/// Each live part of the page.
fn parts(app: &App, staff: &StaffIn, line: &LineStands) -> Vec<(&'static str, String)> {
    let (reader, csrf) = (staff.visit.reader(), staff.who.session.csrf.0.as_str());
    // Our fragments write into a string, which cannot fail.
    let html = |drawn: askama::Result<String>| drawn.unwrap_or_default();
    let mut parts = vec![
        ("line_acts", html(LineActsFragment { reader, csrf, line }.render())),
        ("line_state", html(LineStateFragment { reader, line }.render())),
        ("line_purchases", html(LinePurchasesFragment { reader, csrf, line }.render())),
        ("line_sessions", html(LineSessionsFragment { reader, line }.render())),
    ];
    parts.extend(
        line.check.as_ref().map(|check| ("line_check", html(LineCheckFragment { reader, check }.render()))),
    );
    let now: Timestamp = app.ledger.now();
    parts.extend(app.demo_strip.get().map(|_| ("clock", reader.date_time(now))));
    parts
}
