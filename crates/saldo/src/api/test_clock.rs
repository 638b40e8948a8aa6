//! `/v1/test-clock`: the book's time, moved ahead for trials.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use book::{Act, Record};
use money::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::access::{By, ClockWrite, CreditRead};
use super::once::{self, Answer, Wish};
use super::request::{Body, IdempotencyKey};
use super::wire::time;
use crate::audit::Change;
use crate::problem::Problem;
use crate::test_clock;

/// How long to wait for the views to show what fell due.
const SHOW_PATIENCE: Duration = Duration::from_secs(10);

/// The book's time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TestClock {
    /// Whether it may be moved here.
    enabled: bool,
    /// The book's time, RFC 3339.
    now: String,
    /// How far it runs ahead of the world's, in seconds.
    ahead_seconds: i64,
}

/// Read the book's time.
#[utoipa::path(get, path = "/v1/test-clock", tag = "test clock",
    responses((status = 200, description = "The clock.", body = TestClock)))]
pub(super) async fn get(State(api): State<Arc<Api>>, _by: By<CreditRead>) -> Json<TestClock> {
    let ledger = &api.app.ledger;
    Json(TestClock {
        enabled: api.app.config.test_clock,
        now: time(ledger.now()),
        ahead_seconds: ledger.clock_offset() / Timestamp::SECOND,
    })
}

/// How far to move.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    /// Seconds, from 1 to 31,622,400 (366 days).
    #[schema(example = 3600)]
    seconds: u32,
}

/// How far it was moved.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Advanced {
    /// By how many seconds.
    advanced_seconds: i64,
    /// The book's time right after, RFC 3339.
    now: String,
}

/// Move the book's time ahead. Answered once everything that fell due by it is settled and shows, lines blocked for what is overdue
/// included.
#[utoipa::path(post, path = "/v1/test-clock/advance", tag = "test clock", request_body = Advance,
    responses((status = 200, description = "The clock was moved.", body = Advanced),
        (status = 403, description = "`test_clock_disabled`: this installation runs on real time.")))]
pub(super) async fn advance(
    State(api): State<Arc<Api>>,
    by: By<ClockWrite>,
    key: IdempotencyKey,
    Body(wanted): Body<Advance>,
) -> Result<Answer, Problem> {
    if !api.app.config.test_clock {
        let detail = "This installation runs on real time: its setting test_clock.enabled is false.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "test_clock_disabled", detail));
    }
    let wish = Wish::new(by.key.id, "POST /v1/test-clock/advance", key, &wanted)?;
    let ahead = i64::from(wanted.seconds) * Timestamp::SECOND;
    let (entry, decision) = once::decide(&api, &wish, Act::AdvanceClock { by: ahead }).await?;
    let Record::ClockAdvanced { by: ahead } = decision.record else {
        return Err(Problem::internal(&anyhow::anyhow!("entry {} is no move of the clock", entry.id())));
    };
    test_clock::follow(&api.app, SHOW_PATIENCE).await?;
    let advanced =
        Advanced { advanced_seconds: ahead / Timestamp::SECOND, now: time(decision.at.plus(ahead)) };
    let change = Change::new("test_clock.advance", "test_clock").after(&advanced)?;
    wish.answer_noted(&api, StatusCode::OK, &advanced, (by.author, change)).await
}
