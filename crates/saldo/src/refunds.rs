//! Refunds that staff order: what one would take is told before, the order is written down before Stripe is asked, and what it came to
//! comes back by the one way by which everything does that Stripe knows of a payment.
//!
//! Stripe forgets idempotency keys after a day, we do not: an order that was not answered is looked for among the refunds of its
//! payment, which carry its name, before it is sent again.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use book::{BackMove, Refusal, TakeBackTerms, TakenBackCause};
use money::{Amount, GrantId, PaymentId, RefundId, Timestamp, Unit};
use serde_json::json;
use store::tables::claims::{ClaimCause, ClaimState, PaymentClaim};
use store::tables::lines::OnWriteOff;
use store::tables::payments::{Payment, PaymentStatus};
use store::tables::refund_orders::{RefundOrder, RefundOrderState};
use store::{Reader as TablesReader, StoreError, Tx};
use stripe::answer::{List, Refund};
use stripe::minor_units::{Currency, MinorAmount};
use stripe::request::lists::{Created, Page};
use stripe::request::money_back::{Paid, RefundParams, RefundReason};
use stripe::{IdempotencyKey, Request};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::credit_requests::{By, NOTE_CHARS_MAX};
use crate::customers::is_unprintable;
use crate::payments::{self, STRIPE};
use crate::problem::Problem;
use crate::providers::StripeError;
use crate::{clock, notices, overpaid, taken_data, withheld};

/// What an order is called in Stripe's metadata of the refund.
const NAME: &str = "refund_id";
/// The code of a problem: a payment is in a currency that the books do not have.
pub(crate) const OTHER_CURRENCY: &str = "payment_other_currency";
/// The code of a problem: credit for a payment is asked for, and not booked yet.
pub(crate) const CREDIT_WAITING: &str = "payment_credit_waiting";
/// Orders of one payment that are looked at.
const ORDERS_MAX: u32 = 200;
/// Orders sent again at a time.
const SENT_AGAIN_MAX: u32 = 50;
/// An order that has been open for less than this is being sent by whoever wrote it, in microseconds.
const AGE_MIN: i64 = 30 * Timestamp::SECOND;
/// How long to wait for the views to show what was taken back.
const SHOW_PATIENCE: Duration = Duration::from_secs(3);

/// Every reason of Stripe's.
pub const REASONS: [RefundReason; 3] =
    [RefundReason::RequestedByCustomer, RefundReason::Duplicate, RefundReason::Fraudulent];

/// The reason that Stripe calls so.
pub fn reason_of(word: &str) -> Option<RefundReason> {
    REASONS.into_iter().find(|reason| reason.as_str() == word)
}

/// What a refund would take of the credit that the payment bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What is refunded.
    pub amount: Amount,
    /// What it takes that is left of the payment's own credit: money, or bytes of the pack that it bought.
    pub from_grant: Amount,
    /// What had expired of that: nobody has had it.
    pub from_expired: Amount,
    /// What had been used of that: money is owed from then on, data is not.
    pub used: Amount,
}

/// What a refund does to data that the payment bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnData {
    /// What belongs to the refunded money is taken back, as far as it is left.
    Take,
    /// It stays.
    Leave,
}

impl OnData {
    /// As orders and claims keep it.
    pub const fn rule(self) -> OnWriteOff {
        match self {
            OnData::Take => OnWriteOff::TakeBack,
            OnData::Leave => OnWriteOff::Leave,
        }
    }
}

/// What is ordered.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// How much; `None` for all that is left.
    pub amount: Option<Amount>,
    /// Why, if one of Stripe's reasons fits.
    pub reason: Option<RefundReason>,
    /// Why, in words.
    pub note: String,
    /// Whether data that the payment bought is taken back or left; `None` if nothing is said: it is taken.
    pub on_data: Option<OnData>,
    /// What was left when whoever orders looked; if that has changed, nothing is ordered. `None`: whatever is left.
    pub left_seen: Option<Amount>,
    /// How much whoever orders may give back alone, at once and within a day; more waits for somebody else. `None`: all of it.
    pub alone_up_to: Option<Amount>,
}

