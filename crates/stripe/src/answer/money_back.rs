//! Money that goes back to the payer: refunds, which the seller makes, and disputes, which the payer makes.

use serde::Deserialize;

use super::{BalanceTransaction, Charge, Expandable, Metadata, PaymentIntent, null_is_default};

open_enum! {
    /// Where a refund stands.
    RefundStatus {
        /// On its way.
        Pending = "pending",
        /// The payer must do something, such as name an account.
        RequiresAction = "requires_action",
        /// Given back; a bank may still refuse it later.
        Succeeded = "succeeded",
        /// Refused by a bank: the money is the seller's again.
        Failed = "failed",
        /// Called back before it was given.
        Canceled = "canceled",
    }
}

impl RefundStatus {
    /// True when its money does not, or no longer, go to the payer.
    #[must_use]
    pub fn is_void(&self) -> bool {
        matches!(self, Self::Failed | Self::Canceled)
    }
}

/// `re_…`: some of a charge, given back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Refund {
    /// Stripe's id.
    pub id: String,
    /// What was refunded.
    pub charge: Option<Expandable<Charge>>,
    /// The intent of that charge.
    pub payment_intent: Option<Expandable<PaymentIntent>>,
    /// What is given back, in minor units.
    pub amount: i64,
    /// Lower-case currency code.
    pub currency: String,
    /// Where it stands; Stripe has none for some methods.
    pub status: Option<RefundStatus>,
    /// Why it failed, for instance `expired_or_canceled_card`.
    pub failure_reason: Option<String>,
    /// `requested_by_customer`, `duplicate`, `fraudulent`, or `expired_uncaptured_charge`.
    pub reason: Option<String>,
    /// What it did to Stripe's balance.
    pub balance_transaction: Option<Expandable<BalanceTransaction>>,
    /// Seconds since the epoch.
    pub created: i64,
    /// Ours.
    #[serde(default, deserialize_with = "null_is_default")]
    pub metadata: Metadata,
}

open_enum! {
    /// Where a dispute stands.
    DisputeStatus {
        /// An inquiry: no money has moved, an answer is awaited.
        WarningNeedsResponse = "warning_needs_response",
        /// An inquiry that was answered.
        WarningUnderReview = "warning_under_review",
        /// An inquiry that came to nothing.
        WarningClosed = "warning_closed",
        /// Money was withdrawn, an answer is awaited.
        NeedsResponse = "needs_response",
        /// Money was withdrawn, the bank is thinking.
        UnderReview = "under_review",
        /// The money came back.
        Won = "won",
        /// The money is lost.
        Lost = "lost",
        /// Settled before it became a dispute.
        Prevented = "prevented",
    }
}

impl DisputeStatus {
    /// True for an inquiry: the payer's bank asks, and has taken nothing.
    #[must_use]
    pub fn is_inquiry(&self) -> bool {
        matches!(self, Self::WarningNeedsResponse | Self::WarningUnderReview | Self::WarningClosed)
    }

    /// True while the seller has not answered yet.
    #[must_use]
    pub fn awaits_answer(&self) -> bool {
        matches!(self, Self::WarningNeedsResponse | Self::NeedsResponse)
    }

    /// True when nothing more will happen.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::WarningClosed | Self::Won | Self::Lost | Self::Prevented)
    }
}

/// `du_…` or `dp_…`: the payer tells his bank that he did not buy this, or did not get it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Dispute {
    /// Stripe's id.
    pub id: String,
    /// What is disputed.
    pub charge: Option<Expandable<Charge>>,
    /// The intent of that charge.
    pub payment_intent: Option<Expandable<PaymentIntent>>,
    /// What is disputed of it, in minor units.
    pub amount: i64,
    /// Lower-case currency code.
    pub currency: String,
    /// Where it stands.
    pub status: DisputeStatus,
    /// For instance `fraudulent`, `product_not_received`.
    pub reason: String,
    /// Until when evidence may be sent.
    pub evidence_details: Option<EvidenceDetails>,
    /// What it did to Stripe's balance: nothing for an inquiry, then one for the withdrawal, then one if the money came back.
    #[serde(default, deserialize_with = "null_is_default")]
    pub balance_transactions: Vec<BalanceTransaction>,
    /// Seconds since the epoch.
    pub created: i64,
}

/// About the evidence of a dispute.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EvidenceDetails {
    /// Seconds since the epoch; none when none can be sent any more.
    pub due_by: Option<i64>,
}

impl Dispute {
    /// What the bank holds of the seller's money now, in minor units, without fees: the withdrawals less what came back.
    #[must_use]
    pub fn withdrawn(&self) -> i64 {
        let moved = self.balance_transactions.iter().map(|transaction| transaction.amount);
        moved.fold(0_i64, i64::saturating_sub)
    }
}
