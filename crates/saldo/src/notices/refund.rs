//! Mails about money that goes back: to the customer when it was sent or has come back, and to those of staff who may see to one that failed.

use money::{Amount, StaffId};
use store::tables::claims::{ClaimCause, ClaimState};
use store::tables::lines::OnWriteOff;
use store::tables::outbox::Notice;
use store::tables::payments::Payment;
use store::{StoreError, Tx};
use stripe::card::card_used;

use super::facts::{self, Fact};
use super::letters;
use crate::config::Config;
use crate::look::Reader;
use crate::look::mail::{Bought, refund_failed, refund_failed_to_staff, refund_made, request_rejected};
use crate::look::part::Place;
use crate::permissions::{Permission, may};
use crate::{clock, taken_data};

/// The kind of the mail to whoever asked for what was rejected.
const REJECTED: &str = "request_rejected";
/// The kind of the mail to staff.
const FAILED: &str = "refund_failed";
/// Staff among whom those are looked for.
const STAFF_MAX: u32 = 500;

/// Tells the customer of a refund that was made, or whose money came back; nothing of a dispute, which is between him and his bank. An error
/// says why the notice cannot be read.
pub(super) fn mail(tx: &Tx<'_>, config: &Config, notice: &Notice) -> Result<Result<(), String>, StoreError> {
    let claimed = match facts::fact(notice) {
        Ok(Some(Fact::PaymentClaimed(claimed))) => claimed,
        Ok(_) => return Ok(Ok(())),
        Err(error) => return Ok(Err(error.to_string())),
    };
    let state = ClaimState::from_word(&claimed.state);
    let is_refund = claimed.cause == ClaimCause::Refund.word();
    let Some(state @ (ClaimState::Succeeded | ClaimState::Failed)) = state.filter(|_| is_refund) else {
        return Ok(Ok(()));
    };
    let amount = match claimed.amount() {
        Ok(amount) => amount,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let Some(customer) = notice.customer.map(|id| tx.customer(id)).transpose()?.flatten() else {
        return Ok(Ok(()));
    };
    let Some(recipient) = customer.email.clone() else { return Ok(Ok(())) };
    let reader = letters::reader(config, &customer);
    let payment = claimed.payment.parse().ok().map(|id| tx.payment(id)).transpose()?.flatten();
    let bought = match &payment {
        Some(payment) => bought(tx, payment, &claimed.provider_id)?,
        None => Bought::Credit,
    };
    let card = payment.map(|payment| card(&payment)).unwrap_or_default();
    let page = if bought == Bought::Credit { Place::Recharge } else { Place::Invoices };
    let url = format!("{}{}", config.server.public_url, page.url());
    let (brand, name) = (&config.brand().name, &customer.name);
    let letter = match state {
        ClaimState::Failed => refund_failed(&reader, brand, name, amount, (bought, &url)),
        _ => refund_made(&reader, brand, name, (amount, &card), (bought, &url)),
    };
    letters::post(tx, notice, &customer, &[recipient], &letter).map(Ok)
}

/// What the payment of a refund bought, and whether that goes with it.
fn bought(tx: &Tx<'_>, payment: &Payment, refund: &str) -> Result<Bought, StoreError> {
    if taken_data::bought_with(tx, payment)?.is_none() {
        return Ok(Bought::Credit);
    }
    let goes = tx.claim(&payment.provider, refund)?.is_none_or(|claim| claim.on_data == OnWriteOff::TakeBack);
    Ok(if goes { Bought::Data } else { Bought::DataLeft })
}

/// To what the money goes back, as ` (Visa •••• 4242)`; nothing where no card is known.
fn card(payment: &Payment) -> String {
    match (&payment.card_brand, &payment.card_last4) {
        (Some(brand), Some(last4)) => {
            format!(" ({})", card_used(brand, last4))
        }
        _ => String::new(),
    }
}

/// Tells somebody of staff that a colleague said no to what he had asked for, and why.
pub(crate) fn rejected(
    tx: &Tx<'_>,
    config: &Config,
    (asker, amount): (StaffId, Amount),
    why: &str,
    url: &str,
) -> Result<(), StoreError> {
    let Some(asker) = tx.staff(asker)?.filter(|asker| asker.disabled_at.is_none()) else { return Ok(()) };
    let brand = config.brand();
    let reader = Reader::new(brand.language, config.brand.time_zone.clone());
    let letter = request_rejected(&reader, &brand.name, (&asker.name, amount), why, url);
    letters::to_staff(tx, (REJECTED, clock::now()), brand.language, &asker.email, &letter)
}

/// Tells whoever of staff may approve what goes back that the money of a refund came back: somebody was promised it.
pub(crate) fn failed(
    tx: &Tx<'_>,
    config: &Config,
    amount: Amount,
    payment: &Payment,
) -> Result<(), StoreError> {
    let customer = tx.customer(payment.customer)?.map(|customer| customer.name).unwrap_or_default();
    let url = format!("{}/console/payments/{}", config.server.public_url, payment.id);
    // Nobody of staff has told in which language he is written to: it is the operator's.
    let brand = config.brand();
    let reader = Reader::new(brand.language, config.brand.time_zone.clone());
    let letter = refund_failed_to_staff(&reader, &brand.name, &customer, amount, &url);
    let staff = tx.all_staff(STAFF_MAX)?;
    let told =
        staff.iter().filter(|one| one.disabled_at.is_none() && may(one.role, Permission::ApproveCredit));
    let now = clock::now();
    told.map(|one| one.email.as_str())
        .try_for_each(|email| letters::to_staff(tx, (FAILED, now), brand.language, email, &letter))
}
