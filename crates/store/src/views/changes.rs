//! What a batch changes in the views, added up before anything is written: a row that changes many times is written once, and one
//! that comes and goes within the batch not at all.

use std::borrow::Cow;
use std::collections::BTreeMap;

use book::EntryRef;
use money::Unit;

use super::{EntryRow, GrantRow, GrantState, LineChange, ViewChange, WalletRow, WindowRow, grant_key};
use crate::error::StoreError;

/// Changes of the views, in the order in which they were pushed. What changes the same row is added up, and rows are written in their
/// own order, so that neighbours come together.
#[derive(Debug, Default)]
pub struct ViewChanges {
    wallets: Vec<(u32, WalletChange)>,
    pub(super) opened: Vec<WalletRow>,
    grants: Vec<(i64, GrantChange)>,
    pub(super) added: Vec<GrantRow>,
    pub(super) entries: Vec<EntryRow>,
    pub(super) windows: BTreeMap<(u32, u32), WindowChange>,
    /// wallet, meter, hour → quantity in millionths, events, posted, pending.
    pub(super) usage: BTreeMap<(u32, u32, i64), [i64; 4]>,
    /// wallet, hour, kind of charge → charges, what they took, reversals, what came back.
    pub(super) charged: BTreeMap<(u32, i64, u32), [i64; 4]>,
    /// quarter, unit, kind, reason → posted.
    pub(super) moved: BTreeMap<MovedKey, i64>,
    pub(super) accounts: BTreeMap<(Cow<'static, str>, Unit), i64>,
    /// Of lines, in their order: there are few of them beside the rest.
    pub(super) lines: Vec<LineChange>,
    /// True if a sum has left 64 bits: nothing of it may be written.
    pub(super) overflowed: bool,
}

pub(super) type MovedKey = (i64, Unit, Cow<'static, str>, Cow<'static, str>);

/// What is new of a wallet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WalletChange {
    /// posted, pending, held.
    pub(super) balance: Option<(i64, i64, i64)>,
    /// How many entries it has, and the last of them.
    pub(super) newest: Option<(u64, EntryRef)>,
}

/// What is new of a grant.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct GrantChange {
    pub(super) remaining: i64,
    pub(super) state: Option<GrantState>,
}

/// What is new of a window.
#[derive(Debug, Default)]
pub(super) struct WindowChange {
    /// The row of one that was opened in this batch.
    pub(super) opened: Option<WindowRow>,
    pub(super) pending: i64,
    pub(super) events: i64,
    pub(super) closed: bool,
}

impl ViewChanges {
    /// Movements among the changes.
    pub fn entries(&self) -> usize {
        self.entries.len()
    }

    /// Adds one more.
    pub fn push(&mut self, change: ViewChange) {
        match change {
            ViewChange::EntryAdded(row) => {
                self.wallet(row.wallet_no).newest = Some((row.number + 1, row.entry));
                self.entries.push(row);
            }
            ViewChange::BalanceSet { wallet_no, posted, pending, held } => {
                self.wallet(wallet_no).balance = Some((posted, pending, held));
            }
            ViewChange::GrantChanged { wallet_no, grant_no, remaining_delta, state } => {
                let change = GrantChange { remaining: remaining_delta, state };
                self.grants.push((grant_key(wallet_no, grant_no), change));
            }
            ViewChange::WalletOpened(row) => self.opened.push(row),
            ViewChange::GrantAdded(row) => self.added.push(row),
            ViewChange::WindowOpened(row) => {
                let opened = WindowChange { opened: Some(row.clone()), ..WindowChange::default() };
                self.windows.insert((row.wallet_no, row.window_no), opened);
            }
            ViewChange::WindowChanged { wallet_no, window_no, pending_delta, events_delta } => {
                let window = self.windows.entry((wallet_no, window_no)).or_default();
                self.overflowed |= !add(&mut window.pending, pending_delta);
                self.overflowed |= !add(&mut window.events, events_delta);
            }
            ViewChange::WindowClosed { wallet_no, window_no } => self.close_window(wallet_no, window_no),
            ViewChange::UsageAdded {
                wallet_no,
                meter_no,
                hour,
                quantity_delta,
                events_delta,
                posted_delta,
                pending_delta,
            } => {
                let used = self.usage.entry((wallet_no, meter_no, hour)).or_default();
                let [quantity, others @ ..] = used;
                // Never below zero, so that the sum is the same in every order.
                *quantity = quantity.saturating_add(quantity_delta.millionths());
                for (sum, delta) in others.iter_mut().zip([events_delta, posted_delta, pending_delta]) {
                    self.overflowed |= !add(sum, delta);
                }
            }
            ViewChange::Charged { wallet_no, hour, charge_kind_no, delta } => {
                let sums = self.charged.entry((wallet_no, hour, charge_kind_no)).or_default();
                // Each only grows, and stops at the largest that can be told: what is charged and given back, again and again, is bounded
                // in its difference and not in its sums.
                let (count, sum) = if delta < 0 { (0, 1) } else { (2, 3) };
                sums[count] = sums[count].saturating_add(1);
                sums[sum] = sums[sum].saturating_add_unsigned(delta.unsigned_abs());
            }
            ViewChange::Moved { quarter, unit, kind, reason, delta } => {
                let moved = self.moved.entry((quarter, unit, kind, reason.unwrap_or_default())).or_default();
                // The book bounds what wallets and accounts come to, not what moves to and fro: that stops at the largest, as far down as
                // up. What one kind moves without bounds goes one way, so the sum is the same in every order.
                *moved = moved.saturating_add(delta).max(-i64::MAX);
            }
            ViewChange::Line(change) => self.lines.push(change),
            ViewChange::AccountMoved { account, unit, delta } => {
                self.overflowed |= !add(self.accounts.entry((account, unit)).or_default(), delta);
            }
        }
    }

