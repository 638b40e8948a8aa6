//! What may not be of plans and packs: all that is wrong with one is told at once, each with its field.

use money::{Amount, Unit};
use radius::mikrotik::RateLimit;
use store::tables::lines::PlanRow;

use super::offers::{PackDraft, PlanDraft};
use crate::problem::Problem;

/// Longest name of a plan, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 80;
/// The largest allowance or pack, in bytes: a million gigabytes.
pub(crate) const BYTES_MAX: i64 = 1_000_000_000_000_000;
/// Free windows of one plan.
pub(crate) const FREE_WINDOWS_MAX: usize = 8;
/// The longest free window, in minutes. One that seems longer has its ends swapped.
pub(crate) const FREE_MINUTES_MAX: u16 = 12 * 60;
/// Zero-rated services of one plan.
pub(crate) const ZERO_RATED_MAX: usize = 32;
/// The longest name of a service, in characters.
pub(crate) const TRAFFIC_CHARS_MAX: usize = 64;
/// The longest validity of a pack, in days.
pub(crate) const VALIDITY_DAYS_MAX: u16 = 730;
/// The latest that a line may be blocked, in days after the due day.
pub(crate) const BLOCK_AFTER_DAYS_MAX: u16 = 365;
/// The highest fee or price, in smallest steps: a million.
const MONEY_MAX: i64 = 1_000_000_000_000;
/// A cent, in smallest steps.
const CENT: i64 = 10_000;
/// Longest speed and list name, in characters.
const WORD_CHARS_MAX: usize = 60;
const DAY_MINUTES: u16 = 24 * 60;

/// All that is wrong with a plan.
pub(crate) fn wrong_with_plan(draft: &PlanDraft) -> Vec<Problem> {
    let mut wrong = Vec::new();
    let mut refuse = |field: &str, code, detail: String| wrong.push(Problem::invalid(field, code, detail));
    let name = draft.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.contains(char::is_control) {
        refuse("name", "invalid_name", format!("name must have 1 to {NAME_CHARS_MAX} characters."));
    }
    if draft.fee.value() < 0 {
        refuse("fee", "amount_negative", "fee must not be below zero.".to_owned());
    } else if let Some((code, detail)) = wrong_with_money("fee", draft.fee) {
        refuse("fee", code, detail);
    }
    let sizes = [
        ("allowance", Some(draft.allowance)),
        ("carried_max", draft.carried_max),
        ("balance_max", Some(draft.balance_max)),
    ];
    for (field, bytes) in sizes {
        if bytes.is_some_and(|bytes| !(0..=BYTES_MAX).contains(&bytes)) {
            refuse(field, "invalid_quantity", format!("{field} must be 0 to 1,000,000 GB."));
        }
    }
    if draft.unpaid_max.is_some_and(|most| most.unit() != draft.fee.unit() || most.value() < 0) {
        refuse("unpaid_max", "invalid_amount", "unpaid_max must not be below zero.".to_owned());
    } else if draft.unpaid_max.is_some_and(|most| most.value() % CENT != 0) {
        refuse("unpaid_max", "amount_over_precise", "unpaid_max must be in whole cents.".to_owned());
    }
    for (field, speed) in [("speed", &draft.speed), ("slow_speed", &draft.slow_speed)] {
        if speed.len() > WORD_CHARS_MAX || speed.parse::<RateLimit>().is_err() {
            let detail = format!(
                "{field} must be a speed that routers take, upload/download in k, M or G bits per second, for example 10M/50M."
            );
            refuse(field, "invalid_speed", detail);
        }
    }
    let list = &draft.walled_list;
    let plain = |c: char| c.is_ascii_alphanumeric() || "/ -_.".contains(c);
    if list.trim().is_empty() || list.len() > WORD_CHARS_MAX || !list.chars().all(plain) {
        let detail =
            format!("walled_list must have 1 to {WORD_CHARS_MAX} letters, digits and / - _ . or blanks.");
        refuse("walled_list", "invalid_word", detail);
    }
    if let Some((code, detail)) = wrong_with_free(&draft.free) {
        refuse("free", code, detail.to_owned());
    }
    if draft.zero_rated.len() > ZERO_RATED_MAX {
        let detail = format!("There are at most {ZERO_RATED_MAX} zero-rated services.");
        refuse("zero_rated", "too_many_services", detail);
    } else if !draft.zero_rated.iter().all(|name| is_traffic_name(name)) {
        let detail = format!(
            "zero_rated must be names of services as routers report them, 1 to {TRAFFIC_CHARS_MAX} characters without commas, semicolons and parentheses."
        );
        refuse("zero_rated", "invalid_service", detail);
    }
    if draft.block_after_days.is_some_and(|days| days > BLOCK_AFTER_DAYS_MAX) {
        let detail = format!("block_after_days must be 0 to {BLOCK_AFTER_DAYS_MAX}.");
        refuse("block_after_days", "invalid_days", detail);
    }
    wrong
}

/// Whether a service can be called so: people who write several put commas or semicolons between them.
pub(crate) fn is_traffic_name(name: &str) -> bool {
    let name = name.trim();
    let is_plain = |c: char| !c.is_control() && !",;(".contains(c);
    !name.is_empty() && name.chars().count() <= TRAFFIC_CHARS_MAX && name.chars().all(is_plain)
}

fn wrong_with_free(windows: &[(u16, u16)]) -> Option<(&'static str, &'static str)> {
    if windows.len() > FREE_WINDOWS_MAX {
        return Some(("too_many_windows", "There are at most 8 free windows."));
    }
    windows.iter().find_map(|&(from, to)| {
        if from >= DAY_MINUTES || to >= DAY_MINUTES {
            return Some(("invalid_time", "A time of day is 00:00 to 23:59."));
        }
        let minutes = (to + DAY_MINUTES - from) % DAY_MINUTES;
        (minutes == 0 || minutes > FREE_MINUTES_MAX)
            .then_some(("window_swapped", "A free window lasts up to 12 hours: its ends seem to be swapped."))
    })
}

