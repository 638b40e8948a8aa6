//! Refunds as staff order them: written down before the provider is asked, under the name that makes it happen once there. What a refund
//! comes to is told by the provider and stands among the claims.

use money::{Amount, PaymentId, RefundId, StaffId, Timestamp};

use super::lines::OnWriteOff;
use super::{Reader, Tx};
use crate::error::StoreError;
use crate::stored::{row, words};

const INSERT: &str =
    "INSERT INTO refund_orders (id, payment, amount, unit, reason, note, state, provider_refund, error, ordered_by,
    ordered_at, updated_at, decided_by, decided_at, resolved_at, on_data)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
const ONE: &str = "SELECT id, payment, amount, unit, reason, note, state, provider_refund, error, ordered_by,
    ordered_at, updated_at, decided_by, decided_at, resolved_at, on_data FROM refund_orders WHERE id = $1";
const OF_PAYMENT: &str =
    "SELECT id, payment, amount, unit, reason, note, state, provider_refund, error, ordered_by,
    ordered_at, updated_at, decided_by, decided_at, resolved_at, on_data FROM refund_orders WHERE payment = $1
    ORDER BY ordered_at, id LIMIT $2";
const IN_STATE: &str =
    "SELECT id, payment, amount, unit, reason, note, state, provider_refund, error, ordered_by,
    ordered_at, updated_at, decided_by, decided_at, resolved_at, on_data FROM refund_orders WHERE state = $1
    ORDER BY ordered_at, id LIMIT $2";
const FAILED: &str =
    "SELECT id, payment, amount, unit, reason, note, state, provider_refund, error, ordered_by,
    ordered_at, updated_at, decided_by, decided_at, resolved_at, on_data FROM refund_orders WHERE state = 'failed'
    AND resolved_at IS NULL ORDER BY ordered_at, id LIMIT $1";
const OF_REFUND: &str =
    "SELECT id, payment, amount, unit, reason, note, state, provider_refund, error, ordered_by,
    ordered_at, updated_at, decided_by, decided_at, resolved_at, on_data FROM refund_orders WHERE provider_refund = $1";
const ORDERED_ALONE: &str = "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM refund_orders
    WHERE ordered_by = $1 AND ordered_at > $2 AND decided_by IS NULL AND state IN ('open', 'made')";
const END: &str = "UPDATE refund_orders SET state = $1, provider_refund = $2, error = $3, updated_at = $4
    WHERE id = $5 AND state IN ('open', $6)";
const DECIDE: &str = "UPDATE refund_orders SET state = $1, decided_by = $2, decided_at = $3, updated_at = $4
    WHERE id = $5 AND state = 'waiting'";
const EXPLAIN: &str = "UPDATE refund_orders SET error = $1 WHERE id = $2 AND state = 'rejected'";
const FAIL: &str = "UPDATE refund_orders SET state = 'failed', error = $1, updated_at = $2
    WHERE id = $3 AND state = 'made'";
const RESOLVE: &str = "UPDATE refund_orders SET resolved_at = $1
    WHERE id = $2 AND state = 'failed' AND resolved_at IS NULL";

words! {
    /// How far an order has come.
    pub enum RefundOrderState {
        /// Somebody else of staff is to say yes.
        Waiting = "waiting",
        /// Somebody else of staff said no.
        Rejected = "rejected",
        /// The provider is asked, again and again, until it answers.
        Open = "open",
        /// The provider has made the refund.
        Made = "made",
        /// The provider will not make it.
        Refused = "refused",
        /// The provider had made it, and the money came back: the customer has nothing.
        Failed = "failed",
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
        /// Why the provider refused it or it came back, or why somebody else of staff said no, in his words.
        pub error: Option<String>,
        /// Who ordered it: an id, as the audit log has it.
        pub ordered_by: String,
        /// When.
        pub ordered_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// Who of staff said yes or no, where that took somebody else.
        pub decided_by: Option<StaffId>,
        /// When.
        pub decided_at: Option<Timestamp>,
        /// When somebody of staff had dealt with its failure.
        pub resolved_at: Option<Timestamp>,
        /// Whether it takes data back that the payment bought, or leaves it.
        pub on_data: OnWriteOff,
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
        self.refund_orders_in(RefundOrderState::Open, limit)
    }

    /// The first `limit` in this state, oldest first.
    pub fn refund_orders_in(
        &self,
        state: RefundOrderState,
        limit: u32,
    ) -> Result<Vec<RefundOrder>, StoreError> {
        self.all(IN_STATE, &[&state, &limit])
    }

    /// The first `limit` that failed after they had been made, and that nobody has dealt with, oldest first.
    pub fn failed_refund_orders(&self, limit: u32) -> Result<Vec<RefundOrder>, StoreError> {
        self.all(FAILED, &[&limit])
    }

    /// What this orderer had given back after `since` without somebody else's yes, in steps of whatever unit.
    pub fn refunds_ordered_alone(&self, orderer: &str, since: Timestamp) -> Result<i64, StoreError> {
        Ok(self.one(ORDERED_ALONE, &[&orderer.to_owned(), &since])?.unwrap_or(0))
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

    /// Writes down who of staff said yes to an order that waits, which is sent from then on, or no; whether it waited. A yes conflicts over
    /// `refund_orders.payment` while another of that payment is open.
    pub fn decide_refund_order(
        &self,
        id: RefundId,
        state: RefundOrderState,
        by: StaffId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.run(DECIDE, &[&state, &by, &now, &now, &id])? > 0)
    }

    /// Writes down why somebody said no to an order.
    pub fn explain_refund_rejection(&self, id: RefundId, why: &str) -> Result<(), StoreError> {
        self.run(EXPLAIN, &[&Some(why.to_owned()), &id]).map(|_| ())
    }

    /// The order that a refund of the provider came of.
    pub fn refund_order_of(&self, provider_refund: &str) -> Result<Option<RefundOrder>, StoreError> {
        self.one(OF_REFUND, &[&provider_refund.to_owned()])
    }

    /// The money of a refund came back to the provider: the order that it came of, if it was made until now.
    pub fn fail_refund_order(
        &self,
        provider_refund: &str,
        error: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<RefundOrder>, StoreError> {
        let Some(order) = self.refund_order_of(provider_refund)? else { return Ok(None) };
        let error = error.map(str::to_owned);
        let has_failed = self.run(FAIL, &[&error, &now, &order.id])? > 0;
        let state = RefundOrderState::Failed;
        Ok(has_failed.then_some(RefundOrder { state, error, updated_at: now, ..order }))
    }

    /// Somebody has dealt with the failure of a refund; whether it waited for that.
    pub fn resolve_refund_order(&self, id: RefundId, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.run(RESOLVE, &[&now, &id])? > 0)
    }
}
