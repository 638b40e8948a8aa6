//! The chart of accounts, and what each decision moves between them.
//!
//! Every movement is a transfer: one account gives, another takes, so per unit all accounts of a book sum to zero.

use core::fmt;

use money::Unit;

use crate::command::{OverpaidTo, Source};
use crate::decision::{Record, WalletNo};
use crate::line::{PaidBy, line_transfers};
use crate::taken_back::{BackMove, TakenBackCause, owed_of_used};

/// A ledger account of one unit. Wallets, `revenue` and `breakage` grow by what they are credited; the others are what gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// A wallet: what is owed to the customer as credit, below zero what he owes.
    Wallet(WalletNo),
    /// Money at Stripe for credit sold.
    ClearingStripe,
    /// Credit earned by use.
    RevenueUsage,
    /// Credit earned by charges.
    RevenueCharge,
    /// Credit given away.
    Promotional,
    /// Corrections in either direction.
    Adjustment,
    /// Credit that expired.
    Breakage,
    /// Bytes that plans gave.
    Allowance,
    /// Bytes that were sold.
    Sold,
    /// Bytes that were used.
    Used,
    /// Bytes that were used and cost nothing.
    Outside,
    /// Money owed for what was sold.
    Receivable,
    /// Money earned by packs.
    RevenuePack,
    /// Money owed that will not come.
    WrittenOff,
    /// Money at the bank for boletos.
    ClearingBoleto,
    /// Money at the bank for Pix.
    ClearingPix,
    /// Money that staff took in another way.
    ClearingHand,
    /// Money earned by plans' fees.
    RevenuePlan,
    /// Money earned by fines and interest.
    RevenueLateFee,
    /// Money that customers' banks took back.
    Disputed,
    /// What Stripe keeps for its work.
    FeesStripe,
    /// What Stripe paid out to the operator's bank.
    PayoutsStripe,
    /// Customers' credit on its way to their invoices: nothing but in between.
    ClearingCredit,
}

impl Account {
    /// Every account that is not a wallet.
    pub const SHARED: [Account; 22] = [
        Account::ClearingStripe,
        Account::RevenueUsage,
        Account::RevenueCharge,
        Account::Promotional,
        Account::Adjustment,
        Account::Breakage,
        Account::Allowance,
        Account::Sold,
        Account::Used,
        Account::Outside,
        Account::Receivable,
        Account::RevenuePack,
        Account::WrittenOff,
        Account::ClearingBoleto,
        Account::ClearingPix,
        Account::ClearingHand,
        Account::RevenuePlan,
        Account::RevenueLateFee,
        Account::Disputed,
        Account::FeesStripe,
        Account::PayoutsStripe,
        Account::ClearingCredit,
    ];

    /// Its name in the chart, unless it is a wallet: that one is named by its number.
    pub const fn shared_name(self) -> Option<&'static str> {
        match self {
            Account::Wallet(_) => None,
            Account::ClearingStripe => Some("clearing:stripe"),
            Account::RevenueUsage => Some("revenue:usage"),
            Account::RevenueCharge => Some("revenue:charge"),
            Account::Promotional => Some("promotional"),
            Account::Adjustment => Some("adjustment"),
            Account::Breakage => Some("breakage"),
            Account::Allowance => Some("allowance"),
            Account::Sold => Some("sold"),
            Account::Used => Some("used"),
            Account::Outside => Some("outside"),
            Account::Receivable => Some("receivable"),
            Account::RevenuePack => Some("revenue:pack"),
            Account::WrittenOff => Some("written_off"),
            Account::ClearingBoleto => Some("clearing:boleto"),
            Account::ClearingPix => Some("clearing:pix"),
            Account::ClearingHand => Some("clearing:hand"),
            Account::RevenuePlan => Some("revenue:plan"),
            Account::RevenueLateFee => Some("revenue:late_fee"),
            Account::Disputed => Some("disputed"),
            Account::FeesStripe => Some("fees:stripe"),
            Account::PayoutsStripe => Some("payouts:stripe"),
            Account::ClearingCredit => Some("clearing:credit"),
        }
    }

    pub(crate) fn of_source(source: Source) -> Account {
        match source {
            Source::Promotional => Account::Promotional,
            // What is reinstated moves with what set it back, under the account of its cause; alone it would be money of Stripe's.
            Source::Purchased | Source::Reinstated => Account::ClearingStripe,
            Source::Allowance | Source::Carried => Account::Allowance,
            Source::Adjustment(_) => Account::Adjustment,
            Source::Overpaid(by) => Account::clearing(by),
        }
    }

    /// Where money is that came so.
    pub(crate) fn clearing(by: PaidBy) -> Account {
        match by {
            PaidBy::Boleto => Account::ClearingBoleto,
            PaidBy::Pix => Account::ClearingPix,
            PaidBy::Card => Account::ClearingStripe,
            PaidBy::Hand => Account::ClearingHand,
        }
    }

    /// Where credit goes that came by paying more than was owed.
    fn of_overpaid(to: OverpaidTo) -> Account {
        match to {
            OverpaidTo::Invoice => Account::ClearingCredit,
            OverpaidTo::GivenBack(by) => Account::clearing(by),
            // What left the provider is booked there by itself, as given back or as disputed.
            OverpaidTo::TakenBack(TakenBackCause::Refund) => Account::Adjustment,
            OverpaidTo::TakenBack(TakenBackCause::Dispute) => Account::Disputed,
        }
    }

    pub(crate) fn byte(self) -> Option<u8> {
        Self::SHARED.iter().position(|account| *account == self).and_then(|place| u8::try_from(place).ok())
    }

    pub(crate) fn from_byte(byte: u8) -> Option<Account> {
        Self::SHARED.get(usize::from(byte)).copied()
    }
}

