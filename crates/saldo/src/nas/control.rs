//! Keeps the network in step with the lines: what a line may do is compared with what its sessions were seen to do, and routers are
//! asked for the difference. By the state of things, not by what happened: whatever is missed now is found at the next look.
//!
//! An acknowledgement is no proof. A change is done when the router's own report shows it (`record`); one that a report contradicts, or
//! that is refused or not answered, is tried by ending the session. Routers are asked beside each other, a few sessions of each at a
//! time: one that does not answer keeps nobody waiting but its own subscribers.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use money::{Timestamp, WalletId};
use radius::{Change, ChangeAnswer, ErrorCause};
use tokio::sync::Semaphore;

use super::change::Unanswered;
use super::names::{self, Router};
use super::network::{Acknowledged, Asked, Asking, Profile, Session};
use super::profile::{self, Means, Terms, Wall};
use super::record::{self, Seen};
use crate::app::App;
use crate::problem::Problem;

/// Pause between two looks at what was missed.
const SCAN_PAUSE: Duration = Duration::from_secs(5);
/// Lines of one such look.
const SCANNED_MAX: u32 = 500;
/// Lines that are looked at at the same time.
const LINES_MAX: usize = 32;
/// Sessions of one router that are asked for at the same time.
const ASKED_MAX: usize = 8;
/// How long a report is waited for after an acknowledgement before the change is asked for again, in microseconds.
const CONFIRMATION_PAUSE: i64 = 60 * Timestamp::SECOND;
/// Pause after a router could not be moved at all, in microseconds.
const FAILURE_PAUSE: i64 = 30 * Timestamp::SECOND;
/// Failures after which a session is ended instead of changed.
const FAILURES_MAX: u32 = 2;

/// Lines that are being brought up to date, and whether they changed meanwhile.
#[derive(Clone, Default)]
struct UnderWay(Arc<Mutex<BTreeMap<u32, bool>>>);

/// Somebody is at a line. Where that breaks, the line is left to the next who comes.
struct AtLine {
    under_way: UnderWay,
    wallet_no: u32,
}

/// A session whose router is to be asked for a change.
struct Turn {
    nas_no: u32,
    session: u128,
    asking: Arc<Asking>,
}

/// Places at routers, by the router's number.
#[derive(Debug, Default)]
pub(super) struct Places(Mutex<HashMap<u32, Arc<Semaphore>>>);

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
    let _at_line = AtLine { under_way: under_way.clone(), wallet_no };
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

/// Has routers be asked for what a line's sessions lack.
async fn keep(app: &Arc<App>, wallet_no: u32) -> Result<(), Problem> {
    let Some((line, wanted)) = wanted(app, wallet_no).await? else { return Ok(()) };
    let wallet = line.entry.wallet;
    for turn in to_ask(app, wallet, &wanted) {
        tokio::spawn(ask_in_turn(Arc::clone(app), wallet_no, wallet, turn));
    }
    Ok(())
}

/// The line of this wallet, and what it may do now.
async fn wanted(app: &Arc<App>, wallet_no: u32) -> Result<Option<(Seen, Terms)>, Problem> {
    let Some(line) = record::load(app, wallet_no).await? else { return Ok(None) };
    let Some(known) = app.ledger.wallet(line.entry.wallet) else { return Ok(None) };
    let wanted = Terms::of(&line.plan, profile::wanted(line.status, known.balance.posted));
    Ok(Some((line, wanted)))
}

/// Asks for one session's change when its router has a place. The line is looked at again afterwards: it may have changed meanwhile.
async fn ask_in_turn(app: Arc<App>, wallet_no: u32, wallet: WalletId, turn: Turn) {
    let Turn { nas_no, session, asking } = turn;
    let places = app.nas.places.of(nas_no);
    let Ok(_place) = places.acquire().await else { return };
    if app.is_ending() {
        return;
    }
    if let Err(problem) = ask_if_wanted(&app, wallet_no, session).await {
        let (code, detail) = (problem.code, problem.detail);
        tracing::warn!(%wallet, router = nas_no, code, detail, "a session was not brought up to date");
    }
    drop(asking);
    app.line_news.tell(vec![wallet_no]);
}

