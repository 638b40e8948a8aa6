//! `/v1/packs`: extra credit that is sold for a plan.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use money::{PackId, PlanId};
use serde::{Deserialize, Serialize};
use store::tables::lines::{self, PackRelease, PackRow};
use store::{Reader, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::access::{By, PlansRead, PlansWrite};
use super::once::{Answer, Wish};
use super::request::{Asked, Body, Id, IdempotencyKey, id, said};
use super::wire::{Amount, List, time};
use crate::lines::offers::{PackDraft, write_pack};
use crate::problem::Problem;

/// How a pack is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Charging {
    /// By a boleto of its own.
    Boleto,
    /// On the next invoice.
    NextInvoice,
    /// By card.
    Card,
    /// By Pix.
    Pix,
}

impl From<Charging> for book::Charging {
    fn from(charging: Charging) -> book::Charging {
        match charging {
            Charging::Boleto => book::Charging::Boleto,
            Charging::NextInvoice => book::Charging::NextInvoice,
            Charging::Card => book::Charging::Card,
            Charging::Pix => book::Charging::Pix,
        }
    }
}

impl From<book::Charging> for Charging {
    fn from(charging: book::Charging) -> Charging {
        match charging {
            book::Charging::Boleto => Charging::Boleto,
            book::Charging::NextInvoice => Charging::NextInvoice,
            book::Charging::Card => Charging::Card,
            book::Charging::Pix => Charging::Pix,
        }
    }
}

/// When a pack's credit is released. By card and Pix it is always `payment`.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Release {
    /// When it is bought.
    #[default]
    Purchase,
    /// When it is paid.
    Payment,
}

impl From<Release> for PackRelease {
    fn from(release: Release) -> PackRelease {
        match release {
            Release::Purchase => PackRelease::Purchase,
            Release::Payment => PackRelease::Payment,
        }
    }
}

/// What becomes of credit that was released, and of what is owed for it, when the boleto that was to pay it is written off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum OnWriteOff {
    /// What is left of the credit is taken back, and nothing is owed any more.
    #[default]
    TakeBack,
    /// The credit stays, and is still owed.
    KeepDebt,
    /// The credit stays, and nothing is owed any more.
    Leave,
}

impl From<OnWriteOff> for lines::OnWriteOff {
    fn from(rule: OnWriteOff) -> lines::OnWriteOff {
        match rule {
            OnWriteOff::TakeBack => lines::OnWriteOff::TakeBack,
            OnWriteOff::KeepDebt => lines::OnWriteOff::KeepDebt,
            OnWriteOff::Leave => lines::OnWriteOff::Leave,
        }
    }
}

impl From<lines::OnWriteOff> for OnWriteOff {
    fn from(rule: lines::OnWriteOff) -> OnWriteOff {
        match rule {
            lines::OnWriteOff::TakeBack => OnWriteOff::TakeBack,
            lines::OnWriteOff::KeepDebt => OnWriteOff::KeepDebt,
            lines::OnWriteOff::Leave => OnWriteOff::Leave,
        }
    }
}

/// Extra credit sold once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Pack {
    /// `pack_…`
    id: String,
    /// The plan for which it is sold, `plan_…`.
    plan: String,
    /// Bytes.
    quantity: Amount,
    /// What it costs.
    price: Amount,
    /// How it may be charged.
    chargings: Vec<Charging>,
    /// When it is released.
    release: Release,
    /// How many days it lives; null: until the cycle ends.
    validity_days: Option<u16>,
    /// How many may be released in one cycle of a line; null: no limit.
    per_cycle_max: Option<u32>,
    /// What becomes of it when its boleto is written off, unless that says otherwise.
    on_write_off: OnWriteOff,
    /// Whether it is sold.
    sold: bool,
    /// When it was made, RFC 3339.
    created_at: String,
}

