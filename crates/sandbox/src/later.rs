//! What happens by itself some time after a payment: refunds that arrive or come back, payers who dispute,
//! late declines.

use serde_json::Value;

use crate::disputes::{self, Opening};
use crate::payment::delayed::{self, Settled};
use crate::refunds;
use crate::state::{Later, Work};

/// How long it takes, in milliseconds.
pub(crate) const DELAY_MS: i64 = 2_000;

/// Does everything that is due by `now_ms`; returns how much that was.
pub(crate) fn happen(work: &Work<'_>, now_ms: i64) -> rusqlite::Result<u32> {
    let mut count = 0;
    while let Some((object, later)) = work.take_plan(now_ms)? {
        happen_to(work, object, later)?;
        count += 1;
    }
    Ok(count)
}

fn happen_to(work: &Work<'_>, object: Value, later: Later) -> rusqlite::Result<()> {
    let dispute = |opening, reason| match disputes::open(work, object.clone(), opening, reason, None) {
        Ok(_) => Ok(()),
        // Refunded or disputed by hand in the meantime: then nobody disputes it.
        Err(refused) if refused.status.is_client_error() => Ok(()),
        Err(_) => Err(rusqlite::Error::InvalidQuery),
    };
    match later {
        Later::RefundSucceeds => refunds::succeed(work, object).map(drop),
        Later::RefundFails => refunds::fail(work, object, "expired_or_canceled_card").map(drop),
        Later::DisputedAsFraud => dispute(Opening::Dispute, "fraudulent"),
        Later::DisputedAsNotReceived => dispute(Opening::Dispute, "product_not_received"),
        Later::Declined => delayed::settle(work, object, Settled::Failed).map(drop),
        Later::Inquired => dispute(Opening::Inquiry, "fraudulent"),
    }
}
