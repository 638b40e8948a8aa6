//! Keeps the network in step with the lines: what a line may do is compared with what its sessions were seen to do, and routers are
//! asked for the difference. By the state of things, not by what happened: whatever is missed now is found at the next look.
//!
//! An acknowledgement is no proof. A change is done when the router's own report shows it (`record`); one that a report contradicts, or
//! that is refused or not answered, is tried by ending the session.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use money::{Timestamp, WalletId};
use radius::{Change, ChangeAnswer, ErrorCause};
use tokio::sync::Semaphore;

use super::names;
use super::network::{Asked, Profile, Session};
use super::profile::{self, Means, Terms, Wall};
use super::record::{self, Seen};
use crate::app::App;
use crate::problem::Problem;

/// Pause between two looks at what was missed.
const SCAN_PAUSE: Duration = Duration::from_secs(5);
/// Lines of one such look.
const SCANNED_MAX: u32 = 500;
/// Lines that are brought up to date at the same time.
const LINES_MAX: usize = 32;
/// How long a report is waited for after an acknowledgement before the change is asked for again, in microseconds.
const CONFIRMATION_PAUSE: i64 = 60 * Timestamp::SECOND;
/// Pause after a router could not be moved at all, in microseconds.
const FAILURE_PAUSE: i64 = 30 * Timestamp::SECOND;
/// Failures after which a session is ended instead of changed.
const FAILURES_MAX: u32 = 2;

/// Lines that are being brought up to date, and whether they changed meanwhile.
#[derive(Clone, Default)]
struct UnderWay(Arc<Mutex<BTreeMap<u32, bool>>>);

/// Keeps routers in step until the program ends.
pub async fn control(app: Arc<App>) {
    let under_way = UnderWay::default();
    let places = Arc::new(Semaphore::new(LINES_MAX));
    let mut end = app.end_announced();
    let mut scan = tokio::time::interval(SCAN_PAUSE);
    scan.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut cursor = None;
    loop {
        let changed = tokio::select! {
            changed = app.line_news.take() => Some(changed),
            _ = scan.tick() => None,
            _ = end.wait_for(|end| *end) => return,
        };
        let lines = match changed {
            Some(changed) => changed,
            None => match missed(&app, &mut cursor).await {
                Ok(missed) => missed,
                Err(problem) => {
                    tracing::warn!(code = problem.code, detail = problem.detail, "lines were not looked at");
                    continue;
                }
            },
        };
        for wallet_no in lines {
            if under_way.begin(wallet_no) {
                tokio::spawn(keep_up(Arc::clone(&app), wallet_no, under_way.clone(), Arc::clone(&places)));
            }
        }
    }
}

/// Lines whose confirmed state is not what it should be, a piece of all of them at a time, and those that are due again.
async fn missed(app: &Arc<App>, cursor: &mut Option<u32>) -> Result<BTreeSet<u32>, Problem> {
    let after = *cursor;
    let (looking, page) = (
        Arc::clone(app),
        app.read(move |reader| {
            let page = reader.line_views(after, SCANNED_MAX)?;
            let mut lines = Vec::new();
            for row in page.rows {
                lines.extend(reader.line(row.line)?.map(|entry| (row, entry.wallet)));
            }
            Ok((lines, page.next))
        }),
    );
    let (lines, next) = page.await?;
    *cursor = next;
    let differs = |(row, wallet): &(store::views::LineRow, WalletId)| {
        let posted = looking.ledger.wallet(*wallet)?.balance.posted;
        let status = book::LineStatus::from_code(&row.status)?;
        let is_restricted = row.restricted_since.is_some();
        let wanted = profile::wanted(status, posted) == Profile::Restricted;
        (wanted != is_restricted).then_some(row.wallet_no)
    };
    let mut missed: BTreeSet<u32> = lines.iter().filter_map(differs).collect();
    missed.extend(due(app).into_iter().filter_map(|wallet| Some(app.ledger.wallet(wallet)?.no.0)));
    Ok(missed)
}

/// Lines of which something was asked that is to be asked again; and staff are told of those that wait for too long.
fn due(app: &App) -> Vec<WalletId> {
    let now = app.ledger.now();
    let mut due = Vec::new();
    for (wallet, line) in app.nas.network.lines().iter_mut() {
        for session in &mut line.sessions {
            let Some(asked) = &mut session.asked else { continue };
            if asked.again_at <= now {
                due.push(*wallet);
            }
            if !asked.is_told && asked.is_late(now) {
                asked.is_told = true;
                app.nas.counters.change("unconfirmed");
                tracing::warn!(%wallet, router = session.nas_no, wanted = ?asked.terms.profile,
                    "a router has not confirmed a line's speed for two minutes");
            }
        }
    }
    due
}

async fn keep_up(app: Arc<App>, wallet_no: u32, under_way: UnderWay, places: Arc<Semaphore>) {
    loop {
        let Ok(_place) = places.acquire().await else { return };
        if let Err(problem) = keep(&app, wallet_no).await {
            let (code, detail) = (problem.code, problem.detail);
            tracing::warn!(code, detail, "a line was not brought up to date on the network");
        }
        if under_way.is_done(wallet_no) || app.is_ending() {
            return;
        }
    }
}

/// Asks routers for what a line's sessions lack.
async fn keep(app: &Arc<App>, wallet_no: u32) -> Result<(), Problem> {
    let Some(line) = record::load(app, wallet_no).await? else { return Ok(()) };
    let wallet = line.entry.wallet;
    let Some(known) = app.ledger.wallet(wallet) else { return Ok(()) };
    let wanted = profile::wanted(line.status, known.balance.posted);
    let wanted = Terms::of(&line.plan, wanted);
    for session in to_ask(app, wallet, &wanted) {
        ask(app, &line, session, &wanted).await?;
    }
    Ok(())
}

