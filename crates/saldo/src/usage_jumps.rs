//! Bytes that routers told of and that were not counted, because no line can carry so many in so short a time: a person is told of them,
//! and may have them counted after all.
//!
//! It hears of them where the views are made, under the cursor of what others are told, so that making the views again tells nothing again.
//! One finding of a session is open at a time: what jumps again is added to it, and what the router itself puts right is taken off.

use std::sync::Arc;

use axum::http::StatusCode;
use engine::{CountersJumped, Outcome, Projection};
use money::{IntentId, LineId};
use serde_json::json;
use store::tables::bank::Finding;
use store::{StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::billing::checked_reason;
use crate::findings::{Found, RESOLVED};
use crate::intents::{self, Wish};
use crate::problem::Problem;
use crate::{clock, notices, settlements};

/// What is left of a jump that a router has put right, in bytes, for which nobody is troubled.
const LEFT_MAX: i64 = 10_000_000;
/// How a finding was dealt with that the router itself has put right, for the audit log.
pub(crate) const PUT_RIGHT: &str = "put_right";

/// A jump of a session's counters.
pub(crate) struct Jump {
    jumped: CountersJumped,
    /// By how much they grew without being counted; below zero if the router took a jump back.
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
        Ok(Jump { jumped: *jumped, bytes: jumped.now.saturating_sub(before).saturating_sub(jumped.counted) })
    });
    measured.collect()
}

/// Writes down for a person what was not counted.
pub(crate) fn tell(tx: &Tx<'_>, jumps: &[Jump]) -> Result<(), StoreError> {
    for Jump { jumped, bytes } in jumps {
        let view = tx.line_view_by_wallet(jumped.wallet_no)?;
        let entry = view.map(|view| tx.line(view.line)).transpose()?.flatten();
        let Some(entry) = entry else { continue };
        let about = format!("{:032x}", jumped.session);
        let open = tx.open_finding_about(store::tables::bank::FindingCode::UsageJump, &about)?;
        let before = match open.as_ref().and_then(Found::read) {
            Some(Found::UsageJump { bytes, .. }) => bytes,
            _ => 0,
        };
        let left = before.saturating_add(*bytes);
        let found = Found::UsageJump {
            line: entry.id.to_string(),
            login: entry.access_login.unwrap_or_default(),
            bytes: left,
        };
        let finding = Finding { about, ..found.finding(Some(jumped.customer), jumped.at) };
        if *bytes < 0 {
            tracing::info!(line = %entry.id, bytes, "a router has put right what it told");
        } else {
            tracing::warn!(line = %entry.id, detail = finding.detail, "what a router told was not counted");
        }
        match open {
            Some(open) if left <= LEFT_MAX => {
                tx.resolve_finding(open.finding_no, jumped.at)?;
                let resolved = Change::new(RESOLVED, open.finding_no).about(entry.id);
                Author::named("router").note(tx, &resolved.after_json(&json!({"how": PUT_RIGHT})))?;
            }
            Some(open) => tx.change_finding(&Finding { finding_no: open.finding_no, ..finding })?,
            // What somebody has dealt with may be put right all the same.
            None if left <= LEFT_MAX => {}
            None => tx.insert_finding(&finding)?,
        }
    }
    Ok(())
}

/// Bytes of a finding that staff have counted.
#[derive(Clone, Debug)]
pub(crate) struct Counting {
    /// The finding, which is dealt with by that.
    pub(crate) finding: u32,
    /// How many of the bytes that it tells of.
    pub(crate) bytes: i64,
    /// Why they are believed.
    pub(crate) reason: String,
}

/// All that is wrong with counting so many of the `told` bytes, for this reason.
pub(crate) fn wrong_with(counting: &Counting, told: i64) -> Vec<Problem> {
    let mut wrong = Vec::new();
    if !(1..=told).contains(&counting.bytes) {
        let detail = format!("amount must be above zero, at most the {told} bytes that were not counted.");
        wrong.push(Problem::invalid("amount", "invalid_quantity", detail));
    }
    wrong.extend(checked_reason(&counting.reason).err());
    wrong
}

