//! Purchases that wait for their payment, and what ends the waiting when it does not come.
//!
//! A line has one such purchase at a time, so one that is not paid must not stay in the way: the subscriber gives it up, or its time
//! is over. A payment that comes all the same is the book's to release. Leaves to others: the ways of paying (`pix`, `topups`).

use std::sync::Arc;

use axum::http::StatusCode;
use book::{Charging, LineAct, PaidBy};
use engine::Outcome;
use money::{CustomerId, PurchaseId, Timestamp};
use serde_json::json;
use store::tables::lines::LineEntry;
use store::tables::pix::PixState;
use store::tables::topups::{Topup, TopupState};
use store::views::{PurchaseRow, PurchaseState};
use store::{Reader as TablesReader, StoreError};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::problem::Problem;
use crate::settlements::{self, Came, Owing, Settled};
use crate::{clock, documents, intents, lines, payments, topups};

/// What the audit log calls that staff told of a payment of a purchase.
pub const SETTLED: &str = "purchase.settle";
/// Longest reason of staff, in characters.
pub const REASON_CHARS_MAX: usize = 200;
/// Purchases and Pix that one sweep looks at.
const SWEEP_MAX: u32 = 200;
/// How long whoever bought may take to open the way of paying before that is taken for a crash, in microseconds.
const UNOPENED_MAX: i64 = 2 * Timestamp::MINUTE;
/// How long after the end of a payment page Stripe is asked what came of it, in microseconds.
const PAGE_GRACE: i64 = Timestamp::MINUTE;

/// Waits until a purchase that the book has decided, at this row of the journal, can be shown.
///
/// # Errors
/// The views lag behind for too long. Whoever asks for the same once more buys nothing twice.
pub async fn wait_until_shown(app: &Arc<App>, row: u64) -> Result<(), Problem> {
    if app.wait_projected(row, lines::SHOW_PATIENCE).await {
        return Ok(());
    }
    let detail =
        "It is bought, and cannot be shown yet. Please ask for the same again: nothing is bought twice.";
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, payments::PURCHASE_NOT_KNOWN_YET, detail)
        .retry_after(1))
}

/// A purchase with its line.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// How it stands.
    pub row: PurchaseRow,
    /// For which line.
    pub line: LineEntry,
}

impl Waiting {
    /// Whether it waits for a payment that the subscriber makes by himself, and may give up. What an invoice collects is the invoice's.
    pub fn may_be_given_up(&self) -> bool {
        let ways = [Charging::Card, Charging::Pix, Charging::Boleto];
        self.row.state == PurchaseState::Awaiting && ways.iter().any(|way| way.code() == self.row.charging)
    }

    fn is_by_boleto(&self) -> bool {
        self.row.charging == Charging::Boleto.code()
    }
}

/// The purchase of this name with its line.
pub fn find(tables: &TablesReader<'_>, id: PurchaseId) -> Result<Option<Waiting>, StoreError> {
    let Some(row) = tables.purchase(id)? else { return Ok(None) };
    let Some(view) = tables.line_view_by_wallet(row.wallet_no)? else { return Ok(None) };
    Ok(tables.line(view.line)?.map(|line| Waiting { row, line }))
}

/// The purchase, if it is this customer's.
pub async fn own(app: &Arc<App>, customer: CustomerId, id: PurchaseId) -> Result<Waiting, Problem> {
    let found = app.read(move |tables| find(tables, id)).await?;
    found.filter(|found| found.line.customer == customer).ok_or_else(|| Problem::not_found("purchase"))
}

/// The subscriber does not want a purchase any more that waits for its payment. One that was paid meanwhile stays.
pub async fn give_up(
    app: &Arc<App>,
    author: Author,
    customer: CustomerId,
    id: PurchaseId,
) -> Result<Waiting, Problem> {
    let waiting = own(app, customer, id).await?;
    if !waiting.may_be_given_up() {
        return Err(not_awaiting());
    }
    if waiting.is_by_boleto() {
        withdraw_boleto(app, author, &waiting).await?;
        app.live.notify(customer);
        return Ok(waiting);
    }
    let page = app.read(move |tables| Ok(tables.topups_of_purchase(id, 1)?.pop())).await?;
    match page {
        // Closing the page drops the purchase, unless it was paid.
        Some(Topup { id: page, state: TopupState::Open, .. }) => {
            topups::cancel(app, customer, page).await?;
        }
        Some(Topup { state: TopupState::Paid | TopupState::Credited, .. }) => {}
        _ => {
            app.write(move |tx| tx.end_pix_of(Some(id), None, PixState::Cancelled)).await?;
            drop_waiting(app, id).await?;
        }
    }
    app.live.notify(customer);
    Ok(waiting)
}

