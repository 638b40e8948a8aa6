//! `/usage`.

use askama::Template;
use money::{Amount, Quantity};

use crate::look::Reader;
use crate::look::chart::Chart;
use crate::look::part::Frame;

/// What was used, by hour of a day or by day of a month.
#[derive(Template)]
#[template(path = "page/usage.html")]
pub struct Usage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Which of the two views this is.
    pub view: UsageView,
    /// The day or month in words, e.g. by [`Reader::date`] or [`crate::look::page::Month::words`].
    pub period: String,
    /// Link to the day or month before.
    pub before_url: Option<String>,
    /// Link to the day or month after.
    pub after_url: Option<String>,
    /// What was spent in it.
    pub total: Amount,
    /// The drawing ([`Chart::by_hour`] or [`Chart::by_day`], full width); live as `usage` if it is the present.
    pub chart: Chart,
    /// What was spent by meter.
    pub meters: Vec<MeterUse>,
}

/// The two views of usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageView {
    /// A day by hour: `/usage`.
    Hours,
    /// A month by day: `/usage?by=day`.
    Days,
}

/// What was used of one meter.
#[derive(Clone, Debug)]
pub struct MeterUse {
    /// The meter's name.
    pub meter: String,
    /// How much of it.
    pub quantity: Quantity,
    /// What it cost.
    pub amount: Amount,
}

impl Usage {
    /// Whether `view` is the shown one, as `aria-current` wants it.
    pub fn is_by_hour(&self) -> bool {
        self.view == UsageView::Hours
    }
}
