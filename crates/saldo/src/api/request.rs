//! What comes in: JSON bodies, ids in paths, queries, idempotency keys. Each says what is wrong with it and names the field.

use std::str::FromStr;
use std::time::Duration;

use axum::body::{BodyDataStream, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tokio_stream::StreamExt as _;
use utoipa::IntoParams;

use super::refusals;
use crate::problem::Problem;
use crate::zeros;

/// Longest idempotency key, in bytes.
pub(super) const IDEMPOTENCY_KEY_BYTES_MAX: usize = 255;
/// Bytes of a body that is too long that are read and thrown away.
const DRAINED_BYTES_MAX: usize = 32 << 20;
/// How long that may take.
const DRAIN_PATIENCE: Duration = Duration::from_secs(5);
/// Rows of a page of which nothing is said.
pub(super) const PAGE_ROWS: u32 = 50;
/// Most rows of a page.
pub(super) const PAGE_ROWS_MAX: u32 = 200;

/// A JSON body.
pub(super) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let kind = content_type(request.headers());
        if kind != "application/json" {
            return Err(wrong_content_type("application/json", &kind));
        }
        let bytes = read_bytes(request).await?;
        // Otherwise a list would be read as the fields in their order.
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            return Err(Problem::invalid(
                "body",
                "invalid_field",
                "body: a JSON object is wanted, not a list.",
            ));
        }
        if let Some(field) = zeros::in_json(&bytes) {
            return Err(zeros::refusal(&field));
        }
        read_json(&bytes).map(Body)
    }
}

/// The content type without its parameters, in lower case; empty if there is none.
pub(super) fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    value.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// 415.
pub(super) fn wrong_content_type(wanted: &str, found: &str) -> Problem {
    let found = if found.is_empty() { "nothing" } else { found };
    let detail = format!("Content-Type must be {wanted}, not {found}.");
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type_wrong", detail)
}

/// The most bytes that a body may have, as configured; laid into each request.
#[derive(Clone, Copy, Debug)]
pub(super) struct BodyBytesMax(pub(super) usize);

/// The whole body, if it is not longer than is configured.
pub(super) async fn read_bytes(request: Request) -> Result<Bytes, Problem> {
    let BodyBytesMax(bytes_max) = request.extensions().get().copied().unwrap_or(BodyBytesMax(0));
    let mut chunks = request.into_body().into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| {
            let detail = "The body ended, or did not go on, before it was complete.";
            Problem::new(StatusCode::BAD_REQUEST, "body_incomplete", detail)
        })?;
        if bytes.len() + chunk.len() > bytes_max {
            drain(&mut chunks).await;
            let detail = format!("The body is longer than the {bytes_max} bytes that are taken here.");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

/// Reads on for a while and throws away: a connection that is closed while the client still sends would lose him the answer.
async fn drain(chunks: &mut BodyDataStream) {
    let reading = async {
        let mut drained = 0;
        while let Some(Ok(chunk)) = chunks.next().await {
            drained += chunk.len();
            if drained > DRAINED_BYTES_MAX {
                return;
            }
        }
    };
    // Whoever is slower than that does without the answer.
    let _ = tokio::time::timeout(DRAIN_PATIENCE, reading).await;
}

/// Reads JSON. 400 if it is not JSON; 422 with the field's name if it is not what was asked for.
pub(super) fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        json_problem(&path, error.inner())
    })?;
    reader.end().map_err(|error| json_problem("", &error))?;
    Ok(value)
}

fn json_problem(path: &str, error: &serde_json::Error) -> Problem {
    if error.classify() != Category::Data {
        let detail = format!("The body is not JSON: {error}.");
        return Problem::new(StatusCode::BAD_REQUEST, "json_malformed", detail);
    }
    let text = error.to_string();
    // The place in the text says less than the field's name.
    let reason = text.split(" at line ").next().unwrap_or(&text);
    let path = if path == "." { "" } else { path };
    let inner = |named: &str| {
        let name = named.split('`').nth(1).unwrap_or("");
        match path {
            "" => name.to_owned(),
            path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
            path => format!("{path}.{name}"),
        }
    };
    if reason.starts_with("unknown field") {
        let field = inner(reason);
        let detail = format!("{field} is not a field that is known here.");
        return Problem::invalid(&field, "unknown_field", detail);
    }
    if reason.starts_with("missing field") {
        let field = inner(reason);
        let detail = format!("{field} is missing.");
        return Problem::invalid(&field, "missing_field", detail);
    }
    let field = if path.is_empty() { "body" } else { path };
    Problem::invalid(field, "invalid_field", refusals::of_json(field, reason))
}