impl Pack {
    fn new(row: &PackRow, plan: PlanId) -> Pack {
        let chargings = row.chargings.split(',').filter_map(book::Charging::from_code);
        Pack {
            id: row.id.to_string(),
            plan: plan.to_string(),
            quantity: Amount::of_bytes(row.quantity),
            price: row.price.into(),
            chargings: chargings.map(Charging::from).collect(),
            release: match row.release {
                PackRelease::Purchase => Release::Purchase,
                PackRelease::Payment => Release::Payment,
            },
            validity_days: row.validity_days,
            per_cycle_max: row.per_cycle_max,
            on_write_off: row.on_write_off.into(),
            sold: row.sold == 1,
            created_at: time(row.created_at),
        }
    }
}

/// A pack to be sold.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PackWanted {
    /// The plan for which it is sold, `plan_…`.
    plan: String,
    /// Bytes, above zero.
    quantity: Amount,
    /// What it costs, above zero, in whole cents of the plan's currency.
    price: Amount,
    /// How it may be charged: at least one way.
    chargings: Vec<Charging>,
    /// When it is released; on `purchase`, if nothing is said.
    #[serde(default)]
    release: Release,
    /// How many days it lives, 1 to 730; until the cycle ends, if nothing is said.
    validity_days: Option<u16>,
    /// How many may be released in one cycle of a line; any number, if nothing is said.
    per_cycle_max: Option<u32>,
    /// What becomes of it when its boleto is written off, unless that says otherwise; `take_back`, if nothing is said.
    #[serde(default)]
    on_write_off: OnWriteOff,
    /// Whether it is sold; true, if nothing is said.
    sold: Option<bool>,
}

impl PackWanted {
    fn read(&self, plan_no: u32) -> Result<PackDraft, Problem> {
        let mut chargings: Vec<book::Charging> = Vec::new();
        for way in self.chargings.iter().copied().map(book::Charging::from) {
            if chargings.contains(&way) {
                let detail = format!("chargings names {} twice.", way.code());
                return Err(Problem::invalid("chargings", "charging_twice", detail));
            }
            chargings.push(way);
        }
        Ok(PackDraft {
            plan_no,
            quantity: self.quantity.read_bytes("quantity")?,
            price: self.price.read("price")?,
            chargings,
            release: self.release.into(),
            validity_days: self.validity_days,
            per_cycle_max: self.per_cycle_max,
            sold: self.sold.unwrap_or(true),
            on_write_off: self.on_write_off.into(),
        })
    }
}

/// Make a pack.
#[utoipa::path(post, path = "/v1/packs", tag = "packs", request_body = PackWanted,
    responses((status = 201, description = "The pack is made.", body = Pack)))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    by: By<PlansWrite>,
    key: IdempotencyKey,
    Body(wanted): Body<PackWanted>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/packs", key, &wanted)?;
    let plan: PlanId = id("plan", &wanted.plan)?;
    let answer = wish
        .write(&api, StatusCode::CREATED, move |tx| {
            let no = tx.plans()?.into_iter().find(|known| known.id == plan).map(|known| known.plan_no);
            let unknown = || Problem::invalid("plan", "plan_unknown", "plan: there is no such plan.");
            let draft = wanted.read(no.ok_or_else(unknown)?)?;
            Ok(Pack::new(&write_pack(tx, &by.author, None, &draft)?, plan))
        })
        .await?;
    api.app.reload_sold().await?;
    Ok(answer)
}

/// Which packs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only those of this plan, `plan_…`.
    plan: Option<String>,
}

