//! `/v1/wallets/{id}/automatic-topup`: what a saved card may be charged by itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use money::WalletId;
use serde::{Deserialize, Serialize};
use store::tables::automatic_topups::AutomaticTopup as Row;
use utoipa::ToSchema;

use super::Api;
use super::access::{By, PaymentsRead, PaymentsWrite};
use super::once::{Answer, Wish};
use super::request::{Body, Id, IdempotencyKey};
use super::wire::{Amount, time, time_if};
use crate::automatic_topups::{self, Agreed, End, Sum, WORDS_BYTES_MAX, Wanted};
use crate::problem::Problem;

/// What a saved card may be charged by itself, and how that stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AutomaticTopup {
    /// `wal_…`
    wallet: String,
    /// `on`, `paused`, `stopped` or `off`.
    state: String,
    /// Why not `on`: `declined`, `hard_decline`, `too_many_declines`, `authentication_required`, `card_removed`, `by_customer` or `by_operator`.
    reason: Option<String>,
    /// The provider's saved card, `pm_…`.
    payment_method: String,
    /// The provider's code of its brand, as `visa`.
    card_brand: String,
    /// Its last four digits.
    card_last4: String,
    /// Below how much is available it is charged.
    threshold: Amount,
    /// How much is charged, or the least multiple of it that is needed.
    amount: Amount,
    /// The most of a day.
    day: Cap,
    /// The most of a month.
    month: Cap,
    /// Declines in a row.
    declines: u32,
    /// Until when it is paused, RFC 3339.
    paused_until: Option<String>,
    /// Which cap was reached last: `day_money`, `day_count`, `month_money`, `month_count` or `one_charge`.
    cap: Option<String>,
    /// Until when that holds, RFC 3339.
    capped_until: Option<String>,
    /// When it last changed, RFC 3339.
    changed_at: String,
}

/// The most of a span of time.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Cap {
    /// How much money.
    amount: Amount,
    /// How many charges.
    count: u32,
}

/// What a saved card may be charged by itself.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AutomaticTopupWanted {
    /// A saved card of the wallet's customer, `pm_…`.
    payment_method: String,
    /// Below how much is available it is charged.
    threshold: Amount,
    /// How much is charged, or the least multiple of it that is needed.
    amount: Amount,
    /// The most of a day.
    day: Cap,
    /// The most of a month.
    month: Cap,
    /// To what the customer agreed. It is kept for ever.
    consent: Consent,
}

/// To what a customer agreed, on the operator's own page.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Consent {
    /// The operator's version of the words, 1 to 100 bytes.
    version: String,
    /// Their language, as `en`.
    language: String,
    /// The words as they were shown, 1 to 4,000 bytes.
    words: String,
    /// Who agreed, as the operator knows him.
    given_by: String,
    /// From which address.
    address: Option<String>,
}

impl From<&Row> for AutomaticTopup {
    fn from(row: &Row) -> AutomaticTopup {
        let cap = |steps, count| Cap { amount: row.amount_of(steps).into(), count };
        AutomaticTopup {
            wallet: row.wallet.to_string(),
            state: row.state.word().to_owned(),
            reason: row.reason.map(|reason| reason.word().to_owned()),
            payment_method: row.payment_method.clone(),
            card_brand: row.card_brand.clone(),
            card_last4: row.card_last4.clone(),
            threshold: row.amount_of(row.threshold).into(),
            amount: row.amount_of(row.amount).into(),
            day: cap(row.day_money, row.day_count),
            month: cap(row.month_money, row.month_count),
            declines: row.declines,
            paused_until: time_if(row.paused_until),
            cap: row.cap.map(|cap| cap.word().to_owned()),
            capped_until: time_if(row.capped_until),
            changed_at: time(row.changed_at),
        }
    }
}

/// Read what a wallet's saved card may be charged by itself. 404 if that was never set up.
#[utoipa::path(get, path = "/v1/wallets/{id}/automatic-topup", tag = "topups",
    params(("id" = String, Path, description = "`wal_…`")),
    responses((status = 200, description = "What is allowed, and how it stands.", body = AutomaticTopup)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<PaymentsRead>,
    Id(id): Id<WalletId>,
) -> Result<Json<AutomaticTopup>, Problem> {
    let row = api.app.read(move |reader| reader.automatic_topup(id)).await?;
    row.map(|row| Json(AutomaticTopup::from(&row))).ok_or_else(|| Problem::not_found("automatic top-up"))
}

