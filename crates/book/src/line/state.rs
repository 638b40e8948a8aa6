//! What a line is at an instant.

use std::collections::BTreeMap;

use money::{Amount, LineId, PurchaseId, Timestamp};

use super::bill::Billed;
use super::plan::{Charging, PackNo, PlanNo, Validity};
use super::traffic::Behind;
use super::zero_rated::{Shared, TrafficNo};

/// Whether a line is in service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineStatus {
    /// *Habilitado*.
    Enabled,
    /// *Bloqueado*: nothing may be bought; its cycles go on.
    Blocked,
    /// *Cancelado*: for ever; no cycle begins any more.
    Cancelled,
}

impl LineStatus {
    /// Every status with its code.
    pub const ALL: [(LineStatus, &'static str); 3] = [
        (LineStatus::Enabled, "enabled"),
        (LineStatus::Blocked, "blocked"),
        (LineStatus::Cancelled, "cancelled"),
    ];

    /// The code.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("enabled", |(_, code)| code)
    }

    /// The status of this code.
    pub fn from_code(code: &str) -> Option<LineStatus> {
        Self::ALL.iter().find(|(_, known)| *known == code).map(|(status, _)| *status)
    }
}

/// How a purchase was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaidBy {
    /// A boleto, told by the bank.
    Boleto,
    /// Pix, told by the bank.
    Pix,
    /// A card, told by Stripe.
    Card,
    /// Some other way, told by staff.
    Hand,
}

impl PaidBy {
    /// Every way with its code.
    pub const ALL: [(PaidBy, &'static str); 4] =
        [(PaidBy::Boleto, "boleto"), (PaidBy::Pix, "pix"), (PaidBy::Card, "card"), (PaidBy::Hand, "hand")];

    /// The code.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("hand", |(_, code)| code)
    }

    /// The way of this code.
    pub fn from_code(code: &str) -> Option<PaidBy> {
        Self::ALL.iter().find(|(_, known)| *known == code).map(|(by, _)| *by)
    }
}

/// An allowance cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Its number on the line, from 1.
    pub no: u32,
    /// Its first instant.
    pub starts_at: Timestamp,
    /// The first instant after it.
    pub ends_at: Timestamp,
}

/// Where a cycle's balance comes from, in bytes: carried + allowance + bought + outside − total + adjustments = balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CycleTerms {
    /// What was there when the cycle began.
    pub carried: i64,
    /// The plan's allowance.
    pub allowance: i64,
    /// Packs released in it.
    pub bought: i64,
    /// What was used and does not lower the balance.
    pub outside: i64,
    /// All that was used.
    pub total: i64,
    /// Expiry, correction and whatever else staff did, signed.
    pub adjustments: i64,
}

impl CycleTerms {
    /// The balance that the terms come to, in bytes.
    pub const fn balance(&self) -> i64 {
        self.carried + self.allowance + self.bought + self.outside - self.total + self.adjustments
    }
}

/// A purchase that waits for its payment: everything its release needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaiting {
    /// Its name.
    pub purchase: PurchaseId,
    /// What was bought.
    pub pack: PackNo,
    /// How it is charged.
    pub charging: Charging,
    /// Bytes.
    pub quantity: i64,
    /// What it costs.
    pub price: Amount,
    /// How long it will live.
    pub validity: Validity,
}

/// A purchase that was released and is not paid yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unpaid {
    /// What is owed.
    pub price: Amount,
    /// The grant that it released.
    pub grant_no: u32,
}

/// A purchase that was written off: what a payment that comes all the same settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgone {
    /// The purchase.
    pub purchase: PurchaseId,
    /// What was owed for it.
    pub price: Amount,
    /// How many bytes were taken back.
    pub taken: i64,
}

/// An interval in which the line was slowed, walled or blocked, as its router confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestrictedSpan {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it; `None` while it lasts.
    pub to: Option<Timestamp>,
}

