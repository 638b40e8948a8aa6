//! `/console/customers/{id}/giving-back`: credit that a subscriber has because he paid too much, given back to him outside of this program; all
//! of it, or what a finding tells of.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use book::PaidBy;
use money::{Amount, CustomerId, IntentId, Unit};
use serde::Deserialize;

use super::draw_form_telling;
use super::offer_fields::{Unread, choice, text};
use crate::app::App;
use crate::findings::Found;
use crate::ids;
use crate::look::page::{Field, FieldProblem};
use crate::look::part::{Place, paid_by_text};
use crate::overpaid::{self, GivingBack};
use crate::permissions::Permission;
use crate::portal::{Asked, Fault, Posted, StaffIn};
use crate::problem::Problem;

/// The ways in which it may go back.
const WAYS: [PaidBy; 2] = [PaidBy::Pix, PaidBy::Hand];

/// What a form that was drawn is called, so that it counts once; or the finding whose name it has.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    name: String,
    finding: Option<u32>,
}

/// What is given back, and of how much.
struct Giving {
    customer: CustomerId,
    id: IntentId,
    left: Amount,
    finding: Option<u32>,
    /// Whose it is, and what tells how it came.
    about: String,
}

/// What is typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typing {
    amount: String,
    paid_by: String,
    reason: String,
}

/// `GET /console/customers/{id}/giving-back/new`
pub(super) async fn new(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Asked(named): Asked<Named>,
) -> Result<Response, Fault> {
    staff.must(Permission::SettleByHand)?;
    let (customer, left) = left(&app, &id).await?;
    let (typed, reader) = (super::typed(&app, &staff), staff.visit.reader());
    let (amount, reason) = match named.finding {
        None => (left, String::new()),
        Some(no) => {
            let (credit, is_given) = of_finding(&app, customer, no).await?;
            if is_given || left.value() == 0 {
                return Ok(shown(customer));
            }
            let amount = if credit.value() < left.value() { credit } else { left };
            (amount, reader.t("finding-paid-twice"))
        }
    };
    let about = about(&app, &staff, customer, named.finding).await?;
    let amount = typed.shown_money(Some(amount));
    let typing = Typing { amount, paid_by: PaidBy::Pix.code().to_owned(), reason };
    let id = named.finding.map_or_else(|| IntentId::from_u128(ids::fresh()), overpaid::of_finding);
    form(&app, &staff, &Giving { customer, id, left, finding: named.finding, about }, &typing, None)
}

/// `POST /console/customers/{id}/giving-back`
pub(super) async fn create(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Asked(Named { name, finding }): Asked<Named>,
    Posted(typing): Posted<Typing>,
) -> Result<Response, Fault> {
    staff.must(Permission::SettleByHand)?;
    let (customer, left) = left(&app, &id).await?;
    let id = match finding {
        Some(no) => {
            of_finding(&app, customer, no).await?;
            overpaid::of_finding(no)
        }
        None if name.is_empty() => IntentId::from_u128(ids::fresh()),
        None => name.parse().map_err(|_| Problem::invalid("name", "invalid_field", "name must be an id."))?,
    };
    let about = about(&app, &staff, customer, finding).await?;
    let given = Giving { customer, id, left, finding, about };
    let giving = match read(&app, &staff, &given, &typing) {
        Ok(giving) => giving,
        Err(problem) => return form(&app, &staff, &given, &typing, Some(&problem)),
    };
    let author = staff.visit.author(&staff.who.session);
    match overpaid::give_back(&app, author, giving).await {
        Ok(()) => {
            super::show_what_was_done(&app).await;
            Ok(shown(customer))
        }
        Err(problem) if problem.field.is_some() => {
            // What was refused keeps its name for ever: what is typed next is something else. Of a finding it stays the same thing.
            let id = finding.map_or_else(|| IntentId::from_u128(ids::fresh()), overpaid::of_finding);
            form(&app, &staff, &Giving { id, ..given }, &typing, Some(&problem))
        }
        Err(problem) => Err(problem.into()),
    }
}

/// The customer's page, where it says what was given back.
fn shown(customer: CustomerId) -> Response {
    Redirect::to(&format!("/console/customers/{customer}?given_back=1#own-credit")).into_response()
}

