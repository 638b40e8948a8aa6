//! `/console/billing`: the monthly run with its progress, which month was the first, corrections, and the invoices.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use brazil::document::TaxId;
use jiff::ToSpan as _;
use jiff::civil::Date;
use money::{AdjustmentId, Amount, InvoiceId, Timestamp, Unit};
use serde::Deserialize;
use store::tables::invoices::{BillingRun, InvoiceState};
use store::{Reader as TablesReader, StoreError};

use super::offer_fields::{Typed, Unread, choice, hidden, text};
use super::plans::CURRENCY;
use super::typed;
use crate::app::App;
use crate::billing::{self, Adjustment, DAYS_EARLY_MAX, Month};
use crate::ids;
use crate::look::Reader;
use crate::look::page::{
    BillingRuns, Field, FieldProblem, InvoiceSeen, MissedRun, NextRun, OfferForm, RunSeen, WaitingAdjustment,
};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::calendar::{day_bounds, day_of};
use crate::portal::monthly_invoices::{month_words, seen};
use crate::portal::trail::Trail;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw};
use crate::problem::Problem;

/// Invoices of one page.
const ROWS: u32 = 25;
/// Runs that are shown.
const RUNS: u32 = 12;
/// Corrections that are shown.
const WAITING: u32 = 50;
/// What *takes off* is when it is sent.
const TAKES_OFF: &str = "takes_off";

#[derive(Deserialize)]
pub(super) struct Shown {
    before: Option<String>,
    /// Asked for once, before a run is begun.
    run: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Begun {
    month: String,
}

/// The first month as the form sends it; empty: none is said.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct FirstMonth {
    month: String,
}

/// A correction as the form sends it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    document: String,
    direction: String,
    amount: String,
    reason: String,
    /// The correction's name, drawn with the form, so that a form that is sent twice is one correction.
    correction: String,
}

/// `GET /console/billing`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeFinance)?;
    let reader = staff.visit.reader().clone();
    let trail = Trail::parse(shown.before.as_deref());
    let before: Option<InvoiceId> = trail.last().and_then(|id| id.parse().ok());
    let (mut next, mut missed) = (next_run(&app, &reader).await?, missed_run(&app, &reader).await?);
    for run in missed.iter_mut().map(|missed| &mut missed.run).chain([&mut next]) {
        run.is_asked = shown.run.as_deref() == Some(run.code.as_str());
        if let (true, Some(month)) = (run.is_asked && run.is_open, Month::parse(&run.code)) {
            let estimate = billing::estimate(&app, month).await?;
            run.estimate = estimate.map(|found| (found.invoices, found.total));
        }
    }
    let (asked, eyes, now) = (Arc::clone(&app), reader.clone(), app.ledger.now());
    let (runs, invoices, older, waiting, first_month) = app
        .read(move |tables| {
            let runs = tables.billing_runs(RUNS)?;
            let runs = runs.iter().map(|run| run_seen(tables, &eyes, run)).collect::<Result<Vec<_>, _>>()?;
            let page = tables.invoices(before, ROWS)?;
            let mut invoices = Vec::new();
            for row in &page.rows {
                let customer =
                    tables.customer(row.customer)?.map(|customer| customer.name).unwrap_or_default();
                invoices.push(InvoiceSeen { customer, invoice: seen(&asked, tables, &eyes, row, now)? });
            }
            Ok((runs, invoices, page.next, waiting(tables)?, billing::first_month(tables)?))
        })
        .await?;
    let base = format!("{}?", Place::ConsoleBilling.url());
    let page = BillingRuns {
        frame: staff.visit.frame(&app, Some(Place::ConsoleBilling)),
        next,
        missed,
        first_month: first_month.map(|month| month_words(reader.locale, &month.to_string())),
        runs,
        invoices,
        waiting,
        may_change: staff.may(Permission::RunBilling),
        newer_url: trail.newer_url(&base, "before"),
        older_url: older.map(|next| trail.older_url(&base, "before", &next.to_string())),
        reader,
    };
    draw(StatusCode::OK, &page)
}

/// `POST /console/billing/runs`
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(begun): Posted<Begun>,
) -> Result<Response, Fault> {
    staff.must(Permission::RunBilling)?;
    billing::begin(&app, staff.visit.author(&staff.who.session), month_of(&begun.month)?).await?;
    Ok(Redirect::to(Place::ConsoleBilling.url()).into_response())
}

