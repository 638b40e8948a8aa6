//! `/console/lines`: subscribers' lines, and what staff may do with one.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use book::{Charging, LineAct, LineStatus};
use engine::Outcome;
use money::{LineId, Timestamp, WalletId};
use serde::Deserialize;
use store::tables::Page;
use store::tables::lines::LineEntry;
use store::views::{CycleRow, LineRow};
use store::{Reader as TablesReader, StoreError};

use super::line_live;
use super::subscribers::spoken_document;
use crate::app::App;
use crate::look::format::percent_encoded;
use crate::look::page::{Finder, LinePage, Offer, Offers};
use crate::look::part::{Frame, PaymentList, Place};
use crate::look::volume::volume;
use crate::permissions::Permission;
use crate::portal::payment_list;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw};
use crate::problem::Problem;
use crate::{billing, lines};

/// Lines of one page.
const ROWS: u32 = 25;
/// Purchases, sessions and payments that are shown of a line.
pub(super) const SHOWN: u32 = 10;

#[derive(Deserialize)]
pub(super) struct Shown {
    before: Option<String>,
    #[serde(default)]
    find: String,
    #[serde(default)]
    status: String,
}

/// What lines may be found by beside their statuses: that a router has not confirmed for too long what they may do.
const WAITING: &str = "waiting";

#[derive(Deserialize)]
pub(super) struct LineShown {
    #[serde(default)]
    saved: u8,
}

/// Enabled lines that have nothing left, and where they are listed.
pub(super) const AT_ZERO: (&str, &str) = ("at_zero", "/console/lines?status=at_zero");

/// What is asked of a line.
#[derive(Deserialize)]
pub(super) struct Status {
    status: String,
    #[serde(default)]
    reason: String,
}

/// What lines are found by, with the ids of the words.
const STATUSES: [(&str, &str); 5] = [
    ("enabled", "line-enabled"),
    ("blocked", "line-blocked"),
    ("cancelled", "line-cancelled"),
    (AT_ZERO.0, "line-at-zero"),
    (WAITING, "line-waiting"),
];

/// A line with what stands around it.
pub(super) struct Known {
    pub(super) entry: LineEntry,
    pub(super) line: LineRow,
    pub(super) cycle: CycleRow,
    pub(super) name: String,
    document: String,
    pub(super) available: i64,
}