/// The credit that came of a finding about this customer, and whether some of it was given back.
async fn of_finding(app: &Arc<App>, customer: CustomerId, no: u32) -> Result<(Amount, bool), Problem> {
    let look = move |tables: &store::Reader<'_>| {
        let Some(finding) = tables.finding(no)? else { return Ok(None) };
        let credit = Found::read(&finding).and_then(|found| found.credit());
        let boleto = finding.boleto.map(|id| tables.boleto(id)).transpose()?.flatten();
        let whom = finding.customer.or(boleto.map(|boleto| boleto.customer));
        let given = tables.overpaid(overpaid::of_finding(no))?;
        let is_given = given.is_some_and(|moved| moved.refused_at.is_none());
        Ok(credit.filter(|_| whom == Some(customer)).map(|credit| (credit, is_given)))
    };
    app.read(look).await?.ok_or_else(|| Problem::not_found("finding"))
}

/// Whose credit it is, and what the finding tells of how it came.
async fn about(
    app: &Arc<App>,
    staff: &StaffIn,
    customer: CustomerId,
    finding: Option<u32>,
) -> Result<String, Problem> {
    let look = move |tables: &store::Reader<'_>| {
        let name = tables.customer(customer)?.map(|customer| customer.name).unwrap_or_default();
        let finding = finding.map(|no| tables.finding(no)).transpose()?.flatten();
        Ok((name, finding.as_ref().and_then(Found::read)))
    };
    let (name, found) = app.read(look).await?;
    let reader = staff.visit.reader();
    let how = found.map(|found| found.words(reader)).unwrap_or_default();
    Ok(format!("{} {how}", reader.t1("giving-back-whose", "name", name)).trim_end().to_owned())
}

/// The customer, and what is left of his credit.
async fn left(app: &Arc<App>, id: &str) -> Result<(CustomerId, Amount), Problem> {
    let missing = || Problem::not_found("customer");
    let id: CustomerId = id.parse().map_err(|_| missing())?;
    let look = move |tables: &store::Reader<'_>| match tables.payer(id)? {
        Some(_) => overpaid::left(tables, id, Unit::BRL).map(Some),
        None => Ok(None),
    };
    app.read(look).await?.map(|left| (id, left)).ok_or_else(missing)
}

fn read(app: &App, staff: &StaffIn, given: &Giving, typing: &Typing) -> Result<GivingBack, Problem> {
    let mut unread = Unread::default();
    let amount = unread.note(super::typed(app, staff).money("amount", &typing.amount, Unit::BRL));
    // What names an intent is not the browser's to choose: it could be the name of a payment to come. A finding's name is ours.
    let hashed =
        || IntentId::from_u128(app.hashes.hash128("giving back", &[&given.id.as_u128().to_be_bytes()]));
    let giving = GivingBack {
        id: if given.finding.is_some() { given.id } else { hashed() },
        customer: given.customer,
        amount: amount.unwrap_or(Amount::zero(Unit::BRL)),
        by: PaidBy::from_code(&typing.paid_by).unwrap_or(PaidBy::Card),
        reason: typing.reason.clone(),
        finding: given.finding,
    };
    unread.refuse(|| overpaid::wrong_with(&giving))?;
    Ok(giving)
}

fn form(
    app: &App,
    staff: &StaffIn,
    given: &Giving,
    typing: &Typing,
    problem: Option<&Problem>,
) -> Result<Response, Fault> {
    let (reader, left) = (staff.visit.reader(), given.left);
    let problems = problem.into_iter().flat_map(Problem::each).map(|problem| FieldProblem {
        field: problem.field.clone().unwrap_or_default(),
        words: match problem.code {
            "credit_given_back" => reader.t("giving-back-done"),
            "credit_not_left" => reader.t1("giving-back-not-left", "left", reader.money(left)),
            "invalid_reason" => reader.t("settle-needs-reason"),
            "invalid_field" => reader.t("giving-back-choose"),
            "not_a_number" => reader.t("credit-bad-amount"),
            "amount_over_precise" => reader.t("offer-whole-cents"),
            _ => reader.t("giving-back-bad-amount"),
        },
        link: None,
    });
    let back = format!("/console/customers/{}", given.customer);
    let named = match given.finding {
        Some(no) => format!("finding={no}"),
        None => format!("name={}", given.id),
    };
    let place = (Place::ConsoleSubscribers, format!("{back}/giving-back?{named}"), back);
    let t = |id: &str| reader.t(id);
    let ways = WAYS.map(|way| (way.code().to_owned(), t(paid_by_text(way))));
    let fields: Vec<Field> = vec![
        text(
            "amount",
            t("amount"),
            Some(reader.t1("giving-back-left", "left", reader.money(left))),
            typing.amount.clone(),
        ),
        choice("paid_by", t("giving-back-way"), Some(t("giving-back-way-hint")), &typing.paid_by, ways),
        text("reason", t("reason"), Some(t("giving-back-reason-hint")), typing.reason.clone()),
    ];
    let about = Some(given.about.clone());
    draw_form_telling(app, staff, place, ("giving-back", about), fields, problems.collect())
}
