//! `/v1/lines/{id}/…`: what is asked of a line. Each act goes to the book under the wish's own key, so that it is done once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use book::{Act, EntryRef, LineAct, LineWish, PlanNo};
use money::{LineId, Timestamp};
use serde::{Deserialize, Serialize};
use store::tables::lines::LineEntry;
use utoipa::ToSchema;

use super::Api;
use super::access::{By, LinesWrite};
use super::lines::{Line, find, plan_no};
use super::once::{self, Answer, Wish};
use super::request::{Body, Id, IdempotencyKey};
use super::wire::Amount;
use crate::audit::{Author, Change};
use crate::billing;
use crate::lines::offer_check::BYTES_MAX;
use crate::lines::{self, SHOW_PATIENCE};
use crate::problem::Problem;

/// Which plan shall be in service.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanOfLine {
    /// The plan, `plan_…`.
    plan: String,
}

/// Let another plan be in service. Its rules hold at once; a larger allowance is made up at once, a smaller one holds from the next cycle.
#[utoipa::path(post, path = "/v1/lines/{id}/plan", tag = "lines", request_body = PlanOfLine,
    params(("id" = String, Path, description = "`line_…`")),
    responses((status = 200, description = "The line as it is now.", body = Line)))]
pub(super) async fn change_plan(
    State(api): State<Arc<Api>>,
    by: By<LinesWrite>,
    key: IdempotencyKey,
    Id(id): Id<LineId>,
    Body(wanted): Body<PlanOfLine>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/lines/{id}/plan", key, &(id.to_string(), &wanted))?;
    let entry = find(&api, id).await?;
    let act = LineAct::ChangePlan { plan: PlanNo(plan_no(&api, &wanted.plan)?) };
    let change = Change::new("line.change_plan", id).after(&wanted)?;
    done(&api, wish, entry, act, (by.author, change)).await
}

/// Whether a line is in service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum LineStatus {
    /// *Habilitado*.
    Enabled,
    /// *Bloqueado*: nothing may be bought; its cycles go on.
    Blocked,
    /// *Cancelado*: for ever.
    Cancelled,
}

impl From<LineStatus> for book::LineStatus {
    fn from(status: LineStatus) -> book::LineStatus {
        match status {
            LineStatus::Enabled => book::LineStatus::Enabled,
            LineStatus::Blocked => book::LineStatus::Blocked,
            LineStatus::Cancelled => book::LineStatus::Cancelled,
        }
    }
}

/// The status that a line shall have.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StatusOfLine {
    /// The status. A line that is cancelled stays so.
    status: LineStatus,
    /// Why, in the operator's own words, 1 to 200 characters: staff read it, the subscriber does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Enable, block or cancel a line. One that is enabled so is not blocked again for some days, whatever is overdue.
#[utoipa::path(post, path = "/v1/lines/{id}/status", tag = "lines", request_body = StatusOfLine,
    params(("id" = String, Path, description = "`line_…`")),
    responses((status = 200, description = "The line as it is now.", body = Line)))]
pub(super) async fn set_status(
    State(api): State<Arc<Api>>,
    by: By<LinesWrite>,
    key: IdempotencyKey,
    Id(id): Id<LineId>,
    Body(wanted): Body<StatusOfLine>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/lines/{id}/status", key, &(id.to_string(), &wanted))?;
    // What is repeated excuses nothing again.
    let _alone = wish.alone(&api).await;
    if let Some(answer) = wish.first_answer(&api).await? {
        return Ok(answer);
    }
    let reason = wanted.reason.as_deref().map(billing::checked_reason).transpose()?;
    let entry = find(&api, id).await?;
    let _of_line = api.app.line_lock(id).lock().await;
    let status = wanted.status;
    let change = billing::status_set(id, status.into(), reason.as_deref(), api.app.ledger.now())?;
    let act = LineAct::SetStatus { status: status.into() };
    // By when the book has decided it, so that what it has decided long ago, or refuses, changes nothing.
    let (decided, at) = decide(&api, &wish, &entry, act).await?;
    let until = at.plus(i64::from(api.app.config.billing.trust_days) * Timestamp::DAY);
    let write = api.app.write(move |tx| match status {
        LineStatus::Enabled => billing::excuse(tx, id, at, until),
        LineStatus::Blocked => billing::block_by_hand(tx, id, at),
        LineStatus::Cancelled => Ok(()),
    });
    write.await.map_err(once::after_decision)?;
    answered(&api, wish, entry, decided, (by.author, change)).await
}

