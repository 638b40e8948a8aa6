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
    /// A payment was given back that no wallet can give up again, as what bought data; below zero it came back, or came for what staff
    /// then credited by hand.
    GivenBack,
}

impl MoneyMovement {
    /// Every movement with its code.
    pub const ALL: [(MoneyMovement, &'static str); 4] = [
        (MoneyMovement::Fee, "fee"),
        (MoneyMovement::Payout, "payout"),
        (MoneyMovement::Dispute, "dispute_funds"),
        (MoneyMovement::GivenBack, "given_back"),
    ];

    /// The code.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(movement, _)| *movement == self).map_or("fee", |(_, code)| code)
    }

    /// The one with this code.
    pub fn from_code(code: &str) -> Option<MoneyMovement> {
        Self::ALL.iter().find(|(_, known)| *known == code).map(|(movement, _)| *movement)
    }

    /// What an amount above zero moves: it leaves the money at the provider.
    pub(crate) fn transfer(self, amount: Amount) -> Option<Transfer> {
        let from = match self {
            MoneyMovement::Fee => Account::FeesStripe,
            MoneyMovement::Payout => Account::PayoutsStripe,
            MoneyMovement::Dispute => Account::Disputed,
            // What staff then take away by hand goes the other way.
            MoneyMovement::GivenBack => Account::Adjustment,
        };
        let to = Account::ClearingStripe;
        let (debit, credit) = if amount.value() < 0 { (to, from) } else { (from, to) };
        let (amount, unit) = (amount.value().saturating_abs(), amount.unit());
        (amount > 0).then_some(Transfer { debit, credit, amount, unit })
    }
}
