//! `/console/webhooks`: endpoints that are told by webhooks, made, changed and removed; what became of each message to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use money::{DeliveryId, EndpointId};
use serde::Deserialize;
use store::tables::endpoints::{Attempt, Delivery, DeliveryState, Endpoint, EndpointState, Message};
use store::{Reader as TablesReader, StoreError, Tx};

use super::offer_fields::{hidden, text};
use super::{draw_form_at, typed};
use crate::app::App;
use crate::audit::Author;
use crate::endpoints::{self, EndpointDraft, KINDS};
use crate::ids;
use crate::look::page::webhooks::{
    AttemptSeen, DeliveryListed, EndpointListed, WebhookDelivery, WebhookEndpoint, Webhooks, kind_text,
};
use crate::look::page::{Field, FieldKind, FieldProblem};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::sign_in::Nothing;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw};
use crate::problem::Problem;

/// Deliveries of one page.
const ROWS: u32 = 25;
/// Tries that are shown of a delivery.
const ATTEMPTS_SHOWN: u32 = 50;
/// The field of the form that asks for kinds.
const KINDS_FIELD: &str = "kinds";

#[derive(Deserialize)]
pub(super) struct Shown {
    removed: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct ShownOne {
    done: Option<String>,
    before: Option<String>,
}

/// An endpoint as the form sends it: ticked kinds are fields of their own.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Sent {
    /// The name that a new one will have: a form that is sent again makes nothing again.
    #[serde(default)]
    endpoint: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    description: String,
    #[serde(flatten)]
    ticked: BTreeMap<String, String>,
}

impl Sent {
    fn draft(&self, enabled: bool) -> EndpointDraft {
        let kinds = KINDS.iter().filter(|(kind, _)| self.ticked.contains_key(*kind));
        let kinds: Vec<String> = kinds.map(|(kind, _)| (*kind).to_owned()).collect();
        EndpointDraft { url: self.url.clone(), kinds, description: self.description.clone(), enabled }
    }
}

/// `GET /console/webhooks`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let rows = app.read(|tables| tables.endpoints()).await?;
    let page = Webhooks {
        reader: staff.visit.reader().clone(),
        frame: staff.visit.frame(&app, Some(Place::ConsoleWebhooks)),
        removed: shown.removed,
        new_url: staff
            .may(Permission::ChangeWebhooks)
            .then(|| format!("{}/new", Place::ConsoleWebhooks.url())),
        rows: rows.iter().map(listed).collect(),
    };
    draw(StatusCode::OK, &page)
}

/// `GET /console/webhooks/new`
pub(super) async fn new(State(app): State<Arc<App>>, staff: StaffIn) -> Result<Response, Fault> {
    staff.must(Permission::ChangeWebhooks)?;
    let endpoint = EndpointId::from_u128(ids::fresh()).to_string();
    form(&app, &staff, None, &Sent { endpoint, ..Sent::default() }, Vec::new())
}

/// `POST /console/webhooks`. The answer is the one page that ever shows the secret.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeWebhooks)?;
    let (author, settings, secret) = (author(&staff), app.config.webhooks, endpoints::draw_secret());
    let (draft, drawn) = (sent.draft(true), secret.clone());
    let id = sent.endpoint.parse().unwrap_or_else(|_| EndpointId::from_u128(ids::fresh()));
    let make = move |tx: &Tx<'_>| endpoints::create(tx, &author, settings, &draft, (id, &drawn));
    match app.write_or_refuse(make).await {
        // The page was loaded again: its secret was shown the one time.
        Err(problem) if problem.code == endpoints::MADE_ALREADY => {
            Ok(Redirect::to(&endpoint_url(id)).into_response())
        }
        Ok(endpoint) => one(&app, &staff, endpoint.id, Some(secret), None, None).await,
        Err(problem) => again(&app, &staff, None, &sent, problem),
    }
}

/// `GET /console/webhooks/{id}`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Asked(ShownOne { done, before }): Asked<ShownOne>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let done = done.and_then(|done| {
        let told = [
            ("saved", "endpoint-saved"),
            ("on", "endpoint-is-on"),
            ("off", "endpoint-is-off"),
            ("test", "endpoint-tested"),
        ];
        told.iter().find(|(word, _)| *word == done).map(|(_, text)| staff.visit.reader().t(text))
    });
    one(&app, &staff, parse(&id)?, None, done, before).await
}

