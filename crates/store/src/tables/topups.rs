//! Customers' wishes to pay at the provider's page: for money credit, or for a purchase.

use money::{Amount, CustomerId, IntentId, PaymentId, PurchaseId, Timestamp, TopupId, WalletId};

use super::{Page, Reader, Tx, before_bytes, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::{row, words};

const INSERT: &str = "INSERT INTO topups
    (id, customer, wallet, amount, unit, state, idempotency_key, checkout_session, checkout_url,
     checkout_expires_at, outcome_payment, result_shown_at, created_at, expires_at, updated_at,
     purchase, intent)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
const BY_ID: &str = "SELECT id, customer, wallet, amount, unit, state, idempotency_key, checkout_session,
    checkout_url, checkout_expires_at, outcome_payment, result_shown_at, created_at, expires_at, updated_at,
    purchase, intent FROM topups WHERE id = $1";
const BY_SESSION: &str =
    "SELECT id, customer, wallet, amount, unit, state, idempotency_key, checkout_session,
    checkout_url, checkout_expires_at, outcome_payment, result_shown_at, created_at, expires_at, updated_at,
    purchase, intent FROM topups WHERE checkout_session = $1";
const OF_CUSTOMER: &str =
    "SELECT id, customer, wallet, amount, unit, state, idempotency_key, checkout_session,
    checkout_url, checkout_expires_at, outcome_payment, result_shown_at, created_at, expires_at, updated_at,
    purchase, intent FROM topups WHERE customer = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const ALL: &str = "SELECT id, customer, wallet, amount, unit, state, idempotency_key, checkout_session,
    checkout_url, checkout_expires_at, outcome_payment, result_shown_at, created_at, expires_at, updated_at,
    purchase, intent FROM topups WHERE id < $1 ORDER BY id DESC LIMIT $2";
const IN_STATE: &str = "SELECT id, customer, wallet, amount, unit, state, idempotency_key, checkout_session,
    checkout_url, checkout_expires_at, outcome_payment, result_shown_at, created_at, expires_at, updated_at,
    purchase, intent FROM topups WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const SET_CHECKOUT: &str = "UPDATE topups
    SET checkout_session = $1, checkout_url = $2, checkout_expires_at = $3, updated_at = $4 WHERE id = $5";
const MOVE: &str =
    "UPDATE topups SET state = $1, outcome_payment = coalesce($2, outcome_payment), updated_at = $3
    WHERE id = $4 AND state = $5";
const OF_PURCHASE: &str =
    "SELECT id, customer, wallet, amount, unit, state, idempotency_key, checkout_session,
    checkout_url, checkout_expires_at, outcome_payment, result_shown_at, created_at, expires_at, updated_at,
    purchase, intent FROM topups WHERE purchase = $1 ORDER BY id DESC LIMIT $2";
const BY_INTENT: &str = "SELECT id, customer, wallet, amount, unit, state, idempotency_key, checkout_session,
    checkout_url, checkout_expires_at, outcome_payment, result_shown_at, created_at, expires_at, updated_at,
    purchase, intent FROM topups WHERE intent = $1";
const SET_INTENT: &str = "UPDATE topups SET intent = $1 WHERE id = $2";
const SHOW_RESULT: &str = "UPDATE topups SET result_shown_at = $1 WHERE id = $2 AND result_shown_at IS NULL";

words! {
    /// How far a top-up has come.
    pub enum TopupState {
        /// Waits for the customer at the provider's page.
        Open = "open",
        /// A saved card is being charged while its owner is away: nobody stands at a page.
        Charging = "charging",
        /// Paid; the credit is on its way.
        Paid = "paid",
        /// The credit is there.
        Credited = "credited",
        /// The customer went back without paying.
        Cancelled = "cancelled",
        /// Its time was over before it was paid.
        Expired = "expired",
        /// The provider's page asked for nothing: a coupon took all of it. Nothing was paid, nothing is credited.
        Free = "free",
        /// Money came for it that is not what was asked: another amount or currency, or of another customer. Nothing is credited until a
        /// person has decided.
        Withheld = "withheld",
        /// The provider will not take a payment for it.
        Failed = "failed",
    }
}

row! {
    /// A customer's wish to pay at the provider's page: for money credit, or for a purchase that it names.
    pub struct Topup {
        /// Its name.
        pub id: TopupId,
        /// Whose.
        pub customer: CustomerId,
        /// Where the credit goes, or the line's wallet.
        pub wallet: WalletId,
        /// How much; above zero.
        pub amount: Amount,
        /// How far it has come.
        pub state: TopupState,
        /// What makes the call to the provider happen once, written down before it; unique.
        pub idempotency_key: String,
        /// The provider's checkout, `cs_…`; unique.
        pub checkout_session: Option<String>,
        /// The provider's page.
        pub checkout_url: Option<String>,
        /// When that page closes.
        pub checkout_expires_at: Option<Timestamp>,
        /// The payment that decided it.
        pub outcome_payment: Option<PaymentId>,
        /// When the customer was shown how it ended.
        pub result_shown_at: Option<Timestamp>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it ends by itself.
        pub expires_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// The purchase that it pays, if it is not to add money credit.
        pub purchase: Option<PurchaseId>,
        /// What completes it once it is paid, where it pays a purchase; unique.
        pub intent: Option<IntentId>,
    }
}

impl Reader<'_> {
    /// The top-up of this name.
    pub fn topup(&self, id: TopupId) -> Result<Option<Topup>, StoreError> {
        self.one(BY_ID, &[&id])
    }

    /// The top-up of this checkout.
    pub fn topup_by_session(&self, checkout_session: &str) -> Result<Option<Topup>, StoreError> {
        self.one(BY_SESSION, &[&checkout_session])
    }

    /// The newest `limit` top-ups that pay this purchase, newest first.
    pub fn topups_of_purchase(&self, purchase: PurchaseId, limit: u32) -> Result<Vec<Topup>, StoreError> {
        self.all(OF_PURCHASE, &[&purchase, &limit])
    }

    /// The top-up that this intent completes.
    pub fn topup_by_intent(&self, intent: IntentId) -> Result<Option<Topup>, StoreError> {
        self.one(BY_INTENT, &[&intent])
    }

    /// A customer's top-ups, newest first.
    pub fn topups_of(
        &self,
        customer: CustomerId,
        before: Option<TopupId>,
        limit: u32,
    ) -> Result<Page<Topup, TopupId>, StoreError> {
        let before = before_bytes(before.map(TopupId::as_u128));
        let rows = self.all(OF_CUSTOMER, &[&customer, &&before[..], &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &Topup| row.id))
    }

    /// Top-ups in one state, newest first.
    pub fn topups_in(
        &self,
        state: TopupState,
        before: Option<TopupId>,
        limit: u32,
    ) -> Result<Page<Topup, TopupId>, StoreError> {
        let before = before_bytes(before.map(TopupId::as_u128));
        let rows = self.all(IN_STATE, &[&state, &&before[..], &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &Topup| row.id))
    }

    /// All top-ups, newest first.
    pub fn topups(&self, before: Option<TopupId>, limit: u32) -> Result<Page<Topup, TopupId>, StoreError> {
        let before = before_bytes(before.map(TopupId::as_u128));
        let rows = self.all(ALL, &[&&before[..], &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &Topup| row.id))
    }
}

