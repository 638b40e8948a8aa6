//! Each rule of use and of credit, one by one, in words and with the numbers a customer sees.

mod desk;

use book::{
    Act, Anchor, Catalog, ChargeTaken, GrantTerms, KeySpace, Meter, REQUEST_MEMORY, Reason, Record, Refusal,
    Source, UseStage,
};
use desk::{ANA, Desk, call, charge, gift, key, open, per_unit, per_window, time, usd, use_of};
use money::{Amount, Timestamp, Unit};

const REPORTED: UseStage = UseStage::Reported;
const GUARDED: UseStage = UseStage::Guarded;

/// Ana has a wallet in dollars at 14:12. Meter 0: $0.25 an hour from the first call; 1: by the clock; 2: a price below one step.
fn ana(credit: &str) -> Desk {
    let meters = [
        per_window(0, "0.25", Anchor::FirstEvent),
        per_window(1, "0.25", Anchor::Clock),
        per_unit(2, "0.0000003"),
    ];
    let mut desk = Desk::new(Catalog::new(meters, 72 * Timestamp::HOUR), "2026-11-21T14:12:00Z");
    desk.tell(open(ANA, Unit::USD, 0)).expect("a new wallet");
    if credit != "0" {
        desk.tell(Act::Grant(gift(credit))).expect("a grant");
    }
    desk
}

/// Posted, pending, available.
#[track_caller]
fn reads(desk: &Desk, posted: &str, pending: &str, available: &str) {
    assert_eq!(desk.balance(ANA), [posted, pending, available]);
}

fn day(clock: &str) -> String {
    format!("2026-11-21T{clock}:00Z")
}

#[track_caller]
fn yes(desk: &mut Desk, act: Act) -> Vec<Record> {
    desk.tell(act).expect("this is allowed")
}

#[track_caller]
fn no(desk: &mut Desk, act: Act) -> Refusal {
    desk.tell(act).expect_err("this is refused")
}

fn expiring(amount: &str, clock: &str) -> GrantTerms {
    GrantTerms { expires_at: Some(time(&day(clock))), ..gift(amount) }
}

fn taken(desk: &mut Desk, act: Act) -> ChargeTaken {
    desk.seal();
    desk.tell(act).expect("a charge");
    let (entry, decision) = desk::decisions_of(desk.rows.last().expect("just written")).pop().expect("one");
    let Record::Charged { kind, burns, debt, .. } = decision.record else { panic!("{decision:?}") };
    ChargeTaken { entry, kind, burns: burns.iter().collect(), debt }
}

fn reverse(charge: &ChargeTaken) -> Act {
    Act::Reverse { wallet: ANA, charge: charge.clone() }
}

fn left(desk: &Desk) -> Vec<String> {
    let wallet = desk.wallet(ANA);
    wallet.grants.iter().map(|grant| wallet.amount(grant.remaining).to_decimal()).collect()
}

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
fn credit_burns_by_priority_then_expiry_then_promotional_then_oldest() {
    let mut desk = ana("0");
    let bought = |terms: GrantTerms| GrantTerms { source: Source::Purchased, ..terms };
    let terms = [
        bought(gift("1")),                               // 0: sixth
        gift("1"),                                       // 1: fourth
        gift("1"),                                       // 2: fifth, younger
        bought(expiring("1", "20:00")),                  // 3: third
        expiring("1", "19:00"),                          // 4: second
        bought(GrantTerms { priority: 1, ..gift("1") }), // 5: first
    ];
    terms.into_iter().for_each(|terms| drop(yes(&mut desk, Act::Grant(terms))));
    let charge = taken(&mut desk, charge("5.50"));
    let order: Vec<u32> = charge.burns.iter().map(|(grant_no, _)| *grant_no).collect();
    assert_eq!(order, [5, 4, 3, 1, 2, 0]);
    assert_eq!(charge.burns.last(), Some(&(0, 500_000)));
}

