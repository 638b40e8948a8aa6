//! What others are told after a decision: written down by the projection under a cursor of its own, or with what happens in tables alone
//! in its transaction; delivered at least once.
//!
//! Making the views again does not tell anybody anything again. A notice is delivered as mails, a boleto, and messages to endpoints,
//! which are written in the same transaction that marks the notice, so that they are written once for each.

mod automatic;
mod credit;
mod facts;
mod letters;
mod money_facts;
mod owed;
mod receipt;
mod refund;
mod usage;

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use book::{Charging, JournalRow};
use engine::{Notice, Projection};
use money::{PurchaseId, Timestamp};
use store::tables::outbox::{Notice as Stored, NoticeId};
use store::views::PurchaseState;
use store::{StoreError, Tx};

use crate::app::App;
use crate::config::Config;
use crate::documents;
use crate::lines::Purchased;
use crate::look::mail::credit_added;
use crate::problem::Problem;
use crate::settlements::Owing;
use crate::{clock, endpoints, pix, settlements};

pub use automatic::{automatic_capped, automatic_link, automatic_paused, automatic_stopped};
pub use credit::keep_watched;
pub(crate) use credit::set_thresholds;
use facts::{CREDIT_ADDED, EXHAUSTED, LINE_STATUS, PURCHASE_RELEASED, PURCHASED};
pub(crate) use facts::{Fact, fact};
pub(crate) use money_facts::Claimed;
use money_facts::{INVOICE_PAID, PAYMENT_CLAIMED, PAYMENT_FAILED};
pub use money_facts::{invoice_paid, payment_claimed, payment_failed};
pub use owed::{
    boleto_overdue, boleto_registered, invoice_made, is_overdue_told, line_blocked, line_enabled,
};
pub use receipt::{checkout_free, receipt_again, receipt_given};
pub(crate) use refund::{failed as refund_failed, rejected as request_rejected};

/// The name of the outbox's cursor.
pub(crate) const CURSOR: &str = "outbox";
/// Notices delivered in one go.
const CLAIM_MAX: u32 = 50;
/// How long a taken notice is ours, in microseconds.
const LEASE: i64 = Timestamp::MINUTE;
/// Pause between two looks at the outbox.
const PAUSE: Duration = Duration::from_secs(2);
/// Pause after a failed delivery, in microseconds.
const RETRY_AFTER: i64 = 5 * Timestamp::MINUTE;

/// Writes down what is to be told of these rows, unless the outbox has been as far as `last` before; whether that is anything.
pub fn write_down(
    tx: &Tx<'_>,
    projection: &Projection,
    last: &JournalRow,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let told = tx.cursor(CURSOR)?.position;
    if last.position <= told {
        return Ok(false);
    }
    let is_new = |notice: &&Notice| notice.entry.position() > told;
    let mut written = 0;
    for notice in projection.notices.iter().filter(is_new) {
        written += 1;
        let (kind, wallet, payload) = facts::stored(&notice.news);
        let kind = kind.to_owned();
        tx.insert_notice(&Stored {
            id: NoticeId { position: notice.entry.position(), ordinal: notice.entry.ordinal(), kind },
            customer: Some(notice.customer),
            wallet: Some(wallet),
            payload,
            created_at: notice.at,
            delivered_at: None,
            attempts: 0,
            next_attempt_at: Some(now),
            last_error: None,
        })?;
    }
    let moved = projection.line_balances.iter().filter(|moved| moved.entry.position() > told);
    written += usage::write_down(tx, moved, now)?;
    tx.move_cursor(CURSOR, told, last.position, &last.hash)?;
    Ok(written > 0)
}

/// Takes note of rows of which nobody is to be told: what is written down is only how far subscribers have come.
pub fn pass_over(tx: &Tx<'_>, projection: &Projection, last: &JournalRow) -> Result<(), StoreError> {
    let told = tx.cursor(CURSOR)?.position;
    usage::hear_all(tx, projection.line_balances.iter(), |_, _, _| Ok(()))?;
    tx.move_cursor(CURSOR, told, last.position, &last.hash)
}

