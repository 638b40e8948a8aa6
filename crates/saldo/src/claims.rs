//! Refunds and disputes: what Stripe says is claimed back of a payment, written down, and followed in the book.
//!
//! They are read again as a whole, like payments are; what is wanted of the book follows from them and is absolute. One intent at a
//! time carries it there, and what has changed meanwhile is carried by the next one, so that the order of events does not matter.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use book::{Refusal, TakenBackCause};
use engine::Outcome;
use money::{Amount, GrantId, IntentId, PaymentId, PurchaseId, RefundId, Timestamp};
use serde::de::DeserializeOwned;
use store::tables::claims::{ClaimCause, ClaimState, PaymentClaim, TakenBackRow};
use store::tables::intents::Intent;
use store::tables::lines::OnWriteOff;
use store::tables::overpaid::Overpaid;
use store::tables::payments::Payment;
use store::tables::refund_orders::RefundOrder;
use store::tables::topups::Topup;
use store::{Reader as TablesReader, StoreError, Tx};
use stripe::answer::{Dispute, DisputeStatus, List, Refund, RefundStatus};
use stripe::request::lists::{Created, Page};
use stripe::request::money_back::Paid;
use stripe::{Request, minor_units};

use crate::app::App;
use crate::config::Config;
use crate::findings::Found;
use crate::intents::{self, DataBack, Wish};
use crate::problem::Problem;
use crate::{claim_findings, clock, ids, notices, overpaid, payments, refunds, taken_data, withheld};

/// Payments followed at a time.
const FOLLOWED_MAX: u32 = 100;
/// Steps of one payment: each cause once, and once more for what changed meanwhile.
const STEPS_MAX: usize = 8;
/// Pages of refunds, or of disputes, that are read of one payment.
const PAGES_MAX: usize = 20;
/// How often refunds and disputes are looked at until they stood together.
const LOOKS_MAX: usize = 5;
/// How long to wait until what was taken back shows.
const SHOW_PATIENCE: Duration = Duration::from_secs(3);

/// A claim as Stripe tells of it.
#[derive(Clone, Debug)]
pub struct Told {
    claim: PaymentClaim,
    /// The order that it came of, if it is a refund that was ordered here.
    order: Option<RefundId>,
}

/// What Stripe says is claimed of a payment intent, all of it.
pub async fn read(app: &App, intent: &str, payment: PaymentId) -> Result<Vec<Told>, Problem> {
    let (refunds, disputes) = at_one_moment(app, intent).await?;
    let now = app.ledger.now();
    let blank = |id: &str, amount: i64, currency: &str, created: i64| {
        Some(PaymentClaim {
            provider: payments::STRIPE.to_owned(),
            provider_id: id.to_owned(),
            payment,
            cause: ClaimCause::Refund,
            amount: minor_units::to_shown_amount(amount, currency)
                .ok()
                .filter(|amount| amount.value() > 0)?,
            state: ClaimState::Pending,
            reason: None,
            due_at: None,
            // Stripe knows nothing of a test clock: as payments, claims are dated by the book's.
            occurred_at: Timestamp::from_seconds(created).plus(app.ledger.clock_offset()),
            updated_at: now,
            // Decided where it is written down.
            on_data: OnWriteOff::TakeBack,
        })
    };
    let refunds = refunds.iter().filter_map(|refund| {
        let reason = refund.failure_reason.clone().or_else(|| refund.reason.clone());
        let told = blank(&refund.id, refund.amount, &refund.currency, refund.created)?;
        let claim = PaymentClaim { state: refund_state(refund.status.as_ref()), reason, ..told };
        Some(Told { claim, order: refunds::order_of(refund) })
    });
    let disputes = disputes.iter().filter_map(|dispute| {
        let awaits_answer = dispute.status.awaits_answer();
        let due_by = dispute.evidence_details.as_ref().and_then(|evidence| evidence.due_by);
        let told = blank(&dispute.id, dispute.amount, &dispute.currency, dispute.created)?;
        let claim = PaymentClaim {
            cause: ClaimCause::Dispute,
            state: dispute_state(dispute),
            reason: Some(dispute.reason.clone()),
            due_at: due_by.filter(|_| awaits_answer).map(Timestamp::from_seconds),
            ..told
        };
        Some(Told { claim, order: None })
    });
    Ok(refunds.chain(disputes).collect())
}

