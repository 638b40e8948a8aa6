//! Each rule of use, one by one, in words and with the numbers a customer sees.

mod desk;

use book::{Act, Anchor, Catalog, KeySpace, Meter, Record, Refusal, UseStage};
use desk::ana::{ana, day, expiring, left, no, reads, yes};
use desk::{ANA, call, charge, gift, key, per_unit, per_window, time, usd, use_of};
use money::Timestamp;

const REPORTED: UseStage = UseStage::Reported;
const GUARDED: UseStage = UseStage::Guarded;

#[test]
fn the_first_call_opens_an_hour_and_its_end_posts_it() {
    for stage in [REPORTED, GUARDED] {
        let mut desk = ana("25");
        reads(&desk, "25.00", "0.00", "25.00");
        yes(&mut desk, call(0, &day("14:12"), stage));
        reads(&desk, "25.00", "0.25", "24.75");
        desk.now = time("2026-11-21T15:11:59.999999Z");
        yes(&mut desk, call(0, "2026-11-21T15:11:59.999999Z", stage));
        reads(&desk, "25.00", "0.25", "24.75");
        assert_eq!(desk.settle().len(), 1, "only keys are forgotten before the hour is over");
        let records = desk.at(&day("15:12"));
        assert!(matches!(&records[..], [Record::UsagePosted(posted)] if posted.amount == 250_000));
        reads(&desk, "24.75", "0.00", "24.75");
        yes(&mut desk, call(0, &day("15:12"), stage));
        reads(&desk, "24.75", "0.25", "24.50");
    }
}

#[test]
fn a_command_after_the_hour_settles_it_first() {
    let mut desk = ana("25");
    yes(&mut desk, call(0, &day("14:12"), GUARDED));
    desk.now = time(&day("18:00"));
    let records = yes(&mut desk, charge("1"));
    assert!(matches!(&records[..], [Record::UsagePosted(_), Record::Charged { .. }]), "{records:?}");
    reads(&desk, "23.75", "0.00", "23.75");
}

#[test]
fn by_the_clock_an_hour_begins_at_the_full_hour() {
    let mut desk = ana("25");
    yes(&mut desk, call(1, &day("14:12"), GUARDED));
    assert_eq!(desk.wallet(ANA).next_due(), Some(time(&day("15:00"))));
    desk.at(&day("15:00"));
    reads(&desk, "24.75", "0.00", "24.75");
    yes(&mut desk, call(1, &day("15:00"), GUARDED));
    reads(&desk, "24.75", "0.25", "24.50");
}

#[test]
fn the_guard_refuses_what_is_not_there_and_opens_nothing() {
    let mut desk = ana("0.24");
    let refusal = no(&mut desk, call(0, &day("14:12"), GUARDED));
    assert_eq!(refusal, Refusal::InsufficientCredit { available: usd("0.24"), needed: usd("0.25") });
    assert_eq!(refusal.to_string(), "0.25 USD is needed and 0.24 USD is available");
    assert!(desk.wallet(ANA).windows.is_empty());
    reads(&desk, "0.24", "0.00", "0.24");
    yes(&mut desk, Act::Grant(gift("0.01")));
    yes(&mut desk, call(0, &day("14:12"), GUARDED));
    reads(&desk, "0.25", "0.25", "0.00");
}

#[test]
fn reported_use_is_counted_and_leaves_visible_debt() {
    let mut desk = ana("0.10");
    yes(&mut desk, call(0, &day("14:12"), REPORTED));
    reads(&desk, "0.10", "0.25", "-0.15");
    desk.at(&day("15:12"));
    reads(&desk, "-0.15", "0.00", "-0.15");
    assert_eq!(desk.wallet(ANA).debt, 150_000);
    yes(&mut desk, Act::Grant(gift("10")));
    reads(&desk, "9.85", "0.00", "9.85");
    assert_eq!((desk.wallet(ANA).debt, left(&desk)), (0, vec!["0.00".to_owned(), "9.85".to_owned()]));
}

#[test]
fn crossing_zero_inside_an_open_hour_stops_nothing_in_it() {
    let mut desk = ana("0.25");
    yes(&mut desk, call(0, &day("14:12"), GUARDED));
    yes(&mut desk, call(1, &day("14:12"), REPORTED));
    reads(&desk, "0.25", "0.50", "-0.25");
    desk.now = time(&day("14:40"));
    yes(&mut desk, call(0, &day("14:40"), GUARDED));
    yes(&mut desk, call(1, &day("14:40"), GUARDED));
    assert!(matches!(no(&mut desk, charge("0.01")), Refusal::InsufficientCredit { .. }));
    desk.now = time(&day("15:12"));
    assert!(matches!(no(&mut desk, call(0, &day("15:12"), GUARDED)), Refusal::InsufficientCredit { .. }));
    reads(&desk, "-0.25", "0.00", "-0.25");
}

