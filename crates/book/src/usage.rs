//! Use of a meter: which window it falls into and what it costs.
//!
//! Use inside an open window adds to it; inside an interval that is paid it is covered; outside of both it opens a window, or,
//! if that window would be over already, posts at once. Prices per unit are counted in windows of one clock hour, so that a price
//! below one step is rounded once, when the hour posts: half to even.

use money::{AmountError, Quantity, Rounding, Timestamp};

use crate::book::BALANCE_MAX;
use crate::catalog::{Anchor, Meter, Price};
use crate::command::UseStage;
use crate::decide::{check_available, check_thawed};
use crate::decision::{Balance, Record, UsagePosted, WalletNo, WindowOpened};
use crate::refusal::Refusal;
use crate::wallet::{Wallet, Window};

/// The window of a price per unit, in microseconds.
const PER_UNIT_LENGTH: i64 = Timestamp::HOUR;

/// Use as it was told.
#[derive(Clone, Copy)]
pub(crate) struct UseTold {
    pub(crate) quantity: Quantity,
    pub(crate) occurred_at: Timestamp,
    pub(crate) stage: UseStage,
}

pub(crate) fn decide_use(
    no: WalletNo,
    wallet: &Wallet,
    meter: &Meter,
    told: UseTold,
    accepted_from: Timestamp,
    future_max: i64,
    at: Timestamp,
) -> Result<Record, Refusal> {
    if meter.price.unit() != wallet.unit {
        return Err(Refusal::UnitMismatch);
    }
    if told.quantity < Quantity::ZERO {
        return Err(Refusal::QuantityNegative);
    }
    if told.occurred_at > at.plus(future_max) {
        return Err(Refusal::EventInFuture);
    }
    if told.occurred_at < accepted_from {
        return Err(Refusal::EventTooLate { accepted_from });
    }
    if told.stage == UseStage::Guarded {
        check_thawed(wallet)?;
    }
    // A clock that runs a little ahead of ours means now.
    let moment = told.occurred_at.min(at);
    // What is paid is paid, whatever the price has become since.
    if wallet.paid_at(meter.no, moment) {
        let UseTold { quantity, occurred_at, .. } = told;
        return Ok(Record::UsageCovered { wallet: no, meter: meter.no, occurred_at, quantity });
    }
    if let Some((window_no, window)) = wallet.open_window_at(meter.no, moment) {
        return accrue(no, wallet, window_no, window, told);
    }
    open_or_post(no, wallet, meter, told, moment, at)
}

/// What `quantity` costs at `price`, in smallest steps.
pub(crate) fn cost(price: Price, quantity: Quantity) -> Result<i64, Refusal> {
    let amount = match price {
        Price::PerUnit(price) => price.times(quantity, Rounding::HalfEven),
        Price::PerActiveWindow { amount, .. } => Ok(amount),
    };
    match amount {
        Ok(amount) if amount.value() < 0 => Err(Refusal::AmountNotPositive),
        Ok(amount) if amount.value() <= BALANCE_MAX => Ok(amount.value()),
        Ok(_) | Err(AmountError::Overflow | AmountError::UnitMismatch { .. }) => Err(Refusal::AmountTooLarge),
    }
}

fn accrue(
    no: WalletNo,
    wallet: &Wallet,
    window_no: u32,
    window: &Window,
    told: UseTold,
) -> Result<Record, Refusal> {
    let quantity = window.quantity.checked_add(told.quantity).ok_or(Refusal::AmountTooLarge)?;
    let more = cost(window.price, quantity)? - window.pending;
    check_owed(wallet, more)?;
    if told.stage == UseStage::Guarded && more > 0 {
        check_available(wallet, more)?;
    }
    let (reserved, _uncovered) = wallet.plan_burn(more);
    Ok(Record::WindowAccrued {
        wallet: no,
        window_no,
        occurred_at: told.occurred_at,
        quantity: told.quantity,
        pending: more,
        reserved,
        balance: Balance { pending: wallet.balance.pending + more, ..wallet.balance },
    })
}

fn open_or_post(
    no: WalletNo,
    wallet: &Wallet,
    meter: &Meter,
    told: UseTold,
    moment: Timestamp,
    at: Timestamp,
) -> Result<Record, Refusal> {
    let (opened_at, closes_at) = interval(wallet, meter, moment);
    let amount = cost(meter.price, told.quantity)?;
    check_owed(wallet, amount)?;
    if told.stage == UseStage::Guarded {
        check_available(wallet, amount)?;
    }
    let (burns, debt) = wallet.plan_burn(amount);
    if closes_at <= at {
        let balance = Balance { posted: wallet.balance.posted - amount, ..wallet.balance };
        return Ok(Record::UsagePosted(UsagePosted {
            wallet: no,
            window_no: None,
            meter: meter.no,
            opened_at,
            closes_at,
            occurred_at: Some(told.occurred_at),
            quantity: told.quantity,
            covers: matches!(meter.price, Price::PerActiveWindow { .. }),
            amount,
            burns,
            debt,
            balance,
        }));
    }
    Ok(Record::WindowOpened(WindowOpened {
        wallet: no,
        window_no: wallet.next_window_no,
        meter: meter.no,
        opened_at,
        closes_at,
        price: meter.price,
        occurred_at: told.occurred_at,
        quantity: told.quantity,
        pending: amount,
        reserved: burns,
        balance: Balance { pending: wallet.balance.pending + amount, ..wallet.balance },
    }))
}

/// The interval that use at `moment` begins. It never reaches into the next one that is known.
fn interval(wallet: &Wallet, meter: &Meter, moment: Timestamp) -> (Timestamp, Timestamp) {
    let (opened_at, length) = match meter.price {
        Price::PerUnit(_) => (floor_to(moment, PER_UNIT_LENGTH), PER_UNIT_LENGTH),
        Price::PerActiveWindow { length, anchor: Anchor::Clock, .. } => (floor_to(moment, length), length),
        Price::PerActiveWindow { length, anchor: Anchor::FirstEvent, .. } => (moment, length),
    };
    let end = opened_at.plus(length);
    if matches!(meter.price, Price::PerUnit(_)) {
        return (opened_at, end);
    }
    (opened_at, wallet.next_known_after(meter.no, moment).map_or(end, |next| next.min(end)))
}

fn floor_to(moment: Timestamp, length: i64) -> Timestamp {
    Timestamp::from_micros(moment.as_micros() - moment.as_micros().rem_euclid(length))
}

/// Refuses what would take the wallet further below zero than can be counted.
pub(crate) fn check_owed(wallet: &Wallet, more: i64) -> Result<(), Refusal> {
    let after = wallet.balance.available().saturating_sub(more);
    if after < -BALANCE_MAX { Err(Refusal::AmountTooLarge) } else { Ok(()) }
}
