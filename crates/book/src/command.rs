//! What may be asked of the book.

use money::{Amount, CustomerId, GrantId, PaymentId, Quantity, Timestamp, Unit, WalletId};

use crate::catalog::MeterNo;
use crate::taken_back::TakenBackCause;

/// A wish, with the key that makes it happen once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What makes two commands the same. Without one, each command counts.
    pub key: Option<CommandKey>,
    /// What is wanted.
    pub act: Act,
}

/// A keyed hash of what names a command, and a hash of all else that it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandKey {
    /// How long it is remembered, and among what it is looked for.
    pub space: KeySpace,
    /// A keyed 128-bit hash of the name.
    pub key: u128,
    /// A keyed 64-bit hash of the body: the same key with another body is refused.
    pub body: u64,
}

/// How long a key is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeySpace {
    /// For ever: payments and intents.
    Forever,
    /// For [`crate::REQUEST_MEMORY`] after its arrival: an API's idempotency key.
    Request,
    /// For the catalog's `lateness_max` after the event's own time: a usage event.
    Event,
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Open a wallet.
    OpenWallet {
        /// Its name.
        wallet: WalletId,
        /// Whose it is.
        customer: CustomerId,
        /// What it counts.
        unit: Unit,
        /// How far `available` may fall below zero by charges, in smallest steps; zero for a prepaid wallet.
        debt_limit: i64,
    },
    /// Add one dated lot of credit.
    Grant(GrantTerms),
    /// Take credit at once for something named, if it is available.
    Charge {
        /// From where.
        wallet: WalletId,
        /// How much; above zero.
        amount: Amount,
        /// The number of what is charged for.
        kind: u32,
    },
    /// Give back what a charge took, into the same grants.
    Reverse {
        /// From where it was taken.
        wallet: WalletId,
        /// The charge, read back from the journal by the caller.
        charge: ChargeTaken,
    },
    /// Take credit away for a reason, if it is available.
    Deduct {
        /// From where.
        wallet: WalletId,
        /// How much; above zero.
        amount: Amount,
        /// Why, as a code.
        reason: Reason,
    },
    /// Take credit that came by paying more than was owed: for an invoice, or because it was given back. Nothing else is touched.
    TakeOverpaid {
        /// From which wallet.
        wallet: WalletId,
        /// How much; above zero, and not more than is left of it.
        amount: Amount,
        /// What becomes of it.
        to: OverpaidTo,
    },
    /// Tell of use.
    Use {
        /// Whose.
        wallet: WalletId,
        /// Of what.
        meter: MeterNo,
        /// How much; for active time any quantity means activity.
        quantity: Quantity,
        /// When it happened.
        occurred_at: Timestamp,
        /// Whether it may still be refused.
        stage: UseStage,
    },
    /// Take back what a payment bought, or set that back.
    SetTakenBack(crate::taken_back::TakeBackTerms),
    /// Money of the operator's moved at the provider: no wallet changes.
    MoveMoney {
        /// What kind of movement.
        movement: crate::clearing::MoneyMovement,
        /// How much; below zero it goes the other way.
        amount: Amount,
    },
    /// Freeze a wallet, or thaw it.
    SetFrozen {
        /// Which.
        wallet: WalletId,
        /// Whether it is frozen from now on.
        is_frozen: bool,
    },
    /// Something about the line of a wallet.
    Line(Box<crate::line::LineWish>),
    /// Move the book's clock ahead (test clock).
    AdvanceClock {
        /// By so many microseconds; above zero.
        by: i64,
    },
}

/// A charge as the journal has it: what a reversal gives back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeTaken {
    /// The entry, as position and place (see [`crate::EntryRef`]).
    pub entry: crate::EntryRef,
    /// The number of what was charged for.
    pub kind: u32,
    /// What each grant gave.
    pub burns: Vec<(u32, i64)>,
    /// What no grant covered.
    pub debt: i64,
}

/// Whether use has happened already or asks first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UseStage {
    /// It has happened: it is counted even if it leaves debt.
    Reported,
    /// It waits at the guard: it is refused if its price is not available.
    Guarded,
}

/// A lot of credit to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantTerms {
    /// Into which wallet.
    pub wallet: WalletId,
    /// Its name.
    pub grant: GrantId,
    /// How much; above zero.
    pub amount: Amount,
    /// Where it comes from.
    pub source: Source,
    /// Smaller burns first.
    pub priority: u8,
    /// From when it may be used; in the past means at once.
    pub effective_at: Option<Timestamp>,
    /// When its unreserved rest is lost.
    pub expires_at: Option<Timestamp>,
    /// What was paid for it.
    pub cost: Option<Amount>,
    /// The payment that bought it.
    pub payment: Option<PaymentId>,
}

/// Where credit comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Given to win the customer.
    Promotional,
    /// Bought.
    Purchased,
    /// A plan's allowance of one cycle.
    Allowance,
    /// What was left of an allowance, for one cycle more.
    Carried,
    /// A correction in the customer's favour.
    Adjustment(Reason),
    /// Money that came for what was paid already, or is no more: it is the customer's, as credit.
    Overpaid(crate::line::PaidBy),
    /// Credit of a payment that was taken back and then set back.
    Reinstated,
}

/// What becomes of credit that came by paying more than was owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OverpaidTo {
    /// It pays part of an invoice, which says so by a bill of [`crate::BillItem::Credit`].
    Invoice,
    /// The operator gave it back, in this way.
    GivenBack(crate::line::PaidBy),
    /// The provider moved the money that it came with: a refund or a dispute took the payment back.
    TakenBack(TakenBackCause),
}

impl OverpaidTo {
    /// The code of those that were given back.
    pub const GIVEN_BACK: &str = "given_back";

    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            OverpaidTo::Invoice => "invoice",
            OverpaidTo::GivenBack(_) => Self::GIVEN_BACK,
            OverpaidTo::TakenBack(cause) => cause.code(),
        }
    }
}

/// Why credit was corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Something was counted wrongly.
    Correction,
    /// Good will.
    Goodwill,
    /// Credit carried over from another system.
    OpeningBalance,
    /// Use that was not meant to be paid.
    Misuse,
}

impl Reason {
    /// Every reason with its code as the API and the journal's readers write it.
    pub const ALL: [(Reason, &'static str); 4] = [
        (Reason::Correction, "correction"),
        (Reason::Goodwill, "goodwill"),
        (Reason::OpeningBalance, "opening_balance"),
        (Reason::Misuse, "misuse"),
    ];

    /// The code.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(reason, _)| *reason == self).map_or("correction", |(_, code)| code)
    }

    /// The reason of this code.
    pub fn from_code(code: &str) -> Option<Reason> {
        Self::ALL.iter().find(|(_, known)| *known == code).map(|(reason, _)| *reason)
    }
}
