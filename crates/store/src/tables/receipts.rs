//! Receipts of payments: each has one, with a number that nothing else has in its year.

use money::{PaymentId, Timestamp};

use super::{Reader, Tx};
use crate::error::StoreError;
use crate::stored::row;

const INSERT: &str = "INSERT INTO receipts (payment, year, number, issued_at, issuer, receiver, tax_line)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const ONE: &str = "SELECT payment, year, number, issued_at, issuer, receiver, tax_line FROM receipts
    WHERE payment = $1";
const LAST: &str = "SELECT coalesce(max(number), 0) FROM receipts WHERE year = $1";
const WITHOUT: &str = "SELECT id FROM payments WHERE credited_entry IS NOT NULL AND has_receipt = 0
    ORDER BY occurred_at, id LIMIT $1";
const HAS: &str = "UPDATE payments SET has_receipt = 1 WHERE id = $1";

row! {
    /// A receipt as it was given.
    pub struct Receipt {
        /// The payment.
        pub payment: PaymentId,
        /// The year in which it was given, in the operator's zone.
        pub year: u16,
        /// Its number in that year, from 1 without gaps.
        pub number: u32,
        /// When the payment became credit.
        pub issued_at: Timestamp,
        /// Who was paid, a line each, as it was then.
        pub issuer: String,
        /// Who paid, a line each, as it was then.
        pub receiver: String,
        /// What is said of taxes, as it was then; empty if nothing.
        pub tax_line: String,
    }
}

impl Receipt {
    /// As people call it: `2026-000042`.
    pub fn name(&self) -> String {
        format!("{}-{:06}", self.year, self.number)
    }
}

impl Reader<'_> {
    /// The receipt of a payment.
    pub fn receipt(&self, payment: PaymentId) -> Result<Option<Receipt>, StoreError> {
        self.one(ONE, &[&payment])
    }

    /// The first `limit` payments that were credited and have no receipt, oldest first.
    pub fn payments_without_receipt(&self, limit: u32) -> Result<Vec<PaymentId>, StoreError> {
        self.all(WITHOUT, &[&limit])
    }
}

impl Tx<'_> {
    /// Gives a payment its receipt, with the next number of the year; the one that it has already stays. The number that is
    /// handed in is not looked at.
    pub fn give_receipt(&self, receipt: &Receipt) -> Result<Receipt, StoreError> {
        if let Some(known) = self.receipt(receipt.payment)? {
            return Ok(known);
        }
        let last: u32 = self.one(LAST, &[&receipt.year])?.unwrap_or(0);
        let receipt = Receipt { number: last + 1, ..receipt.clone() };
        self.run(INSERT, &[&receipt])?;
        self.run_one(HAS, &[&receipt.payment], receipt.payment.to_string())?;
        Ok(receipt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::planned;

    #[test]
    fn who_lacks_one_is_found_by_an_index() {
        let planned = planned(WITHOUT);
        assert!(planned.plan.contains("payments_without_receipt"), "{}", planned.plan);
        assert!(planned.whole.is_empty() && !planned.plan.contains("TEMP B-TREE"), "{}", planned.plan);
    }
}
