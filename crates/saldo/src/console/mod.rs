//! The console: what the operator's staff sees in a browser. It stands on the portal's ground: sessions, forms, protection.

mod home;
mod mails;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::portal::{self, sign_in};

/// The console's routes.
pub fn router(app: &Arc<App>) -> Router {
    let routes = Router::new()
        .route("/console", get(home::page))
        .route("/console/sign-in", get(sign_in::staff_page).post(sign_in::staff_submit))
        .route("/console/sign-out", post(sign_in::staff_sign_out))
        .route("/console/mails", get(mails::list))
        .route("/console/mails/{id}", get(mails::mail));
    portal::framed(app, routes)
}
