//! The rules of buying a pack, and of what becomes of a purchase.

use money::{Amount, GrantId, LineId, PurchaseId, Timestamp};

use super::plan::{Charging, Pack, Plan, PurchaseRules, Release, Validity};
use super::record::{LineFact, Lot};
use super::state::{Awaiting, Forgone, Line, LineStatus, PaidBy};
use super::{Buying, TakeBack};
use crate::catalog::Catalog;
use crate::decide::{check_held, check_size, check_thawed};
use crate::decision::{Balance, Burns};
use crate::refusal::Refusal;
use crate::wallet::Wallet;

/// The most purchases of one line that may be released and unpaid at once.
const UNPAID_COUNT_MAX: usize = 64;

/// What a purchase is judged by. Pages ask with it what the book would say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The line's status.
    pub status: LineStatus,
    /// What is available now; below zero it is overshoot.
    pub available: Amount,
    /// True if a purchase waits for its payment.
    pub awaits: bool,
    /// What was released and not yet paid, in the smallest steps of the packs' currency.
    pub unpaid: i64,
    /// How many purchases that is.
    pub unpaid_count: usize,
}

impl Standing {
    fn of(wallet: &Wallet, line: &Line) -> Standing {
        Standing {
            status: line.status,
            available: wallet.amount(wallet.balance.available()),
            awaits: line.awaiting.is_some(),
            unpaid: line.unpaid.values().map(|unpaid| unpaid.price.value()).sum(),
            unpaid_count: line.unpaid.len(),
        }
    }
}

/// Whether anything may be bought for a line with these rules; `None` where the plan does not support it.
pub fn check_line(rules: Option<&PurchaseRules>, standing: &Standing) -> Result<(), Refusal> {
    match standing.status {
        LineStatus::Enabled => {}
        LineStatus::Blocked => return Err(Refusal::LineBlocked),
        LineStatus::Cancelled => return Err(Refusal::LineCancelled),
    }
    let rules = rules.ok_or(Refusal::PurchasesNotSupported)?;
    if standing.awaits {
        return Err(Refusal::PurchaseAwaiting);
    }
    if standing.available.value() > rules.balance_max {
        return Err(Refusal::BalancePositive { available: standing.available });
    }
    Ok(())
}

/// Whether this pack may be bought, where [`check_line`] says that something may. `released` is how many of it were released in
/// this cycle.
pub fn check_pack(pack: &Pack, standing: &Standing, released: u32) -> Result<(), Refusal> {
    if standing.available.value().saturating_add(pack.quantity) <= 0 {
        return Err(Refusal::PackTooSmall { available: standing.available });
    }
    if pack.per_cycle_max.is_some_and(|most| released >= most) {
        return Err(Refusal::PackLimit);
    }
    Ok(())
}

/// Whether this pack may be charged so, where [`check_pack`] says that it may be bought. What is released before it is paid is owed
/// until then, and the plan says how much that may come to; whatever waits for its payment owes nothing meanwhile.
pub fn check_charging(
    rules: &PurchaseRules,
    pack: &Pack,
    standing: &Standing,
    charging: Charging,
) -> Result<(), Refusal> {
    let owed = standing.unpaid.saturating_add(pack.price.value());
    let is_too_much = rules.unpaid_max.is_some_and(|most| owed > most.value());
    match pack.release.when_charged_by(charging) {
        Release::OnPurchase if is_too_much || standing.unpaid_count >= UNPAID_COUNT_MAX => {
            Err(Refusal::UnpaidLimit)
        }
        Release::OnPurchase | Release::OnPayment => Ok(()),
    }
}

/// A purchase, checked and released (or left waiting for its payment) in one decision.
pub(super) fn decide_buying(
    catalog: &Catalog,
    wallet: &Wallet,
    line: &Line,
    buying: &Buying,
    at: Timestamp,
) -> Result<(LineFact, Balance), Refusal> {
    // Somebody bought since the page was drawn: that is what the buyer must hear, not what it did to the balance.
    if buying.sequence != line.sequence || line.unpaid.contains_key(&buying.purchase) {
        return Err(Refusal::AlreadyBought);
    }
    check_thawed(wallet)?;
    let rules = catalog.plan(line.plan).and_then(|plan| plan.purchases);
    let standing = Standing::of(wallet, line);
    check_line(rules.as_ref(), &standing)?;
    let rules = rules.as_ref().ok_or(Refusal::PurchasesNotSupported)?;
    let pack = catalog.pack(buying.pack).filter(|pack| pack.plan == line.plan).ok_or(Refusal::PackUnknown)?;
    if (pack.quantity, pack.price) != (buying.quantity, buying.price) {
        return Err(Refusal::PackChanged);
    }
    if !pack.chargings.contains(&buying.charging) {
        return Err(Refusal::ChargingNotOffered);
    }
    let released = line.released.get(&pack.no).copied().unwrap_or_default();
    check_pack(pack, &standing, released)?;
    check_charging(rules, pack, &standing, buying.charging)?;
    if pack.quantity <= 0 || pack.price.value() <= 0 {
        return Err(Refusal::AmountNotPositive);
    }
    check_size(pack.quantity)?;
    let purchase = Awaiting {
        purchase: buying.purchase,
        pack: pack.no,
        charging: buying.charging,
        quantity: pack.quantity,
        price: pack.price,
        validity: pack.validity,
    };
    match pack.release.when_charged_by(buying.charging) {
        Release::OnPayment => Ok((LineFact::Awaits { purchase }, wallet.balance)),
        Release::OnPurchase => {
            let (lot, balance) = bought_lot(wallet, line, &purchase, buying.grant, at)?;
            Ok((LineFact::Bought { purchase, lot }, balance))
        }
    }
}

