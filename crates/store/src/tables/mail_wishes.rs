//! What customers want to be told of their credit by mail, and what they have been told.

use money::{CustomerId, GrantId, Timestamp, Unit, WalletId};

use super::{Reader, Tx};
use crate::error::StoreError;
use crate::stored::row;
use crate::views::{grant_key, quarter_of};

const WISH: &str =
    "SELECT customer, low_balance, is_told_low, is_told_expiry FROM mail_wishes WHERE customer = $1";
const PUT_WISH: &str = "INSERT INTO mail_wishes (customer, low_balance, is_told_low, is_told_expiry)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (customer) DO UPDATE SET low_balance = excluded.low_balance,
        is_told_low = excluded.is_told_low, is_told_expiry = excluded.is_told_expiry";
const TOLD: &str = "SELECT is_low FROM balance_told WHERE wallet_no = $1";
const PUT_TOLD: &str =
    "INSERT INTO balance_told (wallet_no, is_low, falls, low_since, threshold, told_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (wallet_no) DO UPDATE SET is_low = excluded.is_low, falls = excluded.falls,
        threshold = excluded.threshold, told_at = excluded.told_at, low_since = CASE WHEN balance_told.is_low = excluded.is_low THEN balance_told.low_since
            ELSE excluded.low_since END";
const ADDED_SINCE: &str = "SELECT count(*) FROM grant_view
    WHERE grant_key >= $1 AND grant_key < $2 AND added_at > $3 AND source <> 'reinstated'";
const NEWEST_LOW_COUNT: &str = "SELECT quarter, low FROM low_balance_counts ORDER BY quarter DESC LIMIT 1";
const PUT_LOW_COUNT: &str = "INSERT INTO low_balance_counts (quarter, low) VALUES ($1, $2)
    ON CONFLICT (quarter) DO UPDATE SET low = excluded.low";
const LOW_COUNT_BEFORE: &str =
    "SELECT quarter, low FROM low_balance_counts WHERE quarter < $1 ORDER BY quarter DESC LIMIT 1";
const LOW_COUNTS: &str =
    "SELECT quarter, low FROM low_balance_counts WHERE quarter >= $1 ORDER BY quarter LIMIT $2";
const LATELY_LOW: &str =
    "SELECT w.customer, c.name, c.email, w.unit, b.posted - b.pending - b.held, t.low_since
    FROM balance_told t JOIN wallet_view w ON w.wallet_no = t.wallet_no
    JOIN balance_view b ON b.wallet_no = t.wallet_no JOIN customers c ON c.id = w.customer
    WHERE t.is_low = 1 ORDER BY t.low_since DESC, t.wallet_no DESC LIMIT $1";
const WATCHED: &str =
    "SELECT w.wallet_no, w.wallet, w.customer, b.posted - b.pending - b.held, m.low_balance,
    t.is_low, t.falls, t.threshold, t.told_at
    FROM wallet_view w JOIN balance_view b ON b.wallet_no = w.wallet_no
    LEFT JOIN mail_wishes m ON m.customer = w.customer LEFT JOIN balance_told t ON t.wallet_no = w.wallet_no
    WHERE w.unit = $1 AND w.wallet_no > $2 ORDER BY w.wallet_no LIMIT $3";
const WATCHED_OF: &str =
    "SELECT w.wallet_no, w.wallet, w.customer, b.posted - b.pending - b.held, m.low_balance,
    t.is_low, t.falls, t.threshold, t.told_at
    FROM wallet_view w JOIN balance_view b ON b.wallet_no = w.wallet_no
    LEFT JOIN mail_wishes m ON m.customer = w.customer LEFT JOIN balance_told t ON t.wallet_no = w.wallet_no
    WHERE w.unit = $1 AND w.customer = $2 ORDER BY w.wallet_no LIMIT $3";
const WATCHED_ONE: &str =
    "SELECT w.wallet_no, w.wallet, w.customer, b.posted - b.pending - b.held, m.low_balance,
    t.is_low, t.falls, t.threshold, t.told_at
    FROM wallet_view w JOIN balance_view b ON b.wallet_no = w.wallet_no
    LEFT JOIN mail_wishes m ON m.customer = w.customer LEFT JOIN balance_told t ON t.wallet_no = w.wallet_no
    WHERE w.unit = $1 AND w.wallet_no = $2";
