//! What is sold to lines: plans by the month and packs beside them, as staff write them down. Each change is in the audit log with what
//! was before it, and holds for every line at once; what was bought before keeps its own terms.

use std::sync::Arc;

use book::Charging;
use money::{Amount, PackId, PlanId, Timestamp, Unit};
use serde_json::{Value, json};
use store::tables::lines::{AtZero, FreeWindowRow, OnWriteOff, PackRelease, PackRow, PlanRow};
use store::{Reader, StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::problem::Problem;
use crate::{clock, ids};

/// Longest name of a plan, in characters.
pub const NAME_CHARS_MAX: usize = 80;
/// The largest allowance or pack, in bytes: a million gigabytes.
pub const BYTES_MAX: i64 = 1_000_000_000_000_000;
/// Free windows of one plan.
pub const FREE_WINDOWS_MAX: usize = 8;
/// The longest free window, in minutes. One that seems longer has its ends swapped.
pub const FREE_MINUTES_MAX: u16 = 12 * 60;
/// The longest validity of a pack, in days.
pub const VALIDITY_DAYS_MAX: u16 = 730;
/// The latest that a line may be blocked, in days after the due day.
pub const BLOCK_AFTER_DAYS_MAX: u16 = 365;
/// The highest fee or price, in smallest steps: a million.
const MONEY_MAX: i64 = 1_000_000_000_000;
/// A cent, in smallest steps.
const CENT: i64 = 10_000;
/// Longest speed and list name, in characters.
const WORD_CHARS_MAX: usize = 60;
const DAY_MINUTES: u16 = 24 * 60;

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
    let row = app.write_or_refuse(move |tx| write_plan(tx, &author, plan_no, &draft)).await?;
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
) -> Result<PlanRow, Problem> {
    check_plan(draft)?;
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
        Some(known) => draft.row(known.plan_no, known.id, known.created_at),
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
    check_pack(find_plan(tx, draft.plan_no)?.as_ref(), draft)?;
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

fn check_plan(draft: &PlanDraft) -> Result<(), Problem> {
    let refuse = |field, code, detail: String| Err(Problem::invalid(field, code, detail));
    let name = draft.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.contains(char::is_control) {
        return refuse("name", "invalid_name", format!("name must have 1 to {NAME_CHARS_MAX} characters."));
    }
    if draft.fee.value() < 0 {
        return refuse("fee", "amount_negative", "fee must not be below zero.".to_owned());
    }
    check_money("fee", draft.fee)?;
    let sizes = [
        ("allowance", Some(draft.allowance)),
        ("carried_max", draft.carried_max),
        ("balance_max", Some(draft.balance_max)),
    ];
    for (field, bytes) in sizes {
        if bytes.is_some_and(|bytes| !(0..=BYTES_MAX).contains(&bytes)) {
            return refuse(field, "invalid_quantity", format!("{field} must be 0 to 1,000,000 GB."));
        }
    }
    if draft.unpaid_max.is_some_and(|most| most.unit() != draft.fee.unit() || most.value() < 0) {
        return refuse("unpaid_max", "invalid_amount", "unpaid_max must not be below zero.".to_owned());
    }
    for (field, word) in
        [("speed", &draft.speed), ("slow_speed", &draft.slow_speed), ("walled_list", &draft.walled_list)]
    {
        let plain = |c: char| c.is_ascii_alphanumeric() || "/ -_.".contains(c);
        if word.trim().is_empty() || word.len() > WORD_CHARS_MAX || !word.chars().all(plain) {
            let detail =
                format!("{field} must have 1 to {WORD_CHARS_MAX} letters, digits and / - _ . or blanks.");
            return refuse(field, "invalid_word", detail);
        }
    }
    if draft.block_after_days.is_some_and(|days| days > BLOCK_AFTER_DAYS_MAX) {
        let detail = format!("block_after_days must be 0 to {BLOCK_AFTER_DAYS_MAX}.");
        return refuse("block_after_days", "invalid_days", detail);
    }
    check_free(&draft.free)
}

fn check_free(windows: &[(u16, u16)]) -> Result<(), Problem> {
    let refuse = |code, detail: &str| Err(Problem::invalid("free", code, detail));
    if windows.len() > FREE_WINDOWS_MAX {
        return refuse("too_many_windows", "There are at most 8 free windows.");
    }
    for &(from, to) in windows {
        if from >= DAY_MINUTES || to >= DAY_MINUTES {
            return refuse("invalid_time", "A time of day is 00:00 to 23:59.");
        }
        let minutes = (to + DAY_MINUTES - from) % DAY_MINUTES;
        if minutes == 0 || minutes > FREE_MINUTES_MAX {
            return refuse(
                "window_swapped",
                "A free window lasts up to 12 hours: its ends seem to be swapped.",
            );
        }
    }
    Ok(())
}

fn check_pack(plan: Option<&PlanRow>, draft: &PackDraft) -> Result<(), Problem> {
    let refuse = |field, code, detail: &str| Err(Problem::invalid(field, code, detail));
    let Some(plan) = plan else {
        return refuse("plan", "plan_unknown", "There is no such plan.");
    };
    if !(1..=BYTES_MAX).contains(&draft.quantity) {
        return refuse("quantity", "invalid_quantity", "quantity must be above zero, at most 1,000,000 GB.");
    }
    if draft.price.value() <= 0 || draft.price.unit() != plan.fee.unit() {
        return refuse("price", "invalid_amount", "price must be above zero, in the plan's currency.");
    }
    check_money("price", draft.price)?;
    if draft.chargings.is_empty() {
        return refuse("chargings", "no_charging", "Choose at least one way of charging.");
    }
    if draft.validity_days.is_some_and(|days| !(1..=VALIDITY_DAYS_MAX).contains(&days)) {
        return refuse("validity_days", "invalid_days", "validity_days must be 1 to 730.");
    }
    if draft.per_cycle_max == Some(0) {
        return refuse("per_cycle_max", "invalid_count", "per_cycle_max must be above zero.");
    }
    Ok(())
}

/// What is paid for is paid in whole cents.
fn check_money(field: &str, amount: Amount) -> Result<(), Problem> {
    if amount.unit() == Unit::BYTE {
        return Err(Problem::invalid(field, "unit_mismatch", format!("{field} must be an amount of money.")));
    }
    if amount.value() > MONEY_MAX {
        let detail = format!("{field} must be at most 1,000,000.00.");
        return Err(Problem::invalid(field, "amount_too_large", detail));
    }
    if amount.value() % CENT != 0 {
        let detail = format!("{field} must be in whole cents.");
        return Err(Problem::invalid(field, "amount_over_precise", detail));
    }
    Ok(())
}

fn plan_json(plan: &PlanRow, free: &[(u16, u16)]) -> Value {
    json!({
        "name": plan.name, "fee": plan.fee.to_decimal(), "unit": plan.fee.unit().code(), "allowance": plan.allowance,
        "carried_max": plan.carried_max, "supports_purchase": plan.supports_purchase == 1,
        "balance_max": plan.balance_max, "unpaid_max": plan.unpaid_max, "at_zero": plan.at_zero.word(),
        "speed": plan.speed, "slow_speed": plan.slow_speed, "walled_list": plan.walled_list, "free": free,
        "block_after_days": plan.block_after_days,
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

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use super::*;

    fn draft() -> PlanDraft {
        PlanDraft {
            name: "Fibra".to_owned(),
            fee: Amount::new(0, Unit::BRL),
            allowance: 0,
            carried_max: None,
            supports_purchase: true,
            balance_max: 0,
            unpaid_max: None,
            at_zero: AtZero::Slow,
            speed: "10M/50M".to_owned(),
            slow_speed: "512k/1M".to_owned(),
            walled_list: "sem-credito".to_owned(),
            free: vec![(22 * 60, 6 * 60)],
            block_after_days: None,
        }
    }

    #[test]
    fn what_a_plan_may_not_be_is_named() {
        check_plan(&draft()).expect("a plan");
        let free = |from: u16, to: u16| PlanDraft { free: vec![(from, to)], ..draft() };
        let cases = [
            (PlanDraft { name: " ".to_owned(), ..draft() }, "invalid_name"),
            (PlanDraft { fee: Amount::new(-1, Unit::BRL), ..draft() }, "amount_negative"),
            (PlanDraft { allowance: -1, ..draft() }, "invalid_quantity"),
            (PlanDraft { carried_max: Some(BYTES_MAX + 1), ..draft() }, "invalid_quantity"),
            (PlanDraft { unpaid_max: Some(Amount::new(5, Unit::USD)), ..draft() }, "invalid_amount"),
            (PlanDraft { speed: "10M; rm".to_owned(), ..draft() }, "invalid_word"),
            (PlanDraft { walled_list: String::new(), ..draft() }, "invalid_word"),
            // From six in the morning to ten in the evening: the ends are swapped.
            (free(6 * 60, 22 * 60), "window_swapped"),
            (free(60, 60), "window_swapped"),
            (free(60, 1440), "invalid_time"),
            (PlanDraft { free: vec![(0, 1); 9], ..draft() }, "too_many_windows"),
        ];
        for (draft, code) in cases {
            assert_eq!(check_plan(&draft).expect_err("this is refused").code, code, "{draft:?}");
        }
    }
}
