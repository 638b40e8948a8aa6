//! What has become true of a line, by value, and what it moves between the accounts.

use money::{GrantId, LineId, PurchaseId, Timestamp, Unit};

use super::bill::BillItem;
use super::plan::PlanNo;
use super::state::{Awaiting, Cycle, LineStatus, PaidBy, Session};
use super::traffic::Anomaly;
use super::zero_rated::TrafficNo;
use crate::account::{Account, Transfer};
use crate::decision::{Balance, Burns, WalletNo};

/// A fact about the line of a wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRecord {
    /// The wallet.
    pub wallet: WalletNo,
    /// The fact.
    pub fact: LineFact,
    /// The wallet after it.
    pub balance: Balance,
}

/// A grant as a fact about a line added it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    /// The grant's number in its wallet.
    pub grant_no: u32,
    /// Its name.
    pub grant: GrantId,
    /// Bytes.
    pub amount: i64,
    /// When its rest is lost.
    pub expires_at: Timestamp,
    /// How much of it paid debt at once.
    pub debt_paid: i64,
}

/// Bytes that were used, and what gave them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// All bytes of this cycle.
    pub total: i64,
    /// Those of them that do not lower the balance.
    pub outside: i64,
    /// Bytes of a cycle that is over: nothing is asked for them.
    pub earlier: i64,
    /// What the grants gave for `total` − `outside`.
    pub burns: Burns,
    /// What no grant covered.
    pub debt: i64,
}

/// A session's counters as they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// A hash of what names the session.
    pub session: u128,
    /// What is known of it now.
    pub after: Session,
    /// What was strange about it.
    pub anomaly: Option<Anomaly>,
    /// What it adds.
    pub taken: Taken,
    /// What of it is free because of what it is, if anything was told apart.
    pub zero_rated: Option<ZeroRated>,
}

/// Traffic that is free because of what it is. Bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZeroRated {
    /// What it is.
    pub traffic: TrafficNo,
    /// Told apart, of bytes that sessions count as well.
    pub told: i64,
    /// Such of the time before the cycle began.
    pub told_earlier: i64,
    /// What is free by that now; part of what the reading takes as outside.
    pub free: i64,
    /// What of it had been charged and is put back into grants.
    pub restored: Burns,
    /// What of it had been charged and pays debt.
    pub debt_paid: i64,
}

/// What has become true of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineFact {
    /// A plan is in service.
    Opened {
        /// Its name.
        line: LineId,
        /// The plan.
        plan: PlanNo,
        /// The day of the month on which its cycles begin.
        anchor_day: u8,
        /// The cycle that runs.
        cycle: Cycle,
        /// Its allowance, if the plan has one.
        allowance: Option<Lot>,
    },
    /// A cycle began.
    CycleBegan {
        /// The cycle.
        cycle: Cycle,
        /// Overshoot of the cycle before, which ends with it.
        forgiven: i64,
        /// Its allowance, if the plan has one.
        allowance: Option<Lot>,
    },
    /// What was left of an allowance lives one cycle longer.
    Carried {
        /// The grant that ends.
        grant_no: u32,
        /// What of it is lost.
        lost: i64,
        /// What goes on.
        lot: Lot,
    },
    /// Another plan is in service.
    PlanChanged {
        /// The plan.
        plan: PlanNo,
        /// What makes up a larger allowance.
        allowance: Option<Lot>,
    },
    /// It was enabled, blocked or cancelled.
    StatusSet {
        /// The status.
        status: LineStatus,
    },
    /// A pack was bought and released; it is to be paid.
    Bought {
        /// The purchase.
        purchase: Awaiting,
        /// What it released.
        lot: Lot,
    },
    /// A pack was bought; it is released when it is paid.
    Awaits {
        /// The purchase.
        purchase: Awaiting,
    },
    /// A purchase was paid and released.
    Released {
        /// The purchase.
        purchase: Awaiting,
        /// How it was paid.
        by: PaidBy,
        /// What it released.
        lot: Lot,
    },
    /// A purchase that had been released was paid.
    Paid {
        /// The purchase.
        purchase: PurchaseId,
        /// What was owed for it.
        price: money::Amount,
        /// How it was paid.
        by: PaidBy,
    },
    /// A purchase that waited for its payment is not wanted any more.
    Dropped {
        /// The purchase.
        purchase: PurchaseId,
    },
    /// A purchase that had been released will not be paid any more.
    WrittenOff {
        /// The purchase.
        purchase: PurchaseId,
        /// What was owed for it.
        price: money::Amount,
        /// What of its grant was taken back.
        burns: Burns,
    },
    /// A purchase that had been written off was paid all the same.
    Recovered {
        /// The purchase.
        purchase: PurchaseId,
        /// What was owed for it.
        price: money::Amount,
        /// How it was paid.
        by: PaidBy,
        /// What had been taken back, given again.
        lot: Option<Lot>,
    },
    /// Something is owed for the line beside its purchases, as an invoice says.
    Billed {
        /// What for.
        item: BillItem,
        /// How much; below zero it is owed to the customer.
        amount: money::Amount,
    },
    /// What was billed was paid.
    BillPaid {
        /// How much; below zero it made up for something else.
        amount: money::Amount,
        /// How it was paid.
        by: PaidBy,
    },
    /// What was billed will not be paid any more.
    BillWrittenOff {
        /// How much.
        amount: money::Amount,
    },
    /// A session's counters were read.
    Read(Read),
    /// These sessions are over, with the counters last known.
    SessionsClosed {
        /// Hashes of what names them.
        sessions: Vec<u128>,
    },
    /// All sessions of a router are over. Told by journals in which no router spoke through another.
    SessionsEnded {
        /// The router.
        nas: u32,
        /// When.
        at: Timestamp,
    },
    /// Use that was not read from counters.
    Used(Taken),
    /// The router confirmed that the line is slowed, walled or blocked.
    Restricted {
        /// Since when.
        at: Timestamp,
    },
    /// The router confirmed that it has its speed again.
    Restored {
        /// Since when.
        at: Timestamp,
    },
}

