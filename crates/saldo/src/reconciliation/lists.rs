//! What is asked of Stripe: how open top-ups stand, which events never came, what moved the balance. Lists are walked from their newest
//! item to where they were read before; how far a walk has come stands in the transaction of what it brought, so that it goes on there.

use std::sync::Arc;

use money::{Timestamp, TopupId};
use serde_json::value::RawValue;
use store::tables::reconciliation::{
    MovementSort, MovementStanding, ReconciliationRun, StripeMovement, Walk,
};
use store::{StoreError, Tx};
use stripe::Request;
use stripe::answer::{BalanceTransaction, Event, List};
use stripe::request::lists::{BalanceFilter, Created, EventFilter, Page};

use super::pass_over;
use crate::app::App;
use crate::clock;
use crate::payments::{self, STRIPE};
use crate::problem::Problem;
use crate::webhooks;

/// The list of events.
const EVENTS: &str = "events";
/// The list of what moved the balance.
pub(crate) const MOVEMENTS: &str = "movements";
/// When all of the configured days was last looked at; no list of its own.
const DAYS: &str = "days";
/// A top-up that has been open for less is not asked about, in microseconds: its webhook may be on its way.
const TOPUP_AGE_MIN: i64 = 3 * Timestamp::MINUTE;
/// Open top-ups read at once.
const TOPUPS_AT_ONCE: u32 = 100;
/// What is read again before the end of the last walk, in microseconds: Stripe's lists are filled by many machines.
const OVERLAP: i64 = Timestamp::HOUR;
/// How often all of the configured days is looked at, in microseconds.
const DAYS_PAUSE: i64 = 24 * Timestamp::HOUR;
/// How long Stripe remembers events, in microseconds.
const EVENTS_KEPT: i64 = 30 * 24 * Timestamp::HOUR;

/// The kinds of events that say something new of payments; Stripe takes 20 in one question.
pub const EVENT_KINDS: [&str; 20] = [
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.canceled",
    "charge.succeeded",
    "charge.failed",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
];

/// Says where the walks of a run begin and end. What a `since` asks for is looked at again whatever was known of it.
pub(super) async fn begin(app: &Arc<App>, run: &ReconciliationRun) -> Result<(), Problem> {
    let (since, now) = (run.since, clock::now());
    let days = now.plus(-i64::from(app.config.stripe.reconcile_days) * 24 * Timestamp::HOUR);
    let lay_out = move |tx: &Tx<'_>| {
        let done_to = |list: &str| -> Result<Option<Timestamp>, StoreError> {
            Ok(tx.stripe_walk(list)?.map(|walk| walk.done_to))
        };
        let is_time = done_to(DAYS)?.is_none_or(|at| now.since(at) >= DAYS_PAUSE);
        // Of the balance all is wanted since the first top-up, once: then the books and Stripe can be equal.
        let first = tx.first_topup_at()?.map_or(days, |at| at.plus(-24 * Timestamp::HOUR).min(days));
        for (list, beginning) in [(EVENTS, days), (MOVEMENTS, first)] {
            let usual = match done_to(list)? {
                Some(at) if is_time => at.plus(-OVERLAP).min(days),
                Some(at) => at.plus(-OVERLAP),
                None => beginning,
            };
            let from = since.map_or(usual, |since| since.min(usual));
            let from = if list == EVENTS { from.max(now.plus(-EVENTS_KEPT)) } else { from };
            put(tx, list, from, now)?;
        }
        if is_time {
            tx.put_stripe_walk(&idle(DAYS, now))?;
        }
        match since {
            Some(since) => tx.reopen_stripe_movements(since).map(|_| ()),
            None => Ok(()),
        }
    };
    app.write(lay_out).await
}

/// Has the newest movements read once more.
pub(super) async fn look_again(app: &Arc<App>) -> Result<(), Problem> {
    let now = clock::now();
    app.write(move |tx| put(tx, MOVEMENTS, now.plus(-OVERLAP), now)).await
}

fn put(tx: &Tx<'_>, list: &str, from: Timestamp, now: Timestamp) -> Result<(), StoreError> {
    let known = tx.stripe_walk(list)?.unwrap_or_else(|| idle(list, from));
    tx.put_stripe_walk(&Walk { from_at: Some(from), until_at: Some(now), after: None, ..known })
}

fn idle(list: &str, done_to: Timestamp) -> Walk {
    Walk { list: list.to_owned(), done_to, from_at: None, until_at: None, after: None }
}

/// Asks how top-ups stand whose page has been open for long; how many. This is what heals a payment whose webhook never came.
pub(super) async fn ask_about_topups(app: &Arc<App>) -> Result<u32, Problem> {
    let (before, mut after, mut asked) = (clock::now().plus(-TOPUP_AGE_MIN), None::<TopupId>, 0);
    loop {
        let page = app.read(move |reader| reader.open_topups(before, after, TOPUPS_AT_ONCE)).await?;
        for topup in page.rows {
            if let Some(session) = &topup.checkout_session {
                if let Err(problem) = payments::sync_session(app, session).await {
                    pass_over(app, &Request::retrieve_checkout_session(session), problem).await?;
                }
                asked += 1;
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(asked),
        }
    }
}

/// Puts events that never came into the inbox, as if they had come; how many.
pub(super) async fn take_events(app: &Arc<App>) -> Result<u32, Problem> {
    let mut taken = 0;
    while let Some(walk) = under_way(app, EVENTS).await? {
        let created = Created { from: walk.from_at.map(Timestamp::as_seconds), until: None };
        let filter = EventFilter { types: &EVENT_KINDS, created, delivery_success: None };
        let request = Request::list_events(filter, Page::after(walk.after.as_deref()));
        let part: List<Box<RawValue>> = app.stripe.send(&request).await?;
        let events = part.data.iter().map(|raw| serde_json::from_str::<Event>(raw.get()));
        let events = events.collect::<Result<Vec<_>, _>>();
        let events = events.map_err(|error| Problem::internal(&anyhow::Error::new(error)))?;
        let last = events.last().map(|event| event.id.clone());
        let walk = next_step(walk, part.has_more, last);
        let now = clock::now();
        let store = move |tx: &Tx<'_>| {
            let mut new = 0_u32;
            for (event, raw) in events.iter().zip(&part.data) {
                let (id, kind, version) = (&event.id, &event.kind, event.api_version.as_deref());
                new += u32::from(tx.receive(STRIPE, id, kind, version, raw.get().as_bytes(), now)?);
            }
            tx.put_stripe_walk(&walk)?;
            Ok(new)
        };
        taken += app.write(store).await?;
    }
    if taken > 0 {
        webhooks::wake(app, STRIPE);
    }
    Ok(taken)
}

