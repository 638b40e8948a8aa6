//! `/console/reconciliation`: what Stripe says beside what the books say, and the last comparisons.

use askama::Template;
use money::{Amount, Timestamp};

use crate::look::Reader;
use crate::look::part::Frame;

/// The page.
#[derive(Template)]
#[template(path = "page/reconciliation.html")]
pub struct Reconciliation {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Whether a key of Stripe's is there.
    pub is_configured: bool,
    /// Whether the reader may ask for a comparison.
    pub may_run: bool,
    /// Whether one goes on, or waits.
    pub is_running: bool,
    /// Since when Stripe does not answer it, and what was said.
    pub failing: Option<(Timestamp, String)>,
    /// When the newest comparison ended.
    pub compared_at: Option<Timestamp>,
    /// What it found, in each currency.
    pub currencies: Vec<CurrencySeen>,
    /// What Stripe kept of payments that are dealt with.
    pub settled: Vec<DifferenceSeen>,
    /// What differs.
    pub differences: Vec<DifferenceSeen>,
    /// The last comparisons, newest first.
    pub runs: Vec<ComparisonSeen>,
    /// The same drawn, the oldest on the left.
    pub strip: Vec<StripBar>,
}

/// One currency.
#[derive(Clone, Debug)]
pub struct CurrencySeen {
    /// Its code.
    pub code: String,
    /// Payments, refunds, disputes, fees, payouts.
    pub lines: Vec<LineSeen>,
    /// What lies at Stripe.
    pub total: LineSeen,
    /// What was credited just now, if anything.
    pub under_way: Option<Amount>,
    /// What another system on the same account moved.
    pub foreign: Option<(u32, Amount)>,
}

impl CurrencySeen {
    /// What is said of another system's movements, if there are any.
    pub fn foreign_words(&self, reader: &Reader) -> Option<String> {
        let (count, amount) = self.foreign?;
        Some(reader.tn_with("reconciliation-foreign", count, [("amount", reader.money(amount))]))
    }
}

/// One line of a currency.
#[derive(Clone, Debug)]
pub struct LineSeen {
    /// The id of its name.
    pub text_id: &'static str,
    /// What Stripe says.
    pub stripe: Amount,
    /// What the books say.
    pub books: Amount,
    /// What Stripe has more.
    pub drift: Amount,
}

/// Something that differs.
#[derive(Clone, Debug)]
pub struct DifferenceSeen {
    /// The id of the cause in words.
    pub text_id: &'static str,
    /// How much, in words.
    pub amount: String,
    /// Stripe's word for what it is.
    pub kind: Option<String>,
    /// What names it: Stripe's id and ours.
    pub names: Vec<String>,
    /// The page of its payment, if it has one.
    pub payment_url: Option<String>,
}

/// A comparison.
#[derive(Clone, Debug)]
pub struct ComparisonSeen {
    /// When it began, or was asked for.
    pub at: Timestamp,
    /// Who asked for it; none if it began by itself.
    pub asked_by: Option<String>,
    /// From when on all was looked at again.
    pub since: Option<Timestamp>,
    /// What it brought: open top-ups asked about, events that had never come, movements.
    pub brought: [u32; 3],
    /// How it ended.
    pub end: ComparisonEnd,
}

/// How a comparison ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComparisonEnd {
    /// It goes on.
    UnderWay,
    /// Stripe and the books agree.
    Equal,
    /// They differ.
    Differs,
}

impl ComparisonEnd {
    /// The tone of its chip.
    pub fn tone(self) -> &'static str {
        match self {
            ComparisonEnd::UnderWay => "wait",
            ComparisonEnd::Equal => "good",
            ComparisonEnd::Differs => "bad",
        }
    }

    /// The id of its words.
    pub fn text_id(self) -> &'static str {
        match self {
            ComparisonEnd::UnderWay => "comparison-under-way",
            ComparisonEnd::Equal => "comparison-equal",
            ComparisonEnd::Differs => "comparison-differs",
        }
    }
}

/// A comparison in the drawing.
#[derive(Clone, Debug)]
pub struct StripBar {
    /// Where it begins.
    pub x: usize,
    /// Where its top is.
    pub y: usize,
    /// How high it is.
    pub height: usize,
    /// What a pointer on it reads.
    pub label: String,
    /// How it ended.
    pub end: ComparisonEnd,
}

impl StripBar {
    /// How wide one is, with the gap behind it.
    pub const STEP: usize = 12;
    /// How high the drawing is.
    pub const HEIGHT: usize = 28;
}

impl Reconciliation {
    /// How wide the drawing is.
    pub fn strip_width(&self) -> usize {
        self.strip.len() * StripBar::STEP
    }
}
