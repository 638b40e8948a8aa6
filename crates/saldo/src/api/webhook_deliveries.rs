//! `/v1/webhook-deliveries`: what became of each message to each endpoint.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use money::{DeliveryId, EndpointId};
use serde::{Deserialize, Serialize};
use store::Reader;
use store::tables::endpoints::{Attempt as AttemptRow, Delivery as DeliveryRow};
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::access::{By, WebhooksRead, WebhooksWrite};
use super::once::{Answer, Wish};
use super::request::{Asked, Id, IdempotencyKey, cursor, id, page_rows};
use super::webhook_messages::Message;
use super::wire::{List, time, time_if};
use crate::endpoints;
use crate::problem::Problem;

/// Tries that are shown of a delivery.
const ATTEMPTS_SHOWN: u32 = 50;

/// The telling of a message to an endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Delivery {
    /// `dlv_…`
    id: String,
    /// To whom, `whe_…`.
    endpoint: String,
    /// What: the `webhook-id` of each try, `msg_…`.
    message: String,
    /// What it tells, as `credit.added`.
    #[serde(rename = "type")]
    kind: String,
    /// `waiting`, `sending`, `delivered` or `failed`.
    state: &'static str,
    /// Tries since it was last asked for.
    tries: u32,
    /// When the next one begins; null if nothing more is tried.
    next_attempt_at: Option<String>,
    /// When it was asked for first, RFC 3339.
    created_at: String,
    /// When it was taken.
    delivered_at: Option<String>,
    /// The last try.
    last_attempt: Option<Attempt>,
}

/// One try.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Attempt {
    /// From 1.
    number: u32,
    /// When it began, RFC 3339.
    at: String,
    /// How long it took.
    took_millis: u32,
    /// The status that was answered; null if nothing was.
    status: Option<u16>,
    /// How the answer's body begins: its first 1024 bytes as text.
    answer: String,
    /// Why it does not count; null if it does.
    error: Option<String>,
}

impl From<AttemptRow> for Attempt {
    fn from(row: AttemptRow) -> Attempt {
        Attempt {
            number: row.attempt_no,
            at: time(row.at),
            took_millis: row.took_millis,
            status: row.status,
            answer: row.answer,
            error: row.error,
        }
    }
}

/// A delivery with all there is to know.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeliveryInFull {
    /// The delivery.
    #[serde(flatten)]
    delivery: Delivery,
    /// What is sent.
    content: Message,
    /// The tries, newest first, at most 50.
    attempts: Vec<Attempt>,
}

impl Delivery {
    pub(super) fn of(tables: &Reader<'_>, row: &DeliveryRow) -> Result<Delivery, Problem> {
        let message = tables.message(row.message)?.ok_or_else(|| Problem::not_found("webhook message"))?;
        let last = tables.attempts(row.id, 1)?.into_iter().next();
        Ok(Delivery {
            id: row.id.to_string(),
            endpoint: row.endpoint.to_string(),
            message: row.message.to_string(),
            kind: message.kind,
            state: row.state.word(),
            tries: row.tries,
            next_attempt_at: time_if(row.next_attempt_at),
            created_at: time(row.created_at),
            delivered_at: time_if(row.delivered_at),
            last_attempt: last.map(Attempt::from),
        })
    }
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// To this endpoint, `whe_…`; to all, if nothing is said.
    endpoint: Option<String>,
    /// Rows wanted, 1 to 200; 50 if nothing is said.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List deliveries, newest first. They are kept for 90 days.
#[utoipa::path(get, path = "/v1/webhook-deliveries", tag = "webhook deliveries", params(Which),
    responses((status = 200, description = "A page of deliveries.", body = List<Delivery>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<WebhooksRead>,
    Asked(which): Asked<Which>,
) -> Result<Json<List<Delivery>>, Problem> {
    let rows = page_rows(which.limit)?;
    let before = cursor(which.cursor.as_deref(), |text| text.parse().ok())?;
    let endpoint = which.endpoint.map(|text| id::<EndpointId>("endpoint", &text)).transpose()?;
    let read = move |reader: &Reader<'_>| {
        let page = reader.deliveries(endpoint, before, rows)?;
        let data: Result<Vec<_>, Problem> = page.rows.iter().map(|row| Delivery::of(reader, row)).collect();
        Ok(data.map(|data| List { data, next_cursor: page.next.map(|id| id.to_string()) }))
    };
    api.app.read(read).await?.map(Json)
}

/// Read a delivery, with what is sent and what was answered.
#[utoipa::path(get, path = "/v1/webhook-deliveries/{id}", tag = "webhook deliveries",
    params(("id" = String, Path, description = "`dlv_…`")),
    responses((status = 200, description = "The delivery.", body = DeliveryInFull)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<WebhooksRead>,
    Id(id): Id<DeliveryId>,
) -> Result<Json<DeliveryInFull>, Problem> {
    let read = move |reader: &Reader<'_>| {
        let Some(row) = reader.delivery(id)? else { return Ok(None) };
        let Some(message) = reader.message(row.message)? else { return Ok(None) };
        let attempts = reader.attempts(id, ATTEMPTS_SHOWN)?.into_iter().map(Attempt::from).collect();
        let delivery = Delivery::of(reader, &row);
        Ok(Some(delivery.and_then(|delivery| {
            Ok(DeliveryInFull { delivery, content: Message::try_from(&message)?, attempts })
        })))
    };
    let found = api.app.read(read).await?.ok_or_else(|| Problem::not_found("webhook delivery"))?;
    found.map(Json)
}

/// Send a message again, with all tries, whether it was taken or not. Its id is the same.
#[utoipa::path(post, path = "/v1/webhook-deliveries/{id}/redelivery", tag = "webhook deliveries",
    params(("id" = String, Path, description = "`dlv_…`")),
    responses((status = 200, description = "The delivery as it is now.", body = Delivery)))]
pub(super) async fn redeliver(
    State(api): State<Arc<Api>>,
    by: By<WebhooksWrite>,
    key: IdempotencyKey,
    Id(id): Id<DeliveryId>,
) -> Result<Answer, Problem> {
    let route = "POST /v1/webhook-deliveries/{id}/redelivery";
    let wish = Wish::new(by.key.id, route, key, &id.to_string())?;
    let answer = wish
        .write(&api, StatusCode::OK, move |tx| Delivery::of(tx, &endpoints::redeliver(tx, &by.author, id)?))
        .await?;
    endpoints::wake(&api.app);
    Ok(answer)
}
