//! `/console/refunds/{id}/…`: what is done about a refund that was ordered: somebody else of staff says yes or no, and one whose money came
//! back is dealt with. How orders stand on the page of their payment.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use money::{ApiKeyId, RefundId, StaffId};
use store::tables::lines::OnWriteOff;
use store::tables::refund_orders::{RefundOrder, RefundOrderState};
use store::{Reader as TablesReader, StoreError};

use super::credit::{REASON_MISSING, Why, why};
use super::payments;
use crate::app::App;
use crate::credit_requests::By;
use crate::look::Reader;
use crate::look::page::listing::{SheetAct, SheetLine, SheetList, Standing};
use crate::look::part::failure_reason;
use crate::permissions::Permission;
use crate::portal::{Fault, Posted, StaffIn, sign_in::Nothing};
use crate::problem::Problem;
use crate::refunds;

/// An order with the names of those who had to do with it.
pub(super) struct Ordered {
    pub(super) order: RefundOrder,
    pub(super) ordered_by: String,
    pub(super) decided_by: Option<String>,
}

/// Whoever gave an order, as people call him; else the id that the audit log has.
pub(super) fn named(tables: &TablesReader<'_>, order: RefundOrder) -> Result<Ordered, StoreError> {
    let staff = |id: StaffId| Ok::<_, StoreError>(tables.staff(id)?.map(|staff| staff.name));
    let by_staff = order.ordered_by.parse::<StaffId>().ok().map(staff).transpose()?.flatten();
    let by_key =
        order.ordered_by.parse::<ApiKeyId>().ok().map(|id| tables.api_key(id)).transpose()?.flatten();
    let name = by_staff.or(by_key.map(|key| key.name));
    Ok(Ordered {
        ordered_by: name.unwrap_or_else(|| order.ordered_by.clone()),
        decided_by: order.decided_by.map(staff).transpose()?.flatten(),
        order,
    })
}

/// Under which address an order is acted upon.
pub(super) fn url(id: RefundId) -> String {
    format!("/console/refunds/{id}")
}

/// Colour and word.
pub(super) fn standing(order: &RefundOrder) -> (&'static str, &'static str) {
    match order.state {
        RefundOrderState::Waiting => ("wait", "credit-waiting"),
        RefundOrderState::Rejected if was_taken_back(order) => ("plain", "credit-taken-back"),
        RefundOrderState::Rejected => ("plain", "credit-rejected"),
        RefundOrderState::Open => ("wait", "refund-order-open"),
        RefundOrderState::Made => ("good", "refund-order-made"),
        RefundOrderState::Refused => ("bad", "refund-order-refused"),
        RefundOrderState::Failed => ("bad", "refund-order-failed"),
    }
}

/// Whether whoever asked took his request back.
pub(super) fn was_taken_back(order: &RefundOrder) -> bool {
    let decided_by = order.decided_by.map(|id| id.to_string());
    order.state == RefundOrderState::Rejected && decided_by.as_ref() == Some(&order.ordered_by)
}

/// Why it came to nothing: in words where Stripe tells it by a code, else as it was said.
pub(super) fn why_not(reader: &Reader, order: &RefundOrder) -> Option<String> {
    let error = order.error.as_deref()?;
    let is_code = order.state == RefundOrderState::Failed;
    Some(if is_code { failure_reason(reader, error) } else { error.to_owned() })
}

/// What staff and the API ordered to be given back, oldest first.
pub(super) fn list(reader: &Reader, all: &[Ordered]) -> Option<SheetList> {
    let line = |ordered: &Ordered| {
        let order = &ordered.order;
        let (tone, text) = standing(order);
        let told = [
            Some(format!("{}, {}", ordered.ordered_by, reader.date_time(order.ordered_at))),
            decided(reader, ordered),
            Some(order.note.clone()).filter(|note| !note.is_empty()),
            (order.on_data == OnWriteOff::Leave).then(|| reader.t("refund-leaves-data")),
            order.provider_refund.clone(),
            why_not(reader, order),
            stands_since(reader, order),
        ];
        SheetLine {
            words: reader.money(order.amount),
            under: told.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            standing: Some(Standing::new(tone, reader.t(text))),
            url: None,
        }
    };
    let lines: Vec<_> = all.iter().map(line).collect();
    (!lines.is_empty()).then(|| SheetList { heading: reader.t("refunds-ordered"), lines })
}

/// Who said yes or no, and when.
fn decided(reader: &Reader, Ordered { order, decided_by, .. }: &Ordered) -> Option<String> {
    let (name, time) = (decided_by.as_ref()?, reader.date_time(order.decided_at?));
    Some(match was_taken_back(order) {
        true => reader.t1("taken-back-time", "time", time),
        false => reader.t2("decided-by-name", "name", name, "time", time),
    })
}

/// Since when Stripe's answer stands; of one that Stripe was not asked for, when it was decided says that.
fn stands_since(reader: &Reader, order: &RefundOrder) -> Option<String> {
    let is_answered =
        matches!(order.state, RefundOrderState::Made | RefundOrderState::Refused | RefundOrderState::Failed);
    is_answered.then(|| reader.t1("claim-since", "time", reader.date_time(order.updated_at)))
}

