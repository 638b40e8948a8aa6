//! `/purchases/{id}`: how a purchase comes out, going on with its payment, and giving it up. *Compra de Crédito* shows all of it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use book::Charging;
use money::{PurchaseId, Timestamp};
use store::tables::pix::{PixCharge, PixState};
use store::views::{PurchaseRow, PurchaseState};
use store::{Reader as TablesReader, StoreError};

use super::form::Posted;
use super::line_seen::Line;
use super::shell::Fault;
use super::sign_in::Nothing;
use super::signed_in::SignedIn;
use crate::app::App;
use crate::look::page::buy_credit::{Ended, Progress, Speed, Waits};
use crate::look::part::{PixPanel, Place};
use crate::problem::Problem;
use crate::{purchases, topups};

/// How long a router may take to restore the speed before the subscriber is told that it is late: the promise.
const RESTORE_WITHIN: i64 = 3 * Timestamp::MINUTE;
/// How long a purchase stands on the page.
const PROGRESS_SHOWN: i64 = Timestamp::DAY;

/// To the payment page for cards, which is opened if it is not yet.
pub(super) async fn to_payment_page(
    app: &Arc<App>,
    signed: &SignedIn,
    id: PurchaseId,
) -> Result<Response, Fault> {
    let waiting = purchases::own(app, signed.customer(), id).await?;
    let reader = signed.reader();
    let product = reader.t1("data-credit", "quantity", reader.volume(waiting.row.quantity));
    let topup = topups::begin_for(app, &waiting, product, Some(reader.locale.tag())).await?;
    app.live.notify(signed.customer());
    let url = topup
        .checkout_url
        .ok_or_else(|| Problem::internal(&anyhow::anyhow!("the top-up {} has no payment page", topup.id)))?;
    Ok(Redirect::to(&url).into_response())
}

/// `POST /purchases/{id}/checkout`: on to the payment page of a purchase that waits for it.
pub(super) async fn go_on(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    to_payment_page(&app, &signed, parse_purchase(&id)?).await
}

/// `POST /purchases/{id}/cancellation`: the subscriber chooses again. One that was paid meanwhile stays, and the page says so.
pub(super) async fn give_up(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let waiting = purchases::give_up(&app, signed.customer(), parse_purchase(&id)?).await?;
    Ok(Redirect::to(&format!("{}?line={}", Place::BuyCredit.url(), waiting.line.id)).into_response())
}

fn parse_purchase(text: &str) -> Result<PurchaseId, Problem> {
    text.parse().map_err(|_| Problem::not_found("purchase"))
}

/// How the newest purchase of a line came out, or what it waits for; `None` if that is long ago.
pub(super) fn progress(
    tables: &TablesReader<'_>,
    signed: &SignedIn,
    line: &Line,
    newest: &PurchaseRow,
    now: Timestamp,
) -> Result<Option<Progress>, StoreError> {
    let is_old = now.since(newest.released_at.unwrap_or(newest.bought_at)) > PROGRESS_SHOWN;
    if newest.state == PurchaseState::WrittenOff || is_old {
        return Ok(None);
    }
    let speed = match (newest.restored_at, line.row.restricted_since, newest.released_at) {
        (Some(at), _, _) => Speed::Restored(at),
        (None, Some(_), Some(released)) if now.since(released) > RESTORE_WITHIN => Speed::Late,
        (None, Some(_), _) => Speed::Waiting,
        (None, None, _) => Speed::Full,
    };
    let pix = match newest.charging == Charging::Pix.code() {
        true => tables.pix_of_purchase(newest.purchase)?,
        false => None,
    };
    let is_waiting = newest.state == PurchaseState::Awaiting;
    let waits = match Charging::from_code(&newest.charging).filter(|_| is_waiting) {
        Some(Charging::Card) => Some(Waits::Card),
        Some(Charging::Pix) => pix.as_ref().map_or(Some(Waits::PixComing), |pix| {
            let is_open = pix.state == PixState::Open && pix.expires_at > now;
            is_open.then(|| Waits::Pix(pix_panel(pix)))
        }),
        _ => None,
    };
    let ended = (newest.state == PurchaseState::Dropped).then_some(match pix.map(|pix| pix.state) {
        Some(PixState::Expired) => Ended::PixExpired,
        _ => Ended::GivenUp,
    });
    Ok(Some(Progress {
        quantity: newest.quantity,
        price: newest.price,
        bought_at: newest.bought_at,
        released_at: newest.released_at,
        since: newest.paid_at.filter(|paid| newest.released_at == Some(*paid)).unwrap_or(newest.bought_at),
        speed,
        purchase: newest.purchase.to_string(),
        csrf: signed.who.session.csrf.0.clone(),
        waits,
        ended,
    }))
}

/// A Pix as it is paid.
pub(super) fn pix_panel(pix: &PixCharge) -> PixPanel {
    PixPanel::new(pix.br_code.clone(), pix.amount, pix.expires_at)
}
