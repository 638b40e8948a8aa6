//! `/healthz`, `/readyz`, `/metrics`: for those who watch over the program. No key is asked for, and nobody's name is told.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::Registry;
use serde_json::json;
use store::tables::inbox::InboxState;

use super::Api;
use crate::panics;
use crate::problem::Problem;
use crate::reconciliation::{Found, cents_of};

/// Journal rows that the views may be behind before the program calls itself not ready.
const BEHIND_ROWS_MAX: u64 = 1_000;
/// What the media type of the metrics is.
const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// One kind of answered request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    method: String,
    status: u16,
}

/// Requests that were answered, by route.
#[derive(Clone, Debug, Default)]
pub(super) struct Requests(Family<Answered, Counter>);

/// Counts each request once it is answered.
pub(super) async fn count_requests(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    // The route as it is written, not the path: as many series as there are routes.
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = match request.method().as_str() {
        known @ ("GET" | "POST" | "PATCH" | "DELETE" | "HEAD" | "PUT" | "OPTIONS") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let response = next.run(request).await;
    api.requests.0.get_or_create(&Answered { route, method, status: response.status().as_u16() }).inc();
    response
}

/// The process lives.
pub(super) async fn healthz() -> Json<serde_json::Value> {
    Json(json!({"status": "ok"}))
}

/// The ledger takes writes and the views keep up.
pub(super) async fn readyz(State(api): State<Arc<Api>>) -> Response {
    let status = api.app.ledger.status();
    let writable = status.writable.load(Ordering::Relaxed) && !status.stopped.load(Ordering::Relaxed);
    let behind = behind(&api);
    let failing = api.app.projection_failing.load(Ordering::Acquire);
    let away = api.app.database_away.load(Ordering::Acquire);
    let ready = writable && !failing && !away && behind <= BEHIND_ROWS_MAX && !api.app.is_ending();
    let code = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let status = if ready { "ready" } else { "not_ready" };
    let body = json!({"status": status, "ledger_writable": writable, "database_away": away, "views_failing": failing, "views_behind_rows": behind});
    (code, Json(body)).into_response()
}

fn behind(api: &Api) -> u64 {
    let landed = api.app.ledger.landed().borrow().position;
    landed.saturating_sub(*api.app.projected.borrow())
}

/// Everything that is counted, for Prometheus.
pub(super) async fn metrics(State(api): State<Arc<Api>>) -> Result<Response, Problem> {
    let count = |reader: &store::Reader<'_>| {
        let counts = InboxState::ALL.iter().map(|state| Ok((*state, reader.inbox_count(*state)?)));
        counts.collect::<Result<Vec<_>, store::StoreError>>()
    };
    let inbox = api.app.read(count).await?;
    let mut registry = Registry::with_prefix("saldo");
    register_ledger(&api, &mut registry);
    let inbox_events = Family::<[(&'static str, &'static str); 1], Gauge>::default();
    for (state, events) in inbox {
        let events = i64::try_from(events).unwrap_or(i64::MAX);
        inbox_events.get_or_create(&[("state", state.word())]).set(events);
    }
    registry.register("inbox_events", "Provider events by state", inbox_events);
    register_reconciliation(&api, &mut registry).await?;
    api.app.nas.counters.register(&mut registry);
    let unconfirmed = i64::try_from(api.app.nas.unconfirmed(api.app.ledger.now())).unwrap_or(i64::MAX);
    registry.register(
        "radius_unconfirmed_lines",
        "Lines whose router has not confirmed for two minutes what it was asked for",
        ConstGauge::new(unconfirmed),
    );
    registry.register(
        "http_requests",
        "Answered requests by route, method and status",
        api.requests.0.clone(),
    );
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|error| Problem::internal(&anyhow::Error::new(error)))?;
    Ok(([(CONTENT_TYPE, METRICS_TYPE)], text).into_response())
}

fn register_ledger(api: &Api, registry: &mut Registry) {
    let status = api.app.ledger.status();
    let landed = api.app.ledger.landed().borrow().position;
    let counters = [
        ("journal_rows", "Journal rows that landed since the start", &status.rows_landed),
        ("journal_bytes", "Bytes of journal rows that landed since the start", &status.bytes_landed),
        ("journal_append_failures", "Appends that failed and were tried again", &status.appends_failed),
        (
            "views_failures",
            "Times that the views could not be brought up to date",
            &*api.app.projection_failures,
        ),
    ];
    for (name, help, value) in counters {
        registry.register(name, help, ConstCounter::new(value.load(Ordering::Relaxed)));
    }
    let panicked = ConstCounter::new(panics::counted());
    registry.register("panics", "Mistakes of the program that ended one request or one thread", panicked);
    let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let gauges = [
        ("journal_position", "Position of the newest durable journal row", signed(landed)),
        ("views_behind_rows", "Journal rows that the views do not show yet", signed(behind(api))),
        (
            "ledger_writable",
            "1 while the ledger takes writes",
            i64::from(status.writable.load(Ordering::Relaxed)),
        ),
        ("clock_ahead_microseconds", "How far the test clock runs ahead", api.app.ledger.clock_offset()),
    ];
    for (name, help, value) in gauges {
        registry.register(name, help, ConstGauge::new(value));
    }
    register_books(api, registry);
}

fn register_books(api: &Api, registry: &mut Registry) {
    let seen = api.app.books.seen();
    // Nothing is told of books that nobody has looked at yet.
    let Some(at) = seen.at else { return };
    let findings = i64::try_from(seen.findings.len()).unwrap_or(i64::MAX);
    let gauges = [
        (
            "books_verified_timestamp_seconds",
            "When the books were last verified, sound or not",
            at.as_seconds(),
        ),
        ("books_findings", "What the last verification found wrong: 0 in sound books", findings),
    ];
    for (name, help, value) in gauges {
        registry.register(name, help, ConstGauge::new(value));
    }
}

/// Nothing is told of a comparison that has not been made yet.
async fn register_reconciliation(api: &Api, registry: &mut Registry) -> Result<(), Problem> {
    let look =
        |reader: &store::Reader<'_>| Ok((reader.last_reconciliation()?, reader.open_reconciliation_run()?));
    let (last, open) = api.app.read(look).await?;
    let failing = i64::from(open.is_some_and(|run| run.failing_since.is_some()));
    registry.register(
        "stripe_reconciliation_failing",
        "1 while Stripe does not answer a comparison with the books",
        ConstGauge::new(failing),
    );
    let Some((at, result)) = last.and_then(|run| Some((run.finished_at?, run.result?))) else {
        return Ok(());
    };
    registry.register(
        "stripe_reconciled_timestamp_seconds",
        "When Stripe and the books were last compared, whether they differ or not",
        ConstGauge::new(at.as_seconds()),
    );
    let found: Found =
        serde_json::from_str(&result).map_err(|error| Problem::internal(&anyhow::Error::new(error)))?;
    let drift = Family::<[(&'static str, String); 1], Gauge>::default();
    for found in found.currencies {
        drift.get_or_create(&[("currency", found.currency)]).set(cents_of(found.drift));
    }
    registry.register("stripe_drift_cents", "What Stripe has more than the books, in cents", drift);
    Ok(())
}
