//! Checkouts that were begun and neither paid nor left: the customer may go on with them or cancel them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Redirect;
use money::CustomerId;
use store::tables::payments::PaymentStatus;
use store::tables::topups::{Topup, TopupState};
use store::{Reader as TablesReader, StoreError};

use super::form::Posted;
use super::recharge::parse_topup;
use super::returns::page_after;
use super::shell::Fault;
use super::sign_in::Nothing;
use super::signed_in::SignedIn;
use crate::app::App;
use crate::look::part::Checkout;
use crate::{clock, topups};

/// Top-ups that are looked through, newest first. A new one closes the one before, so more than one is open for moments only.
const TOPUPS_MAX: u32 = 20;
/// Attempts for one top-up that are looked through.
const ATTEMPTS_MAX: u32 = 100;

/// The checkouts of this customer that wait for him, newest first.
pub(super) fn read(
    app: &App,
    tables: &TablesReader<'_>,
    (customer, is_view): (CustomerId, bool),
) -> Result<Vec<Checkout>, StoreError> {
    let mut open = Vec::new();
    for topup in tables.topups_of(customer, None, TOPUPS_MAX)?.rows {
        if let Some(checkout) = waiting(app, &topup, is_view)
            && tables
                .payments_for(topup.id, ATTEMPTS_MAX)?
                .iter()
                .all(|it| it.status == PaymentStatus::Failed)
        {
            open.push(checkout);
        }
    }
    Ok(open)
}

/// The checkout if its page is open still. Pages close by the machine's clock; people are told by the book's.
fn waiting(app: &App, topup: &Topup, is_view: bool) -> Option<Checkout> {
    let closes_at = topup.checkout_expires_at.filter(|at| *at > clock::now())?;
    // One that pays a purchase stands with the purchase.
    let is_open = topup.state == TopupState::Open && topup.purchase.is_none();
    let url = Some(topup.checkout_url.clone().filter(|_| is_open)?).filter(|_| !is_view);
    let closes_at = closes_at.plus(app.ledger.clock_offset());
    let is_being_confirmed = app.followed.is_being_confirmed(topup.id);
    Some(Checkout { id: topup.id.to_string(), amount: topup.amount, closes_at, url, is_being_confirmed })
}

/// `POST /topups/{id}/cancellation`. How it ended, the popup tells: a page that was paid meanwhile is not cancelled.
pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Redirect, Fault> {
    let id = parse_topup(&id)?;
    match topups::cancel(&app, signed.customer(), id).await {
        Ok(_) => {}
        // The provider is silent: it may have been paid.
        Err(problem) if problem.status.is_server_error() => {
            tracing::warn!(topup = %id, code = problem.code, "a checkout was not cancelled");
        }
        Err(problem) => return Err(problem.into()),
    }
    app.live.notify(signed.customer());
    let topup = topups::own(&app, signed.customer(), id).await?;
    Ok(Redirect::to(&page_after(&app, &topup).await?))
}
