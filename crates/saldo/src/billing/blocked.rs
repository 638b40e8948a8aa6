//! Why a line is blocked, since when, and who did it: what is overdue, or the member of staff or program that said so.
//!
//! Nothing is kept for this beside what is there anyway: when the program blocked a line stands with what is overdue of it, what staff
//! and programs asked for stands in the audit log.

use book::LineStatus;
use jiff::civil::Date;
use money::{Amount, BoletoId, CustomerId, InvoiceId, LineId, Timestamp};
use serde::{Deserialize, Serialize};
use store::tables::boletos::{BoletoRow, BoletoState};
use store::tables::lines::LineEntry;
use store::{Reader, StoreError};

use super::overdue::blocked_by;
use crate::app::App;
use crate::audit::Change;
use crate::customers::is_unprintable;
use crate::documents;
use crate::portal::calendar::day_of;
use crate::problem::Problem;
use crate::sold::Sold;

/// How the audit log calls it that somebody changed a line's status.
pub const STATUS_SET: &str = "line.set_status";
/// Longest reason for blocking a line, in characters.
pub const REASON_CHARS_MAX: usize = 200;
/// Boletos of a customer in one state that are looked through.
const BOLETOS_MAX: u32 = 200;

/// Why a line is blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Since when, if that is known.
    pub since: Option<Timestamp>,
    /// Why.
    pub why: WhyBlocked,
}

/// What blocked a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyBlocked {
    /// The program did, because these were overdue; none is if all was paid a moment ago.
    Overdue(Vec<Overdue>),
    /// Somebody did.
    ByHand {
        /// Who.
        by: Actor,
        /// What he said why; the operator's own words, not the subscriber's to read.
        reason: Option<String>,
    },
    /// Nothing tells.
    Unknown,
}

/// A boleto that is overdue for longer than the line's plan allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// The boleto.
    pub boleto: BoletoId,
    /// Its number at the bank.
    pub our_number: u64,
    /// The invoice that it collects, with its number.
    pub invoice: Option<(InvoiceId, u64)>,
    /// When it was due.
    pub due_on: Date,
    /// How much, without fine and interest.
    pub amount: Amount,
}

/// Whoever changed something, as the audit log names him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// `stf_…`, `key_…`, or a word such as `operator`.
    pub id: String,
    /// Who that is.
    pub kind: ActorKind,
}

/// Who somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A member of staff, by name.
    Staff(String),
    /// A program, by the name of its key.
    Key(String),
    /// Somebody else, as the audit log has him.
    Other,
}

/// Why this line is blocked; `None` if it is not.
pub fn why_blocked(
    tables: &Reader<'_>,
    sold: &Sold,
    line: &LineEntry,
    status: &str,
    today: Date,
) -> Result<Option<Blocked>, StoreError> {
    if status != LineStatus::Blocked.code() {
        return Ok(None);
    }
    if let Some(since) = tables.overdue_line(line.id)?.and_then(|known| known.blocked_at) {
        let why = WhyBlocked::Overdue(overdue_of(tables, sold, line, today)?);
        return Ok(Some(Blocked { since: Some(since), why }));
    }
    let last = tables.last_change(&line.id.to_string(), STATUS_SET)?;
    let asked = last.and_then(|change| Some((asked_for(change.after.as_deref())?, change)));
    Ok(Some(match asked.filter(|(asked, _)| asked.status == status) {
        Some((asked, change)) => {
            let by = actor(tables, change.actor)?;
            // What was written down before the time of the book was tells the machine's.
            let since = asked.at.and_then(|at| Timestamp::parse(&at).ok()).unwrap_or(change.at);
            Blocked { since: Some(since), why: WhyBlocked::ByHand { by, reason: asked.reason } }
        }
        None => Blocked { since: None, why: WhyBlocked::Unknown },
    }))
}

/// That somebody asks for this status at `at` by the book's clock, for the audit log. [`why_blocked`] reads it.
pub(crate) fn status_set(
    line: LineId,
    status: LineStatus,
    reason: Option<&str>,
    at: Timestamp,
) -> Result<Change, Problem> {
    let (status, reason) = (status.code().to_owned(), reason.map(str::to_owned));
    Change::new(STATUS_SET, line).after(&AskedFor { status, reason, at: Some(at.to_string()) })
}

/// Whether a line has been enabled at `since` or later, by the book's clock: by somebody, because what was overdue is paid, or on trust.
pub(crate) fn was_enabled_since(
    tables: &Reader<'_>,
    line: LineId,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let by_itself = tables.overdue_line(line)?.and_then(|known| known.enabled_at);
    let last = tables.last_change(&line.to_string(), STATUS_SET)?;
    let asked = last.and_then(|change| asked_for(change.after.as_deref()));
    let asked = asked.filter(|asked| asked.status == LineStatus::Enabled.code());
    let by_hand = asked.and_then(|asked| Timestamp::parse(&asked.at?).ok());
    Ok([by_itself, by_hand].into_iter().flatten().any(|at| at >= since))
}