/// `GET /console/webhooks/{id}/change`
pub(super) async fn change(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeWebhooks)?;
    let id = parse(&id)?;
    let known = app.read(move |tables| tables.endpoint(id)).await?.ok_or_else(missing)?;
    let ticked = known.kinds.split(' ').filter(|kind| !kind.is_empty());
    let ticked = ticked.map(|kind| (kind.to_owned(), "1".to_owned())).collect();
    let sent = Sent { url: known.url, description: known.description, ticked, ..Sent::default() };
    form(&app, &staff, Some(id), &sent, Vec::new())
}

/// `POST /console/webhooks/{id}`
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeWebhooks)?;
    let id = parse(&id)?;
    let wanted = sent.clone();
    let saved = put(&app, &staff, id, move |known| wanted.draft(known.state == EndpointState::Enabled)).await;
    match saved {
        Ok(()) => Ok(back(id, "saved")),
        Err(problem) => again(&app, &staff, Some(id), &sent, problem),
    }
}

/// `POST /console/webhooks/{id}/activation`
pub(super) async fn activate(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeWebhooks)?;
    let id = parse(&id)?;
    put(&app, &staff, id, |known| EndpointDraft { enabled: true, ..EndpointDraft::of(known) }).await?;
    Ok(back(id, "on"))
}

/// `POST /console/webhooks/{id}/deactivation`
pub(super) async fn deactivate(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeWebhooks)?;
    let id = parse(&id)?;
    put(&app, &staff, id, |known| EndpointDraft { enabled: false, ..EndpointDraft::of(known) }).await?;
    Ok(back(id, "off"))
}

/// `POST /console/webhooks/{id}/secret-rotation`. The answer is the one page that ever shows the secret.
pub(super) async fn rotate(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeWebhooks)?;
    let (id, author, secret) = (parse(&id)?, author(&staff), endpoints::draw_secret());
    let drawn = secret.clone();
    app.write_or_refuse(move |tx| endpoints::rotate(tx, &author, id, &drawn)).await?;
    one(&app, &staff, id, Some(secret), None, None).await
}

/// `POST /console/webhooks/{id}/removal`
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeWebhooks)?;
    let (id, author) = (parse(&id)?, author(&staff));
    let was = app.write_or_refuse(move |tx| endpoints::remove(tx, &author, id)).await?;
    let url = crate::look::format::percent_encoded(&was.url);
    Ok(Redirect::to(&format!("{}?removed={url}", Place::ConsoleWebhooks.url())).into_response())
}

/// `POST /console/webhooks/{id}/test`
pub(super) async fn test(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeWebhooks)?;
    let (id, author) = (parse(&id)?, author(&staff));
    app.write_or_refuse(move |tx| endpoints::tell_test(tx, &author, id)).await?;
    endpoints::wake(&app);
    Ok(back(id, "test"))
}

#[derive(Deserialize)]
pub(super) struct ShownDelivery {
    again: Option<u8>,
}

/// `GET /console/webhook-deliveries/{id}`
pub(super) async fn delivery(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Asked(shown): Asked<ShownDelivery>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let id = parse_delivery(&id)?;
    let may = staff.may(Permission::ChangeWebhooks);
    let look = move |tables: &TablesReader<'_>| {
        let Some(delivery) = tables.delivery(id)? else { return Ok(None) };
        let found = (tables.endpoint(delivery.endpoint)?, tables.message(delivery.message)?);
        let (Some(endpoint), Some(message)) = found else { return Ok(None) };
        let attempts = tables.attempts(id, ATTEMPTS_SHOWN)?;
        let row = delivery_listed(tables, &delivery, &endpoint, may)?;
        Ok(Some((listed(&endpoint), message, attempts, row)))
    };
    let (endpoint, message, attempts, row) = app.read(look).await?.ok_or_else(missing_delivery)?;
    let page = WebhookDelivery {
        reader: staff.visit.reader().clone(),
        frame: staff.visit.frame(&app, Some(Place::ConsoleWebhooks)),
        row,
        endpoint,
        body: laid_out(&message),
        attempts: attempts.into_iter().map(attempt_seen).collect(),
        is_asked_again: shown.again.is_some(),
    };
    draw(StatusCode::OK, &page)
}

