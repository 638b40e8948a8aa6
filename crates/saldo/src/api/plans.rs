//! `/v1/plans`: what is sold by the month.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use money::PlanId;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::tables::lines::{self, PlanRow};
use utoipa::ToSchema;

use super::Api;
use super::access::{By, PlansRead, PlansWrite};
use super::once::{Answer, Wish};
use super::request::{Body, Id, IdempotencyKey, said};
use super::wire::{Amount, List, time};
use crate::lines::offers::{PlanDraft, free_of, names_of, write_plan};
use crate::problem::Problem;

/// What happens on the network when nothing is left.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AtZero {
    /// The line is slowed.
    #[default]
    Slow,
    /// It reaches the portal and banks only.
    Walled,
    /// It reaches nothing.
    Block,
}

impl From<AtZero> for lines::AtZero {
    fn from(at_zero: AtZero) -> lines::AtZero {
        match at_zero {
            AtZero::Slow => lines::AtZero::Slow,
            AtZero::Walled => lines::AtZero::Walled,
            AtZero::Block => lines::AtZero::Block,
        }
    }
}

impl From<lines::AtZero> for AtZero {
    fn from(at_zero: lines::AtZero) -> AtZero {
        match at_zero {
            lines::AtZero::Slow => AtZero::Slow,
            lines::AtZero::Walled => AtZero::Walled,
            lines::AtZero::Block => AtZero::Block,
        }
    }
}

/// A time of day in which traffic costs nothing, in the operator's zone.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FreeWindow {
    /// Its first minute, `00:00` to `23:59`.
    #[schema(example = "00:00")]
    from: String,
    /// The first minute after it; up to 12 hours later, over midnight too.
    #[schema(example = "06:00")]
    to: String,
}

impl FreeWindow {
    fn new(&(from, to): &(u16, u16)) -> FreeWindow {
        let text = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        FreeWindow { from: text(from), to: text(to) }
    }

    fn read(&self, place: usize) -> Result<(u16, u16), Problem> {
        let minute = |name: &str, text: &str| {
            let parts = text.split_once(':').filter(|(hour, minute)| hour.len() == 2 && minute.len() == 2);
            let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok());
            let read = parts.and_then(|(hour, minute)| Some((number(hour)??, number(minute)??)));
            let read = read.filter(|(hour, minute): &(u16, u16)| *hour < 24 && *minute < 60);
            read.map(|(hour, minute)| hour * 60 + minute).ok_or_else(|| {
                let field = format!("free[{place}].{name}");
                let detail = format!("{field} must be a time of day, 00:00 to 23:59.");
                Problem::invalid(&field, "invalid_time", detail)
            })
        };
        Ok((minute("from", &self.from)?, minute("to", &self.to)?))
    }
}

fn read_free(windows: &[FreeWindow]) -> Result<Vec<(u16, u16)>, Problem> {
    windows.iter().enumerate().map(|(place, window)| window.read(place)).collect()
}

/// What is sold by the month.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Plan {
    /// `plan_…`
    id: String,
    /// What people call it; unique.
    name: String,
    /// What a month costs.
    fee: Amount,
    /// Bytes of each cycle.
    allowance: Amount,
    /// Bytes of an allowance that may live one cycle longer; null: none.
    carried_max: Option<Amount>,
    /// *Suporta Compras de Créditos*.
    supports_purchase: bool,
    /// *Permitir compra com saldo até*, in bytes.
    balance_max: Amount,
    /// The most that may be bought and not yet paid; null: no limit.
    unpaid_max: Option<Amount>,
    /// What happens on the network when nothing is left.
    at_zero: AtZero,
    /// The speed as routers take it, upload/download.
    speed: String,
    /// The speed while slowed.
    slow_speed: String,
    /// The routers' list that a walled line is put on.
    walled_list: String,
    /// Times of day in which traffic costs nothing.
    free: Vec<FreeWindow>,
    /// How many days after the due day of what is unpaid its lines are blocked; null: never.
    block_after_days: Option<u16>,
    /// Services whose traffic costs nothing, by the names under which routers report them.
    zero_rated: Vec<String>,
    /// When it was made, RFC 3339.
    created_at: String,
}

impl Plan {
    fn new(row: &PlanRow, free: &[(u16, u16)]) -> Plan {
        let unpaid = row.unpaid_max.map(|value| money::Amount::new(value, row.fee.unit()));
        Plan {
            id: row.id.to_string(),
            name: row.name.clone(),
            fee: row.fee.into(),
            allowance: Amount::of_bytes(row.allowance),
            carried_max: row.carried_max.map(Amount::of_bytes),
            supports_purchase: row.supports_purchase == 1,
            balance_max: Amount::of_bytes(row.balance_max),
            unpaid_max: unpaid.map(Amount::from),
            at_zero: row.at_zero.into(),
            speed: row.speed.clone(),
            slow_speed: row.slow_speed.clone(),
            walled_list: row.walled_list.clone(),
            free: free.iter().map(FreeWindow::new).collect(),
            block_after_days: row.block_after_days,
            zero_rated: names_of(&row.zero_rated).map(str::to_owned).collect(),
            created_at: time(row.created_at),
        }
    }
}

