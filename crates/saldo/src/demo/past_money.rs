//! What the samples' money did at Stripe: payments with their fees, what went back of them, and what was paid out.
//!
//! Each movement is written down as reconciliation leaves it while the book has still to follow: with the names of the intents that
//! book it. What is projected of the past settles it, and whoever compares anew asks for nothing twice.

use anyhow::Context as _;
use book::{MoneyMovement, TakenBackCause};
use money::{Amount, GrantId, IntentId, PaymentId, Timestamp, TopupId, Unit};
use store::tables::claims::{ClaimCause, ClaimState, PaymentClaim, TakenBackRow};
use store::tables::customers::Wallet;
use store::tables::intents::Intent;
use store::tables::lines::OnWriteOff;
use store::tables::payments::{Payment, PaymentStatus};
use store::tables::reconciliation::{DriftCause, MovementSort, MovementStanding, StripeMovement, Walk};
use store::tables::topups::{Topup, TopupState};
use store::{StoreError, Tx};
use stripe::minor_units::{self, MinorAmount};

use super::past::{id_drawn_at, intent_of};
use super::past_samples::{Back, PAYOUTS, Recharge};
use crate::hashes::KeyedHashes;
use crate::ids;
use crate::intents::Wish;
use crate::payments::STRIPE;
use crate::reconciliation::{MOVEMENTS, booking_names};

/// Stripe's price of a payment by card in dollars: 2.9 %, in ten-thousandths, and 30 cents (stripe.com/pricing).
const FEE_SHARE: i64 = 290;
const FEE_FIXED: i64 = 30;
/// What Stripe keeps for a dispute, in cents (stripe.com/pricing).
const DISPUTE_FEE: i64 = 1_500;
/// How long a dispute may be answered.
const DISPUTE_ANSWERED_WITHIN: i64 = 9 * Timestamp::DAY;

/// Rows with what the book is asked for them, in the order in which they happened.
#[derive(Default)]
pub(super) struct Money {
    pub(super) intents: Vec<Intent>,
    attempts: Vec<(Topup, Payment)>,
    claims: Vec<(PaymentClaim, IntentId)>,
    pub(super) movements: Vec<StripeMovement>,
}

/// A movement of Stripe's balance as Stripe tells of it, in minor units.
struct Told<'a> {
    kind: &'a str,
    sort: MovementSort,
    amount: i64,
    fee: i64,
    currency: &'a str,
    source: Option<String>,
    made_at: Timestamp,
    payment: Option<PaymentId>,
    /// What books its amount; none if a wallet's credit does.
    books: Option<MoneyMovement>,
}

impl Money {
    /// Adds an attempt of `wallet`'s owner, the `place`-th of his, with all that came of it until `end`.
    pub(super) fn attempt(
        &mut self,
        hashes: &KeyedHashes,
        wallet: &Wallet,
        (recharge, place): (&Recharge, i64),
        end: Timestamp,
    ) -> anyhow::Result<()> {
        let at = end.plus(-recharge.ago * Timestamp::DAY + place * 5 * Timestamp::MINUTE);
        let (topup, payment) = rows(wallet, recharge, at);
        if payment.status == PaymentStatus::Succeeded {
            let credit = Wish::Credit {
                wallet: topup.wallet,
                customer: topup.customer,
                grant: GrantId::from_u128(ids::fresh()),
                amount: topup.amount,
                payment: payment.id,
                topup: topup.id,
            };
            self.intents.push(intent_of(&credit, at));
            let paid = MinorAmount::from_amount(payment.amount)?;
            let fee = (paid.minor_units() * FEE_SHARE + 5_000).div_euclid(10_000) + FEE_FIXED;
            self.move_balance(
                hashes,
                Told {
                    kind: "charge",
                    sort: MovementSort::Payment,
                    amount: paid.minor_units(),
                    fee,
                    currency: paid.currency().code(),
                    source: payment.provider_charge.clone(),
                    made_at: at,
                    payment: Some(payment.id),
                    books: None,
                },
            )?;
            if let Some(back) = &recharge.back {
                self.give_back(hashes, (&topup, &payment), back, end)?;
            }
        }
        self.attempts.push((topup, payment));
        Ok(())
    }

