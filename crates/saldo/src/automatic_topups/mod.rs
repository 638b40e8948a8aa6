//! Automatic top-up: a saved card is charged when little credit is left, within what its customer and the operator allow.
//!
//! `decision` says whether and how much; `charge` writes a charge down before Stripe hears of it, and finds out what became of it;
//! `outcome` draws the consequences in the transaction in which [`crate::payments`] writes an attempt down; `work` looks at what is
//! there again and again, so that nothing is lost by a crash. What a customer allows is changed here, by him or by the operator, and
//! by nobody else: what has stopped never starts by itself.

mod charge;
mod decision;
mod outcome;
mod work;

use std::sync::Arc;

use axum::http::StatusCode;
use money::{Amount, CustomerId, Timestamp, Unit, WalletId};
use serde_json::json;
use store::tables::automatic_topups::{AutomaticConsent, AutomaticReason, AutomaticState, AutomaticTopup};
use store::tables::customers::{Customer, Wallet};
use store::{Reader as TablesReader, StoreError};
use stripe::Request;
use stripe::answer::{List, PaymentMethod};
use stripe::card::saved_cards;

use crate::app::App;
use crate::audit::{Author, Change};
use crate::clock;
use crate::config::AutomaticTopups as Limits;
use crate::problem::Problem;

pub use decision::Sum;
pub use outcome::{Told, credited, note};
pub use work::work;

/// The version of the words that customers agree to. Another one whenever `automatic-consent` changes its meaning.
pub const CONSENT_VERSION: &str = "2026-11-22";
/// Most bytes of the words that somebody agreed to.
pub const WORDS_BYTES_MAX: usize = 4_000;
/// Wallets of one customer.
const WALLETS_MAX: u32 = 50;

/// What a customer chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The saved card, `pm_…`.
    pub payment_method: String,
    /// Below how much is available it is topped up.
    pub threshold: Amount,
    /// By how much, or a multiple of it.
    pub amount: Amount,
    /// The most of a day, in steps of the unit.
    pub day: Sum,
    /// The most of a month, in steps of the unit.
    pub month: Sum,
}

/// To what he agreed, and how it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// Which version of the words.
    pub version: String,
    /// In which language.
    pub language: String,
    /// The words as they were shown.
    pub words: String,
    /// Who, an id or what the operator says.
    pub given_by: String,
    /// From where.
    pub address: Option<String>,
}

/// Refuses what the operator does not allow, naming the field.
pub fn check(limits: &Limits, unit: Unit, least: Amount, wanted: &Wanted) -> Result<(), Problem> {
    let amount = |field: &str, amount: Amount, from: Amount, to: Amount| {
        let cent = unit.steps_per_one() / 100;
        if amount.unit() != unit {
            return Err(Problem::invalid(field, "unit_mismatch", format!("{field} must be in {unit}.")));
        }
        if amount.value() % cent != 0 {
            return Err(Problem::invalid(
                field,
                "amount_over_precise",
                format!("{field} must be in whole cents."),
            ));
        }
        if amount.value() < from.value() || amount.value() > to.value() {
            let detail = format!("{field} must be from {from} to {to}.");
            return Err(Problem::invalid(field, "amount_out_of_range", detail));
        }
        Ok(())
    };
    let count = |field: &str, count: u32, most: u32| {
        if count == 0 || count > most {
            let detail = format!("{field} must be from 1 to {most}.");
            return Err(Problem::invalid(field, "count_out_of_range", detail));
        }
        Ok(())
    };
    let of = |steps| Amount::new(steps, unit);
    let cent = of(unit.steps_per_one() / 100);
    amount("threshold", wanted.threshold, cent, limits.month_money_max)?;
    amount("amount", wanted.amount, least, limits.charge_max)?;
    amount("day_money", of(wanted.day.money), wanted.amount, limits.day_money_max)?;
    count("day_count", wanted.day.count, limits.day_count_max)?;
    amount("month_money", of(wanted.month.money), of(wanted.day.money), limits.month_money_max)?;
    count("month_count", wanted.month.count, limits.month_count_max)
}

