//! `POST /webhooks/pix`: the callback of Bacen's API Pix, `{"pix": [{endToEndId, txid, chave, valor, horario}]}`. Proven, checked whole,
//! stored, answered; nothing is decided here.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use brazil::Centavos;
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::clock;
use crate::config::PixCallback;
use crate::pix::{GIVEN_BACK, PAID, PIX, ToldPix};
use crate::problem::Problem;

/// Where callbacks come in; with the secret behind it where that stands in the address.
pub const PIX_PATH: &str = "/webhooks/pix";
/// Payments told in one callback, at most.
pub const PIX_BATCH_MAX: usize = 500;

/// Letters and digits of a payment's id (`endToEndId`).
const END_TO_END_ID_LEN: usize = 32;
/// Longest txid there is.
const TXID_LEN_MAX: usize = 35;
/// Longest id of a payment that was given back.
const GIVEN_BACK_ID_LEN_MAX: usize = 35;

/// An event as it is stored.
struct Told {
    id: String,
    kind: &'static str,
    body: Vec<u8>,
}

/// A callback of API Pix that a header proves: an HMAC-SHA-256 of the body, in the header that is configured.
#[utoipa::path(post, path = "/webhooks/pix", tag = "webhooks",
    request_body(content = Value, description = "Bacen's callback: `{\"pix\": [{\"endToEndId\", \"txid\", \"chave\", \"valor\", \"horario\"}]}`, at most 500."),
    responses((status = 200, description = "All of it is stored; told again, nothing changes."),
        (status = 400, description = "It is no callback (`callback_malformed`)."),
        (status = 401, description = "It does not prove who sent it (`callback_not_proven`)."),
        (status = 422, description = "A payment in it is wrong; `field` names it.")))]
pub async fn receive_pix(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let callback = app.config.pix.as_ref().and_then(|pix| pix.callback.as_ref());
    let is_proven = match callback {
        Some(PixCallback::Hmac { header, secret }) => headers
            .get(header)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|given| is_hmac(given, secret, &body)),
        Some(PixCallback::Path(_)) | None => false,
    };
    take(&app, is_proven, &body).await
}

/// A callback of API Pix that its address proves. Providers that put `/pix` behind the address are answered there, too.
#[utoipa::path(post, path = "/webhooks/pix/{secret}", tag = "webhooks",
    params(("secret" = String, Path, description = "The secret that is configured")),
    request_body(content = Value, description = "As for `/webhooks/pix`."),
    responses((status = 200, description = "All of it is stored; told again, nothing changes."),
        (status = 400, description = "It is no callback (`callback_malformed`)."),
        (status = 401, description = "It does not prove who sent it (`callback_not_proven`)."),
        (status = 422, description = "A payment in it is wrong; `field` names it.")))]
pub async fn receive_pix_at(
    State(app): State<Arc<App>>,
    Path(given): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let callback = app.config.pix.as_ref().and_then(|pix| pix.callback.as_ref());
    let is_proven = match callback {
        Some(PixCallback::Path(secret)) => secret.as_bytes().ct_eq(given.as_bytes()).into(),
        Some(PixCallback::Hmac { .. }) | None => false,
    };
    take(&app, is_proven, &body).await
}

/// Everything else under these addresses. It is answered here, so that a secret in an address that is not quite right is not logged.
pub async fn nowhere() -> Problem {
    Problem::not_found("webhook")
}

fn is_hmac(given: &str, secret: &str, body: &[u8]) -> bool {
    let given = given.strip_prefix("sha256=").unwrap_or(given);
    let Ok(given) = hex::decode(given) else { return false };
    // An HMAC takes a key of any length.
    <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(secret.as_bytes())
        .is_ok_and(|mac| mac.chain_update(body).verify_slice(&given).is_ok())
}