impl Tx<'_> {
    /// Adds a top-up. Conflicts over `topups.id`, `topups.idempotency_key` and `topups.checkout_session`.
    pub fn insert_topup(&self, topup: &Topup) -> Result<(), StoreError> {
        self.run(INSERT, &[topup])?;
        Ok(())
    }

    /// Writes down the provider's page for a top-up.
    pub fn set_topup_checkout(
        &self,
        id: TopupId,
        session: &str,
        url: &str,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run_one(SET_CHECKOUT, &[&session, &url, &expires_at, &now, &id], id.to_string())
    }

    /// Moves a top-up from one state to another, naming the payment that decided it if there is one. Whether it was in
    /// the state `from`: if not, nothing is changed.
    pub fn move_topup(
        &self,
        id: TopupId,
        from: TopupState,
        to: TopupState,
        outcome_payment: Option<PaymentId>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.run(MOVE, &[&to, &outcome_payment, &now, &id, &from])? > 0)
    }

    /// Writes down what completes a top-up that pays a purchase. Conflicts over `topups.intent`.
    pub fn set_topup_intent(&self, id: TopupId, intent: IntentId) -> Result<(), StoreError> {
        self.run_one(SET_INTENT, &[&intent, &id], id.to_string())
    }

    /// Writes down that the customer was shown how a top-up ended; whether this was the first time.
    pub fn show_topup_result(&self, id: TopupId, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.run(SHOW_RESULT, &[&now, &id])? > 0)
    }
}
