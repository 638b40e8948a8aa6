//! How a line stands as its page shows it, and `/console/lines/{id}/live`: the same again whenever something of it has changed, for pages
//! that stay open while a router confirms what staff asked for.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use book::LineStatus;
use money::{LineId, Timestamp};
use store::tables::lines::AtZero;
use store::views::{PurchaseRow, PurchaseState, SessionRow};
use store::{Reader as TablesReader, StoreError};

use super::blocked::{blocked_line, trusted_line};
use super::lines::{self, Known, SHOWN, charging_text, status_text};
use crate::app::App;
use crate::billing::{self, Trust};
use crate::live_page::{self, LivePage, Parts};
use crate::look::page::buy_credit::LineCheckFragment;
use crate::look::page::{
    LineActsFragment, LinePurchase, LinePurchasesFragment, LineSession, LineSessionsFragment, LineStands,
    LineStateFragment,
};
use crate::look::part::{GoneStep, gone_steps};
use crate::permissions::Permission;
use crate::portal::line_check::{self, traffic_name};
use crate::portal::line_seen::Line;
use crate::portal::{Fault, StaffIn};
use crate::problem::Problem;
use crate::purchases::may_be_settled_by_hand;
use crate::runtime::Watcher;
use crate::taken_data;

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
    let with_gone =
        |row: PurchaseRow| Ok((gone_steps(reader, taken_data::went_back(tables, row.purchase)?), row));
    let purchases = tables.purchases(no, SHOWN)?.into_iter().map(with_gone);
    let purchases = purchases.collect::<Result<Vec<_>, StoreError>>()?;
    let purchase = |(gone, row): (Vec<GoneStep>, PurchaseRow)| LinePurchase {
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
        gone,
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
    let opened = OpenLine { app: Arc::clone(&app), staff, line: entry.id };
    Ok(live_page::open(&app, Watcher::Staff, &[entry.customer], opened)?)
}

/// One open page.
struct OpenLine {
    app: Arc<App>,
    staff: StaffIn,
    line: LineId,
}

impl LivePage for OpenLine {
    async fn draw(&self) -> Result<Option<Parts>, Problem> {
        let (app, staff, line) = (Arc::clone(&self.app), self.staff.clone(), self.line);
        let drawn = self.app.read(move |tables| {
            if !staff.is_still_in(tables)? {
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
fn parts(app: &App, staff: &StaffIn, line: &LineStands) -> Parts {
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
