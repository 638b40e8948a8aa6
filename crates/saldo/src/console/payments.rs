//! `/console/payments/{id}`: one attempt to pay with what is claimed back of it. Its refund and the list are next door.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use money::{Amount, CustomerId, PaymentId, Unit};
use serde::Deserialize;
use store::StoreError;
use store::tables::claims::{ClaimCause, ClaimState, PaymentClaim};
use store::tables::credit_requests::CreditRequest;
use store::tables::customers::Customer;
use store::tables::payments::{Payment, PaymentStatus};
use store::tables::refund_orders::{RefundOrder, RefundOrderState};

use super::collected;
use super::credit;
use super::credit_form::WALLETS_MAX;
use super::refund_acts::{self, Ordered};
use crate::app::App;
use crate::credit_requests::CREDIT_ASKED;
use crate::look::Reader;
use crate::look::page::listing::{Fact, Sheet, SheetAct, SheetLine, SheetList, Standing};
use crate::look::part::{self, Place, claim_reason};
use crate::permissions::Permission;
use crate::portal::payment_list::row;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw, local_path};
use crate::problem::Problem;
use crate::receipts;
use crate::refunds::{self, CREDIT_WAITING};
use crate::taken_data;
use crate::withheld::{self, NOT_WAITING, REFUND_WAITING};

/// Orders of a payment that are shown.
const ORDERS_SHOWN: u32 = 50;
/// Where Stripe's API is, if it is not played by a sandbox.
const STRIPE_API: &str = "https://api.stripe.com";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ShownOne {
    ordered: Option<String>,
    /// The code of why somebody's yes or no came to nothing.
    not: String,
    /// To how many addresses the receipt was sent.
    sent: Option<u32>,
}

/// From which page a receipt is asked for.
#[derive(Deserialize)]
pub(super) struct ReceiptAsked {
    #[serde(default)]
    return_to: String,
}

/// A payment with what stands on its page.
pub(super) struct Known {
    pub(super) payment: Payment,
    pub(super) customer: Option<Customer>,
    claims: Vec<PaymentClaim>,
    orders: Vec<Ordered>,
    pub(super) left: Amount,
    /// Whether the customer's bank holds its money.
    pub(super) is_held: bool,
    booked: i64,
    /// What was taken of the data that it bought, and how much that was, in bytes; `None` if it bought none.
    data: Option<(i64, i64)>,
    /// What of that is held back while its bank decides, in bytes.
    data_held: i64,
    is_behind: bool,
    /// The number of its receipt.
    receipt: Option<String>,
    /// The pack that it was for: where its purchase is shown, and how large it is on which line.
    pub(super) bought: Option<(String, String)>,
    /// What staff asked for last to credit it by hand.
    by_hand: Option<CreditRequest>,
    /// Whether that is not booked yet.
    pub(super) is_credit_waiting: bool,
    /// Whether staff may give credit for it.
    waits_for_credit: bool,
    /// What was asked for, of one that was not as it was asked for.
    asked: Option<Amount>,
}

pub(super) fn name_of(customer: Option<&Customer>) -> String {
    customer.map(|customer| customer.name.clone()).unwrap_or_default()
}

/// Where a payment is told in full.
pub(super) fn url(id: PaymentId) -> String {
    format!("{}/{id}", Place::ConsolePayments.url())
}

/// `GET /console/payments/{id}`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Asked(shown): Asked<ShownOne>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let reader = staff.visit.reader().clone();
    let known = known(&app, &reader, parse(&id)?).await?;
    let seen = seen(&reader, &known);
    let is_waiting = known.orders.iter().any(|it| it.order.state == RefundOrderState::Waiting);
    let may_refund = staff.may(Permission::RefundPayments) && known.left.value() > 0;
    let is_waiting = is_waiting || known.is_credit_waiting;
    let may_refund =
        may_refund && !known.is_held && !is_waiting && refunds::is_in_our_currency(&known.payment);
    let place = Place::ConsolePayments;
    let send_again = SheetAct {
        action: format!("{}/receipt", url(known.payment.id)),
        words: reader.t("receipt-send-again"),
        text: reader.t("receipt-send-again-text"),
        tone: "",
        reason: None,
    };
    let ordered = known.orders.iter().map(|it| &it.order);
    let ordered = ordered.into_iter().find(|order| Some(order.id.to_string()) == shown.ordered);
    let mut acts = refund_acts::acts(&reader, &staff, &known.orders);
    if known.receipt.is_some() && staff.may(Permission::SendReceipts) {
        acts.push(send_again);
    }
    let page = Sheet {
        frame: staff.visit.frame(&app, Some(place)),
        heading: reader.t1("payment-of", "amount", reader.money(known.payment.amount)),
        text: name_of(known.customer.as_ref()),
        standing: Some(Standing::new(seen.status.tone(), reader.t(seen.status.text_id()))),
        done: match shown.sent {
            Some(sent) => Some(reader.tn("receipt-sent", sent)),
            None => ordered.and_then(|order| ordered_words(&reader, order)),
        },
        alert: alert(&reader, &known, ordered, &shown.not),
        facts: facts(&app, &reader, &known),
        lists: [refund_acts::list(&reader, &known.orders), claims(&app, &reader, &known)]
            .into_iter()
            .flatten()
            .collect(),
        links: links(
            &reader,
            &known,
            may_refund,
            known.waits_for_credit && staff.may(Permission::GiveCredit),
        ),
        acts,
        raw: None,
        back: (place.url().to_owned(), reader.t(place.text_id())),
        reader,
    };
    draw(StatusCode::OK, &page)
}

