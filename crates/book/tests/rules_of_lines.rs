//! Each rule of a line, one by one: its cycles, what lives on, plans, use from elsewhere. Packs have rules of their own beside it.

mod desk;

use book::{
    Act, Catalog, GrantTerms, LineAct, LineFact, LineStatus, LineWish, Plan, PlanNo, Reason, Record, Source,
};
use desk::joao::{
    JOAO, LINE, buys, catalog, joao, kinds, line, no, opening, pack, plan, reads, turns, uses, yes,
};
use desk::{Desk, gift, open, time};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use money::{Amount, Timestamp, Unit, WalletId};

fn status(status: LineStatus) -> LineAct {
    LineAct::SetStatus { status }
}

fn bytes(amount: i64) -> Amount {
    Amount::new(amount, Unit::BYTE)
}

#[test]
fn a_line_opens_on_a_wallet_of_bytes_with_its_cycle_and_its_allowance() {
    let mut desk = joao([plan()], []);
    reads(&desk, [0, 1_000, 0, 0, 0, 0], 1_000);
    let cycle = line(&desk).cycle;
    assert_eq!(cycle.no, 1);
    assert_eq!(cycle.starts_at, time("2026-11-01T00:00:00-03:00"));
    assert_eq!(cycle.ends_at, time("2026-12-01T00:00:00-03:00"));
    assert_eq!(desk.wallet(JOAO).grants[0].expires_at, Some(cycle.ends_at));
    assert_eq!(no(&mut desk, opening(1)), "line_exists");
}

#[test]
fn a_line_opens_only_where_one_can_be() {
    let [bob, eva] = [0xb, 0xe].map(WalletId::from_u128);
    let mut desk = Desk::new(catalog([plan()], []), "2026-11-21T14:12:00-03:00");
    desk.tell(open(bob, Unit::USD, 0)).expect("a new wallet");
    desk.tell(open(eva, Unit::BYTE, 0)).expect("a new wallet");
    let of_plan = |plan| LineAct::Open { line: LINE, plan: PlanNo(plan), anchor_day: 1 };
    let huge = Plan { no: PlanNo(2), allowance: i64::MAX, ..plan() };
    let none = Plan { no: PlanNo(3), allowance: 0, ..plan() };
    desk.catalog = catalog([plan(), huge, none], []);
    for (wallet, act, expected) in [
        (JOAO, opening(1), Err("wallet_unknown")),
        (bob, opening(1), Err("unit_mismatch")),
        (eva, status(LineStatus::Blocked), Err("line_unknown")),
        (eva, opening(0), Err("anchor_day")),
        (eva, opening(32), Err("anchor_day")),
        (eva, of_plan(9), Err("plan_unknown")),
        (eva, of_plan(2), Err("amount_too_large")),
        (eva, of_plan(3), Ok(())),
    ] {
        let answer = desk.tell(Act::Line(Box::new(LineWish { wallet, act: act.clone() })));
        assert_eq!(answer.map(drop).map_err(|refusal| refusal.code()), expected, "{act:?}");
    }
    assert!(desk.wallet(eva).grants.is_empty(), "a plan without an allowance gives none");
}

#[test]
fn what_was_on_the_wallet_before_is_an_adjustment_and_debt_is_paid_by_the_allowance() {
    let mut desk = Desk::new(catalog([plan()], []), "2026-11-21T14:12:00-03:00");
    desk.tell(open(JOAO, Unit::BYTE, 300)).expect("a new wallet");
    desk.tell(Act::Charge { wallet: JOAO, amount: bytes(300), kind: 1 }).expect("debt");
    yes(&mut desk, opening(1));
    reads(&desk, [0, 1_000, 0, 0, 0, -300], 700);
    assert_eq!(desk.wallet(JOAO).debt, 0);
}

#[test]
fn at_the_same_instant_grants_end_and_then_the_cycle_begins() {
    let mut desk = joao([plan()], []);
    uses(&mut desk, 300);
    desk.at("2026-11-30T23:59:59.999999-03:00");
    reads(&desk, [0, 1_000, 0, 0, 300, 0], 700);
    assert_eq!(kinds(&turns(&mut desk, "2026-12-01T00:00:00-03:00")), ["grant_expired", "cycle_began"]);
    reads(&desk, [0, 1_000, 0, 0, 0, 0], 1_000);
    assert_eq!(line(&desk).cycle.no, 2);
}

#[test]
fn cycles_that_were_missed_settle_each_at_its_own_time() {
    let mut desk = joao([plan()], []);
    desk.now = time("2027-02-10T09:00:00-03:00");
    uses(&mut desk, 1);
    let row = desk::decisions_of(desk.rows.last().expect("a row"));
    let told: Vec<_> = row.iter().map(|(_, decision)| (decision.at, desk::kind(&decision.record))).collect();
    let mut expected = Vec::new();
    for month in ["2026-12", "2027-01", "2027-02"] {
        let turn = time(&format!("{month}-01T00:00:00-03:00"));
        expected.extend([(turn, "grant_expired"), (turn, "cycle_began")]);
    }
    expected.push((desk.now, "used"));
    assert_eq!(told, expected);
    assert_eq!(line(&desk).cycle.no, 4);
    reads(&desk, [0, 1_000, 0, 0, 1, 0], 999);
}

