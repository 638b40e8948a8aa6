//! Who is meant: routers by address, lines by login. Looked up in the tables, then believed for a short while.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use money::{Timestamp, WalletId};
use radius::Secret;
use store::tables::lines::{FormerLogin, RouterRow};

use super::fading::Fading;
use crate::app::App;
use crate::problem::Problem;

/// How long the list of routers is believed. Packets of unknown addresses make it be read again sooner.
const ROUTERS_FRESH: Duration = Duration::from_secs(5);
/// The least time between two readings of the list.
const ROUTERS_PAUSE: Duration = Duration::from_millis(500);
/// How long a login is believed to be a line's, or nobody's.
const LOGINS_FRESH: Duration = Duration::from_secs(5);
/// Logins that are remembered at most.
const LOGINS_MAX: usize = 100_000;
/// How old the time of a router's last report gets before it is written again, in microseconds.
const SEEN_AFTER: i64 = Timestamp::MINUTE;

/// A router whose secret can be used.
#[derive(Clone, Debug)]
pub(super) struct Router {
    pub(super) row: RouterRow,
    pub(super) address: IpAddr,
    pub(super) secret: Secret,
}

/// Whose a login is, and whose it was.
#[derive(Clone, Debug, Default)]
struct Owners {
    current: Option<WalletId>,
    /// The latest first.
    former: Arc<[FormerLogin]>,
}

/// What was looked up lately.
#[derive(Debug, Default)]
pub(crate) struct Names {
    routers: RwLock<Routers>,
    logins: Mutex<Logins>,
}

#[derive(Debug)]
struct Logins {
    known: Fading<String, Owners>,
    /// How often a login was given to another line: what was read before that is not believed.
    changes: u64,
}

#[derive(Debug, Default)]
struct Routers {
    read_at: Option<Instant>,
    known: Arc<Vec<Arc<Router>>>,
}

impl Default for Logins {
    fn default() -> Self {
        Logins { known: Fading::new(LOGINS_FRESH, LOGINS_MAX), changes: 0 }
    }
}

/// All routers.
pub(super) async fn routers(app: &Arc<App>) -> Result<Arc<Vec<Arc<Router>>>, Problem> {
    let names = &app.nas.names;
    let known = names.known_routers(ROUTERS_FRESH);
    if let Some(known) = known { Ok(known) } else { read_routers(app).await }
}

/// The router at this address. The list is read again, though not too often, if it is not in it: it may be new.
pub(super) async fn router_at(app: &Arc<App>, address: IpAddr) -> Result<Option<Arc<Router>>, Problem> {
    let address = address.to_canonical();
    let find = |routers: &[Arc<Router>]| routers.iter().find(|router| router.address == address).cloned();
    if let Some(found) = find(&routers(app).await?) {
        return Ok(Some(found));
    }
    match app.nas.names.known_routers(ROUTERS_PAUSE) {
        Some(_) => Ok(None),
        None => Ok(find(&read_routers(app).await?)),
    }
}

/// The wallet of the line that authenticates so.
pub(super) async fn wallet_of(app: &Arc<App>, login: &str) -> Result<Option<WalletId>, Problem> {
    Ok(owners(app, login).await?.current)
}

/// A session by which a line is found.
#[derive(Clone, Copy, Debug)]
pub(super) struct SessionOf<'a> {
    /// Under which login its router reports it.
    pub(super) login: &'a str,
    /// Its name.
    pub(super) session: u128,
    /// When it began, as far as the report tells.
    pub(super) begun_at: Timestamp,
    /// Whether this report says that it begins: a name that is used again is another session.
    pub(super) begins: bool,
}

/// The wallet of the line that a session is counted to: that which is known to have it open, else that whose the login was when it
/// began.
pub(super) async fn wallet_of_session(
    app: &Arc<App>,
    SessionOf { login, session, begun_at, begins }: SessionOf<'_>,
) -> Result<Option<WalletId>, Problem> {
    let Owners { current, former } = owners(app, login).await?;
    if former.is_empty() {
        return Ok(current);
    }
    if !begins {
        let wallets = current.into_iter().chain(former.iter().map(|it| it.wallet));
        let known: Vec<_> =
            wallets.filter_map(|wallet| Some((wallet, app.ledger.wallet(wallet)?.no.0))).collect();
        let looked = app.read(move |reader| {
            for (wallet, wallet_no) in known {
                if reader.has_open_session(wallet_no, session)? {
                    return Ok(Some(wallet));
                }
            }
            Ok(None)
        });
        if let Some(known) = looked.await? {
            return Ok(Some(known));
        }
    }
    // The latest come first: the last of those that ended after it began is whose it was then.
    let then = former.iter().take_while(|it| begun_at < it.until).last();
    Ok(then.map(|it| it.wallet).or(current))
}