/// What of a payment may still be refunded: what was paid, less what went back, what is ordered to, and what its bank has taken.
pub fn refundable(tables: &TablesReader<'_>, payment: &Payment) -> Result<Amount, StoreError> {
    let orders = tables.refund_orders_of(payment.id, ORDERS_MAX)?;
    let open = orders.iter().filter(|order| order.state == RefundOrderState::Open);
    let open: i64 = open.map(|order| order.amount.value()).sum();
    let is_ours = payment.provider == STRIPE && payment.status == PaymentStatus::Succeeded;
    let taken: i64 = disputed(tables, payment.id)?.iter().map(|claim| claim.amount.value()).sum();
    let left = if is_ours { payment.amount.value() - payment.refunded - open - taken } else { 0 };
    Ok(Amount::new(left.max(0), payment.amount.unit()))
}

/// Disputes of a payment for which the bank holds the money, or has kept it.
fn disputed(tables: &TablesReader<'_>, payment: PaymentId) -> Result<Vec<PaymentClaim>, StoreError> {
    let claims = tables.claims_of(payment)?.into_iter();
    let is_dispute = |claim: &PaymentClaim| claim.cause == ClaimCause::Dispute && claim.state.takes_money();
    Ok(claims.filter(is_dispute).collect())
}

/// Whether the bank holds the money of this payment while a dispute is open: Stripe refunds nothing of it then.
pub fn is_held_by_bank(tables: &TablesReader<'_>, payment: PaymentId) -> Result<bool, StoreError> {
    Ok(disputed(tables, payment)?.iter().any(|claim| claim.state == ClaimState::Open))
}

/// What refunding `amount` more of this payment would take, as the book stands now. `None` if it bought no credit that is known.
pub async fn preview(app: &Arc<App>, id: PaymentId, amount: Amount) -> Result<Option<Preview>, Problem> {
    let look = move |reader: &TablesReader<'_>| {
        let Some(payment) = reader.payment(id)? else { return Ok(None) };
        let Some(topup) = payment.topup.map(|topup| reader.topup(topup)).transpose()?.flatten() else {
            return Ok(None);
        };
        let pack = taken_data::bought_with(reader, &payment)?;
        let data =
            pack.map(|pack| Ok::<_, StoreError>((pack, taken_data::refunded(reader, id)?))).transpose()?;
        // What was to buy data and became credit in money is taken as far as it is left.
        let bought_data = topup.purchase.and(topup.intent).filter(|_| pack.is_none());
        let deposit = bought_data.map(|intent| reader.overpaid(intent)).transpose()?.flatten();
        let kept = deposit.map(|kept| overpaid::left(reader, kept.customer, amount.unit())).transpose()?;
        Ok(Some((payment, topup.wallet, kept, data)))
    };
    let Some((payment, wallet, kept, data)) = app.read(look).await? else { return Ok(None) };
    let unit = payment.amount.unit();
    if let Some(kept) = kept {
        let (from_grant, nothing) = (Amount::new(kept.value().min(amount.value()), unit), Amount::zero(unit));
        return Ok(Some(Preview { amount, from_grant, from_expired: nothing, used: nothing }));
    }
    // Nothing is set back, so nothing is reinstated.
    let (cause, reinstated) = (TakenBackCause::Refund, GrantId::from_u128(0));
    let terms = match data {
        Some((pack, before)) => {
            pack.terms(&payment, (cause, before.saturating_add(amount.value())), reinstated)
        }
        None => TakeBackTerms {
            wallet,
            payment: id,
            grant: None,
            cause,
            amount: Amount::new(payment.refunded.saturating_add(amount.value()), unit),
            reinstated,
        },
    };
    let (now, of) = (app.ledger.now(), terms.amount.unit());
    let moved = app.ledger.look(move |book| book.would_take_back(&terms, now)).await?;
    let preview = |taken: i64, lost: i64, used: i64| {
        let [from_grant, from_expired, used] = [taken, lost, used].map(|part| Amount::new(part, of));
        Some(Preview { amount, from_grant, from_expired, used })
    };
    Ok(match moved {
        Ok(BackMove::Taken { burns, lost, used }) => preview(burns.total(), lost, used),
        // Less than a byte belongs to so little money.
        Err(Refusal::NothingChanges) if of == Unit::BYTE => preview(0, 0, 0),
        _ => None,
    })
}

