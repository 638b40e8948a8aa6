//! What intents want of the book, as values. How they are stored stands in `stored`.

use book::{
    Act, Awaiting, BillItem, GrantTerms, LineAct, LineWish, MoneyMovement, OverpaidTo, PaidBy, PlanNo,
    Reason, Source, TakeBack, TakeBackTerms, TakenBackCause,
};
use money::{
    Amount, CustomerId, GrantId, IntentId, LineId, PaymentId, PurchaseId, Timestamp, TopupId, Unit, WalletId,
};
use store::tables::intents::Intent;

/// What an intent wants of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// A wallet for a customer.
    OpenWallet {
        /// The wallet.
        wallet: WalletId,
        /// Whose.
        customer: CustomerId,
        /// What it counts.
        unit: Unit,
    },
    /// A plan in service on a wallet.
    OpenLine {
        /// The wallet.
        wallet: WalletId,
        /// Whose.
        customer: CustomerId,
        /// The line.
        line: LineId,
        /// The plan.
        plan_no: u32,
        /// The day of the month on which its cycles begin.
        anchor_day: u8,
    },
    /// Data that a line used before it was ours.
    AddUse {
        /// The line's wallet.
        wallet: WalletId,
        /// Whose.
        customer: CustomerId,
        /// All bytes.
        total: i64,
        /// Those of them that do not lower the balance.
        outside: i64,
    },
    /// Credit that was not bought.
    Grant {
        /// Into which wallet.
        wallet: WalletId,
        /// Whose.
        customer: CustomerId,
        /// The grant's name.
        grant: GrantId,
        /// How much.
        amount: Amount,
        /// The reason's code for a correction; without one it is promotional.
        reason: Option<Reason>,
        /// When it expires.
        expires_at: Option<Timestamp>,
    },
    /// Credit that is taken away, if it is available.
    Deduct {
        /// From which wallet.
        wallet: WalletId,
        /// Whose.
        customer: CustomerId,
        /// How much.
        amount: Amount,
        /// Why.
        reason: Reason,
    },
    /// Credit that a payment bought.
    Credit {
        /// Into which wallet.
        wallet: WalletId,
        /// Whose.
        customer: CustomerId,
        /// The grant's name.
        grant: GrantId,
        /// How much.
        amount: Amount,
        /// The payment.
        payment: PaymentId,
        /// What it was for.
        topup: TopupId,
    },
    /// A purchase that was paid.
    Pay {
        /// The line's wallet.
        wallet: WalletId,
        /// Whose.
        customer: CustomerId,
        /// The purchase, by value.
        purchase: Awaiting,
        /// The name of the grant, if the payment releases it.
        grant: GrantId,
        /// How.
        by: PaidBy,
    },
    /// A purchase that will not be paid any more.
    WriteOff {
        /// The line's wallet.
        wallet: WalletId,
        /// Whose.
        customer: CustomerId,
        /// The purchase.
        purchase: PurchaseId,
        /// What becomes of the credit; `None` if it waits for the payment, and is not to be released any more.
        take_back: Option<TakeBack>,
    },
    /// Money that came for what was paid already, or is no more: the customer's credit.
    Deposit {
        /// Into which wallet.
        wallet: WalletId,
        /// Whose.
        customer: CustomerId,
        /// The grant's name.
        grant: GrantId,
        /// How much.
        amount: Amount,
        /// How it came.
        by: PaidBy,
    },
    /// Credit that came beyond what was owed goes to an invoice, or is given back.
    TakeOverpaid {
        /// From which wallet.
        wallet: WalletId,
        /// Whose.
        customer: CustomerId,
        /// How much.
        amount: Amount,
        /// What becomes of it.
        to: OverpaidTo,
    },
    /// So much of a payment is refunded or disputed, altogether.
    SetTakenBack {
        /// The wallet that it was credited to.
        wallet: WalletId,
        /// Whose.
        customer: CustomerId,
        /// The payment.
        payment: PaymentId,
        /// Why.
        cause: TakenBackCause,
        /// How much.
        amount: Amount,
        /// The name of the grant that holds what finds no place when it is set back.
        reinstated: GrantId,
        /// What it follows, if the payment bought data: then the amount is in bytes.
        data: Option<DataBack>,
    },
    /// Money of the operator's that moved at Stripe.
    MoveMoney {
        /// What moved it.
        movement: MoneyMovement,
        /// How much left it; below zero it came.
        amount: Amount,
    },
    /// What an invoice says of a line beside its purchases.
    Bill {
        /// The line's wallet.
        wallet: WalletId,
        /// Whose.
        customer: CustomerId,
        /// How much; below zero it is owed to the customer.
        amount: Amount,
        /// What becomes of it.
        step: BillStep,
    },
}

/// Of which pack data is taken back, and what of the payment was wanted when that was asked for, in steps of its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataBack {
    /// The grant of the pack.
    pub grant: GrantId,
    /// What had gone back of the money.
    pub wanted: i64,
    /// How much of that has its data taken.
    pub data_wanted: i64,
}

/// What becomes of something billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillStep {
    /// It is owed from now on.
    Owed(BillItem),
    /// It was paid.
    Paid(PaidBy),
    /// It will not be paid any more.
    WrittenOff,
}

