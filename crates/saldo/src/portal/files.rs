//! `/assets/…`: the files a browser loads once and keeps.

use axum::http::Uri;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::shell::Fault;
use crate::look::assets;
use crate::problem::Problem;

/// `GET /assets/{name}`
pub(super) async fn file(uri: Uri) -> Result<Response, Fault> {
    let asset = assets::find(uri.path()).ok_or_else(|| Problem::not_found("file"))?;
    let headers = [(CONTENT_TYPE, asset.content_type), (CACHE_CONTROL, assets::CACHE_CONTROL)];
    Ok((headers, asset.bytes.as_ref()).into_response())
}
