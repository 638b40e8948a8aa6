//! What people read of the journal: wallets, grants, entries, open windows, usage and charges by hour, accounts.
//!
//! Owns the rows and how a batch of changes gets into them quickly. Which changes follow from a decision is the engine's to
//! say; it moves its cursor in the same transaction, so that each batch is in the views once.

mod apply;
mod changes;
mod difference;
mod line_rows;
mod lines;
mod read;

use std::borrow::Cow;

use book::{Account, EntryRef, Hash, WalletNo};
use money::{Amount, CustomerId, EntryId, GrantId, PaymentId, Quantity, Timestamp, Unit, WalletId};

use crate::stored::{row, words};

pub use changes::ViewChanges;
pub use difference::ViewDifference;
pub use line_rows::{
    CycleRow, LineChange, LineRow, PurchaseRow, PurchaseState, SessionRow, TermsMoved, TrafficRow,
    ZeroRatedRow,
};
pub use read::EntryCursor;

/// One change of the views, as the engine derives it from a decision. Amounts are smallest steps of the wallet's unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViewChange {
    /// A wallet is there.
    WalletOpened(WalletRow),
    /// What a wallet holds now.
    BalanceSet {
        /// The wallet.
        wallet_no: u32,
        /// Grants minus debt.
        posted: i64,
        /// What open windows will post.
        pending: i64,
        /// What holds reserve.
        held: i64,
    },
    /// A grant is there.
    GrantAdded(GrantRow),
    /// A grant has more or less left, or another state.
    GrantChanged {
        /// The wallet.
        wallet_no: u32,
        /// The grant's number in it.
        grant_no: u32,
        /// How much more is left; below zero for less.
        remaining_delta: i64,
        /// Its state from now on, if that changes.
        state: Option<GrantState>,
    },
    /// A movement is there.
    EntryAdded(EntryRow),
    /// A window is open.
    WindowOpened(WindowRow),
    /// An open window accrued.
    WindowChanged {
        /// The wallet.
        wallet_no: u32,
        /// The window's number in it.
        window_no: u32,
        /// How much more it will post.
        pending_delta: i64,
        /// How many more events it has counted.
        events_delta: i64,
    },
    /// A window is no longer open.
    WindowClosed {
        /// The wallet.
        wallet_no: u32,
        /// The window's number in it.
        window_no: u32,
    },
    /// More was used in one hour.
    UsageAdded {
        /// The wallet.
        wallet_no: u32,
        /// What was counted.
        meter_no: u32,
        /// Hours since the epoch.
        hour: i64,
        /// How much more.
        quantity_delta: Quantity,
        /// How many more events.
        events_delta: i64,
        /// How much more of it has been posted.
        posted_delta: i64,
        /// How much more of it is pending; below zero when a window posts.
        pending_delta: i64,
    },
    /// A charge took something, or one was given back.
    Charged {
        /// The wallet.
        wallet_no: u32,
        /// Hours since the epoch.
        hour: i64,
        /// What was charged for.
        charge_kind_no: u32,
        /// How `posted` changed by it: below zero for a charge.
        delta: i64,
    },
    /// Something about a line.
    Line(LineChange),
    /// All wallets together moved by entries of one kind in one quarter of an hour.
    Moved {
        /// When: see [`quarter_of`].
        quarter: i64,
        /// What they count.
        unit: Unit,
        /// As [`EntryRow::kind`].
        kind: Cow<'static, str>,
        /// As [`EntryRow::reason`].
        reason: Option<Cow<'static, str>>,
        /// How `posted` changed.
        delta: i64,
    },
    /// A ledger account moved.
    AccountMoved {
        /// Its name in the chart of accounts.
        account: Cow<'static, str>,
        /// What it counts.
        unit: Unit,
        /// How much more its balance is.
        delta: i64,
    },
}

row! {
    /// A wallet with its balance. `available` is posted − pending − held.
    pub struct WalletRow {
        /// Its number in the book.
        pub wallet_no: u32,
        /// Its name.
        pub wallet: WalletId,
        /// Whose it is.
        pub customer: CustomerId,
        /// What it counts.
        pub unit: Unit,
        /// Grants minus debt.
        pub posted: i64,
        /// What open windows will post.
        pub pending: i64,
        /// What holds reserve.
        pub held: i64,
        /// Since when.
        pub opened_at: Timestamp,
        /// How many entries it has.
        pub entries: u64,
        /// The last of them.
        pub newest: Option<EntryRef>,
    }
}

