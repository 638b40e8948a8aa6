//! The rules: a command in, a decision or a refusal out, nothing changed.

use money::{Amount, Timestamp, Unit, WalletId};

use crate::account::{Account, transfers};
use crate::book::{ACCOUNT_MAX, BALANCE_MAX, Book, REQUEST_MEMORY};
use crate::catalog::{Catalog, Price};
use crate::command::{Act, ChargeTaken, Command, GrantTerms, OverpaidTo, Reason, Source};
use crate::decision::{Balance, Burns, Decision, GrantAdded, Record, UsagePosted, WalletNo};
use crate::line::{carry, decide_line, due_on_line};
use crate::refusal::Refusal;
use crate::taken_back::decide_taken_back;
use crate::wallet::{Grant, Wallet, Window};

/// The most that one command may move, in smallest steps: 2^52.
const AMOUNT_MAX: i64 = 1 << 52;
/// The longest way a test clock goes at once.
const ADVANCE_MAX: i64 = 366 * Timestamp::DAY;
/// Where a test clock ends: the year 9999 begins, the last that a calendar knows.
const CLOCK_END: Timestamp = Timestamp::from_seconds(253_370_764_800);

impl Book {
    /// What `command` leads to at `at`, when all that was due on its wallet has been settled. Changes nothing.
    pub(crate) fn decide(
        &self,
        catalog: &Catalog,
        command: &Command,
        at: Timestamp,
    ) -> Result<Decision, Refusal> {
        let record = match &command.act {
            Act::OpenWallet { wallet, customer, unit, debt_limit } => {
                if self.wallet_no(*wallet).is_some() {
                    return Err(Refusal::WalletExists);
                }
                Record::WalletOpened {
                    wallet: self.next_wallet_no(),
                    id: *wallet,
                    customer: *customer,
                    unit: *unit,
                    debt_limit: (*debt_limit).clamp(0, BALANCE_MAX),
                }
            }
            Act::Grant(terms) => self.decide_grant(terms, at)?,
            Act::Charge { wallet, amount, kind } => self.decide_charge(*wallet, *amount, *kind)?,
            Act::Reverse { wallet, charge } => self.decide_reversal(*wallet, charge, at)?,
            Act::Deduct { wallet, amount, reason } => self.decide_deduction(*wallet, *amount, *reason)?,
            Act::TakeOverpaid { wallet, amount, to } => self.decide_overpaid(*wallet, *amount, *to)?,
            Act::Use { wallet, meter, quantity, occurred_at, stage } => {
                let (no, wallet) = self.known(*wallet)?;
                let meter = catalog.meter(*meter).ok_or(Refusal::MeterUnknown)?;
                let use_told =
                    crate::usage::UseTold { quantity: *quantity, occurred_at: *occurred_at, stage: *stage };
                let accepted_from = self.accepted_from(catalog, at);
                crate::usage::decide_use(
                    no,
                    wallet,
                    meter,
                    use_told,
                    accepted_from,
                    catalog.future_max(),
                    at,
                )?
            }
            Act::SetTakenBack(terms) => {
                let (no, wallet) = self.known(terms.wallet)?;
                decide_taken_back(no, wallet, terms, at)?
            }
            Act::MoveMoney { movement, amount } => {
                if amount.value() == 0 {
                    return Err(Refusal::AmountNotPositive);
                }
                check_size(amount.value().saturating_abs())?;
                Record::MoneyMoved { movement: *movement, amount: *amount }
            }
            Act::SetFrozen { wallet, is_frozen } => {
                let (no, wallet) = self.known(*wallet)?;
                if wallet.is_frozen == *is_frozen {
                    return Err(Refusal::NothingChanges);
                }
                Record::FrozenSet { wallet: no, is_frozen: *is_frozen }
            }
            Act::Line(wish) => {
                let (no, wallet) = self.known(wish.wallet)?;
                decide_line(catalog, no, wallet, &wish.act, self.accepted_from(catalog, at), at)?
            }
            Act::AdvanceClock { by } => {
                if !(Timestamp::SECOND..=ADVANCE_MAX).contains(by) || at.plus(*by) > CLOCK_END {
                    return Err(Refusal::ClockAdvance);
                }
                Record::ClockAdvanced { by: *by }
            }
        };
        self.check_accounts(&record)?;
        Ok(Decision { at, key: command.key, record })
    }

