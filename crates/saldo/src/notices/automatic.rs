//! Tells customers what automatic top-up did and why it does nothing any more: it pauses, it has stopped, the bank wants them, a cap is
//! reached. That a card was charged is told with the credit it brought.
//!
//! All of it happens in tables: a notice is named after the charge that it is about, or after the wallet and the instant.

use std::str::FromStr;

use money::{Amount, PaymentId, Timestamp, TopupId, WalletId};
use serde::{Deserialize, Serialize};
use store::tables::automatic_topups::{
    AutomaticCap, AutomaticCharge, AutomaticReason, AutomaticState, AutomaticTopup,
};
use store::tables::outbox::{Notice as Stored, NoticeId};
use store::tables::topups::{Topup, TopupState};
use store::{StoreError, Tx};

use super::letters;
use crate::clock;
use crate::config::Config;
use crate::look::Reader;
use crate::look::mail::Mail;
use crate::look::mail::automatic::{self, AutomaticMail, AutomaticNews};
use crate::look::part::{Card, Reason};

/// It does nothing for a while.
pub(super) const PAUSED: &str = "automatic_topup_paused";
/// It does nothing until the customer says so.
pub(super) const STOPPED: &str = "automatic_topup_stopped";
/// The bank wants the customer.
pub(super) const LINK: &str = "automatic_topup_link";
/// A cap is reached.
pub(super) const CAPPED: &str = "automatic_topup_capped";
/// All of them.
pub(super) const KINDS: [&str; 4] = [PAUSED, STOPPED, LINK, CAPPED];

/// What is stored of such a notice.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    wallet: String,
    topup: Option<String>,
}

/// Tells of a pause after the charge `charge` was declined.
pub fn automatic_paused(
    tx: &Tx<'_>,
    row: &AutomaticTopup,
    charge: &AutomaticCharge,
    at: Timestamp,
) -> Result<(), StoreError> {
    tell(tx, PAUSED, row, Some(charge.topup), at)
}

/// Tells of a stop, after the charge `charge` was declined if it was one.
pub fn automatic_stopped(
    tx: &Tx<'_>,
    row: &AutomaticTopup,
    charge: Option<&AutomaticCharge>,
    at: Timestamp,
) -> Result<(), StoreError> {
    tell(tx, STOPPED, row, charge.map(|charge| charge.topup), at)
}

/// Tells that the bank wants the customer, who may pay on the page of `topup`.
pub fn automatic_link(
    tx: &Tx<'_>,
    row: &AutomaticTopup,
    topup: &Topup,
    at: Timestamp,
) -> Result<(), StoreError> {
    tell(tx, LINK, row, Some(topup.id), at)
}

/// Tells that a cap keeps the card from being charged.
pub fn automatic_capped(tx: &Tx<'_>, row: &AutomaticTopup, at: Timestamp) -> Result<(), StoreError> {
    tell(tx, CAPPED, row, None, at)
}

#[allow(clippy::cast_possible_truncation, reason = "the low bits of the id, which are random")]
fn tell(
    tx: &Tx<'_>,
    kind: &str,
    row: &AutomaticTopup,
    topup: Option<TopupId>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let ordinal = topup.map_or(row.wallet.as_u128(), TopupId::as_u128) as u32;
    let payload = Payload { wallet: row.wallet.to_string(), topup: topup.map(|topup| topup.to_string()) };
    tx.insert_notice(&Stored {
        id: NoticeId { position: at.as_micros().unsigned_abs(), ordinal, kind: kind.to_owned() },
        customer: Some(row.customer),
        wallet: Some(row.wallet),
        // Strings only: writing JSON cannot fail.
        payload: serde_json::to_string(&payload).unwrap_or_default(),
        created_at: at,
        delivered_at: None,
        attempts: 0,
        next_attempt_at: Some(clock::now()),
        last_error: None,
    })
    .map(|_| ())
}