/// The sessions that are to be asked for `wanted` now; each is marked as asked.
fn to_ask(app: &App, wallet: WalletId, wanted: &Terms) -> Vec<Session> {
    let now = app.ledger.now();
    let mut lines = app.nas.network.lines();
    let Some(line) = lines.get_mut(&wallet) else { return Vec::new() };
    let is_at_rest = wanted.profile == Profile::Full && line.confirmed == Profile::Full;
    let mut chosen = Vec::new();
    for session in line.sessions.iter_mut().filter(|session| !session.is_to_be_looked_at) {
        // What nobody has seen differ is left alone while the line has all that it may have.
        if session.seen.as_ref() == Some(wanted) || (session.seen.is_none() && is_at_rest) {
            session.asked = None;
            continue;
        }
        let before = session.asked.take().filter(|asked| asked.terms == *wanted);
        if before.as_ref().is_some_and(|asked| asked.again_at > now) {
            session.asked = before;
            continue;
        }
        let (first_at, failures, is_told) =
            before.map_or((now, 0, false), |asked| (asked.first_at, asked.failures, asked.is_told));
        let again_at = now.plus(CONFIRMATION_PAUSE);
        let terms = wanted.clone();
        session.asked = Some(Asked { terms, first_at, again_at, acknowledged: None, failures, is_told });
        chosen.push(session.clone());
        if wanted.wall == Wall::Inside {
            session.wall = Wall::Inside;
        }
    }
    chosen
}

/// Asks for one session's change; ends the session if that does not help.
async fn ask(app: &Arc<App>, line: &Seen, session: Session, wanted: &Terms) -> Result<(), Problem> {
    let (wallet, nas_no) = (line.entry.wallet, session.nas_no);
    let routers = names::routers(app).await?;
    let Some(router) = routers.iter().find(|router| router.row.nas_no == nas_no) else { return Ok(()) };
    let Some(means) = profile::means(&line.plan, line.status, wanted.profile, session.wall) else {
        tracing::warn!(plan = line.plan.name, "the plan's speed is none that routers understand");
        return Ok(());
    };
    let has_failed = session.asked.as_ref().is_some_and(|asked| asked.failures >= FAILURES_MAX);
    if let Means::Change(mut changes) = means
        && !has_failed
    {
        // A session that has a name keeps it: another one would be another session.
        if !session.has_name {
            changes.push(Change::Class(record::class(app, wallet, wanted).into()));
        }
        match app.nas.asker.coa(router, &session.identity, &changes).await {
            Ok(ChangeAnswer::Acknowledged) => {
                acknowledged(app, wallet, &session, wanted);
                return Ok(());
            }
            Ok(ChangeAnswer::Refused(cause)) => {
                app.nas.counters.change("refused");
                tracing::info!(%wallet, router = router.row.name, ?cause, "a router refused a change");
                if cause == Some(ErrorCause::SessionContextNotFound) {
                    return record::close(app, wallet, &session).await;
                }
            }
            Err(error) => {
                app.nas.counters.change("unanswered");
                tracing::info!(%wallet, router = router.row.name, %error, "a router did not change a session");
            }
        }
    }
    match app.nas.asker.disconnect(router, &session.identity).await {
        Ok(ChangeAnswer::Acknowledged) => acknowledged(app, wallet, &session, wanted),
        Ok(ChangeAnswer::Refused(Some(ErrorCause::SessionContextNotFound))) => {
            app.nas.counters.change("refused");
            record::close(app, wallet, &session).await?;
        }
        Ok(ChangeAnswer::Refused(cause)) => {
            app.nas.counters.change("refused");
            tracing::warn!(%wallet, router = router.row.name, ?cause, "a router did not end a session");
            failed(app, wallet, &session);
        }
        Err(error) => {
            app.nas.counters.change("unanswered");
            tracing::warn!(%wallet, router = router.row.name, %error, "a router did not end a session");
            failed(app, wallet, &session);
        }
    }
    Ok(())
}

fn acknowledged(app: &App, wallet: WalletId, session: &Session, wanted: &Terms) {
    app.nas.counters.change("acknowledged");
    let arrivals = app.nas.arrivals.load(Ordering::Relaxed);
    let at = app.ledger.now().as_seconds();
    with_asked(app, wallet, session, |asked| {
        if asked.terms == *wanted {
            asked.acknowledged = Some((at, arrivals));
        }
    });
}

fn failed(app: &App, wallet: WalletId, session: &Session) {
    let again_at = app.ledger.now().plus(FAILURE_PAUSE);
    with_asked(app, wallet, session, |asked| asked.again_at = again_at);
}

/// What was asked of a session, if it has not been confirmed meanwhile.
fn with_asked(app: &App, wallet: WalletId, session: &Session, change: impl FnOnce(&mut Asked)) {
    let mut lines = app.nas.network.lines();
    let known = lines
        .get_mut(&wallet)
        .and_then(|line| line.sessions.iter_mut().find(|known| known.hash == session.hash)?.asked.as_mut());
    if let Some(asked) = known {
        change(asked);
    }
}

impl UnderWay {
    /// True if nobody is at this line; whoever is looks once more.
    fn begin(&self, wallet_no: u32) -> bool {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_busy = lines.contains_key(&wallet_no);
        lines.insert(wallet_no, is_busy);
        !is_busy
    }

    /// True if nothing has changed since the last look; then nobody is at it any more.
    fn is_done(&self, wallet_no: u32) -> bool {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.get(&wallet_no) == Some(&true) {
            lines.insert(wallet_no, false);
            return false;
        }
        lines.remove(&wallet_no);
        true
    }
}
