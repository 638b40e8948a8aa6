//! `/v1/api-keys`: the operator's keys for the API, and customers' own for the guard.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use money::{ApiKeyId, CustomerId};
use serde::{Deserialize, Serialize};
use store::tables::keys::ApiKey as ApiKeyRow;
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::access::{ALL_SCOPES, By, KeysWrite, SCOPES, holds};
use super::once::Wish;
use super::request::{Asked, Body, Id, IdempotencyKey, cursor, id, page_rows};
use super::wire::{List, time, time_if};
use crate::audit::Change;
use crate::customers::{TEXT_BYTES_MAX, is_unprintable};
use crate::keys::{self, NewKey};
use crate::problem::Problem;

/// The one scope of a customer's key.
pub const GUARD_SCOPE: &str = "guard";

/// A key. Its secret is shown once, by the answer that made it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiKey {
    /// `key_…`
    id: String,
    /// Whose, `cus_…`; null for the operator's.
    customer: Option<String>,
    /// What its owner calls it.
    name: String,
    /// What it may do.
    scopes: Vec<String>,
    /// The secret's last four characters.
    last_four: String,
    /// Since when, RFC 3339.
    created_at: String,
    /// When it was last used, to about a minute.
    last_used_at: Option<String>,
    /// Since when it no longer works.
    revoked_at: Option<String>,
}

impl From<&ApiKeyRow> for ApiKey {
    fn from(row: &ApiKeyRow) -> ApiKey {
        ApiKey {
            id: row.id.to_string(),
            customer: row.customer.map(|customer| customer.to_string()),
            name: row.name.clone(),
            scopes: row.scopes.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect(),
            last_four: row.last_four.clone(),
            created_at: time(row.created_at),
            last_used_at: time_if(row.last_used_at),
            revoked_at: time_if(row.revoked_at),
        }
    }
}

/// A key that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiKeyMade {
    /// The key.
    #[serde(flatten)]
    key: ApiKey,
    /// The secret: `sk_saldo_…` for the operator's, `ck_saldo_…` for a customer's. Null when the same request is repeated: it is not
    /// stored, so nobody can show it a second time.
    secret: Option<String>,
    /// Where `secret` is null: why, and what to do.
    secret_notice: Option<&'static str>,
}

/// What is said instead of a secret that was shown before.
const SHOWN_BEFORE: &str = "The secret was in the first answer to this Idempotency-Key and is not stored. If it was lost, revoke this key \
    and make another one under a new Idempotency-Key.";

/// A key to be made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiKeyWanted {
    /// What its owner calls it, 1 to 200 bytes.
    name: String,
    /// For a customer's own key: whose, `cus_…`.
    customer: Option<String>,
    /// For the operator's: what it may do, none of it more than the key that asks. `*` is everything.
    scopes: Option<Vec<String>>,
}

