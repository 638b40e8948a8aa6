//! `/v1/routers`: the devices that hold subscribers' sessions. Their secrets come in and never go out.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use money::RouterId;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::tables::lines::RouterRow;
use store::{Hidden, Reader};
use utoipa::ToSchema;

use super::Api;
use super::access::{By, RoutersRead, RoutersWrite};
use super::once::{Answer, Wish};
use super::request::{Body, Id, IdempotencyKey};
use super::wire::{List, time, time_if};
use crate::nas::{self, COA_PORT, RouterDraft, RouterSeen, delete_router, write_router};
use crate::problem::Problem;

/// A router.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Router {
    /// `nas_…`
    id: String,
    /// What people call it; unique.
    name: String,
    /// The IP address that its packets come from; unique.
    address: String,
    /// The UDP port at which it takes CoA and Disconnect.
    coa_port: u16,
    /// Whether its sessions' counters hold the bytes of services that it tells apart, too.
    services_included: bool,
    /// When it last reported, to the minute; null if it never did.
    last_seen_at: Option<String>,
    /// When it was made, RFC 3339.
    created_at: String,
}

impl Router {
    fn new(row: &RouterRow) -> Router {
        Router {
            id: row.id.to_string(),
            name: row.name.clone(),
            address: row.address.clone(),
            coa_port: row.coa_port,
            services_included: row.counts_all == 1,
            last_seen_at: time_if(row.last_seen_at),
            created_at: time(row.created_at),
        }
    }
}

/// A router with what it does now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RouterNow {
    #[serde(flatten)]
    router: Router,
    /// Sessions that are open at it.
    open_sessions: u32,
    /// Sessions for which it was asked for a change that it has not confirmed.
    unconfirmed_sessions: u32,
    /// Since when it has said nothing although it has sessions, if that is too long.
    silent_since: Option<String>,
}

impl RouterNow {
    fn new(seen: &RouterSeen) -> RouterNow {
        RouterNow {
            router: Router::new(&seen.row),
            open_sessions: seen.open,
            unconfirmed_sessions: seen.unconfirmed,
            silent_since: time_if(seen.silent_since),
        }
    }
}

/// A router to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RouterWanted {
    /// 1 to 80 characters; unique.
    name: String,
    /// The IP address that its packets come from; unique.
    #[schema(example = "192.0.2.7")]
    address: String,
    /// The secret shared with it, 8 to 128 letters, digits and signs. No answer ever shows it.
    #[schema(write_only)]
    secret: String,
    /// The UDP port at which it takes CoA and Disconnect; 3799, if nothing is said.
    coa_port: Option<u16>,
    /// Whether its sessions' counters hold the bytes of services that it tells apart, too; true, if nothing is said.
    services_included: Option<bool>,
}

/// What is to change of a router. What is not there stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RouterChange {
    /// 1 to 80 characters; unique.
    name: Option<String>,
    /// The IP address that its packets come from; unique.
    address: Option<String>,
    /// Another secret, 8 to 128 letters, digits and signs.
    #[schema(write_only)]
    secret: Option<String>,
    /// The UDP port at which it takes CoA and Disconnect.
    coa_port: Option<u16>,
    /// Whether its sessions' counters hold the bytes of services that it tells apart, too.
    services_included: Option<bool>,
}

/// What tells two wishes apart. Of a secret only a hash is remembered.
#[derive(Serialize)]
struct Said<'a> {
    id: Option<String>,
    name: Option<&'a str>,
    address: Option<&'a str>,
    secret: Option<[u8; 32]>,
    coa_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    services_included: Option<bool>,
}

fn hashed(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Add a router. It is heard from its next packet on.
#[utoipa::path(post, path = "/v1/routers", tag = "routers", request_body = RouterWanted,
    responses((status = 201, description = "The router is known.", body = Router)))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    by: By<RoutersWrite>,
    key: IdempotencyKey,
    Body(wanted): Body<RouterWanted>,
) -> Result<Answer, Problem> {
    let RouterWanted { name, address, secret, coa_port, services_included } = wanted;
    let said = Said {
        id: None,
        name: Some(&name),
        address: Some(&address),
        secret: Some(hashed(&secret)),
        coa_port,
        services_included,
    };
    let wish = Wish::new(by.key.id, "POST /v1/routers", key, &said)?;
    let coa_port = coa_port.unwrap_or(COA_PORT);
    let counts_all = services_included.unwrap_or(true);
    let draft = RouterDraft { name, address, secret: Some(Hidden(secret)), coa_port, counts_all };
    let now = api.app.ledger.now();
    let write = wish.write(&api, StatusCode::CREATED, move |tx| {
        Ok(Router::new(&write_router(tx, &by.author, None, &draft, now)?))
    });
    let answer = write.await?;
    api.app.nas.routers_changed();
    Ok(answer)
}

