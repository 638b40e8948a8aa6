//! The balance card: what is posted, what may be spent, what the open hour will take, and of which grants it is made.

use askama::Template;
use money::{Amount, Timestamp};

use crate::look::Reader;

/// A wallet's balance as the card shows it. All amounts are of one unit.
#[derive(Clone, Debug)]
pub struct Balance {
    /// Grants minus debt; the large figure.
    pub posted: Amount,
    /// Posted minus pending minus held.
    pub available: Amount,
    /// What open windows will take; shown without a sign.
    pub pending: Amount,
    /// What holds reserve; the row is left out when it is zero.
    pub held: Amount,
    /// Whether staff have frozen it.
    pub is_frozen: bool,
    /// The book's time at which this was true.
    pub now: Timestamp,
    /// When the open window that closes first does so; `None` without an open window.
    pub window_closes_at: Option<Timestamp>,
    /// What is owed; the next credit pays it first.
    pub debt: Amount,
    /// What is left, by source, in burn order; only grants with something left.
    pub grants: Vec<Grant>,
    /// Whether staff read it, whose balance it is not.
    pub is_for_staff: bool,
}

impl Balance {
    /// The id of what is said of a balance below zero.
    pub fn below_zero_id(&self) -> &'static str {
        if self.is_for_staff { "staff-below-zero" } else { "below-zero" }
    }

    /// What is owed, as a part of the balance: below zero.
    pub fn owed(&self) -> Amount {
        Amount::new(-self.debt.value(), self.debt.unit())
    }
}

/// What is left of the grants of one source and one expiry.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Where it came from.
    pub source: GrantSource,
    /// What is left of it.
    pub remaining: Amount,
    /// When what is left lapses; `None` if never.
    pub expires_at: Option<Timestamp>,
}

/// Where a grant came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantSource {
    /// Given by the operator, such as the welcome grant.
    Promotional,
    /// Bought.
    Purchased,
    /// Put in by staff with a reason.
    Adjustment,
    /// Paid for what was paid already, or is no more.
    Overpaid,
    /// Taken back with a payment, and set back.
    Reinstated,
}

impl GrantSource {
    /// The id of its name's text.
    pub fn text_id(self) -> &'static str {
        match self {
            GrantSource::Promotional => "grant-promotional",
            GrantSource::Purchased => "grant-purchased",
            GrantSource::Adjustment => "grant-adjustment",
            GrantSource::Overpaid => "grant-overpaid",
            GrantSource::Reinstated => "grant-reinstated",
        }
    }
}

/// The inside of `data-live="balance"`.
#[derive(Template)]
#[template(path = "fragment/balance.html")]
pub struct BalanceFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub balance: &'a Balance,
}