/// A plan to be sold.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanWanted {
    /// 1 to 80 characters; unique.
    name: String,
    /// What a month costs, in whole cents; zero is possible.
    fee: Amount,
    /// Bytes of each cycle.
    allowance: Amount,
    /// Bytes of an allowance that may live one cycle longer; none, if nothing is said.
    carried_max: Option<Amount>,
    /// *Suporta Compras de Créditos*; false, if nothing is said.
    #[serde(default)]
    supports_purchase: bool,
    /// *Permitir compra com saldo até*, in bytes; zero, if nothing is said.
    balance_max: Option<Amount>,
    /// The most that may be bought and not yet paid, in the fee's currency; no limit, if nothing is said.
    unpaid_max: Option<Amount>,
    /// What happens on the network when nothing is left; `slow`, if nothing is said.
    #[serde(default)]
    at_zero: AtZero,
    /// The speed as routers take it, upload/download.
    #[schema(example = "10M/50M")]
    speed: String,
    /// The speed while slowed.
    #[schema(example = "512k/1M")]
    slow_speed: String,
    /// The routers' list that a walled line is put on; `WALLED`, if nothing is said.
    walled_list: Option<String>,
    /// Times of day in which traffic costs nothing, at most 8.
    #[serde(default)]
    free: Vec<FreeWindow>,
    /// How many days after the due day of what is unpaid its lines are blocked, 0 to 365; never, if nothing is said.
    block_after_days: Option<u16>,
    /// Services whose traffic costs nothing, by the names under which routers report them: at most 32, of 1 to 64 characters without
    /// commas and parentheses.
    #[serde(default)]
    #[schema(example = json!(["WhatsApp"]))]
    zero_rated: Vec<String>,
}

/// The list that routers of a plan put walled lines on, where nothing is said.
const WALLED_LIST: &str = "WALLED";

impl PlanWanted {
    fn read(&self) -> Result<PlanDraft, Problem> {
        let bytes = |field, amount: &Option<Amount>| {
            amount.as_ref().map(|amount| amount.read_bytes(field)).transpose()
        };
        Ok(PlanDraft {
            name: self.name.clone(),
            fee: self.fee.read("fee")?,
            allowance: self.allowance.read_bytes("allowance")?,
            carried_max: bytes("carried_max", &self.carried_max)?,
            supports_purchase: self.supports_purchase,
            balance_max: bytes("balance_max", &self.balance_max)?.unwrap_or(0),
            unpaid_max: self.unpaid_max.as_ref().map(|amount| amount.read("unpaid_max")).transpose()?,
            at_zero: self.at_zero.into(),
            speed: self.speed.clone(),
            slow_speed: self.slow_speed.clone(),
            walled_list: self.walled_list.clone().unwrap_or_else(|| WALLED_LIST.to_owned()),
            free: read_free(&self.free)?,
            block_after_days: self.block_after_days,
            zero_rated: self.zero_rated.clone(),
        })
    }
}

/// Make a plan.
#[utoipa::path(post, path = "/v1/plans", tag = "plans", request_body = PlanWanted,
    responses((status = 201, description = "The plan is made.", body = Plan)))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    by: By<PlansWrite>,
    key: IdempotencyKey,
    Body(wanted): Body<PlanWanted>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/plans", key, &wanted)?;
    let (draft, now) = (wanted.read()?, api.app.ledger.now());
    let answer = wish
        .write(&api, StatusCode::CREATED, move |tx| {
            Ok(Plan::new(&write_plan(tx, &by.author, None, &draft, now)?, &draft.free))
        })
        .await?;
    api.app.reload_sold().await?;
    Ok(answer)
}

/// List all plans, oldest first.
#[utoipa::path(get, path = "/v1/plans", tag = "plans",
    responses((status = 200, description = "All plans.", body = List<Plan>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<PlansRead>,
) -> Result<Json<List<Plan>>, Problem> {
    let look = |reader: &Reader<'_>| {
        let plans = reader.plans()?;
        let plan = |row: &PlanRow| Ok(Plan::new(row, &free_of(reader, row.plan_no)?));
        plans.iter().map(plan).collect()
    };
    Ok(Json(List { data: api.app.read(look).await?, next_cursor: None }))
}

