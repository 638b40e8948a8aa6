//! Reconciliation with Stripe: what moved its balance, how far its lists were read, and each comparison with the books.
//!
//! A movement is a balance transaction of Stripe's: never changed by Stripe, so only what we have made of it changes here. Amounts
//! are in minor units of the currency.

use money::{IntentId, PaymentId, Timestamp};

use super::payments::{Payment, PaymentStatus};
use super::topups::{Topup, TopupState};
use super::{Page, Reader, Tx, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::{row, words};

const INSERT_MOVEMENT: &str = "INSERT INTO stripe_movements
    (id, kind, sort, amount, fee, currency, source, made_at, standing, payment, cause, matched, fee_matched,
     intent, fee_intent, is_settled)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    ON CONFLICT (id) DO NOTHING";
const UPDATE_MOVEMENT: &str =
    "UPDATE stripe_movements SET standing = $1, payment = $2, cause = $3, matched = $4,
    fee_matched = $5, intent = $6, fee_intent = $7, is_settled = $8 WHERE id = $9";
const MOVEMENT: &str =
    "SELECT id, kind, sort, amount, fee, currency, source, made_at, standing, payment, cause,
    matched, fee_matched, intent, fee_intent, is_settled FROM stripe_movements WHERE id = $1";
const BY_INTENT: &str =
    "SELECT id, kind, sort, amount, fee, currency, source, made_at, standing, payment, cause,
    matched, fee_matched, intent, fee_intent, is_settled FROM stripe_movements
    WHERE intent = $1 OR fee_intent = $2";
const BY_SOURCE: &str =
    "SELECT id, kind, sort, amount, fee, currency, source, made_at, standing, payment, cause,
    matched, fee_matched, intent, fee_intent, is_settled FROM stripe_movements WHERE source = $1
    ORDER BY made_at, id LIMIT $2";
const OF_PAYMENT: &str =
    "SELECT id, kind, sort, amount, fee, currency, source, made_at, standing, payment, cause,
    matched, fee_matched, intent, fee_intent, is_settled FROM stripe_movements WHERE payment = $1
    ORDER BY made_at, id LIMIT $2";
const OPEN: &str = "SELECT id, kind, sort, amount, fee, currency, source, made_at, standing, payment, cause,
    matched, fee_matched, intent, fee_intent, is_settled FROM stripe_movements
    WHERE is_settled = 0 AND id > $1 ORDER BY id LIMIT $2";
const REOPEN: &str = "UPDATE stripe_movements SET is_settled = 0 WHERE made_at >= $1 AND is_settled = 1";
const SUMS: &str = "SELECT currency, sort, standing, count(*), CAST(coalesce(sum(amount), 0) AS BIGINT),
    CAST(coalesce(sum(fee), 0) AS BIGINT), CAST(coalesce(sum(matched), 0) AS BIGINT),
    CAST(coalesce(sum(fee_matched), 0) AS BIGINT) FROM stripe_movements
    GROUP BY currency, sort, standing ORDER BY currency, sort, standing";
const PAYOUT_SUMS: &str = "SELECT currency, CASE WHEN matched = amount THEN 1 ELSE 0 END,
    CASE WHEN kind IN ('payout_failure', 'payout_cancel') THEN 1 ELSE 0 END, count(*),
    CAST(coalesce(sum(amount), 0) AS BIGINT) FROM stripe_movements
    WHERE sort = 'payout' AND made_at >= $1 AND made_at < $2
    GROUP BY currency, CASE WHEN matched = amount THEN 1 ELSE 0 END,
    CASE WHEN kind IN ('payout_failure', 'payout_cancel') THEN 1 ELSE 0 END
    ORDER BY currency, CASE WHEN matched = amount THEN 1 ELSE 0 END,
    CASE WHEN kind IN ('payout_failure', 'payout_cancel') THEN 1 ELSE 0 END";
const PUT_WALK: &str = "INSERT INTO stripe_walks (list, done_to, from_at, until_at, after)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (list) DO UPDATE SET done_to = excluded.done_to,
    from_at = excluded.from_at, until_at = excluded.until_at, after = excluded.after";
const WALK: &str = "SELECT list, done_to, from_at, until_at, after FROM stripe_walks WHERE list = $1";
const NEXT_RUN_NO: &str = "SELECT coalesce(max(run_no), 0) + 1 FROM reconciliation_runs";
const INSERT_RUN: &str = "INSERT INTO reconciliation_runs
    (run_no, asked_by, since, asked_at, started_at, finished_at, failing_since, problem, topups, events,
     movements, drifting, result) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const UPDATE_RUN: &str =
    "UPDATE reconciliation_runs SET started_at = $1, finished_at = $2, failing_since = $3,
    problem = $4, topups = $5, events = $6, movements = $7, drifting = $8, result = $9 WHERE run_no = $10";
const RUN: &str = "SELECT run_no, asked_by, since, asked_at, started_at, finished_at, failing_since, problem,
    topups, events, movements, drifting, result FROM reconciliation_runs WHERE run_no = $1";
const RUNS: &str =
    "SELECT run_no, asked_by, since, asked_at, started_at, finished_at, failing_since, problem,
    topups, events, movements, drifting, result FROM reconciliation_runs ORDER BY run_no DESC LIMIT $1";
const OPEN_RUN: &str =
    "SELECT run_no, asked_by, since, asked_at, started_at, finished_at, failing_since, problem,
    topups, events, movements, drifting, result FROM reconciliation_runs WHERE finished_at IS NULL
    ORDER BY run_no LIMIT 1";
const LAST_DONE: &str =
    "SELECT run_no, asked_by, since, asked_at, started_at, finished_at, failing_since, problem,
    topups, events, movements, drifting, result FROM reconciliation_runs WHERE finished_at IS NOT NULL
    ORDER BY run_no DESC LIMIT 1";
const FORGET_RUNS: &str = "DELETE FROM reconciliation_runs WHERE run_no <= $1 AND finished_at IS NOT NULL";
const OPEN_TOPUPS: &str =
    "SELECT id, customer, wallet, amount, unit, state, idempotency_key, checkout_session,
    checkout_url, checkout_expires_at, outcome_payment, result_shown_at, created_at, expires_at, updated_at,
    purchase, intent FROM topups WHERE state = $1 AND id > $2 AND created_at <= $3 ORDER BY id LIMIT $4";
const OLDEST_TOPUP: &str = "SELECT min(created_at) FROM topups";
const BY_CHARGE: &str =
    "SELECT id, customer, topup, provider, provider_payment, provider_charge, amount, unit,
    method, card_brand, card_last4, card_exp_month, card_exp_year, status, reason_code, reason, occurred_at,
    updated_at, credited_entry, refunded, dispute_state, way_on, awaited_until FROM payments
    WHERE provider_charge = $1 AND provider = $2";
const CREDITED_UNSEEN: &str =
    "SELECT id, customer, topup, provider, provider_payment, provider_charge, amount, unit,
    method, card_brand, card_last4, card_exp_month, card_exp_year, status, reason_code, reason, occurred_at,
    updated_at, credited_entry, refunded, dispute_state, way_on, awaited_until FROM payments p
    WHERE provider = $1 AND status = $2 AND credited_entry IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM stripe_movements m WHERE m.source = p.provider_charge AND m.standing <> $3)
    ORDER BY id DESC LIMIT $4";

