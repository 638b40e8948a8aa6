//! Freezing a wallet, and thawing it: by staff, with a reason that the audit log keeps. What a frozen wallet refuses is the book's.

use std::sync::Arc;

use axum::http::StatusCode;
use book::{Act, Command, Refusal};
use engine::Outcome;
use money::{Timestamp, WalletId};
use serde_json::json;
use store::tables::audit::{AuditFilter, AuditRow};
use store::{Reader as TablesReader, StoreError};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::customers::is_unprintable;
use crate::problem::Problem;

/// Most characters of a reason.
pub(crate) const REASON_CHARS_MAX: usize = 200;
/// The code of the problem that a wallet is frozen.
pub(crate) const WALLET_FROZEN: &str = "wallet_frozen";

/// How the audit log calls it.
const FREEZE: &str = "wallet.freeze";

/// A reason as it is kept: one line that says something.
pub(crate) fn reason(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let fits = (1..=REASON_CHARS_MAX).contains(&text.chars().count()) && !text.contains(is_unprintable);
    if fits {
        return Ok(text.to_owned());
    }
    let detail = format!("reason must be one line of 1 to {REASON_CHARS_MAX} characters.");
    Err(Problem::invalid("reason", "reason_missing", detail))
}

/// The line of the audit log about it.
pub(crate) fn change(wallet: WalletId, is_frozen: bool, reason: &str) -> Change {
    let action = if is_frozen { FREEZE } else { "wallet.thaw" };
    Change::new(action, wallet).after_json(&json!({ "reason": reason }))
}

/// Freezes the wallet, or thaws it, in the name of staff. What is so already stays so.
pub(crate) async fn set(
    app: &Arc<App>,
    author: Author,
    wallet: WalletId,
    is_frozen: bool,
    reason: &str,
) -> Result<(), Problem> {
    let known = app.ledger.wallet(wallet).ok_or_else(|| Problem::not_found("wallet"))?;
    if known.is_frozen == is_frozen {
        return Ok(());
    }
    // Written down first: what somebody wanted is known, whatever becomes of it.
    let change = change(wallet, is_frozen, reason);
    app.write(move |tx| author.note(tx, &change)).await?;
    let act = Act::SetFrozen { wallet, is_frozen };
    match app.ledger.submit_one(Command { key: None, act }).await? {
        Outcome::Decided { .. } | Outcome::Repeated { .. } | Outcome::Refused(Refusal::NothingChanges) => {
            app.live.notify(known.customer);
            Ok(())
        }
        Outcome::Refused(refusal) => Err(refusal.into()),
    }
}

/// The newest line of the audit log that says who froze this wallet, and what people call him. `None` if it was frozen before there was one.
pub(crate) fn frozen_by(
    tables: &TablesReader<'_>,
    wallet: WalletId,
) -> Result<Option<(AuditRow, String)>, StoreError> {
    let filter = AuditFilter {
        customer: None,
        actor: String::new(),
        action: FREEZE.to_owned(),
        object: wallet.to_string(),
        from: Timestamp::EPOCH,
        until: Timestamp::MAX,
    };
    let Some(row) = tables.audit_found(&filter, None, 1)?.rows.pop() else { return Ok(None) };
    let staff = row.actor.parse().ok().map(|id| tables.staff(id)).transpose()?.flatten();
    let name = staff.map_or_else(|| row.actor.clone(), |staff| staff.name);
    Ok(Some((row, name)))
}

/// Whether staff have frozen this wallet.
pub(crate) fn is_frozen(app: &App, wallet: WalletId) -> bool {
    app.ledger.wallet(wallet).is_some_and(|known| known.is_frozen)
}

/// Refuses to begin a payment into a wallet that is frozen. One that was begun before is credited all the same.
pub(crate) fn must_be_open(app: &App, wallet: WalletId) -> Result<(), Problem> {
    if is_frozen(app, wallet) {
        let detail = "The wallet is frozen: no credit can be added to it until it is thawed.";
        return Err(Problem::new(StatusCode::FORBIDDEN, WALLET_FROZEN, detail));
    }
    Ok(())
}
