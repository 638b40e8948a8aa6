//! Cards and other ways to pay, as they are named on every page: `Visa •••• 4242`.

use core::fmt;

use money::Timestamp;
use stripe::card::card_used;

use crate::look::Reader;

/// What a customer paid with, or tried to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// A card.
    Card(Card),
    /// A method that has no number to show, by the name people know it by: `Boleto`, `Pix`.
    Named(String),
}

impl Method {
    /// What the provider calls `kind` (`card`, `boleto`, …), with its card where that is known.
    pub fn new(reader: &Reader, kind: Option<&str>, card: Option<Card>) -> Method {
        if let Some(card) = card {
            return Method::Card(card);
        }
        Method::Named(match kind {
            None => reader.t("method-unknown"),
            Some("card") => reader.t("method-card"),
            Some("boleto") => "Boleto".to_owned(),
            Some("pix") => "Pix".to_owned(),
            Some("link") => "Link".to_owned(),
            Some(other) => other.to_owned(),
        })
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Method::Card(card) => card.fmt(f),
            Method::Named(name) => f.write_str(name),
        }
    }
}

/// A card's brand and its last four digits, the same in every language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The brand as Stripe's API names it, e.g. `visa`, `amex`.
    pub brand: String,
    /// The last four digits.
    pub last4: String,
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&card_used(&self.brand, &self.last4))
    }
}

/// A card kept for the next payment.
#[derive(Clone, Debug)]
pub struct SavedCard {
    /// The provider's id of it; the page's forms send it back.
    pub id: String,
    /// Brand and last four digits.
    pub card: Card,
    /// Month it expires in, 1 to 12.
    pub expiry_month: u8,
    /// Year it expires in, four digits.
    pub expiry_year: u16,
    /// When it was kept; `None` if the provider did not say.
    pub saved_at: Option<Timestamp>,
    /// Whether its month of expiry is over.
    pub expired: bool,
}

impl SavedCard {
    /// The expiry as it is printed on the card, e.g. `04/29`.
    pub fn expiry(&self) -> String {
        format!("{:02}/{:02}", self.expiry_month, self.expiry_year % 100)
    }
}
