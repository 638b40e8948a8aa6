//! Money that came for a top-up and is not what it asked for: another amount or currency, or of another customer. Nothing is credited; the
//! customer is told that it came, and a person decides whether it is given back or becomes credit, by hand and of this payment.

use std::sync::Arc;

use axum::http::StatusCode;
use money::{Amount, CustomerId, PaymentId, Timestamp};
use serde_json::json;
use store::tables::bank::{Finding, FindingCode};
use store::tables::credit_requests::{CreditRequest, CreditRequestState};
use store::tables::payments::{Payment, PaymentStatus};
use store::tables::topups::{Topup, TopupState};
use store::{Reader as TablesReader, StoreError, Tx};
use stripe::Request;
use stripe::answer::{CheckoutSession, Expandable, PaymentIntent};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::findings::{Found, RESOLVED};
use crate::payments::STRIPE;
use crate::problem::Problem;
use crate::{claim_findings, claims, clock, refunds};

/// Under which codes staff are told of such a payment.
const CODES: [FindingCode; 2] = [FindingCode::CardOtherCustomer, FindingCode::CardOtherAmount];
/// Why such a payment bought nothing, as its row keeps it.
const NOT_AS_ASKED: &str = "not_as_asked";
/// The same once staff have given credit for it.
const CREDITED_BY_HAND: &str = "credited_by_hand";

/// The code of a problem: what is to be credited by hand waits for no credit.
pub(crate) const NOT_WAITING: &str = "payment_not_waiting";
/// The code of a problem: more credit than is left of the payment's money.
pub(crate) const ABOVE_LEFT: &str = "payment_above_left";

/// The code of a problem: a refund of what is to be credited by hand waits for somebody's yes.
pub(crate) const REFUND_WAITING: &str = "refund_waiting";

/// How a finding about such a payment was dealt with, as the audit log has it: somebody gave credit for it.
pub(crate) const CREDITED: &str = "credited";

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

/// Whether a payment waits for a person's decision, or went back.
pub(crate) fn is_withheld(payment: &Payment) -> bool {
    bought_nothing_by_itself(payment) && payment.reason_code.as_deref() == Some(NOT_AS_ASKED)
}

/// What was asked for by that for which a payment came.
pub(crate) fn asked(tables: &TablesReader<'_>, payment: &Payment) -> Result<Option<Amount>, StoreError> {
    let topup = payment.topup.map(|topup| tables.topup(topup)).transpose()?.flatten();
    Ok(topup.map(|topup| topup.amount))
}

/// Whether staff have given credit for a payment by hand.
pub(crate) fn is_credited_by_hand(payment: &Payment) -> bool {
    bought_nothing_by_itself(payment) && payment.reason_code.as_deref() == Some(CREDITED_BY_HAND)
}

fn bought_nothing_by_itself(payment: &Payment) -> bool {
    payment.status == PaymentStatus::Succeeded && payment.credited_entry.is_none()
}

/// Refuses credit for a payment that waits for none: it was credited, by itself or by hand, or its money is not there any more. Nor is more
/// given than is left of it, where both are in one currency.
pub(crate) fn must_wait_for_credit(
    tables: &TablesReader<'_>,
    id: PaymentId,
    customer: CustomerId,
    credit: Amount,
) -> Result<(), Problem> {
    let payment = tables.payment(id)?.filter(|payment| payment.customer == customer);
    let payment = payment.ok_or_else(|| Problem::not_found("payment"))?;
    if waits_for_credit(tables, &payment)? {
        if refunds::is_waiting(tables, id)? {
            let detail =
                "A refund of this payment waits for somebody's yes: approve or reject that one first.";
            return Err(Problem::new(StatusCode::CONFLICT, REFUND_WAITING, detail));
        }
        let left = refunds::refundable(tables, &payment)?;
        if left.unit() != credit.unit() || credit.value() <= left.value() {
            return Ok(());
        }
        let detail = format!("amount is more than the {} that is left of the payment.", left.to_decimal());
        let problem = Problem::new(StatusCode::CONFLICT, ABOVE_LEFT, detail);
        return Err(Problem { field: Some("amount".into()), ..problem });
    }
    let detail = "This payment waits for no credit: it was credited, or it went back or is on its way back.";
    Err(Problem::new(StatusCode::CONFLICT, NOT_WAITING, detail))
}

