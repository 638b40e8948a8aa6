//! `/automatic-topup`: what a customer lets his card be charged by itself, how it stands, and what was charged.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use money::{Amount, Timestamp};
use serde::Deserialize;
use store::tables::automatic_topups::{AutomaticCharge, AutomaticReason, AutomaticState, AutomaticTopup};
use store::tables::topups::TopupState;
use store::{Reader as TablesReader, StoreError};

use super::cards;
use super::form::{Asked, Posted};
use super::shell::{Fault, draw};
use super::sign_in::Nothing;
use super::signed_in::SignedIn;
use crate::app::App;
use crate::automatic_topups::{self, Agreed, CONSENT_VERSION, End, Sum, Wanted};
use crate::freezing;
use crate::look::Reader;
use crate::look::format::plain_decimal;
use crate::look::locale::Locale;
use crate::look::page::{
    AGREED_NUMBERS_TEXT, AutomaticField, AutomaticFields, AutomaticLimits, AutomaticNow, AutomaticProblem,
    AutomaticSeen, AutomaticTopupPage, ChargeSeen,
};
use crate::look::part::{Card, Place, Reason};
use crate::problem::Problem;
use crate::topups;

/// Where the page is.
const URL: &str = "/automatic-topup";
/// Charges that are listed.
const CHARGES: u32 = 30;
/// Top-ups that are looked through for one that was paid by hand.
const TOPUPS_MAX: u32 = 50;
/// Most characters of a field that are repeated.
const TYPED_CHARS_MAX: usize = 40;
/// What is proposed as the most charges of a day, and of a month.
const COUNTS: (u32, u32) = (3, 20);
/// What is proposed as the most of a day, and of a month, in charges.
const TIMES: (i64, i64) = (3, 10);

#[derive(Deserialize)]
pub(super) struct Shown {
    saved: Option<String>,
}

/// What the form sends.
#[derive(Deserialize, Default)]
pub(super) struct Typed {
    #[serde(default)]
    card: String,
    #[serde(default)]
    threshold: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    day_money: String,
    #[serde(default)]
    day_count: String,
    #[serde(default)]
    month_money: String,
    #[serde(default)]
    month_count: String,
    #[serde(default)]
    agree: String,
}

/// `GET /automatic-topup`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    show(&app, &signed, StatusCode::OK, None, shown.saved.is_some()).await
}