/// Writes down what moved the balance; how much of it was new.
pub(super) async fn read_movements(app: &Arc<App>) -> Result<u32, Problem> {
    let mut new = 0;
    while let Some(walk) = under_way(app, MOVEMENTS).await? {
        let created = Created { from: walk.from_at.map(Timestamp::as_seconds), until: None };
        let filter = BalanceFilter { created, ..BalanceFilter::default() };
        let request = Request::list_balance_transactions(filter, Page::after(walk.after.as_deref()));
        let part: List<BalanceTransaction> = app.stripe.send(&request).await?;
        let walk = next_step(walk, part.has_more, part.data.last().map(|last| last.id.clone()));
        let store = move |tx: &Tx<'_>| {
            let mut new = 0_u32;
            for transaction in &part.data {
                new += u32::from(tx.insert_stripe_movement(&movement(transaction))?);
            }
            tx.put_stripe_walk(&walk)?;
            Ok(new)
        };
        new += app.write(store).await?;
    }
    Ok(new)
}

async fn under_way(app: &Arc<App>, list: &'static str) -> Result<Option<Walk>, Problem> {
    let walk = app.read(move |reader| reader.stripe_walk(list)).await?;
    Ok(walk.filter(|walk| walk.from_at.is_some()))
}

/// Where a walk stands after a page.
fn next_step(walk: Walk, has_more: bool, last: Option<String>) -> Walk {
    match last {
        Some(last) if has_more => Walk { after: Some(last), ..walk },
        _ => idle(&walk.list, walk.until_at.unwrap_or(walk.done_to)),
    }
}

fn movement(told: &BalanceTransaction) -> StripeMovement {
    StripeMovement {
        id: told.id.clone(),
        kind: told.kind.clone(),
        sort: sort(told),
        amount: told.amount,
        fee: told.fee,
        currency: told.currency.clone(),
        source: told.source.clone(),
        made_at: Timestamp::from_seconds(told.created),
        standing: MovementStanding::New,
        payment: None,
        cause: None,
        matched: 0,
        fee_matched: 0,
        intent: None,
        fee_intent: None,
        is_settled: 0,
    }
}

/// What a movement is for us, by Stripe's two words for it (docs.stripe.com/reports/balance-transaction-types).
fn sort(told: &BalanceTransaction) -> MovementSort {
    match (told.kind.as_str(), told.reporting_category.as_str()) {
        ("charge" | "payment", _) => MovementSort::Payment,
        ("refund" | "payment_refund" | "refund_failure" | "payment_failure_refund", _) => {
            MovementSort::Refund
        }
        ("adjustment", "dispute" | "dispute_reversal") => MovementSort::Dispute,
        ("payout" | "payout_failure" | "payout_cancel" | "topup" | "topup_reversal", _) => {
            MovementSort::Payout
        }
        ("stripe_fee" | "stripe_fx_fee" | "tax_fee", _) | (_, "fee" | "tax" | "network_cost") => {
            MovementSort::Fee
        }
        _ => MovementSort::Other,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn told(kind: &str, category: &str) -> BalanceTransaction {
        BalanceTransaction {
            id: "txn_1".to_owned(),
            kind: kind.to_owned(),
            amount: 1,
            fee: 0,
            net: 1,
            currency: "usd".to_owned(),
            source: None,
            reporting_category: category.to_owned(),
            created: 0,
            available_on: 0,
        }
    }

    #[test]
    fn sorts() {
        for (kind, category, expected) in [
            ("charge", "charge", MovementSort::Payment),
            ("payment", "charge", MovementSort::Payment),
            ("payment_failure_refund", "refund_failure", MovementSort::Refund),
            ("adjustment", "dispute_reversal", MovementSort::Dispute),
            ("adjustment", "other_adjustment", MovementSort::Other),
            ("payout_failure", "payout_reversal", MovementSort::Payout),
            ("stripe_fee", "fee", MovementSort::Fee),
            ("reserve_transaction", "risk_reserved_funds", MovementSort::Other),
        ] {
            assert_eq!(sort(&told(kind, category)), expected, "{kind} {category}");
        }
    }

    #[test]
    fn the_guide_has_the_webhook_take_each_kind() {
        let guide = include_str!("../../../../docs/operate/stripe.md");
        let listed = guide.lines().filter_map(|line| line.strip_prefix("       "));
        let listed: BTreeSet<&str> = listed.filter(|kind| !kind.contains(' ')).collect();
        assert_eq!(listed, BTreeSet::from(EVENT_KINDS));
    }
}