#[test]
fn what_an_open_hour_will_cost_cannot_be_spent_otherwise() {
    let mut desk = ana("1");
    yes(&mut desk, call(0, &day("14:12"), GUARDED));
    let refusal = no(&mut desk, charge("0.76"));
    assert_eq!(refusal, Refusal::InsufficientCredit { available: usd("0.75"), needed: usd("0.76") });
    yes(&mut desk, charge("0.75"));
    reads(&desk, "0.25", "0.25", "0.00");
    desk.at(&day("15:12"));
    reads(&desk, "0.00", "0.00", "0.00");
}

#[test]
fn a_late_event_inside_a_known_hour_is_covered() {
    let mut desk = ana("25");
    yes(&mut desk, call(0, &day("14:12"), REPORTED));
    desk.at(&day("18:00"));
    let records = yes(&mut desk, call(0, &day("15:11"), REPORTED));
    assert!(matches!(records[..], [Record::UsageCovered { .. }]));
    reads(&desk, "24.75", "0.00", "24.75");
}

#[test]
fn a_late_event_outside_posts_its_own_until_where_the_next_known_hour_begins() {
    let mut desk = ana("25");
    yes(&mut desk, call(0, &day("14:12"), REPORTED));
    desk.now = time(&day("14:30"));
    let records = yes(&mut desk, call(0, &day("13:40"), REPORTED));
    let [Record::UsagePosted(posted)] = &records[..] else { panic!("{records:?}") };
    assert_eq!((posted.opened_at, posted.closes_at), (time(&day("13:40")), time(&day("14:12"))));
    assert_eq!((posted.amount, posted.window_no), (250_000, None));
    reads(&desk, "24.75", "0.25", "24.50");
    // From 13:40 to 15:12 all is paid now; before it nothing is.
    for covered in ["13:40", "14:11", "14:12", "14:29"] {
        yes(&mut desk, call(0, &day(covered), REPORTED));
        reads(&desk, "24.75", "0.25", "24.50");
    }
    yes(&mut desk, call(0, &day("13:39"), REPORTED));
    reads(&desk, "24.50", "0.25", "24.25");
}

#[test]
fn a_late_event_whose_hour_is_not_over_opens_the_rest_of_it() {
    let mut desk = ana("25");
    desk.now = time(&day("14:30"));
    let records = yes(&mut desk, call(0, &day("14:00"), REPORTED));
    let [Record::WindowOpened(opened)] = &records[..] else { panic!("{records:?}") };
    assert_eq!((opened.opened_at, opened.closes_at), (time(&day("14:00")), time(&day("15:00"))));
    // A later one before it ends where it begins.
    let records = yes(&mut desk, call(0, &day("13:30"), REPORTED));
    let [Record::UsagePosted(posted)] = &records[..] else { panic!("{records:?}") };
    assert_eq!((posted.opened_at, posted.closes_at), (time(&day("13:30")), time(&day("14:00"))));
}

#[test]
fn paid_hours_that_touch_are_remembered_as_one() {
    let mut desk = ana("25");
    for hour in ["14:12", "15:12", "16:12", "20:00"] {
        desk.at(&day(hour));
        yes(&mut desk, call(0, &day(hour), GUARDED));
    }
    desk.at(&day("21:00"));
    let spans: Vec<_> =
        desk.wallet(ANA).paid.values().flatten().map(|s| (s.opened_at, s.closes_at)).collect();
    let expected = [("14:12", "17:12"), ("20:00", "21:00")];
    assert_eq!(spans, expected.map(|(from, to)| (time(&day(from)), time(&day(to)))));
}

#[test]
fn paid_hours_are_forgotten_when_no_event_can_fall_into_them() {
    let mut desk = ana("25");
    yes(&mut desk, call(0, &day("14:12"), GUARDED));
    for later in ["2026-12-22T14:12:00Z", "2026-12-22T15:12:00Z"] {
        desk.at(later);
        yes(&mut desk, call(0, later, GUARDED));
    }
    desk.at("2026-12-22T16:12:00Z");
    assert_eq!(desk.wallet(ANA).paid.values().flatten().count(), 1, "the first is 31 days old");
}

