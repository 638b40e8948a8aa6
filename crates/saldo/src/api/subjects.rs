//! `/v1/wallets/{id}/subjects`: what usage events call whoever uses, and which wallet pays for it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use money::WalletId;
use serde::{Deserialize, Serialize};
use store::Reader;
use utoipa::ToSchema;

use super::Api;
use super::access::{By, CustomersRead, CustomersWrite};
use super::once::{Answer, Wish};
use super::request::{Asked, Body, Id, IdempotencyKey, Paging, page_rows};
use super::wire::{List, time};
use crate::audit::Change;
use crate::clock;
use crate::customers::TEXT_BYTES_MAX;
use crate::problem::Problem;

/// A name in usage events for which a wallet pays.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Subject {
    /// As it stands in the events.
    subject: String,
    /// Which wallet pays, `wal_…`.
    wallet: String,
    /// Since when, RFC 3339.
    created_at: String,
}

impl From<store::tables::customers::Subject> for Subject {
    fn from(row: store::tables::customers::Subject) -> Subject {
        let wallet = row.wallet.to_string();
        Subject { subject: row.subject, wallet, created_at: time(row.created_at) }
    }
}

/// List what a wallet pays for, by name. The customer's id is always among it.
#[utoipa::path(get, path = "/v1/wallets/{id}/subjects", tag = "customers",
    params(("id" = String, Path, description = "`wal_…`"), Paging),
    responses((status = 200, description = "A page of subjects.", body = List<Subject>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<CustomersRead>,
    Id(wallet): Id<WalletId>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<List<Subject>>, Problem> {
    let rows = page_rows(paging.limit)?;
    let look = move |reader: &Reader<'_>| {
        Ok((reader.wallet(wallet)?, reader.subjects_of(wallet, paging.cursor.as_deref(), rows)?))
    };
    let (Some(_), page) = api.app.read(look).await? else { return Err(Problem::not_found("wallet")) };
    let data = page.rows.into_iter().map(Subject::from).collect();
    Ok(Json(List { data, next_cursor: page.next }))
}

/// A name to be known.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubjectWanted {
    /// 1 to 200 bytes; known to one wallet only.
    subject: String,
}

/// Let a wallet pay for one more subject.
#[utoipa::path(post, path = "/v1/wallets/{id}/subjects", tag = "customers", request_body = SubjectWanted,
    params(("id" = String, Path, description = "`wal_…`")),
    responses((status = 201, description = "The wallet pays for it.", body = Subject),
        (status = 409, description = "`already_exists`: a wallet pays for it.")))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    by: By<CustomersWrite>,
    key: IdempotencyKey,
    Id(wallet): Id<WalletId>,
    Body(wanted): Body<SubjectWanted>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/wallets/{id}/subjects", key, &(wallet.to_string(), &wanted))?;
    if wanted.subject.is_empty() || wanted.subject.len() > TEXT_BYTES_MAX {
        let detail = format!("subject must have 1 to {TEXT_BYTES_MAX} bytes.");
        return Err(Problem::invalid("subject", "invalid_subject", detail));
    }
    let created_at = clock::now();
    let subject = wanted.subject.clone();
    let row = store::tables::customers::Subject { subject: wanted.subject, wallet, created_at };
    let answer = wish
        .write(&api, StatusCode::CREATED, move |tx| {
            tx.wallet(wallet)?.ok_or_else(|| Problem::not_found("wallet"))?;
            tx.insert_subject(&row)?;
            let made = Subject::from(row.clone());
            by.author
                .note(tx, &Change::new("subject.create", &made.subject).about(&made.wallet).after(&made)?)?;
            Ok(made)
        })
        .await;
    // Also after a failure: its commit may have landed.
    api.wallets.forget_subject(&subject);
    answer
}

/// Let a wallet no longer pay for a subject. Events that name it are refused from now on.
#[utoipa::path(delete, path = "/v1/wallets/{id}/subjects/{subject}", tag = "customers",
    params(("id" = String, Path, description = "`wal_…`"), ("subject" = String, Path, description = "The subject")),
    responses((status = 200, description = "The subject as it was.", body = Subject)))]
pub(super) async fn delete(
    State(api): State<Arc<Api>>,
    by: By<CustomersWrite>,
    key: IdempotencyKey,
    Path((wallet, subject)): Path<(String, String)>,
) -> Result<Answer, Problem> {
    let route = "DELETE /v1/wallets/{id}/subjects/{subject}";
    let wish = Wish::new(by.key.id, route, key, &(&wallet, &subject))?;
    let wallet: WalletId = wallet.parse().map_err(|_| Problem::not_found("wallet"))?;
    let gone = subject.clone();
    let answer = wish
        .write(&api, StatusCode::OK, move |tx| {
            let row = tx.subject(&gone)?.filter(|row| row.wallet == wallet);
            let row = row.ok_or_else(|| Problem::not_found("subject"))?;
            tx.delete_subject(&gone)?;
            let was = Subject::from(row);
            by.author
                .note(tx, &Change::new("subject.delete", &was.subject).about(&was.wallet).before(&was)?)?;
            Ok(was)
        })
        .await;
    // Also after a failure: its commit may have landed.
    api.wallets.forget_subject(&subject);
    answer
}
