//! Customers who were deleted at Stripe, with their saved cards: written down once for each, so that staff read it on the customer's page.
//!
//! Stripe tells of it by an event, where the endpoint takes such, and otherwise when the next payment page is opened: whichever comes first.
//! Nothing follows from it here: what he had paid stays his, and his next payment makes him there anew.

use money::{CustomerId, Timestamp};
use serde_json::{Value, json};
use store::{Reader, StoreError, Tx};

use crate::audit::{Author, Change};

/// How the audit log calls it.
const DELETED: &str = "customer.deleted_at_stripe";
/// Who the audit log says did it.
const ACTOR: &str = "stripe";
/// Deletions of one customer that are looked through.
const DELETIONS_MAX: u32 = 100;

/// Writes down that the customer whom Stripe called `gone` is no more there, unless that stands there already. `at` is the book's time.
pub(crate) fn note(tx: &Tx<'_>, customer: CustomerId, gone: &str, at: Timestamp) -> Result<(), StoreError> {
    if told(tx, customer)?.iter().any(|(_, known)| known == gone) {
        return Ok(());
    }
    let change = Change::new(DELETED, customer);
    let change = change.after_json(&json!({"stripe_customer": gone, "at": at.to_string()}));
    Author::named(ACTOR).note(tx, &change)
}

/// When it was told of a customer that he was deleted at Stripe, and what he had been called there.
pub(crate) fn told(
    tables: &Reader<'_>,
    customer: CustomerId,
) -> Result<Vec<(Timestamp, String)>, StoreError> {
    let rows = tables.changes(&customer.to_string(), DELETED, DELETIONS_MAX)?;
    let read = |after: Option<&str>| {
        let after: Value = serde_json::from_str(after?).ok()?;
        let at = Timestamp::parse(after["at"].as_str()?).ok()?;
        Some((at, after["stripe_customer"].as_str()?.to_owned()))
    };
    Ok(rows.iter().filter_map(|row| read(row.after.as_deref())).collect())
}