/// Checks an order, writes it down under `name`, and asks Stripe. How the order stands then: `open` if Stripe was not reached. A name that is
/// known is the same order, and is not given a second time.
pub async fn order(
    app: &Arc<App>,
    author: Author,
    (name, id): (RefundId, PaymentId),
    wanted: Wanted,
) -> Result<RefundOrder, Problem> {
    if !app.stripe.is_configured() {
        return Err(StripeError::NotConfigured.into());
    }
    if wanted.note.contains(is_unprintable) {
        let detail = "note must be one line of letters that can be printed.";
        return Err(Problem::invalid("note", "unprintable", detail));
    }
    if wanted.note.chars().count() > NOTE_CHARS_MAX {
        let detail = format!("note has more than {NOTE_CHARS_MAX} characters.");
        return Err(Problem::invalid("note", "too_long", detail));
    }
    let now = clock::now();
    let write = move |tx: &Tx<'_>| {
        let payment = tx.payment(id)?.ok_or_else(|| Problem::not_found("payment"))?;
        if let Some(known) = tx.refund_order(name)? {
            // Remembered for ever, longer than an answer is: under its name nothing else is ordered, and no other payment is asked for.
            let is_the_same = known.payment == id
                && wanted.amount.is_none_or(|amount| amount == known.amount)
                && known.reason.as_deref() == wanted.reason.map(RefundReason::as_str)
                && known.note == wanted.note.trim()
                && known.on_data == on_data(&wanted).rule();
            return if is_the_same { Ok((known, payment, true)) } else { Err(Refusal::KeyReused.into()) };
        }
        let amount = check(tx, &payment, &wanted)?;
        if wanted.on_data == Some(OnData::Leave) && taken_data::bought_with(tx, &payment)?.is_none() {
            let detail = "data must not be leave: this payment bought no data that could be left.";
            return Err(Problem::invalid("data", "no_data_bought", detail));
        }
        let waits = match wanted.alone_up_to {
            Some(up_to) => {
                let alone = tx.refunds_ordered_alone(author.actor(), now.plus(-Timestamp::DAY))?;
                alone.saturating_add(amount.value()) > up_to.value()
            }
            None => false,
        };
        let order = RefundOrder {
            id: name,
            payment: id,
            amount,
            reason: wanted.reason.map(|reason| reason.as_str().to_owned()),
            note: wanted.note.trim().to_owned(),
            state: if waits { RefundOrderState::Waiting } else { RefundOrderState::Open },
            provider_refund: None,
            error: None,
            ordered_by: author.actor().to_owned(),
            ordered_at: now,
            updated_at: now,
            decided_by: None,
            decided_at: None,
            resolved_at: None,
            on_data: on_data(&wanted).rule(),
        };
        tx.insert_refund_order(&order)?;
        author.note(tx, &Change::new("refund.create", order.id).after_json(&told(&order)))?;
        Ok((order, payment, false))
    };
    let (order, payment, is_known) = app.write_or_refuse(write).await?;
    match (order.state, is_known) {
        (RefundOrderState::Open, false) => send(app, &order, &payment).await?,
        // It may be older than what Stripe remembers of its key.
        (RefundOrderState::Open, true) => send_again_if_possible(app, &order, &payment).await,
        _ => {}
    }
    again(app, order.id).await
}

async fn again(app: &Arc<App>, id: RefundId) -> Result<RefundOrder, Problem> {
    app.read(move |reader| reader.refund_order(id)).await?.ok_or_else(missing)
}

fn missing() -> Problem {
    Problem::not_found("refund")
}

/// An order as the audit log tells it.
fn told(order: &RefundOrder) -> serde_json::Value {
    json!({
        "payment": order.payment.to_string(),
        "amount": order.amount.to_decimal(),
        "unit": order.amount.unit().code(),
        "reason": order.reason,
        "note": order.note,
        "state": order.state.word(),
        "on_data": order.on_data.word(),
    })
}