/// Writes the mails that tell of `notice`, to whoever can be told and if it is still so; an error says why it cannot be read.
pub(super) fn mail(tx: &Tx<'_>, config: &Config, notice: &Stored) -> Result<Result<(), String>, StoreError> {
    let (wallet, topup) = match read(&notice.payload) {
        Ok(read) => read,
        Err(error) => return Ok(Err(error)),
    };
    let customer = notice.customer.map(|id| tx.customer(id)).transpose()?.flatten();
    let (Some(customer), Some(row)) = (customer, tx.automatic_topup(wallet)?) else { return Ok(Ok(())) };
    let recipients = letters::recipients(tx, &customer)?;
    let Some(news) = news(tx, &notice.id.kind, &row, topup)? else { return Ok(Ok(())) };
    let reader = letters::reader(config, &customer);
    let letter = automatic::told(
        &reader,
        &AutomaticMail {
            news,
            card: Card { brand: row.card_brand.clone(), last4: row.card_last4.clone() },
            brand: &config.brand().name,
            name: &customer.name,
            url: &format!("{}/automatic-topup", config.server.public_url),
        },
    );
    letters::post(tx, notice, &customer, &recipients, &letter)?;
    Ok(Ok(()))
}

/// What is told; `None` if it is not so any more.
fn news(
    tx: &Tx<'_>,
    kind: &str,
    row: &AutomaticTopup,
    topup: Option<TopupId>,
) -> Result<Option<AutomaticNews<'static>>, StoreError> {
    let charge = topup.map(|topup| tx.automatic_charge(topup)).transpose()?.flatten();
    let amount = charge.as_ref().map_or(row.amount_of(row.amount), |charge| charge.amount);
    let why = Reason::from_decline_code(charge.and_then(|charge| charge.code).as_deref().unwrap_or_default());
    Ok(match (kind, row.state) {
        (PAUSED, AutomaticState::Paused) => {
            row.paused_until.map(|until| AutomaticNews::Paused { amount, why, until })
        }
        (STOPPED, AutomaticState::Stopped) => Some(match row.reason {
            Some(AutomaticReason::CardRemoved) => AutomaticNews::CardRemoved,
            _ => AutomaticNews::Stopped { amount, why },
        }),
        (LINK, AutomaticState::Stopped) => {
            let open = topup.map(|topup| tx.topup(topup)).transpose()?.flatten();
            let open = open.filter(|topup| topup.state == TopupState::Open);
            open.and_then(|topup| {
                let (url, until) = (topup.checkout_url?, topup.checkout_expires_at?);
                Some(AutomaticNews::Link { amount: topup.amount, url, until })
            })
        }
        (CAPPED, AutomaticState::On) => row.cap.map(|cap| {
            let steps = match cap {
                AutomaticCap::MonthMoney | AutomaticCap::MonthCount => row.month_money,
                _ => row.day_money,
            };
            AutomaticNews::Capped { cap, money: row.amount_of(steps), until: row.capped_until }
        }),
        _ => None,
    })
}

fn read(payload: &str) -> Result<(WalletId, Option<TopupId>), String> {
    let payload: Payload = serde_json::from_str(payload).map_err(|error| error.to_string())?;
    let wallet = WalletId::from_str(&payload.wallet).map_err(|error| error.to_string())?;
    let topup = payload.topup.map(|id| TopupId::from_str(&id)).transpose();
    Ok((wallet, topup.map_err(|error| error.to_string())?))
}

/// The letter of a payment that was an automatic charge, with its receipt by number and address; `None` if it was pressed for.
pub(super) fn charged(
    tx: &Tx<'_>,
    config: &Config,
    (reader, name): (&Reader, &str),
    (amount, posted): (Amount, Amount),
    payment: Option<PaymentId>,
    receipt: Option<(&str, &str)>,
) -> Result<Option<Mail>, StoreError> {
    let Some(payment) = payment else { return Ok(None) };
    let topup = tx.payment(payment)?.and_then(|payment| payment.topup);
    let charge = topup.map(|topup| tx.automatic_charge(topup)).transpose()?.flatten();
    Ok(charge.map(|charge| {
        let mail = AutomaticMail {
            news: AutomaticNews::Charged { amount, posted, receipt },
            card: Card { brand: charge.card_brand, last4: charge.card_last4 },
            brand: &config.brand().name,
            name,
            url: &format!("{}/automatic-topup", config.server.public_url),
        };
        automatic::told(reader, &mail)
    }))
}