words! {
    /// What a movement of Stripe's balance is, for us.
    pub enum MovementSort {
        /// A customer paid.
        Payment = "payment",
        /// Money was given back to a customer, or a refund came back.
        Refund = "refund",
        /// A customer's bank took money, or gave it back.
        Dispute = "dispute",
        /// Stripe's fee by itself.
        Fee = "fee",
        /// Money to the operator's bank, or from it.
        Payout = "payout",
        /// Something that the books do not know.
        Other = "other",
    }
}

words! {
    /// Whose a movement is.
    pub enum MovementStanding {
        /// Nobody has looked yet.
        New = "new",
        /// A payment of ours, or what became of it.
        Ours = "ours",
        /// Another system's on the same account.
        Foreign = "foreign",
        /// The account's own: fees, payouts.
        Account = "account",
        /// Nobody can say.
        Unknown = "unknown",
    }
}

words! {
    /// Why a movement is not in the books as it is at Stripe.
    pub enum DriftCause {
        /// Its payment is not credited yet.
        NotCredited = "not_credited",
        /// Another amount or currency was paid than was asked for.
        OtherAmount = "other_amount",
        /// Another customer paid than was asked, or one who is no more.
        OtherCustomer = "other_customer",
        /// It names a customer of ours and a top-up that is not in these books.
        UnknownTopup = "unknown_topup",
        /// The refund or dispute is not taken back yet.
        NotTakenBack = "not_taken_back",
        /// It is not booked yet.
        NotBooked = "not_booked",
        /// Stripe settled it in another currency than was paid, or in one that the books do not have.
        OtherCurrency = "other_currency",
        /// A kind of movement that the books do not know.
        UnknownKind = "unknown_kind",
        /// Credited here, and Stripe's balance does not show it (yet).
        NotInBalance = "not_in_balance",
        /// What is left over.
        Unexplained = "unexplained",
    }
}

