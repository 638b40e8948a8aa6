//! Durable balances that everybody may read without asking the book.

use std::collections::HashMap;
use std::sync::RwLock;

use book::{Balance, MeterNo, WalletNo};
use money::{CustomerId, Timestamp, Unit, WalletId};

/// How many locks the table is divided among.
const SHARDS: usize = 64;

/// An open window, as pages and the guard need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenWindow {
    /// What is counted.
    pub meter: MeterNo,
    /// Its beginning, by the book's clock.
    pub opened_at: Timestamp,
    /// Its end, by the book's clock.
    pub closes_at: Timestamp,
    /// What it will post as of now.
    pub pending: i64,
    /// True if all use inside it is paid by it.
    pub active: bool,
}

/// A wallet as of the newest durable batch that touched it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedWallet {
    /// Its number.
    pub no: WalletNo,
    /// Its name.
    pub id: WalletId,
    /// Whose it is.
    pub customer: CustomerId,
    /// What it counts.
    pub unit: Unit,
    /// What it holds.
    pub balance: Balance,
    /// How far below zero charges may take it.
    pub debt_limit: i64,
    /// Until when, by the book's clock, this holds if nothing else happens.
    pub due: Option<Timestamp>,
    /// Its open windows.
    pub windows: Box<[OpenWindow]>,
}

impl PublishedWallet {
    /// The open window of this meter that covers all use at `at`.
    pub fn active_window(&self, meter: MeterNo, at: Timestamp) -> Option<&OpenWindow> {
        self.windows.iter().find(|w| w.active && w.meter == meter && w.opened_at <= at && at < w.closes_at)
    }
}

/// The newest durable state of every wallet, for many readers.
#[derive(Debug)]
pub struct PublishedBalances {
    shards: Vec<RwLock<HashMap<WalletId, PublishedWallet>>>,
}

impl Default for PublishedBalances {
    fn default() -> PublishedBalances {
        PublishedBalances { shards: (0..SHARDS).map(|_| RwLock::default()).collect() }
    }
}

impl PublishedBalances {
    /// The wallet, if it exists.
    pub fn get(&self, id: WalletId) -> Option<PublishedWallet> {
        self.shard(id).read().unwrap_or_else(std::sync::PoisonError::into_inner).get(&id).cloned()
    }

    /// Replaces what is known of these wallets.
    pub fn publish(&self, wallets: impl IntoIterator<Item = PublishedWallet>) {
        for wallet in wallets {
            let mut shard = self.shard(wallet.id).write().unwrap_or_else(std::sync::PoisonError::into_inner);
            shard.insert(wallet.id, wallet);
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "the low bits of the id, which are random")]
    fn shard(&self, id: WalletId) -> &RwLock<HashMap<WalletId, PublishedWallet>> {
        &self.shards[(id.as_u128() as usize) % SHARDS]
    }
}
