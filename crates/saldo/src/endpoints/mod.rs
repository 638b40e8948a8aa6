//! Webhooks that we send: receivers ([`Endpoint`]), what they are told, and how it reaches them.
//!
//! A notice of the outbox becomes one message, written once with its bytes, and a delivery to each endpoint that wants its kind, all in
//! one transaction (`fan_out`). A worker sends what is due (`delivery`), signed as the Standard Webhooks specification says
//! (`signature`), and only to addresses that anybody may reach unless the operator allows others (`reach`). At least once: a receiver
//! knows a message again by its id.

mod delivery;
mod keeping;
mod letter;
mod reach;
mod signature;
mod told;

use std::sync::Arc;

use money::{DeliveryId, EndpointId, MessageId, Timestamp};
use serde_json::{Value, json};
use store::tables::endpoints::{Delivery, DeliveryState, Endpoint, EndpointState, Message};
use store::tables::outbox::Notice;
use store::{StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::problem::Problem;
use crate::{clock, ids};

pub(crate) use delivery::redeliver;
pub use delivery::{PAUSES, work};
pub(crate) use keeping::{EndpointDraft, MADE_ALREADY, change, create, off_count, remove, rotate, shown};
pub use reach::is_public;
pub use signature::{SECRET_PREFIX, draw_secret, sign};
pub use told::KINDS;

/// The kind of the message by which an endpoint is tried.
pub const TEST_KIND: &str = "endpoint.test";

/// Writes down what a notice means to endpoints, once for ever: its message, and a delivery to each that wants it.
pub(crate) fn fan_out(tx: &Tx<'_>, app: &App, notice: &Notice) -> Result<(), StoreError> {
    let Some(told) = told::told(tx, &app.sold(), notice)? else { return Ok(()) };
    // The facts are in the name too: a book that was restored and goes on otherwise tells of something else.
    let name = [
        &notice.id.position.to_be_bytes()[..],
        &notice.id.ordinal.to_be_bytes(),
        notice.id.kind.as_bytes(),
        &notice.created_at.as_micros().to_be_bytes(),
        notice.payload.as_bytes(),
    ];
    let id = MessageId::from_u128(app.hashes.hash128("message", &name));
    let message = message(id, told.kind, notice.created_at, &told.facts);
    if !tx.insert_message(&message)? {
        return Ok(());
    }
    let wants = |endpoint: &Endpoint| endpoint.state == EndpointState::Enabled && wants(endpoint, told.kind);
    for endpoint in tx.endpoints()?.iter().filter(|endpoint| wants(endpoint)) {
        tx.insert_delivery(&first_delivery(endpoint, id))?;
    }
    Ok(())
}

/// Writes a message down that tells nothing but that the endpoint is reached, and its delivery to that endpoint alone.
pub(crate) fn tell_test(tx: &Tx<'_>, author: &Author, id: EndpointId) -> Result<Delivery, Problem> {
    let endpoint = keeping::find_enabled(tx, id)?;
    let message_id = MessageId::from_u128(ids::fresh());
    tx.insert_message(&message(message_id, TEST_KIND, clock::now(), &json!({"endpoint": id.to_string()})))?;
    let delivery = first_delivery(&endpoint, message_id);
    tx.insert_delivery(&delivery)?;
    author.note(tx, &Change::new("webhook_endpoint.test", id))?;
    Ok(delivery)
}

/// Wakes whoever sends messages or waits for them.
pub(crate) fn wake(app: &Arc<App>) {
    app.message_news.send_modify(|messages| *messages = messages.wrapping_add(1));
}

/// Whether an endpoint is told of this kind.
fn wants(endpoint: &Endpoint, kind: &str) -> bool {
    endpoint.kinds.is_empty() || endpoint.kinds.split(' ').any(|wanted| wanted == kind)
}

/// The message that tells these facts of `at`.
fn message(id: MessageId, kind: &str, at: Timestamp, facts: &Value) -> Message {
    let body = json!({"type": kind, "timestamp": at.to_string(), "data": facts}).to_string();
    Message { message_no: 0, id, kind: kind.to_owned(), body, created_at: clock::now() }
}

fn first_delivery(endpoint: &Endpoint, message: MessageId) -> Delivery {
    let now = clock::now();
    Delivery {
        id: DeliveryId::from_u128(ids::fresh()),
        endpoint: endpoint.id,
        message,
        state: DeliveryState::Waiting,
        tries: 0,
        next_attempt_at: Some(now),
        created_at: now,
        delivered_at: None,
    }
}