/// Refunds and disputes as they stood together. They are two questions: a refund that failed and a dispute that was opened between them would
/// look like both at once, which is more than was paid. So refunds are asked for again until they are what they were.
async fn at_one_moment(app: &App, intent: &str) -> Result<(Vec<Refund>, Vec<Dispute>), Problem> {
    let of = Some(Paid::PaymentIntent(intent));
    let refunds = |after: &str| Request::list_refunds(of, Created::default(), page(after));
    let disputes = |after: &str| Request::list_disputes(of, Created::default(), page(after));
    let mut before: Vec<Refund> = all(app, refunds, |refund: &Refund| &refund.id).await?;
    for _ in 0..LOOKS_MAX {
        let disputes: Vec<Dispute> = all(app, disputes, |dispute: &Dispute| &dispute.id).await?;
        let after: Vec<Refund> = all(app, refunds, |refund: &Refund| &refund.id).await?;
        if after == before {
            return Ok((before, disputes));
        }
        before = after;
    }
    let detail = "What is claimed back of this payment changes while it is read; it is read again later.";
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "claims_changing", detail).retry_after(1))
}

fn page(after: &str) -> Page<'_> {
    Page::after(Some(after).filter(|after| !after.is_empty()))
}

/// A list of Stripe's from its newest item to its oldest.
async fn all<T: DeserializeOwned>(
    app: &App,
    request: impl Fn(&str) -> Request,
    id: impl Fn(&T) -> &String,
) -> Result<Vec<T>, Problem> {
    let (mut items, mut after) = (Vec::new(), String::new());
    for _ in 0..PAGES_MAX {
        let part: List<T> = app.stripe.send(&request(&after)).await?;
        after = part.data.last().map(|last| id(last).clone()).unwrap_or_default();
        items.extend(part.data);
        if !part.has_more {
            return Ok(items);
        }
    }
    Err(Problem::internal(&anyhow::anyhow!(
        "a payment has more than {PAGES_MAX} pages of refunds or disputes"
    )))
}

/// A refund takes the money from the moment it is made; one of which nothing is said has been made.
fn refund_state(status: Option<&RefundStatus>) -> ClaimState {
    match status {
        Some(status) if status.is_void() => ClaimState::Failed,
        Some(RefundStatus::Succeeded) | None => ClaimState::Succeeded,
        Some(_) => ClaimState::Pending,
    }
}

/// A word that is new to us is an open dispute if the bank holds money, else a question.
fn dispute_state(dispute: &Dispute) -> ClaimState {
    match dispute.status {
        DisputeStatus::Won => ClaimState::Won,
        DisputeStatus::Lost => ClaimState::Lost,
        DisputeStatus::WarningClosed | DisputeStatus::Prevented => ClaimState::Closed,
        DisputeStatus::NeedsResponse | DisputeStatus::UnderReview => ClaimState::Open,
        DisputeStatus::WarningNeedsResponse | DisputeStatus::WarningUnderReview => ClaimState::Inquiry,
        _ if dispute.withdrawn() > 0 => ClaimState::Open,
        _ => ClaimState::Inquiry,
    }
}

