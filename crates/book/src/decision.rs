//! The book said yes: what has become true, by value.
//!
//! A decision carries everything that `apply` and every later reader need: no rule, price or table is asked again. Wallets,
//! grants and windows are named by dense numbers, which the record that made them ties to their ids.

use money::{Amount, CustomerId, GrantId, PaymentId, Quantity, Timestamp, Unit, WalletId};

use crate::catalog::{MeterNo, Price};
use crate::command::{CommandKey, OverpaidTo, Reason, Source};

/// The dense number of a wallet in its book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WalletNo(pub u32);

/// One atomic fact, when it became so, and the key of the command that asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The book's time. For what was due (an expiry, a window's end) the time it was due.
    pub at: Timestamp,
    /// The command's key, remembered with this decision.
    pub key: Option<CommandKey>,
    /// What has become true.
    pub record: Record,
}

/// What a wallet holds: `available` = `posted` − `pending` − `held`. In smallest steps of the wallet's unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Grants minus debt.
    pub posted: i64,
    /// What open windows will post.
    pub pending: i64,
    /// What holds reserve.
    pub held: i64,
}

impl Balance {
    /// What may be spent now. Saturates at the ends of 64 bits, which no wallet reaches.
    pub const fn available(&self) -> i64 {
        self.posted.saturating_sub(self.pending).saturating_sub(self.held)
    }
}

/// What some grants give, in burn order: (number of the grant, amount above zero). The first is kept in place, as most are one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Burns {
    first: Option<(u32, i64)>,
    rest: Vec<(u32, i64)>,
}

impl Burns {
    /// Adds what one more grant gives.
    pub fn push(&mut self, grant_no: u32, amount: i64) {
        if self.first.is_none() {
            self.first = Some((grant_no, amount));
        } else {
            self.rest.push((grant_no, amount));
        }
    }

    /// Adds to what this grant gives, if it is more than nothing.
    pub(crate) fn add(&mut self, grant_no: u32, amount: i64) {
        if amount == 0 {
            return;
        }
        match self.first.iter_mut().chain(&mut self.rest).find(|(known, _)| *known == grant_no) {
            Some((_, sum)) => *sum += amount,
            None => self.push(grant_no, amount),
        }
    }

    /// What this grant gives.
    pub(crate) fn of(&self, grant_no: u32) -> i64 {
        self.iter().filter(|(known, _)| *known == grant_no).map(|(_, amount)| amount).sum()
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, i64)> {
        self.first.iter().chain(self.rest.iter()).copied()
    }

    /// How many grants give.
    pub fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    /// True if none gives.
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// What they give together.
    pub fn total(&self) -> i64 {
        self.iter().map(|(_, amount)| amount).sum()
    }
}

impl FromIterator<(u32, i64)> for Burns {
    fn from_iter<I: IntoIterator<Item = (u32, i64)>>(parts: I) -> Burns {
        let mut burns = Burns::default();
        for (grant_no, amount) in parts {
            burns.push(grant_no, amount);
        }
        burns
    }
}

/// A lot of credit as it was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantAdded {
    /// The wallet.
    pub wallet: WalletNo,
    /// The grant's number in its wallet.
    pub grant_no: u32,
    /// Its name.
    pub grant: GrantId,
    /// How much.
    pub amount: i64,
    /// Where it comes from.
    pub source: Source,
    /// Smaller burns first.
    pub priority: u8,
    /// From when it may be used, if that was later than the decision: it is scheduled and posts then.
    pub effective_at: Option<Timestamp>,
    /// When its unreserved rest is lost.
    pub expires_at: Option<Timestamp>,
    /// What was paid for it.
    pub cost: Option<Amount>,
    /// The payment that bought it.
    pub payment: Option<PaymentId>,
    /// How much of it paid debt at once.
    pub debt_paid: i64,
    /// The wallet after it.
    pub balance: Balance,
}

/// A window as it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowOpened {
    /// The wallet.
    pub wallet: WalletNo,
    /// The window's number in its wallet.
    pub window_no: u32,
    /// What is counted.
    pub meter: MeterNo,
    /// Its beginning.
    pub opened_at: Timestamp,
    /// Its end: it posts then.
    pub closes_at: Timestamp,
    /// The price in force, kept until it posts.
    pub price: Price,
    /// When the use happened that opened it.
    pub occurred_at: Timestamp,
    /// How much was used.
    pub quantity: Quantity,
    /// What it will post as of now.
    pub pending: i64,
    /// What the grants reserve for it.
    pub reserved: Burns,
    /// The wallet after it.
    pub balance: Balance,
}

