//! `/v1/payments/{id}/refunds`: money that goes back, as it was ordered here. What Stripe tells of it stands on the payment.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use money::{PaymentId, RefundId};
use serde::{Deserialize, Serialize};
use store::tables::lines::OnWriteOff;
use store::tables::refund_orders::RefundOrder;
use utoipa::ToSchema;

use super::Api;
use super::access::{By, PaymentsRead, PaymentsWrite};
use super::once::{Answer, Wish};
use super::request::{Body, Id, IdempotencyKey};
use super::wire::{Amount, List, time};
use crate::problem::Problem;
use crate::refunds::{self, Wanted};

/// Most orders of one payment: all of them are one page.
const ORDERS_MAX: u32 = 200;

/// Money that is to go back.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefundWanted {
    /// How much, in whole cents; all that is left, if nothing is said.
    amount: Option<Amount>,
    /// `requested_by_customer`, `duplicate` or `fraudulent`, as Stripe is told.
    reason: Option<String>,
    /// Why, in words that staff read.
    note: Option<String>,
    /// Of a payment that bought data: whether the data that belongs to the refunded money is taken back, as far as it is left (`take`, also if
    /// nothing is said), or stays (`leave`).
    data: Option<OnData>,
}

/// What a refund does to data that the payment bought.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RefundOnData)]
pub(super) enum OnData {
    Take,
    Leave,
}

impl From<OnData> for refunds::OnData {
    fn from(on_data: OnData) -> refunds::OnData {
        match on_data {
            OnData::Take => refunds::OnData::Take,
            OnData::Leave => refunds::OnData::Leave,
        }
    }
}

/// A refund as it was ordered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Refund {
    /// `ref_…`
    id: String,
    /// Of which payment, `pay_…`.
    payment: String,
    /// How much.
    amount: Amount,
    /// As Stripe was told.
    reason: Option<String>,
    /// Why, in words.
    note: String,
    /// `waiting` for the yes of somebody else of staff, or `rejected` by him; `open` while Stripe has not answered, `made`, or `refused`;
    /// `failed` if Stripe had made it and the money came back.
    state: String,
    /// Stripe's refund, `re_…`.
    provider_refund: Option<String>,
    /// Why Stripe refused it, or why it failed.
    error: Option<String>,
    /// What becomes of data, if the payment bought any.
    data: OnData,
    /// When it was ordered, RFC 3339.
    ordered_at: String,
    /// When it last changed, RFC 3339.
    updated_at: String,
}

impl From<&RefundOrder> for Refund {
    fn from(row: &RefundOrder) -> Refund {
        Refund {
            id: row.id.to_string(),
            payment: row.payment.to_string(),
            amount: row.amount.into(),
            reason: row.reason.clone(),
            note: row.note.clone(),
            state: row.state.word().to_owned(),
            provider_refund: row.provider_refund.clone(),
            error: row.error.clone(),
            data: if row.on_data == OnWriteOff::TakeBack { OnData::Take } else { OnData::Leave },
            ordered_at: time(row.ordered_at),
            updated_at: time(row.updated_at),
        }
    }
}

/// Give money back. The credit that it bought is taken back as soon as Stripe tells of the refund; of data, what is left of the part that
/// belongs to the refunded money, unless `data` says that it stays.
#[utoipa::path(post, path = "/v1/payments/{id}/refunds", tag = "payments", request_body = RefundWanted,
    params(("id" = String, Path, description = "`pay_…`")),
    responses((status = 201, description = "The refund is ordered, durably; `state` says whether Stripe has answered.", body = Refund),
        (status = 409, description = "`payment_not_paid`, `already_refunded`, or `refund_open`: another one waits for Stripe; `refund_waiting`: another one waits for \
            somebody of staff; `payment_disputed`: the customer's bank holds the money; \
            `payment_other_currency`: it is given back at Stripe only; `payment_credit_waiting`: staff asked for credit for it, \
            which is not booked yet."),
        (status = 422, description = "`no_data_bought`: `data` is `leave`, and the payment bought no data.")))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    by: By<PaymentsWrite>,
    key: IdempotencyKey,
    Id(payment): Id<PaymentId>,
    Body(wanted): Body<RefundWanted>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/payments/{id}/refunds", key, &(payment.to_string(), &wanted))?;
    let _alone = wish.alone(&api).await;
    if let Some(answer) = wish.first_answer(&api).await? {
        return Ok(answer);
    }
    let reason = wanted.reason.as_deref().map(|word| {
        refunds::reason_of(word).ok_or_else(|| {
            let detail = "reason must be requested_by_customer, duplicate or fraudulent.";
            Problem::invalid("reason", "invalid_field", detail)
        })
    });
    let order = Wanted {
        amount: wanted.amount.as_ref().map(|amount| amount.read_positive("amount")).transpose()?,
        reason: reason.transpose()?,
        note: wanted.note.clone().unwrap_or_default(),
        on_data: wanted.data.map(Into::into),
        left_seen: None,
        // Keys are given to programs, which have rules of their own.
        alone_up_to: None,
    };
    let name = RefundId::from_u128(wish.name_bits(&api.app));
    let order = refunds::order(&api.app, by.author, (name, payment), order).await?;
    wish.write(&api, StatusCode::CREATED, move |_| Ok(Refund::from(&order))).await
}

/// List the refunds of a payment that were ordered here, oldest first.
#[utoipa::path(get, path = "/v1/payments/{id}/refunds", tag = "payments",
    params(("id" = String, Path, description = "`pay_…`")),
    responses((status = 200, description = "All of them.", body = List<Refund>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<PaymentsRead>,
    Id(payment): Id<PaymentId>,
) -> Result<Json<List<Refund>>, Problem> {
    let look = move |reader: &store::Reader<'_>| {
        Ok((reader.payment(payment)?, reader.refund_orders_of(payment, ORDERS_MAX)?))
    };
    let (Some(_), orders) = api.app.read(look).await? else { return Err(Problem::not_found("payment")) };
    Ok(Json(List { data: orders.iter().map(Refund::from).collect(), next_cursor: None }))
}
