//! Top-ups: a customer's wish to pay by card, for money credit or for a purchase that it names, from the press of the button to
//! Stripe's page.
//!
//! What the wish came to is told by [`crate::payments`], never by the way back from Stripe.

use std::sync::Arc;

use axum::http::StatusCode;
use money::{Amount, CustomerId, PurchaseId, Timestamp, TopupId, WalletId};
use store::tables::customers::Customer;
use store::tables::topups::{Topup, TopupState};
use store::views::PurchaseState;
use stripe::answer::{self, CheckoutSession, SessionStatus};
use stripe::checkout::{CardSaving, CheckoutSessionParams};
use stripe::minor_units::MinorAmount;
use stripe::{IdempotencyKey, Request};

use crate::app::App;
use crate::config::SaveCards;
use crate::payments;
use crate::problem::Problem;
use crate::providers::StripeError;
use crate::purchases::{self, Waiting};
use crate::{clock, freezing, gone_at_stripe, ids};

/// The code of a problem: the payment page is closed.
pub const CHECKOUT_OVER: &str = "checkout_over";
/// Open top-ups of a customer that are looked through for one to go on with.
const OPEN_MAX: u32 = 50;
/// A page that closes sooner than this is not offered again, in microseconds.
const REMAINING_MIN: i64 = 2 * Timestamp::MINUTE;
/// Minutes that a page stays open whose address is sent to a customer. Stripe allows a day.
const BANK_PAGE_MINUTES: u32 = 23 * 60;

/// What is to be paid, and what the payment page calls it.
struct Wanted {
    wallet: WalletId,
    amount: Amount,
    purchase: Option<PurchaseId>,
    product_name: String,
    minutes: u32,
}

/// Begins a top-up of `amount` for this customer, or goes on with the one that is open for the same amount. The answer's
/// `checkout_url` is where the customer pays.
pub async fn begin(
    app: &Arc<App>,
    customer: CustomerId,
    amount: Amount,
    locale: Option<&str>,
) -> Result<Topup, Problem> {
    check_amount(app, amount)?;
    let _one_at_a_time = app.customer_lock(customer).lock().await;
    let (customer, wallet, topups) = app
        .read(move |reader| {
            let row = reader.customer(customer)?;
            let wallets = reader.wallets_of(customer, None, OPEN_MAX)?.rows;
            let topups = reader.topups_of(customer, None, OPEN_MAX)?.rows;
            Ok((row, wallets.into_iter().find(|w| w.unit == amount.unit()), topups))
        })
        .await?;
    let customer = customer.ok_or_else(|| Problem::not_found("customer"))?;
    let wallet = wallet.ok_or_else(|| Problem::not_found("wallet"))?.id;
    freezing::must_be_open(app, wallet)?;
    let is_open = |topup: &Topup| topup.state == TopupState::Open && topup.purchase.is_none();
    for topup in topups.into_iter().filter(is_open) {
        if let Some(topup) = go_on_or_close(app, topup, amount).await? {
            return Ok(topup);
        }
    }
    let product_name = format!("{} credit", app.config.brand().name);
    open_page(
        app,
        &customer,
        Wanted { wallet, amount, purchase: None, product_name, minutes: app.config.stripe.checkout_minutes },
        locale,
    )
    .await
}

/// Refuses what could not be charged by card here. Asked before the book is.
pub fn check_charging(app: &App, price: Amount) -> Result<(), Problem> {
    if app.config.stripe.secret_key.is_empty() {
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "cards_not_configured",
            "Cards are not set up on this server: its configuration holds no key of Stripe. Nothing was bought.",
        ));
    }
    MinorAmount::from_amount(price).map(|_| ()).map_err(|error| {
        let detail = format!("This price cannot be charged by card: {error}. Nothing was bought.");
        Problem::invalid("charging", "price_not_payable", detail)
    })
}

/// Opens a page for a charge that the bank wants the customer himself for: he is sent its address, and it stays open for most of a day.
/// A page of his that is open already is left alone.
pub async fn begin_for_bank(
    app: &Arc<App>,
    customer: CustomerId,
    wallet: WalletId,
    amount: Amount,
) -> Result<Topup, Problem> {
    let _one_at_a_time = app.customer_lock(customer).lock().await;
    let row = app.read(move |reader| reader.customer(customer)).await?;
    let row = row.ok_or_else(|| Problem::not_found("customer"))?;
    let product_name = format!("{} credit", app.config.brand().name);
    let locale = row.locale.clone();
    let wanted = Wanted { wallet, amount, purchase: None, product_name, minutes: BANK_PAGE_MINUTES };
    open_page(app, &row, wanted, Some(&locale)).await
}

