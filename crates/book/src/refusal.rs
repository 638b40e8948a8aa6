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
    /// The amount, or the balance after it, is more than can be held.
    #[error("the amount is more than a wallet can hold")]
    AmountTooLarge,
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
            Refusal::QuantityNegative => "quantity_negative",
            Refusal::ExpiryPast => "expiry_past",
            Refusal::EventInFuture => "event_in_future",
            Refusal::EventTooLate { .. } => "event_too_late",
            Refusal::AlreadyReversed => "already_reversed",
            Refusal::InsufficientCredit { .. } => "insufficient_credit",
            Refusal::ClockAdvance => "clock_advance",
        }
    }
}
