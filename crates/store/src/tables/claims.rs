//! Refunds and disputes, as the provider tells of them, and how far the book has followed.
//!
//! A claim is known by the provider's id and told whole each time: the newest telling is what is true. What is wanted of the book
//! follows from a payment's claims; one intent at a time carries it there, and what changed meanwhile is the next one's.

use money::{Amount, IntentId, PaymentId, Timestamp};

use super::lines::OnWriteOff;
use super::{Reader, Tx};
use crate::error::StoreError;
use crate::stored::{row, words};

const PUT: &str = "INSERT INTO payment_claims
    (provider, provider_id, payment, cause, amount, unit, state, reason, due_at, occurred_at, updated_at,
     on_data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    ON CONFLICT (provider, provider_id) DO UPDATE SET amount = excluded.amount, unit = excluded.unit,
        state = excluded.state, reason = excluded.reason, due_at = excluded.due_at,
        updated_at = excluded.updated_at";
const ONE: &str =
    "SELECT provider, provider_id, payment, cause, amount, unit, state, reason, due_at, occurred_at,
    updated_at, on_data FROM payment_claims WHERE provider = $1 AND provider_id = $2";
const OF_PAYMENT: &str = "SELECT provider, provider_id, payment, cause, amount, unit, state, reason, due_at,
    occurred_at, updated_at, on_data FROM payment_claims WHERE payment = $1 ORDER BY occurred_at, provider_id";
const IN_STATE: &str = "SELECT provider, provider_id, payment, cause, amount, unit, state, reason, due_at,
    occurred_at, updated_at, on_data FROM payment_claims WHERE state = $1 ORDER BY due_at, provider_id LIMIT $2";
const SET_ON_PAYMENT: &str = "UPDATE payments SET refunded = $1, dispute_state = $2 WHERE id = $3";
const TAKEN: &str = "SELECT payment, cause, wanted, booked, intent, data_wanted, data_booked FROM taken_back
    WHERE payment = $1 AND cause = $2";
const TAKEN_BY_INTENT: &str = "SELECT payment, cause, wanted, booked, intent, data_wanted, data_booked
    FROM taken_back WHERE intent = $1";
const TO_FOLLOW: &str =
    "SELECT payment, cause, wanted, booked, intent, data_wanted, data_booked FROM taken_back
    WHERE (wanted <> booked OR data_wanted <> data_booked) AND intent IS NULL
    AND EXISTS (SELECT 1 FROM payments p WHERE p.id = taken_back.payment AND p.credited_entry IS NOT NULL)
    ORDER BY payment, cause LIMIT $1";
const PUT_TAKEN: &str =
    "INSERT INTO taken_back (payment, cause, wanted, booked, intent, data_wanted, data_booked)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (payment, cause) DO UPDATE SET wanted = excluded.wanted, booked = excluded.booked,
        intent = excluded.intent, data_wanted = excluded.data_wanted, data_booked = excluded.data_booked";

words! {
    /// Why money is claimed back.
    pub enum ClaimCause {
        /// The operator gives it back.
        Refund = "refund",
        /// The customer's bank asks for it, or has taken it.
        Dispute = "dispute",
    }
}

words! {
    /// How a claim stands.
    pub enum ClaimState {
        /// A refund is under way; its money is gone already.
        Pending = "pending",
        /// A refund has arrived.
        Succeeded = "succeeded",
        /// A refund failed or was cancelled: the money is back.
        Failed = "failed",
        /// The bank asks; no money has moved.
        Inquiry = "inquiry",
        /// A dispute is open: the bank has taken the money.
        Open = "open",
        /// The bank decided for the operator: the money is back.
        Won = "won",
        /// The bank decided for its customer.
        Lost = "lost",
        /// The inquiry ended and no money moved.
        Closed = "closed",
    }
}

impl ClaimState {
    /// Whether the money of a claim that stands so is not with the operator.
    pub const fn takes_money(self) -> bool {
        matches!(self, ClaimState::Pending | ClaimState::Succeeded | ClaimState::Open | ClaimState::Lost)
    }
}

row! {
    /// A refund or a dispute.
    pub struct PaymentClaim {
        /// Where, as `stripe`.
        pub provider: String,
        /// The provider's id, `re_…` or `du_…`.
        pub provider_id: String,
        /// Of which payment.
        pub payment: PaymentId,
        /// Why.
        pub cause: ClaimCause,
        /// How much.
        pub amount: Amount,
        /// How it stands.
        pub state: ClaimState,
        /// The provider's code of why it is disputed, or failed.
        pub reason: Option<String>,
        /// Until when a dispute may be answered, while it waits for that.
        pub due_at: Option<Timestamp>,
        /// When it began.
        pub occurred_at: Timestamp,
        /// When we last learnt something new.
        pub updated_at: Timestamp,
        /// What becomes of data that the payment bought, as was decided when it was first told of.
        pub on_data: OnWriteOff,
    }
}

row! {
    /// What is taken back of a payment for one cause.
    pub struct TakenBackRow {
        /// The payment.
        pub payment: PaymentId,
        /// Why.
        pub cause: ClaimCause,
        /// What the provider's claims come to, in steps of the payment's unit.
        pub wanted: i64,
        /// What the book has followed to.
        pub booked: i64,
        /// What is under way.
        pub intent: Option<IntentId>,
        /// Of what is wanted, how much has the data taken back that it bought; zero where it bought none.
        pub data_wanted: i64,
        /// What the book has followed to of that.
        pub data_booked: i64,
    }
}

impl TakenBackRow {
    /// As it is before anything is claimed.
    pub const fn nothing(payment: PaymentId, cause: ClaimCause) -> TakenBackRow {
        TakenBackRow { payment, cause, wanted: 0, booked: 0, intent: None, data_wanted: 0, data_booked: 0 }
    }

    /// Whether the book has still to follow, or does so now.
    pub const fn is_behind(&self) -> bool {
        self.intent.is_some() || self.wanted != self.booked || self.data_wanted != self.data_booked
    }
}

impl Reader<'_> {
    /// The claim of this id.
    pub fn claim(&self, provider: &str, provider_id: &str) -> Result<Option<PaymentClaim>, StoreError> {
        self.one(ONE, &[&provider, &provider_id])
    }

    /// The claims on a payment, oldest first.
    pub fn claims_of(&self, payment: PaymentId) -> Result<Vec<PaymentClaim>, StoreError> {
        self.all(OF_PAYMENT, &[&payment])
    }

    /// The first `limit` claims that stand so, the most urgent first.
    pub fn claims_in(&self, state: ClaimState, limit: u32) -> Result<Vec<PaymentClaim>, StoreError> {
        self.all(IN_STATE, &[&state, &limit])
    }

    /// What is taken back of a payment for a cause.
    pub fn taken_back(
        &self,
        payment: PaymentId,
        cause: ClaimCause,
    ) -> Result<Option<TakenBackRow>, StoreError> {
        self.one(TAKEN, &[&payment, &cause])
    }

    /// The first `limit` of which the book is to be told and nothing is under way.
    pub fn taken_back_to_follow(&self, limit: u32) -> Result<Vec<TakenBackRow>, StoreError> {
        self.all(TO_FOLLOW, &[&limit])
    }

    /// What the intent carries to the book.
    pub fn taken_back_by(&self, intent: IntentId) -> Result<Option<TakenBackRow>, StoreError> {
        self.one(TAKEN_BY_INTENT, &[&intent])
    }
}