fn on_data(wanted: &Wanted) -> OnData {
    wanted.on_data.unwrap_or(OnData::Take)
}

/// The order that a refund of Stripe's came of, if it was ordered here.
pub(crate) fn order_of(refund: &Refund) -> Option<RefundId> {
    refund.metadata.get(NAME).and_then(|name| name.parse().ok())
}

/// Somebody else of staff says yes to an order that waits: it is sent.
pub async fn approve(app: &Arc<App>, by: By, id: RefundId) -> Result<RefundOrder, Problem> {
    let now = clock::now();
    let write = move |tx: &Tx<'_>| {
        let order = tx.refund_order(id)?.ok_or_else(missing)?;
        if order.ordered_by == by.staff.to_string() {
            let detail = "Whoever asked for it cannot approve it: that takes somebody else of staff.";
            return Err(Problem::new(StatusCode::CONFLICT, "own_request", detail));
        }
        let payment = tx.payment(order.payment)?.ok_or_else(|| Problem::not_found("payment"))?;
        if order.state == RefundOrderState::Waiting {
            // What may be given back can have become less since it was asked for.
            check_amount(tx, &payment, Some(order.amount))?;
        }
        decide(tx, &by, &order, RefundOrderState::Open, now)?;
        Ok((RefundOrder { state: RefundOrderState::Open, ..order }, payment))
    };
    let (order, payment) = app.write_or_refuse(write).await?;
    send(app, &order, &payment).await?;
    again(app, id).await
}

/// Somebody else of staff says no, or whoever asked takes it back: nothing is sent.
pub async fn reject(
    app: &Arc<App>,
    by: By,
    id: RefundId,
    why: Option<String>,
) -> Result<RefundOrder, Problem> {
    let (now, program) = (clock::now(), Arc::clone(app));
    app.write_or_refuse(move |tx| {
        let order = tx.refund_order(id)?.ok_or_else(missing)?;
        decide(tx, &by, &order, RefundOrderState::Rejected, now)?;
        if let (Some(why), Ok(asker)) = (&why, order.ordered_by.parse()) {
            tx.explain_refund_rejection(id, why)?;
            let url = format!("{}/console/payments/{}", program.config.server.public_url, order.payment);
            notices::request_rejected(tx, &program.config, (asker, order.amount), why, &url)?;
        }
        Ok::<_, Problem>(())
    })
    .await?;
    app.mail_news.notify_one();
    again(app, id).await
}

fn decide(
    tx: &Tx<'_>,
    by: &By,
    order: &RefundOrder,
    state: RefundOrderState,
    now: Timestamp,
) -> Result<(), Problem> {
    if !tx.decide_refund_order(order.id, state, by.staff, now)? {
        let detail = "This request is not waiting any more: look at how it stands.";
        return Err(Problem::new(StatusCode::CONFLICT, "request_decided", detail));
    }
    let action = if state == RefundOrderState::Open { "refund.approve" } else { "refund.reject" };
    Ok(by.author.note(tx, &Change::new(action, order.id).after_json(&told(order)))?)
}

/// Somebody of staff has dealt with a refund whose money came back.
pub async fn resolve(app: &Arc<App>, author: Author, id: RefundId) -> Result<RefundOrder, Problem> {
    let now = clock::now();
    app.write_or_refuse(move |tx| {
        if !tx.resolve_refund_order(id, now)? {
            return Err(missing());
        }
        Ok(author.note(tx, &Change::new("refund.resolve", id))?)
    })
    .await?;
    again(app, id).await
}

/// Whether a refund of a payment waits for somebody's yes.
pub(crate) fn is_waiting(tables: &TablesReader<'_>, payment: PaymentId) -> Result<bool, StoreError> {
    let orders = tables.refund_orders_of(payment, ORDERS_MAX)?;
    Ok(orders.iter().any(|order| order.state == RefundOrderState::Waiting))
}

/// Whether a payment is in a currency that the books have, so that it can be given back from here: Stripe is asked in none other.
pub fn is_in_our_currency(payment: &Payment) -> bool {
    Currency::from_unit(payment.amount.unit()).is_some()
}

