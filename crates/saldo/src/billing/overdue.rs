//! Lines that are blocked because something is overdue, and unblocked as soon as nothing is, or on trust.
//!
//! It compares what is overdue with what is blocked, again and again: whatever was lost in between is made up for. A line that staff blocked is
//! never unblocked here.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use book::{LineAct, LineStatus};
use engine::Outcome;
use jiff::ToSpan as _;
use jiff::civil::Date;
use money::{BoletoId, CustomerId, LineId, Timestamp};
use serde_json::json;
use store::tables::boletos::{BoletoRow, BoletoState};
use store::tables::invoices::OverdueLine;
use store::tables::lines::LineEntry;
use store::{Reader, StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::portal::calendar::day_of;
use crate::problem::Problem;
use crate::sold::Sold;
use crate::{documents, lines, notices};

/// Pause between two looks at what is overdue.
const PAUSE: Duration = Duration::from_secs(10);
/// Overdue boletos, and blocked lines, that are read at a time.
const ROWS_AT_A_TIME: u32 = 200;

/// Days after the due day on which a customer is told that something is overdue: the bank tells of what was paid on the last day only
/// on the next, and nobody is to be asked for what he has just paid.
const TOLD_AFTER_DAYS: i64 = 2;

/// Keeps lines blocked and unblocked until the program ends.
pub async fn keep_blocked(app: Arc<App>) {
    while !app.is_ending() {
        if let Err(problem) = review(&app).await {
            tracing::warn!(code = problem.code, detail = problem.detail, "what is overdue was not looked at");
        }
        let _ = tokio::time::timeout(PAUSE, app.settlement_news.notified()).await;
    }
}

/// Blocks what has become overdue and unblocks what is not any more. How many lines were changed.
pub async fn review(app: &Arc<App>) -> Result<usize, Problem> {
    let (asked, now) = (Arc::clone(app), app.ledger.now());
    let Seen { overdue, blocked, untold } = app.read(move |tables| look(&asked, tables, now)).await?;
    if !untold.is_empty() {
        app.write(move |tx| untold.iter().try_for_each(|boleto| notices::boleto_overdue(tx, boleto, now)))
            .await?;
        app.notice_news.notify_one();
    }
    let mut changed = 0;
    for known in &blocked {
        let is_trusted = known.trusted_until.is_some_and(|until| until > now);
        if is_trusted || !overdue.contains(&known.line) {
            changed += usize::from(said(known.line, unblock(app, known.line).await));
        }
    }
    for line in overdue {
        changed += usize::from(said(line, block(app, line, now).await));
    }
    Ok(changed)
}

/// Whether a line was changed. One that cannot be keeps no other waiting; it is looked at again the next time.
fn said(line: LineId, changed: Result<bool, Problem>) -> bool {
    changed.unwrap_or_else(|problem| {
        let (code, detail) = (problem.code, problem.detail);
        tracing::warn!(line = %line, code, detail, "a line was neither blocked nor enabled");
        false
    })
}

/// What a look finds.
#[derive(Default)]
struct Seen {
    /// Lines of which something is overdue for longer than their plans allow.
    overdue: HashSet<LineId>,
    /// Lines that are blocked for that.
    blocked: Vec<OverdueLine>,
    /// Boletos of which nobody was told yet that they are overdue.
    untold: Vec<BoletoRow>,
}

fn look(app: &App, tables: &Reader<'_>, now: Timestamp) -> Result<Seen, StoreError> {
    let (sold, today) = (app.sold(), day_of(&app.config.brand.time_zone, now));
    let mut seen = Seen::default();
    each_page(
        |after| tables.boletos_due_before(BoletoState::Open, &today.to_string(), after, ROWS_AT_A_TIME),
        |boleto| {
            seen.overdue.extend(blocked_by(&sold, tables, boleto, today)?);
            if is_to_be_told(tables, boleto, today)? {
                seen.untold.push(boleto.clone());
            }
            Ok(())
        },
    )?;
    // A debt that was kept when its boleto was written off is a debt like any other.
    each_page(
        |after| tables.boletos_still_owed(&today.to_string(), after, ROWS_AT_A_TIME),
        |boleto| {
            if documents::is_still_owed(tables, boleto)? {
                seen.overdue.extend(blocked_by(&sold, tables, boleto, today)?);
            }
            Ok(())
        },
    )?;
    loop {
        let page = tables.lines_blocked_after(seen.blocked.last().map(|known| known.line), ROWS_AT_A_TIME)?;
        if page.is_empty() {
            return Ok(seen);
        }
        seen.blocked.extend(page);
    }
}

/// Goes through boletos, a page after the other, by due day.
fn each_page(
    read: impl Fn(Option<(&str, BoletoId)>) -> Result<Vec<BoletoRow>, StoreError>,
    mut look_at: impl FnMut(&BoletoRow) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut last: Option<(String, BoletoId)> = None;
    loop {
        let page = read(last.as_ref().map(|(due_on, id)| (due_on.as_str(), *id)))?;
        let Some(newest) = page.last() else { return Ok(()) };
        last = Some((newest.due_on.clone(), newest.id));
        page.iter().try_for_each(&mut look_at)?;
    }
}

/// Whether the customer is to be told today that this boleto is overdue.
fn is_to_be_told(tables: &Reader<'_>, boleto: &BoletoRow, today: Date) -> Result<bool, StoreError> {
    let Ok(due) = boleto.due_on.parse::<Date>() else { return Ok(false) };
    let is_time = due.saturating_add(TOLD_AFTER_DAYS.days()) <= today;
    Ok(is_time && !notices::is_overdue_told(tables, boleto)?)
}

/// The lines that an unpaid boleto blocks today.
pub(super) fn blocked_by(
    sold: &Sold,
    tables: &Reader<'_>,
    boleto: &BoletoRow,
    today: Date,
) -> Result<Vec<LineId>, StoreError> {
    let Ok(due) = boleto.due_on.parse::<Date>() else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    for line in lines_of(tables, boleto)? {
        let Some(view) = tables.line_view(line)? else { continue };
        let days = sold.plan(view.plan_no).and_then(|plan| plan.block_after_days);
        if days.is_some_and(|days| due.saturating_add(i64::from(days).days()) < today) {
            lines.push(line);
        }
    }
    Ok(lines)
}

/// For which lines a boleto is.
fn lines_of(tables: &Reader<'_>, boleto: &BoletoRow) -> Result<Vec<LineId>, StoreError> {
    if let Some(purchase) = boleto.purchase {
        let Some(bought) = tables.purchase(purchase)? else { return Ok(Vec::new()) };
        return Ok(tables.line_view_by_wallet(bought.wallet_no)?.map(|view| view.line).into_iter().collect());
    }
    let Some(invoice) = boleto.invoice else { return Ok(Vec::new()) };
    let mut lines: Vec<LineId> = tables.invoice_lines(invoice)?.iter().map(|row| row.line).collect();
    lines.sort();
    lines.dedup();
    Ok(lines)
}

/// Blocks a line, unless it is trusted or does not work anyway. Whether it did.
async fn block(app: &Arc<App>, line: LineId, now: Timestamp) -> Result<bool, Problem> {
    let _alone = app.line_lock(line).lock().await;
    if !is_shown(app).await {
        return Ok(false);
    }
    let found = app
        .write(move |tx| {
            let (Some(entry), Some(view)) = (tx.line(line)?, tx.line_view(line)?) else { return Ok(None) };
            let known = tx.overdue_line(line)?;
            let is_trusted =
                known.as_ref().is_some_and(|known| known.trusted_until.is_some_and(|until| until > now));
            if view.status != LineStatus::Enabled.code() || is_trusted {
                return Ok(None);
            }
            let known = known.unwrap_or_else(|| unknown(line));
            // Written down first: should we fall now, the next look finds what is still to be done.
            let since = known.blocked_at.unwrap_or(now);
            tx.put_overdue_line(&OverdueLine { blocked_at: Some(since), ..known })?;
            notices::line_blocked(tx, &entry, since)?;
            Ok(Some(entry))
        })
        .await?;
    let Some(entry) = found else { return Ok(false) };
    app.notice_news.notify_one();
    set(app, &entry, LineStatus::Blocked).await?;
    tracing::info!(line = %line, "a line is blocked: something is overdue");
    Ok(true)
}

/// Enables a line that was blocked here, unless somebody has made it his own since it was looked at. Whether it did.
async fn unblock(app: &Arc<App>, line: LineId) -> Result<bool, Problem> {
    let _alone = app.line_lock(line).lock().await;
    if !is_shown(app).await {
        return Ok(false);
    }
    let now = app.ledger.now();
    let found = app
        .read(move |tables| {
            if tables.overdue_line(line)?.is_none_or(|known| known.blocked_at.is_none()) {
                return Ok(None);
            }
            Ok(tables.line(line)?.zip(tables.line_view(line)?))
        })
        .await?;
    let Some((entry, view)) = found else { return Ok(false) };
    if view.status == LineStatus::Blocked.code() {
        set(app, &entry, LineStatus::Enabled).await?;
        tracing::info!(line = %line, "a line is enabled again");
    }
    app.write(move |tx| {
        let known = tx.overdue_line(line)?.unwrap_or_else(|| unknown(line));
        let works = view.status != LineStatus::Cancelled.code();
        if let Some(since) = known.blocked_at.filter(|_| works) {
            notices::line_enabled(tx, &entry, since, now)?;
        }
        tx.put_overdue_line(&OverdueLine { blocked_at: None, enabled_at: Some(now), ..known })
    })
    .await?;
    app.notice_news.notify_one();
    Ok(true)
}

/// Whether all that was decided by now stands in the views, at last; until it does, nobody knows what staff have said of a line.
async fn is_shown(app: &Arc<App>) -> bool {
    let position = app.ledger.landed().borrow().position;
    app.wait_projected(position, PAUSE).await
}

async fn set(app: &Arc<App>, entry: &LineEntry, status: LineStatus) -> Result<(), Problem> {
    match lines::ask(app, entry.wallet, LineAct::SetStatus { status }, None).await? {
        Outcome::Decided { entry: decided, .. } | Outcome::Repeated { entry: decided } => {
            app.wait_projected(decided.position(), PAUSE).await;
            app.live.notify(entry.customer);
            Ok(())
        }
        Outcome::Refused(book::Refusal::LineCancelled) => Ok(()),
        Outcome::Refused(refusal) => Err(refusal.into()),
    }
}

fn unknown(line: LineId) -> OverdueLine {
    OverdueLine { line, blocked_at: None, trusted_cycle: None, trusted_until: None, enabled_at: None }
}

/// Whether a subscriber may ask to be trusted for a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It is not blocked for anything overdue.
    NotBlocked,
    /// He may.
    Possible,
    /// He did in this cycle, and may again when it ends.
    Used,
    /// He was; the line works until then.
    Until(Timestamp),
}