    /// Refuses what would take an account of the chart beyond what can be counted, now or when a window posts.
    fn check_accounts(&self, record: &Record) -> Result<(), Refusal> {
        let unit = match record {
            Record::MoneyMoved { amount, .. } => Some(amount.unit()),
            _ => record.wallet().and_then(|no| self.wallet(no)).map(|wallet| wallet.unit),
        };
        let Some(unit) = unit else { return Ok(()) };
        let posts_later = match record {
            Record::WindowOpened(opened) => opened.pending,
            Record::WindowAccrued { pending, .. } => *pending,
            _ => 0,
        };
        let moved = transfers(record, unit).flat_map(|transfer| {
            let (amount, unit) = (i128::from(transfer.amount), transfer.unit);
            [(transfer.debit, unit, -amount), (transfer.credit, unit, amount)]
        });
        let total = |account, unit| self.accounts.get(&(account, unit)).copied().unwrap_or_default();
        let fits = moved
            .chain([(Account::RevenueUsage, unit, i128::from(posts_later))])
            .filter(|(account, ..)| !matches!(account, Account::Wallet(_)))
            .all(|(account, unit, amount)| (total(account, unit) + amount).abs() <= ACCOUNT_MAX);
        if fits { Ok(()) } else { Err(Refusal::AmountTooLarge) }
    }

    /// The earliest thing that is due on this wallet at `at`, as its decision: at the same instant windows, then grants, then the
    /// cycle; then by number.
    pub(crate) fn due_decision(&self, catalog: &Catalog, no: WalletNo, at: Timestamp) -> Option<Decision> {
        let wallet = self.wallet(no)?;
        let window = wallet
            .windows
            .iter()
            .map(|(window_no, window)| (window.closes_at, *window_no, window))
            .min_by_key(by_time);
        let grant = wallet
            .live_grants()
            .filter(|(_, grant)| !grant.expired)
            .filter_map(|(grant_no, grant)| Some((grant.scheduled_at.or(grant.expires_at)?, grant_no, grant)))
            .min_by_key(by_time);
        let window = window.filter(|(due, ..)| *due <= at);
        let grant = grant.filter(|(due, ..)| *due <= at);
        let first = window.iter().map(|(due, ..)| *due).chain(grant.iter().map(|(due, ..)| *due)).min();
        if let Some(cycle) = due_on_line(catalog, no, wallet, at)
            && first.is_none_or(|first| cycle.at < first)
        {
            return Some(cycle);
        }
        let (due, record) = match (window, grant) {
            (Some((due, window_no, window)), grant) if grant.is_none_or(|(other, ..)| due <= other) => {
                (due, close_window(no, wallet, window_no, window))
            }
            (_, Some((due, grant_no, grant))) => {
                let carried = carry(catalog, no, wallet, grant_no, grant);
                (due, carried.unwrap_or_else(|| begin_or_end_grant(no, wallet, grant_no, grant)))
            }
            (_, None) => return None,
        };
        // Settled late, it stands at its own due time; the journal's order stays that of the decisions.
        Some(Decision { at: due, key: None, record })
    }

    /// The keys to forget once an hour has passed since this was last done.
    pub(crate) fn forgetting(&self, catalog: &Catalog, at: Timestamp) -> Option<Decision> {
        let events_before = at.plus(-catalog.lateness_max()).hour();
        let requests_before = at.plus(-REQUEST_MEMORY).hour();
        let later = |new: i64, known: Option<i64>| known.is_none_or(|known| new > known);
        if !later(events_before, self.events_horizon) && !later(requests_before, self.requests_horizon) {
            return None;
        }
        // A horizon never goes back: what has been forgotten cannot be checked again.
        let events_before = self.events_horizon.map_or(events_before, |known| known.max(events_before));
        let requests_before =
            self.requests_horizon.map_or(requests_before, |known| known.max(requests_before));
        Some(Decision { at, key: None, record: Record::Forgot { events_before, requests_before } })
    }

    fn accepted_from(&self, catalog: &Catalog, at: Timestamp) -> Timestamp {
        let from = at.plus(-catalog.lateness_max());
        let horizon = self.events_horizon.map(|hour| Timestamp::from_seconds(hour.saturating_mul(3_600)));
        horizon.map_or(from, |horizon| from.max(horizon))
    }

    fn known(&self, id: WalletId) -> Result<(WalletNo, &Wallet), Refusal> {
        let no = self.wallet_no(id).ok_or(Refusal::WalletUnknown)?;
        Ok((no, &self.wallets[no.0 as usize]))
    }

    fn next_wallet_no(&self) -> WalletNo {
        WalletNo(u32::try_from(self.wallets.len()).unwrap_or(u32::MAX))
    }

