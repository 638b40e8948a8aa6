//! Payments, money that came otherwise, and top-ups, as finance looks for them: between two days, of a customer, by a card's last digits, by
//! an amount; and what they come to.
//!
//! Each statement is found by one index: in $1 the customer, the card or the status, or rows of a kind that has an index of its own, or the
//! time alone. What else is asked is looked at row by row.

use money::{CustomerId, PaymentId, SettlementId, Timestamp, TopupId, Unit};

use super::payment_lists::PaymentFilter;
use super::payments::{Payment, PaymentCursor, PaymentStatus};
use super::settlements::Settlement;
use super::topups::{Topup, TopupState};
use super::{Page, Reader, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::{Bind, row};

const PAYMENTS: &str =
    "SELECT id FROM payments WHERE id <> $1 AND ($2 = '' OR status = $3) AND ($4 = 0 OR refunded > 0) AND
    ($5 = 0 OR dispute_state IS NOT NULL) AND ($6 = 0 OR (status = 'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount))
    AND ($7 = 0 OR amount = $8) AND ($9 = '' OR card_last4 = $10) AND occurred_at >= $11 AND
    (occurred_at, id) < ($12, $13) ORDER BY occurred_at DESC, id DESC LIMIT $14";
const PAYMENTS_OF: &str =
    "SELECT id FROM payments WHERE customer = $1 AND ($2 = '' OR status = $3) AND ($4 = 0 OR refunded >
    0) AND ($5 = 0 OR dispute_state IS NOT NULL) AND ($6 = 0 OR (status = 'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount))
    AND ($7 = 0 OR amount = $8) AND ($9 = '' OR card_last4 = $10) AND occurred_at >= $11 AND
    (occurred_at, id) < ($12, $13) ORDER BY occurred_at DESC, id DESC LIMIT $14";
const PAYMENTS_BY_CARD: &str =
    "SELECT id FROM payments WHERE card_last4 = $1 AND ($2 = '' OR status = $3) AND ($4 = 0 OR refunded >
    0) AND ($5 = 0 OR dispute_state IS NOT NULL) AND ($6 = 0 OR (status = 'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount))
    AND ($7 = 0 OR amount = $8) AND ($9 = '' OR card_last4 = $10) AND occurred_at >= $11 AND
    (occurred_at, id) < ($12, $13) ORDER BY occurred_at DESC, id DESC LIMIT $14";
const PAYMENTS_BY_STATUS: &str =
    "SELECT id FROM payments WHERE status = $1 AND ($2 = '' OR status = $3) AND ($4 = 0 OR refunded > 0)
    AND ($5 = 0 OR dispute_state IS NOT NULL) AND ($6 = 0 OR (status = 'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount))
    AND ($7 = 0 OR amount = $8) AND ($9 = '' OR card_last4 = $10) AND occurred_at >= $11 AND
    (occurred_at, id) < ($12, $13) ORDER BY occurred_at DESC, id DESC LIMIT $14";
const PAYMENTS_REFUNDED: &str =
    "SELECT id FROM payments WHERE id <> $1 AND refunded > 0 AND ($2 = '' OR status = $3) AND ($4 = 0 OR
    refunded > 0) AND ($5 = 0 OR dispute_state IS NOT NULL) AND ($6 = 0 OR (status = 'succeeded' AND
    credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount))
    AND ($7 = 0 OR amount = $8) AND ($9 = '' OR card_last4 = $10) AND
    occurred_at >= $11 AND (occurred_at, id) < ($12, $13) ORDER BY occurred_at DESC, id DESC LIMIT $14";
const PAYMENTS_DISPUTED: &str =
    "SELECT id FROM payments WHERE id <> $1 AND dispute_state IS NOT NULL AND ($2 = '' OR status = $3)
    AND ($4 = 0 OR refunded > 0) AND ($5 = 0 OR dispute_state IS NOT NULL) AND ($6 = 0 OR (status =
    'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount))
    AND ($7 = 0 OR amount = $8) AND ($9 = '' OR card_last4 =
    $10) AND occurred_at >= $11 AND (occurred_at, id) < ($12, $13) ORDER BY occurred_at DESC, id DESC
    LIMIT $14";
const PAYMENTS_UNMATCHED: &str =
    "SELECT id FROM payments WHERE id <> $1 AND status = 'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount
    AND ($2 =
    '' OR status = $3) AND ($4 = 0 OR refunded > 0) AND ($5 = 0 OR dispute_state IS NOT NULL) AND ($6 =
    0 OR (status = 'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount))
    AND ($7 = 0 OR amount = $8) AND ($9 = '' OR
    card_last4 = $10) AND occurred_at >= $11 AND (occurred_at, id) < ($12, $13) ORDER BY occurred_at
    DESC, id DESC LIMIT $14";
const SUMS: &str =
    "SELECT unit, status, count(*), CAST(sum(amount) AS BIGINT), CAST(sum(refunded) AS BIGINT),
    CAST(sum(disputed) AS BIGINT) FROM (SELECT unit, status, amount, refunded, CASE WHEN dispute_state IS
    NULL THEN 0 ELSE coalesce((SELECT wanted FROM taken_back WHERE payment = payments.id AND cause =
    'dispute'), 0) END AS disputed FROM payments WHERE id <> $1 AND ($2 = '' OR status = $3) AND
    ($4 = 0 OR refunded > 0) AND ($5 = 0 OR dispute_state IS NOT NULL) AND ($6 = 0 OR (status =
    'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount))
    AND ($7 = 0 OR amount = $8) AND ($9 = '' OR card_last4 =
    $10) AND occurred_at >= $11 AND (occurred_at, id) < ($12, $13) ORDER BY occurred_at DESC, id DESC
    LIMIT $14) AS found GROUP BY unit, status ORDER BY unit, status";
const SUMS_OF: &str =
    "SELECT unit, status, count(*), CAST(sum(amount) AS BIGINT), CAST(sum(refunded) AS BIGINT),
    CAST(sum(disputed) AS BIGINT) FROM (SELECT unit, status, amount, refunded, CASE WHEN dispute_state IS
    NULL THEN 0 ELSE coalesce((SELECT wanted FROM taken_back WHERE payment = payments.id AND cause =
    'dispute'), 0) END AS disputed FROM payments WHERE customer = $1 AND ($2 = '' OR status =
    $3) AND ($4 = 0 OR refunded > 0) AND ($5 = 0 OR dispute_state IS NOT NULL) AND ($6 = 0 OR (status =
    'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount))
    AND ($7 = 0 OR amount = $8) AND ($9 = '' OR card_last4 =
    $10) AND occurred_at >= $11 AND (occurred_at, id) < ($12, $13) ORDER BY occurred_at DESC, id DESC
    LIMIT $14) AS found GROUP BY unit, status ORDER BY unit, status";
const SUMS_BY_CARD: &str =
    "SELECT unit, status, count(*), CAST(sum(amount) AS BIGINT), CAST(sum(refunded) AS BIGINT),
    CAST(sum(disputed) AS BIGINT) FROM (SELECT unit, status, amount, refunded, CASE WHEN dispute_state IS
    NULL THEN 0 ELSE coalesce((SELECT wanted FROM taken_back WHERE payment = payments.id AND cause =
    'dispute'), 0) END AS disputed FROM payments WHERE card_last4 = $1 AND ($2 = '' OR status =
    $3) AND ($4 = 0 OR refunded > 0) AND ($5 = 0 OR dispute_state IS NOT NULL) AND ($6 = 0 OR (status =
    'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount))
    AND ($7 = 0 OR amount = $8) AND ($9 = '' OR card_last4 =
    $10) AND occurred_at >= $11 AND (occurred_at, id) < ($12, $13) ORDER BY occurred_at DESC, id DESC
    LIMIT $14) AS found GROUP BY unit, status ORDER BY unit, status";
const SUMS_BY_STATUS: &str =
    "SELECT unit, status, count(*), CAST(sum(amount) AS BIGINT), CAST(sum(refunded) AS BIGINT),
    CAST(sum(disputed) AS BIGINT) FROM (SELECT unit, status, amount, refunded, CASE WHEN dispute_state IS
    NULL THEN 0 ELSE coalesce((SELECT wanted FROM taken_back WHERE payment = payments.id AND cause =
    'dispute'), 0) END AS disputed FROM payments WHERE status = $1 AND ($2 = '' OR status = $3)
    AND ($4 = 0 OR refunded > 0) AND ($5 = 0 OR dispute_state IS NOT NULL) AND ($6 = 0 OR (status =
    'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount))
    AND ($7 = 0 OR amount = $8) AND ($9 = '' OR card_last4 =
    $10) AND occurred_at >= $11 AND (occurred_at, id) < ($12, $13) ORDER BY occurred_at DESC, id DESC
    LIMIT $14) AS found GROUP BY unit, status ORDER BY unit, status";
const SUMS_REFUNDED: &str =
    "SELECT unit, status, count(*), CAST(sum(amount) AS BIGINT), CAST(sum(refunded) AS BIGINT),
    CAST(sum(disputed) AS BIGINT) FROM (SELECT unit, status, amount, refunded, CASE WHEN dispute_state IS
    NULL THEN 0 ELSE coalesce((SELECT wanted FROM taken_back WHERE payment = payments.id AND cause =
    'dispute'), 0) END AS disputed FROM payments WHERE id <> $1 AND refunded > 0 AND ($2 = '' OR
    status = $3) AND ($4 = 0 OR refunded > 0) AND ($5 = 0 OR dispute_state IS NOT NULL) AND ($6 = 0 OR
    (status = 'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount))
    AND ($7 = 0 OR amount = $8) AND ($9 = '' OR
    card_last4 = $10) AND occurred_at >= $11 AND (occurred_at, id) < ($12, $13) ORDER BY occurred_at
    DESC, id DESC LIMIT $14) AS found GROUP BY unit, status ORDER BY unit, status";
const SUMS_DISPUTED: &str =
    "SELECT unit, status, count(*), CAST(sum(amount) AS BIGINT), CAST(sum(refunded) AS BIGINT),
    CAST(sum(disputed) AS BIGINT) FROM (SELECT unit, status, amount, refunded, CASE WHEN dispute_state IS
    NULL THEN 0 ELSE coalesce((SELECT wanted FROM taken_back WHERE payment = payments.id AND cause =
    'dispute'), 0) END AS disputed FROM payments WHERE id <> $1 AND dispute_state IS NOT NULL
    AND ($2 = '' OR status = $3) AND ($4 = 0 OR refunded > 0) AND ($5 = 0 OR dispute_state IS NOT NULL)
    AND ($6 = 0 OR (status = 'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount))
    AND ($7 = 0 OR amount = $8) AND
    ($9 = '' OR card_last4 = $10) AND occurred_at >= $11 AND (occurred_at, id) < ($12, $13) ORDER BY
    occurred_at DESC, id DESC LIMIT $14) AS found GROUP BY unit, status ORDER BY unit, status";
const SUMS_UNMATCHED: &str =
    "SELECT unit, status, count(*), CAST(sum(amount) AS BIGINT), CAST(sum(refunded) AS BIGINT),
    CAST(sum(disputed) AS BIGINT) FROM (SELECT unit, status, amount, refunded, CASE WHEN dispute_state IS
    NULL THEN 0 ELSE coalesce((SELECT wanted FROM taken_back WHERE payment = payments.id AND cause =
    'dispute'), 0) END AS disputed FROM payments WHERE id <> $1 AND status = 'succeeded' AND
    credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount
    AND ($2 = '' OR status = $3) AND ($4 = 0 OR refunded > 0) AND ($5 = 0 OR
    dispute_state IS NOT NULL) AND ($6 = 0 OR (status = 'succeeded' AND credited_entry IS NULL
    AND coalesce(reason_code, '') <> 'credited_by_hand' AND refunded < amount))
    AND ($7
    = 0 OR amount = $8) AND ($9 = '' OR card_last4 = $10) AND occurred_at >= $11 AND (occurred_at, id) <
    ($12, $13) ORDER BY occurred_at DESC, id DESC LIMIT $14) AS found GROUP BY unit, status ORDER BY
    unit, status";
const SETTLEMENTS: &str =
    "SELECT id, customer, purchase, boleto, paid_by, amount, unit, outcome, came_at, invoice, reference
    FROM settlements WHERE id <> $1 AND paid_by <> 'card' AND ($2 = 0 OR amount = $3) AND came_at >= $4
    AND (came_at, id) < ($5, $6) ORDER BY came_at DESC, id DESC LIMIT $7";
const SETTLEMENTS_OF: &str =
    "SELECT id, customer, purchase, boleto, paid_by, amount, unit, outcome, came_at, invoice, reference
    FROM settlements WHERE customer = $1 AND paid_by <> 'card' AND ($2 = 0 OR amount = $3) AND came_at
    >= $4 AND (came_at, id) < ($5, $6) ORDER BY came_at DESC, id DESC LIMIT $7";
const SETTLEMENT_SUMS: &str =
    "SELECT unit, 'succeeded', count(*), CAST(sum(amount) AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT) FROM (SELECT
    unit, amount FROM settlements WHERE id <> $1 AND paid_by <> 'card' AND ($2 = 0 OR amount = $3) AND
    came_at >= $4 AND (came_at, id) < ($5, $6) ORDER BY came_at DESC, id DESC LIMIT $7) AS found GROUP
    BY unit ORDER BY unit";
const SETTLEMENT_SUMS_OF: &str =
    "SELECT unit, 'succeeded', count(*), CAST(sum(amount) AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT) FROM (SELECT
    unit, amount FROM settlements WHERE customer = $1 AND paid_by <> 'card' AND ($2 = 0 OR amount = $3)
    AND came_at >= $4 AND (came_at, id) < ($5, $6) ORDER BY came_at DESC, id DESC LIMIT $7) AS found
    GROUP BY unit ORDER BY unit";
const TOPUPS: &str =
    "SELECT id FROM topups WHERE id <> $1 AND ($2 = '' OR state = $3) AND ($4 = 0 OR amount = $5) AND
    created_at >= $6 AND (created_at, id) < ($7, $8) ORDER BY created_at DESC, id DESC LIMIT $9";
const TOPUPS_OF: &str =
    "SELECT id FROM topups WHERE customer = $1 AND ($2 = '' OR state = $3) AND ($4 = 0 OR amount = $5)
    AND created_at >= $6 AND (created_at, id) < ($7, $8) ORDER BY created_at DESC, id DESC LIMIT $9";
const TOPUP_SUMS: &str =
    "SELECT unit, state, count(*), CAST(sum(amount) AS BIGINT) FROM (SELECT unit, state, amount FROM
    topups WHERE id <> $1 AND ($2 = '' OR state = $3) AND ($4 = 0 OR amount = $5) AND created_at >= $6
    AND (created_at, id) < ($7, $8) ORDER BY created_at DESC, id DESC LIMIT $9) AS found GROUP BY unit,
    state ORDER BY unit, state";
const TOPUP_SUMS_OF: &str =
    "SELECT unit, state, count(*), CAST(sum(amount) AS BIGINT) FROM (SELECT unit, state, amount FROM
    topups WHERE customer = $1 AND ($2 = '' OR state = $3) AND ($4 = 0 OR amount = $5) AND created_at >=
    $6 AND (created_at, id) < ($7, $8) ORDER BY created_at DESC, id DESC LIMIT $9) AS found GROUP BY
    unit, state ORDER BY unit, state";

/// What is asked for, of payments and of top-ups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narrowing {
    /// Whose; none for everybody's.
    pub customer: Option<CustomerId>,
    /// The last four digits of the card; empty for any.
    pub card: String,
    /// So much, in steps of its unit; none for any amount.
    pub amount: Option<i64>,
    /// From then on.
    pub from: Timestamp,
    /// Before then.
    pub until: Timestamp,
}

row! {
    /// What payments of one unit and status come to.
    pub struct PaymentSum {
        /// Of what.
        pub unit: Unit,
        /// How they stand.
        pub status: PaymentStatus,
        /// How many.
        pub count: u32,
        /// Their amounts, in steps of the unit.
        pub amount: i64,
        /// How much of them was given back.
        pub refunded: i64,
        /// How much of them, of what was not given back, the customer's bank holds or has kept.
        pub disputed: i64,
    }
}

row! {
    /// What top-ups of one unit and state come to.
    pub struct TopupSum {
        /// Of what.
        pub unit: Unit,
        /// How they stand.
        pub state: TopupState,
        /// How many.
        pub count: u32,
        /// Their amounts, in steps of the unit.
        pub amount: i64,
    }
}

/// Texts of one statement, by what finds its rows.
struct ByIndex {
    time: &'static str,
    customer: &'static str,
    card: &'static str,
    status: &'static str,
    refunded: &'static str,
    disputed: &'static str,
    unmatched: &'static str,
}

const FOUND: ByIndex = ByIndex {
    time: PAYMENTS,
    customer: PAYMENTS_OF,
    card: PAYMENTS_BY_CARD,
    status: PAYMENTS_BY_STATUS,
    refunded: PAYMENTS_REFUNDED,
    disputed: PAYMENTS_DISPUTED,
    unmatched: PAYMENTS_UNMATCHED,
};
const ADDED_UP: ByIndex = ByIndex {
    time: SUMS,
    customer: SUMS_OF,
    card: SUMS_BY_CARD,
    status: SUMS_BY_STATUS,
    refunded: SUMS_REFUNDED,
    disputed: SUMS_DISPUTED,
    unmatched: SUMS_UNMATCHED,
};

/// The id that nothing has.
const NOBODY: [u8; 16] = [0; 16];

/// A cursor over top-ups by when they were begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopupCursor {
    /// When it was begun.
    pub created_at: Timestamp,
    /// Its name.
    pub id: TopupId,
}

impl Narrowing {
    /// Where a list begins that was read up to `before`.
    fn begin(&self, before: Option<(Timestamp, u128)>) -> (Timestamp, u128) {
        // The cursor's own place is not beyond the end that is asked for.
        before.filter(|(at, _)| *at < self.until).unwrap_or((self.until, 0))
    }
}

impl Reader<'_> {
    /// The payments that are asked for, newest first.
    pub fn payments_narrowed(
        &self,
        (filter, by): (PaymentFilter, &Narrowing),
        before: Option<PaymentCursor>,
        limit: u32,
    ) -> Result<Page<Payment, PaymentCursor>, StoreError> {
        let begin = by.begin(before.map(|cursor| (cursor.occurred_at, cursor.id.as_u128())));
        let ids: Vec<PaymentId> = self.payments_by(&FOUND, (filter, by), (begin, rows_to_ask(limit)))?;
        let rows = ids.into_iter().filter_map(|id| self.payment(id).transpose());
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        Ok(page(rows, limit, |row: &Payment| PaymentCursor { occurred_at: row.occurred_at, id: row.id }))
    }

    /// What the newest `limit` of the payments that are asked for come to, by unit and status.
    pub fn payment_sums(
        &self,
        (filter, by): (PaymentFilter, &Narrowing),
        limit: u32,
    ) -> Result<Vec<PaymentSum>, StoreError> {
        let begin = (by.begin(None), i64::from(limit));
        self.payments_by(&ADDED_UP, (filter, by), begin)
    }

    fn payments_by<T: crate::stored::Stored>(
        &self,
        texts: &ByIndex,
        (filter, by): (PaymentFilter, &Narrowing),
        ((at, id), rows): ((Timestamp, u128), i64),
    ) -> Result<Vec<T>, StoreError> {
        let status = match filter {
            PaymentFilter::Status(status) => status.word(),
            _ => "",
        };
        let flags = [PaymentFilter::Refunded, PaymentFilter::Disputed, PaymentFilter::Unmatched]
            .map(|known| i64::from(known == filter));
        let (has_amount, amount) = (i64::from(by.amount.is_some()), by.amount.unwrap_or_default());
        let id = PaymentId::from_u128(id);
        let nobody = &NOBODY[..];
        let (sql, first): (&str, &dyn Bind) = match (&by.customer, filter) {
            (Some(customer), _) => (texts.customer, customer),
            _ if !by.card.is_empty() => (texts.card, &by.card),
            (None, PaymentFilter::All) => (texts.time, &nobody),
            (None, PaymentFilter::Status(_)) => (texts.status, &status),
            (None, PaymentFilter::Refunded) => (texts.refunded, &nobody),
            (None, PaymentFilter::Disputed) => (texts.disputed, &nobody),
            (None, PaymentFilter::Unmatched) => (texts.unmatched, &nobody),
        };
        let card = by.card.as_str();
        let [refunded, disputed, unmatched] = &flags;
        let values: [&dyn Bind; 14] = [
            first,
            &status,
            &status,
            refunded,
            disputed,
            unmatched,
            &has_amount,
            &amount,
            &card,
            &card,
            &by.from,
            &at,
            &id,
            &rows,
        ];
        self.all(sql, &values)
    }

    /// The money that is asked for and that no card paid, newest first.
    pub fn settlements_narrowed(
        &self,
        by: &Narrowing,
        before: Option<(Timestamp, SettlementId)>,
        limit: u32,
    ) -> Result<Vec<Settlement>, StoreError> {
        let begin = by.begin(before.map(|(at, id)| (at, id.as_u128())));
        self.settlements_by([SETTLEMENTS, SETTLEMENTS_OF], by, (begin, limit))
    }

    /// What the newest `limit` of them come to, by unit.
    pub fn settlement_sums(&self, by: &Narrowing, limit: u32) -> Result<Vec<PaymentSum>, StoreError> {
        self.settlements_by([SETTLEMENT_SUMS, SETTLEMENT_SUMS_OF], by, (by.begin(None), limit))
    }

    fn settlements_by<T: crate::stored::Stored>(
        &self,
        [by_time, of_customer]: [&str; 2],
        by: &Narrowing,
        ((at, id), limit): ((Timestamp, u128), u32),
    ) -> Result<Vec<T>, StoreError> {
        let (has_amount, amount) = (i64::from(by.amount.is_some()), by.amount.unwrap_or_default());
        let (id, nobody) = (SettlementId::from_u128(id), &NOBODY[..]);
        let (sql, first): (&str, &dyn Bind) = match &by.customer {
            Some(customer) => (of_customer, customer),
            None => (by_time, &nobody),
        };
        self.all(sql, &[first, &has_amount, &amount, &by.from, &at, &id, &limit])
    }

    /// The top-ups that are asked for, those begun last first.
    pub fn topups_narrowed(
        &self,
        (state, by): (Option<TopupState>, &Narrowing),
        before: Option<TopupCursor>,
        limit: u32,
    ) -> Result<Page<Topup, TopupCursor>, StoreError> {
        let begin = by.begin(before.map(|cursor| (cursor.created_at, cursor.id.as_u128())));
        let ids: Vec<TopupId> =
            self.topups_by([TOPUPS, TOPUPS_OF], (state, by), (begin, rows_to_ask(limit)))?;
        let rows = ids.into_iter().filter_map(|id| self.topup(id).transpose());
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        Ok(page(rows, limit, |row: &Topup| TopupCursor { created_at: row.created_at, id: row.id }))
    }

    /// What the newest `limit` of the top-ups that are asked for come to, by unit and state.
    pub fn topup_sums(
        &self,
        (state, by): (Option<TopupState>, &Narrowing),
        limit: u32,
    ) -> Result<Vec<TopupSum>, StoreError> {
        self.topups_by([TOPUP_SUMS, TOPUP_SUMS_OF], (state, by), (by.begin(None), i64::from(limit)))
    }

    fn topups_by<T: crate::stored::Stored>(
        &self,
        [by_time, of_customer]: [&str; 2],
        (state, by): (Option<TopupState>, &Narrowing),
        ((at, id), rows): ((Timestamp, u128), i64),
    ) -> Result<Vec<T>, StoreError> {
        let state = state.map(TopupState::word).unwrap_or_default();
        let (has_amount, amount) = (i64::from(by.amount.is_some()), by.amount.unwrap_or_default());
        let (id, nobody) = (TopupId::from_u128(id), &NOBODY[..]);
        let (sql, first): (&str, &dyn Bind) = match &by.customer {
            Some(customer) => (of_customer, customer),
            None => (by_time, &nobody),
        };
        self.all(sql, &[first, &state, &state, &has_amount, &amount, &by.from, &at, &id, &rows])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::planned;

    /// However many there are: each list and each sum is found by an index, none by reading a whole table.
    #[test]
    fn each_is_found_by_an_index() {
        let plan = |sql: &str| planned(sql).plan;
        let ByIndex { time, customer, card, status, refunded, disputed, unmatched } = FOUND;
        let found = [time, customer, card, status, refunded, disputed, unmatched];
        let ByIndex { time, customer, card, status, refunded, disputed, unmatched } = ADDED_UP;
        let added_up = [time, customer, card, status, refunded, disputed, unmatched];
        let indexes = ["by_time", "by_customer", "by_card", "by_status", "refunded", "disputed", "unmatched"];
        for (index, texts) in indexes.into_iter().zip(found.into_iter().zip(added_up)) {
            for sql in [texts.0, texts.1] {
                let plan = plan(sql);
                assert!(plan.contains(&format!("USING INDEX payments_{index} ")), "{index}: {plan}");
            }
        }
        let others = [
            (SETTLEMENTS, "settlements_by_time"),
            (SETTLEMENTS_OF, "settlements_by_customer"),
            (SETTLEMENT_SUMS, "settlements_by_time"),
            (SETTLEMENT_SUMS_OF, "settlements_by_customer"),
            (TOPUPS, "topups_by_time"),
            (TOPUPS_OF, "topups_by_customer"),
            (TOPUP_SUMS, "topups_by_time"),
            (TOPUP_SUMS_OF, "topups_by_customer"),
        ];
        for (sql, index) in others {
            let plan = plan(sql);
            assert!(plan.contains(&format!("USING INDEX {index} ")), "{index}: {plan}");
        }
    }
}
