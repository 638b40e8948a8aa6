//! One charge: written down, then made, and looked for until it is known what became of it.
//!
//! The row stands before the call, and the call's idempotency key is the row's name: however often it is sent, the card is charged
//! once. Stripe forgets keys after a day; what is older is looked for by its metadata and never sent again.

use std::sync::Arc;

use money::{Amount, Timestamp, TopupId, WalletId};
use store::tables::automatic_topups::{AutomaticCharge, AutomaticState, AutomaticTopup, ChargeOutcome};
use store::tables::topups::{Topup, TopupState};
use store::{StoreError, Tx};
use stripe::Request;
use stripe::answer::{List, PaymentIntent};
use stripe::minor_units::MinorAmount;
use stripe::off_session::OffSessionPayment;
use stripe::request::lists::{Created, Page};

use super::decision::{Past, Sum, Terms, Verdict, decide};
use super::outcome::{self, Told};
use super::{Spans, spans};
use crate::app::App;
use crate::problem::Problem;
use crate::providers::StripeError;
use crate::{clock, freezing, ids, notices, payments, topups};

/// How long a charge may be sent again under its key, in microseconds. Stripe keeps keys for a day at least.
const KEY_LASTS: i64 = 23 * Timestamp::HOUR;
/// How much earlier than its row a payment may have been made by Stripe's clock, in seconds.
const CLOCKS_APART_SECONDS: i64 = 600;
/// Pages of a customer's payments that are looked through.
const PAGES_MAX: usize = 20;
/// Pages of everybody's payments that are looked through, where it is not known under which name he was charged.
const PAGES_OF_ALL_MAX: usize = 200;
/// Newest top-ups of a customer that are looked through for one that is paid and not credited.
const TOPUPS_MAX: u32 = 20;

/// Writes down the charge that is due for a wallet now, if one is.
pub(super) async fn begin(app: &Arc<App>, wallet: WalletId) -> Result<Option<AutomaticCharge>, Problem> {
    let asked = Arc::clone(app);
    app.write(move |tx| begin_in(tx, &asked, wallet)).await
}

fn begin_in(tx: &Tx<'_>, app: &App, wallet: WalletId) -> Result<Option<AutomaticCharge>, StoreError> {
    let now = app.ledger.now();
    let Some(row) = tx.automatic_topup(wallet)? else { return Ok(None) };
    let is_due = match row.state {
        AutomaticState::On => row.capped_until.is_none_or(|until| until <= now),
        AutomaticState::Paused => row.paused_until.is_none_or(|until| until <= now),
        AutomaticState::Stopped | AutomaticState::Off => false,
    };
    if !is_due || tx.automatic_charge_in_flight(wallet)?.is_some() {
        return Ok(None);
    }
    // Paid by hand a moment ago: its credit is on its way.
    let newest = tx.topups_of(row.customer, None, TOPUPS_MAX)?.rows;
    let on_its_way = |topup: &Topup| topup.wallet == wallet && topup.state == TopupState::Paid;
    if newest.iter().any(on_its_way) {
        return Ok(None);
    }
    // Read after the tables: what they call credited is in it.
    let Some(published) = app.ledger.wallet(wallet).filter(|known| !known.is_frozen) else { return Ok(None) };
    let spans = spans(&app.config.brand.time_zone, now);
    let past = past(tx, &row, &spans)?;
    match decide(&terms(app, &row), &past, published.balance.available()) {
        Verdict::Enough => Ok(None),
        Verdict::Charge(steps) => write(tx, row, steps, now).map(Some),
        Verdict::Capped(cap) => {
            use store::tables::automatic_topups::AutomaticCap::{MonthCount, MonthMoney};
            let until =
                if matches!(cap, MonthCount | MonthMoney) { spans.month.until } else { spans.day.until };
            let row = AutomaticTopup { cap: Some(cap), capped_until: Some(until), changed_at: now, ..row };
            tx.put_automatic_topup(&row)?;
            notices::automatic_capped(tx, &row, now)?;
            Ok(None)
        }
    }
}

/// What the customer allows, within what the operator allows today.
fn terms(app: &App, row: &AutomaticTopup) -> Terms {
    let limits = &app.config.automatic_topups;
    let least = |own: i64, most: Amount| own.min(most.value());
    Terms {
        threshold: row.threshold,
        amount: row.amount,
        charge_max: limits.charge_max.value().min(app.config.credit.topup_max.value()),
        day: Sum {
            money: least(row.day_money, limits.day_money_max),
            count: row.day_count.min(limits.day_count_max),
        },
        month: Sum {
            money: least(row.month_money, limits.month_money_max),
            count: row.month_count.min(limits.month_count_max),
        },
    }
}

