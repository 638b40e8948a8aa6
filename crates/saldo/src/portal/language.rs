//! `/language`: the reader's own choice, kept by the browser.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::cookies;
use super::form::{Posted, not_understood};
use super::shell::Fault;
use super::signed_in::local_path;
use crate::app::App;
use crate::look::Locale;

#[derive(Deserialize)]
pub(super) struct Choice {
    language: String,
    #[serde(default)]
    return_to: String,
}

/// `POST /language`
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    Posted(choice): Posted<Choice>,
) -> Result<Response, Fault> {
    let locale = Locale::from_tag(&choice.language)
        .ok_or_else(|| not_understood(format!("{} is no language that is spoken here.", choice.language)))?;
    let cookie = cookies::set_language(&app.config, locale.tag());
    let back = local_path(&choice.return_to).unwrap_or("/");
    Ok(([(SET_COOKIE, cookie)], Redirect::to(back)).into_response())
}