/// Where money is given back, and where it becomes credit.
fn links(reader: &Reader, known: &Known, may_refund: bool, may_credit: bool) -> Vec<(String, String)> {
    let Payment { id, customer, .. } = &known.payment;
    let refund = (format!("{}/refund", url(*id)), reader.t("refund-payment"));
    let credit =
        (format!("/console/customers/{customer}/credit/new?payment={id}"), reader.t("credit-for-payment"));
    [(may_refund, refund), (may_credit, credit)]
        .into_iter()
        .filter_map(|(may, link)| may.then_some(link))
        .collect()
}

/// Whether a customer has a wallet in which credit is given by hand.
fn counts_money(tables: &store::Reader<'_>, customer: CustomerId, unit: Unit) -> Result<bool, StoreError> {
    let wallets = tables.wallets_of(customer, None, WALLETS_MAX)?.rows;
    Ok(wallets.iter().any(|wallet| wallet.unit == unit))
}

pub(super) async fn known(app: &Arc<App>, reader: &Reader, id: PaymentId) -> Result<Known, Problem> {
    let eyes = reader.clone();
    let unit = app.config.credit.unit;
    let look = move |tables: &store::Reader<'_>| {
        let Some(payment) = tables.payment(id)? else { return Ok(None) };
        let (booked, is_behind) = refunds::taken_back(tables, id)?;
        let pack = taken_data::bought_with(tables, &payment)?;
        let data = pack.map(|pack| Ok::<_, StoreError>((tables.moved_back(id)?, pack.purchase.quantity)));
        let is_held = refunds::is_held_by_bank(tables, id)?;
        let is_other = withheld::is_withheld(&payment) || withheld::is_credited_by_hand(&payment);
        let orders = tables.refund_orders_of(id, ORDERS_SHOWN)?.into_iter();
        let orders = orders.map(|order| refund_acts::named(tables, order));
        Ok(Some(Known {
            customer: tables.customer(payment.customer)?,
            claims: tables.claims_of(id)?,
            orders: orders.collect::<Result<_, _>>()?,
            is_held,
            data_held: if is_held { tables.moved_back_for(id, ClaimCause::Dispute)? } else { 0 },
            asked: if is_other { withheld::asked(tables, &payment)? } else { None },
            receipt: tables.receipt(id)?.map(|receipt| receipt.name()),
            bought: collected::bought_with(tables, &eyes, &payment)?,
            waits_for_credit: withheld::waits_for_credit(tables, &payment)?
                && !withheld::is_in_hand(tables, &payment)?
                && !refunds::is_waiting(tables, id)?
                && counts_money(tables, payment.customer, unit)?,
            by_hand: tables.last_credit_request_for(id)?,
            is_credit_waiting: withheld::is_being_asked_for(tables, id)?,
            left: refunds::refundable(tables, &payment)?,
            booked,
            data: data.transpose()?,
            is_behind,
            payment,
        }))
    };
    app.read(look).await?.ok_or_else(|| Problem::not_found("payment"))
}

/// The payment as a row of a list.
fn seen(reader: &Reader, known: &Known) -> part::Payment {
    let row = row(reader, &known.payment);
    let of_data = |reason: part::Reason| known.data.map_or(reason, |(taken, _)| reason.of_data(taken));
    part::Payment { reason: row.reason.map(of_data), ..row }
}

/// What is said right after a refund was ordered.
fn ordered_words(reader: &Reader, order: &RefundOrder) -> Option<String> {
    let amount = reader.money(order.amount);
    match order.state {
        RefundOrderState::Made => Some(reader.t1("refund-made", "amount", amount)),
        RefundOrderState::Open => Some(reader.t1("refund-sent", "amount", amount)),
        RefundOrderState::Waiting => Some(reader.t1("refund-was-asked", "amount", amount)),
        RefundOrderState::Rejected if refund_acts::was_taken_back(order) => {
            Some(reader.t("refund-was-taken-back"))
        }
        RefundOrderState::Rejected => Some(reader.t("refund-was-rejected")),
        RefundOrderState::Refused | RefundOrderState::Failed => None,
    }
}

