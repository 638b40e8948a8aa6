//! Every attempt to pay, as the provider told of it: late, twice and out of order.
//!
//! An attempt is known by its charge. Before it has one, it is the one attempt of its payment without a charge that has not failed.
//! What is told of it is merged: a status only moves on (pending, failed, succeeded), what is known is not forgotten.

use money::{Amount, CustomerId, EntryId, PaymentId, Timestamp, TopupId};

use super::claims::ClaimState;
use super::{Page, Reader, Tx, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::{row, words};

const INSERT: &str = "INSERT INTO payments
    (id, customer, topup, provider, provider_payment, provider_charge, amount, unit, method, card_brand,
     card_last4, card_exp_month, card_exp_year, status, reason_code, reason, occurred_at, updated_at,
     credited_entry, refunded, dispute_state, way_on, awaited_until)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)";
const UPDATE: &str = "UPDATE payments SET topup = $1, provider_charge = $2, amount = $3, unit = $4, method = $5,
    card_brand = $6, card_last4 = $7, card_exp_month = $8, card_exp_year = $9, status = $10, reason_code = $11,
    reason = $12, updated_at = $13, way_on = $14, awaited_until = $15 WHERE id = $16";
const SET_REASON: &str = "UPDATE payments SET reason_code = $1, updated_at = $2 WHERE id = $3";
const SET_CREDITED: &str = "UPDATE payments SET credited_entry = $1 WHERE id = $2 AND credited_entry IS NULL";
const BY_ID: &str = "SELECT id, customer, topup, provider, provider_payment, provider_charge, amount, unit, method,
    card_brand, card_last4, card_exp_month, card_exp_year, status, reason_code, reason, occurred_at, updated_at,
    credited_entry, refunded, dispute_state, way_on, awaited_until FROM payments WHERE id = $1";
const BY_PAYMENT: &str =
    "SELECT id, customer, topup, provider, provider_payment, provider_charge, amount, unit,
    method, card_brand, card_last4, card_exp_month, card_exp_year, status, reason_code, reason, occurred_at,
    updated_at, credited_entry, refunded, dispute_state, way_on, awaited_until FROM payments WHERE provider = $1 AND provider_payment = $2 ORDER BY id";
const OF_CUSTOMER: &str =
    "SELECT id, customer, topup, provider, provider_payment, provider_charge, amount, unit,
    method, card_brand, card_last4, card_exp_month, card_exp_year, status, reason_code, reason, occurred_at,
    updated_at, credited_entry, refunded, dispute_state, way_on, awaited_until FROM payments
    WHERE customer = $1 AND (occurred_at, id) < ($2, $3) ORDER BY occurred_at DESC, id DESC LIMIT $4";
const OF_TOPUP: &str =
    "SELECT id, customer, topup, provider, provider_payment, provider_charge, amount, unit,
    method, card_brand, card_last4, card_exp_month, card_exp_year, status, reason_code, reason, occurred_at,
    updated_at, credited_entry, refunded, dispute_state, way_on, awaited_until FROM payments WHERE topup = $1 ORDER BY id LIMIT $2";

words! {
    /// How an attempt to pay stands. In the order in which it may move.
    pub enum PaymentStatus {
        /// Not known yet.
        Pending = "pending",
        /// It did not pay.
        Failed = "failed",
        /// It paid.
        Succeeded = "succeeded",
    }
}

