//! A receipt by mail: named in the mail that tells of credit that a payment brought, in one of its own where a payment bought a pack, and once
//! more when staff ask for it. And what is told in its place where a coupon left nothing to pay.

use money::{CustomerId, PaymentId, Timestamp};
use store::tables::outbox::{Notice, NoticeId};
use store::tables::receipts::Receipt;
use store::tables::topups::Topup;
use store::{StoreError, Tx};

use super::{letters, owed};
use crate::clock;
use crate::config::Config;
use crate::look::mail::{FreeCheckout, checkout_was_free, receipt_sent};

/// The kind of such a mail, and of the notice that a payment for a pack has its receipt.
pub(super) const RECEIPT: &str = "receipt";

/// The kind of the mail that tells of a checkout which a coupon made free.
const FREE: &str = "checkout_free";

/// Tells everybody who is told of this customer that a coupon took the whole amount of a top-up: there is no payment, so there is no receipt
/// and nothing was added or bought. Whoever asks does so once, when the top-up ends so.
pub fn checkout_free(tx: &Tx<'_>, config: &Config, topup: &Topup, at: Timestamp) -> Result<(), StoreError> {
    let Some(customer) = tx.customer(topup.customer)? else { return Ok(()) };
    let recipients = letters::recipients(tx, &customer)?;
    let reader = letters::reader(config, &customer);
    let brand = config.brand();
    let (what, page) = match topup.purchase {
        None => (FreeCheckout::Credit, "/recharge"),
        Some(_) => (FreeCheckout::Purchase, "/buy-credit"),
    };
    let url = format!("{}{page}", config.server.public_url);
    let letter = checkout_was_free(&reader, (&brand.name, &customer.name), topup.amount, what, &url);
    letters::put(tx, (FREE, at), &customer, &recipients, &letter)
}

/// Tells that a payment for a pack has its receipt since `at`.
#[allow(clippy::cast_possible_truncation, reason = "the low bits of the id, which are random")]
pub fn receipt_given(
    tx: &Tx<'_>,
    customer: CustomerId,
    payment: PaymentId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (position, ordinal) = (at.as_micros().unsigned_abs(), payment.as_u128() as u32);
    let id = NoticeId { position, ordinal, kind: RECEIPT.to_owned() };
    owed::tell(tx, id, customer, payment, at)
}

/// Writes the mails of a receipt that was given; an error says why the notice cannot be read.
pub(super) fn mail(tx: &Tx<'_>, config: &Config, notice: &Notice) -> Result<Result<(), String>, StoreError> {
    let named = owed::named_in(notice);
    match named.and_then(|id| id.parse::<PaymentId>().map_err(|error| error.to_string())) {
        Ok(payment) => send(tx, config, payment, notice.created_at).map(|_| Ok(())),
        Err(error) => Ok(Err(error)),
    }
}

/// How a mail names a receipt: its number, and where it is.
pub(super) fn named(config: &Config, receipt: &Receipt) -> (String, String) {
    (receipt.name(), format!("{}/receipts/{}", config.server.public_url, receipt.payment))
}

/// Mails the receipt of a payment to everybody who is told of this customer; to how many addresses. `None` if there is no such receipt.
pub fn receipt_again(tx: &Tx<'_>, config: &Config, payment: PaymentId) -> Result<Option<usize>, StoreError> {
    send(tx, config, payment, clock::now())
}

fn send(
    tx: &Tx<'_>,
    config: &Config,
    payment: PaymentId,
    at: Timestamp,
) -> Result<Option<usize>, StoreError> {
    let (Some(row), Some(receipt)) = (tx.payment(payment)?, tx.receipt(payment)?) else { return Ok(None) };
    let Some(customer) = tx.customer(row.customer)? else { return Ok(None) };
    let recipients = letters::recipients(tx, &customer)?;
    let reader = letters::reader(config, &customer);
    let (number, url) = named(config, &receipt);
    let letter = receipt_sent(&reader, &config.brand().name, &customer.name, row.amount, (&number, &url));
    letters::put(tx, (RECEIPT, at), &customer, &recipients, &letter)?;
    Ok(Some(recipients.len()))
}