/// Refuses what cannot be refunded; how much it is otherwise.
fn check(tx: &Tx<'_>, payment: &Payment, wanted: &Wanted) -> Result<Amount, Problem> {
    let orders = tx.refund_orders_of(payment.id, ORDERS_MAX)?;
    if is_waiting(tx, payment.id)? {
        let detail =
            "Another refund of this payment waits for somebody's yes: approve or reject that one first.";
        return Err(conflict("refund_waiting", detail));
    }
    let left = refundable(tx, payment)?;
    let is_free = left.value() > 0 && orders.iter().all(|order| order.state != RefundOrderState::Open);
    if wanted.left_seen.is_some_and(|seen| seen != left) && is_free {
        let detail = format!("Something was given back meanwhile: {left} is left.");
        return Err(conflict("refund_changed", &detail));
    }
    check_amount(tx, payment, wanted.amount)
}

fn conflict(code: &'static str, detail: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, code, detail)
}

/// Refuses an amount that cannot be given back of this payment now; how much it is, all that is left if nothing is said.
fn check_amount(tx: &Tx<'_>, payment: &Payment, wanted: Option<Amount>) -> Result<Amount, Problem> {
    if payment.provider != STRIPE || payment.status != PaymentStatus::Succeeded {
        return Err(conflict(
            "payment_not_paid",
            "This payment was not paid: there is nothing to give back.",
        ));
    }
    if !is_in_our_currency(payment) {
        let detail = "This payment is in a currency that the books do not have: give it back at Stripe.";
        return Err(conflict(OTHER_CURRENCY, detail));
    }
    if is_held_by_bank(tx, payment.id)? {
        let detail =
            "The customer's bank holds the money while the dispute is open: nothing can be given back.";
        return Err(conflict("payment_disputed", detail));
    }
    if withheld::is_being_asked_for(tx, payment.id)? {
        let detail =
            "Credit for this payment was asked for and is not booked yet: approve or reject that first.";
        return Err(conflict(CREDIT_WAITING, detail));
    }
    let orders = tx.refund_orders_of(payment.id, ORDERS_MAX)?;
    if orders.iter().any(|order| order.state == RefundOrderState::Open) {
        let detail = "Another refund of this payment is on its way: wait until Stripe has answered it.";
        return Err(conflict("refund_open", detail));
    }
    let left = refundable(tx, payment)?;
    if left.value() == 0 {
        return Err(conflict("already_refunded", "All of this payment has been given back."));
    }
    let amount = wanted.unwrap_or(left);
    if amount.unit() != left.unit() {
        let detail = format!("amount must be in {}.", left.unit());
        return Err(Problem::invalid("amount", "unit_mismatch", detail));
    }
    if amount.value() <= 0 || amount.value() > left.value() {
        let detail = format!("amount must be above zero and at most {left}.");
        return Err(Problem::invalid("amount", "amount_out_of_range", detail));
    }
    if MinorAmount::from_amount(amount).is_err() {
        return Err(Problem::invalid("amount", "amount_over_precise", "amount must be in whole cents."));
    }
    Ok(amount)
}

/// Asks Stripe for the refund, and has the payment read again. Not being reached is no failure: the order is sent again.
async fn send(app: &Arc<App>, order: &RefundOrder, payment: &Payment) -> Result<(), Problem> {
    let Ok(minor) = MinorAmount::from_amount(order.amount) else {
        return Err(Problem::invalid("amount", "amount_over_precise", "amount must be in whole cents."));
    };
    let name = order.id.to_string();
    let params = RefundParams {
        paid: Paid::PaymentIntent(&payment.provider_payment),
        amount: Some(minor.minor_units()),
        reason: order.reason.as_deref().and_then(reason_of),
        metadata: &[(NAME, &name)],
    };
    let id = order.id;
    match app.stripe.send::<Refund>(&params.request(key(&format!("refund-{name}")))).await {
        Ok(refund) => {
            let now = clock::now();
            app.write(move |tx| tx.end_refund_order(id, Ok(&refund.id), now)).await?;
            follow(app, payment).await;
            Ok(())
        }
        Err(error) if error.is_final() => {
            let StripeError::Refused { code, message, .. } = error else { return Err(error.into()) };
            let said = code.map_or_else(|| message.clone(), |code| format!("{message} ({code})"));
            tracing::warn!(refund = %id, said, "Stripe refuses a refund");
            let now = clock::now();
            app.write(move |tx| tx.end_refund_order(id, Err(&said), now)).await?;
            Ok(())
        }
        Err(error) => {
            tracing::warn!(refund = %id, %error, "a refund was not confirmed; it is sent again");
            Ok(())
        }
    }
}

