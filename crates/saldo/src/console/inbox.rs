//! `/console/inbox`: webhooks as they came, what became of each, and working on one again by the same path.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use money::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use store::StoreError;
use store::tables::inbox::{InboxCursor, InboxEvent, InboxState};

use super::event_subject::EventSubject;
use crate::app::App;
use crate::audit::Change;
use crate::look::Reader;
use crate::look::format::percent_encoded;
use crate::look::page::listing::{Cell, Fact, Listing, ListingRow, Sheet, SheetAct, Standing};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw, sign_in::Nothing};
use crate::problem::Problem;
use crate::{clock, webhooks};

/// Events of one page.
const ROWS: u32 = 25;
/// Stripe's name of what lets whoever has it finish a payment.
const CLIENT_SECRET: &str = "client_secret";
/// What stands in its place.
const HIDDEN: &str = "(hidden)";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    show: String,
    before: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ShownOne {
    replayed: Option<u8>,
}

/// `GET /console/inbox`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(Shown { show, before }): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let (reader, place) = (staff.visit.reader().clone(), Place::ConsoleInbox);
    let state = InboxState::from_word(&show);
    let trail = Trail::parse(before.as_deref());
    let from = trail.last().and_then(cursor);
    let read = app.read(move |tables| {
        let page = match state {
            Some(state) => tables.inbox(state, from.as_ref(), ROWS),
            None => tables.inbox_events(from.as_ref(), ROWS),
        }?;
        let subjects = page.rows.iter().map(|event| EventSubject::find(tables, event));
        let subjects = subjects.collect::<Result<Vec<_>, StoreError>>()?;
        Ok((page, subjects))
    });
    let (page, subjects) = read.await?;
    let told = page.rows.iter().zip(&subjects);
    let word = state.map(InboxState::word).unwrap_or_default();
    let base = format!("{}?show={word}&", place.url());
    let all = (place.url().to_owned(), reader.t("all-states"), state.is_none());
    let views = InboxState::ALL.iter().map(|known| {
        (
            format!("{}?show={}", place.url(), known.word()),
            reader.t(standing(*known).1),
            state == Some(*known),
        )
    });
    let next = page.next.map(|next| format!("{}.{}", next.received_at.as_micros(), next.event_id));
    let page = Listing {
        frame: staff.visit.frame(&app, Some(place)),
        heading: reader.t(place.text_id()),
        text: reader.t("inbox-text"),
        views: std::iter::once(all).chain(views).collect(),
        narrow: None,
        columns: ["inbox-event", "inbox-received-at", "status"].map(|id| reader.t(id)).to_vec(),
        rows: told.map(|(event, subject)| listed(&reader, event, subject.as_ref())).collect(),
        empty: reader.t("inbox-none"),
        newer_url: trail.newer_url(&base, "before"),
        older_url: next.map(|next| trail.older_url(&base, "before", &next)),
        reader,
    };
    draw(StatusCode::OK, &page)
}

fn listed(reader: &Reader, event: &InboxEvent, subject: Option<&EventSubject>) -> ListingRow {
    let (tone, text) = standing(event.state);
    ListingRow {
        url: url(&event.provider, &event.event_id),
        name: event.kind.clone(),
        under: event.event_id.clone(),
        cells: vec![
            Cell::Words(
                reader.date_time(event.received_at),
                subject.map_or_else(|| event.provider.clone(), |subject| subject.line(reader)),
            ),
            Cell::Standing(Standing::new(tone, reader.t(text)), event.last_error.clone().unwrap_or_default()),
        ],
    }
}

/// Where an event is told in full.
pub(super) fn url(provider: &str, event_id: &str) -> String {
    format!("{}/{}/{}", Place::ConsoleInbox.url(), percent_encoded(provider), percent_encoded(event_id))
}

fn standing(state: InboxState) -> (&'static str, &'static str) {
    match state {
        InboxState::Received => ("wait", "inbox-received"),
        InboxState::Processed => ("good", "inbox-processed"),
        InboxState::Failed => ("bad", "inbox-failed"),
        InboxState::Ignored => ("plain", "inbox-ignored"),
    }
}

