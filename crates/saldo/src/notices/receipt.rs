//! A receipt by mail: named in the mail that tells of the payment, and once more when staff ask for it.

use money::PaymentId;
use store::tables::receipts::Receipt;
use store::{StoreError, Tx};

use super::letters;
use crate::clock;
use crate::config::Config;
use crate::look::mail::receipt_sent;

/// The kind of such a mail.
const RECEIPT: &str = "receipt";

/// How a mail names a receipt: its number, and where it is.
pub(super) fn named(config: &Config, receipt: &Receipt) -> (String, String) {
    (receipt.name(), format!("{}/receipts/{}", config.server.public_url, receipt.payment))
}

/// Mails the receipt of a payment to everybody who is told of this customer; to how many addresses. `None` if there is no such receipt.
pub fn receipt_again(tx: &Tx<'_>, config: &Config, payment: PaymentId) -> Result<Option<usize>, StoreError> {
    let (Some(row), Some(receipt)) = (tx.payment(payment)?, tx.receipt(payment)?) else { return Ok(None) };
    let Some(customer) = tx.customer(row.customer)? else { return Ok(None) };
    let recipients = letters::recipients(tx, &customer)?;
    let reader = letters::reader(config, &customer);
    let (number, url) = named(config, &receipt);
    let letter = receipt_sent(&reader, &config.brand().name, &customer.name, row.amount, (&number, &url));
    letters::put(tx, (RECEIPT, clock::now()), &customer, &recipients, &letter)?;
    Ok(Some(recipients.len()))
}
