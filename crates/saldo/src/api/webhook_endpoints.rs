//! `/v1/webhook-endpoints`: who is told by webhooks, of what, and by which secret he knows us.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use money::EndpointId;
use serde::{Deserialize, Serialize};
use store::tables::endpoints::{Endpoint as EndpointRow, EndpointState};
use utoipa::ToSchema;

use super::Api;
use super::access::{By, WebhooksRead, WebhooksWrite};
use super::once::{Answer, Wish};
use super::request::{Body, Id, IdempotencyKey};
use super::webhook_deliveries::Delivery;
use super::wire::{List, time, time_if};
use crate::endpoints::{self, EndpointDraft};
use crate::ids;
use crate::problem::Problem;

/// A receiver of webhooks. Its secret is shown once, by the answer that drew it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Endpoint {
    /// `whe_…`
    id: String,
    /// Where messages are posted.
    url: String,
    /// What it is told of; empty for everything.
    kinds: Vec<String>,
    /// What people call it.
    description: String,
    /// Whether it is told.
    enabled: bool,
    /// Why it is not told: `by_hand`, `gone` (it answered 410), `failing` (it took nothing for 5 days); null if it is.
    disabled_reason: Option<&'static str>,
    /// Since when it has taken nothing that was sent; null if it took the last.
    failing_since: Option<String>,
    /// Until when messages are signed with the secret before, too; null if they are not.
    previous_secret_until: Option<String>,
    /// When it was made, RFC 3339.
    created_at: String,
}

impl From<&EndpointRow> for Endpoint {
    fn from(row: &EndpointRow) -> Endpoint {
        Endpoint {
            id: row.id.to_string(),
            url: row.url.clone(),
            kinds: row.kinds.split(' ').filter(|kind| !kind.is_empty()).map(str::to_owned).collect(),
            description: row.description.clone(),
            enabled: row.state == EndpointState::Enabled,
            disabled_reason: match row.state {
                EndpointState::Enabled => None,
                EndpointState::Disabled => Some("by_hand"),
                EndpointState::Gone => Some("gone"),
                EndpointState::Failing => Some("failing"),
            },
            failing_since: time_if(row.failing_since),
            previous_secret_until: time_if(row.previous_until),
            created_at: time(row.created_at),
        }
    }
}

/// An endpoint whose secret was drawn.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EndpointWithSecret {
    /// The endpoint.
    #[serde(flatten)]
    endpoint: Endpoint,
    /// What messages to it are signed with, `whsec_…`. Null when the same request is repeated: nobody shows it a second time.
    secret: Option<String>,
    /// Where `secret` is null: why, and what to do.
    secret_notice: Option<&'static str>,
}

/// What is said instead of a secret that was shown before.
const SHOWN_BEFORE: &str =
    "The secret was in the first answer to this Idempotency-Key. If it was lost, rotate it under a new one.";

impl EndpointWithSecret {
    /// As it is remembered: without the secret.
    fn remembered(row: &EndpointRow) -> EndpointWithSecret {
        EndpointWithSecret { endpoint: row.into(), secret: None, secret_notice: Some(SHOWN_BEFORE) }
    }

    /// The first answer, with the secret laid into it; a repeated one as it is remembered.
    fn shown(answer: Answer, secret: &str) -> Result<Response, Problem> {
        if !answer.first {
            return Ok(answer.into_response());
        }
        let mut body: serde_json::Value =
            serde_json::from_slice(&answer.body).map_err(|error| Problem::internal(&error.into()))?;
        body["secret"] = secret.into();
        body["secret_notice"] = serde_json::Value::Null;
        Ok((answer.status, Json(body)).into_response())
    }
}

/// An endpoint to be told.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EndpointWanted {
    /// Where messages are posted: `https://…`, at most 2000 bytes.
    #[schema(example = "https://example.com/saldo")]
    url: String,
    /// What it is told of, as `credit.added`; everything, if nothing is said. `docs/operate/webhooks.md` lists the kinds.
    #[serde(default)]
    kinds: Vec<String>,
    /// What people call it, at most 200 bytes.
    #[serde(default)]
    description: String,
    /// Whether it is told from now on; true, if nothing is said.
    enabled: Option<bool>,
}

/// Make an endpoint. The answer shows its secret; nobody can show it again.
#[utoipa::path(post, path = "/v1/webhook-endpoints", tag = "webhook endpoints", request_body = EndpointWanted,
    responses((status = 201, description = "The endpoint is made, now or by an earlier try.", body = EndpointWithSecret)))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    by: By<WebhooksWrite>,
    key: IdempotencyKey,
    Body(wanted): Body<EndpointWanted>,
) -> Result<Response, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/webhook-endpoints", key, &wanted)?;
    let EndpointWanted { url, kinds, description, enabled } = wanted;
    let draft = EndpointDraft { url, kinds, description, enabled: enabled.unwrap_or(true) };
    let (secret, settings) = (endpoints::draw_secret(), api.app.config.webhooks);
    let (id, drawn) = (EndpointId::from_u128(ids::fresh()), secret.clone());
    let answer = wish
        .write(&api, StatusCode::CREATED, move |tx| {
            let made = endpoints::create(tx, &by.author, settings, &draft, (id, &drawn))?;
            Ok(EndpointWithSecret::remembered(&made))
        })
        .await?;
    EndpointWithSecret::shown(answer, &secret)
}

