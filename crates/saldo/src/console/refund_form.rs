//! The refund of a payment: the form with what it would take, and the order. What becomes of the order is told on the payment's page next door.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use money::{Amount, PaymentId, RefundId, Unit};
use serde::Deserialize;
use stripe::minor_units::MinorAmount;
use stripe::request::money_back::RefundReason;

use super::offer_fields::{NOT_A_NUMBER, Typed};
use super::payments::{known, name_of, parse, url};
use crate::app::App;
use crate::ids;
use crate::look::page::refund::{RefundMoves, RefundPage, RefundPreview};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw};
use crate::problem::Problem;
use crate::refunds::{self, CREDIT_WAITING, OTHER_CURRENCY, OnData, Wanted};

/// What the form of a refund says of data that the payment bought.
const TAKE_DATA: &str = "take";
const LEAVE_DATA: &str = "leave";
/// Most characters of an amount that is typed; longer ones are no amount.
const TYPED_CHARS_MAX: usize = 40;
/// The code of a problem: no amount was typed.
const AMOUNT_MISSING: &str = "amount_missing";
/// What is typed about a refund.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typing {
    /// What was typed of the amount; `None` before anything was asked.
    amount: Option<String>,
    reason: String,
    note: String,
    /// What becomes of data: `take`, `leave`.
    data: String,
    /// What was left, in the unit's steps, when the preview was drawn.
    left: String,
}

/// `GET /console/payments/{id}/refund`. With an amount, what that would take.
pub(super) async fn form(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Asked(typing): Asked<Typing>,
) -> Result<Response, Fault> {
    staff.must(Permission::RefundPayments)?;
    show(&app, &staff, parse(&id)?, typing, None).await
}

/// `POST /console/payments/{id}/refunds`
pub(super) async fn order(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(typing): Posted<Typing>,
) -> Result<Response, Fault> {
    staff.must(Permission::RefundPayments)?;
    let id = parse(&id)?;
    let unit = known(&app, staff.visit.reader(), id).await?.left.unit();
    let amount = match read_amount(&staff, &typing, unit) {
        Ok(Some(amount)) => amount,
        Ok(None) => return show(&app, &staff, id, typing, None).await,
        Err(problem) => return show(&app, &staff, id, typing, Some(problem)).await,
    };
    let on_data = match read_on_data(&typing) {
        Ok(on_data) => on_data,
        Err(problem) => return show(&app, &staff, id, typing, Some(problem)).await,
    };
    let wanted = Wanted {
        amount: Some(amount),
        reason: refunds::reason_of(&typing.reason),
        note: typing.note.clone(),
        on_data,
        // Whoever orders has seen a preview: without it, it is drawn first.
        left_seen: Some(Amount::new(typing.left.parse().unwrap_or(-1), unit)),
        alone_up_to: alone_up_to(&app, &staff),
    };
    let author = staff.visit.author(&staff.who.session);
    match refunds::order(&app, author, (RefundId::from_u128(ids::fresh()), id), wanted).await {
        Ok(order) => Ok(Redirect::to(&format!("{}?ordered={}", url(id), order.id)).into_response()),
        Err(problem) if problem.status.is_client_error() => {
            show(&app, &staff, id, typing, Some(problem)).await
        }
        Err(problem) => Err(problem.into()),
    }
}

/// What was chosen for data; nothing where the payment bought none.
fn read_on_data(typing: &Typing) -> Result<Option<OnData>, Problem> {
    match typing.data.as_str() {
        "" => Ok(None),
        TAKE_DATA => Ok(Some(OnData::Take)),
        LEAVE_DATA => Ok(Some(OnData::Leave)),
        _ => Err(Problem::invalid("data", "invalid_field", "data must be take or leave.")),
    }
}

/// How much this member of staff may give back alone: who may say yes to others needs nobody's.
fn alone_up_to(app: &App, staff: &StaffIn) -> Option<Amount> {
    (!staff.may(Permission::ApproveCredit)).then_some(app.config.console.refund_above)
}

fn read_amount(staff: &StaffIn, typing: &Typing, unit: Unit) -> Result<Option<Amount>, Problem> {
    let reader = staff.visit.reader();
    let Some(typed) = &typing.amount else { return Ok(None) };
    let text: String = typed.trim().chars().take(TYPED_CHARS_MAX).collect();
    if text.is_empty() {
        return Err(Problem::invalid("amount", AMOUNT_MISSING, "amount is missing."));
    }
    Typed { reader: reader.clone(), data_unit: reader.data_unit }.money("amount", &text, unit)
}

