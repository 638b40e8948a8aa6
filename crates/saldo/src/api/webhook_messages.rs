//! `/v1/webhook-messages`: what endpoints are told, as a list that can be followed while it grows.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::tables::endpoints::Message as MessageRow;
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::access::{By, WebhooksRead};
use super::request::{Asked, cursor, page_rows};
use crate::problem::Problem;

/// The longest that a request waits for a message, in seconds.
const WAIT_SECONDS_MAX: u32 = 30;
/// What a cursor begins with.
const CURSOR_PREFIX: &str = "after_";

/// What endpoints are told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Message {
    /// `msg_…`: the `webhook-id` of each try to deliver it.
    id: String,
    /// What it tells, as `credit.added`.
    #[serde(rename = "type")]
    kind: String,
    /// When that happened, RFC 3339.
    timestamp: String,
    /// The facts, by kind; `docs/operate/webhooks.md` shows each.
    #[schema(value_type = Object)]
    data: Value,
    /// The bytes that are sent as they are signed.
    body: String,
}

#[derive(Deserialize)]
struct Content {
    timestamp: String,
    data: Value,
}

impl TryFrom<&MessageRow> for Message {
    type Error = Problem;

    fn try_from(row: &MessageRow) -> Result<Message, Problem> {
        let read: Result<Content, _> = serde_json::from_str(&row.body);
        let Content { timestamp, data } = read.map_err(|error| Problem::internal(&error.into()))?;
        let (id, kind, body) = (row.id.to_string(), row.kind.clone(), row.body.clone());
        Ok(Message { id, kind, timestamp, data, body })
    }
}

/// Some messages, and where the next ones will be.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Followed {
    /// The messages, oldest first.
    data: Vec<Message>,
    /// What to send as `cursor` for those behind; always there, for there may be more at any time.
    next_cursor: String,
}

/// Where to begin without a cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum From {
    /// With the oldest that is kept.
    #[default]
    Start,
    /// With the next one.
    Now,
}

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Rows wanted, 1 to 200; 50 if nothing is said.
    limit: Option<u32>,
    /// The `next_cursor` of the answer before.
    cursor: Option<String>,
    /// Without a cursor: `start` (the oldest that is kept; if nothing is said) or `now` (those that come from now on).
    #[param(inline)]
    from: Option<From>,
    /// How long to wait for a message if there is none, 0 to 30; 0 if nothing is said.
    wait_seconds: Option<u32>,
}

/// Follow messages, oldest first, whether any endpoint is told of them or not. They are kept for 90 days.
///
/// Ask for `from=now`, then again and again with the `next_cursor` of the answer before and `wait_seconds=30`.
#[utoipa::path(get, path = "/v1/webhook-messages", tag = "webhook messages", params(Which),
    responses((status = 200, description = "Some messages.", body = Followed)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<WebhooksRead>,
    Asked(which): Asked<Which>,
) -> Result<Json<Followed>, Problem> {
    let limit = page_rows(which.limit)?;
    let wait = which.wait_seconds.unwrap_or(0);
    if wait > WAIT_SECONDS_MAX {
        let detail = format!("wait_seconds must be from 0 to {WAIT_SECONDS_MAX}.");
        return Err(Problem::invalid("wait_seconds", "invalid_wait", detail));
    }
    let after = cursor(which.cursor.as_deref(), |text| text.strip_prefix(CURSOR_PREFIX)?.parse().ok())?;
    let mut news = api.app.message_news.subscribe();
    let mut end = api.app.end_announced();
    let after: u64 = match (after, which.from.unwrap_or_default()) {
        (Some(after), _) => after,
        (None, From::Start) => 0,
        (None, From::Now) => api.app.read(|reader| reader.last_message_no()).await?,
    };
    let until = Instant::now() + Duration::from_secs(wait.into());
    loop {
        news.mark_unchanged();
        let rows = api.app.read(move |reader| reader.messages_after(after, limit)).await?;
        let last = rows.last().map_or(after, |row| row.message_no);
        if !rows.is_empty() || Instant::now() >= until {
            let data = rows.iter().map(Message::try_from).collect::<Result<_, _>>()?;
            return Ok(Json(Followed { data, next_cursor: format!("{CURSOR_PREFIX}{last}") }));
        }
        tokio::select! {
            _ = news.changed() => {}
            () = tokio::time::sleep_until(until) => {}
            // Who waits is let go: no listener of an ending program is waited for.
            _ = end.wait_for(|end| *end) => {
                let next_cursor = format!("{CURSOR_PREFIX}{after}");
                return Ok(Json(Followed { data: Vec::new(), next_cursor }));
            }
        }
    }
}
