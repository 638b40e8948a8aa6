//! Who is meant: routers by address, lines by login. Looked up in the tables, then believed for a short while.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use money::{Timestamp, WalletId};
use radius::Secret;
use store::tables::lines::RouterRow;

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

/// What was looked up lately.
#[derive(Debug)]
pub(crate) struct Names {
    routers: RwLock<Routers>,
    logins: Mutex<Fading<String, Option<WalletId>>>,
}

#[derive(Debug, Default)]
struct Routers {
    read_at: Option<Instant>,
    known: Arc<Vec<Arc<Router>>>,
}

impl Default for Names {
    fn default() -> Self {
        Names { routers: RwLock::default(), logins: Mutex::new(Fading::new(LOGINS_FRESH, LOGINS_MAX)) }
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
    let known = app.nas.names.logins().get(Instant::now(), &login.to_owned()).copied();
    if let Some(known) = known {
        return Ok(known);
    }
    let asked = login.to_owned();
    let found = app.read(move |reader| reader.line_by_access_login(&asked)).await?;
    let wallet = found.map(|line| line.wallet);
    app.nas.names.logins().put(Instant::now(), login.to_owned(), wallet);
    Ok(wallet)
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

    fn logins(&self) -> std::sync::MutexGuard<'_, Fading<String, Option<WalletId>>> {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