fn alert(reader: &Reader, known: &Known, ordered: Option<&RefundOrder>, not: &str) -> Option<String> {
    if let Some(text) = not_done_text(not) {
        return Some(reader.t(text));
    }
    let refused = ordered.filter(|order| order.state == RefundOrderState::Refused);
    if let Some(order) = refused {
        let words = order.error.clone().unwrap_or_default();
        return Some(reader.t1("refund-refused", "words", words));
    }
    let is_unmatched = known.payment.status == PaymentStatus::Succeeded
        && known.payment.credited_entry.is_none()
        && known.payment.refunded < known.payment.amount.value()
        && !withheld::is_credited_by_hand(&known.payment);
    if is_unmatched {
        let is_elsewhere = !refunds::is_in_our_currency(&known.payment);
        let text = if is_elsewhere { "payment-unmatched-elsewhere" } else { "payment-unmatched-text" };
        return Some(reader.t(text));
    }
    if let Some(words) = refund_acts::alert(reader, &known.orders, ordered.map(|order| order.id)) {
        return Some(words);
    }
    if known.is_held {
        return Some(reader.t("refund-held-by-bank"));
    }
    // What was given by hand is taken by hand: the books take none of it by themselves.
    let follows = known.is_behind && !withheld::is_credited_by_hand(&known.payment);
    follows.then(|| reader.t("payment-being-taken-back"))
}

/// Why a yes or a no came to nothing.
fn not_done_text(code: &str) -> Option<&'static str> {
    match code {
        "request_decided" => Some("request-decided"),
        NOT_WAITING => Some("payment-not-waiting"),
        CREDIT_ASKED => Some("payment-credit-asked"),
        CREDIT_WAITING => Some("refund-credit-waits"),
        REFUND_WAITING => Some("payment-refund-waits"),
        "own_request" => Some("credit-own-request"),
        "reason_missing" => Some("reject-reason-missing"),
        "payment_disputed" => Some("refund-held-by-bank"),
        "refund_open" => Some("refund-another-open"),
        "already_refunded" | "payment_not_paid" => Some("refund-nothing-left"),
        _ => None,
    }
}

fn facts(app: &App, reader: &Reader, known: &Known) -> Vec<Fact> {
    let payment = &known.payment;
    let seen = seen(reader, known);
    let unit = payment.amount.unit();
    let customer_url = format!("/console/customers/{}", payment.customer);
    let mut facts = vec![
        Fact::linked(reader.t("customer"), name_of(known.customer.as_ref()), customer_url),
        Fact::new(reader.t("date"), reader.date_time(seen.at)),
        Fact::new(reader.t("card-used"), seen.method.to_string()),
    ];
    if let Some(asked) = known.asked {
        facts.push(Fact::new(reader.t("payment-came"), reader.money(payment.amount)));
        facts.push(Fact::new(reader.t("payment-asked"), reader.money(asked)));
    }
    if let Some((url, words)) = &known.bought {
        facts.insert(1, Fact::linked(reader.t("payment-bought"), words.clone(), url.clone()));
    }
    if let Some(reason) = seen.reason {
        facts.push(Fact::new(reader.t("reason"), reason.words_for_staff(reader)));
    }
    facts.push(Fact::id(reader.t("payment-id"), payment.id.to_string()));
    facts.push(stripe_fact(app, reader.t("payment-at-stripe"), &payment.provider_payment, "payments"));
    if let Some(charge) = &payment.provider_charge {
        facts.push(Fact::id(reader.t("charge-at-stripe"), charge));
    }
    if let Some(topup) = payment.topup {
        let url = format!("{}/{topup}", Place::ConsoleTopups.url());
        facts.push(Fact { is_id: true, ..Fact::linked(reader.t("topup"), topup.to_string(), url) });
    }
    if let Some(number) = &known.receipt {
        facts.push(Fact::id(reader.t("receipt"), number));
    }
    if let Some(entry) = payment.credited_entry {
        facts.push(Fact::id(reader.t("payment-entry"), entry.to_string()));
    }
    if let Some(request) = &known.by_hand {
        let words = format!("{}, {}", reader.money(request.amount), reader.t(credit::standing_of(request).1));
        facts.push(Fact::linked(reader.t("credit-by-hand"), words, credit::url(request.id)));
    }
    if payment.refunded > 0 {
        facts.push(Fact::new(
            reader.t("refund-given-back"),
            reader.money(Amount::new(payment.refunded, unit)),
        ));
    }
    if let Some((taken, quantity)) = known.data {
        let held = known.data_held.min(taken);
        for (label, bytes) in [("payment-data-taken", taken - held), ("payment-data-held", held)] {
            if bytes > 0 {
                let [bytes, quantity] = [bytes, quantity].map(|bytes| reader.volume(bytes));
                let words = reader.t2("payment-data-taken-of", "taken", bytes, "quantity", quantity);
                facts.push(Fact::new(reader.t(label), words));
            }
        }
    }
    if known.booked > 0 && known.data.is_none() {
        facts.push(Fact::new(reader.t("payment-taken-back"), reader.money(Amount::new(known.booked, unit))));
    }
    facts
}

