//! Payments: what Stripe says of every attempt, written down, and credit for the one that succeeded.
//!
//! There is one way in, whoever asks for it (a webhook, the way back from Stripe's page, a sweep): read the object again from
//! Stripe, write every attempt down, and, if the intent has succeeded with the amount that was asked, credit it under a key
//! made of Stripe's payment, or settle the purchase that it was for. In any order, once or ten times, it happens once.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use book::PaidBy;
use engine::Outcome;
use money::{CustomerId, GrantId, IntentId, PaymentId, PurchaseId, Timestamp, TopupId};
use store::tables::intents::Intent;
use store::tables::payments::{Payment, PaymentNews, PaymentStatus, RecordedPayment};
use store::tables::topups::{Topup, TopupState};
use store::{Reader as TablesReader, StoreError, Tx};
use stripe::Request;
use stripe::answer::{
    Charge, ChargeStatus, CheckoutSession, Expandable, List, NextAction, PaymentIntent, PaymentIntentStatus,
    PaymentMethod, SessionPaymentStatus, SessionStatus,
};
use stripe::minor_units;

use crate::app::App;
use crate::findings::Found;
use crate::hashes::KeyedHashes;
use crate::intents::{self, Wish};
use crate::problem::Problem;
use crate::settlements::{self, Came, Owing, Settled};
use crate::{automatic_topups, claims, clock, ids, notices, purchases, withheld};