/// What this member of staff may do about the orders of a payment.
pub(super) fn acts(reader: &Reader, staff: &StaffIn, all: &[Ordered]) -> Vec<SheetAct> {
    let mut acts = Vec::new();
    for Ordered { order, .. } in all {
        let url = |act: &str| format!("{}/{act}", url(order.id));
        let amount = reader.money(order.amount);
        let is_own = order.ordered_by == staff.who.staff.id.to_string();
        match order.state {
            RefundOrderState::Waiting if is_own && staff.may(Permission::RefundPayments) => {
                acts.push(SheetAct {
                    action: url("rejection"),
                    words: reader.t("credit-take-back"),
                    text: reader.t("refund-reject-text"),
                    tone: "",
                    reason: None,
                });
            }
            RefundOrderState::Waiting if !is_own && staff.may(Permission::ApproveCredit) => {
                acts.push(SheetAct {
                    action: url("approval"),
                    words: reader.t1("refund-approve", "amount", amount),
                    text: reader.t("refund-approve-text"),
                    tone: "primary",
                    reason: None,
                });
                acts.push(SheetAct {
                    action: url("rejection"),
                    words: reader.t("credit-reject"),
                    text: reader.t("refund-reject-text"),
                    tone: "",
                    reason: Some(reader.t("reason")),
                });
            }
            RefundOrderState::Failed
                if order.resolved_at.is_none() && staff.may(Permission::RefundPayments) =>
            {
                acts.push(SheetAct {
                    action: url("resolution"),
                    words: reader.t("refund-resolve"),
                    text: reader.t1("refund-resolve-text", "amount", amount),
                    tone: "primary",
                    reason: None,
                });
            }
            _ => {}
        }
    }
    acts
}

/// What a person must know of the orders, before anything else on the page; of `told` he has been told that it waits.
pub(super) fn alert(reader: &Reader, all: &[Ordered], told: Option<RefundId>) -> Option<String> {
    let failed =
        all.iter().find(|it| it.order.state == RefundOrderState::Failed && it.order.resolved_at.is_none());
    if let Some(Ordered { order, .. }) = failed {
        return Some(reader.t1("refund-failed-text", "amount", reader.money(order.amount)));
    }
    let waits = |it: &&Ordered| it.order.state == RefundOrderState::Waiting && Some(it.order.id) != told;
    let waiting = all.iter().find(waits)?;
    let (amount, name) = (reader.money(waiting.order.amount), waiting.ordered_by.clone());
    Some(reader.t2("refund-waits", "amount", amount, "name", name))
}

/// `POST /console/refunds/{id}/approval`
pub(super) async fn approve(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ApproveCredit)?;
    let id = parse(&id)?;
    let decided = refunds::approve(&app, by(&staff), id).await;
    decided_page(&app, id, decided).await
}

/// `POST /console/refunds/{id}/rejection`
pub(super) async fn reject(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(Why { reason }): Posted<Why>,
) -> Result<Response, Fault> {
    staff.must(Permission::RefundPayments)?;
    let id = parse(&id)?;
    let order = order(&app, id).await?;
    let is_own = order.ordered_by == staff.who.staff.id.to_string();
    if !is_own {
        staff.must(Permission::ApproveCredit)?;
    }
    let decided = match why(is_own, &reason) {
        Ok(why) => refunds::reject(&app, by(&staff), id, why).await,
        Err(problem) => Err(problem),
    };
    decided_page(&app, id, decided).await
}

/// `POST /console/refunds/{id}/resolution`
pub(super) async fn resolve(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::RefundPayments)?;
    let order = refunds::resolve(&app, staff.visit.author(&staff.who.session), parse(&id)?).await?;
    Ok(Redirect::to(&payments::url(order.payment)).into_response())
}

/// Back to the payment, which tells how the order stands, or why nothing was done.
async fn decided_page(
    app: &Arc<App>,
    id: RefundId,
    decided: Result<RefundOrder, Problem>,
) -> Result<Response, Fault> {
    let told = match decided {
        Ok(order) => format!("?ordered={}", order.id),
        Err(problem) if problem.status == StatusCode::CONFLICT || problem.code == REASON_MISSING => {
            format!("?not={}", problem.code)
        }
        Err(problem) => return Err(problem.into()),
    };
    super::show_what_was_done(app).await;
    let order = order(app, id).await?;
    Ok(Redirect::to(&format!("{}{told}", payments::url(order.payment))).into_response())
}

async fn order(app: &Arc<App>, id: RefundId) -> Result<RefundOrder, Problem> {
    app.read(move |tables| tables.refund_order(id)).await?.ok_or_else(|| Problem::not_found("refund"))
}

fn by(staff: &StaffIn) -> By {
    By { staff: staff.who.staff.id, author: staff.visit.author(&staff.who.session) }
}

fn parse(id: &str) -> Result<RefundId, Problem> {
    id.parse().map_err(|_| Problem::not_found("refund"))
}