/// Whether a session may still report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// It goes on.
    Open,
    /// It ended; what comes of it now is late or a repetition.
    Closed,
}

/// What a router said last about one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// The router's number.
    pub nas: u32,
    /// Who reports through that router.
    pub behind: Behind,
    /// Whether it goes on.
    pub state: SessionState,
    /// When it began, as far as is known.
    pub started_at: Timestamp,
    /// The time of the last reading that counted.
    pub read_at: Timestamp,
    /// How long it had lasted at that reading by its own clock, in seconds; zero if it never told.
    pub seconds: u32,
    /// The counter of bytes that came from the subscriber.
    pub input: i64,
    /// The counter of bytes that went to him.
    pub output: i64,
    /// Whether the last reading was more than any line can carry: counters below it put it right.
    pub jumped: bool,
    /// Which traffic it counts, where it counts but one kind of a subscriber's.
    pub traffic: Option<TrafficNo>,
    /// Whether its router counts all traffic in sessions, also what it tells apart.
    pub counts_all: bool,
}

impl Session {
    /// True if it is over when a router begins or stops to count at that instant. Those that began since are not: what the router
    /// said may come late.
    pub(crate) fn ends_with(&self, nas: u32, behind: Behind, at: Timestamp) -> bool {
        self.nas == nas && self.behind == behind && self.state == SessionState::Open && self.started_at <= at
    }
}

/// A plan in service, on a wallet that counts bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its name.
    pub id: LineId,
    /// The plan.
    pub plan: PlanNo,
    /// Whether it is in service.
    pub status: LineStatus,
    /// The day of the month on which its cycles begin.
    pub anchor_day: u8,
    /// The cycle that runs.
    pub cycle: Cycle,
    /// Where the balance comes from.
    pub terms: CycleTerms,
    /// Packs released in this cycle, by pack.
    pub released: BTreeMap<PackNo, u32>,
    /// How many purchases there were, ever: the next one must know it.
    pub sequence: u32,
    /// The purchase that waits for its payment.
    pub awaiting: Option<Awaiting>,
    /// Purchases that were released and are not paid.
    pub unpaid: BTreeMap<PurchaseId, Unpaid>,
    /// Purchases that were written off, the newest last; old ones are dropped.
    pub forgone: Vec<Forgone>,
    /// What was billed beside purchases and is open still; `None` if nothing ever was.
    pub billed: Option<Billed>,
    /// Slowed, walled or blocked: the newest interval last; old ones are dropped.
    pub restricted: Vec<RestrictedSpan>,
    /// What was read of sessions, by a hash of what names them.
    pub sessions: BTreeMap<u128, Session>,
    /// Readings of sessions that are not known and happened before this were counted or are lost.
    pub sessions_known_from: Timestamp,
    /// What sessions told together with traffic that was told apart.
    pub shared: Shared,
}

impl Line {
    pub(crate) fn new(id: LineId, plan: PlanNo, anchor_day: u8, cycle: Cycle) -> Line {
        Line {
            id,
            plan,
            status: LineStatus::Enabled,
            anchor_day,
            cycle,
            terms: CycleTerms::default(),
            released: BTreeMap::new(),
            sequence: 0,
            awaiting: None,
            unpaid: BTreeMap::new(),
            forgone: Vec::new(),
            billed: None,
            restricted: Vec::new(),
            sessions: BTreeMap::new(),
            sessions_known_from: Timestamp::from_micros(i64::MIN),
            shared: Shared::default(),
        }
    }

    /// Packs released in this cycle.
    pub fn released_count(&self) -> u32 {
        self.released.values().sum()
    }

    /// When the cycle turns; `None` if none follows.
    pub(crate) fn turns_at(&self) -> Option<Timestamp> {
        (self.status != LineStatus::Cancelled).then_some(self.cycle.ends_at)
    }

    /// True while the router has confirmed that the line is slowed, walled or blocked.
    pub fn is_restricted(&self) -> bool {
        self.restricted.last().is_some_and(|span| span.to.is_none())
    }
}
