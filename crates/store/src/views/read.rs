//! What pages, the API and reports ask of the views.

use money::{CustomerId, GrantId, Timestamp, WalletId};

use super::{AccountRow, EntryRow, GrantRow, Moved, UsageRow, WalletRow, WindowRow};
use crate::error::StoreError;
use crate::tables::{Page, Reader, page, rows_to_ask};

const WALLET_BY_ID: &str = "SELECT wallet_no, wallet, customer, unit, posted, pending, held, opened_at
    FROM wallet_view WHERE wallet = $1";
const WALLET_BY_NO: &str = "SELECT wallet_no, wallet, customer, unit, posted, pending, held, opened_at
    FROM wallet_view WHERE wallet_no = $1";
const WALLETS_OF_CUSTOMER: &str = "SELECT wallet_no, wallet, customer, unit, posted, pending, held, opened_at
    FROM wallet_view WHERE customer = $1 ORDER BY wallet_no LIMIT $2";
const ALL_WALLETS: &str = "SELECT wallet_no, wallet, customer, unit, posted, pending, held, opened_at
    FROM wallet_view ORDER BY wallet_no";
const ALL_WINDOWS: &str = "SELECT wallet_no, window_no, meter_no, opened_at, closes_at, pending, events
    FROM window_view ORDER BY wallet_no, window_no";
const GRANTS: &str = "SELECT wallet_no, grant_no, id, source, reason, priority, amount, remaining,
    effective_at, expires_at, cost_amount, cost_unit, payment, added_at, state
    FROM grant_view WHERE wallet_no = $1 AND grant_no < $2 ORDER BY grant_no DESC LIMIT $3";
const GRANT_BY_ID: &str = "SELECT wallet_no, grant_no, id, source, reason, priority, amount, remaining,
    effective_at, expires_at, cost_amount, cost_unit, payment, added_at, state
    FROM grant_view WHERE id = $1";
const ENTRIES: &str =
    "SELECT wallet_no, position, ordinal, at, kind, amount, posted_after, meter_no, window_no,
    from_at, to_at, quantity, grant_no, payment, charge_kind_no, reason, debit_account, credit_account
    FROM entry_view
    WHERE wallet_no = $1 AND (position, ordinal) < ($2, $3) AND at >= $4 AND at < $5
    ORDER BY position DESC, ordinal DESC LIMIT $6";
const ENTRY: &str =
    "SELECT wallet_no, position, ordinal, at, kind, amount, posted_after, meter_no, window_no,
    from_at, to_at, quantity, grant_no, payment, charge_kind_no, reason, debit_account, credit_account
    FROM entry_view WHERE wallet_no = $1 AND position = $2 AND ordinal = $3";
const MOVED: &str = "SELECT e.kind, e.reason, sum(e.amount), w.unit
    FROM entry_view e JOIN wallet_view w ON w.wallet_no = e.wallet_no
    WHERE e.at >= $1 GROUP BY e.kind, e.reason, w.unit ORDER BY e.kind, e.reason, w.unit";
const WINDOWS: &str = "SELECT wallet_no, window_no, meter_no, opened_at, closes_at, pending, events
    FROM window_view WHERE wallet_no = $1 ORDER BY window_no LIMIT $2";
const USAGE: &str = "SELECT wallet_no, meter_no, hour, quantity, events, posted, pending
    FROM usage_view WHERE wallet_no = $1 AND meter_no = $2 AND hour >= $3 AND hour < $4 ORDER BY hour";
const USED_METERS: &str = "SELECT DISTINCT meter_no FROM usage_view WHERE wallet_no = $1 ORDER BY meter_no";
const ACCOUNTS: &str = "SELECT account, unit, balance FROM account_view ORDER BY account, unit";

/// Most rows of one answer about usage: hours of a leap year.
const USAGE_HOURS_MAX: i64 = 366 * 24;

/// Where the next page of a statement begins: before this entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryCursor {
    /// Position of its journal row.
    pub position: u64,
    /// Its place there.
    pub ordinal: u32,
}

