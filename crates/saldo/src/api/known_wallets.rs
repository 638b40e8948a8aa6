//! Which wallet pays: from memory, where it was asked before.
//!
//! A wallet keeps its customer and unit for ever, so what is known stays true. A subject may be taken away and given to another wallet:
//! whoever does that here drops it from memory too, and what was looked up meanwhile is not kept.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use money::{CustomerId, Unit, WalletId};

use super::Api;
use crate::app::App;
use crate::problem::Problem;

/// Subjects and customers kept in memory, each; beyond that all are looked up again.
const KEPT_MAX: usize = 1_000_000;
/// Wallets of a customer that are looked at.
const WALLETS_MAX: u32 = 100;

/// What was looked up.
#[derive(Debug, Default)]
pub(super) struct KnownWallets {
    by_subject: RwLock<HashMap<String, WalletId>>,
    by_customer: RwLock<HashMap<(CustomerId, Unit), WalletId>>,
    /// How often a subject was dropped.
    changes: AtomicU64,
}

impl KnownWallets {
    /// Drops a subject that was taken away or given.
    pub(super) fn forget_subject(&self, subject: &str) {
        let mut known = self.by_subject.write().unwrap_or_else(PoisonError::into_inner);
        self.changes.fetch_add(1, Ordering::AcqRel);
        known.remove(subject);
    }

    /// Keeps what a look-up found, unless a subject was dropped since it began: it may have read what was true before.
    fn keep_subject(&self, subject: &str, wallet: WalletId, began: u64) {
        let mut known = self.by_subject.write().unwrap_or_else(PoisonError::into_inner);
        if self.changes() == began {
            insert(&mut known, subject.to_owned(), wallet);
        }
    }

    fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    fn subject(&self, subject: &str) -> Option<WalletId> {
        self.by_subject.read().unwrap_or_else(PoisonError::into_inner).get(subject).copied()
    }
}

fn insert<K: Eq + Hash>(known: &mut HashMap<K, WalletId>, key: K, wallet: WalletId) {
    if known.len() >= KEPT_MAX {
        known.clear();
    }
    known.insert(key, wallet);
}

/// The wallets that pay for these subjects; a subject that nobody pays for is missing.
pub(super) async fn of_subjects<'s>(
    api: &Api,
    subjects: impl IntoIterator<Item = &'s str>,
) -> Result<HashMap<String, WalletId>, Problem> {
    let mut found = HashMap::new();
    let mut unknown = Vec::new();
    for subject in subjects {
        match api.wallets.subject(subject) {
            Some(wallet) => {
                found.insert(subject.to_owned(), wallet);
            }
            // Nobody is called so, and the others in the request are looked up all the same.
            None if subject.contains('\0') => {}
            None => unknown.push(subject.to_owned()),
        }
    }
    if unknown.is_empty() {
        return Ok(found);
    }
    unknown.sort_unstable();
    unknown.dedup();
    let began = api.wallets.changes();
    let look = move |reader: &store::Reader<'_>| {
        let rows = unknown.iter().map(|subject| reader.subject(subject));
        rows.collect::<Result<Vec<_>, _>>()
    };
    for row in api.app.read(look).await?.into_iter().flatten() {
        api.wallets.keep_subject(&row.subject, row.wallet, began);
        found.insert(row.subject, row.wallet);
    }
    Ok(found)
}

/// The wallet of this customer that counts in `unit`.
pub(super) async fn of_customer(
    api: &Api,
    customer: CustomerId,
    unit: Unit,
) -> Result<Option<WalletId>, Problem> {
    let known = &api.wallets.by_customer;
    let key = (customer, unit);
    if let Some(wallet) = known.read().unwrap_or_else(PoisonError::into_inner).get(&key).copied() {
        return Ok(Some(wallet));
    }
    let wallets = api.app.read(move |reader| reader.wallets_of(customer, None, WALLETS_MAX)).await?;
    let wallet = wallets.rows.into_iter().find(|wallet| wallet.unit == unit).map(|wallet| wallet.id);
    if let Some(wallet) = wallet {
        insert(&mut known.write().unwrap_or_else(PoisonError::into_inner), key, wallet);
    }
    Ok(wallet)
}

/// The wallet as it is now, with all that is due settled: 404 if there is none.
pub(super) async fn settled(app: &Arc<App>, id: WalletId) -> Result<engine::PublishedWallet, Problem> {
    if let Some(wallet) = app.ledger.settled_wallet(id).await? {
        return Ok(wallet);
    }
    match app.read(move |reader| reader.wallet(id)).await? {
        // Written down and not yet opened: its intent is on its way.
        Some(_) => Err(crate::runtime::LedgerError::NotAttempted.into()),
        None => Err(Problem::not_found("wallet")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_up_before_a_subject_was_taken_away_is_not_kept() {
        let known = KnownWallets::default();
        let (first, second) = (WalletId::from_u128(1), WalletId::from_u128(2));
        let began = known.changes();
        // The look-up has read the first wallet; meanwhile the subject is taken away from it.
        known.forget_subject("s");
        known.keep_subject("s", first, began);
        assert_eq!(known.subject("s"), None);
        known.keep_subject("s", second, known.changes());
        assert_eq!(known.subject("s"), Some(second));
        known.forget_subject("s");
        assert_eq!(known.subject("s"), None);
    }
}
