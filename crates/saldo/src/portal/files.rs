//! `/assets/…`: the files a browser loads once and keeps, the operator's logo and colour among them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::shell::Fault;
use crate::app::App;
use crate::look::assets;
use crate::problem::Problem;

/// `GET /assets/{name}`
pub(super) async fn file(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Fault> {
    let brand = app.config.brand();
    if let Some((content_type, bytes)) = brand.file(uri.path()) {
        // A picture that somebody opens by itself is a picture and nothing else.
        let policy = (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
        let headers = [(CONTENT_TYPE, content_type), (CACHE_CONTROL, assets::CACHE_CONTROL), policy];
        return Ok((headers, bytes.to_vec()).into_response());
    }
    let asset = assets::find(uri.path()).ok_or_else(|| Problem::not_found("file"))?;
    let headers = [(CONTENT_TYPE, asset.content_type), (CACHE_CONTROL, assets::CACHE_CONTROL)];
    Ok((headers, asset.bytes.as_ref()).into_response())
}