const HIGHEST: &str = "SELECT max(low_balance) FROM mail_wishes";
const EXPIRING: &str = "SELECT g.grant_key, g.id, w.wallet, w.customer, l.remaining, w.unit, g.expires_at
    FROM grant_view g JOIN grant_left_view l ON l.grant_key = g.grant_key
    JOIN wallet_view w ON w.wallet_no = g.grant_key >> 32
    WHERE g.expires_at > $1 AND g.expires_at <= $2 AND w.unit = $3 AND l.remaining > 0 AND l.state = 'active'
      AND g.expires_at - coalesce(g.effective_at, g.added_at) > $4
      AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.position = g.grant_key AND n.ordinal = 0 AND n.kind = $5)
    ORDER BY g.expires_at, g.grant_key LIMIT $6";

row! {
    /// What a customer wants to be told by mail.
    pub struct MailWish {
        /// Who.
        pub customer: CustomerId,
        /// Below what he wants to be told that his balance is low, in steps of his wallet's unit; as the operator has it if `None`.
        pub low_balance: Option<i64>,
        /// 1 if he wants to be told that.
        pub is_told_low: u8,
        /// 1 if he wants to be told of credit that expires.
        pub is_told_expiry: u8,
    }
}

row! {
    /// A money wallet with what is watched of it.
    pub struct WatchedWallet {
        /// Its number.
        pub wallet_no: u32,
        /// Its name.
        pub wallet: WalletId,
        /// Whose it is.
        pub customer: CustomerId,
        /// What is available in it.
        pub available: i64,
        /// Its customer's own threshold.
        pub low_balance: Option<i64>,
        /// 1 if it was below its threshold when it was last seen; `None` if it never was seen.
        pub is_low: Option<u8>,
        /// How often its customer was told that it has fallen below.
        pub falls: Option<u32>,
        /// The threshold by which that was seen; `None` if it was not written down.
        pub threshold: Option<i64>,
        /// When its customer was told of a fall last.
        pub told_at: Option<Timestamp>,
    }
}

row! {
    /// What is known of a money wallet that is watched.
    pub struct BalanceTold {
        /// Its number.
        pub wallet_no: u32,
        /// 1 if it is below its threshold.
        pub is_low: u8,
        /// How often its customer was told that it has fallen below.
        pub falls: u32,
        /// When it was seen there. Of one that was there already the first time counts.
        pub low_since: Timestamp,
        /// That threshold.
        pub threshold: Option<i64>,
        /// When its customer was told of a fall last.
        pub told_at: Option<Timestamp>,
    }
}

row! {
    /// How many wallets are below their thresholds since some quarter of an hour.
    pub struct LowCount {
        /// Quarters of an hour since the epoch, see [`quarter_of`].
        pub quarter: i64,
        /// How many.
        pub low: i64,
    }
}

row! {
    /// A customer whose credit is below his threshold.
    pub struct LowCustomer {
        /// Who.
        pub customer: CustomerId,
        /// What people call him.
        pub name: String,
        /// Where he is written to.
        pub email: Option<String>,
        /// What his wallet counts.
        pub unit: Unit,
        /// What is available in it.
        pub available: i64,
        /// Since when he is below; the epoch if that was before anybody wrote it down.
        pub low_since: Timestamp,
    }
}

row! {
    /// A grant that expires soon, and of which nobody was told.
    pub struct ExpiringGrant {
        /// Its place in the view: it names what is told of it.
        pub grant_key: u64,
        /// Its name.
        pub grant: GrantId,
        /// Its wallet.
        pub wallet: WalletId,
        /// Whose it is.
        pub customer: CustomerId,
        /// What is left of it.
        pub remaining: i64,
        /// What it counts.
        pub unit: Unit,
        /// When that is lost.
        pub expires_at: Timestamp,
    }
}

impl MailWish {
    /// What holds of a customer who has said nothing.
    pub const fn of_nobody(customer: CustomerId) -> MailWish {
        MailWish { customer, low_balance: None, is_told_low: 1, is_told_expiry: 1 }
    }
}