async fn show(
    app: &Arc<App>,
    staff: &StaffIn,
    id: PaymentId,
    typing: Typing,
    refused: Option<Problem>,
) -> Result<Response, Fault> {
    let reader = staff.visit.reader().clone();
    let known = known(app, &reader, id).await?;
    let unit = known.left.unit();
    let read = read_amount(staff, &typing, unit);
    let problem = match (refused, &read) {
        (Some(problem), _) => Some(problem),
        (None, Err(problem)) => Some(problem.clone()),
        _ if !refunds::is_in_our_currency(&known.payment) => {
            Some(Problem::new(StatusCode::OK, OTHER_CURRENCY, "It is given back at Stripe."))
        }
        _ if known.is_credit_waiting => {
            Some(Problem::new(StatusCode::OK, CREDIT_WAITING, "Credit for it is asked for."))
        }
        _ if known.is_held => Some(Problem::new(StatusCode::OK, "payment_disputed", "The bank holds it.")),
        (None, Ok(Some(amount))) => out_of_range(*amount, known.left),
        (None, Ok(None)) => None,
    };
    let is_stale = problem.as_ref().is_some_and(|problem| problem.code == "refund_changed");
    let preview = match (&problem, read) {
        (problem, Ok(Some(amount)))
            if problem.is_none() || (is_stale && out_of_range(amount, known.left).is_none()) =>
        {
            let moves = refunds::preview(app, id, amount).await?;
            let moves = moves.map(|it| RefundMoves {
                from_grant: it.from_grant,
                from_expired: it.from_expired,
                used: it.used,
            });
            Some(RefundPreview { amount, moves })
        }
        _ => None,
    };
    let typed = Typed { reader: reader.clone(), data_unit: reader.data_unit };
    let amount = match &typing.amount {
        None => typed.shown_money(Some(known.left)),
        Some(typed) => typed.chars().take(TYPED_CHARS_MAX).collect(),
    };
    let reasons = refunds::REASONS
        .into_iter()
        .map(|reason| (reason.as_str(), reader.t(reason_text(reason)), reason.as_str() == typing.reason));
    let status = problem.as_ref().map_or(StatusCode::OK, |problem| problem.status);
    let page = RefundPage {
        frame: staff.visit.frame(app, Some(Place::ConsolePayments)),
        payment_url: url(id),
        customer: name_of(known.customer.as_ref()),
        bought: known.bought,
        paid: known.payment.amount,
        refunded: Amount::new(known.payment.refunded, unit),
        left: known.left,
        amount,
        reasons: reasons.collect(),
        note: typing.note,
        leaves_data: typing.data == LEAVE_DATA,
        problem: problem.map(|problem| refusal_words(&typed, &problem, known.left)),
        limit: alone_up_to(app, staff).map(|limit| reader.t1("refund-limit", "limit", reader.money(limit))),
        preview,
        reader,
    };
    draw(status, &page)
}

fn out_of_range(amount: Amount, left: Amount) -> Option<Problem> {
    let is_wrong = amount.value() <= 0 || amount.value() > left.value();
    if is_wrong {
        return Some(Problem::invalid("amount", "amount_out_of_range", "amount is out of range."));
    }
    // What cannot be sent is told before it is confirmed.
    MinorAmount::from_amount(amount)
        .is_err()
        .then(|| Problem::invalid("amount", "amount_over_precise", "amount must be in whole cents."))
}

fn refusal_words(typed: &Typed, problem: &Problem, left: Amount) -> String {
    let reader = &typed.reader;
    match problem.code {
        NOT_A_NUMBER => typed.not_money_words(left.unit()),
        CREDIT_WAITING => reader.t("refund-credit-waits"),
        AMOUNT_MISSING => reader.t1("refund-amount-missing", "left", reader.money(left)),
        OTHER_CURRENCY => reader.t("refund-at-stripe"),
        "refund_open" => reader.t("refund-another-open"),
        "refund_waiting" => reader.t("refund-another-waits"),
        "payment_disputed" => reader.t("refund-held-by-bank"),
        "unprintable" => reader.t("note-unprintable"),
        "refund_changed" => reader.t1("refund-changed", "left", reader.money(left)),
        "already_refunded" | "payment_not_paid" => reader.t("refund-nothing-left"),
        "amount_over_precise" => reader.t("offer-whole-cents"),
        "too_long" => reader.t("note-too-long"),
        "no_data_bought" => reader.t("refund-no-data-bought"),
        "invalid_field" => reader.t("refund-data-choose"),
        _ => reader.t1("refund-bad-amount", "left", reader.money(left)),
    }
}

fn reason_text(reason: RefundReason) -> &'static str {
    match reason {
        RefundReason::RequestedByCustomer => "refund-requested",
        RefundReason::Duplicate => "refund-duplicate",
        RefundReason::Fraudulent => "refund-fraudulent",
    }
}