/// List all routers, oldest first.
#[utoipa::path(get, path = "/v1/routers", tag = "routers",
    responses((status = 200, description = "All routers.", body = List<RouterNow>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<RoutersRead>,
) -> Result<Json<List<RouterNow>>, Problem> {
    let data = nas::roster(&api.app).await?.iter().map(RouterNow::new).collect();
    Ok(Json(List { data, next_cursor: None }))
}

/// Read a router.
#[utoipa::path(get, path = "/v1/routers/{id}", tag = "routers", params(("id" = String, Path, description = "`nas_…`")),
    responses((status = 200, description = "The router.", body = RouterNow)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<RoutersRead>,
    Id(id): Id<RouterId>,
) -> Result<Json<RouterNow>, Problem> {
    let routers = nas::roster(&api.app).await?;
    let found = routers.iter().find(|seen| seen.row.id == id).map(RouterNow::new);
    found.map(Json).ok_or_else(|| Problem::not_found("router"))
}

/// Change a router. Its next packet is judged by what it is then.
#[utoipa::path(patch, path = "/v1/routers/{id}", tag = "routers", request_body = RouterChange,
    params(("id" = String, Path, description = "`nas_…`")),
    responses((status = 200, description = "The router as it is now.", body = Router)))]
pub(super) async fn change(
    State(api): State<Arc<Api>>,
    by: By<RoutersWrite>,
    key: IdempotencyKey,
    Id(id): Id<RouterId>,
    Body(change): Body<RouterChange>,
) -> Result<Answer, Problem> {
    let RouterChange { name, address, secret, coa_port, services_included } = change;
    let said = Said {
        id: Some(id.to_string()),
        name: name.as_deref(),
        address: address.as_deref(),
        secret: secret.as_deref().map(hashed),
        coa_port,
        services_included,
    };
    let wish = Wish::new(by.key.id, "PATCH /v1/routers/{id}", key, &said)?;
    let (secret, now) = (secret.map(Hidden), api.app.ledger.now());
    let write = wish.write(&api, StatusCode::OK, move |tx| {
        let known = find(tx, id)?;
        let draft = RouterDraft {
            name: name.clone().unwrap_or_else(|| known.name.clone()),
            address: address.clone().unwrap_or_else(|| known.address.clone()),
            secret: secret.clone(),
            coa_port: coa_port.unwrap_or(known.coa_port),
            counts_all: services_included.unwrap_or(known.counts_all == 1),
        };
        Ok(Router::new(&write_router(tx, &by.author, Some(known), &draft, now)?))
    });
    let answer = write.await?;
    api.app.nas.routers_changed();
    Ok(answer)
}

/// Take a router away: it is not heard any more. Refused (`router_in_use`) while it reports and sessions are open at it.
#[utoipa::path(delete, path = "/v1/routers/{id}", tag = "routers", params(("id" = String, Path, description = "`nas_…`")),
    responses((status = 200, description = "The router as it was.", body = Router)))]
pub(super) async fn remove(
    State(api): State<Arc<Api>>,
    by: By<RoutersWrite>,
    key: IdempotencyKey,
    Id(id): Id<RouterId>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "DELETE /v1/routers/{id}", key, &id.to_string())?;
    let now = api.app.ledger.now();
    let write = wish.write(&api, StatusCode::OK, move |tx| {
        let known = find(tx, id)?;
        delete_router(tx, &by.author, &known, now)?;
        Ok(Router::new(&known))
    });
    let answer = write.await?;
    api.app.nas.routers_changed();
    Ok(answer)
}

fn find(reader: &Reader<'_>, id: RouterId) -> Result<RouterRow, Problem> {
    let found = reader.routers()?.into_iter().find(|router| router.id == id);
    found.ok_or_else(|| Problem::not_found("router"))
}
