//! What is owed for a line beside its purchases: the plan's fee and corrections, as invoices say.
//!
//! The book keeps the sum that is owed, so that nothing is paid or written off that was not billed. That a month is billed once is
//! held by the command's key, which the caller makes of the line and the month.

use money::Amount;

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
}

impl BillItem {
    /// Every item with its code.
    pub const ALL: [(BillItem, &'static str); 2] =
        [(BillItem::Fee, "fee"), (BillItem::Adjustment, "adjustment")];

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
        }
    }
}

/// Something is owed from now on.
pub(super) fn decide_bill(line: &Line, item: BillItem, amount: Amount) -> Result<LineFact, Refusal> {
    if amount.value() == 0 || (item == BillItem::Fee && amount.value() < 0) {
        return Err(Refusal::AmountNotPositive);
    }
    check_size(amount.value().saturating_abs())?;
    let owed = owed(line, amount)?;
    check_size(owed.saturating_add(amount.value()).saturating_abs())?;
    Ok(LineFact::Billed { item, amount })
}

pub(super) fn decide_bill_paid(line: &Line, amount: Amount, by: PaidBy) -> Result<LineFact, Refusal> {
    check_owed(line, amount)?;
    Ok(LineFact::BillPaid { amount, by })
}

pub(super) fn decide_bill_written_off(line: &Line, amount: Amount) -> Result<LineFact, Refusal> {
    check_owed(line, amount)?;
    Ok(LineFact::BillWrittenOff { amount })
}

/// What was billed and is owed still, in the steps of `amount`'s unit.
fn owed(line: &Line, amount: Amount) -> Result<i64, Refusal> {
    match line.billed {
        Some(billed) if billed.unit() != amount.unit() => Err(Refusal::UnitMismatch),
        billed => Ok(billed.map_or(0, |billed| billed.value())),
    }
}

/// Refuses what is not owed, or not in that direction.
fn check_owed(line: &Line, amount: Amount) -> Result<(), Refusal> {
    let (owed, amount) = (owed(line, amount)?, amount.value());
    if amount == 0 {
        return Err(Refusal::AmountNotPositive);
    }
    if owed.signum() != amount.signum() || amount.saturating_abs() > owed.saturating_abs() {
        return Err(Refusal::NotBilled);
    }
    Ok(())
}
