//! Getting a batch of changes into the views quickly: each statement is prepared once, and what changes the same row many times
//! is written once.

use std::collections::BTreeMap;

use book::{GENESIS, Hash};
use money::{Quantity, Unit};

use super::{Cursor, ViewChange};
use crate::error::StoreError;
use crate::tables::{Reader, Tx};

const SELECT_CURSOR: &str = "SELECT position, hash FROM cursors WHERE name = $1";
const UPSERT_CURSOR: &str = "INSERT INTO cursors (name, position, hash) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET position = excluded.position, hash = excluded.hash";
const DELETE_CURSOR: &str = "DELETE FROM cursors WHERE name = $1";

const INSERT_WALLET: &str = "INSERT INTO wallet_view
    (wallet_no, wallet, customer, unit, posted, pending, held, opened_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const SET_BALANCE: &str = "UPDATE wallet_view SET posted = $1, pending = $2, held = $3 WHERE wallet_no = $4";
const INSERT_GRANT: &str = "INSERT INTO grant_view
    (wallet_no, grant_no, id, source, reason, priority, amount, remaining, effective_at, expires_at,
     cost_amount, cost_unit, payment, added_at, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const CHANGE_GRANT: &str = "UPDATE grant_view SET remaining = remaining + $1, state = coalesce($2, state)
    WHERE wallet_no = $3 AND grant_no = $4";
const INSERT_ENTRY: &str = "INSERT INTO entry_view
    (wallet_no, position, ordinal, at, kind, amount, posted_after, meter_no, window_no, from_at, to_at,
     quantity, grant_no, payment, charge_kind_no, reason, debit_account, credit_account)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
const INSERT_WINDOW: &str = "INSERT INTO window_view
    (wallet_no, window_no, meter_no, opened_at, closes_at, pending, events)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const CHANGE_WINDOW: &str = "UPDATE window_view SET pending = pending + $1, events = events + $2
    WHERE wallet_no = $3 AND window_no = $4";
const DELETE_WINDOW: &str = "DELETE FROM window_view WHERE wallet_no = $1 AND window_no = $2";
const ADD_USAGE: &str = "INSERT INTO usage_view
    (wallet_no, meter_no, hour, quantity, events, posted, pending) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (wallet_no, meter_no, hour) DO UPDATE SET
        quantity = usage_view.quantity + excluded.quantity, events = usage_view.events + excluded.events,
        posted = usage_view.posted + excluded.posted, pending = usage_view.pending + excluded.pending";
const MOVE_ACCOUNT: &str = "INSERT INTO account_view (account, unit, balance) VALUES ($1, $2, $3)
    ON CONFLICT (account, unit) DO UPDATE SET balance = account_view.balance + excluded.balance";

const CLEAR: [&str; 6] = [
    "DELETE FROM wallet_view",
    "DELETE FROM grant_view",
    "DELETE FROM entry_view",
    "DELETE FROM window_view",
    "DELETE FROM usage_view",
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

    /// Makes `changes` true in their order. Those that only add up (balances, usage, accounts, open windows, grants) are
    /// written once per row, after all others. [`StoreError::Missing`] if one changes a row that is not there.
    pub fn apply_views(&self, changes: &[ViewChange]) -> Result<(), StoreError> {
        let mut sums = Sums::default();
        self.insert_rows(changes, &mut sums)?;
        self.write_wallet_sums(&sums)?;
        self.write_shared_sums(&sums)
    }

    fn insert_rows<'v>(&self, changes: &'v [ViewChange], sums: &mut Sums<'v>) -> Result<(), StoreError> {
        let mut insert_entry = self.prepare(INSERT_ENTRY)?;
        let mut insert_wallet = self.prepare(INSERT_WALLET)?;
        let mut insert_grant = self.prepare(INSERT_GRANT)?;
        let mut insert_window = self.prepare(INSERT_WINDOW)?;
        let mut delete_window = self.prepare(DELETE_WINDOW)?;
        for change in changes {
            match change {
                ViewChange::EntryAdded(row) => insert_entry.run(&[row])?,
                ViewChange::Line(change) => {
                    self.apply_line(change)?;
                    0
                }
                ViewChange::WalletOpened(row) => insert_wallet.run(&[row])?,
                ViewChange::GrantAdded(row) => insert_grant.run(&[row])?,
                ViewChange::WindowOpened(row) => insert_window.run(&[row])?,
                ViewChange::WindowClosed { wallet_no, window_no } => {
                    sums.windows.remove(&(*wallet_no, *window_no));
                    match delete_window.run(&[wallet_no, window_no])? {
                        0 => return Err(missing("window_view", &[wallet_no, window_no])),
                        deleted => deleted,
                    }
                }
                other => {
                    sums.add(other)?;
                    0
                }
            };
        }
        Ok(())
    }

    fn write_wallet_sums(&self, sums: &Sums<'_>) -> Result<(), StoreError> {
        let mut set_balance = self.prepare(SET_BALANCE)?;
        for (wallet_no, (posted, pending, held)) in &sums.balances {
            if set_balance.run(&[posted, pending, held, wallet_no])? == 0 {
                return Err(missing("wallet_view", &[wallet_no]));
            }
        }
        let mut change_grant = self.prepare(CHANGE_GRANT)?;
        for ((wallet_no, grant_no), (remaining, state)) in &sums.grants {
            if change_grant.run(&[remaining, state, wallet_no, grant_no])? == 0 {
                return Err(missing("grant_view", &[wallet_no, grant_no]));
            }
        }
        let mut change_window = self.prepare(CHANGE_WINDOW)?;
        for ((wallet_no, window_no), (pending, events)) in &sums.windows {
            if change_window.run(&[pending, events, wallet_no, window_no])? == 0 {
                return Err(missing("window_view", &[wallet_no, window_no]));
            }
        }
        Ok(())
    }

    fn write_shared_sums(&self, sums: &Sums<'_>) -> Result<(), StoreError> {
        let mut add_usage = self.prepare(ADD_USAGE)?;
        for ((wallet_no, meter_no, hour), used) in &sums.usage {
            let quantity = Quantity::from_millionths(used[0]);
            add_usage.run(&[wallet_no, meter_no, hour, &quantity, &used[1], &used[2], &used[3]])?;
        }
        let mut move_account = self.prepare(MOVE_ACCOUNT)?;
        for ((account, unit), delta) in &sums.accounts {
            move_account.run(&[account, unit, delta])?;
        }
        Ok(())
    }
}

/// What the changes of one call add up to, by row and in the rows' order, so that neighbours are written together.
#[derive(Default)]
struct Sums<'v> {
    /// wallet → posted, pending, held; the last one counts.
    balances: BTreeMap<u32, (i64, i64, i64)>,
    /// wallet, grant → remaining, and the last state.
    grants: BTreeMap<(u32, u32), (i64, Option<super::GrantState>)>,
    /// wallet, window → pending, events.
    windows: BTreeMap<(u32, u32), (i64, i64)>,
    /// wallet, meter, hour → quantity in millionths, events, posted, pending.
    usage: BTreeMap<(u32, u32, i64), [i64; 4]>,
    /// account, unit → balance.
    accounts: BTreeMap<(&'v str, Unit), i64>,
}

impl<'v> Sums<'v> {
    fn add(&mut self, change: &'v ViewChange) -> Result<(), StoreError> {
        match change {
            ViewChange::BalanceSet { wallet_no, posted, pending, held } => {
                self.balances.insert(*wallet_no, (*posted, *pending, *held));
            }
            ViewChange::GrantChanged { wallet_no, grant_no, remaining_delta, state } => {
                let (remaining, last_state) = self.grants.entry((*wallet_no, *grant_no)).or_default();
                *remaining = sum(*remaining, *remaining_delta)?;
                *last_state = state.or(*last_state);
            }
            ViewChange::WindowChanged { wallet_no, window_no, pending_delta, events_delta } => {
                let (pending, events) = self.windows.entry((*wallet_no, *window_no)).or_default();
                *pending = sum(*pending, *pending_delta)?;
                *events = sum(*events, *events_delta)?;
            }
            ViewChange::UsageAdded {
                wallet_no,
                meter_no,
                hour,
                quantity_delta,
                events_delta,
                posted_delta,
                pending_delta,
            } => {
                let used = self.usage.entry((*wallet_no, *meter_no, *hour)).or_default();
                let deltas = [quantity_delta.millionths(), *events_delta, *posted_delta, *pending_delta];
                for (sum_so_far, delta) in used.iter_mut().zip(deltas) {
                    *sum_so_far = sum(*sum_so_far, delta)?;
                }
            }
            ViewChange::AccountMoved { account, unit, delta } => {
                let balance = self.accounts.entry((account, *unit)).or_default();
                *balance = sum(*balance, *delta)?;
            }
            // Written at once, in their order.
            ViewChange::WalletOpened(_)
            | ViewChange::GrantAdded(_)
            | ViewChange::EntryAdded(_)
            | ViewChange::WindowOpened(_)
            | ViewChange::Line(_)
            | ViewChange::WindowClosed { .. } => {}
        }
        Ok(())
    }
}

fn sum(left: i64, right: i64) -> Result<i64, StoreError> {
    left.checked_add(right).ok_or_else(|| StoreError::damaged("a sum of the views, which exceeds 64 bits,"))
}

fn missing(table: &str, key: &[&u32]) -> StoreError {
    StoreError::Missing { what: format!("{table} {key:?}") }
}