    fn decide_grant(&self, terms: &GrantTerms, at: Timestamp) -> Result<Record, Refusal> {
        let (no, wallet) = self.known(terms.wallet)?;
        let amount = above_zero(terms.amount, wallet.unit)?;
        let effective_at = terms.effective_at.filter(|effective_at| *effective_at > at);
        if terms.expires_at.is_some_and(|expires_at| expires_at <= effective_at.unwrap_or(at)) {
            return Err(Refusal::ExpiryPast);
        }
        check_size(amount)?;
        check_held(wallet, wallet.balance.posted.saturating_add(amount))?;
        let posted = if effective_at.is_some() { 0 } else { amount };
        Ok(Record::GrantAdded(GrantAdded {
            wallet: no,
            grant_no: u32::try_from(wallet.grants.len()).map_err(|_| Refusal::AmountTooLarge)?,
            grant: terms.grant,
            amount,
            source: terms.source,
            priority: terms.priority,
            effective_at,
            expires_at: terms.expires_at,
            cost: terms.cost,
            payment: terms.payment,
            debt_paid: wallet.debt.min(posted),
            balance: Balance { posted: wallet.balance.posted + posted, ..wallet.balance },
        }))
    }

    fn decide_charge(&self, id: WalletId, amount: Amount, kind: u32) -> Result<Record, Refusal> {
        let (no, wallet) = self.known(id)?;
        check_size(above_zero(amount, wallet.unit)?)?;
        check_thawed(wallet)?;
        let Taken { amount, burns, debt, balance } = take(wallet, amount)?;
        Ok(Record::Charged { wallet: no, kind, amount, burns, debt, balance })
    }

    fn decide_deduction(&self, id: WalletId, amount: Amount, reason: Reason) -> Result<Record, Refusal> {
        let (no, wallet) = self.known(id)?;
        let taken = take(wallet, amount)?;
        let Taken { amount, burns, debt, balance } = taken;
        Ok(Record::Deducted { wallet: no, reason, amount, burns, debt, balance })
    }

    /// Only what is left of grants that were overpaid, and only what nothing else reserves.
    fn decide_overpaid(&self, id: WalletId, amount: Amount, to: OverpaidTo) -> Result<Record, Refusal> {
        let (no, wallet) = self.known(id)?;
        let value = above_zero(amount, wallet.unit)?;
        check_size(value)?;
        let (burns, missing) =
            wallet.plan_burn_of(value, |grant| matches!(grant.source, Source::Overpaid(_)));
        if missing > 0 {
            let available = wallet.amount(value - missing);
            return Err(Refusal::InsufficientCredit { available, needed: amount });
        }
        check_available(wallet, value)?;
        let balance = Balance { posted: wallet.balance.posted - value, ..wallet.balance };
        Ok(Record::OverpaidTaken { wallet: no, to, amount: value, burns, balance })
    }

    /// What was taken pays debt first. The rest goes back to the grants that gave it; what has no room there (it was taken as debt,
    /// which another grant paid since) goes to the newest grants that have room. What finds no living grant has expired.
    fn decide_reversal(&self, id: WalletId, charge: &ChargeTaken, at: Timestamp) -> Result<Record, Refusal> {
        let (no, wallet) = self.known(id)?;
        if self.reversed.contains(&charge.entry) {
            return Err(Refusal::AlreadyReversed);
        }
        let burned = charge.burns.iter().try_fold(charge.debt, |sum, (_, part)| sum.checked_add(*part));
        let total = burned.ok_or(Refusal::AmountTooLarge)?;
        let debt_paid = wallet.debt.min(total);
        let mut left = total - debt_paid;
        let mut expired = 0;
        let mut homeless = 0;
        let mut restored = Burns::default();
        let mut lost = Burns::default();
        for (grant_no, part) in &charge.burns {
            let back = (*part).min(left);
            left -= back;
            match wallet.grants.get(*grant_no as usize).filter(|grant| grant.lives_at(at)) {
                Some(_) => {
                    let fits = back.min(wallet.room_of(*grant_no));
                    restored.add(*grant_no, fits);
                    homeless += back - fits;
                }
                None => {
                    expired += back;
                    lost.add(*grant_no, back);
                }
            }
        }
        homeless += left;
        let grants: Vec<(u32, &Grant)> = (0..).zip(&wallet.grants).collect();
        for (grant_no, _) in grants.into_iter().rev().filter(|(_, grant)| grant.lives_at(at)) {
            let fits = homeless.min(wallet.room_of(grant_no) - restored.of(grant_no));
            restored.add(grant_no, fits);
            homeless -= fits;
        }
        expired += homeless;
        let balance =
            Balance { posted: wallet.balance.posted + debt_paid + restored.total(), ..wallet.balance };
        check_held(wallet, balance.posted)?;
        let (kind, charge) = (charge.kind, charge.entry);
        Ok(Record::Reversed { wallet: no, charge, kind, restored, expired, lost, debt_paid, balance })
    }
}

