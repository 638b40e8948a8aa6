//! The thread that renews the right to write the journal, where a database on a server has to be told that its writer lives.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use store::{LEASE_SECONDS, PostgresLease};

/// Renewed three times while it lasts: one may be late, one may fail.
const RENEW_AFTER: Duration = Duration::from_secs(LEASE_SECONDS as u64 / 3);

/// Renews while it lives.
#[derive(Debug)]
pub(crate) struct KeptLease {
    _ends_with_this: Sender<()>,
}

impl KeptLease {
    /// Begins to renew, and says in `failing` whether the database is away. `lost` is told if another has taken the journal over:
    /// nothing more may be answered.
    pub(crate) fn keep(
        mut lease: PostgresLease,
        failing: Arc<AtomicBool>,
        lost: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<KeptLease> {
        let (ends_with_this, end) = channel();
        std::thread::Builder::new().name("lease".to_owned()).spawn(move || {
            while end.recv_timeout(RENEW_AFTER) == Err(RecvTimeoutError::Timeout) {
                match lease.renew() {
                    Ok(true) => failing.store(false, Ordering::Release),
                    Ok(false) => {
                        tracing::error!("another process has taken the journal over");
                        return lost();
                    }
                    Err(error) => {
                        if !failing.swap(true, Ordering::AcqRel) {
                            let error = format!("{:#}", anyhow::Error::new(error));
                            tracing::warn!(
                                error,
                                "the right to write the journal was not renewed; trying again"
                            );
                        }
                    }
                }
            }
        })?;
        Ok(KeptLease { _ends_with_this: ends_with_this })
    }
}
