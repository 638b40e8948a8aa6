//! Getting a batch of changes into the views quickly: each statement is prepared once, each row is written once, and entries, of
//! which there are most, are appended behind each other.

use book::{GENESIS, Hash};
use money::Quantity;

use super::changes::{GrantChange, WalletChange, overflow};
use super::{Cursor, ENTRIES_PER_MARK, EntryRow, GrantRow, ViewChanges, WalletRow, grant_key};
use crate::error::StoreError;
use crate::tables::{Reader, Tx};

const SELECT_CURSOR: &str = "SELECT position, hash FROM cursors WHERE name = $1";
const UPSERT_CURSOR: &str = "INSERT INTO cursors (name, position, hash) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET position = excluded.position, hash = excluded.hash";
const DELETE_CURSOR: &str = "DELETE FROM cursors WHERE name = $1";

const INSERT_WALLET: &str = "INSERT INTO wallet_view (wallet_no, wallet, customer, unit, opened_at)
    VALUES ($1, $2, $3, $4, $5)";
const INSERT_BALANCE: &str = "INSERT INTO balance_view (wallet_no, posted, pending, held, entries, newest)
    VALUES ($1, $2, $3, $4, $5, $6)";
const CHANGE_BALANCE: &str = "UPDATE balance_view SET posted = coalesce($1, posted),
    pending = coalesce($2, pending), held = coalesce($3, held), entries = coalesce($4, entries),
    newest = coalesce($5, newest)
    WHERE wallet_no = $6";
const INSERT_GRANT: &str = "INSERT INTO grant_view
    (grant_key, id, source, reason, priority, amount, effective_at, expires_at, cost_amount, cost_unit,
     payment, added_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const INSERT_LEFT: &str = "INSERT INTO grant_left_view (grant_key, remaining, state) VALUES ($1, $2, $3)";
const CHANGE_LEFT: &str = "UPDATE grant_left_view SET remaining = remaining + $1, state = coalesce($2, state)
    WHERE grant_key = $3";
const INSERT_ENTRY: &str = "INSERT INTO entry_view
    (entry, wallet_no, number, previous, at, kind, amount, posted_after, account, charge_kind_no, meter_no,
     window_no, from_at, to_at, quantity, grant_no, payment, reason)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
/// As [`INSERT_ENTRY`] for one that has none of the rest, as a charge has: half the work.
const INSERT_SHORT_ENTRY: &str = "INSERT INTO entry_view
    (entry, wallet_no, number, previous, at, kind, amount, posted_after, account, charge_kind_no)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const INSERT_MARK: &str = "INSERT INTO entry_mark (wallet_no, entry, at) VALUES ($1, $2, $3)";
const INSERT_WINDOW: &str = "INSERT INTO window_view
    (wallet_no, window_no, meter_no, opened_at, closes_at, pending, events)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const CHANGE_WINDOW: &str = "UPDATE window_view SET pending = pending + $1, events = events + $2
    WHERE wallet_no = $3 AND window_no = $4";
const DELETE_WINDOW: &str = "DELETE FROM window_view WHERE wallet_no = $1 AND window_no = $2";
/// Reports of use are bounded one by one, not in their sum: a quantity stops at the largest that can be told, whatever the order.
const ADD_USAGE: &str = "INSERT INTO usage_view
    (wallet_no, meter_no, hour, quantity, events, posted, pending) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (wallet_no, meter_no, hour) DO UPDATE SET
        quantity = CASE WHEN usage_view.quantity > 9223372036854775807 - excluded.quantity
            THEN 9223372036854775807 ELSE usage_view.quantity + excluded.quantity END, events = usage_view.events + excluded.events,
        posted = usage_view.posted + excluded.posted, pending = usage_view.pending + excluded.pending";
/// Sums that stop where they cannot be told, as use does.
const ADD_CHARGED: &str = "INSERT INTO charged_view
    (wallet_no, hour, charge_kind_no, charges, charged, reversals, reversed) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (wallet_no, hour, charge_kind_no) DO UPDATE SET
        charges = charged_view.charges + excluded.charges,
        charged = CASE WHEN charged_view.charged > 9223372036854775807 - excluded.charged
            THEN 9223372036854775807 ELSE charged_view.charged + excluded.charged END,
        reversals = charged_view.reversals + excluded.reversals,
        reversed = CASE WHEN charged_view.reversed > 9223372036854775807 - excluded.reversed
            THEN 9223372036854775807 ELSE charged_view.reversed + excluded.reversed END";
const ADD_MOVED: &str = "INSERT INTO moved_view (quarter, unit, kind, reason, amount)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (quarter, unit, kind, reason) DO UPDATE SET amount = CASE
        WHEN excluded.amount > 0 AND moved_view.amount > 9223372036854775807 - excluded.amount
            THEN 9223372036854775807
        WHEN excluded.amount < 0 AND moved_view.amount < -9223372036854775807 - excluded.amount
            THEN -9223372036854775807
        ELSE moved_view.amount + excluded.amount END";
const MOVE_ACCOUNT: &str = "INSERT INTO account_view (account, unit, balance) VALUES ($1, $2, $3)
    ON CONFLICT (account, unit) DO UPDATE SET balance = account_view.balance + excluded.balance";

const CLEAR: [&str; 11] = [
    "DELETE FROM wallet_view",
    "DELETE FROM balance_view",
    "DELETE FROM grant_view",
    "DELETE FROM grant_left_view",
    "DELETE FROM entry_view",
    "DELETE FROM entry_mark",
    "DELETE FROM window_view",
    "DELETE FROM usage_view",
    "DELETE FROM charged_view",
    "DELETE FROM moved_view",
    "DELETE FROM account_view",
];

impl Reader<'_> {
    /// How far the reader called `name` has come; before the first row if it has never moved.
    pub fn cursor(&self, name: &str) -> Result<Cursor, StoreError> {
        Ok(self.one(SELECT_CURSOR, &[&name])?.unwrap_or(Cursor { position: 0, hash: GENESIS }))
    }
}

