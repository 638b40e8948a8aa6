//! Cards that Stripe keeps for a customer. They are asked for when a page shows them; nothing of them is stored here.

use std::sync::Arc;
use std::time::Duration;

use money::Timestamp;
use store::tables::customers::Customer;
use store::tables::payments::{Payment, PaymentStatus};
use stripe::answer::{List, PaymentMethod};
use stripe::card::saved_cards;
use stripe::{IdempotencyKey, Request};

use super::calendar::month_of;
use crate::app::App;
use crate::look::part::{Card, SavedCard};
use crate::problem::Problem;

/// How long a page waits for Stripe's list.
const PATIENCE: Duration = Duration::from_secs(2);
/// Payments of a trial that are looked through for the ones that brought the cards, newest first.
const PAYMENTS_MAX: u32 = 200;
/// Below these bits of an id stands what was drawn, above them when: milliseconds of the machine's clock (UUIDv7).
const ID_TIME_BITS: u32 = 80;

/// The cards kept for this customer, newest first; `None` if Stripe does not tell in time.
pub(crate) async fn of(app: &Arc<App>, customer: &Customer) -> Option<Vec<SavedCard>> {
    let cards = with_methods(app, customer).await?;
    Some(cards.into_iter().map(|(card, _)| card).collect())
}

/// As [`of`], each with the ids of all its payment methods.
pub(super) async fn with_methods(
    app: &Arc<App>,
    customer: &Customer,
) -> Option<Vec<(SavedCard, Vec<String>)>> {
    match tokio::time::timeout(PATIENCE, list(app, customer)).await {
        Ok(Ok(cards)) => Some(cards),
        // Logged where it happened.
        Ok(Err(_)) => None,
        Err(_) => {
            tracing::warn!("Stripe did not list the saved cards in time");
            None
        }
    }
}

/// Removes the card that this payment method is of, with all its payment methods; the card and those, or `None` if it is not one of
/// this customer's.
pub(super) async fn remove(
    app: &Arc<App>,
    customer: &Customer,
    id: &str,
) -> Result<Option<(Card, Vec<String>)>, Problem> {
    let cards = list(app, customer).await?;
    let Some((card, methods)) = cards.into_iter().find(|(_, methods)| methods.iter().any(|it| it == id))
    else {
        return Ok(None);
    };
    for method in &methods {
        let key = IdempotencyKey::new(format!("detach-{method}"));
        let key = key.map_err(|error| Problem::internal(&anyhow::Error::new(error)))?;
        let _: PaymentMethod = app.stripe.send(&Request::detach_payment_method(method, key)).await?;
    }
    Ok(Some((card.card, methods)))
}

/// The cards, each with the ids of all its payment methods.
async fn list(app: &Arc<App>, customer: &Customer) -> Result<Vec<(SavedCard, Vec<String>)>, Problem> {
    // Who has never been to Stripe's page has no card there.
    let Some(stripe_customer) = &customer.stripe_customer_id else { return Ok(Vec::new()) };
    let listed: List<PaymentMethod> = match app.stripe.send(&Request::list_cards(stripe_customer)).await {
        Ok(listed) => listed,
        // He was deleted at Stripe, and his cards with him.
        Err(error) if error.names_what_is_missing() => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let now = month_of(&app.config.brand.time_zone, app.ledger.now());
    let ahead = app.ledger.clock_offset();
    let id = customer.id;
    let payments = match ahead {
        0 => Vec::new(),
        _ => app.read(move |tables| tables.payments_of(id, None, PAYMENTS_MAX)).await?.rows,
    };
    let cards = saved_cards(&listed.data).into_iter().filter_map(|saved| {
        let newest = saved.payment_methods.first()?.clone();
        let method = listed.data.iter().find(|method| method.id == newest)?;
        let expires = (i64::from(saved.card.exp_year), i64::from(saved.card.exp_month));
        let card = Card { brand: saved.card.brand, last4: saved.card.last4 };
        let created = Timestamp::from_seconds(method.created);
        let saved_at = brought_at(&payments, &card, created).unwrap_or(created.plus(ahead));
        let card = SavedCard {
            id: newest,
            card,
            expiry_month: saved.card.exp_month,
            expiry_year: saved.card.exp_year,
            saved_at: Some(saved_at),
            expired: expires < (i64::from(now.year), i64::from(now.month)),
        };
        Some((card, saved.payment_methods))
    });
    Ok(cards.collect())
}

/// By the book's clock, when a card came that Stripe has kept since `created`. Stripe knows nothing of a trial's clock; the payment
/// that brought the card does: the first with it that was written down since.
fn brought_at(newest_first: &[Payment], card: &Card, created: Timestamp) -> Option<Timestamp> {
    let since = u128::try_from(created.as_micros() / 1_000).ok()?;
    let brought = |payment: &&Payment| {
        payment.status == PaymentStatus::Succeeded
            && payment.card_brand.as_ref() == Some(&card.brand)
            && payment.card_last4.as_ref() == Some(&card.last4)
            && payment.id.as_u128() >> ID_TIME_BITS >= since
    };
    newest_first.iter().rev().find(brought).map(|payment| payment.occurred_at)
}