words! {
    /// Whether a grant can be used. One that is spent is `Active` with nothing remaining.
    pub enum GrantState {
        /// Not yet: its `effective_at` is ahead.
        Scheduled = "scheduled",
        /// Now.
        Active = "active",
        /// Its rest was lost; what open windows reserve of it remains until they post.
        Expired = "expired",
    }
}

row! {
    /// One dated lot of credit.
    pub struct GrantRow {
        /// The wallet it is in.
        pub wallet_no: u32,
        /// Its number there.
        pub grant_no: u32,
        /// Its name.
        pub id: GrantId,
        /// Where it comes from, as `promotional`.
        pub source: Cow<'static, str>,
        /// The code of the reason, where the source has one.
        pub reason: Option<Cow<'static, str>>,
        /// Smaller burns first.
        pub priority: u8,
        /// How much it was.
        pub amount: i64,
        /// How much of it is left, reserved or not.
        pub remaining: i64,
        /// From when it may be used, if that was later than `added_at`.
        pub effective_at: Option<Timestamp>,
        /// When its unreserved rest is lost.
        pub expires_at: Option<Timestamp>,
        /// What was paid for it.
        pub cost: Option<Amount>,
        /// The payment that bought it.
        pub payment: Option<PaymentId>,
        /// When it was added.
        pub added_at: Timestamp,
        /// Whether it can be used.
        pub state: GrantState,
    }
}

row! {
    /// One movement of a wallet, as its statement shows it. A wallet's entries never go back in time.
    pub struct EntryRow {
        /// Where it stands in the journal.
        pub entry: EntryRef,
        /// The wallet.
        pub wallet_no: u32,
        /// How many entries the wallet had before it.
        pub number: u64,
        /// The wallet's entry before it.
        pub previous: Option<EntryRef>,
        /// When it became true in the book's time.
        pub at: Timestamp,
        /// What it is, as a short code such as `charge`.
        pub kind: Cow<'static, str>,
        /// How `posted` changed by it.
        pub amount: i64,
        /// `posted` after it.
        pub posted_after: i64,
        /// The ledger account at the other end of it.
        pub account: Cow<'static, str>,
        /// What was charged for.
        pub charge_kind_no: Option<u32>,
        /// The meter, for use.
        pub meter_no: Option<u32>,
        /// The window that posted it, for use in a window.
        pub window_no: Option<u32>,
        /// Beginning of the time paid for.
        pub from_at: Option<Timestamp>,
        /// End of the time paid for.
        pub to_at: Option<Timestamp>,
        /// How much was used.
        pub quantity: Option<Quantity>,
        /// The grant that was added, came into effect or expired.
        pub grant_no: Option<u32>,
        /// The payment behind it.
        pub payment: Option<PaymentId>,
        /// The code of the reason, where one was given.
        pub reason: Option<Cow<'static, str>>,
    }
}

impl EntryRow {
    /// The id that the world sees.
    pub const fn id(&self) -> EntryId {
        self.entry.id()
    }

    /// True if nothing of it is told that a charge does not have.
    pub(crate) const fn is_short(&self) -> bool {
        self.meter_no.is_none()
            && self.window_no.is_none()
            && self.from_at.is_none()
            && self.to_at.is_none()
            && self.quantity.is_none()
            && self.grant_no.is_none()
            && self.payment.is_none()
            && self.reason.is_none()
    }

    /// The ledger accounts that gave and took.
    pub fn debit_and_credit(&self) -> (String, String) {
        let wallet = Account::Wallet(WalletNo(self.wallet_no)).to_string();
        let other = self.account.as_ref().to_owned();
        if self.amount < 0 { (wallet, other) } else { (other, wallet) }
    }
}

row! {
    /// A place from which a wallet's statement can be walked back: every [`ENTRIES_PER_MARK`]th entry has one.
    pub struct EntryMark {
        /// The wallet.
        pub wallet_no: u32,
        /// The entry.
        pub entry: EntryRef,
        /// When that became true.
        pub at: Timestamp,
    }
}

