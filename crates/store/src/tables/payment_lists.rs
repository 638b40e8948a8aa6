//! All customers' payments, as support looks for them: by how they stand, by the provider's names, by a card's last digits.

use money::{CustomerId, PaymentId, Timestamp};

use super::payments::{Payment, PaymentCursor, PaymentStatus};
use super::{Page, Reader, page, rows_to_ask};
use crate::error::StoreError;

const ALL: &str = "SELECT id FROM payments WHERE (occurred_at, id) < ($1, $2)
    ORDER BY occurred_at DESC, id DESC LIMIT $3";
const IN_STATUS: &str = "SELECT id FROM payments WHERE status = $1 AND (occurred_at, id) < ($2, $3)
    ORDER BY occurred_at DESC, id DESC LIMIT $4";
const REFUNDED: &str = "SELECT id FROM payments WHERE refunded > 0 AND (occurred_at, id) < ($1, $2)
    ORDER BY occurred_at DESC, id DESC LIMIT $3";
const DISPUTED: &str =
    "SELECT id FROM payments WHERE dispute_state IS NOT NULL AND (occurred_at, id) < ($1, $2)
    ORDER BY occurred_at DESC, id DESC LIMIT $3";
const UNMATCHED: &str = "SELECT id FROM payments WHERE status = 'succeeded' AND credited_entry IS NULL
    AND (occurred_at, id) < ($1, $2) ORDER BY occurred_at DESC, id DESC LIMIT $3";
const UNMATCHED_COUNT: &str = "SELECT count(*) FROM payments
    WHERE status = 'succeeded' AND credited_entry IS NULL AND updated_at < $1";
const BY_CHARGE: &str = "SELECT id FROM payments WHERE provider_charge = $1";
const BY_CARD: &str =
    "SELECT DISTINCT customer FROM payments WHERE card_last4 = $1 ORDER BY customer DESC LIMIT $2";

/// Which payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentFilter {
    /// All.
    All,
    /// Those that stand so at the provider.
    Status(PaymentStatus),
    /// Those of which something was given back.
    Refunded,
    /// Those that are, or were, disputed.
    Disputed,
    /// Those that were paid and have credited nothing.
    Unmatched,
}

impl Reader<'_> {
    /// Payments of all customers, newest first.
    pub fn payments_listed(
        &self,
        filter: PaymentFilter,
        before: Option<PaymentCursor>,
        limit: u32,
    ) -> Result<Page<Payment, PaymentCursor>, StoreError> {
        let (at, id) = before.map_or((Timestamp::MAX, PaymentId::from_u128(u128::MAX)), |cursor| {
            (cursor.occurred_at, cursor.id)
        });
        let rows = rows_to_ask(limit);
        let ids: Vec<PaymentId> = match filter {
            PaymentFilter::All => self.all(ALL, &[&at, &id, &rows])?,
            PaymentFilter::Status(status) => self.all(IN_STATUS, &[&status, &at, &id, &rows])?,
            PaymentFilter::Refunded => self.all(REFUNDED, &[&at, &id, &rows])?,
            PaymentFilter::Disputed => self.all(DISPUTED, &[&at, &id, &rows])?,
            PaymentFilter::Unmatched => self.all(UNMATCHED, &[&at, &id, &rows])?,
        };
        let rows = ids.into_iter().filter_map(|id| self.payment(id).transpose());
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        Ok(page(rows, limit, |row: &Payment| PaymentCursor { occurred_at: row.occurred_at, id: row.id }))
    }

    /// How many were paid, have credited nothing, and have not changed since `before`.
    pub fn unmatched_payment_count(&self, before: Timestamp) -> Result<u32, StoreError> {
        Ok(self.one(UNMATCHED_COUNT, &[&before])?.unwrap_or(0))
    }

    /// The attempts of this charge of a provider.
    pub fn payments_by_charge(&self, charge: &str) -> Result<Vec<PaymentId>, StoreError> {
        self.all(BY_CHARGE, &[&charge])
    }

    /// The newest `limit` customers who tried to pay with a card that ends so.
    pub fn customers_by_card(&self, last4: &str, limit: u32) -> Result<Vec<CustomerId>, StoreError> {
        self.all(BY_CARD, &[&last4, &limit])
    }
}
