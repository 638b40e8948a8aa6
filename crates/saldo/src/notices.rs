//! What others are told after a decision: written down by the projection under a cursor of its own, delivered at least once.
//!
//! Making the views again does not tell anybody anything again. A notice is delivered as a mail, which is written in the same
//! transaction that marks the notice, so that there is one mail for each.

use std::sync::Arc;
use std::time::Duration;

use book::JournalRow;
use engine::{News, Notice};
use money::{Amount, MailId, Timestamp, Unit};
use serde::{Deserialize, Serialize};
use store::tables::outbox::{Mail, Notice as Stored, NoticeId};
use store::{StoreError, Tx};

use crate::app::App;
use crate::look::locale::Locale;
use crate::look::{Reader, mail};
use crate::problem::Problem;
use crate::{clock, ids};

/// The name of the outbox's cursor.
pub(crate) const CURSOR: &str = "outbox";
/// The kind of [`News::CreditAdded`].
const CREDIT_ADDED: &str = "credit_added";
/// Notices delivered in one go.
const CLAIM_MAX: u32 = 50;
/// How long a taken notice is ours, in microseconds.
const LEASE: i64 = Timestamp::MINUTE;
/// Pause between two looks at the outbox.
const PAUSE: Duration = Duration::from_secs(2);
/// Pause after a failed delivery, in microseconds.
const RETRY_AFTER: i64 = 5 * Timestamp::MINUTE;

/// What is stored of [`News::CreditAdded`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CreditAdded {
    payment: String,
    amount: String,
    posted: String,
    unit: String,
}

/// Writes the notices down, unless the outbox has been as far as `last` before.
pub fn write_down<'n>(
    tx: &Tx<'_>,
    notices: impl Iterator<Item = &'n Notice>,
    last: &JournalRow,
    now: Timestamp,
) -> Result<(), StoreError> {
    let told = tx.cursor(CURSOR)?.position;
    if last.position <= told {
        return Ok(());
    }
    for notice in notices.filter(|notice| notice.entry.position() > told) {
        let News::CreditAdded { payment, amount, posted } = &notice.news;
        let payload = CreditAdded {
            payment: payment.to_string(),
            amount: amount.to_decimal(),
            posted: posted.to_decimal(),
            unit: amount.unit().code().to_owned(),
        };
        let kind = CREDIT_ADDED.to_owned();
        tx.insert_notice(&Stored {
            id: NoticeId { position: notice.entry.position(), ordinal: notice.entry.ordinal(), kind },
            customer: Some(notice.customer),
            wallet: None,
            // Strings only: this cannot fail.
            payload: serde_json::to_string(&payload).unwrap_or_default(),
            created_at: notice.at,
            delivered_at: None,
            attempts: 0,
            next_attempt_at: Some(now),
            last_error: None,
        })?;
    }
    tx.move_cursor(CURSOR, told, last.position, &last.hash)
}

/// Delivers notices until the program ends.
pub async fn deliver(app: Arc<App>) {
    while !app.is_ending() {
        match deliver_due(&app).await {
            Ok(0) => tokio::time::sleep(PAUSE).await,
            Ok(_) => app.mail_news.notify_one(),
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
    let due = app.write(move |tx| tx.claim_notices(now, now.plus(LEASE), CLAIM_MAX)).await?;
    let count = due.len();
    for notice in due {
        let zone = app.config.brand.time_zone.clone();
        let brand = app.config.brand.name.clone();
        let url = format!("{}/recharge", app.config.server.public_url);
        app.write(move |tx| match mail_of(tx, &notice, &zone, &brand, &url)? {
            Ok(mail) => {
                if let Some(mail) = mail {
                    tx.insert_mail(&mail)?;
                }
                tx.notice_delivered(&notice.id, clock::now())
            }
            Err(error) => tx.notice_retry(&notice.id, Some(clock::now().plus(RETRY_AFTER)), &error),
        })
        .await?;
    }
    Ok(count)
}

/// The mail that tells of a notice, dated by the book's clock as the notice is; `None` if nobody can be told, an error if the notice cannot be read.
fn mail_of(
    tx: &Tx<'_>,
    notice: &Stored,
    zone: &jiff::tz::TimeZone,
    brand: &str,
    url: &str,
) -> Result<Result<Option<Mail>, String>, StoreError> {
    let customer = match notice.customer {
        Some(id) => tx.customer(id)?,
        None => None,
    };
    let Some(customer) = customer else { return Ok(Ok(None)) };
    let Some(recipient) = customer.email.clone() else { return Ok(Ok(None)) };
    let (amount, posted) = match read(&notice.payload) {
        Ok(amounts) => amounts,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let locale = Locale::from_tag(&customer.locale).unwrap_or(Locale::En);
    let reader = Reader::new(locale, zone.clone());
    let mail::Mail { subject, body } =
        mail::credit_added(&reader, brand, &customer.name, amount, posted, url);
    Ok(Ok(Some(Mail {
        id: MailId::from_u128(ids::fresh()),
        kind: CREDIT_ADDED.to_owned(),
        recipient,
        subject,
        body,
        locale: customer.locale,
        created_at: notice.created_at,
        sent_at: None,
        attempts: 0,
        next_attempt_at: Some(clock::now()),
        last_error: None,
    })))
}

fn read(payload: &str) -> anyhow::Result<(Amount, Amount)> {
    let CreditAdded { amount, posted, unit, .. } = serde_json::from_str(payload)?;
    let unit = Unit::known(&unit).ok_or_else(|| anyhow::anyhow!("unknown unit {unit}"))?;
    Ok((Amount::parse(&amount, unit)?, Amount::parse(&posted, unit)?))
}