/// Turns it on, or changes it: with a card that Stripe keeps for this customer, and with his consent.
pub async fn set(
    app: &Arc<App>,
    customer: &Customer,
    wallet: &Wallet,
    wanted: Wanted,
    agreed: Agreed,
    author: Author,
) -> Result<AutomaticTopup, Problem> {
    let limits = app.config.automatic_topups;
    if !limits.enabled {
        return Err(disabled());
    }
    if wallet.unit != app.config.credit.unit {
        let detail = format!(
            "This wallet counts {}: only one that counts {} is topped up.",
            wallet.unit, app.config.credit.unit
        );
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unit_mismatch", detail));
    }
    check(&limits, app.config.credit.unit, app.config.credit.topup_min, &wanted)?;
    let card = card(app, customer, &wanted.payment_method).await?;
    let row = AutomaticTopup {
        wallet: wallet.id,
        customer: customer.id,
        state: AutomaticState::On,
        reason: None,
        payment_method: wanted.payment_method,
        card_brand: card.brand,
        card_last4: card.last4,
        unit: wallet.unit,
        threshold: wanted.threshold.value(),
        amount: wanted.amount.value(),
        day_money: wanted.day.money,
        day_count: wanted.day.count,
        month_money: wanted.month.money,
        month_count: wanted.month.count,
        declines: 0,
        paused_until: None,
        capped_until: None,
        cap: None,
        link_topup: None,
        changed_at: app.ledger.now(),
    };
    let now = clock::now();
    let written = row.clone();
    let change = Change::new("automatic_topup.set", wallet.id).after_json(&json!({
        "card": format!("{} {}", row.card_brand, row.card_last4), "threshold": wanted.threshold.to_decimal(),
        "amount": wanted.amount.to_decimal(), "consent": agreed.version,
    }));
    app.write(move |tx| {
        tx.put_automatic_topup(&written)?;
        let Agreed { version, language, words, given_by, address } = agreed.clone();
        let (wallet, given_at) = (written.wallet, now);
        tx.insert_automatic_consent(&AutomaticConsent {
            wallet,
            given_at,
            version,
            language,
            words,
            given_by,
            address,
        })?;
        author.note(tx, &change)
    })
    .await?;
    tell(app, row.customer);
    Ok(row)
}

/// How somebody ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The customer, until he says that it goes on.
    Paused,
    /// The customer, until he agrees again.
    TurnedOff,
    /// The operator, until the customer agrees again.
    ByOperator,
}

/// Ends it. What is under way is not called back.
pub async fn end(
    app: &Arc<App>,
    wallet: WalletId,
    end: End,
    author: Author,
) -> Result<AutomaticTopup, Problem> {
    let (state, reason) = match end {
        End::Paused => (AutomaticState::Stopped, AutomaticReason::ByCustomer),
        End::TurnedOff => (AutomaticState::Off, AutomaticReason::ByCustomer),
        End::ByOperator => (AutomaticState::Off, AutomaticReason::ByOperator),
    };
    let at = app.ledger.now();
    let row = app
        .write_or_refuse(move |tx| {
            let known = tx.automatic_topup(wallet)?.ok_or_else(not_set_up)?;
            // What has stopped for another reason keeps it.
            let runs = matches!(known.state, AutomaticState::On | AutomaticState::Paused);
            if state == AutomaticState::Stopped && !runs {
                return Ok(known);
            }
            let row =
                AutomaticTopup { state, reason: Some(reason), paused_until: None, changed_at: at, ..known };
            tx.put_automatic_topup(&row)?;
            author.note(tx, &Change::new("automatic_topup.end", wallet).after(&state.word())?)?;
            Ok(row)
        })
        .await?;
    tell(app, row.customer);
    Ok(row)
}

