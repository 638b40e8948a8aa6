//! Data that a payment by card bought, and how much of it goes when the payment goes back.
//!
//! Owned here: which pack a payment released, what becomes of it, and how many bytes belong to so much of its money. Leaves to others: what is
//! claimed of a payment (`claims`), and what of a pack is left to be taken (the book).

use book::{Awaiting, TakeBackTerms, TakenBackCause};
use money::{Amount, GrantId, PaymentId, PurchaseId, Timestamp, Unit, WalletId};
use store::tables::claims::{ClaimCause, ClaimState, PaymentClaim};
use store::tables::lines::OnWriteOff;
use store::tables::payments::{Payment, PaymentStatus};
use store::tables::settlements::SettlementOutcome;
use store::{Reader as TablesReader, StoreError};

use crate::intents::Wish;
use crate::settlements;

/// Payment pages of one purchase that are looked through.
const PAGES_MAX: u32 = 20;
/// Attempts on one page that are looked through.
const ATTEMPTS_MAX: u32 = 100;

/// What became of the payment by card of a purchase, where something of it went back or is claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WentBack {
    /// How many bytes were bought.
    pub quantity: i64,
    /// What of the money was refunded.
    pub refunded: Amount,
    /// When the newest refund began that did not come back.
    pub refunded_at: Option<Timestamp>,
    /// How many bytes were taken for that.
    pub by_refund: i64,
    /// How the newest dispute stands, if there was one.
    pub dispute: Option<ClaimState>,
    /// Since when the newest dispute stands so.
    pub disputed_at: Option<Timestamp>,
    /// How many bytes are taken for disputes.
    pub by_dispute: i64,
}

/// A pack that a payment released.
#[derive(Clone, Copy, Debug)]
pub struct BoughtPack {
    /// The wallet of its line.
    pub wallet: WalletId,
    /// The purchase.
    pub purchase: Awaiting,
    /// The grant that was released.
    pub grant: GrantId,
}

impl BoughtPack {
    /// How many bytes belong to so much of what was paid. What does not divide stays the subscriber's.
    pub fn bytes_of(&self, money: i64, paid: Amount) -> i64 {
        let quantity = self.purchase.quantity;
        let bytes = i128::from(quantity) * i128::from(money.max(0)) / i128::from(paid.value().max(1));
        i64::try_from(bytes).map_or(quantity, |bytes| bytes.min(quantity))
    }

    /// What the book is to take back of it for one cause altogether, where so much of the payment has its data taken.
    pub fn terms(
        &self,
        payment: &Payment,
        (cause, money): (TakenBackCause, i64),
        reinstated: GrantId,
    ) -> TakeBackTerms {
        TakeBackTerms {
            wallet: self.wallet,
            payment: payment.id,
            grant: Some(self.grant),
            cause,
            amount: Amount::new(self.bytes_of(money, payment.amount), Unit::BYTE),
            reinstated,
        }
    }
}

/// The pack that a payment released; `None` if it bought none, or its money became credit.
pub fn bought_with(tables: &TablesReader<'_>, payment: &Payment) -> Result<Option<BoughtPack>, StoreError> {
    // A card that was declined on the page has the same payment at Stripe as the one that paid there after it.
    if payment.status != PaymentStatus::Succeeded {
        return Ok(None);
    }
    let topup = payment.topup.map(|topup| tables.topup(topup)).transpose()?.flatten();
    let Some(purchase) = topup.and_then(|topup| topup.purchase) else { return Ok(None) };
    // Of two payments of one purchase, even for one page, the second became credit: what was written down of each when it came tells which
    // it is, whatever came later.
    let name = settlements::name(&[b"card", payment.provider_payment.as_bytes()]);
    let came = tables.settlement(name)?;
    if came.is_none_or(|came| came.outcome != SettlementOutcome::Paid) {
        return Ok(None);
    }
    let intent = tables.intent(settlements::intent_of(purchase))?;
    Ok(intent.and_then(|intent| match Wish::from_json(&intent.payload) {
        Ok(Wish::Pay { wallet, purchase, grant, .. }) => Some(BoughtPack { wallet, purchase, grant }),
        _ => None,
    }))
}

