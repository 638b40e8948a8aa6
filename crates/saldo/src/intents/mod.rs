//! Changes that touch a table and the book: written down first, sent to the book under their own key, marked done by the projector.
//!
//! An intent's id is its command's key for ever, so sending it again does nothing new. What is open at start, or was not
//! confirmed, is sent again.

mod stored;
mod wish;

use std::sync::Arc;

use book::{Command, CommandKey, KeySpace, Refusal};
use engine::{IntentDone, Outcome};
use money::{CustomerId, EntryId, PaymentId, Timestamp};
use store::tables::intents::Intent;
use store::tables::topups::TopupState;
use store::{StoreError, Tx};

use crate::app::App;
use crate::findings::Found;
use crate::hashes::KeyedHashes;
use crate::problem::Problem;
use crate::receipts::Issuer;
use crate::runtime::LedgerError;
use crate::{
    automatic_topups, claims, clock, credit_requests, notices, overpaid, reconciliation, settlements,
};
use wish::{BILL, PAY, TAKE_OVERPAID, WRITE_OFF};

pub use wish::{BillStep, DEFAULT_PRIORITY, DataBack, Wish};

/// Intents of one wish of many that go to the book in one request.
const SENT_AT_ONCE: usize = 500;
/// Intents sent again in one request.
const RESEND_MAX: u32 = 500;
/// How long the book may refuse an intent before a person is told, in microseconds.
const TOLD_AFTER: i64 = Timestamp::MINUTE;

/// Sends intents that have been stored, in order, and waits until they are durable. One that is refused stays open, and a person is told
/// of it if it still is after a while. A payment that is refused becomes credit; a write-off that is refused is closed.
pub async fn send(app: &Arc<App>, intents: &[Intent]) -> Result<Vec<Outcome>, Problem> {
    let commands =
        intents.iter().map(|intent| command(&app.hashes, intent)).collect::<anyhow::Result<Vec<_>>>();
    let commands = commands.map_err(|error| Problem::internal(&error))?;
    // The wish is written down and will be sent again: that nothing was tried now does not mean that nothing will be.
    let outcomes = app.ledger.submit(commands).await.map_err(|_| LedgerError::OutcomeUnknown)?;
    for (intent, outcome) in intents.iter().zip(&outcomes) {
        if let Outcome::Refused(refusal) = outcome {
            tracing::error!(intent = %intent.id, kind = intent.kind, code = refusal.code(), "the book refuses an intent");
            if intent.kind == PAY {
                Box::pin(settlements::payment_refused(app, intent.id, refusal)).await?;
            }
            if let Ok(Wish::SetTakenBack { amount, data, .. }) = Wish::from_json(&intent.payload) {
                claims::refused(app, intent.id, (amount, data), *refusal).await?;
            }
            if intent.kind == TAKE_OVERPAID {
                overpaid::refused(app, intent.id).await?;
            }
            credit_requests::refused(app, intent.id, *refusal).await?;
            // It was paid meanwhile, or written off before: there is nothing left to write off.
            if intent.kind == WRITE_OFF {
                let id = intent.id;
                app.write(move |tx| tx.close_intent(id, clock::now())).await?;
            }
            tell_refused(app, intent, refusal).await?;
        }
    }
    if intents.iter().any(|intent| intent.kind == PAY || intent.kind == BILL) {
        app.settlement_news.notify_one();
    }
    Ok(outcomes)
}

/// Tells a person, once, of an intent that the book goes on to refuse. A younger one may wait for what was written down beside it.
async fn tell_refused(app: &Arc<App>, intent: &Intent, refusal: &Refusal) -> Result<(), Problem> {
    if clock::now().since(intent.created_at) < TOLD_AFTER {
        return Ok(());
    }
    let (id, at) = (intent.id, app.ledger.now());
    let customer = Wish::from_json(&intent.payload).ok().and_then(|wish| wish.customer());
    let refusal = refusal.code().to_owned();
    let found = Found::IntentRefused { kind: intent.kind.clone(), intent: id.to_string(), refusal };
    app.write(move |tx| {
        // Refused for good, it was dealt with by those who look after its kind.
        if tx.intent(id)?.is_some_and(|known| known.done_at.is_none()) {
            tx.insert_finding_once(&found.finding(customer, at))?;
        }
        Ok(())
    })
    .await
}

