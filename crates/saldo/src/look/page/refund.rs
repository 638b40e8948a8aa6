//! `/console/payments/{id}/refund`: how much goes back, and what that takes of the customer's credit.

use askama::Template;
use money::{Amount, Unit};

use crate::look::Reader;
use crate::look::part::Frame;

/// The form, which is asked first with the amount alone, and then, with what that would take before the eyes, sent to
/// `/console/payments/{id}/refunds` with `amount`, `reason`, `note`.
#[derive(Template)]
#[template(path = "page/refund.html")]
pub struct RefundPage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The payment's page.
    pub payment_url: String,
    /// The customer's name.
    pub customer: String,
    /// The pack that it was for: where its purchase is shown, and how large it is on which line.
    pub bought: Option<(String, String)>,
    /// What was paid.
    pub paid: Amount,
    /// What of it went back already.
    pub refunded: Amount,
    /// What may go back.
    pub left: Amount,
    /// How much was typed.
    pub amount: String,
    /// The reasons: value, words, whether it is chosen.
    pub reasons: Vec<(&'static str, String, bool)>,
    /// Why, in words.
    pub note: String,
    /// Whether data is to stay.
    pub leaves_data: bool,
    /// What is wrong with the amount or the note.
    pub problem: Option<String>,
    /// What whoever looks may give back alone, in words; `None` if there is no end to it.
    pub limit: Option<String>,
    /// What it would take; `None` until an amount was given.
    pub preview: Option<RefundPreview>,
}

/// What a refund would take.
#[derive(Clone, Copy, Debug)]
pub struct RefundPreview {
    /// What goes back to the card.
    pub amount: Amount,
    /// What the book would move for it; `None` if the payment bought no credit that the book knows.
    pub moves: Option<RefundMoves>,
}

impl RefundPreview {
    /// What would be taken of data, if the payment bought any.
    pub fn data(&self) -> Option<RefundMoves> {
        self.moves.filter(|moves| moves.from_grant.unit() == Unit::BYTE)
    }
}

/// What a refund would move in the book: money, or bytes where the payment bought data.
#[derive(Clone, Copy, Debug)]
pub struct RefundMoves {
    /// From what is left of the payment's own credit.
    pub from_grant: Amount,
    /// From what of it had expired.
    pub from_expired: Amount,
    /// What had been used of it: of money, what the customer will owe.
    pub used: Amount,
}