/// Read a plan.
#[utoipa::path(get, path = "/v1/plans/{id}", tag = "plans", params(("id" = String, Path, description = "`plan_…`")),
    responses((status = 200, description = "The plan.", body = Plan)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<PlansRead>,
    Id(id): Id<PlanId>,
) -> Result<Json<Plan>, Problem> {
    let look = move |reader: &Reader<'_>| {
        let Some(row) = find(reader, id)? else { return Ok(None) };
        Ok(Some(Plan::new(&row, &free_of(reader, row.plan_no)?)))
    };
    api.app.read(look).await?.map(Json).ok_or_else(|| Problem::not_found("plan"))
}

/// What is to change of a plan. What is not there stays; null clears where nothing is allowed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanChange {
    /// 1 to 80 characters; unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What a month costs, in the currency that it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fee: Option<Amount>,
    /// Bytes of each cycle, from the next one on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowance: Option<Amount>,
    /// Bytes of an allowance that may live one cycle longer, or null for none.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Amount>)]
    carried_max: Option<Option<Amount>>,
    /// *Suporta Compras de Créditos*.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    supports_purchase: Option<bool>,
    /// *Permitir compra com saldo até*, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    balance_max: Option<Amount>,
    /// The most that may be bought and not yet paid, or null for no limit.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Amount>)]
    unpaid_max: Option<Option<Amount>>,
    /// What happens on the network when nothing is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_zero: Option<AtZero>,
    /// The speed as routers take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    speed: Option<String>,
    /// The speed while slowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slow_speed: Option<String>,
    /// The routers' list that a walled line is put on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    walled_list: Option<String>,
    /// Times of day in which traffic costs nothing: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    free: Option<Vec<FreeWindow>>,
    /// How many days after the due day of what is unpaid its lines are blocked, or null for never.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u16>)]
    block_after_days: Option<Option<u16>>,
    /// Services whose traffic costs nothing: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zero_rated: Option<Vec<String>>,
}

impl PlanChange {
    /// The plan as it is to be.
    fn over(&self, known: &Plan) -> PlanWanted {
        PlanWanted {
            name: self.name.as_ref().unwrap_or(&known.name).clone(),
            fee: self.fee.as_ref().unwrap_or(&known.fee).clone(),
            allowance: self.allowance.as_ref().unwrap_or(&known.allowance).clone(),
            carried_max: self.carried_max.as_ref().unwrap_or(&known.carried_max).clone(),
            supports_purchase: self.supports_purchase.unwrap_or(known.supports_purchase),
            balance_max: Some(self.balance_max.as_ref().unwrap_or(&known.balance_max).clone()),
            unpaid_max: self.unpaid_max.as_ref().unwrap_or(&known.unpaid_max).clone(),
            at_zero: self.at_zero.unwrap_or(known.at_zero),
            speed: self.speed.as_ref().unwrap_or(&known.speed).clone(),
            slow_speed: self.slow_speed.as_ref().unwrap_or(&known.slow_speed).clone(),
            walled_list: Some(self.walled_list.as_ref().unwrap_or(&known.walled_list).clone()),
            free: self.free.as_ref().unwrap_or(&known.free).clone(),
            block_after_days: self.block_after_days.unwrap_or(known.block_after_days),
            zero_rated: self.zero_rated.as_ref().unwrap_or(&known.zero_rated).clone(),
        }
    }
}

/// Change a plan. It holds for every line at once; a cycle that runs keeps its allowance.
#[utoipa::path(patch, path = "/v1/plans/{id}", tag = "plans", request_body = PlanChange,
    params(("id" = String, Path, description = "`plan_…`")),
    responses((status = 200, description = "The plan as it is now.", body = Plan)))]
pub(super) async fn change(
    State(api): State<Arc<Api>>,
    by: By<PlansWrite>,
    key: IdempotencyKey,
    Id(id): Id<PlanId>,
    Body(change): Body<PlanChange>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "PATCH /v1/plans/{id}", key, &(id.to_string(), &change))?;
    let now = api.app.ledger.now();
    let answer = wish
        .write(&api, StatusCode::OK, move |tx| {
            let row = find(tx, id)?.ok_or_else(|| Problem::not_found("plan"))?;
            let known = Plan::new(&row, &free_of(tx, row.plan_no)?);
            let draft = change.over(&known).read()?;
            Ok(Plan::new(&write_plan(tx, &by.author, Some(row.plan_no), &draft, now)?, &draft.free))
        })
        .await?;
    api.app.reload_sold().await?;
    Ok(answer)
}

fn find(reader: &Reader<'_>, id: PlanId) -> Result<Option<PlanRow>, store::StoreError> {
    Ok(reader.plans()?.into_iter().find(|plan| plan.id == id))
}