/// An id in the path. What is not an id of this kind names nothing: 404.
pub(super) struct Id<T>(pub T);

impl<T: FromStr<Err = money::IdError>, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::not_found("address"))?;
        text.parse().map(Id).map_err(|error: money::IdError| {
            let detail = format!("There is nothing of this id: {error}.");
            Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
        })
    }
}

/// An id in a body or query: 422 if it is not one of this kind.
pub(super) fn id<T: FromStr<Err = money::IdError>>(field: &str, text: &str) -> Result<T, Problem> {
    text.parse().map_err(|error| Problem::invalid(field, "invalid_id", format!("{field}: {error}.")))
}

/// Tells null, which was said, from nothing: for a field that a change may clear.
pub(super) fn said<'de, D, T>(value: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(value).map(Some)
}

/// The query, every part of which must be known.
pub(super) struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::try_from_uri(&parts.uri);
        read.map(|axum::extract::Query(query)| Asked(query)).map_err(|rejection| {
            let text = rejection.body_text();
            let reason = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
            // `limit: invalid digit…`, or "missing field `meter`": either way the field is named.
            let named = reason.split_once(": ").map(|(field, _)| field).or_else(|| reason.split('`').nth(1));
            match named.filter(|field| !field.contains(' ')) {
                Some(field) => Problem::invalid(field, "invalid_query", refusals::of_query(field, reason)),
                None => {
                    let detail = format!("The query: {reason}.");
                    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_query", detail)
                }
            }
        })
    }
}

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// Rows wanted, 1 to 200; 50 if nothing is said.
    pub(super) limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
}

/// How many rows a page shall have.
pub(super) fn page_rows(limit: Option<u32>) -> Result<u32, Problem> {
    match limit.unwrap_or(PAGE_ROWS) {
        rows @ 1..=PAGE_ROWS_MAX => Ok(rows),
        _ => {
            let detail = format!("limit must be from 1 to {PAGE_ROWS_MAX}.");
            Err(Problem::invalid("limit", "invalid_limit", detail))
        }
    }
}

/// Where a page begins, as [`super::wire::List`] said it.
pub(super) fn cursor<T>(text: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    let Some(text) = text else { return Ok(None) };
    read(text).map(Some).ok_or_else(|| {
        Problem::invalid("cursor", "invalid_cursor", "cursor must be a next_cursor of this list.")
    })
}

/// The `Idempotency-Key` header.
pub(super) struct IdempotencyKey(pub String);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else {
            let detail =
                "Every write needs the header Idempotency-Key: a text of your choice, new for each wish.";
            return Err(Problem::new(StatusCode::BAD_REQUEST, "idempotency_key_missing", detail));
        };
        let text = value.to_str().unwrap_or("");
        if text.is_empty() || text.len() > IDEMPOTENCY_KEY_BYTES_MAX {
            let detail =
                format!("Idempotency-Key must be 1 to {IDEMPOTENCY_KEY_BYTES_MAX} visible ASCII characters.");
            return Err(Problem::new(StatusCode::BAD_REQUEST, "idempotency_key_invalid", detail));
        }
        Ok(IdempotencyKey(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[allow(dead_code, reason = "only read")]
        inner: Inner,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[allow(dead_code, reason = "only read")]
        count: u32,
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            (r#"{"inner":{"count":1}"#, "json_malformed", None),
            (r#"{"inner":{"count":1}} {}"#, "json_malformed", None),
            ("", "json_malformed", None),
            (r#"{"inner":{"count":"1"}}"#, "invalid_field", Some("inner.count")),
            (r#"{"inner":{"count":-1}}"#, "invalid_field", Some("inner.count")),
            (r#"{"inner":{"count":1,"size":2}}"#, "unknown_field", Some("inner.size")),
            (r#"{"inner":{}}"#, "missing_field", Some("inner.count")),
            (r#"{"other":1}"#, "unknown_field", Some("other")),
            ("{}", "missing_field", Some("inner")),
            ("7", "invalid_field", Some("body")),
        ];
        for (text, code, field) in cases {
            let problem = read_json::<Outer>(text.as_bytes()).expect_err(text);
            assert_eq!((problem.code, problem.field.as_deref()), (code, field), "{text}: {}", problem.detail);
        }
    }
}
