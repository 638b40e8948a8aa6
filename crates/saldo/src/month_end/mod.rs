//! The books of a month: what customers' credit was at its begin and its end, and everything that moved it between.
//!
//! Owned here: which months there are, replays in the background, what the sums mean in an accountant's words, and the report as CSV. The
//! sums themselves are the engine's, from the journal alone. A report of a month that is over is the same whenever it is made;
//! the one of the month that runs is as of the row that it names.

mod csv;
mod flow;
mod kept;

use engine::Period;
use jiff::tz::TimeZone;

use crate::look::page::Month;
use crate::portal::calendar;

pub use csv::csv;
pub use flow::{Flow, flows};
pub use kept::{MonthEnds, Progress};

/// The month in the operator's zone, day by day. `None` at the end of the calendar.
pub fn period(zone: &TimeZone, month: Month) -> Option<Period> {
    let bounds = calendar::month_bounds(zone, month)?;
    let days = calendar::days(month).skip(1).filter_map(|day| calendar::day_bounds(zone, day));
    Some(Period {
        from: bounds.from,
        until: bounds.until,
        midnights: days.map(|bounds| bounds.from).collect(),
    })
}
