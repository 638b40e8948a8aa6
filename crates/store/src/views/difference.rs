//! Finding the first place where two sets of views differ: what is there, and what the journal says should be.

use super::{AccountRow, EntryRow, GrantRow, UsageRow, WalletRow, WindowRow};
use crate::error::StoreError;
use crate::stored::Stored;
use crate::tables::Reader;

/// Rows compared at a time.
const ROWS_AT_A_TIME: u32 = 4_096;

const WALLETS: &str = "SELECT wallet_no, wallet, customer, unit, posted, pending, held, opened_at
    FROM wallet_view WHERE wallet_no > $1 ORDER BY wallet_no LIMIT $2";
const GRANTS: &str = "SELECT wallet_no, grant_no, id, source, reason, priority, amount, remaining,
    effective_at, expires_at, cost_amount, cost_unit, payment, added_at, state
    FROM grant_view WHERE (wallet_no, grant_no) > ($1, $2) ORDER BY wallet_no, grant_no LIMIT $3";
const ENTRIES: &str =
    "SELECT wallet_no, position, ordinal, at, kind, amount, posted_after, meter_no, window_no,
    from_at, to_at, quantity, grant_no, payment, charge_kind_no, reason, debit_account, credit_account
    FROM entry_view WHERE (wallet_no, position, ordinal) > ($1, $2, $3)
    ORDER BY wallet_no, position, ordinal LIMIT $4";
const WINDOWS: &str = "SELECT wallet_no, window_no, meter_no, opened_at, closes_at, pending, events
    FROM window_view WHERE (wallet_no, window_no) > ($1, $2) ORDER BY wallet_no, window_no LIMIT $3";
const USAGE: &str = "SELECT wallet_no, meter_no, hour, quantity, events, posted, pending
    FROM usage_view WHERE (wallet_no, meter_no, hour) > ($1, $2, $3)
    ORDER BY wallet_no, meter_no, hour LIMIT $4";
const ACCOUNTS: &str = "SELECT account, unit, balance FROM account_view ORDER BY account, unit";

/// The first place, in key order, at which two sets of views have different rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewDifference {
    /// The table.
    pub table: &'static str,
    /// The row that is there; `None` at the end of the table.
    pub found: Option<String>,
    /// The row that should be there; `None` if the table should have ended.
    pub expected: Option<String>,
}

impl Reader<'_> {
    /// The first row, table by table and in key order, in which these views differ from `expected`.
    pub fn first_difference(&self, expected: &Reader<'_>) -> Result<Option<ViewDifference>, StoreError> {
        let limit = &ROWS_AT_A_TIME;
        let wallets = |reader: &Reader<'_>, last: Option<&WalletRow>| {
            let after = last.map_or(-1, |row| i64::from(row.wallet_no));
            reader.all(WALLETS, &[&after, limit])
        };
        let grants = |reader: &Reader<'_>, last: Option<&GrantRow>| {
            let after = last.map_or((-1, 0), |row| (i64::from(row.wallet_no), row.grant_no));
            reader.all(GRANTS, &[&after, limit])
        };
        let entries = |reader: &Reader<'_>, last: Option<&EntryRow>| {
            let wallet_no = last.map_or(-1, |row| i64::from(row.wallet_no));
            let place = last.map_or((0, 0), |row| (row.position, row.ordinal));
            reader.all(ENTRIES, &[&wallet_no, &place, limit])
        };
        let windows = |reader: &Reader<'_>, last: Option<&WindowRow>| {
            let after = last.map_or((-1, 0), |row| (i64::from(row.wallet_no), row.window_no));
            reader.all(WINDOWS, &[&after, limit])
        };
        let usage = |reader: &Reader<'_>, last: Option<&UsageRow>| {
            let wallet_no = last.map_or(-1, |row| i64::from(row.wallet_no));
            let hour = last.map_or((0, 0), |row| (row.meter_no, row.hour));
            reader.all(USAGE, &[&wallet_no, &hour, limit])
        };
        let accounts = |reader: &Reader<'_>, last: Option<&AccountRow>| {
            // Few: all at once.
            if last.is_some() { Ok(Vec::new()) } else { reader.all(ACCOUNTS, &[]) }
        };
        let steps: [&dyn Fn() -> Result<Option<ViewDifference>, StoreError>; 6] = [
            &|| compare("wallet_view", self, expected, wallets),
            &|| compare("grant_view", self, expected, grants),
            &|| compare("entry_view", self, expected, entries),
            &|| compare("window_view", self, expected, windows),
            &|| compare("usage_view", self, expected, usage),
            &|| compare("account_view", self, expected, accounts),
        ];
        for step in steps {
            if let Some(difference) = step()? {
                return Ok(Some(difference));
            }
        }
        Ok(None)
    }
}

/// Walks one table of both sides in step, a page at a time. `next` reads the rows after the given one.
fn compare<T: Stored + PartialEq + std::fmt::Debug>(
    table: &'static str,
    found: &Reader<'_>,
    expected: &Reader<'_>,
    next: impl Fn(&Reader<'_>, Option<&T>) -> Result<Vec<T>, StoreError>,
) -> Result<Option<ViewDifference>, StoreError> {
    let mut last: Option<T> = None;
    loop {
        let mut here = next(found, last.as_ref())?;
        let there = next(expected, last.as_ref())?;
        for place in 0..here.len().max(there.len()) {
            let (one, other) = (here.get(place), there.get(place));
            if one != other {
                let text = |row: Option<&T>| row.map(|row| format!("{row:?}"));
                return Ok(Some(ViewDifference { table, found: text(one), expected: text(other) }));
            }
        }
        match here.pop() {
            Some(row) => last = Some(row),
            None => return Ok(None),
        }
    }
}
