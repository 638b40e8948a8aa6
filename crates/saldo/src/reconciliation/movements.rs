//! Each movement of Stripe's balance is found in the books, healed into them, or booked: fees, payouts and what disputes hold are money of
//! the operator's that moves once for ever, by an intent whose name is made of the movement's.

use std::sync::Arc;
use std::time::Duration;

use book::MoneyMovement;
use engine::Outcome;
use money::{Amount, CustomerId, IntentId, PaymentId, TopupId};
use serde::de::DeserializeOwned;
use store::tables::claims::{ClaimCause, ClaimState, TakenBackRow};
use store::tables::intents::Intent;
use store::tables::payments::{Payment, PaymentStatus};
use store::tables::reconciliation::{DriftCause, MovementSort, MovementStanding, StripeMovement};
use store::tables::topups::{Topup, TopupState};
use store::{StoreError, Tx};
use stripe::Request;
use stripe::answer::{Charge, Dispute, Expandable, PaymentIntent, Refund};
use stripe::minor_units::{self, Currency, MinorUnitsError};

use super::pass_over;
use crate::app::App;
use crate::hashes::KeyedHashes;
use crate::intents::{self, Wish};
use crate::payments::{self, STRIPE, Synced};
use crate::problem::Problem;
use crate::providers::StripeError;
use crate::{claims, clock, withheld};

/// Movements worked on at a time.
const AT_ONCE: u32 = 100;
/// Movements of one payment that are looked at: its charge, refunds and disputes.
const OF_PAYMENT_MAX: u32 = 200;
/// How long to wait for what was booked to show.
const SHOW_PATIENCE: Duration = Duration::from_secs(10);