/// The provider's name in tables.
pub const STRIPE: &str = "stripe";
/// The code of a problem: what is owed for a purchase is being written down.
pub(crate) const PURCHASE_NOT_KNOWN_YET: &str = "purchase_not_known_yet";
/// Why an attempt failed whose payment was given up while its money was awaited.
const GIVEN_UP: &str = "canceled";
/// How long to wait for the views to show what was credited.
const SHOW_PATIENCE: Duration = Duration::from_secs(3);

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Synced {
    /// A top-up of ours; this is it as it stands now.
    Topup(Box<Topup>),
    /// Nothing of ours, for this reason.
    Foreign(&'static str),
}

/// Reads a checkout session again and writes down what it came to.
pub async fn sync_session(app: &Arc<App>, session: &str) -> Result<Synced, Problem> {
    let name = session.to_owned();
    let Some(topup) = app.read(move |reader| reader.topup_by_session(&name)).await? else {
        return Ok(Synced::Foreign("no top-up has this checkout session"));
    };
    let session: CheckoutSession = app.stripe.send(&Request::retrieve_checkout_session(session)).await?;
    as_it_is_told(app, topup, session).await
}

/// As [`sync_session`], for a top-up whose page is over or was closed: if Stripe does not know the page any more, nobody can pay on it.
pub(crate) async fn sync_ended_session(
    app: &Arc<App>,
    topup: &Topup,
    session: &str,
) -> Result<Synced, Problem> {
    match app.stripe.send::<CheckoutSession>(&Request::retrieve_checkout_session(session)).await {
        Ok(session) => as_it_is_told(app, topup.clone(), session).await,
        Err(error) if error.is_missing() => {
            tracing::warn!(topup = %topup.id, session, "Stripe does not know a payment page any more");
            let (id, now) = (topup.id, clock::now());
            app.write(move |tx| tx.move_topup(id, TopupState::Open, TopupState::Expired, None, now)).await?;
            as_it_stands(app, id).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn as_it_is_told(app: &Arc<App>, topup: Topup, session: CheckoutSession) -> Result<Synced, Problem> {
    let intent = match &session.payment_intent {
        Some(intent) => Some(sync_intent_of(app, intent.id(), topup.clone()).await?),
        None => None,
    };
    if session.status == Some(SessionStatus::Expired) || is_unpaid_for_good(&session, intent) {
        // One that we closed is called cancelled already: only time ends an open one.
        let (id, now) = (topup.id, clock::now());
        let close = move |tx: &Tx<'_>| tx.move_topup(id, TopupState::Open, TopupState::Expired, None, now);
        if app.write(close).await? {
            app.live.notify(topup.customer);
        }
    }
    if session.payment_status == SessionPaymentStatus::NoPaymentRequired {
        end_free(app, topup.clone(), session.id).await?;
    }
    as_it_stands(app, topup.id).await
}

/// Whether the page was left to wait for money, and the money did not come: its payment can be tried nowhere any more.
fn is_unpaid_for_good(session: &CheckoutSession, intent: Option<PaymentIntentStatus>) -> bool {
    let has_ended =
        matches!(intent, Some(PaymentIntentStatus::RequiresPaymentMethod | PaymentIntentStatus::Canceled));
    session.status == Some(SessionStatus::Complete)
        && session.payment_status == SessionPaymentStatus::Unpaid
        && has_ended
}

/// A coupon left nothing to pay: the page is over, nothing was paid, so nothing is credited, and a person is told.
async fn end_free(app: &Arc<App>, topup: Topup, session: String) -> Result<(), Problem> {
    let (at, now) = (app.ledger.now(), clock::now());
    let Topup { id, amount, customer, .. } = topup.clone();
    let found = Found::CardFree { checkout: session.clone(), topup: id.to_string(), asked: amount.into() };
    let finding = found.finding(Some(customer), at);
    tracing::warn!(topup = %id, session, "a checkout was free: nothing is credited");
    let program = Arc::clone(app);
    let is_news = app
        .write(move |tx| {
            let is_news = tx.move_topup(id, TopupState::Open, TopupState::Free, None, now)?;
            if is_news {
                notices::checkout_free(tx, &program.config, &topup, at)?;
            }
            tx.insert_finding_once(&finding)?;
            Ok(is_news)
        })
        .await?;
    if is_news {
        app.mail_news.notify_one();
    }
    app.live.notify(customer);
    Ok(())
}

/// Whether a payment page is closed and what it asked for was not paid on it.
pub(crate) fn is_over(state: TopupState) -> bool {
    use TopupState::{Cancelled, Expired, Failed, Free, Withheld};
    matches!(state, Cancelled | Expired | Free | Failed | Withheld)
}

/// Reads a payment intent again and writes down what it came to.
pub async fn sync_payment_intent(app: &Arc<App>, id: &str) -> Result<Synced, Problem> {
    let intent = read_intent(app, id).await?;
    let Some(named) = intent.metadata.get("topup_id") else {
        return Ok(Synced::Foreign("the payment names no top-up of ours"));
    };
    let Ok(topup_id) = named.parse::<TopupId>() else {
        return Ok(Synced::Foreign("the payment names a top-up that is not one of ours"));
    };
    let Some(topup) = app.read(move |reader| reader.topup(topup_id)).await? else {
        return Ok(Synced::Foreign("the payment names a top-up that does not exist here"));
    };
    settle(app, &intent, &topup).await?;
    as_it_stands(app, topup.id).await
}

/// The metadata by which a payment says in whose books its top-up stands: two installations may share an account at Stripe, and both name
/// top-ups alike.
pub(crate) const BOOKS: &str = "saldo_books";

/// The name of these books at Stripe. It is made of the installation's key, so that a backup of old has it, too.
pub(crate) fn books(hashes: &KeyedHashes) -> String {
    format!("{:016x}", hashes.hash64("books", &[STRIPE.as_bytes()]))
}

/// The top-up as it was left; a purchase whose payment is over waits no longer.
async fn as_it_stands(app: &Arc<App>, id: TopupId) -> Result<Synced, Problem> {
    let topup = app.read(move |reader| reader.topup(id)).await?;
    let topup = topup.ok_or_else(|| Problem::not_found("top-up"))?;
    if let Some(purchase) = topup.purchase
        && is_over(topup.state)
    {
        purchases::drop_waiting(app, purchase).await?;
    }
    Ok(Synced::Topup(Box::new(topup)))
}

async fn read_intent(app: &App, id: &str) -> Result<PaymentIntent, Problem> {
    Ok(app.stripe.send(&Request::retrieve_payment_intent(id)).await?)
}

/// Writes down what an intent came to; says where it stands.
async fn sync_intent_of(app: &Arc<App>, id: &str, topup: Topup) -> Result<PaymentIntentStatus, Problem> {
    let intent = read_intent(app, id).await?;
    settle(app, &intent, &topup).await?;
    Ok(intent.status)
}

/// Writes the attempts of an intent down and credits the one that succeeded.
async fn settle(app: &Arc<App>, intent: &PaymentIntent, topup: &Topup) -> Result<(), Problem> {
    let _one_at_a_time = app.payment_lock(topup.id).lock().await;
    let charges: List<Charge> = app.stripe.send(&Request::list_charges(&intent.id)).await?;
    let mut reports = reports(intent, &charges.data, topup);
    reports.extend(awaited(app, intent, &charges.data, topup).await?);
    // Stripe knows nothing of a test clock: attempts stand beside movements, so they are dated by the book's clock too.
    let ahead = app.ledger.clock_offset();
    for report in &mut reports {
        report.occurred_at = report.occurred_at.plus(ahead);
        report.awaited_until = report.awaited_until.map(|until| until.plus(ahead));
    }
    let as_asked = paid_in_full(intent, topup) && withheld::is_his(app, intent, topup).await?;
    let topup_row = topup.clone();
    let now = app.ledger.now();
    let (told, limits) = (automatic_topups::Told::of(intent), app.config.automatic_topups);
    let given_up = (intent.status == PaymentIntentStatus::Canceled).then(|| intent.id.clone());
    let credit_id =
        IntentId::from_u128(app.hashes.hash128("payment", &[STRIPE.as_bytes(), intent.id.as_bytes()]));
    let has_succeeded = intent.status == PaymentIntentStatus::Succeeded;
    let change = move |tx: &Tx<'_>| {
        let mut news = false;
        let mut credited = None;
        for report in &reports {
            let mut report = report.clone();
            if has_succeeded && !as_asked {
                withheld::mark(&mut report);
            }
            let RecordedPayment { payment, news: told } = tx.record_payment(&report)?;
            news |= told != PaymentNews::Unchanged;
            if told != PaymentNews::Unchanged && payment.status == PaymentStatus::Failed {
                notices::payment_failed(tx, &payment, now)?;
            }
            if payment.status == PaymentStatus::Succeeded {
                credited = Some(payment);
            }
        }
        if let Some(given_up) = &given_up {
            news |= give_up(tx, given_up)?;
            news |= tx.move_topup(topup_row.id, TopupState::Open, TopupState::Expired, None, clock::now())?;
        }
        // What staff credit by hand is credited once: by them.
        let by_hand = credited.as_ref().map(|payment| withheld::is_in_hand(tx, payment)).transpose()?;
        let intent = match credited.filter(|_| by_hand != Some(true)) {
            Some(payment) if as_asked => match topup_row.purchase {
                None => Due::Asked(write_credit(tx, credit_id, &topup_row, &payment)?.into_iter().collect()),
                Some(purchase) => pay_purchase(tx, purchase, (&topup_row, &payment), now)?,
            },
            Some(payment) if has_succeeded => {
                withheld::tell(tx, &topup_row, &payment, now)?;
                Due::Asked(Vec::new())
            }
            // Charged since the intent was read: what tells of it has it read again.
            Some(_) | None => Due::Asked(Vec::new()),
        };
        automatic_topups::note(tx, &limits, &topup_row, &told, now)?;
        Ok((news, intent))
    };
    let (news, due) = app.write(change).await?;
    let asked = match due {
        Due::Asked(asked) => asked,
        Due::NotYet => {
            let detail = "The purchase that was paid is being written down.";
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, PURCHASE_NOT_KNOWN_YET, detail));
        }
    };
    if !asked.is_empty() {
        let outcomes = intents::send(app, &asked).await?;
        if let Some(Outcome::Decided { entry, .. } | Outcome::Repeated { entry }) = outcomes.last() {
            app.wait_projected(entry.position(), SHOW_PATIENCE).await;
        }
    }
    let claimed = note_claims(app, intent, &charges.data).await?;
    if news || claimed {
        app.live.notify(topup.customer);
    }
    Ok(())
}

/// Writes down what is claimed back of the attempt that paid, if anything is or was, and has the book follow; whether it was news.
async fn note_claims(app: &Arc<App>, intent: &PaymentIntent, charges: &[Charge]) -> Result<bool, Problem> {
    let id = intent.id.clone();
    let known = move |reader: &TablesReader<'_>| {
        let attempts = reader.attempts_of(STRIPE, &id)?;
        let paid = attempts.into_iter().find(|attempt| attempt.status == PaymentStatus::Succeeded);
        let Some(paid) = paid else { return Ok(None) };
        Ok(Some((!reader.claims_of(paid.id)?.is_empty(), paid)))
    };
    let Some((was_claimed, paid)) = app.read(known).await? else { return Ok(false) };
    let is_claimed = |charge: &Charge| charge.refunded || charge.disputed || charge.amount_refunded > 0;
    if !was_claimed && !charges.iter().any(is_claimed) {
        return Ok(false);
    }
    read_claims(app, paid).await
}

