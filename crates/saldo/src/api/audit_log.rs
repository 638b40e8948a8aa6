//! `/v1/audit-log`: who changed what.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use store::tables::audit::AuditRow;
use utoipa::ToSchema;

use super::Api;
use super::access::{AuditRead, By};
use super::request::{Asked, Paging, cursor, page_rows};
use super::wire::{List, time};
use crate::problem::Problem;

/// One change.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditEntry {
    /// Its number, from 1 without gaps.
    number: u64,
    /// When, RFC 3339.
    at: String,
    /// Who: `key_…` for a key of the API, the id of a login or of staff, or `operator` at the command line.
    actor: String,
    /// What was done, as `grant.create`.
    action: String,
    /// On what: an id or a name.
    object: String,
    /// How it was before, where that says something.
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    /// How it is after, or what was asked.
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
    /// From where.
    ip: Option<String>,
    /// In which request.
    request_id: Option<String>,
}

impl TryFrom<AuditRow> for AuditEntry {
    type Error = serde_json::Error;

    fn try_from(row: AuditRow) -> Result<AuditEntry, serde_json::Error> {
        let value = |text: Option<String>| text.map(|text| serde_json::from_str(&text)).transpose();
        Ok(AuditEntry {
            number: row.audit_no,
            at: time(row.at),
            actor: row.actor,
            action: row.action,
            object: row.object,
            before: value(row.before)?,
            after: value(row.after)?,
            ip: row.ip,
            request_id: row.request_id,
        })
    }
}

/// List changes, newest first: every write of the API but charges and usage events, which the journal holds; signing in and out; what
/// was done at the command line. No secret is ever in it.
#[utoipa::path(get, path = "/v1/audit-log", tag = "audit", params(Paging),
    responses((status = 200, description = "A page of changes.", body = List<AuditEntry>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<AuditRead>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<List<AuditEntry>>, Problem> {
    let rows = page_rows(paging.limit)?;
    let before = cursor(paging.cursor.as_deref(), |text| text.parse().ok())?;
    let page = api.app.read(move |reader| reader.audit(before, rows)).await?;
    let data = page.rows.into_iter().map(AuditEntry::try_from).collect::<Result<_, _>>();
    let data = data.map_err(|error| Problem::internal(&anyhow::Error::new(error)))?;
    Ok(Json(List { data, next_cursor: page.next.map(|number| number.to_string()) }))
}