/// Begins the payment by card of a purchase that waits for it, or goes on with it. A purchase has one payment page: when that was left
/// or is over, so is the purchase.
pub async fn begin_for(
    app: &Arc<App>,
    waiting: &Waiting,
    product_name: String,
    locale: Option<&str>,
) -> Result<Topup, Problem> {
    let (customer, purchase) = (waiting.line.customer, waiting.row.purchase);
    let (wallet, amount) = (waiting.line.wallet, waiting.row.price);
    freezing::must_be_open(app, wallet)?;
    let _one_at_a_time = app.customer_lock(customer).lock().await;
    let (customer, topup) = app
        .read(move |reader| Ok((reader.customer(customer)?, reader.topups_of_purchase(purchase, 1)?.pop())))
        .await?;
    let customer = customer.ok_or_else(|| Problem::not_found("customer"))?;
    if let Some(topup) = topup {
        let going_on = match topup.state {
            TopupState::Open => go_on_or_close(app, topup, amount).await?,
            _ => None,
        };
        return going_on.ok_or_else(|| {
            let detail = "The payment page of this purchase is closed. Please look at how it stands.";
            Problem::new(StatusCode::CONFLICT, CHECKOUT_OVER, detail)
        });
    }
    if waiting.row.state == PurchaseState::Dropped {
        let detail = "This purchase is not waited for any more. Please buy again.";
        return Err(Problem::new(StatusCode::CONFLICT, CHECKOUT_OVER, detail));
    }
    open_page(
        app,
        &customer,
        Wanted {
            wallet,
            amount,
            purchase: Some(purchase),
            product_name,
            minutes: app.config.stripe.checkout_minutes,
        },
        locale,
    )
    .await
}

/// Has Stripe open a page. Without one nothing is left open here either.
async fn open_page(
    app: &Arc<App>,
    customer: &Customer,
    wanted: Wanted,
    locale: Option<&str>,
) -> Result<Topup, Problem> {
    let purchase = wanted.purchase;
    let opened = async {
        let stripe_customer = stripe_customer(app, customer).await?;
        let topup = insert(app, customer, &wanted).await?;
        let named = (topup.idempotency_key.clone(), stripe_customer.as_str());
        let mut created = create_session(app, &topup, named, &wanted.product_name, locale).await;
        if created.as_ref().is_err_and(StripeError::names_what_is_missing)
            && let Some(anew) = stripe_customer_anew(app, customer, &stripe_customer).await
        {
            let named = (format!("{}-{anew}", topup.idempotency_key), anew.as_str());
            created = create_session(app, &topup, named, &wanted.product_name, locale).await;
        }
        match created {
            Ok(session) => write_session(app, topup, session).await,
            Err(error) => {
                let (id, now) = (topup.id, clock::now());
                app.write(move |tx| tx.move_topup(id, TopupState::Open, TopupState::Failed, None, now))
                    .await?;
                Err(error.into())
            }
        }
    };
    match (opened.await, purchase) {
        (Err(problem), Some(purchase)) => {
            purchases::drop_waiting(app, purchase).await?;
            Err(problem)
        }
        (opened, _) => opened,
    }
}

/// Ends a top-up that the customer came back from without paying, and says how it stands. Attempts on it stay as they are.
pub async fn cancel(app: &Arc<App>, customer: CustomerId, id: TopupId) -> Result<Topup, Problem> {
    let _one_at_a_time = app.customer_lock(customer).lock().await;
    let topup = own(app, customer, id).await?;
    if topup.state == TopupState::Open {
        close(app, &topup).await?;
    }
    own(app, customer, id).await
}

/// The top-up, if it is this customer's.
pub async fn own(app: &Arc<App>, customer: CustomerId, id: TopupId) -> Result<Topup, Problem> {
    let topup = app.read(move |reader| reader.topup(id)).await?;
    topup.filter(|topup| topup.customer == customer).ok_or_else(|| Problem::not_found("top-up"))
}

