//! Durable balances that everybody may read without asking the book.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use book::{Balance, MeterNo, WalletNo};
use money::{CustomerId, Timestamp, Unit, WalletId};

/// How many locks the table is divided among.
const SHARDS: usize = 64;
/// Wallets with neighbouring numbers that stand behind the same lock.
const BLOCK_LEN: usize = 4_096;

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
    /// What is owed: what was used or taken back beyond what it held.
    pub debt: i64,
    /// How far below zero charges may take it.
    pub debt_limit: i64,
    /// Whether it is frozen: nothing is taken by those who ask first.
    pub is_frozen: bool,
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

/// Where the published wallets of one part of the numbers stand, by place.
type Places = Vec<Option<PublishedWallet>>;

/// The newest durable state of every wallet, for many readers.
///
/// Wallets stand in blocks by number, and a batch tells of them in the order of their numbers, so that publishing one takes a
/// lock once for each block that it touches.
#[derive(Debug)]
pub struct PublishedBalances {
    numbers: Vec<RwLock<HashMap<WalletId, WalletNo>>>,
    blocks: Vec<RwLock<Places>>,
}

impl Default for PublishedBalances {
    fn default() -> PublishedBalances {
        PublishedBalances {
            numbers: (0..SHARDS).map(|_| RwLock::default()).collect(),
            blocks: (0..SHARDS).map(|_| RwLock::default()).collect(),
        }
    }
}

impl PublishedBalances {
    /// The wallet, if it exists.
    pub fn get(&self, id: WalletId) -> Option<PublishedWallet> {
        let no = *read(self.numbers_of(id)).get(&id)?;
        let (shard, place) = place_of(no);
        read(&self.blocks[shard]).get(place)?.clone()
    }

    /// Replaces what is known of these wallets; best in the order of their numbers.
    pub fn publish(&self, wallets: impl IntoIterator<Item = PublishedWallet>) {
        let mut held: Option<(usize, RwLockWriteGuard<'_, Places>)> = None;
        let mut new = Vec::new();
        for wallet in wallets {
            let (shard, place) = place_of(wallet.no);
            if held.as_ref().is_none_or(|(locked, _)| *locked != shard) {
                // The lock held so far is given back first: never two at once.
                drop(held.take());
                held = Some((shard, write(&self.blocks[shard])));
            }
            let Some((_, places)) = &mut held else { continue };
            if places.len() <= place {
                places.resize_with(place + 1, || None);
            }
            let known = &mut places[place];
            if known.is_none() {
                new.push((wallet.id, wallet.no));
            }
            *known = Some(wallet);
        }
        drop(held);
        for (id, no) in new {
            write(self.numbers_of(id)).insert(id, no);
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "the low bits of the id, which are random")]
    fn numbers_of(&self, id: WalletId) -> &RwLock<HashMap<WalletId, WalletNo>> {
        &self.numbers[(id.as_u128() as usize) % SHARDS]
    }
}

/// The lock of a wallet's block, and its place behind that.
const fn place_of(no: WalletNo) -> (usize, usize) {
    let no = no.0 as usize;
    let block = no / BLOCK_LEN;
    (block % SHARDS, (block / SHARDS) * BLOCK_LEN + no % BLOCK_LEN)
}

// Each change under a lock is whole: a panic elsewhere leaves nothing half done.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