async fn read_claims(app: &Arc<App>, paid: Payment) -> Result<bool, Problem> {
    let (id, intent) = (paid.id, paid.provider_payment.clone());
    let claims = claims::read(app, &intent, id).await?;
    let program = Arc::clone(app);
    let news = app.write(move |tx| claims::note(tx, &program.config, &paid, &claims)).await?;
    if news {
        app.mail_news.notify_one();
    }
    claims::follow(app, id).await?;
    Ok(news)
}

/// Reads what was ever claimed back of a payment. A charge does not show any more what has come to nothing: only who knows that there
/// was something asks.
pub(crate) async fn sync_claims(app: &Arc<App>, paid: Payment) -> Result<(), Problem> {
    let Some(topup) = paid.topup else { return Ok(()) };
    let _one_at_a_time = app.payment_lock(topup).lock().await;
    read_claims(app, paid).await.map(|_| ())
}

/// What is to be asked of the book about a payment.
enum Due {
    /// These, if any.
    Asked(Vec<Intent>),
    /// What is owed for the purchase is being written down; the payment is looked at again.
    NotYet,
}

/// The intents that settle a purchase with `payment`; none if they were done.
fn pay_purchase(
    tx: &Tx<'_>,
    purchase: PurchaseId,
    (topup, payment): (&Topup, &Payment),
    at: Timestamp,
) -> Result<Due, StoreError> {
    let id = settlements::name(&[b"card", payment.provider_payment.as_bytes()]);
    let what = Owing::Purchase(purchase);
    let came = Came { id, what, boleto: None, by: PaidBy::Card, amount: topup.amount, late_fee: 0, at };
    let asked = match settlements::settle(tx, &came)? {
        Settled::Paid(asked) => asked,
        Settled::Credit(asked) => {
            tell_paid_twice(tx, purchase, payment, at)?;
            asked
        }
        Settled::NotOwed => return Ok(Due::NotYet),
        Settled::Known => {
            let known = tx.topup(topup.id)?.and_then(|topup| topup.intent);
            let known = known.map(|intent| tx.intent(intent)).transpose()?.flatten();
            return Ok(Due::Asked(known.into_iter().filter(|intent| intent.done_at.is_none()).collect()));
        }
    };
    let state = tx.topup(topup.id)?.map_or(topup.state, |known| known.state);
    tx.move_topup(topup.id, state, TopupState::Paid, Some(payment.id), clock::now())?;
    // The last one is what the money becomes; before it a wallet may be opened.
    if let Some(last) = asked.last() {
        tx.set_topup_intent(topup.id, last.id)?;
    }
    Ok(Due::Asked(asked))
}