fn not_awaiting() -> Problem {
    let detail = "This purchase does not wait for a payment by Pix, card or boleto any more.";
    Problem::new(StatusCode::CONFLICT, "purchase_not_awaiting", detail)
}

/// Gives up a purchase whose boleto nobody has paid: the bank hears of it with the next remittance, as of any other that is written off,
/// and a Pix that was to be paid instead is over. A payment that comes all the same releases the credit.
async fn withdraw_boleto(app: &Arc<App>, author: Author, waiting: &Waiting) -> Result<(), Problem> {
    let (id, bought_at) = (waiting.row.purchase, waiting.row.bought_at);
    let now = app.ledger.now();
    let written = app
        .write_or_refuse(move |tx| {
            if settlements::is_settled(tx, Owing::Purchase(id))? {
                return Err(not_awaiting());
            }
            tx.end_pix_of(Some(id), None, PixState::Cancelled)?;
            match tx.boleto_of_purchase(id)? {
                Some(boleto) => documents::write_off_in(tx, &author, boleto.id, None, now).map(Some),
                // No bank will ever have it, as far as one can tell.
                None if bought_at < now.plus(-UNOPENED_MAX) => Ok(None),
                None => {
                    let detail = "The boleto of this purchase is just being written. Please try again.";
                    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "boleto_not_written_yet", detail))
                }
            }
        })
        .await?;
    match written {
        Some(written) => documents::finish_write_off(app, &written).await,
        None => drop_waiting(app, id).await,
    }
}

/// Tells the book that a purchase is not waited for any more; nothing happens if it is not.
pub async fn drop_waiting(app: &Arc<App>, id: PurchaseId) -> Result<(), Problem> {
    let Some(waiting) = app.read(move |tables| find(tables, id)).await? else { return Ok(()) };
    match lines::ask(app, waiting.line.wallet, LineAct::Drop { purchase: id }, None).await? {
        Outcome::Decided { entry, .. } | Outcome::Repeated { entry } => {
            app.wait_projected(entry.position(), lines::SHOW_PATIENCE).await;
            if waiting.row.charging == Charging::Pix.code() {
                // Its code may have been written while it was given up; from now on none is.
                app.write(move |tx| tx.end_pix_of(Some(id), None, PixState::Cancelled)).await?;
            }
            app.live.notify(waiting.line.customer);
        }
        // It was paid, or dropped before.
        Outcome::Refused(_) => {}
    }
    Ok(())
}

/// Ends what has waited for too long.
pub async fn sweep(app: &Arc<App>) -> Result<(), Problem> {
    let now = app.ledger.now();
    let ended = app
        .write(move |tx| {
            let due = tx.pix_due(now, SWEEP_MAX)?;
            for pix in &due {
                tx.move_pix(&pix.txid, PixState::Open, PixState::Expired, None)?;
            }
            Ok(due)
        })
        .await?;
    ended.iter().for_each(|pix| app.live.notify(pix.customer));
    let by_pix = app.read(move |tables| {
        let mut over = Vec::new();
        for row in tables.purchases_awaiting(Charging::Pix.code(), now, SWEEP_MAX)? {
            let is_over = match tables.pix_of_purchase(row.purchase)? {
                Some(pix) => !matches!(pix.state, PixState::Open | PixState::Paid),
                // Its code is written when its notice is delivered, however late that is: only then can there be none.
                None => row.bought_at < now.plus(-UNOPENED_MAX) && tables.owed(row.purchase)?.is_some(),
            };
            over.extend(is_over.then_some(row.purchase));
        }
        Ok(over)
    });
    for purchase in by_pix.await? {
        drop_waiting(app, purchase).await?;
    }
    sweep_cards(app, now).await
}

