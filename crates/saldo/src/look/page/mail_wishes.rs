//! `/mail-wishes`.

use askama::Template;
use money::Amount;

use crate::look::Reader;
use crate::look::part::Frame;

/// What a customer wants to be told by mail. Its form sends `low`, `amount` and `expiry` to `/mail-wishes`.
#[derive(Template)]
#[template(path = "page/mail_wishes.html")]
pub struct MailWishes {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Whether he is told that his credit is low.
    pub is_told_low: bool,
    /// Whether he is told of credit that expires.
    pub is_told_expiry: bool,
    /// The amount that stands in the field; empty for the operator's.
    pub typed: String,
    /// The operator's threshold; `None` if he tells nobody by himself.
    pub usual: Option<Amount>,
    /// Days before credit expires that one is told; `None` if nobody is.
    pub days: Option<i64>,
    /// Whether what was typed is no amount.
    pub is_wrong: bool,
    /// Whether it was saved just now.
    pub is_saved: bool,
}