/// What a fact moves, on a wallet that counts in `unit`.
pub(crate) fn line_transfers(record: &LineRecord, unit: Unit) -> [Option<Transfer>; 3] {
    let wallet = Account::Wallet(record.wallet);
    let moved = |debit, credit, amount| (amount > 0).then_some(Transfer { debit, credit, amount, unit });
    let owed = |debit, credit, price: &money::Amount| {
        let (amount, unit) = (price.value(), price.unit());
        (amount > 0).then_some(Transfer { debit, credit, amount, unit })
    };
    let allowed = |lot: &Option<Lot>| lot.and_then(|lot| moved(Account::Allowance, wallet, lot.amount));
    let used = |taken: &Taken| {
        [
            moved(wallet, Account::Used, taken.total),
            moved(Account::Outside, wallet, taken.outside),
            moved(Account::Outside, Account::Used, taken.earlier),
        ]
    };
    match &record.fact {
        LineFact::Opened { allowance, .. } | LineFact::PlanChanged { allowance, .. } => {
            [allowed(allowance), None, None]
        }
        LineFact::CycleBegan { forgiven, allowance, .. } => {
            [allowed(allowance), moved(Account::Outside, wallet, *forgiven), None]
        }
        LineFact::Carried { lost, .. } => [moved(wallet, Account::Breakage, *lost), None, None],
        LineFact::Bought { purchase, lot } => [
            moved(Account::Sold, wallet, lot.amount),
            owed(Account::Receivable, Account::RevenuePack, &purchase.price),
            None,
        ],
        LineFact::Released { purchase, by, lot } => [
            moved(Account::Sold, wallet, lot.amount),
            owed(Account::clearing(*by), Account::RevenuePack, &purchase.price),
            None,
        ],
        LineFact::Paid { price, by, .. } => {
            [owed(Account::clearing(*by), Account::Receivable, price), None, None]
        }
        LineFact::WrittenOff { price, burns, .. } => [
            moved(wallet, Account::Sold, burns.total()),
            owed(Account::WrittenOff, Account::Receivable, price),
            None,
        ],
        LineFact::Recovered { price, by, lot, .. } => [
            lot.and_then(|lot| moved(Account::Sold, wallet, lot.amount)),
            owed(Account::clearing(*by), Account::WrittenOff, price),
            None,
        ],
        LineFact::Billed { item, amount } => {
            [signed(Account::Receivable, item.account(), amount), None, None]
        }
        LineFact::BillPaid { amount, by } => {
            [signed(Account::clearing(*by), Account::Receivable, amount), None, None]
        }
        LineFact::BillWrittenOff { amount } => {
            [signed(Account::WrittenOff, Account::Receivable, amount), None, None]
        }
        LineFact::Read(read) => used(&read.taken),
        LineFact::Used(taken) => used(taken),
        LineFact::StatusSet { .. }
        | LineFact::Awaits { .. }
        | LineFact::Dropped { .. }
        | LineFact::SessionsClosed { .. }
        | LineFact::SessionsEnded { .. }
        | LineFact::Restricted { .. }
        | LineFact::Restored { .. } => [None, None, None],
    }
}

/// A movement of money that goes the other way if it is below zero.
fn signed(debit: Account, credit: Account, amount: &money::Amount) -> Option<Transfer> {
    let unit = amount.unit();
    let (debit, credit) = if amount.value() < 0 { (credit, debit) } else { (debit, credit) };
    let amount = amount.value().saturating_abs();
    (amount > 0).then_some(Transfer { debit, credit, amount, unit })
}
