//! The console: what the operator's staff sees in a browser. It stands on the portal's ground: sessions, forms, protection.

mod home;
mod lines;
mod mails;
mod offer_fields;
mod packs;
mod plans;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use store::tables::logins::StaffRole;

use crate::app::App;
use crate::portal::{self, StaffIn, sign_in};
use crate::problem::Problem;

/// How long a page waits for what it has just done to show.
const PATIENCE: Duration = Duration::from_secs(5);

/// The console's routes.
pub fn router(app: &Arc<App>) -> Router {
    let routes = Router::new()
        .route("/console", get(home::page))
        .route("/console/sign-in", get(sign_in::staff_page).post(sign_in::staff_submit))
        .route("/console/sign-out", post(sign_in::staff_sign_out))
        .route("/console/mails", get(mails::list))
        .route("/console/mails/{id}", get(mails::mail))
        .route("/console/lines", get(lines::list))
        .route("/console/lines/{id}", get(lines::line))
        .route("/console/lines/{id}/status", post(lines::set_status))
        .route("/console/plans", get(plans::list).post(plans::create))
        .route("/console/plans/new", get(plans::new))
        .route("/console/plans/{no}", get(plans::change).post(plans::submit))
        .route("/console/packs", get(packs::list).post(packs::create))
        .route("/console/packs/new", get(packs::new))
        .route("/console/packs/{no}", get(packs::change).post(packs::submit));
    portal::framed(app, routes)
}

/// Refuses staff who may only look.
fn must_change(staff: &StaffIn) -> Result<(), Problem> {
    match staff.who.staff.role {
        StaffRole::Administrator => Ok(()),
        StaffRole::Viewer => {
            Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", "Your role is to look only."))
        }
    }
}

/// How this member of staff types numbers.
fn typed(app: &App, staff: &StaffIn) -> offer_fields::Typed {
    offer_fields::Typed { reader: staff.visit.reader().clone(), data_unit: app.config.brand.data_unit }
}