/// Why nobody is trusted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// The line is not blocked for anything overdue.
    #[error("This line is not blocked for non-payment.")]
    NotBlocked,
    /// It was unblocked on trust in this cycle.
    #[error("This line was unblocked on trust in this cycle already.")]
    Used,
}

impl From<TrustError> for Problem {
    fn from(error: TrustError) -> Problem {
        let code = match error {
            TrustError::NotBlocked => "not_blocked",
            TrustError::Used => "trust_used",
        };
        Problem::new(axum::http::StatusCode::CONFLICT, code, error.to_string())
    }
}

/// Whether a subscriber may ask to be trusted for a line, by what is known of it now.
pub fn trust_of(tables: &Reader<'_>, line: LineId, now: Timestamp) -> Result<Trust, StoreError> {
    let (Some(known), Some(view)) = (tables.overdue_line(line)?, tables.line_view(line)?) else {
        return Ok(Trust::NotBlocked);
    };
    let is_blocked = view.status == LineStatus::Blocked.code();
    Ok(match (known.blocked_at, known.trusted_until) {
        (_, Some(until)) if until > now && known.trusted_cycle.is_some() => Trust::Until(until),
        // It works already, or never again, and that is about to be written down.
        _ if !is_blocked => Trust::NotBlocked,
        (Some(_), _) if known.trusted_cycle == Some(view.cycle_no) => Trust::Used,
        (Some(_), _) => Trust::Possible,
        (None, _) => Trust::NotBlocked,
    })
}