/// A reason as it is kept: without blanks around it.
pub(crate) fn checked_reason(text: &str) -> Result<String, Problem> {
    let reason = text.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX || reason.contains(is_unprintable) {
        let detail =
            format!("reason must have 1 to {REASON_CHARS_MAX} characters, none of them a control character.");
        return Err(Problem::invalid("reason", "invalid_reason", detail));
    }
    Ok(reason.to_owned())
}

/// What of a line is overdue today for longer than its plan allows, whether it is blocked for that or not.
pub fn overdue_now(app: &App, tables: &Reader<'_>, line: &LineEntry) -> Result<Vec<Overdue>, StoreError> {
    overdue_of(tables, &app.sold(), line, day_of(&app.config.brand.time_zone, app.ledger.now()))
}

/// All that the line's customer owes and that was due before today, whether it blocks a line or not, the oldest first.
pub fn all_overdue_now(app: &App, tables: &Reader<'_>, line: &LineEntry) -> Result<Vec<Overdue>, StoreError> {
    let today = day_of(&app.config.brand.time_zone, app.ledger.now());
    let unpaid = overdue_boletos(tables, line.customer, today)?;
    listed(tables, unpaid)
}

/// As [`why_blocked`], today where the operator is.
pub fn why_blocked_now(
    app: &App,
    tables: &Reader<'_>,
    line: &LineEntry,
    status: &str,
) -> Result<Option<Blocked>, StoreError> {
    let today = day_of(&app.config.brand.time_zone, app.ledger.now());
    why_blocked(tables, &app.sold(), line, status, today)
}

fn overdue_of(
    tables: &Reader<'_>,
    sold: &Sold,
    line: &LineEntry,
    today: Date,
) -> Result<Vec<Overdue>, StoreError> {
    let mut blocking = Vec::new();
    for (boleto, due_on) in overdue_boletos(tables, line.customer, today)? {
        if blocked_by(sold, tables, &boleto, today)?.contains(&line.id) {
            blocking.push((boleto, due_on));
        }
    }
    listed(tables, blocking)
}

/// What a customer owes and was due before today.
fn overdue_boletos(
    tables: &Reader<'_>,
    customer: CustomerId,
    today: Date,
) -> Result<Vec<(BoletoRow, Date)>, StoreError> {
    let mut unpaid = Vec::new();
    for state in [BoletoState::Open, BoletoState::ToWriteOff, BoletoState::WrittenOff] {
        for boleto in tables.boletos_page(Some(customer), Some(state), None, BOLETOS_MAX)?.rows {
            let Ok(due_on) = boleto.due_on.parse::<Date>() else { continue };
            let is_owed = state == BoletoState::Open || documents::is_still_owed(tables, &boleto)?;
            if due_on < today && is_owed {
                unpaid.push((boleto, due_on));
            }
        }
    }
    Ok(unpaid)
}

fn listed(tables: &Reader<'_>, unpaid: Vec<(BoletoRow, Date)>) -> Result<Vec<Overdue>, StoreError> {
    let mut overdue = Vec::new();
    for (boleto, due_on) in unpaid {
        let invoice = match boleto.invoice {
            Some(id) => tables.invoice(id)?.map(|invoice| (id, invoice.number)),
            None => None,
        };
        let BoletoRow { id, our_number, amount, .. } = boleto;
        overdue.push(Overdue { boleto: id, our_number, invoice, due_on, amount });
    }
    overdue.sort_by_key(|boleto| boleto.due_on);
    Ok(overdue)
}

/// The status that a line of the audit log asks for.
#[derive(Serialize, Deserialize)]
struct AskedFor {
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// When, by the book's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
}

fn asked_for(after: Option<&str>) -> Option<AskedFor> {
    serde_json::from_str(after?).ok()
}

/// Who somebody is whom the audit log names.
pub(crate) fn actor(tables: &Reader<'_>, id: String) -> Result<Actor, StoreError> {
    let staff = match id.parse() {
        Ok(staff) => tables.staff(staff)?.map(|staff| ActorKind::Staff(staff.name)),
        Err(_) => None,
    };
    let key = match id.parse() {
        Ok(key) => tables.api_key(key)?.map(|key| ActorKind::Key(key.name)),
        Err(_) => None,
    };
    Ok(Actor { kind: staff.or(key).unwrap_or(ActorKind::Other), id })
}
