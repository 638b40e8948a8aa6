//! `/usage`.

use askama::Template;
use money::{Amount, Quantity};

use crate::look::Reader;
use crate::look::chart::Chart;
use crate::look::part::Frame;

/// What was used, by hour of a day, by day of a month or by month of a year.
#[derive(Template)]
#[template(path = "page/usage.html")]
pub struct Usage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Which of the views this is.
    pub view: UsageView,
    /// What is shown; live as `usage` if it is the present.
    pub used: Used,
}

/// What was used in one day, month or year.
#[derive(Clone, Debug)]
pub struct Used {
    /// The day, month or year in words, e.g. by [`Reader::date`] or [`crate::look::page::Month::words`].
    pub period: String,
    /// Link to the one before.
    pub before_url: Option<String>,
    /// Link to the one after; `None` for the present.
    pub after_url: Option<String>,
    /// What was spent in it.
    pub total: Amount,
    /// The drawing ([`Chart::by_hour`], [`Chart::by_day`] or [`Chart::by_month`], full width).
    pub chart: Chart,
    /// What that is made of.
    pub items: Vec<ItemUse>,
}

/// The inside of `data-live="usage"` on this page.
#[derive(Template)]
#[template(path = "fragment/usage.html")]
pub struct UsageFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub used: &'a Used,
}

/// The views of usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageView {
    /// A day by hour.
    Hours,
    /// A month by day.
    Days,
    /// A year by month.
    Months,
}

impl UsageView {
    /// All of them, in their order on the page.
    pub const ALL: &'static [UsageView] = &[UsageView::Hours, UsageView::Days, UsageView::Months];

    /// Where the present is shown so.
    pub fn url(self) -> &'static str {
        match self {
            UsageView::Hours => "/usage",
            UsageView::Days => "/usage?by=day",
            UsageView::Months => "/usage?by=month",
        }
    }

    /// The id of its name's text.
    pub fn text_id(self) -> &'static str {
        match self {
            UsageView::Hours => "by-hour",
            UsageView::Days => "by-day",
            UsageView::Months => "by-month",
        }
    }
}

/// What was used of one thing.
#[derive(Clone, Debug)]
pub struct ItemUse {
    /// What it is.
    pub item: ItemName,
    /// How much of it; of charges, how many.
    pub quantity: Quantity,
    /// What it cost; below zero for what was given back.
    pub amount: Amount,
}

/// What is counted or charged for, in words for a customer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemName {
    /// Hours of activity.
    ActiveHours,
    /// Spans of activity of another length.
    ActiveTime,
    /// The operator's own name of a meter.
    Named(String),
    /// The operator's own name of what is charged for.
    Charged(String),
    /// The same, of charges that were given back.
    GivenBack(String),
}

impl ItemName {
    /// In the reader's words.
    pub fn words(&self, reader: &Reader) -> String {
        match self {
            ItemName::ActiveHours => reader.t("meter-active-hours"),
            ItemName::ActiveTime => reader.t("meter-active-time"),
            ItemName::Named(name) | ItemName::Charged(name) => name.clone(),
            ItemName::GivenBack(name) => reader.t1("charge-given-back", "what", name),
        }
    }
}
