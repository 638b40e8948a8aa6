//! `/console/credit`: credit that staff give or take, asked for on the form next door; what is above the limit waits here for somebody
//! else of staff.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use book::Reason;
use money::{Amount, IntentId, StaffId};
use serde::Deserialize;
use store::tables::credit_requests::{CreditDirection, CreditRequest, CreditRequestState};
use store::tables::customers::Customer;
use store::tables::refund_orders::{RefundOrder, RefundOrderState};
use store::{Reader as TablesReader, StoreError};

use super::{payments, refund_acts};
use crate::app::App;
use crate::credit_requests::{self, By};
use crate::freezing;
use crate::look::Reader;
use crate::look::page::listing::{Cell, Decision, Fact, Listing, ListingRow, Sheet, SheetAct, Standing};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw, sign_in::Nothing};
use crate::problem::Problem;
use crate::withheld::{self, ABOVE_LEFT, NOT_WAITING, REFUND_WAITING};

/// Requests of one page.
const ROWS: u32 = 25;
/// Refunds that are listed above them.
const REFUNDS: u32 = 100;
/// The code of the problem that nobody says why.
pub(super) const REASON_MISSING: &str = "reason_missing";
/// What the address calls refunds whose money came back.
const FAILED: &str = "failed";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    show: String,
    before: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ShownOne {
    asked: Option<u8>,
    /// The code of why somebody's yes or no came to nothing.
    not: String,
}

/// Why somebody says no.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Why {
    pub(super) reason: String,
}

/// A request with the names that stand on it.
struct Known {
    request: CreditRequest,
    customer: Option<Customer>,
    asked_by: String,
    decided_by: Option<String>,
    /// What came by the payment that is credited, and what was asked for.
    paid: Option<(Amount, Option<Amount>)>,
}

/// `GET /console/credit`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(Shown { show, before }): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let (reader, place) = (staff.visit.reader().clone(), Place::ConsoleCredit);
    let state = CreditRequestState::from_word(&show);
    let failed = show == FAILED;
    let trail = Trail::parse(before.as_deref());
    let from: Option<IntentId> = trail.last().and_then(|id| id.parse().ok());
    let eyes = Eyes {
        reader: reader.clone(),
        staff: staff.who.staff.id,
        may_approve: staff.may(Permission::ApproveCredit),
    };
    let looking = eyes.clone();
    let (refunds, rows, next) = app
        .read(move |tables| {
            // Refunds wait, and fail, here; how else they stand is told by the page of their payment.
            let refunds = match (failed, state) {
                (true, _) => tables.failed_refund_orders(REFUNDS)?,
                (false, Some(CreditRequestState::Waiting)) => {
                    tables.refund_orders_in(RefundOrderState::Waiting, REFUNDS)?
                }
                (false, _) => Vec::new(),
            };
            let refunds = refunds.into_iter().map(|order| refund_listed(tables, &looking, order));
            let refunds = refunds.collect::<Result<Vec<_>, _>>()?;
            if failed {
                return Ok((refunds, Vec::new(), None));
            }
            let page = tables.credit_requests(state, from, ROWS)?;
            let rows = page.rows.into_iter().map(|request| named(tables, request));
            Ok((refunds, rows.collect::<Result<Vec<_>, _>>()?, page.next))
        })
        .await?;
    let word = if failed { FAILED } else { state.map(CreditRequestState::word).unwrap_or_default() };
    let base = format!("{}?show={word}&", place.url());
    let all = (place.url().to_owned(), reader.t("all-states"), state.is_none() && !failed);
    let views = CreditRequestState::ALL.iter().map(|known| {
        (
            format!("{}?show={}", place.url(), known.word()),
            reader.t(standing(*known).1),
            state == Some(*known),
        )
    });
    let came_back = (format!("{}?show={FAILED}", place.url()), reader.t("refunds-came-back"), failed);
    let page = Listing {
        frame: staff.visit.frame(&app, Some(place)),
        heading: reader.t(place.text_id()),
        text: reader.t1("credit-requests-text", "limit", reader.money(app.config.console.approval_above)),
        views: std::iter::once(all).chain(views).chain([came_back]).collect(),
        narrow: None,
        columns: ["customer", "amount", "note", "requested-by", "status"].map(|id| reader.t(id)).to_vec(),
        rows: refunds.into_iter().chain(rows.iter().map(|known| listed(&eyes, known))).collect(),
        empty: reader.t("credit-requests-none"),
        newer_url: trail.newer_url(&base, "before"),
        older_url: next.map(|next| trail.older_url(&base, "before", &next.to_string())),
        reader,
    };
    draw(StatusCode::OK, &page)
}

