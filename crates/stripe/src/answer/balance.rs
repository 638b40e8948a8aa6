//! What moves the seller's balance at Stripe, and what is paid out of it.

use serde::Deserialize;

use super::{Expandable, Metadata, null_is_default};

/// `txn_…`: one movement of the balance.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BalanceTransaction {
    /// Stripe's id.
    pub id: String,
    /// `charge`, `payment`, `refund`, `payment_refund`, `refund_failure`, `adjustment`, `payout`, `stripe_fee`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Signed, before the fee, in minor units.
    pub amount: i64,
    /// What Stripe keeps, in minor units; less than zero when it gives a fee back.
    pub fee: i64,
    /// `amount` less `fee`.
    pub net: i64,
    /// Lower-case currency code; the balance's own, which may differ from the charge's.
    pub currency: String,
    /// The id of what moved it: a charge, refund, dispute or payout.
    pub source: Option<String>,
    /// `charge`, `refund`, `refund_failure`, `dispute`, `dispute_reversal`, `payout`, `fee`, …
    pub reporting_category: String,
    /// Seconds since the epoch.
    pub created: i64,
    /// When it can be paid out, in seconds since the epoch.
    pub available_on: i64,
}

open_enum! {
    /// Where a payout stands.
    PayoutStatus {
        /// Not yet at the bank.
        Pending = "pending",
        /// At the bank.
        InTransit = "in_transit",
        /// Arrived, as far as is known: it may still fail.
        Paid = "paid",
        /// The bank sent it back.
        Failed = "failed",
        /// Called back.
        Canceled = "canceled",
    }
}

/// `po_…`: money from the balance to the seller's bank.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Payout {
    /// Stripe's id.
    pub id: String,
    /// In minor units.
    pub amount: i64,
    /// Lower-case currency code.
    pub currency: String,
    /// Where it stands.
    pub status: PayoutStatus,
    /// When it arrives, in seconds since the epoch.
    pub arrival_date: i64,
    /// True when Stripe made it by itself: only then are its balance transactions known.
    pub automatic: bool,
    /// `completed` once its balance transactions can be listed.
    pub reconciliation_status: Option<String>,
    /// Why it failed.
    pub failure_code: Option<String>,
    /// What it did to the balance.
    pub balance_transaction: Option<Expandable<BalanceTransaction>>,
    /// Seconds since the epoch.
    pub created: i64,
    /// Ours.
    #[serde(default, deserialize_with = "null_is_default")]
    pub metadata: Metadata,
}