/// `GET /console/lines`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let (reader, sold, unit) = (staff.visit.reader().clone(), app.sold(), app.config.brand.data_unit);
    let trail = Trail::parse(shown.before.as_deref());
    let before: Option<LineId> = trail.last().and_then(|id| id.parse().ok());
    let (find, status) = (shown.find.trim().to_owned(), shown.status);
    if !STATUSES.iter().any(|(code, _)| *code == status) && !status.is_empty() {
        let detail = "status must be enabled, blocked, cancelled, at_zero or waiting.";
        return Err(Problem::invalid("status", "invalid_status", detail).into());
    }
    let waiting = (status == WAITING).then(|| app.nas.unconfirmed_wallets(app.ledger.now()));
    let (text, wanted) = (find.clone(), Some(status.clone()).filter(|status| !status.is_empty()));
    let (known, next) = app
        .read(move |tables| {
            let page = match waiting {
                // There are few of them, and they are known one by one.
                Some(wallets) => Page { rows: entries(tables, &wallets)?, next: None },
                None if wanted.as_deref() == Some(AT_ZERO.0) => tables.lines_with_nothing(before, ROWS)?,
                None => tables.lines_like(&text, wanted.as_deref(), before, ROWS)?,
            };
            let known =
                page.rows.into_iter().map(|entry| known(tables, entry)).collect::<Result<Vec<_>, _>>()?;
            Ok((known.into_iter().flatten().collect::<Vec<_>>(), page.next))
        })
        .await?;
    let url = Place::ConsoleLines.url();
    let base = format!("{url}?find={}&status={status}&", percent_encoded(&find));
    let is_found = !find.is_empty() || !status.is_empty();
    let statuses = STATUSES.iter().map(|(code, id)| (*code, reader.t(id), *code == status));
    let finder = Finder { url: url.to_owned(), statuses: statuses.collect(), find };
    let rows = known.into_iter().map(|known| Offer {
        name: known.name,
        under: [Some(spoken_document(&known.document)), known.entry.access_login]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · "),
        url: Some(format!("{}/{}", Place::ConsoleLines.url(), known.entry.id)),
        cells: vec![
            sold.plan(known.line.plan_no).map(|plan| plan.name.clone()).unwrap_or_default(),
            reader.t(status_text(&known.line.status)),
            volume(reader.locale, unit, known.available),
            // The last day, as subscribers read it.
            reader.date(known.cycle.ends_at.plus(-1)),
        ],
    });
    let page = Offers {
        frame: staff.visit.frame(&app, Some(Place::ConsoleLines)),
        heading: reader.t(Place::ConsoleLines.text_id()),
        text: reader.t("lines-text"),
        empty: reader.t(if is_found { "lines-none-found" } else { "lines-empty" }),
        finder: Some(finder),
        columns: ["plan", "status", "data-balance", "cycle-ends"].map(|id| reader.t(id)).to_vec(),
        rows: rows.collect(),
        new_link: None,
        saved: None,
        newer_url: trail.newer_url(&base, "before"),
        older_url: next.map(|next| trail.older_url(&base, "before", &next.to_string())),
        reader,
    };
    draw(StatusCode::OK, &page)
}

/// `GET /console/lines/{id}`
pub(super) async fn line(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Asked(LineShown { saved }): Asked<LineShown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let id = parse(&id)?;
    let (asked, eyes) = (Arc::clone(&app), staff.clone());
    let (known, line, payments) = app
        .read(move |tables| {
            let Some(entry) = tables.line(id)? else { return Ok(None) };
            let Some(known) = known(tables, entry)? else { return Ok(None) };
            let payments = tables.payments_of(known.entry.customer, None, SHOWN)?.rows;
            let payments =
                payments.iter().map(|payment| payment_list::row_of(tables, eyes.visit.reader(), payment));
            let payments = payments.collect::<Result<Vec<_>, _>>()?;
            let line = line_live::stands(&asked, tables, &eyes, &known)?;
            Ok(Some((known, line, payments)))
        })
        .await?
        .ok_or_else(missing)?;
    let reader = staff.visit.reader().clone();
    let url = format!("{}/{id}", Place::ConsoleLines.url());
    let frame = staff.visit.frame(&app, Some(Place::ConsoleLines));
    let page = LinePage {
        csrf: frame.csrf.clone(),
        frame: Frame { live_url: Some(format!("{url}/live")), ..frame },
        customer_url: format!("/console/customers/{}", known.entry.customer),
        document: spoken_document(&known.document),
        access_login: known.entry.access_login,
        change_login_url: staff.may(Permission::ChangeCustomers).then(|| format!("{url}/access-login")),
        saved: saved == 1,
        line,
        payments: PaymentList {
            caption_id: "card-payments",
            rows: payments,
            newer_url: None,
            older_url: None,
            support_email: String::new(),
            request_id: String::new(),
            is_for_staff: true,
        },
        reader,
    };
    draw(StatusCode::OK, &page)
}