/// Turn automatic top-up on, or change it, for a customer who has agreed. Within the limits that are configured; it starts anew after a stop.
#[utoipa::path(put, path = "/v1/wallets/{id}/automatic-topup", tag = "topups", request_body = AutomaticTopupWanted,
    params(("id" = String, Path, description = "`wal_…`")),
    responses((status = 200, description = "What is allowed now.", body = AutomaticTopup)))]
pub(super) async fn put(
    State(api): State<Arc<Api>>,
    by: By<PaymentsWrite>,
    key: IdempotencyKey,
    Id(id): Id<WalletId>,
    Body(wanted): Body<AutomaticTopupWanted>,
) -> Result<Answer, Problem> {
    let asked = (id.to_string(), &wanted);
    let wish = Wish::new(by.key.id, "PUT /v1/wallets/{id}/automatic-topup", key, &asked)?;
    let _alone = wish.alone(&api).await;
    if let Some(answer) = wish.first_answer(&api).await? {
        return Ok(answer);
    }
    let (chosen, agreed) = read(wanted)?;
    let known = api.app.read(move |reader| {
        let wallet = reader.wallet(id)?;
        let customer = wallet.as_ref().map(|wallet| reader.customer(wallet.customer)).transpose()?;
        Ok(wallet.zip(customer.flatten()))
    });
    let (wallet, customer) = known.await?.ok_or_else(|| Problem::not_found("wallet"))?;
    let row = automatic_topups::set(&api.app, &customer, &wallet, chosen, agreed, by.author).await?;
    wish.write(&api, StatusCode::OK, move |_| Ok(AutomaticTopup::from(&row))).await
}

/// Turn automatic top-up off. What is under way is not called back; it is on again only when the customer agrees again.
#[utoipa::path(delete, path = "/v1/wallets/{id}/automatic-topup", tag = "topups",
    params(("id" = String, Path, description = "`wal_…`")),
    responses((status = 200, description = "How it stands now.", body = AutomaticTopup)))]
pub(super) async fn delete(
    State(api): State<Arc<Api>>,
    by: By<PaymentsWrite>,
    key: IdempotencyKey,
    Id(id): Id<WalletId>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "DELETE /v1/wallets/{id}/automatic-topup", key, &id.to_string())?;
    let _alone = wish.alone(&api).await;
    if let Some(answer) = wish.first_answer(&api).await? {
        return Ok(answer);
    }
    let row = automatic_topups::end(&api.app, id, End::ByOperator, by.author).await?;
    wish.write(&api, StatusCode::OK, move |_| Ok(AutomaticTopup::from(&row))).await
}

fn read(wanted: AutomaticTopupWanted) -> Result<(Wanted, Agreed), Problem> {
    let AutomaticTopupWanted { payment_method, threshold, amount, day, month, consent } = wanted;
    let (threshold, amount) = (threshold.read_positive("threshold")?, amount.read_positive("amount")?);
    let sum = |field: &str, cap: &Cap| {
        let money = cap.amount.read_positive(field)?;
        if money.unit() != amount.unit() {
            let detail = format!("{field} must be in {}.", amount.unit());
            return Err(Problem::invalid(field, "unit_mismatch", detail));
        }
        Ok(Sum { money: money.value(), count: cap.count })
    };
    let (day, month) = (sum("day.amount", &day)?, sum("month.amount", &month)?);
    let text = |field: &str, text: String, most: usize| {
        if text.trim().is_empty() || text.len() > most {
            let detail = format!("{field} must have 1 to {most} bytes.");
            return Err(Problem::invalid(field, "length_out_of_range", detail));
        }
        Ok(text)
    };
    let Consent { version, language, words, given_by, address } = consent;
    let agreed = Agreed {
        version: text("consent.version", version, 100)?,
        language: text("consent.language", language, 20)?,
        words: text("consent.words", words, WORDS_BYTES_MAX)?,
        given_by: text("consent.given_by", given_by, 200)?,
        address: address.map(|address| text("consent.address", address, 100)).transpose()?,
    };
    Ok((Wanted { payment_method, threshold, amount, day, month }, agreed))
}
