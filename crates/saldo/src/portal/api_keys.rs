//! `/api-keys`: the customer's own keys, made here, shown once, revoked here.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use money::ApiKeyId;
use serde::Deserialize;

use super::form::{Asked, Posted};
use super::shell::{Fault, draw};
use super::sign_in::Nothing;
use super::signed_in::SignedIn;
use crate::app::App;
use crate::audit::Author;
use crate::keys;
use crate::look::page::{ApiKey, ApiKeys, CreatedKey};
use crate::look::part::Place;
use crate::problem::Problem;

/// Most characters of a key's name.
const NAME_CHARS_MAX: u32 = 60;
/// Keys that are listed, and most keys in force that a customer may have.
const KEYS_MAX: u32 = 100;

#[derive(Deserialize)]
pub(super) struct Shown {
    revoked: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct NewKey {
    #[serde(default)]
    name: String,
}

/// What has just happened.
#[derive(Default)]
struct News {
    created: Option<CreatedKey>,
    has_bad_name: bool,
    revoked: Option<ApiKeyId>,
}

/// `GET /api-keys`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    let revoked = shown.revoked.and_then(|id| id.parse().ok());
    show(&app, &signed, StatusCode::OK, News { revoked, ..News::default() }).await
}

/// `POST /api-keys`. The answer is the one page that ever shows the secret.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Posted(NewKey { name }): Posted<NewKey>,
) -> Result<Response, Fault> {
    let name = name.trim().to_owned();
    let is_good = (1..=usize::try_from(NAME_CHARS_MAX).unwrap_or(usize::MAX)).contains(&name.chars().count())
        && !name.contains(char::is_control);
    if !is_good {
        let news = News { has_bad_name: true, ..News::default() };
        return show(&app, &signed, StatusCode::UNPROCESSABLE_ENTITY, news).await;
    }
    let _one_at_a_time = app.customer_lock(signed.customer()).lock().await;
    let customer = signed.customer();
    let known = app.read(move |reader| reader.api_keys_of(Some(customer), None, KEYS_MAX)).await?;
    if known.next.is_some() || known.rows.len() >= usize::try_from(KEYS_MAX).unwrap_or(usize::MAX) {
        let detail = "There are as many keys as one customer may have.";
        return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_keys", detail).into());
    }
    let drawn = keys::NewKey::draw(Some(customer), &name, keys::GUARD_SCOPE, app.ledger.now());
    let made = keys::create_by(&app, author(&signed), drawn).await?;
    let created = Some(CreatedKey { name, secret: made.secret });
    show(&app, &signed, StatusCode::CREATED, News { created, ..News::default() }).await
}

/// `POST /api-keys/{id}/revocation`
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let missing = || Problem::not_found("key");
    let id: ApiKeyId = id.parse().map_err(|_| missing())?;
    if !keys::revoke_by(&app, author(&signed), id, Some(signed.customer())).await? {
        return Err(missing().into());
    }
    Ok(Redirect::to(&format!("{}?revoked={id}", Place::ApiKeys.url())).into_response())
}

fn author(signed: &SignedIn) -> Author {
    signed.visit.author(&signed.who.session)
}

async fn show(app: &Arc<App>, signed: &SignedIn, status: StatusCode, news: News) -> Result<Response, Fault> {
    let customer = signed.customer();
    let keys = app.read(move |reader| reader.api_keys_of(Some(customer), None, KEYS_MAX)).await?.rows;
    let revoked = keys.iter().find(|key| Some(key.id) == news.revoked && key.revoked_at.is_some());
    let page = ApiKeys {
        reader: signed.reader().clone(),
        frame: signed.frame(app, Place::ApiKeys, ""),
        created: news.created,
        has_bad_name: news.has_bad_name,
        name_length_max: NAME_CHARS_MAX,
        revoked: revoked.map(|key| key.name.clone()),
        keys: keys.into_iter().map(row).collect(),
    };
    draw(status, &page)
}

fn row(key: store::tables::keys::ApiKey) -> ApiKey {
    ApiKey {
        id: key.id.to_string(),
        name: key.name,
        last_four: key.last_four,
        created_at: key.created_at,
        used_at: key.last_used_at,
        revoked_at: key.revoked_at,
    }
}