impl Reader<'_> {
    /// The wallet of this name.
    pub fn wallet_view(&self, wallet: WalletId) -> Result<Option<WalletRow>, StoreError> {
        self.one(WALLET_BY_ID, &[&wallet])
    }

    /// The wallet of this number.
    pub fn wallet_view_by_no(&self, wallet_no: u32) -> Result<Option<WalletRow>, StoreError> {
        self.one(WALLET_BY_NO, &[&wallet_no])
    }

    /// All wallets by number: what a projector starts from. As many as the book holds in memory.
    pub fn all_wallets(&self) -> Result<Vec<WalletRow>, StoreError> {
        self.all(ALL_WALLETS, &[])
    }

    /// All open windows: what a projector starts from. As many as the book holds in memory.
    pub fn all_open_windows(&self) -> Result<Vec<WindowRow>, StoreError> {
        self.all(ALL_WINDOWS, &[])
    }

    /// The first `limit` wallets of a customer, oldest first.
    pub fn wallet_views_of(&self, customer: CustomerId, limit: u32) -> Result<Vec<WalletRow>, StoreError> {
        self.all(WALLETS_OF_CUSTOMER, &[&customer, &limit])
    }

    /// A wallet's grants, newest first; the cursor is the number of the last one seen.
    pub fn grants(
        &self,
        wallet_no: u32,
        before: Option<u32>,
        limit: u32,
    ) -> Result<Page<GrantRow, u32>, StoreError> {
        let before = before.map_or(i64::MAX, i64::from);
        let rows = self.all(GRANTS, &[&wallet_no, &before, &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &GrantRow| row.grant_no))
    }

    /// The grant of this name.
    pub fn grant(&self, grant: GrantId) -> Result<Option<GrantRow>, StoreError> {
        self.one(GRANT_BY_ID, &[&grant])
    }

    /// A wallet's movements whose time is in `from_at .. to_at`, newest first by their place in the journal.
    pub fn entries(
        &self,
        wallet_no: u32,
        from_at: Timestamp,
        to_at: Timestamp,
        before: Option<EntryCursor>,
        limit: u32,
    ) -> Result<Page<EntryRow, EntryCursor>, StoreError> {
        let (position, ordinal) = before.map_or((i64::MAX.unsigned_abs(), 0), |b| (b.position, b.ordinal));
        let values: [&dyn crate::stored::Bind; 6] =
            [&wallet_no, &position, &ordinal, &from_at, &to_at, &rows_to_ask(limit)];
        let rows = self.all(ENTRIES, &values)?;
        Ok(page(rows, limit, |row: &EntryRow| EntryCursor { position: row.position, ordinal: row.ordinal }))
    }

    /// One movement of a wallet.
    pub fn entry(&self, wallet_no: u32, position: u64, ordinal: u32) -> Result<Option<EntryRow>, StoreError> {
        self.one(ENTRY, &[&wallet_no, &position, &ordinal])
    }

    /// What all wallets together moved from `from_at` on, by kind and reason. Looks at every entry: for a page of staff.
    pub fn moved_since(&self, from_at: Timestamp) -> Result<Vec<Moved>, StoreError> {
        self.all(MOVED, &[&from_at])
    }

    /// The first `limit` open windows of a wallet.
    pub fn open_windows(&self, wallet_no: u32, limit: u32) -> Result<Vec<WindowRow>, StoreError> {
        self.all(WINDOWS, &[&wallet_no, &limit])
    }

    /// What a wallet used of a meter in the hours `from_hour .. to_hour` since the epoch, oldest first. Hours without use have
    /// no row. At most 366 days of hours are looked at, the earliest ones.
    pub fn usage(
        &self,
        wallet_no: u32,
        meter_no: u32,
        from_hour: i64,
        to_hour: i64,
    ) -> Result<Vec<UsageRow>, StoreError> {
        let to_hour = to_hour.min(from_hour.saturating_add(USAGE_HOURS_MAX));
        self.all(USAGE, &[&wallet_no, &meter_no, &from_hour, &to_hour])
    }

    /// The meters that a wallet has ever used.
    pub fn used_meters(&self, wallet_no: u32) -> Result<Vec<u32>, StoreError> {
        self.all(USED_METERS, &[&wallet_no])
    }

    /// All ledger accounts.
    pub fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        self.all(ACCOUNTS, &[])
    }
}