impl Reader<'_> {
    /// What a customer wants to be told by mail.
    pub fn mail_wish(&self, customer: CustomerId) -> Result<MailWish, StoreError> {
        Ok(self.one(WISH, &[&customer])?.unwrap_or(MailWish::of_nobody(customer)))
    }

    /// Wallets that count `unit`, by number behind `after`; all of them from the first if that is `None`.
    pub fn watched_wallets(
        &self,
        unit: Unit,
        after: Option<u32>,
        limit: u32,
    ) -> Result<Vec<WatchedWallet>, StoreError> {
        self.all(WATCHED, &[&unit, &after.map_or(-1, i64::from), &limit])
    }

    /// The wallet of this number, if it counts `unit`.
    pub fn watched_wallet(&self, unit: Unit, wallet_no: u32) -> Result<Option<WatchedWallet>, StoreError> {
        self.one(WATCHED_ONE, &[&unit, &wallet_no])
    }

    /// Whether anything was added to a wallet after `since`: bought, given or allowed. What a dispute or refund that failed gave back is not.
    pub fn was_added_to(&self, wallet_no: u32, since: Timestamp) -> Result<bool, StoreError> {
        let (first, beyond) = (grant_key(wallet_no, 0), grant_key(wallet_no, 0) + (1 << 32));
        Ok(self.one::<u32>(ADDED_SINCE, &[&first, &beyond, &since])?.is_some_and(|count| count > 0))
    }

    /// The highest threshold that any customer has chosen.
    pub fn highest_low_balance(&self) -> Result<Option<i64>, StoreError> {
        Ok(self.one::<Option<i64>>(HIGHEST, &[])?.flatten())
    }

    /// A customer's wallets that count `unit`.
    pub fn watched_wallets_of(
        &self,
        customer: CustomerId,
        unit: Unit,
        limit: u32,
    ) -> Result<Vec<WatchedWallet>, StoreError> {
        self.all(WATCHED_OF, &[&unit, &customer, &limit])
    }

    /// How many wallets were below their thresholds: the last count before `from`, if there is one, and all since, oldest first. At most
    /// `limit` of those.
    pub fn low_counts(&self, from: Timestamp, limit: u32) -> Result<Vec<LowCount>, StoreError> {
        let quarter = quarter_of(from);
        let mut counts: Vec<LowCount> = self.one(LOW_COUNT_BEFORE, &[&quarter])?.into_iter().collect();
        counts.extend(self.all::<LowCount>(LOW_COUNTS, &[&quarter, &limit])?);
        Ok(counts)
    }

    /// The customers who fell below their thresholds last and are still there, the last one first.
    pub fn lately_low(&self, limit: u32) -> Result<Vec<LowCustomer>, StoreError> {
        self.all(LATELY_LOW, &[&limit])
    }

    /// Grants of `unit` that expire after `now` and not after `until`, were given for longer than `life_min` microseconds, and are
    /// told of by no notice of this kind; the soonest first.
    pub fn expiring_grants(
        &self,
        (now, until): (Timestamp, Timestamp),
        unit: Unit,
        life_min: i64,
        kind: &str,
        limit: u32,
    ) -> Result<Vec<ExpiringGrant>, StoreError> {
        self.all(EXPIRING, &[&now, &until, &unit, &life_min, &kind, &limit])
    }
}

impl Tx<'_> {
    /// Writes down what a customer wants to be told.
    pub fn put_mail_wish(&self, wish: &MailWish) -> Result<(), StoreError> {
        self.run(PUT_WISH, &[wish])?;
        Ok(())
    }

    /// Writes down on which side of its threshold a wallet was seen, and what its customer was told.
    pub fn put_balance_told(&self, told: &BalanceTold) -> Result<(), StoreError> {
        let was_low = self.one::<u8>(TOLD, &[&told.wallet_no])?.is_some_and(|was| was > 0);
        self.run(PUT_TOLD, &[told])?;
        let is_low = told.is_low > 0;
        if was_low != is_low {
            let newest = self.one(NEWEST_LOW_COUNT, &[])?.unwrap_or(LowCount { quarter: 0, low: 0 });
            let low = if is_low { newest.low + 1 } else { newest.low - 1 };
            self.run(PUT_LOW_COUNT, &[&quarter_of(told.low_since).max(newest.quarter), &low])?;
        }
        Ok(())
    }
}
