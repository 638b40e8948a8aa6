//! Money of the operator's that moves at the provider without any customer: fees, payouts, and what disputes hold.
//!
//! With it the account `clearing:stripe` says what lies at Stripe, so that it can be compared with what Stripe says.

use money::Amount;

use crate::account::{Account, Transfer};

/// What moved money at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MoneyMovement {
    /// The provider kept a fee.
    Fee,
    /// The provider paid out to the operator's bank.
    Payout,
    /// A dispute took money away; below zero it came back.
    Dispute,
}

impl MoneyMovement {
    /// Every movement with its code.
    pub const ALL: [(MoneyMovement, &'static str); 3] = [
        (MoneyMovement::Fee, "fee"),
        (MoneyMovement::Payout, "payout"),
        (MoneyMovement::Dispute, "dispute_funds"),
    ];

    /// The code.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(movement, _)| *movement == self).map_or("fee", |(_, code)| code)
    }

    /// What an amount above zero moves: it leaves the money at the provider.
    pub(crate) fn transfer(self, amount: Amount) -> Option<Transfer> {
        let from = match self {
            MoneyMovement::Fee => Account::FeesStripe,
            MoneyMovement::Payout => Account::PayoutsStripe,
            MoneyMovement::Dispute => Account::Disputed,
        };
        let to = Account::ClearingStripe;
        let (debit, credit) = if amount.value() < 0 { (to, from) } else { (from, to) };
        let (amount, unit) = (amount.value().saturating_abs(), amount.unit());
        (amount > 0).then_some(Transfer { debit, credit, amount, unit })
    }
}