/// Stores what was told, all of it or nothing; 2xx only once it is stored. The same payment told again changes nothing.
async fn take(app: &Arc<App>, is_proven: bool, body: &[u8]) -> Result<StatusCode, Problem> {
    if !is_proven {
        tracing::warn!("a callback of Pix was refused: it does not prove who sent it");
        let detail = "The callback does not prove who sent it.";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "callback_not_proven", detail));
    }
    let told = read(body)?;
    let now = clock::now();
    let any = app
        .write(move |tx| {
            let mut any = false;
            for Told { id, kind, body } in &told {
                any |= tx.receive(PIX, id, kind, None, body, now)?;
            }
            Ok(any)
        })
        .await?;
    if any {
        super::wake(app, PIX);
    }
    Ok(StatusCode::OK)
}

fn read(body: &[u8]) -> Result<Vec<Told>, Problem> {
    let malformed = |detail: String| Problem::new(StatusCode::BAD_REQUEST, "callback_malformed", detail);
    let callback: Value =
        serde_json::from_slice(body).map_err(|error| malformed(format!("This is no callback: {error}.")))?;
    let Some(object) = callback.as_object() else {
        return Err(malformed("A callback is an object.".to_owned()));
    };
    let payments = match (object.get("pix").map(Value::as_array), object.get("evento")) {
        (Some(Some(payments)), _) => payments,
        // Some providers try the address so when it is registered.
        (None, Some(_)) => return Ok(Vec::new()),
        _ => return Err(Problem::invalid("pix", "pix_missing", "pix must be a list of payments.")),
    };
    if payments.len() > PIX_BATCH_MAX {
        let detail = format!("pix must not hold more than {PIX_BATCH_MAX} payments.");
        return Err(Problem::invalid("pix", "batch_too_large", detail));
    }
    let mut told = Vec::new();
    for (place, payment) in payments.iter().enumerate() {
        read_payment(payment, &mut told).map_err(|(field, detail)| {
            let field = format!("pix[{place}]{field}");
            let detail = format!("{field} {detail}.");
            Problem::invalid(&field, "payment_malformed", detail)
        })?;
    }
    Ok(told)
}

/// What one payment tells; an error names the field.
fn read_payment(payment: &Value, told: &mut Vec<Told>) -> Result<(), (&'static str, String)> {
    let wrong = |field: &'static str, must: &str| Err((field, format!("must be {must}")));
    let read: ToldPix = match serde_json::from_value(payment.clone()) {
        Ok(read) => read,
        Err(error) => return Err(("", format!("cannot be read: {error}"))),
    };
    let is_plain = |text: &str, max: usize| {
        !text.is_empty() && text.len() <= max && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let id = &read.end_to_end_id;
    if id.len() != END_TO_END_ID_LEN || !is_plain(id, END_TO_END_ID_LEN) {
        return wrong(".endToEndId", "32 letters and digits");
    }
    if read.txid.as_ref().is_some_and(|txid| !is_plain(txid, TXID_LEN_MAX)) {
        return wrong(".txid", "1 to 35 letters and digits");
    }
    let has_cents = read.valor.split_once('.').is_some_and(|(_, cents)| cents.len() == 2);
    if !has_cents || !Centavos::parse(&read.valor).is_ok_and(|amount| !amount.is_zero()) {
        return wrong(".valor", "an amount above zero like 24.90");
    }
    let body = payment.to_string().into_bytes();
    if let Some(backs) = payment.get("devolucoes").and_then(Value::as_array) {
        for back in backs {
            let (name, status) =
                (back.get("id").and_then(Value::as_str), back.get("status").and_then(Value::as_str));
            let (Some(name), Some(status)) = (name, status) else {
                return wrong(".devolucoes", "a list with id and status each");
            };
            if !is_plain(name, GIVEN_BACK_ID_LEN_MAX) || status.len() > GIVEN_BACK_ID_LEN_MAX {
                return wrong(".devolucoes", "a list with id and status each");
            }
            told.push(Told { id: format!("{id}/{name}/{status}"), kind: GIVEN_BACK, body: body.clone() });
        }
    }
    told.push(Told { id: id.clone(), kind: PAID, body });
    Ok(())
}