/// Delivers notices until the program ends.
pub async fn deliver(app: Arc<App>) {
    while !app.is_ending() {
        match deliver_due(&app).await {
            Ok(0) => {
                // Told of new ones; those put off are looked for every now and then.
                let _ = tokio::time::timeout(PAUSE, app.notice_news.notified()).await;
            }
            Ok(_) => {
                app.mail_news.notify_one();
                endpoints::wake(&app);
            }
            Err(problem) => {
                tracing::error!(
                    code = problem.code,
                    detail = problem.detail,
                    "the outbox cannot be worked on"
                );
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn deliver_due(app: &Arc<App>) -> Result<usize, Problem> {
    let now = clock::now();
    // Somebody waits for the code that his purchase is paid with; thousands of invoices may be told of meanwhile.
    let due = app.write(move |tx| tx.claim_notices(PURCHASED, now, now.plus(LEASE), CLAIM_MAX)).await?;
    let count = due.len();
    for notice in due {
        let (id, customer) = (notice.id.clone(), notice.customer);
        match deliver_one(app, notice).await {
            Ok(()) => {}
            // The store takes nothing now: the others would fare no better.
            Err(problem) if problem.status == StatusCode::SERVICE_UNAVAILABLE => return Err(problem),
            // Those that were taken with it do not wait for it.
            Err(problem) => {
                let Problem { code, detail, .. } = problem;
                tracing::error!(
                    kind = id.kind,
                    position = id.position,
                    code,
                    detail,
                    "a notice was not delivered"
                );
                let next = Some(clock::now().plus(LEASE));
                app.write(move |tx| tx.notice_retry(&id, next, &detail)).await?;
                continue;
            }
        }
        if let Some(customer) = customer.filter(|_| id.kind == PURCHASED) {
            app.live.notify(customer);
            app.boleto_news.notify_one();
        }
    }
    Ok(count)
}

/// Delivers a notice, or writes down that it could not be read: both in one transaction.
async fn deliver_one(app: &Arc<App>, notice: Stored) -> Result<(), Problem> {
    let program = Arc::clone(app);
    app.write(move |tx| {
        // First, and once: what keeps a mail from being written keeps no webhook.
        endpoints::fan_out(tx, &program, &notice)?;
        let (config, sold) = (&program.config, program.sold());
        let delivered = match notice.id.kind.as_str() {
            PURCHASED => charge(tx, config, &notice)?,
            usage::USAGE => usage::mail(tx, config, &sold, &notice)?,
            CREDIT_ADDED => mail(tx, config, &notice)?,
            kind if automatic::KINDS.contains(&kind) => automatic::mail(tx, config, &notice)?,
            PAYMENT_CLAIMED => refund::mail(tx, config, &notice)?,
            receipt::RECEIPT => receipt::mail(tx, config, &notice)?,
            PURCHASE_RELEASED | LINE_STATUS | EXHAUSTED | PAYMENT_FAILED | INVOICE_PAID => Ok(()),
            credit::LOW_BALANCE | credit::GRANT_EXPIRING => credit::mail(tx, config, &notice)?,
            _ => owed::mail(tx, config, &sold, &notice)?,
        };
        match delivered {
            Ok(()) => tx.notice_delivered(&notice.id, clock::now()),
            Err(error) => {
                tracing::error!(kind = notice.id.kind, error, "a notice was not delivered");
                tx.notice_retry(&notice.id, Some(clock::now().plus(RETRY_AFTER)), &error)
            }
        }
    })
    .await
}

/// Writes down what is owed for a purchase, and the boleto or the Pix if it is charged by one; an error says why that could not be yet.
fn charge(tx: &Tx<'_>, config: &Config, notice: &Stored) -> Result<Result<(), String>, StoreError> {
    let read = serde_json::from_str::<Purchased>(&notice.payload).map_err(anyhow::Error::new);
    let read = read.and_then(|purchased| purchased.read().map(|(_, purchase)| (purchased, purchase)));
    let (purchased, purchase) = match read {
        Ok(read) => read,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let (Some(customer), at) = (notice.customer, notice.created_at) else { return Ok(Ok(())) };
    settlements::owe(tx, customer, purchase.purchase, &purchased, at)?;
    let written = match purchase.charging {
        // Given up before it came to a boleto: nobody is to pay it.
        Charging::Boleto if is_dropped(tx, purchase.purchase)? => return Ok(Ok(())),
        Charging::Boleto => {
            let Some(bank) = &config.bank else {
                return Ok(Err("the configuration names no bank to write a boleto of".to_owned()));
            };
            let due = documents::purchase_due(bank, &config.brand.time_zone, at);
            let what = Owing::Purchase(purchase.purchase);
            let collected = documents::Collected { customer, what, amount: purchase.price, due };
            documents::write_boleto(tx, bank, &collected, at)?
        }
        Charging::Pix => pix::charge(tx, config.pix.as_ref(), (customer, &purchase), at)?,
        // The invoice collects it; the card's payment page is opened by whoever buys.
        Charging::NextInvoice | Charging::Card => Ok(()),
    };
    Ok(written.map_err(|error| format!("{error:#}")))
}

fn is_dropped(tx: &Tx<'_>, purchase: PurchaseId) -> Result<bool, StoreError> {
    Ok(tx.purchase(purchase)?.is_some_and(|row| row.state == PurchaseState::Dropped))
}

/// Writes the mail that tells of a payment, if the customer can be told; an error says why the notice cannot be read.
fn mail(tx: &Tx<'_>, config: &Config, notice: &Stored) -> Result<Result<(), String>, StoreError> {
    let customer = notice.customer.map(|id| tx.customer(id)).transpose()?.flatten();
    let Some(customer) = customer else { return Ok(Ok(())) };
    let Some(recipient) = customer.email.clone() else { return Ok(Ok(())) };
    let (payment, amount, posted) = match facts::fact(notice) {
        Ok(Some(Fact::CreditAdded { payment, amount, posted, .. })) => (payment, amount, posted),
        Ok(_) => return Ok(Ok(())),
        Err(error) => return Ok(Err(error.to_string())),
    };
    let reader = letters::reader(config, &customer);
    let url = format!("{}/recharge", config.server.public_url);
    let paid = payment.parse().ok();
    let receipt = paid.map(|paid| tx.receipt(paid)).transpose()?.flatten();
    let receipt = receipt.map(|given| receipt::named(config, &given));
    let receipt = receipt.as_ref().map(|(number, url)| (number.as_str(), url.as_str()));
    let automatic =
        automatic::charged(tx, config, (&reader, &customer.name), (amount, posted), paid, receipt)?;
    let letter = automatic.unwrap_or_else(|| {
        credit_added(&reader, &config.brand().name, &customer.name, amount, posted, &url, receipt)
    });
    letters::post(tx, notice, &customer, &[recipient], &letter).map(Ok)
}