/// Asks for what was wanted when the session was chosen, if that is still so: of the session as it is now, however long its router had
/// no place.
async fn ask_if_wanted(app: &Arc<App>, wallet_no: u32, session: u128) -> Result<(), Problem> {
    let Some((line, wanted)) = wanted(app, wallet_no).await? else { return Ok(()) };
    let again_at = app.ledger.now().plus(CONFIRMATION_PAUSE);
    let as_it_is = with_session(app, line.entry.wallet, session, |known| {
        let asked = known.asked.as_mut().filter(|asked| asked.terms == wanted)?;
        // The time until it is asked for again begins now.
        asked.again_at = again_at;
        Some(known.clone())
    });
    // It may have ended, or shown what is wanted.
    let Some(session) = as_it_is.flatten() else { return Ok(()) };
    ask(app, &line, &session, &wanted).await
}

/// The sessions that are to be asked for `wanted` now; each is marked as asked.
fn to_ask(app: &App, wallet: WalletId, wanted: &Terms) -> Vec<Turn> {
    let now = app.ledger.now();
    let mut lines = app.nas.network.lines();
    let Some(line) = lines.get_mut(&wallet) else { return Vec::new() };
    let is_at_rest = wanted.profile == Profile::Full && line.confirmed == Profile::Full;
    let may_be_asked = |session: &&mut Session| !session.is_to_be_looked_at && !session.is_being_asked();
    let mut chosen = Vec::new();
    for session in line.sessions.iter_mut().filter(may_be_asked) {
        // What nobody has seen differ is left alone while the line has all that it may have. But what was asked of a router and not
        // seen yet may be so already, though it is not wanted any more.
        let is_wanted = session.seen.as_ref() == Some(wanted) || (session.seen.is_none() && is_at_rest);
        if is_wanted && session.asked.is_none() {
            continue;
        }
        let before = session.asked.take().filter(|asked| asked.terms == *wanted);
        if before.as_ref().is_some_and(|asked| asked.again_at > now) {
            session.asked = before;
            continue;
        }
        let again_at = now.plus(CONFIRMATION_PAUSE);
        session.asked = Some(before.map_or_else(
            || Asked::new(wanted.clone(), now, again_at),
            |before| Asked { again_at, ..before },
        ));
        if wanted.wall == Wall::Inside {
            session.wall = Wall::Inside;
        }
        let asking = session.begin_asking();
        chosen.push(Turn { nas_no: session.nas_no, session: session.hash, asking });
    }
    chosen
}

/// Asks for one session's change; ends the session if that does not help.
async fn ask(app: &Arc<App>, line: &Seen, session: &Session, wanted: &Terms) -> Result<(), Problem> {
    let (wallet, nas_no) = (line.entry.wallet, session.nas_no);
    let routers = names::routers(app).await?;
    let Some(router) = routers.iter().find(|router| router.row.nas_no == nas_no) else {
        // It was taken away, and nobody hears any more of what it holds.
        return record::close(app, wallet, session).await;
    };
    let Some(means) = profile::means(&line.plan, line.status, wanted.profile, session.wall) else {
        tracing::warn!(plan = line.plan.name, "the plan's speed is none that routers understand");
        return Ok(());
    };
    let has_failed = session.asked.as_ref().is_some_and(|asked| asked.failures >= FAILURES_MAX);
    if let Means::Change(changes) = means
        && !has_failed
    {
        match change(app, line, router, session, changes, wanted).await {
            Ok(ChangeAnswer::Acknowledged) => {
                acknowledged(app, wallet, session, wanted, false);
                return Ok(());
            }
            Ok(ChangeAnswer::Refused(cause)) => {
                app.nas.counters.change("refused");
                tracing::info!(%wallet, router = router.row.name, ?cause, "a router refused a change");
                if cause == Some(ErrorCause::SessionContextNotFound) {
                    return unknown_there(app, wallet, session).await;
                }
            }
            Err(error) => {
                app.nas.counters.change("unanswered");
                tracing::info!(%wallet, router = router.row.name, %error, "a router did not change a session");
            }
        }
    }
    match app.nas.asker.disconnect(router, &session.identity).await {
        Ok(ChangeAnswer::Acknowledged) => acknowledged(app, wallet, session, wanted, true),
        Ok(ChangeAnswer::Refused(Some(ErrorCause::SessionContextNotFound))) => {
            app.nas.counters.change("refused");
            unknown_there(app, wallet, session).await?;
        }
        Ok(ChangeAnswer::Refused(cause)) => {
            app.nas.counters.change("refused");
            tracing::warn!(%wallet, router = router.row.name, ?cause, "a router did not end a session");
            failed(app, wallet, session);
        }
        Err(error) => {
            app.nas.counters.change("unanswered");
            tracing::warn!(%wallet, router = router.row.name, %error, "a router did not end a session");
            failed(app, wallet, session);
        }
    }
    Ok(())
}