    fn give_back(
        &mut self,
        hashes: &KeyedHashes,
        (topup, payment): (&Topup, &Payment),
        back: &Back,
        end: Timestamp,
    ) -> anyhow::Result<()> {
        let days_ago = |days: i64| end.plus(-days * Timestamp::DAY);
        let (unit, whole) = (payment.amount.unit(), payment.amount);
        let dollars = |dollars: i64| Amount::new(dollars * unit.steps_per_one(), unit);
        let (cause, book_cause, amount, at, updated_at) = match *back {
            Back::Refund { ago, dollars: some } => {
                (ClaimCause::Refund, TakenBackCause::Refund, dollars(some), days_ago(ago), days_ago(ago))
            }
            Back::LostDispute { ago, lost_ago } => {
                (ClaimCause::Dispute, TakenBackCause::Dispute, whole, days_ago(ago), days_ago(lost_ago))
            }
        };
        let is_dispute = cause == ClaimCause::Dispute;
        let wish = Wish::SetTakenBack {
            wallet: topup.wallet,
            customer: topup.customer,
            payment: payment.id,
            cause: book_cause,
            amount,
            reinstated: GrantId::from_u128(ids::fresh()),
            data: None,
        };
        let intent = intent_of(&wish, at);
        let claim = PaymentClaim {
            provider: STRIPE.to_owned(),
            provider_id: sample_id(if is_dispute { "du" } else { "re" }, ids::fresh()),
            payment: payment.id,
            cause,
            amount,
            state: if is_dispute { ClaimState::Lost } else { ClaimState::Succeeded },
            reason: Some(if is_dispute { "fraudulent" } else { "requested_by_customer" }.to_owned()),
            due_at: is_dispute.then(|| at.plus(DISPUTE_ANSWERED_WITHIN)),
            occurred_at: at,
            updated_at,
            on_data: OnWriteOff::TakeBack,
        };
        let gone = MinorAmount::from_amount(amount)?;
        let source = Some(claim.provider_id.clone());
        self.claims.push((claim, intent.id));
        self.intents.push(intent);
        self.move_balance(
            hashes,
            Told {
                kind: if is_dispute { "adjustment" } else { "refund" },
                sort: if is_dispute { MovementSort::Dispute } else { MovementSort::Refund },
                amount: -gone.minor_units(),
                fee: if is_dispute { DISPUTE_FEE } else { 0 },
                currency: gone.currency().code(),
                source,
                made_at: at,
                payment: Some(payment.id),
                books: is_dispute.then_some(MoneyMovement::Dispute),
            },
        )
    }

    /// Pays out what `moved` and all before left at Stripe, as often as it was.
    pub(super) fn pay_out(
        hashes: &KeyedHashes,
        moved: &[StripeMovement],
        unit: Unit,
        end: Timestamp,
    ) -> anyhow::Result<Money> {
        let currency = minor_units::Currency::from_unit(unit).context("the demo's credit is money")?.code();
        let mut money = Money::default();
        for payout in &PAYOUTS {
            let made_at = end.plus(-payout.ago * Timestamp::DAY);
            let before = moved.iter().chain(&money.movements).filter(|known| known.made_at < made_at);
            let left: i64 = before.map(|known| known.amount - known.fee).sum();
            let source = Some(sample_id("po", ids::fresh()));
            let told = |kind, amount, made_at| Told {
                kind,
                sort: MovementSort::Payout,
                amount,
                fee: 0,
                currency,
                source: source.clone(),
                made_at,
                payment: None,
                books: Some(MoneyMovement::Payout),
            };
            money.move_balance(hashes, told("payout", -left, made_at))?;
            if let Some(ago) = payout.came_back {
                let back_at = end.plus(-ago * Timestamp::DAY);
                money.move_balance(hashes, told("payout_failure", left, back_at))?;
            }
        }
        Ok(money)
    }

    /// Adds a movement with the intents that carry into the book what no wallet's credit does.
    fn move_balance(&mut self, hashes: &KeyedHashes, told: Told<'_>) -> anyhow::Result<()> {
        let Told { kind, sort, amount, fee, currency, source, made_at, payment, books } = told;
        let id = sample_id("txn", ids::fresh());
        let [amount_name, fee_name] = booking_names(hashes, &id);
        let mut intent = None;
        if let Some(movement) = books {
            // What leaves Stripe's balance is below zero there, and above zero as what left it.
            let left = minor_units::to_amount(-amount, currency)?;
            intent = Some(amount_name);
            self.intents.push(Wish::MoveMoney { movement, amount: left }.intent(amount_name, made_at));
        }
        if fee != 0 {
            let kept = minor_units::to_amount(fee, currency)?;
            let wish = Wish::MoveMoney { movement: MoneyMovement::Fee, amount: kept };
            self.intents.push(wish.intent(fee_name, made_at));
        }
        let is_booked = books.is_none() && fee == 0;
        self.movements.push(StripeMovement {
            id,
            kind: kind.to_owned(),
            sort,
            amount,
            fee,
            currency: currency.to_owned(),
            source,
            made_at,
            standing: if payment.is_some() { MovementStanding::Ours } else { MovementStanding::Account },
            payment,
            cause: (!is_booked).then_some(DriftCause::NotBooked),
            matched: if books.is_some() { 0 } else { amount },
            fee_matched: 0,
            intent,
            fee_intent: (fee != 0).then_some(fee_name),
            is_settled: u8::from(is_booked),
        });
        Ok(())
    }