/// `POST /console/lines/{id}/status`
pub(super) async fn set_status(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(Status { status, reason }): Posted<Status>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let id = parse(&id)?;
    // Cancelling is for ever and asks for more than a button.
    let wanted = LineStatus::from_code(&status).filter(|status| *status != LineStatus::Cancelled);
    let detail = "The status must be enabled or blocked.";
    let wanted = wanted.ok_or_else(|| Problem::invalid("status", "invalid_status", detail))?;
    let entry = find(&app, id).await?;
    // Who is cut off asks why, and whoever picks up the telephone is not always who did it.
    let reason = match wanted {
        LineStatus::Blocked => Some(billing::checked_reason(&reason)?),
        LineStatus::Enabled | LineStatus::Cancelled => None,
    };
    // Written down first: what somebody wanted is known, whatever becomes of it.
    let _alone = app.line_lock(id).lock().await;
    let now = app.ledger.now();
    let change = billing::status_set(id, wanted, reason.as_deref(), now)?;
    let author = staff.visit.author(&staff.who.session);
    let until = now.plus(i64::from(app.config.billing.trust_days) * Timestamp::DAY);
    app.write(move |tx| {
        match wanted {
            LineStatus::Enabled => billing::excuse(tx, id, now, until)?,
            LineStatus::Blocked | LineStatus::Cancelled => billing::block_by_hand(tx, id, now)?,
        }
        author.note(tx, &change)
    })
    .await?;
    match lines::ask(&app, entry.wallet, LineAct::SetStatus { status: wanted }, None).await? {
        Outcome::Decided { entry, .. } | Outcome::Repeated { entry } => {
            app.wait_projected(entry.position(), super::PATIENCE).await;
            Ok(Redirect::to(&format!("{}/{id}", Place::ConsoleLines.url())).into_response())
        }
        Outcome::Refused(refusal) => Err(Problem::from(refusal).into()),
    }
}

/// The lines that live on these wallets.
fn entries(tables: &TablesReader<'_>, wallets: &[WalletId]) -> Result<Vec<LineEntry>, StoreError> {
    let mut lines = Vec::new();
    for wallet in wallets {
        let Some(view) = tables.wallet_view(*wallet)? else { continue };
        let Some(line) = tables.line_view_by_wallet(view.wallet_no)? else { continue };
        lines.extend(tables.line(line.line)?);
    }
    lines.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    Ok(lines)
}

/// A line with what stands around it; `None` if there is nothing of it to be shown yet.
pub(super) fn known(tables: &TablesReader<'_>, entry: LineEntry) -> Result<Option<Known>, StoreError> {
    let Some(line) = tables.line_view(entry.id)? else { return Ok(None) };
    let Some(wallet) = tables.wallet_view_by_no(line.wallet_no)? else { return Ok(None) };
    let Some(cycle) = tables.cycles(line.wallet_no, None, 1)?.rows.into_iter().next() else {
        return Ok(None);
    };
    let name = tables.customer(entry.customer)?.map(|customer| customer.name).unwrap_or_default();
    let document = tables.payer(entry.customer)?.map(|payer| payer.document).unwrap_or_default();
    let available = wallet.posted - wallet.pending - wallet.held;
    Ok(Some(Known { entry, line, cycle, name, document, available }))
}

/// The line of this name.
pub(super) async fn find(app: &Arc<App>, id: LineId) -> Result<LineEntry, Problem> {
    app.read(move |tables| tables.line(id)).await?.ok_or_else(missing)
}

pub(super) fn parse(id: &str) -> Result<LineId, Problem> {
    id.parse().map_err(|_| missing())
}

pub(super) fn missing() -> Problem {
    Problem::not_found("line")
}

pub(super) fn status_text(code: &str) -> &'static str {
    match LineStatus::from_code(code) {
        Some(LineStatus::Blocked) => "line-blocked",
        Some(LineStatus::Cancelled) => "line-cancelled",
        Some(LineStatus::Enabled) | None => "line-enabled",
    }
}

pub(super) fn charging_text(code: &str) -> &'static str {
    match Charging::from_code(code) {
        Some(Charging::Pix) => "charging-pix",
        Some(Charging::Card) => "charging-card",
        Some(Charging::NextInvoice) => "charging-next-invoice",
        Some(Charging::Boleto) | None => "charging-boleto",
    }
}
