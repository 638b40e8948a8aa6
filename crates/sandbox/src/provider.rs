//! The played provider: its state behind one lock, its clock, its endpoint.

use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, TransactionBehavior};

use crate::faults::Faults;
use crate::state::{Origin, Work};
use crate::{later, payment};

/// Tells the time in milliseconds since the epoch.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Where events are sent and with which secret they are signed.
#[derive(Debug, Clone)]
pub struct WebhookEndpoint {
    /// An http or https address.
    pub url: String,
    /// The signing secret, `whsec_…`.
    pub secret: String,
}

/// What the API, the page and the webhooks share.
pub(crate) struct Provider {
    pub(crate) connection: Mutex<Connection>,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) public_url: String,
    pub(crate) secret_key: String,
    pub(crate) webhook: Option<WebhookEndpoint>,
}

impl Provider {
    /// Does `act` as one piece of work: all of it is kept when it succeeds, nothing when it fails. Sessions whose time is
    /// over have expired before `act` looks, and what was to come has come.
    pub(crate) fn run<T, E: From<rusqlite::Error>>(
        &self,
        origin: Origin,
        act: impl FnOnce(&Work<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);

        // Of its own, because what time has done stays done even when the request fails.
        let work = self.begin(&mut connection, Origin::default())?;
        for session in work.overdue_sessions()? {
            payment::expire_session(&work, session)?;
        }
        if !self.faults.settings().later_on_demand {
            later::happen(&work, work.now_ms)?;
        }
        self.finish(work)?;

        let work = self.begin(&mut connection, origin)?;
        let outcome = act(&work)?;
        self.finish(work)?;
        Ok(outcome)
    }

    fn begin<'a>(&'a self, connection: &'a mut Connection, origin: Origin) -> rusqlite::Result<Work<'a>> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let faults = self.webhook.as_ref().map(|_| &self.faults);
        let (now_ms, trouble) = ((self.clock)(), self.faults.settings());
        Ok(Work { transaction, now_ms, origin, faults, trouble, queued: Cell::new(false) })
    }

    fn finish(&self, work: Work<'_>) -> rusqlite::Result<()> {
        let queued = work.queued.get();
        work.transaction.commit()?;
        if queued {
            self.faults.wake();
        }
        Ok(())
    }
}
