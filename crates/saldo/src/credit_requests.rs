//! Credit that staff give or take: checked, written down with who asks and why, and booked once.
//!
//! What is above the operator's limit waits for somebody else of staff. Nothing is booked before; the yes writes the intent, whose id is
//! the request's own name, so that two yeses are one.

use std::sync::Arc;

use axum::http::StatusCode;
use book::{Reason, Refusal};
use money::{Amount, CustomerId, GrantId, IntentId, PaymentId, StaffId, Timestamp, WalletId};
use serde_json::json;
use store::tables::credit_requests::{CreditDirection, CreditRequest, CreditRequestState};
use store::tables::intents::Intent;
use store::{StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::customer_imports::OPENING_UNITS_MAX;
use crate::customers::is_unprintable;
use crate::intents::{self, Wish};
use crate::problem::Problem;
use crate::{claims, clock, ids, notices, withheld};

/// The code of a problem: credit for a payment has been asked for already.
pub const CREDIT_ASKED: &str = "payment_credit_asked";
/// The code of a problem: more than is given or taken at once.
pub const CREDIT_TOO_MUCH: &str = "credit_too_much";
/// The most that is given or taken at once, in whole units of money: as much as a customer of a file may begin with.
pub const CREDIT_UNITS_MAX: i64 = OPENING_UNITS_MAX;
/// Most characters of a note.
pub const NOTE_CHARS_MAX: usize = 500;

/// Whoever of staff asks or decides.
#[derive(Clone, Debug)]
pub struct By {
    /// Who.
    pub staff: StaffId,
    /// As the audit log has it.
    pub author: Author,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its name: asked for again under it, it is the same.
    pub id: IntentId,
    /// Whose credit.
    pub customer: CustomerId,
    /// In which wallet.
    pub wallet: WalletId,
    /// Which way.
    pub direction: CreditDirection,
    /// How much.
    pub amount: Amount,
    /// Why, for the books.
    pub reason: Reason,
    /// Why, in words.
    pub note: String,
    /// When what is given expires.
    pub expires_at: Option<Timestamp>,
    /// The payment that is credited by it.
    pub payment: Option<PaymentId>,
}

/// Whether so much may be given or taken only with somebody else's yes: alone, or with what the same member of staff has given alone within
/// a day.
fn needs_approval(tx: &Tx<'_>, asked: &CreditRequest, above: Amount) -> Result<bool, StoreError> {
    let alone = match asked.direction {
        CreditDirection::Give => {
            tx.credit_given_alone(asked.asked_by, asked.asked_at.plus(-Timestamp::DAY))?
        }
        CreditDirection::Take => 0,
    };
    Ok(alone.saturating_add(asked.amount.value()) > above.value())
}

/// All that is wrong with what is asked for, each with its field.
pub fn wrong_with(asked: &Asked, now: Timestamp) -> Vec<Problem> {
    let mut wrong = Vec::new();
    if asked.amount.value() <= 0 {
        wrong.push(Problem::invalid("amount", "amount_not_positive", "amount must be above zero."));
    }
    let most = Amount::parse(&CREDIT_UNITS_MAX.to_string(), asked.amount.unit());
    if most.is_ok_and(|most| asked.amount.value() > most.value()) {
        let detail = format!("amount must be at most {CREDIT_UNITS_MAX}.");
        wrong.push(Problem::invalid("amount", CREDIT_TOO_MUCH, detail));
    }
    if asked.note.trim().is_empty() {
        wrong.push(Problem::invalid("note", "missing_field", "note is missing: say why."));
    }
    if asked.note.contains(is_unprintable) {
        let detail = "note must be one line of letters that can be printed.";
        wrong.push(Problem::invalid("note", "unprintable", detail));
    }
    if asked.note.chars().count() > NOTE_CHARS_MAX {
        let detail = format!("note has more than {NOTE_CHARS_MAX} characters.");
        wrong.push(Problem::invalid("note", "too_long", detail));
    }
    if asked.expires_at.is_some_and(|at| at <= now) {
        wrong.push(Problem::invalid("expires_at", "expires_in_past", "expires_at must be in the future."));
    }
    if asked.payment.is_some() && asked.direction == CreditDirection::Take {
        let detail = "A payment is credited, nothing is taken for it.";
        wrong.push(Problem::invalid("direction", "not_a_choice", detail));
    }
    if asked.expires_at.is_some() && asked.direction == CreditDirection::Take {
        let detail = "expires_at goes with credit that is given only.";
        wrong.push(Problem::invalid("expires_at", "invalid_field", detail));
    }
    wrong
}

/// Writes the request down, and books it unless it waits for somebody else. How it stands.
pub async fn ask(app: &Arc<App>, by: By, asked: Asked) -> Result<CreditRequest, Problem> {
    Problem::refuse_all(wrong_with(&asked, app.ledger.now()))?;
    let above = app.config.console.approval_above;
    let now = clock::now();
    let request = CreditRequest {
        id: asked.id,
        customer: asked.customer,
        wallet: asked.wallet,
        direction: asked.direction,
        amount: asked.amount,
        reason: asked.reason.code().to_owned(),
        note: asked.note.trim().to_owned(),
        expires_at: asked.expires_at,
        state: CreditRequestState::Approved,
        refusal: None,
        asked_by: by.staff,
        asked_at: app.ledger.now(),
        decided_by: None,
        decided_at: None,
        payment: asked.payment,
        payment_gone: None,
    };
    let row = request.clone();
    let write = move |tx: &Tx<'_>| {
        let wallet = tx.wallet(row.wallet)?.filter(|wallet| wallet.customer == row.customer);
        let wallet = wallet.ok_or_else(|| Problem::not_found("wallet"))?;
        if wallet.unit != row.amount.unit() {
            let detail = format!("amount must be in {}.", wallet.unit);
            return Err(Problem::invalid("amount", "unit_mismatch", detail));
        }
        if let Some(known) = tx.credit_request(row.id)? {
            // The form was sent twice.
            return if is_the_same(&known, &row) { Ok(None) } else { Err(Refusal::KeyReused.into()) };
        }
        let payment_gone = row.payment.map(|payment| must_be_free(tx, payment, &row)).transpose()?;
        let waits = needs_approval(tx, &row, above)?;
        let state = if waits { CreditRequestState::Waiting } else { row.state };
        let row = CreditRequest { state, payment_gone, ..row.clone() };
        tx.insert_credit_request(&row)?;
        by.author.note(tx, &Change::new("credit_request.create", row.id).after_json(&told(&row)))?;
        Ok(if waits { None } else { Some(write_intent(tx, &row, now)?) })
    };
    let intent = app.write_or_refuse(write).await?;
    book(app, request.id, intent).await
}