/// Works on all movements that are not settled.
pub(super) async fn settle(app: &Arc<App>) -> Result<(), Problem> {
    let mut after = None::<String>;
    loop {
        let from = after.clone();
        let page = app.read(move |reader| reader.open_stripe_movements(from.as_deref(), AT_ONCE)).await?;
        let mut asked = Vec::new();
        for movement in page.rows {
            let movement = place(app, movement).await?;
            heal(app, &movement).await?;
            let hashes = app.hashes.clone();
            let write = move |tx: &Tx<'_>| {
                let [amount_name, fee_name] = booking_names(&hashes, &movement.id);
                // Another may have booked it since it was read.
                let known = tx.stripe_movement(&movement.id)?.unwrap_or_else(|| movement.clone());
                let (standing, payment) = (movement.standing, movement.payment);
                let known = StripeMovement { standing, payment, ..known };
                Look { tx, amount_name, fee_name }.at(known)
            };
            asked.extend(app.write(write).await?);
        }
        if !asked.is_empty() {
            let outcomes = intents::send(app, &asked).await?;
            if let Some(Outcome::Decided { entry, .. } | Outcome::Repeated { entry }) = outcomes.last() {
                app.wait_projected(entry.position(), SHOW_PATIENCE).await;
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

/// The names of the intents that book a movement's amount and its fee: whoever looks at it asks for the same.
pub(crate) fn booking_names(hashes: &KeyedHashes, movement: &str) -> [IntentId; 2] {
    ["stripe_movement", "stripe_fee"]
        .map(|domain| IntentId::from_u128(hashes.hash128(domain, &[movement.as_bytes()])))
}

/// Says whose a movement is, as far as that is not known.
async fn place(app: &Arc<App>, movement: StripeMovement) -> Result<StripeMovement, Problem> {
    let is_open = matches!(movement.standing, MovementStanding::New | MovementStanding::Unknown);
    if !is_open {
        return Ok(movement);
    }
    let (standing, payment) = match (movement.sort, &movement.source) {
        (MovementSort::Fee | MovementSort::Payout, _) => (MovementStanding::Account, None),
        (MovementSort::Other, _) | (_, None) => (MovementStanding::Unknown, None),
        (_, Some(source)) => match known_payment(app, source).await? {
            Some(payment) => (MovementStanding::Ours, Some(payment)),
            None => ask_whose(app, movement.sort, source).await?,
        },
    };
    Ok(StripeMovement { standing, payment, ..movement })
}

/// The payment that a charge, refund or dispute belongs to, if it is written down here.
async fn known_payment(app: &Arc<App>, source: &str) -> Result<Option<PaymentId>, Problem> {
    let source = source.to_owned();
    app.read(move |reader| {
        if let Some(claim) = reader.claim(STRIPE, &source)? {
            return Ok(Some(claim.payment));
        }
        Ok(reader.payment_by_charge(STRIPE, &source)?.map(|payment| payment.id))
    })
    .await
}

/// Asks Stripe which payment a movement belongs to, and has that payment written down and credited if it is ours.
async fn ask_whose(
    app: &Arc<App>,
    sort: MovementSort,
    source: &str,
) -> Result<(MovementStanding, Option<PaymentId>), Problem> {
    let intent = match sort {
        MovementSort::Refund => {
            let refund: Option<Refund> = ask(app, &Request::retrieve_refund(source)).await?;
            refund.map(|refund| id_of(refund.payment_intent.as_ref()))
        }
        MovementSort::Dispute => {
            let dispute: Option<Dispute> = ask(app, &Request::retrieve_dispute(source)).await?;
            dispute.map(|dispute| id_of(dispute.payment_intent.as_ref()))
        }
        _ => {
            let charge: Option<Charge> = ask(app, &Request::retrieve_charge(source)).await?;
            charge.map(|charge| id_of(charge.payment_intent.as_ref()))
        }
    };
    let intent = match intent {
        // Stripe does not know what moved its own balance: nobody can say.
        None => return Ok((MovementStanding::Unknown, None)),
        Some(None) => return Ok((MovementStanding::Foreign, None)),
        Some(Some(intent)) => intent,
    };
    let synced = match payments::sync_payment_intent(app, &intent).await {
        Ok(synced) => synced,
        Err(problem) => {
            pass_over(app, &Request::retrieve_payment_intent(&intent), problem).await?;
            return Ok((MovementStanding::Unknown, None));
        }
    };
    match synced {
        Synced::Topup(_) => {
            let read = move |reader: &store::Reader<'_>| reader.attempts_of(STRIPE, &intent);
            let attempts = app.read(read).await?;
            let paid = attempts.into_iter().find(|attempt| attempt.status == PaymentStatus::Succeeded);
            Ok((MovementStanding::Ours, paid.map(|paid| paid.id)))
        }
        Synced::Foreign(_) if is_of_these_books(app, &intent).await? => Ok((MovementStanding::Unknown, None)),
        Synced::Foreign(_) => Ok((MovementStanding::Foreign, None)),
    }
}

/// Whether a payment whose top-up is not here was asked for here all the same, as it is after an old backup: what it says of itself speaks of
/// these books. Another installation on the same account names its own books; another system names no top-up as ours are named.
async fn is_of_these_books(app: &Arc<App>, intent: &str) -> Result<bool, Problem> {
    let intent: PaymentIntent = app.stripe.send(&Request::retrieve_payment_intent(intent)).await?;
    let told = &intent.metadata;
    if let Some(books) = told.get(payments::BOOKS) {
        return Ok(*books == payments::books(&app.hashes));
    }
    if told.get("topup_id").is_some_and(|id| id.parse::<TopupId>().is_ok()) {
        return Ok(true);
    }
    let Some(Ok(customer)) = told.get("customer_id").map(|id| id.parse::<CustomerId>()) else {
        return Ok(false);
    };
    Ok(app.read(move |reader| reader.customer(customer)).await?.is_some())
}

fn id_of(intent: Option<&Expandable<PaymentIntent>>) -> Option<String> {
    intent.map(|intent| intent.id().to_owned())
}

/// Reads an object; none if Stripe has none of that id.
async fn ask<T: DeserializeOwned>(app: &Arc<App>, request: &Request) -> Result<Option<T>, Problem> {
    match app.stripe.send(request).await {
        Ok(object) => Ok(Some(object)),
        Err(error @ StripeError::Refused { .. }) if error.is_missing() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Has a payment of ours read again whose movement the books do not have yet.
async fn heal(app: &Arc<App>, movement: &StripeMovement) -> Result<(), Problem> {
    let Some(id) = movement.payment else { return Ok(()) };
    let StripeMovement { sort, amount, .. } = *movement;
    let source = movement.source.clone().unwrap_or_default();
    let read = move |reader: &store::Reader<'_>| {
        let Some(payment) = reader.payment(id)? else { return Ok(None) };
        let is_known = match sort {
            MovementSort::Payment => {
                payment.credited_entry.is_some() || withheld::is_credited_by_hand(&payment)
            }
            _ => is_told(reader, &source, amount)? && !is_behind(reader, id)?,
        };
        Ok((!is_known).then_some(payment))
    };
    let Some(payment) = app.read(read).await? else { return Ok(()) };
    let intent = payment.provider_payment.clone();
    if let Err(problem) = payments::sync_payment_intent(app, &intent).await {
        return pass_over(app, &Request::retrieve_payment_intent(&intent), problem).await;
    }
    if matches!(sort, MovementSort::Refund | MovementSort::Dispute) {
        payments::sync_claims(app, payment).await?;
    }
    claims::follow(app, id).await
}

/// Whether it is written down what a refund or dispute came to: money that went belongs to a claim that took some, for an inquiry takes none
/// until it becomes a dispute; money that came back belongs to one that takes none any more.
fn is_told(reader: &store::Reader<'_>, source: &str, amount: i64) -> Result<bool, StoreError> {
    let claim = reader.claim(STRIPE, source)?;
    Ok(claim.is_some_and(|claim| match amount < 0 {
        true => !matches!(claim.state, ClaimState::Inquiry | ClaimState::Closed),
        false => !claim.state.takes_money(),
    }))
}

/// Whether the book has still to follow what is claimed of a payment.
fn is_behind(reader: &store::Reader<'_>, payment: PaymentId) -> Result<bool, StoreError> {
    let behind = |row: Option<TakenBackRow>| row.is_some_and(|row| row.is_behind());
    Ok(behind(reader.taken_back(payment, ClaimCause::Refund)?)
        || behind(reader.taken_back(payment, ClaimCause::Dispute)?))
}

/// What a movement is in the books at this moment.
struct Look<'a> {
    tx: &'a Tx<'a>,
    amount_name: IntentId,
    fee_name: IntentId,
}

/// A payment of ours with what it was for.
struct Paid {
    payment: Payment,
    topup: Option<Topup>,
}

impl Look<'_> {
    /// Writes down what there is of it; the intents that book the rest.
    fn at(&self, movement: StripeMovement) -> Result<Vec<Intent>, StoreError> {
        let mut row = StripeMovement { cause: None, is_settled: 0, ..movement };
        let mut asked = Vec::new();
        match row.standing {
            MovementStanding::Foreign => row.is_settled = 1,
            MovementStanding::New | MovementStanding::Unknown => {
                row.cause = Some(match row.sort {
                    MovementSort::Other => DriftCause::UnknownKind,
                    _ => DriftCause::UnknownTopup,
                });
            }
            MovementStanding::Account => match row.sort {
                MovementSort::Payout => self.book(&mut row, MoneyMovement::Payout, &mut asked)?,
                _ => self.book(&mut row, MoneyMovement::Fee, &mut asked)?,
            },
            MovementStanding::Ours => self.look_at_ours(&mut row, &mut asked)?,
        }
        if matches!(row.standing, MovementStanding::Account | MovementStanding::Ours) {
            self.book_fee(&mut row, &mut asked)?;
        }
        settle_if_equal(&mut row);
        self.tx.update_stripe_movement(&row)?;
        if row.standing == MovementStanding::Ours {
            self.settle_what_was_returned(&row)?;
        }
        Ok(asked)
    }

    fn look_at_ours(&self, row: &mut StripeMovement, asked: &mut Vec<Intent>) -> Result<(), StoreError> {
        let Some(paid) = row.payment.map(|id| self.paid(id)).transpose()?.flatten() else {
            row.cause = Some(DriftCause::NotCredited);
            return Ok(());
        };
        if withheld::is_credited_by_hand(&paid.payment) {
            return self.look_at_credited_by_hand(row, asked);
        }
        if let Some(cause) = why_not_credited(&paid) {
            row.cause = Some(cause);
            return Ok(());
        }
        let is_same = minor_units::to_amount(0, &row.currency)
            .is_ok_and(|amount| amount.unit() == paid.payment.amount.unit());
        if !is_same {
            row.cause = Some(DriftCause::OtherCurrency);
            return Ok(());
        }
        let bought_data = paid.topup.as_ref().is_some_and(|topup| topup.purchase.is_some());
        match row.sort {
            MovementSort::Dispute => self.book(row, MoneyMovement::Dispute, asked)?,
            // No wallet counts this money: what it bought is taken back in bytes.
            MovementSort::Refund if bought_data => self.book(row, MoneyMovement::GivenBack, asked)?,
            MovementSort::Refund => {
                let source = row.source.as_deref().unwrap_or_default();
                if is_told(self.tx, source, row.amount)? && !is_behind(self.tx, paid.payment.id)? {
                    row.matched = row.amount;
                } else {
                    row.cause = Some(DriftCause::NotTakenBack);
                }
            }
            _ => row.matched = minor(paid.payment.amount),
        }
        Ok(())
    }

    /// Money that staff credited by hand is booked where it moves, in whatever currency Stripe has it; what becomes of the credit if it goes
    /// back is theirs to decide.
    fn look_at_credited_by_hand(
        &self,
        row: &mut StripeMovement,
        asked: &mut Vec<Intent>,
    ) -> Result<(), StoreError> {
        if Currency::from_code(&row.currency).is_none() {
            // No book counts it.
            row.matched = row.amount;
            return Ok(());
        }
        let movement = match row.sort {
            MovementSort::Dispute => MoneyMovement::Dispute,
            _ => MoneyMovement::GivenBack,
        };
        self.book(row, movement, asked)
    }

    fn paid(&self, id: PaymentId) -> Result<Option<Paid>, StoreError> {
        let Some(payment) = self.tx.payment(id)? else { return Ok(None) };
        let topup = payment.topup.map(|topup| self.tx.topup(topup)).transpose()?.flatten();
        Ok(Some(Paid { payment, topup }))
    }

    /// Books the amount, unless that was done or is under way.
    fn book(
        &self,
        row: &mut StripeMovement,
        movement: MoneyMovement,
        asked: &mut Vec<Intent>,
    ) -> Result<(), StoreError> {
        // What comes to Stripe's balance is above zero there, and below zero as what leaves it here.
        match minor_units::to_amount(row.amount, &row.currency) {
            Ok(amount) => {
                row.intent = Some(self.amount_name);
                let left = Amount::new(amount.value().saturating_neg(), amount.unit());
                asked.extend(self.intent(self.amount_name, movement, left)?);
                row.cause = (row.matched != row.amount).then_some(DriftCause::NotBooked);
            }
            Err(error) => row.cause = Some(cause_of(&error)),
        }
        Ok(())
    }

    fn book_fee(&self, row: &mut StripeMovement, asked: &mut Vec<Intent>) -> Result<(), StoreError> {
        if row.fee == 0 {
            return Ok(());
        }
        match minor_units::to_amount(row.fee, &row.currency) {
            Ok(fee) => {
                row.fee_intent = Some(self.fee_name);
                asked.extend(self.intent(self.fee_name, MoneyMovement::Fee, fee)?);
                if row.fee_matched != row.fee && row.cause.is_none() {
                    row.cause = Some(DriftCause::NotBooked);
                }
            }
            Err(error) => row.cause = Some(cause_of(&error)),
        }
        Ok(())
    }

    /// The intent that moves the money, written down if it was not; none if it was done.
    fn intent(
        &self,
        id: IntentId,
        movement: MoneyMovement,
        amount: Amount,
    ) -> Result<Option<Intent>, StoreError> {
        if amount.value() == 0 {
            return Ok(None);
        }
        if let Some(known) = self.tx.intent(id)? {
            return Ok(if known.done_at.is_none() { Some(known) } else { None });
        }
        let intent = Wish::MoveMoney { movement, amount }.intent(id, clock::now());
        self.tx.insert_intent(&intent)?;
        Ok(Some(intent))
    }

    /// What was paid and never credited is settled once all of it went back.
    fn settle_what_was_returned(&self, row: &StripeMovement) -> Result<(), StoreError> {
        let Some(payment) = row.payment else { return Ok(()) };
        let all = self.tx.stripe_movements_of(payment, OF_PAYMENT_MAX)?;
        let is_apart = |row: &StripeMovement| row.sort != MovementSort::Other && row.matched == 0;
        let sum = all.iter().fold(0_i64, |sum, row| sum.saturating_add(row.amount));
        if all.len() < 2 || sum != 0 || !all.iter().all(is_apart) {
            return Ok(());
        }
        for row in all.into_iter().filter(|row| row.fee_matched == row.fee) {
            self.tx.update_stripe_movement(&StripeMovement { cause: None, is_settled: 1, ..row })?;
        }
        Ok(())
    }
}

/// Why a payment is not credited; none if it is.
fn why_not_credited(paid: &Paid) -> Option<DriftCause> {
    let Paid { payment, topup } = paid;
    if payment.credited_entry.is_some() {
        return None;
    }
    Some(match topup {
        Some(topup) if topup.amount.unit() != payment.amount.unit() => DriftCause::OtherCurrency,
        Some(topup) if topup.amount != payment.amount => DriftCause::OtherAmount,
        Some(topup) if topup.state == TopupState::Paid => DriftCause::NotCredited,
        Some(_) => DriftCause::OtherCustomer,
        None => DriftCause::UnknownTopup,
    })
}

fn settle_if_equal(row: &mut StripeMovement) {
    if row.standing != MovementStanding::Foreign {
        row.is_settled = u8::from(row.cause.is_none());
    }
}

fn cause_of(error: &MinorUnitsError) -> DriftCause {
    match error {
        MinorUnitsError::OtherCurrency(_) => DriftCause::OtherCurrency,
        _ => DriftCause::Unexplained,
    }
}

/// An amount in minor units; what was paid by Stripe is whole ones.
fn minor(amount: Amount) -> i64 {
    super::cents_of(amount.value())
}

/// The journal has a movement of money: it is in the books from the same moment on in which the accounts say so.
pub(crate) fn booked(tx: &Tx<'_>, intent: IntentId) -> Result<(), StoreError> {
    let Some(mut row) = tx.stripe_movement_booked_by(intent)? else { return Ok(()) };
    if row.intent == Some(intent) {
        row.matched = row.amount;
    }
    if row.fee_intent == Some(intent) {
        row.fee_matched = row.fee;
    }
    if row.cause == Some(DriftCause::NotBooked) {
        let is_whole = (row.intent.is_none() || row.matched == row.amount) && row.fee_matched == row.fee;
        row.cause = row.cause.filter(|_| !is_whole);
        settle_if_equal(&mut row);
    }
    tx.update_stripe_movement(&row)
}
