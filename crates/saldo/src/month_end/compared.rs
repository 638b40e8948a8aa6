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
    /// Payouts that came back within it, of which the books know: they did not arrive, or were called off.
    pub came_back: Vec<(u32, Amount)>,
    /// Payouts made or come back within it that the books do not have yet.
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
    let of = |wanted: fn(&PayoutSum) -> bool| sums.iter().filter(move |sum| wanted(sum)).filter_map(told);
    Ok(Some(Compared {
        until: walk.done_to.min(until),
        is_whole: walk.done_to >= until,
        matched: of(|sum| sum.is_matched == 1 && sum.came_back == 0).collect(),
        came_back: of(|sum| sum.is_matched == 1 && sum.came_back == 1).collect(),
        open: of(|sum| sum.is_matched == 0).collect(),
    }))
}

/// A sum as people read it; of a currency that no book of ours has, none.
fn told(sum: &PayoutSum) -> Option<(u32, Amount)> {
    // A payout takes from Stripe's balance: what goes to the bank is the other side of it. What comes back is told as it came.
    let amount = if sum.came_back == 1 { sum.amount } else { sum.amount.checked_neg()? };
    let amount = minor_units::to_amount(amount, &sum.currency).ok()?;
    Some((u32::try_from(sum.count).unwrap_or(u32::MAX), amount))
}