row! {
    /// One attempt to pay.
    pub struct Payment {
        /// Its name here.
        pub id: PaymentId,
        /// Who tried.
        pub customer: CustomerId,
        /// What it is for.
        pub topup: Option<TopupId>,
        /// Where it was tried, as `stripe`.
        pub provider: String,
        /// The provider's payment, `pi_…`.
        pub provider_payment: String,
        /// The provider's charge, `ch_…`.
        pub provider_charge: Option<String>,
        /// How much.
        pub amount: Amount,
        /// How, as `card`.
        pub method: Option<String>,
        /// The provider's code of the card's brand.
        pub card_brand: Option<String>,
        /// The card's last four digits.
        pub card_last4: Option<String>,
        /// The month in which the card expires.
        pub card_exp_month: Option<u8>,
        /// The year in which the card expires.
        pub card_exp_year: Option<u16>,
        /// How it stands.
        pub status: PaymentStatus,
        /// The provider's code of why it failed.
        pub reason_code: Option<String>,
        /// The provider's words for it.
        pub reason: Option<String>,
        /// When it was first tried, as first told.
        pub occurred_at: Timestamp,
        /// When we last learnt something new.
        pub updated_at: Timestamp,
        /// The entry that credited it.
        pub credited_entry: Option<EntryId>,
        /// How much of it was given back, in steps of its unit.
        pub refunded: i64,
        /// How the last dispute of it stands.
        pub dispute_state: Option<ClaimState>,
        /// The provider's page on which what is awaited can be paid: a boleto, a Pix.
        pub way_on: Option<String>,
        /// Until when it can be paid.
        pub awaited_until: Option<Timestamp>,
    }
}

/// What became of a report of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedPayment {
    /// The attempt as it stands now.
    pub payment: Payment,
    /// Whether that is news.
    pub news: PaymentNews,
}

/// Whether a report of an attempt told something new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentNews {
    /// The attempt was not known.
    Added,
    /// Something about it was not known.
    Changed,
    /// All of it was known, or older than what is known.
    Unchanged,
}

/// Where the next page of payments begins: before this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentCursor {
    /// When it was tried.
    pub occurred_at: Timestamp,
    /// Its name.
    pub id: PaymentId,
}

impl Payment {
    /// What is known of an attempt after `report`.
    fn merged(&self, report: &Payment) -> Payment {
        let mut merged = self.clone();
        if report.status > self.status {
            merged.status = report.status;
            merged.amount = report.amount;
            merged.reason_code.clone_from(&report.reason_code);
            merged.reason.clone_from(&report.reason);
        } else if report.status == self.status {
            fill(&mut merged.reason_code, &report.reason_code);
            fill(&mut merged.reason, &report.reason);
        }
        fill(&mut merged.topup, &report.topup);
        fill(&mut merged.provider_charge, &report.provider_charge);
        fill(&mut merged.method, &report.method);
        fill(&mut merged.card_brand, &report.card_brand);
        fill(&mut merged.card_last4, &report.card_last4);
        fill(&mut merged.card_exp_month, &report.card_exp_month);
        fill(&mut merged.card_exp_year, &report.card_exp_year);
        if merged.status == PaymentStatus::Pending {
            fill(&mut merged.way_on, &report.way_on);
            fill(&mut merged.awaited_until, &report.awaited_until);
        } else {
            // It has ended: there is nothing left to be paid.
            (merged.way_on, merged.awaited_until) = (None, None);
        }
        merged
    }

    /// Whether `report` tells of this attempt, which is of the same payment.
    fn is_told_by(&self, report: &Payment) -> bool {
        match (&self.provider_charge, &report.provider_charge) {
            (Some(here), Some(there)) => here == there,
            // It got its charge. One that failed without a charge has ended: the charge is another attempt's.
            (None, Some(_)) => self.status != PaymentStatus::Failed,
            // One that failed has ended: what is under way now is another one.
            (None, None) => self.status != PaymentStatus::Failed || report.status == PaymentStatus::Failed,
            // A payment is paid once; what says that it is under way or paid, without a charge, is about that one.
            (Some(_), None) => {
                self.status == PaymentStatus::Succeeded && report.status != PaymentStatus::Failed
            }
        }
    }
}

fn fill<T: Clone>(known: &mut Option<T>, told: &Option<T>) {
    if known.is_none() {
        known.clone_from(told);
    }
}