/// Until when a line works that is trusted from now on.
pub fn trusted_until(app: &App, now: Timestamp) -> Timestamp {
    now.plus(i64::from(app.config.billing.trust_days) * Timestamp::DAY)
}

/// *Desbloqueio de confiança*: a line of the customer's own that is blocked because something is overdue works again for some days, once
/// in a cycle. Until when.
pub async fn trust(
    app: &Arc<App>,
    author: Author,
    customer: CustomerId,
    line: LineId,
) -> Result<Timestamp, Problem> {
    let now = app.ledger.now();
    let until = trusted_until(app, now);
    let change = Change::new("line.trust", line).after(&json!({"until": until.to_string()}))?;
    app.write_or_refuse(move |tx| {
        let entry = tx.line(line)?.filter(|entry| entry.customer == customer);
        let view = tx.line_view(line)?;
        let (Some(_), Some(view)) = (entry, view) else { return Err(Problem::not_found("line")) };
        match trust_of(tx, line, now)? {
            Trust::Possible => {}
            Trust::Used => return Err(TrustError::Used.into()),
            Trust::NotBlocked | Trust::Until(_) => return Err(TrustError::NotBlocked.into()),
        }
        let known = tx.overdue_line(line)?.unwrap_or_else(|| unknown(line));
        let trusted = OverdueLine { trusted_cycle: Some(view.cycle_no), trusted_until: Some(until), ..known };
        tx.put_overdue_line(&trusted)?;
        Ok(author.note(tx, &change)?)
    })
    .await?;
    unblock(app, line).await?;
    Ok(until)
}

