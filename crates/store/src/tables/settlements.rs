//! What is owed for purchases, and the money that came for it.

use money::{Amount, BoletoId, CustomerId, InvoiceId, PurchaseId, SettlementId, Timestamp};

use super::{Reader, Tx};
use crate::error::StoreError;
use crate::stored::{row, words};

const PUT_OWED: &str = "INSERT INTO owed (purchase, customer, payload, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (purchase) DO NOTHING";
const OWED: &str = "SELECT purchase, customer, payload, created_at FROM owed WHERE purchase = $1";
const INSERT: &str =
    "INSERT INTO settlements (id, customer, purchase, boleto, paid_by, amount, unit, outcome, came_at,
    invoice, reference) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const SELECT: &str = "SELECT id, customer, purchase, boleto, paid_by, amount, unit, outcome, came_at,
    invoice, reference FROM settlements WHERE id = $1";
const OF_PURCHASE: &str = "SELECT id, customer, purchase, boleto, paid_by, amount, unit, outcome, came_at,
    invoice, reference FROM settlements WHERE purchase = $1 ORDER BY came_at, id";
const OF_INVOICE: &str = "SELECT id, customer, purchase, boleto, paid_by, amount, unit, outcome, came_at,
    invoice, reference FROM settlements WHERE invoice = $1 ORDER BY came_at, id";
const OF_CUSTOMER: &str = "SELECT id, customer, purchase, boleto, paid_by, amount, unit, outcome, came_at,
    invoice, reference FROM settlements WHERE customer = $1 ORDER BY came_at DESC, id LIMIT $2";
const BEFORE: &str = "SELECT id, customer, purchase, boleto, paid_by, amount, unit, outcome, came_at,
    invoice, reference FROM settlements
    WHERE customer = $1 AND came_at < $2 ORDER BY came_at DESC, id DESC LIMIT $3";
const NOT_BY_CARD: &str = "SELECT id, customer, purchase, boleto, paid_by, amount, unit, outcome, came_at,
    invoice, reference FROM settlements
    WHERE paid_by <> 'card' AND (came_at, id) < ($1, $2) ORDER BY came_at DESC, id DESC LIMIT $3";
const SET_REFERENCE: &str = "UPDATE settlements SET reference = $1 WHERE id = $2";
const SET_OUTCOME: &str = "UPDATE settlements SET outcome = $1 WHERE id = $2";

row! {
    /// A purchase by value, as a payment of it needs it.
    pub struct Owed {
        /// The purchase.
        pub purchase: PurchaseId,
        /// Who owes it.
        pub customer: CustomerId,
        /// The purchase, as JSON.
        pub payload: String,
        /// When it was bought.
        pub created_at: Timestamp,
    }
}

words! {
    /// What became of money that came.
    pub enum SettlementOutcome {
        /// It pays what was owed.
        Paid = "paid",
        /// That was paid already, or is no more: it is the customer's, as credit.
        Credit = "credit",
    }
}

row! {
    /// Money that came.
    pub struct Settlement {
        /// Its name, which follows from what was told of it.
        pub id: SettlementId,
        /// Who paid.
        pub customer: CustomerId,
        /// For which purchase.
        pub purchase: Option<PurchaseId>,
        /// With which boleto.
        pub boleto: Option<BoletoId>,
        /// The code of the way it was paid.
        pub paid_by: String,
        /// How much.
        pub amount: Amount,
        /// What became of it.
        pub outcome: SettlementOutcome,
        /// When it was told.
        pub came_at: Timestamp,
        /// For which invoice.
        pub invoice: Option<InvoiceId>,
        /// What whoever told of it calls it, as a Pix's endToEndId; empty where it has no name.
        pub reference: String,
    }
}

impl Reader<'_> {
    /// The `limit` settlements of a customer that came last, newest first.
    pub fn settlements_of_customer(
        &self,
        customer: CustomerId,
        limit: u32,
    ) -> Result<Vec<Settlement>, StoreError> {
        self.all(OF_CUSTOMER, &[&customer, &limit])
    }

    /// The newest `limit` settlements of a customer that came before a moment, newest first.
    pub fn settlements_before(
        &self,
        customer: CustomerId,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Settlement>, StoreError> {
        self.all(BEFORE, &[&customer, &before, &limit])
    }

    /// The newest `limit` settlements of all customers that no card paid, newest first; `before` is when the last one seen came, and its
    /// name.
    pub fn settlements_not_by_card(
        &self,
        (came_at, id): (Timestamp, SettlementId),
        limit: u32,
    ) -> Result<Vec<Settlement>, StoreError> {
        self.all(NOT_BY_CARD, &[&came_at, &id, &limit])
    }

    /// A purchase as a payment of it needs it; `None` until its notice was delivered.
    pub fn owed(&self, purchase: PurchaseId) -> Result<Option<Owed>, StoreError> {
        self.one(OWED, &[&purchase])
    }

    /// The settlement of this name.
    pub fn settlement(&self, id: SettlementId) -> Result<Option<Settlement>, StoreError> {
        self.one(SELECT, &[&id])
    }

    /// What came for a purchase, first to last.
    pub fn settlements_of_purchase(&self, purchase: PurchaseId) -> Result<Vec<Settlement>, StoreError> {
        self.all(OF_PURCHASE, &[&purchase])
    }

    /// What came for an invoice, first to last.
    pub fn settlements_of_invoice(&self, invoice: InvoiceId) -> Result<Vec<Settlement>, StoreError> {
        self.all(OF_INVOICE, &[&invoice])
    }
}

impl Tx<'_> {
    /// Writes down what is owed for a purchase, once.
    pub fn put_owed(&self, owed: &Owed) -> Result<(), StoreError> {
        self.run(PUT_OWED, &[owed]).map(|_| ())
    }

    /// Adds a settlement. Conflicts over `settlements.id`.
    pub fn insert_settlement(&self, settlement: &Settlement) -> Result<(), StoreError> {
        self.run(INSERT, &[settlement]).map(|_| ())
    }

    /// Says what a settlement that is there is called by whoever told of it.
    pub fn set_settlement_reference(&self, id: SettlementId, reference: &str) -> Result<(), StoreError> {
        self.run_one(SET_REFERENCE, &[&reference, &id], id.to_string())
    }

    /// Says what became of a settlement that is there.
    pub fn set_settlement_outcome(
        &self,
        id: SettlementId,
        outcome: SettlementOutcome,
    ) -> Result<(), StoreError> {
        self.run_one(SET_OUTCOME, &[&outcome, &id], id.to_string())
    }
}
