//! A wallet: its grants, its windows, and the arithmetic on them. No rule decides here; the amounts are given.

use std::collections::BTreeMap;

use money::{Amount, CustomerId, GrantId, PaymentId, Quantity, Timestamp, Unit, WalletId};

use crate::catalog::{MeterNo, Price};
use crate::command::Source;
use crate::decision::{Balance, Burns};
use crate::line::Line;
use crate::taken_back::TakenBack;

/// One dated lot of credit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its name.
    pub id: GrantId,
    /// How much it was.
    pub amount: i64,
    /// How much of it is left, reserved or not.
    pub remaining: i64,
    /// How much of what is left is reserved by windows.
    pub reserved: i64,
    /// Where it comes from.
    pub source: Source,
    /// Smaller burns first.
    pub priority: u8,
    /// From when it may be used, while that is ahead.
    pub scheduled_at: Option<Timestamp>,
    /// When its unreserved rest is lost.
    pub expires_at: Option<Timestamp>,
    /// True once that has happened.
    pub expired: bool,
    /// How much of it was lost by that.
    pub lost: i64,
    /// What was paid for it.
    pub cost: Option<Amount>,
    /// The payment that bought it.
    pub payment: Option<PaymentId>,
}

impl Grant {
    /// What may be burned or reserved now.
    pub const fn free(&self) -> i64 {
        if self.expired || self.scheduled_at.is_some() { 0 } else { self.remaining - self.reserved }
    }

    /// True while it may take back what it gave. A used-up grant is not marked when it expires: its time says so.
    pub(crate) fn lives_at(&self, at: Timestamp) -> bool {
        !self.expired && self.expires_at.is_none_or(|expires_at| expires_at > at)
    }

    /// Burn order: priority, then soonest expiry, then promotional before bought, then oldest (its number, given by the caller).
    pub(crate) fn burn_rank(&self, no: u32) -> (u8, Timestamp, bool, u32) {
        let bought = matches!(self.source, Source::Purchased | Source::Overpaid(_) | Source::Reinstated);
        (self.priority, self.expires_at.unwrap_or(Timestamp::MAX), bought, no)
    }
}

/// A meter's open interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// What is counted.
    pub meter: MeterNo,
    /// Its beginning.
    pub opened_at: Timestamp,
    /// Its end.
    pub closes_at: Timestamp,
    /// The price in force when it opened.
    pub price: Price,
    /// How much was used in it so far.
    pub quantity: Quantity,
    /// What it will post as of now.
    pub pending: i64,
    /// What the grants reserve for it; less than `pending` if credit was short.
    pub reserved: Burns,
}

/// An interval that has been paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidSpan {
    /// Its beginning.
    pub opened_at: Timestamp,
    /// Its end.
    pub closes_at: Timestamp,
}

/// A customer's spendable credit in one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wallet {
    /// Its name.
    pub id: WalletId,
    /// Whose it is.
    pub customer: CustomerId,
    /// What it counts.
    pub unit: Unit,
    /// How far below zero charges may take `available`.
    pub debt_limit: i64,
    /// What it holds.
    pub balance: Balance,
    /// What was used beyond all grants: the next grant pays it first.
    pub debt: i64,
    /// By number.
    pub grants: Vec<Grant>,
    /// Numbers of the grants that have something free or reserved, in burn order.
    pub(crate) live: Vec<u32>,
    /// Open windows by number.
    pub windows: BTreeMap<u32, Window>,
    /// The next window's number.
    pub next_window_no: u32,
    /// Paid intervals that late events may still fall into, per meter, in order of time, touching ones joined.
    pub paid: BTreeMap<MeterNo, Vec<PaidSpan>>,
    /// What was taken back of payments, by the number of the grant that each bought.
    pub taken_back: BTreeMap<u32, TakenBack>,
    /// Whether nothing may be taken from it by those who ask first: charges, the guard, purchases. Use that has happened already and
    /// money that comes are counted all the same.
    pub is_frozen: bool,
    /// The plan in service on it, if it is a line's.
    pub line: Option<Box<Line>>,
}

impl Wallet {
    pub(crate) fn new(id: WalletId, customer: CustomerId, unit: Unit, debt_limit: i64) -> Wallet {
        Wallet {
            id,
            customer,
            unit,
            debt_limit,
            balance: Balance::default(),
            debt: 0,
            grants: Vec::new(),
            live: Vec::new(),
            windows: BTreeMap::new(),
            next_window_no: 0,
            paid: BTreeMap::new(),
            taken_back: BTreeMap::new(),
            is_frozen: false,
            line: None,
        }
    }

    /// The balance as an amount, by part.
    pub const fn amount(&self, value: i64) -> Amount {
        Amount::new(value, self.unit)
    }

    /// Grants that have something left, in burn order, with their numbers.
    pub fn live_grants(&self) -> impl Iterator<Item = (u32, &Grant)> {
        self.live.iter().map(|no| (*no, &self.grants[*no as usize]))
    }

    /// How much a grant may take back: what it has given to the customer.
    pub(crate) fn room_of(&self, grant_no: u32) -> i64 {
        let grant = &self.grants[grant_no as usize];
        let taken_back: i64 = self.taken_back.values().map(|taken| taken.burns.of(grant_no)).sum();
        grant.amount - grant.remaining - grant.lost - taken_back
    }

    /// What the grants would give of `amount`, in burn order, and what none covers.
    pub(crate) fn plan_burn(&self, amount: i64) -> (Burns, i64) {
        self.plan_burn_of(amount, |_| true)
    }

