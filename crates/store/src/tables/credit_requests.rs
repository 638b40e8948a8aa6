//! Credit that staff give or take, as it was asked for. One above the operator's limit waits for somebody else of staff; its name is the
//! key of the command that it becomes, so it is booked once.

use money::{Amount, CustomerId, IntentId, PaymentId, StaffId, Timestamp, WalletId};

use super::{Page, Reader, Tx, before_bytes, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::{row, words};

const INSERT: &str =
    "INSERT INTO credit_requests (id, customer, wallet, direction, amount, unit, reason, note, expires_at,
    state, refusal, asked_by, asked_at, decided_by, decided_at, payment, payment_gone)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
const ONE: &str =
    "SELECT id, customer, wallet, direction, amount, unit, reason, note, expires_at, state, refusal,
    asked_by, asked_at, decided_by, decided_at, payment, payment_gone FROM credit_requests WHERE id = $1";
const IN_STATE: &str =
    "SELECT id, customer, wallet, direction, amount, unit, reason, note, expires_at, state, refusal,
    asked_by, asked_at, decided_by, decided_at, payment, payment_gone FROM credit_requests WHERE state = $1 AND id < $2
    ORDER BY id DESC LIMIT $3";
const ALL: &str =
    "SELECT id, customer, wallet, direction, amount, unit, reason, note, expires_at, state, refusal,
    asked_by, asked_at, decided_by, decided_at, payment, payment_gone FROM credit_requests WHERE id < $1 ORDER BY id DESC LIMIT $2";
const OF_CUSTOMER: &str =
    "SELECT id, customer, wallet, direction, amount, unit, reason, note, expires_at, state, refusal,
    asked_by, asked_at, decided_by, decided_at, payment, payment_gone FROM credit_requests WHERE customer = $1 AND asked_at < $2
    ORDER BY asked_at DESC, id DESC LIMIT $3";
const LAST_FOR: &str =
    "SELECT id, customer, wallet, direction, amount, unit, reason, note, expires_at, state, refusal,
    asked_by, asked_at, decided_by, decided_at, payment, payment_gone FROM credit_requests WHERE payment = $1
    ORDER BY asked_at DESC, id DESC LIMIT 1";
const COUNT: &str = "SELECT count(*) FROM credit_requests WHERE state = $1";
const GIVEN_ALONE: &str = "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM credit_requests
    WHERE asked_by = $1 AND asked_at > $2 AND direction = 'give' AND decided_by IS NULL
    AND state IN ('approved', 'booked')";
const DECIDE: &str = "UPDATE credit_requests SET state = $1, decided_by = $2, decided_at = $3
    WHERE id = $4 AND state = 'waiting'";
const NOTE_GONE: &str = "UPDATE credit_requests SET payment_gone = $1 WHERE id = $2";
const EXPLAIN: &str = "UPDATE credit_requests SET refusal = $1 WHERE id = $2 AND state = 'rejected'";
const END: &str = "UPDATE credit_requests SET state = $1, refusal = $2 WHERE id = $3 AND state = 'approved'";

words! {
    /// Which way credit is to go.
    pub enum CreditDirection {
        /// To the customer.
        Give = "give",
        /// Away from the customer.
        Take = "take",
    }
}

words! {
    /// How far a request has come.
    pub enum CreditRequestState {
        /// For a second pair of eyes.
        Waiting = "waiting",
        /// It is being booked.
        Approved = "approved",
        /// It is booked.
        Booked = "booked",
        /// Somebody else of staff said no.
        Rejected = "rejected",
        /// The book said no.
        Refused = "refused",
    }
}