/// Writes down what is claimed of a payment, all of it; whether something of it is news.
pub fn note(tx: &Tx<'_>, config: &Config, payment: &Payment, told: &[Told]) -> Result<bool, StoreError> {
    let mut news = false;
    let topup = payment.topup.map(|topup| tx.topup(topup)).transpose()?.flatten();
    let purchase = topup.and_then(|topup| topup.purchase);
    for (place, told) in (0..).zip(told) {
        let claim = &PaymentClaim { on_data: on_data(tx, payment, purchase, told)?, ..told.claim.clone() };
        let is_news = tx.put_claim(claim)?;
        if is_news {
            notices::payment_claimed(tx, payment.customer, claim, place)?;
            news = true;
        }
        // Looked at each time: Stripe may tell that it failed before our order knows which refund it became.
        if claim.cause == ClaimCause::Refund && claim.state == ClaimState::Failed {
            let failed = tx.fail_refund_order(&claim.provider_id, claim.reason.as_deref(), clock::now())?;
            let is_told = match failed {
                Some(_) => true,
                None if !is_news || is_ordered_here(tx, payment, told)? => false,
                None => claim_findings::tell_refund_came_back(tx, payment, &claim.provider_id, claim.amount)?,
            };
            if is_told {
                notices::refund_failed(tx, config, claim.amount, payment)?;
            }
        }
    }
    let known = tx.claims_of(payment.id)?;
    let refunded = wanted(payment, &known, ClaimCause::Refund);
    let dispute = known.iter().rfind(|claim| claim.cause == ClaimCause::Dispute).map(|claim| claim.state);
    tx.set_payment_claims(payment.id, refunded, dispute)?;
    // A bank may withdraw what was refunded before, and a refund may fail after it. Together they ask for no more than was paid, so that each
    // moves all of its own money in the books, and back.
    let disputed = disputed_beside(payment, &known, refunded);
    let takes_data = |claim: &PaymentClaim| purchase.is_some() && claim.on_data == OnWriteOff::TakeBack;
    if news && withheld::is_credited_by_hand(payment) {
        withheld::tell_credit_stays(tx, payment, refunded + disputed)?;
    }
    let with_data: Vec<_> = known.into_iter().filter(takes_data).collect();
    for (cause, money) in [(ClaimCause::Refund, refunded), (ClaimCause::Dispute, disputed)] {
        let row = tx.taken_back(payment.id, cause)?;
        let row = row.unwrap_or_else(|| TakenBackRow::nothing(payment.id, cause));
        let data_wanted = wanted(payment, &with_data, cause).min(money);
        if (money, data_wanted) != (row.wanted, row.data_wanted) {
            tx.put_taken_back(&TakenBackRow { wanted: money, data_wanted, ..row })?;
        }
    }
    Ok(news)
}

/// What becomes of data that the payment bought: as whoever ordered the refund chose, or as its pack says of what will not be paid. A refund
/// that was made at Stripe takes it.
fn on_data(
    tx: &Tx<'_>,
    payment: &Payment,
    purchase: Option<PurchaseId>,
    told: &Told,
) -> Result<OnWriteOff, StoreError> {
    match (told.claim.cause, purchase) {
        (_, None) => Ok(OnWriteOff::TakeBack),
        (ClaimCause::Refund, Some(_)) => {
            let order = order(tx, payment, told)?;
            Ok(order.map_or(OnWriteOff::TakeBack, |order| order.on_data))
        }
        (ClaimCause::Dispute, Some(purchase)) => taken_data::rule_of(tx, purchase),
    }
}

/// The order that a refund says it came of.
fn order(tx: &Tx<'_>, payment: &Payment, told: &Told) -> Result<Option<RefundOrder>, StoreError> {
    let order = told.order.map(|order| tx.refund_order(order)).transpose()?.flatten();
    Ok(order.filter(|order| order.payment == payment.id))
}

/// Whether a refund came of an order of ours, as it says or as the order does.
fn is_ordered_here(tx: &Tx<'_>, payment: &Payment, told: &Told) -> Result<bool, StoreError> {
    Ok(order(tx, payment, told)?.is_some() || tx.refund_order_of(&told.claim.provider_id)?.is_some())
}

/// What of a payment is gone, by refunds and disputes together.
pub(crate) fn gone(tables: &TablesReader<'_>, payment: &Payment) -> Result<i64, StoreError> {
    let known = tables.claims_of(payment.id)?;
    let refunded = wanted(payment, &known, ClaimCause::Refund);
    Ok(refunded + disputed_beside(payment, &known, refunded))
}