#[test]
fn an_expiry_takes_only_what_is_not_reserved() {
    let mut desk = ana("0");
    yes(&mut desk, Act::Grant(expiring("1", "15:00")));
    yes(&mut desk, call(0, &day("14:12"), GUARDED));
    let records = desk.at(&day("15:00"));
    assert!(matches!(records[..], [Record::GrantExpired { amount: 750_000, .. }, ..]), "{records:?}");
    reads(&desk, "0.25", "0.25", "0.00");
    desk.at(&day("15:12"));
    reads(&desk, "0.00", "0.00", "0.00");
    assert_eq!(desk.wallet(ANA).debt, 0, "the hour was paid by what it had reserved");
}

#[test]
fn an_expiry_is_exact_and_must_be_ahead() {
    let mut desk = ana("0");
    assert_eq!(no(&mut desk, Act::Grant(expiring("1", "14:12"))), Refusal::ExpiryPast);
    assert_eq!(no(&mut desk, Act::Grant(expiring("1", "14:00"))), Refusal::ExpiryPast);
    yes(&mut desk, Act::Grant(expiring("1", "14:13")));
    desk.now = time("2026-11-21T14:12:59.999999Z");
    yes(&mut desk, charge("0.40"));
    desk.now = time(&day("14:13"));
    let refusal = no(&mut desk, charge("0.10"));
    assert_eq!(refusal, Refusal::InsufficientCredit { available: usd("0"), needed: usd("0.10") });
}

#[test]
fn a_scheduled_grant_counts_from_its_time_and_pays_debt_then() {
    let mut desk = ana("0");
    yes(&mut desk, call(0, &day("14:12"), REPORTED));
    let later = GrantTerms { effective_at: Some(time(&day("16:00"))), ..expiring("1", "18:00") };
    let wrong = GrantTerms { expires_at: Some(time(&day("16:00"))), ..later.clone() };
    assert_eq!(no(&mut desk, Act::Grant(wrong)), Refusal::ExpiryPast);
    yes(&mut desk, Act::Grant(later));
    reads(&desk, "0.00", "0.25", "-0.25");
    desk.at(&day("15:59"));
    reads(&desk, "-0.25", "0.00", "-0.25");
    assert!(matches!(no(&mut desk, charge("0.01")), Refusal::InsufficientCredit { .. }));
    desk.at(&day("16:00"));
    reads(&desk, "0.75", "0.00", "0.75");
    desk.at(&day("18:00"));
    reads(&desk, "0.00", "0.00", "0.00");
}

#[test]
fn a_beginning_in_the_past_means_at_once() {
    let mut desk = ana("0");
    yes(&mut desk, Act::Grant(GrantTerms { effective_at: Some(time(&day("14:12"))), ..gift("1") }));
    reads(&desk, "1.00", "0.00", "1.00");
}

#[test]
fn debt_is_allowed_to_the_limit_and_paid_first() {
    let mut desk = ana("0");
    let bob = money::WalletId::from_u128(0xb);
    desk.tell(open(bob, Unit::USD, 2_000_000)).expect("a new wallet");
    let charge = |amount| Act::Charge { wallet: bob, amount: usd(amount), kind: 1 };
    desk.tell(Act::Grant(GrantTerms { wallet: bob, ..gift("1") })).expect("a grant");
    desk.tell(charge("3")).expect("within the limit");
    assert_eq!(desk.balance(bob), ["-2.00", "0.00", "-2.00"]);
    assert!(matches!(desk.tell(charge("0.000001")), Err(Refusal::InsufficientCredit { .. })));
    desk.tell(Act::Grant(GrantTerms { wallet: bob, ..gift("1.50") })).expect("a grant");
    assert_eq!(desk.balance(bob), ["-0.50", "0.00", "-0.50"]);
    desk.tell(Act::Grant(GrantTerms { wallet: bob, ..gift("1.50") })).expect("a grant");
    assert_eq!(desk.balance(bob), ["1.00", "0.00", "1.00"]);
}