fn named(tables: &TablesReader<'_>, request: CreditRequest) -> Result<Known, StoreError> {
    let name = |id| Ok::<_, StoreError>(tables.staff(id)?.map(|staff| staff.name).unwrap_or_default());
    let payment = request.payment.map(|id| tables.payment(id)).transpose()?.flatten();
    let paid =
        payment.map(|payment| Ok::<_, StoreError>((payment.amount, withheld::asked(tables, &payment)?)));
    Ok(Known {
        paid: paid.transpose()?,
        customer: tables.customer(request.customer)?,
        asked_by: name(request.asked_by)?,
        decided_by: request.decided_by.map(name).transpose()?,
        request,
    })
}

/// Who looks at the list.
#[derive(Clone)]
struct Eyes {
    reader: Reader,
    staff: StaffId,
    may_approve: bool,
}

impl Eyes {
    /// What stands in the last column of what waits: a yes for whoever may give it, and for whoever asked, that it is not his to give.
    fn waiting(
        &self,
        standing: Standing,
        is_own: bool,
        amount: &str,
        (name, act, page): (&str, &str, &str),
    ) -> Cell {
        let reader = &self.reader;
        if is_own {
            return Cell::Standing(standing, reader.t("credit-own-request"));
        }
        if !self.may_approve {
            return Cell::Standing(standing, reader.t("credit-waits-for-others"));
        }
        let label = reader.t2("approve-of", "amount", amount, "name", name);
        let approve_url = format!("{act}/approval");
        Cell::ToDecide(standing, Decision { approve_url, label, see_url: page.to_owned() })
    }
}

fn listed(eyes: &Eyes, known: &Known) -> ListingRow {
    let (request, reader) = (&known.request, &eyes.reader);
    let (tone, text) = standing_of(request);
    let name = known.customer.as_ref().map(|customer| customer.name.clone()).unwrap_or_default();
    let (stands, amount) = (Standing::new(tone, reader.t(text)), reader.movement(signed(request)));
    let page = url(request.id);
    let last = match request.state {
        CreditRequestState::Waiting => {
            eyes.waiting(stands, request.asked_by == eyes.staff, &amount, (&name, &page, &page))
        }
        _ => Cell::Standing(stands, refusal(reader, request)),
    };
    ListingRow {
        url: page,
        name,
        under: reader.date_time(request.asked_at),
        cells: vec![
            Cell::Amount(amount),
            Cell::Words(request.note.clone(), reader.t(reason_text(&request.reason))),
            Cell::Words(known.asked_by.clone(), String::new()),
            last,
        ],
    }
}

/// A refund that waits for somebody's yes, or came back: it is told in full on the page of its payment.
fn refund_listed(
    tables: &TablesReader<'_>,
    eyes: &Eyes,
    order: RefundOrder,
) -> Result<ListingRow, StoreError> {
    let payment = tables.payment(order.payment)?;
    let customer = payment.map(|payment| tables.customer(payment.customer)).transpose()?.flatten();
    let ordered = refund_acts::named(tables, order)?;
    let order = &ordered.order;
    let (tone, text) = refund_acts::standing(order);
    let reader = &eyes.reader;
    let name = customer.map(|customer| customer.name).unwrap_or_default();
    let (stands, amount) = (Standing::new(tone, reader.t(text)), reader.money(order.amount));
    let page = payments::url(order.payment);
    let last = match order.state {
        RefundOrderState::Waiting => {
            let is_own = order.ordered_by == eyes.staff.to_string();
            eyes.waiting(stands, is_own, &amount, (&name, &refund_acts::url(order.id), &page))
        }
        _ => Cell::Standing(stands, refund_acts::why_not(reader, order).unwrap_or_default()),
    };
    Ok(ListingRow {
        url: page,
        name,
        under: reader.date_time(order.ordered_at),
        cells: vec![
            Cell::Amount(amount),
            Cell::Words(order.note.clone(), reader.t("refund-of-payment")),
            Cell::Words(ordered.ordered_by, String::new()),
            last,
        ],
    })
}

/// The amount with the sign that the customer sees.
pub(super) fn signed(request: &CreditRequest) -> Amount {
    let sign = if request.direction == CreditDirection::Give { 1 } else { -1 };
    Amount::new(request.amount.value().saturating_mul(sign), request.amount.unit())
}

