//! What a verification can find, each with its place.

use money::Unit;
use store::views::ViewDifference;
use thiserror::Error;

/// Something that is not as it was written, or does not add up.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Finding {
    /// Rows are missing.
    #[error("journal rows {from} to {until} are missing")]
    Missing {
        /// The first of them.
        from: u64,
        /// The last of them.
        until: u64,
    },
    /// The contents of a row were changed after they were written.
    #[error("journal row {position} was changed{}: {what}", at(*ordinal))]
    RowChanged {
        /// The row.
        position: u64,
        /// The first decision in it that is odd, from 0; `None` if each of them could be true.
        ordinal: Option<u32>,
        /// Why that one is.
        what: String,
    },
    /// The stored hash of a row was changed; its contents are as they were written.
    #[error("the hash of journal row {position} was changed; its contents are as they were written")]
    HashChanged {
        /// The row.
        position: u64,
    },
    /// A row that was chained as it stands cannot be replayed.
    #[error("journal row {position}, decision {ordinal}, cannot be replayed: {what}")]
    Unreadable {
        /// The row.
        position: u64,
        /// The decision in it, from 0.
        ordinal: u32,
        /// Why.
        what: String,
    },
    /// A decision says another balance than the wallet's grants, debt and windows make.
    #[error(
        "journal row {position}, decision {ordinal}: the parts of wallet {wallet_no} do not make the balance that it says"
    )]
    Balance {
        /// The row.
        position: u64,
        /// The decision in it, from 0.
        ordinal: u32,
        /// The wallet's number in the book.
        wallet_no: u32,
    },
    /// After a decision the accounts of a unit do not sum to zero.
    #[error(
        "journal row {position}, decision {ordinal}: the accounts in {unit} sum to {off_by} and not to zero"
    )]
    Sum {
        /// The row.
        position: u64,
        /// The decision in it, from 0.
        ordinal: u32,
        /// The unit.
        unit: Unit,
        /// What they sum to, in smallest steps.
        off_by: i128,
    },
    /// Something was derived from rows that are not there: the journal's end is missing.
    #[error("the journal ends with row {last}, but {what} of row {behind} shows that there were more")]
    EndsEarly {
        /// Its last row.
        last: u64,
        /// The row that was there.
        behind: u64,
        /// What shows it.
        what: &'static str,
    },
    /// The newest snapshot is not what the journal says.
    #[error("the snapshot of row {position} differs from the journal: {what}")]
    Snapshot {
        /// The row after which it was made.
        position: u64,
        /// How.
        what: String,
    },
    /// The views were made from a row of this position that is not the one in the journal.
    #[error("the views were made from another row {position} than the journal's")]
    ViewsOfAnotherRow {
        /// The row.
        position: u64,
    },
    /// The views are not what the journal says.
    #[error(
        "table {}: the row that is there is {}; by the journal it should be {}",
        .0.table, shown(.0.found.as_deref()), shown(.0.expected.as_deref())
    )]
    View(ViewDifference),
}

fn at(ordinal: Option<u32>) -> String {
    ordinal.map(|ordinal| format!(", first seen at decision {ordinal}")).unwrap_or_default()
}

fn shown(row: Option<&str>) -> &str {
    row.unwrap_or("none")
}