/// Goes on after a pause or a stop, because the customer says so; he has agreed before. Declines are counted anew.
pub async fn resume(app: &Arc<App>, wallet: WalletId, author: Author) -> Result<AutomaticTopup, Problem> {
    if !app.config.automatic_topups.enabled {
        return Err(disabled());
    }
    let at = app.ledger.now();
    let row = app
        .write_or_refuse(move |tx| {
            let known = tx.automatic_topup(wallet)?.ok_or_else(not_set_up)?;
            if !may_resume(tx, &known)? {
                let detail = "Automatic top-up cannot go on as it is: choose a card and agree again.";
                return Err(Problem::new(StatusCode::CONFLICT, "automatic_topup_not_resumable", detail));
            }
            let row = AutomaticTopup {
                state: AutomaticState::On,
                reason: None,
                declines: 0,
                paused_until: None,
                link_topup: None,
                changed_at: at,
                ..known
            };
            tx.put_automatic_topup(&row)?;
            author.note(tx, &Change::new("automatic_topup.resume", wallet))?;
            Ok(row)
        })
        .await?;
    tell(app, row.customer);
    Ok(row)
}

/// Whether the customer's word is enough to go on: it is paused or stopped, its card is kept, and he agreed to the words of today.
pub fn may_resume(tables: &TablesReader<'_>, row: &AutomaticTopup) -> Result<bool, StoreError> {
    let waits = matches!(row.state, AutomaticState::Paused | AutomaticState::Stopped);
    if !waits || row.reason == Some(AutomaticReason::CardRemoved) {
        return Ok(false);
    }
    let agreed = tables.automatic_consents(row.wallet, 1)?.pop();
    Ok(agreed.is_some_and(|consent| consent.version == CONSENT_VERSION))
}

/// A card is not kept any more: what was charged to it stops.
pub async fn card_removed(app: &Arc<App>, customer: CustomerId, methods: Vec<String>) -> Result<(), Problem> {
    let at = app.ledger.now();
    app.write(move |tx| {
        for row in tx.automatic_topups_of(customer, WALLETS_MAX)? {
            let runs = matches!(row.state, AutomaticState::On | AutomaticState::Paused);
            if methods.contains(&row.payment_method) && (runs || row.state == AutomaticState::Stopped) {
                outcome::stop(tx, row, AutomaticReason::CardRemoved, None, at)?;
            }
        }
        Ok(())
    })
    .await?;
    tell(app, customer);
    Ok(())
}

fn tell(app: &App, customer: CustomerId) {
    app.automatic_news.notify_one();
    app.notice_news.notify_one();
    app.live.notify(customer);
}

/// The card behind this payment method, if Stripe keeps it for this customer.
async fn card(app: &App, customer: &Customer, method: &str) -> Result<stripe::answer::Card, Problem> {
    let unknown = || {
        Problem::invalid(
            "payment_method",
            "card_unknown",
            "payment_method must be a saved card of this customer.",
        )
    };
    let Some(stripe_customer) = &customer.stripe_customer_id else { return Err(unknown()) };
    let listed: List<PaymentMethod> = app.stripe.send(&Request::list_cards(stripe_customer)).await?;
    let cards = saved_cards(&listed.data);
    let found = cards.into_iter().find(|card| card.payment_methods.iter().any(|known| known == method));
    found.map(|found| found.card).ok_or_else(unknown)
}

fn disabled() -> Problem {
    let detail = "Automatic top-up is turned off on this server.";
    Problem::new(StatusCode::CONFLICT, "automatic_topups_disabled", detail)
}

fn not_set_up() -> Problem {
    Problem::not_found("automatic top-up")
}

/// Since when the day and the month of `at` run, and until when, in the operator's zone.
fn spans(zone: &jiff::tz::TimeZone, at: Timestamp) -> Spans {
    use crate::portal::calendar::{day_bounds, day_of, month_bounds, month_of};
    // At the end of the calendar everything counts.
    let whole = crate::portal::calendar::Bounds { from: Timestamp::EPOCH, until: Timestamp::MAX };
    Spans {
        day: day_bounds(zone, day_of(zone, at)).unwrap_or(whole),
        month: month_bounds(zone, month_of(zone, at)).unwrap_or(whole),
    }
}

/// The day and the month that run.
struct Spans {
    day: crate::portal::calendar::Bounds,
    month: crate::portal::calendar::Bounds,
}
