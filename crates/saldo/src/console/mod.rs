//! console

use std::sync::Arc;

use axum::Router;

use crate::app::App;

/// The routes of this edge.
pub fn router(app: &Arc<App>) -> Router {
    let _ = app;
    Router::new()
}