/// What disputes took that was not refunded before.
fn disputed_beside(payment: &Payment, known: &[PaymentClaim], refunded: i64) -> i64 {
    wanted(payment, known, ClaimCause::Dispute).min(payment.amount.value() - refunded)
}

/// What the claims of one cause come to: at most the payment, whatever the provider says.
fn wanted(payment: &Payment, claims: &[PaymentClaim], cause: ClaimCause) -> i64 {
    let taken = claims.iter().filter(|claim| claim.cause == cause && claim.state.takes_money());
    let same_unit = taken.filter(|claim| claim.amount.unit() == payment.amount.unit());
    let sum = same_unit.fold(0_i64, |sum, claim| sum.saturating_add(claim.amount.value()));
    sum.min(payment.amount.value())
}

/// Tells the book what is to be taken back of one payment, step by step, until it has followed.
pub async fn follow(app: &Arc<App>, payment: PaymentId) -> Result<(), Problem> {
    for _ in 0..STEPS_MAX {
        let at = app.ledger.now();
        let due = app.write(move |tx| due(tx, payment, at)).await?;
        if due.is_empty() {
            return Ok(());
        }
        let outcomes = intents::send(app, &due).await?;
        if let Some(Outcome::Decided { entry, .. } | Outcome::Repeated { entry }) = outcomes.last() {
            app.wait_projected(entry.position(), SHOW_PATIENCE).await;
        }
    }
    Ok(())
}

/// Goes on where nobody waits for it any more: after a crash, or after a credit that came later than its refund.
pub async fn sweep(app: &Arc<App>) -> Result<(), Problem> {
    let open = app.read(move |reader| reader.taken_back_to_follow(FOLLOWED_MAX)).await?;
    let mut payments: Vec<PaymentId> = open.into_iter().map(|row| row.payment).collect();
    payments.dedup();
    for payment in payments {
        // One that cannot be followed now keeps no other waiting.
        if let Err(problem) = follow(app, payment).await {
            tracing::warn!(%payment, detail = problem.detail, "what is claimed back was not followed; it is later");
        }
    }
    Ok(())
}

/// The intents that a payment needs next: a new one, or those under way.
fn due(tx: &Tx<'_>, payment: PaymentId, at: Timestamp) -> Result<Vec<Intent>, StoreError> {
    // What was not credited yet cannot be taken back: this waits until it is.
    let Some(payment) = tx.payment(payment)?.filter(|payment| payment.credited_entry.is_some()) else {
        return Ok(Vec::new());
    };
    let Some(topup) = payment.topup.map(|topup| tx.topup(topup)).transpose()?.flatten() else {
        return Ok(Vec::new());
    };
    let mut rows = Vec::new();
    for cause in [ClaimCause::Refund, ClaimCause::Dispute] {
        rows.extend(tx.taken_back(payment.id, cause)?);
    }
    // One at a time, and what is set back before what is taken: together they never take more than was paid, so that each cause moves all
    // of its own.
    let under_way: Vec<IntentId> = rows.iter().filter_map(|row| row.intent).collect();
    if !under_way.is_empty() {
        let open = under_way.into_iter().map(|intent| tx.intent(intent));
        let open = open.collect::<Result<Vec<_>, _>>()?.into_iter().flatten();
        return Ok(open.filter(|intent| intent.done_at.is_none()).collect());
    }
    rows.retain(TakenBackRow::is_behind);
    if let Some(purchase) = topup.purchase {
        return due_of_purchase(tx, &payment, (&topup, purchase), &rows, at);
    }
    let Some(row) = rows.into_iter().min_by_key(|row| row.wanted - row.booked) else { return Ok(Vec::new()) };
    let wish = Wish::SetTakenBack {
        wallet: topup.wallet,
        customer: topup.customer,
        payment: payment.id,
        cause: book_cause(row.cause),
        amount: Amount::new(row.wanted, payment.amount.unit()),
        reinstated: GrantId::from_u128(ids::fresh()),
        data: None,
    };
    Ok(vec![begin(tx, row, &wish)?])
}