async fn sweep_cards(app: &Arc<App>, now: Timestamp) -> Result<(), Problem> {
    let waiting = app.read(move |tables| {
        let rows = tables.purchases_awaiting(Charging::Card.code(), now, SWEEP_MAX)?;
        let page = |row: PurchaseRow| Ok((tables.topups_of_purchase(row.purchase, 1)?.pop(), row));
        rows.into_iter().map(page).collect::<Result<Vec<_>, StoreError>>()
    });
    for (page, row) in waiting.await? {
        let ended = match page {
            None if row.bought_at < now.plus(-UNOPENED_MAX) => drop_waiting(app, row.purchase).await,
            Some(page) if payments::is_over(page.state) => drop_waiting(app, row.purchase).await,
            Some(page) if page.state == TopupState::Open => ask_after_page(app, &page).await,
            _ => Ok(()),
        };
        // One of which nothing can be found out now keeps no other waiting.
        if let Err(problem) = ended {
            tracing::warn!(
                purchase = %row.purchase,
                code = problem.code,
                detail = problem.detail,
                "what became of a purchase by card is not known yet"
            );
        }
    }
    Ok(())
}

/// A page whose end nobody told of: Stripe is asked.
async fn ask_after_page(app: &Arc<App>, page: &Topup) -> Result<(), Problem> {
    let now = clock::now();
    match (&page.checkout_session, page.checkout_expires_at) {
        (Some(session), Some(at)) if at.plus(PAGE_GRACE) < now => {
            payments::sync_ended_session(app, page, session).await?;
        }
        // The program ended between writing it down and asking Stripe for a page: nobody ever saw one.
        (None, _) if page.expires_at.plus(PAGE_GRACE) < now => {
            let id = page.id;
            app.write(move |tx| tx.move_topup(id, TopupState::Open, TopupState::Failed, None, now)).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Staff says that a purchase charged by boleto or Pix was paid, and why they know.
pub async fn settle_by_hand(
    app: &Arc<App>,
    author: Author,
    id: PurchaseId,
    reason: &str,
) -> Result<Waiting, Problem> {
    let reason = reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        let detail = format!("reason must have 1 to {REASON_CHARS_MAX} characters.");
        return Err(Problem::invalid("reason", "invalid_reason", detail));
    }
    let found = app.read(move |tables| find(tables, id)).await?;
    let found = found.ok_or_else(|| Problem::not_found("purchase"))?;
    let (row, now) = (found.row.clone(), app.ledger.now());
    let asked = app
        .write_or_refuse(move |tx| {
            if settlements::is_settled(tx, Owing::Purchase(id))? || !may_be_settled_by_hand(&row) {
                let detail = "This purchase was paid already, or is not to be paid so.";
                return Err(Problem::new(StatusCode::CONFLICT, "purchase_not_owed", detail));
            }
            let name = settlements::name(&[b"hand", &id.as_u128().to_be_bytes()]);
            let (what, by) = (Owing::Purchase(id), PaidBy::Hand);
            let came = Came { id: name, what, boleto: None, by, amount: row.price, late_fee: 0, at: now };
            let Settled::Paid(asked) = settlements::settle(tx, &came)? else {
                let detail = "What is owed for this purchase is being written down. Please try again.";
                return Err(Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    payments::PURCHASE_NOT_KNOWN_YET,
                    detail,
                ));
            };
            let amount = row.price.to_decimal();
            let change = Change::new(SETTLED, id).after(&json!({"reason": reason, "amount": amount}))?;
            author.note(tx, &change)?;
            Ok(asked)
        })
        .await?;
    let outcomes = intents::send(app, &asked).await?;
    if let Some(Outcome::Decided { entry, .. } | Outcome::Repeated { entry }) = outcomes.last() {
        app.wait_projected(entry.position(), lines::SHOW_PATIENCE).await;
    }
    app.live.notify(found.line.customer);
    Ok(found)
}

/// Whether staff may say of a purchase that it was paid: what Stripe collects, Stripe tells of, and an invoice collects the rest.
pub fn may_be_settled_by_hand(row: &PurchaseRow) -> bool {
    let is_told_by_banks = [Charging::Boleto, Charging::Pix].iter().any(|way| way.code() == row.charging);
    let is_unpaid =
        matches!(row.state, PurchaseState::Awaiting | PurchaseState::Released | PurchaseState::Dropped);
    is_told_by_banks && is_unpaid
}
