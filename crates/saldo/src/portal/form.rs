//! What a form sends: taken only if the form was drawn for this very browser.
//!
//! Two checks, each enough by itself: the browser's own word on where the form stood (`Sec-Fetch-Site`, `Origin`), and the token
//! that every form of ours carries.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequest, FromRequestParts, Query, Request};
use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::shell::Fault;
use super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;
use crate::zeros;

/// Most bytes of a form.
pub(super) const FORM_BYTES_MAX: usize = 64 * 1024;

/// The fields of a form that was drawn for this browser.
pub struct Posted<T>(pub T);

#[derive(Deserialize)]
struct WithToken<T> {
    #[serde(default)]
    csrf: String,
    #[serde(flatten)]
    fields: T,
}

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Posted<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Posted<T>, Fault> {
        let (mut parts, body) = request.into_parts();
        let Ok(visit) = Visit::from_request_parts(&mut parts, app).await;
        if !is_from_here(&parts.headers, &app.config.server.public_url) {
            return Err(stale().into());
        }
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), app).await;
        let bytes = bytes.map_err(|rejection| unreadable(rejection.into()))?;
        if let Some(field) = zeros::in_fields(&bytes) {
            return Err(zeros::refusal(&field).into());
        }
        let form =
            Form::<WithToken<T>>::from_request(Request::from_parts(parts, Body::from(bytes)), app).await;
        let Form(WithToken { csrf, fields }) = form.map_err(unreadable)?;
        if visit.is_token(&csrf) { Ok(Posted(fields)) } else { Err(stale().into()) }
    }
}

/// The file that was chosen on a form drawn for this browser: its field is `file`. The route says how many bytes may come.
pub struct PostedFile {
    /// What the browser says that it is called.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl FromRequest<Arc<App>> for PostedFile {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<PostedFile, Fault> {
        let (mut parts, body) = request.into_parts();
        let Ok(visit) = Visit::from_request_parts(&mut parts, app).await;
        if !is_from_here(&parts.headers, &app.config.server.public_url) {
            return Err(stale().into());
        }
        let fields = Multipart::from_request(Request::from_parts(parts, body), app).await;
        let mut fields = fields.map_err(|rejection| not_understood(rejection.body_text()))?;
        let (mut is_ours, mut file) = (false, None);
        while let Some(field) = fields.next_field().await.map_err(unreadable_part)? {
            match field.name() {
                Some("csrf") => is_ours = visit.is_token(&field.text().await.map_err(unreadable_part)?),
                // The token stands first on our forms: a file of somebody else's is not read to its end.
                Some("file") if is_ours => {
                    let name = field.file_name().unwrap_or_default().to_owned();
                    let bytes = field.bytes().await.map_err(unreadable_part)?.to_vec();
                    file = Some(PostedFile { name, bytes });
                }
                _ => {}
            }
        }
        if !is_ours {
            return Err(stale().into());
        }
        file.ok_or_else(|| not_understood("The form has no file.").into())
    }
}

/// The fields of an address's query. Ones that cannot be read are told in words.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Asked<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Asked<T>, Fault> {
        if let Some(field) = parts.uri.query().and_then(|query| zeros::in_fields(query.as_bytes())) {
            return Err(zeros::refusal(&field).into());
        }
        match Query::<T>::from_request_parts(parts, app).await {
            Ok(Query(fields)) => Ok(Asked(fields)),
            Err(error) => Err(not_understood(error.to_string()).into()),
        }
    }
}

/// What was sent is not what a page of ours sends.
pub(super) fn not_understood(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "not_understood", detail)
}

fn stale() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "stale_form", "The form was too old or came from elsewhere.")
}

fn unreadable(rejection: FormRejection) -> Fault {
    let status = rejection.status();
    let code = if status == StatusCode::PAYLOAD_TOO_LARGE { "too_large" } else { "not_understood" };
    Problem::new(status, code, rejection.body_text()).into()
}

fn unreadable_part(error: MultipartError) -> Fault {
    let status = error.status();
    let code = if status == StatusCode::PAYLOAD_TOO_LARGE { "too_large" } else { "not_understood" };
    Problem::new(status, code, error.body_text()).into()
}

/// Whether the browser says that the form stood on one of our pages. Browsers that say nothing are left to the token.
fn is_from_here(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |value: Option<&axum::http::HeaderValue>| value.map(|v| v.to_str().unwrap_or("").to_owned());
    if let Some(site) = text(headers.get("sec-fetch-site"))
        && site != "same-origin"
        && site != "none"
    {
        return false;
    }
    let Some(origin) = text(headers.get(ORIGIN)) else { return true };
    let authority = |url: &str| url.parse::<Uri>().ok().and_then(|uri| uri.authority().cloned());
    let Some(from) = authority(&origin) else { return false };
    let host = text(headers.get(HOST)).unwrap_or_default();
    from.as_str() == host || authority(public_url).is_some_and(|ours| ours == from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    #[test]
    fn where_a_form_may_stand() {
        let cases: [(&[(&str, &str)], bool); 8] = [
            (&[], true),
            (&[("origin", "https://pay.example.com")], true),
            (&[("origin", "http://localhost:7070"), ("host", "localhost:7070")], true),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "null")], false),
            (&[("sec-fetch-site", "same-origin"), ("origin", "https://pay.example.com")], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site"), ("origin", "https://pay.example.com")], false),
        ];
        for (pairs, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            assert_eq!(is_from_here(&headers, "https://pay.example.com"), expected, "{pairs:?}");
        }
    }
}