/// `GET /console/inbox/{provider}/{event}`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path((provider, event)): Path<(String, String)>,
    Asked(shown): Asked<ShownOne>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let (reader, place) = (staff.visit.reader().clone(), Place::ConsoleInbox);
    let read = app.read(move |tables| {
        let Some(event) = tables.inbox_event(&provider, &event)? else { return Ok(None) };
        let subject = EventSubject::find(tables, &event)?;
        Ok(Some((event, subject)))
    });
    let (event, subject) = read.await?.ok_or_else(missing)?;
    let (tone, text) = standing(event.state);
    let replay = SheetAct {
        action: format!("{}/replay", url(&event.provider, &event.event_id)),
        words: reader.t("inbox-replay"),
        text: reader.t("inbox-replay-text"),
        tone: "primary",
        reason: None,
    };
    let mut facts = subject.map(|subject| subject.facts(&reader)).unwrap_or_default();
    facts.extend([
        Fact::new(reader.t("inbox-event-id"), &event.event_id),
        Fact::new(reader.t("inbox-from"), &event.provider),
        Fact::new(reader.t("inbox-received-at"), reader.date_time(event.received_at)),
        Fact::new(reader.t("inbox-attempts"), reader.number(i64::from(event.attempts))),
    ]);
    if let Some(at) = event.next_attempt_at {
        facts.push(Fact::new(reader.t("inbox-next-attempt"), reader.date_time(at)));
    }
    if let Some(words) = &event.last_error {
        facts.push(Fact::new(reader.t("inbox-said"), words));
    }
    let page = Sheet {
        frame: staff.visit.frame(&app, Some(place)),
        heading: event.kind.clone(),
        text: reader.t("inbox-event"),
        standing: Some(Standing::new(tone, reader.t(text))),
        done: shown.replayed.map(|_| reader.t("inbox-was-replayed")),
        alert: None,
        facts,
        lists: Vec::new(),
        links: Vec::new(),
        acts: if staff.may(Permission::ReplayWebhooks) { vec![replay] } else { Vec::new() },
        raw: Some(readable(&event.body)),
        back: (place.url().to_owned(), reader.t(place.text_id())),
        reader,
    };
    draw(StatusCode::OK, &page)
}

/// JSON with its lines, but for what whoever reads it could pay with; anything else as it came.
fn readable(body: &[u8]) -> String {
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            hide_secrets(&mut value);
            format!("{value:#}")
        }
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    }
}

/// With the secret of a payment that is not finished, and a key that everybody sees, it can be confirmed.
fn hide_secrets(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, inside) in fields {
                match inside {
                    Value::String(secret) if name == CLIENT_SECRET => HIDDEN.clone_into(secret),
                    inside => hide_secrets(inside),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_secrets),
        _ => {}
    }
}

/// `POST /console/inbox/{provider}/{event}/replay`
pub(super) async fn replay(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path((provider, event)): Path<(String, String)>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ReplayWebhooks)?;
    let author = staff.visit.author(&staff.who.session);
    let (back, told) = (url(&provider, &event), provider.clone());
    let found = app
        .write(move |tx| {
            let found = tx.replay_inbox(&provider, &event, clock::now())?;
            if found {
                author.note(tx, &Change::new("inbox.replay", &event))?;
            }
            Ok(found)
        })
        .await?;
    if !found {
        return Err(missing().into());
    }
    webhooks::wake(&app, &told);
    Ok(Redirect::to(&format!("{back}?replayed=1")).into_response())
}

fn cursor(text: &str) -> Option<InboxCursor> {
    let (at, id) = text.split_once('.')?;
    Some(InboxCursor { received_at: Timestamp::from_micros(at.parse().ok()?), event_id: id.to_owned() })
}

fn missing() -> Problem {
    Problem::not_found("webhook")
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn secrets_of_payments_are_shown_to_nobody() {
        let body = br#"{"data":{"object":{"id":"pi_1","client_secret":"pi_1_secret_x","charges":[{"client_secret":"y","next":{"client_secret":null}}]}}}"#;
        let shown = readable(body);
        assert!(!shown.contains("secret_x") && !shown.contains("\"y\""), "{shown}");
        assert!(shown.contains("\"id\": \"pi_1\"") && shown.contains("(hidden)"), "{shown}");
        assert_eq!(readable(b"no JSON"), "no JSON");
    }
}
