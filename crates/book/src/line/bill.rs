//! What is owed for a line beside its purchases: the plan's fee and corrections, as invoices say.
//!
//! The book keeps what is open, so that nothing is paid or written off that was not billed. That a month is billed once is
//! held by the command's key, which the caller makes of the line and the month.

use money::{Amount, Unit};

use super::record::LineFact;
use super::state::{Line, PaidBy};
use crate::account::Account;
use crate::decide::check_size;
use crate::refusal::Refusal;

/// What is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BillItem {
    /// The plan's fee of a month.
    Fee,
    /// A correction, in either direction.
    Adjustment,
    /// Fine and interest that were paid after the due day.
    LateFee,
    /// The customer's own credit, taken off an invoice; above zero it was not there any more, and is owed again.
    Credit,
}

impl BillItem {
    /// Every item with its code.
    pub const ALL: [(BillItem, &'static str); 4] = [
        (BillItem::Fee, "fee"),
        (BillItem::Adjustment, "adjustment"),
        (BillItem::LateFee, "late_fee"),
        (BillItem::Credit, "credit"),
    ];

    /// The code.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("fee", |(_, code)| code)
    }

    /// The item of this code.
    pub fn from_code(code: &str) -> Option<BillItem> {
        Self::ALL.iter().find(|(_, known)| *known == code).map(|(item, _)| *item)
    }

    pub(super) fn account(self) -> Account {
        match self {
            BillItem::Fee => Account::RevenuePlan,
            BillItem::Adjustment => Account::Adjustment,
            BillItem::LateFee => Account::RevenueLateFee,
            BillItem::Credit => Account::ClearingCredit,
        }
    }
}

/// What was billed for a line and is open still. What is owed by the customer and to him are kept apart: one bill may pay the other only
/// where an invoice says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Billed {
    /// What he owes, zero or above.
    pub owed: Amount,
    /// What is owed to him, zero or above.
    pub owed_back: Amount,
}

impl Billed {
    pub(super) fn nothing(unit: Unit) -> Billed {
        Billed { owed: Amount::zero(unit), owed_back: Amount::zero(unit) }
    }

    /// After `amount` more is open: below zero it is owed to the customer.
    pub(super) fn plus(self, amount: Amount) -> Billed {
        let more = |open: Amount, by: i64| Amount::new(open.value() + by, open.unit());
        match amount.value() {
            value if value < 0 => Billed { owed_back: more(self.owed_back, -value), ..self },
            value => Billed { owed: more(self.owed, value), ..self },
        }
    }

    /// After `amount` of what was open is not any more.
    pub(super) fn minus(self, amount: Amount) -> Billed {
        let less = |open: Amount, by: i64| Amount::new(open.value() - by, open.unit());
        match amount.value() {
            value if value < 0 => Billed { owed_back: less(self.owed_back, -value), ..self },
            value => Billed { owed: less(self.owed, value), ..self },
        }
    }
}

/// Something is owed from now on.
pub(super) fn decide_bill(line: &Line, item: BillItem, amount: Amount) -> Result<LineFact, Refusal> {
    let is_either_way = matches!(item, BillItem::Adjustment | BillItem::Credit);
    if amount.value() == 0 || (!is_either_way && amount.value() < 0) {
        return Err(Refusal::AmountNotPositive);
    }
    let size = amount.value().saturating_abs();
    check_size(size)?;
    check_size(open(line, amount)?.saturating_add(size))?;
    Ok(LineFact::Billed { item, amount })
}

pub(super) fn decide_bill_paid(line: &Line, amount: Amount, by: PaidBy) -> Result<LineFact, Refusal> {
    check_open(line, amount)?;
    Ok(LineFact::BillPaid { amount, by })
}

pub(super) fn decide_bill_written_off(line: &Line, amount: Amount) -> Result<LineFact, Refusal> {
    check_open(line, amount)?;
    Ok(LineFact::BillWrittenOff { amount })
}

/// What is open in the direction of `amount`, in steps of its unit.
fn open(line: &Line, amount: Amount) -> Result<i64, Refusal> {
    let billed = line.billed.unwrap_or(Billed::nothing(amount.unit()));
    let open = if amount.value() < 0 { billed.owed_back } else { billed.owed };
    if open.unit() == amount.unit() { Ok(open.value()) } else { Err(Refusal::UnitMismatch) }
}

/// Refuses what is not open in that direction.
fn check_open(line: &Line, amount: Amount) -> Result<(), Refusal> {
    let open = open(line, amount)?;
    match amount.value().saturating_abs() {
        0 => Err(Refusal::AmountNotPositive),
        size if size > open => Err(Refusal::NotBilled),
        _ => Ok(()),
    }
}