impl Tx<'_> {
    /// Moves the cursor `name` from position `from` on. [`StoreError::Conflict`] if it is elsewhere: another one has moved it,
    /// and what was derived from the rows since `from` must not be written again.
    pub fn move_cursor(&self, name: &str, from: u64, to: u64, hash: &Hash) -> Result<(), StoreError> {
        if self.cursor(name)?.position != from {
            return Err(StoreError::Conflict { what: format!("cursors.{name}") });
        }
        self.run(UPSERT_CURSOR, &[&name, &to, hash])?;
        Ok(())
    }

    /// Empties all views and takes the cursor `name`, which filled them, back to the beginning.
    pub fn clear_views(&self, name: &str) -> Result<(), StoreError> {
        for statement in CLEAR {
            self.run(statement, &[])?;
        }
        self.clear_lines()?;
        self.run(DELETE_CURSOR, &[&name])?;
        Ok(())
    }

    /// Makes `changes` true. [`StoreError::Missing`] if one changes a row that is not there.
    pub fn apply_views(&self, changes: &ViewChanges) -> Result<(), StoreError> {
        if changes.overflowed {
            return Err(overflow());
        }
        self.write_wallets(changes)?;
        self.write_grants(changes)?;
        self.write_entries(&changes.entries)?;
        self.write_windows(changes)?;
        changes.lines.iter().try_for_each(|change| self.apply_line(change))?;
        self.write_shared_sums(changes)
    }

    fn write_wallets(&self, changes: &ViewChanges) -> Result<(), StoreError> {
        let mut insert = self.prepare_many(INSERT_WALLET)?;
        let mut insert_balance = self.prepare_many(INSERT_BALANCE)?;
        for row in &changes.opened {
            insert.add(&[&row.wallet_no, &row.wallet, &row.customer, &row.unit, &row.opened_at])?;
            let WalletRow { wallet_no, posted, pending, held, entries, newest, .. } = row;
            insert_balance.add(&[wallet_no, posted, pending, held, entries, newest])?;
        }
        insert.finish()?;
        insert_balance.finish()?;
        let mut change = self.prepare_many(CHANGE_BALANCE)?;
        let mut expected = 0;
        changes.each_wallet(|wallet_no, WalletChange { balance, newest }| {
            let (posted, pending, held) = match balance {
                Some((posted, pending, held)) => (Some(posted), Some(pending), Some(held)),
                None => (None, None, None),
            };
            let (entries, newest) = (newest.map(|newest| newest.0), newest.map(|newest| newest.1));
            expected += 1;
            change.add(&[&posted, &pending, &held, &entries, &newest, &wallet_no])
        })?;
        all_there("balance_view", change.finish()?, expected)
    }

    fn write_grants(&self, changes: &ViewChanges) -> Result<(), StoreError> {
        let mut insert = self.prepare_many(INSERT_GRANT)?;
        let mut insert_left = self.prepare_many(INSERT_LEFT)?;
        for row in &changes.added {
            let key = grant_key(row.wallet_no, row.grant_no);
            let GrantRow { id, source, reason, priority, amount, effective_at, expires_at, cost, .. } = row;
            let (payment, added_at) = (&row.payment, &row.added_at);
            insert.add(&[
                &key,
                id,
                source,
                reason,
                priority,
                amount,
                effective_at,
                expires_at,
                cost,
                payment,
                added_at,
            ])?;
            insert_left.add(&[&key, &row.remaining, &row.state])?;
        }
        insert.finish()?;
        insert_left.finish()?;
        let mut change = self.prepare_many(CHANGE_LEFT)?;
        let mut expected = 0;
        changes.each_grant(|key, GrantChange { remaining, state }| {
            expected += 1;
            change.add(&[&remaining, &state, &key])
        })?;
        all_there("grant_left_view", change.finish()?, expected)
    }

    fn write_entries(&self, entries: &[EntryRow]) -> Result<(), StoreError> {
        let mut insert = self.prepare_many(INSERT_ENTRY)?;
        let mut insert_short = self.prepare_many(INSERT_SHORT_ENTRY)?;
        let mut mark = self.prepare_many(INSERT_MARK)?;
        for row in entries {
            if row.is_short() {
                let EntryRow { entry, wallet_no, number, previous, at, kind, .. } = row;
                let EntryRow { amount, posted_after, account, charge_kind_no, .. } = row;
                insert_short.add(&[
                    entry,
                    wallet_no,
                    number,
                    previous,
                    at,
                    kind,
                    amount,
                    posted_after,
                    account,
                    charge_kind_no,
                ])?;
            } else {
                insert.add(&[row])?;
            }
            if row.number.is_multiple_of(ENTRIES_PER_MARK) {
                mark.add(&[&row.wallet_no, &row.entry, &row.at])?;
            }
        }
        insert.finish()?;
        insert_short.finish()?;
        mark.finish()?;
        Ok(())
    }

    fn write_windows(&self, changes: &ViewChanges) -> Result<(), StoreError> {
        let mut insert = self.prepare_many(INSERT_WINDOW)?;
        let mut change = self.prepare_many(CHANGE_WINDOW)?;
        let mut delete = self.prepare_many(DELETE_WINDOW)?;
        let (mut changed, mut deleted) = (0, 0);
        for ((wallet_no, window_no), window) in &changes.windows {
            if let Some(row) = &window.opened {
                insert.add(&[row])?;
            }
            match (window.closed, window.pending, window.events) {
                (true, ..) => {
                    deleted += 1;
                    delete.add(&[wallet_no, window_no])?;
                }
                (false, 0, 0) => {}
                (false, pending, events) => {
                    changed += 1;
                    change.add(&[&pending, &events, wallet_no, window_no])?;
                }
            }
        }
        insert.finish()?;
        all_there("window_view", change.finish()?, changed)?;
        all_there("window_view", delete.finish()?, deleted)
    }

    fn write_shared_sums(&self, changes: &ViewChanges) -> Result<(), StoreError> {
        let mut add_usage = self.prepare_many(ADD_USAGE)?;
        for ((wallet_no, meter_no, hour), used) in &changes.usage {
            let quantity = Quantity::from_millionths(used[0]);
            add_usage.add(&[wallet_no, meter_no, hour, &quantity, &used[1], &used[2], &used[3]])?;
        }
        let mut add_charged = self.prepare_many(ADD_CHARGED)?;
        for ((wallet_no, hour, charge_kind_no), sums) in &changes.charged {
            let [charges, charged, reversals, reversed] = sums;
            add_charged.add(&[wallet_no, hour, charge_kind_no, charges, charged, reversals, reversed])?;
        }
        let mut add_moved = self.prepare_many(ADD_MOVED)?;
        for ((quarter, unit, kind, reason), amount) in &changes.moved {
            add_moved.add(&[quarter, unit, kind, reason, amount])?;
        }
        let mut move_account = self.prepare_many(MOVE_ACCOUNT)?;
        for ((account, unit), delta) in &changes.accounts {
            move_account.add(&[account, unit, delta])?;
        }
        for many in [add_usage, add_charged, add_moved, move_account] {
            many.finish()?;
        }
        Ok(())
    }
}

/// Refuses to go on if rows that should have changed are not there.
fn all_there(table: &str, changed: usize, expected: usize) -> Result<(), StoreError> {
    if changed == expected {
        return Ok(());
    }
    Err(StoreError::Missing { what: format!("one of {expected} rows of {table} that change") })
}