/// The key of a grant's rows: they are neighbours of the wallet's others. Wallets are numbered as long as memory holds them, far below
/// 2^31.
pub(crate) const fn grant_key(wallet_no: u32, grant_no: u32) -> i64 {
    ((wallet_no as i64) << 32) | grant_no as i64
}

/// A wallet's entries from one mark to the next.
pub const ENTRIES_PER_MARK: u64 = 64;

/// Quarters of an hour from the epoch to this instant.
pub const fn quarter_of(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(QUARTER)
}

/// Microseconds of a quarter of an hour.
const QUARTER: i64 = 15 * Timestamp::MINUTE;

row! {
    /// What all wallets of one unit moved in a quarter of an hour by entries of one kind.
    pub struct MovedRow {
        /// When: see [`quarter_of`].
        pub quarter: i64,
        /// What they count.
        pub unit: Unit,
        /// As [`EntryRow::kind`].
        pub kind: String,
        /// As [`EntryRow::reason`]; empty where there is none.
        pub reason: String,
        /// How `posted` changed by them.
        pub amount: i64,
    }
}

row! {
    /// What all wallets together moved by entries of one kind.
    pub struct Moved {
        /// As [`EntryRow::kind`].
        pub kind: String,
        /// As [`EntryRow::reason`].
        pub reason: Option<String>,
        /// How `posted` changed by them.
        pub amount: Amount,
    }
}

row! {
    /// A window that is open.
    pub struct WindowRow {
        /// The wallet.
        pub wallet_no: u32,
        /// Its number in the wallet.
        pub window_no: u32,
        /// What is counted.
        pub meter_no: u32,
        /// Its beginning.
        pub opened_at: Timestamp,
        /// Its end: it posts then.
        pub closes_at: Timestamp,
        /// What it will post as of now.
        pub pending: i64,
        /// How many events it has counted.
        pub events: i64,
    }
}

row! {
    /// What a wallet used of a meter in one hour.
    pub struct UsageRow {
        /// The wallet.
        pub wallet_no: u32,
        /// What was counted.
        pub meter_no: u32,
        /// Hours since the epoch.
        pub hour: i64,
        /// How much.
        pub quantity: Quantity,
        /// How many events.
        pub events: i64,
        /// How much of it has been posted.
        pub posted: i64,
        /// How much of it open windows will post.
        pub pending: i64,
    }
}

row! {
    /// What charges of one kind took from a wallet in one hour, and what was given back in it of such charges, taken whenever.
    pub struct ChargedRow {
        /// The wallet.
        pub wallet_no: u32,
        /// Hours since the epoch.
        pub hour: i64,
        /// What was charged for.
        pub charge_kind_no: u32,
        /// How many charges.
        pub charges: i64,
        /// What they took.
        pub charged: i64,
        /// How many charges were given back.
        pub reversals: i64,
        /// What came back.
        pub reversed: i64,
    }
}

row! {
    /// What charges of all kinds took from a wallet in one hour.
    pub struct ChargedHour {
        /// Hours since the epoch.
        pub hour: i64,
        /// What they took, less what was given back.
        pub amount: i64,
    }
}

row! {
    /// What charges of one kind took from a wallet in some hours.
    pub struct ChargedKind {
        /// What was charged for.
        pub charge_kind_no: u32,
        /// How many charges.
        pub charges: i64,
        /// What they took.
        pub charged: i64,
        /// How many charges were given back.
        pub reversals: i64,
        /// What came back.
        pub reversed: i64,
    }
}

row! {
    /// A ledger account.
    pub struct AccountRow {
        /// Its name in the chart of accounts.
        pub account: String,
        /// What it counts.
        pub unit: Unit,
        /// What it was credited minus what it was debited, or the other way round, as the engine signs its moves.
        pub balance: i64,
    }
}

row! {
    /// How far a reader of the journal has come.
    pub struct Cursor {
        /// The last row it has worked on; 0 before the first.
        pub position: u64,
        /// The hash of that row.
        pub hash: Hash,
    }
}
