//! What is sold to lines: plans by the month and packs beside them, as staff write them down. Each change is in the audit log with what
//! was before it, and holds for every line at once; what was bought before keeps its own terms.

use std::sync::Arc;

use book::Charging;
use money::{Amount, PackId, PlanId, Timestamp};
use serde_json::{Value, json};
use store::tables::lines::{AtZero, FreeWindowRow, OnWriteOff, PackRelease, PackRow, PlanRow};
use store::{Reader, StoreError, Tx};

use super::offer_check::{wrong_with_pack, wrong_with_plan};
use crate::app::App;
use crate::audit::{Author, Change};
use crate::problem::Problem;
use crate::sold::folded;
use crate::{clock, ids};

/// A plan as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanDraft {
    /// What people call it.
    pub name: String,
    /// What a month costs; zero is possible.
    pub fee: Amount,
    /// Bytes of each cycle.
    pub allowance: i64,
    /// Bytes of an allowance that may live one cycle longer.
    pub carried_max: Option<i64>,
    /// *Suporta Compras de Créditos*.
    pub supports_purchase: bool,
    /// *Permitir compra com saldo até*, in bytes.
    pub balance_max: i64,
    /// The most that may be bought and not yet paid.
    pub unpaid_max: Option<Amount>,
    /// What happens when nothing is left.
    pub at_zero: AtZero,
    /// The speed as routers take it.
    pub speed: String,
    /// The speed while slowed.
    pub slow_speed: String,
    /// The routers' list that a walled line is put on.
    pub walled_list: String,
    /// Times of day in which traffic costs nothing: first minute, first minute after.
    pub free: Vec<(u16, u16)>,
    /// How many days after the due day of what is unpaid its lines are blocked; `None`: never.
    pub block_after_days: Option<u16>,
    /// Names of services whose traffic costs nothing, as routers report them.
    pub zero_rated: Vec<String>,
}

/// A pack as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackDraft {
    /// The plan for which it is sold.
    pub plan_no: u32,
    /// Bytes.
    pub quantity: i64,
    /// What it costs.
    pub price: Amount,
    /// How it may be charged.
    pub chargings: Vec<Charging>,
    /// When it is released.
    pub release: PackRelease,
    /// How many days it lives; `None`: until the cycle ends.
    pub validity_days: Option<u16>,
    /// How many may be released in one cycle.
    pub per_cycle_max: Option<u32>,
    /// Whether it is sold.
    pub sold: bool,
    /// What becomes of it when its boleto is written off, unless staff say something else.
    pub on_write_off: OnWriteOff,
}

impl PlanDraft {
    /// What is written down of it under this number and name; a new plan gets its number by being written down.
    pub(crate) fn row(&self, plan_no: u32, id: PlanId, created_at: Timestamp) -> PlanRow {
        PlanRow {
            plan_no,
            id,
            name: self.name.trim().to_owned(),
            fee: self.fee,
            allowance: self.allowance,
            carried_max: self.carried_max,
            supports_purchase: u8::from(self.supports_purchase),
            balance_max: self.balance_max,
            unpaid_max: self.unpaid_max.map(|amount| amount.value()),
            at_zero: self.at_zero,
            speed: self.speed.trim().to_owned(),
            slow_speed: self.slow_speed.trim().to_owned(),
            walled_list: self.walled_list.trim().to_owned(),
            created_at,
            block_after_days: self.block_after_days,
            zero_rated: join_names(&self.zero_rated),
            fee_since: (self.fee.value() > 0).then_some(created_at),
        }
    }
}

/// Writes a plan down: a new one, or in the place of the one with this number. Its number.
pub async fn put_plan(
    app: &Arc<App>,
    author: Author,
    plan_no: Option<u32>,
    draft: PlanDraft,
) -> Result<u32, Problem> {
    let now = app.ledger.now();
    let row = app.write_or_refuse(move |tx| write_plan(tx, &author, plan_no, &draft, now)).await?;
    app.reload_sold().await?;
    Ok(row.plan_no)
}

/// Writes a pack down: a new one, or in the place of the one with this number. Its number.
pub async fn put_pack(
    app: &Arc<App>,
    author: Author,
    pack_no: Option<u32>,
    draft: PackDraft,
) -> Result<u32, Problem> {
    let row = app.write_or_refuse(move |tx| write_pack(tx, &author, pack_no, &draft)).await?;
    app.reload_sold().await?;
    Ok(row.pack_no)
}

/// As [`put_plan`], in a transaction of the caller's, who has what is sold read anew afterwards.
pub(crate) fn write_plan(
    tx: &Tx<'_>,
    author: &Author,
    plan_no: Option<u32>,
    draft: &PlanDraft,
    now: Timestamp,
) -> Result<PlanRow, Problem> {
    Problem::refuse_all(wrong_with_plan(draft))?;
    let known = match plan_no {
        Some(no) => Some(find_plan(tx, no)?.ok_or_else(|| Problem::not_found("plan"))?),
        None => None,
    };
    if known.as_ref().is_some_and(|plan| plan.fee.unit() != draft.fee.unit()) {
        let detail =
            "fee must stay in its currency: packs are sold in it. Make another plan for another one.";
        return Err(Problem::invalid("fee", "unit_mismatch", detail));
    }
    let mut row = match &known {
        Some(known) => PlanRow {
            fee_since: (draft.fee.value() > 0).then(|| known.fee_since.unwrap_or(now)),
            ..draft.row(known.plan_no, known.id, known.created_at)
        },
        None => draft.row(0, PlanId::from_u128(ids::fresh()), clock::now()),
    };
    let action = if known.is_some() { "plan.change" } else { "plan.create" };
    let mut change = Change::new(action, row.id).after(&plan_json(&row, &draft.free))?;
    if let Some(known) = &known {
        change = change.before(&plan_json(known, &free_of(tx, known.plan_no)?))?;
    }
    match plan_no {
        Some(_) => tx.update_plan(&row)?,
        None => row.plan_no = tx.insert_plan(&row)?,
    }
    let no = row.plan_no;
    let window = |&(from_minute, to_minute)| FreeWindowRow { plan_no: no, from_minute, to_minute };
    names_of(&row.zero_rated).try_for_each(|name| tx.name_traffic(name))?;
    tx.put_free_windows(no, &draft.free.iter().map(window).collect::<Vec<_>>())?;
    author.note(tx, &change)?;
    Ok(row)
}

