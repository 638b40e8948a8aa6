//! `/recharge` and `/topups`: where credit is bought, and what every attempt to buy came to.

use std::sync::Arc;

use askama::Template as _;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Redirect, Response};
use money::{Amount, DecimalError, TopupId};
use serde::Deserialize;

use super::form::{Asked, Posted};
use super::results::{self, Showing};
use super::shell::{Fault, draw};
use super::signed_in::SignedIn;
use super::trail::Trail;
use super::{automatic_topup, cards, checkouts, figures, payment_list};
use crate::app::App;
use crate::config::SaveCards;
use crate::look::Reader;
use crate::look::format::plain_decimal;
use crate::look::locale::Locale;
use crate::look::page::{AmountProblem, Recharge};
use crate::look::part::{PaymentResult, Place, ResultFragment};
use crate::problem::Problem;
use crate::topups;

/// Most characters of an amount that is typed; longer ones are no amount and are not repeated.
const TYPED_CHARS_MAX: usize = 40;

#[derive(Deserialize)]
pub(super) struct Shown {
    topup: Option<String>,
    payments: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    suggested: String,
    #[serde(default)]
    amount: String,
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    text: String,
    problem: Option<AmountProblem>,
}

/// `GET /recharge`. With `topup`, how that one ended: once.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    let result = match &shown.topup {
        Some(id) => results::of(&app, &signed, parse_topup(id)?, Showing::Once).await?,
        None => None,
    };
    let trail = Trail::parse(shown.payments.as_deref());
    show(&app, &signed, StatusCode::OK, Typed::default(), trail, result).await
}

/// `GET /topups`: where a reader lands who loads a page again that had said what was wrong with an amount.
pub(super) async fn back(_: SignedIn) -> Redirect {
    Redirect::to(Place::Recharge.url())
}

/// `POST /topups`: straight to the payment page.
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Posted(wish): Posted<Wish>,
) -> Result<Response, Fault> {
    signed.wallet()?;
    let text: String = wish.amount.trim().chars().take(TYPED_CHARS_MAX).collect();
    let locale = signed.reader().locale;
    let chosen = if text.is_empty() { wish.suggested } else { plain_decimal(locale, &text) };
    let amount = match read_amount(&app, &chosen) {
        Ok(amount) => amount,
        Err(problem) => {
            let typed = Typed { text, problem: Some(problem) };
            return show(&app, &signed, StatusCode::UNPROCESSABLE_ENTITY, typed, Trail::default(), None)
                .await;
        }
    };
    let topup = topups::begin(&app, signed.customer(), amount, Some(locale.tag())).await?;
    // Other open pages show that it waits.
    app.live.notify(signed.customer());
    let url = topup
        .checkout_url
        .ok_or_else(|| Problem::internal(&anyhow::anyhow!("the top-up {} has no payment page", topup.id)))?;
    Ok(Redirect::to(&url).into_response())
}

