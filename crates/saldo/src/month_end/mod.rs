//! The books of a month, or of a month up to one of its days: what customers' credit was at the begin and at the end, and everything that
//! moved it between.
//!
//! Owned here: up to when books are told, replays in the background, what the sums mean in an accountant's words, and the report as CSV. The
//! sums themselves are the engine's, from the journal alone. A report of what is over is the same whenever it is made;
//! the one of what still runs is as of the row that it names. How far Stripe was compared stands beside it, and is of the tables.

mod compared;
mod csv;
mod cutoff;
mod flow;
mod kept;

pub use compared::{Compared, compared};
pub use csv::csv;
pub use cutoff::Cutoff;
pub use flow::{Flow, flows};
pub use kept::{MonthEnds, Progress};