/// Whether staff may give credit for a payment: it bought nothing and is about to buy nothing, and all or a part of its money is still there.
pub(crate) fn waits_for_credit(tables: &TablesReader<'_>, payment: &Payment) -> Result<bool, StoreError> {
    let topup = payment.topup.map(|topup| tables.topup(topup)).transpose()?.flatten();
    let is_being_credited = topup
        .is_some_and(|topup| topup.state == TopupState::Paid && topup.outcome_payment == Some(payment.id));
    Ok(is_withheld(payment) && !is_being_credited && refunds::refundable(tables, payment)?.value() > 0)
}

/// Whether staff have given credit for a payment, or have asked for it: nothing else credits it then.
pub(crate) fn is_in_hand(tables: &TablesReader<'_>, payment: &Payment) -> Result<bool, StoreError> {
    let asked = tables.last_credit_request_for(payment.id)?;
    Ok(is_credited_by_hand(payment) || asked.is_some_and(|request| request.is_live()))
}

/// Whether credit for a payment was asked for and is not booked yet: its money must stay.
pub(crate) fn is_being_asked_for(tables: &TablesReader<'_>, payment: PaymentId) -> Result<bool, StoreError> {
    let asked = tables.last_credit_request_for(payment)?;
    Ok(asked.is_some_and(|request| {
        matches!(request.state, CreditRequestState::Waiting | CreditRequestState::Approved)
    }))
}

/// Tells staff what went back, `gone` in all, of a payment for which they have given credit. What had gone before that, they knew.
pub(crate) fn tell_credit_stays(tx: &Tx<'_>, payment: &Payment, gone: i64) -> Result<(), StoreError> {
    let before = tx.last_credit_request_for(payment.id)?.and_then(|request| request.payment_gone);
    let beside = gone.saturating_sub(before.unwrap_or(0)).max(0);
    claim_findings::tell_gone(tx, payment, &payment.id.to_string(), beside, |back, all| {
        Found::CreditByHandStays { back, all: Some(all), payment: payment.provider_payment.clone() }
    })
}

/// The credit that staff gave for a payment is booked: it waits for nobody any more, and the customer's row says so. Whether it is so only now.
pub(crate) fn credited_by_hand(
    tx: &Tx<'_>,
    request: &CreditRequest,
    id: PaymentId,
) -> Result<bool, StoreError> {
    let Some(payment) = tx.payment(id)?.filter(is_withheld) else { return Ok(false) };
    tx.set_payment_reason(id, CREDITED_BY_HAND, clock::now())?;
    for code in CODES {
        let Some(finding) = tx.open_finding_about(code, &id.to_string())? else { continue };
        if tx.resolve_finding(finding.finding_no, request.asked_at)? {
            let how = json!({"how": CREDITED, "request": request.id.to_string()});
            let resolved = Change::new(RESOLVED, finding.finding_no).about(id).after_json(&how);
            Author::named(&request.asked_by.to_string()).note(tx, &resolved)?;
        }
    }
    // It may have gone back since its credit was allowed.
    tell_credit_stays(tx, &payment, claims::gone(tx, &payment)?)?;
    Ok(true)
}

/// How many of these payments have an open finding that says so.
pub(crate) fn found(tables: &TablesReader<'_>, payments: &[PaymentId]) -> Result<usize, StoreError> {
    let mut found = 0;
    for payment in payments {
        for code in CODES {
            found += usize::from(tables.open_finding_about(code, &payment.to_string())?.is_some());
        }
    }
    Ok(found)
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
    let about = payment.id.to_string();
    let finding = Finding { about, ..found.finding(Some(topup.customer), at) };
    let detail = &finding.detail;
    tracing::error!(payment = %payment.id, topup = %topup.id, detail, "a payment was not credited");
    tx.insert_finding_once(&finding)
}