/// Asks for a change together with the Class that proves it, and without it where the router takes none.
async fn change(
    app: &App,
    line: &Seen,
    router: &Router,
    session: &Session,
    changes: Vec<Change<'static>>,
    wanted: &Terms,
) -> Result<ChangeAnswer, Unanswered> {
    let wallet = line.entry.wallet;
    // A session that has a name keeps it: another one would be another session. Whether it has one its router tells.
    if !session.has_name && !session.is_recalled && !session.keeps_class {
        let class = Change::Class(record::class(app, wallet, wanted).into());
        let with_class = [changes.as_slice(), &[class]].concat();
        let answer = app.nas.asker.coa(router, &session.identity, &with_class).await?;
        if answer != ChangeAnswer::Refused(Some(ErrorCause::UnsupportedAttribute)) {
            return Ok(answer);
        }
        with_session(app, wallet, session.hash, |known| known.keeps_class = true);
    }
    app.nas.asker.coa(router, &session.identity, &changes).await
}

/// A router says that it has no such session: it is over, unless the router itself has reported of it after it had said so before.
async fn unknown_there(app: &Arc<App>, wallet: WalletId, session: &Session) -> Result<(), Problem> {
    if session.is_denied {
        tracing::warn!(%wallet, router = session.nas_no, "a router reports of a session that it says it does not know");
        failed(app, wallet, session);
        return Ok(());
    }
    if let Some(line) = app.nas.network.lines().get_mut(&wallet) {
        line.deny(session.hash);
    }
    record::close(app, wallet, session).await
}

fn acknowledged(app: &App, wallet: WalletId, session: &Session, wanted: &Terms, is_end: bool) {
    app.nas.counters.change("acknowledged");
    let arrivals = app.nas.arrivals.load(Ordering::Relaxed);
    let at = app.ledger.now().as_seconds();
    with_asked(app, wallet, session, |asked| {
        if asked.terms == *wanted {
            asked.acknowledge(Acknowledged { at, arrivals, is_end });
        }
    });
}

fn failed(app: &App, wallet: WalletId, session: &Session) {
    let again_at = app.ledger.now().plus(FAILURE_PAUSE);
    with_asked(app, wallet, session, |asked| asked.again_at = again_at);
}

/// What was asked of a session, if it has not been confirmed meanwhile.
fn with_asked(app: &App, wallet: WalletId, session: &Session, change: impl FnOnce(&mut Asked)) {
    with_session(app, wallet, session.hash, |known| {
        known.asked.as_mut().map(change);
    });
}

/// What `change` makes of a session, if that is there.
fn with_session<T>(
    app: &App,
    wallet: WalletId,
    hash: u128,
    change: impl FnOnce(&mut Session) -> T,
) -> Option<T> {
    let mut lines = app.nas.network.lines();
    let line = lines.get_mut(&wallet)?;
    line.sessions.iter_mut().find(|known| known.hash == hash).map(change)
}

impl Drop for AtLine {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut lines = self.under_way.0.lock().unwrap_or_else(PoisonError::into_inner);
            lines.remove(&self.wallet_no);
        }
    }
}

impl Places {
    /// Those at one router.
    fn of(&self, nas_no: u32) -> Arc<Semaphore> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(places.entry(nas_no).or_insert_with(|| Arc::new(Semaphore::new(ASKED_MAX))))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_line_at_which_something_broke_is_kept_up_again() {
        let under_way = UnderWay::default();
        assert!(under_way.begin(7) && !under_way.begin(7));
        let at_line = AtLine { under_way: under_way.clone(), wallet_no: 7 };
        let kept = std::thread::spawn(move || {
            let _at_line = at_line;
            panic!("it breaks");
        });
        kept.join().expect_err("it broke");
        assert!(under_way.begin(7));
    }
}
