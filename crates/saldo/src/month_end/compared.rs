//! How far Stripe was compared with the books that are closed: what a person looks at before he signs. Of the tables, not of the journal.

use money::{Amount, Timestamp};
use store::tables::reconciliation::PayoutSum;
use store::{Reader as TablesReader, StoreError};
use stripe::minor_units;

use crate::reconciliation::MOVEMENTS;

/// What is known of Stripe within a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Until when all that Stripe tells is known, not beyond the end of the period.
    pub until: Timestamp,
    /// Whether that is the end of it.
    pub is_whole: bool,
    /// Payouts made within it that the books have: how many, and how much left for the bank, by currency.
    pub matched: Vec<(u32, Amount)>,
    /// Payouts made within it that the books do not have yet.
    pub open: Vec<(u32, Amount)>,
}

/// What is known of Stripe between two instants; `None` if it was never asked.
///
/// # Errors
/// The tables cannot be read.
pub fn compared(
    tables: &TablesReader<'_>,
    (from, until): (Timestamp, Timestamp),
) -> Result<Option<Compared>, StoreError> {
    let Some(walk) = tables.stripe_walk(MOVEMENTS)? else { return Ok(None) };
    let sums = tables.payout_sums(from, until)?;
    let of = |is_matched: bool| {
        sums.iter().filter(move |sum| (sum.is_matched == 1) == is_matched).filter_map(told)
    };
    Ok(Some(Compared {
        until: walk.done_to.min(until),
        is_whole: walk.done_to >= until,
        matched: of(true).collect(),
        open: of(false).collect(),
    }))
}

/// A sum as people read it; of a currency that no book of ours has, none.
fn told(sum: &PayoutSum) -> Option<(u32, Amount)> {
    // A payout takes from Stripe's balance: what goes to the bank is the other side of it.
    let amount = minor_units::to_amount(sum.amount.checked_neg()?, &sum.currency).ok()?;
    Some((u32::try_from(sum.count).unwrap_or(u32::MAX), amount))
}
