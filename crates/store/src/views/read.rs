//! What pages, the API and reports ask of the views.

use book::EntryRef;
use money::{CustomerId, GrantId, PaymentId, Timestamp, WalletId};

use super::{
    AccountRow, ChargedHour, ChargedKind, ChargedRow, EntryRow, GrantRow, Moved, UsageRow, WalletRow,
    WindowRow, grant_key, quarter_of,
};
use crate::error::StoreError;
use crate::tables::claims::ClaimCause;
use crate::tables::{Page, Reader, page, rows_to_ask};

const WALLET_BY_ID: &str = "SELECT w.wallet_no, w.wallet, w.customer, w.unit, b.posted, b.pending, b.held,
    w.opened_at, b.entries, b.newest
    FROM wallet_view w JOIN balance_view b ON b.wallet_no = w.wallet_no WHERE w.wallet = $1";
const WALLET_BY_NO: &str = "SELECT w.wallet_no, w.wallet, w.customer, w.unit, b.posted, b.pending, b.held,
    w.opened_at, b.entries, b.newest
    FROM wallet_view w JOIN balance_view b ON b.wallet_no = w.wallet_no WHERE w.wallet_no = $1";
const WALLETS_OF_CUSTOMER: &str =
    "SELECT w.wallet_no, w.wallet, w.customer, w.unit, b.posted, b.pending, b.held,
    w.opened_at, b.entries, b.newest
    FROM wallet_view w JOIN balance_view b ON b.wallet_no = w.wallet_no
    WHERE w.customer = $1 ORDER BY w.wallet_no LIMIT $2";
const ALL_WALLETS: &str = "SELECT w.wallet_no, w.wallet, w.customer, w.unit, b.posted, b.pending, b.held,
    w.opened_at, b.entries, b.newest
    FROM wallet_view w JOIN balance_view b ON b.wallet_no = w.wallet_no ORDER BY w.wallet_no";
const ALL_WINDOWS: &str = "SELECT wallet_no, window_no, meter_no, opened_at, closes_at, pending, events
    FROM window_view ORDER BY wallet_no, window_no";
const GRANTS: &str =
    "SELECT g.grant_key >> 32, g.grant_key & 4294967295, g.id, g.source, g.reason, g.priority,
    g.amount, l.remaining, g.effective_at, g.expires_at, g.cost_amount, g.cost_unit, g.payment, g.added_at,
    l.state
    FROM grant_view g JOIN grant_left_view l ON l.grant_key = g.grant_key
    WHERE g.grant_key >= $1 AND g.grant_key < $2 ORDER BY g.grant_key DESC LIMIT $3";
const GRANT_BY_ID: &str =
    "SELECT g.grant_key >> 32, g.grant_key & 4294967295, g.id, g.source, g.reason, g.priority,
    g.amount, l.remaining, g.effective_at, g.expires_at, g.cost_amount, g.cost_unit, g.payment, g.added_at,
    l.state
    FROM grant_view g JOIN grant_left_view l ON l.grant_key = g.grant_key WHERE g.id = $1";
const ENTRY: &str =
    "SELECT entry, wallet_no, number, previous, at, kind, amount, posted_after, account, charge_kind_no,
    meter_no, window_no, from_at, to_at, quantity, grant_no, payment, reason
    FROM entry_view WHERE entry = $1 AND wallet_no = $2";
const ENTRY_WALLETS: &str = "SELECT wallet_no FROM entry_view WHERE entry = $1 ORDER BY wallet_no";
const TAKEN_BACK: &str = "SELECT CAST(coalesce(-sum(amount), 0) AS BIGINT) FROM entry_view
    WHERE payment = $1 AND kind IN ('refund', 'dispute')";
const TAKEN_BACK_FOR: &str = "SELECT CAST(coalesce(-sum(amount), 0) AS BIGINT) FROM entry_view
    WHERE payment = $1 AND kind = $2";
const NEWEST: &str = "SELECT newest FROM balance_view WHERE wallet_no = $1";
const MARK_FROM_PLACE: &str = "SELECT entry FROM entry_mark
    WHERE wallet_no = $1 AND entry >= $2 ORDER BY entry LIMIT 1";
const MARK_FROM_TIME: &str = "SELECT entry FROM entry_mark
    WHERE wallet_no = $1 AND at >= $2 ORDER BY at, entry LIMIT 1";
/// Many rows that each stop at 64 bits are summed up in two parts, of which neither leaves them: what they come to stops there, too.
const MOVED: &str =
    "SELECT kind, nullif(reason, ''), CASE WHEN high + low / 4294967296 > 2147483647 THEN 9223372036854775807
    WHEN high + low / 4294967296 < -2147483647 THEN -9223372036854775807
    ELSE (high + low / 4294967296) * 4294967296 + low % 4294967296 END, unit
    FROM (SELECT kind, reason, unit, CAST(sum(amount / 4294967296) AS BIGINT) AS high,
        CAST(sum(amount % 4294967296) AS BIGINT) AS low
    FROM moved_view WHERE quarter >= $1 GROUP BY kind, reason, unit) AS summed
    ORDER BY kind, reason, unit";
