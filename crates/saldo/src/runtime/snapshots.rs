//! The thread that makes snapshots when enough rows have landed since the last one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::{KEPT_HOURS, SealedHours, make_snapshot};
use store::JournalDerived;

use super::ledger::{LandedAt, Ledger};
use super::priority::stand_back;

/// Bytes of one piece of a stored snapshot.
const PIECE_BYTES: usize = 8 << 20;

/// Makes a snapshot each time `rows_between` rows have landed since the last. Ends when `ending` is set and a row lands or the
/// ledger goes away.
pub(crate) fn make_snapshots(
    mut journal: Box<dyn JournalDerived>,
    ledger: &Ledger,
    rows_between: u64,
    ending: &Arc<AtomicBool>,
    runtime: &tokio::runtime::Handle,
) {
    stand_back();
    let mut landed = ledger.landed();
    let mut last = match journal.newest_snapshot() {
        Ok(snapshot) => snapshot.map_or(0, |snapshot| snapshot.position),
        Err(error) => {
            tracing::warn!(%error, "the newest snapshot cannot be read");
            0
        }
    };
    loop {
        let LandedAt { position, digest } = *landed.borrow_and_update();
        if position >= last + rows_between {
            match snapshot(&mut *journal, position, digest) {
                Ok(sealed) => {
                    tracing::info!(position, "snapshot stored");
                    // A ledger that has ended needs no memory.
                    let _ = ledger.seal(sealed);
                }
                Err(error) => tracing::error!(position, error = format!("{error:#}"), "no snapshot was made"),
            }
            last = position;
        }
        if ending.load(Ordering::Acquire) || runtime.block_on(landed.changed()).is_err() {
            return;
        }
    }
}

fn snapshot(journal: &mut dyn JournalDerived, position: u64, digest: u64) -> anyhow::Result<SealedHours> {
    let made = make_snapshot(journal, position, digest, KEPT_HOURS)?;
    let mut pieces = made.body.chunks(PIECE_BYTES).map(<[u8]>::to_vec);
    journal.put_snapshot(made.position, made.digest, &mut pieces)?;
    Ok(made.sealed)
}