impl fmt::Display for Account {
    /// The name in the chart; a wallet is named by its number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.shared_name()) {
            (Account::Wallet(WalletNo(no)), _) => write!(f, "wallet:{no}"),
            (_, name) => f.write_str(name.unwrap_or_default()),
        }
    }
}

/// An amount above zero that one account gives and another takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The account that gives.
    pub debit: Account,
    /// The account that takes.
    pub credit: Account,
    /// How much, in smallest steps of `unit`.
    pub amount: i64,
    /// What is moved.
    pub unit: Unit,
}

/// What `record` moves, in a wallet that counts in `unit`. Nothing for what only reserves, counts or opens.
pub fn transfers(record: &Record, unit: Unit) -> impl Iterator<Item = Transfer> {
    let moved = |debit, credit, amount| (amount > 0).then_some(Transfer { debit, credit, amount, unit });
    let wallet = record.wallet().map(Account::Wallet);
    let [first, second] = match (record, wallet) {
        (Record::GrantAdded(added), Some(wallet)) if added.effective_at.is_none() => {
            [moved(Account::of_source(added.source), wallet, added.amount), None]
        }
        (Record::GrantEffective { amount, source, .. }, Some(wallet)) => {
            [moved(Account::of_source(*source), wallet, *amount), None]
        }
        (Record::GrantExpired { amount, .. }, Some(wallet)) => {
            [moved(wallet, Account::Breakage, *amount), None]
        }
        (Record::Charged { amount, .. }, Some(wallet)) => {
            [moved(wallet, Account::RevenueCharge, *amount), None]
        }
        (Record::Deducted { amount, .. }, Some(wallet)) => {
            [moved(wallet, Account::Adjustment, *amount), None]
        }
        (Record::OverpaidTaken { amount, to, .. }, Some(wallet)) => {
            [moved(wallet, Account::of_overpaid(*to), *amount), None]
        }
        (Record::UsagePosted(posted), Some(wallet)) => {
            [moved(wallet, Account::RevenueUsage, posted.amount), None]
        }
        (Record::Reversed { restored, expired, debt_paid, .. }, Some(wallet)) => {
            let back = restored.total() + expired + debt_paid;
            [moved(Account::RevenueCharge, wallet, back), moved(wallet, Account::Breakage, *expired)]
        }
        (Record::TakenBackSet(set), Some(wallet)) => {
            let account = set.cause.account(unit);
            match &set.moved {
                BackMove::Taken { burns, lost, used } => [
                    moved(wallet, account, burns.total() + owed_of_used(*used, unit)),
                    moved(Account::Breakage, account, *lost),
                ],
                BackMove::Returned { restored, lost, used, reinstated, .. } => {
                    let homeless = reinstated.map_or(0, |reinstated| reinstated.amount);
                    [
                        moved(account, wallet, restored.total() + owed_of_used(*used, unit) + homeless),
                        moved(account, Account::Breakage, *lost),
                    ]
                }
            }
        }
        (Record::MoneyMoved { movement, amount }, None) => [movement.transfer(*amount), None],
        (Record::Line(record), Some(_)) => return line_transfers(record, unit).into_iter().flatten(),
        _ => [None, None],
    };
    [first, second, None].into_iter().flatten()
}
