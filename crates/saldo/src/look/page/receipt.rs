//! `/receipts/{payment}`, and what stands on the same receipt on paper.

use askama::Template;
use money::{Amount, Timestamp};

use crate::look::Reader;
use crate::look::part::{Frame, Method, Place};

/// A receipt.
#[derive(Template)]
#[template(path = "page/receipt.html")]
pub struct ReceiptPage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// What stands on it.
    pub receipt: ReceiptSeen,
    /// Link to it as PDF.
    pub pdf_url: String,
}

/// Everything that stands on a receipt.
pub struct ReceiptSeen {
    /// `2026-000042`.
    pub number: String,
    /// Who was paid, a line each.
    pub issuer: Vec<String>,
    /// Who paid, a line each.
    pub receiver: Vec<String>,
    /// When.
    pub at: Timestamp,
    /// With what.
    pub method: Method,
    /// The provider's id of the payment.
    pub transaction_id: String,
    /// What it bought: bytes, or credit in money if `None`.
    pub pack: Option<i64>,
    /// How much was paid.
    pub amount: Amount,
    /// What went back of it.
    pub given_back: Vec<GivenBack>,
    /// What is said of taxes; empty if nothing.
    pub tax_line: String,
}

/// What went back of a payment at once.
pub struct GivenBack {
    /// When.
    pub at: Timestamp,
    /// Whether the customer's bank took it.
    pub disputed: bool,
    /// How much, above zero.
    pub amount: Amount,
}

impl ReceiptSeen {
    /// `Receipt 2026-000042`.
    pub fn title(&self, reader: &Reader) -> String {
        reader.t1("receipt-title", "number", &self.number)
    }

    /// The page on which the payment stands among others.
    pub fn place(&self) -> Place {
        if self.pack.is_some() { Place::Invoices } else { Place::Recharge }
    }

    /// Where that page is.
    pub fn back_url(&self) -> &'static str {
        self.place().url()
    }

    /// What is said of the payment, with its name.
    pub fn facts(&self, reader: &Reader) -> Vec<(String, String)> {
        vec![
            (reader.t("date"), reader.date_time(self.at)),
            (reader.t("paid-with"), self.method.to_string()),
            (reader.t("transaction-id"), self.transaction_id.clone()),
        ]
    }

    /// What was bought, and what went back, with its amount.
    pub fn lines(&self, reader: &Reader) -> Vec<(String, String)> {
        let bought = match self.pack {
            Some(bytes) => reader.t1("data-credit", "quantity", reader.volume(bytes)),
            None => reader.t("receipt-credit"),
        };
        let mut lines = vec![(bought, reader.money(self.amount))];
        for back in &self.given_back {
            let id = if back.disputed { "receipt-disputed" } else { "receipt-refunded" };
            let amount = Amount::new(back.amount.value().saturating_neg(), back.amount.unit());
            lines.push((reader.t1(id, "date", reader.date(back.at)), reader.money(amount)));
        }
        lines
    }

    /// What was paid, less what went back.
    pub fn total(&self) -> Amount {
        let back = self.given_back.iter().fold(0_i64, |sum, back| sum.saturating_add(back.amount.value()));
        Amount::new(self.amount.value().saturating_sub(back), self.amount.unit())
    }

    /// What the total is called.
    pub fn total_words(&self, reader: &Reader) -> String {
        reader.t(if self.given_back.is_empty() { "receipt-total" } else { "receipt-total-kept" })
    }

    /// The headings of its table.
    pub fn headings(reader: &Reader) -> [String; 2] {
        [reader.t("receipt-what"), reader.t("amount")]
    }
}

/// The words around a page's number on paper: `Page 1 of 3`.
pub fn page_words(reader: &Reader) -> (String, String) {
    (reader.t("paper-page"), reader.t("paper-of"))
}