/// A second payment of a purchase becomes credit, and a person decides whether it is to be paid back.
fn tell_paid_twice(
    tx: &Tx<'_>,
    purchase: PurchaseId,
    payment: &Payment,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (paid, name) = (payment.amount.into(), payment.provider_payment.clone());
    let found = Found::CardAgain { paid, payment: name, purchase: purchase.to_string() };
    tracing::warn!(%purchase, payment = %payment.id, "a purchase was paid a second time by card");
    tx.insert_finding(&found.finding(Some(payment.customer), at))
}

/// The intent to credit `payment`, stored if it is not there yet; `None` if it has been done.
fn write_credit(
    tx: &Tx<'_>,
    id: IntentId,
    topup: &Topup,
    payment: &Payment,
) -> Result<Option<Intent>, StoreError> {
    if let Some(known) = tx.intent(id)? {
        return Ok(if known.done_at.is_none() { Some(known) } else { None });
    }
    let now = clock::now();
    let wish = Wish::Credit {
        wallet: topup.wallet,
        customer: topup.customer,
        grant: GrantId::from_u128(ids::fresh()),
        amount: topup.amount,
        payment: payment.id,
        topup: topup.id,
    };
    let intent = wish.intent(id, now);
    tx.insert_intent(&intent)?;
    // It may have been closed since it was read.
    let state = tx.topup(topup.id)?.map_or(topup.state, |known| known.state);
    tx.move_topup(topup.id, state, TopupState::Paid, Some(payment.id), now)?;
    Ok(Some(intent))
}