/// As [`put_pack`], in a transaction of the caller's, who has what is sold read anew afterwards.
pub(crate) fn write_pack(
    tx: &Tx<'_>,
    author: &Author,
    pack_no: Option<u32>,
    draft: &PackDraft,
) -> Result<PackRow, Problem> {
    Problem::refuse_all(wrong_with_pack(find_plan(tx, draft.plan_no)?.as_ref(), draft))?;
    let known = match pack_no {
        Some(no) => {
            let known = tx.packs()?.into_iter().find(|pack| pack.pack_no == no);
            Some(known.ok_or_else(|| Problem::not_found("pack"))?)
        }
        None => None,
    };
    if known.as_ref().is_some_and(|pack| pack.plan_no != draft.plan_no) {
        let detail = "A pack stays with its plan; make another one for the other plan.";
        return Err(Problem::invalid("plan", "pack_of_another_plan", detail));
    }
    let mut row = pack_row(pack_no, known.as_ref(), draft);
    let action = if known.is_some() { "pack.change" } else { "pack.create" };
    let mut change = Change::new(action, row.id).after(&pack_json(&row))?;
    if let Some(known) = &known {
        change = change.before(&pack_json(known))?;
    }
    match pack_no {
        Some(_) => tx.update_pack(&row)?,
        None => row.pack_no = tx.insert_pack(&row)?,
    }
    author.note(tx, &change)?;
    Ok(row)
}

/// The names of services in a plan's row.
pub(crate) fn names_of(zero_rated: &str) -> impl Iterator<Item = &str> {
    zero_rated.split(',').filter(|name| !name.is_empty())
}

fn join_names(names: &[String]) -> String {
    let mut each: Vec<&str> = Vec::new();
    for name in names.iter().map(|name| name.trim()) {
        if !each.iter().any(|known| folded(known) == folded(name)) {
            each.push(name);
        }
    }
    each.join(",")
}

/// The free windows of a plan: first minute, first minute after.
pub(crate) fn free_of(reader: &Reader<'_>, plan_no: u32) -> Result<Vec<(u16, u16)>, StoreError> {
    let windows = reader.free_windows()?.into_iter().filter(|window| window.plan_no == plan_no);
    Ok(windows.map(|window| (window.from_minute, window.to_minute)).collect())
}

fn find_plan(reader: &Reader<'_>, plan_no: u32) -> Result<Option<PlanRow>, StoreError> {
    Ok(reader.plans()?.into_iter().find(|plan| plan.plan_no == plan_no))
}

fn pack_row(pack_no: Option<u32>, known: Option<&PackRow>, draft: &PackDraft) -> PackRow {
    PackRow {
        pack_no: pack_no.unwrap_or_default(),
        id: known.map_or_else(|| PackId::from_u128(ids::fresh()), |pack| pack.id),
        plan_no: draft.plan_no,
        quantity: draft.quantity,
        price: draft.price,
        chargings: draft.chargings.iter().map(|way| way.code()).collect::<Vec<_>>().join(","),
        release: draft.release,
        validity_days: draft.validity_days,
        per_cycle_max: draft.per_cycle_max,
        sold: u8::from(draft.sold),
        created_at: known.map_or_else(clock::now, |pack| pack.created_at),
        on_write_off: draft.on_write_off,
    }
}

fn plan_json(plan: &PlanRow, free: &[(u16, u16)]) -> Value {
    json!({
        "name": plan.name, "fee": plan.fee.to_decimal(), "unit": plan.fee.unit().code(), "allowance": plan.allowance,
        "carried_max": plan.carried_max, "supports_purchase": plan.supports_purchase == 1,
        "balance_max": plan.balance_max, "unpaid_max": plan.unpaid_max, "at_zero": plan.at_zero.word(),
        "speed": plan.speed, "slow_speed": plan.slow_speed, "walled_list": plan.walled_list, "free": free,
        "block_after_days": plan.block_after_days, "zero_rated": names_of(&plan.zero_rated).collect::<Vec<_>>(),
    })
}

fn pack_json(pack: &PackRow) -> Value {
    json!({
        "plan": pack.plan_no, "quantity": pack.quantity, "price": pack.price.to_decimal(),
        "unit": pack.price.unit().code(), "chargings": pack.chargings, "release": pack.release.word(),
        "validity_days": pack.validity_days, "per_cycle_max": pack.per_cycle_max, "sold": pack.sold == 1,
        "on_write_off": pack.on_write_off.word(),
    })
}