/// List all packs, oldest first, those that are not sold any more included.
#[utoipa::path(get, path = "/v1/packs", tag = "packs", params(Which),
    responses((status = 200, description = "All packs.", body = List<Pack>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<PlansRead>,
    Asked(which): Asked<Which>,
) -> Result<Json<List<Pack>>, Problem> {
    let only = which.plan.map(|text| id::<PlanId>("plan", &text)).transpose()?;
    let mut data = api.app.read(all).await?;
    data.retain(|(_, plan)| only.is_none_or(|only| only == *plan));
    Ok(Json(List { data: data.iter().map(|(row, plan)| Pack::new(row, *plan)).collect(), next_cursor: None }))
}

/// Read a pack.
#[utoipa::path(get, path = "/v1/packs/{id}", tag = "packs", params(("id" = String, Path, description = "`pack_…`")),
    responses((status = 200, description = "The pack.", body = Pack)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<PlansRead>,
    Id(id): Id<PackId>,
) -> Result<Json<Pack>, Problem> {
    let found = api.app.read(move |reader| find(reader, id)).await?;
    let (row, plan) = found.ok_or_else(|| Problem::not_found("pack"))?;
    Ok(Json(Pack::new(&row, plan)))
}

/// What is to change of a pack. What is not there stays; null clears where nothing is allowed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PackChange {
    /// Bytes, above zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quantity: Option<Amount>,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    price: Option<Amount>,
    /// How it may be charged: all ways.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chargings: Option<Vec<Charging>>,
    /// When it is released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    release: Option<Release>,
    /// How many days it lives, or null for until the cycle ends.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u16>)]
    validity_days: Option<Option<u16>>,
    /// How many may be released in one cycle of a line, or null for any number.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>)]
    per_cycle_max: Option<Option<u32>>,
    /// What becomes of it when its boleto is written off; of boletos that are open already, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_write_off: Option<OnWriteOff>,
    /// Whether it is sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sold: Option<bool>,
}

impl PackChange {
    /// The pack as it is to be.
    fn over(&self, known: Pack) -> PackWanted {
        PackWanted {
            plan: known.plan,
            quantity: self.quantity.clone().unwrap_or(known.quantity),
            price: self.price.clone().unwrap_or(known.price),
            chargings: self.chargings.clone().unwrap_or(known.chargings),
            release: self.release.unwrap_or(known.release),
            validity_days: self.validity_days.unwrap_or(known.validity_days),
            per_cycle_max: self.per_cycle_max.unwrap_or(known.per_cycle_max),
            on_write_off: self.on_write_off.unwrap_or(known.on_write_off),
            sold: Some(self.sold.unwrap_or(known.sold)),
        }
    }
}

/// Change a pack. What was bought before keeps its own terms.
#[utoipa::path(patch, path = "/v1/packs/{id}", tag = "packs", request_body = PackChange,
    params(("id" = String, Path, description = "`pack_…`")),
    responses((status = 200, description = "The pack as it is now.", body = Pack)))]
pub(super) async fn change(
    State(api): State<Arc<Api>>,
    by: By<PlansWrite>,
    key: IdempotencyKey,
    Id(id): Id<PackId>,
    Body(change): Body<PackChange>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "PATCH /v1/packs/{id}", key, &(id.to_string(), &change))?;
    let answer = wish
        .write(&api, StatusCode::OK, move |tx| {
            let (row, plan) = find(tx, id)?.ok_or_else(|| Problem::not_found("pack"))?;
            let draft = change.over(Pack::new(&row, plan)).read(row.plan_no)?;
            Ok(Pack::new(&write_pack(tx, &by.author, Some(row.pack_no), &draft)?, plan))
        })
        .await?;
    api.app.reload_sold().await?;
    Ok(answer)
}

/// All packs, each with the name of its plan.
fn all(reader: &Reader<'_>) -> Result<Vec<(PackRow, PlanId)>, StoreError> {
    let plans = reader.plans()?;
    let packs = reader.packs()?.into_iter().map(|pack| {
        let plan = plans.iter().find(|plan| plan.plan_no == pack.plan_no);
        let missing = || StoreError::Missing { what: format!("plan {}", pack.plan_no) };
        let plan = plan.ok_or_else(missing)?.id;
        Ok((pack, plan))
    });
    packs.collect()
}

fn find(reader: &Reader<'_>, id: PackId) -> Result<Option<(PackRow, PlanId)>, StoreError> {
    Ok(all(reader)?.into_iter().find(|(pack, _)| pack.id == id))
}