#[test]
fn a_reversal_goes_back_into_the_same_grants_once() {
    let mut desk = ana("1");
    yes(&mut desk, Act::Grant(expiring("1", "20:00")));
    let charge = taken(&mut desk, charge("1.50"));
    assert_eq!(left(&desk), ["0.50", "0.00"]);
    yes(&mut desk, reverse(&charge));
    assert_eq!(left(&desk), ["1.00", "1.00"]);
    reads(&desk, "2.00", "0.00", "2.00");
    assert_eq!(no(&mut desk, reverse(&charge)), Refusal::AlreadyReversed);
    desk.at(&day("20:00"));
    reads(&desk, "1.00", "0.00", "1.00");
}

#[test]
fn what_would_go_back_into_an_expired_grant_is_lost_with_it() {
    // One that was used up and one that had something left when it expired.
    for spent in ["1", "0.60"] {
        let mut desk = ana("1");
        yes(&mut desk, Act::Grant(expiring("1", "15:00")));
        let charge = taken(&mut desk, charge(spent));
        desk.at(&day("15:00"));
        reads(&desk, "1.00", "0.00", "1.00");
        let records = yes(&mut desk, reverse(&charge));
        let [Record::Reversed { restored, expired, .. }] = &records[..] else { panic!("{records:?}") };
        assert_eq!((restored.total(), Amount::new(*expired, Unit::USD)), (0, usd(spent)));
        reads(&desk, "1.00", "0.00", "1.00");
    }
}

#[test]
fn a_reversal_pays_debt_first() {
    let mut desk = ana("1");
    let charge = taken(&mut desk, charge("1"));
    yes(&mut desk, use_of(2, "2000000", &day("13:00"), REPORTED));
    reads(&desk, "-0.60", "0.00", "-0.60");
    yes(&mut desk, reverse(&charge));
    reads(&desk, "0.40", "0.00", "0.40");
    assert_eq!(desk.wallet(ANA).debt, 0);
}

#[test]
fn reversed_debt_that_a_later_grant_paid_goes_to_a_grant_with_room() {
    let mut desk = ana("0");
    let bob = money::WalletId::from_u128(0xb);
    desk.tell(open(bob, Unit::USD, 5_000_000)).expect("a new wallet");
    let charge = taken(&mut desk, Act::Charge { wallet: bob, amount: usd("5"), kind: 1 });
    assert_eq!(charge.debt, 5_000_000);
    let grant = |amount| GrantTerms { wallet: bob, ..gift(amount) };
    desk.tell(Act::Grant(grant("10"))).expect("it pays the debt");
    desk.tell(Act::Grant(grant("10"))).expect("it is whole");
    let later = GrantTerms { effective_at: Some(time(&day("18:00"))), ..grant("10") };
    desk.tell(Act::Grant(later)).expect("it has not begun");
    desk.tell(Act::Reverse { wallet: bob, charge }).expect("a reversal");
    let remaining: Vec<i64> = desk.wallet(bob).grants.iter().map(|grant| grant.remaining).collect();
    assert_eq!(remaining, [10_000_000; 3]);
    assert_eq!(desk.balance(bob), ["20.00", "0.00", "20.00"]);
}

#[test]
fn a_payment_is_credited_once_for_ever() {
    let mut desk = ana("0");
    let payment = key(KeySpace::Forever, 7, 1);
    let terms = Act::Grant(GrantTerms { source: Source::Purchased, ..gift("10") });
    assert_eq!(desk.tell_keyed(payment, terms.clone()).map(|records| records.len()), Ok(1));
    for later in ["2026-11-21T14:12:00Z", "2027-11-21T00:00:00Z", "2040-01-01T00:00:00Z"] {
        desk.at(later);
        assert_eq!(desk.tell_keyed(payment, terms.clone()), Ok(Vec::new()), "{later}");
    }
    let other = Act::Grant(GrantTerms { source: Source::Purchased, ..gift("20") });
    assert_eq!(desk.tell_keyed(key(KeySpace::Forever, 7, 2), other), Err(Refusal::KeyReused));
    reads(&desk, "10.00", "0.00", "10.00");
}

