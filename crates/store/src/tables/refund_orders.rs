//! Refunds as staff order them: written down before the provider is asked, under the name that makes it happen once there. What a refund
//! comes to is told by the provider and stands among the claims.

use money::{Amount, PaymentId, RefundId, Timestamp};

use super::{Reader, Tx};
use crate::error::StoreError;
use crate::stored::{row, words};

const INSERT: &str =
    "INSERT INTO refund_orders (id, payment, amount, unit, reason, note, state, provider_refund,
    error, ordered_by, ordered_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const ONE: &str = "SELECT id, payment, amount, unit, reason, note, state, provider_refund, error, ordered_by,
    ordered_at, updated_at FROM refund_orders WHERE id = $1";
const OF_PAYMENT: &str =
    "SELECT id, payment, amount, unit, reason, note, state, provider_refund, error, ordered_by,
    ordered_at, updated_at FROM refund_orders WHERE payment = $1 ORDER BY id LIMIT $2";
const OPEN: &str =
    "SELECT id, payment, amount, unit, reason, note, state, provider_refund, error, ordered_by,
    ordered_at, updated_at FROM refund_orders WHERE state = 'open' ORDER BY id LIMIT $1";
const END: &str = "UPDATE refund_orders SET state = $1, provider_refund = $2, error = $3, updated_at = $4
    WHERE id = $5 AND state IN ('open', $6)";

words! {
    /// How far an order has come.
    pub enum RefundOrderState {
        /// The provider is asked, again and again, until it answers.
        Open = "open",
        /// The provider has made the refund.
        Made = "made",
        /// The provider will not make it.
        Refused = "refused",
    }
}

row! {
    /// A refund that was ordered.
    pub struct RefundOrder {
        /// Its name.
        pub id: RefundId,
        /// Of which payment.
        pub payment: PaymentId,
        /// How much.
        pub amount: Amount,
        /// Why, in the provider's word.
        pub reason: Option<String>,
        /// Why, in the words of whoever ordered it.
        pub note: String,
        /// How far it has come.
        pub state: RefundOrderState,
        /// The provider's refund, `re_…`.
        pub provider_refund: Option<String>,
        /// Why the provider refused it.
        pub error: Option<String>,
        /// Who ordered it: an id, as the audit log has it.
        pub ordered_by: String,
        /// When.
        pub ordered_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

impl Reader<'_> {
    /// The order of this name.
    pub fn refund_order(&self, id: RefundId) -> Result<Option<RefundOrder>, StoreError> {
        self.one(ONE, &[&id])
    }

    /// The first `limit` orders about a payment, oldest first.
    pub fn refund_orders_of(&self, payment: PaymentId, limit: u32) -> Result<Vec<RefundOrder>, StoreError> {
        self.all(OF_PAYMENT, &[&payment, &limit])
    }

    /// The first `limit` that wait for the provider's answer, oldest first.
    pub fn open_refund_orders(&self, limit: u32) -> Result<Vec<RefundOrder>, StoreError> {
        self.all(OPEN, &[&limit])
    }
}

impl Tx<'_> {
    /// Adds an order. Conflicts over `refund_orders.id`, and over `refund_orders.payment` while another of that payment is open.
    pub fn insert_refund_order(&self, order: &RefundOrder) -> Result<(), StoreError> {
        self.run(INSERT, &[order]).map(|_| ())
    }

    /// The provider has answered: it made this refund, or refused with these words. Whether that changed the order. Its own
    /// refund outweighs a refusal that came before; nothing outweighs its refund.
    pub fn end_refund_order(
        &self,
        id: RefundId,
        outcome: Result<&str, &str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (state, refund, error) = match outcome {
            Ok(refund) => (RefundOrderState::Made, Some(refund.to_owned()), None),
            Err(error) => (RefundOrderState::Refused, None, Some(error.to_owned())),
        };
        let outweighed = if outcome.is_ok() { RefundOrderState::Refused } else { RefundOrderState::Open };
        Ok(self.run(END, &[&state, &refund, &error, &now, &id, &outweighed])? > 0)
    }
}