fn refusal(reader: &Reader, request: &CreditRequest) -> String {
    match request.refusal.as_deref() {
        Some(why) if request.state == CreditRequestState::Rejected => why.to_owned(),
        Some("insufficient_credit") => reader.t("credit-not-available"),
        Some(code) => reader.t1("credit-refused-code", "code", code),
        None => String::new(),
    }
}

/// Where a request is told in full.
pub(super) fn url(id: IntentId) -> String {
    format!("{}/{id}", Place::ConsoleCredit.url())
}

/// Colour and word.
pub(super) fn standing(state: CreditRequestState) -> (&'static str, &'static str) {
    match state {
        CreditRequestState::Waiting => ("wait", "credit-waiting"),
        CreditRequestState::Approved => ("wait", "credit-approved"),
        CreditRequestState::Booked => ("good", "credit-booked"),
        CreditRequestState::Rejected => ("plain", "credit-rejected"),
        CreditRequestState::Refused => ("bad", "credit-refused"),
    }
}

/// The same of one request: one that whoever asked took back was rejected by nobody.
pub(super) fn standing_of(request: &CreditRequest) -> (&'static str, &'static str) {
    match was_taken_back(request) {
        true => ("plain", "credit-taken-back"),
        false => standing(request.state),
    }
}

fn was_taken_back(request: &CreditRequest) -> bool {
    request.state == CreditRequestState::Rejected && request.decided_by == Some(request.asked_by)
}

/// The id of a reason's words.
pub(super) fn reason_text(code: &str) -> &'static str {
    match Reason::from_code(code) {
        Some(Reason::Goodwill) => "credit-goodwill",
        Some(Reason::OpeningBalance) => "credit-opening-balance",
        Some(Reason::Misuse) => "credit-misuse",
        Some(Reason::Correction) | None => "credit-correction",
    }
}

/// `GET /console/credit/{id}`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Asked(shown): Asked<ShownOne>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let (reader, place, id) = (staff.visit.reader().clone(), Place::ConsoleCredit, parse(&id)?);
    let look = move |tables: &TablesReader<'_>| {
        tables.credit_request(id)?.map(|request| named(tables, request)).transpose()
    };
    let known = app.read(look).await?.ok_or_else(missing)?;
    let request = &known.request;
    let (tone, text) = standing_of(request);
    let is_waiting = request.state == CreditRequestState::Waiting;
    let is_own = request.asked_by == staff.who.staff.id;
    let needed = if is_own { Permission::GiveCredit } else { Permission::ApproveCredit };
    let done =
        shown.asked.map(|_| reader.t(if is_waiting { "credit-was-asked" } else { "credit-was-booked" }));
    let was_refused = request.state == CreditRequestState::Refused;
    let page = Sheet {
        frame: staff.visit.frame(&app, Some(place)),
        heading: reader.t1("credit-of", "amount", reader.movement(signed(request))),
        text: known.customer.as_ref().map(|customer| customer.name.clone()).unwrap_or_default(),
        standing: Some(Standing::new(tone, reader.t(text))),
        done: if was_refused { None } else { done },
        alert: match (was_refused, is_waiting && is_own) {
            // Somebody else was quicker: what stands here is not what was pressed.
            (false, false) if shown.not == "request_decided" => Some(reader.t("request-decided")),
            (false, _) if shown.not == REASON_MISSING => Some(reader.t("reject-reason-missing")),
            (false, _) if shown.not == NOT_WAITING => Some(reader.t("payment-not-waiting")),
            (false, _) if shown.not == REFUND_WAITING => Some(reader.t("payment-refund-waits")),
            (false, _) if shown.not == ABOVE_LEFT => Some(reader.t("credit-above-left")),
            (true, _) => Some(refusal(&reader, request)),
            (false, true) => Some(reader.t("credit-own-request")),
            (false, false) => None,
        },
        facts: facts(&reader, &known),
        lists: Vec::new(),
        links: Vec::new(),
        acts: if is_waiting && staff.may(needed) { acts(&reader, id, is_own) } else { Vec::new() },
        raw: None,
        back: (place.url().to_owned(), reader.t(place.text_id())),
        reader,
    };
    draw(StatusCode::OK, &page)
}

