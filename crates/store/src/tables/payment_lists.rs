//! All customers' payments, as support looks for them: by the provider's names, by a card's last digits. Lists are in `narrowed`.

use money::{CustomerId, PaymentId, Timestamp};

use super::Reader;
use super::payments::PaymentStatus;
use crate::error::StoreError;

const UNMATCHED_COUNT: &str = "SELECT count(*) FROM payments
    WHERE status = 'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount AND updated_at < $1";
const UNMATCHED: &str = "SELECT id FROM payments
    WHERE status = 'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount AND updated_at < $1
    ORDER BY id DESC LIMIT $2";
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
    /// How many were paid, have credited nothing, have not gone back as a whole, and have not changed since `before`.
    pub fn unmatched_payment_count(&self, before: Timestamp) -> Result<u32, StoreError> {
        Ok(self.one(UNMATCHED_COUNT, &[&before])?.unwrap_or(0))
    }

    /// The newest `limit` of those.
    pub fn unmatched_payments(&self, before: Timestamp, limit: u32) -> Result<Vec<PaymentId>, StoreError> {
        self.all(UNMATCHED, &[&before, &limit])
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
