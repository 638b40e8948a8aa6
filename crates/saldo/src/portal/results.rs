//! How a top-up ended, for the popup: told once, as soon as it is known.

use std::sync::Arc;

use money::{Amount, PurchaseId, TopupId};
use store::tables::payments::{Payment, PaymentStatus};
use store::tables::settlements::SettlementOutcome;
use store::tables::topups::{Topup, TopupState};

use super::figures;
use super::payment_list::{failure, method};
use super::signed_in::SignedIn;
use crate::app::App;
use crate::look::part::{Gained, Outcome, PaymentResult, Place};
use crate::problem::Problem;
use crate::{clock, purchases, settlements, topups, withheld};

/// Attempts for one top-up that are looked through.
const ATTEMPTS_MAX: u32 = 100;

/// Whether a result that was shown before is shown again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Showing {
    /// No: this is a page, which may be loaded again.
    Once,
    /// Yes: this is an open popup that waits for its result.
    Again,
}

/// How this customer's top-up ended; `None` if that was told already, or there is nothing to tell. A final result is marked as
/// told.
pub(super) async fn of(
    app: &Arc<App>,
    signed: &SignedIn,
    id: TopupId,
    showing: Showing,
) -> Result<Option<PaymentResult>, Problem> {
    let topup = topups::own(app, signed.customer(), id).await?;
    let attempts = app.read(move |reader| reader.payments_for(id, ATTEMPTS_MAX)).await?;
    let Some((outcome, decided_by)) = outcome(&topup, &attempts) else { return Ok(None) };
    // Whoever only looks leaves it to the customer to be told.
    if outcome != Outcome::Pending && !signed.who.is_view {
        let now = clock::now();
        let is_first = app.write(move |tx| tx.show_topup_result(id, now)).await?;
        if !is_first && showing == Showing::Once {
            return Ok(None);
        }
    }
    let (gained, close_url) = match topup.purchase {
        None => {
            let wallet = figures::published(app, signed.wallet()?)?;
            let balance = Amount::new(wallet.balance.posted, wallet.unit);
            (Gained::Credit { balance }, Place::Recharge.url().to_owned())
        }
        Some(purchase) => bought(app, &topup, purchase, decided_by).await?,
    };
    Ok(Some(PaymentResult {
        outcome,
        amount: topup.amount,
        method: decided_by.map(|payment| method(signed.reader(), payment)),
        gained,
        close_url,
        poll_url: format!("/topups/{id}/result"),
    }))
}

/// What a payment for a purchase led to, and the page on which it stands.
async fn bought(
    app: &Arc<App>,
    topup: &Topup,
    purchase: PurchaseId,
    paid_by: Option<&Payment>,
) -> Result<(Gained, String), Problem> {
    let name = paid_by.map(|paid| settlements::name(&[b"card", paid.provider_payment.as_bytes()]));
    let read = app.read(move |tables| {
        let settlement = name.map(|name| tables.settlement(name)).transpose()?.flatten();
        Ok((purchases::find(tables, purchase)?, settlement))
    });
    let (found, settlement) = read.await?;
    let purchases::Waiting { row, line } = found.ok_or_else(|| Problem::not_found("purchase"))?;
    let balance = figures::published(app, topup.wallet)?.balance.available();
    let is_credit = settlement.is_some_and(|known| known.outcome == SettlementOutcome::Credit);
    let gained = if is_credit { Gained::Overpaid } else { Gained::Pack { quantity: row.quantity, balance } };
    Ok((gained, format!("{}?line={}", Place::BuyCredit.url(), line.id)))
}

