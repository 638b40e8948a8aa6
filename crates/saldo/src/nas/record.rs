//! What a report does: it is read into the book, and what it shows of the line's speed is confirmed there.

use std::sync::Arc;
use std::time::Duration;

use book::{Act, Behind, Command, LineAct, LineStatus, LineWish, Reading, ReadingKind, Refusal};
use engine::Outcome;
use money::{Timestamp, WalletId};
use radius::{AccountingStatus, SessionIdentity};
use store::tables::lines::{LineEntry, PlanRow, RouterRow};
use store::views::SessionRow;

use super::names::{self, Router};
use super::network::{Asked, LineOnNetwork, Profile, Session};
use super::profile::{self, Terms};
use super::report::{Report, Reporter};
use super::services;
use crate::app::App;
use crate::billing;
use crate::lines;
use crate::problem::Problem;

/// What a walled garden is called in plans.
const GARDEN: &str = "garden";
/// How long the views are waited for before a line is first looked at.
const VIEWS_PATIENCE: Duration = Duration::from_secs(2);
/// For how long after a line may have got its speed back it is not taken for granted that nothing else had been asked of a router before,
/// in microseconds: several of the longest intervals that routers commonly report at.
const IN_DOUBT_FOR: i64 = 15 * Timestamp::MINUTE;
/// Movements of a line that are looked through for that.
const MOVEMENTS_MAX: u32 = 500;
/// Lines whose sessions at one router are ended by one batch.
const ENDED_MAX: u32 = 500;
/// Sessions of one line that are looked at.
const SESSIONS_MAX: u32 = 32;

/// A report that is in the book, durably, or says nothing that it should hold.
#[derive(Debug)]
pub(super) enum Recorded {
    /// A session's counters.
    Session(Box<Observation>),
    /// Those of a service, which show nothing of the session that it is part of.
    Service,
    /// Of no session.
    Noted,
}