/// What counts against the caps: every charge by number, and by its money each of which it is not certain that the card was not
/// charged.
fn past(tx: &Tx<'_>, row: &AutomaticTopup, spans: &Spans) -> Result<Past, StoreError> {
    // One more than may ever be made in a month.
    let limit = row.month_count.saturating_add(1);
    let charges = tx.automatic_charges_since(row.wallet, spans.month.from, limit)?;
    let certainly_not =
        |outcome: ChargeOutcome| matches!(outcome, ChargeOutcome::Declined | ChargeOutcome::Abandoned);
    let counted = charges
        .iter()
        .map(|charge| (charge.charged_at, charge.amount.value(), certainly_not(charge.outcome)));
    Ok(Past::count(counted, spans.day.from, spans.month.from))
}

fn write(
    tx: &Tx<'_>,
    row: AutomaticTopup,
    steps: i64,
    now: Timestamp,
) -> Result<AutomaticCharge, StoreError> {
    let (id, written_at) = (TopupId::from_u128(ids::fresh()), clock::now());
    let amount = row.amount_of(steps);
    tx.insert_topup(&Topup {
        id,
        customer: row.customer,
        wallet: row.wallet,
        amount,
        state: TopupState::Charging,
        idempotency_key: format!("automatic-{id}"),
        checkout_session: None,
        checkout_url: None,
        checkout_expires_at: None,
        outcome_payment: None,
        result_shown_at: None,
        created_at: written_at,
        expires_at: written_at.plus(KEY_LASTS),
        updated_at: written_at,
        purchase: None,
        intent: None,
    })?;
    let charge = AutomaticCharge {
        topup: id,
        wallet: row.wallet,
        amount,
        payment_method: row.payment_method.clone(),
        card_brand: row.card_brand.clone(),
        card_last4: row.card_last4.clone(),
        charged_at: now,
        written_at,
        outcome: ChargeOutcome::Unknown,
        code: None,
        provider_payment: None,
        settled_at: None,
        stripe_customer: tx.customer(row.customer)?.and_then(|customer| customer.stripe_customer_id),
    };
    tx.insert_automatic_charge(&charge)?;
    tx.put_automatic_topup(&AutomaticTopup {
        state: AutomaticState::On,
        reason: None,
        paused_until: None,
        capped_until: None,
        cap: None,
        ..row
    })?;
    Ok(charge)
}

/// Makes a charge that is written down, or hears what became of it: the same call under the same key.
pub(super) async fn call(app: &Arc<App>, charge: &AutomaticCharge) -> Result<(), Problem> {
    let Some(stripe_customer) = stripe_customer(app, charge).await? else {
        return note(app, charge, Told::refused(Some("customer_unknown"), None, None)).await;
    };
    let (topup_id, books) = (charge.topup.to_string(), payments::books(&app.hashes));
    let amount = MinorAmount::from_amount(charge.amount).map_err(|error| {
        Problem::internal(&anyhow::anyhow!("an automatic charge of part of a cent: {error}"))
    })?;
    let payment = OffSessionPayment {
        customer: &stripe_customer,
        payment_method: &charge.payment_method,
        amount,
        description: "Automatic top-up",
        metadata: &[("topup_id", &topup_id), ("automatic", "true"), (payments::BOOKS, &books)],
    };
    let key = topups::key(&format!("automatic-{topup_id}"));
    match app.stripe.send::<PaymentIntent>(&payment.request(key)).await {
        Ok(intent) => heard(app, &intent.id).await,
        Err(StripeError::Declined(detail)) => match &detail.payment_intent {
            Some(intent) => heard(app, &intent.id).await,
            None => {
                let (code, decline) = (detail.code.as_deref(), detail.decline_code.as_deref());
                note(app, charge, Told::refused(code, decline, detail.advice_code.as_deref())).await
            }
        },
        // Stripe will not make it. An earlier call may have: only its list can tell.
        Err(error) if error.is_final() => {
            let StripeError::Refused { code, message, .. } = error else { return Err(error.into()) };
            tracing::warn!(topup = %charge.topup, code, message, "Stripe refuses an automatic charge");
            match find(app, charge).await? {
                Some(intent) => heard(app, &intent).await,
                None => note(app, charge, refusal(code.as_deref())).await,
            }
        }
        // It may have been made.
        Err(error) => Err(error.into()),
    }
}

/// A card that Stripe does not know any more will not be known tomorrow either.
fn refusal(code: Option<&str>) -> Told {
    let advice = match code {
        Some("resource_missing" | "payment_method_unexpected_state") => Some("do_not_try_again"),
        _ => None,
    };
    Told::refused(Some(code.unwrap_or("refused")), None, advice)
}

/// Finds out what became of a charge of which nobody knows.
pub(super) async fn resolve(app: &Arc<App>, charge: &AutomaticCharge) -> Result<(), Problem> {
    if let Some(intent) = &charge.provider_payment {
        return heard(app, intent).await;
    }
    let wallet = charge.wallet;
    let row = app.read(move |reader| reader.automatic_topup(wallet)).await?;
    let is_wanted = app.config.automatic_topups.enabled
        && !freezing::is_frozen(app, wallet)
        && row.is_some_and(|row| {
            row.state == AutomaticState::On && row.payment_method == charge.payment_method
        });
    let is_known_there = clock::now().since(charge.written_at) < KEY_LASTS;
    // What was decided yesterday counts against yesterday's caps: made now, it could pass today's.
    let today = spans(&app.config.brand.time_zone, app.ledger.now()).day.from;
    if is_wanted && is_known_there && charge.charged_at >= today {
        return call(app, charge).await;
    }
    match find(app, charge).await? {
        Some(intent) => heard(app, &intent).await,
        None => note(app, charge, Told::never_made()).await,
    }
}

