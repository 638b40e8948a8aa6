//! The form on which staff ask for credit to be given or taken, on a customer's page, or given for a payment that had credited nothing. What
//! becomes of it is told next door.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use book::Reason;
use jiff::civil::Date;
use money::{Amount, CustomerId, IntentId, PaymentId, Timestamp, WalletId};
use serde::Deserialize;
use store::Reader as TablesReader;
use store::tables::credit_requests::CreditDirection;
use store::tables::payments::Payment;
use stripe::minor_units::{MinorAmount, MinorUnitsError};

use super::credit::{by, reason_text, url};
use super::offer_fields::{NOT_A_NUMBER, Typed, Unread, choice, date, hidden, text};
use super::payments;
use crate::app::App;
use crate::credit_requests::{self, CREDIT_ASKED, CREDIT_TOO_MUCH, CREDIT_UNITS_MAX};
use crate::look::Reader;
use crate::look::page::{Field, FieldProblem, OfferForm};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::calendar::day_bounds;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw};
use crate::problem::Problem;
use crate::withheld::{self, ABOVE_LEFT, NOT_WAITING, REFUND_WAITING};
use crate::{ids, refunds};

/// Wallets of a customer that are looked through for the one that counts money.
pub(super) const WALLETS_MAX: u32 = 50;

/// What is typed on the form.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typing {
    direction: String,
    amount: String,
    reason: String,
    note: String,
    expires_at: String,
    /// The name of what is asked for, drawn with the form: sent twice, it is asked for once.
    request: String,
    /// The payment that is credited by it, if one is.
    payment: String,
}

/// What the form is opened for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Opened {
    payment: String,
}

/// `GET /console/customers/{id}/credit/new`
pub(super) async fn new(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Asked(Opened { payment }): Asked<Opened>,
) -> Result<Response, Fault> {
    staff.must(Permission::GiveCredit)?;
    let id: CustomerId = id.parse().map_err(|_| Problem::not_found("customer"))?;
    let wallet = wallet(&app, id).await?;
    if let Some(not) = not_open(&app, id, &payment).await? {
        return Ok(Redirect::to(&not).into_response());
    }
    let direction = CreditDirection::Give.word().to_owned();
    let request = IntentId::from_u128(ids::fresh()).to_string();
    // What is left of it is what is given, unless it has to be converted: that is for a person to say.
    let paid = match credited(&app, id, &payment).await? {
        Some(payment) => Some(app.read(move |tables| refunds::refundable(tables, &payment)).await?),
        None => None,
    };
    let typed = Typed { reader: staff.visit.reader().clone(), data_unit: staff.visit.reader().data_unit };
    let amount = typed.shown_money(paid.filter(|paid| paid.unit() == app.config.credit.unit));
    let typing = Typing { direction, request, payment, amount, ..Typing::default() };
    form(&app, &staff, (id, wallet), &typing, None).await
}