const MOVED_BETWEEN: &str =
    "SELECT kind, nullif(reason, ''), CASE WHEN high + low / 4294967296 > 2147483647 THEN 9223372036854775807
    WHEN high + low / 4294967296 < -2147483647 THEN -9223372036854775807
    ELSE (high + low / 4294967296) * 4294967296 + low % 4294967296 END, unit
    FROM (SELECT kind, reason, unit, CAST(sum(amount / 4294967296) AS BIGINT) AS high,
        CAST(sum(amount % 4294967296) AS BIGINT) AS low
    FROM moved_view WHERE quarter >= $1 AND quarter < $2 GROUP BY kind, reason, unit) AS summed
    ORDER BY kind, reason, unit";
const WINDOWS: &str = "SELECT wallet_no, window_no, meter_no, opened_at, closes_at, pending, events
    FROM window_view WHERE wallet_no = $1 ORDER BY window_no LIMIT $2";
const USAGE: &str = "SELECT wallet_no, meter_no, hour, quantity, events, posted, pending
    FROM usage_view WHERE wallet_no = $1 AND meter_no = $2 AND hour >= $3 AND hour < $4 ORDER BY hour";
const USED_METERS: &str = "SELECT DISTINCT meter_no FROM usage_view WHERE wallet_no = $1 ORDER BY meter_no";
const CHARGED: &str = "SELECT wallet_no, hour, charge_kind_no, charges, charged, reversals, reversed
    FROM charged_view WHERE wallet_no = $1 AND charge_kind_no = $2 AND hour >= $3 AND hour < $4 ORDER BY hour";
const CHARGED_BY_HOUR: &str = "SELECT hour, CASE WHEN high + low / 4294967296 > 2147483647 THEN 9223372036854775807
    WHEN high + low / 4294967296 < -2147483647 THEN -9223372036854775807
    ELSE (high + low / 4294967296) * 4294967296 + low % 4294967296 END
    FROM (SELECT hour, CAST(sum((charged - reversed) / 4294967296) AS BIGINT) AS high,
        CAST(sum((charged - reversed) % 4294967296) AS BIGINT) AS low
    FROM charged_view WHERE wallet_no = $1 AND hour >= $2 AND hour < $3 GROUP BY hour) AS summed ORDER BY hour";