impl Tx<'_> {
    /// Writes down a claim as it was told; whether that is news.
    pub fn put_claim(&self, claim: &PaymentClaim) -> Result<bool, StoreError> {
        let known = self.claim(&claim.provider, &claim.provider_id)?;
        // When it began is as first told: a test clock moves between two tellings. What becomes of data is decided once.
        let same = |known: &PaymentClaim| PaymentClaim {
            occurred_at: claim.occurred_at,
            updated_at: claim.updated_at,
            on_data: claim.on_data,
            ..known.clone()
        };
        if known.as_ref().map(same).as_ref() == Some(claim) {
            return Ok(false);
        }
        self.run(PUT, &[claim])?;
        Ok(true)
    }

    /// Says on the payment itself what is claimed of it, for whoever lists payments.
    pub fn set_payment_claims(
        &self,
        payment: PaymentId,
        refunded: i64,
        dispute: Option<ClaimState>,
    ) -> Result<(), StoreError> {
        self.run_one(SET_ON_PAYMENT, &[&refunded, &dispute, &payment], payment.to_string())
    }

    /// Writes down what is taken back of a payment for a cause.
    pub fn put_taken_back(&self, row: &TakenBackRow) -> Result<(), StoreError> {
        self.run(PUT_TAKEN, &[row]).map(|_| ())
    }
}
