//! What follows when the book's time was moved ahead, at once and not when the machine's clock gets there.
//!
//! Owned here: the order in which the jobs that look at the book's time do so. Leaves to others: the move itself, which the book decides,
//! and what each job does. The jobs go on looking by themselves; whatever fails here they make up for.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::problem::Problem;
use crate::{billing, purchases};

/// Settles all that fell due by the move, and waits up to `patience` until it shows: prices in force, cycles, what waited for too long,
/// what is overdue and blocks its lines.
pub(crate) async fn follow(app: &Arc<App>, patience: Duration) -> Result<(), Problem> {
    // Prices that come into force by the move are in force before what follows is decided.
    if app.sold().changes_at.is_some_and(|at| at <= app.ledger.now()) {
        app.reload_sold().await?;
    }
    let position = app.ledger.settle_all().await?;
    app.wait_projected(position, patience).await;
    if let Err(problem) = purchases::sweep(app).await {
        tracing::warn!(
            code = problem.code,
            detail = problem.detail,
            "purchases still wait after a move of the clock"
        );
    }
    if let Err(problem) = billing::review(app).await {
        tracing::warn!(
            code = problem.code,
            detail = problem.detail,
            "what is overdue was not looked at after a move of the clock"
        );
    }
    app.billing_news.notify_one();
    Ok(())
}
