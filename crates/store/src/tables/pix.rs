//! Pix that was asked for: by what its payment is found again, and what became of it.

use money::{Amount, BoletoId, CustomerId, InvoiceId, PurchaseId, Timestamp};

use super::{Reader, Tx};
use crate::error::StoreError;
use crate::stored::{row, words};

const INSERT: &str =
    "INSERT INTO pix_charges (txid, customer, purchase, invoice, boleto, pix_key, br_code, amount, unit,
    state, created_at, expires_at, paid_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const BY_TXID: &str =
    "SELECT txid, customer, purchase, invoice, boleto, pix_key, br_code, amount, unit, state, created_at,
    expires_at, paid_at FROM pix_charges WHERE txid = $1";
const OF_PURCHASE: &str = "SELECT txid, customer, purchase, invoice, boleto, pix_key, br_code, amount, unit, state,
    created_at, expires_at, paid_at FROM pix_charges WHERE purchase = $1 ORDER BY created_at DESC, txid LIMIT 1";
const OF_INVOICE: &str = "SELECT txid, customer, purchase, invoice, boleto, pix_key, br_code, amount, unit, state,
    created_at, expires_at, paid_at FROM pix_charges WHERE invoice = $1 ORDER BY created_at DESC, txid LIMIT 1";
const OF_CUSTOMER: &str = "SELECT txid, customer, purchase, invoice, boleto, pix_key, br_code, amount, unit, state,
    created_at, expires_at, paid_at FROM pix_charges WHERE customer = $1 ORDER BY created_at DESC, txid LIMIT $2";
const DUE: &str = "SELECT txid, customer, purchase, invoice, boleto, pix_key, br_code, amount, unit, state, created_at,
    expires_at, paid_at FROM pix_charges WHERE state = 'open' AND expires_at <= $1 ORDER BY expires_at LIMIT $2";
const MOVE: &str = "UPDATE pix_charges SET state = $1, paid_at = coalesce($2, paid_at)
    WHERE txid = $3 AND state = $4";
const END: &str = "UPDATE pix_charges SET state = $1
    WHERE (purchase = $2 OR invoice = $3) AND state = 'open'";

words! {
    /// What became of a Pix that was asked for.
    pub enum PixState {
        /// It can be paid.
        Open = "open",
        /// It was paid.
        Paid = "paid",
        /// Its time was over. A payment that comes all the same counts.
        Expired = "expired",
        /// It is not wanted any more, or its purchase was paid in another way.
        Cancelled = "cancelled",
    }
}

row! {
    /// A Pix that was asked for.
    pub struct PixCharge {
        /// By what its payment is found again.
        pub txid: String,
        /// Who is to pay.
        pub customer: CustomerId,
        /// For which purchase, if for one.
        pub purchase: Option<PurchaseId>,
        /// For which invoice, if for one.
        pub invoice: Option<InvoiceId>,
        /// Instead of which boleto.
        pub boleto: Option<BoletoId>,
        /// The receiver's key.
        pub pix_key: String,
        /// The text of its QR code, *copia e cola*.
        pub br_code: String,
        /// How much.
        pub amount: Amount,
        /// What became of it.
        pub state: PixState,
        /// When it was asked for.
        pub created_at: Timestamp,
        /// Until when it is offered.
        pub expires_at: Timestamp,
        /// When its payment was told.
        pub paid_at: Option<Timestamp>,
    }
}

impl Reader<'_> {
    /// The Pix with this txid.
    pub fn pix_charge(&self, txid: &str) -> Result<Option<PixCharge>, StoreError> {
        self.one(BY_TXID, &[&txid])
    }

    /// The Pix that was asked for last for a purchase.
    pub fn pix_of_purchase(&self, purchase: PurchaseId) -> Result<Option<PixCharge>, StoreError> {
        self.one(OF_PURCHASE, &[&purchase])
    }

    /// The Pix that was asked for last for an invoice.
    pub fn pix_of_invoice(&self, invoice: InvoiceId) -> Result<Option<PixCharge>, StoreError> {
        self.one(OF_INVOICE, &[&invoice])
    }

    /// The newest `limit` that a customer was asked for, newest first.
    pub fn pix_of(&self, customer: CustomerId, limit: u32) -> Result<Vec<PixCharge>, StoreError> {
        self.all(OF_CUSTOMER, &[&customer, &limit])
    }

    /// At most `limit` open ones whose time is over at `now`.
    pub fn pix_due(&self, now: Timestamp, limit: u32) -> Result<Vec<PixCharge>, StoreError> {
        self.all(DUE, &[&now, &limit])
    }
}

impl Tx<'_> {
    /// Adds a Pix. Conflicts over `pix_charges.txid`, and over `pix_charges.purchase` or `.invoice` if one of it is open.
    pub fn insert_pix_charge(&self, charge: &PixCharge) -> Result<(), StoreError> {
        self.run(INSERT, &[charge]).map(|_| ())
    }

    /// Moves a Pix from one state to another; whether it was in the state `from`: if not, nothing is changed.
    pub fn move_pix(
        &self,
        txid: &str,
        from: PixState,
        to: PixState,
        paid_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        Ok(self.run(MOVE, &[&to, &paid_at, &txid, &from])? > 0)
    }

    /// Ends the open Pix of a purchase or an invoice, if there is one; whether there was.
    pub fn end_pix_of(
        &self,
        purchase: Option<PurchaseId>,
        invoice: Option<InvoiceId>,
        end: PixState,
    ) -> Result<bool, StoreError> {
        Ok(self.run(END, &[&end, &purchase, &invoice])? > 0)
    }
}
