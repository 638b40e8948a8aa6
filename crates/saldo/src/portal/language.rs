//! `/language`: the reader's own choice, kept by the browser and, for a customer who is signed in, with the customer: his mails follow it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::cookies;
use super::form::{Posted, not_understood};
use super::shell::Fault;
use super::signed_in::local_path;
use super::visit::{CustomerSession, Visit, is_of_console};
use crate::app::App;
use crate::look::Locale;
use crate::problem::Problem;

#[derive(Deserialize)]
pub(super) struct Choice {
    language: String,
    #[serde(default)]
    return_to: String,
}

/// `POST /language`
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    visit: Visit,
    Posted(choice): Posted<Choice>,
) -> Result<Response, Fault> {
    let locale = Locale::from_tag(&choice.language)
        .ok_or_else(|| not_understood(format!("{} is no language that is spoken here.", choice.language)))?;
    let cookie = cookies::set_language(&app.config, locale.tag());
    let back = local_path(&choice.return_to).unwrap_or("/");
    // In the console it is staff who reads, even if a customer is signed in in the same browser.
    if let Some(who) = visit.customer().filter(|who| !who.is_view && !is_of_console(back)) {
        keep(&app, who, locale).await?;
    }
    Ok(([(SET_COOKIE, cookie)], Redirect::to(back)).into_response())
}

/// Has the customer's mails follow the choice.
async fn keep(app: &Arc<App>, who: &CustomerSession, locale: Locale) -> Result<(), Problem> {
    let id = who.customer.id;
    if who.customer.locale == locale.tag() {
        return Ok(());
    }
    app.write_or_refuse(move |tx| {
        let mut customer = tx.customer(id)?.ok_or_else(|| Problem::not_found("customer"))?;
        locale.tag().clone_into(&mut customer.locale);
        tx.update_customer(&customer)?;
        Ok(())
    })
    .await
}