    /// Writes it down: intents before what names them, payments before what came of them.
    pub(super) fn insert(&self, tx: &Tx<'_>) -> Result<(), StoreError> {
        self.intents.iter().try_for_each(|intent| tx.insert_intent(intent))?;
        for (topup, payment) in &self.attempts {
            tx.insert_topup(topup)?;
            tx.record_payment(payment)?;
        }
        for (claim, intent) in &self.claims {
            tx.put_claim(claim)?;
            let wanted = claim.amount.value();
            let (refunded, dispute) = match claim.cause {
                ClaimCause::Refund => (wanted, None),
                ClaimCause::Dispute => (0, Some(claim.state)),
            };
            tx.set_payment_claims(claim.payment, refunded, dispute)?;
            let nothing = TakenBackRow::nothing(claim.payment, claim.cause);
            tx.put_taken_back(&TakenBackRow { wanted, intent: Some(*intent), ..nothing })?;
        }
        for movement in &self.movements {
            tx.insert_stripe_movement(movement)?;
        }
        Ok(())
    }
}

/// Says that Stripe was asked for all that moved its balance until `end`.
pub(super) fn compared(tx: &Tx<'_>, end: Timestamp) -> Result<(), StoreError> {
    let list = MOVEMENTS.to_owned();
    tx.put_stripe_walk(&Walk { list, done_to: end, from_at: None, until_at: None, after: None })
}

/// An id that says that no provider ever saw it.
fn sample_id(kind: &str, drawn: u128) -> String {
    format!("{kind}_sample_{:016x}", drawn >> 16 & u128::from(u64::MAX))
}

/// A top-up with its one attempt.
fn rows(wallet: &Wallet, recharge: &Recharge, at: Timestamp) -> (Topup, Payment) {
    let topup_id = TopupId::from_u128(id_drawn_at(at));
    let payment_id = PaymentId::from_u128(id_drawn_at(at));
    let amount = Amount::new(recharge.dollars * wallet.unit.steps_per_one(), wallet.unit);
    let paid = recharge.declined.is_none();
    let (brand, last_four) = recharge.card;
    let topup = Topup {
        id: topup_id,
        customer: wallet.customer,
        wallet: wallet.id,
        amount,
        state: if paid { TopupState::Paid } else { TopupState::Expired },
        idempotency_key: format!("topup-{topup_id}"),
        checkout_session: None,
        checkout_url: None,
        checkout_expires_at: None,
        outcome_payment: paid.then_some(payment_id),
        result_shown_at: Some(at),
        created_at: at,
        expires_at: at.plus(Timestamp::HOUR),
        updated_at: at,
        purchase: None,
        intent: None,
    };
    let payment = Payment {
        id: payment_id,
        customer: wallet.customer,
        topup: Some(topup_id),
        provider: STRIPE.to_owned(),
        provider_payment: sample_id("pi", payment_id.as_u128()),
        provider_charge: Some(sample_id("ch", payment_id.as_u128())),
        amount,
        method: Some("card".to_owned()),
        card_brand: Some(brand.to_owned()),
        card_last4: Some(last_four.to_owned()),
        card_exp_month: Some(12),
        card_exp_year: Some(2034),
        status: if paid { PaymentStatus::Succeeded } else { PaymentStatus::Failed },
        reason_code: recharge.declined.map(str::to_owned),
        reason: recharge.declined.map(|_| "Your card has insufficient funds.".to_owned()),
        occurred_at: at,
        updated_at: at,
        credited_entry: None,
        refunded: 0,
        dispute_state: None,
        way_on: None,
        awaited_until: None,
    };
    (topup, payment)
}