/// List all endpoints, newest first.
#[utoipa::path(get, path = "/v1/webhook-endpoints", tag = "webhook endpoints",
    responses((status = 200, description = "All endpoints.", body = List<Endpoint>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<WebhooksRead>,
) -> Result<Json<List<Endpoint>>, Problem> {
    let rows = api.app.read(|reader| reader.endpoints()).await?;
    Ok(Json(List { data: rows.iter().map(Endpoint::from).collect(), next_cursor: None }))
}

/// Read an endpoint.
#[utoipa::path(get, path = "/v1/webhook-endpoints/{id}", tag = "webhook endpoints",
    params(("id" = String, Path, description = "`whe_…`")),
    responses((status = 200, description = "The endpoint.", body = Endpoint)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<WebhooksRead>,
    Id(id): Id<EndpointId>,
) -> Result<Json<Endpoint>, Problem> {
    let row = api.app.read(move |reader| reader.endpoint(id)).await?;
    row.map(|row| Json(Endpoint::from(&row))).ok_or_else(|| Problem::not_found("webhook endpoint"))
}

/// What is to change of an endpoint. What is not there stays.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EndpointChange {
    /// Where messages are posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// What it is told of: all of it; empty for everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kinds: Option<Vec<String>>,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Whether it is told. What happens while it is not is not told later; what waited goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
}

impl EndpointChange {
    /// The endpoint as it is to be.
    fn over(&self, known: &EndpointRow) -> EndpointDraft {
        let known = EndpointDraft::of(known);
        EndpointDraft {
            url: self.url.clone().unwrap_or(known.url),
            kinds: self.kinds.clone().unwrap_or(known.kinds),
            description: self.description.clone().unwrap_or(known.description),
            enabled: self.enabled.unwrap_or(known.enabled),
        }
    }
}

/// Change an endpoint, turn it off or on.
#[utoipa::path(patch, path = "/v1/webhook-endpoints/{id}", tag = "webhook endpoints", request_body = EndpointChange,
    params(("id" = String, Path, description = "`whe_…`")),
    responses((status = 200, description = "The endpoint as it is now.", body = Endpoint)))]
pub(super) async fn change(
    State(api): State<Arc<Api>>,
    by: By<WebhooksWrite>,
    key: IdempotencyKey,
    Id(id): Id<EndpointId>,
    Body(change): Body<EndpointChange>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "PATCH /v1/webhook-endpoints/{id}", key, &(id.to_string(), &change))?;
    let settings = api.app.config.webhooks;
    let answer = wish
        .write(&api, StatusCode::OK, move |tx| {
            let now = endpoints::change(tx, &by.author, settings, id, |known| change.over(known))?;
            Ok(Endpoint::from(&now))
        })
        .await?;
    endpoints::wake(&api.app);
    Ok(answer)
}

/// Remove an endpoint with its deliveries.
#[utoipa::path(delete, path = "/v1/webhook-endpoints/{id}", tag = "webhook endpoints",
    params(("id" = String, Path, description = "`whe_…`")),
    responses((status = 200, description = "The endpoint as it was.", body = Endpoint)))]
pub(super) async fn delete(
    State(api): State<Arc<Api>>,
    by: By<WebhooksWrite>,
    key: IdempotencyKey,
    Id(id): Id<EndpointId>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "DELETE /v1/webhook-endpoints/{id}", key, &id.to_string())?;
    wish.write(&api, StatusCode::OK, move |tx| Ok(Endpoint::from(&endpoints::remove(tx, &by.author, id)?)))
        .await
}

/// Draw a new secret. The answer shows it; for 24 hours messages are signed with the one before, too.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{id}/secret-rotation", tag = "webhook endpoints",
    params(("id" = String, Path, description = "`whe_…`")),
    responses((status = 200, description = "The endpoint with its new secret.", body = EndpointWithSecret)))]
pub(super) async fn rotate(
    State(api): State<Arc<Api>>,
    by: By<WebhooksWrite>,
    key: IdempotencyKey,
    Id(id): Id<EndpointId>,
) -> Result<Response, Problem> {
    let route = "POST /v1/webhook-endpoints/{id}/secret-rotation";
    let wish = Wish::new(by.key.id, route, key, &id.to_string())?;
    let secret = endpoints::draw_secret();
    let drawn = secret.clone();
    let answer = wish
        .write(&api, StatusCode::OK, move |tx| {
            Ok(EndpointWithSecret::remembered(&endpoints::rotate(tx, &by.author, id, &drawn)?))
        })
        .await?;
    EndpointWithSecret::shown(answer, &secret)
}

/// Send the message `endpoint.test` to this endpoint alone.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{id}/test", tag = "webhook endpoints",
    params(("id" = String, Path, description = "`whe_…`")),
    responses((status = 201, description = "The delivery; read it again to see what was answered.", body = Delivery)))]
pub(super) async fn test(
    State(api): State<Arc<Api>>,
    by: By<WebhooksWrite>,
    key: IdempotencyKey,
    Id(id): Id<EndpointId>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/webhook-endpoints/{id}/test", key, &id.to_string())?;
    let answer = wish
        .write(&api, StatusCode::CREATED, move |tx| {
            Delivery::of(tx, &endpoints::tell_test(tx, &by.author, id)?)
        })
        .await?;
    endpoints::wake(&api.app);
    Ok(answer)
}