/// All that is wrong with a pack of this plan.
pub(crate) fn wrong_with_pack(plan: Option<&PlanRow>, draft: &PackDraft) -> Vec<Problem> {
    let mut wrong = Vec::new();
    let mut refuse = |field: &str, code, detail: &str| wrong.push(Problem::invalid(field, code, detail));
    if plan.is_none() {
        refuse("plan", "plan_unknown", "There is no such plan.");
    }
    if !(1..=BYTES_MAX).contains(&draft.quantity) {
        refuse("quantity", "invalid_quantity", "quantity must be above zero, at most 1,000,000 GB.");
    }
    if draft.price.value() <= 0 || plan.is_some_and(|plan| draft.price.unit() != plan.fee.unit()) {
        refuse("price", "invalid_amount", "price must be above zero, in the plan's currency.");
    } else if let Some((code, detail)) = wrong_with_money("price", draft.price) {
        refuse("price", code, &detail);
    }
    if draft.chargings.is_empty() {
        refuse("chargings", "no_charging", "Choose at least one way of charging.");
    }
    if draft.validity_days.is_some_and(|days| !(1..=VALIDITY_DAYS_MAX).contains(&days)) {
        refuse("validity_days", "invalid_days", "validity_days must be 1 to 730.");
    }
    if draft.per_cycle_max == Some(0) {
        refuse("per_cycle_max", "invalid_count", "per_cycle_max must be above zero.");
    }
    wrong
}

/// What is paid for is paid in whole cents.
fn wrong_with_money(field: &str, amount: Amount) -> Option<(&'static str, String)> {
    if amount.unit() == Unit::BYTE {
        return Some(("unit_mismatch", format!("{field} must be an amount of money.")));
    }
    if amount.value() > MONEY_MAX {
        return Some(("amount_too_large", format!("{field} must be at most 1,000,000.00.")));
    }
    (amount.value() % CENT != 0).then(|| ("amount_over_precise", format!("{field} must be in whole cents.")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use store::tables::lines::AtZero;

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
            zero_rated: vec!["WhatsApp".to_owned()],
        }
    }

    #[test]
    fn what_a_plan_may_not_be_is_named() {
        assert!(wrong_with_plan(&draft()).is_empty());
        let services = |name: &str| PlanDraft { zero_rated: vec![name.to_owned()], ..draft() };
        let free = |from: u16, to: u16| PlanDraft { free: vec![(from, to)], ..draft() };
        let cases = [
            (PlanDraft { name: " ".to_owned(), ..draft() }, "invalid_name"),
            (PlanDraft { fee: Amount::new(-1, Unit::BRL), ..draft() }, "amount_negative"),
            (PlanDraft { allowance: -1, ..draft() }, "invalid_quantity"),
            (PlanDraft { carried_max: Some(BYTES_MAX + 1), ..draft() }, "invalid_quantity"),
            (PlanDraft { unpaid_max: Some(Amount::new(5, Unit::USD)), ..draft() }, "invalid_amount"),
            (PlanDraft { speed: "10M; rm".to_owned(), ..draft() }, "invalid_speed"),
            (PlanDraft { speed: "rapido".to_owned(), ..draft() }, "invalid_speed"),
            (PlanDraft { slow_speed: String::new(), ..draft() }, "invalid_speed"),
            (PlanDraft { slow_speed: "1 Mbps".to_owned(), ..draft() }, "invalid_speed"),
            (PlanDraft { walled_list: String::new(), ..draft() }, "invalid_word"),
            // From six in the morning to ten in the evening: the ends are swapped.
            (free(6 * 60, 22 * 60), "window_swapped"),
            (free(60, 60), "window_swapped"),
            (free(60, 1440), "invalid_time"),
            (PlanDraft { free: vec![(0, 1); 9], ..draft() }, "too_many_windows"),
            (PlanDraft { zero_rated: vec!["x".to_owned(); 33], ..draft() }, "too_many_services"),
            (services(""), "invalid_service"),
            (services("Whats\u{7}App"), "invalid_service"),
            (services("tiered(1, 2)"), "invalid_service"),
            (services("WhatsApp; garden"), "invalid_service"),
            (
                PlanDraft { unpaid_max: Some(Amount::new(5_005_000, Unit::BRL)), ..draft() },
                "amount_over_precise",
            ),
            (services(&"x".repeat(65)), "invalid_service"),
        ];
        for (draft, code) in cases {
            let codes: Vec<_> = wrong_with_plan(&draft).iter().map(|wrong| wrong.code).collect();
            assert_eq!(codes, [code], "{draft:?}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let wrong =
            PlanDraft { name: String::new(), allowance: -1, slow_speed: "slow".to_owned(), ..draft() };
        let problem = Problem::refuse_all(wrong_with_plan(&wrong)).expect_err("this is refused");
        let told: Vec<_> =
            problem.each().map(|one| (one.field.as_deref().unwrap_or_default(), one.code)).collect();
        let expected =
            [("name", "invalid_name"), ("allowance", "invalid_quantity"), ("slow_speed", "invalid_speed")];
        assert_eq!(told, expected);
    }

    #[test]
    fn every_way_in_which_routers_take_a_speed_is_taken() {
        for speed in ["10M/50M", "512k", "1000000/2000000", "10M/20M 15M/30M 8M/16M 10/10 8 1M/2M", "0/0"] {
            let draft = PlanDraft { speed: speed.to_owned(), ..draft() };
            assert!(wrong_with_plan(&draft).is_empty(), "{speed}");
        }
    }
}
