//! Bytes that routers told of and that were not counted, because no line can carry so many in so short a time: a person is told of them.
//!
//! It hears of them where the views are made, under the cursor of what others are told, so that making the views again tells nothing again.
//! One finding of a session is open at a time; what jumps again is added to it.

use engine::{CountersJumped, Projection};
use store::tables::bank::Finding;
use store::{StoreError, Tx};

use crate::findings::Found;
use crate::notices;

/// A jump of a session's counters.
pub(crate) struct Jump {
    jumped: CountersJumped,
    /// By how much they grew.
    bytes: i64,
}

/// How far counters jumped of which nobody was told yet: asked before the views say how they are now.
pub(crate) fn measure(tx: &Tx<'_>, projection: &Projection) -> Result<Vec<Jump>, StoreError> {
    if projection.jumps.is_empty() {
        return Ok(Vec::new());
    }
    let told = tx.cursor(notices::CURSOR)?.position;
    let untold = projection.jumps.iter().filter(|jump| jump.entry.position() > told);
    let measured = untold.map(|jumped| {
        let before = match jumped.before {
            Some(before) => before,
            None => tx
                .session_of(jumped.wallet_no, jumped.session)?
                .map_or(0, |row| row.input.saturating_add(row.output)),
        };
        Ok(Jump { jumped: *jumped, bytes: jumped.now.saturating_sub(before).max(0) })
    });
    measured.collect()
}

/// Writes down for a person what was not counted.
pub(crate) fn tell(tx: &Tx<'_>, jumps: &[Jump]) -> Result<(), StoreError> {
    for Jump { jumped, bytes } in jumps.iter().filter(|jump| jump.bytes > 0) {
        let view = tx.line_view_by_wallet(jumped.wallet_no)?;
        let entry = view.map(|view| tx.line(view.line)).transpose()?.flatten();
        let Some(entry) = entry else { continue };
        let about = format!("{:032x}", jumped.session);
        let open = tx.open_finding_about(store::tables::bank::FindingCode::UsageJump, &about)?;
        let before = match open.as_ref().and_then(Found::read) {
            Some(Found::UsageJump { bytes, .. }) => bytes,
            _ => 0,
        };
        let found = Found::UsageJump {
            line: entry.id.to_string(),
            login: entry.access_login.unwrap_or_default(),
            bytes: before.saturating_add(*bytes),
        };
        let finding = Finding { about, ..found.finding(Some(jumped.customer), jumped.at) };
        tracing::warn!(line = %entry.id, detail = finding.detail, "what a router told was not counted");
        match open {
            Some(open) => tx.change_finding(&Finding { finding_no: open.finding_no, ..finding })?,
            None => tx.insert_finding(&finding)?,
        }
    }
    Ok(())
}