/// The same for many, a portion at a time: others get their turn between two of them. What a crash or a failure leaves behind is sent
/// again by itself.
pub async fn send_in_portions(app: &Arc<App>, intents: &[Intent]) -> Result<(), Problem> {
    for portion in intents.chunks(SENT_AT_ONCE) {
        send(app, portion).await?;
    }
    Ok(())
}

/// Sends again what is open and was written down before `before`: what a crash or a failure left behind. How many there were.
pub async fn resend(app: &Arc<App>, before: Timestamp) -> Result<usize, Problem> {
    let mut after = None;
    let mut sent = 0;
    loop {
        let page = app.read(move |reader| reader.open_intents(after, RESEND_MAX)).await?;
        let old = page.rows.into_iter().filter(|intent| intent.created_at <= before);
        // One that this version cannot read keeps the others, and the program's start, from nothing.
        let is_read = |intent: &Intent| {
            let read = Wish::from_json(&intent.payload);
            let read = read.inspect_err(|error| tracing::error!(intent = %intent.id, kind = intent.kind, %error, "an open intent cannot be read"));
            read.is_ok()
        };
        let old: Vec<_> = old.filter(is_read).collect();
        if !old.is_empty() {
            send(app, &old).await?;
            sent += old.len();
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(sent),
        }
    }
}

/// Marks an intent done and everything that waited for it, in the projector's transaction.
pub fn done(
    tx: &Tx<'_>,
    issuer: &Issuer,
    done: &IntentDone,
    now: Timestamp,
) -> Result<Option<CustomerId>, StoreError> {
    let IntentDone { intent: id, entry, at } = *done;
    let Some(intent) = tx.intent(id)? else { return Ok(None) };
    if !tx.intent_done(id, entry, now)? {
        return Ok(None);
    }
    let wish = match Wish::from_json(&intent.payload) {
        Ok(wish) => wish,
        Err(error) => {
            tracing::error!(intent = %id, %error, "a stored intent cannot be read");
            return Ok(None);
        }
    };
    if let Wish::Credit { payment, topup, .. } = wish {
        credited(tx, issuer, payment, entry, at)?;
        if let Some(known) = tx.topup(topup)? {
            tx.move_topup(topup, known.state, TopupState::Credited, Some(payment), clock::now())?;
        }
        automatic_topups::credited(tx, topup)?;
    }
    if matches!(wish, Wish::Grant { .. } | Wish::Deduct { .. })
        && let Some(payment) = credit_requests::booked(tx, id)?
    {
        issuer.give(tx, payment, at)?;
    }
    if let Wish::SetTakenBack { amount, data, .. } = wish {
        claims::booked(tx, id, (amount, data))?;
    }
    if let Wish::MoveMoney { .. } = wish {
        reconciliation::booked(tx, id)?;
    }
    if let Some(topup) = tx.topup_by_intent(id)? {
        // What is credited as money tells of its receipt with the credit; a purchase has no mail of its own that could.
        if let Some(payment) = topup.outcome_payment
            && credited(tx, issuer, payment, entry, at)?
        {
            notices::receipt_given(tx, topup.customer, payment, at)?;
        }
        tx.move_topup(topup.id, topup.state, TopupState::Credited, None, clock::now())?;
    }
    Ok(wish.customer())
}

/// A payment's money is where it was meant to be: its receipt is given with that. Whether it is so only now.
fn credited(
    tx: &Tx<'_>,
    issuer: &Issuer,
    payment: PaymentId,
    entry: EntryId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let is_news = tx.set_payment_credited(payment, entry)?;
    if is_news {
        issuer.give(tx, payment, at)?;
    }
    Ok(is_news)
}

/// What a stored intent asks of the book, under its own key.
pub(crate) fn command(hashes: &KeyedHashes, intent: &Intent) -> anyhow::Result<Command> {
    let wish = Wish::from_json(&intent.payload)?;
    let body = hashes.hash64("intent", &[intent.payload.as_bytes()]);
    let key = CommandKey { space: KeySpace::Forever, key: intent.id.as_u128(), body };
    Ok(Command { key: Some(key), act: wish.act() })
}
