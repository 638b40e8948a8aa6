//! How lines, bills and customers stand, as the first page of the console counts them: what is overdue, who is in debt, what was sold.
//!
//! Each is found by an index that holds only such rows, so that it takes as long as there are of them, not as long as there are others.

use money::{Amount, CustomerId, LineId, Timestamp, Unit, WalletId};

use super::lines::LineEntry;
use super::{Page, Reader, before_bytes, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::row;

const OVERDUE_BOLETOS: &str =
    "SELECT count(*), CAST(sum(amount) AS BIGINT), unit FROM boletos WHERE state IN ('written', 'sent', 'open')
    AND due_on < $1 GROUP BY unit ORDER BY unit";
const OVERDUE_INVOICES: &str =
    "SELECT count(*), CAST(sum(i.total) AS BIGINT), i.unit FROM invoices i WHERE i.state = 'open' AND i.due_on < $1
    AND NOT EXISTS (SELECT 1 FROM boletos b WHERE b.invoice = i.id AND b.state IN ('written', 'sent', 'open'))
    GROUP BY i.unit ORDER BY i.unit";
const DEBTS: &str = "SELECT count(*), CAST(sum(b.posted) AS BIGINT), w.unit
    FROM balance_view b JOIN wallet_view w ON w.wallet_no = b.wallet_no
    WHERE b.posted <= 0 AND b.posted < 0 AND w.unit <> $1 GROUP BY w.unit ORDER BY w.unit";
const IN_DEBT: &str = "SELECT w.wallet_no, w.wallet, w.customer, b.posted, w.unit
    FROM balance_view b JOIN wallet_view w ON w.wallet_no = b.wallet_no
    WHERE b.posted <= 0 AND (b.posted, b.wallet_no) > ($1, $2) AND b.posted < 0 AND w.unit <> $3
    ORDER BY b.posted, b.wallet_no LIMIT $4";
const LINES_BLOCKED: &str = "SELECT count(*) FROM line_view WHERE status = 'blocked'";
const LINES_AT_ZERO: &str = "SELECT count(*) FROM balance_view b CROSS JOIN line_view l
    WHERE b.posted <= 0 AND l.wallet_no = b.wallet_no AND l.status = 'enabled'";
const WITH_NOTHING: &str = "SELECT e.id, e.customer, e.wallet, e.access_login, e.created_at
    FROM balance_view b CROSS JOIN line_view l CROSS JOIN lines e WHERE b.posted <= 0
    AND l.wallet_no = b.wallet_no AND l.status = 'enabled' AND e.id = l.line AND e.id < $1
    ORDER BY e.id DESC LIMIT $2";
const PACKS_SOLD: &str = "SELECT count(*), CAST(sum(price) AS BIGINT), price_unit FROM purchase_view
    WHERE released_at >= $1 AND released_at < $2 GROUP BY price_unit ORDER BY price_unit";
const REFUNDED: &str = "SELECT count(*), CAST(sum(amount) AS BIGINT), unit FROM payment_claims
    WHERE cause = 'refund' AND occurred_at >= $1 AND occurred_at < $2 AND state <> 'failed'
    GROUP BY unit ORDER BY unit";
const GIVEN_BACK: &str = "SELECT count(*), CAST(-sum(amount) AS BIGINT), unit FROM overpaid
    WHERE kind = 'given_back' AND refused_at IS NULL AND at >= $1 AND at < $2 AND ($3 = 0 OR customer = $4)
    GROUP BY unit ORDER BY unit";

row! {
    /// How many of one unit, and what they come to.
    pub struct Summed {
        /// How many.
        pub count: u32,
        /// What they come to.
        pub amount: Amount,
    }
}

row! {
    /// A wallet in which more was used than there was credit.
    pub struct WalletInDebt {
        /// Its number.
        pub wallet_no: u32,
        /// Its name.
        pub wallet: WalletId,
        /// Whose.
        pub customer: CustomerId,
        /// What it holds: below zero.
        pub posted: Amount,
    }
}

impl Reader<'_> {
    /// Boletos that were to be paid before a day (as `2026-11-26`), by unit.
    pub fn overdue_boletos(&self, day: &str) -> Result<Vec<Summed>, StoreError> {
        self.all(OVERDUE_BOLETOS, &[&day])
    }

    /// Invoices that were to be paid before a day and that no boleto collects, by unit.
    pub fn overdue_invoices(&self, day: &str) -> Result<Vec<Summed>, StoreError> {
        self.all(OVERDUE_INVOICES, &[&day])
    }

    /// Money wallets in which more was used than there was credit, by unit; the amounts are below zero.
    pub fn debts(&self) -> Result<Vec<Summed>, StoreError> {
        self.all(DEBTS, &[&Unit::BYTE])
    }

    /// The same wallets one by one, the deepest in debt first; `after` is what the last one seen held, and its number.
    pub fn wallets_in_debt(
        &self,
        after: Option<(i64, u32)>,
        limit: u32,
    ) -> Result<Page<WalletInDebt, (i64, u32)>, StoreError> {
        let (posted, wallet_no) = after.unwrap_or((i64::MIN, 0));
        let rows = self.all(IN_DEBT, &[&posted, &wallet_no, &Unit::BYTE, &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &WalletInDebt| (row.posted.value(), row.wallet_no)))
    }

    /// How many lines are blocked.
    pub fn lines_blocked(&self) -> Result<u32, StoreError> {
        self.one(LINES_BLOCKED, &[])?.ok_or_else(|| StoreError::Missing { what: "a count".to_owned() })
    }

    /// How many lines are enabled and have nothing left.
    pub fn lines_at_zero(&self) -> Result<u32, StoreError> {
        self.one(LINES_AT_ZERO, &[])?.ok_or_else(|| StoreError::Missing { what: "a count".to_owned() })
    }

    /// Those lines, newest first.
    pub fn lines_with_nothing(
        &self,
        before: Option<LineId>,
        limit: u32,
    ) -> Result<Page<LineEntry, LineId>, StoreError> {
        let before = before_bytes(before.map(LineId::as_u128));
        let rows = self.all(WITH_NOTHING, &[&&before[..], &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &LineEntry| row.id))
    }

    /// What packs that were released within each of these spans cost, by unit. Dropped ones never were; what was written off later had been
    /// sold all the same.
    pub fn packs_sold_within(
        &self,
        spans: &[(Timestamp, Timestamp)],
    ) -> Result<Vec<Vec<Summed>>, StoreError> {
        let mut statement = self.prepare(PACKS_SOLD)?;
        spans.iter().map(|(from, until)| statement.all(&[from, until])).collect()
    }

    /// What was refunded of payments by card from `from` on and before `until`, by unit. Refunds that came back are not among it.
    pub fn refunded_between(&self, (from, until): (Timestamp, Timestamp)) -> Result<Vec<Summed>, StoreError> {
        self.all(REFUNDED, &[&from, &until])
    }

    /// What was given back by hand from `from` on and before `until`, by unit: everybody's, or one customer's.
    pub fn given_back_between(
        &self,
        customer: Option<CustomerId>,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Vec<Summed>, StoreError> {
        let nobody = CustomerId::from_u128(0);
        let is_one = i64::from(customer.is_some());
        self.all(GIVEN_BACK, &[&from, &until, &is_one, &customer.unwrap_or(nobody)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::{Planned, planned};

    /// However many others there are: each is found by an index, none by reading a whole table.
    #[test]
    fn each_is_found_by_an_index() {
        for (sql, index) in [
            (OVERDUE_BOLETOS, "boletos_by_due (state=? AND due_on<?)"),
            (OVERDUE_INVOICES, "invoices_by_state (state=? AND due_on<?)"),
            (DEBTS, "balance_view_at_zero (posted<?)"),
            (IN_DEBT, "balance_view_at_zero (posted"),
            (LINES_BLOCKED, "line_view_blocked"),
            (LINES_AT_ZERO, "balance_view_at_zero (posted<?)"),
            (WITH_NOTHING, "balance_view_at_zero (posted<?)"),
            (PACKS_SOLD, "purchase_view_by_release (released_at>? AND released_at<?)"),
            (REFUNDED, "payment_claims_refunds (occurred_at>? AND occurred_at<?)"),
            (GIVEN_BACK, "overpaid_given_back (at>? AND at<?)"),
        ] {
            let Planned { plan, whole } = planned(sql);
            assert!(plan.contains(index), "{index}: {plan}");
            assert!(whole.is_empty(), "{whole:?} is read whole: {plan}");
        }
    }
}