/// A posted charge for use: by a window's end, or at once for use told too late for its window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsagePosted {
    /// The wallet.
    pub wallet: WalletNo,
    /// The window that ends by this; `None` for use told after its time.
    pub window_no: Option<u32>,
    /// What was counted.
    pub meter: MeterNo,
    /// Beginning of the time paid for.
    pub opened_at: Timestamp,
    /// End of the time paid for.
    pub closes_at: Timestamp,
    /// When the late use happened; `None` at a window's end.
    pub occurred_at: Option<Timestamp>,
    /// How much was used in it.
    pub quantity: Quantity,
    /// Whether use in that time of which news comes later is paid by this: so with active windows, not with prices per unit.
    pub covers: bool,
    /// What it costs; zero is possible.
    pub amount: i64,
    /// What the grants gave.
    pub burns: Burns,
    /// What no grant covered.
    pub debt: i64,
    /// The wallet after it.
    pub balance: Balance,
}

/// What has become true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// An owner of the book began to answer. The first row of each epoch.
    Opened {
        /// The epoch.
        epoch: u64,
    },
    /// A wallet was opened.
    WalletOpened {
        /// Its number.
        wallet: WalletNo,
        /// Its name.
        id: WalletId,
        /// Whose it is.
        customer: CustomerId,
        /// What it counts.
        unit: Unit,
        /// How far below zero charges may take it.
        debt_limit: i64,
    },
    /// Credit was added, or scheduled.
    GrantAdded(GrantAdded),
    /// A scheduled grant may be used from now on.
    GrantEffective {
        /// The wallet.
        wallet: WalletNo,
        /// The grant.
        grant_no: u32,
        /// How much was added.
        amount: i64,
        /// Where it comes from.
        source: Source,
        /// How much of it paid debt at once.
        debt_paid: i64,
        /// The wallet after it.
        balance: Balance,
    },
    /// A grant's unreserved rest was lost.
    GrantExpired {
        /// The wallet.
        wallet: WalletNo,
        /// The grant.
        grant_no: u32,
        /// How much was lost; zero is possible.
        amount: i64,
        /// The wallet after it.
        balance: Balance,
    },
    /// Credit was taken for something named.
    Charged {
        /// The wallet.
        wallet: WalletNo,
        /// The number of what was charged for.
        kind: u32,
        /// How much.
        amount: i64,
        /// What the grants gave.
        burns: Burns,
        /// What no grant covered.
        debt: i64,
        /// The wallet after it.
        balance: Balance,
    },
    /// A charge was given back into the same grants.
    Reversed {
        /// The wallet.
        wallet: WalletNo,
        /// The charge.
        charge: EntryRef,
        /// The number of what was charged for.
        kind: u32,
        /// What went back into grants that still live.
        restored: Burns,
        /// What would have gone into grants that have expired since: it is lost with them.
        expired: i64,
        /// Which of them would have had how much of that, where it is known.
        lost: Burns,
        /// How much debt it took back.
        debt_paid: i64,
        /// The wallet after it.
        balance: Balance,
    },
    /// Credit was taken away for a reason.
    Deducted {
        /// The wallet.
        wallet: WalletNo,
        /// Why.
        reason: Reason,
        /// How much.
        amount: i64,
        /// What the grants gave.
        burns: Burns,
        /// What no grant covered.
        debt: i64,
        /// The wallet after it.
        balance: Balance,
    },
    /// Credit that was paid beyond what was owed went to an invoice, or was given back.
    OverpaidTaken {
        /// The wallet.
        wallet: WalletNo,
        /// What became of it.
        to: OverpaidTo,
        /// How much.
        amount: i64,
        /// What the grants gave.
        burns: Burns,
        /// The wallet after it.
        balance: Balance,
    },
    /// A window was opened by use.
    WindowOpened(WindowOpened),
    /// More use fell into an open window.
    WindowAccrued {
        /// The wallet.
        wallet: WalletNo,
        /// The window.
        window_no: u32,
        /// When the use happened.
        occurred_at: Timestamp,
        /// How much was used.
        quantity: Quantity,
        /// How much more the window will post.
        pending: i64,
        /// What the grants reserve for that.
        reserved: Burns,
        /// The wallet after it.
        balance: Balance,
    },
    /// Use fell into a window that had been paid already.
    UsageCovered {
        /// The wallet.
        wallet: WalletNo,
        /// What was counted.
        meter: MeterNo,
        /// When the use happened.
        occurred_at: Timestamp,
        /// How much was used.
        quantity: Quantity,
    },
    /// A window ended and posted, or late use posted at once.
    UsagePosted(UsagePosted),
    /// So much of a payment is taken back from now on.
    TakenBackSet(Box<crate::taken_back::TakenBackSet>),
    /// Money of the operator's moved at the provider.
    MoneyMoved {
        /// What kind of movement.
        movement: crate::clearing::MoneyMovement,
        /// How much; below zero it went the other way.
        amount: Amount,
    },
    /// A wallet was frozen, or thawed.
    FrozenSet {
        /// The wallet.
        wallet: WalletNo,
        /// Whether it is frozen from now on.
        is_frozen: bool,
    },
    /// Something became true of a line.
    Line(Box<crate::line::LineRecord>),
    /// The book's clock was moved ahead.
    ClockAdvanced {
        /// By so many microseconds.
        by: i64,
    },
    /// Keys of before these hours are not remembered any more.
    Forgot {
        /// Usage events of hours before this one are refused.
        events_before: i64,
        /// API keys that arrived in hours before this one are free again.
        requests_before: i64,
    },
}