row! {
    /// Credit to be given or taken.
    pub struct CreditRequest {
        /// Its name, and that of its command.
        pub id: IntentId,
        /// Whose credit.
        pub customer: CustomerId,
        /// In which wallet.
        pub wallet: WalletId,
        /// Which way.
        pub direction: CreditDirection,
        /// How much.
        pub amount: Amount,
        /// The code of why.
        pub reason: String,
        /// Why, in the words of whoever asks.
        pub note: String,
        /// When what is given expires.
        pub expires_at: Option<Timestamp>,
        /// How far it has come.
        pub state: CreditRequestState,
        /// The code with which the book said no, or why somebody else of staff did, in his words.
        pub refusal: Option<String>,
        /// Who asks.
        pub asked_by: StaffId,
        /// When.
        pub asked_at: Timestamp,
        /// Who said yes or no, where that took somebody else.
        pub decided_by: Option<StaffId>,
        /// When.
        pub decided_at: Option<Timestamp>,
        /// The payment that had credited nothing, whose credit it is.
        pub payment: Option<PaymentId>,
        /// What of that payment had gone back when the credit was asked for, or approved, in steps of its unit.
        pub payment_gone: Option<i64>,
    }
}

impl CreditRequest {
    /// Whether it is booked, or may still be.
    pub fn is_live(&self) -> bool {
        use CreditRequestState::{Approved, Booked, Waiting};
        matches!(self.state, Waiting | Approved | Booked)
    }
}

impl Reader<'_> {
    /// The request of this name.
    pub fn credit_request(&self, id: IntentId) -> Result<Option<CreditRequest>, StoreError> {
        self.one(ONE, &[&id])
    }

    /// All requests, or those in one state, newest first.
    pub fn credit_requests(
        &self,
        state: Option<CreditRequestState>,
        before: Option<IntentId>,
        limit: u32,
    ) -> Result<Page<CreditRequest, IntentId>, StoreError> {
        let before = before_bytes(before.map(IntentId::as_u128));
        let rows = match state {
            Some(state) => self.all(IN_STATE, &[&state, &&before[..], &rows_to_ask(limit)])?,
            None => self.all(ALL, &[&&before[..], &rows_to_ask(limit)])?,
        };
        Ok(page(rows, limit, |row: &CreditRequest| row.id))
    }

    /// The newest `limit` requests about a customer that were made before this moment, newest first.
    pub fn credit_requests_of(
        &self,
        customer: CustomerId,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<CreditRequest>, StoreError> {
        self.all(OF_CUSTOMER, &[&customer, &before, &limit])
    }

    /// The newest request to credit a payment by hand.
    pub fn last_credit_request_for(&self, payment: PaymentId) -> Result<Option<CreditRequest>, StoreError> {
        self.one(LAST_FOR, &[&payment])
    }

    /// How many requests are in one state.
    pub fn credit_request_count(&self, state: CreditRequestState) -> Result<u32, StoreError> {
        Ok(self.one(COUNT, &[&state])?.unwrap_or(0))
    }

    /// What a member of staff has given after `since` without somebody else's yes, in steps of the unit that money is kept in.
    pub fn credit_given_alone(&self, staff: StaffId, since: Timestamp) -> Result<i64, StoreError> {
        Ok(self.one(GIVEN_ALONE, &[&staff, &since])?.unwrap_or(0))
    }
}

impl Tx<'_> {
    /// Adds a request.
    pub fn insert_credit_request(&self, request: &CreditRequest) -> Result<(), StoreError> {
        self.run(INSERT, &[request]).map(|_| ())
    }

    /// Writes down who said yes or no to a request that waits; whether it waited.
    pub fn decide_credit_request(
        &self,
        id: IntentId,
        state: CreditRequestState,
        by: StaffId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.run(DECIDE, &[&state, &by, &now, &id])? > 0)
    }

    /// Writes down what of its payment had gone back when a request was approved.
    pub fn note_payment_gone(&self, id: IntentId, gone: i64) -> Result<(), StoreError> {
        self.run(NOTE_GONE, &[&gone, &id]).map(|_| ())
    }

    /// Writes down why somebody said no to a request.
    pub fn explain_credit_rejection(&self, id: IntentId, why: &str) -> Result<(), StoreError> {
        self.run(EXPLAIN, &[&Some(why.to_owned()), &id]).map(|_| ())
    }

    /// An approved request was booked, or the book refused it with this code. Whether there is such a request.
    pub fn end_credit_request(&self, id: IntentId, refusal: Option<&str>) -> Result<bool, StoreError> {
        let state = if refusal.is_some() { CreditRequestState::Refused } else { CreditRequestState::Booked };
        Ok(self.run(END, &[&state, &refusal.map(str::to_owned), &id])? > 0)
    }
}