/// What the pack of a purchase says of data whose money is gone; what is not known any more is taken back.
pub fn rule_of(tables: &TablesReader<'_>, purchase: PurchaseId) -> Result<OnWriteOff, StoreError> {
    let Some((_, bought)) = settlements::owed_purchase(tables, purchase)? else {
        return Ok(OnWriteOff::TakeBack);
    };
    let pack = tables.packs()?.into_iter().find(|pack| pack.pack_no == bought.pack.0);
    Ok(pack.map_or(OnWriteOff::TakeBack, |pack| pack.on_write_off))
}

/// How many bytes are taken back of what a payment bought; `None` if it bought no data, or nothing was ever claimed of it.
pub fn taken_with(tables: &TablesReader<'_>, payment: &Payment) -> Result<Option<i64>, StoreError> {
    if payment.refunded == 0 && payment.dispute_state.is_none() {
        return Ok(None);
    }
    match bought_with(tables, payment)? {
        Some(_) => tables.moved_back(payment.id).map(Some),
        None => Ok(None),
    }
}

/// The payment by card that released a purchase's pack, with the pack.
fn paid_by(
    tables: &TablesReader<'_>,
    purchase: PurchaseId,
) -> Result<Option<(BoughtPack, Payment)>, StoreError> {
    for topup in tables.topups_of_purchase(purchase, PAGES_MAX)? {
        for payment in tables.payments_for(topup.id, ATTEMPTS_MAX)? {
            if let Some(pack) = bought_with(tables, &payment)? {
                return Ok(Some((pack, payment)));
            }
        }
    }
    Ok(None)
}

/// What of a purchase went back with its payment by card; `None` if nothing did, and nothing is claimed.
pub fn went_back(tables: &TablesReader<'_>, purchase: PurchaseId) -> Result<Option<WentBack>, StoreError> {
    let Some((pack, payment)) = paid_by(tables, purchase)? else { return Ok(None) };
    if payment.refunded == 0 && payment.dispute_state.is_none() {
        return Ok(None);
    }
    let claims = tables.claims_of(payment.id)?;
    let is_refund =
        |claim: &&PaymentClaim| claim.cause == ClaimCause::Refund && claim.state != ClaimState::Failed;
    let dispute = claims.iter().rfind(|claim| claim.cause == ClaimCause::Dispute);
    Ok(Some(WentBack {
        quantity: pack.purchase.quantity,
        refunded: Amount::new(payment.refunded, payment.amount.unit()),
        refunded_at: claims.iter().rfind(is_refund).map(|claim| claim.occurred_at),
        by_refund: tables.moved_back_for(payment.id, ClaimCause::Refund)?,
        dispute: payment.dispute_state,
        disputed_at: dispute.map(|claim| match claim.state {
            ClaimState::Open | ClaimState::Inquiry => claim.occurred_at,
            _ => claim.updated_at,
        }),
        by_dispute: tables.moved_back_for(payment.id, ClaimCause::Dispute)?,
    }))
}

/// How many bytes of a purchase are taken back: its payment by card was refunded, or is disputed.
pub fn taken_of(tables: &TablesReader<'_>, purchase: PurchaseId) -> Result<i64, StoreError> {
    match paid_by(tables, purchase)? {
        Some((_, payment)) => tables.moved_back(payment.id),
        None => Ok(0),
    }
}

/// How much of a payment, in steps of its unit, has its data taken back for refunds.
pub fn refunded(tables: &TablesReader<'_>, payment: PaymentId) -> Result<i64, StoreError> {
    Ok(tables.taken_back(payment, ClaimCause::Refund)?.map_or(0, |row| row.data_wanted))
}
