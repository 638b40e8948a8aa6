//! What turns single commands into durable answers.
//!
//! Owns the queue, the batch, the order of append and answer, the times at which something falls due, what is published, the
//! replay at start, the background replica that makes snapshots, and the projection of decisions into views. All of it is
//! driven from outside: no socket, no clock and no thread of its own, so that a simulation can drive it as the program does.
//! Leaves to others: the rules (`book`), bytes on disk (`store`), threads and time (the program).

mod engine;
mod finding;
mod late;
mod month_end;
mod news;
mod open;
mod portion;
mod project_back;
mod project_line;
mod projector;
mod published;
mod replica;
mod verify;

pub use engine::{AppendOutcome, Engine, Input, Limits, Outcome, Output, Request, Stop, Unavailable};
pub use finding::Finding;
pub use late::SealedHours;
pub use month_end::{AGES, AccountSums, MonthEnd, MonthEndError, Period, UnitSums, month_end};
pub use news::{News, Notice};
pub use open::{OpenError, Opened, open_book};
pub use portion::Portion;
pub use projector::{BalanceCause, CountersJumped, IntentDone, LineBalance, Projection, Projector};
pub use published::{OpenWindow, PublishedBalances, PublishedWallet};
pub use replica::{CheckedSnapshot, KEPT_HOURS, ReplicaError, look_up, make_snapshot, unseal_all};
pub use verify::{FINDINGS_MAX, Verified, Views, verify_journal};