const CHARGED_BY_KIND: &str = "SELECT charge_kind_no, charges,
    CASE WHEN charged_high + charged_low / 4294967296 > 2147483647 THEN 9223372036854775807
    WHEN charged_high + charged_low / 4294967296 < -2147483647 THEN -9223372036854775807
    ELSE (charged_high + charged_low / 4294967296) * 4294967296 + charged_low % 4294967296 END, reversals,
    CASE WHEN reversed_high + reversed_low / 4294967296 > 2147483647 THEN 9223372036854775807
    WHEN reversed_high + reversed_low / 4294967296 < -2147483647 THEN -9223372036854775807
    ELSE (reversed_high + reversed_low / 4294967296) * 4294967296 + reversed_low % 4294967296 END
    FROM (SELECT charge_kind_no, CAST(sum(charges) AS BIGINT) AS charges,
        CAST(sum(charged / 4294967296) AS BIGINT) AS charged_high, CAST(sum(charged % 4294967296) AS BIGINT) AS charged_low,
        CAST(sum(reversals) AS BIGINT) AS reversals,
        CAST(sum(reversed / 4294967296) AS BIGINT) AS reversed_high, CAST(sum(reversed % 4294967296) AS BIGINT) AS reversed_low
    FROM charged_view WHERE wallet_no = $1 AND hour >= $2 AND hour < $3 GROUP BY charge_kind_no) AS summed
    ORDER BY charge_kind_no";
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
        let first = grant_key(wallet_no, 0);
        let before = before.map_or(first + (1 << 32), |grant_no| grant_key(wallet_no, grant_no));
        let rows = self.all(GRANTS, &[&first, &before, &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &GrantRow| row.grant_no))
    }

    /// What refunds and disputes of a payment have taken of a wallet and not set back, in its unit's smallest steps.
    pub fn moved_back(&self, payment: PaymentId) -> Result<i64, StoreError> {
        Ok(self.one(TAKEN_BACK, &[&payment])?.unwrap_or_default())
    }

    /// The same of its refunds alone, or of its disputes.
    pub fn moved_back_for(&self, payment: PaymentId, cause: ClaimCause) -> Result<i64, StoreError> {
        Ok(self.one(TAKEN_BACK_FOR, &[&payment, &cause.word()])?.unwrap_or_default())
    }

    /// The numbers of the wallets that an entry has moved.
    pub fn wallets_of_entry(&self, entry: EntryRef) -> Result<Vec<u32>, StoreError> {
        self.all(ENTRY_WALLETS, &[&entry])
    }

    /// The grant of this name.
    pub fn grant(&self, grant: GrantId) -> Result<Option<GrantRow>, StoreError> {
        self.one(GRANT_BY_ID, &[&grant])
    }

    /// A wallet's movements whose time is in `from_at .. to_at`, newest first by their place in the journal. Takes as long as there
    /// are rows on the page, wherever it lies in the statement.
    pub fn entries(
        &self,
        wallet_no: u32,
        from_at: Timestamp,
        to_at: Timestamp,
        before: Option<EntryCursor>,
        limit: u32,
    ) -> Result<Page<EntryRow, EntryCursor>, StoreError> {
        // What lies behind the last position that there can be is as good as nothing said.
        let before = before
            .filter(|before| before.position <= EntryRef::POSITION_MAX)
            .map(|before| EntryRef::new(before.position, before.ordinal));
        let rows_max = usize::try_from(rows_to_ask(limit)).unwrap_or(usize::MAX);
        let mut rows = Vec::new();
        let mut next = self.walk_from(wallet_no, to_at, before)?;
        let mut statement = self.prepare(ENTRY)?;
        while let Some(entry) = next {
            let row: EntryRow = statement
                .all(&[&entry, &wallet_no])?
                .pop()
                .ok_or_else(|| StoreError::Missing { what: format!("entry_view {}", entry.as_u64()) })?;
            next = row.previous;
            if row.at < from_at {
                break;
            }
            if row.at < to_at && before.is_none_or(|before| row.entry < before) {
                rows.push(row);
            }
            if rows.len() == rows_max {
                break;
            }
        }
        let cursor = |entry: EntryRef| EntryCursor { position: entry.position(), ordinal: entry.ordinal() };
        Ok(page(rows, limit, |row: &EntryRow| cursor(row.entry)))
    }

    /// An entry from which the wanted ones can be reached by going back, with less than [`super::ENTRIES_PER_MARK`] others between.
    fn walk_from(
        &self,
        wallet_no: u32,
        to_at: Timestamp,
        before: Option<EntryRef>,
    ) -> Result<Option<EntryRef>, StoreError> {
        let by_time = self.one(MARK_FROM_TIME, &[&wallet_no, &to_at])?;
        let by_place = match before {
            Some(before) => self.one(MARK_FROM_PLACE, &[&wallet_no, &before])?,
            None => None,
        };
        match (by_time, by_place) {
            (Some(one), Some(other)) => Ok(Some(EntryRef::min(one, other))),
            (Some(one), None) | (None, Some(one)) => Ok(Some(one)),
            (None, None) => Ok(self.one::<Option<EntryRef>>(NEWEST, &[&wallet_no])?.flatten()),
        }
    }

    /// One movement of a wallet.
    pub fn entry(&self, wallet_no: u32, entry: EntryRef) -> Result<Option<EntryRow>, StoreError> {
        self.one(ENTRY, &[&entry, &wallet_no])
    }

    /// What all wallets together moved, by kind and reason, from the quarter of an hour on that `from_at` lies in: a day begins with
    /// one in every time zone.
    pub fn moved_since(&self, from_at: Timestamp) -> Result<Vec<Moved>, StoreError> {
        self.all(MOVED, &[&quarter_of(from_at)])
    }

    /// The same within each of these spans, which begin and end at midnights somewhere.
    pub fn moved_within(&self, spans: &[(Timestamp, Timestamp)]) -> Result<Vec<Vec<Moved>>, StoreError> {
        let mut statement = self.prepare(MOVED_BETWEEN)?;
        let within = |(from, until): &(Timestamp, Timestamp)| {
            statement.all(&[&quarter_of(*from), &quarter_of(*until)])
        };
        spans.iter().map(within).collect()
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

    /// What charges of one kind took from a wallet, as [`Reader::usage`] tells of a meter.
    pub fn charged(
        &self,
        wallet_no: u32,
        charge_kind_no: u32,
        from_hour: i64,
        to_hour: i64,
    ) -> Result<Vec<ChargedRow>, StoreError> {
        let to_hour = to_hour.min(from_hour.saturating_add(USAGE_HOURS_MAX));
        self.all(CHARGED, &[&wallet_no, &charge_kind_no, &from_hour, &to_hour])
    }

    /// The same of all kinds together.
    pub fn charged_by_hour(
        &self,
        wallet_no: u32,
        from_hour: i64,
        to_hour: i64,
    ) -> Result<Vec<ChargedHour>, StoreError> {
        let to_hour = to_hour.min(from_hour.saturating_add(USAGE_HOURS_MAX));
        self.all(CHARGED_BY_HOUR, &[&wallet_no, &from_hour, &to_hour])
    }

    /// What charges took from a wallet in these hours by what was charged for.
    pub fn charged_by_kind(
        &self,
        wallet_no: u32,
        from_hour: i64,
        to_hour: i64,
    ) -> Result<Vec<ChargedKind>, StoreError> {
        let to_hour = to_hour.min(from_hour.saturating_add(USAGE_HOURS_MAX));
        self.all(CHARGED_BY_KIND, &[&wallet_no, &from_hour, &to_hour])
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