/// True if Stripe received exactly what was asked, in the currency that was asked.
fn paid_in_full(intent: &PaymentIntent, topup: &Topup) -> bool {
    intent.status == PaymentIntentStatus::Succeeded
        && minor_units::to_amount(intent.amount_received, &intent.currency) == Ok(topup.amount)
}

/// One report per attempt: each charge, and the one that ended without a charge, as when the bank's question was not answered.
fn reports(intent: &PaymentIntent, charges: &[Charge], topup: &Topup) -> Vec<Payment> {
    // Stripe lists the newest first. Oldest first, attempts of the same second get ids in their order.
    let mut reports: Vec<Payment> =
        charges.iter().rev().filter_map(|charge| charge_report(intent, charge, topup)).collect();
    if let Some(error) = intent.last_payment_error.as_ref().filter(|error| error.charge.is_none())
        && let Some(attempt) = attempt(intent, topup, error.payment_method.as_ref())
    {
        reports.push(Payment {
            status: PaymentStatus::Failed,
            reason_code: error.decline_code.clone().or_else(|| error.code.clone()),
            reason: error.message.clone(),
            occurred_at: Timestamp::from_seconds(intent.created),
            ..attempt
        });
    }
    reports
}

/// The attempt that is under way without a charge yet: a bank is working, or the customer was shown what he pays elsewhere.
async fn awaited(
    app: &App,
    intent: &PaymentIntent,
    charges: &[Charge],
    topup: &Topup,
) -> Result<Option<Payment>, Problem> {
    let action = intent.next_action.as_ref().filter(|action| action.awaits_money());
    let is_under_way = match intent.status {
        PaymentIntentStatus::Processing => true,
        PaymentIntentStatus::RequiresAction => action.is_some(),
        _ => false,
    };
    // Where there is a charge that waits, it is this attempt; those that failed are others.
    if !is_under_way || charges.iter().any(|charge| charge.status == ChargeStatus::Pending) {
        return Ok(None);
    }
    let method = match &intent.payment_method {
        Some(Expandable::Object(method)) => Some((**method).clone()),
        Some(Expandable::Id(id)) => Some(app.stripe.send(&Request::retrieve_payment_method(id)).await?),
        None => None,
    };
    let attempt = attempt(intent, topup, method.as_ref());
    Ok(attempt.map(|attempt| Payment {
        way_on: action.and_then(NextAction::url).filter(|url| url.starts_with("http")).map(str::to_owned),
        awaited_until: action.and_then(NextAction::until).map(Timestamp::from_seconds),
        ..attempt
    }))
}

