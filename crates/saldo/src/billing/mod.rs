//! The monthly run: what subscribers owe for a month becomes one invoice each, with one boleto; and what happens if nobody pays.
//!
//! Owned here: which month is next, which was the first, what stands on an invoice, how far a run has come, which lines are blocked because something is
//! overdue. Leaves to others: boletos (`documents`), money that comes (`settlements`), and whether anything is owed at all (the book).

mod blocked;
mod calendar;
mod first_month;
mod invoice;
mod overdue;
mod run;

pub use blocked::{
    Actor, ActorKind, Blocked, Overdue, REASON_CHARS_MAX, STATUS_SET, WhyBlocked, all_overdue_now,
    overdue_now, why_blocked, why_blocked_now,
};
pub(crate) use blocked::{actor, checked_reason, status_set, was_enabled_since};
pub use calendar::{Month, missed_months, next_month};
pub use first_month::{first_month, first_months, set_first_month};
pub(crate) use invoice::wrong_with_adjustment;
pub use invoice::{Adjustment, adjust, withdraw};
pub use overdue::{
    Trust, TrustError, block_by_hand, excuse, keep_blocked, review, trust, trust_of, trusted_until,
};
pub use run::{DAYS_EARLY_MAX, Estimate, begin, estimate, is_made_up, keep_running, missed, preview};
