//! Money that came for a top-up and is not what it asked for: another amount or currency, or of another customer. Nothing is credited; the
//! customer is told that it came, and a person decides whether it is given back or becomes credit.

use std::sync::Arc;

use money::Timestamp;
use store::tables::payments::{Payment, PaymentStatus};
use store::tables::topups::{Topup, TopupState};
use store::{Reader as TablesReader, StoreError, Tx};
use stripe::Request;
use stripe::answer::{CheckoutSession, Expandable, PaymentIntent};

use crate::app::App;
use crate::clock;
use crate::findings::Found;
use crate::payments::STRIPE;
use crate::problem::Problem;

/// Why such a payment bought nothing, as its row keeps it.
const NOT_AS_ASKED: &str = "not_as_asked";

/// Whether a payment is of the customer whose top-up it names: of his name at Stripe, or, if he was deleted there since and made anew, one
/// that has completed the top-up already, one that we asked of his saved card ourselves, or one made on the page that was opened for him.
pub(crate) async fn is_his(app: &Arc<App>, intent: &PaymentIntent, topup: &Topup) -> Result<bool, Problem> {
    let (its, name) = (topup.clone(), intent.id.clone());
    let look = move |reader: &TablesReader<'_>| {
        let known = reader.customer(its.customer)?.and_then(|customer| customer.stripe_customer_id);
        let has_completed = |tried: &Payment| {
            tried.credited_entry.is_some()
                || its.state != TopupState::Withheld && its.outcome_payment == Some(tried.id)
        };
        let is_completed = reader.attempts_of(STRIPE, &name)?.iter().any(has_completed);
        Ok((known, is_completed || reader.automatic_charge(its.id)?.is_some()))
    };
    let (known, is_ours) = app.read(look).await?;
    if is_ours || known.is_some() && known.as_deref() == intent.customer.as_ref().map(Expandable::id) {
        return Ok(true);
    }
    let Some(session) = &topup.checkout_session else { return Ok(false) };
    match app.stripe.send::<CheckoutSession>(&Request::retrieve_checkout_session(session)).await {
        Ok(page) => Ok(page.payment_intent.is_some_and(|paid| paid.id() == intent.id)),
        Err(error) if error.is_missing() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Marks what a provider says of a payment, if it is paid.
pub(crate) fn mark(report: &mut Payment) {
    if report.status == PaymentStatus::Succeeded {
        report.reason_code = Some(NOT_AS_ASKED.to_owned());
    }
}

/// Whether a payment waits for a person's decision, or has had it.
pub(crate) fn is_withheld(payment: &Payment) -> bool {
    payment.status == PaymentStatus::Succeeded
        && payment.credited_entry.is_none()
        && payment.reason_code.as_deref() == Some(NOT_AS_ASKED)
}

/// Has the top-up say so, and staff look at it; both once.
pub(crate) fn tell(tx: &Tx<'_>, topup: &Topup, payment: &Payment, at: Timestamp) -> Result<(), StoreError> {
    for before in [TopupState::Open, TopupState::Cancelled, TopupState::Expired] {
        tx.move_topup(topup.id, before, TopupState::Withheld, Some(payment.id), clock::now())?;
    }
    let (paid, asked) = (payment.amount.into(), topup.amount);
    let (name, named) = (payment.provider_payment.clone(), topup.id.to_string());
    let found = if payment.amount == asked {
        Found::CardOtherCustomer { paid, payment: name, topup: named }
    } else if payment.amount.unit() == asked.unit() {
        Found::CardOtherAmount { paid, payment: name, topup: named, asked: asked.into() }
    } else {
        Found::CardOtherCurrency { paid, payment: name, topup: named, asked: asked.into() }
    };
    let finding = found.finding(Some(topup.customer), at);
    let detail = &finding.detail;
    tracing::error!(payment = %payment.id, topup = %topup.id, detail, "a payment was not credited");
    tx.insert_finding_once(&finding)
}
