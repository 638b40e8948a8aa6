//! Data that a payment by card bought, and how much of it goes when the payment goes back.
//!
//! Owned here: which pack a payment released, what becomes of it, and how many bytes belong to so much of its money. Leaves to others: what is
//! claimed of a payment (`claims`), and what of a pack is left to be taken (the book).

use book::{Awaiting, TakeBackTerms, TakenBackCause};
use money::{Amount, GrantId, PaymentId, PurchaseId, Unit, WalletId};
use store::tables::claims::ClaimCause;
use store::tables::lines::OnWriteOff;
use store::tables::payments::Payment;
use store::tables::topups::Topup;
use store::{Reader as TablesReader, StoreError};

use crate::intents::Wish;
use crate::settlements;

/// Payment pages of one purchase that are looked through.
const PAGES_MAX: u32 = 20;

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

/// The pack that the payment of this top-up released; `None` if it bought none, or its money became credit.
pub fn bought(tables: &TablesReader<'_>, topup: &Topup) -> Result<Option<BoughtPack>, StoreError> {
    let Some(purchase) = topup.purchase else { return Ok(None) };
    // Of two payments of one purchase, the second became credit: its intent is another.
    let name = settlements::intent_of(purchase);
    let Some(intent) = topup.intent.filter(|intent| *intent == name) else { return Ok(None) };
    Ok(tables.intent(intent)?.and_then(|intent| match Wish::from_json(&intent.payload) {
        Ok(Wish::Pay { wallet, purchase, grant, .. }) => Some(BoughtPack { wallet, purchase, grant }),
        _ => None,
    }))
}

/// The same of a payment.
pub fn bought_with(tables: &TablesReader<'_>, payment: &Payment) -> Result<Option<BoughtPack>, StoreError> {
    match payment.topup.map(|topup| tables.topup(topup)).transpose()?.flatten() {
        Some(topup) => bought(tables, &topup),
        None => Ok(None),
    }
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

/// How many bytes of a purchase are taken back: its payment by card was refunded, or is disputed.
pub fn taken_of(tables: &TablesReader<'_>, purchase: PurchaseId) -> Result<i64, StoreError> {
    for topup in tables.topups_of_purchase(purchase, PAGES_MAX)? {
        if let (Some(_), Some(payment)) = (bought(tables, &topup)?, topup.outcome_payment) {
            return tables.moved_back(payment);
        }
    }
    Ok(0)
}

/// How much of a payment, in steps of its unit, has its data taken back for refunds.
pub fn refunded(tables: &TablesReader<'_>, payment: PaymentId) -> Result<i64, StoreError> {
    Ok(tables.taken_back(payment, ClaimCause::Refund)?.map_or(0, |row| row.data_wanted))
}