/// Has the payment read again at once. If that cannot be done now, Stripe's webhook brings it.
async fn follow(app: &Arc<App>, payment: &Payment) {
    match payments::sync_payment_intent(app, &payment.provider_payment).await {
        Ok(_) => {
            let landed = app.ledger.landed().borrow().position;
            app.wait_projected(landed, SHOW_PATIENCE).await;
        }
        Err(problem) => {
            tracing::warn!(payment = %payment.id, detail = problem.detail, "a refunded payment was not read again");
        }
    }
}

/// Sends again what Stripe has not answered: after a crash, or while it was not reached.
pub async fn sweep(app: &Arc<App>) -> Result<(), Problem> {
    let before = clock::now().plus(-AGE_MIN);
    let look = move |reader: &TablesReader<'_>| {
        let open = reader.open_refund_orders(SENT_AGAIN_MAX)?;
        let old = open.into_iter().filter(|order| order.updated_at <= before);
        old.map(|order| Ok((reader.payment(order.payment)?, order))).collect::<Result<Vec<_>, StoreError>>()
    };
    for (payment, order) in app.read(look).await? {
        let Some(payment) = payment else { continue };
        send_again_if_possible(app, &order, &payment).await;
    }
    Ok(())
}

/// Sends an order again, or leaves it for later: one of which cannot be told now what became of it keeps no other waiting.
async fn send_again_if_possible(app: &Arc<App>, order: &RefundOrder, payment: &Payment) {
    if let Err(problem) = send_again(app, order, payment).await {
        tracing::warn!(refund = %order.id, detail = problem.detail, "a refund was not sent again; it is later");
    }
}

async fn send_again(app: &Arc<App>, order: &RefundOrder, payment: &Payment) -> Result<(), Problem> {
    match made_already(app, order, payment).await? {
        Some(refund) => {
            let (id, now) = (order.id, clock::now());
            app.write(move |tx| tx.end_refund_order(id, Ok(&refund), now)).await?;
            follow(app, payment).await;
            Ok(())
        }
        None => send(app, order, payment).await,
    }
}

/// Stripe's refund that bears the order's name, if there is one.
async fn made_already(
    app: &Arc<App>,
    order: &RefundOrder,
    payment: &Payment,
) -> Result<Option<String>, Problem> {
    let of = Some(Paid::PaymentIntent(&payment.provider_payment));
    let request = Request::list_refunds(of, Created::default(), Page::default());
    let refunds: List<Refund> = app.stripe.send(&request).await?;
    let name = order.id.to_string();
    let made = refunds.data.into_iter().find(|refund| refund.metadata.get(NAME) == Some(&name));
    Ok(made.map(|refund| refund.id))
}

/// What is taken back of a payment for refunds and disputes, as the book has followed, and whether it still follows.
pub fn taken_back(tables: &TablesReader<'_>, payment: PaymentId) -> Result<(i64, bool), StoreError> {
    let (mut booked, mut is_behind) = (0_i64, false);
    for cause in [ClaimCause::Refund, ClaimCause::Dispute] {
        if let Some(row) = tables.taken_back(payment, cause)? {
            booked = booked.saturating_add(row.booked);
            is_behind |= row.is_behind();
        }
    }
    Ok((booked, is_behind))
}

/// A key that is made of our own ids: short enough and plain ASCII.
fn key(text: &str) -> IdempotencyKey {
    match IdempotencyKey::new(text) {
        Ok(key) => key,
        Err(error) => unreachable!("our ids make keys: {error}"),
    }
}
