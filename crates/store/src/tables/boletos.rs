//! Titles at a bank, and what became of them.

use money::{Amount, BoletoId, CustomerId, InvoiceId, PurchaseId, Timestamp};

use super::{Page, Reader, Tx, before_bytes, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::{row, words};

const NEXT_OUR_NUMBER: &str = "SELECT coalesce(max(our_number), 0) + 1 FROM boletos";
const INSERT_BOLETO: &str =
    "INSERT INTO boletos (id, customer, purchase, our_number, barcode, linha_digitavel, amount,
    unit, due_on, state, created_at, registered_at, paid_at, paid_amount,
    invoice) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const BOLETO: &str =
    "SELECT id, customer, purchase, our_number, barcode, linha_digitavel, amount, unit, due_on, state,
    created_at, registered_at, paid_at, paid_amount, invoice FROM boletos WHERE id = $1";
const BOLETO_BY_NUMBER: &str =
    "SELECT id, customer, purchase, our_number, barcode, linha_digitavel, amount, unit,
    due_on, state, created_at, registered_at, paid_at, paid_amount, invoice FROM boletos WHERE our_number = $1";
const BOLETO_OF_PURCHASE: &str =
    "SELECT id, customer, purchase, our_number, barcode, linha_digitavel, amount, unit,
    due_on, state, created_at, registered_at, paid_at, paid_amount, invoice FROM boletos WHERE purchase = $1";
const BOLETO_OF_INVOICE: &str =
    "SELECT id, customer, purchase, our_number, barcode, linha_digitavel, amount, unit,
    due_on, state, created_at, registered_at, paid_at, paid_amount, invoice FROM boletos WHERE invoice = $1";
const BOLETOS_DUE_BEFORE: &str =
    "SELECT id, customer, purchase, our_number, barcode, linha_digitavel, amount, unit,
    due_on, state, created_at, registered_at, paid_at, paid_amount, invoice FROM boletos
    WHERE state = $1 AND due_on < $2 AND (due_on, id) > ($3, $4) ORDER BY due_on, id LIMIT $5";
/// From the few purchases and invoices that are to be paid to their boletos: of those, many are written off for they were paid otherwise.
const BOLETOS_STILL_OWED: &str =
    "SELECT id, customer, purchase, our_number, barcode, linha_digitavel, amount, unit, due_on, state,
    created_at, registered_at, paid_at, paid_amount, invoice FROM (
        SELECT b.id, b.customer, b.purchase, b.our_number, b.barcode, b.linha_digitavel, b.amount,
        b.unit, b.due_on, b.state, b.created_at, b.registered_at, b.paid_at, b.paid_amount, b.invoice FROM purchase_view v
        CROSS JOIN boletos b WHERE v.state = 'released' AND b.purchase = v.purchase
        UNION ALL
        SELECT b.id, b.customer, b.purchase, b.our_number, b.barcode, b.linha_digitavel, b.amount,
        b.unit, b.due_on, b.state, b.created_at, b.registered_at, b.paid_at, b.paid_amount, b.invoice FROM invoices i
        CROSS JOIN boletos b WHERE i.state = 'open' AND b.invoice = i.id) AS owed
    WHERE state IN ('to_write_off', 'written_off') AND due_on < $1 AND (due_on, id) > ($2, $3)
    ORDER BY due_on, id LIMIT $4";
const BOLETOS_OF_PURCHASES_BEFORE: &str =
    "SELECT id, customer, purchase, our_number, barcode, linha_digitavel, amount, unit, due_on,
    state, created_at, registered_at, paid_at, paid_amount, invoice FROM boletos
    WHERE customer = $1 AND invoice IS NULL AND created_at < $2 ORDER BY created_at DESC, id DESC LIMIT $3";
const BOLETOS_OF: &str =
    "SELECT id, customer, purchase, our_number, barcode, linha_digitavel, amount, unit, due_on,
    state, created_at, registered_at, paid_at, paid_amount, invoice FROM boletos
    WHERE customer = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const BOLETOS_IN: &str = "SELECT id, customer, purchase, our_number, barcode, linha_digitavel, amount, unit, due_on,
    state, created_at, registered_at, paid_at, paid_amount, invoice FROM boletos WHERE state = $1 ORDER BY id LIMIT $2";