#[test]
fn an_event_has_72_hours_and_may_be_5_minutes_ahead() {
    let mut desk = ana("25");
    let accepted_from = time("2026-11-18T14:12:00Z");
    let cases = [
        ("2026-11-18T14:12:00Z", None),
        ("2026-11-18T14:11:59.999999Z", Some(Refusal::EventTooLate { accepted_from })),
        ("2025-11-21T14:12:00Z", Some(Refusal::EventTooLate { accepted_from })),
        ("2026-11-21T14:17:00Z", None),
        ("2026-11-21T14:17:00.000001Z", Some(Refusal::EventInFuture)),
        ("2026-11-22T14:12:00Z", Some(Refusal::EventInFuture)),
    ];
    for (occurred_at, expected) in cases {
        let before = desk.balance(ANA);
        let refusal = desk.tell(call(0, occurred_at, REPORTED)).err();
        assert_eq!(refusal, expected, "{occurred_at}");
        assert!(refusal.is_none() || before == desk.balance(ANA), "{occurred_at}");
    }
}

#[test]
fn an_event_ahead_of_our_clock_happens_now() {
    let mut desk = ana("25");
    desk.now = time(&day("14:58"));
    yes(&mut desk, call(1, &day("15:02"), GUARDED));
    assert_eq!(desk.wallet(ANA).next_due(), Some(time(&day("15:00"))), "it fell into the hour that runs");
    desk.now = time(&day("14:59"));
    yes(&mut desk, call(1, &day("15:03"), GUARDED));
    reads(&desk, "25.00", "0.25", "24.75");
}

#[test]
fn an_event_comes_once_also_when_its_own_clock_is_in_the_next_hour() {
    let mut desk = ana("25");
    desk.now = time(&day("14:58"));
    let event = use_of(2, "10000", &day("15:02"), REPORTED);
    let name = key(KeySpace::Event, 1, 1);
    assert_eq!(desk.tell_keyed(name, event.clone()).map(|records| records.len()), Ok(1));
    for again in ["14:59", "15:30", "18:00"] {
        desk.now = time(&day(again));
        assert_eq!(desk.tell_keyed(name, event.clone()), Ok(Vec::new()), "known at {again}");
    }
    desk.settle();
    reads(&desk, "24.997", "0.00", "24.997");
}

#[test]
fn a_price_below_one_step_is_rounded_once_an_hour() {
    // 0.3 millionths of a dollar each: three cost 0.9, which is one step; three times one is rounded together too.
    let mut desk = ana("1");
    for expected in ["0.00", "0.000001", "0.000001", "0.000001", "0.000002"] {
        yes(&mut desk, use_of(2, "1", &day("14:12"), REPORTED));
        assert_eq!(desk.balance(ANA)[1], expected);
    }
    desk.at(&day("15:00"));
    reads(&desk, "0.999998", "0.00", "0.999998");
    // Ten in the next hour are exact.
    (0..10).for_each(|_| drop(yes(&mut desk, use_of(2, "1", &day("15:00"), REPORTED))));
    desk.at(&day("16:00"));
    reads(&desk, "0.999995", "0.00", "0.999995");
}

#[test]
fn half_a_step_goes_to_the_even_neighbour() {
    for (quantity, expected) in
        [("5", "0.000002"), ("15", "0.000004"), ("1.666666", "0.00"), ("1.7", "0.000001")]
    {
        let mut desk = ana("1");
        yes(&mut desk, use_of(2, quantity, &day("14:12"), REPORTED));
        assert_eq!(desk.balance(ANA)[1], expected, "{quantity}");
    }
}

#[test]
fn use_by_quantity_that_comes_late_joins_its_open_hour_or_posts_its_own() {
    let mut desk = ana("1");
    desk.now = time(&day("14:30"));
    yes(&mut desk, use_of(2, "1000000", &day("14:20"), REPORTED));
    let records = yes(&mut desk, use_of(2, "1000000", &day("14:01"), REPORTED));
    assert!(matches!(records[..], [Record::WindowAccrued { .. }]), "its hour is open");
    reads(&desk, "1.00", "0.60", "0.40");
    let records = yes(&mut desk, use_of(2, "1000000", &day("13:59"), REPORTED));
    let [Record::UsagePosted(posted)] = &records[..] else { panic!("{records:?}") };
    assert_eq!((posted.opened_at, posted.closes_at), (time(&day("13:00")), time(&day("14:00"))));
    assert!(!posted.covers, "each one costs");
    reads(&desk, "0.70", "0.60", "0.10");
    // The guard looks at what is left.
    assert!(matches!(
        no(&mut desk, use_of(2, "1000000", &day("14:30"), GUARDED)),
        Refusal::InsufficientCredit { .. }
    ));
    yes(&mut desk, use_of(2, "1000000", &day("13:58"), REPORTED));
    reads(&desk, "0.40", "0.60", "-0.20");
}