/// Staff have enabled a line: it is not blocked again until `until`, whatever is overdue. What was blocked here after `at`, when they did, stays.
pub fn excuse(tx: &Tx<'_>, line: LineId, at: Timestamp, until: Timestamp) -> Result<(), StoreError> {
    let Some(known) = tx.overdue_line(line)?.filter(|known| !is_blocked_after(known, at)) else {
        return Ok(());
    };
    if let Some((since, entry)) = known.blocked_at.zip(tx.line(line)?) {
        notices::line_enabled(tx, &entry, since, at)?;
    }
    let until = known.trusted_until.map_or(until, |known| known.max(until));
    tx.put_overdue_line(&OverdueLine { blocked_at: None, trusted_until: Some(until), ..known })
}

/// Somebody has blocked a line that may be blocked here, too: it is his then, and stays blocked until somebody enables it. What was blocked here
/// after `at`, when he did, is not his.
pub fn block_by_hand(tx: &Tx<'_>, line: LineId, at: Timestamp) -> Result<(), StoreError> {
    let is_his = |known: &OverdueLine| known.blocked_at.is_some() && !is_blocked_after(known, at);
    match tx.overdue_line(line)?.filter(is_his) {
        Some(known) => tx.put_overdue_line(&OverdueLine { blocked_at: None, ..known }),
        None => Ok(()),
    }
}

fn is_blocked_after(known: &OverdueLine, at: Timestamp) -> bool {
    known.blocked_at.is_some_and(|since| since > at)
}
