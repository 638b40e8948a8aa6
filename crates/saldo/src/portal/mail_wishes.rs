//! `/mail-wishes`: what a customer wants to be told of his credit by mail.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use money::{Amount, Timestamp};
use serde::Deserialize;
use store::tables::mail_wishes::MailWish;

use super::form::{Asked, Posted};
use super::shell::{Fault, draw};
use super::signed_in::SignedIn;
use crate::app::App;
use crate::audit::Change;
use crate::look::format::plain_decimal;
use crate::look::page::MailWishes;
use crate::look::part::Place;
use crate::notices;

/// Where it is.
const URL: &str = "/mail-wishes";
/// Most characters of an amount that is typed; longer ones are no amount and are not repeated.
const TYPED_CHARS_MAX: usize = 40;

#[derive(Deserialize)]
pub(super) struct Shown {
    saved: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Wished {
    low: Option<String>,
    #[serde(default)]
    amount: String,
    expiry: Option<String>,
}

/// `GET /mail-wishes`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    signed.wallet()?;
    let (customer, unit) = (signed.customer(), app.config.credit.unit);
    let wish = app.read(move |tables| tables.mail_wish(customer)).await?;
    let typed = wish.low_balance.map(|low| Amount::new(low, unit).to_decimal()).unwrap_or_default();
    // As the reader writes it.
    let typed = if signed.reader().locale.tag() == "pt-BR" { typed.replace('.', ",") } else { typed };
    let page = drawn(&app, &signed, &wish, typed);
    draw(StatusCode::OK, &MailWishes { is_saved: shown.saved.is_some(), ..page })
}

/// `POST /mail-wishes`
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Posted(wished): Posted<Wished>,
) -> Result<Response, Fault> {
    signed.wallet()?;
    let text: String = wished.amount.trim().chars().take(TYPED_CHARS_MAX).collect();
    let unit = app.config.credit.unit;
    let amount = match text.as_str() {
        "" => Ok(None),
        text => Amount::parse(&plain_decimal(signed.reader().locale, text), unit).map(Some),
    };
    let customer = signed.customer();
    let now = app.ledger.now();
    let mut wish = MailWish {
        customer,
        low_balance: None,
        is_told_low: u8::from(wished.low.is_some()),
        // A box that is not shown cannot be taken off.
        is_told_expiry: u8::from(wished.expiry.is_some() || app.config.notices.expiry_before.is_none()),
    };
    match amount {
        Ok(amount) if amount.is_none_or(|amount| allowed(&app, amount)) => {
            wish.low_balance = amount.map(|amount| amount.value());
        }
        _ => {
            let page = drawn(&app, &signed, &wish, text);
            return draw(StatusCode::UNPROCESSABLE_ENTITY, &MailWishes { is_wrong: true, ..page });
        }
    }
    app.balance_news.watch(wish.low_balance.unwrap_or_default());
    let (asked, author) = (Arc::clone(&app), signed.visit.author(&signed.who.session));
    let sides = app.write(move |tx| {
        tx.put_mail_wish(&wish)?;
        author.note(tx, &Change::new("mail_wishes.set", customer))?;
        notices::set_thresholds(tx, &asked.config, (customer, now))
    });
    sides.await?.into_iter().for_each(|(wallet_no, is_low)| app.balance_news.set_low(wallet_no, is_low));
    Ok(Redirect::to(&format!("{URL}?saved=yes")).into_response())
}

/// Above zero, and no more than can be added at once.
fn allowed(app: &App, amount: Amount) -> bool {
    amount.is_positive() && amount.value() <= app.config.credit.topup_max.value()
}

fn drawn(app: &App, signed: &SignedIn, wish: &MailWish, typed: String) -> MailWishes {
    MailWishes {
        frame: signed.frame(app, Place::Billing, ""),
        reader: signed.reader().clone(),
        is_told_low: wish.is_told_low > 0,
        is_told_expiry: wish.is_told_expiry > 0,
        typed,
        usual: app.config.notices.low_balance,
        days: app.config.notices.expiry_before.map(|before| before / Timestamp::DAY),
        is_wrong: false,
        is_saved: false,
    }
}