const ALL_BOLETOS: &str =
    "SELECT id, customer, purchase, our_number, barcode, linha_digitavel, amount, unit, due_on,
    state, created_at, registered_at, paid_at, paid_amount, invoice FROM boletos
    WHERE id < $1 ORDER BY id DESC LIMIT $2";
const BOLETOS_IN_BEFORE: &str =
    "SELECT id, customer, purchase, our_number, barcode, linha_digitavel, amount, unit, due_on,
    state, created_at, registered_at, paid_at, paid_amount, invoice FROM boletos
    WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const BOLETOS_OF_IN_BEFORE: &str =
    "SELECT id, customer, purchase, our_number, barcode, linha_digitavel, amount, unit, due_on,
    state, created_at, registered_at, paid_at, paid_amount, invoice FROM boletos
    WHERE customer = $1 AND state = $2 AND id < $3 ORDER BY id DESC LIMIT $4";
const BOLETOS_FOUND: &str =
    "SELECT b.id, b.customer, b.purchase, b.our_number, b.barcode, b.linha_digitavel, b.amount,
    b.unit, b.due_on, b.state, b.created_at, b.registered_at, b.paid_at, b.paid_amount, b.invoice FROM boletos b
    JOIN customers c ON c.id = b.customer LEFT JOIN payers p ON p.customer = b.customer
    LEFT JOIN purchase_view v ON v.purchase = b.purchase LEFT JOIN invoices i ON i.id = b.invoice
    WHERE ($1 = '' OR b.state = $2) AND ($3 = '' OR b.our_number = $4 OR p.document = $5
    OR lower(c.name) LIKE lower($6) ESCAPE '!') AND ($7 = '' OR (b.state IN ('to_write_off', 'written_off')
    AND (v.state = 'released' OR i.state = 'open'))) AND b.id < $8 ORDER BY b.id DESC LIMIT $9";
const BOLETOS_OVERDUE: &str =
    "SELECT b.id, b.customer, b.purchase, b.our_number, b.barcode, b.linha_digitavel, b.amount,
    b.unit, b.due_on, b.state, b.created_at, b.registered_at, b.paid_at, b.paid_amount, b.invoice FROM boletos b
    JOIN customers c ON c.id = b.customer LEFT JOIN payers p ON p.customer = b.customer
    WHERE b.state IN ('written', 'sent', 'open') AND b.due_on < $1 AND ($2 = '' OR b.our_number = $3
    OR p.document = $4 OR lower(c.name) LIKE lower($5) ESCAPE '!') AND b.id < $6 ORDER BY b.id DESC LIMIT $7";
const BOLETOS_COUNT: &str = "SELECT count(*) FROM boletos WHERE state = $1";
const SET_BOLETO_STATE: &str = "UPDATE boletos SET state = $1, registered_at = coalesce($2, registered_at),
    paid_at = coalesce($3, paid_at), paid_amount = coalesce($4, paid_amount) WHERE id = $5";

words! {
    /// What became of a boleto.
    pub enum BoletoState {
        /// It is written; the bank does not know it yet.
        Written = "written",
        /// It was sent to the bank.
        Sent = "sent",
        /// The bank refused it.
        Rejected = "rejected",
        /// The bank has registered it: it is payable.
        Open = "open",
        /// It was paid.
        Paid = "paid",
        /// It will not be paid any more; the bank holds it and is yet to be told.
        ToWriteOff = "to_write_off",
        /// It will not be paid any more.
        WrittenOff = "written_off",
    }
}

row! {
    /// A title at a bank.
    pub struct BoletoRow {
        /// Its name here.
        pub id: BoletoId,
        /// Who owes it.
        pub customer: CustomerId,
        /// The purchase that it collects.
        pub purchase: Option<PurchaseId>,
        /// Its number at the bank; unique.
        pub our_number: u64,
        /// 44 digits.
        pub barcode: String,
        /// 47 digits with dots and blanks.
        pub linha_digitavel: String,
        /// What is owed.
        pub amount: Amount,
        /// The due day, as `2026-11-26`.
        pub due_on: String,
        /// What became of it.
        pub state: BoletoState,
        /// When it was written.
        pub created_at: Timestamp,
        /// When the bank registered it.
        pub registered_at: Option<Timestamp>,
        /// When it was paid.
        pub paid_at: Option<Timestamp>,
        /// What was paid, in smallest steps of the amount's unit.
        pub paid_amount: Option<i64>,
        /// The invoice that it collects.
        pub invoice: Option<InvoiceId>,
    }
}

