//! Facts about money that stand in tables alone and that no mail tells: an attempt to pay failed, money is claimed back, an invoice was
//! paid. Each is written down in the transaction that makes it so.

use money::{Amount, CustomerId, Timestamp};
use serde::{Deserialize, Serialize};
use store::tables::claims::PaymentClaim;
use store::tables::invoices::InvoiceRow;
use store::tables::outbox::NoticeId;
use store::tables::payments::Payment;
use store::{StoreError, Tx};

use super::facts::{json, read};
use super::owed::{named, tell, write};

/// An attempt to pay failed.
pub(super) const PAYMENT_FAILED: &str = "payment_failed";
/// A refund or a dispute of a payment stands otherwise than before.
pub(super) const PAYMENT_CLAIMED: &str = "payment_claimed";
/// An invoice was paid.
pub(super) const INVOICE_PAID: &str = "invoice_paid";

/// Tells of an attempt to pay that has failed, once, however often that is learnt.
#[allow(clippy::cast_possible_truncation, reason = "the low bits of the id, which are random")]
pub fn payment_failed(tx: &Tx<'_>, payment: &Payment, at: Timestamp) -> Result<(), StoreError> {
    let id = NoticeId {
        position: payment.occurred_at.as_micros().unsigned_abs(),
        ordinal: payment.id.as_u128() as u32,
        kind: PAYMENT_FAILED.to_owned(),
    };
    tell(tx, id, payment.customer, payment.id, at)
}

/// What is stored of a refund or a dispute as it stood then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claimed {
    /// Of which payment, `pay_…`.
    pub(crate) payment: String,
    /// `refund` or `dispute`.
    pub(crate) cause: String,
    /// The provider's id of it.
    pub(crate) provider_id: String,
    /// How it stood, as the store's word.
    pub(crate) state: String,
    /// The provider's code of why.
    pub(crate) reason: Option<String>,
    /// Until when a dispute may be answered, RFC 3339.
    pub(crate) due_at: Option<String>,
    amount: String,
    unit: String,
}

impl Claimed {
    /// How much is claimed.
    pub(crate) fn amount(&self) -> anyhow::Result<Amount> {
        read(&self.amount, &self.unit)
    }
}

/// Tells how a refund or a dispute stands now, at `place` among those that were learnt of with it.
#[allow(clippy::cast_possible_truncation, reason = "the low bits of the id, which are random")]
pub fn payment_claimed(
    tx: &Tx<'_>,
    customer: CustomerId,
    claim: &PaymentClaim,
    place: u32,
) -> Result<(), StoreError> {
    let id = NoticeId {
        position: claim.updated_at.as_micros().unsigned_abs(),
        ordinal: (claim.payment.as_u128() as u32).wrapping_add(place),
        kind: PAYMENT_CLAIMED.to_owned(),
    };
    let payload = Claimed {
        payment: claim.payment.to_string(),
        cause: claim.cause.word().to_owned(),
        provider_id: claim.provider_id.clone(),
        state: claim.state.word().to_owned(),
        reason: claim.reason.clone(),
        due_at: claim.due_at.map(|at| at.to_string()),
        amount: claim.amount.to_decimal(),
        unit: claim.amount.unit().code().to_owned(),
    };
    write(tx, id, customer, json(&payload), claim.updated_at)
}

/// Tells of an invoice that was paid.
pub fn invoice_paid(tx: &Tx<'_>, invoice: &InvoiceRow, at: Timestamp) -> Result<(), StoreError> {
    tell(tx, named(invoice.number, INVOICE_PAID), invoice.customer, invoice.id, at)
}
