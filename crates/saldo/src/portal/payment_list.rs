//! Credit details: every attempt to pay, as a row that is never half empty.

use money::{Amount, CustomerId, PaymentId};
use store::tables::claims::{ClaimCause, ClaimState};
use store::tables::payments::{Payment, PaymentCursor, PaymentStatus};
use store::{Reader as TablesReader, StoreError};

use super::trail::Trail;
use crate::app::App;
use crate::look::Reader;
use crate::look::part::{self, Card, Method, PaymentList, Place, Reason};
use crate::taken_data;
use crate::withheld;

/// Rows of one page.
const ROWS: u32 = 20;

/// The page of a customer's attempts to which `trail` leads, as it is drawn at `place`.
pub(super) fn list(
    app: &App,
    tables: &TablesReader<'_>,
    reader: &Reader,
    customer: CustomerId,
    (place, trail): (Place, &Trail),
    request_id: &str,
) -> Result<PaymentList, StoreError> {
    let page = tables.payments_of(customer, trail.last().and_then(cursor), ROWS)?;
    let base = format!("{}?", place.url());
    let older = page.next.map(|next| format!("{}.{}", next.occurred_at.as_micros(), next.id));
    let rows = page.rows.iter().map(|payment| row_of(tables, reader, payment));
    Ok(PaymentList {
        caption_id: "credit-details",
        rows: rows.collect::<Result<_, _>>()?,
        newer_url: trail.newer_url(&base, "payments"),
        older_url: older.map(|next| trail.older_url(&base, "payments", &next)),
        support_email: app.config.brand().support_email.clone(),
        request_id: request_id.to_owned(),
        is_for_staff: false,
    })
}

/// An attempt as a row.
pub(crate) fn row(reader: &Reader, payment: &Payment) -> part::Payment {
    let (status, reason) = standing(payment);
    let id = payment.provider_charge.as_ref().unwrap_or(&payment.provider_payment);
    let has_receipt = payment.credited_entry.is_some() || withheld::is_credited_by_hand(payment);
    part::Payment {
        at: payment.occurred_at,
        transaction_id: id.clone(),
        amount: payment.amount,
        method: method(reader, payment),
        status,
        reason,
        receipt_url: has_receipt.then(|| format!("/receipts/{}", payment.id)),
        way_on: payment.way_on.clone(),
    }
}

/// An attempt as a row, told of its data if it bought any and something of it went back, and of a refund that came back.
pub(crate) fn row_of(
    tables: &TablesReader<'_>,
    reader: &Reader,
    payment: &Payment,
) -> Result<part::Payment, StoreError> {
    let row = row(reader, payment);
    let reason = match (row.reason, taken_data::taken_with(tables, payment)?) {
        (Some(reason), Some(taken)) => Some(reason.of_data(taken)),
        (None, _) if row.status == part::PaymentStatus::Success => refund_that_failed(tables, payment)?,
        (reason, _) => reason,
    };
    Ok(part::Payment { reason, ..row })
}

/// What was to be given back of a payment that stands, if the newest refund of it did not arrive.
fn refund_that_failed(tables: &TablesReader<'_>, payment: &Payment) -> Result<Option<Reason>, StoreError> {
    let claims = tables.claims_of(payment.id)?;
    let newest = claims.into_iter().rfind(|claim| claim.cause == ClaimCause::Refund);
    let failed = newest.filter(|claim| claim.state == ClaimState::Failed);
    Ok(failed.map(|claim| Reason::RefundFailed(claim.amount)))
}

/// How an attempt stands. It is a success when its credit is there, and not before.
fn standing(payment: &Payment) -> (part::PaymentStatus, Option<Reason>) {
    match (payment.status, payment.credited_entry) {
        (PaymentStatus::Succeeded, Some(_)) => claimed(payment),
        (PaymentStatus::Failed, _) => (part::PaymentStatus::Failure, Some(failure(payment))),
        // What was withheld and went back bought nothing on its way.
        (PaymentStatus::Succeeded, None) if payment.refunded > 0 || payment.dispute_state.is_some() => {
            let (status, reason) = claimed(payment);
            let by_hand = withheld::is_credited_by_hand(payment).then_some(Reason::WentBackFromHand);
            (status, by_hand.or(reason))
        }
        (PaymentStatus::Succeeded, None) if withheld::is_credited_by_hand(payment) => {
            (part::PaymentStatus::Success, Some(Reason::CreditedByHand))
        }
        (PaymentStatus::Succeeded, None) if withheld::is_withheld(payment) => {
            (part::PaymentStatus::Pending, Some(Reason::Withheld))
        }
        (PaymentStatus::Succeeded, None) => (part::PaymentStatus::Pending, Some(Reason::BeingCredited)),
        (PaymentStatus::Pending, _) => {
            let reason = payment.awaited_until.map_or(Reason::AwaitingConfirmation, Reason::WaitingUntil);
            (part::PaymentStatus::Pending, Some(reason))
        }
    }
}

/// How a payment that was credited stands: a dispute that is not over says more than a refund.
fn claimed(payment: &Payment) -> (part::PaymentStatus, Option<Reason>) {
    let refunded = Amount::new(payment.refunded, payment.amount.unit());
    let given_back = Some(Reason::GivenBack(refunded));
    match payment.dispute_state {
        Some(ClaimState::Open) => return (part::PaymentStatus::Disputed, Some(Reason::DisputeOpen)),
        Some(ClaimState::Inquiry) => return (part::PaymentStatus::Disputed, Some(Reason::DisputeAsked)),
        Some(ClaimState::Lost) => return (part::PaymentStatus::DisputeLost, Some(Reason::DisputeLost)),
        Some(ClaimState::Won) if payment.refunded == 0 => {
            return (part::PaymentStatus::Success, Some(Reason::DisputeWon));
        }
        _ => {}
    }
    match payment.refunded {
        0 => (part::PaymentStatus::Success, None),
        all if all >= payment.amount.value() => (part::PaymentStatus::Refunded, given_back),
        _ => (part::PaymentStatus::PartlyRefunded, given_back),
    }
}

/// Why an attempt failed.
pub(super) fn failure(payment: &Payment) -> Reason {
    Reason::from_decline_code(payment.reason_code.as_deref().unwrap_or_default())
}

/// What an attempt was made with.
pub(super) fn method(reader: &Reader, payment: &Payment) -> Method {
    let card = match (&payment.card_brand, &payment.card_last4) {
        (Some(brand), Some(last4)) => Some(Card { brand: brand.clone(), last4: last4.clone() }),
        _ => None,
    };
    Method::new(reader, payment.method.as_deref(), card)
}

/// The place in a list that an address carries.
pub(crate) fn cursor(text: &str) -> Option<PaymentCursor> {
    let (at, id) = text.split_once('.')?;
    let occurred_at = money::Timestamp::from_micros(at.parse().ok()?);
    Some(PaymentCursor { occurred_at, id: id.parse::<PaymentId>().ok()? })
}