/// How it ended, and the attempt that decided it.
fn outcome<'p>(topup: &Topup, attempts: &'p [Payment]) -> Option<(Outcome, Option<&'p Payment>)> {
    let paid = attempts.iter().find(|payment| payment.status == PaymentStatus::Succeeded);
    let awaited = || attempts.iter().find(|payment| payment.status == PaymentStatus::Pending);
    let failed = attempts.iter().rev().find(|payment| payment.status == PaymentStatus::Failed);
    match topup.state {
        TopupState::Credited => Some((Outcome::Successful, paid)),
        TopupState::Open | TopupState::Charging | TopupState::Paid => {
            Some((Outcome::Pending, paid.or_else(awaited)))
        }
        TopupState::Cancelled | TopupState::Expired => match failed {
            Some(payment) => Some((Outcome::Failed(failure(payment)), Some(payment))),
            None => Some((Outcome::Cancelled, None)),
        },
        TopupState::Free => Some((Outcome::Free, None)),
        // What staff gave for it stands in its row, and is not what was asked.
        TopupState::Withheld if paid.is_some_and(withheld::is_credited_by_hand) => None,
        TopupState::Withheld => paid.map(|payment| (Outcome::Withheld(payment.amount), Some(payment))),
        // The payment page never opened: that was told at once.
        TopupState::Failed => None,
    }
}

/// Whether nothing will change any more.
pub(super) fn is_final(topup: &Topup) -> bool {
    !matches!(topup.state, TopupState::Open | TopupState::Charging | TopupState::Paid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::part::Reason;
    use money::{CustomerId, PaymentId, Timestamp, Unit, WalletId};

    fn topup(state: TopupState) -> Topup {
        Topup {
            id: TopupId::from_u128(1),
            customer: CustomerId::from_u128(2),
            wallet: WalletId::from_u128(3),
            amount: Amount::new(10_000_000, Unit::USD),
            state,
            idempotency_key: "topup-1".to_owned(),
            checkout_session: None,
            checkout_url: None,
            checkout_expires_at: None,
            outcome_payment: None,
            result_shown_at: None,
            created_at: Timestamp::EPOCH,
            expires_at: Timestamp::EPOCH,
            updated_at: Timestamp::EPOCH,
            purchase: None,
            intent: None,
        }
    }

    fn attempt(status: PaymentStatus, code: Option<&str>) -> Payment {
        Payment {
            id: PaymentId::from_u128(4),
            customer: CustomerId::from_u128(2),
            topup: Some(TopupId::from_u128(1)),
            provider: "stripe".to_owned(),
            provider_payment: "pi_1".to_owned(),
            provider_charge: None,
            amount: Amount::new(10_000_000, Unit::USD),
            method: None,
            card_brand: None,
            card_last4: None,
            card_exp_month: None,
            card_exp_year: None,
            status,
            reason_code: code.map(str::to_owned),
            reason: None,
            occurred_at: Timestamp::EPOCH,
            updated_at: Timestamp::EPOCH,
            credited_entry: None,
            refunded: 0,
            dispute_state: None,
            way_on: None,
            awaited_until: None,
        }
    }

    #[test]
    fn every_end_of_a_topup() {
        use TopupState::{Cancelled, Credited, Expired, Failed, Free, Open, Paid, Withheld};
        let declined = || attempt(PaymentStatus::Failed, Some("generic_decline"));
        let poor = || attempt(PaymentStatus::Failed, Some("insufficient_funds"));
        let paid = || attempt(PaymentStatus::Succeeded, None);
        let cases = [
            (Open, vec![], Some(Outcome::Pending)),
            (Open, vec![declined()], Some(Outcome::Pending)),
            (Paid, vec![paid()], Some(Outcome::Pending)),
            (Credited, vec![declined(), paid()], Some(Outcome::Successful)),
            (Cancelled, vec![], Some(Outcome::Cancelled)),
            (Cancelled, vec![declined(), poor()], Some(Outcome::Failed(Reason::InsufficientFunds))),
            (Expired, vec![declined()], Some(Outcome::Failed(Reason::Declined))),
            (Expired, vec![], Some(Outcome::Cancelled)),
            (Free, vec![], Some(Outcome::Free)),
            (Withheld, vec![paid()], Some(Outcome::Withheld(paid().amount))),
            (Failed, vec![], None),
        ];
        for (state, attempts, expected) in cases {
            let told = outcome(&topup(state), &attempts).map(|(outcome, _)| outcome);
            assert_eq!(told, expected, "{state:?} {attempts:?}");
        }
    }
}
