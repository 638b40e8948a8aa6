//! `/consumption`: what a line used, by day, against its allowance.

use askama::Template;

use super::buy_credit::{LineChoice, LineFigures};
use crate::look::Reader;
use crate::look::chart::Chart;
use crate::look::part::Frame;

/// The page. Choosing a line is a form to itself (`line`).
#[derive(Template)]
#[template(path = "page/consumption.html")]
pub struct Consumption {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The customer's lines.
    pub lines: Vec<LineChoice>,
    /// What the chosen one used; live as `consumption`.
    pub consumed: Option<Consumed>,
}

/// What a line used in its cycle.
#[derive(Clone, Debug)]
pub struct Consumed {
    /// Its figures.
    pub figures: LineFigures,
    /// Used without lowering the balance, in bytes.
    pub outside: i64,
    /// What of that was free because of what it is: what routers call it, in bytes.
    pub zero_rated: Vec<(String, i64)>,
    /// The drawing, by day.
    pub chart: Chart,
}

/// The inside of `data-live="consumption"`.
#[derive(Template)]
#[template(path = "fragment/consumption.html")]
pub struct ConsumptionFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub consumed: &'a Consumed,
}
