//! `/v1/wallets/{id}/grants` and `/v1/wallets/{id}/deductions`: credit given and taken by the operator.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use book::{Act, Decision, GrantTerms, Reason, Record, Source};
use money::{GrantId, Unit, WalletId};
use serde::{Deserialize, Serialize};
use store::views::{GrantRow, GrantState};
use utoipa::ToSchema;

use super::access::{By, CreditRead, CreditWrite};
use super::known_wallets;
use super::once::{self, Answer, Wish};
use super::request::{Asked, Body, Id, IdempotencyKey, Paging, cursor, page_rows};
use super::wire::{Amount, Balance, List, read_time_if, time, time_if};
use super::{Api, wait_for_views};
use crate::audit::Change;
use crate::ids;
use crate::intents::DEFAULT_PRIORITY;
use crate::problem::Problem;

/// Where credit that the operator gives comes from.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SourceWanted {
    /// Given to win the customer.
    Promotional,
    /// A correction in the customer's favour; says its `reason`.
    Adjustment,
}

/// Why credit was corrected.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReasonWanted {
    /// Something was counted wrongly.
    Correction,
    /// Good will.
    Goodwill,
    /// Credit carried over from another system.
    OpeningBalance,
    /// Use that was not meant to be paid.
    Misuse,
}

impl From<ReasonWanted> for Reason {
    fn from(reason: ReasonWanted) -> Reason {
        match reason {
            ReasonWanted::Correction => Reason::Correction,
            ReasonWanted::Goodwill => Reason::Goodwill,
            ReasonWanted::OpeningBalance => Reason::OpeningBalance,
            ReasonWanted::Misuse => Reason::Misuse,
        }
    }
}

/// Credit to be given.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantWanted {
    /// How much, above zero, in the wallet's unit.
    amount: Amount,
    /// Where it comes from.
    source: SourceWanted,
    /// For an adjustment, and only for one: why.
    reason: Option<ReasonWanted>,
    /// 0 to 255; smaller burns first. 50 if nothing is said.
    priority: Option<u8>,
    /// From when it may be used, RFC 3339; at once, if nothing is said or it is past.
    effective_at: Option<String>,
    /// When its unreserved rest is lost, RFC 3339; never, if nothing is said.
    expires_at: Option<String>,
}

/// One dated lot of credit.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Grant {
    /// `gra_…`
    id: String,
    /// How much it was.
    amount: Amount,
    /// How much of it is left, reserved or not.
    remaining: Amount,
    /// `promotional`, `purchased` or `adjustment`.
    source: String,
    /// Why, for an adjustment.
    reason: Option<String>,
    /// Smaller burns first.
    priority: u8,
    /// `scheduled`, `active` or `expired`.
    state: String,
    /// From when it may be used, if that was later than `added_at`.
    effective_at: Option<String>,
    /// When its unreserved rest is lost.
    expires_at: Option<String>,
    /// What was paid for it.
    cost: Option<Amount>,
    /// The payment that bought it, `pay_…`.
    payment: Option<String>,
    /// When it was added.
    added_at: String,
}

impl Grant {
    /// The grant as the views have it.
    pub(super) fn new(row: &GrantRow, unit: Unit) -> Grant {
        let amount = |value| Amount::from(money::Amount::new(value, unit));
        Grant {
            id: row.id.to_string(),
            amount: amount(row.amount),
            remaining: amount(row.remaining),
            source: row.source.clone().into_owned(),
            reason: row.reason.clone().map(std::borrow::Cow::into_owned),
            priority: row.priority,
            state: row.state.word().to_owned(),
            effective_at: time_if(row.effective_at),
            expires_at: time_if(row.expires_at),
            cost: row.cost.map(Amount::from),
            payment: row.payment.map(|payment| payment.to_string()),
            added_at: time(row.added_at),
        }
    }

    /// The grant as it was when it was added.
    fn added(decision: &Decision, unit: Unit) -> Option<Grant> {
        let Record::GrantAdded(added) = &decision.record else { return None };
        let (source, reason) = match added.source {
            Source::Promotional => ("promotional", None),
            Source::Purchased => ("purchased", None),
            Source::Allowance => ("allowance", None),
            Source::Carried => ("carried", None),
            Source::Overpaid(_) => ("overpaid", None),
            Source::Reinstated => ("reinstated", None),
            Source::Adjustment(reason) => ("adjustment", Some(reason.code())),
        };
        let state = if added.effective_at.is_some() { GrantState::Scheduled } else { GrantState::Active };
        let row = GrantRow {
            wallet_no: added.wallet.0,
            grant_no: added.grant_no,
            id: added.grant,
            source: source.into(),
            reason: reason.map(Into::into),
            priority: added.priority,
            amount: added.amount,
            remaining: added.amount - added.debt_paid,
            effective_at: added.effective_at,
            expires_at: added.expires_at,
            cost: added.cost,
            payment: added.payment,
            added_at: decision.at,
            state,
        };
        Some(Grant::new(&row, unit))
    }
}