/// An attempt without a charge, of which only the method is known; `None` if its amount is none.
fn attempt(intent: &PaymentIntent, topup: &Topup, method: Option<&PaymentMethod>) -> Option<Payment> {
    let card = method.and_then(|method| method.card.as_ref());
    Some(Payment {
        amount: minor_units::to_shown_amount(intent.amount, &intent.currency).ok()?,
        method: method.map(|method| method.kind.clone()),
        card_brand: card.map(|card| card.brand.clone()),
        card_last4: card.map(|card| card.last4.clone()),
        card_exp_month: card.map(|card| card.exp_month),
        card_exp_year: card.map(|card| card.exp_year),
        ..blank(intent, topup.customer, topup)
    })
}

/// What was awaited of a payment that was given up has failed; whether anything was.
fn give_up(tx: &Tx<'_>, intent: &str) -> Result<bool, StoreError> {
    let attempts = tx.attempts_of(STRIPE, intent)?;
    let Some(open) = attempts.into_iter().find(|attempt| attempt.status == PaymentStatus::Pending) else {
        return Ok(false);
    };
    let report = Payment {
        status: PaymentStatus::Failed,
        reason_code: Some(GIVEN_UP.to_owned()),
        updated_at: clock::now(),
        ..open
    };
    Ok(tx.record_payment(&report)?.news != PaymentNews::Unchanged)
}

fn charge_report(intent: &PaymentIntent, charge: &Charge, topup: &Topup) -> Option<Payment> {
    let status = match charge.status {
        ChargeStatus::Succeeded => PaymentStatus::Succeeded,
        ChargeStatus::Failed => PaymentStatus::Failed,
        // A word that is new to us is not an outcome: it waits.
        _ => PaymentStatus::Pending,
    };
    let card = charge.card();
    Some(Payment {
        provider_charge: Some(charge.id.clone()),
        amount: minor_units::to_shown_amount(charge.amount, &charge.currency).ok()?,
        method: charge.payment_method_details.as_ref().map(|details| details.kind.clone()),
        card_brand: card.map(|card| card.brand.clone()),
        card_last4: card.map(|card| card.last4.clone()),
        card_exp_month: card.map(|card| card.exp_month),
        card_exp_year: card.map(|card| card.exp_year),
        status,
        reason_code: charge.decline_code().map(str::to_owned).or_else(|| charge.failure_code.clone()),
        reason: charge.failure_message.clone(),
        occurred_at: Timestamp::from_seconds(charge.created),
        ..blank(intent, topup.customer, topup)
    })
}

/// An attempt of which nothing is known but whose it is.
fn blank(intent: &PaymentIntent, customer: CustomerId, topup: &Topup) -> Payment {
    let now = clock::now();
    Payment {
        id: PaymentId::from_u128(ids::fresh()),
        customer,
        topup: Some(topup.id),
        provider: STRIPE.to_owned(),
        provider_payment: intent.id.clone(),
        provider_charge: None,
        amount: topup.amount,
        method: None,
        card_brand: None,
        card_last4: None,
        card_exp_month: None,
        card_exp_year: None,
        status: PaymentStatus::Pending,
        reason_code: None,
        reason: None,
        occurred_at: now,
        updated_at: now,
        credited_entry: None,
        refunded: 0,
        dispute_state: None,
        way_on: None,
        awaited_until: None,
    }
}
