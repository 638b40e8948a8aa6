//! Invoices of months, as their payer and as staff see them.

use money::{Amount, Timestamp};

use super::Boleto;
use crate::look::Reader;

/// What a customer owes for a month, or owed.
#[derive(Clone, Debug)]
pub struct MonthlyInvoice {
    /// Its name.
    pub id: String,
    /// Its number.
    pub number: u64,
    /// The month in words.
    pub month: String,
    /// All that stands on it.
    pub total: Amount,
    /// The begin of the day on which it is due.
    pub due: Option<Timestamp>,
    /// How it stands.
    pub standing: InvoiceStanding,
    /// What stands on it.
    pub items: Vec<InvoiceItem>,
    /// The boleto that collects it.
    pub boleto: Option<Boleto>,
}

/// How an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvoiceStanding {
    /// It is to be paid.
    Open,
    /// It should have been paid.
    Overdue,
    /// It was paid.
    Paid {
        /// When.
        at: Option<Timestamp>,
    },
    /// It will not be paid any more.
    WrittenOff,
}

impl InvoiceStanding {
    /// The id of the badge's text.
    pub fn text_id(&self) -> &'static str {
        match self {
            InvoiceStanding::Open => "boleto-open",
            InvoiceStanding::Overdue => "boleto-overdue",
            InvoiceStanding::Paid { .. } => "boleto-paid",
            InvoiceStanding::WrittenOff => "boleto-written-off",
        }
    }

    /// The badge's sign and colour as a class of the style sheet.
    pub fn tone(&self) -> &'static str {
        match self {
            InvoiceStanding::Paid { .. } => "good",
            InvoiceStanding::Overdue => "bad",
            InvoiceStanding::Open => "wait",
            InvoiceStanding::WrittenOff => "",
        }
    }

    /// When it was paid, in words; empty if it was not.
    pub fn words(&self, reader: &Reader) -> String {
        match self {
            InvoiceStanding::Paid { at: Some(at) } => reader.t1("invoice-paid-text", "day", reader.date(*at)),
            _ => String::new(),
        }
    }
}

/// One line of an invoice.
#[derive(Clone, Debug)]
pub struct InvoiceItem {
    /// What it is for.
    pub words: String,
    /// How much; below zero it is taken off.
    pub amount: Amount,
}

/// A line that is blocked because something is overdue, or works on trust.
#[derive(Clone, Debug)]
pub struct OverdueNotice {
    /// The line.
    pub line: String,
    /// Its plan and login.
    pub name: String,
    /// What may be done.
    pub trust: TrustSeen,
}

/// Whether the line may be unblocked on trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustSeen {
    /// By a button.
    Possible,
    /// Not again in this cycle.
    Used,
    /// It was, until then.
    Until(Timestamp),
}