impl Reader<'_> {
    /// The attempt of this name.
    pub fn payment(&self, id: PaymentId) -> Result<Option<Payment>, StoreError> {
        self.one(BY_ID, &[&id])
    }

    /// All attempts of one of the provider's payments, oldest first.
    pub fn attempts_of(&self, provider: &str, provider_payment: &str) -> Result<Vec<Payment>, StoreError> {
        self.all(BY_PAYMENT, &[&provider, &provider_payment])
    }

    /// A customer's attempts, newest first.
    pub fn payments_of(
        &self,
        customer: CustomerId,
        before: Option<PaymentCursor>,
        limit: u32,
    ) -> Result<Page<Payment, PaymentCursor>, StoreError> {
        let (at, id) = before.map_or((Timestamp::MAX, PaymentId::from_u128(u128::MAX)), |cursor| {
            (cursor.occurred_at, cursor.id)
        });
        let rows = self.all(OF_CUSTOMER, &[&customer, &at, &id, &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &Payment| PaymentCursor { occurred_at: row.occurred_at, id: row.id }))
    }

    /// The first `limit` attempts for a top-up, oldest first.
    pub fn payments_for(&self, topup: TopupId, limit: u32) -> Result<Vec<Payment>, StoreError> {
        self.all(OF_TOPUP, &[&topup, &limit])
    }
}

impl Tx<'_> {
    /// Adds the attempt that `report` tells of under its id, or merges it into what is known of that attempt under the id
    /// that it has. Told again, or late, nothing changes. `report` is what the provider says now, not what an event said
    /// then: a pending payment without a charge, after a failed one, is a new attempt. `credited_entry` is not taken from it.
    pub fn record_payment(&self, report: &Payment) -> Result<RecordedPayment, StoreError> {
        let attempts = self.attempts_of(&report.provider, &report.provider_payment)?;
        let same_charge = |known: &&Payment| {
            known.provider_charge.is_some() && known.provider_charge == report.provider_charge
        };
        let known = attempts
            .iter()
            .find(same_charge)
            // One that has not ended before one that has.
            .or_else(|| attempts.iter().filter(|it| it.is_told_by(report)).min_by_key(|it| it.status));
        let Some(known) = known else {
            let payment =
                Payment { credited_entry: None, refunded: 0, dispute_state: None, ..report.clone() };
            self.run(INSERT, &[&payment])?;
            return Ok(RecordedPayment { payment, news: PaymentNews::Added });
        };
        let mut payment = known.merged(report);
        if payment == *known {
            return Ok(RecordedPayment { payment, news: PaymentNews::Unchanged });
        }
        payment.updated_at = known.updated_at.max(report.updated_at);
        self.update_payment(&payment)?;
        Ok(RecordedPayment { payment, news: PaymentNews::Changed })
    }

    fn update_payment(&self, payment: &Payment) -> Result<(), StoreError> {
        let Payment { topup, provider_charge, amount, method, card_brand, card_last4, .. } = payment;
        let Payment { card_exp_month, card_exp_year, status, reason_code, reason, updated_at, .. } = payment;
        let Payment { way_on, awaited_until, id, .. } = payment;
        self.run_one(
            UPDATE,
            &[
                topup,
                provider_charge,
                amount,
                method,
                card_brand,
                card_last4,
                card_exp_month,
                card_exp_year,
                status,
                reason_code,
                reason,
                updated_at,
                way_on,
                awaited_until,
                id,
            ],
            id.to_string(),
        )
    }

    /// Writes down another reason why an attempt is as it is.
    pub fn set_payment_reason(&self, id: PaymentId, code: &str, now: Timestamp) -> Result<(), StoreError> {
        self.run_one(SET_REASON, &[&Some(code.to_owned()), &now, &id], id.to_string())
    }

    /// Writes down the entry that credited an attempt; whether there was none before.
    pub fn set_payment_credited(&self, id: PaymentId, entry: EntryId) -> Result<bool, StoreError> {
        Ok(self.run(SET_CREDITED, &[&entry, &id])? > 0)
    }
}