/// `POST /console/webhook-deliveries/{id}/redelivery`
pub(super) async fn redeliver(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeWebhooks)?;
    let (id, author) = (parse_delivery(&id)?, author(&staff));
    app.write_or_refuse(move |tx| endpoints::redeliver(tx, &author, id)).await?;
    endpoints::wake(&app);
    Ok(Redirect::to(&format!("{}?again=1", delivery_url(id))).into_response())
}

/// Changes an endpoint and has what waited for it sent.
async fn put(
    app: &Arc<App>,
    staff: &StaffIn,
    id: EndpointId,
    draft: impl Fn(&Endpoint) -> EndpointDraft + Send + Sync + 'static,
) -> Result<(), Problem> {
    staff.must(Permission::ChangeWebhooks)?;
    let (author, settings): (Author, _) = (author(staff), app.config.webhooks);
    let change = move |tx: &Tx<'_>| endpoints::change(tx, &author, settings, id, |known| draft(known));
    app.write_or_refuse(change).await?;
    endpoints::wake(app);
    Ok(())
}

/// The page of one endpoint; with a secret, the one time that it is shown.
async fn one(
    app: &Arc<App>,
    staff: &StaffIn,
    id: EndpointId,
    secret: Option<String>,
    done: Option<String>,
    before: Option<String>,
) -> Result<Response, Fault> {
    let trail = Trail::parse(before.as_deref());
    let before: Option<DeliveryId> = trail.last().and_then(|id| id.parse().ok());
    let may = staff.may(Permission::ChangeWebhooks);
    let look = move |tables: &TablesReader<'_>| {
        let Some(endpoint) = tables.endpoint(id)? else { return Ok(None) };
        let page = tables.deliveries(Some(id), before, ROWS)?;
        let rows = page.rows.iter().map(|row| delivery_listed(tables, row, &endpoint, may));
        let rows = rows.collect::<Result<Vec<_>, StoreError>>()?;
        Ok(Some((endpoint, rows, page.next)))
    };
    let (endpoint, deliveries, next) = app.read(look).await?.ok_or_else(missing)?;
    let base = format!("{}?", endpoint_url(id));
    let previous_until = endpoint.previous_until.filter(|until| *until > crate::clock::now());
    let status = if secret.is_some() { StatusCode::CREATED } else { StatusCode::OK };
    let page = WebhookEndpoint {
        reader: staff.visit.reader().clone(),
        frame: staff.visit.frame(app, Some(Place::ConsoleWebhooks)),
        endpoint: listed(&endpoint),
        done,
        secret,
        previous_until,
        may_change: may,
        deliveries,
        newer_url: trail.newer_url(&base, "before"),
        older_url: next.map(|next| trail.older_url(&base, "before", &next.to_string())),
    };
    draw(status, &page)
}

/// The form again with what was wrong in words.
fn again(
    app: &App,
    staff: &StaffIn,
    id: Option<EndpointId>,
    sent: &Sent,
    problem: Problem,
) -> Result<Response, Fault> {
    match typed(app, staff).problems(&problem) {
        Some(problems) => form(app, staff, id, sent, problems),
        None => Err(problem.into()),
    }
}

