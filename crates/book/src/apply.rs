//! A decision becomes true. Nothing here asks whether it should, and nothing here can fail.

use money::Timestamp;

use crate::book::Book;
use crate::decision::{
    Balance, Burns, Decision, EntryRef, GrantAdded, Record, UsagePosted, WalletNo, WindowOpened,
};
use crate::wallet::{Grant, PaidSpan, Wallet, Window};

impl Book {
    /// Makes `decision`, which stands at `entry`, true.
    pub(crate) fn apply(&mut self, entry: EntryRef, decision: &Decision) {
        self.last_at = Some(self.last_at.map_or(decision.at, |last| last.max(decision.at)));
        self.remember(entry, decision);
        match &decision.record {
            Record::Opened { epoch } => self.epoch = *epoch,
            Record::WalletOpened { wallet, id, customer, unit, debt_limit } => {
                self.add_wallet(Wallet::new(*id, *customer, *unit, *debt_limit));
                self.change_wallet(*wallet, |_| {});
            }
            Record::GrantAdded(added) => self.apply_grant(added),
            Record::GrantEffective { wallet, grant_no, debt_paid, balance, .. } => {
                self.change_wallet(*wallet, |wallet| {
                    wallet.balance = *balance;
                    wallet.debt -= debt_paid;
                    let grant = &mut wallet.grants[*grant_no as usize];
                    grant.scheduled_at = None;
                    grant.remaining -= debt_paid;
                    wallet.drop_dead();
                });
                self.note_due(*wallet);
            }
            Record::GrantExpired { wallet, grant_no, amount, balance } => {
                self.change_wallet(*wallet, |wallet| {
                    wallet.balance = *balance;
                    let grant = &mut wallet.grants[*grant_no as usize];
                    grant.remaining -= amount;
                    grant.lost += amount;
                    grant.expired = true;
                    wallet.drop_dead();
                });
                self.note_due(*wallet);
            }
            Record::Charged { wallet, burns, debt, balance, .. }
            | Record::Deducted { wallet, burns, debt, balance, .. } => {
                self.take(*wallet, burns, *debt, *balance);
            }
            Record::OverpaidTaken { wallet, burns, balance, .. } => self.take(*wallet, burns, 0, *balance),
            Record::Reversed { wallet, charge, restored, lost, debt_paid, balance, .. } => {
                self.reversed.insert(*charge);
                self.change_wallet(*wallet, |wallet| {
                    wallet.balance = *balance;
                    wallet.debt -= debt_paid;
                    for (grant_no, amount) in restored.iter() {
                        wallet.grants[grant_no as usize].remaining += amount;
                        wallet.enliven(grant_no);
                    }
                    for (grant_no, amount) in lost.iter() {
                        wallet.grants[grant_no as usize].lost += amount;
                    }
                });
                self.note_due(*wallet);
            }
            Record::WindowOpened(opened) => self.apply_window_opened(opened),
            Record::WindowAccrued { wallet, window_no, quantity, pending, reserved, balance, .. } => {
                self.change_wallet(*wallet, |wallet| {
                    wallet.balance = *balance;
                    wallet.reserve(reserved);
                    if let Some(window) = wallet.windows.get_mut(window_no) {
                        window.quantity = window.quantity.checked_add(*quantity).unwrap_or(window.quantity);
                        window.pending += pending;
                        reserved.iter().for_each(|(grant_no, amount)| window.reserved.add(grant_no, amount));
                    }
                });
            }
            Record::UsageCovered { .. } => {}
            Record::UsagePosted(posted) => self.apply_usage_posted(posted, decision.at),
            Record::TakenBackSet(set) => {
                self.change_wallet(set.wallet, |wallet| wallet.apply_taken_back(set, decision.at));
                self.note_due(set.wallet);
            }
            Record::MoneyMoved { .. } => {}
            Record::FrozenSet { wallet, is_frozen } => {
                self.change_wallet(*wallet, |wallet| wallet.is_frozen = *is_frozen);
            }
            Record::Line(record) => self.apply_line(record),
            Record::ClockAdvanced { by } => self.clock_offset += by,
            Record::Forgot { events_before, requests_before } => {
                self.events_horizon = Some(*events_before);
                self.requests_horizon = Some(*requests_before);
                self.seen.events.forget_before(*events_before);
                self.seen.requests.forget_before(*requests_before);
            }
        }
        // Behind the match: a new wallet is known only now.
        self.move_accounts(&decision.record);
    }

