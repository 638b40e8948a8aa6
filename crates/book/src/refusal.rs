//! The rule said no: an answer, with a code that never changes.

use money::{Amount, Timestamp};
use thiserror::Error;

/// Why the book refuses a command. Nothing has changed. Listed by precedence: of several that hold, the first is the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The key was used before with another body.
    #[error("this idempotency key was used before with another request")]
    KeyReused,
    /// No wallet has this id.
    #[error("there is no such wallet")]
    WalletUnknown,
    /// A wallet has this id already.
    #[error("a wallet with this id exists already")]
    WalletExists,
    /// The amount is counted in another unit than the wallet.
    #[error("the wallet counts in another unit")]
    UnitMismatch,
    /// The catalog has no such meter.
    #[error("there is no such meter")]
    MeterUnknown,
    /// The amount is zero or below.
    #[error("the amount must be above zero")]
    AmountNotPositive,
    /// The amount is below zero.
    #[error("the amount must not be below zero")]
    AmountNegative,
    /// The quantity is below zero.
    #[error("the quantity must not be below zero")]
    QuantityNegative,
    /// The grant would have expired before it begins, or now.
    #[error("the expiry must be later than now and than the beginning")]
    ExpiryPast,
    /// The event's time is ahead of our clock by more than is forgiven.
    #[error("the event's time is in the future")]
    EventInFuture,
    /// The event's time is longer ago than is accepted.
    #[error("the event's time is longer ago than accepted")]
    EventTooLate {
        /// Events before this instant are refused.
        accepted_from: Timestamp,
    },
    /// The charge was reversed before.
    #[error("this charge has been reversed before")]
    AlreadyReversed,
    /// The wallet is no line's.
    #[error("this wallet has no line")]
    LineUnknown,
    /// The wallet has a line already.
    #[error("this wallet has a line already")]
    LineExists,
    /// No month has this day.
    #[error("a cycle begins on day 1 to 31 of the month")]
    AnchorDay,
    /// Somebody bought since the page was drawn.
    #[error("something was bought for this line since the page was drawn")]
    AlreadyBought,
    /// The line is blocked.
    #[error("the line is blocked")]
    LineBlocked,
    /// The line was cancelled, and that is for ever.
    #[error("the line has been cancelled")]
    LineCancelled,
    /// The catalog has no such plan.
    #[error("there is no such plan")]
    PlanUnknown,
    /// The plan does not support the purchase of credit.
    #[error("the plan does not support the purchase of credit")]
    PurchasesNotSupported,
    /// A purchase waits for its payment.
    #[error("a purchase of this line waits for its payment")]
    PurchaseAwaiting,
    /// Credit is left: there is nothing to buy yet.
    #[error("{available} is left")]
    BalancePositive {
        /// What is available now.
        available: Amount,
    },
    /// No such pack is sold for the line's plan.
    #[error("no such pack is sold for this plan")]
    PackUnknown,
    /// Price or quantity are not those that the buyer saw.
    #[error("the pack has another price or quantity now")]
    PackChanged,
    /// The pack is not charged so.
    #[error("this pack is not charged so")]
    ChargingNotOffered,
    /// The pack would not bring the balance above zero.
    #[error("the pack would not bring {available} above zero")]
    PackTooSmall {
        /// What is available now, below zero.
        available: Amount,
    },
    /// So many of this pack were released in this cycle already.
    #[error("no more of this pack are sold in this cycle")]
    PackLimit,
    /// Too much was bought and not yet paid.
    #[error("too much was bought and not yet paid")]
    UnpaidLimit,
    /// No such purchase is open.
    #[error("no such purchase is open on this line")]
    PurchaseUnknown,
    /// It was not billed, or is not owed any more.
    #[error("so much is not owed for this line")]
    NotBilled,
    /// No payment of this name was credited to the wallet.
    #[error("no such payment was credited to this wallet")]
    PaymentUnknown,
    /// More is to be taken back than the payment bought.
    #[error("the payment was credited with {credited} and no more can be taken back")]
    MoreThanCredited {
        /// What the payment bought.
        credited: Amount,
    },
    /// It is so already.
    #[error("so much is taken back already")]
    NothingChanges,
    /// The report adds nothing to what is known.
    #[error("nothing new is said")]
    ReadingOld,
    /// The amount, or the balance after it, is more than can be held.
    #[error("the amount is more than a wallet can hold")]
    AmountTooLarge,
    /// The wallet is frozen.
    #[error("the wallet is frozen")]
    WalletFrozen,
    /// Less is available than needed.
    #[error("{needed} is needed and {available} is available")]
    InsufficientCredit {
        /// What is available now.
        available: Amount,
        /// What was needed.
        needed: Amount,
    },
    /// The clock would pass the end of the calendar, or not move.
    #[error("the clock moves ahead by 1 second to 366 days at a time")]
    ClockAdvance,
}

impl Refusal {
    /// The stable code of the API.
    pub const fn code(&self) -> &'static str {
        match self {
            Refusal::KeyReused => "idempotency_key_reused",
            Refusal::WalletUnknown => "wallet_unknown",
            Refusal::WalletExists => "wallet_exists",
            Refusal::UnitMismatch => "unit_mismatch",
            Refusal::MeterUnknown => "meter_unknown",
            Refusal::AmountNotPositive => "amount_not_positive",
            Refusal::AmountTooLarge => "amount_too_large",
            Refusal::AmountNegative => "amount_negative",
            Refusal::QuantityNegative => "quantity_negative",
            Refusal::PaymentUnknown => "payment_unknown",
            Refusal::MoreThanCredited { .. } => "more_than_credited",
            Refusal::NothingChanges => "nothing_changes",
            Refusal::ExpiryPast => "expiry_past",
            Refusal::EventInFuture => "event_in_future",
            Refusal::EventTooLate { .. } => "event_too_late",
            Refusal::AlreadyReversed => "already_reversed",
            Refusal::WalletFrozen => "wallet_frozen",
            Refusal::InsufficientCredit { .. } => "insufficient_credit",
            Refusal::LineUnknown => "line_unknown",
            Refusal::LineExists => "line_exists",
            Refusal::PlanUnknown => "plan_unknown",
            Refusal::AnchorDay => "anchor_day",
            Refusal::LineBlocked => "line_blocked",
            Refusal::LineCancelled => "line_cancelled",
            Refusal::PurchasesNotSupported => "purchases_not_supported",
            Refusal::AlreadyBought => "already_bought",
            Refusal::PurchaseAwaiting => "purchase_awaiting",
            Refusal::PackUnknown => "pack_unknown",
            Refusal::PackChanged => "pack_changed",
            Refusal::ChargingNotOffered => "charging_not_offered",
            Refusal::PackLimit => "pack_limit",
            Refusal::UnpaidLimit => "unpaid_limit",
            Refusal::PurchaseUnknown => "purchase_unknown",
            Refusal::NotBilled => "not_billed",
            Refusal::ReadingOld => "reading_old",
            Refusal::BalancePositive { .. } => "balance_positive",
            Refusal::PackTooSmall { .. } => "pack_too_small",
            Refusal::ClockAdvance => "clock_advance",
        }
    }
}