fn form(
    app: &App,
    staff: &StaffIn,
    id: Option<EndpointId>,
    sent: &Sent,
    problems: Vec<FieldProblem>,
) -> Result<Response, Fault> {
    let reader = staff.visit.reader();
    let t = |id: &str| reader.t(id);
    let kinds = KINDS.iter().map(|(kind, _)| {
        (*kind, format!("{} ({kind})", t(kind_text(kind))), sent.ticked.contains_key(*kind))
    });
    let mut fields = vec![
        text("url", t("endpoint-url"), Some(t("endpoint-url-hint")), sent.url.clone()),
        text("description", t("endpoint-description"), None, sent.description.clone()),
        Field {
            name: KINDS_FIELD,
            label: t("endpoint-kinds"),
            hint: Some(t("endpoint-kinds-hint")),
            kind: FieldKind::Checks(kinds.collect()),
        },
    ];
    if id.is_none() {
        fields.insert(0, hidden("endpoint", sent.endpoint.clone()));
    }
    let list_url = Place::ConsoleWebhooks.url().to_owned();
    let (action, back_url, heading) = match id {
        Some(id) => (endpoint_url(id), endpoint_url(id), "change-endpoint"),
        None => (list_url.clone(), list_url, "new-endpoint"),
    };
    draw_form_at(app, staff, (Place::ConsoleWebhooks, action, back_url), heading, fields, problems)
}

fn listed(row: &Endpoint) -> EndpointListed {
    EndpointListed {
        url: row.url.clone(),
        description: row.description.clone(),
        page_url: endpoint_url(row.id),
        kinds: row.kinds.split(' ').filter(|kind| !kind.is_empty()).map(kind_text).collect(),
        is_enabled: row.state == EndpointState::Enabled,
        state: match row.state {
            EndpointState::Enabled => "endpoint-enabled",
            EndpointState::Disabled => "endpoint-disabled",
            EndpointState::Gone => "endpoint-gone",
            EndpointState::Failing => "endpoint-failing",
        },
        failing_since: row.failing_since,
        created_at: row.created_at,
    }
}

fn delivery_listed(
    tables: &TablesReader<'_>,
    row: &Delivery,
    endpoint: &Endpoint,
    may_change: bool,
) -> Result<DeliveryListed, StoreError> {
    let kind = tables.message(row.message)?.map(|message| message.kind).unwrap_or_default();
    let last = tables.attempts(row.id, 1)?.into_iter().next();
    let (tone, state) = match row.state {
        DeliveryState::Waiting => ("wait", "delivery-waiting"),
        DeliveryState::Sending => ("wait", "delivery-sending"),
        DeliveryState::Delivered => ("good", "delivery-delivered"),
        DeliveryState::Failed => ("bad", "delivery-failed"),
    };
    let is_enabled = endpoint.state == EndpointState::Enabled;
    Ok(DeliveryListed {
        page_url: delivery_url(row.id),
        kind_id: kind_text(&kind),
        kind,
        message: row.message.to_string(),
        created_at: row.created_at,
        tone,
        state,
        next_at: row.next_attempt_at.filter(|_| is_enabled && row.state == DeliveryState::Waiting),
        tries: row.tries,
        answer: last.map(|last| last.error.or(last.status.map(|it| it.to_string())).unwrap_or_default()),
        may_redeliver: may_change && is_enabled && row.state != DeliveryState::Sending,
    })
}

fn attempt_seen(row: Attempt) -> AttemptSeen {
    let Attempt { attempt_no, at, took_millis, status, answer, error, .. } = row;
    AttemptSeen { number: attempt_no, at, took_millis, status, error, answer }
}

/// The message's JSON with one field on each line; as it is, if it is none.
fn laid_out(message: &Message) -> String {
    let read: Result<serde_json::Value, _> = serde_json::from_str(&message.body);
    read.map_or_else(|_| message.body.clone(), |value| format!("{value:#}"))
}

fn author(staff: &StaffIn) -> Author {
    staff.visit.author(&staff.who.session)
}

fn back(id: EndpointId, done: &str) -> Response {
    Redirect::to(&format!("{}?done={done}", endpoint_url(id))).into_response()
}

fn endpoint_url(id: EndpointId) -> String {
    format!("{}/{id}", Place::ConsoleWebhooks.url())
}

fn delivery_url(id: DeliveryId) -> String {
    format!("/console/webhook-deliveries/{id}")
}

fn parse(id: &str) -> Result<EndpointId, Problem> {
    id.parse().map_err(|_| missing())
}

fn parse_delivery(id: &str) -> Result<DeliveryId, Problem> {
    id.parse().map_err(|_| missing_delivery())
}

fn missing() -> Problem {
    Problem::not_found("webhook endpoint")
}

fn missing_delivery() -> Problem {
    Problem::not_found("webhook delivery")
}