row! {
    /// A balance transaction of Stripe's.
    pub struct StripeMovement {
        /// Stripe's id, `txn_…`.
        pub id: String,
        /// What it is, in Stripe's word.
        pub kind: String,
        /// What it is for us.
        pub sort: MovementSort,
        /// Signed, before the fee.
        pub amount: i64,
        /// What Stripe keeps.
        pub fee: i64,
        /// Stripe's code of the currency.
        pub currency: String,
        /// The charge, refund, dispute or payout that moved it.
        pub source: Option<String>,
        /// When, by Stripe's clock.
        pub made_at: Timestamp,
        /// Whose it is.
        pub standing: MovementStanding,
        /// The payment of ours that it belongs to.
        pub payment: Option<PaymentId>,
        /// Why it is not in the books as it is.
        pub cause: Option<DriftCause>,
        /// How much of the amount the books have.
        pub matched: i64,
        /// How much of the fee the books have.
        pub fee_matched: i64,
        /// What books the amount, where an intent of its own does.
        pub intent: Option<IntentId>,
        /// What books the fee.
        pub fee_intent: Option<IntentId>,
        /// 1 when nothing more is to be done about it.
        pub is_settled: u8,
    }
}

row! {
    /// What movements of one kind come to.
    pub struct MovementSum {
        /// Stripe's code of the currency.
        pub currency: String,
        /// What they are.
        pub sort: MovementSort,
        /// Whose they are.
        pub standing: MovementStanding,
        /// How many.
        pub count: i64,
        /// Their amounts.
        pub amount: i64,
        /// Their fees.
        pub fee: i64,
        /// What of the amounts the books have.
        pub matched: i64,
        /// What of the fees the books have.
        pub fee_matched: i64,
    }
}

row! {
    /// What payouts of one currency come to.
    pub struct PayoutSum {
        /// Stripe's code of the currency.
        pub currency: String,
        /// 1 for those that the books have, 0 for the others.
        pub is_matched: i64,
        /// 1 for those that came back: they did not arrive, or were called off.
        pub came_back: i64,
        /// How many.
        pub count: i64,
        /// Their amounts, below zero where they take from Stripe's balance.
        pub amount: i64,
    }
}

