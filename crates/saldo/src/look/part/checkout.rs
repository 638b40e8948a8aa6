//! Checkouts that were begun and not finished: no row of Credit details, for nothing has been tried yet.

use askama::Template;
use money::{Amount, Timestamp};

use crate::look::Reader;

/// A payment page that waits for the customer. Cancelling it is a form without further fields to `/topups/{id}/cancellation`.
#[derive(Clone, Debug)]
pub struct Checkout {
    /// The top-up's id.
    pub id: String,
    /// How much was to be added.
    pub amount: Amount,
    /// When the payment page closes.
    pub closes_at: Timestamp,
    /// Where the payment page is; `None` for who only looks, for whoever has the address can pay with the customer's saved card.
    pub url: Option<String>,
    /// Whether the payment page has sent the customer on as having paid: there is nothing to go on with or to cancel.
    pub is_being_confirmed: bool,
}

/// The inside of `data-live="checkouts"`; empty if there is none.
#[derive(Template)]
#[template(path = "fragment/checkouts.html")]
pub struct CheckoutsFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// The token that the forms send back.
    pub csrf: &'a str,
    /// What is shown, newest first.
    pub checkouts: &'a [Checkout],
}