/// Which boletos are looked for; what is `None` is not asked about.
#[derive(Clone, Debug, Default)]
pub struct BoletoSearch {
    /// In this state.
    pub state: Option<BoletoState>,
    /// Written off, and what they were to pay is still owed.
    pub is_still_owed: bool,
    /// Not paid, and due before this day (as `2026-11-26`).
    pub overdue_on: Option<String>,
    /// One of these: the number, the payer's CPF or CNPJ, a piece of his name.
    pub words: Option<BoletoWords>,
}

/// What somebody typed to find a boleto, as it may be meant. One that fits is enough.
#[derive(Clone, Debug, Default)]
pub struct BoletoWords {
    /// The number at the bank.
    pub our_number: Option<u64>,
    /// CPF or CNPJ, digits and letters only.
    pub document: Option<String>,
    /// A piece of the payer's name.
    pub name: Option<String>,
}

impl BoletoWords {
    /// The pattern that a name must be like; one that no name is like if no name was asked for.
    fn pattern(&self) -> String {
        let Some(name) = &self.name else { return String::new() };
        let plain: String =
            name.chars().flat_map(|c| "!%_".contains(c).then_some('!').into_iter().chain([c])).collect();
        format!("%{plain}%")
    }
}

impl Reader<'_> {
    /// The boleto of this name.
    pub fn boleto(&self, id: BoletoId) -> Result<Option<BoletoRow>, StoreError> {
        self.one(BOLETO, &[&id])
    }

    /// The boleto with this number at the bank.
    pub fn boleto_by_number(&self, our_number: u64) -> Result<Option<BoletoRow>, StoreError> {
        self.one(BOLETO_BY_NUMBER, &[&our_number])
    }

    /// The boleto that collects this purchase.
    pub fn boleto_of_purchase(&self, purchase: PurchaseId) -> Result<Option<BoletoRow>, StoreError> {
        self.one(BOLETO_OF_PURCHASE, &[&purchase])
    }

    /// The boleto that collects this invoice.
    pub fn boleto_of_invoice(&self, invoice: InvoiceId) -> Result<Option<BoletoRow>, StoreError> {
        self.one(BOLETO_OF_INVOICE, &[&invoice])
    }

    /// Boletos in this state that were due before a day (as `2026-11-26`), by due day; `after` is the last one seen.
    pub fn boletos_due_before(
        &self,
        state: BoletoState,
        day: &str,
        after: Option<(&str, BoletoId)>,
        limit: u32,
    ) -> Result<Vec<BoletoRow>, StoreError> {
        let (due_on, id) = after.unwrap_or(("", BoletoId::from_u128(0)));
        self.all(BOLETOS_DUE_BEFORE, &[&state, &day, &due_on, &id, &limit])
    }

    /// Boletos that were written off while what they were to pay was to be paid, and that were due before a day, by due day; `after` is the
    /// last one seen. Of some the payment may be under way.
    pub fn boletos_still_owed(
        &self,
        day: &str,
        after: Option<(&str, BoletoId)>,
        limit: u32,
    ) -> Result<Vec<BoletoRow>, StoreError> {
        let (due_on, id) = after.unwrap_or(("", BoletoId::from_u128(0)));
        self.all(BOLETOS_STILL_OWED, &[&day, &due_on, &id, &limit])
    }

    /// The newest `limit` boletos of a customer's purchases that were made before a moment, newest first.
    pub fn boletos_of_purchases_before(
        &self,
        customer: CustomerId,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<BoletoRow>, StoreError> {
        self.all(BOLETOS_OF_PURCHASES_BEFORE, &[&customer, &before, &limit])
    }

    /// A customer's boletos, newest first.
    pub fn boletos_of(
        &self,
        customer: CustomerId,
        before: Option<BoletoId>,
        limit: u32,
    ) -> Result<Page<BoletoRow, BoletoId>, StoreError> {
        let before = before_bytes(before.map(BoletoId::as_u128));
        let rows = self.all(BOLETOS_OF, &[&customer, &&before[..], &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &BoletoRow| row.id))
    }

    /// Boletos, newest first: all of them, or only a customer's, or only those in one state.
    pub fn boletos_page(
        &self,
        customer: Option<CustomerId>,
        state: Option<BoletoState>,
        before: Option<BoletoId>,
        limit: u32,
    ) -> Result<Page<BoletoRow, BoletoId>, StoreError> {
        let (bytes, rows) = (before_bytes(before.map(BoletoId::as_u128)), rows_to_ask(limit));
        let rows = match (customer, state) {
            (Some(customer), None) => return self.boletos_of(customer, before, limit),
            (Some(customer), Some(state)) => {
                self.all(BOLETOS_OF_IN_BEFORE, &[&customer, &state, &&bytes[..], &rows])?
            }
            (None, Some(state)) => self.all(BOLETOS_IN_BEFORE, &[&state, &&bytes[..], &rows])?,
            (None, None) => self.all(ALL_BOLETOS, &[&&bytes[..], &rows])?,
        };
        Ok(page(rows, limit, |row: &BoletoRow| row.id))
    }

    /// The first `limit` boletos in this state, oldest first.
    pub fn boletos_in(&self, state: BoletoState, limit: u32) -> Result<Vec<BoletoRow>, StoreError> {
        self.all(BOLETOS_IN, &[&state, &limit])
    }

    /// How many boletos are in this state.
    pub fn boleto_count(&self, state: BoletoState) -> Result<u32, StoreError> {
        self.one(BOLETOS_COUNT, &[&state])?.ok_or_else(|| StoreError::Missing { what: "a count".to_owned() })
    }

    /// The boletos that were looked for, newest first.
    pub fn boletos_found(
        &self,
        search: &BoletoSearch,
        before: Option<BoletoId>,
        limit: u32,
    ) -> Result<Page<BoletoRow, BoletoId>, StoreError> {
        let state = search.state.map(BoletoState::word).unwrap_or_default();
        let is_asked = if search.words.is_some() { "yes" } else { "" };
        let is_owed = if search.is_still_owed { "yes" } else { "" };
        let words = search.words.clone().unwrap_or_default();
        let number = words.our_number.unwrap_or_default();
        let (document, pattern) = (words.document.clone().unwrap_or_default(), words.pattern());
        let before = before_bytes(before.map(BoletoId::as_u128));
        if let Some(day) = &search.overdue_on {
            let values: [&dyn crate::stored::Bind; 7] =
                [day, &is_asked, &number, &document, &pattern, &&before[..], &rows_to_ask(limit)];
            return Ok(page(self.all(BOLETOS_OVERDUE, &values)?, limit, |row: &BoletoRow| row.id));
        }
        let rows = self.all(
            BOLETOS_FOUND,
            &[
                &state,
                &state,
                &is_asked,
                &number,
                &document,
                &pattern,
                &is_owed,
                &&before[..],
                &rows_to_ask(limit),
            ],
        )?;
        Ok(page(rows, limit, |row: &BoletoRow| row.id))
    }
}