/// What taking an amount at once means for a wallet.
struct Taken {
    amount: i64,
    burns: Burns,
    debt: i64,
    balance: Balance,
}

fn take(wallet: &Wallet, amount: Amount) -> Result<Taken, Refusal> {
    let value = above_zero(amount, wallet.unit)?;
    check_size(value)?;
    check_available(wallet, value)?;
    let (burns, debt) = wallet.plan_burn(value);
    let balance = Balance { posted: wallet.balance.posted - value, ..wallet.balance };
    Ok(Taken { amount: value, burns, debt, balance })
}

/// Refuses a wallet that is frozen.
pub(crate) const fn check_thawed(wallet: &Wallet) -> Result<(), Refusal> {
    if wallet.is_frozen { Err(Refusal::WalletFrozen) } else { Ok(()) }
}

/// Refuses what would take `available` below the wallet's limit.
pub(crate) fn check_available(wallet: &Wallet, needed: i64) -> Result<(), Refusal> {
    let available = wallet.balance.available();
    if needed > available.saturating_add(wallet.debt_limit) {
        return Err(Refusal::InsufficientCredit {
            available: wallet.amount(available),
            needed: wallet.amount(needed),
        });
    }
    Ok(())
}

/// Refuses what would let the wallet hold more than can be counted, with what is scheduled.
pub(crate) fn check_held(wallet: &Wallet, posted: i64) -> Result<(), Refusal> {
    if posted > held_max(wallet) { Err(Refusal::AmountTooLarge) } else { Ok(()) }
}

/// How much one command may add to a wallet that has `posted`.
pub(crate) fn room(wallet: &Wallet, posted: i64) -> i64 {
    (held_max(wallet) - posted).clamp(0, AMOUNT_MAX)
}

/// The most that may be posted beside what is scheduled.
fn held_max(wallet: &Wallet) -> i64 {
    let scheduled = wallet.live_grants().filter(|(_, grant)| grant.scheduled_at.is_some());
    BALANCE_MAX - scheduled.map(|(_, grant)| grant.remaining).sum::<i64>()
}

pub(crate) fn check_size(amount: i64) -> Result<(), Refusal> {
    if amount > AMOUNT_MAX { Err(Refusal::AmountTooLarge) } else { Ok(()) }
}

fn above_zero(amount: Amount, unit: Unit) -> Result<i64, Refusal> {
    if amount.unit() != unit {
        return Err(Refusal::UnitMismatch);
    }
    if amount.value() <= 0 {
        return Err(Refusal::AmountNotPositive);
    }
    Ok(amount.value())
}

fn by_time<T>((due, no, _): &(Timestamp, u32, T)) -> (Timestamp, u32) {
    (*due, *no)
}

fn close_window(no: WalletNo, wallet: &Wallet, window_no: u32, window: &Window) -> Record {
    let amount = window.pending;
    let (burns, debt) = wallet.plan_window_burn(window, amount);
    let balance = Balance {
        posted: wallet.balance.posted - amount,
        pending: wallet.balance.pending - amount,
        held: wallet.balance.held,
    };
    Record::UsagePosted(UsagePosted {
        wallet: no,
        window_no: Some(window_no),
        meter: window.meter,
        opened_at: window.opened_at,
        closes_at: window.closes_at,
        occurred_at: None,
        quantity: window.quantity,
        covers: matches!(window.price, Price::PerActiveWindow { .. }),
        amount,
        burns,
        debt,
        balance,
    })
}

fn begin_or_end_grant(no: WalletNo, wallet: &Wallet, grant_no: u32, grant: &Grant) -> Record {
    if grant.scheduled_at.is_some() {
        let balance = Balance { posted: wallet.balance.posted + grant.amount, ..wallet.balance };
        return Record::GrantEffective {
            wallet: no,
            grant_no,
            amount: grant.amount,
            source: grant.source,
            debt_paid: wallet.debt.min(grant.amount),
            balance,
        };
    }
    let lost = grant.free();
    let balance = Balance { posted: wallet.balance.posted - lost, ..wallet.balance };
    Record::GrantExpired { wallet: no, grant_no, amount: lost, balance }
}
