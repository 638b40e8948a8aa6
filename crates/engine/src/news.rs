//! What others are to be told after a decision, by value.

use book::{Awaiting, EntryRef, GrantAdded, LineFact, LineStatus, Record};
use money::{Amount, CustomerId, PaymentId, Timestamp, Unit, WalletId};

/// What others are told after a decision, named by the place of that decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The decision.
    pub entry: EntryRef,
    /// When, by the book's clock.
    pub at: Timestamp,
    /// Whose wallet it is about.
    pub customer: CustomerId,
    /// What happened.
    pub news: News,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A payment was credited.
    CreditAdded {
        /// The wallet.
        wallet: WalletId,
        /// The payment.
        payment: PaymentId,
        /// How much credit it bought.
        amount: Amount,
        /// What the wallet holds after it, windows and holds not yet taken off.
        posted: Amount,
    },
    /// A pack was bought for a line: released, or waiting for its payment.
    Purchased {
        /// The wallet that the line lives on.
        wallet: WalletId,
        /// The purchase, by value.
        purchase: Awaiting,
    },
    /// A pack's credit was released for a line.
    Released {
        /// The wallet that the line lives on.
        wallet: WalletId,
        /// The purchase, by value.
        purchase: Awaiting,
    },
    /// A line was enabled, blocked or cancelled.
    LineStatusSet {
        /// The wallet that the line lives on.
        wallet: WalletId,
        /// Its status now.
        status: LineStatus,
    },
    /// Nothing is available any more in a wallet of money that had something.
    Exhausted {
        /// The wallet.
        wallet: WalletId,
        /// What is available now: zero, or less.
        available: Amount,
    },
}

/// Has `news` hear what a record means to others, about a wallet of this unit.
pub(crate) fn tell(record: &Record, (wallet, unit): (WalletId, Unit), mut news: impl FnMut(News)) {
    match record {
        Record::Line(record) => match &record.fact {
            LineFact::Bought { purchase, .. } => {
                news(News::Purchased { wallet, purchase: *purchase });
                news(News::Released { wallet, purchase: *purchase });
            }
            LineFact::Awaits { purchase } => news(News::Purchased { wallet, purchase: *purchase }),
            LineFact::Released { purchase, .. } => news(News::Released { wallet, purchase: *purchase }),
            LineFact::StatusSet { status } => news(News::LineStatusSet { wallet, status: *status }),
            _ => {}
        },
        Record::GrantAdded(GrantAdded { payment: Some(payment), amount, balance, .. }) => {
            news(News::CreditAdded {
                wallet,
                payment: *payment,
                amount: Amount::new(*amount, unit),
                posted: Amount::new(balance.posted, unit),
            });
        }
        _ => {}
    }
}

/// What is told when `was` was available in a wallet of money and `available` is now. Of lines others watch what is left.
pub(crate) fn exhausted((wallet, unit): (WalletId, Unit), was: i64, available: i64) -> Option<News> {
    let crossed = was > 0 && available <= 0 && unit != Unit::BYTE;
    crossed.then(|| News::Exhausted { wallet, available: Amount::new(available, unit) })
}