/// How a line shall authenticate.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessLoginOfLine {
    /// The login, 1 to 253 bytes without blanks; unique. Null: it does not authenticate any more.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    access_login: Option<String>,
}

/// Let a line authenticate otherwise. Routers are answered by it at once; sessions that began under the login of before are counted to
/// the line until they end.
#[utoipa::path(post, path = "/v1/lines/{id}/access-login", tag = "lines", request_body = AccessLoginOfLine,
    params(("id" = String, Path, description = "`line_…`")),
    responses((status = 200, description = "The line as it is now.", body = Line)))]
pub(super) async fn set_access_login(
    State(api): State<Arc<Api>>,
    by: By<LinesWrite>,
    key: IdempotencyKey,
    Id(id): Id<LineId>,
    Body(wanted): Body<AccessLoginOfLine>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/lines/{id}/access-login", key, &(id.to_string(), &wanted))?;
    let entry = find(&api, id).await?;
    api.app.ledger.settled_wallet(entry.wallet).await?;
    super::wait_for_views(&api).await;
    let (app, now, login) = (Arc::clone(&api.app), api.app.ledger.now(), wanted.access_login);
    let logins = [entry.access_login, login.clone()];
    let write = wish.write(&api, StatusCode::OK, move |tx| {
        let (_, after) = lines::change_access_login(tx, &by.author, id, login.as_deref(), now)?;
        Ok(Line::read(&app, tx, &after)?)
    });
    let answer = write.await?;
    lines::follow(&api.app, &logins);
    Ok(answer)
}

/// Use that was counted elsewhere.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UseOfLine {
    /// All bytes, above zero.
    total: Amount,
    /// Those of them that lower no balance, *fora da franquia*; none, if nothing is said.
    outside: Option<Amount>,
}

/// Add use that no router of ours has reported: what was used before the line was here, or what another system counts.
#[utoipa::path(post, path = "/v1/lines/{id}/use", tag = "lines", request_body = UseOfLine,
    params(("id" = String, Path, description = "`line_…`")),
    responses((status = 200, description = "The line as it is now.", body = Line)))]
pub(super) async fn add_use(
    State(api): State<Arc<Api>>,
    by: By<LinesWrite>,
    key: IdempotencyKey,
    Id(id): Id<LineId>,
    Body(wanted): Body<UseOfLine>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/lines/{id}/use", key, &(id.to_string(), &wanted))?;
    let entry = find(&api, id).await?;
    let total = wanted.total.read_bytes("total")?;
    if !(1..=BYTES_MAX).contains(&total) {
        let detail = "total must be above zero, at most 1,000,000 GB.";
        return Err(Problem::invalid("total", "invalid_quantity", detail));
    }
    let outside = wanted.outside.as_ref().map_or(Ok(0), |outside| outside.read_bytes("outside"))?;
    if outside > total {
        return Err(Problem::invalid("outside", "invalid_quantity", "outside must not be above total."));
    }
    let change = Change::new("line.add_use", id).after(&wanted)?;
    done(&api, wish, entry, LineAct::AddUse { total, outside }, (by.author, change)).await
}

/// Has the book do it once, and answers with the line as it stands then.
async fn done(
    api: &Arc<Api>,
    wish: Wish,
    entry: LineEntry,
    act: LineAct,
    noted: (Author, Change),
) -> Result<Answer, Problem> {
    let (decided, _) = decide(api, &wish, &entry, act).await?;
    answered(api, wish, entry, decided, noted).await
}

/// Has the book do it once; the entry, and when it was decided.
async fn decide(
    api: &Api,
    wish: &Wish,
    entry: &LineEntry,
    act: LineAct,
) -> Result<(EntryRef, Timestamp), Problem> {
    let act = Act::Line(Box::new(LineWish { wallet: entry.wallet, act }));
    let (decided, decision) = once::decide(api, wish, act).await?;
    Ok((decided, decision.at))
}

/// Answers what was decided with the line as it stands then.
async fn answered(
    api: &Arc<Api>,
    wish: Wish,
    entry: LineEntry,
    decided: EntryRef,
    noted: (Author, Change),
) -> Result<Answer, Problem> {
    api.app.wait_projected(decided.position(), SHOW_PATIENCE).await;
    api.app.live.notify(entry.customer);
    let line = Line::present(api, entry).await?;
    wish.answer_noted(api, StatusCode::OK, &line, noted).await
}