/// Refuses credit for a payment that waits for none, or for which somebody has asked for some; what of it has gone back otherwise.
fn must_be_free(tx: &Tx<'_>, payment: PaymentId, asked: &CreditRequest) -> Result<i64, Problem> {
    let gone = still_free(tx, payment, asked)?;
    if tx.last_credit_request_for(payment)?.is_some_and(|request| request.is_live()) {
        let detail = "Credit for this payment has been asked for already: look at how that stands.";
        return Err(Problem::new(StatusCode::CONFLICT, CREDIT_ASKED, detail));
    }
    Ok(gone)
}

/// Refuses credit for a payment that waits for none; what of it has gone back otherwise.
fn still_free(tx: &Tx<'_>, payment: PaymentId, asked: &CreditRequest) -> Result<i64, Problem> {
    withheld::must_wait_for_credit(tx, payment, asked.customer, asked.amount)?;
    let payment = tx.payment(payment)?.ok_or_else(|| Problem::not_found("payment"))?;
    Ok(claims::gone(tx, &payment)?)
}

/// Somebody else of staff says yes: it is booked.
pub async fn approve(app: &Arc<App>, by: By, id: IntentId) -> Result<CreditRequest, Problem> {
    let (now, sent_at) = (app.ledger.now(), clock::now());
    let write = move |tx: &Tx<'_>| {
        let request = decide(tx, &by, id, CreditRequestState::Approved, now)?;
        if let Some(payment) = request.payment {
            // It may have gone back since it was asked for.
            tx.note_payment_gone(id, still_free(tx, payment, &request)?)?;
        }
        Ok(write_intent(tx, &request, sent_at)?)
    };
    let intent = app.write_or_refuse(write).await?;
    book(app, id, Some(intent)).await
}

/// Somebody else of staff says no, or whoever asked takes it back: nothing is booked.
pub async fn reject(
    app: &Arc<App>,
    by: By,
    id: IntentId,
    why: Option<String>,
) -> Result<CreditRequest, Problem> {
    let (now, program) = (app.ledger.now(), Arc::clone(app));
    app.write_or_refuse(move |tx| {
        let request = decide(tx, &by, id, CreditRequestState::Rejected, now)?;
        if let Some(why) = &why {
            tx.explain_credit_rejection(id, why)?;
            let url = format!("{}/console/credit/{id}", program.config.server.public_url);
            notices::request_rejected(tx, &program.config, (request.asked_by, request.amount), why, &url)?;
        }
        Ok::<_, Problem>(())
    })
    .await?;
    app.mail_news.notify_one();
    again(app, id).await
}