    /// The numbers of wallets that were opened.
    pub fn opened_wallets(&self) -> impl Iterator<Item = u32> {
        self.opened.iter().map(|row| row.wallet_no)
    }

    /// Hands out what is available in each wallet each time that it changes, in the order of the changes.
    pub fn each_available(&self, mut take: impl FnMut(u32, i64)) {
        for (wallet_no, change) in &self.wallets {
            if let Some((posted, pending, held)) = change.balance {
                take(*wallet_no, posted.saturating_sub(pending).saturating_sub(held));
            }
        }
    }

    /// Hands out what each wallet comes to, by number.
    pub(super) fn each_wallet<E>(
        &self,
        mut take: impl FnMut(u32, WalletChange) -> Result<(), E>,
    ) -> Result<(), E> {
        for same in in_order(&self.wallets).chunk_by(|one, other| one.0 == other.0) {
            let mut sum = WalletChange::default();
            for (_, place) in same {
                let (_, WalletChange { balance, newest }) = self.wallets[*place];
                sum = WalletChange { balance: balance.or(sum.balance), newest: newest.or(sum.newest) };
            }
            take(same[0].0, sum)?;
        }
        Ok(())
    }

    /// Hands out what each grant comes to, by key.
    pub(super) fn each_grant(
        &self,
        mut take: impl FnMut(i64, GrantChange) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for same in in_order(&self.grants).chunk_by(|one, other| one.0 == other.0) {
            let mut sum = GrantChange::default();
            for (_, place) in same {
                let (_, GrantChange { remaining, state }) = self.grants[*place];
                if !add(&mut sum.remaining, remaining) {
                    return Err(overflow());
                }
                sum.state = state.or(sum.state);
            }
            take(same[0].0, sum)?;
        }
        Ok(())
    }

    /// Where to note what is new of a wallet: with what was noted of it just before, or behind.
    fn wallet(&mut self, wallet_no: u32) -> &mut WalletChange {
        if self.wallets.last().is_none_or(|(last, _)| *last != wallet_no) {
            self.wallets.push((wallet_no, WalletChange::default()));
        }
        let last = self.wallets.len() - 1;
        &mut self.wallets[last].1
    }

    fn close_window(&mut self, wallet_no: u32, window_no: u32) {
        let window = self.windows.entry((wallet_no, window_no)).or_default();
        if window.opened.is_some() {
            // Nobody has seen it open.
            self.windows.remove(&(wallet_no, window_no));
        } else {
            window.closed = true;
        }
    }
}

impl Extend<ViewChange> for ViewChanges {
    fn extend<I: IntoIterator<Item = ViewChange>>(&mut self, changes: I) {
        changes.into_iter().for_each(|change| self.push(change));
    }
}

impl FromIterator<ViewChange> for ViewChanges {
    fn from_iter<I: IntoIterator<Item = ViewChange>>(changes: I) -> ViewChanges {
        let mut all = ViewChanges::default();
        all.extend(changes);
        all
    }
}

/// The keys of `rows` in order, each with its place; the same ones in the order in which they came.
fn in_order<K: Copy + Ord, V>(rows: &[(K, V)]) -> Vec<(K, usize)> {
    let mut keys: Vec<(K, usize)> = rows.iter().enumerate().map(|(place, (key, _))| (*key, place)).collect();
    keys.sort_unstable();
    keys
}

/// The error that a sum is beyond what can be counted.
pub(super) fn overflow() -> StoreError {
    StoreError::damaged("a sum of the views, which exceeds 64 bits,")
}

/// False if the sum leaves 64 bits.
fn add(sum: &mut i64, delta: i64) -> bool {
    match sum.checked_add(delta) {
        Some(new) => {
            *sum = new;
            true
        }
        None => false,
    }
}
