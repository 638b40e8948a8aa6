//! `/console/purchases/{id}/settlement`: staff says that a purchase was paid, and how they know.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Redirect;
use money::PurchaseId;
use serde::Deserialize;

use crate::app::App;
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::{Fault, Posted, StaffIn};
use crate::problem::Problem;
use crate::purchases;

/// Why it is known.
#[derive(Deserialize)]
pub(super) struct Settlement {
    #[serde(default)]
    reason: String,
}

/// `POST /console/purchases/{id}/settlement`
pub(super) async fn settle(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(Settlement { reason }): Posted<Settlement>,
) -> Result<Redirect, Fault> {
    staff.must(Permission::SettleByHand)?;
    let id: PurchaseId = id.parse().map_err(|_| Problem::not_found("purchase"))?;
    let author = staff.visit.author(&staff.who.session);
    let settled = purchases::settle_by_hand(&app, author, id, &reason).await?;
    Ok(Redirect::to(&format!("{}/{}", Place::ConsoleLines.url(), settled.line.id)))
}
