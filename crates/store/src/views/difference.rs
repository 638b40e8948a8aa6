//! Finding the first place where two sets of views differ: what is there, and what the journal says should be.

use book::EntryRef;

use super::{
    AccountRow, ChargedRow, EntryMark, EntryRow, GrantRow, MovedRow, UsageRow, WalletRow, WindowRow,
    grant_key,
};
use crate::error::StoreError;
use crate::stored::Stored;
use crate::tables::Reader;

/// Rows compared at a time.
pub(super) const ROWS_AT_A_TIME: u32 = 4_096;

const WALLETS: &str = "SELECT w.wallet_no, w.wallet, w.customer, w.unit, b.posted, b.pending, b.held,
    w.opened_at, b.entries, b.newest
    FROM wallet_view w JOIN balance_view b ON b.wallet_no = w.wallet_no
    WHERE w.wallet_no > $1 ORDER BY w.wallet_no LIMIT $2";
const GRANTS: &str =
    "SELECT g.grant_key >> 32, g.grant_key & 4294967295, g.id, g.source, g.reason, g.priority,
    g.amount, l.remaining, g.effective_at, g.expires_at, g.cost_amount, g.cost_unit, g.payment, g.added_at,
    l.state
    FROM grant_view g JOIN grant_left_view l ON l.grant_key = g.grant_key
    WHERE g.grant_key > $1 ORDER BY g.grant_key LIMIT $2";
const ENTRIES: &str =
    "SELECT entry, wallet_no, number, previous, at, kind, amount, posted_after, account, charge_kind_no,
    meter_no, window_no, from_at, to_at, quantity, grant_no, payment, reason
    FROM entry_view WHERE entry > $1 ORDER BY entry LIMIT $2";
const MARKS: &str = "SELECT wallet_no, entry, at
    FROM entry_mark WHERE (wallet_no, entry) > ($1, $2) ORDER BY wallet_no, entry LIMIT $3";
const WINDOWS: &str = "SELECT wallet_no, window_no, meter_no, opened_at, closes_at, pending, events
    FROM window_view WHERE (wallet_no, window_no) > ($1, $2) ORDER BY wallet_no, window_no LIMIT $3";
const USAGE: &str = "SELECT wallet_no, meter_no, hour, quantity, events, posted, pending
    FROM usage_view WHERE (wallet_no, meter_no, hour) > ($1, $2, $3)
    ORDER BY wallet_no, meter_no, hour LIMIT $4";
const CHARGED: &str = "SELECT wallet_no, hour, charge_kind_no, charges, charged, reversals, reversed
    FROM charged_view WHERE (wallet_no, hour, charge_kind_no) > ($1, $2, $3)
    ORDER BY wallet_no, hour, charge_kind_no LIMIT $4";
const MOVED: &str = "SELECT quarter, unit, kind, reason, amount FROM moved_view
    WHERE (quarter, unit, kind, reason) > ($1, $2, $3, $4) ORDER BY quarter, unit, kind, reason LIMIT $5";
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
            let after = last.map_or(-1, |row| grant_key(row.wallet_no, row.grant_no));
            reader.all(GRANTS, &[&after, limit])
        };
        let entries = |reader: &Reader<'_>, last: Option<&EntryRow>| {
            let after = last.map_or(EntryRef::from_u64(0), |row| row.entry);
            reader.all(ENTRIES, &[&after, limit])
        };
        let marks = |reader: &Reader<'_>, last: Option<&EntryMark>| {
            let wallet_no = last.map_or(-1, |row| i64::from(row.wallet_no));
            let after = last.map_or(EntryRef::from_u64(0), |row| row.entry);
            reader.all(MARKS, &[&wallet_no, &after, limit])
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
        let charged = |reader: &Reader<'_>, last: Option<&ChargedRow>| {
            let wallet_no = last.map_or(-1, |row| i64::from(row.wallet_no));
            let kind = last.map_or((0, 0), |row| (row.hour, row.charge_kind_no));
            reader.all(CHARGED, &[&wallet_no, &kind, limit])
        };
        let moved = |reader: &Reader<'_>, last: Option<&MovedRow>| match last {
            None => reader.all(MOVED, &[&i64::MIN, &b"".as_slice(), &"", &"", limit]),
            Some(row) => reader.all(MOVED, &[&row.quarter, &row.unit, &row.kind, &row.reason, limit]),
        };
        let accounts = |reader: &Reader<'_>, last: Option<&AccountRow>| {
            // Few: all at once.
            if last.is_some() { Ok(Vec::new()) } else { reader.all(ACCOUNTS, &[]) }
        };
        let steps: [&dyn Fn() -> Result<Option<ViewDifference>, StoreError>; 10] = [
            &|| compare("wallet_view", self, expected, wallets),
            &|| compare("grant_view", self, expected, grants),
            &|| compare("entry_view", self, expected, entries),
            &|| compare("entry_mark", self, expected, marks),
            &|| compare("window_view", self, expected, windows),
            &|| compare("usage_view", self, expected, usage),
            &|| compare("charged_view", self, expected, charged),
            &|| compare("moved_view", self, expected, moved),
            &|| compare("account_view", self, expected, accounts),
            &|| self.first_line_difference(expected),
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
pub(super) fn compare<T: Stored + PartialEq + std::fmt::Debug>(
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
