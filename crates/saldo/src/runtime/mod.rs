//! The threads around the book: one that decides, one that appends, one that projects, one that makes snapshots.
//!
//! Everything that decides is in `engine` and `book`; here are only threads, channels and the clock that drive them.

mod balance_news;
mod lease;
mod ledger;
mod line_news;
mod live;
mod priority;
mod projection;
mod snapshots;

pub use balance_news::BalanceNews;
pub(crate) use lease::KeptLease;
pub use ledger::{LandedAt, Ledger, LedgerError, LedgerParts, LedgerStatus};
pub use line_news::LineNews;
pub use live::{Live, Subscription, Watcher};
pub(crate) use priority::stand_back;
pub use projection::{CURSOR, MarkDone, Projection, resume};
pub(crate) use snapshots::make_snapshots;
