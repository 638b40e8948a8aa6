//! `/v1/clock`: whether the machine's clock is believed, and an operator's word that it is right.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use super::access::{By, ClockWrite, CreditRead};
use super::wire::time;
use crate::audit::Change;
use crate::clock;
use crate::problem::Problem;

/// The machine's clock.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MachineClock {
    /// False after it has jumped further than `server.clock_jump_max_minutes`: writes get 503 and nothing falls due.
    believed: bool,
    /// What it shows, RFC 3339.
    now: String,
}

impl MachineClock {
    fn read(api: &Api) -> MachineClock {
        let believed = api.app.ledger.status().clock_believed.load(Ordering::Acquire);
        MachineClock { believed, now: time(clock::now()) }
    }
}

/// Read the machine's clock.
#[utoipa::path(get, path = "/v1/clock", tag = "clock",
    responses((status = 200, description = "The clock.", body = MachineClock)))]
pub(super) async fn get(State(api): State<Arc<Api>>, _by: By<CreditRead>) -> Json<MachineClock> {
    Json(MachineClock::read(&api))
}

/// Confirm the machine's clock. It is believed as it is; doing so again changes nothing, so no idempotency key is asked for.
#[utoipa::path(post, path = "/v1/clock/confirmation", tag = "clock",
    responses((status = 200, description = "The clock is believed.", body = MachineClock)))]
pub(super) async fn confirm(
    State(api): State<Arc<Api>>,
    by: By<ClockWrite>,
) -> Result<Json<MachineClock>, Problem> {
    let change = Change::new("clock.confirm", "clock").before(&MachineClock::read(&api))?;
    api.app.ledger.confirm_clock()?;
    api.app.write(move |tx| by.author.note(tx, &change)).await?;
    // Answered when the ledger has taken the word: what is asked behind it is answered behind it.
    api.app.ledger.settle_all().await?;
    Ok(Json(MachineClock::read(&api)))
}
