//! `/v1/topups`: a customer's wish to add credit, paid at the provider's page.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use money::{CustomerId, TopupId};
use serde::{Deserialize, Serialize};
use store::Reader;
use store::tables::topups::Topup as TopupRow;
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::access::{By, PaymentsRead, PaymentsWrite};
use super::once::{Answer, Wish};
use super::request::{Asked, Body, Id, IdempotencyKey, cursor, id, page_rows};
use super::wire::{Amount, List, time, time_if};
use crate::audit::Change;
use crate::problem::Problem;
use crate::topups;

/// A customer's wish to pay by card: to add credit, or for a purchase that it names.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Topup {
    /// `top_…`
    id: String,
    /// Whose, `cus_…`.
    customer: String,
    /// Where the credit goes, `wal_…`.
    wallet: String,
    /// How much.
    amount: Amount,
    /// `open`, `charging` (a saved card, by itself), `paid`, `credited`, `cancelled`, `expired`, `free` (a coupon
    /// took all of it: nothing was paid, nothing is credited) or `failed`.
    state: String,
    /// Where the customer pays.
    checkout_url: Option<String>,
    /// Until when that page is open, RFC 3339.
    checkout_expires_at: Option<String>,
    /// The payment that decided it, `pay_…`.
    payment: Option<String>,
    /// The purchase that it pays, `pur_…`, if it is not to add credit.
    purchase: Option<String>,
    /// Since when, RFC 3339.
    created_at: String,
    /// When it last changed, RFC 3339.
    updated_at: String,
}

impl From<&TopupRow> for Topup {
    fn from(row: &TopupRow) -> Topup {
        Topup {
            id: row.id.to_string(),
            customer: row.customer.to_string(),
            wallet: row.wallet.to_string(),
            amount: row.amount.into(),
            state: row.state.word().to_owned(),
            checkout_url: row.checkout_url.clone(),
            checkout_expires_at: time_if(row.checkout_expires_at),
            payment: row.outcome_payment.map(|payment| payment.to_string()),
            purchase: row.purchase.map(|purchase| purchase.to_string()),
            created_at: time(row.created_at),
            updated_at: time(row.updated_at),
        }
    }
}

/// Credit to be bought.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TopupWanted {
    /// Whose, `cus_…`.
    customer: String,
    /// How much, in whole cents, within the limits that are configured.
    amount: Amount,
    /// Language of the payment page, as `pt-BR`; the browser's, if nothing is said.
    locale: Option<String>,
}

/// Begin a top-up: send the customer to its `checkout_url`. If one of the same amount is open already, that one is answered.
#[utoipa::path(post, path = "/v1/topups", tag = "topups", request_body = TopupWanted,
    responses((status = 201, description = "The payment page is open.", body = Topup),
        (status = 502, description = "`payment_provider_unavailable`: nothing was charged.")))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    by: By<PaymentsWrite>,
    key: IdempotencyKey,
    Body(wanted): Body<TopupWanted>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/topups", key, &wanted)?;
    let _alone = wish.alone(&api).await;
    if let Some(answer) = wish.first_answer(&api).await? {
        return Ok(answer);
    }
    let customer: CustomerId = id("customer", &wanted.customer)?;
    let amount = wanted.amount.read_positive("amount")?;
    let topup = topups::begin(&api.app, customer, amount, wanted.locale.as_deref()).await?;
    wish.write(&api, StatusCode::CREATED, move |tx| {
        by.author.note(tx, &Change::new("topup.begin", topup.id).after(&wanted)?)?;
        Ok(Topup::from(&topup))
    })
    .await
}

/// Read a top-up.
#[utoipa::path(get, path = "/v1/topups/{id}", tag = "topups", params(("id" = String, Path, description = "`top_…`")),
    responses((status = 200, description = "The top-up.", body = Topup)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<PaymentsRead>,
    Id(id): Id<TopupId>,
) -> Result<Json<Topup>, Problem> {
    let topup = api.app.read(move |reader| reader.topup(id)).await?;
    topup.map(|topup| Json(Topup::from(&topup))).ok_or_else(|| Problem::not_found("top-up"))
}

/// Which top-ups.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only this customer's, `cus_…`.
    customer: Option<String>,
    /// Rows wanted, 1 to 200; 50 if nothing is said.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List top-ups, newest first.
#[utoipa::path(get, path = "/v1/topups", tag = "topups", params(Which),
    responses((status = 200, description = "A page of top-ups.", body = List<Topup>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<PaymentsRead>,
    Asked(which): Asked<Which>,
) -> Result<Json<List<Topup>>, Problem> {
    let rows = page_rows(which.limit)?;
    let before = cursor(which.cursor.as_deref(), |text| text.parse().ok())?;
    let customer = which.customer.map(|text| id::<CustomerId>("customer", &text)).transpose()?;
    let look = move |reader: &Reader<'_>| match customer {
        Some(customer) => reader.topups_of(customer, before, rows),
        None => reader.topups(before, rows),
    };
    let page = api.app.read(look).await?;
    let data = page.rows.iter().map(Topup::from).collect();
    Ok(Json(List { data, next_cursor: page.next.map(|id| id.to_string()) }))
}

/// Cancel a top-up: its payment page is closed. One that was paid meanwhile stays paid; the answer says how it stands.
#[utoipa::path(post, path = "/v1/topups/{id}/cancellation", tag = "topups",
    params(("id" = String, Path, description = "`top_…`")),
    responses((status = 200, description = "The top-up as it stands now.", body = Topup)))]
pub(super) async fn cancel(
    State(api): State<Arc<Api>>,
    by: By<PaymentsWrite>,
    key: IdempotencyKey,
    Id(id): Id<TopupId>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/topups/{id}/cancellation", key, &id.to_string())?;
    let _alone = wish.alone(&api).await;
    if let Some(answer) = wish.first_answer(&api).await? {
        return Ok(answer);
    }
    let topup = api.app.read(move |reader| reader.topup(id)).await?;
    let topup = topup.ok_or_else(|| Problem::not_found("top-up"))?;
    let topup = topups::cancel(&api.app, topup.customer, id).await?;
    wish.write(&api, StatusCode::OK, move |tx| {
        by.author.note(tx, &Change::new("topup.cancel", id).after(&topup.state.word())?)?;
        Ok(Topup::from(&topup))
    })
    .await
}