impl Wish {
    /// The intent to store under `id`.
    pub fn intent(&self, id: IntentId, now: Timestamp) -> Intent {
        Intent {
            id,
            kind: self.kind().to_owned(),
            payload: self.to_json(),
            created_at: now,
            done_at: None,
            entry: None,
        }
    }

    /// What it is, as a short word.
    pub fn kind(&self) -> &'static str {
        match self {
            Wish::OpenWallet { .. } => "open_wallet",
            Wish::OpenLine { .. } => "open_line",
            Wish::AddUse { .. } => "add_use",
            Wish::Grant { .. } => "grant",
            Wish::Deduct { .. } => "deduct",
            Wish::Credit { .. } => "credit",
            Wish::Pay { .. } => PAY,
            Wish::WriteOff { .. } => WRITE_OFF,
            Wish::Deposit { .. } => "deposit",
            Wish::TakeOverpaid { .. } => TAKE_OVERPAID,
            Wish::SetTakenBack { .. } => "set_taken_back",
            Wish::MoveMoney { .. } => "move_money",
            Wish::Bill { .. } => BILL,
        }
    }

    pub(super) fn act(&self) -> Act {
        let purchased = |payment| (Source::Purchased, Some(payment));
        let (wallet, grant, amount, expires_at, (source, payment)) = match *self {
            Wish::Deduct { wallet, amount, reason, .. } => return Act::Deduct { wallet, amount, reason },
            Wish::OpenWallet { wallet, customer, unit } => {
                return Act::OpenWallet { wallet, customer, unit, debt_limit: 0 };
            }
            Wish::OpenLine { wallet, line, plan_no, anchor_day, .. } => {
                let act = LineAct::Open { line, plan: PlanNo(plan_no), anchor_day };
                return Act::Line(Box::new(LineWish { wallet, act }));
            }
            Wish::AddUse { wallet, total, outside, .. } => {
                let act = LineAct::AddUse { total, outside };
                return Act::Line(Box::new(LineWish { wallet, act }));
            }
            Wish::Pay { wallet, purchase, grant, by, .. } => {
                return Act::Line(Box::new(LineWish { wallet, act: LineAct::Pay { purchase, grant, by } }));
            }
            Wish::WriteOff { wallet, purchase, take_back, .. } => {
                let act = match take_back {
                    Some(take_back) => LineAct::WriteOff { purchase, take_back },
                    None => LineAct::Drop { purchase },
                };
                return Act::Line(Box::new(LineWish { wallet, act }));
            }
            Wish::SetTakenBack { wallet, payment, cause, amount, reinstated, data, .. } => {
                let grant = data.map(|data| data.grant);
                return Act::SetTakenBack(TakeBackTerms {
                    wallet,
                    payment,
                    grant,
                    cause,
                    amount,
                    reinstated,
                });
            }
            Wish::TakeOverpaid { wallet, amount, to, .. } => {
                return Act::TakeOverpaid { wallet, amount, to };
            }
            Wish::MoveMoney { movement, amount } => return Act::MoveMoney { movement, amount },
            Wish::Bill { wallet, amount, step, .. } => {
                let act = match step {
                    BillStep::Owed(item) => LineAct::Bill { item, amount },
                    BillStep::Paid(by) => LineAct::PayBill { amount, by },
                    BillStep::WrittenOff => LineAct::WriteOffBill { amount },
                };
                return Act::Line(Box::new(LineWish { wallet, act }));
            }
            Wish::Grant { wallet, grant, amount, reason, expires_at, .. } => {
                let source = reason.map_or(Source::Promotional, Source::Adjustment);
                (wallet, grant, amount, expires_at, (source, None))
            }
            Wish::Deposit { wallet, grant, amount, by, .. } => {
                (wallet, grant, amount, None, (Source::Overpaid(by), None))
            }
            Wish::Credit { wallet, grant, amount, payment, .. } => {
                (wallet, grant, amount, None, purchased(payment))
            }
        };
        Act::Grant(GrantTerms {
            wallet,
            grant,
            amount,
            source,
            priority: DEFAULT_PRIORITY,
            effective_at: None,
            expires_at,
            cost: payment.map(|_| amount),
            payment,
        })
    }

    /// Whose it is; nobody's, if it is the operator's own money.
    pub(super) fn customer(&self) -> Option<CustomerId> {
        match self {
            Wish::MoveMoney { .. } => None,
            Wish::OpenWallet { customer, .. }
            | Wish::OpenLine { customer, .. }
            | Wish::AddUse { customer, .. }
            | Wish::Grant { customer, .. }
            | Wish::Deduct { customer, .. }
            | Wish::Credit { customer, .. }
            | Wish::Pay { customer, .. }
            | Wish::WriteOff { customer, .. }
            | Wish::Deposit { customer, .. }
            | Wish::TakeOverpaid { customer, .. }
            | Wish::SetTakenBack { customer, .. }
            | Wish::Bill { customer, .. } => Some(*customer),
        }
    }
}

/// The kind of [`Wish::Pay`].
pub(super) const PAY: &str = "pay";
/// The kind of [`Wish::Bill`].
pub(super) const BILL: &str = "bill";
/// The kind of [`Wish::TakeOverpaid`].
pub(super) const TAKE_OVERPAID: &str = "take_overpaid";
/// The kind of [`Wish::WriteOff`].
pub(super) const WRITE_OFF: &str = "write_off";

/// The priority of a grant of which nothing is said.
pub const DEFAULT_PRIORITY: u8 = 50;
