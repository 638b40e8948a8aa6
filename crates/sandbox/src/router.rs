//! A router to play with: subscribers dial, spend and hang up; it reports them by RADIUS accounting and obeys CoA and Disconnect.
//!
//! It behaves as a MikroTik does where that matters: cumulative counters from its own point of view, reports repeated under a new
//! identifier with Acct-Delay-Time until they are answered, session ids that begin anew after a restart, a speed that is
//! acknowledged first and shown by the next report. Trouble comes on command through [`RouterFaults`]. Its owner does not
//! authenticate anybody: whoever dials is let in at the speed of the subscriber. Sessions live in memory.

mod changes;
mod page;
mod reports;
mod sessions;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use radius::mikrotik::{Both, RateLimit};
use radius::{AccountingStatus, PACKET_BYTES_MAX, Secret, TerminateCause};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::provider::Clock;
use changes::Answered;
use reports::{Order, Reports};
use sessions::Session;

/// Most sessions at a time.
pub const SESSIONS_MAX: usize = 1_000;
/// The address of the first subscriber, where none was given one.
const FIRST_ADDRESS: Ipv4Addr = Ipv4Addr::new(100, 64, 0, 2);
/// How long nothing is looked at when nothing is known to be due.
const IDLE: Duration = Duration::from_secs(1);
/// How long the page's open requests may take to end when the router stops.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// How a router is set up.
pub struct RouterConfig {
    /// Where its page listens.
    pub listener: TcpListener,
    /// Where it takes CoA and Disconnect.
    pub changes: UdpSocket,
    /// Where it reports to.
    pub accounting_server: SocketAddr,
    /// What it and the server both know.
    pub secret: Secret,
    /// NAS-Identifier.
    pub identifier: String,
    /// NAS-IP-Address.
    pub ip: Ipv4Addr,
    /// How often a running session is reported, in seconds; at least 1.
    pub interim_seconds: u32,
    /// Who may dial.
    pub subscribers: Vec<Subscriber>,
    /// Names of services that it reports apart, as Juniper's routers do. Sessions count them, too.
    pub services: Vec<String>,
    /// Tells the time; [`Router::wake`] when it was moved.
    pub clock: Clock,
}

/// Somebody who may dial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// User-Name.
    pub login: String,
    /// Framed-IP-Address.
    pub ip: Ipv4Addr,
    /// The speed of a new session.
    pub rate_limit: RateLimit,
}

/// Trouble. The default is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RouterFaults {
    /// Each datagram of accounting is sent twice.
    pub duplicate: bool,
    /// This many of the next datagrams of accounting are lost on their way; the report is repeated when nobody answers.
    pub lose_next: u32,
    /// Every second datagram of accounting is lost on its way, for as long as this is set.
    pub lose_half: bool,
    /// This many of the next reports are never sent at all.
    pub drop_next: u32,
    /// Each report waits until the one after it has been sent.
    pub reorder: bool,
    /// Counters are reported by their lower 32 bits only, and wrap.
    pub omit_gigawords: bool,
    /// What becomes of CoA and Disconnect.
    pub changes: ChangeBehaviour,
}

/// What a router does with CoA and Disconnect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChangeBehaviour {
    /// Obeys, answers, and reports what has changed.
    #[default]
    Obeys,
    /// Acknowledges and changes nothing.
    OnlyAcknowledges,
    /// Does not answer.
    Silent,
}

/// How a router restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// It says Accounting-Off before and Accounting-On after.
    Announced,
    /// The power fails: nobody is told.
    Silent,
}

/// A session as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningSession {
    /// Acct-Session-Id.
    pub session_id: String,
    /// User-Name.
    pub login: String,
    /// Framed-IP-Address.
    pub ip: Ipv4Addr,
    /// Bytes so far.
    pub used: Both,
    /// The speed that is allowed.
    pub rate_limit: RateLimit,
    /// What the subscriber spends if he is let, in bits per second.
    pub demand: Both,
    /// The list of addresses that he is in.
    pub address_list: Option<String>,
    /// How long it has lived, in seconds.
    pub seconds: i64,
}