fn decide(
    tx: &Tx<'_>,
    by: &By,
    id: IntentId,
    state: CreditRequestState,
    now: Timestamp,
) -> Result<CreditRequest, Problem> {
    let request = tx.credit_request(id)?.ok_or_else(missing)?;
    let is_yes = state == CreditRequestState::Approved;
    if is_yes && request.asked_by == by.staff {
        let detail = "Whoever asked for it cannot approve it: that takes somebody else of staff.";
        return Err(Problem::new(StatusCode::CONFLICT, "own_request", detail));
    }
    if !tx.decide_credit_request(id, state, by.staff, now)? {
        let detail = "This request is not waiting any more: look at how it stands.";
        return Err(Problem::new(StatusCode::CONFLICT, "request_decided", detail));
    }
    let action = if is_yes { "credit_request.approve" } else { "credit_request.reject" };
    by.author.note(tx, &Change::new(action, id).after_json(&told(&request)))?;
    Ok(request)
}

/// Whether both ask for the same; how far they have come does not matter.
fn is_the_same(known: &CreditRequest, asked: &CreditRequest) -> bool {
    let CreditRequest { state, refusal, asked_at, decided_by, decided_at, payment_gone, .. } = known.clone();
    *known
        == CreditRequest { state, refusal, asked_at, decided_by, decided_at, payment_gone, ..asked.clone() }
}

/// A request as the audit log tells it.
fn told(request: &CreditRequest) -> serde_json::Value {
    json!({
        "customer": request.customer.to_string(),
        "wallet": request.wallet.to_string(),
        "direction": request.direction.word(),
        "amount": request.amount.to_decimal(),
        "unit": request.amount.unit().code(),
        "reason": request.reason,
        "note": request.note,
        "payment": request.payment.map(|payment| payment.to_string()),
    })
}

fn write_intent(tx: &Tx<'_>, request: &CreditRequest, now: Timestamp) -> Result<Intent, StoreError> {
    let CreditRequest { wallet, customer, amount, expires_at, .. } = *request;
    let reason = Reason::from_code(&request.reason).unwrap_or(Reason::Correction);
    let wish = match request.direction {
        CreditDirection::Give => {
            let grant = GrantId::from_u128(ids::fresh());
            Wish::Grant { wallet, customer, grant, amount, reason: Some(reason), expires_at }
        }
        CreditDirection::Take => Wish::Deduct { wallet, customer, amount, reason },
    };
    let intent = wish.intent(request.id, now);
    tx.insert_intent(&intent)?;
    Ok(intent)
}

/// Sends what was approved, and says how the request stands then.
async fn book(app: &Arc<App>, id: IntentId, intent: Option<Intent>) -> Result<CreditRequest, Problem> {
    if let Some(intent) = intent {
        intents::send(app, &[intent]).await?;
    }
    again(app, id).await
}

async fn again(app: &Arc<App>, id: IntentId) -> Result<CreditRequest, Problem> {
    app.read(move |reader| reader.credit_request(id)).await?.ok_or_else(missing)
}

/// The book has followed an intent: if a request stands behind it, it has ended so, and with it the payment whose credit it is; which that is.
pub(crate) fn booked(tx: &Tx<'_>, intent: IntentId) -> Result<Option<PaymentId>, StoreError> {
    if !tx.end_credit_request(intent, None)? {
        return Ok(None);
    }
    let request = tx.credit_request(intent)?;
    match request.as_ref().and_then(|request| Some((request, request.payment?))) {
        Some((request, payment)) => {
            let is_credited = withheld::credited_by_hand(tx, request, payment)?;
            Ok(is_credited.then_some(payment))
        }
        None => Ok(None),
    }
}

/// The book said no to an intent: if a request stands behind it, it has ended so.
pub(crate) async fn refused(app: &Arc<App>, intent: IntentId, refusal: Refusal) -> Result<(), Problem> {
    let end = move |tx: &Tx<'_>| {
        if tx.end_credit_request(intent, Some(refusal.code()))? {
            tx.close_intent(intent, clock::now())?;
        }
        Ok(())
    };
    app.write(end).await
}

fn missing() -> Problem {
    Problem::not_found("request for credit")
}