/// A payment settles what was released, or releases what waited for it or did not wait any more.
pub(super) fn decide_payment(
    wallet: &Wallet,
    line: &Line,
    purchase: &Awaiting,
    grant: GrantId,
    by: PaidBy,
    at: Timestamp,
) -> Result<(LineFact, Balance), Refusal> {
    if let Some(unpaid) = line.unpaid.get(&purchase.purchase) {
        let fact = LineFact::Paid { purchase: purchase.purchase, price: unpaid.price, by };
        return Ok((fact, wallet.balance));
    }
    let forgone = line.forgone.iter().find(|forgone| forgone.purchase == purchase.purchase);
    if let Some(forgone) = forgone.filter(|forgone| forgone.taken == 0) {
        let Forgone { purchase, price, .. } = *forgone;
        return Ok((LineFact::Recovered { purchase, price, by, lot: None }, wallet.balance));
    }
    if line.status == LineStatus::Cancelled {
        return Err(Refusal::LineCancelled);
    }
    if purchase.quantity <= 0 {
        return Err(Refusal::AmountNotPositive);
    }
    if let Some(Forgone { purchase: id, price, taken }) = forgone.copied() {
        let again = Awaiting { quantity: taken, ..*purchase };
        let (lot, balance) = bought_lot(wallet, line, &again, grant, at)?;
        return Ok((LineFact::Recovered { purchase: id, price, by, lot: Some(lot) }, balance));
    }
    check_size(purchase.quantity)?;
    let (lot, balance) = bought_lot(wallet, line, purchase, grant, at)?;
    Ok((LineFact::Released { purchase: *purchase, by, lot }, balance))
}

pub(super) fn decide_drop(
    line: &Line,
    wallet: &Wallet,
    purchase: PurchaseId,
) -> Result<(LineFact, Balance), Refusal> {
    match line.awaiting {
        Some(awaiting) if awaiting.purchase == purchase => {
            Ok((LineFact::Dropped { purchase }, wallet.balance))
        }
        _ => Err(Refusal::PurchaseUnknown),
    }
}

pub(super) fn decide_write_off(
    wallet: &Wallet,
    line: &Line,
    purchase: PurchaseId,
    take_back: TakeBack,
) -> Result<(LineFact, Balance), Refusal> {
    let unpaid = line.unpaid.get(&purchase).ok_or(Refusal::PurchaseUnknown)?;
    let free = wallet.grants.get(unpaid.grant_no as usize).map_or(0, crate::wallet::Grant::free);
    let mut burns = Burns::default();
    if take_back == TakeBack::Rest {
        burns.add(unpaid.grant_no, free);
    }
    let balance = Balance { posted: wallet.balance.posted - burns.total(), ..wallet.balance };
    Ok((LineFact::WrittenOff { purchase, price: unpaid.price, burns }, balance))
}

fn bought_lot(
    wallet: &Wallet,
    line: &Line,
    purchase: &Awaiting,
    grant: GrantId,
    at: Timestamp,
) -> Result<(Lot, Balance), Refusal> {
    let expires_at = match purchase.validity {
        Validity::Cycle => line.cycle.ends_at,
        Validity::Days(days) => at.plus(i64::from(days.max(1)) * Timestamp::DAY),
    };
    lot(wallet, grant, purchase.quantity, expires_at)
}

/// A new grant of `amount` bytes and the balance with it.
pub(super) fn lot(
    wallet: &Wallet,
    grant: GrantId,
    amount: i64,
    expires_at: Timestamp,
) -> Result<(Lot, Balance), Refusal> {
    let posted = wallet.balance.posted.saturating_add(amount);
    check_held(wallet, posted)?;
    let grant_no = u32::try_from(wallet.grants.len()).map_err(|_| Refusal::AmountTooLarge)?;
    let debt_paid = wallet.debt.min(amount);
    Ok((Lot { grant_no, grant, amount, expires_at, debt_paid }, Balance { posted, ..wallet.balance }))
}

/// The name of a grant that nobody asked for by name: the line's, moved on by the grant's number, so that it is the same on every
/// replay and another for every grant.
pub(super) fn derived_grant(wallet: &Wallet, line: LineId) -> GrantId {
    GrantId::from_u128(line.as_u128().wrapping_add(wallet.grants.len() as u128 + 1))
}

/// What a larger allowance of a new plan makes up now.
pub(super) fn allowance_made_up(
    wallet: &Wallet,
    line: &Line,
    plan: &Plan,
) -> Result<(Option<Lot>, Balance), Refusal> {
    let more = plan.allowance.saturating_sub(line.terms.allowance);
    if more <= 0 || line.status == LineStatus::Cancelled {
        return Ok((None, wallet.balance));
    }
    let (lot, balance) = lot(wallet, derived_grant(wallet, line.id), more, line.cycle.ends_at)?;
    Ok((Some(lot), balance))
}