/// Why a command was not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RouterRefusal {
    /// No subscriber has this login.
    #[error("there is no such subscriber")]
    UnknownLogin,
    /// No session has this id; it may have ended.
    #[error("there is no such session")]
    UnknownSession,
    /// It tells no service of this name apart.
    #[error("there is no such service")]
    UnknownService,
    /// [`SESSIONS_MAX`] are open.
    #[error("the router holds as many sessions as it can")]
    Full,
}

/// A running router. Dropping it stops it.
pub struct Router {
    shared: Arc<Shared>,
    url: String,
    change_address: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// What the page, the sockets and the commands share.
struct Shared {
    plant: Mutex<Plant>,
    clock: Clock,
    changed: Notify,
}

/// The router itself: its sessions and what it has still to report. Time comes in with every act.
struct Plant {
    identifier: String,
    ip: Ipv4Addr,
    secret: Secret,
    interim_seconds: u32,
    subscribers: Vec<Subscriber>,
    services: Vec<String>,
    sessions: Vec<Session>,
    /// Sessions since the start; their ids repeat after a restart.
    dialled: u32,
    reports: Reports,
    faults: RouterFaults,
    answered: Answered,
    /// CoA and Disconnect that came with the right secret.
    changes_heard: u64,
}

/// What its page serves, as it is registered: to be read off, not to be served.
#[must_use]
pub fn doors() -> impl fmt::Debug {
    page::registered()
}

impl Router {
    /// Starts to listen, to report and to obey.
    ///
    /// # Errors
    /// A socket cannot be made or read.
    pub async fn start(config: RouterConfig) -> io::Result<Self> {
        let url = format!("http://{}", config.listener.local_addr()?);
        let change_address = config.changes.local_addr()?;
        let any = match config.accounting_server {
            SocketAddr::V4(server) if server.ip().is_loopback() => SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        let accounting = UdpSocket::bind(any).await?;
        accounting.connect(config.accounting_server).await?;
        let plant = Plant {
            identifier: config.identifier,
            ip: config.ip,
            secret: config.secret,
            interim_seconds: config.interim_seconds.max(1),
            subscribers: config.subscribers,
            services: config.services,
            sessions: Vec::new(),
            dialled: 0,
            reports: Reports::default(),
            faults: RouterFaults::default(),
            answered: Answered::default(),
            changes_heard: 0,
        };
        let shared =
            Arc::new(Shared { plant: Mutex::new(plant), clock: config.clock, changed: Notify::new() });
        let (stop, stopped) = watch::channel(false);
        let run = tokio::spawn(run(Arc::clone(&shared), accounting, config.changes, stopped.clone()));
        let routes = page::routes(Arc::clone(&shared));
        let serve = tokio::spawn(crate::serve(config.listener, routes, stopped));
        Ok(Self { shared, url, change_address, stop, tasks: vec![run, serve] })
    }

    /// The address of its page.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it takes CoA and Disconnect.
    #[must_use]
    pub fn change_address(&self) -> SocketAddr {
        self.change_address
    }

    /// Lets one more subscriber dial, at the next address after those that are given; one that is known keeps what he has. Whether he is new.
    pub fn let_dial(&self, login: &str, rate_limit: RateLimit) -> bool {
        self.shared.act(|plant, _| {
            if plant.subscribers.iter().any(|known| known.login == login) {
                return false;
            }
            let last = plant.subscribers.iter().map(|known| known.ip).max();
            let ip = last.map_or(FIRST_ADDRESS, |last| Ipv4Addr::from(u32::from(last).saturating_add(1)));
            plant.subscribers.push(Subscriber { login: login.to_owned(), ip, rate_limit });
            true
        })
    }

    /// A subscriber dials; returns the session's id. He may have several.
    ///
    /// # Errors
    /// [`RouterRefusal::UnknownLogin`], [`RouterRefusal::Full`].
    pub fn dial(&self, login: &str) -> Result<String, RouterRefusal> {
        self.shared.act(|plant, now| plant.dial(login, now))
    }

    /// A subscriber hangs up.
    ///
    /// # Errors
    /// [`RouterRefusal::UnknownSession`].
    pub fn hang_up(&self, session: &str) -> Result<(), RouterRefusal> {
        self.shared.act(|plant, now| plant.hang_up(session, now, TerminateCause::UserRequest))
    }

    /// A session uses these bytes at once, whatever its speed, and is reported.
    ///
    /// # Errors
    /// [`RouterRefusal::UnknownSession`].
    pub fn spend(&self, session: &str, bytes: Both) -> Result<(), RouterRefusal> {
        self.shared.act(|plant, now| plant.spend(session, bytes, now))
    }

    /// A session uses these bytes of a service at once; the session is reported, and the service.
    ///
    /// # Errors
    /// [`RouterRefusal::UnknownSession`], [`RouterRefusal::UnknownService`].
    pub fn spend_on(&self, session: &str, service: &str, bytes: Both) -> Result<(), RouterRefusal> {
        self.shared.act(|plant, now| plant.spend_on(session, service, bytes, now))
    }

    /// What a session uses from now on, in bits per second, as far as its speed allows.
    ///
    /// # Errors
    /// [`RouterRefusal::UnknownSession`].
    pub fn demand(&self, session: &str, bits_per_second: Both) -> Result<(), RouterRefusal> {
        self.shared.act(|plant, now| {
            plant.session(session, now)?.demand = bits_per_second;
            Ok(())
        })
    }

    /// Reports a session now.
    ///
    /// # Errors
    /// [`RouterRefusal::UnknownSession`].
    pub fn report(&self, session: &str) -> Result<(), RouterRefusal> {
        self.spend(session, Both { upload: 0, download: 0 })
    }

    /// A session's counters begin at zero again under the same id, as some routers do when they are reconfigured.
    ///
    /// # Errors
    /// [`RouterRefusal::UnknownSession`].
    pub fn reset_counters(&self, session: &str) -> Result<(), RouterRefusal> {
        self.shared.act(|plant, now| {
            plant.session(session, now)?.used = Both { upload: 0, download: 0 };
            plant.report_session(session, now)
        })
    }

    /// The router restarts: no session gets a Stop, and each subscriber dials again, under ids that were used before.
    pub fn restart(&self, how: Restart) {
        self.shared.act(|plant, now| plant.restart(how, now));
    }

    /// Changes what goes wrong, at once.
    pub fn change_faults(&self, change: impl FnOnce(&mut RouterFaults)) {
        self.shared.act(|plant, _| change(&mut plant.faults));
    }

    /// What goes wrong.
    #[must_use]
    pub fn faults(&self) -> RouterFaults {
        self.shared.plant().faults
    }

    /// The sessions as they stand, in the order of dialling.
    #[must_use]
    pub fn sessions(&self) -> Vec<RunningSession> {
        let now = (self.shared.clock)();
        self.shared.plant().running(now)
    }

    /// How many reports nobody has answered yet.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.shared.plant().reports.len()
    }