/// Make a key. The answer shows its secret; nobody can show it again.
///
/// Repeated with the same `Idempotency-Key`, the answer is the same key with `secret` null and a `secret_notice`. Whoever lost the first
/// answer revokes that key and makes another.
#[utoipa::path(post, path = "/v1/api-keys", tag = "api keys", request_body = ApiKeyWanted,
    responses((status = 201, description = "The key is made, now or by an earlier try.", body = ApiKeyMade)))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    by: By<KeysWrite>,
    key: IdempotencyKey,
    Body(wanted): Body<ApiKeyWanted>,
) -> Result<axum::response::Response, Problem> {
    use axum::response::IntoResponse as _;
    let wish = Wish::new(by.key.id, "POST /v1/api-keys", key, &wanted)?;
    if wanted.name.trim().is_empty()
        || wanted.name.len() > TEXT_BYTES_MAX
        || wanted.name.contains(is_unprintable)
    {
        let detail = format!("name must have 1 to {TEXT_BYTES_MAX} bytes and no control characters.");
        return Err(Problem::invalid("name", "invalid_name", detail));
    }
    let customer = wanted.customer.as_deref().map(|text| id::<CustomerId>("customer", text)).transpose()?;
    let scopes = match customer {
        Some(_) if wanted.scopes.is_some() => {
            let detail = "scopes goes with the operator's keys only: a customer's key opens the guard.";
            return Err(Problem::invalid("scopes", "invalid_field", detail));
        }
        Some(_) => GUARD_SCOPE.to_owned(),
        None => read_scopes(wanted.scopes.as_deref().unwrap_or_default(), &by.key.scopes)?,
    };
    let NewKey { key, secret } = NewKey::draw(customer, wanted.name.trim(), &scopes, api.app.ledger.now());
    let row = key.clone();
    let answer = wish
        .write(&api, StatusCode::CREATED, move |tx| {
            if let Some(customer) = row.customer {
                tx.customer(customer)?.ok_or_else(|| {
                    Problem::invalid("customer", "customer_unknown", "There is no such customer.")
                })?;
            }
            tx.insert_api_key(&row)?;
            let made = ApiKey::from(&row);
            by.author.note(tx, &Change::new("api_key.create", &made.id).after(&made)?)?;
            Ok(ApiKeyMade { key: made, secret: None, secret_notice: Some(SHOWN_BEFORE) })
        })
        .await?;
    if !answer.first {
        return Ok(answer.into_response());
    }
    let shown = ApiKeyMade { key: ApiKey::from(&key), secret: Some(secret), secret_notice: None };
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

/// The scopes as they are stored; each must be known, and held by the key that asks.
fn read_scopes(wanted: &[String], held: &str) -> Result<String, Problem> {
    if wanted.is_empty() {
        let detail = "scopes is missing: it says what the key may do.";
        return Err(Problem::invalid("scopes", "missing_field", detail));
    }
    for scope in wanted {
        if scope != ALL_SCOPES && !SCOPES.iter().any(|(known, _)| known == scope) {
            let detail = format!("scopes: {scope:?} is not a scope.");
            return Err(Problem::invalid("scopes", "scope_unknown", detail));
        }
        if !holds(held, scope) {
            let detail = format!("A key without the scope {scope} cannot give it.");
            return Err(Problem::new(StatusCode::FORBIDDEN, "scope_missing", detail));
        }
    }
    Ok(wanted.join(" "))
}

/// Which keys.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// This customer's, `cus_…`; the operator's, if nothing is said.
    customer: Option<String>,
    /// Rows wanted, 1 to 200; 50 if nothing is said.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List keys, newest first, the revoked ones too.
#[utoipa::path(get, path = "/v1/api-keys", tag = "api keys", params(Which),
    responses((status = 200, description = "A page of keys.", body = List<ApiKey>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<KeysWrite>,
    Asked(which): Asked<Which>,
) -> Result<Json<List<ApiKey>>, Problem> {
    let rows = page_rows(which.limit)?;
    let before = cursor(which.cursor.as_deref(), |text| text.parse().ok())?;
    let customer = which.customer.map(|text| id::<CustomerId>("customer", &text)).transpose()?;
    let page = api.app.read(move |reader| reader.api_keys_of(customer, before, rows)).await?;
    let data = page.rows.iter().map(ApiKey::from).collect();
    Ok(Json(List { data, next_cursor: page.next.map(|id| id.to_string()) }))
}

/// Revoke a key. It is refused from now on.
#[utoipa::path(post, path = "/v1/api-keys/{id}/revocation", tag = "api keys",
    params(("id" = String, Path, description = "`key_…`")),
    responses((status = 200, description = "The key as it stands now.", body = ApiKey)))]
pub(super) async fn revoke(
    State(api): State<Arc<Api>>,
    by: By<KeysWrite>,
    _key: IdempotencyKey,
    Id(id): Id<ApiKeyId>,
) -> Result<Json<ApiKey>, Problem> {
    // Revoked twice is revoked once: there is no second answer to tell from the first.
    keys::revoke_by(&api.app, by.author, id, None).await?;
    let key = api.app.read(move |reader| reader.api_key(id)).await?;
    key.map(|key| Json(ApiKey::from(&key))).ok_or_else(|| Problem::not_found("key"))
}
