//! Which money wallets may have crossed the threshold below which a balance is low: told by the projection, taken by whoever tells
//! customers.
//!
//! The projection says what millions of charges leave. So it tells only of wallets that are new, or below the highest threshold
//! that anybody has, or were when somebody last looked.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use store::views::ViewChanges;
use tokio::sync::Notify;

/// Wallets to be looked at, each once however often it changed. As many at most as there are wallets.
#[derive(Debug, Default)]
pub struct BalanceNews {
    watched: Mutex<Watched>,
    told: Notify,
}

#[derive(Debug, Default)]
struct Watched {
    /// The highest threshold that anybody has, in steps of the unit of money; zero if nobody is told.
    highest: i64,
    /// Wallets that were below theirs.
    low: BTreeSet<u32>,
    changed: BTreeSet<u32>,
}

impl BalanceNews {
    /// Tells of what the views show since now.
    pub(super) fn tell(&self, changes: &ViewChanges) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if watched.highest == 0 {
            return;
        }
        // On which side a new one begins must be known before it can fall.
        watched.changed.extend(changes.opened_wallets());
        changes.each_available(|wallet_no, available| {
            if available < watched.highest || watched.low.contains(&wallet_no) {
                watched.changed.insert(wallet_no);
            }
        });
        if !watched.changed.is_empty() {
            self.told.notify_one();
        }
    }

    /// Somebody has this threshold.
    pub fn watch(&self, threshold: i64) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.highest = watched.highest.max(threshold);
    }

    /// A wallet was seen below its threshold, or not.
    pub fn set_low(&self, wallet_no: u32, is_low: bool) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if is_low {
            watched.low.insert(wallet_no);
        } else {
            watched.low.remove(&wallet_no);
        }
    }

    /// Takes all wallets to be looked at, none if nobody told of any.
    pub fn take(&self) -> BTreeSet<u32> {
        std::mem::take(&mut self.watched.lock().unwrap_or_else(PoisonError::into_inner).changed)
    }

    /// Waits until something was told.
    pub async fn told(&self) {
        self.told.notified().await;
    }
}