/// `POST /console/customers/{id}/credit`
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(typing): Posted<Typing>,
) -> Result<Response, Fault> {
    staff.must(Permission::GiveCredit)?;
    let id: CustomerId = id.parse().map_err(|_| Problem::not_found("customer"))?;
    let wallet = wallet(&app, id).await?;
    let payment = credited(&app, id, &typing.payment).await?.map(|payment| payment.id);
    let asked = match read(&app, &staff, (id, wallet), &typing) {
        Ok(asked) => credit_requests::Asked { payment, ..asked },
        Err(problem) => return form(&app, &staff, (id, wallet), &typing, Some(&problem)).await,
    };
    match credit_requests::ask(&app, by(&staff), asked).await {
        Ok(request) => {
            super::show_what_was_done(&app).await;
            Ok(Redirect::to(&format!("{}?asked=1", url(request.id))).into_response())
        }
        Err(problem) if problem.field.is_some() => {
            form(&app, &staff, (id, wallet), &typing, Some(&problem)).await
        }
        Err(problem) if is_told_at_payment(&problem) => {
            let there = payment.map(payments::url).unwrap_or_default();
            Ok(Redirect::to(&format!("{there}?not={}", problem.code)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Whether the page of the payment tells why no credit was given for it.
fn is_told_at_payment(problem: &Problem) -> bool {
    matches!(problem.code, NOT_WAITING | CREDIT_ASKED | REFUND_WAITING)
}

/// Where it is told why credit for this payment cannot be asked for now; `None` if it can, or it is about none.
async fn not_open(app: &Arc<App>, customer: CustomerId, named: &str) -> Result<Option<String>, Problem> {
    let Some(payment) = credited(app, customer, named).await? else { return Ok(None) };
    let id = payment.id;
    let why = move |tables: &TablesReader<'_>| {
        Ok(if withheld::is_being_asked_for(tables, id)? {
            Some(CREDIT_ASKED)
        } else if !withheld::waits_for_credit(tables, &payment)? {
            Some(NOT_WAITING)
        } else if refunds::is_waiting(tables, id)? {
            Some(REFUND_WAITING)
        } else {
            None
        })
    };
    Ok(app.read(why).await?.map(|why| format!("{}?not={why}", payments::url(id))))
}

/// The payment of this customer that is to be credited, if one is named.
async fn credited(app: &Arc<App>, customer: CustomerId, named: &str) -> Result<Option<Payment>, Problem> {
    if named.is_empty() {
        return Ok(None);
    }
    let missing = || Problem::not_found("payment");
    let id: PaymentId = named.parse().map_err(|_| missing())?;
    let payment = app.read(move |tables| tables.payment(id)).await?;
    payment.filter(|payment| payment.customer == customer).ok_or_else(missing).map(Some)
}

/// The customer's credit in money.
async fn wallet(app: &Arc<App>, id: CustomerId) -> Result<WalletId, Problem> {
    let unit = app.config.credit.unit;
    let wallets = app.read(move |tables| tables.wallets_of(id, None, WALLETS_MAX)).await?.rows;
    let wallet = wallets.into_iter().find(|wallet| wallet.unit == unit);
    wallet.map(|wallet| wallet.id).ok_or_else(|| Problem::not_found("wallet"))
}

/// What was typed, as it is asked for.
fn read(
    app: &App,
    staff: &StaffIn,
    (customer, wallet): (CustomerId, WalletId),
    typing: &Typing,
) -> Result<credit_requests::Asked, Problem> {
    let (reader, unit) = (staff.visit.reader(), app.config.credit.unit);
    let typed = Typed { reader: reader.clone(), data_unit: reader.data_unit };
    let mut unread = Unread::default();
    let amount = unread.note(typed.money("amount", &typing.amount, unit).and_then(whole_cents));
    let expires_at = unread.note(end_of_day(reader, &typing.expires_at));
    let direction = CreditDirection::from_word(&typing.direction).map(Some);
    let unknown = |field| Problem::invalid(field, "not_a_choice", "This is none of the choices.");
    let direction = unread.note(direction.ok_or_else(|| unknown("direction")));
    let reason = Reason::from_code(&typing.reason).map(Some);
    let reason = unread.note(reason.ok_or_else(|| unknown("reason")));
    // Who sends no form of ours asks for something new each time.
    let drawn = typing.request.parse().unwrap_or_else(|_| IntentId::from_u128(ids::fresh()));
    // What names an intent is not the browser's to choose: it could be the name of a payment to come.
    let name = app.hashes.hash128("credit request", &[&drawn.as_u128().to_be_bytes()]);
    let asked = credit_requests::Asked {
        id: IntentId::from_u128(name),
        customer,
        wallet,
        direction: direction.unwrap_or(CreditDirection::Give),
        amount: amount.unwrap_or(Amount::zero(unit)),
        reason: reason.unwrap_or(Reason::Correction),
        note: typing.note.clone(),
        expires_at,
        payment: None,
    };
    let now = app.ledger.now();
    unread.refuse(|| credit_requests::wrong_with(&asked, now))?;
    Ok(asked)
}

/// People give and take what can be paid: a figure with a tenth of a cent would stay in every sum that follows.
fn whole_cents(amount: Option<Amount>) -> Result<Option<Amount>, Problem> {
    match amount {
        Some(amount) if MinorAmount::from_amount(amount) == Err(MinorUnitsError::OverPrecise) => {
            Err(Problem::invalid("amount", "amount_over_precise", "amount must be in whole cents."))
        }
        amount => Ok(amount),
    }
}

/// The end of the day that was typed, as `2026-12-31`; nothing if none was.
fn end_of_day(reader: &Reader, text: &str) -> Result<Option<Timestamp>, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |code, detail| Problem::invalid("expires_at", code, detail);
    let day: Date = text.parse().map_err(|_| wrong("not_a_day", "This is no day."))?;
    let bounds =
        day_bounds(&reader.zone, day).ok_or_else(|| wrong("day_too_far", "This day is too far away."))?;
    Ok(Some(bounds.until))
}

async fn form(
    app: &Arc<App>,
    staff: &StaffIn,
    (id, wallet): (CustomerId, WalletId),
    typing: &Typing,
    problem: Option<&Problem>,
) -> Result<Response, Fault> {
    let reader = staff.visit.reader().clone();
    let typed = Typed { reader: reader.clone(), data_unit: reader.data_unit };
    let problems = problem.into_iter().flat_map(Problem::each).map(|problem| FieldProblem {
        field: problem.field.clone().unwrap_or_default(),
        words: match problem.code {
            NOT_A_NUMBER => typed.not_money_words(app.config.credit.unit),
            CREDIT_TOO_MUCH => reader.t1("credit-too-much", "most", reader.number(CREDIT_UNITS_MAX)),
            _ => reader.t(wrong_text(problem)),
        },
        link: None,
    });
    let customer = app.read(move |tables| tables.customer(id)).await?;
    let name = customer.map(|customer| customer.name).unwrap_or_default();
    let has = app.ledger.wallet(wallet).map(|known| Amount::new(known.balance.posted, known.unit));
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let back_url = format!("/console/customers/{id}");
    let paid = credited(app, id, &typing.payment).await?;
    let of = paid.clone();
    let asked =
        app.read(move |tables| of.map(|paid| withheld::asked(tables, &paid)).transpose()).await?.flatten();
    let heading = if paid.is_some() { "credit-for-payment" } else { "give-or-take-credit" };
    let whose = |has: Amount| match &paid {
        Some(paid) => {
            let values = [
                ("name", name.clone()),
                ("balance", reader.money(has)),
                ("paid", reader.money(paid.amount)),
                ("payment", paid.provider_payment.clone()),
            ];
            let asked =
                asked.map(|asked| reader.t1("credit-for-payment-asked", "asked", reader.money(asked)));
            let words = asked.into_iter().chain([reader.with("credit-for-payment-whose", values)]);
            words.collect::<Vec<_>>().join(" ")
        }
        None => reader.t2("credit-whose", "name", name.as_str(), "balance", reader.money(has)),
    };
    let page = OfferForm {
        frame: staff.visit.frame(app, Some(Place::ConsoleCredit)),
        heading: reader.t(heading),
        action: format!("{back_url}/credit"),
        back_url: paid.as_ref().map_or(back_url, |paid| payments::url(paid.id)),
        fields: fields(app, &reader, typing),
        what_follows: has.map(whose),
        problems: problems.collect(),
        reader,
    };
    draw(status, &page)
}

fn fields(app: &App, reader: &Reader, typing: &Typing) -> Vec<Field> {
    let t = |id: &str| reader.t(id);
    let directions = [(CreditDirection::Give, "credit-give"), (CreditDirection::Take, "credit-take")]
        .map(|(way, id)| (way.word().to_owned(), t(id)));
    let reasons = Reason::ALL.map(|(_, code)| (code.to_owned(), t(reason_text(code))));
    let above = app.config.console.approval_above;
    let limit = reader.t2("credit-limit-hint", "unit", above.unit().code(), "limit", reader.money(above));
    let way = match typing.payment.as_str() {
        "" => choice("direction", t("credit-direction"), None, &typing.direction, directions),
        _ => hidden("direction", CreditDirection::Give.word().to_owned()),
    };
    vec![
        hidden("request", typing.request.clone()),
        hidden("payment", typing.payment.clone()),
        way,
        text("amount", t("amount"), Some(limit), typing.amount.clone()),
        choice("reason", t("reason"), None, &typing.reason, reasons),
        text("note", t("note"), Some(t("credit-note-hint")), typing.note.clone()),
        date("expires_at", t("credit-expires"), Some(t("credit-expires-hint")), typing.expires_at.clone()),
    ]
}

fn wrong_text(problem: &Problem) -> &'static str {
    match (problem.code, problem.field.as_deref()) {
        ("missing_field", _) => "note-missing",
        ("too_long", _) => "note-too-long",
        ("unprintable", _) => "note-unprintable",
        ("expires_in_past", _) => "credit-expires-in-past",
        ("invalid_field", _) => "credit-expires-with-take",
        ("not_a_choice", _) => "choose-one",
        ("not_a_day", _) => "credit-expires-no-day",
        ("day_too_far", _) => "credit-expires-too-far",
        (ABOVE_LEFT, _) => "credit-above-left",
        ("amount_over_precise", _) => "offer-whole-cents",
        ("amount_too_large", _) => "offer-too-much",
        _ => "credit-bad-amount",
    }
}