impl Tx<'_> {
    /// The next number of a boleto at the bank.
    pub fn next_our_number(&self) -> Result<u64, StoreError> {
        Ok(u64::from(self.next_number(NEXT_OUR_NUMBER)?))
    }

    /// Adds a boleto. Conflicts over `boletos.our_number` and `boletos.purchase`.
    pub fn insert_boleto(&self, boleto: &BoletoRow) -> Result<(), StoreError> {
        self.run(INSERT_BOLETO, &[boleto]).map(|_| ())
    }

    /// Says what became of a boleto; times and amounts that are not given stay as they are.
    pub fn set_boleto_state(
        &self,
        id: BoletoId,
        state: BoletoState,
        registered_at: Option<Timestamp>,
        paid: Option<(Timestamp, i64)>,
    ) -> Result<(), StoreError> {
        let (paid_at, paid_amount) = (paid.map(|paid| paid.0), paid.map(|paid| paid.1));
        let values: [&dyn crate::stored::Bind; 5] = [&state, &registered_at, &paid_at, &paid_amount, &id];
        self.run_one(SET_BOLETO_STATE, &values, id.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::planned;

    #[test]
    fn what_is_overdue_is_found_by_an_index() {
        let planned = planned(BOLETOS_OVERDUE);
        assert!(planned.plan.contains("boletos_by_due (state=? AND due_on<?)"), "{}", planned.plan);
    }
}