/// Writes down what the book is asked for one cause; nothing else is asked of this payment meanwhile.
fn begin(tx: &Tx<'_>, row: TakenBackRow, wish: &Wish) -> Result<Intent, StoreError> {
    let intent = wish.intent(IntentId::from_u128(ids::fresh()), clock::now());
    tx.insert_intent(&intent)?;
    tx.put_taken_back(&TakenBackRow { intent: Some(intent.id), ..row })?;
    Ok(intent)
}

/// The same for a payment that was for a pack: its data, or the credit that it became.
fn due_of_purchase(
    tx: &Tx<'_>,
    payment: &Payment,
    (topup, purchase): (&Topup, PurchaseId),
    rows: &[TakenBackRow],
    at: Timestamp,
) -> Result<Vec<Intent>, StoreError> {
    let pack = taken_data::bought_with(tx, payment)?;
    let deposit = topup.intent.filter(|_| pack.is_none()).map(|intent| tx.overpaid(intent)).transpose()?;
    if let Some(deposit) = deposit.flatten() {
        let taken = rows.iter().map(|row| take_credit(tx, payment, &deposit, (row, at)));
        return Ok(taken.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect());
    }
    for row in rows {
        if row.wanted < row.booked {
            // What is gone no more cannot be gone for data that stays.
            let gone = claim_findings::told(tx, payment, &about_data(payment, row.cause))?.min(row.wanted);
            tell_data_stays(tx, payment, purchase, (row.cause, gone))?;
        } else {
            let lost = if pack.is_none() { row.data_wanted } else { 0 };
            match still_owed(tx, payment, row)?.saturating_add(lost) {
                0 => {}
                gone => tell_data_stays(tx, payment, purchase, (row.cause, gone))?,
            }
        }
        if pack.is_none() || row.data_wanted == row.data_booked {
            tx.put_taken_back(&followed(row))?;
        }
    }
    let rows = rows.iter().filter(|row| row.data_wanted != row.data_booked);
    let first = rows.min_by_key(|row| row.data_wanted - row.data_booked);
    let (Some(pack), Some(row)) = (pack, first) else { return Ok(Vec::new()) };
    let reinstated = GrantId::from_u128(ids::fresh());
    let terms = pack.terms(payment, (book_cause(row.cause), row.data_wanted), reinstated);
    let wish = Wish::SetTakenBack {
        wallet: pack.wallet,
        customer: payment.customer,
        payment: payment.id,
        cause: terms.cause,
        amount: terms.amount,
        reinstated,
        data: Some(DataBack { grant: pack.grant, wanted: row.wanted, data_wanted: row.data_wanted }),
    };
    Ok(vec![begin(tx, row.clone(), &wish)?])
}

/// As a row stands when all that it wants is booked.
fn followed(row: &TakenBackRow) -> TakenBackRow {
    TakenBackRow { booked: row.wanted, data_booked: row.data_wanted, intent: None, ..row.clone() }
}

/// A payment that bought no data but became the customer's credit in money: of that as much is taken as is left. What it was used for
/// before stays, and so does what was taken for a refund that came back; a person is told of both.
fn take_credit(
    tx: &Tx<'_>,
    payment: &Payment,
    deposit: &Overpaid,
    (row, at): (&TakenBackRow, Timestamp),
) -> Result<Option<Intent>, StoreError> {
    let unit = payment.amount.unit();
    let more = row.wanted - row.booked;
    let purchase = overpaid::purchase_name(deposit.purchase);
    let (found, intent) = if more < 0 {
        let again = Amount::new(-more, unit).into();
        (Some(Found::CreditNotReturned { again, payment: payment.provider_payment.clone(), purchase }), None)
    } else {
        let wanted = Amount::new(more, unit);
        let (taken, intent) = overpaid::take_back(tx, deposit, (book_cause(row.cause), wanted), at)?;
        let missing = Amount::new(more - taken.value(), unit);
        let found = Found::CreditUsedBefore { missing: missing.into(), purchase };
        ((missing.value() > 0).then_some(found), intent)
    };
    if let Some(found) = found {
        tx.insert_finding_once(&found.finding(Some(payment.customer), clock::now()))?;
    }
    tx.put_taken_back(&followed(row))?;
    Ok(intent)
}