    /// How many CoA and Disconnect have come with the right secret, answered or not.
    #[must_use]
    pub fn changes_heard(&self) -> u64 {
        self.shared.plant().changes_heard
    }

    /// The clock was moved: what is due now is done now.
    pub fn wake(&self) {
        self.shared.changed.notify_one();
    }

    /// Stops, and waits until open requests have ended or lost their time. Nobody is told.
    pub async fn stop(mut self) {
        // Nobody listening any more is as good as stopped.
        let _ = self.stop.send(true);
        for task in &mut self.tasks {
            if tokio::time::timeout(STOP_PATIENCE, &mut *task).await.is_err() {
                task.abort();
            }
        }
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Shared {
    fn plant(&self) -> MutexGuard<'_, Plant> {
        self.plant.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something now, and has what follows from it sent.
    fn act<T>(&self, act: impl FnOnce(&mut Plant, i64) -> T) -> T {
        let now = (self.clock)();
        let outcome = act(&mut self.plant(), now);
        self.changed.notify_one();
        outcome
    }
}

impl Plant {
    fn dial(&mut self, login: &str, now: i64) -> Result<String, RouterRefusal> {
        let subscriber = self.subscribers.iter().find(|subscriber| subscriber.login == login);
        let subscriber = subscriber.ok_or(RouterRefusal::UnknownLogin)?.clone();
        if self.sessions.len() >= SESSIONS_MAX {
            return Err(RouterRefusal::Full);
        }
        self.dialled += 1;
        let id = format!("81{:06x}", self.dialled);
        let session = Session::new(id.clone(), subscriber, self.interim_seconds, now);
        let draft = session.report((AccountingStatus::Start, Order::Free), self, now);
        self.reports.add((draft, &id, Order::Free), now, &mut self.faults);
        self.sessions.push(session);
        Ok(id)
    }

    fn hang_up(&mut self, session: &str, now: i64, cause: TerminateCause) -> Result<(), RouterRefusal> {
        self.session(session, now)?.ended = Some(cause);
        self.report_as(session, (AccountingStatus::Stop, Order::Free), now)?;
        self.sessions.retain(|open| open.id != session);
        Ok(())
    }

    fn spend(&mut self, session: &str, bytes: Both, now: i64) -> Result<(), RouterRefusal> {
        self.session(session, now)?.spend(bytes);
        self.report_session(session, now)
    }

    fn spend_on(&mut self, session: &str, service: &str, bytes: Both, now: i64) -> Result<(), RouterRefusal> {
        self.count_on(session, service, bytes, now)?;
        self.report_session(session, now)
    }

    /// Uses `parts` at one moment, and tells of one after the other.
    fn spend_in_parts(
        &mut self,
        session: &str,
        service: Option<&str>,
        parts: Vec<Both>,
        now: i64,
    ) -> Result<(), RouterRefusal> {
        // One part waits for nobody, and nobody for it, unless one is under way already.
        let is_alone = parts.len() == 1 && !self.reports.has_any_of(session);
        let order = if is_alone { Order::Free } else { Order::Step };
        for bytes in parts {
            match service {
                Some(service) => self.count_on(session, service, bytes, now)?,
                None => self.session(session, now)?.spend(bytes),
            }
            self.report_as(session, (AccountingStatus::InterimUpdate, order), now)?;
        }
        Ok(())
    }

    /// Counts bytes of a service, which begins with its first ones.
    fn count_on(&mut self, session: &str, service: &str, bytes: Both, now: i64) -> Result<(), RouterRefusal> {
        if !self.services.iter().any(|known| known == service) {
            return Err(RouterRefusal::UnknownService);
        }
        let is_new = self.session(session, now)?.spend_on(service, bytes, now);
        if is_new {
            let open = self.sessions.iter().find(|open| open.id == session);
            let draft = open.and_then(|open| open.service_reports(AccountingStatus::Start, self, now).pop());
            if let Some(draft) = draft {
                self.reports.add((draft, session, Order::Free), now, &mut self.faults);
            }
        }
        Ok(())
    }

    fn report_session(&mut self, session: &str, now: i64) -> Result<(), RouterRefusal> {
        self.report_as(session, (AccountingStatus::InterimUpdate, Order::Free), now)
    }

    fn report_as(
        &mut self,
        session: &str,
        (status, order): (AccountingStatus, Order),
        now: i64,
    ) -> Result<(), RouterRefusal> {
        self.session(session, now)?.reported(now);
        let open = self.sessions.iter().find(|open| open.id == session);
        let open = open.ok_or(RouterRefusal::UnknownSession)?;
        let (own, mut drafts) =
            (open.report((status, order), self, now), open.service_reports(status, self, now));
        // A service ends before its session.
        let place = if status == AccountingStatus::Stop { drafts.len() } else { 0 };
        drafts.insert(place, own);
        for draft in drafts {
            self.reports.add((draft, session, order), now, &mut self.faults);
        }
        Ok(())
    }

    /// The session with its counters up to `now`.
    fn session(&mut self, session: &str, now: i64) -> Result<&mut Session, RouterRefusal> {
        let open = self.sessions.iter_mut().find(|open| open.id == session);
        let open = open.ok_or(RouterRefusal::UnknownSession)?;
        open.accrue(now);
        Ok(open)
    }

    fn restart(&mut self, how: Restart, now: i64) {
        if how == Restart::Announced {
            let draft = sessions::router_report(AccountingStatus::AccountingOff, self, now);
            self.reports.add((draft, "", Order::Free), now, &mut self.faults);
        }
        let gone = std::mem::take(&mut self.sessions);
        self.dialled = 0;
        if how == Restart::Announced {
            let draft = sessions::router_report(AccountingStatus::AccountingOn, self, now);
            self.reports.add((draft, "", Order::Free), now, &mut self.faults);
        } else {
            self.reports.forget(); // what was waiting for an answer lay in its memory
        }
        for session in gone {
            // Whoever was connected is still a subscriber, and there is room for him.
            if let Ok(id) = self.dial(&session.login, now)
                && let Ok(again) = self.session(&id, now)
            {
                again.demand = session.demand;
            }
        }
    }

    fn running(&mut self, now: i64) -> Vec<RunningSession> {
        self.sessions.iter_mut().map(|session| session.running(now)).collect()
    }

    /// What is to be sent now, and how long until more is due, in milliseconds.
    fn step(&mut self, now: i64) -> (Vec<Vec<u8>>, Option<i64>) {
        let due = self.sessions.iter().filter(|session| session.interim_due_ms() <= now);
        for session in due.map(|session| session.id.clone()).collect::<Vec<_>>() {
            // It was found among the sessions, so it is there.
            let _ = self.report_session(&session, now);
        }
        let datagrams = self.reports.due(now, &self.secret, &mut self.faults);
        let next_interim = self.sessions.iter().map(Session::interim_due_ms).min();
        let next = next_interim.into_iter().chain(self.reports.next_try_ms()).min();
        (datagrams, next.map(|next| next - now))
    }
}

async fn run(
    shared: Arc<Shared>,
    accounting: UdpSocket,
    changes: UdpSocket,
    mut stop: watch::Receiver<bool>,
) {
    let mut answer = vec![0; PACKET_BYTES_MAX];
    let mut request = vec![0; PACKET_BYTES_MAX];
    loop {
        let (datagrams, due_ms) = shared.plant().step((shared.clock)());
        for datagram in datagrams {
            // What the network does not take is as good as lost on it, and is repeated.
            let _ = accounting.send(&datagram).await;
        }
        let pause = due_ms.map_or(IDLE, |ms| Duration::from_millis(ms.max(1).unsigned_abs()).min(IDLE));
        let said = tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            // An error tells that nobody listens there; the report is repeated anyway.
            Ok(bytes) = accounting.recv(&mut answer) => {
                let mut plant = shared.plant();
                let secret = plant.secret.clone();
                plant.reports.answered(&answer[..bytes], &secret);
                None
            }
            Ok((bytes, from)) = changes.recv_from(&mut request) => {
                let said = shared.plant().change(&request[..bytes], from, (shared.clock)());
                said.map(|said| (said, from))
            }
            () = shared.changed.notified() => None,
            () = tokio::time::sleep(pause) => None,
        };
        if let Some((said, asker)) = said {
            let _ = changes.send_to(&said, asker).await; // who does not get it asks again
        }
    }
}