    /// As [`Wallet::plan_burn`], of some grants only.
    pub(crate) fn plan_burn_of(&self, amount: i64, is_asked: impl Fn(&Grant) -> bool) -> (Burns, i64) {
        let mut burns = Burns::default();
        let mut wanted = amount;
        for (no, grant) in self.live_grants().filter(|(_, grant)| is_asked(grant)) {
            if wanted == 0 {
                break;
            }
            let taken = grant.free().min(wanted);
            if taken > 0 {
                burns.push(no, taken);
                wanted -= taken;
            }
        }
        (burns, wanted)
    }

    /// What a window gives at its end for `amount`: its reservation first, then what is free, then debt.
    pub(crate) fn plan_window_burn(&self, window: &Window, amount: i64) -> (Burns, i64) {
        let mut left = amount;
        let mut burns = Burns::default();
        for (no, reserved) in window.reserved.iter() {
            let taken = reserved.min(left);
            burns.add(no, taken);
            left -= taken;
        }
        let (more, debt) = self.plan_burn(left);
        more.iter().for_each(|(no, taken)| burns.add(no, taken));
        (burns, debt)
    }

    pub(crate) fn burn(&mut self, burns: &Burns, debt: i64) {
        let mut emptied = false;
        for (no, amount) in burns.iter() {
            let grant = &mut self.grants[no as usize];
            grant.remaining -= amount;
            emptied |= grant.remaining == 0;
        }
        self.debt += debt;
        if emptied {
            self.drop_dead();
        }
    }

    pub(crate) fn reserve(&mut self, burns: &Burns) {
        for (no, amount) in burns.iter() {
            self.grants[no as usize].reserved += amount;
        }
    }

    pub(crate) fn unreserve(&mut self, burns: &Burns) {
        for (no, amount) in burns.iter() {
            self.grants[no as usize].reserved -= amount;
        }
    }

    /// The number of the next grant.
    #[allow(clippy::cast_possible_truncation, reason = "refused before there are so many")]
    pub(crate) fn next_grant_no(&self) -> u32 {
        self.grants.len() as u32
    }

    /// Takes a new grant in.
    pub(crate) fn push_grant(&mut self, grant: Grant) {
        // Most wallets have few, and a vector first grows to four.
        if self.grants.len() == self.grants.capacity() {
            self.grants.reserve_exact(1 + self.grants.len() / 2);
        }
        let no = self.next_grant_no();
        self.grants.push(grant);
        self.enliven(no);
    }

    /// Puts a grant with something left into its place in the burn order.
    pub(crate) fn enliven(&mut self, no: u32) {
        if self.live.contains(&no) || self.grants[no as usize].remaining == 0 {
            return;
        }
        let rank = self.grants[no as usize].burn_rank(no);
        let place = self.live.partition_point(|other| self.grants[*other as usize].burn_rank(*other) < rank);
        self.live.insert(place, no);
    }

    pub(crate) fn drop_dead(&mut self) {
        let grants = &self.grants;
        self.live.retain(|no| grants[*no as usize].remaining > 0);
    }

    /// The open window of `meter` that holds the instant.
    pub fn open_window_at(&self, meter: MeterNo, at: Timestamp) -> Option<(u32, &Window)> {
        self.windows
            .iter()
            .find(|(_, window)| window.meter == meter && window.opened_at <= at && at < window.closes_at)
            .map(|(no, window)| (*no, window))
    }

    /// True if a paid interval of `meter` holds the instant.
    pub fn paid_at(&self, meter: MeterNo, at: Timestamp) -> bool {
        let Some(spans) = self.paid.get(&meter) else { return false };
        let place = spans.partition_point(|span| span.opened_at <= at);
        place > 0 && at < spans[place - 1].closes_at
    }

    /// Beginning of the next known window or paid interval of `meter` after the instant.
    pub(crate) fn next_known_after(&self, meter: MeterNo, at: Timestamp) -> Option<Timestamp> {
        let open = self.windows.values().filter(|w| w.meter == meter).map(|w| w.opened_at);
        let paid = self.paid.get(&meter).into_iter().flatten().map(|span| span.opened_at);
        open.chain(paid).filter(|opened_at| *opened_at > at).min()
    }

    pub(crate) fn remember_paid(&mut self, meter: MeterNo, span: PaidSpan) {
        let spans = self.paid.entry(meter).or_default();
        let place = spans.partition_point(|known| known.opened_at <= span.opened_at);
        spans.insert(place, span);
        // Join what touches or overlaps, from the span before the new one.
        let mut joined: Vec<PaidSpan> = Vec::with_capacity(spans.len());
        for span in spans.drain(..) {
            match joined.last_mut() {
                Some(last) if span.opened_at <= last.closes_at => {
                    last.closes_at = last.closes_at.max(span.closes_at);
                }
                _ => joined.push(span),
            }
        }
        *spans = joined;
    }

    pub(crate) fn forget_paid_before(&mut self, instant: Timestamp) {
        for spans in self.paid.values_mut() {
            spans.retain(|span| span.closes_at > instant);
        }
        self.paid.retain(|_, spans| !spans.is_empty());
    }

    /// The next instant at which something falls due by itself.
    pub fn next_due(&self) -> Option<Timestamp> {
        let windows = self.windows.values().map(|window| window.closes_at);
        let grants = self.live_grants().filter(|(_, grant)| !grant.expired);
        let grants = grants.filter_map(|(_, grant)| grant.scheduled_at.or(grant.expires_at));
        let cycle = self.line.as_ref().and_then(|line| line.turns_at());
        windows.chain(grants).chain(cycle).min()
    }
}