row! {
    /// How far a list of Stripe's has been read.
    pub struct Walk {
        /// Which list.
        pub list: String,
        /// All that was made until then is known.
        pub done_to: Timestamp,
        /// Where the walk that is under way ends, the oldest.
        pub from_at: Option<Timestamp>,
        /// Where it began, the newest.
        pub until_at: Option<Timestamp>,
        /// The last item that it has seen.
        pub after: Option<String>,
    }
}

row! {
    /// One comparison of Stripe with the books.
    pub struct ReconciliationRun {
        /// Its number, from 1.
        pub run_no: u32,
        /// Who asked for it; none if it began by itself.
        pub asked_by: Option<String>,
        /// From when on everything is looked at again; none if only what is new.
        pub since: Option<Timestamp>,
        /// When it was asked for.
        pub asked_at: Timestamp,
        /// When it began.
        pub started_at: Option<Timestamp>,
        /// When it ended.
        pub finished_at: Option<Timestamp>,
        /// Since when Stripe does not answer it.
        pub failing_since: Option<Timestamp>,
        /// What Stripe, or the way to it, said last.
        pub problem: Option<String>,
        /// Open top-ups that it asked about.
        pub topups: u32,
        /// Events that had never come.
        pub events: u32,
        /// Movements that were new.
        pub movements: u32,
        /// In how many currencies Stripe and the books differ.
        pub drifting: u32,
        /// What it found, as JSON.
        pub result: Option<String>,
    }
}

impl Reader<'_> {
    /// The movement of this id.
    pub fn stripe_movement(&self, id: &str) -> Result<Option<StripeMovement>, StoreError> {
        self.one(MOVEMENT, &[&id])
    }

    /// The first `limit` movements by this charge, refund, dispute or payout, oldest first.
    pub fn stripe_movements_by(&self, source: &str, limit: u32) -> Result<Vec<StripeMovement>, StoreError> {
        self.all(BY_SOURCE, &[&source, &limit])
    }

    /// The first `limit` movements of a payment, oldest first.
    pub fn stripe_movements_of(
        &self,
        payment: PaymentId,
        limit: u32,
    ) -> Result<Vec<StripeMovement>, StoreError> {
        self.all(OF_PAYMENT, &[&payment, &limit])
    }

    /// Movements about which something is to be done, by id.
    pub fn open_stripe_movements(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<StripeMovement, String>, StoreError> {
        let rows = self.all(OPEN, &[&after.unwrap_or(""), &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &StripeMovement| row.id.clone()))
    }

    /// What all movements come to, by currency, sort and standing.
    pub fn stripe_movement_sums(&self) -> Result<Vec<MovementSum>, StoreError> {
        self.all(SUMS, &[])
    }

    /// What payouts made between two instants come to, by currency, and by whether the books have them.
    pub fn payout_sums(&self, from: Timestamp, until: Timestamp) -> Result<Vec<PayoutSum>, StoreError> {
        self.all(PAYOUT_SUMS, &[&from, &until])
    }

    /// How far a list has been read.
    pub fn stripe_walk(&self, list: &str) -> Result<Option<Walk>, StoreError> {
        self.one(WALK, &[&list])
    }

    /// The run of this number.
    pub fn reconciliation_run(&self, run_no: u32) -> Result<Option<ReconciliationRun>, StoreError> {
        self.one(RUN, &[&run_no])
    }

    /// The newest `limit` runs, newest first.
    pub fn reconciliation_runs(&self, limit: u32) -> Result<Vec<ReconciliationRun>, StoreError> {
        self.all(RUNS, &[&limit])
    }

    /// The oldest run that has not ended.
    pub fn open_reconciliation_run(&self) -> Result<Option<ReconciliationRun>, StoreError> {
        self.one(OPEN_RUN, &[])
    }

    /// The newest run that has ended.
    pub fn last_reconciliation(&self) -> Result<Option<ReconciliationRun>, StoreError> {
        self.one(LAST_DONE, &[])
    }

    /// Top-ups that are open and were made at `before` or earlier, oldest first.
    pub fn open_topups(
        &self,
        before: Timestamp,
        after: Option<money::TopupId>,
        limit: u32,
    ) -> Result<Page<Topup, money::TopupId>, StoreError> {
        let after = after.unwrap_or(money::TopupId::from_u128(0));
        let rows = self.all(OPEN_TOPUPS, &[&TopupState::Open, &after, &before, &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &Topup| row.id))
    }

    /// When the first top-up was made.
    pub fn first_topup_at(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.one::<Option<Timestamp>>(OLDEST_TOPUP, &[])?.flatten())
    }

    /// The attempt that this charge is.
    pub fn payment_by_charge(&self, provider: &str, charge: &str) -> Result<Option<Payment>, StoreError> {
        self.one(BY_CHARGE, &[&charge, &provider])
    }

    /// The newest `limit` payments that were credited and that no movement tells of.
    pub fn credited_without_movement(&self, provider: &str, limit: u32) -> Result<Vec<Payment>, StoreError> {
        self.all(CREDITED_UNSEEN, &[&provider, &PaymentStatus::Succeeded, &MovementStanding::Foreign, &limit])
    }
}