/// Has a line's use counted that was not believed: by the same command as use that another system counted, once for each finding. The
/// same again has been done; of a finding that was dealt with otherwise nothing is counted.
pub(crate) async fn count(app: &Arc<App>, author: Author, counting: Counting) -> Result<(), Problem> {
    let at = app.ledger.now();
    let Counting { finding: no, bytes, ref reason } = counting;
    let reason = reason.trim().to_owned();
    let id = name_of(no);
    let write = move |tx: &Tx<'_>| {
        let (line, told) = uncounted(tx, no)?.ok_or_else(|| Problem::not_found("finding"))?;
        let entry = tx.line(line)?.ok_or_else(|| Problem::not_found("line"))?;
        Problem::refuse_all(wrong_with(&counting, told))?;
        let (wallet, customer) = (entry.wallet, entry.customer);
        let wish = Wish::AddUse { wallet, customer, total: bytes, outside: 0 };
        let intent = wish.intent(id, clock::now());
        if let Some(known) = tx.intent(id)? {
            return if known.payload == intent.payload { Ok((customer, None)) } else { Err(dealt_with()) };
        }
        if !tx.resolve_finding(no, at)? {
            return Err(dealt_with());
        }
        tx.insert_intent(&intent)?;
        let total = json!({"amount": bytes.to_string(), "unit": "byte"});
        let used = json!({"total": total, "reason": reason, "finding": no});
        author.note(tx, &Change::new("line.add_use", line).after_json(&used))?;
        let resolved = json!({"how": "counted", "bytes": bytes});
        author.note(tx, &Change::new(RESOLVED, no).about(line).after_json(&resolved))?;
        Ok((customer, Some(intent)))
    };
    let (customer, intent) = app.write_or_refuse(write).await?;
    let outcomes = intents::send(app, intent.as_slice()).await?;
    app.live.notify(customer);
    match outcomes.first() {
        Some(Outcome::Refused(refusal)) => Err((*refusal).into()),
        _ => Ok(()),
    }
}

/// Of which line a finding tells that something was not counted, and how many bytes; `None` if it tells of something else, or of a service
/// within the line's session: what a service used is in the session's own counters too, or costs nothing.
pub(crate) fn uncounted(
    tables: &store::Reader<'_>,
    finding_no: u32,
) -> Result<Option<(LineId, i64)>, StoreError> {
    match tables.finding(finding_no)? {
        Some(finding) => told_by(tables, &finding),
        None => Ok(None),
    }
}

/// The same of a finding that is known.
pub(crate) fn told_by(
    tables: &store::Reader<'_>,
    finding: &Finding,
) -> Result<Option<(LineId, i64)>, StoreError> {
    let Some(Found::UsageJump { line, bytes, .. }) = Found::read(finding) else { return Ok(None) };
    let Ok(line) = line.parse::<LineId>() else { return Ok(None) };
    let session = match (tables.line_view(line)?, u128::from_str_radix(&finding.about, 16)) {
        (Some(view), Ok(session)) => tables.session_of(view.wallet_no, session)?,
        _ => None,
    };
    let is_of_a_service = session.is_some_and(|session| session.traffic_no.is_some());
    Ok((!is_of_a_service).then_some((line, bytes)))
}

/// What counting is called: once for each finding, however many press its button.
fn name_of(finding_no: u32) -> IntentId {
    IntentId::from_u128(settlements::name(&[b"count_use", &finding_no.to_be_bytes()]).as_u128())
}

fn dealt_with() -> Problem {
    let detail = "Somebody has dealt with this finding already. Nothing was counted.";
    Problem::new(StatusCode::CONFLICT, "finding_resolved", detail)
}