/// `GET /topups/{id}/result`: the popup's inside, asked for again while it is pending.
pub(super) async fn result(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let result = results::of(&app, &signed, parse_topup(&id)?, Showing::Again).await?;
    let result = result.ok_or_else(|| Problem::not_found("result"))?;
    let fragment = ResultFragment { reader: signed.reader(), result: &result };
    let html = fragment.render().map_err(|error| Problem::internal(&anyhow::Error::new(error)))?;
    Ok(([(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}

pub(super) fn parse_topup(text: &str) -> Result<TopupId, Problem> {
    text.parse().map_err(|_| Problem::not_found("top-up"))
}

/// The amount as plain decimal text, if it may be added.
fn read_amount(app: &App, text: &str) -> Result<Amount, AmountProblem> {
    let credit = &app.config.credit;
    let amount = Amount::parse(text, credit.unit).map_err(|error| match error {
        DecimalError::OverPrecise { .. } => AmountProblem::TooPrecise,
        DecimalError::OutOfRange => AmountProblem::TooLarge,
        DecimalError::Malformed => AmountProblem::NotANumber,
    })?;
    let cent = 10_i64.pow(u32::from(credit.unit.decimals() - credit.unit.decimals_shown()));
    match amount.value() {
        value if value < credit.topup_min.value() => Err(AmountProblem::TooSmall),
        value if value > credit.topup_max.value() => Err(AmountProblem::TooLarge),
        value if value % cent != 0 => Err(AmountProblem::TooPrecise),
        _ => Ok(amount),
    }
}

/// What is chosen before anybody chooses.
struct Proposed {
    chosen: Amount,
    /// What stands in the field, where none of those suggested is enough.
    typed: Option<Amount>,
    /// What is owed, if this covers it.
    covers: Option<Amount>,
}

/// Who is below zero by `posted` is proposed what brings him above it.
fn proposed(app: &App, posted: i64) -> Proposed {
    let credit = &app.config.credit;
    let first = credit.suggested.first().copied().unwrap_or(credit.topup_min);
    let owed = posted.saturating_neg();
    if owed <= 0 {
        return Proposed { chosen: first, typed: None, covers: None };
    }
    let covers = Some(Amount::new(owed, credit.unit));
    if let Some(enough) = credit.suggested.iter().find(|amount| amount.value() > owed) {
        return Proposed { chosen: *enough, typed: None, covers };
    }
    // The next whole one above, if so much may be added at once.
    let one = credit.unit.steps_per_one();
    let whole = (owed / one).saturating_add(1).saturating_mul(one);
    let typed = Some(Amount::new(whole, credit.unit)).filter(|it| it.value() <= credit.topup_max.value());
    Proposed { chosen: first, typed, covers: typed.and(covers) }
}

/// An amount as it is typed in the reader's language.
fn in_words(reader: &Reader, amount: Amount) -> String {
    let text = amount.to_decimal();
    if reader.locale == Locale::PtBr { text.replace('.', ",") } else { text }
}

async fn show(
    app: &Arc<App>,
    signed: &SignedIn,
    status: StatusCode,
    typed: Typed,
    trail: Trail,
    result: Option<PaymentResult>,
) -> Result<Response, Fault> {
    let wallet = figures::published(app, signed.wallet()?)?;
    let (customer, now, turned) = (signed.customer(), app.ledger.now(), trail.clone());
    let asked = Arc::clone(app);
    let is_view = signed.who.is_view;
    let (eyes, request_id) = (signed.reader().clone(), signed.visit.request_id().to_owned());
    let read = app.read(move |tables| {
        let grants = figures::grants(tables, wallet.no.0)?;
        let of = (Place::Recharge, &turned);
        let payments = payment_list::list(&asked, tables, &eyes, customer, of, &request_id)?;
        let automatic = automatic_topup::seen(&asked, tables, wallet.id, now)?;
        let checkouts = checkouts::read(&asked, tables, (customer, is_view))?;
        Ok((figures::balance(&wallet, &grants, now), payments, checkouts, automatic))
    });
    let (read, cards) = tokio::join!(read, cards::of(app, &signed.who.customer));
    let (balance, payments, checkouts, automatic) = read?;
    let reader = signed.reader().clone();
    // Further pages of the table do not move while they are read.
    let live = if trail.is_first() {
        "balance,payments,checkouts,automatic-card"
    } else {
        "balance,checkouts,automatic-card"
    };
    let credit = &app.config.credit;
    let Proposed { chosen, typed: proposed, covers } = proposed(app, balance.posted.value());
    let is_wrong = typed.problem.is_some();
    let text = match proposed {
        Some(amount) if !is_wrong => in_words(&reader, amount),
        _ => typed.text,
    };
    let page = Recharge {
        frame: signed.frame(app, Place::Recharge, live),
        balance,
        suggested: credit.suggested.clone(),
        chosen,
        typed: text,
        covers: covers.filter(|_| !is_wrong),
        reader,
        problem: typed.problem,
        least: credit.topup_min,
        most: credit.topup_max,
        payments,
        checkouts,
        keeps_cards: app.config.stripe.save_cards == SaveCards::Always,
        cards,
        automatic,
        result,
    };
    draw(status, &page)
}
