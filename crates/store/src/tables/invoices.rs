//! Invoices and what stands on them, the monthly run that makes them, and lines blocked because something is overdue.

use money::{AdjustmentId, Amount, CustomerId, InvoiceId, LineId, PurchaseId, Timestamp};

use super::{Page, Reader, Tx, before_bytes, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::{row, words};
use crate::views::{PurchaseRow, PurchaseState};

const NEXT_NUMBER: &str = "SELECT coalesce(max(number), 0) + 1 FROM invoices";
const INSERT: &str =
    "INSERT INTO invoices (id, number, customer, month, total, unit, due_on, state, created_at, paid_at,
    paid_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const SELECT: &str =
    "SELECT id, number, customer, month, total, unit, due_on, state, created_at, paid_at, paid_by
    FROM invoices WHERE id = $1";
const BY_NUMBER: &str =
    "SELECT id, number, customer, month, total, unit, due_on, state, created_at, paid_at, paid_by
    FROM invoices WHERE number = $1";
const OF_MONTH: &str =
    "SELECT id, number, customer, month, total, unit, due_on, state, created_at, paid_at, paid_by
    FROM invoices WHERE customer = $1 AND month = $2";
const OF_CUSTOMER: &str =
    "SELECT id, number, customer, month, total, unit, due_on, state, created_at, paid_at, paid_by
    FROM invoices WHERE customer = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const MADE_BEFORE: &str =
    "SELECT id, number, customer, month, total, unit, due_on, state, created_at, paid_at, paid_by
    FROM invoices WHERE customer = $1 AND created_at < $2 ORDER BY created_at DESC, id DESC LIMIT $3";
const ALL: &str =
    "SELECT id, number, customer, month, total, unit, due_on, state, created_at, paid_at, paid_by
    FROM invoices WHERE id < $1 ORDER BY id DESC LIMIT $2";
const SET_STATE: &str = "UPDATE invoices SET state = $1, paid_at = $2, paid_by = $3 WHERE id = $4";
const SUM_OF_MONTH: &str =
    "SELECT state, count(*), CAST(coalesce(sum(total), 0) AS BIGINT) FROM invoices WHERE month = $1
    GROUP BY state ORDER BY state";
const INSERT_LINE: &str = "INSERT INTO invoice_lines
    (invoice, ordinal, kind, line, purchase, quantity, what, amount, unit)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const LINES: &str = "SELECT invoice, ordinal, kind, line, purchase, quantity, what, amount, unit
    FROM invoice_lines WHERE invoice = $1 ORDER BY ordinal";
const TO_INVOICE: &str = "SELECT purchase, wallet_no, pack_no, charging, quantity, price, price_unit, state,
    bought_at, released_at, restored_at, paid_at, paid_by FROM purchase_view v
    WHERE wallet_no = $1 AND charging = $2 AND state IN ($3, $4)
    AND EXISTS (SELECT 1 FROM owed o WHERE o.purchase = v.purchase)
    AND NOT EXISTS (SELECT 1 FROM invoice_lines i WHERE i.purchase = v.purchase)
    ORDER BY bought_at, purchase LIMIT $5";
const TO_BE_OWED: &str = "SELECT purchase FROM purchase_view v WHERE charging = $1 AND state IN ($2, $3)
    AND NOT EXISTS (SELECT 1 FROM owed o WHERE o.purchase = v.purchase) LIMIT 1";
const INSERT_ADJUSTMENT: &str = "INSERT INTO invoice_adjustments
    (id, customer, amount, unit, reason, created_at, invoice) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const WAITING: &str =
    "SELECT id, customer, amount, unit, reason, created_at, invoice FROM invoice_adjustments
    WHERE customer = $1 AND invoice IS NULL ORDER BY id LIMIT $2";
const ALL_WAITING: &str =
    "SELECT id, customer, amount, unit, reason, created_at, invoice FROM invoice_adjustments
    WHERE invoice IS NULL ORDER BY id DESC LIMIT $1";
const ADJUSTMENT: &str =
    "SELECT id, customer, amount, unit, reason, created_at, invoice FROM invoice_adjustments WHERE id = $1";
const PUT_ON: &str = "UPDATE invoice_adjustments SET invoice = $1, amount = $2 WHERE id = $3";
const DELETE_WAITING: &str = "DELETE FROM invoice_adjustments WHERE id = $1 AND invoice IS NULL";
const INSERT_RUN: &str = "INSERT INTO billing_runs
    (month, due_on, started_at, after, customers, done, invoices, finished_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const RUN: &str = "SELECT month, due_on, started_at, after, customers, done, invoices, finished_at
    FROM billing_runs WHERE month = $1";
const RUNS: &str = "SELECT month, due_on, started_at, after, customers, done, invoices, finished_at
    FROM billing_runs ORDER BY month DESC LIMIT $1";
const OPEN_RUNS: &str = "SELECT month, due_on, started_at, after, customers, done, invoices, finished_at
    FROM billing_runs WHERE finished_at IS NULL ORDER BY month LIMIT $1";
const MOVE_RUN: &str =
    "UPDATE billing_runs SET after = $1, done = done + $2, invoices = invoices + $3, finished_at = $4
    WHERE month = $5";
const PAYERS_COUNT: &str = "SELECT count(*) FROM payers";
const PAYERS_AFTER: &str = "SELECT customer FROM payers WHERE customer > $1 ORDER BY customer LIMIT $2";
const PUT_OVERDUE: &str =
    "INSERT INTO overdue_lines (line, blocked_at, trusted_cycle, trusted_until, enabled_at)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (line) DO UPDATE SET blocked_at = excluded.blocked_at,
    trusted_cycle = excluded.trusted_cycle, trusted_until = excluded.trusted_until,
    enabled_at = excluded.enabled_at";
const OVERDUE: &str = "SELECT line, blocked_at, trusted_cycle, trusted_until, enabled_at
    FROM overdue_lines WHERE line = $1";
const BLOCKED_AFTER: &str = "SELECT line, blocked_at, trusted_cycle, trusted_until, enabled_at
    FROM overdue_lines WHERE blocked_at IS NOT NULL AND line > $1 ORDER BY line LIMIT $2";

words! {
    /// What became of an invoice.
    pub enum InvoiceState {
        /// It is to be paid.
        Open = "open",
        /// It was paid.
        Paid = "paid",
        /// It will not be paid any more.
        WrittenOff = "written_off",
    }
}

row! {
    /// What a customer owes for a month.
    pub struct InvoiceRow {
        /// Its name.
        pub id: InvoiceId,
        /// Its number, from 1 without gaps.
        pub number: u64,
        /// Who owes it.
        pub customer: CustomerId,
        /// For which month, as `2026-12`.
        pub month: String,
        /// All that stands on it.
        pub total: Amount,
        /// The due day, as `2026-12-10`.
        pub due_on: String,
        /// What became of it.
        pub state: InvoiceState,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it was paid.
        pub paid_at: Option<Timestamp>,
        /// The code of the way it was paid.
        pub paid_by: Option<String>,
    }
}

words! {
    /// What a line of an invoice is for.
    pub enum InvoiceLineKind {
        /// A plan's fee of the month.
        Fee = "fee",
        /// A purchase that was charged on the next invoice.
        Purchase = "purchase",
        /// A correction.
        Adjustment = "adjustment",
        /// The customer's own credit, taken off; above zero it was not there any more.
        Credit = "credit",
    }
}

row! {
    /// One line of an invoice.
    pub struct InvoiceLineRow {
        /// The invoice.
        pub invoice: InvoiceId,
        /// Its place, from 1.
        pub ordinal: u32,
        /// What it is for.
        pub kind: InvoiceLineKind,
        /// For which line of the customer.
        pub line: LineId,
        /// Which purchase.
        pub purchase: Option<PurchaseId>,
        /// Bytes of the purchase.
        pub quantity: Option<i64>,
        /// The plan's name, or the reason of a correction.
        pub what: String,
        /// How much; below zero it is taken off.
        pub amount: Amount,
    }
}

row! {
    /// What is to be added to the next invoice, or taken off it.
    pub struct AdjustmentRow {
        /// Its name.
        pub id: AdjustmentId,
        /// Whose.
        pub customer: CustomerId,
        /// How much; below zero it is taken off.
        pub amount: Amount,
        /// Why, as the customer reads it.
        pub reason: String,
        /// When it was written.
        pub created_at: Timestamp,
        /// The invoice that it stands on.
        pub invoice: Option<InvoiceId>,
    }
}

row! {
    /// How far the run of a month has come.
    pub struct BillingRun {
        /// The month, as `2026-12`.
        pub month: String,
        /// When its invoices are due, as `2026-12-10`.
        pub due_on: String,
        /// When it was begun.
        pub started_at: Timestamp,
        /// The last customer that was looked at; zero at the begin.
        pub after: CustomerId,
        /// How many customers there were at the begin.
        pub customers: u64,
        /// How many of them were looked at.
        pub done: u64,
        /// How many invoices it made.
        pub invoices: u64,
        /// When it was done.
        pub finished_at: Option<Timestamp>,
    }
}

row! {
    /// A line that was blocked because something was overdue, now or once.
    pub struct OverdueLine {
        /// The line.
        pub line: LineId,
        /// Since when it is blocked for that; `None` if it is not.
        pub blocked_at: Option<Timestamp>,
        /// The number of the cycle in which it was unblocked on trust last.
        pub trusted_cycle: Option<u32>,
        /// Until when it is not blocked again.
        pub trusted_until: Option<Timestamp>,
        /// When it was enabled again last, because that had been paid or on trust.
        pub enabled_at: Option<Timestamp>,
    }
}

row! {
    /// Invoices of a month in one state.
    pub struct InvoiceSum {
        /// The state.
        pub state: InvoiceState,
        /// How many.
        pub count: u64,
        /// What they come to, in smallest steps.
        pub total: i64,
    }
}

impl Reader<'_> {
    /// The invoice of this name.
    pub fn invoice(&self, id: InvoiceId) -> Result<Option<InvoiceRow>, StoreError> {
        self.one(SELECT, &[&id])
    }

    /// The invoice with this number.
    pub fn invoice_by_number(&self, number: u64) -> Result<Option<InvoiceRow>, StoreError> {
        self.one(BY_NUMBER, &[&number])
    }

    /// A customer's invoice for a month.
    pub fn invoice_of_month(
        &self,
        customer: CustomerId,
        month: &str,
    ) -> Result<Option<InvoiceRow>, StoreError> {
        self.one(OF_MONTH, &[&customer, &month])
    }

    /// A customer's invoices, newest first.
    pub fn invoices_of(
        &self,
        customer: CustomerId,
        before: Option<InvoiceId>,
        limit: u32,
    ) -> Result<Page<InvoiceRow, InvoiceId>, StoreError> {
        let before = before_bytes(before.map(InvoiceId::as_u128));
        let rows = self.all(OF_CUSTOMER, &[&customer, &&before[..], &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &InvoiceRow| row.id))
    }

    /// The newest `limit` invoices of a customer that were made before a moment, newest first.
    pub fn invoices_made_before(
        &self,
        customer: CustomerId,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<InvoiceRow>, StoreError> {
        self.all(MADE_BEFORE, &[&customer, &before, &limit])
    }

    /// All invoices, newest first.
    pub fn invoices(
        &self,
        before: Option<InvoiceId>,
        limit: u32,
    ) -> Result<Page<InvoiceRow, InvoiceId>, StoreError> {
        let before = before_bytes(before.map(InvoiceId::as_u128));
        let rows = self.all(ALL, &[&&before[..], &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &InvoiceRow| row.id))
    }

    /// How many invoices of a month are in which state, and what they come to.
    pub fn invoice_sums(&self, month: &str) -> Result<Vec<InvoiceSum>, StoreError> {
        self.all(SUM_OF_MONTH, &[&month])
    }

    /// What stands on an invoice, in order.
    pub fn invoice_lines(&self, invoice: InvoiceId) -> Result<Vec<InvoiceLineRow>, StoreError> {
        self.all(LINES, &[&invoice])
    }

    /// The first `limit` purchases of a line that are charged on the next invoice, released or awaiting its payment, and stand on
    /// none yet. One whose debt is not written down yet, which the outbox does soon after the purchase, waits for the invoice after.
    pub fn purchases_to_invoice(&self, wallet_no: u32, limit: u32) -> Result<Vec<PurchaseRow>, StoreError> {
        let (charging, released) = (book::Charging::NextInvoice.code(), PurchaseState::Released);
        self.all(TO_INVOICE, &[&wallet_no, &charging, &released, &PurchaseState::Awaiting, &limit])
    }

    /// Whether the debt of every purchase that is charged on the next invoice is written down.
    pub fn are_purchases_owed(&self) -> Result<bool, StoreError> {
        let (charging, released) = (book::Charging::NextInvoice.code(), PurchaseState::Released);
        let first: Option<PurchaseId> =
            self.one(TO_BE_OWED, &[&charging, &released, &PurchaseState::Awaiting])?;
        Ok(first.is_none())
    }

    /// The correction of this name.
    pub fn adjustment(&self, id: AdjustmentId) -> Result<Option<AdjustmentRow>, StoreError> {
        self.one(ADJUSTMENT, &[&id])
    }

    /// The first `limit` corrections that wait for a customer's next invoice.
    pub fn adjustments_waiting(
        &self,
        customer: CustomerId,
        limit: u32,
    ) -> Result<Vec<AdjustmentRow>, StoreError> {
        self.all(WAITING, &[&customer, &limit])
    }

    /// The newest `limit` corrections that wait for an invoice.
    pub fn all_adjustments_waiting(&self, limit: u32) -> Result<Vec<AdjustmentRow>, StoreError> {
        self.all(ALL_WAITING, &[&limit])
    }

    /// The run of a month.
    pub fn billing_run(&self, month: &str) -> Result<Option<BillingRun>, StoreError> {
        self.one(RUN, &[&month])
    }

    /// The newest `limit` runs, newest month first.
    pub fn billing_runs(&self, limit: u32) -> Result<Vec<BillingRun>, StoreError> {
        self.all(RUNS, &[&limit])
    }

    /// The first `limit` runs that are not done.
    pub fn billing_runs_open(&self, limit: u32) -> Result<Vec<BillingRun>, StoreError> {
        self.all(OPEN_RUNS, &[&limit])
    }

    /// How many customers documents are written to.
    pub fn payer_count(&self) -> Result<u64, StoreError> {
        Ok(self.one(PAYERS_COUNT, &[])?.unwrap_or(0))
    }

    /// The first `limit` customers behind one to whom documents are written.
    pub fn payers_after(&self, after: CustomerId, limit: u32) -> Result<Vec<CustomerId>, StoreError> {
        self.all(PAYERS_AFTER, &[&after, &limit])
    }

    /// What is known of a line that was blocked because something was overdue.
    pub fn overdue_line(&self, line: LineId) -> Result<Option<OverdueLine>, StoreError> {
        self.one(OVERDUE, &[&line])
    }

    /// The first `limit` lines behind one that are blocked because something is overdue.
    pub fn lines_blocked_after(
        &self,
        after: Option<LineId>,
        limit: u32,
    ) -> Result<Vec<OverdueLine>, StoreError> {
        self.all(BLOCKED_AFTER, &[&after.unwrap_or(LineId::from_u128(0)), &limit])
    }
}

impl Tx<'_> {
    /// Adds an invoice under the next free number, whatever number it carries, and returns that. Conflicts over
    /// `invoices.customer`, together with the month.
    pub fn insert_invoice(&self, invoice: &InvoiceRow) -> Result<u64, StoreError> {
        let next: Option<u64> = self.one(NEXT_NUMBER, &[])?;
        let number = next.ok_or_else(|| StoreError::Missing { what: "the next number".to_owned() })?;
        self.run(INSERT, &[&InvoiceRow { number, ..invoice.clone() }])?;
        Ok(number)
    }

    /// Adds a line of an invoice that is there. Conflicts over `invoice_lines.purchase`.
    pub fn insert_invoice_line(&self, line: &InvoiceLineRow) -> Result<(), StoreError> {
        self.run(INSERT_LINE, &[line]).map(|_| ())
    }

    /// Says what became of an invoice; with the instant and the way if it was paid.
    pub fn set_invoice_state(
        &self,
        id: InvoiceId,
        state: InvoiceState,
        paid: Option<(Timestamp, &str)>,
    ) -> Result<(), StoreError> {
        let (paid_at, paid_by) = (paid.map(|(at, _)| at), paid.map(|(_, by)| by.to_owned()));
        self.run_one(SET_STATE, &[&state, &paid_at, &paid_by, &id], id.to_string())
    }

    /// Adds a correction.
    pub fn insert_adjustment(&self, adjustment: &AdjustmentRow) -> Result<(), StoreError> {
        self.run(INSERT_ADJUSTMENT, &[adjustment]).map(|_| ())
    }

    /// Says that a correction stands on an invoice with this amount.
    pub fn put_adjustment_on(
        &self,
        id: AdjustmentId,
        invoice: InvoiceId,
        amount: i64,
    ) -> Result<(), StoreError> {
        self.run_one(PUT_ON, &[&invoice, &amount, &id], id.to_string())
    }

    /// Takes back a correction that stands on no invoice yet; whether there was one.
    pub fn delete_adjustment(&self, id: AdjustmentId) -> Result<bool, StoreError> {
        Ok(self.run(DELETE_WAITING, &[&id])? > 0)
    }

    /// Begins a run. Conflicts over `billing_runs.month`.
    pub fn insert_billing_run(&self, run: &BillingRun) -> Result<(), StoreError> {
        self.run(INSERT_RUN, &[run]).map(|_| ())
    }

    /// Says how far a run has come: `done` more customers up to `after`, `invoices` more of them made.
    pub fn move_billing_run(
        &self,
        month: &str,
        after: CustomerId,
        (done, invoices): (u64, u64),
        finished_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.run_one(MOVE_RUN, &[&after, &done, &invoices, &finished_at, &month], month.to_owned())
    }

    /// Writes down what is known of a line that was blocked because something was overdue.
    pub fn put_overdue_line(&self, line: &OverdueLine) -> Result<(), StoreError> {
        self.run(PUT_OVERDUE, &[line]).map(|_| ())
    }
}