#[test]
fn cycles_follow_the_calendar_from_the_anchor_day_also_where_a_month_has_no_such_day() {
    for (anchor, ends) in [
        (1, ["2026-12-01", "2027-01-01", "2027-02-01", "2027-03-01", "2027-04-01"]),
        (29, ["2026-11-29", "2026-12-29", "2027-01-29", "2027-02-28", "2027-03-29"]),
        (30, ["2026-11-30", "2026-12-30", "2027-01-30", "2027-02-28", "2027-03-30"]),
        (31, ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]),
    ] {
        let mut desk = Desk::new(catalog([plan()], []), "2026-11-21T14:12:00-03:00");
        desk.tell(open(JOAO, Unit::BYTE, 0)).expect("a new wallet");
        yes(&mut desk, opening(anchor));
        for end in ends {
            let end = format!("{end}T00:00:00-03:00");
            assert_eq!(line(&desk).cycle.ends_at, time(&end), "anchor {anchor}");
            desk.at(&end);
        }
    }
}

#[test]
fn a_zone_that_changes_makes_a_cycle_some_hours_longer_or_shorter_and_none_of_some_hours() {
    for zone in ["America/Manaus", "America/Noronha", "Pacific/Pago_Pago", "Pacific/Kiritimati", "UTC"] {
        for (anchor, first, second) in [
            (1, "2026-12-01", "2027-01-01"),
            (30, "2026-11-30", "2026-12-30"),
            (31, "2026-11-30", "2026-12-31"),
        ] {
            let mut desk = Desk::new(catalog([plan()], []), "2026-11-21T14:12:00-03:00");
            desk.tell(open(JOAO, Unit::BYTE, 0)).expect("a new wallet");
            yes(&mut desk, opening(anchor));
            let moved = TimeZone::get(zone).expect("a zone");
            desk.catalog = Catalog::new([], 72 * Timestamp::HOUR).with_plans(moved.clone(), [plan()], []);
            desk.at(&format!("{first}T00:00:00-03:00"));
            assert_eq!(line(&desk).cycle.no, 2, "what runs ends when it was said to");
            let midnight: Date = second.parse().expect("a date");
            let midnight = midnight.to_zoned(moved).expect("an instant").timestamp().as_microsecond();
            assert_eq!(
                line(&desk).cycle.ends_at,
                Timestamp::from_micros(midnight),
                "{zone}, anchor {anchor}"
            );
        }
    }
}

#[test]
fn a_blocked_line_has_its_cycles_and_a_cancelled_one_none_for_ever() {
    let mut desk = joao([Plan { carried_max: Some(300), ..plan() }], []);
    yes(&mut desk, status(LineStatus::Blocked));
    desk.at("2026-12-01T00:00:00-03:00");
    reads(&desk, [300, 1_000, 0, 0, 0, 0], 1_300);
    yes(&mut desk, status(LineStatus::Cancelled));
    let change = LineAct::ChangePlan { plan: PlanNo(1) };
    for act in [status(LineStatus::Enabled), status(LineStatus::Cancelled), change] {
        assert_eq!(no(&mut desk, act), "line_cancelled");
    }
    uses(&mut desk, 1);
    let ended = turns(&mut desk, "2027-03-01T00:00:00-03:00");
    assert_eq!(
        kinds(&ended),
        ["grant_expired", "grant_expired"],
        "nothing is carried where no cycle follows"
    );
    assert_eq!(line(&desk).cycle.no, 2);
    reads(&desk, [300, 1_000, 0, 0, 1, -1_299], 0);
    assert_eq!(desk.wallet(JOAO).next_due(), None);
}

#[test]
fn an_allowance_lives_on_once_up_to_the_plans_limit_and_burns_first() {
    let mut desk = joao([Plan { carried_max: Some(300), ..plan() }], []);
    uses(&mut desk, 500);
    assert_eq!(kinds(&turns(&mut desk, "2026-12-01T00:00:00-03:00")), ["carried", "cycle_began"]);
    reads(&desk, [300, 1_000, 0, 0, 0, 0], 1_300);
    uses(&mut desk, 350);
    let left: Vec<i64> = desk.wallet(JOAO).grants.iter().map(|grant| grant.remaining).collect();
    assert_eq!(left, [0, 0, 950]);
    desk.at("2027-01-01T00:00:00-03:00");
    reads(&desk, [300, 1_000, 0, 0, 0, 0], 1_300);
    // What was carried once is not carried again.
    uses(&mut desk, 100);
    assert_eq!(
        kinds(&turns(&mut desk, "2027-02-01T00:00:00-03:00")),
        ["grant_expired", "carried", "cycle_began"]
    );
    reads(&desk, [300, 1_000, 0, 0, 0, 0], 1_300);
    uses(&mut desk, 1_300);
    assert_eq!(
        kinds(&turns(&mut desk, "2027-03-01T00:00:00-03:00")),
        ["cycle_began"],
        "nothing left, nothing carried"
    );
}

