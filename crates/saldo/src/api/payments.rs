//! `/v1/payments`: every attempt to pay, successful or not, as the provider told it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use money::{CustomerId, PaymentId, Timestamp};
use serde::{Deserialize, Serialize};
use store::Reader;
use store::tables::payments::{Payment as PaymentRow, PaymentCursor};
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::access::{By, PaymentsRead};
use super::request::{Asked, Id, cursor, id, page_rows};
use super::wire::{Amount, List, time};
use crate::problem::Problem;

/// One attempt to pay.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Payment {
    /// `pay_…`
    id: String,
    /// Who tried, `cus_…`.
    customer: String,
    /// What it is for, `top_…`.
    topup: Option<String>,
    /// Where it was tried, as `stripe`.
    provider: String,
    /// The provider's payment, `pi_…`.
    provider_payment: String,
    /// The provider's charge, `ch_…`; none where the attempt ended before there was one.
    provider_charge: Option<String>,
    /// How much.
    amount: Amount,
    /// `pending`, `failed` or `succeeded`.
    status: String,
    /// How much of it was given back.
    refunded: Amount,
    /// How the last dispute stands: `inquiry`, `open`, `won`, `lost` or `closed`.
    dispute: Option<String>,
    /// The card, if it was one.
    card: Option<Card>,
    /// The provider's code of why it failed.
    reason_code: Option<String>,
    /// The provider's words for it.
    reason: Option<String>,
    /// The entry that credited it, `ent_…`.
    entry: Option<String>,
    /// When it was tried, RFC 3339.
    occurred_at: String,
    /// When we last learnt something new, RFC 3339.
    updated_at: String,
}

/// The card of an attempt.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Card {
    /// The provider's code of the brand, as `visa`.
    brand: Option<String>,
    /// The last four digits.
    last4: String,
    /// The month in which it expires, 1 to 12.
    exp_month: Option<u8>,
    /// The year in which it expires.
    exp_year: Option<u16>,
}

impl From<&PaymentRow> for Payment {
    fn from(row: &PaymentRow) -> Payment {
        Payment {
            id: row.id.to_string(),
            customer: row.customer.to_string(),
            topup: row.topup.map(|topup| topup.to_string()),
            provider: row.provider.clone(),
            provider_payment: row.provider_payment.clone(),
            provider_charge: row.provider_charge.clone(),
            amount: row.amount.into(),
            status: row.status.word().to_owned(),
            refunded: money::Amount::new(row.refunded, row.amount.unit()).into(),
            dispute: row.dispute_state.map(|state| state.word().to_owned()),
            card: row.card_last4.clone().map(|last4| Card {
                brand: row.card_brand.clone(),
                last4,
                exp_month: row.card_exp_month,
                exp_year: row.card_exp_year,
            }),
            reason_code: row.reason_code.clone(),
            reason: row.reason.clone(),
            entry: row.credited_entry.map(|entry| entry.to_string()),
            occurred_at: time(row.occurred_at),
            updated_at: time(row.updated_at),
        }
    }
}

/// Which payments.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Whose, `cus_…`.
    customer: String,
    /// Rows wanted, 1 to 200; 50 if nothing is said.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List a customer's attempts to pay, newest first.
#[utoipa::path(get, path = "/v1/payments", tag = "payments", params(Which),
    responses((status = 200, description = "A page of payments.", body = List<Payment>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<PaymentsRead>,
    Asked(which): Asked<Which>,
) -> Result<Json<List<Payment>>, Problem> {
    let rows = page_rows(which.limit)?;
    let before = cursor(which.cursor.as_deref(), |text| {
        let (at, id) = text.split_once('.')?;
        Some(PaymentCursor { occurred_at: Timestamp::from_micros(at.parse().ok()?), id: id.parse().ok()? })
    })?;
    let customer: CustomerId = id("customer", &which.customer)?;
    let look = move |reader: &Reader<'_>| {
        Ok((reader.customer(customer)?, reader.payments_of(customer, before, rows)?))
    };
    let (Some(_), page) = api.app.read(look).await? else { return Err(Problem::not_found("customer")) };
    let next_cursor = page.next.map(|next| format!("{}.{}", next.occurred_at.as_micros(), next.id));
    Ok(Json(List { data: page.rows.iter().map(Payment::from).collect(), next_cursor }))
}

/// Read an attempt to pay.
#[utoipa::path(get, path = "/v1/payments/{id}", tag = "payments", params(("id" = String, Path, description = "`pay_…`")),
    responses((status = 200, description = "The payment.", body = Payment)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<PaymentsRead>,
    Id(id): Id<PaymentId>,
) -> Result<Json<Payment>, Problem> {
    let payment = api.app.read(move |reader| reader.payment(id)).await?;
    payment.map(|payment| Json(Payment::from(&payment))).ok_or_else(|| Problem::not_found("payment"))
}