#[test]
fn a_request_key_is_known_for_seven_days() {
    let mut desk = ana("10");
    let request = key(KeySpace::Request, 7, 1);
    assert_eq!(desk.tell_keyed(request, charge("1")).map(|records| records.len()), Ok(1));
    desk.now = desk.now.plus(REQUEST_MEMORY);
    desk.settle();
    assert_eq!(desk.tell_keyed(request, charge("1")), Ok(Vec::new()));
    assert_eq!(desk.tell_keyed(key(KeySpace::Request, 7, 2), charge("2")), Err(Refusal::KeyReused));
    desk.now = desk.now.plus(Timestamp::HOUR);
    desk.settle();
    assert_eq!(desk.tell_keyed(request, charge("1")).map(|records| records.len()), Ok(1));
    reads(&desk, "8.00", "0.00", "8.00");
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
fn a_refusal_is_not_remembered() {
    let mut desk = ana("0");
    let request = key(KeySpace::Request, 7, 1);
    assert!(matches!(desk.tell_keyed(request, charge("1")), Err(Refusal::InsufficientCredit { .. })));
    yes(&mut desk, Act::Grant(gift("1")));
    assert_eq!(desk.tell_keyed(request, charge("1")).map(|records| records.len()), Ok(1));
}

#[test]
fn at_equal_instants_windows_come_before_grants_and_smaller_numbers_first() {
    let mut desk = ana("1");
    // All at 15:00: the window of meter 1, the window of meter 2, the end of grant 1, the beginning of grant 2.
    yes(&mut desk, Act::Grant(expiring("0.30", "15:00")));
    yes(&mut desk, Act::Grant(GrantTerms { effective_at: Some(time(&day("15:00"))), ..gift("1") }));
    yes(&mut desk, use_of(2, "1000000", &day("14:12"), REPORTED));
    yes(&mut desk, call(1, &day("14:12"), REPORTED));
    desk.now = time(&day("16:00"));
    desk.seal();
    desk.sweep(u32::MAX);
    let decisions = desk.seal();
    let order: Vec<(&str, Timestamp)> =
        decisions.iter().map(|(_, decision)| (desk::kind(&decision.record), decision.at)).collect();
    let three = time(&day("15:00"));
    let expected = [
        ("usage_posted", three),
        ("usage_posted", three),
        ("grant_effective", three),
        ("forgot", time(&day("16:00"))),
    ];
    // Grant 1 was used up by the first window: nothing is left that could expire.
    assert_eq!(order, expected);
    assert_eq!(desk.book.last_at(), Some(time(&day("16:00"))));
    reads(&desk, "1.75", "0.00", "1.75");
}

#[test]
fn what_is_settled_late_stands_at_its_own_time_and_the_book_does_not_go_back() {
    let mut desk = ana("25");
    yes(&mut desk, call(0, &day("14:12"), GUARDED));
    let bob = money::WalletId::from_u128(0xb);
    desk.now = time(&day("16:00"));
    yes(&mut desk, open(bob, Unit::USD, 0));
    // The clock jumps back; the book's time does not.
    desk.now = time(&day("14:20"));
    yes(&mut desk, charge("1"));
    let decisions = desk::decisions_of(desk.rows.last().expect("just written"));
    let times: Vec<Timestamp> = decisions.iter().map(|(_, decision)| decision.at).collect();
    assert_eq!(times, [time(&day("15:12")), time(&day("16:00"))]);
    assert_eq!(desk.book.last_at(), Some(time(&day("16:00"))));
}

#[test]
fn a_sweep_does_a_bounded_part_and_says_whether_more_is_left() {
    let mut desk = ana("25");
    for minute in 0..10 {
        let terms = expiring("1", &format!("15:0{minute}"));
        yes(&mut desk, Act::Grant(terms));
    }
    desk.now = time("2027-11-21T00:00:00Z");
    desk.seal();
    for _ in 0..3 {
        assert!(!desk.sweep(3));
        assert_eq!(desk.seal().len(), 3);
    }
    assert!(desk.sweep(3));
    assert_eq!(desk.seal().len(), 2, "the last one, and the keys forgotten");
    assert!(desk.sweep(3));
    assert!(desk.seal().is_empty(), "nothing is due, nothing is written");
}

#[test]
fn the_test_clock_moves_ahead_only_and_not_beyond_the_calendar() {
    let mut desk = ana("25");
    for by in [0, -1, 1, Timestamp::SECOND - 1, 366 * Timestamp::DAY + 1, i64::MAX, i64::MIN] {
        assert_eq!(no(&mut desk, Act::AdvanceClock { by }), Refusal::ClockAdvance, "{by}");
    }
    yes(&mut desk, Act::AdvanceClock { by: Timestamp::HOUR });
    yes(&mut desk, Act::AdvanceClock { by: 366 * Timestamp::DAY });
    assert_eq!(desk.book.clock_offset(), 367 * Timestamp::DAY - 23 * Timestamp::HOUR);
    desk.now = time("9998-12-31T23:00:00Z");
    assert_eq!(no(&mut desk, Act::AdvanceClock { by: 2 * Timestamp::HOUR }), Refusal::ClockAdvance);
    yes(&mut desk, Act::AdvanceClock { by: Timestamp::HOUR });
}

#[test]
fn amounts_that_cannot_be_are_refused() {
    let mut desk = ana("25");
    let cases = [
        (charge("0"), Refusal::AmountNotPositive),
        (charge("-1"), Refusal::AmountNotPositive),
        (charge("9223372036854.775807"), Refusal::AmountTooLarge),
        (Act::Charge { wallet: ANA, amount: Amount::new(1, Unit::BRL), kind: 1 }, Refusal::UnitMismatch),
        (
            Act::Charge { wallet: money::WalletId::from_u128(1), amount: usd("1"), kind: 1 },
            Refusal::WalletUnknown,
        ),
        (Act::Grant(gift("0")), Refusal::AmountNotPositive),
        (Act::Grant(gift("9223372036854")), Refusal::AmountTooLarge),
        (Act::Deduct { wallet: ANA, amount: usd("-1"), reason: Reason::Misuse }, Refusal::AmountNotPositive),
        (open(ANA, Unit::USD, 0), Refusal::WalletExists),
        (call(77, &day("14:12"), REPORTED), Refusal::MeterUnknown),
        (use_of(0, "-1", &day("14:12"), REPORTED), Refusal::QuantityNegative),
        (
            use_of(2, "9223372036854.775807", &day("14:12"), GUARDED),
            Refusal::InsufficientCredit { available: usd("25"), needed: usd("2767011.611056") },
        ),
    ];
    for (act, expected) in cases {
        let before = desk.book.to_snapshot();
        assert_eq!(no(&mut desk, act.clone()), expected, "{act:?}");
        assert_eq!(before, desk.book.to_snapshot(), "{act:?}");
    }
}

#[test]
fn of_several_reasons_the_first_in_the_list_is_the_answer() {
    let mut desk = ana("1");
    let foreign = Act::Charge { wallet: ANA, amount: Amount::new(-1, Unit::BRL), kind: 1 };
    assert_eq!(no(&mut desk, foreign), Refusal::UnitMismatch);
    assert_eq!(no(&mut desk, Act::Grant(expiring("9223372036854", "14:00"))), Refusal::ExpiryPast);
    assert_eq!(no(&mut desk, use_of(0, "-1", "2027-01-01T00:00:00Z", GUARDED)), Refusal::QuantityNegative);
    let request = key(KeySpace::Request, 1, 1);
    desk.tell_keyed(request, charge("1")).expect("the first");
    let other = key(KeySpace::Request, 1, 2);
    let unknown = Act::Charge { wallet: money::WalletId::from_u128(1), amount: usd("1"), kind: 1 };
    assert_eq!(desk.tell_keyed(other, unknown), Err(Refusal::KeyReused));
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
