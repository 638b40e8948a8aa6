//! What a customer who pays later is given: the boleto or the Pix of his session, with buttons that play his bank.

use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::{Shown, look, money, read_form, success_url, view};
use crate::payment::delayed::{self, Settled};
use crate::provider::Provider;
use crate::state::{Work, text};

#[derive(Template)]
#[template(path = "voucher.html")]
struct VoucherPage<'a> {
    title: &'a str,
    session: &'a str,
    is_boleto: bool,
    amount: String,
    number: &'a str,
    back: String,
}

pub(crate) async fn show(State(provider): State<Arc<Provider>>, Path(id): Path<String>) -> Response {
    look(provider, id, |work, session| {
        let intent = intent_of(work, &session)?;
        if !delayed::is_awaited(work, &intent)? {
            let words = "Nothing is awaited for it: it is paid, has expired, or was never to be paid so.";
            let html = view::notice("This boleto or Pix is over.", words, Some(&success_url(&session)));
            return Ok(Shown::Notice { status: StatusCode::GONE, html });
        }
        let boleto = &intent["next_action"]["boleto_display_details"];
        let is_boleto = boleto.is_object();
        let page = VoucherPage {
            title: if is_boleto { "Sandbox boleto" } else { "Sandbox Pix" },
            session: text(&session, "id"),
            is_boleto,
            amount: money(session["amount_total"].as_i64().unwrap_or_default(), text(&session, "currency")),
            number: match is_boleto {
                true => text(boleto, "number"),
                false => text(&intent["next_action"]["pix_display_qr_code"], "data"),
            },
            back: success_url(&session),
        };
        Ok(Shown::Form { status: StatusCode::OK, html: page.render().unwrap_or_else(view::failed) })
    })
    .await
}

/// *Pay it* and *Let it expire*: what the customer and time do elsewhere.
pub(crate) async fn settle(
    State(provider): State<Arc<Provider>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let settled = match read_form(&body).text(&["outcome"]) {
        Some("succeeded") => Settled::Succeeded,
        Some("failed") => Settled::Failed,
        _ => return (StatusCode::UNPROCESSABLE_ENTITY, "outcome: succeeded or failed").into_response(),
    };
    look(provider, id, move |work, session| {
        let intent = intent_of(work, &session)?;
        delayed::settle(work, intent, settled)?;
        Ok(Shown::Elsewhere(success_url(&session)))
    })
    .await
}

/// The session's intent; an empty one if nothing was tried.
fn intent_of(work: &Work<'_>, session: &Value) -> rusqlite::Result<Value> {
    Ok(work.get("payment_intent", text(session, "payment_intent"))?.unwrap_or(Value::Null))
}