impl Tx<'_> {
    /// Writes a movement down; whether it was not known.
    pub fn insert_stripe_movement(&self, movement: &StripeMovement) -> Result<bool, StoreError> {
        Ok(self.run(INSERT_MOVEMENT, &[movement])? > 0)
    }

    /// Writes down what was made of a movement; what Stripe says of it stays.
    pub fn update_stripe_movement(&self, movement: &StripeMovement) -> Result<(), StoreError> {
        let StripeMovement {
            id,
            standing,
            payment,
            cause,
            matched,
            fee_matched,
            intent,
            fee_intent,
            is_settled,
            ..
        } = movement;
        self.run_one(
            UPDATE_MOVEMENT,
            &[standing, payment, cause, matched, fee_matched, intent, fee_intent, is_settled, id],
            id.clone(),
        )
    }

    /// The movement that this intent books, or whose fee it books.
    pub fn stripe_movement_booked_by(&self, intent: IntentId) -> Result<Option<StripeMovement>, StoreError> {
        self.one(BY_INTENT, &[&intent, &intent])
    }

    /// Has all movements since `from` looked at again.
    pub fn reopen_stripe_movements(&self, from: Timestamp) -> Result<usize, StoreError> {
        self.run(REOPEN, &[&from])
    }

    /// Writes down how far a list has been read.
    pub fn put_stripe_walk(&self, walk: &Walk) -> Result<(), StoreError> {
        self.run(PUT_WALK, &[walk]).map(|_| ())
    }

    /// Adds a run under the next free number, whatever number it carries, and returns that.
    pub fn insert_reconciliation_run(&self, run: &ReconciliationRun) -> Result<u32, StoreError> {
        let run_no = self.one(NEXT_RUN_NO, &[])?.unwrap_or(1);
        self.run(INSERT_RUN, &[&ReconciliationRun { run_no, ..run.clone() }])?;
        Ok(run_no)
    }

    /// Writes down how a run stands.
    pub fn update_reconciliation_run(&self, run: &ReconciliationRun) -> Result<(), StoreError> {
        let ReconciliationRun { run_no, started_at, finished_at, failing_since, problem, .. } = run;
        let ReconciliationRun { topups, events, movements, drifting, result, .. } = run;
        self.run_one(
            UPDATE_RUN,
            &[
                started_at,
                finished_at,
                failing_since,
                problem,
                topups,
                events,
                movements,
                drifting,
                result,
                run_no,
            ],
            run_no.to_string(),
        )
    }

    /// Forgets all runs up to this number that have ended.
    pub fn forget_reconciliation_runs(&self, run_no: u32) -> Result<usize, StoreError> {
        self.run(FORGET_RUNS, &[&run_no])
    }
}
