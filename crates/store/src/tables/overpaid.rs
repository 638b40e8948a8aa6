//! What came beyond what was owed and what became of it: a customer's credit in money, movement by movement.
//!
//! Each row bears the name of the intent that books it. What came counts once it is booked; what is taken counts at once, so that two
//! that take at the same moment never take the same.

use money::{Amount, BoletoId, CustomerId, IntentId, InvoiceId, PurchaseId, Timestamp, Unit, WalletId};

use super::{Reader, Tx};
use crate::error::StoreError;
use crate::stored::{row, words};

const INSERT: &str = "INSERT INTO overpaid (id, customer, wallet, kind, amount, unit, paid_by, purchase, invoice,
    boleto, reason, at, refused_at, charged_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const SELECT: &str =
    "SELECT id, customer, wallet, kind, amount, unit, paid_by, purchase, invoice, boleto, reason, at,
    refused_at, charged_on FROM overpaid WHERE id = $1";
const OF_CUSTOMER: &str = "SELECT id, customer, wallet, kind, amount, unit, paid_by, purchase, invoice, boleto, reason,
    at, refused_at, charged_on FROM overpaid WHERE customer = $1 AND at < $2 ORDER BY at DESC, id DESC LIMIT $3";
const LEFT: &str = "SELECT CAST(coalesce(sum(o.amount), 0) AS BIGINT) FROM overpaid o
    WHERE o.customer = $1 AND o.unit = $2 AND o.refused_at IS NULL
    AND (o.amount < 0 OR EXISTS (SELECT 1 FROM intents i WHERE i.id = o.id AND i.done_at IS NOT NULL))";
const LEFT_IN_BOOK: &str = "SELECT CAST(coalesce(sum(l.remaining), 0) AS BIGINT) FROM wallet_view w
    JOIN grant_view g ON g.grant_key >= w.wallet_no * 4294967296 AND g.grant_key < (w.wallet_no + 1) * 4294967296
    JOIN grant_left_view l ON l.grant_key = g.grant_key
    WHERE w.customer = $1 AND w.unit = $2 AND g.source = 'overpaid'";
const TO_CHARGE: &str = "SELECT id, customer, wallet, kind, amount, unit, paid_by, purchase, invoice, boleto, reason, at,
    refused_at, charged_on FROM overpaid
    WHERE customer = $1 AND kind = 'invoiced' AND refused_at IS NOT NULL AND charged_on IS NULL ORDER BY at, id LIMIT $2";
const REFUSE: &str = "UPDATE overpaid SET refused_at = $1 WHERE id = $2 AND refused_at IS NULL";
const CHARGE: &str = "UPDATE overpaid SET charged_on = $1 WHERE id = $2";

words! {
    /// What moved a customer's credit in money.
    pub enum OverpaidKind {
        /// It came: something was paid twice, or more than was owed.
        Came = "came",
        /// It was taken off an invoice.
        Invoiced = "invoiced",
        /// Staff gave it back.
        GivenBack = "given_back",
    }
}

row! {
    /// One movement of a customer's credit in money.
    pub struct Overpaid {
        /// The name of the intent that books it.
        pub id: IntentId,
        /// Whose.
        pub customer: CustomerId,
        /// The wallet that holds it.
        pub wallet: WalletId,
        /// What moved it.
        pub kind: OverpaidKind,
        /// How much; below zero it was taken.
        pub amount: Amount,
        /// The code of the way it came or was given back; nothing for what went to an invoice.
        pub paid_by: String,
        /// For which purchase it came.
        pub purchase: Option<PurchaseId>,
        /// For which invoice it came, or to which it went.
        pub invoice: Option<InvoiceId>,
        /// With which boleto it came.
        pub boleto: Option<BoletoId>,
        /// Why staff gave it back.
        pub reason: String,
        /// When.
        pub at: Timestamp,
        /// When the book refused it: it was not there any more, and nothing was taken.
        pub refused_at: Option<Timestamp>,
        /// The invoice that asks again for what another one took off in vain.
        pub charged_on: Option<InvoiceId>,
    }
}

impl Reader<'_> {
    /// The movement of this name.
    pub fn overpaid(&self, id: IntentId) -> Result<Option<Overpaid>, StoreError> {
        self.one(SELECT, &[&id])
    }

    /// The newest `limit` movements of a customer's credit before a moment, newest first.
    pub fn overpaid_of(
        &self,
        customer: CustomerId,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Overpaid>, StoreError> {
        self.all(OF_CUSTOMER, &[&customer, &before, &limit])
    }

    /// What is left of a customer's credit in a unit, in smallest steps: by its movements, and not more than the views have of it, for
    /// charges take of it as of any credit.
    pub fn overpaid_left(&self, customer: CustomerId, unit: Unit) -> Result<i64, StoreError> {
        let left: Option<i64> = self.one(LEFT, &[&customer, &unit])?;
        let in_book: Option<i64> = self.one(LEFT_IN_BOOK, &[&customer, &unit])?;
        Ok(left.unwrap_or(0).min(in_book.unwrap_or(0)))
    }

    /// The first `limit` that an invoice took off though they were not there any more, and that no invoice asks for again.
    pub fn overpaid_to_charge(&self, customer: CustomerId, limit: u32) -> Result<Vec<Overpaid>, StoreError> {
        self.all(TO_CHARGE, &[&customer, &limit])
    }
}

impl Tx<'_> {
    /// Adds a movement. Conflicts over `overpaid.id`.
    pub fn insert_overpaid(&self, moved: &Overpaid) -> Result<(), StoreError> {
        self.run(INSERT, &[moved]).map(|_| ())
    }

    /// Says that the book refused a movement; whether there was one that it had not refused before.
    pub fn refuse_overpaid(&self, id: IntentId, at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.run(REFUSE, &[&at, &id])? > 0)
    }

    /// Says which invoice asks again for what was taken off in vain.
    pub fn charge_overpaid(&self, id: IntentId, invoice: InvoiceId) -> Result<(), StoreError> {
        self.run_one(CHARGE, &[&invoice, &id], id.to_string())
    }
}
