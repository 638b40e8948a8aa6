//! The portal: what a customer sees and does in a browser.

mod strip;

use std::sync::Arc;

use axum::Router;

use crate::app::App;

pub use strip::{DemoStrip, Faults};

/// The routes of this edge.
pub fn router(app: &Arc<App>) -> Router {
    let _ = app;
    Router::new()
}
