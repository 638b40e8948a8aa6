//! `/saved-cards`: cards kept for the next payment, and how to be rid of one.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::tables::automatic_topups::AutomaticState;

use super::cards;
use super::form::{Asked, Posted};
use super::shell::{Fault, draw};
use super::sign_in::Nothing;
use super::signed_in::SignedIn;
use crate::app::App;
use crate::automatic_topups;
use crate::look::page::SavedCards;
use crate::look::part::{Card, Place, SavedCard};
use crate::problem::Problem;

#[derive(Deserialize)]
pub(super) struct Shown {
    removed: Option<String>,
}

/// `GET /saved-cards`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    let cards = cards::with_methods(&app, &signed.who.customer).await;
    let charged = charged(&app, &signed).await?;
    let saved = |(card, methods): (SavedCard, Vec<String>)| {
        let is_charged = methods.iter().any(|method| charged.as_ref() == Some(method));
        (card, is_charged)
    };
    let page = SavedCards {
        reader: signed.reader().clone(),
        frame: signed.frame(&app, Place::SavedCards, ""),
        cards: cards.map(|cards| cards.into_iter().map(saved).collect()),
        removed: shown.removed.as_deref().and_then(parse_card).map(|card| card.to_string()),
    };
    draw(StatusCode::OK, &page)
}

/// The payment method that automatic top-up charges, or would charge again.
async fn charged(app: &Arc<App>, signed: &SignedIn) -> Result<Option<String>, Problem> {
    // Who has lines only has nothing to top up.
    let Ok(wallet) = signed.wallet() else { return Ok(None) };
    let row = app.read(move |tables| tables.automatic_topup(wallet)).await?;
    Ok(row.filter(|row| row.state != AutomaticState::Off).map(|row| row.payment_method))
}

/// `POST /saved-cards/{id}/removal`
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let card = cards::remove(&app, &signed.who.customer, &id).await?;
    let (card, methods) = card.ok_or_else(|| Problem::not_found("card"))?;
    automatic_topups::card_removed(&app, signed.customer(), methods).await?;
    let url = format!("{}?removed={}-{}", Place::SavedCards.url(), card.brand, card.last4);
    Ok(Redirect::to(&url).into_response())
}

/// `visa-4242`, as the address carries the card that is gone.
fn parse_card(text: &str) -> Option<Card> {
    let (brand, last4) = text.rsplit_once('-')?;
    let is_card = brand.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        && last4.len() == 4
        && last4.bytes().all(|b| b.is_ascii_digit());
    is_card.then(|| Card { brand: brand.to_owned(), last4: last4.to_owned() })
}
