//! What people read of lines, as rows, and the changes of it that the engine derives. How they are kept and found is `lines`.

use money::{Amount, LineId, PurchaseId, Timestamp};

use crate::stored::{row, words};

/// One change of what people read of lines. Applied in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineChange {
    /// A line is there, with its first cycle.
    Opened(LineRow, CycleRow),
    /// Another plan is in service.
    PlanSet {
        /// The wallet.
        wallet_no: u32,
        /// The plan.
        plan_no: u32,
    },
    /// It was enabled, blocked or cancelled.
    StatusSet {
        /// The wallet.
        wallet_no: u32,
        /// The code of the status.
        status: String,
    },
    /// A cycle began.
    CycleBegan(CycleRow),
    /// The terms of a cycle moved.
    CycleMoved {
        /// The wallet. If no line lives on it, nothing happens.
        wallet_no: u32,
        /// Which cycle: 0 is the one that runs, 1 the one before.
        back: u32,
        /// By how much.
        by: TermsMoved,
    },
    /// A purchase was made, or released.
    Purchased(PurchaseRow),
    /// The line's purchase number went on.
    SequenceMoved {
        /// The wallet.
        wallet_no: u32,
    },
    /// A purchase has another state.
    PurchaseSet {
        /// The purchase.
        purchase: PurchaseId,
        /// The state.
        state: PurchaseState,
        /// When it was paid, if it was now.
        paid_at: Option<Timestamp>,
        /// The code of how it was paid.
        paid_by: Option<String>,
    },
    /// A session's counters were read.
    SessionRead(SessionRow),
    /// These sessions are over.
    SessionsClosed {
        /// The wallet.
        wallet_no: u32,
        /// Hashes of what names them.
        sessions: Vec<Vec<u8>>,
    },
    /// All sessions of a router are over.
    SessionsEnded {
        /// The wallet.
        wallet_no: u32,
        /// The router.
        nas_no: u32,
    },
    /// More was used in one hour.
    TrafficAdded {
        /// The wallet.
        wallet_no: u32,
        /// Hours since the epoch.
        hour: i64,
        /// All bytes.
        total: i64,
        /// Those of them that did not lower the balance.
        outside: i64,
    },
    /// More of it was free because of what it is.
    ZeroRatedAdded(ZeroRatedRow),
    /// The router confirmed that the line is slowed, walled or blocked.
    Restricted {
        /// The wallet.
        wallet_no: u32,
        /// Since when.
        at: Timestamp,
    },
    /// The router confirmed that it has its speed again.
    Restored {
        /// The wallet.
        wallet_no: u32,
        /// Since when.
        at: Timestamp,
    },
}

/// By how much the terms of a cycle moved, in bytes, and how many packs more were released.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TermsMoved {
    /// Allowance.
    pub allowance: i64,
    /// Packs.
    pub bought: i64,
    /// How many.
    pub released: i64,
    /// Used without lowering the balance.
    pub outside: i64,
    /// Used.
    pub total: i64,
    /// Expiry and corrections.
    pub adjustments: i64,
}

row! {
    /// A line.
    pub struct LineRow {
        /// Its wallet's number.
        pub wallet_no: u32,
        /// Its name.
        pub line: LineId,
        /// The plan in service.
        pub plan_no: u32,
        /// The code of its status.
        pub status: String,
        /// The day of the month on which its cycles begin.
        pub anchor_day: u8,
        /// The cycle that runs.
        pub cycle_no: u32,
        /// How many purchases there were.
        pub sequence: u32,
        /// Since when the router has it slowed, walled or blocked; `None` while it has its speed.
        pub restricted_since: Option<Timestamp>,
        /// When the router last gave it its speed back.
        pub restored_at: Option<Timestamp>,
        /// Since when.
        pub opened_at: Timestamp,
    }
}

row! {
    /// A cycle and where its balance comes from, in bytes.
    pub struct CycleRow {
        /// The wallet.
        pub wallet_no: u32,
        /// Its number on the line.
        pub cycle_no: u32,
        /// Its first instant.
        pub starts_at: Timestamp,
        /// The first instant after it.
        pub ends_at: Timestamp,
        /// What was there when it began.
        pub carried: i64,
        /// The plan's allowance.
        pub allowance: i64,
        /// Packs released in it.
        pub bought: i64,
        /// How many packs.
        pub released: i64,
        /// Used without lowering the balance.
        pub outside: i64,
        /// Used.
        pub total: i64,
        /// Expiry and corrections, signed.
        pub adjustments: i64,
    }
}

impl CycleRow {
    /// The balance that the terms come to, in bytes.
    pub const fn balance(&self) -> i64 {
        self.carried + self.allowance + self.bought + self.outside - self.total + self.adjustments
    }
}

words! {
    /// What became of a purchase.
    pub enum PurchaseState {
        /// It waits for its payment.
        Awaiting = "awaiting",
        /// Its credit was released; it is to be paid.
        Released = "released",
        /// Released and paid.
        Paid = "paid",
        /// It was not wanted any more.
        Dropped = "dropped",
        /// It will not be paid any more.
        WrittenOff = "written_off",
    }
}

row! {
    /// A pack bought for a line.
    pub struct PurchaseRow {
        /// Its name.
        pub purchase: PurchaseId,
        /// The line's wallet.
        pub wallet_no: u32,
        /// The pack.
        pub pack_no: u32,
        /// The code of how it is charged.
        pub charging: String,
        /// Bytes.
        pub quantity: i64,
        /// What it costs.
        pub price: Amount,
        /// What became of it.
        pub state: PurchaseState,
        /// When it was bought.
        pub bought_at: Timestamp,
        /// When its credit was released.
        pub released_at: Option<Timestamp>,
        /// When the router confirmed the line's speed after that.
        pub restored_at: Option<Timestamp>,
        /// When it was paid.
        pub paid_at: Option<Timestamp>,
        /// The code of how it was paid.
        pub paid_by: Option<String>,
    }
}

row! {
    /// What was read last of a session.
    pub struct SessionRow {
        /// The line's wallet.
        pub wallet_no: u32,
        /// A hash of what names it.
        pub session: Vec<u8>,
        /// The router.
        pub nas_no: u32,
        /// `open` or `closed`.
        pub state: String,
        /// When it began.
        pub started_at: Timestamp,
        /// When its counters were so.
        pub read_at: Timestamp,
        /// Bytes from the subscriber.
        pub input: i64,
        /// Bytes to him.
        pub output: i64,
        /// The code of what was strange about it.
        pub anomaly: Option<String>,
        /// Which traffic it counts, where it counts but one kind.
        pub traffic_no: Option<u32>,
    }
}

row! {
    /// What a line used in one hour.
    pub struct TrafficRow {
        /// The line's wallet.
        pub wallet_no: u32,
        /// Hours since the epoch.
        pub hour: i64,
        /// All bytes.
        pub total: i64,
        /// Those of them that did not lower the balance.
        pub outside: i64,
    }
}

row! {
    /// What of a line's traffic in one hour was free because of what it is.
    pub struct ZeroRatedRow {
        /// The line's wallet.
        pub wallet_no: u32,
        /// Hours since the epoch.
        pub hour: i64,
        /// What it is.
        pub traffic_no: u32,
        /// Bytes.
        pub bytes: i64,
    }
}