fn check_amount(app: &App, amount: Amount) -> Result<(), Problem> {
    let credit = &app.config.credit;
    if amount.unit() != credit.unit {
        let detail = format!("amount must be in {}.", credit.unit);
        return Err(Problem::invalid("amount", "unit_mismatch", detail));
    }
    let (min, max) = (credit.topup_min, credit.topup_max);
    if amount.value() < min.value() || amount.value() > max.value() {
        let detail = format!("amount must be from {min} to {max}.");
        return Err(Problem::invalid("amount", "amount_out_of_range", detail));
    }
    if MinorAmount::from_amount(amount).is_err() {
        return Err(Problem::invalid("amount", "amount_over_precise", "amount must be in whole cents."));
    }
    Ok(())
}

/// The open top-up if it may be gone on with; otherwise it is closed and `None` is the answer.
async fn go_on_or_close(app: &Arc<App>, topup: Topup, amount: Amount) -> Result<Option<Topup>, Problem> {
    let lasts = topup.checkout_expires_at.is_some_and(|at| at.since(clock::now()) > REMAINING_MIN);
    if let (true, true, Some(session)) = (topup.amount == amount, lasts, &topup.checkout_session) {
        let request = Request::retrieve_checkout_session(session);
        match app.stripe.send::<CheckoutSession>(&request).await {
            Ok(session) if session.status == Some(SessionStatus::Open) => return Ok(Some(topup)),
            Ok(_) => {}
            // Stripe does not say: its own page will tell the customer how it stands.
            Err(error) if !error.is_missing() => return Ok(Some(topup)),
            Err(_) => {}
        }
    }
    close(app, &topup).await?;
    Ok(None)
}

/// Has Stripe close the page and writes down what came of it. The top-up is called cancelled before Stripe is asked, so that the webhook
/// of the page's end does not find it open; should it have been paid meanwhile, it becomes paid from there.
async fn close(app: &Arc<App>, topup: &Topup) -> Result<(), Problem> {
    let (id, now) = (topup.id, clock::now());
    app.write(move |tx| tx.move_topup(id, TopupState::Open, TopupState::Cancelled, None, now)).await?;
    let Some(session) = &topup.checkout_session else { return Ok(()) };
    let request = Request::expire_checkout_session(session, key(&format!("expire-{id}")));
    match app.stripe.send::<CheckoutSession>(&request).await {
        Ok(_) => {
            // Closed for certain. If attempts on it cannot be read now, its webhooks tell of them.
            if let Err(problem) = payments::sync_session(app, session).await {
                tracing::warn!(topup = %id, detail = problem.detail, "a closed checkout was not read again");
            }
            Ok(())
        }
        // Stripe refuses to close a page that is closed or paid: what it is then must be read.
        Err(StripeError::Refused { .. }) => match payments::sync_ended_session(app, topup, session).await {
            Ok(_) => Ok(()),
            // It may be paid: nobody is told that it is cancelled.
            Err(problem) => reopen(app, id, now).await.and(Err(problem)),
        },
        // It may be open still.
        Err(error) => reopen(app, id, now).await.and(Err(error.into())),
    }
}

async fn reopen(app: &Arc<App>, id: TopupId, now: Timestamp) -> Result<(), Problem> {
    app.write(move |tx| tx.move_topup(id, TopupState::Cancelled, TopupState::Open, None, now)).await?;
    Ok(())
}

async fn stripe_customer(app: &Arc<App>, customer: &Customer) -> Result<String, Problem> {
    if let Some(known) = &customer.stripe_customer_id {
        return Ok(known.clone());
    }
    create_stripe_customer(app, customer, None).await
}

/// Another customer at Stripe in the place of one who was deleted there; `None` if he was not, or Stripe does not say. What he had paid
/// stays his: it is known by its top-up.
async fn stripe_customer_anew(app: &Arc<App>, customer: &Customer, gone: &str) -> Option<String> {
    let known = app.stripe.send::<answer::Customer>(&Request::retrieve_customer(gone)).await;
    let is_gone = known.as_ref().map_or_else(StripeError::is_missing, |known| known.deleted);
    if !is_gone {
        return None;
    }
    tracing::warn!(customer = %customer.id, gone, "a customer was deleted at Stripe: he is made there anew");
    let (id, name, at) = (customer.id, gone.to_owned(), app.ledger.now());
    if let Err(problem) = app.write(move |tx| gone_at_stripe::note(tx, id, &name, at)).await {
        tracing::warn!(customer = %id, code = problem.code, "that he was deleted was not written down");
    }
    match create_stripe_customer(app, customer, Some(gone)).await {
        Ok(made) => Some(made),
        Err(problem) => {
            tracing::warn!(customer = %customer.id, code = problem.code, "he was not made anew");
            None
        }
    }
}