/// Give credit.
#[utoipa::path(post, path = "/v1/wallets/{id}/grants", tag = "grants", request_body = GrantWanted,
    params(("id" = String, Path, description = "`wal_…`")),
    responses((status = 201, description = "The credit is added, durably, or scheduled.", body = Grant)))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    by: By<CreditWrite>,
    key: IdempotencyKey,
    Id(wallet): Id<WalletId>,
    Body(wanted): Body<GrantWanted>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/wallets/{id}/grants", key, &(wallet.to_string(), &wanted))?;
    let amount = wanted.amount.read_positive("amount")?;
    let source = match (wanted.source, wanted.reason) {
        (SourceWanted::Promotional, None) => Source::Promotional,
        (SourceWanted::Adjustment, Some(reason)) => Source::Adjustment(reason.into()),
        (SourceWanted::Adjustment, None) => {
            let detail = "reason is missing: an adjustment says why.";
            return Err(Problem::invalid("reason", "missing_field", detail));
        }
        (SourceWanted::Promotional, Some(_)) => {
            let detail = "reason goes with the source adjustment only.";
            return Err(Problem::invalid("reason", "invalid_field", detail));
        }
    };
    let terms = GrantTerms {
        wallet,
        grant: GrantId::from_u128(ids::fresh()),
        amount,
        source,
        priority: wanted.priority.unwrap_or(DEFAULT_PRIORITY),
        effective_at: read_time_if("effective_at", wanted.effective_at.as_deref())?,
        expires_at: read_time_if("expires_at", wanted.expires_at.as_deref())?,
        cost: None,
        payment: None,
    };
    let (entry, decision) = once::decide(&api, &wish, Act::Grant(terms)).await?;
    let grant = Grant::added(&decision, amount.unit());
    let grant =
        grant.ok_or_else(|| Problem::internal(&anyhow::anyhow!("entry {} is no grant", entry.id())))?;
    let change =
        Change::new("grant.create", &grant.id).about(wallet).after(&(wallet.to_string(), &wanted))?;
    wish.answer_noted(&api, StatusCode::CREATED, &grant, (by.author, change)).await
}

/// List a wallet's grants, newest first.
#[utoipa::path(get, path = "/v1/wallets/{id}/grants", tag = "grants",
    params(("id" = String, Path, description = "`wal_…`"), Paging),
    responses((status = 200, description = "A page of grants.", body = List<Grant>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<CreditRead>,
    Id(wallet): Id<WalletId>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<List<Grant>>, Problem> {
    let rows = page_rows(paging.limit)?;
    let before = cursor(paging.cursor.as_deref(), |text| text.parse().ok())?;
    let wallet = known_wallets::settled(&api.app, wallet).await?;
    wait_for_views(&api).await;
    let page = api.app.read(move |reader| reader.grants(wallet.no.0, before, rows)).await?;
    let data = page.rows.iter().map(|row| Grant::new(row, wallet.unit)).collect();
    Ok(Json(List { data, next_cursor: page.next.map(|no| no.to_string()) }))
}

/// Credit to be taken away.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeductionWanted {
    /// How much, above zero, in the wallet's unit.
    amount: Amount,
    /// Why.
    reason: ReasonWanted,
}

/// Credit that was taken away.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Deduction {
    /// `ent_…`
    id: String,
    /// From which wallet.
    wallet: String,
    /// How much.
    amount: Amount,
    /// Why.
    reason: String,
    /// The wallet right after it.
    balance: Balance,
    /// When, RFC 3339.
    at: String,
}

/// Take credit away for a reason, if it is available.
#[utoipa::path(post, path = "/v1/wallets/{id}/deductions", tag = "grants", request_body = DeductionWanted,
    params(("id" = String, Path, description = "`wal_…`")),
    responses((status = 201, description = "The credit is taken away, durably.", body = Deduction),
        (status = 402, description = "`insufficient_credit`: less is `available` than `needed`.")))]
pub(super) async fn deduct(
    State(api): State<Arc<Api>>,
    by: By<CreditWrite>,
    key: IdempotencyKey,
    Id(wallet): Id<WalletId>,
    Body(wanted): Body<DeductionWanted>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/wallets/{id}/deductions", key, &(wallet.to_string(), &wanted))?;
    let amount = wanted.amount.read_positive("amount")?;
    let act = Act::Deduct { wallet, amount, reason: wanted.reason.into() };
    let (entry, decision) = once::decide(&api, &wish, act).await?;
    let Record::Deducted { reason, amount: taken, balance, .. } = decision.record else {
        return Err(Problem::internal(&anyhow::anyhow!("entry {} is no deduction", entry.id())));
    };
    let deduction = Deduction {
        id: entry.id().to_string(),
        wallet: wallet.to_string(),
        amount: money::Amount::new(taken, amount.unit()).into(),
        reason: reason.code().to_owned(),
        balance: Balance::new(balance, amount.unit()),
        at: time(decision.at),
    };
    let change = Change::new("deduction.create", &deduction.id).about(wallet);
    let change = change.after(&(wallet.to_string(), &wanted))?;
    wish.answer_noted(&api, StatusCode::CREATED, &deduction, (by.author, change)).await
}