#[test]
fn an_open_hour_keeps_the_price_it_opened_with() {
    let mut desk = ana("25");
    yes(&mut desk, call(0, &day("14:12"), GUARDED));
    yes(&mut desk, use_of(2, "1000000", &day("14:12"), REPORTED));
    reads(&desk, "25.00", "0.55", "24.45");
    let dearer: [Meter; 2] = [per_window(0, "5", Anchor::Clock), per_unit(2, "1")];
    desk.catalog = Catalog::new(dearer, 72 * Timestamp::HOUR);
    yes(&mut desk, call(0, &day("14:12"), GUARDED));
    yes(&mut desk, use_of(2, "1000000", &day("14:12"), REPORTED));
    reads(&desk, "25.00", "0.85", "24.15");
    desk.at(&day("15:12"));
    reads(&desk, "24.15", "0.00", "24.15");
    yes(&mut desk, call(0, &day("15:12"), GUARDED));
    reads(&desk, "24.15", "5.00", "19.15");
}

#[test]
fn what_is_paid_stays_paid_when_the_price_becomes_one_by_quantity() {
    let mut desk = ana("25");
    yes(&mut desk, call(0, &day("14:12"), GUARDED));
    desk.catalog = Catalog::new([per_unit(0, "1")], 72 * Timestamp::HOUR);
    desk.at(&day("15:30"));
    yes(&mut desk, call(0, &day("15:30"), REPORTED));
    reads(&desk, "24.75", "1.00", "23.75");
    yes(&mut desk, call(0, &day("15:05"), REPORTED));
    reads(&desk, "24.75", "1.00", "23.75");
    yes(&mut desk, call(0, &day("15:12"), REPORTED));
    reads(&desk, "24.75", "2.00", "22.75");
}

#[test]
fn an_event_key_is_known_for_as_long_as_the_event_would_be_accepted() {
    let mut desk = ana("10");
    let event = key(KeySpace::Event, 7, 1);
    let act = use_of(2, "1000000", &day("14:12"), REPORTED);
    assert_eq!(desk.tell_keyed(event, act.clone()).map(|records| records.len()), Ok(1));
    for (later, expected) in [
        ("2026-11-24T14:12:00Z", Ok(Vec::new())),
        ("2026-11-24T14:59:59Z", Ok(Vec::new())),
        ("2026-11-24T15:00:00Z", Err(Refusal::EventTooLate { accepted_from: time("2026-11-21T15:00:00Z") })),
        ("2027-01-01T00:00:00Z", Err(Refusal::EventTooLate { accepted_from: time("2026-12-29T00:00:00Z") })),
    ] {
        desk.at(later);
        assert_eq!(desk.tell_keyed(event, act.clone()), expected, "{later}");
    }
    reads(&desk, "9.70", "0.00", "9.70");
}

#[test]
fn what_was_forgotten_is_not_accepted_again_when_lateness_grows() {
    let mut desk = ana("10");
    desk.settle();
    let event = use_of(2, "1000000", "2026-11-17T14:12:00Z", REPORTED);
    desk.catalog = Catalog::new([per_unit(2, "0.0000003")], Catalog::LATENESS_LIMIT);
    let accepted_from = time("2026-11-18T14:00:00Z");
    assert_eq!(no(&mut desk, event), Refusal::EventTooLate { accepted_from });
    desk.settle();
    assert!(desk.tell(use_of(2, "1", "2026-11-18T14:00:00Z", REPORTED)).is_ok());
}

#[test]
fn a_price_below_zero_moves_nothing() {
    let mut desk = ana("1");
    let meters = [per_window(0, "-0.25", Anchor::Clock), per_unit(2, "-1")];
    desk.catalog = Catalog::new(meters, 72 * Timestamp::HOUR);
    for meter in [0, 2] {
        assert_eq!(no(&mut desk, call(meter, &day("14:12"), REPORTED)), Refusal::AmountNotPositive);
    }
    reads(&desk, "1.00", "0.00", "1.00");
}

#[test]
fn a_busy_hour_keeps_one_reservation_for_each_grant() {
    let mut desk = ana("1");
    yes(&mut desk, Act::Grant(expiring("0.000002", "20:00")));
    (0..1_000).for_each(|_| drop(yes(&mut desk, use_of(2, "10", &day("14:12"), GUARDED))));
    let wallet = desk.wallet(ANA);
    let window = wallet.windows.values().next().expect("one is open");
    assert_eq!(window.reserved.iter().collect::<Vec<_>>(), [(1, 2), (0, 2_998)]);
}