async fn owners(app: &Arc<App>, login: &str) -> Result<Owners, Problem> {
    // Routers report what subscribers type. No line's login holds a zero character, and none can be looked for.
    if login.contains('\0') {
        return Ok(Owners::default());
    }
    let changes = {
        let logins = app.nas.names.logins();
        if let Some(known) = logins.known.get(Instant::now(), &login.to_owned()) {
            return Ok(known.clone());
        }
        logins.changes
    };
    let asked = login.to_owned();
    let read = app.read(move |reader| {
        let current = reader.line_by_access_login(&asked)?.map(|line| line.wallet);
        Ok(Owners { current, former: reader.former_logins(&asked)?.into() })
    });
    let found = read.await?;
    let mut logins = app.nas.names.logins();
    if logins.changes == changes {
        logins.known.put(Instant::now(), login.to_owned(), found.clone());
    }
    Ok(found)
}

/// Writes down that a router reported, behind the report and not each time.
pub(super) fn seen(app: &Arc<App>, router: &Router) {
    let (no, now) = (router.row.nas_no, app.ledger.now());
    if router.row.last_seen_at.is_some_and(|at| now.since(at).abs() < SEEN_AFTER) {
        return;
    }
    app.nas.names.seen_now(no, now);
    let app = Arc::clone(app);
    tokio::spawn(async move {
        if let Err(problem) = app.write(move |tx| tx.router_seen(no, now)).await {
            tracing::warn!(code = problem.code, router = no, "a router's report was not noted");
        }
    });
}

async fn read_routers(app: &Arc<App>) -> Result<Arc<Vec<Arc<Router>>>, Problem> {
    let rows = app.read(|reader| reader.routers()).await?;
    let usable = rows.into_iter().filter_map(|row| match (row.address.parse::<IpAddr>(), secret(&row)) {
        (Ok(address), Ok(secret)) => Some(Arc::new(Router { row, address: address.to_canonical(), secret })),
        _ => {
            tracing::warn!(router = row.name, "a router without a usable address or secret is passed over");
            None
        }
    });
    let known = Arc::new(usable.collect::<Vec<_>>());
    let mut routers = app.nas.names.routers.write().unwrap_or_else(PoisonError::into_inner);
    *routers = Routers { read_at: Some(Instant::now()), known: Arc::clone(&known) };
    Ok(known)
}

fn secret(row: &RouterRow) -> Result<Secret, radius::Error> {
    Secret::new(row.secret.0.clone().into_bytes())
}

impl Names {
    /// Routers were changed: the list is read again before it is believed.
    pub(crate) fn forget_routers(&self) {
        self.routers.write().unwrap_or_else(PoisonError::into_inner).read_at = None;
    }

    fn known_routers(&self, fresh: Duration) -> Option<Arc<Vec<Arc<Router>>>> {
        let routers = self.routers.read().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = routers.read_at.is_some_and(|at| at.elapsed() < fresh);
        is_fresh.then(|| Arc::clone(&routers.known))
    }

    fn seen_now(&self, no: u32, now: Timestamp) {
        let mut routers = self.routers.write().unwrap_or_else(PoisonError::into_inner);
        let changed = routers.known.iter().map(|router| {
            if router.row.nas_no != no {
                return Arc::clone(router);
            }
            let mut seen = Router::clone(router);
            seen.row.last_seen_at = Some(now);
            Arc::new(seen)
        });
        routers.known = Arc::new(changed.collect());
    }

    /// Logins were given to other lines: they are looked up again before they are believed.
    pub(crate) fn forget_logins(&self, changed: &[&str]) {
        let mut logins = self.logins();
        logins.changes += 1;
        for login in changed {
            logins.known.remove(&(*login).to_owned());
        }
    }

    /// Lines were written down that nobody has counted: each login is looked up again before it is believed.
    pub(crate) fn forget_all_logins(&self) {
        let mut logins = self.logins();
        *logins = Logins { changes: logins.changes + 1, ..Logins::default() };
    }

    fn logins(&self) -> MutexGuard<'_, Logins> {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
