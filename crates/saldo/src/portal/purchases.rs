//! `/purchases/{id}`: how a purchase comes out, going on with its payment, and giving it up. *Compra de Crédito* shows all of it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use book::Charging;
use money::{PurchaseId, Timestamp};
use serde::Deserialize;
use store::tables::pix::{PixCharge, PixState};
use store::tables::topups::TopupState;
use store::views::{PurchaseRow, PurchaseState};
use store::{Reader as TablesReader, StoreError};

use super::form::Posted;
use super::invoices;
use super::line_seen::Line;
use super::shell::Fault;
use super::sign_in::Nothing;
use super::signed_in::{SignedIn, local_path};
use crate::app::App;
use crate::look::Reader;
use crate::look::page::purchase_progress::{Bill, Ended, Progress, Speed};
use crate::look::part::{PixPanel, Place, WaitingPurchase, Waits, gone_steps};
use crate::problem::Problem;
use crate::{purchases, taken_data, topups};

/// How long a router may take to restore the speed before the subscriber is told that it is late: the promise.
const RESTORE_WITHIN: i64 = 3 * Timestamp::MINUTE;
/// How long a purchase stands on the page.
const PROGRESS_SHOWN: i64 = Timestamp::DAY;

/// On which page a purchase was given up, if it is not that of its line.
#[derive(Deserialize)]
pub(super) struct GivenUp {
    #[serde(default)]
    return_to: String,
}

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
    Posted(GivenUp { return_to }): Posted<GivenUp>,
) -> Result<Response, Fault> {
    let (id, customer) = (parse_purchase(&id)?, signed.customer());
    let author = signed.visit.author(&signed.who.session);
    let waiting = purchases::give_up(&app, author, customer, id).await?;
    let page = format!("{}?line={}", Place::BuyCredit.url(), waiting.line.id);
    Ok(Redirect::to(local_path(&return_to).unwrap_or(&page)).into_response())
}

fn parse_purchase(text: &str) -> Result<PurchaseId, Problem> {
    text.parse().map_err(|_| Problem::not_found("purchase"))
}

/// How the newest purchase of a line came out, or what it waits for; `None` if that is long ago.
pub(super) fn progress(
    app: &App,
    tables: &TablesReader<'_>,
    signed: &SignedIn,
    line: &Line,
    newest: &PurchaseRow,
    now: Timestamp,
) -> Result<Option<Progress>, StoreError> {
    let is_waiting = newest.state == PurchaseState::Awaiting;
    // What waits for a payment stands there until it comes, or nobody waits for it any more.
    let is_old = !is_waiting && now.since(newest.released_at.unwrap_or(newest.bought_at)) > PROGRESS_SHOWN;
    if newest.state == PurchaseState::WrittenOff || is_old {
        return Ok(None);
    }
    let speed = match (newest.restored_at, line.row.restricted_since, newest.released_at) {
        (Some(at), _, _) => Speed::Restored(at),
        (None, Some(_), Some(released)) if now.since(released) > RESTORE_WITHIN => Speed::Late,
        (None, Some(_), _) => Speed::Waiting,
        (None, None, _) => Speed::Full,
    };
    let waiting = waiting(tables, newest, now)?;
    let ended = match newest.state {
        PurchaseState::Dropped => Some(match newest_pix(tables, newest)?.map(|pix| pix.state) {
            Some(PixState::Expired) => Ended::PixExpired,
            _ => Ended::GivenUp,
        }),
        // Its time is over, and nobody has swept it away yet.
        PurchaseState::Awaiting if waiting.is_none() => Some(Ended::PixExpired),
        _ => None,
    };
    // Who comes back from the payment page for cards is told there; any other payment that released it is told on this page.
    let is_by_card = Charging::from_code(&newest.charging) == Some(Charging::Card);
    let confirmed = newest.released_at.filter(|at| !is_by_card && newest.paid_at == Some(*at));
    let page_url = format!("{}?line={}", Place::BuyCredit.url(), line.entry.id);
    Ok(Some(Progress {
        purchase: newest.purchase.to_string(),
        confirmed_url: confirmed.map(|_| format!("{page_url}&bought={}", newest.purchase)),
        page_url,
        quantity: newest.quantity,
        price: newest.price,
        bought_at: newest.bought_at,
        released_at: newest.released_at,
        since: newest.paid_at.filter(|paid| newest.released_at == Some(*paid)).unwrap_or(newest.bought_at),
        speed,
        csrf: signed.who.session.csrf.0.clone(),
        waiting,
        bill: bill(app, tables, signed.reader(), newest, now)?,
        ended,
        gone: gone_steps(signed.reader(), taken_data::went_back(tables, newest.purchase)?),
    }))
}

/// What a purchase waits for that is released by its payment; `None` if it waits for none, or the time of its Pix is over.
pub(super) fn waiting(
    tables: &TablesReader<'_>,
    row: &PurchaseRow,
    now: Timestamp,
) -> Result<Option<WaitingPurchase>, StoreError> {
    if row.state != PurchaseState::Awaiting {
        return Ok(None);
    }
    let waits = match Charging::from_code(&row.charging) {
        Some(Charging::Card) => {
            let page = tables.topups_of_purchase(row.purchase, 1)?.pop();
            let is_paid = page.is_some_and(|page| page.state == TopupState::Paid);
            Some(if is_paid { Waits::Confirming } else { Waits::Card })
        }
        Some(Charging::Pix) => match newest_pix(tables, row)? {
            None => Some(Waits::PixComing),
            Some(pix) if pix.state == PixState::Paid => Some(Waits::Confirming),
            Some(pix) if pix.state == PixState::Open && pix.expires_at > now => {
                Some(Waits::Pix(pix_panel(&pix)))
            }
            Some(_) => None,
        },
        Some(Charging::NextInvoice) => Some(Waits::NextInvoice),
        Some(Charging::Boleto) | None => Some(Waits::Boleto),
    };
    Ok(waits.map(|waits| WaitingPurchase { purchase: row.purchase.to_string(), waits }))
}

fn newest_pix(tables: &TablesReader<'_>, row: &PurchaseRow) -> Result<Option<PixCharge>, StoreError> {
    match row.charging == Charging::Pix.code() {
        true => tables.pix_of_purchase(row.purchase),
        false => Ok(None),
    }
}

/// By what a purchase is paid that is not paid at once; `None` if it is, or on an invoice was.
pub(super) fn bill(
    app: &App,
    tables: &TablesReader<'_>,
    reader: &Reader,
    row: &PurchaseRow,
    now: Timestamp,
) -> Result<Option<Bill>, StoreError> {
    Ok(match Charging::from_code(&row.charging) {
        Some(Charging::Boleto) => Some(match tables.boleto_of_purchase(row.purchase)? {
            Some(boleto) => Bill::Boleto(Box::new(invoices::boleto(app, tables, reader, &boleto, now)?)),
            None => Bill::BoletoComing,
        }),
        Some(Charging::NextInvoice) if row.paid_at.is_none() => Some(Bill::NextInvoice),
        _ => None,
    })
}

/// A Pix as it is paid.
pub(super) fn pix_panel(pix: &PixCharge) -> PixPanel {
    PixPanel::new(pix.br_code.clone(), pix.amount, pix.expires_at)
}