/// Why a report is not in the book: it is not answered, and will come again.
#[derive(Debug)]
pub(super) enum NotRecorded {
    /// Nobody's.
    Unknown(&'static str),
    /// Something broke.
    Failed(Problem),
}

impl From<Problem> for NotRecorded {
    fn from(problem: Problem) -> NotRecorded {
        NotRecorded::Failed(problem)
    }
}

/// What a report of a session shows beside its counters.
#[derive(Debug)]
pub(super) struct Observation {
    wallet: WalletId,
    nas_no: u32,
    session: u128,
    content: u128,
    arrival: u64,
    report: Report,
}

/// A line as pages see it, with its plan.
pub(super) struct Seen {
    pub(super) entry: LineEntry,
    pub(super) plan: PlanRow,
    pub(super) status: LineStatus,
}

/// Reads a report into the book. `sender` is the router whose secret it came with, `content` a hash of what it says, `arrival`
/// its number.
pub(super) async fn record(
    app: &Arc<App>,
    sender: &Router,
    report: Report,
    content: u128,
    arrival: u64,
) -> Result<Recorded, NotRecorded> {
    let reporter = reporter(app, sender, &report).await?;
    if matches!(report.status, AccountingStatus::AccountingOn | AccountingStatus::AccountingOff) {
        end_sessions(app, reporter, Timestamp::from_seconds(report.occurred_at)).await?;
        return Ok(Recorded::Noted);
    }
    let sold = app.sold();
    let session = session_hash(app, &report, reporter);
    let Some(reading) = report.reading(reporter, session, |name| sold.traffic(name)) else {
        return Ok(Recorded::Noted);
    };
    let login = report.login.as_deref().filter(|login| !login.is_empty());
    let login = login.ok_or(NotRecorded::Unknown("login_missing"))?;
    let lasted = i64::from(report.session_seconds.unwrap_or(0));
    let begun_at = Timestamp::from_seconds(report.occurred_at.saturating_sub(lasted));
    let begins = reading.kind == ReadingKind::Start;
    let known = names::SessionOf { login, session: reading.session, begun_at, begins };
    let wallet = names::wallet_of_session(app, known).await?;
    let wallet = wallet.ok_or(NotRecorded::Unknown("login_unknown"))?;
    if reading.traffic.is_some() {
        services::told(app, report.service.as_deref().unwrap_or_default()).await;
        read(app, wallet, reading).await?;
        return Ok(Recorded::Service);
    }
    // Before it is read: what another session of the line shows because of it does not stand for this one.
    if reading.kind != ReadingKind::Stop {
        app.nas.network.note(wallet, Session::new(reading.session, reading.nas, report.identity()));
    }
    read(app, wallet, reading).await?;
    let garden = app.hashes.hash128("radius garden", &[&session.to_be_bytes()]);
    if let Some(garden) = report.garden_reading(&reading, garden, sold.traffic(GARDEN)) {
        services::told(app, GARDEN).await;
        read(app, wallet, garden).await?;
    }
    Ok(Recorded::Session(Box::new(Observation {
        wallet,
        nas_no: reading.nas,
        session: reading.session,
        content,
        arrival,
        report,
    })))
}

/// The router that a report is about: the one that it names, if that is one of ours, else one behind the one that sent it, by
/// whatever it calls itself. A proxy reports for others.
async fn reporter(app: &Arc<App>, sender: &Router, report: &Report) -> Result<Reporter, Problem> {
    let itself = |row: &RouterRow| Reporter {
        nas_no: row.nas_no,
        behind: Behind::default(),
        reports_itself: true,
        counts_all: row.counts_all == 1,
    };
    let behind = |name: &str| Behind(app.hashes.hash64("radius nas", &[name.as_bytes()]));
    let Some(ip) = report.nas_ip.map(|ip| ip.to_canonical()) else {
        let name = report.nas_identifier.as_deref().unwrap_or_default();
        return Ok(Reporter { behind: behind(name), ..itself(&sender.row) });
    };
    if ip == sender.address {
        return Ok(itself(&sender.row));
    }
    let routers = names::routers(app).await?;
    let found = routers.iter().find(|router| router.address == ip);
    let unknown = Reporter { behind: behind(&ip.to_string()), reports_itself: false, ..itself(&sender.row) };
    Ok(found.map_or(unknown, |router| itself(&router.row)))
}

fn session_hash(app: &App, report: &Report, reporter: Reporter) -> u128 {
    let parts = report.session_name(reporter.nas_no, reporter.reports_itself);
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    app.hashes.hash128("radius session", &parts)
}

async fn read(app: &Arc<App>, wallet: WalletId, reading: Reading) -> Result<(), Problem> {
    match lines::ask(app, wallet, LineAct::Read(reading), None).await? {
        Outcome::Decided { .. } | Outcome::Repeated { .. } | Outcome::Refused(Refusal::ReadingOld) => {}
        Outcome::Refused(refusal) => {
            // It would be refused again however often it came: the router need not keep it.
            app.nas.counters.refused(refusal.code());
            tracing::warn!(%wallet, code = refusal.code(), "a router's report counts nothing: {refusal}");
        }
    }
    Ok(())
}

/// A router began or stopped to count: each line's sessions there that had begun before are over.
async fn end_sessions(app: &Arc<App>, reporter: Reporter, at: Timestamp) -> Result<(), Problem> {
    let Reporter { nas_no, behind, .. } = reporter;
    wait_for_views(app).await;
    let mut after = None;
    loop {
        let looked = app.read(move |reader| {
            let page = reader.wallets_at_router(nas_no, after, ENDED_MAX)?;
            let mut wallets = Vec::new();
            for wallet_no in &page.rows {
                let had_begun = |session: &SessionRow| {
                    session.nas_no == nas_no && session.state == "open" && session.started_at < at
                };
                if reader.sessions_of(*wallet_no, SESSIONS_MAX)?.iter().any(had_begun)
                    && let Some(row) = reader.line_view_by_wallet(*wallet_no)?
                    && let Some(entry) = reader.line(row.line)?
                {
                    wallets.push((*wallet_no, entry.wallet));
                }
            }
            Ok((wallets, page.next))
        });
        let (wallets, next) = looked.await?;
        let act = LineAct::EndSessions { nas: nas_no, behind, at };
        let ended = wallets.iter().map(|(_, wallet)| Command {
            key: None,
            act: Act::Line(Box::new(LineWish { wallet: *wallet, act: act.clone() })),
        });
        // A line whose sessions are over already refuses, which is as good.
        app.ledger.submit(ended.collect()).await?;
        forget_ended(app, nas_no, wallets).await?;
        match next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

/// What the views say is over is over on the network.
async fn forget_ended(app: &Arc<App>, nas_no: u32, wallets: Vec<(u32, WalletId)>) -> Result<(), Problem> {
    wait_for_views(app).await;
    let looked = app.read(move |reader| {
        let open = |(wallet_no, wallet): (u32, WalletId)| {
            let mut sessions = reader.sessions_of(wallet_no, SESSIONS_MAX)?;
            sessions.retain(|session| session.state == "open");
            Ok((wallet, sessions.iter().filter_map(session_name).collect::<Vec<_>>()))
        };
        wallets.into_iter().map(open).collect::<Result<Vec<_>, store::StoreError>>()
    });
    for (wallet, open) in looked.await? {
        app.nas.network.keep_sessions(wallet, nas_no, &open);
    }
    Ok(())
}

async fn wait_for_views(app: &Arc<App>) {
    let landed = app.ledger.landed().borrow().position;
    app.wait_projected(landed, VIEWS_PATIENCE).await;
}

fn session_name(row: &SessionRow) -> Option<u128> {
    Some(u128::from_be_bytes(row.session.as_slice().try_into().ok()?))
}

/// Takes what a report shows of a line's speed, and has the book confirm what is new.
pub(super) async fn observe(app: &Arc<App>, observation: Box<Observation>) -> Result<(), Problem> {
    let Observation { wallet, nas_no, session, content, arrival, report } = *observation;
    let _one_at_a_time = app.nas.line_lock(wallet).lock().await;
    let Some(wallet_no) = app.ledger.wallet(wallet).map(|known| known.no.0) else { return Ok(()) };
    let Some(seen) = load(app, wallet_no).await? else { return Ok(()) };
    let carried = profile::carried(&seen.plan, &report.classes, |terms| class(app, wallet, terms));
    let rate_limit = report.rate_limit.as_deref();
    let shown = profile::shown(&seen.plan, carried, rate_limit);
    let shown_without_class = profile::shown(&seen.plan, None, rate_limit);
    let (confirmed, shown, is_contradicted) = {
        let mut lines = app.nas.network.lines();
        let Some(line) = lines.get_mut(&wallet) else { return Ok(()) };
        if report.status == AccountingStatus::Stop {
            (line.confirmed, stopped(line, session, Some((report.occurred_at, arrival))), false)
        } else {
            let known = line.session(Session::new(session, nas_no, SessionIdentity::default()));
            known.is_to_be_looked_at = false;
            known.is_recalled = false;
            known.has_name |= report.naming_class().is_some();
            if known.identity.session_id.is_none() {
                known.identity = report.identity();
            }
            if !known.is_news(content, report.occurred_at, arrival) {
                return Ok(());
            }
            let shown = if known.keeps_class { shown_without_class } else { shown };
            known.hear(report.occurred_at, app.ledger.now().as_seconds());
            // Nothing can have been changed of a session that its router says it does not have.
            let full = known.is_denied.then(|| Terms::of(&seen.plan, Profile::Full));
            let is_contradicted = known.look(shown.or(full), report.occurred_at, arrival);
            (line.confirmed, line.shown(), is_contradicted)
        }
    };
    if is_contradicted {
        app.nas.counters.change("contradicted");
    }
    if let Some(shown) = shown.filter(|shown| *shown != confirmed) {
        confirm(app, wallet, shown, report.occurred_at).await?;
    }
    app.line_news.tell(vec![wallet_no]);
    Ok(())
}

/// A session is over: what that shows of the line. One that was to be restricted and is gone moves nothing any more; one that had gone
/// on after its router had acknowledged its speed had it, if it was a report that ended it (`told`: of when, and which in number).
fn stopped(line: &mut LineOnNetwork, session: u128, told: Option<(i64, u64)>) -> Option<Profile> {
    let place = line.sessions.iter().position(|known| known.hash == session)?;
    let gone = line.sessions.swap_remove(place);
    if !line.sessions.is_empty() {
        return line.shown();
    }
    let has_gone_on = told.is_some_and(|(occurred_at, arrival)| gone.has_gone_on(occurred_at, arrival));
    gone.asked
        .map(|asked| asked.terms.profile)
        .filter(|profile| *profile == Profile::Restricted || has_gone_on)
}

/// Has the book know what the router confirmed. The instant is told in whole seconds: it is taken so that the doubt is the
/// subscriber's gain, restricted from the begin of the first and until the end of the last.
async fn confirm(app: &Arc<App>, wallet: WalletId, shown: Profile, occurred_at: i64) -> Result<(), Problem> {
    let at = Timestamp::from_seconds(occurred_at);
    let act = match shown {
        Profile::Restricted => LineAct::Restrict { at },
        Profile::Full => LineAct::Restore { at: at.plus(Timestamp::SECOND - 1).min(app.ledger.now()) },
    };
    match lines::ask(app, wallet, act, None).await? {
        Outcome::Refused(refusal) if refusal != Refusal::ReadingOld => return Err(refusal.into()),
        _ => {}
    }
    if let Some(line) = app.nas.network.lines().get_mut(&wallet) {
        line.confirmed = shown;
    }
    app.nas.counters.change("confirmed");
    Ok(())
}

/// The Class that a session of this line carries under these terms: proof that a report is of after the change.
pub(super) fn class(app: &App, wallet: WalletId, terms: &Terms) -> Vec<u8> {
    terms.class(|parts| {
        let wallet = wallet.as_u128().to_be_bytes();
        let all: Vec<&[u8]> = [wallet.as_slice()].into_iter().chain(parts.iter().copied()).collect();
        app.hashes.hash64("radius class", &all)
    })
}

/// The line of this wallet number. What is known of it on the network is there after this.
pub(super) async fn load(app: &Arc<App>, wallet_no: u32) -> Result<Option<Seen>, Problem> {
    let read = app.read(move |reader| {
        let Some(row) = reader.line_view_by_wallet(wallet_no)? else { return Ok(None) };
        Ok(reader.line(row.line)?.map(|entry| (row, entry)))
    });
    let Some((row, entry)) = read.await? else { return Ok(None) };
    let Some(plan) = app.sold().plan(row.plan_no).cloned() else { return Ok(None) };
    let Some(status) = LineStatus::from_code(&row.status) else { return Ok(None) };
    let network = &app.nas.network;
    loop {
        let (is_known, ends) = (network.lines().contains_key(&entry.wallet), network.ends(entry.wallet));
        if is_known {
            return Ok(Some(Seen { entry, plan, status }));
        }
        let line = recall(app, &entry, wallet_no, &Terms::of(&plan, Profile::Restricted)).await?;
        network.take_up(entry.wallet, ends, line);
    }
}

/// What the views know of a line's sessions. What was asked of routers and not seen yet is not known any more: where something gave the
/// line its speed back lately, they may have been asked to restrict it before that.
async fn recall(
    app: &Arc<App>,
    entry: &LineEntry,
    wallet_no: u32,
    restricted: &Terms,
) -> Result<LineOnNetwork, Problem> {
    wait_for_views(app).await;
    let line = entry.id;
    let now = app.ledger.now();
    let since = now.plus(-IN_DOUBT_FOR);
    let (row, sessions, former, was_raised) = app
        .read(move |reader| {
            let sessions = reader.sessions_of(wallet_no, SESSIONS_MAX)?;
            let row = reader.line_view_by_wallet(wallet_no)?;
            let was_raised = came_above_zero_since(reader, wallet_no, since)?
                || billing::was_enabled_since(reader, line, since)?;
            Ok((row, sessions, reader.former_logins_of(line)?, was_raised))
        })
        .await?;
    let is_restricted = row.is_some_and(|row| row.restricted_since.is_some());
    let is_in_doubt = !is_restricted && was_raised;
    let is_whole = |session: &&SessionRow| session.state == "open" && session.traffic_no.is_none();
    let sessions = sessions.iter().filter(is_whole).filter_map(|session| {
        let hash = session_name(session)?;
        // It goes on under the login with which it began.
        let then = former.iter().take_while(|it| session.started_at < it.until).last();
        let login = then.map(|it| it.login.clone()).or_else(|| entry.access_login.clone());
        let user_name = login.map(Into::into);
        let identity = SessionIdentity { user_name, ..SessionIdentity::default() };
        let mut known = Session::new(hash, session.nas_no, identity);
        known.is_recalled = true;
        known.asked = is_in_doubt.then(|| Asked::new(restricted.clone(), now, now));
        Some(known)
    });
    let confirmed = if is_restricted { Profile::Restricted } else { Profile::Full };
    Ok(LineOnNetwork::new(confirmed, sessions.collect()))
}

/// Whether a line's balance has come above zero since then: by whatever was bought, given or given back, or by a new cycle.
fn came_above_zero_since(
    reader: &store::Reader<'_>,
    wallet_no: u32,
    since: Timestamp,
) -> Result<bool, store::StoreError> {
    let moved = reader.entries(wallet_no, since, Timestamp::MAX, None, MOVEMENTS_MAX)?;
    // What happens at one instant is one change: when a cycle turns, what is left expires and the next allowance comes.
    let mut changes = moved.rows.chunk_by(|one, next| one.at == next.at);
    let came_above_zero = changes.any(|newest_first| {
        let ends = newest_first.first().zip(newest_first.last());
        ends.is_some_and(|(last, first)| {
            first.number > 0 && first.posted_after - first.amount <= 0 && last.posted_after > 0
        })
    });
    // Of a line that moves so often it cannot be told.
    Ok(came_above_zero || moved.next.is_some())
}

/// A router has no such session, or is ours no more: it is over, with the counters last known.
pub(super) async fn close(app: &Arc<App>, wallet: WalletId, session: &Session) -> Result<(), Problem> {
    let at = app.ledger.now();
    let reading = Reading {
        nas: session.nas_no,
        behind: Behind::default(),
        session: session.hash,
        kind: ReadingKind::Stop,
        input: None,
        output: None,
        session_seconds: None,
        at,
        is_dated: true,
        traffic: None,
        counts_all: false,
    };
    read(app, wallet, reading).await?;
    let _one_at_a_time = app.nas.line_lock(wallet).lock().await;
    let shown = {
        let mut lines = app.nas.network.lines();
        let Some(line) = lines.get_mut(&wallet) else { return Ok(()) };
        let shown = stopped(line, session.hash, None);
        shown.filter(|shown| *shown != line.confirmed)
    };
    if let Some(shown) = shown {
        confirm(app, wallet, shown, at.as_seconds()).await?;
    }
    Ok(())
}
