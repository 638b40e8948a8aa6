//! Which lines changed: told by the projection, taken by whoever keeps the network in step with them.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// Lines that changed, by their wallets' numbers, each once however often it changed. As many at most as there are lines.
#[derive(Debug, Default)]
pub struct LineNews {
    changed: Mutex<BTreeSet<u32>>,
    told: Notify,
}

impl LineNews {
    /// Tells of more.
    pub fn tell(&self, wallets: Vec<u32>) {
        if wallets.is_empty() {
            return;
        }
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).extend(wallets);
        self.told.notify_one();
    }

    /// Takes all that changed since this was last done; waits until there is some.
    pub async fn take(&self) -> BTreeSet<u32> {
        loop {
            let told = self.told.notified();
            let taken = std::mem::take(&mut *self.changed.lock().unwrap_or_else(PoisonError::into_inner));
            if !taken.is_empty() {
                return taken;
            }
            told.await;
        }
    }
}