fn facts(reader: &Reader, known: &Known) -> Vec<Fact> {
    let request = &known.request;
    let customer_url = format!("/console/customers/{}", request.customer);
    let name = known.customer.as_ref().map(|customer| customer.name.clone()).unwrap_or_default();
    let mut facts = vec![
        Fact::linked(reader.t("customer"), name, customer_url),
        Fact::new(reader.t("amount"), reader.movement(signed(request))),
        Fact::new(reader.t("reason"), reader.t(reason_text(&request.reason))),
        Fact::new(reader.t("note"), &request.note),
        Fact::new(
            reader.t("requested-by"),
            format!("{}, {}", known.asked_by, reader.date_time(request.asked_at)),
        ),
    ];
    if let Some(payment) = request.payment {
        let payment_fact =
            Fact::linked(reader.t("credited-payment"), payment.to_string(), payments::url(payment));
        facts.push(Fact { is_id: true, ..payment_fact });
    }
    if let Some((came, asked)) = known.paid {
        facts.push(Fact::new(reader.t("payment-came"), reader.money(came)));
        facts.extend(asked.map(|asked| Fact::new(reader.t("payment-asked"), reader.money(asked))));
    }
    if let Some(at) = request.expires_at {
        facts.push(Fact::new(reader.t("credit-expires"), reader.last_day(at)));
    }
    if let (Some(by), Some(at)) = (&known.decided_by, request.decided_at) {
        let at = reader.date_time(at);
        facts.push(match was_taken_back(request) {
            true => Fact::new(reader.t("taken-back-at"), at),
            false => Fact::new(reader.t("decided-by"), format!("{by}, {at}")),
        });
        if let Some(why) = request.refusal.as_ref().filter(|_| request.state == CreditRequestState::Rejected)
        {
            facts.push(Fact::new(reader.t("rejected-because"), why));
        }
    }
    facts
}

/// What may be done about a request that waits: whoever asked may only take it back.
fn acts(reader: &Reader, id: IntentId, is_own: bool) -> Vec<SheetAct> {
    let approve = SheetAct {
        action: format!("{}/approval", url(id)),
        words: reader.t("credit-approve"),
        text: reader.t("credit-approve-text"),
        tone: "primary",
        reason: None,
    };
    let reject = SheetAct {
        action: format!("{}/rejection", url(id)),
        words: reader.t(if is_own { "credit-take-back" } else { "credit-reject" }),
        text: reader.t("credit-reject-text"),
        tone: "",
        reason: (!is_own).then(|| reader.t("reason")),
    };
    if is_own { vec![reject] } else { vec![approve, reject] }
}

/// `POST /console/credit/{id}/approval`
pub(super) async fn approve(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ApproveCredit)?;
    let id = parse(&id)?;
    let decided = credit_requests::approve(&app, by(&staff), id).await;
    decided_page(&app, id, decided).await
}

/// `POST /console/credit/{id}/rejection`
pub(super) async fn reject(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(Why { reason }): Posted<Why>,
) -> Result<Response, Fault> {
    staff.must(Permission::GiveCredit)?;
    let id = parse(&id)?;
    let request = app.read(move |tables| tables.credit_request(id)).await?.ok_or_else(missing)?;
    let is_own = request.asked_by == staff.who.staff.id;
    if !is_own {
        staff.must(Permission::ApproveCredit)?;
    }
    let decided = match why(is_own, &reason) {
        Ok(why) => credit_requests::reject(&app, by(&staff), id, why).await,
        Err(problem) => Err(problem),
    };
    decided_page(&app, id, decided).await
}

/// Back to the request, which tells how it stands. That somebody else was quicker, or that it is one's own, is told there too.
async fn decided_page(
    app: &App,
    id: IntentId,
    decided: Result<CreditRequest, Problem>,
) -> Result<Response, Fault> {
    let told = match decided {
        Ok(_) => String::new(),
        Err(problem) if problem.status == StatusCode::CONFLICT || problem.code == REASON_MISSING => {
            format!("?not={}", problem.code)
        }
        Err(problem) => return Err(problem.into()),
    };
    super::show_what_was_done(app).await;
    Ok(Redirect::to(&format!("{}{told}", url(id))).into_response())
}

/// Whoever says no to somebody else says why; who takes his own back needs no reason.
pub(super) fn why(is_own: bool, reason: &str) -> Result<Option<String>, Problem> {
    if is_own { Ok(None) } else { freezing::reason(reason).map(Some) }
}

pub(super) fn by(staff: &StaffIn) -> By {
    By { staff: staff.who.staff.id, author: staff.visit.author(&staff.who.session) }
}

fn parse(id: &str) -> Result<IntentId, Problem> {
    id.parse().map_err(|_| missing())
}

fn missing() -> Problem {
    Problem::not_found("request for credit")
}