/// What a dispute took of a pack whose data stays and is owed all the same, as the pack says: a person is told, who has him pay it.
fn still_owed(tx: &Tx<'_>, payment: &Payment, row: &TakenBackRow) -> Result<i64, StoreError> {
    if row.cause != ClaimCause::Dispute {
        return Ok(0);
    }
    let mut kept = tx.claims_of(payment.id)?;
    kept.retain(|claim| claim.on_data == OnWriteOff::KeepDebt);
    Ok(wanted(payment, &kept, row.cause).min(row.wanted))
}

/// So much money went back in all, and the data that it bought stays: a person decides what comes of that.
fn tell_data_stays(
    tx: &Tx<'_>,
    payment: &Payment,
    purchase: PurchaseId,
    (cause, gone): (ClaimCause, i64),
) -> Result<(), StoreError> {
    claim_findings::tell_gone(tx, payment, &about_data(payment, cause), gone, |back, all| {
        Found::CardGivenBack {
            back,
            all: Some(all),
            is_dispute: cause == ClaimCause::Dispute,
            payment: payment.provider_payment.clone(),
            purchase: purchase.to_string(),
        }
    })
}

/// What a finding is about that tells of money that went back for data that stays.
fn about_data(payment: &Payment, cause: ClaimCause) -> String {
    format!("{} {}", payment.id, cause.word())
}

/// The book has followed an intent, with data or without: the next one may go.
pub(crate) fn booked(
    tx: &Tx<'_>,
    intent: IntentId,
    (amount, data): (Amount, Option<DataBack>),
) -> Result<(), StoreError> {
    let Some(row) = tx.taken_back_by(intent)? else { return Ok(()) };
    let (booked, data_booked) =
        data.map_or((amount.value(), row.data_booked), |data| (data.wanted, data.data_wanted));
    tx.put_taken_back(&TakenBackRow { booked, data_booked, intent: None, ..row })
}

/// The book did not follow: either it is so already, or it never can be and a person must look.
pub(crate) async fn refused(
    app: &Arc<App>,
    intent: IntentId,
    asked: (Amount, Option<DataBack>),
    refusal: Refusal,
) -> Result<(), Problem> {
    let end = move |tx: &Tx<'_>| {
        tx.close_intent(intent, clock::now())?;
        if refusal != Refusal::NothingChanges {
            tracing::error!(%intent, code = refusal.code(), "a refund or dispute needs a person");
            tell_data_not_taken(tx, intent)?;
        }
        booked(tx, intent, asked)
    };
    app.write(end).await
}

/// The book could not take the data of this payment: it stays until a person has looked.
fn tell_data_not_taken(tx: &Tx<'_>, intent: IntentId) -> Result<(), StoreError> {
    let Some(row) = tx.taken_back_by(intent)?.filter(|row| row.data_wanted > row.data_booked) else {
        return Ok(());
    };
    let Some(payment) = tx.payment(row.payment)? else { return Ok(()) };
    let topup = payment.topup.map(|topup| tx.topup(topup)).transpose()?.flatten();
    match topup.and_then(|topup| topup.purchase) {
        Some(purchase) => tell_data_stays(tx, &payment, purchase, (row.cause, row.data_wanted)),
        None => Ok(()),
    }
}

fn book_cause(cause: ClaimCause) -> TakenBackCause {
    match cause {
        ClaimCause::Refund => TakenBackCause::Refund,
        ClaimCause::Dispute => TakenBackCause::Dispute,
    }
}
