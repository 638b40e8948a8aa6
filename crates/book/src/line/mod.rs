//! A line: a plan in service. Its cycle, what may be bought for it, and the traffic that its routers report.
//!
//! A line lives on a wallet that counts bytes, and all its credit is that wallet's grants: the cycle's allowance is a grant that
//! ends with the cycle, a pack is a grant that was bought. Owned here besides: the calendar of cycles, the rules of a
//! purchase, and the reading of counters. Leaves to others: routers and their protocol, documents, names and logins.

mod apply;
mod bill;
mod calendar;
mod codec;
mod cycle;
mod plan;
mod purchase;
mod record;
mod snapshot;
mod state;
mod traffic;
mod zero_rated;

pub use bill::{BillItem, Billed};
pub use calendar::{FreeWindow, cycle_at};
pub use plan::{Charging, Pack, PackNo, Plan, PlanNo, PurchaseRules, Release, Validity};
pub use purchase::{Standing, check_charging, check_line, check_pack};
pub use record::{LineFact, LineRecord, Lot, Read, Taken, ZeroRated};
pub use state::{
    Awaiting, Cycle, CycleTerms, Forgone, Line, LineStatus, PaidBy, RestrictedSpan, Session, SessionState,
    Unpaid,
};
pub use traffic::{Anomaly, Behind, Octets, RATE_MAX, Reading, ReadingKind, SESSIONS_MAX};
pub use zero_rated::{Shared, TrafficNo};

pub(crate) use codec::{is_line_tag, place, read_line_fact, tag_of, write_line_fact};
pub(crate) use cycle::decide_line;
pub(crate) use cycle::{carry, due_on_line};
pub(crate) use record::line_transfers;
pub(crate) use snapshot::{read_line, write_line};

use money::{Amount, GrantId, LineId, PurchaseId, Timestamp, WalletId};

/// What may be asked of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineAct {
    /// Put a plan in service on a wallet that counts bytes.
    Open {
        /// Its name.
        line: LineId,
        /// The plan.
        plan: PlanNo,
        /// The day of the month on which its cycles begin, 1 to 31; in a shorter month its last day.
        anchor_day: u8,
    },
    /// Let another plan be in service. Its rules hold at once; an allowance that is larger is made up at once, a smaller one holds
    /// from the next cycle.
    ChangePlan {
        /// The plan.
        plan: PlanNo,
    },
    /// Enable, block or cancel. Cancelled is for ever.
    SetStatus {
        /// The status.
        status: LineStatus,
    },
    /// Buy a pack.
    Buy(Buying),
    /// A purchase was paid: the debt of it is settled, or what waited for the payment is released. The book does not remember every
    /// purchase for ever: the command's key, of [`crate::KeySpace::Forever`], is the purchase's, so that it is paid once; what is
    /// paid again is answered as repeated, and is the caller's to turn into money.
    Pay {
        /// The purchase, by value: it is released even if nobody waits for it any more.
        purchase: Awaiting,
        /// The name of the grant, if it is released now.
        grant: GrantId,
        /// How.
        by: PaidBy,
    },
    /// A purchase that waits for its payment is not wanted any more.
    Drop {
        /// The purchase.
        purchase: PurchaseId,
    },
    /// A purchase will not be paid any more.
    WriteOff {
        /// The purchase.
        purchase: PurchaseId,
        /// Whether the rest of what it released is taken back.
        take_back: TakeBack,
    },
    /// An invoice says that something is owed beside purchases. The caller's key, of [`crate::KeySpace::Forever`], holds it to once.
    Bill {
        /// What for.
        item: BillItem,
        /// How much, not zero; below zero, for a correction, it is owed to the customer.
        amount: Amount,
    },
    /// What was billed was paid.
    PayBill {
        /// How much of it: not more than is owed, in the direction in which it is owed.
        amount: Amount,
        /// How.
        by: PaidBy,
    },
    /// What was billed will not be paid any more.
    WriteOffBill {
        /// How much of it: not more than is owed, in the direction in which it is owed.
        amount: Amount,
    },
    /// A router reports a session's counters.
    Read(Reading),
    /// A router began or stopped to count: the sessions it had are over, with the counters last known.
    EndSessions {
        /// The router.
        nas: u32,
        /// Who said so through that router: only his sessions are over.
        behind: Behind,
        /// When that happened.
        at: Timestamp,
    },
    /// Use that was not read from counters: what was used before the line was ours, or what another system counted.
    AddUse {
        /// All bytes.
        total: i64,
        /// Those of them that do not lower the balance.
        outside: i64,
    },
    /// The router confirmed that the line is slowed, walled or blocked since then.
    Restrict {
        /// Since when.
        at: Timestamp,
    },
    /// The router confirmed that the line has its speed again since then.
    Restore {
        /// Since when.
        at: Timestamp,
    },
}

/// What happens to the credit of a purchase that is written off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeBack {
    /// What is left of it is taken back.
    Rest,
    /// It stays.
    Nothing,
}

/// A pack as the buyer saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buying {
    /// The name of the purchase.
    pub purchase: PurchaseId,
    /// The name of the grant, if the credit is released at once.
    pub grant: GrantId,
    /// The pack.
    pub pack: PackNo,
    /// How many bytes it said.
    pub quantity: i64,
    /// What it said it would cost.
    pub price: Amount,
    /// How it is to be charged.
    pub charging: Charging,
    /// The line's purchase number that the page showed: an older one means that somebody bought since.
    pub sequence: u32,
}

/// A wish for a line, with the wallet it lives on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineWish {
    /// The wallet.
    pub wallet: WalletId,
    /// What is wanted.
    pub act: LineAct,
}