/// A name of Stripe's, which leads to its dashboard where Stripe is not played by a sandbox.
fn stripe_fact(app: &App, label: String, id: &str, what: &str) -> Fact {
    Fact { label, value: id.to_owned(), url: dashboard_url(app, id, what), is_id: true }
}

/// Where Stripe's dashboard tells of this.
pub(super) fn dashboard_url(app: &App, id: &str, what: &str) -> Option<String> {
    let stripe = &app.config.stripe;
    let mode = if stripe.secret_key.contains("_test_") { "test/" } else { "" };
    (stripe.api_url.trim_end_matches('/') == STRIPE_API)
        .then(|| format!("https://dashboard.stripe.com/{mode}{what}/{id}"))
}

/// What Stripe tells is claimed back.
fn claims(app: &App, reader: &Reader, known: &Known) -> Option<SheetList> {
    let now = app.ledger.now();
    let line = |claim: &PaymentClaim| {
        let what = if claim.cause == ClaimCause::Refund { "claim-refund" } else { "claim-dispute" };
        let until = claim.due_at.filter(|_| is_to_answer(claim.state));
        let told = [
            Some(claim.provider_id.clone()),
            Some(reader.date_time(claim.occurred_at)),
            claim_reason(reader, claim),
            stands_since(reader, claim),
            until.map(|at| {
                let id = if at < now { "claim-answer-passed" } else { "claim-answer-until" };
                reader.t1(id, "time", reader.date_time(at))
            }),
        ];
        let (tone, text) = claim_standing(claim.state);
        SheetLine {
            words: reader.t1(what, "amount", reader.money(claim.amount)),
            under: told.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            standing: Some(Standing::new(tone, reader.t(text))),
            url: (claim.cause == ClaimCause::Dispute)
                .then(|| dashboard_url(app, &claim.provider_id, "disputes"))
                .flatten(),
        }
    };
    let lines: Vec<_> = known.claims.iter().map(line).collect();
    (!lines.is_empty()).then(|| SheetList { heading: reader.t("claims"), lines })
}

/// Since when it stands so, where that is not when it began.
fn stands_since(reader: &Reader, claim: &PaymentClaim) -> Option<String> {
    let [began, since] = [claim.occurred_at, claim.updated_at].map(|at| reader.date_time(at));
    (began != since).then(|| reader.t1("claim-since", "time", since))
}

fn is_to_answer(state: ClaimState) -> bool {
    matches!(state, ClaimState::Open | ClaimState::Inquiry)
}

fn claim_standing(state: ClaimState) -> (&'static str, &'static str) {
    match state {
        ClaimState::Pending => ("wait", "claim-pending"),
        ClaimState::Succeeded => ("back", "claim-succeeded"),
        ClaimState::Failed => ("bad", "claim-failed"),
        ClaimState::Inquiry => ("wait", "claim-inquiry"),
        ClaimState::Open => ("wait", "claim-open"),
        ClaimState::Won => ("good", "claim-won"),
        ClaimState::Lost => ("bad", "claim-lost"),
        ClaimState::Closed => ("good", "claim-closed"),
    }
}

/// `POST /console/payments/{id}/receipt`: the mail with the receipt, once more.
pub(super) async fn send_receipt(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(ReceiptAsked { return_to }): Posted<ReceiptAsked>,
) -> Result<Response, Fault> {
    staff.must(Permission::SendReceipts)?;
    let id = parse(&id)?;
    let sent = receipts::send_again(&app, staff.visit.author(&staff.who.session), id).await?;
    let is_customers = |path: &&str| path.starts_with("/console/customers/") && !path.contains(['?', '#']);
    let back = local_path(&return_to).filter(is_customers).map_or_else(|| url(id), str::to_owned);
    Ok(Redirect::to(&format!("{back}?sent={sent}")).into_response())
}

pub(super) fn parse(id: &str) -> Result<PaymentId, Problem> {
    id.parse().map_err(|_| Problem::not_found("payment"))
}
