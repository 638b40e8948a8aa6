//! Facts about money that stand in tables alone and that no mail tells: an attempt to pay failed, an invoice was paid. Each is written
//! down in the transaction that makes it so.

use money::Timestamp;
use store::tables::invoices::InvoiceRow;
use store::tables::outbox::NoticeId;
use store::tables::payments::Payment;
use store::{StoreError, Tx};

use super::owed::{named, tell};

/// An attempt to pay failed.
pub(super) const PAYMENT_FAILED: &str = "payment_failed";
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

/// Tells of an invoice that was paid.
pub fn invoice_paid(tx: &Tx<'_>, invoice: &InvoiceRow, at: Timestamp) -> Result<(), StoreError> {
    tell(tx, named(invoice.number, INVOICE_PAID), invoice.customer, invoice.id, at)
}