impl Record {
    /// The wallet that it is about.
    pub fn wallet(&self) -> Option<WalletNo> {
        match self {
            Record::Opened { .. }
            | Record::ClockAdvanced { .. }
            | Record::MoneyMoved { .. }
            | Record::Forgot { .. } => None,
            Record::TakenBackSet(set) => Some(set.wallet),
            Record::WalletOpened { wallet, .. }
            | Record::GrantEffective { wallet, .. }
            | Record::GrantExpired { wallet, .. }
            | Record::Charged { wallet, .. }
            | Record::Reversed { wallet, .. }
            | Record::Deducted { wallet, .. }
            | Record::OverpaidTaken { wallet, .. }
            | Record::WindowAccrued { wallet, .. }
            | Record::FrozenSet { wallet, .. }
            | Record::UsageCovered { wallet, .. } => Some(*wallet),
            Record::GrantAdded(added) => Some(added.wallet),
            Record::WindowOpened(opened) => Some(opened.wallet),
            Record::UsagePosted(posted) => Some(posted.wallet),
            Record::Line(record) => Some(record.wallet),
        }
    }

    /// The wallet's balance after it, where it changes one.
    pub fn balance(&self) -> Option<Balance> {
        match self {
            Record::GrantAdded(added) => Some(added.balance),
            Record::WindowOpened(opened) => Some(opened.balance),
            Record::UsagePosted(posted) => Some(posted.balance),
            Record::Line(record) => Some(record.balance),
            Record::TakenBackSet(set) => Some(set.balance),
            Record::GrantEffective { balance, .. }
            | Record::GrantExpired { balance, .. }
            | Record::Charged { balance, .. }
            | Record::Reversed { balance, .. }
            | Record::Deducted { balance, .. }
            | Record::OverpaidTaken { balance, .. }
            | Record::WindowAccrued { balance, .. } => Some(*balance),
            Record::WalletOpened { .. } => Some(Balance::default()),
            Record::Opened { .. }
            | Record::UsageCovered { .. }
            | Record::FrozenSet { .. }
            | Record::ClockAdvanced { .. }
            | Record::MoneyMoved { .. }
            | Record::Forgot { .. } => None,
        }
    }
}

/// Where a decision stands in the journal: position and place, packed into 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryRef(u64);

impl EntryRef {
    const ORDINAL_BITS: u32 = 20;
    /// The most decisions in one batch.
    pub const BATCH_LEN_MAX: u32 = 1 << Self::ORDINAL_BITS;
    /// The last position that a journal can have: at a thousand batches a second, 557 years.
    pub const POSITION_MAX: u64 = (1 << (64 - Self::ORDINAL_BITS)) - 1;

    /// The decision at `ordinal` of the batch at `position`; both are kept below their limits by the batch that is built.
    pub const fn new(position: u64, ordinal: u32) -> EntryRef {
        EntryRef((position << Self::ORDINAL_BITS) | ordinal as u64)
    }

    /// Position of the batch.
    pub const fn position(self) -> u64 {
        self.0 >> Self::ORDINAL_BITS
    }

    /// Place in the batch.
    #[allow(clippy::cast_possible_truncation, reason = "masked to 20 bits")]
    pub const fn ordinal(self) -> u32 {
        (self.0 & (Self::BATCH_LEN_MAX as u64 - 1)) as u32
    }

    /// The packed number.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The entry of this packed number.
    pub const fn from_u64(packed: u64) -> EntryRef {
        EntryRef(packed)
    }

    /// The id that the world sees.
    pub const fn id(self) -> money::EntryId {
        money::EntryId::at(self.position(), self.ordinal())
    }
}