async fn create_stripe_customer(
    app: &Arc<App>,
    customer: &Customer,
    gone: Option<&str>,
) -> Result<String, Problem> {
    let id = customer.id.to_string();
    // After a failed try name or address may be others: under the same key Stripe would refuse them for a day.
    let told = [customer.email.as_deref().unwrap_or_default(), &customer.name].into_iter().chain(gone);
    let told: Vec<&[u8]> = told.map(str::as_bytes).collect();
    let told = app.hashes.hash128("stripe customer", &told);
    let request = Request::create_customer(
        customer.email.as_deref(),
        Some(&customer.name),
        &[("customer_id", &id)],
        key(&format!("customer-{id}-{told:032x}")),
    );
    let made: answer::Customer = app.stripe.send(&request).await?;
    let (id, stripe_id) = (customer.id, made.id.clone());
    app.write(move |tx| tx.set_stripe_customer(id, &stripe_id)).await?;
    Ok(made.id)
}

async fn insert(app: &Arc<App>, customer: &Customer, wanted: &Wanted) -> Result<Topup, Problem> {
    let (id, now) = (TopupId::from_u128(ids::fresh()), clock::now());
    let topup = Topup {
        id,
        customer: customer.id,
        wallet: wanted.wallet,
        amount: wanted.amount,
        state: TopupState::Open,
        idempotency_key: format!("topup-{id}"),
        checkout_session: None,
        checkout_url: None,
        checkout_expires_at: None,
        outcome_payment: None,
        result_shown_at: None,
        created_at: now,
        expires_at: now.plus(i64::from(wanted.minutes) * Timestamp::MINUTE),
        updated_at: now,
        purchase: wanted.purchase,
        intent: None,
    };
    let row = topup.clone();
    app.write(move |tx| tx.insert_topup(&row)).await?;
    Ok(topup)
}

async fn create_session(
    app: &App,
    topup: &Topup,
    (idempotency_key, stripe_customer): (String, &str),
    product_name: &str,
    locale: Option<&str>,
) -> Result<CheckoutSession, StripeError> {
    let public_url = &app.config.server.public_url;
    let (topup_id, customer_id) = (topup.id.to_string(), topup.customer.to_string());
    let refused = |message: String| StripeError::Refused { status: 422, code: None, message };
    let purchase_id = topup.purchase.map(|purchase| purchase.to_string());
    let books = payments::books(&app.hashes);
    let mut metadata =
        vec![("topup_id", topup_id.as_str()), ("customer_id", &customer_id), (payments::BOOKS, &books)];
    metadata.extend(purchase_id.as_deref().map(|id| ("purchase_id", id)));
    let amount = MinorAmount::from_amount(topup.amount).map_err(|error| refused(error.to_string()))?;
    let params = CheckoutSessionParams {
        customer: stripe_customer,
        client_reference_id: &customer_id,
        metadata: &metadata,
        product_name,
        amount,
        saving: match app.config.stripe.save_cards {
            SaveCards::Always => CardSaving::Always,
            SaveCards::Ask => CardSaving::Ask,
        },
        expires_at: topup.expires_at.as_seconds(),
        success_url: &format!("{public_url}/recharge/return?session_id={{CHECKOUT_SESSION_ID}}"),
        cancel_url: &format!("{public_url}/recharge/cancelled?topup={topup_id}"),
        locale,
    };
    app.stripe.send(&params.request(key(&idempotency_key))).await
}

async fn write_session(app: &Arc<App>, topup: Topup, session: CheckoutSession) -> Result<Topup, Problem> {
    let Some(url) = session.url else {
        let detail = "The payment page could not be opened. Nothing was charged; please try again.";
        return Err(Problem::new(StatusCode::BAD_GATEWAY, "payment_provider_unavailable", detail));
    };
    let (expires_at, now) = (Timestamp::from_seconds(session.expires_at), clock::now());
    let written = Topup {
        checkout_session: Some(session.id.clone()),
        checkout_url: Some(url.clone()),
        checkout_expires_at: Some(expires_at),
        updated_at: now,
        ..topup
    };
    let id = written.id;
    app.write(move |tx| tx.set_topup_checkout(id, &session.id, &url, expires_at, now)).await?;
    Ok(written)
}

/// A key that is made of our own ids: short enough and plain ASCII.
pub(crate) fn key(text: &str) -> IdempotencyKey {
    match IdempotencyKey::new(text) {
        Ok(key) => key,
        Err(error) => unreachable!("our ids make keys: {error}"),
    }
}