/// `GET /console/billing/first-month`
pub(super) async fn first_month(State(app): State<Arc<App>>, staff: StaffIn) -> Result<Response, Fault> {
    staff.must(Permission::RunBilling)?;
    let (sold, zone, now) = (app.sold(), staff.visit.reader().zone.clone(), app.ledger.now());
    let (known, mut choices) = app
        .read(move |tables| {
            Ok((billing::first_month(tables)?, billing::first_months(tables, &sold, &zone, now)?))
        })
        .await?;
    // What was said stays said where nobody chooses anything else, also once it lies outside what could be said anew.
    if let Some(known) = known.filter(|known| !choices.contains(known)) {
        choices.push(known);
        choices.sort_unstable();
    }
    let reader = staff.visit.reader().clone();
    let option = |month: &Month| (month.to_string(), month_words(reader.locale, &month.to_string()));
    let nothing = (String::new(), reader.t("first-month-none"));
    let options = std::iter::once(nothing).chain(choices.iter().map(option));
    let chosen = known.map(|month| month.to_string()).unwrap_or_default();
    let hint = Some(reader.t("first-month-hint"));
    let page = OfferForm {
        frame: staff.visit.frame(&app, Some(Place::ConsoleBilling)),
        heading: reader.t("billed-elsewhere"),
        action: "/console/billing/first-month".to_owned(),
        back_url: Place::ConsoleBilling.url().to_owned(),
        fields: vec![choice("month", reader.t("first-month"), hint, &chosen, options)],
        what_follows: None,
        problems: Vec::new(),
        reader,
    };
    draw(StatusCode::OK, &page)
}

/// `POST /console/billing/first-month`
pub(super) async fn set_first_month(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(sent): Posted<FirstMonth>,
) -> Result<Response, Fault> {
    staff.must(Permission::RunBilling)?;
    let month = if sent.month.is_empty() { None } else { Some(month_of(&sent.month)?) };
    billing::set_first_month(&app, staff.visit.author(&staff.who.session), month).await?;
    Ok(Redirect::to(Place::ConsoleBilling.url()).into_response())
}

/// `GET /console/billing/adjustments/new`
pub(super) async fn new_adjustment(State(app): State<Arc<App>>, staff: StaffIn) -> Result<Response, Fault> {
    staff.must(Permission::RunBilling)?;
    let correction = AdjustmentId::from_u128(ids::fresh()).to_string();
    let sent = Sent { direction: TAKES_OFF.to_owned(), correction, ..Sent::default() };
    form(&app, &staff, &sent, Vec::new())
}

