//! The book: all that decides whether credit moves, as one pure state machine.
//!
//! Owns wallets, grants, windows, rating, the chart of accounts, what has been seen, and the formats of the journal and of
//! snapshots. It opens no socket, reads no clock and draws no randomness: time, ids and keyed hashes come with a [`Command`].
//! Leaves to others: durability (`store`), batching, timers and publication (`engine`), names, prices' history and
//! everything a person reads (the program).
//!
//! The way of a command: [`Book::execute`] looks for its key, settles what is due on its wallet, decides, applies, and encodes the
//! [`Decision`] into a [`BatchBuilder`]; the sealed [`JournalRow`] is made durable; replay reads it back with [`read_batch`] and
//! [`Book::replay`].

mod account;
mod apply;
mod batch;
mod book;
mod catalog;
mod clearing;
mod codec;
mod command;
mod decide;
mod decision;
mod journal;
mod line;
mod record;
mod refusal;
mod sealed;
mod seen;
mod snapshot;
mod taken_back;
mod usage;
mod wallet;

pub use account::{Account, Transfer, transfers};
pub use batch::{BatchBuilder, BatchError, check_chain, read_batch};
pub use book::{Answer, BALANCE_MAX, Book, REQUEST_MEMORY};
pub use catalog::{Aggregation, Anchor, Catalog, Meter, MeterNo, Price};
pub use clearing::MoneyMovement;
pub use codec::CodecError;
pub use command::{
    Act, ChargeTaken, Command, CommandKey, GrantTerms, KeySpace, OverpaidTo, Reason, Source, UseStage,
};
pub use decision::{
    Balance, Burns, Decision, EntryRef, GrantAdded, Record, UsagePosted, WalletNo, WindowOpened,
};
pub use journal::{GENESIS, Hash, JournalRow, chain_hash};
pub use line::{
    Anomaly, Awaiting, Behind, BillItem, Billed, Buying, Charging, Cycle, CycleTerms, Forgone, FreeWindow,
    Line, LineAct, LineFact, LineRecord, LineStatus, LineWish, Lot, Octets, Pack, PackNo, PaidBy, Plan,
    PlanNo, PurchaseRules, RATE_MAX, Read, Reading, ReadingKind, Release, RestrictedSpan, SESSIONS_MAX,
    Session, SessionState, Shared, Standing, TakeBack, Taken, TrafficNo, Unpaid, Validity, ZeroRated,
    check_charging, check_line, check_pack, cycle_at,
};
pub use refusal::Refusal;
pub use seen::SeenKey;
pub use taken_back::{BackMove, Reinstated, TakeBackTerms, TakenBack, TakenBackCause, TakenBackSet};
pub use wallet::{Grant, PaidSpan, Wallet, Window};
