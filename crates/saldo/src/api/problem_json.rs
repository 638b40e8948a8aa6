//! Problems as RFC 9457 JSON, and the id under which each request can be found again.

use axum::Json;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::ids;
use crate::problem::Problem;

/// The header that names a request, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest request id that is taken over from a caller, in bytes.
const REQUEST_ID_BYTES_MAX: usize = 128;

/// The name of the request that is being answered.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The members of a problem, kept with its response so that the request's id can join them.
#[derive(Clone)]
struct Members(Map<String, Value>);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, retry_after) = (self.status, self.retry_after);
        let members = members(self);
        let mut response = (status, Json(&members)).into_response();
        response.extensions_mut().insert(Members(members));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The members of the JSON.
pub(super) fn members(mut problem: Problem) -> Map<String, Value> {
    if !problem.others.is_empty() {
        let one = |problem: &Problem| json!({"code": problem.code, "detail": problem.detail, "field": problem.field});
        let all = problem.each().map(one).collect::<Vec<_>>();
        problem.members.insert("errors".to_owned(), json!(all));
    }
    let mut members = problem.members;
    members.insert("type".to_owned(), json!("about:blank"));
    members.insert("status".to_owned(), json!(problem.status.as_u16()));
    members.insert("title".to_owned(), json!(problem.status.canonical_reason().unwrap_or("Error")));
    members.insert("code".to_owned(), json!(problem.code));
    members.insert("detail".to_owned(), json!(problem.detail));
    if let Some(field) = problem.field {
        members.insert("field".to_owned(), json!(field));
    }
    members
}

/// Names each request, by its caller's name if that is a plain one, and says the name in the answer and in every problem.
pub async fn name_request(mut request: Request, next: Next) -> Response {
    let told = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let plain = |text: &&str| {
        (1..=REQUEST_ID_BYTES_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
    };
    let id = told.filter(plain).map_or_else(|| format!("req_{:032x}", ids::fresh()), str::to_owned);
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    if let Some(Members(mut members)) = response.extensions_mut().remove::<Members>() {
        members.insert("request_id".to_owned(), json!(id));
        let (mut parts, _) = response.into_parts();
        parts.headers.remove(CONTENT_LENGTH);
        response = Response::from_parts(parts, Value::Object(members).to_string().into());
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}