/// `POST /automatic-topup`: turns it on, or changes it.
pub(super) async fn set(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Fault> {
    let wallet = signed.wallet()?;
    let fields = fields_of(&typed);
    let wrong = match read(&app, signed.reader(), &typed) {
        Ok(wanted) => {
            let customer = &signed.who.customer;
            let agreed = agreed(&app, &signed, &wanted, customer, &typed).await?;
            let row = app.read(move |reader| reader.wallet(wallet)).await?;
            let row = row.ok_or_else(|| Problem::not_found("wallet"))?;
            let author = signed.visit.author(&signed.who.session);
            match automatic_topups::set(&app, customer, &row, wanted, agreed, author).await {
                Ok(_) => return Ok(Redirect::to(&format!("{URL}?saved=1")).into_response()),
                Err(problem) if problem.code == "card_unknown" => AutomaticProblem::NoCard,
                Err(problem) => return Err(problem.into()),
            }
        }
        Err(problem) => problem,
    };
    show(&app, &signed, StatusCode::UNPROCESSABLE_ENTITY, Some((fields, wrong)), false).await
}

/// `POST /automatic-topup/pause`: until the customer says that it goes on.
pub(super) async fn pause(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Posted(_): Posted<Nothing>,
) -> Result<Redirect, Fault> {
    end(&app, &signed, End::Paused).await
}

/// `POST /automatic-topup/cancellation`: until the customer agrees again.
pub(super) async fn turn_off(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Posted(_): Posted<Nothing>,
) -> Result<Redirect, Fault> {
    end(&app, &signed, End::TurnedOff).await
}

async fn end(app: &Arc<App>, signed: &SignedIn, end: End) -> Result<Redirect, Fault> {
    let author = signed.visit.author(&signed.who.session);
    automatic_topups::end(app, signed.wallet()?, end, author).await?;
    Ok(Redirect::to(URL))
}

/// `POST /automatic-topup/resumption`
pub(super) async fn resume(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Posted(_): Posted<Nothing>,
) -> Result<Redirect, Fault> {
    let author = signed.visit.author(&signed.who.session);
    match automatic_topups::resume(&app, signed.wallet()?, author).await {
        // Another tab was quicker, or the words are new: the page says how it stands.
        Err(problem) if problem.status != StatusCode::CONFLICT => Err(problem.into()),
        _ => Ok(Redirect::to(URL)),
    }
}

/// `POST /automatic-topup/payment`: what the bank wants the customer for, on Stripe's page.
pub(super) async fn pay(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Posted(_): Posted<Nothing>,
) -> Result<Redirect, Fault> {
    let wallet = signed.wallet()?;
    let known = app
        .read(move |reader| {
            let row = reader.automatic_topup(wallet)?.filter(wants_payment);
            let charge = reader.automatic_charges_since(wallet, Timestamp::EPOCH, 1)?.pop();
            if let (Some(row), Some(charge)) = (&row, &charge)
                && has_paid_since(reader, row, charge)?
            {
                return Ok(None);
            }
            Ok(row.map(|row| charge.map_or(row.amount_of(row.amount), |charge| charge.amount)))
        })
        .await?;
    let Some(amount) = known else { return Ok(Redirect::to(URL)) };
    let locale = signed.reader().locale.tag();
    let topup = topups::begin(&app, signed.customer(), amount, Some(locale)).await?;
    app.live.notify(signed.customer());
    Ok(Redirect::to(topup.checkout_url.as_deref().unwrap_or(URL)))
}

fn wants_payment(row: &AutomaticTopup) -> bool {
    row.state == AutomaticState::Stopped && row.reason == Some(AutomaticReason::AuthenticationRequired)
}

/// Whether the customer has paid by himself since the charge for which the bank wanted him: then nothing is left to be paid.
fn has_paid_since(
    tables: &TablesReader<'_>,
    row: &AutomaticTopup,
    charge: &AutomaticCharge,
) -> Result<bool, StoreError> {
    let topups = tables.topups_of(row.customer, None, TOPUPS_MAX)?.rows;
    let since = topups.iter().take_while(|topup| topup.id != charge.topup);
    let is_paid = |state| matches!(state, TopupState::Credited | TopupState::Paid);
    Ok(since.into_iter().any(|topup| topup.wallet == row.wallet && is_paid(topup.state)))
}

/// How automatic top-up of a wallet stands, for the cards of other pages; `None` if there is nothing to say.
pub(super) fn seen(
    app: &App,
    tables: &TablesReader<'_>,
    wallet: money::WalletId,
    now: Timestamp,
) -> Result<Option<AutomaticSeen>, StoreError> {
    let seen = AutomaticSeen::of(tables.automatic_topup(wallet)?.as_ref(), now);
    let seen = seen.in_wallet(freezing::is_frozen(app, wallet));
    Ok(app.config.automatic_topups.enabled.then_some(seen))
}

fn fields_of(typed: &Typed) -> AutomaticFields {
    let short = |text: &str| text.chars().take(TYPED_CHARS_MAX).collect::<String>();
    AutomaticFields {
        card: typed.card.clone(),
        threshold: short(&typed.threshold),
        amount: short(&typed.amount),
        day_money: short(&typed.day_money),
        day_count: short(&typed.day_count),
        month_money: short(&typed.month_money),
        month_count: short(&typed.month_count),
    }
}

/// What was typed, if it may be so.
fn read(app: &App, reader: &Reader, typed: &Typed) -> Result<Wanted, AutomaticProblem> {
    use AutomaticField::{Amount as ByHowMuch, DayCount, DayMoney, MonthCount, MonthMoney, Threshold};
    let unit = app.config.credit.unit;
    let limits = &app.config.automatic_topups;
    let cent = unit.steps_per_one() / 100;
    let money = |field, text: &str, least: Amount, most: Amount| {
        let amount = Amount::parse(&plain_decimal(reader.locale, text), unit);
        let amount = amount.map_err(|_| AutomaticProblem::NotMoney(field))?;
        if amount.value() % cent != 0 {
            return Err(AutomaticProblem::NotMoney(field));
        }
        if amount.value() < least.value() || amount.value() > most.value() {
            return Err(AutomaticProblem::MoneyRange(field, least, most));
        }
        Ok(amount)
    };
    let count = |field, text: &str, most: u32| {
        let count = text.trim().parse::<u32>().map_err(|_| AutomaticProblem::NotCount(field))?;
        if count == 0 || count > most {
            return Err(AutomaticProblem::CountRange(field, most));
        }
        Ok(count)
    };
    if typed.card.is_empty() {
        return Err(AutomaticProblem::NoCard);
    }
    let threshold = money(Threshold, &typed.threshold, Amount::new(cent, unit), limits.month_money_max)?;
    let most = least_of(limits.charge_max, app.config.credit.topup_max);
    let amount = money(ByHowMuch, &typed.amount, app.config.credit.topup_min, most)?;
    let day_money = money(DayMoney, &typed.day_money, amount, limits.day_money_max)?;
    let day_count = count(DayCount, &typed.day_count, limits.day_count_max)?;
    let month_money = money(MonthMoney, &typed.month_money, day_money, limits.month_money_max)?;
    let month_count = count(MonthCount, &typed.month_count, limits.month_count_max)?;
    if typed.agree.is_empty() {
        return Err(AutomaticProblem::NotAgreed);
    }
    Ok(Wanted {
        payment_method: typed.card.clone(),
        threshold,
        amount,
        day: Sum { money: day_money.value(), count: day_count },
        month: Sum { money: month_money.value(), count: month_count },
    })
}

fn least_of(a: Amount, b: Amount) -> Amount {
    if a.value() <= b.value() { a } else { b }
}

/// The words that stood beside the box, and the numbers that stood above it.
async fn agreed(
    app: &Arc<App>,
    signed: &SignedIn,
    wanted: &Wanted,
    customer: &store::tables::customers::Customer,
    typed: &Typed,
) -> Result<Agreed, Problem> {
    let reader = signed.reader();
    let cards = cards::of(app, customer).await.unwrap_or_default();
    let card = cards.into_iter().find(|card| card.id == typed.card).map(|card| card.card.to_string());
    let of = |steps| reader.money(Amount::new(steps, wanted.amount.unit()));
    let numbers = reader.with(
        AGREED_NUMBERS_TEXT,
        [
            ("card", card.unwrap_or_default()),
            ("threshold", reader.money(wanted.threshold)),
            ("amount", reader.money(wanted.amount)),
            ("day", of(wanted.day.money)),
            ("daycount", wanted.day.count.to_string()),
            ("month", of(wanted.month.money)),
            ("monthcount", wanted.month.count.to_string()),
        ],
    );
    let words = reader.t1("automatic-consent", "brand", &app.config.brand().name);
    Ok(Agreed {
        version: CONSENT_VERSION.to_owned(),
        language: reader.locale.tag().to_owned(),
        words: format!("{words}\n{numbers}"),
        given_by: signed.visit.author(&signed.who.session).actor().to_owned(),
        address: Some(signed.visit.ip().to_owned()).filter(|ip| !ip.is_empty()),
    })
}

/// How automatic top-up of a wallet stands `now`, by the book's clock.
pub(super) fn standing(
    app: &App,
    tables: &TablesReader<'_>,
    wallet: money::WalletId,
    now: Timestamp,
) -> Result<AutomaticNow, StoreError> {
    let row = tables.automatic_topup(wallet)?;
    let may_resume = match &row {
        Some(row) => automatic_topups::may_resume(tables, row)?,
        None => false,
    };
    let charges = tables.automatic_charges_since(wallet, Timestamp::EPOCH, CHARGES)?;
    let has_paid = match (row.as_ref().filter(|row| wants_payment(row)), charges.first()) {
        (Some(row), Some(charge)) => has_paid_since(tables, row, charge)?,
        _ => false,
    };
    let is_frozen = freezing::is_frozen(app, wallet);
    Ok(AutomaticNow {
        seen: AutomaticSeen::of(row.as_ref(), now).in_wallet(is_frozen),
        is_offered: app.config.automatic_topups.enabled,
        may_resume,
        wants_payment: !is_frozen && !has_paid && row.as_ref().is_some_and(wants_payment),
        has_paid,
        agreed_at: tables.automatic_consents(wallet, 1)?.pop().map(|consent| consent.given_at),
        charges: charges.into_iter().map(charge_seen).collect(),
    })
}

async fn show(
    app: &Arc<App>,
    signed: &SignedIn,
    status: StatusCode,
    wrong: Option<(AutomaticFields, AutomaticProblem)>,
    saved: bool,
) -> Result<Response, Fault> {
    let wallet = signed.wallet()?;
    let (asked, at) = (Arc::clone(app), app.ledger.now());
    let read =
        app.read(move |tables| Ok((standing(&asked, tables, wallet, at)?, tables.automatic_topup(wallet)?)));
    let (read, cards) = tokio::join!(read, cards::of(app, &signed.who.customer));
    let (now, row) = read?;
    let reader = signed.reader().clone();
    let (fields, problem) = match wrong {
        Some((fields, problem)) => (fields, Some(problem)),
        None => {
            let first = cards.as_ref().and_then(|cards| cards.iter().find(|card| !card.expired));
            (proposed(app, &reader, row.as_ref(), first.map(|card| card.id.clone())), None)
        }
    };
    let config = &app.config;
    let limits = &config.automatic_topups;
    let page = AutomaticTopupPage {
        frame: signed.frame(app, Place::Recharge, "automatic,automatic-charges"),
        now,
        cards,
        fields,
        problem,
        limits: AutomaticLimits {
            charge_min: config.credit.topup_min,
            charge_max: least_of(limits.charge_max, config.credit.topup_max),
            day_money: limits.day_money_max,
            day_count: limits.day_count_max,
            month_money: limits.month_money_max,
            month_count: limits.month_count_max,
        },
        saved,
        reader,
    };
    draw(status, &page)
}

fn charge_seen(charge: AutomaticCharge) -> ChargeSeen {
    ChargeSeen {
        at: charge.charged_at,
        amount: charge.amount,
        card: Card { brand: charge.card_brand, last4: charge.card_last4 },
        outcome: charge.outcome,
        is_credited: charge.settled_at.is_some(),
        why: charge.code.as_deref().map(Reason::from_decline_code),
    }
}

/// What stands in the form before anything is typed: what holds, or a modest proposal.
fn proposed(
    app: &App,
    reader: &Reader,
    row: Option<&AutomaticTopup>,
    first_card: Option<String>,
) -> AutomaticFields {
    let unit = app.config.credit.unit;
    let text = |steps: i64| {
        let text = Amount::new(steps, unit).to_decimal();
        if reader.locale == Locale::PtBr { text.replace('.', ",") } else { text }
    };
    if let Some(row) = row {
        return AutomaticFields {
            card: row.payment_method.clone(),
            threshold: text(row.threshold),
            amount: text(row.amount),
            day_money: text(row.day_money),
            day_count: row.day_count.to_string(),
            month_money: text(row.month_money),
            month_count: row.month_count.to_string(),
        };
    }
    let limits = &app.config.automatic_topups;
    let suggested = &app.config.credit.suggested;
    let threshold = suggested.first().map_or(app.config.credit.topup_min, |amount| *amount);
    let amount = suggested.get(1).map_or(threshold, |amount| *amount);
    let amount = least_of(amount, limits.charge_max).value();
    let day_money = amount.saturating_mul(TIMES.0).min(limits.day_money_max.value());
    AutomaticFields {
        card: first_card.unwrap_or_default(),
        threshold: text(threshold.value()),
        amount: text(amount),
        day_money: text(day_money),
        day_count: COUNTS.0.min(limits.day_count_max).to_string(),
        month_money: text(amount.saturating_mul(TIMES.1).min(limits.month_money_max.value()).max(day_money)),
        month_count: COUNTS.1.min(limits.month_count_max).to_string(),
    }
}