    fn take(&mut self, no: WalletNo, burns: &Burns, debt: i64, balance: Balance) {
        let mut emptied = false;
        self.change_wallet(no, |wallet| {
            wallet.balance = balance;
            let live = wallet.live.len();
            wallet.burn(burns, debt);
            emptied = wallet.live.len() != live;
        });
        if emptied {
            self.note_due(no);
        }
    }

    fn apply_grant(&mut self, added: &GrantAdded) {
        self.change_wallet(added.wallet, |wallet| {
            wallet.balance = added.balance;
            wallet.debt -= added.debt_paid;
            wallet.push_grant(Grant {
                id: added.grant,
                amount: added.amount,
                remaining: added.amount - added.debt_paid,
                reserved: 0,
                source: added.source,
                priority: added.priority,
                scheduled_at: added.effective_at,
                expires_at: added.expires_at,
                expired: false,
                lost: 0,
                cost: added.cost,
                payment: added.payment,
            });
        });
        self.note_due(added.wallet);
    }

    fn apply_window_opened(&mut self, opened: &WindowOpened) {
        self.change_wallet(opened.wallet, |wallet| {
            wallet.balance = opened.balance;
            wallet.reserve(&opened.reserved);
            wallet.next_window_no = opened.window_no + 1;
            let window = Window {
                meter: opened.meter,
                opened_at: opened.opened_at,
                closes_at: opened.closes_at,
                price: opened.price,
                quantity: opened.quantity,
                pending: opened.pending,
                reserved: opened.reserved.clone(),
            };
            wallet.windows.insert(opened.window_no, window);
        });
        self.note_due(opened.wallet);
    }

    fn apply_usage_posted(&mut self, posted: &UsagePosted, at: Timestamp) {
        let horizon = at.plus(-crate::Catalog::LATENESS_LIMIT);
        self.change_wallet(posted.wallet, |wallet| {
            wallet.balance = posted.balance;
            let window = posted.window_no.and_then(|no| wallet.windows.remove(&no));
            if let Some(window) = &window {
                wallet.unreserve(&window.reserved);
            }
            wallet.burn(&posted.burns, posted.debt);
            if posted.covers {
                let span = PaidSpan { opened_at: posted.opened_at, closes_at: posted.closes_at };
                wallet.remember_paid(posted.meter, span);
                wallet.forget_paid_before(horizon);
            }
        });
        self.note_due(posted.wallet);
    }

    /// True if the wallet's own parts add up: see the laws in `tests/laws.rs`.
    pub fn wallet_adds_up(&self, no: WalletNo) -> bool {
        let Some(wallet) = self.wallet(no) else { return false };
        let remaining: i64 = wallet
            .grants
            .iter()
            .filter(|grant| grant.scheduled_at.is_none())
            .map(|grant| grant.remaining)
            .sum();
        let pending: i64 = wallet.windows.values().map(|window| window.pending).sum();
        let reserved: i64 = wallet.windows.values().map(|window| window.reserved.total()).sum();
        let reserved_by_grants: i64 = wallet.grants.iter().map(|grant| grant.reserved).sum();
        wallet.balance.posted == remaining - wallet.debt
            && wallet.balance.pending == pending
            && reserved == reserved_by_grants
            && wallet.grants.iter().all(|grant| {
                0 <= grant.reserved && grant.reserved <= grant.remaining && grant.remaining <= grant.amount
            })
            && wallet.taken_back.iter().all(|(no, taken)| {
                let credited = wallet.grants[*no as usize].amount;
                let asked = i128::from(taken.refund) + i128::from(taken.dispute);
                i128::from(taken.total()) == asked.min(credited.into())
            })
    }
}
