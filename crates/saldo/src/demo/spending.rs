//! Uses up what one sample subscriber has left, before the visitor's eyes: his router counts it, reports it, and slows him down when
//! it is told to. Whoever looks at the screen waits half a minute instead of the hours that the line's own speed would take.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use money::WalletId;
use radius::mikrotik::Both;
use sandbox::router::{Router, RouterRefusal};
use tokio::task::AbortHandle;

use crate::app::App;

/// Time between two reports.
const BEAT: Duration = Duration::from_millis(500);
/// In so many beats everything is used.
const BEATS: u64 = 60;
/// The least that is used in one beat, in bytes.
const BEAT_BYTES_MIN: u64 = 10_000_000;

/// The router, and what spends at it at the moment. Dropping it ends that.
pub(super) struct Spending {
    router: Arc<Router>,
    under_way: Mutex<Option<AbortHandle>>,
}

impl Drop for Spending {
    fn drop(&mut self) {
        let under_way = self.under_way.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = under_way.take() {
            task.abort();
        }
    }
}

impl Spending {
    pub(super) fn at(router: Arc<Router>) -> Spending {
        Spending { router, under_way: Mutex::new(None) }
    }

    pub(super) fn router(&self) -> &Router {
        &self.router
    }

    /// Begins to use up what is on `wallet` by the session of `login`, unless that is under way.
    pub(super) fn begin(&self, app: &Arc<App>, wallet: WalletId, login: &str) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.as_ref().is_some_and(|task| !task.is_finished()) {
            return;
        }
        let (app, router, login) = (Arc::clone(app), Arc::clone(&self.router), login.to_owned());
        let task = tokio::spawn(async move {
            if let Err(refusal) = use_up(&app, &router, wallet, &login).await {
                tracing::warn!(%refusal, "the demo's router does not let the subscriber spend");
            }
        });
        *under_way = Some(task.abort_handle());
    }
}

/// Spends beat by beat until nothing is left, or the program ends.
async fn use_up(app: &App, router: &Router, wallet: WalletId, login: &str) -> Result<(), RouterRefusal> {
    let mut beat = tokio::time::interval(BEAT);
    let left = || app.ledger.wallet(wallet).map_or(0, |wallet| wallet.balance.available());
    let bytes = u64::try_from(left()).unwrap_or(0).div_ceil(BEATS).max(BEAT_BYTES_MIN);
    while left() > 0 && !app.is_ending() {
        beat.tick().await;
        let open = router.sessions().into_iter().find(|session| session.login == login);
        let session = match open {
            Some(session) => session.session_id,
            None => router.dial(login)?,
        };
        router.spend(&session, Both { upload: 0, download: bytes })?;
    }
    Ok(())
}