/// Whom Stripe is asked to charge: whoever he was there when the charge was written down, for under one key only the same may be asked
/// again, and so who is not there any more is charged under no other name.
async fn stripe_customer(app: &Arc<App>, charge: &AutomaticCharge) -> Result<Option<String>, Problem> {
    if charge.stripe_customer.is_some() {
        return Ok(charge.stripe_customer.clone());
    }
    let topup = charge.topup;
    let known = app.read(move |reader| {
        let customer = reader.topup(topup)?.map(|topup| reader.customer(topup.customer)).transpose()?;
        Ok(customer.flatten().and_then(|customer| customer.stripe_customer_id))
    });
    known.await
}

/// The payment of this charge, if Stripe has one: among those of the customer who was charged, or among all if nobody knows who he was there,
/// or Stripe does not any more.
async fn find(app: &App, charge: &AutomaticCharge) -> Result<Option<String>, Problem> {
    if let Some(charged) = &charge.stripe_customer {
        match find_among(app, Some(charged), charge, PAGES_MAX).await {
            Err(FindError::Stripe(error)) if error.names_what_is_missing() => {}
            Err(error) => return Err(error.into()),
            Ok(found) => return Ok(found),
        }
    }
    Ok(find_among(app, None, charge, PAGES_OF_ALL_MAX).await?)
}

/// Why it is not known whether Stripe has a payment.
enum FindError {
    Stripe(StripeError),
    TooMany { charge: TopupId, pages_max: usize },
}

impl From<FindError> for Problem {
    fn from(error: FindError) -> Problem {
        match error {
            FindError::Stripe(error) => error.into(),
            FindError::TooMany { charge, pages_max } => {
                Problem::internal(&anyhow::anyhow!("more than {pages_max} pages of payments since {charge}"))
            }
        }
    }
}

async fn find_among(
    app: &App,
    stripe_customer: Option<&str>,
    charge: &AutomaticCharge,
    pages_max: usize,
) -> Result<Option<String>, FindError> {
    let name = charge.topup.to_string();
    let written_at = charge.written_at.as_seconds();
    // Made last when its key was about to end.
    let made = Created {
        from: Some(written_at - CLOCKS_APART_SECONDS),
        until: Some(written_at + KEY_LASTS / Timestamp::SECOND + CLOCKS_APART_SECONDS),
    };
    let mut after: Option<String> = None;
    for _ in 0..pages_max {
        let request = Request::list_payment_intents(stripe_customer, made, Page::after(after.as_deref()));
        let page: List<PaymentIntent> = app.stripe.send(&request).await.map_err(FindError::Stripe)?;
        let is_it = |intent: &&PaymentIntent| intent.metadata.get("topup_id") == Some(&name);
        if let Some(found) = page.data.iter().find(is_it) {
            return Ok(Some(found.id.clone()));
        }
        after = page.data.last().map(|last| last.id.clone());
        if !page.has_more {
            return Ok(None);
        }
    }
    Err(FindError::TooMany { charge: charge.topup, pages_max })
}

/// Reads what became of it the one way, and sees to it that what was declined is never paid.
async fn heard(app: &Arc<App>, intent: &str) -> Result<(), Problem> {
    payments::sync_payment_intent(app, intent).await?;
    let read: PaymentIntent = app.stripe.send(&Request::retrieve_payment_intent(intent)).await?;
    let is_open = read.status != stripe::answer::PaymentIntentStatus::Canceled;
    if is_open && Told::of(&read).is_declined() {
        let key = topups::key(&format!("cancel-{intent}"));
        let cancelled: Result<PaymentIntent, StripeError> =
            app.stripe.send(&Request::cancel_payment_intent(intent, key)).await;
        if let Err(error) = cancelled {
            tracing::warn!(intent, %error, "a declined payment was not cancelled");
        }
    }
    app.notice_news.notify_one();
    Ok(())
}

/// Writes down what is known without a payment.
async fn note(app: &Arc<App>, charge: &AutomaticCharge, told: Told) -> Result<(), Problem> {
    let (id, limits, at) = (charge.topup, app.config.automatic_topups, app.ledger.now());
    let customer = app
        .write(move |tx| {
            let Some(topup) = tx.topup(id)? else { return Ok(None) };
            outcome::note(tx, &limits, &topup, &told, at)?;
            Ok(Some(topup.customer))
        })
        .await?;
    app.notice_news.notify_one();
    customer.into_iter().for_each(|customer| app.live.notify(customer));
    Ok(())
}