/// `POST /console/billing/adjustments`
pub(super) async fn adjust(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Fault> {
    staff.must(Permission::RunBilling)?;
    let author = staff.visit.author(&staff.who.session);
    let typed = typed(&app, &staff);
    let adjusted = match wanted(&app, &typed, &sent).await {
        Ok(wanted) => billing::adjust(&app, author, wanted).await,
        Err(problem) => Err(problem),
    };
    match adjusted {
        Ok(_) => Ok(Redirect::to(Place::ConsoleBilling.url()).into_response()),
        Err(problem) => match problems(&typed.reader, &problem) {
            Some(problems) => form(&app, &staff, &sent, problems),
            None => Err(problem.into()),
        },
    }
}

/// `POST /console/billing/adjustments/{id}/withdrawal`
pub(super) async fn withdraw(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(()): Posted<()>,
) -> Result<Response, Fault> {
    staff.must(Permission::RunBilling)?;
    let id = id.parse().map_err(|_| Problem::not_found("adjustment"))?;
    billing::withdraw(&app, staff.visit.author(&staff.who.session), id).await?;
    Ok(Redirect::to(Place::ConsoleBilling.url()).into_response())
}

fn month_of(text: &str) -> Result<Month, Problem> {
    let detail = "month must be written as 2026-12.";
    Month::parse(text).ok_or_else(|| Problem::invalid("month", "invalid_month", detail))
}

/// The oldest month that nobody ran, and all of them.
async fn missed_run(app: &Arc<App>, reader: &Reader) -> Result<Option<MissedRun>, Problem> {
    let (months, due) = billing::missed(app).await?;
    let (Some(month), Some(due)) = (months.first(), due) else { return Ok(None) };
    let (count, is_automatic) = (months.len(), app.config.billing.automatic);
    let (customers, holds_others) = app
        .read(move |tables| Ok((tables.payer_count()?, is_automatic && !billing::is_made_up(tables, count)?)))
        .await?;
    Ok(Some(MissedRun {
        run: NextRun {
            code: month.to_string(),
            month: month_words(reader.locale, &month.to_string()),
            due: begin_of(reader, due),
            customers,
            is_open: true,
            from: None,
            early_for: None,
            estimate: None,
            is_asked: false,
        },
        months: missed_words(reader, &months),
        count: u32::try_from(count).unwrap_or(u32::MAX),
        holds_others,
    }))
}

/// Months that nobody ran, in words.
pub(super) fn missed_words(reader: &Reader, months: &[Month]) -> String {
    let words = months.iter().map(|month| month_words(reader.locale, &month.to_string()));
    words.collect::<Vec<_>>().join(", ")
}

async fn next_run(app: &Arc<App>, reader: &Reader) -> Result<NextRun, Problem> {
    let (month, due, customers) = billing::preview(app).await?;
    let today = day_of(&reader.zone, app.ledger.now());
    let from = month.run_on(&app.config.billing).saturating_sub(DAYS_EARLY_MAX.days());
    Ok(NextRun {
        code: month.to_string(),
        month: month_words(reader.locale, &month.to_string()),
        due: begin_of(reader, due),
        customers,
        is_open: today >= from,
        from: begin_of(reader, from),
        early_for: Some(month.run_on(&app.config.billing))
            .filter(|day| today < *day)
            .and_then(|day| begin_of(reader, day)),
        estimate: None,
        is_asked: false,
    })
}

fn run_seen(tables: &TablesReader<'_>, reader: &Reader, run: &BillingRun) -> Result<RunSeen, StoreError> {
    let sums = tables.invoice_sums(&run.month)?;
    let sum = |state| {
        let found = sums.iter().find(|sum| sum.state == state);
        Amount::new(found.map_or(0, |sum| sum.total), Unit::BRL)
    };
    Ok(RunSeen {
        month: month_words(reader.locale, &run.month),
        due: run.due_on.parse().ok().and_then(|due| begin_of(reader, due)),
        progress: (run.done, run.customers),
        is_done: run.finished_at.is_some(),
        invoices: run.invoices,
        open: sum(InvoiceState::Open),
        paid: sum(InvoiceState::Paid),
    })
}

fn waiting(tables: &TablesReader<'_>) -> Result<Vec<WaitingAdjustment>, StoreError> {
    let rows = tables.all_adjustments_waiting(WAITING)?;
    rows.into_iter()
        .map(|row| {
            let customer = tables.customer(row.customer)?.map(|customer| customer.name).unwrap_or_default();
            Ok(WaitingAdjustment { id: row.id.to_string(), customer, reason: row.reason, amount: row.amount })
        })
        .collect()
}

fn begin_of(reader: &Reader, day: Date) -> Option<Timestamp> {
    day_bounds(&reader.zone, day).map(|bounds| bounds.from)
}

async fn wanted(app: &Arc<App>, typed: &Typed, sent: &Sent) -> Result<Adjustment, Problem> {
    let payer = match TaxId::parse(&sent.document).map(|document| document.bare().to_owned()) {
        Ok(document) => app.read(move |tables| tables.payer_by_document(&document)).await?,
        Err(_) => None,
    };
    let unknown = || Problem::invalid("document", "customer_unknown", "There is no such subscriber.");
    let mut unread = Unread::default();
    let customer = unread.note(payer.map(|payer| Some(payer.customer)).ok_or_else(unknown));
    let typed = unread.note(typed.money("amount", &sent.amount, CURRENCY));
    let amount = typed.map_or(0, |amount| amount.value());
    let too_little = Problem::invalid("amount", "invalid_amount", "amount must be above zero.");
    unread.note(if typed.is_some() && amount <= 0 { Err(too_little) } else { Ok(()) });
    let amount = Amount::new(if sent.direction == TAKES_OFF { -amount } else { amount }, CURRENCY);
    unread.refuse(|| billing::wrong_with_adjustment(amount, &sent.reason))?;
    let customer = customer.ok_or_else(unknown)?;
    // Who sends no form of ours asks for something new each time.
    let id = sent.correction.parse().unwrap_or_else(|_| AdjustmentId::from_u128(ids::fresh()));
    Ok(Adjustment { id, customer, amount, reason: sent.reason.clone() })
}

fn problems(reader: &Reader, problem: &Problem) -> Option<Vec<FieldProblem>> {
    let one = |problem: &Problem| {
        let text = match problem.code {
            "customer_unknown" => "adjustment-bad-document",
            "amount_over_precise" => "offer-whole-cents",
            "invalid_amount" | "not_a_number" => "adjustment-bad-amount",
            "invalid_reason" => "adjustment-bad-reason",
            _ => return None,
        };
        Some(FieldProblem::new(problem.field.clone().unwrap_or_default(), reader.t(text)))
    };
    problem.each().map(one).collect()
}

fn form(app: &App, staff: &StaffIn, sent: &Sent, problems: Vec<FieldProblem>) -> Result<Response, Fault> {
    let reader = staff.visit.reader().clone();
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = OfferForm {
        frame: staff.visit.frame(app, Some(Place::ConsoleBilling)),
        heading: reader.t("new-adjustment"),
        action: "/console/billing/adjustments".to_owned(),
        back_url: Place::ConsoleBilling.url().to_owned(),
        fields: fields(&reader, sent),
        what_follows: Some(reader.t("adjustment-books")),
        problems,
        reader,
    };
    draw(status, &page)
}

fn fields(reader: &Reader, sent: &Sent) -> Vec<Field> {
    let t = |id: &str| reader.t(id);
    let ways = [(TAKES_OFF.to_owned(), t("adjustment-takes-off")), ("adds".to_owned(), t("adjustment-adds"))];
    vec![
        hidden("correction", sent.correction.clone()),
        text("document", t("adjustment-document"), None, sent.document.clone()),
        choice("direction", t("adjustment-direction"), None, &sent.direction, ways),
        text("amount", t("amount"), None, sent.amount.clone()),
        text("reason", t("reason"), Some(t("adjustment-reason-hint")), sent.reason.clone()),
    ]
}