#[test]
fn two_allowances_of_one_cycle_share_what_may_live_on() {
    let small = Plan { carried_max: Some(1_200), ..plan() };
    let large = Plan { no: PlanNo(2), allowance: 1_500, ..small.clone() };
    let mut desk = joao([small, large], []);
    yes(&mut desk, LineAct::ChangePlan { plan: PlanNo(2) });
    assert_eq!(kinds(&turns(&mut desk, "2026-12-01T00:00:00-03:00")), ["carried", "carried", "cycle_began"]);
    reads(&desk, [1_200, 1_500, 0, 0, 0, 0], 2_700);
}

#[test]
fn overshoot_is_paid_by_the_next_pack_and_ends_with_the_cycle() {
    let mut desk = joao([plan()], [pack()]);
    uses(&mut desk, 1_040);
    reads(&desk, [0, 1_000, 0, 0, 1_040, 0], -40);
    buys(&mut desk, 1, book::Charging::Boleto);
    reads(&desk, [0, 1_000, 100, 0, 1_040, 0], 60);
    assert_eq!(desk.wallet(JOAO).grants[1].remaining, 60);
    uses(&mut desk, 75);
    let turned = turns(&mut desk, "2026-12-01T00:00:00-03:00");
    let Some(Record::Line(begun)) = turned.last() else { panic!("{turned:?}") };
    assert!(matches!(begun.fact, LineFact::CycleBegan { forgiven: 15, .. }), "{begun:?}");
    reads(&desk, [0, 1_000, 0, 0, 0, 0], 1_000);
    assert_eq!(line(&desk).released_count(), 0);
}

#[test]
fn a_larger_plan_makes_up_its_allowance_at_once_and_a_smaller_one_holds_from_the_next_cycle() {
    let large = Plan { no: PlanNo(2), allowance: 1_500, purchases: None, ..plan() };
    let mut desk = joao([plan(), large], []);
    uses(&mut desk, 1_100);
    // Back and forth makes up nothing twice.
    for plan in [2, 1, 2, 1] {
        yes(&mut desk, LineAct::ChangePlan { plan: PlanNo(plan) });
        reads(&desk, [0, 1_500, 0, 0, 1_100, 0], 400);
    }
    assert_eq!(no(&mut desk, LineAct::ChangePlan { plan: PlanNo(9) }), "plan_unknown");
    desk.at("2026-12-01T00:00:00-03:00");
    reads(&desk, [0, 1_000, 0, 0, 0, 0], 1_000);
}

#[test]
fn a_plan_that_gives_more_than_can_be_held_gives_what_can_be() {
    let mut desk = joao([plan()], []);
    desk.catalog = catalog([Plan { allowance: i64::MAX, carried_max: Some(i64::MAX), ..plan() }], []);
    assert_eq!(no(&mut desk, LineAct::ChangePlan { plan: PlanNo(1) }), "amount_too_large");
    let held = ["2026-12", "2027-01", "2027-02", "2027-03"].map(|month| {
        desk.at(&format!("{month}-01T00:00:00-03:00"));
        desk.wallet(JOAO).balance.posted
    });
    let most = 1_i64 << 52;
    assert_eq!(held, [most + 1_000, 2 * most, 2 * most, 2 * most]);
}

#[test]
fn use_from_elsewhere_is_added_whole() {
    let mut desk = joao([plan()], []);
    yes(&mut desk, LineAct::AddUse { total: 700, outside: 200 });
    reads(&desk, [0, 1_000, 0, 200, 700, 0], 500);
    for (total, outside, code) in [
        (0, 0, "amount_not_positive"),
        (-1, 0, "amount_not_positive"),
        (5, 6, "amount_not_positive"),
        (5, -1, "amount_not_positive"),
        (i64::MAX, 0, "amount_too_large"),
    ] {
        assert_eq!(no(&mut desk, LineAct::AddUse { total, outside }), code, "{total} {outside}");
    }
    reads(&desk, [0, 1_000, 0, 200, 700, 0], 500);
}

#[test]
fn what_staff_and_expiry_do_is_an_adjustment() {
    let mut desk = joao([plan()], []);
    let given = GrantTerms {
        wallet: JOAO,
        amount: bytes(50),
        source: Source::Adjustment(Reason::Correction),
        expires_at: Some(time("2026-11-22T00:00:00-03:00")),
        ..gift("1")
    };
    desk.tell(Act::Grant(given)).expect("a correction");
    reads(&desk, [0, 1_000, 0, 0, 0, 50], 1_050);
    desk.tell(Act::Deduct { wallet: JOAO, amount: bytes(20), reason: Reason::Misuse }).expect("a deduction");
    reads(&desk, [0, 1_000, 0, 0, 0, 30], 1_030);
    desk.at("2026-11-22T00:00:00-03:00");
    reads(&desk, [0, 1_000, 0, 0, 0, 0], 1_000);
}
